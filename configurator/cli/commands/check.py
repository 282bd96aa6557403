"""`configurator check`."""

import json
from typing import Any

import click
from rich.text import Text

from configurator.cli.annotations import annotation
from configurator.cli.checked_files import CheckedFiles
from configurator.cli.exit_codes import ExitCode
from configurator.cli.failures import CommandError
from configurator.cli.inquiry import Answer, Inquiry
from configurator.cli.mended_files import MendedFiles, difference_lines, mended_files, write_files
from configurator.cli.options import answers, limit_option, output_options
from configurator.cli.sarif import result_of, sarif_log
from configurator.cli.wording import BAD, DOUBTFUL, FAINT, GOOD, plural
from configurator.diagnostics.diagnostic import Diagnostic, Severity
from configurator.diagnostics.rendering import render_text

EXAMPLES = """\b
Examples:
  configurator check catalogs/
  configurator check bicycle.pcat --fail-level warning
  configurator check catalogs/ --fix
  configurator check catalogs/ --format sarif > findings.sarif
"""


@click.command("check", epilog=EXAMPLES)
@click.argument("paths", nargs=-1, required=True, metavar="PATH...")
@click.option(
    "--fix",
    is_flag=True,
    help="Mend what can be mended unseen: another spelling of the same, never a guess.",
)
@click.option("--diff", is_flag=True, help="Show what `--fix` would change, and change nothing.")
@click.option(
    "--fail-level",
    type=click.Choice(["error", "warning", "hint"]),
    default="error",
    show_default=True,
    help="The mildest finding that makes the exit code 1; errors that keep a catalog from loading make it 3.",
)
@limit_option("How many findings to tell at most; 0 for all (the default).")
@output_options("github", "sarif")
@answers("check")
def check(inquiry: Inquiry, paths: tuple[str, ...], fail_level: str, *, fix: bool, diff: bool) -> Answer:
    """Find every mistake in catalogs: syntax, names, types, units, tables, dates. Nothing is solved.

    PATH is a file, a folder with all `.pcat` files below it, or `package:NAME`. Files with a header
    are loaded with all they import; files that none of them imports are still read. Beside mistakes it
    tells what is unused, missing in a table, covered twice, out of date or easily taken for something else.
    """
    if fix and diff:
        raise CommandError(
            "`--fix` and `--diff` are two wishes", ExitCode.USAGE, "`--diff` shows what `--fix` would do"
        )
    if diff:
        return _difference(inquiry, mended_files(paths))
    mended = mended_files(paths) if fix else None
    if mended is not None:
        write_files(mended)
    checked = mended.checked if mended else _checked(paths)
    numbers = {level: sum(found.severity is level for found in checked.findings) for level in Severity}
    # Quiet: only what keeps a catalog from loading.
    grave = [found for found in checked.findings if found.severity is Severity.ERROR]
    told = (grave if inquiry.settings.quiet else list(checked.findings))[: inquiry.settings.limit or None]
    inquiry.findings = told
    inquiry.identity = checked.identity(inquiry)
    status, code = _verdict(numbers, fail_level)
    result = _result(checked, numbers)
    if mended is not None:
        result["fixed"] = [_fixed(found) for found in mended.applied]
    if inquiry.as_json:
        return Answer("yes" if status else "no", code, result)
    _tell_findings(inquiry, told)
    notes = _mended_notes(mended) if mended else []
    if len(told) < len(checked.findings):
        notes.append(f"{plural(len(checked.findings) - len(told), 'finding')} not shown")
    summary = _summary(inquiry, numbers, result)
    if inquiry.settings.form == "text":
        return Answer("yes" if status else "no", code, result, (summary,), tuple(notes))
    return Answer("yes" if status else "no", code, result, (), (*notes, summary))


def _checked(paths: tuple[str, ...]) -> CheckedFiles:
    checked = CheckedFiles()
    for path in paths:
        checked.add(path)
    return checked


def _tell_findings(inquiry: Inquiry, told: list[Diagnostic]) -> None:
    """Here the findings are the data."""
    screen = inquiry.screen
    match inquiry.settings.form:
        case "sarif":
            log = sarif_log(result_of(found) for found in told)
            screen.write(json.dumps(log, ensure_ascii=False, indent=2) + "\n")
        case "github":
            screen.write("".join(f"{annotation(found)}\n" for found in told))
        case _ if told:
            screen.write(render_text(told, colour=screen.colour) + "\n\n")


def _result(checked: CheckedFiles, numbers: dict[Severity, int]) -> dict[str, Any]:
    return {
        "errors": numbers[Severity.ERROR],
        "warnings": numbers[Severity.WARNING],
        "hints": numbers[Severity.HINT],
        "files": len(checked.files),
        "rules": sum(len(catalog.restrictions) for catalog in checked.catalogs),
        "scenarios": sum(len(catalog.scenarios) for catalog in checked.catalogs) + checked.more_scenarios,
        "catalogs": [
            {"name": each.name, "version": each.version, "digest": each.digest} for each in checked.catalogs
        ],
    }


# ---------------------------------------------------------------- mending


def _difference(inquiry: Inquiry, mended: MendedFiles) -> Answer:
    lines = list(difference_lines(mended))
    result = {"difference": lines, "fixed": [_fixed(found) for found in mended.applied]}
    count = plural(len(mended.applied), "mistake")
    note = f"`--fix` would mend {count} in {plural(len(mended.contents), 'file')}"
    if not inquiry.as_json:
        inquiry.screen.write("".join(f"{line}\n" for line in lines))
    code = ExitCode.NO if mended.applied else ExitCode.YES
    return Answer("no" if mended.applied else "yes", code, result, (), (note,))


def _fixed(found: Diagnostic) -> dict[str, Any]:
    return {"code": found.code, "message": found.message, "location": found.location}


def _mended_notes(mended: MendedFiles) -> list[Text | str]:
    told: list[Text | str] = [
        Text.assemble(("mended", GOOD), f" {found.location}  {found.code}", (f"  {found.message}", FAINT))
        for found in mended.applied
    ]
    count = plural(len(mended.applied), "mistake")
    return [*told, f"{count} mended in {plural(len(mended.contents), 'file')}" if told else "nothing to mend"]


# ---------------------------------------------------------------- the end


def _verdict(numbers: dict[Severity, int], fail_level: str) -> tuple[bool, ExitCode]:
    if numbers[Severity.ERROR]:
        return False, ExitCode.CATALOG
    counted = {"error": 0, "warning": numbers[Severity.WARNING]}
    failing = counted.get(fail_level, sum(numbers.values()))
    return not failing, ExitCode.NO if failing else ExitCode.YES


def _summary(inquiry: Inquiry, numbers: dict[Severity, int], result: dict[str, Any]) -> Text:
    found = ", ".join(plural(number, severity.value) for severity, number in numbers.items() if number)
    style = BAD if numbers[Severity.ERROR] else DOUBTFUL if found else GOOD
    details = [
        plural(result["rules"], "rule, resource or table", "rules, resources and tables"),
        plural(result["scenarios"], "scenario"),
        f"{inquiry.elapsed * 1000:.0f} ms",
    ]
    return Text.assemble(
        (found or "no findings", style), f" in {plural(result['files'], 'file')} ({', '.join(details)})"
    )
