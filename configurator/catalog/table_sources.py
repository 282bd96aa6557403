"""Rows from a file beside the catalog."""

import csv
import io
from collections.abc import Iterator

from attrs import field, frozen

from configurator.catalog.draft import Draft
from configurator.catalog.loading import Module, ReadProblem, decode, resolve_path
from configurator.diagnostics.suggestion import did_you_mean
from configurator.source import SourceFile, Span
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

    def row(self) -> Row:
        """The same as a row of a table."""
        return Row(tuple(Cell(text, self.span) for text in self.texts), self.span)


@frozen(eq=False)
class TableContent:
    """Headings and rows, wherever they stood.

    Attributes:
        names: how each column is called in messages: its name in the file, or its heading.
    """

    headings: tuple[ColumnHeading, ...]
    lines: tuple[Row | Record, ...]
    names: tuple[str, ...]
    decimal_comma: bool = False
    span: Span = field(repr=False, kw_only=True)

    @property
    def rows(self) -> Iterator[Row]:
        """Every line as a row with cells."""
        return (line if isinstance(line, Row) else line.row() for line in self.lines)


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
    draft.content.append(("csv", node.path.value, tuple([record.texts for record in records])))
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


def _mapped(
    draft: Draft, node: TableSource, source: SourceFile, records: tuple[Record, ...]
) -> TableContent | None:
    heading, *rows = records
    titles = heading.texts
    twice = {title for title in titles if title and titles.count(title) > 1}
    if twice:
        draft.error("E0505", f"two columns are called `{min(twice)}`", heading.span)
        return None
    headings = _headings(draft, node, heading)
    if headings is None:
        return None
    positions = [titles.index(title) for title, _ in headings]
    good = _even_rows(draft, rows, len(titles))
    if positions != list(range(len(titles))):
        good = [Record(tuple([record.texts[at] for at in positions]), record.span) for record in good]
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
        tuple(good),
        tuple(title for title, _ in headings),
        decimal_comma=node.decimal_comma,
        span=node.span,
    )


def _headings(draft: Draft, node: TableSource, heading: Record) -> list[tuple[str, ColumnHeading]] | None:
    """Each used column's title in the file, with what it is here."""
    titles = heading.texts
    if not node.columns:
        found = [parse_heading(cell) for cell in heading.row().cells]
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
