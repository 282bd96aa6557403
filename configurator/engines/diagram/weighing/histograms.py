"""How many solutions total at most so much: exactly, for one sum and as many edges as asked for.

Beginnings are counted by sum from the root down, rests from the end up; where they meet, in the
layer where both are cheapest to come by, each beginning is joined with the rests that leave its total within
the edge. Both halves are far smaller than the whole: of 10^11 solutions, about 10^6 beginnings and rests.
"""

from collections.abc import Sequence

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
    Tally,
    Windows,
    bytes_by_entry,
    bytes_by_window,
)
from configurator.engines.diagram.whole import Indices, Whole, fits
from configurator.engines.engine import NO_LIMITS, SearchLimits
from configurator.errors import SearchLimitError

STATES = 2_000_000
"""How many pairs of node and sum are held at most where sums exceed machine words."""
JOINED = 40.0
"""About how many nanoseconds it takes to look up the rests of one beginning."""
_BLOCK = 1 << 20


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
        halves: how beginnings and rests are counted.
        total: how solutions are.
    """

    lattice: Lattice
    limits: SearchLimits
    level: int
    halves: Residues
    total: Residues
    before: tuple[Windows, ...] = field(repr=False)
    after: tuple[Windows, ...] = field(repr=False)

    @classmethod
    def of(cls, lattice: Lattice, limits: SearchLimits) -> "_Meeting":
        """The cheapest."""
        up, down = ways(lattice)
        before = tuple(Windows.of(*level.before(lattice.edges), level.alive) for level in lattice.levels)
        after = tuple(Windows.of(*level.after(lattice.edges), level.alive) for level in lattice.levels)
        halves = [
            Residues.below(max(sum(over.tolist()), sum(under.tolist())))
            for over, under in zip(up, down, strict=True)
        ]
        level = _cheapest_level(
            _Walk.of(lattice.layers, up, before, [layer.source for layer in lattice.layers]),
            _Walk.of(
                lattice.layers[::-1],
                down[::-1],
                after[::-1],
                [layer.target for layer in lattice.layers[::-1]],
            ),
            [found.rows for found in halves],
            len(lattice.edges),
        )
        total = Residues.below(int(down[0][0]))
        return cls(
            lattice, limits, level, total if halves[level].primes else Residues(), total, before, after
        )

    def counts(self) -> list[int]:
        """For each edge how many solutions keep it."""
        carrier = Carrier(self.halves, self.limits)
        beginnings = carrier.begun(self.before[0])
        for at in range(self.level):
            joints = Joints.of(self.lattice.layers[at], self.halves, upward=False)
            beginnings = carrier.carried(beginnings, joints, self.before[at + 1])
        rests = carrier.begun(self.after[-1])
        for at in range(len(self.lattice.layers) - 1, self.level - 1, -1):
            joints = Joints.of(self.lattice.layers[at], self.halves, upward=True)
            rests = carrier.carried(rests, joints, self.after[at])
        return self._joined(beginnings, rests)

    def _joined(self, beginnings: Tally, rests: Tally) -> list[int]:
        """Beginnings times the rests that keep the edges."""
        running = self.halves.zeros(rests.counts.shape[1] + 1)
        np.cumsum(rests.counts, axis=1, out=running[:, 1:])
        found = [[0] * self.total.rows for _ in self.lattice.edges]
        filled = np.flatnonzero(beginnings.counts.any(axis=0))
        nodes = np.repeat(np.arange(len(beginnings.size)), beginnings.size)[filled]
        for begin in range(0, len(nodes), _BLOCK):
            self.limits.check()
            node, columns = nodes[begin : begin + _BLOCK], filled[begin : begin + _BLOCK]
            sums, counts = beginnings.sums(columns, node), beginnings.counts[:, columns]
            for edge, so_far in zip(self.lattice.edges, found, strict=True):
                first, end = rests.columns_within(node, edge - sums)
                for row, product in enumerate(self._products(counts, running, first, end)):
                    so_far[row] += product
        return [self.total.number(remainders) for remainders in found]

    def _products(
        self, counts: Rows, running: Rows, first: NDArray[np.int64], end: NDArray[np.int64]
    ) -> list[int]:
        """The sum over all beginnings of their number times that of their rests, row by row."""
        rows = range(self.halves.rows)
        rests = [running[row].take(end) - running[row].take(first) for row in rows]
        if not self.total.primes:
            return [int((counts[0] * rests[0]).sum())]
        found = []
        for row, prime in enumerate(self.total.primes):
            half = row if self.halves.primes else 0
            found.append(int((counts[half] % prime * (rests[half] % prime) % prime).sum()))
        return found


@frozen(eq=False)
class _Walk:
    """What carrying would cost, level by level, about.

    Attributes:
        seconds: for each level how long it takes to come there, with counts of one row.
        bytes: for each level how much memory it takes, with counts of one row.
        entries: for each level how many different sums there are at its nodes.
    """

    seconds: NDArray[np.float64]
    bytes: NDArray[np.float64]
    entries: NDArray[np.float64]

    @classmethod
    def of(
        cls,
        layers: Sequence[LatticeLayer],
        found: Sequence[Whole],
        windows: Sequence[Windows],
        nodes: Sequence[Indices],
    ) -> "_Walk":
        """Over layers in the order they are walked, from those of each arc's nodes that are walked from."""
        sums = [
            np.minimum(ways_, level.width).astype(np.float64)
            for ways_, level in zip(found, windows, strict=True)
        ]
        nanoseconds, memory = [0.0], [0]
        for at, (layer, node) in enumerate(zip(layers, nodes, strict=True)):
            weights = {label: 1 + min(len(each), MANY_WEIGHTS) for label, (each, _) in layer.classes.items()}
            times = np.array([weights[label] for label in layer.label.tolist()])
            by_entry = sums[at][node] * SCATTERED
            by_window = windows[at].width[node] * ADDED + CALL
            nanoseconds.append(float((np.minimum(by_entry, by_window) * times).sum()))
            entries, places = int((sums[at][node] * times).sum()), windows[at].places + windows[at + 1].places
            memory.append(min(bytes_by_entry(entries, 0, 1), bytes_by_window(places, 1)))
        return cls(
            np.cumsum(nanoseconds) / 1e9,
            np.maximum.accumulate(memory).astype(np.float64),
            np.array([each.sum() for each in sums]),
        )


def _cheapest_level(down: _Walk, up: _Walk, rows: Sequence[int], edges: int) -> int:
    """The level where beginnings and rests meet for the least work."""
    rows_ = np.array(rows)
    dear = np.where(rows_ > 1, 1.5 * rows_, 1.0)  # remainders have to be taken, too
    seconds = (down.seconds + up.seconds[::-1] + down.entries * edges * JOINED / 1e9) * dear
    too_large = np.maximum(down.bytes, up.bytes[::-1]) * rows_ > MEMORY
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
