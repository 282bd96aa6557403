"""Why a version of a catalog refuses a configuration of another one."""

from collections.abc import Iterator
from typing import Literal

from attrs import frozen

from configurator.catalog.evaluation import Chosen, Units, Worth
from configurator.catalog.judgement import places_read, violations
from configurator.catalog.structure import Place, ProductOption, Slot
from configurator.catalog.values import (
    ABSENT,
    EnumerationType,
    Missing,
    NumberType,
    SetType,
    Value,
    describe_type,
    format_number,
)
from configurator.explanation.conflict import sentence
from configurator.lowering.layout import OptionLayout, PlaceLayout, SetLayout, SlotLayout
from configurator.lowering.product import LoweredProduct


@frozen
class Refusal:
    """One thing that speaks against a configuration.

    Attributes:
        kind: `rule` (also tables and resources), `component` (there is none such), `effectivity` (not in
            force on the day), `bounds` (too many or too few), `value` (of an option), `place` (there is none
            such, or no way to fill one that is new).
        rule: the id of the rule; `None` for the other kinds.
        rows: of a forbidding table, the rows at fault.
        places: what takes part, in the order of the version that refuses.
        message: one sentence.
        location: where it says so, `file:line:column`; of a place that is new, where that is declared;
            empty where nothing says so any more.
    """

    kind: Literal["rule", "component", "effectivity", "bounds", "value", "place"]
    rule: str | None
    rows: tuple[int, ...]
    places: tuple[str, ...]
    message: str
    location: str


def refusals(
    other: LoweredProduct,
    places: tuple[Place, ...],
    chosen: Chosen,
    filling: Chosen | None = None,
    *,
    earlier: bool = False,
) -> tuple[Refusal, ...]:
    """Everything that a version has against a configuration of another one; empty if it is valid there.

    Rules are read only where everything chosen exists. A place that only this version has counts as empty;
    one that cannot be empty takes what the filling says, or else its first value.

    Args:
        other: the version that judges.
        places: of the version that the configuration belongs to.
        chosen: the configuration.
        filling: of places that only this version has.
        earlier: whether this version is the one before: what it lacks is new then, and not gone.
    """
    filling = filling or Chosen({}, {})
    known = {place.key: place for place in places}
    units: dict[str, Units] = {}
    options: dict[str, Worth] = {}
    found: list[Refusal] = []
    for key, layout in other.layout.of.items():
        within = other.catalog.place_of[key].within
        if within is not None and options[within] is not True:
            # What lies in an instance that is not there is empty.
            if isinstance(layout, SlotLayout):
                units[key] = ()
            else:
                options[key] = False if layout.option.presence else ABSENT
        elif isinstance(layout, SlotLayout):
            before = chosen.units.get(key)
            if before is None:
                found.extend(_unfillable(other, layout))
            else:
                found.extend(_against_units(other, layout.slot, before))
            first = filling.units.get(key) or first_units(layout)
            units[key] = first if before is None else _own_units(layout.slot, before)
        else:
            value = chosen.options.get(key)
            new = key not in chosen.options or isinstance(value, Missing)
            if new or not _same_sort(known.get(key), layout.option):
                filled = filling.options.get(key, ABSENT)
                options[key] = _first_value(layout) if isinstance(filled, Missing) else filled
                continue
            assert not isinstance(value, Missing)
            found.extend(_against_value(layout, value))
            options[key] = value
    found.extend(_gone_places(other, places, chosen, earlier=earlier))
    return tuple(found) or tuple(_broken_rules(other, Chosen(units, options)))


def _broken_rules(other: LoweredProduct, chosen: Chosen) -> Iterator[Refusal]:
    for restriction in other.restrictions:
        read = set(places_read(restriction))
        order = tuple(key for key in other.layout.of if key in read)
        told: set[str] = set()
        for violation in violations(restriction, chosen):
            message = sentence(violation)
            if message not in told:
                told.add(message)
                location = restriction.span.location
                yield Refusal("rule", restriction.key, violation.rows, order, message, location)


# ---------------------------------------------------------------- slots


def _against_units(other: LoweredProduct, slot: Slot, units: Units) -> Iterator[Refusal]:
    for component, _ in units:
        own = other.catalog.component(slot.family, component.sku)
        if own is None:
            message = f"`{slot.key}` has no component `{component.sku}`"
            yield Refusal("component", None, (), (slot.key,), message, slot.family.span.location)
        elif not own.period.holds(other.as_of):
            message = f"{own.title} ({own.sku}) can be chosen {own.period.describe()}, not on {other.as_of}"
            yield Refusal("effectivity", None, (), (slot.key,), message, own.span.location)
    bounds, total = slot.cardinality, sum(quantity for _, quantity in units)
    problem = ""
    if total > bounds.maximum:
        problem = f"`{slot.key}` takes at most {bounds.maximum}, not {total}"
    elif total < bounds.minimum:
        problem = f"`{slot.key}` takes at least {bounds.minimum}, not {total}"
    elif len(units) > 1 and bounds.kind != "mixed":
        problem = f"`{slot.key}` takes one kind of component, not {len(units)}"
    if problem:
        yield Refusal("bounds", None, (), (slot.key,), problem, slot.span.location)


def _unfillable(other: LoweredProduct, layout: SlotLayout) -> Iterator[Refusal]:
    slot = layout.slot
    if not slot.cardinality.may_be_absent and not any(layout.values):
        message = f"nothing can be chosen for `{slot.key}` on {other.as_of}"
        yield Refusal("effectivity", None, (), (slot.key,), message, slot.span.location)


def _own_units(slot: Slot, units: Units) -> Units:
    """The same components as this version has them, in its own order."""
    amounts = {component.sku: quantity for component, quantity in units}
    return tuple((c, amounts[c.sku]) for c in slot.family.components if c.sku in amounts)


def first_units(layout: SlotLayout) -> Units:
    """The least that a slot can hold."""
    if layout.slot.cardinality.kind != "mixed":
        # Inside an assembly that may be absent the first value is nothing.
        real = (units for units in layout.values if units or layout.slot.cardinality.may_be_absent)
        return next(real, ())
    fewest = layout.slot.cardinality.minimum
    filled = [units[0][0] for units in layout.values if units]
    return ((filled[0], fewest),) if filled and fewest else ()


# ---------------------------------------------------------------- options


def _first_value(layout: OptionLayout | SetLayout) -> Worth:
    if isinstance(layout, SetLayout):
        return frozenset(layout.elements[: layout.option.minimum])
    # Inside an assembly that may be absent the first value is none.
    first = layout.values[0]
    return layout.values[1] if isinstance(first, Missing) else first


def _same_sort(before: Place | None, option: ProductOption) -> bool:
    if not isinstance(before, ProductOption) or type(before.type) is not type(option.type):
        return False
    return not isinstance(before.type, NumberType) or before.type == option.type


def _against_value(layout: OptionLayout | SetLayout, value: Value) -> Iterator[Refusal]:
    option = layout.option
    problem = ""
    if isinstance(layout, SetLayout):
        assert isinstance(value, frozenset)
        strange = sorted(value - set(layout.elements))
        if strange:
            problem = f"`{option.key}` has no element `{strange[0]}`"
        elif not option.minimum <= len(value) <= option.maximum:
            problem = f"`{option.key}` takes {option.minimum} to {option.maximum} elements, not {len(value)}"
    elif value not in set(layout.values):
        unit = option.range.unit if option.range else None
        number = isinstance(option.type, NumberType) and not isinstance(value, str | frozenset)
        told = format_number(value, unit) if number else value  # type: ignore[arg-type]  # by the option's type
        problem = f"`{option.key}` has no value `{told}`"
    if problem:
        yield Refusal("value", None, (), (option.key,), problem, option.span.location)


# ---------------------------------------------------------------- places that are gone


def _gone_places(
    other: LoweredProduct, places: tuple[Place, ...], chosen: Chosen, *, earlier: bool
) -> Iterator[Refusal]:
    gone: set[str] = set()
    for place in places:
        layout = other.layout.of.get(place.key)
        if layout is not None and _fills(place, layout):
            continue
        if place.within in gone:
            # That the instance is gone in which it lies says it all.
            gone.add(place.key)
            continue
        holds = chosen.units.get(place.key) if isinstance(place, Slot) else chosen.options[place.key]
        # Where it may be empty and is, nothing is missed; where it may not, it is not compared.
        may_be_empty = place.cardinality.may_be_absent if isinstance(place, Slot) else not place.minimum
        may_be_nothing = isinstance(place, Slot) or isinstance(place.type, SetType) or place.presence
        if holds and not isinstance(holds, Missing) and may_be_empty and may_be_nothing:
            message = f"the place `{place.key}` is {'new' if earlier else 'gone'}"
            where = place.span.location if earlier else ""
            if isinstance(place, ProductOption) and place.presence:
                gone.add(place.key)
            if layout is not None:
                message = f"`{place.key}` is {_described(layout)}"
                where = _declared(layout).span.location
            yield Refusal("place", None, (), (place.key,), message, where)


def _fills(place: Place, layout: PlaceLayout) -> bool:
    if isinstance(place, Slot) or isinstance(layout, SlotLayout):
        return isinstance(place, Slot) and isinstance(layout, SlotLayout)
    return _same_sort(place, layout.option)


def _declared(layout: PlaceLayout) -> Place:
    return layout.slot if isinstance(layout, SlotLayout) else layout.option


def _described(layout: PlaceLayout) -> str:
    if isinstance(layout, SlotLayout):
        return "filled with components"
    kind = layout.option.type
    return describe_type(kind) if not isinstance(kind, EnumerationType) else "one of several values"
