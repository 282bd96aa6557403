"""Stock in a SQLite file, without a server."""
