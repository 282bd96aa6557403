"""Engines in turn: where one gives up the next one answers, and what was tried is told when none does."""

from collections.abc import Iterator

import pytest
from attrs import frozen

from configurator.csp.constraints import Constraint, LinearTerm, TableConstraint
from configurator.csp.problem import ConstraintProblem
from configurator.csp.variables import Assignment, Assumptions, Variable
from configurator.engines.engine import (
    NO_LIMITS,
    Domains,
    Engine,
    Feasibility,
    Infeasible,
    Objective,
    Optimum,
    PreparedProblem,
    SearchLimits,
    Unknown,
)
from configurator.engines.exhaustive import ExhaustiveEngine
from configurator.engines.staged import StagedEngine
from configurator.errors import SearchLimitError

DIFFERENT = TableConstraint((0, 1), ((0, 1), (0, 1)), frozenset({(0, 1), (1, 0)}))
PROBLEM = ConstraintProblem((Variable("a", 2), Variable("b", 2)), (DIFFERENT,))


@frozen
class Refusing:
    """An engine that cannot be prepared."""

    name: str = "refusing"

    def prepare(self, problem: ConstraintProblem, limits: SearchLimits = NO_LIMITS) -> PreparedProblem:
        """Refuse."""
        del problem, limits
        raise SearchLimitError("it is too large")


@frozen
class Hesitant:
    """A prepared problem that answers nothing, and lists one solution before it gives up."""

    problem: ConstraintProblem

    def feasibility(self, _: Assumptions, __: SearchLimits = NO_LIMITS) -> Feasibility:
        """Unknown."""
        return Unknown("it hesitates")

    def count(self, _: Assumptions, __: SearchLimits = NO_LIMITS) -> int | Unknown:
        """Unknown."""
        return Unknown("it hesitates")

    def domains(self, _: Assumptions, __: SearchLimits = NO_LIMITS) -> Domains | Unknown:
        """Unknown."""
        return Unknown("it hesitates")

    def solutions(self, _: Assumptions, __: SearchLimits = NO_LIMITS) -> Iterator[Assignment]:
        """One, then no more."""
        yield (0, 1)
        raise SearchLimitError("it hesitates")

    def cheapest(
        self, _: Objective, __: Assumptions, ___: SearchLimits = NO_LIMITS
    ) -> Optimum | Infeasible | Unknown:
        """Unknown."""
        return Unknown("it hesitates")

    def extended(self, constraints: tuple[Constraint, ...], _: SearchLimits = NO_LIMITS) -> "Hesitant":
        """The same."""
        return Hesitant(self.problem.extended(constraints))


@frozen
class HesitantEngine:
    """Prepares what answers nothing."""

    name: str = "hesitant"

    def prepare(self, problem: ConstraintProblem, limits: SearchLimits = NO_LIMITS) -> Hesitant:
        """Prepare."""
        del limits
        return Hesitant(problem)


def asked(*engines: Engine) -> PreparedProblem:
    """The problem before engines in turn."""
    return StagedEngine("auto", engines).prepare(PROBLEM)


def test_the_next_engine_answers_what_one_refuses_or_leaves_open() -> None:
    prepared = asked(Refusing(), HesitantEngine(), ExhaustiveEngine())

    assert prepared.count({}) == 2
    assert prepared.domains({}) == ((0, 1), (0, 1))
    assert prepared.cheapest((LinearTerm(0, (1, 0)),), {}) == Optimum(0, (1, 0))
    assert prepared.extended((DIFFERENT,)).count({0: frozenset({1})}) == 1


def test_a_list_goes_on_where_an_engine_left_it() -> None:
    assert list(asked(HesitantEngine(), ExhaustiveEngine()).solutions({})) == [(0, 1), (1, 0)]


def test_when_all_give_up_what_each_met_is_told() -> None:
    prepared = asked(Refusing(), HesitantEngine())

    assert prepared.count({}) == Unknown("`refusing`: it is too large; `hesitant`: it hesitates")
    with pytest.raises(SearchLimitError) as caught:
        list(prepared.solutions({}))
    assert caught.value.reason == "`refusing`: it is too large; `hesitant`: it hesitates"


def test_when_the_time_is_up_the_limit_asked_for_is_told() -> None:
    late = SearchLimits(deadline=1.0, seconds=0.5, now=lambda: 2.0)

    assert asked(ExhaustiveEngine()).count({}, late) == Unknown("the time limit of 0.5 s was reached")


def test_an_engine_that_is_not_the_last_has_half_of_the_time_left() -> None:
    half = SearchLimits(deadline=10.0, seconds=8.0, now=lambda: 2.0).half()

    assert (half.deadline, half.seconds) == (6.0, 4.0)
    assert NO_LIMITS.half() == NO_LIMITS
