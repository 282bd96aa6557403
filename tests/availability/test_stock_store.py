"""One behaviour, every store."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from stock_stores import MINUTE, NOON, STORES, HandClock, free, granted, opened, refused, request

from configurator.availability.balances import Shortage, StockBalance, StockCheck
from configurator.availability.demand import Demand, DemandLine
from configurator.availability.ledger import EventKind, StockMovement
from configurator.availability.quantities import MAXIMUM_QUANTITY
from configurator.availability.reservations import Reservation, ReservationRequest, ReservationState
from configurator.availability.stock_import import ImportLine
from configurator.availability.store import StockStore
from configurator.errors import (
    ClockError,
    IdempotencyConflict,
    PromiseBreakError,
    ReservationStateError,
    StockRequestError,
    StockUnavailableError,
    UnknownReservationError,
)


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture(params=STORES)
def store(request: pytest.FixtureRequest, tmp_path: Path, clock: HandClock) -> Iterator[StockStore]:
    with opened(request.param, tmp_path, clock) as found:
        yield found
        assert () == found.audit()


# Reserving


def test_a_request_without_a_time_to_live_is_allocated_at_once(store: StockStore) -> None:
    store.import_counts({"CPU": 5})

    outcome = granted(store.reserve(ReservationRequest("SO-1", Demand.of({"CPU": 2}), config_digest="d1")))

    wanted = Reservation(
        id=outcome.reservation.id,
        order="SO-1",
        state=ReservationState.ALLOCATED,
        lines=(DemandLine("CPU", 2),),
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


# Idempotency


def test_the_same_request_again_is_told_its_reservation(store: StockStore) -> None:
    store.import_counts({"CPU": 5})
    first = granted(store.reserve(request("SO-1", {"CPU": 2})))

    again = granted(store.reserve(request("SO-1", {"CPU": 2})))

    assert (False, True) == (first.replayed, again.replayed)
    assert (first.reservation, first.key, first.seq) == (again.reservation, again.key, again.seq)
    assert {"CPU": 3} == free(store)
    assert first.seq == store.events()[-1].seq


def test_a_replay_tells_what_became_of_the_reservation(store: StockStore) -> None:
    store.import_counts({"CPU": 5})
    first = granted(store.reserve(request("SO-1", {"CPU": 2})))
    store.release(first.reservation.id)

    again = granted(store.reserve(request("SO-1", {"CPU": 2})))

    assert ReservationState.RELEASED is again.reservation.state


def test_the_same_order_with_other_content_is_a_conflict(store: StockStore) -> None:
    store.import_counts({"CPU": 5})
    store.reserve(request("SO-1", {"CPU": 2}))

    with pytest.raises(IdempotencyConflict) as caught:
        store.reserve(request("SO-1", {"CPU": 3}))

    assert "the key `SO-1#0` was used before with other content" == str(caught.value)
    assert {"CPU": 3} == free(store)


@pytest.mark.parametrize(
    "other",
    [
        request("SO-2", {"CPU": 2}, key="k"),
        request("SO-1", {"CPU": 2}, key="k", ttl=MINUTE),
        request("SO-1", {"CPU": 2}, key="k", content="other date"),
    ],
)
def test_order_time_to_live_and_content_belong_to_the_identity(
    store: StockStore, other: ReservationRequest
) -> None:
    store.import_counts({"CPU": 5})
    store.reserve(request("SO-1", {"CPU": 2}, key="k"))

    with pytest.raises(IdempotencyConflict):
        store.reserve(other)


def test_a_refused_order_may_try_again(store: StockStore) -> None:
    store.import_counts({"CPU": 1})
    first = refused(store.reserve(request("SO-1", {"CPU": 2})))
    store.import_counts({"CPU": 2})

    second = granted(store.reserve(request("SO-1", {"CPU": 2})))

    assert ("SO-1#0", "SO-1#1") == (first.key, second.key)


def test_a_refused_order_may_try_again_with_other_content(store: StockStore) -> None:
    store.import_counts({"CPU": 1})
    store.reserve(request("SO-1", {"CPU": 2}))

    outcome = granted(store.reserve(request("SO-1", {"CPU": 1})))

    assert not outcome.replayed


def test_a_refusal_under_an_explicit_key_is_final(store: StockStore) -> None:
    store.import_counts({"CPU": 1})
    first = refused(store.reserve(request("SO-1", {"CPU": 2}, key="k")))
    store.import_counts({"CPU": 2})

    again = refused(store.reserve(request("SO-1", {"CPU": 2}, key="k")))

    assert (first.shortages, first.seq, True) == (again.shortages, again.seq, again.replayed)
    assert {"CPU": 2} == free(store)


def test_the_key_a_refusal_was_given_replays_it(store: StockStore) -> None:
    store.import_counts({"CPU": 1})
    first = refused(store.reserve(request("SO-1", {"CPU": 2})))

    again = refused(store.reserve(request("SO-1", {"CPU": 2}, key=first.key)))

    assert (first.seq, True) == (again.seq, again.replayed)


def test_a_refusal_under_an_explicit_key_is_no_attempt_of_the_order(store: StockStore) -> None:
    store.import_counts({"CPU": 2})
    first = granted(store.reserve(request("SO-1", {"CPU": 2})))
    store.reserve(request("SO-1", {"CPU": 2}, key="k"))

    again = granted(store.reserve(request("SO-1", {"CPU": 2})))

    assert first.reservation.id == again.reservation.id


# Time


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


# The life of a reservation


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


# Counting


def test_an_import_sets_the_items_it_names_and_leaves_others(store: StockStore) -> None:
    store.import_counts({"CPU": 5, "GPU": 1})

    plan = store.import_counts({"GPU": 4, "PSU": 0})

    assert (ImportLine("GPU", 1, 4, 0), ImportLine("PSU", None, 0, 0)) == plan.lines
    assert {"CPU": 5, "GPU": 4, "PSU": 0} == free(store)


def test_importing_again_changes_nothing(store: StockStore) -> None:
    store.import_counts({"CPU": 5, "PSU": 0})
    before = store.events()

    plan = store.import_counts({"CPU": 5, "PSU": 0})

    assert () == plan.changes
    assert before == store.events()


def test_a_plan_writes_nothing(store: StockStore) -> None:
    store.import_counts({"CPU": 5})

    plan = store.plan_import({"CPU": 7, "GPU": 1})

    assert (ImportLine("CPU", 5, 7, 0), ImportLine("GPU", None, 1, 0)) == plan.changes
    assert {"CPU": 5} == free(store)


def test_a_count_below_what_is_promised_is_refused(store: StockStore) -> None:
    store.import_counts({"CPU": 5, "GPU": 5, "PSU": 5})
    store.reserve(request("SO-1", {"CPU": 2, "GPU": 2}, ttl=MINUTE))
    store.reserve(request("SO-2", {"CPU": 2, "GPU": 1}))

    with pytest.raises(PromiseBreakError) as caught:
        store.import_counts({"CPU": 3, "GPU": 2, "PSU": 1})

    assert (
        "the count falls below what is promised (CPU: counted 3, promised 4, GPU: counted 2, promised 3)"
        == str(caught.value)
    )
    assert 5 == store.balances(["PSU"])[0].on_hand


def test_a_broken_promise_gives_up_the_latest_reservation_as_a_whole(store: StockStore) -> None:
    store.import_counts({"CPU": 5, "GPU": 5})
    old = granted(store.reserve(request("SO-1", {"CPU": 2}))).reservation
    new = granted(store.reserve(request("SO-2", {"CPU": 2, "GPU": 3}))).reservation
    newest = granted(store.reserve(request("SO-3", {"GPU": 1}))).reservation

    plan = store.import_counts({"CPU": 3}, break_promises=True)

    assert (new,) == plan.broken
    assert [
        ReservationState.ALLOCATED,
        ReservationState.RELEASED,
        ReservationState.ALLOCATED,
    ] == [store.reservation(found.id).state for found in (old, new, newest)]
    assert {"CPU": 1, "GPU": 4} == free(store)
    broken, imported = store.events()[-2:]
    assert (EventKind.PROMISE_BROKEN, new.id) == (broken.kind, broken.reservation)
    assert {"order": "SO-2", "state": "ALLOCATED"} == json.loads(broken.payload)
    assert (StockMovement("CPU", on_hand=-2),) == imported.movements


def test_holds_are_given_up_before_allocations(store: StockStore) -> None:
    store.import_counts({"CPU": 4})
    hold = granted(store.reserve(request("SO-1", {"CPU": 2}, ttl=MINUTE))).reservation
    store.reserve(request("SO-2", {"CPU": 2}))

    plan = store.import_counts({"CPU": 2}, break_promises=True)

    assert (hold,) == plan.broken


def test_an_expired_hold_is_no_promise_to_an_import(store: StockStore, clock: HandClock) -> None:
    store.import_counts({"CPU": 4})
    store.reserve(request("SO-1", {"CPU": 4}, ttl=MINUTE))
    clock.move(MINUTE)

    plan = store.import_counts({"CPU": 1})

    assert () == plan.broken
    assert {"CPU": 1} == free(store)


@pytest.mark.parametrize("count", [-1, 1.0, True, MAXIMUM_QUANTITY + 1])
def test_a_count_is_a_whole_number_within_bounds(store: StockStore, count: int) -> None:
    with pytest.raises(StockRequestError, match=r"of `CPU` is not a whole number from 0 to 1000000000000$"):
        store.import_counts({"CPU": count})


# Reading


def test_a_check_reserves_nothing(store: StockStore) -> None:
    store.import_counts({"CPU": 1})

    check = store.check(Demand.of({"CPU": 2, "GPU": 1}))

    assert StockCheck((Shortage("CPU", 2, 1), Shortage("GPU", 1, 0, known=False)), seq=1) == check
    assert {"CPU": 1} == free(store)


def test_balances_are_given_for_the_items_asked_for(store: StockStore) -> None:
    store.import_counts({"CPU": 1, "GPU": 2, "PSU": 3})

    found = store.balances(["PSU", "CPU", "unheard of", "CPU"])

    assert (StockBalance("CPU", 1), StockBalance("PSU", 3)) == found
    assert () == store.balances([])


def test_events_tell_the_story_with_movements_where_counters_change(store: StockStore) -> None:
    store.import_counts({"CPU": 2})
    outcome = granted(store.reserve(request("SO-1", {"CPU": 2}, ttl=MINUTE)))
    store.reserve(request("SO-2", {"CPU": 1}))
    store.confirm(outcome.reservation.id)

    told = [(event.seq, event.kind, event.movements) for event in store.events()]

    assert [
        (1, EventKind.IMPORTED, (StockMovement("CPU", on_hand=2),)),
        (2, EventKind.RESERVED, (StockMovement("CPU", held=2),)),
        (3, EventKind.REFUSED, ()),
        (4, EventKind.CONFIRMED, (StockMovement("CPU", held=-2, allocated=2),)),
    ] == told
    assert store.events()[2:] == store.events(after=2)


def test_a_new_stock_is_empty(store: StockStore) -> None:
    assert ((), (), (), StockCheck((), 0)) == (
        store.balances(),
        store.events(),
        store.reservations(),
        store.check(Demand()),
    )


@pytest.mark.parametrize("kind", STORES)
def test_a_closed_store_answers_nothing_and_closes_again(kind: str, tmp_path: Path) -> None:
    found = opened(kind, tmp_path, HandClock())
    found.close()
    found.close()

    with pytest.raises(StockUnavailableError, match=r" was closed$"):
        found.balances()
