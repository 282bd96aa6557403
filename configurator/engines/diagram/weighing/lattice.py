"""A sum along paths in the smallest whole numbers that still tell all totals apart.

Each layer's least weight is taken out, and what divides all that is left. Then every sum begins at 0, and
from the passes of `path_sums` follows which sums matter at which node:

* A beginning of a path is *dead* at a node if its sum with the least rest exceeds the highest edge.
* It is *sure* if its sum with the greatest rest keeps the lowest edge. All sure beginnings are alike, so
  their sums are raised to one, the node's floor. (The interval merging of `sums`, for counting.)

The same holds for rests of paths, with the beginnings in the place of the rests.
"""

from collections.abc import Sequence
from functools import cached_property
from math import gcd

import numpy as np
from attrs import field, frozen

from configurator.csp.variables import Assumptions
from configurator.engines.diagram.weighing.path_sums import PathSum, WeighedPaths
from configurator.engines.diagram.whole import Flags, Indices, Whole, fits, objects
from configurator.engines.engine import SearchLimits

Weighed = tuple[Whole, Whole]
"""The different weights of a class's members, ascending, and how many members have each."""


@frozen(eq=False)
class LatticeLayer:
    """The arcs of a layer that are on paths within the highest edge, and what their classes add."""

    source: Indices
    label: Indices
    target: Indices
    classes: dict[int, Weighed] = field(repr=False)

    def heaviest(self, by_class: Whole) -> Whole:
        """For each arc the most that a member of its class adds; the array has a place for each class."""
        for label, (weights, _) in self.classes.items():
            by_class[label] = weights[-1]
        return by_class.take(self.label)

    @cached_property
    def members(self) -> Whole:
        """For each arc how many members its class has."""
        amounts = {label: int(counts.sum()) for label, (_, counts) in self.classes.items()}
        return objects([amounts[label] for label in self.label.tolist()])


@frozen(eq=False)
class Reach:
    """For each node of a level what beginnings and rests of paths through it add, in units of the lattice.

    Only as far as they are on paths within the highest edge.

    Attributes:
        alive: whether such a path goes through it; for other nodes all else is 0.
    """

    alive: Flags
    up_least: Whole
    up_most: Whole
    down_least: Whole
    down_most: Whole

    def before(self, edges: Sequence[int]) -> tuple[Whole, Whole]:
        """The least and the greatest sum of beginnings that matter."""
        return _window(self.up_least, self.up_most, self.down_least, self.down_most, edges)

    def after(self, edges: Sequence[int]) -> tuple[Whole, Whole]:
        """The least and the greatest sum of rests that matter."""
        return _window(self.down_least, self.down_most, self.up_least, self.up_most, edges)


@frozen(eq=False)
class Lattice:
    """What counting by sums walks over.

    Attributes:
        layers: with weights in units of the lattice, not negative.
        levels: one more than layers; the last is the end.
        edges: ascending; a total keeps an edge as it was given exactly if its units keep this one. Edges
            that no total keeps are -1, those that all keep are the greatest total.
    """

    layers: tuple[LatticeLayer, ...]
    levels: tuple[Reach, ...]
    edges: tuple[int, ...]

    @cached_property
    def extent(self) -> int:
        """No sum is greater."""
        return max(int(found.max()) for level in self.levels for found in (level.up_most, level.down_most))


def lattice_of(
    path_sum: PathSum, edges: Sequence[int], assumptions: Assumptions, limits: SearchLimits
) -> Lattice | None:
    """The lattice of the paths that keep the last of the ascending edges; `None` if there are none."""
    paths = path_sum.under(assumptions, limits)
    highest = min(edges[-1], path_sum.magnitude)
    if paths.least is None or paths.least > highest:
        return None
    raw = tuple(_layer(paths, at, highest) for at in range(len(paths.layers)))
    bases = [min(int(weights[0]) for weights, _ in layer.classes.values()) for layer in raw]
    steps = (
        weights - base
        for layer, base in zip(raw, bases, strict=True)
        for weights, _ in layer.classes.values()
    )
    unit = gcd(*(int(np.gcd.reduce(found)) for found in steps)) or 1
    levels = _levels(paths, raw, bases, unit, highest)
    most = int(levels[0].down_most[0])
    return Lattice(
        tuple(_in_units(layer, base, unit) for layer, base in zip(raw, bases, strict=True)),
        levels,
        tuple(max(-1, min((edge - sum(bases)) // unit, most)) for edge in edges),
    )


def _layer(paths: WeighedPaths, at: int, highest: int) -> LatticeLayer:
    """The arcs of a layer that are on paths of a total of at most `highest`."""
    paths.limits.check()
    layer = paths.layers[at]
    totals = paths.up[at].take(layer.source) + paths.added[at] + paths.down[at + 1].take(layer.target)
    kept = np.flatnonzero(totals <= highest)
    label = layer.label[kept]
    room = highest - paths.around(at)
    classes = {
        each: _lightest(paths.decisions[at].distribution(each), room[each])
        for each in np.unique(label).tolist()
    }
    return LatticeLayer(layer.source[kept], label, layer.target[kept], classes)


def _lightest(weighed: Weighed, room: int) -> Weighed:
    """The members that are on paths within the highest edge."""
    weights, counts = weighed
    within = int(np.searchsorted(weights, room, side="right"))
    return weights[:within], counts[:within]


def _in_units(layer: LatticeLayer, base: int, unit: int) -> LatticeLayer:
    classes = {
        label: ((weights - base) // unit, counts) for label, (weights, counts) in layer.classes.items()
    }
    return LatticeLayer(layer.source, layer.label, layer.target, classes)


def _levels(
    paths: WeighedPaths, layers: Sequence[LatticeLayer], bases: Sequence[int], unit: int, highest: int
) -> tuple[Reach, ...]:
    up_most, down_most = _most(paths, layers)
    levels = []
    for at, (up, down) in enumerate(zip(paths.up, paths.down, strict=True)):
        alive = (up + down <= highest).astype(np.bool_)
        above, below = sum(bases[:at]), sum(bases[at:])

        def units(sums: Whole, base: int, alive: Flags = alive) -> Whole:
            return np.where(alive, (sums - base) // unit, 0)

        levels.append(
            Reach(
                alive,
                units(up, above),
                units(np.minimum(up_most[at], highest - down), above),
                units(down, below),
                units(np.minimum(down_most[at], highest - up), below),
            )
        )
    return tuple(levels)


def _most(paths: WeighedPaths, layers: Sequence[LatticeLayer]) -> tuple[list[Whole], list[Whole]]:
    """For each level, for each node the most that beginnings and that rests add."""
    array, nothing = paths.path_sum.array, -paths.path_sum.unreachable
    heaviest = [layer.heaviest(array(int(layer.label.max()) + 1, 0)) for layer in layers]
    up, down = [array(1, 0)], [array(1, 0)]
    for layer, added, level in zip(layers, heaviest, paths.up[1:], strict=True):
        up.append(array(len(level), nothing))
        np.maximum.at(up[-1], layer.target, up[-2].take(layer.source) + added)
    for layer, added, level in zip(layers[::-1], heaviest[::-1], paths.down[-2::-1], strict=True):
        down.append(array(len(level), nothing))
        np.maximum.at(down[-1], layer.source, down[-2].take(layer.target) + added)
    return up, down[::-1]


def _window(
    least: Whole, most: Whole, others_least: Whole, others_most: Whole, edges: Sequence[int]
) -> tuple[Whole, Whole]:
    floor = np.maximum(least, np.minimum(most, edges[0] - others_most))
    return floor, np.maximum(floor, np.minimum(most, edges[-1] - others_least))


def ways(lattice: Lattice) -> tuple[tuple[Whole, ...], tuple[Whole, ...]]:
    """For each level, for each node how many beginnings lead there and how many rests there are.

    Whatever they add: bounds on all that will be counted.
    """
    bound = 1
    for layer in lattice.layers:
        bound *= 1 + sum(int(counts.sum()) for _, counts in layer.classes.values())
    members = [layer.members.astype(np.int64) if fits(bound) else layer.members for layer in lattice.layers]
    kind = np.int64 if fits(bound) else object
    up, down = [np.ones(1, kind)], [np.ones(1, kind)]
    for layer, amounts, level in zip(lattice.layers, members, lattice.levels[1:], strict=True):
        found = np.zeros(len(level.alive), kind)
        np.add.at(found, layer.target, up[-1].take(layer.source) * amounts)
        up.append(found)
    for layer, amounts, level in zip(
        reversed(lattice.layers), reversed(members), reversed(lattice.levels[:-1]), strict=True
    ):
        found = np.zeros(len(level.alive), kind)
        np.add.at(found, layer.source, down[-1].take(layer.target) * amounts)
        down.append(found)
    return tuple(up), tuple(reversed(down))
