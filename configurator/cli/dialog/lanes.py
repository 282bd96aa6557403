"""Questions asked beside the screen, so that it never stands still: one at a time in each lane."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from threading import Thread
from typing import Any

from attrs import define, field
from textual.app import App

Question = Callable[[], Any]
Receive = Callable[[Any], object]


@define(eq=False)
class Lane:
    """Asks one question at a time in a thread; of those that come meanwhile only the last one waits.

    An answer that something newer waits for is dropped unseen, and so is one that comes after the end.
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
    _asked: bool = False

    @property
    def busy(self) -> bool:
        """Whether a question is asked now."""
        return self._asked

    def ask(self, question: Question, receive: Receive) -> None:
        """Ask now, or after the present question in place of any that waits."""
        if self._asked:
            self._waiting = (question, receive)
            return
        self._asked = True
        Thread(target=self._find, args=(question, receive), daemon=True).start()

    def _find(self, question: Question, receive: Receive) -> None:
        try:
            answer, failure = question(), None
        except Exception as error:  # noqa: BLE001 - carried over to the thread that can tell it
            answer, failure = None, error
        # A closed loop is the end of the dialog; nobody listens any more.
        with suppress(RuntimeError):
            self._loop.call_soon_threadsafe(self.app.call_later, self._found, answer, failure, receive)

    def _found(self, answer: object, failure: BaseException | None, receive: Receive) -> None:
        self._asked = False
        if failure is not None:
            self.fail(failure)
        elif self._waiting is None:
            receive(answer)
        else:
            waiting, self._waiting = self._waiting, None
            self.ask(*waiting)
