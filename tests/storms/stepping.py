"""Two sessions in steps: each does its next step when it is told to, and not before.

A session works in a thread of its own and stands still at every gate that it comes to. What it does next has
a phase, and one permission lets it go on until it comes to a higher phase: so an operation has at most four
steps, however many statements it has. A session that waits for a lock says that it is stuck instead of
waiting, so no schedule depends on time.
"""

import threading
import time
from collections.abc import Callable, Iterator
from enum import IntEnum
from itertools import combinations
from typing import Final

from attrs import define, field

_PATIENCE: Final = 30.0
_ROUNDS_UNTIL_STUCK: Final = 50
_LOOK_AGAIN: Final = 0.004

OF_THREAD: Final = threading.local()
"""`session`: whose thread this is."""


class Phase(IntEnum):
    """The steps of an operation."""

    BEGIN = 1
    READ = 2
    WRITE = 3
    COMMIT = 4


class StuckError(Exception):
    """Both sessions wait, and nobody can go on."""


@define(eq=False)
class Session:
    """One of the two.

    Attributes:
        name: for people.
        allowed: the highest phase that it may do.
        at: the phase before which it stands.
        stuck: whether it waits for a lock that the other one has.
        answer: what its work gave, or the error that it raised.
        steps: how often it was let through a gate.
        waits: how often it waited for a lock.
    """

    name: str
    stage: "Stage"
    allowed: int = 0
    at: int | None = None
    stuck: bool = False
    done: bool = False
    answer: object = None
    steps: int = 0
    waits: int = 0

    def gate(self, phase: Phase) -> None:
        """Go on, or stand still until this phase is allowed; called by the session's own threads."""
        with self.stage.condition:
            if phase > self.allowed:
                self.at = phase
                self._wait(lambda: self.allowed >= phase)
                self.at = None
                self.steps += 1

    def wait_for_lock(self) -> None:
        """Stand still until it is worth another try."""
        with self.stage.condition:
            self.stuck = True
            self.waits += 1
            self._wait(lambda: not self.stuck)

    def begin_anew(self) -> None:
        """The transaction is over: the next one needs a permission again."""
        with self.stage.condition:
            self.allowed = 0

    def _wait(self, over: Callable[[], bool]) -> None:
        self.stage.condition.notify_all()
        if not self.stage.condition.wait_for(lambda: over() or self.stage.abandoned, _PATIENCE):
            raise StuckError(f"nobody told session {self.name} to go on")
        if self.stage.abandoned:
            raise StuckError("given up")

    @property
    def still(self) -> bool:
        """Whether it stands at a gate, waits for a lock, or has ended."""
        return self.done or self.stuck or self.at is not None


@define(eq=False)
class Stage:
    """Where two sessions work, one step at a time.

    Attributes:
        blocked: whether a session waits inside a call for a lock of the other one, where it cannot say so.
    """

    blocked: Callable[[Session], bool] = field(default=lambda _: False)
    condition: threading.Condition = field(factory=threading.Condition)
    sessions: tuple[Session, ...] = ()
    abandoned: bool = False

    def __attrs_post_init__(self) -> None:
        self.sessions = (Session("1", self), Session("2", self))

    def play(self, works: tuple[Callable[[], object], ...], schedule: tuple[int, ...]) -> list[object]:
        """Do the works as a schedule says, then in turn until all have ended; their answers.

        Args:
            works: what the sessions do; each is called in a thread of its own.
            schedule: which session does its next step.

        Raises:
            StuckError: nobody can go on.
        """
        threads = [
            threading.Thread(target=self._work, args=pair, daemon=True)
            for pair in zip(self.sessions, works, strict=True)
        ]
        for thread in threads:
            thread.start()
        try:
            for session in self.sessions:
                self._await_stillness(session)
            for number in schedule:
                self._step(self.sessions[number])
            self._finish()
        finally:
            with self.condition:
                self.abandoned = True
                self.condition.notify_all()
            for thread in threads:
                thread.join(_PATIENCE)
        return [session.answer for session in self.sessions]

    def _finish(self) -> None:
        for _ in range(_ROUNDS_UNTIL_STUCK):
            if all(session.done for session in self.sessions):
                return
            for session in self.sessions:
                self._step(session)
        waiting = ", ".join(session.name for session in self.sessions if not session.done)
        raise StuckError(f"sessions {waiting} wait and nobody goes on")

    def _step(self, session: Session) -> None:
        with self.condition:
            if session.stuck:
                session.stuck = False
            elif session.at is not None:
                session.allowed = session.at
                session.at = None
            self.condition.notify_all()
        self._await_stillness(session)

    def _await_stillness(self, session: Session) -> None:
        deadline = time.monotonic() + _PATIENCE
        while time.monotonic() < deadline:
            with self.condition:
                if self.condition.wait_for(lambda: session.still, _LOOK_AGAIN):
                    return
            # Without the condition: what asks is another connection, and takes its time.
            if self.blocked(session):
                return
        raise StuckError(f"session {session.name} neither goes on nor says that it waits")

    def _work(self, session: Session, work: Callable[[], object]) -> None:
        OF_THREAD.session = session
        try:
            answer = work()
        except Exception as error:  # noqa: BLE001 - an error is an answer like any other
            answer = error
        with self.condition:
            session.answer = answer
            session.done = True
            self.condition.notify_all()


def schedules(steps: int) -> Iterator[tuple[int, ...]]:
    """Every order of so many steps of each of two sessions."""
    for firsts in combinations(range(2 * steps), steps):
        yield tuple(0 if number in firsts else 1 for number in range(2 * steps))
