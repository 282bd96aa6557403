"""Wishes: what goes before what, what becomes of each, and what stands against those not kept."""

from fractions import Fraction

import pytest

from configurator.configuration.completion import Completed, NotCompletable, WishOutcome
from configurator.configurator import Configurator
from configurator.engines.engine import Unknown
from configurator.errors import ChoiceError
from configurator.explanation.conflict import Conflict
from configurator.explanation.evidence import (
    DecisionEvidence,
    EffectivityEvidence,
    RuleEvidence,
    WishEvidence,
)

ENGINES = ("exhaustive", "backtracking", "sat", "cp-sat", "diagram", "auto")
HEAD = """catalog t "T" version "1" currency EUR
family cpu choose one {
  | sku | x | y | price [EUR] |
  | C1  | 1 | 9 |          10 |
  | C2  | 2 | 5 |          20 |
  | C3  | 3 | 4 |          30 |
}
family gpu choose optional {
  | sku | x | y | price [EUR] |
  | G1  | 1 | 2 |           5 |
  | G2  | 2 | 1 |           7 |
}
calc price in EUR = sum(price)
"""


def completed(statements: str, choices: dict[str, object] | None = None, **how: object) -> Completed:
    """The completion, which is the same in every engine."""
    answers = [
        Configurator.from_text(HEAD + statements, engine=engine).complete(choices or {}, **how)  # type: ignore[arg-type]  # keywords of the test
        for engine in ENGINES
    ]
    (answer, *others) = answers
    assert isinstance(answer, Completed)
    assert all(other == answer for other in others)
    return answer


def values(statements: str, choices: dict[str, object] | None = None, **how: object) -> tuple[object, ...]:
    """What the places hold."""
    return tuple(completed(statements, choices, **how).configuration.to_dict().values())


def wish(found: Completed, name: str) -> WishOutcome:
    """A wish by its name."""
    return next(each for each in found.wishes if each.name == name)


@pytest.mark.parametrize(
    ("statements", "expected"),
    [
        ("prefer p: cpu.x = 2", ("C2", None)),
        ("prefer p: gpu.x >= 1", ("C1", "G1")),
        ("prefer p: cpu.x + gpu.x >= 5", ("C3", "G2")),
        ("prefer p: cpu.x * gpu.x = 4", ("C2", "G2")),
        ("prefer p: not (cpu.x = gpu.x)", ("C1", "G2")),
        ("prefer p: max(x) = 3", ("C3", None)),
        ("minimise price", ("C1", None)),
        ("maximise price", ("C3", "G2")),
        ("minimise cpu.y", ("C3", None)),
        ("minimise cpu.y * gpu.y", ("C3", "G2")),
        ("maximise min(x)", ("C3", None)),
        ("minimise if gpu is chosen then cpu.x - 5 else 0", ("C1", "G1")),
        ("maximise cpu.x / gpu.x", ("C3", "G1")),
        ("minimise max(y)\nmaximise cpu.x", ("C3", None)),
        ("minimise 3", ("C1", None)),
    ],
)
def test_a_wish_may_be_about_any_expression(statements: str, expected: tuple[object, ...]) -> None:
    assert expected == values(statements)


def test_a_known_value_goes_before_an_unknown_one() -> None:
    assert ("C1", "G2") == values("minimise gpu.y")
    assert ("C1", "G1") == values("maximise gpu.y")


def test_an_objective_that_can_have_no_value_says_nothing() -> None:
    found = completed("minimise gpu.y\nmaximise cpu.x", {"gpu": None})

    assert "C3" == found.configuration["cpu"]
    assert ["idle", "kept"] == [each.state for each in found.wishes]


def test_a_preference_counts_only_where_it_is_true() -> None:
    found = completed("prefer small: gpu.y < 5", {"gpu": None}, reasons=True)

    assert "not kept" == wish(found, "small").state


@pytest.mark.parametrize(
    ("weights", "expected"),
    [
        (("", ""), "C1"),
        ((" weight 1", " weight 2"), "C3"),
        ((" weight 2", ""), "C1"),
        ((" weight 0.5", ""), "C3"),
    ],
)
def test_heavier_wishes_go_first_and_equal_ones_in_the_order_written(
    weights: tuple[str, str], expected: str
) -> None:
    found = values(f"minimise price{weights[0]}\nmaximise cpu.x{weights[1]}")

    assert expected == found[0]


def test_weights_are_not_added_up() -> None:
    light = "\n".join(f"prefer p{number}: cpu.x = 1 weight 9" for number in range(5))

    assert ("C3", None) == values(f"{light}\nprefer heavy: cpu.x = 3 weight 10")


def test_defaults_go_before_wishes() -> None:
    assert ("C2", None) == values('default cpu = "C2"\nminimise price weight 100')


def test_what_a_call_asks_for_goes_before_defaults() -> None:
    found = completed('default cpu = "C2"\ndefault gpu = "G1"\nprefer p: cpu.x = 3', minimise=["price"])

    assert ("C1", None) == tuple(found.configuration.to_dict().values())
    assert [
        ("minimise", "kept", 10, "10.00 EUR"),
        ("default", "not kept", None, ""),
        ("default", "not kept", None, ""),
        ("prefer", "not kept", None, ""),
    ] == [(each.kind, each.state, each.number, each.reached) for each in found.wishes]


def test_a_call_may_minimise_and_maximise() -> None:
    statements = "calc size = max(x)\ncalc half = sum(y) / 2"

    assert ("C3", "G1") == values(statements, maximise=["size", "half"])
    assert ("C3", None) == values(statements, minimise=["half"], maximise=["size"])


@pytest.mark.parametrize(
    ("how", "problem"),
    [
        ({"minimise": ["prize"]}, "the catalog has no calc `prize`; it has `price`, `dear`"),
        ({"maximise": ["dear"]}, "the calc `dear` is no number: it cannot be maximised"),
    ],
)
def test_what_is_no_amount_cannot_be_asked_for(how: dict[str, list[str]], problem: str) -> None:
    asked = Configurator.from_text(HEAD + "calc dear = price > 20 EUR")
    with pytest.raises(ChoiceError) as caught:
        asked.complete(**how)  # type: ignore[arg-type]  # keywords of the test

    assert (problem,) == caught.value.problems
    with pytest.raises(TypeError, match="`minimise` takes a list of calcs"):
        asked.complete(minimise="price")


def test_a_condition_is_read_on_the_finished_configuration() -> None:
    # The preference takes away what the default is about: it is kept, and says nothing.
    found = completed('default gpu = "G1" when cpu.x = 1\nprefer p: cpu.x = 2 and gpu is absent')

    assert ("C2", None) == tuple(found.configuration.to_dict().values())
    assert ["idle", "kept"] == [each.state for each in found.wishes]


def test_a_contradicted_default_leaves_everything_possible() -> None:
    rules = "rule r: require cpu.x != 2\nrule s: require gpu is absent\n"
    found = completed(f'{rules}default cpu = "C2"\ndefault gpu = "G1"\ndefault cpu = "C3"')

    assert ("C3", None) == tuple(found.configuration.to_dict().values())
    assert ["not kept", "not kept", "kept"] == [each.state for each in found.wishes]


# ---------------------------------------------------------------- reasons


def why(found: Completed, name: str) -> Conflict:
    """What stands against a wish."""
    reason = wish(found, name).why
    assert isinstance(reason, Conflict)
    return reason


def test_nobody_pays_for_reasons_that_nobody_asked_for() -> None:
    found = completed('rule r: require cpu.x != 2\ndefault cpu = "C2"')

    assert wish(found, "cpu").why is None


def test_a_rule_stands_against_a_default() -> None:
    found = completed('rule even "Even ones are gone": require cpu.x != 2\ndefault cpu = "C2"', reasons=True)
    reason = why(found, "cpu")

    assert "it does not go with even (Even ones are gone)" == reason.message
    assert (RuleEvidence("even", "rule", "Even ones are gone", "catalog.pcat:14:1"),) == reason.evidence


def test_a_choice_and_a_rule_stand_against_a_preference() -> None:
    found = completed(
        'rule r: cpu = "C3" excludes gpu = "G2"\nprefer fast: gpu.x = 2', {"cpu": "C3"}, reasons=True
    )

    assert [RuleEvidence, DecisionEvidence] == [type(each) for each in why(found, "fast").evidence]
    assert ("cpu",) == why(found, "fast").choices


def test_an_earlier_wish_stands_against_a_later_one() -> None:
    found = completed('default cpu = "C2"\nprefer cheap: price < 15 EUR\nprefer odd: cpu.x = 3', reasons=True)

    assert 'it does not go with the default `cpu = "C2"`' == why(found, "cheap").message
    assert (WishEvidence("cpu", 'the default `cpu = "C2"`', "catalog.pcat:14:1"),) == why(
        found, "odd"
    ).evidence


def test_an_objective_stands_with_the_value_it_reached() -> None:
    found = completed(
        "prefer first: cpu.x > 1 weight 3\nminimise price weight 2\nprefer big: cpu.x = 3", reasons=True
    )

    assert "it does not go with `minimise price` (20.00 EUR)" == why(found, "big").message
    assert (Fraction(20), "20.00 EUR") == (wish(found, "price").number, wish(found, "price").reached)


def test_what_can_never_be_is_told_so() -> None:
    found = completed("prefer never: cpu.x = 7", reasons=True)

    assert "nothing can be so, whatever the rules" == why(found, "never").message


def test_a_default_that_is_not_in_force_is_told_by_its_days() -> None:
    asked = Configurator.from_text(
        'catalog t\nfamily cpu choose one { component "C1" { x = 1 } '
        'component "C2" "Two" effective until 2020-01-01 { x = 2 } }\ndefault cpu = "C2"'
    )
    found = asked.complete(reasons=True)

    assert isinstance(found, Completed)
    (evidence,) = why(found, "cpu").evidence
    assert isinstance(evidence, EffectivityEvidence)
    assert evidence.text.startswith("Two (C2) can be chosen until 2020-01-01, not on ")


def test_a_session_tells_its_wishes() -> None:
    asked = Configurator.from_text(HEAD + 'rule r: require cpu.x != 2\ndefault cpu = "C2"')
    found = asked.session().wishes()

    assert isinstance(found, tuple)
    assert isinstance(found[0].why, Conflict)
    assert isinstance(asked.session({"cpu": "C2"}).wishes(), NotCompletable)


def test_a_completion_that_runs_out_of_time_is_unknown() -> None:
    asked = Configurator.from_text(HEAD + "minimise cpu.x * gpu.x\nminimise price")

    assert isinstance(asked.complete(seconds=0), Unknown)


def test_defaults_are_told_as_they_are_written_with_the_whole_path() -> None:
    asked = Configurator.from_text(
        'catalog t\nimport "more.pcat" as more\nassembly bag choose 0..1 { option size : one of { S, L } }\n'
        "default bag = [{ size = L }]\nrule r: require bag is absent",
        files={"more.pcat": "option  bow : yesno\ndefault  bow=yes\nrule bare: require bow = no"},
    )
    found = asked.complete()

    assert isinstance(found, Completed)
    assert {"more.bow = yes", "bag = [{ size = L }]"} == {
        each.text for each in found.wishes if each.state == "not kept"
    }
