"""Cheapest solutions and least totals. Side sums are not looked at: `budgets` and `hybrid` do that.

A path is *tight* when its total is the least one. The arcs of tight paths are found from one pass
of `path_sums`: they are few, so that the first of all cheapest solutions costs little more than the total.
"""

from collections.abc import Iterator
from itertools import islice

import numpy as np
from attrs import define, frozen
from numpy.typing import NDArray

from configurator.csp.variables import Assignment, Assumptions
from configurator.engines.diagram.decisions import Decision, WeightedDecision
from configurator.engines.diagram.weighing.cheapest_first import paths_by_total
from configurator.engines.diagram.weighing.path_sums import PathSum, WeighedPaths, narrowed
from configurator.engines.diagram.whole import Flags, Indices, Whole
from configurator.engines.engine import NO_LIMITS, SearchLimits

TIES = 256
"""How many equally cheap solutions are sorted; beyond, the first of them are found variable by variable."""


@frozen
class Cheapest:
    """A solution of least total.

    Attributes:
        witness: among all such solutions the first in ascending order.
    """

    total: int
    witness: Assignment


@frozen
class CostRange:
    """The least and the greatest total of solutions, both inclusive."""

    least: int
    greatest: int


def least_totals(
    path_sum: PathSum, assumptions: Assumptions, limits: SearchLimits = NO_LIMITS
) -> tuple[Whole, ...]:
    """For each variable and value the least total of solutions that have it.

    More than `path_sum.magnitude` where no solution has it. Costs two passes over the diagram.
    """
    if path_sum.compiled.diagram.void:
        return tuple(
            path_sum.array(found.size, path_sum.unreachable) for found in path_sum.compiled.variables
        )
    return least_totals_of(path_sum.under(assumptions, limits))


def least_totals_of(paths: WeighedPaths) -> tuple[Whole, ...]:
    """The same for paths that are weighed already."""
    decisions = paths.path_sum.compiled.decisions
    found: list[Whole] = [paths.path_sum.array(0, 0)] * len(paths.path_sum.compiled.variables)
    for at, (decision, weighted) in enumerate(zip(decisions, paths.decisions, strict=True)):
        for variable, totals in zip(
            decision.variables, weighted.least_by_value(paths.around(at)), strict=True
        ):
            found[variable] = totals
    return tuple(found)


def cost_ranges(
    path_sum: PathSum, assumptions: Assumptions, limits: SearchLimits = NO_LIMITS
) -> tuple[tuple[CostRange | None, ...], ...]:
    """For each variable and value what solutions with it total; `None` where there is none."""
    lows = least_totals(path_sum, assumptions, limits)
    highs = least_totals(path_sum.negated, assumptions, limits)
    return tuple(
        tuple(
            CostRange(least, -negated) if least <= path_sum.magnitude else None
            for least, negated in zip(low.tolist(), high.tolist(), strict=True)
        )
        for low, high in zip(lows, highs, strict=True)
    )


def cheapest(
    path_sum: PathSum, assumptions: Assumptions, limits: SearchLimits = NO_LIMITS
) -> Cheapest | None:
    """The first of all cheapest solutions; `None` where there is no solution."""
    paths = path_sum.under(assumptions, limits)
    total = paths.least
    if total is None:
        return None
    return Cheapest(total, _Settling(paths, assumptions, tight_arcs(paths)).settled())


def top_k(
    path_sum: PathSum, count: int, assumptions: Assumptions, limits: SearchLimits = NO_LIMITS
) -> tuple[Cheapest, ...]:
    """The cheapest solutions, so many or all there are: by total, equal ones in ascending order.

    Found by total (A* with exact rests). Where the last total has too many solutions to sort them, the
    first of them are found by going through the solutions up to that total in ascending order, which
    costs a pass for most of them.
    """
    if count <= 0 or path_sum.compiled.diagram.void:
        return ()
    stream = by_total(path_sum, assumptions, limits)
    found = list(islice(stream, count))
    if len(found) == count:
        last = found[-1].total
        for more in islice(stream, TIES + 1):
            if more.total > last:
                break
            found.append(more)
        else:
            found = [each for each in found if each.total < last]
            within = ascending_within(path_sum, last, assumptions, limits)
            found += islice((each for each in within if each.total == last), count - len(found))
    return tuple(sorted(found, key=lambda each: (each.total, each.witness))[:count])


def by_total(path_sum: PathSum, assumptions: Assumptions, limits: SearchLimits) -> Iterator[Cheapest]:
    """Yield each solution once by total; equal ones in an order of the diagram's own."""
    decisions = path_sum.compiled.decisions
    for total, members in paths_by_total(path_sum.under(assumptions, limits)):
        yield Cheapest(total, assembled(decisions, members))


def ascending_within(
    path_sum: PathSum, upper: int, assumptions: Assumptions, limits: SearchLimits = NO_LIMITS
) -> Iterator[Cheapest]:
    """Yield each solution of a total of at most `upper` once, in ascending order, with its total.

    Never runs into a dead end: each step asks for values that some solution within has. Neighbours in
    the list mostly differ in their last variables, so one pass tells many.
    """
    compiled = path_sum.compiled
    upper = min(upper, path_sum.magnitude)
    if compiled.diagram.void:
        return
    if not compiled.variables:
        if upper >= 0:
            yield Cheapest(0, ())
        return
    layer_of = {
        variable: layer for layer, found in enumerate(compiled.decisions) for variable in found.variables
    }

    def totals(prefix: Assignment) -> Iterator[tuple[int, int]]:
        """The values that the next variable has in solutions within, ascending, with their least totals."""
        limits.check()
        variable, at = len(prefix), layer_of[len(prefix)]
        fixed = narrowed(assumptions, {before: frozenset((value,)) for before, value in enumerate(prefix)})
        paths = path_sum.under(fixed, limits)
        position = compiled.decisions[at].variables.index(variable)
        least = paths.decisions[at].least_by_value(paths.around(at))[position]
        values = np.flatnonzero(least <= upper)
        return iter(list(zip(values.tolist(), least[values].tolist(), strict=True)))

    prefix: Assignment = ()
    stack = [totals(prefix)]
    while stack:
        step = next(stack[-1], None)
        if step is None:
            stack.pop()
            prefix = prefix[:-1]
        elif len(stack) == len(compiled.variables):
            yield Cheapest(int(step[1]), (*prefix, step[0]))
        else:
            prefix = (*prefix, step[0])
            stack.append(totals(prefix))


def assembled(decisions: tuple[Decision, ...], members: tuple[tuple[int, ...], ...]) -> Assignment:
    """A member of each decision, in their order, as an assignment."""
    values = {
        variable: value
        for decision, member in zip(decisions, members, strict=True)
        for variable, value in zip(decision.variables, member, strict=True)
    }
    return tuple(values[variable] for variable in range(len(values)))


# ---------------------------------------------------------------- the first of all cheapest


@define
class Arcs:
    """Some arcs of a layer."""

    source: Indices
    label: Indices
    target: Indices

    def keep(self, kept: Flags) -> None:
        """Drop all others."""
        self.source, self.label, self.target = self.source[kept], self.label[kept], self.target[kept]


def tight_arcs(paths: WeighedPaths) -> list[Arcs]:
    """For each layer the arcs of paths of least total. Needs a path."""
    found = []
    nodes: NDArray[np.int64] = np.zeros(1, np.int64)
    for at, layer in enumerate(paths.layers):
        if len(nodes) == 1:
            arcs = np.arange(layer.start[nodes[0]], layer.start[nodes[0] + 1])
        else:
            alive = np.zeros(layer.nodes, np.bool_)
            alive[nodes] = True
            arcs = np.flatnonzero(alive.take(layer.source))
        source, target = layer.source[arcs], layer.target[arcs]
        totals = paths.added[at].take(arcs) + paths.down[at + 1].take(target)
        tight = np.flatnonzero(totals == paths.down[at].take(source))
        found.append(Arcs(source[tight], layer.label[arcs[tight]], target[tight]))
        nodes = np.unique(found[-1].target).astype(np.int64)
    return found


class _Settling:
    """Tight paths, of which the variables choose the first, one after the other.

    INVARIANT: each arc left is on a path left, and every path left, written out in its lightest
    members that obey what is settled, is a cheapest solution.
    """

    def __init__(self, paths: WeighedPaths, assumptions: Assumptions, arcs: list[Arcs]) -> None:
        self.path_sum = paths.path_sum
        self.weighted = list(paths.decisions)
        self.assumptions = dict(assumptions)
        self.arcs = arcs

    def settled(self) -> Assignment:
        """The first solution left."""
        decisions = self.path_sum.compiled.decisions
        if all(len(arcs.label) == 1 for arcs in self.arcs):  # nearly always: the cheapest is the only one
            labels = [int(arcs.label[0]) for arcs in self.arcs]
            return assembled(decisions, tuple(map(_lightest, self.weighted, labels)))
        where = sorted(
            (variable, at, position)
            for at, decision in enumerate(decisions)
            for position, variable in enumerate(decision.variables)
        )
        return tuple(self._settle(variable, at, position) for variable, at, position in where)

    def _settle(self, variable: int, at: int, position: int) -> int:
        """Give a variable its first value, and drop the paths without it."""
        weighted, arcs = self.weighted[at], self.arcs[at]
        if len(arcs.label) == 1 and position == 0 and len(self._variables(at)) == 1:
            return _lightest(weighted, int(arcs.label[0]))[0]  # nothing else depends on which it is
        above = self.path_sum.array(len(weighted.least), self.path_sum.unreachable)
        above[arcs.label] = -weighted.least[arcs.label]
        value = int(np.argmax(weighted.least_by_value(above)[position] == 0))
        self.assumptions[variable] = frozenset((value,))
        following = self.path_sum.weighed(at, self.assumptions)
        self._drop(at, following.least[arcs.label] == weighted.least[arcs.label])
        self.weighted[at] = following
        return value

    def _variables(self, at: int) -> tuple[int, ...]:
        return self.path_sum.compiled.decisions[at].variables

    def _drop(self, at: int, kept: Flags) -> None:
        """Keep some arcs of a layer, and what is joined to them."""
        if kept.all():
            return
        self.arcs[at].keep(kept)
        for below in range(at + 1, len(self.arcs)):
            if not self._joined(below, self.arcs[below].source, self.arcs[below - 1].target):
                break
        for above in range(at - 1, -1, -1):
            if not self._joined(above, self.arcs[above].target, self.arcs[above + 1].source):
                break

    def _joined(self, at: int, ends: Indices, nodes: Indices) -> bool:
        """Keep the arcs of a layer that end in some nodes; whether any was dropped."""
        alive = np.zeros(1 + max(int(ends.max()), int(nodes.max())), np.bool_)
        alive[nodes] = True
        kept = alive[ends]
        if kept.all():
            return False
        self.arcs[at].keep(kept)
        return True


def _lightest(weighted: WeightedDecision, label: int) -> tuple[int, ...]:
    """The first of a class's lightest members."""
    return next(weighted.members_by_weight(label))[1]
