"""What cannot be a name is told as that by every store, before anything is looked up."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any, cast

import pytest
from stock_stores import STORES, HandClock, audited

from configurator.availability.demand import Demand
from configurator.availability.reservations import ReservationRequest
from configurator.availability.store import StockStore
from configurator.errors import StockRequestError

BAD: tuple[tuple[Any, str], ...] = (
    ("a\0b", r"`a\x00b` holds a character that cannot be printed"),
    ("\ud800", r"`\ud800` holds a character that cannot be printed"),
    (5, "`5` is not a text"),
    (b"SO-1", "`b'SO-1'` is not a text"),
    ("", "is empty"),
)

RESERVATION_CALLS: dict[str, Callable[[StockStore, str], object]] = {
    "reservation": lambda store, name: store.reservation(name),
    "confirm": lambda store, name: store.confirm(name),
    "extend": lambda store, name: store.extend(name, timedelta(minutes=1)),
    "release": lambda store, name: store.release(name),
    "cancel": lambda store, name: store.cancel(name),
    "consume": lambda store, name: store.consume(name),
}
SKU_CALLS: dict[str, Callable[[StockStore, str], object]] = {
    "balances": lambda store, name: store.balances([name]),
    "snapshot": lambda store, name: store.snapshot(["CPU", name]),
    "supplies": lambda store, name: store.supplies([name]),
    "masters": lambda store, name: store.masters([name]),
    "consume": lambda store, name: store.consume("R-1", {name: 1}),
}
SUPPLY_CALLS: dict[str, Callable[[StockStore, str], object]] = {
    "change_supply": lambda store, name: store.change_supply(name, quantity=1),
    "cancel_supply": lambda store, name: store.cancel_supply(name),
}
CALLS = (
    *((name, call, "the id of the reservation") for name, call in RESERVATION_CALLS.items()),
    *((name, call, "the SKU") for name, call in SKU_CALLS.items()),
    *((name, call, "the supply's id") for name, call in SUPPLY_CALLS.items()),
    ("reservations", lambda store, name: store.reservations(name), "the order id"),
    ("recall", lambda store, name: store.recall(name, content="x"), "the order id"),
)


@pytest.fixture(params=STORES)
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[StockStore]:
    with audited(request.param, tmp_path, HandClock()) as found:
        found.import_counts({"CPU": 5})
        yield found


@pytest.mark.parametrize("call", CALLS, ids=[name for name, _, _ in CALLS])
def test_what_is_no_name_is_told_by_each_look_up(
    store: StockStore, call: tuple[str, Callable[[StockStore, str], object], str]
) -> None:
    told = []
    for bad, _ in BAD:
        with pytest.raises(StockRequestError) as caught:
            call[1](store, bad)
        told.append(str(caught.value))

    assert [f"{call[2]} {problem}" for _, problem in BAD] == told


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (5, "the content `5` is not a text"),
        (None, "the content `None` is not a text"),
        ("\ud800", "the content holds a character that cannot be written"),
    ],
)
def test_content_is_a_text_that_can_be_written(store: StockStore, content: object, message: str) -> None:
    with pytest.raises(StockRequestError) as asked:
        ReservationRequest("SO-1", Demand.of({"CPU": 1}), content=cast("str", content))
    with pytest.raises(StockRequestError) as recalled:
        store.recall("SO-1", content=cast("str", content))

    assert [message] * 2 == [str(asked.value), str(recalled.value)]


@pytest.mark.parametrize("digest", [None, 0, "a\0b"])
def test_a_digest_is_a_name_or_empty(digest: object) -> None:
    with pytest.raises(StockRequestError, match="the digest"):
        ReservationRequest("SO-1", Demand.of({"CPU": 1}), config_digest=cast("str", digest))


def test_quantities_to_take_are_checked_before_the_reservation_is_looked_up(store: StockStore) -> None:
    with pytest.raises(StockRequestError) as caught:
        store.consume("R-1", {"CPU": -1})

    assert "the quantity `-1` of `CPU` is not a whole number from 0 to 1000000000000" == str(caught.value)
