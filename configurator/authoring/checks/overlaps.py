"""Rows of a table that add nothing, because another row says the same or covers them."""

from collections.abc import Iterator

from configurator.authoring.checks.cell_runs import Content, contents
from configurator.authoring.checks.columns import values_of
from configurator.authoring.checks.row_covers import CoveringColumn, first_covering_rows
from configurator.catalog.model import Catalog
from configurator.catalog.rules import TableRow, VariantTable
from configurator.diagnostics.diagnostic import Diagnostic, Replacement, Severity
from configurator.source import Span


def covered_rows(catalog: Catalog) -> Iterator[Diagnostic]:
    """A warning for each row that another row of its table covers; of equal rows for all but the first.

    Rows of tables of many ten thousand rows, that have hardly a value of their own, are only compared for
    being equal.
    """
    for table in catalog.restrictions:
        if isinstance(table, VariantTable) and len(table.rows) > 1:
            yield from _covered(catalog, table)


def _covered(catalog: Catalog, table: VariantTable) -> Iterator[Diagnostic]:
    columns: list[CoveringColumn] = []
    waiting = list(range(len(table.rows)))
    for at in range(len(table.columns)):
        tests = [row.tests[at] for row in table.rows]
        columns.append(CoveringColumn(contents(tests, values_of(catalog, table, at))))
        # Most tables have a key, whose cells have nothing in common: they are done with here.
        waiting = columns[-1].perhaps_covered(waiting)
        if not waiting:
            return
    first: dict[tuple[Content, ...], int] = {}
    equal = {at: first.setdefault(tuple([column.cells[at] for column in columns]), at) for at in waiting}
    repeated = [at for at in waiting if equal[at] != at]
    covering = dict(first_covering_rows(columns, list(first.values()), repeated))
    for at in waiting:
        row = table.rows[at]
        if equal[at] != at:
            yield _repeated(table, row, table.rows[equal[at]])
        elif at in covering:
            yield _swallowed(table, row, table.rows[covering[at]])


# ---------------------------------------------------------------- words


def _repeated(table: VariantTable, row: TableRow, other: TableRow) -> Diagnostic:
    return Diagnostic(
        "W0503",
        Severity.WARNING,
        f"row {row.number} of table `{table.key}` says the same as row {other.number}",
        row.span,
        help=("take one of them away",),
        replacements=tuple(_without(row.span)),
    )


def _without(row: Span) -> Iterator[Replacement]:
    """Takes away the line of a row, where nothing else stands on it."""
    text = row.file.text
    start = text.rfind("\n", 0, row.start) + 1
    end = text.find("\n", row.end)
    if row.text.startswith("|") and end != -1 and not (text[start : row.start] + text[row.end : end]).strip():
        # Which row says it first makes no difference to any answer.
        yield Replacement(Span(row.file, start, end + 1), "", safe=True)


def _swallowed(table: VariantTable, row: TableRow, other: TableRow) -> Diagnostic:
    what = "forbids" if table.kind == "forbid" else "allows"
    return Diagnostic(
        "W0503",
        Severity.WARNING,
        f"row {row.number} of table `{table.key}` adds nothing: row {other.number} {what} all of it",
        row.span,
        help=(f"take the row away, or make row {other.number}, at {other.span.location}, narrower",),
    )
