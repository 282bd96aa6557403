"""Messages with places to fill: `"{gpu.name} is {gpu.length} long"`.

An own tiny form on purpose: Python's `str.format` would reach into objects (`{gpu.__class__}`) and has a
language of its own after the colon. Here only a path may stand between braces; `{{` and `}}` are
the braces themselves.
"""

import re
from collections.abc import Iterator

from configurator.diagnostics.diagnostic import Diagnostic, Severity
from configurator.source import SourceFile, Span
from configurator.syntax.expressions import Name, PathReference, TextLiteral

TemplatePart = str | PathReference

_PIECE = re.compile(r"\{\{|\}\}|\{([^{}]*)\}|[{}]|[^{}]+")
_PATH = re.compile(r"\s*([^\W\d]\w*(?:\s*\.\s*[^\W\d]\w*)*)\s*")
_NAME = re.compile(r"\w+")


def parse_template(text: TextLiteral) -> tuple[TemplatePart, ...] | Diagnostic:
    """Split a message into literal text and paths, in order; adjacent literal text is one part.

    The first mistake comes back in place of the parts. An empty message has no parts.
    """
    places = _places(text)
    parts: list[TemplatePart] = []
    for piece in _PIECE.finditer(text.value):
        match piece[0]:
            case "{{" | "}}":
                part: TemplatePart = piece[0][0]
            case "{":
                return _mistake(
                    "the brace is not closed", places(*piece.span()), "write `{{` for the brace itself"
                )
            case "}":
                return _mistake(
                    "the brace was not opened", places(*piece.span()), "write `}}` for the brace itself"
                )
            case written if written.startswith("{"):
                if _PATH.fullmatch(piece[1]) is None:
                    return _mistake(
                        f"`{written}` is not the path of a value",
                        places(*piece.span()),
                        "between braces stands a path such as `{gpu.length}`",
                    )
                part = _path(piece, places)
            case written:
                part = written
        if isinstance(part, str) and parts and isinstance(parts[-1], str):
            parts[-1] += part
        else:
            parts.append(part)
    return tuple(parts)


class _Places:
    """Places in the file for offsets in a text's value: an escape takes two characters there."""

    def __init__(self, file: SourceFile, offsets: list[int]) -> None:
        self.file = file
        self.offsets = offsets

    def __call__(self, start: int, end: int) -> Span:
        return Span(self.file, self.offsets[start], self.offsets[end])


def _places(text: TextLiteral) -> _Places:
    written = text.span.text
    if not written.startswith('"'):
        # Not from a catalog, for example from a spreadsheet: there are no quotes and no escapes.
        limit = text.span.end
        return _Places(text.span.file, [min(text.span.start + i, limit) for i in range(len(text.value) + 1)])
    return _Places(text.span.file, list(_character_offsets(text.span, len(text.value))))


def _character_offsets(span: Span, length: int) -> Iterator[int]:
    body = span.text[1:]
    offset = 0
    for _ in range(length):
        yield span.start + 1 + offset
        offset += 2 if body.startswith("\\", offset) else 1
    yield span.start + 1 + offset


def _path(piece: re.Match[str], places: _Places) -> PathReference:
    start = piece.start(1)
    names = tuple(
        Name(match[0], places(start + match.start(), start + match.end()))
        for match in _NAME.finditer(piece[1])
    )
    return PathReference(names, names[0].span.to(names[-1].span))


def _mistake(message: str, span: Span, help_line: str) -> Diagnostic:
    return Diagnostic("E0309", Severity.ERROR, message, span, help=(help_line,))
