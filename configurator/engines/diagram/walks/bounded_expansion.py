"""All solutions of a diagram that keep its side sums, written out at once, if they are not too many.

Paths are expanded layer by layer and carry their sums so far. A path is dropped as soon as one of its sums
is too large together with the least that the rest of any path adds; behind the last layer nothing
is left to add, so what remains are exactly the solutions.
"""

from collections.abc import Sequence
from operator import add

import numpy as np
from attrs import evolve, field, frozen
from numpy.typing import NDArray

from configurator.engines.diagram.compiled import CompiledDiagram
from configurator.engines.diagram.decisions import Columns, Decision, DecisionWeights
from configurator.engines.diagram.layers import Layer
from configurator.engines.diagram.walks.ranked_layers import spans
from configurator.engines.diagram.weighing.path_sums import PathSum
from configurator.engines.diagram.whole import Flags, Whole
from configurator.engines.engine import SearchLimits

OPEN_PATHS, OPEN_PER_SOLUTION = 1 << 12, 8
"""How many paths are looked at in one step at most: so many and so many more for each solution allowed."""

Places = NDArray[np.int64]


@frozen(eq=False)
class BoundedSum:
    """A side sum of one diagram.

    Attributes:
        upper: what a path may add up to at most.
        weights: of each layer.
        least: for each layer, for each arc the least that a path adds from its source on, if it takes it.
        rest: for each layer, for each node of the next one the least that a path adds from there on.
        nothing: one 0 of the type of the sums.
    """

    upper: int
    weights: tuple[DecisionWeights, ...] = field(repr=False)
    least: tuple[Whole, ...] = field(repr=False)
    rest: tuple[Whole, ...] = field(repr=False)
    nothing: Whole = field(repr=False)


@frozen(eq=False)
class OpenPaths:
    """Paths down to one layer.

    Attributes:
        nodes: for each the node it leads to.
        totals: for each sum what each path has added up to.
    """

    nodes: Places
    totals: tuple[Whole, ...]

    def taken(self, paths: Places, nodes: Places) -> "OpenPaths":
        """Some of these, each led on to a node."""
        return OpenPaths(nodes, tuple(total.take(paths) for total in self.totals))


def bounded_sums(compiled: CompiledDiagram, limits: SearchLimits) -> tuple[BoundedSum, ...]:
    """The side sums of a diagram that is not void."""
    found = []
    for side_sum in compiled.side_sums:
        path_sum = PathSum.of(compiled, side_sum.weights)
        paths = path_sum.under({}, limits)
        least = tuple(
            added + down.take(layer.target)
            for added, down, layer in zip(paths.added, paths.down[1:], compiled.diagram.layers, strict=True)
        )
        # Beyond what any path adds up to, a bound says no more, but may not fit the type of the totals.
        upper = max(min(side_sum.upper, path_sum.highest), path_sum.lowest - 1)
        found.append(BoundedSum(upper, path_sum.weights, least, paths.down[1:], path_sum.array(1, 0)))
    return tuple(found)


def expanded(compiled: CompiledDiagram, most: int, limits: SearchLimits) -> Columns | None:
    """The solutions of a diagram in its fast order, one row per variable.

    `None` if there are more than `most`, or if so many more paths would have to be looked at that it pays to
    split the question.

    Raises:
        SearchLimitError: a limit ended the search.
    """
    if compiled.diagram.void:
        return np.empty((len(compiled.variables), 0), np.int32)
    sums = bounded_sums(compiled, limits)
    if any(found.nothing[0] > found.upper for found in sums if not compiled.diagram.layers):
        return np.empty((0, 0), np.int32)
    paths = OpenPaths(np.zeros(1, np.int64), tuple(found.nothing for found in sums))
    steps: list[tuple[Places, Columns]] = []
    most_open = OPEN_PATHS + OPEN_PER_SOLUTION * most
    for at, (layer, decision) in enumerate(zip(compiled.diagram.layers, compiled.decisions, strict=True)):
        limits.check()
        grown = _grown(paths, at, layer, decision, sums, most_open)
        if grown is None:
            return None
        paths, parents, columns = grown
        steps.append((parents, columns))
    if len(paths.nodes) > most:
        return None
    return _written(compiled, steps, len(paths.nodes))


def _grown(
    paths: OpenPaths, at: int, layer: Layer, decision: Decision, sums: Sequence[BoundedSum], most: int
) -> tuple[OpenPaths, Places, Columns] | None:
    """The paths one layer further, for each the path it grew from, and the values it took.

    `None` if more than `most` paths have to be looked at.
    """
    first, last = layer.start.take(paths.nodes), layer.start.take(paths.nodes + 1)
    if int((last - first).sum()) > most:
        return None
    parents, arcs = spans(first, last)
    kept = _kept(paths, parents, arcs, [(found.upper, found.least[at]) for found in sums])
    parents, arcs = parents.take(kept), arcs.take(kept)
    labels = layer.label.take(arcs)
    members = decision.everything.multiplicity.take(labels)
    if len(members) and (members.max() > most or int(members.sum()) > most):
        return None
    again, ranks = spans(np.zeros(len(members), np.int64), members)
    parents, arcs = parents.take(again), arcs.take(again)
    columns = decision.everything.members(labels.take(again), ranks)
    grown = paths.taken(parents, layer.target.take(arcs).astype(np.int64))
    added = (member_weights(decision, found.weights[at], columns) for found in sums)
    grown = evolve(grown, totals=tuple(map(add, grown.totals, added)))
    everyone = np.arange(len(parents))
    kept = _kept(grown, everyone, grown.nodes, [(found.upper, found.rest[at]) for found in sums])
    if len(kept) == len(parents):
        return grown, parents, columns
    return grown.taken(kept, grown.nodes.take(kept)), parents.take(kept), columns.take(kept, axis=1)


def _kept(paths: OpenPaths, chosen: Places, ways: Places, bounds: Sequence[tuple[int, Whole]]) -> Places:
    """Which of some paths can still keep every sum on the ways they go on."""
    kept: Flags = np.ones(len(chosen), np.bool_)
    for total, (upper, least) in zip(paths.totals, bounds, strict=True):
        kept &= (total.take(chosen) + least.take(ways) <= upper).astype(np.bool_)
    return np.flatnonzero(kept)


def member_weights(decision: Decision, weights: DecisionWeights, columns: Columns) -> Whole:
    """What members of a decision weigh, given as columns of values."""
    total: Whole = weights.values.take(columns[0])
    for values in columns[1:]:
        total += weights.values.take(values)
    if weights.atoms is not None:
        total += weights.atoms.take(decision.atoms_of(columns))
    return total


def _written(compiled: CompiledDiagram, steps: Sequence[tuple[Places, Columns]], rows: int) -> Columns:
    """The values along the paths that came to the end, from there back to the root."""
    written = np.empty((len(compiled.variables), rows), np.int32)
    chosen = np.arange(rows)
    for decision, (parents, columns) in zip(reversed(compiled.decisions), reversed(steps), strict=True):
        for variable, values in zip(decision.variables, columns, strict=True):
            values.take(chosen, out=written[variable], mode="clip")
        chosen = parents.take(chosen)
    return written
