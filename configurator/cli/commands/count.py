"""`configurator count`."""

from typing import Any

import click
from rich.text import Text

from configurator.cli.asked_stock import AskedStock, stock_options
from configurator.cli.exit_codes import ExitCode
from configurator.cli.failures import MORE_TIME, SAYS_WHY
from configurator.cli.inquiry import Answer, Inquiry
from configurator.cli.options import (
    answers,
    catalog_argument,
    choice_arguments,
    output_options,
    question_options,
)
from configurator.cli.wording import BAD, DOUBTFUL, GOOD, plural, seconds_in_words, share_in_words
from configurator.cli.words import read_wanted
from configurator.configuration.enumeration import Count
from configurator.engines.engine import Unknown
from configurator.serialization import count_json

EXAMPLES = """\b
Examples:
  configurator count catalogs/bicycle
  configurator count catalogs/desktop_pc usage=gaming cpu=CPU-7800X3D --timeout 10s
  configurator count catalogs/bicycle --stock stock.csv --need-by 2026-12-01
"""


@click.command("count", epilog=EXAMPLES)
@catalog_argument
@choice_arguments
@stock_options(available="all")
@question_options
@output_options()
@answers("count")
def count(inquiry: Inquiry, catalog: str, choices: tuple[str, ...], file: str | None, **more: Any) -> Answer:
    """How many valid configurations keep the choices, exactly.

    CHOICE is `slot=SKU`, `slot=2xSKU`, `slot=none`, `slot=A,2xB`, or `slot+=SKU` for at least that.
    """
    wanted = read_wanted(choices, file, more["bundles"])
    stock = AskedStock.read(inquiry, more, available="all")
    given, bundles = wanted.choices, wanted.bundles
    asked = inquiry.load(catalog)
    seconds = inquiry.settings.seconds
    how = {"as_of": inquiry.day, "seconds": seconds, "only": more["only"], "bundles": bundles}
    buildable: Count | Unknown | None = None
    with inquiry.screen.waiting("counting"):
        found = stock.under(asked).count(given, **how)
        if stock.snapshot is not None and not stock.only:
            buildable = asked.under(stock.snapshot, on=stock.on).count(given, **how)
    result = {**count_json(found), **stock.told}
    if buildable is not None:
        result["buildable"] = count_json(buildable)
    if not isinstance(found, Count):
        line = Text.assemble(("not decided", DOUBTFUL), f": {found.reason}")
        return Answer("unknown", ExitCode.UNKNOWN, result, (line,), (MORE_TIME,))
    told = plural(found.value, "configuration")
    share = f" ({share_in_words(found.value, found.combinations)} of {found.combinations:,} combinations)"
    what = " that can be built" if stock.only else ""
    line = Text.assemble(
        (told, GOOD if found.value else BAD),
        f"{what}{share}, exact, {seconds_in_words(inquiry.elapsed)}",
    )
    lines = (line, *_buildable_line(buildable))
    if not found.value:
        return stock.refused(asked, given, how, Answer("no", ExitCode.NO, result, lines, (SAYS_WHY,)))
    if isinstance(buildable, Unknown):
        return Answer("unknown", ExitCode.UNKNOWN, result, lines, (MORE_TIME,))
    return Answer("yes", ExitCode.YES, result, lines)


def _buildable_line(found: Count | Unknown | None) -> tuple[Text, ...]:
    match found:
        case Count(value=value):
            return (Text.assemble((f"{value:,}", GOOD if value else BAD), " of them can be built"),)
        case Unknown(reason=reason):
            told = ("how many of them can be built: ", ("not decided", DOUBTFUL), f", {reason}")
            return (Text.assemble(*told),)
        case None:
            return ()
