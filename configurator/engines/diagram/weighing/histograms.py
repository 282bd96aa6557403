"""How many solutions total at most so much: exactly, for one sum and as many edges as asked for.

Beginnings are counted by sum from the root down, rests from the end up; where they meet, in the
layer where both are cheapest to come by, each beginning is joined with the rests that leave its total within
the edge. Both halves are far smaller than the whole: of 10^11 solutions, about 10^6 beginnings and rests.
"""

from collections.abc import Iterable, Iterator, Sequence

import numpy as np
from attrs import field, frozen
from numpy.typing import NDArray

from configurator.csp.variables import Assumptions
from configurator.engines.diagram.weighing.lattice import Lattice, LatticeLayer, Weighed, lattice_of, ways
from configurator.engines.diagram.weighing.path_sums import PathSum
from configurator.engines.diagram.weighing.residues import Residues, Rows
from configurator.engines.diagram.weighing.tallies import (
    ADDED,
    CALL,
    MANY_WEIGHTS,
    MEMORY,
    SCATTERED,
    Carrier,
    Joints,
    Tallies,
    Tally,
    Windows,
    bytes_by_entry,
    bytes_by_window,
)
from configurator.engines.diagram.whole import Flags, Whole, fits
from configurator.engines.engine import NO_LIMITS, SearchLimits
from configurator.errors import SearchLimitError

STATES = 2_000_000
"""How many pairs of node and sum are held at most where sums exceed machine words."""
JOINED = 40.0
"""About how many nanoseconds it takes to look up the rests of one beginning."""
DIGIT_BITS = 21
"""Bits of the digits that sums of products are made from: 2**20 products of two of them fit a word."""
_DIGIT = (1 << DIGIT_BITS) - 1
_PIECE = 1 << 20
"""So many products."""
_KEPT = 1 << 24
"""So many places of the last rests are kept until all are known: short ones are joined sooner all at once."""
_BLOCK = 1 << 20

Numbers = NDArray[np.int64]


def count_within(
    path_sum: PathSum, upper: int, assumptions: Assumptions, limits: SearchLimits = NO_LIMITS
) -> int:
    """How many solutions total at most `upper`.

    Raises:
        SearchLimitError: the time is up, or the sums take more memory than `tallies.MEMORY`.
    """
    return histogram(path_sum, (upper,), assumptions, limits)[0]


def histogram(
    path_sum: PathSum, edges: Sequence[int], assumptions: Assumptions, limits: SearchLimits = NO_LIMITS
) -> tuple[int, ...]:
    """For each edge how many solutions total at most that; edges in any order.

    Raises:
        SearchLimitError: the time is up, or the sums take more memory than `tallies.MEMORY`.
    """
    different = sorted(set(edges))
    if not different or path_sum.compiled.diagram.void:
        return (0,) * len(edges)
    lattice = lattice_of(path_sum, different, assumptions, limits)
    if lattice is None:
        return (0,) * len(edges)
    if fits(4 * (lattice.extent + 1) * max([1, *(len(layer.label) for layer in lattice.layers)])):
        counts = _Meeting.of(lattice, limits).counts()
    else:
        counts = _counted_one_by_one(lattice, limits)
    by_edge = dict(zip(different, counts, strict=True))
    return tuple(by_edge[edge] for edge in edges)


@frozen(eq=False)
class _Meeting:
    """A plan: where beginnings and rests meet.

    Attributes:
        level: where.
        total: how solutions are counted.
        fitting: the counts of all beginnings at that level together fit a word, and those of all rests.
    """

    lattice: Lattice
    limits: SearchLimits
    level: int
    total: Residues
    fitting: bool
    before: tuple[Windows, ...] = field(repr=False)
    after: tuple[Windows, ...] = field(repr=False)

    @classmethod
    def of(cls, lattice: Lattice, limits: SearchLimits) -> "_Meeting":
        """The cheapest."""
        up, down = ways(lattice)
        before = tuple(Windows.of(*level.before(lattice.edges), level.alive) for level in lattice.levels)
        after = tuple(Windows.of(*level.after(lattice.edges), level.alive) for level in lattice.levels)
        total = Residues.below(int(down[0][0]))
        level = _cheapest_level(
            _Walk.of(lattice.layers, up, before, total.rows, upward=False),
            _Walk.of(lattice.layers[::-1], down[::-1], after[::-1], total.rows, upward=True),
            len(lattice.edges),
        )
        most = max(sum(up[level].tolist()), sum(down[level].tolist()))
        return cls(lattice, limits, level, total, fits(most), before, after)

    def counts(self) -> list[int]:
        """For each edge how many solutions keep it."""
        layers = self.lattice.layers
        carrier = Carrier(self.total, self.limits)
        rests: Tallies = carrier.begun(self.after[-1])
        for at in range(len(layers) - 1, self.level, -1):
            rests = carrier.carried(rests, Joints.of(layers[at], upward=True), self.after[at])
        carrier = Carrier(self.total, self.limits, held=rests.bytes)
        beginnings: Tallies = carrier.begun(self.before[0])
        for at in range(self.level):
            joints = Joints.of(layers[at], upward=False)
            beginnings = carrier.carried(beginnings, joints, self.before[at + 1])
        if self.level == len(layers):
            return self._joined(beginnings, rests)
        carrier = Carrier(self.total, self.limits, held=beginnings.bytes)
        joints = Joints.of(layers[self.level], upward=True)
        last = carrier.step(rests, joints, self.after[self.level], passing=True)
        if not last.whole:
            return self._joined(beginnings, last.merged())
        return self._met(beginnings, last.residues, last.by_node())

    def _joined(self, beginnings: Tallies, rests: Tallies) -> list[int]:
        """Beginnings times the rests that keep the edges."""
        rows = beginnings.residues.primes or rests.residues.primes
        if rows or not self.fitting:
            nodes = ((node, rests.of(node)) for node in range(len(rests.windows.floor)))
            return self._met(beginnings, rests.residues, nodes)
        return self._joined_at_once(beginnings.in_one(), rests.in_one())

    def _joined_at_once(self, beginnings: Tally, rests: Tally) -> list[int]:
        """The same, for counts that fit words however many are added up."""
        running = np.zeros(rests.counts.shape[1] + 1, np.int64)
        np.cumsum(rests.counts[0], out=running[1:])
        found = [[0] * self.total.rows for _ in self.lattice.edges]
        filled = np.flatnonzero(beginnings.counts[0])
        nodes = np.repeat(np.arange(len(beginnings.size)), beginnings.size)[filled]
        for begin in range(0, len(nodes), _BLOCK):
            self.limits.check()
            node, columns = nodes[begin : begin + _BLOCK], filled[begin : begin + _BLOCK]
            sums, counts = beginnings.sums(columns, node), beginnings.counts[0, columns]
            for edge, so_far in zip(self.lattice.edges, found, strict=True):
                first, end = rests.columns_within(node, edge - sums)
                for row, product in enumerate(
                    self._products(counts, running.take(end) - running.take(first))
                ):
                    so_far[row] += product
        return [self.total.number(remainders) for remainders in found]

    def _products(self, counts: Numbers, rests: Numbers) -> list[int]:
        """The sum over all beginnings of their number times that of their rests, row by row."""
        if not self.total.primes:
            return [int((counts * rests).sum())]
        return [int((counts % prime * (rests % prime) % prime).sum()) for prime in self.total.primes]

    def _met(self, beginnings: Tallies, residues: Residues, rests: Iterable[tuple[int, Rows]]) -> list[int]:
        """The same, node by node, for counts of any size."""
        both = residues if residues.primes else beginnings.residues
        before, after = self.before[self.level], self.after[self.level]
        found = [[0] * both.rows for _ in self.lattice.edges]
        for node, counts in rests:
            self.limits.check()
            width = int(after.width[node])
            if not width or not int(before.width[node]):
                continue
            ways_to = _Beginnings.of(_held(beginnings.of(node), beginnings.residues, both), both)
            running = _running(_held(counts, residues, both), both)
            base = int(before.floor[node]) + int(after.floor[node]) - 1
            for edge, so_far in zip(self.lattice.edges, found, strict=True):
                for row, product in enumerate(ways_to.paired(running, edge - base)):
                    so_far[row] += product
        if not both.primes:
            return [so_far[0] for so_far in found]
        return [both.number(remainders) for remainders in found]


def _held(counts: Rows, now: Residues, residues: Residues) -> Rows:
    """Counts as other residues hold them."""
    return counts if now == residues else residues.held(counts[0].astype(np.int64))


def _running(counts: Rows, residues: Residues) -> list[list[Numbers]]:
    """For each row the counts added up from the first, from 0 of them on: in digits, the lowest first."""
    if residues.primes:
        found = residues.zeros(counts.shape[1] + 1)
        np.cumsum(counts, axis=1, out=found[:, 1:])
        return [[row] for row in residues.reduce(found)]
    digits: list[Numbers] = []
    carried = np.zeros(counts.shape[1] + 1, np.int64)
    rest = counts[0].astype(np.int64)
    while rest.any() or carried.any():
        carried[1:] += np.cumsum(rest & _DIGIT)
        digits.append(carried & _DIGIT)
        carried >>= DIGIT_BITS
        rest >>= DIGIT_BITS
    return [digits]


@frozen(eq=False)
class _Beginnings:
    """The beginnings at a node.

    Attributes:
        amount: how many places the node has.
        filled: the places that are held, ascending; `None` for all.
        digits: for each row the counts of the places held: in digits, the lowest first.
    """

    residues: Residues
    amount: int
    filled: Numbers | None
    digits: list[list[Numbers]]

    @classmethod
    def of(cls, counts: Rows, residues: Residues) -> "_Beginnings":
        filled = np.flatnonzero(counts.any(axis=0))
        amount = counts.shape[1]
        few = 8 * len(filled) < amount
        held = counts[:, filled] if few else counts
        digits = [[row] if residues.primes else _digits(row.astype(np.int64)) for row in held]
        return cls(residues, amount, filled if few else None, digits)

    def paired(self, running: list[list[Numbers]], reach: int) -> list[int]:
        """The sum over all beginnings of their number times that of their rests, row by row.

        The first place goes with `reach` of the rests' places, the next one with one less, and so on.
        """
        found = []
        for row, (mine, others) in enumerate(zip(self.digits, running, strict=True)):
            prime = self.residues.primes[row] if self.residues.primes else None
            product = 0
            for at, digit in enumerate(mine):
                for further, other in enumerate(others):
                    product += self._product(digit, other, reach, prime) << ((at + further) * DIGIT_BITS)
            found.append(product)
        return found

    def _product(self, digit: Numbers, running: Numbers, reach: int, prime: int | None) -> int:
        pairs = self._facing(digit, running, reach)
        if prime is None:
            return sum(int(np.dot(one, other)) for one, other in pairs)
        return sum(int((one * other % prime).sum()) for one, other in pairs)

    def _facing(self, digit: Numbers, running: Numbers, reach: int) -> Iterator[tuple[Numbers, Numbers]]:
        """Yield beginnings with what they are multiplied by, in pieces short enough to be added up."""
        most = len(running) - 1
        if self.filled is not None:
            for begin in range(0, len(digit), _PIECE):
                places = self.filled[begin : begin + _PIECE]
                yield digit[begin : begin + _PIECE], running[np.clip(reach - places, 0, most)]
            return
        full = min(self.amount, max(0, reach - most))
        end = min(self.amount, max(full, reach))
        for begin in range(0, full, _PIECE):
            piece = digit[begin : min(full, begin + _PIECE)]
            yield piece, np.broadcast_to(running[-1:], piece.shape)
        for begin in range(full, end, _PIECE):
            stop = min(end, begin + _PIECE)
            yield digit[begin:stop], running[reach - stop + 1 : reach - begin + 1][::-1]


def _digits(numbers: Numbers) -> list[Numbers]:
    """Numbers cut into digits, the lowest first."""
    found = []
    while numbers.any():
        found.append(numbers & _DIGIT)
        numbers = numbers >> DIGIT_BITS
    return found


@frozen(eq=False)
class _Walk:
    """What carrying would cost, level by level, about.

    Attributes:
        seconds: for each level how long it takes to come there.
        held: for each level how much memory is held there.
        bytes: for each level how much memory it takes to come there.
        entries: for each level how many different sums there are at its nodes.
        rows: for each level how many words a count takes.
    """

    seconds: NDArray[np.float64]
    held: NDArray[np.float64]
    bytes: NDArray[np.float64]
    entries: NDArray[np.float64]
    rows: NDArray[np.float64]

    @classmethod
    def of(
        cls,
        layers: Sequence[LatticeLayer],
        found: Sequence[Whole],
        windows: Sequence[Windows],
        most_rows: int,
        *,
        upward: bool,
    ) -> "_Walk":
        """Over layers in the order they are walked, from those of each arc's nodes that are walked from."""
        sums = [
            np.minimum(ways_, level.width).astype(np.float64)
            for ways_, level in zip(found, windows, strict=True)
        ]
        bits = [float(_bits(ways_, level).max()) for ways_, level in zip(found, windows, strict=True)]
        rows = np.where(np.maximum.accumulate(bits) > _WORD_BITS, most_rows, 1)
        held = [
            float(min(bytes_by_window(level.places, row, 2.0 ** min(bit, 99)), entries.sum() * 8 * (1 + row)))
            for level, row, bit, entries in zip(windows, rows.tolist(), bits, sums, strict=True)
        ]
        seconds, memory = [0.0], [0.0]
        for at, layer in enumerate(layers):
            node = layer.target if upward else layer.source
            many = {label: len(weights) for label, (weights, _) in layer.classes.items()}
            weights = np.array([many[label] for label in layer.label.tolist()], np.float64)
            # Members are added once for each class and target; other arcs are additions of what that gives.
            new = _first_of_pair(layer)
            times = 1 + new * np.minimum(weights, MANY_WEIGHTS)
            by_entry, by_window = sums[at][node] * SCATTERED, windows[at].width[node] * ADDED + CALL
            nanoseconds = float((np.minimum(by_entry, by_window) * times).sum())
            seconds.append(nanoseconds * _dear(int(rows[at + 1])) / 1e9)
            entries = int((sums[at][node] * (1 + new * weights)).sum())
            memory.append(min(bytes_by_entry(entries, 0, int(rows[at + 1])), held[at] + held[at + 1]))
        return cls(
            np.cumsum(seconds),
            np.array(held),
            np.maximum.accumulate(memory),
            np.array([each.sum() for each in sums]),
            rows.astype(np.float64),
        )


_WORD_BITS = 61.0
"""Of longer counts it is to be expected that they do not fit a word."""


def _bits(ways_: Whole, windows: Windows) -> NDArray[np.float64]:
    """For each node about how many bits its largest count has: ways spread over its sums as a bell."""
    bits = np.array([float(int(amount).bit_length()) for amount in ways_.tolist()])
    spread_over = np.minimum(bits, np.log2(np.maximum(windows.width, 1)))
    found: NDArray[np.float64] = bits - np.maximum(0.0, spread_over - 4)
    return found


def _first_of_pair(layer: LatticeLayer) -> Flags:
    """Which arcs are the first ones of their class and target."""
    order = np.lexsort((layer.label, layer.target))
    label, target = layer.label[order], layer.target[order]
    found = np.zeros(len(order), np.bool_)
    found[order] = np.append(True, (label[1:] != label[:-1]) | (target[1:] != target[:-1]))
    return found


def _dear(rows: int) -> float:
    """How many times as long a step takes for remainders by so many primes: they have to be taken, too."""
    return 1.5 * rows if rows > 1 else 1.0


def _cheapest_level(down: _Walk, up: _Walk, edges: int) -> int:
    """The level where beginnings and rests meet for the least work."""
    rows = np.maximum(down.rows, up.rows[::-1])
    joining = down.entries * edges * JOINED / 1e9 * np.where(rows > 1, 1.5 * rows, 1.0)
    seconds = down.seconds + up.seconds[::-1] + joining
    beside = np.append(up.held[::-1][1:], 0.0)
    too_large = np.maximum(down.bytes + beside, up.bytes[::-1]) > MEMORY
    return int(np.argmin(seconds + 1e9 * too_large))


def _counted_one_by_one(lattice: Lattice, limits: SearchLimits) -> list[int]:
    """The same in Python's own numbers, for sums too large for machine words."""
    tallies: list[dict[int, int]] = [{0: 1}]
    for layer, level in zip(lattice.layers, lattice.levels[1:], strict=True):
        floor, ceiling = (found.tolist() for found in level.before(lattice.edges))
        following: list[dict[int, int]] = [{} for _ in floor]
        classes = {label: _members(weighed) for label, weighed in layer.classes.items()}
        arcs = zip(layer.source.tolist(), layer.label.tolist(), layer.target.tolist(), strict=True)
        for source, label, target in arcs:
            limits.check()
            into = following[target]
            for before, count in tallies[source].items():
                for weight, members in classes[label]:
                    if before + weight <= ceiling[target]:
                        raised = max(before + weight, floor[target])
                        into[raised] = into.get(raised, 0) + count * members
            if sum(map(len, following)) > STATES:
                raise SearchLimitError(
                    f"the histogram of sums needs more than {STATES:,} sums beyond 64 bits"
                )
        tallies = following
    return [sum(count for total, count in tallies[0].items() if total <= edge) for edge in lattice.edges]


def _members(weighed: Weighed) -> list[tuple[int, int]]:
    """The different weights of a class with the number of members that have each."""
    weights, counts = weighed
    return list(zip(map(int, weights), map(int, counts), strict=True))
