"""Mending catalog files: safe replacements put in, looked at again, and written."""

import codecs
from collections.abc import Iterable, Iterator
from difflib import unified_diff
from pathlib import Path

from attrs import frozen

from configurator.catalog.loading import decode
from configurator.cli.checked_files import CheckedFiles
from configurator.cli.exit_codes import ExitCode
from configurator.cli.failures import CommandError
from configurator.cli.file_writing import replace_file
from configurator.diagnostics.diagnostic import Diagnostic
from configurator.diagnostics.mending import as_was_written, mend
from configurator.source import SourceFile

MOST_ROUNDS = 10
"""How often files are looked at again: what one mistake hid, the next round mends."""


@frozen
class MendedFiles:
    """Files with all mended that can be.

    Attributes:
        checked: the files as they are then, with what is left.
        applied: what was mended, in the order done.
        contents: the new content of every file that changed, by real place.
        shown: how people know these files.
    """

    checked: CheckedFiles
    applied: tuple[Diagnostic, ...]
    contents: dict[Path, bytes]
    shown: dict[Path, str]


def mended_files(paths: Iterable[str]) -> MendedFiles:
    """Check, mend and check again until nothing safe is left; nothing is written."""
    named = tuple(paths)
    contents: dict[Path, bytes] = {}
    applied: list[Diagnostic] = []
    shown: dict[Path, str] = {}
    for _ in range(MOST_ROUNDS):
        checked = _checked(named, contents)
        mended: set[Path] = set()
        for name, place in checked.places.items():
            new, done = _mended(contents.get(place), name, place, checked.findings)
            # One file may be known under two names; what was found under the second has been mended.
            if done and place not in mended and new != contents.get(place):
                mended.add(place)
                contents[place], shown[place] = new, name
                applied += done
        if not mended:
            return MendedFiles(checked, tuple(applied), contents, shown)
    return MendedFiles(_checked(named, contents), tuple(applied), contents, shown)


def _checked(paths: tuple[str, ...], contents: dict[Path, bytes]) -> CheckedFiles:
    checked = CheckedFiles(instead=dict(contents))
    for path in paths:
        checked.add(path)
    return checked


def _mended(
    content: bytes | None, name: str, place: Path, findings: Iterable[Diagnostic]
) -> tuple[bytes, tuple[Diagnostic, ...]]:
    """The new content of one file, and what was mended in it."""
    here = [
        found
        for found in findings
        if found.replacements and all(each.span.file.name == name for each in found.replacements)
    ]
    if not here:
        return b"", ()
    original = place.read_bytes() if content is None else content
    result = mend(here[0].replacements[0].span.file.text, here)
    mark = codecs.BOM_UTF8 if original.startswith(codecs.BOM_UTF8) else b""
    new = as_was_written(result.text, original.decode("utf-8-sig"))
    return mark + new.encode(), result.applied


def difference_lines(mended: MendedFiles) -> Iterator[str]:
    """What mending changes, as a unified difference of each file."""
    for place, content in mended.contents.items():
        name = mended.shown[place]
        before, after = (_lines(data, name) for data in (place.read_bytes(), content))
        yield from unified_diff(before, after, name, name, lineterm="")


def _lines(data: bytes, name: str) -> list[str]:
    source = decode(data, name)
    assert isinstance(source, SourceFile)
    return source.text.splitlines()


def write_files(mended: MendedFiles) -> None:
    """Write what changed.

    Raises:
        CommandError: a file cannot be written; those before it are.
    """
    for place, content in mended.contents.items():
        try:
            replace_file(place, content)
        except OSError as error:
            message = f"`{mended.shown[place]}` cannot be written: {error.strerror}"
            raise CommandError(message, ExitCode.ENVIRONMENT) from error
