"""Small catalogs with random stock, and what is there day by day, worked out without the library."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta

from attrs import frozen
from hypothesis import strategies as st

from configurator.availability.balances import StockBalance
from configurator.availability.masters import ItemMaster, Policy
from configurator.availability.snapshot import StockSnapshot
from configurator.availability.supply import Commitment, Supply
from configurator.configurator import Configurator

NOON = datetime(2026, 6, 15, 12, tzinfo=UTC)
TODAY = NOON.date()
DAYS = 14
"""How many days are looked at one by one; nothing changes after them."""

PAIRS = """catalog pairs currency EUR
family top choose one {
  | sku | price [EUR] |
  |-----|-------------|
  | T1  | 10          |
  | T2  | 12          |
  | T3  | 20          |
}
family leg {
  | sku | price [EUR] |
  |-----|-------------|
  | L1  | 5           |
  | L2  | 4           |
  | L3  | 9           |
}
slot front "Front" : leg choose one
slot rear "Rear" : leg choose one
option colour : one of { red, blue }
rule r1: top = "T3" requires front = "L3"
rule r2: top = "T2" excludes rear = "L1"
rule r3: colour = blue excludes top = "T1"
calc price "Price" in EUR = sum(price)
"""
MIXED = """catalog mixed currency EUR
assembled in 1 day open monday to friday
family box choose one {
  | sku | room | price [EUR] |
  |-----|------|-------------|
  | B2  | 2    | 7           |
  | B3  | 3    | 9           |
}
family tool choose 0..3 mixed {
  | sku | price [EUR] |
  |-----|-------------|
  | A   | 3           |
  | B   | 4           |
}
family strap choose 0..2 identical {
  | sku | price [EUR] |
  |-----|-------------|
  | S   | 1           |
  | A   | 3           |
}
rule fits: require count(tool) <= box.room
calc price "Price" in EUR = sum(price)
"""
SHOPS = tuple(Configurator.from_text(text, clock=lambda: NOON) for text in (PAIRS, MIXED))


@frozen
class Item:
    """A component's stock: what lies there, what comes and is promised later, its lead time if it has one."""

    count: int
    supplies: tuple[tuple[int, int], ...]
    promised: tuple[tuple[int, int], ...]
    lead_time: int | None

    def balance(self, day: int) -> int:
        """What is there at the end of a day, so many days from today."""
        come = sum(number for due, number in self.supplies if max(due, 1) <= day)
        return self.count + come - sum(number for needed, number in self.promised if needed <= day)

    def available(self, day: int) -> int:
        """What can be promised for a day without breaking what is promised."""
        return max(0, min(self.balance(later) for later in range(day, DAYS + 1)))

    def suffices(self, number: int, day: int) -> bool:
        """Whether so many can be had by a day."""
        return (self.lead_time is not None and self.lead_time <= day) or number <= self.available(day)


Stock = Mapping[str, Item]


@st.composite
def items(draw: st.DrawFn) -> Item:
    """One component's stock, in which what is promised can be kept."""
    count = draw(st.integers(0, 3))
    days = st.integers(0, DAYS - 1)
    supplies = draw(st.lists(st.tuples(days, st.integers(1, 3)), max_size=2))
    lead_time = draw(st.none() | st.integers(1, DAYS - 1))
    found = Item(count, tuple(supplies), (), lead_time)
    needed = draw(st.none() | st.integers(1, DAYS - 1))
    most = 0 if needed is None else found.available(needed)
    if needed is None or not most:
        return found
    return Item(count, found.supplies, ((needed, draw(st.integers(1, most))),), lead_time)


def stocks(shop: Configurator) -> st.SearchStrategy[Stock]:
    """Stock of all components of a catalog."""
    skus = sorted({each.sku for family in shop.catalog.families.values() for each in family.components})
    return st.fixed_dictionaries({sku: items() for sku in skus})


def after(days: int) -> date:
    """The day so many days from today."""
    return TODAY + timedelta(days=days)


def snapshot_of(stock: Stock) -> StockSnapshot:
    """The same as a snapshot."""
    return StockSnapshot(
        tuple(StockBalance(sku, item.count) for sku, item in sorted(stock.items())),
        tuple(
            Supply(f"{sku}-{number}", sku, after(due), quantity)
            for sku, item in sorted(stock.items())
            for number, (due, quantity) in enumerate(item.supplies)
        ),
        tuple(
            Commitment(sku, "default", after(needed), quantity, "R-0", "SO-0")
            for sku, item in sorted(stock.items())
            for needed, quantity in item.promised
        ),
        tuple(
            ItemMaster(sku, Policy.BOUGHT, item.lead_time)
            for sku, item in sorted(stock.items())
            if item.lead_time is not None
        ),
        at=NOON,
    )
