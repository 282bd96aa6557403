"""Requests for stock, the two answers to one, and the life of a reservation.

    HELD ──confirm──► ALLOCATED ──consume──► CONSUMED
     │ release            │ release
     ├────────────────────┴────────────────► RELEASED
     └─expire──────────────────────────────► EXPIRED

A request without a time to live begins as ALLOCATED. Every request has a key. The same key with the same
content gives the stored answer again, whatever became of the stock since.
"""

from datetime import datetime, timedelta
from enum import Enum
from hashlib import sha256
from typing import Final, TypeAlias

from attrs import field, frozen

from configurator.availability.balances import Shortage
from configurator.availability.demand import Demand, DemandLine
from configurator.availability.ledger import canonical
from configurator.availability.quantities import checked_name
from configurator.errors import StockRequestError

LONGEST_TTL: Final = timedelta(days=3660)
"""The longest time to live of a hold: ten years."""


class ReservationState(Enum):
    """Where a reservation stands; see the drawing in this module's docstring."""

    HELD = "HELD"
    ALLOCATED = "ALLOCATED"
    CONSUMED = "CONSUMED"
    RELEASED = "RELEASED"
    EXPIRED = "EXPIRED"


@frozen
class Reservation:
    """Stock set aside for one order, all its lines together.

    Attributes:
        state: the state now; a hold whose time is up reads as EXPIRED even before it is swept.
        lines: what it took, by SKU.
        expires_at: from this moment on a hold is void; `None` when it does not expire.
        config_digest: the digest of what was ordered, as the request gave it.
    """

    id: str
    order: str
    state: ReservationState
    lines: tuple[DemandLine, ...]
    created: datetime
    expires_at: datetime | None
    config_digest: str


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

    Raises:
        StockRequestError: the demand is empty, the time to live is not above zero, or a name is none.
    """

    order: str = field()
    demand: Demand = field()
    ttl: timedelta | None = field(default=None)
    key: str | None = field(default=None)
    content: str = ""
    config_digest: str = field(default="")

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

    @config_digest.validator
    def _check_digest(self, _: object, digest: str) -> None:
        if digest:
            checked_name(digest, "the digest")

    @property
    def hash(self) -> str:
        """SHA-256 of what makes the request what it is."""
        return request_hash(self.order, self.ttl, self.content or self.demand)


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


def request_hash(order: str, ttl: timedelta | None, asked: str | Demand) -> str:
    """SHA-256 of what makes a request what it is: order, time to live, and its content or demand."""
    microseconds = None if ttl is None else ttl // timedelta(microseconds=1)
    identity: dict[str, object] = {"order": order, "ttl": microseconds}
    if isinstance(asked, str):
        identity["content"] = asked
    else:
        identity["demand"] = [[line.sku, line.quantity] for line in asked.lines]
    return sha256(canonical(identity).encode()).hexdigest()


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
