"""Reading what a customer chose: canonical JSON, the short forms of the language, words of a command line."""

import re
from collections.abc import Mapping, Sequence
from decimal import Decimal
from fractions import Fraction

from configurator.catalog.cell_values import LONGEST_NUMBER, read_number
from configurator.catalog.choices import (
    ChoiceProblem,
    OptionChoice,
    PlaceChoice,
    empty_choice,
    in_base_units,
    option_choice,
    place_of,
    slot_choice,
)
from configurator.catalog.instance_choices import (
    Entry,
    InstanceChoices,
    There,
    add_choice,
    is_missing,
    is_spoken_of,
)
from configurator.catalog.model import Bundle, Catalog
from configurator.catalog.structure import ProductOption, Slot
from configurator.catalog.values import BooleanType, NumberType, SetType, Unit, Value, describe_type, normal
from configurator.configuration.instance_words import looks_like_instances, read_instances
from configurator.configuration.model import ComponentQuantity
from configurator.errors import ChoiceError

MOST_QUANTITY = 1_000_000
"""The largest quantity that is read at all."""

_QUANTITY = re.compile(r"(-?\d{1,60})\s*x\s*(.+)", re.DOTALL)
_NUMBER = re.compile(r"(-?\d+(?:\.\d+)?)\s*([^\W\d_]\w*)?")

LONGEST_SHOWN = 60
"""Characters of a value that are repeated in a message."""

Choices = tuple[PlaceChoice, ...]
"""What a customer chose, at most one choice per place, in catalog order."""


def read_choices(
    catalog: Catalog, given: Mapping[str, object], *, only: bool = False, bundles: Sequence[Bundle] = ()
) -> Choices:
    """Read choices by dotted path.

    A missing key is open; `None` leaves a slot empty. `{"includes": […]}` says what
    a mixed slot or a set holds at least.

    Args:
        catalog: whose places are chosen.
        given: by dotted path.
        only: what is not named is left empty; a place that cannot be is then an error.
        bundles: those that are applied: what they choose counts as named.

    Raises:
        ChoiceError: names every key or value that does not fit.
    """
    if not isinstance(given, Mapping):
        raise ChoiceError([f"choices are a mapping by path, not `{given}`"])
    problems: list[str] = []
    help_lines: list[str] = []
    found: dict[str, PlaceChoice] = {}
    for key, value in given.items():
        try:
            for choice in choices_at(catalog, key, value):
                add_choice(found, choice)
        except ChoiceProblem as problem:
            problems.append(problem.message)
            help_lines.extend(problem.help)
    if only:
        named = {place_of(choice) for bundle in bundles for choice in bundle.choices}
        for place in catalog.places:
            if place.key in named or place.key in found or is_missing(place, found):
                continue
            if is_spoken_of(place, found):
                found[place.key] = OptionChoice(place.key, value=True, presence=True)
            else:
                try:
                    found[place.key] = empty_choice(place)
                except ChoiceProblem as problem:
                    problems.append(problem.message)
    if problems:
        raise ChoiceError(problems, tuple(dict.fromkeys(help_lines)))
    return tuple(found[place.key] for place in catalog.places if place.key in found)


def choices_at(catalog: Catalog, key: object, value: object) -> Choices:
    """What a value says about a path: one choice, or for an assembly one for each place it speaks of.

    Raises:
        ChoiceProblem: it does not fit.
    """
    reader = InstanceChoices[object](catalog.place_of, catalog.assembly_of, _GIVEN)
    if not isinstance(key, str):
        raise reader.unknown(str(key), str(key))
    value, at_least = _including(value)
    if isinstance(value, str) and speaks_of_instances(catalog, key) and looks_like_instances(value):
        value = read_instances(value)
    found: list[PlaceChoice] = []
    for part in reader.parts(key, value, at_least=at_least):
        if isinstance(part, There):
            found.append(OptionChoice(part.presence, part.there, presence=True))
        else:
            found.append(_at_place(part.place, part.value, catalog, at_least=part.at_least))
    return tuple(found)


def speaks_of_instances(catalog: Catalog, key: str) -> bool:
    """Whether a path is that of an assembly or of an instance of one."""
    place = catalog.place_of.get(key)
    return key in catalog.assembly_of or (isinstance(place, ProductOption) and place.presence)


class _Given:
    """Choices as programs give them: lists, mappings, `None`, words."""

    def items(self, value: object) -> list[object] | None:
        return list(value) if isinstance(value, list | tuple) else None

    def entries(self, value: object) -> list[Entry[object]] | None:
        if not isinstance(value, Mapping):
            return None
        return [Entry(str(key), *_including(inner)) for key, inner in value.items()]

    def there(self, value: object) -> bool | None:
        if value is None:
            return False
        if isinstance(value, str):
            return _YES_OR_NO.get(value.strip().lower())
        return value if isinstance(value, bool) else None


_GIVEN = _Given()
_YES_OR_NO = {"yes": True, "true": True, "no": False, "false": False, "none": False}


def _including(value: object) -> tuple[object, bool]:
    """A value, and whether it says what is included at least."""
    if isinstance(value, Mapping) and set(value) == {"includes"}:
        return value["includes"], True
    return value, False


def shown(value: object) -> str:
    """A value for a message; what is longer than a line is cut."""
    try:
        text = str(value)
    except ValueError:
        # Python refuses to write out whole numbers of thousands of digits.
        return "a number of thousands of digits"
    return text if len(text) <= LONGEST_SHOWN else f"{text[:LONGEST_SHOWN]}…"


def read_choice(place: Slot | ProductOption, value: object, catalog: Catalog) -> PlaceChoice:
    """Read one choice.

    Raises:
        ChoiceProblem: it does not fit the place.
    """
    value, at_least = _including(value)
    return _at_place(place, value, catalog, at_least=at_least)


def _at_place(place: Slot | ProductOption, value: object, catalog: Catalog, *, at_least: bool) -> PlaceChoice:
    if isinstance(place, Slot):
        return slot_choice(place, _units(place, value), at_least=at_least)
    return option_choice(place, _value(place, value, catalog.units), at_least=at_least)


# ---------------------------------------------------------------- slots


def _units(slot: Slot, value: object) -> list[tuple[str, int | None]]:
    match value:
        case None:
            return []
        case str():
            return _units_in_words(slot, value)
        case ComponentQuantity(component=component, quantity=quantity):
            return [(component, quantity)]
        case Mapping():
            return [] if _is_none_of_it(slot, value.get("quantity")) else [_unit_object(slot, value)]
        case list() | tuple():
            if slot.cardinality.kind != "mixed" and len(value) > 1:
                raise ChoiceProblem(f"`{slot.key}` takes one kind of component, not a list")
            return [unit for item in value for unit in _units(slot, _item(slot, item))]
        case _:
            raise ChoiceProblem(
                f"`{slot.key}` is filled with components, not with `{shown(value)}`", *_forms(slot)
            )


def _item(slot: Slot, item: object) -> object:
    if item is None or isinstance(item, list | tuple):
        raise ChoiceProblem(f"`{slot.key}` lists components, not `{shown(item)}`", *_forms(slot))
    return item


def _forms(slot: Slot) -> tuple[str, ...]:
    match slot.cardinality.kind:
        case "identical":
            return ('write `{"component": "SKU", "quantity": 2}` or `"2 x SKU"`',)
        case "mixed":
            return ('write `["SKU", "2 x SKU"]`',)
        case _:
            return ('write `"SKU"`',)


def _unit_object(slot: Slot, value: Mapping[object, object]) -> tuple[str, int | None]:
    extra = [str(key) for key in value if key not in {"component", "quantity"}]
    component, quantity = value.get("component"), value.get("quantity")
    if extra or not isinstance(component, str):
        told = f"unknown key `{extra[0]}`" if extra else "no `component`"
        raise ChoiceProblem(f"`{slot.key}`: {told}", *_forms(slot))
    if quantity is None and "quantity" not in value:
        return component, None
    return component, _quantity(slot, quantity)


def _is_none_of_it(slot: Slot, quantity: object) -> bool:
    """`0 x SKU` of identical components is nothing at all."""
    may_be_none = slot.cardinality.kind == "identical" and slot.cardinality.may_be_absent
    return may_be_none and quantity == 0 and not isinstance(quantity, bool)


def _quantity(slot: Slot, quantity: object) -> int:
    if isinstance(quantity, bool) or not isinstance(quantity, int):
        raise ChoiceProblem(f"`{slot.key}`: the quantity `{shown(quantity)}` is no whole number")
    if not 1 <= quantity <= MOST_QUANTITY:
        raise ChoiceProblem(f"`{slot.key}`: a quantity of {shown(quantity)} cannot be")
    return quantity


def _units_in_words(slot: Slot, text: str) -> list[tuple[str, int | None]]:
    """`SKU`, `2 x SKU`, `2xSKU`, `none`, and for mixed slots such forms separated by commas."""
    skus = {component.sku for component in slot.family.components}
    if text in skus:
        return [(text, None)]
    text = text.strip()
    if text in skus:
        return [(text, None)]
    if text == "none":
        return []
    if slot.cardinality.kind == "mixed" and "," in text:
        return [unit for part in text.split(",") for unit in _units_in_words(slot, part)]
    match = _QUANTITY.fullmatch(text)
    if match and _is_none_of_it(slot, int(match[1])):
        return []
    if match:
        return [(match[2].strip().strip('"'), _quantity(slot, int(match[1])))]
    return [(text, None)]


# ---------------------------------------------------------------- options


def _value(option: ProductOption, value: object, units: Mapping[str, Unit]) -> Value:
    match option.type:
        case SetType():
            return _set(option, value)
        case BooleanType():
            words: dict[object, bool] = {"yes": True, "no": False, "true": True, "false": False}
            if isinstance(value, str):
                value = words.get(value.strip().lower(), value)
            if not isinstance(value, bool):
                raise ChoiceProblem(f"`{option.key}` is `yes` or `no`, not `{shown(value)}`")
            return value
        case NumberType():
            return _number(option, value, units)
        case _:
            if isinstance(value, bool) or not isinstance(value, str | int | float | Decimal):
                raise ChoiceProblem(f"`{option.key}` is {describe_type(option.type)}, not `{shown(value)}`")
            text = value if isinstance(value, str) else shown(value)
            return text if text in option.type.values else text.strip()


def _set(option: ProductOption, value: object) -> frozenset[str]:
    match value:
        case None:
            return frozenset()
        case str():
            return frozenset(part.strip() for part in value.split(",") if part.strip() not in {"", "none"})
        case list() | tuple() | set() | frozenset() if all(isinstance(item, str) for item in value):
            return frozenset(str(item) for item in value)
        case _:
            raise ChoiceProblem(
                f"`{option.key}` is a set: write a list of its elements, not `{shown(value)}`"
            )


def _number(option: ProductOption, value: object, units: Mapping[str, Unit]) -> Value:
    match value:
        case bool():
            pass
        case int() | Fraction() if abs(value) < 10**LONGEST_NUMBER:
            return in_base_units(option, normal(value))
        case float() | Decimal():
            # The shortest decimal that reads back as the same float is the number that was written.
            number = read_number(format(Decimal(str(value)), "f"))
            if number is not None:
                return in_base_units(option, number)
        case str():
            match = _NUMBER.fullmatch(value.strip())
            number = read_number(match[1]) if match else None
            if match and number is not None:
                return _with_unit(option, number, match[2], units)
        case _:
            pass
    raise ChoiceProblem(f"`{option.key}` is {describe_type(option.type)}, not `{shown(value)}`")


def _with_unit(
    option: ProductOption, number: int | Fraction, name: str | None, units: Mapping[str, Unit]
) -> Value:
    own = option.range.unit if option.range else None
    if name is None or (own is not None and name == own.name):
        return in_base_units(option, number)
    unit = units.get(name)
    if own is None or unit is None or unit.dimension != own.dimension:
        raise ChoiceProblem(f"`{option.key}` is in {own.name if own else 'no unit'}, not in {name}")
    return normal(number * unit.factor)
