"""Answers as JSON, in the published forms, and JSON from strangers as plain values.

The only place that knows cattrs, and the only one that decides how an answer is written: command line,
services and tests share it. Every form is an object whose keys are always all there.
"""

import json
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any, Literal

from attrs import frozen
from cattrs import Converter

from configurator.acceptance.decision import LineConflict, LineOpen
from configurator.acceptance.screening import ScreenedConfiguration
from configurator.availability.balances import StockBalance
from configurator.availability.reservations import Reservation
from configurator.availability.stock_import import ImportLine, ImportPlan
from configurator.configuration.completion import Completed, Completion, NotCompletable, WishOutcome
from configurator.configuration.domains import (
    AssemblyOffers,
    ElementOffer,
    IdenticalOffers,
    InstanceOffers,
    MixedOffer,
    MixedOffers,
    NumberOffers,
    Offer,
    PlaceOffers,
    QuantityOffer,
    SetOffers,
    ValidDomains,
    ValueOffers,
)
from configurator.configuration.enumeration import Count
from configurator.configuration.inspection import Inspection
from configurator.configuration.model import Configuration, InstanceValue, JsonValue, PlaceValue, json_value
from configurator.configuration.offer_reasons import HasReason, OfferReason
from configurator.configuration.outlook import Availability
from configurator.configuration.pricing import Amount, Priced, PriceRanges
from configurator.configuration.reasons import (
    ByDefault,
    ChosenByCustomer,
    Excluded,
    Forced,
    NotForced,
    Possible,
    PriceReason,
    Why,
    WhyNot,
)
from configurator.configuration.repairs import Change, Repair, Repairs, Unrepairable
from configurator.configuration.saved import SavedConfiguration
from configurator.configuration.validation import Incomplete, Invalid, Valid, Verdict
from configurator.diagnostics.diagnostic import Diagnostic
from configurator.diagnostics.rendering import to_json as diagnostic_to_json
from configurator.engines.engine import Unknown
from configurator.errors import OrderError
from configurator.explanation.conflict import Conflict, Conflicts
from configurator.explanation.derivation import Derivation, Step
from configurator.explanation.evidence import (
    DecisionEvidence,
    EffectivityEvidence,
    Evidence,
    RuleEvidence,
    StockEvidence,
    WishEvidence,
)
from configurator.serialization_stock import balance_json, import_line_json, reservation_json

SCHEMA = 1
"""The version of all forms together; it rises when a key changes its meaning or goes."""

JsonObject = dict[str, Any]
Status = Literal["yes", "no", "unknown"]


FindReason = Callable[[HasReason], OfferReason]
"""Tells the reason of an offer, or that there is no time for that."""


@frozen
class CatalogIdentity:
    """Which catalog, on which day, an answer is about."""

    name: str
    version: str
    digest: str
    as_of: date


# ---------------------------------------------------------------- the envelope


def envelope(
    *,
    version: str,
    command: str,
    catalog: CatalogIdentity | None,
    status: Status,
    result: JsonObject,
    diagnostics: Iterable[JsonObject],
    elapsed_ms: float,
) -> JsonObject:
    """The one object that every command prints.

    Args:
        version: of this library.
        command: the command's words, such as `stock import`.
        catalog: `None` where no catalog was asked, or none could be loaded.
        status: `unknown` also where a failure kept the question from being answered.
        result: the command's own form; empty after a failure.
        diagnostics: findings about the catalog, and failures, in the order told.
        elapsed_ms: from the command's start.
    """
    return {
        "configurator": {"version": version, "schema": SCHEMA},
        "command": command,
        "catalog": None if catalog is None else to_json(catalog),
        "status": status,
        "result": result,
        "diagnostics": list(diagnostics),
        "elapsed_ms": round(elapsed_ms, 1),
    }


def diagnostic_json(diagnostic: Diagnostic) -> JsonObject:
    """A finding about a catalog: code, severity, message, file, range, labels, fixes, help."""
    return diagnostic_to_json(diagnostic)


def failure_json(message: str, help_lines: Iterable[str] = ()) -> JsonObject:
    """What kept a question from being answered, in the form of a diagnostic without code and place."""
    return {
        "code": None,
        "severity": "error",
        "message": message,
        "file": None,
        "range": None,
        "labels": [],
        "fixes": [],
        "help": list(help_lines),
    }


# ---------------------------------------------------------------- results


def count_json(answer: Count | Unknown) -> JsonObject:
    """`count`, `exact`, `combinations`; without a count `null` and the `reason`."""
    if isinstance(answer, Unknown):
        return {"count": None, "exact": False, "combinations": None, "reason": answer.reason}
    return {"count": answer.value, "exact": True, "combinations": answer.combinations}


def verdict_json(verdict: Verdict) -> JsonObject:
    """`verdict`, `conflicts`, `open`, `notices`, `witness`; for `unknown` also the `reason`."""
    form: JsonObject = {"verdict": "valid", "conflicts": [], "open": [], "notices": [], "witness": None}
    match verdict:
        case Valid(notices=notices):
            form["notices"] = to_json(notices)
        case Incomplete(open=still_open, witness=witness):
            form |= {"verdict": "incomplete", "open": list(still_open), "witness": to_json(witness)}
        case Invalid(conflicts=conflicts):
            form |= {"verdict": "invalid", "conflicts": to_json(conflicts)}
        case Unknown(reason=reason):
            form |= {"verdict": "unknown", "reason": reason}
    return form


def options_json(
    answer: ValidDomains | Unknown,
    conflicts: tuple[Conflict, ...] = (),
    reasons: FindReason | None = None,
) -> JsonObject:
    """`options` by path, in the form that each kind of place has; `conflicts` where nothing is left.

    Args:
        answer: what can be chosen.
        conflicts: why nothing can.
        reasons: finds the reason of each offer; `None` leaves reasons out.
    """
    if isinstance(answer, Unknown):
        return {"options": None, "conflicts": [], "reason": answer.reason}
    return {
        "options": {
            path: to_json(offers) if reasons is None else _reasoned_offers(path, offers, reasons)
            for path, offers in answer.of.items()
        },
        "conflicts": to_json(conflicts),
    }


def prices_json(answer: PriceRanges | Unknown) -> JsonObject:
    """`prices` by path: of each value still possible `least` and `most`, which is `null` where not known."""
    if isinstance(answer, Unknown):
        return {"prices": None, "reason": answer.reason}
    return {
        "prices": {
            path: [{"value": json_value(value), **to_json(told)} for value, told in values]
            for path, values in answer.items()
        }
    }


def cheapest_json(answer: tuple[Priced, ...] | NotCompletable | Unknown, calc: str) -> JsonObject:
    """`by`, and `cheapest`, each `configuration` and `amount`; without an answer `null` and the `reason`."""
    match answer:
        case Unknown(reason=reason):
            return {"by": calc, "cheapest": None, "reason": reason}
        case NotCompletable():
            return {"by": calc, "cheapest": []}
        case _:
            return {"by": calc, "cheapest": [to_json(each) for each in answer]}


def completion_json(answer: Completion, conflicts: tuple[Conflict, ...] = ()) -> JsonObject:
    """`configuration`, `calcs`, `chosen`, `bundled`, `defaults`, `not_kept`, `wishes`.

    Where nothing is found `conflicts` tells why, where it is not known the `reason`.
    """
    form: JsonObject = {
        "configuration": None,
        "calcs": {},
        "chosen": [],
        "bundled": [],
        "defaults": [],
        "not_kept": [],
        "wishes": [],
        "conflicts": to_json(conflicts),
    }
    if isinstance(answer, Completed):
        form |= {
            "configuration": answer.configuration.to_dict(),
            "calcs": dict(answer.configuration.calcs),
            "chosen": list(answer.chosen),
            "bundled": list(answer.bundled),
            "defaults": list(answer.defaults),
            "not_kept": to_json(answer.not_kept),
            "wishes": to_json(answer.wishes),
        }
        form |= _numbered(answer)
    if isinstance(answer, Unknown):
        form["reason"] = answer.reason
    return form


def _numbered(answer: Completed) -> JsonObject:
    """`places`, where there are instances of assemblies: these as the choices number them."""
    held = (each for value in answer.configuration.values() for each in _parts(value))
    if not any(isinstance(each, InstanceValue) for each in held):
        return {}
    return {"places": {path: json_value(value) for path, value in answer.places}}


def _parts(value: PlaceValue) -> Iterable[object]:
    return value if isinstance(value, tuple) else (value,)


def _wish(found: WishOutcome) -> JsonObject:
    unknown = isinstance(found.why, Unknown)
    value = None
    if found.number is not None:
        value = {"number": json_value(found.number), "text": found.reached}
    return {
        "kind": found.kind,
        "name": found.name,
        "text": found.text,
        "state": found.state.replace(" ", "_"),
        "location": found.location or None,
        "message": found.message or None,
        "value": value,
        "why": None if unknown or found.why is None else to_json(found.why),
        "reason": found.why.reason if isinstance(found.why, Unknown) else None,
    }


def screened_json(screened: ScreenedConfiguration) -> JsonObject:
    """`configuration`, `buildable`, `shortages`."""
    return {"configuration": screened.configuration.to_dict(), **availability_json(screened)}


def availability_json(screened: ScreenedConfiguration) -> JsonObject:
    """`buildable` and `shortages` of a configuration."""
    return {"buildable": screened.buildable, "shortages": to_json(screened.shortages)}


def import_json(plan: ImportPlan, *, dry_run: bool) -> JsonObject:
    """`items` that an import names, `changed` of them, `broken` reservations, what is `missing`."""
    return {
        "items": to_json(plan.lines),
        "changed": len(plan.changes),
        "broken": to_json(plan.broken),
        "missing": [
            {"component": sku, "location": location, "missing": number}
            for sku, location, number in plan.missing
        ],
        "dry_run": dry_run,
    }


def inspection_json(found: Inspection) -> JsonObject:
    """An inspection: its attributes, days as `from` and `to`."""
    first, last = found.in_force
    told: JsonObject = to_json(found)
    told["in_force"] = {
        "from": first.isoformat() if first else None,
        "to": last.isoformat() if last else None,
    }
    return told


def repairs_json(
    answer: Repairs | Unrepairable | Unknown, applied: Mapping[str, JsonValue] | None = None
) -> JsonObject:
    """`repairs`, `more`, `conflicts` where nothing helps, `choices` with a repair applied if one was.

    Without an answer `repairs` is `null`, and there is the `reason`.
    """
    form: JsonObject = {
        "repairs": [],
        "more": False,
        "conflicts": [],
        "choices": None if applied is None else dict(applied),
    }
    match answer:
        case Unknown(reason=reason):
            form |= {"repairs": None, "reason": reason}
        case Unrepairable(conflicts=conflicts):
            form["conflicts"] = to_json(conflicts)
        case _:
            form |= {"repairs": to_json(answer.repairs), "more": answer.more}
    return form


# ---------------------------------------------------------------- reasons


def conflicts_json(answer: Conflicts | Unknown) -> JsonObject:
    """`conflicts` and whether they are all (`complete`); where unknown `null` and the `reason`."""
    if isinstance(answer, Unknown):
        return {"conflicts": None, "complete": False, "reason": answer.reason}
    return {"conflicts": to_json(answer.conflicts), "complete": answer.complete}


def reason_json(answer: Why | WhyNot) -> JsonObject:
    """`answer` and the `value` in words; beside them what the answer is made of.

    | `answer`       | further keys                                            |
    |----------------|---------------------------------------------------------|
    | `excluded`     | `derivation`, `conflict`, `retreats`, `nothing_valid`   |
    | `possible`     | `price_delta` (or `null`), `instead`                    |
    | `forced`       | `derivation`, `conflict`                                |
    | `chosen`       | `choice`                                                |
    | `default`      | `location`                                              |
    | `not_forced`   | `others`                                                |
    | `unknown`      | `reason`; no value                                      |
    """
    match answer:
        case Excluded(text=text, derivation=derivation, conflict=conflict, retreats=retreats) as excluded:
            void = excluded.nothing_valid
            return {
                "answer": "excluded",
                "value": text,
                "derivation": to_json(derivation),
                "conflict": to_json(conflict),
                "retreats": to_json(retreats),
                "nothing_valid": None if void is None else to_json(void),
            }
        case Possible(text=text, price_delta=delta, instead=instead):
            return {
                "answer": "possible",
                "value": text,
                "price_delta": None if delta is None else to_json(delta),
                "instead": instead,
            }
        case Forced(text=text, because=derivation, conflict=conflict):
            told = {"derivation": to_json(derivation), "conflict": to_json(conflict)}
            return {"answer": "forced", "value": text, **told}
        case ChosenByCustomer(text=text, choice=choice):
            return {"answer": "chosen", "value": text, "choice": choice}
        case ByDefault(text=text, location=location):
            return {"answer": "default", "value": text, "location": location}
        case NotForced(text=text, others=others):
            return {"answer": "not_forced", "value": text, "others": [json_value(each) for each in others]}
        case Unknown(reason=reason):
            return {"answer": "unknown", "reason": reason}


def price_reason_json(answer: PriceReason | NotCompletable | Unknown) -> JsonObject:
    """`configuration`, `lines`, `total`; without an answer `null`, and of an unknown one the `reason`."""
    match answer:
        case PriceReason(configuration=configuration, lines=lines, total=total):
            return {
                "configuration": to_json(configuration),
                "lines": [
                    {
                        "place": line.place,
                        "title": line.title,
                        "value": json_value(line.value),
                        "amount": to_json(line.amount),
                        "provenance": line.provenance,
                        "cheaper": line.cheaper
                        and {"value": json_value(line.cheaper.value), "amount": to_json(line.cheaper.amount)},
                    }
                    for line in lines
                ],
                "total": to_json(total),
            }
        case Unknown(reason=reason):
            return {"configuration": None, "lines": [], "total": None, "reason": reason}
        case NotCompletable():
            return {"configuration": None, "lines": [], "total": None}


def _conflict(found: Conflict) -> JsonObject:
    # The witnesses are for checking within the process: they are numbers of values.
    return {
        "rules": list(found.rules),
        "rows": to_json(found.rows),
        "choices": list(found.choices),
        "stock": list(found.stock),
        "message": found.message,
        "locations": list(found.locations),
        "not_in_force": list(found.not_in_force),
        "bundles": list(found.bundles),
        "minimal": found.minimal,
        "evidence": [_evidence(each) for each in found.evidence],
    }


def _evidence(found: Evidence) -> JsonObject:
    match found:
        case RuleEvidence():
            return {
                "kind": found.kind,
                "rule": found.rule,
                "what": found.what,
                "message": found.message,
                "location": found.location,
                "rows": list(found.rows),
            }
        case DecisionEvidence(place=place, text=text, bundle=bundle):
            return {"kind": found.kind, "place": place, "text": text, "bundle": bundle or None}
        case StockEvidence(component=component, text=text, until=until):
            day = None if until is None else until.isoformat()
            return {"kind": found.kind, "component": component, "text": text, "until": day}
        case EffectivityEvidence(component=component, place=place, text=text, bundle=bundle):
            told = {"component": component, "place": place, "text": text, "bundle": bundle or None}
            return {"kind": found.kind, **told}
        case WishEvidence(wish=wish, text=text, location=location):
            return {"kind": found.kind, "wish": wish, "text": text, "location": location or None}


def _derivation(found: Derivation) -> JsonObject:
    return {"supposed": found.supposed, "steps": [_step(step) for step in found.steps]}


def _step(step: Step) -> JsonObject:
    return {
        "text": step.text,
        "premises": [premise.text for premise in step.premises],
        "readings": [premise.reading for premise in step.premises if premise.reading],
        "by": [_evidence(each) for each in step.by],
        "conclusion": [left.text for left in step.conclusion],
    }


# ---------------------------------------------------------------- one value


def to_json(value: object) -> Any:
    """Any answer or part of one as values that `json.dumps` takes; keys in the order of the attributes."""
    return _CONVERTER.unstructure(value)


def _line_conflict(found: LineConflict) -> JsonObject:
    return {"line": found.line, **to_json(found.conflict)}


def _line_open(found: LineOpen) -> JsonObject:
    return {"line": found.line, "open": list(found.open)}


def _reasoned_offers(place: str, offers: PlaceOffers, find: FindReason) -> Any:
    """The form of a place with `reason` in each offer, and `state` in each component of a mixed slot."""

    def reason(offer: HasReason) -> JsonObject | None:
        return offer_reason_json(place, find(offer))

    match offers:
        case ValueOffers(offers=values):
            return [{**_offer(each), "reason": reason(each)} for each in values]
        case IdenticalOffers(offers=quantities):
            components = [{**_quantity_offer(each), "reason": reason(each)} for each in quantities]
            nothing = reason(offers.nothing)
            return {**_identical_offers(offers), "components": components, "absent_reason": nothing}
        case MixedOffers(offers=mixed):
            components = [
                {**_mixed_offer(each), "state": each.state, "reason": reason(each)} for each in mixed
            ]
            return {**_mixed_offers(offers), "components": components}
        case NumberOffers():
            return {**_number_offers(offers), "reason": reason(offers)}
        case SetOffers(elements=elements):
            return {"elements": [{**_element_offer(each), "reason": reason(each)} for each in elements]}
        case AssemblyOffers(distinct=instances):
            told = [
                {
                    **_instance_state(each),
                    "reason": offer_reason_json(each.path, find(each)),
                    "options": {
                        name: _reasoned_offers(f"{each.path}.{name}", inner, find)
                        for name, inner in each.items()
                    },
                }
                for each in instances
            ]
            return {**_assembly_offers(offers), "instances": told}


def offer_reason_json(place: str, reason: OfferReason) -> JsonObject | None:
    """`answer` as in `reason_json`, `rules`, `choices` that take part, `message`; `null` for what is free.

    Args:
        place: whose offer it is; told among the choices only where its own choice takes part.
        reason: of the offer.
    """
    form: JsonObject = {"answer": "unknown", "rules": [], "choices": [], "message": ""}
    match reason:
        case None:
            return None
        case Excluded(conflict=conflict, retreats=retreats):
            own = any(retreat.place == place for retreat in retreats)
            choices = [path for path in conflict.choices if own or path != place]
            told = {"rules": list(conflict.rules), "choices": choices, "message": conflict.message}
            return {**form, "answer": "excluded", **told}
        case Forced(conflict=conflict):
            told = {"rules": list(conflict.rules), "choices": list(conflict.choices)}
            return {**form, "answer": "forced", **told, "message": conflict.message}
        case Possible(instead=instead):
            return {**form, "answer": "possible", "choices": [place], "message": f"`{instead}` is chosen"}
        case ChosenByCustomer(choice=choice):
            return {**form, "answer": "chosen", "choices": [place], "message": f"`{choice}` is chosen"}
        case ByDefault(text=text, location=location):
            return {**form, "answer": "default", "message": f"`{text}` is the default: {location}"}
        case NotForced(text=text):
            return {**form, "answer": "not_forced", "message": f"`{text}` is not forced"}
        case Unknown(reason=why):
            return {**form, "message": why}


def _offer(offer: Offer) -> JsonObject:
    return {"value": json_value(offer.value), "state": offer.state, **_availability(offer.availability)}


def _availability(found: Availability | Unknown | None) -> JsonObject:
    """From when on something can be built: `now`, `from` with the `day`, `none`; nothing without stock."""
    match found:
        case None:
            return {}
        case Unknown(reason=reason):
            return {"availability": {"when": None, "day": None, "reason": reason}}
        case Availability(when=when, day=day):
            return {"availability": {"when": when, "day": None if day is None else day.isoformat()}}


def _value_offers(found: ValueOffers) -> list[Any]:
    return [_offer(offer) for offer in found.offers]


def _quantity_offer(found: QuantityOffer) -> JsonObject:
    return {
        "component": found.component,
        "lowest": found.lowest,
        "highest": found.highest,
        "state": found.state,
        **_availability(found.availability),
    }


def _mixed_offer(found: MixedOffer) -> JsonObject:
    return {
        "component": found.component,
        "highest": found.highest,
        **_availability(found.availability),
    }


def _element_offer(found: ElementOffer) -> JsonObject:
    return {"element": found.element, "state": found.state, **_availability(found.availability)}


def _identical_offers(found: IdenticalOffers) -> JsonObject:
    return {"components": to_json(found.offers), "absent": found.absent}


def _mixed_offers(found: MixedOffers) -> JsonObject:
    return {"components": to_json(found.offers), "fewest": found.fewest, "most": found.most}


def _amount(found: Amount) -> JsonObject:
    return {"number": json_value(found.number), "text": found.text}


def _change(found: Change) -> JsonObject:
    return {
        "place": found.place,
        "before": json_value(found.before),
        "after": json_value(found.after),
        "at_least": found.at_least,
    }


def _repair(found: Repair) -> JsonObject:
    return {
        "changes": to_json(found.changes),
        "weight": found.weight,
        "delta": None if found.delta is None else to_json(found.delta),
        "keys": list(found.keys),
        "choices": dict(found.choices),
    }


def _number_offers(found: NumberOffers) -> JsonObject:
    return {"intervals": [[json_value(each.low), json_value(each.high)] for each in found.intervals]}


def _assembly_offers(found: AssemblyOffers) -> JsonObject:
    """Of instances of which nothing is said the first stands for all."""
    instances = [
        {**_instance_state(each), "options": {name: to_json(inner) for name, inner in each.items()}}
        for each in found.distinct
    ]
    return {"fewest": found.fewest, "most": found.most, "instances": instances}


def _instance_state(found: InstanceOffers) -> JsonObject:
    state = {"path": found.path, "state": found.state, "absent": found.absent}
    return {**state, **_availability(found.availability)}


def _converter() -> Converter:
    converter = Converter()
    # Where the published form is the class, attribute by attribute, cattrs makes it; others are written out.
    converter.register_unstructure_hook(date, date.isoformat)
    converter.register_unstructure_hook(Configuration, Configuration.to_dict)
    converter.register_unstructure_hook(SavedConfiguration, SavedConfiguration.to_dict)
    converter.register_unstructure_hook(Reservation, reservation_json)
    converter.register_unstructure_hook(StockBalance, balance_json)
    converter.register_unstructure_hook(ImportLine, import_line_json)
    converter.register_unstructure_hook(LineConflict, _line_conflict)
    converter.register_unstructure_hook(LineOpen, _line_open)
    converter.register_unstructure_hook(WishOutcome, _wish)
    converter.register_unstructure_hook(Amount, _amount)
    converter.register_unstructure_hook(Conflict, _conflict)
    converter.register_unstructure_hook(Derivation, _derivation)
    converter.register_unstructure_hook(QuantityOffer, _quantity_offer)
    converter.register_unstructure_hook(MixedOffer, _mixed_offer)
    converter.register_unstructure_hook(ElementOffer, _element_offer)
    converter.register_unstructure_hook(ValueOffers, _value_offers)
    converter.register_unstructure_hook(IdenticalOffers, _identical_offers)
    converter.register_unstructure_hook(MixedOffers, _mixed_offers)
    converter.register_unstructure_hook(NumberOffers, _number_offers)
    converter.register_unstructure_hook(AssemblyOffers, _assembly_offers)
    converter.register_unstructure_hook(Change, _change)
    converter.register_unstructure_hook(Repair, _repair)
    return converter


_CONVERTER = _converter()


# ---------------------------------------------------------------- reading

LARGEST_JSON = 10_000_000
"""Bytes of the largest JSON text that is read."""
DEEPEST_JSON = 40
"""Levels of lists and objects within each other."""
LONGEST_NUMBER = 40
"""Characters of the longest number."""


def parse_json(data: bytes, name: str) -> Any:
    """JSON from a stranger: numbers with a fraction as `Decimal`, nothing that means two things.

    Args:
        data: UTF-8, with or without a byte order mark.
        name: what to call it in messages.

    Raises:
        OrderError: it is no JSON, too large or too deep, names a key twice in one object, or holds
            `NaN`, `Infinity`, an absurd number, or half of a character.
    """
    if len(data) > LARGEST_JSON:
        raise OrderError([f"{name}: larger than {LARGEST_JSON:,} bytes"])
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise OrderError(
            [f"{name}:{line}: not UTF-8: byte {data[error.start]:#04x}; save the file as UTF-8"]
        ) from error
    try:
        value = json.loads(
            text,
            object_pairs_hook=_object,
            parse_int=_whole,
            parse_float=_decimal,
            parse_constant=_constant,
        )
    except json.JSONDecodeError as error:
        raise OrderError([f"{name}:{error.lineno}:{error.colno}: {_decode_problem(error, text)}"]) from error
    except _JsonProblemError as error:
        raise OrderError([f"{name}: {error}"]) from error
    except RecursionError as error:
        raise OrderError([f"{name}: {_TOO_DEEP}"]) from error
    problem = _content_problem(value)
    if problem:
        raise OrderError([f"{name}: {problem}"])
    return value


_TOO_DEEP = f"more than {DEEPEST_JSON} lists and objects within each other"


class _JsonProblemError(Exception):
    pass


def _object(pairs: list[tuple[str, Any]]) -> JsonObject:
    found: JsonObject = {}
    for key, value in pairs:
        if key in found:
            raise _JsonProblemError(f"the key `{_shortened(key)}` stands twice in one object")
        found[key] = value
    return found


def _whole(text: str) -> int:
    # Bounded before it is read: thousands of digits are slow to read, and Python refuses them at last.
    if len(text) > LONGEST_NUMBER:
        raise _JsonProblemError(f"the number `{_shortened(text)}` is absurdly large")
    return int(text)


def _decimal(text: str) -> Decimal:
    try:
        number = Decimal(text)
    except InvalidOperation as error:
        raise _JsonProblemError(f"the number `{_shortened(text)}` cannot be read") from error
    if len(text) > LONGEST_NUMBER or abs(number.adjusted()) > LONGEST_NUMBER:
        raise _JsonProblemError(f"the number `{_shortened(text)}` is absurdly long, large or small")
    return number


def _constant(text: str) -> Any:
    raise _JsonProblemError(f"`{text}` is no number that JSON knows")


def _decode_problem(error: json.JSONDecodeError, text: str) -> str:
    if not text.strip():
        return "the text is empty, an order as JSON was expected"
    message = error.msg[:1].lower() + error.msg[1:]
    return f"this is no JSON: {message}"


def _content_problem(value: Any) -> str:
    """What is wrong with values that could be read, empty when nothing is."""
    level: list[Any] = [value]
    depth = 0
    while level:
        depth += 1
        if depth > DEEPEST_JSON:
            return _TOO_DEEP
        below: list[Any] = []
        for item in level:
            inside = [*item, *item.values()] if isinstance(item, Mapping) else item
            if isinstance(inside, list):
                below.extend(inside)
            elif isinstance(inside, str) and any("\ud800" <= char <= "\udfff" for char in inside):
                return f"the text {_shortened(inside)!a} holds half of a character"
        level = below
    return ""


def _shortened(text: str) -> str:
    return text if len(text) <= 30 else f"{text[:30]}…"
