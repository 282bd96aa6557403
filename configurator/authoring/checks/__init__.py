"""Checks of a catalog that need no solving: what is unused, missing, covered twice, hidden, out of date."""
