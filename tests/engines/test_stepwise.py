"""Deciding variables one after the other: what is offered at each step is all that solutions have there."""

from collections.abc import Iterable, Iterator, Sequence
from unittest import mock

import pytest
from hypothesis import given
from hypothesis import strategies as st

from configurator.csp.constraints import (
    ClauseConstraint,
    LinearConstraint,
    LinearTerm,
    Literal,
    SortedConstraint,
)
from configurator.csp.problem import ConstraintProblem
from configurator.csp.variables import Variable
from configurator.engines.diagram.compiling import compilation
from configurator.engines.diagram.walks.stepping import DiagramSteps
from configurator.engines.engine import SearchLimits
from configurator.engines.exhaustive import ExhaustiveEngine
from configurator.engines.sat import SatEngine
from configurator.engines.stepwise import AnySteps, SolverSteps, SumSteps, Turns, steps_of
from configurator.errors import SearchLimitError
from configurator.testing.problem_strategies import constraint_problems

Walk = dict[int, int]
"""Values by variable, in the order in which they were decided."""


def all_walks(steps: AnySteps, length: int) -> Iterator[Walk]:
    """Every way through the steps, in the order in which values are offered."""
    start = steps.start
    waiting: list[tuple[Walk, object]] = [] if start is None else [({}, start)]
    while waiting:
        decided, place = waiting.pop()
        if len(decided) == length:
            yield decided
            continue
        values = steps.values(place)
        assert sorted(values) == list(values) != []
        variable = steps.variable(place)
        waiting += [({**decided, variable: value}, steps.after(place, value)) for value in reversed(values)]


def expected_walks(problem: ConstraintProblem, variables: Iterable[int]) -> list[Walk]:
    wanted = tuple(variables)
    solutions = ExhaustiveEngine().prepare(problem).solutions({})
    found = sorted({tuple(solution[variable] for variable in wanted) for solution in solutions})
    return [dict(zip(wanted, values, strict=True)) for values in found]


def one_by_one(variables: Iterable[int]) -> Turns:
    return [(variable,) for variable in variables]


def in_solver(problem: ConstraintProblem, turns: Turns) -> SolverSteps:
    steps = tuple((turn, settled) for turn in turns for settled in range(len(turn)))
    return SolverSteps(SatEngine().prepare(problem).search, steps)


@st.composite
def asked(draw: st.DrawFn) -> tuple[ConstraintProblem, tuple[int, ...]]:
    """A problem, and some of its variables in any order."""
    problem = draw(constraint_problems())
    order = draw(st.permutations(range(len(problem.variables))))
    return problem, tuple(order[: draw(st.integers(0, len(order)))])


@given(asked())
def test_walks_are_exactly_what_solutions_begin_with(case: tuple[ConstraintProblem, tuple[int, ...]]) -> None:
    problem, sequence = case
    expected = expected_walks(problem, sequence)
    turns = one_by_one(sequence)

    assert expected == list(all_walks(steps_of(problem, turns), len(turns)))
    assert expected == list(all_walks(in_solver(problem, turns), len(turns)))


@given(asked())
def test_walks_heed_a_sum_outside_the_diagram(case: tuple[ConstraintProblem, tuple[int, ...]]) -> None:
    problem, sequence = case
    with mock.patch.object(compilation, "EXPECTED_NODES_OF_LAST", -1):
        steps = steps_of(problem, one_by_one(sequence))

    assert expected_walks(problem, sequence) == list(all_walks(steps, len(sequence)))


def mixed(weights: Sequence[int], upper: int) -> tuple[ConstraintProblem, Turns]:
    """A mixed slot of three after a variable of two values and its size, and a sum over all of it."""
    slot, size, colour = (1, 2, 3), 4, 5
    positions = (Variable(f"p{at}", len(weights) + 1) for at in slot)
    variables = (Variable("board", 2), *positions, Variable("size", 4), Variable("colour", 2))
    filled = (0, *(1 for _ in weights))
    counted = (*(LinearTerm(at, filled) for at in slot), LinearTerm(size, (0, -1, -2, -3)))
    ends = (LinearTerm(0, (0, 1)), LinearTerm(colour, (0, 3)))
    bound = (*ends, *(LinearTerm(at, (0, *weights)) for at in slot))
    constraints = (
        SortedConstraint(slot),
        LinearConstraint(counted, 0, 0),
        LinearConstraint(bound, None, upper),
    )
    return ConstraintProblem(variables, constraints), [(0,), (size,), slot, (colour,)]


@pytest.mark.parametrize("upper", [0, 9, 13, 17, 40])
@pytest.mark.parametrize("outside", [False, True])
def test_a_mixed_slot_is_decided_from_its_last_unit_down(upper: int, outside: bool) -> None:
    problem, turns = mixed((5, 2, 2, 7), upper)
    with mock.patch.object(compilation, "EXPECTED_NODES_OF_LAST", -1 if outside else 1_000):
        steps = steps_of(problem, turns)
    walks = list(all_walks(steps, 6))

    assert isinstance(steps, DiagramSteps)
    assert not 9 <= upper <= 17 or outside == bool(steps.compiled.side_sums)
    assert walks == list(all_walks(in_solver(problem, turns), 6))
    assert expected_walks(problem, range(6)) == sorted(
        ({at: walk[at] for at in range(6)} for walk in walks), key=lambda walk: tuple(walk.values())
    )
    assert {2: [2, 1, 3], 3: [3, 2, 1]} == {
        walk[4]: [variable for variable in walk if variable in {1, 2, 3}] for walk in walks if walk[4] > 1
    } or upper == 0


def test_positions_that_rules_tell_apart_are_asked_of_a_solver() -> None:
    problem, turns = mixed((5, 2, 2, 7), 17)
    uneven = problem.extended((LinearConstraint((LinearTerm(1, (0, 1, 0, 1, 0)),), 0, 0),))
    steps = steps_of(uneven, turns)
    walks = [{at: walk[at] for at in range(6)} for walk in all_walks(steps, 6)]

    assert isinstance(steps, SolverSteps)
    assert expected_walks(uneven, range(6)) == sorted(walks, key=lambda walk: tuple(walk.values()))


def test_where_several_sums_stay_outside_a_solver_is_asked() -> None:
    sums = tuple(
        LinearConstraint(tuple(LinearTerm(at, (0, 3 * at + 1, 7 - at)) for at in range(3)), None, upper)
        for upper in (9, 10)
    )
    second = LinearConstraint(tuple(LinearTerm(at, (5 - at, 0, 2)) for at in range(3)), None, 8)
    problem = ConstraintProblem(tuple(Variable(f"v{at}", 3) for at in range(3)), (*sums, second))
    with mock.patch.multiple(compilation, EXPECTED_NODES=-1, EXPECTED_NODES_OF_LAST=-1):
        steps = steps_of(problem, one_by_one(range(3)))

    assert isinstance(steps, SolverSteps)
    assert expected_walks(problem, range(3)) == list(all_walks(steps, 3))


def test_a_problem_without_solutions_has_no_beginning() -> None:
    problem = ConstraintProblem((Variable("v", 2),), (ClauseConstraint((Literal(0, frozenset()),)),))

    assert steps_of(problem, [(0,)]).start is None
    assert in_solver(problem, [(0,)]).start is None


def test_variables_that_are_not_asked_for_may_be_anything_that_fits() -> None:
    alike = tuple(
        ClauseConstraint((Literal(0, frozenset(range(3)) - {value}), Literal(1, frozenset({value} - {2}))))
        for value in range(3)
    )
    problem = ConstraintProblem((Variable("a", 3), Variable("b", 2)), alike)

    assert [{0: 0}, {0: 1}] == list(all_walks(steps_of(problem, [(0,)]), 1))
    assert [{0: 0}, {0: 1}] == list(all_walks(in_solver(problem, [(0,)]), 1))


def test_a_limit_of_time_is_kept() -> None:
    clock = iter(range(100))
    limits = SearchLimits.within(0, now=lambda: float(next(clock)))
    with pytest.raises(SearchLimitError, match="the time limit of 0 s was reached"):
        steps_of(*mixed((5, 2), 9), limits)


def test_what_was_asked_is_forgotten_in_time() -> None:
    problem, turns = mixed((5, 2), 9)
    expected = list(all_walks(in_solver(problem, turns), 6))
    with mock.patch("configurator.engines.stepwise.MOST_REMEMBERED", 2):
        walks = list(all_walks(in_solver(problem, turns), 6))

    assert expected == walks


def test_without_time_to_compile_a_solver_is_asked() -> None:
    problem, turns = mixed((5, 2), 9)
    steps = steps_of(problem, turns, seconds=-1)

    assert isinstance(steps, SolverSteps)
    assert list(all_walks(in_solver(problem, turns), 6)) == list(all_walks(steps, 6))


@st.composite
def lone_sums(draw: st.DrawFn) -> tuple[ConstraintProblem, tuple[int, ...]]:
    """Sums that share no variable, and some of the variables in any order."""
    weights = st.lists(st.integers(-4, 4), min_size=1, max_size=4).map(tuple)
    variables: list[Variable] = [Variable("free", draw(st.integers(1, 3)))]
    sums: list[LinearConstraint] = []
    for _ in range(draw(st.integers(1, 2))):
        terms = []
        for each in draw(st.lists(weights, min_size=1, max_size=3)):
            terms.append(LinearTerm(len(variables), each))
            variables.append(Variable(f"v{len(variables)}", len(each)))
        bound = st.none() | st.integers(-9, 9)
        sums.append(LinearConstraint(tuple(terms), draw(bound), draw(bound)))
    order = draw(st.permutations(range(len(variables))))
    return ConstraintProblem(tuple(variables), tuple(sums)), tuple(order[: draw(st.integers(0, len(order)))])


@pytest.mark.parametrize("pairs", [0, 1_000])
@given(case=lone_sums())
def test_walks_through_sums_alone_are_exactly_what_solutions_begin_with(
    pairs: int, case: tuple[ConstraintProblem, tuple[int, ...]]
) -> None:
    problem, sequence = case
    with mock.patch("configurator.engines.stepwise.MOST_PAIRS", pairs):
        steps = SumSteps.of(problem, sequence)

    assert steps is not None or not pairs
    assert steps is None or expected_walks(problem, sequence) == list(all_walks(steps, len(sequence)))


def test_variables_of_many_values_that_only_a_sum_ties_are_decided_by_arithmetic() -> None:
    many = 30_000
    terms = tuple(LinearTerm(at, tuple(range(many))) for at in range(2))
    problem = ConstraintProblem(
        tuple(Variable(f"v{at}", many) for at in range(2)), (LinearConstraint(terms, many - 3, many - 3),)
    )
    steps = steps_of(problem, one_by_one(range(2)))

    assert isinstance(steps, SumSteps)
    assert steps.start is not None
    assert list(range(many - 2)) == list(steps.values(steps.start))
    assert [many - 5] == list(steps.values(steps.after(steps.start, 2)))


@pytest.mark.parametrize("lower", [1, 9, 14, 20])
def test_blanks_of_a_mixed_slot_count_where_they_are_what_a_sum_is_short_of(lower: int) -> None:
    problem, turns = mixed((5, 2, 2, 7), 40)
    *others, bound = problem.constraints
    assert isinstance(bound, LinearConstraint)
    at_least = ConstraintProblem(problem.variables, (*others, LinearConstraint(bound.terms, lower, None)))
    with mock.patch.object(compilation, "EXPECTED_NODES_OF_LAST", -1):
        steps = steps_of(at_least, turns)

    assert isinstance(steps, DiagramSteps)
    assert list(all_walks(in_solver(at_least, turns), 6)) == list(all_walks(steps, 6))
