"""How choices are read: every form of each kind of place, and the exact words for what does not fit."""

from decimal import Decimal
from fractions import Fraction

import pytest

from configurator.configuration.model import Configuration
from configurator.configuration.validation import Incomplete, Invalid, Valid
from configurator.configurator import Configurator
from configurator.errors import ChoiceError

PC = Configurator.from_text("""catalog pc currency EUR
unit g
unit kg = 1000 g
family cpu choose one { component "C1" { x = 1 } component "C2" { x = 2 } }
family gpu choose optional { component "G1" { x = 1 } }
family ram choose 1..4 identical { component "R1" { x = 1 } component "R2" { x = 2 } }
family disk choose 0..3 mixed { component "D1" { x = 1 } component "D2" { x = 2 } component "D,3" { x = 3 } }
option usage : one of { office, games, 2.5 }
option gift : yesno
option budget : whole 0..100 in EUR
option load : number 0..2 step 0.25 in kg
option wishes : some 1..2 of { quiet, fast, small }
""")
ALL: dict[str, object] = {
    "cpu": "C1",
    "gpu": None,
    "ram": "2 x R1",
    "disk": [],
    "usage": "office",
    "gift": False,
    "budget": 0,
    "load": 0,
    "wishes": ["quiet"],
}


def read(place: str, given: object) -> object:
    """What a full choice holds in one place, in canonical JSON."""
    verdict = PC.validate({**ALL, place: given})
    assert isinstance(verdict, Valid)
    return verdict.configuration.to_dict()[place]


def refusal(choices: dict[str, object]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The problems and next steps told about choices."""
    with pytest.raises(ChoiceError) as caught:
        PC.validate(choices)
    return caught.value.problems, caught.value.help


@pytest.mark.parametrize(
    ("place", "forms", "canonical"),
    [
        ("cpu", ["C2", "1 x C2", {"component": "C2"}, {"component": "C2", "quantity": 1}, ["C2"]], "C2"),
        ("gpu", ["G1", "1xG1"], "G1"),
        ("gpu", [None, "none", [], "  none  "], None),
        (
            "ram",
            ["3 x R2", "3x R2", "3xR2", '3 x "R2"', {"component": "R2", "quantity": 3}, ["3 x R2"]],
            {"component": "R2", "quantity": 3},
        ),
        ("disk", [None, [], "none"], []),
        (
            "disk",
            [
                ["D1", "2 x D2"],
                ["D2", "D1", "D2"],
                "D1, 2 x D2",
                "2xD2,D1",
                [{"component": "D2", "quantity": 2}, {"component": "D1"}],
                ({"component": "D1", "quantity": 1}, "2 x D2"),
            ],
            [{"component": "D1", "quantity": 1}, {"component": "D2", "quantity": 2}],
        ),
        ("disk", ["D,3", ["D,3"]], [{"component": "D,3", "quantity": 1}]),
        ("disk", ["2 x D1", ["D1", "D1"], "D1, D1"], [{"component": "D1", "quantity": 2}]),
        ("usage", ["games", " games "], "games"),
        ("usage", ["2.5", 2.5, Decimal("2.5")], "2.5"),
        ("gift", [True, "yes", "Yes", "true", "TRUE"], True),
        ("gift", [False, "no", "false"], False),
        ("budget", [7, 7.0, "7", "7 EUR", Fraction(7), Decimal(7)], 7),
        ("load", [0.75, "0.75", "0.75 kg", "750 g", Fraction(3, 4), Decimal("0.75")], 0.75),
        (
            "wishes",
            [["fast", "quiet"], "fast, quiet", {"quiet", "fast"}, ("quiet", "fast")],
            ["quiet", "fast"],
        ),
    ],
)
def test_every_form_of_a_choice_means_the_same(place: str, forms: list[object], canonical: object) -> None:
    assert [canonical] * len(forms) == [read(place, form) for form in forms]


def test_a_configuration_is_a_choice() -> None:
    verdict = PC.validate(ALL)
    assert isinstance(verdict, Valid)

    assert verdict == PC.validate(verdict.configuration)
    assert verdict == PC.validate(dict(verdict.configuration))


@pytest.mark.parametrize(
    ("place", "given"),
    [
        ("ram", "R1"),
        ("ram", {"component": "R1"}),
        ("disk", {"includes": ["D1"]}),
        ("wishes", {"includes": []}),
    ],
)
def test_what_a_choice_leaves_open_stays_open(place: str, given: object) -> None:
    verdict = PC.validate({**ALL, place: given})

    assert isinstance(verdict, Incomplete)
    assert (place,) == verdict.open


@pytest.mark.parametrize(
    ("choices", "problem", "help_lines"),
    [
        ({"cpuu": "C1"}, "`cpuu` is neither a slot nor an option", ("did you mean `cpu`?",)),
        (
            {"engine": "C1"},
            "`engine` is neither a slot nor an option",
            ("there are: cpu, gpu, ram, disk, usage, gift, budget, load, wishes",),
        ),
        ({"cpu": "C3"}, "unknown component `C3` in family `cpu`", ()),
        ({"cpu": "c1"}, "unknown component `c1` in family `cpu`", ("did you mean `C1`?",)),
        ({"cpu": None}, "`cpu` cannot be left empty", ()),
        ({"cpu": ["C1", "C2"]}, "`cpu` takes one kind of component, not a list", ()),
        ({"cpu": "2 x C1"}, "`cpu` takes at most 1, not 2", ()),
        ({"cpu": 3}, "`cpu` is filled with components, not with `3`", ('write `"SKU"`',)),
        ({"cpu": {"sku": "C1"}}, "`cpu`: unknown key `sku`", ('write `"SKU"`',)),
        ({"cpu": {}}, "`cpu`: no `component`", ('write `"SKU"`',)),
        ({"cpu": {"includes": ["C1"]}}, "`cpu` holds no list, so it cannot include something: write `=`", ()),
        ({"ram": None}, "`ram` cannot be left empty", ()),
        ({"ram": "0 x R1"}, "`ram`: a quantity of 0 cannot be", ()),
        ({"ram": "-1 x R1"}, "`ram`: a quantity of -1 cannot be", ()),
        ({"ram": "5 x R1"}, "`ram` takes at most 4, not 5", ()),
        ({"ram": "99999999999999999999 x R1"}, "`ram`: a quantity of 99999999999999999999 cannot be", ()),
        (
            {"ram": {"component": "R1", "quantity": 10**5000}},
            "`ram`: a quantity of a number of thousands of digits cannot be",
            (),
        ),
        ({"ram": {"component": "R1", "quantity": 1.5}}, "`ram`: the quantity `1.5` is no whole number", ()),
        ({"ram": {"component": "R1", "quantity": True}}, "`ram`: the quantity `True` is no whole number", ()),
        ({"ram": {"component": "R1", "quantity": None}}, "`ram`: the quantity `None` is no whole number", ()),
        (
            {"ram": 2},
            "`ram` is filled with components, not with `2`",
            ('write `{"component": "SKU", "quantity": 2}` or `"2 x SKU"`',),
        ),
        ({"disk": ["D1", "D1", "2 x D2"]}, "`disk` takes at most 3, not 4", ()),
        ({"disk": [None]}, "`disk` lists components, not `None`", ('write `["SKU", "2 x SKU"]`',)),
        ({"disk": [["D1"]]}, "`disk` lists components, not `['D1']`", ('write `["SKU", "2 x SKU"]`',)),
        ({"usage": "offce"}, "`usage` has no value `offce`", ("did you mean `office`?",)),
        ({"usage": None}, "`usage` is one of { office, games, 2.5 }, not `None`", ()),
        ({"usage": True}, "`usage` is one of { office, games, 2.5 }, not `True`", ()),
        ({"gift": 1}, "`gift` is `yes` or `no`, not `1`", ()),
        ({"gift": "maybe"}, "`gift` is `yes` or `no`, not `maybe`", ()),
        ({"budget": 101}, "`budget` goes from 0 EUR to 100 EUR, not 101 EUR", ()),
        ({"budget": -1}, "`budget` goes from 0 EUR to 100 EUR, not -1 EUR", ()),
        ({"budget": 2.5}, "`budget` goes in steps of 1 EUR from 0 EUR, not to 2.5 EUR", ()),
        ({"budget": "5 kg"}, "`budget` is in EUR, not in kg", ()),
        ({"budget": "5 USD"}, "`budget` is in EUR, not in USD", ()),
        ({"budget": float("nan")}, "`budget` is a number in EUR, not `nan`", ()),
        ({"budget": float("inf")}, "`budget` is a number in EUR, not `inf`", ()),
        ({"budget": 10**5000}, "`budget` is a number in EUR, not `a number of thousands of digits`", ()),
        ({"budget": True}, "`budget` is a number in EUR, not `True`", ()),
        ({"budget": "much"}, "`budget` is a number in EUR, not `much`", ()),
        ({"load": 0.3}, "`load` goes in steps of 0.25 kg from 0 kg, not to 0.3 kg", ()),
        ({"wishes": []}, "`wishes` takes 1 to 2 elements, not 0", ()),
        ({"wishes": ["quiet", "fast", "small"]}, "`wishes` takes 1 to 2 elements, not 3", ()),
        ({"wishes": ["quite"]}, "`wishes` has no element `quite`", ("did you mean `quiet`?",)),
        ({"wishes": [1]}, "`wishes` is a set: write a list of its elements, not `[1]`", ()),
        ({"gift": {"includes": True}}, "`gift` is no set, so it cannot include something: write `=`", ()),
    ],
)
def test_a_choice_that_does_not_fit_is_refused_in_plain_words(
    choices: dict[str, object], problem: str, help_lines: tuple[str, ...]
) -> None:
    assert ((problem,), help_lines) == refusal(choices)


def test_all_problems_are_told_at_once() -> None:
    problems, _ = refusal({"cpu": "C9", "budget": 1000, "colour": "red"})

    assert len(problems) == 3


def test_only_leaves_empty_what_is_not_named_and_asks_for_what_must_be() -> None:
    given = {"cpu": "C1", "ram": "1 x R1", "usage": "office", "gift": True, "budget": 1, "load": 1}
    with pytest.raises(ChoiceError) as caught:
        PC.validate(given, only=True)

    assert ("`wishes` takes 1 to 2 elements, not 0",) == caught.value.problems
    verdict = PC.validate({**given, "wishes": ["fast"]}, only=True)
    assert isinstance(verdict, Valid)
    assert verdict.configuration["gpu"] is None
    assert verdict.configuration["disk"] == ()


def test_only_does_not_guess_an_option() -> None:
    with pytest.raises(ChoiceError) as caught:
        PC.validate({"cpu": "C1", "ram": "1 x R1", "wishes": ["fast"]}, only=True)

    expected = ("usage", "gift", "budget", "load")
    assert tuple(f"`{name}` must be chosen" for name in expected) == caught.value.problems


def test_names_with_blanks_and_signs_are_chosen_as_they_are_written() -> None:
    asked = Configurator.from_text(
        'catalog t\nfamily a choose one { component " A " { x = 1 } component "2 x B" { x = 1 } '
        'component "none" { x = 1 } }\noption o : one of { " x", y }\n'
    )

    for found in asked.configurations():
        assert isinstance(found, Configuration)
        assert isinstance(asked.validate(found.to_dict()), Valid)


def test_numbers_of_many_digits_read_back_as_themselves() -> None:
    asked = Configurator.from_text(
        "catalog t\noption a : number 0.1..0.1000000000000000000002 step 0.0000000000000000000001\n"
        "option b : number 0..1 step 0.1\n"
    )
    found = list(asked.configurations())

    assert len(found) == 33
    assert found == [
        verdict.configuration
        for verdict in (asked.validate(configuration.to_dict()) for configuration in found)
        if isinstance(verdict, Valid)
    ]


def test_what_is_inside_an_assembly_that_is_left_out_cannot_be_filled() -> None:
    asked = Configurator.from_text("catalog a\nassembly basket choose optional { option lid : yesno }\n")

    assert isinstance(asked.validate({"basket": None, "basket.lid": True}), Invalid)
