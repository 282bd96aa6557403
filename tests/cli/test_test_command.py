"""`test`: scenarios run file by file, what is told of them, and numbers written anew."""

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from command_runs import run

from configurator.cli.dialog.keeping import expectations, scenario_text
from configurator.cli.scenario_files import add_scenario
from configurator.configurator import Configurator

DAY = date(2026, 11, 22)

PC = """\
catalog pc "PC" version "1" currency EUR
  tested on 2026-11-22

unit mm

family chassis "Case" choose one {
  | sku       | max_gpu [mm] | price [EUR] |
  |-----------|--------------|-------------|
  | CASE-T    |          360 |      109.00 |
  | CASE-MINI |          300 |      139.00 |
}

family gpu "Graphics card" choose optional {
  | sku      | length [mm] | price [EUR] |
  |----------|-------------|-------------|
  | GPU-4060 |         240 |      319.00 |
  | GPU-4090 |         336 |     1899.00 |
}

calc price "Price" in EUR = sum(price)

rule gpu-length "Graphics card fits in the case":
  when gpu is chosen
  require gpu.length <= chassis.max_gpu
  because "{gpu.sku} is {gpu.length} long; {chassis.sku} takes up to {chassis.max_gpu}."

"""
GOOD = """\
scenario "a small card" tags smoke {
  choose gpu = "GPU-4060"
  expect valid
  expect price = 428 EUR
}
"""
BAD = """\
scenario "big card in the small case" tags cards {
  choose gpu = "GPU-4090", chassis = "CASE-MINI"
  expect valid
}
"""
MORE = """\
scenario "big card" {
  choose gpu = "GPU-4090"
  expect forced chassis = "CASE-T"
  expect invalid because gpu-length
  expect price = 2000.00 EUR
}
todo scenario "water cooling" {
  choose nothing
}
"""
REPORT = """\
pc.pcat .FFs 2 failed, 1 passed, 1 skipped

FAIL "big card in the small case"                                        pc.pcat:32
     expected: valid
     got:      invalid because gpu-length
     gpu-length  GPU-4090 is 336 mm long; CASE-MINI takes up to 300 mm.  pc.pcat:22
                 gpu = GPU-4090, gpu.length = 336 mm, chassis.max_gpu = 300 mm

FAIL "big card"                                                          pc.pcat:36
     expected: invalid because gpu-length
     got:      valid
     gpu-length holds: gpu = GPU-4090, gpu.length = 336 mm, chassis.max_gpu = 360 mm  pc.pcat:22
     for example with chassis = CASE-T
     expected: price = 2000.00 EUR
     got:      price = 2008.00 EUR
     completed with chassis = CASE-T

2 failed, 1 passed, 1 skipped in 0.02 s
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_scenarios_that_pass_take_one_line(folder: Path) -> None:
    (folder / "pc.pcat").write_text(PC + GOOD)
    tested = run("test", "pc.pcat")

    assert (0, "") == (tested.code, tested.error)
    assert tested.out == "pc.pcat . 1 passed\n1 passed in 0.02 s\n"


def test_what_failed_is_told_with_expected_got_and_the_rule_that_decided(folder: Path) -> None:
    (folder / "pc.pcat").write_text(PC + GOOD + BAD + MORE)
    tested = run("test", "pc.pcat")

    assert 1 == tested.code
    assert tested.out == REPORT


def test_a_folder_holds_catalogs_and_files_of_scenarios(folder: Path) -> None:
    (folder / "lib").mkdir()
    (folder / "tests").mkdir()
    (folder / "pc.pcat").write_text(PC.replace("unit mm", 'import "lib/units.pcat"') + GOOD)
    (folder / "lib" / "units.pcat").write_text(
        'unit mm\nscenario "imported" { choose nothing expect valid }\n'
    )
    (folder / "tests" / "cards.pcat").write_text(f'scenarios for "../pc.pcat"\n\n{BAD}')

    tested = run("test", ".")

    assert 1 == tested.code
    assert tested.out.startswith("pc.pcat          .. 2 passed\ntests/cards.pcat F 1 failed\n")
    assert "tests/cards.pcat:3" in tested.out
    assert tested.out.endswith("\n1 failed, 2 passed in 0.02 s\n")


def test_a_file_of_scenarios_is_run_on_the_catalog_that_it_names(folder: Path) -> None:
    (folder / "pc.pcat").write_text(PC)
    (folder / "cards.pcat").write_text(f'scenarios for "pc.pcat"\n\n{GOOD}')
    (folder / "bicycles.pcat").write_text(
        'scenarios for "package:bicycle"\nscenario "any" { choose nothing expect valid }'
    )

    assert (0, "cards.pcat . 1 passed\n1 passed in 0.02 s\n") == (
        (tested := run("test", "cards.pcat")).code,
        tested.out,
    )
    assert 0 == run("test", "bicycles.pcat").code


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('scenarios for "other.pcat"\n', "`other.pcat` is no catalog"),
        ('scenarios for "/etc/passwd"\n', "`/etc/passwd` is no path from here"),
        ('scenarios for "package:nothing"\n', "no catalog `nothing` comes with this library"),
        ('scenarios for "pc.pcat"\ncalc twice = 2\n', "a file of scenarios holds nothing but scenarios"),
        ('scenarios for "pc.pcat"\nscenario "x" { choose cpu = "C" expect valid }', "`cpu` is neither"),
    ],
)
def test_a_broken_file_of_scenarios_is_told_by_test_and_by_check(
    folder: Path, text: str, message: str
) -> None:
    (folder / "pc.pcat").write_text(PC + GOOD)
    (folder / "cards.pcat").write_text(text)
    tested, checked = run("test", "."), run("check", ".")

    assert (3, 3) == (tested.code, checked.code)
    assert message in tested.error
    assert message in checked.out
    assert "cards.pcat E not loaded\npc.pcat    . 1 passed\n" in tested.out
    assert tested.out.endswith("1 file not loaded, 1 passed in 0.02 s\n")


def test_check_counts_scenarios_in_files_of_their_own(folder: Path) -> None:
    (folder / "pc.pcat").write_text(PC + GOOD)
    (folder / "cards.pcat").write_text(f'scenarios for "pc.pcat"\n\n{BAD}')
    checked = run("check", ".")

    assert 0 == checked.code
    assert checked.out.endswith(" in 2 files (1 rule, resource or table, 2 scenarios, 20 ms)\n")


def test_a_file_of_scenarios_stays_inside_the_root_folder(folder: Path) -> None:
    (folder / "inside").mkdir()
    (folder / "inside" / "configurator.toml").write_text("")
    (folder / "pc.pcat").write_text(PC)
    (folder / "inside" / "cards.pcat").write_text(f'scenarios for "../pc.pcat"\n{GOOD}')
    tested = run("test", "inside")

    assert 3 == tested.code
    assert "error[E0612]: `../pc.pcat` lies outside of the folder `inside`" in tested.error


def test_a_catalog_that_does_not_load_keeps_no_other_from_running(folder: Path) -> None:
    (folder / "a.pcat").write_text("catalog a\nrule r: forbid b = c\n")
    (folder / "pc.pcat").write_text(PC + GOOD)
    tested = run("test", "a.pcat", "pc.pcat", "missing.pcat")

    assert 3 == tested.code
    assert tested.out == (
        "a.pcat       E not loaded\n"
        "pc.pcat      . 1 passed\n"
        "missing.pcat E not loaded\n"
        "2 files not loaded, 1 passed in 0.02 s\n"
    )
    assert "error[E0301]" in tested.error
    assert "`missing.pcat` does not exist" in tested.error


def test_a_catalog_whose_header_has_a_mistake_is_not_passed_over_in_a_folder(folder: Path) -> None:
    (folder / "pc.pcat").write_text(PC + GOOD)
    (folder / "typo.pcat").write_text("catlog pc\n")
    tested = run("test", ".")

    assert 3 == tested.code
    assert "typo.pcat E not loaded\n" in tested.out
    assert "error[E0102]: unexpected `catlog`\n --> typo.pcat:1:1" in tested.error


def test_one_file_named_twice_is_run_once(folder: Path) -> None:
    (folder / "pc.pcat").write_text(PC + GOOD)

    assert run("test", "pc.pcat", ".").out == "pc.pcat . 1 passed\n1 passed in 0.02 s\n"


def test_a_catalog_without_scenarios_is_told(folder: Path) -> None:
    (folder / "pc.pcat").write_text(PC)
    tested = run("test", "pc.pcat")

    assert (0, "pc.pcat no scenarios\nno scenarios in 0.02 s\n") == (tested.code, tested.out)


def test_what_a_limit_stops_is_undecided(folder: Path) -> None:
    (folder / "pc.pcat").write_text(PC + GOOD)
    tested = run("test", "pc.pcat", "--timeout", "1ms", "--engine", "exhaustive")
    (folder / "pc.pcat").write_text(PC + 'scenario "all" { choose nothing expect solutions = 1 }')

    assert tested.code in {0, 4}
    assert 1 == run("test", "pc.pcat", "--engine", "exhaustive").code


def test_what_the_dialog_saves_as_a_scenario_passes(folder: Path) -> None:
    bicycle = Configurator.load("package:bicycle")
    chosen: list[Mapping[str, object]] = [
        {"frame": "FR-TOWN-L"},
        {"frame": "FR-TRL-L", "fork": "FK-150"},
        {"bags": {"includes": ["BAG-25"]}, "tyres": {"component": "TY-28-47", "quantity": 2}},
        bicycle.complete({"frame": "FR-GRAV-M"}, as_of=DAY).or_raise().configuration.to_dict(),
    ]
    for number, choices in enumerate(chosen):
        session = bicycle.session(choices, as_of=DAY, bundles=("winter",) if number == 0 else ())
        text = scenario_text(session, f"number {number}", expectations(session))
        add_scenario(folder / "saved.pcat", text, "package:bicycle")

    tested = run("test", "saved.pcat")

    assert (0, "saved.pcat .... 4 passed\n4 passed in 0.02 s\n") == (tested.code, tested.out)


# ---------------------------------------------------------------- what is run


@pytest.mark.parametrize(
    ("options", "letters"),
    [
        (("-k", "card"), ".FF"),
        (("-k", "big card"), "FF"),
        (("-k", "BIG and not case"), "F"),
        (("-k", "water or small card"), ".s"),
        (("-k", "not (big or water)"), "."),
        (("-k", "'big card' and small"), "F"),
        (("-k", "smoke"), "."),
        (("--tag", "smoke"), "."),
        (("--tag", "smoke", "--tag", "cards"), ".F"),
        (("--tag", "cards", "-k", "big"), "F"),
    ],
)
def test_scenarios_are_chosen_by_words_and_by_tags(
    folder: Path, options: tuple[str, ...], letters: str
) -> None:
    (folder / "pc.pcat").write_text(PC + GOOD + BAD + MORE)
    options = tuple(option.replace("'", '"') for option in options)

    assert run("test", "pc.pcat", *options).out.startswith(f"pc.pcat {letters} ")


@pytest.mark.parametrize("words", ["and", "big and", "(big", "big)", "not", "or card"])
def test_words_that_say_nothing_are_a_mistake_in_the_command(folder: Path, words: str) -> None:
    (folder / "pc.pcat").write_text(PC + GOOD)
    tested = run("test", "pc.pcat", "-k", words)

    assert 2 == tested.code
    assert f"`-k {words}` cannot be understood" in tested.error


def test_choosing_nothing_is_a_mistake_in_the_command(folder: Path) -> None:
    (folder / "pc.pcat").write_text(PC + GOOD)
    tested = run("test", "pc.pcat", "--tag", "smokey")

    assert 2 == tested.code
    assert "none of 1 scenario is selected" in tested.error


# ---------------------------------------------------------------- forms


def test_json_tells_everything(folder: Path) -> None:
    (folder / "pc.pcat").write_text(PC + BAD)
    tested = run("test", "pc.pcat", "--json")
    envelope = tested.envelope
    (file,) = envelope["result"]["files"]
    (scenario,) = file["scenarios"]
    (expectation,) = scenario["expectations"]

    assert ("no", "pc", 1) == (envelope["status"], envelope["catalog"]["name"], envelope["result"]["failed"])
    assert ("pc.pcat", "pc") == (file["path"], file["catalog"])
    assert ("big card in the small case", ["cards"], "failed", "2026-11-22", 27) == (
        scenario["title"],
        scenario["tags"],
        scenario["state"],
        scenario["as_of"],
        scenario["line"],
    )
    assert expectation == {
        "expected": "valid",
        "got": "invalid because gpu-length",
        "state": "failed",
        "file": "pc.pcat",
        "line": 29,
        "column": 10,
        "rulings": [
            {
                "kind": "rule",
                "name": "gpu-length",
                "holds": False,
                "message": "GPU-4090 is 336 mm long; CASE-MINI takes up to 300 mm.",
                "location": "pc.pcat:22:1",
                "compared": [
                    {"path": "gpu", "value": "GPU-4090"},
                    {"path": "gpu.length", "value": "336 mm"},
                    {"path": "chassis.max_gpu", "value": "300 mm"},
                ],
            }
        ],
        "compared": [],
        "notes": [],
        "updates": [],
    }


def test_junit_has_a_case_for_each_scenario(folder: Path) -> None:
    (folder / "a.pcat").write_text("catalog a\nrule r: forbid b = c\n")
    (folder / "pc.pcat").write_text(PC + GOOD + BAD.replace("big card", "big &lt; <card>") + MORE)
    tested = run("test", ".", "--format", "junit")
    root = ET.fromstring(tested.out)  # noqa: S314 - made a moment ago

    assert 3 == tested.code
    assert {"tests": "5", "failures": "2", "errors": "1", "skipped": "1"} == {
        key: root.get(key) for key in ("tests", "failures", "errors", "skipped")
    }
    assert ["a.pcat", "pc.pcat"] == [suite.get("name") for suite in root]
    assert [("loads", "error"), ("a small card", ""), ("big &lt; <card> in the small case", "failure")] == [
        (case.get("name"), case[0].tag if len(case) else "") for case in root.iter("testcase")
    ][:3]
    failure = next(root.iter("failure"))
    assert "expected valid, got invalid because gpu-length" == failure.get("message")
    assert "gpu-length  GPU-4090 is 336 mm long" in (failure.text or "")


def test_github_gets_an_error_at_each_expectation(folder: Path) -> None:
    (folder / "pc.pcat").write_text(PC + BAD)
    tested = run("test", "pc.pcat", "--format", "github")

    assert 1 == tested.code
    assert tested.out == (
        "::error file=pc.pcat,line=29,col=10,title=big card in the small case::"
        "expected: valid%0Agot:      invalid because gpu-length%0A"
        "gpu-length  GPU-4090 is 336 mm long; CASE-MINI takes up to 300 mm.  pc.pcat:22%0A"
        "            gpu = GPU-4090, gpu.length = 336 mm, chassis.max_gpu = 300 mm\n"
    )


def test_a_day_that_nobody_chose_is_told_beside_the_report(folder: Path) -> None:
    undated = PC.replace("  tested on 2026-11-22\n", "")
    (folder / "pc.pcat").write_text(undated + GOOD)
    dated = undated.replace("[EUR] |\n", "[EUR] | valid_from |\n", 1).replace(
        "-------|\n", "-------|---|\n", 1
    )
    dated = dated.replace("109.00 |", "109.00 | 2020-01-01 |").replace("139.00 |", "139.00 | 2020-01-01 |")
    (folder / "dated.pcat").write_text(dated + GOOD)
    message = "[W0610]: no day is given for this scenario: run as of today, 2026-11-22\n"

    assert "1 hint; `-v` tells more\n" == run("test", "pc.pcat").error
    assert f"hint{message}" in run("test", "pc.pcat", "-v").error
    assert f"warning{message}" in run("test", "dated.pcat").error
    assert "" == run("test", "pc.pcat", "dated.pcat", "--as-of", "2026-11-22").error
    assert "" == run("test", "pc.pcat", "dated.pcat", "-q").error


# ---------------------------------------------------------------- numbers


def test_update_writes_the_numbers_and_nothing_else(folder: Path) -> None:
    text = (
        PC
        + 'scenario "all" {\n  choose nothing\n  expect solutions = 7  # so many\n  expect price < 1 EUR\n}\n'
        + MORE
    )
    (folder / "pc.pcat").write_bytes(b"\xef\xbb\xbf" + text.replace("\n", "\r\n").encode())
    tested = run("test", "pc.pcat", "--update")

    assert (folder / "pc.pcat").read_bytes() == b"\xef\xbb\xbf" + text.replace("\n", "\r\n").replace(
        "solutions = 7 ", "solutions = 5 "
    ).replace("2000.00 EUR", "2008.00 EUR").encode()
    assert tested.out.startswith(
        "writing pc.pcat:29:22  solutions: 7 -> 5\n"
        "writing pc.pcat:36:18  price: 2000.00 EUR -> 2008.00 EUR\n"
        "\n"
        "pc.pcat FFs 2 failed, 1 skipped\n"
    )
    assert 1 == tested.code


def test_a_dry_run_shows_the_numbers_and_writes_nothing(folder: Path) -> None:
    (folder / "pc.pcat").write_text(PC + MORE)
    tested = run("test", "pc.pcat", "--update", "--dry-run")

    assert tested.out.startswith("would write pc.pcat:31:18  price: 2000.00 EUR -> 2008.00 EUR\npc.pcat Fs")
    assert PC + MORE == (folder / "pc.pcat").read_text()
    assert 2 == run("test", "pc.pcat", "--dry-run").code


def test_update_without_wrong_numbers_writes_nothing(folder: Path) -> None:
    (folder / "pc.pcat").write_text(PC + GOOD)
    before = (folder / "pc.pcat").stat().st_mtime_ns

    assert run("test", "pc.pcat", "--update").out == "pc.pcat . 1 passed\n1 passed in 0.02 s\n"
    assert before == (folder / "pc.pcat").stat().st_mtime_ns


def test_update_writes_into_files_of_scenarios_and_imported_files(folder: Path) -> None:
    (folder / "more.pcat").write_text('unit mm\nscenario "all" { choose nothing expect solutions = 1 }\n')
    (folder / "pc.pcat").write_text(PC.replace("unit mm", 'import "more.pcat"'))
    (folder / "tests").mkdir()
    (folder / "tests" / "cards.pcat").write_text(
        'scenarios for "../pc.pcat"\nscenario "cards" { choose gpu = "GPU-4090" expect solutions = 3 }\n'
    )
    tested = run("test", ".", "--update")

    assert 0 == tested.code
    assert "solutions = 5 }" in (folder / "more.pcat").read_text()
    assert "solutions = 1 }" in (folder / "tests" / "cards.pcat").read_text()
