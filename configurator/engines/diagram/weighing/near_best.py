"""Near-best paths to and from every node: what is settled of values under several side sums by numpy alone.

A cheapest solution under side sums is rarely the cheapest of all, and rarely that of any multipliers. But its
relaxed cost (Lagrangean: what it costs, and what it takes of each sum, weighed) is not far from the least
one. So beginnings of paths are gathered for every node, and ends likewise: those that are part of a path
whose relaxed cost exceeds the least one with some value of it by no more than a slack, the *regret*; of those
of one node only such as no other one replaces (label setting with dominance: Desrochers, Soumis 1988). Each
solution with a value is a beginning, the value, and an end. The cheapest that keeps the sums is the
least cost, provided that it is no more than the least relaxed cost with this value and the slack together:
what was left out costs more. All values share beginnings and ends. What the slack does not settle stays open.
"""

from collections.abc import Sequence

import numpy as np
from attrs import evolve, frozen

from configurator.csp.variables import Assumptions
from configurator.engines.diagram.weighing.least_costs import NOTHING, LeastUnderSums
from configurator.engines.diagram.weighing.paths_left import (
    LayerLeft,
    Steps,
    each_of,
    extents_of,
    least_ways,
    paths_left,
)
from configurator.engines.diagram.weighing.weighed_values import LARGEST, SCALE, Digits, WeighedValues, Words
from configurator.engines.diagram.whole import Flags
from configurator.engines.engine import NO_LIMITS, SearchLimits

EXTENSIONS = 1_000
"""How many beginnings (or ends) are looked at for one layer: what limits the slack."""
PAIRS = 4_000
"""How many pairs of beginnings and ends are looked at for one layer."""
FOR_ONE = 20_000
"""How many beginnings are looked at for one layer, where only the cheapest of all is asked for."""
UNWANTED = -(1 << 37)
"""Stands for the relaxed cost around a class that is not asked about: any path with it is regretted."""
SOME = 256
"""Of about so many places it is estimated how large a slack is right."""
NEAR = (1, 2, 4)
"""With which earlier ones of its node a part is compared: most are replaced by a near one. On an instance of
24 places under three sums, ten of them up to the 16th settled 7 in 100 values more and took a quarter
longer."""


@frozen
class Room:
    """How much is looked at.

    Attributes:
        extensions: beginnings, and ends, for one layer.
        pairs: of beginnings and ends for one layer.
    """

    extensions: int
    pairs: int


def _regrets(
    steps: Sequence[Steps], weights: Sequence[Words], least: Sequence[Words], around: Sequence[Words]
) -> list[Words]:
    """For each layer in this direction, for each node the least of a way there, less that of a value on it.

    Of a value it is what the best path with it comes to. `least` is for each node that of a way there,
    `around` for each class that of the rest of a path with it.
    """
    found = [np.full(1, LARGEST >> 3)]  # no value is on the way that has no steps
    for at, step in enumerate(steps):
        without = found[-1][step.origin] + weights[at][step.value]
        with_it = least[at][step.origin] - around[at][step.label]
        found.append(np.minimum.reduceat(np.minimum(without, with_it), step.first))
    return found


# ---------------------------------------------------------------- beginnings and ends


@frozen(eq=False)
class Parts:
    """Beginnings of paths to the nodes of a layer; or ends, seen from the end.

    Attributes:
        begin: for each node the place of its first one, and how many there are.
        cost: for each what it costs.
        sums: for each what it adds to the sums, in a word.
        relaxed: for each its relaxed cost, ascending for each node.
        complete: no part of at most this regret is missing, but such as others replace.
    """

    begin: Words
    cost: Words
    sums: Words
    relaxed: Words
    complete: int


def no_steps(complete: int = LARGEST >> 2) -> Parts:
    """The only beginning of no steps; no more than some regret is asked for."""
    return Parts(
        np.array([0, 1]), np.zeros(1, np.int64), np.zeros(1, np.int64), np.zeros(1, np.int64), complete
    )


@frozen(eq=False)
class Direction:
    """All layers, seen from the root or from the end.

    Attributes:
        layers: in this direction.
        steps: for each of them.
        weights: for each of them, for each value its relaxed cost.
        regret: for each layer, for each node what added to the relaxed cost of a part makes its regret: by
            how much the best path with the part and some value behind it exceeds the best with that value.
    """

    weighed: WeighedValues
    layers: Sequence[int]
    steps: Sequence[Steps]
    weights: Sequence[Words]
    regret: Sequence[Words]

    def gathered(self, rests: Sequence[Words], most: int, first: Parts, limits: SearchLimits) -> list[Parts]:
        """Parts of this direction for each layer, in its order, and at last those of all layers.

        Args:
            rests: for each layer in this direction, for each node the extents of what is left.
            most: about how many parts are looked at for one layer.
            first: the one without steps.
            limits: checked once for each layer.
        """
        found = [first]
        for at in range(len(self.steps)):
            limits.check()
            found.append(self._following(at, found[-1], rests[at + 1], most))
        return found

    def _following(self, at: int, parts: Parts, rest: Words, most: int) -> Parts:
        step, digits, uppers = self.steps[at], self.weighed.digits, self.weighed.uppers
        weights = self.weights[at][step.value]
        regret = weights + self.regret[at + 1][step.end]
        complete, of, part = _within(parts, step.origin, regret, most)
        node, value = step.end[of], step.value[of]
        sums = parts.sums[part] + self.weighed.packed[self.layers[at]][value]
        # The rest of a path needs room in every sum ...
        room = uppers - rest[:, : digits.sums]
        has_room: Flags = np.all(room >= 0, axis=1)
        has_room = has_room[node] & digits.no_more(sums, digits.packed(np.maximum(room, 0))[node])
        kept = np.flatnonzero(has_room)
        of, part, node, value, sums = (each[kept] for each in (of, part, node, value, sums))
        relaxed = parts.relaxed[part] + weights[of]
        order = np.argsort(node * LARGEST + relaxed)
        node, sums = node[order], sums[order]
        cost = (parts.cost[part] + self.weighed.costs[self.layers[at]][value])[order]
        # ... and sums that it keeps whatever it is are all alike.
        harmless = digits.packed(np.maximum(uppers + rest[:, digits.sums :], 0))
        kept = _undominated(digits, node, cost, digits.greater(sums, harmless[node]))
        counts = np.bincount(node[kept], minlength=len(step.first))
        begin = np.concatenate(([0], np.cumsum(counts)))
        return Parts(begin, cost[kept], sums[kept], relaxed[order[kept]], complete)


def _within(parts: Parts, nodes: Words, more: Words, most: int) -> tuple[int, Words, Words]:
    """All pairs of a place in `nodes` and a part of that node that together come to no more than a slack.

    To the relaxed cost of the parts `more` is added, for each place. The slack is that up to which parts are
    complete, or less so that there are not many more pairs than `most`.
    """
    keys = np.repeat(np.arange(len(parts.begin) - 1) * LARGEST, np.diff(parts.begin)) + parts.relaxed
    begin, reach = parts.begin[nodes], nodes * LARGEST - more
    slack = max(parts.complete, 0)
    end = np.searchsorted(keys, reach + slack, "right")
    if np.maximum(end - begin, 0).sum() > most:
        some = slice(None, None, 1 + len(nodes) // SOME)
        begin_of_some, reach_of_some = begin[some], reach[some]
        wanted = most * len(begin_of_some) // len(nodes)
        low, high = -1, min(slack, int(parts.relaxed.max() + more.max()))
        while high - low > max(1, high // 32):
            slack = (low + high) // 2
            end = np.searchsorted(keys, reach_of_some + slack, "right")
            fits = np.maximum(end - begin_of_some, 0).sum() <= wanted
            low, high = (slack, high) if fits else (low, slack)
        slack = low
        end = np.searchsorted(keys, reach + max(slack, 0), "right")
        if slack < 0:  # more equals than there is room for: one of each, of which none is promised
            end = np.minimum(end, begin + 1)
    of, part = each_of(begin, np.maximum(end, begin))
    return min(slack, parts.complete), of, part


def _undominated(digits: Digits, node: Words, cost: Words, sums: Words) -> Words:
    """The places of parts that no earlier one near them in the same node is as good as."""
    left = np.arange(len(node))
    for near in NEAR:
        if near >= len(left):
            break
        replaced = (
            (node[near:] == node[:-near])
            & (cost[:-near] <= cost[near:])
            & digits.no_more(sums[:-near], sums[near:])
        )
        kept = np.concatenate((np.arange(near), np.flatnonzero(~replaced) + near))
        left, node, cost, sums = left[kept], node[kept], cost[kept], sums[kept]
    return left


# ---------------------------------------------------------------- values


def least_of_near_best(
    weighed: WeighedValues,
    layers: Sequence[LayerLeft],
    domains: Sequence[Flags],
    multipliers: Words,
    limits: SearchLimits = NO_LIMITS,
) -> LeastUnderSums:
    """The least costs of solutions with each value, and of all, as far as they are settled.

    Raises:
        SearchLimitError: the time is up.
    """
    variables = weighed.compiled.variables
    least = tuple(np.full(variable.size, NOTHING) for variable in variables)
    bound = tuple(np.full(variable.size, NOTHING) for variable in variables)
    near = _NearBest.of(weighed, layers, multipliers)
    near.settle(domains, Room(EXTENSIONS, PAIRS), least, bound, limits)
    found = min(int(each.min()) for each in least)
    at_least = max(int(each.min()) for each in bound)
    return LeastUnderSums(least, bound, found if found <= at_least else near.overall(found, limits))


def possible_under_sums(
    weighed: WeighedValues,
    candidates: Sequence[Flags],
    wanted: Sequence[Flags],
    assumptions: Assumptions,
    shares: Sequence[float],
    room: Room,
    limits: SearchLimits = NO_LIMITS,
) -> tuple[tuple[Flags, ...], tuple[Flags, ...]]:
    """Which values are in solutions, and which of the wanted ones are still open.

    Args:
        weighed: sums alone, nothing costs anything.
        candidates: for each variable values that the assumptions leave; all that are in solutions.
        wanted: of them those that are asked about.
        assumptions: of the question.
        shares: in which the bounds are to contribute to the weighed bound.
        room: how much is looked at.
        limits: checked for each layer.

    Raises:
        SearchLimitError: the time is up.
    """
    variables = weighed.compiled.variables
    least = tuple(np.full(variable.size, NOTHING) for variable in variables)
    bound = tuple(np.full(variable.size, NOTHING) for variable in variables)
    layers = paths_left(weighed, candidates, assumptions) if (weighed.uppers >= 0).all() else []
    if layers:
        near = _NearBest.of(weighed, layers, weighed.multipliers(shares))
        near.settle(wanted, room, least, bound, limits, near.credit - int(near.down[0][0]))
    return (
        tuple(found == 0 for found in least),
        tuple(
            flags & (found > 0) & (below <= 0)
            for flags, found, below in zip(wanted, least, bound, strict=True)
        ),
    )


@frozen(eq=False)
class _NearBest:
    """What is left of a diagram, weighed by relaxed cost.

    Attributes:
        weights: for each layer, for each value its relaxed cost.
        credit: what the bounds take off relaxed costs.
        up: for each layer, for each node the least of a way there from the root; and of the end.
        down: the same from the end.
        around: for each layer, for each class the least relaxed cost of the rest of a path with it.
        before: for each layer, for each node the extents of ways there from the root; and of the end.
        after: the same from the end.
    """

    weighed: WeighedValues
    layers: Sequence[LayerLeft]
    weights: Sequence[Words]
    credit: int
    up: Sequence[Words]
    down: Sequence[Words]
    around: Sequence[Words]
    before: Sequence[Words]
    after: Sequence[Words]

    @classmethod
    def of(cls, weighed: WeighedValues, layers: Sequence[LayerLeft], multipliers: Words) -> "_NearBest":
        on, back = [layer.on for layer in layers], [layer.back for layer in layers][::-1]
        weights, extents = weighed.relaxed(multipliers), extents_of(weighed, layers)
        up, down = least_ways(on, weights), least_ways(back, weights[::-1])[::-1]
        classes = [decision.classes for decision in weighed.compiled.decisions]
        around = [_around(layer, classes[at], up[at], down[at + 1]) for at, layer in enumerate(layers)]
        before, after = least_ways(on, extents), least_ways(back, extents[::-1])[::-1]
        credit = int(multipliers @ weighed.uppers)
        return cls(weighed, layers, weights, credit, up, down, around, before, after)

    def settle(
        self,
        wanted: Sequence[Flags],
        room: Room,
        least: Sequence[Words],
        bound: Sequence[Words],
        limits: SearchLimits,
        slack: int = LARGEST >> 2,
    ) -> None:
        """Write down the least cost found of each value, and what none that is wanted costs less than.

        Args:
            wanted: for each variable the values that are asked about.
            room: how much is looked at.
            least: for each variable.
            bound: likewise.
            limits: checked for each layer.
            slack: no more is needed.
        """
        around = [
            np.where(self._wanted_classes(at, wanted), each, UNWANTED) for at, each in enumerate(self.around)
        ]
        begun, ended = self._parts(around, room, slack, limits)
        for at, layer in enumerate(self.layers):
            limits.check()
            variable = self.weighed.compiled.decisions[at].variables[0]
            if not wanted[variable].any():
                continue
            joint = _Joint(self.weighed, at, layer, begun[at], ended[at])
            weights = self.weights[at] - self.credit
            joint.settle(weights, around[at], self.down[at + 1], room, least[variable], bound[variable])

    def _wanted_classes(self, at: int, wanted: Sequence[Flags]) -> Flags:
        """The classes of which some value is wanted."""
        decision = self.weighed.compiled.decisions[at]
        found = np.zeros(decision.classes + 1, np.bool_)
        found[decision.class_of[wanted[decision.variables[0]]]] = True
        return found[: decision.classes]

    def _parts(
        self, around: Sequence[Words], room: Room, slack: int, limits: SearchLimits
    ) -> tuple[list[Parts], list[Parts]]:
        """For each layer beginnings to its nodes, and ends of paths from where its arcs lead."""
        on, back = [layer.on for layer in self.layers], [layer.back for layer in self.layers][::-1]
        above = _regrets(on, self.weights, self.up, around)[::-1]
        below = _regrets(back, self.weights[::-1], self.down[::-1], around[::-1])[::-1]
        numbers = range(len(self.layers))
        # To the last layer's nodes, not beyond: behind the end is no value that could be regretted.
        onwards = Direction(self.weighed, numbers[:-1], on[:-1], self.weights, below)
        backwards = Direction(self.weighed, numbers[:0:-1], back[:-1], self.weights[::-1], above)
        begun = onwards.gathered(self.after, room.extensions, no_steps(slack), limits)
        ended = backwards.gathered(self.before[::-1], room.extensions, no_steps(slack), limits)
        return begun, ended[::-1]

    def overall(self, found: int, limits: SearchLimits) -> int | None:
        """The least cost of all solutions, one of that cost being `found`; `None` where it is not settled."""
        on, relaxed = [layer.on for layer in self.layers], int(self.down[0][0])
        regrets = [down - relaxed for down in self.down]
        whole = Direction(self.weighed, range(len(on)), on, self.weights, regrets)
        gap = LARGEST >> 2 if found == NOTHING else max(0, SCALE * found + self.credit - relaxed)
        paths = whole.gathered(self.after, FOR_ONE, no_steps(gap), limits)[-1]
        found = min(found, int(paths.cost.min(initial=NOTHING)))
        return found if found <= (relaxed - self.credit + paths.complete) // SCALE + 1 else None


def _around(layer: LayerLeft, classes: int, up: Words, down: Words) -> Words:
    """For each class the least relaxed cost of the rest of a path with it; much where there is none."""
    found = np.full(classes, LARGEST >> 3)
    np.minimum.at(found, layer.label, up[layer.source] + down[layer.target])
    return found


@frozen(eq=False)
class _Joint:
    """One layer, with beginnings above and ends below."""

    weighed: WeighedValues
    at: int
    layer: LayerLeft
    begun: Parts
    ended: Parts

    def settle(
        self,
        weights: Words,
        around: Words,
        least_ends: Words,
        room: Room,
        least: Words,
        bound: Words,
    ) -> None:
        """Write down the least cost found of each value, and what none costs less than.

        Args:
            weights: for each value its relaxed cost.
            around: for each class the least relaxed cost of the rest of a path with it.
            least_ends: for each node behind the layer the least relaxed cost of an end from it.
            room: how much is looked at.
            least: of the layer's variable.
            bound: likewise.
        """
        layer, decision, digits = self.layer, self.weighed.compiled.decisions[self.at], self.weighed.digits
        complete, label, beginning, end = self._pairs(around, least_ends, room.pairs)
        class_of = decision.class_of[layer.values]
        values = layer.values[np.argsort(class_of, kind="stable")]
        first = np.searchsorted(np.sort(class_of), np.arange(len(around) + 1))
        of, place = each_of(first[label], first[label + 1])
        value = values[place]
        sums = (self.begun.sums[beginning] + self.ended.sums[end])[of] + self.weighed.packed[self.at][value]
        upper = digits.packed(self.weighed.uppers.reshape(1, -1))
        kept = np.flatnonzero(digits.no_more(sums, upper))
        others = (self.begun.cost[beginning] + self.ended.cost[end])[of[kept]]
        np.minimum.at(least, value[kept], others + self.weighed.costs[self.at][value[kept]])
        relaxed = around[class_of] + weights[layer.values]
        bound[layer.values] = np.minimum((relaxed + complete) // SCALE + 1, least[layer.values])

    def _pairs(self, around: Words, least_ends: Words, most: int) -> tuple[int, Words, Words, Words]:
        """Beginnings and ends of one arc that lose no more than a slack together, with the class between."""
        layer = self.layer
        arcs = np.flatnonzero(around[layer.label] != UNWANTED)
        ends = least_ends[layer.target[arcs]] - around[layer.label[arcs]]
        least_slack = min(self.begun.complete, self.ended.complete)
        begun = evolve(self.begun, complete=least_slack)
        least_slack, of, beginning = _within(begun, layer.source[arcs], ends, most)
        arc = arcs[of]
        more = self.begun.relaxed[beginning] - around[layer.label[arc]]
        ended = evolve(self.ended, complete=least_slack)
        complete, of, ending = _within(ended, layer.target[arc], more, most)
        return complete, layer.label[arc[of]], beginning[of], ending
