"""*The* definition of truth: does a full assignment satisfy a constraint? Every engine is judged by it."""

from itertools import pairwise

from configurator.csp.constraints import (
    ClauseConstraint,
    Constraint,
    LinearConstraint,
    Literal,
    PredicateConstraint,
    SortedConstraint,
    TableConstraint,
)
from configurator.csp.problem import ConstraintProblem
from configurator.csp.variables import Assignment


def literal_holds(literal: Literal, assignment: Assignment) -> bool:
    """Whether the literal's variable takes one of its values."""
    return assignment[literal.variable] in literal.values


def holds(constraint: Constraint, assignment: Assignment) -> bool:
    """Whether a full assignment satisfies the constraint."""
    match constraint:
        case ClauseConstraint(literals=literals):
            return any(literal_holds(literal, assignment) for literal in literals)
        case TableConstraint(scope=scope, classes=classes, rows=rows):
            row = tuple(of[assignment[variable]] for variable, of in zip(scope, classes, strict=True))
            return row in rows
        case LinearConstraint(terms=terms, lower=lower, upper=upper, unless=unless):
            if any(literal_holds(literal, assignment) for literal in unless):
                return True
            total = sum(term.weights[assignment[term.variable]] for term in terms)
            return (lower is None or lower <= total) and (upper is None or total <= upper)
        case SortedConstraint(scope=scope):
            values = (assignment[variable] for variable in scope)
            return all(after == 0 or (before != 0 and before <= after) for before, after in pairwise(values))
        case PredicateConstraint(scope=scope, function=function):
            return function(tuple(assignment[variable] for variable in scope))


def broken(problem: ConstraintProblem, assignment: Assignment) -> tuple[Constraint, ...]:
    """The constraints that a full assignment breaks, in the problem's order; empty for a solution."""
    return tuple(c for c in problem.constraints if not holds(c, assignment))
