"""Several side sums at once, against all solutions written out."""

from collections.abc import Callable
from itertools import compress, product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from made_diagrams import obeying
from made_objectives import MadeQuestion, made_questions

from configurator.csp.constraints import LinearTerm
from configurator.csp.variables import Assumptions, Variable
from configurator.engines.derived import domains_of
from configurator.engines.diagram.compiled import CompiledDiagram, SideSum
from configurator.engines.diagram.decisions import DecisionWeights, SingleDecision
from configurator.engines.diagram.layers import Diagram, Layer
from configurator.engines.diagram.walks.domains import as_values
from configurator.engines.diagram.weighing import hybrid, hybrid_costs, joint_counts, multipliers
from configurator.engines.diagram.weighing.costs import Cheapest
from configurator.engines.diagram.weighing.hybrid import (
    HybridFeasibility,
    domains_under_sums,
    feasible_under_sums,
)
from configurator.engines.diagram.weighing.hybrid_costs import cheapest_under_sums
from configurator.engines.diagram.weighing.joint_counts import count_under_sums
from configurator.engines.diagram.weighing.objectives import path_sum
from configurator.engines.engine import Feasibility, Feasible, Infeasible, Unknown
from configurator.errors import SearchLimitError


def solver_of(question: MadeQuestion) -> Callable[[Assumptions], Feasibility]:
    """Another engine: all solutions written out."""

    def solve(assumptions: Assumptions) -> Feasibility:
        found = obeying(question.made, assumptions)
        return Feasible(found[-1]) if found else Infeasible()

    return solve


@given(bits=st.sampled_from((1, 3, 31)), question=made_questions(sums=3))
def test_domains_under_sums_are_the_values_in_solutions(bits: int, question: MadeQuestion) -> None:
    """However roughly the sums are told."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(multipliers, "bits_for", lambda _: bits)
        found = domains_under_sums(question.made.compiled, question.assumptions, solver_of(question))

    solutions = (solution for _, solution in question.answers)
    assert domains_of(solutions, len(question.made.compiled.variables)) == as_values(found.domains)


@given(bits=st.sampled_from((1, 3, 31)), question=made_questions(sums=3))
def test_feasibility_under_sums_is_told_with_a_solution(bits: int, question: MadeQuestion) -> None:
    compiled = question.made.compiled
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(multipliers, "bits_for", lambda _: bits)
        found = feasible_under_sums(compiled, question.assumptions, solver_of(question)).feasibility

    solutions = [solution for _, solution in question.answers]
    assert bool(solutions) == isinstance(found, Feasible)
    assert isinstance(found, Infeasible) or found.witness in solutions


@given(question=made_questions(sums=3))
def test_counts_under_sums_are_those_of_the_solutions(question: MadeQuestion) -> None:
    found = count_under_sums(question.made.compiled, question.assumptions)

    assert len(question.answers) == found


@given(question=made_questions(sums=3))
def test_cheapest_under_sums_is_the_first_of_the_cheapest_solutions(question: MadeQuestion) -> None:
    found = cheapest_under_sums(
        question.made.compiled, question.sum, question.assumptions, solver_of(question)
    )

    assert (Cheapest(*question.answers[0]) if question.answers else None) == found


# ---------------------------------------------------------------- what bounds leave open


def opposed(amount: int, uppers: tuple[int, int]) -> CompiledDiagram:
    """Families of two components: the first heavy for one sum, the second for the other, by odd amounts."""
    arcs = np.array([0, 0], np.int32), np.array([0, 1], np.int32), np.array([0, 0], np.int32)
    heavy, _ = halves(amount)
    weights = [[(each, 0) for each in heavy], [(0, each) for each in heavy]]
    return CompiledDiagram(
        tuple(Variable(f"v{at}", 2) for at in range(amount)),
        tuple(SingleDecision.of(at, np.arange(2, dtype=np.int32)) for at in range(amount)),
        Diagram(tuple(Layer.of(1, *arcs) for _ in range(amount))),
        tuple(
            SideSum(tuple(DecisionWeights(np.array(pair), 0) for pair in pairs), upper)
            for pairs, upper in zip(weights, uppers, strict=True)
        ),
    )


def halves(amount: int) -> tuple[list[int], int]:
    """What the families of `opposed` weigh, and half of it all."""
    heavy = [(2 * at + 11) ** 2 for at in range(amount)]
    return heavy, sum(heavy) // 2


def test_another_engine_is_asked_only_about_what_bounds_leave_open(monkeypatch: pytest.MonkeyPatch) -> None:
    """Partitions into two equal halves: no multiplier tells whether there is one."""
    monkeypatch.setattr(hybrid, "TRIED", 0)
    _, half = halves(4)
    asked: list[Assumptions] = []

    def solve(assumptions: Assumptions) -> Feasibility:
        asked.append(assumptions)
        return Infeasible()

    found = feasible_under_sums(opposed(4, (half, half)), {}, solve)

    assert HybridFeasibility(Infeasible(), 1) == found
    assert [{}] == asked


def test_a_few_solutions_are_tried_before_another_engine_is_asked() -> None:
    _, half = halves(4)

    found = feasible_under_sums(opposed(4, (half, half)), {}, lambda _: Unknown("nobody was to be asked"))

    assert HybridFeasibility(Infeasible(), 0) == found


def test_what_another_engine_leaves_open_stays_open(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hybrid, "TRIED", 0)
    monkeypatch.setattr(hybrid, "ROOMS", ())
    _, half = halves(4)

    with pytest.raises(SearchLimitError, match="out of breath"):
        domains_under_sums(opposed(4, (half, half)), {}, lambda _: Unknown("out of breath"))


def test_values_that_bounds_leave_open_are_settled_by_the_paths_near_the_bounds(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(hybrid, "TRIED", 0)
    heavy, half = halves(4)

    def solve(_: Assumptions) -> Feasibility:
        raise AssertionError("there was no need to ask")

    none = domains_under_sums(opposed(4, (half, half)), {}, solve)
    only = domains_under_sums(opposed(4, (heavy[0] + heavy[3], heavy[1] + heavy[2])), {}, solve)

    assert ((),) * 4 == as_values(none.domains)
    assert ((0,), (1,), (1,), (0,)) == as_values(only.domains)


def test_nobody_is_asked_where_bounds_decide() -> None:
    def solve(_: Assumptions) -> Feasibility:
        raise AssertionError("there was no need to ask")

    heavy, half = halves(9)
    slack = domains_under_sums(opposed(9, (half + 200, half + 200)), {}, solve)
    tight = domains_under_sums(opposed(9, (half, sum(heavy) - half - 2)), {}, solve)

    assert (0, 0) == (slack.solved, tight.solved)
    assert all(values.all() for values in slack.domains)
    assert not any(values.any() for values in tight.domains)


def test_counts_under_several_sums_are_exact() -> None:
    heavy, half = halves(12)
    compiled = opposed(12, (half + 50, half + 60))
    subsets = [sum(compress(heavy, chosen)) for chosen in product((0, 1), repeat=12)]

    found = count_under_sums(compiled, {})

    assert sum(sum(heavy) - (half + 60) <= subset <= half + 50 for subset in subsets) == found


def test_counts_with_too_many_states_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(joint_counts, "STATES", 100)
    _, half = halves(12)

    with pytest.raises(SearchLimitError, match="under 2 wide sums cannot be made exact within 100 states"):
        count_under_sums(opposed(12, (half + 50, half + 60)), {})


def test_a_cheapest_solution_that_is_not_settled_is_not_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """A solution is known, and yet too many candidates might be cheaper."""
    monkeypatch.setattr(hybrid_costs, "CANDIDATES", 1)
    monkeypatch.setattr(hybrid_costs, "BLOCK", 1)
    heavy, half = halves(12)
    compiled = opposed(12, (half + 300, half + 310))
    objective = path_sum(compiled, tuple(LinearTerm(at, (0, each % 37)) for at, each in enumerate(heavy)))
    assert objective is not None

    with pytest.raises(SearchLimitError, match="is not settled by 1 candidates"):
        cheapest_under_sums(compiled, objective, {}, lambda _: Feasible((0, 1) * 6))
