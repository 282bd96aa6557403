"""Which saved orders break before a changed catalog, and what mends them in one step."""

from datetime import date
from typing import Any

import pytest

from configurator.authoring.saved_orders import OrdersCompared, SavedOrder
from configurator.configurator import Configurator
from configurator.errors import OrderError

DAY = date(2026, 6, 15)

LAMP = """
catalog lamp "Lamp" version "1" currency EUR

family shade "Shade" choose one {
  | sku | name  | size | price [EUR] |
  |-----|-------|------|-------------|
  | S-1 | Small |    1 |        5.00 |
  | S-2 | Wide  |    2 |        7.00 |
}

family base "Base" choose one {
  | sku | name  | size | price [EUR] |
  |-----|-------|------|-------------|
  | B-1 | Wood  |    1 |       10.00 |
  | B-2 | Stone |    2 |       15.00 |
}

family cord "Cord" choose optional {
  | sku | name  | size | price [EUR] |
  |-----|-------|------|-------------|
  | C-1 | Short |    1 |        1.00 |
}

calc price in EUR = sum(price)
"""
RULE = '\nrule stands: require shade.size <= base.size because "{shade} falls over on {base}."\n'
GIFT = "\noption gift : yesno\n"
WIDE_ON_WOOD = {"shade": "S-2", "base": "B-1", "cord": None}


def compared(text: str, *orders: object) -> OrdersCompared:
    old, new = Configurator.from_text(LAMP), Configurator.from_text(text)
    found = old.difference(new, as_of=DAY, orders=orders).orders
    assert found is not None
    return found


def told(found: OrdersCompared) -> list[Any]:
    return [(order.number, order.id, [each.message for each in order.breakages]) for order in found.broken]


def test_without_orders_nothing_is_told_of_them() -> None:
    lamp = Configurator.from_text(LAMP)

    assert lamp.difference(lamp, as_of=DAY).orders is None


def test_orders_that_stay_valid_are_sound() -> None:
    found = compared(LAMP + RULE, {"shade": "S-1", "base": "B-1", "cord": None})

    assert OrdersCompared(1, 1, (), (), (), ()) == found


def test_an_order_that_breaks_tells_the_rule_and_one_step() -> None:
    order = {"order": "SO-1", "lines": [{"configuration": WIDE_ON_WOOD, "quantity": 2}]}
    found = compared(LAMP + RULE, order)

    assert [(1, "SO-1", ["Wide falls over on Wood."])] == told(found)
    assert (("stands",), ("shade", "base")) == (
        found.broken[0].breakages[0].rules,
        found.broken[0].breakages[0].places,
    )
    step = found.broken[0].repair
    assert step is not None
    assert ("shade", "S-2", "S-1", "-2.00 EUR") == (
        step.place,
        step.before,
        step.after,
        step.delta.text if step.delta else None,
    )
    assert 1 == found.mended


def test_a_component_that_is_gone_is_replaced_in_one_step() -> None:
    found = compared(LAMP.replace("  | B-1 | Wood  |    1 |       10.00 |\n", ""), WIDE_ON_WOOD)

    assert [(1, None, ["unknown component `B-1` in family `base`"])] == told(found)
    step = found.broken[0].repair
    assert step is not None
    assert ("base", "B-1", "B-2") == (step.place, step.before, step.after)


def test_two_components_that_are_gone_are_no_single_step() -> None:
    gone = LAMP.replace("  | B-1 | Wood  |    1 |       10.00 |\n", "")
    found = compared(gone.replace("  | S-2 | Wide  |    2 |        7.00 |\n", ""), WIDE_ON_WOOD)

    assert [2] == [len(order.breakages) for order in found.broken]
    assert None is found.broken[0].repair


def test_a_saved_session_may_be_open_before_and_after() -> None:
    saved = {"choices": {"shade": "S-2"}, "catalog": {"name": "lamp", "version": "1", "digest": "sha256:0"}}

    assert (1, ()) == (compared(LAMP + RULE, saved).sound, compared(LAMP + RULE, saved).broken)


def test_a_saved_session_without_completion_breaks() -> None:
    found = compared(LAMP + RULE, {"choices": {"shade": "S-2", "base": "B-1"}})

    assert [(1, None, ["Wide falls over on Wood."])] == told(found)


def test_a_complete_order_that_has_to_decide_something_new_breaks() -> None:
    found = compared(LAMP + GIFT, WIDE_ON_WOOD)

    assert [(1, None, ["still to be decided: `gift`"])] == told(found)
    step = found.broken[0].repair
    assert step is not None
    assert ("gift", None, False) == (step.place, step.before, step.after)


def test_a_new_place_that_may_be_empty_breaks_no_order() -> None:
    bell = '\nfamily bell "Bell" choose optional {\n  component "BELL" "Bell" { price = 4 EUR }\n}\n'

    assert 1 == compared(LAMP + bell, WIDE_ON_WOOD).sound


def test_an_empty_place_that_is_gone_breaks_no_order() -> None:
    start, end = LAMP.index("family cord"), LAMP.index("calc price")

    assert 1 == compared(LAMP[:start] + LAMP[end:], WIDE_ON_WOOD).sound


def test_what_fills_a_place_that_is_gone_is_left_out_in_one_step() -> None:
    start, end = LAMP.index("family cord"), LAMP.index("calc price")
    found = compared(LAMP[:start] + LAMP[end:], {**WIDE_ON_WOOD, "cord": "C-1"})

    assert [(1, None, ["`cord` is neither a slot nor an option"])] == told(found)
    step = found.broken[0].repair
    assert step is not None
    assert ("cord", "C-1", None) == (step.place, step.before, step.after)


def test_orders_that_were_invalid_or_unreadable_are_counted_apart() -> None:
    found = compared(LAMP, {"shade": "S-9"}, SavedOrder(7, OrderError(["no JSON"])), [1])

    assert (3, 0, (), (1,), [7, 3]) == (
        found.total,
        found.sound,
        found.broken,
        found.invalid_before,
        [number for number, _ in found.unreadable],
    )


def test_every_order_is_counted_once() -> None:
    found = compared(LAMP + RULE, WIDE_ON_WOOD, {"shade": "S-1"}, {"shade": "S-9"}, [])

    assert found.total == found.sound + sum(
        map(len, (found.broken, found.invalid_before, found.unreadable, found.undecided))
    )


def test_two_broken_lines_are_told_by_their_numbers() -> None:
    lines = [
        {"configuration": WIDE_ON_WOOD},
        {"configuration": {"shade": "S-1"}},
        {"configuration": WIDE_ON_WOOD},
    ]
    found = compared(LAMP + RULE, {"order": "SO-2", "lines": lines})

    assert [1, 3] == [each.line for each in found.broken[0].breakages]
    assert None is found.broken[0].repair


# ---------------------------------------------------------------- places of another form

ONE = 'family shade "Shade" choose one {'


@pytest.mark.parametrize("form", ["1..2 identical", "0..2 mixed", "optional", "1..3 mixed"])
@pytest.mark.parametrize("order", [WIDE_ON_WOOD, {"choices": {"shade": "S-2"}}, {"shade": "S-2"}])
def test_one_of_a_component_is_the_same_in_every_form(form: str, order: object) -> None:
    assert 1 == compared(LAMP.replace(ONE, ONE.replace("one", form)), order).sound


@pytest.mark.parametrize(
    ("before", "after", "shade"),
    [
        ("1..2 identical", "one", {"component": "S-2", "quantity": 1}),
        ("1..2 identical", "1..2 mixed", "2 x S-2"),
        ("2..2 identical", "1..2 mixed", "S-2"),
        ("2..2 identical", "1..2 identical", "S-2"),
        ("1..1 identical", "0..2 identical", "S-2"),
        ("0..2 mixed", "one", ["S-2"]),
        ("0..2 mixed", "optional", []),
        ("0..2 mixed", "0..2 identical", ["2 x S-2"]),
        ("optional", "0..2 mixed", None),
        ("optional", "0..2 identical", None),
    ],
)
def test_what_a_slot_holds_is_carried_over_to_another_form(before: str, after: str, shade: object) -> None:
    old, new = (
        Configurator.from_text(LAMP.replace(ONE, ONE.replace("one", form))) for form in (before, after)
    )
    found = old.difference(new, as_of=DAY, orders=[{**WIDE_ON_WOOD, "shade": shade}]).orders

    assert found is not None
    assert (1, 1) == (found.total, found.sound)


def test_more_than_a_slot_now_takes_breaks_and_is_told_as_the_order_has_it() -> None:
    old, new = (
        Configurator.from_text(LAMP.replace(ONE, ONE.replace("one", form))) for form in ("0..2 mixed", "one")
    )
    given = {**WIDE_ON_WOOD, "shade": ["2 x S-2"]}
    found = old.difference(new, as_of=DAY, orders=[given]).orders

    assert found is not None
    assert [(1, None, ["`shade` takes at most 1, not 2"])] == told(found)
    assert found.broken[0].repair is not None
    assert ["2 x S-2"] == found.broken[0].repair.before


@pytest.mark.parametrize(
    ("before", "after", "value"),
    [
        ("some 0..2 of { red, blue }", "one of { red, blue }", ["red"]),
        ("one of { red, blue }", "some 0..2 of { red, blue }", "red"),
        ("whole 1..5 in m", "whole 100..500 in cm", 2),
        ("whole 100..500 in cm", "whole 1..5 in m", 200),
    ],
)
def test_an_option_is_carried_over_to_another_form(before: str, after: str, value: object) -> None:
    texts = (
        f"{LAMP.replace('currency EUR', 'currency EUR' + UNITS)}\noption finish : {form}\n"
        for form in (before, after)
    )
    old, new = map(Configurator.from_text, texts)
    found = old.difference(new, as_of=DAY, orders=[{**WIDE_ON_WOOD, "finish": value}]).orders

    assert found is not None
    assert (1, 1) == (found.total, found.sound)


UNITS = "\nunit m\nunit cm = 0.01 m\n"


# ---------------------------------------------------------------- bundles

WINTER = "\nbundle winter { choose cord = none }\n"


def test_an_order_whose_bundle_is_gone_breaks_and_no_place_mends_it() -> None:
    order = {"order": "SO-1", "lines": [{"configuration": {"shade": "S-1"}, "bundles": ["winter"]}]}
    old, new = Configurator.from_text(LAMP + WINTER), Configurator.from_text(LAMP)
    found = old.difference(new, as_of=DAY, orders=[order]).orders

    assert found is not None
    assert [(1, "SO-1", ["there is no bundle `winter`"])] == told(found)
    assert found.broken[0].repair is None


def test_an_order_breaks_where_its_bundle_chooses_otherwise_now() -> None:
    order = {"configuration": {"shade": "S-1", "cord": None}, "bundles": ["winter"]}
    old = Configurator.from_text(LAMP + WINTER)
    new = Configurator.from_text(LAMP + WINTER.replace("none", '"C-1"'))
    found = old.difference(new, as_of=DAY, orders=[{"lines": [order]}]).orders

    assert found is not None
    (broken,) = found.broken
    assert (
        broken.breakages[0].message == "`cord = none` and `cord = C-1 (bundle winter)` cannot hold together"
    )
    assert ("cord", "C-1") == (broken.repair and broken.repair.place, broken.repair and broken.repair.after)


def test_a_saved_session_is_judged_with_its_bundles() -> None:
    old = Configurator.from_text(LAMP + WINTER)
    saved = old.session({"shade": "S-1"}, bundles=["winter"], as_of=DAY).save().to_dict()
    found = old.difference(Configurator.from_text(LAMP), as_of=DAY, orders=[saved]).orders

    assert found is not None
    assert [(1, None, ["there is no bundle `winter`"])] == told(found)
