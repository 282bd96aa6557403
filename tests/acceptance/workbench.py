"""The shop of the acceptance tests: a workbench, its stock, short ways to order."""

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

from configurator.availability.opening import open_stock
from configurator.availability.snapshot import StockSnapshot
from configurator.availability.store import StockStore
from configurator.configurator import Configurator

NOON = datetime(2026, 6, 15, 12, tzinfo=UTC)
CATALOG = """catalog workbench "Workbench" version "1" currency EUR
family top "Top" choose one {
  | sku  | load | price [EUR] |
  |------|------|-------------|
  | OAK  | 200  | 300.00      |
  | PINE | 80   | 100.00      |
}
family leg "Legs" {
  | sku   | load |
  |-------|------|
  | STEEL | 60   |
  | WOOD  | 20   |
}
slot front_legs "Front legs" : leg choose 2 identical
slot rear_legs "Rear legs" : leg choose 2 identical
family tool "Tools" choose 0..3 mixed {
  | sku    | size |
  |--------|------|
  | HAMMER | 1    |
  | SAW    | 2    |
  | OAK    | 9    |
}
family lamp "Lamp" choose optional {
  | sku  | stocked |
  |------|---------|
  | LED  | yes     |
  | LOAN | no      |
}
family service "Service" choose one not stocked {
  | sku   |
  |-------|
  | SET   |
  | SHIP  |
}
option colour : one of { red, blue }
rule strong "Strong enough": require sum(front_legs.load) + sum(rear_legs.load) >= top.load
  because "{top} carries {top.load}, the legs only less."
rule blue-ships: colour = blue requires service = "SHIP"
"""
BENCH: dict[str, object] = {
    "top": "OAK",
    "front_legs": "2 x STEEL",
    "rear_legs": "2 x STEEL",
    "tool": ["HAMMER", "HAMMER", "SAW"],
    "lamp": "LED",
    "service": "SET",
    "colour": "red",
}
PLENTY = {"OAK": 100, "PINE": 100, "STEEL": 100, "WOOD": 100, "HAMMER": 100, "SAW": 100, "LED": 100}


def shop() -> Configurator:
    """The catalog."""
    return Configurator.from_text(CATALOG, clock=lambda: NOON)


def order(*lines: tuple[Mapping[str, object], int], order_id: str | None = "SO-1") -> dict[str, object]:
    """An order as it is handed in."""
    found: dict[str, object] = {
        "lines": [{"configuration": dict(configuration), "quantity": n} for configuration, n in lines]
    }
    return found if order_id is None else {"order": order_id, **found}


def snapshot(**counts: int) -> StockSnapshot:
    """Counted stock."""
    return StockSnapshot.from_counts(counts)


def stocked(folder: Path, counts: Mapping[str, int]) -> StockStore:
    """A database with counted stock."""
    store = open_stock(f"sqlite:///{folder / 'stock.db'}", now=lambda: NOON)
    store.import_counts(dict(counts))
    return store


def free(store: StockStore) -> dict[str, int]:
    """What is free of each SKU."""
    return {balance.sku: balance.free for balance in store.balances()}
