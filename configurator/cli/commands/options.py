"""`configurator options`."""

from collections.abc import Iterator
from typing import Any

import click
from rich.text import Text

from configurator.cli.exit_codes import ExitCode
from configurator.cli.failures import MORE_TIME, next_step
from configurator.cli.inquiry import Answer, Inquiry
from configurator.cli.options import (
    answers,
    calc_option,
    catalog_argument,
    choice_arguments,
    output_options,
    question_options,
)
from configurator.cli.terminal import GAP, aligned, column_widths
from configurator.cli.wording import (
    DOUBTFUL,
    FAINT,
    NOTHING,
    STRONG,
    conflict_lines,
    not_possible,
    value_in_words,
)
from configurator.cli.words import read_choice_words
from configurator.configuration.domains import (
    IdenticalOffers,
    Interval,
    MixedOffers,
    NumberOffers,
    PlaceOffers,
    SetOffers,
    ValidDomains,
    ValueOffers,
)
from configurator.configuration.pricing import PriceRanges
from configurator.configuration.validation import Invalid
from configurator.engines.engine import Unknown
from configurator.serialization import options_json, prices_json

EXAMPLES = """\b
Examples:
  configurator options catalogs/bicycle
  configurator options catalogs/desktop_pc usage=office graphics=none --json
  configurator options catalogs/desktop_pc usage=office --prices
"""


@click.command("options", epilog=EXAMPLES)
@catalog_argument
@choice_arguments
@click.option(
    "--prices", is_flag=True, help="Tell of each value what the cheapest and the dearest with it come to."
)
@calc_option
@question_options
@output_options()
@answers("options")
def options(
    inquiry: Inquiry, catalog: str, choices: tuple[str, ...], file: str | None, **more: Any
) -> Answer:
    """What every slot and option can still take after the choices.

    Whatever is offered can be completed to a valid configuration; whatever is withheld cannot.
    CHOICE is `slot=SKU`, `slot=2xSKU`, `slot=none`, `slot=A,2xB`, or `slot+=SKU` for at least that.
    """
    given = read_choice_words(choices, file)
    asked = inquiry.load(catalog)
    seconds, only = inquiry.settings.seconds, more["only"]
    with inquiry.screen.waiting("looking for what is left"):
        found = asked.options(given, as_of=inquiry.day, seconds=seconds, only=only)
        verdict = None
        if not isinstance(found, Unknown) and not any(is_open(each) for each in found.of.values()):
            verdict = asked.validate(given, as_of=inquiry.day, seconds=seconds, only=only)
    if isinstance(found, Unknown):
        line = Text.assemble(("not decided", DOUBTFUL), f": {found.reason}")
        return Answer("unknown", ExitCode.UNKNOWN, options_json(found), (line,), (MORE_TIME,))
    if isinstance(verdict, Invalid):
        told = conflict_lines(asked.catalog, given, verdict.conflicts, only=only)
        head = not_possible(len(given), verdict.conflicts)
        return Answer("no", ExitCode.NO, options_json(found, verdict.conflicts), (head, "", *told))
    if more["prices"]:
        with inquiry.screen.waiting("adding up"):
            ranges = asked.price_ranges(given, by=more["by"], as_of=inquiry.day, seconds=seconds, only=only)
        return _priced(found, ranges)
    width = max((len(path) for path in found.of), default=0)
    lines = tuple(
        Text.assemble((f"{path:<{width}}", STRONG), GAP, offers_in_words(offers), (state_of(offers), FAINT))
        for path, offers in found.of.items()
    )
    return Answer("yes", ExitCode.YES, options_json(found), lines)


def _priced(found: ValidDomains, ranges: PriceRanges | Unknown) -> Answer:
    """The answer with what each value leads to; what can be chosen is told even where that is not known."""
    result = {**options_json(found), **prices_json(ranges)}
    if isinstance(ranges, Unknown):
        line = Text.assemble(("not decided", DOUBTFUL), f": {ranges.reason}")
        return Answer("unknown", ExitCode.UNKNOWN, result, (line,), (next_step(ranges),))
    return Answer("yes", ExitCode.YES, result, tuple(price_lines(ranges)))


def price_lines(ranges: PriceRanges) -> Iterator[Text | str]:
    """One line for each value of each place: from what to what configurations with it come to."""
    rows = [
        (
            path if number == 0 else "",
            value_in_words(value),
            told.least.text,
            told.most.text if told.most else "not known",
        )
        for path, values in ranges.items()
        for number, (value, told) in enumerate(values)
    ]
    head = ("place", "value", "from", "to")
    yield from aligned([head, *rows], column_widths([head, *rows], len(head)))


def is_open(offers: PlaceOffers) -> bool:
    """Whether anything can be chosen for a place, nothing included."""
    match offers:
        case ValueOffers(offers=values):
            return bool(values)
        case IdenticalOffers(offers=components, absent=absent):
            return bool(components) or absent
        case MixedOffers(offers=mixed, fewest=fewest):
            # An empty mixed slot looks like one for which nothing is left, where it may be empty.
            return bool(mixed) or fewest > 0
        case NumberOffers(intervals=intervals):
            return bool(intervals)
        case SetOffers(elements=elements):
            return any(element.state != "cannot" for element in elements)


def offers_in_words(offers: PlaceOffers) -> str:
    """What a place can take, in one line."""
    match offers:
        case ValueOffers(offers=values):
            return ", ".join(value_in_words(each.value) for each in values)
        case IdenticalOffers(offers=components, absent=absent):
            told = [f"{_range(each.lowest, each.highest)}x{each.component}" for each in components]
            return ", ".join([NOTHING, *told] if absent else told)
        case MixedOffers(offers=mixed, fewest=fewest, most=most):
            if not mixed:
                return NOTHING
            told = [f"up to {each.highest}x{each.component}" for each in mixed]
            return f"{_range(fewest, most)} of: {', '.join(told)}"
        case NumberOffers(intervals=intervals):
            return ", ".join(_interval(each) for each in intervals)
        case SetOffers(elements=elements):
            kinds = {
                state: [each.element for each in elements if each.state == state]
                for state in ("must", "can", "cannot")
            }
            return "; ".join(f"{state}: {', '.join(found)}" for state, found in kinds.items() if found)


def state_of(offers: PlaceOffers) -> str:
    """`  (chosen)` or `  (forced)` for a whole place, `  (default WAR-2)` for one value, else nothing."""
    told: list[tuple[str, str]] = []
    match offers:
        case ValueOffers(offers=values):
            told = [(each.state, value_in_words(each.value)) for each in values]
        case IdenticalOffers(offers=components):
            told = [(each.state, each.component) for each in components]
        case _:
            pass
    default = next((value for state, value in told if state == "default"), None)
    if default is not None:
        return f"{GAP}(default {default})"
    return f"{GAP}({told[0][0]})" if told and told[0][0] != "free" else ""


def _range(low: int, high: int) -> str:
    return str(low) if low == high else f"{low}..{high}"


def _interval(interval: Interval) -> str:
    low, high = value_in_words(interval.low), value_in_words(interval.high)
    return low if low == high else f"{low}..{high}"
