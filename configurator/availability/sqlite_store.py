"""Stock in a SQLite file, without a server: many processes, one writer at a time.

The only module of this package that touches a disk. Each write takes, in this order, the store's own mutex
(threads), an exclusive lock on `<database>.lock` (processes) and SQLite's write lock (`BEGIN IMMEDIATE`).
The file lock is there because SQLite's busy handler is unfair, and because versions 3.7.0 to 3.51.2 can
damage a WAL database when two connections write or checkpoint at the same moment. `synchronous=FULL`: what
was answered survives a power cut as far as the disk keeps what it acknowledged.
"""

import os
import sqlite3
import sys
import threading
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from datetime import timedelta
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from configurator.availability import sqlite_operations as operations
from configurator.availability.balances import StockBalance, StockCheck
from configurator.availability.clock import Clock, microseconds, reading_time, writing_time
from configurator.availability.demand import Demand
from configurator.availability.ledger import StockEvent
from configurator.availability.quantities import ItemId
from configurator.availability.reservations import (
    Reservation,
    ReservationOutcome,
    ReservationRequest,
    check_identity,
    checked_ttl,
    request_hash,
)
from configurator.availability.sqlite_schema import OLDEST_SQLITE, SCHEMA_VERSION, schema_statements
from configurator.availability.stock_import import ImportPlan, checked_counts
from configurator.errors import StockUnavailableError

_POLL_SECONDS: Final = 0.002

_PERMISSION_ERRORS: Final = {
    sqlite3.SQLITE_AUTH,
    sqlite3.SQLITE_CANTOPEN,
    sqlite3.SQLITE_PERM,
    sqlite3.SQLITE_READONLY,
}


class SqliteStockStore:
    """A `StockStore` in one SQLite database file.

    Threads may share a store; processes each open their own (a store must not be carried across a fork).
    Made by `open_stock`. Waits at most `timeout` seconds for other writers, in each call.
    """

    def __init__(
        self, connection: sqlite3.Connection, lock: "_FileLock", clock: Clock, timeout: float
    ) -> None:
        """Take over an open connection; see `open`."""
        self._connection = connection
        self._file_lock = lock
        self._clock = clock
        self._timeout = timeout
        self._mutex = threading.Lock()
        self._closed = False

    @classmethod
    def open(cls, file: str, *, now: Clock, timeout: float, create: bool) -> Self:
        """Open the database, or make an empty one if `create` says so and there is none.

        Nothing is written to a file that is not a stock database.

        Raises:
            StockUnavailableError: it cannot be opened; the text says why and what to do next.
        """
        try:
            _refuse_impossible(file, create=create)
            resolved = Path(file).resolve()
        except OSError as error:
            raise StockUnavailableError(
                f"the stock database `{file}` cannot be reached ({_reason(error)}); check its path and rights"
            ) from error
        lock = _FileLock(file, resolved.with_name(resolved.name + ".lock"))
        with _told(file):
            connection = sqlite3.connect(
                f"{resolved.as_uri()}?mode={'rwc' if create else 'rw'}",
                uri=True,
                timeout=timeout,
                isolation_level=None,
                check_same_thread=False,
            )
        store = cls(connection, lock, now, timeout)
        try:
            with _told(file):
                store._prepare(create=create)
        except BaseException:
            connection.close()
            lock.close()
            raise
        return store

    def _prepare(self, *, create: bool) -> None:
        file = self._file_lock.file
        if create:
            # Locked before the first look: SQLite cannot change to WAL while somebody else is looking.
            deadline = time.monotonic() + self._timeout
            with self._file_lock.held(deadline):
                if _schema_version(self._connection, file) is None:
                    self._create(deadline)
        elif _schema_version(self._connection, file) is None:
            raise StockUnavailableError(_empty_message(file))
        for pragma in ("foreign_keys = ON", "synchronous = FULL", "mmap_size = 0"):
            self._connection.execute(f"PRAGMA {pragma}")

    def _create(self, deadline: float) -> None:
        # Outside the transaction, the only place where the journal can be changed.
        self._connection.execute("PRAGMA journal_mode = WAL").fetchone()
        with self._transaction("IMMEDIATE", deadline):
            for statement in schema_statements(sqlite3.sqlite_version_info):
                self._connection.execute(statement)

    def reserve(self, request: ReservationRequest) -> ReservationOutcome:
        """See `StockStore.reserve`."""
        with self._writing() as (connection, now):
            return operations.reserve(connection, request, now)

    def recall(
        self, order: str, *, key: str | None = None, ttl: timedelta | None = None, content: str
    ) -> ReservationOutcome | None:
        """See `StockStore.recall`."""
        check_identity(order, key, ttl)
        with self._reading() as (connection, now):
            return operations.recall(connection, order, key, request_hash(order, ttl, content), now)

    def check(self, demand: Demand) -> StockCheck:
        """See `StockStore.check`."""
        with self._reading() as (connection, now):
            return StockCheck(
                operations.shortages(connection, demand, now), operations.last_event(connection)
            )

    def balances(self, skus: Iterable[ItemId] | None = None) -> tuple[StockBalance, ...]:
        """See `StockStore.balances`."""
        with self._reading() as (connection, now):
            return operations.balances(connection, skus, now)

    def reservation(self, reservation: str) -> Reservation:
        """See `StockStore.reservation`."""
        with self._reading() as (connection, now):
            return operations.reservation(connection, reservation, now)

    def reservations(self, order: str | None = None) -> tuple[Reservation, ...]:
        """See `StockStore.reservations`."""
        with self._reading() as (connection, now):
            return operations.reservations(connection, order, now)

    def confirm(self, reservation: str) -> Reservation:
        """See `StockStore.confirm`."""
        with self._writing() as (connection, now):
            return operations.confirm(connection, reservation, now)

    def extend(self, reservation: str, ttl: timedelta) -> Reservation:
        """See `StockStore.extend`."""
        checked_ttl(ttl)
        with self._writing() as (connection, now):
            return operations.extend(connection, reservation, ttl, now)

    def release(self, reservation: str) -> Reservation:
        """See `StockStore.release`."""
        with self._writing() as (connection, now):
            return operations.release(connection, reservation, now)

    def consume(self, reservation: str) -> Reservation:
        """See `StockStore.consume`."""
        with self._writing() as (connection, now):
            return operations.consume(connection, reservation, now)

    def expire(self, limit: int | None = None) -> tuple[Reservation, ...]:
        """See `StockStore.expire`."""
        with self._writing() as (connection, now):
            return operations.expire(connection, limit, now)

    def plan_import(self, counts: Mapping[ItemId, int]) -> ImportPlan:
        """See `StockStore.plan_import`."""
        checked = checked_counts(counts)
        with self._reading() as (connection, now):
            return operations.plan_import(connection, checked, now)

    def import_counts(self, counts: Mapping[ItemId, int], *, break_promises: bool = False) -> ImportPlan:
        """See `StockStore.import_counts`."""
        checked = checked_counts(counts)
        with self._writing() as (connection, now):
            return operations.import_counts(connection, checked, now, break_promises=break_promises)

    def events(self, after: int = 0) -> tuple[StockEvent, ...]:
        """See `StockStore.events`."""
        with self._reading() as (connection, _):
            return operations.events(connection, after)

    def audit(self) -> tuple[str, ...]:
        """See `StockStore.audit`."""
        with self._reading() as (connection, _):
            return operations.audit(connection)

    def accept_clock(self) -> None:
        """See `StockStore.accept_clock`."""
        now = microseconds(self._clock())
        with self._locked() as deadline, self._transaction("IMMEDIATE", deadline):
            operations.accept_time(self._connection, now)

    def close(self) -> None:
        """See `StockStore.close`."""
        with self._mutex:
            if self._closed:
                return
            self._closed = True
            # The last connection to go checkpoints, which must not meet a writer. If the lock cannot be had
            # in time, somebody else is connected and this connection is not the last one.
            with suppress(StockUnavailableError), self._file_lock.held(time.monotonic() + self._timeout):
                self._connection.close()
            self._connection.close()
            self._file_lock.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    @contextmanager
    def _writing(self) -> Iterator[tuple[sqlite3.Connection, int]]:
        """A transaction that sees the last state and alone may change it, with its time."""
        with self._locked() as deadline, self._transaction("IMMEDIATE", deadline):
            now = writing_time(self._clock, operations.high_water(self._connection))
            yield self._connection, now
            operations.remember_time(self._connection, now)

    @contextmanager
    def _reading(self) -> Iterator[tuple[sqlite3.Connection, int]]:
        """A transaction that sees one state throughout, with its time."""
        deadline = time.monotonic() + self._timeout
        with self._alone(deadline), _told(self._file_lock.file), self._transaction("DEFERRED", deadline):
            yield self._connection, reading_time(self._clock, operations.high_water(self._connection))

    @contextmanager
    def _locked(self) -> Iterator[float]:
        """The mutex and the file lock, with the moment by which the call must have SQLite's."""
        deadline = time.monotonic() + self._timeout
        with self._alone(deadline), _told(self._file_lock.file), self._file_lock.held(deadline):
            yield deadline

    @contextmanager
    def _alone(self, deadline: float) -> Iterator[None]:
        if not self._mutex.acquire(timeout=max(0.0, deadline - time.monotonic())):
            raise _locked_error(self._file_lock.file)
        try:
            if self._closed:
                raise StockUnavailableError(f"the stock database `{self._file_lock.file}` was closed")
            yield
        finally:
            self._mutex.release()

    @contextmanager
    def _transaction(self, kind: str, deadline: float) -> Iterator[None]:
        remaining = max(0, int((deadline - time.monotonic()) * 1000))
        self._connection.execute(f"PRAGMA busy_timeout = {remaining}")
        self._connection.execute(f"BEGIN {kind}")
        try:
            yield
            self._connection.execute("COMMIT")
        except BaseException:
            # SQLite may have rolled back on its own, for example when the disk is full.
            if self._connection.in_transaction:
                self._connection.execute("ROLLBACK")
            raise


class _FileLock:
    """An exclusive lock between processes, on a file of its own that is made when first needed."""

    def __init__(self, file: str, lock_file: Path) -> None:
        """Remember the database's name for messages and the file to lock."""
        self.file = file
        self._lock_file = lock_file
        self._descriptor: int | None = None

    @contextmanager
    def held(self, deadline: float) -> Iterator[None]:
        """Hold the lock; give up at the deadline (monotonic seconds).

        Raises:
            StockUnavailableError: somebody else kept it until then, or the lock file cannot be made.
        """
        if self._descriptor is None:
            try:
                self._descriptor = os.open(self._lock_file, os.O_RDWR | os.O_CREAT, 0o666)
            except OSError as error:
                raise StockUnavailableError(
                    f"cannot write beside the stock database `{self.file}` "
                    f"({_reason(error)}); check the rights of its folder"
                ) from error
        # Polled, since a lock that waits cannot be given a time limit.
        while not _try_lock(self._descriptor):
            if time.monotonic() >= deadline:
                raise _locked_error(self.file)
            time.sleep(_POLL_SECONDS)
        try:
            yield
        finally:
            _unlock(self._descriptor)

    def close(self) -> None:
        """Close the lock file. It stays on the disk: removing it would let two holders in."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None


if sys.platform == "win32":
    import msvcrt

    def _try_lock(descriptor: int) -> bool:
        os.lseek(descriptor, 0, os.SEEK_SET)
        try:
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True

    def _unlock(descriptor: int) -> None:
        os.lseek(descriptor, 0, os.SEEK_SET)
        msvcrt.locking(descriptor, msvcrt.LK_UNLCK, 1)

else:
    import fcntl

    def _try_lock(descriptor: int) -> bool:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def _unlock(descriptor: int) -> None:
        fcntl.flock(descriptor, fcntl.LOCK_UN)


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


def _reason(error: OSError) -> str:
    return (error.strerror or "unknown reason").lower()


def _import_hint(file: str) -> str:
    return f"make one with `configurator stock import FILE.csv --db sqlite:///{file}`"


def _schema_version(connection: sqlite3.Connection, file: str) -> int | None:
    """The version of the stock tables, or `None` when the database is empty.

    Raises:
        StockUnavailableError: the tables are somebody else's, or of another version.
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
    if row is None:
        raise StockUnavailableError(
            f"`{file}` is a database of another program, without stock tables; name another file"
        )
    version = row[0]
    if version != SCHEMA_VERSION:
        newer = isinstance(version, int) and version > SCHEMA_VERSION
        next_step = "upgrade configurator" if newer else "name another file"
        raise StockUnavailableError(
            f"`{file}` has stock tables of version {version}, "
            f"this configurator knows version {SCHEMA_VERSION}; {next_step}"
        )
    return SCHEMA_VERSION


def _locked_error(file: str) -> StockUnavailableError:
    return StockUnavailableError(
        f"the stock database `{file}` stayed locked by another writer; nothing was changed, try again"
    )


@contextmanager
def _told(file: str) -> Iterator[None]:
    """SQLite's errors as ours, each with its own next step."""
    try:
        yield
    except sqlite3.Error as error:
        raise stock_error(file, error) from error


def stock_error(file: str, error: sqlite3.Error) -> StockUnavailableError:
    """What an error of SQLite means to somebody who keeps stock in `file`."""
    # Extended codes carry the plain one in their low byte.
    code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF
    if code in {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}:
        return _locked_error(file)
    if code == sqlite3.SQLITE_NOTADB:
        return StockUnavailableError(
            f"`{file}` is not a SQLite database; it was left as it is, name another file"
        )
    if code == sqlite3.SQLITE_CORRUPT:
        return StockUnavailableError(
            f"the stock database `{file}` is damaged; nothing was changed, restore it from a copy"
        )
    if code in _PERMISSION_ERRORS:
        return StockUnavailableError(
            f"no permission to open or write the stock database `{file}`; "
            "check the rights of the file and its folder"
        )
    if code == sqlite3.SQLITE_FULL:
        return StockUnavailableError(
            f"the disk of the stock database `{file}` is full; nothing was changed, make room and try again"
        )
    return StockUnavailableError(
        f"the stock database `{file}` cannot be used ({error}); "
        "a request can safely be sent again with the same key"
    )
