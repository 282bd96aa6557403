"""Accepting an order: valid, then available, then reserved all or nothing, once."""

from datetime import date, timedelta
from pathlib import Path

import pytest
from workbench import BENCH, NOON, PLENTY, free, order, shop, snapshot, stocked

from configurator.acceptance.decision import (
    Accepted,
    Available,
    OrderIncomplete,
    RejectedInvalid,
    RejectedUnavailable,
)
from configurator.availability.opening import open_stock
from configurator.configurator import Configurator
from configurator.engines.engine import Unknown
from configurator.errors import (
    ChoiceError,
    IdempotencyConflict,
    IncompleteConfigurationError,
    InvalidConfigurationError,
    OrderError,
    OutOfStockError,
)

ONE_BENCH = {"OAK": 1, "STEEL": 4, "HAMMER": 2, "SAW": 1, "LED": 1}


def test_a_valid_and_available_order_is_accepted_and_its_components_set_aside(tmp_path: Path) -> None:
    with stocked(tmp_path, PLENTY) as store:
        answer = shop().accept(order((BENCH, 1)), store)

        assert isinstance(answer, Accepted)
        assert answer.reservation is not None
        assert ONE_BENCH == {line.sku: line.quantity for line in answer.reservation.lines}
        assert {sku: PLENTY[sku] - ONE_BENCH.get(sku, 0) for sku in PLENTY} == free(store)
        assert not answer.replayed
        assert answer.or_raise() is answer


def test_the_whole_order_is_added_up_before_anything_is_checked(tmp_path: Path) -> None:
    # Each line alone would find its eight steel legs, and each slot its four.
    with stocked(tmp_path, {**PLENTY, "STEEL": 15}) as store:
        answer = shop().accept(order((BENCH, 2), (BENCH, 2)), store)

        assert isinstance(answer, RejectedUnavailable)
        assert [("STEEL", 16, 15)] == [(s.component, s.wanted, s.free) for s in answer.shortages]
        assert {**PLENTY, "STEEL": 15} == free(store)


def test_every_short_component_is_told_and_those_unknown_to_stock_apart(tmp_path: Path) -> None:
    counts = {sku: 100 for sku in PLENTY if sku != "LED"} | {"SAW": 0}
    with stocked(tmp_path, counts) as store:
        answer = shop().accept(order((BENCH, 1)), store)

    assert isinstance(answer, RejectedUnavailable)
    assert [("LED", 1, 0), ("SAW", 1, 0)] == [(s.component, s.wanted, s.free) for s in answer.shortages]
    assert [False, True] == [shortage.known for shortage in answer.shortages]
    with pytest.raises(OutOfStockError) as caught:
        answer.or_raise()
    assert (("LED", 1, 0), ("SAW", 1, 0)) == caught.value.shortages


def test_an_invalid_order_is_rejected_with_the_line_and_its_reasons_and_reserves_nothing(
    tmp_path: Path,
) -> None:
    weak = {**BENCH, "front_legs": "2 x WOOD", "rear_legs": "2 x WOOD"}
    with stocked(tmp_path, PLENTY) as store:
        answer = shop().accept(order((BENCH, 1), (weak, 1)), store)

        assert isinstance(answer, RejectedInvalid)
        assert [(2, ("strong",))] == [(found.line, found.conflict.rules) for found in answer.conflicts]
        assert PLENTY == free(store)
    with pytest.raises(InvalidConfigurationError, match=r"^OAK carries 200, the legs only less.$"):
        answer.or_raise()


def test_an_order_that_could_still_be_completed_is_incomplete(tmp_path: Path) -> None:
    rest = {key: value for key, value in BENCH.items() if key not in {"lamp", "colour"}}
    with stocked(tmp_path, PLENTY) as store:
        answer = shop().accept(order((BENCH, 1), (rest, 1)), store)

        assert isinstance(answer, OrderIncomplete)
        assert [(2, ("lamp", "colour"))] == [(line.line, line.open) for line in answer.lines]
        assert PLENTY == free(store)
    with pytest.raises(IncompleteConfigurationError, match=r"^still open: lamp, colour$"):
        answer.or_raise()


def test_an_order_that_cannot_be_completed_is_invalid_and_not_incomplete(tmp_path: Path) -> None:
    with stocked(tmp_path, PLENTY) as store:
        answer = shop().accept(order(({"colour": "blue", "service": "SET"}, 1)), store)

    assert isinstance(answer, RejectedInvalid)


def test_one_invalid_line_rejects_the_order_whatever_else_is_open(tmp_path: Path) -> None:
    with stocked(tmp_path, PLENTY) as store:
        answer = shop().accept(order(({}, 1), ({**BENCH, "colour": "blue"}, 1)), store)

    assert isinstance(answer, RejectedInvalid)
    assert [2] == [found.line for found in answer.conflicts]


def test_the_same_order_twice_is_accepted_once(tmp_path: Path) -> None:
    with stocked(tmp_path, PLENTY) as store:
        first = shop().accept(order((BENCH, 1)), store)
        again = shop().accept(order((BENCH, 1)), store)

        assert isinstance(first, Accepted)
        assert isinstance(again, Accepted)
        assert again.replayed
        assert first.reservation == again.reservation
        assert first.configurations == again.configurations
        assert free(store)["OAK"] == 99


def test_one_key_with_another_content_is_a_conflict(tmp_path: Path) -> None:
    with stocked(tmp_path, PLENTY) as store:
        shop().accept(order((BENCH, 1)), store, key="K")
        with pytest.raises(IdempotencyConflict):
            shop().accept(order((BENCH, 2)), store, key="K")

        assert free(store)["OAK"] == 99


@pytest.mark.parametrize(
    "changed", [{"ttl": timedelta(hours=1)}, {"as_of": date(2026, 6, 15)}], ids=["how long", "which day"]
)
def test_how_long_and_which_day_are_part_of_the_content(tmp_path: Path, changed: dict[str, object]) -> None:
    with stocked(tmp_path, PLENTY) as store:
        shop().accept(order((BENCH, 1)), store, key="K")
        with pytest.raises(IdempotencyConflict):
            shop().accept(order((BENCH, 1)), store, key="K", **changed)  # type: ignore[arg-type]  # by name


def test_a_refused_order_may_be_tried_again_when_stock_has_come(tmp_path: Path) -> None:
    with stocked(tmp_path, {**PLENTY, "SAW": 0}) as store:
        first = shop().accept(order((BENCH, 1)), store)
        store.import_counts({"SAW": 5})
        second = shop().accept(order((BENCH, 1)), store)

    assert isinstance(first, RejectedUnavailable)
    assert isinstance(second, Accepted)
    assert not second.replayed


def test_an_explicit_key_replays_a_refusal(tmp_path: Path) -> None:
    with stocked(tmp_path, {**PLENTY, "SAW": 0}) as store:
        shop().accept(order((BENCH, 1)), store, key="K")
        store.import_counts({"SAW": 5})
        again = shop().accept(order((BENCH, 1)), store, key="K")

    assert isinstance(again, RejectedUnavailable)
    assert again.replayed


def test_an_order_of_nothing_that_is_stocked_is_accepted_without_a_reservation(tmp_path: Path) -> None:
    catalog = 'catalog s\nfamily service choose one not stocked { component "SET" { x = 1 } }\n'
    with stocked(tmp_path, PLENTY) as store:
        answer = Configurator.from_text(catalog).accept({"order": "SO-1", "service": "SET"}, store)

    assert isinstance(answer, Accepted)
    assert answer.reservation is None


def test_an_order_without_an_id_cannot_reserve(tmp_path: Path) -> None:
    with stocked(tmp_path, PLENTY) as store, pytest.raises(OrderError) as caught:
        shop().accept(order((BENCH, 1), order_id=None), store)

    assert ("an order that reserves stock needs an id",) == caught.value.problems


def test_mistakes_in_the_choices_of_all_lines_are_told_with_their_numbers(tmp_path: Path) -> None:
    with stocked(tmp_path, PLENTY) as store, pytest.raises(ChoiceError) as caught:
        shop().accept(order(({"top": "OKA"}, 1), (BENCH, 1), ({"legs": 3}, 1)), store)

    assert (
        "line 1: unknown component `OKA` in family `top`",
        "line 3: `legs` is neither a slot nor an option",
    ) == caught.value.problems


def test_a_hold_with_a_time_to_live_expires(tmp_path: Path) -> None:
    now = [NOON]
    with open_stock(f"sqlite:///{tmp_path / 'stock.db'}", now=lambda: now[0]) as store:
        store.import_counts(PLENTY)
        shop().accept(order((BENCH, 1)), store, ttl=timedelta(minutes=15))
        held = free(store)["OAK"]
        now[0] += timedelta(minutes=16)

        assert held == 99
        assert free(store)["OAK"] == 100


def test_an_order_that_a_limit_leaves_open_is_undecided(tmp_path: Path) -> None:
    with stocked(tmp_path, PLENTY) as store:
        answer = shop().accept(order(({"colour": "red"}, 1)), store, seconds=0)

        assert isinstance(answer, Unknown)
        assert PLENTY == free(store)


# ---------------------------------------------------------------- against counted stock


def test_against_a_snapshot_an_order_is_available_and_nothing_is_reserved() -> None:
    answer = shop().check(order((BENCH, 1)), snapshot(**ONE_BENCH))

    assert isinstance(answer, Available)
    assert not answer.accepted


def test_against_a_snapshot_shortages_are_told_for_the_whole_order() -> None:
    answer = shop().check(order((BENCH, 1), (BENCH, 1), order_id=None), snapshot(**ONE_BENCH))

    assert isinstance(answer, RejectedUnavailable)
    assert [(sku, 2 * n, n) for sku, n in sorted(ONE_BENCH.items())] == [
        (s.component, s.wanted, s.free) for s in answer.shortages
    ]


def test_each_listed_configuration_is_screened_on_its_own() -> None:
    asked = shop()
    choices = {**BENCH}
    del choices["lamp"]
    screened = list(asked.screen(asked.configurations(choices), snapshot(**{**ONE_BENCH, "LED": 0})))

    assert [(None, True), ("LED", False), ("LOAN", True)] == [
        (found.configuration["lamp"], found.buildable) for found in screened
    ]
