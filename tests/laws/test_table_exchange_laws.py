"""Laws of tables on their way to a spreadsheet and back: nothing is lost, and nothing else is touched."""

import string
from collections.abc import Sequence
from difflib import SequenceMatcher

import pytest
from attrs import evolve, field, frozen
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.strategies import DataObject, DrawFn
from law_settings import examples

from configurator.authoring.tables.answers import TablesImported, TablesRefused
from configurator.authoring.tables.exchange import take_back
from configurator.authoring.tables.exporting import sheets_of
from configurator.authoring.tables.written import WrittenTable, written_tables
from configurator.catalog.compilation import compile_catalog
from configurator.catalog.model import Catalog
from configurator.catalog_files import text_reader
from configurator.spreadsheets.sheet import SheetForm, SheetProblem
from configurator.spreadsheets.writing import write_workbook
from configurator.table_files import workbook_sheets
from configurator.testing.made.catalogs import MadeCatalog, made_catalogs

pytest.importorskip("python_calamine", reason="the extra `excel` is not installed")
pytest.importorskip("xlsxwriter", reason="the extra `excel` is not installed")

ENTRY = "made.pcat"


@frozen(eq=False)
class Files:
    """A catalog as its files."""

    contents: dict[str, bytes] = field(repr=False)

    @property
    def catalog(self) -> Catalog:
        result = compile_catalog(ENTRY, text_reader(self.contents))
        assert result.catalog is not None, result.diagnostics
        return result.catalog

    @property
    def tables(self) -> tuple[WrittenTable, ...]:
        return written_tables(ENTRY, text_reader(self.contents), self.catalog)

    @property
    def sheets(self) -> tuple[SheetForm, ...]:
        return sheets_of(self.catalog, self.tables)

    def importing(
        self, sheets: Sequence[SheetForm], *, merge: bool = False
    ) -> TablesImported | TablesRefused:
        """What the sheets make of these files, by way of a workbook."""
        data = write_workbook(sheets)
        assert not isinstance(data, SheetProblem)
        given = workbook_sheets(data, "planned.xlsx")
        return take_back(ENTRY, text_reader(self.contents), self.catalog, given, "planned.xlsx", merge=merge)


def files_of(made: MadeCatalog, ending: str = "\n", *, mark: bool = False) -> Files:
    texts = {ENTRY: made.text(), **made.files()}
    begin = "\ufeff" if mark else ""
    return Files({path: (begin + text.replace("\n", ending)).encode() for path, text in texts.items()})


def told(tables: Sequence[WrittenTable]) -> list[list[tuple[str, ...]]]:
    """What tables say."""
    return [[table.normal(row) for row in table.rows] for table in tables]


@given(made=made_catalogs(), ending=st.sampled_from(["\n", "\r\n", "\r"]), mark=st.booleans())
@examples(10)
def test_what_comes_back_unchanged_changes_nothing(made: MadeCatalog, ending: str, mark: bool) -> None:
    files = files_of(made, ending, mark=mark)

    result = files.importing(files.sheets)

    assert isinstance(result, TablesImported), result.diagnostics
    assert ({}, (), ()) == (result.files, result.changes, result.reordered)


@given(made=made_catalogs())
@examples(5)
def test_the_same_catalog_is_always_the_same_workbook(made: MadeCatalog) -> None:
    files = files_of(made)

    assert write_workbook(files.sheets) == write_workbook(files.sheets)


texts = st.text(string.ascii_letters + string.digits + " |\\\"',;#-.äß€*", min_size=1, max_size=8).map(
    str.strip
)


@st.composite
def edited_rows(draw: DrawFn, table: WrittenTable) -> list[tuple[str, ...]]:
    """Rows of a table after a planner has been at them."""
    rows = [list(row) for row in table.rows]
    for _ in range(draw(st.integers(1, 4))):
        kind = draw(st.sampled_from(["cell", "cell", "text", "number", "remove", "add"]))
        if not rows:
            break
        at = draw(st.integers(0, len(rows) - 1))
        column = draw(st.integers(0, len(rows[at]) - 1))
        if kind == "cell" and column != table.key_column:
            rows[at][column] = draw(st.sampled_from(table.rows))[column]
        elif kind == "text":
            rows[at][column] = draw(texts)
        elif kind == "number" and table.columns[column].numeric:
            rows[at][column] = str(draw(st.decimals(0, 100, places=2)))
        elif kind == "remove":
            del rows[at]
        elif kind == "add":
            new = list(draw(st.sampled_from(table.rows)))
            if table.key_column is not None:
                new[table.key_column] = draw(texts)
            rows.insert(at, new)
    return [tuple(row) for row in rows if any(row)]


def with_rows(files: Files, data: DataObject) -> tuple[list[SheetForm], list[list[tuple[str, ...]]]]:
    """Sheets of which some are edited, and the rows they have then."""
    sheets, rows = [], []
    notes, *exported, base = files.sheets
    for sheet, table in zip(exported, files.tables, strict=True):
        changed = data.draw(edited_rows(table)) if data.draw(st.booleans()) else list(table.rows)
        sheets.append(evolve(sheet, rows=tuple(changed)))
        rows.append([table.normal(row) for row in changed])
    return [notes, *sheets, base], rows


@given(made=made_catalogs(), ending=st.sampled_from(["\n", "\r\n"]), data=st.data())
@examples(30)
def test_what_a_planner_changes_is_what_the_catalog_says_then(
    made: MadeCatalog, ending: str, data: DataObject
) -> None:
    files = files_of(made, ending)
    sheets, rows = with_rows(files, data)

    result = files.importing(sheets)

    if isinstance(result, TablesRefused):
        # What does not fit the catalog changes nothing; every finding has a place or says which row it was.
        assert result.diagnostics
        return
    after = Files({**files.contents, **result.files})
    assert in_any_order(rows, files, result) == in_any_order(told(after.tables), files, result)
    assert result.digest == after.catalog.digest
    again = after.importing(after.sheets)
    assert isinstance(again, TablesImported)
    assert {} == again.files


@given(made=made_catalogs(), data=st.data())
@examples(12)
def test_only_lines_of_changed_rows_change(made: MadeCatalog, data: DataObject) -> None:
    files = files_of(made)
    sheets, _ = with_rows(files, data)

    result = files.importing(sheets)

    if isinstance(result, TablesImported):
        # What is added has the number that it has in the sheet, everything else the one in the catalog.
        rows = {(change.table, change.kind == "added", change.row) for change in result.changes}
        touched = sum(changed_lines(files.contents[path], content) for path, content in result.files.items())
        assert touched <= len(rows)
        assert bool(result.changes) == bool(result.files)


def in_any_order(
    rows: list[list[tuple[str, ...]]], files: Files, result: TablesImported
) -> list[list[tuple[str, ...]]]:
    """Rows of which those are sorted whose order was not taken over."""
    return [
        sorted(each) if table.name in result.reordered else each
        for each, table in zip(rows, files.tables, strict=True)
    ]


def changed_lines(before: bytes, after: bytes) -> int:
    """How many lines were replaced, put in or taken out."""
    old, new = before.decode().split("\n"), after.decode().split("\n")
    matcher = SequenceMatcher(None, old, new, autojunk=False)
    return sum(max(b - a, d - c) for kind, a, b, c, d in matcher.get_opcodes() if kind != "equal")


@given(made=made_catalogs(), data=st.data())
@examples(10)
def test_merging_into_a_catalog_that_did_not_change_is_importing(made: MadeCatalog, data: DataObject) -> None:
    files = files_of(made)
    sheets, _ = with_rows(files, data)

    plain, merged = files.importing(sheets), files.importing(sheets, merge=True)

    assert type(plain) is type(merged)
    if isinstance(plain, TablesImported) and isinstance(merged, TablesImported):
        assert plain.files == merged.files


@given(made=made_catalogs(), data=st.data())
@examples(12)
def test_the_same_changes_on_both_sides_are_no_conflict(made: MadeCatalog, data: DataObject) -> None:
    files = files_of(made)
    sheets, rows = with_rows(files, data)
    result = files.importing(sheets)
    if isinstance(result, TablesRefused):
        return
    after = Files({**files.contents, **result.files})

    again = after.importing(sheets, merge=True)

    assert isinstance(again, TablesImported), again.diagnostics
    final = Files({**after.contents, **again.files})
    assert in_any_order(rows, files, result) == in_any_order(told(final.tables), files, result)
