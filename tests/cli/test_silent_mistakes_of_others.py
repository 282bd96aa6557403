"""What other configurators drop, misread or pass over: here it has the right answer, or an error.

Each was seen in a tool that answered without a word. Where something is solved, every engine is asked.
"""

from collections.abc import Mapping
from pathlib import Path

import pytest
from command_runs import run

from configurator.configuration.completion import Completed
from configurator.configuration.enumeration import Count
from configurator.configuration.validation import Invalid
from configurator.configurator import Configurator
from configurator.engines.cp_sat import cp_sat_is_installed
from configurator.engines.registry import known_engines
from configurator.errors import CatalogError, ChoiceError

ENGINES = [name for name in known_engines() if name != "cp-sat" or cp_sat_is_installed()]
NUMBERS = "catalog t\noption a : whole 0..5\noption b : whole 0..5\noption c : whole 0..5\n"
WORDS = "catalog t\noption colour : one of { Red, Blue }\noption size : one of { S, M }\n"


@pytest.fixture(params=ENGINES)
def engine(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def listed(text: str, engine: str, *places: str) -> list[tuple[object, ...]]:
    """What all valid configurations hold in some places; their number is counted too."""
    asked = Configurator.from_text(text, engine=engine)
    found: list[tuple[object, ...]] = [
        tuple(each.to_dict()[place] for place in places) for each in asked.configurations()
    ]
    counted = asked.count()

    assert isinstance(counted, Count)
    assert counted.value == len(found)
    return found


def mistake(text: str) -> tuple[str, str, str]:
    """Code, place and message of the one error that a catalog has."""
    with pytest.raises(CatalogError) as caught:
        Configurator.from_text(text, name="t.pcat")
    (found,) = caught.value.diagnostics
    return found.code, found.location, found.message


# ---------------------------------------------------------------- arithmetic


@pytest.mark.parametrize(
    ("expression", "value"), [("10 - 3 - 2", 5), ("20 - 2 * 3 - 4", 10), ("7 - (3 - 2)", 6), ("8 / 2 / 2", 2)]
)
def test_minus_and_division_read_from_the_left(expression: str, value: int, engine: str) -> None:
    text = f"catalog t\noption x : whole 0..20\nrule r: require x = {expression}"

    assert [(value,)] == listed(text, engine, "x")


def test_half_of_a_number_is_a_number(engine: str) -> None:
    text = "catalog t\noption x : whole 0..9\noption y : whole 8..8\nrule r: require x = y / 2"

    assert [(4, 8)] == listed(text, engine, "x", "y")


def test_a_price_is_that_of_everything_chosen(engine: str) -> None:
    text = """catalog t currency EUR
family board choose one {
  | sku | price [EUR] |
  | B1  | 250.00      |
}
family cpu choose one {
  | sku | price [EUR] |
  | C1  | 1750.00     |
}
calc board_price in EUR = board.price
calc price in EUR = sum(price)
"""
    answer = Configurator.from_text(text, engine=engine).complete()

    assert isinstance(answer, Completed)
    assert (("board_price", "250.00 EUR"), ("price", "2000.00 EUR")) == answer.configuration.calcs


# ---------------------------------------------------------------- implications


@pytest.mark.parametrize(("right", "found"), [("b = a", (2, 2)), ("b = 4", (2, 4))])
def test_an_implication_to_a_path_or_a_number_binds(right: str, found: tuple[int, int], engine: str) -> None:
    text = f"{NUMBERS}rule r: a = 2 requires {right}\nrule rest: require a = 2 and c = 0"

    assert [found] == listed(text, engine, "a", "b")


def test_seventeen_water_tanks(engine: str) -> None:
    """A pipe sets the pressure of the pump, which is free without one."""
    text = """catalog tank
option volume : one of { small, medium, large }
option pipe : yesno
option pressure : whole 2..6
option part : one of { T1, T2, T5, T5P }
table pressures allow {
  | pipe | volume | pressure |
  | yes  | medium | 4        |
  | yes  | large  | 6        |
  | no   | any    | any      |
}
rule small-tank: volume = small and pipe = no requires part = T1
rule medium-tank: volume = medium and pipe = no requires part = T2
rule large-tank: volume = large and pipe = no requires part = T5
rule piped-tank: pipe = yes requires part = T5P
"""

    assert 17 == len(listed(text, engine, "part"))


# ---------------------------------------------------------------- names of values


def test_a_value_in_lower_case_is_a_value(engine: str) -> None:
    text = "catalog t\noption colour : one of { red, blue }\noption o : yesno\nrule r: require colour = red"

    assert [("red", False), ("red", True)] == listed(text, engine, "colour", "o")


def test_fifteen_espresso_machines(engine: str) -> None:
    """All values are in lower case; each cup warmer is one part."""
    text = """catalog espresso
option foamer : yesno
option warmer : yesno
option plate : one of { without, standard, extended }
option cups : one of { zero, one, three, five }
option part : one of { nothing, A1, A3, extra }
rule milk: foamer = yes requires warmer = yes
table plates allow {
  | plate    | cups        | part    |
  | without  | zero        | nothing |
  | standard | one         | A1      |
  | standard | three       | A3      |
  | extended | three, five | extra   |
}
"""

    assert 15 == len(listed(text, engine, "part"))


@pytest.mark.parametrize(
    ("statement", "found"),
    [
        ("rule r: require colour = Rde", ("E0303", "t.pcat:4:26", "`Rde` is not one of Red, Blue")),
        ("rule r: require color = Red", ("E0301", "t.pcat:4:17", "`color` does not exist")),
        ("table t forbid {\n| color |\n| Red |\n}", ("E0301", "t.pcat:5:3", "`color` does not exist")),
        (
            "table t forbid {\n| colour |\n| Rde |\n}",
            ("E0502", "t.pcat:6:3", "`Rde` is not one of Red, Blue in column `colour`"),
        ),
        ("default colour = Rde", ("E0303", "t.pcat:4:18", "`colour` has no value `Rde`")),
        ("default color = Red", ("E0301", "t.pcat:4:9", "`color` is neither a slot nor an option")),
        ("prefer p : colour = Rde", ("E0303", "t.pcat:4:21", "`Rde` is not one of Red, Blue")),
        ('rule r: require size = S because "{color}"', ("E0301", "t.pcat:4:36", "`color` does not exist")),
    ],
)
def test_an_unknown_name_is_told_wherever_it_stands(statement: str, found: tuple[str, str, str]) -> None:
    assert found == mistake(WORDS + statement)


# ---------------------------------------------------------------- comparisons


def test_a_chained_comparison_is_an_error() -> None:
    assert ("E0307", "t.pcat:5:23", "comparisons cannot be chained") == mistake(
        f"{NUMBERS}rule r: require a < b < c"
    )


def test_the_chain_that_was_meant_has_twenty_answers(engine: str) -> None:
    assert 20 == len(listed(f"{NUMBERS}rule r: require a < b and b < c", engine, "a"))


def test_a_sign_of_mathematics_is_an_error() -> None:
    assert ("E0103", "t.pcat:5:19", "`≤` is not part of the language") == mistake(
        f"{NUMBERS}rule r: require a ≤ 3"
    )


def test_the_comparison_that_was_meant_has_four_answers(engine: str) -> None:
    text = "catalog t\noption a : whole 0..5\nrule r: require a <= 3"

    assert [(0,), (1,), (2,), (3,)] == listed(text, engine, "a")


def test_an_operator_that_does_not_exist_is_an_error() -> None:
    code, place, message = mistake(f"{NUMBERS}rule r: require a contains 3")

    assert ("E0101", "t.pcat:5:19") == (code, place)
    assert message == "unexpected `contains`"


def test_forbidding_one_combination_leaves_the_three_others(engine: str) -> None:
    text = f"{WORDS}table t forbid {{\n| colour | size |\n| Red | S |\n}}"

    assert [("Red", "M"), ("Blue", "S"), ("Blue", "M")] == listed(text, engine, "colour", "size")


# ---------------------------------------------------------------- wishes, messages, defaults


def test_a_preference_is_kept_where_it_can_be(engine: str) -> None:
    asked = Configurator.from_text(f"{WORDS}prefer blue: colour = Blue", engine=engine)
    answer = asked.complete()

    assert isinstance(answer, Completed)
    assert "Blue" == answer.configuration["colour"]


def test_a_message_is_told_with_its_rule(engine: str) -> None:
    text = f'{WORDS}rule r: colour = Red requires size = M because "{{colour}} comes in M only."'
    verdict = Configurator.from_text(text, engine=engine).validate({"colour": "Red", "size": "S"})

    assert isinstance(verdict, Invalid)
    assert ["Red comes in M only."] == [conflict.message for conflict in verdict.conflicts]


def test_a_default_that_a_rule_contradicts_yields_and_is_told(engine: str) -> None:
    text = f"{WORDS}default colour = Red\nrule r: require colour = Blue"
    answer = Configurator.from_text(text, engine=engine).complete()

    assert isinstance(answer, Completed)
    assert ("Blue", ["colour"]) == (
        answer.configuration["colour"],
        [default.place for default in answer.not_kept],
    )


# ---------------------------------------------------------------- broken text, broken orders


def test_a_syntax_error_answers_nothing_and_ends_with_an_error(tmp_path: Path) -> None:
    file = tmp_path / "t.pcat"
    file.write_text(f"{WORDS}rule r: require colour = = Red\nrule s: require colour = Red\n")
    listing = run("list", str(file))

    assert (3, "") == (listing.code, listing.out)
    assert "error[E0101]: " in listing.error
    assert listing.error.endswith("1 error: not loaded\n")


@pytest.mark.parametrize(
    ("choices", "problem"),
    [
        ({"color": "Red"}, "`color` is neither a slot nor an option"),
        ({"colour": "Rde"}, "`colour` has no value `Rde`"),
        ({"colour": "Red", "size": 3}, "`size` has no value `3`"),
    ],
)
def test_an_unknown_name_or_value_in_an_order_is_refused(
    choices: Mapping[str, object], problem: str, engine: str
) -> None:
    asked = Configurator.from_text(WORDS, engine=engine)

    for question in (asked.validate, asked.complete, asked.count, asked.options, asked.conflicts):
        with pytest.raises(ChoiceError) as caught:
            question(choices)
        assert (problem,) == caught.value.problems


def test_an_unknown_choice_on_the_command_line_is_no_answer(tmp_path: Path) -> None:
    (tmp_path / "t.pcat").write_text(WORDS)
    refused = run("list", str(tmp_path / "t.pcat"), "color=Red")

    assert (2, "") == (refused.code, refused.out)
    assert refused.error == (
        "error: `color` is neither a slot nor an option\n  = help: did you mean `colour`?\n"
    )


# ---------------------------------------------------------------- attributes


def test_decimals_and_texts_with_commas_are_values_like_others(engine: str) -> None:
    text = """catalog t
family machine choose one {
  | sku | rate | label  |
  | M1  | 1.5  | "a, b" |
  | M2  | 2    | c      |
}
rule r: require machine.rate < 2 and machine.label = "a, b"
"""

    assert [("M1",)] == listed(text, engine, "machine")


# ---------------------------------------------------------------- no configuration at all


def test_what_nothing_can_fulfil_has_a_minimal_reason(tmp_path: Path, engine: str) -> None:
    text = (
        f'{WORDS}rule warm: require colour = Red because "Only warm colours."\n'
        'rule cold: require colour = Blue because "Only cold colours."\nrule small: require size = S\n'
    )
    verdict = Configurator.from_text(text, engine=engine).validate()

    assert isinstance(verdict, Invalid)
    assert [("warm", "cold")] == [conflict.rules for conflict in verdict.conflicts]

    (tmp_path / "t.pcat").write_text(text)
    told = run("validate", str(tmp_path / "t.pcat"), "--engine", engine)
    assert 1 == told.code
    assert "Only warm colours" in told.out
    assert "Only cold colours" in told.out


# ---------------------------------------------------------------- sums and quantities of feature models


COMPUTER = """catalog t currency EUR
family cpu choose one {
  | sku | price [EUR] |
  | C   | 100.00      |
}
family gpu choose optional {
  | sku | price [EUR] |
  | G   | 500.00      |
}
family ram choose 1..4 identical {
  | sku | price [EUR] |
  | R   | 60.00       |
}
calc price in EUR = sum(price)
"""


def test_a_sum_over_what_is_chosen_bounds_it(engine: str) -> None:
    found = listed(f"{COMPUTER}rule budget: require price <= 400 EUR", engine, "gpu")

    # 100 + 60 × 1..4, and never the graphics card.
    assert [(None,)] * 4 == found


def test_a_cardinality_counts_in_the_number_of_configurations(engine: str) -> None:
    assert 8 == len(listed(COMPUTER, engine, "ram"))
