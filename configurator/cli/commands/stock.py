"""`configurator stock`: the group, and what concerns the stock as a whole."""

import click
from rich.text import Text

from configurator.availability.opening import create_stock, migrate_stock
from configurator.availability.snapshot import StockSnapshot
from configurator.cli.commands.stock_answers import pegging, shortages
from configurator.cli.commands.stock_events import events
from configurator.cli.commands.stock_facts import adjust, floor, master, receive, transfer
from configurator.cli.commands.stock_import import import_stock
from configurator.cli.commands.stock_supply import supply
from configurator.cli.exit_codes import ExitCode
from configurator.cli.failures import CommandError
from configurator.cli.inquiry import Answer, Inquiry
from configurator.cli.options import InOrder, answers, limit_option, output_options, timeout_option
from configurator.cli.stock_told import balance_lines, master_in_words, supply_in_words
from configurator.cli.stores import actor_option, database_option, open_store, patience_of
from configurator.cli.terminal import GAP
from configurator.cli.wording import BAD, DOUBTFUL, GOOD, moment_in_words, plural
from configurator.serialization_stock import all_json, balance_json, master_json, supply_json


@click.group("stock", cls=InOrder)
def stock() -> None:
    """Count, receive, expect, show, audit: the stock of components."""


# ---------------------------------------------------------------- init, migrate


INIT_EXAMPLES = """\b
Examples:
  configurator stock init --db sqlite:///stock.db
  configurator stock init --db postgresql://localhost/shop
"""


@click.command("init", short_help="Make an empty stock where there is none.", epilog=INIT_EXAMPLES)
@database_option
@timeout_option
@output_options()
@answers("stock init")
def init(inquiry: Inquiry, db: str) -> Answer:
    """Make an empty stock where there is none; one that is there already stays as it is."""
    made = create_stock(db, timeout=patience_of(inquiry))
    result = {"made": made}
    if not made:
        line = Text.assemble(("there already", DOUBTFUL), ": the stock stays as it is")
        return Answer("yes", ExitCode.YES, result, (line,))
    line = Text.assemble(("made", GOOD), ": an empty stock")
    step = "count with `configurator stock import`, book with `configurator stock receive`"
    return Answer("yes", ExitCode.YES, result, (line,), (step,))


MIGRATE_EXAMPLES = """\b
Examples:
  configurator stock migrate --db sqlite:///stock.db
"""


@click.command(
    "migrate", short_help="Bring an older stock's tables to this version.", epilog=MIGRATE_EXAMPLES
)
@database_option
@timeout_option
@output_options()
@answers("stock migrate")
def migrate(inquiry: Inquiry, db: str) -> Answer:
    """Bring the tables of a stock to the version of this program, as a whole or not at all.

    Keep a copy: programs of the older version can no longer use the stock afterwards.
    """
    before, after = migrate_stock(db, timeout=patience_of(inquiry))
    result = {"before": before, "after": after}
    if before == after:
        line = Text.assemble(("nothing to do", DOUBTFUL), f": the tables have version {after}")
    else:
        line = Text.assemble(
            ("migrated", GOOD), f": the tables had version {before} and have version {after}"
        )
    return Answer("yes", ExitCode.YES, result, (line,))


# ---------------------------------------------------------------- show


SHOW_EXAMPLES = """\b
Examples:
  configurator stock show --db sqlite:///stock.db
  configurator stock show GPU-4070 PSU-650 --db sqlite:///stock.db --json
"""


@click.command(
    "show", short_help="What there is, what is promised, what is free, what comes.", epilog=SHOW_EXAMPLES
)
@click.argument("skus", nargs=-1, metavar="[SKU]...")
@database_option
@limit_option("How many lines at most; 0 for all (the default).")
@timeout_option
@output_options()
@answers("stock show")
def show(inquiry: Inquiry, skus: tuple[str, ...], db: str) -> Answer:
    """Show what there is of every component; of those named also what is to come and what is known.

    `free` is what a new order can get: on hand, less what is held, allocated, kept as floor, and needed
    by promises for later days.
    """
    with open_store(inquiry, db) as store:
        seen = store.snapshot(skus or None)
    found = seen.balances
    known = {balance.sku for balance in found}
    unknown = [sku for sku in dict.fromkeys(skus) if sku not in known]
    shown = found[: inquiry.settings.limit or None]
    result = {
        "items": all_json(balance_json, shown),
        "unknown": unknown,
        "more": len(shown) < len(found),
        "supplies": all_json(supply_json, seen.supplies),
        "masters": all_json(master_json, seen.masters),
        "seq": seen.seq,
    }
    lines: list[Text | str] = list(balance_lines(shown))
    if skus:
        lines += _particulars(seen)
    lines += [Text.assemble((sku, BAD), " is unknown to stock") for sku in unknown]
    notes = (f"{len(shown)} of {plural(len(found), 'component')}",) if len(shown) < len(found) else ()
    if not found and not skus:
        notes = ("stock knows no component yet; count some with `configurator stock import`",)
    code = ExitCode.NO if unknown else ExitCode.YES
    return Answer("no" if unknown else "yes", code, result, tuple(lines), notes)


def _particulars(seen: StockSnapshot) -> list[str]:
    """What is known of the components beside their counters, one line each."""
    told = [f"{master.sku}: {master_in_words(master)}" for master in seen.masters]
    told += [f"{each.sku}: {supply_in_words(each)}" for each in seen.supplies]
    told += [
        f"{each.sku}: {each.quantity:,} promised to {each.order} for {each.needed} ({each.reservation})"
        for each in seen.commitments
    ]
    return [f"{GAP}{line}" for line in told]


# ---------------------------------------------------------------- audit


AUDIT_EXAMPLES = """\b
Examples:
  configurator stock audit --db sqlite:///stock.db
"""


@click.command("audit", short_help="Whether the books are right.", epilog=AUDIT_EXAMPLES)
@database_option
@timeout_option
@output_options()
@answers("stock audit")
def audit(inquiry: Inquiry, db: str) -> Answer:
    """Whether the books are right: counters, reservations and ledger tell the same. It reads all of them.

    What is wrong is told one sentence a line, and nothing is mended.
    """
    with open_store(inquiry, db) as store:
        problems = store.audit()
    result = {"problems": list(problems)}
    if problems:
        head = Text.assemble(("not right", BAD), f": {plural(len(problems), 'broken invariant')}")
        step = "nothing was mended: keep the database as it is, and find out who wrote to it past the stock"
        return Answer("no", ExitCode.NO, result, (head, *(f"{GAP}{each}" for each in problems)), (step,))
    line = Text.assemble(("right", GOOD), ": counters, reservations and ledger tell the same")
    return Answer("yes", ExitCode.YES, result, (line,))


# ---------------------------------------------------------------- clock


CLOCK_EXAMPLES = """\b
Examples:
  configurator stock clock --accept --db sqlite:///stock.db
"""


@click.command("clock", short_help="Go on after the clock was set back.", epilog=CLOCK_EXAMPLES)
@click.option("--accept", "accepted", is_flag=True, help="Go on from the clock's present time.")
@database_option
@actor_option
@timeout_option
@output_options()
@answers("stock clock")
def clock(inquiry: Inquiry, db: str, actor: str | None, *, accepted: bool) -> Answer:
    """Go on although the clock is more than a day behind the last change of stock.

    Look at the clock first: times of holds are read on it.
    """
    if not accepted:
        raise CommandError(
            "this changes when holds expire", ExitCode.USAGE, "say `--accept` if the clock is right"
        )
    now = inquiry.surroundings.now()
    with open_store(inquiry, db, actor=actor) as store:
        store.accept_clock()
    told = moment_in_words(now, now, "UTC")
    line = Text.assemble(("accepted", GOOD), f": stock goes on from {now.date()} {told}")
    return Answer("yes", ExitCode.YES, {"accepted": True, "now": now.isoformat()}, (line,))


_IN_ORDER = (
    *(init, import_stock, receive, adjust, transfer, floor, master, supply),
    *(show, events, shortages, pegging, audit, migrate, clock),
)
for _each in _IN_ORDER:
    stock.add_command(_each)
