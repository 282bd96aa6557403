"""Equal futures made one node, equal classes one class. Hashes find the candidates, comparison decides."""

import numpy as np
from numpy.typing import NDArray

from configurator.engines.diagram.layers import VOID, Diagram, Layer
from configurator.engines.diagram.numbering import numbered, spread
from configurator.engines.engine import SearchLimits

Numbers = NDArray[np.int64]


def reduced(diagram: Diagram, limits: SearchLimits) -> Diagram:
    """The same paths with dead nodes dropped and, from the end up, nodes with equal arcs made one.

    With the order of the layers fixed, the result is the smallest diagram there is.

    Raises:
        SearchLimitError: the time is up.
    """
    if diagram.void:
        return diagram
    layers: list[Layer] = []
    node = np.zeros(1, np.int64)  # for each node of the layer below its number there, -1 for a dead one
    for layer in reversed(diagram.layers):
        limits.check()
        target = node[layer.target]
        keep = np.flatnonzero(target >= 0)
        source, label, target = layer.source[keep], layer.label[keep], target[keep]
        degree = np.bincount(source, minlength=layer.nodes)
        first, node = _merged(degree, label, target)
        if not len(first):
            return VOID
        start = np.cumsum(degree) - degree
        at, arc = spread(start[first], degree[first])
        layers.append(Layer.of(len(first), at.astype(np.int32), label[arc], target[arc].astype(np.int32)))
    return reachable(Diagram(tuple(reversed(layers))))


def reachable(diagram: Diagram) -> Diagram:
    """Without nodes that no path from the root meets."""
    layers: list[Layer] = []
    kept = np.zeros(1, np.int64)
    for layer in diagram.layers:
        degree = np.diff(layer.start)[kept]
        source, arc = spread(layer.start[:-1][kept], degree)
        first, target = numbered(layer.target[arc].astype(np.int64), int(layer.target.max()) + 1)
        layers.append(Layer.of(len(kept), source, layer.label[arc], target))
        kept = layer.target[arc][first].astype(np.int64)
    return Diagram(tuple(layers))


def _merged(degree: Numbers, label: NDArray[np.int32], target: Numbers) -> tuple[Numbers, Numbers]:
    """Nodes with equal arcs, numbered: for each number a node, for each node its number (-1 without arcs)."""
    living = np.flatnonzero(degree)
    number = np.full(len(degree), -1, np.int64)
    if not len(living):
        return living, number
    start = (np.cumsum(degree) - degree)[living]
    hashes = np.add.reduceat(_mixed(label.astype(np.uint64), target.astype(np.uint64)), start)
    hashes ^= degree[living].astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15)
    _, first, inverse = np.unique(hashes, return_index=True, return_inverse=True)
    inverse = inverse.reshape(-1)
    while True:
        differing = _differing(degree[living], start, first[inverse], label, target)
        if not len(differing):
            break
        # Two different nodes with one hash: the odd ones stand alone, which is right if not smallest.
        inverse[differing] = len(first) + np.arange(len(differing))
        first = np.concatenate((first, differing))
    number[living] = inverse
    return living[first], number


def _differing(
    degree: Numbers, start: Numbers, model: Numbers, label: NDArray[np.int32], target: Numbers
) -> Numbers:
    """The nodes whose arcs are not exactly those of their model."""
    same_size = degree == degree[model]
    compared = np.flatnonzero(same_size & (model != np.arange(len(model))))
    run, own = spread(start[compared], degree[compared])
    _, other = spread(start[model[compared]], degree[compared])
    unequal = (label[own] != label[other]) | (target[own] != target[other])
    odd = np.flatnonzero(~same_size)
    return np.concatenate((odd, np.unique(compared[run[unequal]])))


def _mixed(one: NDArray[np.uint64], other: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """A 64-bit hash of pairs (the finaliser of SplitMix64: Steele, Lea, Flood, OOPSLA 2014)."""
    mixed = one * np.uint64(0xBF58476D1CE4E5B9) + other * np.uint64(0x94D049BB133111EB) + np.uint64(1)
    mixed ^= mixed >> np.uint64(30)
    mixed *= np.uint64(0xBF58476D1CE4E5B9)
    mixed ^= mixed >> np.uint64(27)
    mixed *= np.uint64(0x94D049BB133111EB)
    return mixed ^ (mixed >> np.uint64(31))


def merged_labels(layer: Layer, classes: int) -> tuple[Layer, NDArray[np.int32]]:
    """Classes with the same arcs made one.

    Returns:
        The layer over the new classes, and for each old class its new one; -1 for one without arcs.
    """
    order = np.lexsort((layer.source, layer.label))
    source, target = layer.source[order], layer.target[order].astype(np.int64)
    degree = np.bincount(layer.label, minlength=classes)
    first, number = _merged(degree, source, target)
    # New classes in the order of their smallest old one, so that results do not depend on hashes.
    smallest = np.full(len(first), classes, np.int64)
    old = np.flatnonzero(number >= 0)
    np.minimum.at(smallest, number[old], old)
    rank = np.empty(len(first), np.int64)
    rank[np.argsort(smallest)] = np.arange(len(first))
    new = np.full(classes, -1, np.int32)
    new[old] = rank[number[old]]
    kept = np.zeros(classes, np.bool_)
    kept[smallest] = True
    arc = np.flatnonzero(kept[layer.label])
    source, label, target = layer.source[arc], new[layer.label[arc]], layer.target[arc]
    by_label = np.lexsort((label, source))
    return Layer.of(layer.nodes, source[by_label], label[by_label], target[by_label]), new
