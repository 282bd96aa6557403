"""`configurator fmt`."""

import os
import stat
import sys
from collections.abc import Iterator, Sequence
from difflib import unified_diff
from pathlib import Path
from typing import Any, Literal

import click
from attrs import evolve, frozen
from rich.text import Text

from configurator.catalog.loading import ReadProblem, decode
from configurator.catalog_files import LARGEST_FILE
from configurator.cli.exit_codes import ExitCode
from configurator.cli.failures import CommandError
from configurator.cli.file_writing import replace_file
from configurator.cli.files import STANDARD_INPUT, read_bytes
from configurator.cli.inquiry import Answer, Inquiry
from configurator.cli.options import answers, output_options
from configurator.cli.terminal import printable
from configurator.cli.wording import BAD, DOUBTFUL, GOOD, plural
from configurator.diagnostics.diagnostic import Diagnostic, Severity
from configurator.diagnostics.rendering import render_text
from configurator.syntax.formatting.formatter import Unformattable, format_text

State = Literal["unchanged", "formatted", "would_format", "not_read", "not_written"]

SUFFIX = ".pcat"

EXAMPLES = """\b
Examples:
  configurator fmt catalogs/
  configurator fmt --check catalogs/
  configurator fmt --diff bicycle.pcat
  configurator fmt - <bicycle.pcat
"""


@frozen
class FormattedFile:
    """What became of one file.

    Attributes:
        name: as people know it.
        before: its text, empty where it was not read.
        text: the formatted one; the same where nothing was to do.
        problems: why it was not read.
        failure: why it was not written.
    """

    name: str
    state: State
    before: str = ""
    text: str = ""
    problems: tuple[Diagnostic, ...] = ()
    failure: str = ""

    @property
    def difference(self) -> str:
        """A unified diff; line ends and a byte order mark alone show none."""
        lines = unified_diff(
            self.before.splitlines(keepends=True), self.text.splitlines(keepends=True), self.name, self.name
        )
        return "".join(line if line.endswith("\n") else f"{line}\n{NO_LINE_END}\n" for line in lines)


NO_LINE_END = "\\ No newline at end of file"


@click.command("fmt", epilog=EXAMPLES)
@click.argument("paths", nargs=-1, required=True, metavar="PATH...")
@click.option("--check", is_flag=True, help="Write nothing; exit with 1 if a file is not in its form.")
@click.option("--diff", is_flag=True, help="The same, and show what would change.")
@output_options()
@answers("fmt")
def fmt(inquiry: Inquiry, paths: tuple[str, ...], *, check: bool, diff: bool) -> Answer:
    """Give catalogs their one form: indentation, aligned tables, empty lines.

    PATH is a file, a folder with all `.pcat` files below it, or `-`: standard input, formatted to standard
    output. Words, numbers, texts and comments stay as they are, and so does what a catalog means. A file
    with mistakes is left alone.
    """
    if STANDARD_INPUT in paths:
        return _standard_input(inquiry, paths, look_only=check or diff, diff=diff)
    files = [_format_file(name, place, look_only=check or diff) for name, place in _files(paths)]
    return _answer(inquiry, files, diff=diff)


# ---------------------------------------------------------------- which files


def _files(paths: Sequence[str]) -> Iterator[tuple[str, Path | None]]:
    """Every file once: the name under which it is told, and its real place, `None` where it has none."""
    seen: set[Path | None] = {None}
    for path in paths:
        for name in _below(path):
            place = _real_place(name)
            if place is None or place not in seen:
                yield name, place
            seen.add(place)


def _below(path: str) -> Sequence[str]:
    """The files of a folder; for anything else its own name, and for a folder without any, too."""
    place = Path(path)
    if not place.is_dir():
        return [path]
    return [str(file) for file in sorted(place.rglob(f"*{SUFFIX}")) if _is_meant(file, place)] or [path]


def _real_place(name: str) -> Path | None:
    try:
        return Path(name).resolve()
    except (OSError, ValueError, RuntimeError):
        # Reading it will tell.
        return None


def _is_meant(file: Path, below: Path) -> bool:
    hidden = any(part.startswith(".") for part in file.relative_to(below).parts)
    # A link that leads nowhere is told; a pipe would never be read to its end.
    return not hidden and (file.is_file() or (file.is_symlink() and not file.is_dir()))


# ---------------------------------------------------------------- one file


def _format_file(name: str, place: Path | None, *, look_only: bool) -> FormattedFile:
    try:
        data = _read(name)
    except CommandError as error:
        problem = Diagnostic("E0201", Severity.ERROR, error.message, None, help=error.help)
        return FormattedFile(name, "not_read", problems=(problem,))
    formatted = _format_bytes(data, name)
    if formatted.state != "would_format" or look_only:
        return formatted
    failure = _write(place or Path(name), formatted.text)
    return evolve(formatted, state="not_written" if failure else "formatted", failure=failure)


def _read(name: str) -> bytes:
    """The content of a file.

    Raises:
        CommandError: it cannot be read, or is a folder, then one without catalogs.
    """
    if Path(name).is_dir():
        raise CommandError(f"there is no {SUFFIX} file in the folder `{name}`", ExitCode.CATALOG)
    return read_bytes(name, "catalog", most=LARGEST_FILE)


def _format_bytes(data: bytes, name: str) -> FormattedFile:
    source = decode(data, name)
    if isinstance(source, ReadProblem):
        problem = Diagnostic(source.code, Severity.ERROR, source.message, None, help=source.help)
        return FormattedFile(name, "not_read", problems=(problem,))
    formatted = format_text(source.text, name)
    if isinstance(formatted, Unformattable):
        return FormattedFile(name, "not_read", problems=formatted.diagnostics)
    # In bytes: a byte order mark and other line ends count too.
    changed = formatted.text.encode() != data
    return FormattedFile(name, "would_format" if changed else "unchanged", source.text, formatted.text)


def _write(place: Path, text: str) -> str:
    """Write a file, a link's target for a link; why that is not possible, or nothing."""
    try:
        # Putting a file in another one's place asks only what its folder allows.
        if not (
            place.stat().st_mode & (stat.S_IWUSR | stat.S_IWGRP | stat.S_IWOTH) and os.access(place, os.W_OK)
        ):
            return "it is read-only"
        replace_file(place, text.encode())
    except OSError as error:
        return (error.strerror or "the system refused").lower()
    return ""


def _standard_input(inquiry: Inquiry, paths: Sequence[str], *, look_only: bool, diff: bool) -> Answer:
    if len(paths) > 1:
        raise CommandError("`-` stands alone: standard input is one file", ExitCode.USAGE)
    data = read_bytes(STANDARD_INPUT, "catalog", most=LARGEST_FILE)
    file = _format_bytes(data, "<stdin>")
    if not look_only:
        if file.state == "would_format":
            file = evolve(file, state="formatted")
        if not inquiry.as_json:
            # Text as it is: nothing of it may be made printable.
            sys.stdout.flush()
            sys.stdout.buffer.write(file.text.encode())
            sys.stdout.buffer.flush()
    return _answer(inquiry, [file], diff=diff, text=not look_only)


# ---------------------------------------------------------------- the answer


def _answer(inquiry: Inquiry, files: Sequence[FormattedFile], *, diff: bool, text: bool = False) -> Answer:
    inquiry.findings = [problem for file in files for problem in file.problems]
    if not inquiry.as_json:
        _tell(inquiry, files, diff=diff, text=text)
    result: dict[str, Any] = {"files": [_json(file, diff=diff, text=text) for file in files]}
    code = _code({file.state for file in files})
    return Answer("yes" if code is ExitCode.YES else "no", code, result, notes=(_summary(files),))


def _code(states: set[State]) -> ExitCode:
    if "not_written" in states:
        return ExitCode.ENVIRONMENT
    if "not_read" in states:
        return ExitCode.CATALOG
    return ExitCode.NO if "would_format" in states else ExitCode.YES


def _tell(inquiry: Inquiry, files: Sequence[FormattedFile], *, diff: bool, text: bool) -> None:
    if inquiry.findings:
        inquiry.screen.complain_as_is(
            render_text(inquiry.findings, colour=inquiry.screen.error_colour) + "\n"
        )
    for file in files:
        if file.state == "not_written":
            inquiry.screen.complain(
                Text.assemble(("error", BAD), f": `{file.name}` cannot be written: {file.failure}")
            )
        elif diff and file.state == "would_format":
            # A patch is written as it is, but not to a terminal: a catalog may come from a stranger.
            lines = file.difference.splitlines(keepends=True)
            shown = (
                (f"{printable(line.rstrip())}\n" for line in lines) if inquiry.screen.interactive else lines
            )
            inquiry.screen.write("".join(shown))
        elif not text and file.state in VERBS:
            inquiry.screen.tell(f"{VERBS[file.state]} {file.name}")


VERBS: dict[State, str] = {"formatted": "formatted", "would_format": "would format"}


def _json(file: FormattedFile, *, diff: bool, text: bool) -> dict[str, Any]:
    told: dict[str, Any] = {"file": file.name, "state": file.state}
    if diff and file.state == "would_format":
        told["diff"] = file.difference
    if text and file.state != "not_read":
        told["text"] = file.text
    if file.failure:
        told["reason"] = file.failure
    return told


def _summary(files: Sequence[FormattedFile]) -> Text:
    numbers = {state: sum(file.state == state for file in files) for state in SUMMARIES}
    told = [f"{plural(number, 'file')} {SUMMARIES[state]}" for state, number in numbers.items() if number]
    failed = numbers["not_read"] or numbers["not_written"]
    style = BAD if failed else DOUBTFUL if numbers["would_format"] else GOOD
    first, *rest = told
    return Text.assemble((first, style), *(f", {each}" for each in rest))


SUMMARIES: dict[State, str] = {
    "not_read": "left alone",
    "not_written": "not written",
    "would_format": "would be formatted",
    "formatted": "formatted",
    "unchanged": "in form already",
}
