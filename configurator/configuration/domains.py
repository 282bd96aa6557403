"""For each place what it can still take: the valid domains."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from fractions import Fraction
from functools import partial
from typing import Literal

from attrs import field, frozen

from configurator.catalog.rules import Default
from configurator.catalog.structure import ProductOption
from configurator.catalog.values import Value, normal
from configurator.configuration.model import PlaceValue, option_value
from configurator.configuration.product import Question
from configurator.engines.engine import NO_LIMITS, Domains, SearchLimits, Unknown
from configurator.engines.multiset_questions import multiset_offers
from configurator.errors import SearchLimitError
from configurator.lowering.choices import place_of
from configurator.lowering.layout import OptionLayout, SetLayout, SlotLayout

OfferState = Literal["free", "chosen", "forced", "default"]


@frozen
class Offer:
    """A value that a slot or option can still take.

    Attributes:
        value: a SKU, an option's value, or `None` where nothing can be chosen.
        state: `chosen` by the customer, `forced` (the only one left), `default` (what completion tries first,
            where the default has no condition), or `free`.
    """

    value: PlaceValue
    state: OfferState


@frozen
class ValueOffers:
    """A slot of one, an optional slot, or an option of listed values: what it can take, in catalog order."""

    offers: tuple[Offer, ...]
    kind: Literal["values"] = field(default="values", init=False)


@frozen
class QuantityOffer:
    """A component with the quantities in which it can be had, both inclusive."""

    component: str
    lowest: int
    highest: int
    state: OfferState


@frozen
class IdenticalOffers:
    """A slot of identical components, in catalog order.

    Attributes:
        absent: whether nothing can be chosen.
    """

    offers: tuple[QuantityOffer, ...]
    absent: bool
    kind: Literal["identical"] = field(default="identical", init=False)


@frozen
class MixedOffer:
    """A component of a mixed slot with the highest count it can have."""

    component: str
    highest: int


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
    """An element of a set: it `must` be in, `can` be, or `cannot`."""

    element: str
    state: Literal["must", "can", "cannot"]


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


def valid_domains(question: Question, limits: SearchLimits = NO_LIMITS) -> ValidDomains | Unknown:
    """The valid domains of all places under the choices.

    Cost: about one search per value that no solution seen so far shows.
    """
    layouts = question.product.lowered.layout
    try:
        domains: Domains | Unknown = tuple(() for _ in layouts.variables)
        if not question.impossible:
            domains = question.prepared.domains(question.choices.assumptions, limits)
        if isinstance(domains, Unknown):
            return domains
        chosen = {place_of(choice) for choice in question.choices.choices}
        return ValidDomains(Offers(question, domains, chosen, limits))
    except SearchLimitError as error:
        return Unknown(error.reason)


class Offers(Mapping[str, PlaceOffers]):
    """The offers of all places, written out place by place when they are looked at.

    A family of thousands takes milliseconds to be written out, and who asks is often looking at one place.
    """

    def __init__(self, question: Question, domains: Domains, chosen: set[str], limits: SearchLimits) -> None:
        """Mixed slots are asked about now, since a limit may stop that.

        Raises:
            SearchLimitError: it did.
        """
        self._layouts = question.product.lowered.layout.of
        self._write: Callable[[str], PlaceOffers] = partial(
            _offers, question, domains=domains, chosen=chosen, limits=limits
        )
        self._written = {key: self._write(key) for key, layout in self._layouts.items() if _is_mixed(layout)}

    def __getitem__(self, key: str) -> PlaceOffers:
        if key not in self._written:
            if key not in self._layouts:
                raise KeyError(key)
            self._written[key] = self._write(key)
        return self._written[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._layouts)

    def __len__(self) -> int:
        return len(self._layouts)

    def __repr__(self) -> str:
        return repr(dict(self))

    def __reduce__(self) -> tuple[type[dict[str, PlaceOffers]], tuple[dict[str, PlaceOffers]]]:
        return dict, (dict(self),)


def _is_mixed(layout: object) -> bool:
    return isinstance(layout, SlotLayout) and layout.slot.cardinality.kind == "mixed"


def _offers(
    question: Question, key: str, domains: Domains, chosen: set[str], limits: SearchLimits
) -> PlaceOffers:
    layout = question.product.lowered.layout.of[key]
    values = [domains[variable] for variable in layout.variables]
    match layout:
        case SlotLayout() if layout.slot.cardinality.kind == "mixed":
            return _mixed(question, layout, domains, limits)
        case SlotLayout() if layout.slot.cardinality.kind == "identical":
            return _identical(layout, values[0], key in chosen, _default_sku(question, key))
        case SlotLayout():
            skus = [layout.values[value][0][0].sku if layout.values[value] else None for value in values[0]]
            return _value_offers(skus, key in chosen, _default_sku(question, key))
        case SetLayout(elements=elements):
            pairs = zip(elements, values, strict=True)
            return SetOffers(tuple(ElementOffer(element, _membership(found)) for element, found in pairs))
        case OptionLayout(option=option):
            if option.range is not None:
                return NumberOffers(_intervals(option, layout, values[0]))
            found = [option_value(option, layout.values[value]) for value in values[0]]
            default = _default(question, key)
            return _value_offers(
                found, key in chosen, option_value(option, default.value) if default else _NONE
            )


_NONE = object()
"""Equal to no value: there is no default."""


def _default(question: Question, key: str) -> Default | None:
    """A place's default, if it holds whatever else is chosen: the first one without a condition."""
    defaults = question.product.catalog.defaults
    return next((default for default in defaults if default.place == key and default.guard is None), None)


def _default_sku(question: Question, key: str) -> object:
    default = _default(question, key)
    if default is None:
        return _NONE
    return default.units[0][0] if default.units else None


def _value_offers(values: Sequence[PlaceValue], chosen: bool, default: object) -> ValueOffers:
    return ValueOffers(
        tuple(Offer(value, _state(len(values) == 1, chosen, value == default)) for value in values)
    )


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


def _identical(layout: SlotLayout, values: tuple[int, ...], chosen: bool, default: object) -> IdenticalOffers:
    quantities: dict[str, list[int]] = {}
    for value in values:
        for component, quantity in layout.values[value]:
            quantities.setdefault(component.sku, []).append(quantity)
    absent = any(not layout.values[value] for value in values)
    alone = len(quantities) == 1 and not absent
    offers = tuple(
        QuantityOffer(sku, min(found), max(found), _state(alone, chosen, sku == default))
        for sku, found in quantities.items()
    )
    return IdenticalOffers(offers, absent)


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


def _mixed(question: Question, layout: SlotLayout, domains: Domains, limits: SearchLimits) -> MixedOffers:
    """What a mixed slot can still hold, of each component and in all."""
    found = multiset_offers(
        question.prepared, layout.variables, domains, question.choices.assumptions, limits
    )
    if isinstance(found, Unknown):
        raise SearchLimitError(found.reason)
    offers = (MixedOffer(layout.values[value][0][0].sku, units) for value, units in found.highest.items())
    return MixedOffers(tuple(offers), found.fewest, found.most)
