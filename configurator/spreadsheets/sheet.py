"""A sheet as rows of text cells, and the places in it."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Literal

from attrs import field, frozen

from configurator.source import Position, SourceFile

EXACT_DIGITS = 15
"""Significant digits that spreadsheet programs keep: every number typed in has at most so many."""
GAP = " | "
"""What stands between two cells where a row is shown."""

CellContent = str | float | bool | date | datetime | time | timedelta
"""What a cell may hold; an empty text where it holds nothing."""


@frozen
class SheetProblem:
    """Why a workbook or sheet cannot be had, in words for a message, and what to do."""

    message: str
    help: tuple[str, ...] = ()


@frozen
class CellMistake:
    """Why a cell cannot be read, in words for a message, and what to do."""

    message: str
    help: str


@frozen(eq=False)
class Sheet:
    """A sheet of a workbook: every cell as the text it stands for.

    Attributes:
        rows: all rows down to the last that says something, each as wide as it says something; blanks around
            a text are taken off.
        mistakes: what is wrong with cells, by row and column, both from 0.
        dates: the cells that hold a day, by row and column.
        merged: cells that belong to a merged one and are not its first, with the place of the first.
    """

    name: str
    rows: tuple[tuple[str, ...], ...] = field(repr=False)
    mistakes: Mapping[tuple[int, int], CellMistake] = field(factory=dict, repr=False)
    dates: frozenset[tuple[int, int]] = field(factory=frozenset, repr=False)
    merged: Mapping[tuple[int, int], tuple[int, int]] = field(factory=dict, repr=False)


def column_letters(column: int) -> str:
    """`A` for 0, `Z` for 25, `AA` for 26."""
    letters = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


def cell_name(row: int, column: int) -> str:
    """`C7` for row 6 and column 2, both from 0."""
    return f"{column_letters(column)}{row + 1}"


def number_text(number: float) -> str | CellMistake:
    """The decimal number that a binary one stands for, without an exponent.

    Spreadsheets store binary floating point, but show and take at most 15 significant digits; so the
    nearest decimal of 15 digits is what was typed, and what a formula means: 4.1, and 0.3 for 0.1 + 0.2.
    Beyond 15 digits a number is not what was typed any more, and it is a mistake.
    """
    if isinstance(number, int):
        number = float(number)
    if not abs(number) < 10.0**EXACT_DIGITS:
        return CellMistake(
            f"a number of more than {EXACT_DIGITS} digits, which a spreadsheet does not keep exactly",
            "format the column as text and write it again",
        )
    text = f"{Decimal(f'{number:.{EXACT_DIGITS}g}'):f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text == "-0" else text


def cell_text(content: CellContent) -> str | CellMistake:
    """What a cell says, as text: `4.1`, `yes`, `2026-11-22`; text as it is, without the blanks around it."""
    match content:
        case str():
            return content.strip()
        case bool():
            return "yes" if content else "no"
        case int() | float():
            return number_text(content)
        case datetime() if content.time() == time():
            return content.date().isoformat()
        case datetime():
            return content.isoformat(" ", "seconds")
        case date():
            return content.isoformat()
        case _:
            return str(content)


@frozen(slots=False, eq=False)
class SheetText(SourceFile):
    """A sheet as a source text that diagnostics point into: line n is row n, with all its cells.

    Positions count rows and columns of the sheet, not characters of the text.

    Attributes:
        sheet: its name; empty for a file that has no sheets.
        rows: the cells of each row.
        titles: the names of the columns, as far as there are any.
    """

    sheet: str = ""
    rows: tuple[tuple[str, ...], ...] = field(default=(), repr=False)
    titles: tuple[str, ...] = field(default=(), repr=False)

    @classmethod
    def of(cls, file: str, sheet: Sheet, titles: Sequence[str]) -> "SheetText":
        """The text of a sheet; every row that says something is at least as wide as the titles."""
        width = len(titles)
        rows = tuple([row + ("",) * (width - len(row)) if row else row for row in sheet.rows])
        text = "\n".join([GAP.join(map(_one_line, row)) for row in rows])
        return cls(file, text, sheet.name, rows, tuple(titles))

    def cell_range(self, row: int, column: int) -> tuple[int, int]:
        """Offsets where a cell's text begins and ends; row and column from 0, the row's end for no cell."""
        cells = self.rows[row]
        start = self.line_start(row + 1) + sum(len(cell) + len(GAP) for cell in cells[:column])
        if column >= len(cells):
            end = self.line_start(row + 1) + len(self.line_text(row + 1))
            return min(start, end), end
        return start, start + len(cells[column])

    def row_range(self, row: int) -> tuple[int, int]:
        """Offsets where a row begins and ends, from 0."""
        start = self.line_start(row + 1)
        return start, start + len(self.line_text(row + 1))

    def position(self, offset: int) -> Position:
        """Row and column of an offset, both from 1."""
        line = super().position(offset).line
        rest = offset - self.line_start(line)
        column = 0
        for cell in self.rows[line - 1] if line <= len(self.rows) else ():
            if rest <= len(cell):
                break
            rest -= len(cell) + len(GAP)
            column += 1
        return Position(line, column + 1)

    def location(self, start: int, end: int) -> str:
        """`drives.xlsx, sheet "EU", row 7, column C (Capacity)`; of several cells without the column."""
        first, last = self.position(start), self.position(end)
        place = f'{self.name}, sheet "{self.sheet}", row {first.line}'
        if first != last:
            return place
        title = self.titles[first.column - 1] if first.column <= len(self.titles) else ""
        return f"{place}, column {column_letters(first.column - 1)}" + (f" ({title})" if title else "")


def _one_line(text: str) -> str:
    """As long as before, so that places stay right."""
    return text if text.isprintable() else "".join(char if char.isprintable() else " " for char in text)


# ---------------------------------------------------------------- sheets to be written


@frozen
class ColumnForm:
    """How a column of a sheet is written.

    Attributes:
        holds: what its cells are to a spreadsheet program; a cell that is none of these is text.
        values: offered in a drop-down.
        strict: whether no other value may be typed.
    """

    heading: str
    holds: Literal["text", "number", "date"] = "text"
    values: tuple[str, ...] = ()
    strict: bool = False


@frozen(eq=False)
class SheetForm:
    """A sheet to be written.

    Attributes:
        columns: empty for rows without a heading.
        rows: each as wide as the columns, where there are columns.
        locked: whether a spreadsheet program should refuse changes.
        secret: whether only programs see it.
    """

    name: str
    columns: tuple[ColumnForm, ...]
    rows: tuple[tuple[str, ...], ...] = field(repr=False)
    locked: bool = False
    secret: bool = False
