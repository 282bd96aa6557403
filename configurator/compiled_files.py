"""Compiled catalogs as files: written in one piece, read without trust, and only used where they belong.

The only module that opens a user's compiled files. A file's key names the catalog (by digest), the days it is
for, and what compiled it; where one of them differs, the file is stale and refused.
"""

import os
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from tempfile import NamedTemporaryFile

from configurator.catalog.model import Catalog
from configurator.engines.diagram.artefact import (
    FORMAT,
    LARGEST_FILE,
    Artefact,
    read_artefact,
    write_artefact,
)
from configurator.engines.diagram.compiled import CompiledDiagram
from configurator.errors import ArtefactError

InForce = tuple[date | None, date | None]
"""The first and the last day on which a catalog says the same, both inclusive; `None` for no end."""


def key_of(catalog: Catalog, in_force: InForce, version: str) -> dict[str, str]:
    """What a compiled catalog belongs to."""
    first, last = in_force
    return {
        "catalog": catalog.digest,
        "from": first.isoformat() if first else "",
        "to": last.isoformat() if last else "",
        "engine": f"diagram {FORMAT}",
        "version": version,
    }


def save_compiled(path: Path, key: Mapping[str, str], compiled: CompiledDiagram) -> Path:
    """Write a compiled catalog; a folder is given a file named after catalog and days.

    Nobody ever sees half a file: it is written beside and then put in its place.

    Raises:
        ArtefactError: the file cannot be written.
    """
    file = path / file_name(key) if path.is_dir() else path
    content = write_artefact(Artefact(key, compiled))
    try:
        with NamedTemporaryFile(dir=file.parent, prefix=f".{file.name}.", delete=False) as beside:
            beside.write(content)
            beside.flush()
            os.fsync(beside.fileno())
        try:
            Path(beside.name).replace(file)
        except OSError:
            Path(beside.name).unlink(missing_ok=True)
            raise
    except OSError as error:
        raise ArtefactError(f"`{file}` cannot be written: {error.strerror}") from error
    return file


def file_name(key: Mapping[str, str]) -> str:
    """`pc-1f3a….npz`: told from others by everything in the key but the version."""
    digest = key["catalog"].removeprefix("sha256:")[:16]
    days = "".join(f"-{key[end]}" for end in ("from", "to") if key[end])
    return f"catalog-{digest}{days}.npz"


def load_compiled(path: Path, expected: Mapping[str, str]) -> CompiledDiagram:
    """Read a compiled catalog whose key is the expected one; in a folder the file named after it.

    Raises:
        ArtefactError: the file cannot be read, holds no compiled catalog, or is stale.
    """
    file = path / file_name(expected) if path.is_dir() else path
    if path.is_dir() and not file.exists():
        raise ArtefactError(
            f"`{path}` holds no file `{file.name}`: this state of the catalog was not compiled"
        )
    try:
        if file.stat().st_size > LARGEST_FILE:
            raise ArtefactError(f"`{file}` is larger than {LARGEST_FILE:,} bytes")
        content = file.read_bytes()
    except OSError as error:
        raise ArtefactError(f"`{file}` cannot be read: {error.strerror}") from error
    try:
        artefact = read_artefact(content)
    except ArtefactError as error:
        raise ArtefactError(f"`{file}` holds no compiled catalog: {error.reason}") from error
    for name, meaning in _MEANINGS.items():
        if artefact.key.get(name) != expected[name]:
            raise ArtefactError(f"`{file}` is stale: it was compiled {meaning}; compile the catalog again")
    return artefact.compiled


_MEANINGS = {
    "catalog": "from another catalog, or another state of it",
    "engine": "by another version of the engine",
    "version": "by another version of this library",
    "from": "for other days",
    "to": "for other days",
}
