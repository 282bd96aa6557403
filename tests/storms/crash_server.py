"""A PostgreSQL server that can be crashed whole: every process of it killed at once, then started again."""

import os
import signal
import time
from contextlib import suppress
from pathlib import Path
from typing import Final

from postgres import PostgresServer, ServerError

_PATIENCE: Final = 30.0


class CrashServer(PostgresServer):
    """A server whose processes are all in reach.

    Its first process must be a child of this one, and is reaped here: as long as nobody has asked how it
    ended, its number looks alive, and a new server refuses to start beside it.
    """

    def crash(self) -> None:
        """Kill everything. What was acknowledged is in its files; `start` recovers."""
        pid = self.pid
        if pid is None:
            return
        # Stopped first: it must not start anybody while the others are being looked for.
        os.kill(pid, signal.SIGSTOP)
        children = children_of(pid)
        for each in (*children, pid):
            with suppress(ProcessLookupError):
                os.kill(each, signal.SIGKILL)
        self.kill()
        # They share memory, and a new server does not touch files that somebody may still be writing.
        wait_for_the_end_of(children)

    def kill_backend(self, choice: float) -> bool:
        """Kill one process that serves a caller; whether there was one. The server restarts all others.

        Args:
            choice: which, from 0 to below 1.
        """
        pid = self.pid
        serving = [] if pid is None else [each for each in children_of(pid) if serves_a_caller(each)]
        if not serving:
            return False
        with suppress(ProcessLookupError):
            os.kill(serving[int(choice * len(serving))], signal.SIGKILL)
        return True


def children_of(pid: int) -> tuple[int, ...]:
    """The processes that a process has started and that live, on Linux."""
    with suppress(OSError):
        return tuple(
            int(each) for each in Path(f"/proc/{pid}/task/{pid}/children").read_text("ascii").split()
        )
    return ()


def serves_a_caller(pid: int) -> bool:
    """Whether a process of PostgreSQL has a connection, by the title that it gives itself."""
    with suppress(OSError):
        return "127.0.0.1(" in Path(f"/proc/{pid}/cmdline").read_bytes().decode(errors="replace")
    return False


def wait_for_the_end_of(pids: tuple[int, ...]) -> None:
    """Wait until processes are gone, or wait only for somebody to ask how they ended.

    Raises:
        ServerError: one of them goes on.
    """
    deadline = time.monotonic() + _PATIENCE
    while any(_lives(pid) for pid in pids):
        if time.monotonic() > deadline:
            raise ServerError(f"one of the processes {pids} goes on after it was killed")
        time.sleep(0.005)


def _lives(pid: int) -> bool:
    with suppress(OSError):
        return Path(f"/proc/{pid}/stat").read_text("ascii", "replace").rpartition(")")[2].split()[0] != "Z"
    return False
