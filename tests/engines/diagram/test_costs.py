"""Cheapest solutions, least totals and repairs, against all solutions written out."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from made_diagrams import diagram_of
from made_objectives import MadeQuestion, made_objectives, made_questions

from configurator.csp.constraints import LinearTerm, Literal
from configurator.csp.variables import Variable
from configurator.engines.diagram.compiled import CompiledDiagram
from configurator.engines.diagram.decisions import SingleDecision
from configurator.engines.diagram.multiset_vectors import MultisetShape
from configurator.engines.diagram.multisets import MultisetDecision
from configurator.engines.diagram.weighing import costs
from configurator.engines.diagram.weighing.costs import (
    Cheapest,
    CostRange,
    ascending_within,
    cheapest,
    cost_ranges,
    least_totals,
    top_k,
)
from configurator.engines.diagram.weighing.objectives import ChangeTerm, lexicographic, path_sum, total_of
from configurator.engines.engine import SearchLimits
from configurator.errors import SearchLimitError


@given(question=made_questions())
def test_cheapest_is_the_first_of_the_cheapest_solutions(question: MadeQuestion) -> None:
    found = cheapest(question.sum, question.assumptions)

    assert (Cheapest(*question.answers[0]) if question.answers else None) == found


@given(question=made_questions(), count=st.integers(0, 12), ties=st.integers(0, 3))
def test_top_k_is_the_beginning_of_all_solutions_by_total(
    question: MadeQuestion, count: int, ties: int
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(costs, "TIES", ties)
        found = top_k(question.sum, count, question.assumptions)

    assert tuple(Cheapest(*answer) for answer in question.answers[:count]) == found


@given(question=made_questions(), bound=st.integers(-20, 20))
def test_solutions_within_a_total_come_in_ascending_order(question: MadeQuestion, bound: int) -> None:
    upper = bound * question.scale

    found = tuple(ascending_within(question.sum, upper, question.assumptions))

    within = sorted((solution, total) for total, solution in question.answers if total <= upper)
    assert tuple(Cheapest(total, solution) for solution, total in within) == found


@given(question=made_questions())
def test_cost_ranges_are_those_of_the_solutions_with_the_value(question: MadeQuestion) -> None:
    found = cost_ranges(question.sum, question.assumptions)

    for variable, ranges in enumerate(found):
        for value, cost_range in enumerate(ranges):
            totals = [total for total, solution in question.answers if solution[variable] == value]
            assert (CostRange(min(totals), max(totals)) if totals else None) == cost_range


@given(question=made_questions())
def test_least_totals_exceed_the_magnitude_exactly_where_no_solution_is(question: MadeQuestion) -> None:
    found = least_totals(question.sum, question.assumptions)

    for variable, totals in enumerate(found):
        for value, total in enumerate(totals.tolist()):
            exists = any(solution[variable] == value for _, solution in question.answers)
            assert exists == (total <= question.sum.magnitude)


@given(question=made_questions(), data=st.data())
def test_lexicographic_objectives_are_minimised_one_after_the_other(
    question: MadeQuestion, data: st.DataObject
) -> None:
    compiled = question.made.compiled
    others = [data.draw(made_objectives(compiled, 1)) for _ in range(2)]
    objectives = (others[0], question.objective, others[1])

    combined = path_sum(compiled, lexicographic(objectives))
    assert combined is not None
    found = cheapest(combined, question.assumptions)

    solutions = [solution for _, solution in question.answers]
    best = (
        min((tuple(total_of(each, solution) for each in objectives), solution) for solution in solutions)
        if solutions
        else None
    )
    assert (best and best[1]) == (found and found.witness)


@pytest.mark.parametrize(
    ("literals", "told"),
    [
        ((), True),
        ((Literal(1, frozenset({1})), Literal(2, frozenset({0}))), True),  # positions of one slot
        ((Literal(0, frozenset({1})), Literal(1, frozenset({0}))), False),  # two decisions
    ],
)
def test_a_change_speaks_of_one_decision(literals: tuple[Literal, ...], *, told: bool) -> None:
    found = path_sum(mixed_slot(), (ChangeTerm(literals, 1),))

    assert told == (found is not None)


def test_positions_of_a_mixed_slot_that_weigh_differently_are_no_sum() -> None:
    assert path_sum(mixed_slot(), (LinearTerm(1, (0, 1)), LinearTerm(2, (0, 2)))) is None
    assert path_sum(mixed_slot(), (LinearTerm(1, (0, 1)),)) is None
    assert path_sum(mixed_slot(), (LinearTerm(1, (0, 1)), LinearTerm(2, (0, 1)))) is not None


def test_a_search_for_the_cheapest_heeds_its_limits() -> None:
    objective = path_sum(mixed_slot(), ())
    assert objective is not None
    over = SearchLimits(0.0, 0.0, lambda: 1.0)

    with pytest.raises(SearchLimitError, match="the time limit"):
        cheapest(objective, {0: frozenset({0})}, over)


def mixed_slot() -> CompiledDiagram:
    """Variable 0, and a mixed slot of two positions (1 and 2) over one component; all combinations."""
    slot = MultisetDecision.of((1, 2), MultisetShape(2, np.array([-1, 0])), np.zeros(3, np.int32))
    single = SingleDecision.of(0, np.zeros(2, np.int32))
    return CompiledDiagram(
        tuple(Variable(f"v{at}", 2) for at in range(3)), (slot, single), diagram_of({(0, 0)}, 2)
    )
