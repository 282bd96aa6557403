"""Where a demand is taken from: all of it, or nothing and what is short.

Lines that name a location come first, then those that take an item wherever it is; both by the day on which
they are needed. That is exact: what an earlier line takes, from whichever location, is missing for every
later day by just its quantity, so no other choice of locations leaves more to the lines that follow. Of
several locations the goods that come latest are taken, so that other requests can have the earlier ones.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from types import MappingProxyType

from attrs import frozen

from configurator.availability.balances import Shortage
from configurator.availability.demand import Demand, DemandLine
from configurator.availability.positions import ItemPosition, in_order
from configurator.availability.quantities import DEFAULT_LOCATION, ItemId

_NONE: Mapping[ItemId, date] = MappingProxyType({})


@frozen
class Taking:
    """So many of an item at a location, promised at once or for a later day.

    Attributes:
        needed: the later day; `None` for what is taken from what lies there now.
    """

    sku: ItemId
    quantity: int
    location: str
    needed: date | None = None


@frozen
class Placement:
    """What a demand takes from where, or what is short; one of the two is empty.

    Attributes:
        takings: by SKU, day (now first) and location; one per item, day and location.
        shortages: in the order of the demand. What is free for a line is what it could get after the lines
            before it; a line that is short takes nothing.
        procured: what has to come beside what is known, by SKU: `needed` is the day on which it has to be
            there. It comes just then, so that nothing can be promised from it in between.
    """

    takings: tuple[Taking, ...]
    shortages: tuple[Shortage, ...]
    procured: tuple[Taking, ...] = ()


def place(
    demand: Demand,
    positions: Mapping[ItemId, tuple[ItemPosition, ...]],
    today: date,
    replenished: Mapping[ItemId, date] = _NONE,
) -> Placement:
    """Take a demand from the positions of its items; items that stock has never heard of have none.

    Args:
        demand: what is asked for; a day that has come is now.
        positions: of each item, one per location, in any order.
        today: the stock's day.
        replenished: of what is bought or made for orders, the day from which on any quantity can be had; it
            comes to the location that a line names, else to the default one. No more comes than lacks, unless
            some lines name a location and others of the same item do not. Lines for which it comes in time
            take last, so that it never makes another line short.
    """
    demand = demand.seen_from(today)
    left = {sku: {each.location: each for each in in_order(positions.get(sku, ()))} for sku in demand.skus}
    taken: dict[tuple[ItemId, date | None, str], int] = {}
    procured: dict[tuple[ItemId, date, str], int] = {}
    short: dict[DemandLine, Shortage] = {}
    for line in sorted(demand.lines, key=lambda line: (_can_wait(line, replenished), *turn(line))):
        places = left[line.sku]
        allowed = [
            each for each in places.values() if line.location is None or each.location == line.location
        ]
        free = [each.available(line.needed, today) for each in allowed]
        lacking = line.quantity - sum(free)
        if lacking > 0 and line.needed is not None and _can_wait(line, replenished):
            at = line.location or DEFAULT_LOCATION
            came = (line.sku, line.needed, at)
            procured[came] = procured.get(came, 0) + lacking
            taken[line.sku, line.needed, at] = taken.get((line.sku, line.needed, at), 0) + lacking
            wanted = line.quantity - lacking
        elif lacking > 0:
            short[line] = Shortage(
                line.sku,
                line.quantity,
                sum(free),
                known=bool(places),
                location=line.location,
                needed=line.needed,
            )
            continue
        else:
            wanted = line.quantity
        for location, got in _shared(allowed, wanted, line.needed, today).items():
            places[location] = places[location].taking(got, line.needed)
            taken[line.sku, line.needed, location] = taken.get((line.sku, line.needed, location), 0) + got
    if short:
        return Placement((), tuple(short[line] for line in demand.lines if line in short))
    takings = [Taking(sku, quantity, location, needed) for (sku, needed, location), quantity in taken.items()]
    comes = [Taking(sku, quantity, location, day) for (sku, day, location), quantity in procured.items()]
    return Placement(tuple(sorted(takings, key=taking_rank)), (), tuple(sorted(comes, key=taking_rank)))


def _can_wait(line: DemandLine, replenished: Mapping[ItemId, date]) -> bool:
    """Whether what a line lacks can be had for it: such lines take after all that cannot wait so long."""
    day = replenished.get(line.sku)
    return day is not None and line.needed is not None and line.needed >= day


def _shared(places: Sequence[ItemPosition], wanted: int, needed: date | None, today: date) -> dict[str, int]:
    """How many to take at each location, by name; together they have that many.

    What comes latest and still in time goes first, so that as much as can be is left for whoever needs it
    earlier; of what comes on one day, or is there, the places go in their order.
    """
    comes: list[tuple[date, int, str]] = []
    for each in places:
        before = 0
        for day, quantity in each.promisable(today):
            if day > (needed or today):
                break
            comes.append((day, quantity - before, each.location))
            before = quantity
    shared: dict[str, int] = {}
    for _, quantity, location in sorted(comes, key=lambda part: part[0], reverse=True):
        got = min(wanted, quantity)
        if got:
            wanted -= got
            shared[location] = shared.get(location, 0) + got
    return shared


def turn(line: DemandLine) -> tuple[bool, date]:
    """The order in which lines take: those that name a location first, both by the day of need."""
    return line.location is None, line.needed or date.min


def taking_rank(taking: Taking) -> tuple[ItemId, date, str]:
    """The order of what was taken: by SKU, day (now first) and location."""
    return taking.sku, taking.needed or date.min, taking.location
