"""What it means that a constraint is broken, as constraints.

A broken constraint may be broken in several ways: a sum between two bounds is too small or too large.
So a negation is a list of *alternatives*; the constraint is broken where all constraints of one of them hold.

| Kind      | Broken where                                                                      |
|-----------|-----------------------------------------------------------------------------------|
| Clause    | every literal fails: one alternative                                              |
| Table     | the classes form none of the rows: one alternative, a table again if small enough |
| Linear    | no `unless` literal holds, and the sum is too small; or too large                 |
| Sorted    | two neighbours are out of order: an alternative for each pair                     |
| Predicate | its function says no: one alternative                                             |
"""

from collections.abc import Callable, Iterable, Sequence
from itertools import pairwise, product
from math import prod

from attrs import evolve, frozen

from configurator.csp.constraints import (
    ClauseConstraint,
    Constraint,
    LinearConstraint,
    Literal,
    PredicateConstraint,
    SortedConstraint,
    TableConstraint,
)
from configurator.csp.variables import Variable

MOST_CELLS = 200_000
"""Combinations of classes up to which the rows that a table lacks are written out."""

Alternative = tuple[Constraint, ...]
"""Constraints that hold together."""


def negations(constraint: Constraint, variables: Sequence[Variable]) -> tuple[Alternative, ...]:
    """Alternatives: one or more hold exactly where the constraint does not; none if it always does."""
    match constraint:
        case ClauseConstraint(literals=literals):
            return (_refused(literals, variables, constraint.origin),)
        case TableConstraint():
            return ((_other_rows(constraint),),)
        case LinearConstraint(lower=lower, upper=upper, unless=unless):
            excused = _refused(unless, variables, constraint.origin)
            below = () if lower is None else (evolve(constraint, lower=None, upper=lower - 1, unless=()),)
            above = () if upper is None else (evolve(constraint, lower=upper + 1, upper=None, unless=()),)
            return tuple((side, *excused) for side in (*below, *above))
        case SortedConstraint(scope=scope):
            return tuple((_out_of_order(pair, variables, constraint.origin),) for pair in pairwise(scope))
        case PredicateConstraint(scope=scope, function=function, classes=classes):
            return ((PredicateConstraint(scope, Refused(function), constraint.origin, classes),),)


def broken_part(constraints: Iterable[Constraint], variables: Sequence[Variable]) -> tuple[Alternative, ...]:
    """Alternatives of which at least one holds exactly where not all of the constraints do."""
    return tuple(alternative for each in constraints for alternative in negations(each, variables))


@frozen
class Refused:
    """Says no where a predicate's function says yes."""

    function: Callable[[tuple[int, ...]], bool]

    def __call__(self, values: tuple[int, ...]) -> bool:
        """Whether the function says no."""
        return not self.function(values)


@frozen(eq=False)
class NoRow:
    """Whether the classes of values form none of a table's rows."""

    table: TableConstraint

    def __call__(self, values: tuple[int, ...]) -> bool:
        """Whether they do not."""
        return tuple(of[value] for of, value in zip(self.table.classes, values, strict=True)) not in (
            self.table.rows
        )


def _refused(
    literals: Iterable[Literal], variables: Sequence[Variable], origin: object
) -> tuple[ClauseConstraint, ...]:
    """Every literal fails: for each variable what is left to it."""
    taken: dict[int, frozenset[int]] = {}
    for literal in literals:
        taken[literal.variable] = taken.get(literal.variable, frozenset()) | literal.values
    return tuple(
        ClauseConstraint((Literal(variable, frozenset(range(variables[variable].size)) - values),), origin)
        for variable, values in taken.items()
    )


def _other_rows(table: TableConstraint) -> Constraint:
    names = [sorted(set(classes)) for classes in table.classes]
    if prod(map(len, names)) > MOST_CELLS:
        return PredicateConstraint(table.scope, NoRow(table), table.origin, table.classes)
    return evolve(table, rows=frozenset(product(*names)) - table.rows)


def _out_of_order(pair: tuple[int, int], variables: Sequence[Variable], origin: object) -> TableConstraint:
    """The second of two positions falls behind the first, or stands after a blank."""
    sizes = [variables[variable].size for variable in pair]
    rows = frozenset(
        (before, after)
        for before, after in product(*map(range, sizes))
        if after != 0 and (before == 0 or before > after)
    )
    return TableConstraint(pair, tuple(tuple(range(size)) for size in sizes), rows, origin)
