"""A variant table as constraints: for every value of a variable, the set of rows it agrees with."""

from collections.abc import Iterable, Iterator
from itertools import product
from math import prod

from attrs import field, frozen

from configurator.catalog.evaluation import Worth
from configurator.catalog.judgement import broken_rows, cell_matches
from configurator.catalog.rules import VariantTable
from configurator.catalog.values import Missing, Value
from configurator.csp.constraints import (
    ClauseConstraint,
    Constraint,
    Literal,
    Origin,
    TableConstraint,
)
from configurator.csp.simplification import with_fewest_classes
from configurator.lowering.conditions import MOST_ROWS, asked_by_class, merged, narrowest
from configurator.lowering.layout import ValueClasses
from configurator.lowering.readings import Readings


def lower_table(
    table: VariantTable, readings: Readings, origin: Origin, unless: tuple[Literal, ...] = ()
) -> Iterator[Constraint]:
    """Constraints that together say: the table is kept, or one of the literals holds."""
    scopes = [readings.scope(column.expression) for column in table.columns]
    if any(len(scope) != 1 for scope in scopes):
        yield from _by_evaluation(table, readings, origin, unless)
        return
    rows_of = rows_by_value(table, readings, [scope[0] for scope in scopes])
    if table.kind == "forbid":
        yield from _forbidden(table, rows_of, origin, unless)
    else:
        yield from _allowed(excused(table, rows_of, readings, unless), origin)


EXCUSED = -2
"""The number of the row that stands for what excuses a table."""


def excused(
    table: VariantTable,
    rows_of: dict[int, tuple[frozenset[int], ...]],
    readings: Readings,
    unless: tuple[Literal, ...],
) -> dict[int, tuple[frozenset[int], ...]]:
    """The same with one more row, with which a value agrees that excuses the table, and everything else."""
    for literal in unless:
        every = frozenset(range(-1, len(table.rows)))
        size = readings.size(literal.variable)
        before = rows_of.get(literal.variable, (every,) * size)
        rows_of = {variable: tuple(rows | {EXCUSED} for rows in found) for variable, found in rows_of.items()}
        rows_of[literal.variable] = tuple(
            before[value] | {EXCUSED} if value in literal.values else before[value] - {EXCUSED}
            for value in range(size)
        )
    return rows_of


def rows_by_value(
    table: VariantTable, readings: Readings, variables: list[int]
) -> dict[int, tuple[frozenset[int], ...]]:
    """For each variable and each of its values: the rows all of whose cells about it match.

    `allow partial` has one row more, number -1, for keys that the table does not mention.
    """
    rows_of: dict[int, tuple[frozenset[int], ...]] = {}
    for at, (column, variable) in enumerate(zip(table.columns, variables, strict=True)):
        classes, worths = readings.worths(column.expression, variable)
        matching = ColumnIndex.of(table, at)
        found = classes.spread([matching.rows(worth) for worth in worths])
        if variable in rows_of:
            before = rows_of[variable]
            pairs = ValueClasses.by(zip(before, found, strict=True))
            found = pairs.spread([before[value] & found[value] for value in pairs.first])
        rows_of[variable] = found
    return rows_of


@frozen(eq=False)
class ColumnIndex:
    """A column of a table, so that a value's rows are found without trying every cell.

    Attributes:
        plain: by value the rows whose cells list it and say nothing else.
        special: the rows with any other cell: these are tried.
    """

    table: VariantTable
    at: int
    plain: dict[Value, frozenset[int]] = field(repr=False)
    special: tuple[int, ...] = field(repr=False)

    @classmethod
    def of(cls, table: VariantTable, at: int) -> "ColumnIndex":
        """Sort the cells."""
        plain: dict[Value, list[int]] = {}
        special = []
        for number, row in enumerate(table.rows):
            test = row.tests[at]
            if test.kind == "values" and not test.intervals and not test.negated:
                for value in test.values:
                    plain.setdefault(value, []).append(number)
            else:
                special.append(number)
        return cls(table, at, {value: frozenset(rows) for value, rows in plain.items()}, tuple(special))

    def rows(self, worth: Worth) -> frozenset[int]:
        """The rows whose cell matches, numbered from 0; -1 where `allow partial` leaves the value alone."""
        tried: Iterable[int] = range(len(self.table.rows))
        found: frozenset[int] = frozenset()
        if worth is not None and not isinstance(worth, Missing):
            tried, found = self.special, self.plain.get(worth, found)
        found |= {number for number in tried if self.matches(number, worth)}
        if self.table.kind == "allow partial" and (self.at > 0 or not found):
            return found | {-1}
        return found

    def matches(self, number: int, worth: Worth) -> bool:
        """Whether one cell matches, as `cell_matches` says."""
        row = self.table.rows[number]
        if row.tests[self.at].kind == "other" and worth in self.plain:
            return False
        return cell_matches(self.table, self.at, row, worth)


def _forbidden(
    table: VariantTable,
    rows_of: dict[int, tuple[frozenset[int], ...]],
    origin: Origin,
    unless: tuple[Literal, ...],
) -> Iterator[Constraint]:
    """One clause per row: some cell does not match."""
    values_of: dict[int, dict[frozenset[int], list[int]]] = {}
    for variable, found in sorted(rows_of.items()):
        values_of[variable] = {}
        for value, rows in enumerate(found):
            values_of[variable].setdefault(rows, []).append(value)
    for number in range(len(table.rows)):
        literals = tuple(
            Literal(
                variable, frozenset().union(*(values for rows, values in found.items() if number not in rows))
            )
            for variable, found in values_of.items()
        )
        if not any(len(literal.values) == len(rows_of[literal.variable]) for literal in literals):
            yield ClauseConstraint(merged((*literals, *unless)), origin)


def _allowed(rows_of: dict[int, tuple[frozenset[int], ...]], origin: Origin) -> Iterator[Constraint]:
    """A table over classes: values that agree with the same rows are one class."""
    scope = tuple(sorted(rows_of))
    kinds = [list(dict.fromkeys(rows_of[variable])) for variable in scope]
    numbers = [{rows: at for at, rows in enumerate(found)} for found in kinds]
    classes = tuple(
        tuple(number[rows] for rows in rows_of[variable])
        for variable, number in zip(scope, numbers, strict=True)
    )
    yield from narrowest(with_fewest_classes(TableConstraint(scope, classes, class_rows(kinds), origin)))


def class_rows(kinds: list[list[frozenset[int]]]) -> frozenset[tuple[int, ...]]:
    """The combinations of classes that agree on a row: all tried, or put together row by row."""
    if prod(map(len, kinds)) <= MOST_ROWS:
        return frozenset(
            combination
            for combination in product(*(range(len(found)) for found in kinds))
            if frozenset.intersection(*(found[at] for found, at in zip(kinds, combination, strict=True)))
        )
    holding: list[dict[int, list[int]]] = []
    for found in kinds:
        by_row: dict[int, list[int]] = {}
        for at, rows in enumerate(found):
            for row in rows:
                by_row.setdefault(row, []).append(at)
        holding.append(by_row)
    shared = set.intersection(*(set(by_row) for by_row in holding))
    return frozenset(c for row in shared for c in product(*(by_row[row] for by_row in holding)))


def _by_evaluation(
    table: VariantTable, readings: Readings, origin: Origin, unless: tuple[Literal, ...]
) -> Iterator[Constraint]:
    """A column that reads several variables: the table is asked for every combination."""
    expressions = tuple(column.expression for column in table.columns)
    excuses = {literal.variable: literal.values for literal in unless}
    scope = tuple(sorted({*readings.scope_of(expressions), *excuses}))
    classes = tuple(
        ValueClasses.by(range(readings.size(variable)))
        if variable in excuses
        else readings.classes(expressions, variable)
        for variable in scope
    )
    read = readings.reader(expressions)

    def function(values: tuple[int, ...]) -> bool:
        of = dict(zip(scope, values, strict=True))
        if any(of[variable] in found for variable, found in excuses.items()):
            return True
        return broken_rows(table, read(of)) is None

    yield asked_by_class(scope, classes, function, origin)
