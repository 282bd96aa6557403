"""`partial_configurations`: some choices, written as customers write them, that can be completed or not."""

import json

import pytest
from drawn_values import QUIETLY, smallest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from strategy_catalogs import HEAD, NONE, SHELF, family, loaded, nested

from configurator import Configurator
from configurator.configuration.choices import read_choices
from configurator.configuration.model import JsonValue
from configurator.errors import ChoiceError, StrategyError
from configurator.testing import CatalogSample, catalogs, partial_configurations

Given = dict[str, JsonValue]


@pytest.mark.parametrize("completable", [True, False])
@pytest.mark.parametrize("name", ["bicycle", "coffee_machine", "kitchen", "lift"])
def test_of_partial_configurations_it_is_known_whether_they_can_be_completed(
    name: str, completable: bool
) -> None:
    catalog = Configurator.load(f"package:{name}")

    @settings(QUIETLY, max_examples=25)
    @given(partial_configurations(catalog, completable=completable))
    def check(given_choices: Given) -> None:
        assert completable == bool(catalog.product().prepared and catalog.count(given_choices).value)  # type: ignore[union-attr]

    check()


@settings(max_examples=40, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
@given(catalogs(max_combinations=200, valid=True), st.sampled_from([True, False]), st.data())
def test_of_any_catalog_it_is_known_whether_they_can_be_completed(
    sample: CatalogSample, completable: bool, data: st.DataObject
) -> None:
    try:
        given_choices = data.draw(partial_configurations(sample, completable=completable))
    except StrategyError:
        # Nothing can be broken.
        return
    judge = Configurator.from_text(sample.text, files=sample.files, engine="exhaustive")

    assert completable == (next(judge.configurations(given_choices, limit=1), None) is not None)


def test_by_default_some_can_be_completed_and_some_cannot() -> None:
    seen = set()

    @settings(QUIETLY, max_examples=60)
    @given(partial_configurations(SHELF))
    def check(given_choices: Given) -> None:
        seen.add(bool(SHELF.complete(given_choices)))
        assert given_choices == json.loads(json.dumps(given_choices))

    check()

    assert {True, False} == seen


def test_the_smallest_chooses_nothing() -> None:
    assert {} == smallest(partial_configurations(SHELF))


def test_the_smallest_that_cannot_be_completed_has_nothing_to_spare() -> None:
    found = smallest(partial_configurations(SHELF, completable=False))

    assert not SHELF.complete(found)
    assert all(SHELF.complete({k: v for k, v in found.items() if k != each}) for each in found)
    assert {"board": "B3", "fan": None} == smallest(
        partial_configurations(SHELF, completable=False), lambda given_choices: "fan" in given_choices
    )


FORMS = loaded(
    "unit cm\n",
    family("bolt choose 0..3 identical", {"2 x A": 1, "A": 2, "none": 3}),
    family("nut choose 0..2 mixed", {"N,1": 1, "N2": 2}),
    "option plain : yesno\n",
    "option height : number 0..2 step 0.5 in cm\n",
    "option extras : some 0..2 of { red, blue }\n",
    "rule none-of-it : forbid bolt = A and plain\n",
)


def test_every_form_reads_back_as_something_and_many_forms_come() -> None:
    forms: set[tuple[str, str]] = set()

    @settings(QUIETLY, max_examples=400)
    @given(partial_configurations(FORMS))
    def check(given_choices: Given) -> None:
        read_choices(FORMS.catalog, given_choices)
        forms.update((key, json.dumps(value)) for key, value in given_choices.items())

    check()

    assert forms >= {
        ("bolt", '"2 x A"'),
        ("bolt", '{"component": "A", "quantity": 2}'),
        ("bolt", "null"),
        ("plain", '"yes"'),
        ("plain", "false"),
        ("height", '"0.5 cm"'),
        ("height", "0.5"),
        ("nut", "[]"),
        ("nut", '["N2", "N2"]'),
        ("nut", '{"includes": []}'),
        ("extras", '"blue, red"'),
        ("extras", '{"includes": ["red"]}'),
    }


def test_instances_of_assemblies_are_chosen_as_wholes_and_place_by_place() -> None:
    keys: set[str] = set()

    @settings(QUIETLY, max_examples=100)
    @given(partial_configurations(nested(), completable=True))
    def check(given_choices: Given) -> None:
        keys.update(given_choices)

    check()

    assert keys >= {"box", "box[1]", "box[2].plate", "lid"}


def test_where_nothing_can_be_completed_or_broken_the_other_is_drawn() -> None:
    free = loaded(family("board choose one", {"B1": 1, "B2": 2}))

    assert not NONE.complete(smallest(partial_configurations(NONE)))
    assert {"board": "B2"} == smallest(partial_configurations(free), lambda found: "B2" in str(found))


@pytest.mark.parametrize(
    ("catalog", "completable"), [(NONE, True), (loaded(family("a choose one", {"A": 1})), False)]
)
def test_what_there_is_none_of_is_told(catalog: Configurator, completable: bool) -> None:
    with pytest.raises(StrategyError, match="nothing "):
        smallest(partial_configurations(catalog, completable=completable))


def test_bundles_are_applied_to_what_is_drawn() -> None:
    catalog = Configurator.from_text(
        HEAD
        + family("board choose one", {"B1": 1, "B2": 2})
        + family("fan choose optional", {"F1": 1})
        + "rule cool : when board = B2 require fan is chosen\n"
        + 'bundle big "Big" {\n  choose board = "B2"\n}\n'
    )
    found = smallest(partial_configurations(catalog, completable=False, bundles=["big"]))

    assert found in ({"fan": None}, {"board": "B1"})
    assert not catalog.complete(found, bundles=["big"])


def test_unknown_bundles_are_told() -> None:
    with pytest.raises(ChoiceError, match="big"):
        partial_configurations(SHELF, bundles=["big"])
