"""A layer that knows how many solutions begin at each of its arcs: it leads from ranks to paths and back."""

from functools import cached_property

import numpy as np
from attrs import field, frozen
from numpy.typing import NDArray

from configurator.engines.diagram.compiled import CompiledDiagram
from configurator.engines.diagram.decisions import Columns, RestrictedDecision
from configurator.engines.diagram.kernels import quick_loops
from configurator.engines.diagram.layers import Layer
from configurator.engines.diagram.walks.counting import Counts, leaves_of_arcs
from configurator.engines.diagram.walks.passes import restriction_of
from configurator.engines.diagram.walks.transitions import Transitions
from configurator.engines.diagram.whole import Flags, Whole, alike

Places = NDArray[np.int64]

ROW_STEPS = 10
"""One row down one layer saves as much by compiled loops as so many arcs of other passes."""


@frozen(eq=False, slots=False)
class RankedLayer:
    """A layer of a diagram without assumptions.

    Solutions that begin at a node are numbered by its arcs, then by the members of an arc's
    class, then by the solutions that begin at the arc's target.

    Attributes:
        before: for each arc how many solutions begin at arcs before it in the layer, and the number of all.
        first: for each node how many begin at nodes before it.
        here: for each node how many begin there.
        below: for each node of the next layer how many begin there.
        single: whether each class has one member.
    """

    layer: Layer
    decision: RestrictedDecision
    classes: int
    variables: tuple[int, ...]
    before: Whole = field(repr=False)
    first: Whole = field(repr=False)
    here: Whole = field(repr=False)
    below: Whole = field(repr=False)
    single: bool

    @classmethod
    def of(cls, compiled: CompiledDiagram, counts: Counts, at: int) -> "RankedLayer":
        """One layer of a diagram."""
        layer, decision = compiled.diagram.layers[at], compiled.decisions[at]
        leaves = leaves_of_arcs(compiled, restriction_of(compiled, {}), counts, at)
        before = np.concatenate([np.zeros(1, leaves.dtype), np.cumsum(leaves)])
        return cls(
            layer=layer,
            decision=decision.everything,
            classes=decision.classes,
            variables=decision.variables,
            before=before,
            first=before.take(layer.start[:-1]),
            here=counts[at],
            below=counts[at + 1],
            single=bool((decision.everything.multiplicity == 1).all()),
        )

    @cached_property
    def transitions(self) -> Transitions:
        """Its arcs by node and class."""
        return Transitions.of(self.layer, self.classes)

    def down(self, nodes: Places, ranks: Whole) -> tuple[Places, Whole, Whole]:
        """For each rank within a node the arc, the rank of its member, and the rank within its target."""
        place = self.first.take(nodes) + ranks
        arcs = self._arcs_at(nodes, place)
        within = place - self.before.take(arcs)
        if self.single:
            return arcs, np.zeros(len(arcs), np.int64), narrowed(within, self.below)
        rests = self.below.take(self.targets(arcs))
        members = within // rests
        return arcs, members, narrowed(within - members * rests, self.below)

    def _arcs_at(self, nodes: Places, places: Whole) -> Places:
        """For each place among the solutions of the layer, at a node, the arc at which it begins."""
        words = self.before.dtype == np.int64 and places.dtype == np.int64  # Python's numbers are no words
        if words and (loops := quick_loops(ROW_STEPS * len(places))):
            arcs = np.empty(len(places), np.int64)
            loops.arcs_at(self.layer.start, self.before, nodes, places, arcs)
            return arcs
        return np.searchsorted(self.before, places, side="right") - 1

    def up(self, nodes: Places, columns: Columns) -> tuple[Places, Whole, Flags]:
        """For each column of the problem, at a node, the arc, what it adds to the rank, and if there is one.

        Where there is none, the others are any.
        """
        labels, members = self.decision.ranks(columns[list(self.variables)])
        arcs, found = self.transitions.arcs(nodes, labels)
        added = alike(members, self.before) * self.below.take(self.targets(arcs))
        added += self.before.take(arcs) - self.first.take(nodes)
        return arcs, added, found

    def targets(self, arcs: Places) -> Places:
        """The nodes the arcs lead to."""
        return self.layer.target.take(arcs).astype(np.int64)

    def members(self, arcs: Places, ranks: Whole) -> Columns:
        """The members of those ranks in the arcs' classes."""
        return self.decision.members(self.layer.label.take(arcs), ranks)


def narrowed(numbers: Whole, model: Whole) -> Whole:
    """Numbers that are below others, in machine words if those are."""
    return numbers.astype(np.int64) if model.dtype != object else numbers


def spans(first: Whole, last: Whole) -> tuple[Places, Whole]:
    """Each number from `first` to before `last`, for one pair after the other, and the pair it belongs to."""
    lengths = (last - first).astype(np.int64)
    ends = np.cumsum(lengths)
    pairs = np.repeat(np.arange(len(lengths)), lengths)
    numbers = np.arange(len(pairs)) + (first - (ends - lengths)).take(pairs)
    return pairs, numbers
