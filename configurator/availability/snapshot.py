"""Stock as it was counted once: answers questions, reserves nothing."""

from collections.abc import Mapping

from attrs import field, frozen

from configurator.availability.balances import Shortage, StockBalance, missing
from configurator.availability.demand import Demand
from configurator.availability.quantities import ItemId
from configurator.availability.stock_import import checked_counts


def _by_sku(balances: tuple[StockBalance, ...]) -> dict[ItemId, StockBalance]:
    return {balance.sku: balance for balance in balances}


@frozen
class StockSnapshot:
    """Balances at one moment, by SKU."""

    balances: tuple[StockBalance, ...]
    _found: dict[ItemId, StockBalance] = field(init=False, eq=False, repr=False)

    @_found.default
    def _index(self) -> dict[ItemId, StockBalance]:
        return _by_sku(self.balances)

    @classmethod
    def from_counts(cls, counts: Mapping[ItemId, int]) -> "StockSnapshot":
        """A snapshot in which all that was counted is free.

        Raises:
            StockRequestError: a SKU is no name, or a count is negative, fractional or absurd.
        """
        return cls(tuple(StockBalance(sku, count) for sku, count in checked_counts(counts).items()))

    def check(self, demand: Demand) -> tuple[Shortage, ...]:
        """What is missing for a demand, by SKU; empty when everything is there."""
        return missing(demand, self._found)
