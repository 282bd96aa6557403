"""From a stock URL to an open store."""

from typing import Final

from configurator.availability.clock import Clock, system_clock
from configurator.availability.memory_store import MemoryStockStore
from configurator.availability.sqlite_store import SqliteStockStore
from configurator.availability.store import StockStore
from configurator.errors import StockUnavailableError

DEFAULT_TIMEOUT: Final = 10.0
"""Seconds for which a call waits for other writers."""

_FORMS: Final = "`sqlite:///stock.db` or `sqlite:////var/lib/stock.db`"


def open_stock(
    url: str, *, now: Clock = system_clock, timeout: float = DEFAULT_TIMEOUT, create: bool = True
) -> StockStore:
    """Open the stock that a URL names; close it after use, it is a context manager.

    `sqlite:///stock.db` is a file relative to the working directory, `sqlite:////var/lib/stock.db` an
    absolute one, `memory:` an empty stock that ends with the process.

    Args:
        url: where the stock is; characters stand for themselves, nothing is decoded.
        now: the clock, aware of its time zone.
        timeout: seconds for which each call waits for other writers.
        create: make an empty database where there is none. Commands that only read say `False`.

    Raises:
        StockUnavailableError: the URL names no stock that can be opened; the text says why and what to do.
    """
    if url == "memory:":
        return MemoryStockStore(now)
    return SqliteStockStore.open(_sqlite_file(url), now=now, timeout=timeout, create=create)


def _sqlite_file(url: str) -> str:
    scheme, colon, rest = url.partition("://")
    if not colon:
        raise StockUnavailableError(f"`{url}` is not a stock URL; write {_FORMS}")
    if scheme != "sqlite":
        # Only the scheme is repeated: the rest may hold a password.
        raise StockUnavailableError(
            f"stock cannot be kept in `{scheme}`, only in SQLite so far; write {_FORMS}"
        )
    if not rest.startswith("/"):
        raise StockUnavailableError(f"`{url}` has too few slashes; write {_FORMS}")
    file = rest[1:]
    if not file or file.startswith(":") or "\0" in file:
        raise StockUnavailableError(f"`{url}` names no file; write {_FORMS}, or `memory:`")
    if "?" in file:
        raise StockUnavailableError(
            f"`{url}` has options after `?`, which stock URLs do not take; leave them out"
        )
    return file
