"""Panels above the list: something to read with keys to answer, and something to fill in."""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar

from rich.cells import cell_len
from rich.console import Console
from rich.text import Text
from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.geometry import Size
from textual.screen import ModalScreen
from textual.widget import Widget
from textual.widgets import Input, Static

from configurator.cli.terminal import GAP, printable
from configurator.cli.wording import BAD, FAINT, STRONG

_CSS = """
$name { align: center middle; }
$name > Vertical {
    width: 90%; max-width: 110; height: auto; max-height: 90%;
    background: $surface; border: round $primary; padding: 0 1;
}
$name VerticalScroll { height: auto; scrollbar-size-vertical: 1; }
$name Static { height: auto; }
$name Input { border: none; height: 1; padding: 0; }
"""


def _fit(screen: ModalScreen[Any]) -> None:
    """What stands beneath the lines stays on the screen, however small it is."""
    screen.query_one(VerticalScroll).styles.max_height = max(screen.size.height - AROUND, 2)


AROUND = 8
"""Lines of a panel around what scrolls, and of the screen around the panel."""


_BEGINNING = re.compile(r" *(?:\S+(?: \S+)*?  +(?!->))?")
"""What a line begins with: blanks, and the first of its columns if it has any. Arrows part no columns."""


def wrapped(line: Text, width: int, console: Console) -> tuple[Text, ...]:
    """A line in as many as it needs, what goes on beneath the second column, or beneath its first word."""
    found = _BEGINNING.match(line.plain)
    beginning = found.group() if found else ""
    if 2 * cell_len(beginning) > width:
        beginning = beginning[: len(beginning) - len(beginning.lstrip())]
    indent = cell_len(beginning)
    rest = line[len(beginning) :].wrap(console, max(width - indent, 1)) or [Text()]
    heads = (line[: len(beginning)], *(Text(" " * indent) for _ in rest[1:]))
    return tuple(Text.assemble(head, part) for head, part in zip(heads, rest, strict=True))


class Lines(Widget):
    """Lines to read, as wide as there is room."""

    DEFAULT_CSS = "Lines { width: 1fr; height: auto; }"

    def __init__(self, lines: Sequence[Text]) -> None:
        super().__init__()
        self._lines = tuple(lines)

    def _wrapped(self, width: int) -> tuple[Text, ...]:
        return tuple(part for line in self._lines for part in wrapped(line, width, self.app.console))

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """As many lines as it takes."""
        del container, viewport
        return len(self._wrapped(width))

    def render(self) -> Content:
        """The lines of the screen."""
        return _content(Text("\n").join(self._wrapped(self.size.width)))


class Panel(ModalScreen[str | None]):
    """Lines to read. It ends with the key that was pressed, `None` for leaving things as they are.

    Args:
        title: above the lines.
        lines: the lines, long ones wrapped.
        answers: what each key means, told beneath; a key without words works and is not told.
    """

    CSS = _CSS.replace("$name", "Panel")
    AUTO_FOCUS = "VerticalScroll"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q", "dismiss(None)", show=False),
    ]

    def __init__(self, title: str | Text, lines: Sequence[Text], answers: Mapping[str, str]) -> None:
        super().__init__()
        self._title = title if isinstance(title, Text) else Text(printable(title), STRONG)
        self._lines, self._answers = tuple(lines), dict(answers)

    @property
    def text(self) -> str:
        """What there is to read."""
        return "\n".join(line.plain for line in (self._title, *self._lines, self._hints()))

    def _hints(self) -> Text:
        told = [f"{key} {words}" for key, words in self._answers.items() if words]
        return Text(GAP.join([*told, "esc leave it" if self._answers else "esc close"]), FAINT)

    def compose(self) -> ComposeResult:
        """Title, lines that scroll, keys."""
        with Vertical():
            yield Static(_content(self._title))
            with VerticalScroll():
                yield Lines(self._lines)
            yield Static(_content(self._hints()))

    def on_resize(self) -> None:
        """The keys stay on the screen."""
        _fit(self)

    def on_key(self, event: events.Key) -> None:
        """A key with a meaning ends the panel."""
        key = event.character or event.key
        if key in self._answers:
            event.stop()
            self.dismiss(key)
        elif key == "enter" and not self._answers:
            event.stop()
            self.dismiss(None)


class Prompt(ModalScreen[tuple[str, ...] | None]):
    """Something to fill in. It ends with what was typed, `None` for leaving things as they are.

    Args:
        title: above the fields.
        fields: each field's label and what stands in it.
        check: what is wrong with what was typed, for people; `None` for nothing.
    """

    CSS = _CSS.replace("$name", "Prompt")
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "dismiss(None)", show=False)]

    def __init__(
        self,
        title: str,
        fields: Sequence[tuple[str, str]],
        check: Callable[[tuple[str, ...]], str | None],
    ) -> None:
        super().__init__()
        self._title, self._fields, self._check = title, tuple(fields), check

    def compose(self) -> ComposeResult:
        """Title, fields, what is wrong, keys."""
        with Vertical():
            yield Static(_content(Text(printable(self._title), STRONG)))
            with VerticalScroll():
                for label, value in self._fields:
                    yield Static(_content(Text(label, FAINT)))
                    yield Input(value)
            yield Static("", id="wrong", markup=False)
            yield Static(_content(Text("enter done  esc leave it", FAINT)))

    def on_resize(self) -> None:
        """The keys stay on the screen."""
        _fit(self)

    def on_mount(self) -> None:
        """Typing begins in the first field."""
        self.query(Input).first().focus()

    @property
    def wrong(self) -> str:
        """What was wrong with what was typed last."""
        return str(self.query_one("#wrong", Static).content)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Go on to the next field; from the last one on, it is done."""
        inputs = list(self.query(Input))
        at = inputs.index(event.input)
        if at + 1 < len(inputs):
            inputs[at + 1].focus()
            return
        values = tuple(each.value.strip() for each in inputs)
        wrong = self._check(values)
        if wrong is None:
            self.dismiss(values)
        else:
            self.query_one("#wrong", Static).update(_content(Text(printable(wrong), BAD)))


def _content(text: Text) -> Content:
    """Text as it is: nothing in it is read as markup."""
    return Content.from_rich_text(text)
