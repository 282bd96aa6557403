"""Running a program with its disk recorded: what it wrote to the files of one folder, in order.

The recorder is a few lines of C beneath the shipped libraries, compiled when first needed, so what is tested
is the SQLite that people have. It needs Linux and a C compiler; without them it says so.
"""

import os
import shutil
import struct
import subprocess
import sys
from collections.abc import Iterator, Mapping
from enum import Enum
from pathlib import Path
from typing import Final

from attrs import frozen

SOURCE: Final = Path(__file__).with_name("disk_recorder.c")
_HEAD: Final = struct.Struct("=IIQqQ")


class Kind(Enum):
    """What happened; the numbers are those of the recorder."""

    OPENED = 1
    CREATED = 2
    WRITTEN = 3
    CUT = 4
    SYNC_BEGUN = 5
    SYNC_DONE = 6
    UNLINKED = 7
    RENAMED = 8
    UNKNOWN = 9


@frozen
class Entry:
    """One thing that a process did to a file of the folder.

    Attributes:
        file: the inode, 0 where only the name is known.
        offset: where it was written, or the length after a cut; of an opening, 1 for the folder itself.
        name: of an opening or unlinking, the name in the folder.
    """

    kind: Kind
    file: int
    offset: int
    name: str
    data: bytes


def missing() -> str:
    """What is not there to record with, as a sentence; empty when all is there."""
    if sys.platform != "linux":
        return "the disk is recorded on Linux only"
    if shutil.which("gcc") is None:
        return "there is no gcc to compile the recorder with"
    return ""


def compiled(folder: Path) -> Path:
    """The recorder, compiled into a folder unless it is there."""
    library = folder / "disk_recorder.so"
    if not library.exists():
        command = ["gcc", "-shared", "-fPIC", "-O2", "-o", str(library), str(SOURCE), "-ldl", "-lpthread"]
        subprocess.run(command, check=True)
    return library


def recording(library: Path, folder: Path, record: Path, *, lies: bool) -> Mapping[str, str]:
    """The environment under which a process is recorded.

    Args:
        library: the recorder.
        folder: whose files to record; not the folder of the record itself.
        record: where to; made when first needed.
        lies: whether the disk says "safe" to a sync and keeps nothing.
    """
    told = {"STORM_FOLDER": str(folder.resolve()), "STORM_RECORD": str(record), "LD_PRELOAD": str(library)}
    return {**os.environ, **told, **({"STORM_LIES": "1"} if lies else {})}


def entries(record: Path) -> Iterator[Entry]:
    """What was recorded, in order; an entry that a kill cut short is left out."""
    with record.open("rb") as file:
        while len(head := file.read(_HEAD.size)) == _HEAD.size:
            kind, name_length, inode, offset, length = _HEAD.unpack(head)
            has_data = Kind(kind) is Kind.WRITTEN
            name, data = file.read(name_length), file.read(length if has_data else 0)
            if has_data and len(data) < length:
                return
            yield Entry(Kind(kind), inode, offset, name.decode(), data)
