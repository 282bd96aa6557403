"""Connections to a PostgreSQL database: which one a call uses, how it speaks, and what its errors mean.

Each call has a connection of its own for as long as it lasts, so threads that share a store work side by
side. A connection that breaks is thrown away, and a new one is made when one is needed next.
"""

import select
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Any, Final

import psycopg
from attrs import frozen
from psycopg import conninfo
from psycopg.types.numeric import Int8

from configurator.availability.postgres.schema import DEFAULT_SCHEMA, checked_schema, in_schema
from configurator.errors import StockRequestError, StockUnavailableError

MOST_CONNECTIONS: Final = 32
"""How many calls of one store work side by side; more wait for one of them to end."""

FORM: Final = "`postgresql://user@host/database`"

_AGAIN: Final = "a request can safely be sent again with the same key"
_LOST_CODES: Final = {"57P01", "57P02", "57P03", "57P05", "25P03"}
_WAITED_CODES: Final = {"55P03", "57014"}
RETRIED_CODES: Final = {"40001", "40P01"}
"""Errors after which nothing was done and the same call can be made again."""


@frozen
class Address:
    """Where a stock is: the options of the connection and the schema.

    Attributes:
        options: as PostgreSQL's library takes them, password and all.
        schema: the schema of its tables.
        shown: how messages name it, without a password.
    """

    options: dict[str, Any]
    schema: str
    shown: str

    @classmethod
    def of(cls, url: str) -> "Address":
        """Read a URL; `?schema=NAME` is ours, all other options are PostgreSQL's.

        Raises:
            StockUnavailableError: it cannot be read. The text repeats nothing that may be a password.
        """
        base, _, query = url.partition("?")
        given = [option for option in query.split("&") if option]
        names = [option.removeprefix("schema=") for option in given if option.startswith("schema=")]
        others = [option for option in given if not option.startswith("schema=")]
        schema = checked_schema(names[-1]) if names else DEFAULT_SCHEMA
        try:
            options = conninfo.conninfo_to_dict(base + ("?" + "&".join(others) if others else ""))
        except psycopg.Error:
            # Without its cause, which repeats the URL.
            raise StockUnavailableError(f"the URL of the stock cannot be read; write {FORM}") from None
        return cls(options, schema, _shown(options))


def _shown(options: dict[str, Any]) -> str:
    host, port, database = (options.get(name) for name in ("host", "port", "dbname"))
    place = f"{host or 'localhost'}{f':{port}' if port else ''}/{database or options.get('user') or ''}"
    # A password with an `@` or `/` that is not escaped is read as a part of what follows it.
    return f"postgresql://{place.rpartition('@')[2]}"


class Session:
    """A connection as this package speaks to it: statements name the schema `stock`, whatever its name is."""

    def __init__(self, connection: "psycopg.Connection[Any]", schema: str) -> None:
        """Speak through an open connection."""
        self.connection = connection
        self._schema = schema

    def rows(self, statement: str, *values: object) -> list[tuple[Any, ...]]:
        """The rows that a statement gives; `%s` stands for each value."""
        with self.connection.cursor(row_factory=psycopg.rows.tuple_row) as cursor:
            cursor.execute(in_schema(statement, self._schema).encode(), values or None)
            return cursor.fetchall() if cursor.description else []

    def value(self, statement: str, *values: object) -> Any:
        """The one value that a statement gives."""
        return self.rows(statement, *values)[0][0]


def whole(number: int | None) -> Int8 | None:
    """A number in the one width that all statements take, so that each is prepared once."""
    return None if number is None else Int8(number)


def wholes(numbers: Sequence[int]) -> list[Int8]:
    """Likewise for many."""
    return [Int8(number) for number in numbers]


class Connections:
    """The connections of one store. Threads may share it."""

    def __init__(self, address: Address, timeout: float) -> None:
        """Nothing is opened before it is needed."""
        self.address = address
        self.timeout = timeout
        self._idle: list[psycopg.Connection[Any]] = []
        self._open = 0
        self._closed = False
        self._changed = threading.Condition()

    @contextmanager
    def session(self) -> Iterator[Session]:
        """A connection that nobody else uses until the block ends.

        Raises:
            StockUnavailableError: there is none to be had in time.
        """
        connection = self._taken()
        try:
            yield Session(connection, self.address.schema)
        finally:
            self._give_back(connection)

    def close(self) -> None:
        """Close what is idle now, and the others when their calls end."""
        with self._changed:
            self._closed = True
            idle, self._idle = self._idle, []
            self._open -= len(idle)
            self._changed.notify_all()
        for connection in idle:
            connection.close()

    def _taken(self) -> "psycopg.Connection[Any]":
        deadline = time.monotonic() + self.timeout
        with self._changed:
            while True:
                if self._closed:
                    raise StockUnavailableError(f"the stock database `{self.address.shown}` was closed")
                while self._idle:
                    connection = self._idle.pop()
                    if _is_alive(connection):
                        return connection
                    self._open -= 1
                    connection.close()
                if self._open < MOST_CONNECTIONS:
                    self._open += 1
                    break
                if not self._changed.wait(deadline - time.monotonic()):
                    raise StockUnavailableError(
                        f"all {MOST_CONNECTIONS} connections to `{self.address.shown}` stayed busy; "
                        "nothing was changed, try again"
                    )
        try:
            return connected(self.address, self.timeout)
        except BaseException:
            with self._changed:
                self._open -= 1
                self._changed.notify()
            raise

    def _give_back(self, connection: "psycopg.Connection[Any]") -> None:
        usable = not connection.closed and connection.info.transaction_status == _IDLE
        with self._changed:
            keep = usable and not self._closed
            if keep:
                self._idle.append(connection)
            else:
                self._open -= 1
            self._changed.notify()
        if not keep:
            connection.close()


_IDLE: Final = psycopg.pq.TransactionStatus.IDLE


def _is_alive(connection: "psycopg.Connection[Any]") -> bool:
    """Whether the server has not hung up meanwhile: an idle connection has nothing to say but that."""
    if connection.closed:
        return False
    with suppress(OSError, ValueError):
        readable, _, _ = select.select([connection.fileno()], [], [], 0)
        return not readable
    return False


def connected(address: Address, timeout: float) -> "psycopg.Connection[Any]":
    """A new connection whose statements wait no longer than that many seconds.

    What was acknowledged is on the server's disk, unless the URL's own options say otherwise.
    """
    wait = max(1, round(timeout * 1000))
    settings = {
        "lock_timeout": wait,
        # Later than the lock's, so that waiting for somebody is told as that.
        "statement_timeout": wait + 500,
        "idle_in_transaction_session_timeout": wait + 30_000,
        "synchronous_commit": "on",
        "default_transaction_isolation": r"read\ committed",
        "client_encoding": "UTF8",
        # Compiling pays for long questions only, and costs more than any of ours takes.
        "jit": "off",
    }
    ours = " ".join(f"-c {name}={value}" for name, value in settings.items())
    options = {
        "application_name": "configurator",
        "connect_timeout": max(1, round(timeout)),
        **address.options,
        "options": f"{ours} {address.options.get('options', '')}".strip(),
    }
    try:
        return psycopg.connect(**options, autocommit=True)
    except psycopg.Error as error:
        # Without its cause, which keeps the password.
        raise StockUnavailableError(
            f"the stock database `{address.shown}` cannot be reached ({_refusal(error)}); "
            "check the URL and the server"
        ) from None


def stock_error(shown: str, error: psycopg.Error) -> StockUnavailableError:
    """What an error of PostgreSQL means to somebody who keeps stock there."""
    code = error.sqlstate
    if code in _WAITED_CODES:
        return StockUnavailableError(
            f"the stock database `{shown}` stayed locked by another writer; nothing was changed, try again"
        )
    if code in RETRIED_CODES:
        return StockUnavailableError(
            f"the stock database `{shown}` was too busy with other writers; nothing was changed, try again"
        )
    if code == "53100":
        return StockUnavailableError(
            f"the disk of the stock database `{shown}` is full; nothing was changed, make room and try again"
        )
    if code == "53300":
        return StockUnavailableError(
            f"the server of the stock database `{shown}` takes no more connections; "
            "try again, or let it take more"
        )
    if code in {"42501", "25006"}:
        return StockUnavailableError(
            f"no permission to change the stock database `{shown}` ({_reason(error)}); "
            "check the user's rights"
        )
    if code in _LOST_CODES or (isinstance(error, psycopg.OperationalError) and code is None):
        return StockUnavailableError(f"the connection to the stock database `{shown}` was lost; {_AGAIN}")
    return StockUnavailableError(f"the stock database `{shown}` cannot be used ({_reason(error)}); {_AGAIN}")


def _refusal(error: psycopg.Error) -> str:
    """Why there is no connection: the last thing said about the last address that was tried."""
    lines = [line.strip() for line in str(error).splitlines() if "failed: " in line] or ["no answer"]
    return lines[-1].rpartition("failed: ")[2].removeprefix("FATAL:").strip()[:200]


def _reason(error: psycopg.Error) -> str:
    said = error.diag.message_primary or str(error)
    return (said.strip().splitlines() or ["unknown reason"])[0][:200]


def joined_connection(connection: object) -> "psycopg.Connection[Any]":
    """The driver's connection with a transaction begun, from psycopg's own or one of SQLAlchemy's around it.

    Raises:
        StockRequestError: it is of another kind, or has begun no transaction.
    """
    # SQLAlchemy's connection, its pool's, and the driver's are found in one another by these names.
    theirs = getattr(getattr(connection, "connection", None), "driver_connection", connection)
    if not isinstance(theirs, psycopg.Connection):
        raise StockRequestError(
            "a stock in PostgreSQL joins a connection of psycopg 3 or of SQLAlchemy around one"
        )
    if theirs.closed:
        raise StockRequestError("the connection to join is closed")
    # Without autocommit the driver begins with the first statement, which may be ours.
    begun = theirs.info.transaction_status == psycopg.pq.TransactionStatus.INTRANS or (
        not theirs.autocommit and theirs.info.transaction_status == _IDLE
    )
    if not begun:
        raise StockRequestError(
            "the connection to join has begun no transaction, or its transaction has failed"
        )
    return theirs
