"""A stock of version 1, as the program of that version wrote it."""

import sqlite3
from pathlib import Path

SCRIPT = Path(__file__).with_name("version_1_stock.sql")


def write_version_1(
    connection: sqlite3.Connection, sqlite: tuple[int, ...] = sqlite3.sqlite_version_info
) -> None:
    """Six orders in every state, into an empty database; tables are STRICT from SQLite 3.37 on."""
    script = SCRIPT.read_text(encoding="utf-8")
    connection.executescript(script if sqlite >= (3, 37) else script.replace(" STRICT", ""))
