"""Stock that a question is asked under: its options, and what they make of the question."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

import click
from attrs import frozen
from rich.text import Text

from configurator.availability.snapshot import StockSnapshot
from configurator.cli.exit_codes import ExitCode
from configurator.cli.failures import CommandError
from configurator.cli.files import read_snapshot
from configurator.cli.inquiry import Answer, Inquiry
from configurator.cli.parameters import read_day
from configurator.cli.stores import open_store
from configurator.cli.wording import FAINT
from configurator.configuration.validation import Invalid
from configurator.configurator import Configurator
from configurator.engines.engine import Unknown

JsonObject = dict[str, Any]


def stock_options(*, available: str | None = None) -> Callable[[Any], Any]:
    """`--db`, `--stock`, `--need-by`, and with a default `--available`."""

    def decorate(function: Any) -> Any:
        if available is not None:
            function = click.option(
                "--available",
                type=click.Choice(["only", "all"]),
                default=None,
                help=f"Under stock: only what can be built, or all of it, marked; by default `{available}`.",
            )(function)
        for option in (
            click.option(
                "--need-by",
                callback=read_day,
                metavar="DATE",
                help="The day on which components have to be there; by default now.",
            ),
            click.option("--stock", metavar="FILE.csv", help="Ask under the stock that this file counts."),
            click.option("--db", metavar="URL", help="Ask under this stock, such as `sqlite:///stock.db`."),
        ):
            function = option(function)
        return function

    return decorate


@frozen
class AskedStock:
    """The stock a question is asked under, if any.

    Attributes:
        snapshot: what stock looks like; `None` where none was named.
        on: the day on which components are needed; `None` for now.
        only: whether only what can be built counts.
    """

    snapshot: StockSnapshot | None = None
    on: date | None = None
    only: bool = False

    @classmethod
    def read(cls, inquiry: Inquiry, given: dict[str, Any], *, available: str = "only") -> "AskedStock":
        """Stock from a command's options, which are taken out of `given`.

        Args:
            inquiry: the run of the command.
            given: the command's own options.
            available: what counts where nobody says.

        Raises:
            CommandError: two kinds of stock are named, or none and yet something of it.
            StockError: it cannot be read.
        """
        url, path, on = given.pop("db", None), given.pop("stock", None), given.pop("need_by", None)
        counts = given.pop("available", None)
        if url is not None and path is not None:
            told = "`--db` and `--stock` are two kinds of stock"
            raise CommandError(told, ExitCode.USAGE, "name one of them")
        if url is None and path is None:
            for name, said in (("--need-by", on), ("--available", counts)):
                if said is not None:
                    help_line = "name it: `--stock stock.csv` or `--db sqlite:///stock.db`"
                    raise CommandError(f"`{name}` says something about stock", ExitCode.USAGE, help_line)
            return cls()
        if path is not None:
            snapshot = read_snapshot(path)
        else:
            with open_store(inquiry, url) as store:
                snapshot = store.snapshot()
        return cls(snapshot, on, (counts or available) == "only")

    def under(self, asked: Configurator) -> Configurator:
        """What to ask: the catalog under stock, where only what can be built counts."""
        if self.snapshot is None or not self.only:
            return asked
        return asked.under(self.snapshot, on=self.on)

    @property
    def told(self) -> JsonObject:
        """For programs: under which stock it was asked; nothing where there was none."""
        if self.snapshot is None:
            return {}
        on = None if self.on is None else self.on.isoformat()
        counts = "only" if self.only else "all"
        return {"stock": {"seq": self.snapshot.seq, "need_by": on, "available": counts}}

    def refused(
        self, asked: Configurator, choices: Mapping[str, object], how: Mapping[str, Any], answer: Answer
    ) -> Answer:
        """An answer "no", which says of choices that the rules allow that they are not available.

        Args:
            asked: the catalog, stock left aside.
            choices: what was chosen.
            how: how `validate` is asked about them.
            answer: as it is without stock.
        """
        if self.snapshot is None or not self.only or answer.code is not ExitCode.NO:
            return answer
        by_rules = asked.validate(choices, **how)
        if isinstance(by_rules, Invalid | Unknown):
            return answer
        note = Text("by the rules it is possible: stock is in the way", FAINT)
        result = {**answer.result, "unavailable": True}
        return Answer(answer.status, ExitCode.UNAVAILABLE, result, answer.lines, (*answer.notes, note))
