"""What is left of a place, in words: `gpu must be chosen`, `board.socket = AM5`, `width from 30 to 50`."""

from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction
from typing import TypeGuard

from configurator.catalog.expressions import Aggregate, AttributeOf, Expression, QuantityIn, children
from configurator.catalog.model import Catalog
from configurator.catalog.rules import Binding, Resource, Restriction, Rule, VariantTable
from configurator.catalog.values import Value, format_number, format_value
from configurator.explanation.conflict import listed
from configurator.lowering.layout import OptionLayout, PlaceLayout, SetLayout, SlotLayout

MOST_LISTED = 4
"""So many values are named one by one; of more it is told what they have in common, or how many they are."""


def read_of(restriction: Restriction, place: str) -> tuple[str, ...]:
    """The attributes that a restriction reads of a place's component, in the order of first mention."""
    names = {place}
    match restriction:
        case Rule(bindings=bindings, clauses=clauses):
            names |= {each.name for each in bindings if isinstance(each, Binding) and each.slot == place}
            expressions = [e for clause in clauses for e in (*clause.guards, clause.body)]
        case VariantTable(columns=columns):
            expressions = [column.expression for column in columns]
        case Resource(supply=supply, demand=demand):
            expressions = [term.expression for term in (*supply, *demand)]
    return tuple(dict.fromkeys(name for each in expressions for name in _attributes(each, names)))


def _attributes(expression: Expression, names: set[str]) -> Iterator[str]:
    match expression:
        case AttributeOf(place=place, attribute=attribute) if place in names:
            yield attribute
        case QuantityIn(place=place) if place in names:
            yield QUANTITY
        case Aggregate(slots=slots, bound=bound) if names & set(slots):
            names = names | {bound}
        case _:
            pass
    for child in children(expression):
        yield from _attributes(child, names)


QUANTITY = "quantity"


def tell_left(
    catalog: Catalog,
    layout: PlaceLayout,
    values: tuple[frozenset[int], ...],
    attributes: Iterable[str] = (),
    without: str = "",
) -> str:
    """What is left of a place, in words.

    Args:
        catalog: whose words.
        layout: the place's.
        values: for each of its variables the values left.
        attributes: what many components may have in common.
        without: a value that is not left, told where the words would leave it open.
    """
    also = f", not {without}" if without else ""
    match layout:
        case SetLayout():
            return _told_set(layout, values)
        case SlotLayout() if layout.slot.cardinality.kind == "mixed":
            return _told_mixed(layout, values, also)
        case SlotLayout() | OptionLayout():
            return _told_values(catalog, layout, sorted(values[0]), tuple(attributes), also)


def as_told(layout: PlaceLayout, values: tuple[frozenset[int], ...]) -> tuple[frozenset[int], ...]:
    """What is left of a place as far as `tell_left` has words for it.

    Of a mixed slot that is which components it may hold, and how many at least and at most; not that one of
    them fits only into its first position, which stands for something about combinations.
    """
    if not isinstance(layout, SlotLayout) or layout.slot.cardinality.kind != "mixed":
        return values
    if all(len(found) == 1 for found in values):
        return values
    components = frozenset(value for found in values for value in found if value)
    fewest, most = _fewest_and_most(values)
    least = fewest if fewest > layout.slot.cardinality.minimum else 0
    blank = frozenset({0})
    return tuple(
        blank if at >= most else components if at < least else components | blank for at in range(len(values))
    )


def _fewest_and_most(values: tuple[frozenset[int], ...]) -> tuple[int, int]:
    """How many positions of a mixed slot cannot be blank, and how many need not be."""
    return sum(0 not in found for found in values), sum(found != frozenset({0}) for found in values)


def _told_values(
    catalog: Catalog,
    layout: SlotLayout | OptionLayout,
    values: Sequence[int],
    attributes: Sequence[str],
    also: str,
) -> str:
    key = key_of(layout)
    size = len(layout.values)
    if not values:
        return f"nothing is left for {key}"
    if len(values) == 1:
        return f"{key} = {tell_value(layout, values[0])}"
    if isinstance(layout, SlotLayout):
        absent = next((value for value, units in enumerate(layout.values) if not units), None)
        if absent is not None and absent not in values and len(values) == size - 1:
            return f"{key} must be chosen"
    if isinstance(layout, OptionLayout) and layout.option.range is not None:
        return f"{key} {_told_runs(layout, values, also)}"
    if len(values) <= MOST_LISTED:
        return f"{key} is {_either([tell_value(layout, value) for value in values])}"
    gone = [value for value in range(size) if value not in set(values)]
    if isinstance(layout, SlotLayout):
        for name in attributes:
            look = _common_look(catalog, layout, name, frozenset(values))
            if look:
                return look
    if len(gone) <= MOST_LISTED:
        return f"{key} is not {_either([tell_value(layout, value) for value in gone])}"
    return f"{len(values)} of {size} are left for {key}{also}"


def _told_runs(layout: OptionLayout, values: Sequence[int], also: str) -> str:
    runs: list[list[int]] = []
    for value in values:
        if runs and runs[-1][1] == value - 1:
            runs[-1][1] = value
        else:
            runs.append([value, value])
    told = [
        tell_value(layout, low)
        if low == high
        else f"from {tell_value(layout, low)} to {tell_value(layout, high)}"
        for low, high in runs
    ]
    if len(runs) == 1:
        return told[0]
    return f"is {_either(told)}" if len(told) <= MOST_LISTED else f"is one of {len(values)} values{also}"


def _told_mixed(layout: SlotLayout, values: tuple[frozenset[int], ...], also: str) -> str:
    key = layout.slot.key
    if all(len(found) == 1 for found in values):
        counts: dict[str, int] = {}
        for found in values:
            for component, quantity in layout.values[next(iter(found))]:
                counts[component.sku] = counts.get(component.sku, 0) + quantity
        told = [sku if quantity == 1 else f"{quantity} x {sku}" for sku, quantity in counts.items()]
        return f"{key} = {', '.join(told) or 'none'}"
    left = {value for found in values for value in found if value}
    gone = [value for value in range(1, len(layout.values)) if value not in left]
    told = []
    if gone and len(gone) <= MOST_LISTED:
        told.append(f"holds no {_either([tell_value(layout, value) for value in gone])}")
    elif gone and len(left) <= MOST_LISTED:
        told.append(f"holds only {listed([tell_value(layout, value) for value in sorted(left)])}")
    elif gone:
        told.append(f"holds only {len(left)} of {len(layout.values) - 1} components{also}")
    fewest, most = _fewest_and_most(values)
    if fewest > layout.slot.cardinality.minimum:
        told.append(f"holds at least {fewest}")
    if most < layout.slot.cardinality.maximum:
        told.append(f"holds at most {most}")
    return f"{key} {' and '.join(told)}" if told else f"less is left for {key}"


def _told_set(layout: SetLayout, values: tuple[frozenset[int], ...]) -> str:
    pairs = list(zip(layout.elements, values, strict=True))
    inside = [element for element, found in pairs if found == frozenset({1})]
    outside = [element for element, found in pairs if found == frozenset({0})]
    if len(inside) + len(outside) == len(pairs):
        return f"{layout.option.key} = {', '.join(inside) or 'none'}"
    told = [f"includes {listed(inside)}"] if inside else []
    told += [f"is without {listed(outside)}"] if outside else []
    return f"{layout.option.key} {' and '.join(told)}" if told else f"less is left for {layout.option.key}"


def _either(words: Sequence[str]) -> str:
    *first, last = words
    return f"{', '.join(first)} or {last}" if first else last


def key_of(layout: PlaceLayout) -> str:
    """The key of a layout's place."""
    return layout.slot.key if isinstance(layout, SlotLayout) else layout.option.key


def tell_value(layout: SlotLayout | OptionLayout, value: int) -> str:
    """One value of a place, in words."""
    if isinstance(layout, SlotLayout):
        units = layout.values[value]
        if not units:
            return "none"
        ((component, quantity),) = units
        counted = layout.slot.cardinality.kind == "identical"
        return f"{quantity} x {component.sku}" if counted else component.sku
    meaning, bounds = layout.values[value], layout.option.range
    if bounds is not None and isinstance(meaning, int | Fraction):
        return format_number(meaning, bounds.unit)
    return format_value(meaning)


def tell_look(catalog: Catalog, layout: SlotLayout, attribute: str, values: Iterable[int]) -> str:
    """What the components left have in common: `cpu.igpu = no`; empty where that has no short form."""
    looks = [look_of(layout, attribute, value) for value in values]
    if not looks or any(look is None for look in looks):
        return ""
    seen = list(dict.fromkeys(looks))
    name = f"{layout.slot.key}.{attribute}"
    if len(seen) == 1:
        return f"{name} = {_tell_attribute(catalog, layout, attribute, seen[0])}"
    numbers = sorted(look for look in seen if _is_number(look))
    if len(numbers) == len(seen):
        low, high = (_tell_attribute(catalog, layout, attribute, look) for look in (numbers[0], numbers[-1]))
        return f"{name} from {low} to {high}"
    if len(seen) > MOST_LISTED:
        return ""
    return f"{name} is {_either([_tell_attribute(catalog, layout, attribute, look) for look in seen])}"


def _common_look(catalog: Catalog, layout: SlotLayout, attribute: str, values: frozenset[int]) -> str:
    """What just the components left have in common and no others; empty where that has no short form."""
    present = [value for value in range(len(layout.values)) if layout.values[value]]
    looks = {value: look_of(layout, attribute, value) for value in present}
    seen = {look for value, look in looks.items() if value in values}
    if None in seen or any(look in seen and value not in values for value, look in looks.items()):
        return ""
    text = _look_among(
        catalog, layout, attribute, seen, {look for look in looks.values() if look is not None}
    )
    if not text or len(present) == len(layout.values):
        return text
    may_be_absent = any(not layout.values[value] for value in values)
    return f"{layout.slot.key} = none or {text}" if may_be_absent else f"{text}, and it must be chosen"


def _look_among(
    catalog: Catalog, layout: SlotLayout, attribute: str, seen: set[Value], every: set[Value]
) -> str:
    name = f"{layout.slot.key}.{attribute}"
    numbers = sorted(look for look in every if _is_number(look))
    inside = sorted(look for look in seen if _is_number(look))
    if len(seen) > 1 and len(numbers) == len(every):
        if inside == numbers[: len(inside)]:
            return f"{name} at most {_tell_attribute(catalog, layout, attribute, inside[-1])}"
        if inside == numbers[-len(inside) :]:
            return f"{name} at least {_tell_attribute(catalog, layout, attribute, inside[0])}"
    if len(seen) > MOST_LISTED:
        return ""
    told = sorted(_tell_attribute(catalog, layout, attribute, look) for look in seen)
    return f"{name} {'=' if len(told) == 1 else 'is'} {_either(told)}"


def look_of(layout: SlotLayout, attribute: str, value: int) -> Value:
    """An attribute of the component a value stands for; `None` where it is blank or nothing is chosen."""
    units = layout.values[value]
    if not units:
        return None
    ((component, quantity),) = units
    return quantity if attribute == QUANTITY else component.values.get(attribute)


def _is_number(look: Value) -> TypeGuard[int | Fraction]:
    return isinstance(look, int | Fraction) and not isinstance(look, bool)


def _tell_attribute(catalog: Catalog, layout: SlotLayout, attribute: str, look: Value) -> str:
    known = layout.slot.family.attributes.get(attribute)
    unit = known.unit if known is not None and attribute != QUANTITY else None
    if _is_number(look):
        return format_number(look, unit, money=unit is not None and unit == catalog.currency)
    return f"{{{format_value(look)}}}" if isinstance(look, frozenset) else format_value(look)
