"""Configurations held against stock: what is short for each, nothing reserved."""

from collections.abc import Iterable, Iterator

from attrs import frozen

from configurator.acceptance.bill_of_materials import bill_of_materials, total_demand
from configurator.availability.balances import Shortage
from configurator.availability.snapshot import StockSnapshot
from configurator.catalog.model import Catalog
from configurator.configuration.model import Configuration


@frozen
class ScreenedConfiguration:
    """A valid configuration and what is missing to build one of it."""

    configuration: Configuration
    shortages: tuple[Shortage, ...]

    @property
    def buildable(self) -> bool:
        """Whether everything is there."""
        return not self.shortages


def screen(
    catalog: Catalog, configurations: Iterable[Configuration], stock: StockSnapshot
) -> Iterator[ScreenedConfiguration]:
    """Each configuration with its shortages, lazily and in the same order; each is asked for on its own."""
    for configuration in configurations:
        demand = total_demand([(bill_of_materials(catalog, configuration), 1)])
        shortages = () if demand.is_empty else stock.check(demand)
        yield ScreenedConfiguration(configuration, shortages)
