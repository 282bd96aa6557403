"""A short way to judge one full configuration by a small catalog."""

from collections.abc import Mapping

from configurator.configuration.validation import Invalid, Valid
from configurator.configurator import Configurator


def broken_rules(text: str, choices: Mapping[str, object]) -> list[str]:
    """The ids of the rules that a full configuration breaks, each once."""
    verdict = Configurator.from_text(text).validate(choices)
    if isinstance(verdict, Invalid):
        return list(dict.fromkeys(rule for conflict in verdict.conflicts for rule in conflict.rules))
    assert isinstance(verdict, Valid)
    return []


def listed(text: str, *places: str) -> list[tuple[object, ...]]:
    """What all valid configurations hold in some places, in order."""
    return [
        tuple(c.to_dict()[place] for place in places) for c in Configurator.from_text(text).configurations()
    ]
