"""The scenarios of catalogs and files as a user names them, file by file; what cannot be loaded is told."""

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from attrs import define, field, frozen

from configurator.authoring.scenarios.outcomes import NumberUpdate, ScenarioOutcome, ScenarioReport
from configurator.catalog.model import Scenario
from configurator.catalog_files import (
    FolderReader,
    find_catalog,
    find_scenarios,
    holds_scenarios,
    is_headed,
    module_mistakes,
)
from configurator.cli.inquiry import Inquiry
from configurator.configurator import Configurator
from configurator.diagnostics.diagnostic import Diagnostic, Severity
from configurator.errors import CatalogError

SUFFIX = ".pcat"
SHIPPED = "package:"


@frozen(eq=False)
class Suite:
    """The scenarios of one file, and of what it imports.

    Attributes:
        path: as the user named it, or as it was found.
        catalog: that they are run on; `None` where it cannot be loaded.
        scenarios: those that are wanted.
        broken: why it cannot be loaded.
    """

    path: str
    catalog: Configurator | None
    scenarios: tuple[Scenario, ...] = ()
    broken: tuple[Diagnostic, ...] = ()


@frozen(eq=False)
class RunSuite:
    """A suite with what came of it; without a report where it could not be loaded."""

    suite: Suite
    report: ScenarioReport | None
    seconds: float

    @property
    def outcomes(self) -> tuple[ScenarioOutcome, ...]:
        """What came of each scenario; none where the file could not be loaded."""
        return () if self.report is None else self.report.outcomes

    @property
    def updates(self) -> Iterator[NumberUpdate]:
        """Every number that would make an expectation pass."""
        for outcome in self.outcomes:
            for expectation in outcome.expectations:
                yield from expectation.updates


@define
class Suites:
    """What is found under the paths that a user names.

    Attributes:
        wanted: which scenarios.
        suites: in the order found; each file once.
        all: how many scenarios there are, wanted or not.
    """

    inquiry: Inquiry
    wanted: Callable[[Scenario], bool]
    suites: list[Suite] = field(factory=list)
    all: int = 0
    _seen: set[str] = field(factory=set)
    _catalogs: dict[str, Configurator] = field(factory=dict)

    def add(self, path: str) -> None:
        """Add what a path names."""
        place = Path(path)
        if path.startswith(SHIPPED) or not place.is_dir():
            self._add_file(path)
            return
        files = sorted(each for each in place.rglob(f"*{SUFFIX}") if not _is_hidden(each, place))
        if not files:
            message = f"there is no {SUFFIX} file in the folder `{path}`"
            self._add_broken(path, [Diagnostic("E0201", Severity.ERROR, message, None)])
        for each in files:
            # Modules are tested with the catalogs that import them.
            if is_headed(each) or holds_scenarios(each):
                self._add_file(str(each))
            elif mistakes := module_mistakes(each, str(each)):
                self._add_broken(str(each), mistakes)

    def _add_file(self, path: str) -> None:
        real = path if path.startswith(SHIPPED) else str(Path(path).resolve())
        if real in self._seen:
            return
        self._seen.add(real)
        try:
            if not path.startswith(SHIPPED) and holds_scenarios(Path(path)):
                catalog = self._catalog(find_scenarios(path).catalog)
                scenarios = catalog.read_scenarios(path)
            else:
                catalog = self._catalog(path)
                scenarios = catalog.scenarios
        except CatalogError as error:
            self._add_broken(path, error.diagnostics)
            return
        self.all += len(scenarios)
        self.suites.append(Suite(path, catalog, tuple(each for each in scenarios if self.wanted(each))))

    def _add_broken(self, path: str, found: Iterable[Diagnostic]) -> None:
        self.suites.append(Suite(path, None, broken=tuple(found)))

    def _catalog(self, path: str) -> Configurator:
        """A catalog, loaded and compiled once however many files of scenarios name it."""
        found = find_catalog(path)
        root = found.reader.root if isinstance(found.reader, FolderReader) else Path()
        real = str((root / found.entry).resolve())
        if real not in self._catalogs:
            inquiry = self.inquiry
            self._catalogs[real] = Configurator.load(
                path, engine=inquiry.settings.engine, clock=inquiry.surroundings.now
            )
        return self._catalogs[real]

    def run(self, suite: Suite) -> RunSuite:
        """Run a suite."""
        begun = self.inquiry.elapsed
        if suite.catalog is None:
            return RunSuite(suite, None, 0.0)
        settings = self.inquiry.settings
        report = suite.catalog.test(suite.scenarios, as_of=settings.as_of, seconds=settings.seconds)
        return RunSuite(suite, report, self.inquiry.elapsed - begun)


def _is_hidden(file: Path, below: Path) -> bool:
    return any(part.startswith(".") for part in file.relative_to(below).parts)
