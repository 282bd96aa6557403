"""`configurator sample`: covering samples and uniform ones, in every form; what a limit leaves open."""

import csv
import io
import json
from pathlib import Path

import pytest
from command_runs import run

BIKES = """\
catalog bikes "Bicycle"
option colour : one of { red, black }
option teeth : number 11..22 step 1
family frame choose one {
  | sku  | size |
  |------|------|
  | F-24 |   24 |
  | F-28 |   28 |
}
family wheel choose one {
  | sku  | size |
  |------|------|
  | W-24 |   24 |
  | W-28 |   28 |
}
rule fits: require wheel.size = frame.size
"""


@pytest.fixture
def bikes(tmp_path: Path) -> str:
    """A catalog of 48 configurations."""
    file = tmp_path / "bikes.pcat"
    file.write_text(BIKES)
    return str(file)


def test_pairs_are_covered_where_nothing_else_is_said(bikes: str) -> None:
    found, same = run("sample", bikes), run("sample", bikes, "--pairwise")

    assert found == same
    assert len(found.out.splitlines()) == 11
    assert found.error.splitlines() == [
        "10 configurations with all 40 pairs of levels of 4 factors; 2 others proved impossible, "
        "at least 10 needed",
        "teeth is 11, 12, 13 to 20, 21, 22",
    ]
    assert found.code == 0


def test_the_envelope_tells_factors_and_numbers(bikes: str) -> None:
    found = run("sample", bikes, "--t", "1", "frame=F-24", "--json").result

    assert (found["t"], found["seed"]) == (1, 0)
    assert (found["covered"], found["impossible"], found["undecided"], found["at_least"]) == (9, 2, 0, 5)
    assert len(found["configurations"]) == 5
    assert {each["frame"] for each in found["configurations"]} == {"F-24"}
    assert found["factors"][1] == {
        "name": "teeth",
        "path": "teeth",
        "kind": "value",
        "levels": ["11", "12", "13 to 20", "21", "22"],
    }


def test_lines_and_tables_hold_the_same_configurations(bikes: str) -> None:
    lines = run("sample", bikes, "--format", "jsonl", "-q")
    table = run("sample", bikes, "--format", "csv", "--columns", "frame,colour", "-q")

    told = [json.loads(line) for line in lines.out.splitlines()]
    assert [[each["frame"], each["colour"]] for each in told] == list(csv.reader(io.StringIO(table.out)))[1:]
    assert lines.error == table.error == ""


def test_a_uniform_sample_has_as_many_as_are_asked_for(bikes: str) -> None:
    found = run("sample", bikes, "--uniform", "3", "--seed", "5", "--json").result

    assert (found["uniform"], found["seed"], len(found["configurations"])) == (3, 5, 3)


def test_another_seed_gives_another_sample(bikes: str) -> None:
    assert run("sample", bikes).out != run("sample", bikes, "--seed", "1").out


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--pairwise", "--t", "3"), "`--pairwise` and `--t` are two kinds of samples"),
        (("--uniform", "2", "--t", "3"), "`--t` and `--uniform` are two kinds of samples"),
        (("--columns", "frame", "--json"), "`--columns` goes with `--format text` and `csv`"),
    ],
)
def test_what_does_not_go_together_is_refused(bikes: str, words: tuple[str, ...], told: str) -> None:
    found = run("sample", bikes, *words, "--format", "text")

    assert found.code == 2
    assert told in found.error + found.out


def test_a_uniform_sample_of_none_is_refused(bikes: str) -> None:
    found = run("sample", bikes, "--uniform", "0")

    assert found.code == 2
    assert "`--uniform`" in found.error or "'--uniform'" in found.error
    assert "0 is not in the range x>=1" in found.error


def test_only_what_stock_can_build_counts(bikes: str, tmp_path: Path) -> None:
    stock = tmp_path / "few.csv"
    stock.write_text("sku,on_hand\nF-24,3\nW-24,3\nF-28,1\nW-28,0\n")

    found = run("sample", bikes, "--stock", str(stock), "--json").result

    assert {each["frame"] for each in found["configurations"]} == {"F-24"}
    assert found["stock"]["available"] == "only"


def test_choices_that_nothing_keeps_give_no_sample(bikes: str) -> None:
    found = run("sample", bikes, "frame=F-24", "wheel=W-28")

    assert (found.code, found.out) == (1, "")
    assert found.error.splitlines()[0] == "no configuration keeps the choices"


def test_too_many_sets_are_refused_with_the_reason() -> None:
    found = run("sample", "package:desktop_pc", "--as-of", "2026-11-22", "--t", "4", "--json")

    assert found.code == 4
    assert found.result["reason"] == "313 levels have too many sets of 4"


def test_what_a_limit_leaves_open_is_told() -> None:
    found = run("sample", "package:desktop_pc", "--as-of", "2026-11-22", "--t", "3", "--timeout", "3s", "-q")

    assert found.code == 4
    assert found.error.startswith("not decided: the time limit of 3 s was reached")
