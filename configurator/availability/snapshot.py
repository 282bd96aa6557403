"""Stock as it was seen once: answers questions, reserves nothing."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime
from functools import cached_property

from attrs import frozen

from configurator.availability.balances import Shortage, StockBalance
from configurator.availability.demand import Demand
from configurator.availability.masters import ItemMaster
from configurator.availability.placing import Placement, place
from configurator.availability.positions import ItemPosition, in_order
from configurator.availability.promisable import PromisableCurve, promisable_curve
from configurator.availability.quantities import ItemId
from configurator.availability.stock_import import checked_counts
from configurator.availability.supply import Commitment, Supply


@frozen(slots=False)
class StockSnapshot:
    """What stock looked like at one moment.

    Attributes:
        balances: by SKU and location.
        supplies: what is still to come, by SKU, day and id; planned receipts too.
        commitments: what live reservations need on later days, by SKU, day and reservation.
        masters: what is known of items beside their counts, by SKU; an item may have no master, and a master
            no balance.
        seq: the last event that is taken into account, 0 before the first.
        at: when; `None` for counts from a file.
    """

    balances: tuple[StockBalance, ...]
    supplies: tuple[Supply, ...] = ()
    commitments: tuple[Commitment, ...] = ()
    masters: tuple[ItemMaster, ...] = ()
    seq: int = 0
    at: datetime | None = None

    @classmethod
    def from_counts(cls, counts: Mapping[ItemId, int], masters: Iterable[ItemMaster] = ()) -> "StockSnapshot":
        """A snapshot in which all that was counted is free.

        Raises:
            StockRequestError: a SKU is no name, or a count is negative, fractional or absurd.
        """
        balances = tuple(StockBalance(sku, count) for sku, count in checked_counts(counts).items())
        return cls(balances, masters=tuple(sorted(masters, key=lambda each: each.sku)))

    @property
    def today(self) -> date:
        """The stock's day, in UTC; of counts from a file the first day there is: all days are later."""
        return date.min if self.at is None else self.at.astimezone(UTC).date()

    @cached_property
    def positions(self) -> Mapping[ItemId, tuple[ItemPosition, ...]]:
        """Every item over time, one position per location, in the order in which stock is taken from them."""
        supplies: dict[tuple[ItemId, str], list[Supply]] = defaultdict(list)
        for supply in self.supplies:
            supplies[supply.sku, supply.location].append(supply)
        commitments: dict[tuple[ItemId, str], list[Commitment]] = defaultdict(list)
        for commitment in self.commitments:
            commitments[commitment.sku, commitment.location].append(commitment)
        found: dict[ItemId, list[ItemPosition]] = {}
        for balance in self.balances:
            at = (balance.sku, balance.location)
            position = ItemPosition(
                balance.sku,
                balance.on_hand - balance.promised,
                balance.floor,
                tuple(supplies[at]),
                tuple(commitments[at]),
                balance.location,
            )
            found.setdefault(balance.sku, []).append(position)
        return {sku: in_order(positions) for sku, positions in found.items()}

    @cached_property
    def master_of(self) -> Mapping[ItemId, ItemMaster]:
        """Masters by SKU."""
        return {master.sku: master for master in self.masters}

    def curve(
        self, sku: ItemId, *, location: str | None = None, today: date | None = None
    ) -> PromisableCurve:
        """How many of an item can be promised from which day on, replenishment to order left out.

        Worked out once for each item, location and day.
        """
        asked = (sku, location, today or self.today)
        found = self._curves.get(asked)
        if found is None:
            places = self.positions.get(sku, ())
            chosen = [each for each in places if location is None or each.location == location]
            found = self._curves[asked] = promisable_curve(chosen, asked[2])
        return found

    @cached_property
    def _curves(self) -> dict[tuple[ItemId, str | None, date], PromisableCurve]:
        return {}

    def place(self, demand: Demand) -> Placement:
        """Where a demand would be taken from now, or what is short."""
        return place(demand, self.positions, self.today)

    def check(self, demand: Demand) -> tuple[Shortage, ...]:
        """What is missing for a demand, in its order; empty when everything is there."""
        return self.place(demand).shortages
