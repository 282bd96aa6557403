"""Differences as JSON, in the published form."""

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Any

from configurator.authoring.declarations import ChangedDeclaration
from configurator.authoring.difference import Difference, Effect, Example, Version
from configurator.authoring.refusals import Refusal
from configurator.authoring.saved_orders import BrokenOrder, OrdersCompared
from configurator.configuration.model import ComponentQuantity, json_value
from configurator.engines.engine import Unknown

JsonObject = dict[str, Any]


def difference_json(found: Difference) -> JsonObject:
    """`old`, `new`, `effect`, `prices`, `changes`, `orders`; `orders` is `null` where none were given."""
    return {
        "old": _version(found.old),
        "new": _version(found.new),
        "effect": _effect(found.effect),
        "prices": sum(change.new_price for change in found.changes),
        "changes": [_change(change) for change in found.changes],
        "orders": None if found.orders is None else _orders(found.orders),
    }


def _version(found: Version) -> JsonObject:
    return {
        "name": found.name,
        "version": found.version,
        "digest": found.digest,
        "as_of": found.as_of.isoformat(),
    }


def _effect(found: Effect | Unknown) -> JsonObject:
    """`kind`, seven numbers (`null` for what was not counted), examples of both, `left_out`, `reason`."""
    if isinstance(found, Unknown):
        numbers: JsonObject = dict.fromkeys(
            ("old", "new", "lost", "gained", "kept", "old_whole", "new_whole")
        )
        return {
            "kind": "unknown",
            **numbers,
            "lost_examples": [],
            "gained_examples": [],
            "left_out": [],
            "reason": found.reason,
        }
    return {
        "kind": found.kind,
        "old": found.old,
        "new": found.new,
        "lost": found.lost,
        "gained": found.gained,
        "kept": found.kept,
        "old_whole": found.old_whole,
        "new_whole": found.new_whole,
        "lost_examples": [_example(example) for example in found.lost_examples],
        "gained_examples": [_example(example) for example in found.gained_examples],
        "left_out": list(found.left_out),
        "reason": found.reason,
    }


def _example(found: Example) -> JsonObject:
    return {
        "configuration": found.configuration.to_dict(),
        "refusals": [_refusal(refusal) for refusal in found.refusals],
    }


def _refusal(found: Refusal) -> JsonObject:
    return {
        "kind": found.kind,
        "rule": found.rule,
        "rows": list(found.rows),
        "places": list(found.places),
        "message": found.message,
        "location": found.location,
    }


def _change(found: ChangedDeclaration) -> JsonObject:
    return {
        "kind": found.kind,
        "what": found.what,
        "name": found.name,
        "only_message": found.only_message,
        "details": [
            {"name": detail.name, "before": detail.before, "after": detail.after} for detail in found.details
        ],
        "location": found.location,
    }


def _orders(found: OrdersCompared) -> JsonObject:
    return {
        "total": found.total,
        "sound": found.sound,
        "mended": found.mended,
        "broken": [_broken(order) for order in found.broken],
        "invalid_before": list(found.invalid_before),
        "unreadable": [{"number": number, "message": message} for number, message in found.unreadable],
        "undecided": [{"number": number, "reason": reason} for number, reason in found.undecided],
    }


def _broken(order: BrokenOrder) -> JsonObject:
    step = order.repair
    return {
        "number": order.number,
        "order": order.id,
        "breakages": [
            {
                "line": each.line,
                "rules": list(each.rules),
                "places": list(each.places),
                "message": each.message,
                "locations": list(each.locations),
            }
            for each in order.breakages
        ],
        "repair": None
        if step is None
        else {
            "line": step.line,
            "place": step.place,
            "before": given_json(step.before),
            "after": json_value(step.after),
            "delta": None if step.delta is None else step.delta.text,
        },
    }


def given_json(value: object) -> Any:
    """A value as it was handed in, as JSON."""
    match value:
        case Mapping():
            return {str(key): given_json(each) for key, each in value.items()}
        case list() | tuple():
            return [given_json(each) for each in value]
        case Decimal():
            return float(value)
        case Fraction() | ComponentQuantity():
            return json_value(value)
        case _:
            return value
