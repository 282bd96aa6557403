"""What supplies, masters and demands of later days may say."""

from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal

import pytest
from attrs import evolve
from stock_stores import NOON, TODAY, day, demand

from configurator.availability.demand import Demand, DemandLine
from configurator.availability.masters import ItemMaster, Policy, master_from, master_row
from configurator.availability.reservations import request_hash
from configurator.availability.supply import Supply
from configurator.errors import StockRequestError


@pytest.mark.parametrize(
    ("made", "message"),
    [
        (lambda: Supply("", "CPU", TODAY, 1), "the supply's id is empty"),
        (lambda: Supply("PO-1", "", TODAY, 1), "the SKU is empty"),
        (lambda: Supply("PO-1", "CPU", TODAY, 1, ""), "the location is empty"),
        (lambda: Supply("PO-1", "CPU", TODAY, 0), "the supply `PO-1` brings nothing of `CPU`"),
        (
            lambda: Supply("PO-1", "CPU", TODAY, -1),
            "the quantity `-1` of `CPU` is not a whole number from 0 to 1000000000000",
        ),
        (lambda: Supply("PO-1", "CPU", NOON, 1), "the day on which the supply `PO-1` is due is a date"),
        (
            lambda: ItemMaster("CPU", lead_time=-1),
            "the lead time -1 of `CPU` is not a whole number of days from 0 to 3660",
        ),
        (
            lambda: ItemMaster("CPU", lead_time=3661),
            "the lead time 3661 of `CPU` is not a whole number of days from 0 to 3660",
        ),
        (
            lambda: ItemMaster("CPU", cost=Decimal(-1), currency="EUR"),
            "the cost Decimal('-1') of `CPU` is no amount from 0 on",
        ),
        (
            lambda: ItemMaster("CPU", cost=Decimal("NaN"), currency="EUR"),
            "the cost Decimal('NaN') of `CPU` is no amount from 0 on",
        ),
        (lambda: ItemMaster("CPU", cost=Decimal(1)), "the cost of `CPU` needs an amount and a currency"),
        (lambda: ItemMaster("CPU", currency="EUR"), "the cost of `CPU` needs an amount and a currency"),
        (lambda: ItemMaster("CPU", cost=Decimal(1), currency=""), "the currency is empty"),
        (lambda: DemandLine("CPU", 1, " "), "the location ` ` begins or ends with a space"),
    ],
)
def test_what_makes_no_sense_is_told(made: Callable[[], object], message: str) -> None:
    with pytest.raises(StockRequestError) as caught:
        made()

    assert message == str(caught.value)


def test_a_day_is_a_date_without_a_time() -> None:
    with pytest.raises(StockRequestError) as caught:
        DemandLine("CPU", 1, needed=datetime(2026, 11, 22))  # noqa: DTZ001 - the mistake in question

    assert "the day on which `CPU` is needed is a date, not datetime.datetime(2026, 11, 22, 0, 0)" == str(
        caught.value
    )


def test_lines_are_added_up_by_item_place_and_day() -> None:
    asked = demand(("B", 1), ("A", 1, day(2)), ("A", 1), ("A", 2, day(2)), ("A", 1, None, "x"))

    assert (
        DemandLine("A", 1),
        DemandLine("A", 1, "x"),
        DemandLine("A", 3, needed=day(2)),
        DemandLine("B", 1),
    ) == asked.lines
    assert ("A", "B") == asked.skus


def test_a_day_that_has_come_is_added_to_what_is_needed_now() -> None:
    asked = demand(("A", 1, day(2)), ("A", 1), ("A", 2, day(3)))

    assert demand(("A", 2), ("A", 2, day(3))) == asked.seen_from(day(2))
    assert asked is asked.seen_from(TODAY)


def test_a_demand_can_be_moved_to_one_day_and_taken_many_times() -> None:
    asked = demand(("A", 1, day(2)), ("A", 1))

    assert demand(("A", 2, day(5))) == asked.needed_on(day(5))
    assert demand(("A", 2)) == asked.needed_on(None)
    assert demand(("A", 3, day(2)), ("A", 3)) == asked.times(3)
    assert Demand() == asked.times(0)


def test_a_request_for_now_is_identified_as_before_days_and_places_were_told() -> None:
    # Written by the first version: answers stored by it must be found again.
    assert "b4091c4ef8b2c5b928acce85babf3b79b1bb46c9331447c1364604ea564b5c91" == request_hash(
        "SO-1", None, Demand.of({"A": 1})
    )


@pytest.mark.parametrize(
    "master",
    [
        ItemMaster("CPU"),
        ItemMaster("CPU", Policy.MADE, 0),
        ItemMaster("CPU", Policy.BOUGHT, 12, Decimal("81.50"), "EUR"),
        ItemMaster("CPU", cost=Decimal("-0"), currency="EUR"),
    ],
)
def test_a_master_can_be_written_and_read(master: ItemMaster) -> None:
    policy, lead_time, cost, currency = master_row(master)

    assert master == master_from("CPU", policy, lead_time, cost, currency)  # type: ignore[arg-type]  # of JSON


@pytest.mark.parametrize(
    ("cost", "told"), [("81.50", "81.5"), ("1E+3", "1000"), ("0.000001", "0.000001"), ("-0.0", "0")]
)
def test_equal_costs_have_one_spelling(cost: str, told: str) -> None:
    assert told == master_row(ItemMaster("CPU", cost=Decimal(cost), currency="EUR"))[2]


def test_a_master_over_another_leaves_open_what_both_do() -> None:
    stock = ItemMaster("CPU", lead_time=3)
    catalog = ItemMaster("CPU", Policy.BOUGHT, 9, Decimal(5), "EUR")

    assert ItemMaster("CPU", Policy.BOUGHT, 3, Decimal(5), "EUR") == stock.over(catalog)
    assert evolve(stock, policy=None) == stock.over(None)


@pytest.mark.parametrize(
    ("policy", "lead_time", "days"),
    [
        (Policy.BOUGHT, 3, 3),
        (Policy.BOUGHT, 0, 1),
        (Policy.MADE, None, None),
        (Policy.STOCKED, 3, None),
        (None, 3, None),
    ],
)
def test_only_what_is_bought_or_made_can_be_had_at_any_quantity(
    policy: Policy | None, lead_time: int | None, days: int | None
) -> None:
    assert days == ItemMaster("CPU", policy, lead_time).replenished_in


def test_what_is_open_of_a_supply_is_never_below_nothing() -> None:
    assert [3, 0, 0] == [Supply("PO-1", "CPU", date.max, 5, received=came).open for came in (2, 5, 7)]
