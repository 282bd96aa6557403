"""Whole catalogs with known answers."""

from datetime import date
from pathlib import Path

import pytest
from bicycle_by_hand import count_bicycles
from pc_by_hand import valid_computers

from configurator.configuration.completion import Completed
from configurator.configuration.enumeration import Count
from configurator.configuration.validation import Valid
from configurator.configurator import Configurator

CATALOGS = Path(__file__).parents[1] / "catalogs"
NOVEMBER = date(2026, 11, 22)
JANUARY = date(2027, 1, 20)


@pytest.fixture(scope="module")
def pc() -> Configurator:
    return Configurator.load(CATALOGS / "pc.pcat")


@pytest.mark.parametrize("engine", ["backtracking", "exhaustive"])
@pytest.mark.parametrize(("name", "number"), [("kids_bike", 14), ("tshirt", 68)])
def test_small_catalogs_have_their_known_number_of_configurations(
    name: str, number: int, engine: str
) -> None:
    asked = Configurator.load(CATALOGS / f"{name}.pcat", engine=engine)
    counted = asked.count(as_of=NOVEMBER)

    assert isinstance(counted, Count)
    assert number == counted.value
    assert number == len(list(asked.configurations(as_of=NOVEMBER)))


def test_two_childrens_bicycles_are_yellow() -> None:
    asked = Configurator.load(CATALOGS / "kids_bike.pcat")

    assert Count(2, 32) == asked.count({"colour": "yellow"}, as_of=NOVEMBER)


def test_the_pc_lists_exactly_its_valid_configurations_in_catalog_order(pc: Configurator) -> None:
    found = [configuration.to_dict() for configuration in pc.configurations(as_of=NOVEMBER)]

    assert len(found) == 50_240
    assert list(valid_computers(NOVEMBER)) == found


def test_the_pc_counts_without_listing(pc: Configurator) -> None:
    assert Count(50_240, 626_688) == pc.count(as_of=NOVEMBER)


def test_every_fiftieth_listed_computer_is_judged_valid(pc: Configurator) -> None:
    for computer in list(valid_computers(NOVEMBER))[::50]:
        assert isinstance(pc.validate(computer, as_of=NOVEMBER), Valid)


def test_a_board_on_sale_from_a_day_adds_what_can_be_built_with_it(pc: Configurator) -> None:
    expected = list(valid_computers(JANUARY))
    counted = pc.count(as_of=JANUARY)
    with_board = [computer for computer in expected if computer["board"] == "MB-X870-ATX"]

    assert isinstance(counted, Count)
    assert len(expected) == counted.value
    assert len(with_board) == len(expected) - 50_240
    first = pc.configurations({"board": "MB-X870-ATX"}, as_of=JANUARY, limit=3000)
    assert with_board[:3000] == [configuration.to_dict() for configuration in first]


@pytest.mark.parametrize(
    ("day", "number"),
    [
        (date(2027, 1, 14), 50_240),
        (date(2027, 1, 15), sum(1 for _ in valid_computers(date(2027, 1, 15)))),
    ],
)
def test_the_day_a_component_comes_is_the_first_on_which_it_counts(
    pc: Configurator, day: date, number: int
) -> None:
    counted = pc.count(as_of=day)

    assert isinstance(counted, Count)
    assert number == counted.value


@pytest.mark.parametrize(
    ("day", "warned"),
    [
        (date(2026, 11, 30), False),
        (date(2026, 12, 1), True),
        (date(2027, 2, 28), True),
        (date(2027, 3, 1), False),
    ],
)
def test_a_warning_is_told_on_its_days_and_never_forbids(pc: Configurator, day: date, warned: bool) -> None:
    white_itx = {
        "services.warranty": "WAR-2",
        "board": "MB-B650-ITX",
        "cpu": "CPU-7600",
        "memory": "1 x RAM-D5-16",
        "storage": ["SSD-1T"],
        "gpu": None,
        "chassis": "CASE-TW",
        "psu": "PSU-450",
    }
    verdict = pc.validate(white_itx, as_of=day)

    assert isinstance(verdict, Valid)
    assert warned == (["white-is-atx"] == [notice.rule for notice in verdict.notices])


def test_the_office_pc_is_completed_with_the_defaults_and_costs_what_it_must(pc: Configurator) -> None:
    answer = pc.complete({"cpu": "CPU-7600", "gpu": None}, as_of=NOVEMBER)

    assert isinstance(answer, Completed)
    assert dict(answer.configuration.calcs)["price"] == "770.70 EUR"
    assert answer.configuration.to_dict() == {
        "services.warranty": "WAR-2",
        "board": "MB-B650-ATX",
        "cpu": "CPU-7600",
        "memory": {"component": "RAM-D5-16", "quantity": 2},
        "storage": [{"component": "SSD-1T", "quantity": 1}],
        "gpu": None,
        "chassis": "CASE-T",
        "psu": "PSU-650",
    }


def test_the_bicycle_counts_what_is_counted_by_hand() -> None:
    counted = Configurator.load(CATALOGS / "bicycle.pcat").count(as_of=NOVEMBER)

    assert Count(count_bicycles(), 699_840) == counted
