"""From when on a value can be had, where what holds beside the rules changes with the days."""

from bisect import bisect_left
from collections.abc import Callable, Sequence
from datetime import date
from typing import Literal

from attrs import frozen


@frozen
class Availability:
    """From when on a value can be had in some configuration that keeps the choices.

    Attributes:
        when: `now`, only `from` a later day, or `none`: on no day that is known of.
        day: that first day; `None` for the others.
    """

    when: Literal["now", "from", "none"]
    day: date | None = None

    def __str__(self) -> str:
        return f"from {self.day}" if self.day else self.when


NOW = Availability("now")
NEVER = Availability("none")


def first_available(days: Sequence[date], possible: Callable[[date | None], bool]) -> Availability:
    """From when on something is possible that once it is stays so; few days are tried.

    Args:
        days: the later days on which something changes, ascending.
        possible: whether it is possible on a day; `None` for now.
    """
    if possible(None):
        return NOW
    if not days or not possible(days[-1]):
        return NEVER
    return Availability("from", days[bisect_left(days, x=True, hi=len(days) - 1, key=possible)])
