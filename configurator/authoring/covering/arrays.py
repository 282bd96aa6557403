"""Covering arrays of factor problems: solutions in which every set of so many levels occurs that can occur.

1. Two levels that propagation keeps apart are impossible, and with them all sets that hold both.
2. Row after row is made around a set that is still open (`rows`). Where the solver refuses the set, that is
   the proof that it is impossible. So in the end every set is covered or proved to be impossible.
3. Rows are taken away whose part others can take over (`shrinking`).

Small problems are done several times, and the fewest rows are taken. All of it depends on the seed alone, as
long as no limit ends it.
"""

from collections.abc import Sequence

import numpy as np
from attrs import evolve, field, frozen

from configurator.authoring.covering.factors import FactorProblem
from configurator.authoring.covering.level_search import Apart, LevelSearch, LevelSet
from configurator.authoring.covering.open_sets import OpenSets
from configurator.authoring.covering.refusals import Refusals
from configurator.authoring.covering.rows import RowMaker
from configurator.authoring.covering.shrinking import Shrinking
from configurator.authoring.covering.sums import LevelSums
from configurator.csp.variables import Assignment
from configurator.engines.engine import SearchLimits, Unknown
from configurator.errors import SearchLimitError

LARGEST_TABLE = 50_000_000
"""Most entries in the table of sets: the number of levels to the power of how many make a set."""
ROWS_IN_ALL = 400
"""Small problems are done again until so many rows have been made, …"""
MOST_TIMES = 8
"""… but not more often."""


@frozen
class CoveringArray:
    """Solutions that together cover sets of levels.

    Attributes:
        solutions: of the factor problem.
        covered: how many sets occur in them.
        impossible: how many sets are proved to occur in no solution.
        undecided: how many are neither.
        at_least: no array with fewer solutions covers as much.
        reason: what stopped it; empty when nothing is undecided.
    """

    solutions: tuple[Assignment, ...] = field(repr=False)
    covered: int
    impossible: int
    undecided: int
    at_least: int
    reason: str = ""


def covering_array(
    problem: FactorProblem, strength: int, seed: int, limits: SearchLimits
) -> CoveringArray | Unknown:
    """A small array in which every set of so many levels occurs that can occur.

    Of fewer factors than that, sets of all of them. Where a limit stops it the array tells how far it got.
    """
    strength = min(strength, len(problem.factors))
    sizes = [len(factor.values) for factor in problem.factors]
    if sum(sizes) ** strength > LARGEST_TABLE:
        return Unknown(f"{sum(sizes):,} levels have too many sets of {strength}")
    every = number_of_sets(sizes, strength)
    try:
        search = LevelSearch.of(problem, limits)
        if not strength:
            return _of_nothing(search, limits)
        refusals = Refusals(search.not_refuted(limits), LevelSums.of(problem))
        opened = OpenSets.of(strength, search.numbers, refusals.together)
    except SearchLimitError as stopped:
        return Unknown(stopped.reason)
    making = Making(search, refusals, opened, np.random.default_rng(seed), limits)
    return making.array(every)


def number_of_sets(sizes: Sequence[int], strength: int) -> int:
    """How many sets of so many levels there are, of factors with so many levels, each of another factor."""
    counts = [1, *[0] * strength]
    for size in sizes:
        for taken in range(strength, 0, -1):
            counts[taken] += counts[taken - 1] * size
    return counts[strength]


def _of_nothing(search: LevelSearch, limits: SearchLimits) -> CoveringArray:
    """Without factors, there is one set, the empty one."""
    found = search.find((), limits)
    if isinstance(found, Apart):
        return CoveringArray((), 0, 1, 0, 0)
    return CoveringArray((found.solution,), 1, 0, 0, 1)


@frozen(eq=False)
class Making:
    """An array in the making."""

    search: LevelSearch
    refusals: Refusals
    opened: OpenSets
    chance: np.random.Generator
    limits: SearchLimits

    def array(self, every: int) -> CoveringArray:
        """The array, given how many sets there are in all."""
        refused = every - self.opened.left
        rows: list[Assignment] = []
        reason = ""
        try:
            self._cover(rows)
        except SearchLimitError as stopped:
            reason = stopped.reason
        left, refused = self.opened.left, refused + self.opened.refused
        found = CoveringArray(tuple(rows), every - refused - left, refused, left, self._at_least(), reason)
        return found if reason else evolve(found, solutions=self._fewer(found))

    def _cover(self, rows: list[Assignment]) -> None:
        """Add rows until nothing is open.

        Raises:
            SearchLimitError: the time is up.
        """
        maker = RowMaker(self.search, self.refusals, self.opened, self.chance, self.limits)
        while self.opened.left:
            found = maker.next_row()
            if isinstance(found, Apart):
                self._refuse(found.levels)
            else:
                rows.append(found.solution)
                self.opened.close_all(self.search.views(found.solution))

    def _refuse(self, levels: LevelSet) -> None:
        """Strike out what is impossible, and what is so for want of the same."""
        self.opened.refuse(levels)
        if len(levels) < max(2, self.opened.strength):
            return
        for at in range(len(levels)):
            others = np.delete(levels, at)
            beside = self.opened.beside(others, int(levels[at]))
            if len(beside) and isinstance(
                self.search.find(others.tolist(), self.limits, one_of=beside.tolist()), Apart
            ):
                for level in beside:
                    self.opened.refuse(np.append(others, level))

    def _at_least(self) -> int:
        """A configuration has one set for each so many factors, where instances have no say in it."""
        plain = np.array([factor.look is None for factor in self.search.problem.factors])
        counts = self.opened.possible - self.opened.of_factors
        for axis in range(self.opened.strength):
            counts = np.compress(plain, counts, axis=axis)
        return int(counts.max(initial=0))

    def _fewer(self, found: CoveringArray) -> tuple[Assignment, ...]:
        """The fewest solutions that were found to cover the same.

        Where the time is up, those that were found until then.
        """
        best = found.solutions
        times = min(MOST_TIMES, max(1, ROWS_IN_ALL // max(1, len(best))))
        try:
            for time in range(times):
                rows = list(found.solutions)
                if time:
                    rows = self._again()
                shrinking = Shrinking(self.search, self.refusals, rows, self.opened.strength, self.chance)
                try:
                    shrinking.shrink(found.at_least, self.limits)
                finally:
                    # Counted anew in the solutions themselves: nothing may have been lost on the way.
                    assert shrinking.covered == found.covered
                    best = min(best, shrinking.left, key=len)
                if len(best) <= found.at_least:
                    break
        except SearchLimitError:
            pass
        return best

    def _again(self) -> list[Assignment]:
        """Other rows that cover the same.

        Raises:
            SearchLimitError: the time is up.
        """
        rows: list[Assignment] = []
        again = evolve(self, opened=self.opened.renewed())
        again._cover(rows)  # noqa: SLF001 - another one of its kind
        return rows
