"""The tables of a SQLite stock database, and the questions by which `audit` proves its bookkeeping.

Integers only: quantities in stock units, times in microseconds since 1970 UTC. Tables and columns for
locations, lots, dated supply, customer classes and partial consumption are there although nothing fills
them yet, so that later versions extend the schema rather than replace it.
"""

from typing import Final

SCHEMA_VERSION: Final = 1

DEFAULT_LOCATION: Final = "default"

OLDEST_SQLITE: Final = (3, 33)
"""`UPDATE … FROM` came with this version."""

OLDEST_STRICT_SQLITE: Final = (3, 37)

_TABLES: Final = (
    """CREATE TABLE meta (
        only INTEGER PRIMARY KEY CHECK (only = 1),
        schema_version INTEGER NOT NULL,
        clock_high_water INTEGER NOT NULL
    )""",
    """CREATE TABLE component (
        sku TEXT NOT NULL PRIMARY KEY,
        uom TEXT NOT NULL DEFAULT 'piece',
        scale INTEGER NOT NULL DEFAULT 1 CHECK (scale >= 1)
    )""",
    # The last CHECK is the promise never to oversell: no code above it can break it.
    """CREATE TABLE pool (
        id INTEGER PRIMARY KEY,
        sku TEXT NOT NULL REFERENCES component (sku),
        location TEXT NOT NULL,
        lot TEXT NOT NULL DEFAULT '',
        on_hand INTEGER NOT NULL DEFAULT 0 CHECK (on_hand >= 0),
        held INTEGER NOT NULL DEFAULT 0 CHECK (held >= 0),
        allocated INTEGER NOT NULL DEFAULT 0 CHECK (allocated >= 0),
        floor INTEGER NOT NULL DEFAULT 0 CHECK (floor >= 0),
        UNIQUE (sku, location, lot),
        CHECK (held + allocated <= on_hand)
    )""",
    # An event may name a reservation that is inserted after it, in the same transaction.
    """CREATE TABLE event (
        seq INTEGER PRIMARY KEY,
        kind TEXT NOT NULL,
        res_id TEXT REFERENCES reservation (id) DEFERRABLE INITIALLY DEFERRED,
        actor TEXT NOT NULL DEFAULT '',
        at INTEGER NOT NULL,
        payload TEXT NOT NULL CHECK (json_valid(payload))
    )""",
    """CREATE TABLE ledger (
        seq INTEGER NOT NULL REFERENCES event (seq),
        pool_id INTEGER NOT NULL REFERENCES pool (id),
        d_on_hand INTEGER NOT NULL,
        d_held INTEGER NOT NULL,
        d_allocated INTEGER NOT NULL,
        PRIMARY KEY (seq, pool_id),
        CHECK (d_on_hand <> 0 OR d_held <> 0 OR d_allocated <> 0)
    )""",
    """CREATE TABLE request (
        key TEXT NOT NULL PRIMARY KEY,
        hash TEXT NOT NULL,
        order_ref TEXT NOT NULL,
        attempt INTEGER,
        outcome TEXT NOT NULL CHECK (json_valid(outcome)),
        seq INTEGER NOT NULL UNIQUE REFERENCES event (seq)
    )""",
    """CREATE TABLE reservation (
        id TEXT NOT NULL PRIMARY KEY,
        seq INTEGER NOT NULL UNIQUE REFERENCES event (seq),
        order_ref TEXT NOT NULL,
        config_digest TEXT NOT NULL DEFAULT '',
        class INTEGER NOT NULL DEFAULT 0,
        state TEXT NOT NULL CHECK (state IN ('HELD', 'ALLOCATED', 'CONSUMED', 'RELEASED', 'EXPIRED')),
        created INTEGER NOT NULL,
        expires_at INTEGER CHECK (expires_at > created),
        promise_date TEXT,
        CHECK (state <> 'HELD' OR expires_at IS NOT NULL)
    )""",
    """CREATE TABLE reservation_line (
        res_id TEXT NOT NULL REFERENCES reservation (id),
        src TEXT NOT NULL CHECK (src IN ('POOL', 'SUPPLY')),
        src_id INTEGER NOT NULL,
        qty INTEGER NOT NULL CHECK (qty > 0),
        consumed INTEGER NOT NULL DEFAULT 0 CHECK (consumed BETWEEN 0 AND qty),
        PRIMARY KEY (res_id, src, src_id)
    )""",
    """CREATE TABLE supply (
        id INTEGER PRIMARY KEY,
        sku TEXT NOT NULL REFERENCES component (sku),
        location TEXT NOT NULL,
        due TEXT NOT NULL,
        qty INTEGER NOT NULL CHECK (qty > 0),
        received INTEGER NOT NULL DEFAULT 0 CHECK (received BETWEEN 0 AND qty),
        firm INTEGER NOT NULL CHECK (firm IN (0, 1))
    )""",
)

_INDEXES: Final = (
    "CREATE INDEX reservation_expiry ON reservation (expires_at, seq) WHERE state = 'HELD'",
    "CREATE INDEX reservation_order ON reservation (order_ref)",
    "CREATE INDEX reservation_line_source ON reservation_line (src, src_id)",
    "CREATE INDEX request_order ON request (order_ref)",
    "CREATE INDEX supply_due ON supply (sku, due)",
    "CREATE INDEX ledger_pool ON ledger (pool_id)",
    "CREATE INDEX event_reservation ON event (res_id) WHERE res_id IS NOT NULL",
)

_FIRST_ROW: Final = (
    f"INSERT INTO meta (only, schema_version, clock_high_water) VALUES (1, {SCHEMA_VERSION:d}, 0)"  # noqa: S608 - our own constant
)

_TRIGGERS: Final = tuple(
    f"CREATE TRIGGER {table}_no_{action.lower()} BEFORE {action} ON {table} "
    f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
    for table in ("event", "ledger")
    for action in ("UPDATE", "DELETE")
)


def schema_statements(sqlite_version: tuple[int, ...]) -> tuple[str, ...]:
    """What creates an empty stock database, in order; tables are STRICT from SQLite 3.37 on."""
    strict = " STRICT" if sqlite_version >= OLDEST_STRICT_SQLITE else ""
    tables = tuple(table + strict for table in _TABLES)
    return (*tables, *_INDEXES, *_TRIGGERS, _FIRST_ROW)


AUDIT_QUERIES: Final = (
    # I1, never oversell. The CHECKs say the same; this finds what was written around them.
    """SELECT 'I1: `' || sku || '` has ' || on_hand || ' on hand, ' || held || ' held and ' || allocated ||
        ' allocated'
    FROM pool WHERE held < 0 OR allocated < 0 OR held + allocated > on_hand ORDER BY sku""",
    # I2, conservation: counters are the sum of their movements.
    """SELECT 'I2: the counters of `' || pool.sku || '` are not the sum of its movements'
    FROM pool LEFT JOIN ledger ON ledger.pool_id = pool.id GROUP BY pool.id
    HAVING on_hand <> coalesce(sum(d_on_hand), 0) OR held <> coalesce(sum(d_held), 0)
        OR allocated <> coalesce(sum(d_allocated), 0)
    ORDER BY pool.sku""",
    # I3, counters are rows: what is held and allocated is what reservations say.
    """SELECT 'I3: the counters of `' || pool.sku || '` are not the sum of its reservations'
    FROM pool
    LEFT JOIN reservation_line AS line ON line.src = 'POOL' AND line.src_id = pool.id
    LEFT JOIN reservation ON reservation.id = line.res_id
    GROUP BY pool.id
    HAVING held <> coalesce(sum(qty) FILTER (WHERE state = 'HELD'), 0)
        OR allocated <> coalesce(sum(qty - consumed) FILTER (WHERE state = 'ALLOCATED'), 0)
    ORDER BY pool.sku""",
    # I4, all or nothing: a reservation has exactly the lines that its event granted, and moved each.
    """SELECT 'I4: the lines of reservation `' || reservation.id || '` are not what was granted'
    FROM reservation JOIN event ON event.seq = reservation.seq
    WHERE (SELECT count(*) FROM reservation_line WHERE res_id = reservation.id)
            <> (SELECT count(*) FROM json_each(event.payload, '$.lines'))
        OR EXISTS (
            SELECT sku, qty FROM reservation_line AS line JOIN pool ON pool.id = line.src_id
            WHERE line.res_id = reservation.id
            EXCEPT SELECT key, value FROM json_each(event.payload, '$.lines'))
    ORDER BY reservation.seq""",
    """SELECT 'I4: reservation `' || reservation.id || '` and the movements of its event differ'
    FROM reservation
    WHERE EXISTS (
        SELECT 1 FROM reservation_line AS line LEFT JOIN ledger
        ON ledger.seq = reservation.seq AND ledger.pool_id = line.src_id
        WHERE line.res_id = reservation.id AND qty <> coalesce(d_held + d_allocated, 0))
    ORDER BY reservation.seq""",
    # I5, one resolution, and one event for it.
    """SELECT 'I5: reservation `' || reservation.id || '` is ' || state || ' without exactly one event for it'
    FROM reservation
    WHERE (SELECT count(*) FROM event WHERE res_id = reservation.id
            AND kind IN ('RELEASED', 'EXPIRED', 'PROMISE_BROKEN', 'CONSUMED'))
        <> (state IN ('RELEASED', 'EXPIRED', 'CONSUMED'))
    ORDER BY seq""",
    """SELECT 'I5: reservation `' || id || '` is ' || state || ' with ' || sum(consumed) || ' of ' || sum(qty)
        || ' consumed'
    FROM reservation JOIN reservation_line ON res_id = id
    WHERE state = 'CONSUMED' AND consumed < qty OR state IN ('HELD', 'EXPIRED') AND consumed > 0
    GROUP BY id ORDER BY seq""",
    # I7, stored answers: every request has its event, every grant and refusal its request.
    """SELECT 'I7: event ' || event.seq || ' answered a request that is not stored'
    FROM event LEFT JOIN request ON request.seq = event.seq
    WHERE kind IN ('RESERVED', 'REFUSED') AND request.key IS NULL ORDER BY event.seq""",
    # The total order has no holes: nothing was cut out of the story.
    """SELECT 'I10: events are missing before ' || max(seq) FROM event HAVING count(*) <> max(seq)""",
)
"""Each gives one sentence per violation and no row when its invariant holds."""
