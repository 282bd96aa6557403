"""The tables of a SQLite stock database.

Integers only: quantities in stock units, times in microseconds since 1970 UTC, days as `2026-11-23`. A table
whose rows are looked up by their first columns alone has no rowid beside them, and there are no more indexes
than the questions need: each of them is one more page that every reservation writes.
"""

from typing import Final

SCHEMA_VERSION: Final = 2

OLDEST_SQLITE: Final = (3, 33)
"""`UPDATE … FROM` came with this version."""

OLDEST_STRICT_SQLITE: Final = (3, 37)

# The time of the last write that told no event, or of a clock that was accepted; the last event has its own.
META: Final = """CREATE TABLE meta (
        only INTEGER PRIMARY KEY CHECK (only = 1),
        schema_version INTEGER NOT NULL,
        clock_high_water INTEGER NOT NULL
    )"""

# An event names a reservation that is inserted after it; that it is there is for the audit to say, since to
# look for the child of each new parent SQLite would need an index, one more page to write.
EVENT: Final = """CREATE TABLE event (
        seq INTEGER PRIMARY KEY,
        kind TEXT NOT NULL,
        res_id TEXT,
        actor TEXT NOT NULL DEFAULT '',
        at INTEGER NOT NULL,
        payload TEXT NOT NULL CHECK (json_valid(payload))
    )"""

COMPONENT: Final = """CREATE TABLE component (
        sku TEXT NOT NULL PRIMARY KEY,
        uom TEXT NOT NULL DEFAULT 'piece',
        scale INTEGER NOT NULL DEFAULT 1 CHECK (scale >= 1),
        policy TEXT CHECK (policy IN ('stocked', 'bought', 'made')),
        lead_time INTEGER CHECK (lead_time >= 0),
        cost TEXT,
        currency TEXT,
        CHECK ((cost IS NULL) = (currency IS NULL))
    )"""

# The last CHECK is the promise never to oversell: no code above it can break it. What is planned was promised
# for later days and is not taken from the shelf, so it is no part of it.
POOL: Final = """CREATE TABLE pool (
        id INTEGER PRIMARY KEY,
        sku TEXT NOT NULL REFERENCES component (sku),
        location TEXT NOT NULL,
        lot TEXT NOT NULL DEFAULT '',
        on_hand INTEGER NOT NULL DEFAULT 0 CHECK (on_hand >= 0),
        held INTEGER NOT NULL DEFAULT 0 CHECK (held >= 0),
        allocated INTEGER NOT NULL DEFAULT 0 CHECK (allocated >= 0),
        planned INTEGER NOT NULL DEFAULT 0 CHECK (planned >= 0),
        floor INTEGER NOT NULL DEFAULT 0 CHECK (floor >= 0),
        UNIQUE (sku, location, lot),
        CHECK (held + allocated <= on_hand)
    )"""

LEDGER: Final = """CREATE TABLE ledger (
        seq INTEGER NOT NULL REFERENCES event (seq),
        pool_id INTEGER NOT NULL REFERENCES pool (id),
        d_on_hand INTEGER NOT NULL,
        d_held INTEGER NOT NULL,
        d_allocated INTEGER NOT NULL,
        d_planned INTEGER NOT NULL,
        PRIMARY KEY (seq, pool_id),
        CHECK (d_on_hand <> 0 OR d_held <> 0 OR d_allocated <> 0 OR d_planned <> 0)
    ) WITHOUT ROWID"""

# A fact that came with a key has no order.
REQUEST: Final = """CREATE TABLE request (
        seq INTEGER PRIMARY KEY REFERENCES event (seq),
        key TEXT NOT NULL UNIQUE,
        hash TEXT NOT NULL,
        order_ref TEXT,
        attempt INTEGER,
        outcome TEXT NOT NULL CHECK (json_valid(outcome))
    )"""

RESERVATION: Final = """CREATE TABLE reservation (
        seq INTEGER PRIMARY KEY REFERENCES event (seq),
        id TEXT NOT NULL UNIQUE,
        order_ref TEXT NOT NULL,
        config_digest TEXT NOT NULL DEFAULT '',
        class INTEGER NOT NULL DEFAULT 0 CHECK (class BETWEEN 0 AND 9),
        state TEXT NOT NULL CHECK (state IN ('HELD', 'ALLOCATED', 'CONSUMED', 'RELEASED', 'EXPIRED')),
        created INTEGER NOT NULL,
        expires_at INTEGER CHECK (expires_at > created),
        promise_date TEXT,
        CHECK (state <> 'HELD' OR expires_at IS NOT NULL)
    )"""

# A line is taken from the shelf of a pool, or promised on what comes there until the day on which it is
# needed; `pending` marks the latter while a live reservation still waits for it.
RESERVATION_LINE: Final = """CREATE TABLE reservation_line (
        res_id TEXT NOT NULL REFERENCES reservation (id),
        src TEXT NOT NULL CHECK (src IN ('POOL', 'SUPPLY')),
        src_id INTEGER NOT NULL REFERENCES pool (id),
        needed TEXT NOT NULL DEFAULT '',
        qty INTEGER NOT NULL CHECK (qty > 0),
        consumed INTEGER NOT NULL DEFAULT 0 CHECK (consumed BETWEEN 0 AND qty),
        pending INTEGER NOT NULL DEFAULT 0 CHECK (pending IN (0, 1)),
        PRIMARY KEY (res_id, src_id, needed),
        CHECK ((src = 'POOL') = (needed = ''))
    ) WITHOUT ROWID"""

# What is bought or made for a reservation names it, which may be inserted after it.
SUPPLY: Final = """CREATE TABLE supply (
        id INTEGER PRIMARY KEY,
        ref TEXT NOT NULL UNIQUE,
        sku TEXT NOT NULL REFERENCES component (sku),
        location TEXT NOT NULL,
        due TEXT NOT NULL,
        qty INTEGER NOT NULL CHECK (qty > 0),
        received INTEGER NOT NULL DEFAULT 0 CHECK (received BETWEEN 0 AND qty),
        firm INTEGER NOT NULL CHECK (firm IN (0, 1)),
        cancelled INTEGER NOT NULL DEFAULT 0 CHECK (cancelled IN (0, 1)),
        res_id TEXT
    )"""

TABLES: Final = (
    META,
    COMPONENT,
    POOL,
    EVENT,
    LEDGER,
    REQUEST,
    RESERVATION,
    RESERVATION_LINE,
    SUPPLY,
)

REFUSED_ATTEMPT: Final = "attempt IS NOT NULL AND json_extract(outcome, '$.refused') IS NOT NULL"
"""Which requests count as refused attempts of their order; word for word as in the index."""

INDEXES: Final = (
    # For the sweep, and for whoever looks for what a fact breaks: allocations have no time at which they
    # expire.
    "CREATE INDEX reservation_live ON reservation (expires_at) WHERE state IN ('HELD', 'ALLOCATED')",
    "CREATE INDEX reservation_order ON reservation (order_ref)",
    "CREATE INDEX reservation_line_pending ON reservation_line (src_id, needed) WHERE pending = 1",
    f"CREATE INDEX request_refused ON request (order_ref) WHERE {REFUSED_ATTEMPT}",
    "CREATE INDEX supply_open ON supply (sku, due) WHERE cancelled = 0 AND received < qty",
    "CREATE INDEX supply_reservation ON supply (res_id) WHERE res_id IS NOT NULL",
)

_FIRST_ROW: Final = (
    f"INSERT INTO meta (only, schema_version, clock_high_water) VALUES (1, {SCHEMA_VERSION:d}, 0)"  # noqa: S608 - our own constant
)


def append_only(table: str) -> tuple[str, ...]:
    """The triggers that let nobody change or take away a row of a table."""
    return tuple(
        f"CREATE TRIGGER {table}_no_{action.lower()} BEFORE {action} ON {table} "
        f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
        for action in ("UPDATE", "DELETE")
    )


def strict(table: str, sqlite_version: tuple[int, ...]) -> str:
    """A table's statement, STRICT from SQLite 3.37 on."""
    if sqlite_version < OLDEST_STRICT_SQLITE:
        return table
    return f"{table}, STRICT" if table.endswith("WITHOUT ROWID") else f"{table} STRICT"


def schema_statements(sqlite_version: tuple[int, ...]) -> tuple[str, ...]:
    """What creates an empty stock database, in order."""
    tables = tuple(strict(table, sqlite_version) for table in TABLES)
    return (*tables, *INDEXES, *append_only("event"), *append_only("ledger"), _FIRST_ROW)
