"""The stock that a command names: its options, and opening it."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import click

from configurator.availability.opening import DEFAULT_TIMEOUT, open_stock
from configurator.availability.quantities import DEFAULT_LOCATION
from configurator.availability.store import StockStore
from configurator.cli.inquiry import Inquiry
from configurator.errors import StockUnavailableError

_WEEK = timedelta(days=7).total_seconds()


def open_store(inquiry: Inquiry, url: str, *, create: bool = False, actor: str | None = None) -> StockStore:
    """The store of a URL; it waits for other writers as long as the command may take, or 10 seconds.

    Args:
        inquiry: whose clock and time limit count; without a limit a week is waited.
        url: as the user wrote it; it may hold a password and is never told.
        create: make an empty database where there is none.
        actor: who writes; `None` for the user who runs the command.

    Raises:
        StockUnavailableError: it cannot be opened.
    """
    patience = patience_of(inquiry)
    who = inquiry.surroundings.user() if actor is None else actor
    return open_stock(url, now=inquiry.surroundings.now, timeout=patience, create=create, actor=who)


def patience_of(inquiry: Inquiry) -> float:
    """Seconds for which to wait for other writers: as long as the command may take, at most 10; or a week."""
    seconds = inquiry.settings.seconds
    return _WEEK if seconds is None else min(seconds, DEFAULT_TIMEOUT)


def open_lasting_store(
    inquiry: Inquiry, url: str, *, create: bool = False, actor: str | None = None
) -> StockStore:
    """The store of a URL in which something is to be written down, see `open_store`.

    Raises:
        StockUnavailableError: it cannot be opened, or it is stock in memory: what is written there would be
            lost with the command, silently.
    """
    if url == "memory:":
        raise StockUnavailableError("stock in memory ends with the command; write `sqlite:///stock.db`")
    return open_store(inquiry, url, create=create, actor=actor)


def database_option(function: Any) -> Any:
    """The stock database; there is no default, so that nobody counts the wrong shelf."""
    return click.option(
        "--db",
        required=True,
        metavar="URL",
        help="The stock: `sqlite:///stock.db` or `postgresql://HOST/NAME`.",
    )(function)


def actor_option(function: Any) -> Any:
    """Who writes."""
    return click.option(
        "--actor", metavar="NAME", help="Who does this, for the stock's events; by default your login name."
    )(function)


def key_option(function: Any) -> Any:
    """The idempotency key of a fact."""
    return click.option(
        "--key", metavar="KEY", help="An idempotency key: told twice with the same key, it is booked once."
    )(function)


def location_option(what: str) -> Callable[[Any], Any]:
    """`--location NAME`."""
    return click.option("--location", default=DEFAULT_LOCATION, show_default=True, metavar="NAME", help=what)


def break_promises_option(function: Any) -> Any:
    """What happens where too little is left for what is promised."""
    return click.option(
        "--break-promises",
        is_flag=True,
        help="Where too little is left, give up reservations: low priority first, then holds, then late.",
    )(function)
