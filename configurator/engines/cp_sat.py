"""The door to OR-Tools CP-SAT: for the cheapest configuration under several budgets. Optional.

The problem becomes clauses as for python-sat (`sat_encoding`), but sums stay sums wherever their
weights fit into the library's 64 bits, and each question is asked of a copy of the model. The library is
loaded when a problem is prepared, not before: it takes most of a second.
"""

from collections.abc import Iterator
from importlib.util import find_spec
from math import gcd
from threading import Lock
from types import ModuleType
from typing import Any

from attrs import field, frozen

from configurator.csp.constraints import Constraint, LinearConstraint, LinearTerm, PredicateConstraint
from configurator.csp.problem import ConstraintProblem, check_constraint
from configurator.csp.semantics import holds
from configurator.csp.simplification import fuse
from configurator.csp.value_sets import ValueSets, is_single, least
from configurator.csp.variables import Assignment, Assumptions
from configurator.engines.class_counts import ClassCounts, Weights
from configurator.engines.derived import (
    COUNTED_PLAINLY,
    WitnessSearch,
    cheapest_by_bounds,
    cost_of,
    nothing_to_find,
)
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
from configurator.engines.propagated import PropagatedProblem
from configurator.engines.sat_encoding import (
    TRUE,
    Checkpoint,
    Encoding,
    Lazy,
    Side,
    add_constraints,
    with_tabulated_predicates,
)
from configurator.errors import EngineUnavailableError, SearchLimitError

LARGEST_WEIGHTS = 2**62
"""What all the weights of a sum together may reach: the library reckons in 64 bits and asks for room."""

Weighed = list[tuple[int, int]]
"""Weights, none negative, each with the literal on which it counts."""


def cp_sat_is_installed() -> bool:
    """Whether the library is there; it is not loaded."""
    return find_spec("ortools") is not None


def loaded_library() -> ModuleType:
    """The library's modelling module.

    Raises:
        EngineUnavailableError: the library is not installed.
    """
    try:
        from ortools.sat.python import cp_model  # noqa: PLC0415 - see the module's text
    except ImportError as missing:
        raise EngineUnavailableError(MISSING) from missing
    return cp_model


MISSING = "engine `cp-sat` needs OR-Tools: install `pcat-configurator[cpsat]`"


class CpSatModel:
    """A model of the library with what its literals mean.

    Attributes:
        lock: to be held by whoever touches the model or the encoding.
        lazy: what solutions are held against.
    """

    def __init__(self, sets: ValueSets, workers: int) -> None:
        self.library = loaded_library()
        self.lock = Lock()
        self.workers = workers
        self.lazy: tuple[Lazy, ...] = ()
        self._model = self.library.CpModel()
        self._literals: list[Any] = [None]
        self.encoding = Encoding(sets, self._add_clause, self._add_exactly_one)

    def say(self, problem: ConstraintProblem, limits: SearchLimits) -> None:
        """Write the constraints."""
        self.encoding.tell_values_apart(problem, limits.check)
        self.lazy = add_constraints(problem.constraints, self.encoding, TRUE, self._add_sum, limits.check)

    def solve(
        self,
        sets: ValueSets,
        limits: SearchLimits,
        minimised: Weighed | None = None,
        bound: tuple[Weighed, int] | None = None,
    ) -> Assignment | None:
        """A solution within sets of which none is empty, or `None` when there is none.

        Args:
            sets: what each variable may take.
            limits: the limits of the whole question.
            minimised: what the solution has the least of, if given.
            bound: a sum and what it may reach at most, if given.

        Raises:
            SearchLimitError: the time is up.
        """
        while True:
            limits.check()
            with self.lock:
                assumed = [self._literal(literal) for literal in self.encoding.assumed(sets)]
                literals = self.encoding.literals
                model = self._model.clone()
                if bound is not None:
                    model.add(self._expression(bound[0]) <= bound[1])
                if minimised:
                    model.minimize(self._expression(minimised))
            if assumed:
                model.add_bool_and(assumed)
            solver = self._solver(limits)
            status = solver.solve(model)
            if status == self.library.INFEASIBLE:
                return None
            if status not in {self.library.OPTIMAL, self.library.FEASIBLE} or (
                minimised and status != self.library.OPTIMAL
            ):
                continue
            with self.lock:
                if self.encoding.literals != literals:
                    # Another thread has told values apart that this copy knows nothing of.
                    continue
                assignment = self._assignment(solver, sets)
                broken = [lazy for lazy in self.lazy if not holds(lazy.constraint, assignment)]
                if not broken:
                    return assignment
                for lazy in broken:
                    lazy.refute(assignment, self.encoding, limits)

    def find(self, sets: ValueSets, _wanted: ValueSets | None, limits: SearchLimits) -> Assignment | None:
        """Any solution within sets; see `solve`."""
        return self.solve(sets, limits)

    def _solver(self, limits: SearchLimits) -> Any:
        solver = self.library.CpSolver()
        solver.parameters.num_workers = self.workers
        if limits.deadline is not None:
            # At least a little, lest a clock that stands still be asked for ever.
            solver.parameters.max_time_in_seconds = max(0.01, limits.deadline - limits.now())
        return solver

    def _assignment(self, solver: Any, sets: ValueSets) -> Assignment:
        model = [
            number
            if number < len(self._literals) and solver.boolean_value(self._literal(number))
            else -number
            for number in range(1, self.encoding.literals + 1)
        ]
        return self.encoding.assignment(model, sets)

    def _literal(self, literal: int) -> Any:
        number = abs(literal)
        while len(self._literals) <= number:
            self._literals.append(self._model.new_bool_var(""))
        return self._literals[number] if literal > 0 else ~self._literals[number]

    def _add_clause(self, literals: list[int]) -> None:
        self._model.add_bool_or([self._literal(literal) for literal in literals])

    def _add_exactly_one(self, literals: list[int]) -> None:
        self._model.add_exactly_one([self._literal(literal) for literal in literals])

    def _add_sum(self, constraint: LinearConstraint, guard: int, checkpoint: Checkpoint) -> tuple[Side, ...]:
        """Say a sum natively if its weights are small enough; the bounds that are not exact come back."""
        sides = []
        if constraint.upper is not None:
            sides.append(self.excesses(constraint.terms, constraint.upper))
        if constraint.lower is not None:
            negated = tuple(
                LinearTerm(term.variable, tuple(-weight for weight in term.weights))
                for term in constraint.terms
            )
            sides.append(self.excesses(negated, -constraint.lower))
        if any(side is None for side in sides):
            return self.encoding.add_sum(constraint, guard, checkpoint)
        excuses = [literal for literal in self.encoding.literals_of(constraint.unless) if literal != -TRUE]
        for side in sides:
            if side is not None and TRUE not in excuses:
                bounded = self._model.add(self._expression(side[0]) <= side[1])
                bounded.only_enforce_if([self._literal(-literal) for literal in excuses])
        return ()

    def excesses(self, terms: tuple[LinearTerm, ...], bound: int | None) -> tuple[Weighed, int] | None:
        """What terms weigh beyond their least, in the largest common unit, and what is left of a bound so.

        `None` if that is too much for the library's arithmetic. Without a bound what is left is 0.
        """
        weighed = [self.encoding.weighed(term) for term in terms]
        least_sum = sum(each[0][0] for each in weighed)
        unit = gcd(*(weight - each[0][0] for each in weighed for weight, _ in each)) or 1
        room = 0 if bound is None else max(-1, (bound - least_sum) // unit)
        lifted = [((weight - each[0][0]) // unit, literal) for each in weighed for weight, literal in each]
        if bound is not None:
            # What is too much is too much, by however much.
            lifted = [(min(weight, room + 1), literal) for weight, literal in lifted]
            room = min(room, sum(weight for weight, _ in lifted))
        lifted = [(weight, literal) for weight, literal in lifted if weight]
        return None if sum(weight for weight, _ in lifted) >= LARGEST_WEIGHTS else (lifted, room)

    def _expression(self, weighed: Weighed) -> Any:
        return self.library.LinearExpr.weighted_sum(
            [self._literal(literal) for _, literal in weighed], [weight for weight, _ in weighed]
        )


@frozen(eq=False)
class CpSatSearch:
    """A problem that CP-SAT is ready to answer about; see `PreparedProblem` for the questions.

    Attributes:
        problem: as it was given.
        engine: which prepares extensions anew.
        model: what the library is given; `None` where propagation has left nothing.
        search: makes answers of single solutions.
        classes: counts large mixed slots.
    """

    problem: ConstraintProblem
    engine: "CpSatEngine"
    model: CpSatModel | None = field(repr=False)
    search: WitnessSearch = field(repr=False)
    classes: ClassCounts = field(repr=False)

    def feasibility(self, assumptions: Assumptions, limits: SearchLimits = NO_LIMITS) -> Feasibility:
        """Whether a solution obeys the assumptions."""
        return self.search.feasibility(assumptions, limits)

    def solutions(self, assumptions: Assumptions, limits: SearchLimits = NO_LIMITS) -> Iterator[Assignment]:
        """Yield each solution that obeys the assumptions once, lazily, in ascending order.

        Each takes a search or more: for a few, not for many.

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
        """The valid domains, by as few searches as there are values that no witness has proven."""
        return self.search.domains(assumptions, limits)

    def cheapest(
        self, objective: Objective, assumptions: Assumptions, limits: SearchLimits = NO_LIMITS
    ) -> Optimum | Infeasible | Unknown:
        """The least cost of a solution that obeys the assumptions, found by the library as a whole."""
        check_constraint(LinearConstraint(objective, None, None), self.problem.variables)
        try:
            sets = self.search.form.assumed(assumptions, limits)
            if sets is None or self.model is None:
                return Infeasible()
            with self.model.lock:
                costs = self.model.excesses(objective, None)
            if costs is None:
                return cheapest_by_bounds(self, self.search.form, objective, assumptions, limits)
            best = self.model.solve(sets, limits, costs[0])
            if best is None:
                return Infeasible()
            return self._first_of_cost(objective, best, sets, limits)
        except SearchLimitError as stopped:
            return Unknown(stopped.reason)

    def _first_of_cost(
        self, objective: Objective, best: Assignment, sets: ValueSets, limits: SearchLimits
    ) -> Optimum:
        """The first solution that costs what the best does: each variable in turn as small as it can be."""
        assert self.model is not None
        cost = cost_of(objective, best)
        form = self.search.form.extended((LinearConstraint(objective, None, cost),))
        with self.model.lock:
            bound = self.model.excesses(objective, cost)
        assert bound is not None
        left = form.propagation.narrowed(sets, checkpoint=limits.check)
        for variable in range(len(sets)):
            assert left is not None
            if is_single(left[variable]):
                continue
            if best[variable] != least(left[variable]):
                with self.model.lock:
                    values = self.model.encoding.values_told_apart(variable, left[variable])
                smaller = self.model.solve(left, limits, values, bound)
                assert smaller is not None
                best = smaller
            left = form.restricted(left, variable, 1 << best[variable], limits)
        return Optimum(cost, best)

    def extended(
        self, constraints: tuple[Constraint, ...], limits: SearchLimits = NO_LIMITS
    ) -> "CpSatSearch":
        """The same problem with more constraints, prepared anew: presolving shares nothing between models.

        Raises:
            SearchLimitError: the time is up.
        """
        return self.engine.prepare(self.problem.extended(constraints), limits)


@frozen
class CpSatEngine:
    """OR-Tools behind propagation: for the cheapest configuration. Needs the extra `cpsat`.

    Attributes:
        workers: how many threads the library may use; with one its answers come the same way each time.
    """

    name: str = "cp-sat"
    workers: int = 1

    def prepare(self, problem: ConstraintProblem, limits: SearchLimits = NO_LIMITS) -> CpSatSearch:
        """Propagate, tell values apart, and make a model.

        Raises:
            EngineUnavailableError: OR-Tools is not installed.
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
            search = WitnessSearch(form, nothing_to_find, self.name)
            return CpSatSearch(problem, self, None, search, classes)
        model = CpSatModel(sets, self.workers)
        model.say(form.written, limits)
        return CpSatSearch(problem, self, model, WitnessSearch(form, model.find, self.name), classes)
