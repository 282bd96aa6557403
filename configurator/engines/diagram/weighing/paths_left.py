"""The paths that are left of a diagram, and multipliers that bound their costs well."""

from collections.abc import Sequence

import numpy as np
from attrs import frozen

from configurator.csp.variables import Assumptions
from configurator.engines.diagram.weighing.weighed_values import SCALE, WeighedValues, Words
from configurator.engines.diagram.whole import Flags
from configurator.engines.engine import SearchLimits


@frozen(eq=False)
class Steps:
    """The steps of one layer in one direction, one for each arc and value that may be taken.

    Attributes:
        origin: for each step the node it leaves, in this direction.
        end: for each step the node it leads to, ascending.
        value: for each step the value it takes.
        label: for each step the class of the value.
        first: for each node that steps lead to the first of these steps.
    """

    origin: Words
    end: Words
    value: Words
    label: Words
    first: Words


@frozen(eq=False)
class LayerLeft:
    """What is left of a layer: every arc is on a path.

    Attributes:
        values: the values left, ascending.
        source: for each arc the node it leaves; nodes are numbered anew.
        label: for each arc its class.
        target: for each arc the node it leads to.
        nodes: how many nodes there are.
        free: whether steps take only values that no other one left replaces.
        on: the steps towards the end.
        back: the steps towards the root.
    """

    values: Words
    source: Words
    label: Words
    target: Words
    nodes: int
    free: bool
    on: Steps
    back: Steps


def paths_left(weighed: WeighedValues, domains: Sequence[Flags], assumptions: Assumptions) -> list[LayerLeft]:
    """The paths of values that may be in solutions, with what replaces them; none without paths."""
    compiled = weighed.compiled
    layers, decisions = compiled.diagram.layers, compiled.decisions
    arcs: list[Words] = []
    alive = np.ones(1, np.bool_)
    allowed = [_allowed(weighed, at, domains, assumptions) for at in range(len(decisions))]
    for at in range(len(layers) - 1, -1, -1):
        layer, decision = layers[at], decisions[at]
        opened = np.zeros(decision.classes, np.bool_)
        opened[decision.class_of[allowed[at]]] = True
        arcs.append(np.flatnonzero(opened.take(layer.label) & alive.take(layer.target)))
        alive = np.zeros(layer.nodes, np.bool_)
        alive[layer.source[arcs[-1]]] = True
    if not alive.all():
        return []
    arcs.reverse()
    found = []
    number = np.zeros(1, np.int64)
    reached = np.ones(1, np.bool_)
    for at, layer in enumerate(layers):
        kept = arcs[at]
        kept = kept[reached.take(layer.source[kept])]
        target = layer.target[kept]
        reached = np.zeros(layers[at + 1].nodes if at + 1 < len(layers) else 1, np.bool_)
        reached[target] = True
        following = np.cumsum(reached) - 1
        source, target = number[layer.source[kept]], following[target]
        free = decisions[at].variables[0] not in assumptions
        found.append(_layer_left(weighed, at, allowed[at], free, (source, layer.label[kept], target)))
        number = following
    return found


def _allowed(weighed: WeighedValues, at: int, domains: Sequence[Flags], assumptions: Assumptions) -> Flags:
    """The values of a layer that may be in solutions.

    One that is replaced by others, all of them in no solution, is in none itself.
    """
    decision = weighed.compiled.decisions[at]
    variable, class_of = decision.variables[0], decision.class_of
    allowed: Flags = domains[variable] & (class_of >= 0)
    if variable in assumptions:
        return allowed
    members = weighed.members[at]
    followed = np.zeros(decision.classes + 1, np.bool_)
    followed[class_of[members[allowed[members]]]] = True
    allowed &= followed[class_of]
    return allowed


def _layer_left(
    weighed: WeighedValues, at: int, allowed: Flags, free: bool, arcs: tuple[Words, Words, Words]
) -> LayerLeft:
    source, label, target = arcs
    values = np.flatnonzero(allowed)
    if free:
        # What replaces a value that is in solutions is in solutions itself.
        taken = allowed[weighed.members[at]]
        members = weighed.members[at][taken]
        begin = np.concatenate(([0], np.cumsum(taken)))[weighed.members_begin[at]]
    else:
        class_of = weighed.compiled.decisions[at].class_of[values]
        members = values[np.argsort(class_of, kind="stable")]
        begin = np.searchsorted(np.sort(class_of), np.arange(weighed.compiled.decisions[at].classes + 1))
    arc, place = each_of(begin[label], begin[label + 1])
    value = members[place]
    forward, backward = target[arc], source[arc]
    order = np.argsort(forward, kind="stable")
    return LayerLeft(
        values,
        source,
        label,
        target,
        int(source.max()) + 1,
        free,
        Steps(backward[order], forward[order], value[order], label[arc][order], _firsts(forward[order])),
        Steps(forward, backward, value, label[arc], _firsts(backward)),
    )


def _firsts(ascending: Words) -> Words:
    """Where each new number begins."""
    return np.flatnonzero(np.concatenate(([True], ascending[1:] != ascending[:-1])))


def each_of(begin: Words, end: Words) -> tuple[Words, Words]:
    """Each number of each range, with the number of the range."""
    lengths = end - begin
    of = np.repeat(np.arange(len(lengths)), lengths)
    return of, np.arange(len(of)) + np.repeat(begin - (np.cumsum(lengths) - lengths), lengths)


# ---------------------------------------------------------------- multipliers


def least_ways(steps: Sequence[Steps], weights: Sequence[Words]) -> list[Words]:
    """For each layer in this direction, for each node the least that a way to it adds.

    Weights may have several columns, each of which is made small for itself.
    """
    found = [np.zeros((1, *weights[0].shape[1:]), np.int64)]
    for step, added in zip(steps, weights, strict=True):
        totals = added[step.value] + found[-1][step.origin]
        found.append(np.minimum.reduceat(totals, step.first, axis=0))
    return found


def _best_path(steps: Sequence[Steps], weights: Sequence[Words], least: Sequence[Words]) -> list[int]:
    """The values of a path of least weight, against the direction of the steps."""
    node, values = 0, []
    for at in range(len(steps) - 1, -1, -1):
        step = steps[at]
        begin = int(step.first[node])
        end = int(step.first[node + 1]) if node + 1 < len(step.first) else len(step.end)
        totals = weights[at][step.value[begin:end]] + least[at][step.origin[begin:end]]
        best = begin + int(totals.argmin())
        values.append(int(step.value[best]))
        node = int(step.origin[best])
    return values


def good_multipliers(
    weighed: WeighedValues, back: Sequence[Steps], steps: int, limits: SearchLimits
) -> Words:
    """Multipliers times `SCALE` for which the least relaxed cost is about as great as it can become.

    Steps along what the best path exceeds (Held, Karp 1970), towards a level that comes nearer where it
    proves too high. Only how much is settled depends on how good they are.
    """
    multipliers = good = np.zeros(len(weighed.uppers), np.int64)
    highest, ahead = -np.inf, 0.0
    for step in range(steps):
        limits.check()
        weights = weighed.relaxed(multipliers)[::-1]
        least = least_ways(back, weights)
        path = _best_path(back, weights, least)
        taken = sum(sums[value] for sums, value in zip(weighed.sums, path, strict=True))
        over = np.asarray(taken - weighed.uppers, np.float64)
        bound = float(least[-1][0] - multipliers @ weighed.uppers) / SCALE
        if step == 0:
            ahead = max(8.0, abs(bound) / 25)
        if bound > highest:
            good, highest = multipliers, bound
        else:
            ahead /= 2
        over[(multipliers == 0) & (over < 0)] = 0.0
        if not over.any() or ahead < 0.5:
            break
        moved = multipliers + SCALE * over * (highest + ahead - bound) / float(over @ over)
        multipliers = np.rint(np.clip(moved, 0, SCALE * weighed.most)).astype(np.int64)
    return good


def extents_of(weighed: WeighedValues, layers: Sequence[LayerLeft]) -> list[Words]:
    """What each value adds to the sums at least, and negated the most that one of its class does.

    Of values that replace each other only one is taken for a step: it adds the least, but not the most.
    """
    found = []
    for at, layer in enumerate(layers):
        decision, sums = weighed.compiled.decisions[at], weighed.sums[at]
        most = np.zeros((decision.classes, sums.shape[1]), np.int64)
        np.maximum.at(most, decision.class_of[layer.values], sums[layer.values])
        found.append(np.concatenate((sums, -most[decision.class_of]), axis=1))
    return found
