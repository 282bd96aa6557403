"""`configurator diff`."""

import re
from datetime import date

import click
from attrs import evolve
from rich.text import Text

from configurator.authoring.difference import EXAMPLES as MOST_EXAMPLES
from configurator.authoring.difference import TOO_MANY_WAYS, Difference, Effect
from configurator.authoring.saved_orders import SavedOrder
from configurator.cli.differences import github_lines, markdown_lines, text_lines
from configurator.cli.exit_codes import ExitCode
from configurator.cli.failures import MORE_TIME, CommandError
from configurator.cli.files import read_bytes
from configurator.cli.inquiry import Answer, Inquiry
from configurator.cli.options import answers, output_options, question_options
from configurator.cli.parameters import read_day
from configurator.cli.revisions import find_at_revision, is_revision
from configurator.configurator import Configurator
from configurator.engines.engine import Unknown
from configurator.errors import OrderError
from configurator.serialization import parse_json
from configurator.serialization_difference import difference_json

LARGEST_ORDERS = 100_000_000
"""Bytes of the largest file of orders that is read."""

EXAMPLES = """\b
Examples:
  configurator diff HEAD~1:catalogs/desktop_pc catalogs/desktop_pc
  configurator diff main:catalogs/bicycle catalogs/bicycle --orders orders.jsonl --exit-code
  configurator diff catalogs/bicycle catalogs/bicycle --as-of 2026-11-22 --as-of-new 2027-04-01
  configurator diff HEAD:catalogs/bicycle catalogs/bicycle --format markdown >comment.md
"""


@click.command("diff", epilog=EXAMPLES)
@click.argument("old")
@click.argument("new")
@click.option(
    "--orders",
    metavar="ORDERS.jsonl",
    help="Saved orders, one JSON object a line: which of them break, and the one step that mends each.",
)
@click.option(
    "--as-of-new",
    callback=read_day,
    metavar="DATE",
    help="The day of NEW, where it is another one than that of OLD: one catalog on two days.",
)
@click.option("--exit-code", is_flag=True, help="Exit with 1 if a configuration is lost or an order breaks.")
@click.option(
    "--limit",
    type=click.IntRange(min=0),
    default=MOST_EXAMPLES,
    show_default=True,
    metavar="N",
    help="How many configurations to tell that were lost, and as many gained, at most; 0 for all causes.",
)
@question_options
@output_options("github", "markdown")
@answers("diff")
def diff(
    inquiry: Inquiry, old: str, new: str, *, orders: str | None, as_of_new: date | None, exit_code: bool
) -> Answer:
    """What a change to a catalog does: configurations lost and gained, orders that break.

    OLD and NEW are catalogs as everywhere, or one at a revision of this git repository: `HEAD~1:catalogs/pc`.
    """
    before = _load(inquiry, old)
    first = inquiry.settings.as_of or before.today()
    findings, inquiry.findings = inquiry.findings, []
    after = _load(inquiry, new)
    inquiry.findings = list(dict.fromkeys((*findings, *inquiry.findings)))
    assert inquiry.identity is not None
    second = as_of_new or inquiry.settings.as_of or after.today()
    inquiry.identity = evolve(inquiry.identity, as_of=second)
    saved = [] if orders is None else read_orders(orders)
    limit = MOST_EXAMPLES if inquiry.settings.limit is None else inquiry.settings.limit
    with inquiry.screen.waiting("comparing"):
        found = before.difference(
            after,
            as_of=first,
            as_of_other=second,
            seconds=inquiry.settings.seconds,
            orders=saved,
            limit=limit or None,
        )
    return _answer(inquiry, found, (old, new), orders or "", exit_code=exit_code)


def _answer(
    inquiry: Inquiry, found: Difference, names: tuple[str, str], orders: str, *, exit_code: bool
) -> Answer:
    code = ExitCode.YES
    if found.breaks and exit_code:
        code = ExitCode.NO
    elif found.undecided:
        code = ExitCode.UNKNOWN
    status = {ExitCode.YES: "yes", ExitCode.NO: "no"}.get(code, "unknown")
    lines: tuple[Text | str, ...]
    match inquiry.settings.form:
        case "github":
            lines = tuple(github_lines(found, orders))
        case "markdown":
            lines = tuple(markdown_lines(found, names))
        case _:
            lines = tuple(text_lines(found, names, everything=inquiry.settings.verbose))
    notes: list[str] = []
    if isinstance(found.effect, Effect) and found.effect.reason:
        notes.append(f"not counted: {found.effect.reason}")
    hopeless = isinstance(found.effect, Unknown) and TOO_MANY_WAYS in found.effect.reason
    if (found.undecided and not hopeless) or notes:
        notes.append(MORE_TIME)
    return Answer(status, code, difference_json(found), lines, tuple(notes))  # type: ignore[arg-type]  # one of three


def _load(inquiry: Inquiry, path: str) -> Configurator:
    if not path.strip():
        # An empty name would be the folder one stands in: mostly a variable of a script that was not set.
        raise CommandError("the name of a catalog is empty", ExitCode.USAGE, "write `.` for this folder")
    if not is_revision(path):
        return inquiry.load(path)
    found = find_at_revision(path)
    loaded = Configurator.from_reader(
        found.entry, found.reader, engine=inquiry.settings.engine, clock=inquiry.surroundings.now
    )
    return inquiry.adopt(loaded, path)


def read_orders(path: str) -> list[SavedOrder]:
    """The orders of a file, one a line, each with the number of its line; blank lines are none.

    A line that cannot be read stands as what is wrong with it.

    Raises:
        CommandError: the file cannot be read.
    """
    data = read_bytes(path, "orders file", most=LARGEST_ORDERS).removeprefix(b"\xef\xbb\xbf")
    found = []
    for number, line in enumerate(data.split(b"\n"), start=1):
        if line.strip():
            found.append(SavedOrder(number, _read_line(line)))
    return found


def _read_line(line: bytes) -> object:
    try:
        return parse_json(line.strip(), "line")
    except OrderError as error:
        told = re.sub(r"^line(?::1:(\d+))?: ", lambda at: f"column {at[1]}: " if at[1] else "", str(error))
        return OrderError([told])
