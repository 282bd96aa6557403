"""What parts of a problem refuse alone, against all assignments tried one by one."""

from itertools import product
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from configurator.csp.constraints import ClauseConstraint, Constraint, Literal, SortedConstraint
from configurator.csp.problem import ConstraintProblem
from configurator.csp.semantics import holds
from configurator.csp.variables import Variable
from configurator.engines.diagram.left_out import LeftOut, left_out_counts
from configurator.engines.diagram.limits import SizeLimits
from configurator.engines.engine import SearchLimits
from configurator.errors import SearchLimitError
from configurator.testing.problem_strategies import constraint_problems

Parts = tuple[tuple[Constraint, ...], ...]


def tried(fixed: ConstraintProblem, parts: Parts) -> LeftOut:
    """By the definition: which parts does each assignment break?"""
    everything, alone = 0, [0] * len(parts)
    for assignment in product(*(range(variable.size) for variable in fixed.variables)):
        if not all(holds(constraint, assignment) for constraint in fixed.constraints):
            continue
        refusing = [
            number for number, part in enumerate(parts) if not all(holds(c, assignment) for c in part)
        ]
        everything += not refusing
        if len(refusing) == 1:
            alone[refusing[0]] += 1
    return LeftOut(everything, tuple(alone))


def split(problem: ConstraintProblem, owners: list[int]) -> tuple[ConstraintProblem, Parts]:
    """The constraints dealt out: owner 0 always holds, the others are parts."""
    dealt = list(zip(owners, problem.constraints, strict=False))
    fixed = tuple(constraint for owner, constraint in dealt if owner == 0)
    parts = tuple(tuple(c for owner, c in dealt if owner == number) for number in range(1, 4))
    return ConstraintProblem(problem.variables, fixed), parts


@settings(max_examples=150, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(
    problem=constraint_problems(most_constraints=7),
    owners=st.lists(st.integers(0, 3), min_size=7, max_size=7),
    rolled=st.randoms(use_true_random=False),
)
def test_each_part_refuses_alone_what_trying_everything_says(
    problem: ConstraintProblem, owners: list[int], rolled: Random
) -> None:
    fixed, parts = split(problem, owners)
    order = list(range(len(problem.variables)))
    rolled.shuffle(order)
    try:
        found = left_out_counts(fixed, parts), left_out_counts(fixed, parts, order=order)
    except SearchLimitError as stopped:
        assert stopped.reason == "it exceeds 64 bits"  # noqa: PT017 - the one limit that so small a problem can meet
        return

    assert (tried(fixed, parts),) * 2 == found


@settings(max_examples=100, deadline=None)
@given(
    sizes=st.integers(2, 4),
    positions=st.integers(2, 3),
    picks=st.lists(st.tuples(st.integers(1, 3), st.sets(st.integers(0, 3), min_size=1)), max_size=6),
)
def test_rules_for_each_unit_of_a_mixed_slot_are_counted_by_configurations(
    sizes: int, positions: int, picks: list[tuple[int, set[int]]]
) -> None:
    variables = (Variable("other", 3), *(Variable(f"unit {at}", sizes) for at in range(positions)))
    scope = tuple(range(1, positions + 1))
    fixed = ConstraintProblem(variables, (SortedConstraint(scope),))

    def for_each_unit(at: int, values: set[int]) -> tuple[Constraint, ...]:
        held = frozenset({0, *(value for value in values if value < sizes)})
        other = Literal(0, frozenset({at % 3}))
        return tuple(ClauseConstraint((Literal(variable, held), other)) for variable in scope)

    parts = tuple(for_each_unit(at, values) for at, values in picks)

    assert tried(fixed, parts) == left_out_counts(fixed, parts)


def test_what_is_too_large_is_refused() -> None:
    variables = tuple(Variable(f"v{at}", 3) for at in range(6))
    part = (ClauseConstraint((Literal(0, frozenset({1})), Literal(5, frozenset({2})))),)

    with pytest.raises(SearchLimitError, match="more than 3 arcs"):
        left_out_counts(ConstraintProblem(variables, ()), (part,), sizes=SizeLimits(arcs=3))


def test_the_time_limit_is_kept() -> None:
    variables = (Variable("v", 2),)

    with pytest.raises(SearchLimitError, match="time limit"):
        left_out_counts(ConstraintProblem(variables, ()), (), SearchLimits.within(-1))
