"""Working days, compared with a look at every single day."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from configurator.availability.answers.calendar import EVERY_DAY, ClosedDays, WorkingCalendar
from configurator.errors import StockRequestError

MONDAY = date(2026, 11, 23)
WEEKDAYS = tuple(range(5))


def closed_days() -> st.SearchStrategy[ClosedDays]:
    return st.builds(
        lambda first, length: ClosedDays(
            MONDAY + timedelta(days=first), MONDAY + timedelta(days=first + length)
        ),
        st.integers(-5, 30),
        st.integers(0, 9),
    )


CALENDARS = st.builds(
    WorkingCalendar,
    st.sets(st.integers(0, 6), min_size=1),
    st.lists(closed_days(), max_size=4).map(tuple),
)


def open_days(calendar: WorkingCalendar, closed: tuple[ClosedDays, ...], start: date) -> list[date]:
    days = [start + timedelta(days=number) for number in range(400)]
    return [
        day
        for day in days
        if day.weekday() in calendar.workdays and not any(each.first <= day <= each.last for each in closed)
    ]


@given(
    workdays=st.sets(st.integers(0, 6), min_size=1),
    closed=st.lists(closed_days(), max_size=4).map(tuple),
    start=st.integers(-7, 30),
    working_days=st.integers(0, 20),
)
def test_working_days_are_those_found_by_looking_at_every_day(
    workdays: set[int], closed: tuple[ClosedDays, ...], start: int, working_days: int
) -> None:
    calendar = WorkingCalendar(tuple(workdays), closed)
    day = MONDAY + timedelta(days=start)

    days = open_days(calendar, closed, day)
    assert days[0] == calendar.first_open(day)
    assert days[working_days] == calendar.after(day, working_days)
    assert calendar.is_open(day) == (days[0] == day)


@given(calendar=CALENDARS, first=st.integers(0, 9), second=st.integers(0, 9))
def test_working_days_may_be_counted_in_two_goes(calendar: WorkingCalendar, first: int, second: int) -> None:
    at_once = calendar.after(MONDAY, first + second)

    assert at_once == calendar.after(calendar.after(MONDAY, first), second)


def test_a_day_of_work_begun_on_friday_is_done_on_monday() -> None:
    calendar = WorkingCalendar(WEEKDAYS)

    assert date(2026, 11, 30) == calendar.after(date(2026, 11, 27), 1)


def test_work_handed_in_on_a_closed_day_begins_on_the_next_open_one() -> None:
    holidays = ClosedDays(date(2026, 12, 24), date(2026, 12, 27))

    assert date(2026, 12, 29) == WorkingCalendar(WEEKDAYS, (holidays,)).after(date(2026, 12, 25), 1)


def test_every_day_is_open_where_nothing_is_said() -> None:
    assert date(2026, 11, 25) == EVERY_DAY.after(MONDAY, 2)


def test_closed_days_that_touch_are_one_stretch() -> None:
    parts = (ClosedDays(date(2026, 1, 3), date(2026, 1, 4)), ClosedDays(date(2026, 1, 1), date(2026, 1, 2)))

    assert (ClosedDays(date(2026, 1, 1), date(2026, 1, 4)),) == WorkingCalendar(closed=parts).closed


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: WorkingCalendar(()), "a calendar needs at least one weekday on which work is done"),
        (lambda: WorkingCalendar((7,)), "a weekday is a whole number from 0 for Monday to 6 for Sunday"),
        (
            lambda: ClosedDays(date(2026, 1, 2), date(2026, 1, 1)),
            "the closed days end on 2026-01-01, before they begin on 2026-01-02",
        ),
        (
            lambda: EVERY_DAY.after(MONDAY, -1),
            "the working days -1 are not a whole number from 0 to 3660",
        ),
        (
            lambda: WorkingCalendar(closed=(ClosedDays(MONDAY, date.max),)).first_open(MONDAY),
            "the calendar has no working day from 2026-11-23 on",
        ),
        (
            lambda: EVERY_DAY.after(date.max, 1),
            "the calendar ends before 1 working days after 9999-12-31",
        ),
    ],
)
def test_a_calendar_that_makes_no_sense_is_refused(make: object, message: str) -> None:
    assert callable(make)
    with pytest.raises(StockRequestError) as raised:
        make()

    assert str(raised.value) == message
