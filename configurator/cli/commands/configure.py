"""`configurator configure`."""

import sys
from importlib.util import find_spec
from typing import Any

import click

from configurator import DISTRIBUTION
from configurator.cli.asked_stock import AskedStock, stock_options
from configurator.cli.exit_codes import ExitCode
from configurator.cli.failures import CommandError
from configurator.cli.inquiry import Answer, Inquiry
from configurator.cli.options import answers, bundle_option, catalog_argument
from configurator.cli.parameters import read_day, read_duration
from configurator.cli.ways_out import choices_in_one_line
from configurator.cli.words import read_wanted

EXAMPLES = """\b
Examples:
  configurator configure catalogs/desktop_pc
  configurator configure catalogs/desktop_pc usage=gaming -f order.json
"""

PATIENCE = "5s"
"""How long a person at the screen waits for one question."""


@click.command("configure", epilog=EXAMPLES)
@catalog_argument
@click.argument("choices", nargs=-1, metavar="[CHOICE]...")
@click.option(
    "-f",
    "--file",
    metavar="ORDER.json",
    help="Begin with the choices of a JSON file. Words stand above the file.",
)
@bundle_option
@stock_options()
@click.option(
    "--as-of",
    callback=read_day,
    metavar="DATE",
    help="The day asked about, such as 2026-11-22; today in the catalog's time zone when left out.",
)
@click.option(
    "--timeout",
    callback=read_duration,
    default=PATIENCE,
    show_default=True,
    metavar="DURATION",
    help="Give up a question after this time (`500ms`, `10s`, `2m`); `0` for never.",
)
@click.option("--engine", metavar="NAME", help="Ask this engine alone.")
@answers("configure")
def configure(
    inquiry: Inquiry,
    catalog: str,
    choices: tuple[str, ...],
    file: str | None,
    bundles: tuple[str, ...],
    **more: Any,
) -> Answer:
    """Configure at the terminal, step by step: what is left, what it costs, why, and the ways out.

    CHOICE is `slot=SKU`, `slot=2xSKU`, `slot=none`, `slot=A,2xB`, or `slot+=SKU` for at least that.
    It shows itself on standard error. When it ends, it writes the choices to standard output, as words that
    every command takes.
    """
    if find_spec("textual") is None:
        raise CommandError(
            "`configure` needs textual", ExitCode.ENVIRONMENT, f"pip install '{DISTRIBUTION}[tui]'"
        )
    # Textual draws on standard error, on Windows on standard output; where it can, the answer goes elsewhere.
    drawn_on = sys.stdout if sys.platform == "win32" else sys.stderr
    if not (sys.stdin.isatty() and drawn_on.isatty()):
        raise CommandError(
            "`configure` needs a terminal to show itself and to read keys from",
            ExitCode.ENVIRONMENT,
            "without one, ask `configurator options` and `configurator validate`",
        )
    wanted = read_wanted(choices, file, bundles)
    stock = AskedStock.read(inquiry, more)
    asked = stock.under(inquiry.load(catalog))
    session = asked.session(
        wanted.choices, as_of=inquiry.day, seconds=inquiry.settings.seconds, bundles=wanted.bundles
    )
    # textual takes a third of a second to load: only now, and only for this command.
    from configurator.cli.dialog.app import start  # noqa: PLC0415 - optional, and slow

    dialog = start(session, catalog)
    kept = dialog.session.save()
    result: dict[str, Any] = {
        "choices": dict(kept.choices),
        "bundles": list(kept.bundles),
        "files": [str(each) for each in dialog.files],
    }
    words = choices_in_one_line(kept.choices, kept.bundles)
    notes = tuple(f"wrote {each}" for each in dict.fromkeys(dialog.files))
    return Answer("yes", ExitCode.YES, result, (words,) if words else (), notes)
