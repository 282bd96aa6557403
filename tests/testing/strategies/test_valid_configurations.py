"""`configurations`: valid by construction, all of them, shrinking to the first in catalog order."""

import re
from collections import Counter
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from drawn_values import QUIETLY, all_drawn, smallest
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from strategy_catalogs import HEAD, NONE, ONE, SHELF, crowd, dial, family, loaded, needle, nested

from configurator import Configuration, Configurator, FastPage, StockSnapshot
from configurator.errors import ChoiceError, StrategyError
from configurator.testing import CatalogSample, catalogs, configurations
from configurator.testing.strategies.asked import question_of
from configurator.testing.strategies.drawing import Drawing, drawing_of
from configurator.testing.strategies.valid import bytes_for, rank_of

DATED = """
family board choose one {
  attribute size : number
  component "OLD" "Old" effective until 2026-12-31 { size = 1 }
  component "NEW" "New" effective from 2027-01-01 { size = 2 }
}
"""
SHIPPED = ("bicycle", "coffee_machine", "desktop_pc", "kitchen", "lift")


def drawing(catalog: Configurator) -> Drawing:
    return drawing_of(question_of(catalog, (), (), None))


# ---------------------------------------------------------------- valid, and all of them


@pytest.mark.parametrize("name", SHIPPED)
def test_what_is_drawn_is_valid(name: str) -> None:
    catalog = Configurator.load(f"package:{name}")
    seen = []

    @settings(QUIETLY, max_examples=30)
    @given(configurations(catalog))
    def check(configuration: Configuration) -> None:
        assert catalog.validate(configuration)
        seen.append(configuration)

    check()

    assert 20 < len({repr(each) for each in seen})


@settings(max_examples=40, deadline=None, derandomize=True)
@given(catalogs(max_combinations=300))
def test_exactly_the_valid_configurations_can_be_drawn(sample: CatalogSample) -> None:
    judge = Configurator.from_text(sample.text, files=sample.files, engine="exhaustive")
    found = drawing(sample.configurator)

    drawn = {found.product.configuration(each) for each in all_drawn(found)}

    assert set(judge.configurations()) == drawn


@pytest.mark.parametrize(
    ("catalog", "sizes"),
    [(needle(), 12), (ONE, 2), (crowd(), 1), (dial(), 2), (nested(), 2), (SHELF, 4)],
    ids=["needle", "one", "crowd", "dial", "nested", "shelf"],
)
def test_the_density_of_valid_configurations_does_not_matter(catalog: Configurator, sizes: int) -> None:
    @settings(QUIETLY, max_examples=30)
    @given(configurations(catalog))
    def check(configuration: Configuration) -> None:
        assert sizes == len(configuration)
        assert catalog.validate(configuration)

    check()


def test_hypothesis_knows_when_it_has_seen_all() -> None:
    seen: Counter[Configuration] = Counter()

    @given(configurations(SHELF))
    @settings(QUIETLY, max_examples=1_000)
    def check(configuration: Configuration) -> None:
        seen[configuration] += 1

    check()

    assert set(SHELF.configurations()) == set(seen)
    assert {1} == set(seen.values())


def test_a_catalog_without_valid_configurations_says_what_cannot_hold_together() -> None:
    with pytest.raises(StrategyError) as raised:
        smallest(configurations(NONE, as_of=date(2026, 11, 23)))

    assert (
        "nothing can be drawn from `made` on 2026-11-23: the catalog has no valid configuration on "
        "2026-11-23: small boards alone (small) and large boards alone (large) cannot hold together"
    ) == str(raised.value)


def test_choices_that_nothing_keeps_are_told_with_their_conflict() -> None:
    with pytest.raises(StrategyError) as raised:
        smallest(configurations(SHELF, as_of=date(2026, 11, 23), board="B3", fan=None))

    assert "nothing can be drawn from `made` on 2026-11-23: Cool (rule cool)" == str(raised.value)


# ---------------------------------------------------------------- what is asked for


def test_choices_are_kept() -> None:
    @settings(QUIETLY, max_examples=20)
    @given(configurations(SHELF, choices={"drive": {"includes": ["D2"]}}, colour="blue"))
    def check(configuration: Configuration) -> None:
        assert "blue" == configuration["colour"]
        assert "D2" in str(configuration["drive"])

    check()


def test_places_that_are_not_named_can_be_left_empty() -> None:
    found = smallest(configurations(SHELF, choices={"board": "B2", "colour": "blue"}, only=True))

    assert {"board": "B2", "drive": [], "fan": None, "colour": "blue"} == found.to_dict()


def test_unknown_places_are_told_at_once() -> None:
    with pytest.raises(ChoiceError, match="`bord` is neither a slot nor an option"):
        configurations(SHELF, bord="B1")


def test_only_catalogs_are_drawn_from() -> None:
    with pytest.raises(TypeError, match="a strategy takes a `Configurator`, not `'made'`"):
        configurations("made")  # type: ignore[arg-type]


def test_bundles_are_applied() -> None:
    catalog = loaded(
        family("board choose one", {"B1": 1, "B2": 2}), 'bundle big "Big" {\n  choose board = "B2"\n}\n'
    )

    assert {"board": "B2"} == smallest(configurations(catalog, bundles=["big"])).to_dict()


def test_the_day_decides_what_is_in_force() -> None:
    catalog = loaded(DATED)
    drawn = [smallest(configurations(catalog, as_of=date(year, 6, 1)))["board"] for year in (2026, 2027)]

    assert ["OLD", "NEW"] == drawn


@pytest.mark.parametrize("engine", ["auto", "exhaustive", "backtracking", "sat", "diagram"])
def test_what_is_drawn_does_not_depend_on_the_engine(engine: str) -> None:
    found = drawing(Configurator.from_text(*SHELF.__reduce__()[1][1:2], engine=engine))

    assert list(all_drawn(drawing(SHELF))) == list(all_drawn(found))


def test_under_stock_only_what_can_be_built_is_drawn() -> None:
    stock = StockSnapshot.from_counts({"B2": 5, "B3": 5, "D1": 1, "D2": 0})
    under = SHELF.under(stock)
    found = drawing(under)

    drawn = {found.product.configuration(each) for each in all_drawn(found)}

    assert set(under.configurations()) == drawn
    assert 0 < len(drawn) < 34


def test_samples_of_catalogs_are_drawn_from_like_catalogs() -> None:
    sample = CatalogSample(
        'catalog made "Made" version "1"\nfamily a choose one {\n  | sku |\n  |---|\n  | A |\n}\n'
    )

    assert {"a": "A"} == smallest(configurations(sample)).to_dict()


# ---------------------------------------------------------------- shrinking


@pytest.mark.parametrize("name", ["bicycle", "coffee_machine", "lift"])
def test_the_smallest_is_the_first_in_catalog_order(name: str) -> None:
    catalog = Configurator.load(f"package:{name}")

    assert next(catalog.configurations(limit=1)) == smallest(configurations(catalog))


@settings(max_examples=20, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.nested_given])
@given(catalogs(max_combinations=300))
def test_the_smallest_is_the_first_that_can_be_drawn(sample: CatalogSample) -> None:
    found = drawing(sample.configurator)
    first = next(all_drawn(found))

    assert found.product.configuration(first) == smallest(configurations(sample))


def test_fewer_instances_of_an_assembly_are_smaller() -> None:
    found = smallest(configurations(nested(), lid="L2")).to_dict()

    assert [{"plate": "P1", "tray": [{"cup": None}]}] * 2 == found["box"]


def test_shrinking_goes_to_the_first_in_catalog_order_that_fails_a_test() -> None:
    large = smallest(configurations(SHELF), lambda found: found["board"] == "B3")
    two = smallest(configurations(SHELF), lambda found: "quantity=2" in repr(found))

    assert {"board": "B3", "drive": [], "fan": "F1", "colour": "red"} == large.to_dict()
    assert {
        "board": "B2",
        "drive": [{"component": "D1", "quantity": 2}],
        "fan": None,
        "colour": "red",
    } == two.to_dict()


def price_of(configuration: Configuration) -> Decimal:
    return Decimal(dict(configuration.calcs)["price"].split()[0].replace(",", ""))


@pytest.mark.parametrize("most", [765, 1170])
def test_shrinking_goes_to_the_first_configuration_that_is_too_dear(most: int) -> None:
    catalog = Configurator.load("package:coffee_machine")
    found = drawing(catalog)
    every = map(found.product.configuration, all_drawn(found))

    assert next(each for each in every if price_of(each) > most) == smallest(
        configurations(catalog), lambda each: price_of(each) > most
    )


def test_of_what_fails_a_test_no_place_alone_can_be_smaller() -> None:
    catalog = Configurator.load("package:lift")
    shrunk = smallest(configurations(catalog), lambda each: price_of(each) > 20680)
    ordered = list(map(drawing(catalog).product.configuration, all_drawn(drawing(catalog))))[:40_000]
    smaller = ordered[: ordered.index(shrunk)]
    alike = [each for each in smaller if sum(each[place] != shrunk[place] for place in shrunk) == 1]

    assert alike
    assert not [each for each in alike if price_of(each) > 20680]


def test_of_a_mixed_slot_fewer_units_are_smaller() -> None:
    catalog = loaded(family("part choose 0..3 mixed", {"P1": 1, "P2": 2, "P9": 9}))
    heavy = smallest(configurations(catalog), lambda found: "P9" in str(found))

    assert [{"component": "P9", "quantity": 1}] == heavy.to_dict()["part"]


def test_an_optional_place_that_does_not_matter_is_left_empty() -> None:
    found = smallest(configurations(SHELF), lambda each: each["colour"] == "blue" and each["board"] == "B2")

    assert {"board": "B2", "drive": [], "fan": None, "colour": "blue"} == found.to_dict()


def test_configurations_can_be_pasted_with_the_imports_that_the_reference_names() -> None:
    page = Path(__file__).parents[3] / "docs" / "reference" / "testing.md"
    imports = re.search(
        r"pasted with\s+`(from fractions[^`]*)` and `(from configurator[^`]*)`", page.read_text("utf-8")
    )
    assert imports is not None
    names: dict[str, object] = {}
    for line in imports.groups():
        exec(line, names)  # noqa: S102 - that it can be pasted is what is tested
    fractions = 0

    @settings(QUIETLY, max_examples=40)
    @given(configurations(Configurator.load("package:desktop_pc")))
    def check(configuration: Configuration) -> None:
        nonlocal fractions
        shown = repr(configuration)
        fractions += "Fraction(" in shown
        assert configuration == eval(shown, names)  # noqa: S307 - likewise

    check()

    assert fractions


# ---------------------------------------------------------------- uniform


def test_each_rank_is_another_configuration() -> None:
    pages = [SHELF.fast_page(rank, 1) for rank in range(34)]
    found = [page.columns[0] for page in pages if isinstance(page, FastPage)]

    assert 34 == len(found)
    assert set(SHELF.configurations()) == set(found)


@pytest.mark.parametrize("size", [1, 2, 3, 34, 2**40, 10**30 + 7])
def test_ranks_are_all_numbers_below_the_size(size: int) -> None:
    length = bytes_for(size)
    least = [-(-(rank << 8 * length) // size) for rank in range(min(size, 50))]

    assert list(range(min(size, 50))) == [rank_of(each.to_bytes(length, "big"), size) for each in least]
    assert [0, size - 1] == [rank_of(bytes([fill]) * length, size) for fill in (0, 255)]


def test_uniform_draws_are_even() -> None:
    catalog = loaded(
        family("board choose one", {"B1": 1, "B2": 2}),
        family("drive choose one", {f"D{at}": 1 for at in range(7)}),
        "rule single : when board = B1 require drive = D0\n",
    )
    seen: Counter[Configuration] = Counter()

    @seed(2026)
    @settings(database=None, max_examples=1_500, phases=[Phase.generate], deadline=None)
    @given(configurations(catalog, distribution="uniform"))
    def check(configuration: Configuration) -> None:
        seen[configuration] += 1

    check()
    expected = sum(seen.values()) / 8

    # Drawn place by place, the one with B1 would come in half of all cases.
    assert 8 == len(seen)
    assert all(0.7 * expected < amount < 1.35 * expected for amount in seen.values())


def test_uniform_draws_keep_choices_and_shrink_to_the_first_rank() -> None:
    found = smallest(configurations(SHELF, distribution="uniform", colour="blue"))

    assert "blue" == found["colour"]
    page = SHELF.fast_page(0, 1, {"colour": "blue"})
    assert isinstance(page, FastPage)
    assert page.columns[0] == found


def test_uniform_draws_up_to_the_order_of_instances() -> None:
    catalog = nested()
    total = catalog.count().or_raise().value
    seen = set()

    @seed(7)
    @settings(database=None, max_examples=600, phases=[Phase.generate], deadline=None)
    @given(configurations(catalog, distribution="uniform"))
    def check(configuration: Configuration) -> None:
        seen.add(configuration)

    check()

    assert seen <= set(catalog.configurations())
    assert min(total, 200) < 2 * len(seen)


def test_what_cannot_be_counted_cannot_be_drawn_uniformly() -> None:
    with pytest.raises(StrategyError) as raised:
        smallest(configurations(crowd(), distribution="uniform", as_of=date(2026, 11, 23)))

    assert (
        "the configurations of `made` on 2026-11-23 cannot be counted: a sum stays outside the diagram, so "
        "that solutions have no rank (without `distribution` they are drawn place by place)"
    ) == str(raised.value)


def test_other_distributions_are_unknown() -> None:
    with pytest.raises(ValueError, match="a distribution is `natural` or `uniform`, not `even`"):
        configurations(SHELF, distribution="even")  # type: ignore[arg-type]


def test_the_day_is_that_of_the_catalogs_clock() -> None:
    catalog = Configurator.from_text(HEAD + DATED, clock=lambda: datetime(2027, 3, 1, tzinfo=UTC))

    assert "NEW" == smallest(configurations(catalog))["board"]


@given(st.data())
def test_strategies_are_made_anew_in_every_test_case_without_trouble(data: st.DataObject) -> None:
    board = data.draw(st.sampled_from(["B1", "B2", "B3"]))

    assert board == data.draw(configurations(SHELF, board=board))["board"]
