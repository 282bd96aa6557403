"""`configurator accept`."""

from collections.abc import Sequence
from datetime import timedelta
from itertools import groupby
from typing import Any

import click
from rich.text import Text

from configurator.acceptance.decision import (
    Accepted,
    Available,
    Check,
    Decision,
    LineConflict,
    OrderIncomplete,
    RejectedInvalid,
    RejectedUnavailable,
)
from configurator.acceptance.orders import Order, read_order
from configurator.availability.reservations import Reservation, ReservationState
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
from configurator.cli.stores import open_store
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
from configurator.serialization import decision_json

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
@click.option("--db", metavar="URL", help="Reserve in this stock, such as `sqlite:///stock.db`.")
@click.option("--stock", metavar="FILE.csv", help="Hold the order against counts only; nothing is reserved.")
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
    data = read_json_file(file)
    # Read twice: here for the words of the answer, and by the question itself.
    order = read_order(data).named(more["order_id"]).applying(more["bundles"])
    snapshot = None if more["stock"] is None else read_snapshot(more["stock"])
    asked = inquiry.load(catalog)
    seconds = inquiry.settings.seconds
    decision: Decision | Check
    if snapshot is not None:
        with inquiry.screen.waiting("judging the order"):
            decision = asked.check(
                data, snapshot, as_of=inquiry.day, seconds=seconds, bundles=more["bundles"]
            )
        return answer(inquiry, asked, order, decision)
    if order.id is None:
        raise CommandError(
            "an order that reserves stock needs an id", ExitCode.USAGE, "give it one: `--order SO-1`"
        )
    with open_store(inquiry, more["db"]) as store:
        decision = asked.accept(
            data,
            store,
            order_id=more["order_id"],
            ttl=more["ttl"],
            key=more["key"],
            # Only a day that was asked for belongs to the order's identity.
            as_of=inquiry.settings.as_of,
            seconds=seconds,
            bundles=more["bundles"],
        )
    return answer(inquiry, asked, order, decision)


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


def answer(inquiry: Inquiry, asked: Configurator, order: Order, decision: Decision | Check) -> Answer:
    """A decision in words, with its exit code."""
    result = decision_json(decision)
    match decision:
        case Accepted():
            return _accepted(inquiry, asked, order, decision, result)
        case Available(configurations=configurations):
            told = f"everything for {plural(len(configurations), 'line')} is there; nothing is reserved"
            line = Text.assemble(("available", GOOD), f": {told}")
            return Answer("yes", ExitCode.YES, result, (line,), ("`--db` in place of `--stock` reserves it",))
        case RejectedInvalid(conflicts=conflicts):
            return Answer("no", ExitCode.NO, result, tuple(_invalid_lines(asked, order, conflicts)))
        case RejectedUnavailable():
            return _unavailable(order, decision, result)
        case OrderIncomplete(lines=lines):
            head = Text.assemble(("incomplete", BAD), ": nothing is reserved before everything is decided")
            told_lines = [
                Text(f"  {_line(order, each.line)}still open: {', '.join(each.open)}") for each in lines
            ]
            step = "`configurator complete` decides the rest"
            return Answer("no", ExitCode.NO, result, (head, *told_lines), (step,))
        case Unknown(reason=reason):
            line = Text.assemble(("not decided", DOUBTFUL), f": {reason}; nothing is reserved")
            return Answer("unknown", ExitCode.UNKNOWN, result, (line,), (MORE_TIME,))


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
    tail = f", reservation {reservation.id}"
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
    return Answer("yes", ExitCode.YES, result, (Text.assemble(("reserved", GOOD), told),))


def _no_longer(reservation: Reservation, decision: Accepted, result: dict[str, Any]) -> Answer:
    state = reservation.state.value.lower()
    line = Text.assemble(
        ("no longer reserved", BAD),
        f" {reservation.order}: reservation {reservation.id} was made before and is {state}; "
        "nothing is set aside now",
    )
    step = f"this repeats the answer to the key `{decision.key}`; to try again, give a new one with `--key`"
    return Answer("no", ExitCode.UNAVAILABLE, result, (line,), (step,))


def _unavailable(order: Order, decision: RejectedUnavailable, result: dict[str, Any]) -> Answer:
    short = sum(each.known for each in decision.shortages)
    unknown = len(decision.shortages) - short
    parts = [f"{plural(short, 'component')} short"] if short else []
    parts += [f"{plural(unknown, 'component')} unknown to stock"] if unknown else []
    again = " (as answered before to this key)" if decision.replayed else ""
    name = f" {order.id}" if order.id else ""
    head = Text.assemble(("not available", BAD), f"{name}: {', '.join(parts)}; nothing is reserved{again}")
    notes = ("to try again, give a new key with `--key`",) if decision.replayed else ()
    return Answer("no", ExitCode.UNAVAILABLE, result, (head, *shortage_lines(decision.shortages)), notes)


def _invalid_lines(asked: Configurator, order: Order, conflicts: Sequence[LineConflict]) -> list[Text | str]:
    told: list[Text | str] = []
    for number, found in groupby(conflicts, key=lambda each: each.line):
        of_line = [each.conflict for each in found]
        ordered = order.lines[number - 1]
        configuration = ordered.configuration
        head = not_possible(len(configuration), of_line, len(ordered.bundles))
        told.append(Text(_line(order, number)) + head)
        told += ["", *conflict_lines(asked.catalog, configuration, of_line), ""]
    return told[:-1]
