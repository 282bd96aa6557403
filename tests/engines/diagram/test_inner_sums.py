"""Small sums brought into a finished diagram change its solutions as they say, and nothing stays outside."""

from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from configurator.csp.constraints import (
    Constraint,
    LinearConstraint,
    LinearTerm,
    SortedConstraint,
    TableConstraint,
)
from configurator.csp.problem import ConstraintProblem
from configurator.csp.semantics import broken
from configurator.csp.variables import Assignment, Variable
from configurator.engines.diagram.search import DiagramEngine, DiagramSearch
from configurator.engines.engine import Infeasible

thorough = settings(max_examples=60, deadline=None, derandomize=True)


@st.composite
def slots_with_sums(draw: st.DrawFn) -> tuple[ConstraintProblem, tuple[Constraint, ...]]:
    """Two variables and a chain of one to three positions, with tables; and small sums over some of them."""
    first, second, family = (draw(st.integers(2, 4)) for _ in range(3))
    positions = draw(st.integers(1, 3))
    variables = (
        Variable("a", first),
        Variable("b", second),
        *(Variable(f"c[{at + 1}]", family) for at in range(positions)),
    )
    chain = tuple(range(2, 2 + positions))
    constraints: list[Constraint] = [SortedConstraint(chain)]
    rows = draw(st.sets(st.tuples(st.integers(0, first - 1), st.integers(0, second - 1)), min_size=1))
    constraints.append(TableConstraint((0, 1), (tuple(range(first)), tuple(range(second))), frozenset(rows)))
    if draw(st.booleans()):
        # The last component makes the first variable's first value impossible, at every position.
        classes = (
            tuple(int(v == 0) for v in range(first)),
            tuple(int(v == family - 1) for v in range(family)),
        )
        allowed = frozenset(product((0, 1), repeat=2)) - {(1, 1)}
        constraints += [TableConstraint((0, at), classes, allowed) for at in chain]
    sums = []
    for _ in range(draw(st.integers(1, 4))):
        terms = []
        for variable, size in ((0, first), (1, second)):
            if draw(st.booleans()):
                terms.append(LinearTerm(variable, weights_of(draw, size)))
        if draw(st.booleans()) or not terms:
            alike = weights_of(draw, family)
            terms += [LinearTerm(at, alike) for at in chain]
        sums.append(LinearConstraint(tuple(terms), None, draw(st.integers(0, 5))))
    return ConstraintProblem(variables, tuple(constraints)), tuple(sums)


def weights_of(draw: st.DrawFn, size: int) -> tuple[int, ...]:
    """Weights like quantities of a component, at times of several, or of what is never too few."""
    return tuple(draw(st.lists(st.sampled_from([0, 0, 0, 1, 1, 2]), min_size=size, max_size=size)))


def judged(problem: ConstraintProblem) -> list[Assignment]:
    every = product(*(range(variable.size) for variable in problem.variables))
    return [assignment for assignment in every if not broken(problem, assignment)]


def check(search: DiagramSearch, problem: ConstraintProblem) -> None:
    """The answers of a diagram are those of trying everything."""
    expected = judged(problem)
    assert expected == list(search.solutions({}))
    assert len(expected) == search.count({})
    domains = tuple(tuple(sorted({each[at] for each in expected})) for at in range(len(problem.variables)))
    assert domains == search.domains({})
    assert isinstance(search.feasibility({}), Infeasible) == (not expected)
    for variable in range(len(problem.variables)):
        assumed = {variable: frozenset({0})}
        assert sum(each[variable] == 0 for each in expected) == search.count(assumed)


@thorough
@given(made=slots_with_sums())
def test_small_sums_leave_the_solutions_that_keep_them_and_go_inside(
    made: tuple[ConstraintProblem, tuple[Constraint, ...]],
) -> None:
    problem, sums = made
    prepared = DiagramEngine().prepare(problem)

    extended = prepared.extended(sums)

    check(extended, problem.extended(sums))
    assert not extended.compiled.side_sums


@thorough
@given(made=slots_with_sums())
def test_small_sums_one_after_the_other_say_what_they_say_together(
    made: tuple[ConstraintProblem, tuple[Constraint, ...]],
) -> None:
    problem, sums = made
    search = DiagramEngine().prepare(problem)

    for each in sums:
        search = search.extended((each,))

    check(search, problem.extended(sums))


@thorough
@given(made=slots_with_sums())
def test_small_sums_that_would_need_too_much_stay_outside(
    made: tuple[ConstraintProblem, tuple[Constraint, ...]],
) -> None:
    problem, sums = made
    prepared = DiagramEngine().prepare(problem)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("configurator.engines.diagram.inner_sums.MOST_ATOMS", 3)
        patch.setattr("configurator.engines.diagram.inner_sums.INSIDE_ARCS", -(10**9))
        extended = prepared.extended(sums)

    expected = judged(problem.extended(sums))
    assert expected == list(extended.solutions({}))


@thorough
@given(made=slots_with_sums(), weight=st.integers(1, 9), upper=st.integers(0, 30))
def test_sums_outside_heed_what_became_of_the_decisions(
    made: tuple[ConstraintProblem, tuple[Constraint, ...]], weight: int, upper: int
) -> None:
    problem, sums = made
    sizes = [variable.size for variable in problem.variables]
    price = LinearConstraint(
        tuple(
            LinearTerm(at, tuple(100 + weight * v * v for v in range(size))) for at, size in enumerate(sizes)
        ),
        None,
        100 * len(sizes) + upper,
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("configurator.engines.diagram.compiling.compilation.EXPECTED_NODES", -1)
        patch.setattr("configurator.engines.diagram.compiling.compilation.EXPECTED_NODES_OF_LAST", -1)
        prepared = DiagramEngine().prepare(problem.extended((price,)))

    extended = prepared.extended(sums)

    check(extended, problem.extended((price, *sums)))
