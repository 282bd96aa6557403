"""`configurator list`."""

import csv
import io
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from itertools import chain, islice
from typing import Any

import click
from attrs import define, evolve
from rich.text import Text

from configurator.acceptance.screening import ScreenedConfiguration
from configurator.cli.asked_stock import AskedStock, stock_options
from configurator.cli.exit_codes import ExitCode
from configurator.cli.failures import MORE_TIME, SAYS_WHY, CommandError
from configurator.cli.fast_order import FastListing, fast_listing
from configurator.cli.inquiry import Answer, Inquiry
from configurator.cli.options import (
    answers,
    catalog_argument,
    choice_arguments,
    limit_option,
    output_options,
    question_options,
)
from configurator.cli.terminal import OutputClosedError, abandon_output, aligned, column_widths, printable
from configurator.cli.wording import DOUBTFUL, plural, shortages_in_words
from configurator.cli.words import read_wanted
from configurator.configuration.model import Configuration
from configurator.configuration.telling import value_in_words
from configurator.configurator import Configurator
from configurator.diagnostics.suggestion import did_you_mean
from configurator.engines.engine import Unknown
from configurator.errors import SearchLimitError
from configurator.serialization import availability_json, screened_json

EXAMPLES = """\b
Examples:
  configurator list catalogs/bicycle --limit 5
  configurator list catalogs/bicycle --columns frame,fork,price --stock stock.csv
  configurator list catalogs/bicycle --db sqlite:///stock.db --available only --limit 5
  configurator list catalogs/desktop_pc cpu=CPU-7800X3D --format jsonl --timeout 0 >all.jsonl
  configurator list catalogs/desktop_pc --order fast --offset 10000000000 --limit 5
"""

PAGE = 20
"""How many a person at a terminal gets to see at first."""
LARGEST_OBJECT = 100_000
"""How many go into one JSON object when nobody says."""
LOOK_AHEAD = 500
"""Rows after which columns are as wide as they stay."""

Found = tuple[Configuration, ScreenedConfiguration | None]
"""A configuration, and what is short for it, where stock was asked."""


@click.command("list", epilog=EXAMPLES)
@catalog_argument
@choice_arguments
@limit_option("How many at most; 0 for all. By default 20 on a terminal, 100000 in a JSON object, else all.")
@click.option("--offset", type=click.IntRange(min=0), default=0, metavar="N", help="How many to pass over.")
@click.option(
    "--order",
    type=click.Choice(["catalog", "fast"]),
    default="catalog",
    show_default=True,
    help="As written, or in an order in which any page costs the same.",
)
@click.option("--page-token", metavar="TOKEN", help="Go on in the fast order where the page before ended.")
@click.option(
    "--columns", metavar="A,B", help="Places and calcs to show, in this order; by default all, then `price`."
)
@stock_options(available="all")
@question_options
@output_options("jsonl", "csv")
@answers("list")
def list_configurations(
    inquiry: Inquiry, catalog: str, choices: tuple[str, ...], file: str | None, **more: Any
) -> Answer:
    """The valid configurations that keep the choices, lazily, in catalog order or in the fast order.

    The fast order is that of the compiled catalog: page 10^10 costs what the first one costs.
    CHOICE is `slot=SKU`, `slot=2xSKU`, `slot=none`, `slot=A,2xB`, or `slot+=SKU` for at least that.
    """
    if more["columns"] is not None and inquiry.settings.form in {"json", "jsonl"}:
        raise CommandError("`--columns` goes with `--format text` and `csv`", ExitCode.USAGE)
    token, offset = more["page_token"], more["offset"]
    if token is not None and offset:
        raise CommandError(
            "`--page-token` and `--offset` both say where to begin", ExitCode.USAGE, "leave one of them out"
        )
    wanted = read_wanted(choices, file, more["bundles"])
    given, bundles = wanted.choices, wanted.bundles
    stock = AskedStock.read(inquiry, more, available="all")
    by_rules = inquiry.load(catalog)
    asked = stock.under(by_rules)
    columns = chosen_columns(asked, more["columns"])
    limit = _limit(inquiry)
    how = {
        "as_of": inquiry.day,
        "seconds": inquiry.settings.seconds,
        "only": more["only"],
        "bundles": bundles,
    }
    none_found = partial(_none_found, stock, by_rules, given, how)
    fast = None
    if token is not None or more["order"] == "fast":
        fast = fast_listing(inquiry, asked, wanted, only=more["only"], offset=offset, token=token)
    if isinstance(fast, Unknown):
        return _no_fast_order(inquiry, fast)
    listed = (
        fast.found
        if fast
        else asked.configurations(
            given,
            offset=offset,
            limit=None if limit is None else limit + 1,
            **how,
        )
    )
    found: Iterator[Found] = (
        ((each, None) for each in listed)
        if stock.snapshot is None
        else (
            (screened.configuration, screened)
            for screened in asked.screen(listed, stock.snapshot, on=stock.on)
        )
    )
    page = Page(found, limit)
    if inquiry.as_json:
        result = {**_as_object(page, with_stock=stock.snapshot is not None), **stock.told}
        if fast:
            result |= {"offset": fast.offset, "size": fast.size, "next": fast.token(page.told)}
        return _answer(inquiry, page, offset, result, fast, none_found)
    try:
        for text in _texts(inquiry, page, columns, with_stock=stock.snapshot is not None):
            inquiry.screen.write(text)
        inquiry.screen.flush()
    except OutputClosedError:
        # `| head` has seen enough: so have we.
        abandon_output()
        return Answer("yes", ExitCode.YES, {})
    return _answer(inquiry, page, offset, {}, fast, none_found)


@define
class Page:
    """What is listed, with what is known when it ends.

    Attributes:
        told: how many were given.
        more: whether there is at least one more.
        stopped: the limit that ended the search, empty when none did.
    """

    found: Iterator[Found]
    limit: int | None
    told: int = 0
    more: bool = False
    stopped: str = ""

    def __iter__(self) -> Iterator[Found]:
        try:
            for each in self.found:
                if self.told == self.limit:
                    self.more = True
                    return
                self.told += 1
                yield each
        except SearchLimitError as error:
            # There may be more: what was asked for may be complete, the search is not.
            self.more = True
            self.stopped = "" if self.told == self.limit else error.reason


def _limit(inquiry: Inquiry) -> int | None:
    asked = inquiry.settings.limit
    if asked is not None:
        return asked or None
    if inquiry.as_json:
        return LARGEST_OBJECT
    return PAGE if inquiry.settings.form == "text" and inquiry.screen.interactive else None


def chosen_columns(asked: Configurator, written: str | None) -> tuple[str, ...]:
    """The columns to show.

    Raises:
        CommandError: one of them is neither a place nor a calc.
    """
    catalog = asked.catalog
    calcs = list(catalog.calcs)
    if written is None:
        return (*(place.key for place in catalog.inside("")), *(calc for calc in calcs if calc == "price"))
    places = list(dict.fromkeys([*catalog.assembly_of, *catalog.place_of]))
    columns = tuple(part.strip() for part in written.split(",") if part.strip())
    for column in columns:
        if column not in places and column not in calcs:
            known = (*places, *calcs)
            step = did_you_mean(column, known) or (f"there are: {', '.join(known)}",)
            raise CommandError(f"there is no column `{column}`", ExitCode.USAGE, *step)
    if not columns:
        raise CommandError("`--columns` names no column", ExitCode.USAGE)
    return columns


# ---------------------------------------------------------------- forms


def _as_object(page: Page, *, with_stock: bool) -> dict[str, Any]:
    found = list(page)
    result: dict[str, Any] = {
        "configurations": [configuration.to_dict() for configuration, _ in found],
        "more": page.more,
    }
    if with_stock:
        result["availability"] = [availability_json(screened) for _, screened in found if screened]
    return result


def _texts(inquiry: Inquiry, page: Page, columns: tuple[str, ...], *, with_stock: bool) -> Iterable[str]:
    match inquiry.settings.form:
        case "jsonl":
            return _json_lines(page)
        case "csv":
            return _csv_lines(page, columns, with_stock=with_stock)
        case _:
            return _text_lines(page, columns, with_stock=with_stock)


def _json_lines(page: Page) -> Iterator[str]:
    for configuration, screened in page:
        form = screened_json(screened) if screened else configuration.to_dict()
        yield json.dumps(form, ensure_ascii=False, separators=(", ", ": ")) + "\n"


def _csv_lines(page: Page, columns: tuple[str, ...], *, with_stock: bool) -> Iterator[str]:
    yield _csv_row([*columns, *(["buildable", "shortages"] if with_stock else [])])
    for configuration, screened in page:
        stock = []
        if screened:
            stock = ["yes" if screened.buildable else "no", shortages_in_words(screened.shortages)]
        yield _csv_row([*cells(configuration, columns), *stock])


def _csv_row(cells: Sequence[str]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerow(cells)
    return text.getvalue()


def _text_lines(page: Page, columns: tuple[str, ...], *, with_stock: bool) -> Iterator[str]:
    rows = (_text_row(found, columns) for found in page)
    first = list(islice(rows, LOOK_AHEAD))
    if not first:
        return
    head = [*columns, *(["stock"] if with_stock else [])]
    widths = column_widths([head, *first], len(head))
    for line in chain(aligned([head], widths), aligned(first, widths)):
        yield printable(line) + "\n"
    for line in aligned(rows, widths):
        yield printable(line) + "\n"


def _text_row(found: Found, columns: tuple[str, ...]) -> list[str]:
    configuration, screened = found
    row = cells(configuration, columns)
    if screened:
        row.append("buildable" if screened.buildable else shortages_in_words(screened.shortages))
    return row


def cells(configuration: Configuration, columns: tuple[str, ...]) -> list[str]:
    """A configuration's values and calcs for people, in the order of the columns."""
    calcs = dict(configuration.calcs)
    # What lies in an instance that is not there is nothing.
    return [
        calcs[column] if column in calcs else value_in_words(configuration.get(column)) for column in columns
    ]


# ---------------------------------------------------------------- the end


def _none_found(
    stock: AskedStock,
    by_rules: Configurator,
    given: Mapping[str, Any],
    how: Mapping[str, Any],
    result: dict[str, Any],
) -> Answer:
    """An empty list: by the rules, or only by stock."""
    answer = Answer("no", ExitCode.NO, result, (), ("no configuration keeps the choices", SAYS_WHY))
    told = stock.refused(by_rules, given, how, answer)
    if told.code is not ExitCode.UNAVAILABLE:
        return told
    return evolve(told, notes=("no configuration that keeps the choices can be built", *told.notes[1:]))


def _answer(
    inquiry: Inquiry,
    page: Page,
    offset: int,
    result: dict[str, Any],
    fast: FastListing | None,
    none_found: Callable[[dict[str, Any]], Answer],
) -> Answer:
    if page.stopped:
        told = f"{page.stopped} after {plural(page.told, 'configuration')}; there may be more"
        if inquiry.as_json:
            return Answer("unknown", ExitCode.UNKNOWN, {**result, "reason": page.stopped})
        # Told even when quiet: what stands on standard output looks complete and is not.
        inquiry.screen.complain(Text.assemble(("not decided", DOUBTFUL), f": {told}"))
        return Answer("unknown", ExitCode.UNKNOWN, result, (), (MORE_TIME,))
    if not (fast.size if fast else page.told or page.more or offset):
        return none_found(result)
    return Answer(
        "yes", ExitCode.YES, result, (), (_fast_summary(page, fast) if fast else _summary(page, offset),)
    )


def _no_fast_order(inquiry: Inquiry, refused: Unknown) -> Answer:
    """There is none, or the time was up."""
    result = {"configurations": [], "more": True, "offset": None, "size": None, "next": None}
    notes = ("without `--order fast` they are listed in catalog order",)
    if not inquiry.as_json:
        inquiry.screen.complain(Text.assemble(("not decided", DOUBTFUL), f": {refused.reason}"))
    return Answer("unknown", ExitCode.UNKNOWN, {**result, "reason": refused.reason}, (), notes)


def _fast_summary(page: Page, fast: FastListing) -> str:
    if not page.told:
        return f"none beyond the first {fast.size:,}"
    following = fast.token(page.told)
    told = f"{plural(page.told, 'configuration')} from number {fast.offset:,} on, of {fast.size:,}"
    return f"{told} (--page-token {following} for the next)" if following else told


def _summary(page: Page, offset: int) -> str:
    told = plural(page.told, "configuration")
    if not page.more:
        return told if page.told or not offset else f"none beyond the first {offset:,}"
    return (
        f"{told}, and there are more "
        f"(--offset {offset + page.told} for the next, --limit 0 for all; --format jsonl streams)"
    )
