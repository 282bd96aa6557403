"""What is particular to the SQLite store: its file, its locks, its tables."""

import fcntl
import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from stock_stores import MINUTE, HandClock, free, granted, opened, refused, request

from configurator.availability.opening import open_stock
from configurator.availability.sqlite_schema import schema_statements
from configurator.availability.sqlite_store import SqliteStockStore, stock_error
from configurator.errors import StockUnavailableError

IMPORT = "make one with `configurator stock import FILE.csv --db sqlite:///stock.db`"


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that is the working directory, so that messages have short names."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def stocked(here: Path) -> Path:
    """`stock.db` with some history."""
    with opened("sqlite", here, HandClock()) as store:
        store.import_counts({"CPU": 5, "GPU": 1})
        store.reserve(request("SO-1", {"CPU": 2, "GPU": 1}))
        store.reserve(request("SO-2", {"CPU": 1}, ttl=MINUTE))
        store.reserve(request("SO-3", {"GPU": 1}))
    return here / "stock.db"


@contextmanager
def raw(file: Path) -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(file, isolation_level=None)) as connection:
        yield connection


def refusal(url: str = "sqlite:///stock.db", *, create: bool = True) -> str:
    with pytest.raises(StockUnavailableError) as caught:
        open_stock(url, timeout=0.05, create=create)
    return str(caught.value)


# URLs


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("postgresql://me:secret@host/db", "stock cannot be kept in `postgresql`, only in SQLite so far"),
        ("stock.db", "`stock.db` is not a stock URL"),
        ("sqlite://stock.db", "`sqlite://stock.db` has too few slashes"),
        ("", "`` is not a stock URL"),
    ],
)
def test_a_url_that_names_no_sqlite_file_is_told_the_forms(url: str, message: str) -> None:
    assert f"{message}; write `sqlite:///stock.db` or `sqlite:////var/lib/stock.db`" == refusal(url)


@pytest.mark.parametrize("url", ["sqlite:///", "sqlite:///:memory:"])
def test_a_url_without_a_file_is_told(url: str) -> None:
    wanted = (
        f"`{url}` names no file; write `sqlite:///stock.db` or `sqlite:////var/lib/stock.db`, or `memory:`"
    )
    assert wanted == refusal(url)


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
        connection.execute("UPDATE meta SET schema_version = 2")
    before = stocked.read_bytes()

    wanted = (
        "`stock.db` has stock tables of version 2, this configurator knows version 1; upgrade configurator"
    )
    assert wanted == refusal()
    assert before == stocked.read_bytes()


def test_a_database_of_an_unknown_older_version_is_told(stocked: Path) -> None:
    with raw(stocked) as connection:
        connection.execute("UPDATE meta SET schema_version = 0")

    wanted = "`stock.db` has stock tables of version 0, this configurator knows version 1; name another file"
    assert wanted == refusal()


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


# Locks

LOCKED = "the stock database `stock.db` stayed locked by another writer; nothing was changed, try again"


@pytest.fixture
def impatient(stocked: Path) -> Iterator[SqliteStockStore]:
    """A store whose calls wait for fifty milliseconds, by its short name."""
    with SqliteStockStore.open(stocked.name, now=HandClock(), timeout=0.05, create=False) as store:
        yield store


def test_a_writer_waits_no_longer_than_it_may_for_the_file_lock(
    stocked: Path, impatient: SqliteStockStore
) -> None:
    before = impatient.events()
    with Path(f"{stocked}.lock").open("r+") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with pytest.raises(StockUnavailableError) as caught:
            impatient.reserve(request("SO-9", {"CPU": 1}))

    assert LOCKED == str(caught.value)
    assert before == impatient.events()
    granted(impatient.reserve(request("SO-9", {"CPU": 1})))


def test_a_writer_waits_no_longer_than_it_may_for_a_foreign_transaction(
    stocked: Path, impatient: SqliteStockStore
) -> None:
    with raw(stocked) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StockUnavailableError) as caught:
            impatient.reserve(request("SO-9", {"CPU": 1}))

    assert LOCKED == str(caught.value)
    granted(impatient.reserve(request("SO-9", {"CPU": 1})))


def test_readers_do_not_wait_for_a_writer(stocked: Path, impatient: SqliteStockStore) -> None:
    with raw(stocked) as other:
        other.execute("BEGIN IMMEDIATE")
        assert {"CPU": 2, "GPU": 0} == free(impatient)


def test_an_interrupted_call_changes_nothing(
    impatient: SqliteStockStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = (impatient.events(), impatient.balances())

    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    # White box: the last step before the commit.
    monkeypatch.setattr("configurator.availability.sqlite_operations.remember_time", interrupted)
    with pytest.raises(KeyboardInterrupt):
        impatient.reserve(request("SO-9", {"CPU": 1}))

    assert before == (impatient.events(), impatient.balances())
    assert () == impatient.audit()


# Tables


@pytest.mark.parametrize("table", ["event", "ledger"])
@pytest.mark.parametrize("change", ["UPDATE {} SET seq = seq + 1000", "DELETE FROM {}"])
def test_the_story_is_append_only(stocked: Path, table: str, change: str) -> None:
    with raw(stocked) as connection, pytest.raises(sqlite3.IntegrityError) as caught:
        connection.execute(change.format(table))

    assert f"{table} is append-only" == str(caught.value)


def test_the_tables_refuse_to_promise_more_than_there_is(stocked: Path) -> None:
    with (
        raw(stocked) as connection,
        pytest.raises(sqlite3.IntegrityError, match=r"^CHECK constraint failed: held"),
    ):
        connection.execute("UPDATE pool SET allocated = allocated + 100")


def test_the_tables_refuse_fractions(stocked: Path) -> None:
    with raw(stocked) as connection, pytest.raises(sqlite3.IntegrityError, match=r"^cannot store REAL value"):
        connection.execute("UPDATE pool SET on_hand = on_hand + 0.5")


@pytest.mark.parametrize("version", [(3, 33, 0), (3, 36, 0), (3, 37, 0)])
def test_old_and_new_sqlite_get_the_same_tables(version: tuple[int, ...]) -> None:
    statements = schema_statements(version)
    with closing(sqlite3.connect(":memory:")) as connection:
        for statement in statements:
            connection.execute(statement)

        (strict,) = connection.execute("SELECT count(*) FROM pragma_table_list WHERE strict").fetchone()
    assert (9 if version >= (3, 37) else 0) == strict


def test_a_stock_survives_its_store(stocked: Path) -> None:
    with open_stock(f"sqlite:///{stocked}", now=HandClock(), create=False) as store:
        assert {"CPU": 2, "GPU": 0} == free(store)
        again = refused(store.reserve(request("SO-3", {"GPU": 1}, key="SO-3#0")))
        assert again.replayed


@pytest.mark.parametrize(
    ("damage", "finding"),
    [
        (
            "UPDATE pool SET on_hand = 0 WHERE sku = 'CPU'",
            "I1: `CPU` has 0 on hand, 1 held and 2 allocated",
        ),
        (
            "UPDATE pool SET on_hand = 9 WHERE sku = 'CPU'",
            "I2: the counters of `CPU` are not the sum of its movements",
        ),
        (
            "UPDATE reservation SET state = 'RELEASED' WHERE order_ref = 'SO-2'",
            "I3: the counters of `CPU` are not the sum of its reservations",
        ),
        (
            "DELETE FROM reservation_line WHERE src_id = (SELECT id FROM pool WHERE sku = 'GPU')",
            "I4: the lines of reservation `R-c1fd30ad5024489f` are not what was granted",
        ),
        (
            "UPDATE reservation_line SET qty = qty + 1 WHERE res_id = 'R-c1fd30ad5024489f'",
            "I4: reservation `R-c1fd30ad5024489f` and the movements of its event differ",
        ),
        (
            "UPDATE reservation SET state = 'EXPIRED' WHERE order_ref = 'SO-1'",
            "I5: reservation `R-c1fd30ad5024489f` is EXPIRED without exactly one event for it",
        ),
        (
            "UPDATE reservation_line SET consumed = 1 WHERE res_id = "
            "(SELECT id FROM reservation WHERE order_ref = 'SO-2')",
            "I5: reservation `R-152489f31f7a2463` is HELD with 1 of 1 consumed",
        ),
        ("DELETE FROM request WHERE order_ref = 'SO-3'", "I7: event 4 answered a request that is not stored"),
        ("DROP TRIGGER event_no_delete; DELETE FROM event WHERE seq = 2", "I10: events are missing before 4"),
        (
            "DROP TRIGGER event_no_delete; DELETE FROM event WHERE seq = 2",
            "a row of `reservation` points to a missing row of `event`",
        ),
    ],
)
def test_the_audit_finds_what_was_written_around_the_store(stocked: Path, damage: str, finding: str) -> None:
    with raw(stocked) as connection:
        connection.executescript(f"PRAGMA ignore_check_constraints = ON; {damage}")

    with open_stock("sqlite:///stock.db", create=False) as store:
        assert finding in store.audit()


def test_checking_in_one_step_and_writing_in_another_would_oversell(here: Path) -> None:
    """A negative control: what the store's one transaction, guard and CHECK are there for."""
    with opened("sqlite", here, HandClock()) as store:
        store.import_counts({"GPU": 1})
        with raw(here / "stock.db") as one, raw(here / "stock.db") as other:
            seen = [
                c.execute("SELECT on_hand - held - allocated FROM pool").fetchone()[0] for c in (one, other)
            ]
            for connection in (one, other):
                connection.execute("PRAGMA ignore_check_constraints = ON")
                connection.execute("UPDATE pool SET allocated = allocated + 1")

        assert [1, 1] == seen
        assert "I1: `GPU` has 1 on hand, 0 held and 2 allocated" in store.audit()
