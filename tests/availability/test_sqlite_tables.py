"""The tables of a SQLite stock: what they refuse, and how older ones become the present ones."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from sqlite_files import raw, refusal, with_history
from stock_stores import DAY, MINUTE, TODAY, HandClock, demand, free, granted, opened, refused, request
from version_1_stock import write_version_1

from configurator.availability.masters import ItemMaster
from configurator.availability.opening import create_stock, migrate_stock, open_stock
from configurator.availability.reservations import ReservationRequest, ReservationState
from configurator.availability.sqlite.migrations import MIGRATIONS, migration_statements
from configurator.availability.sqlite.schema import SCHEMA_VERSION, schema_statements
from configurator.errors import StockUnavailableError

URL = "sqlite:///stock.db"


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that is the working directory, so that messages have short names."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


# What they refuse


@pytest.mark.parametrize("table", ["event", "ledger"])
@pytest.mark.parametrize("change", ["UPDATE {} SET seq = seq + 1000", "DELETE FROM {}"])
def test_the_story_is_append_only(here: Path, table: str, change: str) -> None:
    with raw(with_history(here)) as connection, pytest.raises(sqlite3.IntegrityError) as caught:
        connection.execute(change.format(table))

    assert f"{table} is append-only" == str(caught.value)


def test_the_tables_refuse_to_promise_more_than_there_is(here: Path) -> None:
    with (
        raw(with_history(here)) as connection,
        pytest.raises(sqlite3.IntegrityError, match=r"^CHECK constraint failed: held"),
    ):
        connection.execute("UPDATE pool SET allocated = allocated + 100")


def test_the_tables_refuse_fractions(here: Path) -> None:
    with (
        raw(with_history(here)) as connection,
        pytest.raises(sqlite3.IntegrityError, match=r"^cannot store REAL value"),
    ):
        connection.execute("UPDATE pool SET on_hand = on_hand + 0.5")


@pytest.mark.parametrize("version", [(3, 33, 0), (3, 36, 0), (3, 37, 0)])
def test_old_and_new_sqlite_get_the_same_tables(version: tuple[int, ...]) -> None:
    with closing(sqlite3.connect(":memory:")) as connection:
        for statement in schema_statements(version):
            connection.execute(statement)

        (strict,) = connection.execute("SELECT count(*) FROM pragma_table_list WHERE strict").fetchone()
    assert (9 if version >= (3, 37) else 0) == strict


# Making them


def test_a_stock_is_made_once() -> None:
    assert [True, False] == [create_stock(URL), create_stock(URL)]
    with open_stock(URL, create=False) as store:
        assert () == store.events()


def test_making_a_stock_leaves_one_that_is_there_as_it_is(here: Path) -> None:
    with_history(here)

    assert not create_stock(URL)
    with open_stock(URL, now=HandClock()) as store:
        assert {"CPU": 2, "GPU": 0} == free(store)


@pytest.mark.parametrize("make", [create_stock, migrate_stock])
def test_stock_in_memory_is_neither_made_nor_migrated(make: Callable[[str], object]) -> None:
    with pytest.raises(StockUnavailableError, match=r"^stock in memory ends with the process"):
        make("memory:")


# Migrating them


@pytest.mark.parametrize("sqlite", [(3, 33, 0), sqlite3.sqlite_version_info])
def test_migrated_tables_are_word_for_word_those_of_a_new_stock(sqlite: tuple[int, ...]) -> None:
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as new:
        for statement in schema_statements(sqlite):
            new.execute(statement)
        wanted = tables_of(new)
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as old:
        write_version_1(old, sqlite)
        old.execute("PRAGMA legacy_alter_table = ON")
        for statement in migration_statements(1, sqlite):
            old.execute(statement)
        migrated = tables_of(old)

    assert wanted == migrated


def tables_of(connection: sqlite3.Connection) -> list[tuple[str, ...]]:
    """Tables, indexes and triggers, however they are laid out."""
    rows = connection.execute("SELECT type, name, tbl_name, sql FROM sqlite_master ORDER BY 1, 2")
    return [(kind, name, table, " ".join((sql or "").split())) for kind, name, table, sql in rows]


def test_there_is_a_step_from_every_version_to_the_next() -> None:
    assert list(range(1, SCHEMA_VERSION)) == list(MIGRATIONS)


def test_an_older_stock_is_not_migrated_silently(here: Path) -> None:
    with raw(here / "stock.db") as connection:
        write_version_1(connection)
    before = (here / "stock.db").read_bytes()

    wanted = (
        "`stock.db` has stock tables of version 1, this configurator knows version 2; "
        "bring it up to date with `configurator stock migrate --db sqlite:///stock.db`"
    )
    assert [wanted, wanted] == [refusal(), refusal(create=False)]
    assert before == (here / "stock.db").read_bytes()


def test_a_migrated_stock_keeps_all_it_had_and_its_books_are_right(here: Path) -> None:
    with raw(here / "stock.db") as connection:
        write_version_1(connection)

    assert (1, 2) == migrate_stock(URL)
    with opened("sqlite", here, HandClock()) as store:
        assert () == store.audit()
        assert {"CPU": 5, "GPU": 0, "SSD": 4} == free(store)
        states = [each.state.value for each in store.reservations()]
        assert ["CONSUMED", "ALLOCATED", "RELEASED", "EXPIRED", "RELEASED", "HELD"] == states
        assert 15 == len(store.events())
        assert [("CPU", 2), ("GPU", 1)] == [
            (line.sku, line.quantity) for line in store.reservations("SO-1")[0].lines
        ]
        assert refused(store.reserve(request("SO-6", {"GPU": 9}, key="SO-6#0"))).replayed
        assert granted(store.reserve(request("SO-2", {"CPU": 1}, ttl=60 * MINUTE, key="SO-2#0"))).replayed


def test_a_migrated_stock_goes_on_as_a_new_one(here: Path) -> None:
    with raw(here / "stock.db") as connection:
        write_version_1(connection)
    migrate_stock(URL)

    with opened("sqlite", here, HandClock()) as store:
        store.set_masters([ItemMaster("CPU", lead_time=3)])
        store.receive("CPU", 7, location="shop")
        (held,) = store.reservations("SO-7")
        store.confirm(held.id)
        assert ReservationState.CONSUMED is store.consume(held.id).state
        later = demand(("CPU", 9, TODAY + DAY))
        assert 2 == len(granted(store.reserve(ReservationRequest("SO-8", later))).reservation.lines)
        assert () == store.audit()


def test_migrating_twice_does_nothing_the_second_time(here: Path) -> None:
    with raw(here / "stock.db") as connection:
        write_version_1(connection)

    assert [(1, 2), (2, 2)] == [migrate_stock(URL), migrate_stock(URL)]


def test_a_stock_of_a_newer_version_is_not_migrated_back(here: Path) -> None:
    with raw(with_history(here)) as connection:
        connection.execute("UPDATE meta SET schema_version = 3")

    with pytest.raises(StockUnavailableError, match=r"knows version 2; upgrade configurator$"):
        migrate_stock(URL)


def test_a_migration_that_fails_changes_nothing(here: Path) -> None:
    with raw(here / "stock.db") as connection:
        write_version_1(connection)
        connection.execute("CREATE TABLE old_pool (mine TEXT)")
    before = (here / "stock.db").read_bytes()

    with pytest.raises(StockUnavailableError, match="there is already another table or index with this name"):
        migrate_stock(URL)

    assert before == (here / "stock.db").read_bytes()


@pytest.mark.parametrize("content", [None, b"", b"sku,on_hand\n" * 100])
def test_only_stocks_are_migrated(here: Path, content: bytes | None) -> None:
    if content is not None:
        (here / "stock.db").write_bytes(content)

    with pytest.raises(StockUnavailableError):
        migrate_stock(URL)


# Reading them


def test_live_reservations_are_found_without_reading_the_others(here: Path) -> None:
    asked: list[str] = []
    with raw(with_history(here)) as connection, opened("sqlite", here, HandClock()) as store:
        connection.execute("BEGIN IMMEDIATE")
        connection.set_trace_callback(asked.append)
        live = store.joined(connection).reservations(live=True)
        connection.set_trace_callback(None)
        (statement,) = (each for each in asked if "order_ref" in each)
        plan = [step for *_, step in connection.execute(f"EXPLAIN QUERY PLAN {statement}")]

    assert ["SO-1", "SO-2"] == [found.order for found in live]
    assert "SCAN reservation USING INDEX reservation_live" in plan
    assert "SCAN reservation" not in plan
