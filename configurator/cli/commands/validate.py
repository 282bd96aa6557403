"""`configurator validate`."""

from typing import Any

import click
from rich.text import Text

from configurator.cli.asked_stock import AskedStock, stock_options
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
from configurator.cli.ways_out import HEADING, repair_lines
from configurator.cli.wording import (
    DOUBTFUL,
    FAINT,
    GOOD,
    conflict_lines,
    not_possible,
    plural,
)
from configurator.cli.words import Wanted, read_wanted
from configurator.configuration.repairs import Repairs, Unrepairable
from configurator.configuration.validation import Incomplete, Invalid, Valid
from configurator.configurator import Configurator
from configurator.engines.engine import Unknown
from configurator.serialization import JsonObject, to_json, verdict_json

EXAMPLES = """\b
Examples:
  configurator validate catalogs/desktop_pc cpu=CPU-7800X3D board=MB-Z790-TUF
  configurator validate catalogs/desktop_pc -f order.json --as-of 2026-11-22
  configurator validate catalogs/bicycle --only -f - <order.json
"""


LONGEST_SEARCH = 5.0
"""Seconds after which ways out are no longer looked for: the verdict is what was asked for."""
SEARCH_LONGER = "ways out were not found in time; `configurator repair` looks longer"


@click.command("validate", epilog=EXAMPLES)
@catalog_argument
@choice_arguments
@stock_options()
@question_options
@output_options()
@answers("validate")
def validate(
    inquiry: Inquiry, catalog: str, choices: tuple[str, ...], file: str | None, **more: Any
) -> Answer:
    """Whether choices are valid, all or some of them made, and if not, why.

    CHOICE is `slot=SKU`, `slot=2xSKU`, `slot=none`, `slot=A,2xB`, or `slot+=SKU` for at least that.
    """
    wanted = read_wanted(choices, file, more["bundles"])
    stock = AskedStock.read(inquiry, more)
    given, bundles = wanted.choices, wanted.bundles
    by_rules = inquiry.load(catalog)
    asked = stock.under(by_rules)
    seconds = inquiry.settings.seconds
    how = {"as_of": inquiry.day, "seconds": seconds, "only": more["only"], "bundles": bundles}
    with inquiry.screen.waiting("judging"):
        verdict = asked.validate(given, **how)
    result = {**verdict_json(verdict), "repairs": [], **stock.told}
    match verdict:
        case Valid():
            price = dict(verdict.configuration.calcs).get("price")
            line = Text.assemble(("valid", GOOD), f": {price}" if price else "")
            notices = tuple(
                Text.assemble((notice.severity, DOUBTFUL), f": {notice.message} ", (notice.location, FAINT))
                for notice in verdict.notices
            )
            return Answer("yes", ExitCode.YES, result, (line,), notices)
        case Incomplete(open=still_open):
            places = f"{plural(len(still_open), 'place')} still open: {', '.join(still_open)}"
            line = Text.assemble(("incomplete, but possible", GOOD), f": {places}")
            return Answer("yes", ExitCode.YES, result, (line,))
        case Invalid(conflicts=conflicts):
            head = not_possible(len(given), conflicts, len(bundles))
            told = conflict_lines(asked.catalog, given, conflicts)
            with inquiry.screen.waiting("looking for ways out"):
                found = _ways_out(inquiry, asked, wanted, only=more["only"])
            return stock.refused(by_rules, given, how, _invalid((head, "", *told), result, found))
        case Unknown(reason=reason):
            line = Text.assemble(("not decided", DOUBTFUL), f": {reason}")
            return Answer("unknown", ExitCode.UNKNOWN, result, (line,), (MORE_TIME,))


def _ways_out(
    inquiry: Inquiry, asked: Configurator, wanted: Wanted, *, only: bool
) -> Repairs | Unrepairable | Unknown:
    """The best repairs; quickly or not at all."""
    seconds = LONGEST_SEARCH
    if inquiry.settings.seconds is not None:
        seconds = max(0.0, min(seconds, inquiry.settings.seconds - inquiry.elapsed))
    return asked.repairs(
        wanted.choices, as_of=inquiry.day, seconds=seconds, only=only, bundles=wanted.bundles
    )


def _invalid(
    lines: tuple[Text | str, ...], result: JsonObject, found: Repairs | Unrepairable | Unknown
) -> Answer:
    """What speaks against the choices, with the ways out."""
    match found:
        case Unknown():
            return Answer("no", ExitCode.NO, {**result, "repairs": None}, lines, (SEARCH_LONGER,))
        case Repairs(repairs=repairs) if repairs:
            lines = (*lines, "", HEADING, *repair_lines(repairs))
            return Answer("no", ExitCode.NO, {**result, "repairs": to_json(repairs)}, lines)
        case _:
            return Answer("no", ExitCode.NO, result, lines)
