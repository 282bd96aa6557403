"""The command `configurator`: finds the command asked for, and answers for every way a run can end."""

import sys
from collections.abc import Sequence
from typing import Any

import click

from configurator import __version__
from configurator.cli.exit_codes import ExitCode

COMMANDS = {
    "check": "Find every mistake in catalogs.",
    "fmt": "Give catalogs their one form: aligned, indented, nothing lost.",
    "show": "What a catalog contains: families, choices, rules, dates.",
    "test": "Run scenarios of catalogs: expected, got, which rule decided.",
    "scenario": "Scenarios made of orders: `scenario from order.json`.",
    "mutate": "Which small changes to the rules no scenario notices.",
    "count": "How many valid configurations keep the choices.",
    "list": "The valid configurations, in catalog order.",
    "sample": "Few configurations that show all that goes together; or any.",
    "validate": "Whether choices are valid, and if not, why.",
    "repair": "The smallest changes that make choices possible again.",
    "explain": "Why: conflicts, a value, why not, a price; or a code.",
    "configure": "A dialog at the terminal: choose, see prices, ask why.",
    "options": "What every place can still take.",
    "cheapest": "The cheapest configurations that keep the choices.",
    "complete": "Fill in the rest: choices, then defaults and wishes.",
    "analyze": "What a catalog says unasked: dead components, idle rules.",
    "diff": "What a change does: configurations lost, gained; broken orders.",
    "inspect": "How questions will be answered: the compiled form.",
    "accept": "Accept an order: valid, then available, then reserved.",
    "promise": "When an order can be there, what it waits for, what it costs.",
    "buildable": "How many of a configuration can be built, and what limits it.",
    "nearest": "What can be built that is nearest to the choices, proved.",
    "atp": "What can be promised of components, day by day.",
    "reservation": "What orders hold: confirm, consume, release, extend, cancel.",
    "stock": "Count, receive, expect, show, audit: the stock of components.",
    "tables": "Tables as a spreadsheet for planners, and back.",
}
"""Every command with its summary, so that none has to be loaded to be listed."""

EXIT_CODES = """\b
Exit codes:
  0  yes, clean, done (validate: valid or incomplete)
  1  no: invalid, nothing left, findings
  2  the command or order cannot be understood; one key with two contents
  3  the catalog cannot be loaded
  4  not decided within the limits
  5  valid, but not available
  6  files, the stock database, a missing library
 70  a mistake of this program
"""

EXAMPLES = """\b
Examples:
  configurator check catalogs/
  configurator count catalogs/bicycle
  configurator validate catalogs/desktop_pc cpu=CPU-7800X3D board=MB-Z790-TUF
  configurator accept catalogs/desktop_pc order.json --order SO-1 --db sqlite:///stock.db
"""


def load_command(name: str) -> click.Command | None:
    """The command of that name; its module, and what that needs, is imported now."""
    # ruff: noqa: PLC0415 - one command needs no other one's modules, and `--version` needs none
    match name:
        case "check":
            from configurator.cli.commands.check import check as command
        case "fmt":
            from configurator.cli.commands.fmt import fmt as command
        case "show":
            from configurator.cli.commands.show import show as command
        case "test":
            from configurator.cli.commands.test import test as command
        case "mutate":
            from configurator.cli.commands.mutate import mutate as command
        case "scenario":
            from configurator.cli.commands.scenario import scenario as command
        case "count":
            from configurator.cli.commands.count import count as command
        case "list":
            from configurator.cli.commands.list import list_configurations as command
        case "sample":
            from configurator.cli.commands.sample import sample as command
        case "validate":
            from configurator.cli.commands.validate import validate as command
        case "repair":
            from configurator.cli.commands.repair import repair as command
        case "explain":
            from configurator.cli.commands.explain import explain as command
        case "configure":
            from configurator.cli.commands.configure import configure as command
        case "options":
            from configurator.cli.commands.options import options as command
        case "cheapest":
            from configurator.cli.commands.cheapest import cheapest as command
        case "complete":
            from configurator.cli.commands.complete import complete as command
        case "analyze":
            from configurator.cli.commands.analyze import analyze as command
        case "diff":
            from configurator.cli.commands.diff import diff as command
        case "inspect":
            from configurator.cli.commands.inspect import inspect as command
        case "tables":
            from configurator.cli.commands.tables import tables as command
        case _:
            return _load_stock_command(name)
    return command


def _load_stock_command(name: str) -> click.Command | None:
    """The same of what asks a stock."""
    match name:
        case "accept":
            from configurator.cli.commands.accept import accept as command
        case "promise":
            from configurator.cli.commands.promise import promise as command
        case "buildable":
            from configurator.cli.commands.buildable import buildable as command
        case "nearest":
            from configurator.cli.commands.nearest import nearest as command
        case "atp":
            from configurator.cli.commands.atp import tell_atp as command
        case "reservation":
            from configurator.cli.commands.reservation import reservation as command
        case "stock":
            from configurator.cli.commands.stock import stock as command
        case _:
            return None
    return command


class Commands(click.Group):
    """The group of all commands. Whatever happens, it ends with a documented exit code."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names, in the order of a first day's work."""
        del ctx
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of that name, loaded now."""
        del ctx
        return load_command(cmd_name)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The summaries, without loading a command."""
        del ctx
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))

    def main(self, args: Sequence[str] | None = None, *rest: Any, **extra: Any) -> Any:
        """Run a command and end the process.

        Raises:
            SystemExit: always, with a documented code.
        """
        given = list(sys.argv[1:] if args is None else args)
        extra["standalone_mode"] = False
        try:
            code = super().main(given, *rest, **extra)
        except click.ClickException as error:
            code = _tell_usage(error, given)
        except (click.Abort, KeyboardInterrupt):
            click.echo("error: interrupted", err=True)
            code = ExitCode.INTERRUPTED
        sys.exit(code or ExitCode.YES)


def _tell_usage(error: click.ClickException, given: Sequence[str]) -> ExitCode:
    """A mistake in the command itself, told as text or, where that was asked for, as JSON."""
    # Loaded only now: a mistake must not make `--version` slow.
    from configurator.cli.usage import tell_usage

    return tell_usage(error, as_json="--json" in given or "--format=json" in given)


@click.group(
    cls=Commands,
    epilog=f"{EXAMPLES}\n{EXIT_CODES}",
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(__version__, message="configurator %(version)s")
def root() -> None:
    """Rule-based product configuration: from a `.pcat` catalog to an order accepted against stock.

    Answers go to standard output, everything else to standard error. CATALOG is a file, a folder
    with one catalog, or `package:NAME` for one that comes with this library.
    """
