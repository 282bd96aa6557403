"""What is promised for later days: from which supply, at whose cost, and taken when."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from stock_stores import (
    DAY,
    MINUTE,
    STORES,
    TODAY,
    HandClock,
    audited,
    day,
    demand,
    expect,
    free,
    short_of,
    take,
)

from configurator.availability.balances import Shortage, StockBalance
from configurator.availability.ledger import EventKind, StockMovement
from configurator.availability.reservations import (
    ReservationState,
    ReservedLine,
)
from configurator.availability.store import StockStore
from configurator.availability.supply import Commitment, Supply
from configurator.errors import (
    OutOfStockError,
)


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture(params=STORES)
def store(request: pytest.FixtureRequest, tmp_path: Path, clock: HandClock) -> Iterator[StockStore]:
    with audited(request.param, tmp_path, clock) as found:
        yield found


# What can be promised for which day


def test_what_is_needed_later_is_promised_from_a_supply(store: StockStore) -> None:
    expect(store, "PO-1", "CPU", day(5), 5)

    promised = take(store, "SO-1", ("CPU", 3, day(5)))

    assert (ReservedLine("CPU", 3, needed=day(5)),) == promised.lines
    assert (StockBalance("CPU", on_hand=0, planned=3),) == store.balances()
    assert (StockMovement("CPU", planned=3),) == store.events()[-1].movements


def test_a_supply_that_comes_later_than_needed_is_of_no_use(store: StockStore) -> None:
    expect(store, "PO-1", "CPU", day(5), 5)

    short = short_of(store, "SO-1", ("CPU", 3, day(4)))

    assert (Shortage("CPU", 3, 0, needed=day(4)),) == short


def test_what_lies_there_can_be_promised_for_later(store: StockStore) -> None:
    store.import_counts({"CPU": 3})

    take(store, "SO-1", ("CPU", 3, day(4)))

    assert (StockBalance("CPU", on_hand=3, planned=3, needed_later=3),) == store.balances()
    assert (Shortage("CPU", 1, 0),) == short_of(store, "SO-2", ("CPU", 1))


def test_what_later_days_cannot_do_without_is_not_given_away(store: StockStore) -> None:
    store.import_counts({"CPU": 3})
    take(store, "SO-1", ("CPU", 2, day(5)))
    expect(store, "PO-1", "CPU", day(6), 9)

    assert (Shortage("CPU", 2, 1),) == short_of(store, "SO-2", ("CPU", 2))
    assert {"CPU": 1} == free(store)
    take(store, "SO-3", ("CPU", 1))


def test_a_supply_in_time_leaves_what_lies_there_free(store: StockStore) -> None:
    store.import_counts({"CPU": 3})
    expect(store, "PO-1", "CPU", day(5), 2)
    take(store, "SO-1", ("CPU", 2, day(5)))

    take(store, "SO-2", ("CPU", 3))

    assert (StockBalance("CPU", on_hand=3, allocated=3, planned=2),) == store.balances()


def test_an_earlier_need_may_not_use_what_a_later_promise_needs(store: StockStore) -> None:
    expect(store, "PO-1", "CPU", day(3), 2)
    take(store, "SO-1", ("CPU", 2, day(9)))

    short = short_of(store, "SO-2", ("CPU", 1, day(5)))

    assert (Shortage("CPU", 1, 0, needed=day(5)),) == short


def test_more_can_be_promised_for_a_later_day(store: StockStore) -> None:
    store.import_counts({"CPU": 1})
    expect(store, "PO-1", "CPU", day(3), 2)
    expect(store, "PO-2", "CPU", day(6), 4)

    free_on = [
        store.check(demand(("CPU", 99, needed))).shortages[0].free
        for needed in (None, day(2), day(3), day(5), day(6), day(99))
    ]

    assert [1, 1, 3, 3, 7, 7] == free_on


def test_a_day_that_has_come_is_now(store: StockStore) -> None:
    store.import_counts({"CPU": 5})

    promised = take(store, "SO-1", ("CPU", 1, TODAY), ("CPU", 1, day(-9)), ("CPU", 1))

    assert (ReservedLine("CPU", 3),) == promised.lines
    assert (StockBalance("CPU", on_hand=5, allocated=3),) == store.balances()


def test_the_day_changes_at_midnight_in_utc(store: StockStore, clock: HandClock) -> None:
    store.import_counts({"CPU": 5})
    clock.time = datetime(2026, 11, 22, 23, 59, 59, 999_999, tzinfo=UTC)
    before = take(store, "SO-1", ("CPU", 1, day(1)))
    clock.move(timedelta(microseconds=1))
    after = take(store, "SO-2", ("CPU", 1, day(1)))

    assert (ReservedLine("CPU", 1, needed=day(1)),) == before.lines
    assert (ReservedLine("CPU", 1),) == after.lines


def test_the_zone_of_the_clock_does_not_change_the_day(store: StockStore, clock: HandClock) -> None:
    store.import_counts({"CPU": 5})
    clock.time = datetime(2026, 11, 23, 1, tzinfo=timezone(timedelta(hours=2)))

    promised = take(store, "SO-1", ("CPU", 1, day(1)))

    assert (ReservedLine("CPU", 1, needed=day(1)),) == promised.lines


def test_a_supply_due_today_counts_from_tomorrow_on(store: StockStore) -> None:
    expect(store, "PO-1", "CPU", TODAY, 2)

    assert (Shortage("CPU", 1, 0),) == short_of(store, "SO-1", ("CPU", 1))
    take(store, "SO-2", ("CPU", 1, day(1)))


def test_an_overdue_supply_counts_from_tomorrow_on(store: StockStore, clock: HandClock) -> None:
    expect(store, "PO-1", "CPU", day(1), 2)
    clock.move(4 * DAY)

    assert (Shortage("CPU", 1, 0),) == short_of(store, "SO-1", ("CPU", 1))
    take(store, "SO-2", ("CPU", 2, day(5)))
    assert () == store.audit()


def test_a_planned_supply_is_never_promised(store: StockStore) -> None:
    store.add_supply(Supply("PO-1", "CPU", day(1), 9, firm=False))

    assert (Shortage("CPU", 1, 0, needed=day(5)),) == short_of(store, "SO-1", ("CPU", 1, day(5)))


def test_lines_for_now_and_for_later_are_granted_together_or_not_at_all(store: StockStore) -> None:
    store.import_counts({"CPU": 2})
    expect(store, "PO-1", "CPU", day(5), 1)
    before = store.balances()

    short = short_of(store, "SO-1", ("CPU", 2, day(5)), ("CPU", 2))

    assert (Shortage("CPU", 2, 1, needed=day(5)),) == short
    assert before == store.balances()
    promised = take(store, "SO-2", ("CPU", 1, day(5)), ("CPU", 2))
    assert (ReservedLine("CPU", 2), ReservedLine("CPU", 1, needed=day(5))) == promised.lines


def test_safety_stock_is_kept_on_later_days_too(store: StockStore) -> None:
    expect(store, "PO-1", "CPU", day(5), 5)
    store.set_floor("CPU", 2)

    assert (Shortage("CPU", 4, 3, needed=day(5)),) == short_of(store, "SO-1", ("CPU", 4, day(5)))


def test_later_days_are_kept_apart_by_location(store: StockStore) -> None:
    store.import_counts({"CPU": 2})
    expect(store, "PO-1", "CPU", day(5), 3, "hall-2")

    short = short_of(store, "SO-1", ("CPU", 1, None, "hall-2"), ("CPU", 4, day(5), "hall-2"))

    assert (
        Shortage("CPU", 1, 0, location="hall-2"),
        Shortage("CPU", 4, 3, location="hall-2", needed=day(5)),
    ) == short
    promised = take(store, "SO-2", ("CPU", 4, day(5)))
    assert (
        ReservedLine("CPU", 1, needed=day(5)),
        ReservedLine("CPU", 3, "hall-2", needed=day(5)),
    ) == promised.lines


# Holds and allocations of later days


def test_confirming_what_is_promised_for_later_moves_no_counter(store: StockStore) -> None:
    store.import_counts({"CPU": 3})
    hold = take(store, "SO-1", ("CPU", 2, day(5)), ttl=MINUTE)

    store.confirm(hold.id)

    assert (EventKind.CONFIRMED, ()) == (store.events()[-1].kind, store.events()[-1].movements)
    assert (StockBalance("CPU", 3, planned=2, needed_later=2),) == store.balances()


def test_an_expired_hold_of_a_later_day_is_free_again(store: StockStore, clock: HandClock) -> None:
    store.import_counts({"CPU": 3})
    hold = take(store, "SO-1", ("CPU", 2, day(5)), ttl=MINUTE)
    clock.move(MINUTE)

    assert {"CPU": 3} == free(store)
    assert () == store.snapshot().commitments
    take(store, "SO-2", ("CPU", 3))

    expired = store.events()[-2]
    assert (EventKind.EXPIRED, hold.id) == (expired.kind, expired.reservation)
    assert (StockMovement("CPU", planned=-2),) == expired.movements


def test_releasing_what_is_promised_for_later_frees_it(store: StockStore) -> None:
    expect(store, "PO-1", "CPU", day(5), 2)
    promised = take(store, "SO-1", ("CPU", 2, day(5)))

    store.release(promised.id)

    take(store, "SO-2", ("CPU", 2, day(5)))


def test_a_snapshot_tells_what_later_days_need(store: StockStore) -> None:
    store.import_counts({"CPU": 5, "GPU": 5})
    second = take(store, "SO-2", ("CPU", 1, day(5)), ("CPU", 1))
    first = take(store, "SO-1", ("GPU", 2, day(3)), ("CPU", 2, day(2)), ttl=MINUTE)

    assert (
        Commitment("CPU", "default", day(2), 2, first.id, "SO-1"),
        Commitment("CPU", "default", day(5), 1, second.id, "SO-2"),
        Commitment("GPU", "default", day(3), 2, first.id, "SO-1"),
    ) == store.snapshot().commitments


# Taking what was promised for a later day off the shelf


def test_what_was_promised_from_a_supply_leaves_the_shelf_when_it_has_come(
    store: StockStore, clock: HandClock
) -> None:
    expect(store, "PO-1", "CPU", day(2), 3)
    promised = take(store, "SO-1", ("CPU", 3, day(2)))
    clock.move(2 * DAY)
    store.receive("CPU", 3, supply="PO-1")

    consumed = store.consume(promised.id)

    assert ReservationState.CONSUMED is consumed.state
    assert (ReservedLine("CPU", 3, needed=day(2), consumed=3),) == consumed.lines
    assert (StockMovement("CPU", on_hand=-3, planned=-3),) == store.events()[-1].movements
    assert (StockBalance("CPU", 0),) == store.balances()


def test_what_has_not_come_cannot_be_taken(store: StockStore, clock: HandClock) -> None:
    expect(store, "PO-1", "CPU", day(2), 3)
    promised = take(store, "SO-1", ("CPU", 3, day(2)))
    clock.move(2 * DAY)
    store.receive("CPU", 1, supply="PO-1")
    before = store.events()

    with pytest.raises(OutOfStockError) as caught:
        store.consume(promised.id)

    assert "CPU: wanted 3, free 1" == str(caught.value)
    assert before == store.events()
    assert 2 == store.consume(promised.id, {"CPU": 1}).lines[0].open


def test_taking_early_must_leave_what_others_need_before(store: StockStore) -> None:
    store.import_counts({"CPU": 2})
    expect(store, "PO-1", "CPU", day(6), 2)
    late = take(store, "SO-1", ("CPU", 2, day(9)))
    early = take(store, "SO-2", ("CPU", 1, day(5)))

    with pytest.raises(OutOfStockError) as caught:
        store.consume(late.id)

    assert "CPU: wanted 2, free 1" == str(caught.value)
    store.consume(late.id, {"CPU": 1})
    store.consume(early.id)
    assert (StockBalance("CPU", 0, planned=1),) == store.balances()


def test_what_has_come_too_late_for_two_goes_to_the_first_who_takes_it(
    store: StockStore, clock: HandClock
) -> None:
    expect(store, "PO-1", "CPU", day(2), 2)
    take(store, "SO-1", ("CPU", 1, day(2)))
    second = take(store, "SO-2", ("CPU", 1, day(2)))
    clock.move(4 * DAY)
    store.receive("CPU", 1, supply="PO-1")

    consumed = store.consume(second.id)

    assert ReservationState.CONSUMED is consumed.state


def test_what_was_promised_from_the_shelf_is_not_lost_to_who_waits_for_a_late_supply(
    store: StockStore, clock: HandClock
) -> None:
    store.import_counts({"CPU": 1})
    expect(store, "PO-1", "CPU", day(3), 1)
    waiting = take(store, "SO-1", ("CPU", 1, day(3)))
    served = take(store, "SO-2", ("CPU", 1, day(2)))
    clock.move(5 * DAY)

    with pytest.raises(OutOfStockError) as caught:
        store.consume(waiting.id)

    assert "CPU: wanted 1, free 0" == str(caught.value)
    store.consume(served.id)


def test_what_is_allocated_to_others_lies_there_in_vain(store: StockStore, clock: HandClock) -> None:
    store.import_counts({"CPU": 2})
    expect(store, "PO-1", "CPU", day(1), 2)
    waiting = take(store, "SO-1", ("CPU", 2, day(1)))
    take(store, "SO-2", ("CPU", 2))
    clock.move(DAY)

    with pytest.raises(OutOfStockError) as caught:
        store.consume(waiting.id)

    assert "CPU: wanted 2, free 0" == str(caught.value)


def test_safety_stock_may_be_taken_for_what_was_promised(store: StockStore) -> None:
    store.import_counts({"CPU": 2})
    promised = take(store, "SO-1", ("CPU", 2, day(1)))
    store.set_floor("CPU", 2)

    assert ReservationState.CONSUMED is store.consume(promised.id).state


def test_every_line_that_is_not_there_is_told(store: StockStore) -> None:
    store.import_counts({"CPU": 1, "GPU": 1})
    for number, sku in enumerate(("CPU", "GPU", "PSU")):
        expect(store, f"PO-{number}", sku, day(1), 5)
    promised = take(store, "SO-1", ("CPU", 1), ("CPU", 2, day(1)), ("GPU", 1, day(2)), ("PSU", 4, day(3)))
    before = store.balances()

    with pytest.raises(OutOfStockError) as caught:
        store.consume(promised.id)

    assert (("CPU", 2, 0), ("PSU", 4, 0)) == caught.value.shortages
    assert before == store.balances()


def test_what_one_line_takes_is_not_there_for_the_next(store: StockStore) -> None:
    store.import_counts({"CPU": 2})
    expect(store, "PO-1", "CPU", day(1), 2)
    promised = take(store, "SO-1", ("CPU", 2, day(1)), ("CPU", 2, day(2)))

    with pytest.raises(OutOfStockError) as caught:
        store.consume(promised.id)

    assert "CPU: wanted 2, free 0" == str(caught.value)


def test_an_expired_hold_does_not_keep_what_was_promised_on_the_shelf(
    store: StockStore, clock: HandClock
) -> None:
    store.import_counts({"CPU": 1})
    expect(store, "PO-1", "CPU", day(1), 1)
    promised = take(store, "SO-1", ("CPU", 1, day(2)))
    hold = take(store, "SO-2", ("CPU", 1), ttl=MINUTE)
    clock.move(MINUTE)

    store.consume(promised.id)

    told = [(event.kind, event.reservation) for event in store.events()[-2:]]
    assert [(EventKind.EXPIRED, hold.id), (EventKind.CONSUMED, promised.id)] == told
