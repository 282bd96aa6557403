"""Bundles: named choices with a price, applied by who names them."""

from datetime import date

import pytest

from configurator.availability.memory_store import MemoryStockStore
from configurator.availability.snapshot import StockSnapshot
from configurator.configuration import repair_values
from configurator.configuration.completion import Completed
from configurator.configuration.domains import ValidDomains, ValueOffers
from configurator.configuration.enumeration import Count
from configurator.configuration.reasons import ChosenByCustomer, Excluded, PriceReason
from configurator.configuration.repairs import Repairs, Unrepairable
from configurator.configuration.saved import SavedConfiguration
from configurator.configuration.upgrade import LostBundle, Repaired, Unchanged
from configurator.configuration.validation import Incomplete, Invalid, Valid
from configurator.configurator import Configurator
from configurator.errors import ChoiceError, IdempotencyConflict, OrderError
from configurator.explanation.checking import Checked
from configurator.explanation.evidence import DecisionEvidence, EffectivityEvidence

DAY = date(2026, 11, 22)
LATER = date(2027, 1, 1)
PC = """catalog pc "PC" version "1" currency EUR
unit W
family gpu "Card" choose optional {
  | sku | draw [W] | price [EUR] |
  | G-1 |       50 |      100.00 |
  | G-2 |      200 |      300.00 |
}
family psu "Supply" choose one {
  | sku | watts [W] | price [EUR] |
  | P-1 |       100 |       50.00 |
  | P-2 |       300 |       90.00 |
}
family drives "Drives" choose 0..2 mixed {
  | sku | price [EUR] |
  | D-1 |       40.00 |
  | D-2 |       70.00 |
}
option gift : yesno
calc price "Price" in EUR = sum(price) + bundles.price
rule power "Enough power": when gpu is chosen require gpu.draw <= psu.watts
bundle gamer "Gamer bundle" effective until 2026-12-31 {
  choose gpu = "G-2", gift = yes
  price -60.00 EUR
  about "For the season."
}
bundle storage { choose drives includes "D-1" price -5 EUR }
bundle small { choose psu = "P-1" }
bundle coupon { price -10 EUR }
"""


@pytest.fixture(scope="module")
def pc() -> Configurator:
    """The catalog."""
    return Configurator.from_text(PC)


def test_what_a_bundle_chooses_holds_beside_the_choices(pc: Configurator) -> None:
    found = pc.validate({"drives": []}, bundles=["gamer"], as_of=DAY)

    assert isinstance(found, Incomplete)
    assert found.open == ("psu",)


def test_a_bundle_and_its_choices_leave_the_same(pc: Configurator) -> None:
    assert pc.count({"gpu": "G-2", "gift": True}, as_of=DAY) == pc.count(bundles=["gamer"], as_of=DAY)


def test_a_price_differs_by_that_of_the_bundles(pc: Configurator) -> None:
    chosen = {"gpu": "G-2", "psu": "P-2", "drives": ["D-1"], "gift": True}
    prices = [
        dict(found.configuration.calcs)["price"]
        for bundles in ([], ["gamer"], ["coupon", "gamer"], ["storage", "gamer", "coupon"])
        if isinstance(found := pc.validate(chosen, bundles=bundles, as_of=DAY), Valid)
    ]

    assert prices == ["430.00 EUR", "370.00 EUR", "360.00 EUR", "355.00 EUR"]


def test_a_configuration_is_the_same_with_a_bundle_and_without(pc: Configurator) -> None:
    chosen = {"gpu": "G-2", "psu": "P-2", "drives": [], "gift": True}
    with_it, without = (pc.validate(chosen, bundles=names, as_of=DAY) for names in (["gamer"], []))

    assert isinstance(with_it, Valid)
    assert isinstance(without, Valid)
    assert with_it.configuration == without.configuration
    assert hash(with_it.configuration) == hash(without.configuration)


def test_a_bundle_that_clashes_with_a_choice_is_an_ordinary_conflict(pc: Configurator) -> None:
    found = pc.validate({"gpu": "G-1"}, bundles=["gamer"], as_of=DAY)

    assert isinstance(found, Invalid)
    (conflict,) = found.conflicts
    assert conflict.message == "`gpu = G-1` and `gpu = G-2 (bundle gamer)` cannot hold together"
    assert (("gpu",), ("gamer",), ()) == (conflict.choices, conflict.bundles, conflict.rules)
    assert conflict.evidence == (
        DecisionEvidence("gpu", "gpu = G-1"),
        DecisionEvidence("gpu", "gpu = G-2 (bundle gamer)", "gamer"),
    )
    assert isinstance(pc.check_verdict({"gpu": "G-1"}, found, bundles=["gamer"], as_of=DAY), Checked)


def test_bundles_that_clash_by_a_rule_name_it(pc: Configurator) -> None:
    found = pc.validate(bundles=["gamer", "small"], as_of=DAY)

    assert isinstance(found, Invalid)
    (conflict,) = found.conflicts
    assert ("power",) == conflict.rules
    assert ("gamer", "small") == conflict.bundles
    assert [each.text for each in conflict.evidence if isinstance(each, DecisionEvidence)] == [
        "gpu = G-2 (bundle gamer)",
        "psu = P-1 (bundle small)",
    ]


def test_a_choice_and_a_bundle_of_one_place_both_hold(pc: Configurator) -> None:
    found = pc.count({"drives": {"includes": ["D-2"]}, "gpu": None}, bundles=["storage"], as_of=DAY)

    assert isinstance(found, Count)
    assert 4 == found.value


def test_an_expired_bundle_is_invalid_by_its_days(pc: Configurator) -> None:
    found = pc.validate(bundles=["gamer"], as_of=LATER)

    assert isinstance(found, Invalid)
    (conflict,) = found.conflicts
    message = "Gamer bundle (bundle gamer) can be applied until 2026-12-31, not on 2027-01-01"
    assert conflict.message == message
    assert (EffectivityEvidence("", "", message, "gamer"),) == conflict.evidence
    assert isinstance(pc.check_verdict({}, found, bundles=["gamer"], as_of=LATER), Checked)
    count = pc.count(bundles=["gamer"], as_of=LATER)
    assert isinstance(count, Count)
    assert 0 == count.value


@pytest.mark.parametrize(
    ("names", "problem", "help_lines"),
    [
        (["gamr"], "there is no bundle `gamr`", ("did you mean `gamer`?",)),
        (["x"], "there is no bundle `x`", ("there are: gamer, storage, small, coupon",)),
        (["gamer", "gamer"], "the bundle `gamer` is named twice", ()),
    ],
)
def test_a_bundle_that_cannot_be_applied_is_told(
    pc: Configurator, names: list[str], problem: str, help_lines: tuple[str, ...]
) -> None:
    with pytest.raises(ChoiceError) as caught:
        pc.validate(bundles=names)

    assert ((problem,), help_lines) == (caught.value.problems, caught.value.help)


def test_bundles_are_a_list(pc: Configurator) -> None:
    with pytest.raises(TypeError, match="bundles are a list, such as"):
        pc.validate(bundles="gamer")


def test_with_only_what_a_bundle_chooses_is_named(pc: Configurator) -> None:
    found = pc.validate({"psu": "P-2"}, only=True, bundles=["gamer"], as_of=DAY)

    assert isinstance(found, Valid)
    assert {"gpu": "G-2", "psu": "P-2", "drives": [], "gift": True} == found.configuration.to_dict()


def test_options_say_what_came_with_a_bundle(pc: Configurator) -> None:
    found = pc.options({"psu": "P-2"}, bundles=["gamer"], as_of=DAY)

    assert isinstance(found, ValidDomains)
    states = {
        path: [offer.state for offer in offers.offers]
        for path, offers in found.of.items()
        if isinstance(offers, ValueOffers)
    }
    assert {"gpu": ["bundle"], "psu": ["chosen"], "gift": ["bundle"]} == states


def test_a_completion_tells_what_came_with_a_bundle(pc: Configurator) -> None:
    found = pc.complete({"gift": True}, bundles=["gamer"], as_of=DAY)

    assert isinstance(found, Completed)
    assert (("gift",), ("gpu",)) == (found.chosen, found.bundled)


def test_reasons_name_the_bundle(pc: Configurator) -> None:
    chosen = pc.why({}, "gpu", "G-2", bundles=["gamer"], as_of=DAY)
    excluded = pc.why_not({}, "psu", "P-1", bundles=["gamer"], as_of=DAY)
    price = pc.why_price({"drives": []}, bundles=["gamer"], as_of=DAY)

    assert ChosenByCustomer("gpu = G-2", "gpu = G-2 (bundle gamer)") == chosen
    assert isinstance(excluded, Excluded)
    assert ["bundle gamer"] == [retreat.text for retreat in excluded.retreats]
    assert isinstance(price, PriceReason)
    assert [
        ("Card", "bundle", "300.00 EUR"),
        ("Supply", "forced", "90.00 EUR"),
        ("bundles", "bundle", "-60.00 EUR"),
    ] == [(line.title, line.provenance, line.amount.text) for line in price.lines]
    assert "330.00 EUR" == price.total.text


def test_repairs_leave_bundles_as_they_are(pc: Configurator) -> None:
    found = pc.repairs({"gpu": "G-1", "psu": "P-1"}, bundles=["gamer"], as_of=DAY)
    hopeless = pc.repairs({"gift": True}, bundles=["gamer", "small"], as_of=DAY)

    assert isinstance(found, Repairs)
    assert {"gpu": "G-2", "psu": "P-2"} == found.repairs[0].choices
    assert isinstance(hopeless, Unrepairable)


def test_a_mixed_slot_is_repaired_to_what_a_bundle_chooses() -> None:
    made = Configurator.from_text("""catalog made
family drive choose 1..2 mixed {
  | sku |
  | D-1 |
  | D-2 |
}
bundle pair { choose drive = 2 x "D-1" }
""")
    found = made.repairs({"drive": ["D-2"]}, bundles=["pair"], limit=None)

    assert isinstance(found, Repairs)
    assert [{"drive": [{"component": "D-1", "quantity": 2}]}] == [each.choices for each in found.repairs]


@pytest.mark.parametrize("colour", [{"colour": "red"}, {}])
@pytest.mark.parametrize("few", [repair_values.FEW_VALUES, 0])
def test_several_places_are_repaired_to_what_a_bundle_chooses(
    monkeypatch: pytest.MonkeyPatch, colour: dict[str, str], few: int
) -> None:
    monkeypatch.setattr(repair_values, "FEW_VALUES", few)
    made = Configurator.from_text("""catalog made
family cpu choose one {
  | sku | socket |
  | C-1 |      1 |
  | C-2 |      2 |
  | C-3 |      2 |
}
family board choose one {
  | sku | socket |
  | B-1 |      1 |
  | B-2 |      2 |
  | B-3 |      2 |
}
option colour : one of { red, blue }
rule fits: require cpu.socket = board.socket
bundle fast { choose cpu = "C-3" }
""")
    found = made.repairs({"cpu": "C-1", "board": "B-1", **colour}, bundles=["fast"], limit=None)

    assert isinstance(found, Repairs)
    assert [{"cpu": "C-3", "board": board, **colour} for board in ("B-2", "B-3")] == [
        each.choices for each in found.repairs
    ]


def test_a_rule_about_the_price_minds_the_bundles() -> None:
    asked = Configurator.from_text(PC + "rule budget: require price <= 340 EUR\n")
    choices = {"gpu": "G-2", "psu": "P-2", "drives": [], "gift": True}

    assert isinstance(asked.validate(choices, as_of=DAY), Invalid)
    assert isinstance(asked.validate(choices, bundles=["gamer"], as_of=DAY), Valid)


def test_bundles_of_an_imported_file_have_its_name_before_theirs() -> None:
    asked = Configurator.from_text(
        'catalog pc currency EUR\nimport "extras.pcat" as extras\ncalc price in EUR = bundles.price\n'
        "option gift : yesno\nbundle own { price 1 EUR }",
        files={
            "extras.pcat": "option bow : yesno\ncalc all = bundles.price\n"
            "bundle nice { choose bow = yes price -2 EUR }"
        },
    )
    found = asked.validate({"gift": False}, bundles=["extras.nice", "own"])

    assert isinstance(found, Valid)
    assert ("price", "-1.00 EUR") in found.configuration.calcs
    assert {"extras.bow": True, "gift": False} == found.configuration.to_dict()


# ---------------------------------------------------------------- sessions


def test_a_session_applies_bundles_and_leaves_them_out_again(pc: Configurator) -> None:
    begun = pc.session({"drives": []}, as_of=DAY)
    applied = begun.with_bundle("gamer").with_bundle("coupon", "gamer")

    assert ("gamer", "coupon") == applied.bundles
    assert ("chosen", "bundle", "forced") == tuple(applied.provenance(p) for p in ("drives", "gpu", "psu"))
    assert ("coupon",) == applied.without_bundle("gamer").bundles
    assert ("gamer",) == applied.undo().bundles
    assert begun.verdict == applied.without_bundle("gamer", "coupon").verdict
    assert "320.00 EUR" == getattr(applied.price, "text", None)


def test_a_saved_session_keeps_its_bundles(pc: Configurator) -> None:
    saved = pc.session({"psu": "P-2"}, bundles=["gamer"], as_of=DAY).save()

    assert ["gamer"] == saved.to_dict()["bundles"]
    assert saved == SavedConfiguration.from_dict(saved.to_dict())
    assert Unchanged({"psu": "P-2"}, None, ("gamer",)) == pc.upgrade(saved, as_of=DAY)


def test_an_upgrade_leaves_out_bundles_that_can_be_applied_no_longer(pc: Configurator) -> None:
    saved = SavedConfiguration({"psu": "P-2"}, "pc", "0", "sha256:0", ("gamer", "gone", "coupon"))
    found = pc.upgrade(saved, as_of=LATER)

    assert isinstance(found, Repaired)
    assert (("coupon",), None) == (found.bundles, found.repair)
    assert (
        LostBundle("gamer", "Gamer bundle (bundle gamer) can be applied until 2026-12-31, not on 2027-01-01"),
        LostBundle("gone", "there is no bundle `gone`"),
    ) == found.lost_bundles


# ---------------------------------------------------------------- orders


FULL = {"gpu": "G-2", "psu": "P-2", "drives": [], "gift": True}


def test_bundles_are_part_of_what_is_ordered(pc: Configurator) -> None:
    store = MemoryStockStore()
    store.import_counts({"G-2": 5, "P-2": 5})

    def order(*bundles: str) -> dict[str, object]:
        return {"order": "SO-1", "lines": [{"configuration": FULL, "bundles": list(bundles), "quantity": 1}]}

    first = pc.accept(order("gamer", "coupon"), store, key="k", as_of=DAY)
    again = pc.accept(order("coupon", "gamer"), store, key="k", as_of=DAY)

    assert (True, False) == (first.accepted, getattr(first, "replayed", None))
    assert (True, True) == (again.accepted, getattr(again, "replayed", None))
    assert [4, 4] == [balance.free for balance in store.balances(["G-2", "P-2"])]
    with pytest.raises(IdempotencyConflict):
        pc.accept(order("gamer"), store, key="k", as_of=DAY)


def test_an_order_with_a_clashing_bundle_is_rejected(pc: Configurator) -> None:
    stock = StockSnapshot.from_counts({"G-1": 1, "P-2": 1})
    order = {**FULL, "gpu": "G-1", "bundles": ["gamer"]}

    assert not pc.check(order, stock, as_of=DAY)
    assert pc.check({**order, "bundles": []}, stock, as_of=DAY)


def test_bundles_named_beside_an_order_need_a_single_line(pc: Configurator) -> None:
    stock = StockSnapshot.from_counts({"G-2": 9, "P-2": 9})
    line = {"configuration": FULL}

    assert pc.check({"lines": [line]}, stock, bundles=["gamer"], as_of=DAY)
    with pytest.raises(OrderError, match="names its bundles line by line"):
        pc.check({"lines": [line, line]}, stock, bundles=["gamer"], as_of=DAY)
