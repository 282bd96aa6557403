"""The benchmark of the SQLite stock runs and counts what it says it counts. No time is asserted."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
import stock_sqlite

from configurator.availability.opening import open_stock


def test_the_benchmark_of_the_sqlite_stock_runs(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert 0 == stock_sqlite.main(["--quick", "--folder", str(tmp_path)])

    told = capsys.readouterr().out
    for part in ("one caller\n", "4 threads\n", "2 processes\n", "errors: none\n"):
        assert part in told


def test_commits_are_counted_in_the_log(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'stock.db'}"
    with open_stock(url) as store, stock_sqlite.growing_log(url):
        before = stock_sqlite.committed(url)
        for number in range(7):
            store.receive("CPU", number + 1)
        store.balances()
        with closing(sqlite3.connect(tmp_path / "stock.db", isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            other.execute("COMMIT")

        assert 7 == stock_sqlite.committed(url) - before
