"""All minimal conflicts of some parts, and all largest sets that can hold together, up to a bound."""

from collections.abc import Sequence

from attrs import define, field, frozen

from configurator.csp.variables import Assignment
from configurator.engines.engine import SearchLimits, Unknown
from configurator.engines.switched import Possible
from configurator.errors import SearchLimitError
from configurator.explanation.minimal_sets import Subsets, Switchable, shrink

MOST_SETS = 200
"""How many minimal conflicts and largest sets are looked at, together."""


@frozen(eq=False)
class Explored:
    """What was found.

    Attributes:
        conflicts: minimal conflicts.
        largest: sets that can hold together and no larger one of theirs can, each with a solution.
        stopped: why these may not be all; empty where they are.
    """

    conflicts: tuple[frozenset[int], ...]
    largest: tuple[tuple[frozenset[int], Assignment], ...]
    stopped: str = ""

    @property
    def to_blame(self) -> frozenset[int]:
        """The parts in some minimal conflict; those are the ones that some largest set lacks."""
        return frozenset().union(*self.conflicts)


def explore(
    problem: Switchable, parts: Sequence[int], limits: SearchLimits, most: int = MOST_SETS
) -> Explored:
    """Explore all subsets of some parts, the largest first: see `explanation.minimal_sets`.

    Args:
        problem: what is asked.
        parts: what is left out of a conflict rather, first.
        limits: where they end the search, what was found.
        most: how many sets are found at most.
    """
    found = _Exploration(problem, tuple(parts), limits)
    try:
        while found.seed is not None:
            if len(found.conflicts) + len(found.largest) >= most:
                stopped = f"there are more than {most:,} minimal conflicts and ways out of them"
                return Explored(tuple(found.conflicts), tuple(found.largest), stopped)
            found.explore(found.seed)
    except SearchLimitError as limit:
        return Explored(tuple(found.conflicts), tuple(found.largest), limit.reason)
    return Explored(tuple(found.conflicts), tuple(found.largest))


@define(eq=False)
class _Exploration:
    """What is found so far, and the set that is looked at next."""

    problem: Switchable
    parts: tuple[int, ...]
    limits: SearchLimits
    conflicts: list[frozenset[int]] = field(factory=list)
    largest: list[tuple[frozenset[int], Assignment]] = field(factory=list)
    seed: frozenset[int] | None = field(init=False)
    unexplored: Subsets = field(init=False)

    def __attrs_post_init__(self) -> None:
        self.seed, self.unexplored = frozenset(self.parts), Subsets(self.parts)

    def explore(self, seed: frozenset[int]) -> None:
        """Look at a set, and find the next one.

        Raises:
            SearchLimitError: a limit stopped it.
        """
        match self.problem.solve(seed, self.limits):
            case Possible(witness=witness):
                self.largest.append((seed, witness))
                self.unexplored.demand_one_of(part for part in self.parts if part not in seed)
            case Unknown(reason=reason):
                raise SearchLimitError(reason)
            case _:
                conflict = shrink(self.problem, [part for part in self.parts if part in seed], self.limits)
                assert conflict is not None
                if not conflict.proved:
                    self.limits.check()
                    raise SearchLimitError("a conflict could not be made minimal within the limits")
                self.conflicts.append(frozenset(conflict.parts))
                self.unexplored.demand_one_without(conflict.parts)
        self.seed = self.unexplored.largest(self.limits)
