"""Questions asked beside the screen, so that it never stands still: one at a time in each lane."""

import asyncio
import time
from collections.abc import Callable
from contextlib import suppress
from contextvars import ContextVar
from threading import Thread
from typing import Any

from attrs import define, field
from textual.app import App

Question = Callable[[], Any]
Receive = Callable[[Any], object]


@define(eq=False)
class Asking:
    """A question that is asked now.

    Attributes:
        began: when, on the clock of `time.monotonic`.
        stale: whether nobody wants to know any more.
    """

    began: float = field(factory=time.monotonic)
    stale: bool = False


_ASKING: ContextVar[Asking | None] = ContextVar("_ASKING", default=None)

PATIENCE = 5.0
"""Seconds that a stale question has: what it prepares may serve the next one."""
AGES = 1e9
"""Seconds after which no question is asked any more: about thirty years."""


def patient_clock() -> float:
    """A monotonic clock that leaps ahead of every limit for a question that is stale and had its time."""
    now, asking = time.monotonic(), _ASKING.get()
    if asking is not None and asking.stale and now - asking.began > PATIENCE:
        return now + 2 * AGES
    return now


@define(eq=False)
class Lane:
    """Asks one question at a time in a thread; of those that come meanwhile only the last one waits.

    An answer that something newer waits for is dropped unseen, and so is one that comes after the end.
    A question that was dropped ends at its next look at the `patient_clock`, if that is what it looks at.
    Threads are not waited for: whoever quits need not wait for what no longer matters. (Workers of
    textual are, as every thread of an event loop's own pool.)

    Attributes:
        app: is told the answers, in its own thread.
        fail: is told what went wrong, which is our mistake: questions answer, they do not raise.
    """

    app: App[Any]
    fail: Callable[[BaseException], None]
    _loop: asyncio.AbstractEventLoop = field(factory=asyncio.get_running_loop)
    _waiting: tuple[Question, Receive] | None = None
    _asking: Asking | None = None

    @property
    def busy(self) -> bool:
        """Whether a question is asked now."""
        return self._asking is not None

    def ask(self, question: Question, receive: Receive) -> None:
        """Ask now, or after the present question in place of any that waits."""
        if self._asking is not None:
            self._waiting = (question, receive)
            return
        self._asking = Asking()
        Thread(target=self._find, args=(self._asking, question, receive), daemon=True).start()

    def drop(self) -> None:
        """Nobody wants to know any more what is asked now and what waits."""
        self._waiting = None
        if self._asking is not None:
            self._asking.stale = True

    def _find(self, asking: Asking, question: Question, receive: Receive) -> None:
        _ASKING.set(asking)
        try:
            answer, failure = question(), None
        except Exception as error:  # noqa: BLE001 - carried over to the thread that can tell it
            answer, failure = None, error
        # A closed loop is the end of the dialog; nobody listens any more.
        with suppress(RuntimeError):
            self._loop.call_soon_threadsafe(
                self.app.call_later, self._found, asking, answer, failure, receive
            )

    def _found(self, asking: Asking, answer: object, failure: BaseException | None, receive: Receive) -> None:
        self._asking = None
        if failure is not None:
            self.fail(failure)
        elif self._waiting is not None:
            waiting, self._waiting = self._waiting, None
            self.ask(*waiting)
        elif not asking.stale:
            receive(answer)
