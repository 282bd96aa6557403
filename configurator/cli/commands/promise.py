"""`configurator promise`."""

from datetime import date
from typing import Any

import click
from rich.text import Text

from configurator.acceptance.decision import OrderIncomplete, Promised, RejectedInvalid
from configurator.acceptance.orders import Order, OrderLine
from configurator.cli.commands.accept import invalid_lines, open_lines
from configurator.cli.exit_codes import ExitCode
from configurator.cli.failures import MORE_TIME, CommandError
from configurator.cli.files import read_json_file
from configurator.cli.inquiry import Answer, Inquiry
from configurator.cli.options import (
    answers,
    bundle_option,
    catalog_argument,
    output_options,
    question_options,
)
from configurator.cli.promises_told import line_promise_lines, money_lines, procurement_lines
from configurator.cli.stock_questions import asked_stock, need_by_option, order_data, order_of, stock_options
from configurator.cli.terminal import GAP
from configurator.cli.wording import BAD, DOUBTFUL, GOOD
from configurator.cli.words import choices_in_words
from configurator.engines.engine import Unknown
from configurator.serialization_acceptance import promised_json

EXAMPLES = """\b
Examples:
  configurator promise catalogs/desktop_pc -f order.json --db sqlite:///stock.db
  configurator promise catalogs/bicycle -f bike.json --need-by 2026-12-24 --stock stock.csv
"""


@click.command("promise", epilog=EXAMPLES)
@catalog_argument
@click.argument("choices", nargs=-1, metavar="[CHOICE]...")
@click.option(
    "-f", "--file", metavar="ORDER.json", help="Read an order of one or many lines; `-` is standard input."
)
@click.option(
    "--quantity",
    type=click.IntRange(min=1, max=1_000_000),
    metavar="N",
    help="How many of the chosen product.",
)
@bundle_option
@stock_options
@need_by_option
@question_options
@output_options()
@answers("promise")
def promise(
    inquiry: Inquiry, catalog: str, choices: tuple[str, ...], file: str | None, **more: Any
) -> Answer:
    """When an order can be there, what it waits for, and what it comes to. Nothing is reserved.

    Lines share what there is. What is bought or made when an order needs it moves the date by its lead time.
    Ends with 5 where no date can be promised, or none by the day on which it is wanted.
    """
    order = given_order(choices, file, more["quantity"], more["bundles"], more["need_by"])
    asked = inquiry.load(catalog)
    with (
        asked_stock(inquiry, more["db"], more["stock"]) as stock,
        inquiry.screen.waiting("working out the date"),
    ):
        answer = asked.promise(order_data(order), stock, as_of=inquiry.day, seconds=inquiry.settings.seconds)
    result = promised_json(answer)
    match answer:
        case Promised():
            return _promised(order, answer, result)
        case RejectedInvalid(conflicts=conflicts):
            return Answer("no", ExitCode.NO, result, tuple(invalid_lines(asked, order, conflicts)))
        case OrderIncomplete(lines=lines):
            head = Text.assemble(("incomplete", BAD), ": only what is all decided has a date")
            step = "`configurator complete` decides the rest"
            return Answer("no", ExitCode.NO, result, (head, *open_lines(order, lines)), (step,))
        case Unknown(reason=reason):
            line = Text.assemble(("not decided", DOUBTFUL), f": {reason}")
            return Answer("unknown", ExitCode.UNKNOWN, result, (line,), (MORE_TIME,))


def given_order(
    choices: tuple[str, ...],
    file: str | None,
    quantity: int | None,
    bundles: tuple[str, ...],
    need_by: date | None,
) -> Order:
    """The order that a command names by choices or in a file.

    Raises:
        CommandError: by both, or a quantity stands beside a file.
        OrderError: the file holds no order.
    """
    if file is None:
        line = OrderLine(choices_in_words(choices), quantity or 1)
        return Order(None, (line,)).applying(bundles).by(need_by)
    if choices or quantity is not None:
        raise CommandError(
            "choices and quantity stand in the order's file", ExitCode.USAGE, "give a file, or choices"
        )
    return order_of(read_json_file(file), bundles=bundles, need_by=need_by)


def _promised(order: Order, answer: Promised, result: dict[str, Any]) -> Answer:
    found = answer.promise
    several = len(order.lines) > 1
    lines: list[Text | str] = []
    if found.day is None:
        lines.append(Text.assemble(("no date", BAD), f": {found.reason}"))
    elif late := [line for line in found.lines if line.wanted and not line.on_time]:
        wanted = f"wanted on {late[0].wanted}"
        lines.append(Text.assemble(("too late", BAD), f": {wanted}, possible on {found.day}: {found.reason}"))
    else:
        lines.append(Text.assemble(("possible", GOOD), f" on {found.day}: {found.reason}"))
    for line in found.lines:
        if several:
            lines.append(f"line {line.line}: {line.day or 'never'}: {line.reason}")
        lines += [f"{GAP}{told}" for told in line_promise_lines(line)]
    lines += [*procurement_lines(found.to_procure), *money_lines(answer.price, answer.cost, gaps=True)]
    in_time = found.day is not None and all(line.on_time or not line.wanted for line in found.lines)
    code = ExitCode.YES if in_time else ExitCode.UNAVAILABLE
    notes = ("an inquiry: nothing is reserved; `configurator accept` does that",) if in_time else ()
    return Answer("yes" if in_time else "no", code, result, tuple(lines), notes)
