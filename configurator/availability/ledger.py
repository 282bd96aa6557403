"""The append-only story of a stock: events in one total order, and the movements each one caused."""

import json
from datetime import datetime
from enum import Enum
from typing import Final

from attrs import frozen

from configurator.availability.quantities import DEFAULT_LOCATION, ItemId


class EventKind(Enum):
    """What happened. Each kind says which keys its payload has."""

    IMPORTED = "IMPORTED"
    """Counts were set: `counts`, SKU to `[before, after]` of those that changed, before being null for one
    that is new there, and `location`."""
    RECEIVED = "RECEIVED"
    """Goods came: `key`, `location`, `quantity`, `sku`, `supply` (its id or null)."""
    ADJUSTED = "ADJUSTED"
    """Goods were found or lost: `change`, `key`, `location`, `reason`, `sku`."""
    TRANSFERRED = "TRANSFERRED"
    """Goods moved: `key`, `quantity`, `sku`, `source`, `target`."""
    FLOOR_SET = "FLOOR_SET"
    """The safety stock was set: `after`, `before`, `location`, `sku`."""
    MASTERS_SET = "MASTERS_SET"
    """Masters were set: `masters`, SKU to `[policy, lead_time, cost, currency]` of those that changed or are
    new; each may be null, the cost is text (see `masters.master_row`)."""
    SUPPLY_ADDED = "SUPPLY_ADDED"
    """A receipt is expected: `due`, `firm`, `location`, `quantity`, `sku`, `supply` (its id). The event names
    the reservation for which it is bought or made, if any."""
    SUPPLY_CHANGED = "SUPPLY_CHANGED"
    """An expected receipt changed: `supply`, and `before` and `after`, each `[due, quantity, firm]`."""
    SUPPLY_CANCELLED = "SUPPLY_CANCELLED"
    """An expected receipt will not come: `open`, `supply`. The event names the hold with which it went."""
    RESERVED = "RESERVED"
    """A request got all it asked for: `key`, `lines` (`[sku, location, needed, quantity]` each, as taken,
    `needed` being null for now), `order`, `state`."""
    REFUSED = "REFUSED"
    """A request got nothing: `key`, `order`, `shortages` (see `balances.shortage_rows`)."""
    CONFIRMED = "CONFIRMED"
    """A hold became an allocation."""
    EXTENDED = "EXTENDED"
    """A hold got more time: `expires_at`, microseconds since 1970 UTC."""
    RELEASED = "RELEASED"
    """A hold or an allocation was given back."""
    CANCELLED = "CANCELLED"
    """An accepted order was called off, and what was allocated to it is free again."""
    EXPIRED = "EXPIRED"
    """A hold ran out."""
    CONSUMED = "CONSUMED"
    """An allocation, or part of it, left the shelf: `lines` (`[sku, location, needed, quantity]` each)."""
    PROMISE_BROKEN = "PROMISE_BROKEN"
    """A fact left too little for what was promised, and this reservation was given up: `because` (the kind of
    the event that follows), `order`, `state` (before)."""
    CLOCK_ACCEPTED = "CLOCK_ACCEPTED"
    """A clock that had gone back was accepted: `before`, `after`, microseconds since 1970 UTC."""


@frozen
class StockMovement:
    """By how much the counters of one item at one location changed.

    Attributes:
        planned: of what is promised for later days and not taken from the shelf.
    """

    sku: ItemId
    on_hand: int = 0
    held: int = 0
    allocated: int = 0
    planned: int = 0
    location: str = DEFAULT_LOCATION


@frozen
class StockEvent:
    """One thing that happened to the stock.

    Attributes:
        seq: its place in the total order, from 1; without gaps, but for those that calls which were rolled
            back leave in PostgreSQL.
        reservation: the id of the reservation it is about, if any.
        at: when, by the store's clock. Order by `seq`, never by time.
        payload: canonical JSON, see `EventKind`.
        movements: exactly the counters that changed, by SKU and location.
        actor: who did it, as the caller names himself when he opens the store; empty when he does not.
    """

    seq: int
    kind: EventKind
    reservation: str | None
    at: datetime
    payload: str
    movements: tuple[StockMovement, ...]
    actor: str = ""


# Made once: `json.dumps` makes a new one for every call, a quarter of the time of a reservation's texts.
_ENCODER: Final = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=True)


def canonical(value: object) -> str:
    """JSON with one spelling for one value: keys sorted, no spaces, ASCII only."""
    return _ENCODER.encode(value)
