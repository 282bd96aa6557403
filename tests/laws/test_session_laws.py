"""The laws of sessions: after any steps everything is told as if it were asked for the first time."""

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from itertools import combinations

import pytest
from asked_catalogs import loaded, meant_offers, named, named_object, taken_defaults
from attrs import field, frozen
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.strategies import DrawFn
from law_settings import examples
from made_choices import MadeChoice, MadeChoices, choice_of
from made_prices import PricedCatalog, priced_catalogs

from configurator.configuration.domains import (
    AssemblyOffers,
    IdenticalOffers,
    Interval,
    MixedOffers,
    NumberOffers,
    PlaceOffers,
    PriceDelta,
    SetOffers,
    ValueOffers,
)
from configurator.configuration.enumeration import Count
from configurator.configuration.model import ComponentQuantity, json_value
from configurator.configuration.offer_reasons import OfferReason
from configurator.configuration.offer_writing import Offers
from configurator.configuration.pricing import Amount
from configurator.configuration.reasons import ByDefault, ChosenByCustomer, Excluded, Forced
from configurator.configuration.saved import SavedConfiguration
from configurator.configuration.session import ChosenAnyway, Session
from configurator.configuration.upgrade import Broken, Repaired, Unchanged
from configurator.configuration.validation import Invalid
from configurator.engines.engine import Unknown
from configurator.testing.made.catalogs import made_catalogs, plain_names, with_names
from configurator.testing.made.dice import Dice
from configurator.testing.made.products import DAY, Filling, Json, MadeOption, MadePlace, MadeSlot, Scene

made = priced_catalogs(made_catalogs(largest=150))

Priced = Sequence[tuple[Scene, Fraction]]
"""Configurations whose price is known."""


@frozen(eq=False)
class Steps:
    """Some steps of a dialogue: what was asked, and what must be chosen after each.

    Attributes:
        after: the session after each step, and the choices it must have.
    """

    made: PricedCatalog
    after: list[tuple[Session, tuple[MadeChoice, ...]]] = field(factory=list)

    @property
    def valid(self) -> tuple[Scene, ...]:
        return self.made.catalog.valid

    def completions(self, choices: tuple[MadeChoice, ...]) -> list[Scene]:
        """The valid configurations that keep the choices."""
        kept = MadeChoices(choices)
        return [scene for scene in self.valid if kept.keep(scene)] if kept.in_force else []

    def priced(self, scenes: Sequence[Scene]) -> Priced:
        """Those whose price is known."""
        found = [(scene, self.made.price(scene)) for scene in scenes]
        return [(scene, price) for scene, price in found if price is not None]


kinds = st.sampled_from(("choose", "choose", "choose", "anyway", "anyway", "retract", "undo"))


@st.composite
def made_choices_of_one(draw: DrawFn, made: PricedCatalog) -> MadeChoice | None:
    """A choice for any place; `None` where nothing can fill it."""
    dice = Dice(draw)
    return choice_of(dice, dice.one(made.catalog.places), None)


def walked(catalog: PricedCatalog, data: st.DataObject, engine: str) -> Steps:
    """A dialogue of a few steps of all kinds."""
    steps = Steps(catalog)
    session = loaded(catalog.catalog, engine).session(as_of=DAY)
    steps.after.append((session, ()))
    before: list[int] = []
    for kind in data.draw(st.lists(kinds, min_size=1, max_size=5)):
        session, choices = steps.after[-1]
        match kind:
            case "undo":
                here = before.pop() if before else len(steps.after) - 1
                assert session.undo() is steps.after[here][0]
                steps.after.append(steps.after[here])
                before = before[:here]
                continue
            case "retract":
                place = data.draw(st.sampled_from(catalog.catalog.places))
                session = session.retract(with_names(place.name, plain_names))
                choices = without(choices, place)
            case _:
                choice = data.draw(made_choices_of_one(catalog))
                if choice is None:
                    continue
                place = choice.place
                if kind == "choose":
                    session = session.choose(named_object({place.name: choice.given}))
                    choices = (*without(choices, place), choice)
                else:
                    taken = taken_anyway(steps, session, choices, choice)
                    if taken is None:
                        continue
                    session, choices = taken
        before.append(len(steps.after) - 1)
        steps.after.append((session, choices))
    return steps


def without(choices: tuple[MadeChoice, ...], place: MadePlace) -> tuple[MadeChoice, ...]:
    """The choices for all other places."""
    return tuple(choice for choice in choices if choice.place is not place)


def taken_anyway(
    steps: Steps, session: Session, choices: tuple[MadeChoice, ...], choice: MadeChoice
) -> tuple[Session, tuple[MadeChoice, ...]] | None:
    """A choice that is made whatever it costs, held against all ways of dropping others."""
    ((path, value),) = named_object({choice.place.name: choice.given}).items()
    answer = session.choose_anyway(path, value)
    if not steps.completions((choice,)):
        assert isinstance(answer, Invalid)
        assert answer.conflicts
        return None
    assert isinstance(answer, ChosenAnyway)
    earlier = without(choices, choice.place)
    kept = next(
        kept
        for size in range(len(earlier), -1, -1)
        # `combinations` gives what keeps the earlier ones first.
        for kept in combinations(earlier, size)
        if steps.completions((*kept, choice))
    )
    assert [named_object({c.place.name: c.given}) for c in earlier if c not in kept] == [
        {each.place: each.value} for each in answer.dropped
    ]
    return answer.session, (*kept, choice)


# ---------------------------------------------------------------- offers as plain data


def told(offers: PlaceOffers, tell: Callable[[PriceDelta], Json]) -> Json:
    """What is told of one place: what is not excluded as `meant_offers` has it, then all with deltas."""
    match offers:
        case ValueOffers(offers=found):
            open_ = [o for o in found if o.state != "excluded"]
            return [
                [[json_value(o.value), o.state] for o in open_],
                [[json_value(o.value), tell(o.price_delta)] for o in found],
            ]
        case IdenticalOffers(offers=quantities, absent=absent, absent_delta=delta):
            open_quantities = [o for o in quantities if o.state != "excluded"]
            return [
                [[[o.component, o.lowest, o.highest, o.state] for o in open_quantities], absent],
                [[[o.component, tell(o.price_delta)] for o in quantities], tell(delta)],
            ]
        case MixedOffers(offers=counts, fewest=fewest, most=most):
            open_counts = [o for o in counts if o.state != "excluded"]
            return [
                [[[o.component, o.highest] for o in open_counts], fewest, most],
                [[o.component, tell(o.price_delta)] for o in counts],
            ]
        case NumberOffers(intervals=intervals):
            return [[[json_value(i.low), json_value(i.high)] for i in intervals], []]
        case SetOffers(elements=elements):
            return [
                [[o.element, o.state] for o in elements],
                [[o.element, tell(o.price_delta)] for o in elements],
            ]
        case AssemblyOffers():
            raise AssertionError(offers)


def told_all(session: Session) -> Mapping[str, Json]:
    """What a session tells of every place."""
    options = session.options()
    assert isinstance(options, Offers)
    return {path: told(offers, delta_json) for path, offers in options.items()}


def delta_json(delta: PriceDelta) -> Json:
    """A price delta as plain data."""
    match delta:
        case Amount(number=number):
            return str(Fraction(number))
        case Unknown(reason=reason):
            return reason
        case None:
            return None


def meant(steps: Steps, place: MadePlace, choices: tuple[MadeChoice, ...]) -> Json:
    """What must be told of a place."""
    catalog = steps.made.catalog
    completions = steps.completions(choices)
    chosen = {choice.place.name for choice in choices}
    offers = meant_offers(
        place,
        [scene[place.name] for scene in completions],
        taken_defaults(catalog, completions, chosen),
        chosen=place.name in chosen,
    )
    priced = steps.priced(completions)

    def delta(holds: Callable[[Filling], bool]) -> Json:
        having = [price for scene, price in priced if holds(scene[place.name])]
        return str(min(having) - min(price for _, price in priced)) if having else None

    match place:
        case MadeSlot(kind="identical" | "mixed" as kind):
            skus = [component.sku for component in place.family.components if component.days.hold]
            of_each: list[Json] = [[sku, delta(holding(sku))] for sku in skus]
            return (
                [offers, [of_each, delta(lambda f: f == ()) if place.low == 0 else None]]
                if (kind == "identical")
                else [offers, of_each]
            )
        case MadeOption(kind="number"):
            return [offers, []]
        case MadeOption(kind="some"):
            return [offers, [[e, delta(including(e))] for e in place.elements]]
        case _:
            return [offers, [[place.canonical(f), delta(equal_to(f))] for f in place.fillings()]]


def holding(sku: str) -> Callable[[Filling], bool]:
    """Whether a slot holds a component."""
    return lambda filling: isinstance(filling, tuple) and any(c.sku == sku for c, _ in filling)


def including(element: str) -> Callable[[Filling], bool]:
    """Whether a set has an element."""
    return lambda filling: isinstance(filling, frozenset) and element in filling


def equal_to(wanted: Filling) -> Callable[[Filling], bool]:
    """Whether a place holds just that."""
    return lambda filling: filling == wanted


# ---------------------------------------------------------------- the laws


@examples(150)
@given(made=made, data=st.data())
def test_after_any_steps_a_session_tells_what_brute_force_finds(
    made: PricedCatalog, data: st.DataObject
) -> None:
    steps = walked(made, data, "diagram")
    for session, choices in steps.after:
        completions = steps.completions(choices)
        expected: dict[str, Json] = {p.name: meant(steps, p, choices) for p in made.catalog.places}
        prices = [price for _, price in steps.priced(completions)]

        assert list(named_object(MadeChoices(choices).given).items()) == list(session.choices.items())
        assert named_object(expected) == told_all(session)
        assert (str(min(prices)) if prices else None) == delta_json(session.price)
        assert len(completions) == counted(session)
        assert bool(completions) == (not isinstance(session.verdict, Invalid))


def counted(session: Session) -> int:
    """How many there are left."""
    found = session.count()
    assert isinstance(found, Count)
    return found.value


@examples(60)
@given(made=made, data=st.data(), engine=st.sampled_from(("backtracking", "diagram")))
def test_a_price_delta_is_the_difference_of_the_cheapest_completions(
    made: PricedCatalog, data: st.DataObject, engine: str
) -> None:
    steps = walked(made, data, engine)
    session, choices = steps.after[-1]
    choice = data.draw(made_choices_of_one(made))
    if choice is None:
        return
    ((path, value),) = named_object({choice.place.name: choice.given}).items()
    now = steps.priced(steps.completions(choices))
    then = steps.priced(steps.completions((*without(choices, choice.place), choice)))
    expected = None
    if now and then:
        expected = str(min(price for _, price in then) - min(price for _, price in now))

    assert expected == delta_json(session.price_delta(path, value))


@examples(60)
@given(made=made, data=st.data())
def test_no_step_changes_what_earlier_sessions_tell(made: PricedCatalog, data: st.DataObject) -> None:
    steps = walked(made, data, "backtracking")
    before = [(repr(session.options()), session.choices) for session, _ in steps.after]
    last = steps.after[-1][0].retract(*steps.after[-1][0].choices)

    assert dict(last.choices) == {}
    assert before == [(repr(session.options()), session.choices) for session, _ in steps.after]
    for session, choices in steps.after:
        afresh = loaded(made.catalog).session(named_object(MadeChoices(choices).given), as_of=DAY)
        assert repr(afresh.options()) == repr(session.options())


@examples(60)
@given(made=made, data=st.data())
def test_undoing_a_choice_gives_the_session_before_it(made: PricedCatalog, data: st.DataObject) -> None:
    session = walked(made, data, "backtracking").after[-1][0]
    choice = data.draw(made_choices_of_one(made))
    if choice is None:
        return

    assert session.choose(named_object({choice.place.name: choice.given})).undo() is session


@examples(80)
@given(made=made, data=st.data())
def test_what_is_saved_comes_back_as_the_same_choices(made: PricedCatalog, data: st.DataObject) -> None:
    session = walked(made, data, "backtracking").after[-1][0]
    saved = session.save()
    again = SavedConfiguration.from_dict(saved.to_dict())
    loaded_again = loaded(made.catalog).session(again.choices, as_of=DAY)

    assert saved == again
    assert saved == loaded_again.save()
    assert list(session.choices) == list(loaded_again.choices)
    assert repr(session.options()) == repr(loaded_again.options())


@examples(80)
@given(made=made, data=st.data())
def test_values_come_from_where_completion_takes_them(made: PricedCatalog, data: st.DataObject) -> None:
    session, choices = walked(made, data, "backtracking").after[-1]
    steps = Steps(made)
    completions = steps.completions(choices)
    completed = loaded(made.catalog).complete(session.choices, as_of=DAY)
    for place in made.catalog.places:
        fillings = {repr(named(place.canonical(scene[place.name]))) for scene in completions}
        path = with_names(place.name, plain_names)
        match session.provenance(path):
            case "chosen":
                assert place in [choice.place for choice in choices]
            case "forced":
                assert len(fillings) == 1
            case "default":
                assert path in getattr(completed, "defaults", ())
                assert len(fillings) > 1
            case "open":
                assert len(fillings) != 1
                assert path not in getattr(completed, "defaults", ())
            case other:
                pytest.fail(f"{other}")


@examples(60)
@given(made=made, data=st.data())
def test_an_upgrade_changes_something_exactly_where_it_must(made: PricedCatalog, data: st.DataObject) -> None:
    steps = walked(made, data, "backtracking")
    session, choices = steps.after[-1]
    asked = loaded(made.catalog)
    answer = asked.upgrade(session.save(), as_of=DAY)

    match answer:
        case Unchanged():
            assert steps.completions(choices)
        case Repaired(choices=repaired, repair=repair):
            assert not steps.completions(choices)
            assert repair is not None
            assert set(repaired) == set(session.choices)
            assert not isinstance(asked.validate(repaired, as_of=DAY), Invalid)
        case Broken():
            assert not made.catalog.valid
        case Unknown(reason=reason):
            pytest.fail(reason)


# ---------------------------------------------------------------- reasons


Standing = Sequence[tuple[str, OfferReason, object]]
"""How values are offered, why, and how a session is asked about them."""


def standings(place: MadePlace, offers: PlaceOffers) -> Standing:
    """Every offer of a place, nothing among them."""
    match offers:
        case ValueOffers(offers=found):
            return [(o.state, o.reason, _as_asked(place, o.value)) for o in found]
        case IdenticalOffers(offers=quantities, nothing=nothing):
            may_be_empty = isinstance(place, MadeSlot) and place.low == 0
            told = [(o.state, o.reason, _as_asked(place, o.component)) for o in quantities]
            return [(nothing.state if may_be_empty else "free", nothing.reason, None), *told]
        case MixedOffers(offers=counts):
            return [(o.state, o.reason, ComponentQuantity(o.component, 1)) for o in counts]
        case NumberOffers(intervals=(Interval(low=low, high=high),), reason=reason) if low == high:
            return [("forced", reason, low)]
        case NumberOffers(reason=reason):
            return [("free", reason, None)]
        case SetOffers(elements=elements):
            states = {"must": "forced", "can": "free", "cannot": "excluded"}
            return [(states[o.state], o.reason, o.element) for o in elements]
        case AssemblyOffers():
            raise AssertionError(offers)


def _as_asked(place: MadePlace, value: object) -> object:
    return {"component": value} if isinstance(place, MadeSlot) and value is not None else value


@examples(60)
@given(made=made, data=st.data(), engine=st.sampled_from(("backtracking", "diagram")))
def test_every_offer_has_the_reason_that_the_session_tells(
    made: PricedCatalog, data: st.DataObject, engine: str
) -> None:
    session, choices = walked(made, data, engine).after[-1]
    options = session.options()
    assert isinstance(options, Offers)
    chosen = {choice.place.name for choice in choices}
    for place in made.catalog.places:
        path = with_names(place.name, plain_names)
        for state, reason, asked in standings(place, options[path]):
            match state:
                case "free":
                    assert reason is None
                case "excluded":
                    assert session.why_not(path, asked) == reason
                    assert isinstance(reason, Excluded) or place.name in chosen
                case _:
                    assert session.why(path, asked) == reason
                    assert isinstance(reason, ByDefault | Forced if state == "default" else OWN[state])
                    assert state != "forced" or place.name in chosen or isinstance(reason, Forced)


OWN = {"chosen": (ChosenByCustomer, Forced), "forced": (Forced, ChosenByCustomer)}
"""What can be told of a value in a state; where nothing is chosen, it is the first for `forced`."""
