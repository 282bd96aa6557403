"""Files of scenarios: scenarios are added at the end, and nothing that is in a file is lost."""

import os
from collections.abc import Sequence
from pathlib import Path

from configurator.authoring.recording import titles_in, with_scenario
from configurator.catalog.loading import ReadProblem, decode
from configurator.catalog_files import FolderReader, FoundScenarios, find_catalog, is_headed
from configurator.cli.exit_codes import ExitCode
from configurator.cli.failures import CommandError
from configurator.cli.file_writing import replace_file
from configurator.diagnostics.mending import as_was_written
from configurator.errors import CatalogError
from configurator.source import SourceFile
from configurator.syntax.nodes import ScenariosHeader
from configurator.syntax.parser import parse_catalog

MOST_TRIES = 10
"""How often a file is read again that somebody else writes meanwhile."""


def add_scenarios(file: Path, scenarios: Sequence[str], catalog: str) -> None:
    """Add scenarios at the end of a file, which is made where there is none; all of them or none.

    What is in the file stays as it is, byte by byte.

    Args:
        file: where they go.
        scenarios: their texts.
        catalog: the catalog as the command named it.

    Raises:
        ValueError: with a sentence for people: see `with_scenario`; or the file cannot name the catalog.
        OSError: it cannot be read or written.
    """
    place = file.resolve()
    for _ in range(MOST_TRIES):
        before = place.read_bytes() if place.exists() else b""
        after = before + _added(before, file, scenarios, catalog)
        if not place.exists():
            # Made empty first, so that who may read it is as for every other new file.
            place.touch(exist_ok=False)
        if place.read_bytes() == before:
            replace_file(place, after)
            return
    raise ValueError(f"`{file.name}` is being written by somebody else")


def add_scenario(file: Path, scenario: str, catalog: str) -> None:
    """The same for one scenario.

    Raises:
        ValueError: see `add_scenarios`.
        OSError: likewise.
    """
    add_scenarios(file, (scenario,), catalog)


def _added(content: bytes, file: Path, scenarios: Sequence[str], catalog: str) -> bytes:
    """What comes after the content of a file."""
    before = text = _text(content, file)
    named = catalog_from(file, catalog)
    for scenario in scenarios:
        text = with_scenario(text, scenario, named, file.name)
    _check_header(file, text)
    return as_was_written(text[len(before) :], content.decode("utf-8")).encode()


def _text(content: bytes, file: Path) -> str:
    match decode(content, file.name):
        case SourceFile(text=text):
            return text
        case ReadProblem(message=message):
            raise ValueError(message)


def _check_header(file: Path, text: str) -> None:
    source = SourceFile(file.name, text)
    parsed = parse_catalog(source).file
    if parsed is not None and isinstance(parsed.header, ScenariosHeader):
        try:
            found = FoundScenarios(source, parsed.header, file).catalog
            find_catalog(found)
        except CatalogError as error:
            raise ValueError(error.diagnostics[0].message) from error


def titles_in_file(file: Path) -> tuple[str, ...]:
    """The titles of a file's scenarios; none where there is no file.

    Raises:
        ValueError: it cannot be read as a catalog's file.
        OSError: it cannot be read.
    """
    return titles_in(_text(file.read_bytes(), file), file.name) if file.exists() else ()


def catalog_from(file: Path, catalog: str) -> str:
    """The path of a catalog as seen from a file; one that comes with the library keeps its name."""
    if catalog.startswith("package:"):
        return catalog
    try:
        found = find_catalog(catalog)
    except CatalogError:
        return catalog
    if not isinstance(found.reader, FolderReader):
        return catalog
    place = found.reader.root / found.entry
    return Path(os.path.relpath(place, file.parent.resolve())).as_posix()


# ---------------------------------------------------------------- the catalog nearby


def catalog_near(folder: Path) -> str:
    """The catalog in a folder, or in the nearest folder above it that has one.

    Raises:
        CommandError: there is none, or more than one in the same folder.
    """
    for each in (folder, *folder.resolve().parents):
        headed = [file for file in _catalog_files(each) if is_headed(file)]
        if len(headed) == 1:
            return str(headed[0])
        if headed:
            names = ", ".join(file.name for file in headed)
            raise CommandError(
                f"{len(headed)} catalogs in the folder `{each}`: {names}", ExitCode.USAGE, NAME_IT
            )
    raise CommandError(f"there is no catalog in the folder `{folder}`, nor above it", ExitCode.USAGE, NAME_IT)


NAME_IT = "name the catalog: `--catalog CATALOG`"


def _catalog_files(folder: Path) -> list[Path]:
    try:
        return sorted(folder.glob("*.pcat"))
    except OSError:
        # A folder that may not be looked into has nothing for us.
        return []
