"""`fmt`: files get their one form, or are left alone and told why."""

import os
import re
import stat
from pathlib import Path

import pytest
from command_runs import Run, run

LOOSE = "unit   W\nfamily a{\n|sku|\n|A1|\n}\n"
NEAT = "unit W\n\nfamily a {\n  | sku |\n  | A1  |\n}\n"
BROKEN = "famliy a { }\n"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "loose.pcat").write_text(LOOSE)
    (tmp_path / "neat.pcat").write_text(NEAT)
    return tmp_path


def told(done: Run) -> tuple[int, str, str]:
    return done.code, done.out, done.error


def test_files_are_formatted_in_place(folder: Path) -> None:
    done = run("fmt", "loose.pcat", "neat.pcat")

    assert (0, "formatted loose.pcat\n", "1 file formatted, 1 file in form already\n") == told(done)
    assert NEAT == (folder / "loose.pcat").read_text()


def test_files_in_form_are_not_written(folder: Path) -> None:
    before = (folder / "neat.pcat").stat()
    done = run("fmt", "neat.pcat")

    assert (0, "", "1 file in form already\n") == told(done)
    after = (folder / "neat.pcat").stat()
    assert (before.st_ino, before.st_mtime_ns) == (after.st_ino, after.st_mtime_ns)


def test_check_writes_nothing_and_says_no(folder: Path) -> None:
    done = run("fmt", "--check", ".")

    assert (1, "would format loose.pcat\n", "1 file would be formatted, 1 file in form already\n") == told(
        done
    )
    assert LOOSE == (folder / "loose.pcat").read_text()
    assert 0 == run("fmt", "--check", "neat.pcat").code


def test_diff_shows_what_would_change_and_writes_nothing(folder: Path) -> None:
    (folder / "open.pcat").write_text("unit  W")
    done = run("fmt", "--diff", "open.pcat", "neat.pcat")

    assert (1, "1 file would be formatted, 1 file in form already\n") == (done.code, done.error)
    assert done.out == (
        "--- open.pcat\n+++ open.pcat\n@@ -1 +1 @@\n-unit  W\n\\ No newline at end of file\n+unit W\n"
    )
    assert "unit  W" == (folder / "open.pcat").read_text()


def test_a_file_with_mistakes_is_left_alone_and_the_others_are_formatted(folder: Path) -> None:
    (folder / "broken.pcat").write_text(BROKEN)
    done = run("fmt", ".")

    assert (3, "formatted loose.pcat\n") == (done.code, done.out)
    assert done.error.startswith("error[E0102]: unexpected `famliy`\n --> broken.pcat:1:1\n")
    assert done.error.endswith("\n1 file left alone, 1 file formatted, 1 file in form already\n")
    assert BROKEN == (folder / "broken.pcat").read_text()
    assert NEAT == (folder / "loose.pcat").read_text()


def test_folders_are_searched_but_for_hidden_ones(folder: Path) -> None:
    for name in ("lib/units.pcat", ".old/units.pcat", "lib/tables/units.csv"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text("unit  W\n")
    done = run("fmt", ".", "lib", "lib/units.pcat")

    assert "formatted lib/units.pcat\nformatted loose.pcat\n" == done.out
    assert "unit  W\n" == (folder / ".old/units.pcat").read_text()
    assert "unit  W\n" == (folder / "lib/tables/units.csv").read_text()


def test_standard_input_is_formatted_to_standard_output() -> None:
    assert (0, NEAT, "1 file formatted\n") == told(run("fmt", "-", given=LOOSE))
    assert (0, NEAT, "1 file in form already\n") == told(run("fmt", "-", given=NEAT))
    assert (1, "would format <stdin>\n") == told(run("fmt", "--check", "-", given=LOOSE))[:2]
    assert "unit Grün\n" == run("fmt", "-", given="unit  Grün\n".encode()).out


def test_standard_input_with_mistakes_gives_no_output() -> None:
    done = run("fmt", "-", given=BROKEN)

    assert (3, "") == (done.code, done.out)
    assert " --> <stdin>:1:1\n" in done.error


def test_standard_input_is_no_file_among_others(folder: Path) -> None:
    done = run("fmt", "-", "loose.pcat", given=NEAT)

    assert (2, "") == (done.code, done.out)
    assert LOOSE == (folder / "loose.pcat").read_text()


def test_line_ends_and_a_byte_order_mark_are_reason_enough(folder: Path) -> None:
    file = folder / "windows.pcat"
    file.write_bytes(b"\xef\xbb\xbfunit W\r\n")

    assert 1 == run("fmt", "--check", "windows.pcat").code
    assert 0 == run("fmt", "windows.pcat").code
    assert b"unit W\n" == file.read_bytes()


@pytest.mark.skipif(os.name == "nt", reason="modes are those of POSIX")
def test_who_may_read_a_file_stays_as_it_was(folder: Path) -> None:
    (folder / "loose.pcat").chmod(0o640)
    run("fmt", "loose.pcat")

    assert 0o640 == stat.S_IMODE((folder / "loose.pcat").stat().st_mode)
    assert ["loose.pcat", "neat.pcat"] == sorted(file.name for file in folder.iterdir())


@pytest.mark.skipif(os.name == "nt", reason="links need rights there")
def test_a_link_stays_a_link_and_its_target_is_formatted(folder: Path) -> None:
    (folder / "lib").mkdir()
    (folder / "lib" / "link.pcat").symlink_to("../loose.pcat")
    done = run("fmt", "lib/link.pcat")

    assert (0, "formatted lib/link.pcat\n") == (done.code, done.out)
    assert (folder / "lib" / "link.pcat").is_symlink()
    assert NEAT == (folder / "loose.pcat").read_text()


@pytest.mark.skipif(os.name == "nt", reason="links need rights there")
def test_links_that_lead_nowhere_are_told(folder: Path) -> None:
    (folder / "circle.pcat").symlink_to("circle.pcat")
    (folder / "gone.pcat").symlink_to("nothing.pcat")
    done = run("fmt", ".")

    assert (3, "formatted loose.pcat\n") == (done.code, done.out)
    assert ["circle.pcat", "gone.pcat"] == re.findall("^error.*`(.*)`", done.error, re.MULTILINE)


def test_a_read_only_file_is_told_and_the_others_are_formatted(folder: Path) -> None:
    (folder / "kept.pcat").write_text(LOOSE)
    (folder / "kept.pcat").chmod(0o444)
    done = run("fmt", ".")

    assert (6, "formatted loose.pcat\n") == (done.code, done.out)
    assert done.error == (
        "error: `kept.pcat` cannot be written: it is read-only\n"
        "1 file not written, 1 file formatted, 1 file in form already\n"
    )
    assert LOOSE == (folder / "kept.pcat").read_text()


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("none.pcat", "error[E0201]: there is no catalog `none.pcat`"),
        ("neat.pcat/x.pcat", "error[E0201]: the catalog `neat.pcat/x.pcat` cannot be read: not a directory"),
        ("bytes.pcat", "error[E0204]: `bytes.pcat` is not UTF-8: byte 0xff on line 1"),
        ("empty", "error[E0201]: there is no .pcat file in the folder `empty`"),
        ("a\0b", "error[E0201]: the catalog `a\ufffdb` cannot be read: the path is not usable"),
    ],
)
def test_what_cannot_be_read_is_told(folder: Path, path: str, message: str) -> None:
    (folder / "bytes.pcat").write_bytes(b"unit \xff\n")
    (folder / "empty").mkdir()
    done = run("fmt", path, "loose.pcat")

    assert (3, "formatted loose.pcat\n") == (done.code, done.out)
    assert message == done.error.splitlines()[0]


def test_json_tells_each_file(folder: Path) -> None:
    (folder / "broken.pcat").write_text(BROKEN)
    done = run("fmt", "--diff", "--json", ".")

    assert (3, "no", "") == (done.code, done.envelope["status"], done.error)
    assert [
        {"file": "broken.pcat", "state": "not_read"},
        {"file": "loose.pcat", "state": "would_format"},
        {"file": "neat.pcat", "state": "unchanged"},
    ] == [{key: value for key, value in file.items() if key != "diff"} for file in done.result["files"]]
    assert done.result["files"][1]["diff"].startswith("--- loose.pcat\n+++ loose.pcat\n@@ -1,5 +1,6 @@\n")
    assert ["E0102"] == [found["code"] for found in done.envelope["diagnostics"]]
    assert NEAT == run("fmt", "--json", "-", given=LOOSE).result["files"][0]["text"]


@pytest.mark.usefixtures("folder")
def test_quiet_tells_no_summary() -> None:
    assert (1, "would format loose.pcat\n", "") == told(run("fmt", "-q", "--check", "loose.pcat"))


def test_catalogs_of_the_library_are_in_form(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(Path(__file__).resolve().parents[2])
    done = run("fmt", "--check", "catalogs")

    assert (0, "") == (done.code, done.out)
