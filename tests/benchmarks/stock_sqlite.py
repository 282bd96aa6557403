"""How quickly a SQLite stock reserves: one caller, many threads, many processes, beside what the disk can do.

    python tests/benchmarks/stock_sqlite.py             # a minute
    python tests/benchmarks/stock_sqlite.py --quick     # two seconds, to see that it runs

Every reservation takes twelve components, of 500, for fifteen minutes. The disk's rate is measured before
and after each part, on the same file system; ratios to it are what carries over to another machine. Goals
that are missed end the run with exit code 1.
"""

import argparse
import multiprocessing
import os
import random
import sqlite3
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import timedelta
from multiprocessing.connection import Connection
from multiprocessing.synchronize import Barrier
from pathlib import Path

from attrs import frozen

from configurator.availability.demand import Demand
from configurator.availability.opening import open_stock
from configurator.availability.reservations import ReservationRequest, Reserved
from configurator.availability.store import StockStore

ITEMS = tuple(f"ITEM-{number:03}" for number in range(500))
LINES = 12
PATIENCE = 120.0
PROCESSES = multiprocessing.get_context("spawn")


@frozen
class Size:
    """How much is measured."""

    calls: int
    threads: int
    calls_of_thread: int
    processes: int
    seconds: float


FULL = Size(calls=1500, threads=16, calls_of_thread=150, processes=32, seconds=12)
QUICK = Size(calls=20, threads=4, calls_of_thread=5, processes=2, seconds=0.3)


@frozen
class Goal:
    """What was to be reached, in words, and whether it was."""

    told: str
    reached: bool


@frozen
class Disk:
    """What one `fdatasync` of a page costs, the mean over some hundred.

    Attributes:
        seconds: on the wall.
        processor: of the processor.
    """

    seconds: float
    processor: float

    @classmethod
    def measured(cls, folder: Path, times: int = 300) -> "Disk":
        """Write a page and sync it, again and again."""
        file = os.open(folder / "probe.bin", os.O_RDWR | os.O_CREAT)
        try:
            wall, processor = time.perf_counter(), time.process_time()
            for number in range(times):
                os.pwrite(file, bytes(4096), number % 64 * 4096)
                os.fdatasync(file)
            return cls((time.perf_counter() - wall) / times, (time.process_time() - processor) / times)
        finally:
            os.close(file)


def say(text: str = "") -> None:
    """Print at once, since what follows takes its time."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def request(name: str, randomness: random.Random) -> ReservationRequest:
    """One of each of twelve components, in no order."""
    demand = Demand.of(dict.fromkeys(randomness.sample(ITEMS, LINES), 1))
    return ReservationRequest(name, demand, ttl=timedelta(minutes=15))


def granted(store: StockStore, asked: ReservationRequest) -> None:
    """Reserve; there is always enough."""
    assert isinstance(store.reserve(asked), Reserved)


@contextmanager
def disk_around(folder: Path, told: str) -> Iterator[list[Disk]]:
    """The disk before and, at the end, after; both are printed."""
    disks = [Disk.measured(folder)]
    say(f"\n{told}")
    yield disks
    disks.append(Disk.measured(folder))
    rates = " and ".join(f"{1 / disk.seconds:,.0f}" for disk in disks)
    say(f"  the disk before and after: {rates} fdatasync/s")


def one_caller(folder: Path, url: str, size: Size) -> list[Goal]:
    """The processor's time for a reservation, and the time on the wall in fdatasyncs."""
    randomness = random.Random("one")  # noqa: S311 - the same on every run
    asked = [request(f"ONE-{number}", randomness) for number in range(size.calls)]
    with open_stock(url, timeout=PATIENCE) as store, disk_around(folder, "one caller") as disks:
        granted(store, request("WARM", randomness))
        wall, processor = time.perf_counter(), time.process_time()
        for each in asked:
            granted(store, each)
        wall, processor = time.perf_counter() - wall, time.process_time() - processor
    beyond = (processor / size.calls - min(disk.processor for disk in disks)) * 1e6
    slowest = max(disk.seconds for disk in disks)
    say(f"  {size.calls / wall:,.0f} reservations/s, {wall / size.calls / slowest:.1f} fdatasync times each")
    say(f"  {beyond:,.0f} µs of processor time each, beyond one fdatasync")
    return [Goal(f"one caller: {beyond:,.0f} µs of at most 600", beyond <= 600)]


def many_threads(folder: Path, url: str, size: Size) -> list[Goal]:
    """Reservations for each commit: what a commit syncs, all of its members share."""
    with (
        open_stock(url, timeout=PATIENCE) as store,
        growing_log(url),
        disk_around(folder, f"{size.threads} threads") as disks,
    ):
        before = committed(url)
        wall = time.perf_counter()
        threads = [
            threading.Thread(target=reserve_some, args=(store, f"T{number}", size.calls_of_thread))
            for number in range(size.threads)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        wall = time.perf_counter() - wall
        commits = committed(url) - before
    calls = size.threads * size.calls_of_thread
    slowest = max(disk.seconds for disk in disks)
    say(f"  {calls / wall:,.0f} reservations/s, {calls / wall * slowest:.1f} for each that the disk can sync")
    say(f"  {calls / commits:.1f} reservations for each commit, {commits} commits")
    return [
        Goal(f"{size.threads} threads: {calls / commits:.1f} per commit of at least 8", calls / commits >= 8)
    ]


def committed(url: str) -> int:
    """How many transactions have changed the database, as its log has them.

    The last page of each commit, and no other, says in the log how large the database then is.
    """
    log = Path(url.removeprefix("sqlite:///") + "-wal").read_bytes()
    page = int.from_bytes(log[8:12], "big")
    return sum(log[at + 4 : at + 8] != bytes(4) for at in range(32, len(log) - page, page + 24))


@contextmanager
def growing_log(url: str) -> Iterator[None]:
    """Somebody who looks at the database, so that its log is never begun anew and keeps every commit."""
    with closing(sqlite3.connect(url.removeprefix("sqlite:///"), isolation_level=None)) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM event").fetchone()
        yield


def reserve_some(store: StockStore, name: str, calls: int) -> None:
    """What each thread does."""
    randomness = random.Random(name)  # noqa: S311 - likewise
    for number in range(calls):
        granted(store, request(f"{name}-{number}", randomness))


def many_processes(folder: Path, url: str, size: Size) -> list[Goal]:
    """How evenly processes get their turns, how long they wait, and whether anything goes wrong."""
    with disk_around(folder, f"{size.processes} processes") as disks:
        start = PROCESSES.Barrier(size.processes)
        pipes = [PROCESSES.Pipe(duplex=False) for _ in range(size.processes)]
        workers = [
            PROCESSES.Process(target=reserve_until, args=(url, number, size.seconds, start, pipe[1]))
            for number, pipe in enumerate(pipes)
        ]
        for worker in workers:
            worker.start()
        answers = [pipe[0].recv() for pipe in pipes]
        for worker in workers:
            worker.join()
    grants = [len(waits) for waits, _ in answers]
    waits = sorted(wait for waits, _ in answers for wait in waits)
    errors = [error for _, error in answers if error]
    slowest = max(disk.seconds for disk in disks)
    half, most = waits[len(waits) // 2], waits[len(waits) * 99 // 100]
    bound = 60 * slowest + 0.1
    fairness = min(grants) / max(grants)
    say(f"  {len(waits) / size.seconds:,.0f} reservations/s, {min(grants)} to {max(grants)} for each process")
    say(f"  p50 {half * 1e3:,.0f} ms, p99 {most * 1e3:,.0f} ms, longest {waits[-1] * 1e3:,.0f} ms")
    say(f"  errors: {errors or 'none'}")
    return [
        Goal(f"{size.processes} processes: fewest to most {fairness:.2f} of at least 0.65", fairness >= 0.65),
        Goal(
            f"{size.processes} processes: p99 {most * 1e3:,.0f} ms of at most {bound * 1e3:,.0f}",
            most <= bound,
        ),
        Goal(f"{size.processes} processes: {len(errors)} errors", not errors),
    ]


def reserve_until(url: str, number: int, seconds: float, start: Barrier, answers: Connection) -> None:
    """What each process does: reserve for so long, and send how long each reservation took."""
    randomness = random.Random(number)  # noqa: S311 - likewise
    waits: list[float] = []
    error = ""
    with open_stock(url, timeout=PATIENCE) as store:
        start.wait(PATIENCE)
        end = time.perf_counter() + seconds
        while (began := time.perf_counter()) < end:
            try:
                granted(store, request(f"P{number}-{len(waits)}", randomness))
            except Exception as problem:  # noqa: BLE001 - whatever goes wrong is the figure
                error = repr(problem)
                break
            waits.append(time.perf_counter() - began)
    answers.send((waits, error))
    answers.close()


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure all there is; 1 if a goal was missed."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--quick", action="store_true", help="a few calls of each; goals are told, not judged"
    )
    parser.add_argument(
        "--folder", type=Path, help="where the databases are made; the temporary folder if not said"
    )
    asked = parser.parse_args(arguments)
    size = QUICK if asked.quick else FULL
    goals: list[Goal] = []
    say(f"SQLite {sqlite3.sqlite_version}, {os.cpu_count()} processors, load {os.getloadavg()[0]:.1f}")
    with tempfile.TemporaryDirectory(dir=asked.folder) as name:
        for part in (one_caller, many_threads, many_processes):
            folder = Path(name) / part.__name__
            folder.mkdir()
            url = f"sqlite:///{folder / 'stock.db'}"
            with open_stock(url) as store:
                store.import_counts(dict.fromkeys(ITEMS, 10**9))
            goals += part(folder, url, size)
            with open_stock(url) as store:
                assert () == store.audit()
    say()
    for goal in goals:
        say(f"{'reached' if goal.reached else 'MISSED '}  {goal.told}")
    return 0 if asked.quick or all(goal.reached for goal in goals) else 1


if __name__ == "__main__":
    sys.exit(main())
