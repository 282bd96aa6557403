"""Rule coverage on the command line: what is wanted, found for the suites that were run, told and written."""

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any, TypeVar

import click
from attrs import frozen
from rich.text import Text

from configurator.authoring.coverage.page import coverage_page
from configurator.authoring.coverage.report import RuleCoverage
from configurator.authoring.coverage.telling import coverage_lines, too_little, total_in_numbers, total_share
from configurator.catalog.model import Scenario
from configurator.cli.exit_codes import ExitCode
from configurator.cli.failures import CommandError
from configurator.cli.file_writing import replace_file
from configurator.cli.inquiry import Inquiry
from configurator.cli.scenario_suites import RunSuite
from configurator.cli.wording import BAD, GOOD
from configurator.configurator import Configurator
from configurator.serialization_testing import rule_coverage_json

Function = TypeVar("Function", bound=Callable[..., Any])

FORMS = ("text", "json", "html")
_PERCENTAGE = re.compile(r"\d{1,3}(?:\.\d{1,6})?", re.ASCII)
_ALL = 100


def read_form(_: click.Context, __: click.Parameter, value: str | None) -> str | None:
    """The form of a coverage: `text`, `json` or `html`.

    Raises:
        BadParameter: it is none.
    """
    if value is not None and value not in FORMS:
        raise click.BadParameter(f"`{value}` is not text, json or html; paths stand before the option")
    return value


def read_percentage(_: click.Context, __: click.Parameter, value: str | None) -> Fraction | None:
    """The share that `80` or `92.5` names.

    Raises:
        BadParameter: it is no percentage.
    """
    if value is None:
        return None
    if not _PERCENTAGE.fullmatch(value) or Fraction(value) > _ALL:
        raise click.BadParameter(f"`{value}` is no percentage; write it like 80 or 92.5")
    return Fraction(value) / _ALL


def coverage_options(function: Function) -> Function:
    """`--rule-coverage`, `--coverage-file`, `--fail-under`."""
    for decorate in (
        click.option(
            "--fail-under",
            callback=read_percentage,
            metavar="PERCENT",
            help="With `--rule-coverage`: exit with 1 where less is covered.",
        ),
        click.option(
            "--coverage-file",
            metavar="FILE",
            help="Write the coverage into this file; `json` and `html` are written only.",
        ),
        click.option(
            "--rule-coverage",
            is_flag=False,
            flag_value="text",
            callback=read_form,
            metavar="[text|json|html]",
            help="Tell which rules, rows, resources and ranges decide in some scenario.",
        ),
    ):
        function = decorate(function)
    return function


@frozen
class CoverageWish:
    """What is wanted.

    Attributes:
        form: one of `FORMS`.
        file: where to write it; empty for standard output.
        least: the share that is enough, from 0 to 1.
    """

    form: str
    file: str
    least: Fraction | None

    @classmethod
    def of(cls, form: str | None, file: str | None, least: Fraction | None) -> "CoverageWish | None":
        """What options say; `None` where no coverage is wanted.

        Raises:
            CommandError: they do not go together.
        """
        if form is None:
            for option in [*(["--coverage-file"] if file else []), *(["--fail-under"] if least else [])]:
                raise CommandError(f"`{option}` is about `--rule-coverage`: add that", ExitCode.USAGE)
            return None
        if form != "text" and not file:
            raise CommandError(
                f"`--rule-coverage {form}` is written into a file",
                ExitCode.USAGE,
                "name it with `--coverage-file`",
            )
        return cls(form, file or "", least)


@frozen
class FoundCoverage:
    """What was found, by the name of each catalog, in the order of the suites.

    Attributes:
        whole: whether all catalogs that were named could be loaded; else nothing is written.
    """

    wish: CoverageWish
    of: Mapping[str, RuleCoverage]
    whole: bool = True

    @classmethod
    def for_runs(cls, inquiry: Inquiry, runs: Sequence[RunSuite], wish: CoverageWish) -> "FoundCoverage":
        """Find out what the scenarios of the suites cover, all those of a catalog together."""
        settings = inquiry.settings
        chosen: dict[int, tuple[Configurator, str, list[Scenario]]] = {}
        for run in runs:
            if run.suite.catalog is not None:
                catalog = run.suite.catalog
                *_, scenarios = chosen.setdefault(id(catalog), (catalog, run.suite.path, []))
                scenarios.extend(run.suite.scenarios)
        names = [catalog.catalog.name for catalog, *_ in chosen.values()]
        with inquiry.screen.waiting("looking for what decides"):
            return cls(
                wish,
                {
                    name if names.count(name) == 1 else f"{name} ({path})": catalog.rule_coverage(
                        scenarios, as_of=settings.as_of, seconds=settings.seconds
                    )
                    for name, (catalog, path, scenarios) in zip(names, chosen.values(), strict=True)
                },
                all(run.suite.catalog is not None for run in runs),
            )

    @property
    def code(self) -> ExitCode:
        """Whether enough is covered; unknown where that hangs on what is undecided."""
        least, found = self.wish.least, self.of.values()
        if least is None or total_share(found) >= least:
            return ExitCode.YES
        return ExitCode.UNKNOWN if total_share(found, at_best=True) >= least else ExitCode.NO

    def lines(self) -> Iterator[Text]:
        """What is told: all of it, or where it is written the shares alone."""
        for name, coverage in self.of.items():
            head, *more = coverage_lines(name, coverage)
            yield Text("")
            yield Text(head, GOOD if coverage else "")
            if not self.wish.file:
                yield from map(Text, more)
        if self.wish.file and self.whole:
            yield Text.assemble(("written to", GOOD), f" {self.wish.file}")
        missed = "" if self.wish.least is None else too_little(self.of.values(), self.wish.least)
        if missed:
            yield Text(missed, BAD)

    @property
    def notes(self) -> tuple[str, ...]:
        """That nothing is written, where something should have been."""
        if not self.wish.file or self.whole:
            return ()
        return (f"no coverage is written to `{self.wish.file}`: not every catalog can be loaded",)

    def write(self) -> None:
        """Write the file, if one is wanted and all of the coverage is known.

        Raises:
            CommandError: it cannot be written.
        """
        if not (self.wish.file and self.whole):
            return
        place = Path(self.wish.file)
        content = self._content().encode()
        try:
            if place.exists():
                replace_file(place, content)
            else:
                place.write_bytes(content)
        except OSError as error:
            reason = (error.strerror or "the system refused").lower()
            message = f"the file `{place}` cannot be written: {reason}"
            raise CommandError(message, ExitCode.ENVIRONMENT) from error

    def _content(self) -> str:
        match self.wish.form:
            case "json":
                return json.dumps(self.json(), ensure_ascii=False, indent=2) + "\n"
            case "html":
                return coverage_page(self.of)
            case _:
                blocks = ("\n".join(coverage_lines(*each)) for each in self.of.items())
                return "\n\n".join(blocks) + "\n"

    def json(self) -> dict[str, Any]:
        """`share` of all together, `None` where nothing is to be covered; `catalogs`: of each."""
        return {
            "share": total_in_numbers(self.of.values()),
            "catalogs": [{"catalog": name, **rule_coverage_json(each)} for name, each in self.of.items()],
        }
