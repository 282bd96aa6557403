"""How many of one thing can be built from what there is.

Without alternatives every component stands for itself: what can be promised of it, divided by what one piece
needs of it in all its places together, and the least of these. With alternatives components compete. A piece
needs `quantity` of each line, of any mixture of the line's alternatives; so many pieces can be built as there
is a division of the components among the lines. That is a flow from components through lines, and the
bottleneck is a set of lines whose components, all together, do not suffice for more (Hall 1935, Ford and
Fulkerson 1956).
"""

from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from attrs import field, frozen

from configurator.availability.answers.lead_times import unlimited_from
from configurator.availability.demand import Demand, DemandLine
from configurator.availability.quantities import ItemId, checked_name, checked_quantity
from configurator.availability.snapshot import StockSnapshot
from configurator.errors import StockRequestError


@frozen
class BuildableComponent:
    """One component of what is built.

    Attributes:
        needed: how many one piece needs, in all its places together.
        available: how many can be promised for the day; `None` for any quantity.
        pieces: for how many pieces that is enough by itself; `None` for any number.
        known: whether stock has heard of it.
    """

    sku: ItemId
    location: str | None
    needed: int
    available: int | None
    pieces: int | None
    known: bool = True


@frozen
class Buildable:
    """How many pieces can be built. An inquiry: nothing is reserved.

    Attributes:
        quantity: how many; `None` for any number, where nothing is needed that is limited.
        day: the day by which the components have to be there; `None` for now.
        components: by SKU and location (any first).
        bottleneck: the components that together allow no more; by SKU, empty for any number, and where it is
            the time that does not suffice. One component where it is short by itself, several where
            alternatives compete.
        seq: the last event of stock that is taken into account.
    """

    quantity: int | None
    day: date | None
    components: tuple[BuildableComponent, ...]
    bottleneck: tuple[ItemId, ...]
    seq: int

    @property
    def reason(self) -> str:
        """Why no more, as a sentence without a full stop."""
        if self.quantity is None:
            return "nothing that it needs is limited"
        if not self.bottleneck:
            return "that day is too early to assemble any"
        names = " and ".join(f"`{sku}`" for sku in self.bottleneck)
        together = " together" if len(self.bottleneck) > 1 else ""
        return f"no more than {self.quantity} because of {names}{together}"


def buildable(
    snapshot: StockSnapshot, demand: Demand, *, day: date | None = None, today: date | None = None
) -> Buildable:
    """How many times a demand can be met, all of it by one day.

    Args:
        snapshot: the stock.
        demand: what one piece needs; the days of its lines are left out of account.
        day: the day by which the components have to be there; `None` for now.
        today: the stock's day; the snapshot's own where none is given.
    """
    now = today or snapshot.today
    lines = demand.needed_on(None).lines
    components = tuple(_component(snapshot, line, day or now, now) for line in lines)
    wholes = {sku: _whole(snapshot, sku, components, day or now, now) for sku in demand.skus}
    limits = [(each.pieces, each.sku) for each in (*components, *wholes.values()) if each.pieces is not None]
    quantity = min((pieces for pieces, _ in limits), default=None)
    bottleneck = next((sku for pieces, sku in limits if pieces == quantity), None)
    return Buildable(quantity, day, components, (bottleneck,) if bottleneck else (), snapshot.seq)


def _component(snapshot: StockSnapshot, line: DemandLine, day: date, today: date) -> BuildableComponent:
    available = _available(snapshot, line.sku, line.location, day, today)
    return BuildableComponent(
        line.sku,
        line.location,
        line.quantity,
        available,
        None if available is None else available // line.quantity,
        line.sku in snapshot.positions or line.sku in snapshot.master_of,
    )


def _whole(
    snapshot: StockSnapshot, sku: ItemId, components: Iterable[BuildableComponent], day: date, today: date
) -> BuildableComponent:
    """An item wherever it is taken from: lines that name a location share it with those that do not."""
    named = [each for each in components if each.sku == sku]
    if all(each.location is not None for each in named):
        return named[0]
    return _component(snapshot, DemandLine(sku, sum(each.needed for each in named)), day, today)


def _available(
    snapshot: StockSnapshot, sku: ItemId, location: str | None, day: date, today: date
) -> int | None:
    replenished = unlimited_from(snapshot, sku, today)
    if replenished is not None and replenished <= max(day, today):
        return None
    return snapshot.curve(sku, location=location, today=today).on(day)


def _in_a_row(skus: Iterable[ItemId]) -> tuple[ItemId, ...]:
    return tuple(skus)


@frozen
class AlternativeLine:
    """So many for one piece, of any of several components and any mixture of them.

    Raises:
        StockRequestError: the quantity is not from 1 on, or there is no component.
    """

    quantity: int = field()
    skus: tuple[ItemId, ...] = field(converter=_in_a_row)

    def __attrs_post_init__(self) -> None:
        if not self.skus:
            raise StockRequestError("a line with alternatives needs at least one component")
        for sku in self.skus:
            checked_name(sku, "the SKU")
        checked_quantity(self.quantity, self.skus[0])
        if not self.quantity:
            raise StockRequestError(f"a piece needs at least 1 of `{self.skus[0]}`")


def buildable_with_alternatives(
    snapshot: StockSnapshot,
    lines: Iterable[AlternativeLine],
    *,
    day: date | None = None,
    today: date | None = None,
) -> Buildable:
    """How many pieces can be built where lines may be filled by alternatives that compete with each other.

    Exact. What one piece needs is told per component as the sum over the lines that it may fill.

    Args:
        snapshot: the stock.
        lines: what one piece needs.
        day: the day by which the components have to be there; `None` for now.
        today: the stock's day; the snapshot's own where none is given.
    """
    now = today or snapshot.today
    lines = tuple(lines)
    skus = sorted({sku for line in lines for sku in line.skus})
    needed = {sku: sum(line.quantity for line in lines if sku in line.skus) for sku in skus}
    components = {
        sku: _component(snapshot, DemandLine(sku, min(needed[sku], 10**12)), day or now, now) for sku in skus
    }
    available = {sku: each.available for sku, each in components.items()}
    quantity, bottleneck = most_pieces(lines, available)
    return Buildable(quantity, day, tuple(components.values()), bottleneck, snapshot.seq)


def most_pieces(
    lines: Sequence[AlternativeLine], available: Mapping[ItemId, int | None]
) -> tuple[int | None, tuple[ItemId, ...]]:
    """How many pieces can be built from so many of each component, and the components that allow no more.

    `None` stands for any number. From an upper bound on, each round either finds a division of the components
    or a set of lines that cannot be filled so often, which gives the next bound: never below the answer, and
    smaller each time (Newton's method on the ratio, a handful of rounds).
    """
    wanted: dict[frozenset[ItemId], int] = {}
    for line in lines:
        skus = frozenset(line.skus)
        if all(available.get(sku, 0) is not None for sku in skus):
            wanted[skus] = wanted.get(skus, 0) + line.quantity
    if not wanted:
        return None, ()
    stock = {sku: max(0, available.get(sku) or 0) for skus in wanted for sku in skus}
    groups = sorted(wanted, key=sorted)
    short = min(groups, key=lambda skus: sum(stock[sku] for sku in skus) // wanted[skus])
    tight: tuple[frozenset[ItemId], ...] = (short,)
    while True:
        skus = frozenset().union(*tight)
        pieces = sum(stock[sku] for sku in skus) // sum(wanted[each] for each in tight)
        unfilled = _unfilled(groups, {each: wanted[each] * pieces for each in groups}, stock)
        if not unfilled:
            return pieces, tuple(sorted(skus))
        tight = unfilled


def _unfilled(
    groups: Sequence[frozenset[ItemId]], wanted: Mapping[frozenset[ItemId], int], stock: Mapping[ItemId, int]
) -> tuple[frozenset[ItemId], ...]:
    """Groups whose components together are too few for what is wanted of them; empty where all can be filled.

    Fills along shortest augmenting paths (Edmonds and Karp 1972): what a group lacks it takes from a
    component with some left, or from a group that can take another component instead.
    """
    left = dict(stock)
    given: dict[tuple[frozenset[ItemId], ItemId], int] = {}
    for group in groups:
        lacking = wanted[group]
        while lacking:
            came_from: dict[ItemId, tuple[frozenset[ItemId], ItemId | None]] = {}
            reached = {group}
            queue: deque[tuple[frozenset[ItemId], ItemId | None]] = deque([(group, None)])
            found: ItemId | None = None
            while queue and found is None:
                at, through = queue.popleft()
                for sku in sorted(at - came_from.keys()):
                    came_from[sku] = (at, through)
                    if left[sku]:
                        found = sku
                        break
                    for other in groups:
                        if other not in reached and given.get((other, sku)):
                            reached.add(other)
                            queue.append((other, sku))
            if found is None:
                return tuple(each for each in groups if each in reached)
            lacking -= _fill(found, lacking, came_from, left, given)
    return ()


def _fill(
    found: ItemId,
    lacking: int,
    came_from: Mapping[ItemId, tuple[frozenset[ItemId], ItemId | None]],
    left: dict[ItemId, int],
    given: dict[tuple[frozenset[ItemId], ItemId], int],
) -> int:
    """Pass as much as possible along a path that ends at a component with some left; how much that was."""
    amount = min(lacking, left[found])
    step: ItemId | None = found
    while step is not None:
        group, step = came_from[step]
        if step is not None:
            amount = min(amount, given[group, step])
    left[found] -= amount
    step = found
    while step is not None:
        group, before = came_from[step]
        given[group, step] = given.get((group, step), 0) + amount
        if before is not None:
            given[group, before] -= amount
        step = before
    return amount
