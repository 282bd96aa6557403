"""One budget: feasibility, domains and samples, against all solutions written out."""

from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from made_diagrams import diagram_of
from made_objectives import MadeQuestion, made_questions

from configurator.csp.constraints import LinearTerm
from configurator.csp.variables import Assignment, Variable
from configurator.engines.derived import domains_of
from configurator.engines.diagram.compiled import CompiledDiagram
from configurator.engines.diagram.decisions import SingleDecision
from configurator.engines.diagram.walks.domains import as_values
from configurator.engines.diagram.weighing import budget_sampling
from configurator.engines.diagram.weighing.budget_sampling import samples_within
from configurator.engines.diagram.weighing.budgets import domains_within, feasible_within
from configurator.engines.diagram.weighing.histograms import count_within
from configurator.engines.diagram.weighing.objectives import path_sum
from configurator.engines.diagram.weighing.path_sums import PathSum
from configurator.engines.diagram.weighing.residues import Residues
from configurator.engines.diagram.weighing.totals import totals
from configurator.engines.engine import Feasible, Infeasible

bounds = st.integers(-30, 30)
"""From below every total to above every total."""


def within(question: MadeQuestion, upper: int) -> list[Assignment]:
    """The solutions within a budget."""
    return [solution for total, solution in question.answers if total <= upper]


@given(question=made_questions(), bound=bounds)
def test_feasible_within_a_budget_is_what_its_cheapest_keeps(question: MadeQuestion, bound: int) -> None:
    found = feasible_within(question.sum, bound * question.scale, question.assumptions)

    solutions = within(question, bound * question.scale)
    assert (Feasible(solutions[0]) if solutions else Infeasible()) == found


@given(question=made_questions(), bound=bounds)
def test_domains_within_a_budget_are_the_values_in_solutions(question: MadeQuestion, bound: int) -> None:
    found = domains_within(question.sum, bound * question.scale, question.assumptions)

    expected = domains_of(
        iter(within(question, bound * question.scale)), len(question.made.compiled.variables)
    )
    assert expected == as_values(found)


@given(question=made_questions())
def test_totals_of_columns_are_those_of_the_solutions(question: MadeQuestion) -> None:
    shape = (len(question.answers), len(question.made.compiled.variables))
    columns = np.array([solution for _, solution in question.answers], np.int32).reshape(shape).T

    found = totals(question.sum, columns)

    assert [total for total, _ in question.answers] == found.tolist()


@given(
    rejected=st.sampled_from((0, 10**9)),
    listed=st.sampled_from((0, 100)),
    bits=st.sampled_from((0, 90)),
    question=made_questions(),
    bound=bounds,
    seed=st.integers(0, 99),
)
def test_samples_within_a_budget_are_solutions_within_it(
    rejected: int, listed: int, bits: int, question: MadeQuestion, bound: int, seed: int
) -> None:
    plain = Residues.below
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(budget_sampling, "REJECTED", rejected)
        patch.setattr(budget_sampling, "LISTED", listed)
        patch.setattr(Residues, "below", lambda bound: plain(max(bound, 1 << bits)))
        upper = bound * question.scale
        found = samples_within(question.sum, upper, question.assumptions, 20, seed)

    solutions = within(question, upper)
    assert (20 if solutions else 0) == found.shape[1]
    assert {tuple(column) for column in found.T.tolist()} <= set(solutions)


@pytest.fixture
def tight() -> PathSum:
    """Three families of which some combinations are solutions, members at equal and at different prices."""
    class_of = [[0, 0, 1, 1, 0], [0, 1, 1, 2], [0, 0, 0, 1]]
    paths: set[tuple[int, ...]] = {(0, 0, 0), (0, 1, 0), (1, 1, 1), (1, 2, 0), (0, 2, 1)}
    compiled = CompiledDiagram(
        tuple(Variable(f"v{index}", len(found)) for index, found in enumerate(class_of)),
        tuple(SingleDecision.of(index, np.array(found, np.int32)) for index, found in enumerate(class_of)),
        diagram_of(paths, 3),
    )
    prices = ((5, 7, 5, 9, 5), (3, 1, 4, 2), (8, 8, 2, 6))
    found = path_sum(compiled, tuple(LinearTerm(index, of) for index, of in enumerate(prices)))
    assert found is not None
    return found


@pytest.mark.parametrize("rejected", [0, 10**9])
@pytest.mark.parametrize("listed", [0, 100])
def test_samples_within_a_budget_are_uniform(
    tight: PathSum, rejected: int, listed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A chi-square statistic within five standard deviations of its mean, for a fixed seed."""
    monkeypatch.setattr(budget_sampling, "REJECTED", rejected)
    monkeypatch.setattr(budget_sampling, "LISTED", listed)
    every = samples_within(tight, 13, {}, 6_000, 5)

    seen = Counter(map(tuple, every.T.tolist()))

    solutions = count_within(tight, 13, {})
    freedom, expected = solutions - 1, 6_000 / solutions
    statistic = sum((found - expected) ** 2 / expected for found in seen.values())
    assert solutions == len(seen)
    assert abs(statistic - freedom) < 5 * (2 * freedom) ** 0.5


def test_one_seed_gives_the_same_samples(tight: PathSum) -> None:
    first, second = (samples_within(tight, 13, {}, 50, 7) for _ in range(2))

    assert first.tolist() == second.tolist()


def test_a_negative_number_of_samples_is_refused(tight: PathSum) -> None:
    with pytest.raises(ValueError, match="must not be negative"):
        samples_within(tight, 13, {}, -1, 7)
