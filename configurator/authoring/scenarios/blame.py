"""Which parts of a case are to blame: those in at least one minimal conflict, by a search that is bounded."""

from collections.abc import Collection, Iterable
from itertools import islice

from attrs import define, frozen

from configurator.csp.variables import Assignment
from configurator.engines.engine import NO_LIMITS, SearchLimits, Unknown
from configurator.engines.switched import Clash, Possible
from configurator.errors import SearchLimitError
from configurator.explanation.minimal_sets import Switchable, minimal_conflicts, shrink

MOST_CONFLICTS = 500
"""How many minimal conflicts are looked at."""
MOST_QUESTIONS = 20_000
"""How often it is asked whether some parts can hold together."""


@define(eq=False)
class Counted:
    """A problem that answers only so many questions."""

    problem: Switchable
    left: int

    def solve(self, on: Iterable[int], limits: SearchLimits = NO_LIMITS) -> Possible | Clash | Unknown:
        """Whether these parts can hold together; see `SwitchedProblem.solve`."""
        if not self.left:
            return Unknown("too many combinations of rules and choices had to be tried")
        self.left -= 1
        return self.problem.solve(on, limits)

    def keeps(self, part: int, assignment: Assignment) -> bool:
        """Whether an assignment keeps all constraints of a part."""
        return self.problem.keeps(part, assignment)


@frozen
class Blame:
    """Parts that are in some minimal conflict.

    Attributes:
        parts: by number; all of them where the search was complete.
        stopped: why it was not; empty where nothing was left to look at, or what was asked was found.
    """

    parts: frozenset[int]
    stopped: str = ""


def blamed(
    problem: Switchable,
    parts: tuple[int, ...],
    wanted: Collection[int],
    limits: SearchLimits,
    *,
    unwanted: Collection[int] = (),
    most: int = MOST_CONFLICTS,
    questions: int = MOST_QUESTIONS,
) -> Blame:
    """The parts to blame for that not all parts can hold together.

    Goes on until all of `wanted` are found, and until it is sure that none of `unwanted` is, or one is found.

    Args:
        problem: what is asked.
        parts: those that are on, what is rather left out of a conflict first.
        wanted: parts to look for.
        limits: where they end the search, what was found.
        unwanted: parts of which none may be found.
        most: how many minimal conflicts are looked at.
        questions: how often the problem is asked.
    """
    found: set[int] = set()
    counted = Counted(problem, questions)
    try:
        for part in wanted:
            if part not in found:
                found.update(_conflict_with(counted, parts, part, limits))
        if _settled(found, wanted, unwanted):
            return Blame(frozenset(found))
        conflicts = minimal_conflicts(counted, parts, limits)
        for conflict in islice(conflicts, most):
            found.update(conflict.parts)
            if _settled(found, wanted, unwanted):
                return Blame(frozenset(found))
        more = next(conflicts, None)
    except SearchLimitError as limit:
        return Blame(frozenset(found), limit.reason)
    return Blame(frozenset(found), f"there are more than {most:,} minimal conflicts" if more else "")


def _settled(found: Collection[int], wanted: Collection[int], unwanted: Collection[int]) -> bool:
    if any(part in found for part in unwanted):
        return True
    return not unwanted and all(part in found for part in wanted)


def _conflict_with(
    problem: Switchable, parts: Iterable[int], part: int, limits: SearchLimits
) -> tuple[int, ...]:
    """A minimal conflict that has a part, if it is one of those that are quickly found; else any, or none.

    A part is in a minimal conflict where it clashes with something that holds together without it. That is
    tried with the parts that are left out last, which mostly are choices, and then with all.
    """
    others = [other for other in parts if other != part]
    for candidates in (_together(problem, reversed(others), limits), others):
        conflict = shrink(problem, (*candidates, part), limits)
        if conflict is not None and part in conflict.parts:
            return conflict.parts
    return ()


def _together(problem: Switchable, parts: Iterable[int], limits: SearchLimits) -> list[int]:
    """Parts that hold together, one after the other: what clashes with those before it is left out."""
    kept: list[int] = []
    for part in parts:
        match problem.solve((*kept, part), limits):
            case Possible():
                kept.append(part)
            case Clash():
                pass
            case Unknown(reason=reason):
                raise SearchLimitError(reason)
    return kept
