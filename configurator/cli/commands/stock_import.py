"""`configurator stock import`."""

from collections.abc import Mapping, Sequence

import click
from rich.text import Text

from configurator.availability.masters import ItemMaster
from configurator.availability.snapshot import StockSnapshot
from configurator.availability.stock_file import StockFile
from configurator.availability.stock_import import ImportPlan
from configurator.cli.exit_codes import ExitCode
from configurator.cli.files import read_stock
from configurator.cli.inquiry import Answer, Inquiry
from configurator.cli.options import answers, output_options, timeout_option
from configurator.cli.stock_told import given_up_lines, place_in_words
from configurator.cli.stores import (
    actor_option,
    break_promises_option,
    database_option,
    location_option,
    open_lasting_store,
)
from configurator.cli.terminal import aligned, column_widths
from configurator.cli.wording import GOOD, plural
from configurator.serialization import import_json
from configurator.serialization_stock import all_json, master_json

EXAMPLES = """\b
Examples:
  configurator stock import stock.csv --db sqlite:///stock.db
  configurator stock import recount.csv --db sqlite:///stock.db --dry-run
"""


@click.command("import", short_help="Set counts from a CSV file.", epilog=EXAMPLES)
@click.argument("file", metavar="FILE.csv")
@database_option
@location_option("Where the counted goods lie.")
@break_promises_option
@click.option("--dry-run", is_flag=True, help="Say what would change; write nothing.")
@actor_option
@timeout_option
@output_options()
@answers("stock import")
def import_stock(
    inquiry: Inquiry,
    file: str,
    db: str,
    location: str,
    actor: str | None,
    *,
    break_promises: bool,
    dry_run: bool,
) -> Answer:
    """Set the counts of the components that a CSV file names; others stay as they are.

    The file has the columns `sku` and `on_hand`, and may have `floor`, `policy`, `lead_time`, `cost` and
    `currency`, of which an empty cell says nothing; more are ignored. A second time it changes nothing.
    """
    said = read_stock(file)
    with open_lasting_store(inquiry, db, create=not dry_run, actor=actor) as store:
        seen = store.snapshot(said.counts)
        floors = _floors(said, seen, location)
        masters = _masters(said, seen)
        if dry_run:
            plan = store.plan_import(said.counts, location=location)
        else:
            plan = store.import_counts(said.counts, location=location, break_promises=break_promises)
            # Three transactions, each of which changes nothing when it is told again.
            for sku, floor in floors.items():
                store.set_floor(sku, floor, location=location)
            if masters:
                store.set_masters(masters)
    result = {
        **import_json(plan, dry_run=dry_run),
        "floors": floors,
        "masters": all_json(master_json, masters),
        "ignored": list(said.ignored),
    }
    refused = bool(dry_run and plan.missing and not break_promises)
    lines = tuple(_lines(plan, location, dry_run=dry_run))
    lines += _facts_lines(floors, masters, dry_run=dry_run)
    notes = (f"{_columns(said.ignored)} left alone",) if said.ignored else ()
    if refused:
        step = "this import needs `--break-promises`: too little is left for what is promised"
        return Answer("no", ExitCode.NO, result, lines, (*notes, step))
    return Answer("yes", ExitCode.YES, result, lines, notes)


def _columns(names: Sequence[str]) -> str:
    told = ", ".join(f"`{name}`" for name in names)
    return f"the {'column' if len(names) == 1 else 'columns'} {told} {'is' if len(names) == 1 else 'are'}"


def _floors(said: StockFile, seen: StockSnapshot, location: str) -> dict[str, int]:
    """The safety stocks that change."""
    before = {each.sku: each.floor for each in seen.balances if each.location == location}
    return {sku: floor for sku, floor in said.floors.items() if before.get(sku, 0) != floor}


def _masters(said: StockFile, seen: StockSnapshot) -> tuple[ItemMaster, ...]:
    """The masters that change: what the file says, over what is known."""
    wanted = (master.over(seen.master_of.get(master.sku)) for master in said.masters)
    return tuple(master for master in wanted if master != seen.master_of.get(master.sku))


def _facts_lines(
    floors: Mapping[str, int], masters: Sequence[ItemMaster], *, dry_run: bool
) -> tuple[Text, ...]:
    verb = "would set" if dry_run else "set"
    told = [plural(len(floors), "floor")] if floors else []
    told += [plural(len(masters), "master")] if masters else []
    return (Text.assemble((verb, GOOD), f" {' and '.join(told)}"),) if told else ()


def _lines(plan: ImportPlan, location: str, *, dry_run: bool) -> list[Text | str]:
    verb = "would import" if dry_run else "imported"
    new = sum(line.before is None for line in plan.lines)
    changed = len(plan.changes) - new
    told: list[Text | str] = [
        Text.assemble(
            (verb, GOOD),
            f" {plural(len(plan.lines), 'component')}{place_in_words(location)}: {new} new, {changed} "
            f"changed, {len(plan.lines) - new - changed} as before",
        )
    ]
    # A first import is one long list of what stands in the file anyway.
    recounted = [line for line in plan.changes if dry_run or line.before is not None]
    rows = [
        (line.sku, "new" if line.before is None else f"{line.before:,}", "->", f"{line.after:,}")
        for line in recounted
    ]
    told += [f"  {line}" for line in aligned(rows, column_widths(rows, 4))]
    told += given_up_lines(plan.broken, would=dry_run)
    return told
