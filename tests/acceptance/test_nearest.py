"""What can be built nearest to a wish, in words and days."""

from datetime import date

import pytest
from bike_shop import CATALOG, COUNTS, MONDAY, bike, seen, shop

from configurator.acceptance.nearest import Nearest, Unbuildable
from configurator.availability.supply import Supply
from configurator.configurator import Configurator
from configurator.engines.engine import Unknown
from configurator.errors import ChoiceError, InvalidConfigurationError

HUB_BIKE = bike(gear="HUB8")


def test_to_wait_and_to_change_are_both_told_with_their_reasons() -> None:
    answer = shop().nearest(HUB_BIKE, seen())

    assert isinstance(answer, Nearest)
    assert (True, 1) == (answer.proved, answer.more_changes)
    wait, change, nearer = answer.proposals
    assert (date(2026, 6, 26), date(2026, 6, 24), (), 0) == (wait.day, wait.begin, wait.changes, wait.weight)
    assert "`HUB8` waits for supply `PO-1` on 2026-06-24" == wait.waits
    assert (date(2026, 6, 17), date(2026, 6, 15), 1) == (change.day, change.begin, change.weight)
    assert [("gear", "HUB8", "HUB3")] == [(c.place, c.before, c.after) for c in change.changes]
    assert change.delta is not None
    assert "-100.00 EUR" == change.delta.text
    (reason,) = change.reasons
    assert not isinstance(reason, Unknown)
    assert (("gear",), ("HUB8",)) == (reason.choices, reason.stock)
    assert "`gear = HUB8` cannot be built: there is no HUB8 in stock, only from 2026-06-24" == reason.message
    assert "" == change.waits
    assert answer.first is change
    # A bell brings the price back a little.
    assert [("gear", "HUB3"), ("bell", "DING")] == [(c.place, c.after) for c in nearer.changes]
    assert (date(2026, 6, 17), 2) == (nearer.day, nearer.weight)
    assert nearer.delta is not None
    assert "-95.00 EUR" == nearer.delta.text
    forced, unforced = nearer.reasons
    assert forced == reason
    assert Unknown("nothing speaks against it, but the price is nearer so") == unforced


def test_where_nobody_wants_more_changes_the_fewest_of_each_day_are_told() -> None:
    answer = shop().nearest(HUB_BIKE, seen(), more_changes=0)

    assert isinstance(answer, Nearest)
    assert 0 == answer.more_changes
    assert [0, 1] == [each.weight for each in answer.proposals]


def test_where_more_changes_take_too_long_the_fewest_are_told_and_that_no_more_were_looked_at(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("configurator.acceptance.nearest.SECONDS_FOR_MORE", -1)
    answer = shop().nearest(HUB_BIKE, seen())

    assert isinstance(answer, Nearest)
    assert 0 == answer.more_changes
    assert [0, 1] == [each.weight for each in answer.proposals]


def test_where_the_price_stays_as_it_is_nothing_more_is_changed() -> None:
    same_price = CATALOG.replace("HUB8  | 180.00", "HUB8  | 80.00 ")
    answer = Configurator.from_text(same_price, clock=lambda: MONDAY).nearest(HUB_BIKE, seen())

    assert isinstance(answer, Nearest)
    assert [0, 1] == [each.weight for each in answer.proposals]


def test_a_wish_that_can_be_built_at_once_is_all_that_is_told() -> None:
    answer = shop().nearest(bike(), seen())

    assert isinstance(answer, Nearest)
    assert [((), date(2026, 6, 17))] == [(each.changes, each.day) for each in answer.proposals]


def test_what_comes_on_a_day_off_is_begun_on_the_working_day_after_it() -> None:
    saturday = Supply("PO-1", "HUB8", date(2026, 6, 20), 1)
    answer = shop().nearest(HUB_BIKE, seen(tuple(COUNTS.items()), saturday))

    assert isinstance(answer, Nearest)
    assert (date(2026, 6, 22), date(2026, 6, 24)) == (answer.proposals[0].begin, answer.proposals[0].day)


def test_nothing_is_told_for_days_before_the_wanted_one() -> None:
    answer = shop().nearest(HUB_BIKE, seen(), on=date(2026, 6, 30))

    assert isinstance(answer, Nearest)
    assert [((), date(2026, 6, 30), date(2026, 6, 26))] == [
        (each.changes, each.day, each.begin) for each in answer.proposals
    ]


def test_what_is_made_is_waited_for_and_so_what_is_bought_beside_it() -> None:
    counts = (("STEEL", 0), ("HUB3", 3), ("HUB8", 0), ("CHAIN", 0))
    answer = shop().nearest(bike("TITAN", "CHAIN"), seen((*counts, ("TITAN", 0))), locked=["frame"])

    assert isinstance(answer, Nearest)
    # The frame takes 20 days, so that gears can be bought beside it.
    assert [((), "1 of `TITAN` has to be made, there on 2026-07-05")] == [
        (each.changes, each.waits) for each in answer.proposals
    ]


def test_choices_that_break_a_rule_are_mended_too() -> None:
    answer = shop().nearest(bike("TITAN", "HUB3"), seen())

    assert isinstance(answer, Nearest)
    first = answer.first
    assert [("frame", "TITAN", "STEEL")] == [(c.place, c.before, c.after) for c in first.changes]
    (reason,) = first.reasons
    assert not isinstance(reason, Unknown)
    assert (("frame",), ("TITAN",)) == (reason.choices, reason.stock)


TOOLS = """catalog tools "Tools" version "1" currency EUR
family tool choose 0..3 mixed {
  | sku |
  |-----|
  | A   |
  | B   |
  | C   |
}
family strap choose 0..3 identical {
  | sku |
  |-----|
  | S   |
  | T   |
}
"""


@pytest.mark.parametrize(
    ("place", "wish", "kept"),
    [
        ("tool", ["A", "B"], "(ComponentQuantity(component='B', quantity=1),)"),
        ("strap", {"component": "S", "quantity": 3}, "ComponentQuantity(component='S', quantity=2)"),
    ],
)
def test_of_a_place_with_several_units_no_more_are_given_up_than_are_short(
    place: str, wish: object, kept: str
) -> None:
    stock = seen((("A", 0), ("B", 1), ("C", 9), ("S", 2), ("T", 9)))
    tools = Configurator.from_text(TOOLS, clock=lambda: MONDAY)
    answer = tools.nearest({"tool": [], "strap": None, place: wish}, stock)

    assert isinstance(answer, Nearest)
    (proposal,) = answer.proposals
    assert [(place, kept)] == [(change.place, str(change.after)) for change in proposal.changes]


def test_open_places_may_take_anything() -> None:
    answer = shop().nearest({"gear": "HUB8"}, seen())

    assert isinstance(answer, Nearest)
    assert {"gear": "HUB8"} == answer.proposals[0].choices
    assert {"gear": "HUB3"} == answer.proposals[1].choices


def test_a_weight_moves_changes_to_other_places() -> None:
    counts = tuple({**COUNTS, "STEEL": 0, "TITAN": 9}.items())
    wish = bike("STEEL", "HUB3")
    plain = shop().nearest(wish, seen(counts))
    answer = shop().nearest(wish, seen(counts), weights={"frame": 7})

    assert isinstance(plain, Nearest)
    assert isinstance(answer, Nearest)
    assert [2] == [each.weight for each in plain.proposals]
    assert [8] == [each.weight for each in answer.proposals]


def test_where_nothing_can_ever_be_built_the_conflict_is_told() -> None:
    answer = shop().nearest(bike(), seen((("STEEL", 0),)), locked=["frame"])

    assert isinstance(answer, Unbuildable)
    assert not answer
    assert ("STEEL",) == answer.conflicts[0].stock
    with pytest.raises(InvalidConfigurationError):
        answer.or_raise()


def test_a_limit_leaves_it_open() -> None:
    assert isinstance(shop().nearest(HUB_BIKE, seen(), seconds=0), Unknown)


def test_reasons_are_left_out_where_nobody_wants_them() -> None:
    answer = shop().nearest(HUB_BIKE, seen(), reasons=False)

    assert isinstance(answer, Nearest)
    assert () == answer.first.reasons


def test_mistakes_are_told() -> None:
    with pytest.raises(ChoiceError, match="`frmae` is neither a slot nor an option"):
        shop().nearest(HUB_BIKE, seen(), locked=["frmae"])
    with pytest.raises(TypeError, match=r"locked places are a list, such as `\['frame'\]`"):
        shop().nearest(HUB_BIKE, seen(), locked="frame")
    with pytest.raises(ValueError, match="the number of products is at least 1"):
        shop().nearest(HUB_BIKE, seen(), times=0)
    with pytest.raises(ValueError, match="the number of more changes is at least 0, not `-1`"):
        shop().nearest(HUB_BIKE, seen(), more_changes=-1)
    with pytest.raises(TypeError, match=r"the number of more changes is a whole number, not `1\.5`"):
        shop().nearest(HUB_BIKE, seen(), more_changes=1.5)  # type: ignore[arg-type]
