"""Tables and clauses as small automata that read one decision after another.

A table of two decisions is one step: the first decision's class picks a row, the row says which classes
the second may take. Longer tables and clauses pass through states, equal futures being
one state, until one decision is left, and end in a row likewise. So everything ends as "what
the last decision may still take", which is where constraints on the same decision meet and merge.
"""

from collections.abc import Sequence
from itertools import pairwise
from math import prod

import numpy as np
from attrs import field, frozen
from numpy.typing import NDArray

from configurator.csp.constraints import ClauseConstraint, TableConstraint
from configurator.engines.diagram.limits import SizeLimits
from configurator.engines.diagram.numbering import numbered_rows
from configurator.engines.diagram.whole import Flags, Indices


@frozen(eq=False)
class TableForm:
    """A table over classes numbered from 0, each row once.

    Attributes:
        classes: for each variable of the scope the class of each value; -1 where no row has it.
        rows: one row per allowed combination of classes.
    """

    scope: tuple[int, ...]
    classes: tuple[Indices, ...] = field(repr=False)
    rows: Indices = field(repr=False)

    @classmethod
    def of(cls, table: TableConstraint) -> "TableForm":
        """The table as it is written; classes without values, and values without classes, left out."""
        rows = np.array(list(table.rows), np.int64).reshape(len(table.rows), len(table.scope))
        columns = [np.asarray(found, np.int64) for found in table.classes]
        classes = []
        for at, column in enumerate(columns):
            names, number = np.unique(column, return_inverse=True)
            place = np.minimum(np.searchsorted(names, rows[:, at]), len(names) - 1)
            known = names[place] == rows[:, at]
            rows = rows[known]
            rows[:, at] = place[known]
            classes.append(number.reshape(-1).astype(np.int32))
        return cls(table.scope, tuple(classes), rows.astype(np.int32))

    def within(self, alive: Sequence[Flags]) -> "TableForm":
        """The same over the values alive, classes with the same rows made one."""
        rows, classes = self.rows[self.supported(alive)].astype(np.int64), []
        for at, variable in enumerate(self.scope):
            names, number = np.unique(rows[:, at], return_inverse=True)
            number = number.reshape(-1)
            merged = _merged_names(rows, at, number, len(names))
            rows[:, at] = merged[number]
            new = np.full(self.width(at), -1, np.int32)
            new[names] = merged
            found = new[self.classes[at]]
            classes.append(np.where(alive[variable], found, np.int32(-1)))
        first, _ = numbered_rows(np.ascontiguousarray(rows))
        return TableForm(self.scope, tuple(classes), rows[first].astype(np.int32))

    def supported(self, alive: Sequence[Flags]) -> Flags:
        """The rows whose classes all have a value alive."""
        kept = np.ones(len(self.rows), np.bool_)
        for at, variable in enumerate(self.scope):
            present = np.zeros(self.width(at) + 1, np.bool_)
            present[self.classes[at][alive[variable]]] = True
            present[-1] = False
            kept &= present[self.rows[:, at]]
        return kept

    def joined(self, other: "TableForm", cells: int) -> "TableForm | None":
        """One table for two of the same scope; `None` when it would have too many cells."""
        classes, mine, theirs = [], [], []
        for one, two in zip(self.classes, other.classes, strict=True):
            both = np.ascontiguousarray(np.stack([one, two], axis=1))
            first, number = numbered_rows(both)
            dead = (one < 0) | (two < 0)
            classes.append(np.where(dead, -1, number).astype(np.int32))
            mine.append(one[first])
            theirs.append(two[first])
        if prod(map(len, mine)) > cells:
            return None
        held = self.dense[np.ix_(*mine)] & other.dense[np.ix_(*theirs)]
        return TableForm(self.scope, tuple(classes), np.argwhere(held).astype(np.int32))

    @property
    def certain(self) -> bool:
        """Whether every combination of its classes is a row."""
        return len(self.rows) == prod(self.width(at) for at in range(len(self.scope)))

    @property
    def ascending(self) -> "TableForm":
        """The same with its columns in the order of the variables."""
        columns = sorted(range(len(self.scope)), key=self.scope.__getitem__)
        return TableForm(
            tuple(self.scope[at] for at in columns),
            tuple(self.classes[at] for at in columns),
            self.rows[:, columns],
        )

    @property
    def dense(self) -> Flags:
        """A cell for every combination of classes, one class more at the end that has no row."""
        found = np.zeros(tuple(self.width(at) + 1 for at in range(len(self.scope))), np.bool_)
        found[tuple(self.rows.T)] = True
        return found

    def width(self, at: int) -> int:
        """How many classes a column has."""
        return int(self.classes[at].max(initial=-1)) + 1


def _merged_names(
    rows: NDArray[np.int64], at: int, number: NDArray[np.int64], names: int
) -> NDArray[np.int64]:
    """For each class of a column a number, the same for classes that have the same rows otherwise."""
    others = np.delete(rows, at, axis=1)
    _, other = numbered_rows(np.ascontiguousarray(others))
    order = np.lexsort((other, number))
    bounds = np.concatenate(([0], np.cumsum(np.bincount(number, minlength=names))))
    known: dict[bytes, int] = {}
    other = other[order]
    return np.array(
        [known.setdefault(other[start:end].tobytes(), len(known)) for start, end in pairwise(bounds)],
        np.int64,
    )


@frozen(eq=False)
class ClauseForm:
    """At least one variable of the scope takes one of its values.

    Attributes:
        holding: for each variable of the scope the values that make the clause true.
    """

    scope: tuple[int, ...]
    holding: tuple[Flags, ...] = field(repr=False)

    @classmethod
    def of(cls, clause: ClauseConstraint, sizes: Sequence[int]) -> "ClauseForm":
        """Literals on one variable merged."""
        found: dict[int, Flags] = {}
        for literal in clause.literals:
            values = found.setdefault(literal.variable, np.zeros(sizes[literal.variable], np.bool_))
            values[list(literal.values)] = True
        return cls(tuple(sorted(found)), tuple(found[variable] for variable in sorted(found)))

    def within(self, alive: Sequence[Flags]) -> "ClauseForm":
        """The same over the values alive; variables that cannot make it true left out."""
        held = {v: held & alive[v] for v, held in zip(self.scope, self.holding, strict=True)}
        kept = {v: found for v, found in held.items() if found.any()}
        return ClauseForm(tuple(kept), tuple(kept.values()))

    def certain(self, alive: Sequence[Flags]) -> bool:
        """Whether it holds whatever the values."""
        return any((held == alive[v]).all() for v, held in zip(self.scope, self.holding, strict=True))


@frozen(eq=False)
class Step:
    """One reading: `following[state, class]` is the state after it, -1 for none."""

    decision: int
    following: Indices = field(repr=False)


@frozen(eq=False)
class Automaton:
    """A constraint as steps and a last row.

    Attributes:
        steps: one for each decision of the scope but the last, in the order of the layers.
        last: the last decision.
        rows: for each state after all steps, the classes that the last decision may take.
    """

    steps: tuple[Step, ...]
    last: int
    rows: Flags = field(repr=False)


def table_automaton(
    table: TableForm,
    class_of: tuple[Indices, ...],
    widths: tuple[int, ...],
    place: list[int],
    sizes: SizeLimits,
) -> Automaton:
    """The table read in the order of the layers.

    Args:
        table: the table.
        class_of: for each column and class of its decision the class in the table.
        widths: for each column the number of classes in the table.
        place: for each column its rank in the order of the layers.
        sizes: limits.
    """
    columns = sorted(range(len(place)), key=place.__getitem__)
    rows = table.rows[:, columns]
    rows = rows[np.lexsort(rows.T[::-1])]
    # Prefixes of each length, numbered in order: a new one begins where a row differs from the one before.
    prefix = [np.zeros(len(rows), np.int64)]
    fresh = np.zeros(len(rows), np.bool_)
    for at in range(len(columns) - 1):
        fresh[1:] |= rows[1:, at] != rows[:-1, at]
        prefix.append(np.cumsum(fresh))
    amounts = [int(numbers[-1]) + 1 for numbers in prefix]
    sizes.check_cells(max(amount * widths[column] for amount, column in zip(amounts, columns, strict=True)))
    final = np.zeros((amounts[-1], widths[columns[-1]]), np.bool_)
    final[prefix[-1], rows[:, -1]] = True
    first, state = numbered_rows(final)
    final = final[first]
    steps: list[Step] = []
    for at in range(len(columns) - 2, -1, -1):
        following = np.full((amounts[at], widths[columns[at]]), -1, np.int32)
        following[prefix[at], rows[:, at]] = state[prefix[at + 1]]
        first, state = numbered_rows(following)
        steps.append(Step(table.scope[columns[at]], following[first][:, class_of[columns[at]]]))
    return Automaton(
        tuple(reversed(steps)),
        table.scope[columns[-1]],
        final[:, class_of[columns[-1]]],
    )


def clause_automaton(clause: ClauseForm, holding: tuple[Flags, ...], place: list[int]) -> Automaton:
    """The clause read in the order of the layers: state 0 is open, state 1 satisfied."""
    columns = sorted(range(len(place)), key=place.__getitem__)
    steps = tuple(
        Step(
            clause.scope[at],
            np.stack([holding[at].astype(np.int32), np.ones(len(holding[at]), np.int32)]),
        )
        for at in columns[:-1]
    )
    last = holding[columns[-1]]
    return Automaton(steps, clause.scope[columns[-1]], np.stack([last, np.ones_like(last)]))
