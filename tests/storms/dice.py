"""Chance for storms."""

from random import Random


def dice(*seed: object) -> Random:
    """Chance that falls the same way for the same seed."""
    return Random("-".join(map(str, seed)))  # noqa: S311 - chance for a test, not for a secret
