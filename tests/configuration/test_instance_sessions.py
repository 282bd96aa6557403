"""Sessions, saved configurations and reasons about places inside assemblies."""

import pytest

from configurator import Configurator
from configurator.configuration.domains import AssemblyOffers, ValueOffers
from configurator.configuration.offer_writing import Offers
from configurator.configuration.reasons import Excluded
from configurator.configuration.session import ChosenAnyway, DroppedChoice, Session
from configurator.configuration.upgrade import Repaired, Unchanged
from configurator.errors import ChoiceError

BIKE = """catalog bike "Bike" version "1" currency EUR
unit l
family wheel choose one {
  | sku | price [EUR] |
  |-----|-------------|
  | W26 |       20.00 |
  | W28 |       25.00 |
}
assembly basket choose optional { option position : one of { front, back } }
assembly bag choose 0..3 {
  family size choose one {
    | sku  | volume [l] | price [EUR] |
    |------|------------|-------------|
    | B10  |         10 |       15.00 |
    | B50  |         50 |       40.00 |
    | B100 |        100 |       70.00 |
  }
  family lock choose optional {
    | sku | price [EUR] |
    |-----|-------------|
    | K1  |        5.00 |
  }
}
calc price in EUR = sum(price)
rule big-bag:
  for each bag when bag.size.volume = 100 l require wheel = "W28" because "{bag.size} is too large."
"""


@pytest.fixture(scope="module")
def bike() -> Configurator:
    return Configurator.from_text(BIKE)


def offers(session: Session) -> Offers:
    found = session.options()
    assert isinstance(found, Offers)
    return found


def test_choosing_inside_an_instance_leaves_the_rest_of_it_as_it_was(bike: Configurator) -> None:
    session = bike.session({"bag": [{"size": "B10", "lock": "K1"}, {}]}).choose({"bag[1].size": "B50"})

    assert {"bag": [{"size": "B50", "lock": "K1"}, {}]} == session.save().choices


def test_a_whole_takes_the_place_of_all_that_was_chosen_inside(bike: Configurator) -> None:
    session = bike.session({"bag[1].size": "B10", "basket.position": "front"})

    assert {"basket.position": "front", "bag": []} == session.choose(bag=[]).save().choices
    assert {"bag[1].size": "B10", "basket": None} == session.choose(basket=None).save().choices


def test_choosing_inside_an_instance_that_was_left_out_brings_it_back(bike: Configurator) -> None:
    session = bike.session({"basket": None, "bag": []}).choose(
        {"basket.position": "back", "bag[1].size": "B10"}
    )

    assert {
        "bag[2]": None,
        "bag[3]": None,
        "basket.position": "back",
        "bag[1].size": "B10",
    } == session.save().choices
    assert session.count().or_raise().value == 2 * 2


def test_saying_that_an_instance_is_there_keeps_its_inside(bike: Configurator) -> None:
    session = bike.session({"bag[1].size": "B10"}).choose({"bag[1]": True})

    assert {"bag": {"includes": [{"size": "B10"}]}} == session.save().choices


def test_an_assembly_and_a_place_inside_one_are_retracted(bike: Configurator) -> None:
    session = bike.session({"wheel": "W28", "bag": [{"size": "B10", "lock": "K1"}]})

    assert {"wheel": "W28"} == session.retract("bag").save().choices
    assert {"wheel": "W28", "bag": [{"size": "B10"}]} == session.retract("bag[1].lock").save().choices
    assert session.choices == session.retract("bag[1].lock").undo().choices
    with pytest.raises(ChoiceError, match="`bags` is neither a slot nor an option"):
        session.retract("bags")


def test_instances_are_offered_with_what_their_places_take_if_they_are_there(bike: Configurator) -> None:
    found = offers(bike.session({"wheel": "W26", "bag[2].lock": "K1"}))

    assert ["wheel", "basket", "bag"] == list(found)
    bags = found["bag"]
    assert isinstance(bags, AssemblyOffers)
    assert (1, 3) == (bags.fewest, bags.most)
    assert [("bag[1]", "free", True), ("bag[2]", "chosen", False), ("bag[3]", "free", True)] == [
        (each.path, each.state, each.absent) for each in bags.instances
    ]
    assert ["bag[1]", "bag[2]"] == [each.path for each in bags.distinct]
    size = found["bag[3].size"]
    assert isinstance(size, ValueOffers)
    assert [("B10", "free"), ("B50", "free"), ("B100", "excluded")] == [
        (each.value, each.state) for each in size.offers
    ]
    lock = bags.instances[0]["lock"]
    assert isinstance(lock, ValueOffers)
    # Without a lock, but with the bag: the smallest one costs 15 EUR.
    assert ["15.00 EUR", "20.00 EUR"] == [getattr(each.price_delta, "text", "") for each in lock.offers]
    with pytest.raises(KeyError):
        found["bag[4].size"]


def test_offers_inside_instances_say_why(bike: Configurator) -> None:
    size = offers(bike.session({"wheel": "W26"}))["bag[1].size"]
    assert isinstance(size, ValueOffers)

    reason = size.offers[2].reason

    assert isinstance(reason, Excluded)
    assert "B100 is too large." == reason.conflict.message
    assert ("wheel", "bag[1].size") == reason.conflict.choices


def test_where_values_inside_instances_come_from(bike: Configurator) -> None:
    session = bike.session({"bag[1].size": "B100"})

    assert [("bag", "chosen"), ("bag[1]", "chosen"), ("bag[1].size", "chosen")] == [
        (place, session.provenance(place)) for place in ("bag", "bag[1]", "bag[1].size")
    ]
    assert [("bag[2]", "open"), ("bag[2].size", "open"), ("basket", "open"), ("wheel", "forced")] == [
        (place, session.provenance(place)) for place in ("bag[2]", "bag[2].size", "basket", "wheel")
    ]


def test_a_choice_inside_an_instance_is_made_whatever_it_costs(bike: Configurator) -> None:
    made = bike.session({"wheel": "W26", "bag": [{}]}).choose_anyway("bag[1].size", "B100")

    assert isinstance(made, ChosenAnyway)
    assert (DroppedChoice("wheel", "W26"),) == made.dropped
    assert {"bag": [{"size": "B100"}]} == made.session.save().choices


@pytest.mark.parametrize(
    ("choices", "chosen"),
    [
        ({"basket": "yes"}, "basket is chosen"),
        ({"basket": True}, "basket is chosen"),
        ({"basket": {}}, "basket is chosen"),
        ({"basket": "none"}, "basket is absent"),
        ({"bag[2]": {}}, "bag[2] is chosen"),
    ],
)
def test_that_an_instance_is_there_is_told_in_the_words_of_the_language(
    choices: dict[str, object], chosen: str
) -> None:
    rule = (
        "rule other: require count(bag) <= 1 and (count(bag) = 1 and basket is absent or basket is chosen)\n"
    )
    rule += "rule one: basket is chosen requires count(bag) = 0\n"
    asked = Configurator.from_text(BIKE + rule)
    (place,) = choices
    opposite: dict[str, object] = {"basket": True} if place == "bag[2]" else {"bag": [{}]}
    if choices == {"basket": "none"}:
        opposite = {"bag": []}

    conflicts = asked.conflicts({**opposite, **choices}).or_raise().conflicts

    told = [each.text for conflict in conflicts for each in conflict.evidence if hasattr(each, "text")]
    assert chosen in told


def test_a_saved_configuration_keeps_what_a_newer_catalog_still_has(bike: Configurator) -> None:
    saved = bike.session({"wheel": "W28", "bag": [{"size": "B50"}, {"size": "B10"}]}).save()

    assert isinstance(bike.upgrade(saved), Unchanged)
    fewer = Configurator.from_text(BIKE.replace("choose 0..3", "choose 0..1")).upgrade(saved)
    assert isinstance(fewer, Repaired)
    assert (
        "`bag[2]`: `bag` is numbered from 1 to 1",
        "`bag[2].size`: `bag` is numbered from 1 to 1",
    ) == fewer.reasons
    assert {"wheel": "W28", "bag[1]": True, "bag[1].size": "B50"} == fewer.choices
    gone = Configurator.from_text(BIKE.replace("    | B50  |         50 |       40.00 |\n", "")).upgrade(
        saved
    )
    assert isinstance(gone, Repaired)
    assert ("unknown component `B50` in family `bag.size`",) == gone.reasons
    assert {
        "bag[1]": True,
        "bag[2]": True,
        "bag[3]": None,
        "bag[2].size": "B10",
    }.items() <= gone.choices.items()


def test_a_saved_configuration_is_repaired_inside_an_instance() -> None:
    saved = Configurator.from_text(BIKE).session({"wheel": "W28", "bag": [{"size": "B100"}]}).save()
    newer = Configurator.from_text(BIKE.replace('require wheel = "W28"', 'require wheel != "W28"'))

    found = newer.upgrade(saved)

    assert isinstance(found, Repaired)
    assert found.repair is not None
    assert [("wheel", "W28", "W26")] == [
        (each.place, each.before, each.after) for each in found.repair.changes
    ]
    assert {"wheel": "W26", "bag": [{"size": "B100"}]} == found.choices


def test_repairs_leave_out_an_instance_as_one_change(bike: Configurator) -> None:
    given = {"wheel": "W26", "bag": [{"size": "B100", "lock": "K1"}, {"size": "B10"}]}

    found = bike.repairs(given, locked=["wheel"], limit=None).or_raise().repairs

    assert [
        (("bag[1].size", "B100", "B50"), "-30.00 EUR"),
        (("bag[1].size", "B100", "B10"), "-55.00 EUR"),
        (("bag[1]", True, None), "-75.00 EUR"),
    ] == [
        ((change.place, change.before, change.after), getattr(each.delta, "text", ""))
        for each in found
        for change in each.changes
    ]
    assert {
        "wheel": "W26",
        "bag[1]": None,
        "bag[2]": True,
        "bag[2].size": "B10",
        "bag[3]": None,
    } == found[2].choices


def test_repairs_add_an_instance_where_one_is_missing() -> None:
    asked = Configurator.from_text(f"{BIKE}rule two: require count(bag) >= 2\n")

    found = asked.repairs({"bag": [{"size": "B10"}]}, limit=None).or_raise().repairs

    # The second and the third are alike: one of them is told.
    assert [("bag[2]", None, True)] == [(c.place, c.before, c.after) for each in found for c in each.changes]
    assert {"bag": [{"size": "B10"}, {}]} == found[0].choices


def test_what_is_still_open_is_told_by_assemblies(bike: Configurator) -> None:
    verdict = bike.validate({"wheel": "W28", "bag[1].size": "B10"})

    assert ("basket", "bag[1].lock", "bag") == getattr(verdict, "open", ())


def test_one_place_is_asked_about_at_a_time(bike: Configurator) -> None:
    with pytest.raises(ChoiceError, match="`basket` is an assembly, and one place is asked about at a time"):
        bike.why_not({}, "basket", {"position": "front"})
