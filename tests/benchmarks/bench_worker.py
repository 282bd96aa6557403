"""A process of its own for what may take too long or too much memory: it can be stopped at any time."""

import multiprocessing
import os
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from multiprocessing.connection import Connection
from types import TracebackType
from typing import Any, Self

from attrs import frozen

MEMORY = 6 << 30
"""Bytes of address space that a worker may take."""

Task = Callable[..., Iterator[Any]]
"""A generator function, known by its module and name; what it yields is sent back one by one."""


@frozen
class Outcome:
    """What came back.

    Attributes:
        items: what the task yielded, in order, as far as it came.
        stopped: why it did not come to its end; `None` when it did.
    """

    items: tuple[Any, ...]
    stopped: str | None = None


@frozen
class Aside:
    """Yielded by a task: what it does until the next item is not to count as its time."""


@frozen
class _Failure:
    text: str


_READY, _BEGUN, _END = "ready", "begun", "end"
_LONGEST_ASIDE = 120.0
"""Seconds in which a process must have imported what it needs, and a task be done with an aside."""


class Worker:
    """Runs one task after the other in one process, which is begun anew after one that was stopped.

    What a task keeps in its module stays for the next one. Its environment is this one's and what is given.
    """

    def __init__(self, environment: Mapping[str, str] | None = None) -> None:
        self._environment = environment or {}
        self._context = multiprocessing.get_context("spawn")
        self._process: Any = None
        self._connection: Connection | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def run(self, task: Task, *arguments: Any, seconds: float) -> Outcome:
        """Give the task at most so many seconds, beginning when all is imported."""
        connection = self._connected()
        connection.send((task, arguments))
        self._await(connection, _BEGUN)
        items: list[Any] = []
        deadline = time.monotonic() + seconds
        while True:
            if not connection.poll(max(0.0, deadline - time.monotonic())):
                self.stop()
                return Outcome(tuple(items), f"stopped after {seconds:g} s")
            try:
                received = connection.recv()
            except EOFError:
                self.stop()
                return Outcome(tuple(items), "the process died")
            match received:
                case Aside():
                    begun = time.monotonic()
                    if connection.poll(_LONGEST_ASIDE):
                        deadline += time.monotonic() - begun
                    else:
                        deadline = begun
                case str() if received == _END:
                    return Outcome(tuple(items))
                case _Failure(text=text):
                    return Outcome(tuple(items), text)
                case _:
                    items.append(received)

    def stop(self) -> None:
        """End the process, whatever it does."""
        if self._process is not None:
            self._process.kill()
            self._process.join()
            self._process.close()
            self._process = None
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _connected(self) -> Connection:
        if self._connection is None:
            self._connection, theirs = self._context.Pipe()
            self._process = self._context.Process(target=serve, args=(theirs,), daemon=True)
            before = dict(os.environ)
            os.environ.update(self._environment)
            try:
                self._process.start()
            finally:
                os.environ.clear()
                os.environ.update(before)
            theirs.close()
            self._await(self._connection, _READY)
        return self._connection

    def _await(self, connection: Connection, word: str) -> None:
        """Wait for what is not the task's time: the start, and the imports of the task."""
        if not connection.poll(_LONGEST_ASIDE):
            self.stop()
            raise TimeoutError(f"a worker is not {word} after {_LONGEST_ASIDE:g} s")
        received = connection.recv()
        assert received == word, received


def serve(connection: Connection) -> None:
    """What the process does: tasks, until the other end is gone."""
    limit_memory()
    connection.send(_READY)
    while True:
        try:
            task, arguments = connection.recv()
        except EOFError:
            return
        connection.send(_BEGUN)
        try:
            for item in task(*arguments):
                connection.send(item)
        except Exception as error:  # noqa: BLE001 - whatever a peer raises is its result
            connection.send(_Failure(f"{type(error).__name__}: {error}".splitlines()[0]))
        else:
            connection.send(_END)


def limit_memory() -> None:
    """Let an allocation fail rather than the machine."""
    if sys.platform != "win32":
        import resource  # noqa: PLC0415 - does not exist everywhere

        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
