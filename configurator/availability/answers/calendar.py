"""The days on which work is done: weekdays, less the days on which the workshop is closed."""

from bisect import bisect_right
from collections.abc import Iterable
from datetime import date, timedelta
from typing import Final

from attrs import field, frozen

from configurator.errors import StockRequestError

MOST_WORKING_DAYS: Final = 3660
"""The most working days that can be counted on at once."""

_DAY: Final = timedelta(days=1)


@frozen
class ClosedDays:
    """Days on which nothing is done, both ends inclusive.

    Raises:
        StockRequestError: it ends before it begins.
    """

    first: date = field()
    last: date = field()

    def __attrs_post_init__(self) -> None:
        if self.last < self.first:
            raise StockRequestError(f"the closed days end on {self.last}, before they begin on {self.first}")


def _merged(closed: Iterable[ClosedDays]) -> tuple[ClosedDays, ...]:
    merged: list[ClosedDays] = []
    for each in sorted(closed, key=lambda days: (days.first, days.last)):
        if merged and each.first.toordinal() <= merged[-1].last.toordinal() + 1:
            merged[-1] = ClosedDays(merged[-1].first, max(merged[-1].last, each.last))
        else:
            merged.append(each)
    return tuple(merged)


def _weekdays(workdays: Iterable[int]) -> tuple[int, ...]:
    return tuple(sorted(set(workdays)))


@frozen
class WorkingCalendar:
    """Which days are open.

    Attributes:
        workdays: the weekdays on which work is done, 0 for Monday to 6 for Sunday; ascending, at least one.
        closed: days on which none is done all the same; ascending, with open days between them.

    Raises:
        StockRequestError: there is no workday, or one that is no weekday.
    """

    workdays: tuple[int, ...] = field(default=tuple(range(7)), converter=_weekdays)
    closed: tuple[ClosedDays, ...] = field(default=(), converter=_merged)

    def __attrs_post_init__(self) -> None:
        if not self.workdays:
            raise StockRequestError("a calendar needs at least one weekday on which work is done")
        if any(type(day) is not int or not 0 <= day <= 6 for day in self.workdays):
            raise StockRequestError("a weekday is a whole number from 0 for Monday to 6 for Sunday")

    def is_open(self, day: date) -> bool:
        """Whether work is done on a day."""
        return day.weekday() in self.workdays and self._closed_around(day) is None

    def first_open(self, day: date) -> date:
        """The first working day on or after a day.

        Raises:
            StockRequestError: there is none until the last day that can be written.
        """
        asked = day
        try:
            while True:
                around = self._closed_around(day)
                if around is not None:
                    day = around.last + _DAY
                elif day.weekday() in self.workdays:
                    return day
                else:
                    day += _DAY
        except OverflowError:
            raise StockRequestError(f"the calendar has no working day from {asked} on") from None

    def after(self, day: date, working_days: int) -> date:
        """The day on which work is done that begins on or after a day and takes so many working days.

        It begins on the first working day; one day of work that begins on a Monday is done on Tuesday, the
        next working day, and no work at all is done on the day on which it begins.

        Raises:
            StockRequestError: there is no such day, or the number is not from 0 to `MOST_WORKING_DAYS`.
        """
        if type(working_days) is not int or not 0 <= working_days <= MOST_WORKING_DAYS:
            raise StockRequestError(
                f"the working days {working_days!r} are not a whole number from 0 to {MOST_WORKING_DAYS}"
            )
        asked, day = day, self.first_open(day)
        try:
            for _ in range(working_days):
                day = self.first_open(day + _DAY)
        except (OverflowError, StockRequestError):
            raise StockRequestError(
                f"the calendar ends before {working_days} working days after {asked}"
            ) from None
        return day

    def _closed_around(self, day: date) -> ClosedDays | None:
        at = bisect_right(self.closed, day, key=lambda closed: closed.first) - 1
        return self.closed[at] if at >= 0 and day <= self.closed[at].last else None


EVERY_DAY: Final = WorkingCalendar()
"""Work is done every day."""
