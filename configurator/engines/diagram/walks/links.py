"""Links: which nodes of neighbouring layers are joined, and by which classes, sorted every way a pass needs.

Whether a node is reached does not depend on how many arcs lead to it. So arcs between the same
two nodes are one link, and a pass touches each link a few times and each arc once.
"""

from collections.abc import Sequence
from functools import cached_property

import numpy as np
from attrs import field, frozen
from numpy.typing import NDArray

from configurator.engines.diagram.compiled import CompiledDiagram
from configurator.engines.diagram.decisions import SingleDecision
from configurator.engines.diagram.kernels import Numbers, Words
from configurator.engines.diagram.layers import Layer
from configurator.engines.diagram.whole import Indices
from configurator.engines.engine import SearchLimits

Positions = NDArray[np.intp]
"""Places in an array: of numpy's own width, since gathering with another one converts it at each call."""


@frozen(eq=False)
class LayerLinks:
    """The links out of one layer's nodes, sorted by (source, target).

    Attributes:
        source: for each link the node it leaves.
        target: for each link the node of the next layer it leads to.
        of_source: for each node the position of its first link.
        to_target: the links sorted by target.
        of_target: for each node of the next layer the position of its first link in `to_target`.
        labels: the classes of each link's arcs, link after link.
        of_link: for each link the position of its first class in `labels`.
    """

    source: Positions = field(repr=False)
    target: Positions = field(repr=False)
    of_source: Positions = field(repr=False)
    to_target: Positions = field(repr=False)
    of_target: Positions = field(repr=False)
    labels: Positions = field(repr=False)
    of_link: Positions = field(repr=False)


@frozen(eq=False)
class FlatLinks:
    """The links of all layers with nodes, links and classes numbered through: what compiled loops work on.

    Attributes:
        nodes_begin: for each layer the number of its first node, and the number of the end.
        links_begin: for each layer the number of its first link, and the number of links.
        source: for each link the node it leaves.
        target: for each link the node it leads to.
        of_link: for each link the place of its first class in `label`, and how many there are.
        label: the classes of links.
    """

    nodes_begin: Words = field(repr=False)
    links_begin: Words = field(repr=False)
    source: Numbers = field(repr=False)
    target: Numbers = field(repr=False)
    of_link: Numbers = field(repr=False)
    label: Numbers = field(repr=False)


@frozen(eq=False, slots=False)
class DiagramLinks:
    """The links of all layers. What needs no order of layers is done for all of them at once.

    Attributes:
        begins: for each layer the number of its first link, and the number of links at the end.
        link_of_arc: for each layer, for each arc the link it belongs to, counted from the layer's first.
        classes_begin: for each layer the number of its first class, and the number of classes at the end.
        links_by_class: the links that have a class, class after class.
        of_class: for each class that is on an arc the position of its first link there.
        classes: which classes these are.
        values: for each variable and value, one after the other, the class of
            the value, and the number of all classes where it has none or where the variable shares its layer.
        values_begin: for each variable the place of its first value, and the number of values at the end.
    """

    layers: tuple[LayerLinks, ...]
    begins: tuple[int, ...]
    link_of_arc: tuple[Positions, ...] = field(repr=False)
    classes_begin: tuple[int, ...]
    links_by_class: Positions = field(repr=False)
    of_class: Positions = field(repr=False)
    classes: Positions = field(repr=False)
    values: Positions = field(repr=False)
    values_begin: tuple[int, ...]

    @cached_property
    def flat(self) -> FlatLinks:
        """All layers as one. Kept: 4 bytes for each arc, 12 for each link."""
        nodes_begin = np.cumsum([0, *(len(layer.of_source) for layer in self.layers)])
        labels_begin = np.cumsum([0, *(len(layer.labels) for layer in self.layers)])
        return FlatLinks(
            nodes_begin,
            np.array(self.begins),
            numbered_through([layer.source for layer in self.layers], nodes_begin),
            numbered_through([layer.target for layer in self.layers], nodes_begin[1:]),
            numbered_through([layer.of_link for layer in self.layers], labels_begin, int(labels_begin[-1])),
            numbered_through([layer.labels for layer in self.layers], self.classes_begin),
        )


def numbered_through(
    numbers: Sequence[Indices], begins: Sequence[int] | Positions, last: int | None = None
) -> Numbers:
    """The numbers of all layers, each counted on from where its layer begins, and one more at the end."""
    parts = [(found + begin).astype(np.uint32) for found, begin in zip(numbers, begins, strict=False)]
    return np.concatenate([*parts, np.array([] if last is None else [last], np.uint32)])


def links_of(compiled: CompiledDiagram, limits: SearchLimits) -> DiagramLinks:
    """The links of a diagram: for `CompiledDiagram.remember`. Costs a few sorts of the arcs."""
    layers, of_arcs, by_class, class_numbers = [], [], [], []
    begins, classes_begin = [0], [0]
    for layer, decision in zip(compiled.diagram.layers, compiled.decisions, strict=False):  # void: no layers
        limits.check()
        links, link_of_arc = _layer_links(layer)
        layers.append(links)
        of_arcs.append(link_of_arc)
        by_class.append(link_of_arc[np.argsort(layer.label, kind="stable")] + begins[-1])
        class_numbers.append(np.sort(layer.label).astype(np.intp) + classes_begin[-1])
        begins.append(begins[-1] + len(links.source))
        classes_begin.append(classes_begin[-1] + decision.classes)
    numbers = np.concatenate([*class_numbers, np.zeros(0, np.intp)])
    starts = _run_starts(numbers)
    values, values_begin = _values(compiled, classes_begin)
    return DiagramLinks(
        layers=tuple(layers),
        begins=tuple(begins),
        link_of_arc=tuple(of_arcs),
        classes_begin=tuple(classes_begin),
        links_by_class=np.concatenate([*by_class, np.zeros(0, np.intp)]),
        of_class=starts,
        classes=numbers[starts],
        values=values,
        values_begin=values_begin,
    )


def order_by(keys: Indices | Positions, bound: int) -> Positions:
    """A stable order: numbers below 2**16 are sorted by their digits, several times quicker."""
    return np.argsort(keys.astype(np.uint16) if bound <= 1 << 16 else keys, kind="stable")


def first_positions(sorted_keys: Indices | Positions, bound: int) -> Positions:
    """For each number from 0 to below `bound` where it first occurs, given that each does."""
    return np.searchsorted(sorted_keys, np.arange(bound)).astype(np.intp)


def _run_starts(numbers: NDArray[np.int64] | Positions) -> Positions:
    """Where runs of equal numbers begin."""
    if len(numbers) == 0:
        return np.zeros(0, np.intp)
    return np.flatnonzero(np.concatenate([[True], numbers[1:] != numbers[:-1]]))


def _layer_links(layer: Layer) -> tuple[LayerLinks, Positions]:
    """The links of one layer, and for each arc its link."""
    below = int(layer.target.max()) + 1
    pairs = layer.source.astype(np.int64) * below + layer.target
    order = np.argsort(pairs, kind="stable")
    pairs = pairs[order]
    of_link = _run_starts(pairs)
    link_of_arc = np.empty(layer.arcs, np.intp)
    link_of_arc[order] = np.repeat(np.arange(len(of_link)), np.diff(of_link, append=layer.arcs))
    source, target = np.divmod(pairs[of_link], below)
    to_target = order_by(target, below)
    links = LayerLinks(
        source=source.astype(np.intp),
        target=target.astype(np.intp),
        of_source=first_positions(source, layer.nodes),
        to_target=to_target,
        of_target=first_positions(target[to_target], below),
        labels=layer.label[order].astype(np.intp),
        of_link=of_link,
    )
    return links, link_of_arc


def _values(compiled: CompiledDiagram, classes_begin: list[int]) -> tuple[Positions, tuple[int, ...]]:
    """The classes of all values of variables that have a layer of their own."""
    nowhere = classes_begin[-1]
    found = [np.full(variable.size, nowhere, np.intp) for variable in compiled.variables]
    for begin, decision in zip(classes_begin[:-1], compiled.decisions, strict=False):
        if isinstance(decision, SingleDecision):
            found[decision.variable] = np.where(decision.class_of >= 0, decision.class_of + begin, nowhere)
    begins = np.cumsum([0, *(len(classes) for classes in found)])
    return np.concatenate([*found, np.zeros(0, np.intp)]).astype(np.intp), tuple(begins.tolist())
