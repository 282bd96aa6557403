"""Where no rule is broken by itself, a smallest set of rules and choices that cannot be together is told."""

from collections.abc import Mapping
from datetime import date
from itertools import product

import pytest

from configurator.configuration.choices import read_choices
from configurator.configuration.product import ask, prepare_product
from configurator.configuration.validation import Incomplete, Invalid
from configurator.configurator import Configurator
from configurator.engines.engine import SearchLimits
from configurator.explanation.conflict import Case, Conflict, find_conflict

PLACES = """catalog t
option a : yesno
option b : yesno
option c : yesno
option d : yesno
family m choose 0..2 mixed { component "M1" { x = 1 } component "M2" { x = 2 } }
"""
IMPLIES = """rule ab: a = yes requires b = yes
rule bc: b = yes requires c = yes
rule cd: c = yes requires d = yes
rule da: d = yes requires a = yes
"""
RULES = {
    "ab": lambda s: not s["a"] or s["b"],
    "bc": lambda s: not s["b"] or s["c"],
    "cd": lambda s: not s["c"] or s["d"],
    "da": lambda s: not s["d"] or s["a"],
}
"""The same as `IMPLIES`, by hand."""


def conflict(rules: str, choices: Mapping[str, object]) -> Conflict:
    """The one conflict."""
    verdict = Configurator.from_text(PLACES + rules).validate(choices)
    assert isinstance(verdict, Invalid)
    (found,) = verdict.conflicts
    return found


def leaves_nothing(rules: tuple[str, ...], choices: Mapping[str, object]) -> bool:
    """Whether no way of answering keeps the rules and the choices, found by trying all."""
    scenes = (dict(zip("abcd", values, strict=True)) for values in product((False, True), repeat=4))
    return not any(
        all(scene[place] == value for place, value in choices.items())
        and all(RULES[rule](scene) for rule in rules)
        for scene in scenes
    )


@pytest.mark.parametrize(
    "choices",
    [
        {"a": True, "d": False},
        {"a": True, "c": False, "d": True},
        {"b": True, "a": False},
        {"d": True, "c": False, "b": False},
    ],
)
def test_every_member_of_a_searched_conflict_is_needed(choices: Mapping[str, bool]) -> None:
    found = conflict(IMPLIES, choices)
    blamed = {place: choices[place] for place in found.choices}

    assert found.minimal
    assert leaves_nothing(found.rules, blamed)
    for rule in found.rules:
        assert not leaves_nothing(tuple(r for r in found.rules if r != rule), blamed)
    for place in blamed:
        assert not leaves_nothing(found.rules, {p: v for p, v in blamed.items() if p != place})


def test_a_chain_of_rules_is_told_with_the_choices_at_its_ends() -> None:
    found = conflict(IMPLIES, {"a": True, "d": False})

    assert ("ab", "bc", "cd") == found.rules
    assert ("a", "d") == found.choices
    assert found.message == (
        "`a = yes` and `d = no` cannot be completed: `a = yes requires b = yes` (ab), "
        "`b = yes requires c = yes` (bc) and `c = yes requires d = yes` (cd) leave nothing"
    )
    assert ("catalog.pcat:7:1", "catalog.pcat:8:1", "catalog.pcat:9:1") == found.locations


def test_choices_and_rules_that_take_no_part_are_left_out() -> None:
    rules = (
        IMPLIES
        + "rule other: m is chosen requires c = yes\nrule more: require c = yes or a = yes or b = yes\n"
    )

    assert ("ab", "bc", "cd") == conflict(rules, {"a": True, "m": [], "d": False}).rules
    assert ("a", "d") == conflict(rules, {"a": True, "m": [], "d": False}).choices


def test_a_choice_that_includes_something_is_told_as_such() -> None:
    rules = "rule x: sum(m.x) >= 4 requires a = yes\nrule y: a = yes requires b = yes\n"
    found = conflict(rules, {"m": {"includes": ["2 x M2"]}, "b": False})

    assert ("x", "y") == found.rules
    assert found.message == (
        "`b = no` and `m includes 2 x M2` cannot be completed: "
        "`sum(m.x) >= 4 requires a = yes` (x) and `a = yes requires b = yes` (y) leave nothing"
    )


def test_rules_that_leave_one_another_a_way_are_no_conflict() -> None:
    verdict = Configurator.from_text(PLACES + IMPLIES).validate({"a": True})

    assert isinstance(verdict, Incomplete)


def test_a_conflict_that_a_limit_keeps_from_being_proved_minimal_says_so() -> None:

    catalog = Configurator.from_text(PLACES + IMPLIES).catalog
    product_now = prepare_product(catalog, date(2026, 6, 15))
    question = ask(product_now, read_choices(catalog, {"a": True, "d": False}))
    found = find_conflict(Case(product_now.lowered, question.choices), SearchLimits.within(-1))

    assert not found.minimal
    assert set(found.rules) == {"ab", "bc", "cd", "da"}
    assert ("a", "d") == found.choices
