"""From configurations to what is taken from stock."""

from workbench import BENCH, shop

from configurator.acceptance.bill_of_materials import BillLine, bill_of_materials, total_demand
from configurator.configuration.model import Configuration
from configurator.configuration.validation import Valid


def configured(**changes: object) -> Configuration:
    """The workbench with some changes."""
    verdict = shop().validate({**BENCH, **changes})
    assert isinstance(verdict, Valid)
    return verdict.configuration


def demand(*orders: tuple[Configuration, int]) -> dict[str, int]:
    """What some products need together."""
    catalog = shop().catalog
    total = total_demand([(bill_of_materials(catalog, c), times) for c, times in orders])
    return {line.sku: line.quantity for line in total.lines}


def test_a_bill_lists_stocked_components_slot_by_slot() -> None:
    assert (
        BillLine("top", "OAK", 1),
        BillLine("front_legs", "STEEL", 2),
        BillLine("rear_legs", "STEEL", 2),
        BillLine("tool", "HAMMER", 2),
        BillLine("tool", "SAW", 1),
        BillLine("lamp", "LED", 1),
    ) == bill_of_materials(shop().catalog, configured())


def test_what_is_not_stocked_and_what_is_absent_have_no_line() -> None:
    bill = bill_of_materials(shop().catalog, configured(lamp="LOAN", tool=[]))

    assert ["top", "front_legs", "rear_legs"] == [line.slot for line in bill]
    assert "LOAN" not in shop().catalog.stocked
    assert "SET" not in shop().catalog.stocked


def test_one_component_in_two_slots_is_added_up() -> None:
    assert demand((configured(), 1))["STEEL"] == 4


def test_one_component_in_two_families_is_one_stocked_thing() -> None:
    assert demand((configured(tool=["OAK", "OAK"]), 1))["OAK"] == 3


def test_lines_of_an_order_are_added_up_times_their_quantities() -> None:
    mixed = configured(rear_legs="2 x WOOD", top="PINE")

    assert {"OAK": 2, "PINE": 3, "STEEL": 14, "WOOD": 6, "HAMMER": 10, "SAW": 5, "LED": 5} == demand(
        (configured(), 2), (mixed, 3)
    )
