"""Rows of a table that add nothing, because another row covers them.

Row `i` is covered by row `j` when in every column all that `i` matches, `j` matches too. Which rows match a
value in a column is kept as one whole number, a bit for each row; then all rows that cover row `i` come out
of as many bitwise `and`s as the row has values.
"""

from collections.abc import Iterable, Iterator

from attrs import evolve

from configurator.authoring.checks.columns import values_of
from configurator.catalog.model import Catalog
from configurator.catalog.rules import CellTest, Interval, TableRow, VariantTable
from configurator.catalog.values import Value
from configurator.diagnostics.diagnostic import Diagnostic, Replacement, Severity
from configurator.source import Span

MOST_ROWS = 20_000
"""Rows of the longest table that is searched for covered rows; in a longer one only equal rows are found.

Bits for 20,000 different values of 20,000 rows are 50 MB."""


def covered_rows(catalog: Catalog) -> Iterator[Diagnostic]:
    """A warning for each row that another row of its table covers; of equal rows for all but the first."""
    for table in catalog.restrictions:
        if isinstance(table, VariantTable) and len(table.rows) > 1:
            yield from _covered(catalog, table)


def _covered(catalog: Catalog, table: VariantTable) -> Iterator[Diagnostic]:
    rows = list(zip(*(_column(catalog, table, at) for at in range(len(table.columns))), strict=True))
    first: dict[tuple[object, ...], int] = {}
    equal = [first.setdefault(tuple(map(_content, row)), at) for at, row in enumerate(rows)]
    wider = _wider_rows(rows) if len(rows) <= MOST_ROWS else [0] * len(rows)
    for at, row in enumerate(table.rows):
        if equal[at] != at:
            yield _repeated(table, row, table.rows[equal[at]])
            continue
        # Of two rows that cover each other only the later one goes.
        covering = [each for each in _bits(wider[at]) if equal[each] == each]
        covering = [each for each in covering if each < at or not wider[each] >> at & 1]
        if covering:
            yield _swallowed(table, row, table.rows[covering[0]])


def _column(catalog: Catalog, table: VariantTable, at: int) -> list[CellTest]:
    """The cells of a column, `not …` and bounds as the values they stand for, where these are listed."""
    tests = [row.tests[at] for row in table.rows]
    known = values_of(catalog, table, at)
    # What `not x` lists is x, and that is what `other` leaves out.
    if known is None or any(test.kind == "other" for test in tests):
        return tests
    return [_as_values(test, known) for test in tests]


def _as_values(test: CellTest, known: tuple[Value, ...]) -> CellTest:
    if test.kind != "values" or not (test.negated or test.intervals):
        return test
    matched = frozenset(value for value in known if test.matches(value))
    return CellTest("values", matched, absent=test.matches_absent)


def _content(test: CellTest) -> tuple[object, ...]:
    return test.kind, test.values, test.intervals, test.absent, test.negated


# ---------------------------------------------------------------- which rows cover which


def _wider_rows(rows: list[tuple[CellTest, ...]]) -> list[int]:
    """For each row the rows that cover it, itself not among them, as bits."""
    found = [((1 << len(rows)) - 1) ^ (1 << at) for at in range(len(rows))]
    for column in zip(*rows, strict=True):
        cover = _ColumnCover(column)
        for at, test in enumerate(column):
            if found[at]:
                found[at] &= cover.rows_covering(test)
    return found


class _ColumnCover:
    """One column of a table: which of its cells match all that a cell matches."""

    def __init__(self, tests: Iterable[CellTest]) -> None:
        self.any = self.other = self.absent = 0
        self.listing: dict[Value, int] = {}
        # What is written with bounds or `not` and could not be spelt out: looked at one by one.
        self.open: list[tuple[int, CellTest]] = []
        self.known: dict[tuple[object, ...], int] = {}
        for at, test in enumerate(tests):
            bit = 1 << at
            if test.kind == "any":
                self.any |= bit
            elif test.kind == "other":
                self.other |= bit
            else:
                self.absent |= bit if test.matches_absent else 0
                if test.negated or test.intervals:
                    self.open.append((bit, test))
                else:
                    for value in test.values:
                        self.listing[value] = self.listing.get(value, 0) | bit

    def rows_covering(self, test: CellTest) -> int:
        content = _content(test)
        if content not in self.known:
            self.known[content] = self._rows_covering(test)
        return self.known[content]

    def _rows_covering(self, test: CellTest) -> int:
        match test.kind:
            case "any":
                return self.any
            case "other":
                return self.any | self.other
            case _ if test.negated or test.intervals:
                # What this cell lists, `other` leaves out: without the row it would mean more.
                listing = sum(bit for bit, each in self.open if _covers(each, test))
                return 0 if self.other else self.any | listing
            case _:
                return self._rows_listing(test)

    def _rows_listing(self, test: CellTest) -> int:
        if not test.values and not test.absent:
            return 0  # it matches nothing, which is another finding
        found = self.absent if test.absent else -1  # -1: the bits of all rows
        for value in test.values:
            wide = 0 if self.other else sum(bit for bit, each in self.open if each.matches(value))
            found &= self.listing.get(value, 0) | wide
        return found if self.other else found | self.any


def _covers(wide: CellTest, narrow: CellTest) -> bool:
    """Whether a cell with bounds or `not` matches all that another cell of the kind `values` matches."""
    if narrow.absent and not wide.matches_absent and not narrow.negated:
        return False
    if wide.negated or narrow.negated:
        if _content(evolve(wide, absent=False)) == _content(evolve(narrow, absent=False)):
            return True
        return not narrow.negated and not narrow.intervals and all(map(wide.matches, narrow.values))
    return all(wide.matches(value) for value in narrow.values) and all(
        any(_inside(inner, outer) for outer in wide.intervals) for inner in narrow.intervals
    )


def _inside(inner: Interval, outer: Interval) -> bool:
    """Whether all that lies in one interval lies in the other."""
    low = outer.low is None or (
        inner.low is not None
        and (outer.holds(inner.low) or (inner.low == outer.low and not inner.low_inside))
    )
    high = outer.high is None or (
        inner.high is not None
        and (outer.holds(inner.high) or (inner.high == outer.high and not inner.high_inside))
    )
    return low and high


def _bits(number: int) -> Iterator[int]:
    while number > 0:
        low = number & -number
        yield low.bit_length() - 1
        number ^= low


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
