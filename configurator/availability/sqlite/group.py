"""Group commit: calls of many threads share one transaction, each of them all or nothing for itself.

There is no thread for it. Who finds nobody writing leads: he takes the lock between processes, begins, does
his own call and then those of everybody who is waiting, commits once, and wakes them. The calls that come
while the disk is busy are the next group. An answer is given only after the commit.
"""

import sqlite3
import threading
import time
from collections.abc import Callable
from typing import Final, Generic, TypeVar

from configurator.availability.clock import Clock, writing_time
from configurator.availability.sqlite.errors import lock_file_error, locked_error, stock_error, told
from configurator.availability.sqlite.ledger import Turn, high_water, remember_time
from configurator.availability.sqlite.lock import FairLock
from configurator.errors import StockUnavailableError

_Result = TypeVar("_Result")
Timing = Callable[[Clock, int], int]
"""From the clock and the time of the last write to the time of a call."""

_CLOSING: Final = 0.002
"""Seconds between two looks whether the last group has ended."""
_LOOK_AGAIN: Final = 0.05
"""Seconds after which who waits looks whether somebody leads: a leader who was interrupted twice wakes
nobody."""


class _Call(Generic[_Result]):
    """What a thread wants done, and what became of it."""

    __slots__ = ("action", "done", "error", "result", "taken_by", "timing", "wake")

    def __init__(self, action: Callable[[Turn], _Result], timing: Timing) -> None:
        self.action = action
        self.timing = timing
        # The leadership under which it is done. It is nobody's again when that one is over.
        self.taken_by: object = None
        self.done = False
        self.result: _Result | None = None
        self.error: BaseException | None = None
        self.wake = threading.Lock()
        self.wake.acquire()

    def answer(self) -> _Result:
        """What it gave, or the error that it ended with."""
        if self.error is not None:
            raise self.error
        return self.result  # type: ignore[return-value]  # set together with `done`


class _TransactionLostError(Exception):
    """SQLite has rolled back everything on its own, for example because the disk is full."""


class GroupCommit:
    """The writers of one process on one connection."""

    def __init__(
        self,
        connection: sqlite3.Connection,
        lock: FairLock,
        file: str,
        clock: Clock,
        actor: str,
        *,
        check_place: Callable[[], None],
    ) -> None:
        """Take over the connection and the lock.

        Args:
            connection: the one that writes.
            lock: between processes.
            file: the database's name in messages.
            clock: the store's.
            actor: who writes.
            check_place: raises when the database's file is not the one that the connection has open.
        """
        self._connection = connection
        self._lock = lock
        self._file = file
        self._clock = clock
        self._actor = actor
        self._check_place = check_place
        # Plain locks only: what `threading` writes in Python, a condition or an event, can be interrupted
        # between taking its lock and giving it back, and is then locked for ever.
        self._mutex = threading.Lock()
        # Open while somebody has come whom the leader has not seen.
        self._arrived = threading.Lock()
        self._arrived.acquire()
        # In the order in which they came, until each is answered.
        self._calls: list[_Call[object]] = []
        self._leader: object = None
        self._closed = False
        # What the last group tells about the next one.
        self._expected = 1
        self._commit_seconds = 0.0

    def perform(
        self, action: Callable[[Turn], _Result], deadline: float, timing: Timing = writing_time
    ) -> _Result:
        """Do something in a transaction, together with whoever else writes; give its result after the commit.

        Args:
            action: called once, or again if a transaction that others share was lost. What it raises undoes
                what it did, and nothing else.
            deadline: monotonic seconds until which the transaction has to begin.
            timing: what time it is for this call.

        Raises:
            StockUnavailableError: others wrote until the deadline, or the store was closed.
        """
        call = _Call(action, timing)
        leadership = object()
        with self._mutex:
            self._calls.append(call)  # type: ignore[arg-type]  # results are given to nobody else
            _open(self._arrived)
        try:
            while not call.done:
                if self._may_lead(call, leadership):
                    self._lead(call, leadership, deadline)
                    leadership = object()
                else:
                    self._wait(call, deadline)
        finally:
            # Whoever is interrupted at a bad moment must not leave others waiting.
            if self._leader is leadership:
                self._stop_leading()
            if not call.done:
                self._withdraw(call)
        return call.answer()

    def close(self) -> None:
        """Let the present group end, refuse everybody else, and close the connection and the lock."""
        self._closed = True
        while self._leader is not None:
            time.sleep(_CLOSING)
        with self._mutex:
            for call in self._calls:
                call.error, call.done = self._closed_error(), True
                _open(call.wake)
            self._calls.clear()

    def _closed_error(self) -> StockUnavailableError:
        return StockUnavailableError(f"the stock database `{self._file}` was closed")

    # Waiting

    def _may_lead(self, call: _Call[_Result], leadership: object) -> bool:
        with self._mutex:
            if call.done or self._leader is not None:
                return False
            if self._closed:
                raise self._closed_error()
            self._leader = leadership
            return True

    def _wait(self, call: _Call[_Result], deadline: float) -> None:
        with self._mutex:
            taken = self._leader is not None and call.taken_by is self._leader
        # What somebody does right now has begun in time; its answer is on the way.
        patience = _LOOK_AGAIN if taken else min(_LOOK_AGAIN, deadline - time.monotonic())
        if call.wake.acquire(timeout=max(0.0, patience)) or patience > 0:
            return
        with self._mutex:
            if not call.done and (self._leader is None or call.taken_by is not self._leader):
                raise locked_error(self._file)

    def _withdraw(self, call: _Call[_Result]) -> None:
        with self._mutex:
            if call in self._calls:
                self._calls.remove(call)  # type: ignore[arg-type]

    # Leading

    def _lead(self, own: _Call[_Result], leadership: object, deadline: float) -> None:
        try:
            self._begin(deadline)
            self._do_group(own, leadership)
        finally:
            self._stop_leading()

    def _stop_leading(self) -> None:
        if self._connection.in_transaction:
            self._connection.execute("ROLLBACK")
        self._lock.release()
        self._leader = None
        with self._mutex:
            if self._calls:
                _open(self._calls[0].wake)

    def _begin(self, deadline: float) -> None:
        try:
            if not self._lock.acquire(deadline):
                raise locked_error(self._file)
        except OSError as error:
            raise lock_file_error(self._file, error) from error
        # While nobody else writes, so that what is answered is in the file that others open.
        self._check_place()
        with told(self._file):
            self._begin_transaction(deadline)

    def _begin_transaction(self, deadline: float) -> None:
        try:
            self._connection.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY:
                raise
            # Somebody writes without the lock between processes: only SQLite can say when he is done.
            remaining = max(0, int((deadline - time.monotonic()) * 1000))
            self._connection.execute(f"PRAGMA busy_timeout = {remaining}")
            try:
                self._connection.execute("BEGIN IMMEDIATE")
            finally:
                self._connection.execute("PRAGMA busy_timeout = 0")

    def _do_group(self, own: _Call[_Result], leadership: object) -> None:
        group: list[_Call[object]] = []
        committing = False
        try:
            before = now = high_water(self._connection, self._file)
            began = time.monotonic()
            while calls := self._next_calls(own, leadership, began, len(group)):
                for call in calls:
                    group.append(call)
                    now = self._do(call, now)
            if now != before:
                remember_time(self._connection, now)
            committing = True
            committed = time.monotonic()
            self._connection.execute("COMMIT")
            self._commit_seconds = time.monotonic() - committed
            self._finish(group)
        except _TransactionLostError:
            self._finish(group[-1:])
        except sqlite3.Error as error:
            for call in group:
                call.error = stock_error(self._file, error)
                call.error.__cause__ = error
            self._finish(group)
            if not group:
                raise stock_error(self._file, error) from error
        except BaseException:
            if committing and not self._connection.in_transaction:
                # Interrupted after the commit: it has happened.
                self._finish(group)
            raise

    def _next_calls(
        self, own: _Call[_Result], leadership: object, began: float, so_far: int
    ) -> list[_Call[object]]:
        """Whoever waits and is not in the group; the leader himself first.

        Those who were answered last come back at once as a rule. They are waited for, but never longer than
        the commit takes that they would otherwise have to wait for.
        """
        while True:
            with self._mutex:
                found = [each for each in self._calls if each.taken_by is not leadership]
                if not so_far:
                    found = [each for each in found if each is own]
                for each in found:
                    each.taken_by = leadership
            remaining = began + self._commit_seconds - time.monotonic()
            if found or so_far >= self._expected or remaining <= 0:
                return found
            self._arrived.acquire(timeout=remaining)

    def _do(self, call: _Call[object], before: int) -> int:
        """Do a call in a savepoint of its own; the time of the last write after it."""
        execute = self._connection.execute
        execute("SAVEPOINT call")
        try:
            now = call.timing(self._clock, before)
            call.result = call.action(Turn(self._connection, now, before, self._actor))
        except Exception as error:
            call.error = error
            if isinstance(error, sqlite3.Error):
                call.error = stock_error(self._file, error)
                call.error.__cause__ = error
            if not self._connection.in_transaction:
                raise _TransactionLostError from error
            execute("ROLLBACK TO call")
            execute("RELEASE call")
            return before
        execute("RELEASE call")
        call.error = None
        return now

    def _finish(self, group: list[_Call[object]]) -> None:
        with self._mutex:
            kept = [call for call in self._calls if call not in group]
            self._expected = len(group) + len(kept)
            self._calls[:] = kept
            for call in group:
                call.done = True
                _open(call.wake)


def _open(gate: threading.Lock) -> None:
    """Let whoever waits at a lock go on; by the mutex that is held, nobody else opens it meanwhile."""
    if gate.locked():
        gate.release()
