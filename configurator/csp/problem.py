"""Variables and constraints together, consistent by construction."""

from attrs import evolve, field, frozen

from configurator.csp.constraints import (
    ClauseConstraint,
    Constraint,
    LinearConstraint,
    Literal,
    PredicateConstraint,
    TableConstraint,
)
from configurator.csp.variables import Variable


@frozen
class ConstraintProblem:
    """Variables and the constraints between them.

    INVARIANT: every variable a constraint names exists, the class lists of tables and predicates and each
    term's weights are as long as their variable's domain, every literal's values lie in its domain.
    A problem without variables has exactly one solution, the empty one, unless a constraint is false.
    """

    variables: tuple[Variable, ...]
    constraints: tuple[Constraint, ...] = field()

    @constraints.validator
    def _check(self, _: object, constraints: tuple[Constraint, ...]) -> None:
        for constraint in constraints:
            check_constraint(constraint, self.variables)

    @property
    def combinations(self) -> int:
        """The product of all domain sizes."""
        product = 1
        for variable in self.variables:
            product *= variable.size
        return product

    def extended(self, constraints: tuple[Constraint, ...]) -> "ConstraintProblem":
        """The same problem with more constraints."""
        return evolve(self, constraints=self.constraints + constraints)


def check_constraint(constraint: Constraint, variables: tuple[Variable, ...]) -> None:
    """Raise `ValueError` when a constraint does not fit its variables: only our own mistake can do that."""
    scope = constraint.scope
    if any(not 0 <= variable < len(variables) for variable in scope) or len(set(scope)) != len(scope):
        raise ValueError(f"scope {scope} does not fit {len(variables)} variables")
    literals: tuple[Literal, ...] = ()
    sizes = {variable: variables[variable].size for variable in scope}
    match constraint:
        case ClauseConstraint():
            literals = constraint.literals
        case TableConstraint(classes=classes, rows=rows):
            if tuple(map(len, classes)) != tuple(sizes.values()) or any(
                len(row) != len(scope) for row in rows
            ):
                raise ValueError(f"table over {scope} does not fit the domains {tuple(sizes.values())}")
        case PredicateConstraint(classes=classes) if classes is not None:
            if tuple(map(len, classes)) != tuple(sizes.values()):
                raise ValueError(f"predicate over {scope} does not fit the domains {tuple(sizes.values())}")
        case LinearConstraint(terms=terms):
            literals = constraint.unless
            if any(len(term.weights) != sizes[term.variable] for term in terms):
                raise ValueError(f"weights over {scope} do not fit the domains")
            if len({term.variable for term in terms}) != len(terms):
                raise ValueError(f"a variable of {scope} has two terms")
        case _:
            pass
    for literal in literals:
        if literal.values and not 0 <= min(literal.values) <= max(literal.values) < sizes[literal.variable]:
            raise ValueError(
                f"a literal on `{variables[literal.variable].name}` names a value it does not have"
            )
