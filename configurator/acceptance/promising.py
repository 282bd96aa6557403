"""When the lines of an order can be there: their days, what they wait for, what has to be bought or made.

The lines share what there is. Those that name a day come first, by their days, since they must be in time;
those that may wait come after them, in the order written. Each takes its components for the day on which its
assembly begins, a working day: as late as the customer's day lets it, as early as its components can be there
where nobody named a day. So each line gets the earliest day that the lines before it leave to it.

What stock keeps is promised from what lies there and what comes. Of what is bought or made when an order
needs it an order takes what there is, too; the rest is procured: a supply that comes just when it is needed.
A line that begins so late that it can be procured for it keeps none of it from lines that cannot wait for
that.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from itertools import groupby
from typing import Protocol, TypeVar

from attrs import define, evolve, field, frozen

from configurator.availability.answers.calendar import EVERY_DAY, WorkingCalendar
from configurator.availability.answers.lead_times import unlimited_from
from configurator.availability.answers.promise import Promise, PromisedComponent, SourceKind, promise
from configurator.availability.balances import Shortage
from configurator.availability.demand import Demand, DemandLine
from configurator.availability.masters import Policy
from configurator.availability.placing import Taking, place
from configurator.availability.quantities import ItemId
from configurator.availability.reservations import Reservation, ReservationState
from configurator.availability.snapshot import StockSnapshot
from configurator.availability.supply import Commitment

_DAY = timedelta(days=1)


@frozen
class Workshop:
    """How products are assembled from their components.

    Attributes:
        days: working days that it takes, however many products a line has.
        calendar: the days on which work is done.
    """

    days: int = 0
    calendar: WorkingCalendar = EVERY_DAY

    def latest_begin(self, ready: date) -> date | None:
        """The last day on which assembly can begin to be done by a day; `None` where there is none."""
        left, day = self.days, ready
        try:
            while left or not self.calendar.is_open(day):
                left -= self.calendar.is_open(day)
                day -= _DAY
        except OverflowError:
            return None
        return day


@frozen
class WantedLine:
    """What a line of an order needs.

    Attributes:
        number: of the line, from 1.
        demand: the components of all its products together, with no day.
        wanted: the day on which the customer wants the products; `None` for as soon as possible.
    """

    number: int
    demand: Demand
    wanted: date | None = None


@frozen
class LinePromise:
    """When a line of an order can be there.

    Attributes:
        line: its number, from 1.
        wanted: the day on which the customer wants it; `None` for as soon as possible.
        day: the day that can be promised: the wanted one where it can be kept; `None` where some component
            can never be had.
        begin: the working day on which assembly begins and components are needed; likewise.
        on_time: whether that is what the order asks for: the wanted day, or, without one, the first working
            day on which what has to be bought or made is there. A stocked component that is short then makes
            it late.
        assembly: how many working days the assembly takes.
        components: each component's own earliest day for that, with what serves it; by SKU. One to which
            `begin` leaves more time may be served by other goods in the end.
        pacing: the component that all others wait for; `None` where none is waited for, or some can never be
            had.
        because: what it waits for, without assembly, as a sentence without a full stop.
    """

    line: int
    wanted: date | None
    day: date | None
    begin: date | None
    on_time: bool
    assembly: int
    components: tuple[PromisedComponent, ...]
    pacing: PromisedComponent | None
    because: str

    @property
    def reason(self) -> str:
        """Why that day and no earlier one, as a sentence without a full stop."""
        if not self.assembly or self.day is None:
            return self.because
        days = "1 working day" if self.assembly == 1 else f"{self.assembly} working days"
        return f"{self.because}; assembly takes {days}"


@frozen
class ToProcure:
    """What has to be bought or made for an order.

    Attributes:
        quantity: how many, for all lines that need them on that day.
        policy: bought or made.
        order_by: the last day on which to order it.
        due: the day on which it is needed.
    """

    sku: ItemId
    quantity: int
    policy: Policy
    order_by: date
    due: date


@frozen
class OrderPromise:
    """When an order can be there. An inquiry: only what is reserved is kept.

    Attributes:
        lines: in the order's order.
        to_procure: what has to be bought or made for it, by day and SKU.
        today: the day of the answer.
        seq: the last event of stock that is taken into account.
    """

    lines: tuple[LinePromise, ...]
    to_procure: tuple[ToProcure, ...]
    today: date
    seq: int

    @property
    def day(self) -> date | None:
        """The day on which all of it can be there; `None` where some line never can."""
        days = [line.day for line in self.lines if line.day is not None]
        return max(days) if len(days) == len(self.lines) else None

    @property
    def last(self) -> LinePromise:
        """The line that comes last, of several the first; one that never comes is the last of all."""
        return max(self.lines, key=lambda line: (line.day is None, line.day or date.min, -line.line))

    @property
    def pacing(self) -> PromisedComponent | None:
        """The component that the last line waits for."""
        return self.last.pacing

    @property
    def reason(self) -> str:
        """Why that day and no earlier one, as a sentence without a full stop."""
        return self.last.reason

    @property
    def on_time(self) -> bool:
        """Whether every line is."""
        return all(line.on_time for line in self.lines)


@frozen(eq=False)
class OrderPlan:
    """What to reserve for an order, and what to say about it.

    Attributes:
        promise: with each line on its earliest day.
        demand: what to reserve so that it is kept; where something can never be had, not that line's.
        asked: what the order asks for: the same where every line is on time, else each line for its own day.
        replenished: of what is bought or made for orders, the day from which on any quantity can be had.
        too_early: the numbers of lines that are wanted before they could be assembled.
        asked_day: the day on which all of it is there if it gets what it asks for.
    """

    promise: OrderPromise
    demand: Demand
    asked: Demand
    replenished: Mapping[ItemId, date]
    too_early: tuple[int, ...]
    asked_day: date | None

    def shortages(self, snapshot: StockSnapshot) -> tuple[Shortage, ...]:
        """What is short for what the order asks for."""
        return place(self.asked, snapshot.positions, self.promise.today, self.replenished).shortages


def plan_order(
    lines: Sequence[WantedLine], snapshot: StockSnapshot, workshop: Workshop, *, today: date | None = None
) -> OrderPlan:
    """Promise the lines of an order one after the other: by the days they name, then those that name none.

    A plan that is on time can be reserved, and what a plan that is not on time asks for cannot, as long as
    stock stays as it is.

    Args:
        lines: at least one.
        snapshot: the stock, with masters.
        workshop: how the products are assembled.
        today: the day; the snapshot's own where none is given.

    Raises:
        StockRequestError: the calendar ends before the assembly does.
    """
    now = today or snapshot.today
    skus = {sku for line in lines for sku in line.demand.skus}
    snapshot = only(snapshot, skus)
    keeping = _Keeping.of(snapshot, workshop, now)
    total = Demand(tuple(each for line in lines for each in line.demand.lines))
    found: dict[int, LinePromise] = {}
    if all(line.wanted is None for line in lines) and keeping.has_now(total):
        # Where there is enough for all lines together, none leaves too little to another.
        found = {line.number: keeping.promised(line) for line in lines}
        for line in lines:
            keeping.need(line.demand, keeping.start)
    else:
        for line in sorted(lines, key=lambda each: (each.wanted or date.max, each.number)):
            found[line.number] = keeping.promised(line)
            keeping.take_promised(line.demand, found[line.number])
    ordered = tuple(found[line.number] for line in lines)
    told = OrderPromise(ordered, keeping.to_procure(snapshot), now, snapshot.seq)
    asked, too_early, asked_day = keeping, tuple[int, ...](), told.day
    if not all(line.on_time for line in ordered):
        asked = _Keeping.of(snapshot, workshop, now)
        too_early = tuple(line.number for line in lines if asked.first_day(line) < now)
        for line in lines:
            asked.need(line.demand, asked.asked_begin(line, found[line.number].components))
        asked_day = max(asked.wished_day(line, found[line.number]) for line in lines)
    return OrderPlan(
        told,
        keeping.demand,
        asked.demand,
        keeping.replenished,
        too_early,
        asked_day,
    )


@define(eq=False)
class _Keeping:
    """What is left of stock while an order's lines are promised one by one.

    Kept apart item by item, so that a line costs no more the more lines there were before it.

    Attributes:
        left: of each item what is left of it.
        of_nothing: what is known of the moment, and nothing of any item.
        replenished: of what is bought or made for orders, the day from which on any quantity can be had.
        needed: what the lines so far need, by SKU and day.
    """

    left: dict[ItemId, StockSnapshot]
    of_nothing: StockSnapshot
    workshop: Workshop
    today: date
    replenished: Mapping[ItemId, date]
    needed: dict[tuple[ItemId, date | None], int] = field(factory=dict)

    @classmethod
    def of(cls, snapshot: StockSnapshot, workshop: Workshop, today: date) -> "_Keeping":
        days = {sku: unlimited_from(snapshot, sku, today) for sku in snapshot.master_of}
        replenished = {sku: day for sku, day in days.items() if day is not None}
        nothing = evolve(snapshot, balances=(), supplies=(), commitments=(), masters=())
        return cls(_by_item(snapshot), nothing, workshop, today, replenished)

    def left_of(self, skus: Iterable[ItemId]) -> StockSnapshot:
        """What is left of some items; nothing is known of the others."""
        parts = [self.left[sku] for sku in skus if sku in self.left]
        return evolve(
            self.of_nothing,
            balances=tuple(each for part in parts for each in part.balances),
            supplies=tuple(each for part in parts for each in part.supplies),
            commitments=tuple(each for part in parts for each in part.commitments),
            masters=tuple(each for part in parts for each in part.masters),
        )

    @property
    def demand(self) -> Demand:
        """What the lines so far need."""
        return Demand(tuple(DemandLine(sku, n, needed=day) for (sku, day), n in self.needed.items()))

    @property
    def start(self) -> date:
        """The first working day: what is begun now is begun on it."""
        return self.workshop.calendar.first_open(self.today)

    def needed_on(self, demand: Demand, day: date) -> Demand:
        """A demand for a day, or for now."""
        return demand.needed_on(day if day > self.today else None)

    def has_now(self, demand: Demand) -> bool:
        """Whether everything that a demand needs can be had for what is begun now."""
        asked = self.needed_on(demand, self.start)
        return not place(asked, self.left_of(demand.skus).positions, self.today).shortages

    def first_day(self, line: WantedLine) -> date:
        """The day on which a line's components are wanted; before today where it is wanted too early."""
        if line.wanted is None:
            return self.start
        return self.workshop.latest_begin(line.wanted) or date.min

    def promised(self, line: WantedLine) -> LinePromise:
        """The earliest day of a line, not before it is wanted."""
        wished = self.first_day(line)
        first = max(wished, self.start)
        days, calendar = self.workshop.days, self.workshop.calendar
        asked = self.needed_on(line.demand, first)
        left = self.left_of(line.demand.skus)
        found = promise(left, asked, assembly_days=days, calendar=calendar, today=self.today)
        # What needs nothing from stock is begun when it is wanted, too.
        begin = None if found.begin is None else max(found.begin, first)
        asked_begin = self.asked_begin(line, found.components)
        on_time = begin is not None and wished >= self.today and begin <= asked_begin
        day = found.ready if line.wanted is None or found.ready is None else max(line.wanted, found.ready)
        pacing = found.pacing if found.complete != first else None
        because = found.reason if pacing or found.never else self._on_hand(found, first)
        return LinePromise(
            line.number, line.wanted, day, begin, on_time, days, found.components, pacing, because
        )

    def asked_begin(self, line: WantedLine, components: Iterable[PromisedComponent]) -> date:
        """The day on which a line asks to be begun; without a day it waits for what may be bought or made."""
        if line.wanted is not None:
            return max(self.start, self.first_day(line))
        days = [each.day for each in components if each.day and each.sku in self.replenished]
        return self.workshop.calendar.first_open(max(days, default=self.today))

    def _on_hand(self, found: Promise, day: date) -> str:
        if not found.components:
            return "it needs nothing from stock"
        kinds = {source.kind for each in found.components for source in each.sources}
        if day == self.today or (day == self.start and kinds == {SourceKind.STOCK}):
            return "all components are in stock"
        return f"all components are there on {day}"

    def take_promised(self, demand: Demand, line: LinePromise) -> None:
        """Let a line take its components for the day on which it begins."""
        if line.begin is not None:
            self.take(demand, line.begin)

    def wished_day(self, line: WantedLine, found: LinePromise) -> date:
        """The day on which a line is there if it gets its components for the day on which it wants them."""
        ready = self.workshop.calendar.after(self.asked_begin(line, found.components), self.workshop.days)
        return ready if line.wanted is None else max(line.wanted, ready)

    def need(self, demand: Demand, day: date) -> None:
        """Note that a demand needs its components on a day."""
        for line in self.needed_on(demand, day).lines:
            self.needed[line.sku, line.needed] = self.needed.get((line.sku, line.needed), 0) + line.quantity

    def take(self, demand: Demand, day: date) -> None:
        """Let a demand take its components for a day.

        What can be procured for that day is needed, and not taken: it comes however little is left, and lines
        that cannot wait so long may need what there is.
        """
        self.need(demand, day)
        fixed = Demand(tuple(each for each in demand.lines if self.replenished.get(each.sku, date.max) > day))
        asked = self.needed_on(fixed, day)
        placed = place(asked, self.left_of(asked.skus).positions, self.today)
        for sku, takings in groupby(placed.takings, key=lambda taking: taking.sku):
            self.left[sku] = without(self.left[sku], takings, self.today)

    def to_procure(self, snapshot: StockSnapshot) -> tuple[ToProcure, ...]:
        """What has to be bought or made for all that is needed, by day and SKU: what stock will find."""
        demand = Demand(tuple(each for each in self.demand.lines if each.sku in self.replenished))
        placed = place(demand, snapshot.positions, self.today, self.replenished) if demand.lines else None
        found: dict[tuple[date, ItemId], int] = {}
        for each in () if placed is None else placed.procured:
            assert each.needed is not None
            found[each.needed, each.sku] = found.get((each.needed, each.sku), 0) + each.quantity
        return tuple(procured(snapshot, sku, number, due) for (due, sku), number in sorted(found.items()))


def procured(snapshot: StockSnapshot, sku: ItemId, quantity: int, due: date) -> ToProcure:
    """What has to be bought or made for a day, with the day by which to order it."""
    master = snapshot.master_of.get(sku)
    policy = Policy.BOUGHT if master is None or master.policy is None else master.policy
    lead_time = (0 if master is None else master.replenished_in) or 0
    return ToProcure(sku, quantity, policy, due - timedelta(days=lead_time), due)


# ---------------------------------------------------------------- what is left of a snapshot


def only(snapshot: StockSnapshot, skus: Iterable[ItemId]) -> StockSnapshot:
    """A snapshot of some items alone."""
    asked = frozenset(skus)
    return StockSnapshot(
        tuple(each for each in snapshot.balances if each.sku in asked),
        tuple(each for each in snapshot.supplies if each.sku in asked),
        tuple(each for each in snapshot.commitments if each.sku in asked),
        tuple(each for each in snapshot.masters if each.sku in asked),
        snapshot.seq,
        snapshot.at,
    )


def _by_item(snapshot: StockSnapshot) -> dict[ItemId, StockSnapshot]:
    """A snapshot item by item."""
    balances, supplies = _grouped(snapshot.balances), _grouped(snapshot.supplies)
    commitments, masters = _grouped(snapshot.commitments), _grouped(snapshot.masters)
    return {
        sku: StockSnapshot(
            tuple(balances.get(sku, ())),
            tuple(supplies.get(sku, ())),
            tuple(commitments.get(sku, ())),
            tuple(masters.get(sku, ())),
            snapshot.seq,
            snapshot.at,
        )
        for sku in dict.fromkeys((*balances, *supplies, *commitments, *masters))
    }


class _OfItem(Protocol):
    """Something that is told of an item."""

    @property
    def sku(self) -> ItemId: ...


_T = TypeVar("_T", bound=_OfItem)


def _grouped(told: Iterable[_T]) -> dict[ItemId, list[_T]]:
    found: dict[ItemId, list[_T]] = {}
    for each in told:
        found.setdefault(each.sku, []).append(each)
    return found


def without(snapshot: StockSnapshot, takings: Iterable[Taking], today: date) -> StockSnapshot:
    """A snapshot after some goods were promised: now, or for later days."""
    now: dict[tuple[ItemId, str], int] = {}
    # What is promised in this way for one day is told as one, however many lines there are.
    later: dict[tuple[ItemId, str, date], int] = {}
    for taking in takings:
        if taking.needed is None or taking.needed <= today:
            at = (taking.sku, taking.location)
            now[at] = now.get(at, 0) + taking.quantity
        else:
            on = (taking.sku, taking.location, taking.needed)
            later[on] = later.get(on, 0) + taking.quantity
    if not now and not later:
        return snapshot
    balances = tuple(
        evolve(each, allocated=each.allocated + now.get((each.sku, each.location), 0))
        for each in snapshot.balances
    )
    commitments = []
    for each in snapshot.commitments:
        more = 0 if each.reservation else later.pop((each.sku, each.location, each.needed), 0)
        commitments.append(evolve(each, quantity=each.quantity + more) if more else each)
    commitments += [Commitment(sku, at, day, n, "", "") for (sku, at, day), n in later.items()]
    return evolve(snapshot, balances=balances, commitments=tuple(commitments))


def without_reservation(snapshot: StockSnapshot, reservation: Reservation) -> StockSnapshot:
    """A snapshot as though a new reservation had not been made, nor what was procured for it."""
    now: dict[tuple[ItemId, str], int] = {}
    for line in reservation.lines:
        if line.needed is None:
            now[line.sku, line.location] = now.get((line.sku, line.location), 0) + line.quantity
    held = reservation.state is ReservationState.HELD
    balances = []
    for each in snapshot.balances:
        back = now.get((each.sku, each.location), 0)
        if back and held:
            balances.append(evolve(each, held=each.held - back))
        else:
            balances.append(evolve(each, allocated=each.allocated - back) if back else each)
    return evolve(
        snapshot,
        balances=tuple(balances),
        supplies=tuple(each for each in snapshot.supplies if each.reservation != reservation.id),
        commitments=tuple(each for each in snapshot.commitments if each.reservation != reservation.id),
    )


def left_after(
    snapshot: StockSnapshot, taken: Iterable[tuple[Demand, date]], workshop: Workshop, today: date
) -> StockSnapshot:
    """What is left of stock after some demands took their components, each for its own day.

    What can be procured for that day is not taken: it comes however little is left.
    """
    keeping = _Keeping.of(snapshot, workshop, today)
    for demand, day in taken:
        keeping.take(demand, day)
    return keeping.left_of(keeping.left)
