"""On which day everything can be there that a demand needs, and what it waits for.

What can be promised of an item never falls as days go by, so each item has its own earliest day, and the
latest of those is the day on which all are there: the pacing component is the one that comes then. An item
that is bought or made when an order needs it can be had in any quantity once its lead time is over; one that
is stocked only as far as goods lie there or firm supplies come.
"""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from enum import Enum

from attrs import evolve, frozen

from configurator.availability.answers.calendar import EVERY_DAY, WorkingCalendar
from configurator.availability.answers.lead_times import unlimited_from
from configurator.availability.answers.pegging import serving
from configurator.availability.demand import Demand, DemandLine
from configurator.availability.masters import Policy
from configurator.availability.placing import place, turn
from configurator.availability.positions import ItemPosition
from configurator.availability.quantities import ItemId
from configurator.availability.snapshot import StockSnapshot
from configurator.availability.supply import Commitment


class SourceKind(Enum):
    """Where promised goods come from."""

    STOCK = "stock"
    """They lie on the shelf."""
    SUPPLY = "supply"
    """They come with a supply."""
    BOUGHT = "bought"
    """They are bought for it."""
    MADE = "made"
    """They are made for it."""


@frozen
class PromiseSource:
    """So many of a component, and where they come from.

    Attributes:
        day: when they are there.
        location: where they lie or come in; `None` for what is bought or made.
        supply: the supply's id; `None` for the other kinds.
    """

    kind: SourceKind
    quantity: int
    day: date
    location: str | None = None
    supply: str | None = None


@frozen
class PromisedComponent:
    """One line of a demand, and when it can be there.

    Attributes:
        sku: its item.
        quantity: how many.
        location: where they have to be taken from; `None` for wherever they are.
        day: the earliest day on which all of them can be there, not before the day on which the line needs
            them; `None` where that is never.
        sources: what serves it then, earliest first; the quantities add up to the line's. Empty for never.
        most: for never, how many can be had at the most; otherwise the line's quantity.
        known: whether stock has heard of the item.
    """

    sku: ItemId
    quantity: int
    location: str | None
    day: date | None
    sources: tuple[PromiseSource, ...]
    most: int
    known: bool = True

    @property
    def lead_time_source(self) -> PromiseSource | None:
        """What of it has to be bought or made; `None` where all of it is there or comes without."""
        return next((each for each in self.sources if each.kind in _TO_ORDER), None)

    @property
    def reason(self) -> str:
        """Why it is there on that day and no earlier, as a sentence without a full stop."""
        if self.day is None and not self.known:
            return f"stock does not know `{self.sku}`"
        if self.day is None:
            needed = "1 is needed" if self.quantity == 1 else f"{self.quantity} are needed"
            most = f"no more than {self.most}" if self.most else "none"
            return f"of `{self.sku}` {needed}, and {most} can be promised"
        last = self.lead_time_source or self.sources[-1]
        match last.kind:
            case SourceKind.STOCK:
                return f"`{self.sku}` is in stock"
            case SourceKind.SUPPLY:
                return f"`{self.sku}` waits for supply `{last.supply}` on {self.day}"
            case _:
                has = "has" if last.quantity == 1 else "have"
                return f"{last.quantity} of `{self.sku}` {has} to be {last.kind.value}, there on {self.day}"


_MARK = "\U0010ffff"
"""Begins what marks a line in question: no reservation is called so, and it comes last on its day."""

_TO_ORDER = (SourceKind.BOUGHT, SourceKind.MADE)


@frozen
class Promise:
    """When a demand can be met. An inquiry: nothing is reserved, the next moment may look different.

    Attributes:
        components: one per line of the demand, in its order.
        today: the day of the answer.
        complete: the day on which all components can be there; `None` where some never can.
        begin: the first working day on or after that.
        ready: the day on which it is assembled; `None` where some component can never be had.
        assembly_days: how many working days that takes.
        seq: the last event of stock that is taken into account.
    """

    components: tuple[PromisedComponent, ...]
    today: date
    complete: date | None
    begin: date | None
    ready: date | None
    assembly_days: int
    seq: int

    @property
    def pacing(self) -> PromisedComponent | None:
        """The first of the components that come last; `None` where all are there today, or some never are."""
        if self.complete is None or self.complete <= self.today:
            return None
        return next(each for each in self.components if each.day == self.complete)

    @property
    def never(self) -> tuple[PromisedComponent, ...]:
        """The components that can never all be had."""
        return tuple(each for each in self.components if each.day is None)

    @property
    def reason(self) -> str:
        """Why that day and no earlier one, as a sentence without a full stop."""
        never = self.never
        if never:
            return "; ".join(each.reason for each in never)
        if self.pacing is not None:
            return self.pacing.reason
        # What comes or is ordered today counts from tomorrow on: only the shelf serves today.
        return "all components are in stock"


def promise(
    snapshot: StockSnapshot,
    demand: Demand,
    *,
    assembly_days: int = 0,
    calendar: WorkingCalendar = EVERY_DAY,
    today: date | None = None,
) -> Promise:
    """When everything can be there that a demand needs, and when it is assembled.

    A day that a line of the demand names is the first on which it is wanted. An empty demand is met today.

    Args:
        snapshot: the stock.
        demand: what is needed.
        assembly_days: how many working days the assembly takes, from the first working day on which all is
            there.
        calendar: its working days.
        today: the day; the snapshot's own where none is given.

    Raises:
        StockRequestError: the calendar ends before the assembly does.
    """
    asking = _Asking(snapshot, today or snapshot.today, {})
    return asking.promise(demand, assembly_days, calendar)


def promise_each(
    snapshot: StockSnapshot,
    demands: Iterable[Demand],
    *,
    assembly_days: int = 0,
    calendar: WorkingCalendar = EVERY_DAY,
    today: date | None = None,
) -> tuple[Promise, ...]:
    """When each of several demands can be met that share components, in their order.

    Each gets the earliest day that those before it leave to it, as though they were promised one after the
    other: one that can be met takes its components for the day on which its assembly begins, one that cannot
    takes nothing. For one day on which everything is there, ask for the sum of the demands.
    """
    taken: dict[ItemId, list[DemandLine]] = {}
    asking = _Asking(snapshot, today or snapshot.today, taken)
    found: list[Promise] = []
    for demand in demands:
        promised = asking.promise(demand, assembly_days, calendar)
        found.append(promised)
        for component in promised.components:
            taken.setdefault(component.sku, []).extend(_from_stock(component, promised.begin))
    return tuple(found)


@frozen
class _Asking:
    """Questions about one moment.

    Attributes:
        taken: what was promised before in this moment, by item.
    """

    snapshot: StockSnapshot
    today: date
    taken: Mapping[ItemId, Sequence[DemandLine]]

    def promise(self, demand: Demand, assembly_days: int, calendar: WorkingCalendar) -> Promise:
        lines = demand.lines
        if len(lines) == len(demand.skus):
            components = tuple(self.component(line) for line in lines)
        else:
            by_sku: dict[ItemId, list[DemandLine]] = defaultdict(list)
            for line in lines:
                by_sku[line.sku].append(line)
            components = tuple(each for sku in demand.skus for each in self.components(sku, by_sku[sku]))
        complete: date | None = self.today
        for component in components:
            if component.day is None:
                complete = None
                break
            complete = max(complete or component.day, component.day)
        begin = None if complete is None else calendar.first_open(complete)
        ready = None if begin is None else calendar.after(begin, assembly_days)
        return Promise(components, self.today, complete, begin, ready, assembly_days, self.snapshot.seq)

    def component(self, line: DemandLine) -> PromisedComponent:
        """The only line of an item: read off its curve."""
        sku, quantity = line.sku, line.quantity
        if self.taken.get(sku):
            return self.components(sku, [line])[0]
        places = self.snapshot.positions.get(sku, ())
        if len(places) == 1 and line.location in {None, places[0].location}:
            # The common cases, told without any search: one line of an item at one place.
            day = self.snapshot.curve(sku, today=self.today).earliest(quantity)
            if day == self.today and (line.needed is None or line.needed <= day):
                # Before the first receipt comes, only the shelf can serve it.
                shelf = PromiseSource(SourceKind.STOCK, quantity, day, places[0].location)
                return PromisedComponent(sku, quantity, line.location, day, (shelf,), quantity)
            replenished = unlimited_from(self.snapshot, sku, self.today)
            if day is not None and (replenished is None or day <= replenished):
                day = max(day, line.needed or day)
                sources = self._served(places[0], Commitment(sku, "", day, quantity, _MARK, ""))
                return PromisedComponent(sku, quantity, line.location, day, sources, quantity)
        return self.components(sku, [line])[0]

    def components(self, sku: ItemId, lines: Sequence[DemandLine]) -> list[PromisedComponent]:
        """All lines of one item, which share what there is, in their order.

        They get the earliest day that suits all of them. Where none does, they are served in turn, so that
        what can be had is told apart from what cannot.
        """
        day = self._earliest(sku, lines)
        if day is not None or len(lines) == 1:
            return self._told(sku, lines, day)
        asking, found = self, {}
        for line in sorted(lines, key=turn):
            (found[line],) = asking.components(sku, [line])
            served = _from_stock(found[line], found[line].day)
            asking = evolve(asking, taken={sku: [*asking.taken.get(sku, ()), *served]})
        return [found[line] for line in lines]

    def _earliest(self, sku: ItemId, lines: Sequence[DemandLine]) -> date | None:
        """The first day on which all lines fit beside what was taken, or everything can be bought or made."""
        replenished = unlimited_from(self.snapshot, sku, self.today)
        if len(lines) == 1 and not self.taken.get(sku):
            curve = self.snapshot.curve(sku, location=lines[0].location, today=self.today)
            day = curve.earliest(lines[0].quantity)
        else:
            possible = self._days(sku)
            at = bisect_left(possible, True, key=lambda day: self._fit(sku, _not_before(lines, day)))
            day = possible[at] if at < len(possible) else None
        if replenished is None or day is None:
            return day or replenished
        return min(day, replenished)

    def _days(self, sku: ItemId) -> list[date]:
        """The days on which more may fit than on the day before: something comes then. Today first."""
        days = {self.today}
        for position in self.snapshot.positions.get(sku, ()):
            days.update(day for day, _ in position.projection(self.today))
        return sorted(days)

    def _fit(self, sku: ItemId, lines: Iterable[DemandLine]) -> bool:
        """Whether lines of an item can be placed beside what was taken."""
        return not place(
            Demand((*self.taken.get(sku, ()), *lines)), self.snapshot.positions, self.today
        ).shortages

    def _told(self, sku: ItemId, lines: Sequence[DemandLine], day: date | None) -> list[PromisedComponent]:
        """The lines of an item as promised for a day, or as never to be had."""
        known = sku in self.snapshot.positions or sku in self.snapshot.master_of
        if day is None:
            (line,) = lines
            most = self._most(sku, [], evolve(line, needed=date.max))
            return [PromisedComponent(sku, line.quantity, line.location, None, (), most, known)]
        wanted = _not_before(lines, day)
        got: list[DemandLine] = []
        for line in wanted:
            got.append(evolve(line, quantity=self._most(sku, got, line)))
        sources = self._sources(sku, got)
        found: list[PromisedComponent] = []
        for line, served, from_stock in zip(wanted, got, sources, strict=True):
            assert line.needed is not None
            if served.quantity < line.quantity:
                from_stock.append(self._ordered(sku, line.quantity - served.quantity, line.needed))
            told = tuple(sorted(from_stock, key=lambda source: (source.day, source.kind in _TO_ORDER)))
            found.append(
                PromisedComponent(sku, line.quantity, line.location, line.needed, told, line.quantity, known)
            )
        return found

    def _most(self, sku: ItemId, others: Sequence[DemandLine], line: DemandLine) -> int:
        """The most of a line that fits beside what was taken and other lines."""
        if not others and not self.taken.get(sku):
            assert line.needed is not None
            curve = self.snapshot.curve(sku, location=line.location, today=self.today)
            return min(line.quantity, curve.on(line.needed))
        if self._fit(sku, (*others, line)):
            return line.quantity
        tried = range(line.quantity)
        return bisect_left(
            tried, True, key=lambda number: not self._fit(sku, (*others, evolve(line, quantity=number + 1)))
        )

    def _ordered(self, sku: ItemId, quantity: int, day: date) -> PromiseSource:
        """What has to be bought or made for a day."""
        since = unlimited_from(self.snapshot, sku, self.today)
        made = self.snapshot.master_of[sku].policy is Policy.MADE
        kind = SourceKind.MADE if made else SourceKind.BOUGHT
        return PromiseSource(kind, quantity, since or day)

    def _sources(self, sku: ItemId, lines: Sequence[DemandLine]) -> list[list[PromiseSource]]:
        """What serves each of some lines that fit, beside what was taken."""
        positions = {each.location: each for each in self.snapshot.positions.get(sku, ())}
        marks = {f"{_MARK}{number:06}": number for number in range(len(lines))}
        asked = [*((line, "") for line in self.taken.get(sku, ())), *zip(lines, marks, strict=True)]
        for line, mark in sorted(asked, key=lambda pair: turn(pair[0])):
            wanted, day = line.quantity, line.needed or self.today
            for location, position in positions.items():
                got = min(wanted, position.available(day, self.today)) if wanted else 0
                if got and line.location in {None, location}:
                    new = Commitment(sku, location, max(day, self.today), got, mark, "")
                    positions[location] = evolve(position, commitments=(*position.commitments, new))
                    wanted -= got
        found: list[list[PromiseSource]] = [[] for _ in lines]
        for position in positions.values():
            for commitment in position.commitments:
                if commitment.reservation in marks:
                    found[marks[commitment.reservation]].extend(self._served(position, commitment))
        return found

    def _served(self, position: ItemPosition, commitment: Commitment) -> tuple[PromiseSource, ...]:
        return tuple(
            PromiseSource(
                SourceKind.STOCK if supply is None else SourceKind.SUPPLY,
                quantity,
                day,
                position.location,
                supply,
            )
            for supply, day, quantity in serving(position, commitment, self.today)
        )


def _not_before(lines: Iterable[DemandLine], day: date) -> list[DemandLine]:
    """Lines for a day, or for the later one that they name."""
    return [evolve(line, needed=day if line.needed is None else max(day, line.needed)) for line in lines]


def _from_stock(component: PromisedComponent, day: date | None) -> tuple[DemandLine, ...]:
    """What a promised component takes on a day, of what there is and what comes; nothing for never."""
    ordered = component.lead_time_source
    quantity = component.quantity - (ordered.quantity if ordered else 0)
    if day is None or component.day is None or not quantity:
        return ()
    return (DemandLine(component.sku, quantity, component.location, day),)
