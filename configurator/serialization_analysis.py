"""Analyses as JSON, in the published form."""

from typing import Any

from configurator.acceptance.stock_analysis import Choke, StockAnalysis, StockDead
from configurator.authoring.analysis.findings import (
    Analysis,
    FamilyShares,
    Finding,
    PriceSpan,
    ResourceLeft,
    RuleWeight,
    VoidCatalog,
)
from configurator.configuration.model import Configuration, json_value
from configurator.configuration.outlook import Availability
from configurator.configuration.pricing import Amount, Priced
from configurator.engines.engine import Unknown

JsonObject = dict[str, Any]


def stock_analysis_json(found: StockAnalysis | Unknown) -> JsonObject:
    """`seq`, `need_by`, `times`, `configurations`, `buildable`, `dead`, `chokes`; else the `reason`."""
    if isinstance(found, Unknown):
        return {"configurations": None, "buildable": None, "dead": [], "chokes": [], "reason": found.reason}
    return {
        "seq": found.seq,
        "need_by": None if found.on is None else found.on.isoformat(),
        "times": found.times,
        "configurations": _count(found.valid),
        "buildable": _count(found.buildable),
        "dead": [_dead(each) for each in found.dead],
        "chokes": [_choke(each) for each in found.chokes],
    }


def _dead(found: StockDead) -> JsonObject:
    form: JsonObject = {"component": found.component, "place": found.place, "rules": [], "stock": []}
    match found.conflict:
        case Unknown(reason=reason):
            form["message"] = reason
        case conflict:
            told = {"rules": list(conflict.rules), "stock": list(conflict.stock)}
            form |= {**told, "message": conflict.message}
    return {**form, "availability": _availability(found.availability)}


def _availability(found: Availability | Unknown) -> JsonObject:
    if isinstance(found, Unknown):
        return {"when": None, "day": None, "reason": found.reason}
    return {"when": found.when, "day": None if found.day is None else found.day.isoformat()}


def _choke(found: Choke) -> JsonObject:
    return {"component": found.component, "units": found.units, "gained": _count(found.gained)}


def analysis_json(found: Analysis | Unknown) -> JsonObject:
    """`configurations`, `findings`, `weights`, `resources`, `prices`, `families`, `void`, `undecided`."""
    if isinstance(found, Unknown):
        return {
            "configurations": None,
            "findings": [],
            "weights": [],
            "resources": [],
            "prices": None,
            "families": [],
            "void": None,
            "undecided": {"analysis": found.reason},
        }
    return {
        "configurations": _count(found.configurations),
        "findings": [finding_json(each) for each in found.findings],
        "weights": [_weight(each) for each in found.weights],
        "resources": [_resource(each) for each in found.resources],
        "prices": None if found.prices is None else _prices(found.prices),
        "families": [_family(each) for each in found.families],
        "void": None if found.void is None else _void(found.void),
        "undecided": {topic: unknown.reason for topic, unknown in found.open.items()},
    }


def finding_json(found: Finding) -> JsonObject:
    """A finding: its attributes, with `kind` and `severity`."""
    return {
        "code": found.code,
        "kind": found.kind,
        "severity": found.severity.value,
        "message": found.message,
        "about": list(found.about),
        "location": found.location,
        "because": list(found.because),
        "notes": list(found.notes),
        "witness": _configuration(found.witness),
    }


def _count(found: int | Unknown) -> int | None:
    return None if isinstance(found, Unknown) else found


def _configuration(found: Configuration | None) -> JsonObject | None:
    return None if found is None else found.to_dict()


def _weight(found: RuleWeight) -> JsonObject:
    return {"rule": found.rule, "alone": _count(found.alone), "witness": _configuration(found.witness)}


def _resource(found: ResourceLeft) -> JsonObject:
    return {
        "resource": found.resource,
        "least": _amount(found.least),
        "witness": _configuration(found.witness),
        "enough": None if found.enough is None else _amount(found.enough),
    }


def _prices(found: PriceSpan) -> JsonObject:
    return {"cheapest": _priced(found.cheapest), "dearest": _priced(found.dearest)}


def _priced(found: Priced | None) -> JsonObject | None:
    if found is None:
        return None
    return {"amount": _amount(found.amount), "configuration": _configuration(found.configuration)}


def _amount(found: Amount) -> JsonObject:
    """As everywhere: the number and its text."""
    return {"number": json_value(found.number), "text": found.text}


def _family(found: FamilyShares) -> JsonObject:
    return {
        "slot": found.slot,
        "components": [
            {"component": share.component, "configurations": share.configurations}
            for share in found.components
        ],
    }


def _void(found: VoidCatalog) -> JsonObject:
    return {
        "conflicts": [list(rules) for rules in found.conflicts],
        "complete": found.complete,
        "drops": [list(rules) for rules in found.drops],
        "empty": list(found.empty),
    }
