"""Writing a SQLite stock: the transaction that a call works in, its events, and the counters they move.

Nothing here begins, commits or rolls back. Whoever writes relies on holding SQLite's one write lock since
before his first read, so what he read stays true until the commit.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from functools import cached_property
from sqlite3 import Connection
from typing import Final

from attrs import frozen

from configurator.availability.clock import moment
from configurator.availability.ledger import EventKind, canonical
from configurator.availability.sqlite.errors import version_error
from configurator.availability.sqlite.schema import SCHEMA_VERSION


@frozen(slots=False)
class Turn:
    """One call's part of a transaction.

    Attributes:
        connection: with the transaction begun.
        now: the time of the call, microseconds since 1970 UTC.
        last_write: the time of the last write before it, as that counts it.
        actor: who makes it.
    """

    connection: Connection
    now: int
    last_write: int = 0
    actor: str = ""

    @cached_property
    def today(self) -> date:
        """The day of the call, in UTC."""
        return moment(self.now).date()


@frozen
class Move:
    """A change of the counters of one pool."""

    pool: int
    on_hand: int = 0
    held: int = 0
    allocated: int = 0
    planned: int = 0


def high_water(connection: Connection, file: str) -> int:
    """The time of the last write, 0 before the first; `file` is the database's name in messages.

    Every transaction begins with it, so it also says whether the tables are still those that were opened.

    Raises:
        StockUnavailableError: they have been brought to another version meanwhile.
    """
    last_write, version = _last_write_and_version(connection)
    if version != SCHEMA_VERSION:
        raise version_error(file, version)
    return last_write


def _last_write_and_version(connection: Connection) -> tuple[int, int]:
    last_write, version = connection.execute(
        "SELECT max(clock_high_water, coalesce((SELECT at FROM event ORDER BY seq DESC LIMIT 1), 0)), "
        "schema_version FROM meta"
    ).fetchone()
    return int(last_write), int(version)


def remember_time(connection: Connection, now: int) -> None:
    """Let no later write be before `now`."""
    # As a rule the last event says so, and a page less is written.
    if _last_write_and_version(connection)[0] != now:
        connection.execute("UPDATE meta SET clock_high_water = ?", (now,))


def accept_time(turn: Turn) -> None:
    """Tell that the clock's time was accepted although the last write was later, if it was."""
    if turn.now < turn.last_write:
        payload = {"before": turn.last_write, "after": turn.now}
        append_event(turn, EventKind.CLOCK_ACCEPTED, None, payload)


def last_event(connection: Connection) -> int:
    """The number of the last event, 0 before the first."""
    return int(connection.execute("SELECT coalesce(max(seq), 0) FROM event").fetchone()[0])


def append_event(turn: Turn, kind: EventKind, reservation: str | None, payload: Mapping[str, object]) -> int:
    """Tell what happened; the number of the event."""
    # SQLite numbers a row one past the last: rows are never deleted, so there is no gap and none comes twice.
    seq = turn.connection.execute(
        "INSERT INTO event (kind, res_id, actor, at, payload) VALUES (?, ?, ?, ?, ?)",
        (kind.value, reservation, turn.actor, turn.now, canonical(payload)),
    ).lastrowid
    assert seq is not None
    return seq


_MOVE_COUNTERS: Final = (
    "UPDATE pool SET on_hand = on_hand + ?2, held = held + ?3, allocated = allocated + ?4, "
    "planned = planned + ?5 "
    "WHERE id = ?1 AND (?3 + ?4 <= 0 OR on_hand - held - allocated - floor >= ?3 + ?4)"
)

_WRITE_MOVEMENTS: Final = (
    "INSERT INTO ledger (seq, pool_id, d_on_hand, d_held, d_allocated, d_planned) VALUES (?, ?, ?, ?, ?, ?)"
)


def move(turn: Turn, seq: int, moves: Sequence[Move]) -> None:
    """Change counters and write the movements of one event; at most one move for each pool, none of nothing.

    INVARIANT: counters change nowhere else, so each is the sum of its movements. Whatever takes more from the
    shelf than before is guarded by what is free, a second belt beside the reads before it and the table's
    CHECK.
    """
    if not moves:
        return
    # Prepared once and run for each: handing all of them over as JSON takes twice as long.
    rows = [(each.pool, each.on_hand, each.held, each.allocated, each.planned) for each in moves]
    changed = turn.connection.executemany(_MOVE_COUNTERS, rows).rowcount
    if changed != len(moves):
        raise AssertionError(f"{len(moves)} counters should have moved, {changed} did")
    turn.connection.executemany(_WRITE_MOVEMENTS, [(seq, *row) for row in rows])
