"""One question, one answer: keys of requests and of facts."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import TypeAlias

import pytest
from attrs import evolve
from stock_stores import (
    DAY,
    MINUTE,
    STORES,
    HandClock,
    audited,
    day,
    demand,
    expect,
    free,
    granted,
    refused,
    request,
    take,
)

from configurator.availability.changes import StockChange
from configurator.availability.reservations import (
    Refused,
    ReservationRequest,
    ReservationState,
)
from configurator.availability.store import StockStore
from configurator.errors import (
    IdempotencyConflict,
    OutOfStockError,
    PromiseBreakError,
)


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture(params=STORES)
def store(request: pytest.FixtureRequest, tmp_path: Path, clock: HandClock) -> Iterator[StockStore]:
    with audited(request.param, tmp_path, clock) as found:
        yield found


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


# Facts


def receive(store: StockStore, key: str | None) -> StockChange:
    return store.receive("CPU", 2, key=key)


def adjust(store: StockStore, key: str | None) -> StockChange:
    return store.adjust("CPU", -2, reason="dropped", key=key)


def transfer(store: StockStore, key: str | None) -> StockChange:
    return store.transfer("CPU", 2, source="default", target="hall-2", key=key)


FACTS = pytest.mark.parametrize("fact", [receive, adjust, transfer])
Fact: TypeAlias = Callable[[StockStore, str | None], StockChange]


@FACTS
def test_a_fact_told_twice_under_one_key_is_booked_once(store: StockStore, fact: Fact) -> None:
    store.import_counts({"CPU": 9})
    first = fact(store, "k")
    before = (store.balances(), store.events())

    again = fact(store, "k")

    assert StockChange(2) == first
    assert StockChange(2, replayed=True) == again
    assert before == (store.balances(), store.events())
    assert '"key":"k"' in store.events()[1].payload


@FACTS
def test_a_fact_told_twice_without_a_key_happened_twice(store: StockStore, fact: Fact) -> None:
    store.import_counts({"CPU": 9})

    assert [StockChange(2), StockChange(3)] == [fact(store, None), fact(store, None)]


@pytest.mark.parametrize(
    "other",
    [
        lambda store: store.receive("GPU", 2, key="k"),
        lambda store: store.receive("CPU", 3, key="k"),
        lambda store: store.receive("CPU", 2, location="hall-2", key="k"),
        lambda store: store.receive("CPU", 2, supply="PO-1", key="k"),
        lambda store: store.adjust("CPU", 2, reason="found", key="k"),
        lambda store: store.transfer("CPU", 2, source="default", target="hall-2", key="k"),
        lambda store: store.reserve(request("SO-1", {"CPU": 2}, key="k")),
        lambda store: store.recall("SO-1", key="k", content="CPU"),
    ],
)
def test_one_key_stands_for_one_fact(store: StockStore, other: Callable[[StockStore], object]) -> None:
    store.import_counts({"CPU": 9})
    expect(store, "PO-1", "CPU", day(1), 2)
    receive(store, "k")
    before = store.events()

    with pytest.raises(IdempotencyConflict) as caught:
        other(store)

    assert "the key `k` was used before with other content" == str(caught.value)
    assert before == store.events()


def test_the_reason_belongs_to_what_an_adjustment_is(store: StockStore) -> None:
    store.import_counts({"CPU": 9})
    adjust(store, "k")

    with pytest.raises(IdempotencyConflict):
        store.adjust("CPU", -2, reason="stolen", key="k")


def test_the_key_of_a_request_is_no_key_of_a_fact(store: StockStore) -> None:
    store.import_counts({"CPU": 9})
    store.reserve(request("SO-1", {"CPU": 1}))

    with pytest.raises(IdempotencyConflict):
        receive(store, "SO-1#0")


def test_the_key_that_an_order_would_take_may_be_taken_by_a_fact(store: StockStore) -> None:
    receive(store, "SO-1#0")

    with pytest.raises(IdempotencyConflict):
        store.reserve(request("SO-1", {"CPU": 1}))


def test_who_was_told_what_breaks_may_ask_again_under_the_same_key(store: StockStore) -> None:
    store.import_counts({"CPU": 3})
    promised = take(store, "SO-1", ("CPU", 2))
    with pytest.raises(PromiseBreakError):
        adjust(store, "k")

    change = store.adjust("CPU", -2, reason="dropped", key="k", break_promises=True)

    assert StockChange(4, (promised,)) == change


def test_a_fact_told_again_tells_what_became_of_what_it_broke(store: StockStore) -> None:
    store.import_counts({"CPU": 3})
    promised = take(store, "SO-1", ("CPU", 2))
    store.adjust("CPU", -2, reason="dropped", key="k", break_promises=True)

    again = adjust(store, "k")

    assert StockChange(4, (evolve(promised, state=ReservationState.RELEASED),), replayed=True) == again


def test_a_fact_is_told_again_though_it_would_be_refused_now(store: StockStore) -> None:
    store.import_counts({"CPU": 2})
    expect(store, "PO-1", "CPU", day(1), 2)
    store.receive("CPU", 2, supply="PO-1", key="r")
    store.adjust("CPU", -4, reason="dropped", key="a")

    assert StockChange(3, replayed=True) == store.receive("CPU", 2, supply="PO-1", key="r")
    assert StockChange(4, replayed=True) == store.adjust("CPU", -4, reason="dropped", key="a")


def test_a_fact_that_was_refused_has_used_no_key(store: StockStore) -> None:
    store.import_counts({"CPU": 1})
    with pytest.raises(OutOfStockError):
        transfer(store, "k")

    assert StockChange(2) == receive(store, "k")


def test_the_priority_belongs_to_the_identity(store: StockStore) -> None:
    store.import_counts({"CPU": 5})
    store.reserve(request("SO-1", {"CPU": 2}, priority=1))

    with pytest.raises(IdempotencyConflict):
        store.reserve(request("SO-1", {"CPU": 2}))


def test_the_day_and_the_place_of_a_line_belong_to_the_identity(store: StockStore) -> None:
    store.import_counts({"CPU": 9})
    store.reserve(request("SO-1", {"CPU": 2}, key="k"))

    for other in (demand(("CPU", 2, day(1))), demand(("CPU", 2, None, "default"))):
        with pytest.raises(IdempotencyConflict):
            store.reserve(request("SO-1", other, key="k"))


def test_what_is_only_kept_is_no_part_of_the_identity(store: StockStore) -> None:
    store.import_counts({"CPU": 9})
    first = granted(store.reserve(request("SO-1", {"CPU": 2}, promised=day(3))))

    again = granted(store.reserve(request("SO-1", {"CPU": 2}, promised=day(4), replenished={"CPU": day(1)})))

    assert (first.reservation, True) == (again.reservation, again.replayed)


def test_a_request_whose_day_has_come_is_still_the_same_request(store: StockStore, clock: HandClock) -> None:
    store.import_counts({"CPU": 9})
    asked = request("SO-1", demand(("CPU", 2, day(1))))
    first = granted(store.reserve(asked))
    clock.move(3 * DAY)

    again = granted(store.reserve(asked))

    assert (first.reservation, True) == (again.reservation, again.replayed)


# What was answered before


def test_a_stored_answer_can_be_recalled_without_its_demand(store: StockStore) -> None:
    store.import_counts({"CPU": 5})
    first = granted(
        store.reserve(request("SO-1", {"CPU": 2}, content="two", ttl=MINUTE, key="k", priority=3))
    )

    told = store.recall("SO-1", key="k", ttl=MINUTE, content="two", priority=3)

    assert evolve(first, replayed=True) == told
    assert None is store.recall("SO-1", key="other", content="two")


@pytest.mark.parametrize(
    ("ttl", "content", "priority"), [(None, "two", 3), (MINUTE, "three", 3), (MINUTE, "two", 0)]
)
def test_recalling_with_other_content_is_a_conflict(
    store: StockStore, ttl: timedelta | None, content: str, priority: int
) -> None:
    store.import_counts({"CPU": 5})
    store.reserve(request("SO-1", {"CPU": 2}, content="two", ttl=MINUTE, key="k", priority=3))

    with pytest.raises(IdempotencyConflict):
        store.recall("SO-1", key="k", ttl=ttl, content=content, priority=priority)


def test_recalling_by_order_asks_for_its_next_attempt(store: StockStore) -> None:
    store.reserve(request("SO-1", {"CPU": 2}, content="two"))

    assert None is store.recall("SO-1", content="two")
    assert isinstance(store.recall("SO-1", key="SO-1#0", content="two"), Refused)
