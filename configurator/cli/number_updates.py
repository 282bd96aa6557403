"""Writing numbers of expectations anew, and nothing else: all other bytes of a file stay as they are."""

from collections.abc import Iterable, Mapping
from pathlib import Path

from attrs import define, field

from configurator.authoring.scenarios.outcomes import NumberUpdate
from configurator.catalog_files import FolderReader, find_catalog, find_scenarios, holds_scenarios
from configurator.cli.exit_codes import ExitCode
from configurator.cli.failures import CommandError
from configurator.cli.file_writing import replace_file
from configurator.cli.scenario_suites import SHIPPED, RunSuite

BYTE_ORDER_MARK = "\ufeff"


@define(eq=False)
class Updates:
    """Numbers to be written, by file.

    Attributes:
        of: for each real place its numbers, by where they begin.
        left: numbers that are not written, with the reason.
    """

    of: dict[Path, dict[int, NumberUpdate]] = field(factory=dict)
    left: list[tuple[NumberUpdate, str]] = field(factory=list)

    @classmethod
    def found(cls, suites: Iterable[RunSuite]) -> "Updates":
        """Every number of these suites that would make an expectation pass."""
        updates = cls()
        for suite in suites:
            for update in suite.updates:
                updates.add(update, suite.suite.path)
        return updates

    @property
    def all(self) -> list[NumberUpdate]:
        """Those to be written, file by file, from the beginning on."""
        return [numbers[start] for numbers in self.of.values() for start in sorted(numbers)]

    def add(self, update: NumberUpdate, path: str) -> None:
        """Add one of the suite of a path."""
        if path.startswith(SHIPPED):
            self.left.append((update, "it stands in a catalog that comes with this library"))
            return
        known = self.of.setdefault(real_place(update.span.file.name, path), {})
        other = known.setdefault(update.span.start, update)
        if other != update:
            # A scenario of a module that two catalogs import.
            self.left.append((update, f"another catalog needs `{other.after}` there"))

    def write(self) -> None:
        """Write all of them.

        Raises:
            CommandError: a file has changed since, then none is written; or one cannot be read or written,
                then those before it are.
        """
        try:
            contents = {place: rewritten(place.read_bytes(), numbers) for place, numbers in self.of.items()}
            for place, content in contents.items():
                replace_file(place, content)
        except OSError as error:
            reason = (error.strerror or "the path is not usable").lower()
            message = f"`{error.filename}` cannot be written: {reason}"
            raise CommandError(message, ExitCode.ENVIRONMENT) from error


def real_place(name: str, path: str) -> Path:
    """The file of which people know the name, of a catalog or file of scenarios at a path."""
    if holds_scenarios(Path(path)):
        found = find_scenarios(path)
        if found.source.name == name:
            return found.place
        path = found.catalog
    reader = find_catalog(path).reader
    assert isinstance(reader, FolderReader)
    return (reader.root / name.removeprefix(reader.prefix)).resolve()


def rewritten(data: bytes, numbers: Mapping[int, NumberUpdate]) -> bytes:
    """The content of a file with numbers in place of others.

    Args:
        data: the content.
        numbers: by where they begin in the text as it was read: line ends are LF there, a byte order mark
            does not count.

    Raises:
        CommandError: the content is not the one in which the numbers were found.
    """
    text = data.decode("utf-8")
    offsets = _offsets(text)
    for start in sorted(numbers, reverse=True):
        update = numbers[start]
        first, last = offsets[start], offsets[min(update.span.end, len(offsets) - 1)]
        if text[first:last] != update.before:
            raise CommandError(
                f"`{update.span.file.name}` has changed since it was read, so nothing was written into it",
                ExitCode.ENVIRONMENT,
                "run the command again",
            )
        text = text[:first] + update.after + text[last:]
    return text.encode()


def _offsets(text: str) -> list[int]:
    """Where each character of the text as it was read stands in the text as it is, and where that ends."""
    begin = len(BYTE_ORDER_MARK) if text.startswith(BYTE_ORDER_MARK) else 0
    found = [
        at for at in range(begin, len(text)) if not (text[at] == "\n" and at > begin and text[at - 1] == "\r")
    ]
    return [*found, len(text)]
