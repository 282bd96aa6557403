"""The append-only story of a stock: events in one total order, and the movements each one caused."""

import json
from datetime import datetime
from enum import Enum

from attrs import frozen

from configurator.availability.quantities import ItemId


class EventKind(Enum):
    """What happened. Each kind says which keys its payload has."""

    IMPORTED = "IMPORTED"
    """Counts were set: `counts`, SKU to `[before, after]`, before being null for a new item."""
    RESERVED = "RESERVED"
    """A request got all it asked for: `key`, `lines` (SKU to quantity), `order`, `state`."""
    REFUSED = "REFUSED"
    """A request got nothing: `key`, `order`, `shortages` (`[sku, wanted, free, known]` each)."""
    CONFIRMED = "CONFIRMED"
    """A hold became an allocation."""
    EXTENDED = "EXTENDED"
    """A hold got more time: `expires_at`, microseconds since 1970 UTC."""
    RELEASED = "RELEASED"
    """A hold or an allocation was given back."""
    EXPIRED = "EXPIRED"
    """A hold ran out."""
    CONSUMED = "CONSUMED"
    """An allocation left the shelf for assembly."""
    PROMISE_BROKEN = "PROMISE_BROKEN"
    """A count fell below what was promised, and this reservation was given up: `order`, `state` (before)."""
    CLOCK_ACCEPTED = "CLOCK_ACCEPTED"
    """A clock that had gone back was accepted: `before`, `after`, microseconds since 1970 UTC."""


@frozen
class StockMovement:
    """By how much the counters of one item changed."""

    sku: ItemId
    on_hand: int = 0
    held: int = 0
    allocated: int = 0


@frozen
class StockEvent:
    """One thing that happened to the stock.

    Attributes:
        seq: its place in the total order, from 1 without gaps.
        reservation: the id of the reservation it is about, if any.
        at: when, by the store's clock. Order by `seq`, never by time.
        payload: canonical JSON, see `EventKind`.
        movements: exactly the items whose counters changed, by SKU.
    """

    seq: int
    kind: EventKind
    reservation: str | None
    at: datetime
    payload: str
    movements: tuple[StockMovement, ...]


def canonical(value: object) -> str:
    """JSON with one spelling for one value: keys sorted, no spaces, ASCII only."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
