"""The order of the layers: a beam search over sets of decisions.

How wide a diagram is after some decisions depends on which they are, not on their order. So
each set is given an estimate of its width: what the decisions inside still mean to those outside. A
beam of the best sets is extended decision by decision. Everything decides by this order: on 24 families
under 220 rules one order needs millions of nodes, another 4,575.
"""

from collections.abc import Sequence
from math import exp, log, log1p

import numpy as np
from attrs import field, frozen

from configurator.csp.decomposition import independent_parts
from configurator.engines.diagram.numbering import numbered_rows
from configurator.engines.diagram.whole import Indices
from configurator.engines.engine import SearchLimits

BEAM = 128
"""Sets kept at each step: fewer give wider diagrams, more cost time and gain little."""
EFFORT = 3_000_000
"""Beam x decisions**3 is held below this, so that hundreds of decisions are still ordered in seconds."""
WIDE = 17.0
"""A score (the logarithm of all widths together) from which a wider beam is worth its time.

Of 220 rules over 24 families, the families of a rule at most 8 apart: 17.6 instead of 20.0 by eight times
the beam, and 1.4 million arcs instead of 5.4 million.
"""
HOPELESS = 28.0
"""A score from which a wider beam is not worth its time any more: the diagram will exceed its limits.

Of 220 rules over 24 families: 17 to 21 where the families of a rule are at most 8 apart (19 of 20 compile),
23 to 28 at 12 (1 of 20), 27 to 33 at 16 (none), 29 to 33 at 24 (none; refused after 1.6 to 5 s, not 5 to 10).
"""
LOOK_BACK = 0.5
"""How much the width right now counts beside the widths on the way."""


@frozen(eq=False)
class View:
    """What one constraint sees of one decision.

    Attributes:
        constraint: its number.
        others: the other decisions it reads, as bits.
        classes: for each class of the decision what the constraint sees.
    """

    constraint: int
    others: int
    classes: Indices = field(repr=False)


@frozen(eq=False)
class Reach:
    """A sum as the order sees it: for each decision how far it moves, in steps, and in how many ways.

    Attributes:
        reach: by decision, the difference between the greatest and the least weight, in steps.
        ways: by decision, the logarithm of the number of different weights.
    """

    reach: dict[int, int]
    ways: dict[int, float]


@frozen(eq=False)
class OrderingTask:
    """What is to be ordered.

    Attributes:
        views: for each decision how constraints see it.
        clauses: the decisions of each clause, as bits.
        sums: those that will be brought into the diagram.
    """

    views: Sequence[Sequence[View]]
    clauses: Sequence[int] = ()
    sums: Sequence[Reach] = ()

    @property
    def decisions(self) -> int:
        """How many there are."""
        return len(self.views)


def find_order(task: OrderingTask, limits: SearchLimits, beam: int = BEAM) -> tuple[int, ...]:
    """The decisions in the order of the layers; parts that have nothing in common one after another.

    Deterministic: ties go to the decision that comes first.

    Raises:
        SearchLimitError: the time is up.
    """
    scopes = [bits_of(view.others | 1 << d) for d, views in enumerate(task.views) for view in views]
    scopes += [bits_of(clause) for clause in task.clauses] + [tuple(found.reach) for found in task.sums]
    order: list[int] = []
    for part in independent_parts(range(task.decisions), scopes):
        order += _ordered(task, part, limits, beam)
    return tuple(order)


def bits_of(mask: int) -> tuple[int, ...]:
    """The positions of the bits set, ascending."""
    return tuple(at for at, bit in enumerate(bin(mask)[:1:-1]) if bit == "1")


def _ordered(task: OrderingTask, part: tuple[int, ...], limits: SearchLimits, beam: int) -> tuple[int, ...]:
    """One connected part by beam search."""
    if len(part) < 3:
        return part
    widths = Widths(task)
    affordable = max(2, EFFORT // len(part) ** 3)
    narrow = min(beam, affordable)
    score, order = _searched(widths, part, limits, narrow)
    # A beam cut short by its cost says too little about what a wider one might find.
    hopeless = score > HOPELESS and narrow == beam
    if score > WIDE and beam < 4 * affordable and not hopeless:
        score, order = min((score, order), _searched(widths, part, limits, min(8 * beam, 4 * affordable)))
    return order


def _searched(
    widths: "Widths", part: tuple[int, ...], limits: SearchLimits, beam: int
) -> tuple[float, tuple[int, ...]]:
    """The best order found, with its score."""
    # Per set: score (the logarithm of the widths so far, added up), width now, the order that led to it.
    states: dict[int, tuple[float, float, tuple[int, ...]]] = {0: (-1e9, 0.0, ())}
    for _ in part:
        limits.check()
        following: dict[int, tuple[float, float, tuple[int, ...]]] = {}
        for inside, (score, _, order) in states.items():
            for decision in _candidates(widths, part, inside):
                extended = inside | 1 << decision
                known = following.get(extended)
                width = widths.of(extended) if known is None else known[1]
                total = added(score, width)
                # Of two ways to one set the narrower; of equal ones the first in the order of decisions.
                if known is None or (total, (*order, decision)) < (known[0], known[2]):
                    following[extended] = (total, width, (*order, decision))
        best = sorted(following.items(), key=lambda item: (item[1][0] + LOOK_BACK * item[1][1], item[1][2]))
        states = dict(best[:beam])
    score, _, order = next(iter(states.values()))
    return score, order


def _candidates(widths: "Widths", part: tuple[int, ...], inside: int) -> list[int]:
    """What may come next: in large parts only what something inside speaks of."""
    outside = [decision for decision in part if not inside >> decision & 1]
    if len(part) <= 40 or not inside:
        return outside
    near = [decision for decision in outside if widths.neighbours[decision] & inside]
    return near or outside


def added(one: float, other: float) -> float:
    """The logarithm of the sum of two numbers given by their logarithms."""
    low, high = sorted((one, other))
    return high + log1p(exp(low - high))


class Widths:
    """Estimates of how wide a diagram is after a set of decisions, remembered."""

    def __init__(self, task: OrderingTask) -> None:
        self.task = task
        self.neighbours = [0] * task.decisions
        for decision, views in enumerate(task.views):
            for view in views:
                self.neighbours[decision] |= view.others
        for clause in task.clauses:
            for decision in bits_of(clause):
                self.neighbours[decision] |= clause & ~(1 << decision)
        for found in task.sums:
            for decision in found.reach:
                self.neighbours[decision] |= sum(1 << other for other in found.reach if other != decision)
        self._joint: list[dict[int, float]] = [{} for _ in self.neighbours]

    def of(self, inside: int) -> float:
        """The logarithm of the estimate for a set of decisions, given as bits."""
        total = 0.0
        rest = inside
        while rest:
            low = rest & -rest
            decision = low.bit_length() - 1
            rest ^= low
            live = self.neighbours[decision] & ~inside
            if live:
                known = self._joint[decision].get(live)
                if known is None:
                    known = self._joint[decision][live] = self._meanings(decision, live)
                total += known
        for clause in self.task.clauses:
            if clause & inside and clause & ~inside:
                total += 0.69
        return total + sum(self._sum(found, inside) for found in self.task.sums)

    def _meanings(self, decision: int, live: int) -> float:
        """How many different things a decision can mean to the live decisions outside, as a logarithm."""
        columns = [view.classes for view in self.task.views[decision] if view.others & live]
        if not columns:
            return 0.0
        first, _ = numbered_rows(np.ascontiguousarray(np.stack(columns, axis=1)))
        return log(len(first))

    @staticmethod
    def _sum(found: Reach, inside: int) -> float:
        reach_in = reach_out = 0
        ways_in = ways_out = 0.0
        for decision, reach in found.reach.items():
            if inside >> decision & 1:
                reach_in += reach
                ways_in += found.ways[decision]
            else:
                reach_out += reach
                ways_out += found.ways[decision]
        if not reach_in or not reach_out:
            return 0.0
        return min(log(reach_in + 1), log(reach_out + 1), ways_in, ways_out)
