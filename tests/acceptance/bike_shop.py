"""The shop of the tests about days: bikes that are assembled in two working days."""

from collections.abc import Iterable
from datetime import UTC, date, datetime

from configurator.availability.balances import StockBalance
from configurator.availability.opening import open_stock
from configurator.availability.snapshot import StockSnapshot
from configurator.availability.store import StockStore
from configurator.availability.supply import Supply
from configurator.configurator import Configurator

MONDAY = datetime(2026, 6, 15, 12, tzinfo=UTC)
CATALOG = """catalog bike "Bike" version "1" currency EUR
assembled in 2 days for 35.00 EUR open monday to friday
family frame "Frame" choose one {
  | sku   | price [EUR] | policy  | lead_time | cost [EUR] |
  |-------|-------------|---------|-----------|------------|
  | STEEL | 200.00      | stocked | 9         | 90.00      |
  | TITAN | 900.00      | made    | 20        | 500.00     |
}
family gear "Gears" choose one {
  | sku   | price [EUR] | policy  | lead_time | cost [EUR] |
  |-------|-------------|---------|-----------|------------|
  | HUB3  | 80.00       | stocked | 9         | 30.00      |
  | HUB8  | 180.00      | stocked | 9         | 80.00      |
  | CHAIN | 60.00       | bought  | 5         | 20.00      |
}
family bell "Bell" choose optional {
  | sku  | price [EUR] |
  |------|-------------|
  | DING | 5.00        |
}
rule light: frame = "TITAN" excludes gear = "HUB3"
calc price "Price" in EUR = sum(price)
"""
COUNTS = {"STEEL": 5, "HUB3": 3, "HUB8": 0, "CHAIN": 2, "DING": 9}
ORDERED = Supply("PO-1", "HUB8", date(2026, 6, 24), 4)
"""Hub gears that come on a Wednesday."""


def shop() -> Configurator:
    """The catalog."""
    return Configurator.from_text(CATALOG, clock=lambda: MONDAY)


def stocked() -> StockStore:
    """A stock in memory."""
    store = open_stock("memory:", now=lambda: MONDAY)
    store.import_counts(COUNTS)
    store.add_supply(ORDERED)
    return store


def seen(counts: Iterable[tuple[str, int]] = tuple(COUNTS.items()), *supplies: Supply) -> StockSnapshot:
    """The same as a snapshot."""
    balances = tuple(StockBalance(sku, count) for sku, count in counts)
    return StockSnapshot(balances, supplies or (ORDERED,), at=MONDAY)


def bike(frame: str = "STEEL", gear: str = "HUB3", bell: str | None = None) -> dict[str, object]:
    """A configuration."""
    return {"frame": frame, "gear": gear, "bell": bell}


def line(configuration: dict[str, object], quantity: int = 1, day: str | None = None) -> dict[str, object]:
    """A line of an order."""
    told: dict[str, object] = {"configuration": configuration, "quantity": quantity}
    return told if day is None else {**told, "date": day}


def order(*lines: dict[str, object], order_id: str = "SO-1", **more: object) -> dict[str, object]:
    """An order as it is handed in."""
    return {"order": order_id, "lines": list(lines), **more}
