"""What the multisets of a mixed slot weigh: least, by position and value, all weights, lightest first.

A multiset weighs the sum over its positions (blanks too) and something on top that depends on its atom.
Within a vector the cells are independent of each other, so the least takes the lightest value of each.
"""

from collections.abc import Iterator, Sequence
from functools import cached_property
from heapq import heapify, heappop, heappush, merge
from math import gcd

import numpy as np
from attrs import frozen

from configurator.engines.diagram.decisions import DecisionWeights
from configurator.engines.diagram.multiset_vectors import Positions, Vectors, sorted_rows
from configurator.engines.diagram.weighing.convolution import Kernel
from configurator.engines.diagram.weighing.residues import Residues
from configurator.engines.diagram.whole import Indices, Whole, objects, widened
from configurator.errors import SearchLimitError

AT_ONCE = 1 << 18
"""Entries of the largest array made on the way to least weights by value."""
MOST_PAIRS = 1 << 20
"""Pairs of weights that are added up one by one; beyond, they are added up along a line of all weights."""
LONGEST_LINE = 1 << 24
"""Different weights on that line at most."""
Histogram = tuple[Whole, Whole]
"""Different weights, ascending, and how many multisets have each."""


@frozen(eq=False, slots=False)
class WeightedMultiset:
    """A mixed slot under assumptions, with what its multisets weigh. See `WeightedDecision`."""

    vectors: Vectors
    weights: DecisionWeights

    # ------------------------------------------------------------ least

    @cached_property
    def _by_place(self) -> Whole:
        """The weight of the value at each place."""
        return self.weights.values[self.vectors.cells.values]

    @cached_property
    def lightest(self) -> Whole:
        """For each symbol the least that a value of its cell weighs."""
        descending: Whole = np.minimum.reduceat(self._by_place, self.vectors.cells.begin[::-1])
        return descending[::-1]

    @cached_property
    def on_top(self) -> Whole:
        """For each vector what its atom adds."""
        if self.weights.atoms is None:
            return np.zeros(self.vectors.amount, self.weights.values.dtype)
        return self.weights.atoms[self.vectors.atoms]

    @cached_property
    def least_of_vectors(self) -> Whole:
        """For each vector the least that one of its multisets weighs."""
        found = self.on_top
        for row in self.vectors.symbols:
            found = found + self.lightest[row]
        return found

    @cached_property
    def least(self) -> Whole:
        """For each class the least that a multiset weighs; `unreachable` where none is left."""
        return self._least_by_class(self.least_of_vectors)

    def _least_by_class(self, by_vector: Whole) -> Whole:
        vectors = self.vectors
        found: Whole = np.full(vectors.classes, self.weights.unreachable, by_vector.dtype)
        present = np.flatnonzero(np.diff(vectors.first))
        if len(present):
            found[present] = np.minimum.reduceat(by_vector[vectors.by_class], vectors.first[present])
        return found

    # ------------------------------------------------------------ by units

    def least_by_units(self, base: Whole) -> tuple[Whole, ...]:
        """For 1, 2, … units and each value: the least `base[class] + weight` of multisets with so many of it.

        So many or more: the other units may be any.
        `unreachable` or more where there is none.
        """
        vectors, cells = self.vectors, self.vectors.cells
        total = base[vectors.labels] + self.least_of_vectors
        found = []
        for units in range(1, len(vectors.symbols) + 1):
            # So many of the lightest give way.
            best: Whole = np.full(cells.amount, self.weights.unreachable, total.dtype)
            for symbols, turns in zip(vectors.symbols, vectors.turns, strict=True):
                having = np.flatnonzero((turns == units) & (symbols > 0))
                np.minimum.at(best, symbols[having], total[having])
            symbol = cells.symbol_of[cells.values]
            least: Whole = np.full(cells.shape.largest + 1, self.weights.unreachable, total.dtype)
            heavier = units * (self._by_place - self.lightest[symbol])
            least[cells.values] = np.minimum(best[symbol] + heavier, self.weights.unreachable)
            found.append(least)
        return tuple(found)

    def least_by_filled(self, base: Whole) -> Whole:
        """For each number of units from 0: the least `base[class] + weight`; `unreachable` without any."""
        vectors = self.vectors
        total = base[vectors.labels] + self.least_of_vectors
        found: Whole = np.full(len(vectors.symbols) + 1, self.weights.unreachable, total.dtype)
        np.minimum.at(found, (vectors.symbols > 0).sum(axis=0), total)
        return found

    # ------------------------------------------------------------ by position and value

    def least_by_value(self, base: Whole) -> tuple[Whole, ...]:
        """For each position and value: the least `base[class] + weight` over multisets that have it there.

        Value v stands at position i when i of the other units are v or smaller and the rest v or larger. So
        each other unit is the lightest of its cell on one side of v, and those go below which it costs least
        to put there. Cost: values times vectors with their cell, positions squared, where weights rise with
        the values; far less where long stretches of values have the same lightest neighbours.
        """
        positions, unreachable = len(self.vectors.symbols), self.weights.unreachable
        cells, dtype = self.vectors.cells, self.weights.values.dtype
        heaviest = max((abs(int(weight)) for weight in self.weights.values), default=0)
        far = 2 * unreachable + 2 * positions * heaviest + 1
        magnitude = 2 * (positions + 2) * far
        chosen = np.flatnonzero(base[self.vectors.labels] < unreachable)
        ground = widened((base[self.vectors.labels] + self.on_top)[chosen], magnitude)
        pivots = _Pivots(self, chosen, ground, widened(self.weights.values, magnitude), far)
        found: list[Whole] = [
            np.full(cells.shape.largest + 1, unreachable, pivots.values.dtype) for _ in range(positions)
        ]
        pivots.blanks_into(found)
        for symbol in np.unique(pivots.symbols[pivots.symbols > 0]).tolist():
            pivots.cell_into(found, symbol)
        return tuple(_typed_as(np.minimum(row, unreachable), dtype) for row in found)

    # ------------------------------------------------------------ all weights

    def distribution(self, label: int) -> Histogram:
        """The different weights of a class's multisets, ascending, and how many have each.

        Raises:
            SearchLimitError: there are too many different weights.
        """
        vectors = self.vectors
        parts = []
        for vector in vectors.of_class(label).tolist():
            symbols, units = np.unique(vectors.symbols[:, vector], return_counts=True)
            histogram: Histogram = (self.on_top[vector : vector + 1], self._ones)
            for symbol, amount in zip(symbols.tolist(), units.tolist(), strict=True):
                histogram = product_of(histogram, self._histogram(symbol, amount))
            parts.append(histogram)
        return sum_of(parts) if parts else (self.weights.values[:0], self._ones[:0])

    @cached_property
    def _ones(self) -> Whole:
        return np.ones(1, np.int64) if self.vectors.cells.shape.counts_fit else objects([1])

    @cached_property
    def _histograms(self) -> dict[tuple[int, int], Histogram]:
        return {}

    def _histogram(self, symbol: int, units: int) -> Histogram:
        """The weights of the multisets of so many values of a cell.

        By Newton's identities: the complete homogeneous sums from the power sums.
        """
        known = self._histograms.get((symbol, units))
        if known is not None:
            return known
        powers = self._powers(symbol)
        parts = [(powers[0] * units, powers[1])]
        parts += [
            product_of((powers[0] * power, powers[1]), self._histogram(symbol, units - power))
            for power in range(1, units)
        ]
        sums, counts = sum_of(parts)
        self._histograms[symbol, units] = found = (sums, counts // units)
        return found

    def _powers(self, symbol: int) -> Histogram:
        weights = self.weights.values[self.vectors.cells.of_symbol(symbol)]
        sums, counts = np.unique(weights, return_counts=True)
        return sums, counts * self._ones

    # ------------------------------------------------------------ lightest first

    def members_by_weight(self, label: int) -> Iterator[tuple[int, tuple[int, ...]]]:
        """Yield each multiset of a class with its weight, lightest first, equal ones ascending.

        Lazily: opened at once are the *patterns* of one weight (so many values of each cell and weight), each
        of which stands for at least one multiset that is yielded.
        """
        vectors = self.vectors.of_class(label)
        queue: list[tuple[int, int, tuple[int, ...]]] = [
            (int(least), int(vector), (0,) * len(self.vectors.symbols))
            for least, vector in zip(self.least_of_vectors[vectors], vectors, strict=True)
        ]
        heapify(queue)
        while queue:
            weight = queue[0][0]
            streams = []
            while queue and queue[0][0] == weight:
                _, vector, steps = heappop(queue)
                streams.append(self._multisets(vector, steps))
                for heavier in self._heavier(vector, steps, weight):
                    heappush(queue, heavier)
            yield from ((weight, member) for member in merge(*streams))

    @cached_property
    def _steps(self) -> dict[int, tuple[tuple[int, ...], tuple[Indices, ...]]]:
        return {}

    def _steps_of(self, symbol: int) -> tuple[tuple[int, ...], tuple[Indices, ...]]:
        """A cell's different weights, ascending, and the values that have each, ascending."""
        known = self._steps.get(symbol)
        if known is None:
            values = self.vectors.cells.of_symbol(symbol)
            weights = self.weights.values[values]
            order = np.argsort(weights, kind="stable")
            rising = weights[order]
            parted = np.flatnonzero(rising[1:] != rising[:-1]) + 1
            first = rising[np.append(0, parted)]
            known = (tuple(map(int, first)), tuple(np.split(values[order], parted)))
            self._steps[symbol] = known
        return known

    def _heavier(
        self, vector: int, steps: tuple[int, ...], weight: int
    ) -> Iterator[tuple[int, int, tuple[int, ...]]]:
        """The patterns that come from this one by a step of its first units.

        A pattern says for each unit which weight of its cell it has, by number, ascending within a cell. Each
        but the first comes from exactly one other: take back one step of its first unit that made any.
        """
        symbols = self.vectors.symbols[:, vector].tolist()
        for unit, symbol in enumerate(symbols):
            weights, _ = self._steps_of(symbol)
            following = steps[unit] + 1
            bounded = unit + 1 < len(symbols) and symbols[unit + 1] == symbol
            if following < len(weights) and not (bounded and following > steps[unit + 1]):
                added = weights[following] - weights[steps[unit]]
                yield weight + added, vector, (*steps[:unit], following, *steps[unit + 1 :])
            if steps[unit]:
                return

    def _multisets(self, vector: int, steps: tuple[int, ...]) -> Iterator[tuple[int, ...]]:
        """Yield the multisets of a pattern, ascending."""
        units: dict[tuple[int, int], int] = {}
        for symbol, step in zip(self.vectors.symbols[:, vector].tolist(), steps, strict=True):
            if symbol:
                units[symbol, step] = units.get((symbol, step), 0) + 1
        groups = [self._steps_of(symbol)[1][step] for symbol, step in units]
        blanks = (0,) * (len(steps) - sum(units.values()))
        for filled in _ascending(groups, list(units.values()), 0):
            yield filled + blanks


def _ascending(groups: Sequence[Indices], units: list[int], lowest: int) -> Iterator[tuple[int, ...]]:
    """Yield ascending sequences of so many units of each group, none below `lowest`, ascending."""
    if not any(units):
        yield ()
        return
    open_groups = [at for at, amount in enumerate(units) if amount]
    # No unit may stand after the last value of a group that still has to come.
    highest = min(int(groups[at][-1]) for at in open_groups)
    choices = merge(*(_between(groups[at], at, lowest, highest) for at in open_groups))
    for value, at in choices:
        units[at] -= 1
        for rest in _ascending(groups, units, value):
            yield (value, *rest)
        units[at] += 1


def _between(group: Indices, name: int, lowest: int, highest: int) -> Iterator[tuple[int, int]]:
    begin = int(np.searchsorted(group, lowest))
    while begin < len(group) and (value := int(group[begin])) <= highest:
        yield value, name
        begin += 1


# ---------------------------------------------------------------- a value at a position


@frozen(eq=False, slots=False)
class _Pivots:
    """Some vectors, with what comes on top of their values: what is their least with a value at a position?

    Attributes:
        chosen: the vectors.
        ground: for each what comes on top of its values.
        values: what each value weighs.
        far: so much that no sum with it is taken for a real one.
    """

    weighted: WeightedMultiset
    chosen: Positions
    ground: Whole
    values: Whole
    far: int

    @cached_property
    def symbols(self) -> Indices:
        """The symbols of the vectors chosen."""
        return self.weighted.vectors.symbols[:, self.chosen]

    @cached_property
    def rows(self) -> Indices:
        """For each symbol that the vectors chosen have its row in `below` and `above`; -1 for others."""
        present = np.unique(self.symbols)
        found = np.full(self.weighted.vectors.cells.amount, -1, np.int32)
        found[present] = np.arange(len(present))
        return found

    @cached_property
    def _spread(self) -> Whole:
        """By symbol (the rows present) and value: its weight, or far for values of other cells."""
        cells = self.weighted.vectors.cells
        present = np.flatnonzero(self.rows >= 0)
        found: Whole = np.full((len(present), len(self.values)), self.far, self.values.dtype)
        row = np.append(self.rows, -1)[cells.symbol_of]
        inside = np.flatnonzero((row >= 0) & (cells.symbol_of > 0))
        found[row[inside], inside] = self.values[inside]
        return found

    @cached_property
    def below(self) -> Whole:
        """By symbol and value: the least that a value of the cell weighs that is as large at most."""
        found: Whole = np.minimum.accumulate(self._spread, axis=1)
        return found

    @cached_property
    def above(self) -> Whole:
        """By symbol and value: the least that a value of the cell weighs that is as large, or blanks."""
        found: Whole = np.minimum.accumulate(self._spread[:, ::-1], axis=1)[:, ::-1]
        if self.rows[0] >= 0:
            found[self.rows[0]] = self.values[0]
        return found

    @cached_property
    def stretch(self) -> Positions:
        """For each value the stretch of neighbours it is in, who have all the same `below` and `above`."""
        changed = np.zeros(len(self.values), np.int64)
        for side in (self.below, self.above):
            changed[1:] |= (side[:, 1:] != side[:, :-1]).any(axis=0)
        return np.cumsum(changed)

    def blanks_into(self, found: list[Whole]) -> None:
        """Put in the least with a blank at each position."""
        total = self.ground
        for row in self.symbols:
            total = total + widened(self.weighted.lightest, 2 * self.far)[row]
        for at, row in enumerate(self.symbols):
            blank = np.flatnonzero(row == 0)
            if len(blank):
                found[at][0] = total[blank].min()

    def cell_into(self, found: list[Whole], symbol: int) -> None:
        """Put in the least with each value of a cell at each position."""
        having, others = self._others(symbol)
        values = self.weighted.vectors.cells.of_symbol(symbol)
        _, first, stretch = np.unique(self.stretch[values], return_index=True, return_inverse=True)
        examples = values[first]
        least: list[list[Whole]] = [[] for _ in found]
        step = max(1, AT_ONCE // max(1, others.size + len(having)))
        for begin in range(0, len(examples), step):
            block = examples[begin : begin + step]
            for at, part in enumerate(self._least_around(block, having, others)):
                least[at].append(part)
        for row, parts in zip(found, least, strict=True):
            row[values] = np.concatenate(parts)[stretch.reshape(-1)] + self.values[values]

    def _others(self, symbol: int) -> tuple[Positions, Indices]:
        """The vectors that have a cell, and the rows of their symbols but one of that cell."""
        with_it = self.symbols == symbol
        having = np.flatnonzero(with_it.any(axis=0))
        at = with_it[:, having].argmax(axis=0)
        kept = np.arange(len(self.symbols) - 1).reshape(-1, 1)
        kept = kept + (kept >= at)
        return having, self.rows[np.take_along_axis(self.symbols[:, having], kept, axis=0)]

    def _least_around(self, block: Indices, having: Positions, others: Indices) -> Iterator[Whole]:
        """Yield for each position the least around each value of the block, over the vectors."""
        ground = self.ground[having].reshape(-1, 1)
        if not len(others):
            yield np.broadcast_to(ground.min(axis=0), len(block))
            return
        above = self.above[:, block][others]
        gained = self.below[:, block][others] - above
        total = ground + above.sum(axis=0)
        yield total.min(axis=0)
        for gain in sorted_rows(gained):
            total = total + gain
            yield total.min(axis=0)


def _typed_as(numbers: Whole, dtype: np.dtype[np.generic]) -> Whole:
    return numbers if numbers.dtype == dtype else numbers.astype(dtype)


# ---------------------------------------------------------------- histograms


def sum_of(parts: Sequence[Histogram]) -> Histogram:
    """Several histograms as one, equal weights counted together."""
    sums = np.concatenate([sums for sums, _ in parts])
    counts = np.concatenate([counts for _, counts in parts])
    if not len(sums):
        return sums, counts
    order = np.argsort(sums, kind="stable")
    sums, counts = sums[order], counts[order]
    first = np.flatnonzero(np.append(True, sums[1:] != sums[:-1]))
    return sums[first], np.add.reduceat(counts, first)


def product_of(one: Histogram, other: Histogram) -> Histogram:
    """The sums of one weight of each, and how many pairs have each.

    Raises:
        SearchLimitError: there are too many.
    """
    (few, few_counts), (many, many_counts) = sorted((one, other), key=lambda found: len(found[0]))
    if len(few) == 1:
        return few[0] + many, few_counts[0] * many_counts
    if len(few) * len(many) <= MOST_PAIRS:
        sums = few.reshape(-1, 1) + many.reshape(1, -1)
        counts = few_counts.reshape(-1, 1) * many_counts.reshape(1, -1)
        return sum_of([(sums.reshape(-1), counts.reshape(-1))])
    return _along_a_line((few, few_counts), (many, many_counts))


def _along_a_line(few: Histogram, many: Histogram) -> Histogram:
    """The same for many weights in a narrow range: a place for every possible sum."""
    lowest = int(few[0][0]) + int(many[0][0])
    steps = gcd(*(int(step) for sums, _ in (few, many) for step in np.diff(sums)))
    few_at, many_at = ((sums - sums[0]) // steps for sums, _ in (few, many))
    reach = int(many_at[-1]) + 1
    length = int(few_at[-1]) + reach
    if length > LONGEST_LINE:
        raise SearchLimitError(f"a mixed slot's components have too many different sums ({length:,})")
    residues = Residues.below(int(few[1].sum()) * int(many[1].sum()))
    line = residues.zeros(reach)
    line[:, many_at.astype(np.int64)] = residues.held(many[1])
    total, _ = Kernel(few_at.astype(np.int64), few[1], residues).applied(line, length)
    present = np.flatnonzero(total.any(axis=0))
    sums = objects(present.tolist()) if few[0].dtype == object else present
    return sums * steps + lowest, residues.numbers(total[:, present]).astype(many[1].dtype)
