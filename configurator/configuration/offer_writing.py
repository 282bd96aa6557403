"""The valid domains of all places, asked of an engine and written out as offers."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from fractions import Fraction
from typing import Literal

from attrs import evolve, field, frozen

from configurator.catalog.choices import OptionChoice, SlotChoice, place_of
from configurator.catalog.model import Catalog
from configurator.catalog.structure import AssemblyPlace, Instance, Place, ProductOption, Slot
from configurator.catalog.values import Missing, SetType, Value, normal
from configurator.configuration.completion import Completed, Completion, complete
from configurator.configuration.domains import (
    AssemblyOffers,
    ElementOffer,
    IdenticalOffers,
    InstanceOffers,
    Interval,
    MixedOffer,
    MixedOffers,
    NumberOffers,
    Offer,
    PlaceOffers,
    PriceDelta,
    QuantityOffer,
    SetOffers,
    ValidDomains,
    ValueOffers,
    alone,
    offers_at,
)
from configurator.configuration.model import ComponentQuantity, PlaceValue, option_value
from configurator.configuration.offer_reasons import OfferState, PlaceReasons
from configurator.configuration.pricing import Amount
from configurator.configuration.product import Question, ask
from configurator.csp.constraints import LinearTerm
from configurator.engines.engine import NO_LIMITS, Domains, Optimum, SearchLimits, Unknown
from configurator.engines.multiset_questions import multiset_offers
from configurator.errors import SearchLimitError
from configurator.lowering.layout import OptionLayout, SetLayout, SlotLayout, is_outside

Deltas = Callable[[int, int], PriceDelta]
"""What a value of a variable comes to."""


def valid_domains(
    question: Question, limits: SearchLimits = NO_LIMITS, *, excluded: bool = False
) -> ValidDomains | Unknown:
    """The valid domains of all places under the choices.

    Cost: about one search per value that no solution seen so far shows, and a completion where a place with a
    default is undecided.

    Args:
        question: the choices.
        limits: those of the search.
        excluded: whether what is not possible is among the offers as well.
    """
    layouts = question.product.lowered.layout
    try:
        domains: Domains | Unknown = tuple(() for _ in layouts.variables)
        if not question.impossible:
            domains = question.prepared.domains(question.choices.assumptions, limits)
        if isinstance(domains, Unknown):
            return domains
        defaults = taken_defaults(question, domains, lambda: complete(question, limits))
        return ValidDomains(Offers(OfferWriter(question, domains, limits, defaults, excluded=excluded)))
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
    held = dict(completion.places)
    # An instance that is not there is not among the places.
    return {place: held.get(place, False) for place in completion.defaults if place in undecided}


class Offers(Mapping[str, PlaceOffers]):
    """The offers of all places, written out place by place when they are looked at.

    A family of thousands takes milliseconds to be written out, and who asks is often looking at one place.
    """

    def __init__(self, writer: "OfferWriter") -> None:
        """What takes a search of its own is asked now, since a limit may stop that.

        Raises:
            SearchLimitError: it did.
        """
        self._catalog = writer.question.product.catalog
        self._writer = writer
        self._written = dict(writer.searched())

    def __getitem__(self, key: str) -> PlaceOffers:
        if key not in self._written:
            if key not in self._catalog.place_of and key not in self._catalog.assembly_of:
                raise KeyError(key)
            self._written[key] = self._writer.write(key)
        return self._written[key]

    def __iter__(self) -> Iterator[str]:
        return (member.key for member in self._catalog.inside(""))

    def __len__(self) -> int:
        return len(self._catalog.inside(""))

    def __repr__(self) -> str:
        return repr(dict(self))

    def or_raise(self) -> "Offers":
        """These offers."""
        return self

    def __reduce__(self) -> tuple[type["StoredOffers"], tuple[dict[str, PlaceOffers]]]:
        return StoredOffers, (dict(self),)


class StoredOffers(Mapping[str, PlaceOffers]):
    """Offers that were written out and stored."""

    def __init__(self, offers: Mapping[str, PlaceOffers]) -> None:
        """Take what was written out."""
        self._offers = dict(offers)

    def __getitem__(self, key: str) -> PlaceOffers:
        return offers_at(self._offers, key)

    def __iter__(self) -> Iterator[str]:
        return iter(self._offers)

    def __len__(self) -> int:
        return len(self._offers)

    def __repr__(self) -> str:
        return repr(self._offers)


class Members(Mapping[str, PlaceOffers]):
    """What is inside an instance, by name, written out when it is looked at."""

    def __init__(self, writer: "OfferWriter", prefix: str) -> None:
        """Nothing is written out yet."""
        self._writer = writer
        inside = writer.question.product.catalog.inside(prefix)
        self._keys = {member.key.removeprefix(f"{prefix}."): member.key for member in inside}
        self._written: dict[str, PlaceOffers] = {}

    def __getitem__(self, name: str) -> PlaceOffers:
        if name not in self._written:
            self._written[name] = self._writer.write(self._keys[name])
        return self._written[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._keys)

    def __len__(self) -> int:
        return len(self._keys)

    def __repr__(self) -> str:
        return repr(dict(self))


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
        narrowed: finds domains and deltas under other choices; without it deltas stay as they are.
        certain: whether what is written out is there in any case; not inside an instance that may be absent.
        possible: tells on which days places can take values, where there is an outlook.
        said: the places that the customer chose (`chosen`) and that only a bundle did (`bundle`).
    """

    question: Question
    domains: Domains
    limits: SearchLimits
    defaults: Defaults
    excluded: bool = False
    deltas: Deltas = lambda _variable, _value: None
    narrowed: Callable[[Question], tuple[Domains, Deltas]] | None = None
    certain: bool = True
    possible: "OfferedByDay | None" = field(init=False)
    said: Mapping[str, OfferState] = field(init=False)
    _inside: dict[str, "OfferWriter"] = field(init=False, factory=dict, repr=False)
    _counts: dict[str, tuple[int, int]] = field(init=False, factory=dict, repr=False)

    @said.default
    def _places_of_choices(self) -> Mapping[str, OfferState]:
        choices = self.question.choices
        said: dict[str, OfferState] = dict.fromkeys(map(place_of, choices.choices), "bundle")
        return said | dict.fromkeys(map(place_of, choices.own), "chosen")

    @possible.default
    def _by_day(self) -> "OfferedByDay | None":
        return OfferedByDay(self.question, self.limits) if self.question.product.outlook else None

    @property
    def catalog(self) -> Catalog:
        """The catalog."""
        return self.question.product.catalog

    def searched(self) -> Iterator[tuple[str, PlaceOffers]]:
        """Write out what takes searches of its own: mixed slots, and how many instances there can be.

        Raises:
            SearchLimitError: a limit stopped one of them.
        """
        for place in self.catalog.places:
            if place.within is not None:
                self.inside(place.within)
            if isinstance(place, Slot) and place.cardinality.kind == "mixed":
                yield place.key, self.write(place.key)
        for assembly in self.catalog.assemblies:
            yield assembly.key, self.write(assembly.key)

    def write(self, key: str) -> PlaceOffers:
        """What one place or assembly is offered, if what is around it is there.

        Raises:
            SearchLimitError: a limit stopped asking about it.
        """
        assembly = self.catalog.assembly_of.get(key)
        if assembly is not None:
            return self._assembly(assembly)
        place = self.catalog.place_of[key]
        if isinstance(place, ProductOption) and place.presence:
            home = self.catalog.assembly_around(key)
            (instance,) = (each for each in home.instances if each.prefix == key)
            return alone(self._instance(home, instance))
        writer = self if place.within is None else self.inside(place.within)
        return writer.write_place(key)

    def write_place(self, key: str) -> PlaceOffers:
        """What a slot or option is offered.

        Raises:
            SearchLimitError: a limit stopped asking about a mixed slot.
        """
        reasons = PlaceReasons(self.question, key, self.limits, self.possible)
        match self.question.product.lowered.layout.of[key]:
            case SlotLayout(slot=slot) as layout if slot.cardinality.kind == "mixed":
                return self._mixed(layout, reasons)
            case SlotLayout(slot=slot) as layout if slot.cardinality.kind == "identical":
                return self._identical(layout, reasons)
            case SlotLayout(values=units) as layout:
                skus = [found[0][0].sku if found else None for found in units]
                return self._values(layout, skus, reasons)
            case SetLayout() as layout:
                return self._set(layout, reasons)
            case OptionLayout(option=option, values=values) as layout:
                if option.range is not None:
                    intervals = _intervals(option, layout, self.domains[layout.variables[0]])
                    return NumberOffers(intervals, reasons)
                found = [None if isinstance(v, Missing) else option_value(option, v) for v in values]
                return self._values(layout, found, reasons)

    # ------------------------------------------------------------ assemblies

    def inside(self, presence: str) -> "OfferWriter":
        """What writes out the places inside an instance, as they stand if it is there.

        Raises:
            SearchLimitError: a limit stopped asking what they can take then.
        """
        if presence not in self._inside:
            self._inside[presence] = self._looked_inside(presence)
        return self._inside[presence]

    def _looked_inside(self, presence: str) -> "OfferWriter":
        domain = self.domains[self._variable(presence)]
        if domain == (1,):
            return self
        if 1 not in domain:
            nothing: Domains = tuple(() for _ in self.domains)
            return self._seen(self.question, nothing, self.deltas)
        if not any(map(may_be_empty_itself, self._places_within(presence))):
            # What they can take at all, they can take if it is there.
            return self._seen(self.question, self.domains, self.deltas)
        lowered = self.question.product.lowered
        choices = [each for each in self.question.choices.own if place_of(each) != presence]
        choices.append(OptionChoice(presence, value=True, presence=True))
        order = {key: at for at, key in enumerate(lowered.layout.of)}
        choices.sort(key=lambda each: order[place_of(each)])
        question = ask(self.question.product, tuple(choices), self.limits)
        alike = self._like(presence)
        if alike != presence:
            other = self.inside(alike)
            return self._seen(question, *self._exchanged(other, presence, alike))
        if self.narrowed is not None:
            return self._seen(question, *self.narrowed(question))
        found = question.prepared.domains(question.choices.assumptions, self.limits)
        if isinstance(found, Unknown):
            raise SearchLimitError(found.reason)
        return self._seen(question, found, self.deltas)

    def _seen(self, question: Question, domains: Domains, deltas: Deltas) -> "OfferWriter":
        seen = evolve(self, question=question, domains=domains, deltas=deltas, certain=False)
        # What was said stays what the customer said, not what is supposed here.
        object.__setattr__(seen, "said", self.said)
        object.__setattr__(seen, "possible", self.possible)
        return seen

    def _exchanged(self, other: "OfferWriter", own: str, alike: str) -> tuple[Domains, Deltas]:
        """What is known of an instance, told of another one of which nothing is said either."""
        partner: dict[int, int] = {}
        layouts = self.question.product.lowered.layout.of
        for key, layout in layouts.items():
            if key == own or key.startswith(f"{own}."):
                others = layouts[alike + key.removeprefix(own)].variables
                partner |= dict(zip(layout.variables, others, strict=True))
                partner |= dict(zip(others, layout.variables, strict=True))
        domains = tuple(other.domains[partner.get(at, at)] for at in range(len(other.domains)))
        return domains, lambda variable, value: other.deltas(partner.get(variable, variable), value)

    def _like(self, prefix: str) -> str:
        """The first instance that can do just what this one can: of those of which nothing is said."""
        around = self.catalog.instance_around(prefix)
        path = prefix if not around else self._like(around) + prefix.removeprefix(around)
        home = self.catalog.assembly_around(path)
        if self._untouched(path):
            return next(each.prefix for each in home.instances if self._untouched(each.prefix))
        return path

    def _untouched(self, prefix: str) -> bool:
        return self._said_of(prefix) is None

    def _said_of(self, prefix: str) -> OfferState | None:
        """Whether something is said of an instance or of its inside, and who says it."""
        start = f"{prefix}."
        said = {state for key, state in self.said.items() if key == prefix or key.startswith(start)}
        return "chosen" if "chosen" in said else "bundle" if said else None

    def _places_within(self, presence: str) -> Iterator[Place]:
        return (place for place in self.catalog.places if place.within == presence)

    def _variable(self, presence: str) -> int:
        (variable,) = self.question.product.lowered.layout.of[presence].variables
        return variable

    def _assembly(self, place: AssemblyPlace) -> AssemblyOffers:
        fewest, most = self._count(place)
        found = (self._instance(place, each) for each in place.instances)
        shown = tuple(each for each in found if self.excluded or each.state != "excluded")
        return AssemblyOffers(fewest, most, shown, repeated=place.repeated)

    def _count(self, place: AssemblyPlace) -> tuple[int, int]:
        """The fewest and the most instances there can be."""
        around = self.catalog.instance_around(place.key)
        key = (self._like(around) if around else "") + place.key.removeprefix(around)
        if key not in self._counts:
            self._counts[key] = self._counted(self.catalog.assembly_of[key])
        return self._counts[key]

    def _counted(self, place: AssemblyPlace) -> tuple[int, int]:
        writer = self if place.within is None else self.inside(place.within)
        own = [each.presence for each in place.instances if each.presence == each.prefix]
        if not own:
            here = int(all(writer.domains))
            return here, here
        variables = [self._variable(each) for each in own]
        domains = [writer.domains[variable] for variable in variables]
        lowest = sum(domain == (1,) for domain in domains)
        highest = sum(1 in domain for domain in domains)
        if highest - lowest < 2:
            return lowest, highest
        return writer.least(variables, 1), -writer.least(variables, -1)

    def least(self, variables: Sequence[int], weight: int) -> int:
        """The least sum of some variables of two values, each times a weight.

        Raises:
            SearchLimitError: a limit stopped asking for it.
        """
        terms = tuple(LinearTerm(variable, (0, weight)) for variable in variables)
        found = self.question.prepared.cheapest(terms, self.question.choices.assumptions, self.limits)
        if isinstance(found, Unknown):
            raise SearchLimitError(found.reason)
        return found.cost if isinstance(found, Optimum) else 0

    def _instance(self, place: AssemblyPlace, instance: Instance) -> InstanceOffers:
        members, prefix = Members(self, instance.prefix), instance.prefix
        if instance.presence != prefix:
            # It is there whenever what is around it is.
            return InstanceOffers(prefix, "free", absent=False, members=members)
        writer = self if place.within is None else self.inside(place.within)
        variable = self._variable(prefix)
        domain = writer.domains[variable]
        state: OfferState = "excluded"
        if 1 in domain:
            alone_left = domain == (1,) and writer.certain
            state = _state(alone_left, self._said_of(prefix), self.defaults.get(prefix) is True)
        reasons = PlaceReasons(writer.question, prefix, self.limits, writer.possible)
        absent = 0 in domain
        here, gone = (writer.deltas(variable, value) if value in domain else None for value in (1, 0))
        return InstanceOffers(prefix, state, absent, members, here, gone, reasons)

    # ------------------------------------------------------------ slots and options

    def _values(
        self, layout: SlotLayout | OptionLayout, told: Sequence[PlaceValue], reasons: PlaceReasons
    ) -> ValueOffers:
        (variable,) = layout.variables
        # Being empty for want of what is around it is the first value, and none that is offered.
        first = int(bool(told) and is_outside(layout, 0))
        shown = range(first, len(told))
        domain = self.domains[variable]
        if first and domain[:1] == (0,):
            domain = domain[1:]
        said, alone, deltas = self.said.get(_key(layout)), self.certain and len(domain) == 1, self.deltas
        default = self.defaults.get(_key(layout), _NONE)
        offers = [
            Offer(told[value], _state(alone, said, told[value] == default), deltas(variable, value), reasons)
            for value in domain
        ]
        if self.excluded and len(domain) < len(shown):
            by_value = dict(zip(domain, offers, strict=True))
            offers = [by_value.get(value) or Offer(told[value], "excluded", None, reasons) for value in shown]
        return ValueOffers(tuple(offers))

    def _identical(self, layout: SlotLayout, reasons: PlaceReasons) -> IdenticalOffers:
        (variable,) = layout.variables
        domain = self.domains[variable]
        quantities: dict[str, list[int]] = {}
        values: dict[str, list[int]] = {}
        for value in domain:
            for component, quantity in layout.values[value]:
                quantities.setdefault(component.sku, []).append(quantity)
                values.setdefault(component.sku, []).append(value)
        may_be_absent = layout.slot.cardinality.may_be_absent
        nothing = [value for value in domain if may_be_absent and not layout.values[value]]
        alone = self.certain and len(quantities) == 1 and not nothing
        said, default = self.said.get(_key(layout)), self._default_skus(_key(layout))
        skus = _components(layout) if self.excluded else quantities
        offers = tuple(
            QuantityOffer(
                sku,
                min(quantities[sku]),
                max(quantities[sku]),
                _state(alone, said, sku in default),
                self._least(variable, values[sku]),
                reasons,
            )
            if sku in quantities
            else QuantityOffer(sku, 0, 0, "excluded", None, reasons)
            for sku in skus
        )
        return IdenticalOffers(offers, bool(nothing), self._least(variable, nothing), reasons)

    def _mixed(self, layout: SlotLayout, reasons: PlaceReasons) -> MixedOffers:
        """What a mixed slot can still hold, of each component and in all."""
        question = self.question
        found = multiset_offers(
            question.prepared, layout.variables, self.domains, question.choices.assumptions, self.limits
        )
        if isinstance(found, Unknown):
            raise SearchLimitError(found.reason)
        alone = self.certain and all(len(self.domains[variable]) == 1 for variable in layout.variables)
        named, default = self._named(_key(layout)), self._default_skus(_key(layout))
        offers = []
        for value, units in enumerate(layout.values):
            if not units:
                continue
            sku = units[0][0].sku
            if value in found.highest:
                state = _state(alone, named.get(sku), sku in default)
                delta = self._least_of([(variable, value) for variable in layout.variables])
                offers.append(MixedOffer(sku, found.highest[value], state, delta, reasons))
            elif self.excluded:
                offers.append(MixedOffer(sku, 0, "excluded", None, reasons))
        return MixedOffers(tuple(offers), found.fewest, found.most)

    def _set(self, layout: SetLayout, reasons: PlaceReasons) -> SetOffers:
        elements = zip(layout.elements, layout.variables, strict=True)
        return SetOffers(tuple(self._element(element, variable, reasons) for element, variable in elements))

    def _element(self, element: str, variable: int, reasons: PlaceReasons) -> ElementOffer:
        state = _membership(self.domains[variable])
        delta = None if state == "cannot" else self.deltas(variable, 1)
        return ElementOffer(element, state, delta, reasons)

    def _named(self, key: str) -> Mapping[str, OfferState]:
        """The components that the customer (`chosen`) or only a bundle (`bundle`) named for a slot."""
        named: dict[str, OfferState] = {}
        for choice in self.question.choices.choices:
            if isinstance(choice, SlotChoice) and choice.slot == key:
                for sku, _ in choice.units:
                    # One's own choices come first.
                    named.setdefault(sku, "bundle" if choice.bundle else "chosen")
        return named

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


@frozen(eq=False)
class OfferedByDay:
    """What places can take under the facts of each day; found out day by day and kept, for all threads."""

    question: Question = field(repr=False)
    limits: SearchLimits
    _offers: dict[date | None, Offers] = field(factory=dict, init=False, repr=False)
    _values: dict[tuple[date | None, str], frozenset[PlaceValue]] = field(
        factory=dict, init=False, repr=False
    )

    def __call__(self, place: str, value: PlaceValue, day: date | None) -> bool:
        """Whether a place can take a value on a day; `None` for now.

        Raises:
            SearchLimitError: a limit stopped asking; each day has as many seconds as the question had.
        """
        if (day, place) not in self._values:
            self._values[day, place] = offered_values(self._on(day), place)
        return value in self._values[day, place]

    def _on(self, day: date | None) -> Offers:
        if day not in self._offers:
            product, limits = self.question.product, SearchLimits.within(self.limits.seconds, self.limits.now)
            assert product.outlook is not None
            then = product.outlook.product_on(product, day, limits)
            question = ask(then, self.question.choices.own, limits)
            domains: Domains | Unknown = tuple(() for _ in product.lowered.layout.variables)
            if not question.impossible:
                domains = question.prepared.domains(question.choices.assumptions, limits)
            if isinstance(domains, Unknown):
                raise SearchLimitError(domains.reason)
            self._offers[day] = Offers(OfferWriter(question, domains, limits, {}))
        return self._offers[day]


def offered_values(offers: Mapping[str, PlaceOffers], place: str) -> frozenset[PlaceValue]:
    """What a place can take: SKUs, values or elements; `None` for nothing, `True` for an instance."""
    match offers[place]:
        case ValueOffers(offers=values):
            return frozenset(each.value for each in values if each.state != "excluded")
        case IdenticalOffers(offers=quantities, absent=absent):
            skus = [each.component for each in quantities if each.state != "excluded"]
            return frozenset([*skus, None] if absent else skus)
        case MixedOffers(offers=mixed):
            return frozenset(each.component for each in mixed if each.state != "excluded")
        case SetOffers(elements=elements):
            return frozenset(each.element for each in elements if each.state != "cannot")
        case AssemblyOffers(instances=instances):
            return frozenset({True} if any(each.state != "excluded" for each in instances) else ())
        case NumberOffers():
            return frozenset()


_NONE = object()
"""Equal to no value: there is no default."""


def _key(layout: SlotLayout | OptionLayout) -> str:
    return layout.slot.key if isinstance(layout, SlotLayout) else layout.option.key


def may_be_empty_itself(place: Place) -> bool:
    """Whether a place can be empty although the assembly is there in which it lies."""
    if isinstance(place, Slot):
        return place.cardinality.may_be_absent or place.cardinality.kind == "mixed"
    return place.presence or isinstance(place.type, SetType)


def _components(layout: SlotLayout) -> tuple[str, ...]:
    """The components of a slot, in catalog order."""
    return tuple(dict.fromkeys(component.sku for units in layout.values for component, _ in units))


def _state(alone: bool, said: OfferState | None, default: bool) -> OfferState:
    if said:
        return said
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
        if isinstance(layout.values[value], Missing):
            continue
        if runs and runs[-1][1] == value - 1:
            runs[-1][1] = value
        else:
            runs.append([value, value])
    return tuple(
        Interval(_own(option, layout.values[low]), _own(option, layout.values[high])) for low, high in runs
    )


def _own(option: ProductOption, value: Value | Missing) -> int | Fraction:
    assert isinstance(value, int | Fraction)
    unit = option.range.unit if option.range else None
    return normal(Fraction(value) / unit.factor) if unit else value
