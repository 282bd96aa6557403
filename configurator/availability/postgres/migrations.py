"""Making and migrating the tables of a PostgreSQL stock, and telling whose tables they are."""

from configurator.availability.postgres.connections import Address, Session
from configurator.availability.postgres.schema import (
    OLDEST_POSTGRES,
    SCHEMA_VERSION,
    creation_statements,
    leads_on,
    migration_statements,
)
from configurator.errors import StockUnavailableError


def stock_version(session: Session, address: Address) -> int | None:
    """The version of the stock's tables, or `None` when there are none.

    Raises:
        StockUnavailableError: the tables are somebody else's, or the server cannot keep stock.
    """
    if session.connection.info.server_version < OLDEST_POSTGRES:
        raise StockUnavailableError(f"stock needs PostgreSQL {OLDEST_POSTGRES // 10000} or newer")
    if session.connection.info.parameter_status("server_encoding") != "UTF8":
        raise StockUnavailableError(
            f"the database `{address.shown}` does not keep texts in UTF-8; make one with `ENCODING 'UTF8'`"
        )
    tables = {
        name
        for (name,) in session.rows(
            "SELECT relname FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace "
            "WHERE nspname = %s AND relkind IN ('r', 'p', 'v', 'm', 'f')",
            address.schema,
        )
    }
    if not tables:
        return None
    ours = {"meta", "pool", "event", "ledger"} <= tables and session.value(
        "SELECT count(*) FROM information_schema.columns "
        "WHERE table_schema = %s AND table_name = 'meta' AND column_name = 'schema_version'",
        address.schema,
    )
    if not ours:
        raise StockUnavailableError(
            f"the schema `{address.schema}` of `{address.shown}` is another program's; "
            "name another one with `?schema=NAME`"
        )
    return int(session.value("SELECT schema_version FROM stock.meta"))


def check_version(version: int | None, shown: str) -> None:
    """Refuse a stock that is not there or is of another version.

    Raises:
        StockUnavailableError: it is so; the text says what to do.
    """
    if version is None:
        raise StockUnavailableError(
            f"`{shown}` holds no stock yet; make one with `configurator stock init --db URL`"
        )
    if version < SCHEMA_VERSION and not leads_on(version):
        raise StockUnavailableError(
            f"`{shown}` has stock tables of version {version}, which cannot be brought up to date; "
            "restore a copy of the database"
        )
    if version < SCHEMA_VERSION:
        raise StockUnavailableError(
            f"`{shown}` has stock tables of version {version}, this configurator knows version "
            f"{SCHEMA_VERSION}; bring them up to date with `configurator stock migrate --db URL`"
        )
    if version > SCHEMA_VERSION:
        raise StockUnavailableError(
            f"`{shown}` has stock tables of version {version}, this configurator knows version "
            f"{SCHEMA_VERSION}; upgrade configurator"
        )


def make(session: Session, address: Address) -> tuple[bool, int]:
    """Make an empty stock if there is none, inside a transaction; whether it was, and its version.

    Who comes second waits, and finds it.
    """
    _alone(session, address)
    version = stock_version(session, address)
    if version is not None:
        return False, version
    session.rows(f'CREATE SCHEMA IF NOT EXISTS "{address.schema}"')
    for statement in creation_statements():
        session.rows(statement)
    return True, SCHEMA_VERSION


def migrate(session: Session, address: Address) -> int:
    """Bring a stock to the present version, inside a transaction; the version that it had."""
    _alone(session, address)
    version = stock_version(session, address)
    if version is None or version > SCHEMA_VERSION or not leads_on(version):
        check_version(version, address.shown)
    assert version is not None, "checked before"
    if version < SCHEMA_VERSION:
        session.rows("SET LOCAL statement_timeout = 0")
        # Every call reads this table, so nobody uses the stock meanwhile.
        session.rows("LOCK TABLE stock.meta IN ACCESS EXCLUSIVE MODE")
        for statement in migration_statements(version):
            session.rows(statement)
    return version


def _alone(session: Session, address: Address) -> None:
    session.rows("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", f"configurator {address.schema}")
