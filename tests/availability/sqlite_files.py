"""What the tests of the SQLite store share: stock databases on disk, and ways around the store."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from stock_stores import DAY, MINUTE, HandClock, day, demand, opened, request

from configurator.availability.opening import open_stock
from configurator.availability.reservations import ReservationRequest
from configurator.availability.supply import Supply
from configurator.errors import StockUnavailableError


def with_history(folder: Path) -> Path:
    """`stock.db` with two items and three requests: one allocated, one held, one refused."""
    with opened("sqlite", folder, HandClock()) as store:
        store.import_counts({"CPU": 5, "GPU": 1})
        store.reserve(request("SO-1", {"CPU": 2, "GPU": 1}))
        store.reserve(request("SO-2", {"CPU": 1}, ttl=MINUTE))
        store.reserve(request("SO-3", {"GPU": 1}))
    return folder / "stock.db"


def with_long_history(folder: Path) -> Path:
    """`stock.db` in which everything has happened that can happen."""
    clock = HandClock()
    with opened("sqlite", folder, clock) as store:
        store.import_counts({"CPU": 9, "GPU": 9})
        store.receive("SSD", 6, key="delivery 1")
        store.add_supply(Supply("PO-1", "CPU", day(5), 4))
        store.receive("CPU", 1, supply="PO-1")
        store.transfer("SSD", 2, source="default", target="shop", key="van 1")
        store.adjust("GPU", -1, reason="broken")
        store.set_floor("GPU", 1)
        store.reserve(request("SO-1", {"CPU": 2, "SSD": 5}))
        store.reserve(request("SO-2", {"CPU": 1, "GPU": 2}, ttl=MINUTE))
        store.reserve(request("SO-3", {"GPU": 99}))
        store.reserve(ReservationRequest("SO-4", demand(("CPU", 9, day(6)), ("GPU", 1)), timedelta(hours=1)))
        store.reserve(request("SO-5", {"GPU": 1}, ttl=2 * MINUTE))
        store.confirm(reservation_of(folder, "SO-4"))
        store.consume(reservation_of(folder, "SO-1"), {"SSD": 1})
        store.extend(reservation_of(folder, "SO-5"), timedelta(hours=2))
        clock.move(10 * MINUTE)
        store.expire()
        store.confirm(reservation_of(folder, "SO-5"))
        store.cancel(reservation_of(folder, "SO-5"))
        store.reserve(request("SO-6", {"GPU": 2}, ttl=MINUTE))
        store.reserve(request("SO-7", {"GPU": 1}, ttl=MINUTE))
        store.release(reservation_of(folder, "SO-7"))
        store.import_counts({"GPU": 2}, break_promises=True)
        clock.move(7 * DAY)
        store.consume(reservation_of(folder, "SO-1"))
        assert () == store.audit()
    return folder / "stock.db"


def reservation_of(folder: Path, order: str) -> str:
    """The id of the only reservation of an order."""
    with raw(folder / "stock.db") as connection:
        ((found,),) = connection.execute("SELECT id FROM reservation WHERE order_ref = ?", (order,))
    return str(found)


@contextmanager
def raw(file: Path) -> Iterator[sqlite3.Connection]:
    """A connection past the store, closed at the end."""
    with closing(sqlite3.connect(file, isolation_level=None)) as connection:
        yield connection


def refusal(url: str = "sqlite:///stock.db", *, create: bool = True) -> str:
    """Why a stock cannot be opened."""
    with pytest.raises(StockUnavailableError) as caught:
        open_stock(url, timeout=0.05, create=create)
    return str(caught.value)
