"""`configurator buildable`."""

from datetime import date
from typing import Any

import click
from rich.text import Text

from configurator.availability.answers.buildable import Buildable
from configurator.cli.exit_codes import ExitCode
from configurator.cli.failures import MORE_TIME
from configurator.cli.inquiry import Answer, Inquiry
from configurator.cli.options import (
    answers,
    catalog_argument,
    choice_arguments,
    output_options,
    question_options,
)
from configurator.cli.stock_questions import asked_stock, need_by_option, stock_options
from configurator.cli.stock_told import place_in_words, table_lines
from configurator.cli.terminal import GAP
from configurator.cli.wording import BAD, DOUBTFUL, GOOD, conflict_lines, not_possible
from configurator.cli.words import read_wanted
from configurator.configuration.validation import Incomplete, Invalid
from configurator.engines.engine import Unknown
from configurator.serialization_acceptance import buildable_json

EXAMPLES = """\b
Examples:
  configurator buildable catalogs/desktop_pc -f order.json --db sqlite:///stock.db
  configurator buildable catalogs/bicycle -f bike.json --need-by 2026-12-24 --stock stock.csv
"""


@click.command("buildable", epilog=EXAMPLES)
@catalog_argument
@choice_arguments
@stock_options
@need_by_option
@question_options
@output_options()
@answers("buildable")
def buildable(
    inquiry: Inquiry, catalog: str, choices: tuple[str, ...], file: str | None, **more: Any
) -> Answer:
    """How many of one configuration can be built, now or by a day, and what allows no more.

    A component that stands in several places is counted once, with all it needs. Ends with 5 where not one
    can be built.
    """
    wanted = read_wanted(choices, file, more["bundles"])
    asked = inquiry.load(catalog)
    with (
        asked_stock(inquiry, more["db"], more["stock"]) as stock,
        inquiry.screen.waiting("counting what can be built"),
    ):
        answer = asked.buildable(
            wanted.choices,
            stock,
            on=more["need_by"],
            as_of=inquiry.day,
            seconds=inquiry.settings.seconds,
            only=more["only"],
            bundles=wanted.bundles,
        )
    result = buildable_json(answer)
    match answer:
        case Buildable():
            return _counted(answer, more["need_by"], result)
        case Invalid(conflicts=conflicts):
            head = not_possible(len(wanted.choices), conflicts, len(wanted.bundles))
            told = conflict_lines(asked.catalog, wanted.choices, conflicts)
            return Answer("no", ExitCode.NO, result, (head, "", *told))
        case Incomplete(open=still_open):
            head = Text.assemble(("incomplete", BAD), f": still open: {', '.join(still_open)}")
            return Answer("no", ExitCode.NO, result, (head,), ("`configurator complete` decides the rest",))
        case Unknown(reason=reason):
            line = Text.assemble(("not decided", DOUBTFUL), f": {reason}")
            return Answer("unknown", ExitCode.UNKNOWN, result, (line,), (MORE_TIME,))


def _counted(answer: Buildable, wanted: date | None, result: dict[str, Any]) -> Answer:
    when = f"by {wanted}" if wanted else "now"
    names = " and ".join(answer.bottleneck)
    match answer.quantity:
        case None:
            head = Text.assemble(("any number", GOOD), f" can be built {when}: {answer.reason}")
        case 0:
            head = Text.assemble(("none", BAD), f" can be built {when}, because of {names}")
        case number:
            head = Text.assemble((f"{number:,}", GOOD), f" can be built {when}, no more because of {names}")
    rows = [
        (
            each.sku + (place_in_words(each.location) if each.location else ""),
            f"{each.needed:,}",
            _at_most(each.available, known=each.known),
            _at_most(each.pieces),
        )
        for each in answer.components
    ]
    table = table_lines(("component", "each needs", "there", "enough for"), rows) if rows else ()
    lines: tuple[Text | str, ...] = (head, *(f"{GAP}{row}" for row in table))
    if answer.quantity == 0:
        return Answer("no", ExitCode.UNAVAILABLE, result, lines)
    return Answer("yes", ExitCode.YES, result, lines)


def _at_most(number: int | None, *, known: bool = True) -> str:
    if not known:
        return "unknown to stock"
    return "any number" if number is None else f"{number:,}"
