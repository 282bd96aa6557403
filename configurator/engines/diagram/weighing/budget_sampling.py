"""Uniform samples of the solutions within one budget: each is exactly as likely as any other.

How many solutions keep the budget is known exactly, so what share of all they are. A share that is
not tiny is sampled by drawing from all solutions and leaving out what is too dear. Otherwise one goes down
from the root, and every step is drawn by how many solutions within the budget go on that way.
"""

from collections.abc import Iterator
from functools import cached_property

import numpy as np
from attrs import field, frozen
from numpy.typing import NDArray

from configurator.csp.variables import Assumptions
from configurator.engines.diagram.decisions import Columns
from configurator.engines.diagram.numbering import spread
from configurator.engines.diagram.walks.counting import count
from configurator.engines.diagram.walks.random_numbers import RandomNumbers
from configurator.engines.diagram.walks.sampling import uniform_samples
from configurator.engines.diagram.weighing.histograms import count_within
from configurator.engines.diagram.weighing.lattice import Lattice, LatticeLayer, lattice_of, ways
from configurator.engines.diagram.weighing.path_sums import PathSum
from configurator.engines.diagram.weighing.residues import Residues
from configurator.engines.diagram.weighing.tallies import MEMORY, Carrier, Joints, Tally, Windows
from configurator.engines.diagram.weighing.totals import totals, weights_of
from configurator.engines.diagram.whole import Whole, fits, objects
from configurator.engines.engine import NO_LIMITS, SearchLimits
from configurator.errors import SearchLimitError

REJECTED = 100
"""Drawing from all solutions is quicker if no more than so many are drawn for one within the budget."""
BLOCK = 1 << 20
"""How many samples, or ways on from them, are looked at together."""
LISTED = 100_000
"""Members of a class that are sorted by weight; of more, one of a weight is found by drawing."""

Numbers = NDArray[np.int64]


def samples_within(
    path_sum: PathSum,
    upper: int,
    assumptions: Assumptions,
    amount: int,
    seed: int,
    limits: SearchLimits = NO_LIMITS,
    solutions: int | None = None,
) -> Columns:
    """So many solutions of a total of at most `upper`, drawn one independently of the other.

    One row per variable of the problem, one column per sample. One seed gives the same samples for ever.
    Where there is no such solution there is no sample. `solutions` is how many there are, if that is known.

    Raises:
        SearchLimitError: the time is up, or the sums take more memory than `tallies.MEMORY`.
        ValueError: the seed or the amount is negative.
    """
    if amount < 0:
        raise ValueError("the number of samples must not be negative")
    numbers = RandomNumbers.seeded(seed)
    if solutions is None:
        solutions = count_within(path_sum, upper, assumptions, limits)
    if solutions == 0 or amount == 0:
        return np.empty((len(path_sum.compiled.variables), 0), np.int32)
    drawn = -(-count(path_sum.compiled, assumptions, limits) // solutions)
    if drawn <= REJECTED:
        return _by_rejection(path_sum, upper, assumptions, amount, drawn, numbers, limits)
    lattice = lattice_of(path_sum, (upper,), assumptions, limits)
    assert lattice is not None
    return _Guide.of(path_sum, lattice, assumptions, limits).samples(amount, numbers)


def _by_rejection(
    path_sum: PathSum,
    upper: int,
    assumptions: Assumptions,
    amount: int,
    drawn: int,
    numbers: RandomNumbers,
    limits: SearchLimits,
) -> Columns:
    """Draw from all solutions until enough are within; about `drawn` are needed for each."""
    found: list[Columns] = []
    missing = amount
    while missing > 0:
        limits.check()
        wanted = min(BLOCK, missing * drawn + missing * drawn // 8 + 32)
        columns = uniform_samples(path_sum.compiled, assumptions, wanted, numbers.bits(128), limits)
        within = np.flatnonzero(totals(path_sum, columns) <= upper)[:missing]
        found.append(columns[:, within])
        missing -= len(within)
    return np.concatenate(found, axis=1)


# ---------------------------------------------------------------- down from the root


@frozen(eq=False)
class _Guide:
    """How many rests within the budget there are, at every node and for every sum spent before.

    Attributes:
        rests: for each level the rests by sum.
        running: for each level how many there are up to each column.
    """

    path_sum: PathSum
    assumptions: Assumptions
    lattice: Lattice
    residues: Residues
    rests: tuple[Tally, ...] = field(repr=False)
    running: tuple[Numbers, ...] = field(repr=False)
    limits: SearchLimits

    @classmethod
    def of(
        cls, path_sum: PathSum, lattice: Lattice, assumptions: Assumptions, limits: SearchLimits
    ) -> "_Guide":
        """The rests of all levels, held together.

        Raises:
            SearchLimitError: that takes too much memory.
        """
        if not fits(4 * (lattice.extent + 1) * max([1, *(len(layer.label) for layer in lattice.layers)])):
            raise SearchLimitError("samples under a budget beyond 64 bits would need too many sums")
        residues = Residues.below(int(ways(lattice)[1][0][0]))
        carrier = Carrier(residues, limits, plain=not residues.primes)
        windows = [Windows.of(*level.after(lattice.edges), level.alive) for level in lattice.levels]
        rests = [carrier.begun(windows[-1]).compact()]
        for at in range(len(lattice.layers) - 1, -1, -1):
            joints = Joints.of(lattice.layers[at], upward=True)
            rests.append(carrier.carried(rests[-1], joints, windows[at]).in_one().compact())
            if sum(2 * each.counts.nbytes for each in rests) > MEMORY:
                raise SearchLimitError(f"samples under a budget need more than {MEMORY >> 20} MB")
        running = []
        for tally in rests[::-1]:
            running.append(residues.zeros(tally.counts.shape[1] + 1))
            np.cumsum(tally.counts, axis=1, out=running[-1][:, 1:])
        return cls(path_sum, assumptions, lattice, residues, tuple(rests[::-1]), tuple(running), limits)

    def samples(self, amount: int, numbers: RandomNumbers) -> Columns:
        """So many solutions within the budget."""
        columns = np.empty((len(self.path_sum.compiled.variables), amount), np.int32)
        nodes, left = np.zeros(amount, np.int64), np.full(amount, self.lattice.edges[0], np.int64)
        for at, decision in enumerate(self.path_sum.compiled.decisions):
            step = _Step(self, at)
            arcs, weights = step.drawn(nodes, left, numbers)
            columns[list(decision.variables)] = step.members(weights, numbers)
            nodes, left = step.layer.target[arcs].astype(np.int64), left - step.weights[weights]
        return columns

    def rests_within(self, level: int, nodes: Numbers, most: Numbers) -> Whole:
        """For each node how many rests add at most so much."""
        first, end = self.rests[level].columns_within(nodes, most)
        running = self.running[level]
        return self.residues.numbers(self.residues.reduce(running[:, end] - running[:, first]))


@frozen(eq=False, slots=False)
class _Step:
    """One layer on the way down.

    Ways on from a node are its arcs with the different weights of their classes.
    """

    guide: _Guide
    at: int

    @property
    def layer(self) -> LatticeLayer:
        """The layer."""
        return self.guide.lattice.layers[self.at]

    @cached_property
    def labels(self) -> Numbers:
        """The classes on its arcs, ascending."""
        return np.array(sorted(self.layer.classes), np.int64)

    @cached_property
    def amounts(self) -> Numbers:
        """How many different weights each of them has."""
        return np.array([len(self.layer.classes[label][0]) for label in self.labels.tolist()], np.int64)

    @cached_property
    def weights(self) -> Numbers:
        """These weights, class after class."""
        return np.concatenate(
            [self.layer.classes[label][0].astype(np.int64) for label in self.labels.tolist()]
        )

    @cached_property
    def counts(self) -> Whole:
        """How many members have each."""
        return objects(
            amount for label in self.labels.tolist() for amount in self.layer.classes[label][1].tolist()
        )

    def drawn(self, nodes: Numbers, left: Numbers, numbers: RandomNumbers) -> tuple[Numbers, Numbers]:
        """For each sample, at a node with something left to spend, an arc and the place of a weight."""
        states, state_of = np.unique(np.stack([nodes, left]), axis=1, return_inverse=True)
        by_state = np.argsort(state_of.reshape(-1), kind="stable")
        samples = np.searchsorted(state_of.reshape(-1)[by_state], np.arange(states.shape[1] + 1))
        first = np.searchsorted(self.layer.source, states[0])
        arcs = np.searchsorted(self.layer.source, states[0], side="right") - first
        per_node = np.bincount(self.layer.source, self.amounts[self._class_of_arc])[states[0]]
        found = np.empty((2, len(nodes)), np.int64)
        for begin, end in _blocks(per_node):
            self.guide.limits.check()
            chosen = by_state[samples[begin] : samples[end]]
            ways_on = self._ways_on(first[begin:end], arcs[begin:end], states[1, begin:end])
            found[:, chosen] = self._chosen(*ways_on, state_of.reshape(-1)[chosen] - begin, numbers)
        return found[0], found[1]

    @cached_property
    def _class_of_arc(self) -> Numbers:
        return np.searchsorted(self.labels, self.layer.label)

    def _ways_on(
        self, first: Numbers, arcs: Numbers, left: Numbers
    ) -> tuple[Numbers, Numbers, Numbers, Whole]:
        """All ways on from some states: state, arc, place of the weight, solutions."""
        state, arc = spread(first, arcs)
        classes = self._class_of_arc[arc]
        entry, place = spread((np.cumsum(self.amounts) - self.amounts)[classes], self.amounts[classes])
        state, arc = state[entry], arc[entry]
        rests = self.guide.rests_within(
            self.at + 1, self.layer.target[arc].astype(np.int64), left[state] - self.weights[place]
        )
        return state, arc, place, rests * self.counts[place]

    def _chosen(
        self,
        state: Numbers,
        arc: Numbers,
        place: Numbers,
        solutions: Whole,
        wanted: Numbers,
        numbers: RandomNumbers,
    ) -> Numbers:
        """For each sample, in a state, a way on, each as likely as it has solutions."""
        running = objects([0, *np.cumsum(solutions).tolist()])
        first = np.searchsorted(state, wanted)
        end = np.searchsorted(state, wanted, side="right")
        marks = running[first] + numbers.below(running[end] - running[first])
        way = np.searchsorted(running, marks, side="right") - 1
        return np.stack([arc[way], place[way]])

    def members(self, places: Numbers, numbers: RandomNumbers) -> Columns:
        """For each place of a weight one of the members that have it, all as likely."""
        decision = self.guide.path_sum.compiled.decisions[self.at]
        found = np.empty((len(decision.variables), len(places)), np.int32)
        classes = np.searchsorted(np.cumsum(self.amounts), places, side="right")
        for class_ in np.unique(classes).tolist():
            samples = np.flatnonzero(classes == class_)
            weights = places[samples] - int(self.amounts[:class_].sum())
            found[:, samples] = self._members_of(int(self.labels[class_]), weights, numbers)
        return found

    def _members_of(self, label: int, weights: Numbers, numbers: RandomNumbers) -> Columns:
        """For each weight of a class, by its place there, one of the members that have it."""
        path_sum, limits = self.guide.path_sum, self.guide.limits
        decision = path_sum.compiled.decisions[self.at].restricted(self.guide.assumptions)
        members = int(decision.multiplicity[label])
        different, counts = path_sum.weighed(self.at, self.guide.assumptions).distribution(label)
        if members <= LISTED:
            every = decision.members(np.full(members, label, np.int32), np.arange(members))
            every = every[:, np.argsort(weights_of(path_sum, self.at, every), kind="stable")]
            first = np.cumsum(counts) - counts
            return every[:, (first[weights] + numbers.below(counts[weights])).astype(np.int64)]
        found = np.empty((len(path_sum.compiled.decisions[self.at].variables), len(weights)), np.int32)
        missing = np.arange(len(weights))
        while len(missing):
            limits.check()
            drawn = numbers.all_below(members, len(missing))
            columns = decision.members(np.full(len(missing), label, np.int32), drawn)
            fitting = weights_of(path_sum, self.at, columns) == different[weights[missing]]
            found[:, missing[fitting]] = columns[:, fitting]
            missing = missing[~fitting]
        return found


def _blocks(sizes: NDArray[np.float64]) -> Iterator[tuple[int, int]]:
    """Cut a row of things into blocks of not much more than `BLOCK` in size."""
    block = (np.cumsum(sizes) // BLOCK).astype(np.int64)
    first = np.flatnonzero(np.append(True, block[1:] != block[:-1]))
    yield from zip(first.tolist(), [*first[1:].tolist(), len(sizes)], strict=True)
