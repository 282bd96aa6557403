"""What is short in the whole stock: shelves at their floor, promises in trouble, overdue supplies."""

from datetime import date

from attrs import frozen

from configurator.availability.answers.pegging import Peg, pegging
from configurator.availability.masters import Policy
from configurator.availability.quantities import ItemId
from configurator.availability.snapshot import StockSnapshot
from configurator.availability.supply import Supply


@frozen
class LowItem:
    """An item of which no more is left at a location than its safety stock.

    Attributes:
        unpromised: on hand less held and allocated; the safety stock is still in it.
        coming: what firm supplies will bring.
        expected: the day of the first of them; `None` where none is on its way. It may have gone by.
    """

    sku: ItemId
    location: str
    unpromised: int
    floor: int
    coming: int
    expected: date | None

    @property
    def below(self) -> int:
        """By how many it is below its safety stock; 0 where it is just at it."""
        return max(0, self.floor - self.unpromised)


@frozen
class StockShortages:
    """What is short overall.

    Attributes:
        low: items at or below their safety stock, by SKU and location. Those that are bought or made for an
            order and have none are not among them.
        late: promises that too little is there for in time, as they are pegged; in the order of `Pegging`.
        overdue: supplies that were due before today and have not come, by day and id; planned ones too.
        today: the day of the answer.
        seq: the last event that is taken into account.
    """

    low: tuple[LowItem, ...]
    late: tuple[Peg, ...]
    overdue: tuple[Supply, ...]
    today: date
    seq: int

    @property
    def is_empty(self) -> bool:
        """Whether nothing is short."""
        return not (self.low or self.late or self.overdue)


def shortages(snapshot: StockSnapshot, *, today: date | None = None) -> StockShortages:
    """What is short overall; `today` is the snapshot's own day where none is given."""
    today = today or snapshot.today
    overdue = [supply for supply in snapshot.supplies if supply.open and supply.due < today]
    return StockShortages(
        _low(snapshot),
        pegging(snapshot, today=today).late,
        tuple(sorted(overdue, key=lambda supply: (supply.due, supply.id))),
        today,
        snapshot.seq,
    )


def _low(snapshot: StockSnapshot) -> tuple[LowItem, ...]:
    found: list[LowItem] = []
    for sku, positions in sorted(snapshot.positions.items()):
        master = snapshot.master_of.get(sku)
        to_order = master is not None and master.policy in {Policy.BOUGHT, Policy.MADE}
        for position in sorted(positions, key=lambda each: each.location):
            if position.unpromised > position.floor or (to_order and not position.floor):
                continue
            firm = [supply for supply in position.supplies if supply.firm and supply.open]
            coming = sum(supply.open for supply in firm)
            expected = min((supply.due for supply in firm), default=None)
            found.append(
                LowItem(sku, position.location, position.unpromised, position.floor, coming, expected)
            )
    return tuple(found)
