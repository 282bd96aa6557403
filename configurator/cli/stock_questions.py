"""What questions about a catalog under a stock share: their options, their stock, their order."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from typing import Any

import click

from configurator.acceptance.orders import Order, read_order
from configurator.availability.snapshot import StockSnapshot
from configurator.availability.store import StockStore
from configurator.cli.exit_codes import ExitCode
from configurator.cli.failures import CommandError
from configurator.cli.files import read_snapshot
from configurator.cli.inquiry import Inquiry
from configurator.cli.parameters import read_day
from configurator.cli.stores import open_store


def need_by_option(function: Any) -> Any:
    """`--need-by DATE`."""
    return click.option(
        "--need-by",
        callback=read_day,
        metavar="DATE",
        help="The day on which it is wanted; left out: as soon as it can be.",
    )(function)


def stock_options(function: Any) -> Any:
    """A stock database, or a file of counts."""
    for decorate in (
        click.option("--stock", metavar="FILE.csv", help="Ask counts in a file instead of a database."),
        click.option(
            "--db", metavar="URL", help="The stock: `sqlite:///stock.db` or `postgresql://HOST/NAME`."
        ),
    ):
        function = decorate(function)
    return function


@contextmanager
def asked_stock(inquiry: Inquiry, db: str | None, file: str | None) -> Iterator[StockStore | StockSnapshot]:
    """The stock that a question is asked of.

    Raises:
        CommandError: neither or both are named, or the file cannot be read.
        StockUnavailableError: the database cannot be opened.
    """
    if (db is None) == (file is None):
        raise CommandError(
            "this is asked of a stock: give one of `--db` and `--stock`",
            ExitCode.USAGE,
            "`--db sqlite:///stock.db` is a database, `--stock stock.csv` a file of counts",
        )
    if file is not None:
        yield read_snapshot(file)
    elif db is not None:
        with open_store(inquiry, db) as store:
            yield store


def order_data(order: Order) -> dict[str, Any]:
    """An order without its id, as `Configurator.accept` takes it."""
    return {
        "priority": order.priority,
        "lines": [
            {
                "configuration": dict(line.configuration),
                "quantity": line.quantity,
                "bundles": list(line.bundles),
                "date": line.wanted,
            }
            for line in order.lines
        ],
    }


def order_of(data: Mapping[str, Any], *, bundles: tuple[str, ...] = (), need_by: date | None = None) -> Order:
    """An order from parsed JSON with what options say of it.

    Raises:
        OrderError: it is none.
    """
    return read_order(data).applying(bundles).by(need_by)
