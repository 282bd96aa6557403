"""What can be promised for which day, judged by living through the days."""

from datetime import date, timedelta

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st
from shelf_simulation import HORIZON, arrivals, can_promise, lived_through, needs, positions
from stock_stores import TODAY, day

from configurator.availability.breaking import missing_from
from configurator.availability.positions import ItemPosition, in_order
from configurator.availability.supply import Commitment, Supply

POSITIONS = positions()
PROMISED = positions(promises=1)
DAYS = st.integers(0, HORIZON - 1)


def example() -> ItemPosition:
    return ItemPosition(
        "CPU",
        5,
        1,
        (Supply("PO-1", "CPU", day(3), 4, received=1), Supply("PO-2", "CPU", day(1), 9, firm=False)),
        (Commitment("CPU", "default", day(2), 2, "R-1", "SO-1"),),
    )


def test_a_projection_tells_each_day_on_which_the_balance_changes() -> None:
    assert ((TODAY, 5), (day(2), 3), (day(3), 6)) == example().projection(TODAY)


def test_what_can_be_promised_never_falls() -> None:
    assert ((TODAY, 2), (day(2), 2), (day(3), 5)) == example().promisable(TODAY)


@pytest.mark.parametrize(
    ("quantity", "expected"), [(0, TODAY), (2, TODAY), (3, day(3)), (5, day(3)), (6, None)]
)
def test_the_earliest_day_is_the_first_on_which_so_many_can_be_promised(
    quantity: int, expected: date | None
) -> None:
    assert expected == example().earliest(quantity, TODAY)


def test_positions_are_taken_from_in_order_the_default_place_first() -> None:
    places = [ItemPosition("CPU", 1, location=location) for location in ("b", "default", "a")]

    assert ["default", "a", "b"] == [each.location for each in in_order(places)]


@given(position=POSITIONS, number=DAYS, quantity=st.integers(1, 8))
def test_so_many_are_available_as_can_be_promised_when_the_days_are_lived_through(
    position: ItemPosition, number: int, quantity: int
) -> None:
    fits = quantity <= position.available(day(number), TODAY)

    assert can_promise(position, [(number, quantity)]) == fits


@given(position=POSITIONS)
def test_now_is_today(position: ItemPosition) -> None:
    now = position.available(None, TODAY)

    assert now == position.available(TODAY, TODAY) == position.available(day(-5), TODAY)


@given(position=POSITIONS, quantity=st.integers(0, 8))
def test_the_earliest_day_is_the_first_of_all_days(position: ItemPosition, quantity: int) -> None:
    fitting = [day(n) for n in range(HORIZON) if position.available(day(n), TODAY) >= quantity]

    assert (fitting[0] if fitting else None) == position.earliest(quantity, TODAY)


@given(position=POSITIONS, first=DAYS, second=DAYS, quantity=st.integers(0, 5))
def test_one_more_promise_never_makes_more_available(
    position: ItemPosition, first: int, second: int, quantity: int
) -> None:
    needed = None if first == 0 else day(first)
    after = position.taking(quantity, needed)

    assert after.available(day(second), TODAY) <= position.available(day(second), TODAY)


@given(position=POSITIONS, shift=st.integers(-9, 9), number=DAYS)
def test_shifting_all_days_changes_nothing(position: ItemPosition, shift: int, number: int) -> None:
    moved = ItemPosition(
        position.sku,
        position.unpromised,
        position.floor,
        tuple(
            Supply(each.id, each.sku, each.due + timedelta(days=shift), each.quantity, firm=each.firm)
            for each in position.supplies
        ),
        tuple(
            Commitment(each.sku, each.location, each.needed + timedelta(days=shift), each.quantity, "", "")
            for each in position.commitments
        ),
    )

    assert position.available(day(number), TODAY) == moved.available(day(number + shift), day(shift))


# Taking off the shelf


@given(position=PROMISED, data=st.data())
def test_what_can_be_taken_early_is_what_makes_nobody_wait(
    position: ItemPosition, data: st.DataObject
) -> None:
    lived = lived_through(position.unpromised, arrivals(position), needs(position))
    position = evolve(position, unpromised=position.unpromised + max(waiting for _, waiting in lived))
    own = data.draw(st.sampled_from(position.commitments))
    taken = data.draw(st.integers(1, own.quantity))

    after = position.without(taken, own.reservation, own.needed)

    can = after.unpromised >= 0 and not any(
        waiting for _, waiting in lived_through(after.unpromised, arrivals(after), needs(after))
    )
    assert can == (taken <= position.takeable(own.needed, TODAY))


def kept(position: ItemPosition) -> ItemPosition:
    """The same with as much more on the shelf as its promises lack."""
    missing = missing_from({(position.sku, position.location): position})
    return evolve(position, unpromised=position.unpromised + sum(lacking for _, _, lacking in missing))


@given(position=PROMISED.map(kept), data=st.data())
def test_taking_leaves_enough_for_every_promise(position: ItemPosition, data: st.DataObject) -> None:
    own = data.draw(st.sampled_from(position.commitments))
    place = (position.sku, position.location)
    most = min(own.quantity, position.takeable(own.needed, TODAY))

    after = position.without(data.draw(st.integers(0, most)), own.reservation, own.needed)

    assert () == missing_from({place: after})


@given(position=PROMISED.map(kept))
def test_who_needs_it_first_can_take_all_that_lies_there_once_his_day_has_come(
    position: ItemPosition,
) -> None:
    first = min(each.needed for each in position.commitments)

    assert position.unpromised == position.takeable(first, max(first, TODAY))
