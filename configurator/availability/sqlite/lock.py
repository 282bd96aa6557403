"""A lock between processes that is had in turn: who has waited longest gets it next.

SQLite's own waiting polls, so whoever comes at the right moment overtakes those who have waited for
seconds. Here two files are locked with `flock`, one after the other. Who has the second has the lock; who
has the first is the next to get it, and lets the first go as soon as he has the second. Linux keeps those
who wait for a file in a queue, so both are had in order, and the two together keep the one who lets go from
being the first to ask again.

`flock` knows no deadline. Whoever has to wait sends a thread, which lives as long as the waiting, and
leaves it behind with its files when his time is up; it lets go at once of what it gets then.
"""

import os
import sys
import threading
import time
from pathlib import Path

from attrs import frozen

POLL_SECONDS = 0.002
"""Where a lock cannot be waited for: between two attempts."""


@frozen
class _Files:
    """Two open files: the turn, and the lock."""

    turn: int
    lock: int

    def close(self) -> None:
        """Give up both, and what is locked in them."""
        os.close(self.turn)
        os.close(self.lock)


class FairLock:
    """An exclusive lock between processes. Its files are made when first needed and stay.

    Threads of one process have to take turns by other means.
    """

    def __init__(self, lock: Path, turn: Path) -> None:
        """Remember the two files."""
        self._paths = (turn, lock)
        self._files: _Files | None = None

    def acquire(self, deadline: float) -> bool:
        """Have the lock, or not by the deadline (monotonic seconds).

        Raises:
            OSError: the files cannot be made or locked.
        """
        waiting = Waiting(self._files or self._opened())
        self._files = None
        try:
            if waiting.until(deadline):
                self._files = waiting.files
        finally:
            # Whatever ends the waiting early: files that were not kept are the waiting's to close.
            if self._files is None:
                waiting.leave()
        return self._files is not None

    def release(self) -> None:
        """Let the next one have it; without having it this does nothing."""
        if self._files is not None:
            unlock(self._files.lock)

    def close(self) -> None:
        """Close the files. They stay on the disk: removing one would let two holders in."""
        if self._files is not None:
            self._files.close()
            self._files = None

    def _opened(self) -> _Files:
        turn = os.open(self._paths[0], os.O_RDWR | os.O_CREAT, 0o666)
        try:
            return _Files(turn, os.open(self._paths[1], os.O_RDWR | os.O_CREAT, 0o666))
        except BaseException:
            os.close(turn)
            raise


if sys.platform == "win32":
    import msvcrt

    class Waiting:
        """Asking for the lock again and again."""

        def __init__(self, files: _Files) -> None:
            """Take over open files."""
            self.files = files

        def until(self, deadline: float) -> bool:
            """Whether it got the lock by then."""
            while not _tried(self.files.lock):
                if time.monotonic() >= deadline:
                    return False
                time.sleep(POLL_SECONDS)
            return True

        def leave(self) -> None:
            """Wait no longer, and give up the files."""
            self.files.close()

    def _tried(descriptor: int) -> bool:
        os.lseek(descriptor, 0, os.SEEK_SET)
        try:
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True

    def unlock(descriptor: int) -> None:
        """Let the next one have it."""
        os.lseek(descriptor, 0, os.SEEK_SET)
        msvcrt.locking(descriptor, msvcrt.LK_UNLCK, 1)

else:
    import fcntl

    class Waiting:
        """Waiting in turn, if need be in a thread that may be left behind."""

        def __init__(self, files: _Files) -> None:
            """Take over open files."""
            self.files = files
            self._mutex = threading.Lock()
            self._arrived = threading.Lock()
            # Guarded by the mutex: whether the thread still uses the files, and whether it shall close them.
            self._busy = False
            self._left = False
            self._error: OSError | None = None

        def until(self, deadline: float) -> bool:
            """Whether it got the lock by then.

            Raises:
                OSError: the files cannot be locked.
            """
            has_turn = _tried(self.files.turn)
            if has_turn and _tried(self.files.lock):
                unlock(self.files.turn)
                return True
            if time.monotonic() >= deadline:
                return False
            self._arrived.acquire()
            self._busy = True
            threading.Thread(target=self._wait, args=(has_turn,), name="stock lock", daemon=True).start()
            arrived = self._arrived.acquire(timeout=max(0.0, deadline - time.monotonic()))
            if self._error is not None:
                raise self._error
            return arrived

        def leave(self) -> None:
            """Wait no longer, and give up the files, now or as soon as the thread is done with them."""
            with self._mutex:
                self._left = True
                if not self._busy:
                    self.files.close()

        def _wait(self, has_turn: bool) -> None:
            try:
                if not has_turn:
                    fcntl.flock(self.files.turn, fcntl.LOCK_EX)
                fcntl.flock(self.files.lock, fcntl.LOCK_EX)
                unlock(self.files.turn)
            except OSError as error:
                self._error = error
            with self._mutex:
                self._busy = False
                if self._left:
                    self.files.close()
            self._arrived.release()

    def _tried(descriptor: int) -> bool:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def unlock(descriptor: int) -> None:
        """Let the next one have it."""
        fcntl.flock(descriptor, fcntl.LOCK_UN)
