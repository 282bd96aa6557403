"""Covering samples: what factors are called, how numbers are grouped, what limits and misuse give."""

from datetime import date
from itertools import count
from typing import Any

import pytest

from configurator import Configurator, CoveringSample
from configurator.authoring.covering.arrays import covering_array, number_of_sets
from configurator.authoring.covering.factors import FactorProblem, FactorWriter, Reading
from configurator.authoring.covering.product_factors import numbers_as_levels
from configurator.authoring.covering.sample import covering_sample
from configurator.configuration.choices import read_choices
from configurator.configuration.product import ask
from configurator.csp.problem import ConstraintProblem
from configurator.csp.variables import Variable
from configurator.engines.engine import NO_LIMITS, SearchLimits, Unknown

CART = """
catalog cart "Cart"
unit cm
option colour : one of { red, blue }
option width : number 10..100 step 5 in cm
option wishes : some 0..2 of { bell, lamp }
family wheels choose 1..2 identical {
  | sku |
  |-----|
  | W-1 |
}
family boxes choose 0..3 mixed {
  | sku | valid_from |
  |-----|------------|
  | B-1 |            |
  | B-2 | 2027-01-01 |
}
assembly seat choose 0..2 {
  option back : yesno
}
"""
DAY = date(2026, 11, 22)


def unconstrained(*sizes: int) -> FactorProblem:
    writer = FactorWriter(
        ConstraintProblem(tuple(Variable(f"v{n}", size) for n, size in enumerate(sizes)), ())
    )
    for number, size in enumerate(sizes):
        writer.add((Reading((number,), None, tuple(range(size))),), size)
    return writer.written()


def test_factors_have_names_and_levels_in_catalog_order() -> None:
    found = Configurator.from_text(CART).covering_sample(2, as_of=DAY)

    assert isinstance(found, CoveringSample)
    assert [(each.name, each.levels) for each in found.factors] == [
        ("colour", ("red", "blue")),
        ("width", ("10 cm", "15 cm", "20 cm to 90 cm", "95 cm", "100 cm")),
        ('"bell" in wishes', ("no", "yes")),
        ('"lamp" in wishes', ("no", "yes")),
        ("wheels", ("W-1",)),
        ("number of wheels", ("1", "2")),
        ("number of B-1 in boxes", ("0", "1", "2 or more")),
        ("number of seat", ("0", "1", "2")),
        ("seat.back", ("no", "yes")),
    ]
    assert [each.name for each in found.factors if each.grouped] == ["width"]


def test_of_many_numbers_the_ends_are_levels() -> None:
    assert numbers_as_levels(range(1, 9), str) == (("1", "2", "3", "4", "5", "6", "7", "8"), tuple(range(8)))
    assert numbers_as_levels(range(1, 10), str) == (
        ("1", "2", "3 to 7", "8", "9"),
        (0, 1, 2, 2, 2, 2, 2, 3, 4),
    )


def test_sets_are_counted_over_different_factors() -> None:
    assert number_of_sets((2, 3, 4), 2) == 2 * 3 + 2 * 4 + 3 * 4
    assert number_of_sets((2, 3, 4), 3) == 24


def test_four_factors_of_three_levels_need_nine_rows() -> None:
    found = covering_array(unconstrained(3, 3, 3, 3), 2, 0, NO_LIMITS)

    assert not isinstance(found, Unknown)
    assert (len(found.solutions), found.at_least) == (9, 9)


def test_of_fewer_factors_the_sets_are_of_all() -> None:
    found = covering_array(unconstrained(2, 3), 5, 0, NO_LIMITS)

    assert not isinstance(found, Unknown)
    assert (len(found.solutions), found.covered, found.impossible) == (6, 6, 0)


def test_what_a_limit_stopped_tells_how_much_is_open() -> None:
    # A clock that moves on with every look at it.
    ticks = count()
    limits = SearchLimits.within(250, now=lambda: float(next(ticks)))
    asked = Configurator.from_text(CART)
    question = ask(asked.product(DAY), read_choices(asked.catalog, {}))

    found = covering_sample(question, 3, 0, limits)

    assert isinstance(found, CoveringSample)
    assert found.reason == "the time limit of 250 s was reached"
    assert not found.complete
    sizes = [len(each.levels) for each in found.factors]
    assert found.covered + found.impossible + found.undecided == number_of_sets(sizes, 3)
    assert found.undecided > 0


@pytest.mark.parametrize(("t", "seed"), [(0, 0), (7, 0), (2, -1)])
def test_strengths_and_seeds_out_of_bounds_are_misuse(t: int, seed: int) -> None:
    with pytest.raises(ValueError, match=r"t is from 1 to 6|a seed is not negative"):
        Configurator.from_text(CART).covering_sample(t, seed=seed, as_of=DAY)


def test_what_is_not_in_force_gives_an_empty_sample() -> None:
    found = Configurator.from_text(CART).covering_sample(2, {"boxes": ["B-2"]}, as_of=DAY)

    assert isinstance(found, CoveringSample)
    assert (found.configurations, found.covered, found.complete) == ((), 0, True)


@pytest.mark.parametrize("wrong", [1.5, "2", None, True])
def test_strengths_and_seeds_are_whole_numbers(wrong: Any) -> None:
    asked = Configurator.from_text(CART)

    with pytest.raises(TypeError) as strength:
        asked.covering_sample(wrong, as_of=DAY)
    with pytest.raises(TypeError) as seed:
        asked.covering_sample(seed=wrong, as_of=DAY)

    assert f"t is a whole number, not `{wrong!r}`" == str(strength.value)
    assert f"the seed is a whole number, not `{wrong!r}`" == str(seed.value)
