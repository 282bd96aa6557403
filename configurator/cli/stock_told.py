"""Stock in words: counters, supplies, reservations, promises given up, and what happened."""

import json
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from fractions import Fraction
from typing import Any

from rich.text import Text

from configurator.availability.balances import Shortage, StockBalance
from configurator.availability.changes import StockChange
from configurator.availability.clock import moment
from configurator.availability.ledger import EventKind, StockEvent
from configurator.availability.masters import ItemMaster
from configurator.availability.quantities import DEFAULT_LOCATION
from configurator.availability.reservations import Reservation, ReservationState
from configurator.availability.store import StockStore
from configurator.availability.supply import Supply
from configurator.catalog.values import format_number
from configurator.cli.terminal import GAP, aligned, column_widths
from configurator.cli.wording import BAD, DOUBTFUL, moment_in_words, plural


def table_lines(head: Sequence[str], rows: Iterable[Sequence[str]], *, left: int = 1) -> tuple[str, ...]:
    """Rows under a head; but for the first `left` columns, cells stand at the right, units beneath units."""
    all_rows = [tuple(head), *(tuple(row) for row in rows)]
    widths = column_widths(all_rows, len(head))
    set_right = [
        (*row[:left], *(f"{cell:>{width}}" for cell, width in zip(row[left:], widths[left:], strict=True)))
        for row in all_rows
    ]
    return tuple(aligned(set_right, widths))


def place_in_words(location: str) -> str:
    """` at berlin`; nothing for the default location."""
    return "" if location == DEFAULT_LOCATION else f" at {location}"


# ---------------------------------------------------------------- counters


def balance_lines(balances: Sequence[StockBalance]) -> tuple[str, ...]:
    """A table of counters; columns that tell nothing of any item are left out."""
    if not balances:
        return ()
    columns = [
        ("component", [each.sku for each in balances]),
        ("location", [each.location for each in balances]),
        ("on hand", [f"{each.on_hand}" for each in balances]),
        ("held", [f"{each.held}" for each in balances]),
        ("allocated", [f"{each.allocated}" for each in balances]),
        ("planned", [f"{each.planned}" for each in balances]),
        ("needed later", [f"{each.needed_later}" for each in balances]),
        ("floor", [f"{each.floor}" for each in balances]),
        ("free", [f"{each.free}" for each in balances]),
    ]
    idle = {"location": {DEFAULT_LOCATION}, "planned": {"0"}, "needed later": {"0"}}
    told = [(name, cells) for name, cells in columns if set(cells) != idle.get(name)]
    left = 2 if any(name == "location" for name, _ in told) else 1
    return table_lines([name for name, _ in told], zip(*(cells for _, cells in told), strict=True), left=left)


def counters_in_words(balances: Sequence[StockBalance], location: str) -> str:
    """`5 on hand, 4 free` of an item at a location."""
    for each in balances:
        if each.location == location:
            return f"{each.on_hand:,} on hand, {each.free:,} free"
    return "0 on hand, 0 free"


# ---------------------------------------------------------------- what is to come, what is known


def supply_lines(supplies: Sequence[Supply]) -> tuple[str, ...]:
    """A table of what is to come."""
    if not supplies:
        return ()
    elsewhere = any(each.location != DEFAULT_LOCATION for each in supplies)
    head = ("due", "supply", "component", *(("location",) if elsewhere else ()), "open", "of", "")
    rows = [
        (
            each.due.isoformat(),
            each.id,
            each.sku,
            *((each.location,) if elsewhere else ()),
            f"{each.open:,}",
            f"{each.quantity:,}",
            _whose(each),
        )
        for each in supplies
    ]
    return table_lines(head, rows, left=4 if elsewhere else 3)


def _whose(supply: Supply) -> str:
    if not supply.firm:
        return "planned only"
    return f"for {supply.reservation}" if supply.reservation else ""


def supply_in_words(supply: Supply) -> str:
    """`3 arrive on 2026-12-04 (PO-7)`."""
    arrive = "arrives" if supply.open == 1 else "arrive"
    planned = "" if supply.firm else ", planned only"
    told = f"{supply.open:,} {arrive} on {supply.due}{place_in_words(supply.location)}"
    return f"{told} ({supply.id}{planned})"


def master_in_words(master: ItemMaster) -> str:
    """`bought, lead time 7 days, cost 12.50 EUR`; what is open is left out."""
    told = [] if master.policy is None else [master.policy.value]
    if master.lead_time is not None:
        told.append(f"lead time {plural(master.lead_time, 'day')}")
    if master.cost is not None:
        told.append(f"cost {format_number(Fraction(master.cost), money=True)} {master.currency}")
    return ", ".join(told) or "nothing is said of it"


# ---------------------------------------------------------------- what is short


def particulars_of(
    store: StockStore, shortages: Sequence[Shortage], now: datetime, zone: str
) -> dict[str, tuple[str, ...]]:
    """Of each component that is short what is to come, and what is held and may be free again.

    `3 arrive on 2026-12-04`, `1 held until 14:05 UTC`.
    """
    skus = {short.component for short in shortages if short.known}
    if not skus:
        return {}
    seen = store.snapshot(skus)
    told: dict[str, list[str]] = {sku: [] for sku in sorted(skus)}
    for supply in seen.supplies:
        if supply.firm:
            arrive = "arrives" if supply.open == 1 else "arrive"
            place = place_in_words(supply.location)
            told[supply.sku].append(f"{supply.open:,} {arrive} on {supply.due}{place}")
    # What is held for a later day is no part of a balance.
    if any(balance.held for balance in seen.balances) or seen.commitments:
        for found in store.reservations(live=True):
            for line in found.lines if found.state is ReservationState.HELD else ():
                if line.sku in skus and found.expires_at is not None:
                    until = moment_in_words(found.expires_at, now, zone)
                    told[line.sku].append(f"{line.quantity:,} held until {until}")
    return {sku: tuple(each) for sku, each in told.items()}


# ---------------------------------------------------------------- reservations


def state_in_words(found: Reservation, now: datetime, zone: str = "UTC") -> str:
    """Its state: `held until 14:05 UTC`, `allocated`, `consumed`."""
    if found.state is ReservationState.HELD and found.expires_at is not None:
        return f"held until {moment_in_words(found.expires_at, now, zone)}"
    return found.state.value.lower()


def promised_later(found: Reservation) -> str:
    """The day that the customer was promised; empty where that is the day of the order itself, or none."""
    if found.promised is None or found.promised <= found.created.astimezone(UTC).date():
        return ""
    return found.promised.isoformat()


def promised_in_words(found: Reservation) -> str:
    """`, promised for 2026-12-04`; empty likewise."""
    later = promised_later(found)
    return f", promised for {later}" if later else ""


def units_of(found: Reservation) -> int:
    """How many components it is for, of all kinds together."""
    return sum(line.quantity for line in found.lines)


def reservation_table(found: Sequence[Reservation], now: datetime) -> tuple[str, ...]:
    """One line for each reservation."""
    if not found:
        return ()
    columns = [
        ("reservation", [each.id for each in found]),
        ("order", [each.order for each in found]),
        ("state", [state_in_words(each, now) for each in found]),
        ("promised", [promised_later(each) for each in found]),
        ("priority", [f"{each.priority}" for each in found]),
        ("components", [f"{units_of(each):,}" for each in found]),
    ]
    idle = {"promised": {""}, "priority": {"0"}}
    told = [(name, cells) for name, cells in columns if set(cells) != idle.get(name)]
    left = sum(name not in {"priority", "components"} for name, _ in told)
    return table_lines([name for name, _ in told], zip(*(cells for _, cells in told), strict=True), left=left)


def reserved_lines(found: Reservation) -> tuple[str, ...]:
    """What it took, one line for each item, location and day."""
    rows = [
        (
            line.sku,
            f"{line.quantity:,}",
            ", ".join(
                filter(
                    None,
                    (
                        place_in_words(line.location).strip(),
                        f"for {line.needed}" if line.needed else "",
                        f"{line.consumed:,} taken for assembly" if line.consumed else "",
                    ),
                )
            ),
        )
        for line in found.lines
    ]
    widths = column_widths(rows, 3)
    return tuple(
        f"{GAP}{line}"
        for line in aligned(((sku, f"{units:>{widths[1]}}", rest) for sku, units, rest in rows), widths)
    )


def given_up_lines(broken: Sequence[Reservation], *, would: bool = False) -> tuple[Text, ...]:
    """Each reservation that a fact broke."""
    words = "would be given up" if would else "given up"
    return tuple(
        Text.assemble((words, BAD), f": reservation {each.id} of order {each.order} ({_was(each)})")
        for each in broken
    )


def _was(found: Reservation) -> str:
    return f"{found.state.value.lower()}{promised_in_words(found)}"


def booked_line(verb: str, style: str, told: str, change: StockChange) -> Text:
    """What a fact did; said of a fact told again and of one that changed nothing."""
    if change.replayed:
        return Text.assemble(
            (verb, style), f" {told} (booked before with this key; nothing was booked twice)"
        )
    if change.seq == 0:
        return Text.assemble(("nothing to change", DOUBTFUL), f": {told}")
    return Text.assemble((verb, style), f" {told}")


# ---------------------------------------------------------------- what happened


def event_lines(events: Sequence[StockEvent]) -> tuple[str, ...]:
    """A table of events: number, time, what, who, and the particulars."""
    rows = [
        (
            f"{event.seq}",
            event.at.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%SZ"),
            event.kind.value.lower().replace("_", " "),
            event.actor,
            event_in_words(event),
        )
        for event in events
    ]
    widths = column_widths(rows, 5)
    return tuple(aligned(((f"{row[0]:>{widths[0]}}", *row[1:]) for row in rows), widths))


def event_in_words(event: StockEvent) -> str:
    """The particulars of an event in one line."""
    told: dict[str, Any] = json.loads(event.payload)
    about = event.reservation or ""
    match event.kind:
        case EventKind.IMPORTED:
            return f"{plural(len(told['counts']), 'count')}{place_in_words(told['location'])}"
        case EventKind.RECEIVED:
            of = f" of {told['supply']}" if told["supply"] else ""
            return f"{told['quantity']:,} {told['sku']}{place_in_words(told['location'])}{of}"
        case EventKind.ADJUSTED:
            return f"{told['change']:+,} {told['sku']}{place_in_words(told['location'])}: {told['reason']}"
        case EventKind.TRANSFERRED:
            return f"{told['quantity']:,} {told['sku']} from {told['source']} to {told['target']}"
        case EventKind.FLOOR_SET:
            change = f"{told['before']:,} -> {told['after']:,}"
            return f"{told['sku']}{place_in_words(told['location'])}: {change}"
        case EventKind.MASTERS_SET:
            return plural(len(told["masters"]), "component")
        case EventKind.SUPPLY_ADDED:
            planned = "" if told["firm"] else ", planned only"
            whose = f", for {about}" if about else ""
            return f"{told['supply']}: {told['quantity']:,} {told['sku']} on {told['due']}{planned}{whose}"
        case EventKind.SUPPLY_CHANGED:
            return f"{told['supply']}: {_supply_state(told['before'])} -> {_supply_state(told['after'])}"
        case EventKind.SUPPLY_CANCELLED:
            return f"{told['supply']}: {told['open']:,} will not come"
        case EventKind.RESERVED:
            units = sum(line[-1] for line in told["lines"])
            return f"{about} {told['order']}: {plural(units, 'component')} {told['state'].lower()}"
        case EventKind.REFUSED:
            short = ", ".join(row[0] for row in told["shortages"])
            return f"{told['order']}: short of {short}"
        case EventKind.EXTENDED:
            until = moment(told["expires_at"]).strftime("%Y-%m-%d %H:%M:%SZ")
            return f"{about} until {until}"
        case EventKind.CONSUMED:
            return f"{about}: {plural(sum(line[-1] for line in told['lines']), 'component')}"
        case EventKind.PROMISE_BROKEN:
            because = told["because"].lower().replace("_", " ")
            return f"{about} {told['order']} ({told['state'].lower()}), because of the next: {because}"
        case EventKind.CLOCK_ACCEPTED:
            return f"{_day(told['before'])} -> {_day(told['after'])}"
        case _:
            return about


def _supply_state(state: Sequence[Any]) -> str:
    due, quantity, firm = state
    return f"{quantity:,} on {due}{'' if firm else ', planned only'}"


def _day(microseconds: int) -> str:
    return moment(microseconds).strftime("%Y-%m-%d %H:%M:%SZ")
