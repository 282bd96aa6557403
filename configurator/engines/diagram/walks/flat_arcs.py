"""The arcs of all layers in one numbering, and the passes of a sum over them as compiled loops."""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from attrs import field, frozen

from configurator.engines.diagram.compiled import CompiledDiagram
from configurator.engines.diagram.kernels import Loops, Numbers
from configurator.engines.diagram.walks.links import numbered_through
from configurator.engines.diagram.whole import Whole
from configurator.engines.engine import SearchLimits


@frozen(eq=False)
class FlatArcs:
    """Arcs, nodes and classes, numbered through all layers.

    Attributes:
        begins: for each layer the number of its first node, then that of the end, and the number of all.
        classes_begin: for each layer the number of its first class, and the number of classes at the end.
        start: for each node the number of its first arc, and the number of arcs for the end.
        label: for each arc its class.
        target: for each arc the node it leads to.
    """

    begins: tuple[int, ...]
    classes_begin: tuple[int, ...]
    start: Numbers = field(repr=False)
    label: Numbers = field(repr=False)
    target: Numbers = field(repr=False)

    def down(self, loops: Loops, added: Whole, known: Sequence[Whole]) -> tuple[Whole, ...]:
        """For each layer, for each node the least that the rest of a path adds; at last that of the end.

        Args:
            loops: those that run.
            added: for each class, layer after layer, what it adds.
            known: the answers of the last layers, that of the end at least.
        """
        nodes = self.begins[-1 - len(known)]
        least = np.empty(self.begins[-1], np.int64)
        np.concatenate(known, out=least[nodes:])
        loops.least_down(nodes, self.start, self.label, self.target, added, least)
        return self._by_layer(least)

    def up(self, loops: Loops, added: Whole, known: Sequence[Whole], unreachable: int) -> tuple[Whole, ...]:
        """For each layer, for each node the least that a way to it adds; at last that of whole paths.

        Args:
            loops: those that run.
            added: for each class, layer after layer, what it adds.
            known: the answers of the first layers, that of the root at least.
            unreachable: what no way adds.
        """
        least = np.full(self.begins[-1], unreachable, np.int64)
        np.concatenate(known, out=least[: self.begins[len(known)]])
        first = self.begins[len(known) - 1]
        loops.least_up(first, self.start, self.label, self.target, added, least)
        return self._by_layer(least)

    def around(
        self, loops: Loops, up: Sequence[Whole], down: Sequence[Whole], unreachable: int
    ) -> tuple[Whole, ...]:
        """For each layer, for each class the least that the other layers of a path with it add.

        Args:
            loops: those that run.
            up: what `up` tells.
            down: what `down` tells.
            unreachable: what no way adds.
        """
        least = np.full(self.classes_begin[-1], unreachable, np.int64)
        ways, rests = np.concatenate(up), np.concatenate(down)
        loops.least_around(self.start, self.label, self.target, ways, rests, least)
        return tuple(least[begin:end] for begin, end in pairwise(self.classes_begin))

    def _by_layer(self, numbers: Whole) -> tuple[Whole, ...]:
        """Numbers of all nodes, layer by layer."""
        return tuple(numbers[begin:end] for begin, end in pairwise(self.begins))


def flat_arcs(compiled: CompiledDiagram, limits: SearchLimits) -> FlatArcs:
    """The arcs of a diagram with layers: for `CompiledDiagram.remember`. 8 bytes for each arc."""
    limits.check()
    layers = compiled.diagram.layers
    begins = np.cumsum([0, *(layer.nodes for layer in layers), 1]).tolist()
    arcs = np.cumsum([0, *(layer.arcs for layer in layers)]).tolist()
    classes = np.cumsum([0, *(decision.classes for decision in compiled.decisions)]).tolist()
    return FlatArcs(
        tuple(begins),
        tuple(classes),
        numbered_through([layer.start[:-1] for layer in layers], arcs, arcs[-1]),
        numbered_through([layer.label for layer in layers], classes),
        numbered_through([layer.target for layer in layers], begins[1:]),
    )
