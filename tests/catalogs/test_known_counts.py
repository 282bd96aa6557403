"""Counts that the field knows of its examples, by every engine."""

from pathlib import Path

import pytest

from configurator import Configurator, Count

HERE = Path(__file__).parent


@pytest.mark.parametrize("engine", ["backtracking", "sat", "diagram"])
def test_two_bags_of_the_city_bicycle_are_one_pair_in_either_order(engine: str) -> None:
    found = Configurator.load(HERE / "city_bike.pcat", engine=engine).count()

    assert isinstance(found, Count)
    assert 2260 == found.value
