"""The time of a store: injected, in whole microseconds, never running backwards.

A store remembers the latest time at which it wrote. A clock that is behind that reading by up to a day
(time synchronisation, a second machine) is simply held at the reading: expiry never un-happens. A clock
that is further behind is wrong now or was wrong then, and only a person can tell which, so writes stop with
`ClockError` until `accept_clock()`; reads go on at the remembered time.

Steps forward are not refused, however large: a database that nobody used for a week sees just such a step
at the next call, and nothing in it can tell a week of rest from a clock that is a week ahead. A clock that
was far ahead shows itself when it is set right: the next write is more than a day behind, and is refused.
"""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Final, TypeAlias

from configurator.errors import ClockError

Clock: TypeAlias = Callable[[], datetime]
"""Gives the present time, aware of its zone."""

LARGEST_STEP_BACK: Final = timedelta(days=1)

LATEST_TIME: Final = datetime(9900, 1, 1, tzinfo=UTC)
"""The end of all times, exclusive: early enough that a hold, and what is reckoned from it, stays in the
calendar."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def system_clock() -> datetime:
    """The machine's time in UTC."""
    return datetime.now(UTC)


def microseconds(time: datetime) -> int:
    """Whole microseconds since 1970 UTC.

    Raises:
        ClockError: the time does not say in which zone it is.
    """
    if time.tzinfo is None:
        raise ClockError("the clock gives a time without a time zone; give one in UTC")
    return (time - _EPOCH) // _MICROSECOND


def told_by(clock: Clock) -> int:
    """The time that a clock gives, in whole microseconds since 1970 UTC.

    Raises:
        ClockError: it does not say in which zone it is, or is not before `LATEST_TIME`.
    """
    time = clock()
    now = microseconds(time)
    if time >= LATEST_TIME:
        raise ClockError(f"the clock gives a time after the year {LATEST_TIME.year - 1}; set the clock right")
    return now


def moment(time: int) -> datetime:
    """The inverse of `microseconds`, in UTC."""
    return _EPOCH + time * _MICROSECOND


def reading_time(clock: Clock, high_water: int) -> int:
    """The time at which a read looks at the stock, never before the last write."""
    return max(told_by(clock), high_water)


def writing_time(clock: Clock, high_water: int) -> int:
    """The time of a write, never before the last one.

    Raises:
        ClockError: the clock is more than a day behind the last write.
    """
    now = told_by(clock)
    if now < high_water - LARGEST_STEP_BACK // _MICROSECOND:
        raise ClockError(
            f"the clock says {_shown(now)}, but stock was last written at {_shown(high_water)}; "
            "set the clock right, or accept its time with `configurator stock clock --accept`"
        )
    return max(now, high_water)


def _shown(time: int) -> str:
    return moment(time).strftime("%Y-%m-%d %H:%M:%S UTC")
