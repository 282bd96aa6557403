"""SQLite in steps: every connection made inside a block comes to a gate before each of its statements."""

import sqlite3
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any, Final
from unittest import mock

from attrs import define, field

from storms.stepping import OF_THREAD, Phase, Session

_PHASES: Final = {
    "BEGIN": Phase.BEGIN,
    "INSERT": Phase.WRITE,
    "UPDATE": Phase.WRITE,
    "DELETE": Phase.WRITE,
    "REPLACE": Phase.WRITE,
    "COMMIT": Phase.COMMIT,
    "END": Phase.COMMIT,
}


class SteppedCursor(sqlite3.Cursor):
    """Executes a statement when its session may."""

    def execute(self, sql: str, parameters: Any = ()) -> "SteppedCursor":
        session = session_of(self.connection)
        word = sql.split(None, 1)[0].upper().rstrip(";")
        if word == "PRAGMA" and "synchronous" in sql:
            # Nothing crashes here, and a disk would make it twenty times slower.
            return super().execute("PRAGMA synchronous = OFF")
        if session is None:
            return super().execute(sql, parameters)
        if word == "PRAGMA" and "busy_timeout" in sql:
            return super().execute("PRAGMA busy_timeout = 0")
        if word != "ROLLBACK":
            session.gate(_PHASES.get(word, Phase.READ))
        if word == "BEGIN":
            self._begin(sql, session)
        else:
            super().execute(sql, parameters)
        if not self.connection.in_transaction:
            session.begin_anew()
        return self

    def executemany(self, sql: str, parameters: Iterable[Any]) -> "SteppedCursor":
        session = session_of(self.connection)
        if session is not None:
            session.gate(Phase.WRITE)
        return super().executemany(sql, parameters)

    def _begin(self, sql: str, session: Session) -> None:
        while True:
            try:
                super().execute(sql)
            except sqlite3.OperationalError as error:
                if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY:
                    raise
                session.wait_for_lock()
            else:
                return


class SteppedConnection(sqlite3.Connection):
    """A connection whose statements come to the gate of a session, once it belongs to one."""

    session: Session | None = None

    def cursor(self, factory: Any = SteppedCursor) -> Any:
        return super().cursor(factory)

    # The inherited ones make a cursor of the plain kind, whatever `cursor` says.
    def execute(self, sql: str, parameters: Any = ()) -> sqlite3.Cursor:
        return SteppedCursor(self).execute(sql, parameters)

    def executemany(self, sql: str, parameters: Iterable[Any]) -> sqlite3.Cursor:
        return SteppedCursor(self).executemany(sql, parameters)


def session_of(connection: sqlite3.Connection) -> Session | None:
    """Whose connection it is: as was said, or that of the thread that uses it."""
    own = connection.session if isinstance(connection, SteppedConnection) else None
    return own or getattr(OF_THREAD, "session", None)


@define
class SteppedSqlite:
    """What was made inside of a block.

    Attributes:
        connections: those that were opened and belong to nobody yet.
    """

    connections: list[SteppedConnection] = field(factory=list)

    def belong(self, session: Session) -> None:
        """Let the connections opened since the last call belong to a session."""
        for connection in self.connections:
            connection.session = session
        self.connections.clear()


@contextmanager
def stepped_sqlite(*, file_lock: bool) -> Iterator[SteppedSqlite]:
    """Inside of the block stores go in steps.

    Args:
        file_lock: whether the lock file between processes is used; a session that waits for it is stuck.
            Otherwise it holds nobody off, and SQLite's own locks must do.
    """
    made = SteppedSqlite()
    connect: Callable[..., SteppedConnection] = sqlite3.connect

    def connected(*arguments: object, **options: object) -> SteppedConnection:
        connection = connect(*arguments, **{**options, "factory": SteppedConnection})
        made.connections.append(connection)
        return connection

    with mock.patch.object(sqlite3, "connect", connected), _file_locks(file_lock):
        yield made


@contextmanager
def _file_locks(used: bool) -> Iterator[None]:
    if sys.platform == "win32":
        raise SystemExit("interleavings are stepped on systems with `flock` only")
    import fcntl  # noqa: PLC0415 - there is none on Windows

    real = fcntl.flock

    def flock(descriptor: int, operation: int) -> None:
        session: Session | None = getattr(OF_THREAD, "session", None)
        if not used:
            return
        if session is None or operation & fcntl.LOCK_UN:
            real(descriptor, operation)
            return
        session.gate(Phase.BEGIN)
        while True:
            try:
                real(descriptor, operation | fcntl.LOCK_NB)
            except BlockingIOError:
                session.wait_for_lock()
            else:
                return

    with mock.patch.object(fcntl, "flock", flock):
        yield
