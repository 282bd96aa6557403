"""Write what the commands on a page print now into it: `python tests/documents/refresh_examples.py PAGE …`.

Read the difference before you keep it: a test compares pages with what happens, this makes them alike.
Outputs that are shortened with `...` and still right are left alone.
"""

import os
import sys
import tempfile
from pathlib import Path
from typing import Any

from pages import ROOT, Block, blocks_of
from test_examples import commands_of, run_command, run_python, run_session, same_output, write_file


def refreshed(block: Block) -> str:
    """The text of a console block with what its commands print now."""
    lines = []
    commands = commands_of(block)
    for number, (command, expected) in enumerate(commands, start=1):
        printed, exit_code = run_command(command)
        wanted = int(block.mark("exit") or 0) if number == len(commands) else 0
        assert wanted == exit_code, f"{block.place}: `{command}` ended with {exit_code}:\n{printed}"
        kept = same_output(expected, printed)
        printed = "".join(f"{line.rstrip()}\n" for line in printed.splitlines())
        lines.append(f"$ {command}\n{expected if kept else printed}")
    return "".join(lines)


def refresh(page: Path) -> None:
    """Rewrite the console blocks of one page, running all blocks in order."""
    lines = page.read_text(encoding="utf-8").splitlines(keepends=True)
    written: list[tuple[Block, str]] = []
    names: dict[str, Any] = {"__name__": "__page__"}
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        Path("catalogs").symlink_to(ROOT / "catalogs")
        for block in blocks_of(page):
            if block.mark("file") or block.mark("append"):
                write_file(block, Path(folder))
            elif "run" in block.marks and block.language == "console":
                written.append((block, refreshed(block)))
            elif "run" in block.marks:
                {"python": run_python, "pycon": run_session}[block.language](block, names)
        os.chdir(ROOT)
    for block, text in reversed(written):
        lines[block.line : block.line + len(block.text.splitlines())] = [text]
    page.write_text("".join(lines), encoding="utf-8")


if __name__ == "__main__":
    for given in [Path(argument).resolve() for argument in sys.argv[1:]]:
        refresh(given)
