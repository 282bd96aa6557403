"""The product of a mutant, made of what the original has prepared: all but what is changed is shared."""

from collections.abc import Sequence
from functools import cache, partial

from attrs import define, field, frozen

from configurator.authoring.mutation.sides import Pair
from configurator.catalog.model import Catalog
from configurator.configuration.product import PreparedProduct
from configurator.csp.constraints import Constraint
from configurator.csp.problem import ConstraintProblem
from configurator.engines.engine import SearchLimits
from configurator.engines.sat import SatEngine, SatSearch
from configurator.engines.switched import Possible
from configurator.engines.unordered import prepare_unordered
from configurator.explanation.conflict import SwitchedRules, restriction_of, switched_rules
from configurator.lowering.product import LoweredProduct, decides, lower_restriction

ENGINE = SatEngine()
"""Begins to answer soonest."""


@frozen(eq=False)
class Rest:
    """The original without some restrictions, ready for others."""

    without: frozenset[int]
    prepared: SatSearch


@define(eq=False)
class MutatedProducts:
    """Makes the products of mutants of one original on one day.

    Attributes:
        product: the original.
        rest: what was made last: mutants come restriction by restriction.
    """

    product: PreparedProduct
    _rest: Rest | None = field(default=None)

    def of(self, catalog: Catalog, pairs: Sequence[Pair], limits: SearchLimits) -> PreparedProduct:
        """The product of a mutant.

        Args:
            catalog: the mutant.
            pairs: the restrictions that differ, those of the original first.
            limits: of preparing it.

        Raises:
            SearchLimitError: the time is up.
        """
        before = self.product.lowered
        instead = {
            id(old): tuple(lower_restriction(new, before.layout)) if new.period.holds(before.as_of) else ()
            for old, new in pairs
            if decides(old)
        }
        find_problem = cache(partial(_problem, before, instead))
        lowered = LoweredProduct(catalog, before.as_of, before.layout, find_problem)
        _share_rules(before, lowered, pairs, limits)
        added = tuple(each for part in instead.values() for each in part)
        labelled = self._without(frozenset(instead), limits).prepared.extended(added, limits)
        prepared = prepare_unordered(ENGINE, find_problem, lowered.symmetries, labelled)
        return PreparedProduct(lowered, ENGINE, prepared)

    def _without(self, left_out: frozenset[int], limits: SearchLimits) -> Rest:
        if self._rest is None or self._rest.without != left_out:
            problem = _problem(self.product.lowered, dict.fromkeys(left_out, ()))
            self._rest = Rest(left_out, ENGINE.prepare(problem, limits))
        return self._rest


def _problem(lowered: LoweredProduct, instead: dict[int, tuple[Constraint, ...]]) -> ConstraintProblem:
    """The problem with other constraints for some restrictions, which are known by identity."""
    kept = tuple(each for each in lowered.problem.constraints if id(restriction_of(each)) not in instead)
    added = tuple(each for part in instead.values() for each in part)
    return ConstraintProblem(lowered.problem.variables, (*kept, *added))


def _share_rules(
    before: LoweredProduct, after: LoweredProduct, pairs: Sequence[Pair], limits: SearchLimits
) -> None:
    """Let the mutant know its rules as switched parts in the original's solver."""
    rules = switched_rules(before, limits)
    numbers = {id(each): number for number, each in enumerate(rules.restrictions)}
    new = [each for _, each in pairs if decides(each) and each.period.holds(after.as_of)]
    parts = [tuple(lower_restriction(each, after.layout)) for each in new]
    problem = rules.problem.extended(parts, limits)
    numbers |= {id(each): len(rules.restrictions) + at for at, each in enumerate(new)}
    restrictions = after.restrictions
    problem = problem.picked([numbers[id(each)] for each in restrictions])
    if isinstance(problem.solve(range(len(restrictions)), limits), Possible):
        scopes = tuple(frozenset(v for each in part for v in each.scope) for part in problem.parts)
        after.known["switched rules"] = SwitchedRules(restrictions, problem, scopes, frozenset())
