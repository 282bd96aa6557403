"""Scenarios, the authors' own tests: run on a catalog, with what was got and what decided it."""
