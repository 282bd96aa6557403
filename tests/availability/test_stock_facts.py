"""Facts: goods that come, go and move, what is expected, and the promises that a fact breaks."""

from collections.abc import Iterator
from decimal import Decimal
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
    short_of,
    take,
)

from configurator.availability.balances import Shortage, StockBalance
from configurator.availability.changes import StockChange
from configurator.availability.ledger import EventKind, StockMovement
from configurator.availability.masters import ItemMaster, Policy
from configurator.availability.quantities import MAXIMUM_QUANTITY
from configurator.availability.reservations import (
    ReservationState,
    procured_id,
    reservation_id,
)
from configurator.availability.store import StockStore
from configurator.availability.supply import Supply
from configurator.errors import (
    IdempotencyConflict,
    OutOfStockError,
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


# Goods that come


def test_what_is_received_is_free(store: StockStore) -> None:
    change = store.receive("CPU", 3)

    assert StockChange(1) == change
    assert {"CPU": 3} == free(store)
    event = store.events()[0]
    assert (EventKind.RECEIVED, (StockMovement("CPU", on_hand=3),)) == (event.kind, event.movements)
    assert '{"key":null,"location":"default","quantity":3,"sku":"CPU","supply":null}' == event.payload


def test_a_receipt_makes_a_location_known(store: StockStore) -> None:
    store.receive("CPU", 3, location="hall-2")
    store.receive("CPU", 1, location="hall-2")

    assert (StockBalance("CPU", 4, location="hall-2"),) == store.balances()


def test_a_receipt_of_a_supply_is_no_longer_to_come(store: StockStore) -> None:
    expect(store, "PO-1", "CPU", day(5), 5)

    store.receive("CPU", 2, supply="PO-1")

    assert (Supply("PO-1", "CPU", day(5), 5, received=2),) == store.supplies()
    take(store, "SO-1", ("CPU", 2), ("CPU", 3, day(5)))


def test_a_supply_that_has_come_in_full_is_not_told_any_more(store: StockStore) -> None:
    expect(store, "PO-1", "CPU", day(5), 2)
    store.receive("CPU", 2, supply="PO-1")

    assert () == store.supplies()
    with pytest.raises(StockRequestError) as caught:
        store.receive("CPU", 1, supply="PO-1")
    assert "no supply `PO-1` is open" == str(caught.value)


def test_more_than_was_expected_may_come(store: StockStore) -> None:
    expect(store, "PO-1", "CPU", day(5), 2)
    store.receive("CPU", 1, supply="PO-1")

    store.receive("CPU", 4, supply="PO-1")

    assert {"CPU": 5} == free(store)
    assert () == store.supplies()
    assert StockChange(0) == store.add_supply(Supply("PO-1", "CPU", day(5), 5))
    with pytest.raises(IdempotencyConflict):
        expect(store, "PO-1", "CPU", day(5), 2)


def test_the_largest_supply_can_be_delivered_over(store: StockStore) -> None:
    expect(store, "PO-1", "SCREW", day(5), MAXIMUM_QUANTITY)
    store.receive("SCREW", 1, supply="PO-1")

    store.receive("SCREW", MAXIMUM_QUANTITY, supply="PO-1")

    assert {"SCREW": MAXIMUM_QUANTITY + 1} == free(store)
    assert () == store.supplies()


@pytest.mark.parametrize(("sku", "location"), [("GPU", "default"), ("CPU", "hall-2")])
def test_a_receipt_of_a_supply_is_of_its_item_at_its_location(
    store: StockStore, sku: str, location: str
) -> None:
    expect(store, "PO-1", "CPU", day(5), 2)

    with pytest.raises(StockRequestError) as caught:
        store.receive(sku, 1, location=location, supply="PO-1")

    assert f"the supply `PO-1` is of `CPU` at `default`, not of `{sku}` at `{location}`" == str(caught.value)
    assert 1 == len(store.events())


def test_a_planned_supply_can_come(store: StockStore) -> None:
    store.add_supply(Supply("PO-1", "CPU", day(1), 2, firm=False))

    store.receive("CPU", 1, supply="PO-1")

    assert (Supply("PO-1", "CPU", day(1), 2, received=1, firm=False),) == store.supplies()


@pytest.mark.parametrize("quantity", [-1, 1.5, True, MAXIMUM_QUANTITY + 1])
def test_a_receipt_is_a_quantity(store: StockStore, quantity: int) -> None:
    with pytest.raises(StockRequestError, match=r"of `CPU` is not a whole number from 0 to 1000000000000$"):
        store.receive("CPU", quantity)

    assert () == store.events()


def test_a_receipt_of_nothing_is_none(store: StockStore) -> None:
    with pytest.raises(StockRequestError) as caught:
        store.receive("CPU", 0)

    assert "nothing of `CPU` is received with the quantity 0" == str(caught.value)


# Goods that are found or lost


def test_what_is_found_or_lost_is_booked_with_its_reason(store: StockStore) -> None:
    store.import_counts({"CPU": 5})

    found = store.adjust("CPU", 2, reason="found behind the shelf")
    lost = store.adjust("CPU", -3, reason="dropped")

    assert (StockChange(2), StockChange(3)) == (found, lost)
    assert {"CPU": 4} == free(store)
    event = store.events()[-1]
    assert (EventKind.ADJUSTED, (StockMovement("CPU", on_hand=-3),)) == (event.kind, event.movements)
    assert '{"change":-3,"key":null,"location":"default","reason":"dropped","sku":"CPU"}' == event.payload


def test_no_more_can_be_lost_than_is_on_hand(store: StockStore) -> None:
    store.import_counts({"CPU": 2})

    with pytest.raises(StockRequestError) as caught:
        store.adjust("CPU", -3, reason="dropped")

    assert "only 2 of `CPU` at `default` are on hand, 3 cannot be lost" == str(caught.value)


@pytest.mark.parametrize("change", [1, -1])
def test_nothing_is_found_or_lost_where_stock_knows_no_such_item(store: StockStore, change: int) -> None:
    store.import_counts({"CPU": 2})

    with pytest.raises(StockRequestError) as caught:
        store.adjust("CPU", change, reason="counted", location="hall-2")

    assert "stock knows no `CPU` at `hall-2`" == str(caught.value)


@pytest.mark.parametrize("change", [0, 1.5, True, MAXIMUM_QUANTITY + 1, -MAXIMUM_QUANTITY - 1])
def test_a_change_is_a_whole_number_other_than_0(store: StockStore, change: int) -> None:
    store.import_counts({"CPU": 2})

    with pytest.raises(StockRequestError) as caught:
        store.adjust("CPU", change, reason="counted")

    assert (
        f"the change `{change!r}` of `CPU` is not a whole number other than 0, up to 1000000000000 either way"
    ) == str(caught.value)


def test_an_adjustment_needs_a_reason(store: StockStore) -> None:
    store.import_counts({"CPU": 2})

    with pytest.raises(StockRequestError) as caught:
        store.adjust("CPU", 1, reason="")

    assert "the reason is empty" == str(caught.value)


def test_a_loss_that_breaks_a_promise_is_told_first(store: StockStore) -> None:
    store.import_counts({"CPU": 5})
    take(store, "SO-1", ("CPU", 3))
    take(store, "SO-2", ("CPU", 1))
    before = (store.events(), store.balances())

    with pytest.raises(PromiseBreakError) as caught:
        store.adjust("CPU", -3, reason="flooded")

    assert "too little is left for what is promised (CPU 2 too few); to be given up: SO-1" == str(
        caught.value
    )
    assert ((("CPU", "default", 2),), ("SO-1",)) == (caught.value.items, caught.value.orders)
    assert before == (store.events(), store.balances())


def test_a_loss_breaks_the_promises_it_has_to(store: StockStore) -> None:
    store.import_counts({"CPU": 5})
    take(store, "SO-1", ("CPU", 3))
    newest = take(store, "SO-2", ("CPU", 1))

    change = store.adjust("CPU", -2, reason="flooded", break_promises=True)

    assert StockChange(5, (newest,)) == change
    assert [EventKind.PROMISE_BROKEN, EventKind.ADJUSTED] == [event.kind for event in store.events()[-2:]]
    assert '{"because":"ADJUSTED","order":"SO-2","state":"ALLOCATED"}' == store.events()[-2].payload
    assert (StockMovement("CPU", allocated=-1),) == store.events()[-2].movements
    assert ReservationState.RELEASED is store.reservation(newest.id).state


def test_an_order_with_two_reservations_is_named_once(store: StockStore) -> None:
    store.import_counts({"CPU": 2})
    for key in ("k1", "k2"):
        store.reserve(request("SO-1", {"CPU": 1}, key=key))

    with pytest.raises(PromiseBreakError) as caught:
        store.adjust("CPU", -2, reason="flooded")

    assert ("SO-1",) == caught.value.orders


# Goods that move


def test_a_transfer_moves_what_is_free(store: StockStore) -> None:
    store.import_counts({"CPU": 5})
    take(store, "SO-1", ("CPU", 2))

    change = store.transfer("CPU", 3, source="default", target="hall-2")

    assert StockChange(3) == change
    assert (
        StockBalance("CPU", 2, allocated=2),
        StockBalance("CPU", 3, location="hall-2"),
    ) == store.balances()
    event = store.events()[-1]
    assert (
        StockMovement("CPU", on_hand=-3),
        StockMovement("CPU", on_hand=3, location="hall-2"),
    ) == event.movements
    assert '{"key":null,"quantity":3,"sku":"CPU","source":"default","target":"hall-2"}' == event.payload


def test_what_is_promised_cannot_be_moved(store: StockStore) -> None:
    store.import_counts({"CPU": 6})
    take(store, "SO-1", ("CPU", 2))
    take(store, "SO-2", ("CPU", 1, day(3)))
    store.set_floor("CPU", 1)
    before = store.events()

    with pytest.raises(OutOfStockError) as caught:
        store.transfer("CPU", 3, source="default", target="hall-2")

    assert "CPU: wanted 3, free 2" == str(caught.value)
    assert before == store.events()
    assert 1 == len(store.balances())


def test_a_transfer_sweeps_holds_that_have_expired(store: StockStore, clock: HandClock) -> None:
    store.import_counts({"CPU": 2})
    take(store, "SO-1", ("CPU", 2), ttl=MINUTE)
    clock.move(MINUTE)

    store.transfer("CPU", 2, source="default", target="hall-2")

    assert [EventKind.EXPIRED, EventKind.TRANSFERRED] == [event.kind for event in store.events()[-2:]]


def test_a_refused_transfer_sweeps_nothing(store: StockStore, clock: HandClock) -> None:
    store.import_counts({"CPU": 2})
    take(store, "SO-1", ("CPU", 2), ttl=MINUTE)
    clock.move(MINUTE)
    before = store.events()

    with pytest.raises(OutOfStockError):
        store.transfer("CPU", 3, source="default", target="hall-2")

    assert before == store.events()


def test_nothing_moves_from_where_stock_knows_no_such_item(store: StockStore) -> None:
    store.import_counts({"CPU": 2})

    with pytest.raises(StockRequestError) as caught:
        store.transfer("CPU", 1, source="hall-2", target="default")

    assert "stock knows no `CPU` at `hall-2`" == str(caught.value)


def test_a_transfer_goes_to_another_place(store: StockStore) -> None:
    store.import_counts({"CPU": 2})

    with pytest.raises(StockRequestError) as caught:
        store.transfer("CPU", 1, source="default", target="default")

    assert "`CPU` lies at `default` already" == str(caught.value)


def test_a_transfer_of_nothing_is_none(store: StockStore) -> None:
    store.import_counts({"CPU": 2})

    with pytest.raises(StockRequestError) as caught:
        store.transfer("CPU", 0, source="default", target="hall-2")

    assert "nothing of `CPU` is moved with the quantity 0" == str(caught.value)


# Safety stock


def test_new_requests_may_not_touch_the_safety_stock(store: StockStore) -> None:
    store.import_counts({"CPU": 5})

    change = store.set_floor("CPU", 2)

    assert StockChange(2) == change
    assert (StockBalance("CPU", 5, floor=2),) == store.balances()
    assert (Shortage("CPU", 4, 3),) == short_of(store, "SO-1", ("CPU", 4))
    assert '{"after":2,"before":0,"location":"default","sku":"CPU"}' == store.events()[1].payload
    assert () == store.events()[1].movements


def test_what_was_promised_before_stays_promised_under_a_higher_floor(store: StockStore) -> None:
    store.import_counts({"CPU": 5})
    promised = take(store, "SO-1", ("CPU", 4))

    store.set_floor("CPU", 3)

    assert {"CPU": 0} == free(store)
    assert ReservationState.CONSUMED is store.consume(promised.id).state


def test_the_same_floor_again_changes_nothing(store: StockStore) -> None:
    store.import_counts({"CPU": 5})
    store.set_floor("CPU", 2)

    assert StockChange(0) == store.set_floor("CPU", 2)
    assert 2 == len(store.events())


def test_a_floor_needs_an_item_that_is_known_there(store: StockStore) -> None:
    store.import_counts({"CPU": 5})

    with pytest.raises(StockRequestError) as caught:
        store.set_floor("CPU", 1, location="hall-2")

    assert "stock knows no `CPU` at `hall-2`" == str(caught.value)


def test_a_floor_is_a_quantity(store: StockStore) -> None:
    store.import_counts({"CPU": 5})

    with pytest.raises(StockRequestError) as caught:
        store.set_floor("CPU", -1)

    assert "the quantity `-1` of `CPU` is not a whole number from 0 to 1000000000000" == str(caught.value)


# Masters

BOUGHT = ItemMaster("CPU", Policy.BOUGHT, 12, Decimal("81.50"), "EUR")


def test_masters_are_kept_by_item(store: StockStore) -> None:
    made = ItemMaster("BRACKET", Policy.MADE, 0)

    change = store.set_masters([BOUGHT, made])

    assert StockChange(1) == change
    assert (made, BOUGHT) == store.masters()
    assert (BOUGHT,) == store.masters(["CPU", "GPU"])
    assert (
        '{"masters":{"BRACKET":["made",0,null,null],"CPU":["bought",12,"81.5","EUR"]}}'
        == store.events()[0].payload
    )


def test_an_item_with_a_master_is_known_and_has_no_goods(store: StockStore) -> None:
    store.set_masters([BOUGHT])

    assert (StockBalance("CPU", 0),) == store.balances()
    assert (Shortage("CPU", 1, 0),) == short_of(store, "SO-1", ("CPU", 1))


def test_a_master_of_an_item_that_lies_elsewhere_makes_no_place(store: StockStore) -> None:
    store.receive("CPU", 1, location="hall-2")

    store.set_masters([BOUGHT])

    assert (StockBalance("CPU", 1, location="hall-2"),) == store.balances()


def test_what_a_master_leaves_open_is_open_afterwards(store: StockStore) -> None:
    store.set_masters([BOUGHT])

    store.set_masters([ItemMaster("CPU", lead_time=3)])

    assert (ItemMaster("CPU", lead_time=3),) == store.masters()


def test_a_master_that_leaves_all_open_is_none(store: StockStore) -> None:
    store.set_masters([BOUGHT])

    store.set_masters([ItemMaster("CPU")])

    assert () == store.masters()
    assert {"CPU": 0} == free(store)


def test_masters_set_again_change_nothing(store: StockStore) -> None:
    store.set_masters([BOUGHT, ItemMaster("GPU")])
    same_cost = ItemMaster("CPU", Policy.BOUGHT, 12, Decimal("81.5"), "EUR")

    assert StockChange(0) == store.set_masters([same_cost, ItemMaster("GPU")])
    assert 1 == len(store.events())


def test_an_event_tells_only_the_masters_that_changed(store: StockStore) -> None:
    store.set_masters([BOUGHT])

    store.set_masters([BOUGHT, ItemMaster("GPU", cost=Decimal(0), currency="EUR")])

    assert '{"masters":{"GPU":[null,null,"0","EUR"]}}' == store.events()[1].payload


@pytest.mark.parametrize("cost", ["0", "0.000001", "1000000000000000", "123456789.123456", "1E+3"])
def test_a_cost_is_kept_exactly(store: StockStore, cost: str) -> None:
    store.set_masters([ItemMaster("CPU", cost=Decimal(cost), currency="EUR")])

    assert Decimal(cost) == store.masters()[0].cost


def test_an_item_has_one_master(store: StockStore) -> None:
    with pytest.raises(StockRequestError) as caught:
        store.set_masters([BOUGHT, ItemMaster("CPU")])

    assert "the master of `CPU` is given twice" == str(caught.value)


# Receipts that are expected


def test_an_expected_receipt_makes_its_place_known(store: StockStore) -> None:
    change = store.add_supply(Supply("PO-1", "CPU", day(3), 2, "hall-2"))

    assert StockChange(1) == change
    assert (StockBalance("CPU", 0, location="hall-2"),) == store.balances()
    event = store.events()[0]
    assert (EventKind.SUPPLY_ADDED, None, ()) == (event.kind, event.reservation, event.movements)
    assert (
        '{"due":"2026-11-25","firm":true,"location":"hall-2","quantity":2,"sku":"CPU","supply":"PO-1"}'
        == event.payload
    )


def test_supplies_are_told_by_item_day_and_id(store: StockStore) -> None:
    for id_, sku, number in (("b", "CPU", 3), ("a", "CPU", 3), ("z", "CPU", 1), ("c", "BUS", 9)):
        expect(store, id_, sku, day(number), 1)

    assert ["c", "z", "a", "b"] == [supply.id for supply in store.supplies()]
    assert ["z", "a", "b"] == [supply.id for supply in store.supplies(["CPU", "GPU"])]
    assert () == store.supplies([])


def test_a_supply_added_again_changes_nothing(store: StockStore) -> None:
    expect(store, "PO-1", "CPU", day(3), 2)
    store.receive("CPU", 1, supply="PO-1")

    assert StockChange(0) == store.add_supply(Supply("PO-1", "CPU", day(3), 2))
    assert 2 == len(store.events())


@pytest.mark.parametrize(
    "other",
    [
        Supply("PO-1", "GPU", day(3), 2),
        Supply("PO-1", "CPU", day(4), 2),
        Supply("PO-1", "CPU", day(3), 3),
        Supply("PO-1", "CPU", day(3), 2, "hall-2"),
        Supply("PO-1", "CPU", day(3), 2, firm=False),
    ],
)
def test_a_supply_of_that_id_with_other_content_is_a_conflict(store: StockStore, other: Supply) -> None:
    expect(store, "PO-1", "CPU", day(3), 2)

    with pytest.raises(IdempotencyConflict) as caught:
        store.add_supply(other)

    assert "the key `PO-1` was used before with other content" == str(caught.value)


def test_a_late_message_does_not_bring_a_cancelled_supply_back(store: StockStore) -> None:
    expect(store, "PO-1", "CPU", day(3), 2)
    store.cancel_supply("PO-1")

    assert StockChange(0) == store.add_supply(Supply("PO-1", "CPU", day(3), 2))
    assert () == store.supplies()


def test_what_has_come_in_part_is_added_as_what_is_open(store: StockStore) -> None:
    with pytest.raises(StockRequestError) as caught:
        store.add_supply(Supply("PO-1", "CPU", day(3), 5, received=2))

    assert "2 of the supply `PO-1` have come already; add what is open" == str(caught.value)


def test_ids_that_reservations_give_are_not_for_others(store: StockStore) -> None:
    id_ = procured_id(reservation_id("SO-1#0"), 1)

    with pytest.raises(StockRequestError) as caught:
        expect(store, id_, "CPU", day(3), 5)

    assert f"the supply's id `{id_}` is kept for what reservations procure" == str(caught.value)


def test_a_supply_can_be_changed(store: StockStore) -> None:
    expect(store, "PO-1", "CPU", day(3), 5)

    change = store.change_supply("PO-1", due=day(1), quantity=7, firm=False)

    assert StockChange(2) == change
    assert (Supply("PO-1", "CPU", day(1), 7, firm=False),) == store.supplies()
    assert (
        '{"after":["2026-11-23",7,false],"before":["2026-11-25",5,true],"supply":"PO-1"}'
        == store.events()[1].payload
    )


def test_a_change_to_what_a_supply_is_changes_nothing(store: StockStore) -> None:
    expect(store, "PO-1", "CPU", day(3), 5)

    assert StockChange(0) == store.change_supply("PO-1", due=day(3), quantity=5)
    assert StockChange(0) == store.change_supply("PO-1")
    assert 1 == len(store.events())


def test_a_supply_cannot_become_less_than_has_come(store: StockStore) -> None:
    expect(store, "PO-1", "CPU", day(3), 5)
    store.receive("CPU", 3, supply="PO-1")

    with pytest.raises(StockRequestError) as caught:
        store.change_supply("PO-1", quantity=2)

    assert "3 of the supply `PO-1` have come already, so it cannot be 2" == str(caught.value)


def test_a_supply_of_just_what_has_come_is_closed(store: StockStore) -> None:
    expect(store, "PO-1", "CPU", day(3), 5)
    store.receive("CPU", 3, supply="PO-1")

    store.change_supply("PO-1", quantity=3)

    assert () == store.supplies()


@pytest.mark.parametrize("quantity", [0, -1])
def test_a_supply_brings_something(store: StockStore, quantity: int) -> None:
    expect(store, "PO-1", "CPU", day(3), 5)

    with pytest.raises(StockRequestError):
        store.change_supply("PO-1", quantity=quantity)


def test_a_supply_that_is_not_open_cannot_be_changed(store: StockStore) -> None:
    expect(store, "PO-1", "CPU", day(3), 5)
    store.cancel_supply("PO-1")

    for name in ("PO-1", "PO-2"):
        with pytest.raises(StockRequestError, match=rf"^no supply `{name}` is open$"):
            store.change_supply(name, quantity=6)


def test_a_supply_can_be_cancelled_once(store: StockStore) -> None:
    expect(store, "PO-1", "CPU", day(3), 5)
    store.receive("CPU", 2, supply="PO-1")

    assert StockChange(3) == store.cancel_supply("PO-1")
    assert StockChange(0) == store.cancel_supply("PO-1")
    assert '{"open":3,"supply":"PO-1"}' == store.events()[2].payload
    assert () == store.supplies()


def test_a_supply_that_has_come_in_full_has_nothing_to_cancel(store: StockStore) -> None:
    expect(store, "PO-1", "CPU", day(3), 5)
    store.receive("CPU", 5, supply="PO-1")

    assert StockChange(0) == store.cancel_supply("PO-1")


def test_a_supply_nobody_expects_cannot_be_cancelled(store: StockStore) -> None:
    with pytest.raises(StockRequestError) as caught:
        store.cancel_supply("PO-1")

    assert "no supply `PO-1`" == str(caught.value)


# Facts that break promises of later days


@pytest.mark.parametrize("fact", ["slip", "less", "planned", "cancel"])
def test_a_supply_that_fails_breaks_what_was_promised_from_it(store: StockStore, fact: str) -> None:
    store.import_counts({"CPU": 1})
    expect(store, "PO-1", "CPU", day(3), 2)
    promised = take(store, "SO-1", ("CPU", 3, day(3)))

    def happens(*, breaking: bool) -> StockChange:
        match fact:
            case "slip":
                return store.change_supply("PO-1", due=day(4), break_promises=breaking)
            case "less":
                return store.change_supply("PO-1", quantity=1, break_promises=breaking)
            case "planned":
                return store.change_supply("PO-1", firm=False, break_promises=breaking)
            case _:
                return store.cancel_supply("PO-1", break_promises=breaking)

    missing = 1 if fact == "less" else 2
    with pytest.raises(PromiseBreakError) as caught:
        happens(breaking=False)
    assert f"too little is left for what is promised (CPU {missing} too few); to be given up: SO-1" == str(
        caught.value
    )
    assert StockChange(5, (promised,)) == happens(breaking=True)
    assert EventKind.PROMISE_BROKEN is store.events()[3].kind
    assert (StockMovement("CPU", planned=-3),) == store.events()[3].movements


def test_a_supply_may_slip_as_far_as_nobody_needs_it(store: StockStore) -> None:
    expect(store, "PO-1", "CPU", day(3), 2)
    take(store, "SO-1", ("CPU", 2, day(6)))

    assert StockChange(3) == store.change_supply("PO-1", due=day(6))


def test_a_supply_that_is_late_breaks_nothing_until_somebody_says_so(
    store: StockStore, clock: HandClock
) -> None:
    expect(store, "PO-1", "CPU", day(3), 2)
    promised = take(store, "SO-1", ("CPU", 2, day(3)))
    clock.move(9 * DAY)
    store.import_counts({"CPU": 0, "GPU": 1})
    assert () == store.audit()

    change = store.change_supply("PO-1", due=day(12), break_promises=True)

    assert (promised,) == change.broken


def test_a_loss_on_the_shelf_breaks_a_promise_of_a_later_day(store: StockStore) -> None:
    store.import_counts({"CPU": 3})
    expect(store, "PO-1", "CPU", day(9), 5)
    later = take(store, "SO-1", ("CPU", 2, day(5)))
    latest = take(store, "SO-2", ("CPU", 3, day(9)))

    change = store.adjust("CPU", -2, reason="flooded", break_promises=True)

    assert (later,) == change.broken
    assert ReservationState.ALLOCATED is store.reservation(latest.id).state


def test_safety_stock_is_used_before_a_promise_is_broken(store: StockStore) -> None:
    store.import_counts({"CPU": 5})
    take(store, "SO-1", ("CPU", 2))
    store.set_floor("CPU", 3)

    assert StockChange(4) == store.adjust("CPU", -3, reason="flooded")


def test_what_is_missing_on_the_shelf_is_cured_by_who_took_from_the_shelf(store: StockStore) -> None:
    store.import_counts({"CPU": 3})
    expect(store, "PO-1", "CPU", day(5), 2)
    shelf = take(store, "SO-1", ("CPU", 2))
    take(store, "SO-2", ("CPU", 2, day(6)))

    change = store.import_counts({"CPU": 1}, break_promises=True)

    assert (shelf,) == change.broken
    assert (("CPU", "default", 1),) == change.missing


def test_a_lower_priority_is_given_up_first(store: StockStore) -> None:
    store.import_counts({"CPU": 4})
    low = granted(store.reserve(request("SO-1", {"CPU": 1}, priority=1))).reservation
    granted(store.reserve(request("SO-2", {"CPU": 1}, priority=2, ttl=MINUTE)))
    granted(store.reserve(request("SO-3", {"CPU": 1}, priority=9)))
    lowest = granted(store.reserve(request("SO-4", {"CPU": 1}))).reservation

    change = store.adjust("CPU", -2, reason="flooded", break_promises=True)

    assert (lowest, low) == change.broken
    assert 1 == low.priority


def test_of_one_priority_holds_go_before_allocations_and_the_latest_first(store: StockStore) -> None:
    store.import_counts({"CPU": 4})
    allocations = [take(store, f"A-{number}", ("CPU", 1)) for number in range(2)]
    holds = [take(store, f"H-{number}", ("CPU", 1), ttl=MINUTE) for number in range(2)]

    change = store.adjust("CPU", -3, reason="flooded", break_promises=True)

    assert (holds[1], holds[0], allocations[1]) == change.broken


def test_a_confirmed_hold_is_as_old_as_it_is(store: StockStore) -> None:
    store.import_counts({"CPU": 2})
    hold = take(store, "SO-1", ("CPU", 1), ttl=MINUTE)
    newest = take(store, "SO-2", ("CPU", 1))
    store.confirm(hold.id)

    change = store.adjust("CPU", -1, reason="flooded", break_promises=True)

    assert (newest,) == change.broken


def test_only_promises_that_help_are_given_up(store: StockStore) -> None:
    store.import_counts({"CPU": 2, "GPU": 2})
    store.receive("CPU", 2, location="hall-2")
    needed = take(store, "SO-1", ("CPU", 2), ("GPU", 1))
    take(store, "SO-2", ("GPU", 1))
    take(store, "SO-3", ("CPU", 1, None, "hall-2"))

    change = store.adjust("CPU", -1, reason="flooded", break_promises=True)

    assert (needed,) == change.broken
    assert {"CPU": 2, "GPU": 1} == free(store)


def test_what_has_left_the_shelf_is_no_promise_any_more(store: StockStore) -> None:
    store.import_counts({"CPU": 5})
    promised = take(store, "SO-1", ("CPU", 3))
    store.consume(promised.id, {"CPU": 2})

    assert StockChange(4) == store.adjust("CPU", -2, reason="flooded")
    assert (promised.id,) == tuple(
        each.id for each in store.adjust("CPU", -1, reason="flooded", break_promises=True).broken
    )


def test_an_expired_hold_is_no_promise_to_a_fact(store: StockStore, clock: HandClock) -> None:
    store.import_counts({"CPU": 4})
    expect(store, "PO-1", "CPU", day(3), 2)
    take(store, "SO-1", ("CPU", 6, day(3)), ttl=MINUTE)
    clock.move(MINUTE)

    assert StockChange(5) == store.cancel_supply("PO-1")
    assert [EventKind.EXPIRED, EventKind.SUPPLY_CANCELLED] == [event.kind for event in store.events()[-2:]]


def test_expired_holds_that_are_not_in_the_way_are_left(store: StockStore, clock: HandClock) -> None:
    store.import_counts({"CPU": 4})
    take(store, "SO-1", ("CPU", 2), ttl=MINUTE)
    clock.move(MINUTE)

    store.adjust("CPU", -2, reason="flooded")

    assert EventKind.ADJUSTED is store.events()[-1].kind
    assert 3 == len(store.events())


def test_a_broken_promise_stays_broken(store: StockStore) -> None:
    store.import_counts({"CPU": 1})
    promised = take(store, "SO-1", ("CPU", 1))
    store.adjust("CPU", -1, reason="flooded", break_promises=True)
    store.receive("CPU", 1)

    with pytest.raises(ReservationStateError) as caught:
        store.consume(promised.id)

    assert f"cannot consume reservation `{promised.id}`: it is released" == str(caught.value)
    assert {"CPU": 1} == free(store)
