"""Panels above the list: something to read with keys to answer, and something to fill in."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar

from rich.text import Text
from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Input, Static

from configurator.cli.terminal import printable
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


class Panel(ModalScreen[str | None]):
    """Lines to read. It ends with the key that was pressed, `None` for leaving things as they are.

    Args:
        title: above the lines.
        lines: the lines, long ones wrapped.
        answers: what each key means, told beneath; a key without words works and is not told.
    """

    CSS = _CSS.replace("$name", "Panel")
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q", "dismiss(None)", show=False),
    ]

    def __init__(self, title: str, lines: Sequence[Text], answers: Mapping[str, str]) -> None:
        super().__init__()
        self._title, self._lines, self._answers = title, tuple(lines), dict(answers)

    @property
    def text(self) -> str:
        """What there is to read."""
        return "\n".join(line.plain for line in (Text(self._title), *self._lines, self._hints()))

    def _hints(self) -> Text:
        told = [f"{key} {words}" for key, words in self._answers.items() if words]
        return Text("  ".join([*told, "esc leave it"]), FAINT)

    def compose(self) -> ComposeResult:
        """Title, lines that scroll, keys."""
        with Vertical():
            yield Static(_content(Text(printable(self._title), STRONG)))
            with VerticalScroll():
                yield Static(_content(Text("\n").join(self._lines)))
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
