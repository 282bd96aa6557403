"""The whole catalog: resolved, checked, immutable."""

from collections.abc import Mapping
from datetime import date
from functools import cached_property

from attrs import field, frozen

from configurator.catalog.choices import PlaceChoice
from configurator.catalog.expectations import Expectation
from configurator.catalog.expressions import Calc, Expression
from configurator.catalog.rules import Default, Message, Restriction
from configurator.catalog.structure import (
    AssemblyPlace,
    Component,
    ComponentFamily,
    FinalAssembly,
    Period,
    Place,
    ProductOption,
    Slot,
)
from configurator.catalog.values import Number, Unit
from configurator.source import Span


@frozen(eq=False)
class Preference:
    """`prefer`: a soft wish, which counts where its condition is *true*.

    Attributes:
        text: the condition as written.
    """

    key: str
    expression: Expression
    weight: Number
    message: Message | None
    text: str
    span: Span = field(repr=False)


@frozen(eq=False)
class Objective:
    """`minimise` or `maximise`: a soft wish.

    Attributes:
        direction: `minimise` or `maximise`.
        text: the expression as written.
    """

    direction: str
    expression: Expression
    weight: Number
    text: str
    span: Span = field(repr=False)


Wish = Preference | Objective
"""What completion minds after the defaults."""


@frozen(eq=False)
class Bundle:
    """A named partial choice with a price change, applied by who names it and never by the solver.

    Attributes:
        choices: what it chooses, at most one choice for each place, in the order written; each says so.
        price: what it adds to `bundles.price`, in the unit that units of money are multiples of; below zero
            for a reduction, 0 where it says nothing.
        about: a sentence about it; empty for none.
    """

    key: str
    title: str
    period: Period
    choices: tuple[PlaceChoice, ...]
    price: Number
    about: str
    span: Span = field(repr=False)


@frozen(eq=False)
class Scenario:
    """An author's own test.

    Attributes:
        todo: whether it is only a reminder: checked, but not run.
        day: `given date`; `None` where none is given.
        stock: `given stock`: SKUs with their counts; there is plenty of everything else.
        bundles: keys of the bundles that are applied.
        choices: at most one for each place, in catalog order; `choose only` names all places but those that
            a bundle chooses.
        expectations: in the order written.
        title_span: where the title stands.
    """

    title: str
    tags: tuple[str, ...]
    todo: bool
    day: date | None
    stock: tuple[tuple[str, int], ...]
    bundles: tuple[str, ...]
    choices: tuple[PlaceChoice, ...]
    expectations: tuple[Expectation, ...]
    title_span: Span = field(repr=False)
    span: Span = field(repr=False)


@frozen(eq=False, slots=False)
class Catalog:
    """A configuration model.

    Attributes:
        name: as in the header.
        places: slots and options in catalog order: as written, an import standing for the file it names,
            and an assembly for the places of each of its instances.
        assemblies: where instances of assemblies stand, in catalog order, an outer one before those in it.
        units: by name, of all files, the currency among them.
        calcs: by key, in the order declared.
        restrictions: rules, tables and resources, in the order declared.
        defaults: in the order declared.
        wishes: preferences and objectives, in the order declared.
        digest: `sha256:…` of the canonical content; formatting does not change it.
        final_assembly: how the product is made of its components; `None` where nothing says.
    """

    name: str
    title: str
    version: str
    currency: Unit | None
    timezone: str
    tested_on: date | None
    units: Mapping[str, Unit] = field(repr=False)
    families: Mapping[str, ComponentFamily] = field(repr=False)
    places: tuple[Place, ...]
    calcs: Mapping[str, Calc] = field(repr=False)
    restrictions: tuple[Restriction, ...] = field(repr=False)
    defaults: tuple[Default, ...] = field(repr=False)
    wishes: tuple[Wish, ...] = field(repr=False)
    bundles: tuple[Bundle, ...] = field(repr=False)
    scenarios: tuple[Scenario, ...] = field(repr=False)
    digest: str
    assemblies: tuple[AssemblyPlace, ...] = field(default=(), repr=False)
    final_assembly: FinalAssembly | None = field(default=None, repr=False)

    @cached_property
    def place_of(self) -> Mapping[str, Place]:
        """Every slot and option by its key."""
        return {place.key: place for place in self.places}

    @cached_property
    def preferences(self) -> tuple[Preference, ...]:
        """The preferences, in the order declared."""
        return tuple(wish for wish in self.wishes if isinstance(wish, Preference))

    @cached_property
    def objectives(self) -> tuple[Objective, ...]:
        """The objectives, in the order declared."""
        return tuple(wish for wish in self.wishes if isinstance(wish, Objective))

    @cached_property
    def assembly_of(self) -> Mapping[str, AssemblyPlace]:
        """Every place of assemblies by its key."""
        return {place.key: place for place in self.assemblies}

    @cached_property
    def _prefixes(self) -> frozenset[str]:
        return frozenset(self._homes)

    def assembly_around(self, prefix: str) -> AssemblyPlace:
        """The place of the assembly of which an instance is one, by the prefix of its paths."""
        return self._homes[prefix]

    @cached_property
    def _homes(self) -> Mapping[str, AssemblyPlace]:
        return {each.prefix: place for place in self.assemblies for each in place.instances}

    def instance_around(self, key: str) -> str:
        """The prefix of the innermost instance of an assembly in which a path lies; empty for none."""
        while key:
            key = key.rpartition(".")[0]
            if key in self._prefixes:
                return key
        return ""

    def inside(self, prefix: str) -> tuple[Place | AssemblyPlace, ...]:
        """What is directly inside an instance, or with no prefix in the product, in catalog order.

        Assemblies stand for the options that say whether their instances are there.
        """
        return self._members.get(prefix, ())

    @cached_property
    def _members(self) -> Mapping[str, tuple[Place | AssemblyPlace, ...]]:
        found: dict[str, dict[str, Place | AssemblyPlace]] = {}
        home = self._homes

        def note(member: Place | AssemblyPlace) -> None:
            around = self.instance_around(member.key)
            if around:
                note(home[around])
            found.setdefault(around, {}).setdefault(member.key, member)

        for place in self.places:
            presence = isinstance(place, ProductOption) and place.presence
            note(home[place.key] if presence else place)
        return {prefix: tuple(members.values()) for prefix, members in found.items()}

    @cached_property
    def slots(self) -> tuple[Slot, ...]:
        """The slots, in catalog order."""
        return tuple(place for place in self.places if isinstance(place, Slot))

    @cached_property
    def options(self) -> tuple[ProductOption, ...]:
        """The options, in catalog order."""
        return tuple(place for place in self.places if isinstance(place, ProductOption))

    @cached_property
    def _components(self) -> Mapping[tuple[str, str], Component]:
        return {(family.key, c.sku): c for family in self.families.values() for c in family.components}

    def component(self, family: ComponentFamily, sku: str) -> Component | None:
        """The component of a family with that SKU, whatever the date; `None` when there is none."""
        return self._components.get((family.key, sku))

    def rank(self, family: ComponentFamily, sku: str) -> int:
        """Where the component of that SKU stands in its family, from 0."""
        return self._ranks[(family.key, sku)]

    @cached_property
    def _ranks(self) -> Mapping[tuple[str, str], int]:
        families = self.families.values()
        return {(f.key, c.sku): at for f in families for at, c in enumerate(f.components)}

    @cached_property
    def stocked(self) -> frozenset[str]:
        """The SKUs that are lines of a bill of materials."""
        return frozenset(c.sku for family in self.families.values() for c in family.components if c.stocked)
