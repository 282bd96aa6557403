"""Uniform samples, of diagrams alone: each solution is exactly as likely as any other.

Where the solutions can be numbered in machine words, a sample is the solution of a random number. Beyond, one
goes down by choosing arcs by their share of a node's solutions (`shares`), until ranks are words.
"""

import numpy as np

from configurator.csp.variables import Assumptions
from configurator.engines.diagram.compiled import CompiledDiagram
from configurator.engines.diagram.decisions import Columns
from configurator.engines.diagram.walks.random_numbers import RandomNumbers
from configurator.engines.diagram.walks.ranking import FastOrder, fast_order
from configurator.engines.engine import NO_LIMITS, SearchLimits


def uniform_samples(
    compiled: CompiledDiagram,
    assumptions: Assumptions,
    amount: int,
    seed: int,
    limits: SearchLimits = NO_LIMITS,
) -> Columns:
    """So many solutions drawn one independently of the other: one row per variable of the problem.

    One seed gives the same samples of one diagram for ever. Where there is no solution there is no sample.

    Raises:
        ValueError: the seed or the amount is negative.
    """
    order = fast_order(compiled, assumptions, limits)
    if amount < 0:
        raise ValueError("the number of samples must not be negative")
    if order.size == 0 or amount == 0:
        return np.empty((order.width, 0), np.int32)
    numbers = RandomNumbers.seeded(seed)
    if order.counts[0].dtype != object:
        return order.unrank(numbers.all_below(order.size, amount), limits)
    return _samples_of_many(order, amount, numbers, limits)


def _samples_of_many(order: FastOrder, amount: int, numbers: RandomNumbers, limits: SearchLimits) -> Columns:
    """Samples by arcs down to where ranks are machine words, and by ranks from there on."""
    large = order.layers[: len(order.shares)]
    nodes, chosen = np.zeros(amount, np.int64), []
    for layer, shares in zip(large, order.shares, strict=True):
        limits.check()
        arcs = shares.arcs(nodes, numbers)
        members = numbers.below(layer.decision.multiplicity.take(layer.layer.label.take(arcs)))
        chosen.append(layer.members(arcs, members))
        nodes = layer.targets(arcs)
    columns = order.descend(len(large), nodes, numbers.below(order.counts[len(large)].take(nodes)), limits)
    for layer, values in zip(large, chosen, strict=True):
        columns[list(layer.variables)] = values
    return columns
