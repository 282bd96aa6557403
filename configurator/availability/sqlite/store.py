"""Stock in a SQLite file, without a server: many processes, one writer at a time.

Threads write in groups (`group`). Each group takes a lock between processes (`lock`) on two
files beside the database, then SQLite's write lock (`BEGIN IMMEDIATE`). The first is there because SQLite's
busy handler is unfair, and because versions 3.7.0 to 3.51.2 can damage a WAL database when two connections
write or checkpoint at the same moment. Reading has a connection of its own and waits for nobody.
`synchronous=FULL`: what was answered survives a power cut as far as the disk keeps what it acknowledged.
"""

import os
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from types import TracebackType
from typing import Final, Self, TypeVar

from configurator.availability.clock import Clock, reading_time, writing_time
from configurator.availability.quantities import checked_name
from configurator.availability.sqlite.calls import SqliteCalls
from configurator.availability.sqlite.errors import (
    lock_file_error,
    locked_error,
    moved_error,
    told,
    unreachable_error,
    version_error,
)
from configurator.availability.sqlite.group import GroupCommit
from configurator.availability.sqlite.joined import JoinedSqliteStore, driver_connection, plain
from configurator.availability.sqlite.ledger import Turn, high_water
from configurator.availability.sqlite.lock import FairLock
from configurator.availability.sqlite.migrations import migration_statements
from configurator.availability.sqlite.schema import OLDEST_SQLITE, SCHEMA_VERSION, schema_statements
from configurator.errors import StockRequestError, StockUnavailableError

_Result = TypeVar("_Result")

# 4,000 pages of the log, 16 MB, before they are put into their places: a page that many reservations change
# is then written there once.
_PRAGMAS: Final = ("foreign_keys = ON", "synchronous = FULL", "mmap_size = 0", "wal_autocheckpoint = 4000")


class SqliteStockStore(SqliteCalls):
    """A `StockStore` in one SQLite database file.

    Threads may share a store; processes each open their own: after a fork the child opens another one. Made
    by `open_stock`. Waits at most `timeout` seconds for other writers, in each call.
    """

    def __init__(self, database: "_Database", clock: Clock, timeout: float, actor: str) -> None:
        """Take over an open database; see `open`."""
        self._database = database
        self._clock = clock
        self._timeout = timeout
        self._actor = actor
        self._group = GroupCommit(
            database.connection,
            database.lock,
            database.file,
            clock,
            actor,
            check_place=database.check_place,
        )
        self._reader: sqlite3.Connection | None = None
        self._reading = threading.Lock()
        self._closed = False
        self._process = os.getpid()

    @classmethod
    def open(cls, file: str, *, now: Clock, timeout: float, create: bool, actor: str = "") -> Self:
        """Open the database, or make an empty one if `create` says so and there is none.

        Nothing is written to a file that is not a stock database.

        Raises:
            StockUnavailableError: it cannot be opened; the text says why and what to do next.
        """
        checked = checked_name(actor, "the actor") if actor else ""
        database = _Database(file, create=create)
        try:
            with told(file):
                database.prepare(time.monotonic() + timeout, create=create)
        except BaseException:
            database.close()
            raise
        return cls(database, now, timeout, checked)

    @classmethod
    def create(cls, file: str, *, timeout: float) -> bool:
        """Make an empty stock database; whether there was none. One that is there stays as it is.

        Raises:
            StockUnavailableError: it cannot be made, or what is there is of another version or no stock.
        """
        database = _Database(file, create=True)
        try:
            with told(file):
                return database.prepare(time.monotonic() + timeout, create=True)
        finally:
            database.close()

    @classmethod
    def migrate(cls, file: str, *, timeout: float) -> tuple[int, int]:
        """Bring a database of an older version to the present one, in one transaction; `(before, after)`.

        Raises:
            StockUnavailableError: there is no stock in it, it is of a newer version, or it cannot be written.
        """
        database = _Database(file, create=False)
        try:
            with told(file):
                return database.migrate(time.monotonic() + timeout)
        finally:
            database.close()

    def _write(
        self, action: Callable[[Turn], _Result], timing: Callable[[Clock, int], int] = writing_time
    ) -> _Result:
        self._check_open()
        return self._group.perform(action, time.monotonic() + self._timeout, timing)

    def _read(self, action: Callable[[Turn], _Result]) -> _Result:
        deadline = time.monotonic() + self._timeout
        if not self._reading.acquire(timeout=max(0.0, self._timeout)):
            raise locked_error(self._database.file)
        try:
            self._check_open()
            self._database.check_place()
            with (
                told(self._database.file),
                _transaction(self._reading_connection(), "DEFERRED", deadline) as seen,
            ):
                before = high_water(seen, self._database.file)
                return action(Turn(seen, reading_time(self._clock, before), before, self._actor))
        finally:
            self._reading.release()

    def _reading_connection(self) -> sqlite3.Connection:
        if self._reader is None:
            self._reader = self._database.connected()
        return self._reader

    def _check_open(self) -> None:
        if self._closed:
            raise StockUnavailableError(f"the stock database `{self._database.file}` was closed")
        if self._process != os.getpid():
            raise StockUnavailableError(
                f"the stock database `{self._database.file}` was opened before this process was forked; "
                "open it again in each process"
            )

    def joined(self, connection: object) -> JoinedSqliteStore:
        """See `StockStore.joined`.

        When the disk is full, SQLite may roll back the whole transaction, not just the call:
        `StockUnavailableError` then says that it has ended.

        Raises:
            StockUnavailableError: the store's file was removed or replaced since it was opened.
        """
        self._database.check_place()
        inner = driver_connection(connection)
        if not inner.in_transaction:
            raise StockRequestError(
                "the connection that stock was to join is in no transaction; begin one with `BEGIN IMMEDIATE`"
            )
        if not self._database.is_behind(inner):
            raise StockRequestError(
                f"the connection that stock was to join is to another database than `{self._database.file}`"
            )
        return JoinedSqliteStore(inner, self._database.file, self._clock, self._actor)

    def close(self) -> None:
        """See `StockStore.close`."""
        if self._closed:
            return
        self._closed = True
        if self._process != os.getpid():
            # The parent's connections; closing them here would drop the parent's locks in the file.
            return
        self._group.close()
        with self._reading:
            # The last connection to go checkpoints, which must not meet a writer. If the lock cannot be had
            # in time, somebody else is connected and this connection is not the last one.
            with suppress(StockUnavailableError), self._database.locked(time.monotonic() + self._timeout):
                self._close_connections()
            self._close_connections()
            self._database.close()

    def _close_connections(self) -> None:
        if self._reader is not None:
            self._reader.close()
        self._database.connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()


class _Database:
    """A database file with its lock, and the connection that writes."""

    def __init__(self, file: str, *, create: bool) -> None:
        """Connect, without looking into the file."""
        self.file = file
        try:
            _refuse_impossible(file, create=create)
            self._path = Path(file).resolve()
        except OSError as error:
            raise unreachable_error(file, error) from error
        name = self._path.name
        self.lock = FairLock(self._path.with_name(f"{name}.lock"), self._path.with_name(f"{name}.turn"))
        before = self._present_identity()
        with told(file):
            self.connection = self._connect("rwc" if create else "rw")
        try:
            self._identity = self._identity_after(before)
        except BaseException:
            self.connection.close()
            raise

    def _connect(self, mode: str) -> sqlite3.Connection:
        return sqlite3.connect(
            f"{self._path.as_uri()}?mode={mode}",
            uri=True,
            timeout=0,
            isolation_level=None,
            check_same_thread=False,
            cached_statements=256,
        )

    def _present_identity(self) -> tuple[int, int] | None:
        """Which file is there now, `None` for none. Where the system does not number files, all are alike."""
        try:
            found = self._path.stat()
        except FileNotFoundError:
            return None
        except OSError as error:
            raise unreachable_error(self.file, error) from error
        return (found.st_dev, found.st_ino) if found.st_ino else (0, 0)

    def _identity_after(self, before: tuple[int, int] | None) -> tuple[int, int] | None:
        """Which file was opened, if the same was there before as well or there was none."""
        found = self._present_identity()
        if before is not None and found != before:
            # The connection may have either of the two open.
            raise moved_error(self.file)
        return found

    def check_place(self) -> None:
        """Refuse to go on with a file that others no longer find by its name.

        Raises:
            StockUnavailableError: the file was removed, renamed or replaced since it was opened.
        """
        if self._identity is None or self._present_identity() != self._identity:
            raise moved_error(self.file)

    def connected(self) -> sqlite3.Connection:
        """Another connection, for reading.

        Raises:
            StockUnavailableError: the file was replaced since the first one was made.
        """
        connection = self._connect("rw")
        try:
            self.check_place()
            _set_up(connection)
        except BaseException:
            connection.close()
            raise
        return connection

    def is_behind(self, connection: sqlite3.Connection) -> bool:
        """Whether a connection is to this file."""
        with plain(connection), closing(connection.execute("PRAGMA database_list")) as rows:
            for _, name, file in rows:
                if name == "main" and file:
                    return Path(file).resolve() == self._path
        return False

    @contextmanager
    def locked(self, deadline: float) -> Iterator[None]:
        """Hold the lock between processes."""
        try:
            if not self.lock.acquire(deadline):
                raise locked_error(self.file)
        except OSError as error:
            raise lock_file_error(self.file, error) from error
        try:
            yield
        finally:
            self.lock.release()

    def prepare(self, deadline: float, *, create: bool) -> bool:
        """Check the tables, or make them if `create` says so; whether they were made."""
        made = False
        if create:
            # Locked before the first look: SQLite cannot change to WAL while somebody else is looking.
            with self.locked(deadline):
                version = self._version(deadline)
                if version is None:
                    self._create(deadline)
                    made, version = True, SCHEMA_VERSION
        else:
            version = self._version(deadline)
            if version is None:
                raise StockUnavailableError(_empty_message(self.file))
        if version != SCHEMA_VERSION:
            raise version_error(self.file, version)
        _set_up(self.connection)
        return made

    def _create(self, deadline: float) -> None:
        # Outside the transaction, the only place where the journal can be changed.
        self.connection.execute("PRAGMA journal_mode = WAL").fetchone()
        with _transaction(self.connection, "IMMEDIATE", deadline):
            for statement in schema_statements(sqlite3.sqlite_version_info):
                self.connection.execute(statement)

    def migrate(self, deadline: float) -> tuple[int, int]:
        """See `SqliteStockStore.migrate`."""
        with self.locked(deadline):
            version = self._version(deadline)
            if version is None:
                raise StockUnavailableError(_empty_message(self.file))
            if version > SCHEMA_VERSION:
                raise version_error(self.file, version)
            if version == SCHEMA_VERSION:
                return version, version
            for pragma in ("foreign_keys = OFF", "legacy_alter_table = ON", "synchronous = FULL"):
                self.connection.execute(f"PRAGMA {pragma}")
            with _transaction(self.connection, "IMMEDIATE", deadline):
                for statement in migration_statements(version, sqlite3.sqlite_version_info):
                    self.connection.execute(statement)
            return version, SCHEMA_VERSION

    def _version(self, deadline: float) -> int | None:
        self.check_place()
        with _transaction(self.connection, "DEFERRED", deadline):
            return _schema_version(self.connection, self.file)

    def close(self) -> None:
        """Close the connection and the lock's files."""
        self.connection.close()
        self.lock.close()


def _set_up(connection: sqlite3.Connection) -> None:
    for pragma in _PRAGMAS:
        connection.execute(f"PRAGMA {pragma}")


@contextmanager
def _transaction(connection: sqlite3.Connection, kind: str, deadline: float) -> Iterator[sqlite3.Connection]:
    remaining = max(0, int((deadline - time.monotonic()) * 1000))
    connection.execute(f"PRAGMA busy_timeout = {remaining}")
    try:
        connection.execute(f"BEGIN {kind}")
        yield connection
        connection.execute("COMMIT")
    finally:
        # SQLite may have rolled back on its own, for example when the disk is full.
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        connection.execute("PRAGMA busy_timeout = 0")


def _refuse_impossible(file: str, *, create: bool) -> None:
    path = Path(file)
    if sqlite3.sqlite_version_info < OLDEST_SQLITE:
        oldest = ".".join(map(str, OLDEST_SQLITE))
        raise StockUnavailableError(
            f"stock needs SQLite {oldest} or newer, this Python has {sqlite3.sqlite_version}"
        )
    if path.is_dir():
        raise StockUnavailableError(
            f"`{file}` is a directory, not a stock database; name a file in it, such as `{path / 'stock.db'}`"
        )
    if not path.parent.is_dir():
        raise StockUnavailableError(
            f"the folder of the stock database `{file}` does not exist; create `{path.parent}` first"
        )
    if path.exists() and not path.is_file():
        raise StockUnavailableError(
            f"`{file}` is not an ordinary file, so it cannot hold stock; name another one"
        )
    if not create and not path.exists():
        raise StockUnavailableError(f"there is no stock database `{file}`; {_import_hint(file)}")
    if not create and path.stat().st_size == 0:
        raise StockUnavailableError(_empty_message(file))


def _empty_message(file: str) -> str:
    return f"`{file}` holds no stock yet; {_import_hint(file)}"


def _import_hint(file: str) -> str:
    return f"make one with `configurator stock import FILE.csv --db sqlite:///{file}`"


def _schema_version(connection: sqlite3.Connection, file: str) -> int | None:
    """The version of the stock tables, or `None` when the database is empty.

    Raises:
        StockUnavailableError: the tables are somebody else's.
    """
    with closing(connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")) as rows:
        tables = {name for (name,) in rows}
    if not tables:
        return None
    row: tuple[object, ...] | None = None
    if {"meta", "pool", "event", "ledger"} <= tables:
        with (
            suppress(sqlite3.OperationalError),
            closing(connection.execute("SELECT schema_version FROM meta")) as rows,
        ):
            row = rows.fetchone()
    if row is None or not isinstance(row[0], int) or row[0] < 1:
        raise StockUnavailableError(
            f"`{file}` is a database of another program, without stock tables; name another file"
        )
    return row[0]
