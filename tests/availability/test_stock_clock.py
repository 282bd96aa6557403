"""Holds end when they said, and time never runs backwards."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from stock_stores import (
    MINUTE,
    NOON,
    STORES,
    HandClock,
    audited,
    day,
    expect,
    free,
    granted,
    refused,
    request,
    take,
)

from configurator.availability.balances import Shortage, StockCheck
from configurator.availability.demand import Demand
from configurator.availability.ledger import EventKind
from configurator.availability.masters import ItemMaster
from configurator.availability.reservations import (
    LONGEST_TTL,
    ReservationState,
)
from configurator.availability.store import StockStore
from configurator.availability.supply import Supply
from configurator.errors import (
    ClockError,
    StockRequestError,
)


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture(params=STORES)
def store(request: pytest.FixtureRequest, tmp_path: Path, clock: HandClock) -> Iterator[StockStore]:
    with audited(request.param, tmp_path, clock) as found:
        yield found


def test_an_expired_hold_frees_stock_for_readers_before_any_sweep(
    store: StockStore, clock: HandClock
) -> None:
    store.import_counts({"CPU": 2})
    hold = granted(store.reserve(request("SO-1", {"CPU": 2}, ttl=MINUTE)))
    before = len(store.events())
    clock.move(MINUTE)

    assert {"CPU": 2} == free(store)
    assert StockCheck((), before) == store.check(Demand.of({"CPU": 2}))
    assert ReservationState.EXPIRED is store.reservation(hold.reservation.id).state
    assert before == len(store.events())


def test_a_hold_counts_until_the_last_microsecond(store: StockStore, clock: HandClock) -> None:
    store.import_counts({"CPU": 2})
    store.reserve(request("SO-1", {"CPU": 2}, ttl=MINUTE))
    clock.move(MINUTE - timedelta(microseconds=1))

    outcome = refused(store.reserve(request("SO-2", {"CPU": 1})))

    assert (Shortage("CPU", 1, 0),) == outcome.shortages


def test_expired_reservation_frees_stock(store: StockStore, clock: HandClock) -> None:
    store.import_counts({"CPU": 2})
    hold = granted(store.reserve(request("SO-1", {"CPU": 2}, ttl=MINUTE)))
    clock.move(MINUTE)

    granted(store.reserve(request("SO-2", {"CPU": 1})))

    told = [(event.kind, event.reservation) for event in store.events(after=hold.seq)]
    assert (EventKind.EXPIRED, hold.reservation.id) == told[0]
    assert {"CPU": 1} == free(store)


def test_holds_expire_in_order_of_their_end(store: StockStore, clock: HandClock) -> None:
    store.import_counts({"CPU": 9})
    for order, minutes in (("late", 3), ("early", 1), ("early too", 1), ("live", 9)):
        store.reserve(request(order, {"CPU": 1}, ttl=minutes * MINUTE))
    clock.move(5 * MINUTE)

    first, rest = store.expire(limit=1), store.expire()

    assert ["early"] == [expired.order for expired in first]
    assert ["early too", "late"] == [expired.order for expired in rest]
    assert () == store.expire()


def test_a_small_step_back_of_the_clock_is_held_at_the_last_write(
    store: StockStore, clock: HandClock
) -> None:
    store.import_counts({"CPU": 2})
    clock.move(-timedelta(hours=23))

    outcome = granted(store.reserve(request("SO-1", {"CPU": 1}, ttl=MINUTE)))

    assert NOON + MINUTE == outcome.reservation.expires_at


def test_a_clock_more_than_a_day_behind_stops_writes_not_reads(store: StockStore, clock: HandClock) -> None:
    store.import_counts({"CPU": 2})
    clock.move(-timedelta(days=1, minutes=1))

    with pytest.raises(ClockError) as caught:
        store.reserve(request("SO-1", {"CPU": 1}))

    assert (
        "the clock says 2026-11-21 11:59:00 UTC, but stock was last written at 2026-11-22 12:00:00 UTC; "
        "set the clock right, or accept its time with `configurator stock clock --accept`"
    ) == str(caught.value)
    assert {"CPU": 2} == free(store)


def test_an_accepted_clock_goes_on_from_its_time(store: StockStore, clock: HandClock) -> None:
    store.import_counts({"CPU": 2})
    clock.move(-timedelta(days=400))
    store.accept_clock()

    outcome = granted(store.reserve(request("SO-1", {"CPU": 1})))

    assert NOON - timedelta(days=400) == outcome.reservation.created
    assert EventKind.CLOCK_ACCEPTED is store.events()[1].kind


def test_there_is_nothing_to_accept_about_a_clock_that_goes_forward(
    store: StockStore, clock: HandClock
) -> None:
    store.import_counts({"CPU": 2})
    clock.move(timedelta(days=400))

    store.accept_clock()

    assert 1 == len(store.events())


def test_a_stock_unused_for_a_month_works_on(store: StockStore, clock: HandClock) -> None:
    store.import_counts({"CPU": 2})
    clock.move(timedelta(days=30))

    granted(store.reserve(request("SO-1", {"CPU": 1})))

    assert NOON + timedelta(days=30) == store.events()[-1].at


def test_a_clock_without_a_zone_is_refused(store: StockStore, clock: HandClock) -> None:
    clock.time = datetime(2026, 11, 22, 12)  # noqa: DTZ001 - the mistake in question

    with pytest.raises(ClockError) as caught:
        store.balances()

    assert "the clock gives a time without a time zone; give one in UTC" == str(caught.value)
    clock.time = datetime(2026, 11, 22, 12, tzinfo=UTC)


@pytest.mark.parametrize("call", [lambda store: store.balances(), lambda store: store.receive("CPU", 1)])
def test_a_clock_near_the_end_of_the_calendar_is_refused(
    store: StockStore, clock: HandClock, call: Callable[[StockStore], object]
) -> None:
    clock.time = datetime(9900, 1, 1, tzinfo=UTC)
    with pytest.raises(ClockError) as caught:
        call(store)

    assert "the clock gives a time after the year 9899; set the clock right" == str(caught.value)
    clock.time = NOON


def test_the_longest_hold_can_be_given_and_extended_at_the_last_time_of_all(
    store: StockStore, clock: HandClock
) -> None:
    clock.time = datetime(9900, 1, 1, tzinfo=UTC) - timedelta(microseconds=1)
    store.import_counts({"CPU": 1})
    held = granted(store.reserve(request("SO-1", {"CPU": 1}, ttl=LONGEST_TTL))).reservation

    assert clock.time + LONGEST_TTL == held.expires_at
    assert held == store.extend(held.id, LONGEST_TTL)


def test_a_call_that_is_refused_does_not_move_the_remembered_time(
    store: StockStore, clock: HandClock
) -> None:
    store.import_counts({"CPU": 2})
    clock.move(MINUTE)
    with pytest.raises(StockRequestError):
        store.adjust("CPU", -9, reason="dropped")
    clock.move(-MINUTE)

    taken = take(store, "SO-1", ("CPU", 1))

    assert NOON == taken.created


def test_a_hold_that_ended_does_not_come_back_with_the_clock(store: StockStore, clock: HandClock) -> None:
    store.import_counts({"CPU": 2})
    hold = take(store, "SO-1", ("CPU", 2), ttl=MINUTE)
    clock.move(MINUTE)
    store.receive("GPU", 1)
    clock.move(-MINUTE)

    assert ReservationState.EXPIRED is store.reservation(hold.id).state
    assert {"CPU": 2, "GPU": 1} == free(store)


@pytest.mark.parametrize(
    "write",
    [
        lambda store: store.receive("CPU", 1),
        lambda store: store.adjust("CPU", 1, reason="found"),
        lambda store: store.transfer("CPU", 1, source="default", target="hall-2"),
        lambda store: store.set_floor("CPU", 1),
        lambda store: store.set_masters([ItemMaster("CPU", lead_time=3)]),
        lambda store: store.add_supply(Supply("PO-2", "CPU", day(1), 1)),
        lambda store: store.change_supply("PO-1", quantity=9),
        lambda store: store.cancel_supply("PO-1"),
        lambda store: store.import_counts({"CPU": 1}),
        lambda store: store.expire(),
    ],
)
def test_no_fact_is_booked_by_a_clock_a_day_behind(
    store: StockStore, clock: HandClock, write: Callable[[StockStore], object]
) -> None:
    store.import_counts({"CPU": 2})
    expect(store, "PO-1", "CPU", day(1), 2)
    before = store.events()
    clock.move(-timedelta(days=1, minutes=1))

    with pytest.raises(ClockError):
        write(store)

    assert before == store.events()
