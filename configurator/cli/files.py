"""Reading the files that a command names, and standard input."""

import sys
from pathlib import Path
from typing import Any

from attrs import evolve

from configurator.availability.snapshot import StockSnapshot
from configurator.availability.stock_file import StockFile, read_stock_file
from configurator.cli.exit_codes import ExitCode
from configurator.cli.failures import CommandError
from configurator.serialization import LARGEST_JSON, parse_json

LARGEST_STOCK_FILE = 100_000_000
"""Bytes of the largest stock file that is read."""
STANDARD_INPUT = "-"


def read_bytes(path: str, what: str, *, most: int) -> bytes:
    """The content of a file, or of standard input for `-`.

    Args:
        path: as the user wrote it.
        what: what it should be, for the message.
        most: bytes of the largest one that is read.

    Raises:
        CommandError: there is none, it is a folder, it cannot be read, or it is too large.
    """
    try:
        data = _read(path, most + 1)
    except FileNotFoundError as error:
        raise CommandError(f"there is no {what} `{path}`", ExitCode.ENVIRONMENT, *_beside(path)) from error
    except IsADirectoryError as error:
        raise CommandError(f"`{path}` is a folder, not {_one(what)}", ExitCode.ENVIRONMENT) from error
    except (OSError, ValueError) as error:
        reason = (getattr(error, "strerror", None) or "the path is not usable").lower()
        raise CommandError(f"the {what} `{path}` cannot be read: {reason}", ExitCode.ENVIRONMENT) from error
    if len(data) > most:
        raise CommandError(f"the {what} `{path}` is larger than {most:,} bytes", ExitCode.USAGE)
    return data


def _one(what: str) -> str:
    return f"an {what}" if what[0] in "aeiou" else f"a {what}"


def _read(path: str, most: int) -> bytes:
    if path == STANDARD_INPUT:
        return sys.stdin.buffer.read(most)
    if Path(path).is_dir():
        # Told alike on every system; opening a folder is "permission denied" on some.
        raise IsADirectoryError
    with Path(path).open("rb") as file:
        return file.read(most)


def _beside(path: str) -> tuple[str, ...]:
    """The files of the same kind that do lie there."""
    place = Path(path)
    try:
        names = sorted(found.name for found in place.parent.iterdir() if found.suffix == place.suffix)
    except (OSError, ValueError):
        return ()
    return (f"beside it there are: {', '.join(names[:5])}",) if names and place.suffix else ()


def read_json_file(path: str) -> Any:
    """A JSON file, or standard input for `-`, read with care: see `serialization.parse_json`.

    Raises:
        CommandError: it cannot be read.
        OrderError: it is no usable JSON.
    """
    name = "standard input" if path == STANDARD_INPUT else path
    return parse_json(read_bytes(path, "order", most=LARGEST_JSON), name)


def read_stock(path: str) -> StockFile:
    """What a stock file says: counts, and perhaps safety stocks and masters.

    Raises:
        CommandError: it cannot be read, or is not UTF-8.
        StockFileError: it holds a mistake.
    """
    data = read_bytes(path, "stock file", most=LARGEST_STOCK_FILE)
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise CommandError(
            f"{path}:{line}: not UTF-8: byte {data[error.start]:#04x}",
            ExitCode.ENVIRONMENT,
            "save the file as UTF-8",
        ) from error
    return read_stock_file(text, path)


def read_snapshot(path: str) -> StockSnapshot:
    """A stock file as stock in which everything counted is free but for its safety stock.

    Raises:
        CommandError: it cannot be read, or is not UTF-8.
        StockFileError: it holds a mistake.
    """
    said = read_stock(path)
    seen = StockSnapshot.from_counts(said.counts, said.masters)
    if not said.floors:
        return seen
    balances = (evolve(each, floor=said.floors.get(each.sku, 0)) for each in seen.balances)
    return evolve(seen, balances=tuple(balances))
