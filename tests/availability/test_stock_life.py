"""The life of a reservation: confirmed, extended, released, cancelled, consumed whole or in part."""

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
    request,
    take,
)

from configurator.availability.balances import StockBalance
from configurator.availability.ledger import EventKind, StockMovement
from configurator.availability.reservations import (
    ReservationState,
    ReservedLine,
)
from configurator.availability.store import StockStore
from configurator.errors import (
    ReservationStateError,
    StockRequestError,
    UnknownReservationError,
)


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture(params=STORES)
def store(request: pytest.FixtureRequest, tmp_path: Path, clock: HandClock) -> Iterator[StockStore]:
    with audited(request.param, tmp_path, clock) as found:
        yield found


def test_a_confirmed_hold_is_an_allocation_that_never_expires(store: StockStore, clock: HandClock) -> None:
    store.import_counts({"CPU": 2})
    hold = granted(store.reserve(request("SO-1", {"CPU": 2}, ttl=MINUTE))).reservation

    confirmed = store.confirm(hold.id)
    clock.move(timedelta(days=365))

    assert (ReservationState.ALLOCATED, None) == (confirmed.state, confirmed.expires_at)
    assert (StockBalance("CPU", on_hand=2, held=0, allocated=2),) == store.balances()


def test_a_released_reservation_frees_stock(store: StockStore) -> None:
    store.import_counts({"CPU": 4})
    hold = granted(store.reserve(request("SO-1", {"CPU": 2}, ttl=MINUTE))).reservation
    allocation = granted(store.reserve(request("SO-2", {"CPU": 2}))).reservation

    store.release(hold.id)
    store.release(allocation.id)

    assert {"CPU": 4} == free(store)


def test_on_hand_falls_only_when_goods_are_consumed(store: StockStore) -> None:
    store.import_counts({"CPU": 5})
    allocation = granted(store.reserve(request("SO-1", {"CPU": 2}))).reservation

    consumed = store.consume(allocation.id)

    assert ReservationState.CONSUMED is consumed.state
    assert (StockBalance("CPU", on_hand=3, held=0, allocated=0),) == store.balances()


def test_an_extended_hold_lasts_from_now(store: StockStore, clock: HandClock) -> None:
    store.import_counts({"CPU": 2})
    hold = granted(store.reserve(request("SO-1", {"CPU": 2}, ttl=2 * MINUTE))).reservation
    clock.move(MINUTE)

    extended = store.extend(hold.id, 5 * MINUTE)

    assert NOON + 6 * MINUTE == extended.expires_at


def test_extending_never_makes_a_hold_shorter(store: StockStore) -> None:
    store.import_counts({"CPU": 2})
    hold = granted(store.reserve(request("SO-1", {"CPU": 2}, ttl=5 * MINUTE))).reservation
    before = len(store.events())

    extended = store.extend(hold.id, MINUTE)

    assert hold == extended
    assert before == len(store.events())


@pytest.mark.parametrize("step", ["confirm", "release", "consume"])
def test_a_step_taken_twice_is_taken_once(store: StockStore, step: str) -> None:
    store.import_counts({"CPU": 5})
    ttl = MINUTE if step == "confirm" else None
    found = granted(store.reserve(request("SO-1", {"CPU": 2}, ttl=ttl))).reservation
    first = getattr(store, step)(found.id)
    before = len(store.events())

    second = getattr(store, step)(found.id)

    assert first == second
    assert before == len(store.events())


@pytest.mark.parametrize("step", ["confirm", "release", "consume", "extend"])
def test_no_step_is_possible_at_the_moment_of_expiry(store: StockStore, clock: HandClock, step: str) -> None:
    store.import_counts({"CPU": 5})
    hold = granted(store.reserve(request("SO-1", {"CPU": 2}, ttl=MINUTE))).reservation
    clock.move(MINUTE)

    with pytest.raises(ReservationStateError) as caught:
        store.extend(hold.id, MINUTE) if step == "extend" else getattr(store, step)(hold.id)

    assert f"cannot {step} reservation `{hold.id}`: it is expired" == str(caught.value)


@pytest.mark.parametrize(
    ("ended", "step"),
    [("release", "confirm"), ("release", "consume"), ("consume", "release"), ("consume", "confirm")],
)
def test_an_ended_reservation_stays_ended(store: StockStore, ended: str, step: str) -> None:
    store.import_counts({"CPU": 5})
    found = granted(store.reserve(request("SO-1", {"CPU": 2}))).reservation
    getattr(store, ended)(found.id)

    with pytest.raises(ReservationStateError) as caught:
        getattr(store, step)(found.id)

    assert f"cannot {step} reservation `{found.id}`: it is {ended}d" == str(caught.value)


def test_only_holds_can_be_extended(store: StockStore) -> None:
    store.import_counts({"CPU": 5})
    found = granted(store.reserve(request("SO-1", {"CPU": 2}))).reservation

    with pytest.raises(ReservationStateError) as caught:
        store.extend(found.id, MINUTE)

    assert f"cannot extend reservation `{found.id}`: it is allocated" == str(caught.value)


@pytest.mark.parametrize("step", ["reservation", "confirm", "release", "consume"])
def test_an_unknown_reservation_is_told(store: StockStore, step: str) -> None:
    with pytest.raises(UnknownReservationError) as caught:
        getattr(store, step)("R-1")

    assert "no reservation `R-1`" == str(caught.value)


def test_reservations_are_listed_oldest_first(store: StockStore) -> None:
    store.import_counts({"CPU": 5})
    for order, key in (("SO-2", "k1"), ("SO-1", "k2"), ("SO-2", "k3")):
        store.reserve(request(order, {"CPU": 1}, key=key))

    every = [found.order for found in store.reservations()]
    of_one = [found.order for found in store.reservations(order="SO-2")]

    assert ["SO-2", "SO-1", "SO-2"] == every
    assert ["SO-2", "SO-2"] == of_one


def test_what_is_past_is_left_out_of_live_reservations(store: StockStore, clock: HandClock) -> None:
    store.import_counts({"CPU": 9})
    short, long = timedelta(minutes=5), timedelta(hours=1)
    expired, held, taken, gone, released = (
        granted(store.reserve(request(order, {"CPU": 1}, ttl=ttl, key=key))).reservation
        for order, ttl, key in (
            ("SO-1", short, "k1"),
            ("SO-1", long, "k2"),
            ("SO-1", None, "k3"),
            ("SO-2", None, "k4"),
            ("SO-2", long, "k5"),
        )
    )
    store.consume(gone.id)
    store.release(released.id)
    clock.move(short)

    assert (held, taken) == store.reservations(live=True)
    assert (held, taken) == store.reservations("SO-1", live=True)
    assert () == store.reservations("SO-2", live=True)
    assert expired.id in {found.id for found in store.reservations()}


# Parts


def test_a_part_can_leave_the_shelf(store: StockStore) -> None:
    store.import_counts({"CPU": 5, "GPU": 2})
    allocation = take(store, "SO-1", ("CPU", 3), ("GPU", 1))

    rest = store.consume(allocation.id, {"CPU": 2})

    assert ReservationState.ALLOCATED is rest.state
    assert (ReservedLine("CPU", 3, consumed=2), ReservedLine("GPU", 1)) == rest.lines
    assert (
        StockBalance("CPU", 3, allocated=1),
        StockBalance("GPU", 2, allocated=1),
    ) == store.balances()
    event = store.events()[-1]
    assert (EventKind.CONSUMED, (StockMovement("CPU", on_hand=-2, allocated=-2),)) == (
        event.kind,
        event.movements,
    )
    assert '{"lines":[["CPU","default",null,2]]}' == event.payload


def test_a_reservation_is_consumed_when_its_last_part_has_left(store: StockStore) -> None:
    store.import_counts({"CPU": 5, "GPU": 2})
    allocation = take(store, "SO-1", ("CPU", 3), ("GPU", 1))
    store.consume(allocation.id, {"CPU": 2})

    last = store.consume(allocation.id, {"GPU": 1, "CPU": 1})

    assert ReservationState.CONSUMED is last.state
    assert {"CPU": 2, "GPU": 1} == free(store)


def test_all_that_is_left_can_leave_after_a_part(store: StockStore) -> None:
    store.import_counts({"CPU": 5, "GPU": 2})
    allocation = take(store, "SO-1", ("CPU", 3), ("GPU", 1))
    store.consume(allocation.id, {"CPU": 2})

    store.consume(allocation.id)

    assert '{"lines":[["CPU","default",null,1],["GPU","default",null,1]]}' == store.events()[-1].payload
    assert {"CPU": 2, "GPU": 1} == free(store)


def test_a_part_is_taken_from_what_is_needed_first(store: StockStore) -> None:
    store.import_counts({"CPU": 2})
    store.receive("CPU", 5, location="hall-2")
    allocation = take(store, "SO-1", ("CPU", 3), ("CPU", 2, day(3)))

    rest = store.consume(allocation.id, {"CPU": 4})

    assert (
        ReservedLine("CPU", 2, consumed=2),
        ReservedLine("CPU", 1, "hall-2", consumed=1),
        ReservedLine("CPU", 2, "hall-2", day(3), consumed=1),
    ) == rest.lines


def test_releasing_after_a_part_gives_back_the_rest(store: StockStore) -> None:
    store.import_counts({"CPU": 5})
    allocation = take(store, "SO-1", ("CPU", 3))
    store.consume(allocation.id, {"CPU": 2})

    released = store.release(allocation.id)

    assert ReservationState.RELEASED is released.state
    assert (ReservedLine("CPU", 3, consumed=2),) == released.lines
    assert (StockMovement("CPU", allocated=-1),) == store.events()[-1].movements
    assert {"CPU": 3} == free(store)


@pytest.mark.parametrize(
    ("quantities", "message"),
    [
        ({"CPU": 4}, "of `CPU` the reservation `{id}` has 3 left, not 4"),
        ({"GPU": 1}, "of `GPU` the reservation `{id}` has 0 left, not 1"),
        ({}, "nothing is to be taken of the reservation `{id}`"),
        ({"CPU": 0, "GPU": 0}, "nothing is to be taken of the reservation `{id}`"),
        ({"CPU": -1}, "the quantity `-1` of `CPU` is not a whole number from 0 to 1000000000000"),
        ({"CPU": 1.0}, "the quantity `1.0` of `CPU` is not a whole number from 0 to 1000000000000"),
    ],
)
def test_a_part_is_no_more_than_is_left_and_not_nothing(
    store: StockStore, quantities: dict[str, int], message: str
) -> None:
    store.import_counts({"CPU": 5, "GPU": 5})
    allocation = take(store, "SO-1", ("CPU", 3))
    before = store.events()

    with pytest.raises(StockRequestError) as caught:
        store.consume(allocation.id, quantities)

    assert message.format(id=allocation.id) == str(caught.value)
    assert before == store.events()


def test_zeros_of_a_part_are_left_out(store: StockStore) -> None:
    store.import_counts({"CPU": 5})
    allocation = take(store, "SO-1", ("CPU", 3))

    rest = store.consume(allocation.id, {"CPU": 1, "GPU": 0})

    assert (ReservedLine("CPU", 3, consumed=1),) == rest.lines


def test_of_a_consumed_reservation_no_part_is_left(store: StockStore) -> None:
    store.import_counts({"CPU": 5})
    allocation = take(store, "SO-1", ("CPU", 3))
    store.consume(allocation.id)

    with pytest.raises(StockRequestError) as caught:
        store.consume(allocation.id, {"CPU": 1})

    assert f"of `CPU` the reservation `{allocation.id}` has 0 left, not 1" == str(caught.value)


def test_what_is_only_held_cannot_be_consumed(store: StockStore) -> None:
    store.import_counts({"CPU": 5})
    hold = take(store, "SO-1", ("CPU", 3), ttl=MINUTE)

    with pytest.raises(ReservationStateError) as caught:
        store.consume(hold.id, {"CPU": 1})

    assert f"cannot consume reservation `{hold.id}`: it is held" == str(caught.value)


# Orders that are called off


def test_a_cancelled_order_gives_back_what_is_left(store: StockStore) -> None:
    store.import_counts({"CPU": 5})
    allocation = take(store, "SO-1", ("CPU", 3))
    store.consume(allocation.id, {"CPU": 1})

    cancelled = store.cancel(allocation.id)

    assert ReservationState.RELEASED is cancelled.state
    assert EventKind.CANCELLED is store.events()[-1].kind
    assert {"CPU": 4} == free(store)
    assert cancelled == store.cancel(allocation.id) == store.release(allocation.id)


@pytest.mark.parametrize("state", ["held", "expired", "consumed"])
def test_only_an_allocation_can_be_cancelled(store: StockStore, clock: HandClock, state: str) -> None:
    store.import_counts({"CPU": 5})
    found = take(store, "SO-1", ("CPU", 3), ttl=None if state == "consumed" else MINUTE)
    if state == "consumed":
        store.consume(found.id)
    if state == "expired":
        clock.move(MINUTE)

    with pytest.raises(ReservationStateError) as caught:
        store.cancel(found.id)

    assert f"cannot cancel reservation `{found.id}`: it is {state}" == str(caught.value)
