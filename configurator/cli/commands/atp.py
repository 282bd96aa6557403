"""`configurator atp`."""

from datetime import date

import click
from rich.text import Text

from configurator.availability.answers.atp import AtpTable, atp
from configurator.availability.masters import Policy
from configurator.cli.exit_codes import ExitCode
from configurator.cli.inquiry import Answer, Inquiry
from configurator.cli.options import answers, output_options, timeout_option
from configurator.cli.parameters import read_day
from configurator.cli.stock_told import table_lines
from configurator.cli.stores import database_option, open_store
from configurator.cli.terminal import GAP
from configurator.cli.wording import BAD, STRONG, plural
from configurator.serialization_stock import all_json, atp_json

EXAMPLES = """\b
Examples:
  configurator atp GPU-4070 --db sqlite:///stock.db
  configurator atp GPU-4070 PSU-650 --until 2026-12-31 --db sqlite:///stock.db --json
"""

HEAD = ("day", "comes", "needed", "balance", "discrete", "can be promised")


@click.command("atp", epilog=EXAMPLES)
@click.argument("skus", nargs=-1, required=True, metavar="SKU...")
@database_option
@click.option("--until", callback=read_day, metavar="DATE", help="The last day to tell of.")
@click.option("--location", metavar="NAME", help="Look at this location alone; left out: at all together.")
@timeout_option
@output_options()
@answers("atp")
def tell_atp(
    inquiry: Inquiry, skus: tuple[str, ...], db: str, until: date | None, location: str | None
) -> Answer:
    """What can be promised of components, day by day: available to promise.

    What can be promised for a day takes account of all that was promised for later ones. Nothing is
    reserved; days are those of UTC.
    """
    wanted = tuple(dict.fromkeys(skus))
    with open_store(inquiry, db) as store:
        seen = store.snapshot(wanted)
    tables = [atp(seen, sku, until=until, location=location) for sku in wanted]
    unknown = [table.sku for table in tables if not table.known]
    result = {"items": all_json(atp_json, tables), "unknown": unknown, "seq": seen.seq}
    lines = [line for table in tables for line in _lines(table)]
    if unknown:
        return Answer("no", ExitCode.NO, result, tuple(lines))
    return Answer("yes", ExitCode.YES, result, tuple(lines))


def _lines(table: AtpTable) -> list[Text | str]:
    if not table.known:
        return [Text.assemble((table.sku, BAD), " is unknown to stock")]
    floor = f", safety stock {table.floor:,}" if table.floor else ""
    place = f" at {table.location}" if table.location else ""
    told = (
        f"{place}: {table.on_hand:,} on hand, {table.promised:,} of that promised{floor}{_replenished(table)}"
    )
    planned = [
        f"{GAP}{row.planned:,} more planned for {row.day}, and not counted on"
        for row in table.rows
        if row.planned
    ]
    rows = table_lines(
        HEAD,
        [
            (
                row.day.isoformat(),
                f"{row.receipts:,}",
                f"{row.commitments:,}",
                f"{row.projected:,}",
                f"{row.discrete:,}",
                "any quantity" if row.unlimited else f"{row.promisable:,}",
            )
            for row in table.rows
        ],
    )
    return [Text.assemble((table.sku, STRONG), told), *(f"{GAP}{row}" for row in rows), *planned]


def _replenished(table: AtpTable) -> str:
    if table.policy is Policy.STOCKED:
        return ""
    if table.lead_time is None:
        return f"; {table.policy.value}, in a time that nobody has said"
    return f"; {table.policy.value} in {plural(table.lead_time, 'day')}"
