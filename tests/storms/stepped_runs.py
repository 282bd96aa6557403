"""How two callers of a case are run in an order of steps: by statements, or by calls in transactions."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from functools import partial
from pathlib import Path

from attrs import define, field

from configurator.availability.opening import open_stock
from configurator.availability.store import StockStore
from storms.cases import Allowed, Case, StandingClock, attempted, judged, left, set_up
from storms.stepped_sqlite import SteppedSqlite
from storms.stepping import OF_THREAD, Phase, Session, Stage

Schedule = tuple[int, ...]


@define
class SqliteRuns:
    """Cases on one database file, each with items of its own.

    Attributes:
        clock: of all stores.
        steps: how often a session was let through a gate.
        waits: how often one waited for the other's lock.
    """

    file: Path
    stepped: SteppedSqlite
    clock: StandingClock = field(factory=StandingClock)
    number: int = 0
    steps: int = 0
    waits: int = 0

    def single(self, case: Case, allowed: Allowed, schedule: Schedule) -> str:
        """Two stores that make one call each, statement by statement; what is wrong."""
        own = self._set_up(case)
        stage = Stage()
        stores = []
        for session in stage.sessions:
            stores.append(self._opened())
            self.stepped.belong(session)
        works = [
            partial(attempted, calls[0], store, own)
            for calls, store in zip(case.callers, stores, strict=True)
        ]
        try:
            answers = stage.play((works[0], works[1]), schedule)
        finally:
            for session in stage.sessions:
                session.allowed = Phase.COMMIT
            for store in stores:
                store.close()
            self._count(stage)
        return self._judged(case, allowed, [[answer] for answer in answers], own)

    def double(self, case: Case, allowed: Allowed, schedule: Schedule) -> str:
        """Two connections of callers with a transaction of two calls each, call by call; what is wrong."""
        own = self._set_up(case)
        stage = Stage()
        with self._opened() as left_store, self._opened() as right_store:
            self.stepped.connections.clear()
            works = [
                partial(self._transaction, session, store, calls, own)
                for session, store, calls in zip(
                    stage.sessions, (left_store, right_store), case.callers, strict=True
                )
            ]
            answers = stage.play((works[0], works[1]), schedule)
            self._count(stage)
        return self._judged(case, allowed, answers, own)

    def _transaction(
        self,
        session: Session,
        store: StockStore,
        calls: tuple[Callable[[StockStore, str], object], ...],
        own: str,
    ) -> object:
        # The gates are between the calls here, not between their statements.
        OF_THREAD.session = None
        with closing(sqlite3.connect(self.file, isolation_level=None, timeout=0)) as connection:
            self.stepped.connections.clear()
            session.gate(Phase.BEGIN)
            while True:
                try:
                    connection.execute("BEGIN IMMEDIATE")
                    break
                except sqlite3.OperationalError:
                    session.wait_for_lock()
            joined = store.joined(connection)
            answers = []
            for phase, call in zip((Phase.READ, Phase.WRITE), calls, strict=True):
                session.gate(phase)
                answers.append(attempted(call, joined, own))
            session.gate(Phase.COMMIT)
            connection.execute("COMMIT")
        return answers

    def _count(self, stage: Stage) -> None:
        self.steps += sum(session.steps for session in stage.sessions)
        self.waits += sum(session.waits for session in stage.sessions)

    def _set_up(self, case: Case) -> str:
        self.number += 1
        own = f"{self.number}-"
        with self._opened() as store:
            set_up(case, store, own)
        self.stepped.connections.clear()
        self.clock.time += case.later
        return own

    def _opened(self) -> StockStore:
        return open_stock(f"sqlite:///{self.file}", now=self.clock, timeout=60)

    def _judged(self, case: Case, allowed: Allowed, answers: list[object], own: str) -> str:
        with self._opened() as store:
            return judged(case, allowed, answers, left(store, own), store.audit())
