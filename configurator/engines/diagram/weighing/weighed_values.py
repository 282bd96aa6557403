"""What values of a diagram cost and add to its side sums, weighed by multipliers: relaxed costs.

The relaxed cost of a solution (Lagrangean) is what it costs, and what it takes of each sum times the
multiplier of the sum.
"""

from collections.abc import Sequence
from functools import cached_property

import numpy as np
from attrs import field, frozen
from numpy.typing import NDArray

from configurator.engines.diagram.compiled import CompiledDiagram
from configurator.engines.diagram.decisions import DecisionWeights, SingleDecision
from configurator.engines.diagram.weighing.multipliers import binding_sums
from configurator.engines.diagram.weighing.path_sums import PathSum
from configurator.engines.diagram.whole import Flags
from configurator.engines.engine import NO_LIMITS, SearchLimits

Words = NDArray[np.int64]

SCALE = 1 << 8
"""Multipliers are whole multiples of one by this."""
WORD = 62
"""How many bits of a machine word are used."""
LARGEST_MULTIPLIER = 1 << 10
"""What a unit of a sum may be held to cost at most."""
LARGEST = 1 << 40
"""Costs and sums of whole paths, scaled, are below it; then a node and a slack fit one machine word."""


@frozen(eq=False)
class Digits:
    """Several sums side by side in one machine word, each with a bit above it that stays clear.

    Words are added as the sums are, and one subtraction compares all of them.

    Attributes:
        begins: the lowest bit of each sum.
        ends: the bit above each sum.
        guards: the bits above the sums.
    """

    sums: int
    begins: tuple[int, ...]
    ends: tuple[int, ...]
    guards: int

    @classmethod
    def of(cls, largest: Sequence[int]) -> "Digits | None":
        """For sums of so much at most; `None` where a word does not hold them."""
        ends, begins, at = [], [], 0
        for each in largest:
            begins.append(at)
            ends.append(at + each.bit_length())
            at = ends[-1] + 1
        if at > WORD:
            return None
        return cls(len(largest), tuple(begins), tuple(ends), sum(1 << end for end in ends))

    def packed(self, columns: Words) -> Words:
        """Each row of sums in a word; none is negative."""
        found = np.zeros(len(columns), np.int64)
        for at, begin in enumerate(self.begins):
            found += columns[:, at] << begin
        return found

    def no_more(self, one: Words, other: Words) -> Flags:
        """Where each sum of one is at most that of the other."""
        found: Flags = ((other | self.guards) - one) & self.guards == self.guards
        return found

    def greater(self, one: Words, other: Words) -> Words:
        """The greater of each sum."""
        more = ((one | self.guards) - other) & self.guards
        ones = more.copy()
        for begin, end in zip(self.begins, self.ends, strict=True):
            ones -= ((more >> end) & 1) << begin
        return (one & ones) | (other & ~ones)


@frozen(eq=False)
class FlatValues:
    """The values of all layers, numbered through; classes likewise.

    Attributes:
        begin: for each layer its first value, and how many there are.
        classes_begin: for each layer its first class, and how many there are.
        class_of: for each value that is in some solution its class.
        costs: for each value.
        sums: for each sum, for each value.
        packed: the same in words.
        instead: for each value one that is as good in everything.
    """

    begin: Words
    classes_begin: Words
    class_of: Words
    costs: Words
    sums: Words
    packed: Words
    instead: Words


@frozen(eq=False, slots=False)
class WeighedValues:
    """What every value of a diagram of single variables costs and adds to each side sum.

    Attributes:
        costs: for each layer, for each value what it costs.
        sums: for each layer, for each value what it adds to the sums, a row each; nothing is negative.
        packed: the same in words.
        instead: for each layer, for each value one of its class that is as good in everything: of `members`.
        uppers: no sum may be greater.
        members: for each layer the values that no other one of their class replaces, by class.
        members_begin: for each layer, for each class the place of its first one, and how many there are.
        most: no multiplier may be greater.
    """

    compiled: CompiledDiagram = field(repr=False)
    digits: Digits
    costs: tuple[Words, ...] = field(repr=False)
    sums: tuple[Words, ...] = field(repr=False)
    packed: tuple[Words, ...] = field(repr=False)
    instead: tuple[Words, ...] = field(repr=False)
    uppers: Words
    members: tuple[Words, ...] = field(repr=False)
    members_begin: tuple[Words, ...] = field(repr=False)
    most: int

    @cached_property
    def flat(self) -> "FlatValues":
        """Those of all layers, one after the other."""
        decisions = self.compiled.decisions
        classes_begin = np.cumsum([0, *(decision.classes for decision in decisions)])
        begin = np.cumsum([0, *map(len, self.costs)])
        return FlatValues(
            begin,
            classes_begin,
            np.concatenate([each.class_of + classes_begin[at] for at, each in enumerate(decisions)]),
            np.concatenate(self.costs),
            np.ascontiguousarray(np.concatenate(self.sums).T),
            np.concatenate(self.packed),
            np.concatenate([each + begin[at] for at, each in enumerate(self.instead)]),
        )

    @classmethod
    def of(cls, objective: PathSum, limits: SearchLimits = NO_LIMITS) -> "WeighedValues | None":
        """`None` where positions of mixed slots are decided together, and where numbers are too large."""
        compiled = objective.compiled
        exact = compiled.remember(binding_sums, limits).exact
        singles = [decision for decision in compiled.decisions if isinstance(decision, SingleDecision)]
        digits = Digits.of([path_sum.highest for path_sum, _ in exact])
        if digits is None or objective.pieces or len(singles) < len(compiled.decisions):
            return None
        together = sum(path_sum.highest for path_sum, _ in exact)
        most = min(LARGEST_MULTIPLIER, ((LARGEST >> 4) // SCALE - objective.magnitude) // max(1, together))
        if most < 1:
            return None
        costs, sums, members, begins, instead = [], [], [], [], []
        for at, decision in enumerate(singles):
            costs.append(objective.weights[at].values.astype(np.int64))
            columns = np.zeros((len(exact), len(costs[-1])), np.int64)
            for row, (path_sum, _) in zip(columns, exact, strict=True):
                row[:] = path_sum.weights[at].values
            sums.append(np.ascontiguousarray(columns.T))
            found, begin, replacing = _irreplaceable(decision, np.column_stack((costs[-1], sums[-1])))
            members.append(found)
            begins.append(begin)
            instead.append(replacing)
        return cls(
            compiled,
            digits,
            tuple(costs),
            tuple(sums),
            tuple(map(digits.packed, sums)),
            tuple(instead),
            np.array([max(upper, -1) for _, upper in exact], np.int64),  # no sum is negative
            tuple(members),
            tuple(begins),
            most,
        )

    @classmethod
    def of_sums(cls, compiled: CompiledDiagram, limits: SearchLimits) -> "WeighedValues | None":
        """Nothing costs anything: for `CompiledDiagram.remember`."""
        nothing = [
            DecisionWeights(np.zeros(len(decision.class_of), np.int64), 0)
            for decision in compiled.decisions
            if isinstance(decision, SingleDecision)
        ]
        if len(nothing) < len(compiled.decisions):
            return None
        return cls.of(PathSum.of(compiled, nothing), limits)

    def multipliers(self, shares: Sequence[float]) -> Words:
        """Multipliers by which the bounds contribute in about these shares, where nothing costs anything."""
        total, highest = sum(shares), sum(sums.max(axis=0) for sums in self.sums)
        found = [
            max(1, round((LARGEST >> 8) * share / total / max(1, upper, most >> 3)))
            for share, upper, most in zip(shares, self.uppers.tolist(), highest.tolist(), strict=True)
        ]
        return np.array(found, np.int64)

    def relaxed(self, multipliers: Words) -> list[Words]:
        """For each layer, for each value its relaxed cost, scaled."""
        pairs = zip(self.costs, self.sums, strict=True)
        return [SCALE * costs + sums @ multipliers for costs, sums in pairs]


def _irreplaceable(decision: SingleDecision, vectors: Words) -> tuple[Words, Words, Words]:
    """The values that no other one of their class replaces, by class; and what stands for each value."""
    kept: list[list[int]] = []
    instead = np.arange(len(vectors))
    for label in range(decision.classes):
        values = np.flatnonzero(decision.class_of == label)
        values = values[np.lexsort(vectors[values].T[::-1])]  # what replaces another one stands before it
        found = vectors[values]
        no_more: Flags = np.all(found[:, None, :] <= found[None, :, :], axis=2)
        replaced: Flags = np.any(np.triu(no_more, 1), axis=0)
        kept.append(values[~replaced].tolist())
        instead[values] = values[(no_more & ~replaced[:, None]).argmax(axis=0)]
    begin = np.cumsum([0, *map(len, kept)])
    return np.array([value for values in kept for value in values], np.int64), begin.astype(np.int64), instead
