"""Where tests keep a stock in PostgreSQL: on the server that the environment names, else on one of their own.

`CONFIGURATOR_TEST_POSTGRES` names a server by its URL; a user that may create schemas is enough. Without it
each process of tests starts a server of its own when it first needs one, and it ends with the process.
"""

import atexit
import os
import secrets
import subprocess
import sys
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Final

VARIABLE: Final = "CONFIGURATOR_TEST_POSTGRES"


class NoServerError(Exception):
    """There is no server and none can be started; the text says what to install."""


@cache
def server_url() -> str:
    """The URL of the server.

    Raises:
        NoServerError: there is none.
    """
    named = os.environ.get(VARIABLE)
    if named:
        return named
    script = Path(__file__).with_name("postgres.py")
    # Its standard input ends when this process does, however it ends, and so does the server.
    server = subprocess.Popen(
        [sys.executable, script, "run"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    assert server.stdin is not None
    assert server.stdout is not None
    assert server.stderr is not None
    url = server.stdout.readline().strip()
    if not url:
        _, why = server.communicate()
        raise NoServerError(f"no PostgreSQL for tests: {why.strip()}; or name a server in {VARIABLE}")
    atexit.register(_stop, server)
    return url


def _stop(server: "subprocess.Popen[str]") -> None:
    server.communicate()


def fresh_url() -> str:
    """The URL of a stock that is not there yet, in a schema of its own.

    Raises:
        NoServerError: there is no server.
    """
    url = server_url()
    return f"{url}{'&' if '?' in url else '?'}schema=test_{secrets.token_hex(6)}"


def drop(urls: Sequence[str]) -> None:
    """Take the stocks of URLs that end in a schema away again, if they are there."""
    if not urls:
        return
    import psycopg  # noqa: PLC0415 - tests of other stores do without it

    base = urls[0].rpartition("schema=")[0].rstrip("?&")
    with psycopg.connect(base, autocommit=True) as connection:
        for url in urls:
            schema = url.rpartition("schema=")[2]
            connection.execute(f'DROP SCHEMA IF EXISTS "{schema}" CASCADE'.encode())
