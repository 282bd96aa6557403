"""Text with a name, and places in it.

Offsets count code points from 0, lines and columns from 1. A `SourceFile` is
what every diagnostic points into: a catalog, a table, an order.
"""

from bisect import bisect_right
from functools import cached_property

from attrs import field, frozen


@frozen
class Position:
    """A place for people: line and column, both from 1."""

    line: int
    column: int


@frozen(slots=False)
class SourceFile:
    """A named text, read once and never changed.

    Attributes:
        name: how people know it, as given or relative to where the command ran.
        text: the whole text with line ends normalised to LF and without a byte order mark.
    """

    name: str
    text: str = field(repr=False)

    @cached_property
    def _line_starts(self) -> list[int]:
        starts = [0]
        starts.extend(i + 1 for i, char in enumerate(self.text) if char == "\n")
        return starts

    def position(self, offset: int) -> Position:
        """Line and column of an offset; an offset past the end gives the end."""
        offset = max(0, min(offset, len(self.text)))
        line = bisect_right(self._line_starts, offset)
        return Position(line, offset - self._line_starts[line - 1] + 1)

    def offset(self, position: Position) -> int:
        """Offset of a line and column; the inverse of `position`."""
        return self._line_starts[position.line - 1] + position.column - 1

    def location(self, start: int, end: int) -> str:
        """How messages name the stretch from `start` to before `end`: `file:line:column`."""
        del end
        position = self.position(start)
        return f"{self.name}:{position.line}:{position.column}"

    @property
    def line_count(self) -> int:
        """How many lines there are; an empty text has one."""
        return len(self._line_starts)

    def line_start(self, line: int) -> int:
        """Offset of the first character of a line, numbered from 1."""
        return self._line_starts[line - 1]

    def line_text(self, line: int) -> str:
        """The text of a line, numbered from 1, without its line end."""
        start = self._line_starts[line - 1]
        end = self._line_starts[line] - 1 if line < len(self._line_starts) else len(self.text)
        return self.text[start:end]


@frozen
class Span:
    """A stretch of a source file, `start` inclusive and `end` exclusive, in code points."""

    file: SourceFile = field(repr=False)
    start: int
    end: int

    @property
    def position(self) -> Position:
        """Where the stretch begins."""
        return self.file.position(self.start)

    @property
    def end_position(self) -> Position:
        """The place just after its last character."""
        return self.file.position(self.end)

    @property
    def text(self) -> str:
        """The text it covers."""
        return self.file.text[self.start : self.end]

    @property
    def location(self) -> str:
        """`file:line:column`, the form in which messages name a place; of a sheet, its row and column."""
        return self.file.location(self.start, self.end)

    def to(self, other: "Span") -> "Span":
        """The stretch from here to the end of another one in the same file."""
        return Span(self.file, self.start, other.end)
