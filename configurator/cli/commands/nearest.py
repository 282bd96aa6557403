"""`configurator nearest`."""

from typing import Any

import click
from attrs import evolve
from rich.text import Text

from configurator.acceptance.nearest import DEFAULT_MORE, Nearest, Unbuildable
from configurator.cli.commands.repair import read_weights
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
from configurator.cli.promises_told import proposal_lines
from configurator.cli.stock_questions import asked_stock, need_by_option, stock_options
from configurator.cli.wording import BAD, DOUBTFUL, GOOD, conflict_lines, plural
from configurator.cli.words import read_wanted
from configurator.engines.engine import Unknown
from configurator.serialization_acceptance import nearest_json

FEWEST_ONLY = "with more changes the price may be nearer; to look for that took too long"
EXAMPLES = """\b
Examples:
  configurator nearest catalogs/desktop_pc -f order.json --db sqlite:///stock.db
  configurator nearest catalogs/bicycle frame=FR-TOWN-S colour=COL-BLK --lock frame --stock stock.csv
"""


@click.command("nearest", epilog=EXAMPLES)
@catalog_argument
@choice_arguments
@stock_options
@need_by_option
@click.option(
    "--quantity",
    type=click.IntRange(min=1, max=1_000_000),
    default=1,
    show_default=True,
    metavar="N",
    help="How many of the same are needed.",
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
    "--more",
    type=click.IntRange(min=0),
    default=DEFAULT_MORE,
    show_default=True,
    metavar="N",
    help="Look also at proposals with up to N changes more than are needed, whose price may be nearer.",
)
@click.option(
    "--limit",
    type=click.IntRange(min=0),
    default=0,
    metavar="N",
    help="How many at most, those that change the fewest first; 0 for all (the default).",
)
@question_options
@output_options()
@answers("nearest")
def nearest(
    inquiry: Inquiry, catalog: str, choices: tuple[str, ...], file: str | None, **more: Any
) -> Answer:
    """What can be built that is nearest to the choices: fewest changes, then price, then day; proved.

    Of no proposal there is another one that changes no more, is as near in price and there as early. Ends
    with 5 where nothing that keeps the locked choices can ever be built.
    """
    wanted = read_wanted(choices, file, more["bundles"])
    asked = inquiry.load(catalog)
    with (
        asked_stock(inquiry, more["db"], more["stock"]) as stock,
        inquiry.screen.waiting("looking for what can be built"),
    ):
        answer = asked.nearest(
            wanted.choices,
            stock,
            on=more["need_by"],
            times=more["quantity"],
            locked=more["lock"],
            weights=more["weight"],
            more_changes=more["more"],
            as_of=inquiry.day,
            seconds=inquiry.settings.seconds,
            only=more["only"],
            bundles=wanted.bundles,
        )
    most = inquiry.settings.limit or None
    result = nearest_json(answer, most)
    match answer:
        case Nearest(proposals=proposals):
            found = _found(answer, most, result, len(proposals))
            if answer.more_changes < more["more"]:
                return evolve(found, notes=(*found.notes, FEWEST_ONLY))
            return found
        case Unbuildable(conflicts=conflicts):
            told_so = ", whatever is changed and however long one waits"
            head = Text.assemble(("nothing can be built", BAD), told_so)
            told = conflict_lines(asked.catalog, wanted.choices, conflicts)
            notes = ("fewer `--lock`, or more stock, would help",) if more["lock"] else ()
            return Answer("no", ExitCode.UNAVAILABLE, result, (head, "", *told), notes)
        case Unknown(reason=reason):
            line = Text.assemble(("not decided", DOUBTFUL), f": {reason}")
            return Answer("unknown", ExitCode.UNKNOWN, result, (line,), (MORE_TIME,))


def _found(answer: Nearest, most: int | None, result: dict[str, Any], number: int) -> Answer:
    shown = answer.proposals[:most]
    if not shown[0].changes:
        head = Text.assemble(("possible as it was chosen", GOOD), f" on {shown[0].day}")
    else:
        head = Text.assemble(("not possible as it was chosen", DOUBTFUL), "; nearest to it:")
    if len(answer.proposals) == 1 and not shown[0].changes and not shown[0].waits:
        return Answer("yes", ExitCode.YES, result, (head,))
    notes = (f"{len(shown)} of {plural(number, 'proposal')}",) if len(shown) < number else ()
    return Answer("yes", ExitCode.YES, result, (head, *proposal_lines(shown)), notes)
