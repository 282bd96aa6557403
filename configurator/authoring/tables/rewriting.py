"""New rows of a table put into the text it stands in: cell by cell, and nothing else changes."""

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from fractions import Fraction
from typing import Protocol

from attrs import frozen

from configurator.authoring.tables.merging import MergedRow
from configurator.authoring.tables.written import WrittenTable
from configurator.catalog.cell_values import read_number
from configurator.catalog.table_sources import field_places
from configurator.source import Span
from configurator.syntax.cells import is_line_of_dashes, parts_of_row
from configurator.syntax.nodes import TableBlock

MARK = "\N{ZERO WIDTH NO-BREAK SPACE}"


@frozen
class TextEdit:
    """New text for a stretch of a source text, offsets as in its spans."""

    start: int
    end: int
    text: str


class _RowWriter(Protocol):
    """Writes rows as one kind of file has them."""

    def cell(self, row: int, at: int, text: str) -> TextEdit:
        """Another text in a cell."""

    def removal(self, row: int) -> TextEdit:
        """One row less."""

    def new_row(self, after: int, cells: Sequence[str]) -> str:
        """A row as a line, made like the one it follows, -1 for the heading."""

    def insertion(self, after: int, lines: Iterable[str]) -> TextEdit:
        """Lines put after a row, -1 for the heading."""


def table_edits(table: WrittenTable, rows: Sequence[MergedRow]) -> list[TextEdit]:
    """What to change in a table's text so that it has these rows; those that stay are in its own order."""
    writer: _RowWriter = _MarkdownWriter(table) if isinstance(table.node, TableBlock) else _CsvWriter(table)
    kept = {row.now for row in rows}
    edits = [writer.removal(at) for at in range(len(table.rows)) if at not in kept]
    decimals = [
        max((decimals_of(row[at]) for row in table.rows), default=0) for at in range(len(table.columns))
    ]
    new: dict[int, list[str]] = {}
    anchor = -1
    for row in rows:
        if row.now is None:
            cells = [
                table.source_text(padded(table, at, cell, decimals[at]), at)
                for at, cell in enumerate(row.cells)
            ]
            new.setdefault(anchor, []).append(writer.new_row(anchor, cells))
            continue
        anchor = row.now
        for at, (old, cell) in enumerate(zip(table.rows[anchor], row.cells, strict=True)):
            if table.columns[at].normal(old) != table.columns[at].normal(cell):
                text = table.source_text(padded(table, at, cell, decimals_of(old)), at)
                edits.append(writer.cell(anchor, at, text))
    return edits + [writer.insertion(after, lines) for after, lines in new.items()]


def decimals_of(text: str) -> int:
    """How many decimals a number has as it is written; 0 for any other text."""
    return len(text.partition(".")[2]) if read_number(text) is not None else 0


def padded(table: WrittenTable, at: int, text: str, decimals: int) -> str:
    """A number with at least so many decimals, as its neighbours have them."""
    if table.columns[at].form.holds != "number" or read_number(text) is None:
        return text
    missing = decimals - decimals_of(text)
    if missing <= 0:
        return text
    padded = text + ("" if "." in text else ".") + "0" * missing
    assert Fraction(padded) == Fraction(text)
    return padded


# ---------------------------------------------------------------- rows between bars


class _MarkdownWriter:
    def __init__(self, table: WrittenTable) -> None:
        self.table = table
        self.text = table.content.head.file.text
        self.spans = [line.span for line in table.content.lines]
        self.head = self._line_of_head()
        self._right: dict[int, bool] = {}

    def _line_of_head(self) -> int:
        """Where the heading's row begins."""
        return self.text.index("|", self._line_start(self.table.content.head.start))

    def _line_start(self, offset: int) -> int:
        return self.text.rfind("\n", 0, offset) + 1

    def _line_end(self, offset: int) -> int:
        end = self.text.find("\n", offset)
        return len(self.text) if end < 0 else end

    def _parts(self, row: int) -> list[str]:
        """What stands between the bars of a row, blanks included; -1 for the heading."""
        start = self.head if row < 0 else self.spans[row].start
        return parts_of_row(self.text[start : self._line_end(start)])[1:-1]

    def _after_head(self) -> int:
        """The end of the heading, or of the line of dashes beneath it."""
        end = self._line_end(self.head)
        limit = self.spans[0].start if self.spans else len(self.text)
        at = end
        while at < limit:
            following = self._line_end(at + 1)
            line = self.text[at + 1 : following].strip()
            if line.startswith("|"):
                cells = [part.strip() for part in parts_of_row(line)[1:-1]]
                return following if is_line_of_dashes(cells) else end
            if line and not line.startswith("#"):
                return end
            at = following
        return end

    def right(self, at: int) -> bool:
        """Whether most cells of a column stand at its right."""
        if at not in self._right:
            balance = 0
            for row in range(len(self.spans)):
                part = self._parts(row)[at]
                left, right = _blanks(part)
                balance += (left > right) - (left < right)
            self._right[at] = balance > 0
        return self._right[at]

    def cell(self, row: int, at: int, text: str) -> TextEdit:
        parts = self._parts(row)
        start = self.spans[row].start + 1 + sum(len(part) + 1 for part in parts[:at])
        left, right = _blanks(parts[at])
        to_right = left > right if parts[at].strip() and left != right else self.right(at)
        return TextEdit(start, start + len(parts[at]), _fitted(parts[at], _escaped(text), to_right=to_right))

    def removal(self, row: int) -> TextEdit:
        start = self.spans[row].start
        line, end = self._line_start(start), self._line_end(start)
        if self.text[line:start].strip():
            return TextEdit(start, end, "")
        return TextEdit(line, min(end + 1, len(self.text)), "")

    def new_row(self, after: int, cells: Sequence[str]) -> str:
        start = self.head if after < 0 else self.spans[after].start
        indent = self.text[self._line_start(start) : start]
        parts = self._parts(after)
        fitted = [
            _fitted(part, _escaped(cell), to_right=self.right(at) if self.spans else False)
            for at, (part, cell) in enumerate(zip(parts, cells, strict=True))
        ]
        return (indent if not indent.strip() else "  ") + f"|{'|'.join(fitted)}|"

    def insertion(self, after: int, lines: Iterable[str]) -> TextEdit:
        end = self._after_head() if after < 0 else self._line_end(self.spans[after].start)
        return TextEdit(end, end, "".join(f"\n{line}" for line in lines))


def _blanks(part: str) -> tuple[int, int]:
    return len(part) - len(part.lstrip()), len(part) - len(part.rstrip())


def _escaped(text: str) -> str:
    return text.replace("|", "\\|")


def _fitted(part: str, text: str, *, to_right: bool) -> str:
    """A text in the room of what stood there, if it has room, else as wide as it needs."""
    if part and part == part.strip():
        # Written without blanks: the new text likewise, unless nothing would be left of the cell.
        return text or " "
    rest = len(part) - len(text) - 2
    if rest < 0:
        return f" {text} "
    return f" {' ' * rest}{text} " if to_right else f" {text}{' ' * rest} "


# ---------------------------------------------------------------- CSV


class _CsvWriter:
    def __init__(self, table: WrittenTable) -> None:
        self.content = table.content
        self.text = table.content.head.file.text
        self.spans = [line.span for line in table.content.lines]

    def _span(self, row: int) -> Span:
        return self.content.head if row < 0 else self.spans[row]

    def cell(self, row: int, at: int, text: str) -> TextEdit:
        start, end = field_places(self.spans[row], self.content.separator)[self.content.positions[at]]
        return TextEdit(start, end, self._field(self.text[start:end], text))

    def _field(self, before: str, text: str) -> str:
        quoted = before.startswith('"') or any(
            sign in text for sign in (self.content.separator, '"', "\n", "\r")
        )
        if quoted:
            escaped = text.replace('"', '""')
            return f'"{escaped}"'
        left, right = _blanks(before) if before.strip() else (0, 0)
        return " " * left + text + " " * right

    def removal(self, row: int) -> TextEdit:
        span = self.spans[row]
        if span.end < len(self.text):
            return TextEdit(span.start, span.end + 1, "")
        return TextEdit(max(0, span.start - 1), span.end, "")

    def new_row(self, after: int, cells: Sequence[str]) -> str:
        like = self._span(after)
        fields = [self.text[start:end] for start, end in field_places(like, self.content.separator)]
        row = ['""' if field.startswith('"') and after >= 0 else "" for field in fields]
        for position, cell in zip(self.content.positions, cells, strict=True):
            before = fields[position] if after >= 0 else ""
            row[position] = self._field(before if before.startswith('"') else "", cell)
        return self.content.separator.join(row)

    def insertion(self, after: int, lines: Iterable[str]) -> TextEdit:
        end = self._span(after).end
        return TextEdit(end, end, "".join(f"\n{line}" for line in lines))


# ---------------------------------------------------------------- bytes


def edited(data: bytes, edits: Iterable[TextEdit]) -> bytes:
    """The bytes of a file with edits made; whatever they do not touch stays as it is, line ends and all.

    Args:
        data: UTF-8, with or without a byte order mark, any line ends.
        edits: none overlaps another; offsets count characters of the text with all line ends as LF.
    """
    raw = data.decode("utf-8")
    offset = len(raw) - len(raw.removeprefix(MARK))
    pairs = [at - number for number, at in enumerate(_pairs(raw[offset:]))]
    ending = _line_end(raw)
    for edit in sorted(edits, key=lambda each: (each.start, each.end), reverse=True):
        start, end = (offset + at + bisect_left(pairs, at) for at in (edit.start, edit.end))
        raw = raw[:start] + edit.text.replace("\n", ending) + raw[end:]
    return raw.encode()


def _pairs(text: str) -> list[int]:
    """Where CR and LF stand together."""
    found, at = [], text.find("\r\n")
    while at >= 0:
        found.append(at)
        at = text.find("\r\n", at + 2)
    return found


def _line_end(text: str) -> str:
    """How most lines of a text end."""
    pairs = text.count("\r\n")
    feeds, returns = text.count("\n") - pairs, text.count("\r") - pairs
    if pairs > max(feeds, returns):
        return "\r\n"
    return "\r" if returns > feeds else "\n"
