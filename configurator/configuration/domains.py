"""For each place what it can still take: the valid domains."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from fractions import Fraction
from typing import Literal

from attrs import field, frozen

from configurator.catalog.choices import SlotChoice
from configurator.catalog.structure import ProductOption
from configurator.catalog.values import Value, normal
from configurator.configuration.completion import Completed, Completion, complete
from configurator.configuration.model import ComponentQuantity, PlaceValue, option_value
from configurator.configuration.pricing import Amount
from configurator.configuration.product import Question
from configurator.engines.engine import NO_LIMITS, Domains, SearchLimits, Unknown
from configurator.engines.multiset_questions import multiset_offers
from configurator.errors import SearchLimitError
from configurator.lowering.choices import place_of
from configurator.lowering.layout import OptionLayout, SetLayout, SlotLayout

OfferState = Literal["free", "chosen", "default", "bundle", "forced", "excluded"]
"""`chosen` by the customer, `forced` (the only one left), `default` (completion takes it because a default
says so: one that has to yield to others is not shown), `free`. `bundle` is for what came with a bundle, which
nothing does so far. `excluded` from every completion: only sessions show that."""

PriceDelta = Amount | Unknown | None
"""What the cheapest completion costs more with a value than without having to take it, below zero if less.

`None` where nobody asked for it, where there is no price, or where no completion with the value has one."""


@frozen
class Offer:
    """A value that a slot or option can take.

    Attributes:
        value: a SKU, an option's value, or `None` where nothing can be chosen.
        state: see `OfferState`.
        price_delta: see `PriceDelta`; told by sessions.
    """

    value: PlaceValue
    state: OfferState
    price_delta: PriceDelta = None


@frozen
class ValueOffers:
    """A slot of one, an optional slot, or an option of listed values: what it can take, in catalog order."""

    offers: tuple[Offer, ...]
    kind: Literal["values"] = field(default="values", init=False)


@frozen
class QuantityOffer:
    """A component with the quantities in which it can be had, both inclusive; 0 where it is excluded.

    Attributes:
        price_delta: of the quantity that comes cheapest.
    """

    component: str
    lowest: int
    highest: int
    state: OfferState
    price_delta: PriceDelta = None


@frozen
class IdenticalOffers:
    """A slot of identical components, in catalog order.

    Attributes:
        absent: whether nothing can be chosen.
        absent_delta: the price delta of choosing nothing.
    """

    offers: tuple[QuantityOffer, ...]
    absent: bool
    absent_delta: PriceDelta = None
    kind: Literal["identical"] = field(default="identical", init=False)


@frozen
class MixedOffer:
    """A component of a mixed slot with the highest count it can have; 0 where it is excluded.

    Attributes:
        state: `chosen` where the customer named it, `forced` where the slot can be filled in one way only,
            `default` where the default that completion takes has it.
        price_delta: of having at least one.
    """

    component: str
    highest: int
    state: OfferState = "free"
    price_delta: PriceDelta = None


@frozen
class MixedOffers:
    """A mixed slot, in catalog order, with the fewest and the most units it can hold in all."""

    offers: tuple[MixedOffer, ...]
    fewest: int
    most: int
    kind: Literal["mixed"] = field(default="mixed", init=False)


@frozen
class Interval:
    """Numbers from `low` to `high`, both inclusive, in the option's own unit and steps."""

    low: int | Fraction
    high: int | Fraction


@frozen
class NumberOffers:
    """A number: the intervals it can lie in, ascending."""

    intervals: tuple[Interval, ...]
    kind: Literal["number"] = field(default="number", init=False)


@frozen
class ElementOffer:
    """An element of a set: it `must` be in, `can` be, or `cannot`.

    Attributes:
        price_delta: of having it in.
    """

    element: str
    state: Literal["must", "can", "cannot"]
    price_delta: PriceDelta = None


@frozen
class SetOffers:
    """A set option: every element, in the order listed."""

    elements: tuple[ElementOffer, ...]
    kind: Literal["set"] = field(default="set", init=False)


PlaceOffers = ValueOffers | IdenticalOffers | MixedOffers | NumberOffers | SetOffers


@frozen
class ValidDomains:
    """What every place can still take, by path, in catalog order.

    Whatever is offered can be completed to a valid configuration; whatever is withheld
    cannot. Where the choices leave nothing, every place is empty.
    """

    of: Mapping[str, PlaceOffers]

    def or_raise(self) -> "ValidDomains":
        """This answer."""
        return self


Deltas = Callable[[int, int], PriceDelta]
"""What a value of a variable comes to."""


def valid_domains(question: Question, limits: SearchLimits = NO_LIMITS) -> ValidDomains | Unknown:
    """The valid domains of all places under the choices.

    Cost: about one search per value that no solution seen so far shows, and a completion where a place with a
    default is undecided.
    """
    layouts = question.product.lowered.layout
    try:
        domains: Domains | Unknown = tuple(() for _ in layouts.variables)
        if not question.impossible:
            domains = question.prepared.domains(question.choices.assumptions, limits)
        if isinstance(domains, Unknown):
            return domains
        defaults = taken_defaults(question, domains, lambda: complete(question, limits))
        return ValidDomains(Offers(OfferWriter(question, domains, limits, defaults)))
    except SearchLimitError as error:
        return Unknown(error.reason)


Defaults = Mapping[str, PlaceValue]
"""The places that take their default, with what that is."""


def taken_defaults(question: Question, domains: Domains, find: Callable[[], Completion]) -> Defaults:
    """What completion takes by default for places that are undecided.

    Args:
        question: the choices.
        domains: the valid domains under them.
        find: completes the choices; asked only where a default can still matter.

    Raises:
        SearchLimitError: it is not known how the choices are completed.
    """
    chosen = frozenset(place_of(choice) for choice in question.choices.choices)
    layouts = question.product.lowered.layout.of
    undecided = {
        default.place
        for default in question.product.catalog.defaults
        if default.place not in chosen
        and any(len(domains[variable]) > 1 for variable in layouts[default.place].variables)
    }
    completion = find() if undecided else None
    if isinstance(completion, Unknown):
        raise SearchLimitError(completion.reason)
    if not isinstance(completion, Completed):
        return {}
    return {place: completion.configuration[place] for place in completion.defaults if place in undecided}


class Offers(Mapping[str, PlaceOffers]):
    """The offers of all places, written out place by place when they are looked at.

    A family of thousands takes milliseconds to be written out, and who asks is often looking at one place.
    """

    def __init__(self, writer: "OfferWriter") -> None:
        """Mixed slots are asked about now, since a limit may stop that.

        Raises:
            SearchLimitError: it did.
        """
        self._layouts = writer.question.product.lowered.layout.of
        self._writer = writer
        self._written = {key: writer.write(key) for key, layout in self._layouts.items() if _is_mixed(layout)}

    def __getitem__(self, key: str) -> PlaceOffers:
        if key not in self._written:
            if key not in self._layouts:
                raise KeyError(key)
            self._written[key] = self._writer.write(key)
        return self._written[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._layouts)

    def __len__(self) -> int:
        return len(self._layouts)

    def __repr__(self) -> str:
        return repr(dict(self))

    def or_raise(self) -> "Offers":
        """These offers."""
        return self

    def __reduce__(self) -> tuple[type[dict[str, PlaceOffers]], tuple[dict[str, PlaceOffers]]]:
        return dict, (dict(self),)


def _is_mixed(layout: object) -> bool:
    return isinstance(layout, SlotLayout) and layout.slot.cardinality.kind == "mixed"


@frozen(eq=False)
class OfferWriter:
    """Writes out what places are offered.

    Attributes:
        question: the choices under which it is asked.
        domains: the valid domains under them.
        limits: those of asking about mixed slots.
        defaults: what completion takes by default.
        excluded: whether what is excluded is shown as well.
        deltas: the price deltas; nothing where nobody asked for them.
        chosen: the places of which the customer said something.
    """

    question: Question
    domains: Domains
    limits: SearchLimits
    defaults: Defaults
    excluded: bool = False
    deltas: Deltas = lambda _variable, _value: None
    chosen: frozenset[str] = field(init=False)

    @chosen.default
    def _places_of_choices(self) -> frozenset[str]:
        return frozenset(place_of(choice) for choice in self.question.choices.choices)

    def write(self, key: str) -> PlaceOffers:
        """What one place is offered.

        Raises:
            SearchLimitError: a limit stopped asking about a mixed slot.
        """
        match self.question.product.lowered.layout.of[key]:
            case SlotLayout(slot=slot) as layout if slot.cardinality.kind == "mixed":
                return self._mixed(layout)
            case SlotLayout(slot=slot) as layout if slot.cardinality.kind == "identical":
                return self._identical(layout)
            case SlotLayout(values=units) as layout:
                skus = [found[0][0].sku if found else None for found in units]
                return self._values(layout, skus)
            case SetLayout() as layout:
                return self._set(layout)
            case OptionLayout(option=option, values=values) as layout:
                if option.range is not None:
                    return NumberOffers(_intervals(option, layout, self.domains[layout.variables[0]]))
                found = [option_value(option, value) for value in values]
                return self._values(layout, found)

    def _values(self, layout: SlotLayout | OptionLayout, told: Sequence[PlaceValue]) -> ValueOffers:
        (variable,) = layout.variables
        domain = self.domains[variable]
        chosen, alone, deltas = _key(layout) in self.chosen, len(domain) == 1, self.deltas
        default = self.defaults.get(_key(layout), _NONE)
        offers = [
            Offer(told[value], _state(alone, chosen, told[value] == default), deltas(variable, value))
            for value in domain
        ]
        if self.excluded and len(domain) < len(told):
            by_value = dict(zip(domain, offers, strict=True))
            offers = [by_value.get(value) or Offer(each, "excluded") for value, each in enumerate(told)]
        return ValueOffers(tuple(offers))

    def _identical(self, layout: SlotLayout) -> IdenticalOffers:
        (variable,) = layout.variables
        domain = self.domains[variable]
        quantities: dict[str, list[int]] = {}
        values: dict[str, list[int]] = {}
        for value in domain:
            for component, quantity in layout.values[value]:
                quantities.setdefault(component.sku, []).append(quantity)
                values.setdefault(component.sku, []).append(value)
        nothing = [value for value in domain if not layout.values[value]]
        alone = len(quantities) == 1 and not nothing
        chosen, default = _key(layout) in self.chosen, self._default_skus(_key(layout))
        skus = _components(layout) if self.excluded else quantities
        offers = tuple(
            QuantityOffer(
                sku,
                min(quantities[sku]),
                max(quantities[sku]),
                _state(alone, chosen, sku in default),
                self._least(variable, values[sku]),
            )
            if sku in quantities
            else QuantityOffer(sku, 0, 0, "excluded")
            for sku in skus
        )
        return IdenticalOffers(offers, bool(nothing), self._least(variable, nothing))

    def _mixed(self, layout: SlotLayout) -> MixedOffers:
        """What a mixed slot can still hold, of each component and in all."""
        question = self.question
        found = multiset_offers(
            question.prepared, layout.variables, self.domains, question.choices.assumptions, self.limits
        )
        if isinstance(found, Unknown):
            raise SearchLimitError(found.reason)
        alone = all(len(self.domains[variable]) == 1 for variable in layout.variables)
        named, default = self._named(_key(layout)), self._default_skus(_key(layout))
        offers = []
        for value, units in enumerate(layout.values):
            if not units:
                continue
            sku = units[0][0].sku
            if value in found.highest:
                state = _state(alone, sku in named, sku in default)
                delta = self._least_of([(variable, value) for variable in layout.variables])
                offers.append(MixedOffer(sku, found.highest[value], state, delta))
            elif self.excluded:
                offers.append(MixedOffer(sku, 0, "excluded"))
        return MixedOffers(tuple(offers), found.fewest, found.most)

    def _set(self, layout: SetLayout) -> SetOffers:
        return SetOffers(tuple(map(self._element, layout.elements, layout.variables)))

    def _element(self, element: str, variable: int) -> ElementOffer:
        state = _membership(self.domains[variable])
        return ElementOffer(element, state, None if state == "cannot" else self.deltas(variable, 1))

    def _named(self, key: str) -> frozenset[str]:
        """The components that the customer named for a slot."""
        choices = self.question.choices.choices
        return frozenset(
            sku
            for choice in choices
            if isinstance(choice, SlotChoice) and choice.slot == key
            for sku, _ in choice.units
        )

    def _least(self, variable: int, values: Sequence[int]) -> PriceDelta:
        return self._least_of([(variable, value) for value in values])

    def _least_of(self, values: Sequence[tuple[int, int]]) -> PriceDelta:
        """The least of some deltas; unknown if one is."""
        least: Amount | None = None
        for variable, value in values:
            delta = self.deltas(variable, value)
            if isinstance(delta, Unknown):
                return delta
            if delta is not None and (least is None or delta.number < least.number):
                least = delta
        return least

    def _default_skus(self, key: str) -> frozenset[str]:
        """The components that a slot takes by default."""
        match self.defaults.get(key):
            case ComponentQuantity(component=sku):
                return frozenset({sku})
            case tuple() as units:
                return frozenset(unit.component for unit in units if isinstance(unit, ComponentQuantity))
            case _:
                return frozenset()


_NONE = object()
"""Equal to no value: there is no default."""


def _key(layout: SlotLayout | OptionLayout) -> str:
    return layout.slot.key if isinstance(layout, SlotLayout) else layout.option.key


def _components(layout: SlotLayout) -> tuple[str, ...]:
    """The components of a slot, in catalog order."""
    return tuple(dict.fromkeys(component.sku for units in layout.values for component, _ in units))


def _state(alone: bool, chosen: bool, default: bool) -> OfferState:
    if chosen:
        return "chosen"
    if alone:
        return "forced"
    return "default" if default else "free"


def _membership(values: tuple[int, ...]) -> Literal["must", "can", "cannot"]:
    if 1 not in values:
        return "cannot"
    return "can" if 0 in values else "must"


def _intervals(option: ProductOption, layout: OptionLayout, values: tuple[int, ...]) -> tuple[Interval, ...]:
    """Neighbouring values joined."""
    runs: list[list[int]] = []
    for value in values:
        if runs and runs[-1][1] == value - 1:
            runs[-1][1] = value
        else:
            runs.append([value, value])
    return tuple(
        Interval(_own(option, layout.values[low]), _own(option, layout.values[high])) for low, high in runs
    )


def _own(option: ProductOption, value: Value) -> int | Fraction:
    assert isinstance(value, int | Fraction)
    unit = option.range.unit if option.range else None
    return normal(Fraction(value) / unit.factor) if unit else value
