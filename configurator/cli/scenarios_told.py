"""What came of scenarios in words: for a terminal, and as workflow commands."""

from collections.abc import Iterable, Iterator, Sequence

from rich.text import Text

from configurator.authoring.scenarios.outcomes import (
    NumberUpdate,
    ScenarioOutcome,
    ScenarioReport,
    State,
)
from configurator.authoring.scenarios.telling import HEADS, block_head, block_lines, details
from configurator.cli.annotations import annotation, workflow_command
from configurator.cli.scenario_suites import RunSuite
from configurator.cli.terminal import GAP
from configurator.cli.wording import BAD, DOUBTFUL, FAINT, GOOD, plural

LETTERS: dict[State, str] = {"passed": ".", "failed": "F", "undecided": "?", "skipped": "s"}
STYLES: dict[State, str] = {"passed": GOOD, "failed": BAD, "undecided": DOUBTFUL, "skipped": FAINT}
ORDER: tuple[State, ...] = ("failed", "undecided", "passed", "skipped")


def suite_lines(suites: Sequence[RunSuite]) -> Iterator[Text]:
    """`catalogs/pc.pcat .F.... 1 failed, 5 passed`: a line for each file."""
    width = max((len(run.suite.path) for run in suites), default=0)
    for run in suites:
        line = Text(f"{run.suite.path:<{width}} ")
        if run.report is None:
            yield line.append("E", BAD).append(" not loaded")
        elif not len(run.report):
            yield line.append("no scenarios", FAINT)
        else:
            for outcome in run.report:
                line.append(LETTERS[outcome.state], STYLES[outcome.state])
            yield line.append(f" {numbers([run.report])}")


def numbers(reports: Iterable[ScenarioReport]) -> str:
    """`1 failed, 9 passed, 1 skipped`; states without a scenario are left out."""
    found = tuple(reports)
    totals = {state: sum(report.number(state) for report in found) for state in ORDER}
    return ", ".join(f"{total:,} {state}" for state, total in totals.items() if total)


def summary(suites: Sequence[RunSuite], seconds: float) -> Text:
    """`1 failed, 9 passed, 1 skipped in 0.31 s`."""
    reports = [run.report for run in suites if run.report is not None]
    broken = len(suites) - len(reports)
    bad = broken or any(report.number("failed") for report in reports)
    doubtful = any(report.number("undecided") for report in reports)
    told = [f"{plural(broken, 'file')} not loaded"] if broken else []
    told += [numbers(reports)] if any(len(report) for report in reports) else []
    style = BAD if bad else DOUBTFUL if doubtful else GOOD
    return Text.assemble((", ".join(told) or "no scenarios", style), f" in {seconds:.2f} s")


def failure_lines(suites: Iterable[RunSuite]) -> Iterator[Text]:
    """A block for each scenario that did not pass: what was expected, what was got, what decided."""
    for run in suites:
        for outcome in run.outcomes:
            if outcome.state in HEADS:
                yield Text("")
                yield from _block(outcome)


def _block(outcome: ScenarioOutcome) -> Iterator[Text]:
    head, where = block_head(outcome)
    yield Text.assemble((head, STYLES[outcome.state]), " ", (where, FAINT))
    yield from map(Text, block_lines(outcome))


def update_line(update: NumberUpdate) -> str:
    """`pc.pcat:170:28  price: 800 EUR -> 940.80 EUR`."""
    return f"{update.span.location}{GAP}{update.what}: {update.before} -> {update.after}"


# ---------------------------------------------------------------- workflow commands


def github_lines(suites: Iterable[RunSuite]) -> Iterator[str]:
    """An error at each expectation that was not met, a warning where that is not known; what did not load."""
    for run in suites:
        yield from (annotation(found) for found in run.suite.broken)
        for outcome in run.outcomes:
            for expectation in outcome.expectations:
                if expectation.state != "passed":
                    level = "error" if expectation.state == "failed" else "warning"
                    told = "\n".join(details(expectation))
                    yield workflow_command(level, expectation.location, outcome.title, told)
