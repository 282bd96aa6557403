"""The normal form in arrays, constraints on one variable worked into its values."""

from collections.abc import Iterable, Sequence
from itertools import pairwise

import numpy as np
from attrs import field, frozen

from configurator.csp.constraints import (
    ClauseConstraint,
    Constraint,
    LinearConstraint,
    SortedConstraint,
    TableConstraint,
)
from configurator.csp.variables import Variable
from configurator.engines.diagram.compiling.narrowing import narrow_by_clause, narrow_by_sum, narrow_by_table
from configurator.engines.diagram.compiling.tables import ClauseForm, TableForm
from configurator.engines.diagram.limits import SizeLimits
from configurator.engines.diagram.numbering import numbered_rows
from configurator.engines.diagram.whole import Flags, Indices, Whole, whole, widened
from configurator.engines.engine import SearchLimits


@frozen(eq=False)
class SumForm:
    """At most `upper` in all.

    Attributes:
        weights: by variable what each value adds; not negative where alive.
    """

    weights: dict[int, Whole] = field(repr=False)
    upper: int

    @classmethod
    def of(cls, constraint: LinearConstraint) -> "SumForm":
        """From a sum in normal form."""
        assert constraint.upper is not None
        return cls({term.variable: whole(term.weights) for term in constraint.terms}, constraint.upper)

    def within(self, alive: Sequence[Flags]) -> "SumForm":
        """The same over the values alive: shifted so that the lightest add nothing, idle terms left out."""
        upper, kept = self.upper, {}
        for variable, weights in self.weights.items():
            least = int(weights[alive[variable]].min())
            shifted = np.where(alive[variable], weights - least, 0)
            upper -= least
            if shifted.any():
                kept[variable] = shifted
        largest = sum(int(weights.max()) for weights in kept.values())
        return SumForm(kept if largest > upper else {}, upper)

    @property
    def bound(self) -> int:
        """More than any sum."""
        return 1 + sum(int(abs(weights).max(initial=0)) for weights in self.weights.values())

    def reaches(self, alive: Sequence[Flags]) -> dict[int, int]:
        """By variable how far its living weights lie apart."""
        found = {v: weights[alive[v]] for v, weights in self.weights.items()}
        return {v: int(weights.max()) - int(weights.min()) for v, weights in found.items()}


@frozen(eq=False)
class Model:
    """Tables, clauses and sums over decisions.

    Attributes:
        alive: for each decision the atoms that may be in a solution; without any the model is void.
    """

    alive: tuple[Flags, ...] = field(repr=False)
    tables: tuple[TableForm, ...]
    clauses: tuple[ClauseForm, ...]
    sums: tuple[SumForm, ...]
    void: bool = False


def model_of(
    constraints: Sequence[Constraint],
    sums: Sequence[LinearConstraint],
    variables: Sequence[Variable],
    sizes: SizeLimits,
    limits: SearchLimits,
) -> Model:
    """The model of constraints in normal form, narrowed.

    Raises:
        SearchLimitError: a chain that could not be made one decision or a sum of two is too large for
            tables, or the time is up.
    """
    widths = [variable.size for variable in variables]
    tables, clauses = [], []
    for constraint in constraints:
        limits.check()
        match constraint:
            case TableConstraint():
                tables.append(TableForm.of(constraint))
            case ClauseConstraint():
                clauses.append(ClauseForm.of(constraint, widths))
            case SortedConstraint(scope=scope):
                tables += chain_tables(scope, widths, sizes)
            case _:
                raise AssertionError(constraint)
    read = [SumForm.of(found) for found in sums]
    alive = tuple(np.ones(width, np.bool_) for width in widths)
    falsehood = any(not clause.scope for clause in clauses) or any(not len(table.rows) for table in tables)
    if falsehood or not _narrowed(tables, clauses, read, alive, limits):
        return Model(alive, (), (), (), void=True)
    pairs, wide = [], []
    for found in (each.within(alive) for each in read):
        if len(found.weights) == 2:
            pairs.append(pair_table(found, alive, sizes))
        elif len(found.weights) > 2:
            wide.append(found)
    kept = [table.within(alive) for table in tables if len(table.scope) > 1] + pairs
    # A clause that holds already, or speaks of one decision, has said all it can by narrowing.
    open_clauses = [clause.within(alive) for clause in clauses if not clause.certain(alive)]
    fused = _fused([table for table in kept if not table.certain], sizes)
    return Model(
        alive,
        fused,
        tuple(clause for clause in open_clauses if len(clause.scope) > 1),
        tuple(wide),
        void=not all(len(table.rows) for table in fused),
    )


def _narrowed(
    tables: list[TableForm],
    clauses: list[ClauseForm],
    sums: list[SumForm],
    alive: tuple[Flags, ...],
    limits: SearchLimits,
) -> bool:
    """Narrow the values in place until nothing changes; whether every decision has some left."""
    changed = True
    while changed and all(found.any() for found in alive):
        limits.check()
        changed = False
        for table in tables:
            changed |= narrow_by_table(table, alive)
        for clause in clauses:
            changed |= narrow_by_clause(clause, alive)
        for found in sums:
            changed |= narrow_by_sum(found.weights, found.upper, alive)
    return all(found.any() for found in alive)


def _fused(tables: list[TableForm], sizes: SizeLimits) -> tuple[TableForm, ...]:
    """Tables of the same decisions as one, where that stays small."""
    fused: dict[tuple[int, ...], list[TableForm]] = {}
    for table in tables:
        same = fused.setdefault(tuple(sorted(table.scope)), [])
        ascending = table.ascending
        joined = same[-1].joined(ascending, sizes.cells) if same else None
        if joined is None:
            same.append(ascending)
        else:
            same[-1] = joined
    return tuple(table for same in fused.values() for table in same)


def chain_tables(scope: tuple[int, ...], widths: Sequence[int], sizes: SizeLimits) -> list[TableForm]:
    """A chain as tables of neighbours: never falling, and only blanks (0) after a blank."""
    tables = []
    for pair in pairwise(scope):
        before, after = (np.arange(widths[variable], dtype=np.int32) for variable in pair)
        sizes.check_cells(len(before) * len(after))
        allowed = (before.reshape(-1, 1) <= after) & (before.reshape(-1, 1) != 0) | (after == 0)
        tables.append(TableForm(pair, (before, after), np.argwhere(allowed).astype(np.int32)))
    return tables


def pair_table(found: SumForm, alive: Sequence[Flags], sizes: SizeLimits) -> TableForm:
    """A sum of two terms as a table of weights that go together."""
    (one, first), (other, second) = found.weights.items()
    first, second = widened(first, abs(found.upper)), widened(second, abs(found.upper))
    low, number = np.unique(first[alive[one]], return_inverse=True)
    high, partner = np.unique(second[alive[other]], return_inverse=True)
    sizes.check_cells(len(low) * len(high))
    # The larger the one weight, the fewer of the other go with it: neighbours with equal rows are one class.
    room = np.array([np.searchsorted(high, found.upper - weight, side="right") for weight in low], np.int64)
    need = np.array([np.searchsorted(low, found.upper - weight, side="right") for weight in high], np.int64)
    _, low_class = np.unique(room, return_inverse=True)
    _, high_class = np.unique(need, return_inverse=True)
    classes = (
        _classes(alive[one], low_class.reshape(-1)[number.reshape(-1)]),
        _classes(alive[other], high_class.reshape(-1)[partner.reshape(-1)]),
    )
    possible = low.reshape(-1, 1) + high.reshape(1, -1) <= found.upper
    rows = np.zeros((int(low_class.max()) + 1, int(high_class.max()) + 1), np.bool_)
    rows[low_class.reshape(-1, 1), high_class.reshape(1, -1)] = possible
    return TableForm((one, other), classes, np.argwhere(rows).astype(np.int32))


def _classes(alive: Flags, classes: Indices) -> Indices:
    found = np.full(len(alive), -1, np.int32)
    found[alive] = classes
    return found


# ---------------------------------------------------------------- quotient


def quotient(model: Model, inside: Iterable[SumForm]) -> tuple[Indices, ...]:
    """For each decision the class of each atom: atoms that no table, clause or inside sum tells apart.

    -1 for atoms that are in no solution. Classes are numbered in the order of their smallest atom.
    """
    views: list[list[Indices]] = [[] for _ in model.alive]
    dead = [~found for found in model.alive]
    for table in model.tables:
        for variable, classes in zip(table.scope, table.classes, strict=True):
            views[variable].append(classes)
            dead[variable] |= classes < 0
    for clause in model.clauses:
        for variable, holding in zip(clause.scope, clause.holding, strict=True):
            views[variable].append(holding.astype(np.int32))
    for found in inside:
        for variable, weights in found.weights.items():
            _, number = np.unique(weights, return_inverse=True)
            views[variable].append(number.reshape(-1).astype(np.int32))
    return tuple(_classed(seen, gone) for seen, gone in zip(views, dead, strict=True))


def _classed(views: list[Indices], dead: Flags) -> Indices:
    class_of = np.full(len(dead), -1, np.int32)
    living = np.flatnonzero(~dead)
    if not len(living):
        return class_of
    if not views:
        class_of[living] = 0
        return class_of
    seen = np.ascontiguousarray(np.stack([view[living] for view in views], axis=1))
    class_of[living] = in_order_of_appearance(numbered_rows(seen)[1])
    return class_of


def in_order_of_appearance(numbers: Indices) -> Indices:
    """The same partition, its parts numbered in the order in which they first appear."""
    _, first, inverse = np.unique(numbers, return_index=True, return_inverse=True)
    rank = np.empty(len(first), np.int32)
    rank[np.argsort(first)] = np.arange(len(first))
    return rank[inverse.reshape(-1)]
