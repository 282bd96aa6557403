"""`configurator show`."""

from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction
from typing import Any

import click
from rich.text import Text

from configurator.catalog.values import format_number
from configurator.cli.exit_codes import ExitCode
from configurator.cli.inquiry import Answer, Inquiry
from configurator.cli.options import answers, catalog_argument, output_options
from configurator.cli.parameters import read_day
from configurator.cli.terminal import aligned, column_widths
from configurator.cli.wording import FAINT, STRONG, plural
from configurator.serialization_catalog import JsonObject, catalog_json, catalog_schema

EXAMPLES = """\b
Examples:
  configurator show catalogs/bicycle
  configurator show catalogs/bicycle --as-of 2027-03-01
  configurator show catalogs/desktop_pc --json >desktop_pc.json
  configurator show --schema >show.schema.json
"""

DAYS_IN_A_WEEK = 7
LONGEST_LIST = 60
"""Characters of a list of values that are told; what is longer is cut."""


def _tell_schema(context: click.Context, _: click.Parameter, asked: bool) -> None:
    if asked and not context.resilient_parsing:
        click.echo(catalog_schema(), nl=False)
        context.exit()


@click.command("show", epilog=EXAMPLES)
@catalog_argument
@click.option(
    "--as-of",
    callback=read_day,
    metavar="DATE",
    help="The day for which to say what is in force; today in the catalog's time zone when left out.",
)
@click.option(
    "--schema",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_tell_schema,
    help="Print the JSON Schema of what `--json` prints, and nothing else.",
)
@output_options()
@answers("show")
def show(inquiry: Inquiry, catalog: str, **_: Any) -> Answer:
    """What a catalog contains: families, choices, rules, wishes, and the days on which something changes.

    With `--json` it is all that the catalog says: every component with its values, every rule as written.
    """
    asked = inquiry.load(catalog)
    found = catalog_json(asked.catalog, inquiry.day)
    return Answer("yes", ExitCode.YES, found, () if inquiry.as_json else tuple(told(found)))


def told(found: JsonObject) -> Iterator[Text | str]:
    """A catalog for people."""
    yield from _head(found)
    yield from _section("families", _family_rows(found["families"]))
    yield from _section("product", _member_rows(found["product"]))
    yield from _section("calcs", ((each["name"], _named(each), _formula(each)) for each in found["calcs"]))
    yield from _section("rules", (_rule_row(each) for each in found["rules"]))
    yield from _section("defaults", ((_default(each), each["location"]) for each in found["defaults"]))
    yield from _section("wishes", (_wish_row(each) for each in found["wishes"]))
    yield from _section("bundles", (_bundle_row(each, found) for each in found["bundles"]))
    yield from _section("scenarios", (_scenario_row(each) for each in found["scenarios"]))
    yield from _section("assembled", _assembled_rows(found["assembled"], found["currency"]))
    yield from _section(
        "dates",
        ((each["date"], f"{each['event']}: {each['what']} {each['name']}") for each in found["dates"]),
    )


def _head(found: JsonObject) -> Iterator[Text | str]:
    version = f" {found['version']}" if found["version"] else ""
    yield Text.assemble((found["title"], STRONG), f" ({found['name']}{version})")
    counts = [
        plural(len(found["families"]), "family", "families"),
        plural(sum(len(each["components"]) for each in found["families"]), "component"),
        plural(sum(1 for _ in _places(found["product"])), "choice"),
        plural(len(found["rules"]), "rule"),
        plural(len(found["scenarios"]), "scenario"),
    ]
    yield ", ".join(counts)
    yield Text(f"{found['currency'] or 'no currency'}, {found['timezone']}, {found['digest']}", FAINT)


def _section(title: str, rows: Iterable[Sequence[str]]) -> Iterator[Text | str]:
    """A title and rows in columns below it; nothing at all where there are none."""
    listed = [tuple(row) for row in rows]
    if not listed:
        return
    yield ""
    yield Text(title, STRONG)
    for line in aligned(listed, column_widths(listed, len(listed[0]))):
        yield f"  {line}"


def _named(found: JsonObject) -> str:
    """A title, where it says more than the name does."""
    own = found["name"].rpartition(".")[2]
    return "" if found["title"] in {own, found["name"]} else str(found["title"])


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST_LIST else f"{text[: LONGEST_LIST - 1]}…"


# ---------------------------------------------------------------- what there is


def _family_rows(families: Iterable[JsonObject]) -> Iterator[tuple[str, ...]]:
    for each in families:
        columns = [f"{c['name']} [{c['unit']}]" if c["unit"] else c["name"] for c in each["columns"]]
        known = len(each["components"])
        now = sum(c["period"]["in_force"] for c in each["components"])
        count = plural(known, "component") + (f", {now} in force" if now < known else "")
        yield each["name"], _named(each), count, ", ".join(columns)


def _places(members: Iterable[JsonObject]) -> Iterator[JsonObject]:
    """Slots and options, also those inside assemblies."""
    for each in members:
        if each["kind"] == "assembly":
            yield from _places(each["members"])
        else:
            yield each


def _member_rows(
    members: Iterable[JsonObject], around: str = "", indent: str = ""
) -> Iterator[tuple[str, ...]]:
    """What is inside an assembly stands below it, further in, by the names it has there."""
    for each in members:
        yield indent + each["name"].removeprefix(around), _named(each), _choice_in_words(each)
        if each["kind"] == "assembly":
            yield from _member_rows(each["members"], f"{each['name']}.", indent + "  ")


def _choice_in_words(member: JsonObject) -> str:
    if member["kind"] == "option":
        return _option_in_words(member)
    choose = member["choose"]
    low, high = choose["minimum"], choose["maximum"]
    many = str(high) if low == high else f"{low}..{high}"
    words = choose["kind"]
    if words in {"identical", "mixed"}:
        words = f"{many} {words}"
    if member["kind"] == "slot":
        return f"{words} of {member['family']}"
    return f"assembly, {many if words == 'list' else words}"


def _option_in_words(option: JsonObject) -> str:
    kind, values = option["type"]["kind"], option["type"]["values"]
    if kind == "number":
        unit = f" {option['unit']}" if option["unit"] else ""
        step = f" in steps of {option['step']}" if option["step"] != 1 else ""
        return f"{option['minimum']}..{option['maximum']}{unit}{step}"
    if kind == "set of":
        kind = f"{option['minimum']}..{option['maximum']} of"
    return kind if values is None else _cut(f"{kind} {', '.join(values)}")


# ---------------------------------------------------------------- what fits, what is wished


def _formula(calc: JsonObject) -> str:
    return f"{'in ' + calc['unit'] + ' ' if calc['unit'] else ''}= {_cut(calc['formula'])}"


def _rule_row(rule: JsonObject) -> tuple[str, ...]:
    kind = rule["kind"]
    if kind == "rule" and rule["severity"] != "error":
        kind = rule["severity"]
    more = [plural(len(rule["rows"]), "row") if kind == "table" else "", _period(rule["period"])]
    return rule["name"], kind, _named(rule), ", ".join(filter(None, more)), rule["location"]


def _period(period: JsonObject) -> str:
    words = [f"from {period['from']}"] if period["from"] else []
    words += [f"until {period['to']}"] if period["to"] else []
    words += [] if period["in_force"] else ["(not in force)"]
    return " ".join(words)


def _default(default: JsonObject) -> str:
    return str(default["text"]) + (f" when {_cut(default['when'])}" if default["when"] else "")


def _wish_row(wish: JsonObject) -> tuple[str, ...]:
    name = f"{wish['kind']} {wish['name']}" if wish["name"] else wish["kind"]
    return name, _cut(wish["text"]), f"weight {wish['weight']}", wish["location"]


def _bundle_row(bundle: JsonObject, catalog: JsonObject) -> tuple[str, ...]:
    amount = format_number(Fraction(str(bundle["price"])), money=True)
    price = f"{amount} {catalog['currency']}" if bundle["price"] else ""
    return bundle["name"], _named(bundle), price, _period(bundle["period"]), bundle["location"]


def _scenario_row(scenario: JsonObject) -> tuple[str, ...]:
    state = "todo" if scenario["todo"] else plural(len(scenario["expectations"]), "expectation")
    return scenario["title"], state, ", ".join(scenario["tags"]), scenario["location"]


def _assembled_rows(assembled: JsonObject | None, currency: str | None) -> Iterator[tuple[str, ...]]:
    if assembled is None:
        return
    cost = assembled["cost"]
    for_so_much = "" if cost is None else f" for {format_number(Fraction(str(cost)), money=True)} {currency}"
    yield "in", plural(assembled["days"], "working day") + for_so_much
    if len(assembled["open"]) < DAYS_IN_A_WEEK:
        yield "open", ", ".join(assembled["open"])
    closed = [
        each["from"] if each["from"] == each["to"] else f"{each['from']} to {each['to']}"
        for each in assembled["closed"]
    ]
    if closed:
        yield "closed", _cut(", ".join(closed))
