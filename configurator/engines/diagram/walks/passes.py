"""What is left of a diagram under assumptions: one pass up, one pass down.

Layers below the last decision that the assumptions touch stay as they are on the way up, layers
above the first one on the way down; each pass ends where it changes nothing any more.
"""

from itertools import pairwise

import numpy as np
from attrs import field, frozen

from configurator.csp.variables import Assumptions
from configurator.engines.diagram.assumed import assumed
from configurator.engines.diagram.compiled import CompiledDiagram
from configurator.engines.diagram.decisions import Decision, RestrictedDecision
from configurator.engines.diagram.kernels import Loops, quick_loops
from configurator.engines.diagram.layers import VOID, Diagram, Layer
from configurator.engines.diagram.walks.links import DiagramLinks, links_of
from configurator.engines.diagram.whole import Flags, Indices
from configurator.engines.engine import NO_LIMITS, SearchLimits

AllOrFlags = Flags | None
"""Flags, or `None` where all are set."""


@frozen(eq=False)
class Restriction:
    """The decisions of a diagram under assumptions.

    Attributes:
        decisions: one per layer.
        touched: the layers whose decision lost members, ascending.
    """

    decisions: tuple[RestrictedDecision, ...] = field(repr=False)
    touched: tuple[int, ...]


@frozen(eq=False)
class Rise:
    """What leads to the end.

    Attributes:
        leading: for each link of the diagram whether it leads to the end.
        nodes: for each layer, for each node whether it does.
    """

    restriction: Restriction
    links: DiagramLinks
    leading: Flags = field(repr=False)
    nodes: tuple[AllOrFlags, ...] = field(repr=False)

    def links_leading(self, layer: int) -> Flags:
        """For each link of a layer whether it leads to the end."""
        return self.leading[self.links.begins[layer] : self.links.begins[layer + 1]]


@frozen(eq=False)
class Traces:
    """Where solutions pass.

    Attributes:
        through: for each link of the diagram whether a solution passes.
        nodes: for each layer, for each node whether a solution passes.
    """

    restriction: Restriction
    links: DiagramLinks
    through: Flags = field(repr=False)
    nodes: tuple[AllOrFlags, ...] = field(repr=False)

    def arcs_through(self, compiled: CompiledDiagram, layer: int) -> Flags:
        """For each arc of a layer whether a solution passes."""
        begin, end = self.links.begins[layer : layer + 2]
        flags = self.through[begin:end].take(self.links.link_of_arc[layer])
        if layer in self.restriction.touched:
            flags &= self.restriction.decisions[layer].open.take(compiled.diagram.layers[layer].label)
        return flags

    def classes(self) -> Flags:
        """For each class, layer after layer, whether a solution takes it; one `False` at the end."""
        links = self.links
        found = np.zeros(links.classes_begin[-1] + 1, np.bool_)
        if loops := quick_loops(0):
            by_number = np.zeros(len(links.classes), np.bool_)
            loops.classes_on(links.links_by_class, links.of_class, self.through, by_number)
        else:
            by_number = np.logical_or.reduceat(self.through.take(links.links_by_class), links.of_class)
        found[links.classes] = by_number
        for layer in self.restriction.touched:
            begin, end = links.classes_begin[layer : layer + 2]
            found[begin:end] &= self.restriction.decisions[layer].open
        return found


def restriction_of(compiled: CompiledDiagram, assumptions: Assumptions) -> Restriction:
    """The decisions under assumptions."""
    decisions = tuple(decision.restricted(assumptions) for decision in compiled.decisions)
    touched = tuple(layer for layer, decision in enumerate(decisions) if not decision.untouched)
    return Restriction(decisions, touched)


def traces(compiled: CompiledDiagram, assumptions: Assumptions, limits: SearchLimits) -> Traces | None:
    """Where the solutions under assumptions pass, of a diagram with layers; `None` if there are none.

    Side sums are not looked at. Costs two operations on each link.
    """
    restriction = restriction_of(compiled, assumptions)
    links = compiled.remember(links_of, limits)
    if loops := _loops_for(restriction, links):
        return traced_at_once(restriction, links, loops, limits)
    return traced_by_layers(restriction, links, limits)


def rise(compiled: CompiledDiagram, assumptions: Assumptions, limits: SearchLimits) -> Rise | None:
    """What leads to the end under assumptions, of a diagram with layers; `None` if the root does not.

    Half of what `traces` costs.
    """
    restriction = restriction_of(compiled, assumptions)
    links = compiled.remember(links_of, limits)
    if loops := _loops_for(restriction, links):
        return risen_at_once(restriction, links, loops, limits)
    return risen_by_layers(restriction, links, limits)


def _loops_for(restriction: Restriction, links: DiagramLinks) -> Loops | None:
    """Compiled loops, where there is something to go over."""
    return quick_loops(links.begins[-1]) if restriction.touched else None


# ---------------------------------------------------------------- layer by layer


def risen_by_layers(restriction: Restriction, links: DiagramLinks, limits: SearchLimits) -> Rise | None:
    """What leads to the end, from the last layer touched upwards; `None` if the root does not."""
    leading = np.ones(links.begins[-1], np.bool_)
    nodes: list[AllOrFlags] = [None] * len(links.layers)
    alive: AllOrFlags = None
    for at in range(max(restriction.touched, default=-1), -1, -1):
        limits.check()
        layer = links.layers[at]
        flags = leading[links.begins[at] : links.begins[at + 1]]
        if alive is not None:
            alive.take(layer.target, out=flags, mode="clip")  # other modes write into `out` by way of a copy
        if at in restriction.touched:
            opened = restriction.decisions[at].open.take(layer.labels)
            flags &= np.logical_or.reduceat(opened, layer.of_link)
        alive = np.logical_or.reduceat(flags, layer.of_source)
        if at <= restriction.touched[0] and alive.all():
            break  # nothing above is touched
        nodes[at] = alive
    root = nodes[0]
    return Rise(restriction, links, leading, tuple(nodes)) if root is None or root[0] else None


def traced_by_layers(restriction: Restriction, links: DiagramLinks, limits: SearchLimits) -> Traces | None:
    """Of what leads to the end what is reached, from the first layer touched down."""
    found = risen_by_layers(restriction, links, limits)
    if found is None or not restriction.touched:
        return None if found is None else Traces(restriction, links, found.leading, found.nodes)
    through, nodes = found.leading, list(found.nodes)
    first, last = restriction.touched[0], restriction.touched[-1]
    for at in range(first, len(nodes)):
        limits.check()
        layer = links.layers[at]
        flags = through[links.begins[at] : links.begins[at + 1]]
        reached = nodes[at]
        if reached is not None and at > first:
            flags &= reached.take(layer.source)
        if at + 1 == len(nodes):
            break
        below = np.logical_or.reduceat(flags.take(layer.to_target), layer.of_target)
        if at >= last and below.all():
            break  # nothing below is touched
        nodes[at + 1] = below
    return Traces(restriction, links, through, tuple(nodes))


# ---------------------------------------------------------------- all layers at once


def risen_at_once(
    restriction: Restriction, links: DiagramLinks, loops: Loops, limits: SearchLimits
) -> Rise | None:
    """The same as `risen_by_layers`, in one loop. Needs a layer touched."""
    limits.check()
    leading, alive = _lead(restriction, links, loops)
    return Rise(restriction, links, leading, _by_layer(alive, links)) if alive[0] else None


def traced_at_once(
    restriction: Restriction, links: DiagramLinks, loops: Loops, limits: SearchLimits
) -> Traces | None:
    """The same as `traced_by_layers`, in two loops. Needs a layer touched."""
    limits.check()
    through, nodes = _lead(restriction, links, loops)
    if not nodes[0]:
        return None
    limits.check()
    flat, touched = links.flat, np.array(restriction.touched, np.int64)
    loops.descend(flat.nodes_begin, flat.links_begin, flat.source, flat.target, touched, through, nodes)
    return Traces(restriction, links, through, _by_layer(nodes, links))


def _lead(restriction: Restriction, links: DiagramLinks, loops: Loops) -> tuple[Flags, Flags]:
    """For each link and for each node (the end is one) whether it leads to the end."""
    flat, begins = links.flat, links.classes_begin
    opened = np.ones(begins[-1], np.bool_)
    for at in restriction.touched:
        opened[begins[at] : begins[at + 1]] = restriction.decisions[at].open
    leading, alive = np.ones(links.begins[-1], np.bool_), np.ones(int(flat.nodes_begin[-1]) + 1, np.bool_)
    loops.rise(
        flat.nodes_begin,
        flat.links_begin,
        flat.source,
        flat.target,
        flat.of_link,
        flat.label,
        np.array(restriction.touched, np.int64),
        opened,
        leading,
        alive,
    )
    return leading, alive


def _by_layer(nodes: Flags, links: DiagramLinks) -> tuple[Flags, ...]:
    """Flags of all nodes, layer by layer."""
    return tuple(nodes[begin:end] for begin, end in pairwise(links.flat.nodes_begin.tolist()))


# ---------------------------------------------------------------- cutting


def restricted_diagram(
    compiled: CompiledDiagram, assumptions: Assumptions, limits: SearchLimits = NO_LIMITS
) -> CompiledDiagram:
    """The diagram of the solutions that obey the assumptions: for many questions under the same choice.

    It stands by itself: asked without assumptions, it answers under these. Arcs, nodes
    and classes without a solution are gone; nodes that have become alike are not merged. Side sums
    stay as they are.
    """
    if compiled.diagram.void or not restriction_of(compiled, assumptions).touched:
        return compiled
    found = traces(compiled, assumptions, limits)
    if found is None:
        return CompiledDiagram(compiled.variables, compiled.decisions, VOID, compiled.side_sums)
    classes = found.classes()
    layers, decisions = [], []
    for at, decision in enumerate(compiled.decisions):
        limits.check()
        begin, end = found.links.classes_begin[at : at + 2]
        kept = classes[begin:end]
        layers.append(_cut_layer(compiled, found, at, kept))
        decisions.append(_cut_decision(decision, assumptions, kept))
    return CompiledDiagram(compiled.variables, tuple(decisions), Diagram(tuple(layers)), compiled.side_sums)


def _cut_decision(decision: Decision, assumptions: Assumptions, kept: Flags) -> Decision:
    """The decision with the classes kept."""
    left = assumed(decision, assumptions)
    if left is decision and kept.all():
        return decision
    numbers = np.concatenate([_numbers(kept), np.array([-1], np.int32)])
    return left.reclassed(numbers.take(left.class_of))  # class -1 falls on the last place


def _cut_layer(compiled: CompiledDiagram, found: Traces, at: int, classes: Flags) -> Layer:
    """The layer with the arcs through which solutions pass."""
    layer = compiled.diagram.layers[at]
    arcs = found.arcs_through(compiled, at)
    if arcs.all() and classes.all():
        return layer
    kept = np.flatnonzero(arcs)
    above, below = found.nodes[at], found.nodes[at + 1] if at + 1 < len(found.nodes) else None
    source, target = layer.source.take(kept), layer.target.take(kept)
    if above is not None:
        source = _numbers(above).take(source)
    if below is not None:
        target = _numbers(below).take(target)
    label = _numbers(classes).take(layer.label.take(kept))
    nodes = layer.nodes if above is None else int(np.count_nonzero(above))
    return Layer.of(nodes, source, label, target)


def _numbers(kept: Flags) -> Indices:
    """New numbers without gaps for what is kept, -1 for the rest."""
    numbers = np.cumsum(kept, dtype=np.int32)
    numbers -= 1
    return np.where(kept, numbers, np.int32(-1))
