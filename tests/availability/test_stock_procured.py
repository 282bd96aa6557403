"""What is bought or made for a request, and requests that are only tried."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from stock_stores import (
    MINUTE,
    STORES,
    HandClock,
    Line,
    audited,
    day,
    demand,
    free,
    granted,
    refused,
    request,
    short_of,
    take,
)

from configurator.availability.balances import Shortage
from configurator.availability.changes import StockChange
from configurator.availability.ledger import EventKind, StockMovement
from configurator.availability.reservations import (
    Refused,
    Reservation,
    ReservedLine,
    procured_id,
)
from configurator.availability.store import StockStore
from configurator.availability.supply import Supply
from configurator.errors import (
    PromiseBreakError,
    StockRequestError,
)


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture(params=STORES)
def store(request: pytest.FixtureRequest, tmp_path: Path, clock: HandClock) -> Iterator[StockStore]:
    with audited(request.param, tmp_path, clock) as found:
        yield found


def procured(
    store: StockStore, order: str, *lines: Line, ready: int = 3, ttl: timedelta | None = None
) -> Reservation:
    """Reserve lines of which any quantity can be had in so many days."""
    asked = demand(*lines)
    days = dict.fromkeys(asked.skus, day(ready))
    return granted(store.reserve(request(order, asked, ttl=ttl, replenished=days))).reservation


def test_what_lacks_is_expected_for_the_day_on_which_it_is_needed(store: StockStore) -> None:
    store.import_counts({"CPU": 2})

    promised = procured(store, "SO-1", ("CPU", 5, day(7)))

    own = procured_id(promised.id, 1)
    assert (ReservedLine("CPU", 5, needed=day(7)),) == promised.lines
    assert (Supply(own, "CPU", day(7), 3, reservation=promised.id),) == store.supplies()
    added, reserved = store.events()[1:]
    assert (EventKind.SUPPLY_ADDED, promised.id, ()) == (added.kind, added.reservation, added.movements)
    assert (
        f'{{"due":"2026-11-29","firm":true,"location":"default","quantity":3,"sku":"CPU","supply":"{own}"}}'
        == added.payload
    )
    assert (EventKind.RESERVED, (StockMovement("CPU", planned=5),)) == (reserved.kind, reserved.movements)


def test_what_does_not_lack_is_not_procured(store: StockStore) -> None:
    store.import_counts({"CPU": 5})

    procured(store, "SO-1", ("CPU", 5, day(7)))

    assert () == store.supplies()


def test_nothing_can_be_had_before_its_day(store: StockStore) -> None:
    store.import_counts({"CPU": 2})
    asked = demand(("CPU", 5, day(2)), ("CPU", 9))

    outcome = store.reserve(request("SO-1", asked, replenished={"CPU": day(3)}))

    assert (Shortage("CPU", 9, 2), Shortage("CPU", 5, 2, needed=day(2))) == refused(outcome).shortages


def test_an_item_that_stock_never_heard_of_can_be_procured(store: StockStore) -> None:
    promised = procured(store, "SO-1", ("CPU", 1, day(7)), ("GPU", 2, day(9), "hall-2"))

    assert (
        ("CPU", "default", 1, procured_id(promised.id, 1)),
        ("GPU", "hall-2", 2, procured_id(promised.id, 2)),
    ) == tuple((each.sku, each.location, each.quantity, each.id) for each in store.supplies())
    assert {"CPU": 0, "GPU": 0} == free(store)


def test_nobody_else_can_use_what_is_procured_for_an_order(store: StockStore) -> None:
    procured(store, "SO-1", ("CPU", 2, day(7)))

    assert (Shortage("CPU", 1, 0, needed=day(9)),) == short_of(store, "SO-2", ("CPU", 1, day(9)))


@pytest.mark.parametrize("end", ["release", "expire"])
def test_what_was_to_be_had_for_a_hold_goes_with_it(store: StockStore, clock: HandClock, end: str) -> None:
    hold = procured(store, "SO-1", ("CPU", 2, day(7)), ("GPU", 1, day(7)), ttl=MINUTE)

    if end == "release":
        store.release(hold.id)
    else:
        clock.move(MINUTE)
        store.expire()

    assert () == store.supplies()
    ended = EventKind.RELEASED if end == "release" else EventKind.EXPIRED
    assert [
        (ended, hold.id, "{}"),
        (EventKind.SUPPLY_CANCELLED, hold.id, f'{{"open":2,"supply":"{procured_id(hold.id, 1)}"}}'),
        (EventKind.SUPPLY_CANCELLED, hold.id, f'{{"open":1,"supply":"{procured_id(hold.id, 2)}"}}'),
    ] == [(event.kind, event.reservation, event.payload) for event in store.events()[-3:]]


def test_more_than_nine_supplies_are_cancelled_in_the_order_in_which_they_were_added(
    store: StockStore,
) -> None:
    hold = procured(store, "SO-1", *((f"SKU-{n:02}", 1, day(7)) for n in range(11)), ttl=MINUTE)

    store.release(hold.id)

    own = [f'{{"open":1,"supply":"{procured_id(hold.id, n)}"}}' for n in range(1, 12)]
    assert own == [event.payload for event in store.events()[-11:]]


def test_what_was_to_be_had_for_an_expired_hold_is_not_told_before_it_is_swept(
    store: StockStore, clock: HandClock
) -> None:
    hold = procured(store, "SO-1", ("CPU", 2, day(7)), ttl=MINUTE)
    clock.move(MINUTE)
    own = procured_id(hold.id, 1)

    assert () == store.supplies() == store.snapshot().supplies
    assert StockChange(0) == store.cancel_supply(own)
    with pytest.raises(StockRequestError, match=r"^no supply `.*` is open$"):
        store.receive("CPU", 1, supply=own)
    with pytest.raises(StockRequestError, match=r"^no supply `.*` is open$"):
        store.change_supply(own, quantity=9)
    assert (Shortage("CPU", 1, 0, needed=day(9)),) == store.check(demand(("CPU", 1, day(9)))).shortages


@pytest.mark.parametrize("end", ["release", "cancel"])
def test_what_was_ordered_for_an_accepted_order_comes_all_the_same(store: StockStore, end: str) -> None:
    promised = procured(store, "SO-1", ("CPU", 2, day(7)))

    getattr(store, end)(promised.id)

    take(store, "SO-2", ("CPU", 2, day(7)))


def test_what_was_to_be_had_for_a_hold_stays_once_it_is_confirmed(store: StockStore) -> None:
    hold = procured(store, "SO-1", ("CPU", 2, day(7)), ttl=MINUTE)
    store.confirm(hold.id)

    store.release(hold.id)

    assert 1 == len(store.supplies())


def test_who_changes_a_supply_of_a_hold_has_ordered_it(store: StockStore) -> None:
    hold = procured(store, "SO-1", ("CPU", 2, day(7)), ttl=MINUTE)
    own = procured_id(hold.id, 1)
    store.change_supply(own, quantity=5, due=day(6))

    store.release(hold.id)

    assert (Supply(own, "CPU", day(6), 5),) == store.supplies()


def test_what_has_come_for_a_hold_is_free_when_it_ends(store: StockStore) -> None:
    hold = procured(store, "SO-1", ("CPU", 3, day(7)), ttl=MINUTE)
    store.receive("CPU", 1, supply=procured_id(hold.id, 1))

    store.release(hold.id)

    assert {"CPU": 1} == free(store)
    assert () == store.supplies()


def test_giving_up_a_hold_that_brings_its_own_supply_helps_nobody(store: StockStore) -> None:
    store.import_counts({"CPU": 1})
    older = take(store, "SO-1", ("CPU", 1, day(7)), ttl=MINUTE)
    procured(store, "SO-2", ("CPU", 2, day(7)), ttl=MINUTE)

    change = store.adjust("CPU", -1, reason="flooded", break_promises=True)

    assert (older,) == change.broken


def test_a_hold_whose_supply_will_not_come_is_given_up(store: StockStore) -> None:
    hold = procured(store, "SO-1", ("CPU", 2, day(7)), ("GPU", 1, day(7)), ttl=MINUTE)
    own = procured_id(hold.id, 1)

    with pytest.raises(PromiseBreakError):
        store.cancel_supply(own)
    change = store.cancel_supply(own, break_promises=True)

    assert (hold,) == change.broken
    assert () == store.supplies()
    assert [
        (EventKind.PROMISE_BROKEN, hold.id),
        (EventKind.SUPPLY_CANCELLED, hold.id),
        (EventKind.SUPPLY_CANCELLED, None),
    ] == [(event.kind, event.reservation) for event in store.events()[-3:]]


def test_a_replay_procures_nothing_more(store: StockStore) -> None:
    procured(store, "SO-1", ("CPU", 2, day(7)))
    before = store.events()

    procured(store, "SO-1", ("CPU", 2, day(7)), ready=5)

    assert before == store.events()


# Requests that are only tried


def test_a_tentative_refusal_leaves_no_trace(store: StockStore, clock: HandClock) -> None:
    store.import_counts({"CPU": 2})
    take(store, "SO-1", ("CPU", 1), ttl=MINUTE)
    clock.move(MINUTE)
    before = store.events()

    outcome = refused(store.reserve(request("SO-2", {"CPU": 3}, key="k", tentative=True)))

    assert Refused((Shortage("CPU", 3, 2),), "k", 0, replayed=False) == outcome
    assert before == store.events()
    granted(store.reserve(request("SO-3", {"CPU": 2}, key="k")))


def test_a_tentative_refusal_is_no_attempt_of_the_order(store: StockStore) -> None:
    store.reserve(request("SO-1", {"CPU": 3}, tentative=True))

    assert "SO-1#0" == store.reserve(request("SO-1", {"CPU": 3})).key


def test_a_tentative_request_that_is_granted_is_one_like_others(store: StockStore) -> None:
    store.import_counts({"CPU": 2})
    first = granted(store.reserve(request("SO-1", {"CPU": 2}, tentative=True)))

    again = granted(store.reserve(request("SO-1", {"CPU": 2})))

    assert (first.reservation, True) == (again.reservation, again.replayed)


def test_a_tentative_request_is_told_a_refusal_that_was_stored(store: StockStore) -> None:
    first = refused(store.reserve(request("SO-1", {"CPU": 2}, key="k")))

    again = refused(store.reserve(request("SO-1", {"CPU": 2}, key="k", tentative=True)))

    assert (first.seq, True) == (again.seq, again.replayed)


def test_an_expired_hold_stands_in_the_way_of_nobody_who_only_tries(
    store: StockStore, clock: HandClock
) -> None:
    store.import_counts({"CPU": 2})
    take(store, "SO-1", ("CPU", 2), ttl=MINUTE)
    clock.move(MINUTE)

    granted(store.reserve(request("SO-2", {"CPU": 2}, tentative=True)))

    assert [EventKind.EXPIRED, EventKind.RESERVED] == [event.kind for event in store.events()[-2:]]
