"""The least cost of every value under several side sums at once.

Compiled loops (see `label_setting`) settle nearly all of them, quickly; without, near-best paths settle some
(see `near_best`). Either way what is told is exact, and the rest stays open.
"""

from collections.abc import Sequence

import numpy as np

from configurator.csp.variables import Assumptions
from configurator.engines.diagram.weighing.label_setting import least_by_labels, quick_labels
from configurator.engines.diagram.weighing.least_costs import NOTHING, LeastUnderSums
from configurator.engines.diagram.weighing.near_best import least_of_near_best
from configurator.engines.diagram.weighing.paths_left import good_multipliers, paths_left
from configurator.engines.diagram.weighing.weighed_values import WeighedValues
from configurator.engines.diagram.whole import Flags
from configurator.engines.engine import NO_LIMITS, SearchLimits

STEPS = 12
"""How often multipliers are moved."""
FEW_STEPS = 6
"""The same where one of the sums is kept exactly, so that less depends on them."""


def least_under_sums(
    weighed: WeighedValues,
    domains: Sequence[Flags],
    assumptions: Assumptions,
    limits: SearchLimits = NO_LIMITS,
) -> LeastUnderSums:
    """The least costs of solutions with each value, and of all.

    What is in no solution is left out of the valid `domains`.

    Raises:
        SearchLimitError: the time is up.
    """
    layers = paths_left(weighed, domains, assumptions) if any(flags.any() for flags in domains) else []
    if not layers:
        nothing = tuple(np.full(variable.size, NOTHING) for variable in weighed.compiled.variables)
        return LeastUnderSums(nothing, nothing, None)
    asked = sum(int(flags.sum()) for flags in domains)
    loops = quick_labels(asked) if len(weighed.uppers) else None  # without sums near-best paths are the best
    steps = STEPS if loops is None else FEW_STEPS
    multipliers = good_multipliers(weighed, [layer.back for layer in layers][::-1], steps, limits)
    if loops is None:
        return least_of_near_best(weighed, layers, domains, multipliers, limits)
    return least_by_labels(weighed, layers, multipliers, loops, limits)
