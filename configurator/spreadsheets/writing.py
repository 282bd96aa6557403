"""The door to XlsxWriter: sheets to the bytes of an .xlsx workbook. Optional."""

import io
from collections.abc import Sequence
from datetime import date, datetime
from fractions import Fraction
from typing import TYPE_CHECKING

from configurator.distribution import DISTRIBUTION
from configurator.spreadsheets.sheet import ColumnForm, SheetForm, SheetProblem, column_letters, number_text

if TYPE_CHECKING:
    from xlsxwriter.format import Format
    from xlsxwriter.workbook import Workbook
    from xlsxwriter.worksheet import Worksheet

LONGEST_TEXT = 32_767
"""Characters of the longest text that a cell holds."""
MOST_ROWS = 1_048_576
MOST_COLUMNS = 16_384
LISTS = "lists"
"""The sheet, seen by programs only, with the values of long drop-downs."""

_WIDEST = 60
_LONGEST_LIST = 255
_MADE = datetime(2000, 1, 1)  # noqa: DTZ001 - the same sheets are the same bytes, whenever they are written
_FIRST_DAY = date(1900, 3, 1)
"""Before it spreadsheet programs do not agree on the number of a day."""


def write_workbook(sheets: Sequence[SheetForm]) -> bytes | SheetProblem:
    """The bytes of a workbook, always the same for the same sheets.

    Numbers that a spreadsheet would not keep exactly are written as text.
    """
    problem = next((found for sheet in sheets if (found := _too_large(sheet))), None)
    if problem is not None:
        return problem
    try:
        from xlsxwriter import Workbook  # noqa: PLC0415 - optional
    except ImportError:
        return SheetProblem("XlsxWriter is not installed", (f"pip install '{DISTRIBUTION}[excel]'",))
    made = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with Workbook(made, options) as book:
        book.set_properties({"created": _MADE})
        _Writer(book).write(sheets)
    return made.getvalue()


def _too_large(sheet: SheetForm) -> SheetProblem | None:
    width = max((len(row) for row in sheet.rows), default=len(sheet.columns))
    if len(sheet.rows) >= MOST_ROWS or width > MOST_COLUMNS:
        return SheetProblem(
            f"`{sheet.name}` has {len(sheet.rows):,} rows and {width:,} columns, more than a sheet holds",
            ("export it as CSV",),
        )
    longest = max((len(cell) for row in sheet.rows for cell in row), default=0)
    if longest > LONGEST_TEXT:
        return SheetProblem(
            f"`{sheet.name}` has a cell of {longest:,} characters; a spreadsheet holds {LONGEST_TEXT:,}",
            ("export it as CSV",),
        )
    return None


class _Writer:
    def __init__(self, book: "Workbook") -> None:
        self.book = book
        self.text = book.add_format({"num_format": "@"})
        self.day = book.add_format({"num_format": "yyyy-mm-dd"})
        self.head = book.add_format({"bold": True, "num_format": "@", "bg_color": "#E8E8E8", "bottom": 1})
        self.numbers: dict[int, Format] = {}
        self.lists: list[tuple[str, ...]] = []

    def write(self, sheets: Sequence[SheetForm]) -> None:
        for sheet in sheets:
            page = self.book.add_worksheet(sheet.name)
            if sheet.columns:
                self.table(page, sheet)
            else:
                for at, row in enumerate(sheet.rows):
                    for column, cell in enumerate(row):
                        page.write_string(at, column, cell, self.text)
                page.set_column(0, 0, 24)
                page.set_column(1, 6, 16)
            if sheet.secret:
                page.very_hidden()
        if self.lists:
            page = self.book.add_worksheet(LISTS)
            for column, values in enumerate(self.lists):
                page.write_column(0, column, values, self.text)
            page.very_hidden()

    def number(self, decimals: int) -> "Format":
        if decimals not in self.numbers:
            form = "0." + "0" * decimals if decimals else "0"
            self.numbers[decimals] = self.book.add_format({"num_format": form})
        return self.numbers[decimals]

    def table(self, page: "Worksheet", sheet: SheetForm) -> None:
        for at, column in enumerate(sheet.columns):
            texts = [row[at] for row in sheet.rows]
            page.write_string(0, at, column.heading, self.head)
            width = max(map(len, [column.heading, *texts])) + 2
            page.set_column(at, at, min(width, _WIDEST), self.form(column, texts))
            if column.values:
                self.drop_down(page, at, column)
        for number, row in enumerate(sheet.rows, start=1):
            for at, (column, cell) in enumerate(zip(sheet.columns, row, strict=True)):
                if cell:
                    self.cell(page, (number, at), column, cell)
        page.freeze_panes(1, 1)
        page.autofilter(0, 0, len(sheet.rows), len(sheet.columns) - 1)
        page.ignore_errors(
            {"number_stored_as_text": f"A1:{column_letters(len(sheet.columns) - 1)}{MOST_ROWS}"}
        )
        if sheet.locked:
            page.protect("", {"autofilter": True, "sort": True, "format_columns": True})

    def form(self, column: ColumnForm, texts: Sequence[str]) -> "Format":
        match column.holds:
            case "number":
                return self.number(max(map(_decimals, texts), default=0))
            case "date":
                return self.day
            case _:
                return self.text

    def cell(self, page: "Worksheet", place: tuple[int, int], column: ColumnForm, text: str) -> None:
        number = exact_number(text) if column.holds == "number" else None
        day = _day(text) if column.holds == "date" else None
        if number is not None:
            page.write_number(*place, number, self.number(_decimals(text)))
        elif day is not None:
            page.write_datetime(*place, datetime(day.year, day.month, day.day), self.day)  # noqa: DTZ001 - a day
        else:
            page.write_string(*place, text, self.text)

    def drop_down(self, page: "Worksheet", at: int, column: ColumnForm) -> None:
        source: list[str] | str = list(column.values)
        if len(",".join(column.values)) > _LONGEST_LIST or any("," in value for value in column.values):
            if column.values not in self.lists:
                self.lists.append(column.values)
            letters = column_letters(self.lists.index(column.values))
            source = f"={LISTS}!${letters}$1:${letters}${len(column.values)}"
        page.data_validation(
            1,
            at,
            MOST_ROWS - 1,
            at,
            {
                "validate": "list",
                "source": source,
                "show_error": column.strict,
                "error_title": column.heading[:32],
                "error_message": "Choose one of the values in the list.",
            },
        )


def exact_number(text: str) -> float | None:
    """The number that a spreadsheet keeps and shows as it is written here; `None` for any other text."""
    try:
        wanted = Fraction(text)
    except (ValueError, ZeroDivisionError):
        return None
    if "/" in text or "e" in text.lower() or "_" in text:
        return None
    try:
        number = float(text)
    except OverflowError:
        return None
    shown = number_text(number)
    return number if isinstance(shown, str) and Fraction(shown) == wanted else None


def _decimals(text: str) -> int:
    return len(text.partition(".")[2]) if exact_number(text) is not None else 0


def _day(text: str) -> date | None:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if day >= _FIRST_DAY and day.isoformat() == text else None
