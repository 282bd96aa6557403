"""Fewer configurations that cover the same: others take over what one alone covered, and that one goes.

Of most configurations only a few levels matter, those of sets that no other one covers; the rest may change.
What a configuration alone covers is handed on, set by set, to ones whose levels that matter leave room.
"""

from collections.abc import Sequence
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from configurator.authoring.covering.level_search import Apart, LevelSearch, LevelSet
from configurator.authoring.covering.refusals import Refusals
from configurator.csp.variables import Assignment
from configurator.engines.engine import SearchLimits

MOST_HANDED_ON = 12
"""How many sets a configuration may alone cover for it to be worth trying to do without it."""
MOST_TAKERS = 6
"""To how many configurations a set is offered."""
TRIES_FOR_EACH = 60
"""How many steps shrinking may take for each configuration there is, …"""
MOST_TRIES = 3_000
"""… and how many in all."""

Sets = NDArray[np.intp]
"""Sets of levels by number: the numbers of their levels, ascending, as digits."""


class SetNumbers:
    """Numbers for sets of so many of so many levels."""

    def __init__(self, strength: int, levels: int) -> None:
        """Nothing is worked out before it is needed."""
        self._strength = strength
        self._shape = (levels,) * strength
        self._places: dict[int, NDArray[np.intp]] = {}

    @property
    def size(self) -> int:
        """One more than the largest number."""
        size = 1
        for each in self._shape:
            size *= each
        return size

    def of(self, levels: LevelSet) -> Sets:
        """All sets of levels that ascend."""
        if len(levels) not in self._places:
            places = list(combinations(range(len(levels)), self._strength))
            self._places[len(levels)] = np.array(places, np.intp).reshape(-1, self._strength).T
        found: Sets = np.ravel_multi_index(tuple(levels[self._places[len(levels)]]), self._shape)
        return found

    def of_views(self, views: Sequence[LevelSet]) -> Sets:
        """All sets that any view shows, each once."""
        if len(views) == 1:
            return self.of(views[0])
        return np.unique(np.concatenate([self.of(each) for each in views]))

    def levels(self, sets: Sets) -> LevelSet:
        """The levels of some sets, each once, ascending."""
        return np.unique(np.concatenate(np.unravel_index(sets, self._shape)))


class Shrinking:
    """Configurations that together cover something.

    Attributes:
        tries: how many steps may still be taken.
    """

    def __init__(
        self,
        search: LevelSearch,
        refusals: Refusals,
        solutions: Sequence[Assignment],
        strength: int,
        chance: np.random.Generator,
    ) -> None:
        """Count for each set how many of the configurations cover it."""
        self._search, self._refusals, self._chance = search, refusals, chance
        self._numbers = SetNumbers(strength, len(search.numbers))
        self._solutions = list(solutions)
        self._there = np.ones(len(solutions), np.bool_)
        self._counts = np.zeros(self._numbers.size, np.uint16)
        for solution in solutions:
            self._counts[self._sets(solution)] += 1
        # For each configuration the levels of it that matter, as far as is known.
        self._matter = np.zeros((len(solutions), len(search.numbers)), np.bool_)
        self.tries = min(MOST_TRIES, TRIES_FOR_EACH * len(solutions))

    @property
    def left(self) -> tuple[Assignment, ...]:
        """The configurations that are left, in the order in which they were given."""
        return tuple(self._solutions[at] for at in np.flatnonzero(self._there))

    @property
    def covered(self) -> int:
        """How many sets those that are left cover, counted in themselves."""
        return int(np.count_nonzero(self._counts))

    def shrink(self, fewest: int, limits: SearchLimits) -> None:
        """Take away what can be done without, until there are no more than the fewest or all tries are used.

        Raises:
            SearchLimitError: the time is up; what is left covers what all did.
        """
        busy = True
        while busy and self.tries > 0:
            busy = False
            numbers = np.flatnonzero(self._there)
            alone = {int(at): self._alone(int(at)) for at in numbers}
            for at, sets in alone.items():
                self._matter[at] = False
                self._matter[at, self._numbers.levels(sets)] = True
            noise = self._chance.random(len(self._there))
            for at in sorted(alone, key=lambda each: len(alone[each]) + noise[each]):
                if self._there.sum() <= fewest or self.tries <= 0:
                    return
                if self._there[at] and len(self._alone(at)) <= MOST_HANDED_ON:
                    busy |= self._hand_on(at, limits)

    def _sets(self, solution: Assignment) -> Sets:
        return self._numbers.of_views(list(self._search.views(solution)))

    def _alone(self, at: int) -> Sets:
        """The sets that a configuration alone covers."""
        sets = self._sets(self._solutions[at])
        found: Sets = sets[self._counts[sets] == 1]
        return found

    def _hand_on(self, at: int, limits: SearchLimits) -> bool:
        """Let others cover what a configuration alone covers; without that it goes. Whether anything changed.

        Also what is handed on only in part is: the rest may find room another time.
        """
        self.tries -= 1
        waiting, changed = self._alone(at), False
        while len(waiting):
            if self.tries <= 0 or not self._taken_over(waiting, at, limits):
                return changed
            changed = True
            # Who took something over may have let go of what this one covers as well.
            waiting = self._alone(at)
        self._counts[self._sets(self._solutions[at])] -= 1
        self._there[at] = False
        return True

    def _taken_over(self, waiting: Sets, giver: int, limits: SearchLimits) -> bool:
        """Let a configuration take over the first of some sets."""
        wanted = self._numbers.levels(waiting[:1])
        for taker in self._with_room(wanted, giver)[:MOST_TAKERS]:
            limits.check()
            self.tries -= 1
            demanded = np.union1d(self._numbers.levels(self._alone(taker)), wanted)
            if not self._may_stand_together(demanded):
                continue
            before = [int(each) for each in self._search.shown(self._solutions[taker])]
            found = self._search.find(demanded.tolist(), limits, before)
            if isinstance(found, Apart):
                self._refusals.learn(found.levels)
            elif self._replace(taker, found.solution):
                self._matter[taker] = False
                self._matter[taker, demanded] = True
                return True
        return False

    def _with_room(self, wanted: LevelSet, giver: int) -> list[int]:
        """The configurations in which nothing that matters stands in the way, those with most room first."""
        factor_of = self._search.numbers.factor_of
        rivals = ~self._refusals.together[wanted].all(axis=0)
        rivals |= np.isin(factor_of, factor_of[wanted])
        rivals[wanted] = False
        free = self._there & ~self._matter[:, rivals].any(axis=1)
        free[giver] = False
        found = np.flatnonzero(free)
        room = self._matter[found].sum(axis=1) + self._chance.random(len(found))
        ordered: list[int] = found[np.argsort(room)].tolist()
        return ordered

    def _may_stand_together(self, levels: LevelSet) -> bool:
        return bool(self._refusals.together[np.ix_(levels, levels)].all())

    def _replace(self, number: int, solution: Assignment) -> bool:
        """Put another configuration in the place of one, unless something would be lost by it."""
        old, new = self._sets(self._solutions[number]), self._sets(solution)
        self._counts[new] += 1
        self._counts[old] -= 1
        if (self._counts[old] == 0).any():
            self._counts[old] += 1
            self._counts[new] -= 1
            return False
        self._solutions[number] = solution
        return True
