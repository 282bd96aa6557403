"""What the pages show is what happens."""

import doctest
import io
import os
import shlex
import subprocess
import sys
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any

import pytest
from pages import ROOT, Block, blocks_of, pages, shown

from configurator.cli.main import root

PLUGIN_INSTALLED = any(each.name == "configurator" for each in entry_points(group="pytest11"))

RUNNABLE = ("run", "file=", "append=")
KNOWN = ("file=", "append=", "exit=", "with=")
WITH_EXAMPLES = [
    page
    for page in pages()
    if any(mark.startswith(RUNNABLE) for block in blocks_of(page) for mark in block.marks)
]


@pytest.mark.parametrize("page", WITH_EXAMPLES, ids=shown)
def test_examples_do_what_they_say(page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "catalogs").symlink_to(ROOT / "catalogs")
    monkeypatch.chdir(tmp_path)
    names: dict[str, Any] = {"__name__": "__page__"}
    for block in blocks_of(page):
        if block.mark("file") or block.mark("append"):
            write_file(block, tmp_path)
        elif "run" in block.marks:
            RUNNERS[block.language](block, names)


def write_file(block: Block, folder: Path) -> None:
    file = folder / (block.mark("file") or block.mark("append"))
    file.parent.mkdir(parents=True, exist_ok=True)
    before = file.read_text(encoding="utf-8") if block.mark("append") else ""
    file.write_text(before + block.text, encoding="utf-8")


def run_python(block: Block, names: dict[str, Any]) -> None:
    # Line numbers of a failure then are those of the page.
    exec(compile("\n" * block.line + block.text, shown(block.page), "exec"), names)  # noqa: S102 - our own page


def run_session(block: Block, names: dict[str, Any]) -> None:
    told: list[str] = []
    test = doctest.DocTestParser().get_doctest(block.text, names, block.place, shown(block.page), block.line)
    runner = doctest.DocTestRunner(verbose=False, optionflags=doctest.ELLIPSIS)
    runner.run(test, out=told.append, clear_globs=False)
    names.update(test.globs)

    assert [] == told, "".join(told)


def run_commands(block: Block, names: dict[str, Any]) -> None:
    del names
    commands = commands_of(block)
    for number, (command, expected) in enumerate(commands, start=1):
        printed, exit_code = run_command(command)
        wanted = int(block.mark("exit") or 0) if number == len(commands) else 0

        assert wanted == exit_code, (
            f"{block.place}: `{command}` ended with {exit_code} and printed\n{printed}"
        )
        assert same_output(expected, printed), f"{block.place}: `{command}` printed\n{printed}"


def commands_of(block: Block) -> list[tuple[str, str]]:
    """Each command with what it is said to print; a backslash at the end of a line joins the next one."""
    found: list[tuple[str, str]] = []
    for line in block.text.replace("\\\n", "").splitlines():
        if line.startswith("$ "):
            found.append((line.removeprefix("$ "), ""))
        else:
            command, printed = found[-1]
            found[-1] = (command, f"{printed}{line}\n")
    return found


def run_command(command: str) -> tuple[str, int]:
    """What our console command prints, both streams in one, and its exit code.

    It runs in this process: a new one for each command would cost more than all the rest of the tests here.
    """
    program, *arguments = shlex.split(command)
    if program == "pytest":
        return run_pytest(arguments)
    assert program == "configurator", f"`{program}` is not ours to run"
    screen = io.BytesIO()
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("COLUMNS", "110")
        patched.setenv("NO_COLOR", "1")
        for stream in ("stdout", "stderr"):
            # Written through: on a screen both streams come in the order in which they are written.
            patched.setattr(sys, stream, io.TextIOWrapper(screen, encoding="utf-8", write_through=True))
        patched.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO()))
        with pytest.raises(SystemExit) as ended:
            root.main(arguments, prog_name=program)
        printed = screen.getvalue().decode()
    code = ended.value.code
    return printed, code if isinstance(code, int) else 0


def run_pytest(arguments: list[str]) -> tuple[str, int]:
    """What pytest prints, with our plugin, and its exit code; in a process of its own, as it expects."""
    plugin = [] if PLUGIN_INSTALLED else ["-p", "configurator.testing.pytest_plugin"]
    settings = {"COLUMNS": "110", "NO_COLOR": "1", "PYTHONPATH": str(ROOT), "PYTEST_ADDOPTS": ""}
    # On a build server pytest cuts nothing short; pages show what it prints at a desk.
    surroundings = {name: value for name, value in os.environ.items() if name not in {"CI", "BUILD_NUMBER"}}
    done = subprocess.run(
        [sys.executable, "-m", "pytest", *plugin, "-p", "no:cacheprovider", *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
        env={**surroundings, **settings},
    )
    return done.stdout, done.returncode


def same_output(expected: str, printed: str) -> bool:
    """Whether it was printed so; `...` stands for anything, blanks at the end of a line for nothing."""
    printed = "".join(f"{line.rstrip()}\n" for line in printed.splitlines())
    return doctest.OutputChecker().check_output(expected, printed, doctest.ELLIPSIS)


RUNNERS = {"python": run_python, "pycon": run_session, "console": run_commands}


def test_every_block_of_the_tutorial_runs() -> None:
    tutorial = ROOT / "docs" / "tutorial" / "first-catalog.md"
    idle = [
        block.place for block in blocks_of(tutorial) if not any(m.startswith(RUNNABLE) for m in block.marks)
    ]

    assert [] == idle


def test_marks_are_known() -> None:
    unknown = [
        f"{block.place}: {mark}"
        for page in pages()
        for block in blocks_of(page)
        for mark in block.marks
        if mark not in {"run", "stub", "filled"} and not mark.startswith(KNOWN)
    ]

    assert [] == unknown


def test_every_python_block_is_python() -> None:
    for page in pages():
        for block in blocks_of(page):
            if block.language == "python":
                compile(block.text, block.place, "exec")


def test_output_may_be_left_out_but_not_invented() -> None:
    assert same_output("one\n...\nthree\n", "one  \ntwo\nthree\n")
    assert not same_output("one\nthree\n", "one\ntwo\nthree\n")
