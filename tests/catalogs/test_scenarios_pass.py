"""The scenarios of every catalog that comes along, and of the known examples of the field."""

from pathlib import Path

import pytest

from configurator import Configurator, Count
from configurator.catalog_files import shipped_catalogs

HERE = Path(__file__).parent
KNOWN = ("bicycle", "city_bike", "kids_bike", "pc", "tshirt")


@pytest.mark.parametrize("name", [f"package:{name}" for name in shipped_catalogs()])
def test_the_scenarios_of_a_shipped_catalog_pass(name: str) -> None:
    report = Configurator.load(name).test()

    assert report.outcomes
    assert [] == [outcome for outcome in report.outcomes if outcome.state != "passed"]


@pytest.mark.parametrize("name", KNOWN)
def test_the_scenarios_of_a_known_example_pass(name: str) -> None:
    report = Configurator.load(HERE / f"{name}.pcat").test()

    assert report.outcomes
    assert [] == [outcome for outcome in report.outcomes if outcome.state != "passed"]


@pytest.mark.parametrize("engine", ["backtracking", "sat", "diagram"])
def test_two_bags_of_the_city_bicycle_are_one_pair_in_either_order(engine: str) -> None:
    found = Configurator.load(HERE / "city_bike.pcat", engine=engine).count()

    assert isinstance(found, Count)
    assert 2260 == found.value
