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

In an assembly that may be absent every slot may be, and an option has one value more, the first: none.
An instance of an assembly is a yesno option, whether it is there.

A multiset is written as its ascending sequence, filled up with blanks: each once, and
lexicographic order of sequences is dictionary order of the lists that people see.
"""

from collections.abc import Hashable, Iterable, Mapping, Sequence
from datetime import date
from math import comb, prod
from typing import TypeVar

from attrs import field, frozen

from configurator.catalog.evaluation import Units
from configurator.catalog.structure import Component, Place, ProductOption, Slot
from configurator.catalog.values import ABSENT, BooleanType, EnumerationType, Missing, SetType, Value
from configurator.csp.variables import Assignment, Assumptions, Variable

Content = TypeVar("Content")


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
        values: what each value stands for; `ABSENT` first where the assembly may be absent in which the
            option lies.
    """

    option: ProductOption
    variables: tuple[int, ...]
    values: Sequence[Value | Missing] = field(repr=False)

    def value(self, assignment: Assignment) -> Value | Missing:
        """What the option is set to."""
        return self.values[assignment[self.variables[0]]]

    def combinations(self, assumptions: Assumptions) -> int:
        """How many values the option can take."""
        return len(assumptions.get(self.variables[0], self.values))


@frozen
class SetLayout:
    """The variables of a set option: one per element, in the order listed.

    Attributes:
        presence: the variable that says whether the assembly is there in which the option lies; `None` where
            it always is.
    """

    option: ProductOption
    variables: tuple[int, ...]
    elements: tuple[str, ...]
    presence: int | None = None

    def value(self, assignment: Assignment) -> frozenset[str] | Missing:
        """The elements that are in; `ABSENT` without the assembly."""
        if self.presence is not None and not assignment[self.presence]:
            return ABSENT
        pairs = zip(self.elements, self.variables, strict=True)
        return frozenset(element for element, variable in pairs if assignment[variable])

    def combinations(self, assumptions: Assumptions) -> int:
        """How many sets within the bounds hold what is assumed in and leave out what is assumed out."""
        fixed = sum(1 for v in self.variables if assumptions.get(v) == frozenset({1}))
        free = sum(1 for v in self.variables if v not in assumptions)
        low, high = self.option.minimum - fixed, self.option.maximum - fixed
        return sum(comb(free, n) for n in range(max(0, low), min(free, high) + 1))


PlaceLayout = SlotLayout | OptionLayout | SetLayout


def is_outside(layout: SlotLayout | OptionLayout, value: int) -> bool:
    """Whether a value says no more than that the assembly is not there in which the place lies."""
    if isinstance(layout, OptionLayout):
        return isinstance(layout.values[value], Missing)
    return not layout.values[value] and not layout.slot.cardinality.may_be_absent


@frozen(eq=False)
class ValueClasses:
    """The values of a variable in classes: what looks the same has the same number.

    Attributes:
        of: the class of each value; numbered from 0 in the order of their first values.
        first: the first value of each class.
    """

    of: tuple[int, ...] = field(repr=False)
    first: tuple[int, ...]

    @classmethod
    def by(cls, looks: Iterable[Hashable]) -> "ValueClasses":
        """The classes of values of which each looks like this."""
        numbers: dict[Hashable, int] = {}
        of = tuple([numbers.setdefault(look, len(numbers)) for look in looks])
        first = dict(zip(reversed(of), range(len(of) - 1, -1, -1), strict=True))
        return cls(of, tuple([first[number] for number in range(len(numbers))]))

    @classmethod
    def joint(cls, parts: Sequence["ValueClasses"], size: int) -> "ValueClasses":
        """The classes of values that look the same to every part; all values are alike to no part."""
        if not parts:
            return cls((0,) * size, (0,) if size else ())
        return parts[0] if len(parts) == 1 else cls.by(zip(*(part.of for part in parts), strict=True))

    def merged(self, looks: Iterable[Hashable]) -> "ValueClasses":
        """The same values in fewer classes: those become one that look like this, one look for each class."""
        coarser = ValueClasses.by(looks)
        of = tuple(map(coarser.of.__getitem__, self.of))
        return ValueClasses(of, tuple([self.first[number] for number in coarser.first]))

    def spread(self, of_classes: Sequence[Content]) -> tuple[Content, ...]:
        """What belongs to each value, from what belongs to each class."""
        return tuple(map(of_classes.__getitem__, self.of))


@frozen(eq=False)
class Layout:
    """All variables of a product on one day.

    Attributes:
        of: each place's own part, in catalog order.
        at: the place of each variable.
        looks: what was found out about values so far, by what was asked; filled by `readings`. It is
            never wrong to find the same twice, so threads may share it.
    """

    variables: tuple[Variable, ...]
    of: Mapping[str, PlaceLayout]
    at: tuple[PlaceLayout, ...] = field(init=False, repr=False)
    looks: dict[Hashable, ValueClasses] = field(init=False, repr=False, factory=dict)

    @at.default
    def _places_of_variables(self) -> tuple[PlaceLayout, ...]:
        places = {variable: place for place in self.of.values() for variable in place.variables}
        return tuple(places[variable] for variable in range(len(self.variables)))


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
            presence = of[place.within].variables[0] if place.within is not None else None
            of[place.key] = SetLayout(place, indices, elements, presence)
        else:
            options = option_values(place)
            of[place.key] = OptionLayout(place, take([(place.key, len(options))]), options)
    return Layout(tuple(variables), of)


def slot_values(slot: Slot, as_of: date) -> tuple[Units, ...]:
    """What the values of a slot's variables stand for: see the table above."""
    components = [component for component in slot.family.components if component.period.holds(as_of)]
    cardinality = slot.cardinality
    absent: tuple[Units, ...] = ((),) if slot.may_be_empty else ()
    match cardinality.kind:
        case "one" | "optional":
            return absent + tuple(((component, 1),) for component in components)
        case "identical":
            quantities = range(max(1, cardinality.minimum), cardinality.maximum + 1)
            return absent + tuple(((c, quantity),) for c in components for quantity in quantities)
        case "mixed":
            return ((), *(((component, 1),) for component in components))


def option_values(option: ProductOption) -> tuple[Value | Missing, ...]:
    """What the values of an option's variable stand for."""
    none: tuple[Missing, ...] = (ABSENT,) if option.may_be_empty else ()
    match option.type:
        case EnumerationType(values=values):
            return (*none, *values)
        case BooleanType():
            return (*none, False, True)
        case _:
            assert option.range is not None
            return (*none, *(option.range.value(index) for index in range(option.range.size)))
