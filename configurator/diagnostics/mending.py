"""Putting safe replacements into a text."""

from collections.abc import Iterable
from itertools import pairwise

from attrs import frozen

from configurator.diagnostics.diagnostic import Diagnostic, Replacement


@frozen
class Mended:
    """A text with replacements put in.

    Attributes:
        text: what came of it.
        applied: the findings that were mended, by place.
    """

    text: str
    applied: tuple[Diagnostic, ...]


def mend(text: str, findings: Iterable[Diagnostic]) -> Mended:
    """Put the safe replacements of findings about one text into it.

    A finding is mended with all of its replacements or with none: not when one of them is unsafe, nor when
    it meets one of a finding that begins before it. The latter is found again in the new text.

    Args:
        text: what the findings' places count in.
        findings: those about this text, in any order.
    """
    safe = [
        found for found in findings if found.replacements and all(each.safe for each in found.replacements)
    ]
    parts: list[str] = []
    applied: list[Diagnostic] = []
    done = 0
    for found in sorted(safe, key=lambda each: min(_starts(each.replacements))):
        replacements = sorted(found.replacements, key=lambda each: each.span.start)
        if replacements[0].span.start < done or _meet(replacements):
            continue
        for each in replacements:
            parts += [text[done : each.span.start], each.text]
            done = each.span.end
        applied.append(found)
    return Mended("".join([*parts, text[done:]]), tuple(applied))


def _starts(replacements: Iterable[Replacement]) -> list[int]:
    return [each.span.start for each in replacements]


def _meet(replacements: list[Replacement]) -> bool:
    return any(one.span.end > other.span.start for one, other in pairwise(replacements))


def as_was_written(text: str, original: str) -> str:
    """A text with the line ends of another one: CRLF where all of its lines end so, else LF."""
    lines = original.count("\n")
    return text.replace("\n", "\r\n") if lines and original.count("\r\n") == lines else text
