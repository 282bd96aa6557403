"""Completion: choices first, then defaults in the order declared, then catalog order."""

from configurator.configuration.completion import Completed, NotCompletable
from configurator.configurator import Configurator
from configurator.engines.engine import Unknown

CATALOG = """catalog t
family cpu choose one { component "C1" { x = 1 } component "C2" { x = 2 } component "C3" { x = 3 } }
family gpu choose optional { component "G1" { x = 1 } component "G2" { x = 2 } }
family ram choose 1..4 identical { component "R1" { x = 1 } component "R2" { x = 2 } }
option gift : yesno
"""


def completed(statements: str, choices: dict[str, object] | None = None) -> Completed:
    """The completion."""
    answer = Configurator.from_text(CATALOG + statements).complete(choices or {})
    assert isinstance(answer, Completed)
    return answer


def test_without_defaults_the_first_in_catalog_order_is_taken() -> None:
    assert {
        "cpu": "C1",
        "gpu": None,
        "ram": {"component": "R1", "quantity": 1},
        "gift": False,
    } == completed("").configuration.to_dict()


def test_a_default_is_kept_where_a_completion_keeps_it() -> None:
    answer = completed('default cpu = "C2"\ndefault ram = 2 x "R2"\ndefault gpu = "G2"')

    assert {
        "cpu": "C2",
        "gpu": "G2",
        "ram": {"component": "R2", "quantity": 2},
        "gift": False,
    } == answer.configuration.to_dict()
    assert () == answer.not_kept


def test_a_default_yields_to_a_rule() -> None:
    answer = completed('default cpu = "C2"\nrule r: require cpu.x != 2')

    assert answer.configuration["cpu"] == "C1"
    assert [("cpu", "catalog.pcat:6:1")] == [(d.place, d.location) for d in answer.not_kept]


def test_the_earlier_of_two_defaults_that_clash_is_kept() -> None:
    rule = 'rule r: cpu = "C3" excludes gpu = "G2"\n'

    first = completed(f'{rule}default cpu = "C3"\ndefault gpu = "G2"')
    second = completed(f'{rule}default gpu = "G2"\ndefault cpu = "C3"')
    assert ("C3", None) == (first.configuration["cpu"], first.configuration["gpu"])
    assert ("C1", "G2") == (second.configuration["cpu"], second.configuration["gpu"])


def test_a_default_says_nothing_about_what_the_customer_chose() -> None:
    answer = completed('default cpu = "C2"', {"cpu": "C3"})

    assert answer.configuration["cpu"] == "C3"
    assert ("cpu",) == answer.chosen
    assert () == answer.not_kept


def test_a_default_yields_to_what_a_choice_forces() -> None:
    answer = completed('default cpu = "C2"\nrule r: require gpu.x = cpu.x', {"gpu": "G1"})

    assert answer.configuration["cpu"] == "C1"
    assert ["cpu"] == [default.place for default in answer.not_kept]


def test_a_conditional_default_is_read_on_the_finished_configuration() -> None:
    statement = 'default gpu = "G1" when cpu.x > 1\n'

    assert completed(statement).configuration["gpu"] is None
    assert completed(statement, {"cpu": "C2"}).configuration["gpu"] == "G1"


def test_a_condition_that_is_unknown_asks_for_nothing() -> None:
    assert completed("default gift = yes when gpu.x > 1").configuration["gift"] is False


def test_a_default_without_quantity_leaves_the_quantity_to_catalog_order() -> None:
    answer = completed('default ram = "R2"\nrule r: require ram.quantity > 2')

    assert {"component": "R2", "quantity": 3} == answer.configuration.to_dict()["ram"]


def test_a_default_of_nothing_keeps_a_slot_empty_where_it_can() -> None:
    assert completed("default gpu = none").configuration["gpu"] is None
    answer = completed("default gpu = none\nrule r: require gpu is chosen")
    assert answer.configuration["gpu"] == "G1"
    assert ["gpu"] == [default.place for default in answer.not_kept]


def test_the_next_default_of_a_place_stands_in_for_one_that_yields() -> None:
    answer = completed('default cpu = "C2"\ndefault cpu = "C3"\nrule r: require cpu.x != 2')

    assert answer.configuration["cpu"] == "C3"


def test_choices_that_nothing_completes_are_not_completable() -> None:
    asked = Configurator.from_text(f"{CATALOG}rule r: require cpu.x = gpu.x")

    assert NotCompletable() == asked.complete({"cpu": "C3", "gpu": "G1"})


def test_a_limit_gives_unknown_and_not_a_guess() -> None:
    asked = Configurator.from_text(CATALOG, engine="exhaustive")

    assert isinstance(asked.complete(seconds=0), Unknown)
