"""`configurator sample`."""

import csv
import io
import json
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import click
from rich.text import Text

from configurator.authoring.covering.sample import MOST_LEVELS, CoveringSample
from configurator.cli.asked_stock import AskedStock, stock_options
from configurator.cli.commands.list import cells, chosen_columns
from configurator.cli.exit_codes import ExitCode
from configurator.cli.failures import MORE_TIME, SAYS_WHY, CommandError
from configurator.cli.inquiry import Answer, Inquiry
from configurator.cli.options import (
    answers,
    catalog_argument,
    choice_arguments,
    output_options,
    question_options,
)
from configurator.cli.terminal import OutputClosedError, abandon_output, aligned, column_widths, printable
from configurator.cli.wording import DOUBTFUL, plural
from configurator.cli.words import read_wanted
from configurator.configuration.columns import ConfigurationColumns
from configurator.configuration.model import Configuration
from configurator.engines.engine import Unknown
from configurator.serialization_testing import covering_sample_json

EXAMPLES = """\b
Examples:
  configurator sample catalogs/bicycle --pairwise
  configurator sample catalogs/lift --t 3 --format jsonl >lifts.jsonl
  configurator sample catalogs/desktop_pc usage=gaming --pairwise --seed 7 --format csv
  configurator sample catalogs/desktop_pc --uniform 1000 --seed 1 --format jsonl
"""

PAIRS = 2
SETS = {1: "level", PAIRS: "pair of levels", 3: "triple of levels"}
"""What sets of so many levels are called."""


@click.command("sample", epilog=EXAMPLES)
@catalog_argument
@choice_arguments
@click.option("--pairwise", is_flag=True, help="Cover every two levels that go together; the default.")
@click.option(
    "--t",
    type=click.IntRange(1, MOST_LEVELS),
    metavar="T",
    help=f"Cover every T levels that go together, from 1 to {MOST_LEVELS}.",
)
@click.option("--uniform", type=click.IntRange(min=1), metavar="N", help="Draw N, each alike likely.")
@click.option(
    "--seed",
    type=click.IntRange(min=0),
    default=0,
    show_default=True,
    metavar="S",
    help="Another seed gives another sample, the same one the same.",
)
@click.option(
    "--columns", metavar="A,B", help="Places and calcs to show, in this order; by default all, then `price`."
)
@stock_options()
@question_options
@output_options("jsonl", "csv")
@answers("sample")
def sample(inquiry: Inquiry, catalog: str, choices: tuple[str, ...], file: str | None, **more: Any) -> Answer:
    """Few valid configurations in which all goes together that can; or some drawn at random.

    A level is a component, a value, a number of a place. `--pairwise` gives configurations such that every
    two levels of different places that are in any valid configuration are in one of these: that no others
    go together is proved. Under stock, only what can be built counts.
    CHOICE is `slot=SKU`, `slot=2xSKU`, `slot=none`, `slot=A,2xB`, or `slot+=SKU` for at least that.
    """
    t = _strength(more)
    if more["columns"] is not None and inquiry.settings.form in {"json", "jsonl"}:
        raise CommandError("`--columns` goes with `--format text` and `csv`", ExitCode.USAGE)
    wanted = read_wanted(choices, file, more["bundles"])
    stock = AskedStock.read(inquiry, more)
    by_rules = inquiry.load(catalog)
    asked = stock.under(by_rules)
    columns = chosen_columns(asked, more["columns"])
    how: dict[str, Any] = {
        "as_of": inquiry.day,
        "seconds": inquiry.settings.seconds,
        "only": more["only"],
        "bundles": wanted.bundles,
    }
    seed: int = more["seed"]
    found: CoveringSample | ConfigurationColumns | Unknown
    with inquiry.screen.waiting("sampling"):
        if t is None:
            found = asked.sample(more["uniform"], wanted.choices, seed=seed, **how)
        else:
            found = asked.covering_sample(t, wanted.choices, seed=seed, **how)
    if isinstance(found, Unknown):
        return _undecided(inquiry, found.reason, {"configurations": [], "reason": found.reason, **stock.told})
    drawn = tuple(found.configurations if isinstance(found, CoveringSample) else found)
    if isinstance(found, CoveringSample):
        result = covering_sample_json(found)
    else:
        result = {"uniform": len(drawn), "seed": seed, "configurations": [each.to_dict() for each in drawn]}
    result |= stock.told
    if not inquiry.as_json:
        _write(inquiry, drawn, columns)
    if isinstance(found, CoveringSample) and not found.complete:
        return _undecided(inquiry, f"{found.reason}: {_so_far(found)}", result)
    if not drawn:
        none = Answer("no", ExitCode.NO, result, (), ("no configuration keeps the choices", SAYS_WHY))
        return stock.refused(by_rules, wanted.choices, how, none)
    notes = _told(found) if isinstance(found, CoveringSample) else (plural(len(drawn), "configuration"),)
    return Answer("yes", ExitCode.YES, result, (), notes)


def _strength(more: dict[str, Any]) -> int | None:
    """How many levels a set has; `None` for a uniform sample.

    Raises:
        CommandError: several kinds of samples are asked for.
    """
    asked = [f"--{name}" for name in ("pairwise", "t", "uniform") if more[name] not in {None, False}]
    if len(asked) > 1:
        told = f"`{asked[0]}` and `{asked[1]}` are two kinds of samples"
        raise CommandError(told, ExitCode.USAGE, "leave one of them out")
    if more["uniform"] is not None:
        return None
    return PAIRS if more["t"] is None else int(more["t"])


# ---------------------------------------------------------------- forms


def _write(inquiry: Inquiry, drawn: Sequence[Configuration], columns: tuple[str, ...]) -> None:
    match inquiry.settings.form:
        case "jsonl":
            texts = _json_lines(drawn)
        case "csv":
            texts = _csv_lines(drawn, columns)
        case _:
            texts = _text_lines(drawn, columns)
    try:
        for text in texts:
            inquiry.screen.write(text)
        inquiry.screen.flush()
    except OutputClosedError:
        # `| head` has seen enough: so have we.
        abandon_output()


def _json_lines(drawn: Iterable[Configuration]) -> Iterator[str]:
    for each in drawn:
        yield json.dumps(each.to_dict(), ensure_ascii=False, separators=(", ", ": ")) + "\n"


def _csv_lines(drawn: Iterable[Configuration], columns: tuple[str, ...]) -> Iterator[str]:
    for row in (columns, *(cells(each, columns) for each in drawn)):
        text = io.StringIO()
        csv.writer(text, lineterminator="\n").writerow(row)
        yield text.getvalue()


def _text_lines(drawn: Sequence[Configuration], columns: tuple[str, ...]) -> Iterator[str]:
    if not drawn:
        return
    rows = [list(columns), *(cells(each, columns) for each in drawn)]
    for line in aligned(rows, column_widths(rows, len(columns))):
        yield printable(line) + "\n"


# ---------------------------------------------------------------- the end


def _told(found: CoveringSample) -> tuple[Text | str, ...]:
    """How much so few configurations cover."""
    what = SETS.get(found.t, f"set of {found.t} levels")
    told = f"{plural(len(found.configurations), 'configuration')} with {_every(found.covered, what)}"
    more = f"; {plural(found.impossible, 'other')} proved impossible" if found.impossible else ""
    least = f", at least {found.at_least:,} needed"
    grouped = [f"{each.name} is {', '.join(each.levels)}" for each in found.factors if each.grouped]
    return (f"{told} of {plural(len(found.factors), 'factor')}{more}{least}", *grouped)


def _every(number: int, what: str) -> str:
    """`the one pair of levels`, `all 518 pairs of levels`."""
    if number == 1:
        return f"the one {what}"
    first, *rest = what.split(" ")
    return " ".join([f"all {number:,} {first}s", *rest])


def _so_far(found: CoveringSample) -> str:
    """How far a limit let it come."""
    what = SETS.get(found.t, f"set of {found.t} levels")
    open_ = _every(found.undecided, what).removeprefix("all ")
    return (
        f"{plural(len(found.configurations), 'configuration')} cover {found.covered:,}, "
        f"{found.impossible:,} are impossible, {open_} are open"
    )


def _undecided(inquiry: Inquiry, told: str, result: dict[str, Any]) -> Answer:
    if not inquiry.as_json:
        # Told even when quiet: what stands on standard output looks complete and is not.
        inquiry.screen.complain(Text.assemble(("not decided", DOUBTFUL), f": {told}"))
    return Answer("unknown", ExitCode.UNKNOWN, result, (), (MORE_TIME,))
