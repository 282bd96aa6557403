"""A mixed slot as one decision: multisets of components, counted up to order.

In the problem a mixed slot of n positions is n variables, ascending, blanks last. In the diagram it is one
decision:

| Word   | Here                                                                                     |
|--------|------------------------------------------------------------------------------------------|
| kind   | components that no constraint inside the diagram can tell apart                          |
| atom   | so many of each kind, n at most; numbered, the empty one first                           |
| member | a multiset of components, as ascending positions                                         |
| class  | atoms that no constraint of the diagram can tell apart                                   |

So thousands of components of a few kinds are a few atoms, and how many multisets each atom stands for is a
product of multiset coefficients: see `multiset_vectors`. What they weigh: see `multiset_weights`.
"""

from functools import cached_property

import numpy as np
from attrs import field, frozen

from configurator.csp.variables import Assumptions
from configurator.engines.diagram.decisions import Columns, DecisionWeights
from configurator.engines.diagram.multiset_vectors import MultisetShape, Vectors
from configurator.engines.diagram.multiset_weights import WeightedMultiset
from configurator.engines.diagram.whole import Flags, Indices, Whole


@frozen(eq=False, slots=False)
class MultisetDecision:
    """All positions of a mixed slot. See `Decision`.

    Attributes:
        variables: the positions, ascending.
    """

    variables: tuple[int, ...]
    shape: MultisetShape = field(repr=False)
    class_of: Indices = field(repr=False)
    classes: int

    @classmethod
    def of(cls, variables: tuple[int, ...], shape: MultisetShape, class_of: Indices) -> "MultisetDecision":
        """From classes numbered without gaps, one per atom; -1 for atoms that are in no solution."""
        return cls(variables, shape, class_of, int(class_of.max(initial=-1)) + 1)

    @cached_property
    def everything(self) -> "RestrictedMultiset":
        """All multisets whose atoms are in some solution."""
        return RestrictedMultiset(Vectors.of(self.shape.whole_cells, self.class_of, self.classes))

    def restricted(self, assumptions: Assumptions) -> "RestrictedMultiset":
        """The multisets whose positions obey the assumptions.

        Raises:
            SearchLimitError: the assumptions cut the values into too many runs.
        """
        assumed = [assumptions.get(variable) for variable in self.variables]
        if all(values is None for values in assumed):
            return self.everything
        allowed = self.shape.allowed(assumed)
        if (allowed | (self.shape.symbol_of < 0)).all():
            return self.everything
        return RestrictedMultiset(Vectors.of(self.shape.cells(allowed), self.class_of, self.classes))

    def reclassed(self, class_of: Indices) -> "MultisetDecision":
        """The same with other classes."""
        return MultisetDecision.of(self.variables, self.shape, class_of)

    def atoms_of(self, columns: Columns) -> Indices:
        """For each column of positions its atom; -1 where they are no ascending sequence, blanks last."""
        return self.shape.atoms_of(columns)


@frozen(eq=False, slots=False)
class RestrictedMultiset:
    """Some multisets of a mixed slot. See `RestrictedDecision`."""

    vectors: Vectors = field(repr=False)

    @cached_property
    def multiplicity(self) -> Whole:
        """For each class how many multisets are left."""
        vectors = self.vectors
        return vectors.before[vectors.first[1:]] - vectors.before[vectors.first[:-1]]

    @cached_property
    def open(self) -> Flags:
        """For each class whether a multiset is left."""
        return np.diff(self.vectors.first) > 0

    @property
    def untouched(self) -> bool:
        """Whether nothing is assumed, so that every multiset is left."""
        return self.vectors.cells.allowed is None

    def members(self, labels: Indices, ranks: Whole) -> Columns:
        """The multisets of those ranks, as ascending positions, blanks last."""
        return self.vectors.written_out(labels, ranks)

    def ranks(self, columns: Columns) -> tuple[Indices, Whole]:
        """Class and rank of each multiset; class -1 where it is not left, or the column is none."""
        return self.vectors.ranks(columns)

    def domains(self, alive: Flags) -> tuple[Flags, ...]:
        """For each position the values that multisets of the classes alive have there."""
        if alive.all():
            return tuple(found.copy() for found in self._all_domains)
        return self.vectors.domains(alive)

    @cached_property
    def _all_domains(self) -> tuple[Flags, ...]:
        return self.vectors.domains(np.ones(self.vectors.classes, np.bool_))

    def weighted(self, weights: DecisionWeights) -> WeightedMultiset:
        """With what multisets weigh: `weights.values` for each position alike, `weights.atoms` on top."""
        return WeightedMultiset(self.vectors, weights)

    # ------------------------------------------------------------ for people

    def highest_counts(self, alive: Flags) -> Indices:
        """For each value the most units that multisets of the classes alive have of it; 0 for the blank."""
        vectors, cells = self.vectors, self.vectors.cells
        chosen = np.flatnonzero(alive[vectors.labels])
        most = np.zeros(cells.amount, np.int32)
        for symbols, turns in zip(vectors.symbols[:, chosen], vectors.turns[:, chosen], strict=True):
            np.maximum.at(most, symbols, turns)
        most[0] = 0
        found = np.zeros(cells.shape.largest + 1, np.int32)
        found[cells.values] = most[cells.symbol_of[cells.values]]
        return found

    def filled(self, alive: Flags) -> tuple[int, int] | None:
        """The fewest and the most units of multisets of the classes alive; `None` when there is none."""
        units = (self.vectors.symbols[:, alive[self.vectors.labels]] > 0).sum(axis=0)
        return (int(units.min()), int(units.max())) if len(units) else None
