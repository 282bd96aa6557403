"""What a reader of a stock is told."""

from collections.abc import Iterator
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
    granted,
    opened,
    request,
    take,
)

from configurator.availability.balances import Shortage, StockBalance, StockCheck
from configurator.availability.demand import Demand
from configurator.availability.ledger import EventKind, StockMovement
from configurator.availability.masters import ItemMaster, Policy
from configurator.availability.memory_store import MemoryStockStore
from configurator.availability.quantities import MAXIMUM_COUNT
from configurator.availability.snapshot import StockSnapshot
from configurator.availability.store import StockStore
from configurator.availability.supply import Commitment, Supply
from configurator.errors import (
    StockRequestError,
    StockUnavailableError,
)


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture(params=STORES)
def store(request: pytest.FixtureRequest, tmp_path: Path, clock: HandClock) -> Iterator[StockStore]:
    with audited(request.param, tmp_path, clock) as found:
        yield found


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


def test_a_snapshot_tells_all_there_is_to_know(store: StockStore) -> None:
    store.import_counts({"CPU": 5, "GPU": 1})
    expect(store, "PO-1", "CPU", day(2), 4, "hall-2")
    master = ItemMaster("CPU", Policy.STOCKED)
    store.set_masters([master])
    store.set_floor("CPU", 1)
    promised = take(store, "SO-1", ("CPU", 2, day(2), "default"), ("CPU", 1))

    seen = store.snapshot(["CPU"])

    assert (
        StockSnapshot(
            balances=(
                StockBalance("CPU", 5, allocated=1, floor=1, planned=2, needed_later=2),
                StockBalance("CPU", 0, location="hall-2"),
            ),
            supplies=(Supply("PO-1", "CPU", day(2), 4, "hall-2"),),
            commitments=(Commitment("CPU", "default", day(2), 2, promised.id, "SO-1"),),
            masters=(master,),
            seq=5,
            at=NOON,
        )
        == seen
    )
    assert store.balances() == store.snapshot().balances


def test_a_snapshot_answers_as_the_store_does(store: StockStore) -> None:
    store.import_counts({"CPU": 5, "GPU": 1})
    expect(store, "PO-1", "CPU", day(2), 4, "hall-2")
    take(store, "SO-1", ("CPU", 2, day(4)), ("CPU", 1))
    asked = demand(("CPU", 5), ("CPU", 3, day(3)), ("GPU", 2, day(1), "hall-2"), ("PSU", 1))

    assert store.check(asked).shortages == store.snapshot().check(asked)


def test_a_snapshot_before_the_first_event_is_empty(store: StockStore) -> None:
    assert StockSnapshot((), at=NOON) == store.snapshot()


def test_balances_are_told_by_item_and_place(store: StockStore) -> None:
    for sku, location in (("B", "default"), ("A", "x"), ("A", "default"), ("a", "Z"), ("A", "Y")):
        store.receive(sku, 1, location=location)

    assert [("A", "Y"), ("A", "default"), ("A", "x"), ("B", "default"), ("a", "Z")] == [
        (balance.sku, balance.location) for balance in store.balances()
    ]


def test_events_can_be_followed_a_few_at_a_time(store: StockStore) -> None:
    for number in range(5):
        store.import_counts({"CPU": number})

    assert [3, 4] == [event.seq for event in store.events(after=2, limit=2)]
    assert () == store.events(limit=0)
    assert () == store.events(after=5)
    assert [1, 2, 3, 4, 5] == [event.seq for event in store.events(limit=9)]


@pytest.mark.parametrize("limit", [-1, 1.0, True])
def test_a_limit_is_a_number_from_0_on(store: StockStore, limit: int) -> None:
    for question in (store.expire, lambda limit: store.events(limit=limit)):
        with pytest.raises(StockRequestError) as caught:
            question(limit)

        assert f"the limit `{limit}` is not a whole number from 0 on" == str(caught.value)


def test_numbers_of_events_and_limits_stay_within_64_bits(store: StockStore) -> None:
    assert () == store.events(after=MAXIMUM_COUNT, limit=MAXIMUM_COUNT)
    assert () == store.expire(limit=MAXIMUM_COUNT)
    for question in (
        lambda: store.events(limit=MAXIMUM_COUNT + 1),
        lambda: store.events(after=MAXIMUM_COUNT + 1),
        lambda: store.expire(limit=MAXIMUM_COUNT + 1),
    ):
        with pytest.raises(
            StockRequestError, match=r"^the .* `4611686018427387904` is above 4611686018427387903$"
        ):
            question()


def test_no_event_has_a_negative_number(store: StockStore) -> None:
    with pytest.raises(StockRequestError) as caught:
        store.events(after=-1)

    assert "the number of an event `-1` is not a whole number from 0 on" == str(caught.value)


@pytest.mark.parametrize("kind", STORES)
def test_events_name_who_opened_the_store(kind: str, tmp_path: Path) -> None:
    with opened(kind, tmp_path, HandClock(), actor="Ada") as found:
        found.receive("CPU", 1)
        take(found, "SO-1", ("CPU", 1))

        assert ["Ada", "Ada"] == [event.actor for event in found.events()]


def test_nobody_is_named_where_nobody_names_himself(store: StockStore) -> None:
    store.receive("CPU", 1)

    assert "" == store.events()[0].actor


def test_a_stock_in_memory_has_no_transactions_to_join() -> None:
    with MemoryStockStore(HandClock()) as found, pytest.raises(StockRequestError) as caught:
        found.joined(object())

    assert "a stock in memory has no transactions to join" == str(caught.value)
