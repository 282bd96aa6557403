"""A repeated request gets the answer it got, whatever became of the day, the catalog or the spelling."""

from datetime import UTC, date, datetime, timedelta

import pytest

from configurator import (
    Accepted,
    Configurator,
    RejectedInvalid,
    RejectedUnavailable,
    StockSnapshot,
    open_stock,
)
from configurator.configuration.domains import IdenticalOffers, ValidDomains, ValueOffers
from configurator.errors import IdempotencyConflict

SHELF = """catalog shelf "Shelf" version "1" currency EUR
family board "Board" choose 0..3 mixed {
  | sku | valid_until |
  |-----|-------------|
  | B1  | 2026-11-22  |
  | B2  |             |
}
family screw "Screw" choose 0..4 identical {
  | sku |
  |-----|
  | S1  |
}
option colour : one of { red, blue }
default colour = blue
default screw = 2 x "S1"
"""
DAY = date(2026, 11, 22)
ORDER = {"board": ["B1", "B2"], "screw": "2 x S1", "colour": "red"}


def shelf(now: datetime) -> Configurator:
    return Configurator.from_text(SHELF, clock=lambda: now)


EVENING = datetime(2026, 11, 22, 23, 50, tzinfo=UTC)


def test_an_accepted_order_stays_accepted_when_its_day_is_over() -> None:
    with open_stock("memory:") as stock:
        stock.import_counts({"B1": 5, "B2": 5, "S1": 9})
        first = shelf(EVENING).accept(ORDER, stock, order_id="SO-1")
        again = shelf(EVENING + timedelta(minutes=20)).accept(ORDER, stock, order_id="SO-1")
        fresh = shelf(EVENING + timedelta(minutes=20)).accept(ORDER, stock, order_id="SO-2")

        assert isinstance(first, Accepted)
        assert isinstance(again, Accepted)
        assert (first.reservation, True, ()) == (again.reservation, again.replayed, again.configurations)
        assert isinstance(fresh, RejectedInvalid)
        assert [4] == [balance.free for balance in stock.balances(["B1"])]


@pytest.mark.parametrize(
    "spelling",
    [
        {"board": ["B2", "B1"], "screw": {"component": "S1", "quantity": 2}, "colour": "red"},
        {"board": [{"component": "B1", "quantity": 1}, "1 x B2"], "screw": ["2xS1"], "colour": "red"},
    ],
)
def test_the_same_order_in_another_spelling_is_the_same_order(spelling: dict[str, object]) -> None:
    with open_stock("memory:") as stock:
        stock.import_counts({"B1": 5, "B2": 5, "S1": 9})
        pc = shelf(EVENING)
        first = pc.accept(ORDER, stock, order_id="SO-1")
        again = pc.accept(spelling, stock, order_id="SO-1")

        assert isinstance(first, Accepted)
        assert isinstance(again, Accepted)
        assert (first.reservation, True) == (again.reservation, again.replayed)


def test_another_order_under_the_same_id_is_a_conflict() -> None:
    with open_stock("memory:") as stock:
        stock.import_counts({"B1": 5, "B2": 5, "S1": 9})
        pc = shelf(EVENING)
        pc.accept(ORDER, stock, order_id="SO-1")

        with pytest.raises(IdempotencyConflict):
            pc.accept({**ORDER, "colour": "blue"}, stock, order_id="SO-1")


def test_a_refused_order_may_try_again_when_there_is_stock() -> None:
    with open_stock("memory:") as stock:
        stock.import_counts({"B1": 0, "B2": 5, "S1": 9})
        pc = shelf(EVENING)
        refused = pc.accept(ORDER, stock, order_id="SO-1")
        stock.import_counts({"B1": 1})
        accepted = pc.accept(ORDER, stock, order_id="SO-1")

        assert isinstance(refused, RejectedUnavailable)
        assert isinstance(accepted, Accepted)
        assert (False, False) == (refused.replayed, accepted.replayed)


def test_the_same_component_twice_in_a_list_is_two_of_it() -> None:
    with open_stock("memory:") as stock:
        stock.import_counts({"B2": 5})
        order = {"board": ["B2", "B2"], "screw": "0 x S1", "colour": "red"}
        shelf(EVENING).accept(order, stock, order_id="SO-1")

        assert [3] == [balance.free for balance in stock.balances(["B2"])]


def test_a_snapshot_cannot_be_reserved_from() -> None:
    with pytest.raises(TypeError) as caught:
        shelf(EVENING).accept(ORDER, StockSnapshot.from_counts({}), order_id="SO-1")  # type: ignore[arg-type]  # the mistake

    assert "a snapshot cannot" in str(caught.value)


def test_answers_are_true_where_they_say_yes() -> None:
    pc = shelf(EVENING)
    stock = StockSnapshot.from_counts({"B1": 1, "B2": 1, "S1": 2})
    told = [
        pc.validate(ORDER, as_of=DAY),
        pc.validate({"colour": "red"}, as_of=DAY),
        pc.validate(ORDER, as_of=date(2026, 11, 23)),
        pc.check(ORDER, stock, as_of=DAY),
        pc.check({"lines": [{"configuration": ORDER, "quantity": 2}]}, stock, as_of=DAY),
    ]

    assert [True, False, False, True, False] == [bool(answer) for answer in told]


def test_options_tell_what_is_the_default() -> None:
    domains = shelf(EVENING).options(as_of=DAY)

    assert isinstance(domains, ValidDomains)
    colour, screw = domains.of["colour"], domains.of["screw"]
    assert isinstance(colour, ValueOffers)
    assert isinstance(screw, IdenticalOffers)
    assert [("red", "free"), ("blue", "default")] == [(each.value, each.state) for each in colour.offers]
    assert [("S1", "default")] == [(each.component, each.state) for each in screw.offers]


@pytest.mark.parametrize("day", ["2026-11-22", datetime(2026, 11, 22, tzinfo=UTC)])
def test_a_day_that_is_no_date_is_told_at_once(day: object) -> None:
    with pytest.raises(TypeError) as caught:
        shelf(EVENING).validate(as_of=day)  # type: ignore[arg-type]  # the mistake

    assert f"`as_of` is a `datetime.date`, not `{day!r}`" == str(caught.value)
