"""`configurator cheapest`."""

from collections.abc import Iterator, Sequence
from typing import Any

import click
from rich.text import Text

from configurator.cli.asked_stock import AskedStock, stock_options
from configurator.cli.commands.list import cells, chosen_columns
from configurator.cli.exit_codes import ExitCode
from configurator.cli.failures import SAYS_WHY, next_step
from configurator.cli.inquiry import Answer, Inquiry
from configurator.cli.options import (
    answers,
    calc_option,
    catalog_argument,
    choice_arguments,
    output_options,
    question_options,
)
from configurator.cli.terminal import GAP, aligned, column_widths
from configurator.cli.wording import BAD, DOUBTFUL, GOOD, STRONG
from configurator.cli.words import read_wanted
from configurator.configuration.completion import NotCompletable
from configurator.configuration.pricing import Priced
from configurator.configuration.telling import value_in_words
from configurator.engines.engine import Unknown
from configurator.serialization import cheapest_json

EXAMPLES = """\b
Examples:
  configurator cheapest catalogs/desktop_pc usage=gaming
  configurator cheapest catalogs/bicycle lights=dynamo --limit 5 --columns frame,fork
"""


@click.command("cheapest", epilog=EXAMPLES)
@catalog_argument
@choice_arguments
@click.option(
    "--limit",
    type=click.IntRange(min=1),
    default=1,
    show_default=True,
    metavar="N",
    help="How many of them, ascending.",
)
@click.option(
    "--columns", metavar="A,B", help="Places and calcs to show, in this order; by default all places."
)
@calc_option
@stock_options()
@question_options
@output_options()
@answers("cheapest")
def cheapest(
    inquiry: Inquiry, catalog: str, choices: tuple[str, ...], file: str | None, **more: Any
) -> Answer:
    """The cheapest valid configurations that keep the choices.

    Ascending by `price`, or by the calc that `--by` names; equal amounts in catalog order.
    CHOICE is `slot=SKU`, `slot=2xSKU`, `slot=none`, `slot=A,2xB`, or `slot+=SKU` for at least that.
    """
    wanted = read_wanted(choices, file, more["bundles"])
    stock = AskedStock.read(inquiry, more)
    given, bundles = wanted.choices, wanted.bundles
    asked = inquiry.load(catalog)
    written, by, limit = more["columns"], more["by"], inquiry.settings.limit or 1
    columns = None if written is None else chosen_columns(asked, written)
    seconds = inquiry.settings.seconds
    how = {"as_of": inquiry.day, "seconds": seconds, "only": more["only"], "bundles": bundles}
    with inquiry.screen.waiting("looking for the cheapest"):
        found = stock.under(asked).cheapest(given, by=by, limit=limit, **how)
    result = {**cheapest_json(found, by), **stock.told}
    if isinstance(found, Unknown):
        line = Text.assemble(("not decided", DOUBTFUL), f": {found.reason}")
        return Answer("unknown", ExitCode.UNKNOWN, result, (line,), (next_step(found),))
    if isinstance(found, NotCompletable):
        line = Text.assemble(("nothing", BAD), f" with a {by} keeps the choices")
        return stock.refused(asked, given, how, Answer("no", ExitCode.NO, result, (line,), (SAYS_WHY,)))
    if limit == 1 and columns is None:
        return Answer("yes", ExitCode.YES, result, tuple(_one(found[0], by)))
    places = tuple(place.key for place in asked.catalog.inside(""))
    return Answer("yes", ExitCode.YES, result, tuple(_table(found, columns or places, by)))


def _one(priced: Priced, by: str) -> Iterator[Text]:
    """A line for each place, and the amount."""
    values = {path: value_in_words(value) for path, value in priced.configuration.items()}
    width = max(len(path) for path in (*values, by))
    for path, value in values.items():
        yield Text.assemble((f"{path:<{width}}", STRONG), GAP, value)
    yield Text.assemble((f"{by:<{width}}", STRONG), GAP, (priced.amount.text, GOOD))


def _table(found: Sequence[Priced], columns: tuple[str, ...], by: str) -> Iterator[Text | str]:
    """A line for each configuration; the amount comes last, unless it is among the columns."""
    added = () if by in columns else (by,)
    rows = [[*columns, *added]]
    rows += [cells(each.configuration, (*columns, *added)) for each in found]
    yield from aligned(rows, column_widths(rows, len(rows[0])))
