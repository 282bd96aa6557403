"""What can be promised of many items on many days at once, as a table of numpy."""

from collections.abc import Iterable, Iterator
from datetime import date
from functools import cached_property
from typing import Final

import numpy as np
from attrs import field, frozen
from numpy.typing import NDArray

from configurator.availability.answers.lead_times import unlimited_from
from configurator.availability.positions import ItemPosition
from configurator.availability.quantities import ItemId
from configurator.availability.snapshot import StockSnapshot
from configurator.errors import StockRequestError

MOST_DAYS: Final = 3660
"""The most days that a table may have."""


@frozen(eq=False)
class AtpGrid:
    """What can be promised of many items on each of many days.

    Attributes:
        skus: the items, one for each line of `promisable`.
        first: the day of its first column; the others follow day by day.
        promisable: whole numbers, what can be promised for the day; as in `AtpRow`. It cannot be written to.
        unlimited_from: per item, the day from which on any quantity can be promised; `None` for never.
        seq: the last event that the answer takes into account.
    """

    skus: tuple[ItemId, ...]
    first: date
    promisable: NDArray[np.int64] = field(repr=False)
    unlimited_from: tuple[date | None, ...] = field(repr=False)
    seq: int


@frozen(eq=False, slots=False)
class StockColumns:
    """A snapshot as columns, for questions about many items at once. Made once per snapshot and day.

    Positions are numbered by SKU; days are counted from today. Changes are ordered by nothing.
    """

    snapshot: StockSnapshot = field(repr=False)
    today: date

    @cached_property
    def positions(self) -> tuple[ItemPosition, ...]:
        """Every item at every location, by SKU."""
        by_sku = self.snapshot.positions
        return tuple(position for sku in sorted(by_sku) for position in by_sku[sku])

    @cached_property
    def first_position(self) -> NDArray[np.int64]:
        """For each item, by SKU, the number of its first position."""
        by_sku = self.snapshot.positions
        counts = np.fromiter((len(by_sku[sku]) for sku in self.skus), np.int64, len(by_sku))
        return np.cumsum(counts) - counts

    @cached_property
    def skus(self) -> tuple[ItemId, ...]:
        """The items that have positions, sorted."""
        return tuple(sorted(self.snapshot.positions))

    @cached_property
    def standing(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """What is unpromised at each position, and its safety stock."""
        count = len(self.positions)
        unpromised = np.fromiter((each.unpromised for each in self.positions), np.int64, count)
        return unpromised, np.fromiter((each.floor for each in self.positions), np.int64, count)

    @cached_property
    def changes(self) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
        """Firm receipts and, below 0, commitments: positions, days from today, quantities."""
        today = self.today.toordinal()
        found = [
            change
            for number, position in enumerate(self.positions)
            if position.supplies or position.commitments
            for change in _changes(position, number, today)
        ]
        columns = np.array(found, np.int64).reshape(-1, 3)
        return columns[:, 0], columns[:, 1], columns[:, 2]


def _changes(position: ItemPosition, number: int, today: int) -> Iterator[tuple[int, int, int]]:
    for supply in position.supplies:
        if supply.firm and supply.open:
            yield number, max(supply.due.toordinal() - today, 1), supply.open
    for commitment in position.commitments:
        yield number, max(commitment.needed.toordinal() - today, 0), -commitment.quantity


def atp_grid(
    snapshot: StockSnapshot | StockColumns,
    days: int,
    *,
    skus: Iterable[ItemId] | None = None,
    today: date | None = None,
) -> AtpGrid:
    """What can be promised of many items, for today and the days after it.

    Args:
        snapshot: the stock; as columns where it is asked more than once.
        days: how many days, today among them.
        skus: the items, each once; `None` for all that stock knows places of, sorted. One that stock has
            never heard of has zeros.
        today: the day; the snapshot's own where none is given. Not beside columns, which have theirs.

    Raises:
        StockRequestError: the number of days is not from 1 to `MOST_DAYS`.
    """
    if type(days) is not int or not 1 <= days <= MOST_DAYS:
        raise StockRequestError(f"a table has from 1 to {MOST_DAYS} days, not `{days!r}`")
    if isinstance(snapshot, StockColumns):
        columns = snapshot
    else:
        columns = StockColumns(snapshot, today or snapshot.today)
    promisable = _promisable(columns, days)
    names = columns.skus
    if skus is not None:
        line = {sku: number for number, sku in enumerate(names)}
        names = tuple(skus)
        none = len(line)
        promisable = np.vstack([promisable, np.zeros((1, days), np.int64)])
        promisable = promisable[[line.get(sku, none) for sku in names]]
    promisable.flags.writeable = False
    since = tuple(unlimited_from(columns.snapshot, sku, columns.today) for sku in names)
    return AtpGrid(names, columns.today, promisable, since, columns.snapshot.seq)


def _promisable(columns: StockColumns, days: int) -> NDArray[np.int64]:
    """One line per item: changes per day, added up forwards, the least of what follows backwards."""
    unpromised, floor = columns.standing
    count = len(unpromised)
    if not count:
        return np.zeros((0, days), np.int64)
    position, day, quantity = columns.changes
    within = day < days
    balance = np.zeros((count, days), np.int64)
    np.add.at(balance, (position[within], day[within]), quantity[within])
    balance[:, 0] += unpromised - floor
    np.cumsum(balance, axis=1, out=balance)
    balance[:, -1] += _least_after(position[~within], day[~within], quantity[~within], count)
    least = np.minimum.accumulate(balance[:, ::-1], axis=1)[:, ::-1]
    np.maximum(least, 0, out=least)
    if count == len(columns.skus):
        return np.ascontiguousarray(least)
    return np.add.reduceat(least, columns.first_position, axis=0)


def _least_after(
    position: NDArray[np.int64], day: NDArray[np.int64], quantity: NDArray[np.int64], count: int
) -> NDArray[np.int64]:
    """Per position the least that the changes after the last day add up to, at most 0."""
    least = np.zeros(count, np.int64)
    if not len(position):
        return least
    # Receipts of a day before its commitments: the balance then only rises before it falls, so that the
    # balances within a day are never below both ends of it.
    order = np.lexsort((-quantity, day, position))
    position, quantity = position[order], quantity[order]
    starts = np.flatnonzero(np.r_[True, position[1:] != position[:-1]])
    running = np.cumsum(quantity)
    before = np.repeat(running[starts] - quantity[starts], np.diff(np.r_[starts, len(position)]))
    least[position[starts]] = np.minimum(np.minimum.reduceat(running - before, starts), 0)
    return least
