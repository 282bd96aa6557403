"""Least costs of all values under several side sums, against all solutions written out."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

import numpy as np
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from made_diagrams import free_diagram
from made_objectives import MadeQuestion, made_questions

from configurator.csp.constraints import LinearTerm
from configurator.engines.diagram.compiled import SideSum
from configurator.engines.diagram.decisions import DecisionWeights
from configurator.engines.diagram.kernels import Switch
from configurator.engines.diagram.weighing import hybrid_ranges, label_setting, near_best
from configurator.engines.diagram.weighing.hybrid_ranges import least_under_sums
from configurator.engines.diagram.weighing.label_setting import LabelLoops, compiled_labels
from configurator.engines.diagram.weighing.least_costs import NOTHING, LeastUnderSums
from configurator.engines.diagram.weighing.near_best import Room, possible_under_sums
from configurator.engines.diagram.weighing.objectives import path_sum
from configurator.engines.diagram.weighing.weighed_values import LARGEST_MULTIPLIER, Digits, WeighedValues
from configurator.engines.diagram.whole import Flags
from configurator.engines.engine import NO_LIMITS


@contextmanager
def using(loops: LabelLoops | None) -> Iterator[None]:
    """Least costs are found by these loops, or without any."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(label_setting, "LABELS", Switch("0" if loops is None else "1", lambda: loops))
        yield


@cache
def compiled_once() -> LabelLoops:
    """The loops, compiled: it takes seconds."""
    found = compiled_labels()
    if found is None:
        pytest.skip("numba is not installed")
    return found


@pytest.fixture(scope="module", params=["without", "as they stand", "compiled"])
def loops(request: pytest.FixtureRequest) -> LabelLoops | None:
    """The loops, run by Python and compiled; and none."""
    if request.param == "without":
        return None
    return LabelLoops() if request.param == "as they stand" else compiled_once()


# One fixture serves all examples of a test: loops keep nothing. Compiling takes seconds.
either_way = settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def agrees(expected: list[list[int]], found: LeastUnderSums) -> None:
    """What is told must be so."""
    for costs, least, bound, still_open in zip(expected, found.least, found.bound, found.open, strict=True):
        true = np.array(costs, np.int64)
        assert (true <= least).all()
        assert (true >= bound).all()
        assert (true == least)[~still_open].all()


def true_costs(question: MadeQuestion) -> list[list[int]]:
    """For each variable and value the least cost of solutions with it."""
    found = [[NOTHING] * variable.size for variable in question.made.compiled.variables]
    for cost, solution in question.answers:
        for variable, value in enumerate(solution):
            found[variable][value] = min(cost, found[variable][value])
    return found


def valid(costs: list[list[int]]) -> list[Flags]:
    """The valid domains."""
    return [np.array(of, np.int64) < NOTHING for of in costs]


@either_way
@given(question=st.one_of(made_questions(sums=3), made_questions(sums=1)))
def test_least_costs_under_sums_are_those_of_solutions(
    loops: LabelLoops | None, question: MadeQuestion
) -> None:
    """Diagrams as small as these are settled altogether."""
    weighed = WeighedValues.of(question.sum)
    assume(weighed)
    expected = true_costs(question)
    assert weighed is not None
    with using(loops):
        found = least_under_sums(weighed, valid(expected), question.assumptions)

    assert expected == [costs.tolist() for costs in found.least]
    assert not any(flags.any() for flags in found.open)
    assert (question.answers[0][0] if question.answers and expected else None) == found.overall


@given(
    room=st.tuples(*[st.sampled_from((1, 2, 5, 20))] * 3),
    steps=st.integers(0, 6),
    question=made_questions(sums=3),
)
def test_what_is_settled_in_little_room_is_right(
    room: tuple[int, int, int], steps: int, question: MadeQuestion
) -> None:
    weighed = WeighedValues.of(question.sum)
    assume(weighed)
    expected = true_costs(question)
    assert weighed is not None
    with pytest.MonkeyPatch.context() as patch, using(None):
        for name in ("STEPS", "FEW_STEPS"):
            patch.setattr(hybrid_ranges, name, steps)
        for name, value in zip(("EXTENSIONS", "PAIRS", "FOR_ONE"), room, strict=True):
            patch.setattr(near_best, name, value)
        found = least_under_sums(weighed, valid(expected), question.assumptions)

    agrees(expected, found)
    assert found.overall is None or question.answers[0][0] == found.overall


@given(
    parts=st.sampled_from((1, 2, 5, 20)),
    rounds=st.integers(0, 4),
    first_goals=st.sampled_from((1, 5, 1000)),
    bits=st.integers(0, 4),
    cells=st.sampled_from((1, 100, 1 << 20)),
    steps=st.integers(0, 6),
    question=made_questions(sums=3),
)
def test_what_labels_settle_in_little_room_is_right(
    parts: int,
    rounds: int,
    first_goals: int,
    bits: int,
    cells: int,
    steps: int,
    question: MadeQuestion,
) -> None:
    weighed = WeighedValues.of(question.sum)
    assume(weighed)
    expected = true_costs(question)
    assert weighed is not None
    limits = {"PARTS": parts, "ROUNDS": rounds, "FIRST_GOALS": first_goals, "MOST_BITS": bits, "CELLS": cells}
    with pytest.MonkeyPatch.context() as patch, using(LabelLoops()):
        for name in ("STEPS", "FEW_STEPS"):
            patch.setattr(hybrid_ranges, name, steps)
        for name, value in limits.items():
            patch.setattr(label_setting, name, value)
        found = least_under_sums(weighed, valid(expected), question.assumptions)

    agrees(expected, found)
    assert found.overall is None or question.answers[0][0] == found.overall


@settings(deadline=None, max_examples=40)
@given(question=made_questions(sums=3))
def test_compiled_loops_leave_out_what_plain_ones_do(question: MadeQuestion) -> None:
    compiled = compiled_once()
    weighed = WeighedValues.of(question.sum)
    assume(weighed)
    expected = valid(true_costs(question))
    assert weighed is not None
    answers = []
    for loops in (LabelLoops(), compiled):
        with pytest.MonkeyPatch.context() as patch, using(loops):
            patch.setattr(label_setting, "PARTS", 2)
            found = least_under_sums(weighed, expected, question.assumptions)
            answers.append([each.tolist() for each in (*found.least, *found.bound)])

    assert answers[0] == answers[1]


@given(
    room=st.builds(Room, *[st.sampled_from((1, 2, 5, 20, 10_000))] * 2),
    shares=st.lists(st.floats(0.01, 1.0), min_size=3, max_size=3),
    data=st.data(),
    question=made_questions(sums=3),
)
def test_values_told_possible_or_not_are_so(
    room: Room, shares: list[float], data: st.DataObject, question: MadeQuestion
) -> None:
    """Whatever is asked about, and whatever else is held for a candidate."""
    compiled = question.made.compiled
    weighed = WeighedValues.of_sums(compiled, NO_LIMITS)
    assume(weighed)
    assert weighed is not None
    right = [np.zeros(variable.size, np.bool_) for variable in compiled.variables]
    for _, solution in question.answers:
        for found, value in zip(right, solution, strict=True):
            found[value] = True
    flags = [st.lists(st.booleans(), min_size=len(each), max_size=len(each)) for each in right]
    candidates = [
        np.array([value in question.assumptions.get(at, {value}) for value in range(len(each))], np.bool_)
        & (each | np.array(data.draw(some), np.bool_))
        for at, (each, some) in enumerate(zip(right, flags, strict=True))
    ]
    wanted = [
        each & np.array(data.draw(some), np.bool_) for each, some in zip(candidates, flags, strict=True)
    ]
    possible, still_open = possible_under_sums(
        weighed, candidates, wanted, question.assumptions, shares[: len(weighed.uppers)], room
    )

    for each, found, left in zip(right, possible, still_open, strict=True):
        assert not (found & ~each).any()
        assert not (left & found).any()
    for each, asked, found, left in zip(right, wanted, possible, still_open, strict=True):
        assert (asked & each & ~left <= found).all()
        assert room.extensions < 10_000 or room.pairs < 10_000 or not left.any()


@given(
    bits=st.tuples(*[st.integers(0, 12)] * 3),
    rows=st.lists(st.tuples(*[st.integers(0, 4095)] * 6), min_size=1, max_size=9),
)
def test_words_of_sums_are_compared_sum_by_sum(
    bits: tuple[int, int, int], rows: list[tuple[int, ...]]
) -> None:
    most = [(1 << each) - 1 for each in bits]
    digits = Digits.of(most)
    assert digits is not None
    both = np.array(rows, np.int64) & np.array(most * 2)
    one, other = both[:, :3], both[:, 3:]

    compared = digits.no_more(digits.packed(one), digits.packed(other))
    greater = digits.greater(digits.packed(one), digits.packed(other))

    assert (one <= other).all(axis=1).tolist() == compared.tolist()
    assert digits.packed(np.maximum(one, other)).tolist() == greater.tolist()


def test_sums_that_no_word_holds_are_left_alone() -> None:
    weights = tuple(DecisionWeights(np.array([0, (1 << 30) - 1, 1 << 30]), 0) for _ in range(2))
    compiled = free_diagram(3, 3, side_sums=(SideSum(weights, 1 << 30),) * 3)
    objective = path_sum(compiled, (LinearTerm(0, (1, 2, 3)),))
    assert objective is not None

    assert WeighedValues.of(objective) is None


def test_costs_in_hundredths_are_weighed_with_smaller_multipliers(loops: LabelLoops | None) -> None:
    prices = [30_001, 20_002, 10_007]
    weights = tuple(DecisionWeights(np.array(prices), 0) for _ in range(24))
    turned = tuple(DecisionWeights(np.array([1, 2, 3]), 0) for _ in range(24))
    compiled = free_diagram(*[3] * 24, side_sums=(SideSum(weights, 600_000), SideSum(turned, 48)))
    objective = path_sum(compiled, tuple(LinearTerm(at, tuple(prices)) for at in range(24)))
    assert objective is not None
    weighed = WeighedValues.of(objective)
    assert weighed is not None
    with using(loops):
        found = least_under_sums(weighed, [np.ones(3, np.bool_)] * 24, {})

    assert 0 < weighed.most < LARGEST_MULTIPLIER
    assert found.overall == 24 * 20_002


def test_equals_beyond_the_room_still_give_an_answer(
    loops: LabelLoops | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Everything costs the same: any configuration that keeps the sums is a cheapest one."""
    monkeypatch.setattr(near_best, "EXTENSIONS", 1)
    monkeypatch.setattr(label_setting, "PARTS", 1)
    weights = tuple(DecisionWeights(np.array([0, 1, 2]), 0) for _ in range(6))
    turned = tuple(DecisionWeights(np.array([2, 1, 0]), 0) for _ in range(6))
    compiled = free_diagram(*[3] * 6, side_sums=(SideSum(weights, 11), SideSum(turned, 11)))
    objective = path_sum(compiled, (LinearTerm(0, (5, 5, 5)),))
    assert objective is not None
    weighed = WeighedValues.of(objective)
    assert weighed is not None

    with using(loops):
        found = least_under_sums(weighed, [np.ones(3, np.bool_)] * 6, {})

    assert found.overall == 5
