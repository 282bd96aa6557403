"""`configurator stock shortages` and `stock pegging`: what is too little, and what serves whom."""

from collections.abc import Iterable, Sequence

import click
from rich.text import Text

from configurator.availability.answers.pegging import Peg, Pegging
from configurator.availability.answers.pegging import pegging as peg_all
from configurator.availability.answers.shortages import LowItem
from configurator.availability.answers.shortages import shortages as all_shortages
from configurator.cli.exit_codes import ExitCode
from configurator.cli.inquiry import Answer, Inquiry
from configurator.cli.options import answers, output_options, timeout_option
from configurator.cli.stock_told import place_in_words, supply_lines, table_lines
from configurator.cli.stores import database_option, open_store
from configurator.cli.terminal import GAP
from configurator.cli.wording import BAD, DOUBTFUL, GOOD, plural
from configurator.serialization_stock import all_json, peg_json, shortages_json, unpegged_json

# ---------------------------------------------------------------- shortages


SHORTAGES_EXAMPLES = """\b
Examples:
  configurator stock shortages --db sqlite:///stock.db
"""


@click.command("shortages", short_help="Where there is too little.", epilog=SHORTAGES_EXAMPLES)
@database_option
@timeout_option
@output_options()
@answers("stock shortages")
def shortages(inquiry: Inquiry, db: str) -> Answer:
    """Where there is too little: late promises, overdue receipts, shelves at their safety stock.

    Ends with 1 where something is short, with 0 where nothing is.
    """
    with open_store(inquiry, db) as store:
        found = all_shortages(store.snapshot())
    result = shortages_json(found)
    if found.is_empty:
        line = Text.assemble(("nothing is short", GOOD), f" on {found.today}")
        return Answer("yes", ExitCode.YES, result, (line,))
    lines: list[Text | str] = []
    if found.late:
        late = plural(len(found.late), "promise")
        lines += [Text.assemble((late, BAD), " too late or not at all:"), *_indented(peg_lines(found.late))]
    if found.overdue:
        overdue = plural(len(found.overdue), "receipt")
        lines += [Text.assemble((overdue, DOUBTFUL), " overdue:"), *_indented(supply_lines(found.overdue))]
    if found.low:
        low = plural(len(found.low), "shelf", "shelves")
        lines += [Text.assemble((low, DOUBTFUL), " at the safety stock or below:")]
        lines += _indented(_low_lines(found.low))
    return Answer("no", ExitCode.NO, result, tuple(lines))


def _indented(lines: Iterable[str]) -> list[str]:
    return [f"{GAP}{line}" for line in lines]


def _low_lines(low: Sequence[LowItem]) -> tuple[str, ...]:
    rows = [
        (
            f"{each.sku}{place_in_words(each.location)}",
            each.expected.isoformat() if each.expected else "nothing comes",
            f"{each.unpromised:,}",
            f"{each.floor:,}",
            f"{each.coming:,}",
        )
        for each in low
    ]
    return table_lines(("component", "next", "left", "floor", "coming"), rows, left=2)


# ---------------------------------------------------------------- pegging


PEGGING_EXAMPLES = """\b
Examples:
  configurator stock pegging --db sqlite:///stock.db
  configurator stock pegging GPU-4070 --db sqlite:///stock.db
  configurator stock pegging --supply PO-7 --db sqlite:///stock.db
"""


@click.command("pegging", short_help="Which goods serve which promise.", epilog=PEGGING_EXAMPLES)
@click.argument("skus", nargs=-1, metavar="[SKU]...")
@database_option
@click.option("--order", metavar="ID", help="What this order waits for.")
@click.option("--supply", metavar="ID", help="What hangs on this receipt.")
@timeout_option
@output_options()
@answers("stock pegging")
def pegging(
    inquiry: Inquiry, skus: tuple[str, ...], db: str, order: str | None, supply: str | None
) -> Answer:
    """Which goods serve which promise: what lies on the shelf first, then receipts as they come.

    Nothing of this is stored: it is worked out when asked, by the days of need.
    """
    with open_store(inquiry, db) as store:
        seen = store.snapshot(skus or None)
        reservations = store.reservations(live=True)
    known = {balance.sku for balance in seen.balances}
    unknown = [sku for sku in dict.fromkeys(skus) if sku not in known]
    found = peg_all(seen, reservations=reservations)
    pegs = [peg for peg in found.pegs if order in {None, peg.order} and supply in {None, peg.supply}]
    whole = order is None and supply is None
    result = {
        "pegs": all_json(peg_json, pegs),
        "unpegged": all_json(unpegged_json, found.unpegged) if whole else [],
        "unknown": unknown,
        "seq": seen.seq,
    }
    lines: list[Text | str] = [*peg_lines(pegs), *(_left_lines(found) if whole else ())]
    late = sum(peg.is_late for peg in pegs)
    notes = (f"{plural(late, 'line')} too late or not at all",) if late else ()
    if not pegs:
        notes = ("nothing is promised",)
    code = ExitCode.NO if unknown else ExitCode.YES
    lines += [f"{sku} is unknown to stock" for sku in unknown]
    return Answer("no" if unknown else "yes", code, result, tuple(lines), notes)


def peg_lines(pegs: Sequence[Peg]) -> tuple[str, ...]:
    """A table of what serves whom."""
    if not pegs:
        return ()
    head = ("component", "order", "needed", "from", "there", "units", "")
    rows = [
        (
            f"{peg.sku}{place_in_words(peg.location)}",
            peg.order or "?",
            peg.needed.isoformat() if peg.needed else "now",
            "nothing" if peg.is_unmet else peg.supply or "the shelf",
            peg.day.isoformat() if peg.day else "never",
            f"{peg.quantity:,}",
            "late" if peg.is_late else "",
        )
        for peg in pegs
    ]
    return table_lines(head, rows, left=5)


def _left_lines(found: Pegging) -> list[str]:
    return [
        f"{each.sku}{place_in_words(each.location)}: {each.quantity:,} left over"
        f"{f' of {each.supply}, from {each.day} on' if each.supply else ' on the shelf'}"
        for each in found.unpegged
    ]
