"""What can be promised of an item, day by day (available to promise)."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from datetime import date

from attrs import frozen

from configurator.availability.answers.lead_times import unlimited_from
from configurator.availability.answers.pegging import coming
from configurator.availability.masters import Policy
from configurator.availability.positions import ItemPosition
from configurator.availability.quantities import ItemId
from configurator.availability.snapshot import StockSnapshot


@frozen
class AtpRow:
    """One day of one item.

    Attributes:
        receipts: what firm supplies bring on this day; what is due today or overdue comes tomorrow.
        planned: what supplies bring that are not firm: shown, never counted on.
        commitments: what was promised for this day; on the first row also what was promised for days before.
        projected: the balance at the end of the day: what is unpromised on the shelf, plus firm receipts,
            less commitments until then. Safety stock is in it; below 0 where promises are in trouble.
        discrete: how much more this day lets be promised than the day before, without the part of its
            receipts that earlier and later promises need.
        promisable: what can be promised for this day or any later one (cumulative, with look-ahead). The
            safety stock is out of it; never below 0. It is the sum of the discrete ones until then.
        unlimited: whether any quantity can be promised, because it can be bought or made by then.
    """

    day: date
    receipts: int
    planned: int
    commitments: int
    projected: int
    discrete: int
    promisable: int
    unlimited: bool


@frozen
class AtpTable:
    """What can be promised of one item.

    Attributes:
        location: the only one that was looked at; `None` for all together.
        known: whether stock has heard of the item.
        on_hand: what lies there.
        promised: how much of that is held or allocated.
        floor: how much of it is safety stock.
        rows: today, and each later day on which something changes; ascending. What happens after the
            last day asked for has no row, but is looked ahead to.
        policy: how the item is had; stocked where nothing says.
        lead_time: in days, of what is bought or made; `None` where nothing says.
        unlimited_from: the day from which on any quantity can be promised; `None` where that is never.
        seq: the last event that the answer takes into account.
    """

    sku: ItemId
    location: str | None
    known: bool
    on_hand: int
    promised: int
    floor: int
    rows: tuple[AtpRow, ...]
    policy: Policy
    lead_time: int | None
    unlimited_from: date | None
    seq: int

    def on(self, day: date) -> AtpRow:
        """The row that tells of a day: its own or the last one before; of a day that has come, the first."""
        return next((row for row in reversed(self.rows) if row.day <= day), self.rows[0])


def atp(
    snapshot: StockSnapshot,
    sku: ItemId,
    *,
    until: date | None = None,
    location: str | None = None,
    today: date | None = None,
) -> AtpTable:
    """What can be promised of an item, day by day.

    Args:
        snapshot: the stock.
        sku: the item; one that stock has never heard of has one row of zeros.
        until: the last day to tell of; `None` for all on which something changes.
        location: the only location to look at; `None` for all, whose numbers are then added up. What can be
            promised is added up after the look-ahead of each, as placing a demand does.
        today: the day; the snapshot's own where none is given.
    """
    today = today or snapshot.today
    places = [each for each in snapshot.positions.get(sku, ()) if location in {None, each.location}]
    balances = [each for each in snapshot.balances if each.sku == sku and location in {None, each.location}]
    master = snapshot.master_of.get(sku)
    replenished = unlimited_from(snapshot, sku, today)
    rows = _rows(places, snapshot.curve(sku, location=location, today=today).on, today, replenished)
    return AtpTable(
        sku,
        location,
        sku in snapshot.positions or master is not None,
        sum(each.on_hand for each in balances),
        sum(each.promised for each in balances),
        sum(each.floor for each in balances),
        tuple(row for row in rows if until is None or row.day <= max(until, today)),
        Policy.STOCKED if master is None or master.policy is None else master.policy,
        None if master is None else master.lead_time,
        replenished,
        snapshot.seq,
    )


def _rows(
    places: Sequence[ItemPosition], promisable: Callable[[date], int], today: date, replenished: date | None
) -> Iterator[AtpRow]:
    receipts: dict[date, int] = defaultdict(int)
    planned: dict[date, int] = defaultdict(int)
    commitments: dict[date, int] = defaultdict(int)
    for position in places:
        for supply in position.supplies:
            if supply.open:
                (receipts if supply.firm else planned)[coming(supply, today)] += supply.open
        for commitment in position.commitments:
            commitments[max(commitment.needed, today)] += commitment.quantity
    days = sorted({today, *receipts, *planned, *commitments, *([replenished] if replenished else [])})
    projected = sum(position.unpromised for position in places)
    before = 0
    for day in days:
        projected += receipts[day] - commitments[day]
        now = promisable(day)
        unlimited = replenished is not None and day >= replenished
        yield AtpRow(
            day, receipts[day], planned[day], commitments[day], projected, now - before, now, unlimited
        )
        before = now
