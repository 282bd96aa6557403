"""The door to python-sat: clauses, for what is too entangled for a diagram.

How a question is answered:

1. The problem is written in fused form, predicates that are small enough as tables, and propagated once.
2. What is left becomes clauses (`sat_encoding`) in one incremental solver. A sum that would need too many
   clauses is said roughly, and exactly only where it matters: a model that breaks it is refuted, with
   everything that breaks it for the same reason, and the search goes on. So with predicates that are too
   large to write down.
3. A question is propagated, and what it leaves open is assumed. All questions are made of
   one, "is there a solution within these sets" (`derived.WitnessSearch`).

Extensions of a problem share its solver: their constraints hold only where a literal of their own, their
guard, is assumed.
"""

import weakref
from collections.abc import Iterator, Sequence
from threading import Lock

from attrs import evolve, field, frozen
from pysat.solvers import Cadical195  # type: ignore[import-untyped] # this is its only door

from configurator.csp.constraints import Constraint, LinearConstraint, PredicateConstraint
from configurator.csp.problem import ConstraintProblem, check_constraint
from configurator.csp.semantics import holds
from configurator.csp.simplification import fuse
from configurator.csp.value_sets import ValueSets
from configurator.csp.variables import Assignment, Assumptions
from configurator.engines.class_counts import ClassCounts, Weights
from configurator.engines.derived import COUNTED_PLAINLY, WitnessSearch, nothing_to_find
from configurator.engines.engine import (
    NO_LIMITS,
    Domains,
    Feasibility,
    Infeasible,
    Objective,
    Optimum,
    SearchLimits,
    Unknown,
)
from configurator.engines.propagated import Dominance, PropagatedProblem
from configurator.engines.sat_encoding import TRUE, Encoding, Lazy, add_constraints, with_tabulated_predicates
from configurator.engines.sat_optimum import CoreGuidedSearch
from configurator.errors import SearchLimitError

CONFLICTS_OF_LITTLE_EFFORT = 1_000
"""Most conflicts that an attempt at a smaller core is worth."""
CONFLICTS_BETWEEN_CHECKS = 2_000
"""How many conflicts the solver may go through between two looks at the clock: tens of milliseconds."""


class SharedSolver:
    """An incremental solver and what it knows, for one problem and its extensions. Threads take turns.

    INVARIANT: every clause follows from the problem alone, or holds a negated guard; what is assumed in a
    question leaves nothing behind but what the solver has learned.

    Attributes:
        lock: to be held by whoever touches the encoding or asks.
    """

    def __init__(self, sets: ValueSets) -> None:
        self.lock = Lock()
        self._solver = Cadical195()
        self._retired: list[int] = []
        self.encoding = Encoding(sets, self._solver.add_clause)

    @property
    def clauses(self) -> int:
        """How many there are, beside those that the solver has learned."""
        number: int = self._solver.nof_clauses()
        return number

    def say(self, problem: ConstraintProblem, guard: int, limits: SearchLimits) -> tuple[Lazy, ...]:
        """Write a problem's constraints as clauses that hold where the guard does."""
        return add_constraints(problem.constraints, self.encoding, guard, self.encoding.add_sum, limits.check)

    def new_guard(self) -> "Guard":
        """A literal for the constraints of an extension. It is given up when its last owner is gone."""
        guard = Guard(self.encoding.new_literal())
        # A finalizer may run at any moment, also while the lock is held: it only takes a note.
        weakref.finalize(guard, self._retired.append, guard.literal)
        # Unassumed, the guards of other extensions should stay out of the way.
        self._solver.set_phases([-guard.literal])
        return guard

    def model(
        self,
        assumptions: Sequence[int],
        hints: Sequence[int] = (),
        conflicts: int = CONFLICTS_BETWEEN_CHECKS,
    ) -> list[int] | bool:
        """A model; `False` when there is none; `True` when so many conflicts did not suffice to tell."""
        while self._retired:
            self._solver.add_clause([-self._retired.pop()])
        if hints:
            self._solver.set_phases(hints)
        self._solver.conf_budget(conflicts)
        found = self._solver.solve_limited(assumptions)
        if found is None:
            return True
        if not found:
            return False
        model: list[int] = self._solver.get_model()
        return model

    def core(self) -> list[int]:
        """After `False`: of what was assumed some literals that suffice for it."""
        core: list[int] | None = self._solver.get_core()
        return [] if core is None else core


@frozen(eq=False)
class Guard:
    """Owns a literal that constraints depend on."""

    literal: int


@frozen(eq=False)
class SatOracle:
    """Finds solutions.

    Attributes:
        guards: of the extensions, to be assumed.
        lazy: what models are held against.
    """

    shared: SharedSolver
    guards: tuple[Guard, ...]
    lazy: tuple[Lazy, ...]

    @property
    def encoding(self) -> Encoding:
        """The problem's clauses."""
        return self.shared.encoding

    def find(
        self,
        sets: ValueSets,
        wanted: ValueSets | None,
        limits: SearchLimits,
        demanded: Sequence[int] = (),
    ) -> Assignment | None:
        """A solution within sets of which none is empty, with as many wanted values as come easily.

        Args:
            sets: what each variable may take.
            wanted: values that it would be good to find.
            limits: of the whole question.
            demanded: literals that have to hold.

        Raises:
            SearchLimitError: the time is up.
        """
        encoding = self.encoding
        while True:
            limits.check()
            with self.shared.lock:
                hints = [] if wanted is None else encoding.hints(wanted)
                guards = (guard.literal for guard in self.guards)
                assumed = [*guards, *encoding.assumed(sets), *demanded]
                model = self.shared.model(assumed, hints)
                if model is False:
                    return None
                if model is True:
                    continue
                assignment = encoding.assignment(model, sets)
                broken = [lazy for lazy in self.lazy if not holds(lazy.constraint, assignment)]
                if not broken:
                    return assignment
                for lazy in broken:
                    lazy.refute(assignment, encoding, limits)

    def core(self) -> list[int]:
        """See `CoreSolver`."""
        return self.shared.core()

    def refutes(self, literals: Sequence[int]) -> bool:
        """See `CoreSolver`."""
        return self.shared.model(literals, conflicts=CONFLICTS_OF_LITTLE_EFFORT) is False


@frozen(eq=False)
class SatSearch:
    """A problem that python-sat is ready to answer about; see `PreparedProblem` for the questions.

    Attributes:
        problem: as it was given.
        sets: what propagation leaves of it; `None` when nothing.
        oracle: finds solutions; `None` when there are no sets.
        search: makes answers of them.
        classes: counts large mixed slots.
    """

    problem: ConstraintProblem
    sets: ValueSets | None = field(repr=False)
    oracle: SatOracle | None = field(repr=False)
    search: WitnessSearch = field(repr=False)
    classes: ClassCounts = field(repr=False)

    def feasibility(self, assumptions: Assumptions, limits: SearchLimits = NO_LIMITS) -> Feasibility:
        """Whether a solution obeys the assumptions."""
        return self.search.feasibility(assumptions, limits)

    def solutions(self, assumptions: Assumptions, limits: SearchLimits = NO_LIMITS) -> Iterator[Assignment]:
        """Yield each solution that obeys the assumptions once, lazily, in ascending order.

        Raises:
            SearchLimitError: the time is up.
        """
        return self.search.solutions(assumptions, limits)

    def count(self, assumptions: Assumptions, limits: SearchLimits = NO_LIMITS) -> int | Unknown:
        """How many solutions obey the assumptions, where a moderate number of steps can tell."""
        return self.classes.count(self.search.form, assumptions, self.search.count_within, limits)

    def count_weighted(self, weights: Weights, limits: SearchLimits) -> int:
        """See `ClassSearch`."""
        return self.search.count_weighted(weights, limits)

    def domains(self, assumptions: Assumptions, limits: SearchLimits = NO_LIMITS) -> Domains | Unknown:
        """The valid domains; every model proves a value of each variable, and its neighbours more."""
        return self.search.domains(assumptions, limits)

    def cheapest(
        self, objective: Objective, assumptions: Assumptions, limits: SearchLimits = NO_LIMITS
    ) -> Optimum | Infeasible | Unknown:
        """The least cost of a solution that obeys the assumptions, by cores: see `sat_optimum`.

        In a solver of its own, which knows only what the assumptions leave and may learn from the objective.
        """
        check_constraint(LinearConstraint(objective, None, None), self.problem.variables)
        try:
            sets = self.search.form.assumed(assumptions, limits)
            if sets is None:
                return Infeasible()
            # Of what is equally good the first is wanted, so that later values are a burden as well.
            most = sum(max(term.weights) for term in objective)
            form = self.search.form.extended((LinearConstraint(objective, None, most),))
            preferred = form.dominance.extended(Dominance.of_later_values(self.problem)).undominated(sets)
            oracle = new_oracle(form.written, preferred, limits)
            search = CoreGuidedSearch.of(oracle, preferred, objective, limits)
            best = search.best()
            if best is None:
                return Infeasible()
            bounded = form.extended((LinearConstraint(objective, None, search.refuted),))
            return Optimum(search.refuted, search.first(best, bounded))
        except SearchLimitError as stopped:
            return Unknown(stopped.reason)

    def extended(self, constraints: tuple[Constraint, ...], limits: SearchLimits = NO_LIMITS) -> "SatSearch":
        """The same problem with more constraints, in the same solver.

        Raises:
            SearchLimitError: the time is up.
        """
        limits.check()
        problem = self.problem.extended(constraints)
        added = fuse(ConstraintProblem(problem.variables, constraints))
        if self.sets is not None:
            added = with_tabulated_predicates(added, self.sets, limits.check)
        form = self.search.form.extended(added.constraints)
        sets = None if self.sets is None else form.propagation.narrowed(self.sets, checkpoint=limits.check)
        if sets is None or self.oracle is None:
            search = evolve(self.search, form=form, find=nothing_to_find)
            return SatSearch(problem, None, None, search, self.classes.extended(problem))
        shared = self.oracle.shared
        with shared.lock:
            guard = shared.new_guard()
            lazy = shared.say(added, guard.literal, limits)
        oracle = SatOracle(shared, (*self.oracle.guards, guard), self.oracle.lazy + lazy)
        search = evolve(self.search, form=form, find=oracle.find)
        return SatSearch(problem, sets, oracle, search, self.classes.extended(problem))


@frozen
class SatEngine:
    """python-sat behind propagation: for feasibility and valid domains where a diagram would be too large."""

    name: str = "sat"

    def prepare(self, problem: ConstraintProblem, limits: SearchLimits = NO_LIMITS) -> SatSearch:
        """Propagate, tell values apart, and write clauses.

        Raises:
            SearchLimitError: the time is up.
        """
        limits.check()
        form = PropagatedProblem.of(fuse(problem))
        sets = form.assumed({}, limits)
        if sets is not None and any(isinstance(each, PredicateConstraint) for each in problem.constraints):
            form = PropagatedProblem.of(fuse(with_tabulated_predicates(form.written, sets, limits.check)))
            sets = form.assumed({}, limits)
        classes = ClassCounts(problem, self.prepare, COUNTED_PLAINLY)
        if sets is None:
            return SatSearch(problem, None, None, WitnessSearch(form, nothing_to_find, self.name), classes)
        oracle = new_oracle(form.written, sets, limits)
        return SatSearch(problem, sets, oracle, WitnessSearch(form, oracle.find, self.name), classes)


def new_oracle(problem: ConstraintProblem, sets: ValueSets, limits: SearchLimits) -> SatOracle:
    """A solver that knows a problem within sets of which none is empty.

    Raises:
        SearchLimitError: the time is up.
    """
    shared = SharedSolver(sets)
    shared.encoding.tell_values_apart(problem, limits.check)
    return SatOracle(shared, (), shared.say(problem, TRUE, limits))
