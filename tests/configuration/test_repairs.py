"""Repairs: which places are given up, for what, in which order; the small catalogs show one fact each."""

import json
from datetime import date
from fractions import Fraction

import pytest

from configurator.configuration import repair_values
from configurator.configuration.choices import read_choices
from configurator.configuration.model import ComponentQuantity, JsonValue, PlaceValue
from configurator.configuration.pricing import Amount
from configurator.configuration.product import ask
from configurator.configuration.repair_values import RankingKey
from configurator.configuration.repairs import (
    Change,
    Repair,
    Repairs,
    Unrepairable,
    repairs,
)
from configurator.configuration.validation import Incomplete, Valid
from configurator.configurator import Configurator
from configurator.csp.constraints import LinearTerm
from configurator.engines.engine import Unknown
from configurator.errors import ChoiceError, InvalidConfigurationError, SearchLimitError

DAY = date(2026, 11, 22)

SHELF = """
catalog shelf "Shelf" version "1" currency EUR
family board "Board" choose one {
  | sku | depth | price [EUR] |
  | B20 |    20 |       10.00 |
  | B30 |    30 |       14.00 |
  | B40 |    40 |       18.00 |
}
family bracket "Bracket" choose 2..4 identical {
  | sku | carries | price [EUR] |
  | K20 |      20 |        1.00 |
  | K30 |      30 |        3.00 |
  | K40 |      40 |        5.00 |
}
family hook "Hook" choose 0..3 mixed {
  | sku | length | price [EUR] |
  | H1  |      1 |        0.50 |
  | H9  |      9 |        0.75 |
}
option colour : one of { white, black, oak }
option extras : some 0..2 of { lamp, rail }
rule carried: require bracket.carries = board.depth
rule long-hooks: for each hook when board.depth = 20 forbid hook.length = 9
rule dark-lamp: when colour = black forbid lamp in extras
calc price in EUR = sum(price)
"""


@pytest.fixture(scope="module")
def shelf() -> Configurator:
    """A shelf: a board on brackets, with hooks."""
    return Configurator.from_text(SHELF)


@pytest.fixture(scope="module")
def pc() -> Configurator:
    """The shipped PC."""
    return Configurator.load("package:desktop_pc")


def found(answer: Repairs | Unrepairable | Unknown) -> tuple[Repair, ...]:
    assert isinstance(answer, Repairs)
    return answer.repairs


def changes(answer: Repairs | Unrepairable | Unknown) -> list[tuple[dict[str, PlaceValue], str | None]]:
    """Each repair: the new values, and the money."""
    return [
        ({change.place: change.after for change in each.changes}, each.delta.text if each.delta else None)
        for each in found(answer)
    ]


def test_a_repair_tells_what_was_what_will_be_and_what_it_costs(shelf: Configurator) -> None:
    answer = shelf.repairs({"bracket": "2 x K20", "board": "B30"}, limit=1, as_of=DAY)
    choices: dict[str, JsonValue] = {"board": "B20", "bracket": {"component": "K20", "quantity": 2}}

    assert found(answer) == (
        Repair((Change("board", "B30", "B20"),), 1, Amount(-4, "-4.00 EUR"), (), choices),
    )
    assert ["board", "bracket"] == list(found(answer)[0].choices)


def test_repaired_choices_are_taken_back_as_they_are_written(shelf: Configurator) -> None:
    given = {"board": "B30", "bracket": "2 x K20", "hook": {"includes": ["H1"]}, "extras": ["lamp"]}
    (repair,) = found(shelf.repairs(given, limit=1, as_of=DAY))

    assert isinstance(shelf.validate(repair.choices, as_of=DAY), Incomplete)
    assert json.loads(json.dumps(repair.choices)) == repair.choices


def test_equally_far_off_the_cheaper_one_comes_first_and_then_catalog_order(shelf: Configurator) -> None:
    answer = shelf.repairs({"board": "B30", "bracket": "2 x K20"}, limit=10, as_of=DAY)

    assert [
        ({"board": "B20"}, "-4.00 EUR"),
        ({"bracket": ComponentQuantity("K30", 2)}, "4.00 EUR"),
        ({"bracket": ComponentQuantity("K30", 3)}, "7.00 EUR"),
        ({"bracket": ComponentQuantity("K30", 4)}, "10.00 EUR"),
    ] == changes(answer)
    assert Repairs(found(answer), more=False) == answer


def test_an_open_quantity_came_to_the_smallest_one(shelf: Configurator) -> None:
    answer = shelf.repairs({"board": "B30", "bracket": "K20"}, locked=["board"], limit=1, as_of=DAY)

    assert [({"bracket": ComponentQuantity("K30", 2)}, "4.00 EUR")] == changes(answer)
    assert "K20" == found(answer)[0].changes[0].before


def test_the_list_ends_where_it_is_cut_and_says_so(shelf: Configurator) -> None:
    whole = shelf.repairs({"board": "B30", "bracket": "2 x K20"}, limit=4, as_of=DAY)
    cut = shelf.repairs({"board": "B30", "bracket": "2 x K20"}, limit=3, as_of=DAY)

    assert Repairs(found(whole)[:3], more=True) == cut
    assert Repairs(found(whole), more=False) == whole


def test_choices_that_are_possible_need_no_repair(shelf: Configurator) -> None:
    answer = shelf.repairs({"board": "B30"}, as_of=DAY)

    assert Repairs((), more=False) == answer
    assert not answer


def test_a_mixed_slot_is_repaired_as_one_place(shelf: Configurator) -> None:
    answer = shelf.repairs({"board": "B20", "hook": ["H9", "H1"]}, locked=["board"], limit=2, as_of=DAY)

    assert [
        ({"hook": (ComponentQuantity("H1", 2),)}, "-0.25 EUR"),
        ({"hook": (ComponentQuantity("H1", 3),)}, "0.25 EUR"),
    ] == changes(answer)


def test_what_a_slot_includes_is_a_choice_that_can_be_given_up(shelf: Configurator) -> None:
    answer = shelf.repairs({"board": "B20", "hook": {"includes": ["H9"]}}, limit=9, as_of=DAY)
    given_up = [repair.changes[0] for repair in found(answer)]

    assert (
        Change("hook", (ComponentQuantity("H9", 1),), (ComponentQuantity("H1", 1),), at_least=True)
        in given_up
    )
    assert Change("board", "B20", "B30") in given_up
    assert {"includes": [{"component": "H9", "quantity": 1}]} in [r.choices["hook"] for r in found(answer)]


def test_a_set_is_repaired_as_one_place(shelf: Configurator) -> None:
    answer = shelf.repairs({"colour": "black", "extras": {"includes": ["lamp"]}}, limit=9, as_of=DAY)

    assert [
        ({"colour": "white"}, "0.00 EUR"),
        ({"colour": "oak"}, "0.00 EUR"),
        ({"extras": ()}, "0.00 EUR"),
        ({"extras": ("rail",)}, "0.00 EUR"),
    ] == changes(answer)


def test_a_locked_place_never_changes(shelf: Configurator) -> None:
    answer = shelf.repairs({"board": "B30", "bracket": "2 x K20"}, locked=["bracket"], limit=10, as_of=DAY)

    assert [({"board": "B20"}, "-4.00 EUR")] == changes(answer)


def test_locks_that_clash_alone_leave_no_repair(shelf: Configurator) -> None:
    given = {"board": "B30", "bracket": "2 x K20", "colour": "oak"}
    answer = shelf.repairs(given, locked=["board", "bracket"], as_of=DAY)

    assert isinstance(answer, Unrepairable)
    assert [("carried",)] == [conflict.rules for conflict in answer.conflicts]
    with pytest.raises(InvalidConfigurationError):
        answer.or_raise()


def test_a_catalog_that_allows_nothing_cannot_be_repaired_by_choices() -> None:
    void = Configurator.from_text(SHELF + "rule never: forbid board.depth >= 20\n")
    answer = void.repairs({"board": "B30"}, as_of=DAY)

    assert isinstance(answer, Unrepairable)
    assert [("never",)] == [conflict.rules for conflict in answer.conflicts]


def test_a_heavy_place_is_changed_only_after_lighter_ones(shelf: Configurator) -> None:
    answer = shelf.repairs({"board": "B30", "bracket": "2 x K20"}, weights={"board": 2}, limit=10, as_of=DAY)

    assert [1, 1, 1, 2] == [repair.weight for repair in found(answer)]
    assert ({"board": "B20"}, "-4.00 EUR") == changes(answer)[-1]


def test_two_light_places_rather_than_one_heavy_place(shelf: Configurator) -> None:
    given = {"board": "B20", "bracket": "2 x K30", "hook": ["H9"]}
    both = shelf.repairs(given, weights={"board": 3}, limit=1, as_of=DAY)
    one = shelf.repairs(given, limit=1, as_of=DAY)

    assert [
        ({"bracket": ComponentQuantity("K20", 4), "hook": (ComponentQuantity("H1", 3),)}, "-1.25 EUR")
    ] == changes(both)
    assert [({"board": "B30"}, "4.00 EUR")] == changes(one)


def test_ranking_keys_decide_between_equal_amounts(shelf: Configurator) -> None:
    product = shelf.product(DAY)
    colour = product.lowered.layout.of["colour"].variables[0]
    white_is_short = RankingKey("stock", (LinearTerm(colour, (1, 0, 0)),))
    question = ask(product, read_choices(shelf.catalog, {"colour": "black", "extras": ["lamp"]}))
    answer = repairs(question, keys=(white_is_short,), limit=9)

    assert [{"colour": "oak"}, {"extras": ()}, {"extras": ("rail",)}, {"colour": "white"}] == [
        after for after, _ in changes(answer)
    ]
    assert [(0,), (0,), (0,), (1,)] == [repair.keys for repair in found(answer)]


TWINS = """\
catalog twins
family lamp choose one { component "L1" { } component "L2" { } component "L3" { } }
family hook choose 0..2 mixed { component "H1" { } component "H2" { } }
rule dark "The first lamp is sold out": lamp = "L1" requires hook is absent
"""


def test_numbers_by_component_decide_between_equals_key_by_key() -> None:
    twins = Configurator.from_text(TWINS)
    given = {"lamp": "L1", "hook": ["H1", "H1"]}

    late = twins.repairs(given, locked=["hook"], keys=[{"L2": 5}, {"L3": 1}])
    level = twins.repairs(given, locked=["hook"], keys=[{"L2": 5, "L3": 5}, {"L3": -1}])

    assert [({"lamp": "L3"}, (0, 1)), ({"lamp": "L2"}, (5, 0))] == [
        (dict(changes(late)[at][0]), repair.keys) for at, repair in enumerate(found(late))
    ]
    assert [(5, -1), (5, 0)] == [repair.keys for repair in found(level)]


def test_a_number_counts_for_each_unit() -> None:
    twins = Configurator.from_text(TWINS + 'rule some: lamp = "L2" requires count(hook) != 1\n')
    given = {"lamp": "L2", "hook": ["H1"]}

    answer = twins.repairs(given, limit=None, locked=["lamp"], keys=[{"H2": 2, "H1": 3}])

    assert [(0,), (4,), (5,), (6,)] == [repair.keys for repair in found(answer)]


@pytest.mark.parametrize(
    ("keys", "error", "message"),
    [
        ([{"L9": 1}], ChoiceError, "no family has a component `L9`"),
        ([{"L1": 1.5}], TypeError, "a ranking key has whole numbers, not `1.5` for `L1`"),
    ],
)
def test_a_ranking_key_that_fits_nothing_is_refused(
    keys: list[dict[str, int]], error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message):
        Configurator.from_text(TWINS).repairs({}, keys=keys)


def test_without_a_price_there_is_no_money(shelf: Configurator) -> None:
    del shelf
    unpriced = Configurator.from_text(SHELF.replace("calc price in EUR = sum(price)", ""))
    answer = unpriced.repairs({"board": "B30", "bracket": "2 x K20"}, limit=2, as_of=DAY)

    assert [({"board": "B20"}, None), ({"bracket": ComponentQuantity("K30", 2)}, None)] == changes(answer)


def test_a_price_that_is_no_sum_tells_no_money() -> None:
    product = Configurator.from_text(SHELF.replace("= sum(price)", "= board.price * bracket.carries"))
    answer = product.repairs({"board": "B30", "bracket": "2 x K20"}, limit=1, as_of=DAY)

    assert [({"board": "B20"}, None)] == changes(answer)


def test_what_has_no_price_comes_after_what_has_one() -> None:
    text = SHELF.replace("|       10.00 |", "|             |").replace(
        'family board "Board" choose one {',
        'family board "Board" choose one {\n  attribute price : number in EUR optional',
    )
    product = Configurator.from_text(text)
    answer = product.repairs({"board": "B30", "bracket": "4 x K20"}, limit=9, as_of=DAY)

    assert [None] == [repair.delta for repair in found(answer)][-1:]
    assert {"board": "B20"} == changes(answer)[-1][0]


def test_what_is_not_in_force_is_given_up_and_has_the_price_of_its_days() -> None:
    later = 'component "B50" effective from 2027-01-01 { depth = 50, price = 19.55 EUR }'
    text = SHELF.replace("|       18.00 |\n", f"|       18.00 |\n  {later}\n")
    product = Configurator.from_text(text)
    answer = product.repairs({"board": "B50", "bracket": "2 x K20"}, limit=9, as_of=DAY)

    assert [({"board": "B20"}, "-9.55 EUR")] == changes(answer)
    assert Amount(Fraction(-191, 20), "-9.55 EUR") == found(answer)[0].delta


def test_a_lock_or_weight_on_what_is_no_place_is_refused(shelf: Configurator) -> None:
    with pytest.raises(ChoiceError, match="`bord` is neither a slot nor an option"):
        shelf.repairs({}, locked=["bord"])
    with pytest.raises(ChoiceError, match="`hooks` is neither a slot nor an option"):
        shelf.repairs({}, weights={"hooks": 2})


def test_limits_and_weights_are_at_least_one(shelf: Configurator) -> None:
    for limit in (0, -1):
        with pytest.raises(ValueError, match=r"the limit is at least 1, or `None` for all, not `-?[01]`"):
            shelf.repairs({}, limit=limit)
    with pytest.raises(ValueError, match="the weight of `board` is a whole number of at least 1, not `0`"):
        shelf.repairs({}, weights={"board": 0})


def test_without_a_limit_all_repairs_are_told(shelf: Configurator) -> None:
    cut = shelf.repairs({"board": "B30", "bracket": "2 x K20"}, limit=1, as_of=DAY)
    whole = shelf.repairs({"board": "B30", "bracket": "2 x K20"}, limit=None, as_of=DAY)

    assert isinstance(cut, Repairs)
    assert isinstance(whole, Repairs)
    assert (True, False) == (cut.more, whole.more)
    assert cut.repairs == whole.repairs[:1]


TWO_GIVEN_UP = """
catalog t "T" currency EUR
family a choose one { | sku | n | price [EUR] |
  | A0 | 0 | 1.00 |
  | A1 | 1 | 2.00 |
  | A2 | 2 | 3.00 |
  | A3 | 3 | 5.00 |
}
family bags choose 0..3 mixed { | sku | n | price [EUR] |
  | B1 | 1 | 1.00 |
  | B2 | 2 | 1.50 |
  | B3 | 3 | 4.00 |
}
option key : yesno
rule key: when key = yes require a.n >= 2 and sum(bags.n) <= a.n and sum(bags.n) > 0
calc price in EUR = sum(price)
"""


@pytest.mark.parametrize("first", [0, 1, 7])
def test_leaving_out_impossible_values_changes_no_repair(monkeypatch: pytest.MonkeyPatch, first: int) -> None:
    given = {"a": "A0", "bags": ["2 x B3"], "key": True}
    asked = Configurator.from_text(TWO_GIVEN_UP)
    monkeypatch.setattr(repair_values, "FIRST_TESTS", 10**6)
    one_by_one = asked.repairs(given, limit=None, locked=["key"], as_of=DAY)
    monkeypatch.setattr(repair_values, "FIRST_TESTS", first)
    by_values = asked.repairs(given, limit=None, locked=["key"], as_of=DAY)

    # A2 with B1, 2 x B1, B2; A3 with these and B1 and B2, 3 x B1, B3.
    assert isinstance(by_values, Repairs)
    assert 9 == len(by_values.repairs)
    assert one_by_one == by_values


def test_one_text_is_no_list_of_locked_places(shelf: Configurator) -> None:
    with pytest.raises(TypeError, match=r"locked places are a list, such as `\['board'\]`, not `'board'`"):
        shelf.repairs({}, locked="board")


def test_a_time_limit_leaves_it_unknown(shelf: Configurator) -> None:
    answer = shelf.repairs({"board": "B30", "bracket": "2 x K20"}, seconds=0, as_of=DAY)

    assert isinstance(answer, Unknown)
    with pytest.raises(SearchLimitError):
        answer.or_raise()


# ---------------------------------------------------------------- the shipped PC


def test_a_processor_without_its_mainboard_is_repaired_by_either(pc: Configurator) -> None:
    answer = pc.repairs({"cpu": "CPU-7800X3D", "board": "MB-Z790-TUF"}, as_of=DAY)

    assert [
        ({"board": "MB-B650E-I"}, "-0.04 USD"),
        ({"board": "MB-B650M-ELITE-ICE"}, "-20.00 USD"),
        ({"board": "MB-B850-PLUS"}, "-20.00 USD"),
    ] == changes(answer)
    for repair in found(answer):
        assert isinstance(pc.validate(repair.choices, as_of=DAY), Incomplete)


def test_a_whole_configuration_is_repaired_by_two_changes_where_one_is_not_enough(pc: Configurator) -> None:
    office = pc.complete(as_of=DAY).or_raise().configuration.to_dict()
    given = {**office, "usage": "gaming", "cpu": "CPU-14900K", "graphics": "GPU-5090"}
    answer = pc.repairs(given, as_of=DAY)

    assert [
        ({"cpu": "CPU-7700", "psu": "PSU-HX1500I"}, "-8.03 USD"),
        ({"cpu": "CPU-8700G", "psu": "PSU-HX1500I"}, "-23.00 USD"),
        ({"cpu": "CPU-8400F", "psu": "PSU-DPP13-1600"}, "26.48 USD"),
    ] == changes(answer)
    for repair in found(answer):
        assert isinstance(pc.validate(repair.choices, as_of=DAY), Valid)


def test_a_whole_configuration_around_two_locked_places_needs_three_changes(pc: Configurator) -> None:
    office = pc.complete(as_of=DAY).or_raise().configuration.to_dict()
    given = {**office, "usage": "gaming", "cpu": "CPU-14900K", "graphics": "GPU-5090"}
    answer = pc.repairs(given, locked=["cpu", "graphics"], limit=2, as_of=DAY)

    assert [
        ({"board": "MB-B760-I", "psu": "PSU-PP12M-1200", "cooler": "COOL-PA120SE"}, "154.13 USD"),
        ({"board": "MB-B760-I", "psu": "PSU-PP12M-1200", "cooler": "COOL-PS120SE"}, "155.13 USD"),
    ] == changes(answer)
