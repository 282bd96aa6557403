"""Finding and reading the files of a catalog: on disk, in the installed package, or in memory.

The only module that opens a user's catalog. It never leaves the folder tree of
the catalog, not through `..`, an absolute path or a symbolic link.
"""

import os
import re
from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path, PurePosixPath

from attrs import field, frozen

from configurator.authoring.mutation.explained import ExplainedMutant, read_explanations
from configurator.catalog.loading import CatalogReader, ReadProblem, decode
from configurator.diagnostics.diagnostic import Diagnostic, Severity, has_errors
from configurator.errors import CatalogError, ExplanationsError
from configurator.source import SourceFile, Span
from configurator.syntax.nodes import ScenariosHeader
from configurator.syntax.parser import parse_catalog

LARGEST_FILE = 100_000_000
"""Bytes of the largest file that is read."""
SETTINGS = "configurator.toml"
"""A folder that holds this file is the root of the catalogs beneath it."""

CHECK_THE_PATH = ("give the path of a `.pcat` file or of a folder that holds one, or `package:NAME`",)
"""What to do about a path that is none."""
LONGEST_SHOWN = 200
"""Characters of a path that are repeated in a message about it."""

_HEADER = re.compile(rb"^\s*catalog(?!\w)", re.MULTILINE)
_SCENARIOS = re.compile(rb"^\s*scenarios\s+for(?!\w)", re.MULTILINE)


@frozen
class FoundCatalog:
    """Where a catalog begins.

    Attributes:
        entry: the path of the headed file within the reader's tree.
    """

    entry: str
    reader: CatalogReader = field(repr=False)


@frozen
class FolderReader:
    """Reads the files of one folder tree.

    Attributes:
        root: the tree, resolved.
        prefix: what stands before a path in messages.
    """

    root: Path
    prefix: str

    def read(self, path: str) -> bytes | ReadProblem:
        """The content of a file below the root."""
        shown = self.shown(path)
        try:
            file = (self.root / path).resolve()
            if not file.is_relative_to(self.root):
                return ReadProblem(f"`{shown}` leads outside the catalog's folder", code="E0203")
            if file.is_dir():
                return ReadProblem(f"`{shown}` is a folder, not a file")
            if file.stat().st_size > LARGEST_FILE:
                return ReadProblem(f"`{shown}` is larger than {LARGEST_FILE:,} bytes")
            return file.read_bytes()
        except FileNotFoundError:
            return ReadProblem(f"`{shown}` does not exist", _beside(self.root / path))
        except (OSError, ValueError, RuntimeError) as error:
            reason = getattr(error, "strerror", None) or "the path is not usable"
            return ReadProblem(f"`{shown}` cannot be read: {reason}")

    def shown(self, path: str) -> str:
        """The path as it was given on the way to the catalog."""
        return f"{self.prefix}{path}"


def _beside(path: Path) -> tuple[str, ...]:
    """The files of the same kind that do lie there."""
    try:
        names = sorted(p.name for p in path.parent.iterdir() if p.suffix == path.suffix)
    except (OSError, ValueError):
        return ()
    return (f"beside it there are: {', '.join(names[:5])}",) if names else ()


@frozen
class TextReader:
    """Reads from memory."""

    contents: Mapping[str, bytes]

    def read(self, path: str) -> bytes | ReadProblem:
        """The content given under that path."""
        if path in self.contents:
            return self.contents[path]
        return ReadProblem(f"`{path}` does not exist", ("hand it over in `files`",))

    def shown(self, path: str) -> str:
        """The path itself."""
        return path


def text_reader(contents: Mapping[str, str | bytes]) -> CatalogReader:
    """A reader of files held in memory, by path with `/` between names."""
    return TextReader({p: t.encode() if isinstance(t, str) else t for p, t in contents.items()})


def find_catalog(path: str) -> FoundCatalog:
    """The catalog that a path names: a file, a folder with one headed file, or `package:name`.

    The tree that may be read is that of the nearest folder above with a `configurator.toml`,
    else the file's own folder.

    Raises:
        CatalogError: nothing there, not exactly one headed file in a folder, or a path that cannot be read.
    """
    try:
        return _find_catalog(path)
    except (OSError, ValueError, RuntimeError) as error:
        # Too long a name, a zero byte, links that lead in a circle (a RuntimeError until Python 3.12),
        # a folder that may not be looked into.
        reason = getattr(error, "strerror", None) or "the path is not usable"
        raise _failure(f"`{shortened(path)}` cannot be read: {reason}", CHECK_THE_PATH) from error


def _find_catalog(path: str) -> FoundCatalog:
    place = _shipped(path) if path.startswith("package:") else Path(path)
    given = path
    if place.is_dir():
        place = _headed_file(place, path)
        given = f"{path.rstrip('/')}/{place.name}" if not path.startswith("package:") else place.name
    try:
        place.stat()
    except (FileNotFoundError, NotADirectoryError) as error:
        raise _failure(f"`{shortened(path)}` does not exist", _beside(place)) from error
    root = _root(place)
    entry = place.resolve().relative_to(root).as_posix()
    prefix = given.removesuffix(entry) if given.endswith(entry) else ""
    return FoundCatalog(entry, FolderReader(root, prefix))


EXPLAINED = "mutants.toml"
"""The file beside a catalog that says why some mutants may survive."""


def explained_survivors(entry: str, reader: CatalogReader) -> tuple[ExplainedMutant, ...]:
    """What `mutants.toml` beside a catalog's file says; nothing where there is none.

    Raises:
        ExplanationsError: it cannot be read.
    """
    path = str(PurePosixPath(entry).with_name(EXPLAINED))
    data = reader.read(path)
    if isinstance(data, ReadProblem):
        return ()
    source = decode(data, reader.shown(path))
    if isinstance(source, ReadProblem):
        raise ExplanationsError(source.message)
    return read_explanations(source.text, source.name)


@frozen
class FoundScenarios:
    """A file of scenarios.

    Attributes:
        path: as it was given.
    """

    source: SourceFile = field(repr=False)
    header: ScenariosHeader
    path: Path

    @property
    def place(self) -> Path:
        """The file, resolved."""
        return self.path.resolve()

    @property
    def catalog(self) -> str:
        """The catalog that its header names, as `find_catalog` takes it.

        Where a `configurator.toml` lies above the file, its folder is the root for both.

        Raises:
            CatalogError: there is no such catalog, or it may not be named.
        """
        return _catalog_of(self.header, self.path)


def find_scenarios(path: str) -> FoundScenarios:
    """The file of scenarios at a path; whether there is such a catalog is not looked at.

    Raises:
        CatalogError: nothing there, or no file of scenarios.
    """
    place = Path(path)
    if not place.is_file():
        raise _failure(f"`{shortened(path)}` does not exist", _beside(place))
    real = place.resolve()
    data = FolderReader(real.parent, path.removesuffix(place.name)).read(real.name)
    source = data if isinstance(data, ReadProblem) else decode(data, path)
    if isinstance(source, ReadProblem):
        raise _failure(source.message, source.help)
    parsed = parse_catalog(source)
    header = parsed.file.header if parsed.file is not None else None
    if not isinstance(header, ScenariosHeader):
        if has_errors(parsed.diagnostics):
            raise CatalogError(parsed.diagnostics)
        help_line = 'such a file begins with `scenarios for "CATALOG.pcat"`'
        raise _broken_scenarios(f"`{shortened(path)}` is no file of scenarios", None, help_line)
    return FoundScenarios(source, header, place)


def _catalog_of(header: ScenariosHeader, file: Path) -> str:
    """The catalog that a header names, as seen from here."""
    named, span = header.path.value, header.path.span
    if named.startswith("package:"):
        return named
    written = PurePosixPath(named.replace("\\", "/"))
    if written.is_absolute() or ":" in named or "\0" in named:
        raise _broken_scenarios(
            f"`{shortened(named)}` is no path from here", span, "name the catalog as seen from this file"
        )
    found = Path(os.path.normpath(file.parent / written))
    root = _root(file)
    if (root / SETTINGS).is_file() and not found.resolve().is_relative_to(root):
        raise _broken_scenarios(f"`{shortened(named)}` lies outside of the folder `{root.name}`", span)
    if not found.is_dir() and not is_headed(found):
        raise _broken_scenarios(f"`{shortened(named)}` is no catalog", span, "name a file that begins one")
    return str(found)


def _broken_scenarios(message: str, span: Span | None, *help_lines: str) -> CatalogError:
    return CatalogError([Diagnostic("E0612", Severity.ERROR, message, span, help=help_lines)])


def shipped_catalogs() -> tuple[str, ...]:
    """The names of the catalogs that come with this library, sorted."""
    return tuple(sorted(p.name for p in _shipped_folder().iterdir() if p.is_dir() and any(p.glob("*.pcat"))))


def _shipped_folder() -> Path:
    inside = Path(str(files("configurator"))) / "catalogs"
    # In a checkout the catalogs lie beside the package, in a wheel inside it.
    return inside if inside.is_dir() else Path(__file__).resolve().parents[1] / "catalogs"


def _shipped(path: str) -> Path:
    name = path.removeprefix("package:")
    if name not in shipped_catalogs():
        known = ", ".join(f"package:{found}" for found in shipped_catalogs())
        raise _failure(f"no catalog `{name}` comes with this library", (f"there are: {known}",))
    return _shipped_folder() / name


def _headed_file(folder: Path, given: str) -> Path:
    headed = [file for file in sorted(folder.glob("*.pcat")) if is_headed(file)]
    if len(headed) == 1:
        return headed[0]
    if not headed:
        raise _failure(
            f"no catalog in the folder `{given}`", ("a catalog's file begins with `catalog NAME`",)
        )
    names = ", ".join(file.name for file in headed)
    raise _failure(f"{len(headed)} catalogs in the folder `{given}`: {names}", ("name one of the files",))


def is_headed(file: Path) -> bool:
    """Whether a file begins a catalog; one without a header is a module for others to import."""
    try:
        return file.is_file() and _HEADER.search(file.read_bytes()[:65536]) is not None
    except OSError:
        return False


def holds_scenarios(file: Path) -> bool:
    """Whether a file begins with `scenarios for "CATALOG.pcat"`."""
    try:
        return file.is_file() and _SCENARIOS.search(file.read_bytes()[:65536]) is not None
    except OSError:
        return False


def module_mistakes(file: Path, shown: str) -> tuple[Diagnostic, ...]:
    """What keeps a file without a header from being a module; empty where nothing does.

    A header with a slip of the pen makes a file look like a module. Nobody imports that; where it is passed
    over, its scenarios are missed by nobody.

    Args:
        file: that neither `is_headed` nor `holds_scenarios`.
        shown: its name in messages.
    """
    content = FolderReader(file.parent.resolve(), shown.removesuffix(file.name)).read(file.name)
    source = content if isinstance(content, ReadProblem) else decode(content, shown)
    if isinstance(source, ReadProblem):
        return (Diagnostic(source.code, Severity.ERROR, source.message, None, help=source.help),)
    found = parse_catalog(source).diagnostics
    return tuple(found) if has_errors(found) else ()


def _root(file: Path) -> Path:
    folder = file.resolve().parent
    for candidate in (folder, *folder.parents):
        if (candidate / SETTINGS).is_file():
            return candidate
    return folder


def shortened(path: str) -> str:
    """A path for a message; what is too long to be one is cut."""
    return path if len(path) <= LONGEST_SHOWN else f"{path[:LONGEST_SHOWN]}…"


def _failure(message: str, help_lines: tuple[str, ...] = ()) -> CatalogError:
    return CatalogError([Diagnostic("E0201", Severity.ERROR, message, None, help=help_lines)])
