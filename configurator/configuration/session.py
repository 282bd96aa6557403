"""A dialogue with a customer: choices made one after the other, and at each step what follows from them.

A session never changes. Every choice gives a new one, which remembers the one before; what a session
is asked is found out once and kept. Threads may share sessions: that one answer is found twice does no harm.
"""

import time
from collections.abc import Callable, Collection, Iterable, Mapping
from copy import deepcopy
from datetime import date
from types import MappingProxyType
from typing import Generic, Literal, TypeVar

from attrs import define, evolve, field, frozen

from configurator.catalog.choices import place_of
from configurator.catalog.model import Bundle, Catalog
from configurator.configuration.bundles import read_bundles
from configurator.configuration.completion import (
    Completed,
    Completion,
    NotCompletable,
    WishOutcome,
    complete,
)
from configurator.configuration.domains import PlaceOffers
from configurator.configuration.enumeration import Count, count_configurations
from configurator.configuration.given_choices import (
    GivenChoice,
    check_places,
    choices_of,
    lies_at,
    with_choices,
    without_places,
)
from configurator.configuration.offer_writing import Deltas, Offers, OfferWriter, taken_defaults
from configurator.configuration.price_deltas import Price, PriceDeltas, price_deltas, price_of
from configurator.configuration.pricing import Amount, amount
from configurator.configuration.product import PreparedProduct, Question, ask
from configurator.configuration.reasons import PriceReason, Why, WhyNot, why, why_not, why_price
from configurator.configuration.repairs import DEFAULT_LIMIT, Repairs, Unrepairable, repairs
from configurator.configuration.saved import SavedConfiguration, saved_configuration
from configurator.configuration.validation import Invalid, Verdict, validate
from configurator.csp.semantics import holds
from configurator.csp.variables import Assignment
from configurator.engines.engine import NO_LIMITS, Domains, Infeasible, SearchLimits, Unknown
from configurator.engines.switched import Clash, Possible
from configurator.errors import SearchLimitError
from configurator.explanation.minimal_sets import corrections
from configurator.lowering.choices import lower_choices

T = TypeVar("T")

Provenance = Literal["chosen", "default", "bundle", "forced", "open"]
"""Where the value of a place comes from: the customer chose it, a `bundle` that is applied did, the rules
leave nothing else (`forced`), completion takes its `default`, or nothing is settled (`open`)."""


@frozen
class DroppedChoice:
    """A choice that had to yield; `value` is as the customer had given it."""

    place: str
    value: object


@frozen
class ChosenAnyway:
    """A choice that was made whatever it costs.

    Attributes:
        session: with the choice, and without what was dropped.
        dropped: the fewest earlier choices that had to yield, in the order in which they were made; none
            where the choice goes with all of them. See `Session.choose_anyway` for which of equally few.
    """

    session: "Session"
    dropped: tuple[DroppedChoice, ...]

    def or_raise(self) -> "ChosenAnyway":
        """This answer."""
        return self


@define
class Remembered(Generic[T]):
    """An answer, once it is found."""

    answers: list[T] = field(factory=list)


@frozen
class _Total:
    """What the cheapest completion totals; `None` where there is none."""

    total: int | None


@frozen(eq=False)
class _View:
    """What can still be chosen, and what that adds."""

    domains: Domains
    deltas: PriceDeltas | Unknown | None


@frozen(eq=False, slots=False)
class Session:
    """Choices made one after the other; see `Configurator.session`. Two sessions are equal if they are one.

    Attributes:
        product: what is configured, on its day, with the bundles that are applied.
        given: the choices, in the order in which the customer made them; no two about one place.
        seconds: the time limit of each question; what a limit kept open is tried again when asked again.
        earlier: the session before the last step; `None` at the beginning.
    """

    product: PreparedProduct = field(repr=False)
    given: tuple[GivenChoice, ...] = ()
    seconds: float | None = None
    earlier: "Session | None" = field(default=None, repr=False)
    _now: Callable[[], float] = field(default=time.monotonic, repr=False)
    _asked: Remembered[Question] = field(factory=Remembered, init=False, repr=False)
    _verdict: Remembered[Verdict] = field(factory=Remembered, init=False, repr=False)
    _count: Remembered[Count | Unknown] = field(factory=Remembered, init=False, repr=False)
    _view: Remembered[_View | Unknown] = field(factory=Remembered, init=False, repr=False)
    _offers: Remembered[Offers | Unknown] = field(factory=Remembered, init=False, repr=False)
    _total: Remembered[_Total | Unknown] = field(factory=Remembered, init=False, repr=False)
    _completion: Remembered[Completion] = field(factory=Remembered, init=False, repr=False)

    @property
    def choices(self) -> Mapping[str, object]:
        """What was chosen, by path, as it was given, in the order in which it was chosen."""
        return MappingProxyType({each.place: deepcopy(each.value) for each in self.given})

    @property
    def bundles(self) -> tuple[str, ...]:
        """The bundles that are applied, by name, in the order declared."""
        return tuple(bundle.key for bundle in self.product.bundles)

    @property
    def as_of(self) -> date:
        """The day for which everything is told."""
        return self.product.lowered.as_of

    # ------------------------------------------------------------ steps

    def choose(self, choices: Mapping[str, object] = MappingProxyType({}), /, **more: object) -> "Session":
        """Choose for one or more places, whatever was chosen for them before; what is chosen last comes last.

        Choices that cannot be completed are taken as well: `verdict` then tells why, and nothing is offered.
        What is chosen for an assembly as a whole, a list, an object or nothing, replaces what was chosen
        inside it; what is chosen inside an instance that was left out brings it back.

        Args:
            choices: by dotted path, as in `Configurator.validate`.
            more: the same for paths that are plain names.

        Raises:
            ChoiceError: a choice names what does not exist or does not fit its place.
        """
        return self._step(with_choices(self.product.catalog, self.given, {**choices, **more}))

    def retract(self, *places: str) -> "Session":
        """Leave places open again, an assembly with its inside; what is open anyway stays so.

        Raises:
            ChoiceError: there is no such place.
        """
        check_places(self.product.catalog, places)
        return self._step(without_places(self.product.catalog, self.given, places))

    def with_bundle(self, *names: str) -> "Session":
        """Apply bundles, besides those that are applied: what they choose then holds beside the choices.

        A bundle that clashes with the choices, or is not in force, is applied as well: `verdict` tells why
        that is not possible. One that is applied already stays.

        Raises:
            ChoiceError: there is no such bundle.
        """
        together = tuple(dict.fromkeys((*self.bundles, *names)))
        return self._applying(read_bundles(self.product.catalog, together))

    def without_bundle(self, *names: str) -> "Session":
        """Leave bundles out again; for those that are not applied it changes nothing.

        Raises:
            ChoiceError: there is no such bundle.
        """
        left_out = read_bundles(self.product.catalog, dict.fromkeys(names))
        keys = {bundle.key for bundle in left_out}
        return self._applying(tuple(each for each in self.product.bundles if each.key not in keys))

    def undo(self) -> "Session":
        """The session before the last step, whatever the step was; at the beginning this one."""
        return self.earlier or self

    def choose_anyway(self, place: str, value: object) -> ChosenAnyway | Invalid | Unknown:
        """Choose, and drop the fewest earlier choices with which this one cannot be completed.

        Where equally few could be dropped in several ways, the choice made first is kept if one of them keeps
        it, then the choice made second, and so on. What was chosen for the same place is replaced, not
        dropped. `Invalid` where no configuration has the value at all, with what speaks against it; then
        nothing has changed.

        Raises:
            ChoiceError: as in `choose`.
        """
        wanted = self.choose({place: value})
        alone = evolve(self, given=wanted.given[-1:], earlier=None).verdict
        if isinstance(alone, Invalid | Unknown):
            return alone
        try:
            given_up = self._given_up(wanted.given, SearchLimits.within(self.seconds, self._now))
        except SearchLimitError as stopped:
            return Unknown(stopped.reason)
        kept = tuple(each for number, each in enumerate(wanted.given) if number not in given_up)
        dropped = tuple(
            DroppedChoice(each.place, deepcopy(each.value))
            for number, each in enumerate(wanted.given)
            if number in given_up
        )
        return ChosenAnyway(self._step(kept) if dropped else wanted, dropped)

    # ------------------------------------------------------------ what follows

    @property
    def verdict(self) -> Verdict:
        """What `Configurator.validate` says of the choices."""
        return self._answered(self._verdict, validate)

    def count(self) -> Count | Unknown:
        """How many valid configurations keep the choices, exactly."""
        return self._answered(self._count, count_configurations)

    def complete(self) -> Completion:
        """The best valid configuration that keeps the choices: see `Configurator.complete`."""
        return self._answered(self._completion, complete)

    def wishes(self) -> tuple[WishOutcome, ...] | NotCompletable | Unknown:
        """What becomes of the catalog's wishes in `complete`, with what stands against those not kept."""

        def find(question: Question, limits: SearchLimits) -> Completion:
            return complete(question, limits, reasons=True)

        found: Completion = self._told(find)
        return found.wishes if isinstance(found, Completed) else found

    def options(self) -> Offers | Unknown:
        """What every place can take and what it cannot, with price deltas, by path, in catalog order.

        What is not excluded can be completed together with all choices. For a place that is decided
        everything else is excluded; `alternatives` tells what it could be changed to. Components that are
        not in force on the day are left out. The `reason` of an offer tells why it is in its state, see
        `OfferReason`. Price deltas of all values are told where at most the price
        itself is bounded outside the diagram. Under other wide sums those are told that are settled
        quickly; the others are unknown, and `price_delta` tells them one by one.
        """
        return self._answered(self._offers, self._all_offers)

    def alternatives(self, place: str) -> PlaceOffers | Unknown:
        """What a place can take if what was chosen for it is taken back, measured by the price now.

        Raises:
            ChoiceError: there is no such place.
        """
        now = self._total_now() if isinstance(price_of(self.product), Price) else _Total(None)
        return self.retract(place)._offers_against(place, now)  # noqa: SLF001 - another session

    @property
    def price(self) -> Amount | Unknown | None:
        """What the cheapest completion comes to; `None` where there is none, or no price."""
        price = price_of(self.product)
        if not isinstance(price, Price):
            return price
        found = self._total_now()
        if isinstance(found, Unknown):
            return found
        return None if found.total is None else amount(price.objective, found.total)

    def price_delta(self, place: str, value: object) -> Amount | Unknown | None:
        """What the cheapest completion comes to more if a value is chosen, in place of what was before.

        `None` where there is no price, or no completion now or then. Costs one search for the cheapest.

        Raises:
            ChoiceError: as in `choose`.
        """
        other, price = self.choose({place: value}), price_of(self.product)
        if not isinstance(price, Price):
            return price
        now, then = self._total_now(), other._total_now()  # noqa: SLF001 - another session
        if isinstance(now, Unknown):
            return now
        if isinstance(then, Unknown):
            return then
        if now.total is None or then.total is None:
            return None
        return price.difference(then.total - now.total)

    def provenance(self, place: str) -> Provenance | Unknown:
        """Where the value of a place comes from.

        `forced` goes before `default`. Where no configuration keeps the choices, what was not chosen is open.

        Raises:
            ChoiceError: there is no such place.
        """
        check_places(self.product.catalog, (place,))
        # What is chosen inside an instance has it there.
        if any(lies_at(place_of(choice), place) for each in self.given for choice in each.choices):
            return "chosen"
        in_force = (bundle for bundle in self.product.bundles if bundle.period.holds(self.as_of))
        if any(lies_at(place_of(choice), place) for bundle in in_force for choice in bundle.choices):
            return "bundle"
        places = _decided_by(self.product.catalog, place)
        view = self._answered(self._view, _view)
        if isinstance(view, Unknown):
            return view
        layouts = self.product.lowered.layout.of
        domains = [view.domains[variable] for key in places for variable in layouts[key].variables]
        if not all(domains):
            return "open"
        if all(len(values) == 1 for values in domains):
            return "forced"
        if not any(default.place in places for default in self.product.catalog.defaults):
            return "open"
        completion = self.complete()
        if isinstance(completion, Unknown):
            return completion
        taken = isinstance(completion, Completed) and any(each in places for each in completion.defaults)
        return "default" if taken else "open"

    def why(self, place: str, value: object) -> Why:
        """Why a place has a value: forced by what, chosen, a default, or not forced at all.

        Raises:
            ChoiceError: the place or value does not exist.
        """
        return self._told(lambda question, limits: why(question, place, value, limits))

    def why_not(self, place: str, value: object) -> WhyNot:
        """Why a place cannot have a value, with what was chosen for other places.

        Raises:
            ChoiceError: the place or value does not exist.
        """
        return self._told(lambda question, limits: why_not(question, place, value, limits))

    def why_price(self) -> PriceReason | NotCompletable | Unknown:
        """Why the cheapest completion costs what it costs, place by place.

        Raises:
            ChoiceError: the catalog has no calc `price`, or it is no amount.
        """
        return self._told(lambda question, limits: why_price(question, limits=limits))

    def repairs(
        self,
        *,
        limit: int | None = DEFAULT_LIMIT,
        weights: Mapping[str, int] = MappingProxyType({}),
        locked: Collection[str] = (),
    ) -> Repairs | Unrepairable | Unknown:
        """The smallest changes that make the choices possible again, best first; see `Configurator.repairs`.

        Raises:
            ChoiceError: a weight or lock names what is no place.
            TypeError: the locked places are one text instead of several.
            ValueError: the limit or a weight is less than 1.
        """
        return self._told(
            lambda question, limits: repairs(
                question, limit=limit, weights=weights, locked=locked, limits=limits
            )
        )

    def save(self) -> SavedConfiguration:
        """The choices and bundles, nothing that follows; `upgrade` brings them before a newer catalog."""
        choices = tuple(choice for each in self.given for choice in each.choices)
        return saved_configuration(self.product.catalog, choices, self.bundles)

    # ------------------------------------------------------------ inside

    def _step(self, given: tuple[GivenChoice, ...]) -> "Session":
        return Session(self.product, given, self.seconds, self, self._now)

    def _applying(self, bundles: tuple[Bundle, ...]) -> "Session":
        return Session(self.product.applying(bundles), self.given, self.seconds, self, self._now)

    def _question(self, limits: SearchLimits) -> Question:
        """The choices brought before the product.

        Raises:
            SearchLimitError: preparing did not fit the limits.
        """
        if not self._asked.answers:
            self._asked.answers.append(_question_of(self.product, self.given, limits))
        return self._asked.answers[0]

    def _answered(
        self, known: Remembered[T | Unknown], find: Callable[[Question, SearchLimits], T | Unknown]
    ) -> T | Unknown:
        """An answer, found now if it is not known."""
        if known.answers:
            return known.answers[0]
        limits = SearchLimits.within(self.seconds, self._now)
        try:
            found = find(self._question(limits), limits)
        except SearchLimitError as stopped:
            found = Unknown(stopped.reason)
        # What is unknown for want of time may be known the next time.
        if self.seconds is None or not isinstance(found, Unknown):
            known.answers.append(found)
        return found

    def _told(self, find: Callable[[Question, SearchLimits], T | Unknown]) -> T | Unknown:
        """An answer that is found anew each time."""
        return self._answered(Remembered(), find)

    def _all_offers(self, question: Question, limits: SearchLimits) -> Offers | Unknown:
        view = self._answered(self._view, _view)
        if isinstance(view, Unknown):
            return view
        return Offers(self._writer(question, view, view.deltas, limits))

    def _writer(
        self, question: Question, view: _View, deltas: PriceDeltas | Unknown | None, limits: SearchLimits
    ) -> OfferWriter:
        """What writes out offers with some price deltas.

        Raises:
            SearchLimitError: what completion takes by default is not known.
        """

        def completed() -> Completion:
            if not self._completion.answers:
                found = complete(question, limits)
                if isinstance(found, Unknown):
                    return found
                self._completion.answers.append(found)
            return self._completion.answers[0]

        def narrowed(other: Question) -> tuple[Domains, Deltas]:
            found = _view(other, limits)
            if isinstance(found, Unknown):
                raise SearchLimitError(found.reason)
            inside = found.deltas
            if isinstance(inside, PriceDeltas) and isinstance(deltas, PriceDeltas):
                inside = inside.against(deltas.now)
            elif isinstance(inside, PriceDeltas):
                inside = deltas
            return found.domains, _told_of(inside)

        defaults = taken_defaults(question, view.domains, completed)
        told = _told_of(deltas)
        return OfferWriter(
            question, view.domains, limits, defaults, excluded=True, deltas=told, narrowed=narrowed
        )

    def _offers_against(self, place: str, now: _Total | Unknown) -> PlaceOffers | Unknown:
        """The offers of one place, measured by another price."""

        def found(question: Question, limits: SearchLimits) -> PlaceOffers | Unknown:
            view = self._answered(self._view, _view)
            if isinstance(view, Unknown):
                return view
            deltas = view.deltas
            if isinstance(deltas, PriceDeltas):
                deltas = now if isinstance(now, Unknown) else deltas.against(now.total)
            return self._writer(question, view, deltas, limits).write(place)

        return self._told(found)

    def _total_now(self) -> _Total | Unknown:
        """What the cheapest completion totals. Needs a price that is a sum."""
        for view in self._view.answers:
            if isinstance(view, _View) and isinstance(view.deltas, PriceDeltas):
                return _Total(view.deltas.now)
        return self._answered(self._total, _cheapest_total)

    def _given_up(self, given: tuple[GivenChoice, ...], limits: SearchLimits) -> frozenset[int]:
        """The fewest choices without which the last one can be completed, by number.

        Of equally few those that leave the first one if it can stay, then the second, and so on.
        """
        last = len(given) - 1
        switches = _Switches(self.product, given)
        return next(corrections(switches, range(last), limits, always=(last,)))


@frozen(eq=False)
class _Switches:
    """Choices that can be left out, for whoever looks for the fewest to drop: see `Switchable`."""

    product: PreparedProduct
    given: tuple[GivenChoice, ...]

    def solve(self, on: Iterable[int], limits: SearchLimits = NO_LIMITS) -> Possible | Clash | Unknown:
        """Whether these choices can be completed together."""
        parts = frozenset(on)
        try:
            question = _question_of(
                self.product, tuple(each for at, each in enumerate(self.given) if at in parts), limits
            )
        except SearchLimitError as stopped:
            return Unknown(stopped.reason)
        if question.impossible:
            return Clash(parts)
        found = question.prepared.feasibility(question.choices.assumptions, limits)
        if isinstance(found, Unknown):
            return found
        return Clash(parts) if isinstance(found, Infeasible) else Possible(found.witness)

    def keeps(self, part: int, assignment: Assignment) -> bool:
        """Whether a solution is what a choice says."""
        lowered = lower_choices(self.product.lowered, self.given[part].choices)
        return (
            not lowered.not_in_force
            and all(assignment[variable] in values for variable, values in lowered.assumptions.items())
            and all(holds(constraint, assignment) for constraint in lowered.constraints)
        )


def _decided_by(catalog: Catalog, place: str) -> frozenset[str]:
    """The places whose values decide a place: of an assembly whether its instances are there, else itself."""
    home = catalog.assembly_of.get(place)
    if home is None:
        return frozenset({place})
    return frozenset(each.presence for each in home.instances if each.presence == each.prefix)


def _question_of(product: PreparedProduct, given: Iterable[GivenChoice], limits: SearchLimits) -> Question:
    """Choices brought before a product, in catalog order."""
    return ask(product, choices_of(product.catalog, given), limits)


def _view(question: Question, limits: SearchLimits) -> _View | Unknown:
    """Valid domains and price deltas: where the diagram tells the one, it tells the other with it."""
    price = price_of(question.product)
    deltas = price_deltas(question, price, limits.half()) if isinstance(price, Price) else price
    domains = deltas.domains if isinstance(deltas, PriceDeltas) else None
    if domains is not None:
        return _View(domains, deltas)
    if question.impossible:
        return _View(tuple(() for _ in question.product.lowered.layout.variables), deltas)
    found = question.prepared.domains(question.choices.assumptions, limits)
    return found if isinstance(found, Unknown) else _View(found, deltas)


def _told_of(deltas: PriceDeltas | Unknown | None) -> Deltas:
    return deltas.of if isinstance(deltas, PriceDeltas) else lambda _variable, _value: deltas


def _cheapest_total(question: Question, limits: SearchLimits) -> _Total | Unknown:
    price = price_of(question.product)
    assert isinstance(price, Price)
    if question.impossible:
        return _Total(None)
    sizes = tuple(variable.size for variable in question.product.lowered.layout.variables)
    assumptions = price.objective.known(question.choices.assumptions, sizes)
    found = question.prepared.cheapest(price.objective.terms, assumptions, limits)
    match found:
        case Unknown():
            return found
        case Infeasible():
            return _Total(None)
        case _:
            return _Total(found.cost)


def begin_session(
    product: PreparedProduct,
    choices: Mapping[str, object] = MappingProxyType({}),
    seconds: float | None = None,
) -> Session:
    """A session that begins with choices; nothing is before it.

    Raises:
        ChoiceError: a choice names what does not exist or does not fit its place.
    """
    return evolve(Session(product, seconds=seconds).choose(choices), earlier=None)
