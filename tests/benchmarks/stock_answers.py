"""How long answers about stock take, beside the same in plain Python, day by day.

    python tests/benchmarks/stock_answers.py [--components N] [--days N] [--rounds N]

A made-up warehouse: components with counts and safety stock, four receipts and four dated promises for each
of them. Asked are the table of what can be promised of each component on each day, and the day on which
twelve components at random can be there. Both sides are compared answer by answer. Times are processor
seconds, the median of all rounds.
"""

import argparse
import random
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from typing import TypeVar

from attrs import frozen

from configurator.availability.answers.atp_grid import StockColumns, atp_grid
from configurator.availability.answers.promise import promise
from configurator.availability.balances import StockBalance
from configurator.availability.demand import Demand
from configurator.availability.snapshot import StockSnapshot
from configurator.availability.supply import Commitment, Supply

T = TypeVar("T")

TODAY = date(2026, 11, 23)
MOVEMENTS = 4
"""Receipts, and as many promises, of each component."""
LINES = 12
"""Components of one question for a day."""


@frozen
class Figure:
    """One question: what we take, and what going day by day takes."""

    name: str
    ours: float
    naive: float

    @property
    def told(self) -> str:
        """A line for people."""
        times = f"{self.naive / self.ours:,.0f} times as long" if self.ours else "-"
        return f"{self.name:<44} {shown(self.ours):>10}   plain Python {shown(self.naive):>10}, {times}"


def shown(seconds: float) -> str:
    """Seconds for people."""
    return f"{seconds * 1e3:.1f} ms" if seconds >= 0.001 else f"{seconds * 1e6:.0f} µs"


def warehouse(components: int, days: int) -> StockSnapshot:
    """A made-up stock, always the same."""
    dice = random.Random(1)  # noqa: S311 - nothing is kept secret
    skus = [f"C-{number:06}" for number in range(components)]

    def some_day() -> date:
        return TODAY + timedelta(days=dice.randint(1, days + 20))

    many = range(components * MOVEMENTS)
    return StockSnapshot(
        tuple(StockBalance(sku, dice.randint(0, 60), floor=dice.randint(0, 5)) for sku in skus),
        tuple(Supply(f"PO-{n}", dice.choice(skus), some_day(), dice.randint(1, 40)) for n in many),
        tuple(
            Commitment(dice.choice(skus), "default", some_day(), dice.randint(1, 5), f"R-{n}", f"SO-{n}")
            for n in many
        ),
    )


def day_by_day(snapshot: StockSnapshot, sku: str, days: int) -> list[int]:
    """What can be promised of a component on each day: balances forwards, the least backwards."""
    (position,) = snapshot.positions[sku]
    last = max([days, *((each.due - TODAY).days + 1 for each in position.supplies)])
    last = max([last, *((each.needed - TODAY).days + 1 for each in position.commitments)])
    changes = [0] * last
    for supply in position.supplies:
        changes[(supply.due - TODAY).days] += supply.open
    for commitment in position.commitments:
        changes[(commitment.needed - TODAY).days] -= commitment.quantity
    level = position.unpromised - position.floor
    balances = []
    for change in changes:
        level += change
        balances.append(level)
    least = balances[-1]
    for number in reversed(range(last)):
        least = balances[number] = min(least, balances[number])
    return [max(0, balance) for balance in balances[:days]]


def first_day(snapshot: StockSnapshot, demand: Demand, days: int) -> date | None:
    """The day on which all of a demand can be there, each component looked up day by day."""
    latest = TODAY
    for line in demand.lines:
        table = day_by_day(snapshot, line.sku, days + 30)
        found = next((number for number, most in enumerate(table) if most >= line.quantity), None)
        if found is None:
            return None
        latest = max(latest, TODAY + timedelta(days=found))
    return latest


def timed(ask: Callable[[], T], rounds: int) -> tuple[float, T]:
    """The median of some rounds, in processor seconds, and the answer."""
    times: list[float] = []
    for _ in range(rounds):
        start = time.process_time()
        answer = ask()
        times.append(time.process_time() - start)
    return statistics.median(times), answer


def figures(components: int, days: int, rounds: int) -> list[Figure]:
    """All figures; stops where the two sides disagree.

    Raises:
        AssertionError: an answer differs from that of plain Python.
    """
    snapshot = warehouse(components, days)
    skus = sorted(snapshot.positions)

    def made_columns() -> StockColumns:
        columns = StockColumns(snapshot, TODAY)
        _ = columns.standing, columns.changes, columns.first_position
        return columns

    making, columns = timed(made_columns, rounds)
    table, grid = timed(lambda: atp_grid(columns, days), rounds)
    naive, rows = timed(lambda: [day_by_day(snapshot, sku, days) for sku in skus], max(1, rounds // 3))
    if grid.promisable.tolist() != rows:
        raise AssertionError("the tables differ")
    asked = _demands(skus, 20 * rounds)
    for demand in asked:
        # Once before, as for whoever asks more than one question of a snapshot.
        if promise(snapshot, demand, today=TODAY).complete != first_day(snapshot, demand, days):
            raise AssertionError(f"the days differ: {demand}")
    promised, _ = timed(lambda: [promise(snapshot, demand, today=TODAY) for demand in asked], rounds)
    searched, _ = timed(lambda: [first_day(snapshot, demand, days) for demand in asked], 1)
    return [
        Figure(f"table of {components:,} components x {days} days", table, naive),
        Figure("the same, snapshot to columns included", table + making, naive),
        Figure(f"the day of {LINES} components", promised / len(asked), searched / len(asked)),
    ]


def _demands(skus: Sequence[str], number: int) -> list[Demand]:
    dice = random.Random(2)  # noqa: S311 - nothing is kept secret
    return [Demand.of([(dice.choice(skus), dice.randint(1, 3)) for _ in range(LINES)]) for _ in range(number)]


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--components", type=int, default=5_000)
    parser.add_argument("--days", type=int, default=180)
    parser.add_argument("--rounds", type=int, default=15)
    asked = parser.parse_args(arguments)
    for figure in figures(asked.components, asked.days, asked.rounds):
        sys.stdout.write(f"{figure.told}\n")


if __name__ == "__main__":
    main()
