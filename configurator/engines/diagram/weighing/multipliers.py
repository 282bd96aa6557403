"""Several side sums as one: weighed with multipliers, the sums of the best path carried along in its digits.

For multipliers that are not negative, a path that keeps every bound keeps the weighed bound, too. So where
the least weighed sum exceeds the weighed bound nothing is possible. And if the path of least weighed sum
keeps every single bound, something is possible. To know its single sums without following it, they stand in
the lower digits of the very numbers that are minimised: a number is (weighed sum, first sum, second sum, …),
and adding two of them adds each part, as long as no part overflows.

Parts must not become long. So large weights are taken in units of a power of two: rounded down in the weighed
sum (what exceeds the bound then exceeds it truly) and up in the digits (what keeps its bound keeps it
truly). Rounding leaves more questions open; it never answers one wrongly. Small weights, as watts and
slots are, are not rounded at all.
"""

from collections.abc import Sequence
from math import gcd

import numpy as np
from attrs import field, frozen
from numpy.typing import NDArray

from configurator.engines.diagram.compiled import CompiledDiagram
from configurator.engines.diagram.decisions import DecisionWeights
from configurator.engines.diagram.weighing.objectives import side_path_sum
from configurator.engines.diagram.weighing.path_sums import PathSum
from configurator.engines.diagram.whole import Flags, Whole, alike, objects
from configurator.engines.engine import SearchLimits

DIGITS = 31
"""Bits for the single sums, all together; of many sums each has 10 at least."""
WEIGHED = 1 << 22
"""About how large the weighed bound is."""


@frozen(eq=False)
class BoundedSum:
    """A side sum with weights that are not negative, in its own units.

    Attributes:
        down: what each decision adds, rounded down.
        up: the same, rounded up.
        upper: no sum is allowed to be greater; not negative.
        extent: no sum is greater.
    """

    down: tuple[DecisionWeights, ...] = field(repr=False)
    up: tuple[DecisionWeights, ...] = field(repr=False)
    upper: int
    extent: int

    @classmethod
    def of(cls, path_sum: PathSum, upper: int, bits: int) -> "BoundedSum":
        """A sum along paths that may be `upper` at most, which it can be, told in about so many bits."""
        extent, unit = path_sum.highest - path_sum.lowest, 0
        # Rounding up adds less than one unit for each position and each atom.
        rounded = sum(len(decision.variables) + 1 for decision in path_sum.compiled.decisions)
        while ((extent >> unit) + rounded).bit_length() > bits and extent >> unit > rounded:
            unit += 1
        lifted = tuple(map(_from_zero, path_sum.weights))
        return cls(
            tuple(_shifted(weights, unit, 0) for weights in lifted),
            tuple(_shifted(weights, unit, (1 << unit) - 1) for weights in lifted),
            (upper - path_sum.lowest) >> unit,
            (extent >> unit) + rounded,
        )

    @property
    def bits(self) -> int:
        """How long its sums become."""
        return self.extent.bit_length()


@frozen(eq=False)
class WeighedSums:
    """Bounded sums weighed with multipliers, as one sum along paths.

    Attributes:
        path_sum: whose totals hold all parts.
        bound: the weighed sum of what keeps every bound is at most this.
    """

    sums: tuple[BoundedSum, ...]
    path_sum: PathSum
    bound: int

    @classmethod
    def of(
        cls, compiled: CompiledDiagram, sums: Sequence[BoundedSum], multipliers: Sequence[int]
    ) -> "WeighedSums":
        """With one multiplier for each sum, not negative."""
        digits = sum(bounded.bits for bounded in sums)
        parts: list[tuple[tuple[DecisionWeights, ...], int]] = []
        at = 0
        for bounded, multiplier in zip(sums, multipliers, strict=True):
            parts += [(bounded.down, multiplier << digits), (bounded.up, 1 << at)]
            at += bounded.bits
        bound = sum(each.upper * multiplier for each, multiplier in zip(sums, multipliers, strict=True))
        return cls(tuple(sums), PathSum.of(compiled, weighed_together(parts)), bound)

    def impossible(self, totals: Whole) -> Flags:
        """Which least totals say that no path keeps the bounds."""
        digits = sum(bounded.bits for bounded in self.sums)
        found: Flags = (totals > self.path_sum.magnitude) | ((totals >> digits) > self.bound)
        return found

    def possible(self, totals: Whole) -> Flags:
        """Which least totals are those of a path that keeps the bounds."""
        found: Flags = totals <= self.path_sum.magnitude
        for bounded, part in zip(self.sums, self.parts(totals), strict=True):
            found = found & (part <= bounded.upper)
        return found

    def tightness(self, total: int) -> float:
        """The weighed sum of a total as a share of its bound: to choose multipliers by."""
        return (total >> sum(bounded.bits for bounded in self.sums)) / max(1, self.bound)

    def excess(self, totals: Whole) -> NDArray[np.float64]:
        """How many times its bound each sum reaches, on average: to choose multipliers by."""
        means = [float(np.mean(part.astype(np.float64))) for part in self.parts(totals)]
        return np.array(
            [mean / max(1, bounded.upper) for mean, bounded in zip(means, self.sums, strict=True)]
        )

    def parts(self, totals: Whole) -> list[Whole]:
        """The single sums, rounded up, of the paths of these totals; meaningless where there is no path."""
        found, at = [], 0
        for bounded in self.sums:
            found.append((totals >> at) & ((1 << bounded.bits) - 1))
            at += bounded.bits
        return found


@frozen(eq=False)
class BindingSums:
    """The side sums of a diagram that some of its paths break.

    Attributes:
        void: some side sum is broken by every path.
        exact: as sums along paths with their bounds.
        bounded: the same, told in few bits.
        first: weighed with the multipliers that every question begins with; `None` below two sums.
    """

    void: bool
    exact: tuple[tuple[PathSum, int], ...]
    bounded: tuple[BoundedSum, ...]
    first: WeighedSums | None


def binding_sums(compiled: CompiledDiagram, limits: SearchLimits) -> BindingSums:
    """The side sums that matter: for `CompiledDiagram.remember`."""
    limits.check()
    every = [
        in_least_units(side_path_sum(compiled, side_sum), side_sum.upper) for side_sum in compiled.side_sums
    ]
    exact = tuple((path_sum, upper) for path_sum, upper in every if upper < path_sum.highest)
    if any(upper < path_sum.lowest for path_sum, upper in exact):
        return BindingSums(True, exact, (), None)
    bounded = tuple(BoundedSum.of(path_sum, upper, bits_for(len(exact))) for path_sum, upper in exact)
    if len(exact) < 2:
        return BindingSums(False, exact, bounded, None)
    even = whole_multipliers(bounded, [1.0] * len(bounded))
    return BindingSums(False, exact, bounded, WeighedSums.of(compiled, bounded, even))


def bits_for(sums: int) -> int:
    """How many bits each of so many sums may take."""
    return max(10, DIGITS // max(1, sums))


def whole_multipliers(sums: Sequence[BoundedSum], shares: Sequence[float]) -> tuple[int, ...]:
    """Multipliers by which the bounds contribute to the weighed bound in about these shares."""
    total = sum(shares)
    return tuple(
        max(1, round(WEIGHED * share / total / max(1, bounded.upper, bounded.extent >> 2)))
        for bounded, share in zip(sums, shares, strict=True)
    )


def weighed_together(
    parts: Sequence[tuple[tuple[DecisionWeights, ...], int]],
) -> list[DecisionWeights]:
    """Several sums times their factors, added up decision by decision."""
    magnitude = sum(
        abs(factor) * max((_magnitude(weights) for weights in decisions), default=0)
        for decisions, factor in parts
    )
    model: Whole = np.zeros(0, np.int64) if magnitude < 1 << 62 else objects(())
    layers = zip(*(decisions for decisions, _ in parts), strict=True)
    factors = [factor for _, factor in parts]
    return [_combination(layer, factors, model) for layer in layers]


def _combination(
    decisions: Sequence[DecisionWeights], factors: Sequence[int], model: Whole
) -> DecisionWeights:
    pairs = list(zip(decisions, factors, strict=True))
    values = [alike(weights.values, model) * factor for weights, factor in pairs]
    atoms = [alike(weights.atoms, model) * factor for weights, factor in pairs if weights.atoms is not None]
    return DecisionWeights(sum(values[1:], values[0]), 0, sum(atoms[1:], atoms[0]) if atoms else None)


def _magnitude(weights: DecisionWeights) -> int:
    found = int(np.abs(weights.values).max()) if len(weights.values) else 0
    if weights.atoms is not None and len(weights.atoms):
        found = max(found, int(np.abs(weights.atoms).max()))
    return found


def in_least_units(path_sum: PathSum, upper: int) -> tuple[PathSum, int]:
    """The same sum with the least weights brought to 0 and what divides all weights taken out."""
    lifted = [_from_zero(weights) for weights in path_sum.weights]
    arrays = [found for weights in lifted for found in (weights.values, weights.atoms) if found is not None]
    unit = gcd(*(int(np.gcd.reduce(found)) for found in arrays if len(found))) or 1
    weights = [
        DecisionWeights(each.values // unit, 0, None if each.atoms is None else each.atoms // unit)
        for each in lifted
    ]
    return PathSum.of(path_sum.compiled, weights), (upper - path_sum.lowest) // unit


def _from_zero(weights: DecisionWeights) -> DecisionWeights:
    """The same with the least value and the least atom brought to 0."""
    atoms = weights.atoms
    return DecisionWeights(
        weights.values - weights.values.min() if len(weights.values) else weights.values,
        0,
        atoms - atoms.min() if atoms is not None and len(atoms) else atoms,
    )


def _shifted(weights: DecisionWeights, unit: int, more: int) -> DecisionWeights:
    """The same in units of a power of two."""
    atoms = None if weights.atoms is None else ((weights.atoms + more) >> unit).astype(np.int64)
    return DecisionWeights(((weights.values + more) >> unit).astype(np.int64), 0, atoms)
