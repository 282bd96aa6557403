"""Reserving from what lies there: everything or nothing, from one place or several."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from stock_stores import (
    MINUTE,
    NOON,
    STORES,
    HandClock,
    audited,
    day,
    free,
    granted,
    refused,
    request,
    short_of,
    take,
)

from configurator.availability.balances import Shortage, StockBalance
from configurator.availability.demand import Demand
from configurator.availability.quantities import MAXIMUM_QUANTITY
from configurator.availability.reservations import (
    Reservation,
    ReservationRequest,
    ReservationState,
    ReservedLine,
)
from configurator.availability.store import StockStore
from configurator.errors import (
    StockRequestError,
)


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture(params=STORES)
def store(request: pytest.FixtureRequest, tmp_path: Path, clock: HandClock) -> Iterator[StockStore]:
    with audited(request.param, tmp_path, clock) as found:
        yield found


def test_a_request_without_a_time_to_live_is_allocated_at_once(store: StockStore) -> None:
    store.import_counts({"CPU": 5})

    outcome = granted(store.reserve(ReservationRequest("SO-1", Demand.of({"CPU": 2}), config_digest="d1")))

    wanted = Reservation(
        id=outcome.reservation.id,
        order="SO-1",
        state=ReservationState.ALLOCATED,
        lines=(ReservedLine("CPU", 2),),
        created=NOON,
        expires_at=None,
        config_digest="d1",
    )
    assert wanted == outcome.reservation
    assert (StockBalance("CPU", on_hand=5, held=0, allocated=2),) == store.balances()


def test_a_request_with_a_time_to_live_is_held(store: StockStore) -> None:
    store.import_counts({"CPU": 5})

    outcome = granted(store.reserve(request("SO-1", {"CPU": 2}, ttl=15 * MINUTE)))

    assert ReservationState.HELD is outcome.reservation.state
    assert NOON + 15 * MINUTE == outcome.reservation.expires_at
    assert (StockBalance("CPU", on_hand=5, held=2, allocated=0),) == store.balances()


def test_one_short_item_refuses_everything(store: StockStore) -> None:
    store.import_counts({"CPU": 5, "GPU": 1})

    outcome = refused(store.reserve(request("SO-1", {"CPU": 2, "GPU": 2})))

    assert (Shortage("GPU", wanted=2, free=1),) == outcome.shortages
    assert {"CPU": 5, "GPU": 1} == free(store)


def test_every_short_item_is_told(store: StockStore) -> None:
    store.import_counts({"CPU": 1, "GPU": 1})

    outcome = refused(store.reserve(request("SO-1", {"GPU": 3, "CPU": 2})))

    assert (Shortage("CPU", 2, 1), Shortage("GPU", 3, 1)) == outcome.shortages


def test_an_item_stock_never_heard_of_is_unknown(store: StockStore) -> None:
    store.import_counts({"CPU": 0})

    outcome = refused(store.reserve(request("SO-1", {"CPU": 1, "PSU": 1})))

    assert (Shortage("CPU", 1, 0, known=True), Shortage("PSU", 1, 0, known=False)) == outcome.shortages


def test_one_item_in_two_lines_is_added_up_before_the_check(store: StockStore) -> None:
    store.import_counts({"SSD": 3})

    outcome = refused(store.reserve(ReservationRequest("SO-1", Demand.of([("SSD", 2), ("SSD", 2)]))))

    assert (Shortage("SSD", wanted=4, free=3),) == outcome.shortages


def test_the_last_unit_can_be_taken(store: StockStore) -> None:
    store.import_counts({"SSD": 3})

    granted(store.reserve(request("SO-1", {"SSD": 3})))

    assert {"SSD": 0} == free(store)


def test_the_largest_quantity_can_be_reserved(store: StockStore) -> None:
    store.import_counts({"SCREW": MAXIMUM_QUANTITY})

    granted(store.reserve(request("SO-1", {"SCREW": MAXIMUM_QUANTITY})))

    assert {"SCREW": 0} == free(store)


def test_skus_are_texts_even_when_they_look_like_numbers_or_quotes(store: StockStore) -> None:
    names = ("007", "1e3", "O'Ring", '"', "\\", "größe-Ω", "null")
    store.import_counts(dict.fromkeys(names, 2))

    granted(store.reserve(request("SO-1", dict.fromkeys(names, 1))))

    assert dict.fromkeys(names, 1) == free(store)


def test_an_empty_demand_is_no_request() -> None:
    with pytest.raises(StockRequestError) as caught:
        request("SO-1", {"CPU": 0})

    assert "the order `SO-1` asks for nothing that is in stock" == str(caught.value)


@pytest.mark.parametrize("ttl", [timedelta(0), -MINUTE, timedelta(days=4000)])
def test_a_time_to_live_is_above_zero_and_not_absurd(ttl: timedelta) -> None:
    with pytest.raises(StockRequestError) as caught:
        request("SO-1", {"CPU": 1}, ttl=ttl)

    assert "a hold lasts more than 0 seconds and at most 3660 days" == str(caught.value)


# Places


def test_an_item_is_taken_from_the_default_place_first_then_by_name(store: StockStore) -> None:
    for location in ("b", "default", "a"):
        store.receive("CPU", 2, location=location)

    taken = take(store, "SO-1", ("CPU", 5))

    assert (
        ReservedLine("CPU", 2, "a"),
        ReservedLine("CPU", 1, "b"),
        ReservedLine("CPU", 2, "default"),
    ) == taken.lines


def test_a_line_can_name_its_place(store: StockStore) -> None:
    store.import_counts({"CPU": 5})
    store.receive("CPU", 2, location="hall-2")

    taken = take(store, "SO-1", ("CPU", 2, None, "hall-2"))

    assert (ReservedLine("CPU", 2, "hall-2"),) == taken.lines
    assert (
        StockBalance("CPU", 5),
        StockBalance("CPU", 2, allocated=2, location="hall-2"),
    ) == store.balances()


def test_a_line_that_names_its_place_gets_nothing_from_another(store: StockStore) -> None:
    store.import_counts({"CPU": 5})
    store.receive("CPU", 2, location="hall-2")

    short = short_of(store, "SO-1", ("CPU", 3, None, "hall-2"), ("CPU", 1, None, "hall-3"))

    assert (
        Shortage("CPU", 3, 2, location="hall-2"),
        Shortage("CPU", 1, 0, location="hall-3"),
    ) == short


def test_lines_that_name_a_place_are_served_before_those_that_do_not(store: StockStore) -> None:
    store.import_counts({"CPU": 2})
    store.receive("CPU", 2, location="hall-2")

    taken = take(store, "SO-1", ("CPU", 2), ("CPU", 2, None, "default"))

    assert (ReservedLine("CPU", 2), ReservedLine("CPU", 2, "hall-2")) == taken.lines


def test_what_a_line_without_a_place_can_get_is_told_after_those_that_name_one(store: StockStore) -> None:
    store.import_counts({"CPU": 2})
    store.receive("CPU", 2, location="hall-2")

    short = short_of(store, "SO-1", ("CPU", 3), ("CPU", 2, None, "default"))

    assert (Shortage("CPU", 3, 2),) == short


def test_each_place_keeps_its_own_safety_stock(store: StockStore) -> None:
    store.import_counts({"CPU": 3})
    store.receive("CPU", 3, location="hall-2")
    store.set_floor("CPU", 2)
    store.set_floor("CPU", 4, location="hall-2")

    assert (Shortage("CPU", 2, 1),) == short_of(store, "SO-1", ("CPU", 2))


def test_a_reservation_keeps_what_its_request_told(store: StockStore) -> None:
    store.import_counts({"CPU": 3})

    kept = granted(
        store.reserve(
            ReservationRequest(
                "SO-1", Demand.of({"CPU": 1}), config_digest="d1", priority=7, promised=day(12)
            )
        )
    ).reservation

    assert ("d1", 7, day(12)) == (kept.config_digest, kept.priority, kept.promised)
    assert kept == store.reservation(kept.id)


def test_the_event_tells_what_was_taken_from_where(store: StockStore) -> None:
    store.import_counts({"CPU": 3})
    store.receive("CPU", 3, location="hall-2")

    take(store, "SO-1", ("CPU", 4), ("CPU", 1, day(2)), ttl=MINUTE)

    assert (
        '{"key":"SO-1#0","lines":[["CPU","default",null,3],["CPU","hall-2",null,1],'
        '["CPU","hall-2","2026-11-24",1]],"order":"SO-1","state":"HELD"}'
    ) == store.events()[-1].payload


def test_the_event_of_a_refusal_tells_what_was_short(store: StockStore) -> None:
    store.import_counts({"CPU": 3})

    short_of(store, "SO-1", ("CPU", 4), ("GPU", 1, day(2)), ("PSU", 1, None, "hall-2"))

    assert (
        '{"key":"SO-1#0","order":"SO-1","shortages":[["CPU",4,3,true],'
        '["GPU",1,0,false,null,"2026-11-24"],["PSU",1,0,false,"hall-2",null]]}'
    ) == store.events()[-1].payload


@pytest.mark.parametrize("priority", [-1, 10, 1.0, True])
def test_a_priority_is_from_0_to_9(priority: int) -> None:
    with pytest.raises(StockRequestError) as caught:
        request("SO-1", {"CPU": 1}, priority=priority)

    assert f"a priority is a whole number from 0 to 9, not `{priority}`" == str(caught.value)
