"""Writing: data to standard output, everything else to standard error."""

import io
import os
import sys
from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager, nullcontext, suppress
from typing import IO

from rich.cells import cell_len
from rich.console import Console
from rich.text import Text

GAP = "  "
"""What stands between two columns."""


class OutputClosedError(Exception):
    """Whoever read standard output wants no more of it."""


class _QuietlyClosed(Console):
    """A console that tells a closed pipe instead of ending the process."""

    def on_broken_pipe(self) -> None:
        raise OutputClosedError


class Screen:
    """Both streams, with colours where a person looks and nobody said otherwise.

    Args:
        colour: `None` decides by the stream, `NO_COLOR` and `FORCE_COLOR`.
        quiet: whether nothing but data and failures is written.
    """

    def __init__(self, *, colour: bool | None = None, quiet: bool = False) -> None:
        self.quiet = quiet
        wanted = _asked_for_colour() if colour is None else colour
        self._out = _console(wanted, standard_error=False)
        self._error = _console(wanted, standard_error=True)

    @property
    def interactive(self) -> bool:
        """Whether a person reads standard output."""
        return sys.stdout.isatty()

    @property
    def colour(self) -> bool:
        """Whether standard output is coloured."""
        return self._out.is_terminal

    @property
    def error_colour(self) -> bool:
        """Whether standard error is coloured."""
        return self._error.is_terminal

    def tell(self, line: Text | str) -> None:
        """A line of an answer.

        Raises:
            OutputClosedError: nobody reads any more.
        """
        self._out.print(_printable(line))

    def write(self, text: str) -> None:
        """Text as it is, for programs, and for rows too many to be coloured one by one.

        Raises:
            OutputClosedError: nobody reads any more.
        """
        try:
            sys.stdout.write(_encodable(text, sys.stdout))
        except BrokenPipeError as error:
            raise OutputClosedError from error

    def flush(self) -> None:
        """Send what was written.

        Raises:
            OutputClosedError: nobody reads any more.
        """
        try:
            sys.stdout.flush()
        except BrokenPipeError as error:
            raise OutputClosedError from error

    def note(self, line: Text | str) -> None:
        """A remark beside the answer; nothing when quiet."""
        if not self.quiet:
            self.complain(line)

    def complain(self, line: Text | str) -> None:
        """A failure or remark that must be told."""
        with suppress(OutputClosedError):
            self._error.print(_printable(line))

    def complain_as_is(self, text: str) -> None:
        """Lines that carry their own colours."""
        with suppress(BrokenPipeError):
            sys.stderr.write(_encodable(text, sys.stderr) + "\n")

    @property
    def watched(self) -> Console | None:
        """Where a person sees what is going on meanwhile; `None` where nobody looks, or wants to."""
        return self._error if not self.quiet and self._error.is_terminal and sys.stderr.isatty() else None

    def waiting(self, what: str) -> AbstractContextManager[object]:
        """While it lasts, a person at the terminal sees that something is going on."""
        return nullcontext() if self.watched is None else self.watched.status(what)


def _console(colour: bool | None, *, standard_error: bool) -> Console:
    # Soft wrap: a line of an answer is one line, however narrow the window.
    return _QuietlyClosed(
        stderr=standard_error,
        highlight=False,
        markup=False,
        emoji=False,
        soft_wrap=True,
        force_terminal=colour,
        color_system="standard" if colour else "auto",
    )


def _asked_for_colour() -> bool | None:
    """What the environment says; `None` when it says nothing."""
    if os.environ.get("NO_COLOR"):
        return False
    return True if os.environ.get("FORCE_COLOR") else None


def _printable(line: Text | str) -> Text:
    text = line.copy() if isinstance(line, Text) else Text(line)
    text.plain = printable(text.plain)
    return text


def printable(text: str) -> str:
    """The same length of text without what would move a cursor, change colours or turn text around.

    A catalog may come from a stranger; the screen is not theirs to write on.
    """
    if text.isprintable():
        return text
    return "".join(
        char if char.isprintable() else " " if char.isspace() else "\N{REPLACEMENT CHARACTER}"
        for char in text
    )


def _encodable(text: str, stream: IO[str]) -> str:
    """The text with what the stream's encoding lacks written as escapes."""
    encoding = getattr(stream, "encoding", None) or "utf-8"
    return text.encode(encoding, "backslashreplace").decode(encoding)


def aligned(rows: Iterable[Sequence[str]], widths: Sequence[int]) -> Iterable[str]:
    """Each row as a line, its columns padded to the widths, blanks at the end left out."""
    for row in rows:
        cells = (cell + " " * (width - cell_len(cell)) for cell, width in zip(row, widths, strict=True))
        yield GAP.join(cells).rstrip()


def column_widths(rows: Iterable[Sequence[str]], columns: int) -> tuple[int, ...]:
    """The width of the widest cell of each column."""
    widths = [0] * columns
    for row in rows:
        widths = [max(width, cell_len(cell)) for width, cell in zip(widths, row, strict=True)]
    return tuple(widths)


def use_any_text() -> None:
    """Let both streams write every text: what their encoding lacks is written as an escape."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def abandon_output() -> None:
    """After a closed pipe: nothing is left to be flushed when the process ends."""
    with suppress(OSError, ValueError):
        devnull = os.open(os.devnull, os.O_WRONLY)
        os.dup2(devnull, sys.stdout.fileno())
        os.close(devnull)
