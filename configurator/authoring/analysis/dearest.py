"""The dearest configuration under a budget, from counts: a search would have to fill it to the cent."""

from collections.abc import Sequence

from attrs import field, frozen

from configurator.csp.variables import Assignment, Assumptions
from configurator.engines.diagram.search import DiagramSearch
from configurator.engines.engine import Infeasible, Objective, Optimum, SearchLimits, Unknown

EDGES = 32
"""Costs up to which solutions are counted at once: it takes hardly longer than one."""


@frozen(eq=False)
class Costs:
    """A compiled problem of which solutions are counted by cost.

    Attributes:
        compiled: the problem.
        terms: what solutions cost.
        sizes: of its variables.
    """

    compiled: DiagramSearch
    terms: Objective = field(repr=False)
    sizes: Sequence[int] = field(repr=False)
    limits: SearchLimits

    def dearest(self, assumptions: Assumptions) -> Optimum | Infeasible | Unknown:
        """The greatest cost of a solution that obeys the assumptions, with the first such solution.

        From how many solutions cost so much at most: the least amount at which that is all of them is the
        cost. Unknown where they cannot be counted by cost, because a sum other than the cost stays outside
        the diagram. Cost: some counts to narrow the amount, then for each variable one more for each
        halving of its values.
        """
        extremes = self.compiled.cost_extremes(self.terms, assumptions, self.limits)
        if not isinstance(extremes, tuple):
            return extremes
        low, high = extremes[0] - 1, extremes[1]
        everything = self._up_to((high,), assumptions)
        if isinstance(everything, Unknown):
            return everything
        if not everything[0]:
            return Infeasible()
        # INVARIANT: not all solutions cost `low` at most, and all cost `high` at most.
        while high - low > 1:
            edges = tuple(range(low, high, max(1, (high - low) // EDGES)))[1:]
            counted = self._up_to(edges, assumptions)
            if isinstance(counted, Unknown):
                return counted
            reached = [edge for edge, count in zip(edges, counted, strict=True) if count == everything[0]]
            below = [edge for edge, count in zip(edges, counted, strict=True) if count < everything[0]]
            low, high = max((low, *below)), min((high, *reached))
        witness = self._first(high, assumptions)
        return witness if isinstance(witness, Unknown) else Optimum(high, witness)

    def _first(self, cost: int, assumptions: Assumptions) -> Assignment | Unknown:
        """The first solution that costs exactly so much, given that there is one."""
        settled = dict(assumptions)
        for variable, size in enumerate(self.sizes):
            values = sorted(settled.get(variable, range(size)))
            while len(values) > 1:
                half = values[: len(values) // 2]
                counted = self._up_to((cost - 1, cost), {**settled, variable: frozenset(half)})
                if isinstance(counted, Unknown):
                    return counted
                less, with_it = counted
                values = half if less < with_it else values[len(half) :]
            settled[variable] = frozenset(values)
        return tuple(min(settled[variable]) for variable in range(len(self.sizes)))

    def _up_to(self, edges: tuple[int, ...], assumptions: Assumptions) -> tuple[int, ...] | Unknown:
        return self.compiled.histogram(self.terms, edges, assumptions, self.limits)
