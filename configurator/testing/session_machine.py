"""A state machine that talks to a catalog as a customer would, and holds each answer against a fresh one.

    from configurator import Configurator
    from configurator.testing import SessionMachine

    PC = Configurator.load("package:desktop_pc")

    TestSessions = SessionMachine.for_catalog(PC).TestCase

It chooses what is offered and what is not, chooses anyway, takes back, undoes, applies bundles, completes,
saves and reads back. With a `subject`, a service of yours that holds a dialogue, the same steps go to that
too, and it has to offer what the library offers.
"""

# Each rule is a step whose name says what it does.
# ruff: noqa: D102

import json
from collections.abc import Callable, Collection, Iterator, Mapping
from datetime import date
from typing import Any, ClassVar, Protocol, TypeAlias, TypeVar

from attrs import frozen
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from hypothesis.vendor.pretty import RepresentationPrinter

from configurator.configuration.completion import Completed
from configurator.configuration.domains import (
    AssemblyOffers,
    IdenticalOffers,
    MixedOffers,
    NumberOffers,
    PlaceOffers,
    SetOffers,
    ValueOffers,
)
from configurator.configuration.enumeration import Count
from configurator.configuration.model import JsonValue, json_value
from configurator.configuration.offer_reasons import HasReason
from configurator.configuration.saved import SavedConfiguration
from configurator.configuration.session import ChosenAnyway, Session
from configurator.configuration.validation import Invalid, Valid, Verdict
from configurator.configurator import Configurator
from configurator.engines.engine import Unknown


class DialogSubject(Protocol):
    """A service that holds a dialogue with one customer, seen from outside."""

    def choose(self, place: str, value: JsonValue) -> None:
        """Choose a value for a place, whatever was chosen for it before; in the forms of `validate`.

        Choices that cannot be completed are taken as well.
        """

    def take_back(self, place: str) -> None:
        """Leave a place open again; of an assembly, as `Session.retract` does, all that is inside."""

    def valid(self) -> bool:
        """Whether there is a valid configuration that keeps the choices."""

    def offers(self) -> Mapping[str, Collection[object]]:
        """By place what it can still take, as `offered` tells it, in any order; asked while `valid`.

        Places that it leaves out are not looked at.
        """


@frozen
class Offered:
    """Something that can, or cannot, be chosen.

    Attributes:
        place: its path.
        told: the component, value or element as `offered` tells it.
        choice: the same as `Session.choose` takes it.
        possible: whether it can be chosen.
        source: the offer; `None` for a number.
    """

    place: str
    told: object
    choice: JsonValue
    possible: bool = True
    source: HasReason | None = None

    def __repr__(self) -> str:
        return f"<{self.place}: {json.dumps(self.choice, ensure_ascii=False)}>"

    def _repr_pretty_(self, printer: RepresentationPrinter, cycle: bool) -> None:
        """What a failing test shows of a step: not the reasons, which hold the whole catalog."""
        assert not cycle
        printer.text(repr(self))


def offered(offers: Mapping[str, PlaceOffers]) -> dict[str, list[object]]:
    """By place what it can still take, as plain data.

    SKUs of components, values of options, elements of sets, `None` for nothing; of a number each interval as
    `(lowest, highest)`; of an instance of an assembly `True` and `None`, and its places by their own paths.
    Of instances of which nothing is said, which are alike, only the first is told.

    Args:
        offers: those of `Session.options` or `Configurator.options`.
    """
    found: dict[str, list[object]] = {}
    for each in every_offer(offers):
        values = found.setdefault(each.place, [])
        if each.possible and each.told not in values:
            values.append(each.told)
    return found


def every_offer(offers: Mapping[str, PlaceOffers], around: str = "") -> Iterator[Offered]:
    """Yield all that is offered and all that is refused, place by place in catalog order."""
    for name, each in offers.items():
        yield from _at_place(f"{around}{name}", each)


def _at_place(place: str, offers: PlaceOffers) -> Iterator[Offered]:
    match offers:
        case ValueOffers(offers=values):
            for each in values:
                value = json_value(each.value)
                yield Offered(place, value, value, each.state != "excluded", each)
        case IdenticalOffers(offers=quantities, nothing=nothing):
            for of in quantities:
                possible = of.state != "excluded"
                yield Offered(place, of.component, of.component, possible, of)
                for quantity in sorted({of.lowest, of.highest}) if possible else ():
                    choice: JsonValue = {"component": of.component, "quantity": quantity}
                    yield Offered(place, of.component, choice, possible, of)
            if nothing.state != "excluded":
                yield Offered(place, None, None, source=nothing)
        case MixedOffers(offers=counts):
            for one in counts:
                yield Offered(place, one.component, {"includes": [one.component]}, one.highest > 0, one)
        case SetOffers(elements=elements):
            for element in elements:
                choice = {"includes": [element.element]}
                yield Offered(place, element.element, choice, element.state != "cannot", element)
        case NumberOffers(intervals=intervals):
            for interval in intervals:
                low, high = json_value(interval.low), json_value(interval.high)
                yield Offered(place, (low, high), low)
                yield Offered(place, (low, high), high)
        case AssemblyOffers():
            yield from _in_assembly(offers)


def _in_assembly(offers: AssemblyOffers) -> Iterator[Offered]:
    for each in offers.distinct:
        may_be_absent = offers.repeated or each.absent
        if may_be_absent and (each.absent or each.state == "excluded"):
            yield Offered(each.path, told=True, choice=True, possible=each.state != "excluded", source=each)
        if each.absent:
            yield Offered(each.path, None, None)
        if each.state != "excluded":
            yield from every_offer(each.members, f"{each.path}.")


# ---------------------------------------------------------------- the machine


@frozen(eq=False)
class Step:
    """A session, and what it told when it was new."""

    session: Session
    told: dict[str, Any]


def _drawn(which: str) -> st.SearchStrategy[Any]:
    """One of what the machine has now, so that each step is shown with what it took."""
    return st.runner().flatmap(lambda machine: st.sampled_from(getattr(machine, which)))


NewSubject: TypeAlias = Callable[[], DialogSubject]

MOST_REMEMBERED = 2_000
"""Of how many different choices a machine remembers what the catalog says; the oldest go first."""


@frozen(eq=False)
class Fresh:
    """What a catalog tells of choices, asked for the first time."""

    verdict: Verdict
    count: Count | Unknown
    offers: dict[str, list[object]]


class SessionMachine(RuleBasedStateMachine):
    """A dialogue of random steps. `for_catalog` makes one for a catalog of yours.

    Attributes:
        catalog: that is talked about.
        as_of: the day.
        new_subject: begins a dialogue with a service of yours, nothing chosen; `None` where there is none.
    """

    catalog: ClassVar[Configurator]
    as_of: ClassVar[date]
    new_subject: ClassVar[NewSubject | None] = None
    # Shrinking goes through the same few choices over and over.
    _fresh_answers: ClassVar[dict[str, Fresh]]
    _sessions: ClassVar[dict[str, Session]]

    @classmethod
    def for_catalog(
        cls, catalog: Configurator, *, subject: NewSubject | None = None, as_of: date | None = None
    ) -> "type[SessionMachine]":
        """A machine that talks about a catalog.

        Without a subject it drives `catalog.session()`. After each step the session has to tell what the
        catalog tells when it is asked for the first time; what is offered can be chosen, what is refused
        cannot and has a reason; undoing brings back what was told before, and so does reading back what was
        saved.

        Args:
            catalog: that is talked about; one under stock offers what stock can build.
            subject: begins a dialogue with a service of yours. Then it is the subject that is tried, no
                longer the session, and there are only the steps that it has: choosing and taking back.
            as_of: the day; by default today, for the subject too.
        """
        day = as_of or catalog.today()
        made = {
            "catalog": catalog,
            "as_of": day,
            "new_subject": None if subject is None else staticmethod(subject),
            "_fresh_answers": {},
            "_sessions": {},
        }
        return type(cls.__name__, (cls,), made)

    def __init__(self) -> None:
        super().__init__()
        # What is read of the class, so that a subject's factory is no method.
        new_subject = type(self).new_subject
        self.subject = None if new_subject is None else new_subject()
        self.past: list[Step] = []
        self.session = self._known(self.catalog.session(as_of=self.as_of))
        self.looked_at: Session | None = None

    # ------------------------------------------------------------ what can be done now

    @property
    def _all_offers(self) -> list[Offered]:
        """All that is offered and refused."""
        options = self.session.options()
        return [] if isinstance(options, Unknown) else list(every_offer(options))

    @property
    def _possible(self) -> list[Offered]:
        return [each for each in self._all_offers if each.possible]

    @property
    def _refused(self) -> list[Offered]:
        return [each for each in self._all_offers if not each.possible]

    @property
    def _chosen(self) -> list[str]:
        return list(self.session.choices)

    @property
    def _other_bundles(self) -> list[str]:
        return [each.key for each in self.catalog.catalog.bundles if each.key not in self.session.bundles]

    @property
    def _applied(self) -> list[str]:
        return list(self.session.bundles)

    @property
    def _impossible(self) -> bool:
        """Whether nothing keeps the choices."""
        return isinstance(self.session.verdict, Invalid)

    # ------------------------------------------------------------ steps

    @precondition(lambda self: self._possible)
    @rule(offer=_drawn("_possible"))
    def choose_what_is_offered(self, offer: Offered) -> None:
        self._choose(offer)
        _expect(not self._impossible, f"{offer} is offered, but then `{self._why_impossible()}`")

    @precondition(lambda self: self._refused)
    @rule(offer=_drawn("_refused"))
    def choose_what_is_refused(self, offer: Offered) -> None:
        before, was_impossible = dict(self.session.choices), self._impossible
        self._choose(offer)
        after = dict(self.session.choices)
        # A choice may take the place of an earlier one that was in its way.
        if all(after.get(place, _NOTHING) == value for place, value in before.items()):
            _expect(was_impossible or self._impossible, f"{offer} is refused, but can be chosen")

    @precondition(lambda self: self.subject is None and self._refused and not self._impossible)
    @rule(offer=_drawn("_refused"))
    def ask_why_not(self, offer: Offered) -> None:
        assert offer.source is not None
        reason = offer.source.reason
        _expect(
            reason is not None and not isinstance(reason, Unknown), f"{offer} is refused without a reason"
        )

    @precondition(lambda self: self.subject is None and self._all_offers)
    @rule(offer=_drawn("_all_offers"))
    def choose_anyway(self, offer: Offered) -> None:
        answer = self.session.choose_anyway(offer.place, offer.choice)
        match answer:
            case ChosenAnyway(session=after, dropped=dropped):
                _expect(not isinstance(after.verdict, Invalid), f"{offer} was taken anyway and is impossible")
                places = [each.place for each in dropped]
                kept = [place for place in self.session.choices if place in after.choices]
                _expect(not set(places) & set(kept), f"{', '.join(places)} were dropped and are kept")
                self._go_to(after)
            case Invalid():
                alone = self.catalog.validate(
                    {offer.place: offer.choice}, as_of=self.as_of, bundles=self.session.bundles
                )
                _expect(isinstance(alone, Invalid), f"{offer} is impossible whatever it costs, but is valid")
            case Unknown(reason=reason):
                _expect(so=False, told=f"whether {offer} can be chosen anyway is not known: {reason}")

    @precondition(lambda self: self._chosen)
    @rule(place=_drawn("_chosen"))
    def take_back(self, place: str) -> None:
        if self.subject is not None:
            self.subject.take_back(place)
        self._go_to(self.session.retract(place))
        _expect(place not in self.session.choices, f"`{place}` was taken back and is still chosen")

    @precondition(lambda self: self.subject is None and self.past)
    @rule()
    def undo(self) -> None:
        before = self.past.pop()
        self.session = self.session.undo()
        _same("what is told after undoing", before.told, told_by(self.session))

    @precondition(lambda self: self.subject is None and self._other_bundles)
    @rule(bundle=_drawn("_other_bundles"))
    def apply_bundle(self, bundle: str) -> None:
        self._go_to(self.session.with_bundle(bundle))
        _expect(bundle in self.session.bundles, f"the bundle `{bundle}` was applied and is not")

    @precondition(lambda self: self.subject is None and self._applied)
    @rule(bundle=_drawn("_applied"))
    def leave_bundle_out(self, bundle: str) -> None:
        self._go_to(self.session.without_bundle(bundle))
        _expect(bundle not in self.session.bundles, f"the bundle `{bundle}` was left out and is applied")

    @precondition(lambda self: self.subject is None)
    @rule()
    def complete(self) -> None:
        answer = self.session.complete()
        fresh = self.catalog.complete(self._choices, as_of=self.as_of, bundles=self.session.bundles)
        _same("the completion", fresh, answer)
        _expect(
            isinstance(answer, Completed) != self._impossible,
            "what is possible can be completed, and only that",
        )
        if isinstance(answer, Completed):
            whole = self.catalog.validate(
                answer.configuration, as_of=self.as_of, bundles=self.session.bundles
            )
            _expect(isinstance(whole, Valid), f"the completion {answer.configuration} is not valid")

    @precondition(lambda self: self.subject is None)
    @rule()
    def save_and_read_back(self) -> None:
        kept = json.dumps(self.session.save().to_dict())
        saved = SavedConfiguration.from_dict(json.loads(kept))
        again = self.catalog.session(saved.choices, as_of=self.as_of, bundles=saved.bundles)
        _same("what is told after saving and reading back", told_by(self.session), told_by(again))

    @invariant()
    def everything_is_as_if_asked_for_the_first_time(self) -> None:
        # With a subject that is tried, and the session tells what is right.
        if self.subject is not None or self.looked_at is self.session:
            return
        self.looked_at = self.session
        fresh = self._fresh
        _same("the verdict", fresh.verdict, self.session.verdict)
        _same("the count", fresh.count, self.session.count())
        if isinstance(fresh.count, Count):
            _expect(
                bool(fresh.count.value) != self._impossible,
                f"the verdict is not that of {fresh.count.value} solutions",
            )
        _same("what is offered", fresh.offers, told_by(self.session)["offers"])

    @invariant()
    def the_subject_tells_what_the_library_tells(self) -> None:
        if self.subject is None:
            return
        valid = self.subject.valid()
        _same("`valid()`", not self._impossible, valid)
        if not valid:
            return
        options = self.session.options()
        assert not isinstance(options, Unknown)
        right = offered(options)
        for place, values in self.subject.offers().items():
            _expect(place in right, f"the subject offers something for `{place}`, which is no place")
            told = [tuple(each) if isinstance(each, list) else each for each in values]
            missing = [each for each in right[place] if each not in told]
            more = [each for each in told if each not in right[place]]
            _expect(not missing, f"the subject does not offer {_listed(missing)} for `{place}`")
            _expect(not more, f"the subject offers {_listed(more)} for `{place}`, which cannot be chosen")

    # ------------------------------------------------------------ inside

    @property
    def _choices(self) -> dict[str, object]:
        return dict(self.session.choices)

    def _choose(self, offer: Offered) -> None:
        if self.subject is not None:
            self.subject.choose(offer.place, offer.choice)
        self._go_to(self.session.choose({offer.place: offer.choice}))

    def _go_to(self, session: Session) -> None:
        if self.subject is None:
            self.past.append(Step(self.session, told_by(self.session)))
        self.session = self._known(session)

    def _known(self, session: Session) -> Session:
        """With a subject, the session of the same choices that was asked before, if there was one."""
        if self.subject is None:
            return session
        return _remembered(self._sessions, repr(session.given), lambda: session)

    @property
    def _fresh(self) -> Fresh:
        """What the catalog tells of the choices when it is asked for the first time."""

        def ask() -> Fresh:
            how: dict[str, Any] = {"as_of": self.as_of, "bundles": self.session.bundles}
            options = self.catalog.options(self._choices, excluded=True, **how)
            assert not isinstance(options, Unknown)
            return Fresh(
                self.catalog.validate(self._choices, **how),
                self.catalog.count(self._choices, **how),
                offered(options.of),
            )

        return _remembered(self._fresh_answers, repr((self.session.given, self.session.bundles)), ask)

    def _why_impossible(self) -> str:
        verdict = self.session.verdict
        return verdict.conflicts[0].message if isinstance(verdict, Invalid) else "it is possible"


_NOTHING = object()
_T = TypeVar("_T")


def _remembered(known: dict[str, _T], key: str, make: Callable[[], _T]) -> _T:
    """What is known under a key; made where it is not."""
    if key not in known:
        while len(known) >= MOST_REMEMBERED:
            known.pop(next(iter(known)))
        known[key] = make()
    return known[key]


def told_by(session: Session) -> dict[str, Any]:
    """What a session tells, as plain data: choices, bundles, verdict, count, offers."""
    options = session.options()
    return {
        "choices": session.save().to_dict()["choices"],
        "bundles": session.bundles,
        "verdict": session.verdict,
        "count": session.count(),
        "offers": options if isinstance(options, Unknown) else offered(options),
    }


def _listed(values: Collection[object]) -> str:
    return ", ".join(f"`{each}`" for each in values)


def _expect(so: bool, told: str) -> None:
    """Raise `AssertionError` where something is not so."""
    if not so:
        raise AssertionError(told)


def _same(what: str, expected: object, got: object) -> None:
    """Raise `AssertionError` where something is not what it should be."""
    if isinstance(expected, dict) and isinstance(got, dict):
        for key in {**expected, **got}:
            one, other = expected.get(key, _NOTHING), got.get(key, _NOTHING)
            if one != other:
                _same(f"{what}, `{key}`", one, other)
    if expected != got:
        shown = ["nothing" if each is _NOTHING else repr(each) for each in (expected, got)]
        raise AssertionError(f"{what}: expected {shown[0]}, got {shown[1]}")
