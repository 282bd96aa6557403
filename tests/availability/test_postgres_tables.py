"""The tables of stock in PostgreSQL: made, migrated, told from others', and proved by the audit."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
from stock_databases import url_for
from stock_stores import HandClock, granted, request

from configurator.availability.opening import create_stock, migrate_stock, open_stock
from configurator.availability.postgres import schema as tables
from configurator.availability.postgres.schema import SCHEMA_VERSION, in_schema
from configurator.availability.reservations import reservation_id
from configurator.availability.store import StockStore
from configurator.availability.supply import Supply
from configurator.errors import StockUnavailableError

# ruff: noqa: S608 - statements are put together from the tests' own constants
HOUR = timedelta(hours=1)


@pytest.fixture
def url(tmp_path: Path) -> str:
    return url_for("postgres", tmp_path)


def sql(url: str, statement: str) -> list[tuple[Any, ...]]:
    """Run statements around the store; `stock.` stands for its schema."""
    base, _, schema = url.rpartition("schema=")
    with psycopg.connect(base.rstrip("?&"), autocommit=True) as connection:
        cursor = connection.execute(in_schema(statement, schema).encode())
        return cursor.fetchall() if cursor.description else []


def refusal(url: str, *, create: bool = False) -> str:
    with pytest.raises(StockUnavailableError) as caught:
        open_stock(url, create=create)
    return str(caught.value)


# Made and told apart


def test_a_stock_is_made_once(url: str) -> None:
    assert [True, False] == [create_stock(url), create_stock(url)]


def test_a_database_without_stock_says_how_to_make_one(url: str) -> None:
    assert "holds no stock yet; make one with `configurator stock init" in refusal(url)


def test_tables_of_another_program_are_left_alone(url: str) -> None:
    schema = url.rpartition("schema=")[2]
    sql(url, f'CREATE SCHEMA "{schema}"; CREATE TABLE stock.meta (note text)')

    assert f"the schema `{schema}` of" in refusal(url, create=True)
    assert "is another program's" in refusal(url, create=True)
    assert [("meta",)] == sql(
        url, f"SELECT relname FROM pg_class WHERE relnamespace = '{schema}'::regnamespace"
    )


def test_stock_can_be_made_in_a_schema_that_is_there_and_empty(url: str) -> None:
    sql(url, f'CREATE SCHEMA "{url.rpartition("schema=")[2]}"')

    assert create_stock(url)


def test_two_stocks_in_one_database_do_not_know_each_other(url: str, tmp_path: Path) -> None:
    other = url_for("postgres", tmp_path / "other")
    with open_stock(url) as one, open_stock(other) as two:
        one.import_counts({"CPU": 1})

        assert () == two.balances()


# Versions


def test_a_newer_stock_asks_for_a_newer_configurator(url: str) -> None:
    create_stock(url)
    sql(url, "UPDATE stock.meta SET schema_version = 99")

    assert f"of version 99, this configurator knows version {SCHEMA_VERSION}; upgrade" in refusal(url)
    with pytest.raises(StockUnavailableError, match="upgrade"):
        migrate_stock(url)


@pytest.mark.parametrize(
    "call",
    [
        lambda store: store.balances(),
        lambda store: store.reservations(),
        lambda store: store.receive("CPU", 1),
        lambda store: store.consume("R-1", {"CPU": 1}),
    ],
    ids=["balances", "reservations", "receive", "consume"],
)
def test_tables_that_were_made_newer_meanwhile_are_left_alone(
    url: str, call: Callable[[StockStore], object]
) -> None:
    with open_stock(url) as store:
        store.import_counts({"CPU": 1})
        sql(url, "UPDATE stock.meta SET schema_version = 99")
        with pytest.raises(StockUnavailableError) as caught:
            call(store)

    assert f"of version 99, this configurator knows version {SCHEMA_VERSION}; upgrade" in str(caught.value)
    assert [(1,)] == sql(url, "SELECT on_hand FROM stock.pool")


def test_an_older_stock_is_brought_up_to_date_when_asked(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with open_stock(url) as store:
        store.import_counts({"CPU": 1})
    sql(
        url,
        f"UPDATE stock.meta SET schema_version = {SCHEMA_VERSION - 1};"
        "ALTER TABLE stock.pool DROP COLUMN planned; DROP FUNCTION stock.move",
    )
    step = "ALTER TABLE stock.pool ADD COLUMN planned bigint NOT NULL DEFAULT 0 CHECK (planned >= 0)"
    monkeypatch.setattr(tables, "MIGRATIONS", {SCHEMA_VERSION - 1: (step,)})

    assert "bring them up to date with `configurator stock migrate" in refusal(url, create=True)
    assert (SCHEMA_VERSION - 1, SCHEMA_VERSION) == migrate_stock(url)
    assert (SCHEMA_VERSION, SCHEMA_VERSION) == migrate_stock(url)
    with open_stock(url, create=False) as store:
        granted(store.reserve(request("SO-1", {"CPU": 1})))
        assert () == store.audit()


@pytest.mark.parametrize("version", [0, 1])
def test_a_version_that_no_step_leads_on_from_is_told(url: str, version: int) -> None:
    create_stock(url)
    sql(url, f"UPDATE stock.meta SET schema_version = {version}")
    with pytest.raises(StockUnavailableError) as caught:
        migrate_stock(url)

    message = f"has stock tables of version {version}, which cannot be brought up to date; restore a copy"
    assert message in str(caught.value)
    assert message in refusal(url, create=False)


def test_a_migration_that_fails_leaves_the_stock_as_it_was(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    create_stock(url)
    sql(url, f"UPDATE stock.meta SET schema_version = {SCHEMA_VERSION - 1}")
    steps = ("ALTER TABLE stock.pool RENAME TO heap", "SELECT 1 / 0")
    monkeypatch.setattr(tables, "MIGRATIONS", {SCHEMA_VERSION - 1: steps})

    with pytest.raises(StockUnavailableError, match="division by zero"):
        migrate_stock(url)
    assert [(0,)] == sql(url, "SELECT count(*) FROM stock.pool")


def test_there_is_nothing_to_migrate_where_there_is_no_stock(url: str) -> None:
    with pytest.raises(StockUnavailableError, match="holds no stock yet"):
        migrate_stock(url)


# The story is only added to


@pytest.mark.parametrize("table", ["event", "ledger"])
@pytest.mark.parametrize("change", ["UPDATE {} SET seq = 7", "DELETE FROM {}", "TRUNCATE {}"])
def test_what_happened_cannot_be_changed(url: str, table: str, change: str) -> None:
    create_stock(url)

    with pytest.raises(psycopg.errors.RestrictViolation, match=f"{table} is append-only"):
        sql(url, change.format(f"stock.{table}"))


def test_nobody_can_oversell_past_the_store(url: str) -> None:
    with open_stock(url) as store:
        store.import_counts({"CPU": 1})

    with pytest.raises(psycopg.errors.CheckViolation):
        sql(url, "UPDATE stock.pool SET held = 1, allocated = 1")


# The audit


@pytest.fixture(scope="module")
def busy(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A stock in which everything has happened once, and nothing is wrong."""
    url = url_for("postgres", tmp_path_factory.mktemp("busy"))
    clock = HandClock()
    today = clock().date()
    with open_stock(url, now=clock) as store:
        store.import_counts({"CPU": 9, "GPU": 4})
        held = store.reserve(request("SO-1", {"CPU": 2, "GPU": 1}, ttl=HOUR))
        store.confirm(granted(held).reservation.id)
        store.reserve(request("SO-2", {"CPU": 1}, ttl=2 * HOUR))
        store.reserve(request("SO-3", {"CPU": 99}))
        store.receive("RAM", 5, key="receipt")
        store.transfer("CPU", 1, source="default", target="east")
        store.add_supply(Supply("PO-1", "CPU", today + timedelta(days=3), 5))
        store.receive("CPU", 2, supply="PO-1")
        store.reserve(request("SO-4", {"RAM": 5}))
        store.adjust("RAM", -1, reason="lost", break_promises=True)
        consumed = store.reserve(request("SO-5", {"RAM": 1}))
        store.consume(granted(consumed).reservation.id)
        store.reserve(request("SO-6", {"GPU": 1}, ttl=HOUR / 60))
        clock.move(HOUR / 30)
        store.expire()
        assert () == store.audit()
    # What follows goes round the tables' own CHECKs and triggers as a superuser can.
    for table in ("event", "ledger"):
        sql(url, f"ALTER TABLE stock.{table} DISABLE TRIGGER ALL")
    checks = sql(
        url,
        "SELECT conrelid::regclass, conname FROM pg_constraint WHERE contype = 'c' AND conrelid IN "
        "('stock.pool'::regclass, 'stock.reservation_line'::regclass, 'stock.ledger'::regclass)",
    )
    for table, check in checks:
        sql(url, f'ALTER TABLE {table} DROP CONSTRAINT "{check}"')
    return url


ORDER_1, ORDER_2, _, _, ORDER_5, ORDER_6 = (reservation_id(f"SO-{number}#0") for number in range(1, 7))


@pytest.mark.parametrize(
    ("damage", "finding"),
    [
        (
            "UPDATE stock.pool SET on_hand = 0 WHERE sku = 'GPU'",
            "I1: `GPU` at `default` has 0 on hand, 0 held and 1 allocated",
        ),
        (
            "UPDATE stock.pool SET on_hand = 99 WHERE sku = 'GPU'",
            "I2: the counters of `GPU` at `default` are not the sum of its movements",
        ),
        (
            "DELETE FROM stock.ledger USING stock.event WHERE event.seq = ledger.seq "
            "AND kind = 'TRANSFERRED' AND d_on_hand > 0",
            "I2: event 7 moved goods that did not arrive, or arrived without having left",
        ),
        (
            "UPDATE stock.supply SET received = 1",
            "I2: of the supply `PO-1` 1 are said to have come, its events say 2",
        ),
        (
            "UPDATE stock.reservation SET state = 'RELEASED' WHERE order_ref = 'SO-2'",
            "I3: the counters of `CPU` at `default` are not the sum of its reservations",
        ),
        (
            f"UPDATE stock.reservation_line SET pending = TRUE WHERE res_id = '{ORDER_2}'",
            f"I3: reservation `{ORDER_2}` is among what later days wait for",
        ),
        (
            "DELETE FROM stock.reservation_line WHERE src_id = (SELECT id FROM stock.pool WHERE sku = 'GPU')",
            f"I4: the lines of reservation `{ORDER_1}` are not what was granted",
        ),
        (
            f"UPDATE stock.reservation_line SET qty = qty + 1 WHERE res_id = '{ORDER_1}'",
            f"I4: reservation `{ORDER_1}` and the movements of its event differ",
        ),
        (
            f"DELETE FROM stock.reservation WHERE id = '{ORDER_2}'",
            f"I4: event 4 granted reservation `{ORDER_2}`, which is missing",
        ),
        (
            "UPDATE stock.reservation SET state = 'EXPIRED' WHERE order_ref = 'SO-1'",
            f"I5: reservation `{ORDER_1}` is EXPIRED without exactly one event for it",
        ),
        (
            "INSERT INTO stock.event SELECT 90, kind, res_id, actor, at, payload FROM stock.event "
            "WHERE kind = 'CONFIRMED'",
            f"I5: reservation `{ORDER_1}` left its hold 2 times",
        ),
        (
            f"UPDATE stock.reservation_line SET consumed = 1 WHERE res_id = '{ORDER_2}'",
            f"I5: reservation `{ORDER_2}` is HELD with 1 of 1 consumed",
        ),
        (
            "UPDATE stock.event SET payload = jsonb_set(payload, '{lines,0,3}', '7') WHERE kind = 'CONSUMED'",
            f"I5: what reservation `{ORDER_5}` consumed is not what its events say",
        ),
        (
            "UPDATE stock.reservation SET expires_at = expires_at + 1000000000000 WHERE state = 'EXPIRED'",
            f"I6: reservation `{ORDER_6}` expired before its time",
        ),
        (
            "UPDATE stock.event SET payload = '{\"expires_at\": 1}', kind = 'EXTENDED' "
            "WHERE kind = 'CONFIRMED';"
            "INSERT INTO stock.event SELECT 90, 'CONFIRMED', res_id, actor, at, '{}' FROM stock.event "
            "WHERE kind = 'EXTENDED'",
            f"I6: reservation `{ORDER_1}` was confirmed after it had expired",
        ),
        (
            "DELETE FROM stock.request WHERE order_ref = 'SO-3'",
            "I7: event 5 answered a request that is not stored",
        ),
        (
            "UPDATE stock.request SET outcome = '{\"refused\": []}' WHERE order_ref = 'SO-3'",
            "I7: the answer stored under the key `SO-3#0` is not that of event 5",
        ),
        (
            "UPDATE stock.reservation_line "
            "SET src = 'SUPPLY', needed = '2026-11-23', pending = TRUE, qty = 99 "
            f"WHERE res_id = '{ORDER_2}'",
            "I9: of `CPU` at `default` 92 too few are left for later days",
        ),
        (
            "UPDATE stock.event SET at = 0 WHERE kind = 'CONFIRMED'",
            "I10: event 3 is earlier than the one before it of its reservation",
        ),
        (
            "UPDATE stock.ledger SET d_on_hand = 1 WHERE seq = 3",
            "I11: event 3 (CONFIRMED) moved counters as it may not",
        ),
        (
            "UPDATE stock.ledger SET d_on_hand = 6 WHERE seq = (SELECT seq FROM stock.event "
            "WHERE payload ->> 'key' = 'receipt')",
            "I11: event 6 (RECEIVED) and its movement differ",
        ),
        (
            "DELETE FROM stock.ledger USING stock.event WHERE event.seq = ledger.seq AND kind = 'ADJUSTED';"
            "DELETE FROM stock.event WHERE kind = 'ADJUSTED'",
            "I13: event 11 broke a promise, and no fact follows it",
        ),
        (
            "DELETE FROM stock.event WHERE seq = 2",
            "a row of `reservation` points to a missing row of `event`",
        ),
        (
            "UPDATE stock.supply SET res_id = 'R-0'",
            "a row of `supply` points to a missing row of `reservation`",
        ),
    ],
)
def test_the_audit_finds_what_was_written_around_the_store(busy: str, damage: str, finding: str) -> None:
    base, _, schema = busy.rpartition("schema=")
    with open_stock(busy, create=False) as store, psycopg.connect(base.rstrip("?&")) as connection:
        connection.execute(in_schema(damage, schema).encode())
        found = store.joined(connection).audit()
        connection.rollback()

        assert finding in found
        assert () == store.audit()
