"""Sums along paths: what every decision adds to one total, and the least that can be added up.

Money, watts and the number of changed choices stay out of the diagram: a total is the sum of what the members
chosen at each layer weigh. One pass from the end and one from the root tell, for every node, the
least that the rest and the beginning of a path through it add; everything about least totals follows.

INVARIANT: no part of a path adds more than `magnitude`, up or down; `unreachable` is more than twice
that, and twice (layers + 2) times it still fits the arrays. So totals are added up without cutting anything
off, and the total of a path or of a part of one is real exactly when it is at most `magnitude`.
"""

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from heapq import merge

import numpy as np
from attrs import field, frozen

from configurator.csp.variables import Assumptions
from configurator.engines.diagram.compiled import CompiledDiagram
from configurator.engines.diagram.decisions import Decision, DecisionWeights, WeightedDecision
from configurator.engines.diagram.kernels import Loops, quick_loops
from configurator.engines.diagram.layers import Layer
from configurator.engines.diagram.walks.flat_arcs import flat_arcs
from configurator.engines.diagram.whole import Whole, fits, objects
from configurator.engines.engine import NO_LIMITS, SearchLimits

Piece = tuple[Assumptions, int]
"""Some members of a decision, as assumptions, and what they add beyond their weights."""


@frozen(eq=False, slots=False)
class PathSum:
    """What each decision of a compiled diagram adds to one total. Immutable, shared freely.

    Attributes:
        weights: one per decision, in the order of the layers.
        pieces: for decisions (by layer) where members add more than `weights` can say, a partition of
            the members.
        lowest: no total is lower.
        highest: no total is higher.
        magnitude: what is more stands for "no path".
    """

    compiled: CompiledDiagram = field(repr=False)
    weights: tuple[DecisionWeights, ...] = field(repr=False)
    pieces: Mapping[int, tuple[Piece, ...]] = field(repr=False)
    lowest: int
    highest: int
    magnitude: int

    @classmethod
    def of(
        cls,
        compiled: CompiledDiagram,
        weights: Sequence[DecisionWeights],
        pieces: Mapping[int, tuple[Piece, ...]] | None = None,
    ) -> "PathSum":
        """From weights of any array types; what they say of `unreachable` is replaced."""
        pieces = pieces or {}
        lowest = highest = magnitude = 0
        for layer, (decision, added) in enumerate(zip(compiled.decisions, weights, strict=True)):
            least, most = _extent(decision, added)
            extras = [extra for _, extra in pieces.get(layer, ())] or [0]
            lowest += least + min(extras)
            highest += most + max(extras)
            magnitude += max(abs(least), abs(most)) + max(map(abs, extras))
        unreachable = 2 * magnitude + 1
        words = fits(2 * unreachable * (len(weights) + 2))
        typed = tuple(
            DecisionWeights(
                _typed(added.values, words),
                unreachable,
                None if added.atoms is None else _typed(added.atoms, words),
            )
            for added in weights
        )
        return cls(compiled, typed, pieces, lowest, highest, magnitude)

    @property
    def unreachable(self) -> int:
        """Stands for "no path"."""
        return 2 * self.magnitude + 1

    @cached_property
    def negated(self) -> "PathSum":
        """The same with the opposite sign: its least totals are the greatest of this one."""
        turned = [
            DecisionWeights(-added.values, 0, None if added.atoms is None else -added.atoms)
            for added in self.weights
        ]
        pieces = {
            layer: tuple((within, -extra) for within, extra in found) for layer, found in self.pieces.items()
        }
        return PathSum.of(self.compiled, turned, pieces)

    @cached_property
    def free(self) -> "WeighedPaths":
        """Without assumptions. What a question under assumptions leaves as it was is taken from here."""
        decisions = tuple(self.weighed(layer, {}) for layer in range(len(self.weights)))
        return WeighedPaths(self, decisions, (), NO_LIMITS)

    def under(self, assumptions: Assumptions, limits: SearchLimits) -> "WeighedPaths":
        """Under assumptions; those on variables that do not exist are passed over."""
        touched = tuple(
            layer
            for layer, decision in enumerate(self.compiled.decisions)
            if any(variable in assumptions for variable in decision.variables)
        )
        decisions = list(self.free.decisions)
        for layer in touched:
            decisions[layer] = self.weighed(layer, assumptions)
        return WeighedPaths(self, tuple(decisions), touched, limits)

    def once(self, assumptions: Assumptions, limits: SearchLimits) -> "WeighedPaths":
        """The same as `under`, quicker where the sum is asked about only once."""
        layers = range(len(self.weights))
        return WeighedPaths(self, tuple(self.weighed(layer, assumptions) for layer in layers), (), limits)

    def weighed(self, layer: int, assumptions: Assumptions) -> WeightedDecision:
        """One decision under assumptions."""
        decision, weights = self.compiled.decisions[layer], self.weights[layer]
        if layer not in self.pieces:
            return decision.restricted(assumptions).weighted(weights)
        return WeightedPieces(
            tuple(
                (decision.restricted(narrowed(assumptions, within)).weighted(weights), extra)
                for within, extra in self.pieces[layer]
            )
        )

    def array(self, length: int, filled: int) -> Whole:
        """An array of the type of the totals."""
        words = not self.weights or self.weights[0].values.dtype != object
        return np.full(length, filled, np.int64) if words else objects([filled] * length)


@frozen(eq=False, slots=False)
class WeighedPaths:
    """The paths of a diagram under assumptions, weighed by a sum.

    Attributes:
        decisions: under the assumptions, with their weights.
        touched: layers that the assumptions speak of, ascending.
    """

    path_sum: PathSum
    decisions: tuple[WeightedDecision, ...] = field(repr=False)
    touched: tuple[int, ...]
    limits: SearchLimits = field(repr=False)

    @property
    def layers(self) -> tuple[Layer, ...]:
        """The layers of the diagram."""
        return self.path_sum.compiled.diagram.layers

    @cached_property
    def added(self) -> tuple[Whole, ...]:
        """For each layer, for each arc the least that a member of its class weighs."""
        if not self.touched:
            pairs = zip(self.decisions, self.layers, strict=True)
            return tuple(decision.least.take(layer.label) for decision, layer in pairs)
        found = list(self.path_sum.free.added)
        for at in self.touched:
            found[at] = self.decisions[at].least.take(self.layers[at].label)
        return tuple(found)

    @cached_property
    def _loops(self) -> Loops | None:
        """Compiled loops, where totals are machine words and there are arcs to go over."""
        words = bool(self.layers) and self.path_sum.weights[0].values.dtype != object
        return quick_loops(self.path_sum.compiled.diagram.arcs) if words else None

    @cached_property
    def _added_by_class(self) -> Whole:
        """For each class, layer after layer, the least that a member weighs."""
        return np.concatenate([decision.least for decision in self.decisions])

    @cached_property
    def down(self) -> tuple[Whole, ...]:
        """For each layer, for each node the least that the rest of a path adds; at last 0 for the end."""
        if self.touched:
            known = self.path_sum.free.down[self.touched[-1] + 1 :]
        else:
            known = (self.path_sum.array(1, 0),)
        if loops := self._loops:
            self.limits.check()
            flat, added = self.path_sum.compiled.remember(flat_arcs, self.limits), self._added_by_class
            return flat.down(loops, added, known)
        found = list(reversed(known))
        for at in range(len(self.layers) - len(known), -1, -1):
            self.limits.check()
            layer = self.layers[at]
            found.append(np.minimum.reduceat(self.added[at] + found[-1].take(layer.target), layer.start[:-1]))
        return tuple(reversed(found))

    @cached_property
    def up(self) -> tuple[Whole, ...]:
        """For each layer, for each node the least that a way to it adds; at last that of whole paths."""
        found = [self.path_sum.array(1, 0)]
        if self.touched:
            found = list(self.path_sum.free.up[: self.touched[0] + 1])
        if loops := self._loops:
            self.limits.check()
            flat, added = self.path_sum.compiled.remember(flat_arcs, self.limits), self._added_by_class
            return flat.up(loops, added, found, self.path_sum.unreachable)
        for at in range(len(found) - 1, len(self.layers)):
            self.limits.check()
            layer = self.layers[at]
            nodes = self.layers[at + 1].nodes if at + 1 < len(self.layers) else 1
            least = self.path_sum.array(nodes, self.path_sum.unreachable)
            np.minimum.at(least, layer.target, found[-1].take(layer.source) + self.added[at])
            found.append(least)
        return tuple(found)

    @cached_property
    def _around(self) -> tuple[Whole, ...] | None:
        """For all layers at once what `around` tells, where that is quicker."""
        if loops := self._loops:
            flat = self.path_sum.compiled.remember(flat_arcs, self.limits)
            return flat.around(loops, self.up, self.down, self.path_sum.unreachable)
        return None

    def around(self, at: int) -> Whole:
        """For each class of a layer the least that the other layers of a path with it add."""
        if self._around is not None:
            return self._around[at]
        layer = self.layers[at]
        least = self.path_sum.array(self.path_sum.compiled.decisions[at].classes, self.path_sum.unreachable)
        np.minimum.at(
            least, layer.label, self.up[at].take(layer.source) + self.down[at + 1].take(layer.target)
        )
        return least

    @property
    def least(self) -> int | None:
        """The least total; `None` where there is no path."""
        if self.path_sum.compiled.diagram.void:
            return None
        total = int(self.down[0][0])
        return total if total <= self.path_sum.magnitude else None


@frozen(eq=False, slots=False)
class WeightedPieces:
    """A weighted decision put together from some of its members each, every piece with something on top.

    INVARIANT: no member is in two pieces.
    """

    pieces: tuple[tuple[WeightedDecision, int], ...]

    @cached_property
    def least(self) -> Whole:
        """For each class the least over the pieces."""
        found: Whole = np.minimum.reduce([decision.least + extra for decision, extra in self.pieces])
        return found

    def least_by_value(self, base: Whole) -> tuple[Whole, ...]:
        """For each variable and value the least over the pieces."""
        by_piece = [decision.least_by_value(base + extra) for decision, extra in self.pieces]
        return tuple(np.minimum.reduce(found) for found in zip(*by_piece, strict=True))

    def distribution(self, label: int) -> tuple[Whole, Whole]:
        """The weights of all pieces, equal ones counted together."""
        parts = [
            (sums + extra, counts)
            for (sums, counts), extra in ((found.distribution(label), extra) for found, extra in self.pieces)
        ]
        sums = np.concatenate([part for part, _ in parts])
        counts = np.concatenate([part for _, part in parts])
        order = np.argsort(sums, kind="stable")
        sums, counts = sums[order], counts[order]
        first = np.flatnonzero(np.append(True, sums[1:] != sums[:-1])) if len(sums) else np.zeros(0, np.int64)
        return sums[first], np.add.reduceat(counts, first) if len(first) else counts

    def members_by_weight(self, label: int) -> Iterator[tuple[int, tuple[int, ...]]]:
        """Yield the members of all pieces, lightest first, equal ones ascending."""

        def heavier(decision: WeightedDecision, extra: int) -> Iterator[tuple[int, tuple[int, ...]]]:
            return ((weight + extra, member) for weight, member in decision.members_by_weight(label))

        return merge(*(heavier(decision, extra) for decision, extra in self.pieces))


def narrowed(assumptions: Assumptions, further: Assumptions) -> dict[int, frozenset[int]]:
    """Both assumptions at once."""
    both = dict(assumptions)
    for variable, values in further.items():
        both[variable] = both[variable] & values if variable in both else values
    return both


def _extent(decision: Decision, added: DecisionWeights) -> tuple[int, int]:
    """Bounds on what a decision can add."""
    positions = len(decision.variables)
    least = most = 0
    if len(added.values):
        least, most = positions * int(added.values.min()), positions * int(added.values.max())
    if added.atoms is not None and len(added.atoms):
        least, most = least + int(added.atoms.min()), most + int(added.atoms.max())
    return least, most


def _typed(numbers: Whole, words: bool) -> Whole:
    """The same numbers as machine words or as Python's own."""
    if words:
        return numbers.astype(np.int64, copy=False)
    return numbers if numbers.dtype == object else objects(numbers.tolist())
