"""Power cuts on the shipped SQLite: what a process wrote is replayed up to a moment, and opened again.

After each cut everything that was answered must be there, with `synchronous=FULL` as the store sets it. The
controls must lose answers in the same harness, or it could not have found a loss: a disk that lies about
syncs, and the shipped store with SQLite told to sync less.
"""

import shutil
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from random import Random
from typing import Final

from attrs import frozen

from configurator.availability.opening import open_stock
from configurator.errors import StockError
from storms.crash_images import RecordedDisk
from storms.dice import dice
from storms.disk_record import Entry, Kind, compiled, entries, missing, recording
from storms.tally import Budget, Tally
from storms.workload import Expected, read_journals

TESTS: Final = Path(__file__).resolve().parents[1]
_MEMORY: Final = Path("/dev/shm")  # noqa: S108 - a folder of our own is made in it
"""Where what is found after a cut is looked at, if there is such a place: syncs cost nothing there."""
_CONTROL_CUTS: Final = 60
_ENOUGH_LOST: Final = 5
_CREATION: Final = 60
"""Entries at the beginning of a record that get a share of the cuts of their own: the database is made."""


@frozen
class Setting:
    """How the disk is treated.

    Attributes:
        synchronous: what SQLite is told; `FULL` is the store as it is.
        lies: whether syncs keep nothing.
    """

    name: str
    synchronous: str = "FULL"
    lies: bool = False


SHIPPED: Final = Setting("as shipped")
CONTROLS: Final = (
    Setting("a disk that lies", lies=True),
    Setting("synchronous=NORMAL", "NORMAL"),
    Setting("synchronous=OFF", "OFF"),
)


def storm(tally: Tally, budget: Budget, *, seed: int, replays: int, steps: int) -> None:
    """Record and cut until there were so many cuts in all, or the time is over; the controls once a run.

    Args:
        tally: gets the figures.
        budget: when to stop.
        seed: of the first record.
        replays: cuts of the shipped store, in all runs of the tally together.
        steps: calls of each of the four threads (two processes) of one record.
    """
    reason = missing()
    if reason:
        raise SystemExit(f"power-loss is skipped: {reason}")
    with (
        tempfile.TemporaryDirectory(prefix="power-loss-") as scratch,
        tempfile.TemporaryDirectory(prefix="power-loss-", dir=_MEMORY if _MEMORY.is_dir() else None) as after,
    ):
        library = compiled(Path(scratch))
        for control in CONTROLS:
            _control(tally, Path(scratch), Path(after), library, control, dice(seed, control.name), steps)
        turn = tally.counts["records"]
        while tally.counts["cuts"] < replays and not budget.over:
            random = dice(seed, turn)
            record = _recorded(Path(scratch), library, SHIPPED, random, steps)
            share = min(250, replays - tally.counts["cuts"])
            for wrong in _cuts(tally, Path(after), record, random, share, budget):
                tally.violations += [f"seed {seed}, record {turn}: {each}" for each in wrong]
            turn += 1
            tally.counts["records"] = turn
            tally.save()


def _control(
    tally: Tally, scratch: Path, after: Path, library: Path, control: Setting, random: Random, steps: int
) -> None:
    """A setting under which answers must get lost; no other figure of it is added to those of the storm."""
    record = _recorded(scratch, library, control, random, min(steps, 60))
    lost = 0
    for wrong in _cuts(Tally(control.name), after, record, random, _CONTROL_CUTS, Budget(60)):
        lost += bool(wrong)
        if lost == _ENOUGH_LOST:
            break
    tally.counts[f"control cuts that lost, {control.name}"] += lost
    if not lost:
        tally.violations.append(f"the control `{control.name}` lost nothing: the harness would see no loss")


def _recorded(scratch: Path, library: Path, setting: Setting, random: Random, steps: int) -> list[Entry]:
    """What two processes of two threads each did to the disk while they wrote to a new stock."""
    folder, record = scratch / "recorded", scratch / "record"
    folder.mkdir()
    environment = recording(library, folder, record, lies=setting.lies)
    crew = [
        subprocess.Popen(
            [
                *(sys.executable, "-m", "storms.recorded_writer", str(folder.resolve() / "stock.db"), name),
                *(str(random.randrange(10**9)), str(steps), "2", setting.synchronous),
            ],
            cwd=TESTS,
            env=environment,
            start_new_session=True,
        )
        for name in ("left", "right")
    ]
    codes = [each.wait() for each in crew]
    if any(codes):
        raise SystemExit(f"a recorded writer failed ({setting.name})")
    found = list(entries(record))
    shutil.rmtree(folder)
    record.unlink()
    return found


def _cuts(
    tally: Tally, after: Path, record: list[Entry], random: Random, number: int, budget: Budget
) -> Iterator[list[str]]:
    """Cut the power at random moments; yield for each what was wrong afterwards."""
    moments = sorted(
        random.randrange(min(_CREATION, len(record)) if random.random() < 0.2 else len(record))
        for _ in range(number)
    )
    disk = RecordedDisk()
    taken = 0
    for at in moments:
        for entry in record[taken:at]:
            disk.take(entry)
        taken = max(at, taken)
        if budget.over:
            return
        expected = read_journals(
            disk.written(name) for name in sorted(disk.names) if name.startswith("journal-")
        )
        files = disk.survivors(random)
        tally.counts["cuts"] += 1
        tally.counts["answers checked"] += expected.acknowledged.total()
        tally.counts["cuts that found no database"] += "stock.db" not in files
        yield [f"cut at entry {at} of {len(record)}: {each}" for each in _problems(after, files, expected)]
    tally.counts["entries recorded"] += len(record)
    tally.counts["syncs recorded"] += sum(entry.kind is Kind.SYNC_DONE for entry in record)


def _problems(after: Path, files: dict[str, bytes], expected: Expected) -> list[str]:
    """Put the files on a disk, open them as a caller would, and compare."""
    folder = after / "found"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    for name, content in files.items():
        if not name.startswith("journal-") and not name.endswith("-shm"):
            (folder / name).write_bytes(content)
    database = folder / "stock.db"
    try:
        with open_stock(f"sqlite:///{database}") as store:
            found = [*store.audit(), *expected.settle(store)]
        with closing(sqlite3.connect(database)) as connection:
            (sound,) = connection.execute("PRAGMA integrity_check").fetchone()
    except (StockError, sqlite3.Error) as error:
        return [f"the stock cannot be opened or used: {error}"]
    return found if sound == "ok" else [*found, f"integrity check: {sound}"]
