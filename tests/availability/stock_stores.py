"""What the tests of stock share: a clock moved by hand, the stores by name, short ways to ask."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path
from typing import TypeAlias

from stock_databases import url_for

from configurator.availability.balances import Shortage
from configurator.availability.demand import Demand, DemandLine
from configurator.availability.memory_store import MemoryStockStore
from configurator.availability.opening import open_stock
from configurator.availability.reservations import (
    Refused,
    Reservation,
    ReservationOutcome,
    ReservationRequest,
    Reserved,
)
from configurator.availability.store import StockStore
from configurator.availability.supply import Supply
from configurator.testing import stock_machine

STORES = ("memory", "sqlite", "postgres")
HandClock = stock_machine.HandClock
NOON = stock_machine.NOON
TODAY = NOON.date()
MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)

Line: TypeAlias = tuple[str, int] | tuple[str, int, date | None] | tuple[str, int, date | None, str | None]
"""SKU, quantity, day, location."""


def opened(kind: str, folder: Path, clock: HandClock, actor: str = "") -> StockStore:
    """The store of that kind that belongs to a folder: the same again each time, except in memory."""
    if kind == "memory":
        return MemoryStockStore(clock, actor)
    return open_stock(url_for(kind, folder), now=clock, timeout=5, actor=actor)


@contextmanager
def audited(kind: str, folder: Path, clock: HandClock) -> Iterator[StockStore]:
    """A store whose bookkeeping must be right at the end, whatever a test did with it."""
    with opened(kind, folder, clock) as store:
        yield store
        assert () == store.audit()


def day(number: int) -> date:
    """So many days from the first."""
    return TODAY + number * DAY


def demand(*lines: Line) -> Demand:
    """A demand from lines of SKU, quantity, day (now if none) and location (any if none)."""
    return Demand(
        tuple(
            DemandLine(
                line[0],
                line[1],
                needed=line[2] if len(line) > 2 else None,
                location=line[3] if len(line) > 3 else None,
            )
            for line in lines
        )
    )


def request(
    order: str,
    wanted: Mapping[str, int] | Demand,
    *,
    ttl: timedelta | None = None,
    key: str | None = None,
    content: str = "",
    priority: int = 0,
    promised: date | None = None,
    replenished: Mapping[str, date] | None = None,
    tentative: bool = False,
) -> ReservationRequest:
    asked = wanted if isinstance(wanted, Demand) else Demand.of(wanted)
    return ReservationRequest(
        order,
        asked,
        ttl,
        key,
        content,
        priority=priority,
        promised=promised,
        replenished=tuple((replenished or {}).items()),
        tentative=tentative,
    )


def granted(outcome: ReservationOutcome) -> Reserved:
    assert isinstance(outcome, Reserved), outcome
    return outcome


def refused(outcome: ReservationOutcome) -> Refused:
    assert isinstance(outcome, Refused), outcome
    return outcome


def take(store: StockStore, order: str, *lines: Line, ttl: timedelta | None = None) -> Reservation:
    """Reserve these lines, which must be there."""
    return granted(store.reserve(request(order, demand(*lines), ttl=ttl))).reservation


def short_of(store: StockStore, order: str, *lines: Line) -> tuple[Shortage, ...]:
    """Reserve these lines, which must not all be there."""
    return refused(store.reserve(request(order, demand(*lines)))).shortages


def expect(
    store: StockStore, supply: str, sku: str, due: date, quantity: int, location: str = "default"
) -> None:
    """Add a firm supply."""
    store.add_supply(Supply(supply, sku, due, quantity, location))


def free(store: StockStore) -> dict[str, int]:
    """What is free now by SKU, all locations together."""
    found: dict[str, int] = {}
    for balance in store.balances():
        found[balance.sku] = found.get(balance.sku, 0) + balance.free
    return found
