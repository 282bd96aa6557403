"""Laws on the catalogs that come along: what the public strategies draw, every question agrees about."""

from datetime import UTC, datetime
from functools import cache
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from law_settings import examples

from configurator import (
    Accepted,
    Completed,
    Configuration,
    Configurator,
    Invalid,
    NotCompletable,
    RejectedUnavailable,
    Repairs,
    Unknown,
    Valid,
)
from configurator.catalog_files import shipped_catalogs
from configurator.testing import (
    DrawnStock,
    InvalidConfiguration,
    configurations,
    invalid_configurations,
    orders,
    partial_configurations,
    stocks,
)

NAMES = tuple(shipped_catalogs())
NOW = datetime(2026, 11, 23, 8, tzinfo=UTC)

every_catalog = pytest.mark.parametrize("name", NAMES)


@cache
def shipped(name: str) -> Configurator:
    """A catalog that comes along, on a day of its own."""
    return Configurator.load(f"package:{name}", clock=lambda: NOW)


@every_catalog
def test_what_is_valid_is_so_by_every_engine_and_by_the_meaning_of_each_rule(name: str) -> None:
    catalog = shipped(name)
    searching = Configurator.load(f"package:{name}", clock=lambda: NOW, engine="sat")

    @examples(20)
    @given(configurations(catalog))
    def law(configuration: Configuration) -> None:
        verdict = catalog.validate(configuration)
        assert isinstance(verdict, Valid)
        assert verdict.configuration == configuration
        assert isinstance(searching.validate(configuration), Valid)
        assert catalog.check_verdict(configuration, verdict)

    law()


@every_catalog
def test_exactly_the_broken_rule_is_blamed_and_its_way_out_leads_to_something_valid(name: str) -> None:
    catalog = shipped(name)

    @examples(12)
    @given(invalid_configurations(catalog))
    def law(bad: InvalidConfiguration) -> None:
        verdict = catalog.validate(bad.choices)
        assert isinstance(verdict, Invalid)
        assert (bad.violates,) == verdict.conflicts[0].rules
        ways = catalog.repairs(bad.choices, limit=1, seconds=20)
        assert isinstance(ways, Repairs)
        assert all(isinstance(catalog.validate(way.choices), Valid) for way in ways.repairs)

    law()


@every_catalog
def test_choices_are_completable_exactly_where_something_valid_keeps_them(name: str) -> None:
    catalog = shipped(name)

    @examples(25)
    @given(partial_configurations(catalog))
    def law(choices: dict[str, object]) -> None:
        first = next(iter(catalog.configurations(choices)), None)
        completed = catalog.complete(choices)
        assert not isinstance(completed, Unknown)
        assert isinstance(completed, NotCompletable if first is None else Completed)
        assert isinstance(catalog.validate(choices), Invalid) == (first is None)

    law()


@every_catalog
def test_a_dialogue_ends_with_the_configuration_that_was_chosen_in_any_order(name: str) -> None:
    catalog = shipped(name)

    @examples(8)
    @given(configurations(catalog), st.randoms(use_true_random=False))
    def law(configuration: Configuration, shuffled: Random) -> None:
        places = list(configuration.to_dict().items())
        shuffled.shuffle(places)
        session = catalog.session()
        for path, value in places:
            session = session.choose({path: value})
        verdict = session.verdict
        assert isinstance(verdict, Valid)
        assert verdict.configuration == configuration

    law()


@every_catalog
def test_an_order_is_granted_from_exactly_what_it_needs_and_refused_from_less(name: str) -> None:
    catalog = shipped(name)

    @examples(12)
    @given(st.data())
    def law(data: st.DataObject) -> None:
        order = data.draw(orders(catalog, max_lines=2))
        enough = data.draw(stocks(catalog, order, level="exact"))
        short = data.draw(stocks(catalog, order, level="short"))
        with enough.store(lambda: NOW) as store:
            granted = catalog.accept(order, store)
            assert isinstance(granted, Accepted)
            assert 0 == sum(balance.free for balance in store.balances(enough.counts))
        with short.store(lambda: NOW) as store:
            assert isinstance(catalog.accept(order, store, alternatives=0), RejectedUnavailable)

    law()


@every_catalog
def test_orders_one_after_the_other_never_take_more_than_there_is(name: str) -> None:
    catalog = shipped(name)

    @examples(12)
    @given(stocks(catalog, max_count=6), st.lists(orders(catalog, max_lines=1, max_quantity=2), max_size=5))
    def law(stock: DrawnStock, batch: list[dict[str, object]]) -> None:
        with stock.store(lambda: NOW) as store:
            for order in batch:
                catalog.accept(order, store, alternatives=0)
            assert () == tuple(store.audit())

    law()


@pytest.mark.parametrize("name", ["bicycle", "lift"])
def test_a_recorded_configuration_passes_as_a_scenario(name: str) -> None:
    catalog = shipped(name)

    @examples(8)
    @given(configurations(catalog) | partial_configurations(catalog))
    def law(order: Configuration | dict[str, object]) -> None:
        text = catalog.record_scenario(order, title="as drawn")
        assert isinstance(text, str)
        assert text.startswith('scenario "as drawn" {')

    law()
