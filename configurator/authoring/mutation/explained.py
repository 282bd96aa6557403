"""Survivors that may survive: a list in which authors say why."""

import tomllib
from typing import Any

from attrs import frozen

from configurator.errors import ExplanationsError

FORM = 'a list of `[[survivor]]`, each with `mutant = "…"` and `because = "…"`'
"""How a file of explained survivors is written."""


@frozen
class ExplainedMutant:
    """Why a mutant may survive.

    Attributes:
        mutant: its id.
        because: the reason, for people.
    """

    mutant: str
    because: str


def read_explanations(text: str, name: str) -> tuple[ExplainedMutant, ...]:
    """The explanations in a TOML file, in the order written.

    Args:
        text: of the file.
        name: how people know it.

    Raises:
        ExplanationsError: it is no TOML, has another form, or speaks of a mutant twice.
    """
    try:
        found = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ExplanationsError(f"`{name}` cannot be read: {error}") from error
    listed = found.get("survivor", [])
    if set(found) - {"survivor"} or not isinstance(listed, list):
        raise ExplanationsError(f"`{name}` is not {FORM}")
    explanations = tuple(_explanation(each, name) for each in listed)
    ids = [each.mutant for each in explanations]
    for at, each in enumerate(ids):
        if each in ids[:at]:
            raise ExplanationsError(f"`{name}` explains the mutant `{each}` twice")
    return explanations


def _explanation(entry: Any, name: str) -> ExplainedMutant:
    match entry:
        case {"mutant": str() as mutant, "because": str() as because, **others} if not others:
            if because.strip():
                return ExplainedMutant(mutant, because.strip())
            raise ExplanationsError(f"`{name}` gives no reason for the mutant `{mutant}`")
        case _:
            raise ExplanationsError(f"`{name}` is not {FORM}")
