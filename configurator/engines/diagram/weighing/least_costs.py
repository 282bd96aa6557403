"""What is known of the least cost of each value under several side sums."""

import numpy as np
from attrs import field, frozen

from configurator.engines.diagram.weighing.weighed_values import Words
from configurator.engines.diagram.whole import Flags

NOTHING = np.iinfo(np.int64).max
"""The cost of no solution."""


@frozen(eq=False)
class LeastUnderSums:
    """The least costs of solutions with each value, as far as they are settled.

    Attributes:
        least: for each variable and value the least cost found; the greatest number of all where none was.
        bound: for each variable and value what no solution with it costs less than. Where `least` is no more,
            it is exact.
        overall: the least cost of all solutions; `None` where there is none, and where it is not settled.
    """

    least: tuple[Words, ...] = field(repr=False)
    bound: tuple[Words, ...] = field(repr=False)
    overall: int | None

    @property
    def open(self) -> tuple[Flags, ...]:
        """For each variable the values of which the least cost is not settled."""
        return tuple(found > bound for found, bound in zip(self.least, self.bound, strict=True))
