"""Bringing a sum into a diagram, by exact interval merging.

For a node, F is the ascending list of what the rest of a path can add. Two
pasts that meet in a node have the same future exactly when their sums leave room for the
same entries of F, so a node is split into as many as there are such cases, and no more. (After the
interval states of Abio et al., "A new look at BDDs for pseudo-Boolean constraints", JAIR 2012.)
"""

from collections.abc import Sequence

import numpy as np
from attrs import frozen
from numpy.typing import NDArray

from configurator.engines.diagram.compiling.reduction import reduced
from configurator.engines.diagram.layers import VOID, Diagram, Layer
from configurator.engines.diagram.limits import SizeLimits
from configurator.engines.diagram.numbering import numbered, spread
from configurator.engines.diagram.whole import WORD
from configurator.engines.engine import SearchLimits

Numbers = NDArray[np.int64]


@frozen(eq=False)
class Rests:
    """For each node of a layer the different sums that rests of paths can have, ascending.

    Attributes:
        start: where each node's entries begin, and their number at the end.
        entries: the sums. Those that no past leaves room for are left out; those that every
            past leaves room for are one entry.
    """

    start: Numbers
    entries: Numbers


def intersected(
    diagram: Diagram, weights: Sequence[Numbers], upper: int, sizes: SizeLimits, limits: SearchLimits
) -> Diagram:
    """The paths whose weights add up to `upper` at most; reduced.

    Args:
        diagram: reduced.
        weights: for each layer what each class adds; their sums fit into machine words.
        upper: inclusive.
        sizes: how large it may become.
        limits: how long it may take.

    Raises:
        SearchLimitError: a limit was reached.
    """
    if diagram.void:
        return diagram
    lightest, heaviest = _past(diagram, weights)
    if not -WORD < upper < WORD:
        return diagram if upper > 0 else VOID
    rests = _rests(diagram, weights, upper, lightest, heaviest, sizes, limits)
    if not len(rests[0].entries):
        return VOID
    state = np.array([len(rests[0].entries) - 1])
    layers: list[Layer] = []
    arcs = 0
    for at, layer in enumerate(diagram.layers):
        limits.check()
        here, below = rests[at], rests[at + 1]
        node = np.searchsorted(here.start, state, side="right") - 1
        lengths = np.diff(layer.start)[node]
        arcs += int(lengths.sum())
        sizes.check_arcs(arcs)
        source, arc = spread(layer.start[node], lengths)
        room = here.entries[state[source]] - weights[at][layer.label[arc]]
        found = _last_within(below, layer.target[arc], room)
        keep = np.flatnonzero(found >= below.start[layer.target[arc]])
        source, arc, found = source[keep], arc[keep], found[keep]
        first, target = numbered(found, len(below.entries))
        sizes.check_nodes(len(first))
        layers.append(Layer.of(len(state), source, layer.label[arc], target))
        state = found[first]
    return reduced(Diagram(tuple(layers)), limits)


def _past(diagram: Diagram, weights: Sequence[Numbers]) -> tuple[list[Numbers], list[Numbers]]:
    """For each layer's nodes the least and the greatest sum on the way to them; the end's at the end."""
    lightest, heaviest = [np.zeros(1, np.int64)], [np.zeros(1, np.int64)]
    for at, layer in enumerate(diagram.layers):
        added = weights[at][layer.label]
        nodes = int(layer.target.max()) + 1
        least, most = np.full(nodes, WORD), np.full(nodes, -WORD)
        np.minimum.at(least, layer.target, lightest[at][layer.source] + added)
        np.maximum.at(most, layer.target, heaviest[at][layer.source] + added)
        lightest.append(least)
        heaviest.append(most)
    return lightest, heaviest


def _rests(
    diagram: Diagram,
    weights: Sequence[Numbers],
    upper: int,
    lightest: list[Numbers],
    heaviest: list[Numbers],
    sizes: SizeLimits,
    limits: SearchLimits,
) -> list[Rests]:
    """The rests of every layer's nodes, from the end up."""
    found = [
        _cut(np.zeros(1, np.int64), np.zeros(1, np.int64), 1, upper - lightest[-1], upper - heaviest[-1])
    ]
    for at in range(len(diagram.layers) - 1, -1, -1):
        limits.check()
        layer, below = diagram.layers[at], found[-1]
        lengths = np.diff(below.start)[layer.target]
        sizes.check_entries(int(lengths.sum()))
        arc, entry = spread(below.start[layer.target], lengths)
        sums = below.entries[entry] + weights[at][layer.label[arc]]
        found.append(
            _cut(
                layer.source[arc].astype(np.int64),
                sums,
                layer.nodes,
                upper - lightest[at],
                upper - heaviest[at],
            )
        )
    found.reverse()
    return found


def _cut(node: Numbers, sums: Numbers, nodes: int, most: Numbers, certain: Numbers) -> Rests:
    """Sums by node, each once, ascending; see `Rests` for what is left out.

    Args:
        node: which node each sum belongs to.
        sums: in any order.
        nodes: how many there are.
        most: for each node the largest room that a past leaves it.
        certain: for each node the smallest.
    """
    possible = np.flatnonzero(sums <= most[node])
    node, sums = node[possible], np.maximum(sums[possible], certain[node[possible]])
    if not len(sums):
        return Rests(np.zeros(nodes + 1, np.int64), sums)
    low = int(sums.min())
    width = int(sums.max()) - low + 1
    if nodes * width < WORD:
        first, _ = numbered(node * width + (sums - low), nodes * width)
        node, sums = node[first], sums[first]
    else:
        order = np.lexsort((sums, node))
        node, sums = node[order], sums[order]
        fresh = np.concatenate(([True], (node[1:] != node[:-1]) | (sums[1:] != sums[:-1])))
        node, sums = node[fresh], sums[fresh]
    start = np.zeros(nodes + 1, np.int64)
    np.cumsum(np.bincount(node, minlength=nodes), out=start[1:])
    return Rests(start, sums)


def _last_within(rests: Rests, node: NDArray[np.int32], room: Numbers) -> Numbers:
    """For each (node, room) the position of the node's largest entry that fits, or one before its first."""
    if not len(rests.entries):
        return rests.start[node] - 1
    nodes = np.repeat(np.arange(len(rests.start) - 1), np.diff(rests.start))
    low = int(rests.entries.min())
    width = int(rests.entries.max()) - low + 2
    if len(rests.start) * width < WORD:
        keys = nodes * width + (rests.entries - low + 1)
        wanted = node * np.int64(width) + np.clip(room - low + 1, 0, width - 1)
        return np.searchsorted(keys, wanted, side="right") - 1
    return np.array(
        [
            rests.start[n]
            + np.searchsorted(rests.entries[rests.start[n] : rests.start[n + 1]], r, "right")
            - 1
            for n, r in zip(node, room, strict=True)
        ],
        np.int64,
    )
