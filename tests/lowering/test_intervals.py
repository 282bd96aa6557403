"""How long a lowered catalog stays true."""

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from configurator.catalog.model import Catalog
from configurator.configurator import Configurator
from configurator.lowering.intervals import interval_in_force
from configurator.lowering.product import lower_product

DAY = date(2026, 6, 15)
ONE = timedelta(days=1)
ALWAYS_THERE = 'component "A" { x = 1 }'
Ends = tuple[date | None, date | None]


def effective(start: date | None, end: date | None) -> str:
    """A period in the language; without a start and an end nothing."""
    if start is None and end is None:
        return ""
    began = f"from {start} " if start else ""
    return f"effective {began}until {end}" if end else f"effective {began}"


def with_component(start: date | None = None, end: date | None = None) -> Catalog:
    """A catalog with one component that is always there, and one that is there in a period."""
    other = f'component "B" {effective(start, end)} {{ x = 2 }}'
    return Configurator.from_text(f"catalog t\nfamily f choose one {{ {ALWAYS_THERE} {other} }}\n").catalog


def with_statement(statement: str) -> Catalog:
    """A catalog with one component and one more statement."""
    return Configurator.from_text(
        f"catalog t\nfamily f choose one {{ {ALWAYS_THERE} }}\n{statement}\n"
    ).catalog


def test_what_never_changes_is_true_for_ever() -> None:
    assert (None, None) == interval_in_force(with_component(), DAY)


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        (DAY, None, (DAY, None)),
        (DAY + ONE, None, (None, DAY)),
        (DAY - ONE, None, (DAY - ONE, None)),
        (None, DAY, (None, DAY)),
        (None, DAY - ONE, (DAY, None)),
        (None, DAY + ONE, (None, DAY + ONE)),
        (DAY, DAY, (DAY, DAY)),
        (DAY + ONE, DAY + ONE, (None, DAY)),
        (DAY - ONE, DAY - ONE, (DAY, None)),
        (DAY - ONE, DAY + ONE, (DAY - ONE, DAY + ONE)),
        (date.min, date.max, (None, None)),
        (date.min, DAY, (None, DAY)),
        (DAY, date.max, (DAY, None)),
    ],
)
def test_an_interval_ends_where_a_component_comes_or_goes(
    start: date | None, end: date | None, expected: Ends
) -> None:
    assert expected == interval_in_force(with_component(start, end), DAY)


def test_the_first_and_the_last_of_all_days_have_an_interval() -> None:
    catalog = with_component(DAY, DAY)

    assert (None, DAY - ONE) == interval_in_force(catalog, date.min)
    assert (DAY + ONE, None) == interval_in_force(catalog, date.max)


@pytest.mark.parametrize(
    "statement",
    [
        "rule r effective from 2026-06-15 until 2026-06-20: require f.x = 1",
        "rule r warn effective from 2026-06-15 until 2026-06-20: require f.x = 1",
        "table t allow effective from 2026-06-15 until 2026-06-20 {\n| f |\n|-|\n| A |\n}",
        "resource r effective from 2026-06-15 until 2026-06-20 { supply 2 demand f.x }",
        'bundle b "B" effective from 2026-06-15 until 2026-06-20 { choose f = "A" }',
    ],
)
def test_everything_that_has_a_period_ends_an_interval(statement: str) -> None:
    catalog = with_statement(statement)

    assert (None, date(2026, 6, 14)) == interval_in_force(catalog, date(2026, 6, 14))
    assert (date(2026, 6, 15), date(2026, 6, 20)) == interval_in_force(catalog, date(2026, 6, 17))
    assert (date(2026, 6, 21), None) == interval_in_force(catalog, date(2026, 6, 21))


def test_the_nearest_changes_on_both_sides_count() -> None:
    catalog = Configurator.from_text(
        f"catalog t\nfamily f choose one {{ {ALWAYS_THERE}\n"
        'component "B" effective from 2026-06-01 until 2026-06-30 { x = 2 }\n'
        'component "C" effective from 2026-06-10 until 2026-07-30 { x = 2 }\n}\n'
        "rule r effective until 2026-06-20: require f.x = 1\n"
    ).catalog

    assert (date(2026, 6, 10), date(2026, 6, 20)) == interval_in_force(catalog, DAY)
    assert (date(2026, 6, 21), date(2026, 6, 30)) == interval_in_force(catalog, date(2026, 6, 22))


days = st.dates(DAY - 6 * ONE, DAY + 6 * ONE)


@st.composite
def periods_in_words(draw: st.DrawFn) -> str:
    """A period of some days, open or not."""
    start, end = draw(st.none() | days), draw(st.none() | days)
    if start and end and end < start:
        start, end = end, start
    return effective(start, end)


@st.composite
def catalogs(draw: st.DrawFn) -> Catalog:
    """Components and rules that come and go."""
    components = [
        f'component "C{number}" {draw(periods_in_words())} {{ x = {number} }}'
        for number in range(draw(st.integers(1, 4)))
    ]
    rules = [
        f"rule r{number} {draw(periods_in_words())}: require f.x != {number}"
        for number in range(draw(st.integers(0, 2)))
    ]
    return Configurator.from_text(
        "\n".join(("catalog t", "family f choose one {", ALWAYS_THERE, *components, "}", *rules))
    ).catalog


def lowered(catalog: Catalog, day: date) -> tuple[object, ...]:
    """What the catalog is on a day."""
    found = lower_product(catalog, day)
    return found.problem, tuple(found.layout.of.values()), found.restrictions


@settings(deadline=None, max_examples=60)
@given(catalog=catalogs(), as_of=days)
def test_the_catalog_is_the_same_on_all_days_of_the_interval_and_another_beside_it(
    catalog: Catalog, as_of: date
) -> None:
    first, last = interval_in_force(catalog, as_of)
    there = lowered(catalog, as_of)

    assert (first or as_of) <= as_of <= (last or as_of)
    for day in (first or as_of - 9 * ONE, last or as_of + 9 * ONE):
        assert there == lowered(catalog, day)
        assert (first, last) == interval_in_force(catalog, day)
    for beside in (first and first - ONE, last and last + ONE):
        assert beside is None or there != lowered(catalog, beside)
