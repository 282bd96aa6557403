"""What mutants are called: by what is written, whatever its layout and the order of clauses."""

import pytest

from configurator.configurator import Configurator
from configurator.syntax.formatting.formatter import Formatted, format_text

NUMBERS = """catalog numbers
option n : whole 0..5
option m : whole 0..5
option gift : yesno
family cpu choose one {
  | sku | draw [W] |
  |-----|----------|
  | C1  |       65 |
  | C2  |      105 |
}
unit W
"""


def ids(rule: str) -> list[str]:
    report = Configurator.from_text(f"{NUMBERS}\n{rule}\n").mutate(seconds=0)
    return [each.mutant.id for each in report]


def meanings(rule: str) -> dict[str, tuple[str, str]]:
    """By the id of a mutant what is changed, and to what."""
    asked = Configurator.from_text(f"{NUMBERS}\n{rule}\n")
    return {
        each.mutant.id: (each.mutant.before, each.mutant.after)
        for each in asked.mutate(seconds=0)
        if each.mutant.operator != "drop"
    }


LAYOUTS = [
    "rule r: require n<=2 and m<=3 or n = 5",
    "rule r: require n<=2 and(m<=3)or((n = 5 and m   <= 4))",
    'rule r: when cpu="C1"or n<=2 require cpu.draw<=100W and n<=3',
    "rule r: require (n+m)<=3 and (n-m)<=3 # why\n  require n+m # both\n <=4",
    "rule r: require sum ( draw )<=100 W or n<=3 and m<=3",
    "rule r: require n in{1,2}and m not   in { 1,2 } and m in {3}",
    "rule r: (n<=2) and m<=2 requires m<=3\n  require m <= 3 and n=2",
    "resource r { supply cpu.draw demand n*10W # keep 7 % spare\n  keep 10% spare }",
]


@pytest.mark.parametrize("rule", LAYOUTS)
def test_ids_are_the_same_once_a_catalog_is_formatted(rule: str) -> None:
    formatted = format_text(f"{NUMBERS}\n{rule}\n")
    assert isinstance(formatted, Formatted)

    report = Configurator.from_text(formatted.text).mutate(seconds=0)

    assert ids(rule) == [each.mutant.id for each in report]


def test_ids_are_written_as_the_formatter_writes() -> None:
    found = ids("rule r: require n<=2 and m<=3")

    assert "r: n <= 2: <= -> <" in found
    assert "r: n<=2: <= -> <" not in found


def test_both_halves_of_brackets_are_told() -> None:
    found = ids("rule r: require (n+m)<=3 and 4>=(n-m)or n<=(m+1)")

    assert "r: (n + m) <= 3: <= -> <" in found
    assert "r: >= -> >" in found
    assert "r: n <= (m + 1): <= -> <" in found


def test_what_a_mutant_has_instead_is_written_as_the_formatter_writes() -> None:
    report = Configurator.from_text(f"{NUMBERS}\nrule r: require (n+m)<=3\n").mutate(seconds=0)
    after = {each.mutant.id: each.mutant.after for each in report}

    assert "(n + m) < 3" == after["r: <= -> <"]
    assert "(n + m) <= 4" == after["r: 3 -> 4"]


FIRST, SECOND = "require n <= 2 or m <= 3", "require n <= 2 or m <= 4"


def test_comparisons_that_read_alike_are_told_with_their_clauses() -> None:
    found = ids(f"rule r: {FIRST} {SECOND}")

    assert f"r: {FIRST}: n <= 2: <= -> <" in found
    assert f"r: {SECOND}: n <= 2: <= -> <" in found
    assert "r: m <= 3: <= -> <" in found
    assert [] == [each for each in found if each.endswith(")")]


def test_an_id_means_the_same_when_clauses_change_places() -> None:
    assert meanings(f"rule r: {FIRST} {SECOND}") == meanings(f"rule r: {SECOND} {FIRST}")


def test_a_comparison_before_all_clauses_is_told_with_when() -> None:
    found = ids("rule r: when n <= 2 require n <= 2 and m <= 3")

    assert "r: when: n <= 2: <= -> <" in found
    assert "r: require n <= 2 and m <= 3: n <= 2: <= -> <" in found


def test_only_the_same_text_twice_in_one_clause_is_numbered() -> None:
    found = ids("rule r: require n <= 2 and m <= 3 or n <= 2 and m <= 4")
    clause = "require n <= 2 and m <= 3 or n <= 2 and m <= 4"

    assert f"r: {clause}: n <= 2: <= -> <" in found
    assert f"r: {clause}: n <= 2: <= -> < (2)" in found


def test_a_comment_about_what_is_kept_is_no_bound() -> None:
    found = ids("resource r {\n  # keep 7 % spare\n  supply cpu.draw demand n*10W\n  keep 10% spare\n}")

    assert "r: keep 10 % -> 11 %" in found


def test_a_clause_that_is_written_twice_is_numbered() -> None:
    found = ids(f"rule r: {FIRST} {FIRST} {SECOND}")

    assert f"r: {FIRST}: require -> forbid" in found
    assert f"r: {SECOND}: require -> forbid" in found
