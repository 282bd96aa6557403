"""Recorded scenarios of random catalogs: they choose what was chosen, and pass."""

from collections.abc import Sequence
from datetime import date
from typing import Any

import made_instances
from asked_catalogs import loaded, named_object
from hypothesis import assume, event, given
from hypothesis import strategies as st
from law_settings import examples
from made_choices import MadeChoices, full_choices, made_choices

from configurator import Configuration, Configurator, StockSnapshot
from configurator.catalog.choices import PlaceChoice
from configurator.catalog.model import Scenario
from configurator.configuration.choices import read_choices
from configurator.configuration.enumeration import enumerate_configurations
from configurator.configuration.nested_choices import nested_choices
from configurator.configuration.product import ask
from configurator.configuration.validation import Invalid, Valid
from configurator.errors import ChoiceError
from configurator.source import SourceFile
from configurator.syntax.formatting.formatter import Formatted, format_text
from configurator.testing.made.catalogs import MadeCatalog, made_catalogs
from configurator.testing.made.products import DAY


def recorded(asked: Configurator, given: dict[str, Any], **how: Any) -> tuple[str, Scenario]:
    """A recorded scenario as text, and as the catalog reads it."""
    text = asked.record_scenario(given, as_of=DAY, **how)
    assert isinstance(text, str)
    headed = SourceFile("recorded.pcat", f'scenarios for "catalog.pcat"\n{text}')
    (scenario,) = asked._scenarios_in(headed)
    return text, scenario


def kept_form(asked: Configurator, choices: Sequence[PlaceChoice]) -> dict[str, Any]:
    """Choices as a saved configuration keeps them: `1 x` says nothing where there is but one."""
    return dict(nested_choices(asked.catalog, choices))


def valid_ones(asked: Configurator, scenario: Scenario, day: date = DAY) -> set[Configuration]:
    """The valid configurations that keep a scenario's choices."""
    return set(enumerate_configurations(ask(asked.product(day), scenario.choices)))


@st.composite
def catalogs_with_choices(draw: st.DrawFn) -> tuple[MadeCatalog, MadeChoices]:
    catalog = draw(made_catalogs(largest=150))
    return catalog, draw(made_choices(catalog, most=4))


@st.composite
def catalogs_with_configurations(draw: st.DrawFn) -> tuple[MadeCatalog, dict[str, Any]]:
    catalog = draw(made_catalogs(largest=150))
    assume(catalog.scenes)
    return catalog, draw(full_choices(catalog))[1]


@examples(60)
@given(case=catalogs_with_choices())
def test_a_recorded_scenario_chooses_what_was_chosen_and_passes(
    case: tuple[MadeCatalog, MadeChoices],
) -> None:
    catalog, choices = case
    asked, given_choices = loaded(catalog), named_object(choices.given)

    text, scenario = recorded(asked, given_choices)
    (outcome,) = asked.test([scenario])
    event(outcome.expectations[0].expected.partition(" ")[0])

    assert kept_form(asked, read_choices(asked.catalog, given_choices)) == kept_form(asked, scenario.choices)
    assert outcome.state == "passed"
    assert Formatted(text, changed=False) == format_text(text)


@examples(60)
@given(case=catalogs_with_configurations())
def test_a_recorded_configuration_expects_its_verdict_its_price_and_its_warnings(
    case: tuple[MadeCatalog, dict[str, Any]],
) -> None:
    catalog, given_choices = case
    asked = loaded(catalog)
    verdict = asked.validate(named_object(given_choices), as_of=DAY)
    names = list(asked.catalog.calcs)

    _, scenario = recorded(asked, named_object(given_choices), calcs=names)
    (outcome,) = asked.test([scenario])
    told = [each.expected for each in outcome.expectations]

    assert outcome.state == "passed"
    match verdict:
        case Valid(notices=notices):
            event("valid")
            assert told[0] == "valid"
            warned = {each.removeprefix("warning ") for each in told if each.startswith("warning ")}
            assert {notice.rule for notice in notices} == warned
        case Invalid(conflicts=conflicts):
            event("invalid")
            known = {rule for conflict in conflicts for rule in conflict.rules}
            blamed = told[0].removeprefix("invalid").removeprefix(" because ").removeprefix("only ")
            assert known <= set(blamed.split(", "))


@examples(60)
@given(case=catalogs_with_choices(), data=st.data())
def test_a_scenario_recorded_under_stock_says_whether_stock_can_build_it(
    case: tuple[MadeCatalog, MadeChoices], data: st.DataObject
) -> None:
    catalog, choices = case
    asked, given_choices = loaded(catalog), named_object(choices.given)
    skus = sorted({c.sku for s in asked.catalog.slots for c in s.family.components if c.stocked})
    numbers = st.sampled_from([0, 0, 1, 2, 9])
    stock = StockSnapshot.from_counts({sku: data.draw(numbers, label=sku) for sku in skus})

    text, scenario = recorded(asked, given_choices, stock=stock)
    (outcome,) = asked.test([scenario])
    by_rules = asked.validate(given_choices, as_of=DAY)
    under = asked.under(stock).validate(given_choices, as_of=DAY)
    told = "unavailable" if "expect unavailable" in text else "available"
    event(told if not isinstance(by_rules, Invalid) else "invalid")

    assert outcome.state == "passed"
    if isinstance(by_rules, Invalid):
        assert "expect valid" not in text
        assert "given stock" not in text
    else:
        assert told == ("unavailable" if isinstance(under, Invalid) else "available")


@examples(150)
@given(text=made_instances.catalogs(), data=st.data())
def test_a_scenario_about_instances_means_what_was_chosen_or_says_that_it_cannot(
    text: str, data: st.DataObject
) -> None:
    asked = Configurator.from_text(text)
    said = dict(data.draw(made_instances.choices(asked)))
    try:
        _, scenario = recorded(asked, said)
    except ChoiceError as error:
        told = str(error)
    else:
        told = ""
    event(told and "no scenario says it")
    assume(not told)

    assert set(asked.configurations(said, as_of=DAY)) == valid_ones(asked, scenario)
    assert asked.test([scenario])
