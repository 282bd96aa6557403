"""Covering samples of a product: few valid configurations that show what goes together.

A *t-set* is a set of levels of t factors. It occurs in a configuration where that has all of its levels,
those of factors inside assemblies in one instance of each. What is covered is every t-set that occurs in any
valid configuration; that no other does is proved.
"""

from attrs import field, frozen

from configurator.authoring.covering.arrays import CoveringArray, covering_array, number_of_sets
from configurator.authoring.covering.product_factors import CoveringFactor, ProductFactors, product_factors
from configurator.configuration.model import Configuration
from configurator.configuration.product import Question
from configurator.csp.constraints import ClauseConstraint, Constraint, Literal
from configurator.engines.engine import NO_LIMITS, SearchLimits, Unknown

MOST_LEVELS = 6
"""The most levels that a set may have."""


@frozen
class CoveringSample:
    """Valid configurations in which every t-set occurs that can; where a limit stopped it, not every.

    Attributes:
        t: how many levels a set has.
        seed: what it was drawn with.
        factors: what is varied, in catalog order.
        configurations: in the order made: as a rule, the first ones cover most.
        covered: how many t-sets occur in them.
        impossible: how many t-sets are proved to occur in no valid configuration that keeps the choices.
        undecided: how many are neither covered nor proved to be impossible; 0 unless a limit stopped it.
        at_least: so many configurations are needed in any case.
        reason: the limit that stopped it; empty where nothing is undecided.
    """

    t: int
    seed: int
    factors: tuple[CoveringFactor, ...] = field(repr=False)
    configurations: tuple[Configuration, ...] = field(repr=False)
    covered: int
    impossible: int
    undecided: int
    at_least: int
    reason: str = ""

    @property
    def complete(self) -> bool:
        """Whether every t-set is covered or proved to be impossible."""
        return not self.undecided

    def or_raise(self) -> "CoveringSample":
        """This answer."""
        return self


def covering_sample(
    question: Question, t: int, seed: int, limits: SearchLimits = NO_LIMITS
) -> CoveringSample | Unknown:
    """A covering sample of the configurations that keep the choices; without any, an empty one.

    Raises:
        TypeError: t or the seed is no whole number.
        ValueError: t is less than 1 or more than `MOST_LEVELS`, or the seed is negative.
    """
    for name, number in (("t", t), ("the seed", seed)):
        if isinstance(number, bool) or not isinstance(number, int):
            raise TypeError(f"{name} is a whole number, not `{number!r}`")
    if not 1 <= t <= MOST_LEVELS:
        raise ValueError(f"t is from 1 to {MOST_LEVELS}, not {t}")
    if seed < 0:
        raise ValueError(f"a seed is not negative, as {seed} is")
    factors = _factors(question)
    if question.impossible:
        sizes = [len(factor.levels) for factor in factors.factors]
        none = number_of_sets(sizes, min(t, len(sizes)))
        return CoveringSample(t, seed, factors.factors, (), 0, none, 0, 0)
    found = covering_array(factors.problem, t, seed, limits)
    if isinstance(found, Unknown):
        return found
    return CoveringSample(
        t,
        seed,
        factors.factors,
        _configurations(question, factors, found),
        found.covered,
        found.impossible,
        found.undecided,
        found.at_least,
        found.reason,
    )


def _factors(question: Question) -> ProductFactors:
    """The factors of what is asked about: of the choices it has all constraints, assumptions as well."""
    chosen: tuple[Constraint, ...] = tuple(
        ClauseConstraint((Literal(variable, values),))
        for variable, values in sorted(question.choices.assumptions.items())
    )
    return product_factors(question.product.lowered, question.prepared.problem.extended(chosen))


def _configurations(
    question: Question, factors: ProductFactors, found: CoveringArray
) -> tuple[Configuration, ...]:
    given = factors.problem.given
    return tuple(question.product.configuration(solution[:given]) for solution in found.solutions)
