"""What a stock file says beside its counts: safety stocks, policies, lead times, costs."""

from decimal import Decimal

import pytest

from configurator.availability.masters import ItemMaster, Policy
from configurator.availability.stock_file import StockFile, parse_stock, read_stock_file
from configurator.errors import StockFileError


def test_floors_and_masters_are_read_where_their_columns_stand() -> None:
    text = (
        "sku,on_hand,floor,policy,lead_time,cost\n"
        "CPU-1,12,2,stocked,,80.00 EUR\n"
        "FRAME,0,,made to order,2 w,\n"
        "PSU-1,3,0,,,\n"
    )

    read = read_stock_file(text, "stock.csv")

    assert read == StockFile(
        {"CPU-1": 12, "FRAME": 0, "PSU-1": 3},
        {"CPU-1": 2, "PSU-1": 0},
        (
            ItemMaster("CPU-1", Policy.STOCKED, cost=Decimal("80.00"), currency="EUR"),
            ItemMaster("FRAME", Policy.MADE, 14),
        ),
    )


def test_a_currency_may_stand_in_a_column_of_its_own() -> None:
    text = "sku;on_hand;cost;currency\nCPU-1;1;80,5;EUR\nCPU-2;1;;EUR\n"

    read = read_stock_file(text, "stock.csv")

    assert (ItemMaster("CPU-1", cost=Decimal("80.5"), currency="EUR"),) == read.masters


def test_columns_that_mean_nothing_are_named() -> None:
    read = read_stock_file("bin,sku,on_hand,name\nA-1,CPU-1,3,Ryzen\n", "stock.csv")

    assert ("bin", "name") == read.ignored


def test_counts_alone_are_read_from_the_same_file() -> None:
    assert {"CPU-1": 3} == parse_stock("sku,on_hand,policy\nCPU-1,3,bought\n", "stock.csv")


@pytest.mark.parametrize(
    ("written", "days"), [("0", 0), ("10", 10), ("10 d", 10), ("1 day", 1), ("2w", 14), ("3 Weeks", 21)]
)
def test_lead_times_are_days_or_weeks(written: str, days: int) -> None:
    (master,) = read_stock_file(f"sku,on_hand,lead_time\nA,0,{written}\n", "s.csv").masters

    assert master.lead_time == days


@pytest.mark.parametrize(
    ("column", "cell", "message"),
    [
        ("floor", "-1", "the floor `-1` of `A` is below 0"),
        ("floor", "1.5", "the floor `1.5` of `A` is not a whole number"),
        ("policy", "bougth", "`bougth` is no policy, for `A`; did you mean `bought`?"),
        ("policy", "imported", "`imported` is no policy, for `A`; it is `stocked`, `bought` or `made`"),
        (
            "lead_time",
            "soon",
            "the lead time `soon` of `A` is not a number of days up to 3660, such as `10`, `10 d` or `2 w`",
        ),
        (
            "lead_time",
            "-3",
            "the lead time `-3` of `A` is not a number of days up to 3660, such as `10`, `10 d` or `2 w`",
        ),
        (
            "lead_time",
            "523 w",
            "the lead time `523 w` of `A` is not a number of days up to 3660, such as `10`, `10 d` or `2 w`",
        ),
        (
            "cost",
            "free",
            "the cost `free` of `A` is not an amount such as `12.50 EUR`, with at most six decimals",
        ),
        (
            "cost",
            "-1 EUR",
            "the cost `-1 EUR` of `A` is not an amount such as `12.50 EUR`, with at most six decimals",
        ),
        ("cost", "12.50", "the cost `12.50` of `A` is in no currency; write `12.50 EUR`"),
    ],
)
def test_a_cell_that_makes_no_sense_is_told_with_its_line(column: str, cell: str, message: str) -> None:
    with pytest.raises(StockFileError) as raised:
        read_stock_file(f"sku,on_hand,{column}\nA,0,{cell}\n", "stock.csv")

    assert str(raised.value) == f"stock.csv:2: {message}"


def test_two_currencies_of_one_cost_are_a_mistake() -> None:
    with pytest.raises(StockFileError) as raised:
        read_stock_file("sku,on_hand,cost,currency\nA,0,12.50 USD,EUR\n", "stock.csv")

    assert str(raised.value) == "stock.csv:2: the cost of `A` is in USD, its column `currency` says EUR"


def test_a_column_that_stands_twice_is_a_mistake() -> None:
    with pytest.raises(StockFileError) as raised:
        read_stock_file("sku,on_hand,floor,floor\nA,0,1,2\n", "stock.csv")

    assert str(raised.value) == "stock.csv:1: there is more than one column `floor`"


def test_mistakes_of_all_columns_are_told_at_once() -> None:
    with pytest.raises(StockFileError) as raised:
        read_stock_file("sku,on_hand,floor\nA,x,1\nB,1,y\n", "stock.csv")

    assert str(raised.value) == (
        "stock.csv:2: the count `x` of `A` is not a number; line 3: the floor `y` of `B` is not a number"
    )


def test_all_mistakes_of_a_row_are_told() -> None:
    text = "sku,on_hand,floor,policy,lead_time,cost\nA,-1,-2,rented,soon,12\nB,1,,,,\n"

    with pytest.raises(StockFileError) as told:
        read_stock_file(text, "stock.csv")

    for word in ("the count `-1`", "the floor `-2`", "`rented` is no policy", "`soon`", "in no currency"):
        assert word in str(told.value)
    assert 4 == str(told.value).count("line 2: ")
