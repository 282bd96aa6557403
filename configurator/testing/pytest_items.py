"""Scenarios as items of pytest: which files hold some, their names and marks, how a failed one is told."""

import os
from collections.abc import Iterable, Iterator, Mapping
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import pytest
from attrs import define, field, frozen

from configurator.authoring.scenarios.outcomes import ScenarioOutcome
from configurator.authoring.scenarios.running import undated
from configurator.authoring.scenarios.telling import block_head, block_lines, in_short
from configurator.catalog.model import Scenario
from configurator.catalog_files import (
    FolderReader,
    find_catalog,
    find_scenarios,
    holds_scenarios,
    is_headed,
    module_mistakes,
)
from configurator.configurator import Configurator
from configurator.diagnostics.diagnostic import Severity
from configurator.diagnostics.rendering import printable, render_text
from configurator.errors import CatalogError
from configurator.testing.pytest_findings import findings_of
from configurator.testing.pytest_options import catalog_date, scenario_timeout

ACTING_MARKS = frozenset(
    {"filterwarnings", "parametrize", "skip", "skipif", "tryfirst", "trylast", "usefixtures", "xfail"}
)
"""Marks by which pytest does something."""
NOT_SELECTABLE = frozenset({"and", "or", "not"})
"""Words that `-m` takes for its own."""
ROUND = str.maketrans("[]", "()")
"""Brackets that mean nothing in ids, for those that do."""


def scenarios_file(file: Path, parent: pytest.Collector) -> pytest.File | None:
    """The collector of a `.pcat` file; `None` for what is not wanted.

    A file that is named on the command line is wanted whatever the patterns say.
    """
    if not parent.session.isinitpath(file) and not _is_wanted(file, parent.config):
        return None
    # What cannot be read is told when it is loaded.
    if is_headed(file) or holds_scenarios(file) or not os.access(file, os.R_OK):
        return ScenariosFile.from_parent(parent, path=file)
    return ModuleFile.from_parent(parent, path=file)


def _is_wanted(file: Path, config: pytest.Config) -> bool:
    root = config.rootpath
    path = file.relative_to(root) if file.is_relative_to(root) else Path(file.name)
    if any(part.startswith(".") for part in path.parts):
        return False
    patterns: list[str] = config.getini("configurator_files")
    return any(fnmatchcase(path.as_posix() if "/" in each else path.name, each) for each in patterns)


# ---------------------------------------------------------------- catalogs


@frozen(eq=False)
class LoadedCatalog:
    """A catalog with where its files lie.

    Attributes:
        shown: the file that begins it, as messages have it.
        reader: gives its files.
    """

    configurator: Configurator
    shown: str
    reader: FolderReader

    def file(self, name: str) -> Path:
        """The file that messages call so."""
        return self.reader.root / name.removeprefix(self.reader.prefix)


@define
class LoadedCatalogs:
    """The catalogs of a session, each loaded once however many files name it."""

    _found: dict[Path, LoadedCatalog | CatalogError] = field(factory=dict, init=False)

    def load(self, path: str) -> LoadedCatalog:
        """The catalog at a path.

        Raises:
            CatalogError: it cannot be loaded.
        """
        place = find_catalog(path)
        assert isinstance(place.reader, FolderReader)
        real = place.reader.root / place.entry
        if real not in self._found:
            self._found[real] = self._loaded(place.entry, place.reader)
        found = self._found[real]
        if isinstance(found, CatalogError):
            raise found
        return found

    def _loaded(self, entry: str, reader: FolderReader) -> LoadedCatalog | CatalogError:
        try:
            return LoadedCatalog(Configurator.from_reader(entry, reader), reader.shown(entry), reader)
        except CatalogError as error:
            return error


CATALOGS = pytest.StashKey[LoadedCatalogs]()


# ---------------------------------------------------------------- files


class ModuleFile(pytest.File):
    """A file without a header: its scenarios belong to the catalogs that import it."""

    def collect(self) -> Iterable[pytest.Item]:
        """Nothing; what is no module either, such as a catalog whose header has a mistake, is an error."""
        found = module_mistakes(self.path, _shown(self.path))
        if found:
            raise self.CollectError(render_text(found))
        return ()


class ScenariosFile(pytest.File):
    """A catalog with its scenarios, or a file of scenarios for one."""

    def collect(self) -> Iterator[pytest.Item]:
        """Yield its scenarios in the order written; a catalog brings those of the files that it imports.

        Raises:
            CollectError: it does not load; the text tells every mistake.
        """
        try:
            loaded, scenarios, places = self._read()
        except CatalogError as error:
            # Where it was raised is nobody's concern who reads it.
            raise self.CollectError(render_text(error.diagnostics)) from None
        asked = loaded.configurator
        findings_of(self.config).add_catalog(loaded.shown, asked)
        as_of = catalog_date(self.config)
        for found in undated(scenarios, asked.catalog, as_of, asked.today):
            if found.severity is Severity.WARNING:
                findings_of(self.config).add_remark(render_text([found]))
        names = node_names(each.title for each in scenarios)
        for name, scenario in zip(names, scenarios, strict=True):
            yield ScenarioItem.from_parent(
                self, name=name, loaded=loaded, scenario=scenario, place=places[scenario.span.file.name]
            )

    def _read(self) -> tuple[LoadedCatalog, tuple[Scenario, ...], Mapping[str, Path]]:
        """The catalog, the scenarios, and the files in which they stand by their names in messages."""
        catalogs = self.config.stash.setdefault(CATALOGS, LoadedCatalogs())
        shown = _shown(self.path)
        if holds_scenarios(self.path):
            loaded = catalogs.load(find_scenarios(shown).catalog)
            return loaded, loaded.configurator.read_scenarios(shown), {shown: self.path}
        loaded = catalogs.load(shown)
        scenarios = loaded.configurator.scenarios
        names = {each.span.file.name for each in scenarios}
        return loaded, scenarios, {name: loaded.file(name) for name in names}


def _shown(file: Path) -> str:
    """A file as messages have it: as seen from here."""
    try:
        return os.path.relpath(file)
    except ValueError:  # on another drive
        return str(file)


def node_names(titles: Iterable[str]) -> list[str]:
    """Titles as parts of node ids, which can be written on the command line: each on one line, without `::`.

    Nor are there brackets: with `[` the parameter of a test begins for pytest. It then takes an id that it
    reads for another one than that of the item, finds nothing again, and writes it otherwise.

    Each once: titles that differ in nothing else get a number.
    """
    names: dict[str, None] = {}
    for title in titles:
        name = title.replace("::", ": :").replace("::", ": :").translate(ROUND)
        name = "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in name)
        number = 1
        while (numbered := name if number == 1 else f"{name} ({number})") in names:
            number += 1
        names[numbered] = None
    return list(names)


# ---------------------------------------------------------------- items


class ScenarioNotMetError(Exception):
    """A scenario did not pass."""

    def __init__(self, outcome: ScenarioOutcome) -> None:
        self.outcome = outcome
        super().__init__(outcome)

    def __str__(self) -> str:
        lines = [" ".join(block_head(self.outcome)), *block_lines(self.outcome)]
        return "\n".join(map(printable, lines))


class ScenarioItem(pytest.Item):
    """A scenario.

    Attributes:
        loaded: its catalog.
        place: the file in which it stands, which a catalog may have imported.
    """

    def __init__(self, *, loaded: LoadedCatalog, scenario: Scenario, place: Path, **kwargs: object) -> None:
        super().__init__(**kwargs)  # type: ignore[arg-type]  # name and parent, as pytest hands them in
        self.loaded = loaded
        self.scenario = scenario
        self.place = place
        # `-k` finds the words of the title as they are written, too.
        self.extra_keyword_matches.add(scenario.title)
        # Readers of JUnit XML find the place here: attributes for it are not in the current form of that.
        line = scenario.span.position.line
        self.user_properties += [("file", self.location[0]), ("line", line)]
        if scenario.todo:
            self.add_marker(pytest.mark.skip(reason="todo scenario"))
            # Or pytest tells what is skipped by file, without lines, as if the mark stood on a whole module.
            self.keywords["pytestmark"] = True
        for tag in scenario.tags:
            self._mark(mark_name(tag))

    def _mark(self, name: str) -> None:
        # Registered first, or `--strict-markers` refuses it.
        if name not in registered_marks(self.config):
            self.config.addinivalue_line("markers", f"{name}: a tag of scenarios")
        self.add_marker(name)

    def runtest(self) -> None:
        """Run it.

        Raises:
            ScenarioNotMetError: it failed, or was not decided in time.
        """
        as_of, seconds = catalog_date(self.config), scenario_timeout(self.config)
        (outcome,) = self.loaded.configurator.test([self.scenario], as_of=as_of, seconds=seconds)
        findings_of(self.config).add_scenario(
            self.loaded.shown, self.loaded.configurator, self.scenario, self.config
        )
        if outcome.state != "passed":
            raise ScenarioNotMetError(outcome)

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        """What was expected, what was got, what decided; of our own mistakes the whole traceback."""
        error = excinfo.value
        if not isinstance(error, ScenarioNotMetError):
            return super().repr_failure(excinfo, style)
        told = excinfo.getrepr(style="value")
        crash = told.reprcrash
        if crash is not None:
            # What is shown in one line is about the scenario, not about where the exception was raised.
            crash.path, crash.lineno = str(self.place), error.outcome.scenario.span.position.line
            crash.message = printable(in_short(error.outcome))
        return told

    def reportinfo(self) -> tuple[Path, int, str]:
        """Where it stands; lines count from 0."""
        name = f'scenario "{printable(self.scenario.title)}"'
        return self.place, self.scenario.span.position.line - 1, name


def mark_name(tag: str) -> str:
    """The mark of a tag: the same word, or `tag_…` where that would make pytest do something else."""
    if tag in ACTING_MARKS or tag in NOT_SELECTABLE or tag.startswith("_"):
        return f"tag_{tag}"
    return tag


def registered_marks(config: pytest.Config) -> set[str]:
    """The names of the marks that are known so far."""
    lines: list[str] = config.getini("markers")
    return {line.split(":")[0].split("(")[0].strip() for line in lines}
