"""A configuration: what a customer has when everything is decided."""

import re
from collections.abc import Iterator, Mapping
from fractions import Fraction
from typing import Any

from attrs import field, frozen

from configurator.catalog.evaluation import Chosen, Units, evaluate
from configurator.catalog.expressions import Calc
from configurator.catalog.model import Catalog
from configurator.catalog.structure import AssemblyPlace, Component, ProductOption, Slot
from configurator.catalog.values import (
    EnumerationType,
    Missing,
    SetType,
    Value,
    format_number,
    format_value,
    normal,
)

JsonValue = None | bool | int | float | str | list["JsonValue"] | dict[str, "JsonValue"]
"""What `json.dumps` takes."""


@frozen
class ComponentQuantity:
    """So many units of a component, by SKU."""

    component: str
    quantity: int


@frozen
class InstanceValue(Mapping[str, "PlaceValue"]):
    """What is inside an instance of an assembly: a mapping by name, in catalog order."""

    values_: "tuple[tuple[str, PlaceValue], ...]" = field(alias="values")

    def __getitem__(self, key: str) -> "PlaceValue":
        return value_at(self.values_, key)

    def __iter__(self) -> Iterator[str]:
        return (name for name, _ in self.values_)

    def __len__(self) -> int:
        return len(self.values_)

    def __repr__(self) -> str:
        return f"InstanceValue(values={self.values_!r})"

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        _print_pretty(self, printer, cycle=cycle)


PlaceValue = (
    None
    | str
    | bool
    | int
    | Fraction
    | ComponentQuantity
    | tuple[ComponentQuantity, ...]
    | tuple[str, ...]
    | InstanceValue
    | tuple[InstanceValue, ...]
)
"""What fills a place, in canonical form:

| place                 | value                                                               |
|-----------------------|---------------------------------------------------------------------|
| slot of one           | the SKU                                                             |
| optional slot         | the SKU or `None`                                                   |
| identical slot        | `ComponentQuantity` or `None`                                       |
| mixed slot            | `ComponentQuantity` values in catalog order, each component once    |
| option (one of)       | the text                                                            |
| option (yesno)        | `True` or `False`                                                   |
| option (number)       | `int` or `Fraction`, in the option's own unit                       |
| option (some)         | the elements in the order listed                                    |
| assembly              | `InstanceValue`, `None` for an optional one that is not there       |
| assembly (`0..4`)     | the instances that are there, in catalog order of what is inside    |

Inside an instance a place has `None` for no value.
"""


@frozen
class Configuration(Mapping[str, PlaceValue]):
    """A value for every slot, option and assembly of a catalog: a mapping by dotted path, in catalog order.

    Two are equal when they are the same product: the order in which a mixed slot was filled or equal
    assemblies were listed does not count. `calcs` follow from the values and count for nothing. What is
    inside an assembly is also found by its path, `basket.position` or `bag[2].size`; listed are wholes.
    Its `repr` is Python that makes an equal one.

    Attributes:
        values: `(path, value)` in catalog order.
        calcs: each calc as people read it (`price` -> `680.80 EUR`), in the order declared.
        catalog: the digest of the catalog it belongs to.
    """

    values_: tuple[tuple[str, PlaceValue], ...] = field(alias="values")
    calcs: tuple[tuple[str, str], ...] = field(eq=False, default=())
    catalog: str = field(eq=False, default="")

    def __getitem__(self, key: str) -> PlaceValue:
        return value_at(self.values_, key)

    def __iter__(self) -> Iterator[str]:
        return (path for path, _ in self.values_)

    def __len__(self) -> int:
        return len(self.values_)

    def __repr__(self) -> str:
        return f"Configuration(values={self.values_!r})"

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        _print_pretty(self, printer, cycle=cycle)

    def to_dict(self) -> dict[str, JsonValue]:
        """The canonical JSON form; `Configurator.validate` and `accept` take it back."""
        return {path: json_value(value) for path, value in self.values_}


def _print_pretty(value: Configuration | InstanceValue, printer: Any, *, cycle: bool) -> None:
    """The same as `repr` in lines, as notebooks and Hypothesis print it: they would not know `values`."""
    name = type(value).__name__
    if cycle:
        printer.text(f"{name}(...)")
    else:
        with printer.group(4, f"{name}(values=", ")"):
            printer.pretty(value.values_)


def value_at(values: "tuple[tuple[str, PlaceValue], ...]", key: str) -> PlaceValue:
    """The value at a path, which may lead into instances: `bag[2].size`.

    Raises:
        KeyError: there is none.
    """
    for path, value in values:
        if path == key:
            return value
        rest = key.removeprefix(path)
        if rest.startswith(".") and isinstance(value, InstanceValue) and key != rest:
            return value[rest[1:]]
        found = _INDEX.fullmatch(rest)
        if found and isinstance(value, tuple) and key != rest and 0 < int(found[1]) <= len(value):
            instance = value[int(found[1]) - 1]
            if isinstance(instance, InstanceValue):
                return instance[found[2]] if found[2] else instance
    raise KeyError(key)


_INDEX = re.compile(r"\[(\d{1,6})\](?:\.(.+))?", re.DOTALL)


def json_value(value: PlaceValue) -> JsonValue:
    """A place's value as JSON: a fraction becomes the decimal number that reads back as itself.

    One with more digits than such numbers have becomes a text.
    """
    match value:
        case ComponentQuantity(component=component, quantity=quantity):
            return {"component": component, "quantity": quantity}
        case InstanceValue():
            return {name: json_value(inner) for name, inner in value.items()}
        case tuple():
            return [json_value(item) for item in value]
        case Fraction():
            number = float(value)
            return number if Fraction(repr(number)) == value else format_number(value)
        case _:
            return value


def configuration_of(catalog: Catalog, chosen: Chosen) -> Configuration:
    """The canonical form of a full configuration."""
    reader = _Reader(catalog, chosen)
    values, _ = reader.inside("", "")
    calcs = tuple(
        (path, tell_calc(calc, chosen))
        for calc in catalog.calcs.values()
        if (path := reader.path_of(calc.key)) is not None
    )
    return Configuration(values, calcs, catalog.digest)


Rank = tuple[object, ...]
"""Where a value stands in catalog order, compared with others of the same place."""


class _Reader:
    """Reads a full configuration in canonical form: instances of one assembly in catalog order."""

    def __init__(self, catalog: Catalog, chosen: Chosen) -> None:
        self.catalog = catalog
        self.chosen = chosen
        self._paths = {"": ""}

    def path_of(self, key: str) -> str | None:
        """The canonical path of what a key stands for; `None` for what is in no instance that is there."""
        prefix = self.catalog.instance_around(key)
        path = self._paths.get(prefix)
        return None if path is None else path + key[len(prefix) :]

    def inside(self, prefix: str, path: str) -> tuple[tuple[tuple[str, PlaceValue], ...], Rank]:
        """What is directly inside an instance, or the product, and where that stands in catalog order."""
        self._paths[prefix] = path
        values: list[tuple[str, PlaceValue]] = []
        ranks: list[object] = []
        start = f"{prefix}." if prefix else ""
        for member in self.catalog.inside(prefix):
            name = member.key.removeprefix(start)
            if isinstance(member, AssemblyPlace):
                value, rank = self._assembly(member, f"{path}.{name}" if path else name)
                ranks.append(rank)
            else:
                value = place_value(member, self.chosen)
                # Only what is inside an assembly can be one of several.
                ranks.append(self._rank(member) if prefix else ())
            values.append((name, value))
        return tuple(values), tuple(ranks)

    def _assembly(self, place: AssemblyPlace, path: str) -> tuple[PlaceValue, Rank]:
        there = [instance for instance in place.instances if self.chosen.has(instance)]
        if not place.repeated:
            if not there:
                return None, ()
            values, rank = self.inside(there[0].prefix, path)
            return InstanceValue(values), (rank,)
        ranked = sorted(
            ((self._rank_of(each.prefix), each.prefix) for each in there),
            key=lambda found: found[0],
        )
        found = [self.inside(prefix, f"{path}[{at}]") for at, (_, prefix) in enumerate(ranked, start=1)]
        return tuple(InstanceValue(values) for values, _ in found), tuple(rank for _, rank in found)

    def _rank_of(self, prefix: str) -> Rank:
        return self.inside(prefix, "")[1]

    def _rank(self, place: Slot | ProductOption) -> Rank:
        """Where what fills a place stands among all that could."""
        if isinstance(place, Slot):
            found = self.chosen.units[place.key]
            units = [(self.catalog.rank(place.family, each.sku), quantity) for each, quantity in found]
            if place.cardinality.kind == "mixed":
                return tuple(at for at, quantity in units for _ in range(quantity))
            return tuple(units)
        value = self.chosen.options[place.key]
        match place.type, value:
            case _, Missing():
                return ()
            case EnumerationType(values=values), str():
                return (values.index(value),)
            case SetType(values=values), frozenset():
                return tuple(each in value for each in values or ())
            case _:
                return (value,)


def numbered_values(catalog: Catalog, chosen: Chosen) -> tuple[tuple[str, PlaceValue], ...]:
    """What every place that is there holds, by path, in catalog order, instances numbered as they stand.

    An instance that is there is `True`, and what is inside it follows; where none is, the assembly is `None`.
    """
    found: list[tuple[str, PlaceValue]] = []
    told: set[str] = set()
    for place in catalog.places:
        if place.within is not None and chosen.options.get(place.within) is not True:
            continue
        if not (isinstance(place, ProductOption) and place.presence):
            found.append((place.key, place_value(place, chosen)))
            continue
        home = catalog.assembly_around(place.key)
        if chosen.options[place.key] is True:
            found.append((place.key, True))
        elif home.key not in told and not any(map(chosen.has, home.instances)):
            found.append((home.key, None))
        told.add(home.key)
    return tuple(found)


def numbered_calcs(catalog: Catalog, chosen: Chosen) -> tuple[tuple[str, str], ...]:
    """Each calc as people read it, of instances those that are there, numbered as they stand."""
    there = {"", *(e.prefix for place in catalog.assemblies for e in place.instances if chosen.has(e))}
    return tuple(
        (calc.key, tell_calc(calc, chosen))
        for calc in catalog.calcs.values()
        if catalog.instance_around(calc.key) in there
    )


def place_value(place: Slot | ProductOption, chosen: Chosen) -> PlaceValue:
    """What fills one place, in canonical form; `None` for an option of an assembly that is not there."""
    if isinstance(place, ProductOption):
        value = chosen.options[place.key]
        return None if isinstance(value, Missing) else option_value(place, value)
    return slot_value(place, chosen.units[place.key])


def slot_value(slot: Slot, units: Units) -> PlaceValue:
    """What fills a slot, in canonical form."""
    quantities = tuple(ComponentQuantity(component.sku, quantity) for component, quantity in units)
    match slot.cardinality.kind:
        case "one" | "optional":
            return quantities[0].component if quantities else None
        case "identical":
            return quantities[0] if quantities else None
        case "mixed":
            return quantities


def option_value(option: ProductOption, value: Value) -> PlaceValue:
    """What an option is set to, in canonical form: numbers in its own unit, sets in the order listed."""
    match value:
        case frozenset():
            elements = getattr(option.type, "values", None) or ()
            return tuple(element for element in elements if element in value)
        case bool() | str():
            return value
        case int() | Fraction():
            unit = option.range.unit if option.range else None
            return normal(Fraction(value) / unit.factor) if unit else value
        case _:
            raise AssertionError(value)


def tell_calc(calc: Calc, chosen: Chosen) -> str:
    """A calc's value for people: `680.80 EUR`, `not known`."""
    worth = evaluate(calc.expression, chosen)
    if isinstance(worth, int | Fraction) and not isinstance(worth, bool):
        return format_number(worth, calc.unit, money=calc.money)
    return format_value(worth)


def component_titles(catalog: Catalog) -> Mapping[str, Component]:
    """Components by SKU, for people; of a SKU in several families the first."""
    found: dict[str, Component] = {}
    for family in catalog.families.values():
        for component in family.components:
            found.setdefault(component.sku, component)
    return found
