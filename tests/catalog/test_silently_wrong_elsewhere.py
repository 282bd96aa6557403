"""What other configurators drop or misread without a word: here it has the right answer, or an error."""

import pytest
from judged import listed

from configurator.configuration.completion import Completed
from configurator.configuration.validation import Invalid
from configurator.configurator import Configurator
from configurator.errors import CatalogError

NUMBERS = "catalog t\noption a : whole 0..5\noption b : whole 0..5\noption c : whole 0..5\n"
WORDS = """catalog t
option colour : one of { Red, Blue }
option size : one of { S, M }
"""


def code_of(text: str) -> set[str]:
    """The codes of the errors a catalog has."""
    with pytest.raises(CatalogError) as caught:
        Configurator.from_text(text)
    return {finding.code for finding in caught.value.diagnostics}


def test_minus_reads_from_the_left() -> None:
    assert [(5, 0, 0)] == listed(
        f"{NUMBERS}rule r: require a = 10 - 3 - 2 and b = 0 and c = 0", "a", "b", "c"
    )


def test_an_implication_between_plain_numbers_binds() -> None:
    text = "catalog t\noption a : whole 0..3\noption b : whole 0..3\nrule r: a = a requires b = a and a = 2"

    assert [(2, 2)] == listed(text, "a", "b")


def test_a_price_is_that_of_what_is_chosen() -> None:
    text = """catalog t currency EUR
family board choose one {
  | sku | price [EUR] |
  |-----|-------------|
  | B1  | 250.00      |
}
family cpu choose one {
  | sku | price [EUR] |
  |-----|-------------|
  | C1  | 1750.00     |
}
calc price in EUR = sum(price)
"""
    answer = Configurator.from_text(text).complete()

    assert isinstance(answer, Completed)
    assert (("price", "2000.00 EUR"),) == answer.configuration.calcs


def test_values_in_lower_case_are_values() -> None:
    text = "catalog t\noption colour : one of { red, blue }\noption o : yesno\nrule r: require colour = red"

    assert [("red", False), ("red", True)] == listed(text, "colour", "o")


def test_a_chained_comparison_is_an_error() -> None:
    assert {"E0307"} == code_of(f"{NUMBERS}rule r: require a < b < c")


def test_the_chain_meant_has_its_twenty_answers() -> None:
    assert len(listed(f"{NUMBERS}rule r: require a < b and b < c", "a", "b", "c")) == 20


def test_a_comparison_with_a_sign_of_another_language_is_an_error() -> None:
    assert code_of(f"{NUMBERS}rule r: require a ≤ 3")


def test_an_unknown_function_is_an_error() -> None:
    assert code_of(f"{NUMBERS}rule r: require a contains 3")


def test_forbidding_one_combination_leaves_the_three_others() -> None:
    text = f"{WORDS}table t forbid {{\n| colour | size |\n|-|-|\n| Red | S |\n}}"

    assert [("Red", "M"), ("Blue", "S"), ("Blue", "M")] == listed(text, "colour", "size")


def test_division_by_two_has_an_answer() -> None:
    assert [(2, 4)] == listed(
        "catalog t\noption a : whole 0..9\noption b : whole 4..4\nrule r: require a = b / 2", "a", "b"
    )


def test_a_default_that_a_rule_contradicts_yields() -> None:
    answer = Configurator.from_text(f"{WORDS}default colour = Red\nrule r: require colour = Blue").complete()

    assert isinstance(answer, Completed)
    assert answer.configuration["colour"] == "Blue"
    assert ["colour"] == [default.place for default in answer.not_kept]


@pytest.mark.parametrize(
    ("rule", "code"),
    [
        ("rule r: require colour = Rde", "E0303"),
        ("rule r: require color = Red", "E0301"),
        ("table t forbid {\n| colour |\n|-|\n| Rde |\n}", "E0502"),
        ("table t forbid {\n| color |\n|-|\n| Red |\n}", "E0301"),
        ("default colour = Rde", "E0303"),
        ("default color = Red", "E0301"),
        ("prefer p : colour = Rde", "E0303"),
        ('rule r: require colour = Red because "{color}"', "E0301"),
    ],
)
def test_an_unknown_name_is_an_error_wherever_it_stands(rule: str, code: str) -> None:
    assert {code} == code_of(WORDS + rule)


def test_what_follows_a_syntax_error_is_not_dropped_but_nothing_is_loaded() -> None:
    assert code_of(f"{WORDS}rule r: require colour = = Red\nrule s: require colour = Red\n")


def test_a_quantity_counts_in_sums_and_rules() -> None:
    text = """catalog t currency EUR
family ram choose 1..4 identical {
  | sku | price [EUR] |
  |-----|-------------|
  | R   | 150.00      |
}
calc price in EUR = sum(price)
rule budget: require price <= 400 EUR
"""

    assert [({"component": "R", "quantity": 1},), ({"component": "R", "quantity": 2},)] == listed(text, "ram")


def test_a_decimal_and_a_quoted_text_are_values_like_others() -> None:
    text = """catalog t
family machine choose one {
  | sku | rate | label    |
  |-----|------|----------|
  | M1  | 1.5  | "a, b"   |
  | M2  | 2    | "c"      |
}
rule r: require machine.rate < 2 and machine.label = "a, b"
"""

    assert [("M1",)] == listed(text, "machine")


def test_what_nothing_can_fulfil_has_its_reason() -> None:
    text = f"{WORDS}rule r: require colour = Red\nrule s: require colour = Blue\n"
    verdict = Configurator.from_text(text).validate()

    assert isinstance(verdict, Invalid)
    assert [("r", "s")] == [conflict.rules for conflict in verdict.conflicts]
