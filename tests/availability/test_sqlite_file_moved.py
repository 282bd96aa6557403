"""A SQLite stock whose file is taken away or changed by others while it is open."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from sqlite_files import raw
from stock_stores import HandClock, free, granted, request

from configurator.availability.opening import create_stock, open_stock
from configurator.availability.store import StockStore
from configurator.errors import StockUnavailableError

MOVED = (
    "the file of the stock database `stock.db` was removed or replaced while in use; "
    "nothing was changed, open it again"
)
NEWER = "`stock.db` has stock tables of version 3, this configurator knows version 2; upgrade configurator"

CALLS: dict[str, Callable[[StockStore], object]] = {
    "reserve": lambda store: store.reserve(request("SO-2", {"CPU": 1})),
    "receive": lambda store: store.receive("CPU", 1),
    "balances": lambda store: store.balances(),
    "events": lambda store: store.events(),
    "audit": lambda store: store.audit(),
}


def removed(file: Path) -> None:
    file.unlink()


def renamed(file: Path) -> None:
    file.rename(file.with_name("old.db"))


def replaced(file: Path) -> None:
    copy = file.with_name("copy.db")
    with closing(sqlite3.connect(copy)) as target, raw(file) as source:
        source.backup(target)
    copy.replace(file)


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[StockStore]:
    """A stock of five CPUs in `stock.db` of the working folder, not read yet."""
    monkeypatch.chdir(tmp_path)
    with open_stock("sqlite:///stock.db", now=HandClock(), timeout=1) as found:
        found.import_counts({"CPU": 5})
        yield found


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize("taken_away", [removed, renamed, replaced])
def test_no_call_goes_on_with_a_file_that_others_do_not_find(
    store: StockStore, tmp_path: Path, taken_away: Callable[[Path], None], call: str
) -> None:
    taken_away(tmp_path / "stock.db")
    with pytest.raises(StockUnavailableError) as caught:
        CALLS[call](store)

    assert MOVED == str(caught.value)


def test_reading_stops_too_when_it_has_begun_before(store: StockStore, tmp_path: Path) -> None:
    assert {"CPU": 5} == free(store)
    removed(tmp_path / "stock.db")
    with pytest.raises(StockUnavailableError) as caught:
        store.balances()

    assert MOVED == str(caught.value)


def test_a_transaction_is_not_joined_through_a_store_whose_file_was_replaced(
    store: StockStore, tmp_path: Path
) -> None:
    replaced(tmp_path / "stock.db")
    with raw(tmp_path / "stock.db") as connection:
        connection.execute("BEGIN IMMEDIATE")
        with pytest.raises(StockUnavailableError) as caught:
            store.joined(connection)

    assert MOVED == str(caught.value)


def test_a_restored_stock_is_not_sold_twice_by_who_had_the_old_one_open(
    store: StockStore, tmp_path: Path
) -> None:
    for end in ("", "-wal", "-shm"):
        (tmp_path / f"stock.db{end}").unlink(missing_ok=True)
    with open_stock("sqlite:///stock.db", now=HandClock(), timeout=1) as restored:
        restored.import_counts({"CPU": 5})
        with pytest.raises(StockUnavailableError):
            store.reserve(request("SO-1", {"CPU": 5}))
        granted(restored.reserve(request("SO-2", {"CPU": 5})))
        store.close()

        assert ["SO-2"] == [each.order for each in restored.reservations()]
        assert () == restored.audit()
    with open_stock("sqlite:///stock.db", now=HandClock(), timeout=1, create=False) as again:
        assert ["SO-2"] == [each.order for each in again.reservations()]


def test_a_file_that_is_put_back_is_used_again(store: StockStore, tmp_path: Path) -> None:
    renamed(tmp_path / "stock.db")
    with pytest.raises(StockUnavailableError):
        store.receive("CPU", 1)
    (tmp_path / "old.db").rename(tmp_path / "stock.db")

    assert 2 == store.receive("CPU", 1).seq
    assert {"CPU": 6} == free(store)


@pytest.mark.parametrize("call", CALLS)
def test_tables_that_were_made_newer_meanwhile_are_left_alone(
    store: StockStore, tmp_path: Path, call: str
) -> None:
    with raw(tmp_path / "stock.db") as connection:
        connection.execute("UPDATE meta SET schema_version = 3")
    with pytest.raises(StockUnavailableError) as caught:
        CALLS[call](store)

    assert NEWER == str(caught.value)


def test_a_joined_call_leaves_tables_alone_that_were_made_newer(store: StockStore, tmp_path: Path) -> None:
    with raw(tmp_path / "stock.db") as connection:
        connection.execute("BEGIN IMMEDIATE")
        connection.execute("UPDATE meta SET schema_version = 3")
        joined = store.joined(connection)
        with pytest.raises(StockUnavailableError) as caught:
            joined.receive("CPU", 1)

    assert NEWER == str(caught.value)


def test_a_file_that_is_taken_away_while_it_is_being_opened_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    create_stock("sqlite:///stock.db")
    connect = sqlite3.connect

    def connected_late(*given: Any, **named: Any) -> sqlite3.Connection:
        connection: sqlite3.Connection = connect(*given, **named)
        (tmp_path / "stock.db").unlink()
        return connection

    with monkeypatch.context() as patched:
        patched.setattr(sqlite3, "connect", connected_late)
        with pytest.raises(StockUnavailableError) as caught:
            open_stock("sqlite:///stock.db")

    assert MOVED == str(caught.value)
