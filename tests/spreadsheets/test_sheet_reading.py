"""Workbooks of other programs: what their cells say, what they hide, and what they may not do to us."""

import io
import re
import zipfile
from collections.abc import Callable
from datetime import datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from configurator.spreadsheets import reading
from configurator.spreadsheets.reading import Workbook, open_workbook
from configurator.spreadsheets.sheet import CellMistake, Sheet, SheetProblem, number_text

pytest.importorskip("python_calamine", reason="the extra `excel` is not installed")
xlsxwriter = pytest.importorskip("xlsxwriter", reason="the extra `excel` is not installed")


def workbook(fill: Callable[..., object], **options: object) -> bytes:
    """The bytes of a workbook with one sheet, `EU`."""
    made = io.BytesIO()
    with xlsxwriter.Workbook(made, {"in_memory": True, **options}) as book:
        fill(book, book.add_worksheet("EU"))
    return made.getvalue()


def sheet(data: bytes, name: str = "EU", *, decimal_comma: bool = False) -> Sheet:
    book = open_workbook(data)
    assert isinstance(book, Workbook), book
    found = book.read(name, decimal_comma=decimal_comma)
    assert isinstance(found, Sheet), found
    return found


def with_part(data: bytes, part: str, change: Callable[[bytes], bytes]) -> bytes:
    """A workbook with one part of its archive changed."""
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as new:
        for entry in old.infolist():
            content = old.read(entry)
            new.writestr(entry.filename, change(content) if entry.filename == part else content)
    return made.getvalue()


def row(*cells: object) -> bytes:
    return workbook(lambda _, page: page.write_row(0, 0, cells))


SHEET = "xl/worksheets/sheet1.xml"


@pytest.mark.parametrize(
    ("content", "text"),
    [
        ("00471", "00471"),
        ("  blanks around  ", "blanks around"),
        (4711, "4711"),
        (4.1, "4.1"),
        (0.1 + 0.2, "0.3"),
        (-0.5, "-0.5"),
        (1e-7, "0.0000001"),
        (123456789012345, "123456789012345"),
        (1234567.891, "1234567.891"),
        (True, "yes"),
        (False, "no"),
    ],
)
def test_a_cell_says_what_was_typed(content: object, text: str) -> None:
    assert ((text,),) == sheet(row(content)).rows


@given(st.decimals(-1_000_000, 1_000_000, places=4))
@settings(max_examples=50)
def test_a_number_of_15_digits_is_read_as_it_was_typed(number: object) -> None:
    shown = number_text(float(str(number)))

    assert isinstance(shown, str)
    assert float(shown) == float(str(number))
    assert len(re.sub(r"[-.]", "", shown).lstrip("0")) <= 15


def test_days_times_and_percentages_are_read() -> None:
    def fill(book: object, page: object) -> None:
        day = book.add_format({"num_format": "dd.mm.yyyy"})  # type: ignore[attr-defined]  # XlsxWriter is untyped
        page.write_datetime(0, 0, datetime(2026, 11, 22), day)  # type: ignore[attr-defined]  # noqa: DTZ001 - a day
        page.write_datetime(0, 1, datetime(2026, 11, 22, 13, 45), day)  # type: ignore[attr-defined]  # noqa: DTZ001 - as above
        page.write_number(0, 2, 0.3, book.add_format({"num_format": "0%"}))  # type: ignore[attr-defined]  # as above

    found = sheet(workbook(fill))

    assert (("2026-11-22", "2026-11-22 13:45:00", "0.3"),) == found.rows
    assert {(0, 0), (0, 1)} == set(found.dates)


def test_days_counted_from_1904_are_the_same_days() -> None:
    def fill(book: object, page: object) -> None:
        day = book.add_format({"num_format": "yyyy-mm-dd"})  # type: ignore[attr-defined]  # XlsxWriter is untyped
        page.write_datetime(0, 0, datetime(2026, 11, 22), day)  # type: ignore[attr-defined]  # noqa: DTZ001 - a day

    assert (("2026-11-22",),) == sheet(workbook(fill, date_1904=True)).rows


def test_numbers_are_told_with_a_comma_where_it_is_asked_for() -> None:
    assert (("4,1", "4.1", "7"),) == sheet(row(4.1, "4.1", 7), decimal_comma=True).rows


def test_blank_rows_and_cells_at_the_end_are_left_out() -> None:
    def fill(book: object, page: object) -> None:
        bold = book.add_format({"bold": True})  # type: ignore[attr-defined]  # XlsxWriter is untyped
        page.write_row(1, 1, ["a", "b"])  # type: ignore[attr-defined]  # as above
        page.write_blank(1, 5, None, bold)  # type: ignore[attr-defined]  # as above
        page.write_blank(40, 0, None, bold)  # type: ignore[attr-defined]  # as above

    assert ((), ("", "a", "b")) == sheet(workbook(fill)).rows


def test_a_formula_is_the_value_it_had_when_saved() -> None:
    data = workbook(lambda _, page: page.write_formula(0, 0, "=1.1*3", None, 3.3000000000000003))

    assert (("3.3",),) == sheet(data).rows


@pytest.mark.parametrize("value", ["#DIV/0!", "#REF!", "#N/A", "#NAME?"])
def test_a_formula_that_failed_is_no_blank(value: str) -> None:
    found = sheet(workbook(lambda _, page: page.write_formula(2, 1, "=1/0", None, value)))

    mistake = CellMistake(
        f"`{value}` is a formula that failed", "mend the formula, or write the value itself"
    )
    assert {(2, 1): mistake} == found.mistakes
    assert value == found.rows[2][1]


def test_a_formula_that_was_never_computed_is_no_blank() -> None:
    data = workbook(lambda _, page: page.write_formula(0, 1, "=A1*2", None, 7))
    found = sheet(with_part(data, SHEET, lambda text: text.replace(b"<v>7</v>", b"")))

    assert ["a formula that was never computed"] == [each.message for each in found.mistakes.values()]
    assert [(0, 1)] == list(found.mistakes)


def test_a_number_beyond_what_a_spreadsheet_keeps_is_a_mistake() -> None:
    found = sheet(row(1234567890123456))

    assert [
        CellMistake(
            "a number of more than 15 digits, which a spreadsheet does not keep exactly",
            "format the column as text and write it again",
        )
    ] == list(found.mistakes.values())


def test_merged_cells_are_known_by_their_first() -> None:
    def fill(_: object, page: object) -> None:
        page.merge_range(0, 0, 1, 1, "all")  # type: ignore[attr-defined]  # XlsxWriter is untyped
        page.write_row(2, 0, ["A", "B"])  # type: ignore[attr-defined]  # as above

    found = sheet(workbook(fill))

    assert {(0, 1): (0, 0), (1, 0): (0, 0), (1, 1): (0, 0)} == found.merged


def test_sheets_are_known_by_name_and_hidden_ones_as_such() -> None:
    def fill(book: object, _: object) -> None:
        book.add_worksheet('R&D <"new">').hide()  # type: ignore[attr-defined]  # XlsxWriter is untyped

    book = open_workbook(workbook(fill))

    assert isinstance(book, Workbook)
    assert [("EU", False), ('R&D <"new">', True)] == [(each.name, each.hidden) for each in book.sheets]


# ---------------------------------------------------------------- no workbook, too much of one

NO_WORKBOOK = SheetProblem("is not an .xlsx workbook", ("save it as .xlsx in a spreadsheet program",))


@pytest.mark.parametrize("data", [b"", b"sku,size\nA,1\n", b"PK\x03\x04nothing", b"\x00" * 100])
def test_what_is_no_workbook_is_refused(data: bytes) -> None:
    assert NO_WORKBOOK == open_workbook(data)


def test_old_and_protected_workbooks_are_refused_by_name() -> None:
    assert SheetProblem(
        "is an old .xls workbook, or protected with a password", ("save it as .xlsx without a password",)
    ) == open_workbook(bytes.fromhex("d0cf11e0a1b11ae1") + b"\x00" * 512)


@pytest.mark.parametrize(("part", "suffix"), [("xl/workbook.bin", ".xlsb"), ("content.xml", ".ods")])
def test_workbooks_of_other_formats_are_refused_by_name(part: str, suffix: str) -> None:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr(part, b"")

    assert SheetProblem(f"is an {suffix} workbook", ("save it as .xlsx",)) == open_workbook(made.getvalue())


def test_an_archive_that_unfolds_to_too_much_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "LARGEST_CONTENT", 1_000_000)
    data = with_part(row("a"), SHEET, lambda text: text + b" " * 2_000_000)

    assert len(data) < 20_000
    assert SheetProblem(
        "is larger than 1,000,000 bytes when unpacked", ("split it into several workbooks",)
    ) == open_workbook(data)


def cells(*written: str) -> bytes:
    """A workbook whose sheet holds these rows as they are."""
    body = "".join(written).encode()
    return with_part(
        row("a"),
        SHEET,
        lambda text: re.sub(rb"<sheetData>.*</sheetData>", b"<sheetData>" + body + b"</sheetData>", text),
    )


FAR = SheetProblem(
    "has more than 5,000,000 cells from its first to its last",
    ("delete the rows and columns after the table",),
)


@pytest.mark.parametrize(
    "data",
    [
        cells('<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'),
        cells("<row r='1'><c\n r = 'A1' ><v>1</v></c><c foo='>' r='XFD1048576'><v>1</v></c></row>"),
        cells('<row r="1048576"><c><v>1</v></c></row><row><c r="XFD1"><v>1</v></c></row>'),
        cells("<row>" + "<c><v>1</v></c>" * 3000 + "</row>" + "<row/>" * 2000 + "<row><c><v>1</v></c></row>"),
    ],
    ids=["two cells", "odd signs", "no addresses", "nothing but cells"],
)
def test_cells_too_far_apart_are_refused_before_they_take_memory(data: bytes) -> None:
    book = open_workbook(data)

    assert isinstance(book, Workbook)
    assert FAR == book.read("EU")


def test_formats_down_to_the_last_row_are_no_cells() -> None:
    data = cells('<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576" s="1"/></row>')

    assert (("1",),) == sheet(data).rows


def test_cells_without_addresses_are_read_in_order() -> None:
    assert (("1", "2"), ("3",)) == sheet(
        cells("<row><c><v>1</v></c><c><v>2</v></c></row><row><c><v>3</v></c></row>")
    ).rows


WHOLE = workbook(lambda _, page: [page.write_row(at, 0, ["A", at, 1.5, True]) for at in range(5)])


@given(st.integers(0, len(WHOLE) - 1), st.binary(min_size=1, max_size=4))
@settings(max_examples=200, deadline=None)
def test_a_damaged_workbook_is_read_or_refused(at: int, damage: bytes) -> None:
    book = open_workbook(WHOLE[:at] + damage + WHOLE[at + len(damage) :])

    if isinstance(book, Workbook):
        for each in book.sheets:
            assert isinstance(book.read(each.name), Sheet | SheetProblem)


CONTENT = zipfile.ZipFile(io.BytesIO(WHOLE)).read(SHEET)


@given(st.integers(0, len(CONTENT) - 1), st.binary(min_size=1, max_size=6))
@settings(max_examples=200, deadline=None)
def test_a_damaged_sheet_is_read_or_refused(at: int, damage: bytes) -> None:
    book = open_workbook(with_part(WHOLE, SHEET, lambda text: text[:at] + damage + text[at + len(damage) :]))

    if isinstance(book, Workbook):
        for each in book.sheets:
            assert isinstance(book.read(each.name), Sheet | SheetProblem)
