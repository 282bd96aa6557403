"""Every sentence of the audit: what is written around the store, past CHECKs and triggers, is found."""

from pathlib import Path

import pytest
from sqlite_files import raw, with_long_history
from stock_stores import DAY, NOON, HandClock, opened

from configurator.availability.sqlite.audit import AUDIT_QUERIES

UNGUARDED = "; ".join(
    (
        "PRAGMA ignore_check_constraints = ON",
        *(
            f"DROP TRIGGER {table}_no_{verb}"
            for table in ("event", "ledger")
            for verb in ("update", "delete")
        ),
        "",
    )
)
"""Takes away what keeps a stock from being written around."""


DAMAGES = [
    (
        "UPDATE pool SET on_hand = 0, held = 3 WHERE sku = 'CPU'",
        "I1: `CPU` at `default` has 0 on hand, 3 held and 0 allocated",
    ),
    (
        "UPDATE pool SET on_hand = 50 WHERE sku = 'GPU'",
        "I2: the counters of `GPU` at `default` are not the sum of its movements",
    ),
    (
        "UPDATE pool SET planned = 0 WHERE sku = 'CPU'",
        "I2: the counters of `CPU` at `default` are not the sum of its movements",
    ),
    (
        "UPDATE ledger SET d_on_hand = 3 WHERE seq = 5 AND d_on_hand = 2",
        "I2: event 5 moved goods that did not arrive, or arrived without having left",
    ),
    (
        "DELETE FROM ledger WHERE seq = 5",
        "I2: event 5 moved goods that did not arrive, or arrived without having left",
    ),
    (
        "UPDATE supply SET received = 2",
        "I2: of the supply `PO-1` 2 are said to have come, its events say 1",
    ),
    (
        "UPDATE reservation SET state = 'RELEASED' WHERE order_ref = 'SO-4'",
        "I3: the counters of `GPU` at `default` are not the sum of its reservations",
    ),
    (
        "UPDATE reservation_line SET qty = 7 WHERE src = 'SUPPLY'",
        "I3: the counters of `CPU` at `default` are not the sum of its reservations",
    ),
    (
        "UPDATE reservation_line SET pending = 0 WHERE src = 'SUPPLY'",
        "I3: reservation `R-6782d0f6d1dd30ec` is not among what later days wait for",
    ),
    (
        "UPDATE reservation_line SET pending = 1 WHERE src = 'POOL'",
        "I3: reservation `R-c1fd30ad5024489f` is among what later days wait for",
    ),
    (
        "DELETE FROM reservation_line WHERE src = 'SUPPLY'",
        "I4: the lines of reservation `R-6782d0f6d1dd30ec` are not what was granted",
    ),
    (
        "UPDATE reservation_line SET needed = '2027-01-01' WHERE src = 'SUPPLY'",
        "I4: the lines of reservation `R-6782d0f6d1dd30ec` are not what was granted",
    ),
    (
        "DELETE FROM reservation_line WHERE res_id = 'R-6782d0f6d1dd30ec'",
        "I4: the lines of reservation `R-6782d0f6d1dd30ec` are not what was granted",
    ),
    (
        "INSERT INTO reservation_line (res_id, src, src_id, qty) VALUES ('R-6782d0f6d1dd30ec', 'POOL', 3, 1)",
        "I4: the lines of reservation `R-6782d0f6d1dd30ec` are not what was granted",
    ),
    (
        "UPDATE ledger SET d_planned = 7 WHERE seq = 11 AND d_planned = 9",
        "I4: reservation `R-6782d0f6d1dd30ec` and the movements of its event differ",
    ),
    (
        "DELETE FROM ledger WHERE seq = 11 AND d_planned = 9",
        "I4: reservation `R-6782d0f6d1dd30ec` and the movements of its event differ",
    ),
    (
        "DELETE FROM reservation WHERE id = 'R-6782d0f6d1dd30ec'",
        "I4: event 11 granted a reservation that is missing",
    ),
    (
        "DELETE FROM reservation WHERE id = 'R-6782d0f6d1dd30ec'",
        "I4: event 13 tells of reservation `R-6782d0f6d1dd30ec`, which is missing",
    ),
    (
        "UPDATE supply SET res_id = 'R-0'",
        "I4: the supply `PO-1` is for reservation `R-0`, which is missing",
    ),
    (
        "UPDATE reservation SET state = 'ALLOCATED' WHERE id = 'R-152489f31f7a2463'",
        "I5: reservation `R-152489f31f7a2463` is ALLOCATED without exactly one event for it",
    ),
    (
        "UPDATE reservation SET state = 'RELEASED' WHERE id = 'R-152489f31f7a2463'",
        "I5: reservation `R-152489f31f7a2463` is RELEASED without exactly one event for it",
    ),
    (
        "UPDATE event SET kind = 'CANCELLED' WHERE seq = 17",
        "I5: reservation `R-34c54841f5473017` is RELEASED without exactly one event for it",
    ),
    (
        "UPDATE event SET res_id = 'R-152489f31f7a2463' WHERE seq = 17",
        "I5: reservation `R-152489f31f7a2463` left its hold 2 times",
    ),
    (
        "UPDATE event SET res_id = 'R-c1fd30ad5024489f' WHERE seq = 17",
        "I5: reservation `R-c1fd30ad5024489f` left its hold 2 times",
    ),
    (
        "UPDATE reservation_line SET consumed = 0 WHERE res_id = 'R-c1fd30ad5024489f' AND qty = 4",
        "I5: reservation `R-c1fd30ad5024489f` is CONSUMED with 3 of 7 consumed",
    ),
    (
        "UPDATE reservation_line SET consumed = 1 WHERE res_id = 'R-152489f31f7a2463'",
        "I5: reservation `R-152489f31f7a2463` is EXPIRED with 2 of 3 consumed",
    ),
    (
        "UPDATE event SET payload = json_set(payload, '$.lines[0][3]', 2) WHERE seq = 14",
        "I5: what reservation `R-c1fd30ad5024489f` consumed is not what its events say",
    ),
    (
        "UPDATE reservation SET expires_at = expires_at + 3600000000 WHERE id = 'R-152489f31f7a2463'",
        "I6: reservation `R-152489f31f7a2463` expired before its time",
    ),
    (
        "UPDATE event SET payload = json_set(payload, '$.expires_at', at) WHERE seq = 15",
        "I6: reservation `R-34c54841f5473017` was confirmed after it had expired",
    ),
    (
        "INSERT INTO event (kind, res_id, at, payload) "
        "SELECT 'EXPIRED', id, 0, '{}' FROM reservation WHERE order_ref = 'SO-6'; "
        "INSERT INTO event (kind, res_id, at, payload) "
        "SELECT 'EXPIRED', id, 0, '{}' FROM reservation WHERE order_ref = 'SO-2'",
        "I6: reservation `R-152489f31f7a2463` expired out of turn",
    ),
    (
        "DELETE FROM request WHERE key = 'SO-3#0'",
        "I7: event 10 answered a request that is not stored",
    ),
    (
        "DELETE FROM request WHERE key = 'van 1'",
        "I7: event 5 answered a request that is not stored",
    ),
    (
        "UPDATE request SET key = 'SO-3' WHERE key = 'SO-3#0'",
        "I7: the answer stored under the key `SO-3` is not that of event 10",
    ),
    (
        "UPDATE request SET outcome = '{\"reserved\":\"R-0\"}' WHERE key = 'SO-1#0'",
        "I7: the answer stored under the key `SO-1#0` is not that of event 8",
    ),
    (
        "UPDATE request SET outcome = json_set(outcome, '$.refused[0][2]', 4) WHERE key = 'SO-3#0'",
        "I7: the answer stored under the key `SO-3#0` is not that of event 10",
    ),
    (
        "UPDATE request SET outcome = '{\"booked\":4,\"broken\":[]}' WHERE key = 'van 1'",
        "I7: the answer stored under the key `van 1` is not that of event 5",
    ),
    (
        "UPDATE supply SET due = '2027-01-01'",
        "I9: of `CPU` at `default` 1 too few are left for later days",
    ),
    (
        "UPDATE supply SET firm = 0",
        "I9: of `CPU` at `default` 1 too few are left for later days",
    ),
    (
        "DELETE FROM event WHERE seq = 7",
        "I10: events are missing before 24",
    ),
    (
        "UPDATE event SET at = at - 1 WHERE seq = 7",
        "I10: event 7 is earlier than the one before it",
    ),
    (
        "UPDATE event SET kind = 'EXTENDED' WHERE seq = 21",
        "I11: event 21 (EXTENDED) moved counters as it may not",
    ),
    (
        "UPDATE ledger SET d_on_hand = 1 WHERE seq = 13",
        "I11: event 13 (CONFIRMED) moved counters as it may not",
    ),
    (
        "UPDATE event SET payload = json_set(payload, '$.change', -2) WHERE seq = 6",
        "I11: event 6 (ADJUSTED) and its movement differ",
    ),
    (
        "UPDATE event SET payload = json_set(payload, '$.quantity', 9) WHERE seq = 2",
        "I11: event 2 (RECEIVED) and its movement differ",
    ),
    (
        "UPDATE event SET payload = json_set(payload, '$.because', 'ADJUSTED') WHERE seq = 22",
        "I13: event 22 broke a promise, and its fact does not follow",
    ),
    (
        "UPDATE pool SET held = -1 WHERE sku = 'CPU'",
        "I8: the file is damaged: CHECK constraint failed in pool",
    ),
    (
        "DELETE FROM component WHERE sku = 'CPU'",
        "a row of `pool` points to a missing row of `component`",
    ),
]


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """A stock in which everything has happened."""
    return with_long_history(tmp_path_factory.mktemp("history")).read_bytes()


def damaged(folder: Path, original: bytes, damage: str) -> Path:
    file = folder / "stock.db"
    file.write_bytes(original)
    with raw(file) as connection:
        connection.executescript(UNGUARDED + damage)
    return file


@pytest.mark.parametrize(("damage", "finding"), DAMAGES)
def test_the_audit_finds_what_was_written_around_the_store(
    tmp_path: Path, original: bytes, damage: str, finding: str
) -> None:
    damaged(tmp_path, original, damage)

    with opened("sqlite", tmp_path, HandClock(NOON + 7 * DAY)) as store:
        assert finding in store.audit()


def test_every_question_of_the_audit_finds_something_that_was_written_around_the_store(
    tmp_path: Path, original: bytes
) -> None:
    silent = set(range(len(AUDIT_QUERIES)))
    for damage, _ in DAMAGES:
        with raw(damaged(tmp_path, original, damage)) as connection:
            silent -= {at for at in silent if connection.execute(AUDIT_QUERIES[at]).fetchone()}

    assert set() == silent


def test_without_damage_the_audit_finds_nothing(tmp_path: Path, original: bytes) -> None:
    damaged(tmp_path, original, "SELECT 1")

    with opened("sqlite", tmp_path, HandClock(NOON + 7 * DAY)) as store:
        assert () == store.audit()


def test_a_clock_that_went_back_with_consent_is_no_finding(tmp_path: Path) -> None:
    clock = HandClock()
    with opened("sqlite", tmp_path, clock) as store:
        store.receive("CPU", 1)
        clock.move(-30 * DAY)
        store.accept_clock()
        store.receive("CPU", 1)

        assert () == store.audit()


def test_checking_in_one_step_and_writing_in_another_would_oversell(tmp_path: Path) -> None:
    """A negative control: what the store's one transaction, guard and CHECK are there for."""
    with opened("sqlite", tmp_path, HandClock()) as store:
        store.import_counts({"GPU": 1})
        with raw(tmp_path / "stock.db") as one, raw(tmp_path / "stock.db") as other:
            free = "SELECT on_hand - held - allocated FROM pool"
            seen = [connection.execute(free).fetchone()[0] for connection in (one, other)]
            for connection in (one, other):
                connection.execute("PRAGMA ignore_check_constraints = ON")
                connection.execute("UPDATE pool SET allocated = allocated + 1")

        assert [1, 1] == seen
        assert "I1: `GPU` at `default` has 1 on hand, 0 held and 2 allocated" in store.audit()


def test_damage_of_an_index_is_found(tmp_path: Path, original: bytes) -> None:
    file = tmp_path / "stock.db"
    file.write_bytes(original)
    with raw(file) as connection:
        connection.execute("PRAGMA writable_schema = ON")
        connection.execute(
            "UPDATE sqlite_master SET sql = replace(sql, '(order_ref)', '(config_digest)') "
            "WHERE name = 'reservation_order'"
        )

    with opened("sqlite", tmp_path, HandClock(NOON + 7 * DAY)) as store:
        findings = store.audit()

    assert any(finding.startswith("I8: the file is damaged: ") for finding in findings)
