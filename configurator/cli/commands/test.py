"""`configurator test`."""

from collections.abc import Sequence
from fractions import Fraction

import click
from rich.text import Text

from configurator.cli.exit_codes import ExitCode
from configurator.cli.failures import MORE_TIME, CommandError
from configurator.cli.inquiry import Answer, Inquiry, count_findings
from configurator.cli.junit import junit_xml
from configurator.cli.number_updates import Updates
from configurator.cli.options import answers, output_options, question_options
from configurator.cli.rule_coverage import CoverageWish, FoundCoverage, coverage_options
from configurator.cli.scenario_suites import RunSuite, Suites
from configurator.cli.scenarios_told import (
    failure_lines,
    github_lines,
    suite_lines,
    summary,
    update_line,
)
from configurator.cli.selection import Selection
from configurator.cli.wording import DOUBTFUL, GOOD, plural
from configurator.diagnostics.diagnostic import Severity
from configurator.diagnostics.rendering import render_text
from configurator.engines.registry import AUTOMATIC, find_engine
from configurator.serialization import CatalogIdentity
from configurator.serialization_scenarios import scenario_json, update_json

EXAMPLES = """\b
Examples:
  configurator test catalogs/
  configurator test bicycle.pcat -k "trail and not belt" --tag smoke
  configurator test bicycle.pcat --update --dry-run
  configurator test catalogs/ --format junit >scenarios.xml
  configurator test catalogs/ --rule-coverage --fail-under 90
"""


@click.command("test", epilog=EXAMPLES)
@click.argument("paths", nargs=-1, required=True, metavar="PATH...")
@click.option(
    "-k",
    "words",
    default="",
    metavar="WORDS",
    help="Only scenarios whose title or tags have this in them: `office and not white`.",
)
@click.option(
    "--tag", "tags", multiple=True, metavar="TAG", help="Only scenarios with this tag, or another one named."
)
@click.option(
    "--update",
    is_flag=True,
    help="Write the numbers that were got into `solutions = …` and `path = …`, after showing them.",
)
@click.option("--dry-run", is_flag=True, help="With `--update`: show the numbers, write nothing.")
@coverage_options
@question_options
@output_options("junit", "github")
@answers("test")
def test(
    inquiry: Inquiry,
    paths: tuple[str, ...],
    words: str,
    tags: tuple[str, ...],
    *,
    update: bool,
    dry_run: bool,
    rule_coverage: str | None,
    coverage_file: str | None,
    fail_under: Fraction | None,
) -> Answer:
    """Run the scenarios of catalogs: what was expected, what was got, which rule decided.

    PATH is a catalog, a file of scenarios (`scenarios for "pc.pcat"`), a folder with all of both below
    it, or `package:NAME`. Scenarios without a day are run as of `--as-of`, else on the catalog's
    `tested on` day, else today. `--timeout` is the time for one scenario.
    """
    if dry_run and not update:
        raise CommandError("`--dry-run` says what `--update` would write: add that", ExitCode.USAGE)
    wish = CoverageWish.of(rule_coverage, coverage_file, fail_under)
    selection = Selection(words, tags)
    runs = run_suites(inquiry, paths, selection)
    updates = Updates.found(runs) if update else Updates()
    told = list(_update_lines(updates, dry_run=dry_run))
    if updates.all and not dry_run:
        if inquiry.settings.form == "text":
            for line in told:
                inquiry.screen.tell(line)
            told = [Text("")]
        updates.write()
        # What the files say now is what counts.
        runs = run_suites(inquiry, paths, selection)
    coverage = FoundCoverage.for_runs(inquiry, runs, wish) if wish else None
    if coverage is not None:
        coverage.write()
    return _answer(inquiry, runs, updates, told, coverage)


def run_suites(inquiry: Inquiry, paths: Sequence[str], selection: Selection) -> list[RunSuite]:
    """Run what is wanted of what the paths name.

    Raises:
        CommandError: nothing is wanted of what there is.
    """
    found = Suites(inquiry, selection.test())
    for path in paths:
        found.add(path)
    suites = [each for each in found.suites if each.broken or each.scenarios or not selection]
    if found.all and selection and not any(each.scenarios for each in suites):
        raise CommandError(
            f"none of {plural(found.all, 'scenario')} is selected",
            ExitCode.USAGE,
            "`-k` looks for parts of titles and tags, `--tag` for whole tags",
        )
    with inquiry.screen.waiting("running scenarios"):
        runs = [found.run(suite) for suite in suites]
    inquiry.findings = [
        each
        for run in runs
        for each in (
            *run.suite.broken,
            *(run.suite.catalog.diagnostics if run.suite.catalog else ()),
            *(run.report.diagnostics if run.report else ()),
        )
    ]
    inquiry.findings = list(dict.fromkeys(inquiry.findings))
    catalogs = {id(run.suite.catalog): run.suite.catalog for run in runs if run.suite.catalog}
    if len(catalogs) == 1:
        (loaded,) = catalogs.values()
        day = inquiry.settings.as_of or loaded.catalog.tested_on or loaded.today()
        inquiry.identity = CatalogIdentity(loaded.catalog.name, loaded.catalog.version, loaded.digest, day)
    inquiry.engine = find_engine(inquiry.settings.engine or AUTOMATIC).name
    return runs


def _update_lines(updates: Updates, *, dry_run: bool) -> list[Text]:
    verb = "would write" if dry_run else "writing"
    lines = [Text.assemble((verb, GOOD), f" {update_line(each)}") for each in updates.all]
    return lines + [Text(f"not written: {update_line(each)} ({why})") for each, why in updates.left]


def _answer(
    inquiry: Inquiry,
    runs: Sequence[RunSuite],
    updates: Updates,
    told: list[Text],
    coverage: FoundCoverage | None,
) -> Answer:
    reports = [run.report for run in runs if run.report is not None]
    failed = any(report.number("failed") for report in reports)
    undecided = any(report.number("undecided") for report in reports)
    if len(reports) < len(runs):
        code = ExitCode.CATALOG
    else:
        code = ExitCode.NO if failed else ExitCode.UNKNOWN if undecided else ExitCode.YES
    if code is ExitCode.YES and coverage is not None:
        code = coverage.code
    status = {ExitCode.YES: "yes", ExitCode.UNKNOWN: "unknown"}.get(code, "no")
    lines: tuple[Text | str, ...]
    match inquiry.settings.form:
        case "junit":
            lines = ()
            inquiry.screen.write(junit_xml(runs, inquiry.elapsed))
        case "github":
            lines = tuple(github_lines(runs))
        case _:
            gap = (
                [Text("")]
                if any(report.number("failed") + report.number("undecided") for report in reports)
                else []
            )
            lines = (*told, *suite_lines(runs), *failure_lines(runs), *gap, summary(runs, inquiry.elapsed))
            lines = (*lines, *(coverage.lines() if coverage else ()))
            _tell_findings(inquiry, runs)
    notes: tuple[Text | str, ...] = (MORE_TIME,) if undecided or code is ExitCode.UNKNOWN else ()
    if coverage is not None and inquiry.settings.form in {"junit", "github"}:
        # Standard output belongs to another program there.
        notes = (*coverage.lines(), *notes)
    result = _result(runs, updates)
    if coverage is not None:
        notes = (*notes, *coverage.notes)
        result["coverage"] = coverage.json()
    return Answer(status, code, result, lines, notes)  # type: ignore[arg-type]  # one of three


def _tell_findings(inquiry: Inquiry, runs: Sequence[RunSuite]) -> None:
    """What kept catalogs from loading is told in full, warnings and hints in short."""
    if inquiry.as_json:
        return
    broken = [found for run in runs for found in run.suite.broken]
    if broken:
        inquiry.screen.complain_as_is(render_text(broken, colour=inquiry.screen.error_colour) + "\n")
    undated = [found for run in runs if run.report is not None for found in run.report.diagnostics]
    grave = [found for found in undated if found.severity is Severity.WARNING]
    told = undated if inquiry.settings.verbose else grave
    if told and not inquiry.settings.quiet:
        inquiry.screen.complain_as_is(render_text(told, colour=inquiry.screen.error_colour) + "\n")
    if len(told) < len(undated):
        inquiry.screen.note(Text.assemble((count_findings(undated), DOUBTFUL), "; `-v` tells more"))


def _result(runs: Sequence[RunSuite], updates: Updates) -> dict[str, object]:
    reports = [run.report for run in runs if run.report is not None]
    return {
        **{
            state: sum(report.number(state) for report in reports)
            for state in ("passed", "failed", "undecided", "skipped")
        },
        "not_loaded": len(runs) - len(reports),
        "files": [
            {
                "path": run.suite.path,
                "catalog": run.suite.catalog.catalog.name if run.suite.catalog else None,
                "digest": run.suite.catalog.digest if run.suite.catalog else None,
                "scenarios": [scenario_json(each) for each in run.outcomes],
            }
            for run in runs
        ],
        "updates": [update_json(each) for each in updates.all],
    }
