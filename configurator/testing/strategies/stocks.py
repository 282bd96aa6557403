"""Stock: any counts, or what an order needs, with a little too little, just enough or more."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Literal

from attrs import evolve, field, frozen
from hypothesis import strategies as st

from configurator.acceptance.decision import Acceptable, judge_order
from configurator.acceptance.masters import with_masters
from configurator.acceptance.orders import read_order
from configurator.availability.clock import Clock, system_clock
from configurator.availability.masters import Policy
from configurator.availability.memory_store import MemoryStockStore
from configurator.availability.snapshot import StockSnapshot
from configurator.availability.supply import Supply
from configurator.catalog.model import Catalog
from configurator.configurator import Configurator
from configurator.engines.engine import NO_LIMITS
from configurator.errors import StrategyError
from configurator.testing.strategies.asked import AnyCatalog, check_most, configurator_of, days_between
from configurator.testing.strategies.drawing import below

Level = Literal["short", "exact", "plenty"]
LEVELS: tuple[Level, ...] = ("short", "exact", "plenty")

MOST_DRAWN = 300
"""Components up to which each count is drawn; of more, one count for all and those that differ."""
MOST_DIFFERENT = 30
"""How many then differ at most."""
MOST_SUPPLIES = 5
"""How many supplies there are at most."""


@frozen
class DrawnStock:
    """Stock for a test. Its `repr` is Python that makes an equal one.

    Attributes:
        counts: how many there are, by SKU: of all components that are stocked, in the order declared; for an
            order, of those that it needs.
        supplies: what comes on later days.
    """

    counts: Mapping[str, int] = field(hash=False)
    supplies: tuple[Supply, ...] = ()

    @property
    def snapshot(self) -> StockSnapshot:
        """The stock as it would be seen: what `check`, `promise`, `under` and `nearest` take."""
        coming = sorted(self.supplies, key=lambda each: (each.sku, each.due, each.id))
        return evolve(StockSnapshot.from_counts(self.counts), supplies=tuple(coming))

    def store(self, now: Clock = system_clock) -> MemoryStockStore:
        """A fresh store in memory that holds it: what `accept` takes.

        Args:
            now: the store's clock.
        """
        found = MemoryStockStore(now)
        found.import_counts(self.counts)
        for supply in self.supplies:
            found.add_supply(supply)
        return found


def stocks(
    catalog: AnyCatalog,
    order: object = None,
    *,
    level: Level | None = None,
    max_count: int = 20,
    dates: tuple[date, date] | None = None,
    as_of: date | None = None,
) -> st.SearchStrategy[DrawnStock]:
    """Stock of a catalog's components; for an order, of what it needs, and of a level.

    | Level  | What there is                                                                            |
    |--------|------------------------------------------------------------------------------------------|
    | short  | of one component or several some units too few: the order cannot be granted              |
    | exact  | what the order needs, and nothing else                                                   |
    | plenty | of everything that the order needs one unit more than that, or several                   |

    Without an order any counts are drawn, and what comes on later days.

    Args:
        catalog: as in `configurations`.
        order: an order of valid lines as `Configurator.accept` takes it, or a `Configuration`.
        level: the level; by default drawn as well.
        max_count: the most units of a component, beside what the order needs.
        dates: without an order, the first and the last day on which something may come; by default nothing.
        as_of: the day of the order.

    Raises:
        ChoiceError: a line of the order names what does not exist.
        OrderError: the order cannot be read.
        StrategyError: a line of the order is not valid, or it needs nothing that could be short; the most is
            less than 1, or the last day comes before the first.
        ValueError: a level or days that do not go with the order.
    """
    configurator = configurator_of(catalog)
    check_most(max_count=max_count)
    days = days_between(dates)
    if level not in {None, *LEVELS}:
        raise ValueError(f"a level is `short`, `exact` or `plenty`, not `{level}`")
    if order is None:
        if level is not None:
            raise ValueError(f"`{level}` is the level for an order, and none is given")
        return _any_stock(stocked(configurator.catalog), max_count, days)
    if dates is not None:
        raise ValueError("nothing comes on later days in stock for an order")
    needed = _needed(configurator, order, as_of)
    levels = LEVELS if level is None else (level,)
    may_lack = _may_lack(configurator, order, needed, as_of) if "short" in levels else ()
    if not may_lack and level == "short":
        raise StrategyError("the order needs nothing that could be short")
    return _stock_for(needed, may_lack, [each for each in levels if may_lack or each != "short"], max_count)


def stocked(catalog: Catalog) -> tuple[str, ...]:
    """The SKUs of all components that are stocked, in the order declared, each once."""
    every = (each for family in catalog.families.values() for each in family.components)
    return tuple(dict.fromkeys(each.sku for each in every if each.stocked))


# ---------------------------------------------------------------- any stock


@st.composite
def _any_stock(
    draw: st.DrawFn, skus: Sequence[str], most: int, days: st.SearchStrategy[date] | None
) -> DrawnStock:
    if len(skus) <= MOST_DRAWN:
        counts = {sku: draw(below(most + 1)) for sku in skus}
    else:
        counts = dict.fromkeys(skus, draw(below(most + 1)))
        for _ in range(draw(below(MOST_DIFFERENT + 1))):
            counts[skus[draw(below(len(skus)))]] = draw(below(most + 1))
    supplies = []
    if days is not None and skus:
        for number in range(1, draw(below(MOST_SUPPLIES + 1)) + 1):
            sku = skus[draw(below(len(skus)))]
            supplies.append(Supply(f"PO-{number}", sku, draw(days), 1 + draw(below(most))))
    return DrawnStock(counts, tuple(supplies))


# ---------------------------------------------------------------- stock for an order


@st.composite
def _stock_for(
    draw: st.DrawFn,
    needed: Mapping[str, int],
    may_lack: Sequence[str],
    levels: Sequence[Level],
    most: int,
) -> DrawnStock:
    counts = dict(needed)
    match levels[draw(below(len(levels)))]:
        case "exact":
            pass
        case "plenty":
            counts |= {sku: amount + 1 + draw(below(most)) for sku, amount in needed.items()}
        case "short":
            # One lacks for certain; for each of the others it is drawn.
            certain = may_lack[draw(below(len(may_lack)))]
            for sku, amount in needed.items():
                if sku == certain or (sku in may_lack and draw(below(2))):
                    counts[sku] = amount - 1 - draw(below(amount))
                else:
                    counts[sku] += draw(below(most + 1))
    return DrawnStock(counts)


def _needed(configurator: Configurator, order: object, as_of: date | None) -> dict[str, int]:
    """What an order needs of each component, on whatever day."""
    judged = judge_order(configurator.product(as_of), read_order(order), NO_LIMITS)
    if not isinstance(judged, Acceptable):
        raise StrategyError("stock is drawn for an order whose lines are valid, and of this one some are not")
    found: dict[str, int] = {}
    for line in judged.demand.lines:
        found[line.sku] = found.get(line.sku, 0) + line.quantity
    return found


def _may_lack(
    configurator: Configurator, order: object, needed: Mapping[str, int], as_of: date | None
) -> tuple[str, ...]:
    """The components of which one too few keeps the order from being granted.

    What is bought or made when it is needed may be there in time.
    """
    masters = with_masters(configurator.catalog, StockSnapshot(())).master_of

    def keeps(sku: str) -> bool:
        if sku not in masters or masters[sku].policy in {None, Policy.STOCKED}:
            return True
        lacking = DrawnStock({**needed, sku: needed[sku] - 1}).snapshot
        return not configurator.check(order, lacking, as_of=as_of, alternatives=0)

    return tuple(sku for sku in needed if keeps(sku))
