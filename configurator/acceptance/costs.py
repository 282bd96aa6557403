"""What an order brings in and what it costs the maker, told apart.

The price is what the catalog's calc `price` says. The cost is what stock's masters say of the components, and
the catalog of the assembly. Nothing is converted: what is known in another currency only is not known.
"""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction

from attrs import frozen

from configurator.availability.demand import Demand
from configurator.availability.masters import ItemMaster
from configurator.availability.quantities import ItemId
from configurator.catalog.evaluation import Chosen, evaluate
from configurator.catalog.model import Catalog
from configurator.catalog.values import Number, Unit, format_number, normal
from configurator.configuration.price_deltas import PRICE
from configurator.configuration.pricing import Amount


@frozen
class OrderCost:
    """What an order costs the maker.

    Attributes:
        amount: components and assembly; `None` where the cost of a component is not known.
        components: those alone; likewise.
        assembly: what assembling all products costs; `None` where the catalog says nothing, which then counts
            nothing.
        unknown: the components without a cost in the currency, by SKU.
    """

    amount: Amount | None
    components: Amount | None
    assembly: Amount | None
    unknown: tuple[ItemId, ...]


def order_price(lines: Iterable[tuple[Catalog, Chosen, int]]) -> Amount | None:
    """What all lines come to: catalog (with the line's bundles), what is chosen, and how often.

    `None` where the catalog has no price, or one of the lines has none.
    """
    total: Number = 0
    calc = None
    for catalog, chosen, times in lines:
        calc = catalog.calcs.get(PRICE)
        worth = None if calc is None else evaluate(calc.expression, chosen)
        if isinstance(worth, bool) or not isinstance(worth, int | Fraction):
            return None
        total = normal(Fraction(total + worth * times))
    if calc is None:
        return None
    number = Fraction(total) / calc.unit.factor if calc.unit else Fraction(total)
    return Amount(normal(number), format_number(total, calc.unit, money=calc.money))


def order_cost(
    demand: Demand,
    masters: Mapping[ItemId, ItemMaster],
    assembly: Decimal | None,
    products: int,
    currency: Unit | None,
) -> OrderCost:
    """What an order costs.

    Args:
        demand: all its components; days and locations do not matter.
        masters: what is known of them.
        assembly: what assembling one product costs, in the catalog's currency.
        products: how many there are.
        currency: the catalog's; without one that of the first component with a cost.
    """
    name = currency.name if currency else _first_currency(demand, masters)
    total, unknown = Fraction(0), dict[ItemId, None]()
    for line in demand.lines:
        master = masters.get(line.sku)
        if master is None or master.cost is None or master.currency != name:
            unknown[line.sku] = None
        else:
            total += Fraction(master.cost) * line.quantity
    added = None if assembly is None else Fraction(assembly) * products
    return OrderCost(
        None if unknown else _money(total + (added or 0), name),
        None if unknown else _money(total, name),
        None if added is None else _money(added, name),
        tuple(unknown),
    )


def _first_currency(demand: Demand, masters: Mapping[ItemId, ItemMaster]) -> str | None:
    found: Sequence[str | None] = [masters[sku].currency for sku in demand.skus if sku in masters]
    return next((each for each in found if each is not None), None)


def _money(amount: Fraction, currency: str | None) -> Amount:
    number = normal(amount)
    told = format_number(number, money=True)
    return Amount(number, f"{told} {currency}" if currency else told)
