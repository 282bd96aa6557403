"""The whole catalog: resolved, checked, immutable."""

from collections.abc import Mapping
from datetime import date
from functools import cached_property

from attrs import field, frozen

from configurator.catalog.expressions import Calc, Expression
from configurator.catalog.rules import Default, Message, Restriction
from configurator.catalog.structure import Component, ComponentFamily, Period, Place, ProductOption, Slot
from configurator.catalog.values import Number, Unit
from configurator.source import Span


@frozen(eq=False)
class Preference:
    """`prefer`: a soft wish. Checked, not yet evaluated."""

    key: str
    expression: Expression
    weight: Number
    message: Message | None
    span: Span = field(repr=False)


@frozen(eq=False)
class Objective:
    """`minimise` or `maximise`. Checked, not yet evaluated."""

    direction: str
    expression: Expression
    weight: Number
    span: Span = field(repr=False)


@frozen(eq=False)
class Bundle:
    """A named partial choice with a price change. Checked, not yet applied."""

    key: str
    title: str
    period: Period
    span: Span = field(repr=False)


@frozen(eq=False)
class Scenario:
    """An author's own test. Checked, not yet run."""

    title: str
    tags: tuple[str, ...]
    span: Span = field(repr=False)


@frozen(eq=False, slots=False)
class Catalog:
    """A configuration model.

    Attributes:
        name: as in the header.
        places: slots and options in catalog order: as written, an import standing for the file it names.
        units: by name, of all files, the currency among them.
        calcs: by key, in the order declared.
        restrictions: rules, tables and resources, in the order declared.
        defaults: in the order declared.
        digest: `sha256:…` of the canonical content; formatting does not change it.
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
    preferences: tuple[Preference, ...] = field(repr=False)
    objectives: tuple[Objective, ...] = field(repr=False)
    bundles: tuple[Bundle, ...] = field(repr=False)
    scenarios: tuple[Scenario, ...] = field(repr=False)
    digest: str

    @cached_property
    def place_of(self) -> Mapping[str, Place]:
        """Every slot and option by its key."""
        return {place.key: place for place in self.places}

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

    @cached_property
    def stocked(self) -> frozenset[str]:
        """The SKUs that are lines of a bill of materials."""
        return frozenset(c.sku for family in self.families.values() for c in family.components if c.stocked)
