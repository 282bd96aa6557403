"""What is still to come: dated receipts, and what later days were promised of them."""

import re
from datetime import date
from typing import Final

from attrs import evolve, field, frozen

from configurator.availability.quantities import DEFAULT_LOCATION, ItemId, checked_name, checked_quantity
from configurator.errors import StockRequestError

_PROCURED: Final = re.compile(r"R-[0-9a-f]{16}/[0-9]+")
"""See `reservations.procured_id`."""


@frozen
class Supply:
    """A receipt that is expected on a day.

    Attributes:
        id: the caller's own name for it, such as a purchase order and its line; unique in the stock.
        due: the day from which on it can be promised.
        quantity: how many are expected in all; at least 1.
        received: how many of them have come already.
        firm: whether it may be promised; what is only planned is shown and never counted on.
        reservation: the one for which it is bought or made, until it is changed by hand; else empty.

    Raises:
        StockRequestError: a name, quantity or day that is none.
    """

    id: str = field()
    sku: ItemId = field()
    due: date = field()
    quantity: int = field()
    location: str = field(default=DEFAULT_LOCATION)
    received: int = 0
    firm: bool = True
    reservation: str = ""

    def __attrs_post_init__(self) -> None:
        checked_name(self.id, "the supply's id")
        checked_name(self.sku, "the SKU")
        checked_name(self.location, "the location")
        checked_quantity(self.quantity, self.sku)
        if self.quantity == 0:
            raise StockRequestError(f"the supply `{self.id}` brings nothing of `{self.sku}`")
        if type(self.due) is not date:
            raise StockRequestError(f"the day on which the supply `{self.id}` is due is a date")

    @property
    def open(self) -> int:
        """How many are still to come."""
        return max(0, self.quantity - self.received)


@frozen
class Commitment:
    """What a live reservation will need on a later day, and has not been taken from the shelf for it.

    Attributes:
        needed: the day.
        quantity: how many are still to be taken.
        order: the order that the reservation is for.
    """

    sku: ItemId
    location: str
    needed: date
    quantity: int
    reservation: str
    order: str


def check_new(supply: Supply) -> None:
    """Refuse to expect what has come in part already, or has an id that reservations give.

    Raises:
        StockRequestError: it is so.
    """
    if _PROCURED.fullmatch(supply.id):
        raise StockRequestError(f"the supply's id `{supply.id}` is kept for what reservations procure")
    if supply.received:
        raise StockRequestError(
            f"{supply.received} of the supply `{supply.id}` have come already; add what is open"
        )


def check_receipt_of(supply: Supply | None, named: str, sku: ItemId, location: str) -> None:
    """Refuse a receipt that is not the one expected.

    Args:
        supply: what is expected under the name, `None` where nothing is or nothing more.
        named: the id that the receipt names.
        sku: what came.
        location: where it came to.

    Raises:
        StockRequestError: no such supply is open, or it is of another item or location.
    """
    if supply is None:
        raise no_open_supply(named)
    if (supply.sku, supply.location) != (sku, location):
        raise StockRequestError(
            f"the supply `{supply.id}` is of `{supply.sku}` at `{supply.location}`, "
            f"not of `{sku}` at `{location}`"
        )


def no_open_supply(named: str) -> StockRequestError:
    """The error of naming a supply that is not known, has come in full or was cancelled."""
    return StockRequestError(f"no supply `{named}` is open")


def unknown_supply(named: str) -> StockRequestError:
    """The error of naming a supply that is not known."""
    return StockRequestError(f"no supply `{named}`")


def changed(supply: Supply, due: date | None, quantity: int | None, *, firm: bool | None) -> Supply:
    """A supply with what is not `None` in place of what was; then it is nobody's in particular.

    Raises:
        StockRequestError: the quantity is none, or less than has come already; the day is no date.
    """
    after = evolve(
        supply,
        reservation="",
        due=supply.due if due is None else due,
        quantity=supply.quantity if quantity is None else quantity,
        firm=supply.firm if firm is None else firm,
    )
    if supply_row(after) == supply_row(supply):
        return supply
    if after.quantity < supply.received:
        raise StockRequestError(
            f"{supply.received} of the supply `{supply.id}` have come already, "
            f"so it cannot be {after.quantity}"
        )
    return after


def supply_row(supply: Supply) -> list[object]:
    """What events tell of a supply that changes: `[due, quantity, firm]`."""
    return [supply.due.isoformat(), supply.quantity, supply.firm]
