"""Which sets of levels are still to be covered, and how much of them a level would cover."""

from collections.abc import Iterable
from itertools import permutations
from math import factorial

import numpy as np
from numpy.typing import NDArray

from configurator.authoring.covering.level_search import LevelNumbers, LevelSet


class OpenSets:
    """Sets of so many levels of which nobody knows yet that they are covered or impossible.

    A set stands in a table of as many dimensions as it has levels, in every order of them: with it at hand
    what a level adds to others is a sum over slices.

    Attributes:
        strength: how many levels a set has.
        left: how many sets are open.
        refused: how many were struck out as impossible.
        of_level: for each level in how many open sets it is.
        of_factors: for as many factors as a set has levels, in every order, how many open sets are theirs.
        possible: the same for all sets that are not known to be impossible.
    """

    def __init__(self, numbers: LevelNumbers, table: NDArray[np.bool_], refused: int = 0) -> None:
        """Begin with the sets of a table, symmetric in all its dimensions."""
        self.strength = table.ndim
        self._numbers = numbers
        self._factor_of, self._first = numbers.factor_of, np.array(numbers.first, np.intp)
        self._table, self._coverable = table, table.copy()
        self.of_factors: NDArray[np.int32] = self._by_factors(table)
        self.possible = self.of_factors.copy()
        self.of_level: NDArray[np.int64] = _by_first(table)
        self.left = int(self.of_level.sum()) // self.strength
        self.refused = refused

    @classmethod
    def of(cls, strength: int, numbers: LevelNumbers, together: NDArray[np.bool_]) -> "OpenSets":
        """All sets of which each two levels go together.

        Args:
            strength: how many levels a set has, 1 or more.
            numbers: of the levels.
            together: for each two levels whether they go together, symmetric; of one factor never, and
                of a level with itself where it is possible at all.
        """
        size = len(together)
        pairs = together & ~np.eye(size, dtype=np.bool_)
        table = np.ones((size,) * strength, np.bool_)
        for axis in range(strength):
            table &= together.diagonal().reshape(_shape(strength, size, axis))
            for other in range(axis):
                table &= pairs.reshape(_shape(strength, size, axis, other))
        return cls(numbers, table)

    def renewed(self) -> "OpenSets":
        """The sets with which this one began, but for those that turned out to be impossible, open again."""
        return OpenSets(self._numbers, self._coverable.copy(), self.refused)

    def worth(self, level: int, others: LevelSet) -> NDArray[np.float64]:
        """For each level how much it is worth beside a level and as many of others as make a set.

        Each open set counts, and the more, the more open sets there are of the same factors: they take most
        configurations, so that none should go by that covers none of them.
        """
        if self.strength == 1:
            return np.zeros(len(self.of_level))
        rest = [others] * (self.strength - 2)
        part = self._table[level][np.ix_(*rest)] if rest else self._table[level]
        factors = self.of_factors[self._factor_of[level]]
        weights = factors[np.ix_(*[self._factor_of[each] for each in rest])] if rest else factors
        weights = np.sqrt(weights.reshape(-1, weights.shape[-1]))
        worth: NDArray[np.float64] = np.einsum(
            "sl,sl->l", part.reshape(-1, part.shape[-1]), weights[:, self._factor_of]
        )
        return worth

    def close(self, levels: LevelSet) -> int:
        """Strike out as covered all sets of levels of which no two are of one factor; how many were open."""
        if len(levels) < self.strength:
            return 0
        grid = np.ix_(*[levels] * self.strength)
        part = self._table[grid]
        by_level = _by_first(part)
        closed = int(by_level.sum()) // self.strength
        if closed:
            self.of_factors[np.ix_(*[self._factor_of[levels]] * self.strength)] -= part
            self._table[grid] = False
            self.of_level[levels] -= by_level
            self.left -= closed
        return closed

    def close_all(self, views: Iterable[LevelSet]) -> int:
        """Strike out as covered what several views show; how much of it was open."""
        return sum(self.close(levels) for levels in views)

    def refuse(self, levels: LevelSet) -> None:
        """Strike out as impossible all sets that hold these levels, of which no two are of one factor."""
        rest = self.strength - len(levels)
        if rest < 0:
            return
        part = self._table[tuple(levels)]
        closed = int(part.sum()) // factorial(rest)
        if not closed:
            return
        self.left -= closed
        self.refused += closed
        self.of_level[levels] -= closed
        if rest:
            self.of_level -= _by_first(part)
        factors = self._by_factors(part)
        for axes in permutations(range(self.strength), len(levels)):
            at: list[slice | int] = [slice(None)] * self.strength
            by: list[slice | int] = [slice(None)] * self.strength
            for axis, level in zip(axes, levels, strict=True):
                at[axis], by[axis] = int(level), int(self._factor_of[level])
            self._table[tuple(at)] = self._coverable[tuple(at)] = False
            self.of_factors[tuple(by)] -= factors
            self.possible[tuple(by)] -= factors

    def seed(self, noise: NDArray[np.float64]) -> LevelSet:
        """An open set of those factors that have most, of levels that are in many; there is one.

        Equals are decided by the noise, from 0 to below 1 for each level.
        """
        factors = np.unravel_index(int(np.argmax(self.of_factors)), self.of_factors.shape)
        of_factor = [np.flatnonzero(self._factor_of == number) for number in factors]
        part = self._table[np.ix_(*of_factor)]
        found = []
        for levels in of_factor:
            opened = part.reshape(len(levels), -1).any(axis=1)
            at = int(np.argmax(np.where(opened, self.of_level[levels] + noise[levels], -1.0)))
            found.append(int(levels[at]))
            part = part[at]
        return np.array(found, np.intp)

    def beside(self, levels: LevelSet, like: int) -> LevelSet:
        """The levels of one's factor that make an open set with all but one of a set's levels."""
        own = np.flatnonzero(self._factor_of == self._factor_of[like])
        found: LevelSet = own[self._table[tuple(levels)][own]]
        return found

    def _by_factors(self, part: NDArray[np.bool_]) -> NDArray[np.int32]:
        counts = part.astype(np.int32)
        for axis in range(part.ndim):
            counts = np.add.reduceat(counts, self._first, axis=axis)
        return counts


def _by_first(part: NDArray[np.bool_]) -> NDArray[np.int64]:
    """For each level of the first axis of a table, symmetric in the others, in how many sets it is."""
    counts = part.reshape(len(part), -1).sum(axis=1, dtype=np.int64)
    found: NDArray[np.int64] = counts // factorial(part.ndim - 1)
    return found


def _shape(dimensions: int, size: int, *axes: int) -> tuple[int, ...]:
    return tuple(size if axis in axes else 1 for axis in range(dimensions))
