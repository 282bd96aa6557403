"""Prices, samples and columns of a whole catalog, against the list of all its configurations."""

import pickle
import re
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from configurator.configuration.columns import ConfigurationColumns, FastPage
from configurator.configuration.completion import NotCompletable
from configurator.configuration.model import ComponentQuantity, Configuration
from configurator.configurator import Configurator
from configurator.engines.diagram.weighing.histograms import histogram
from configurator.engines.diagram.weighing.path_sums import PathSum
from configurator.engines.engine import Unknown
from configurator.errors import ChoiceError, SearchLimitError

DAY = date(2026, 11, 22)


@pytest.fixture(scope="module")
def bicycle() -> Configurator:
    """The shipped bicycle."""
    return Configurator.load("package:bicycle")


@pytest.fixture(scope="module")
def listed(bicycle: Configurator) -> tuple[Configuration, ...]:
    """All configurations, in catalog order."""
    return tuple(bicycle.configurations(as_of=DAY))


def price_of(configuration: Configuration) -> Fraction:
    """What a configuration comes to, read from what people are told."""
    return Fraction(Decimal(dict(configuration.calcs)["price"].partition(" ")[0]))


def test_the_cheapest_are_the_first_by_price_and_catalog_order(
    bicycle: Configurator, listed: tuple[Configuration, ...]
) -> None:
    found = bicycle.cheapest(limit=25, as_of=DAY)
    ranked = sorted(range(len(listed)), key=lambda at: (price_of(listed[at]), at))[:25]

    assert isinstance(found, tuple)
    assert [each.configuration for each in found] == [listed[at] for at in ranked]
    assert [each.amount.number for each in found] == [price_of(listed[at]) for at in ranked]
    assert bicycle.cheapest(as_of=DAY) == found[:1]


def test_a_price_range_is_that_of_all_configurations_with_the_value(
    bicycle: Configurator, listed: tuple[Configuration, ...]
) -> None:
    ranges = bicycle.price_ranges(as_of=DAY)

    assert not isinstance(ranges, Unknown)
    for place, found in ranges.items():
        for value, told in found:
            prices = [price_of(each) for each in listed if holds(each[place], value)]
            assert (told.least.number, told.most and told.most.number) == (min(prices), max(prices))
        values = {value for value, _ in found}
        assert all(any(holds(each[place], value) for value in values) or not each[place] for each in listed)


def holds(filled: object, value: object) -> bool:
    """Whether a place that is filled so has a value, or holds a component among others."""
    if isinstance(filled, ComponentQuantity):
        return filled.component == value
    if isinstance(filled, tuple):
        return any(value in {each, getattr(each, "component", None)} for each in filled)
    return filled == value


def test_budgets_are_counted_as_the_list_has_them(
    bicycle: Configurator, listed: tuple[Configuration, ...]
) -> None:
    prices = sorted(map(price_of, listed))
    budgets: list[int | Fraction] = [
        0,
        prices[0],
        prices[0] - Fraction(1, 100),
        prices[len(prices) // 2],
        10**9,
    ]

    counted = bicycle.count_within(budgets, as_of=DAY)

    assert counted == tuple(sum(price <= budget for price in prices) for budget in budgets)


def test_pages_in_the_fast_order_hold_every_configuration_once(
    bicycle: Configurator, listed: tuple[Configuration, ...]
) -> None:
    pages = [bicycle.fast_page(offset, 500, as_of=DAY) for offset in range(0, len(listed), 500)]

    assert all(isinstance(page, FastPage) and page.size == len(listed) for page in pages)
    found = [each for page in pages if isinstance(page, FastPage) for each in page.columns]
    assert sorted(found, key=repr) == sorted(listed, key=repr)
    assert len({page.order for page in pages if isinstance(page, FastPage)}) == 1


def test_samples_are_valid_and_a_seed_gives_them_again(
    bicycle: Configurator, listed: tuple[Configuration, ...]
) -> None:
    once, again = bicycle.sample(40, seed=3, as_of=DAY), bicycle.sample(40, seed=3, as_of=DAY)

    assert isinstance(once, ConfigurationColumns)
    assert isinstance(again, ConfigurationColumns)
    assert set(once) <= set(listed)
    assert list(once) == list(again)
    assert len(once) == 40


def test_columns_are_told_valid_exactly_where_they_are(bicycle: Configurator) -> None:
    sampled = bicycle.sample(200, seed=1, as_of=DAY)
    assert isinstance(sampled, ConfigurationColumns)
    generator = np.random.default_rng(5)
    shaken = sampled.values.copy()
    shaken[generator.integers(0, len(shaken), 200), np.arange(200)] += 1

    found = bicycle.validate_columns(np.concatenate([sampled.values, shaken], axis=1), as_of=DAY)

    assert not isinstance(found, Unknown)
    verdicts = found.tolist()
    assert all(verdicts[:200])
    sizes = [variable.size for variable in bicycle.product(DAY).lowered.layout.variables]
    within = np.logical_and.reduce(shaken < np.array(sizes).reshape(-1, 1), axis=0)
    for at in range(200):
        again = bool(within[at]) and bool(bicycle.validate(told(bicycle, shaken[:, at]), as_of=DAY).valid)
        assert verdicts[200 + at] <= again  # positions that do not ascend are no configuration of their own


def told(bicycle: Configurator, column: np.ndarray) -> dict[str, object]:
    """A column of numbers as choices."""
    return dict(bicycle.product(DAY).configuration(tuple(column.tolist())).to_dict())


def test_choices_that_leave_nothing_have_no_price() -> None:
    nothing = Configurator.from_text(
        'catalog t currency EUR\nfamily a choose one { component "A" { price = 1 EUR } }\n'
        "calc price in EUR = sum(price)\nrule r: require a.price > 1 EUR"
    )

    assert nothing.cheapest() == NotCompletable()
    assert nothing.count_within((5,)) == (0,)
    assert dict(nothing.price_ranges()) == {"a": ()}  # type: ignore[arg-type]  # `Unknown` would fail
    assert len(nothing.sample(3)) == 0  # type: ignore[arg-type]  # likewise


def test_a_budget_may_be_any_exact_number(bicycle: Configurator) -> None:
    best = bicycle.cheapest(as_of=DAY)
    assert isinstance(best, tuple)
    amount = best[0].amount
    budgets = [amount, amount.number, Decimal(str(float(amount.number))), Fraction(amount.number)]

    counted = bicycle.count_within(budgets, as_of=DAY)

    assert isinstance(counted, tuple)
    assert counted[0] != 0
    assert len(set(counted)) == 1


@pytest.mark.parametrize(
    "budget", [1.5, "500", "500 EUR", True, None, complex(1)], ids=lambda budget: type(budget).__name__
)
def test_a_budget_that_is_no_exact_number_is_refused(bicycle: Configurator, budget: Any) -> None:
    told = f"a budget is a whole number, a `Decimal`, a `Fraction` or an `Amount`, not `{budget!r}`"

    with pytest.raises(TypeError, match=re.escape(told)):
        bicycle.count_within([500, budget], as_of=DAY)


@pytest.mark.parametrize("budget", ["NaN", "Infinity"])
def test_a_budget_without_end_is_refused(bicycle: Configurator, budget: str) -> None:
    with pytest.raises(ValueError, match=f"a budget is a finite amount, not `{budget}`"):
        bicycle.count_within([Decimal(budget)], as_of=DAY)


@pytest.mark.parametrize("budgets", [500, "500"])
def test_one_budget_alone_is_refused(bicycle: Configurator, budgets: Any) -> None:
    told = f"budgets are a list of amounts, such as `[500, 1000]`, not `{budgets!r}`"

    with pytest.raises(TypeError, match=re.escape(told)):
        bicycle.count_within(budgets, as_of=DAY)


def test_a_budget_too_hard_to_count_leaves_the_others_their_answers(
    bicycle: Configurator, listed: tuple[Configuration, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    prices = sorted(map(price_of, listed))
    hard = prices[len(prices) // 2]

    def refusing_many(path_sum: PathSum, edges: Sequence[int], *rest: Any) -> tuple[int, ...]:
        counted = histogram(path_sum, edges, *rest)
        if max(counted) > prices.count(prices[0]):
            raise SearchLimitError("too many sums")
        return counted

    monkeypatch.setattr("configurator.engines.diagram.search.histogram", refusing_many)
    counted = bicycle.count_within([hard, 0, prices[-1], prices[0], 10**9], as_of=DAY)

    assert counted == (Unknown("too many sums"), 0, len(listed), prices.count(prices[0]), len(listed))


def test_no_budgets_are_no_counts(bicycle: Configurator) -> None:
    assert bicycle.count_within([], as_of=DAY) == ()


@settings(max_examples=15, deadline=None)
@given(cents=st.lists(st.integers(-10_000, 1_000_000), max_size=6))
def test_budgets_are_counted_as_if_each_were_alone(bicycle: Configurator, cents: list[int]) -> None:
    budgets = [Fraction(each, 100) for each in cents]

    together = bicycle.count_within(budgets, as_of=DAY)
    alone = [bicycle.count_within([each], as_of=DAY) for each in budgets]

    assert isinstance(together, tuple)
    assert [(counted,) for counted in together] == alone


def test_another_engine_says_which_one_gives_prices_and_samples() -> None:
    searched = Configurator.load("package:bicycle", engine="sat")

    assert [searched.cheapest(limit=3, as_of=DAY), searched.sample(3, as_of=DAY)] == [
        Unknown(
            f"only the engine `diagram` gives {wanted}, and `sat` was asked for: "
            "leave the engine open, or ask for `diagram`"
        )
        for wanted in ("the 3 cheapest configurations", "samples")
    ]
    assert isinstance(searched.cheapest(as_of=DAY), tuple)


def test_columns_are_told_briefly_and_pickled_without_what_found_them(bicycle: Configurator) -> None:
    drawn = bicycle.sample(1200, seed=1, as_of=DAY)
    assert isinstance(drawn, ConfigurationColumns)

    again = pickle.loads(pickle.dumps(drawn))  # noqa: S301 - our own bytes

    assert repr(drawn) == "<ConfigurationColumns bicycle 2026-11-22 1,200 configurations in 12 rows>"
    assert (repr(again), again.names) == (repr(drawn), drawn.names)
    assert list(again) == list(drawn)


def test_columns_of_anything_but_whole_numbers_are_refused(bicycle: Configurator) -> None:
    with pytest.raises(ChoiceError, match="the values must be whole numbers, not `float64`"):
        bicycle.validate_columns(np.zeros((12, 3)), as_of=DAY)  # type: ignore[arg-type]  # on purpose


def test_an_unknown_calc_is_told_with_those_there_are(bicycle: Configurator) -> None:
    with pytest.raises(ChoiceError) as caught:
        bicycle.cheapest(by="pirce", as_of=DAY)

    assert caught.value.problems[0].startswith("the catalog has no calc `pirce`; it has ")
    assert "did you mean `price`?" in caught.value.help


def test_a_calc_that_is_no_sum_is_unknown_with_the_reason() -> None:
    catalog = Configurator.from_text(
        "catalog t\noption a : whole 1..9\noption b : whole 1..9\ncalc area = a * b"
    )

    assert catalog.cheapest(by="area") == Unknown("the calc `area` is no sum over the places")


def test_amounts_that_cannot_be_are_refused(bicycle: Configurator) -> None:
    with pytest.raises(ValueError, match="the limit cannot be negative, and `-1` is"):
        bicycle.cheapest(limit=-1, as_of=DAY)
    with pytest.raises(ValueError, match="the number of samples must not be negative"):
        bicycle.sample(-1, as_of=DAY)
    with pytest.raises(ValueError, match="a page begins at 0 or later and has a length of 0 or more"):
        bicycle.fast_page(-1, 2, as_of=DAY)


def test_columns_that_would_take_too_much_memory_are_refused_before_they_are_made() -> None:
    pc = Configurator.load("package:desktop_pc")
    told = "1,000,000,000,000 configurations at once are too many: ask for 3,846,153 at most"

    assert pc.sample(10**12, as_of=DAY) == Unknown(told)
    assert pc.fast_page(0, 10**12, as_of=DAY) == Unknown(told)


@pytest.mark.parametrize("seconds", [float("nan"), "1"])
def test_a_time_limit_that_is_no_number_is_refused(bicycle: Configurator, seconds: float) -> None:
    with pytest.raises(ValueError, match=f"a time limit is a number of seconds, not `{seconds}`"):
        bicycle.count(as_of=DAY, seconds=seconds)
