"""What is asked of stock, no matter by whom."""

from collections.abc import Iterable, Mapping

from attrs import field, frozen

from configurator.availability.quantities import ItemId, checked_name, checked_quantity


@frozen
class DemandLine:
    """So many of one item.

    Raises:
        StockRequestError: the quantity is negative, fractional or absurd, or the SKU is no name.
    """

    sku: ItemId = field()
    quantity: int = field()

    @sku.validator
    def _check_sku(self, _: object, sku: ItemId) -> None:
        checked_name(sku, "the SKU")

    @quantity.validator
    def _check_quantity(self, _: object, quantity: int) -> None:
        checked_quantity(quantity, self.sku)


def _aggregated(lines: Iterable[DemandLine]) -> tuple[DemandLine, ...]:
    totals: dict[ItemId, int] = {}
    for line in lines:
        totals[line.sku] = totals.get(line.sku, 0) + line.quantity
    return tuple(DemandLine(sku, quantity) for sku, quantity in sorted(totals.items()) if quantity)


@frozen
class Demand:
    """Everything that one request needs, each item once.

    INVARIANT: lines are added up by SKU, have no zeros, and are sorted by SKU. So an item that an order
    needs in two places is compared with stock as a whole, and the order and splitting of lines never matter.

    Raises:
        StockRequestError: a sum is above what one line may ask for.
    """

    lines: tuple[DemandLine, ...] = field(default=(), converter=_aggregated)

    @classmethod
    def of(cls, wanted: Mapping[ItemId, int] | Iterable[tuple[ItemId, int]]) -> "Demand":
        """A demand from quantities by SKU; pairs may name a SKU more than once."""
        pairs = wanted.items() if isinstance(wanted, Mapping) else wanted
        return cls(tuple(DemandLine(sku, quantity) for sku, quantity in pairs))

    @property
    def skus(self) -> tuple[ItemId, ...]:
        """The items asked for, sorted."""
        return tuple(line.sku for line in self.lines)

    @property
    def is_empty(self) -> bool:
        """Whether nothing is asked for."""
        return not self.lines

    def __add__(self, other: "Demand") -> "Demand":
        return Demand(self.lines + other.lines)
