"""`check`: every mistake, in every file, with the right exit code."""

from pathlib import Path

import pytest
from command_runs import run

GOOD = 'catalog good "Good" version "1" currency EUR\noption a : one of { x, y }\n'
BAD = 'catalog bad "Bad" version "1" currency EUR\noption a : one of { x, y }\nrule r:\n  forbid b = x\n'
WARNED = 'catalog warned "Warned" version "1" currency EUR\nfamily lock {\n  | sku |\n  | L-1 |\n}\n'
HINTED = (
    'catalog hinted "Hinted" version "1" currency EUR\n'
    "family lock choose one {\n  | sku | mass |\n  | L-1 | 3 |\n}\ncalc locks = count(lock)\n"
)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_a_clean_catalog_has_no_findings(folder: Path) -> None:
    (folder / "good.pcat").write_text(GOOD)
    checked = run("check", "good.pcat")

    assert (0, "") == (checked.code, checked.error)
    assert checked.out == "no findings in 1 file (0 rules, resources and tables, 0 scenarios, 20 ms)\n"


def test_every_mistake_is_told_with_its_place_and_the_exit_code_is_3(folder: Path) -> None:
    (folder / "bad.pcat").write_text(BAD)
    checked = run("check", ".")

    assert checked.code == 3
    assert checked.out.startswith("error[E0301]: ")
    assert " --> bad.pcat:4:10\n" in checked.out
    assert checked.out.endswith("\n\n1 error in 1 file (0 rules, resources and tables, 0 scenarios, 20 ms)\n")


def test_warnings_alone_are_clean_unless_the_level_says_otherwise(folder: Path) -> None:
    (folder / "warned.pcat").write_text(WARNED)
    codes = {
        level: run("check", "warned.pcat", "--fail-level", level).code
        for level in ("error", "warning", "hint")
    }

    assert {"error": 0, "warning": 1, "hint": 1} == codes


def test_hints_alone_fail_only_where_hints_are_asked_for(folder: Path) -> None:
    (folder / "hinted.pcat").write_text(HINTED)
    codes = {
        level: run("check", "hinted.pcat", "--fail-level", level).code
        for level in ("error", "warning", "hint")
    }

    assert {"error": 0, "warning": 0, "hint": 1} == codes


def test_warnings_are_told_in_full(folder: Path) -> None:
    (folder / "warned.pcat").write_text(WARNED)
    checked = run("check", "warned.pcat")

    assert checked.out == (
        "warning[W0620]: no slot is filled from the family `lock`\n"
        " --> warned.pcat:2:8\n"
        "  |\n"
        "2 | family lock {\n"
        "  |        ^^^^\n"
        "  = help: say `choose` behind its name, or declare a slot: `slot … : lock choose one`\n"
        "\n"
        "1 warning in 1 file (0 rules, resources and tables, 0 scenarios, 20 ms)\n"
    )


def test_quiet_tells_errors_only(folder: Path) -> None:
    (folder / "bad.pcat").write_text(BAD)
    (folder / "warned.pcat").write_text(WARNED)

    assert "warning[" not in run("check", "warned.pcat", "-q").out
    assert run("check", "bad.pcat", "-q").out.startswith("error[E0301]: ")


def test_limit_cuts_what_is_told_and_says_so(folder: Path) -> None:
    (folder / "warned.pcat").write_text(WARNED + "family chain { | sku |\n | C-1 |\n}\n")
    checked = run("check", "warned.pcat", "--limit", "1")

    assert checked.out.count("warning[") == 1
    assert checked.error == "1 finding not shown\n"
    assert "\n2 warnings in " in checked.out


def test_modules_that_a_catalog_imports_are_checked_once_with_it() -> None:
    result = run("check", "pc.pcat", "--json").result

    assert (3, 0) == (result["files"], result["errors"])
    assert [each["name"] for each in result["catalogs"]] == ["desktop_pc"]


def test_modules_that_nothing_imports_are_still_read(folder: Path) -> None:
    (folder / "good.pcat").write_text(GOOD)
    (folder / "lib").mkdir()
    (folder / "lib" / "lost.pcat").write_text("unit unit unit\n")
    checked = run("check", ".")

    assert checked.code == 3
    assert " --> lib/lost.pcat:1:" in checked.out
    assert " in 2 files " in checked.out


def test_hidden_folders_are_left_out(folder: Path) -> None:
    (folder / "good.pcat").write_text(GOOD)
    (folder / ".cache").mkdir()
    (folder / ".cache" / "bad.pcat").write_text(BAD)

    assert run("check", ".").code == 0


def test_a_file_named_twice_is_checked_once(folder: Path) -> None:
    (folder / "bad.pcat").write_text(BAD)

    assert run("check", "bad.pcat", ".", "./bad.pcat", "--json").result["errors"] == 1


def test_shipped_catalogs_are_checked_by_name() -> None:
    checked = run("check", "package:bicycle", "package:desktop_pc", "--json")

    assert (0, 2) == (checked.code, len(checked.result["catalogs"]))


def test_one_catalog_is_named_in_the_envelope() -> None:
    assert run("check", "tshirt.pcat", "--json").envelope["catalog"]["name"] == "tshirt"
    assert run("check", "tshirt.pcat", "kids_bike.pcat", "--json").envelope["catalog"] is None


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("missing.pcat", "error[E0201]: `missing.pcat` does not exist\n\n"),
        ("empty", "error[E0201]: there is no .pcat file in the folder `empty`\n\n"),
        ("package:nothing", "error[E0201]: no catalog `nothing` comes with this library\n"),
    ],
)
def test_nothing_to_check_is_an_error(folder: Path, path: str, message: str) -> None:
    (folder / "empty").mkdir()
    checked = run("check", path)

    assert checked.code == 3
    assert checked.out.startswith(message)


def test_a_file_that_is_not_utf_8_is_told_with_its_line(folder: Path) -> None:
    (folder / "latin.pcat").write_bytes(GOOD.encode() + b'option "\xe9"\n')
    checked = run("check", "latin.pcat")

    assert checked.code == 3
    assert checked.out.startswith(
        "error[E0204]: `latin.pcat` is not UTF-8: byte 0xe9 on line 3\n = help: save the file as UTF-8\n\n"
    )


def test_the_days_of_a_file_of_scenarios_are_looked_at_too(folder: Path) -> None:
    (folder / "a.pcat").write_text(
        'catalog a "A"\noption o : yesno\nrule r effective from 2027-01-01: require o = yes\n'
    )
    (folder / "s.pcat").write_text('scenarios for "a.pcat"\nscenario "s" { choose o = yes expect valid }\n')
    checked = run("check", ".")

    assert 0 == checked.code
    assert checked.out.startswith(
        "warning[W0610]: no day is given for this scenario, and its answer depends on it\n --> s.pcat:2:10\n"
    )


def test_scenarios_without_a_day_are_told_once_for_each_file(folder: Path) -> None:
    (folder / "a.pcat").write_text(
        'catalog a "A"\noption o : yesno\nrule r effective from 2027-01-01: require o = yes\n'
        'scenario "own" { choose o = yes expect valid }\n'
    )
    (folder / "s.pcat").write_text(
        'scenarios for "a.pcat"\nscenario "s" { choose o = yes expect valid }\n'
        'scenario "late" { given date 2026-06-01 choose o = no expect invalid because r }\n'
    )
    checked = run("check", ".")

    assert [
        "warning[W0610]: no day is given for this scenario, and its answer depends on it",
        " --> a.pcat:4:10",
        "warning[W0610]: no day is given for this scenario, and its answer depends on it",
        " --> s.pcat:2:10",
        'warning[W0622]: scenario "late" is run on 2026-06-01, and `r` is in force from 2027-01-01',
        " --> s.pcat:3:10",
    ] == [line for line in checked.out.splitlines() if line.startswith(("warning", " -->"))]
