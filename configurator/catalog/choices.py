"""What is said about a place, understood: how defaults, bundles, scenarios and customers choose."""

from collections.abc import Mapping
from fractions import Fraction

from attrs import frozen

from configurator.catalog.structure import ProductOption, Slot
from configurator.catalog.values import (
    BooleanType,
    EnumerationType,
    Number,
    SetType,
    Unit,
    Value,
    describe_type,
    format_number,
    normal,
)
from configurator.diagnostics.suggestion import did_you_mean
from configurator.syntax.expressions import BooleanLiteral, DateLiteral, Name, NumberLiteral, TextLiteral
from configurator.syntax.nodes import ChoiceValue, InstanceValue, ListValue, NothingValue, QuantityValue


@frozen
class SlotChoice:
    """What fills a slot.

    Attributes:
        units: `(SKU, quantity)`, each SKU once, in catalog order; a quantity of `None` is open.
            Empty: the slot is absent.
        at_least: `includes`: more may be chosen besides.
        bundle: the key of the bundle that chooses it; empty for who chooses himself.
    """

    slot: str
    units: tuple[tuple[str, int | None], ...]
    at_least: bool = False
    bundle: str = ""


@frozen
class OptionChoice:
    """What an option is set to.

    Attributes:
        at_least: a set may hold more.
        bundle: as in `SlotChoice`.
        presence: whether it says that an instance of an assembly is there, or is not.
    """

    option: str
    value: Value
    at_least: bool = False
    bundle: str = ""
    presence: bool = False


PlaceChoice = SlotChoice | OptionChoice


def place_of(choice: PlaceChoice) -> str:
    """The key of the slot or option a choice is about."""
    return choice.slot if isinstance(choice, SlotChoice) else choice.option


class ChoiceProblem(Exception):  # noqa: N818 - carried to whoever knows the place, never to a user
    """A choice that fits no place. `code` is that of the diagnostic, `help` holds next steps."""

    def __init__(self, message: str, *help: str, code: str = "E0304") -> None:  # noqa: A002 - same word as in Diagnostic
        self.message = message
        self.help = help
        self.code = code
        super().__init__(message)


def slot_choice(slot: Slot, units: list[tuple[str, int | None]], *, at_least: bool = False) -> SlotChoice:
    """A choice for a slot from components with quantities, checked against the slot.

    Raises:
        ChoiceProblem: an unknown component, a quantity or a number of components that cannot be.
    """
    order = {component.sku: at for at, component in enumerate(slot.family.components)}
    cardinality = slot.cardinality
    added: dict[str, int | None] = {}
    for sku, quantity in units:
        if sku not in order:
            raise ChoiceProblem(
                f"unknown component `{sku}` in family `{slot.family.key}`",
                *did_you_mean(sku, order),
                code="E0303",
            )
        if quantity is not None and quantity < 1:
            raise ChoiceProblem(f"{quantity} units of `{sku}`: a quantity is at least 1")
        # Without a quantity one unit is meant in a list, which says exactly what there is; else it is open.
        meant = 1 if quantity is None and cardinality.kind == "mixed" else quantity
        both = (added.get(sku, 0), meant)
        added[sku] = None if None in both else sum(count for count in both if count is not None)
    total = sum(count or 1 for count in added.values())
    if len(added) > 1 and cardinality.kind != "mixed":
        raise ChoiceProblem(f"`{slot.key}` takes one kind of component, not {len(added)}")
    if total > cardinality.maximum:
        raise ChoiceProblem(f"`{slot.key}` takes at most {cardinality.maximum}, not {total}")
    if not added and not cardinality.may_be_absent and not at_least:
        raise ChoiceProblem(f"`{slot.key}` cannot be left empty")
    stated = all(count is not None for count in added.values())
    if added and stated and total < cardinality.minimum and not at_least:
        raise ChoiceProblem(f"`{slot.key}` takes at least {cardinality.minimum}, not {total}")
    if at_least and cardinality.kind != "mixed":
        raise ChoiceProblem(f"`{slot.key}` holds no list, so it cannot include something: write `=`")
    return SlotChoice(slot.key, tuple(sorted(added.items(), key=lambda item: order[item[0]])), at_least)


def option_choice(option: ProductOption, value: Value, *, at_least: bool = False) -> OptionChoice:
    """A choice for an option; numbers in base units.

    Raises:
        ChoiceProblem: a value the option does not have.
    """
    if at_least and not isinstance(option.type, SetType):
        raise ChoiceProblem(f"`{option.key}` is no set, so it cannot include something: write `=`")
    match option.type:
        case EnumerationType(values=values):
            if value not in values:
                raise ChoiceProblem(
                    f"`{option.key}` has no value `{value}`", *did_you_mean(str(value), values), code="E0303"
                )
        case BooleanType():
            if not isinstance(value, bool):
                raise ChoiceProblem(f"`{option.key}` is `yes` or `no`, not `{value}`")
        case SetType():
            check_set(option, value, at_least=at_least)
        case _:
            check_range(option, value)
    return OptionChoice(option.key, value, at_least, presence=option.presence)


def check_set(option: ProductOption, value: Value, *, at_least: bool) -> None:
    """Elements the set has, no more and no fewer than it takes."""
    assert isinstance(option.type, SetType)
    known = option.type.values or ()
    if not isinstance(value, frozenset):
        raise ChoiceProblem(f"`{option.key}` is a set: list its elements")
    for element in sorted(value):
        if element not in known:
            raise ChoiceProblem(
                f"`{option.key}` has no element `{element}`", *did_you_mean(element, known), code="E0303"
            )
    if len(value) > option.maximum or (len(value) < option.minimum and not at_least):
        raise ChoiceProblem(
            f"`{option.key}` takes {option.minimum} to {option.maximum} elements, not {len(value)}"
        )


def check_range(option: ProductOption, value: Value) -> None:
    """A number in the option's range and on its steps."""
    bounds = option.range
    assert bounds is not None
    if isinstance(value, bool) or not isinstance(value, int | Fraction):
        raise ChoiceProblem(f"`{option.key}` is {describe_type(option.type)}, not `{value}`")
    low, high = format_number(bounds.minimum, bounds.unit), format_number(bounds.maximum, bounds.unit)
    if not bounds.minimum <= value <= bounds.maximum:
        raise ChoiceProblem(
            f"`{option.key}` goes from {low} to {high}, not {format_number(value, bounds.unit)}"
        )
    if (Fraction(value) - bounds.minimum) % bounds.step:
        step = format_number(bounds.step, bounds.unit)
        raise ChoiceProblem(
            f"`{option.key}` goes in steps of {step} from {low}, not to {format_number(value, bounds.unit)}"
        )


def empty_choice(place: Slot | ProductOption) -> PlaceChoice:
    """The choice that leaves a place out.

    Raises:
        ChoiceProblem: something must be chosen there.
    """
    if isinstance(place, Slot):
        return slot_choice(place, [])
    if isinstance(place.type, SetType):
        return option_choice(place, frozenset())
    if place.presence:
        return option_choice(place, value=False)
    raise ChoiceProblem(f"`{place.key}` must be chosen")


# ---------------------------------------------------------------- from the language


def read_choice(
    place: Slot | ProductOption, value: ChoiceValue, units: Mapping[str, Unit], *, at_least: bool
) -> PlaceChoice:
    """A choice written in the language, for the place it names.

    Raises:
        ChoiceProblem: it does not fit the place.
    """
    if isinstance(place, Slot):
        return slot_choice(place, _written_units(place, value), at_least=at_least)
    return option_choice(place, _written_value(place, value, units), at_least=at_least)


def _written_units(slot: Slot, value: ChoiceValue) -> list[tuple[str, int | None]]:
    match value:
        case NothingValue():
            return []
        case TextLiteral(value=sku):
            return [(sku, None)]
        case QuantityValue(quantity=quantity, component=component):
            return [(component.value, quantity)]
        case ListValue(items=items):
            return [unit for item in items for unit in _written_units(slot, item)]
        case Name(text=text):
            raise ChoiceProblem(f"`{text}` is no component", f'a SKU is written as text: `"{text}"`')
        case _:
            raise ChoiceProblem(f"`{slot.key}` is filled with components", 'write `"SKU"` or `2 x "SKU"`')


def _written_value(option: ProductOption, value: ChoiceValue, units: Mapping[str, Unit]) -> Value:
    match value:
        case BooleanLiteral(value=flag):
            return flag
        case Name(text=text) | TextLiteral(value=text):
            return frozenset({text}) if isinstance(option.type, SetType) else text
        case NumberLiteral(value=number, unit=unit):
            return _written_number(option, number, unit, units)
        case ListValue(items=items) if isinstance(option.type, SetType):
            return frozenset(_element(option, item) for item in items)
        case NothingValue() if isinstance(option.type, SetType):
            return frozenset()
        case DateLiteral() | QuantityValue() | ListValue() | NothingValue() | InstanceValue():
            raise ChoiceProblem(f"`{option.key}` is {describe_type(option.type)}")


def _element(option: ProductOption, item: ChoiceValue) -> str:
    match item:
        case Name(text=text) | TextLiteral(value=text):
            return text
        case NumberLiteral(value=number):
            return format_number(number)
        case _:
            raise ChoiceProblem(f"`{option.key}` is a set of words")


def _written_number(
    option: ProductOption, number: Fraction, name: Name | None, units: Mapping[str, Unit]
) -> Value:
    if isinstance(option.type, EnumerationType) and name is None:
        return format_number(number)
    unit = units.get(name.text) if name else None
    if name is not None and unit is None:
        raise ChoiceProblem(f"unknown unit `{name.text}`", *did_you_mean(name.text, units), code="E0401")
    own = option.range.unit if option.range else None
    if unit is None:
        return in_base_units(option, normal(number))
    if own is None or unit.dimension != own.dimension:
        wanted = own.name if own else "no unit"
        raise ChoiceProblem(f"`{option.key}` is in {wanted}, not in {unit.name}", code="E0402")
    return normal(number * unit.factor)


def in_base_units(option: ProductOption, number: Number) -> Number:
    """A number without a unit, meant in the option's own unit."""
    unit = option.range.unit if option.range else None
    return normal(number * unit.factor) if unit else number
