"""Which arc leaves a node under a class: found by halving, since arcs are sorted by (source, class)."""

import numpy as np
from attrs import field, frozen
from numpy.typing import NDArray

from configurator.engines.diagram.layers import Layer
from configurator.engines.diagram.whole import Flags, Indices


@frozen(eq=False)
class Transitions:
    """The arcs of a layer by node and class.

    Attributes:
        keys: for each arc `source * classes + class`, ascending.
        classes: how many classes the layer's decision has.
    """

    keys: NDArray[np.int64] = field(repr=False)
    classes: int

    @classmethod
    def of(cls, layer: Layer, classes: int) -> "Transitions":
        """Those of a layer."""
        return cls(layer.source.astype(np.int64) * classes + layer.label, classes)

    def arcs(self, nodes: NDArray[np.int64], labels: Indices) -> tuple[NDArray[np.int64], Flags]:
        """For each pair of node and class the arc, and whether there is one; any arc where there is none.

        Class -1 has none.
        """
        wanted = nodes * self.classes + labels
        found = np.minimum(np.searchsorted(self.keys, wanted), len(self.keys) - 1)
        return found, (self.keys.take(found) == wanted) & (labels >= 0)
