"""`configurator accept`."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from itertools import groupby
from typing import Any

import click
from attrs import evolve
from rich.text import Text

from configurator.acceptance.decision import (
    Accepted,
    Available,
    Check,
    Decision,
    LineAlternatives,
    LineConflict,
    LineOpen,
    OrderIncomplete,
    RejectedInvalid,
    RejectedUnavailable,
)
from configurator.acceptance.orders import Order, read_order
from configurator.acceptance.promising import OrderPromise
from configurator.availability.reservations import HIGHEST_PRIORITY, Reservation, ReservationState
from configurator.cli.exit_codes import ExitCode
from configurator.cli.failures import MORE_TIME, CommandError
from configurator.cli.files import read_json_file, read_snapshot
from configurator.cli.inquiry import Answer, Inquiry
from configurator.cli.options import (
    answers,
    bundle_option,
    catalog_argument,
    output_options,
    question_options,
)
from configurator.cli.parameters import read_duration
from configurator.cli.promises_told import money_lines, procurement_lines, proposal_lines
from configurator.cli.stock_questions import need_by_option, order_data
from configurator.cli.stock_told import particulars_of, promised_in_words
from configurator.cli.stores import actor_option, open_store
from configurator.cli.terminal import GAP
from configurator.cli.wording import (
    BAD,
    DOUBTFUL,
    GOOD,
    conflict_lines,
    moment_in_words,
    not_possible,
    plural,
    shortage_lines,
)
from configurator.configurator import Configurator
from configurator.engines.engine import Unknown
from configurator.errors import IdempotencyConflict
from configurator.serialization_acceptance import decision_json

EXAMPLES = """\b
Examples:
  configurator accept catalogs/desktop_pc order.json --order SO-1 --db sqlite:///stock.db
  configurator accept catalogs/desktop_pc order.json --order SO-1 --db sqlite:///stock.db --ttl 15m
  configurator accept catalogs/desktop_pc order.json --stock stock.csv
"""


@click.command("accept", epilog=EXAMPLES)
@catalog_argument
@click.argument("file", metavar="ORDER.json")
@click.option("--order", "order_id", metavar="ID", help="The order's id, where the order does not carry it.")
@click.option(
    "--db", metavar="URL", help="Reserve in this stock: `sqlite:///stock.db`, `postgresql://HOST/NAME`."
)
@click.option("--stock", metavar="FILE.csv", help="Hold the order against counts only; nothing is reserved.")
@need_by_option
@click.option(
    "--late",
    is_flag=True,
    help="Accept it for the first day on which it can be there, where that is later than asked for.",
)
@click.option(
    "--ttl",
    callback=read_duration,
    metavar="DURATION",
    help="Hold what is reserved for this time, such as `15m`; left out: allocate it for good.",
)
@click.option(
    "--key",
    metavar="KEY",
    help="The idempotency key: the same key with the same order gives the same answer again.",
)
@click.option(
    "--priority",
    type=click.IntRange(0, HIGHEST_PRIORITY),
    metavar="N",
    help="From 0 to 9: where facts leave too little, promises of a lower one are given up first.",
)
@click.option(
    "--alternatives",
    type=click.IntRange(min=0, max=10),
    default=1,
    show_default=True,
    metavar="N",
    help="How many buildable configurations a refusal proposes for each line that is short.",
)
@actor_option
@bundle_option
@question_options
@output_options()
@answers("accept")
def accept(inquiry: Inquiry, catalog: str, file: str, **more: Any) -> Answer:
    """Accept an order: every line valid, all components available, then reserved all or nothing.

    ORDER.json is `{"order": "SO-1", "lines": [{"configuration": {…}, "quantity": 1}]}` or a
    configuration; `-` is standard input. A line may name `"bundles": [NAME, …]`.
    """
    _check_options(more)
    order = read_order(read_json_file(file)).named(more["order_id"]).applying(more["bundles"])
    order = order.by(more["need_by"])
    if more["priority"] is not None:
        order = evolve(order, priority=more["priority"])
    snapshot = None if more["stock"] is None else read_snapshot(more["stock"])
    asked = inquiry.load(catalog)
    told: dict[str, Any] = {
        "seconds": inquiry.settings.seconds,
        "late": more["late"],
        "alternatives": more["alternatives"],
    }
    if snapshot is not None:
        with inquiry.screen.waiting("judging the order"):
            checked = asked.check(order_data(order), snapshot, as_of=inquiry.day, **told)
        return answer(inquiry, asked, order, checked, {})
    if order.id is None:
        raise CommandError(
            "an order that reserves stock needs an id", ExitCode.USAGE, "give it one: `--order SO-1`"
        )
    with open_store(inquiry, more["db"], actor=more["actor"]) as store:
        try:
            decision = asked.accept(
                order_data(order),
                store,
                order_id=order.id,
                ttl=more["ttl"],
                key=more["key"],
                # Only a day that was asked for belongs to the order's identity.
                as_of=inquiry.settings.as_of,
                **told,
            )
        except IdempotencyConflict as conflict:
            if more["key"] is not None:
                raise
            raise CommandError(
                f"order `{order.id}` came before with other content",
                ExitCode.USAGE,
                "its catalog, lines, days, priority, `--as-of`, `--late` or `--ttl` are not those of before",
                "repeat it exactly as it was, or take it as a new one: another `--order`, or a `--key`",
            ) from conflict
        particulars = (
            particulars_of(store, decision.shortages, inquiry.surroundings.now(), asked.catalog.timezone)
            if isinstance(decision, RejectedUnavailable)
            else {}
        )
    return answer(inquiry, asked, order, decision, particulars)


def _check_options(given: dict[str, Any]) -> None:
    if (given["db"] is None) == (given["stock"] is None):
        raise CommandError(
            "an order is held against a stock: give one of `--db` and `--stock`",
            ExitCode.USAGE,
            "`--db sqlite:///stock.db` reserves, `--stock stock.csv` only looks",
        )
    if given["stock"] is not None and (given["ttl"] is not None or given["key"] is not None):
        raise CommandError(
            "`--stock` reserves nothing, so `--ttl` and `--key` say nothing", ExitCode.USAGE, "use `--db`"
        )
    if given["ttl"] == timedelta(0):
        raise CommandError(
            "a hold of 0 holds nothing", ExitCode.USAGE, "leave `--ttl` out to allocate for good"
        )


# ---------------------------------------------------------------- the answer


def answer(
    inquiry: Inquiry,
    asked: Configurator,
    order: Order,
    decision: Decision | Check,
    particulars: Mapping[str, Sequence[str]],
) -> Answer:
    """A decision in words, with its exit code; `particulars` tell more of components that are short."""
    result = decision_json(decision)
    match decision:
        case Accepted():
            return _accepted(inquiry, asked, order, decision, result)
        case Available():
            return _available(decision, result)
        case RejectedInvalid(conflicts=conflicts):
            return Answer("no", ExitCode.NO, result, tuple(invalid_lines(asked, order, conflicts)))
        case RejectedUnavailable():
            return _unavailable(order, decision, result, particulars)
        case OrderIncomplete(lines=lines):
            head = Text.assemble(("incomplete", BAD), ": nothing is reserved before everything is decided")
            step = "`configurator complete` decides the rest"
            return Answer("no", ExitCode.NO, result, (head, *open_lines(order, lines)), (step,))
        case Unknown(reason=reason):
            line = Text.assemble(("not decided", DOUBTFUL), f": {reason}; nothing is reserved")
            return Answer("unknown", ExitCode.UNKNOWN, result, (line,), (MORE_TIME,))


def open_lines(order: Order, lines: Sequence[LineOpen]) -> tuple[Text, ...]:
    """What an order's lines leave open, one line each."""
    return tuple(Text(f"  {_line(order, each.line)}still open: {', '.join(each.open)}") for each in lines)


def _line(order: Order, number: int) -> str:
    return f"line {number}: " if len(order.lines) > 1 else ""


def _accepted(
    inquiry: Inquiry, asked: Configurator, order: Order, decision: Accepted, result: dict[str, Any]
) -> Answer:
    reservation = decision.reservation
    if reservation is None:
        told = f" {order.id}: nothing in it is stocked, so nothing is reserved"
        return Answer("yes", ExitCode.YES, result, (Text.assemble(("accepted", GOOD), told),))
    now, zone = inquiry.surroundings.now(), asked.catalog.timezone
    units = plural(sum(line.quantity for line in reservation.lines), "component")
    tail = f"{promised_in_words(reservation)}, reservation {reservation.id}"
    again = " (reserved before; nothing was taken twice)" if decision.replayed else ""
    match reservation.state:
        case ReservationState.HELD:
            assert reservation.expires_at is not None
            until = moment_in_words(reservation.expires_at, now, zone)
            told = f" {reservation.order}: {units} until {until}{tail}{again}"
        case ReservationState.ALLOCATED:
            told = f" {reservation.order}: {units} for good{tail}{again}"
        case ReservationState.CONSUMED:
            told = f" {reservation.order}: {units}, taken for assembly since{tail}{again}"
        case _:
            return _no_longer(reservation, decision, result)
    lines: tuple[Text | str, ...] = (
        Text.assemble(("reserved", GOOD), told),
        *_waiting(decision.promise),
        *procurement_lines(decision.to_procure),
        *money_lines(decision.price, decision.cost),
    )
    return Answer("yes", ExitCode.YES, result, lines)


def _waiting(promise: OrderPromise | None) -> tuple[str, ...]:
    """Why the order is there on its day and no earlier; nothing where everything lies there."""
    if promise is None or promise.day is None or promise.day <= promise.today:
        return ()
    return (f"{GAP}{promise.reason}",)


def _available(decision: Available, result: dict[str, Any]) -> Answer:
    lines = plural(len(decision.configurations), "line")
    there = f"everything for {lines} is there; nothing is reserved"
    if decision.promise.day is not None and decision.promise.day > decision.promise.today:
        there = f"everything for {lines} can be there; nothing is reserved"
    told: tuple[Text | str, ...] = (
        Text.assemble(("available", GOOD), f": {there}"),
        *_waiting(decision.promise),
        *procurement_lines(decision.promise.to_procure),
        *money_lines(decision.price, decision.cost),
    )
    return Answer("yes", ExitCode.YES, result, told, ("`--db` in place of `--stock` reserves it",))


def _no_longer(reservation: Reservation, decision: Accepted, result: dict[str, Any]) -> Answer:
    state = reservation.state.value.lower()
    line = Text.assemble(
        ("no longer reserved", BAD),
        f" {reservation.order}: reservation {reservation.id} was made before and is {state}; "
        "nothing is set aside now",
    )
    step = f"this repeats the answer to the key `{decision.key}`; to try again, give a new one with `--key`"
    return Answer("no", ExitCode.UNAVAILABLE, result, (line,), (step,))


def _unavailable(
    order: Order,
    decision: RejectedUnavailable,
    result: dict[str, Any],
    particulars: Mapping[str, Sequence[str]],
) -> Answer:
    short = sum(each.known for each in decision.shortages)
    unknown = len(decision.shortages) - short
    parts = [f"{plural(short, 'component')} short"] if short else []
    parts += [f"{plural(unknown, 'component')} unknown to stock"] if unknown else []
    parts += ["wanted before it could be assembled"] if decision.too_early or not parts else []
    again = " (as answered before to this key)" if decision.replayed else ""
    name = f" {order.id}" if order.id else ""
    head = Text.assemble(("not available", BAD), f"{name}: {', '.join(parts)}; nothing is reserved{again}")
    notes = ["to try again, give a new key with `--key`"] if decision.replayed else []
    if len(order.lines) > 1 and any(each.proposals for each in decision.alternatives):
        notes.append("a proposal changes its own line alone; the lines before it are taken to be had")
    if decision.possible_on is not None:
        notes.append("with `--late` it is accepted for the day on which it is possible")
    lines = (
        head,
        *shortage_lines(decision.shortages, particulars),
        *_later(decision),
        *(line for each in decision.alternatives for line in _alternatives(order, each)),
    )
    return Answer("no", ExitCode.UNAVAILABLE, result, lines, tuple(notes))


def _later(decision: RejectedUnavailable) -> tuple[Text, ...]:
    """On which day the wish itself could be there."""
    promise = decision.promise
    if promise is None:
        return ()
    if promise.day is None:
        never = {each.sku for line in promise.lines for each in line.components if each.day is None}
        told = f": too little is expected of {', '.join(sorted(never))}"
        return (Text.assemble(("not possible later", BAD), told),)
    return (Text.assemble(("possible", GOOD), f" on {promise.day}: {promise.reason}"),)


def _alternatives(order: Order, found: LineAlternatives) -> tuple[Text, ...]:
    if isinstance(found.proposals, Unknown):
        told = f"whether something else can be built is not known: {found.proposals.reason}"
        return (Text(f"  {_line(order, found.line)}{told}"),)
    if not found.proposals:
        if len(order.lines) == 1:
            return ()
        wanted = order.lines[found.line - 1].wanted
        day = "today" if wanted is None else f"for {wanted}"
        told = f"nothing else can be built {day}; `configurator nearest` with its choices looks further"
        return (Text(f"{_line(order, found.line)}{told}"),)
    head = Text.assemble(f"{_line(order, found.line)}possible ", ("instead", GOOD), ":")
    return (head, *proposal_lines(found.proposals))


def invalid_lines(asked: Configurator, order: Order, conflicts: Sequence[LineConflict]) -> list[Text | str]:
    """Why an order's lines are invalid."""
    told: list[Text | str] = []
    for number, found in groupby(conflicts, key=lambda each: each.line):
        of_line = [each.conflict for each in found]
        ordered = order.lines[number - 1]
        configuration = ordered.configuration
        head = not_possible(len(configuration), of_line, len(ordered.bundles))
        told.append(Text(_line(order, number)) + head)
        told += ["", *conflict_lines(asked.catalog, configuration, of_line), ""]
    return told[:-1]
