"""SIGKILL in the middle of writing to SQLite: several processes at once, threads too, at any moment.

Also while the database is being made. After a crash the file is opened as a caller would: SQLite's own check,
the audit, every answer that was given, no reservation in part, and every counter.
"""

import signal
import sqlite3
import tempfile
import time
from contextlib import closing
from pathlib import Path
from random import Random
from typing import Final

from configurator.availability.opening import open_stock
from storms.crews import Writing, wait_for_work
from storms.dice import dice
from storms.tally import Budget, Tally
from storms.workload import Expected

_CYCLES_PER_DATABASE: Final = 25
_PATIENCE: Final = 2.0
_MOST_WORK: Final = 24_000
"""Characters in the journals of a cycle, some 100 answers, before the first of its processes is killed."""
_SPAN: Final = 0.02
"""Seconds within which all of a cycle's processes are killed."""


def storm(tally: Tally, budget: Budget, *, seed: int, kills: int, writers: int) -> None:
    """Kill until there were so many kills in all, or the time is over.

    Args:
        tally: gets the figures.
        budget: when to stop.
        seed: of what is written; the moments of the kills are the machine's own.
        kills: processes to kill, in all runs of the tally together.
        writers: processes at once.
    """
    with tempfile.TemporaryDirectory(prefix="kill-sqlite-") as scratch:
        while tally.counts["kills"] < kills and not budget.over:
            turn = tally.counts["databases"]
            folder = Path(scratch) / f"database-{turn}"
            folder.mkdir()
            wrong = _one_database(tally, budget, folder, dice(seed, turn), kills, writers)
            tally.violations += [f"seed {seed}, database {turn}: {each}" for each in wrong]
            tally.counts["databases"] += 1
            tally.save()


def _one_database(
    tally: Tally, budget: Budget, folder: Path, random: Random, kills: int, writers: int
) -> list[str]:
    """Many cycles on one database; ends at the first that shows something wrong."""
    expected = Expected()
    for cycle in range(_CYCLES_PER_DATABASE):
        last = cycle == _CYCLES_PER_DATABASE - 1 or tally.counts["kills"] + writers >= kills or budget.over
        found = _one_cycle(tally, folder, expected, cycle, random, writers)
        # Not every time: opening and closing clears the log, and a crash upon a crash must be survived too.
        if not found and (last or random.random() < 0.6):
            found = _check(tally, folder, expected)
        if found or last:
            return found
    return []


def _one_cycle(
    tally: Tally, folder: Path, expected: Expected, cycle: int, random: Random, writers: int
) -> list[str]:
    """Start all, kill all, read what they were told."""
    url = f"sqlite:///{folder / 'stock.db'}"
    crew = [
        Writing.started(
            folder,
            url,
            f"{cycle}-{number}",
            random.randrange(10**9),
            4 if number == 0 else 1,
            fill=cycle == 0 or random.random() < 0.1,
        )
        for number in range(writers)
    ]
    moments = sorted((random.uniform(0, _SPAN), number) for number in range(writers))
    # Sometimes before anything was done, sometimes in the midst of it.
    wait_for_work(crew, int(_MOST_WORK * max(0.0, random.uniform(-0.3, 1))), _PATIENCE)
    began = time.monotonic()
    found = []
    for moment, number in moments:
        time.sleep(max(0.0, began + moment - time.monotonic()))
        if crew[number].kill() == -signal.SIGKILL:
            tally.counts["kills"] += 1
        else:
            found.append(f"a writer ended by itself: {crew[number].trouble()}")
    for each in crew:
        for text in each.told():
            expected.read(text)
    return found


def _check(tally: Tally, folder: Path, expected: Expected) -> list[str]:
    database = folder / "stock.db"
    tally.counts["checks"] += 1
    tally.counts["answers"] += expected.acknowledged.total()
    tally.counts["calls that were cut off"] += len(expected.open)
    with open_stock(f"sqlite:///{database}", timeout=60) as store:
        found = [*store.audit(), *expected.settle(store), *store.audit()]
    with closing(sqlite3.connect(database)) as connection:
        (sound,) = connection.execute("PRAGMA integrity_check").fetchone()
    tally.counts.update(expected.acknowledged)
    expected.acknowledged.clear()
    return found if sound == "ok" else [*found, f"integrity check: {sound}"]
