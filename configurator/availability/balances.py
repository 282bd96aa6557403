"""What there is of each item, and what is missing for a demand."""

from datetime import date

from attrs import frozen

from configurator.availability.quantities import DEFAULT_LOCATION, ItemId


@frozen
class StockBalance:
    """The counters of one item at one location, in stock units.

    Attributes:
        on_hand: what a person can count on the shelf.
        held: promised for a limited time, and lying there for it.
        allocated: promised to accepted orders, and lying there for them.
        floor: safety stock that new requests may not touch.
        planned: promised for later days, held and allocated together; not counted in those two.
        needed_later: of what lies there free, above the safety stock, how many the promises for later days
            cannot do without, because no firm supply comes in time for them.
    """

    sku: ItemId
    on_hand: int
    held: int = 0
    allocated: int = 0
    floor: int = 0
    planned: int = 0
    needed_later: int = 0
    location: str = DEFAULT_LOCATION

    @property
    def promised(self) -> int:
        """Held and allocated together."""
        return self.held + self.allocated

    @property
    def free(self) -> int:
        """What a new request can get now, never below 0."""
        return max(0, self.on_hand - self.held - self.allocated - self.floor - self.needed_later)


@frozen
class Shortage:
    """An item of which too little is free.

    Attributes:
        component: its SKU.
        wanted: how many the whole request needs there and then.
        free: how many it could get.
        known: `False` when stock has never heard of the item; then `free` is 0.
        location: where it has to be taken from; `None` for wherever it is.
        needed: the day on which it has to be there; `None` for now.
    """

    component: ItemId
    wanted: int
    free: int
    known: bool = True
    location: str | None = None
    needed: date | None = None


@frozen
class StockCheck:
    """What an inquiry saw. It reserves nothing: the next moment may look different.

    Attributes:
        shortages: the items that are short, in the order of the demand; empty when all is free.
        seq: the last event that the answer takes into account, 0 before the first.
    """

    shortages: tuple[Shortage, ...]
    seq: int


def shortage_rows(shortages: tuple[Shortage, ...]) -> list[list[object]]:
    """Shortages as JSON: `[sku, wanted, free, known]` each; with location and day only where one is named."""
    return [
        [short.component, short.wanted, short.free, short.known]
        + (
            [short.location, short.needed.isoformat() if short.needed else None]
            if short.location is not None or short.needed is not None
            else []
        )
        for short in shortages
    ]


def shortage_of(row: list[object]) -> Shortage:
    """The inverse of `shortage_rows`, for one row."""
    sku, wanted, free, known, *more = row
    assert isinstance(sku, str)
    assert isinstance(wanted, int)
    assert isinstance(free, int)
    location, needed = more or (None, None)
    return Shortage(
        sku,
        wanted,
        free,
        known=bool(known),
        location=None if location is None else str(location),
        needed=None if needed is None else date.fromisoformat(str(needed)),
    )
