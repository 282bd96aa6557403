"""What the tests of stock share: a clock moved by hand, the stores by name, short ways to ask."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

from configurator.availability.demand import Demand
from configurator.availability.opening import open_stock
from configurator.availability.reservations import (
    Refused,
    ReservationOutcome,
    ReservationRequest,
    Reserved,
)
from configurator.availability.store import StockStore

STORES = ("memory", "sqlite")
NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


class HandClock:
    """Stands still until it is moved."""

    def __init__(self, time: datetime = NOON) -> None:
        self.time = time

    def __call__(self) -> datetime:
        return self.time

    def move(self, step: timedelta) -> None:
        self.time += step


def opened(kind: str, folder: Path, clock: HandClock) -> StockStore:
    url = "memory:" if kind == "memory" else f"sqlite:///{folder / 'stock.db'}"
    return open_stock(url, now=clock, timeout=5)


def request(
    order: str,
    wanted: Mapping[str, int],
    *,
    ttl: timedelta | None = None,
    key: str | None = None,
    content: str = "",
) -> ReservationRequest:
    return ReservationRequest(order, Demand.of(wanted), ttl, key, content)


def granted(outcome: ReservationOutcome) -> Reserved:
    assert isinstance(outcome, Reserved)
    return outcome


def refused(outcome: ReservationOutcome) -> Refused:
    assert isinstance(outcome, Refused)
    return outcome


def free(store: StockStore) -> dict[str, int]:
    return {balance.sku: balance.free for balance in store.balances()}
