"""What a pytest session finds besides the outcomes of its items: remarks and rule coverage."""

import json
import re
from collections.abc import Iterator, Mapping
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from attrs import define, evolve, field, frozen

from configurator.authoring.coverage.elements import long_tables
from configurator.authoring.coverage.page import coverage_page
from configurator.authoring.coverage.report import RuleCoverage, covered_by
from configurator.authoring.coverage.telling import coverage_lines, too_little, total_in_numbers
from configurator.catalog.model import Scenario
from configurator.configurator import Configurator
from configurator.serialization_testing import rule_coverage_from_json, rule_coverage_json
from configurator.source import SourceFile, Span
from configurator.testing.pytest_options import (
    COVERAGE_FORMS,
    FINDINGS,
    SENT,
    catalog_date,
    said,
    scenario_timeout,
)

PERCENTAGE = re.compile(r"\d{1,3}(?:\.\d{1,6})?", re.ASCII)
ALL = 100

JsonObject = dict[str, Any]


@frozen
class CoverageWish:
    """What is wanted of rule coverage.

    Attributes:
        form: one of `COVERAGE_FORMS`.
        file: where to write it; `None` for the end of pytest's own report.
        least: the share that is enough, from 0 to 1.
    """

    form: str
    file: Path | None
    least: Fraction | None

    @classmethod
    def of(cls, config: pytest.Config) -> "CoverageWish | None":
        """What options and settings say; `None` where no coverage is wanted.

        Raises:
            pytest.UsageError: they cannot be understood, or do not go together.
        """
        form: str | None = config.getoption("rule_coverage")
        file: str | None = config.getoption("rule_coverage_file")
        if form is None:
            for option in ("rule_coverage_file", "rule_coverage_fail_under"):
                if config.getoption(option):
                    name = option.replace("_", "-")
                    raise pytest.UsageError(f"--{name} is about --rule-coverage: add that")
            return None
        if form not in COVERAGE_FORMS:
            message = f"--rule-coverage is text, json or html, not `{form}`; paths stand before the option"
            raise pytest.UsageError(message)
        if form != "text" and not file:
            message = f"--rule-coverage={form} is written into a file: name it with --rule-coverage-file"
            raise pytest.UsageError(message)
        least = said(config, "rule_coverage_fail_under")
        if least and not (PERCENTAGE.fullmatch(least) and Fraction(least) <= ALL):
            raise pytest.UsageError(f"--rule-coverage-fail-under is a percentage such as 92.5, not `{least}`")
        place = config.invocation_params.dir / file if file else None
        return cls(form, place, Fraction(least) / ALL if least else None)


def begin(config: pytest.Config) -> None:
    """Have rule coverage measured, if it is wanted.

    Raises:
        pytest.UsageError: options cannot be understood, or do not go together.
    """
    wish = CoverageWish.of(config)
    if wish is not None:
        config.stash[FINDINGS] = Findings(wish)


def findings_of(config: pytest.Config) -> "Findings":
    """Those of a session, begun where there are none yet."""
    found: Findings = config.stash.setdefault(FINDINGS, Findings())
    return found


@frozen
class CoveredCatalog:
    """A catalog with what is covered of it.

    Attributes:
        name: as in its header.
    """

    name: str
    coverage: RuleCoverage

    def sent(self) -> JsonObject:
        """The same as plain values, with the sources that a page shows."""
        spans = [each.element.span for each in self.coverage.elements]
        files = {each.file.name: each.file.text for each in spans if each is not None}
        return {
            "name": self.name,
            "coverage": rule_coverage_json(self.coverage),
            "spans": [None if each is None else [each.file.name, each.start, each.end] for each in spans],
            "files": files,
        }

    @classmethod
    def received(cls, sent: JsonObject) -> "CoveredCatalog":
        """What `sent` wrote."""
        files = {name: SourceFile(name, text) for name, text in sent["files"].items()}
        coverage = rule_coverage_from_json(sent["coverage"])
        elements = tuple(
            evolve(each, element=evolve(each.element, span=span and Span(files[span[0]], span[1], span[2])))
            for each, span in zip(coverage.elements, sent["spans"], strict=True)
        )
        return cls(sent["name"], evolve(coverage, elements=elements))


@define(eq=False)
class Findings:
    """What was found so far, here and by the workers of pytest-xdist.

    Attributes:
        wish: what is wanted of rule coverage; `None` where it is not.
        remarks: texts to be told at the end, each once.
        catalogs: what is covered, by the file that begins a catalog.
        not_written: why the file of the coverage could not be written; empty where it was, or none is wanted.
        missed: that too little is covered; empty where it is enough.
    """

    wish: CoverageWish | None = None
    remarks: dict[str, None] = field(factory=dict)
    catalogs: dict[str, CoveredCatalog] = field(factory=dict)
    not_written: str = ""
    missed: str = ""

    # ------------------------------------------------------------ finding

    def add_remark(self, text: str) -> None:
        """Have something told at the end."""
        self.remarks[text] = None

    def add_catalog(self, shown: str, catalog: Configurator) -> None:
        """Begin with a catalog of which scenarios are collected, and of which nothing is covered yet."""
        if self.wish is not None and shown not in self.catalogs:
            tables = tuple(each.key for each in long_tables(catalog.catalog))
            nothing = covered_by(catalog.coverage_elements(), (), tables)
            self.catalogs[shown] = CoveredCatalog(catalog.catalog.name, nothing)

    def add_scenario(
        self, shown: str, catalog: Configurator, scenario: Scenario, config: pytest.Config
    ) -> None:
        """Find out what a scenario covers that was run."""
        if self.wish is None:
            return
        before = self.catalogs[shown]
        # Text names no scenarios: what is covered need not be looked at again.
        known = {each.id for each in before.coverage.decided} if self.wish.form == "text" else frozenset()
        found = catalog.scenario_coverage(
            scenario, as_of=catalog_date(config), seconds=scenario_timeout(config), known=known
        )
        more = covered_by(catalog.coverage_elements(), [found])
        self.catalogs[shown] = evolve(before, coverage=before.coverage.merged(more))

    # ------------------------------------------------------------ workers

    def sent(self) -> JsonObject:
        """All of it as plain values."""
        return {
            "remarks": list(self.remarks),
            "catalogs": {shown: each.sent() for shown, each in self.catalogs.items()},
        }

    def take(self, sent: JsonObject) -> None:
        """Add what a worker found."""
        self.remarks.update(dict.fromkeys(sent["remarks"]))
        for shown, each in sent["catalogs"].items():
            new = CoveredCatalog.received(each)
            old = self.catalogs.get(shown)
            merged = new.coverage if old is None else old.coverage.merged(new.coverage)
            self.catalogs[shown] = evolve(new if old is None else old, coverage=merged)

    # ------------------------------------------------------------ the end

    def finish(self, session: pytest.Session) -> None:
        """At the end of a worker send what it found; at the end of all write the file, and judge."""
        output = getattr(session.config, "workeroutput", None)
        if output is not None:
            output[SENT] = self.sent()
            return
        if self.wish is None or session.config.getoption("collectonly"):
            return
        # Whoever misses the share needs the file most.
        self.not_written = self._written()
        self.missed = self._too_little()
        if (self.not_written or self.missed) and session.exitstatus == pytest.ExitCode.OK:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def _too_little(self) -> str:
        if self.wish is None or self.wish.least is None:
            return ""
        if not self.named:
            return "no catalog was collected whose rules could be covered"
        return too_little(self.named.values(), self.wish.least)

    def _written(self) -> str:
        """Write the file, if one is wanted; what came between, or nothing."""
        if self.wish is None or self.wish.file is None:
            return ""
        try:
            self.wish.file.write_text(self._content(self.wish.form), encoding="utf-8")
        except OSError as error:
            return f"the file `{self.wish.file}` cannot be written: {(error.strerror or 'refused').lower()}"
        return ""

    @property
    def named(self) -> Mapping[str, RuleCoverage]:
        """The coverage of each catalog by its name, with its file where several have that name; by file."""
        ordered = sorted(self.catalogs.items())
        names = [each.name for _, each in ordered]
        return {
            each.name if names.count(each.name) == 1 else f"{each.name} ({shown})": each.coverage
            for shown, each in ordered
        }

    def _content(self, form: str) -> str:
        match form:
            case "json":
                told = {
                    "share": total_in_numbers(self.named.values()),
                    "catalogs": [{"catalog": n, **rule_coverage_json(c)} for n, c in self.named.items()],
                }
                return json.dumps(told, ensure_ascii=False, indent=2) + "\n"
            case "html":
                return coverage_page(self.named)
            case _:
                return "\n\n".join("\n".join(coverage_lines(*each)) for each in self.named.items()) + "\n"

    def tell(self, reporter: "pytest.TerminalReporter") -> None:
        """Write what there is to say at the end of pytest's report."""
        if self.remarks:
            reporter.section("catalogs")
            reporter.write_line("\n\n".join(self.remarks))
        if self.wish is not None and not reporter.config.getoption("collectonly"):
            reporter.section("rule coverage")
            for line in self._lines():
                reporter.write_line(line)
            for failure in filter(None, (self.not_written, self.missed)):
                reporter.write_line(failure, red=True, bold=True)

    def _lines(self) -> Iterator[str]:
        """All of it, or where it is written the shares alone."""
        file = self.wish.file if self.wish else None
        for name, coverage in self.named.items():
            head, *more = coverage_lines(name, coverage)
            yield head
            if file is None:
                yield from more
        if file is not None and not self.not_written:
            yield f"written to {file}"
