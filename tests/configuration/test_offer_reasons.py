"""Each offer tells why it is free, chosen, a default, forced or excluded, when it is asked."""

import copy
import pickle
from datetime import date
from typing import Any

import pytest
from attrs import define

from configurator.configuration.domains import (
    ElementOffer,
    IdenticalOffers,
    Interval,
    MixedOffer,
    NumberOffers,
    Offer,
    QuantityOffer,
    ValidDomains,
    ValueOffers,
)
from configurator.configuration.offer_reasons import OfferReason
from configurator.configuration.offer_writing import Offers
from configurator.configuration.reasons import ByDefault, ChosenByCustomer, Excluded, Forced, Possible
from configurator.configuration.session import Session
from configurator.configurator import Configurator
from configurator.engines.engine import Unknown

CATALOG = """
catalog pc "PC" version "1.0" currency EUR
family cpu "Processor" choose one {
  | sku | name  | socket | price [EUR] |
  |-----|-------|--------|-------------|
  | C1  | Small | a      |      100.00 |
  | C2  | Large | b      |      250.00 |
}
family board "Mainboard" choose one {
  | sku | name  | socket | price [EUR] |
  |-----|-------|--------|-------------|
  | B1  | Plain | a      |       80.00 |
  | B2  | Fine  | b      |      120.00 |
}
family ram "Memory" choose 1..4 identical {
  | sku | name  | price [EUR] |
  |-----|-------|-------------|
  | R1  | Slow  |       30.00 |
  | 2xR | Fast  |       50.00 |
}
family fan "Fans" choose 0..2 identical {
  | sku | name  | price [EUR] |
  |-----|-------|-------------|
  | F1  | Fan   |        9.00 |
}
family disk "Disks" choose 0..2 mixed {
  | sku | name  | price [EUR] |
  |-----|-------|-------------|
  | D1  | Flash |       60.00 |
  | D2  | Disk  |       40.00 |
}
family bell "Bell" choose optional {
  | sku | name  | price [EUR] |
  |-----|-------|-------------|
  | X1  | Bell  |        5.00 |
}
option hours : whole 1..5
option extras : some 0..2 of { paint, case }
rule sockets "The socket": require cpu.socket = board.socket
  because "{cpu.name} does not go on {board.name}."
rule quick "Quick memory": when cpu = C2 require ram = "2xR" because "Large needs fast memory."
rule dry "Dry paint": when paint in extras require disk is absent because "No disks in paint."
rule cooled "Cooled": when cpu = C2 require fan is chosen because "Large needs a fan."
rule quiet "Quiet": when case in extras require fan is absent because "No fan in a case."
rule last "Last hour": when cpu = C2 require hours >= 5 because "Large takes five hours."
calc price "Price" in EUR = sum(price)
default bell = "X1"
"""
DAY = date(2026, 11, 22)


@pytest.fixture(scope="module")
def pc() -> Configurator:
    """The catalog above."""
    return Configurator.from_text(CATALOG, engine="diagram")


@pytest.fixture
def session(pc: Configurator) -> Session:
    """A dialogue that begins."""
    return pc.session(as_of=DAY)


def offers_of(session: Session, place: str) -> Any:
    """What is told of one place; of which kind that is, each test knows."""
    options = session.options()
    assert isinstance(options, Offers)
    return options[place]


def reasons(session: Session, place: str) -> list[OfferReason]:
    """The reasons of the offers of a place, in catalog order."""
    return [offer.reason for offer in offers_of(session, place).offers]


# ---------------------------------------------------------------- the states


def test_what_is_free_has_no_reason(session: Session) -> None:
    assert [None, None] == reasons(session, "cpu")


def test_what_is_excluded_tells_the_rule_and_the_choices(session: Session) -> None:
    first, second = reasons(session.choose(cpu="C1"), "board")

    assert isinstance(first, Forced)
    assert isinstance(second, Excluded)
    assert ("sockets",) == second.conflict.rules
    assert ("cpu", "board") == second.conflict.choices
    assert "Small does not go on Fine." == second.conflict.message
    assert ["cpu = C1"] == [retreat.text for retreat in second.retreats]


def test_what_is_forced_tells_what_forces_it(session: Session) -> None:
    forced, _ = reasons(session.choose(cpu="C1"), "board")

    assert isinstance(forced, Forced)
    assert "board = B1" == forced.text
    assert (("sockets",), ("cpu",)) == (forced.conflict.rules, forced.conflict.choices)


def test_what_is_chosen_was_chosen_by_the_customer(session: Session) -> None:
    chosen, _ = reasons(session.choose(cpu="C1"), "cpu")

    assert ChosenByCustomer("cpu = C1", "cpu = C1") == chosen


def test_where_only_its_own_place_is_decided_a_value_would_take_the_place_of_the_choice(
    session: Session,
) -> None:
    _, other = reasons(session.choose(cpu="C1"), "cpu")

    assert isinstance(other, Possible)
    assert "cpu = C1" == other.instead


def test_a_default_tells_where_it_stands(session: Session) -> None:
    assert [None, ByDefault("bell = X1", "catalog.pcat:47:1")] == reasons(session, "bell")


# ---------------------------------------------------------------- the kinds of places


def test_a_component_of_several_is_excluded_or_forced_in_whatever_quantity(session: Session) -> None:
    slow, fast = reasons(session.choose(cpu="C2"), "ram")

    assert isinstance(slow, Excluded)
    assert ("ram = R1", "Large needs fast memory.") == (slow.text, slow.conflict.message)
    assert isinstance(fast, Forced)
    assert "ram = 2xR" == fast.text


def test_why_nothing_cannot_be_chosen_is_told_too(session: Session) -> None:
    found = offers_of(session.choose(cpu="C2"), "fan")

    assert isinstance(found.nothing.reason, Excluded)
    assert ("fan = none", "Large needs a fan.") == (
        found.nothing.reason.text,
        found.nothing.reason.conflict.message,
    )


def test_why_nothing_but_nothing_can_be_chosen_is_told_too(session: Session) -> None:
    found = offers_of(session.choose(extras={"includes": ["case"]}), "fan")

    assert isinstance(found.nothing.reason, Forced)
    assert ("quiet",) == found.nothing.reason.conflict.rules


def test_nothing_has_no_reason_where_it_is_one_of_several_or_can_never_be(session: Session) -> None:
    assert offers_of(session, "fan").nothing.reason is None
    assert offers_of(session, "ram").nothing.reason is None


def test_a_component_of_a_mixed_slot_tells_why_there_can_be_none_of_it(session: Session) -> None:
    after = session.choose(extras={"includes": ["paint"]})

    assert ["disk includes 1 x D1", "disk includes 1 x D2"] == [
        reason.text for reason in reasons(after, "disk") if isinstance(reason, Excluded)
    ]


def test_a_component_that_the_customer_named_was_chosen(session: Session) -> None:
    first, second = reasons(session.choose(disk={"includes": ["D1"]}), "disk")

    assert ChosenByCustomer("disk includes 1 x D1", "disk includes 1 x D1") == first
    assert second is None


def test_elements_tell_why_they_must_or_cannot_be_in(session: Session) -> None:
    paint, case = offers_of(session.choose(disk=["D1"], extras={"includes": ["case"]}), "extras").elements

    assert isinstance(paint.reason, Excluded)
    assert "No disks in paint." == paint.reason.conflict.message
    assert ChosenByCustomer("extras includes case", "extras includes case") == case.reason
    assert offers_of(session, "extras").elements[0].reason is None


def test_a_number_tells_why_there_is_no_other(session: Session) -> None:
    alone = offers_of(session.choose(cpu="C2"), "hours").reason

    assert isinstance(alone, Forced)
    assert ("hours = 5", ("last",)) == (alone.text, alone.conflict.rules)
    assert ChosenByCustomer("hours = 2", "hours = 2") == offers_of(session.choose(hours=2), "hours").reason
    assert offers_of(session, "hours").reason is None


def test_alternatives_tell_why_they_are_excluded_by_other_choices(session: Session) -> None:
    found = session.choose(cpu="C1", board="B1").alternatives("cpu")
    assert isinstance(found, ValueOffers)
    small, large = found.offers

    assert isinstance(large.reason, Excluded)
    assert "Large does not go on Plain." == large.reason.conflict.message
    assert isinstance(small.reason, Forced)


def test_after_choices_that_cannot_be_completed_everything_tells_why(session: Session) -> None:
    stuck = session.choose(cpu="C1", board="B2")

    assert ["Small does not go on Fine."] * 2 == [
        reason.conflict.message for reason in reasons(stuck, "bell") if isinstance(reason, Excluded)
    ]


# ---------------------------------------------------------------- without a session


def test_options_tell_reasons_as_sessions_do(pc: Configurator, session: Session) -> None:
    found = pc.options({"cpu": "C1"}, excluded=True, as_of=DAY)
    assert isinstance(found, ValidDomains)

    assert reasons(session.choose(cpu="C1"), "board") == [
        offer.reason for offer in getattr(found.of["board"], "offers", ())
    ]


def test_options_leave_out_what_is_excluded_unless_they_are_asked_for_it(pc: Configurator) -> None:
    found = pc.options({"cpu": "C1"}, as_of=DAY)
    both = pc.options({"cpu": "C1"}, excluded=True, as_of=DAY)
    assert isinstance(found, ValidDomains)
    assert isinstance(both, ValidDomains)

    assert (Offer("B1", "forced"),) == getattr(found.of["board"], "offers", ())
    assert (Offer("B1", "forced"), Offer("B2", "excluded")) == getattr(both.of["board"], "offers", ())


# ---------------------------------------------------------------- offers stay plain values


def test_a_reason_is_no_part_of_what_an_offer_says(session: Session) -> None:
    _, offer = offers_of(session.choose(cpu="C1"), "board").offers
    by_hand = Offer("B2", "excluded")

    assert by_hand == offer
    assert hash(by_hand) == hash(offer)
    assert repr(by_hand) == repr(offer)


def test_a_reason_is_found_once(session: Session) -> None:
    _, offer = offers_of(session.choose(cpu="C1"), "board").offers

    assert offer.reason is offer.reason


def test_a_copy_of_an_offer_still_tells_its_reason(session: Session) -> None:
    _, offer = offers_of(session.choose(cpu="C1"), "board").offers

    assert isinstance(copy.deepcopy(offer).reason, Excluded)


@pytest.mark.parametrize(
    "offer",
    [
        Offer("B2", "excluded"),
        QuantityOffer("R1", 0, 0, "excluded"),
        MixedOffer("D1", 0, "excluded"),
        ElementOffer("paint", "cannot"),
        NumberOffers((Interval(1, 1),)),
    ],
)
def test_offers_made_by_hand_or_pickled_do_not_know_why(offer: Offer) -> None:
    again = pickle.loads(pickle.dumps(offer))  # noqa: S301 - what was written here

    assert offer == again
    assert (
        Unknown("only an offer as it was given can tell why, not one that was made or stored elsewhere")
        == offer.reason
        == again.reason
    )


def test_pickled_offers_of_a_session_are_equal_and_have_forgotten_why(session: Session) -> None:
    offers = session.choose(cpu="C1").options()
    assert isinstance(offers, Offers)
    before = [offer.reason for offer in getattr(offers["board"], "offers", ())]
    again = pickle.loads(pickle.dumps(offers))  # noqa: S301 - what was written here

    assert dict(offers) == again
    assert all(before)
    assert [Unknown, Unknown] == [type(offer.reason) for offer in again["board"].offers]


def test_nothing_to_choose_is_told_of_an_identical_slot_made_by_hand() -> None:
    assert isinstance(IdenticalOffers((), absent=False).nothing.reason, Unknown)


def test_a_reason_for_which_there_was_no_time_is_found_when_there_is(pc: Configurator) -> None:
    clock = Clock()
    session = Session(pc.product(DAY), (), 1.0, None, clock).choose(cpu="C1")
    _, offer = offers_of(session, "board").offers
    clock.step = 10.0

    assert Unknown("the time limit of 1 s was reached") == offer.reason
    clock.step = 0.0
    assert isinstance(offer.reason, Excluded)


@define
class Clock:
    """A clock that goes on by a step each time one looks at it."""

    step: float = 0.0
    moment: float = 0.0

    def __call__(self) -> float:
        self.moment += self.step
        return self.moment
