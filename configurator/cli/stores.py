"""Opening the stock that a command names."""

from datetime import timedelta

from configurator.availability.opening import DEFAULT_TIMEOUT, open_stock
from configurator.availability.store import StockStore
from configurator.cli.inquiry import Inquiry

_WEEK = timedelta(days=7).total_seconds()


def open_store(inquiry: Inquiry, url: str, *, create: bool = False) -> StockStore:
    """The store of a URL; it waits for other writers as long as the command may take, or 10 seconds.

    Args:
        inquiry: whose clock and time limit count; without a limit a week is waited.
        url: as the user wrote it.
        create: make an empty database where there is none.

    Raises:
        StockUnavailableError: it cannot be opened.
    """
    seconds = inquiry.settings.seconds
    patience = _WEEK if seconds is None else min(seconds, DEFAULT_TIMEOUT)
    return open_stock(url, now=inquiry.surroundings.now, timeout=patience, create=create)
