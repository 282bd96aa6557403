"""The random catalogs reach what they are meant to reach."""

from collections import Counter
from functools import cache

from hypothesis import HealthCheck, Phase, given, seed, settings

from configurator.testing.made.catalogs import MadeCatalog, made_catalogs

NUMBER = 800
RUNS = 10
LARGEST = 400


def listed(text: str) -> tuple[str, ...]:
    """The names of constructs between commas."""
    return tuple(" ".join(name.split()) for name in text.split(","))


PLACES = listed(
    """
    choose one, choose optional, identical n, identical 1..n, identical 0..n, mixed n, mixed 1..n,
    mixed 0..n, slot of a shared family, option one of, option yesno, option whole, option number,
    option some, family as table, family as components, family as csv, blank cell, effective, import,
    statements in any order
    """
)
RULES = listed(
    """
    require, forbid, requires, excludes, when, for each, several clauses, warn, hint, message,
    resource, calc or resource value, calc of a condition, table allow, table allow partial,
    table forbid, table as csv, cell any, cell other, cell absent, cell not, cell wildcard,
    cell ordered, cell number value, cell number range, cell number compare, cell number unit, default,
    default when, default without quantity
    """
)
EXPRESSIONS = listed(
    """
    and, or, not, if, if of conditions, is chosen, is absent, between, in { }, in set, compare =,
    compare !=, compare <, compare <=, compare >, compare >=, ordered of, dates, yes or no, component,
    component of two slots, words of two places, +, -, *, /, minus, quantity, literal in g,
    literal in kg, product.path, sum, count, min, max, avg, distinct, any, all, where, any slot where,
    aggregate over all slots, condition over all slots, aggregate across slots, scaled aggregate,
    sum of quantity
    """
)


@cache
def sample() -> tuple[MadeCatalog, ...]:
    """Many catalogs, the same in every run. One run alone would vary what it has found again and again."""
    found: list[MadeCatalog] = []

    @settings(
        max_examples=NUMBER // RUNS,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(catalog=made_catalogs(largest=LARGEST))
    def collect(catalog: MadeCatalog) -> None:
        found.append(catalog)

    for number in range(RUNS):
        seed(number)(collect)()
    return tuple(found)


@cache
def shares() -> tuple[float, ...]:
    """For each catalog, how much of what can be put together is valid."""
    return tuple(len(catalog.valid) / max(len(catalog.scenes), 1) for catalog in sample())


def test_every_construct_of_the_language_appears_and_no_other() -> None:
    assert {*PLACES, *RULES, *EXPRESSIONS} == {c for catalog in sample() for c in catalog.constructs}


def test_few_catalogs_leave_nothing_valid() -> None:
    void = sum(not catalog.valid for catalog in sample())

    assert 0 < void < 0.3 * NUMBER


def test_rules_forbid_little_much_and_nearly_everything() -> None:
    kinds = Counter("all" if share == 1 else int(share * 4) for share in shares())

    assert all(kinds[quarter] > 0.03 * NUMBER for quarter in range(4))
    assert kinds["all"] < 0.6 * NUMBER


def test_catalogs_are_small_enough_to_try_everything_and_large_enough_to_tell() -> None:
    sizes = sorted(len(catalog.scenes) for catalog in sample())

    assert sizes[-1] <= LARGEST
    assert sizes[NUMBER // 2] >= 8
    assert sizes[NUMBER * 9 // 10] >= 50


def test_most_catalogs_have_several_places_and_rules() -> None:
    assert sum(len(catalog.places) > 1 for catalog in sample()) > 0.5 * NUMBER
    assert sum(len(catalog.restrictions) > 1 for catalog in sample()) > 0.4 * NUMBER
