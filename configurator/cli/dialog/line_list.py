"""The list of places with the offers of the opened one: a line each, drawn only where it is seen."""

from typing import ClassVar

from rich.cells import cell_len
from rich.style import Style
from rich.text import Text
from textual import events
from textual.binding import Binding, BindingType
from textual.geometry import Region, Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from configurator.cli.dialog.offers import Mark, OfferLine
from configurator.cli.dialog.places import WORDS, Line, NoteLine, PlaceLine
from configurator.cli.terminal import GAP, printable
from configurator.cli.wording import FAINT, GOOD, STRONG

MARKS: dict[Mark, str] = {
    "chosen": "(x)",
    "free": "( )",
    "default": "(.)",
    "forced": "(!)",
    "excluded": " - ",
}
"""How offers are marked: the customer's, free, the default, the only one left, not possible."""

WIDEST_TITLE = 24
"""Columns for the titles of places at most; a third of the screen where that is less."""


def line_text(line: Line, width: int, title_width: int, name_width: int) -> Text:
    """A line of the list, exactly one line high and at most so many columns wide.

    Args:
        line: what to tell.
        width: columns of the whole line.
        title_width: columns of the titles of places.
        name_width: columns of the names of offers, so that their titles stand beneath each other.
    """
    match line:
        case PlaceLine():
            return _place_text(line, width, title_width)
        case OfferLine():
            return _offer_text(line, width, name_width)
        case NoteLine(text=text):
            told = Text(f"     {printable(text)}", FAINT)
            told.truncate(width, overflow="ellipsis")
            return told


def _place_text(line: PlaceLine, width: int, title_width: int) -> Text:
    title = Text(printable(line.title or line.place), STRONG)
    title.truncate(title_width, overflow="ellipsis", pad=True)
    value = printable(f"{line.value}{GAP}{line.name}" if line.name else line.value) or "-"
    left = Text.assemble("v " if line.opened else "> ", title, GAP, value)
    right = WORDS[line.provenance]
    if line.provenance == "open" and line.left:
        right = f"{right}, {line.left:,} possible"
    return _sides(left, Text(right, GOOD if line.provenance == "chosen" else FAINT), width)


def _offer_text(line: OfferLine, width: int, name_width: int) -> Text:
    excluded = line.mark == "excluded"
    name = printable(line.name)
    if line.title:
        name = f"{name}{' ' * (name_width - cell_len(name))}{GAP}{printable(line.title)}"
    left = Text.assemble(
        f"  {MARKS[line.mark]} ", (name, FAINT if excluded else STRONG if line.mark == "chosen" else "")
    )
    right = GAP.join(filter(None, (printable(line.note), line.delta)))
    return _sides(left, Text(right, FAINT if excluded else ""), width)


def _sides(left: Text, right: Text, width: int) -> Text:
    """Two texts at the two ends of a line; the left one is cut first, then both have half of it."""
    right.truncate(max(width // 2, width - left.cell_len - len(GAP)), overflow="ellipsis")
    room = width - right.cell_len - len(GAP)
    left.truncate(max(room, 0), overflow="ellipsis", pad=True)
    return Text.assemble(left, GAP, right)


class LineList(ScrollView, can_focus=True):
    """Lines with a cursor. What is pressed on a line is for the app to say: actions are its own."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,k", "move(-1)", show=False),
        Binding("down,j", "move(1)", show=False),
        Binding("pageup", "page(-1)", show=False),
        Binding("pagedown", "page(1)", show=False),
        Binding("home", "move(-1000000)", show=False),
        Binding("end", "move(1000000)", show=False),
        Binding("enter,space,right,l", "app.take", show=False),
        Binding("left,h", "app.close", show=False),
        Binding("plus", "app.press('more')", show=False),
        Binding("minus", "app.press('less')", show=False),
        *(Binding(str(digit), f"app.press({digit})", show=False) for digit in range(10)),
        Binding("question_mark", "app.why", show=False),
        Binding("slash", "app.find", show=False),
        Binding("a", "app.everything", show=False),
        Binding("c", "app.fill_in", show=False),
        Binding("n", "app.count", show=False),
        Binding("p", "app.price", show=False),
        Binding("q", "app.leave", show=False),
        Binding("r", "app.retract", show=False),
        Binding("t", "app.scenario", show=False),
        Binding("u", "app.undo", show=False),
        Binding("w", "app.save", show=False),
        Binding("x", "app.anyway", show=False),
        Binding("f1", "app.keys", show=False),
        Binding("escape", "app.clear", show=False),
    ]

    DEFAULT_CSS = """
    LineList { height: 1fr; overflow-x: hidden; scrollbar-size-vertical: 1; }
    LineList > .line-list--cursor { text-style: reverse; }
    """

    COMPONENT_CLASSES: ClassVar[set[str]] = {"line-list--cursor"}

    class Pressed(Message):
        """A line was clicked where the cursor stood already."""

    class Moved(Message):
        """The cursor stands on another line."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: tuple[Line, ...] = ()
        self.cursor = 0
        self._titles = self._names = 0

    @property
    def current(self) -> Line | None:
        """The line under the cursor; `None` where there are no lines."""
        return self.lines[self.cursor] if self.lines else None

    def near(self, distance: int) -> tuple[Line, ...]:
        """The lines that are at most so far from the cursor."""
        return self.lines[max(self.cursor - distance, 0) : self.cursor + distance + 1]

    def show(self, lines: tuple[Line, ...], *, at: tuple[str, str] | None = None) -> None:
        """Show other lines, the cursor on the one of that place and name, else where the place is."""
        wanted = at or self._identity(self.current)
        self.lines = lines
        titles = [line.title or line.place for line in lines if isinstance(line, PlaceLine)]
        self._titles = max(map(cell_len, titles), default=0)
        self._names = max((cell_len(line.name) for line in lines if isinstance(line, OfferLine)), default=0)
        self._fit()
        identities = [self._identity(line) for line in lines]
        places = [line.place for line in lines]
        if wanted in identities:
            self.cursor = identities.index(wanted)
        elif wanted[0] in places:
            self.cursor = places.index(wanted[0])
        else:
            self.cursor = min(self.cursor, max(len(lines) - 1, 0))
        self._follow()

    @staticmethod
    def _identity(line: Line | None) -> tuple[str, str]:
        if line is None:
            return "", ""
        return line.place, f"= {line.name}" if isinstance(line, OfferLine) else ""

    def _follow(self) -> None:
        """Keep the cursor on the screen."""
        self.scroll_to_region(Region(0, self.cursor, 1, 1), animate=False, force=True)
        self.refresh()

    def action_move(self, by: int) -> None:
        """Move the cursor by so many lines, as far as there are lines."""
        self.cursor = max(0, min(self.cursor + by, len(self.lines) - 1))
        self._follow()
        self.post_message(self.Moved())

    def action_page(self, by: int) -> None:
        """Move the cursor by a screen."""
        self.action_move(by * max(self.size.height - 1, 1))

    def on_click(self, event: events.Click) -> None:
        """The first click on a line goes there, the next one takes it."""
        at = int(event.y + self.scroll_offset.y)
        if not 0 <= at < len(self.lines):
            return
        if at == self.cursor:
            self.post_message(self.Pressed())
        self.cursor = at
        self._follow()

    def on_resize(self) -> None:
        """The cursor stays on the screen."""
        self._fit()
        self._follow()

    def _fit(self) -> None:
        self.virtual_size = Size(self.scrollable_content_region.width, len(self.lines))

    def render_line(self, y: int) -> Strip:
        """One line of the screen."""
        width, at = self.scrollable_content_region.width, y + int(self.scroll_offset.y)
        base: Style = self.rich_style
        if at >= len(self.lines):
            return Strip.blank(width, base)
        widest = min(WIDEST_TITLE, max(width // 3, 8))
        text = line_text(self.lines[at], width, min(self._titles, widest), min(self._names, widest))
        if at == self.cursor:
            # Reversed, what is faint would be a hole in the bar.
            text.stylize(Style(dim=False))
        strip = Strip(list(text.render(self.app.console))).adjust_cell_length(width).apply_style(base)
        if at == self.cursor:
            strip = strip.apply_style(self.get_component_rich_style("line-list--cursor", partial=True))
        return strip
