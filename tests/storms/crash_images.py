"""What a disk may hold after the power failed: replayed from what was written and synced until then.

What was written to a file before a sync of it began is safe once that sync has answered. Of what was written
later, anything may have reached the disk: nothing, all, the first so many writes, some writes and not the
ones before them, or some sectors of them. Names likewise: a file that was made or unlinked is certainly so
only after a sync of the folder; of later changes to the folder the first so many have happened.

Not simulated: sectors that change although nobody wrote them, a sector torn within its 512 bytes, a disk that
loses what it had acknowledged (that is the negative control), and a machine whose memory is wrong.
"""

from enum import Enum
from random import Random
from typing import Final

from attrs import define, field

from storms.disk_record import Entry, Kind

SECTOR: Final = 512


class Survival(Enum):
    """How much of what was not synced has reached the disk."""

    NOTHING = "nothing"
    ALL = "all"
    BEGINNING = "the first writes"
    WRITES = "some writes"
    SECTORS = "some sectors"


@define
class RecordedFile:
    """One file: what is safe of it, and what was done to it since.

    Attributes:
        begun: for each sync that has begun and not ended, how much of `waiting` it will make safe.
    """

    safe: bytearray = field(factory=bytearray)
    waiting: list[Entry] = field(factory=list)
    begun: list[int] = field(factory=list)

    def synced(self) -> None:
        """The oldest sync that had begun is done."""
        count = self.begun.pop(0)
        for entry in self.waiting[:count]:
            _apply(self.safe, entry)
        del self.waiting[:count]
        self.begun = [max(0, other - count) for other in self.begun]

    def survivor(self, random: Random, survival: Survival) -> bytes:
        """What may be read from it after the crash."""
        content = bytearray(self.safe)
        # What lies between the end of a file and a write behind it may be anything that was there before.
        stale = random.random() < 0.25
        first = random.randint(0, len(self.waiting))
        for number, entry in enumerate(self.waiting):
            match survival:
                case Survival.NOTHING:
                    break
                case Survival.BEGINNING:
                    if number >= first:
                        break
                case Survival.WRITES:
                    if random.random() < 0.5:
                        continue
                case Survival.SECTORS:
                    if entry.kind is Kind.WRITTEN:
                        _apply_sectors(content, entry, random, stale=stale)
                        continue
                    if random.random() < 0.5:
                        continue
                case Survival.ALL:
                    pass
            _apply(content, entry, random if stale else None)
        return bytes(content)


@define
class RecordedDisk:
    """A folder's files, entry by entry as they were recorded.

    Attributes:
        files: by a number that is never given twice, since a file that is gone leaves its inode to another.
        names: what the running program sees.
    """

    files: dict[int, RecordedFile] = field(factory=dict)
    names: dict[str, int] = field(factory=dict)
    _safe_names: dict[str, int] = field(factory=dict)
    _waiting_names: list[tuple[str, int | None]] = field(factory=list)
    _begun_names: list[int] = field(factory=list)
    _number_of: dict[int, int] = field(factory=dict)
    _folder: int = 0

    def take(self, entry: Entry) -> None:
        """One more entry.

        Raises:
            ValueError: the program did what the recorder does not understand.
        """
        match entry.kind:
            case Kind.OPENED | Kind.CREATED:
                self._opened(entry)
            case Kind.WRITTEN | Kind.CUT:
                self.files[self._number_of[entry.file]].waiting.append(entry)
            case Kind.SYNC_BEGUN if entry.file == self._folder:
                self._begun_names.append(len(self._waiting_names))
            case Kind.SYNC_BEGUN:
                file = self.files[self._number_of[entry.file]]
                file.begun.append(len(file.waiting))
            case Kind.SYNC_DONE if entry.file == self._folder:
                self._names_synced()
            case Kind.SYNC_DONE:
                self.files[self._number_of[entry.file]].synced()
            case Kind.UNLINKED:
                self.names.pop(entry.name, None)
                self._waiting_names.append((entry.name, None))
            case Kind.RENAMED | Kind.UNKNOWN:
                if not entry.name.endswith("-shm"):
                    raise ValueError(f"the record cannot be replayed: {entry.kind.name} {entry.name}")

    def _opened(self, entry: Entry) -> None:
        if entry.offset:
            self._folder = entry.file
            return
        if entry.kind is Kind.CREATED and self.names.get(entry.name) is None:
            number = len(self.files)
            self.files[number] = RecordedFile()
            self._number_of[entry.file] = number
            self.names[entry.name] = number
            self._waiting_names.append((entry.name, number))

    def _names_synced(self) -> None:
        count = self._begun_names.pop(0)
        _rename(self._safe_names, self._waiting_names[:count])
        del self._waiting_names[:count]
        self._begun_names = [max(0, other - count) for other in self._begun_names]

    def written(self, name: str) -> str:
        """All the text that was ever written to a file, as the running program reads it."""
        file = self.files[self.names[name]]
        content = bytearray(file.safe)
        for entry in file.waiting:
            _apply(content, entry)
        return content.decode()

    def survivors(self, random: Random, survival: Survival | None = None) -> dict[str, bytes]:
        """What may be in the folder after a crash at this moment, by name.

        Args:
            random: decides.
            survival: of all files; `None` decides it for each file anew.
        """
        names = dict(self._safe_names)
        count = len(self._waiting_names)
        kept = {Survival.NOTHING: 0, Survival.ALL: count}.get(survival) if survival else None
        _rename(names, self._waiting_names[: random.randint(0, count) if kept is None else kept])
        return {
            name: self.files[number].survivor(random, survival or random.choice(list(Survival)))
            for name, number in sorted(names.items())
        }


def _rename(names: dict[str, int], changes: list[tuple[str, int | None]]) -> None:
    for name, number in changes:
        if number is None:
            names.pop(name, None)
        else:
            names[name] = number


def _apply(content: bytearray, entry: Entry, random: Random | None = None) -> None:
    """Do an entry; between the end and where it begins are zeros, or anything if `random` is given."""
    if entry.kind is Kind.CUT:
        if len(content) > entry.offset:
            del content[entry.offset :]
        else:
            content.extend(bytes(entry.offset - len(content)))
        return
    gap = entry.offset - len(content)
    if gap > 0:
        content.extend(random.randbytes(gap) if random else bytes(gap))
    content[entry.offset : entry.offset + len(entry.data)] = entry.data


def _apply_sectors(content: bytearray, entry: Entry, random: Random, *, stale: bool) -> None:
    """Some of the sectors that a write touches; each as a whole."""
    share = random.random()
    at = 0
    while at < len(entry.data):
        length = min(SECTOR - (entry.offset + at) % SECTOR, len(entry.data) - at)
        if random.random() < share:
            piece = Entry(Kind.WRITTEN, 0, entry.offset + at, "", entry.data[at : at + length])
            _apply(content, piece, random if stale else None)
        at += length
