"""Which levels a configuration shows, read off its canonical form: what covering samples are measured by."""

from collections.abc import Iterator, Mapping
from datetime import date
from fractions import Fraction
from itertools import combinations
from typing import Any

from configurator import Configurator
from configurator.catalog.structure import AssemblyPlace, ProductOption, Slot

Level = tuple[str, int]
"""A factor by its name, and the number of its level."""
View = Mapping[str, int]
"""The levels of one way of looking at a configuration: at one instance of each assembly."""


def sets_shown(asked: Configurator, form: Mapping[str, Any], t: int, day: date) -> set[frozenset[Level]]:
    """All sets of t levels that a configuration in canonical form shows in any view.

    Args:
        asked: the catalog.
        form: the configuration.
        t: how many levels a set has.
        day: the day it is valid on; what is not in force then is no level.
    """
    found = _inside(asked, "", "", form, day)
    return {frozenset(each) for view in found for each in combinations(view.items(), t)}


def _inside(
    asked: Configurator, prefix: str, path: str, form: Mapping[str, Any], day: date
) -> Iterator[View]:
    """The views of what is directly inside an instance, or the product."""
    found: list[dict[str, int]] = [{}]
    for member in asked.catalog.inside(prefix):
        name = member.key.removeprefix(f"{prefix}.")
        told = f"{path}.{name}" if path else name
        if not isinstance(member, AssemblyPlace):
            levels = _levels(member, told, form[name], day)
            found = [{**view, **levels} for view in found]
            continue
        instances = form[name] if member.repeated else [form[name]] * (form[name] is not None)
        number = {}
        if member.minimum < member.maximum:
            number = {f"number of {told}": len(instances) - member.minimum}
        inner = [
            view
            for instance in instances
            for view in _inside(asked, member.instances[0].prefix, told, instance, day)
        ]
        found = [{**view, **number, **more} for view in found for more in inner or [{}]]
    yield from found


def _levels(place: Slot | ProductOption, told: str, value: Any, day: date) -> dict[str, int]:
    match place:
        case Slot():
            return _slot_levels(place, told, value, day)
        case ProductOption(type=kind) if isinstance(value, list):
            return {f'"{each}" in {told}': int(each in value) for each in kind.values}  # type: ignore[union-attr]
        case ProductOption(type=kind, range=None):
            return {told: int(value) if isinstance(value, bool) else kind.values.index(value)}  # type: ignore[union-attr]
        case ProductOption(range=numbers):
            assert numbers is not None
            factor = numbers.unit.factor if numbers.unit else 1
            return {told: int((Fraction(str(value)) * factor - numbers.minimum) / numbers.step)}
    raise AssertionError(place)


def _slot_levels(slot: Slot, told: str, value: Any, day: date) -> dict[str, int]:
    skus = [component.sku for component in slot.family.components if component.period.holds(day)]
    bounds = slot.cardinality
    absent = int(bounds.may_be_absent)
    match bounds.kind:
        case "mixed":
            amounts = {each["component"]: each["quantity"] for each in value}
            return {f"number of {sku} in {told}": min(amounts.get(sku, 0), 2) for sku in skus}
        case "identical":
            if value is None:
                return {told: 0}
            component = {told: absent + skus.index(value["component"])}
            least = max(1, bounds.minimum)
            if least < bounds.maximum:
                component[f"number of {told}"] = value["quantity"] - least
            return component
        case _:
            return {told: 0 if value is None else absent + skus.index(value)}
