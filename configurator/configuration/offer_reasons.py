"""Why an offer stands as it does: found out when it is looked at, and kept."""

from collections.abc import Callable
from datetime import date
from typing import Literal, Protocol

from attrs import field, frozen

from configurator.catalog.structure import Place, Slot
from configurator.catalog.values import SetType
from configurator.configuration.model import ComponentQuantity, PlaceValue
from configurator.configuration.outlook import Availability
from configurator.configuration.product import Question
from configurator.configuration.reasons import Why, WhyNot, why, why_not
from configurator.engines.engine import NO_LIMITS, SearchLimits, Unknown
from configurator.errors import SearchLimitError

OfferState = Literal["free", "chosen", "default", "bundle", "forced", "excluded"]
"""`chosen` by the customer, chosen by a `bundle` that is applied, `forced` (the only one left), `default`
(completion takes it because a default says so: one that has to yield to others is not shown), `free`, and
`excluded` from every completion: only sessions show that, and who asks for it."""

OfferReason = Why | WhyNot | None
"""Why an offer is in its state.

| State      | Reason                                                                                       |
|------------|----------------------------------------------------------------------------------------------|
| `excluded` | as of `why_not`: `Excluded`; `Possible` where only the choice of its own place is in the way |
| `forced`   | as of `why`: `Forced`                                                                        |
| `chosen`   | as of `why`: `ChosenByCustomer`                                                              |
| `bundle`   | likewise, its `choice` naming the bundle                                                     |
| `default`  | as of `why`: `ByDefault`; of a mixed slot `Forced` where the rules want it anyway            |
| `free`     | `None`: there is nothing to tell                                                             |

Of any of them but `free` also `Unknown`: the time was up, or nobody is there to be asked. An element that
must be in a set is `ChosenByCustomer` or `Forced`.
"""


class HasReason(Protocol):
    """An offer of whatever kind."""

    @property
    def reason(self) -> OfferReason:
        """Why it is in its state."""


class HasAvailability(HasReason, Protocol):
    """An offer of whatever kind but a number."""

    @property
    def availability(self) -> Availability | Unknown | None:
        """From when on something with it can be built, where stock was given."""


FORGOTTEN = Unknown("only an offer as it was given can tell why, not one that was made or stored elsewhere")
"""What is said where nobody is there to be asked."""


@frozen(eq=False, repr=False)
class PlaceReasons:
    """The reasons of what one place is offered, one for all of its offers, which may be thousands.

    Threads may share it: that a reason is found twice does no harm. It is no part of what an offer says,
    so offers that are pickled do without, and a copy shares it.

    Attributes:
        question: the choices under which it is offered; `None` where nobody is there to be asked.
        place: its path.
        limits: those of the question that was asked; each reason gets as many seconds, and its own.
        possible: whether a place can take a value on a day, `None` for now; where an outlook was given.
    """

    question: Question | None = None
    place: str = ""
    limits: SearchLimits = NO_LIMITS
    possible: Callable[[str, PlaceValue, date | None], bool] | None = None
    _found: dict[PlaceValue, Why | WhyNot] = field(factory=dict, init=False)
    _available: dict[PlaceValue, Availability] = field(factory=dict, init=False)

    def of(self, state: OfferState, value: PlaceValue) -> OfferReason:
        """Why a value is in its state: see `OfferReason`.

        Args:
            state: how it is offered.
            value: a SKU, an option's value, an element of a set; `None` for nothing, which has no reason
                where the slot may not be empty in any case.
        """
        if state == "free":
            return None
        if self.question is None:
            return FORGOTTEN
        place = self.question.product.catalog.place_of[self.place]
        if value is None and isinstance(place, Slot) and not place.cardinality.may_be_absent:
            return None
        known = self._found.get(value)
        if known is not None:
            return known
        ask: Callable[..., Why | WhyNot] = why_not if state == "excluded" else why
        limits = SearchLimits.within(self.limits.seconds, self.limits.now)
        found = ask(self.question, self.place, named_value(place, value), limits)
        # What is unknown for want of time may be known the next time.
        if not isinstance(found, Unknown):
            self._found[value] = found
        return found

    def availability(self, state: OfferState, value: PlaceValue) -> Availability | Unknown | None:
        """From when on a value can be had: see `Offer.availability`."""
        if state == "excluded" or self.question is None or self.possible is None:
            return None
        if value not in self._available:
            outlook, possible = self.question.product.outlook, self.possible
            assert outlook is not None
            try:
                found = outlook.first(lambda day: possible(self.place, value, day))
            except SearchLimitError as stopped:
                return Unknown(stopped.reason)
            self._available[value] = found
        return self._available[value]

    def __deepcopy__(self, _: object) -> "PlaceReasons":
        return self

    def __reduce__(self) -> tuple[type["PlaceReasons"], tuple[()]]:
        return PlaceReasons, ()


UNASKED = PlaceReasons()
"""The reasons of offers that were made by hand."""


def named_value(place: Place, value: PlaceValue) -> object:
    """A value as `why` is asked about it: what looks like a quantity or a list means itself."""
    if not isinstance(place, Slot):
        return {"includes": [value]} if isinstance(place.type, SetType) else value
    if not isinstance(value, str):
        return value
    return ComponentQuantity(value, 1) if place.cardinality.kind == "mixed" else {"component": value}
