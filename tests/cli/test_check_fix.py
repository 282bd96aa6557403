"""`check --fix` and `--diff`: what is meant beyond doubt is put in, and nothing else."""

from pathlib import Path

import pytest
from command_runs import run

HEAD = 'catalog bad "Bad" version "1"\noption a : one of { x, y }\noption b : yesno\n'
HABITS = HEAD + (
    "// a remark\nrule r:\n  require a == x && b = true || a = y;\n"
    "table t allow {\n  | a | b |\n  | x | yes\n  | y | no |\n}\n"
)
MENDED = HEAD + (
    "# a remark\nrule r:\n  require a = x and b = yes or a = y\n"
    "table t allow {\n  | a | b |\n  | x | yes |\n  | y | no |\n}\n"
)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_all_habits_of_a_file_are_mended_at_once(folder: Path) -> None:
    file = folder / "bad.pcat"
    file.write_text(HABITS)
    checked = run("check", "bad.pcat", "--fix")

    assert MENDED == file.read_text()
    assert 0 == checked.code
    assert "mended bad.pcat:6:13  E0103  `==` is not part of the language\n" in checked.error
    assert checked.error.endswith("7 mistakes mended in 1 file\n")


def test_what_one_mistake_hid_is_mended_too(folder: Path) -> None:
    file = folder / "bad.pcat"
    file.write_text(HABITS + "table u allow {\n  | a | b |\n  | x | any |\n  | y | any |\n  | y | any |\n}\n")

    assert 0 == run("check", ".", "--fix").code
    assert file.read_text() == MENDED + "table u allow {\n  | a | b |\n  | x | any |\n  | y | any |\n}\n"


def test_what_is_a_guess_stays_and_is_told(folder: Path) -> None:
    text = HEAD + "rule r:\n  require aa == x\n"
    (folder / "bad.pcat").write_text(text)
    checked = run("check", "bad.pcat", "--fix")

    assert text.replace("==", "=") == (folder / "bad.pcat").read_text()
    assert 3 == checked.code
    assert checked.out.startswith("error[E0301]: `aa` does not exist\n")


@pytest.mark.parametrize("habit", ["!b = yes", "b = yes & a = x"])
def test_signs_that_bind_otherwise_elsewhere_stay(folder: Path, habit: str) -> None:
    text = f"{HEAD}rule r:\n  require {habit}\n"
    (folder / "bad.pcat").write_text(text)

    assert 3 == run("check", "bad.pcat", "--fix").code
    assert text == (folder / "bad.pcat").read_text()


def test_line_ends_and_byte_order_mark_stay_as_they_were(folder: Path) -> None:
    file = folder / "bad.pcat"
    file.write_bytes(b"\xef\xbb\xbf" + HABITS.replace("\n", "\r\n").encode())
    run("check", "bad.pcat", "--fix")

    assert b"\xef\xbb\xbf" + MENDED.replace("\n", "\r\n").encode() == file.read_bytes()


def test_imported_files_are_mended_with_the_catalog(folder: Path) -> None:
    (folder / "main.pcat").write_text('catalog main "Main"\nimport "lib/a.pcat" as a\n')
    (folder / "lib").mkdir()
    (folder / "lib" / "a.pcat").write_text("option o : yesno\nrule r: require o == yes\n")
    checked = run("check", "main.pcat", "--fix", "--json")

    assert "option o : yesno\nrule r: require o = yes\n" == (folder / "lib" / "a.pcat").read_text()
    assert [
        {
            "code": "E0103",
            "message": "`==` is not part of the language",
            "location": "lib/a.pcat:2:19",
        }
    ] == checked.result["fixed"]


def test_a_clean_file_is_not_touched(folder: Path) -> None:
    file = folder / "good.pcat"
    file.write_text(MENDED)
    before = file.stat().st_mtime_ns
    checked = run("check", "good.pcat", "--fix")

    assert ("nothing to mend\n", before) == (checked.error, file.stat().st_mtime_ns)


def test_nothing_is_left_beside_and_the_mode_stays(folder: Path) -> None:
    file = folder / "bad.pcat"
    file.write_text(HABITS)
    file.chmod(0o640)
    run("check", "bad.pcat", "--fix")

    assert ([file], 0o640) == (list(folder.iterdir()), file.stat().st_mode & 0o777)


def test_a_preview_changes_nothing(folder: Path) -> None:
    file = folder / "bad.pcat"
    file.write_text(HEAD + "rule r:\n  require a == x\n")
    shown = run("check", "bad.pcat", "--diff")

    assert (
        "--- bad.pcat\n+++ bad.pcat\n@@ -2,4 +2,4 @@\n option a : one of { x, y }\n option b : yesno\n"
        " rule r:\n-  require a == x\n+  require a = x\n"
    ) == shown.out
    assert (1, "`--fix` would mend 1 mistake in 1 file\n") == (shown.code, shown.error)
    assert "==" in file.read_text()


def test_a_preview_is_a_value_for_programs(folder: Path) -> None:
    (folder / "bad.pcat").write_text(HEAD + "rule r:\n  require a == x\n")
    result = run("check", "bad.pcat", "--diff", "--json").result

    assert ("--- bad.pcat", "+  require a = x") == (result["difference"][0], result["difference"][-1])
    assert ["E0103"] == [each["code"] for each in result["fixed"]]


def test_a_file_known_under_two_names_is_mended_once(folder: Path) -> None:
    (folder / "lib.pcat").write_text("option o : yesno\nrule r: require o == yes\n")
    for name in ("one", "two"):
        (folder / f"{name}.pcat").write_text(f'catalog {name} "{name}"\nimport "lib.pcat"\n')
    checked = run("check", "one.pcat", str(folder / "two.pcat"), "--fix")

    assert checked.error.endswith("1 mistake mended in 1 file\n")
    assert "option o : yesno\nrule r: require o = yes\n" == (folder / "lib.pcat").read_text()


def test_a_file_of_scenarios_is_mended_with_the_catalog_it_is_for(folder: Path) -> None:
    (folder / "a.pcat").write_text('catalog a "A"\noption o : yesno\nrule r: require o == yes\n')
    scenarios = 'scenarios for "a.pcat"\nscenario "s" {\n  choose o = yes\n  expect o == yes\n}\n'
    (folder / "s.pcat").write_text(scenarios)
    checked = run("check", ".", "--fix")

    assert 0 == checked.code
    assert checked.error.endswith("2 mistakes mended in 2 files\n")
    assert scenarios.replace("==", "=") == (folder / "s.pcat").read_text()


def test_a_preview_of_nothing_is_empty(folder: Path) -> None:
    (folder / "good.pcat").write_text(MENDED)
    shown = run("check", "good.pcat", "--diff")

    assert (0, "") == (shown.code, shown.out)


def test_fixing_and_previewing_at_once_is_refused(folder: Path) -> None:
    (folder / "bad.pcat").write_text(HABITS)
    refused = run("check", "bad.pcat", "--fix", "--diff")

    assert (2, HABITS) == (refused.code, (folder / "bad.pcat").read_text())


def test_shipped_catalogs_are_never_written(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("configurator.cli.mended_files.replace_file", lambda *_: pytest.fail("written"))

    assert 0 == run("check", "package:bicycle", "--fix").code


def test_a_file_that_cannot_be_written_is_told(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    (folder / "bad.pcat").write_text(HABITS)
    monkeypatch.setattr("configurator.cli.mended_files.replace_file", refuse)
    refused = run("check", "bad.pcat", "--fix")

    assert (6, "error: `bad.pcat` cannot be written: Permission denied\n") == (refused.code, refused.error)
