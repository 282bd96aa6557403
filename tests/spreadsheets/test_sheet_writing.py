"""Workbooks that are written: exact numbers, drop-downs, the same bytes every time."""

import io
import re
import zipfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from configurator.spreadsheets.reading import Workbook, open_workbook
from configurator.spreadsheets.sheet import ColumnForm, Sheet, SheetForm, SheetProblem
from configurator.spreadsheets.writing import exact_number, write_workbook

pytest.importorskip("python_calamine", reason="the extra `excel` is not installed")
pytest.importorskip("xlsxwriter", reason="the extra `excel` is not installed")


def written(*sheets: SheetForm) -> bytes:
    data = write_workbook(sheets)
    assert not isinstance(data, SheetProblem), data
    return data


def part(data: bytes, name: str) -> str:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return archive.read(name).decode()


def read(data: bytes, name: str) -> tuple[tuple[str, ...], ...]:
    book = open_workbook(data)
    assert isinstance(book, Workbook)
    found = book.read(name)
    assert isinstance(found, Sheet)
    assert {} == found.mistakes
    return found.rows


TYPED = (ColumnForm("sku"), ColumnForm("price [EUR]", "number"), ColumnForm("valid_from", "date"))

printable = st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cc", "Co", "Cn")), max_size=12)
numbers = st.decimals(allow_nan=False, allow_infinity=False, places=3).map(lambda number: f"{number:f}")
days = st.dates().map(lambda day: day.isoformat())
cells = st.one_of(
    printable,
    numbers,
    days,
    st.sampled_from(["=1+1", "http://x.y", "_x0041_", "#N/ A", "1e5", "yes", "'", ""]),
)


@given(st.lists(st.tuples(cells, cells, cells), max_size=5))
@settings(max_examples=60, deadline=None)
def test_every_text_comes_back_as_the_number_it_is_or_as_it_is(rows: list[tuple[str, str, str]]) -> None:
    stripped = [tuple(cell.strip() for cell in row) for row in rows]
    data = written(SheetForm("a", TYPED, tuple(stripped)))

    found = [(*row, *[""] * (3 - len(row))) for row in read(data, "a")[1:]]
    while stripped and not any(stripped[-1]):
        stripped.pop()

    assert [(a, _plain(b), c) for a, b, c in stripped] == [(a, _plain(b), c) for a, b, c in found]


def _plain(text: str) -> object:
    return text if exact_number(text) is None else exact_number(text)


def test_numbers_that_a_spreadsheet_would_round_are_written_as_text() -> None:
    rows = (("A", "1234567890123456.5", ""), ("B", "0.1", ""))

    assert ("A", "1234567890123456.5") == read(written(SheetForm("a", TYPED, rows)), "a")[1]


def test_the_heading_stays_in_sight_and_filters() -> None:
    page = part(written(SheetForm("a", TYPED, (("A", "1.50", "2026-01-01"),))), "xl/worksheets/sheet1.xml")

    assert 'ySplit="1"' in page
    assert 'state="frozen"' in page
    assert '<autoFilter ref="A1:C2"/>' in page


def test_numbers_keep_their_decimals_in_sight() -> None:
    styles = part(written(SheetForm("a", TYPED, (("A", "1.50", ""),))), "xl/styles.xml")

    assert 'formatCode="0.00"' in styles or 'numFmtId="2"' in styles


@pytest.mark.parametrize(("strict", "shown"), [(True, 'showErrorMessage="1"'), (False, "")])
def test_values_are_offered_in_a_drop_down(strict: bool, shown: str) -> None:
    columns = (ColumnForm("sku"), ColumnForm("boxed", values=("yes", "no"), strict=strict))
    page = part(written(SheetForm("a", columns, (("A", "yes"),))), "xl/worksheets/sheet1.xml")
    found = re.search(r"<dataValidation .*?</dataValidation>", page)

    assert found is not None
    assert '<formula1>"yes,no"</formula1>' in found[0]
    assert 'sqref="B2:B1048576"' in found[0]
    assert ("showErrorMessage" in found[0]) == bool(shown)


def test_long_drop_downs_stand_on_a_sheet_of_their_own() -> None:
    values = tuple(f"GPU-{number:04}" for number in range(500))
    data = written(SheetForm("a", (ColumnForm("gpu", values=values),), (("any",),)))

    assert "<formula1>lists!$A$1:$A$500</formula1>" in part(data, "xl/worksheets/sheet1.xml")
    assert values == tuple(row[0] for row in read(data, "lists"))
    assert '<sheet name="lists" sheetId="2" state="veryHidden"' in part(data, "xl/workbook.xml")


def test_a_locked_sheet_refuses_changes() -> None:
    assert "<sheetProtection" in part(
        written(SheetForm("a", TYPED, (), locked=True)), "xl/worksheets/sheet1.xml"
    )


def test_a_text_that_no_cell_holds_is_refused() -> None:
    assert SheetProblem(
        "`a` has a cell of 40,000 characters; a spreadsheet holds 32,767", ("export it as CSV",)
    ) == write_workbook([SheetForm("a", (ColumnForm("sku"),), (("x" * 40_000,),))])
