"""From a stock URL to an open store."""

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from configurator.availability.clock import Clock, system_clock
from configurator.availability.memory_store import MemoryStockStore
from configurator.availability.sqlite.store import SqliteStockStore
from configurator.availability.store import StockStore
from configurator.distribution import DISTRIBUTION
from configurator.errors import StockUnavailableError

if TYPE_CHECKING:
    from configurator.availability.postgres.store import PostgresStockStore

DEFAULT_TIMEOUT: Final = 10.0
"""Seconds for which a call waits for other writers."""

_FORMS: Final = "`sqlite:///stock.db`, `sqlite:////var/lib/stock.db` or `postgresql://user@host/database`"

_POSTGRES: Final = ("postgresql://", "postgres://")
_NOT_IN_MEMORY: Final = f"stock in memory ends with the process, so there is nothing to keep; write {_FORMS}"


def open_stock(
    url: str,
    *,
    now: Clock = system_clock,
    timeout: float | timedelta = DEFAULT_TIMEOUT,
    create: bool = True,
    actor: str = "",
) -> StockStore:
    """Open the stock that a URL names; close it after use, it is a context manager.

    `sqlite:///stock.db` is a file relative to the working directory, `sqlite:////var/lib/stock.db` an
    absolute one, `memory:` an empty stock that ends with the process. `postgresql://user@host/database` is a
    stock on a PostgreSQL server (extra `postgres`), in the schema `stock` of that database or the one that
    `?schema=NAME` names; further options are those of PostgreSQL's own URLs.

    Args:
        url: where the stock is; characters stand for themselves in the path of a file.
        now: the clock, aware of its time zone. PostgreSQL uses its server's unless another one is given.
        timeout: seconds, or a time, for which each call waits for other writers.
        create: make an empty database where there is none. Commands that only read say `False`.
        actor: who works with the stock, told in every event.

    Raises:
        StockUnavailableError: the URL names no stock that can be opened; the text says why and what to do.
    """
    if isinstance(timeout, timedelta):
        timeout = timeout.total_seconds()
    if url == "memory:":
        return MemoryStockStore(now, actor)
    if url.startswith(_POSTGRES):
        return _postgres_stores().open(url, now=now, timeout=timeout, create=create, actor=actor)
    return SqliteStockStore.open(_sqlite_file(url), now=now, timeout=timeout, create=create, actor=actor)


def create_stock(url: str, *, timeout: float = DEFAULT_TIMEOUT) -> bool:
    """Make an empty stock where a URL names none; whether one was made. One that is there stays as it is.

    Raises:
        StockUnavailableError: it cannot be made there, or what is there is of another version or no stock.
            `memory:` needs no making, and what is in it ends with the process.
    """
    if url == "memory:":
        raise StockUnavailableError(_NOT_IN_MEMORY)
    if url.startswith(_POSTGRES):
        return _postgres_stores().create(url, timeout=timeout)
    return SqliteStockStore.create(_sqlite_file(url), timeout=timeout)


def migrate_stock(url: str, *, timeout: float = DEFAULT_TIMEOUT) -> tuple[int, int]:
    """Bring the tables of a stock to the version of this configurator; `(version before, version after)`.

    Two equal versions say that there was nothing to do. It happens as a whole or not at all; nobody else can
    use the stock meanwhile. Programs of the older version can no longer open it afterwards.

    Raises:
        StockUnavailableError: there is no stock, it is of a newer version, or somebody keeps using it.
    """
    if url == "memory:":
        raise StockUnavailableError(_NOT_IN_MEMORY)
    if url.startswith(_POSTGRES):
        return _postgres_stores().migrate(url, timeout=timeout)
    return SqliteStockStore.migrate(_sqlite_file(url), timeout=timeout)


def _postgres_stores() -> "type[PostgresStockStore]":
    # Here, because its library is optional and takes a tenth of a second to import.
    try:
        from configurator.availability.postgres.store import PostgresStockStore  # noqa: PLC0415 - see above
    except ImportError as missing:
        raise StockUnavailableError(
            f"stock in PostgreSQL needs psycopg; `pip install '{DISTRIBUTION}[postgres]'`"
        ) from missing
    return PostgresStockStore


def _sqlite_file(url: str) -> str:
    scheme, colon, rest = url.partition("://")
    if not colon:
        raise StockUnavailableError(f"`{url}` is not a stock URL; write {_FORMS}")
    if scheme != "sqlite":
        # Only the scheme is repeated: the rest may hold a password.
        raise StockUnavailableError(
            f"stock cannot be kept in `{scheme}`, only in SQLite and PostgreSQL; write {_FORMS}"
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
