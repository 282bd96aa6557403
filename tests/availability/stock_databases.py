"""Databases for the tests of stock: one for each folder, made when first asked for."""

import atexit
import os
import secrets
from hashlib import sha256
from pathlib import Path
from typing import Final

import pytest
from postgres_stock import VARIABLE, NoServerError, drop, server_url


def url_for(kind: str, folder: Path) -> str:
    """The URL of the database that belongs to a folder; skips the test where there is no server."""
    if kind == "sqlite":
        return f"sqlite:///{folder / 'stock.db'}"
    try:
        server = server_url()
    except NoServerError as error:
        pytest.skip(str(error))
    schema = f"test_{sha256(f'{_RUN} {folder}'.encode()).hexdigest()[:16]}"
    url = f"{server}{'&' if '?' in server else '?'}schema={schema}"
    if url not in _MADE:
        _MADE.append(url)
    return url


# Another run may have had a folder of that name.
_RUN: Final = secrets.token_hex(8)
_MADE: Final[list[str]] = []


@atexit.register
def _tidy_up() -> None:
    # A server of our own goes with all that is in it.
    if VARIABLE in os.environ:
        drop(_MADE)
