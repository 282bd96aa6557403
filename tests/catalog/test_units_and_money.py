"""Numbers are exact, units convert exactly, money tells two decimals."""

import pytest

from configurator.configuration.validation import Incomplete, Invalid, Valid
from configurator.configurator import Configurator

UNITS = "catalog t currency EUR\nunit g\nunit kg = 1000 g\nunit inch = 25.4 mm\nunit mm\n"


def holds(condition: str, statements: str = "") -> bool:
    """Whether a condition without any slot is true."""
    text = f"{UNITS}{statements}\nrule r: require {condition}\n"
    return isinstance(Configurator.from_text(text).validate(), Valid)


def told(calc: str, statements: str = "") -> str:
    """A calc's value for people."""
    configurator = Configurator.from_text(f"{UNITS}{statements}\ncalc it {calc}\n")
    (configuration,) = configurator.configurations()
    return dict(configuration.calcs)["it"]


@pytest.mark.parametrize(
    "condition",
    [
        "1.5 kg = 1500 g",
        "1 inch = 25.4 mm",
        "0.1 kg + 0.2 kg = 0.3 kg",
        "0.1 + 0.2 = 0.3",
        "1 / 3 * 3 = 1",
        "10 - 3 - 2 = 5",
        "20 - 2 * 3 - 4 = 10",
        "100 / 10 / 5 = 2",
        "2 + 3 * 4 = 14",
        "(2 + 3) * 4 = 20",
        "-2 * -3 = 6",
        "5 - -3 = 8",
        "2 kg / 500 g = 4",
        "3 * 2 kg = 6000 g",
        "1 kg > 0",
        "-1 kg < 0",
        "2 between 2 and 2",
        "not 3 between 4 and 2",
    ],
)
def test_arithmetic_is_exact_and_reads_from_the_left(condition: str) -> None:
    assert holds(condition)


@pytest.mark.parametrize("condition", ["0.1 + 0.2 != 0.3", "10 - 3 - 2 = 9", "1000.001 g = 1 kg"])
def test_what_binary_numbers_or_a_right_associative_minus_would_say_is_false(condition: str) -> None:
    assert not holds(condition)


def test_division_by_zero_is_unknown_and_breaks_nothing() -> None:
    assert holds("1 / 0 = 5")
    assert holds("not 1 / 0 = 5")


@pytest.mark.parametrize(
    ("calc", "text"),
    [
        ("= 2500 g", "2500 g"),
        ("in kg = 2500 g", "2.5 kg"),
        ("in EUR = 3 EUR", "3.00 EUR"),
        ("in EUR = 0.125 EUR", "0.125 EUR"),
        ("in EUR = -0.5 EUR", "-0.50 EUR"),
        ("in EUR = 1 EUR / 3", "0.333333 EUR"),
        ("= 1 / 4", "0.25"),
        ("= 0.1234567", "0.1234567"),
        ("in inch = 254 mm", "10 inch"),
        ("= 1 / 0", "not known"),
        ("= 1 = 1", "yes"),
    ],
)
def test_values_are_told_in_their_unit_and_exactly_where_they_can_be(calc: str, text: str) -> None:
    assert text == told(calc)


def test_an_option_in_another_unit_is_compared_in_base_units() -> None:
    text = f"{UNITS}option load : number 0..2 step 0.5 in kg\nrule r: require load <= 999 g\n"
    configurator = Configurator.from_text(text)

    assert [{"load": 0}, {"load": 0.5}] == [found.to_dict() for found in configurator.configurations()]
    assert isinstance(configurator.validate({"load": "500 g"}), Valid)
    assert isinstance(configurator.validate({"load": "1 kg"}), Invalid)


def test_units_may_be_declared_in_any_order() -> None:
    statements = "unit h\nunit week = 7 d\nunit d = 24 h\n"

    assert holds("1 week = 168 h", statements)


def test_prices_add_up_over_quantities_and_slots() -> None:
    text = (
        f"{UNITS}family a choose one {{\n| sku | price [EUR] |\n|-|-|\n| A | 0.10 |\n}}\n"
        "family b choose 0..3 identical {\n| sku | price [EUR] |\n|-|-|\n| B | 0.20 |\n}\n"
        "calc price in EUR = sum(price) + bundles.price\n"
    )
    verdict = Configurator.from_text(text).validate({"a": "A", "b": "3 x B"})

    assert isinstance(verdict, Valid)
    assert (("price", "0.70 EUR"),) == verdict.configuration.calcs


def test_without_a_rule_about_it_a_price_adds_nothing_to_the_count() -> None:
    text = f"{UNITS}option a : yesno\ncalc price in EUR = if a = yes then 1 EUR else 2 EUR\n"

    assert isinstance(Configurator.from_text(text).validate(), Incomplete)
    assert len(list(Configurator.from_text(text).configurations())) == 2
