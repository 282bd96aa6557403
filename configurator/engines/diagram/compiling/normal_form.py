"""A problem in normal form: tables, clauses, and sums that are bounded above and excused by nothing.

| Written as                 | Becomes                                                                |
|----------------------------|------------------------------------------------------------------------|
| predicate                  | a table over classes of values, where that is small enough             |
| sum with a lower bound     | the negated sum with an upper one                                      |
| sum unless a literal holds | a sum in which the literal weighs so little that no bound is exceeded  |

Sums are shifted and divided so that weights are whole, not negative and without common factor. Chains of
positions stay as they are; `grouping` makes decisions of them.
"""

from collections.abc import Mapping, Sequence
from itertools import product
from math import gcd, prod

from attrs import evolve, field, frozen

from configurator.csp.constraints import (
    Constraint,
    LinearConstraint,
    LinearTerm,
    PredicateConstraint,
    SortedConstraint,
    TableConstraint,
)
from configurator.csp.problem import ConstraintProblem
from configurator.engines.engine import SearchLimits
from configurator.errors import SearchLimitError

MOST_EVALUATIONS = 200_000
"""How often a predicate is called at most to write it as a table."""


@frozen(eq=False)
class NormalForm:
    """A problem in normal form.

    Attributes:
        problem: same variables, same solutions; sums apart.
        sums: upper bounds alone; weights are not negative.
        void: a sum alone rules everything out.
    """

    problem: ConstraintProblem
    sums: tuple[LinearConstraint, ...] = field(repr=False)
    void: bool = False


def normal_form(problem: ConstraintProblem, limits: SearchLimits) -> NormalForm:
    """Rewrite a problem.

    Raises:
        SearchLimitError: a predicate is too large for a table, or the time is up.
    """
    if not all(variable.size for variable in problem.variables):
        return NormalForm(evolve(problem, constraints=()), (), void=True)
    sizes = tuple(variable.size for variable in problem.variables)
    kept: list[Constraint] = []
    sums: list[LinearConstraint] = []
    for constraint in problem.constraints:
        limits.check()
        match constraint:
            case LinearConstraint():
                for upper in _upper_bounds(constraint):
                    found = _plain(upper, sizes)
                    if found is None:
                        return NormalForm(evolve(problem, constraints=()), (), void=True)
                    sums += found
            case PredicateConstraint():
                kept.append(tabulated(constraint, sizes, limits))
            case SortedConstraint(scope=scope) if len(scope) < 2:
                pass
            case _:
                kept.append(constraint)
    return NormalForm(evolve(problem, constraints=tuple(kept)), tuple(sums))


# ---------------------------------------------------------------- predicates


def tabulated(
    predicate: PredicateConstraint, sizes: tuple[int, ...], limits: SearchLimits
) -> TableConstraint:
    """The predicate as a table over classes of values that look the same to it.

    Raises:
        SearchLimitError: that would take too many evaluations, or the time is up.
    """
    scope = predicate.scope
    classes = predicate.classes or tuple(tuple(range(sizes[variable])) for variable in scope)
    examples = []
    for variable, of in zip(scope, classes, strict=True):
        example: dict[int, int] = {}
        for value in range(sizes[variable]):
            example.setdefault(of[value], value)
        examples.append(example)
    needed = prod(map(len, examples))
    if needed > MOST_EVALUATIONS:
        raise SearchLimitError(
            f"a condition over {len(scope)} places needs {needed:,} evaluations to be written as a table"
        )
    rows = []
    for row in product(*(example.items() for example in examples)):
        limits.check()
        if predicate.function(tuple(value for _, value in row)):
            rows.append(tuple(name for name, _ in row))
    return TableConstraint(scope, classes, frozenset(rows), predicate.origin)


# ---------------------------------------------------------------- sums


def _upper_bounds(constraint: LinearConstraint) -> list[LinearConstraint]:
    """The constraint as sums with an upper bound alone."""
    found = []
    if constraint.upper is not None:
        found.append(evolve(constraint, lower=None))
    if constraint.lower is not None:
        negated = tuple(
            LinearTerm(term.variable, tuple(-weight for weight in term.weights)) for term in constraint.terms
        )
        found.append(evolve(constraint, terms=negated, lower=None, upper=-constraint.lower))
    return found


def _plain(constraint: LinearConstraint, sizes: tuple[int, ...]) -> list[LinearConstraint] | None:
    """The sum without excuses, shifted and divided; nothing if it always holds, `None` if it never can."""
    assert constraint.upper is not None
    weights, upper = _divided({term.variable: term.weights for term in constraint.terms}, constraint.upper)
    if constraint.unless:
        # What is too much by itself may weigh less and still be too much: the excuses then weigh less too.
        weights = {
            variable: [min(weight, max(upper, -1) + 1) for weight in found]
            for variable, found in weights.items()
        }
        excess = sum(map(max, weights.values())) - upper
        if excess <= 0:
            return []
        for literal in constraint.unless:
            found = weights.setdefault(literal.variable, [0] * sizes[literal.variable])
            for value in literal.values:
                found[value] -= excess
        weights, upper = _divided(weights, upper)
    if upper < 0:
        return None
    if sum(map(max, weights.values())) <= upper:
        return []
    terms = tuple(LinearTerm(variable, tuple(weights[variable])) for variable in sorted(weights))
    return [LinearConstraint(terms, None, upper, (), constraint.origin)]


def _divided(weights: Mapping[int, Sequence[int]], upper: int) -> tuple[dict[int, list[int]], int]:
    """The same bound with weights that begin at 0 and have no common factor; without those that are all 0."""
    shifted: dict[int, list[int]] = {}
    for variable, found in weights.items():
        least = min(found)
        upper -= least
        if any(weight != least for weight in found):
            shifted[variable] = [weight - least for weight in found]
    common = gcd(*(weight for found in shifted.values() for weight in found)) or 1
    divided = {variable: [weight // common for weight in found] for variable, found in shifted.items()}
    return divided, upper // common
