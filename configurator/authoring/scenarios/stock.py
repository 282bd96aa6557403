"""Stock that a scenario gives, as facts: how often a product may hold a component, all slots together."""

from collections.abc import Iterable

from configurator.csp.constraints import LinearConstraint, LinearTerm
from configurator.explanation.evidence import Fact
from configurator.lowering.layout import SlotLayout
from configurator.lowering.product import LoweredProduct


def stock_facts(lowered: LoweredProduct, stock: Iterable[tuple[str, int]]) -> tuple[Fact, ...]:
    """For each SKU that can run short, that no more of it can be built in than there is; as given."""
    facts = (stock_fact(lowered, sku, count) for sku, count in stock)
    return tuple(fact for fact in facts if fact is not None)


def stock_fact(lowered: LoweredProduct, sku: str, count: int) -> Fact | None:
    """That a product takes at most so many of a component; `None` where it could never take more."""
    terms: list[LinearTerm] = []
    most = 0
    for variable, layout in enumerate(lowered.layout.at):
        if isinstance(layout, SlotLayout):
            weights = tuple(
                sum(quantity for component, quantity in units if component.sku == sku and component.stocked)
                for units in layout.values
            )
            if any(weights):
                terms.append(LinearTerm(variable, weights))
                most += max(weights)
    if most <= count:
        return None
    title = next(c.title for f in lowered.catalog.families.values() for c in f.components if c.sku == sku)
    number = f"is {count or 'no'}" if count < 2 else f"are {count}"
    told = f"there {number} {title} ({sku}) in stock"
    return Fact(sku, told, (LinearConstraint(tuple(terms), None, count),))
