"""The diagram itself: layers of nodes and arcs in flat arrays.

A path from the root to the end takes one arc per layer; the labels along it are one class for
each decision, and the paths are exactly the combinations of classes that no constraint forbids. Equal
futures are one node. (Multi-valued decision diagrams: Kam, Villa, Brayton, Sangiovanni-Vincentelli 1998.)
"""

import numpy as np
from attrs import field, frozen
from numpy.typing import NDArray

from configurator.engines.diagram.whole import Indices


@frozen(eq=False)
class Layer:
    """The arcs out of one layer's nodes, all labelled with classes of one decision.

    INVARIANT: arcs are sorted by (source, label), no two have the same; every node has an
    arc, every node of the next layer is a target.

    Attributes:
        start: for each node the position of its first arc, and the number of arcs at the end.
        source: for each arc the node it leaves.
        label: for each arc the class it stands for.
        target: for each arc the node of the next layer it leads to.
    """

    start: NDArray[np.int64] = field(repr=False)
    source: Indices = field(repr=False)
    label: Indices = field(repr=False)
    target: Indices = field(repr=False)

    @property
    def nodes(self) -> int:
        """How many nodes the arcs leave."""
        return len(self.start) - 1

    @property
    def arcs(self) -> int:
        """How many arcs there are."""
        return len(self.label)

    @classmethod
    def of(cls, nodes: int, source: Indices, label: Indices, target: Indices) -> "Layer":
        """A layer from arcs sorted by (source, label)."""
        start = np.zeros(nodes + 1, np.int64)
        np.cumsum(np.bincount(source, minlength=nodes), out=start[1:])
        return cls(
            start,
            source.astype(np.int32, copy=False),
            label.astype(np.int32, copy=False),
            target.astype(np.int32, copy=False),
        )


@frozen(eq=False)
class Diagram:
    """Layers from the root to the end, one per decision, in their order.

    INVARIANT: the first layer has one node, the root; the last layer's arcs lead to node 0, the end.
    Without layers there is one path, the empty one, unless the diagram is void.

    Attributes:
        void: there is no path at all; then `layers` is empty.
    """

    layers: tuple[Layer, ...]
    void: bool = False

    @property
    def nodes(self) -> int:
        """How many nodes there are, the end not counted."""
        return sum(layer.nodes for layer in self.layers)

    @property
    def arcs(self) -> int:
        """How many arcs there are: what every question costs."""
        return sum(layer.arcs for layer in self.layers)


VOID = Diagram((), void=True)
