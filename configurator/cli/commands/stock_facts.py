"""`configurator stock receive`, `adjust`, `transfer`, `floor` and `master`: facts, each booked once."""

from decimal import Decimal
from typing import Any

import click
from rich.text import Text

from configurator.availability.balances import StockBalance
from configurator.availability.changes import StockChange
from configurator.availability.masters import ItemMaster, Policy
from configurator.availability.quantities import DEFAULT_LOCATION
from configurator.availability.store import StockStore
from configurator.cli.exit_codes import ExitCode
from configurator.cli.inquiry import Answer, Inquiry
from configurator.cli.options import answers, output_options, timeout_option
from configurator.cli.parameters import NONE, Money, read_days, read_money, read_whole
from configurator.cli.stock_told import (
    booked_line,
    counters_in_words,
    given_up_lines,
    master_in_words,
    place_in_words,
    supply_in_words,
)
from configurator.cli.stores import (
    actor_option,
    break_promises_option,
    database_option,
    key_option,
    location_option,
    open_lasting_store,
    open_store,
)
from configurator.cli.wording import BAD, GOOD, STRONG
from configurator.serialization_stock import all_json, balance_json, change_json, master_json

SIGNED = {"ignore_unknown_options": True}
"""So that `-3` is a number and no option."""


def fact_options(function: Any) -> Any:
    """The options of every fact."""
    for decorate in (output_options(), timeout_option, actor_option, database_option):
        function = decorate(function)
    return function


def booked(
    done: StockChange, line: Text, items: tuple[StockBalance, ...], /, *rest: Text | str, **told: object
) -> Answer:
    """The answer to a fact, with the counters of its item afterwards."""
    result = change_json(done, told, items=all_json(balance_json, items))
    return Answer("yes", ExitCode.YES, result, (line, *rest, *given_up_lines(done.broken)))


# ---------------------------------------------------------------- receive


RECEIVE_EXAMPLES = """\b
Examples:
  configurator stock receive GPU-4070 3 --db sqlite:///stock.db
  configurator stock receive GPU-4070 3 --supply PO-7 --key DN-4711 --db sqlite:///stock.db
"""


@click.command(
    "receive",
    short_help="Put goods on the shelf that have come.",
    epilog=RECEIVE_EXAMPLES,
    context_settings=SIGNED,
)
@click.argument("sku")
@click.argument("quantity", callback=read_whole)
@location_option("Where the goods go.")
@click.option("--supply", metavar="ID", help="The expected receipt that this is, or is part of.")
@key_option
@fact_options
@answers("stock receive")
def receive(
    inquiry: Inquiry,
    sku: str,
    quantity: int,
    db: str,
    location: str,
    supply: str | None,
    key: str | None,
    actor: str | None,
) -> Answer:
    """Put goods on the shelf that have come.

    A component that stock has never heard of is made known, and the answer says that it is new.
    """
    with open_lasting_store(inquiry, db, actor=actor) as store:
        new = not store.balances([sku])
        due = [] if supply is None else [each.open for each in store.supplies([sku]) if each.id == supply]
        change = store.receive(sku, quantity, location=location, supply=supply, key=key)
        after = store.balances([sku])
        expected = [each for each in store.supplies([sku]) if each.id == supply]
    known = ", new to stock" if new else ""
    of = f" of {supply}" if supply else ""
    told = f"{quantity:,} {sku}{place_in_words(location)}{of}{known}: {counters_in_words(after, location)}"
    left = [f"  {supply_in_words(each)}" for each in expected]
    beyond = quantity - due[0] if due and not change.replayed else 0
    if beyond > 0:
        left.append(f"  {beyond:,} more than were still expected of {supply}")
    words = {"component": sku, "quantity": quantity, "location": location, "supply": supply, "new": new}
    return booked(change, booked_line("received", GOOD, told, change), after, *left, **words)


# ---------------------------------------------------------------- adjust


ADJUST_EXAMPLES = """\b
Examples:
  configurator stock adjust GPU-4070 -1 --reason "broken in the warehouse" --db sqlite:///stock.db
  configurator stock adjust GPU-4070 +2 --reason "found behind the shelf" --db sqlite:///stock.db
"""


@click.command(
    "adjust",
    short_help="Book goods that were found or lost.",
    epilog=ADJUST_EXAMPLES,
    context_settings=SIGNED,
)
@click.argument("sku")
@click.argument("change", callback=read_whole)
@click.option("--reason", required=True, metavar="TEXT", help="Why, for whoever reads the events.")
@location_option("Where the goods lie.")
@break_promises_option
@key_option
@fact_options
@answers("stock adjust")
def adjust(
    inquiry: Inquiry,
    sku: str,
    change: int,
    db: str,
    reason: str,
    location: str,
    key: str | None,
    actor: str | None,
    *,
    break_promises: bool,
) -> Answer:
    """Book goods that were found (CHANGE above 0) or lost (below 0).

    What is lost may be promised to somebody: without `--break-promises` nothing is booked then, and the
    answer says which orders would have to be given up.
    """
    with open_lasting_store(inquiry, db, actor=actor) as store:
        done = store.adjust(
            sku, change, reason=reason, location=location, key=key, break_promises=break_promises
        )
        after = store.balances([sku])
    verb, style = ("found", GOOD) if change > 0 else ("lost", BAD)
    told = f"{abs(change):,} {sku}{place_in_words(location)} ({reason}): {counters_in_words(after, location)}"
    words = {"component": sku, "change": change, "location": location, "reason": reason}
    return booked(done, booked_line(verb, style, told, done), after, **words)


# ---------------------------------------------------------------- transfer


TRANSFER_EXAMPLES = """\b
Examples:
  configurator stock transfer GPU-4070 2 --to workshop --db sqlite:///stock.db
"""


@click.command(
    "transfer",
    short_help="Move goods between two locations.",
    epilog=TRANSFER_EXAMPLES,
    context_settings=SIGNED,
)
@click.argument("sku")
@click.argument("quantity", callback=read_whole)
@click.option(
    "--from", "source", default=DEFAULT_LOCATION, show_default=True, metavar="NAME", help="Where they are."
)
@click.option("--to", "target", required=True, metavar="NAME", help="Where they go.")
@key_option
@fact_options
@answers("stock transfer")
def transfer(
    inquiry: Inquiry,
    sku: str,
    quantity: int,
    db: str,
    source: str,
    target: str,
    key: str | None,
    actor: str | None,
) -> Answer:
    """Move goods between two locations. Only what is free can go."""
    with open_lasting_store(inquiry, db, actor=actor) as store:
        change = store.transfer(sku, quantity, source=source, target=target, key=key)
        after = store.balances([sku])
    there = f"{target} {counters_in_words(after, target)}"
    told = (
        f"{quantity:,} {sku} from {source} to {target}: {source} {counters_in_words(after, source)}; {there}"
    )
    words = {"component": sku, "quantity": quantity, "source": source, "target": target}
    return booked(change, booked_line("moved", GOOD, told, change), after, **words)


# ---------------------------------------------------------------- floor


FLOOR_EXAMPLES = """\b
Examples:
  configurator stock floor GPU-4070 2 --db sqlite:///stock.db
"""


@click.command("floor", short_help="Set safety stock.", epilog=FLOOR_EXAMPLES, context_settings=SIGNED)
@click.argument("sku")
@click.argument("floor", callback=read_whole)
@location_option("Whose floor it is.")
@fact_options
@answers("stock floor")
def floor(
    inquiry: Inquiry,
    sku: str,
    floor: int,
    db: str,
    location: str,
    actor: str | None,
) -> Answer:
    """Set the safety stock that new orders may not touch; what is promised stays promised."""
    with open_lasting_store(inquiry, db, actor=actor) as store:
        before = {each.location: each.floor for each in store.balances([sku])}.get(location, 0)
        change = store.set_floor(sku, floor, location=location)
        after = store.balances([sku])
    became = f"{before:,} -> {floor:,}" if before != floor else f"{floor:,}"
    told = f"{sku}{place_in_words(location)}: {became}; {counters_in_words(after, location)}"
    words = {"component": sku, "before": before, "after": floor, "location": location}
    return booked(change, booked_line("floor of", STRONG, told, change), after, **words)


# ---------------------------------------------------------------- master


MASTER_EXAMPLES = """\b
Examples:
  configurator stock master GPU-4070 --policy bought --lead-time 7 --db sqlite:///stock.db
  configurator stock master GPU-4070 --cost "412.50 EUR" --db sqlite:///stock.db
  configurator stock master GPU-4070 --db sqlite:///stock.db
"""


@click.command(
    "master",
    short_help="How a component is replenished, how long it takes, its cost.",
    epilog=MASTER_EXAMPLES,
)
@click.argument("sku")
@click.option(
    "--policy",
    type=click.Choice([*(policy.value for policy in Policy), NONE]),
    help="How it is had: only from the shelf, or bought or made when an order needs it.",
)
@click.option(
    "--lead-time", callback=read_days, metavar="DAYS", help="Calendar days until it is there: `10d`, `2w`."
)
@click.option("--cost", callback=read_money, metavar="AMOUNT", help="What one costs: `12.50 EUR`.")
@fact_options
@answers("stock master")
def master(
    inquiry: Inquiry,
    sku: str,
    db: str,
    policy: str | None,
    lead_time: int | str | None,
    cost: Money | str | None,
    actor: str | None,
) -> Answer:
    """Say how a component is replenished, how long that takes and what it costs; or show what was said.

    What no option names stays as it is; `none` takes it away. What stands here stands above the catalog.
    """
    asked = policy is None and lead_time is None and cost is None
    with (open_store if asked else open_lasting_store)(inquiry, db, actor=actor) as store:
        if asked:
            return _show_master(sku, store)
        known = {each.sku: each for each in store.masters([sku])}.get(sku, ItemMaster(sku))
        wanted = _changed(known, policy, lead_time, cost)
        change = store.set_masters([wanted])
    told = f"{sku}: {master_in_words(wanted)}"
    result = change_json(change, master_json(wanted))
    return Answer("yes", ExitCode.YES, result, (booked_line("master of", STRONG, told, change),))


def _show_master(sku: str, store: StockStore) -> Answer:
    for found in store.masters([sku]):
        line = Text.assemble((sku, STRONG), f": {master_in_words(found)}")
        return Answer("yes", ExitCode.YES, change_json(StockChange(0), master_json(found)), (line,))
    known = bool(store.balances([sku]))
    said = ": nothing is said of it" if known else " is unknown to stock"
    line = Text.assemble((sku, STRONG if known else BAD), said)
    result = change_json(StockChange(0), master_json(ItemMaster(sku)))
    code = ExitCode.YES if known else ExitCode.NO
    return Answer("yes" if known else "no", code, result, (line,))


def _changed(
    known: ItemMaster, policy: str | None, lead_time: int | str | None, cost: Money | str | None
) -> ItemMaster:
    amount: Decimal | None = known.cost
    currency = known.currency
    if cost is not None:
        amount, currency = (cost.amount, cost.currency) if isinstance(cost, Money) else (None, None)
    days = known.lead_time
    if lead_time is not None:
        days = lead_time if isinstance(lead_time, int) else None
    had = known.policy
    if policy is not None:
        had = None if policy == NONE else Policy(policy)
    return ItemMaster(known.sku, had, days, amount, currency)
