"""What is offered for each kind of place, and in which state."""

from datetime import date
from fractions import Fraction

import pytest

from configurator.configuration.domains import (
    ElementOffer,
    IdenticalOffers,
    Interval,
    MixedOffer,
    MixedOffers,
    NumberOffers,
    Offer,
    PlaceOffers,
    QuantityOffer,
    SetOffers,
    ValidDomains,
    ValueOffers,
)
from configurator.configuration.offer_writing import Offers
from configurator.configurator import Configurator
from configurator.engines.engine import Unknown

DAY = date(2026, 11, 22)
CATALOG = """catalog t
unit kg
family cpu choose one { component "C1" { x = 1 } component "C2" { x = 2 } component "C3" { x = 3 } }
family gpu choose optional { component "G1" { x = 1 } component "G2" { x = 2 } }
family ram choose 0..4 identical { component "R1" { x = 1 } component "R2" { x = 2 } }
family disk choose 0..3 mixed { component "D1" { x = 1 } component "D2" { x = 2 } }
option load : number 0..3 step 0.5 in kg
option wishes : some 0..2 of { quiet, fast, small }
option gift : yesno
"""


def offers(rule: str, place: str, choices: dict[str, object] | None = None) -> PlaceOffers:
    """What is offered for a place."""
    found = Configurator.from_text(CATALOG + rule).options(choices or {})
    assert isinstance(found, ValidDomains)
    return found.of[place]


def test_a_slot_of_one_offers_what_is_left_in_catalog_order() -> None:
    expected = ValueOffers((Offer("C1", "free"), Offer("C3", "free")))

    assert expected == offers("rule r: require cpu.x != 2", "cpu")


def test_the_only_value_left_is_forced() -> None:
    assert ValueOffers((Offer("C2", "forced"),)) == offers("rule r: require cpu.x = 2", "cpu")
    assert ValueOffers((Offer(None, "forced"),)) == offers("rule r: require gpu is absent", "gpu")
    assert ValueOffers((Offer(value=True, state="forced"),)) == offers("rule r: require gift = yes", "gift")


def test_what_is_chosen_is_told_to_be_chosen() -> None:
    assert ValueOffers((Offer("C2", "chosen"),)) == offers("", "cpu", {"cpu": "C2"})


def test_an_optional_slot_offers_nothing_first() -> None:
    expected = ValueOffers((Offer(None, "free"), Offer("G1", "free"), Offer("G2", "free")))

    assert expected == offers("", "gpu")


def test_identical_components_are_offered_with_their_fewest_and_most() -> None:
    rule = "rule r: when ram is chosen require ram.x * ram.quantity between 2 and 4"
    expected = IdenticalOffers(
        (QuantityOffer("R1", 2, 4, "free"), QuantityOffer("R2", 1, 2, "free")), absent=True
    )

    assert expected == offers(rule, "ram")


def test_a_component_chosen_without_quantity_keeps_its_range() -> None:
    expected = IdenticalOffers((QuantityOffer("R2", 1, 4, "chosen"),), absent=False)

    assert expected == offers("", "ram", {"ram": "R2"})


def test_a_mixed_slot_offers_the_most_of_each_and_the_range_of_all() -> None:
    rule = "rule r: require sum(disk.x) <= 4 and count(disk) >= 1"

    assert MixedOffers((MixedOffer("D1", 3), MixedOffer("D2", 2)), 1, 3) == offers(rule, "disk")


def test_a_mixed_slot_that_includes_something_offers_what_still_fits() -> None:
    found = offers("", "disk", {"disk": {"includes": ["2 x D2"]}})

    assert MixedOffers((MixedOffer("D1", 1), MixedOffer("D2", 3, "chosen")), 2, 3) == found


def test_numbers_are_offered_as_intervals_in_their_own_unit() -> None:
    rule = "rule r: require load != 1 kg and load < 2.5 kg"
    expected = NumberOffers((Interval(0, Fraction(1, 2)), Interval(Fraction(3, 2), 2)))

    assert expected == offers(rule, "load")


def test_elements_of_a_set_must_can_or_cannot_be_in() -> None:
    rule = "rule r: require quiet in wishes and small not in wishes"
    expected = SetOffers(
        (ElementOffer("quiet", "must"), ElementOffer("fast", "can"), ElementOffer("small", "cannot"))
    )

    assert expected == offers(rule, "wishes")


def test_where_nothing_is_possible_every_place_is_empty() -> None:
    found = Configurator.from_text(f"{CATALOG}rule r: require 1 = 2").options()

    assert isinstance(found, ValidDomains)
    assert ValueOffers(()) == found.of["cpu"]
    assert IdenticalOffers((), absent=False) == found.of["ram"]
    assert MixedOffers((), 0, 0) == found.of["disk"]
    assert NumberOffers(()) == found.of["load"]
    elements = tuple(ElementOffer(name, "cannot") for name in ("quiet", "fast", "small"))
    assert SetOffers(elements) == found.of["wishes"]


@pytest.mark.parametrize("engine", ["auto", "diagram", "sat", "backtracking"])
@pytest.mark.parametrize("wanted", [["D1", "D3"], ["D3"], {"includes": ["D3"]}])
def test_a_component_not_in_force_in_a_mixed_slot_leaves_every_place_empty(
    engine: str, wanted: object
) -> None:
    text = """catalog t
    family cpu choose one { component "C1" {} component "C2" {} }
    family disk choose 0..2 mixed {
      component "D1" {}
      component "D2" {}
      component "D3" effective until 2025-01-01 {}
    }
    """
    asked = Configurator.from_text(text, engine=engine)
    found = asked.options({"disk": wanted}, as_of=DAY)
    offered = asked.session({"disk": wanted}, as_of=DAY).options()

    assert isinstance(found, ValidDomains)
    assert {"cpu": ValueOffers(()), "disk": MixedOffers((), 0, 0)} == dict(found.of)
    assert isinstance(offered, Offers)
    assert ValueOffers((Offer("C1", "excluded"), Offer("C2", "excluded"))) == offered["cpu"]
    excluded = tuple(MixedOffer(sku, 0, "excluded") for sku in ("D1", "D2"))
    assert MixedOffers(excluded, 0, 0) == offered["disk"]


def test_what_is_withheld_after_a_choice_is_what_no_completion_holds() -> None:
    rule = 'rule r: cpu = "C3" requires gpu is chosen and gpu = "G2" and gift = yes'

    assert ValueOffers((Offer("C1", "free"), Offer("C2", "free"))) == offers(rule, "cpu", {"gpu": "G1"})
    assert ValueOffers((Offer("G2", "forced"),)) == offers(rule, "gpu", {"cpu": "C3"})


def test_a_limit_gives_unknown_and_not_a_guess() -> None:
    assert isinstance(Configurator.from_text(CATALOG, engine="exhaustive").options(seconds=0), Unknown)
