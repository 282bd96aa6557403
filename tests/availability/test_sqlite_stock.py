"""What is particular to the SQLite store: its URLs, its file, and what the disk does to it."""

import os
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from sqlite_files import raw, refusal, with_history
from stock_stores import HandClock, free, refused, request

from configurator.availability.opening import open_stock
from configurator.availability.sqlite.errors import stock_error
from configurator.availability.sqlite.store import SqliteStockStore
from configurator.errors import StockUnavailableError

FORMS = "`sqlite:///stock.db`, `sqlite:////var/lib/stock.db` or `postgresql://user@host/database`"
IMPORT = "make one with `configurator stock import FILE.csv --db sqlite:///stock.db`"


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that is the working directory, so that messages have short names."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def stocked(here: Path) -> Path:
    """`stock.db` with some history."""
    return with_history(here)


# URLs


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("mysql://me:secret@host/db", "stock cannot be kept in `mysql`, only in SQLite and PostgreSQL"),
        ("stock.db", "`stock.db` is not a stock URL"),
        ("sqlite://stock.db", "`sqlite://stock.db` has too few slashes"),
        ("", "`` is not a stock URL"),
    ],
)
def test_a_url_that_names_no_sqlite_file_is_told_the_forms(url: str, message: str) -> None:
    assert f"{message}; write {FORMS}" == refusal(url)


@pytest.mark.parametrize("url", ["sqlite:///", "sqlite:///:memory:"])
def test_a_url_without_a_file_is_told(url: str) -> None:
    assert f"`{url}` names no file; write {FORMS}, or `memory:`" == refusal(url)


def test_a_url_with_options_is_told() -> None:
    wanted = "`sqlite:///a.db?timeout=5` has options after `?`, which stock URLs do not take; leave them out"
    assert wanted == refusal("sqlite:///a.db?timeout=5")


def test_a_relative_and_an_absolute_url_reach_the_same_file(stocked: Path) -> None:
    with open_stock("sqlite:///stock.db") as one, open_stock(f"sqlite:///{stocked}") as other:
        assert one.events() == other.events()


def test_a_file_name_may_hold_any_character(here: Path) -> None:
    with open_stock("sqlite:///näme %20 #1.db") as store:
        store.import_counts({"CPU": 1})

    assert (here / "näme %20 #1.db").is_file()


# Files that are no stock


def test_a_missing_database_is_told_to_readers(here: Path) -> None:
    assert f"there is no stock database `stock.db`; {IMPORT}" == refusal(create=False)
    assert [] == list(here.iterdir())


def test_an_empty_file_holds_no_stock_yet(here: Path) -> None:
    (here / "stock.db").touch()

    assert f"`stock.db` holds no stock yet; {IMPORT}" == refusal(create=False)


def test_a_database_without_tables_holds_no_stock_yet(here: Path) -> None:
    with raw(here / "stock.db") as connection:
        connection.execute("PRAGMA journal_mode = WAL")

    assert f"`stock.db` holds no stock yet; {IMPORT}" == refusal(create=False)


def test_an_empty_file_becomes_a_stock_database(here: Path) -> None:
    (here / "stock.db").touch()

    with open_stock("sqlite:///stock.db") as store:
        assert () == store.audit()


def test_a_directory_is_told(here: Path) -> None:
    (here / "stock.db").mkdir()

    wanted = "`stock.db` is a directory, not a stock database; name a file in it, such as `stock.db/stock.db`"
    assert wanted == refusal()


def test_a_missing_folder_is_told(here: Path) -> None:
    wanted = "the folder of the stock database `shop/stock.db` does not exist; create `shop` first"
    assert wanted == refusal("sqlite:///shop/stock.db")
    assert [] == list(here.iterdir())


def test_a_pipe_is_told(here: Path) -> None:
    os.mkfifo(here / "stock.db")

    assert "`stock.db` is not an ordinary file, so it cannot hold stock; name another one" == refusal()


def test_a_path_too_long_is_told(here: Path) -> None:
    name = "x" * 300
    wanted = f"the stock database `{name}` cannot be reached (file name too long); check its path and rights"
    assert wanted == refusal(f"sqlite:///{name}")
    assert [] == list(here.iterdir())


@pytest.mark.parametrize("create", [True, False])
def test_a_file_that_is_no_database_is_left_as_it_is(here: Path, create: bool) -> None:
    (here / "stock.db").write_text("sku,on_hand\nCPU,1\n" * 100)

    assert "`stock.db` is not a SQLite database; it was left as it is, name another file" == refusal(
        create=create
    )
    assert "sku,on_hand\nCPU,1\n" * 100 == (here / "stock.db").read_text()


@pytest.mark.parametrize("table", ["customer", "meta"])
def test_a_database_of_another_program_is_left_as_it_is(here: Path, table: str) -> None:
    with raw(here / "stock.db") as connection:
        connection.execute(f"CREATE TABLE {table} (name TEXT)")
    before = (here / "stock.db").read_bytes()

    wanted = "`stock.db` is a database of another program, without stock tables; name another file"
    assert wanted == refusal()
    assert before == (here / "stock.db").read_bytes()


def test_a_database_of_a_newer_version_is_left_as_it_is(stocked: Path) -> None:
    with raw(stocked) as connection:
        connection.execute("UPDATE meta SET schema_version = 3")
    before = stocked.read_bytes()

    wanted = (
        "`stock.db` has stock tables of version 3, this configurator knows version 2; upgrade configurator"
    )
    assert wanted == refusal()
    assert before == stocked.read_bytes()


def test_a_database_of_no_version_is_no_stock(stocked: Path) -> None:
    with raw(stocked) as connection:
        connection.execute("UPDATE meta SET schema_version = 0")

    assert "`stock.db` is a database of another program, without stock tables; name another file" == refusal()


def test_a_damaged_database_is_told(stocked: Path) -> None:
    content = bytearray(stocked.read_bytes())
    content[100:4096] = bytes(3996)
    stocked.write_bytes(content)

    wanted = "the stock database `stock.db` is damaged; nothing was changed, restore it from a copy"
    assert wanted == refusal()
    assert bytes(content) == stocked.read_bytes()


def test_damage_found_later_is_told_and_changes_nothing(stocked: Path) -> None:
    with raw(stocked) as connection:
        (page,) = connection.execute("SELECT rootpage FROM sqlite_master WHERE name = 'pool'").fetchone()
    content = bytearray(stocked.read_bytes())
    content[(page - 1) * 4096 : page * 4096] = b"\xff" * 4096
    stocked.write_bytes(content)

    with open_stock("sqlite:///stock.db") as store, pytest.raises(StockUnavailableError) as caught:
        store.reserve(request("SO-9", {"CPU": 1}))

    wanted = "the stock database `stock.db` is damaged; nothing was changed, restore it from a copy"
    assert wanted == str(caught.value)
    assert bytes(content) == stocked.read_bytes()


def test_a_folder_without_rights_is_told(here: Path) -> None:
    (here / "stock.db.lock").mkdir()

    wanted = (
        "cannot write beside the stock database `stock.db` (is a directory); check the rights of its folder"
    )
    assert wanted == refusal()


@pytest.mark.parametrize(
    ("code", "message"),
    [
        (
            sqlite3.SQLITE_READONLY,
            "no permission to open or write the stock database `s.db`; "
            "check the rights of the file and its folder",
        ),
        (
            sqlite3.SQLITE_CANTOPEN,
            "no permission to open or write the stock database `s.db`; "
            "check the rights of the file and its folder",
        ),
        (
            sqlite3.SQLITE_FULL,
            "the disk of the stock database `s.db` is full; nothing was changed, make room and try again",
        ),
        (
            sqlite3.SQLITE_BUSY_SNAPSHOT,
            "the stock database `s.db` stayed locked by another writer; nothing was changed, try again",
        ),
        (
            sqlite3.SQLITE_IOERR_FSYNC,
            "the stock database `s.db` cannot be used (as it was told); "
            "a request can safely be sent again with the same key",
        ),
    ],
)
def test_each_trouble_with_the_disk_has_its_own_next_step(code: int, message: str) -> None:
    error = sqlite3.OperationalError("as it was told")
    error.sqlite_errorcode = code

    assert message == str(stock_error("s.db", error))


def test_a_stock_survives_its_store(stocked: Path) -> None:
    with open_stock(f"sqlite:///{stocked}", now=HandClock(), create=False) as store:
        assert {"CPU": 2, "GPU": 0} == free(store)
        again = refused(store.reserve(request("SO-3", {"GPU": 1}, key="SO-3#0")))
        assert again.replayed


def test_opening_a_stock_to_look_at_it_leaves_its_file_as_it_is(stocked: Path) -> None:
    before = stocked.read_bytes()
    with open_stock("sqlite:///stock.db", create=False) as store:
        assert store.events()

    assert before == stocked.read_bytes()


def test_on_a_full_disk_nothing_is_half_done_and_all_goes_on_when_there_is_room(stocked: Path) -> None:
    with SqliteStockStore.open(stocked.name, now=HandClock(), timeout=5, create=False) as store:
        before = (store.events(), store.balances())
        # White box: a database that may not grow.
        connection = store._database.connection
        (pages,) = connection.execute("PRAGMA page_count").fetchone()
        connection.execute(f"PRAGMA max_page_count = {pages}")
        with pytest.raises(StockUnavailableError) as caught:
            store.import_counts({f"ITEM-{number}": 1 for number in range(2000)})

        wanted = (
            "the disk of the stock database `stock.db` is full; nothing was changed, make room and try again"
        )
        assert wanted == str(caught.value)
        assert before == (store.events(), store.balances())
        connection.execute("PRAGMA max_page_count = 1000000")
        store.import_counts({f"ITEM-{number}": 1 for number in range(2000)})
        assert () == store.audit()


def test_a_limit_on_the_size_of_files_is_told_and_nothing_is_half_done(stocked: Path) -> None:
    script = f"""
import resource, signal
from datetime import UTC, datetime
from configurator.availability.sqlite.store import SqliteStockStore
from configurator.availability.sqlite.store import SqliteStockStore
from configurator.errors import StockUnavailableError
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
with SqliteStockStore.open({stocked.name!r}, now=lambda: datetime.now(UTC), timeout=5, create=False) as store:
    before = store.events()
    resource.setrlimit(resource.RLIMIT_FSIZE, (65536, 65536))
    try:
        store.import_counts({{f"ITEM-{{number}}": 1 for number in range(2000)}})
    except StockUnavailableError as error:
        print(error)
    assert before == store.events()
"""
    found = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)

    assert found.stdout.startswith("the ")
    with open_stock("sqlite:///stock.db", now=HandClock()) as store:
        assert (4, ()) == (len(store.events()), store.audit())


def test_a_database_that_may_not_be_written_is_told(stocked: Path) -> None:
    with SqliteStockStore.open(stocked.name, now=HandClock(), timeout=5, create=False) as store:
        # White box: rights of files mean nothing to a superuser.
        store._database.connection.execute("PRAGMA query_only = ON")
        with pytest.raises(StockUnavailableError) as caught:
            store.reserve(request("SO-9", {"CPU": 1}))

        wanted = (
            "no permission to open or write the stock database `stock.db`; "
            "check the rights of the file and its folder"
        )
        assert wanted == str(caught.value)
        assert {"CPU": 2, "GPU": 0} == free(store)
