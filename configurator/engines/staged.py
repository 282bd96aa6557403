"""Engines one after another: where one gives up within its limits, the next one tries.

The first engine that can be prepared and answers has answered for all. Only when none does, the answer is
"unknown", and its reason tells what each of them met. Time left is shared: an engine that is
not the last takes half of it at most.
"""

from collections.abc import Callable, Iterator, Sequence
from functools import cached_property
from threading import Lock
from typing import TypeVar

from attrs import field, frozen

from configurator.csp.constraints import Constraint
from configurator.csp.problem import ConstraintProblem
from configurator.csp.variables import Assignment, Assumptions
from configurator.engines.diagram.search import DiagramEngine
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
from configurator.engines.multiset_questions import MultisetAnswers, MultisetOffers
from configurator.errors import SearchLimitError

T = TypeVar("T")


@frozen(eq=False)
class Stage:
    """One engine's turn at a problem: prepared when it is first asked, at most once at a time."""

    engine: Engine
    prepare: Callable[[SearchLimits], PreparedProblem]
    _lock: Lock = field(factory=Lock, init=False, repr=False)
    _found: list[PreparedProblem | SearchLimitError] = field(factory=list, init=False, repr=False)

    def prepared(self, limits: SearchLimits) -> PreparedProblem:
        """The problem as the engine has prepared it.

        Raises:
            SearchLimitError: it could not. Sizes are remembered; for want of time it is tried again.
        """
        with self._lock:
            if not self._found:
                try:
                    self._found.append(self.prepare(limits))
                except SearchLimitError as stopped:
                    limits.check()
                    self._found.append(stopped)
            (found,) = self._found
        if isinstance(found, SearchLimitError):
            raise SearchLimitError(found.reason)
        return found

    @property
    def refusal(self) -> str | None:
        """Why the engine cannot take the problem, if that is known by now."""
        found = self._found[0] if self._found else None
        return found.reason if isinstance(found, SearchLimitError) else None


@frozen(eq=False, slots=False)
class StagedProblem:
    """A problem that several engines answer about, in turn; see `PreparedProblem` for the questions.

    Attributes:
        find_problem: gives the problem, which need not be known while an engine is ready without it.
    """

    find_problem: Callable[[], ConstraintProblem] = field(repr=False)
    stages: tuple[Stage, ...]

    @cached_property
    def problem(self) -> ConstraintProblem:
        """The problem as it was given."""
        return self.find_problem()

    def feasibility(self, assumptions: Assumptions, limits: SearchLimits = NO_LIMITS) -> Feasibility:
        """Whether a solution obeys the assumptions."""
        return self._asked(lambda prepared, within: prepared.feasibility(assumptions, within), limits)

    def count(self, assumptions: Assumptions, limits: SearchLimits = NO_LIMITS) -> int | Unknown:
        """How many solutions obey the assumptions, exactly."""
        return self._asked(lambda prepared, within: prepared.count(assumptions, within), limits)

    def domains(self, assumptions: Assumptions, limits: SearchLimits = NO_LIMITS) -> Domains | Unknown:
        """The valid domains."""
        return self._asked(lambda prepared, within: prepared.domains(assumptions, within), limits)

    def cheapest(
        self, objective: Objective, assumptions: Assumptions, limits: SearchLimits = NO_LIMITS
    ) -> Optimum | Infeasible | Unknown:
        """The least cost of a solution that obeys the assumptions, exactly."""
        return self._asked(lambda prepared, within: prepared.cheapest(objective, assumptions, within), limits)

    def solutions(self, assumptions: Assumptions, limits: SearchLimits = NO_LIMITS) -> Iterator[Assignment]:
        """Yield each solution once, lazily, in ascending order.

        All engines list in one order: where one stops, the next goes on after the solutions told.

        Raises:
            SearchLimitError: no engine could go on.
        """
        limits.check()
        told: Assignment | None = None
        tried: list[tuple[str, str]] = []
        for stage, within in self._turns(limits):
            try:
                for solution in stage.prepared(within).solutions(assumptions, within):
                    if told is None or solution > told:
                        yield solution
                        told = solution
            except SearchLimitError as stopped:
                tried.append((stage.engine.name, stopped.reason))
            else:
                return
        raise SearchLimitError(told_of(tried, limits))

    def multiset_offers(
        self, scope: tuple[int, ...], assumptions: Assumptions, limits: SearchLimits = NO_LIMITS
    ) -> MultisetOffers | Unknown | None:
        """What the positions of a chain can still hold; `None` to be asked by feasibility."""

        def asked(prepared: PreparedProblem, within: SearchLimits) -> MultisetOffers | Unknown | None:
            if not isinstance(prepared, MultisetAnswers):
                return None
            return prepared.multiset_offers(scope, assumptions, within)

        return self._asked(asked, limits)

    def extended(
        self, constraints: tuple[Constraint, ...], limits: SearchLimits = NO_LIMITS
    ) -> "StagedProblem":
        """The same problem with more constraints; each engine extends what it has prepared."""
        limits.check()

        def extending(stage: Stage) -> Stage:
            return Stage(stage.engine, lambda within: stage.prepared(within).extended(constraints, within))

        return StagedProblem(
            lambda: self.problem.extended(constraints), tuple(extending(stage) for stage in self.stages)
        )

    def _asked(
        self, question: Callable[[PreparedProblem, SearchLimits], T | Unknown], limits: SearchLimits
    ) -> T | Unknown:
        tried: list[tuple[str, str]] = []
        try:
            limits.check()
        except SearchLimitError as stopped:
            return Unknown(stopped.reason)
        for stage, within in self._turns(limits):
            try:
                answer = question(stage.prepared(within), within)
            except SearchLimitError as stopped:
                answer = Unknown(stopped.reason)
            if not isinstance(answer, Unknown):
                return answer
            tried.append((stage.engine.name, answer.reason))
        return Unknown(told_of(tried, limits))

    def _turns(self, limits: SearchLimits) -> Iterator[tuple[Stage, SearchLimits]]:
        """The engines in turn, each with its share of the time left when its turn comes."""
        for stage in self.stages[:-1]:
            yield stage, limits.half()
        yield self.stages[-1], limits


def told_of(tried: list[tuple[str, str]], limits: SearchLimits) -> str:
    """What each engine met, in one line; said once if time was all that was short."""
    names = ", ".join(f"`{name}`" for name, _ in tried)
    if limits.deadline is not None and limits.now() > limits.deadline:
        return f"the time limit of {limits.seconds:g} s was reached (tried {names})"
    return "; ".join(f"`{name}`: {reason}" for name, reason in tried)


@frozen
class StagedEngine:
    """Several engines under one name."""

    name: str
    engines: tuple[Engine, ...]

    def prepare(self, problem: ConstraintProblem, limits: SearchLimits = NO_LIMITS) -> StagedProblem:
        """Nothing yet: each engine prepares the problem when it is first asked.

        Raises:
            SearchLimitError: the time is up.
        """
        limits.check()

        return staged(self.engines, lambda: problem)


def compiles(engine: Engine) -> bool:
    """Whether the engine, or one of those it asks in turn, compiles problems to diagrams."""
    match engine:
        case DiagramEngine():
            return True
        case StagedEngine(engines=engines):
            return any(map(compiles, engines))
        case _:
            return False


def staged(
    engines: Sequence[Engine],
    find_problem: Callable[[], ConstraintProblem],
    ready: PreparedProblem | None = None,
) -> StagedProblem:
    """A problem for several engines in turn; `ready` is what the first of them has prepared already."""

    def beginning(engine: Engine) -> Stage:
        return Stage(engine, lambda within: engine.prepare(find_problem(), within))

    stages = [beginning(engine) for engine in engines]
    if ready is not None:
        stages[0] = Stage(engines[0], lambda _: ready)
    return StagedProblem(find_problem, tuple(stages))
