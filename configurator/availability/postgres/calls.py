"""How calls on a PostgreSQL stock run: in transactions of their own, or inside one of the caller's."""

import random
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from enum import Enum
from typing import Any, Final, Protocol, TypeVar

import psycopg

from configurator.availability.clock import Clock, moment, system_clock, told_by, writing_time
from configurator.availability.postgres.connections import (
    RETRIED_CODES,
    Address,
    Connections,
    Session,
    stock_error,
)
from configurator.availability.postgres.functions import CLOCK, PLACE, SWEEP
from configurator.availability.postgres.ledger import SweepFirstError, sweep
from configurator.availability.postgres.migrations import check_version
from configurator.availability.postgres.reading import OtherVersionError, Turn, at_reading_time
from configurator.availability.quantities import checked_name
from configurator.errors import ClockError, StockUnavailableError

_T = TypeVar("_T")

_MOST_RETRIES: Final = 5
_MOST_SWEEPS: Final = 20


class PlaceHereError(Exception):
    """Promises for later days are touched, so the server cannot answer by itself."""


class Kind(Enum):
    """How a call's statements belong together."""

    ONE = "one statement"
    """It is a transaction by itself."""
    MANY = "many statements that write"
    LOOK = "many statements that see one state"


class Scope(Protocol):
    """Where calls happen: in transactions of their own, or inside one of the caller's."""

    @property
    def shown(self) -> str:
        """How messages name the database."""
        ...

    @property
    def may_retry(self) -> bool:
        """Whether a call can be made again after the server gave up its transaction."""
        ...

    def session(self, kind: Kind) -> AbstractContextManager[Session]:
        """A connection inside a transaction, which is committed at the end of the block."""
        ...

    def close(self) -> None:
        """Give up connections."""
        ...


class Own:
    """Each call has a connection and a transaction of its own."""

    may_retry = True

    def __init__(self, connections: Connections) -> None:
        self._connections = connections
        self.shown = connections.address.shown

    @contextmanager
    def session(self, kind: Kind) -> Iterator[Session]:
        """See `Scope.session`."""
        with self._connections.session() as session:
            if kind is Kind.ONE:
                yield session
                return
            session.rows("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY" if kind is Kind.LOOK else "BEGIN")
            try:
                yield session
                session.rows("COMMIT")
            except BaseException:
                if not session.connection.closed:
                    session.rows("ROLLBACK")
                raise

    def close(self) -> None:
        """See `Scope.close`."""
        self._connections.close()


class Joined:
    """Calls happen inside a transaction of the caller's, each a savepoint that goes away with an error."""

    may_retry = False

    def __init__(self, connection: "psycopg.Connection[Any]", address: Address) -> None:
        self._session = Session(connection, address.schema)
        self.shown = address.shown

    @contextmanager
    def session(self, kind: Kind) -> Iterator[Session]:
        """See `Scope.session`."""
        del kind
        self._session.rows("SAVEPOINT configurator_stock")
        try:
            yield self._session
        except BaseException:
            if not self._session.connection.closed:
                self._session.rows("ROLLBACK TO SAVEPOINT configurator_stock")
                self._session.rows("RELEASE SAVEPOINT configurator_stock")
            raise
        self._session.rows("RELEASE SAVEPOINT configurator_stock")

    def close(self) -> None:
        """The connection is the caller's."""


class Calls:
    """Runs the calls of one store.

    Attributes:
        scope: where they happen.
        clock: the caller's; `None` for the server's own.
        actor: who calls.
        retries: how often a call had to be made again.
    """

    def __init__(self, scope: Scope, clock: Clock, actor: str) -> None:
        """Run calls in a scope."""
        self.scope = scope
        # The machine's clock stands for the server's: many machines have one server.
        self.clock = None if clock is system_clock else clock
        self.actor = checked_name(actor, "the actor") if actor else ""
        self.retries = 0

    def look(self, work: Callable[[Turn], _T]) -> _T:
        """What a call sees that changes nothing."""
        return self.run(Kind.LOOK, lambda turn: work(at_reading_time(turn)))

    def sweeping(self, work: Callable[[Turn, bool], _T]) -> _T:
        """A call that may ask for a sweep of expired holds while it is told so, and is then made again."""
        for _ in range(_MOST_SWEEPS):
            try:
                return self.run(Kind.MANY, lambda turn: work(turn, True))
            except SweepFirstError:
                self.run(Kind.ONE, lambda turn: sweep(turn, None))
        return self.run(Kind.MANY, lambda turn: work(turn, False))

    def run(self, kind: Kind, work: Callable[[Turn], _T]) -> _T:
        """One transaction.

        Raises:
            ClockError: the clock is far behind the last write.
            StockUnavailableError: the server cannot be reached, or did not do it.
        """
        given = None if self.clock is None else told_by(self.clock)
        left = _MOST_RETRIES if self.scope.may_retry else 0
        while True:
            try:
                with self.scope.session(kind) as session:
                    return work(Turn(session, given, self.actor))
            except OtherVersionError as error:
                check_version(error.version, self.scope.shown)
                raise
            except psycopg.Error as error:
                if error.sqlstate not in RETRIED_CODES or not left:
                    raise _ours(error, self.scope.shown) from error
            left -= 1
            self.retries += 1
            # So that two that met do not meet again.
            time.sleep(random.uniform(0.001, 0.02))  # noqa: S311 - no secret


def _ours(error: psycopg.Error, shown: str) -> Exception:
    """What an error of the server's says to us: a step to take, a clock far behind, or trouble."""
    match error.sqlstate:
        case code if code == SWEEP:
            return SweepFirstError()
        case code if code == PLACE:
            return PlaceHereError()
        case code if code == CLOCK:
            high_water, present = map(int, (error.diag.message_detail or "0 0").split())
            return _clock_error(present, high_water)
        case _:
            return stock_error(shown, error)


def _clock_error(present: int, high_water: int) -> ClockError | StockUnavailableError:
    try:
        writing_time(lambda: moment(present), high_water)
    except ClockError as error:
        return error
    return StockUnavailableError("the clock is behind the last write")
