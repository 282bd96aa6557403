"""One side sum, exactly. How many solutions keep it is told by `histograms`.

A value may be chosen exactly if the least total of solutions with it keeps the budget. So valid domains
under a budget cost two passes, whatever unit the money is in.
"""

from configurator.csp.variables import Assumptions
from configurator.engines.diagram.weighing.costs import cheapest, least_totals
from configurator.engines.diagram.weighing.path_sums import PathSum
from configurator.engines.diagram.whole import Flags
from configurator.engines.engine import NO_LIMITS, Feasible, Infeasible, SearchLimits


def feasible_within(
    path_sum: PathSum, upper: int, assumptions: Assumptions, limits: SearchLimits = NO_LIMITS
) -> Feasible | Infeasible:
    """Whether a solution totals at most `upper`; the witness is the first of the cheapest."""
    found = cheapest(path_sum, assumptions, limits)
    return Infeasible() if found is None or found.total > upper else Feasible(found.witness)


def domains_within(
    path_sum: PathSum, upper: int, assumptions: Assumptions, limits: SearchLimits = NO_LIMITS
) -> tuple[Flags, ...]:
    """For each variable of the problem, for each value whether a solution with it totals at most `upper`."""
    within = min(upper, path_sum.magnitude)
    return tuple(totals <= within for totals in least_totals(path_sum, assumptions, limits))
