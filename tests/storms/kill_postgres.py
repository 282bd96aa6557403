"""Crashes of a PostgreSQL server of its own in the middle of writing, and of those who write.

Three kinds of cycle: every process of the server is killed and a new one recovers; one process that serves
a caller is killed, whereupon the server throws out all others and recovers by itself; the callers are killed
in the middle of their transactions. Afterwards as for SQLite: the audit, every answer, nothing in part, every
counter. The control runs the same crashes with `synchronous_commit=off`, and must lose answers.
"""

import signal
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random
from typing import Final

import psycopg

from configurator.availability.opening import open_stock
from configurator.availability.store import StockStore
from configurator.errors import StockUnavailableError
from storms.crash_server import CrashServer
from storms.crews import BROKE, Writing, wait_for_work
from storms.dice import dice
from storms.tally import Budget, Tally
from storms.workload import Expected

_CYCLES_PER_DATABASE: Final = 20
_MOST_WORK: Final = 30_000
"""Characters in the journals of a cycle, some 120 answers, before the crash."""
_LONGEST_WORK: Final = 5.0
_CONTROL_CYCLES: Final = 12
_PATIENCE: Final = 60.0


def storm(
    tally: Tally, budget: Budget, *, seed: int, cycles: int, writers: int, control: bool = True
) -> None:
    """Crash until there were so many crashes in all, or the time is over; the control once a run.

    Args:
        tally: gets the figures.
        budget: when to stop.
        seed: of what is written.
        cycles: crashes of the server, whole or through one of its processes, in all runs of the tally.
        writers: processes at once.
        control: whether to run the control.
    """
    if control:
        _control(tally, dice(seed, "control"), writers)
    with _server() as server:
        while _crashes(tally) < cycles and not budget.over:
            turn = tally.counts["databases"]
            random = dice(seed, turn)
            for wrong in _one_database(tally, server, _url(server, f"storm_{turn}"), random, writers):
                tally.violations += [f"seed {seed}, database {turn}: {each}" for each in wrong]
                if wrong or _crashes(tally) >= cycles or budget.over:
                    break
            tally.counts["databases"] += 1
            tally.save()


def _crashes(tally: Tally) -> int:
    return tally.counts["crashes of the server"] + tally.counts["crashes of one backend"]


def _control(tally: Tally, random: Random, writers: int) -> None:
    """The same where the server answers before anything is on disk: it must be caught."""
    with _server() as server:
        scratch = Tally("control")
        url = f"{_url(server, 'control')}?options=-c%20synchronous_commit%3Doff"
        found = zip(
            _one_database(scratch, server, url, random, writers), range(_CONTROL_CYCLES), strict=False
        )
        lost = any(wrong for wrong, _ in found)
    tally.counts["controls that lost answers"] += lost
    if not lost:
        tally.violations.append("the control lost nothing: the harness would see no loss")


@contextmanager
def _server() -> Iterator[CrashServer]:
    with tempfile.TemporaryDirectory(prefix="kill-postgres-") as folder:
        server = CrashServer(Path(folder), durable=True)
        server.create()
        server.start()
        try:
            yield server
        finally:
            server.stop()


def _url(server: CrashServer, name: str) -> str:
    """A new database."""
    with psycopg.connect(server.url, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}".encode())
    return f"{server.url.rpartition('/')[0]}/{name}"


def _one_database(
    tally: Tally, server: CrashServer, url: str, random: Random, writers: int
) -> Iterator[list[str]]:
    """Many cycles on one database; yield after each what was wrong, and stop where something is."""
    expected = Expected()
    with tempfile.TemporaryDirectory(prefix="kill-postgres-journals-") as scratch:
        for cycle in range(_CYCLES_PER_DATABASE):
            found = _one_cycle(tally, server, url, Path(scratch), expected, cycle, random, writers)
            found = found or _check(tally, url, expected)
            yield found
            if found:
                return


def _one_cycle(
    tally: Tally,
    server: CrashServer,
    url: str,
    folder: Path,
    expected: Expected,
    cycle: int,
    random: Random,
    writers: int,
) -> list[str]:
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
    wait_for_work(crew, int(_MOST_WORK * random.random()), _LONGEST_WORK)
    kind = random.choice(
        ("crashes of the server", "crashes of the server", "crashes of one backend", "kills of callers")
    )
    if kind == "crashes of the server":
        server.crash()
    elif kind == "crashes of one backend" and not server.kill_backend(random.random()):
        kind = "kills of callers"
    if kind != "kills of callers" and random.random() < 0.5:
        # Half of the time callers live long enough to see their connection break.
        time.sleep(0.05)
    found = [trouble for each in crew if (trouble := _ended(each, crashed=kind != "kills of callers"))]
    tally.counts[kind] += 1
    for each in crew:
        for text in each.told():
            expected.read(text)
    if kind == "crashes of the server":
        server.start()
    return found


def _ended(writing: Writing, *, crashed: bool) -> str:
    """Kill a writer; what it died of, if it had ended before of anything but a broken connection."""
    code = writing.kill()
    if code == -signal.SIGKILL or (crashed and code == BROKE):
        return ""
    return f"a writer ended by itself: {writing.trouble()}"


def _check(tally: Tally, url: str, expected: Expected) -> list[str]:
    tally.counts["answers"] += expected.acknowledged.total()
    tally.counts["calls that were cut off"] += len(expected.open)
    with _reachable(lambda: open_stock(url, timeout=_PATIENCE)) as store:
        found = [*store.audit(), *expected.settle(store), *store.audit()]
    tally.counts.update(expected.acknowledged)
    expected.acknowledged.clear()
    return found


def _reachable(opened: Callable[[], StockStore]) -> StockStore:
    """Open as soon as the server takes callers again."""
    deadline = time.monotonic() + _PATIENCE
    while True:
        try:
            return opened()
        except StockUnavailableError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.05)
