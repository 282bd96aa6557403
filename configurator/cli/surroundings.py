"""The world outside as commands see it: two clocks, given from outside."""

import time
from collections.abc import Callable

from attrs import frozen

from configurator.availability.clock import Clock, system_clock


@frozen
class Surroundings:
    """Clocks. Tests hand over their own as `obj`.

    Attributes:
        now: the time, aware of its zone.
        monotonic: seconds that only grow, for durations.
    """

    now: Clock = system_clock
    monotonic: Callable[[], float] = time.perf_counter
