"""How many ways lead to each node with each sum, carried from layer to layer.

Few different sums are held as they come, sorted; many as a whole window of sums for every node.
From layer to layer one or the other is quicker, which is estimated beforehand. Whole windows are made node
by node, in words as short as the counts allow: as long as the largest count of any sum fits a word, numbers
are held as they are, and only beyond that as remainders. Arcs of one class
into one node are taken together before the class's members are added (going up, the other
way round), so members are added once for each pair of node and class, not for each arc.
"""

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any

import numpy as np
from attrs import field, frozen
from numpy.typing import NDArray

from configurator.engines.diagram.numbering import spread
from configurator.engines.diagram.weighing.convolution import Kernel, transform_size
from configurator.engines.diagram.weighing.cross_transforms import CrossTransforms, Factors, Limbs
from configurator.engines.diagram.weighing.lattice import LatticeLayer, Weighed
from configurator.engines.diagram.weighing.residues import Residues, Rows
from configurator.engines.diagram.whole import WORD, Flags, Whole
from configurator.engines.engine import SearchLimits
from configurator.errors import SearchLimitError

MEMORY = 640 << 20
"""Bytes that counting by sums may hold at a time, about; some 256 MB to work with come on top."""

Sums = NDArray[np.int64]
Places = NDArray[np.int64]

SORTED, SCATTERED, ADDED, CALL = 150.0, 70.0, 0.7, 3_000.0
"""About how many nanoseconds an entry takes that is sorted, one that is scattered, one of a whole window
that is added, and to begin with a window. (Measured on the instance Mc: 6,752 arcs, 227,731 sums.)"""
TRANSFORMED = 12.0
"""About how many nanoseconds a transform takes for each of its values, with what goes with it."""
BLOCK = 128 << 20
"""Bytes of nodes that are walked to at a time."""
SPECTRA = 96 << 20
"""Bytes of spectra that are kept."""
SHORT = 1 << 31
"""Counts below it are held in half a word."""
MANY_WEIGHTS = 100
"""About as many shifts as a transform takes the time of."""


@frozen(eq=False)
class Windows:
    """For each node the sums that matter, side by side in one row of places.

    Attributes:
        floor: for each node the least sum; what is less counts as this.
        offset: for each node its first place, and the end. A node without places is on no path.
    """

    floor: Sums
    offset: Places

    @classmethod
    def of(cls, floor: Whole, ceiling: Whole, alive: Flags) -> "Windows":
        """From the least and the greatest sum of each node, both inclusive."""
        offset = np.zeros(len(floor) + 1, np.int64)
        np.cumsum(np.where(alive, ceiling - floor + 1, 0).astype(np.int64), out=offset[1:])
        return cls(floor.astype(np.int64), offset)

    @property
    def places(self) -> int:
        """How many there are."""
        return int(self.offset[-1])

    @cached_property
    def width(self) -> Sums:
        """For each node how many sums matter."""
        return np.diff(self.offset)


@frozen(eq=False, slots=False)
class Tally:
    """How many ways lead to each place, side by side for all nodes.

    Attributes:
        places: ascending; `None` when every place is held.
        counts: as `residues` hold them, a column for each place held.
    """

    windows: Windows
    residues: Residues
    places: Places | None
    counts: Rows

    @cached_property
    def begin(self) -> Places:
        """For each node its first column, and the end."""
        if self.places is None:
            return self.windows.offset
        return np.searchsorted(self.places, self.windows.offset)

    @cached_property
    def size(self) -> Places:
        """For each node how many columns it has."""
        return np.diff(self.begin)

    @cached_property
    def largest(self) -> NDArray[np.float64]:
        """For each node a bound on its counts."""
        return _by_node(np.maximum, self.counts.max(axis=0, initial=0), self.begin)

    @cached_property
    def totals(self) -> NDArray[np.float64]:
        """For each node a bound on all its counts together."""
        return self.largest * self.size

    @property
    def bytes(self) -> int:
        """How much memory it takes."""
        return self.counts.nbytes + (0 if self.places is None else self.places.nbytes)

    def columns_within(self, nodes: Places, most: Sums) -> tuple[Places, Places]:
        """For each node the ways that add at most so much: their first column and the one after the last."""
        windows = self.windows
        within = np.clip(most - windows.floor[nodes] + 1, 0, windows.width[nodes])
        first, end = windows.offset[nodes], windows.offset[nodes] + within
        if self.places is None:
            return first, end
        return self.begin[nodes], np.searchsorted(self.places, end)

    def compact(self) -> "Tally":
        """The same, holding only places that some way leads to, if these are few."""
        if self.places is not None:
            return self
        filled = np.flatnonzero(self.counts.any(axis=0))
        if 4 * len(filled) > self.windows.places:
            return self
        return Tally(self.windows, self.residues, filled, self.counts[:, filled])

    def in_one(self) -> "Tally":
        """The same."""
        return self

    def held(self, residues: Residues) -> "Tally":
        """The same, held so."""
        if residues == self.residues:
            return self
        return Tally(self.windows, residues, self.places, residues.held(self.counts[0]))

    def of(self, node: int) -> Rows:
        """How many ways lead to each place of a node; not to be changed."""
        begin, end = int(self.begin[node]), int(self.begin[node + 1])
        counts = self.counts[:, begin:end]
        if self.places is None:
            return counts
        found = self.residues.zeros(int(self.windows.width[node]))
        found[:, self.places[begin:end] - self.windows.offset[node]] = counts
        return found

    def sums(self, columns: Places, nodes: Places) -> Sums:
        """What the ways of some columns add, given their nodes."""
        places = columns if self.places is None else self.places[columns]
        return places - self.windows.offset[nodes] + self.windows.floor[nodes]


@frozen(eq=False, slots=False)
class NodeTallies:
    """How many ways lead to each place, node by node: each in words as short as its counts allow.

    Attributes:
        parts: for each node a column for each of its places.
    """

    windows: Windows
    residues: Residues
    parts: list[Rows] = field(repr=False)

    @cached_property
    def size(self) -> Places:
        """For each node how many columns it has."""
        return self.windows.width

    @cached_property
    def largest(self) -> NDArray[np.float64]:
        """For each node a bound on its counts."""
        return np.array([float(part.max(initial=0)) for part in self.parts])

    @cached_property
    def totals(self) -> NDArray[np.float64]:
        """For each node a bound on all its counts together."""
        return self.largest * self.size

    @property
    def bytes(self) -> int:
        """How much memory it takes."""
        return sum(part.nbytes for part in self.parts)

    def in_one(self) -> Tally:
        """The same, side by side."""
        together = [np.zeros((self.residues.rows, 0), np.int64), *self.parts]
        return Tally(self.windows, self.residues, None, np.concatenate(together, axis=1, dtype=np.int64))

    def held(self, residues: Residues) -> "NodeTallies":
        """The same, held so."""
        if residues == self.residues:
            return self
        parts = [residues.held(part[0].astype(np.int64)) for part in self.parts]
        return NodeTallies(self.windows, residues, parts)

    def of(self, node: int) -> Rows:
        """How many ways lead to each place of a node; not to be changed."""
        return self.parts[node]


Tallies = Tally | NodeTallies
"""However they are held."""


@frozen(eq=False, slots=False)
class Joints:
    """The arcs of a layer by pairs of node and class.

    Attributes:
        upward: from targets to sources; otherwise from sources to targets. A pair's node is the arcs' target.
        origin: for each arc the node it is walked from, arcs sorted by pair.
        goal: for each arc the node it is walked to.
        pair: for each arc its pair.
        first: for each pair its first arc, and the number of arcs.
        label: for each pair its class.
        classes: what the members of each class add.
    """

    upward: bool
    origin: Places = field(repr=False)
    goal: Places = field(repr=False)
    pair: Places = field(repr=False)
    first: Places = field(repr=False)
    label: Places = field(repr=False)
    classes: Mapping[int, Weighed] = field(repr=False)
    _kernels: dict[Residues, dict[int, Kernel]] = field(factory=dict, repr=False)

    @classmethod
    def of(cls, layer: LatticeLayer, *, upward: bool) -> "Joints":
        """From a layer."""
        order = np.lexsort((layer.source, layer.label, layer.target))
        source, label, target = (
            found[order].astype(np.int64) for found in (layer.source, layer.label, layer.target)
        )
        new = np.append(True, (label[1:] != label[:-1]) | (target[1:] != target[:-1]))
        first = np.flatnonzero(new)
        return cls(
            upward,
            target if upward else source,
            source if upward else target,
            np.cumsum(new) - 1,
            np.append(first, len(label)),
            label[first],
            layer.classes,
        )

    def kernels(self, residues: Residues) -> dict[int, Kernel]:
        """The classes as kernels."""
        found = self._kernels.get(residues)
        if found is None:
            found = {each: _kernel(weighed, residues) for each, weighed in self.classes.items()}
            self._kernels[residues] = found
        return found

    @cached_property
    def members(self) -> NDArray[np.float64]:
        """For each pair how many members its class has, about."""
        amounts = {label: float(sum(counts.tolist())) for label, (_, counts) in self.classes.items()}
        return np.array([amounts[label] for label in self.label.tolist()])

    @cached_property
    def weights(self) -> Sums:
        """For each pair how many different weights its class has."""
        return np.array([len(self.classes[label][0]) for label in self.label.tolist()], np.int64)


def _kernel(weighed: Weighed, residues: Residues) -> Kernel:
    weights, counts = weighed
    return Kernel(weights.astype(np.int64), counts, residues)


@frozen(eq=False)
class Carrier:
    """Carries tallies over layers.

    Attributes:
        residues: how counts are held that might not fit a word.
        plain: as long as all fit, they are held as they are.
        held: bytes that are taken already.
    """

    residues: Residues
    limits: SearchLimits
    plain: bool = True
    held: int = 0

    def begun(self, windows: Windows) -> Tally:
        """One way to the only node, adding nothing."""
        residues = Residues() if self.plain else self.residues
        return Tally(windows, residues, np.zeros(1, np.int64), residues.held(np.ones(1, np.int64)))

    def carried(self, tally: Tallies, joints: Joints, windows: Windows) -> Tallies:
        """The ways over one more layer, to nodes with these windows.

        Raises:
            SearchLimitError: it would take more than `MEMORY`.
        """
        step = self.step(tally, joints, windows)
        if not step.whole:
            return step.merged()
        parts = [np.zeros((step.residues.rows, 0), np.int64)] * len(windows.floor)
        taken = self.held + tally.bytes
        for node, part in step.by_node():
            parts[node] = part
            taken += part.nbytes
            self._check(taken)
        return NodeTallies(windows, step.residues, parts)

    def step(self, tally: Tallies, joints: Joints, windows: Windows, *, passing: bool = False) -> "Step":
        """How that will be done. Passing, what is found node by node is not kept.

        Raises:
            SearchLimitError: it would take more than `MEMORY`.
        """
        self.limits.check()
        bounds = _bounds(tally, joints, windows)
        if not tally.residues.primes and float(bounds.max(initial=0.0)) >= WORD:
            tally = tally.held(self.residues)
        entries = _entries(tally, joints)
        scattered = _is_dense(entries, windows.places)
        rows = tally.residues.rows
        entry_bytes = bytes_by_entry(entries, windows.places * scattered, rows)
        whole_bytes = tally.bytes + bytes_by_window(windows.places, rows, float(bounds.max(initial=0.0)))
        self._check(self.held + min(entry_bytes, tally.bytes if passing else whole_bytes))
        by_entry = entries * (SCATTERED if scattered else SORTED)
        merged = whole_bytes > MEMORY or (entry_bytes <= MEMORY and by_entry <= _whole_cost(tally, joints))
        return Step(tally, joints, windows, self.limits, bounds, not merged)

    def _check(self, taken: int) -> None:
        if taken > MEMORY:
            raise SearchLimitError(f"the histogram of sums needs more than {MEMORY >> 20} MB")


@frozen(eq=False)
class Step:
    """A tally carried over a layer.

    Attributes:
        bounds: for each node walked to, a bound on its counts.
        whole: whether node by node rather than entry by entry.
    """

    tally: Tallies
    joints: Joints
    windows: Windows
    limits: SearchLimits
    bounds: NDArray[np.float64] = field(repr=False)
    whole: bool

    @property
    def residues(self) -> Residues:
        """How counts are held."""
        return self.tally.residues

    def merged(self) -> Tally:
        """Entry by entry."""
        return self._by_entries(self.tally.in_one(), self.joints, self.windows)

    # ------------------------------------------------------------ entry by entry

    def _by_entries(self, tally: Tally, joints: Joints, windows: Windows) -> Tally:
        if len(joints.pair) == len(joints.label):
            nodes, sums, counts = self._expanded(tally, joints.origin, joints.label, joints)
            return self._merged(joints.goal[nodes], sums, counts, windows)
        if joints.upward:
            origins = joints.origin[joints.first[:-1]]
            pairs, sums, counts = self._expanded(tally, origins, joints.label, joints)
            among = self._merged(pairs, sums, counts, _between(joints, windows, joints.goal))
            arcs, sums, counts = self._expanded(among, joints.pair, None, joints)
            return self._merged(joints.goal[arcs], sums, counts, windows)
        arcs, sums, counts = self._expanded(tally, joints.origin, None, joints)
        among = self._merged(joints.pair[arcs], sums, counts, _between(joints, tally.windows, joints.origin))
        pairs, sums, counts = self._expanded(among, np.arange(len(joints.label)), joints.label, joints)
        return self._merged(joints.goal[joints.first[pairs]], sums, counts, windows)

    def _expanded(
        self, tally: Tally, origins: Places, labels: Places | None, joints: Joints
    ) -> tuple[Places, Sums, Rows]:
        """Each way to each origin with each member of the label beside it: origin's position, sum, count."""
        position, column = spread(tally.begin[origins], tally.size[origins])
        sums, counts = tally.sums(column, origins[position]), tally.counts[:, column]
        if labels is None:
            return position, sums, counts
        by_label = joints.kernels(self.residues)
        kernels = list(by_label.values())
        sizes = np.array([len(kernel.weights) for kernel in kernels], np.int64)
        weights = np.concatenate([kernel.weights for kernel in kernels])
        times = np.concatenate([kernel.held for kernel in kernels], axis=1)
        at = np.searchsorted(np.array(list(by_label), np.int64), labels[position])
        entry, member = spread((np.cumsum(sizes) - sizes)[at], sizes[at])
        counts = self.residues.reduce(counts[:, entry] * times[:, member])
        return position[entry], sums[entry] + weights[member], counts

    def _merged(self, nodes: Places, sums: Sums, counts: Rows, windows: Windows) -> Tally:
        """Ways with equal sums at a node counted together; sums outside the windows cut off or raised."""
        floor = windows.floor[nodes]
        within = np.flatnonzero(sums - floor < windows.width[nodes])
        places = windows.offset[nodes[within]] + np.maximum(sums[within] - floor[within], 0)
        counts = counts[:, within]
        if _is_dense(len(places), windows.places):
            found = self.residues.zeros(windows.places)
            for row, column in zip(found, counts, strict=True):
                np.add.at(row, places, column)
            return Tally(windows, self.residues, None, self.residues.reduce(found)).compact()
        order = np.argsort(places)
        places = places[order]
        first = np.flatnonzero(np.append(True, places[1:] != places[:-1]))
        found = np.add.reduceat(counts[:, order], first, axis=1)
        return Tally(windows, self.residues, places[first], self.residues.reduce(found))

    # ------------------------------------------------------------ node by node

    def by_node(self) -> Iterator[tuple[int, Rows]]:
        """Yield the nodes walked to and the ways to their places, node by node."""
        crossing = _Crossed.of(self)
        for goals in self._blocks():
            self.limits.check()
            found = {goal: self._nothing(goal) for goal in goals}
            self._add_shifted(found, crossing)
            for goal in goals:
                counts = found.pop(goal)
                if crossing is not None:
                    self.limits.check()
                    for added, low in crossing.added_to(goal):
                        self._add(counts, goal, added, low)
                yield goal, _shortened(self.residues.reduce(counts))

    def _blocks(self) -> Iterator[list[int]]:
        """The nodes walked to, as many at a time as `BLOCK` has room for."""
        block: list[int] = []
        size = 0
        for goal in np.unique(self.joints.goal).tolist():
            more = int(self.windows.width[goal]) * self.residues.rows * 8
            if block and size + more > BLOCK:
                yield block
                block, size = [], 0
            block.append(goal)
            size += more
        if block:
            yield block

    def _nothing(self, goal: int) -> Rows:
        short = not self.residues.primes and self.bounds[goal] < SHORT
        shape = (self.residues.rows, int(self.windows.width[goal]))
        return np.zeros(shape, np.int32 if short else np.int64)

    def _add_shifted(self, found: dict[int, Rows], crossing: "_Crossed | None") -> None:
        """Add what classes of few weights lead to."""
        joints, kernels = self.joints, self.joints.kernels(self.residues)
        wanted = np.zeros(len(self.windows.floor), np.bool_)
        wanted[list(found)] = True
        arcs = np.flatnonzero(wanted[joints.goal])
        if crossing is not None:
            arcs = arcs[~crossing.transformed[joints.pair[arcs]]]
        pairs, first = np.unique(joints.pair[arcs], return_index=True)
        bounds = [*first.tolist(), len(arcs)]
        last = (self.windows.floor + self.windows.width).tolist()
        floor = self.tally.windows.floor.tolist()
        origin, goal = joints.origin[arcs].tolist(), joints.goal[arcs].tolist()
        for at, label in enumerate(joints.label[pairs].tolist()):
            self.limits.check()
            span = slice(bounds[at], bounds[at + 1])
            goals = goal[span] if joints.upward else goal[span][:1]
            kind = np.result_type(*(found[node].dtype for node in goals))
            together, low = self._together(origin[span][:1] if joints.upward else origin[span], floor, kind)
            kernel = kernels[label]
            places = max(last[node] for node in goals) - low - int(kernel.weights[0])
            if places > 0 and together.shape[1]:
                if len(goals) == 1 and not self.residues.primes:
                    window = self.windows.floor[goals[0]]
                    if low + int(kernel.weights[0]) >= window:
                        kernel.add_to(found[goals[0]], together, low - int(window))
                        continue
                added, further = kernel.shifted(together, places)
                for node in goals:
                    self._add(found[node], node, added, low + further)

    def _together(self, nodes: Sequence[int], floor: Sequence[int], kind: np.dtype[Any]) -> tuple[Rows, int]:
        """The ways to some nodes counted together by sum, and the least sum."""
        if len(nodes) == 1:
            return self.tally.of(nodes[0]).astype(kind, copy=False), floor[nodes[0]]
        low = min(floor[node] for node in nodes)
        slices = [(floor[node] - low, self.tally.of(node)) for node in nodes]
        shape = (self.residues.rows, max(begin + counts.shape[1] for begin, counts in slices))
        found = np.zeros(shape, kind)
        for begin, counts in slices:
            found[:, begin : begin + counts.shape[1]] += counts
        return self.residues.reduce(found), low

    def _add(self, window: Rows, node: int, counts: Rows, low: int) -> None:
        """Add ways to a node's window; sums above it are dead, sums below it count as its first."""
        begin = low - int(self.windows.floor[node])
        if begin < 0 and window.shape[1]:
            window[:, :1] += self.residues.reduce(counts[:, :-begin].sum(axis=1, keepdims=True))
            counts, begin = counts[:, -begin:], 0
        end = min(window.shape[1], begin + counts.shape[1])
        if end > begin:
            window[:, begin:end] += counts[:, : end - begin]


@frozen(eq=False)
class _Crossed:
    """The classes of many weights of a layer, which go through transforms.

    Attributes:
        transformed: for each pair whether it does.
        base: no sum of a beginning is less.
        arcs: for each node walked to its arcs.
    """

    step: Step
    transformed: Flags = field(repr=False)
    base: int
    arcs: dict[int, list[int]] = field(repr=False)
    transforms: CrossTransforms

    @classmethod
    def of(cls, step: Step) -> "_Crossed | None":
        """`None` where all classes have few weights."""
        joints, tally = step.joints, step.tally
        heavy = _many_weights(step)
        if heavy is None:
            return None
        arcs = np.flatnonzero(heavy[joints.pair])
        origins = np.unique(joints.origin[arcs])
        labels = np.unique(joints.label[heavy])
        floor, width = tally.windows.floor, tally.windows.width
        base = int(floor[origins].min())
        kernels = {label: joints.kernels(step.residues)[label] for label in labels.tolist()}
        heaviest = np.array([int(kernel.weights[-1]) for kernel in kernels.values()])
        position = np.searchsorted(labels, joints.label[joints.pair[arcs]])
        reach = (floor + width)[joints.origin[arcs]] - base + heaviest[position]
        size = transform_size(int(reach.max()))
        sums, of_arc = joints.goal[arcs], joints.origin[arcs]
        norms = np.zeros(len(floor))
        for origin in origins.tolist():
            rows = tally.of(origin).astype(np.float64)
            norms[origin] = np.sqrt((rows * rows).sum(axis=1).max(initial=0.0))
        limbs = Limbs.fewest(
            sums,
            Factors(width[of_arc], norms[of_arc], int(tally.largest[origins].max())),
            _factors(list(kernels.values()), position),
            size,
        )
        by_goal: dict[int, list[int]] = {}
        for arc, goal in zip(arcs.tolist(), sums.tolist(), strict=True):
            by_goal.setdefault(goal, []).append(arc)

        def histogram(origin: int) -> Rows:
            begin = int(floor[origin]) - base
            counts = tally.of(origin)
            found = np.zeros((counts.shape[0], begin + counts.shape[1]), np.int64)
            found[:, begin:] = counts
            return found

        each = 8 * size * limbs.pieces * step.residues.rows
        transforms = CrossTransforms(step.residues, size, limbs, kernels, histogram, max(2, SPECTRA // each))
        return cls(step, heavy, base, by_goal, transforms)

    def added_to(self, goal: int) -> Iterator[tuple[Rows, int]]:
        """What these classes lead to at a node, from which sum on."""
        joints = self.step.joints
        arcs = self.arcs.get(goal)
        if arcs is not None:
            origins = joints.origin[arcs].tolist()
            labels = joints.label[joints.pair[arcs]].tolist()
            last = int(self.step.windows.floor[goal] + self.step.windows.width[goal])
            places = max(0, min(self.transforms.size, last - self.base))
            yield self.transforms.sum_of(origins, labels, places), self.base


def _factors(kernels: Sequence[Kernel], position: Places) -> Factors:
    """The kernels of some products, given for each product the position of its kernel."""
    held = [kernel.held.astype(np.float64) for kernel in kernels]
    norms = np.array([np.sqrt((rows * rows).sum(axis=1).max()) for rows in held])
    lengths = np.array([rows.shape[1] for rows in held], np.int64)
    return Factors(lengths[position], norms[position], max(int(kernel.held.max()) for kernel in kernels))


def _many_weights(step: Step) -> Flags | None:
    """Which pairs had better go through transforms; `None` for none."""
    joints, tally = step.joints, step.tally
    # From the class with most weights down: what its transforms and shifts cost together with those before.
    order = np.argsort(-joints.weights, kind="stable")
    rank = np.empty(len(order), np.int64)
    rank[order] = np.arange(len(order))
    widths = tally.windows.width[joints.origin]
    widest = np.maximum.reduceat(widths, joints.first[:-1])
    shifts = joints.weights * (widest * ADDED + CALL)
    arcs = np.diff(joints.first)
    origins = _first_ranks(joints.origin, rank[joints.pair], len(order))
    goals = _first_ranks(joints.goal, rank[joints.pair], len(order))
    limbs = step.residues.rows * (1 + (float(tally.largest.max(initial=1)) >= 1 << 25))
    transform = 2.0 * int(widest.max(initial=0)) * TRANSFORMED + 20 * CALL
    product = 4.0 * int(widest.max(initial=0)) * ADDED + CALL
    transforms = np.cumsum(origins) + np.cumsum(goals)
    costs = limbs * (transform * transforms + product * np.cumsum(arcs[order])) - np.cumsum(shifts[order])
    if not len(costs) or costs.min() >= 0:
        return None
    best = int(joints.weights[order[int(np.argmin(costs))]])
    found: Flags = joints.weights >= best
    return found


def _first_ranks(nodes: Places, ranks: Places, amount: int) -> Places:
    """For each rank how many nodes it is the first one of."""
    first = np.full(int(nodes.max(initial=0)) + 1, amount, np.int64)
    np.minimum.at(first, nodes, ranks)
    return np.bincount(first, minlength=amount + 1)[:amount]


def _shortened(counts: Rows) -> Rows:
    """The same in shorter words if they fit."""
    if counts.dtype == np.int64 and counts.shape[0] == 1 and int(counts.max(initial=0)) < SHORT:
        return counts.astype(np.int32)
    return counts


def _by_node(ufunc: np.ufunc, values: NDArray[np.int64], begin: Places) -> NDArray[np.float64]:
    """A node's columns reduced to one number; 0 without columns."""
    found = np.zeros(len(begin) - 1)
    filled = np.flatnonzero(np.diff(begin))
    if len(filled):
        found[filled] = ufunc.reduceat(values, begin[filled])
    return found


def _bounds(tally: Tallies, joints: Joints, windows: Windows) -> NDArray[np.float64]:
    """For each node walked to, a bound on its counts: a little more than the true one."""
    times = joints.members[joints.pair]
    nodes = len(windows.floor)
    first = {label: int(weights[0]) for label, (weights, _) in joints.classes.items()}
    lightest = np.array([first[label] for label in joints.label.tolist()], np.int64)[joints.pair]
    raised = tally.windows.floor[joints.origin] + lightest < windows.floor[joints.goal]
    ways_to = tally.largest[joints.origin] + tally.totals[joints.origin] * raised
    found: NDArray[np.float64] = np.bincount(joints.goal, ways_to * times, nodes).astype(np.float64)
    found *= 1 + 2.0**-20
    return found


def bytes_by_entry(entries: int, places: int, rows: int) -> int:
    """About how much memory it takes to carry entries to a table of places."""
    return entries * (40 + 24 * rows) + places * 8 * rows


def bytes_by_window(places: int, rows: int, largest: float) -> int:
    """About how much memory whole windows take, of so many places and counts of up to about `largest`."""
    # Bounds are some bits too high, and few nodes have the largest counts.
    return places * (4 if rows == 1 and largest < 64 * SHORT else 8 * rows)


def _is_dense(entries: int, places: int) -> bool:
    """Whether entries fill the places so well that a table of all is quicker than sorting."""
    return places <= 16 * entries + 4_096


def _between(joints: Joints, windows: Windows, nodes: Places) -> Windows:
    """For each pair the sums that matter at any of its arcs' nodes at one side."""
    width = windows.width[nodes]
    ceiling = np.where(width > 0, windows.floor[nodes] + width - 1, -1)
    floor = np.where(width > 0, windows.floor[nodes], np.int64(1) << 62)
    first = joints.first[:-1]
    lowest, highest = np.minimum.reduceat(floor, first), np.maximum.reduceat(ceiling, first)
    return Windows.of(lowest, highest, lowest <= highest)


def _entries(tally: Tallies, joints: Joints) -> int:
    """How many entries there are at most when ways are carried one by one."""
    sizes = tally.size[joints.origin]
    if joints.upward:
        return int((sizes * joints.weights[joints.pair]).sum()) + len(sizes)
    span = _between(joints, tally.windows, joints.origin).width
    together = np.minimum(np.add.reduceat(sizes, joints.first[:-1]), span)
    return int(sizes.sum() + (together * joints.weights).sum())


def _whole_cost(tally: Tallies, joints: Joints) -> float:
    """About how many nanoseconds it takes to carry whole windows."""
    widths = tally.windows.width[joints.origin]
    widest = np.maximum.reduceat(widths, joints.first[:-1])
    times = np.minimum(joints.weights, MANY_WEIGHTS)
    added = int(widths.sum()) + int((widest * times).sum())
    return added * ADDED + (len(widths) + int(times.sum())) * CALL
