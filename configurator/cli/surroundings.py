"""The world outside as commands see it: two clocks and who sits there, given from outside."""

import getpass
import time
from collections.abc import Callable

from attrs import frozen

from configurator.availability.clock import Clock, system_clock
from configurator.availability.quantities import name_problem


def login_name() -> str:
    """The name of the user who runs the command; empty where the system knows none."""
    try:
        name = getpass.getuser()
    except (KeyError, ImportError, OSError):
        return ""
    return "" if name_problem(name) else name


@frozen
class Surroundings:
    """Clocks, and a user. Tests hand over their own as `obj`.

    Attributes:
        now: the time, aware of its zone.
        monotonic: seconds that only grow, for durations.
        user: who runs the command.
    """

    now: Clock = system_clock
    monotonic: Callable[[], float] = time.perf_counter
    user: Callable[[], str] = login_name
