"""That a rule is broken, as constraints of one problem: with a variable that says in which way."""

from collections.abc import Callable, Sequence
from itertools import product
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
from configurator.csp.negation import Alternative
from configurator.csp.problem import ConstraintProblem
from configurator.csp.variables import Variable

MOST_ROWS = 50_000
"""Rows up to which a table that holds only for one alternative is written out."""


def with_one_of(problem: ConstraintProblem, alternatives: Sequence[Alternative]) -> ConstraintProblem:
    """A problem in which one of some alternatives holds: the last variable says which, or one of which."""
    if len(alternatives) == 1:
        return problem.extended(alternatives[0])
    which = len(problem.variables)
    constraints = [
        only_where(constraint, which, frozenset({number}), len(alternatives))
        for number, alternative in enumerate(alternatives)
        for constraint in alternative
    ]
    variable = Variable("which alternative", len(alternatives))
    return ConstraintProblem((*problem.variables, variable), (*problem.constraints, *constraints))


def only_where(constraint: Constraint, variable: int, values: frozenset[int], size: int) -> Constraint:
    """A constraint that has to hold only where a further variable has one of some values."""
    excused = Literal(variable, frozenset(range(size)) - values)
    of_value = tuple(int(value in values) for value in range(size))
    origin = constraint.origin
    match constraint:
        case ClauseConstraint(literals=literals):
            return evolve(constraint, literals=(*literals, excused))
        case LinearConstraint(unless=unless):
            return evolve(constraint, unless=(*unless, excused))
        case TableConstraint(scope=scope, classes=of_each):
            wider, classes = (*scope, variable), (*of_each, of_value)
            names = [sorted(set(each)) for each in of_each]
            if prod(map(len, names)) > MOST_ROWS:
                return PredicateConstraint(wider, OnlyWhere(InRows(constraint), values), origin, classes)
            rows = {(*row, 1) for row in constraint.rows} | {(*row, 0) for row in product(*names)}
            return TableConstraint(wider, classes, frozenset(rows), origin)
        case PredicateConstraint(scope=scope, function=function, classes=known):
            guarded = OnlyWhere(function, values)
            return PredicateConstraint(
                (*scope, variable), guarded, origin, None if known is None else (*known, of_value)
            )
        case SortedConstraint():
            # What makes a mixed slot a slot is no rule.
            raise AssertionError(constraint)


@frozen
class OnlyWhere:
    """What a function says where the last value is one of some; elsewhere yes."""

    function: Callable[[tuple[int, ...]], bool]
    values: frozenset[int]

    def __call__(self, values: tuple[int, ...]) -> bool:
        """Whether it holds."""
        return values[-1] not in self.values or self.function(values[:-1])


@frozen(eq=False)
class InRows:
    """Whether values form one of the rows of a table."""

    table: TableConstraint

    def __call__(self, values: tuple[int, ...]) -> bool:
        """Whether they do."""
        row = tuple(of[value] for of, value in zip(self.table.classes, values, strict=True))
        return row in self.table.rows
