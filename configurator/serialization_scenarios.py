"""What came of scenarios as JSON, in the published form."""

from collections.abc import Iterable
from typing import Any

from configurator.authoring.scenarios.outcomes import (
    Compared,
    ExpectationOutcome,
    NumberUpdate,
    Ruling,
    ScenarioOutcome,
)
from configurator.source import Span

JsonObject = dict[str, Any]


def scenario_json(outcome: ScenarioOutcome) -> JsonObject:
    """`title`, `tags`, `state`, `as_of`, where it stands, `seconds`, `expectations`."""
    return {
        "title": outcome.title,
        "tags": list(outcome.scenario.tags),
        "state": outcome.state,
        "as_of": outcome.as_of.isoformat(),
        **place_json(outcome.scenario.span),
        "seconds": round(outcome.seconds, 3),
        "expectations": [_expectation(each) for each in outcome.expectations],
    }


def _expectation(outcome: ExpectationOutcome) -> JsonObject:
    """`expected`, `got`, `state`, where it stands, `rulings`, `compared`, `notes`, `updates`."""
    return {
        "expected": outcome.expected,
        "got": outcome.got,
        "state": outcome.state,
        **place_json(outcome.span),
        "rulings": [_ruling(each) for each in outcome.rulings],
        "compared": _compared(outcome.compared),
        "notes": list(outcome.notes),
        "updates": [update_json(each) for each in outcome.updates],
    }


def _ruling(ruling: Ruling) -> JsonObject:
    return {
        "kind": ruling.kind,
        "name": ruling.name,
        "holds": ruling.holds,
        "message": ruling.message,
        "location": ruling.location or None,
        "compared": _compared(ruling.compared),
    }


def _compared(found: Iterable[Compared]) -> list[JsonObject]:
    return [{"path": each.path, "value": each.value} for each in found]


def update_json(update: NumberUpdate) -> JsonObject:
    """`what`, `before`, `after`, where it stands."""
    return {"what": update.what, "before": update.before, "after": update.after, **place_json(update.span)}


def place_json(span: Span | None) -> JsonObject:
    """`file`, `line`, `column`; counted from 1."""
    if span is None:
        return {"file": None, "line": None, "column": None}
    return {"file": span.file.name, "line": span.position.line, "column": span.position.column}
