"""Differences between catalogs in words: for a terminal, as workflow commands, as Markdown for a comment."""

from collections.abc import Iterator, Sequence

from rich.text import Text

from configurator.authoring.declarations import ChangedDeclaration, Detail
from configurator.authoring.difference import Difference, Effect, Example
from configurator.authoring.refusals import Refusal
from configurator.authoring.saved_orders import BrokenOrder, OrdersCompared, Step
from configurator.cli.annotations import workflow_command
from configurator.cli.terminal import GAP, aligned, column_widths
from configurator.cli.wording import BAD, DOUBTFUL, FAINT, GOOD, STRONG, plural
from configurator.configuration.instance_words import write_instances
from configurator.configuration.telling import delta_in_words, value_in_words
from configurator.engines.engine import Unknown
from configurator.serialization_difference import given_json

MOST_PRICES = 5
"""Components of which only the price changed that are told one by one; more are told as a number."""
MOST_ORDERS = 20
"""Broken orders that are told in text when nobody says how many; JSON holds all."""
LONGEST_DETAIL = 160
"""Characters of a detail that are told."""

SIGNS = {"added": "+", "removed": "-", "changed": "~"}
STYLES = {"added": GOOD, "removed": BAD, "changed": DOUBTFUL}


# ---------------------------------------------------------------- sentences


def effect_in_words(effect: Effect | Unknown) -> str:
    """`specialisation: 1,204 configurations lost, none gained (50,240 before, 49,036 now)`."""
    if isinstance(effect, Unknown):
        return f"not decided: {effect.reason}"
    if effect.kind == "refactoring":
        same = "the same configurations" if effect.kept is None else _same(effect.kept)
        return f"refactoring: {same}{_left_out(effect)}"
    match effect.kind:
        case "generalisation":
            told = f"{_amount(effect.gained)} gained, none lost"
        case "specialisation":
            told = f"{_amount(effect.lost)} lost, none gained"
        case _:
            gained = "some" if effect.gained is None else f"{effect.gained:,}"
            told = f"{_amount(effect.lost)} lost, {gained} gained"
    totals = [
        f"{number:,} {when}"
        for number, when in ((effect.old, "before"), (effect.new, "now"))
        if number is not None
    ]
    behind = f" ({', '.join(totals)})" if totals else ""
    return f"{effect.kind if effect.kind != 'both' else 'both ways'}: {told}{behind}{_left_out(effect)}"


def _same(kept: int) -> str:
    return "no configuration before, none now" if not kept else f"the same {plural(kept, 'configuration')}"


def _amount(number: int | None) -> str:
    return "some configurations" if number is None else plural(number, "configuration")


def _left_out(effect: Effect) -> str:
    if not effect.left_out:
        return ""
    pronoun = "it" if len(effect.left_out) == 1 else "them"
    wholes = [
        f"{whole:,} {when}"
        for whole, compared, when in (
            (effect.old_whole, effect.old, "before"),
            (effect.new_whole, effect.new, "now"),
        )
        if whole not in {None, compared}
    ]
    behind = f" ({', '.join(wholes)} with {pronoun})" if wholes else ""
    return f", compared without {', '.join(effect.left_out)}{behind}"


def orders_in_words(found: OrdersCompared) -> str:
    """`17 of 412 saved orders break, 12 have a one-step repair`."""
    broken = len(found.broken)
    if not broken:
        told = f"none of {plural(found.total, 'saved order')} breaks"
    else:
        verb, have = ("breaks", "has") if broken == 1 else ("break", "have")
        told = f"{broken:,} of {plural(found.total, 'saved order')} {verb}"
        told += f", {found.mended:,} {'has' if found.mended == 1 else have} a one-step repair"
    others = [
        f"{len(numbers):,} {what}"
        for numbers, what in (
            (found.invalid_before, "invalid before"),
            (found.unreadable, "unreadable"),
            (found.undecided, "not decided"),
        )
        if numbers
    ]
    return f"{told}; {', '.join(others)}" if others else told


def detail_in_words(detail: Detail) -> str:
    """`price 189.42 USD -> 199.42 USD`; of a rule's text just what differs."""
    if detail.name == "text":
        told = f"{detail.before} -> {detail.after}"
        if detail.before is None:
            told = f"with `{detail.after}`"
        elif detail.after is None:
            told = f"without `{detail.before}`"
    elif detail.before is None:
        told = f"{detail.name} + {detail.after}"
    elif detail.after is None:
        told = f"{detail.name} - {detail.before}"
    else:
        told = f"{detail.name} {detail.before} -> {detail.after}"
    return told if len(told) <= LONGEST_DETAIL else f"{told[:LONGEST_DETAIL]}…"


def example_in_words(example: Example) -> str:
    """The choices that take part in what is against it, as words of a command line."""
    places = {place for refusal in example.refusals for place in refusal.places}
    known = [path for path in example.configuration if path in places] or list(example.configuration)
    return " ".join(f"{path}={value_in_words(example.configuration[path])}" for path in known)


def step_in_words(step: Step) -> str:
    """`psu = PSU-850 instead of PSU-650`."""
    before = _given(step.before)
    behind = f" instead of {before}" if before else ""
    return f"{step.place} = {value_in_words(step.after)}{behind}"


def _given(value: object) -> str:
    match given_json(value):
        case None:
            return ""
        case bool() as flag:
            return "yes" if flag else "no"
        case {"component": component, **more}:
            quantity = more.get("quantity", 1)
            return str(component) if quantity == 1 else f"{quantity}x{component}"
        case dict() as inside:
            return write_instances(inside)
        case [dict() as first, *_] as instances if "component" not in first:
            return write_instances(instances)
        case list() as items:
            return ",".join(_given(item) for item in items)
        case other:
            return str(other)


def order_name(order: BrokenOrder) -> str:
    """`SO-1`, or its number."""
    return order.id or f"number {order.number}"


def few_changes(
    changes: Sequence[ChangedDeclaration], *, everything: bool
) -> tuple[list[ChangedDeclaration], int]:
    """The changes to be told one by one, and how many components with nothing but a new price are not."""
    prices = [change for change in changes if change.new_price and all(d.money for d in change.details)]
    if everything or len(prices) <= MOST_PRICES:
        return list(changes), 0
    return [change for change in changes if change not in prices], len(prices)


# ---------------------------------------------------------------- for a terminal


def text_lines(found: Difference, names: Sequence[str], *, everything: bool) -> Iterator[Text | str]:
    """Which versions, what was declared, what it does, which orders break."""
    yield from _version_lines(found, names)
    if found.changes:
        yield ""
        yield from _change_lines(found.changes, everything=everything)
    yield ""
    effect = found.effect
    style = GOOD if isinstance(effect, Effect) and not effect.loses else DOUBTFUL
    kind, colon, told = effect_in_words(effect).partition(":")
    yield Text.assemble((kind, style), f"{colon}{told}")
    if isinstance(effect, Effect):
        for title, when, examples in (
            ("lost, for example", "now", effect.lost_examples),
            ("gained, for example", "before", effect.gained_examples),
        ):
            yield from _example_lines(title, when, examples)
    if found.orders is not None:
        yield ""
        yield from _order_lines(found.orders, everything=everything)


def _version_lines(found: Difference, names: Sequence[str]) -> Iterator[Text]:
    rows = [
        (word, f"{version.name} {version.version}".rstrip(), f"on {version.as_of}", name)
        for word, version, name in zip(("old", "new"), (found.old, found.new), names, strict=True)
    ]
    for line in aligned(rows, column_widths(rows, 4)):
        yield Text.assemble((line[:3], STRONG), line[3:])


def _change_lines(changes: Sequence[ChangedDeclaration], *, everything: bool) -> Iterator[Text]:
    told, prices = few_changes(changes, everything=everything)
    rows = [
        (
            change.what,
            change.name,
            f"{_details(change, everything=everything)}{' (message only)' if change.only_message else ''}",
        )
        for change in told
    ]
    widths = column_widths(rows, 3)
    for change, line in zip(told, aligned(rows, (*widths[:2], 0)), strict=True):
        yield Text.assemble((SIGNS[change.kind], STYLES[change.kind]), f" {line}")
    if prices:
        yield Text.assemble(
            ("~", DOUBTFUL), f" {plural(prices, 'component')} with a new price (-v tells each)"
        )


def _details(change: ChangedDeclaration, *, everything: bool) -> str:
    details = change.details if everything else change.details[:MOST_DETAILS]
    more = len(change.details) - len(details)
    told = "; ".join(detail_in_words(detail) for detail in details)
    return f"{told}; {more:,} more" if more else told


MOST_DETAILS = 4
"""Details of one declaration that are told unless everything is."""


def _example_lines(title: str, when: str, examples: Sequence[Example]) -> Iterator[Text]:
    if examples:
        yield Text(title, STRONG)
    for example in examples:
        yield Text(f"{GAP}{example_in_words(example)}")
        heads = [(_who(refusal), refusal.message) for refusal in example.refusals]
        widths = column_widths(heads, 2)
        for refusal, (who, message) in zip(example.refusals, heads, strict=True):
            where = refusal.location.rpartition(":")[0]
            yield Text.assemble(
                f"{GAP}{GAP}{when}: ", (f"{who:<{widths[0]}}", STRONG), GAP, message, GAP, (where, FAINT)
            )


def _who(refusal: Refusal) -> str:
    return (
        refusal.rule or "not in force"
        if refusal.kind in {"rule", "effectivity"}
        else ", ".join(refusal.places)
    )


def _order_lines(found: OrdersCompared, *, everything: bool) -> Iterator[Text]:
    told = orders_in_words(found)
    yield Text(told, BAD if found.broken else GOOD)
    shown = found.broken if everything else found.broken[:MOST_ORDERS]
    for order in shown:
        for breakage in order.breakages:
            who = f"{', '.join(breakage.rules)}: " if breakage.rules else ""
            yield Text.assemble(GAP, (order_name(order), STRONG), f"{GAP}{who}{breakage.message}")
        if order.repair is not None:
            delta = delta_in_words(order.repair.delta)
            yield Text(f"{GAP}{GAP}{step_in_words(order.repair)}{GAP if delta else ''}{delta}", GOOD)
    if len(shown) < len(found.broken):
        yield Text(f"{GAP}{len(found.broken) - len(shown):,} more (-v tells each)", FAINT)
    for number, message in (*found.unreadable, *found.undecided):
        yield Text.assemble(GAP, (f"number {number}", STRONG), f"{GAP}{message}")


# ---------------------------------------------------------------- workflow commands


def github_lines(found: Difference, orders_file: str) -> Iterator[str]:
    """Annotations: a notice with the effect, a warning at what refuses, a warning for each broken order."""
    effect = found.effect
    yield workflow_command("notice", "", found.new.name, effect_in_words(effect))
    for example in effect.lost_examples if isinstance(effect, Effect) else ():
        for refusal in example.refusals:
            told = f"no longer valid: {example_in_words(example)}. {refusal.message}"
            yield workflow_command("warning", refusal.location, _who(refusal), told)
    if found.orders is None:
        return
    yield workflow_command("notice", "", "saved orders", orders_in_words(found.orders))
    for order in found.orders.broken:
        told = " ".join(breakage.message for breakage in order.breakages)
        step = f" One step: {step_in_words(order.repair)}" if order.repair is not None else ""
        title = f"order {order_name(order)} breaks"
        yield workflow_command("warning", f"{orders_file}:{order.number}:1", title, f"{told}{step}")
    for number, message in (*found.orders.unreadable, *found.orders.undecided):
        yield workflow_command("warning", f"{orders_file}:{number}:1", "order not judged", message)


# ---------------------------------------------------------------- Markdown


def markdown_lines(found: Difference, names: Sequence[str]) -> Iterator[str]:
    """A comment on a pull request: the effect, examples with reasons, orders, and what was declared."""
    effect = found.effect
    yield f"### {marked(found.new.name)}: {marked(effect_in_words(effect))}"
    yield ""
    days = [version.as_of.isoformat() for version in (found.old, found.new)]
    yield f"`{names[0]}` on {days[0]} compared with `{names[1]}` on {days[1]}."
    if isinstance(effect, Effect):
        for title, examples in (("Lost", effect.lost_examples), ("Gained", effect.gained_examples)):
            if examples:
                because = "because now" if title == "Lost" else "because before"
                yield from ("", f"| {title}, for example | {because} |", "|---|---|")
            for example in examples:
                reasons = "<br>".join(
                    f"**{marked(_who(each))}** {marked(each.message)}" for each in example.refusals
                )
                yield f"| {marked(example_in_words(example))} | {reasons} |"
    if found.orders is not None:
        yield from _markdown_orders(found.orders)
    if found.changes:
        count = plural(len(found.changes), "declaration")
        yield from ("", f"<details><summary>{count} changed</summary>", "")
        told, prices = few_changes(found.changes, everything=False)
        for change in told:
            details = _details(change, everything=False)
            behind = f": {marked(details)}" if details else ""
            yield f"- {change.kind} {change.what} **{marked(change.name)}**{behind}"
        if prices:
            yield f"- {plural(prices, 'component')} with a new price"
        yield from ("", "</details>")


def _markdown_orders(found: OrdersCompared) -> Iterator[str]:
    yield from ("", f"**{orders_in_words(found)}**")
    if found.broken:
        yield from ("", "| order | because now | one step |", "|---|---|---|")
    for order in found.broken[:MOST_ORDERS]:
        reasons = "<br>".join(marked(breakage.message) for breakage in order.breakages)
        step = marked(step_in_words(order.repair)) if order.repair is not None else ""
        yield f"| {marked(order_name(order))} | {reasons} | {step} |"
    if len(found.broken) > MOST_ORDERS:
        yield f"| {len(found.broken) - MOST_ORDERS:,} more | | |"


def marked(text: str) -> str:
    """A text in which nothing is markup, a table's cell included; nobody is called by name."""
    for sign in "\\`*_[]|#~":
        text = text.replace(sign, f"\\{sign}")
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("@", "&#64;")
