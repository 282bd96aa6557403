"""Hypothesis strategies: small problems with every kind of constraint, and assumptions for them."""

from collections.abc import Callable
from itertools import product

from attrs import frozen
from hypothesis import strategies as st

from configurator.csp.constraints import (
    ClauseConstraint,
    Constraint,
    LinearConstraint,
    LinearTerm,
    Literal,
    PredicateConstraint,
    SortedConstraint,
    TableConstraint,
)
from configurator.csp.problem import ConstraintProblem
from configurator.csp.variables import Variable

HUGE = 2**70
"""A weight that no machine word holds."""


@frozen
class Remainder:
    """A predicate whose text tells what it does: `(sum of values) % divisor != forbidden`."""

    divisor: int
    forbidden: int

    def __call__(self, values: tuple[int, ...]) -> bool:
        """Whether the predicate holds."""
        return sum(values) % self.divisor != self.forbidden


@frozen
class Question:
    """A problem and what is assumed about it."""

    problem: ConstraintProblem
    assumptions: dict[int, frozenset[int]]


def subsets(size: int) -> st.SearchStrategy[frozenset[int]]:
    """Any set of values of a domain of that size; seldom the empty one."""
    if size == 0:
        return st.just(frozenset())
    some = st.frozensets(st.integers(0, size - 1), min_size=1)
    return st.integers(0, 9).flatmap(lambda roll: some if roll else st.just(frozenset()))


@st.composite
def constraints(draw: st.DrawFn, sizes: tuple[int, ...]) -> Constraint:
    """A constraint of any kind over variables with domains of those sizes."""
    kind = draw(st.sampled_from((_clause, _table, _linear, _sorted, _predicate)))
    return kind(draw, sizes)


@st.composite
def constraint_problems(
    draw: st.DrawFn, *, variables: int = 4, values: int = 4, most_constraints: int = 5
) -> ConstraintProblem:
    """A problem with up to that many variables, values for each, and constraints. Few domains are empty."""
    some, several = st.integers(1, values), st.integers(min(2, values), values)
    size = st.integers(0, 19).flatmap(lambda roll: several if roll > 4 else some if roll else st.just(0))
    sizes = tuple(draw(st.lists(size, max_size=variables)))
    constraint = constraints(sizes)
    return ConstraintProblem(
        tuple(Variable(f"v{index}", size) for index, size in enumerate(sizes)),
        tuple(draw(st.lists(constraint, max_size=most_constraints))),
    )


@st.composite
def objectives(draw: st.DrawFn, sizes: tuple[int, ...]) -> tuple[LinearTerm, ...]:
    """What an assignment may cost, over some variables with domains of those sizes, in any order.

    Few different weights, so that many solutions cost the same; some too large for a machine word.
    """
    scale = draw(st.sampled_from((1, 1, 2**40, HUGE)))
    return tuple(
        LinearTerm(
            variable,
            tuple(draw(st.integers(-2, 3)) * scale + draw(st.integers(0, 1)) for _ in range(sizes[variable])),
        )
        for variable in _scope(draw, sizes, 4)
    )


@st.composite
def questions(draw: st.DrawFn, *, variables: int = 4, values: int = 4) -> Question:
    """A problem with assumptions about none, some or all of its variables, empty ones among them."""
    problem = draw(constraint_problems(variables=variables, values=values))
    assumptions = {
        index: draw(subsets(variable.size))
        for index, variable in enumerate(problem.variables)
        if draw(st.integers(0, 2)) == 0
    }
    return Question(problem, assumptions)


def _scope(draw: st.DrawFn, sizes: tuple[int, ...], most: int) -> tuple[int, ...]:
    """Some variables, each once, in any order."""
    return tuple(draw(st.permutations(range(len(sizes)))))[: draw(st.integers(0, most))]


def _literals(draw: st.DrawFn, sizes: tuple[int, ...], most: int) -> tuple[Literal, ...]:
    variables = draw(st.lists(st.integers(0, len(sizes) - 1), max_size=most)) if sizes else []
    return tuple(Literal(variable, draw(subsets(sizes[variable]))) for variable in variables)


def _clause(draw: st.DrawFn, sizes: tuple[int, ...]) -> Constraint:
    return ClauseConstraint(_literals(draw, sizes, 3))


def _table(draw: st.DrawFn, sizes: tuple[int, ...]) -> Constraint:
    scope = _scope(draw, sizes, 3)
    # Class 3 is never a value's class: rows may speak of classes that no value has.
    classes = tuple(
        tuple(draw(st.lists(st.integers(0, 2), min_size=sizes[v], max_size=sizes[v]))) for v in scope
    )
    named = draw(st.frozensets(st.tuples(*(st.integers(0, 3) for _ in scope)), max_size=12))
    rows = frozenset(product(range(4), repeat=len(scope)))
    return TableConstraint(scope, classes, named if draw(st.integers(0, 3)) == 0 else rows - named)


def _linear(draw: st.DrawFn, sizes: tuple[int, ...]) -> Constraint:
    scale = draw(st.sampled_from((1, 1, HUGE)))
    terms = []
    for variable in _scope(draw, sizes, 4):
        size = sizes[variable]
        weights = draw(st.lists(st.integers(-3, 6), min_size=size, max_size=size))
        terms.append(LinearTerm(variable, tuple(weight * scale for weight in weights)))
    bound: Callable[[int, int], int | None] = lambda low, high: draw(  # noqa: E731 - a name for one draw
        st.none() | st.integers(low * scale, high * scale)
    )
    return LinearConstraint(tuple(terms), bound(-6, 3), bound(0, 12), _literals(draw, sizes, 2))


def _sorted(draw: st.DrawFn, sizes: tuple[int, ...]) -> Constraint:
    return SortedConstraint(_scope(draw, sizes, 4))


def _predicate(draw: st.DrawFn, sizes: tuple[int, ...]) -> Constraint:
    divisor = draw(st.integers(1, 4))
    scope = _scope(draw, sizes, 3)
    remainders = tuple(tuple(value % divisor for value in range(sizes[variable])) for variable in scope)
    function = Remainder(divisor, draw(st.integers(0, divisor)))
    return PredicateConstraint(scope, function, classes=draw(st.sampled_from((None, remainders))))
