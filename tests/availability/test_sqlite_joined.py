"""Stock in a SQLite transaction of the caller's."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from stock_stores import MINUTE, HandClock, free, granted, opened, refused, request

from configurator.availability.store import StockStore
from configurator.errors import IdempotencyConflict, StockRequestError, StockUnavailableError


class Pooled:
    """What SQLAlchemy puts between its connection and the driver's."""

    def __init__(self, **attributes: object) -> None:
        vars(self).update(attributes)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[StockStore]:
    """A stock of five CPUs."""
    with opened("sqlite", tmp_path, HandClock(), actor="shop") as found:
        found.import_counts({"CPU": 5})
        yield found


@pytest.fixture
def mine(tmp_path: Path, store: StockStore) -> Iterator[sqlite3.Connection]:
    """Another connection to the same database, with a table of the caller's in it."""
    assert store.events()
    with closing(sqlite3.connect(tmp_path / "stock.db", isolation_level=None, timeout=0)) as connection:
        connection.execute("CREATE TABLE orders (id TEXT PRIMARY KEY)")
        yield connection


def orders(connection: sqlite3.Connection) -> list[str]:
    return [row[0] for row in connection.execute("SELECT id FROM orders ORDER BY id")]


def test_an_order_and_its_hold_are_committed_together(store: StockStore, mine: sqlite3.Connection) -> None:
    mine.execute("BEGIN IMMEDIATE")
    mine.execute("INSERT INTO orders VALUES ('SO-1')")
    held = granted(store.joined(mine).reserve(request("SO-1", {"CPU": 2}, ttl=MINUTE)))
    assert {"CPU": 5} == free(store)
    mine.execute("COMMIT")

    assert {"CPU": 3} == free(store)
    assert held.reservation == store.reservation(held.reservation.id)
    assert ["SO-1"] == orders(mine)
    assert () == store.audit()


def test_an_order_and_its_hold_are_rolled_back_together(store: StockStore, mine: sqlite3.Connection) -> None:
    before = (store.events(), store.balances())
    mine.execute("BEGIN IMMEDIATE")
    mine.execute("INSERT INTO orders VALUES ('SO-1')")
    granted(store.joined(mine).reserve(request("SO-1", {"CPU": 2}, ttl=MINUTE)))
    mine.execute("ROLLBACK")

    assert before == (store.events(), store.balances())
    assert [] == orders(mine)
    assert () == store.audit()
    assert not granted(store.reserve(request("SO-1", {"CPU": 2}, ttl=MINUTE))).replayed


def test_a_joined_store_sees_what_its_transaction_did(store: StockStore, mine: sqlite3.Connection) -> None:
    mine.execute("BEGIN IMMEDIATE")
    joined = store.joined(mine)
    joined.reserve(request("SO-1", {"CPU": 4}))

    assert {"CPU": 1} == free(joined)
    assert refused(joined.reserve(request("SO-2", {"CPU": 2}))).shortages
    assert ["shop"] * 3 == [event.actor for event in joined.events()]
    assert () == joined.audit()
    mine.execute("COMMIT")


def test_a_call_that_fails_undoes_itself_and_not_the_transaction(
    store: StockStore, mine: sqlite3.Connection
) -> None:
    mine.execute("BEGIN IMMEDIATE")
    joined = store.joined(mine)
    joined.reserve(request("SO-1", {"CPU": 1}, key="K"))
    with pytest.raises(IdempotencyConflict):
        joined.reserve(request("SO-2", {"CPU": 1}, key="K"))
    mine.execute("INSERT INTO orders VALUES ('SO-1')")
    mine.execute("COMMIT")

    assert (["SO-1"], {"CPU": 4}) == (orders(mine), free(store))


def test_joining_takes_no_lock_between_processes(store: StockStore, mine: sqlite3.Connection) -> None:
    mine.execute("BEGIN IMMEDIATE")
    joined = store.joined(mine)
    # White box: the lock is held by the store whose transaction is joined by nobody.
    database = store._database  # type: ignore[attr-defined]
    assert database.lock.acquire(0.0)
    try:
        granted(joined.reserve(request("SO-1", {"CPU": 1})))
    finally:
        database.lock.release()
    mine.execute("COMMIT")

    assert {"CPU": 4} == free(store)


def test_closing_a_joined_store_leaves_the_connection_open(
    store: StockStore, mine: sqlite3.Connection
) -> None:
    mine.execute("BEGIN IMMEDIATE")
    with store.joined(mine) as joined:
        joined.receive("CPU", 1)

    assert mine.in_transaction
    mine.execute("COMMIT")
    assert {"CPU": 6} == free(store)


def test_a_clock_is_accepted_inside_a_transaction(tmp_path: Path) -> None:
    clock = HandClock()
    with opened("sqlite", tmp_path, clock) as store:
        store.receive("CPU", 1)
        with closing(sqlite3.connect(tmp_path / "stock.db", isolation_level=None)) as mine:
            clock.move(-3000 * MINUTE)
            mine.execute("BEGIN IMMEDIATE")
            store.joined(mine).accept_clock()
            mine.execute("COMMIT")

        assert clock.time == store.snapshot().at
        assert () == store.audit()


def test_rows_and_texts_of_the_caller_are_his_own(store: StockStore, mine: sqlite3.Connection) -> None:
    def as_dictionary(cursor: sqlite3.Cursor, row: tuple[Any, ...]) -> dict[str, Any]:
        return {column[0]: value for column, value in zip(cursor.description, row, strict=True)}

    mine.row_factory, mine.text_factory = as_dictionary, bytes
    mine.execute("BEGIN IMMEDIATE")
    granted(store.joined(mine).reserve(request("SO-1", {"CPU": 1})))

    assert {"id": b"x"} == mine.execute("SELECT 'x' AS id").fetchone()
    mine.execute("COMMIT")


@pytest.mark.parametrize("attribute", ["driver_connection", "dbapi_connection"])
def test_a_connection_of_sqlalchemy_is_joined_through_what_is_in_it(
    store: StockStore, mine: sqlite3.Connection, attribute: str
) -> None:
    mine.execute("BEGIN IMMEDIATE")
    outer = Pooled(connection=Pooled(**{attribute: mine}))
    granted(store.joined(outer).reserve(request("SO-1", {"CPU": 1})))
    mine.execute("COMMIT")

    assert {"CPU": 4} == free(store)


def test_a_connection_of_another_kind_is_told(store: StockStore) -> None:
    with pytest.raises(StockRequestError) as caught:
        store.joined(object())

    wanted = "stock in SQLite joins a connection of `sqlite3`, or of SQLAlchemy around one, not `object`"
    assert wanted == str(caught.value)


NO_TRANSACTION = (
    "the connection that stock was to join is in no transaction; begin one with `BEGIN IMMEDIATE`"
)


def test_a_connection_without_a_transaction_is_told(store: StockStore, mine: sqlite3.Connection) -> None:
    with pytest.raises(StockRequestError) as caught:
        store.joined(mine)

    assert NO_TRANSACTION == str(caught.value)


def test_a_transaction_that_has_ended_is_told(store: StockStore, mine: sqlite3.Connection) -> None:
    mine.execute("BEGIN IMMEDIATE")
    joined = store.joined(mine)
    mine.execute("COMMIT")
    with pytest.raises(StockRequestError) as caught:
        joined.reserve(request("SO-1", {"CPU": 1}))

    assert NO_TRANSACTION == str(caught.value)


def test_a_connection_to_another_database_is_told(store: StockStore) -> None:
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StockRequestError, match="is to another database than"):
            store.joined(other)


def test_a_joined_store_is_not_joined_again(store: StockStore, mine: sqlite3.Connection) -> None:
    mine.execute("BEGIN IMMEDIATE")
    joined = store.joined(mine)
    with pytest.raises(StockRequestError, match="has joined a transaction already"):
        joined.joined(mine)


def test_a_transaction_begun_without_the_write_lock_may_find_it_taken(
    store: StockStore, mine: sqlite3.Connection, tmp_path: Path
) -> None:
    mine.execute("BEGIN")
    joined = store.joined(mine)
    with closing(sqlite3.connect(tmp_path / "stock.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StockUnavailableError, match="stayed locked by another writer"):
            joined.receive("CPU", 1)


def test_a_full_disk_says_that_the_callers_transaction_has_ended(
    store: StockStore, mine: sqlite3.Connection
) -> None:
    before = (store.events(), store.balances())
    mine.execute("BEGIN IMMEDIATE")
    mine.execute("INSERT INTO orders VALUES ('SO-1')")
    pages = mine.execute("PRAGMA page_count").fetchone()[0]
    mine.execute(f"PRAGMA max_page_count = {pages}")
    joined = store.joined(mine)

    def fill_the_disk() -> None:
        for number in range(2000):
            joined.reserve(request(f"SO-{number}", {"CPU": 99}, key=f"{'k' * 150}{number}"))

    with pytest.raises(StockUnavailableError) as caught:
        fill_the_disk()

    assert not mine.in_transaction
    assert "had joined was rolled back as a whole (its disk is full) and has ended" in str(caught.value)
    assert "nothing was changed" not in str(caught.value)
    assert ([], before) == (orders(mine), (store.events(), store.balances()))
