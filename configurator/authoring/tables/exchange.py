"""Exported and changed sheets taken back into the files of a catalog."""

from collections.abc import Iterable, Mapping, Sequence

from attrs import evolve, frozen

from configurator.authoring.tables.answers import TableChange, TablesImported, TablesRefused
from configurator.authoring.tables.exporting import BASE, FORM, NOTES, TABLES, is_editable
from configurator.authoring.tables.merging import Conflict, Merge, Version, merge_tables
from configurator.authoring.tables.rewriting import TextEdit, decimals_of, edited, padded, table_edits
from configurator.authoring.tables.written import WrittenTable, written_tables
from configurator.catalog.cell_values import CellProblem, read_value
from configurator.catalog.compilation import compile_catalog
from configurator.catalog.loading import CatalogReader, ReadProblem
from configurator.catalog.model import Catalog
from configurator.catalog.table_sources import Record, record_places
from configurator.diagnostics.diagnostic import Diagnostic, Severity, has_errors
from configurator.diagnostics.suggestion import did_you_mean
from configurator.source import SourceFile, Span
from configurator.spreadsheets.sheet import CellMistake
from configurator.syntax.nodes import TableBlock, TableSource

MOST_TOLD = 20
"""Conflicts of one table that are told one by one."""


@frozen(eq=False)
class GivenSheet:
    """A sheet that comes back.

    Attributes:
        records: its rows with their places, the heading first; blank rows are left out.
        separator: of a CSV file.
        mistakes: cells that hold no value, by the place of their row and their column from 0.
    """

    name: str
    records: tuple[Record, ...]
    separator: str = ","
    mistakes: tuple[tuple[Span, CellMistake], ...] = ()


def take_back(
    entry: str,
    reader: CatalogReader,
    catalog: Catalog,
    sheets: Sequence[GivenSheet],
    file: str,
    *,
    merge: bool,
) -> TablesImported | TablesRefused:
    """What changed sheets make of a catalog's files; nothing is written.

    Args:
        entry: the path of the headed file within the reader's tree.
        reader: gives the catalog's files.
        catalog: what they were compiled to.
        sheets: all that was exported and comes back.
        file: how people know the spreadsheet.
        merge: whether tables that have changed since they were exported are brought together with the sheets.
    """
    return _Import(entry, reader, catalog, file, merge=merge).run({sheet.name: sheet for sheet in sheets})


@frozen(eq=False)
class _Taken:
    """A table with what comes back for it."""

    table: WrittenTable
    sheet: GivenSheet
    order: tuple[int, ...]
    merge: Merge


class _Import:
    def __init__(
        self, entry: str, reader: CatalogReader, catalog: Catalog, file: str, *, merge: bool
    ) -> None:
        self.entry = entry
        self.reader = reader
        self.catalog = catalog
        self.file = file
        self.merge = merge
        self.diagnostics: list[Diagnostic] = []
        self.tables: dict[tuple[str, str, int], WrittenTable] = {
            (table.kind, table.key, table.number): table for table in written_tables(entry, reader, catalog)
        }

    def error(
        self,
        code: str,
        message: str,
        span: Span | None,
        *steps: str,
    ) -> None:
        self.diagnostics.append(Diagnostic(code, Severity.ERROR, message, span, help=steps))

    def run(self, sheets: dict[str, GivenSheet]) -> TablesImported | TablesRefused:
        notes = self.notes(sheets)
        if notes is None:
            return TablesRefused(tuple(self.diagnostics))
        bases = _bases(sheets[BASE])
        known = {NOTES, BASE, "lists", *notes}
        for name, sheet in sheets.items():
            if name not in known:
                span = sheet.records[0].span if sheet.records else None
                self.error(
                    "E0224", f"the sheet `{name}` was not exported", span, "delete it, or move it elsewhere"
                )
        taken = []
        for name, what in notes.items():
            if name in sheets:
                found = self.take(sheets[name], what, bases.get(name, ()))
                taken += [found] if found else []
        if self.diagnostics:
            return TablesRefused(tuple(self.diagnostics))
        return self.finish(taken)

    # ------------------------------------------------------------ reading the sheets

    def notes(self, sheets: dict[str, GivenSheet]) -> dict[str, tuple[str, str, int]] | None:
        """Which table each sheet is of."""
        if NOTES not in sheets or BASE not in sheets:
            step = "export the tables, and change what comes out"
            self.error("E0224", f"`{self.file}` was not made by `configurator tables export`", None, step)
            return None
        rows = [record.texts for record in sheets[NOTES].records]
        said = {row[0]: row[1] for row in rows if len(row) > 1}
        if said.get("catalog") != self.catalog.name or said.get(FORM[0]) != FORM[1]:
            other = said.get("catalog", "no catalog")
            self.error(
                "E0224", f"`{self.file}` holds tables of `{other}`, not of `{self.catalog.name}`", None
            )
            return None
        begin = next((at for at, row in enumerate(rows) if row[:5] == TABLES), len(rows))
        return {
            row[0]: (row[1], row[2], int(row[3]))
            for row in rows[begin + 1 :]
            if len(row) > 3 and row[3].isdecimal()
        }

    def take(
        self, sheet: GivenSheet, what: tuple[str, str, int], base: Sequence[tuple[str, ...]]
    ) -> _Taken | None:
        """A sheet's rows brought together with those of its table."""
        table = self.tables.get(what)
        if table is None:
            self.error(
                "E0224",
                f"the catalog has no table any more for the sheet `{sheet.name}`",
                sheet.records[0].span if sheet.records else None,
                "export the tables anew",
            )
            return None
        order = self.columns(sheet, table, base)
        if order is None:
            return None
        for span, mistake in sheet.mistakes:
            self.error("E0223", mistake.message, span, mistake.help)
        given = [self.cells(table, sheet, record, order) for record in sheet.records[1:]]
        first, mine, now = (
            Version(rows, [table.normal(row) for row in rows]) for rows in (base[1:], given, table.rows)
        )
        merged = merge_tables(first, mine, now, table.key_column)
        found = _Taken(table, sheet, order, merged)
        self.check_types(found)
        self.check(found)
        return found

    def check_types(self, found: _Taken) -> None:
        """Refuse cells that would make another column of their column: a text among numbers."""
        table = found.table
        changed = set(_changed_rows(found))
        for row in found.merge.rows:
            if row.given not in changed or row.given is None:
                continue
            before = table.rows[row.now] if row.now is not None else ("",) * len(table.columns)
            for at, (column, old, text) in enumerate(zip(table.columns, before, row.cells, strict=True)):
                if column.kind is None or not text or text == old:
                    continue
                try:
                    read_value(text, column.kind, None)
                except CellProblem as problem:
                    span = self.given_span(found, found.sheet.records[1 + row.given], at)
                    where = f" in column `{column.form.heading}`"
                    self.error("E0502", problem.message + where, span, *problem.help)

    def columns(
        self, sheet: GivenSheet, table: WrittenTable, base: Sequence[tuple[str, ...]]
    ) -> tuple[int, ...] | None:
        """For each column of the table the one of the sheet, from 0."""
        if not base or not sheet.records:
            self.error("E0224", f"the sheet `{sheet.name}` has no heading", None, "export the tables anew")
            return None
        heading = sheet.records[0]
        titles = [" ".join(text.split()) for text in heading.texts]
        before = len(self.diagnostics)
        places = record_places(heading.span, sheet.separator)
        for at, title in enumerate(titles):
            if title and (title not in table.headings or titles.index(title) < at):
                span = Span(heading.span.file, *places[at])
                twice = title in table.headings
                self.error(
                    "E0224",
                    f"two columns are called `{title}`"
                    if twice
                    else f"`{sheet.name}` has no column `{title}`",
                    span,
                    *(() if twice else did_you_mean(title, table.headings)),
                    *(() if twice else ("a new column is written into the catalog first",)),
                )
        missing = [title for title in table.headings if title not in titles]
        if missing:
            step = "a column is taken out in the catalog, not in the sheet"
            self.error("E0224", f"the column `{missing[0]}` is missing", heading.span, step)
        nameless = [at for at, title in enumerate(titles) if not title]
        for record in sheet.records[1:]:
            places = record_places(record.span, sheet.separator)
            for at in [*nameless, *range(len(titles), len(record.texts))]:
                if at < len(record.texts) and record.texts[at]:
                    span = Span(record.span.file, *places[at])
                    self.error("E0224", "the cell stands in a column without a heading", span, "clear it")
        if len(self.diagnostics) > before:
            return None
        if set(base[0]) != set(table.headings):
            self.error(
                "E0225",
                f"the columns of `{table.name}` have changed in the catalog since the export",
                heading.span,
                "export the tables anew",
            )
            return None
        return tuple(titles.index(title) for title in table.headings)

    def cells(
        self, table: WrittenTable, sheet: GivenSheet, record: Record, order: tuple[int, ...]
    ) -> tuple[str, ...]:
        texts = tuple([record.texts[at] if at < len(record.texts) else "" for at in order])
        if isinstance(table.node, TableBlock):
            for at, text in zip(order, texts, strict=True):
                if any(sign in text for sign in "\n\r\u2028\x0b\x0c\x85\u2029"):
                    span = Span(record.span.file, *record_places(record.span, sheet.separator)[at])
                    step = "write it in one line"
                    self.error(
                        "E0224", "a cell of several lines does not fit into a row of a catalog", span, step
                    )
        return texts

    # ------------------------------------------------------------ three versions

    def check(self, found: _Taken) -> None:
        """Refuse changes of a table that lives elsewhere, and changes that would undo others."""
        table, merged = found.table, found.merge
        changed = bool(merged.removed or merged.conflicts or _changed_rows(found))
        if changed and not is_editable(table):
            where = table.shown
            if isinstance(table.node, TableSource) and table.node.sheet:
                where += f", sheet {table.node.sheet.value}"
            self.error(
                "E0224",
                f"`{table.name}` is read from a workbook and cannot be changed here",
                self.first_change(found),
                f"change it in {where}",
            )
        elif changed and merged.stale and (merged.conflicts or not self.merge):
            self.explain(found)

    def first_change(self, found: _Taken) -> Span:
        records = found.sheet.records
        rows = _changed_rows(found)
        return records[1 + rows[0]].span if rows else records[0].span

    def explain(self, found: _Taken) -> None:
        """Tell what the sheet and the catalog have changed, and where both have changed the same."""
        merged, name = found.merge, found.table.name
        for conflict in merged.conflicts[:MOST_TOLD]:
            self.error("E0225", *self.told(found, conflict), *_versions(conflict))
        if len(merged.conflicts) > MOST_TOLD:
            rest = len(merged.conflicts) - MOST_TOLD
            self.error("E0225", f"{rest} more rows of `{name}` have changed on both sides", None)
        if merged.conflicts:
            return
        mine = len(_changed_rows(found)) + len(merged.removed)
        self.error(
            "E0225",
            f"`{name}` has changed in the catalog since it was exported",
            found.sheet.records[0].span,
            f"rows changed in the sheet: {mine}; none of them has changed in the catalog",
            "with `--merge` they are applied to the table as it is now; or export it anew",
        )

    def told(self, found: _Taken, conflict: Conflict) -> tuple[str, Span | None]:
        """What happened, and where in the sheet."""
        if conflict.given is None:
            row = (conflict.base or "").partition(" | ")[0]
            return f"the row `{row}` was removed in the sheet and changed in the catalog", None
        record = found.sheet.records[1 + conflict.given]
        if conflict.column is None:
            what = (
                "removed in the catalog"
                if conflict.theirs is None
                else "added in the catalog, with other cells"
            )
            done = "changed in the sheet" if conflict.theirs is None else "added in the sheet"
            return f"the row was {done} and {what}", record.span
        column = found.table.headings[conflict.column]
        span = self.given_span(found, record, conflict.column)
        return f"`{column}` has changed both in the sheet and in the catalog", span

    @staticmethod
    def given_span(found: _Taken, record: Record, at: int) -> Span:
        places = record_places(record.span, found.sheet.separator)
        column = found.order[at]
        return Span(record.span.file, *places[column]) if column < len(places) else record.span

    # ------------------------------------------------------------ writing

    def finish(self, taken: Sequence[_Taken]) -> TablesImported | TablesRefused:
        """Edit the files, compile the catalog they make, and look whether it says what the sheets say."""
        edits: dict[str, list[TextEdit]] = {}
        active = [each for each in taken if each.merge.removed or _changed_rows(each)]
        for each in active:
            edits.setdefault(each.table.path, []).extend(table_edits(each.table, each.merge.rows))
        files = {}
        for path, changes in edits.items():
            data = self.reader.read(path)
            assert isinstance(data, bytes)
            # Two tables of the same file, changed alike, ask for the same edits.
            files[path] = edited(data, dict.fromkeys(changes))
        reader = _EditedReader(self.reader, files)
        result = compile_catalog(self.entry, reader) if files else None
        after = result.catalog if result else self.catalog
        new: dict[tuple[str, str, int], WrittenTable] = {
            (table.kind, table.key, table.number): table
            for table in (written_tables(self.entry, reader, after or self.catalog) if files else ())
        }
        originals = {each.table.path: each.table.content.head.file for each in active}
        moves = {originals[path].name: (originals[path], changes) for path, changes in edits.items()}
        found = result.diagnostics if result else ()
        findings = tuple([_as_before(self.placed(each, active, new), moves) for each in found])
        if after is None or has_errors(findings):
            return TablesRefused(findings)
        self.verify([each for each in taken if each.table.path in files], new)
        if self.diagnostics:
            return TablesRefused(tuple(self.diagnostics))
        return TablesImported(
            tuple(change for each in active for change in _changes(each)),
            files,
            tuple(each.table.name for each in taken if each.merge.reordered),
            tuple(each.table.name for each in active if each.merge.stale),
            findings,
            after.digest,
        )

    def verify(self, taken: Iterable[_Taken], new: Mapping[tuple[str, str, int], WrittenTable]) -> None:
        """What was written must read as what was wanted; a cell that cannot be written so is refused."""
        for each in taken:
            table = new[each.table.kind, each.table.key, each.table.number]
            wanted = [each.table.normal(row.cells) for row in each.merge.rows]
            if [table.normal(row) for row in table.rows] == wanted:
                continue
            if not each.merge.removed and not _changed_rows(each):
                span = each.sheet.records[0].span
                message = f"`{table.name}` stands in the same rows as a table that has changed"
                self.error("E0224", message, span, "change both sheets alike")
                continue
            for row, cells, read in zip(
                each.merge.rows, wanted, [*table.rows, *[()] * len(wanted)], strict=False
            ):
                if cells != read and row.given is not None:
                    record = each.sheet.records[1 + row.given]
                    self.error("E0224", "the row cannot be written into the catalog as it is", record.span)
                    return
            self.error("E0224", f"`{table.name}` cannot be written into the catalog as it is", None)

    def placed(
        self,
        finding: Diagnostic,
        active: Iterable[_Taken],
        new: Mapping[tuple[str, str, int], WrittenTable],
    ) -> Diagnostic:
        """A finding about a row that comes from a sheet, told at its place in the sheet."""
        if finding.span is None:
            return finding
        for each in active:
            table = new.get((each.table.kind, each.table.key, each.table.number))
            if table is None or len(table.rows) != len(each.merge.rows):
                continue
            if table.content.head.file.name != finding.span.file.name:
                continue
            for number, (line, row) in enumerate(zip(table.content.lines, each.merge.rows, strict=True)):
                if line.span.start <= finding.span.start <= line.span.end and row.given is not None:
                    span = self.sheet_span(each, table, number, finding.span)
                    return evolve(finding, span=span, replacements=())
        return finding

    def sheet_span(self, each: _Taken, table: WrittenTable, number: int, span: Span) -> Span:
        row = each.merge.rows[number]
        assert row.given is not None
        record = each.sheet.records[1 + row.given]
        if span != table.content.lines[number].span:
            for at in range(len(table.columns)):
                cell = table.cell_span(number, at)
                if cell.start <= span.start <= cell.end:
                    return self.given_span(each, record, at)
        return record.span


def _as_before(finding: Diagnostic, moves: Mapping[str, tuple[SourceFile, list[TextEdit]]]) -> Diagnostic:
    """A finding in an edited file, told at its place in the file as it still is."""
    span = finding.span
    if span is None or span.file.name not in moves:
        return finding
    file, edits = moves[span.file.name]
    shift = 0
    for edit in sorted(edits, key=lambda each: (each.start, each.end)):
        start = edit.start + shift
        if span.start < start:
            break
        if span.start < start + len(edit.text):
            return finding
        shift += len(edit.text) - (edit.end - edit.start)
    before = Span(file, span.start - shift, span.end - shift)
    return evolve(finding, span=before, replacements=()) if before.text == span.text else finding


def _bases(sheet: GivenSheet) -> dict[str, list[tuple[str, ...]]]:
    """The cells as exported, by sheet, the headings first."""
    bases: dict[str, list[tuple[str, ...]]] = {}
    for record in sheet.records:
        name, *cells = record.texts
        known = bases.setdefault(name, [])
        width = len(known[0]) if known else len(cells)
        cells = [" ".join(cell.split()) for cell in cells] if not known else cells
        while not known and cells and not cells[-1]:
            cells.pop()
            width = len(cells)
        known.append(tuple([*cells, *[""] * (width - len(cells))][:width]))
    return bases


def _changed_rows(found: _Taken) -> list[int]:
    """Rows of the sheet that make the table another one."""
    table = found.table
    return [
        row.given
        for row in found.merge.rows
        if row.given is not None
        and (row.now is None or table.normal(row.cells) != table.normal(table.rows[row.now]))
    ]


def _changes(found: _Taken) -> Iterable[TableChange]:
    table = found.table

    def name(cells: Sequence[str], number: int) -> str:
        return cells[table.key_column] if table.key_column is not None else str(number + 1)

    for at in found.merge.removed:
        row = table.rows[at]
        yield TableChange(table.name, "removed", name(row, at), "", " | ".join(row), "")
    for number, merged in enumerate(found.merge.rows):
        if merged.now is None:
            yield TableChange(
                table.name, "added", name(merged.cells, number), "", "", " | ".join(merged.cells)
            )
            continue
        before = table.rows[merged.now]
        for at, (column, old, new) in enumerate(zip(table.columns, before, merged.cells, strict=True)):
            if column.normal(old) != column.normal(new):
                row_name = name(before, merged.now)
                written = padded(table, at, new, decimals_of(old))
                yield TableChange(table.name, "changed", row_name, column.form.heading, old, written)


def _versions(conflict: Conflict) -> tuple[str, ...]:
    said = {"exported": conflict.base, "in the sheet": conflict.mine, "in the catalog": conflict.theirs}
    told = "; ".join(f"{where}: {text or 'blank'}" for where, text in said.items() if text is not None)
    return (told, "make the sheet or the catalog say what the other one says")


@frozen
class _EditedReader:
    """Reads edited files from memory, all others where they are."""

    reader: CatalogReader
    files: Mapping[str, bytes]

    def read(self, path: str) -> bytes | ReadProblem:
        """See `CatalogReader.read`."""
        return self.files[path] if path in self.files else self.reader.read(path)

    def shown(self, path: str) -> str:
        """See `CatalogReader.shown`."""
        return self.reader.shown(path)
