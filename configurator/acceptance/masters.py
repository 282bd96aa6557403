"""What catalog and stock master know together: policies, lead times and costs, and how long assembly takes.

The catalog says how a component is had by the columns `policy`, `lead_time` and `cost` of its family. What
the stock master says of it wins, field by field: it is kept by those who buy.
"""

from collections.abc import Iterable
from decimal import Decimal
from fractions import Fraction

from attrs import evolve

from configurator.availability.answers.calendar import EVERY_DAY, ClosedDays, WorkingCalendar
from configurator.availability.masters import ItemMaster, Policy
from configurator.availability.quantities import ItemId
from configurator.availability.snapshot import StockSnapshot
from configurator.catalog.model import Catalog
from configurator.catalog.replenishment import Replenishment, replenishment_of


def component_masters(catalog: Catalog) -> tuple[ItemMaster, ...]:
    """What a catalog says of its stocked components, by SKU, without those of which it says nothing.

    A SKU in several families is one item: what one of them leaves open is taken from the next.
    """
    found: dict[ItemId, ItemMaster] = {}
    for family in catalog.families.values():
        for component in family.components:
            if component.stocked:
                read = replenishment_of(component, family, catalog.units, catalog.currency)
                if read != Replenishment():
                    here = _master(component.sku, read, catalog)
                    known = found.get(component.sku)
                    found[component.sku] = here if known is None else known.over(here)
    return tuple(found[sku] for sku in sorted(found))


def known_masters(catalog: Catalog, stock: Iterable[ItemMaster]) -> tuple[ItemMaster, ...]:
    """What stock master and catalog know together, by SKU; the stock master wins, field by field."""
    known = {master.sku: master for master in component_masters(catalog)}
    for master in stock:
        known[master.sku] = master.over(known.get(master.sku))
    return tuple(known[sku] for sku in sorted(known))


def with_masters(catalog: Catalog, snapshot: StockSnapshot) -> StockSnapshot:
    """A snapshot that knows what the catalog says of its components: the one to ask about promises."""
    return evolve(snapshot, masters=known_masters(catalog, snapshot.masters))


def assembly_days(catalog: Catalog) -> int:
    """How many working days it takes to assemble one product; 0 where the catalog does not say."""
    return catalog.final_assembly.days if catalog.final_assembly else 0


def working_calendar(catalog: Catalog) -> WorkingCalendar:
    """On which days products are assembled; on every day where the catalog does not say."""
    assembly = catalog.final_assembly
    if assembly is None:
        return EVERY_DAY
    # A closed stretch that is written has both ends.
    closed = [ClosedDays(days.start, days.end) for days in assembly.closed if days.start and days.end]
    return WorkingCalendar(assembly.workdays, tuple(closed))


def assembly_cost(catalog: Catalog) -> Decimal | None:
    """What assembling one product costs the maker, in the catalog's currency; `None` where nothing says."""
    assembly = catalog.final_assembly
    if assembly is None or assembly.cost is None or catalog.currency is None:
        return None
    return _decimal(Fraction(assembly.cost) / catalog.currency.factor)


def _master(sku: ItemId, read: Replenishment, catalog: Catalog) -> ItemMaster:
    cost = None if read.cost is None else _decimal(read.cost)
    currency = None if cost is None or catalog.currency is None else catalog.currency.name
    return ItemMaster(sku, Policy(read.policy) if read.policy else None, read.lead_time, cost, currency)


def _decimal(amount: Fraction) -> Decimal:
    """An amount that has at most six decimals, with two at least."""
    cents = amount * 100
    if cents.denominator == 1:
        return Decimal(cents.numerator).scaleb(-2)
    return Decimal((amount * 10**6).numerator).scaleb(-6).normalize()
