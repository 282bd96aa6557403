"""`configurator analyze`."""

import json
from collections.abc import Iterable, Iterator
from typing import Any

import click
from rich.text import Text

from configurator.authoring.analysis.findings import VOID, Analysis, Finding
from configurator.cli.annotations import LEVELS, workflow_command
from configurator.cli.exit_codes import ExitCode
from configurator.cli.inquiry import Answer, Inquiry
from configurator.cli.options import answers, catalog_argument, output_options, question_options
from configurator.cli.sarif import result_at, sarif_log
from configurator.cli.wording import BAD, DOUBTFUL, FAINT, GOOD, plural, seconds_in_words
from configurator.diagnostics.diagnostic import Severity
from configurator.engines.engine import Unknown
from configurator.serialization_analysis import analysis_json

EXAMPLES = """\b
Examples:
  configurator analyze catalogs/bicycle
  configurator analyze catalogs/desktop_pc --fail-level warning
  configurator analyze catalogs/desktop_pc --as-of 2027-03-01 --json
  configurator analyze catalogs/desktop_pc --format github
"""

STYLES = {Severity.ERROR: BAD, Severity.WARNING: DOUBTFUL, Severity.HINT: FAINT}
GRAVITY = tuple(Severity)
"""The gravest first."""


@click.command("analyze", epilog=EXAMPLES)
@catalog_argument
@click.option(
    "--fail-level",
    type=click.Choice(["error", "warning", "hint"]),
    default="error",
    show_default=True,
    help="The mildest finding that makes the exit code 1.",
)
@question_options
@output_options("github", "sarif")
@answers("analyze")
def analyze(inquiry: Inquiry, catalog: str, fail_level: str, **_: Any) -> Answer:
    """What a catalog says without anybody having written it.

    Whether anything is valid at all, and if not, which rules are to blame; dead components, values that
    cannot be reached, slots that are optional in name only; rules, tables and rows that decide nothing, and
    how much the others decide alone; how tight resources are; the range of prices; slots in which few
    components carry nearly all configurations. Each finding with the fewest rules that make it so.
    """
    asked = inquiry.load(catalog)
    with inquiry.screen.waiting("analyzing"):
        found = asked.analyze(as_of=inquiry.day, seconds=inquiry.settings.seconds)
    result = analysis_json(found)
    if isinstance(found, Unknown):
        return Answer("unknown", ExitCode.UNKNOWN, result, (Text(f"unknown: {found.reason}", DOUBTFUL),))
    lines: tuple[Text | str, ...] = ()
    if inquiry.settings.form == "github":
        lines = tuple(annotations(found.findings))
    elif inquiry.settings.form == "sarif":
        inquiry.screen.write(sarif_of(found.findings))
    else:
        lines = (*told(found.findings), summary(found, inquiry.elapsed))
    failing = GRAVITY[: GRAVITY.index(Severity(fail_level)) + 1]
    if any(finding.severity in failing for finding in found.findings):
        return Answer("no", ExitCode.NO, result, lines)
    if fail_level != "error" and not found.complete:
        return Answer("unknown", ExitCode.UNKNOWN, result, lines)
    return Answer("yes", ExitCode.YES, result, lines)


def told(findings: Iterable[Finding]) -> Iterator[Text]:
    """A line for each finding, beneath it who is to blame and what else there is to say."""
    for finding in findings:
        kind = f"{finding.code} {finding.kind:<14}"
        place = f"   {finding.location.rpartition(':')[0]}" if finding.location else ""
        yield Text.assemble((kind, STYLES[finding.severity]), f" {finding.message}", (place, FAINT))
        for line in details(finding):
            yield Text(f"{'':<{len(kind)}} {line}", FAINT)


def details(finding: Finding) -> Iterator[str]:
    """What stands beneath a finding."""
    if finding.because and finding.code != VOID:
        # What is to blame for a void catalog its notes tell.
        yield f"because of {', '.join(finding.because)}"
    yield from finding.notes


def summary(found: Analysis, elapsed: float) -> Text:
    """`2,036 configurations: 9 warnings, 3 hints (0.3 s)`."""
    numbers = {severity: sum(each.severity is severity for each in found.findings) for severity in GRAVITY}
    words = ", ".join(plural(number, severity.value) for severity, number in numbers.items() if number)
    style = BAD if numbers[Severity.ERROR] else DOUBTFUL if numbers[Severity.WARNING] else GOOD
    total = found.configurations
    counted = "configurations not counted" if isinstance(total, Unknown) else plural(total, "configuration")
    return Text.assemble(f"{counted}: ", (words or "no findings", style), f" ({seconds_in_words(elapsed)})")


# ---------------------------------------------------------------- for programs


def annotations(findings: Iterable[Finding]) -> Iterator[str]:
    """Findings as workflow commands, which GitHub shows beside the lines they are about."""
    for finding in findings:
        title = f"{finding.code} {finding.kind}"
        yield workflow_command(LEVELS[finding.severity], finding.location, title, full_text(finding))


def full_text(finding: Finding) -> str:
    """What a finding tells, a line each."""
    return "\n".join((finding.message, *details(finding)))


def sarif_of(findings: Iterable[Finding]) -> str:
    """Findings as a SARIF log."""
    results = [result_at(each.code, each.severity, full_text(each), each.location) for each in findings]
    return json.dumps(sarif_log(results), ensure_ascii=False, indent=2) + "\n"
