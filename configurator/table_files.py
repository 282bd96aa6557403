"""Spreadsheets of a catalog's tables: made of the catalog's files, and taken back into them."""

import csv
import io
from collections.abc import Collection
from pathlib import Path

from attrs import evolve

from configurator.authoring.tables.answers import TablesImported, TablesRefused
from configurator.authoring.tables.exchange import GivenSheet, take_back
from configurator.authoring.tables.exporting import sheets_of
from configurator.authoring.tables.written import WrittenTable, written_tables
from configurator.catalog.compilation import compile_catalog
from configurator.catalog.loading import ReadProblem, decode
from configurator.catalog.model import Catalog
from configurator.catalog.table_sources import Record
from configurator.catalog_files import LARGEST_FILE, FolderReader, FoundCatalog, find_catalog
from configurator.diagnostics.suggestion import did_you_mean
from configurator.errors import CatalogError, TableFileError, UnknownTableError
from configurator.source import SourceFile, Span
from configurator.spreadsheets.reading import open_workbook
from configurator.spreadsheets.sheet import Sheet, SheetForm, SheetProblem, SheetText
from configurator.spreadsheets.writing import write_workbook

MOST_FILES = 10_000
"""Files of the largest folder of sheets that is read."""


def export_tables(
    catalog: str | Path, *, families: Collection[str] = (), tables: Collection[str] = ()
) -> bytes:
    """The tables of a catalog as an .xlsx workbook, a sheet for each; always the same bytes for a catalog.

    Args:
        catalog: as in `Configurator.load`.
        families: the families whose tables are wanted, by key.
        tables: the rule tables wanted, by id. Neither named: all of both.

    Raises:
        CatalogError: the catalog cannot be loaded.
        UnknownTableError: it has no such family or table.
        TableFileError: XlsxWriter (the extra `excel`) is not installed, or a table is larger than a sheet.
    """
    made = write_workbook(_exported(catalog, families, tables))
    if isinstance(made, SheetProblem):
        raise TableFileError(made.message, made.help)
    return made


def export_table_texts(
    catalog: str | Path, *, families: Collection[str] = (), tables: Collection[str] = ()
) -> dict[str, bytes]:
    """The same as `export_tables` as CSV files by name, for a folder of their own; needs nothing installed.

    Args:
        catalog: as in `Configurator.load`.
        families: as in `export_tables`.
        tables: as in `export_tables`.

    Raises:
        CatalogError: the catalog cannot be loaded.
        UnknownTableError: it has no such family or table.
    """
    return {f"{sheet.name}.csv": _csv_text(sheet) for sheet in _exported(catalog, families, tables)}


def import_tables(
    catalog: str | Path, spreadsheet: str | Path, *, merge: bool = False
) -> TablesImported | TablesRefused:
    """What an exported and changed spreadsheet makes of a catalog's files. Nothing is written.

    Args:
        catalog: as in `Configurator.load`.
        spreadsheet: the workbook, or the folder of CSV files.
        merge: whether the changes are also applied to tables that have changed since they were exported.

    Raises:
        CatalogError: the catalog, as it is now, cannot be loaded.
        TableFileError: the spreadsheet cannot be read, or python-calamine (extra `excel`) is not installed.
    """
    found, compiled = _loaded(catalog)
    place = Path(spreadsheet)
    shown = str(spreadsheet)
    try:
        sheets = _folder_sheets(place) if place.is_dir() else workbook_sheets(_bytes(place, shown), shown)
    except OSError as error:
        reason = (error.strerror or "the path is not usable").lower()
        raise TableFileError(f"`{shown}` cannot be read: {reason}") from error
    result = take_back(found.entry, found.reader, compiled, sheets, shown, merge=merge)
    if isinstance(result, TablesRefused) or not isinstance(found.reader, FolderReader):
        return result
    root = found.reader.root
    files = {str((root / path).resolve()): content for path, content in result.files.items()}
    return evolve(result, files=files)


def _loaded(catalog: str | Path) -> tuple[FoundCatalog, Catalog]:
    found = find_catalog(str(catalog))
    result = compile_catalog(found.entry, found.reader)
    if result.catalog is None:
        raise CatalogError(result.diagnostics)
    return found, result.catalog


# ---------------------------------------------------------------- export


def _exported(
    catalog: str | Path, families: Collection[str], tables: Collection[str]
) -> tuple[SheetForm, ...]:
    found, compiled = _loaded(catalog)
    written = written_tables(found.entry, found.reader, compiled)
    return sheets_of(compiled, _wanted(written, families, tables))


def _wanted(
    written: tuple[WrittenTable, ...], families: Collection[str], tables: Collection[str]
) -> tuple[WrittenTable, ...]:
    if not families and not tables:
        return written
    for kind, words, asked in (("family", "family with a table", families), ("table", "rule table", tables)):
        known = [table.key for table in written if table.kind == kind]
        for key in asked:
            if key not in known:
                raise UnknownTableError(
                    f"the catalog has no {words} `{key}`",
                    did_you_mean(key, known) or (f"it has: {', '.join(dict.fromkeys(known))}",),
                )
    return tuple(table for table in written if table.key in (families if table.kind == "family" else tables))


def _csv_text(sheet: SheetForm) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    if sheet.columns:
        writer.writerow([column.heading for column in sheet.columns])
    writer.writerows(sheet.rows)
    return text.getvalue().encode()


# ---------------------------------------------------------------- import


def _bytes(place: Path, shown: str) -> bytes:
    if place.stat().st_size > LARGEST_FILE:
        raise TableFileError(f"`{shown}` is larger than {LARGEST_FILE:,} bytes")
    return place.read_bytes()


def workbook_sheets(data: bytes, shown: str) -> list[GivenSheet]:
    """All sheets of a workbook with their places; `shown` is how people know the file.

    Raises:
        TableFileError: it is no workbook, or python-calamine is not installed.
    """
    book = open_workbook(data)
    if isinstance(book, SheetProblem):
        raise TableFileError(f"`{shown}` {book.message}", book.help)
    sheets = []
    for each in book.sheets:
        sheet = book.read(each.name)
        if isinstance(sheet, SheetProblem):
            message = f"sheet `{each.name}` of `{shown}` {sheet.message}"
            raise TableFileError(message, sheet.help)
        sheets.append(_given(sheet, shown))
    return sheets


def _given(sheet: Sheet, shown: str) -> GivenSheet:
    heading = next((row for row in sheet.rows if row), ())
    source = SheetText.of(shown, sheet, heading)
    rows = [(at, row) for at, row in enumerate(source.rows) if row]
    records = tuple([Record(row, Span(source, *source.row_range(at))) for at, row in rows])
    mistakes = tuple(
        [(Span(source, *source.cell_range(*place)), each) for place, each in sorted(sheet.mistakes.items())]
    )
    return GivenSheet(sheet.name, records, mistakes=mistakes)


def _folder_sheets(folder: Path) -> list[GivenSheet]:
    sheets = []
    files = sorted(folder.glob("*.csv"))[:MOST_FILES]
    reader = FolderReader(folder.resolve(), f"{folder}/")
    for file in files:
        data = reader.read(file.name)
        source = data if isinstance(data, ReadProblem) else decode(data, reader.shown(file.name))
        if isinstance(source, ReadProblem):
            raise TableFileError(source.message, source.help)
        sheets.append(GivenSheet(file.stem, tuple(_csv_records(source))))
    return sheets


def _csv_records(source: SourceFile) -> list[Record]:
    reader = csv.reader(io.StringIO(source.text), strict=True)
    records, first = [], 1
    try:
        for texts in reader:
            start = source.line_start(min(first, source.line_count))
            last = reader.line_num
            end = source.line_start(last + 1) - 1 if last < source.line_count else len(source.text)
            first = last + 1
            stripped = tuple([text.strip() for text in texts])
            if any(stripped):
                records.append(Record(stripped, Span(source, start, end)))
    except csv.Error as error:
        raise TableFileError(f"`{source.name}` is not readable as CSV: {error}") from error
    return records
