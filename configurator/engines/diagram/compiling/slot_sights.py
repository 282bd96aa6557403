"""Constraints as the positions of one mixed slot see them: letter by letter, the rest of each as a name.

A *letter* is a value of a position at first, a kind later: letter 0 is the blank. Two questions are asked of
a sight: what it is called when positions are exchanged (equal names, equal constraints), and, of several
with the same outside, what they come to when all positions are one variable.
"""

from abc import abstractmethod
from collections.abc import Hashable, Iterator, Mapping, Sequence
from functools import cached_property
from math import prod
from typing import Protocol

import numpy as np
from attrs import evolve, field, frozen
from numpy.typing import NDArray

from configurator.csp.constraints import (
    ClauseConstraint,
    Constraint,
    LinearConstraint,
    LinearTerm,
    Literal,
    Origin,
    TableConstraint,
)
from configurator.engines.diagram.numbering import combined, numbered
from configurator.engines.diagram.whole import Flags, Indices, Whole, whole, widened

Row = tuple[int, ...]
Numbers = NDArray[np.int64]

Exchanged = Mapping[int, int]
"""Positions that stand for each other; the others stand for themselves."""


class Sight(Protocol):
    """A constraint as positions see it."""

    @property
    def outside(self) -> Hashable:
        """Names all of it that positions do not see: sights with equal ones can be made one constraint."""

    @abstractmethod
    def views(self) -> Iterator[tuple[int, NDArray[np.generic]]]:
        """Yield (position, what it sees of each letter), perhaps several for a position."""

    @abstractmethod
    def dead(self) -> Iterator[tuple[int, Flags]]:
        """Yield (position, letters that it can never take by this constraint alone)."""

    @abstractmethod
    def over(self, examples: Indices) -> "Sight":
        """The same with other letters, each standing for what an example of the old ones did."""

    @abstractmethod
    def name(self, filled: int, exchanged: Exchanged) -> Hashable:
        """Names what it demands where the first positions are filled, after an exchange.

        Equal names, equal constraints. `None` where it demands nothing.
        """


# ---------------------------------------------------------------- clauses


@frozen(eq=False, slots=False)
class ClauseSight:
    """At least one literal holds.

    Attributes:
        inside: by position for which letters a literal on it holds.
        outer: literals on other variables.
    """

    inside: Mapping[int, Flags]
    outer: tuple[Literal, ...]
    origin: Origin

    @property
    def outside(self) -> Hashable:
        """The literals on other variables."""
        return "clause", self.outer

    def views(self) -> Iterator[tuple[int, NDArray[np.generic]]]:
        """The letters that hold."""
        yield from self.inside.items()

    def dead(self) -> Iterator[tuple[int, Flags]]:
        """Where it is about one position alone, the letters that do not hold."""
        if len(self.inside) == 1 and not self.outer:
            for position, holding in self.inside.items():
                yield position, ~holding

    def over(self, examples: Indices) -> "ClauseSight":
        """The same with other letters."""
        return evolve(self, inside={at: holding[examples] for at, holding in self.inside.items()})

    def name(self, filled: int, exchanged: Exchanged) -> Hashable:
        """Its literals, without those that cannot hold; `None` where one always does."""
        literals = _literal_names(self.inside, filled, exchanged)
        return None if literals is None else ("clause", literals, self.outer)


def _literal_names(inside: Mapping[int, Flags], filled: int, exchanged: Exchanged) -> Hashable:
    """Names the literals on positions; `None` where one holds whatever the letter."""
    found = []
    for at, holding in inside.items():
        seen = _seen(holding, at, filled)
        if seen.all():
            return None
        if seen.any():
            found.append((exchanged.get(at, at), seen.tobytes()))
    return frozenset(found)


def _seen(letters: NDArray[np.generic], position: int, filled: int) -> NDArray[np.generic]:
    """What matters of a position's letters: not the blank where it is filled."""
    return letters[1:] if position < filled else letters


def clauses_as_one(sights: Sequence[ClauseSight], sequences: Indices, variable: int) -> Iterator[Constraint]:
    """Clauses with the same literals outside as one over the atoms."""
    holding = np.ones(sequences.shape[1], np.bool_)
    for sight in sights:
        holding &= _held(sight.inside, sequences)
    yield from _clause(variable, holding, sights[0].outer, sights[0].origin)


def _held(inside: Mapping[int, Flags], sequences: Indices) -> Flags:
    """For each sequence whether one of the literals holds."""
    found = np.zeros(sequences.shape[1], np.bool_)
    for at, holding in inside.items():
        found |= holding[sequences[at]]
    return found


def _clause(
    variable: int, holding: Flags, outer: tuple[Literal, ...], origin: Origin
) -> Iterator[ClauseConstraint]:
    if not holding.all():
        own = (Literal(variable, frozenset(np.flatnonzero(holding).tolist())),) if holding.any() else ()
        yield ClauseConstraint(own + outer, origin)


# ---------------------------------------------------------------- sums


@frozen(eq=False, slots=False)
class SumSight:
    """A sum between bounds, unless a literal holds.

    Attributes:
        inside: by position what each letter adds.
        unless: by position for which letters a literal on it holds.
        outer: the constraint without its terms and literals on positions.
    """

    inside: Mapping[int, Whole]
    unless: Mapping[int, Flags]
    outer: LinearConstraint

    @property
    def outside(self) -> Hashable:
        """The bounds, and terms and literals on other variables."""
        return "sum", self.outer

    def views(self) -> Iterator[tuple[int, NDArray[np.generic]]]:
        """The weights and the letters that hold."""
        yield from self.inside.items()
        yield from self.unless.items()

    def dead(self) -> Iterator[tuple[int, Flags]]:
        """Nothing is known from a sum alone."""
        yield from ()

    def over(self, examples: Indices) -> "SumSight":
        """The same with other letters."""
        return evolve(
            self,
            inside={at: weights[examples] for at, weights in self.inside.items()},
            unless={at: holding[examples] for at, holding in self.unless.items()},
        )

    def name(self, filled: int, exchanged: Exchanged) -> Hashable:
        """Its terms, what is the same for all letters taken into the bounds."""
        literals = _literal_names(self.unless, filled, exchanged)
        lower, upper = self.outer.lower, self.outer.upper
        if literals is None or (lower is None and upper is None):
            return None
        constant, terms = 0, []
        for at, weights in self.inside.items():
            seen = _seen(weights, at, filled).tolist()
            if not seen:
                return None  # nothing can fill the position
            constant += seen[0]
            if any(weight != seen[0] for weight in seen):
                terms.append((exchanged.get(at, at), tuple(weight - seen[0] for weight in seen)))
        return (
            "sum",
            frozenset(terms),
            literals,
            None if lower is None else lower - constant,
            None if upper is None else upper - constant,
            (self.outer.terms, self.outer.unless),
        )

    def totals(self, sequences: Indices) -> Whole:
        """What each sequence adds."""
        magnitude = sum(
            max((abs(int(weight)) for weight in found), default=0) for found in self.inside.values()
        )
        total = whole([0] * sequences.shape[1], magnitude)
        for at, weights in self.inside.items():
            total = total + widened(weights, magnitude)[sequences[at]]
        return total


def sums_as_one(sights: Sequence[SumSight], sequences: Indices, variable: int) -> Iterator[Constraint]:
    """Sums with the same outside as one over the atoms, or one for each bound.

    Of several totals the largest must keep the upper bound, the least the lower one; excused ones neither.
    """
    outer = sights[0].outer
    excused = [_held(sight.unless, sequences) for sight in sights]
    totals = [sight.totals(sequences) for sight in sights]
    if not outer.terms:
        kept = np.ones(sequences.shape[1], np.bool_)
        for total, free in zip(totals, excused, strict=True):
            kept &= free | _within(total, outer)
        yield from _clause(variable, kept, outer.unless, outer.origin)
        return
    free_of_all = np.logical_and.reduce(excused)
    if free_of_all.all():
        return
    highest, lowest = _extremes(totals, excused)
    own = (Literal(variable, frozenset(np.flatnonzero(free_of_all).tolist())),) if free_of_all.any() else ()
    bound = evolve(outer, unless=own + outer.unless)

    def with_totals(found: Whole, lower: int | None, upper: int | None) -> LinearConstraint:
        term = LinearTerm(variable, tuple(found.tolist()))
        return evolve(bound, terms=(term, *outer.terms), lower=lower, upper=upper)

    if outer.lower is None or outer.upper is None or bool((highest == lowest).all()):
        yield with_totals(lowest if outer.upper is None else highest, outer.lower, outer.upper)
    else:
        yield with_totals(highest, None, outer.upper)
        yield with_totals(lowest, outer.lower, None)


def _within(total: Whole, bounds: LinearConstraint) -> Flags:
    found = np.ones(len(total), np.bool_)
    if bounds.lower is not None:
        found &= (total >= bounds.lower).astype(np.bool_)
    if bounds.upper is not None:
        found &= (total <= bounds.upper).astype(np.bool_)
    return found


def _extremes(totals: Sequence[Whole], excused: Sequence[Flags]) -> tuple[Whole, Whole]:
    """The highest and the lowest total that is not excused, for each atom; any that occurs where all are."""
    highest = lowest = np.where(excused[0], totals[0].min(), totals[0])
    known = ~excused[0]
    for total, free in zip(totals[1:], excused[1:], strict=True):
        first, again = ~free & ~known, ~free & known
        highest = np.where(first | (again & (total > highest).astype(np.bool_)), total, highest)
        lowest = np.where(first | (again & (total < lowest).astype(np.bool_)), total, lowest)
        known |= ~free
    return highest, lowest


# ---------------------------------------------------------------- tables


@frozen(eq=False, slots=False)
class TableSight:
    """Classes of letters and of other variables' values form a row.

    INVARIANT: rows name only classes that values of other variables have.

    Attributes:
        positions: those of the columns, ascending.
        inside: for each its letters' classes; -1 for those in no row.
        rows: classes by position, then those of other variables.
        outer: the table's scope and classes on other variables.
    """

    positions: tuple[int, ...]
    inside: tuple[Numbers, ...]
    rows: frozenset[Row] = field(repr=False)
    outer: tuple[tuple[int, tuple[int, ...]], ...] = field(repr=False)
    origin: Origin

    @cached_property
    def outside(self) -> Hashable:
        """The other variables with their classes."""
        return "table", self.outer

    def views(self) -> Iterator[tuple[int, NDArray[np.generic]]]:
        """The classes."""
        yield from zip(self.positions, self.inside, strict=True)

    def dead(self) -> Iterator[tuple[int, Flags]]:
        """Letters in no row."""
        for at, classes in zip(self.positions, self.inside, strict=True):
            yield at, classes < 0

    def over(self, examples: Indices) -> "TableSight":
        """The same with other letters."""
        return evolve(self, inside=tuple(classes[examples] for classes in self.inside))

    @cached_property
    def _outer_classes(self) -> int:
        """How many combinations of classes the other variables have."""
        return prod(len(set(classes)) for _, classes in self.outer)

    @cached_property
    def _forms(self) -> dict[tuple[bool, ...], "_TableForm | None"]:
        return {}

    def name(self, filled: int, exchanged: Exchanged) -> Hashable:
        """Its columns that tell letters apart, and its rows."""
        pattern = tuple(position < filled for position in self.positions)
        if pattern not in self._forms:
            self._forms[pattern] = self._form(pattern)
        form = self._forms[pattern]
        if form is None:
            return None
        if not form.rows:
            return "never"
        named = [exchanged.get(self.positions[column], self.positions[column]) for column in form.columns]
        order = sorted(range(len(named)), key=named.__getitem__)
        rows = form.rows
        if order != list(range(len(named))):
            turned = [*order, *range(len(named), len(named) + len(self.outer))]
            rows = frozenset(tuple(row[column] for column in turned) for row in rows)
        columns = tuple((named[column], form.letters[column]) for column in order)
        return "table", columns, self.outer, rows

    def _form(self, pattern: tuple[bool, ...]) -> "_TableForm | None":
        """The table as it matters where some positions are filled; `None` where everything is a row."""
        seen = [
            classes[1:] if filled else classes for classes, filled in zip(self.inside, pattern, strict=True)
        ]
        present = [set(classes.tolist()) for classes in seen]
        rows = frozenset(
            row for row in self.rows if all(name in found for name, found in zip(row, present, strict=False))
        )
        letters = []
        for column, classes in enumerate(seen):
            number = told_apart(rows, column)
            named = in_order_of_appearance([number.get(name, -1) for name in classes.tolist()])
            letters.append(named)
            by_class = dict(zip(classes.tolist(), named, strict=True))
            rows = frozenset((*row[:column], by_class[row[column]], *row[column + 1 :]) for row in rows)
        if len(rows) == self._outer_classes * prod(len(set(found)) for found in letters):
            return None
        kept = [column for column, found in enumerate(letters) if len(set(found)) > 1]
        width = len(letters)
        rows = frozenset((*(row[column] for column in kept), *row[width:]) for row in rows)
        return _TableForm(tuple(kept), tuple(letters[column] for column in kept), rows)


@frozen
class _TableForm:
    """A table in a form that depends on what it demands alone.

    Attributes:
        columns: those that tell letters apart.
        letters: for each the class of each letter, numbered in order of appearance.
    """

    columns: tuple[int, ...]
    letters: tuple[tuple[int, ...], ...]
    rows: frozenset[Row]


def told_apart(rows: frozenset[Row], column: int) -> dict[int, int]:
    """For each class in some row a number: equal for classes that stand in the same rows otherwise."""
    rests: dict[int, set[Row]] = {}
    for row in rows:
        rests.setdefault(row[column], set()).add((*row[:column], *row[column + 1 :]))
    number: dict[frozenset[Row], int] = {}
    return {name: number.setdefault(frozenset(rests[name]), len(number)) for name in sorted(rests)}


def in_order_of_appearance(names: Sequence[int]) -> tuple[int, ...]:
    """The same numbering with 0 for the first, 1 for the next that differs, and so on."""
    number: dict[int, int] = {}
    return tuple(number.setdefault(name, len(number)) for name in names)


def tables_as_one(sights: Sequence[TableSight], sequences: Indices, variable: int) -> Iterator[Constraint]:
    """Tables with the same outside as one over the atoms: an atom's class is what it allows outside."""
    width = len(sights[0].outer)
    others = sorted({row[len(sight.positions) :] for sight in sights for row in sight.rows})
    bit = {other: 1 << at for at, other in enumerate(others)}
    allowed = [(1 << len(others)) - 1]
    state = np.zeros(sequences.shape[1], np.int64)
    for sight in sights:
        by_inside: dict[Row, int] = {}
        for row in sight.rows:
            own = row[: len(sight.positions)]
            by_inside[own] = by_inside.get(own, 0) | bit[row[len(sight.positions) :]]
        columns = [classes[sequences[at]] for at, classes in zip(sight.positions, sight.inside, strict=True)]
        widths = [int(column.max(initial=-1)) + 2 for column in columns]
        pairs = [(column + 1, bound) for column, bound in zip(columns, widths, strict=True)]
        keys, bound = combined([(state, len(allowed)), *pairs], len(state))
        first, number = numbered(keys, bound)
        masks = [
            allowed[int(state[at])] & by_inside.get(tuple(int(column[at]) for column in columns), 0)
            for at in first.tolist()
        ]
        allowed = list(dict.fromkeys(masks))
        place = {mask: at for at, mask in enumerate(allowed)}
        state = np.array([place[mask] for mask in masks], np.int64)[number]
    if not width:
        yield from _clause(variable, np.array([bool(mask) for mask in allowed])[state], (), sights[0].origin)
        return
    names = in_order_of_appearance(state.tolist())
    of_name = dict(zip(names, state.tolist(), strict=True))
    rows = frozenset(
        (name, *other) for name, at in of_name.items() for other in others if allowed[at] & bit[other]
    )
    scope = (variable, *(outer for outer, _ in sights[0].outer))
    yield TableConstraint(scope, (names, *(found for _, found in sights[0].outer)), rows, sights[0].origin)


# ---------------------------------------------------------------- from constraints


def sight_of(
    constraint: ClauseConstraint | LinearConstraint | TableConstraint,
    position: Mapping[int, int],
    size: int,
) -> "ClauseSight | SumSight | TableSight":
    """A constraint as the positions of a slot see it, letters being values.

    Args:
        constraint: any that reads a position.
        position: for each variable of the slot its position.
        size: how many values each position has.
    """
    match constraint:
        case ClauseConstraint(literals=literals, origin=origin):
            inside, outer = _split(literals, position, size)
            return ClauseSight(inside, outer, origin)
        case LinearConstraint(terms=terms, unless=unless):
            excuses, outer_excuses = _split(unless, position, size)
            own = {position[t.variable]: whole(t.weights) for t in terms if t.variable in position}
            rest = tuple(term for term in terms if term.variable not in position)
            return SumSight(own, excuses, evolve(constraint, terms=rest, unless=outer_excuses))
        case TableConstraint():
            return _table_sight(constraint, position)


def _split(
    literals: tuple[Literal, ...], position: Mapping[int, int], size: int
) -> tuple[dict[int, Flags], tuple[Literal, ...]]:
    """Literals on positions, and those on other variables, one each, ascending."""
    inside: dict[int, Flags] = {}
    outer: dict[int, frozenset[int]] = {}
    for literal in literals:
        if literal.variable in position:
            holding = inside.setdefault(position[literal.variable], np.zeros(size, np.bool_))
            holding[list(literal.values)] = True
        else:
            outer[literal.variable] = outer.get(literal.variable, frozenset()) | literal.values
    return inside, tuple(Literal(variable, values) for variable, values in sorted(outer.items()))


def _table_sight(table: TableConstraint, position: Mapping[int, int]) -> TableSight:
    columns = range(len(table.scope))
    own = sorted((c for c in columns if table.scope[c] in position), key=lambda c: position[table.scope[c]])
    others = sorted((c for c in columns if table.scope[c] not in position), key=lambda c: table.scope[c])
    present = {column: set(table.classes[column]) for column in columns}
    rows = frozenset(
        tuple(row[column] for column in (*own, *others))
        for row in table.rows
        if all(row[column] in found for column, found in present.items())
    )
    inside = []
    for at, column in enumerate(own):
        number = told_apart(rows, at)
        rows = frozenset((*row[:at], number[row[at]], *row[at + 1 :]) for row in rows)
        inside.append(np.array([number.get(name, -1) for name in table.classes[column]], np.int64))
    return TableSight(
        tuple(position[table.scope[column]] for column in own),
        tuple(inside),
        rows,
        tuple((table.scope[column], table.classes[column]) for column in others),
        table.origin,
    )
