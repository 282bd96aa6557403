"""`configurator options`."""

from collections.abc import Iterator, Sequence
from typing import Any

import click
from rich.text import Text

from configurator.cli.asked_stock import AskedStock, stock_options
from configurator.cli.exit_codes import ExitCode
from configurator.cli.failures import MORE_TIME, next_step
from configurator.cli.inquiry import Answer, Inquiry
from configurator.cli.offers_told import (
    PlaceRow,
    ReasonRow,
    Whys,
    availability_rows,
    is_open,
    place_rows,
    reason_rows,
)
from configurator.cli.options import (
    answers,
    calc_option,
    catalog_argument,
    choice_arguments,
    output_options,
    question_options,
)
from configurator.cli.terminal import GAP, aligned, column_widths
from configurator.cli.wording import DOUBTFUL, FAINT, STRONG, conflict_lines, not_possible
from configurator.cli.words import read_wanted
from configurator.configuration.offer_reasons import HasReason, OfferReason
from configurator.configuration.pricing import PriceRanges
from configurator.configuration.telling import value_in_words
from configurator.configuration.validation import Invalid
from configurator.engines.engine import Unknown
from configurator.serialization import FindReason, JsonObject, options_json, prices_json

EXAMPLES = """\b
Examples:
  configurator options catalogs/bicycle
  configurator options catalogs/desktop_pc usage=office graphics=none --json
  configurator options catalogs/desktop_pc usage=office --prices
  configurator options catalogs/desktop_pc cpu=CPU-14400F --reasons
  configurator options catalogs/bicycle --stock stock.csv
"""


@click.command("options", epilog=EXAMPLES)
@catalog_argument
@choice_arguments
@click.option(
    "--prices", is_flag=True, help="Tell of each value what the cheapest and the dearest with it come to."
)
@click.option(
    "--reasons", is_flag=True, help="Tell what cannot be chosen as well, and why; why what is forced is."
)
@calc_option
@stock_options(available="all")
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
    wanted = read_wanted(choices, file, more["bundles"])
    stock = AskedStock.read(inquiry, more, available="all")
    given, bundles = wanted.choices, wanted.bundles
    by_rules = inquiry.load(catalog)
    asked = stock.under(by_rules)
    beside = None if stock.only else stock.snapshot
    seconds = inquiry.settings.seconds
    how = {"as_of": inquiry.day, "seconds": seconds, "only": more["only"], "bundles": bundles}
    with inquiry.screen.waiting("looking for what is left"):
        found = asked.options(given, excluded=more["reasons"], stock=beside, **how)
        verdict = None
        if not isinstance(found, Unknown) and not any(is_open(each) for each in found.of.values()):
            verdict = asked.validate(given, **how)
    if isinstance(found, Unknown):
        line = Text.assemble(("not decided", DOUBTFUL), f": {found.reason}")
        result = {**options_json(found), **stock.told}
        return Answer("unknown", ExitCode.UNKNOWN, result, (line,), (MORE_TIME,))
    reasons = _reasons_in_time(inquiry) if more["reasons"] else None
    with inquiry.screen.waiting("looking for reasons"):
        conflicts = verdict.conflicts if isinstance(verdict, Invalid) else ()
        result = {**options_json(found, conflicts, reasons), **stock.told}
        rows = tuple(row for path, offers in found.of.items() for row in place_rows(path, offers))
        whys = {
            row.place: (
                *(reason_rows(row.offers, reasons) if reasons else ()),
                *(availability_rows(row.offers, stock.on) if beside else ()),
            )
            for row in rows
            if (reasons or beside) and row.offers is not None
        }
    if isinstance(verdict, Invalid):
        told = conflict_lines(asked.catalog, given, verdict.conflicts)
        head = not_possible(len(given), verdict.conflicts, len(bundles))
        return stock.refused(by_rules, given, how, Answer("no", ExitCode.NO, result, (head, "", *told)))
    if more["prices"]:
        with inquiry.screen.waiting("adding up"):
            ranges = asked.price_ranges(given, by=more["by"], **how)
        return _priced(result, ranges, whys)
    return Answer("yes", ExitCode.YES, result, tuple(_place_lines(rows, whys)))


def _reasons_in_time(inquiry: Inquiry) -> FindReason:
    """Finds reasons until the time of the command is up."""
    seconds = inquiry.settings.seconds

    def find(offer: HasReason) -> OfferReason:
        if seconds is not None and inquiry.elapsed > seconds:
            return Unknown(f"the time limit of {seconds:g} s was reached")
        return offer.reason

    return find


def _place_lines(rows: Sequence[PlaceRow], whys: Whys) -> Iterator[Text]:
    """One line for each place; beneath it why not, and why."""
    width = max((len(row.place) for row in rows), default=0)
    widths = _reason_widths(whys)
    for row in rows:
        yield Text.assemble((f"{row.place:<{width}}", STRONG), GAP, row.told, (row.state, FAINT))
        for reason in whys.get(row.place, ()) if row.offers is not None else ():
            yield _reason_line(reason, " " * width, widths)


LONGEST_CELL = 30
"""Columns to which values and the names of rules are padded at most."""


def _reason_widths(whys: Whys) -> tuple[int, int]:
    rows = [(row.what, row.who) for rows in whys.values() for row in rows]
    what, who = column_widths(rows, 2)
    return min(what, LONGEST_CELL), min(who, LONGEST_CELL)


def _reason_line(row: ReasonRow, before: str, widths: tuple[int, int]) -> Text:
    what, who = (f"{cell:<{width}}" for cell, width in zip((row.what, row.who), widths, strict=True))
    return Text.assemble(before, GAP, (what, FAINT), GAP, (who, STRONG), GAP, row.said)


def _priced(result: JsonObject, ranges: PriceRanges | Unknown, whys: Whys) -> Answer:
    """The answer with what each value leads to; what can be chosen is told even where that is not known."""
    result = {**result, **prices_json(ranges)}
    if isinstance(ranges, Unknown):
        line = Text.assemble(("not decided", DOUBTFUL), f": {ranges.reason}")
        return Answer("unknown", ExitCode.UNKNOWN, result, (line,), (next_step(ranges),))
    widths, width = _reason_widths(whys), max(map(len, whys), default=0)
    told = [
        _reason_line(row, f"{path if number == 0 else '':<{width}}", widths)
        for path, rows in whys.items()
        for number, row in enumerate(rows)
    ]
    return Answer("yes", ExitCode.YES, result, (*price_lines(ranges), *([""] if told else []), *told))


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
