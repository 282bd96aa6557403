"""Counts that are set, and what they break."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from stock_stores import (
    DAY,
    MINUTE,
    STORES,
    HandClock,
    audited,
    day,
    expect,
    free,
    granted,
    request,
    take,
)

from configurator.availability.balances import StockBalance
from configurator.availability.ledger import EventKind, StockMovement
from configurator.availability.quantities import MAXIMUM_QUANTITY
from configurator.availability.reservations import (
    ReservationState,
)
from configurator.availability.stock_import import ImportLine
from configurator.availability.store import StockStore
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
        "too little is left for what is promised (CPU 1 too few, GPU 1 too few); to be given up: SO-1"
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
    assert '{"because":"IMPORTED","order":"SO-2","state":"ALLOCATED"}' == broken.payload
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


# Places and later days


def test_a_count_is_of_one_place(store: StockStore) -> None:
    store.import_counts({"CPU": 5})

    plan = store.import_counts({"CPU": 3}, location="hall-2")

    assert (ImportLine("CPU", None, 3, 0),) == plan.lines
    assert (StockBalance("CPU", 5), StockBalance("CPU", 3, location="hall-2")) == store.balances()
    assert '{"counts":{"CPU":[null,3]},"location":"hall-2"}' == store.events()[-1].payload


def test_a_plan_tells_what_is_promised_there(store: StockStore) -> None:
    store.import_counts({"CPU": 5})
    store.receive("CPU", 5, location="hall-2")
    take(store, "SO-1", ("CPU", 2))
    take(store, "SO-2", ("CPU", 1), ttl=MINUTE)
    take(store, "SO-3", ("CPU", 1, day(2)))

    plan = store.plan_import({"CPU": 9})

    assert (ImportLine("CPU", 5, 9, promised=3),) == plan.lines


def test_a_plan_tells_what_would_be_missing_and_given_up(store: StockStore) -> None:
    store.import_counts({"CPU": 5, "GPU": 3})
    first = take(store, "SO-1", ("CPU", 2), ("GPU", 2, day(4)))
    second = take(store, "SO-2", ("CPU", 2, day(2)))

    plan = store.plan_import({"CPU": 1, "GPU": 0})

    assert (("CPU", "default", 3), ("GPU", "default", 2)) == plan.missing
    assert (first, second) == plan.broken
    assert plan == store.import_counts({"CPU": 1, "GPU": 0}, break_promises=True)
    assert {"CPU": 1, "GPU": 0} == free(store)


def test_a_count_that_does_not_change_breaks_nothing(store: StockStore, clock: HandClock) -> None:
    expect(store, "PO-1", "CPU", day(1), 2)
    take(store, "SO-1", ("CPU", 2, day(1)))
    clock.move(9 * DAY)

    plan = store.import_counts({"CPU": 0})

    assert ((), (), ()) == (plan.changes, plan.missing, plan.broken)


def test_an_import_of_nothing_changes_nothing(store: StockStore) -> None:
    assert () == store.import_counts({}).lines
    assert () == store.events()


def test_a_place_is_a_name(store: StockStore) -> None:
    with pytest.raises(StockRequestError) as caught:
        store.import_counts({"CPU": 1}, location=" hall")

    assert "the location ` hall` begins or ends with a space" == str(caught.value)
