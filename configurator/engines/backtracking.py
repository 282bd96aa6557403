"""The door to python-constraint2: backtracking, with propagation before it.

How a question is answered:

1. The problem is written in fused form and compiled for propagation, once.
2. Under the assumptions, propagation removes values until nothing moves. What
   it has settled (constraints without variables, empty domains, contradictions) the library never sees.
3. A *walk* splits the value sets, propagating after every split, until what is left of them is a
   *block* of few combinations.
4. The library searches the block: only the variables that are still open, and only the constraints
   that can still be broken, as `Constraint` objects that look ahead where that is cheap.

Listing walks in the order of the variables and sorts each block, so that the whole list
ascends. Feasibility and counting walk the tightest variable first and try one of several
interchangeable values; counting splits into independent parts at each step.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from itertools import product
from math import prod
from typing import Any

from attrs import field, frozen
from constraint import Constraint, OptimizedBacktrackingSolver, Problem

from configurator.csp.constraints import Constraint as ProblemConstraint
from configurator.csp.decomposition import independent_parts
from configurator.csp.problem import ConstraintProblem
from configurator.csp.propagation import (
    ClausePropagator,
    LinearPropagator,
    PredicatePropagator,
    Propagator,
    SortedPropagator,
    TablePropagator,
)
from configurator.csp.simplification import fuse
from configurator.csp.value_sets import ValueSet, ValueSets, is_single, least, value_set, values_in
from configurator.csp.variables import Assignment, Assumptions
from configurator.engines.class_counts import ClassCounts
from configurator.engines.derived import cheapest_by_bounds, domains_by_witnesses
from configurator.engines.engine import (
    NO_LIMITS,
    Domains,
    Feasibility,
    Feasible,
    Infeasible,
    Objective,
    Optimum,
    SearchLimits,
    Unknown,
)
from configurator.engines.propagated import PropagatedProblem
from configurator.errors import SearchLimitError

FIRST_BLOCK = 64
"""Combinations in the first block of a list, so that the first solution comes at once; each block may be
twice as large as the one before."""
LISTED_BLOCK = 16_384
"""Most combinations in a block that is listed: it is held in memory and sorted."""
COUNTED_BLOCK = 4_096
"""Most combinations in a block that is counted."""
COUNTED_PLAINLY = 200_000
"""Combinations up to which mixed slots are counted position by position, about a second's work: so far the
engine is a second opinion on what others make of them."""
SEARCHED_BLOCK = 4_096
"""Most combinations in a block of which one solution is wanted."""
MOST_PARTS = 128
"""Most parts that a set is split into at once."""
DEEPEST_SPLIT = 200
"""How often a count splits into parts of parts; deeper it goes on without, to spare Python's stack."""
ASSIGNMENTS_BETWEEN_CHECKS = 256
"""How many values the library tries between two looks at the clock."""

Found = dict[int, int]
"""What the library calls a solution: values by variable."""


class ClauseCheck(Constraint):
    """One of the literals holds."""

    def __init__(self, literals: Sequence[tuple[int, ValueSet]]) -> None:
        self.literals = tuple((variable, frozenset(values_in(values))) for variable, values in literals)

    def __call__(self, _variables: Any, _domains: Any, assignments: Found, *_: Any) -> bool:
        """Whether it can still hold: always so while a variable is open."""
        for variable, values in self.literals:
            if variable not in assignments or assignments[variable] in values:
                return True
        return False


class TableCheck(Constraint):
    """The classes form a row."""

    def __init__(
        self, columns: Sequence[tuple[int, tuple[int, ...]]], rows: frozenset[tuple[int, ...]]
    ) -> None:
        self.columns = tuple(columns)
        self.rows = rows

    def __call__(self, _variables: Any, _domains: Any, assignments: Found, *_: Any) -> bool:
        """Whether it can still hold: checked when the last variable is assigned."""
        row = []
        for variable, class_of in self.columns:
            if variable not in assignments:
                return True
            row.append(class_of[assignments[variable]])
        return tuple(row) in self.rows


class PairCheck(Constraint):
    """A table of two open variables: most tables are, and this takes half the time."""

    def __init__(
        self, columns: Sequence[tuple[int, tuple[int, ...]]], rows: frozenset[tuple[int, ...]]
    ) -> None:
        (self.first, self.first_class), (self.second, self.second_class) = columns
        self.rows = rows

    def __call__(self, _variables: Any, _domains: Any, assignments: Found, *_: Any) -> bool:
        """Whether it can still hold: checked when the second variable is assigned."""
        first, second = assignments.get(self.first), assignments.get(self.second)
        if first is None or second is None:
            return True
        return (self.first_class[first], self.second_class[second]) in self.rows


class RoomCheck(Constraint):
    """One bound of a sum: what the terms take beyond their least fits into the room, unless a literal holds.

    It prunes early, since open terms take nothing beyond their least. The library's own sums cannot
    serve: they add the values themselves and not weights of values.
    """

    def __init__(
        self, terms: Sequence[tuple[int, dict[int, int]]], room: int, excuses: Sequence[tuple[int, ValueSet]]
    ) -> None:
        self.terms = tuple(terms)
        self.room = room
        self.excuses = tuple((variable, frozenset(values_in(values))) for variable, values in excuses)

    def __call__(self, _variables: Any, _domains: Any, assignments: Found, *_: Any) -> bool:
        """Whether it can still hold."""
        for variable, values in self.excuses:
            if variable not in assignments or assignments[variable] in values:
                return True
        room = self.room
        for variable, taken in self.terms:
            if variable in assignments:
                room -= taken[assignments[variable]]
        return room >= 0


class SortedCheck(Constraint):
    """The values never fall, and blank (0) is followed by blanks only.

    It prunes early: being transitive, it may pass over open variables. Fixed ones need no look
    either, since propagation has left the open ones no value that clashes with them.
    """

    def __init__(self, scope: Sequence[int]) -> None:
        self.scope = tuple(scope)

    def __call__(self, _variables: Any, _domains: Any, assignments: Found, *_: Any) -> bool:
        """Whether it can still hold."""
        before = -1
        for variable in self.scope:
            if variable in assignments:
                value = assignments[variable]
                if value != 0 and (before == 0 or value < before):
                    return False
                before = value
        return True


class PredicateCheck(Constraint):
    """The function says yes."""

    def __init__(
        self,
        scope: Sequence[int],
        fixed: Mapping[int, int],
        function: Callable[[tuple[int, ...]], bool],
        checkpoint: Callable[[], None],
    ) -> None:
        self.scope = tuple(scope)
        self.fixed = dict(fixed)
        self.function = function
        self.checkpoint = checkpoint

    def __call__(self, _variables: Any, _domains: Any, assignments: Found, *_: Any) -> bool:
        """Whether it can still hold: checked when the last variable is assigned."""
        values = []
        for variable in self.scope:
            if variable in assignments:
                values.append(assignments[variable])
            elif variable in self.fixed:
                values.append(self.fixed[variable])
            else:
                return True
        # A function may be slow, so the clock is read each time.
        self.checkpoint()
        return self.function(tuple(values))


class DeadlineCheck(Constraint):
    """Never broken; looks at the clock now and then.

    The library cannot be interrupted, but it lets an exception of a constraint through. Laid over
    all variables, this one is called once for each value tried, even if no other constraint is.
    """

    def __init__(self, checkpoint: Callable[[], None]) -> None:
        self.checkpoint = checkpoint
        self.calls = 0

    def __call__(self, _variables: Any, _domains: Any, _assignments: Found, *_: Any) -> bool:
        """True, unless the time is up.

        Raises:
            SearchLimitError: it is.
        """
        self.calls += 1
        if self.calls % ASSIGNMENTS_BETWEEN_CHECKS == 0:
            self.checkpoint()
        return True


@frozen(eq=False)
class Block:
    """What the library is given: sets at a fixpoint of propagation, and what is still open in them.

    Attributes:
        sets: for each variable of the problem what it may take.
        open_variables: those with more than one value, ascending.
        live: the propagators of constraints that can still be broken.
    """

    sets: ValueSets
    open_variables: tuple[int, ...]
    live: tuple[Propagator, ...]

    @property
    def fixed(self) -> Found:
        """The variables with one value."""
        return {variable: least(values) for variable, values in enumerate(self.sets) if is_single(values)}

    def first(self, limits: SearchLimits) -> Found | None:
        """Values for the open variables that break nothing, whichever the library finds first."""
        solution: Found | None = self._search(limits).getSolution()  # type: ignore[no-untyped-call] # library
        return solution

    def all(self, limits: SearchLimits) -> list[Found]:
        """All of them, in the library's order, which is not ours."""
        solutions: list[Found] = self._search(limits).getSolutions()  # type: ignore[no-untyped-call] # library
        return solutions

    def _search(self, limits: SearchLimits) -> Problem:
        """The block as a problem of the library.

        The solver without forward checking is its fastest, and constraints that
        look ahead themselves lose nothing by it.
        """
        solver = OptimizedBacktrackingSolver(forwardcheck=False)  # type: ignore[no-untyped-call] # library
        search = Problem(solver)
        for variable in self.open_variables:
            search.addVariable(variable, list(values_in(self.sets[variable])))
        if limits.deadline is not None:
            search.addConstraint(DeadlineCheck(limits.check), list(self.open_variables))
        for propagator in self.live:
            for check, scope in self._checks_of(propagator, limits.check):
                # Never empty, which the library would take for "all variables": a live constraint is open.
                search.addConstraint(check, scope)
        return search

    def _checks_of(
        self, propagator: Propagator, checkpoint: Callable[[], None]
    ) -> Iterator[tuple[Constraint, list[int]]]:
        """The constraint over its open variables, as the library's constraints with their variables."""
        sets = self.sets
        open_scope = [variable for variable in propagator.scope if not is_single(sets[variable])]
        fixed = {v: least(sets[v]) for v in propagator.scope if is_single(sets[v])}
        match propagator:
            case ClausePropagator(scope=scope, literals=literals):
                possible = [
                    (v, values) for v, values in zip(scope, literals, strict=True) if values & sets[v]
                ]
                yield ClauseCheck(possible), open_scope
            case TablePropagator(scope=scope, class_of=class_of):
                columns = [column for column, v in enumerate(scope) if v not in fixed]
                rows = propagator.rows_among(propagator.living_rows(sets), columns)
                check = PairCheck if len(columns) == 2 else TableCheck
                yield check([(scope[column], class_of[column]) for column in columns], rows), open_scope
            case LinearPropagator():
                yield from self._room_checks_of(propagator)
            case SortedPropagator():
                yield SortedCheck(open_scope), open_scope
            case PredicatePropagator(scope=scope, function=function):
                yield PredicateCheck(scope, fixed, function, checkpoint), open_scope

    def _room_checks_of(self, propagator: LinearPropagator) -> Iterator[tuple[Constraint, list[int]]]:
        """A sum as one check for each bound that it can still break."""
        excuses = [(v, values) for v, values in propagator.excuses if values & self.sets[v]]
        extremes = propagator.extremes(self.sets)
        smallest, largest = sum(low for low, _ in extremes), sum(high for _, high in extremes)
        above: list[tuple[int, dict[int, int]]] = []
        below: list[tuple[int, dict[int, int]]] = []
        for variable, scale, (low, high) in zip(propagator.terms, propagator.scales, extremes, strict=True):
            if low != high:
                weights = {value: scale.weights[value] for value in values_in(self.sets[variable])}
                above.append((variable, {value: weight - low for value, weight in weights.items()}))
                below.append((variable, {value: high - weight for value, weight in weights.items()}))
        scope = sorted({variable for variable, _ in (*above, *excuses)})
        if propagator.upper is not None and largest > propagator.upper:
            yield RoomCheck(above, propagator.upper - smallest, excuses), scope
        if propagator.lower is not None and smallest < propagator.lower:
            yield RoomCheck(below, largest - propagator.lower, excuses), scope


Split = Callable[[ValueSets], tuple[int, Sequence[ValueSet]] | None]
"""A variable and the parts its set is to be split into, or `None` for what is small enough to be a block."""


@frozen(eq=False)
class BacktrackingSearch:
    """A problem that python-constraint2 is ready to search; see `PreparedProblem` for the questions.

    Attributes:
        problem: as it was given.
        form: its fused form, with propagators.
        classes: counts large mixed slots.
    """

    problem: ConstraintProblem
    form: PropagatedProblem = field(repr=False)
    classes: ClassCounts = field(repr=False)

    def feasibility(self, assumptions: Assumptions, limits: SearchLimits = NO_LIMITS) -> Feasibility:
        """Whether a solution obeys the assumptions."""
        try:
            return self._feasibility(self.form.assumed(assumptions, limits), limits)
        except SearchLimitError as stopped:
            return Unknown(stopped.reason)

    def solutions(self, assumptions: Assumptions, limits: SearchLimits = NO_LIMITS) -> Iterator[Assignment]:
        """Yield each solution that obeys the assumptions once, lazily, in ascending order.

        Raises:
            SearchLimitError: the time is up.
        """
        size = FIRST_BLOCK

        def split(sets: ValueSets) -> tuple[int, Sequence[ValueSet]] | None:
            return split_in_order(sets, size)

        for block in self.blocks(self.form.assumed(assumptions, limits), split, limits):
            yield from self._listed(block, limits)
            size = min(2 * size, LISTED_BLOCK)

    def count(self, assumptions: Assumptions, limits: SearchLimits = NO_LIMITS) -> int | Unknown:
        """How many solutions obey the assumptions, exactly."""
        return self.classes.count(self.form, assumptions, self.count_within, limits)

    def count_within(self, sets: ValueSets, limits: SearchLimits) -> int:
        """How many solutions lie within a fixpoint, whatever its mixed slots.

        Raises:
            SearchLimitError: the time is up.
        """
        counting = Counting(self, self.form.interchangeability.multiplicities(sets), limits)
        return counting.total(self.form.interchangeability.representatives(sets), range(len(sets)))

    def count_weighted(self, weights: Sequence[Sequence[int]], limits: SearchLimits) -> int:
        """The sum over all solutions of the product of their values' weights, none of them negative.

        Raises:
            SearchLimitError: the time is up.
        """
        sets = self.form.weighing(weights, limits)
        if sets is None:
            return 0
        counting = Counting(self, tuple(dict(enumerate(found)) for found in weights), limits)
        return counting.total(sets, range(len(sets)))

    def domains(self, assumptions: Assumptions, limits: SearchLimits = NO_LIMITS) -> Domains | Unknown:
        """The valid domains, by as few searches as there are values that no witness has proven."""
        try:
            sets = self.form.assumed(assumptions, limits)
            first = self._feasibility(sets, limits)
            if sets is None or not isinstance(first, Feasible):
                return tuple(() for _ in self.problem.variables)
            tried = self.form.interchangeability.representatives(sets)

            def ask(variable: int, values: ValueSet, _missing: ValueSets) -> Feasibility:
                return self._feasibility(self.form.restricted(tried, variable, values, limits), limits)

            def replacements(witness: Assignment, variable: int, values: ValueSet) -> ValueSet:
                limits.check()
                return self.form.replacements(witness, variable, values)

            proven = domains_by_witnesses(tried, first.witness, ask, replacements, self.form.burdens)
        except SearchLimitError as stopped:
            return Unknown(stopped.reason)
        if isinstance(proven, Unknown):
            return proven
        return tuple(map(values_in, self.form.interchangeability.represented(sets, proven)))

    def cheapest(
        self, objective: Objective, assumptions: Assumptions, limits: SearchLimits = NO_LIMITS
    ) -> Optimum | Infeasible | Unknown:
        """The least cost of a solution that obeys the assumptions, by ever closer bounds."""
        return cheapest_by_bounds(self, self.form, objective, assumptions, limits)

    def extended(
        self, constraints: tuple[ProblemConstraint, ...], limits: SearchLimits = NO_LIMITS
    ) -> "BacktrackingSearch":
        """The same problem with more constraints: only they are compiled.

        Raises:
            SearchLimitError: the time is up.
        """
        limits.check()
        problem = self.problem.extended(constraints)
        fused = fuse(ConstraintProblem(problem.variables, constraints))
        form = self.form.extended(fused.constraints)
        return BacktrackingSearch(problem, form, self.classes.extended(problem))

    def blocks(self, sets: ValueSets | None, split: Split, limits: SearchLimits) -> Iterator[ValueSets]:
        """Yield the sets in pieces that need no splitting, each at a fixpoint, in the order of the parts.

        Together the blocks hold every solution within the sets, each in one block.
        """
        if sets is None:
            return
        # Children wait unpropagated: a family of thousands must not delay the first block.
        waiting: list[tuple[ValueSets, int, ValueSet]] = []
        block: ValueSets | None = sets
        while True:
            limits.check()
            if block is not None:
                splitting = split(block)
                if splitting is None:
                    yield block
                else:
                    variable, parts = splitting
                    waiting += [(block, variable, part) for part in reversed(parts)]
            if not waiting:
                return
            parent, variable, part = waiting.pop()
            block = self.form.restricted(parent, variable, part, limits)

    def block(self, sets: ValueSets, variables: Iterable[int]) -> Block:
        """What is open among the variables; constraints on others are passed over."""
        open_variables = tuple(variable for variable in variables if not is_single(sets[variable]))
        positions = sorted(
            {w for variable in open_variables for w in self.form.propagation.watchers[variable]}
        )
        propagators = (self.form.propagation.propagators[position] for position in positions)
        return Block(sets, open_variables, tuple(p for p in propagators if not p.entailed(sets)))

    def weight(self, variable: int) -> int:
        """How many constraints read the variable."""
        return len(self.form.propagation.watchers[variable])

    def _feasibility(self, sets: ValueSets | None, limits: SearchLimits) -> Feasibility:
        """Whether a fixpoint holds a solution."""
        if sets is None:
            return Infeasible()
        variables = range(len(sets))

        def split(block: ValueSets) -> tuple[int, Sequence[ValueSet]] | None:
            return split_tightest(block, variables, SEARCHED_BLOCK, self.weight)

        for found in self.blocks(self.form.interchangeability.representatives(sets), split, limits):
            block = self.block(found, variables)
            if not block.live:
                return Feasible(tuple(map(least, found)))
            solution = block.first(limits)
            if solution is not None:
                return Feasible(tuple(map((block.fixed | solution).__getitem__, variables)))
        return Infeasible()

    def _listed(self, sets: ValueSets, limits: SearchLimits) -> Iterable[Assignment]:
        """All solutions of a block, ascending."""
        variables = range(len(sets))
        block = self.block(sets, variables)
        if not block.live:
            return product(*map(values_in, sets))
        fixed = block.fixed
        return sorted(tuple(map((fixed | found).__getitem__, variables)) for found in block.all(limits))


@frozen(eq=False)
class Counting:
    """One count under way.

    Attributes:
        multiplicities: for each variable how many values a value stands for, where more than one.
    """

    search: BacktrackingSearch
    multiplicities: tuple[dict[int, int], ...]
    limits: SearchLimits

    def total(self, sets: ValueSets, variables: Iterable[int], depth: int = 0) -> int:
        """The number of solutions within a fixpoint, over some variables that others do not depend on."""
        block = self.search.block(sets, variables)
        open_variables = set(block.open_variables)
        total = prod(self._free(sets, variable) for variable in variables if variable not in open_variables)
        for part in independent_parts(open_variables, (propagator.scope for propagator in block.live)):
            if total == 0:
                break
            total *= self._part(sets, part, depth)
        return total

    def _part(self, sets: ValueSets, part: tuple[int, ...], depth: int) -> int:
        """The number of ways to settle variables that hang together."""
        if depth >= DEEPEST_SPLIT:
            blocks = self.search.blocks(sets, partial(self._split, part), self.limits)
            return sum(self._enumerated(block, part) for block in blocks)
        splitting = self._split(part, sets)
        if splitting is None:
            return self._enumerated(sets, part)
        variable, values = splitting
        children = (self.search.form.restricted(sets, variable, value, self.limits) for value in values)
        return sum(self.total(child, part, depth + 1) for child in children if child is not None)

    def _split(self, part: tuple[int, ...], sets: ValueSets) -> tuple[int, Sequence[ValueSet]] | None:
        return split_tightest(sets, part, COUNTED_BLOCK, self.search.weight)

    def _enumerated(self, sets: ValueSets, part: tuple[int, ...]) -> int:
        """The same by letting the library find them all."""
        self.limits.check()
        block = self.search.block(sets, part)
        if not block.live:
            return prod(self._free(sets, variable) for variable in part)
        solutions = block.all(self.limits)
        weighted = [variable for variable in block.open_variables if self.multiplicities[variable]]
        fixed = prod(self._free(sets, variable) for variable in part if is_single(sets[variable]))
        if not weighted:
            return fixed * len(solutions)
        return fixed * sum(
            prod(self.multiplicities[variable].get(solution[variable], 1) for variable in weighted)
            for solution in solutions
        )

    def _free(self, sets: ValueSets, variable: int) -> int:
        """How many values a variable without constraints may take."""
        stands_for = self.multiplicities[variable]
        if not stands_for:
            return sets[variable].bit_count()
        return sum(stands_for.get(value, 1) for value in values_in(sets[variable]))


def split_in_order(sets: ValueSets, size: int) -> tuple[int, Sequence[ValueSet]] | None:
    """The first open variable, in runs of neighbouring values; `None` for `size` combinations or fewer."""
    rest = 1
    for variable in reversed(range(len(sets))):
        count = sets[variable].bit_count()
        if count * rest > size:
            break
        rest *= count
    else:
        return None
    first = next(variable for variable, values in enumerate(sets) if not is_single(values))
    # Only the variable that made it too many can be cut into runs of more than one value that are blocks.
    return first, runs(sets[first], max(1, size // rest) if first == variable else 1)


def split_tightest(
    sets: ValueSets, variables: Sequence[int], size: int, weight: Callable[[int], int]
) -> tuple[int, Sequence[ValueSet]] | None:
    """The variable with the fewest values for the constraints it is in, cut value by value.

    `None` when there are `size` combinations of the variables or fewer. Ties go to the first.
    """
    if prod(sets[variable].bit_count() for variable in variables) <= size:
        return None
    tightest = min(
        (variable for variable in variables if not is_single(sets[variable])),
        key=lambda variable: sets[variable].bit_count() / (weight(variable) + 1),
    )
    return tightest, runs(sets[tightest], 1)


def runs(values: ValueSet, length: int) -> list[ValueSet]:
    """The set in runs of neighbouring members, ascending; longer than asked for where they would be too many.

    A long run is cut again when its turn comes, and is often impossible by then: families of
    thousands cost neither the memory nor the time of a part for each component.
    """
    members = values_in(values)
    length = max(length, -(-len(members) // MOST_PARTS))
    return [value_set(members[start : start + length]) for start in range(0, len(members), length)]


@frozen
class BacktrackingEngine:
    """python-constraint2 behind propagation: for small problems, first solutions, and listing in order."""

    name: str = "backtracking"

    def prepare(self, problem: ConstraintProblem, limits: SearchLimits = NO_LIMITS) -> BacktrackingSearch:
        """Fuse tables, compile propagators, find interchangeable values.

        Raises:
            SearchLimitError: the time is up.
        """
        limits.check()
        fused = fuse(problem)
        limits.check()
        classes = ClassCounts(problem, self.prepare, COUNTED_PLAINLY)
        return BacktrackingSearch(problem, PropagatedProblem.of(fused), classes)
