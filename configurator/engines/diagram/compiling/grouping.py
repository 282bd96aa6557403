"""Mixed slots as one decision each: a problem rewritten so that all positions of a slot are one variable.

The new variable's values are the slot's atoms (so many of each kind), all constraints speak of them, and the
rest of the compiler sees a plain problem. Its solutions, with atoms written out in multisets, are the old
ones.

When is that right? Blanks stand last, and where a constraint sees positions filled, their order must not
matter. So for each pair of neighbouring positions the constraints, taken where both and all before them are
filled, must stay the same *set* when the two are exchanged: exchanges of neighbours make up every order. That
covers sums over all positions, rules for each unit or each pair of units (one constraint per position or pair
of them, all alike), tables whose rows are closed under exchange, and whatever tells positions apart only by
being blank or filled, such as a least number of units. The check compares forms, so it may refuse what is
alike in an unusual way; it never accepts what is not.

Values are of one *kind* when every constraint, at every position, sees them alike. Whether an atom obeys a
constraint is then read off one sequence of its kinds, blanks last.

Assemblies (instances made of several variables each, counted up to order) have their place here too: an
instance is to its assembly what a position is to a mixed slot. Its variables first become one decision whose
values are the instance's own atoms; these take the part of components, their classes that of kinds, a chain
over instances that of `SortedConstraint`, and a member is a multiset of instances. New would be where kinds
come from, and that a component of the multiset is itself written out by a decision; check and rewriting stay.
"""

from collections.abc import Hashable, Iterator, Mapping, Sequence

import numpy as np
from attrs import define, evolve, field, frozen

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
from configurator.csp.problem import ConstraintProblem
from configurator.csp.variables import Variable
from configurator.engines.diagram.compiling.slot_sights import (
    ClauseSight,
    SumSight,
    TableSight,
    clauses_as_one,
    sight_of,
    sums_as_one,
    tables_as_one,
)
from configurator.engines.diagram.decisions import Decision, DecisionWeights, SingleDecision
from configurator.engines.diagram.multiset_vectors import MultisetShape
from configurator.engines.diagram.multisets import MultisetDecision
from configurator.engines.diagram.numbering import combined, numbered
from configurator.engines.diagram.whole import Flags, Indices, Whole, whole
from configurator.engines.engine import SearchLimits

MOST_ATOMS = 200_000
"""Atoms above which a mixed slot stays a chain of positions."""

AnySight = ClauseSight | SumSight | TableSight


# ---------------------------------------------------------------- what comes out


@frozen(eq=False)
class SinglePart:
    """A variable that stays as it was."""

    variable: int

    def decision(self, class_of: Indices) -> Decision:
        """Its decision, from the class of each value; -1 for values in no solution."""
        return SingleDecision.of(self.variable, class_of)


@frozen(eq=False)
class MultisetPart:
    """Positions of a mixed slot as one variable.

    Attributes:
        scope: the positions.
        shape: which values are of which kind; its atoms are the variable's values.
    """

    scope: tuple[int, ...]
    shape: MultisetShape

    def decision(self, class_of: Indices) -> Decision:
        """Its decision, from the class of each atom; -1 for atoms in no solution."""
        return MultisetDecision.of(self.scope, self.shape, class_of)


Part = SinglePart | MultisetPart


@frozen(eq=False)
class Grouped:
    """A problem with mixed slots as one variable each.

    Attributes:
        problem: over the new variables, groups standing where their first position stood. Sums that could
            not stay outside are among its constraints.
        parts: for each new variable what it stands for.
        sides: for each sum outside, in the order given, what each new variable adds; `None` if brought in.
        chains: for each mixed slot that stays a chain of positions why.
    """

    problem: ConstraintProblem
    parts: tuple[Part, ...]
    sides: tuple[tuple[DecisionWeights, ...] | None, ...] = field(repr=False)
    chains: tuple[str, ...]


def grouped(problem: ConstraintProblem, side: tuple[LinearConstraint, ...], limits: SearchLimits) -> Grouped:
    """Make each mixed slot one variable, where that is right and does not take too many atoms.

    Give it constraints as they were lowered: tables that were fused may not show that positions are alike.

    Args:
        problem: any; a predicate over positions keeps their slot a chain.
        side: sums that shall stay outside the diagram; they do not part kinds. One that positions see in
            different ways (one of a family, `for each`) becomes a constraint of the problem instead.
        limits: checked for each slot.

    Raises:
        SearchLimitError: the time is up.
    """
    # A chain of one says nothing, and its position is a variable like any other.
    chains = dict.fromkeys(
        constraint.scope
        for constraint in problem.constraints
        if isinstance(constraint, SortedConstraint) and len(constraint.scope) > 1
    )
    work = _Work.of(problem, side, tuple(chains))
    reasons = []
    for scope in chains:
        limits.check()
        reason = work.group(scope)
        if reason is not None:
            reasons.append(f"`{problem.variables[scope[0]].name}` and its chain stay positions: {reason}")
    return work.finished(tuple(reasons))


# ---------------------------------------------------------------- work in progress


@frozen(eq=False)
class _SideTerm:
    """What a variable adds to a sum outside: by value (of each position), and on top by atom."""

    values: tuple[int, ...]
    atoms: Whole | None = None


@define(eq=False)
class _Work:
    """The problem while its slots are grouped. A group goes by the number of its first position.

    Attributes:
        sizes: for each variable left how many values it has.
        shapes: for each group its positions and shape.
        side: the sums given.
        terms: for each of them, by variable, what it adds; `None` where it was brought in.
    """

    problem: ConstraintProblem
    sizes: dict[int, int]
    constraints: list[Constraint]
    side: tuple[LinearConstraint, ...]
    terms: list[dict[int, _SideTerm] | None]
    shapes: dict[int, tuple[tuple[int, ...], MultisetShape]] = field(factory=dict)

    @classmethod
    def of(
        cls, problem: ConstraintProblem, side: tuple[LinearConstraint, ...], chains: Sequence[tuple[int, ...]]
    ) -> "_Work":
        """Nothing grouped yet; sums that some chain does not see evenly are brought in."""
        sizes = {at: variable.size for at, variable in enumerate(problem.variables)}
        constraints = [
            c for c in problem.constraints if not isinstance(c, SortedConstraint) or len(c.scope) > 1
        ]
        work = cls(problem, sizes, constraints, side, [])
        for found in side:
            terms = {term.variable: _SideTerm(term.weights) for term in found.terms}
            stays = not found.unless and all(work.even(terms, scope) for scope in chains)
            work.terms.append(terms if stays else None)
            if not stays:
                work.constraints.append(found)
        return work

    # ------------------------------------------------------------ one slot

    def group(self, scope: tuple[int, ...]) -> str | None:
        """Make the positions one variable, or say why not."""
        reason = self.unfit(scope)
        if reason is not None:
            return reason
        position = {variable: at for at, variable in enumerate(scope)}
        size = self.sizes[scope[0]]
        sights: list[AnySight] = []
        untouched: list[Constraint] = []
        for constraint in self.constraints:
            if not any(variable in position for variable in constraint.scope):
                untouched.append(constraint)
            elif isinstance(constraint, PredicateConstraint):
                return "a condition on them can only be tried out"
            elif isinstance(constraint, SortedConstraint):
                if constraint.scope != scope:
                    return "they stand in another chain too"
            else:
                sights.append(sight_of(constraint, position, size))
        shape = MultisetShape(len(scope), kinds_seen(sights, len(scope), size))
        if shape.atoms > MOST_ATOMS:
            return f"{shape.kinds:,} kinds of components make {shape.atoms:,} cases"
        possible = np.flatnonzero(shape.kind_of >= 0)
        first, _ = numbered(shape.kind_of[possible].astype(np.int64), shape.kinds)
        over_kinds = [sight.over(np.append(0, possible[first])) for sight in sights]
        if not alike(over_kinds, len(scope)):
            return "a rule does not treat them alike"
        self.constraints = untouched + list(rewritten(over_kinds, shape.sequences, scope[0]))
        self.put_together(scope, shape)
        return None

    def unfit(self, scope: tuple[int, ...]) -> str | None:
        """Why such a chain can be no group, whatever the constraints."""
        if any(position in self.shapes or position not in self.sizes for position in scope):
            return "they stand in another chain too"
        if list(scope) != sorted(scope):
            return "they do not stand in the order of the variables"
        if len({self.sizes[position] for position in scope}) > 1 or not self.sizes[scope[0]]:
            return "they do not have the same values"
        return None

    def put_together(self, scope: tuple[int, ...], shape: MultisetShape) -> None:
        """Let the first position stand for all."""
        filled = (shape.sequences > 0).sum(axis=0)
        for terms in self.terms:
            if terms is not None and any(position in terms for position in scope):
                together = self.together(terms, scope, filled)
                for position in scope:
                    terms.pop(position, None)
                terms[scope[0]] = together
        for position in scope[1:]:
            del self.sizes[position]
        self.sizes[scope[0]] = shape.atoms
        self.shapes[scope[0]] = (scope, shape)

    # ------------------------------------------------------------ sums outside

    def weights(self, terms: Mapping[int, _SideTerm], scope: tuple[int, ...]) -> list[tuple[int, ...]]:
        """What each position adds, value by value."""
        nothing = _SideTerm((0,) * self.sizes[scope[0]])
        return [terms.get(position, nothing).values for position in scope]

    def even(self, terms: Mapping[int, _SideTerm], scope: tuple[int, ...]) -> bool:
        """Whether positions see a sum alike, but for what each adds by being blank or filled."""
        if not any(position in terms for position in scope):
            return True
        if len({self.sizes[position] for position in scope}) > 1:
            return False
        steps = {tuple(weight - found[1] for weight in found[1:]) for found in self.weights(terms, scope)}
        return len(steps) == 1

    def together(self, terms: Mapping[int, _SideTerm], scope: tuple[int, ...], filled: Indices) -> _SideTerm:
        """What positions that see a sum evenly add as a group."""
        weights = self.weights(terms, scope)
        if len(set(weights)) == 1:
            return _SideTerm(weights[0])
        if len(weights[0]) == 1:
            return _SideTerm((0,), whole([sum(found[0] for found in weights)]))
        # By atom what positions add that are filled by the first component, or blank; by value the rest.
        by_filled = [
            sum(found[1] if at < amount else found[0] for at, found in enumerate(weights))
            for amount in range(len(scope) + 1)
        ]
        values = (0, *(weight - weights[0][1] for weight in weights[0][1:]))
        return _SideTerm(values, whole(by_filled)[filled])

    # ------------------------------------------------------------ the end

    def finished(self, reasons: tuple[str, ...]) -> Grouped:
        """Number the variables anew."""
        order = sorted(self.sizes)
        number = {variable: at for at, variable in enumerate(order)}
        variables = tuple(Variable(self.name(variable), self.sizes[variable]) for variable in order)
        constraints = tuple(renamed(constraint, number) for constraint in self.constraints)
        parts = tuple(
            MultisetPart(*self.shapes[variable]) if variable in self.shapes else SinglePart(variable)
            for variable in order
        )
        sides = tuple(
            None if terms is None else tuple(self.decision_weights(found, terms, order))
            for found, terms in zip(self.side, self.terms, strict=True)
        )
        return Grouped(ConstraintProblem(variables, constraints), parts, sides, reasons)

    def name(self, variable: int) -> str:
        """What a variable is called; a group by its first and last position."""
        names = [found.name for found in self.problem.variables]
        if variable not in self.shapes:
            return names[variable]
        scope, _ = self.shapes[variable]
        return f"{names[scope[0]]}…{names[scope[-1]]}"

    def decision_weights(
        self, found: LinearConstraint, terms: Mapping[int, _SideTerm], order: Sequence[int]
    ) -> Iterator[DecisionWeights]:
        """What each variable left adds to a sum outside."""
        unreachable = 1 + 4 * sum(max(map(abs, term.weights), default=0) for term in found.terms)
        for variable in order:
            in_group = variable in self.shapes
            size = len(self.shapes[variable][1].kind_of) if in_group else self.sizes[variable]
            term = terms.get(variable, _SideTerm((0,) * size))
            atoms = None if term.atoms is None else whole(term.atoms.tolist(), 2 * unreachable)
            yield DecisionWeights(whole(term.values, 2 * unreachable), unreachable, atoms)


# ---------------------------------------------------------------- kinds and likeness


def kinds_seen(sights: Sequence[AnySight], positions: int, size: int) -> Indices:
    """For each value its kind: values that all constraints see alike at all positions, as they appear.

    -1 for the blank (value 0) and for values that no position can take.
    """
    dead = np.zeros((positions, size), np.bool_)
    columns: dict[bytes, np.ndarray] = {}
    for sight in sights:
        for at, found in sight.dead():
            dead[at] |= found
        for _, view in sight.views():
            column = np.unique(view, return_inverse=True)[1].reshape(-1).astype(np.int64)
            columns.setdefault(column.tobytes(), column)
    gone: Flags = np.logical_and.reduce(dead)
    living = np.flatnonzero(~gone[1:]) + 1
    keys, bound = combined(
        [(column[living], int(column.max()) + 1) for column in columns.values()], len(living)
    )
    first, kind = numbered(keys, bound)
    rank = np.empty(len(first), np.int32)
    smallest = np.full(len(first), size, np.int64)
    np.minimum.at(smallest, kind, living)
    rank[np.argsort(smallest)] = np.arange(len(first))
    found_kinds = np.full(size, -1, np.int32)
    found_kinds[living] = rank[kind]
    return found_kinds


def alike(sights: Sequence[AnySight], positions: int) -> bool:
    """Whether exchanging neighbours, filled like all before them, leaves the constraints the same."""
    for at in range(positions - 1):
        exchanged = {at: at + 1, at + 1: at}
        concerned = [sight for sight in sights if any(position in exchanged for position, _ in sight.views())]
        before = {sight.name(at + 2, {}) for sight in concerned} - {None}
        after = {sight.name(at + 2, exchanged) for sight in concerned} - {None}
        if before != after:
            return False
    return True


def rewritten(sights: Sequence[AnySight], sequences: Indices, variable: int) -> Iterator[Constraint]:
    """The constraints over one variable whose values are sequences of kinds; with the same outside as one."""
    same: dict[Hashable, list[AnySight]] = {}
    for sight in sights:
        same.setdefault(sight.outside, []).append(sight)
    for found in same.values():
        clauses = [sight for sight in found if isinstance(sight, ClauseSight)]
        sums = [sight for sight in found if isinstance(sight, SumSight)]
        tables = [sight for sight in found if isinstance(sight, TableSight)]
        if clauses:
            yield from clauses_as_one(clauses, sequences, variable)
        elif sums:
            yield from sums_as_one(sums, sequences, variable)
        else:
            yield from tables_as_one(tables, sequences, variable)


def renamed(constraint: Constraint, number: Mapping[int, int]) -> Constraint:
    """The constraint over variables with other numbers."""

    def literals(found: tuple[Literal, ...]) -> tuple[Literal, ...]:
        return tuple(Literal(number[literal.variable], literal.values) for literal in found)

    match constraint:
        case ClauseConstraint():
            return evolve(constraint, literals=literals(constraint.literals))
        case LinearConstraint():
            terms = tuple(LinearTerm(number[term.variable], term.weights) for term in constraint.terms)
            return evolve(constraint, terms=terms, unless=literals(constraint.unless))
        case TableConstraint() | SortedConstraint() | PredicateConstraint():
            return evolve(constraint, scope=tuple(number[variable] for variable in constraint.scope))
