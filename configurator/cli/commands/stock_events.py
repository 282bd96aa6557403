"""`configurator stock events`: what happened."""

import json
from collections.abc import Sequence

import click

from configurator.availability.ledger import StockEvent
from configurator.cli.exit_codes import ExitCode
from configurator.cli.inquiry import Answer, Inquiry
from configurator.cli.options import answers, limit_option, output_options, timeout_option
from configurator.cli.stock_told import event_lines
from configurator.cli.stores import database_option, open_store
from configurator.cli.terminal import OutputClosedError, abandon_output
from configurator.serialization_stock import all_json, event_json

EXAMPLES = """\b
Examples:
  configurator stock events --db sqlite:///stock.db --limit 20
  configurator stock events --after 4711 --db sqlite:///stock.db --format jsonl
"""


LARGEST_NUMBER = 10**18
"""No event has a larger one."""


@click.command("events", short_help="What happened, in order.", epilog=EXAMPLES)
@click.option(
    "--after",
    type=click.IntRange(0, LARGEST_NUMBER),
    default=0,
    show_default=True,
    metavar="N",
    help="Only later ones.",
)
@database_option
@limit_option("How many events at most; 0 for all (the default).")
@timeout_option
@output_options("jsonl")
@answers("stock events")
def events(inquiry: Inquiry, db: str, after: int) -> Answer:
    """What happened to the stock, in order, each event with the counters that it moved.

    Whoever follows a stock asks again after the number of the last event told; none is ever missed.
    """
    limit = inquiry.settings.limit or None
    with open_store(inquiry, db) as store:
        found = store.events(after, None if limit is None else limit + 1)
    shown = found[:limit]
    more, last = len(shown) < len(found), shown[-1].seq if shown else after
    result = {"events": all_json(event_json, shown), "more": more, "next": last}
    if inquiry.settings.form == "jsonl":
        _write(inquiry, shown)
        return Answer("yes", ExitCode.YES, result)
    notes = (f"there are more (--after {last} for the next)",) if more else ()
    if not shown:
        notes = (f"nothing happened after event {after}" if after else "nothing has happened yet",)
    return Answer("yes", ExitCode.YES, result, event_lines(shown), notes)


def _write(inquiry: Inquiry, shown: Sequence[StockEvent]) -> None:
    try:
        for event in shown:
            inquiry.screen.write(json.dumps(event_json(event), ensure_ascii=False) + "\n")
        inquiry.screen.flush()
    except OutputClosedError:
        abandon_output()
