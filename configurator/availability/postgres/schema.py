"""The tables of a stock in a PostgreSQL database, in a schema of their own, and how they come about.

The same tables and columns as in SQLite; quantities in stock units, times in microseconds since 1970 UTC.
What many callers write at once has no foreign keys, each of which would look up and lock a row for every row
written; `audit` finds rows that point to nothing. A full quarter of the pages of counters, requests
and reservations stays free, so that changed rows stay on their page and no index has to follow.
"""

import re
from typing import Final

from configurator.availability.postgres.functions import FUNCTIONS
from configurator.errors import StockUnavailableError

SCHEMA_VERSION: Final = 2
"""The version of the logical schema, which both databases share; PostgreSQL begins with 2."""

OLDEST_POSTGRES: Final = 130000

DEFAULT_SCHEMA: Final = "stock"

_SCHEMA_NAME: Final = re.compile(r"[a-z_][a-z0-9_]{0,62}")

_TABLES: Final = (
    """CREATE TABLE stock.meta (
        one smallint PRIMARY KEY CHECK (one = 1),
        schema_version integer NOT NULL,
        clock_high_water bigint NOT NULL
    )""",
    """CREATE TABLE stock.component (
        sku text COLLATE "C" PRIMARY KEY,
        uom text NOT NULL DEFAULT 'piece',
        scale bigint NOT NULL DEFAULT 1 CHECK (scale >= 1),
        policy text CHECK (policy IN ('stocked', 'bought', 'made')),
        lead_time integer CHECK (lead_time >= 0),
        cost text,
        currency text,
        CHECK ((cost IS NULL) = (currency IS NULL))
    )""",
    # The last CHECK is the promise never to oversell: no code above it can break it. What is planned was
    # promised for later days and is not taken from the shelf, so it is no part of it.
    """CREATE TABLE stock.pool (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        sku text COLLATE "C" NOT NULL REFERENCES stock.component (sku),
        location text COLLATE "C" NOT NULL,
        lot text COLLATE "C" NOT NULL DEFAULT '',
        on_hand bigint NOT NULL DEFAULT 0 CHECK (on_hand >= 0),
        held bigint NOT NULL DEFAULT 0 CHECK (held >= 0),
        allocated bigint NOT NULL DEFAULT 0 CHECK (allocated >= 0),
        planned bigint NOT NULL DEFAULT 0 CHECK (planned >= 0),
        floor bigint NOT NULL DEFAULT 0 CHECK (floor >= 0),
        UNIQUE (sku, location, lot),
        CHECK (held + allocated <= on_hand)
    ) WITH (fillfactor = 50)""",
    """CREATE TABLE stock.event (
        seq bigint PRIMARY KEY,
        kind text NOT NULL,
        res_id text COLLATE "C",
        actor text NOT NULL DEFAULT '',
        at bigint NOT NULL,
        payload jsonb NOT NULL
    )""",
    """CREATE TABLE stock.ledger (
        seq bigint NOT NULL,
        pool_id bigint NOT NULL,
        d_on_hand bigint NOT NULL,
        d_held bigint NOT NULL,
        d_allocated bigint NOT NULL,
        d_planned bigint NOT NULL,
        PRIMARY KEY (seq, pool_id),
        CHECK (d_on_hand <> 0 OR d_held <> 0 OR d_allocated <> 0 OR d_planned <> 0)
    )""",
    # A fact that came with a key has no order.
    """CREATE TABLE stock.request (
        key text COLLATE "C" PRIMARY KEY,
        seq bigint NOT NULL,
        hash text NOT NULL,
        order_ref text COLLATE "C",
        attempt bigint,
        outcome jsonb NOT NULL
    )""",
    """CREATE TABLE stock.reservation (
        id text COLLATE "C" PRIMARY KEY,
        seq bigint NOT NULL,
        order_ref text COLLATE "C" NOT NULL,
        config_digest text NOT NULL DEFAULT '',
        class integer NOT NULL DEFAULT 0 CHECK (class BETWEEN 0 AND 9),
        state text NOT NULL CHECK (state IN ('HELD', 'ALLOCATED', 'CONSUMED', 'RELEASED', 'EXPIRED')),
        created bigint NOT NULL,
        expires_at bigint CHECK (expires_at > created),
        promise_date date,
        CHECK (state <> 'HELD' OR expires_at IS NOT NULL)
    ) WITH (fillfactor = 80)""",
    # A line is taken from the shelf of a pool, or promised on what comes there until the day on which it is
    # needed; `pending` marks the latter while a live reservation still waits for it.
    """CREATE TABLE stock.reservation_line (
        res_id text COLLATE "C" NOT NULL,
        src text NOT NULL CHECK (src IN ('POOL', 'SUPPLY')),
        src_id bigint NOT NULL,
        needed date NOT NULL DEFAULT '-infinity',
        qty bigint NOT NULL CHECK (qty > 0),
        consumed bigint NOT NULL DEFAULT 0 CHECK (consumed BETWEEN 0 AND qty),
        pending boolean NOT NULL DEFAULT FALSE,
        PRIMARY KEY (res_id, src_id, needed),
        CHECK ((src = 'POOL') = (needed = '-infinity'))
    ) WITH (fillfactor = 80)""",
    """CREATE TABLE stock.supply (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        ref text COLLATE "C" NOT NULL UNIQUE,
        sku text COLLATE "C" NOT NULL REFERENCES stock.component (sku),
        location text COLLATE "C" NOT NULL,
        due date NOT NULL,
        qty bigint NOT NULL CHECK (qty > 0),
        received bigint NOT NULL DEFAULT 0 CHECK (received BETWEEN 0 AND qty),
        firm boolean NOT NULL,
        cancelled boolean NOT NULL DEFAULT FALSE,
        res_id text COLLATE "C" NOT NULL DEFAULT ''
    )""",
)

_INDEXES: Final = (
    "CREATE INDEX reservation_expiry ON stock.reservation (expires_at, seq) WHERE state = 'HELD'",
    "CREATE INDEX reservation_live ON stock.reservation (seq) WHERE state IN ('HELD', 'ALLOCATED')",
    "CREATE INDEX reservation_order ON stock.reservation (order_ref)",
    "CREATE INDEX reservation_line_pending ON stock.reservation_line (src_id, needed) WHERE pending",
    "CREATE INDEX request_refused ON stock.request (order_ref) "
    "WHERE attempt IS NOT NULL AND (outcome -> 'refused') IS NOT NULL",
    "CREATE INDEX supply_open ON stock.supply (sku, due) WHERE NOT cancelled AND received < qty",
    "CREATE INDEX supply_procured ON stock.supply (res_id) "
    "WHERE NOT cancelled AND received < qty AND res_id <> ''",
)

# The first number is taken here, so that the last one taken is always known; 0 is no event's.
_SEQUENCE: Final = (
    "CREATE SEQUENCE stock.event_seq MINVALUE 0 CACHE 1",
    "SELECT setval('stock.event_seq', 0)",
)

_APPEND_ONLY: Final = (
    """CREATE FUNCTION stock.refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
    END $$""",
    *(
        f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON stock.{table} "
        "FOR EACH STATEMENT EXECUTE FUNCTION stock.refuse_change()"
        for table in ("event", "ledger")
    ),
)

_FIRST_ROW: Final = f"INSERT INTO stock.meta VALUES (1, {SCHEMA_VERSION:d}, 0)"  # noqa: S608 - our own constant

MIGRATIONS: Final[dict[int, tuple[str, ...]]] = {}
"""By the version that a database has: what makes it the next one. A step is never changed after its release;
the server functions are made anew after the last one."""


def checked_schema(name: str) -> str:
    """The name of a schema that can be written in every statement.

    Raises:
        StockUnavailableError: it is another kind of name.
    """
    if not _SCHEMA_NAME.fullmatch(name) or name.startswith("pg_"):
        raise StockUnavailableError(
            f"`{name}` is no name for the schema of a stock; use small letters, digits and `_`"
        )
    return name


def in_schema(statement: str, schema: str) -> str:
    """A statement of this package with the schema's name in place of `stock`."""
    return statement if schema == DEFAULT_SCHEMA else statement.replace("stock.", f'"{schema}".')


def creation_statements() -> tuple[str, ...]:
    """What makes an empty stock in an empty schema, in order."""
    return (*_TABLES, *_INDEXES, *_SEQUENCE, *_APPEND_ONLY, *FUNCTIONS, _FIRST_ROW)


def leads_on(version: int) -> bool:
    """Whether there are steps from an older version to the present one."""
    return all(before in MIGRATIONS for before in range(version, SCHEMA_VERSION))


def migration_statements(version: int) -> tuple[str, ...]:
    """What brings a stock of an older version to the present one, in order, the version's number included.

    The version is one that `leads_on` is true of.
    """
    return (
        *(statement for before in range(version, SCHEMA_VERSION) for statement in MIGRATIONS[before]),
        _DROP_FUNCTIONS,
        *FUNCTIONS,
        f"UPDATE stock.meta SET schema_version = {SCHEMA_VERSION:d}",  # noqa: S608 - our own constant
    )


_DROP_FUNCTIONS: Final = """DO $$
DECLARE
    old regprocedure;
BEGIN
    FOR old IN SELECT oid FROM pg_proc WHERE pronamespace = (
        SELECT relnamespace FROM pg_class WHERE oid = 'stock.meta'::regclass) AND proname <> 'refuse_change'
    LOOP
        EXECUTE 'DROP FUNCTION ' || old;
    END LOOP;
END $$"""
