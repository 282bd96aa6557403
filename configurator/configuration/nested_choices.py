"""Choices about places inside assemblies as choices about the assemblies: `{"bag": [{"size": "B10"}]}`.

What is understood is one choice for each place: whether an instance is there, and what fills a place inside.
For keeping and telling they are put together again, as far as they say all that a list or an object says.
"""

import json
from collections.abc import Iterator, Mapping, Sequence

from configurator.catalog.choices import OptionChoice, PlaceChoice, SlotChoice, place_of
from configurator.catalog.model import Catalog
from configurator.catalog.structure import AssemblyPlace, Instance, ProductOption, Slot
from configurator.configuration.model import (
    ComponentQuantity,
    JsonValue,
    PlaceValue,
    json_value,
    option_value,
)

Flat = Mapping[str, PlaceChoice]
"""Choices by the paths of their places."""


def nested_choices(catalog: Catalog, choices: Sequence[PlaceChoice]) -> dict[str, JsonValue]:
    """Choices by path, as `validate` takes them, in the order given; an assembly where its first one is."""
    flat = {place_of(choice): choice for choice in choices}
    told: dict[str, JsonValue] = {}
    done: set[str] = set()
    for key, choice in flat.items():
        if key in done:
            continue
        whole = next(_wholes(catalog, key, flat), None)
        if whole is None:
            told[key] = choice_json(catalog.place_of[key], choice)
        else:
            path, value, used = whole
            told[path] = value
            done |= used
    return told


def _wholes(catalog: Catalog, key: str, flat: Flat) -> Iterator[tuple[str, JsonValue, set[str]]]:
    """The assemblies around a place that can be told as wholes, the outermost first, with what that tells."""
    homes: list[AssemblyPlace] = []
    prefix = key if key in catalog.place_of and _is_presence(catalog, key) else catalog.instance_around(key)
    while prefix:
        homes.append(catalog.assembly_around(prefix))
        prefix = catalog.instance_around(homes[-1].key)
    for home in reversed(homes):
        found = _whole(catalog, home, flat)
        if found is not None:
            value, used = found
            # One that is always there says nothing by being there.
            if used:
                yield home.key, value, used


def _is_presence(catalog: Catalog, key: str) -> bool:
    place = catalog.place_of[key]
    return isinstance(place, ProductOption) and place.presence


def _whole(catalog: Catalog, home: AssemblyPlace, flat: Flat) -> tuple[JsonValue, set[str]] | None:
    """What is said of an assembly in one value, with the places it speaks of; `None` where none says it."""
    if not home.repeated:
        (instance,) = home.instances
        return _instance(catalog, instance, flat)
    there = [_there(each, flat) for each in home.instances]
    count = there.index(None) if None in there else len(there)
    count = min(count, there.index(False) if False in there else len(there))
    rest = set(there[count:])
    if len(rest) > 1 or rest == {True}:
        return None
    if rest == {None} and (not count or any(_inside(each, flat) for each in home.instances[count:])):
        return None
    values: list[JsonValue] = []
    used = {str(each.presence) for each in home.instances[count:]} & set(flat)
    for instance in home.instances[:count]:
        found = _instance(catalog, instance, flat)
        if found is None:
            return None
        values.append(found[0])
        used |= found[1]
    if any(_inside(each, flat) for each in home.instances[count:]):
        return None
    return ({"includes": values} if rest == {None} else values), used


def _there(instance: Instance, flat: Flat) -> bool | None:
    choice = flat.get(instance.prefix)
    return choice.value is True if isinstance(choice, OptionChoice) else None


def _inside(instance: Instance, flat: Flat) -> list[str]:
    return [key for key in flat if key.startswith(f"{instance.prefix}.")]


def _instance(catalog: Catalog, instance: Instance, flat: Flat) -> tuple[JsonValue, set[str]] | None:
    """All that is said of an instance as one object; `None` where an object does not say it."""
    inside, used = _inside(instance, flat), set()
    if instance.presence == instance.prefix:
        there = _there(instance, flat)
        if there is None or (not there and inside):
            return None
        used.add(instance.prefix)
        if not there:
            return None, used
    start = f"{instance.prefix}."
    told: dict[str, JsonValue] = {}
    for member in catalog.inside(instance.prefix):
        if isinstance(member, AssemblyPlace):
            whole = _whole(catalog, member, flat)
            if whole is not None and whole[1]:
                told[member.key.removeprefix(start)] = whole[0]
                used |= whole[1]
        elif member.key in flat:
            told[member.key.removeprefix(start)] = choice_json(member, flat[member.key])
            used.add(member.key)
    # What no whole says is said by its path.
    for key in inside:
        if key not in used:
            told[key.removeprefix(start)] = choice_json(catalog.place_of[key], flat[key])
            used.add(key)
    return told, used


def flat_values(catalog: Catalog, path: str, value: JsonValue) -> Iterator[tuple[str, JsonValue]]:
    """Yield what a kept choice says place by place, an instance before what is inside it.

    What does not fit the catalog is yielded as it is, to be found out by whoever reads it.
    """
    home = catalog.assembly_of.get(path)
    items: JsonValue = value
    if isinstance(value, dict) and set(value) == {"includes"}:
        items = value["includes"]
    if home is not None and home.repeated and isinstance(items, list):
        for at, item in enumerate(items, start=1):
            yield from flat_values(catalog, f"{path}[{at}]", item)
        if items is value:
            yield from ((each.prefix, None) for each in home.instances[len(items) :])
        return
    inner = home is not None or path.endswith("]")
    if inner and isinstance(value, dict):
        place = catalog.place_of.get(path)
        if place is not None or home is None:
            yield path, True
        for name, each in value.items():
            yield from flat_values(catalog, f"{path}.{name}", each)
        return
    yield path, value


# ---------------------------------------------------------------- up to order


def canonical_choices(catalog: Catalog, choices: Sequence[PlaceChoice]) -> list[list[object]]:
    """Choices in a form that is the same for every way to write them, ready for JSON.

    So it is for every order in which the instances of an assembly are listed.
    """
    flat = {place_of(choice): choice for choice in choices}
    for home in reversed(catalog.assemblies):
        if len(home.instances) > 1:
            flat = _in_order(home, flat)
    return [_canonical(flat[place.key], place.key) for place in catalog.places if place.key in flat]


def _in_order(home: AssemblyPlace, flat: Flat) -> dict[str, PlaceChoice]:
    """The same with the instances of one assembly by what is said of them; those left out come last."""
    said: list[tuple[bool, bool, str, dict[str, PlaceChoice]]] = []
    for each in home.instances:
        own = {key: choice for key, choice in flat.items() if _lies_in(key, each)}
        told = [_canonical(choice, key[len(each.prefix) :]) for key, choice in sorted(own.items())]
        within = {key[len(each.prefix) :]: choice for key, choice in own.items()}
        said.append((_there(each, flat) is False, not own, json.dumps(told), within))
    moved = {key: choice for key, choice in flat.items() if not any(_lies_in(key, e) for e in home.instances)}
    for instance, (*_, within) in zip(home.instances, sorted(said, key=lambda each: each[:3]), strict=True):
        moved |= {instance.prefix + key: choice for key, choice in within.items()}
    return moved


def _lies_in(key: str, instance: Instance) -> bool:
    return key == instance.prefix or key.startswith(f"{instance.prefix}.")


def _canonical(choice: PlaceChoice, key: str) -> list[object]:
    if isinstance(choice, SlotChoice):
        return [key, [list(unit) for unit in choice.units], choice.at_least]
    value = choice.value
    return [key, sorted(value) if isinstance(value, frozenset) else str(value), choice.at_least]


# ---------------------------------------------------------------- choices as values


def chosen_value(place: Slot | ProductOption, choice: PlaceChoice) -> PlaceValue:
    """What a choice says of its place: in canonical form, a component without a quantity as its SKU.

    An instance of an assembly is `True`, or `None` where it is left out.
    """
    match place, choice:
        case Slot(), SlotChoice(units=units):
            if place.cardinality.kind == "mixed":
                return tuple(ComponentQuantity(sku, quantity or 1) for sku, quantity in units)
            if not units:
                return None
            ((sku, quantity),) = units
            stated = place.cardinality.kind == "identical" and quantity is not None
            return ComponentQuantity(sku, quantity or 1) if stated else sku
        case ProductOption(presence=True), OptionChoice(value=value):
            return True if value is True else None
        case ProductOption(), OptionChoice(value=value):
            return option_value(place, value)
        case _:
            raise AssertionError(choice)


def choice_json(place: Slot | ProductOption, choice: PlaceChoice) -> JsonValue:
    """A choice as `validate` takes it."""
    value = json_value(chosen_value(place, choice))
    return {"includes": value} if choice.at_least else value
