"""How many ways lead to each node with each sum, carried from layer to layer.

Few different sums are held as they come, sorted; many as a whole window of sums for every node.
From layer to layer one or the other is quicker, which is estimated beforehand. Arcs of one class
into one node are taken together before the class's members are added (going up, the other
way round), so members are added once for each pair of node and class, not for each arc.
"""

from collections.abc import Sequence
from functools import cached_property

import numpy as np
from attrs import field, frozen
from numpy.typing import NDArray

from configurator.engines.diagram.numbering import spread
from configurator.engines.diagram.weighing.convolution import Kernel
from configurator.engines.diagram.weighing.lattice import LatticeLayer, Weighed
from configurator.engines.diagram.weighing.residues import Residues, Rows
from configurator.engines.diagram.whole import Flags, Whole
from configurator.engines.engine import SearchLimits
from configurator.errors import SearchLimitError

MEMORY = 512 << 20
"""Bytes that counting by sums may take at a time, about."""

Sums = NDArray[np.int64]
Places = NDArray[np.int64]

SORTED, SCATTERED, ADDED, CALL = 150.0, 70.0, 0.7, 3_000.0
"""About how many nanoseconds an entry takes that is sorted, one that is scattered, one of a whole window
that is added, and to begin with a window. (Measured on the instance Mc: 6,752 arcs, 227,731 sums.)"""
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
    """How many ways lead to each place.

    Attributes:
        places: ascending; `None` when every place is held.
        counts: as the residues in use hold them, a column for each place held.
    """

    windows: Windows
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
        return Tally(self.windows, filled, self.counts[:, filled])

    def sums(self, columns: Places, nodes: Places) -> Sums:
        """What the ways of some columns add, given their nodes."""
        places = columns if self.places is None else self.places[columns]
        return places - self.windows.offset[nodes] + self.windows.floor[nodes]


@frozen(eq=False)
class Joints:
    """The arcs of a layer by pairs of node and class.

    Attributes:
        upward: from targets to sources; otherwise from sources to targets. A pair's node is the arcs' target.
        origin: for each arc the node it is walked from, arcs sorted by pair.
        goal: for each arc the node it is walked to.
        pair: for each arc its pair.
        first: for each pair its first arc, and the number of arcs.
        label: for each pair its class.
        kernels: for each class what its members add.
    """

    upward: bool
    origin: Places = field(repr=False)
    goal: Places = field(repr=False)
    pair: Places = field(repr=False)
    first: Places = field(repr=False)
    label: Places = field(repr=False)
    kernels: dict[int, Kernel] = field(repr=False)

    @classmethod
    def of(cls, layer: LatticeLayer, residues: Residues, *, upward: bool) -> "Joints":
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
            {each: _kernel(weighed, residues) for each, weighed in layer.classes.items()},
        )

    @cached_property
    def weights(self) -> Sums:
        """For each pair how many different weights its class has."""
        return np.array([len(self.kernels[label].weights) for label in self.label.tolist()], np.int64)


def _kernel(weighed: Weighed, residues: Residues) -> Kernel:
    weights, counts = weighed
    return Kernel(weights.astype(np.int64), counts, residues)


@frozen(eq=False)
class Carrier:
    """Carries tallies over layers.

    Attributes:
        residues: how counts are held.
    """

    residues: Residues
    limits: SearchLimits

    def begun(self, windows: Windows) -> Tally:
        """One way to the only node, adding nothing."""
        return Tally(windows, np.zeros(1, np.int64), self.residues.held(np.ones(1, np.int64)))

    def carried(self, tally: Tally, joints: Joints, windows: Windows) -> Tally:
        """The ways over one more layer, to nodes with these windows.

        Raises:
            SearchLimitError: it would take more than `MEMORY`.
        """
        self.limits.check()
        entries = _entries(tally, joints)
        scattered = _is_dense(entries, windows.places)
        rows = self.residues.rows
        entry_bytes = bytes_by_entry(entries, windows.places * scattered, rows)
        whole_bytes = bytes_by_window(windows.places + tally.windows.places, rows)
        if min(entry_bytes, whole_bytes) > MEMORY:
            raise SearchLimitError(f"the histogram of sums needs more than {MEMORY >> 20} MB")
        by_entry = entries * (SCATTERED if scattered else SORTED)
        if whole_bytes > MEMORY or (entry_bytes <= MEMORY and by_entry <= _whole_cost(tally, joints)):
            return self._by_entries(tally, joints, windows)
        return self._by_windows(tally, joints, windows)

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
        kernels = list(joints.kernels.values())
        sizes = np.array([len(kernel.weights) for kernel in kernels], np.int64)
        weights = np.concatenate([kernel.weights for kernel in kernels])
        times = np.concatenate([kernel.held for kernel in kernels], axis=1)
        at = np.searchsorted(np.array(list(joints.kernels), np.int64), labels[position])
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
            return Tally(windows, None, self.residues.reduce(found)).compact()
        order = np.argsort(places)
        places = places[order]
        first = np.flatnonzero(np.append(True, places[1:] != places[:-1]))
        found = np.add.reduceat(counts[:, order], first, axis=1)
        return Tally(windows, places[first], self.residues.reduce(found))

    # ------------------------------------------------------------ window by window

    def _by_windows(self, tally: Tally, joints: Joints, windows: Windows) -> Tally:
        found = self.residues.zeros(windows.places)
        held = tally.counts
        if tally.places is not None:
            held = self.residues.zeros(tally.windows.places)
            held[:, tally.places] = tally.counts
        into = _Slices(windows, found)
        origins = _Slices(tally.windows, held)
        last = (windows.floor + windows.width).tolist()
        origin, goal, first = joints.origin.tolist(), joints.goal.tolist(), joints.first.tolist()
        for pair, label in enumerate(joints.label.tolist()):
            self.limits.check()
            arcs = range(first[pair], first[pair + 1])
            goals = [goal[arc] for arc in arcs] if joints.upward else [goal[arcs[0]]]
            together, low = self._together(
                origins, [origin[arc] for arc in (arcs[:1] if joints.upward else arcs)]
            )
            kernel = joints.kernels[label]
            places = max(last[node] for node in goals) - low - int(kernel.weights[0])
            if places > 0 and together.shape[1]:
                added, further = kernel.applied(together, places)
                for node in goals:
                    self._add(into, node, added, low + further)
        return Tally(windows, None, self.residues.reduce(found))

    def _together(self, origins: "_Slices", nodes: Sequence[int]) -> tuple[Rows, int]:
        """The ways to some nodes counted together by sum, and the least sum."""
        if len(nodes) == 1:
            return origins.of(nodes[0]), origins.floor[nodes[0]]
        low = min(origins.floor[node] for node in nodes)
        slices = [(origins.floor[node] - low, origins.of(node)) for node in nodes]
        found = self.residues.zeros(max(begin + counts.shape[1] for begin, counts in slices))
        for begin, counts in slices:
            found[:, begin : begin + counts.shape[1]] += counts
        return self.residues.reduce(found), low

    def _add(self, into: "_Slices", node: int, counts: Rows, low: int) -> None:
        """Add ways to a node's window; sums above it are dead, sums below it count as its first."""
        window = into.of(node)
        begin = low - into.floor[node]
        if begin < 0 and window.shape[1]:
            window[:, :1] += self.residues.reduce(counts[:, :-begin].sum(axis=1, keepdims=True))
            counts, begin = counts[:, -begin:], 0
        end = min(window.shape[1], begin + counts.shape[1])
        if end > begin:
            window[:, begin:end] += counts[:, : end - begin]


class _Slices:
    """The windows of nodes, one by one."""

    def __init__(self, windows: Windows, counts: Rows) -> None:
        self.floor: list[int] = windows.floor.tolist()
        self._offset: list[int] = windows.offset.tolist()
        self._counts = counts

    def of(self, node: int) -> Rows:
        """The places of a node; a view."""
        return self._counts[:, self._offset[node] : self._offset[node + 1]]


def bytes_by_entry(entries: int, places: int, rows: int) -> int:
    """About how much memory it takes to carry entries to a table of places."""
    return entries * (40 + 24 * rows) + places * 8 * rows


def bytes_by_window(places: int, rows: int) -> int:
    """About how much memory it takes to carry whole windows, of all places at both sides."""
    return places * 8 * rows


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


def _entries(tally: Tally, joints: Joints) -> int:
    """How many entries there are at most when ways are carried one by one."""
    sizes = tally.size[joints.origin]
    if joints.upward:
        return int((sizes * joints.weights[joints.pair]).sum()) + len(sizes)
    span = _between(joints, tally.windows, joints.origin).width
    together = np.minimum(np.add.reduceat(sizes, joints.first[:-1]), span)
    return int(sizes.sum() + (together * joints.weights).sum())


def _whole_cost(tally: Tally, joints: Joints) -> float:
    """About how many nanoseconds it takes to carry whole windows."""
    widths = tally.windows.width[joints.origin]
    widest = np.maximum.reduceat(widths, joints.first[:-1])
    times = np.minimum(joints.weights, MANY_WEIGHTS)
    added = int(widths.sum()) + int((widest * times).sum())
    return added * ADDED + (len(widths) + int(times.sum())) * CALL
