"""`configurator stock import`, `stock show` and `stock clock`."""

from typing import Any

import click
from rich.text import Text

from configurator.availability.balances import StockBalance
from configurator.availability.stock_import import ImportPlan
from configurator.cli.exit_codes import ExitCode
from configurator.cli.failures import CommandError
from configurator.cli.files import read_counts
from configurator.cli.inquiry import Answer, Inquiry
from configurator.cli.options import answers, limit_option, output_options, timeout_option
from configurator.cli.stores import open_store
from configurator.cli.terminal import aligned, column_widths
from configurator.cli.wording import BAD, GOOD, moment_in_words, plural
from configurator.errors import StockUnavailableError
from configurator.serialization import import_json, to_json


def database_option(function: Any) -> Any:
    """The stock database; there is no default, so that nobody counts the wrong shelf."""
    return click.option(
        "--db", required=True, metavar="URL", help="The stock, such as `sqlite:///stock.db`."
    )(function)


@click.group("stock")
def stock() -> None:
    """Count, show and mend the stock of components."""


# ---------------------------------------------------------------- import


IMPORT_EXAMPLES = """\b
Examples:
  configurator stock import stock.csv --db sqlite:///stock.db
  configurator stock import recount.csv --db sqlite:///stock.db --dry-run
"""


@stock.command("import", epilog=IMPORT_EXAMPLES)
@click.argument("file", metavar="FILE.csv")
@database_option
@click.option(
    "--break-promises",
    is_flag=True,
    help="Give up reservations where a count falls below what is promised: holds first, the latest first.",
)
@click.option("--dry-run", is_flag=True, help="Say what would change; write nothing.")
@timeout_option
@output_options()
@answers("stock import")
def import_stock(inquiry: Inquiry, file: str, db: str, *, break_promises: bool, dry_run: bool) -> Answer:
    """Set the counts of the components that a CSV file names; others stay as they are.

    The file has the columns `sku` and `on_hand`; more are ignored. A second time it changes nothing.
    """
    counts = read_counts(file)
    if db == "memory:":
        # What is counted there would be lost with the command, silently.
        raise StockUnavailableError("stock in memory ends with the command; write `sqlite:///stock.db`")
    with open_store(inquiry, db, create=not dry_run) as store:
        plan = (
            store.plan_import(counts)
            if dry_run
            else store.import_counts(counts, break_promises=break_promises)
        )
    result = import_json(plan, dry_run=dry_run)
    refused = dry_run and plan.below_promises and not break_promises
    lines = tuple(_import_lines(plan, dry_run=dry_run, would_break=bool(refused) or break_promises))
    if refused:
        step = "this import needs `--break-promises`: counts fall below what is promised"
        return Answer("no", ExitCode.NO, result, lines, (step,))
    return Answer("yes", ExitCode.YES, result, lines)


def _import_lines(plan: ImportPlan, *, dry_run: bool, would_break: bool) -> list[Text | str]:
    verb = "would import" if dry_run else "imported"
    new = sum(line.before is None for line in plan.lines)
    changed = len(plan.changes) - new
    told: list[Text | str] = [
        Text.assemble(
            (verb, GOOD),
            f" {plural(len(plan.lines), 'component')}: {new} new, {changed} changed, "
            f"{len(plan.lines) - new - changed} as before",
        )
    ]
    # A first import is one long list of what stands in the file anyway.
    recounted = [line for line in plan.changes if dry_run or line.before is not None]
    rows = [
        (line.sku, "new" if line.before is None else f"{line.before:,}", "->", f"{line.after:,}")
        for line in recounted
    ]
    told += [f"  {line}" for line in aligned(rows, column_widths(rows, 4))]
    if would_break:
        words = "would be given up" if dry_run else "given up"
        told += [
            Text.assemble((words, BAD), f": reservation {each.id} of order {each.order}")
            for each in plan.broken
        ]
    return told


# ---------------------------------------------------------------- show


SHOW_EXAMPLES = """\b
Examples:
  configurator stock show --db sqlite:///stock.db
  configurator stock show GPU-4070 PSU-650 --db sqlite:///stock.db --json
"""

COLUMNS = ("component", "on hand", "held", "allocated", "floor", "free")


@stock.command("show", epilog=SHOW_EXAMPLES)
@click.argument("skus", nargs=-1, metavar="[SKU]...")
@database_option
@limit_option("How many components at most; 0 for all (the default).")
@timeout_option
@output_options()
@answers("stock show")
def show(inquiry: Inquiry, skus: tuple[str, ...], db: str) -> Answer:
    """Show what there is of every component, or of those named.

    `free` is what a new order can get: on hand, less what is held, allocated and kept as floor.
    """
    with open_store(inquiry, db) as store:
        found = store.balances(skus or None)
    known = {balance.sku for balance in found}
    unknown = [sku for sku in dict.fromkeys(skus) if sku not in known]
    limit = inquiry.settings.limit or None
    shown = found[:limit]
    result = {"items": to_json(shown), "unknown": unknown, "more": len(shown) < len(found)}
    lines: list[Text | str] = list(_balance_lines(shown))
    lines += [Text.assemble((sku, BAD), " is unknown to stock") for sku in unknown]
    notes = (f"{len(shown)} of {plural(len(found), 'component')}",) if len(shown) < len(found) else ()
    if not found and not skus:
        notes = ("stock knows no component yet; count some with `configurator stock import`",)
    code = ExitCode.NO if unknown else ExitCode.YES
    return Answer("no" if unknown else "yes", code, result, tuple(lines), notes)


def _balance_lines(balances: tuple[StockBalance, ...]) -> list[str]:
    if not balances:
        return []
    rows = [COLUMNS] + [
        (b.sku, str(b.on_hand), str(b.held), str(b.allocated), str(b.floor), str(b.free)) for b in balances
    ]
    widths = column_widths(rows, len(COLUMNS))
    # Numbers stand at the right of their column, so that units are beneath units.
    right = [(row[0], *(f"{cell:>{w}}" for cell, w in zip(row[1:], widths[1:], strict=True))) for row in rows]
    return list(aligned(right, widths))


# ---------------------------------------------------------------- clock


CLOCK_EXAMPLES = """\b
Examples:
  configurator stock clock --accept --db sqlite:///stock.db
"""


@stock.command("clock", epilog=CLOCK_EXAMPLES)
@click.option("--accept", "accepted", is_flag=True, help="Go on from the clock's present time.")
@database_option
@timeout_option
@output_options()
@answers("stock clock")
def clock(inquiry: Inquiry, db: str, *, accepted: bool) -> Answer:
    """Go on although the clock is more than a day behind the last change of stock.

    Look at the clock first: times of holds are read on it.
    """
    if not accepted:
        raise CommandError(
            "this changes when holds expire", ExitCode.USAGE, "say `--accept` if the clock is right"
        )
    now = inquiry.surroundings.now()
    with open_store(inquiry, db) as store:
        store.accept_clock()
    told = moment_in_words(now, now, "UTC")
    line = Text.assemble(("accepted", GOOD), f": stock goes on from {now.date()} {told}")
    return Answer("yes", ExitCode.YES, {"accepted": True, "now": now.isoformat()}, (line,))
