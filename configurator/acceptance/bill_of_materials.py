"""From configurations to the components they take from stock."""

from collections.abc import Iterable

from attrs import frozen

from configurator.availability.demand import Demand
from configurator.catalog.model import Catalog
from configurator.catalog.structure import Slot
from configurator.configuration.model import ComponentQuantity, Configuration


@frozen
class BillLine:
    """So many units of a component in one slot of one product."""

    slot: str
    component: str
    quantity: int


def bill_of_materials(catalog: Catalog, configuration: Configuration) -> tuple[BillLine, ...]:
    """The stocked components of one product, slot by slot in catalog order."""
    lines: list[BillLine] = []
    for slot in catalog.slots:
        for component, quantity in components_in(configuration, slot):
            found = catalog.component(slot.family, component)
            if found is not None and found.stocked:
                lines.append(BillLine(slot.key, component, quantity))
    return tuple(lines)


def components_in(configuration: Configuration, slot: Slot) -> tuple[tuple[str, int], ...]:
    """What fills a slot, as SKUs with quantities."""
    # An instance of an assembly that is not there has nothing.
    match configuration.get(slot.key):
        case str() as component:
            return ((component, 1),)
        case ComponentQuantity(component=component, quantity=quantity):
            return ((component, quantity),)
        case tuple() as items:
            return tuple((i.component, i.quantity) for i in items if isinstance(i, ComponentQuantity))
        case _:
            return ()


def total_demand(bills: Iterable[tuple[tuple[BillLine, ...], int]]) -> Demand:
    """What all the bills need together, each times its number of products.

    The same component in two slots or two lines is added up here, before anything is checked.
    """
    return Demand.of([(line.component, line.quantity * times) for bill, times in bills for line in bill])
