"""Diagnostics as text for people and as plain values for programs.

error[E0301]: `chassis.max_gpu_len` does not exist
   --> catalogs/pc.pcat:102:25
    |
102 |   require gpu.length <= chassis.max_gpu_len
    |                         ^^^^^^^^^^^^^^^^^^^ `chassis` has: name, max_gpu, price
    = help: did you mean `chassis.max_gpu`?
"""

from collections.abc import Iterable
from typing import Any
from unicodedata import category, east_asian_width

from configurator.diagnostics.diagnostic import Diagnostic, Replacement, Severity
from configurator.source import Position, Span

TAB_WIDTH = 4
"""Columns of a tab in the source lines shown."""

WIDEST_LINE = 110
"""Terminal columns of a source line; longer ones are cut around the caret."""

_BEFORE_CARET = 40
_CUT = "…"
_UNPRINTABLE = "\N{REPLACEMENT CHARACTER}"

_RESET = "\x1b[0m"
_BOLD = "\x1b[1m"
_GUTTER = "\x1b[1;34m"
_COLOURS = {
    Severity.ERROR: "\x1b[1;31m",
    Severity.WARNING: "\x1b[1;33m",
    Severity.HINT: "\x1b[1;36m",
}


def render_text(diagnostics: Iterable[Diagnostic], *, colour: bool = False) -> str:
    """Diagnostics in the order given, a blank line between them; nothing for none.

    Characters that would move a terminal's cursor or change its colours are shown as `�`, so that a
    catalog from a stranger cannot write on the screen.

    Args:
        diagnostics: what to show.
        colour: whether to use ANSI colour codes.
    """
    return "\n\n".join("\n".join(_lines(each, _Paint(each.severity, colour=colour))) for each in diagnostics)


def to_json(diagnostic: Diagnostic) -> dict[str, Any]:
    """A diagnostic as values that `json.dumps` takes.

    Lines and columns count from 1, the end is exclusive. `file` and `range` are `None` when the finding
    has no place. Each replacement is one entry of `fixes`; a safe one may be applied unseen.
    """
    span = diagnostic.span
    return {
        "code": diagnostic.code,
        "severity": diagnostic.severity.value,
        "message": diagnostic.message,
        "file": span.file.name if span else None,
        "range": _range(span) if span else None,
        "labels": [diagnostic.label] if diagnostic.label else [],
        "fixes": [_fix(diagnostic, replacement) for replacement in diagnostic.replacements],
        "help": list(diagnostic.help),
    }


# ---------------------------------------------------------------- text


class _Paint:
    def __init__(self, severity: Severity, *, colour: bool) -> None:
        self.severity = severity
        self.colour = colour

    def __call__(self, code: str, text: str) -> str:
        return f"{code}{text}{_RESET}" if self.colour and text else text

    def main(self, text: str) -> str:
        return self(_COLOURS[self.severity], text)

    def gutter(self, text: str) -> str:
        return self(_GUTTER, text)


def _lines(diagnostic: Diagnostic, paint: _Paint) -> Iterable[str]:
    head = paint.main(f"{diagnostic.severity.value}[{diagnostic.code}]")
    yield head + paint(_BOLD, f": {printable(diagnostic.message)}")
    width = 0
    if diagnostic.span is not None:
        position = diagnostic.span.position
        number = str(position.line)
        width = len(number)
        line, carets = _excerpt(diagnostic.span)
        empty = paint.gutter(" " * width + " |")
        yield paint.gutter(" " * width + "--> ") + printable(diagnostic.span.location)
        yield empty
        yield (paint.gutter(f"{number} |") + f" {line}").rstrip()
        blanks = " " * (len(carets) - len(carets.lstrip()))
        label = f" {printable(diagnostic.label)}" if diagnostic.label else ""
        yield f"{empty} {blanks}" + paint.main(carets.lstrip() + label)
    for help_line in diagnostic.help:
        yield paint.gutter(" " * width + " = ") + f"help: {printable(help_line)}"


def _excerpt(span: Span) -> tuple[str, str]:
    """The first line of a span and, beneath it, carets from its beginning to its end in that line."""
    position = span.position
    text = span.file.line_text(position.line)
    # Not from the column: that of a spreadsheet counts cells.
    first = span.start - span.file.line_start(position.line)
    last = max(first + 1, min(len(text), first + span.end - span.start))
    shown = [_shown(char) for char in text]
    start, stop = _window([terminal_columns(each) for each in shown], first, last)
    before = (_CUT if start else "") + "".join(shown[start:first])
    marked = "".join(shown[first : min(last, stop)])
    after = "".join(shown[min(last, stop) : stop]) + (_CUT if stop < len(text) else "")
    return before + marked + after, " " * terminal_columns(before) + "^" * max(1, terminal_columns(marked))


def _window(widths: list[int], first: int, last: int) -> tuple[int, int]:
    """Which characters of a line to show: all, or a stretch around the caret."""
    if sum(widths) <= WIDEST_LINE:
        return 0, len(widths)
    start = first
    room = WIDEST_LINE - 2
    left = min(_BEFORE_CARET, room)
    # What the marked stretch and the rest of the line do not need may go to what stands before.
    left = max(left, room - sum(widths[first:]))
    while start > 0 and left >= widths[start - 1]:
        start -= 1
        left -= widths[start]
    stop = start
    while stop < len(widths) and room >= widths[stop]:
        room -= widths[stop]
        stop += 1
    return start, max(stop, min(last, first + 1))


def _shown(char: str) -> str:
    if char == "\t":
        return " " * TAB_WIDTH
    return printable(char)


def printable(text: str) -> str:
    """The same length of text without what would move a cursor, change colours or turn text around."""
    if text.isprintable():
        return text
    # Printable in Python's sense leaves out all separators but the blank, and marks that turn text around.
    return "".join(char if char.isprintable() else " " if char.isspace() else _UNPRINTABLE for char in text)


def terminal_columns(text: str) -> int:
    """Columns of a terminal: two for the wide letters of East Asia and emoji, none for combining marks."""
    if text.isascii():
        return len(text)
    return sum(
        0 if category(char) in {"Mn", "Me", "Cf"} else 2 if east_asian_width(char) in {"W", "F"} else 1
        for char in text
    )


# ---------------------------------------------------------------- values


def _range(span: Span) -> dict[str, dict[str, int]]:
    return {"start": _place(span.position), "end": _place(span.end_position)}


def _place(position: Position) -> dict[str, int]:
    return {"line": position.line, "column": position.column}


def _fix(diagnostic: Diagnostic, replacement: Replacement) -> dict[str, Any]:
    start, end = replacement.span.position, replacement.span.end_position
    return {
        "title": diagnostic.help[0] if diagnostic.help else f"write `{replacement.text.strip()}`",
        "edits": [
            {
                "range": f"{start.line}:{start.column}-{end.line}:{end.column}",
                "text": replacement.text,
            }
        ],
        "safe": replacement.safe,
    }
