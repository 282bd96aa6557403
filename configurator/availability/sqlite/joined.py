"""Stock inside a transaction of the caller's: his rows and stock change together, or not at all."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import Self, TypeVar

from configurator.availability.clock import Clock, reading_time, writing_time
from configurator.availability.sqlite.calls import SqliteCalls
from configurator.availability.sqlite.errors import ended_error, stock_error
from configurator.availability.sqlite.ledger import Turn, high_water, remember_time
from configurator.errors import StockRequestError

_Result = TypeVar("_Result")


def driver_connection(connection: object) -> sqlite3.Connection:
    """The driver's own connection, also from around it.

    Raises:
        StockRequestError: it is neither one of `sqlite3` nor of SQLAlchemy around one.
    """
    # SQLAlchemy is not imported for this: whoever joins one of its connections has it.
    pooled = getattr(connection, "connection", None)
    candidates = (
        connection,
        getattr(pooled, "driver_connection", None),
        getattr(pooled, "dbapi_connection", None),
    )
    for candidate in candidates:
        if isinstance(candidate, sqlite3.Connection):
            return candidate
    raise StockRequestError(
        "stock in SQLite joins a connection of `sqlite3`, or of SQLAlchemy around one, "
        f"not `{type(connection).__name__}`"
    )


@contextmanager
def plain(connection: sqlite3.Connection) -> Iterator[None]:
    """Let a connection give rows and texts as the driver does by itself."""
    rows, texts = connection.row_factory, connection.text_factory
    connection.row_factory, connection.text_factory = None, str
    try:
        yield
    finally:
        connection.row_factory, connection.text_factory = rows, texts


class JoinedSqliteStore(SqliteCalls):
    """A `StockStore` in a transaction that somebody else begins, commits and rolls back.

    Each call is a savepoint. It takes no lock and commits nothing; what it answered holds if the caller
    commits. When the disk is full, or a file cannot be read or written, SQLite itself may roll back the
    whole transaction, the caller's rows included; `StockUnavailableError` then says that it has ended, and
    the connection's `in_transaction` is false.
    """

    def __init__(self, connection: sqlite3.Connection, file: str, clock: Clock, actor: str) -> None:
        """A stock on an open connection; `file` is the database's name in messages."""
        self._connection = connection
        self._file = file
        self._clock = clock
        self._actor = actor

    def _write(
        self, action: Callable[[Turn], _Result], timing: Callable[[Clock, int], int] = writing_time
    ) -> _Result:
        with self._inside() as connection:
            connection.execute("SAVEPOINT stock_call")
            try:
                before = high_water(connection, self._file)
                now = timing(self._clock, before)
                result = action(Turn(connection, now, before, self._actor))
                if now != before:
                    remember_time(connection, now)
            except BaseException:
                # SQLite may have rolled back everything on its own, for example when the disk is full.
                if connection.in_transaction:
                    connection.execute("ROLLBACK TO stock_call")
                    connection.execute("RELEASE stock_call")
                raise
            connection.execute("RELEASE stock_call")
            return result

    def _read(self, action: Callable[[Turn], _Result]) -> _Result:
        with self._inside() as connection:
            before = high_water(connection, self._file)
            return action(Turn(connection, reading_time(self._clock, before), before, self._actor))

    @contextmanager
    def _inside(self) -> Iterator[sqlite3.Connection]:
        """The connection with its transaction."""
        connection = self._connection
        if not connection.in_transaction:
            raise StockRequestError(
                "the connection that stock was to join is in no transaction; begin one with `BEGIN IMMEDIATE`"
            )
        with plain(connection):
            try:
                yield connection
            except sqlite3.Error as error:
                if connection.in_transaction:
                    raise stock_error(self._file, error) from error
                raise ended_error(self._file, error) from error

    def joined(self, connection: object) -> Self:
        """See `StockStore.joined`; a transaction is joined through the store that was opened.

        Raises:
            StockRequestError: always.
        """
        del connection
        raise StockRequestError(
            "this stock has joined a transaction already; join another one through its store"
        )

    def close(self) -> None:
        """Nothing: the connection is the caller's."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()
