"""Making one configuration that covers many open sets of levels.

After Cohen, Dalal, Fredman and Patton, "The AETG System", IEEE TSE 23 (1997), with a solver in the place of
their filter: a row is made level by level, each time with one that is worth most, and brought before the
solver. Where it says no, it names levels that do not go together; the one of them that came last is given up,
others are taken in its place, and what was learned holds for all later rows.
"""

import numpy as np
from attrs import field, frozen

from configurator.authoring.covering.level_search import Apart, LevelSearch, LevelSet, Together
from configurator.authoring.covering.open_sets import OpenSets
from configurator.authoring.covering.refusals import Refusals
from configurator.engines.engine import SearchLimits

MOST_MENDED = 12
"""How often a row that was refused is filled up again; from then on levels are only given up."""
CANDIDATES = 2
"""How many rows are made of which one is asked for; more are not worth their time."""


@frozen(eq=False)
class RowMaker:
    """What rows are made of.

    Attributes:
        search: says what is possible.
        refusals: what was learned to be impossible.
        opened: what is to be covered.
        chance: decides between equals.
        limits: of the whole.
    """

    search: LevelSearch
    refusals: Refusals
    opened: OpenSets
    chance: np.random.Generator = field(repr=False)
    limits: SearchLimits = field(repr=False)

    def next_row(self) -> Together | Apart:
        """A configuration that covers an open set, and many others; or what of it is impossible.

        Raises:
            SearchLimitError: the time is up.
        """
        seed: list[int] = self.opened.seed(self.chance.random(len(self.search.numbers))).tolist()
        possible = self.search.find(seed, self.limits)
        if isinstance(possible, Apart):
            self.refusals.learn(possible.levels)
            return possible
        rows = []
        for _ in range(CANDIDATES):
            self.limits.check()
            rows.append(self._filled(seed))
        best, _ = max(rows, key=lambda row: row[1])
        return self._made_possible(best, len(seed))

    def _filled(self, row: list[int]) -> tuple[list[int], float]:
        """A row with more levels, as long as any is worth something; with what those are worth."""
        row = list(row)
        worth = np.zeros(len(self.search.numbers))
        for at, level in enumerate(row):
            worth += self.opened.worth(level, np.array(row[:at], np.intp))
        room = self.refusals.room(row)
        chance = 1 + self.chance.random(len(worth)) / 1000
        total = 0.0
        while True:
            best = worth * room.free * chance
            level = int(np.argmax(best))
            if not best[level]:
                return row, total
            total += float(worth[level])
            worth += self.opened.worth(level, np.array(row, np.intp))
            row.append(level)
            room.take(level)

    def _made_possible(self, row: list[int], kept: int) -> Together | Apart:
        """A configuration with the levels of a row, without some of them where they do not go together.

        `Apart` where already the first of them do not, so many as are to be kept.
        """
        mended = 0
        while True:
            found = self.search.find(row, self.limits, self._welcome(row))
            if isinstance(found, Together):
                return found
            core = set(found.levels.tolist())
            self.refusals.learn(found.levels)
            last = max((at for at, level in enumerate(row) if level in core), default=0)
            if last < kept:
                return found
            self.opened.refuse(found.levels)
            row = row[:last] + row[last + 1 :]
            mended += 1
            if mended <= MOST_MENDED:
                row, _ = self._filled(row)

    def _welcome(self, row: list[int]) -> LevelSet:
        """For each factor that a row leaves open a level that is in many open sets."""
        free = self.refusals.room(row).free
        worth = np.where(free, self.opened.of_level + self.chance.random(len(free)), 0.0)
        best = np.maximum.reduceat(worth, np.array(self.search.numbers.first, np.intp))
        found: LevelSet = np.flatnonzero((worth == best[self.search.numbers.factor_of]) & (worth > 0))
        return found
