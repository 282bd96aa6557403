"""What is known not to go together, and what a row under construction has room for."""

import numpy as np
from attrs import define, field, frozen
from numpy.typing import NDArray

from configurator.authoring.covering.level_search import LevelSet, Marks
from configurator.authoring.covering.sums import LevelSums

MOST_REFUSALS = 2_000
"""How many sets of three levels or more are remembered; then the oldest are forgotten."""


@frozen(eq=False)
class Refusals:
    """Levels that do not go together.

    Attributes:
        together: for each two levels whether they may go together, as `OpenSets` takes it.
        sums: bounds on what levels add up to.
        sets: a column for each larger set of which no configuration has all levels.
        sizes: how many levels each has; 0 where there is none yet.
        number: how many were learned, in a list of one.
    """

    together: NDArray[np.bool_] = field(repr=False)
    sums: LevelSums = field(repr=False)
    sets: NDArray[np.bool_] = field(init=False, repr=False)
    sizes: NDArray[np.int32] = field(init=False, repr=False)
    number: list[int] = field(init=False, factory=lambda: [0])

    def __attrs_post_init__(self) -> None:
        object.__setattr__(self, "sets", np.zeros((len(self.together), MOST_REFUSALS), np.bool_))
        object.__setattr__(self, "sizes", np.zeros(MOST_REFUSALS, np.int32))

    def learn(self, levels: LevelSet) -> None:
        """Remember that no configuration has all of these."""
        if len(levels) == 1:
            self.together[levels, :] = self.together[:, levels] = False
        elif len(levels) == 2:
            self.together[levels, levels[::-1]] = False
        elif len(levels):
            at = self.number[0] % MOST_REFUSALS
            self.sets[:, at] = False
            self.sets[levels, at] = True
            self.sizes[at] = len(levels)
            self.number[0] += 1

    def room(self, levels: list[int]) -> "Room":
        """What there is room for beside some levels."""
        known = min(self.number[0], MOST_REFUSALS)
        free = self.together.diagonal().copy()
        missing, slack = self.sizes[:known].copy(), self.sums.slack.copy()
        room = Room(self, known, free, missing, slack)
        for level in levels:
            room.take(level)
        return room


@define(eq=False)
class Room:
    """What a row under construction has room for, as far as is known.

    Attributes:
        free: for each level whether nothing speaks against it.
    """

    _refusals: Refusals
    _known: int
    free: Marks
    _missing: NDArray[np.int32]
    _slack: NDArray[np.int64]

    def take(self, level: int) -> None:
        """Put a level into the row."""
        refusals = self._refusals
        self.free &= refusals.together[level]
        self.free[level] = False
        self._missing -= refusals.sets[level, : self._known]
        ready = np.flatnonzero(self._missing == 1)
        if len(ready):
            self.free &= ~refusals.sets[:, ready].any(axis=1)
        sums = refusals.sums
        rows = sums.touched[level]
        if len(rows):
            self._slack[rows] -= sums.excess[rows, level]
            self.free &= (sums.excess[rows] <= self._slack[rows, None]).all(axis=0)
