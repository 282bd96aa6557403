"""Processes that work until they are killed: forked from a warm parent, so that one costs milliseconds.

The parent must have no threads and no open stores when it forks.
"""

import os
import signal
import sys
import time
import traceback
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path
from threading import Thread

from attrs import define

from configurator.availability.opening import open_stock
from configurator.errors import StockUnavailableError
from storms.dice import dice
from storms.workload import Journal, Writer, write_without_end

BROKE = 3
"""The exit code of a writer whose store could not be used any more."""


def forked(work: Callable[[], None], errors: Path) -> int:
    """Start a process that works and ends; its id. What it dies of is written to a file."""
    sys.stdout.flush()
    sys.stderr.flush()
    pid = os.fork()
    if pid:
        return pid
    code = 1
    try:
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        work()
        code = 0
    except BaseException as error:  # noqa: BLE001 - whatever it is, it must be told and not unwind further
        code = BROKE if isinstance(error, StockUnavailableError) else 1
        with suppress(OSError):
            errors.write_text(traceback.format_exc(), encoding="utf-8")
    finally:
        os._exit(code)


@define
class Writing:
    """A process of one or more threads that share a store, each with a journal of its own.

    Attributes:
        journals: where they say what they do.
        errors: where the process says what it died of, if it was not killed.
    """

    pid: int
    journals: tuple[Path, ...]
    errors: Path

    @classmethod
    def started(cls, folder: Path, url: str, name: str, seed: int, threads: int, *, fill: bool) -> "Writing":
        """Fork it; `fill` lets it begin with what fills an empty stock."""
        journals = tuple(folder / f"journal-{name}-{number}" for number in range(threads))
        for journal in journals:
            journal.touch()
        errors = folder / f"errors-{name}"
        return cls(forked(lambda: _write(url, name, seed, journals, fill=fill), errors), journals, errors)

    def kill(self) -> int:
        """End it without warning. Its exit code: -9 unless it had ended before by itself."""
        with suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGKILL)
        return os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])

    def told(self) -> list[str]:
        """What is in its journals; they are gone afterwards."""
        texts = [journal.read_text(encoding="utf-8") for journal in self.journals]
        for journal in self.journals:
            journal.unlink()
        return texts

    def trouble(self) -> str:
        """What it died of, if not of being killed; the last line."""
        if not self.errors.exists():
            return ""
        return self.errors.read_text(encoding="utf-8").strip().rpartition("\n")[2]


def wait_for_work(crew: Iterable[Writing], written: int, patience: float) -> None:
    """Wait until journals hold so many characters together, however slow the machine is, or for so long."""
    journals = [journal for each in crew for journal in each.journals]
    deadline = time.monotonic() + patience
    while sum(journal.stat().st_size for journal in journals) < written and time.monotonic() < deadline:
        time.sleep(0.002)


def _write(url: str, name: str, seed: int, journals: tuple[Path, ...], *, fill: bool) -> None:
    with open_stock(url, timeout=60) as store:
        failures: list[BaseException] = []

        def write(number: int) -> None:
            try:
                descriptor = os.open(journals[number], os.O_WRONLY | os.O_APPEND)
                writer = Writer(f"{name}-{number}", dice(seed, name, number))
                write_without_end(store, writer, Journal(descriptor), fill=fill)
            except BaseException as error:  # noqa: BLE001 - told by the process when one has stopped
                failures.append(error)

        if len(journals) == 1:
            write(0)
        else:
            for number in range(len(journals)):
                Thread(target=write, args=(number,), daemon=True).start()
        while not failures:
            time.sleep(0.01)
        raise failures[0]
