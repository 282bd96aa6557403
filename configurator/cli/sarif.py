"""Findings as a SARIF 2.1.0 log: what code hosts and editors read from tools that look at sources.

One run holds everything. Each code that was met becomes a rule with its whole page, so that a reader needs
no other place to look it up; a column counts code points, as everywhere here.
"""

from collections.abc import Iterable
from pathlib import PurePath
from typing import Any
from urllib.parse import quote

from attrs import field, frozen

from configurator import __version__
from configurator.cli.annotations import full_message
from configurator.diagnostics.codes import CODES, render_page
from configurator.diagnostics.diagnostic import Diagnostic, Replacement, Severity
from configurator.source import Position

VERSION = "2.1.0"
SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
"""The name of the published schema; nobody has to fetch it."""

_LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.HINT: "note"}

JsonObject = dict[str, Any]


@frozen
class SarifResult:
    """A finding, as far as SARIF has a place for it.

    Attributes:
        text: message and next steps, a line each.
        file: as people know it; empty for none.
        start: where it begins; `None` when it is about the whole file.
        end: the place just after it; `None` where only the beginning is known.
        fix: how a tool offers the replacements.
        replacements: in files as known to people; empty for none.
    """

    code: str
    severity: Severity
    text: str
    file: str = ""
    start: Position | None = None
    end: Position | None = None
    fix: str = ""
    replacements: tuple[Replacement, ...] = field(default=())


def result_of(diagnostic: Diagnostic) -> SarifResult:
    """A diagnostic as a result."""
    span = diagnostic.span
    return SarifResult(
        diagnostic.code,
        diagnostic.severity,
        full_message(diagnostic),
        span.file.name if span else "",
        span.position if span else None,
        span.end_position if span else None,
        diagnostic.help[0] if diagnostic.help else "the change that is offered",
        diagnostic.replacements,
    )


def result_at(code: str, severity: Severity, text: str, location: str) -> SarifResult:
    """A finding whose place is `file:line:column`, or empty for none."""
    file, line, column = (*location.rsplit(":", 2), "", "")[:3]
    if not (line.isdigit() and column.isdigit()):
        return SarifResult(code, severity, text)
    return SarifResult(code, severity, text, file, Position(int(line), int(column)))


def sarif_log(results: Iterable[SarifResult]) -> JsonObject:
    """A log with one run, as values that `json.dumps` takes; results in the order given."""
    found = tuple(results)
    codes = list(dict.fromkeys(result.code for result in found))
    driver = {"name": "configurator", "version": __version__, "rules": [_rule(code) for code in codes]}
    return {
        "$schema": SCHEMA,
        "version": VERSION,
        "runs": [
            {
                "tool": {"driver": driver},
                "columnKind": "unicodeCodePoints",
                "results": [_result(result, codes.index(result.code)) for result in found],
            }
        ],
    }


def _rule(code: str) -> JsonObject:
    page = CODES[code]
    return {
        "id": code,
        "shortDescription": {"text": page.title},
        "fullDescription": {"text": page.explanation},
        "help": {"text": page.explanation, "markdown": render_page(page)},
    }


def _result(result: SarifResult, rule: int) -> JsonObject:
    told: JsonObject = {
        "ruleId": result.code,
        "ruleIndex": rule,
        "level": _LEVELS[result.severity],
        "message": {"text": result.text},
    }
    if result.file:
        place: JsonObject = {"artifactLocation": _artifact(result.file)}
        if result.start is not None:
            place["region"] = _region(result.start, result.end)
        told["locations"] = [{"physicalLocation": place}]
    if result.replacements:
        told["fixes"] = [_fix(result)]
    return told


def _fix(result: SarifResult) -> JsonObject:
    files = dict.fromkeys(replacement.span.file.name for replacement in result.replacements)
    changes = [
        {
            "artifactLocation": _artifact(file),
            "replacements": [
                {
                    "deletedRegion": _region(each.span.position, each.span.end_position),
                    "insertedContent": {"text": each.text},
                }
                for each in result.replacements
                if each.span.file.name == file
            ],
        }
        for file in files
    ]
    return {"description": {"text": result.fix}, "artifactChanges": changes}


def _artifact(file: str) -> JsonObject:
    path = PurePath(file)
    return {"uri": path.as_uri() if path.is_absolute() else quote(path.as_posix())}


def _region(start: Position, end: Position | None) -> JsonObject:
    region = {"startLine": start.line, "startColumn": start.column}
    if end is not None:
        region |= {"endLine": end.line, "endColumn": end.column}
    return region
