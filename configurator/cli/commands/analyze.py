"""`configurator analyze`."""

import json
from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any

import click
from rich.text import Text

from configurator.acceptance.stock_analysis import StockAnalysis
from configurator.authoring.analysis.findings import VOID, Analysis, Finding
from configurator.availability.snapshot import StockSnapshot
from configurator.cli.annotations import LEVELS, workflow_command
from configurator.cli.asked_stock import AskedStock, stock_options
from configurator.cli.exit_codes import ExitCode
from configurator.cli.failures import CommandError
from configurator.cli.inquiry import Answer, Inquiry
from configurator.cli.options import answers, catalog_argument, output_options, question_options
from configurator.cli.sarif import result_at, sarif_log
from configurator.cli.wording import BAD, DOUBTFUL, FAINT, GOOD, STRONG, plural, seconds_in_words
from configurator.configurator import Configurator
from configurator.diagnostics.diagnostic import Severity
from configurator.engines.engine import Unknown
from configurator.serialization_analysis import analysis_json, stock_analysis_json

EXAMPLES = """\b
Examples:
  configurator analyze catalogs/bicycle
  configurator analyze catalogs/desktop_pc --fail-level warning
  configurator analyze catalogs/desktop_pc --as-of 2027-03-01 --json
  configurator analyze catalogs/desktop_pc --format github
  configurator analyze catalogs/desktop_pc --stock stock.csv --need-by 2026-12-01
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
@stock_options()
@question_options
@output_options("github", "sarif")
@answers("analyze")
def analyze(inquiry: Inquiry, catalog: str, fail_level: str, **more: Any) -> Answer:
    """What a catalog says without anybody having written it.

    Whether anything is valid at all, and if not, which rules are to blame; dead components, values that
    cannot be reached, slots that are optional in name only; rules, tables and rows that decide nothing, and
    how much the others decide alone; how tight resources are; the range of prices; slots in which few
    components carry nearly all configurations. Each finding with the fewest rules that make it so.
    With stock, instead: how much of the catalog can be built, which components are in nothing that can be
    built, why and until when, and by which ones that are short most configurations are lost.
    """
    stock = AskedStock.read(inquiry, more)
    asked = inquiry.load(catalog)
    if stock.snapshot is not None:
        return _under_stock(inquiry, asked, stock.snapshot, stock.on)
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


def _under_stock(inquiry: Inquiry, asked: Configurator, snapshot: StockSnapshot, on: date | None) -> Answer:
    """What stock leaves of the catalog.

    Raises:
        CommandError: a form is asked for that only tells about the catalog's text.
    """
    if inquiry.settings.form not in {"text", "json"}:
        told = f"`--format {inquiry.settings.form}` tells about a catalog, not about stock"
        raise CommandError(told, ExitCode.USAGE)
    with inquiry.screen.waiting("analyzing"):
        found = asked.stock_analysis(snapshot, on=on, as_of=inquiry.day, seconds=inquiry.settings.seconds)
    result = stock_analysis_json(found)
    if isinstance(found, Unknown):
        return Answer("unknown", ExitCode.UNKNOWN, result, (Text(f"unknown: {found.reason}", DOUBTFUL),))
    lines = tuple(stock_lines(found))
    if isinstance(found.buildable, Unknown):
        return Answer("unknown", ExitCode.UNKNOWN, result, lines)
    return (
        Answer("yes", ExitCode.YES, result, lines)
        if found.buildable
        else Answer("no", ExitCode.UNAVAILABLE if found.valid else ExitCode.NO, result, lines)
    )


MOST_CHOKES = 10
"""How many components that are short are told at a terminal, those first by which most is lost."""


def stock_lines(found: StockAnalysis) -> Iterator[Text]:
    """How much can be built; what is in nothing of it; by what most is lost."""
    for what, number in (("valid configurations", found.valid), ("of them can be built", found.buildable)):
        told = ("not counted", DOUBTFUL) if isinstance(number, Unknown) else (f"{number:,}", STRONG)
        yield Text.assemble(told, f" {what}")
    skus = [*(each.component for each in found.dead), *(each.component for each in found.chokes)]
    width = max(map(len, skus), default=0)
    shared = _why_nothing(found)
    if shared:
        yield Text.assemble("  ", (shared, FAINT))
    if found.dead:
        yield Text("")
        yield Text(f"in nothing that can be built: {plural(len(found.dead), 'component')}")
    for each in found.dead:
        when = "not known until when" if isinstance(each.availability, Unknown) else str(each.availability)
        until = "until further notice" if when == "none" else when
        why = each.conflict.reason if isinstance(each.conflict, Unknown) else each.conflict.message
        # What keeps anything at all from being built is told once, above.
        why = "" if why == shared else why
        when_and_why = (f"  {until:<20}  ", (why, FAINT)) if why else (f"  {until}",)
        yield Text.assemble("  ", (f"{each.component:<{width}}", STRONG), *when_and_why)
    telling = [each for each in found.chokes if each.gained != 0]
    if telling:
        yield Text("")
        yield Text("with plenty of one of these alone there would be so many more")
    for choke in telling[:MOST_CHOKES]:
        gained = "not counted" if isinstance(choke.gained, Unknown) else f"+{choke.gained:,}"
        yield Text.assemble("  ", (f"{choke.component:<{width}}", STRONG), f"  {gained}")
    if len(telling) > MOST_CHOKES:
        yield Text(f"  and {len(telling) - MOST_CHOKES} more", FAINT)


def _why_nothing(found: StockAnalysis) -> str:
    """Why nothing at all can be built, where stock alone says so; otherwise empty."""
    if found.buildable != 0:
        return ""
    reasons = {each.conflict.message for each in found.dead if not isinstance(each.conflict, Unknown)}
    return reasons.pop() if len(reasons) == 1 else ""


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
