"""What questions about stock need beside it: what the catalog knows of components and of assembly."""

from datetime import date

from attrs import evolve, frozen

from configurator.acceptance.masters import assembly_days, component_masters, working_calendar
from configurator.acceptance.promising import Workshop
from configurator.availability.masters import ItemMaster
from configurator.availability.snapshot import StockSnapshot
from configurator.availability.store import StockStore
from configurator.catalog.model import Catalog
from configurator.configuration.product import PreparedProduct


def look_at(stock: StockStore | StockSnapshot) -> StockSnapshot:
    """What stock looks like: an open store is looked at now, a snapshot is taken as it is.

    Raises:
        StockError: the store cannot answer.
        TypeError: it is neither.
    """
    found = checked_stock(stock)
    return found if isinstance(found, StockSnapshot) else found.snapshot()


def checked_stock(stock: StockStore | StockSnapshot) -> StockStore | StockSnapshot:
    """The same, if it is stock.

    Raises:
        TypeError: it is neither an open store nor a snapshot.
    """
    if isinstance(stock, type) or not (
        isinstance(stock, StockSnapshot) or callable(getattr(stock, "snapshot", None))
    ):
        # Its type alone: the address of a database may hold a password.
        raise TypeError(
            f"stock is an open store or a snapshot, not `{type(stock).__name__}`; `open_stock(url)` opens one"
        )
    return stock


@frozen(eq=False)
class Seen:
    """What an order needs to know of stock.

    Attributes:
        snapshot: with masters.
        today: its day.
    """

    snapshot: StockSnapshot
    today: date


def seen_by(product: PreparedProduct, snapshot: StockSnapshot, today: date) -> Seen:
    """A snapshot with what the catalog knows of components; `today` is that of counts without a day."""
    return Seen(with_known_masters(product, snapshot), today if snapshot.at is None else snapshot.today)


def with_known_masters(product: PreparedProduct, snapshot: StockSnapshot) -> StockSnapshot:
    """The same as `with_masters`, with what the catalog says found out once."""
    known = product.lowered.known.setdefault(
        "component masters", {each.sku: each for each in component_masters(product.catalog)}
    )
    assert isinstance(known, dict)
    both: dict[str, ItemMaster] = dict(known)
    for master in snapshot.masters:
        both[master.sku] = master.over(both.get(master.sku))
    return evolve(snapshot, masters=tuple(both[sku] for sku in sorted(both)))


def workshop_of(catalog: Catalog) -> Workshop:
    """How a catalog's products are assembled."""
    return Workshop(assembly_days(catalog), working_calendar(catalog))
