"""A configuration: what a customer has when everything is decided."""

from collections.abc import Iterator, Mapping
from fractions import Fraction

from attrs import field, frozen

from configurator.catalog.evaluation import Chosen, Units, evaluate
from configurator.catalog.expressions import Calc
from configurator.catalog.model import Catalog
from configurator.catalog.structure import Component, ProductOption, Slot
from configurator.catalog.values import Value, format_number, format_value, normal

JsonValue = None | bool | int | float | str | list["JsonValue"] | dict[str, "JsonValue"]
"""What `json.dumps` takes."""


@frozen
class ComponentQuantity:
    """So many units of a component, by SKU."""

    component: str
    quantity: int


PlaceValue = (
    None | str | bool | int | Fraction | ComponentQuantity | tuple[ComponentQuantity, ...] | tuple[str, ...]
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
"""


@frozen
class Configuration(Mapping[str, PlaceValue]):
    """A value for every slot and option of a catalog: a mapping by dotted path, in catalog order.

    Two are equal when they are the same product: the order in which a mixed
    slot was filled does not count. `calcs` follow from the values and count for nothing.

    Attributes:
        values: `(path, value)` in catalog order.
        calcs: each calc as people read it (`price` -> `680.80 EUR`), in the order declared.
        catalog: the digest of the catalog it belongs to.
    """

    values_: tuple[tuple[str, PlaceValue], ...] = field(alias="values")
    calcs: tuple[tuple[str, str], ...] = field(eq=False, repr=False, default=())
    catalog: str = field(eq=False, repr=False, default="")

    def __getitem__(self, key: str) -> PlaceValue:
        for path, value in self.values_:
            if path == key:
                return value
        raise KeyError(key)

    def __iter__(self) -> Iterator[str]:
        return (path for path, _ in self.values_)

    def __len__(self) -> int:
        return len(self.values_)

    def to_dict(self) -> dict[str, JsonValue]:
        """The canonical JSON form; `Configurator.validate` and `accept` take it back."""
        return {path: json_value(value) for path, value in self.values_}


def json_value(value: PlaceValue) -> JsonValue:
    """A place's value as JSON: a fraction becomes the decimal number that reads back as itself.

    One with more digits than such numbers have becomes a text.
    """
    match value:
        case ComponentQuantity(component=component, quantity=quantity):
            return {"component": component, "quantity": quantity}
        case tuple():
            return [json_value(item) for item in value]
        case Fraction():
            number = float(value)
            return number if Fraction(repr(number)) == value else format_number(value)
        case _:
            return value


def configuration_of(catalog: Catalog, chosen: Chosen) -> Configuration:
    """The canonical form of a full configuration."""
    values = tuple((place.key, place_value(place, chosen)) for place in catalog.places)
    calcs = tuple((calc.key, tell_calc(calc, chosen)) for calc in catalog.calcs.values())
    return Configuration(values, calcs, catalog.digest)


def place_value(place: Slot | ProductOption, chosen: Chosen) -> PlaceValue:
    """What fills one place, in canonical form."""
    if isinstance(place, ProductOption):
        return option_value(place, chosen.options[place.key])
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
