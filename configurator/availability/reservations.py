"""Requests for stock, the two answers to one, and the life of a reservation.

    HELD ──confirm──► ALLOCATED ──consume──► CONSUMED
     │ release            │ release, cancel
     ├────────────────────┴────────────────► RELEASED
     └─expire──────────────────────────────► EXPIRED

A request without a time to live begins as ALLOCATED. Every request has a key. The same key with the same
content gives the stored answer again, whatever became of the stock since.
"""

from datetime import date, datetime, timedelta
from enum import Enum
from hashlib import sha256
from typing import Final, TypeAlias

from attrs import field, frozen

from configurator.availability.balances import Shortage
from configurator.availability.demand import Demand, DemandLine
from configurator.availability.ledger import canonical
from configurator.availability.quantities import DEFAULT_LOCATION, ItemId, checked_name, checked_text
from configurator.errors import StockRequestError

LONGEST_TTL: Final = timedelta(days=3660)
"""The longest time to live of a hold: ten years."""

HIGHEST_PRIORITY: Final = 9


class ReservationState(Enum):
    """Where a reservation stands; see the drawing in this module's docstring."""

    HELD = "HELD"
    ALLOCATED = "ALLOCATED"
    CONSUMED = "CONSUMED"
    RELEASED = "RELEASED"
    EXPIRED = "EXPIRED"


@frozen
class ReservedLine:
    """So many of an item at a location, set aside for an order.

    Attributes:
        needed: the later day for which it is promised; `None` for what was set aside from the shelf.
        consumed: how many of them have left the shelf for assembly.
    """

    sku: ItemId
    quantity: int
    location: str = DEFAULT_LOCATION
    needed: date | None = None
    consumed: int = 0

    @property
    def open(self) -> int:
        """How many are still set aside, as long as the reservation lives."""
        return self.quantity - self.consumed


@frozen
class Reservation:
    """Stock set aside for one order, all its lines together.

    Attributes:
        state: the state now; a hold whose time is up reads as EXPIRED even before it is swept.
        lines: what it took, by SKU, day (now first) and location.
        expires_at: from this moment on a hold is void; `None` when it does not expire.
        config_digest: the digest of what was ordered, as the request gave it.
        priority: promises of a lower one are given up first when facts leave too little.
        promised: the day that the customer was promised, if the request named one.
    """

    id: str
    order: str
    state: ReservationState
    lines: tuple[ReservedLine, ...]
    created: datetime
    expires_at: datetime | None
    config_digest: str
    priority: int = 0
    promised: date | None = None


def checked_ttl(ttl: object) -> timedelta:
    """`ttl` as a time to live.

    Raises:
        StockRequestError: it is not a `timedelta` above zero and up to `LONGEST_TTL`.
    """
    if not isinstance(ttl, timedelta) or not timedelta(0) < ttl <= LONGEST_TTL:
        raise StockRequestError(f"a hold lasts more than 0 seconds and at most {LONGEST_TTL.days} days")
    return ttl


@frozen
class ReservationRequest:
    """Ask for everything a demand needs, or nothing.

    Attributes:
        order: the order's own id, a reference.
        demand: what it needs; not empty.
        ttl: how long to hold; `None` allocates at once and for good.
        key: the idempotency key. `None` stands for the order with the number of its earlier refused
            attempts (`SO-1#0`): a refused order may try again, an accepted one is told its reservation.
        content: what is asked for in the caller's own words, such as the order in canonical JSON and its
            day. It then stands for the demand in the request's identity, so that a repeated request is
            known again before its demand is worked out (see `StockStore.recall`). Empty: the demand does.
        config_digest: kept with the reservation, not part of the identity.
        priority: from 0 to 9; promises of a lower one are given up first when facts leave too little.
        promised: the day that the customer is promised; kept with the reservation, not part of the identity.
        replenished: `(sku, day)`: what is bought or made for orders, with the day from which on any quantity
            can be had. What a line needed on that day or later lacks is then added as a firm supply for
            this reservation, due on the line's day, in the same transaction, and promised from it (events
            SUPPLY_ADDED before RESERVED; ids by `procured_id`). When a hold is released or expires, what is
            open of its own supplies is cancelled with it (SUPPLY_CANCELLED), since nobody has ordered it
            yet; those of a cancelled allocation stay. Not part of the identity.
        tentative: the caller asks again if something is short: such a refusal is not stored, and leaves no
            trace. Not part of the identity.

    Raises:
        StockRequestError: the demand is empty, the time to live is not above zero, the priority is none, or
            a name is none.
    """

    order: str = field()
    demand: Demand = field()
    ttl: timedelta | None = field(default=None)
    key: str | None = field(default=None)
    content: str = field(default="")
    config_digest: str = field(default="")
    priority: int = field(default=0)
    promised: date | None = None
    replenished: tuple[tuple[ItemId, date], ...] = ()
    tentative: bool = False

    @priority.validator
    def _check_priority(self, _: object, priority: int) -> None:
        if type(priority) is not int or not 0 <= priority <= HIGHEST_PRIORITY:
            raise StockRequestError(
                f"a priority is a whole number from 0 to {HIGHEST_PRIORITY}, not `{priority}`"
            )

    @order.validator
    def _check_order(self, _: object, order: str) -> None:
        checked_name(order, "the order id")

    @demand.validator
    def _check_demand(self, _: object, demand: Demand) -> None:
        if demand.is_empty:
            raise StockRequestError(f"the order `{self.order}` asks for nothing that is in stock")

    @ttl.validator
    def _check_ttl(self, _: object, ttl: timedelta | None) -> None:
        if ttl is not None:
            checked_ttl(ttl)

    @key.validator
    def _check_key(self, _: object, key: str | None) -> None:
        if key is not None:
            checked_name(key, "the key")

    @content.validator
    def _check_content(self, _: object, content: str) -> None:
        checked_text(content, "the content")

    @config_digest.validator
    def _check_digest(self, _: object, digest: str) -> None:
        if digest != "":
            checked_name(digest, "the digest")

    @property
    def hash(self) -> str:
        """SHA-256 of what makes the request what it is."""
        return request_hash(self.order, self.ttl, self.content or self.demand, self.priority)


def check_identity(order: str, key: str | None, ttl: timedelta | None) -> None:
    """Refuse what no request can be made of.

    Raises:
        StockRequestError: a name that is none, or a time to live that is not above zero.
    """
    checked_name(order, "the order id")
    if key is not None:
        checked_name(key, "the key")
    if ttl is not None:
        checked_ttl(ttl)


def request_hash(order: str, ttl: timedelta | None, asked: str | Demand, priority: int = 0) -> str:
    """SHA-256 of what makes a request what it is: order, time to live, content or demand, and priority.

    Raises:
        StockRequestError: the content is no text.
    """
    microseconds = None if ttl is None else ttl // timedelta(microseconds=1)
    identity: dict[str, object] = {"order": order, "ttl": microseconds}
    if isinstance(asked, Demand):
        identity["demand"] = [_told(line) for line in asked.lines]
    else:
        identity["content"] = checked_text(asked, "the content")
    if priority:
        identity["priority"] = priority
    return sha256(canonical(identity).encode()).hexdigest()


def _told(line: DemandLine) -> list[object]:
    told: list[object] = [line.sku, line.quantity]
    if line.location is None and line.needed is None:
        return told
    return [*told, line.location, None if line.needed is None else line.needed.isoformat()]


@frozen
class Reserved:
    """The request got all it asked for.

    Attributes:
        reservation: as it stands now; after a replay perhaps confirmed, released or expired.
        key: the idempotency key in use, given or made.
        seq: the event that granted it.
        replayed: whether this repeats an answer given before.
    """

    reservation: Reservation
    key: str
    seq: int
    replayed: bool


@frozen
class Refused:
    """The request got nothing, because something was short.

    Attributes:
        shortages: every item that was short at the time of the answer, by SKU; never empty.
        key: the idempotency key in use, given or made.
        seq: the event that refused it.
        replayed: whether this repeats an answer given before.
    """

    shortages: tuple[Shortage, ...]
    key: str
    seq: int
    replayed: bool


ReservationOutcome: TypeAlias = Reserved | Refused


def default_key(order: str, refused_attempts: int) -> str:
    """The key of a request that gives none: `SO-1#0` for the first attempt of `SO-1`."""
    return f"{order}#{refused_attempts}"


def reservation_id(key: str) -> str:
    """The id of the reservation that a key leads to, known before the answer arrives."""
    return "R-" + sha256(key.encode()).hexdigest()[:16]


def procured_id(reservation: str, number: int) -> str:
    """The id of the supply that what is procured for a reservation becomes; numbers count from 1."""
    return f"{reservation}/{number}"
