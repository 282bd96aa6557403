"""How many reservations a stock in PostgreSQL takes in a second, beside pgbench that writes the same rows.

    python tests/benchmarks/stock_postgres.py [--seconds 10] [--rounds 3] [--connections 32]

A server of its own that keeps what it acknowledged. Each order needs 12 of 240 items, drawn anew, and
allocates them; all callers draw from the same items. Turn by turn, so that a noisy machine is noisy for all:

- ours: 2 processes that share the connections as threads, each of which calls `reserve` in a loop;
- pgbench, with as many connections, on tables of the same kind in another schema, one transaction of prepared
  statements: lock the 12 counters in the order of their ids, move them, and write the same rows that a
  reservation writes (an event, 12 movements, a reservation, its 12 lines, an answer). It decides nothing,
  and asks for no key;
- pgbench likewise with all of that in one function of the server, called once.

It prints the disk's rate of fdatasync before and after, and exits with 1 where anything went wrong: a
deadlock, a retry, an error, or books that do not agree.
"""

import argparse
import multiprocessing
import os
import random
import re
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from multiprocessing.connection import Connection
from multiprocessing.synchronize import Barrier
from pathlib import Path
from typing import Final

import psycopg
from attrs import frozen

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "servers"))

from postgres import programs, running

from configurator.availability.demand import Demand
from configurator.availability.opening import open_stock
from configurator.availability.postgres.store import PostgresStockStore
from configurator.availability.reservations import Refused, ReservationRequest

FAMILIES: Final = 12
ITEMS: Final = 20
PLENTY: Final = 10**9
PROCESSES: Final = 2

_DRAW: Final = "".join(
    f"\\set p{family} {family * ITEMS} + random(1, {ITEMS})\n" for family in range(FAMILIES)
)
_POOLS: Final = ", ".join(f":p{family}" for family in range(FAMILIES))
_ARRAY: Final = f"ARRAY[{_POOLS}]::bigint[]"

# ruff: noqa: S608 - statements are put together from this module's own constants
_STATEMENTS: Final = f"""{_DRAW}BEGIN;
SELECT id FROM pgbench.pool WHERE id = ANY ({_ARRAY}) ORDER BY id FOR NO KEY UPDATE;
UPDATE pgbench.pool SET allocated = allocated + 1 WHERE id = ANY ({_ARRAY});
SELECT nextval('pgbench.event_seq') AS seq \\gset
INSERT INTO pgbench.event VALUES (:seq, 'RESERVED', 'R-' || :seq, '', 0, pgbench.told({_ARRAY}));
INSERT INTO pgbench.ledger SELECT :seq, id, 0, 0, 1, 0 FROM unnest({_ARRAY}) AS id;
INSERT INTO pgbench.reservation VALUES ('R-' || :seq, :seq, 'SO-' || :seq, '', 0, 'ALLOCATED', 0, NULL, NULL);
INSERT INTO pgbench.reservation_line
SELECT 'R-' || :seq, 'POOL', id, '-infinity', 1 FROM unnest({_ARRAY}) AS id;
INSERT INTO pgbench.request VALUES ('SO-' || :seq || '#0', :seq, repeat('0', 64), 'SO-' || :seq, 0,
    jsonb_build_object('reserved', 'R-' || :seq));
COMMIT;
"""

_TOLD: Final = """CREATE FUNCTION pgbench.told(pools bigint[]) RETURNS jsonb LANGUAGE plpgsql AS $$
BEGIN
    RETURN (SELECT jsonb_build_object('key', 'SO-1#0', 'order', 'SO-1', 'state', 'ALLOCATED',
        'lines', jsonb_agg(jsonb_build_array('F-' || id, 'default', NULL, 1))) FROM unnest(pools) AS id);
END $$"""

_BARE: Final = """CREATE FUNCTION pgbench.bare(pools bigint[]) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    told bigint;
BEGIN
    PERFORM id FROM pgbench.pool WHERE id = ANY (pools) ORDER BY id FOR NO KEY UPDATE;
    UPDATE pgbench.pool SET allocated = allocated + 1 WHERE id = ANY (pools);
    told := nextval('pgbench.event_seq');
    INSERT INTO pgbench.event VALUES (told, 'RESERVED', 'R-' || told, '', 0, pgbench.told(pools));
    INSERT INTO pgbench.ledger SELECT told, id, 0, 0, 1, 0 FROM unnest(pools) AS id;
    INSERT INTO pgbench.reservation
    VALUES ('R-' || told, told, 'SO-' || told, '', 0, 'ALLOCATED', 0, NULL, NULL);
    INSERT INTO pgbench.reservation_line
    SELECT 'R-' || told, 'POOL', id, '-infinity', 1 FROM unnest(pools) AS id;
    INSERT INTO pgbench.request VALUES ('SO-' || told || '#0', told, repeat('0', 64), 'SO-' || told, 0,
        jsonb_build_object('reserved', 'R-' || told));
    RETURN told;
END $$"""


@frozen
class Turn:
    """What one turn of ours gave."""

    granted: int
    seconds: float
    retries: int
    processor: float

    @property
    def rate(self) -> float:
        """Reservations in a second."""
        return self.granted / self.seconds


def fdatasyncs(folder: Path) -> float:
    """How many small writes this disk forces out in a second."""
    with tempfile.TemporaryFile(dir=folder) as file:
        began, count = time.perf_counter(), 0
        while time.perf_counter() - began < 1:
            os.pwrite(file.fileno(), b"x" * 4096, 0)
            os.fdatasync(file.fileno())
            count += 1
        return count / (time.perf_counter() - began)


def call(url: str, threads: int, number: int, seconds: float, start: Barrier, answers: Connection) -> None:
    """One process of callers: reserve until the time is up, then tell what happened."""
    granted = [0] * threads
    with open_stock(url, create=False, timeout=30) as store:
        assert isinstance(store, PostgresStockStore)

        def loop(thread: int) -> None:
            dice = random.Random(number * 1000 + thread)  # noqa: S311 - no secret
            end = time.perf_counter() + seconds
            while time.perf_counter() < end:
                order = f"SO-{os.getpid()}-{thread}-{granted[thread]}"
                wanted = {f"F-{family}-{dice.randrange(ITEMS)}": 1 for family in range(FAMILIES)}
                outcome = store.reserve(ReservationRequest(order, Demand.of(wanted)))
                assert not isinstance(outcome, Refused), outcome
                granted[thread] += 1

        start.wait(60)
        began, busy = time.perf_counter(), time.process_time()
        workers = [threading.Thread(target=loop, args=(thread,)) for thread in range(threads)]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()
        elapsed = time.perf_counter() - began
        answers.send(Turn(sum(granted), elapsed, store.retries, time.process_time() - busy))


def ours(url: str, connections: int, seconds: float) -> Turn:
    """A turn of ours."""
    processes = multiprocessing.get_context("spawn")
    start = processes.Barrier(PROCESSES)
    pipes = [processes.Pipe(duplex=False) for _ in range(PROCESSES)]
    callers = [
        processes.Process(target=call, args=(url, connections // PROCESSES, number, seconds, start, pipe[1]))
        for number, pipe in enumerate(pipes)
    ]
    for caller in callers:
        caller.start()
    turns: list[Turn] = [pipe[0].recv() for pipe in pipes]
    for caller in callers:
        caller.join()
    return Turn(
        sum(turn.granted for turn in turns),
        max(turn.seconds for turn in turns),
        sum(turn.retries for turn in turns),
        sum(turn.processor for turn in turns),
    )


def pgbench(url: str, script: str, folder: Path, connections: int, seconds: float) -> float:
    """A turn of pgbench; transactions in a second."""
    file = folder / "script.sql"
    file.write_text(script, encoding="utf-8")
    done = subprocess.run(
        [
            programs() / "pgbench",
            *("--no-vacuum", "--protocol=prepared", f"--file={file}", f"--time={round(max(1, seconds))}"),
            *(f"--client={connections}", f"--jobs={min(2, connections)}", url),
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    found = re.search(r"tps = ([0-9.]+)", done.stdout)
    if done.returncode or not found:
        raise RuntimeError(done.stderr)
    return float(found[1])


def prepare(url: str) -> None:
    """Items and counters for both, the same."""
    items = {f"F-{family}-{number}": PLENTY for family in range(FAMILIES) for number in range(ITEMS)}
    for schema in ("stock", "pgbench"):
        with open_stock(f"{url}?schema={schema}") as store:
            store.import_counts(items)
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(_TOLD)
        connection.execute(_BARE)
        connection.execute("VACUUM ANALYZE")


def main() -> int:
    """Measure and print; 1 where anything went wrong."""
    parser = argparse.ArgumentParser(description="Reservations in PostgreSQL beside pgbench.")
    parser.add_argument("--seconds", type=float, default=10)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--connections", type=int, default=32)
    asked = parser.parse_args()
    with running(durable=True) as server, tempfile.TemporaryDirectory() as folder:
        return _measured(server.url, Path(folder), asked.seconds, asked.rounds, asked.connections)


def _measured(url: str, folder: Path, seconds: float, rounds: int, connections: int) -> int:
    prepare(url)
    _say(f"fdatasync before: {fdatasyncs(folder):.0f}/s")
    turns: list[Turn] = []
    statements: list[float] = []
    bare: list[float] = []
    for number in range(rounds):
        turns.append(ours(url, connections, seconds))
        statements.append(pgbench(url, _STATEMENTS, folder, connections, seconds))
        bare.append(pgbench(url, f"{_DRAW}SELECT pgbench.bare({_ARRAY});\n", folder, connections, seconds))
        _say(
            f"round {number + 1}: ours {turns[-1].rate:.0f}/s, pgbench {statements[-1]:.0f}/s, "
            f"pgbench with one function {bare[-1]:.0f}/s"
        )
    _say(f"fdatasync after: {fdatasyncs(folder):.0f}/s")
    with psycopg.connect(url) as connection:
        row = connection.execute(
            "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()"
        ).fetchone()
    deadlocks = row[0] if row else 0
    retries = sum(turn.retries for turn in turns)
    granted = sum(turn.granted for turn in turns)
    with open_stock(url, create=False) as store:
        findings = store.audit()
    rate = statistics.median(turn.rate for turn in turns)
    _say(
        f"{granted} reservations of {FAMILIES} items over {connections} connections: {deadlocks} deadlocks, "
        f"{retries} retries, {len(findings)} findings of the audit; "
        f"{1e6 * sum(turn.processor for turn in turns) / granted:.0f} us of a caller's processor each"
    )
    _say(f"median {rate:.0f}/s; {rate / statistics.median(statements):.2f} of pgbench's statements,")
    _say(f"{rate / statistics.median(bare):.2f} of pgbench's one function that only writes")
    for finding in findings[:5]:
        _say(finding)
    return 1 if deadlocks or retries or findings else 0


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
