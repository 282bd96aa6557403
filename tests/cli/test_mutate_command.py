"""`configurator mutate`: survivors as text and JSON, as scenarios, explained; the exit code."""

from pathlib import Path

import pytest
from command_runs import Run, run

CATALOG = """catalog parts currency EUR
  tested on 2026-11-22

family cpu "Processor" choose one {
  | sku | tdp |
  | C-1 |  65 |
  | C-2 | 105 |
}
rule heat "It stays cool":
  require cpu.tdp <= 100

scenario "cool" tags smoke {
  choose cpu = "C-1"
  expect valid
}
"""
HOT = """scenarios for "parts.pcat"

scenario "hot" {
  choose cpu = "C-2"
  expect invalid because heat
}
"""


@pytest.fixture
def parts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A catalog whose only scenario does not notice that its rule is gone."""
    monkeypatch.chdir(tmp_path)
    Path("parts.pcat").write_text(CATALOG)
    return "parts.pcat"


def test_a_survivor_is_told_with_what_a_scenario_could_expect(parts: str) -> None:
    assert Run(
        1,
        "SURVIVED heat: drop  parts.pcat:9:1\n"
        "     was: require cpu.tdp <= 100\n"
        "     now: left out\n"
        "     invalid, and the mutant allows it: a scenario could expect `invalid because only heat` of\n"
        '       choose cpu = "C-2"\n'
        "\n"
        "4 mutants: 2 killed, 1 survived, 1 equivalent; score 66.6 % in 0.02 s\n",
        "",
    ) == run("mutate", parts)


def test_with_verbose_every_mutant_is_told(parts: str) -> None:
    told = run("mutate", parts, "-v").out.splitlines()

    assert "killed     heat: require -> forbid  by cool" == told[0]
    assert (
        "equivalent heat: <= -> <  the same configurations are valid on every day, with the same warnings"
    ) == told[1]


def test_scenarios_in_files_of_their_own_count(parts: str) -> None:
    Path("hot.pcat").write_text(HOT)

    expected = Run(0, "4 mutants: 3 killed, 1 equivalent; score 100.0 % in 0.02 s\n", "")
    assert expected == run("mutate", parts, "hot.pcat")
    assert expected == run("mutate", ".")


def test_survivors_are_written_as_scenarios_that_kill_them(parts: str) -> None:
    written = run("mutate", parts, "--write", "more.pcat")

    assert "written to more.pcat: 1 scenario" == written.out.splitlines()[-2]
    assert (
        'scenarios for "parts.pcat"\n\n'
        'scenario "heat: drop" {\n'
        '  choose cpu = "C-2"\n'
        "  expect invalid because only heat\n"
        "}\n"
    ) == Path("more.pcat").read_text()
    assert 0 == run("mutate", ".").code
    assert 0 == run("test", ".").code


def test_an_explained_survivor_does_not_fail(parts: str) -> None:
    Path("mutants.toml").write_text('[[survivor]]\nmutant = "heat: drop"\nbecause = "nobody buys it"\n')

    assert Run(0, "4 mutants: 2 killed, 1 explained, 1 equivalent; score 66.6 % in 0.02 s\n", "") == run(
        "mutate", parts
    )


def test_an_explanation_of_what_is_killed_is_told(parts: str) -> None:
    Path("why.toml").write_text('[[survivor]]\nmutant = "heat: 100 -> 64"\nbecause = "nobody buys it"\n')

    told = run("mutate", parts, "--explained", "why.toml").out.splitlines()

    assert "explained for nothing: heat: 100 -> 64: it is killed" == told[-2]


@pytest.mark.parametrize(("percent", "code"), [("66", 0), ("67", 1), ("100", 1)])
def test_the_score_can_decide_instead_of_each_survivor(parts: str, percent: str, code: int) -> None:
    assert code == run("mutate", parts, "--fail-under", percent).code


def test_the_answer_is_data_as_well(parts: str) -> None:
    found = run("mutate", parts, "--only", "drop", "--json")

    assert {
        "killed": 0,
        "survived": 1,
        "explained": 0,
        "equivalent": 0,
        "undecided": 0,
        "score": 0.0,
        "score_exactly": "0",
        "mutants": [
            {
                "id": "heat: drop",
                "operator": "drop",
                "element": "heat",
                "location": "parts.pcat:9:1",
                "before": "require cpu.tdp <= 100",
                "after": "",
                "state": "survived",
                "because": None,
                "kind": "gained",
                "witness": {"cpu": "C-2"},
                "day": "2026-11-22",
                "says": "invalid because only heat",
                "scenario_text": 'scenario "heat: drop" {\n'
                '  choose cpu = "C-2"\n'
                "  expect invalid because only heat\n"
                "}\n",
            }
        ],
        "stale": [],
    } == found.result
    assert ("no", "2026-11-22") == (found.envelope["status"], found.envelope["catalog"]["as_of"])


def test_only_what_is_wanted_is_changed(parts: str) -> None:
    assert "1 mutant: 1 killed; score 100.0 % in 0.02 s\n" == run("mutate", parts, "--only", "swap").out
    assert 3 == run("mutate", parts, "--element", "heat", "--json").result["killed"] + 1


@pytest.mark.parametrize(
    ("words", "code", "message"),
    [
        (["--element", "haet"], 2, "there is no rule, table, resource or row `haet`"),
        (["-k", "winter"], 2, "none of 1 scenario is selected"),
        (["other.pcat"], 2, "2 catalogs are named, and one at a time is mutated"),
        (["--explained", "none.toml"], 6, "`none.toml` cannot be read: No such file or directory"),
    ],
)
def test_what_cannot_be_done_is_told(parts: str, words: list[str], code: int, message: str) -> None:
    Path("other.pcat").write_text(CATALOG.replace("catalog parts", "catalog other"))

    failed = run("mutate", parts, *words)

    assert code == failed.code
    assert message in failed.error


def test_scenarios_have_to_be_met_before(parts: str) -> None:
    Path(parts).write_text(CATALOG.replace('C-1"\n', 'C-2"\n'))

    failed = run("mutate", parts)

    assert 1 == failed.code
    assert "error: the scenario `cool` (parts.pcat:12:1) is not met\n" in failed.error


def test_what_was_not_reached_is_told(parts: str) -> None:
    found = run("mutate", parts, "--timeout", "0.001ms")

    assert 4 == found.code
    assert (
        "not decided: 4 mutants: the scenario `cool` (parts.pcat:12:1) is not decided within the limits"
    ) == found.out.splitlines()[0]
