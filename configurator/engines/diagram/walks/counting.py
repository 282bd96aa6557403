"""Exact counts, of diagrams alone: side sums are not looked at.

Counts of nodes are machine words in the lower layers, as long as a layer's counts add up to less than
2**62, and Python's own numbers in the layers above.
"""

import numpy as np

from configurator.csp.variables import Assumptions
from configurator.engines.diagram.compiled import CompiledDiagram
from configurator.engines.diagram.decisions import Decision, SingleDecision
from configurator.engines.diagram.layers import Layer
from configurator.engines.diagram.walks.links import links_of
from configurator.engines.diagram.walks.passes import Restriction, restriction_of
from configurator.engines.diagram.whole import Whole, alike, whole, widened
from configurator.engines.engine import NO_LIMITS, SearchLimits

Counts = tuple[Whole, ...]
"""For each layer, for each node how many solutions begin there, in members; then one for the end."""


def count(compiled: CompiledDiagram, assumptions: Assumptions, limits: SearchLimits = NO_LIMITS) -> int:
    """How many solutions obey the assumptions.

    Costs one operation on each arc from the last layer that the assumptions touch upwards.
    """
    if compiled.diagram.void:
        return 0
    return int(counts_of_nodes(compiled, assumptions, limits)[0][0])


def counts_of_nodes(
    compiled: CompiledDiagram, assumptions: Assumptions, limits: SearchLimits = NO_LIMITS
) -> Counts:
    """The counts of a diagram that is not void, under assumptions. To be read, not to be changed."""
    counts = list(compiled.remember(_all_counts, limits))
    restriction = restriction_of(compiled, assumptions)
    for at in range(max(restriction.touched, default=-1), -1, -1):
        limits.check()
        layer, below = compiled.diagram.layers[at], counts[at + 1]
        multiplicity = alike(restriction.decisions[at].multiplicity, counts[at])
        counts[at] = _count_layer(layer, multiplicity, alike(below, counts[at]))
    return tuple(counts)


def leaves_of_arcs(compiled: CompiledDiagram, restriction: Restriction, counts: Counts, at: int) -> Whole:
    """For each arc of a layer how many solutions pass on from its source through it.

    All of a layer together fit the type of the layer's counts.
    """
    layer = compiled.diagram.layers[at]
    multiplicity = alike(restriction.decisions[at].multiplicity, counts[at])
    leaves: Whole = multiplicity.take(layer.label)
    leaves *= alike(counts[at + 1], counts[at]).take(layer.target)
    return leaves


def _all_counts(compiled: CompiledDiagram, limits: SearchLimits) -> Counts:
    """The counts without assumptions, each layer in a type that holds the sum of all its counts."""
    below: Whole = np.ones(1, np.int64)
    counts = [below]
    for layer, decision in zip(reversed(compiled.diagram.layers), reversed(compiled.decisions), strict=True):
        limits.check()
        multiplicity = decision.everything.multiplicity
        bound = _sum_over_arcs(layer, multiplicity) * int(below.max())
        below = _count_layer(layer, widened(multiplicity, bound), widened(below, bound))
        counts.append(below)
    return tuple(reversed(counts))


def _sum_over_arcs(layer: Layer, multiplicity: Whole) -> int:
    """How many members all arcs have together."""
    arcs = np.bincount(layer.label, minlength=len(multiplicity))
    return sum(arcs_ * int(members) for arcs_, members in zip(arcs.tolist(), multiplicity, strict=True))


def _count_layer(layer: Layer, multiplicity: Whole, below: Whole) -> Whole:
    """The counts of a layer's nodes from those of the next layer."""
    leaves = multiplicity.take(layer.label) * below.take(layer.target)
    counts: Whole = np.add.reduceat(leaves, layer.start[:-1])
    return counts


# ---------------------------------------------------------------- values of one variable


def counts_by_value(
    compiled: CompiledDiagram, variable: int, assumptions: Assumptions, limits: SearchLimits = NO_LIMITS
) -> Whole:
    """For each value of a variable how many solutions under the assumptions have it.

    Costs what `count` costs, and a few operations on each arc down to the variable's layer.
    """
    if compiled.diagram.void:
        return np.zeros(compiled.variables[variable].size, np.int64)
    at = compiled.layer_of(variable)
    counts = counts_of_nodes(compiled, assumptions, limits)
    restriction = restriction_of(compiled, assumptions)
    ways = _ways_to(compiled, restriction, counts, at, limits)
    by_class = _paths_by_class(compiled, ways, counts[at + 1], at)
    decision, left = compiled.decisions[at], restriction.decisions[at]
    if not isinstance(decision, SingleDecision):
        return _by_restricting(decision, variable, assumptions, by_class, compiled.variables[variable].size)
    class_of = decision.class_of
    (values,) = left.domains(np.ones(decision.classes, np.bool_))
    return np.where(values, by_class.take(class_of, mode="clip"), 0)


def _ways_to(
    compiled: CompiledDiagram, restriction: Restriction, counts: Counts, last: int, limits: SearchLimits
) -> Whole:
    """For each node of a layer how many ways lead to it from the root.

    Each node without assumptions leads to the end. So there are never more ways to a node than
    solutions, and where the number of those fits machine words, so do all ways.
    """
    links = compiled.remember(links_of, limits)
    ways = alike(np.ones(1, np.int64), counts[0])
    for at in range(last):
        limits.check()
        layer = links.layers[at]
        multiplicity = alike(restriction.decisions[at].multiplicity, ways)
        members = np.add.reduceat(multiplicity.take(layer.labels), layer.of_link)
        arrivals = ways.take(layer.source) * members
        ways = np.add.reduceat(arrivals.take(layer.to_target), layer.of_target)
    return ways


def _paths_by_class(compiled: CompiledDiagram, ways: Whole, below: Whole, at: int) -> Whole:
    """For each class of a layer how many solutions each of its members has."""
    links = compiled.remember(links_of)
    layer = links.layers[at]
    paths = ways.take(layer.source) * alike(below, ways).take(layer.target)
    begin, end = links.classes_begin[at : at + 2]
    first, last = np.searchsorted(links.classes, (begin, end))
    runs = links.of_class[first:last]
    arcs = links.links_by_class[runs[0] : runs[0] + compiled.diagram.layers[at].arcs] - links.begins[at]
    by_class = np.zeros(end - begin, paths.dtype)
    by_class[links.classes[first:last] - begin] = np.add.reduceat(paths.take(arcs), runs - runs[0])
    return by_class


def _by_restricting(
    decision: Decision, variable: int, assumptions: Assumptions, by_class: Whole, size: int
) -> Whole:
    """The counts of a variable that shares its decision, by assuming each value in turn."""
    found = []
    for value in range(size):
        allowed = assumptions.get(variable, frozenset((value,))) & {value}
        members = decision.restricted({**assumptions, variable: allowed}).multiplicity
        taken = np.flatnonzero(members)
        found.append(int((alike(members, by_class)[taken] * by_class[taken]).sum()))
    return whole(found)
