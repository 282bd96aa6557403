"""Rewrites that change how a problem is written and not what solves it.

*Fused form*: no two tables have the same set of variables; no clause speaks of exactly two variables (it
is a table); no constraint is left that says nothing. Fewer constraints are checked in a search, and
what two tables forbid only together is seen by propagation.

Origins are lost: the fused form is for searching, never for explaining.
"""

from collections.abc import Iterable
from itertools import product
from math import prod

from attrs import evolve

from configurator.csp.constraints import (
    ClauseConstraint,
    Constraint,
    LinearConstraint,
    SortedConstraint,
    TableConstraint,
)
from configurator.csp.problem import ConstraintProblem

LARGEST_FUSED_TABLE = 50_000
"""Rows above which two tables stay two: a big table costs more to build than one check saves."""


def fuse(problem: ConstraintProblem) -> ConstraintProblem:
    """The same problem in fused form: same variables, same solutions."""
    fused: list[Constraint] = []
    tables: dict[tuple[int, ...], list[TableConstraint]] = {}
    for constraint in problem.constraints:
        if _says_nothing(constraint):
            continue
        rewritten = _clause_as_table(constraint, problem)
        if isinstance(rewritten, TableConstraint):
            table = _with_ascending_scope(rewritten)
            tables.setdefault(table.scope, []).append(table)
        else:
            fused.append(rewritten)
    for same_scope in tables.values():
        fused.extend(_fuse_tables(same_scope))
    return evolve(problem, constraints=tuple(fused))


def with_fewest_classes(table: TableConstraint) -> TableConstraint:
    """The same table with values in one class wherever no row tells them apart.

    Classes are numbered from 0 in the order of their first values, classes that no value has are gone, and
    a variable on which nothing depends leaves the scope. So what comes out depends on what the table says
    alone, not on how it was written. Linear in rows and values, for each column.
    """
    scope, classes = table.scope, table.classes
    present = tuple(map(set, classes))
    rows = frozenset(
        row for row in table.rows if all(name in names for name, names in zip(row, present, strict=True))
    )
    kept: list[int] = []
    for column in range(len(scope)):
        numbers = _merged_classes(classes[column], rows, column)
        of = tuple(map(numbers.__getitem__, classes[column]))
        classes = (*classes[:column], of, *classes[column + 1 :])
        rows = frozenset((*row[:column], numbers[row[column]], *row[column + 1 :]) for row in rows)
        if len(set(numbers.values())) > 1 or not of:
            kept.append(column)
    return TableConstraint(
        tuple(scope[column] for column in kept),
        tuple(classes[column] for column in kept),
        frozenset(tuple(row[column] for column in kept) for row in rows),
        table.origin,
    )


def _merged_classes(classes: tuple[int, ...], rows: Iterable[tuple[int, ...]], column: int) -> dict[int, int]:
    """The new number of each class: one number for all that stand in the same rows."""
    standing: dict[int, list[tuple[int, ...]]] = {found: [] for found in classes}
    for row in rows:
        standing[row[column]].append((*row[:column], *row[column + 1 :]))
    numbers: dict[frozenset[tuple[int, ...]], int] = {}
    return {found: numbers.setdefault(frozenset(others), len(numbers)) for found, others in standing.items()}


def _says_nothing(constraint: Constraint) -> bool:
    """Whether it holds whatever the values, as far as its form shows."""
    match constraint:
        case LinearConstraint(lower=None, upper=None):
            return True
        case SortedConstraint(scope=scope):
            return len(scope) < 2
        case _:
            return False


def _clause_as_table(constraint: Constraint, problem: ConstraintProblem) -> Constraint:
    """A clause over two variables as a table of two classes each: in the literals, or not."""
    match constraint:
        case ClauseConstraint(scope=(_, _) as scope, literals=literals, origin=origin):
            holding = {
                variable: {value for each in literals if each.variable == variable for value in each.values}
                for variable in scope
            }
            classes = tuple(
                tuple(int(value in holding[variable]) for value in range(problem.variables[variable].size))
                for variable in scope
            )
            return TableConstraint(scope, classes, frozenset({(0, 1), (1, 0), (1, 1)}), origin)
        case _:
            return constraint


def _with_ascending_scope(table: TableConstraint) -> TableConstraint:
    """The same table with its columns in the order of the variables."""
    columns = sorted(range(len(table.scope)), key=lambda column: table.scope[column])
    return evolve(
        table,
        scope=tuple(table.scope[column] for column in columns),
        classes=tuple(table.classes[column] for column in columns),
        rows=frozenset(tuple(row[column] for column in columns) for row in table.rows),
    )


def _fuse_tables(tables: Iterable[TableConstraint]) -> tuple[TableConstraint, ...]:
    """The tables, all of one scope, as few as the limit on rows allows."""
    fused: list[TableConstraint] = []
    for table in tables:
        joined = _join(fused[-1], table) if fused else None
        if joined is None:
            fused.append(table)
        else:
            fused[-1] = joined
    return tuple(fused)


def _join(first: TableConstraint, second: TableConstraint) -> TableConstraint | None:
    """One table for two of the same scope, or `None` when it would be too large.

    A class of the joint table is a pair of classes that some value has, so that its rows still
    number far fewer than the combinations of values.
    """
    pairs = tuple(
        tuple(zip(*classes, strict=True)) for classes in zip(first.classes, second.classes, strict=True)
    )
    numbers = tuple({pair: number for number, pair in enumerate(sorted(set(column)))} for column in pairs)
    # For each column: the pairs that refine a class of the first table.
    refining: tuple[dict[int, list[tuple[int, int]]], ...] = tuple({} for _ in numbers)
    for refined, number in zip(refining, numbers, strict=True):
        for pair in number:
            refined.setdefault(pair[0], []).append(pair)
    choices = [
        tuple(refined.get(name, []) for refined, name in zip(refining, row, strict=True))
        for row in first.rows
    ]
    if sum(prod(map(len, choice)) for choice in choices) > LARGEST_FUSED_TABLE:
        return None
    rows = frozenset(
        tuple(number[pair] for number, pair in zip(numbers, joint, strict=True))
        for choice in choices
        for joint in product(*choice)
        if tuple(pair[1] for pair in joint) in second.rows
    )
    classes = tuple(
        tuple(number[pair] for pair in column) for number, column in zip(numbers, pairs, strict=True)
    )
    return TableConstraint(first.scope, classes, rows)
