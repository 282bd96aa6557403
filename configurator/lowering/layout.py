"""Which variables stand for a slot or an option, and what each of their values means.

| Place                  | Variables                | Values, in catalog order                        |
|------------------------|--------------------------|-------------------------------------------------|
| slot of one            | one                      | its components                                  |
| optional slot          | one                      | absent, then its components                     |
| identical slot         | one                      | absent if it may be, then component by quantity |
| mixed slot, up to n    | n positions, ascending   | blank, then its components                      |
| option (one of, yesno) | one                      | its values; no before yes                       |
| option (number)        | one                      | its numbers, ascending                          |
| option (some)          | one per element          | left out, in                                    |

A multiset is written as its ascending sequence, filled up with blanks: each once, and
lexicographic order of sequences is dictionary order of the lists that people see.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from math import comb, prod

from attrs import field, frozen

from configurator.catalog.evaluation import Units
from configurator.catalog.structure import Component, Place, ProductOption, Slot
from configurator.catalog.values import BooleanType, EnumerationType, SetType, Value
from configurator.csp.variables import Assignment, Assumptions, Variable


@frozen
class SlotLayout:
    """The variables of a slot: one, or one per position of a mixed slot.

    Attributes:
        values: what each value adds to the slot; the same for every position.
    """

    slot: Slot
    variables: tuple[int, ...]
    values: tuple[Units, ...] = field(repr=False)

    def units(self, assignment: Assignment) -> Units:
        """What fills the slot: components with quantities, in catalog order, each component once."""
        quantities: dict[str, tuple[Component, int]] = {}
        for variable in self.variables:
            for component, quantity in self.values[assignment[variable]]:
                before = quantities.get(component.sku, (component, 0))[1]
                quantities[component.sku] = (component, before + quantity)
        return tuple(quantities.values())

    def combinations(self, assumptions: Assumptions) -> int:
        """How many ways there are to fill the slot, without any rule.

        An open mixed slot: the multisets of its components within its bounds.
        """
        bounds = self.slot.cardinality
        if bounds.kind != "mixed" or all(variable in assumptions for variable in self.variables):
            return prod(len(assumptions.get(v, self.values)) for v in self.variables)
        kinds = len(self.values) - 1
        if not kinds:
            return int(bounds.may_be_absent)
        return sum(comb(kinds + n - 1, n) for n in range(bounds.minimum, bounds.maximum + 1))


@frozen
class OptionLayout:
    """The variable of an option.

    Attributes:
        values: what each value stands for.
    """

    option: ProductOption
    variables: tuple[int, ...]
    values: Sequence[Value] = field(repr=False)

    def value(self, assignment: Assignment) -> Value:
        """What the option is set to."""
        return self.values[assignment[self.variables[0]]]

    def combinations(self, assumptions: Assumptions) -> int:
        """How many values the option can take."""
        return len(assumptions.get(self.variables[0], self.values))


@frozen
class SetLayout:
    """The variables of a set option: one per element, in the order listed."""

    option: ProductOption
    variables: tuple[int, ...]
    elements: tuple[str, ...]

    def value(self, assignment: Assignment) -> frozenset[str]:
        """The elements that are in."""
        pairs = zip(self.elements, self.variables, strict=True)
        return frozenset(element for element, variable in pairs if assignment[variable])

    def combinations(self, assumptions: Assumptions) -> int:
        """How many sets within the bounds hold what is assumed in and leave out what is assumed out."""
        fixed = sum(1 for v in self.variables if assumptions.get(v) == frozenset({1}))
        free = sum(1 for v in self.variables if v not in assumptions)
        low, high = self.option.minimum - fixed, self.option.maximum - fixed
        return sum(comb(free, n) for n in range(max(0, low), min(free, high) + 1))


PlaceLayout = SlotLayout | OptionLayout | SetLayout


@frozen(eq=False)
class Layout:
    """All variables of a product on one day.

    Attributes:
        of: each place's own part, in catalog order.
    """

    variables: tuple[Variable, ...]
    of: Mapping[str, PlaceLayout]


def lay_out(places: tuple[Place, ...], as_of: date) -> Layout:
    """Variables for every place, in catalog order; only components in force on that day have values."""
    variables: list[Variable] = []
    of: dict[str, PlaceLayout] = {}

    def take(sizes: Sequence[tuple[str, int]]) -> tuple[int, ...]:
        first = len(variables)
        variables.extend(Variable(name, size) for name, size in sizes)
        return tuple(range(first, len(variables)))

    for place in places:
        if isinstance(place, Slot):
            values = slot_values(place, as_of)
            names = [place.key]
            if place.cardinality.kind == "mixed":
                names = [f"{place.key}[{at + 1}]" for at in range(place.cardinality.maximum)]
            of[place.key] = SlotLayout(place, take([(name, len(values)) for name in names]), values)
        elif isinstance(place.type, SetType):
            elements = place.type.values or ()
            indices = take([(f"{place.key}:{element}", 2) for element in elements])
            of[place.key] = SetLayout(place, indices, elements)
        else:
            options = option_values(place)
            of[place.key] = OptionLayout(place, take([(place.key, len(options))]), options)
    return Layout(tuple(variables), of)


def slot_values(slot: Slot, as_of: date) -> tuple[Units, ...]:
    """What the values of a slot's variables stand for: see the table above."""
    components = [component for component in slot.family.components if component.period.holds(as_of)]
    cardinality = slot.cardinality
    absent: tuple[Units, ...] = ((),) if cardinality.may_be_absent else ()
    match cardinality.kind:
        case "one" | "optional":
            return absent + tuple(((component, 1),) for component in components)
        case "identical":
            quantities = range(max(1, cardinality.minimum), cardinality.maximum + 1)
            return absent + tuple(((c, quantity),) for c in components for quantity in quantities)
        case "mixed":
            return ((), *(((component, 1),) for component in components))


def option_values(option: ProductOption) -> tuple[Value, ...]:
    """What the values of an option's variable stand for."""
    match option.type:
        case EnumerationType(values=values):
            return values
        case BooleanType():
            return (False, True)
        case _:
            assert option.range is not None
            return tuple(option.range.value(index) for index in range(option.range.size))
