"""What an engine must answer, and within what limits.

An engine *prepares* a problem once and then answers questions under assumptions (what
a customer has chosen so far). Every answer is exact or `Unknown` with the reason;
an engine never guesses.
"""

import time
from collections.abc import Callable, Iterator
from math import isnan
from typing import NoReturn, Protocol

from attrs import field, frozen

from configurator.csp.constraints import Constraint, LinearTerm
from configurator.csp.problem import ConstraintProblem
from configurator.csp.variables import Assignment, Assumptions
from configurator.errors import SearchLimitError


@frozen
class SearchLimits:
    """How long a question may take.

    Attributes:
        deadline: the moment on `now`'s scale at which to give up; `None` for never.
        seconds: the limit as it was asked for, for the message.
        now: a monotonic clock in seconds.
    """

    deadline: float | None = None
    seconds: float | None = None
    now: Callable[[], float] = time.monotonic

    @classmethod
    def within(cls, seconds: float | None, now: Callable[[], float] = time.monotonic) -> "SearchLimits":
        """Limits that begin to run now; one object serves all the searches of one question.

        Raises:
            ValueError: the seconds are no number: such a limit would never be reached.
        """
        if seconds is not None and (not isinstance(seconds, int | float) or isnan(seconds)):
            raise ValueError(f"a time limit is a number of seconds, not `{seconds}`")
        return cls(None if seconds is None else now() + seconds, seconds, now)

    def half(self) -> "SearchLimits":
        """Limits that end when half of the time left is over; without a deadline the same."""
        if self.deadline is None:
            return self
        left = max(0.0, self.deadline - self.now()) / 2
        return SearchLimits(self.now() + left, left, self.now)

    def at_most(self, seconds: float) -> "SearchLimits":
        """Limits that end so soon, or when these do if that is sooner."""
        deadline = self.now() + seconds
        if self.deadline is not None and self.deadline <= deadline:
            return self
        return SearchLimits(deadline, seconds, self.now)

    def check(self) -> None:
        """Raise `SearchLimitError` when the time is up."""
        if self.deadline is not None and self.now() > self.deadline:
            raise SearchLimitError(f"the time limit of {self.seconds:g} s was reached")


NO_LIMITS = SearchLimits()


@frozen
class Unknown:
    """A limit stopped the search. `reason` says which.

    The one class for this in the whole library: every answer that may stay open can be it,
    and so it says of itself what they say, `valid` and `accepted`: no.
    """

    reason: str
    valid: bool = field(default=False, init=False)
    accepted: bool = field(default=False, init=False)

    def __bool__(self) -> bool:
        return False

    def or_raise(self) -> NoReturn:
        """Raise the reason.

        Raises:
            SearchLimitError: always.
        """
        raise SearchLimitError(self.reason)


@frozen
class Feasible:
    """There is a solution; `witness` is one (any)."""

    witness: Assignment


@frozen
class Infeasible:
    """There is none."""


Feasibility = Feasible | Infeasible | Unknown

Domains = tuple[tuple[int, ...], ...]
"""For every variable the values it takes in some solution, ascending; all empty when there is none."""


Objective = tuple[LinearTerm, ...]
"""What an assignment costs: the sum of its weights, with at most one term per variable. A variable without a
term costs nothing; weights are whole numbers of any size and sign."""


@frozen
class Optimum:
    """No solution costs less than `cost`; `witness` is the first in ascending order of those that cost it."""

    cost: int
    witness: Assignment


class PreparedProblem(Protocol):
    """A problem an engine is ready to answer about."""

    @property
    def problem(self) -> ConstraintProblem:
        """The problem as it was given."""

    def feasibility(self, assumptions: Assumptions, limits: SearchLimits = NO_LIMITS) -> Feasibility:
        """Whether a solution obeys the assumptions."""

    def solutions(self, assumptions: Assumptions, limits: SearchLimits = NO_LIMITS) -> Iterator[Assignment]:
        """Yield each solution that obeys the assumptions once, lazily, in ascending order.

        Ascending: compared variable by variable in the problem's order. A problem
        without variables has exactly one solution, the empty one.

        Raises:
            SearchLimitError: a limit ended the search. What was yielded so far is right
                and is the beginning of the list, but more may exist.
        """

    def count(self, assumptions: Assumptions, limits: SearchLimits = NO_LIMITS) -> int | Unknown:
        """How many solutions obey the assumptions, exactly."""

    def domains(self, assumptions: Assumptions, limits: SearchLimits = NO_LIMITS) -> Domains | Unknown:
        """The valid domains: see `Domains`."""

    def cheapest(
        self, objective: Objective, assumptions: Assumptions, limits: SearchLimits = NO_LIMITS
    ) -> Optimum | Infeasible | Unknown:
        """The least cost of a solution that obeys the assumptions, exactly.

        Raises:
            ValueError: the objective does not fit the variables.
        """

    def extended(
        self, constraints: tuple[Constraint, ...], limits: SearchLimits = NO_LIMITS
    ) -> "PreparedProblem":
        """The same problem with more constraints, sharing what was prepared where the engine can.

        The problem extended stays as it was. `.problem` of the new one is `problem.extended(constraints)`.

        Raises:
            SearchLimitError: preparing the new constraints did not fit the limits.
        """


class Engine(Protocol):
    """A way of answering."""

    @property
    def name(self) -> str:
        """What a user types to force it."""

    def prepare(self, problem: ConstraintProblem, limits: SearchLimits = NO_LIMITS) -> PreparedProblem:
        """Do once what serves all questions.

        Raises:
            SearchLimitError: the preparation itself did not fit the limits.
        """
