"""Tables that leave something out: values without a row, cells that nothing can match."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate, chain, pairwise

from configurator.authoring.checks.cell_runs import KnownRanks, Runs
from configurator.authoring.checks.columns import cell_text, told, values_of
from configurator.authoring.checks.heads import head_of
from configurator.authoring.checks.periods import in_force_within
from configurator.catalog.expressions import AttributeOf, Expression
from configurator.catalog.model import Catalog
from configurator.catalog.rules import TableColumn, TableRow, VariantTable
from configurator.catalog.values import Value, format_value
from configurator.diagnostics.diagnostic import Diagnostic, Replacement, Severity
from configurator.diagnostics.suggestion import did_you_mean
from configurator.source import Span

MOST_NAMED = 4
"""Missing values that are named one by one; more are counted."""
MOST_IN_A_ROW = 12
"""Missing values that one proposed row lists; for more it says `other`."""


def table_gaps(catalog: Catalog) -> Iterator[Diagnostic]:
    """Gaps of `allow` tables, and cells of any table that match no value of their column.

    Only columns whose values are listed somewhere are looked at: components, their columns, options. A table
    of one column is a list of what may be, so what it leaves out is no gap.
    """
    for table in catalog.restrictions:
        if not isinstance(table, VariantTable):
            continue
        for at, column in enumerate(table.columns):
            yield from _cells_without_a_match(catalog, table, at, column)
        if table.kind != "allow" or len(table.columns) == 1:
            continue
        for at, column in enumerate(table.columns):
            missing = _missing(catalog, table, at)
            if missing and at == 0:
                yield _gap_of_the_key(table, column, missing)
            elif missing:
                yield _gap_of_another_column(table, column, missing)


# ---------------------------------------------------------------- gaps


def _missing(catalog: Catalog, table: VariantTable, at: int) -> tuple[Value, ...]:
    """The values of a column for which no row has a matching cell."""
    tests = [row.tests[at] for row in table.rows]
    if any(test.kind == "any" for test in tests):
        return ()
    values = values_of(catalog, table, at, in_force_within(table.period))
    listed = {value for test in tests if not test.negated for value in test.values}
    rest = [value for value in values or () if value not in listed]
    wide = [test for test in tests if test.negated or test.intervals] if rest else []
    ranks = KnownRanks(rest, wide)
    missing = _outside(ranks, [ranks.matches(test) for test in wide])
    if any(test.kind == "other" for test in tests):
        # `other` takes all that no row lists; what only `not x` lists is x.
        missing -= _outside(ranks, [ranks.lists(test) for test in wide])
    return tuple([value for value in rest if value in missing])


def _outside(ranks: KnownRanks, cells: Iterable[Runs]) -> set[Value]:
    """The values that lie in the runs of no cell."""
    steps = [0] * (ranks.size + 1)
    for start, end in chain.from_iterable(cells):
        if start < ranks.size:
            steps[start] += 1
            steps[min(end, ranks.size)] -= 1
    return {value for value, holding in zip(ranks.values, accumulate(steps), strict=False) if not holding}


def _gap_of_the_key(table: VariantTable, column: TableColumn, missing: Sequence[Value]) -> Diagnostic:
    row = _proposed_row(table, column, missing)
    last = table.rows[-1].span
    return Diagnostic(
        "W0507",
        Severity.WARNING,
        f"table `{table.key}` says nothing about {_named(missing, column.expression)}",
        head_of(table.span),
        label="a gap, so never allowed",
        help=(f"add the row `{row}` with what goes with it, or write `allow partial`",),
        replacements=(Replacement(Span(last.file, last.end, last.end), _indented(last, row)),)
        if last.text.startswith("|")
        else (),
    )


def _gap_of_another_column(table: VariantTable, column: TableColumn, missing: Sequence[Value]) -> Diagnostic:
    return Diagnostic(
        "W0501",
        Severity.HINT,
        f"no row of table `{table.key}` allows `{column.heading}` = {_named(missing, column.expression)}",
        head_of(table.span),
        help=("it is never allowed; if that is meant, there is nothing to do",),
    )


def _proposed_row(table: VariantTable, column: TableColumn, missing: Sequence[Value]) -> str:
    """A row for all that is missing; what goes with it is the author's to say."""
    if len(missing) > MOST_IN_A_ROW:
        key = "other"
    else:
        key = ", ".join(cell_text(value, column.expression) for value in missing)
    return f"| {' | '.join([key, *['any'] * (len(table.columns) - 1)])} |"


def _indented(last: Span, row: str) -> str:
    """A row as a line of its own beneath another one, just as far from the margin."""
    line = last.file.line_text(last.position.line)
    return "\n" + line[: len(line) - len(line.lstrip())] + row


def _named(values: Sequence[Value], expression: Expression) -> str:
    """`a`, `b` and 3 more; a run of whole numbers as `131..149`."""
    runs = _runs(values, expression)
    named = ", ".join(f"`{run}`" for run in runs[:MOST_NAMED])
    more = len(runs) - MOST_NAMED
    return f"{named} and {more} more" if more > 0 else named


def _runs(values: Sequence[Value], expression: Expression) -> list[str]:
    numbers = [value for value in values if isinstance(value, int) and not isinstance(value, bool)]
    if len(numbers) != len(values) or isinstance(expression, AttributeOf):
        return [told(value, expression) for value in values]
    starts = [numbers[0], *(b for a, b in pairwise(numbers) if b != a + 1)]
    ends = [*(a for a, b in pairwise(numbers) if b != a + 1), numbers[-1]]
    return [
        told(a, expression) if a == b else f"{format_value(a)}..{told(b, expression)}"
        for a, b in zip(starts, ends, strict=True)
    ]


# ---------------------------------------------------------------- cells that match nothing


def _cells_without_a_match(
    catalog: Catalog, table: VariantTable, at: int, column: TableColumn
) -> Iterator[Diagnostic]:
    """Cells that name what no component has: most often a slip of the pen, and never a mistake by itself."""
    known = values_of(catalog, table, at)
    if known is None:
        return
    values = frozenset(known)
    ranks = KnownRanks(known, [row.tests[at] for row in table.rows])
    for row in table.rows:
        test = row.tests[at]
        if test.kind != "values" or (not test.intervals and test.values <= values):
            continue
        unknown = test.values - values
        empty = [each for each in test.intervals if _is_empty(ranks.between(each))]
        if unknown:
            yield _nobody_has(table, row, column, min(unknown, key=format_value), known)
        elif empty and not test.negated:
            yield Diagnostic(
                "W0502",
                Severity.WARNING,
                f"row {row.number} of table `{table.key}`: no `{column.heading}` lies between these bounds",
                row.span,
                label=_there_are(known, column.expression),
            )


def _is_empty(run: tuple[int, int]) -> bool:
    return run[0] >= run[1]


def _nobody_has(
    table: VariantTable, row: TableRow, column: TableColumn, value: Value, known: Sequence[Value]
) -> Diagnostic:
    texts = [each for each in known if isinstance(each, str)]
    shown = told(value, column.expression)
    return Diagnostic(
        "W0502",
        Severity.WARNING,
        f"row {row.number} of table `{table.key}`: no `{column.heading}` is `{shown}`",
        row.span,
        label=_there_are(known, column.expression),
        help=did_you_mean(value, texts) if isinstance(value, str) else (),
    )


def _there_are(known: Sequence[Value], expression: Expression) -> str:
    shown = [told(value, expression) for value in known[: MOST_NAMED * 2]]
    return f"there are: {', '.join(shown)}{', …' if len(known) > len(shown) else ''}"
