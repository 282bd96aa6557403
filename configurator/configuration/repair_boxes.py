"""What places that are given up can take where everything else is decided: all combinations at once.

Each constraint is then a relation on the variables given up alone. Combinations grow variable by variable,
and whatever a relation refuses that is decided by then falls away, all of it in arrays of whole numbers.
Where that gets too large for one piece, it is done piece by piece, and only the best are kept; and where even
that would take too long, nothing is said: then one has to search. Places with several variables, of which
few combinations fill the place, are joined place by place instead, and constraints held against each line.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice, pairwise
from itertools import product as combinations
from math import prod
from types import MappingProxyType
from typing import TypeAlias

import numpy as np
from attrs import frozen
from numpy.typing import NDArray

from configurator.csp.constraints import (
    ClauseConstraint,
    Constraint,
    LinearConstraint,
    LinearTerm,
    Literal,
    PredicateConstraint,
    SortedConstraint,
    TableConstraint,
)
from configurator.csp.variables import Assignment, Variable
from configurator.engines.engine import SearchLimits

LARGEST_BOX = 1_000_000
"""Combinations that are held at once at most."""
MOST_BOXES = 100
"""How many pieces are looked at at most."""
MOST_KEPT = 1_000
"""How many of the best are kept where there are several pieces."""
LARGEST_RELATION = 1_000_000
"""Combinations of the variables of one constraint that are looked at at most."""
LARGEST_REMEMBERED = 10_000
"""The same where what the constraint says of them all is remembered."""
MOST_CALLS = 5_000
"""How often a constraint is asked at most that is no more than a function."""
LARGEST_NUMBER = 2**61
"""Sums beyond which 64 bits might not do."""
FIRST_CHUNK = 64
"""How many of the best are put in order at first."""

Numbers: TypeAlias = NDArray[np.int64]
Allowed: TypeAlias = NDArray[np.bool_]
Relation: TypeAlias = tuple[tuple[int, ...], Allowed]
"""Variables, and for each combination of places among their values whether it may be."""


@frozen(eq=False)
class Box:
    """Combinations of values that go with what is decided.

    Attributes:
        variables: in the order in which they were given.
        values: one line for each combination, in it a value for each variable.
    """

    variables: tuple[int, ...]
    values: Numbers

    def of(self, variable: int) -> Numbers:
        """The values of a variable, combination by combination."""
        return self.values[:, self.variables.index(variable)]

    def only(self, lines: Numbers) -> "Box":
        """Some of the combinations."""
        return Box(self.variables, self.values[lines])


@frozen(eq=False)
class Order:
    """Which combinations are better: whose worth goes away less, then is less, then keys, then values.

    Attributes:
        worths: what values are worth.
        before: what their sum is compared with; `None` where nothing has a worth.
        lost: values for which there is no worth; combinations with one come last.
        keys: sums that decide between equals, less being better.
    """

    worths: Sequence[LinearTerm]
    before: int | None
    lost: Mapping[int, frozenset[int]]
    keys: Sequence[Sequence[LinearTerm]]

    @property
    def fits(self) -> bool:
        """Whether 64 bits do for its numbers."""
        sums = (self.worths, *self.keys)
        most = [sum(max(map(abs, term.weights), default=0) for term in terms) for terms in sums]
        return max(*most, abs(self.before or 0)) <= LARGEST_NUMBER

    def best_first(self, box: Box) -> Iterator[int]:
        """Yield the lines of a box, best first; they are put in order chunk by chunk."""
        columns = self._columns(box)
        left, chunk = np.arange(len(box.values)), FIRST_CHUNK
        while len(left):
            now, rest = left, left[:0]
            if len(left) > 2 * chunk:
                first = columns[0][left]
                limit = np.partition(first, chunk)[chunk]
                now, rest = left[first <= limit], left[first > limit]
            yield from now[np.lexsort([column[now] for column in reversed(columns)])].tolist()
            left, chunk = rest, 4 * chunk

    def _columns(self, box: Box) -> tuple[Numbers, ...]:
        """What decides, line by line: the first column first."""
        without = np.full(len(box.values), self.before is None)
        for variable, values in self.lost.items():
            without |= np.isin(box.of(variable), sorted(values))
        delta = np.where(without, 0, _sum(self.worths, box) - (self.before or 0))
        away = np.where(without, np.iinfo(np.int64).max, np.abs(delta))
        return (away, delta, *(_sum(terms, box) for terms in self.keys), *box.values.T)


def _sum(terms: Sequence[LinearTerm], box: Box) -> Numbers:
    found = np.zeros(len(box.values), np.int64)
    for term in terms:
        found += np.array(term.weights, np.int64)[box.of(term.variable)]
    return found


def best_combinations(boxes: Iterator[Box], order: Order) -> tuple[Iterator[Assignment], bool] | None:
    """The combinations of all pieces, best first, and whether these are all; `None` for too many pieces."""
    if not order.fits:
        return None
    whole, pieces = next(boxes, None), 1
    complete = True
    for piece in boxes:
        assert whole is not None
        pieces += 1
        if pieces > MOST_BOXES:
            return None
        both = Box(whole.variables, np.concatenate([whole.values, piece.values]))
        complete = complete and len(both.values) <= MOST_KEPT
        whole = both.only(np.fromiter(islice(order.best_first(both), MOST_KEPT), np.int64))
    if whole is None:
        return iter(()), True
    found = whole
    return (tuple(found.values[line].tolist()) for line in order.best_first(found)), complete


def remembered_relations(
    constraints: Iterable[Constraint], variables: Sequence[Variable]
) -> Mapping[int, Allowed]:
    """What small constraints say of all values of all their variables, by the constraint's `id`."""
    found: dict[int, Allowed] = {}
    for each in constraints:
        sizes = [variables[variable].size for variable in each.scope]
        if not isinstance(each, PredicateConstraint) and prod(sizes) <= LARGEST_REMEMBERED:
            every = {v: np.arange(size) for v, size in zip(each.scope, sizes, strict=True)}
            allowed = _relation(each, _Open({}, every))
            if allowed is not None:
                found[id(each)] = allowed
    return found


def box_of_places(
    constraints: Sequence[Constraint],
    decided: Mapping[int, int],
    fillings: Sequence[tuple[tuple[int, ...], Numbers]],
    limits: SearchLimits,
) -> Box | None:
    """All combinations of what fills some places that keep the constraints; `None` for too many of them.

    Args:
        constraints: all that look at the variables of these places; at no others but decided ones.
        decided: the values of other variables.
        fillings: for each place its variables and what they can take together, line by line.
        limits: of the work.

    Raises:
        SearchLimitError: the time is up.
    """
    own = {variable for variables, _ in fillings for variable in variables}
    waiting = [(frozenset(own.intersection(each.scope)), each) for each in constraints]
    whole: Box | None = Box((), np.zeros((1, 0), np.int64))
    alone = [_kept(Box(*each), waiting, decided, limits) for each in fillings]
    for place in sorted(alone, key=lambda box: 0 if box is None else len(box.values)):
        if whole is None or place is None or len(whole.values) * len(place.values) > LARGEST_BOX:
            return None
        before, more = len(whole.values), len(place.values)
        lines = np.hstack([np.repeat(whole.values, more, axis=0), np.tile(place.values, (before, 1))])
        across = [each for each in waiting if not each[0] <= set(place.variables)]
        across = [each for each in across if each[0].intersection(place.variables)]
        whole = _kept(Box((*whole.variables, *place.variables), lines), across, decided, limits)
    if whole is None:
        return None
    order = tuple(variable for variables, _ in fillings for variable in variables)
    return Box(order, whole.values[:, [whole.variables.index(variable) for variable in order]])


def _kept(
    box: Box,
    constraints: Iterable[tuple[frozenset[int], Constraint]],
    decided: Mapping[int, int],
    limits: SearchLimits,
) -> Box | None:
    """The combinations that keep all constraints on these variables alone; `None` for too many of them."""
    for scope, each in constraints:
        if scope.issubset(box.variables):
            limits.check()
            lines = {variable: box.of(variable) for variable in each.scope if variable in scope}
            allowed = _relation(each, _OpenTogether(decided, lines)) if lines else None
            if allowed is None:
                return None
            box = box.only(np.flatnonzero(allowed))
    return box


def boxes_of(
    constraints: Sequence[Constraint],
    decided: Mapping[int, int],
    sizes: Mapping[int, int],
    limits: SearchLimits,
    remembered: Mapping[int, Allowed] = MappingProxyType({}),
) -> Iterator[Box] | None:
    """All combinations of some variables' values that keep the constraints, piece by piece.

    `None` where a single constraint has too many combinations.

    Args:
        constraints: all that look at these variables; at no others but decided ones.
        decided: the values of other variables.
        sizes: the variables, with how many values each has.
        limits: of the work; the pieces may raise `SearchLimitError` too.
        remembered: of constraints that come again and again what they say; see `remembered_relations`.

    Raises:
        SearchLimitError: the time is up.
    """
    left = {variable: np.arange(size) for variable, size in sizes.items()}
    scopes = [tuple(v for v in each.scope if v in sizes) for each in constraints]
    relations: list[Relation] = []
    # What looks at one variable only comes first: it makes all else smaller.
    for scope, constraint in sorted(zip(scopes, constraints, strict=True), key=lambda pair: len(pair[0])):
        limits.check()
        if prod(len(left[variable]) for variable in scope) > LARGEST_RELATION:
            return None
        known = remembered.get(id(constraint))
        if known is not None:
            allowed: Allowed | None = _part_of(known, constraint.scope, decided, left)
        else:
            allowed = _relation(constraint, _Open(decided, {variable: left[variable] for variable in scope}))
        if allowed is None:
            return None
        if len(scope) == 1:
            left[scope[0]] = left[scope[0]][allowed]
        else:
            relations.append((scope, allowed))
    waiting = sorted(sizes, key=lambda each: len(left[each]))
    return _Joining(tuple(sizes), left, relations, limits).boxes({}, 1, waiting)


@frozen(eq=False)
class _Joining:
    """Combinations of what is left of the variables that all relations allow.

    Attributes:
        left: of each variable the values that go by themselves.
        relations: on places among these values.
    """

    variables: tuple[int, ...]
    left: Mapping[int, Numbers]
    relations: Sequence[Relation]
    limits: SearchLimits

    def boxes(self, at: Mapping[int, Numbers], number: int, waiting: Sequence[int]) -> Iterator[Box]:
        """Yield all ways to go on from so many combinations of places with the variables that wait."""
        if not waiting:
            columns = [self.left[variable][at[variable]] for variable in self.variables]
            yield Box(self.variables, np.stack(columns, axis=1) if columns else np.zeros((1, 0), np.int64))
            return
        variable, *others = waiting
        size = len(self.left[variable])
        step = max(1, LARGEST_BOX // max(1, size))
        for begin in range(0, number, step):
            self.limits.check()
            block = {known: places[begin : begin + step] for known, places in at.items()}
            rows = min(step, number - begin)
            grown = {known: np.repeat(places, size) for known, places in block.items()}
            grown[variable] = np.tile(np.arange(size), rows)
            rows *= size
            for scope, allowed in self.relations:
                if variable in scope and all(each in grown for each in scope):
                    kept = np.flatnonzero(allowed[tuple(grown[each] for each in scope)])
                    grown = {known: places[kept] for known, places in grown.items()}
                    rows = len(kept)
            yield from self.boxes(grown, rows, others)


# ---------------------------------------------------------------- single constraints


def _part_of(
    whole: Allowed, scope: Sequence[int], decided: Mapping[int, int], left: Mapping[int, Numbers]
) -> Allowed:
    """Of what a constraint says of all values what it says of those left, the others being decided."""
    for axis in reversed(range(len(scope))):
        variable = scope[axis]
        whole = whole.take(left[variable] if variable in left else decided[variable], axis=axis)
    return whole


def _relation(constraint: Constraint, open_in: "_Open") -> Allowed | None:
    """For each combination of values whether the constraint holds, as an array of the open ones' shape.

    `None` where that would take too long, or numbers are too large.
    """
    match constraint:
        case ClauseConstraint(literals=literals):
            return open_in.any_of(literals)
        case TableConstraint():
            return open_in.in_table(constraint)
        case LinearConstraint():
            return open_in.within(constraint)
        case SortedConstraint(scope=scope):
            found = open_in.everywhere(holds=True)
            for before, after in pairwise(map(open_in.values, scope)):
                found = found & ((after == 0) | ((before != 0) & (before <= after)))
            return found
        case PredicateConstraint():
            return open_in.asked(constraint)


@frozen(eq=False)
class _Open:
    """The variables of one constraint: some decided, the others with what is left of them, one axis each."""

    decided: Mapping[int, int]
    left: Mapping[int, Numbers]

    @property
    def shape(self) -> tuple[int, ...]:
        return tuple(len(values) for values in self.left.values())

    def everywhere(self, *, holds: bool) -> Allowed:
        return np.full(self.shape, holds)

    def axis(self, variable: int) -> tuple[int, ...]:
        """The shape of what is said for each value of a variable, along its axis."""
        return tuple(-1 if each == variable else 1 for each in self.left)

    def values(self, variable: int) -> Numbers:
        """The values of a variable, along its axis; of a decided one that value."""
        if variable in self.decided:
            return np.array(self.decided[variable], np.int64)
        return self.left[variable].reshape(self.axis(variable))

    def any_of(self, literals: Sequence[Literal]) -> Allowed:
        """Whether one of the literals holds."""
        found = self.everywhere(holds=False)
        for literal in literals:
            if literal.variable in self.decided:
                found |= self.decided[literal.variable] in literal.values
            else:
                own = np.isin(self.left[literal.variable], sorted(literal.values))
                found |= own.reshape(self.axis(literal.variable))
        return found

    def in_table(self, table: TableConstraint) -> Allowed | None:
        """Whether the classes of the values are a row."""
        rows = list(table.rows)
        axes: list[Numbers] = []
        columns: list[dict[int, int]] = []
        for at, (variable, classes) in enumerate(zip(table.scope, table.classes, strict=True)):
            if variable in self.decided:
                own = classes[self.decided[variable]]
                rows = [row for row in rows if row[at] == own]
            else:
                found, numbers = np.unique(np.array(classes)[self.left[variable]], return_inverse=True)
                axes.append(numbers)
                columns.append({int(each): number for number, each in enumerate(found)})
        free = [at for at, variable in enumerate(table.scope) if variable not in self.decided]
        allowed = np.zeros(tuple(len(each) for each in columns), bool)
        for row in rows:
            place = tuple(column.get(row[at], -1) for column, at in zip(columns, free, strict=True))
            if -1 not in place:
                allowed[place] = True
        return self.picked(allowed, axes) if axes else allowed

    def picked(self, allowed: Allowed, axes: Sequence[Numbers]) -> Allowed:
        """For each combination what is said at its places, one for each axis."""
        return allowed[np.ix_(*axes)]

    def within(self, linear: LinearConstraint) -> Allowed | None:
        """Whether the sum is between its bounds, or excused."""
        most = sum(max(map(abs, term.weights), default=0) for term in linear.terms)
        if max(most, abs(linear.lower or 0), abs(linear.upper or 0)) > LARGEST_NUMBER:
            return None
        total = np.zeros(self.shape, np.int64)
        for term in linear.terms:
            if term.variable in self.decided:
                total += term.weights[self.decided[term.variable]]
            else:
                weights = np.array(term.weights, np.int64)[self.left[term.variable]]
                total += weights.reshape(self.axis(term.variable))
        found = self.any_of(linear.unless)
        inside = self.everywhere(holds=True)
        if linear.lower is not None:
            inside &= total >= linear.lower
        if linear.upper is not None:
            inside &= total <= linear.upper
        return found | inside

    def asked(self, predicate: PredicateConstraint) -> Allowed | None:
        """What the function says of each combination."""
        found = self.everywhere(holds=False)
        if found.size > MOST_CALLS:
            return None
        names = list(self.left)
        for place in combinations(*(range(len(values)) for values in self.left.values())):
            chosen = {name: int(self.left[name][at]) for name, at in zip(names, place, strict=True)}
            values = tuple(chosen.get(each, self.decided.get(each, 0)) for each in predicate.scope)
            found[place] = predicate.function(values)
        return found


@frozen(eq=False)
class _OpenTogether(_Open):
    """The same for combinations that are listed: what is left are their values, line by line."""

    @property
    def shape(self) -> tuple[int, ...]:
        return (max(len(values) for values in self.left.values()),)

    def axis(self, variable: int) -> tuple[int, ...]:  # noqa: ARG002 - lines are one axis for all
        return (-1,)

    def picked(self, allowed: Allowed, axes: Sequence[Numbers]) -> Allowed:
        return allowed[tuple(axes)]

    def in_table(self, table: TableConstraint) -> Allowed | None:
        # Rows are looked up in an array of all combinations, however few are listed.
        if prod(len(np.unique(values)) for values in self.left.values()) > LARGEST_RELATION:
            return None
        return _Open.in_table(self, table)

    def asked(self, predicate: PredicateConstraint) -> Allowed | None:
        lines, numbers = np.unique(np.stack(list(self.left.values())), axis=1, return_inverse=True)
        if lines.shape[1] > MOST_CALLS:
            return None
        said = np.zeros(lines.shape[1], bool)
        for at, line in enumerate(lines.T.tolist()):
            chosen = dict(zip(self.left, line, strict=True))
            said[at] = predicate.function(
                tuple(chosen.get(v, self.decided.get(v, 0)) for v in predicate.scope)
            )
        return said[numbers]
