"""A variant table as constraints: for every value of a variable, the set of rows it agrees with."""

from collections.abc import Iterator
from itertools import product
from math import prod

from configurator.catalog.evaluation import Worth
from configurator.catalog.judgement import broken_rows, cell_matches, mentions_key
from configurator.catalog.rules import VariantTable
from configurator.csp.constraints import (
    ClauseConstraint,
    Constraint,
    Literal,
    Origin,
    PredicateConstraint,
    TableConstraint,
)
from configurator.lowering.conditions import MOST_ROWS
from configurator.lowering.readings import Readings


def lower_table(table: VariantTable, readings: Readings, origin: Origin) -> Iterator[Constraint]:
    """Constraints that together say: the table is kept."""
    scopes = [readings.scope(column.expression) for column in table.columns]
    if any(len(scope) != 1 for scope in scopes):
        yield from _by_evaluation(table, readings, origin)
        return
    rows_of = rows_by_value(table, readings, [scope[0] for scope in scopes])
    if table.kind == "forbid":
        yield from _forbidden(table, rows_of, origin)
    else:
        yield from _allowed(table, rows_of, origin)


def rows_by_value(
    table: VariantTable, readings: Readings, variables: list[int]
) -> dict[int, tuple[frozenset[int], ...]]:
    """For each variable and each of its values: the rows all of whose cells about it match.

    `allow partial` has one row more, number -1, for keys that the table does not mention.
    """
    every = frozenset(range(len(table.rows))) | {-1}
    rows_of: dict[int, list[frozenset[int]]] = {}
    for at, (column, variable) in enumerate(zip(table.columns, variables, strict=True)):
        known: dict[tuple[Worth, type], frozenset[int]] = {}  # the type tells 1 from yes
        found = rows_of.setdefault(variable, [every] * readings.size(variable))
        for value in range(readings.size(variable)):
            worth = readings.evaluate(column.expression, {variable: value})
            key = (worth, type(worth))
            if key not in known:
                known[key] = _rows_matching(table, at, worth)
            found[value] &= known[key]
    return {variable: tuple(found) for variable, found in rows_of.items()}


def _rows_matching(table: VariantTable, at: int, worth: Worth) -> frozenset[int]:
    rows = {number for number, row in enumerate(table.rows) if cell_matches(table, at, row, worth)}
    if table.kind == "allow partial" and (at > 0 or not mentions_key(table, worth)):
        rows.add(-1)
    return frozenset(rows)


def _forbidden(
    table: VariantTable, rows_of: dict[int, tuple[frozenset[int], ...]], origin: Origin
) -> Iterator[Constraint]:
    """One clause per row: some cell does not match."""
    for number in range(len(table.rows)):
        literals = tuple(
            Literal(variable, frozenset(v for v, rows in enumerate(found) if number not in rows))
            for variable, found in sorted(rows_of.items())
        )
        if not any(len(literal.values) == len(rows_of[literal.variable]) for literal in literals):
            yield ClauseConstraint(literals, origin)


def _allowed(
    table: VariantTable, rows_of: dict[int, tuple[frozenset[int], ...]], origin: Origin
) -> Iterator[Constraint]:
    """A table over classes: values that agree with the same rows are one class."""
    if table.kind == "allow":
        rows_of = {v: tuple(rows - {-1} for rows in found) for v, found in rows_of.items()}
    scope = tuple(sorted(rows_of))
    kinds = [list(dict.fromkeys(rows_of[variable])) for variable in scope]
    if len(scope) == 1:
        allowed = frozenset(value for value, rows in enumerate(rows_of[scope[0]]) if rows)
        yield ClauseConstraint((Literal(scope[0], allowed),), origin)
        return
    numbers = [{rows: at for at, rows in enumerate(found)} for found in kinds]
    classes = tuple(
        tuple(number[rows] for rows in rows_of[variable])
        for variable, number in zip(scope, numbers, strict=True)
    )
    yield TableConstraint(scope, classes, class_rows(kinds), origin)


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


def _by_evaluation(table: VariantTable, readings: Readings, origin: Origin) -> Iterator[Constraint]:
    """A column that reads several variables: the table is asked for every combination."""
    expressions = tuple(column.expression for column in table.columns)
    scope = readings.scope_of(expressions)

    def function(values: tuple[int, ...]) -> bool:
        chosen = readings.chosen(expressions, dict(zip(scope, values, strict=True)))
        return broken_rows(table, chosen) is None

    yield PredicateConstraint(scope, function, origin)
