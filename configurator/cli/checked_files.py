"""Checking catalogs and files as a user names them: everything found, and in which files."""

from collections.abc import Mapping
from pathlib import Path
from zoneinfo import ZoneInfo

from attrs import define, field, frozen

from configurator.authoring.checks.checking import check_catalog
from configurator.authoring.checks.scenario_dates import scenario_dates
from configurator.catalog.compilation import compile_catalog
from configurator.catalog.loading import CatalogReader, ReadProblem, decode
from configurator.catalog.model import Catalog
from configurator.catalog_files import (
    FolderReader,
    FoundCatalog,
    FoundScenarios,
    find_catalog,
    is_headed,
)
from configurator.cli.inquiry import Inquiry
from configurator.diagnostics.diagnostic import Diagnostic, Severity, has_errors, in_order
from configurator.errors import CatalogError
from configurator.serialization import CatalogIdentity
from configurator.syntax.nodes import ScenariosHeader
from configurator.syntax.parser import parse_catalog

SUFFIX = ".pcat"


@frozen
class RecordingReader:
    """Reads for another reader and notes which catalog files were asked for.

    Attributes:
        instead: contents that stand for those on the disk, by real place.
        files: the real places of the `.pcat` files read so far, by the name they are shown under.
    """

    reader: CatalogReader
    root: Path
    instead: Mapping[Path, bytes]
    files: dict[str, Path] = field(factory=dict)

    def read(self, path: str) -> bytes | ReadProblem:
        """See `CatalogReader.read`."""
        found = self.reader.read(path)
        if not isinstance(found, bytes) or not path.endswith(SUFFIX):
            return found
        place = (self.root / path).resolve()
        self.files[self.shown(path)] = place
        return self.instead.get(place, found)

    def shown(self, path: str) -> str:
        """See `CatalogReader.shown`."""
        return self.reader.shown(path)


@define
class CheckedFiles:
    """What was found so far.

    Attributes:
        instead: contents that are checked in place of those on the disk.
        found: every finding, each once, in the order found.
        places: the real places of the catalog files that were read, by the name they are shown under; of
            those that come with this library none.
        files: all of them.
        catalogs: those without errors, in the order found.
        more_scenarios: how many scenarios stand in files of their own.
    """

    instead: Mapping[Path, bytes] = field(factory=dict)
    found: dict[Diagnostic, None] = field(factory=dict)
    places: dict[str, Path] = field(factory=dict)
    files: set[Path] = field(factory=set)
    catalogs: list[Catalog] = field(factory=list)
    headed: set[Path] = field(factory=set)
    more_scenarios: int = 0

    @property
    def findings(self) -> tuple[Diagnostic, ...]:
        """Every finding, each once."""
        return tuple(self.found)

    def identity(self, inquiry: Inquiry) -> CatalogIdentity | None:
        """The catalog, where it was exactly one."""
        if len(self.catalogs) != 1 or len(self.headed) != 1:
            return None
        (catalog,) = self.catalogs
        day = inquiry.surroundings.now().astimezone(ZoneInfo(catalog.timezone)).date()
        return CatalogIdentity(catalog.name, catalog.version, catalog.digest, day)

    def add(self, path: str) -> None:
        """Check a path as a user names it."""
        if path.startswith("package:"):
            self._compile(path, ours=True)
            return
        place = Path(path)
        if not place.is_dir():
            self._add_files([(place, path)])
            return
        found = sorted(each for each in place.rglob(f"*{SUFFIX}") if not _is_hidden(each, place))
        if not found:
            self._report(f"there is no {SUFFIX} file in the folder `{path}`")
        self._add_files([(each, str(each)) for each in found])

    def _report(self, message: str, code: str = "E0201", help_lines: tuple[str, ...] = ()) -> None:
        self.found[Diagnostic(code, Severity.ERROR, message, None, help=help_lines)] = None

    def _add_files(self, files: list[tuple[Path, str]]) -> None:
        """Headed files first: what they import is then known."""
        headed = [(place, shown) for place, shown in files if is_headed(place) or not place.is_file()]
        for _, shown in headed:
            self._compile(shown, ours=False)
        for place, shown in files:
            if place.resolve() not in self.files and (place, shown) not in headed:
                self._parse(place, shown)

    def _compile(self, path: str, *, ours: bool) -> None:
        try:
            found = find_catalog(path)
        except CatalogError as error:
            self.found |= dict.fromkeys(error.diagnostics)
            return
        reader = self._reader(found)
        entry = (reader.root / found.entry).resolve()
        if entry in self.headed:
            return
        self.headed.add(entry)
        result = compile_catalog(found.entry, reader)
        self.files |= set(reader.files.values())
        if not ours:
            self.places |= reader.files
        checked = check_catalog(result.catalog) if result.catalog is not None else ()
        self.found |= dict.fromkeys(in_order((*result.diagnostics, *checked)))
        if result.catalog is not None:
            self.catalogs.append(result.catalog)

    def _reader(self, found: FoundCatalog) -> RecordingReader:
        root = found.reader.root if isinstance(found.reader, FolderReader) else Path()
        return RecordingReader(found.reader, root, self.instead)

    def _parse(self, place: Path, shown: str) -> None:
        real = place.resolve()
        self.files.add(real)
        self.places[shown] = real
        data = self.instead.get(real) or FolderReader(real.parent, shown.removesuffix(place.name)).read(
            place.name
        )
        source = data if isinstance(data, ReadProblem) else decode(data, shown)
        if isinstance(source, ReadProblem):
            self._report(source.message, source.code, source.help)
            return
        parsed = parse_catalog(source)
        header = parsed.file.header if parsed.file is not None else None
        if isinstance(header, ScenariosHeader):
            self._resolve(FoundScenarios(source, header, place))
        else:
            self.found |= dict.fromkeys(parsed.diagnostics)

    def _resolve(self, scenarios: FoundScenarios) -> None:
        """A file of scenarios: its names are those of the catalog that it is for."""
        source = scenarios.source
        try:
            named = find_catalog(scenarios.catalog)
        except CatalogError as error:
            self.found |= dict.fromkeys(error.diagnostics)
            return
        result = compile_catalog(named.entry, self._reader(named), (source,))
        found = result.diagnostics
        if result.catalog is not None:
            found = in_order((*found, *scenario_dates(result.catalog)))
            self.more_scenarios += sum(each.span.file is source for each in result.catalog.scenarios)
        # The catalog's own mistakes are told when it is checked itself; but they must not go unsaid.
        own = [each for each in found if each.span is not None and each.span.file is source]
        self.found |= dict.fromkeys(own if own or not has_errors(found) else found)


def _is_hidden(file: Path, below: Path) -> bool:
    return any(part.startswith(".") for part in file.relative_to(below).parts)
