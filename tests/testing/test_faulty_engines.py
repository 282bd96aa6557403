"""The suite for engines of others: a sound guest passes it, and each of some typical mistakes fails it."""

from collections.abc import Callable, Iterator
from itertools import islice
from typing import Any

import pytest
from attrs import evolve, frozen

from configurator.csp.constraints import Constraint, SortedConstraint
from configurator.csp.problem import ConstraintProblem
from configurator.csp.variables import Assignment, Assumptions
from configurator.engines.backtracking import BacktrackingEngine
from configurator.engines.engine import (
    NO_LIMITS,
    Domains,
    Feasibility,
    Feasible,
    Infeasible,
    Objective,
    Optimum,
    PreparedProblem,
    SearchLimits,
    Unknown,
)
from configurator.errors import SearchLimitError
from configurator.testing import EngineConformance

SOUND = BacktrackingEngine()


@frozen
class Guest:
    """Passes questions on to a sound engine; subclasses get something wrong."""

    inner: PreparedProblem

    @property
    def problem(self) -> ConstraintProblem:
        return self.inner.problem

    def solutions(self, assumptions: Assumptions, limits: SearchLimits = NO_LIMITS) -> Iterator[Assignment]:
        return self.inner.solutions(assumptions, limits)

    def feasibility(self, assumptions: Assumptions, limits: SearchLimits = NO_LIMITS) -> Feasibility:
        return self.inner.feasibility(assumptions, limits)

    def count(self, assumptions: Assumptions, limits: SearchLimits = NO_LIMITS) -> int | Unknown:
        return self.inner.count(assumptions, limits)

    def domains(self, assumptions: Assumptions, limits: SearchLimits = NO_LIMITS) -> Domains | Unknown:
        return self.inner.domains(assumptions, limits)

    def cheapest(
        self, objective: Objective, assumptions: Assumptions, limits: SearchLimits = NO_LIMITS
    ) -> Optimum | Infeasible | Unknown:
        return self.inner.cheapest(objective, assumptions, limits)

    def extended(
        self, constraints: tuple[Constraint, ...], limits: SearchLimits = NO_LIMITS
    ) -> "PreparedProblem":
        return type(self)(self.inner.extended(constraints, limits))


MOST_LISTED = 20_000
"""More would take for ever, and a test must not."""


def whole_list(solutions: Iterator[Assignment]) -> list[Assignment]:
    """All solutions, found before the first one is told."""
    found = list(islice(solutions, MOST_LISTED + 1))
    if len(found) > MOST_LISTED:
        raise AssertionError("this takes for ever")
    return found


class ListsBackwards(Guest):
    """Solutions in another order."""

    def solutions(self, assumptions: Assumptions, limits: SearchLimits = NO_LIMITS) -> Iterator[Assignment]:
        return iter(sorted(whole_list(self.inner.solutions(assumptions, limits)), reverse=True))


class ListsTwice(Guest):
    """A solution comes more than once."""

    def solutions(self, assumptions: Assumptions, limits: SearchLimits = NO_LIMITS) -> Iterator[Assignment]:
        for each in self.inner.solutions(assumptions, limits):
            yield each
            yield each


class FindsAllBeforeTheFirst(Guest):
    """Not lazy: a limit takes all, and a long list never begins."""

    def solutions(self, assumptions: Assumptions, limits: SearchLimits = NO_LIMITS) -> Iterator[Assignment]:
        return iter(whole_list(self.inner.solutions(assumptions, limits)))


class CountsWithoutAssumptions(Guest):
    """What is assumed is forgotten in counting."""

    def count(self, assumptions: Assumptions, limits: SearchLimits = NO_LIMITS) -> int | Unknown:
        del assumptions
        return self.inner.count({}, limits)


class TakesNothingForAll(Guest):
    """An assumption of no value is taken for none."""

    def feasibility(self, assumptions: Assumptions, limits: SearchLimits = NO_LIMITS) -> Feasibility:
        said = {variable: values for variable, values in assumptions.items() if values}
        return self.inner.feasibility(said, limits)


class GuessesAWitness(Guest):
    """The witness is one, but not of what was assumed."""

    def feasibility(self, assumptions: Assumptions, limits: SearchLimits = NO_LIMITS) -> Feasibility:
        found = self.inner.feasibility(assumptions, limits)
        return self.inner.feasibility({}, limits) if isinstance(found, Feasible) else found


class OffersEveryValue(Guest):
    """Domains are those of the beginning."""

    def domains(self, assumptions: Assumptions, limits: SearchLimits = NO_LIMITS) -> Domains | Unknown:
        if isinstance(self.inner.feasibility(assumptions, limits), Infeasible):
            return tuple(() for _ in self.problem.variables)
        return tuple(tuple(range(variable.size)) for variable in self.problem.variables)


class ReckonsInFloats(Guest):
    """Costs are rounded to what a float can hold."""

    def cheapest(
        self, objective: Objective, assumptions: Assumptions, limits: SearchLimits = NO_LIMITS
    ) -> Optimum | Infeasible | Unknown:
        found = self.inner.cheapest(objective, assumptions, limits)
        return evolve(found, cost=int(float(found.cost))) if isinstance(found, Optimum) else found


class GivesTheLastOfEqualCost(Guest):
    """Of equally cheap solutions not the first."""

    def cheapest(
        self, objective: Objective, assumptions: Assumptions, limits: SearchLimits = NO_LIMITS
    ) -> Optimum | Infeasible | Unknown:
        found = self.inner.cheapest(objective, assumptions, limits)
        if not isinstance(found, Optimum) or self.inner.count(assumptions) > 1000:  # type: ignore[operator]  # no limit
            return found
        *_, last = (
            each
            for each in self.inner.solutions(assumptions, limits)
            if sum(term.weights[each[term.variable]] for term in objective) == found.cost
        )
        return Optimum(found.cost, last)


class ForgetsExtensions(Guest):
    """An extended problem has no more constraints than before."""

    def extended(
        self, constraints: tuple[Constraint, ...], limits: SearchLimits = NO_LIMITS
    ) -> "PreparedProblem":
        del constraints, limits
        return self


class TakesNoTimeForNo(Guest):
    """When the time is up, there is said to be no solution."""

    def feasibility(self, assumptions: Assumptions, limits: SearchLimits = NO_LIMITS) -> Feasibility:
        found = self.inner.feasibility(assumptions, limits)
        return Infeasible() if isinstance(found, Unknown) else found


class EndsListsQuietly(Guest):
    """A limit ends a list as though it were whole."""

    def solutions(self, assumptions: Assumptions, limits: SearchLimits = NO_LIMITS) -> Iterator[Assignment]:
        try:
            yield from self.inner.solutions(assumptions, limits)
        except SearchLimitError:
            return


class TellsAnotherProblem(Guest):
    """The problem is handed back without its constraints."""

    @property
    def problem(self) -> ConstraintProblem:
        given = self.inner.problem
        return evolve(given, constraints=())


@frozen
class GuestEngine:
    """An engine that prepares such guests."""

    kind: Callable[[PreparedProblem], PreparedProblem]
    name: str = "guest"

    def prepare(self, problem: ConstraintProblem, limits: SearchLimits = NO_LIMITS) -> PreparedProblem:
        return self.kind(SOUND.prepare(problem, limits))


class IgnoresSortedConstraints(GuestEngine):
    """Multisets are counted in every order."""

    def prepare(self, problem: ConstraintProblem, limits: SearchLimits = NO_LIMITS) -> PreparedProblem:
        left = tuple(each for each in problem.constraints if not isinstance(each, SortedConstraint))
        return evolve_problem(SOUND.prepare(evolve(problem, constraints=left), limits), problem)


def evolve_problem(prepared: PreparedProblem, problem: ConstraintProblem) -> PreparedProblem:
    """The same, which says that it is about another problem."""

    class Pretending(Guest):
        @property
        def problem(self) -> ConstraintProblem:
            return problem

    return Pretending(prepared)


FAULTY = (
    ListsBackwards,
    ListsTwice,
    FindsAllBeforeTheFirst,
    CountsWithoutAssumptions,
    TakesNothingForAll,
    GuessesAWitness,
    OffersEveryValue,
    ReckonsInFloats,
    GivesTheLastOfEqualCost,
    ForgetsExtensions,
    TakesNoTimeForNo,
    EndsListsQuietly,
    TellsAnotherProblem,
)


def failures(engine: Any, *, all_cases: bool = False) -> list[str]:
    """The cases of the suite that an engine fails: the first one, or all."""
    trial = type("Trial", (EngineConformance,), {"engine": engine})()
    found = []
    # The order of writing: situations at the edge come before random problems, which take longest.
    for name in [name for name in vars(EngineConformance) if name.startswith("test_")]:
        try:
            getattr(trial, name)()
        except Exception:  # noqa: BLE001 - an engine may fail in any way
            found.append(name)
            if not all_cases:
                break
    return found


def test_a_sound_guest_passes() -> None:
    assert [] == failures(GuestEngine(Guest), all_cases=True)


@pytest.mark.parametrize("kind", FAULTY, ids=lambda kind: kind.__name__)
def test_a_mistake_of_a_guest_fails_the_suite(kind: type[Guest]) -> None:
    assert failures(GuestEngine(kind))


def test_a_guest_that_ignores_a_kind_of_constraint_fails_the_suite() -> None:
    assert failures(IgnoresSortedConstraints(Guest))
