"""`configurator complete`."""

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
from configurator.cli.terminal import GAP
from configurator.cli.wishes_told import wish_lines
from configurator.cli.wording import DOUBTFUL, STRONG, conflict_lines, not_possible
from configurator.cli.words import read_wanted
from configurator.configuration.completion import Completed
from configurator.configuration.telling import value_in_words
from configurator.configuration.validation import Invalid
from configurator.engines.engine import Unknown
from configurator.serialization import completion_json

EXAMPLES = """\b
Examples:
  configurator complete catalogs/bicycle
  configurator complete catalogs/desktop_pc usage=gaming cpu=CPU-7800X3D
  configurator complete catalogs/desktop_pc usage=office --minimise price
  configurator complete catalogs/desktop_pc --bundle gamer
  configurator complete catalogs/desktop_pc --json | jq .result.configuration >order.json
"""


@click.command("complete", epilog=EXAMPLES)
@catalog_argument
@choice_arguments
@click.option(
    "--minimise",
    multiple=True,
    metavar="CALC",
    help="Make this calc as small as it can be, before all wishes of the catalog; may be repeated.",
)
@click.option(
    "--maximise",
    multiple=True,
    metavar="CALC",
    help="Make this calc as large as it can be; minded after what is minimised; may be repeated.",
)
@stock_options()
@question_options
@output_options()
@answers("complete")
def complete(
    inquiry: Inquiry, catalog: str, choices: tuple[str, ...], file: str | None, **more: Any
) -> Answer:
    """The best valid configuration that keeps the choices, and which wishes it does not keep.

    What is best: first what `--minimise` and `--maximise` ask for, then the catalog's defaults in the order
    declared, then its preferences and objectives by weight, then catalog order.
    CHOICE is `slot=SKU`, `slot=2xSKU`, `slot=none`, `slot=A,2xB`, or `slot+=SKU` for at least that.
    """
    wanted = read_wanted(choices, file, more["bundles"])
    stock = AskedStock.read(inquiry, more)
    given, bundles = wanted.choices, wanted.bundles
    by_rules = inquiry.load(catalog)
    asked = stock.under(by_rules)
    how = {
        "as_of": inquiry.day,
        "seconds": inquiry.settings.seconds,
        "only": more["only"],
        "bundles": bundles,
    }
    with inquiry.screen.waiting("completing"):
        found = asked.complete(
            given, minimise=more["minimise"], maximise=more["maximise"], reasons=True, **how
        )
    if isinstance(found, Unknown):
        line = Text.assemble(("not decided", DOUBTFUL), f": {found.reason}")
        result = {**completion_json(found), **stock.told}
        return Answer("unknown", ExitCode.UNKNOWN, result, (line,), (MORE_TIME,))
    if isinstance(found, Completed):
        result = {**completion_json(found), **stock.told}
        return Answer("yes", ExitCode.YES, result, completion_lines(found))
    with inquiry.screen.waiting("looking for the reason"):
        verdict = asked.validate(given, **how)
    conflicts = verdict.conflicts if isinstance(verdict, Invalid) else ()
    told = conflict_lines(asked.catalog, given, conflicts)
    notes = (f"why is not known: {verdict.reason}",) if isinstance(verdict, Unknown) else ()
    head = not_possible(len(given), conflicts, len(bundles))
    result = {**completion_json(found, conflicts), **stock.told}
    answer = Answer("no", ExitCode.NO, result, (head, "", *told), notes)
    return stock.refused(by_rules, given, how, answer)


def completion_lines(found: Completed) -> tuple[Text, ...]:
    """Every place with its value and who chose it; then the calcs; then what became of the wishes."""
    values = {path: value_in_words(value) for path, value in found.places}
    width = max((len(path) for path in (*values, *dict(found.calcs))), default=0)
    lines = []
    for path, value in values.items():
        who = f"{_who(found, path):<12}{GAP}"
        lines.append(Text.assemble(who, (f"{path:<{width}}", STRONG), GAP, value))
    for name, value in found.calcs:
        lines.append(Text.assemble(f"{'':<12}{GAP}", (f"{name:<{width}}", STRONG), GAP, value))
    return (*lines, *wish_lines(found.wishes))


def _who(found: Completed, path: str) -> str:
    if path in found.chosen:
        return "you chose"
    if path in found.bundled:
        return "bundle"
    return "default" if path in found.defaults else "chosen by us"
