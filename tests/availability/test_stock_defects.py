"""What went wrong in other systems, each as a test."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from itertools import permutations
from pathlib import Path

import pytest
from stock_stores import (
    MINUTE,
    NOON,
    STORES,
    HandClock,
    audited,
    day,
    demand,
    expect,
    free,
    refused,
    request,
    short_of,
    take,
)

from configurator.availability.balances import Shortage, StockBalance
from configurator.availability.demand import Demand
from configurator.availability.masters import ItemMaster
from configurator.availability.reservations import (
    ReservationRequest,
    ReservationState,
    ReservedLine,
    reservation_id,
)
from configurator.availability.store import StockStore
from configurator.errors import (
    PromiseBreakError,
    ReservationStateError,
    StockRequestError,
)


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture(params=STORES)
def store(request: pytest.FixtureRequest, tmp_path: Path, clock: HandClock) -> Iterator[StockStore]:
    with audited(request.param, tmp_path, clock) as found:
        yield found


# T1, races for the last unit, is `test_stock_races.py` and the storms. T4, no drift from fractions, is
# `test_demand.py` and here.


def test_t2_one_item_in_many_lines_is_compared_with_stock_as_a_whole(store: StockStore) -> None:
    store.import_counts({"SSD": 3})
    twice = ReservationRequest("SO-1", Demand.of([("SSD", 2), ("SSD", 2)]))
    of_two_kinds = request("SO-2", demand(("SSD", 2), ("SSD", 2, None, "default")))

    assert (Shortage("SSD", 4, 3),) == refused(store.reserve(twice)).shortages
    assert (Shortage("SSD", 2, 1),) == refused(store.reserve(of_two_kinds)).shortages


def test_t2_one_item_for_now_and_for_later_is_compared_as_a_whole(store: StockStore) -> None:
    store.import_counts({"SSD": 3})

    assert (Shortage("SSD", 2, 1, needed=day(1)),) == short_of(store, "SO-1", ("SSD", 2), ("SSD", 2, day(1)))


def test_t3_counters_are_what_reservations_say_after_every_step(store: StockStore) -> None:
    store.import_counts({"CPU": 9, "GPU": 9})
    store.receive("CPU", 4, location="hall-2")
    expect(store, "PO-1", "CPU", day(3), 5)
    hold = take(store, "SO-1", ("CPU", 10), ("GPU", 1), ("CPU", 6, day(4)), ttl=MINUTE)
    steps: list[Callable[[], object]] = [
        lambda: store.confirm(hold.id),
        lambda: store.consume(hold.id, {"CPU": 10}),
        lambda: store.receive("CPU", 3, supply="PO-1"),
        lambda: store.adjust("GPU", -9, reason="flooded", break_promises=True),
        lambda: take(store, "SO-2", ("CPU", 2), ("CPU", 2, day(9))),
        lambda: store.cancel(reservation_id("SO-2#0")),
    ]

    for step in steps:
        step()

        live = [
            line
            for found in store.reservations()
            if found.state in {ReservationState.HELD, ReservationState.ALLOCATED}
            for line in found.lines
        ]
        for balance in store.balances():
            here = [line for line in live if (line.sku, line.location) == (balance.sku, balance.location)]
            assert balance.promised == sum(line.open for line in here if line.needed is None)
            assert balance.planned == sum(line.open for line in here if line.needed)
        assert () == store.audit()


@pytest.mark.parametrize("quantity", [0.1, 2.0, "2", None, True])
def test_t4_only_whole_numbers_are_kept(store: StockStore, quantity: int) -> None:
    store.import_counts({"CPU": 5})
    allocation = take(store, "SO-1", ("CPU", 1))
    calls: list[Callable[[], object]] = [
        lambda: store.receive("CPU", quantity),
        lambda: store.adjust("CPU", quantity, reason="counted"),
        lambda: store.transfer("CPU", quantity, source="default", target="hall-2"),
        lambda: store.set_floor("CPU", quantity),
        lambda: store.import_counts({"CPU": quantity}),
        lambda: store.change_supply("PO-1", quantity=quantity),
        lambda: store.consume(allocation.id, {"CPU": quantity}),
    ]
    expect(store, "PO-1", "CPU", day(1), 2)
    before = store.events()

    for call in calls if quantity is not None else calls[:5]:
        with pytest.raises(StockRequestError):
            call()

    assert before == store.events()


def test_t5_orders_with_their_lines_in_any_order_take_the_same(store: StockStore) -> None:
    skus = ("CPU", "GPU", "PSU", "SSD")
    store.import_counts(dict.fromkeys(skus, 24))

    taken = {
        take(store, f"SO-{number}", *((sku, 1) for sku in shuffled)).lines
        for number, shuffled in enumerate(permutations(skus))
    }

    assert {tuple(ReservedLine(sku, 1) for sku in skus)} == taken
    assert dict.fromkeys(skus, 0) == free(store)


def test_t6_a_hold_that_has_expired_cannot_be_revived(store: StockStore, clock: HandClock) -> None:
    store.import_counts({"CPU": 1})
    hold = take(store, "SO-1", ("CPU", 1), ttl=MINUTE)
    clock.move(MINUTE)
    for swept in (False, True):
        if swept:
            store.expire()
        with pytest.raises(ReservationStateError) as caught:
            store.extend(hold.id, MINUTE)

        assert f"cannot extend reservation `{hold.id}`: it is expired" == str(caught.value)

    take(store, "SO-2", ("CPU", 1))


def test_t7_what_is_held_and_what_is_allocated_are_both_subtracted(store: StockStore) -> None:
    store.import_counts({"CPU": 10})
    take(store, "SO-1", ("CPU", 3))
    take(store, "SO-2", ("CPU", 4), ttl=MINUTE)
    take(store, "SO-3", ("CPU", 2, day(5)))

    assert (Shortage("CPU", 2, 1),) == short_of(store, "SO-4", ("CPU", 2))


def test_t7_quantities_are_read_once_even_from_an_iterator(store: StockStore) -> None:
    store.import_counts({"CPU": 10, "GPU": 1})
    wanted = (pair for pair in (("CPU", 3), ("GPU", 2)))

    outcome = store.reserve(ReservationRequest("SO-1", Demand.of(wanted)))

    assert (Shortage("GPU", 2, 1),) == refused(outcome).shortages
    assert ("CPU",) == tuple(balance.sku for balance in store.balances(sku for sku in ("CPU",)))
    assert (ItemMaster("CPU", lead_time=1),) == _set(
        store, (ItemMaster("CPU", lead_time=each) for each in [1])
    )


def _set(store: StockStore, masters: Iterator[ItemMaster]) -> tuple[ItemMaster, ...]:
    store.set_masters(masters)
    return store.masters()


def test_t8_a_line_split_over_places_takes_each_unit_once(store: StockStore) -> None:
    store.receive("CPU", 2, location="a")
    store.receive("CPU", 5, location="b")

    taken = take(store, "SO-1", ("CPU", 5))

    assert (ReservedLine("CPU", 2, "a"), ReservedLine("CPU", 3, "b")) == taken.lines
    store.consume(taken.id)
    assert (StockBalance("CPU", 0, location="a"), StockBalance("CPU", 2, location="b")) == store.balances()


def test_a_fact_that_comes_late_is_ordered_by_when_it_was_told(store: StockStore, clock: HandClock) -> None:
    store.import_counts({"CPU": 5})
    clock.move(-timedelta(hours=3))
    store.receive("CPU", 2)

    assert [1, 2] == [event.seq for event in store.events()]
    assert [NOON, NOON] == [event.at for event in store.events()]


def test_what_is_held_can_always_be_paid_for(store: StockStore) -> None:
    store.import_counts({"CPU": 2})
    hold = take(store, "SO-1", ("CPU", 2), ttl=MINUTE)
    store.set_floor("CPU", 5)
    with pytest.raises(PromiseBreakError):
        store.import_counts({"CPU": 0})

    assert ReservationState.ALLOCATED is store.confirm(hold.id).state
