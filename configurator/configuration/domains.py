"""For each place what it can still take: the valid domains, as values. `offer_writing` finds them."""

from collections.abc import Iterator, Mapping
from fractions import Fraction
from typing import Literal

from attrs import field, frozen

from configurator.configuration.model import PlaceValue
from configurator.configuration.offer_reasons import UNASKED, OfferReason, OfferState, PlaceReasons
from configurator.configuration.outlook import Availability
from configurator.configuration.pricing import Amount
from configurator.engines.engine import Unknown

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
    _reasons: PlaceReasons = field(default=UNASKED, eq=False, repr=False)

    @property
    def reason(self) -> OfferReason:
        """Why it is in its state, in the words of `OfferReason`; found out when first asked for, then kept.

        Costs what `Session.why` or `why_not` costs; nothing where it is free.
        """
        return self._reasons.of(self.state, self.value)

    @property
    def availability(self) -> Availability | Unknown | None:
        """From when on a configuration with it can be built, where stock was given; found out when looked at.

        `None` where it is excluded by the rules, and without stock; `Unknown` where a limit was reached.
        """
        return self._reasons.availability(self.state, self.value)


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
    _reasons: PlaceReasons = field(default=UNASKED, eq=False, repr=False)

    @property
    def reason(self) -> OfferReason:
        """Why the component is in its state, in whatever quantity; see `Offer.reason`."""
        return self._reasons.of(self.state, self.component)

    @property
    def availability(self) -> Availability | Unknown | None:
        """From when on the component can be had, in whatever quantity; see `Offer.availability`."""
        return self._reasons.availability(self.state, self.component)


@frozen
class AbsentOffer:
    """Choosing nothing for a slot of identical components.

    Attributes:
        state: `forced` also where the customer chose it, `free` also where a default says so.
    """

    state: OfferState
    price_delta: PriceDelta = None
    _reasons: PlaceReasons = field(default=UNASKED, eq=False, repr=False)

    @property
    def reason(self) -> OfferReason:
        """Why the slot can hold nothing, or nothing else; `None` also where it may never be empty.

        See `Offer.reason`.
        """
        return self._reasons.of(self.state, None)

    @property
    def availability(self) -> Availability | Unknown | None:
        """From when on a configuration with nothing in the slot can be built; see `Offer.availability`."""
        return self._reasons.availability(self.state, None)


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
    _reasons: PlaceReasons = field(default=UNASKED, eq=False, repr=False)

    @property
    def nothing(self) -> AbsentOffer:
        """Choosing nothing, as an offer."""
        state: OfferState = "excluded"
        if self.absent:
            alone = all(offer.state == "excluded" for offer in self.offers)
            state = "forced" if alone else "free"
        return AbsentOffer(state, self.absent_delta, self._reasons)


@frozen
class MixedOffer:
    """A component of a mixed slot with the highest count it can have; 0 where it is excluded.

    Attributes:
        state: `chosen` where the customer named it, `bundle` where a bundle did, `forced` where the slot can
            be filled in one way only,
            `default` where the default that completion takes has it.
        price_delta: of having at least one.
    """

    component: str
    highest: int
    state: OfferState = "free"
    price_delta: PriceDelta = None
    _reasons: PlaceReasons = field(default=UNASKED, eq=False, repr=False)

    @property
    def reason(self) -> OfferReason:
        """Why the slot holds at least one, or cannot; see `Offer.reason`."""
        return self._reasons.of(self.state, self.component)

    @property
    def availability(self) -> Availability | Unknown | None:
        """From when on a configuration with at least one of it can be built; see `Offer.availability`."""
        return self._reasons.availability(self.state, self.component)


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
    _reasons: PlaceReasons = field(default=UNASKED, eq=False, repr=False)

    @property
    def reason(self) -> OfferReason:
        """Why there is a single number left; `None` where there are more, or none. See `Offer.reason`."""
        match self.intervals:
            case (Interval(low=low, high=high),) if low == high:
                return self._reasons.of("forced", low)
            case _:
                return None


@frozen
class ElementOffer:
    """An element of a set: it `must` be in, `can` be, or `cannot`.

    Attributes:
        price_delta: of having it in.
    """

    element: str
    state: Literal["must", "can", "cannot"]
    price_delta: PriceDelta = None
    _reasons: PlaceReasons = field(default=UNASKED, eq=False, repr=False)

    @property
    def reason(self) -> OfferReason:
        """Why it must be in or cannot; `None` where it can. See `Offer.reason`."""
        return self._reasons.of(_MEMBERSHIP[self.state], self.element)

    @property
    def availability(self) -> Availability | Unknown | None:
        """From when on a configuration with it can be built; see `Offer.availability`."""
        return self._reasons.availability(_MEMBERSHIP[self.state], self.element)


_MEMBERSHIP: Mapping[str, OfferState] = {"must": "forced", "can": "free", "cannot": "excluded"}


@frozen
class SetOffers:
    """A set option: every element, in the order listed."""

    elements: tuple[ElementOffer, ...]
    kind: Literal["set"] = field(default="set", init=False)


@frozen(eq=False)
class InstanceOffers(Mapping[str, "PlaceOffers"]):
    """An instance of an assembly: what is inside it can take, by name, in catalog order.

    Places inside are offered what they can take if the instance is there, so nothing is `forced` there as
    long as it need not be. What is further inside is found by its path too: `shelf[1].depth`.

    Attributes:
        path: what the paths of its places begin with, such as `bag[2]`.
        state: of being there: `chosen` or `bundle` also where only something inside it is chosen, `forced`
            where it must be there, `default`, `free`, or `excluded` where it cannot be there.
        absent: whether it can be left out.
        price_delta: of being there.
        absent_delta: of not being there.
    """

    path: str
    state: OfferState
    absent: bool
    members: Mapping[str, "PlaceOffers"] = field(repr=False)
    price_delta: PriceDelta = None
    absent_delta: PriceDelta = None
    _reasons: PlaceReasons = field(default=UNASKED, repr=False)

    @property
    def reason(self) -> OfferReason:
        """Why it is there, or cannot be; see `Offer.reason`."""
        return self._reasons.of(self.state, value=True)

    @property
    def availability(self) -> Availability | Unknown | None:
        """From when on a configuration with it can be built; see `Offer.availability`."""
        return self._reasons.availability(self.state, value=True)

    def __getitem__(self, key: str) -> "PlaceOffers":
        return offers_at(self.members, key)

    def __iter__(self) -> Iterator[str]:
        return iter(self.members)

    def __len__(self) -> int:
        return len(self.members)

    def __reduce__(self) -> tuple[object, ...]:
        deltas = (self.price_delta, self.absent_delta)
        return InstanceOffers, (self.path, self.state, self.absent, dict(self.members), *deltas)


@frozen
class AssemblyOffers:
    """A place of assemblies: how many instances there can be, and what each can take.

    Attributes:
        fewest: instances, inclusive; if the assembly around it is there.
        most: likewise; 0 where nothing is possible.
        instances: those that can be there, as the choices number them; with what is excluded all of them.
            Those of which nothing is said are alike.
        repeated: whether they are a list; else there is one instance, whose path is the assembly's own.
    """

    fewest: int
    most: int
    instances: tuple[InstanceOffers, ...]
    repeated: bool = True
    kind: Literal["assembly"] = field(default="assembly", init=False)

    @property
    def distinct(self) -> tuple[InstanceOffers, ...]:
        """The instances without those that are like an earlier one, since nothing is said of them either."""
        seen: set[str] = set()
        found: list[InstanceOffers] = []
        for each in self.instances:
            if each.state not in seen:
                found.append(each)
            if each.state in {"free", "excluded"}:
                seen.add(each.state)
        return tuple(found)


PlaceOffers = ValueOffers | IdenticalOffers | MixedOffers | NumberOffers | SetOffers | AssemblyOffers


def offers_at(offers: Mapping[str, PlaceOffers], key: str) -> PlaceOffers:
    """The offers at a path, which may lead into instances: `bag[2].size`.

    Raises:
        KeyError: there is no such place.
    """
    for name in offers:
        if name == key:
            return offers[name]
        if not key.startswith(name):
            continue
        found = offers[name]
        if not isinstance(found, AssemblyOffers):
            continue
        for instance in found.instances:
            local = name + (instance.path[instance.path.rindex("[") :] if found.repeated else "")
            if key == local:
                return alone(instance)
            if key.startswith(f"{local}."):
                return offers_at(instance.members, key.removeprefix(f"{local}."))
    raise KeyError(key)


def there_or_not(instance: InstanceOffers) -> ValueOffers:
    """Whether an instance is there as two values: `None` where it is left out, `True`."""
    state: OfferState = "free" if instance.absent else "excluded"
    if instance.absent and instance.state == "excluded":
        state = "forced"
    reasons = instance._reasons  # noqa: SLF001 - an offer of the same place
    return ValueOffers(
        (
            Offer(None, state, instance.absent_delta, reasons),
            Offer(True, instance.state, instance.price_delta, reasons),
        )
    )


def alone(instance: InstanceOffers) -> AssemblyOffers:
    """What one instance is offered, as an assembly of which there is one at most."""
    most = int(instance.state != "excluded")
    return AssemblyOffers(most if not instance.absent else 0, most, (instance,), repeated=False)


@frozen
class ValidDomains:
    """What every place and assembly can still take, by path, in catalog order.

    What is inside an assembly is found by its path too, `bag[2].size`; listed are wholes. Whatever is
    offered can be completed to a valid configuration; whatever is withheld cannot. Where the choices leave
    nothing, every place is empty.
    """

    of: Mapping[str, PlaceOffers]

    def or_raise(self) -> "ValidDomains":
        """This answer."""
        return self
