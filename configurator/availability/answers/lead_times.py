"""From which day on an item can be had in any quantity: what is bought or made when an order needs it."""

from datetime import date, timedelta

from configurator.availability.quantities import ItemId
from configurator.availability.snapshot import StockSnapshot


def unlimited_from(snapshot: StockSnapshot, sku: ItemId, today: date) -> date | None:
    """The day from which on any quantity of an item can be had by buying or making it; `None` for never."""
    master = snapshot.master_of.get(sku)
    lead_time = None if master is None else master.replenished_in
    if lead_time is None:
        return None
    try:
        return today + timedelta(days=lead_time)
    except OverflowError:
        return None
