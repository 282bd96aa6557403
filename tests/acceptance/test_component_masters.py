"""What catalog and stock master know of components together."""

from datetime import date
from decimal import Decimal

import pytest

from configurator.acceptance.masters import (
    assembly_cost,
    assembly_days,
    component_masters,
    known_masters,
    with_masters,
    working_calendar,
)
from configurator.availability.answers.calendar import EVERY_DAY, ClosedDays, WorkingCalendar
from configurator.availability.masters import ItemMaster, Policy
from configurator.availability.snapshot import StockSnapshot
from configurator.availability.stock_file import read_stock_file
from configurator.catalog.model import Catalog
from configurator.catalog.replenishment import POLICY_WORDS
from configurator.configurator import Configurator

TEXT = """catalog pc currency EUR
unit h
unit day = 24 h
unit week = 7 day
family cpu choose one {
  | sku | policy          | lead_time [week] | cost [EUR] |
  |-----|-----------------|------------------|------------|
  | C1  | bought to order |                2 |      80.50 |
  | C2  | stocked         |                1 |         79 |
}
family spare choose optional {
  | sku | policy  | delay |
  |-----|---------|-------|
  | C2  | stocked | 1     |
  | S1  | made    | 1     |
}
family screw choose optional {
  attribute cost "Cost" : money optional
  | sku | cost [EUR] |
  |-----|------------|
  | N1  |     0.0125 |
  | N2  |            |
}
family service choose optional not stocked {
  | sku | cost [EUR] |
  |-----|------------|
  | X1  |         10 |
}
assembled in 2 days for 35.00 EUR open monday to friday closed 2027-01-01
"""


def catalog(text: str = TEXT) -> Catalog:
    return Configurator.from_text(text).catalog


def test_columns_of_stocked_components_are_their_masters() -> None:
    assert component_masters(catalog()) == (
        ItemMaster("C1", Policy.BOUGHT, 14, Decimal("80.50"), "EUR"),
        ItemMaster("C2", Policy.STOCKED, 7, Decimal("79.00"), "EUR"),
        ItemMaster("N1", cost=Decimal("0.0125"), currency="EUR"),
        ItemMaster("S1", Policy.MADE),
    )


@pytest.mark.parametrize("word", POLICY_WORDS)
def test_catalog_and_stock_file_know_the_same_policies(word: str) -> None:
    (master,) = read_stock_file(f"sku,on_hand,policy\nA,0,{word}\n", "stock.csv").masters

    assert master.policy == Policy(POLICY_WORDS[word])


def test_the_stock_master_wins_field_by_field() -> None:
    known = known_masters(catalog(), [ItemMaster("C1", lead_time=3), ItemMaster("Z9", Policy.MADE, 5)])

    by_sku = {master.sku: master for master in known}
    assert by_sku["C1"] == ItemMaster("C1", Policy.BOUGHT, 3, Decimal("80.50"), "EUR")
    assert by_sku["Z9"] == ItemMaster("Z9", Policy.MADE, 5)
    assert sorted(by_sku) == [master.sku for master in known]


def test_a_snapshot_learns_what_the_catalog_says() -> None:
    snapshot = with_masters(catalog(), StockSnapshot.from_counts({"C1": 3}))

    assert snapshot.master_of["C1"].replenished_in == 14
    assert snapshot.master_of["C2"].replenished_in is None
    assert snapshot.balances == StockSnapshot.from_counts({"C1": 3}).balances


def test_assembly_takes_working_days_of_its_calendar() -> None:
    closed = (ClosedDays(date(2027, 1, 1), date(2027, 1, 1)),)

    assert assembly_days(catalog()) == 2
    assert assembly_cost(catalog()) == Decimal("35.00")
    assert working_calendar(catalog()) == WorkingCalendar((0, 1, 2, 3, 4), closed)


def test_a_catalog_that_says_nothing_assembles_at_once_and_every_day() -> None:
    silent = catalog("catalog pc currency EUR")

    assert assembly_days(silent) == 0
    assert assembly_cost(silent) is None
    assert working_calendar(silent) == EVERY_DAY
    assert component_masters(silent) == ()
