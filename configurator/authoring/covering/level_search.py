"""Which levels go together: a SAT solver that knows a factor problem, asked about levels.

Levels of all factors are numbered in one row, those of the first factor first.
"""

from collections.abc import Iterable, Iterator, Sequence

import numpy as np
from attrs import field, frozen
from numpy.typing import NDArray

from configurator.authoring.covering.factors import FactorProblem, Levels
from configurator.csp.value_sets import ValueSet, value_set
from configurator.csp.variables import Assignment
from configurator.engines.engine import SearchLimits
from configurator.engines.sat import SatEngine, SatOracle, SatSearch
from configurator.engines.sat_encoding import FALSE

LevelSet = NDArray[np.intp]
"""Numbers of levels, ascending."""

Marks = NDArray[np.bool_]
"""Something about every level."""


@frozen
class LevelNumbers:
    """The levels of all factors in one row.

    Attributes:
        first: for each factor the number of its first level.
        factor_of: for each level its factor.
    """

    first: tuple[int, ...]
    factor_of: NDArray[np.intp] = field(eq=False, repr=False)

    @classmethod
    def of(cls, sizes: Sequence[int]) -> "LevelNumbers":
        """Of factors with so many levels each."""
        first = tuple(int(each) for each in np.cumsum([0, *sizes[:-1]])) if sizes else ()
        return cls(first, np.repeat(np.arange(len(sizes)), sizes))

    def __len__(self) -> int:
        return len(self.factor_of)

    def numbers(self, shown: Levels) -> LevelSet:
        """The numbers of the levels that factors show."""
        pairs = zip(self.first, shown, strict=True)
        return np.array([first + level for first, level in pairs if level is not None], np.intp)


@frozen
class Together:
    """A solution in which all the levels are."""

    solution: Assignment


@frozen
class Apart:
    """No configuration has all these levels: of those asked about some that suffice for it."""

    levels: LevelSet = field(eq=False)


@frozen(eq=False)
class LevelSearch:
    """A factor problem in a solver.

    Attributes:
        problem: the problem.
        numbers: of its levels.
    """

    problem: FactorProblem
    numbers: LevelNumbers
    _search: SatSearch = field(repr=False)
    _values: tuple[ValueSet, ...] = field(repr=False)
    _literals: tuple[int, ...] = field(repr=False)

    @classmethod
    def of(cls, problem: FactorProblem, limits: SearchLimits) -> "LevelSearch":
        """Write the problem as clauses, with a literal for each level.

        Raises:
            SearchLimitError: the time is up.
        """
        search = SatEngine().prepare(problem.problem, limits)
        levels = [(each.variable, value_set(values)) for each in problem.factors for values in each.values]
        literals = [FALSE] * len(levels)
        if search.oracle is not None:
            literals = [search.oracle.encoding.literal_for(*level) for level in levels]
        numbers = LevelNumbers.of([len(each.values) for each in problem.factors])
        return cls(problem, numbers, search, tuple(values for _, values in levels), tuple(literals))

    @property
    def _oracle(self) -> SatOracle | None:
        return self._search.oracle

    def not_refuted(self, limits: SearchLimits) -> NDArray[np.bool_]:
        """For each two levels whether propagation leaves them together; never for two of one factor.

        Raises:
            SearchLimitError: the time is up.
        """
        size = len(self.numbers)
        together = np.zeros((size, size), np.bool_)
        variable_of = [each.variable for each in self.problem.factors for _ in each.values]
        for level, (variable, values) in enumerate(zip(variable_of, self._values, strict=True)):
            sets = self._search.sets
            if sets is None or self._literals[level] == FALSE:
                continue
            form, narrow = self._search.search.form, values & sets[variable]
            left = form.restricted(sets, variable, narrow, limits)
            if left is not None:
                together[level] = [
                    bool(left[other] & shown) for other, shown in zip(variable_of, self._values, strict=True)
                ]
                own = self.numbers.factor_of == self.numbers.factor_of[level]
                together[level, own] = False
                together[level, level] = True
        found: NDArray[np.bool_] = together & together.T
        return found

    def find(
        self,
        levels: Iterable[int],
        limits: SearchLimits,
        wanted: Iterable[int] = (),
        one_of: Iterable[int] = (),
    ) -> Together | Apart:
        """Whether a configuration has all these levels, and of one factor any of some.

        Args:
            levels: those to be had.
            limits: of the whole.
            wanted: levels that it would be good to have besides, at most one for a factor.
            one_of: levels of one factor of which one is to be had; nothing is asked of it when empty.

        Raises:
            SearchLimitError: the time is up.
        """
        asked = {self._literals[level]: level for level in levels}
        oracle, any_of = self._oracle, self._literal_of(tuple(one_of))
        if oracle is None or any_of == FALSE:
            return Apart(np.array([], np.intp))
        if FALSE in asked:
            return Apart(np.array([asked[FALSE]], np.intp))
        sets = oracle.encoding.sets
        found = oracle.find(sets, self._hinted(sets, wanted), limits, [*asked, any_of])
        if found is not None:
            return Together(found)
        core = sorted(asked[literal] for literal in oracle.core() if literal in asked)
        return Apart(np.array(core, np.intp))

    def _literal_of(self, levels: tuple[int, ...]) -> int:
        oracle = self._oracle
        if oracle is None:
            return FALSE
        values = 0
        for level in levels:
            values |= self._values[level]
        variable = self.problem.factors[self.numbers.factor_of[levels[0]]].variable if levels else 0
        root = oracle.encoding.sets[variable]
        return oracle.encoding.literal_for(variable, values if levels else root)

    def _hinted(self, sets: tuple[ValueSet, ...], wanted: Iterable[int]) -> tuple[ValueSet, ...]:
        hinted = list(sets)
        for level in wanted:
            variable = self.problem.factors[self.numbers.factor_of[level]].variable
            # An identical slot has two factors in one variable.
            both = hinted[variable] & self._values[level]
            hinted[variable] = both or hinted[variable]
        return tuple(hinted)

    def shown(self, solution: Assignment) -> LevelSet:
        """The levels that a solution itself looks at."""
        return self.numbers.numbers(self.problem.shown(solution))

    def views(self, solution: Assignment) -> Iterator[LevelSet]:
        """The levels in all ways of looking at its configuration."""
        return (self.numbers.numbers(shown) for shown in self.problem.views(solution))
