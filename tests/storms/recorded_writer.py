"""A process that writes to stock while its disk is recorded: `python -m storms.recorded_writer`.

Arguments: the database file, the writer's name, a seed, steps per thread, threads, and how SQLite syncs
(`FULL` leaves the store as it is shipped).
"""

import os
import sqlite3
import sys
from collections.abc import Callable
from pathlib import Path
from threading import Thread

from configurator.availability.opening import open_stock
from storms.dice import dice
from storms.workload import Journal, Writer, write_without_end

SMALL_WAL = 60
"""Pages after which SQLite checkpoints: often, so that crashes fall into checkpoints too."""


class _Connection(sqlite3.Connection):
    """A connection that checkpoints often, and syncs as the storm says, whatever the store asks for."""

    synchronous = "FULL"
    changed = 0

    def execute(self, sql: str, *values: object) -> sqlite3.Cursor:
        pragma = sql.lower().replace(" ", "")
        if pragma.startswith("pragmawal_autocheckpoint="):
            sql = f"PRAGMA wal_autocheckpoint = {SMALL_WAL}"
        elif pragma.startswith("pragmasynchronous=") and self.synchronous != "FULL":
            sql = f"PRAGMA synchronous = {self.synchronous}"
            _Connection.changed += 1
        return super().execute(sql, *values)  # type: ignore[arg-type] # handed through


def _connect_so(synchronous: str) -> None:
    connect: Callable[..., sqlite3.Connection] = sqlite3.connect
    _Connection.synchronous = synchronous

    def connected(*arguments: object, **options: object) -> sqlite3.Connection:
        connection = connect(*arguments, **{"factory": _Connection, **options})
        connection.execute(f"PRAGMA wal_autocheckpoint = {SMALL_WAL}")
        return connection

    sqlite3.connect = connected  # type: ignore[assignment] # the same call, other connections


def main(database: str, name: str, seed: str, steps: str, threads: str, synchronous: str) -> None:
    """Write until all steps are done."""
    _connect_so(synchronous)
    failures: list[BaseException] = []
    with open_stock(f"sqlite:///{database}", timeout=60) as store:

        def write(number: int) -> None:
            path = Path(database).with_name(f"journal-{name}-{number}")
            descriptor = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
            writer = Writer(f"{name}-{number}", dice(seed, name, number))
            try:
                write_without_end(store, writer, Journal(descriptor), steps=int(steps))
            except BaseException as error:
                failures.append(error)
                raise
            finally:
                os.close(descriptor)

        crew = [Thread(target=write, args=(number,)) for number in range(int(threads))]
        for each in crew:
            each.start()
        for each in crew:
            each.join()
    if synchronous != "FULL" and not _Connection.changed:
        sys.exit("the store never said how to sync, so nothing was changed")
    if failures:
        sys.exit(f"a writer failed: {failures[0]!r}")


if __name__ == "__main__":
    main(*sys.argv[1:])
