"""The judge of all other engines: try every assignment, in order. Slow on purpose, obvious on purpose."""

from collections.abc import Iterator
from itertools import product

from attrs import frozen

from configurator.csp.constraints import Constraint, LinearConstraint
from configurator.csp.problem import ConstraintProblem, check_constraint
from configurator.csp.semantics import holds
from configurator.csp.variables import Assignment, Assumptions
from configurator.engines.derived import allowed_values, cost_of, domains_of
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
from configurator.errors import SearchLimitError


@frozen
class ExhaustiveSearch:
    """A problem answered by trying all its combinations; see `PreparedProblem` for the questions."""

    problem: ConstraintProblem

    def feasibility(self, assumptions: Assumptions, limits: SearchLimits = NO_LIMITS) -> Feasibility:
        """Whether a solution obeys the assumptions; the witness is the first."""
        try:
            for solution in self.solutions(assumptions, limits):
                return Feasible(solution)
        except SearchLimitError as stopped:
            return Unknown(stopped.reason)
        return Infeasible()

    def solutions(self, assumptions: Assumptions, limits: SearchLimits = NO_LIMITS) -> Iterator[Assignment]:
        """Yield each solution once, in ascending order.

        Raises:
            SearchLimitError: the time is up.
        """
        limits.check()
        for assignment in product(*allowed_values(self.problem, assumptions)):
            limits.check()
            if all(holds(constraint, assignment) for constraint in self.problem.constraints):
                yield assignment

    def count(self, assumptions: Assumptions, limits: SearchLimits = NO_LIMITS) -> int | Unknown:
        """How many solutions obey the assumptions."""
        try:
            return sum(1 for _ in self.solutions(assumptions, limits))
        except SearchLimitError as stopped:
            return Unknown(stopped.reason)

    def domains(self, assumptions: Assumptions, limits: SearchLimits = NO_LIMITS) -> Domains | Unknown:
        """The valid domains, as the union of all solutions."""
        try:
            return domains_of(self.solutions(assumptions, limits), len(self.problem.variables))
        except SearchLimitError as stopped:
            return Unknown(stopped.reason)

    def cheapest(
        self, objective: Objective, assumptions: Assumptions, limits: SearchLimits = NO_LIMITS
    ) -> Optimum | Infeasible | Unknown:
        """The first of the solutions that cost least."""
        check_constraint(LinearConstraint(objective, None, None), self.problem.variables)
        try:
            best = min(
                self.solutions(assumptions, limits), key=lambda each: cost_of(objective, each), default=None
            )
        except SearchLimitError as stopped:
            return Unknown(stopped.reason)
        return Infeasible() if best is None else Optimum(cost_of(objective, best), best)

    def extended(
        self, constraints: tuple[Constraint, ...], limits: SearchLimits = NO_LIMITS
    ) -> "ExhaustiveSearch":
        """The same problem with more constraints: nothing to prepare."""
        limits.check()
        return ExhaustiveSearch(self.problem.extended(constraints))


@frozen
class ExhaustiveEngine:
    """Tries everything: the cost of each question is the product of the domains."""

    name: str = "exhaustive"

    def prepare(self, problem: ConstraintProblem, limits: SearchLimits = NO_LIMITS) -> ExhaustiveSearch:
        """Nothing to prepare."""
        limits.check()
        return ExhaustiveSearch(problem)
