"""PostgreSQL in steps: two callers' transactions, call by call; who waits for a lock is seen from outside."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial

import psycopg
from attrs import define, field

from configurator.availability.opening import open_stock
from configurator.availability.store import StockStore
from configurator.errors import StockUnavailableError
from storms.cases import Allowed, Call, Case, StandingClock, attempted, judged, left, serial, set_up
from storms.stepping import Phase, Session, Stage

Connection = psycopg.Connection[tuple[object, ...]]
_CALLS = (Phase.READ, Phase.WRITE)


@define
class PostgresRuns:
    """Cases on one database, each with items of its own.

    Attributes:
        callers: the connection of each of the two.
        watcher: asks the server who waits for whom.
        clock: of the store.
        steps: how often a session was let through a gate.
        waits: how often one was seen waiting for the other's lock.
    """

    store: StockStore
    callers: tuple[Connection, Connection]
    watcher: Connection
    clock: StandingClock
    number: int = 0
    steps: int = 0
    waits: int = 0
    _pids: dict[str, int] = field(factory=dict)

    def run(self, case: Case, allowed: Allowed, schedule: tuple[int, ...]) -> str:
        """Two transactions; what is wrong."""
        self.number += 1
        own = f"{self.number}-"
        set_up(case, self.store, own)
        self.clock.time += case.later
        stage = Stage(self._waits)
        works = []
        for session, connection, calls in zip(stage.sessions, self.callers, case.callers, strict=True):
            self._pids[session.name] = connection.info.backend_pid
            works.append(partial(self._transaction, session, connection, calls, own))
        answers = stage.play((works[0], works[1]), schedule)
        self.steps += sum(session.steps for session in stage.sessions)
        for caller in (0, 1):
            # Two callers who lock in other order can stand in a ring; the server lets one of them go on.
            if answers[caller] is None:
                allowed = (serial(case, (1 - caller,)),)
        return judged(case, allowed, answers, left(self.store, own), self.store.audit())

    def _waits(self, session: Session) -> bool:
        pid = self._pids[session.name]
        (waits,) = self.watcher.execute(
            "SELECT cardinality(pg_blocking_pids(%s)) > 0", (pid,)
        ).fetchone() or (0,)
        self.waits += bool(waits)
        return bool(waits)

    def _transaction(
        self, session: Session, connection: Connection, calls: tuple[Call, ...], own: str
    ) -> object:
        session.gate(Phase.BEGIN)
        connection.execute("BEGIN")
        joined = self.store.joined(connection)
        answers = []
        try:
            for phase, call in zip(_CALLS, calls, strict=False):
                session.gate(phase)
                answers.append(_attempted(call, joined, own))
        except StockUnavailableError as error:
            connection.execute("ROLLBACK")
            return None if _is_ring(error) else [("failed", repr(error))]
        session.gate(Phase.COMMIT)
        connection.execute("COMMIT")
        return answers


def _is_ring(error: StockUnavailableError) -> bool:
    """Whether the server ended a transaction because two waited for each other."""
    return isinstance(error.__cause__, psycopg.errors.DeadlockDetected)


def _attempted(call: Call, store: StockStore, own: str) -> object:
    """As `attempted`, but what breaks the whole transaction is raised."""

    def checked(stock: StockStore, name: str) -> object:
        try:
            return call(stock, name)
        except StockUnavailableError as error:
            broken.append(error)
            raise

    broken: list[StockUnavailableError] = []
    answer = attempted(checked, store, own)
    if broken:
        raise broken[0]
    return answer


@contextmanager
def postgres_runs(server: str, name: str) -> Iterator[PostgresRuns]:
    """Runs on a new database of a server.

    Args:
        server: its URL, of a user who may make databases.
        name: of the database.
    """
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}".encode())
    url = f"{server.rpartition('/')[0]}/{name}"
    clock = StandingClock()
    # Rings are looked for after a second otherwise.
    options = "-c deadlock_timeout=20ms"
    with (
        open_stock(url, now=clock, timeout=60) as store,
        psycopg.connect(url, autocommit=True, options=options) as first,
        psycopg.connect(url, autocommit=True, options=options) as second,
        psycopg.connect(url, autocommit=True) as watcher,
    ):
        yield PostgresRuns(store, (first, second), watcher, clock)
