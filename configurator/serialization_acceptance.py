"""Answers about orders and about what can be built as JSON, in the published forms."""

from typing import Any

from configurator.acceptance.costs import OrderCost
from configurator.acceptance.decision import (
    Accepted,
    Available,
    Decision,
    LineAlternatives,
    OrderIncomplete,
    Promised,
    RejectedInvalid,
    RejectedUnavailable,
)
from configurator.acceptance.nearest import Nearest, Proposal, Unbuildable
from configurator.acceptance.promising import LinePromise, OrderPromise, ToProcure
from configurator.availability.answers.buildable import Buildable
from configurator.availability.answers.promise import PromisedComponent
from configurator.configuration.pricing import Amount
from configurator.configuration.validation import Incomplete, Invalid
from configurator.engines.engine import Unknown
from configurator.explanation.conflict import Conflict
from configurator.serialization import to_json

JsonObject = dict[str, Any]


def decision_json(decision: Decision | Available) -> JsonObject:
    """What became of an order: `decision`, and what it is made of; keys that do not apply are empty.

    `decision` is `accepted`, `available`, `rejected_invalid`, `rejected_unavailable`, `incomplete` or
    `unknown`, which has a `reason` besides.
    """
    form: JsonObject = {
        "decision": "unknown",
        "reservation": None,
        "promise": None,
        "to_procure": [],
        "price": None,
        "cost": None,
        "shortages": [],
        "possible_on": None,
        "alternatives": [],
        "conflicts": [],
        "open": [],
        "configurations": [],
        "key": None,
        "replayed": False,
    }
    match decision:
        case Accepted():
            form |= {
                "decision": "accepted",
                "reservation": to_json(decision.reservation),
                "promise": order_promise_json(decision.promise),
                "to_procure": [to_procure_json(each) for each in decision.to_procure],
                "price": _amount(decision.price),
                "cost": cost_json(decision.cost),
                "configurations": to_json(decision.configurations),
                "key": decision.key,
                "replayed": decision.replayed,
            }
        case Available():
            form |= {
                "decision": "available",
                "promise": order_promise_json(decision.promise),
                "to_procure": [to_procure_json(each) for each in decision.promise.to_procure],
                "price": _amount(decision.price),
                "cost": cost_json(decision.cost),
                "configurations": to_json(decision.configurations),
            }
        case RejectedInvalid(conflicts=conflicts):
            form |= {"decision": "rejected_invalid", "conflicts": to_json(conflicts)}
        case RejectedUnavailable():
            form |= {
                "decision": "rejected_unavailable",
                "promise": order_promise_json(decision.promise),
                "shortages": to_json(decision.shortages),
                "possible_on": to_json(decision.possible_on),
                "too_early": list(decision.too_early),
                "alternatives": [_alternatives(each) for each in decision.alternatives],
                "key": decision.key,
                "replayed": decision.replayed,
            }
        case OrderIncomplete(lines=lines):
            form |= {"decision": "incomplete", "open": to_json(lines)}
        case Unknown(reason=reason):
            form["reason"] = reason
    return form


def promised_json(answer: Promised | RejectedInvalid | OrderIncomplete | Unknown) -> JsonObject:
    """`promise`, `price`, `cost`, `configurations`; `conflicts` or `open` where nothing can be promised."""
    form: JsonObject = {
        "promise": None,
        "price": None,
        "cost": None,
        "conflicts": [],
        "open": [],
        "configurations": [],
    }
    match answer:
        case Promised():
            form |= {
                "promise": order_promise_json(answer.promise),
                "price": _amount(answer.price),
                "cost": cost_json(answer.cost),
                "configurations": to_json(answer.configurations),
            }
        case RejectedInvalid(conflicts=conflicts):
            form["conflicts"] = to_json(conflicts)
        case OrderIncomplete(lines=lines):
            form["open"] = to_json(lines)
        case Unknown(reason=reason):
            form["reason"] = reason
    return form


def nearest_json(answer: Nearest | Unbuildable | Unknown, most: int | None = None) -> JsonObject:
    """`proposals`, at most so many, `more`, `more_changes`, `proved`, `conflicts` where nothing can be built.

    Where it is not known, `proposals` is `null`, and there is the `reason`.
    """
    form: JsonObject = {
        "proposals": [],
        "more": False,
        "more_changes": 0,
        "proved": False,
        "conflicts": [],
    }
    match answer:
        case Nearest(proposals=proposals):
            shown = proposals[:most]
            told = [proposal_json(each) for each in shown]
            form |= {
                "proposals": told,
                "more": len(shown) < len(proposals),
                "more_changes": answer.more_changes,
                "proved": answer.proved,
            }
        case Unbuildable(conflicts=conflicts):
            form |= {"proved": True, "conflicts": to_json(conflicts)}
        case Unknown(reason=reason):
            form |= {"proposals": None, "reason": reason}
    return form


def buildable_json(answer: Buildable | Invalid | Incomplete | Unknown) -> JsonObject:
    """`quantity` (`null` for any number), `unlimited`, `day`, `components`, `bottleneck`, `seq`.

    Where nothing valid was asked about, `conflicts` or `open` says why, where it is not known the `reason`.
    """
    form: JsonObject = {
        "quantity": None,
        "unlimited": False,
        "day": None,
        "components": [],
        "bottleneck": [],
        "seq": None,
        "conflicts": [],
        "open": [],
    }
    match answer:
        case Buildable():
            components = [
                {
                    "component": each.sku,
                    "location": each.location,
                    "needed": each.needed,
                    "available": each.available,
                    "pieces": each.pieces,
                    "known": each.known,
                }
                for each in answer.components
            ]
            form |= {
                "quantity": answer.quantity,
                "unlimited": answer.quantity is None,
                "day": to_json(answer.day),
                "components": components,
                "bottleneck": list(answer.bottleneck),
                "seq": answer.seq,
            }
        case Invalid(conflicts=conflicts):
            form["conflicts"] = to_json(conflicts)
        case Incomplete(open=still_open):
            form["open"] = list(still_open)
        case Unknown(reason=reason):
            form["reason"] = reason
    return form


# ---------------------------------------------------------------- parts of answers


def order_promise_json(found: OrderPromise | None) -> JsonObject | None:
    """`day`, `on_time`, `pacing`, `reason`, `lines`, `to_procure`, `today`, `seq`; `null` without one."""
    if found is None:
        return None
    return {
        "day": to_json(found.day),
        "on_time": found.on_time,
        "pacing": found.pacing.sku if found.pacing else None,
        "reason": found.reason,
        "lines": [_line_promise(line) for line in found.lines],
        "to_procure": [to_procure_json(each) for each in found.to_procure],
        "today": found.today.isoformat(),
        "seq": found.seq,
    }


def _line_promise(found: LinePromise) -> JsonObject:
    return {
        "line": found.line,
        "wanted": to_json(found.wanted),
        "day": to_json(found.day),
        "begin": to_json(found.begin),
        "on_time": found.on_time,
        "assembly_days": found.assembly,
        "pacing": found.pacing.sku if found.pacing else None,
        "reason": found.reason,
        "components": [_promised_component(each) for each in found.components],
    }


def _promised_component(found: PromisedComponent) -> JsonObject:
    return {
        "component": found.sku,
        "quantity": found.quantity,
        "location": found.location,
        "day": to_json(found.day),
        "most": found.most,
        "known": found.known,
        "sources": [
            {
                "kind": source.kind.value,
                "quantity": source.quantity,
                "day": source.day.isoformat(),
                "location": source.location,
                "supply": source.supply,
            }
            for source in found.sources
        ],
    }


def to_procure_json(found: ToProcure) -> JsonObject:
    """`component`, `quantity`, `policy`, `order_by`, `due`."""
    return {
        "component": found.sku,
        "quantity": found.quantity,
        "policy": found.policy.value,
        "order_by": found.order_by.isoformat(),
        "due": found.due.isoformat(),
    }


def cost_json(found: OrderCost | None) -> JsonObject | None:
    """`amount`, what of it `components` and `assembly` are, and components of `unknown` cost."""
    if found is None:
        return None
    return {
        "amount": _amount(found.amount),
        "components": _amount(found.components),
        "assembly": _amount(found.assembly),
        "unknown": list(found.unknown),
    }


def _amount(found: Amount | None) -> Any:
    return None if found is None else to_json(found)


def _alternatives(found: LineAlternatives) -> JsonObject:
    if isinstance(found.proposals, Unknown):
        return {"line": found.line, "proposals": None, "reason": found.proposals.reason}
    return {"line": found.line, "proposals": [proposal_json(each) for each in found.proposals]}


def proposal_json(found: Proposal) -> JsonObject:
    """`day`, `begin`, `changes`, `weight`, `delta`, `choices`, `reasons` (one per change), `waits`."""
    return {
        "day": found.day.isoformat(),
        "begin": found.begin.isoformat(),
        "changes": to_json(found.changes),
        "weight": found.weight,
        "delta": _amount(found.delta),
        "choices": dict(found.choices),
        "reasons": [_reason(each) for each in found.reasons],
        "waits": found.waits,
    }


def _reason(found: Conflict | Unknown) -> JsonObject | None:
    return None if isinstance(found, Unknown) else to_json(found)
