"""What stock says as JSON, in the published forms."""

import json
from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

from configurator.availability.answers.atp import AtpTable
from configurator.availability.answers.pegging import Peg, Unpegged
from configurator.availability.answers.shortages import StockShortages
from configurator.availability.balances import StockBalance
from configurator.availability.changes import StockChange
from configurator.availability.ledger import StockEvent, StockMovement
from configurator.availability.masters import ItemMaster
from configurator.availability.reservations import Reservation, ReservedLine
from configurator.availability.stock_import import ImportLine
from configurator.availability.supply import Commitment, Supply
from configurator.catalog.values import format_number
from configurator.configuration.model import json_value

JsonObject = dict[str, Any]


def balance_json(found: StockBalance) -> JsonObject:
    """The counters of an item at a location, and what is `free` of it."""
    return {
        "component": found.sku,
        "location": found.location,
        "on_hand": found.on_hand,
        "held": found.held,
        "allocated": found.allocated,
        "planned": found.planned,
        "needed_later": found.needed_later,
        "floor": found.floor,
        "free": found.free,
    }


def reservation_json(found: Reservation) -> JsonObject:
    """`id`, `order`, `state`, `lines`, `created`, `expires_at`, `priority`, `promised`."""
    return {
        "id": found.id,
        "order": found.order,
        "state": found.state.value,
        "lines": [reserved_line_json(line) for line in found.lines],
        "created": found.created.isoformat(),
        "expires_at": found.expires_at.isoformat() if found.expires_at else None,
        "priority": found.priority,
        "promised": _day(found.promised),
    }


def reserved_line_json(line: ReservedLine) -> JsonObject:
    """`component`, `quantity`, `location`, `needed` (`null` for what lies there), `consumed`."""
    return {
        "component": line.sku,
        "quantity": line.quantity,
        "location": line.location,
        "needed": _day(line.needed),
        "consumed": line.consumed,
    }


def supply_json(found: Supply) -> JsonObject:
    """`supply` (its id), `component`, `location`, `due`, `quantity`, `received`, `open`, `firm`.

    Then `reservation`: the one for which it is bought or made, or `null`.
    """
    return {
        "supply": found.id,
        "component": found.sku,
        "location": found.location,
        "due": found.due.isoformat(),
        "quantity": found.quantity,
        "received": found.received,
        "open": found.open,
        "firm": found.firm,
        "reservation": found.reservation or None,
    }


def commitment_json(found: Commitment) -> JsonObject:
    """`component`, `location`, `needed`, `quantity`, `reservation`, `order`."""
    return {
        "component": found.sku,
        "location": found.location,
        "needed": found.needed.isoformat(),
        "quantity": found.quantity,
        "reservation": found.reservation,
        "order": found.order,
    }


def master_json(found: ItemMaster) -> JsonObject:
    """`component`, `policy`, `lead_time` in days, `cost`; what is open is `null`."""
    return {
        "component": found.sku,
        "policy": found.policy.value if found.policy else None,
        "lead_time": found.lead_time,
        "cost": money_json(found.cost, found.currency),
    }


def money_json(amount: Decimal | None, currency: str | None) -> JsonObject | None:
    """`number` and `text` of an amount, `null` without one."""
    if amount is None:
        return None
    number = Fraction(amount)
    return {"number": json_value(number), "text": f"{format_number(number, money=True)} {currency}"}


def import_line_json(line: ImportLine) -> JsonObject:
    """`component`, `before` (`null` for a new one), `after`, `promised`."""
    return {"component": line.sku, "before": line.before, "after": line.after, "promised": line.promised}


def change_json(change: StockChange, told: Mapping[str, object], **more: object) -> JsonObject:
    """What was booked in the command's own words, then `seq`, `broken` reservations and `replayed`."""
    return {
        **told,
        **more,
        "seq": change.seq,
        "broken": [reservation_json(each) for each in change.broken],
        "replayed": change.replayed,
    }


def event_json(event: StockEvent) -> JsonObject:
    """`seq`, `kind`, `at`, `actor`, `reservation`, `payload` (see the kind), `movements`."""
    return {
        "seq": event.seq,
        "kind": event.kind.value,
        "at": event.at.isoformat(),
        "actor": event.actor,
        "reservation": event.reservation,
        "payload": json.loads(event.payload),
        "movements": [_movement(each) for each in event.movements],
    }


def _movement(found: StockMovement) -> JsonObject:
    return {
        "component": found.sku,
        "location": found.location,
        "on_hand": found.on_hand,
        "held": found.held,
        "allocated": found.allocated,
        "planned": found.planned,
    }


def all_json(form: Any, values: Iterable[Any]) -> list[JsonObject]:
    """Each of the values in that form."""
    return [form(each) for each in values]


def atp_json(found: AtpTable) -> JsonObject:
    """What can be promised of an item: its counters, how it is had, and `days` with what happens on each."""
    return {
        "component": found.sku,
        "location": found.location,
        "known": found.known,
        "on_hand": found.on_hand,
        "promised": found.promised,
        "floor": found.floor,
        "policy": found.policy.value,
        "lead_time": found.lead_time,
        "unlimited_from": _day(found.unlimited_from),
        "days": [
            {
                "day": row.day.isoformat(),
                "receipts": row.receipts,
                "planned": row.planned,
                "commitments": row.commitments,
                "projected": row.projected,
                "discrete": row.discrete,
                "promisable": row.promisable,
                "unlimited": row.unlimited,
            }
            for row in found.rows
        ],
    }


def peg_json(found: Peg) -> JsonObject:
    """`component`, `location`, `quantity`, `needed`, `reservation`, `order`, `supply`, `day`, `late`."""
    return {
        "component": found.sku,
        "location": found.location,
        "quantity": found.quantity,
        "needed": _day(found.needed),
        "reservation": found.reservation or None,
        "order": found.order or None,
        "supply": found.supply,
        "day": _day(found.day),
        "late": found.is_late,
    }


def unpegged_json(found: Unpegged) -> JsonObject:
    """`component`, `location`, `quantity`, `supply`, `day`."""
    return {
        "component": found.sku,
        "location": found.location,
        "quantity": found.quantity,
        "supply": found.supply,
        "day": found.day.isoformat(),
    }


def shortages_json(found: StockShortages) -> JsonObject:
    """`late` promises, `overdue` supplies, `low` shelves, the day (`today`) and `seq`."""
    return {
        "late": [peg_json(each) for each in found.late],
        "overdue": [supply_json(each) for each in found.overdue],
        "low": [
            {
                "component": each.sku,
                "location": each.location,
                "unpromised": each.unpromised,
                "floor": each.floor,
                "below": each.below,
                "coming": each.coming,
                "expected": _day(each.expected),
            }
            for each in found.low
        ],
        "today": found.today.isoformat(),
        "seq": found.seq,
    }


def _day(day: date | None) -> str | None:
    return None if day is None else day.isoformat()
