"""`configurator reservation`: from held to taken for assembly, or back."""

import json
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import click
from rich.text import Text

from configurator.availability.ledger import EventKind
from configurator.availability.reservations import Reservation, ReservationState
from configurator.availability.store import StockStore
from configurator.cli.exit_codes import ExitCode
from configurator.cli.failures import CommandError
from configurator.cli.inquiry import Answer, Inquiry
from configurator.cli.options import InOrder, answers, limit_option, output_options, timeout_option
from configurator.cli.parameters import read_duration, whole_number
from configurator.cli.stock_told import (
    promised_in_words,
    reservation_table,
    reserved_lines,
    state_in_words,
    units_of,
)
from configurator.cli.stores import actor_option, database_option, open_store
from configurator.cli.terminal import GAP
from configurator.cli.wording import BAD, DOUBTFUL, GOOD, STRONG, moment_in_words, plural
from configurator.serialization_stock import all_json, reservation_json

STATES = tuple(state.value.lower() for state in ReservationState)


@click.group("reservation", cls=InOrder)
def reservation() -> None:
    """Reservations: look at them, confirm, consume, release, extend, cancel, expire."""


def step_options(function: Any) -> Any:
    """The reservation that a step is about, and the options of every step."""
    for decorate in (
        output_options(),
        timeout_option,
        actor_option,
        database_option,
        click.argument("id_", metavar="RESERVATION"),
    ):
        function = decorate(function)
    return function


def told(found: Reservation, verb: str, style: str, rest: str) -> Answer:
    """The answer to a step: what was done, of which order, and the reservation as it is now."""
    line = Text.assemble((verb, style), f" {found.order}: {rest} (reservation {found.id})")
    return Answer("yes", ExitCode.YES, {"reservation": reservation_json(found)}, (line,))


def units(found: Reservation) -> str:
    """`4 components`."""
    return plural(units_of(found), "component")


# ---------------------------------------------------------------- list, show


LIVE = {ReservationState.HELD, ReservationState.ALLOCATED}

LIST_EXAMPLES = """\b
Examples:
  configurator reservation list --db sqlite:///stock.db
  configurator reservation list --order SO-1 --state held,allocated --db sqlite:///stock.db
"""


def read_states(_: click.Context, __: click.Parameter, value: str | None) -> tuple[ReservationState, ...]:
    """The states that `held,allocated` names; none for nothing.

    Raises:
        BadParameter: one of them is no state.
    """
    words = [word.strip().lower() for word in (value or "").split(",") if word.strip()]
    for word in words:
        if word not in STATES:
            raise click.BadParameter(f"`{word}` is no state; there are: {', '.join(STATES)}")
    return tuple(ReservationState(word.upper()) for word in words)


@reservation.command("list", short_help="What orders hold, in its state of now.", epilog=LIST_EXAMPLES)
@database_option
@click.option("--order", metavar="ID", help="Those of this order alone.")
@click.option(
    "--state",
    "states",
    callback=read_states,
    metavar="A,B",
    help=f"Those in these states: {', '.join(STATES)}.",
)
@limit_option("How many at most, the latest of them; 0 for all (the default).")
@timeout_option
@output_options()
@answers("reservation list")
def list_reservations(
    inquiry: Inquiry, db: str, order: str | None, states: Sequence[ReservationState]
) -> Answer:
    """The reservations, oldest first, in their state of now."""
    with open_store(inquiry, db) as store:
        live = bool(states) and set(states) <= LIVE
        told = store.reservations(order, live=live)
        found = [each for each in told if not states or each.state in states]
    limit = inquiry.settings.limit or len(found)
    shown = found[len(found) - min(limit, len(found)) :]
    result = {"reservations": all_json(reservation_json, shown), "more": len(shown) < len(found)}
    lines = reservation_table(shown, inquiry.surroundings.now())
    notes = (f"the latest {len(shown)} of {plural(len(found), 'reservation')}",) if result["more"] else ()
    if not found:
        whose = f" of order {order}" if order else ""
        notes = (f"no reservation{whose}{' in these states' if states else ''}",)
        if not order and not states:
            notes = ("nothing was ever reserved",)
    return Answer("yes", ExitCode.YES, result, lines, notes)


EVENTS_AT_ONCE = 10_000


def broken_by(store: StockStore, found: Reservation) -> str | None:
    """The kind of fact for which a promise was given up, such as `adjusted`; `None` where none was.

    Cost: one look at all events, where the reservation is released.
    """
    after = 0
    while found.state is ReservationState.RELEASED and (page := store.events(after, EVENTS_AT_ONCE)):
        for event in page:
            if event.kind is EventKind.PROMISE_BROKEN and event.reservation == found.id:
                return str(json.loads(event.payload)["because"]).lower()
        after = page[-1].seq
    return None


SHOW_EXAMPLES = """\b
Examples:
  configurator reservation show R-c1fd30ad5024489f --db sqlite:///stock.db
"""


@reservation.command("show", short_help="One reservation: its state, and what it took.", epilog=SHOW_EXAMPLES)
@click.argument("id_", metavar="RESERVATION")
@database_option
@timeout_option
@output_options()
@answers("reservation show")
def show(inquiry: Inquiry, id_: str, db: str) -> Answer:
    """One reservation: its state, and what it took from where."""
    with open_store(inquiry, db) as store:
        found = store.reservation(id_)
        because = broken_by(store, found)
    broken = f", broken by a fact: {because.replace('_', ' ')}" if because else ""
    state = state_in_words(found, inquiry.surroundings.now())
    promised = promised_in_words(found)
    priority = f", priority {found.priority}" if found.priority else ""
    head = Text.assemble((found.id, STRONG), f" of order {found.order}: {state}{broken}{promised}{priority}")
    result = {"reservation": reservation_json(found), "broken_by": because}
    return Answer("yes", ExitCode.YES, result, (head, *reserved_lines(found)))


# ---------------------------------------------------------------- steps


CONFIRM_EXAMPLES = """\b
Examples:
  configurator reservation confirm R-c1fd30ad5024489f --db sqlite:///stock.db
"""


@reservation.command("confirm", short_help="Turn a hold into an allocation.", epilog=CONFIRM_EXAMPLES)
@step_options
@answers("reservation confirm")
def confirm(inquiry: Inquiry, id_: str, db: str, actor: str | None) -> Answer:
    """Turn a hold into an allocation; it never fails for lack of stock. An expired hold stays expired."""
    with open_store(inquiry, db, actor=actor) as store:
        found = store.confirm(id_)
    return told(found, "confirmed", GOOD, f"{units(found)} for good")


CONSUME_EXAMPLES = """\b
Examples:
  configurator reservation consume R-c1fd30ad5024489f --db sqlite:///stock.db
  configurator reservation consume R-c1fd30ad5024489f CPU-1=2 PSU-650=1 --db sqlite:///stock.db
"""


@reservation.command(
    "consume", short_help="Take an allocation off the shelf, all or a part.", epilog=CONSUME_EXAMPLES
)
@step_options
@click.argument("parts", nargs=-1, metavar="[SKU=N]...")
@answers("reservation consume")
def consume(inquiry: Inquiry, id_: str, parts: tuple[str, ...], db: str, actor: str | None) -> Answer:
    """Take an allocation off the shelf for assembly: all that is left of it, or a part."""
    taken = read_parts(parts)
    with open_store(inquiry, db, actor=actor) as store:
        found = store.consume(id_, taken)
    left = sum(line.open for line in found.lines)
    if found.state is not ReservationState.CONSUMED:
        what = plural(sum((taken or {}).values()), "component")
        return told(found, "consumed", GOOD, f"{what} taken for assembly, {left:,} left")
    return told(found, "consumed", GOOD, f"all {units(found)} taken for assembly")


def read_parts(words: Sequence[str]) -> dict[str, int] | None:
    """What `CPU-1=2 PSU-650=1` names; `None` for no words.

    Raises:
        CommandError: a word is no part, or a component is named twice.
    """
    found: dict[str, int] = {}
    for word in words:
        sku, equals, number = word.rpartition("=")
        if not equals or not sku:
            raise CommandError(f"`{word}` is no part of a reservation", ExitCode.USAGE, "write `SKU=2`")
        if sku in found:
            raise CommandError(f"`{sku}` is named twice", ExitCode.USAGE, "name it once, with the sum")
        try:
            found[sku] = whole_number(number)
        except click.BadParameter as error:
            raise CommandError(f"of `{sku}`: {error.message}", ExitCode.USAGE, "write `SKU=2`") from error
    return found or None


RELEASE_EXAMPLES = """\b
Examples:
  configurator reservation release R-c1fd30ad5024489f --db sqlite:///stock.db
"""


@reservation.command("release", short_help="Give back what a reservation took.", epilog=RELEASE_EXAMPLES)
@step_options
@answers("reservation release")
def release(inquiry: Inquiry, id_: str, db: str, actor: str | None) -> Answer:
    """Give back what a hold or an allocation took; of one consumed in part, the rest."""
    with open_store(inquiry, db, actor=actor) as store:
        found = store.release(id_)
    return told(found, "released", DOUBTFUL, _free_again(found))


def _free_again(found: Reservation) -> str:
    return f"{plural(sum(line.open for line in found.lines), 'component')} free again"


EXTEND_EXAMPLES = """\b
Examples:
  configurator reservation extend R-c1fd30ad5024489f --ttl 30m --db sqlite:///stock.db
"""


@reservation.command("extend", short_help="Let a hold run longer.", epilog=EXTEND_EXAMPLES)
@step_options
@click.option(
    "--ttl",
    required=True,
    callback=read_duration,
    metavar="DURATION",
    help="How long from now on: `30m`, `2h`.",
)
@answers("reservation extend")
def extend(inquiry: Inquiry, id_: str, db: str, ttl: timedelta, actor: str | None) -> Answer:
    """Let a hold run for so long from now; it is never made shorter, and an expired one is not revived."""
    with open_store(inquiry, db, actor=actor) as store:
        found = store.extend(id_, ttl)
    assert found.expires_at is not None
    until = moment_in_words(found.expires_at, inquiry.surroundings.now(), "UTC")
    return told(found, "held", GOOD, f"{units(found)} until {until}")


CANCEL_EXAMPLES = """\b
Examples:
  configurator reservation cancel R-c1fd30ad5024489f --db sqlite:///stock.db
"""


@reservation.command("cancel", short_help="Call off an accepted order.", epilog=CANCEL_EXAMPLES)
@step_options
@answers("reservation cancel")
def cancel(inquiry: Inquiry, id_: str, db: str, actor: str | None) -> Answer:
    """Call off an accepted order: what is allocated to it and not yet consumed is free again."""
    with open_store(inquiry, db, actor=actor) as store:
        found = store.cancel(id_)
    return told(found, "called off", BAD, _free_again(found))


# ---------------------------------------------------------------- expire


EXPIRE_EXAMPLES = """\b
Examples:
  configurator reservation expire --db sqlite:///stock.db
"""


@reservation.command("expire", short_help="Write down that expired holds are over.", epilog=EXPIRE_EXAMPLES)
@database_option
@limit_option("How many at most, the earliest expiry first; 0 for all (the default).")
@actor_option
@timeout_option
@output_options()
@answers("reservation expire")
def expire(inquiry: Inquiry, db: str, actor: str | None) -> Answer:
    """Write down that expired holds are over. Nobody has to: they count for nothing from their end on."""
    with open_store(inquiry, db, actor=actor) as store:
        found = store.expire(inquiry.settings.limit or None)
    result = {"reservations": all_json(reservation_json, found)}
    head = Text.assemble(("expired", DOUBTFUL), f": {plural(len(found), 'hold')}")
    rows = [
        f"{GAP}{each.id} of order {each.order}, {units(each)} until {_end(each, inquiry)}" for each in found
    ]
    return Answer("yes", ExitCode.YES, result, (head, *rows))


def _end(found: Reservation, inquiry: Inquiry) -> str:
    if found.expires_at is None:
        return "now"
    return moment_in_words(found.expires_at, inquiry.surroundings.now(), "UTC")
