"""The benchmark of stock in PostgreSQL itself, for a second: it measures, and nothing goes wrong meanwhile.

No time is asserted here or anywhere.
"""

import subprocess
import sys
from pathlib import Path

import pytest
from postgres import ServerError, programs


def has_server() -> bool:
    try:
        return (programs() / "pgbench").exists()
    except ServerError:
        return False


@pytest.mark.skipif(
    not has_server(), reason="there is no PostgreSQL here; on Debian: apt-get install postgresql"
)
def test_all_three_are_measured_and_the_books_agree() -> None:
    script = Path(__file__).with_name("stock_postgres.py")
    done = subprocess.run(
        [sys.executable, script, "--seconds", "1", "--rounds", "1", "--connections", "4"],
        check=False,
        capture_output=True,
        text=True,
    )

    assert 0 == done.returncode, done.stdout + done.stderr
    assert "over 4 connections: 0 deadlocks, 0 retries, 0 findings of the audit" in done.stdout
    assert "of pgbench's statements" in done.stdout
