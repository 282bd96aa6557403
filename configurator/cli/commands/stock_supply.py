"""`configurator stock supply`: receipts that are expected."""

from datetime import date

import click
from rich.text import Text

from configurator.availability.supply import Supply
from configurator.cli.commands.stock_facts import SIGNED, fact_options
from configurator.cli.exit_codes import ExitCode
from configurator.cli.failures import CommandError
from configurator.cli.inquiry import Answer, Inquiry
from configurator.cli.options import InOrder, answers, limit_option, output_options, timeout_option
from configurator.cli.parameters import read_day, read_whole
from configurator.cli.stock_told import booked_line, given_up_lines, place_in_words, supply_lines
from configurator.cli.stores import (
    break_promises_option,
    database_option,
    location_option,
    open_lasting_store,
    open_store,
)
from configurator.cli.wording import BAD, GOOD, plural
from configurator.errors import IdempotencyConflict
from configurator.serialization_stock import all_json, change_json, supply_json


@click.group("supply", cls=InOrder, short_help="Receipts that are expected: add, change, cancel, list.")
def supply() -> None:
    """What is still to come: receipts expected on a day, and promised from that day on."""


# ---------------------------------------------------------------- add


ADD_EXAMPLES = """\b
Examples:
  configurator stock supply add PO-7 GPU-4070 5 --due 2026-12-04 --db sqlite:///stock.db
  configurator stock supply add FC-12 GPU-4070 40 --due 2027-02-01 --planned --db sqlite:///stock.db
"""


@supply.command("add", short_help="Expect a receipt.", epilog=ADD_EXAMPLES, context_settings=SIGNED)
@click.argument("supply_id", metavar="ID")
@click.argument("sku")
@click.argument("quantity", callback=read_whole)
@click.option("--due", required=True, callback=read_day, metavar="DATE", help="The day on which it is there.")
@click.option("--planned", is_flag=True, help="Only planned: it is shown, and nothing is promised from it.")
@location_option("Where it goes.")
@fact_options
@answers("stock supply add")
def add(
    inquiry: Inquiry,
    supply_id: str,
    sku: str,
    quantity: int,
    db: str,
    due: date,
    location: str,
    actor: str | None,
    *,
    planned: bool,
) -> Answer:
    """Expect a receipt, under a name of your own such as the purchase order and its line.

    From its day on it can be promised. A component that is new is made known. Told a second time, it
    changes nothing.
    """
    expected = Supply(supply_id, sku, due, quantity, location, firm=not planned)
    with open_lasting_store(inquiry, db, actor=actor) as store:
        new = not store.balances([sku])
        try:
            change = store.add_supply(expected)
        except IdempotencyConflict as error:
            raise CommandError(
                f"there is a supply `{supply_id}` already, with other content",
                ExitCode.USAGE,
                "change it with `configurator stock supply change`, or give this one another id",
            ) from error
    told = f"{_told(expected)}{', new to stock' if new else ''}"
    line = booked_line("expected:", GOOD, told, change)
    return Answer("yes", ExitCode.YES, change_json(change, supply_json(expected), new=new), (line,))


def _told(each: Supply) -> str:
    planned = "" if each.firm else ", planned only"
    place = place_in_words(each.location)
    return f"{each.open:,} {each.sku}{place} on {each.due} ({each.id}{planned})"


# ---------------------------------------------------------------- change


CHANGE_EXAMPLES = """\b
Examples:
  configurator stock supply change PO-7 --due 2026-12-11 --db sqlite:///stock.db
  configurator stock supply change FC-12 --firm --db sqlite:///stock.db
"""


@supply.command("change", short_help="A receipt slips, is less, becomes firm.", epilog=CHANGE_EXAMPLES)
@click.argument("supply_id", metavar="ID")
@click.option("--due", callback=read_day, metavar="DATE", help="The day on which it is there now.")
@click.option("--quantity", callback=read_whole, metavar="N", help="How many come in all.")
@click.option("--firm/--planned", "firm", default=None, help="Whether it may be promised.")
@break_promises_option
@fact_options
@answers("stock supply change")
def change(
    inquiry: Inquiry,
    supply_id: str,
    db: str,
    due: date | None,
    quantity: int | None,
    firm: bool | None,
    actor: str | None,
    *,
    break_promises: bool,
) -> Answer:
    """Change an expected receipt: it slips, it is less, it becomes firm.

    Promises may stand on it: without `--break-promises` nothing is changed then, and the answer says which
    orders would have to be given up.
    """
    if due is None and quantity is None and firm is None:
        raise CommandError(
            "nothing is said about the supply",
            ExitCode.USAGE,
            "give `--due`, `--quantity`, `--firm` or `--planned`",
        )
    with open_lasting_store(inquiry, db, actor=actor) as store:
        before = {each.id: each for each in store.supplies()}.get(supply_id)
        done = store.change_supply(
            supply_id, due=due, quantity=quantity, firm=firm, break_promises=break_promises
        )
        after = {each.id: each for each in store.supplies()}.get(supply_id)
    told = f"{_told(before) if before else supply_id} -> {_told(after) if after else 'nothing more to come'}"
    line = booked_line("changed:", GOOD, told, done)
    result = change_json(done, {}, before=before and supply_json(before), after=after and supply_json(after))
    return Answer("yes", ExitCode.YES, result, (line, *given_up_lines(done.broken)))


# ---------------------------------------------------------------- cancel


CANCEL_EXAMPLES = """\b
Examples:
  configurator stock supply cancel PO-7 --db sqlite:///stock.db
"""


@supply.command("cancel", short_help="A receipt will not come.", epilog=CANCEL_EXAMPLES)
@click.argument("supply_id", metavar="ID")
@break_promises_option
@fact_options
@answers("stock supply cancel")
def cancel(inquiry: Inquiry, supply_id: str, db: str, actor: str | None, *, break_promises: bool) -> Answer:
    """What is open of an expected receipt will not come.

    Promises may stand on it: without `--break-promises` nothing is changed then, and the answer says which
    orders would have to be given up.
    """
    with open_lasting_store(inquiry, db, actor=actor) as store:
        before = {each.id: each for each in store.supplies()}.get(supply_id)
        done = store.cancel_supply(supply_id, break_promises=break_promises)
    told = f"{_told(before)} will not come" if before else f"{supply_id} was not expected any more"
    line = booked_line("cancelled:", BAD, told, done)
    result = change_json(done, {}, before=before and supply_json(before), after=None)
    return Answer("yes", ExitCode.YES, result, (line, *given_up_lines(done.broken)))


# ---------------------------------------------------------------- list


LIST_EXAMPLES = """\b
Examples:
  configurator stock supply list --db sqlite:///stock.db
  configurator stock supply list GPU-4070 --db sqlite:///stock.db --json
"""


@supply.command("list", short_help="What is still to come.", epilog=LIST_EXAMPLES)
@click.argument("skus", nargs=-1, metavar="[SKU]...")
@database_option
@limit_option("How many supplies at most; 0 for all (the default).")
@timeout_option
@output_options()
@answers("stock supply list")
def list_supplies(inquiry: Inquiry, skus: tuple[str, ...], db: str) -> Answer:
    """What is still to come, of all components or of those named, by component and day."""
    with open_store(inquiry, db) as store:
        found = store.supplies(skus or None)
    shown = found[: inquiry.settings.limit or None]
    result = {"supplies": all_json(supply_json, shown), "more": len(shown) < len(found)}
    lines: tuple[Text | str, ...] = supply_lines(shown)
    notes = (f"{len(shown)} of {plural(len(found), 'supply', 'supplies')}",) if result["more"] else ()
    if not found:
        notes = ("nothing is expected; `configurator stock supply add` says what is",)
    return Answer("yes", ExitCode.YES, result, lines, notes)
