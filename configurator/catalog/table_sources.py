"""Rows from a file beside the catalog: CSV text, or a sheet of a spreadsheet."""

import csv
import io
import re
from collections.abc import Iterator, Sequence

from attrs import field, frozen

from configurator.catalog.draft import Draft
from configurator.catalog.loading import Module, ReadProblem, decode, resolve_path
from configurator.diagnostics.suggestion import did_you_mean
from configurator.source import SourceFile, Span
from configurator.spreadsheets.reading import Workbook, open_workbook
from configurator.spreadsheets.sheet import Sheet, SheetProblem, SheetText, cell_name
from configurator.syntax.cells import parse_heading
from configurator.syntax.expressions import TextLiteral
from configurator.syntax.nodes import Cell, ColumnHeading, Row, TableBlock, TableSource


@frozen(eq=False)
class Record:
    """A row of a file: its cells have no place of their own, only that of the row. Files may be large.

    Attributes:
        texts: without the blanks around them.
        span: the lines it stands on.
    """

    texts: tuple[str, ...]
    span: Span = field(repr=False)


@frozen(eq=False)
class TableContent:
    """Headings and rows, wherever they stood.

    Attributes:
        names: how each column is called in messages: its name in the file, or its heading.
        positions: for rows of a file, which of its columns each one is, from 0.
        separator: of a CSV file.
        head: the place of the heading; for rows of a file, of its first record.
    """

    headings: tuple[ColumnHeading, ...]
    lines: tuple[Row | Record, ...]
    names: tuple[str, ...]
    decimal_comma: bool = False
    positions: tuple[int, ...] = ()
    separator: str = ","
    head: Span = field(repr=False, kw_only=True)
    span: Span = field(repr=False, kw_only=True)

    @property
    def rows(self) -> Iterator[Row]:
        """Every line as a row with cells."""
        return (line if isinstance(line, Row) else self._row(line) for line in self.lines)

    def _row(self, record: Record) -> Row:
        places = record_places(record.span, self.separator)
        spans = [_part(record.span, places, at) for at in self.positions]
        return Row(
            tuple([Cell(text, span) for text, span in zip(record.texts, spans, strict=True)]), record.span
        )

    def cell_span(self, line: Span, at: int) -> Span:
        """The place of a cell, found anew: its column here, from 0, in the row with that span."""
        return _part(line, record_places(line, self.separator), self.positions[at])


def _part(line: Span, places: Sequence[tuple[int, int]], at: int) -> Span:
    return Span(line.file, *places[at]) if at < len(places) else line


def record_places(line: Span, separator: str) -> list[tuple[int, int]]:
    """Offsets where the text of each cell of a record begins and ends, without blanks and quotes."""
    if isinstance(line.file, SheetText):
        row = line.file.position(line.start).line - 1
        return [line.file.cell_range(row, column) for column in range(len(line.file.rows[row]))]
    return [_trimmed(line.file.text, *place) for place in field_places(line, separator)]


def field_places(line: Span, separator: str) -> list[tuple[int, int]]:
    """Offsets where each field of a CSV record begins and ends, quotes and blanks included."""
    text = line.file.text
    places = []
    at = line.start
    quoted = re.compile(r'"(?:[^"]|"")*"')
    while True:
        match = quoted.match(text, at, line.end)
        end = text.find(separator, match.end() if match else at, line.end)
        end = line.end if end < 0 else end
        places.append((at, end))
        if end == line.end:
            return places
        at = end + 1


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    body = text[start:end]
    start += len(body) - len(body.lstrip())
    end -= len(body) - len(body.rstrip())
    return (start + 1, end - 1) if body[:1] == '"' and end - start > 1 else (start, end)


def table_content(draft: Draft, module: Module, node: TableBlock | TableSource) -> TableContent | None:
    """The rows of a table, read from its file if it names one; `None` after reporting what is wrong."""
    if isinstance(node, TableBlock):
        names = tuple(heading.path.text for heading in node.headings)
        head = node.headings[0].span if node.headings else node.span
        return TableContent(node.headings, node.rows, names, head=head, span=node.span)
    records = _csv_records(draft, module, node) if node.kind == "csv" else _sheet_records(draft, module, node)
    if records is None:
        return None
    # A sheet that is not named is the only one: what it is called says nothing.
    sheet = (node.sheet.value,) if node.sheet else ()
    draft.content.append((node.kind, node.path.value, *sheet, tuple([record.texts for record in records])))
    return _mapped(draft, node, records)


# ---------------------------------------------------------------- CSV


def _csv_records(draft: Draft, module: Module, node: TableSource) -> tuple[Record, ...] | None:
    if node.sheet is not None:
        draft.error("E0222", "a CSV file has no sheets", node.sheet.span, help=("leave `sheet` out",))
        return None
    data = _read(draft, module, node.path)
    if data is None:
        return None
    content, shown = data
    source = decode(content, shown)
    if isinstance(source, SourceFile):
        return _records(draft, source, node)
    draft.error(source.code, source.message, node.path.span, help=source.help)
    return None


def _read(draft: Draft, module: Module, written: TextLiteral) -> tuple[bytes, str] | None:
    """The bytes of a file, and how people know it."""
    path = resolve_path(module.path, written.value)
    data = path if isinstance(path, ReadProblem) else draft.reader.read(path)
    if isinstance(data, ReadProblem):
        draft.error(data.code, data.message, written.span, help=data.help)
        return None
    assert isinstance(path, str)
    return data, draft.reader.shown(path)


def _records(draft: Draft, source: SourceFile, node: TableSource) -> tuple[Record, ...] | None:
    """All records, the heading first."""
    separator = node.separator.value if node.separator else ","
    if len(separator) != 1 or separator in '"\n\r':
        assert node.separator is not None
        draft.error(
            "E0505", f"`{separator}` cannot separate cells", node.separator.span, help=("use one character",)
        )
        return None
    reader = csv.reader(io.StringIO(source.text), delimiter=separator, strict=True)
    records: list[Record] = []
    first = 1
    try:
        for texts in reader:
            span = _lines(source, first, reader.line_num)
            first = reader.line_num + 1
            record = Record(tuple([text.strip() for text in texts]), span)
            if any(record.texts):
                records.append(record)
    except csv.Error as error:
        draft.error("E0505", f"not readable as CSV: {error}", _lines(source, first, first))
        return None
    if not records:
        draft.error(
            "E0505",
            f"`{source.name}` is empty",
            Span(source, 0, 0),
            help=("its first line names the columns",),
        )
        return None
    return tuple(records)


def _lines(source: SourceFile, first: int, last: int) -> Span:
    lines = source.line_count
    end = source.line_start(last + 1) - 1 if last < lines else len(source.text)
    return Span(source, source.line_start(min(first, lines)), end)


# ---------------------------------------------------------------- spreadsheets


def _sheet_records(draft: Draft, module: Module, node: TableSource) -> tuple[Record, ...] | None:
    if node.separator is not None:
        draft.error(
            "E0222", "cells of a spreadsheet have no separator", node.separator.span, help=("leave it out",)
        )
        return None
    data = _read(draft, module, node.path)
    if data is None:
        return None
    content, shown = data
    book = open_workbook(content)
    if isinstance(book, SheetProblem):
        draft.error("E0220", f"`{shown}` {book.message}", node.path.span, help=book.help)
        return None
    name = _sheet_name(draft, node, book, shown)
    sheet = book.read(name, decimal_comma=node.decimal_comma) if name is not None else None
    if sheet is None:
        return None
    if isinstance(sheet, SheetProblem):
        draft.error("E0220", f"sheet `{name}` of `{shown}` {sheet.message}", node.span, help=sheet.help)
        return None
    return _sheet_rows(draft, node, sheet, shown)


def _sheet_name(draft: Draft, node: TableSource, book: Workbook, shown: str) -> str | None:
    """The sheet that is named, or the only one that is not hidden."""
    names = [sheet.name for sheet in book.sheets]
    if node.sheet is not None:
        if node.sheet.value in names:
            return node.sheet.value
        draft.error(
            "E0221",
            f"`{shown}` has no sheet `{node.sheet.value}`",
            node.sheet.span,
            label=f"it has: {', '.join(names)}",
            help=did_you_mean(node.sheet.value, names),
        )
        return None
    seen = [sheet.name for sheet in book.sheets if not sheet.hidden] or names
    if len(seen) == 1:
        return seen[0]
    draft.error(
        "E0221",
        f"`{shown}` has {len(seen)} sheets",
        node.path.span,
        label=f"they are: {', '.join(seen)}",
        help=(f'say which one: `sheet "{seen[0]}"`',),
    )
    return None


def _sheet_rows(draft: Draft, node: TableSource, sheet: Sheet, shown: str) -> tuple[Record, ...] | None:
    """All rows that say something, the heading first; as wide as the heading or the widest of them."""
    at = next((at for at, row in enumerate(sheet.rows) if row), None)
    if at is None:
        draft.error(
            "E0505",
            f"sheet `{sheet.name}` of `{shown}` is empty",
            node.span,
            help=("its first line names the columns",),
        )
        return None
    width = max(map(len, sheet.rows))
    titles = sheet.rows[at] + ("",) * (width - len(sheet.rows[at]))
    source = SheetText.of(shown, sheet, titles)
    used = {mapping.source.value for mapping in node.columns}
    wanted = {column for column, title in enumerate(titles) if title in used} if used else set(range(width))
    bad = _report_cells(draft, sheet, source, at, wanted)
    if at in bad:
        return None
    # What is said about components that are missing because of a bad cell would be a mistake of its own.
    draft.unreadable |= bool(bad)
    _warn_of_dates(draft, node, sheet, source)
    return tuple(
        [
            Record(row, Span(source, *source.row_range(number)))
            for number, row in enumerate(source.rows)
            if row and number not in bad
        ]
    )


def _report_cells(draft: Draft, sheet: Sheet, source: SheetText, heading: int, wanted: set[int]) -> set[int]:
    """Report cells in use that hold no value: failed formulas, parts of merged cells. Gives their rows."""
    mistakes = {place: (mistake.message, mistake.help) for place, mistake in sheet.mistakes.items()}
    for (row, column), first in sheet.merged.items():
        if row < len(source.rows) and source.rows[row]:
            message = f"the cell is merged with {cell_name(*first)}, which alone holds the value"
            mistakes[row, column] = (message, "unmerge the cells and fill in every one")
    bad = {place for place in mistakes if place[1] in wanted and place[0] >= heading}
    for place in sorted(bad):
        message, step = mistakes[place]
        draft.error("E0223", message, Span(source, *source.cell_range(*place)), help=(step,))
    return {row for row, _ in bad}


def _warn_of_dates(draft: Draft, node: TableSource, sheet: Sheet, source: SheetText) -> None:
    """Spreadsheet programs take a SKU such as `3-12` for a day of March, and no trace of it is left."""
    title = next((m.source.value for m in node.columns if m.path.text == "sku"), "sku")
    if not sheet.dates or title not in source.titles:
        return
    skus = source.titles.index(title)
    for row, column in sorted(sheet.dates):
        if column == skus:
            draft.warning(
                "W0520",
                f"the spreadsheet took the SKU for the date {source.rows[row][column]}",
                Span(source, *source.cell_range(row, column)),
                help=("format the column as text and write the SKU again",),
            )


# ---------------------------------------------------------------- columns


def _mapped(draft: Draft, node: TableSource, records: tuple[Record, ...]) -> TableContent | None:
    heading, *rows = records
    titles = heading.texts
    twice = [title for at, title in enumerate(titles) if title and title in titles[:at]]
    used = {mapping.source.value for mapping in node.columns}
    for title in dict.fromkeys(twice):
        # A title that nothing uses may stand as often as it likes.
        if not used or title in used:
            draft.error("E0505", f"two columns are called `{title}`", heading.span)
            return None
    headings = _headings(draft, node, heading, rows)
    if headings is None:
        return None
    positions = [at for at, _ in headings]
    good = _even_rows(draft, rows, len(titles))
    if positions != list(range(len(titles))):
        good = [Record(tuple([record.texts[at] for at in positions]), record.span) for record in good]
    if node.columns and not node.ignore_others:
        left_out = [title for title in titles if title and title not in used]
        if left_out:
            draft.hint(
                "W0602",
                f"columns of `{heading.span.file.name}` that nothing uses: {', '.join(left_out)}",
                node.span,
                help=("say `ignore others` if that is on purpose",),
            )
    return TableContent(
        tuple(found for _, found in headings),
        tuple(good),
        tuple(titles[at] for at in positions),
        decimal_comma=node.decimal_comma,
        positions=tuple(positions),
        separator=node.separator.value if node.separator else ",",
        head=heading.span,
        span=node.span,
    )


def _headings(
    draft: Draft, node: TableSource, heading: Record, rows: list[Record]
) -> list[tuple[int, ColumnHeading]] | None:
    """Each used column's position in the file, with what it is here."""
    titles = heading.texts
    if not node.columns:
        # A column without a title and without a cell is none: a separator too many, a cell once touched.
        used = [
            at
            for at, title in enumerate(titles)
            if title or any(at < len(row.texts) and row.texts[at] for row in rows)
        ]
        places = record_places(heading.span, node.separator.value if node.separator else ",")
        found = [(at, parse_heading(Cell(titles[at], _part(heading.span, places, at)))) for at in used]
        for _, problem in found:
            if not isinstance(problem, ColumnHeading):
                draft.diagnostics.append(problem)
        return [(at, each) for at, each in found if isinstance(each, ColumnHeading)]
    complete = True
    for mapping in node.columns:
        if mapping.source.value not in titles:
            complete = False
            draft.error(
                "E0505",
                f"`{heading.span.file.name}` has no column `{mapping.source.value}`",
                mapping.source.span,
                label=f"it has: {', '.join(titles)}",
                help=did_you_mean(mapping.source.value, titles),
            )
    if not complete:
        return None
    return [(titles.index(m.source.value), ColumnHeading(m.path, m.unit, None, m.span)) for m in node.columns]


def _even_rows(draft: Draft, records: list[Record], width: int) -> list[Record]:
    good = []
    for record in records:
        if len(record.texts) == width:
            good.append(record)
        else:
            draft.error(
                "E0501",
                f"the row has {len(record.texts)} cells, the heading {width}",
                record.span,
                help=("put text that contains the separator into double quotes",),
            )
    return good
