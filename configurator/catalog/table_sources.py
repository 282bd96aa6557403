"""Rows from a file beside the catalog."""

import csv
import io

from attrs import field, frozen

from configurator.catalog.draft import Draft
from configurator.catalog.loading import Module, ReadProblem, decode, resolve_path
from configurator.diagnostics.suggestion import did_you_mean
from configurator.source import SourceFile, Span
from configurator.syntax.cells import parse_heading
from configurator.syntax.expressions import TextLiteral
from configurator.syntax.nodes import Cell, ColumnHeading, Row, TableBlock, TableSource


@frozen
class TableContent:
    """Headings and rows, wherever they stood.

    Attributes:
        names: how each column is called in messages: its name in the file, or its heading.
    """

    headings: tuple[ColumnHeading, ...]
    rows: tuple[Row, ...]
    names: tuple[str, ...]
    decimal_comma: bool = False
    span: Span = field(eq=False, repr=False, kw_only=True)


def table_content(draft: Draft, module: Module, node: TableBlock | TableSource) -> TableContent | None:
    """The rows of a table, read from its file if it names one; `None` after reporting what is wrong."""
    if isinstance(node, TableBlock):
        names = tuple(heading.path.text for heading in node.headings)
        return TableContent(node.headings, node.rows, names, span=node.span)
    if node.kind == "xlsx":
        draft.error(
            "E0205",
            "spreadsheets are not supported yet",
            node.path.span,
            help=("save the sheet as CSV and write `from csv`",),
        )
        return None
    source = _read_text(draft, module, node.path)
    records = _records(draft, source, node) if source else None
    if source is None or records is None:
        return None
    draft.content.append(("csv", node.path.value, tuple(tuple(c.text for c in row.cells) for row in records)))
    return _mapped(draft, node, source, records)


def _read_text(draft: Draft, module: Module, written: TextLiteral) -> SourceFile | None:
    path = resolve_path(module.path, written.value)
    data = path if isinstance(path, ReadProblem) else draft.reader.read(path)
    if isinstance(data, bytes):
        assert isinstance(path, str)
        source = decode(data, draft.reader.shown(path))
        if isinstance(source, SourceFile):
            return source
        data = source
    draft.error(data.code, data.message, written.span, help=data.help)
    return None


def _records(draft: Draft, source: SourceFile, node: TableSource) -> tuple[Row, ...] | None:
    """All records as rows, the heading first. A record's span is the lines it stands on."""
    separator = node.separator.value if node.separator else ","
    if len(separator) != 1 or separator in '"\n\r':
        assert node.separator is not None
        draft.error(
            "E0505", f"`{separator}` cannot separate cells", node.separator.span, help=("use one character",)
        )
        return None
    reader = csv.reader(io.StringIO(source.text), delimiter=separator, strict=True)
    rows: list[Row] = []
    first = 1
    try:
        for record in reader:
            span = _lines(source, first, reader.line_num)
            first = reader.line_num + 1
            if any(text.strip() for text in record):
                rows.append(Row(tuple(Cell(text.strip(), span) for text in record), span))
    except csv.Error as error:
        draft.error("E0505", f"not readable as CSV: {error}", _lines(source, first, first))
        return None
    if not rows:
        draft.error(
            "E0505",
            f"`{source.name}` is empty",
            Span(source, 0, 0),
            help=("its first line names the columns",),
        )
        return None
    return tuple(rows)


def _lines(source: SourceFile, first: int, last: int) -> Span:
    lines = source.line_count
    start = source.line_start(min(first, lines))
    return Span(source, start, source.line_start(min(last, lines)) + len(source.line_text(min(last, lines))))


def _mapped(
    draft: Draft, node: TableSource, source: SourceFile, records: tuple[Row, ...]
) -> TableContent | None:
    heading, *rows = records
    titles = [cell.text for cell in heading.cells]
    twice = {title for title in titles if title and titles.count(title) > 1}
    if twice:
        draft.error("E0505", f"two columns are called `{min(twice)}`", heading.span)
        return None
    headings = _headings(draft, node, heading)
    if headings is None:
        return None
    positions = [titles.index(title) for title, _ in headings]
    good = _even_rows(draft, rows, len(titles))
    picked = tuple(Row(tuple(row.cells[at] for at in positions), row.span) for row in good)
    if node.columns and not node.ignore_others:
        left_out = [
            title for title in titles if title not in {mapping.source.value for mapping in node.columns}
        ]
        if left_out:
            draft.hint(
                "W0602",
                f"columns of `{source.name}` that nothing uses: {', '.join(left_out)}",
                node.span,
                help=("say `ignore others` if that is on purpose",),
            )
    return TableContent(
        tuple(found for _, found in headings),
        picked,
        tuple(title for title, _ in headings),
        decimal_comma=node.decimal_comma,
        span=node.span,
    )


def _headings(draft: Draft, node: TableSource, heading: Row) -> list[tuple[str, ColumnHeading]] | None:
    """Each used column's title in the file, with what it is here."""
    titles = [cell.text for cell in heading.cells]
    if not node.columns:
        found = [parse_heading(cell) for cell in heading.cells]
        for problem in found:
            if not isinstance(problem, ColumnHeading):
                draft.diagnostics.append(problem)
        return [(t, h) for t, h in zip(titles, found, strict=True) if isinstance(h, ColumnHeading)]
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
    return [(m.source.value, ColumnHeading(m.path, m.unit, None, m.span)) for m in node.columns]


def _even_rows(draft: Draft, rows: list[Row], width: int) -> list[Row]:
    good = []
    for row in rows:
        if len(row.cells) == width:
            good.append(row)
        else:
            draft.error(
                "E0501",
                f"the row has {len(row.cells)} cells, the heading {width}",
                row.span,
                help=("put text that contains the separator into double quotes",),
            )
    return good
