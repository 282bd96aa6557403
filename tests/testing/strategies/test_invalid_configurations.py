"""`invalid_configurations`: one rule broken, that alone, judged restriction by restriction."""

from datetime import date

import pytest
from drawn_values import QUIETLY, smallest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from strategy_catalogs import NONE, SHELF, crowd, dial, family, loaded, needle, nested

from configurator import Analysis, Configurator, StockSnapshot
from configurator.catalog.judgement import violations
from configurator.configuration.choices import read_choices
from configurator.errors import ChoiceError, StrategyError
from configurator.lowering.choices import lower_choices
from configurator.testing import (
    CatalogSample,
    InvalidConfiguration,
    catalogs,
    invalid_configurations,
)

SHIPPED = ("bicycle", "coffee_machine", "desktop_pc", "kitchen", "lift")
TWICE = loaded(
    family("board choose one", {"B1": 1, "B2": 2, "B3": 3}),
    family("fan choose optional", {"F1": 1}),
    "rule small : require board.size <= 1\n",
    "rule medium : require board.size <= 2\n",
    "rule never : require board.size <= 9\n",
    "rule later effective from 2027-01-01 : require fan is chosen\n",
    "rule told warn : require fan is chosen\n",
)
DAY = date(2026, 11, 23)


def broken_in(catalog: Configurator, drawn: InvalidConfiguration) -> tuple[str, ...]:
    """What is broken, each restriction read literally."""
    lowered = catalog.product().lowered
    decided = lower_choices(lowered, read_choices(catalog.catalog, drawn.choices)).decided(lowered.layout)
    assert decided is not None
    chosen = lowered.lift(decided)
    return tuple(each.key for each in lowered.restrictions if violations(each, chosen))


@pytest.mark.parametrize("name", SHIPPED)
def test_exactly_one_rule_is_broken(name: str) -> None:
    catalog = Configurator.load(f"package:{name}")
    seen = set()

    @settings(QUIETLY, max_examples=40)
    @given(invalid_configurations(catalog))
    def check(drawn: InvalidConfiguration) -> None:
        assert (drawn.violates,) == drawn.broken == broken_in(catalog, drawn)
        seen.add(drawn.violates)

    check()

    assert 4 < len(seen)


def broken_or_refused(data: st.DataObject, sample: CatalogSample, key: str) -> InvalidConfiguration | str:
    try:
        return data.draw(invalid_configurations(sample, violates=key))
    except StrategyError as error:
        return str(error)


@settings(max_examples=40, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
@given(catalogs(max_combinations=300), st.data())
def test_of_any_catalog_exactly_what_was_asked_for_is_broken(
    sample: CatalogSample, data: st.DataObject
) -> None:
    catalog = sample.configurator
    decisive = [each.key for each in catalog.product().lowered.restrictions]
    for key in decisive:
        drawn = broken_or_refused(data, sample, key)
        assert isinstance(drawn, str) or (key,) == drawn.broken == broken_in(catalog, drawn)
        assert not isinstance(drawn, str) or drawn.startswith("A0803: ")


@settings(max_examples=40, deadline=None, derandomize=True)
@given(catalogs(max_combinations=200))
def test_what_cannot_be_broken_alone_is_what_the_analysis_calls_redundant(sample: CatalogSample) -> None:
    catalog = sample.configurator
    analysis = catalog.analyze()
    assert isinstance(analysis, Analysis)
    idle = {key for each in analysis.findings if each.code in {"A0803", "A0807"} for key in each.about}
    refused = set()
    for restriction in catalog.product().lowered.restrictions:
        try:
            invalid_configurations(sample, violates=restriction.key)
        except StrategyError:
            refused.add(restriction.key)

    assert {each.key for each in catalog.product().lowered.restrictions} & idle == refused


def test_what_is_drawn_is_what_validate_takes() -> None:
    drawn = smallest(invalid_configurations(SHELF, violates="cool"))
    verdict = SHELF.validate(drawn.choices)

    assert (
        InvalidConfiguration({"board": "B3", "drive": [], "fan": None, "colour": "red"}, "cool", ("cool",))
        == drawn
    )
    assert not verdict


def test_without_an_id_the_first_rule_is_broken_in_the_smallest_way() -> None:
    assert InvalidConfiguration(
        {"board": "B1", "drive": [{"component": "D2", "quantity": 1}], "fan": None, "colour": "red"},
        "enough",
        ("enough",),
    ) == smallest(invalid_configurations(SHELF))


@pytest.mark.parametrize("catalog", [needle(), crowd(), dial(), nested(), NONE], ids=str)
def test_the_density_of_what_breaks_a_rule_does_not_matter(catalog: Configurator) -> None:
    @settings(QUIETLY, max_examples=15)
    @given(invalid_configurations(catalog))
    def check(drawn: InvalidConfiguration) -> None:
        assert (drawn.violates,) == broken_in(catalog, drawn)

    check()


def test_choices_are_kept_while_a_rule_is_broken() -> None:
    drawn = smallest(invalid_configurations(SHELF, violates="enough", board="B2", colour="blue"))

    assert {
        "board": "B2",
        "drive": [{"component": "D1", "quantity": 1}, {"component": "D2", "quantity": 1}],
        "fan": None,
        "colour": "blue",
    } == drawn.choices


def test_under_stock_what_breaks_a_rule_could_be_built() -> None:
    under = SHELF.under(StockSnapshot.from_counts({"B1": 1, "B2": 0, "B3": 1, "D1": 2, "D2": 0, "F1": 0}))

    assert {
        "board": "B1",
        "drive": [{"component": "D1", "quantity": 2}],
        "fan": None,
        "colour": "red",
    } == smallest(invalid_configurations(under, violates="enough")).choices


# ---------------------------------------------------------------- what cannot be broken


def refusal(violates: str, catalog: Configurator = TWICE, **asked: object) -> str:
    with pytest.raises(StrategyError) as raised:
        invalid_configurations(catalog, violates=violates, as_of=DAY, **asked)  # type: ignore[arg-type]
    return str(raised.value)


def test_a_redundant_rule_is_told_with_those_that_say_the_same() -> None:
    assert (
        "A0803: rule `medium` cannot be broken alone: whatever it refuses, `small` refuses as well "
        "(`exact=False` draws what breaks it, and perhaps others)"
    ) == refusal("medium")


def test_a_redundant_rule_is_broken_with_others_where_that_is_allowed() -> None:
    drawn = smallest(invalid_configurations(TWICE, violates="medium", exact=False, as_of=DAY))

    assert InvalidConfiguration({"board": "B3", "fan": None}, "medium", ("small", "medium")) == drawn


def test_a_rule_that_nothing_breaks_is_told() -> None:
    assert "A0803: no combination breaks rule `never`" == refusal("never")
    assert "A0803: no combination breaks rule `never`" == refusal("never", exact=False)


def test_a_row_of_a_table_is_told_to_be_none_of_its_own() -> None:
    catalog = loaded(
        family("board choose one", {"B1": 1, "B2": 2}),
        "table pairs forbid {\n  | board |\n  |---|\n  | B1 |\n}\n",
    )

    with pytest.raises(StrategyError) as raised:
        invalid_configurations(catalog, violates="pairs row 1")

    assert (
        "`pairs row 1` is a row: what is broken is a whole rule, table or resource "
        "(`violates='pairs'` breaks any row of the table)"
    ) == str(raised.value)


def test_an_unknown_rule_is_told_with_the_nearest_known_one() -> None:
    assert "`made` has no rule, table or resource `smal` (did you mean `small`?)" == refusal("smal")


def test_a_warning_makes_nothing_invalid() -> None:
    assert (
        "rule `told` is of severity `warn`: what breaks it is valid "
        "(draw `configurations`, and look at the `notices` of the verdict)"
    ) == refusal("told")


def test_a_rule_that_is_not_in_force_is_told() -> None:
    assert "rule `later` is not in force on 2026-11-23 (give `as_of`)" == refusal("later")


def test_a_rule_that_choices_keep_is_told() -> None:
    assert "no combination with these choices breaks rule `cool`" == refusal("cool", SHELF, board="B1")


def test_a_rule_that_choices_break_with_another_is_told() -> None:
    assert (
        "rule `enough` cannot be broken alone with these choices: whatever it refuses, `cool` refuses "
        "as well (`exact=False` draws what breaks it, and perhaps others)"
    ) == refusal("enough", SHELF, board="B3", fan=None)


def test_a_catalog_without_rules_cannot_be_broken() -> None:
    catalog = loaded(family("board choose one", {"B1": 1}))
    with pytest.raises(StrategyError) as raised:
        smallest(invalid_configurations(catalog, as_of=DAY))

    assert "nothing of `made` on 2026-11-23 can be broken alone" == str(raised.value)


def test_unknown_places_are_told() -> None:
    with pytest.raises(ChoiceError, match="`bord` is neither a slot nor an option"):
        invalid_configurations(SHELF, bord="B1")
