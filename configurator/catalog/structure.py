"""What there is: families of components, and the places of the product that they fill."""

from collections.abc import Mapping
from datetime import date
from fractions import Fraction
from typing import Literal

from attrs import field, frozen

from configurator.catalog.values import (
    BooleanType,
    EnumerationType,
    Number,
    NumberType,
    SetType,
    Type,
    Unit,
    Value,
    normal,
)
from configurator.source import Span


@frozen
class Period:
    """Days on which something is in force, both ends inclusive, `None` for open."""

    start: date | None = None
    end: date | None = None

    def holds(self, day: date) -> bool:
        """Whether `day` lies in it."""
        return (self.start is None or self.start <= day) and (self.end is None or day <= self.end)

    def describe(self) -> str:
        """`from 2027-01-15`, `until 2026-12-31`, both, or `always`."""
        words = [f"from {self.start}"] if self.start else []
        words += [f"until {self.end}"] if self.end else []
        return " ".join(words) or "always"


ALWAYS = Period()


@frozen
class Attribute:
    """A column of a family.

    Attributes:
        unit: the unit in which values are shown; `None` for plain numbers and other types.
        optional: whether a value may be blank (unknown).
    """

    name: str
    title: str
    type: Type
    unit: Unit | None
    optional: bool
    span: Span = field(eq=False, repr=False)


@frozen
class Component:
    """A stocked thing.

    Attributes:
        title: its name for people; the SKU when it has none.
        values: by attribute; a blank one is missing.
        stocked: whether it is a line of the bill of materials.
    """

    sku: str
    title: str
    values: Mapping[str, Value] = field(repr=False, hash=False)
    period: Period
    stocked: bool
    span: Span = field(eq=False, repr=False)


@frozen
class ComponentFamily:
    """A set of interchangeable components.

    Attributes:
        key: its dotted path.
        components: in catalog order, those of all dates.
    """

    key: str
    title: str
    attributes: Mapping[str, Attribute] = field(hash=False)
    components: tuple[Component, ...]
    span: Span = field(eq=False, repr=False)


@frozen
class Cardinality:
    """How many components fill a slot.

    `one`, `optional` (one or none), `identical` (one component times a quantity), `mixed`
    (a multiset of components). Bounds are inclusive; a minimum of 0 means that it may be absent.
    """

    kind: Literal["one", "optional", "identical", "mixed"]
    minimum: int
    maximum: int

    @property
    def may_be_absent(self) -> bool:
        """Whether nothing may be chosen."""
        return self.minimum == 0


@frozen
class Slot:
    """A place in the product that components of a family fill.

    Attributes:
        within: the option that says whether the assembly is there in which the slot lies; `None`
            where it lies in none, or in one that is always there.
    """

    key: str
    title: str
    family: ComponentFamily
    cardinality: Cardinality
    span: Span = field(eq=False, repr=False)
    within: str | None = None

    @property
    def may_be_empty(self) -> bool:
        """Whether nothing may fill it, be it for want of the assembly in which it lies."""
        return self.cardinality.may_be_absent or self.within is not None


@frozen
class RangeDomain:
    """Numbers from `minimum` to `maximum` in steps, in base units; the unit is the one written."""

    minimum: Number
    maximum: Number
    step: Number
    unit: Unit | None

    @property
    def size(self) -> int:
        """How many numbers there are."""
        return int(Fraction(self.maximum - self.minimum) / self.step) + 1

    def value(self, index: int) -> Number:
        """The number at a position, from 0."""
        return normal(self.minimum + index * self.step)


@frozen
class ProductOption:
    """A choice that is no stocked component.

    Attributes:
        type: `EnumerationType` (one of), `BooleanType`, `NumberType`, or `SetType` (some).
        range: of numbers; `None` for the others.
        minimum: fewest elements of a set, inclusive; 0 for the others.
        maximum: most elements of a set, inclusive; 0 for the others.
        within: the option that says whether the assembly is there in which this one lies, as for slots;
            without the assembly the option has no value.
        presence: whether it is itself such an option: it is yes where an instance of an assembly is
            there, and no where it is not. `within` is then that of the surrounding assembly.
    """

    key: str
    title: str
    type: EnumerationType | BooleanType | NumberType | SetType
    range: RangeDomain | None
    minimum: int
    maximum: int
    span: Span = field(eq=False, repr=False)
    within: str | None = None
    presence: bool = False

    @property
    def may_be_empty(self) -> bool:
        """Whether it has no value where the assembly is not there in which it lies."""
        return self.within is not None and not self.presence


Place = Slot | ProductOption
"""Something to be decided."""


def is_presence(place: Place | None) -> bool:
    """Whether a place is an option that says if an instance of an assembly is there."""
    return isinstance(place, ProductOption) and place.presence


@frozen
class Instance:
    """One of the places that an assembly may take.

    Attributes:
        prefix: what the paths of its places begin with, before a dot: `basket`, `bag[1]`.
        presence: the option that says whether it is there; `None` where it always is.
        outer: the prefixes of the instances around it of the assemblies inside which its own assembly
            is declared, the nearest first.
    """

    prefix: str
    presence: str | None
    outer: tuple[str, ...] = ()


@frozen
class AssemblyPlace:
    """Where instances of an assembly stand, several of which are equal up to their order.

    Attributes:
        key: its path, as an author writes it inside what surrounds it: `bag`; `rack[1].shelf` for the
            shelves of the first rack.
        assembly: the key of the assembly as it is declared.
        minimum: fewest instances, inclusive.
        instances: as many as there may be at most, in order.
        within: as for slots.
        repeated: whether it is written as a list, even where one instance is the most.
    """

    key: str
    title: str
    assembly: str
    minimum: int
    instances: tuple[Instance, ...]
    span: Span = field(eq=False, repr=False)
    within: str | None = None
    repeated: bool = False

    @property
    def maximum(self) -> int:
        """Most instances, inclusive."""
        return len(self.instances)


@frozen
class FinalAssembly:
    """`assembled in 2 days for 35.00 EUR`: what it takes to make the product of its components.

    Attributes:
        days: working days, from the first one on which all components are there.
        cost: what it costs the maker, in base units as every amount; `None` where nothing says.
        workdays: weekdays on which work is done, 0 for Monday to 6 for Sunday; ascending.
        closed: days on which none is done all the same, both ends inclusive; in the order written.
    """

    days: int
    cost: Number | None
    workdays: tuple[int, ...]
    closed: tuple[Period, ...]
    span: Span = field(eq=False, repr=False)
