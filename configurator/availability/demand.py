"""What is asked of stock, no matter by whom."""

from collections.abc import Iterable, Mapping
from datetime import date

from attrs import evolve, field, frozen

from configurator.availability.quantities import ItemId, checked_name, checked_quantity
from configurator.errors import StockRequestError


@frozen
class DemandLine:
    """So many of one item.

    Attributes:
        location: where it has to be taken from; `None` for wherever it is.
        needed: the day on which it has to be there; `None` for now. A day that has come is now.

    Raises:
        StockRequestError: the quantity is negative, fractional or absurd, or the SKU or location is no name.
    """

    sku: ItemId = field()
    quantity: int = field()
    location: str | None = field(default=None)
    needed: date | None = field(default=None)

    @sku.validator
    def _check_sku(self, _: object, sku: ItemId) -> None:
        checked_name(sku, "the SKU")

    @quantity.validator
    def _check_quantity(self, _: object, quantity: int) -> None:
        checked_quantity(quantity, self.sku)

    @location.validator
    def _check_location(self, _: object, location: str | None) -> None:
        if location is not None:
            checked_name(location, "the location")

    @needed.validator
    def _check_needed(self, _: object, needed: date | None) -> None:
        if needed is not None and type(needed) is not date:
            raise StockRequestError(f"the day on which `{self.sku}` is needed is a date, not {needed!r}")


_PAIR = 2

_Wanted = tuple[ItemId, str | None, date | None]


def _rank(wanted: _Wanted) -> tuple[ItemId, date, str]:
    sku, location, needed = wanted
    return sku, needed or date.min, location or ""


def _aggregated(lines: Iterable[DemandLine]) -> tuple[DemandLine, ...]:
    totals: dict[_Wanted, int] = {}
    for line in lines:
        wanted = (line.sku, line.location, line.needed)
        totals[wanted] = totals.get(wanted, 0) + line.quantity
    return tuple(
        DemandLine(wanted[0], totals[wanted], wanted[1], wanted[2])
        for wanted in sorted(totals, key=_rank)
        if totals[wanted]
    )


def _line_of(wanted: tuple[ItemId, int] | DemandLine) -> DemandLine:
    if isinstance(wanted, DemandLine):
        return wanted
    if not isinstance(wanted, tuple | list) or len(wanted) != _PAIR:
        raise TypeError(f"a demand is made of pairs of a SKU and a quantity, not of `{wanted!r}`")
    return DemandLine(*wanted)


@frozen
class Demand:
    """Everything that one request needs.

    INVARIANT: lines are added up by SKU, location and day, have no zeros, and are sorted by SKU, day (now
    first) and location (any first). So an item that an order needs in two places is compared with stock as a
    whole, and the order and splitting of lines never matter.

    Raises:
        StockRequestError: a sum is above what one line may ask for.
    """

    lines: tuple[DemandLine, ...] = field(default=(), converter=_aggregated)

    @classmethod
    def of(cls, wanted: Mapping[ItemId, int] | Iterable[tuple[ItemId, int] | DemandLine]) -> "Demand":
        """A demand from quantities by SKU, needed now, and from lines as they are; a SKU may come twice.

        Raises:
            TypeError: something is neither a pair nor a line.
            StockRequestError: as in `DemandLine`.
        """
        pairs = wanted.items() if isinstance(wanted, Mapping) else wanted
        return cls(tuple(_line_of(each) for each in pairs))

    @property
    def skus(self) -> tuple[ItemId, ...]:
        """The items asked for, sorted, each once."""
        return tuple(dict.fromkeys(line.sku for line in self.lines))

    @property
    def is_empty(self) -> bool:
        """Whether nothing is asked for."""
        return not self.lines

    def seen_from(self, today: date) -> "Demand":
        """The same, in which a day that has come is now."""
        if all(line.needed is None or line.needed > today for line in self.lines):
            return self
        return Demand(
            tuple(
                line if line.needed is None or line.needed > today else evolve(line, needed=None)
                for line in self.lines
            )
        )

    def needed_on(self, day: date | None) -> "Demand":
        """The same, all of it needed on one day; `None` for now."""
        return Demand(tuple(evolve(line, needed=day) for line in self.lines))

    def times(self, number: int) -> "Demand":
        """So many of the same."""
        return Demand(tuple(evolve(line, quantity=line.quantity * number) for line in self.lines))

    def __add__(self, other: "Demand") -> "Demand":
        return Demand(self.lines + other.lines)
