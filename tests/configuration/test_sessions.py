"""A dialogue step by step: what is offered, what it costs, where it comes from, how steps are undone."""

from datetime import date
from fractions import Fraction
from typing import Any

import pytest

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
from configurator.configuration.offer_writing import Offers
from configurator.configuration.pricing import Amount
from configurator.configuration.reasons import Excluded
from configurator.configuration.repairs import Repairs
from configurator.configuration.session import ChosenAnyway, DroppedChoice, Session
from configurator.configuration.validation import Incomplete, Invalid, Valid
from configurator.configurator import Configurator
from configurator.engines.engine import Unknown
from configurator.errors import ChoiceError

CATALOG = """
catalog pc "PC" version "1.0" currency EUR
family cpu "Processor" choose one {
  | sku | name  | socket | price [EUR] |
  |-----|-------|--------|-------------|
  | C1  | Small | a      |      100.00 |
  | C2  | Large | b      |      250.00 |
  | C3  | Huge  | b      |      400.00 |
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
  | R2  | Fast  |       50.00 |
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
rule huge "Much memory": when cpu = C3 require ram.quantity >= 2 because "Huge needs two."
rule paint "Paint": when paint in extras require disk is absent because "No disks in paint."
rule short "Hours": require hours <= 3 because "Too long."
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


def offers_of(session: Session, place: str) -> PlaceOffers:
    """What is told of one place."""
    options = session.options()
    assert isinstance(options, Offers)
    return options[place]


def values(session: Session, place: str) -> list[tuple[Any, ...]]:
    """Values or components of a place, with their states and the text of their price deltas."""
    match offers_of(session, place):
        case ValueOffers(offers=found):
            return [(o.value, o.state, text(o.price_delta)) for o in found]
        case IdenticalOffers(offers=quantities):
            return [(o.component, o.lowest, o.highest, o.state, text(o.price_delta)) for o in quantities]
        case MixedOffers(offers=counts):
            return [(o.component, o.highest, o.state, text(o.price_delta)) for o in counts]
        case SetOffers(elements=elements):
            return [(o.element, o.state, text(o.price_delta)) for o in elements]
        case NumberOffers(intervals=intervals):
            return [(interval.low, interval.high) for interval in intervals]
        case AssemblyOffers():
            raise AssertionError("no assemblies here")


def text(delta: object) -> str | None:
    """An amount as people read it."""
    return delta.text if isinstance(delta, Amount) else None if delta is None else "unknown"


# ---------------------------------------------------------------- steps


def test_a_choice_gives_a_new_session_and_leaves_the_old_one(session: Session) -> None:
    after = session.choose(cpu="C2")

    assert {} == dict(session.choices)
    assert {"cpu": "C2"} == dict(after.choices)


def test_choices_are_told_in_the_order_in_which_they_were_made(session: Session) -> None:
    after = session.choose({"hours": 2}, cpu="C2").choose(board="B2").choose(hours=3)

    assert [("cpu", "C2"), ("board", "B2"), ("hours", 3)] == list(after.choices.items())


def test_what_the_caller_does_to_a_list_later_changes_no_session(session: Session) -> None:
    wanted = ["D1"]
    after = session.choose(disk=wanted)
    wanted.append("D2")
    shown = after.choices["disk"]
    assert isinstance(shown, list)
    shown.append("D2")

    assert {"disk": ["D1"]} == dict(after.choices)


def test_undo_goes_back_one_step_of_whatever_kind(session: Session) -> None:
    chosen = session.choose(cpu="C2")
    retracted = chosen.retract("cpu")

    assert retracted.undo() is chosen
    assert retracted.undo().undo() is session


def test_undo_at_the_beginning_stays_there(pc: Configurator) -> None:
    begun = pc.session({"cpu": "C1"}, as_of=DAY)

    assert begun.undo() is begun


def test_retracting_what_is_open_changes_no_choice(session: Session) -> None:
    assert {"cpu": "C1"} == dict(session.choose(cpu="C1").retract("board").choices)


@pytest.mark.parametrize(
    "step",
    [
        lambda session: session.choose(cpux="C1"),
        lambda session: session.choose(cpu="C9"),
        lambda session: session.choose_anyway("cpu", "C9"),
        lambda session: session.retract("cpux"),
        lambda session: session.alternatives("cpux"),
        lambda session: session.provenance("cpux"),
        lambda session: session.price_delta("cpu", "C9"),
    ],
)
def test_a_step_with_what_does_not_exist_is_a_mistake(session: Session, step: Any) -> None:
    with pytest.raises(ChoiceError):
        step(session)


# ---------------------------------------------------------------- offers


def test_every_value_is_told_with_its_state_and_what_it_adds(session: Session) -> None:
    after = session.choose(board="B2")

    assert [
        ("C1", "excluded", None),
        ("C2", "free", "0.00 EUR"),
        ("C3", "free", "180.00 EUR"),
    ] == values(after, "cpu")
    assert [("B1", "excluded", None), ("B2", "chosen", "0.00 EUR")] == values(after, "board")
    assert [(None, "free", "0.00 EUR"), ("X1", "default", "5.00 EUR")] == values(after, "bell")


def test_a_value_that_alone_is_left_is_forced(session: Session) -> None:
    after = session.choose(cpu="C3")

    assert [("B1", "excluded", None), ("B2", "forced", "0.00 EUR")] == values(after, "board")


def test_identical_components_are_told_with_the_cheapest_quantity(session: Session) -> None:
    after = session.choose(cpu="C3")

    assert [("R1", 2, 4, "free", "0.00 EUR"), ("R2", 2, 4, "free", "40.00 EUR")] == values(after, "ram")


def test_an_excluded_component_has_no_quantity(session: Session) -> None:
    after = session.choose(ram="R2", extras=["paint"])

    assert [("R1", 0, 0, "excluded", None), ("R2", 1, 4, "chosen", "0.00 EUR")] == values(after, "ram")
    assert [("D1", 0, "excluded", None), ("D2", 0, "excluded", None)] == values(after, "disk")


def test_mixed_components_are_told_with_what_at_least_one_adds(session: Session) -> None:
    after = session.choose(disk={"includes": ["D1"]})

    assert [("D1", 2, "chosen", "0.00 EUR"), ("D2", 1, "free", "40.00 EUR")] == values(after, "disk")


def test_a_mixed_slot_that_can_be_filled_in_one_way_is_forced(session: Session) -> None:
    after = session.choose(disk=["D1", "D2"]).retract("disk").choose(disk={"includes": ["D1", "D2"]})

    assert [("D1", 1, "chosen", "0.00 EUR"), ("D2", 1, "chosen", "0.00 EUR")] == values(after, "disk")


def test_elements_and_numbers_are_told_as_valid_domains_tell_them(session: Session) -> None:
    after = session.choose(disk="D1")

    assert [("paint", "cannot", None), ("case", "can", "0.00 EUR")] == values(after, "extras")
    assert [(1, 3)] == values(after, "hours")


def test_what_is_not_excluded_is_what_options_offer(pc: Configurator, session: Session) -> None:
    choices = {"cpu": "C2", "disk": ["D1"]}
    offered = pc.options(choices, as_of=DAY)
    assert not isinstance(offered, Unknown)

    for place, offers in offered.of.items():
        told = offers_of(session.choose(choices), place)
        match offers, told:
            case ValueOffers(offers=some), ValueOffers(offers=all_):
                assert [(o.value, o.state) for o in some] == [
                    (o.value, o.state) for o in all_ if o.state != "excluded"
                ]
            case _:
                assert type(offers) is type(told)


def test_a_decided_place_is_told_with_what_it_could_be_changed_to(session: Session) -> None:
    found = session.choose(cpu="C2", board="B2").alternatives("cpu")

    assert isinstance(found, ValueOffers)
    assert [("C1", "excluded", None), ("C2", "free", "0.00 EUR"), ("C3", "free", "180.00 EUR")] == [
        (o.value, o.state, text(o.price_delta)) for o in found.offers
    ]


def test_offers_say_nothing_of_money_where_there_is_no_price() -> None:
    plain = Configurator.from_text('catalog t "T"\noption a : whole 0..1\noption b : yesno').session()

    assert [(False, "free", None), (True, "free", None)] == values(plain, "b")
    assert plain.price is None
    assert plain.price_delta("b", value=True) is None


def test_other_engines_tell_price_deltas_one_by_one() -> None:
    asked = Configurator.from_text(CATALOG, engine="backtracking").session({"board": "B2"}, as_of=DAY)
    unknown = values(asked, "cpu")

    assert [("C1", "excluded", None), ("C2", "free", "unknown"), ("C3", "free", "unknown")] == unknown
    assert Amount(180, "180.00 EUR") == asked.price_delta("cpu", "C3")


# ---------------------------------------------------------------- what follows


def test_the_price_is_that_of_the_cheapest_completion(session: Session) -> None:
    assert Amount(210, "210.00 EUR") == session.price
    assert Amount(400, "400.00 EUR") == session.choose(cpu="C2").price


def test_a_price_delta_replaces_what_was_chosen_for_the_place(session: Session) -> None:
    after = session.choose(cpu="C2")

    assert Amount(180, "180.00 EUR") == after.price_delta("cpu", "C3")
    assert Amount(-190, "-190.00 EUR") == after.price_delta("cpu", "C1")
    assert Amount(Fraction(90), "90.00 EUR") == after.price_delta("ram", "4 x R1")


def test_counts_and_verdicts_are_those_of_the_choices(pc: Configurator, session: Session) -> None:
    after = session.choose(cpu="C2", ram="R1")
    found = after.count()

    assert isinstance(found, Count)
    assert pc.count({"cpu": "C2", "ram": "R1"}, as_of=DAY) == found
    assert Incomplete(open=("board", "ram", "disk", "bell", "hours", "extras")) == after.verdict


def test_a_full_dialogue_is_valid(session: Session) -> None:
    completion = session.choose(cpu="C2").complete()
    assert isinstance(completion, Completed)

    assert isinstance(session.choose(completion.configuration.to_dict()).verdict, Valid)


def test_values_come_from_the_customer_the_rules_or_a_default(session: Session) -> None:
    after = session.choose(cpu="C2", ram="R2")

    assert ["chosen", "forced", "chosen", "open", "default"] == [
        after.provenance(place) for place in ("cpu", "board", "ram", "disk", "bell")
    ]


def test_nothing_is_offered_after_choices_that_cannot_be_completed(session: Session) -> None:
    after = session.choose(cpu="C1", board="B2")

    assert isinstance(after.verdict, Invalid)
    assert {"excluded"} == {
        state for place in ("cpu", "board", "bell") for _, state, _ in values(after, place)
    }
    assert after.price is None
    assert ("chosen", "open") == (after.provenance("cpu"), after.provenance("bell"))


def test_a_session_tells_reasons_and_repairs(session: Session) -> None:
    after = session.choose(cpu="C1", board="B2")
    ways_out = after.repairs()
    reason = session.choose(cpu="C1").why_not("board", "B2")

    assert isinstance(ways_out, Repairs)
    assert {"cpu", "board"} == {change.place for each in ways_out.repairs for change in each.changes}
    assert isinstance(reason, Excluded)
    assert ("sockets",) == reason.conflict.rules


def test_a_time_limit_leaves_answers_open_until_there_is_time(pc: Configurator) -> None:
    hurried = pc.session(as_of=DAY, seconds=-1.0)

    for answer in (hurried.options(), hurried.count(), hurried.verdict, hurried.complete(), hurried.price):
        assert isinstance(answer, Unknown)
    assert isinstance(hurried.choose_anyway("cpu", "C1"), Unknown)


@pytest.mark.parametrize("engine", ["auto", "diagram", "sat", "backtracking"])
def test_a_session_begins_without_being_asked_anything(engine: str) -> None:
    begun = Configurator.from_text(CATALOG, engine=engine).session({"cpu": "C2"}, as_of=DAY, seconds=0)

    assert {"cpu": "C2"} == dict(begun.choices)
    for answer in (begun.options(), begun.count(), begun.verdict, begun.complete(), begun.price):
        assert isinstance(answer, Unknown)


def test_an_engine_is_prepared_once_for_all_sessions() -> None:
    fresh = Configurator.from_text(CATALOG, engine="diagram")
    first, second = fresh.session(as_of=DAY), fresh.session(as_of=DAY)

    assert first.count() == second.count() == fresh.count(as_of=DAY)
    assert fresh.session(as_of=DAY).product.prepared is fresh.product(DAY).prepared


def test_seconds_that_are_no_number_are_refused_at_once(pc: Configurator) -> None:
    with pytest.raises(ValueError, match="a time limit is a number of seconds"):
        pc.session(as_of=DAY, seconds=float("nan"))


TWO_DEFAULTS = """
catalog b "B" version "1"
option a : one of { x, y }
option b : one of { p, q }
family bags choose 0..2 mixed { component "B1" {} component "B2" {} }
rule r: a = y excludes b = q
default a = y
default b = q
default bags = "B2"
"""


@pytest.mark.parametrize("engine", ["auto", "diagram", "sat", "backtracking"])
def test_a_default_that_yields_is_shown_nowhere_and_one_that_is_kept_everywhere(engine: str) -> None:
    asked = Configurator.from_text(TWO_DEFAULTS, engine=engine)
    session = asked.session(as_of=DAY)
    alone = asked.options(as_of=DAY).or_raise().of

    assert [("x", "free", None), ("y", "default", None)] == values(session, "a")
    assert [("p", "free", None), ("q", "free", None)] == values(session, "b")
    assert [("B1", 2, "free", None), ("B2", 2, "default", None)] == values(session, "bags")
    assert [alone[place] for place in ("a", "b", "bags")] == [
        offers_of(session, place) for place in ("a", "b", "bags")
    ]
    assert ["default", "open", "default"] == [session.provenance(place) for place in ("a", "b", "bags")]


def test_a_default_with_a_condition_is_shown_where_the_condition_holds() -> None:
    text_ = """catalog b "B"
    option a : one of { x, y }
    option b : one of { p, q }
    default b = q when a = y
    """
    session = Configurator.from_text(text_).session(as_of=DAY)

    assert [("p", "free", None), ("q", "free", None)] == values(session, "b")
    assert [("p", "free", None), ("q", "default", None)] == values(session.choose(a="y"), "b")


# ---------------------------------------------------------------- whatever it costs


def test_choosing_anyway_drops_the_fewest_choices_and_says_which(session: Session) -> None:
    answer = session.choose(board="B1", hours=2).choose(bell="X1").choose_anyway("cpu", "C3")

    assert isinstance(answer, ChosenAnyway)
    assert (DroppedChoice("board", "B1"),) == answer.dropped
    assert {"hours": 2, "bell": "X1", "cpu": "C3"} == dict(answer.session.choices)


def test_what_was_chosen_for_the_same_place_is_replaced_not_dropped(session: Session) -> None:
    answer = session.choose(cpu="C1").choose_anyway("cpu", "C2")

    assert isinstance(answer, ChosenAnyway)
    assert () == answer.dropped
    assert {"cpu": "C2"} == dict(answer.session.choices)


def test_among_equals_the_choice_made_earlier_is_kept() -> None:
    text_ = """catalog t "T"
    option a : yesno
    option b : yesno
    option c : yesno
    rule two: forbid a and b and c
    """
    session = Configurator.from_text(text_).session()
    first = session.choose(a=True).choose(b=True).choose_anyway("c", value=True)
    second = session.choose(b=True).choose(a=True).choose_anyway("c", value=True)

    assert isinstance(first, ChosenAnyway)
    assert isinstance(second, ChosenAnyway)
    assert (("b",), ("a",)) == tuple(tuple(d.place for d in each.dropped) for each in (first, second))


def test_the_first_choice_is_kept_rather_than_the_last_one_dropped() -> None:
    text_ = """catalog t "T"
    option a : yesno
    option b : yesno
    option c : yesno
    option d : yesno
    option e : yesno
    rule first: forbid e and a and b
    rule second: forbid e and a and c
    rule third: forbid e and d and b
    rule fourth: forbid e and d and c
    """
    session = Configurator.from_text(text_).session().choose(a=True).choose(b=True).choose(c=True, d=True)
    answer = session.choose_anyway("e", value=True)

    # Either `a` and `d` must go, or `b` and `c`: keeping the first choice drops the two in the middle.
    assert isinstance(answer, ChosenAnyway)
    assert ["b", "c"] == [each.place for each in answer.dropped]


def test_choosing_anyway_is_one_step_back(session: Session) -> None:
    before = session.choose(board="B1")
    answer = before.choose_anyway("cpu", "C3")

    assert isinstance(answer, ChosenAnyway)
    assert answer.session.undo() is before


def test_what_no_configuration_has_cannot_be_chosen_anyway(session: Session) -> None:
    answer = session.choose(cpu="C1").choose_anyway("hours", 5)

    assert isinstance(answer, Invalid)
    assert ["Too long."] == [conflict.message for conflict in answer.conflicts]


def test_choosing_anyway_mends_choices_that_went_wrong_before(session: Session) -> None:
    answer = session.choose(cpu="C1").choose(board="B2").choose_anyway("bell", "X1")

    assert isinstance(answer, ChosenAnyway)
    assert (DroppedChoice("board", "B2"),) == answer.dropped
