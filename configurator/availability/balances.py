"""What there is of each item, and what is missing for a demand."""

from collections.abc import Mapping

from attrs import frozen

from configurator.availability.demand import Demand
from configurator.availability.quantities import ItemId


@frozen
class StockBalance:
    """The counters of one item, in stock units.

    Attributes:
        on_hand: what a person can count on the shelf.
        held: promised for a limited time.
        allocated: promised to accepted orders.
        floor: safety stock that ordinary requests may not touch.
    """

    sku: ItemId
    on_hand: int
    held: int = 0
    allocated: int = 0
    floor: int = 0

    @property
    def promised(self) -> int:
        """Held and allocated together."""
        return self.held + self.allocated

    @property
    def free(self) -> int:
        """What a new request can get, never below 0."""
        return max(0, self.on_hand - self.held - self.allocated - self.floor)


@frozen
class Shortage:
    """An item of which too little is free.

    Attributes:
        component: its SKU.
        wanted: how many the whole request needs.
        free: how many it could get.
        known: `False` when stock has never heard of the item; then `free` is 0.
    """

    component: ItemId
    wanted: int
    free: int
    known: bool = True


@frozen
class StockCheck:
    """What an inquiry saw. It reserves nothing: the next moment may look different.

    Attributes:
        shortages: the items that are short, by SKU; empty when all is free.
        seq: the last event that the answer takes into account, 0 before the first.
    """

    shortages: tuple[Shortage, ...]
    seq: int


def missing(demand: Demand, balances: Mapping[ItemId, StockBalance]) -> tuple[Shortage, ...]:
    """The shortages of a demand, by SKU; an item without a balance is unknown to stock."""
    found = []
    for line in demand.lines:
        balance = balances.get(line.sku)
        free = balance.free if balance else 0
        if line.quantity > free:
            found.append(Shortage(line.sku, line.quantity, free, known=balance is not None))
    return tuple(found)


def shortage_rows(shortages: tuple[Shortage, ...]) -> list[list[object]]:
    """Shortages as JSON: `[sku, wanted, free, known]` each."""
    return [[short.component, short.wanted, short.free, short.known] for short in shortages]
