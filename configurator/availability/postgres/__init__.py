"""Stock in a PostgreSQL database."""
