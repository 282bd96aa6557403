"""Decisions: what one layer of a diagram settles, over classes of interchangeable ways to settle it.

| Word   | One variable                                 | A mixed slot's positions, as one decision        |
|--------|----------------------------------------------|--------------------------------------------------|
| atom   | a value                                      | so many components of each kind                  |
| member | the value again                              | a multiset of components of those kinds          |
| class  | atoms that no constraint of the diagram can tell apart                                          |

Constraints see atoms, the diagram sees classes, customers see members. Counts weigh a class
by its members, lists write them out, prices tell them apart again.
"""

from collections.abc import Iterator
from functools import cached_property
from typing import Protocol

import numpy as np
from attrs import field, frozen
from numpy.typing import NDArray

from configurator.csp.variables import Assumptions
from configurator.engines.diagram.whole import Flags, Indices, Whole

Columns = NDArray[np.int32]
"""Values of a decision's variables: one row per variable, one column per configuration."""


@frozen(eq=False)
class DecisionWeights:
    """What a decision adds to a sum.

    Attributes:
        values: for each value of its variable (of each of its positions, alike) what it adds.
        atoms: for each atom what it adds on top; `None` for nothing.
        unreachable: larger than any sum over all decisions: stands for "no way", and may be added to once.
    """

    values: Whole
    unreachable: int
    atoms: Whole | None = None


class WeightedDecision(Protocol):
    """A decision under assumptions, with what its members weigh."""

    @property
    def least(self) -> Whole:
        """For each class the least that a member weighs; `unreachable` where no member is left."""

    def least_by_value(self, base: Whole) -> tuple[Whole, ...]:
        """For each variable and value: the least `base[class] + weight` over members that have it.

        `unreachable` or more where no member has it.
        """

    def distribution(self, label: int) -> tuple[Whole, Whole]:
        """The different weights of a class's members, ascending, and how many members have each."""

    def members_by_weight(self, label: int) -> Iterator[tuple[int, tuple[int, ...]]]:
        """Yield each member of a class with its weight, lightest first, equal ones ascending."""


class RestrictedDecision(Protocol):
    """A decision under assumptions."""

    @property
    def multiplicity(self) -> Whole:
        """For each class how many of its members are left."""

    @property
    def open(self) -> Flags:
        """For each class whether a member is left."""

    @property
    def untouched(self) -> bool:
        """Whether every member of every class is left."""

    def members(self, labels: Indices, ranks: Whole) -> Columns:
        """For each pair the member of that rank (from 0) within its class, as values of the variables."""

    def ranks(self, columns: Columns) -> tuple[Indices, Whole]:
        """For each column its class and its rank there; class -1 where it is no member that is left."""

    def domains(self, alive: Flags) -> tuple[Flags, ...]:
        """For each variable the values that members of the classes alive have."""

    def weighted(self, weights: DecisionWeights) -> WeightedDecision:
        """With what members weigh."""


class Decision(Protocol):
    """What one layer settles.

    Attributes:
        variables: the variables of the problem it settles, ascending.
        class_of: for each atom its class; -1 for an atom that is in no solution.
        classes: how many classes there are.
    """

    @property
    def variables(self) -> tuple[int, ...]:
        """The variables of the problem it settles, ascending."""

    @property
    def class_of(self) -> Indices:
        """For each atom its class; -1 for an atom that is in no solution."""

    @property
    def classes(self) -> int:
        """How many classes there are."""

    @property
    def everything(self) -> RestrictedDecision:
        """The decision under no assumptions."""

    def restricted(self, assumptions: Assumptions) -> RestrictedDecision:
        """The decision under assumptions; those on other variables are passed over."""

    def reclassed(self, class_of: Indices) -> "Decision":
        """The same with other classes."""

    def atoms_of(self, columns: Columns) -> Indices:
        """For each column its atom; -1 where the values are none (out of range, or not ascending)."""


# ---------------------------------------------------------------- one variable


@frozen(eq=False, slots=False)
class SingleDecision:
    """One variable: an atom is a value, and its only member."""

    variable: int
    class_of: Indices = field(repr=False)
    classes: int

    @classmethod
    def of(cls, variable: int, class_of: Indices) -> "SingleDecision":
        """From classes numbered without gaps."""
        return cls(variable, class_of, int(class_of.max(initial=-1)) + 1)

    @property
    def variables(self) -> tuple[int, ...]:
        """The one variable."""
        return (self.variable,)

    @cached_property
    def everything(self) -> "RestrictedSingle":
        """All values that are in some solution."""
        return RestrictedSingle(self, None)

    def restricted(self, assumptions: Assumptions) -> "RestrictedSingle":
        """The values assumed."""
        allowed = assumptions.get(self.variable)
        if allowed is None:
            return self.everything
        left = np.zeros(len(self.class_of), np.bool_)
        left[[value for value in allowed if 0 <= value < len(left)]] = True
        return RestrictedSingle(self, left)

    def reclassed(self, class_of: Indices) -> "SingleDecision":
        """The same with other classes."""
        return SingleDecision.of(self.variable, class_of)

    def atoms_of(self, columns: Columns) -> Indices:
        """The values themselves."""
        values = columns[0]
        return np.where((values >= 0) & (values < len(self.class_of)), values, -1).astype(np.int32)


@frozen(eq=False, slots=False)
class RestrictedSingle:
    """Some values of one variable.

    Attributes:
        left: for each value whether it may be taken; `None` for all.
    """

    decision: SingleDecision
    left: Flags | None

    @cached_property
    def by_class(self) -> tuple[Indices, NDArray[np.int64]]:
        """The values left, by (class, value), and where each class begins among them."""
        class_of = self.decision.class_of
        kept = class_of >= 0 if self.left is None else self.left & (class_of >= 0)
        values = np.flatnonzero(kept)
        labels = class_of[values]
        start = np.zeros(self.decision.classes + 1, np.int64)
        np.cumsum(np.bincount(labels, minlength=self.decision.classes), out=start[1:])
        return values[np.argsort(labels, kind="stable")].astype(np.int32), start

    @cached_property
    def multiplicity(self) -> Whole:
        """How many values of each class are left."""
        return np.diff(self.by_class[1])

    @cached_property
    def open(self) -> Flags:
        """For each class whether a value is left."""
        if self.left is None:
            return np.ones(self.decision.classes, np.bool_)
        found = np.zeros(self.decision.classes + 1, np.bool_)
        found[self.decision.class_of[self.left]] = True  # class -1 falls on the last place, which is cut off
        return found[:-1]

    @property
    def untouched(self) -> bool:
        """Whether every value is left."""
        return self.left is None

    def members(self, labels: Indices, ranks: Whole) -> Columns:
        """The values of those ranks."""
        values, start = self.by_class
        return values[start[labels] + ranks.astype(np.int64)].reshape(1, -1)

    def ranks(self, columns: Columns) -> tuple[Indices, Whole]:
        """Class and rank of each value."""
        values, start = self.by_class
        atoms = self.decision.atoms_of(columns)
        place = np.full(len(self.decision.class_of) + 1, -1, np.int64)
        place[values] = np.arange(len(values))
        found = place[atoms]  # atom -1 falls on the last place
        labels = np.where(found >= 0, self.decision.class_of[atoms], -1).astype(np.int32)
        return labels, np.where(found >= 0, found - start[labels], 0)

    def domains(self, alive: Flags) -> tuple[Flags, ...]:
        """The values left of the classes alive."""
        found = np.append(alive, False)[self.decision.class_of]
        return (found if self.left is None else found & self.left,)

    def weighted(self, weights: DecisionWeights) -> "WeightedSingle":
        """With what values weigh."""
        added = weights.values if weights.atoms is None else weights.values + weights.atoms
        return WeightedSingle(self, added, weights.unreachable)


@frozen(eq=False, slots=False)
class WeightedSingle:
    """Some values of one variable with their weights.

    Attributes:
        weights: for each value what it adds.
    """

    restricted: RestrictedSingle
    weights: Whole
    unreachable: int

    @cached_property
    def least(self) -> Whole:
        """For each class the least that a value weighs."""
        values, _ = self.restricted.by_class
        found = np.full(self.restricted.decision.classes, self.unreachable, self.weights.dtype)
        np.minimum.at(found, self.restricted.decision.class_of[values], self.weights[values])
        return found

    @cached_property
    def _living(self) -> Whole:
        """The weights of values that are in some solution, 0 for others."""
        return np.where(self.restricted.decision.class_of >= 0, self.weights, 0)

    def least_by_value(self, base: Whole) -> tuple[Whole, ...]:
        """For each value its own weight on top of its class's base."""
        closed = np.empty(len(base) + 1, base.dtype)
        closed[:-1], closed[-1] = base, self.unreachable  # class -1 falls on the last place
        found = closed[self.restricted.decision.class_of] + self._living
        if self.restricted.left is not None:
            found = np.where(self.restricted.left, found, self.unreachable)
        return (found,)

    def distribution(self, label: int) -> tuple[Whole, Whole]:
        """The different weights of a class's values, ascending, and how many values have each."""
        values, start = self.restricted.by_class
        sums, counts = np.unique(self.weights[values[start[label] : start[label + 1]]], return_counts=True)
        return sums, counts

    def members_by_weight(self, label: int) -> Iterator[tuple[int, tuple[int, ...]]]:
        """Yield each value of a class with its weight, lightest first, equal ones ascending."""
        values, start = self.restricted.by_class
        members = values[start[label] : start[label + 1]]
        weights = self.weights[members]
        for at in np.argsort(weights, kind="stable"):
            yield int(weights[at]), (int(members[at]),)
