"""The command as an operating system starts it."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from command_runs import CATALOGS

import configurator.__main__ as console

PACKAGE_ROOT = str(Path(__file__).resolve().parents[2])


def start(*words: str, **more: str) -> "subprocess.Popen[bytes]":
    environment = {**os.environ, "PYTHONPATH": PACKAGE_ROOT, **more}
    return subprocess.Popen(
        [sys.executable, "-m", "configurator", *words],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=CATALOGS,
        env=environment,
    )


def finish(process: "subprocess.Popen[bytes]") -> tuple[int, str, str]:
    out, error = process.communicate(timeout=60)
    return process.returncode, out.decode(), error.decode()


def test_version_loads_neither_parser_nor_engine_nor_command_line() -> None:
    script = (
        "import sys; sys.argv = ['configurator', '--version']\n"
        "import configurator.__main__ as console\n"
        "try:\n    console.main()\nexcept SystemExit as end:\n    assert end.code == 0\n"
        "assert not {'click', 'rich', 'lark', 'constraint', 'configurator.configurator'} & set(sys.modules)\n"
    )
    environment = {**os.environ, "PYTHONPATH": PACKAGE_ROOT}
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, check=False, env=environment, text=True
    )

    assert (0, "") == (done.returncode, done.stderr)
    assert done.stdout.startswith("configurator 0")


def test_answers_and_exit_codes_reach_the_shell() -> None:
    code, out, error = finish(start("validate", "kids_bike.pcat", "colour=yellow", "front_wheel=W14", "-q"))

    assert (1, "") == (code, error)
    assert out.startswith("not possible: 2 choices, 1 rule\n")


def test_a_reader_that_has_seen_enough_is_no_failure() -> None:
    process = start("list", "pc.pcat", "--format", "jsonl", "-q")
    assert process.stdout is not None
    first = process.stdout.readline()
    process.stdout.close()
    assert process.stderr is not None
    error = process.stderr.read()
    process.stderr.close()

    assert (0, b"") == (process.wait(timeout=60), error)
    assert json.loads(first)["board"] == "MB-B650-ATX"


def test_an_answer_that_nobody_reads_keeps_its_exit_code() -> None:
    process = start("validate", "kids_bike.pcat", "colour=yellow", "front_wheel=W14", "-q")
    assert process.stdout is not None
    process.stdout.close()
    assert process.stderr is not None
    error = process.stderr.read()
    process.stderr.close()

    assert (1, b"") == (process.wait(timeout=60), error)


@pytest.mark.skipif(sys.platform == "win32", reason="signals are another thing there")
def test_the_keyboard_stops_a_list() -> None:
    process = start("list", "pc.pcat", "--format", "csv", "-q")
    assert process.stdout is not None
    process.stdout.readline()
    process.send_signal(signal.SIGINT)
    process.stdout.read()
    assert process.stderr is not None
    error = process.stderr.read().decode()
    process.stdout.close()
    process.stderr.close()

    assert (130, "error: interrupted\n") == (process.wait(timeout=60), error)


def test_output_in_a_poor_encoding_escapes_what_it_lacks(tmp_path: Path) -> None:
    catalog = tmp_path / "cafe.pcat"
    catalog.write_text(
        'catalog cafe "Café" version "1" currency EUR\noption a : one of { x, y }\n'
        'rule r:\n  forbid a = x\n  because "Größe fehlt."\n',
        encoding="utf-8",
    )
    code, out, error = finish(start("validate", str(catalog), "a=x", PYTHONIOENCODING="ascii"))

    assert (1, "") == (code, error)
    assert "Gr\\xf6\\xdfe fehlt." in out


def test_without_its_libraries_the_command_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["configurator", "check"])
    monkeypatch.setattr(console, "find_spec", lambda _: None)
    with pytest.raises(SystemExit) as end:
        console.main()

    assert end.value.code == 6
    assert capsys.readouterr() == (
        "",
        'error: the command line needs click and rich\n  = help: pip install "pcat-configurator[cli]"\n',
    )
