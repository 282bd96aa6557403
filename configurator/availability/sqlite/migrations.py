"""Steps from one version of the SQLite tables to the next, each a list of statements run in one transaction.

A table is rebuilt rather than altered, so that a migrated database has word for word the tables of a new
one. A step is never changed after its release; when the tables move on, it gets its own copy of what it
needs.
"""

from collections.abc import Mapping
from typing import Final

from configurator.availability.sqlite import schema

_REBUILT: Final[Mapping[str, tuple[str, str, str]]] = {
    "component": (schema.COMPONENT, "sku, uom, scale", "sku, uom, scale"),
    "pool": (
        schema.POOL,
        "id, sku, location, lot, on_hand, held, allocated, floor",
        "id, sku, location, lot, on_hand, held, allocated, floor",
    ),
    "event": (
        schema.EVENT,
        "seq, kind, res_id, actor, at, payload",
        "seq, kind, res_id, actor, at, payload",
    ),
    "ledger": (
        schema.LEDGER,
        "seq, pool_id, d_on_hand, d_held, d_allocated, d_planned",
        "seq, pool_id, d_on_hand, d_held, d_allocated, 0",
    ),
    "request": (
        schema.REQUEST,
        "seq, key, hash, order_ref, attempt, outcome",
        "seq, key, hash, order_ref, attempt, outcome",
    ),
    "reservation": (
        schema.RESERVATION,
        "seq, id, order_ref, config_digest, class, state, created, expires_at, promise_date",
        "seq, id, order_ref, config_digest, class, state, created, expires_at, promise_date",
    ),
    "reservation_line": (
        schema.RESERVATION_LINE,
        "res_id, src, src_id, qty, consumed",
        "res_id, src, src_id, qty, consumed",
    ),
}
"""The tables whose rows are carried over: how each looks now, its columns, and what they were."""


def _to_version_2(sqlite_version: tuple[int, ...]) -> tuple[str, ...]:
    """Later days, locations, supply, masters; fewer indexes. No version 1 has a row in `supply`."""
    return (
        *(f"ALTER TABLE {table} RENAME TO old_{table}" for table in _REBUILT),
        "DROP TABLE supply",
        *(schema.strict(table, sqlite_version) for table, _, _ in _REBUILT.values()),
        schema.strict(schema.SUPPLY, sqlite_version),
        *(
            f"INSERT INTO {table} ({columns}) SELECT {values} FROM old_{table}"  # noqa: S608 - our own constants
            for table, (_, columns, values) in _REBUILT.items()
        ),
        *(f"DROP TABLE old_{table}" for table in _REBUILT),
        *schema.INDEXES,
        *schema.append_only("event"),
        *schema.append_only("ledger"),
    )


MIGRATIONS: Final = {1: _to_version_2}
"""By the version that a database has: what makes it the next one."""


def migration_statements(version: int, sqlite_version: tuple[int, ...]) -> tuple[str, ...]:
    """What brings a database of an older version to the present one, in order, the version's number included.

    Foreign keys must be off, and `legacy_alter_table` on, so that renaming a table leaves what points to it.
    """
    return (
        *(
            statement
            for before in range(version, schema.SCHEMA_VERSION)
            for statement in MIGRATIONS[before](sqlite_version)
        ),
        f"UPDATE meta SET schema_version = {schema.SCHEMA_VERSION:d}",  # noqa: S608 - our own constant
    )
