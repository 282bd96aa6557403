"""`configurator repair`."""

from collections.abc import Mapping, Sequence
from typing import Any

import click
from attrs import evolve
from rich.text import Text

from configurator.cli.asked_stock import AskedStock, stock_options
from configurator.cli.exit_codes import ExitCode
from configurator.cli.failures import MORE_TIME, CommandError
from configurator.cli.inquiry import Answer, Inquiry
from configurator.cli.options import (
    answers,
    catalog_argument,
    choice_arguments,
    output_options,
    question_options,
)
from configurator.cli.ways_out import HEADING, choices_in_one_line, repair_lines
from configurator.cli.wording import DOUBTFUL, GOOD, conflict_lines, not_possible, plural
from configurator.cli.words import read_wanted
from configurator.configuration.model import JsonValue
from configurator.configuration.repairs import DEFAULT_LIMIT, Repairs, Unrepairable, stated_choices
from configurator.engines.engine import Unknown
from configurator.serialization import repairs_json

EXAMPLES = """\b
Examples:
  configurator repair catalogs/desktop_pc cpu=CPU-7800X3D board=MB-Z790-TUF
  configurator repair catalogs/desktop_pc -f order.json --lock cpu --weight psu=3 --limit 10
  configurator repair catalogs/desktop_pc -f order.json --apply 1 --json | jq .result.choices
"""


def read_weights(_: click.Context, __: click.Parameter, words: tuple[str, ...]) -> dict[str, int]:
    """What `PLACE=N` says, each place once.

    Raises:
        BadParameter: a word is no weight.
    """
    weights: dict[str, int] = {}
    for word in words:
        place, equals, number = (part.strip() for part in word.partition("="))
        if not (equals and place and number.isdecimal() and number.isascii() and int(number)):
            raise click.BadParameter(f"`{word}` is no weight; write `psu=3`, a whole number of at least 1")
        weights[place] = int(number)
    return weights


@click.command("repair", epilog=EXAMPLES)
@catalog_argument
@choice_arguments
@click.option(
    "--limit",
    type=click.IntRange(min=0),
    default=DEFAULT_LIMIT,
    show_default=True,
    metavar="K",
    help="How many ways out at most, the best first; 0 for all.",
)
@click.option("--lock", multiple=True, metavar="PLACE", help="Keep this choice; may be repeated.")
@click.option(
    "--weight",
    multiple=True,
    callback=read_weights,
    metavar="PLACE=N",
    help="Changing this place counts as N changes; may be repeated.",
)
@click.option(
    "--apply",
    type=click.IntRange(min=1),
    metavar="N",
    help="Give the choices with way out N applied, as words or as JSON.",
)
@stock_options()
@question_options
@output_options()
@answers("repair")
def repair(inquiry: Inquiry, catalog: str, choices: tuple[str, ...], file: str | None, **more: Any) -> Answer:
    """The smallest changes that make choices possible again.

    Ordered by the number of places changed, then by how little the price moves, then in catalog order.
    CHOICE is `slot=SKU`, `slot=2xSKU`, `slot=none`, `slot=A,2xB`, or `slot+=SKU` for at least that.
    """
    stated = read_wanted(choices, file, more["bundles"])
    stock = AskedStock.read(inquiry, more)
    given, bundles = stated.choices, stated.bundles
    by_rules = inquiry.load(catalog)
    asked = stock.under(by_rules)
    wanted: int | None = more["apply"]
    limit = DEFAULT_LIMIT if inquiry.settings.limit is None else inquiry.settings.limit
    with inquiry.screen.waiting("looking for ways out"):
        found = asked.repairs(
            given,
            limit=max(limit, wanted or 1) if limit else None,
            weights=more["weight"],
            locked=more["lock"],
            as_of=inquiry.day,
            seconds=inquiry.settings.seconds,
            only=more["only"],
            bundles=bundles,
        )
    match found:
        case Unknown(reason=reason):
            line = Text.assemble(("not decided", DOUBTFUL), f": {reason}")
            result = {**repairs_json(found), **stock.told}
            return Answer("unknown", ExitCode.UNKNOWN, result, (line,), (MORE_TIME,))
        case Unrepairable(conflicts=conflicts):
            head = not_possible(len(given), conflicts, len(bundles))
            told = conflict_lines(asked.catalog, given, conflicts)
            notes = ("no change of what is not locked helps",)
            result = {**repairs_json(found), **stock.told}
            refused = Answer("no", ExitCode.NO, result, (head, "", *told), notes)
            how = {
                "as_of": inquiry.day,
                "seconds": inquiry.settings.seconds,
                "only": more["only"],
                "bundles": bundles,
            }
            return stock.refused(by_rules, given, how, refused)
        case _:
            before = stated_choices(asked.catalog, given, only=more["only"], bundles=bundles)
            answer = _told(found, before, bundles, wanted)
            return evolve(answer, result={**answer.result, **stock.told})


def _told(
    found: Repairs, before: Mapping[str, JsonValue], bundles: Sequence[str], wanted: int | None
) -> Answer:
    """The ways out, or one of them applied."""
    if wanted is not None:
        applied = _applied(found, before, wanted)
        result = repairs_json(found, applied)
        return Answer("yes", ExitCode.YES, result, (choices_in_one_line(applied, bundles),))
    result = repairs_json(found)
    if not found:
        line = Text.assemble(("nothing to repair", GOOD), ": the choices are possible")
        return Answer("yes", ExitCode.YES, result, (line,))
    notes = ("there are more; see `--limit`",) if found.more else ()
    return Answer("yes", ExitCode.YES, result, (HEADING, *repair_lines(found.repairs)), notes)


def _applied(found: Repairs, before: Mapping[str, JsonValue], wanted: int) -> Mapping[str, JsonValue]:
    """The choices with a way out applied; as they are where there is nothing to repair.

    Raises:
        CommandError: there are not so many ways out.
    """
    if not found:
        return before
    if wanted > len(found.repairs):
        ways = plural(len(found.repairs), "way out", "ways out")
        raise CommandError(f"there is no way out {wanted}", ExitCode.USAGE, f"there are {ways} in all")
    return found.repairs[wanted - 1].choices
