"""SQLite's errors as ours, each with its own next step."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from configurator.errors import StockUnavailableError

_PERMISSION_ERRORS: Final = {
    sqlite3.SQLITE_AUTH,
    sqlite3.SQLITE_CANTOPEN,
    sqlite3.SQLITE_PERM,
    sqlite3.SQLITE_READONLY,
}


@contextmanager
def told(file: str) -> Iterator[None]:
    """SQLite's errors as ours."""
    try:
        yield
    except sqlite3.Error as error:
        raise stock_error(file, error) from error


def locked_error(file: str) -> StockUnavailableError:
    """The error of a call that could not have its turn in time."""
    return StockUnavailableError(
        f"the stock database `{file}` stayed locked by another writer; nothing was changed, try again"
    )


def lock_file_error(file: str, error: OSError) -> StockUnavailableError:
    """The error of a lock file that cannot be made or locked."""
    return StockUnavailableError(
        f"cannot write beside the stock database `{file}` ({reason(error)}); check the rights of its folder"
    )


def reason(error: OSError) -> str:
    """What the system says of an error."""
    return (error.strerror or "unknown reason").lower()


def stock_error(file: str, error: sqlite3.Error) -> StockUnavailableError:
    """What an error of SQLite means to somebody who keeps stock in `file`."""
    # Extended codes carry the plain one in their low byte.
    code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF
    if code in {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}:
        return locked_error(file)
    if code == sqlite3.SQLITE_NOTADB:
        return StockUnavailableError(
            f"`{file}` is not a SQLite database; it was left as it is, name another file"
        )
    if code == sqlite3.SQLITE_CORRUPT:
        return StockUnavailableError(
            f"the stock database `{file}` is damaged; nothing was changed, restore it from a copy"
        )
    if code in _PERMISSION_ERRORS:
        return StockUnavailableError(
            f"no permission to open or write the stock database `{file}`; "
            "check the rights of the file and its folder"
        )
    if code == sqlite3.SQLITE_FULL:
        return StockUnavailableError(
            f"the disk of the stock database `{file}` is full; nothing was changed, make room and try again"
        )
    return StockUnavailableError(
        f"the stock database `{file}` cannot be used ({error}); "
        "a request can safely be sent again with the same key"
    )
