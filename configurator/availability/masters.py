"""The stock master: how a component is replenished, how long that takes, and what it costs."""

from collections.abc import Collection, Iterable
from decimal import Decimal
from enum import Enum
from typing import Final

from attrs import field, frozen

from configurator.availability.quantities import ItemId, checked_name
from configurator.errors import StockRequestError

LONGEST_LEAD_TIME: Final = 3660
"""The longest lead time, in days: ten years."""
_LARGEST_COST: Final = Decimal(10**15)
_SMALLEST_COST_STEP: Final = -6


class Policy(Enum):
    """How a component is had."""

    STOCKED = "stocked"
    """Kept on the shelf: only what is there, or is on its way by a firm supply, can be promised."""
    BOUGHT = "bought"
    """Bought when an order needs it: what is short moves the promise by its lead time."""
    MADE = "made"
    """Made when an order needs it: likewise."""


@frozen
class ItemMaster:
    """What is known of an item beside its counts. Everything may be left open.

    Attributes:
        policy: `None` where nothing says; then it counts as stocked.
        lead_time: calendar days from ordering it until it is there; `None` where nothing says.
        cost: what one of it costs the maker, exact; `None` where nothing says.
        currency: of the cost, such as `EUR`; `None` without a cost.

    Raises:
        StockRequestError: the lead time is no whole number of days from 0 to `LONGEST_LEAD_TIME`, or the cost
            is negative, absurd, or has no currency.
    """

    sku: ItemId = field()
    policy: Policy | None = None
    lead_time: int | None = None
    cost: Decimal | None = None
    currency: str | None = None

    def __attrs_post_init__(self) -> None:
        checked_name(self.sku, "the SKU")
        lead_time, cost = self.lead_time, self.cost
        if lead_time is not None and (type(lead_time) is not int or not 0 <= lead_time <= LONGEST_LEAD_TIME):
            raise StockRequestError(
                f"the lead time {lead_time!r} of `{self.sku}` is not a whole number of days "
                f"from 0 to {LONGEST_LEAD_TIME}"
            )
        if cost is not None and not _is_cost(cost):
            raise StockRequestError(f"the cost {cost!r} of `{self.sku}` is no amount from 0 on")
        if (cost is None) != (self.currency is None):
            raise StockRequestError(f"the cost of `{self.sku}` needs an amount and a currency")
        if self.currency is not None:
            checked_name(self.currency, "the currency")

    @property
    def is_open(self) -> bool:
        """Whether it says nothing at all, as if there were no master."""
        return self.policy is None and self.lead_time is None and self.cost is None

    @property
    def replenished_in(self) -> int | None:
        """In how many days any quantity can be had; `None` for what is stocked, or has no lead time.

        At least 1: what is ordered today is there tomorrow at the earliest, like a supply that is due today.
        """
        if self.policy in {None, Policy.STOCKED} or self.lead_time is None:
            return None
        return max(1, self.lead_time)

    def over(self, other: "ItemMaster | None") -> "ItemMaster":
        """This one, with what it leaves open taken from another one about the same item."""
        if other is None:
            return self
        cost, currency = (self.cost, self.currency) if self.cost is not None else (other.cost, other.currency)
        return ItemMaster(
            self.sku,
            self.policy or other.policy,
            other.lead_time if self.lead_time is None else self.lead_time,
            cost,
            currency,
        )


def _is_cost(cost: object) -> bool:
    if not isinstance(cost, Decimal) or not cost.is_finite() or not 0 <= cost <= _LARGEST_COST:
        return False
    exponent = cost.as_tuple().exponent
    return isinstance(exponent, int) and exponent >= _SMALLEST_COST_STEP


def checked_masters(masters: Iterable[ItemMaster]) -> tuple[ItemMaster, ...]:
    """Masters by SKU.

    Raises:
        StockRequestError: an item comes twice.
    """
    by_sku: dict[ItemId, ItemMaster] = {}
    for master in masters:
        if by_sku.setdefault(master.sku, master) is not master:
            raise StockRequestError(f"the master of `{master.sku}` is given twice")
    return tuple(by_sku[sku] for sku in sorted(by_sku))


def changed_masters(
    masters: Iterable[ItemMaster], stocked: Collection[ItemId], known: Iterable[ItemMaster]
) -> tuple[ItemMaster, ...]:
    """Those masters that tell something new, in their order.

    Args:
        masters: what is told.
        stocked: the items that stock knows; the master of any other tells that there is such an item.
        known: the masters until now.
    """
    before = {master.sku: master for master in known}
    return tuple(
        master
        for master in masters
        if master.sku not in stocked or before.get(master.sku, ItemMaster(master.sku)) != master
    )


def masters_payload(masters: Iterable[ItemMaster]) -> dict[str, object]:
    """What the event that sets these masters tells."""
    return {"masters": {master.sku: master_row(master) for master in masters}}


def master_row(master: ItemMaster) -> list[object]:
    """What events and databases say of a master: `[policy, lead_time, cost, currency]`, each may be null.

    The cost is text in decimal notation, without zeros at its end: equal costs have one spelling.
    """
    return [
        None if master.policy is None else master.policy.value,
        master.lead_time,
        None if master.cost is None else _plain(master.cost),
        master.currency,
    ]


def master_from(
    sku: ItemId, policy: str | None, lead_time: int | None, cost: str | None, currency: str | None
) -> ItemMaster:
    """The inverse of `master_row`."""
    return ItemMaster(
        sku,
        None if policy is None else Policy(policy),
        lead_time,
        None if cost is None else Decimal(cost),
        currency,
    )


def _plain(cost: Decimal) -> str:
    # Adding 0 takes the sign from a zero.
    return format(cost.normalize() + 0, "f")
