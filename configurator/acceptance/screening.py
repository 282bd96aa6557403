"""Configurations held against stock: what is short for each, nothing reserved."""

from collections.abc import Iterable, Iterator

from attrs import frozen

from configurator.acceptance.bill_of_materials import bill_of_materials, total_demand
from configurator.acceptance.stock_facts import StockTerms
from configurator.availability.balances import Shortage
from configurator.catalog.model import Catalog
from configurator.catalog.structure import Component
from configurator.configuration.model import Configuration


@frozen
class ScreenedConfiguration:
    """A valid configuration and what is missing to build it, as often as was asked."""

    configuration: Configuration
    shortages: tuple[Shortage, ...]

    @property
    def buildable(self) -> bool:
        """Whether everything is there."""
        return not self.shortages


def screen(
    catalog: Catalog, configurations: Iterable[Configuration], terms: StockTerms
) -> Iterator[ScreenedConfiguration]:
    """Each configuration with its shortages, lazily and in the same order; each is asked for on its own."""
    components = {each.sku: each for family in catalog.families.values() for each in family.components}
    for configuration in configurations:
        if not isinstance(configuration, Configuration):
            raise TypeError(
                f"what is held against stock is a `Configuration`, not `{configuration!r}`; "
                "`validate`, `complete` and `configurations` give some"
            )
        yield ScreenedConfiguration(configuration, shortages_of(catalog, configuration, terms, components))


def shortages_of(
    catalog: Catalog,
    configuration: Configuration,
    terms: StockTerms,
    components: dict[str, Component],
) -> tuple[Shortage, ...]:
    """What is short for a configuration, by SKU; empty where it can be built."""
    demand = total_demand([(bill_of_materials(catalog, configuration), terms.times)])
    free = {line.sku: terms.free(components[line.sku]) for line in demand.lines}
    return tuple(
        Shortage(line.sku, line.quantity, had, terms.knows(line.sku), needed=terms.needed)
        for line in demand.lines
        if (had := free[line.sku]) is not None and had < line.quantity
    )
