"""SQLite's errors as ours, each with its own next step."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from configurator.availability.sqlite.schema import SCHEMA_VERSION
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


def moved_error(file: str) -> StockUnavailableError:
    """The error of a call on a database whose file is no longer the one that was opened."""
    return StockUnavailableError(
        f"the file of the stock database `{file}` was removed or replaced while in use; "
        "nothing was changed, open it again"
    )


def unreachable_error(file: str, error: OSError) -> StockUnavailableError:
    """The error of a file that cannot even be looked for."""
    return StockUnavailableError(
        f"the stock database `{file}` cannot be reached ({reason(error)}); check its path and rights"
    )


def ended_error(file: str, error: sqlite3.Error) -> StockUnavailableError:
    """The error of a call that lost the whole transaction of the caller's that it had joined."""
    code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF
    why = "its disk is full" if code == sqlite3.SQLITE_FULL else str(error)
    return StockUnavailableError(
        f"the transaction that stock in `{file}` had joined was rolled back as a whole ({why}) "
        "and has ended; mend that, then begin it again"
    )


def version_error(file: str, version: int) -> StockUnavailableError:
    """The error of tables that are older or newer than this configurator's."""
    next_step = (
        "upgrade configurator"
        if version > SCHEMA_VERSION
        else f"bring it up to date with `configurator stock migrate --db sqlite:///{file}`"
    )
    return StockUnavailableError(
        f"`{file}` has stock tables of version {version}, "
        f"this configurator knows version {SCHEMA_VERSION}; {next_step}"
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
