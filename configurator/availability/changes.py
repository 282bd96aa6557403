"""Facts that a store is told (goods came, were lost, moved), checked and known again, and what it answers.

Each fact has a hash of its content for its idempotency key, and the payload of its event.
"""

from collections.abc import Callable, Mapping
from hashlib import sha256

from attrs import field, frozen

from configurator.availability.ledger import canonical
from configurator.availability.quantities import (
    DEFAULT_LOCATION,
    MAXIMUM_QUANTITY,
    ItemId,
    checked_name,
    checked_quantity,
)
from configurator.availability.reservations import Reservation
from configurator.errors import StockRequestError


@frozen
class StockChange:
    """A fact that was booked.

    Attributes:
        seq: the event that booked it; 0 where there was nothing to change.
        broken: the reservations that had to be given up, in that order; as they stood before. Of a fact told
            again, as they stand now.
        replayed: whether this repeats an answer given before.
    """

    seq: int
    broken: tuple[Reservation, ...] = ()
    replayed: bool = False


@frozen
class Receipt:
    """Goods that came, see `StockStore.receive`.

    Raises:
        StockRequestError: a name is none, or the quantity is not from 1 on.
    """

    sku: ItemId = field()
    quantity: int = field()
    location: str = field(default=DEFAULT_LOCATION)
    supply: str | None = field(default=None)
    key: str | None = field(default=None)

    def __attrs_post_init__(self) -> None:
        checked_name(self.sku, "the SKU")
        checked_name(self.location, "the location")
        if checked_quantity(self.quantity, self.sku) == 0:
            raise StockRequestError(f"nothing of `{self.sku}` is received with the quantity 0")
        if self.supply is not None:
            checked_name(self.supply, "the supply's id")
        _check_key(self.key)

    @property
    def hash(self) -> str:
        """SHA-256 of what makes the receipt what it is."""
        return _hash("receive", self.sku, self.quantity, self.location, self.supply)

    @property
    def payload(self) -> dict[str, object]:
        """What its event tells."""
        return {
            "key": self.key,
            "location": self.location,
            "quantity": self.quantity,
            "sku": self.sku,
            "supply": self.supply,
        }


@frozen
class Adjustment:
    """Goods that were found or lost, see `StockStore.adjust`. Whether it may break promises is no part of it.

    Raises:
        StockRequestError: a name is none, there is no reason, or the change is 0 or absurd.
    """

    sku: ItemId = field()
    change: int = field()
    reason: str = field()
    location: str = field(default=DEFAULT_LOCATION)
    key: str | None = field(default=None)

    def __attrs_post_init__(self) -> None:
        checked_name(self.sku, "the SKU")
        checked_name(self.reason, "the reason")
        checked_name(self.location, "the location")
        if type(self.change) is not int or not 0 < abs(self.change) <= MAXIMUM_QUANTITY:
            raise StockRequestError(
                f"the change `{self.change!r}` of `{self.sku}` is not a whole number other than 0, "
                f"up to {MAXIMUM_QUANTITY} either way"
            )
        _check_key(self.key)

    @property
    def hash(self) -> str:
        """SHA-256 of what makes the adjustment what it is."""
        return _hash("adjust", self.sku, self.change, self.reason, self.location)

    @property
    def payload(self) -> dict[str, object]:
        """What its event tells."""
        return {
            "change": self.change,
            "key": self.key,
            "location": self.location,
            "reason": self.reason,
            "sku": self.sku,
        }


@frozen
class Transfer:
    """Goods that move, see `StockStore.transfer`.

    Raises:
        StockRequestError: a name is none, the quantity is not from 1 on, or the two locations are one.
    """

    sku: ItemId = field()
    quantity: int = field()
    source: str = field()
    target: str = field()
    key: str | None = field(default=None)

    def __attrs_post_init__(self) -> None:
        checked_name(self.sku, "the SKU")
        checked_name(self.source, "the source")
        checked_name(self.target, "the target")
        if checked_quantity(self.quantity, self.sku) == 0:
            raise StockRequestError(f"nothing of `{self.sku}` is moved with the quantity 0")
        if self.source == self.target:
            raise StockRequestError(f"`{self.sku}` lies at `{self.target}` already")
        _check_key(self.key)

    @property
    def hash(self) -> str:
        """SHA-256 of what makes the transfer what it is."""
        return _hash("transfer", self.sku, self.quantity, self.source, self.target)

    @property
    def payload(self) -> dict[str, object]:
        """What its event tells."""
        return {
            "key": self.key,
            "quantity": self.quantity,
            "sku": self.sku,
            "source": self.source,
            "target": self.target,
        }


def change_row(change: StockChange) -> dict[str, object]:
    """An answer as it is stored under a key."""
    return {"booked": change.seq, "broken": [each.id for each in change.broken]}


def change_again(
    row: Mapping[str, object], key: str, reservation_of: Callable[[str], Reservation]
) -> StockChange:
    """The answer to a fact that is told again.

    Args:
        row: what `change_row` gave.
        key: under which it was stored.
        reservation_of: a reservation by its id, as it stands now.
    """
    match row:
        case {"booked": int(seq), "broken": list(ids)}:
            return StockChange(seq, tuple(map(reservation_of, ids)), replayed=True)
        case _:
            raise AssertionError(f"the stored answer to `{key}` is not that of a fact")


def unknown_place(sku: ItemId, location: str) -> StockRequestError:
    """The error of a fact about an item where stock knows none."""
    return StockRequestError(f"stock knows no `{sku}` at `{location}`")


def more_lost_than_there(adjustment: Adjustment, on_hand: int) -> StockRequestError:
    """The error of an adjustment that would leave less than nothing."""
    return StockRequestError(
        f"only {on_hand} of `{adjustment.sku}` at `{adjustment.location}` are on hand, "
        f"{-adjustment.change} cannot be lost"
    )


def _check_key(key: str | None) -> None:
    if key is not None:
        checked_name(key, "the key")


def _hash(operation: str, *content: object) -> str:
    return sha256(canonical([operation, *content]).encode()).hexdigest()
