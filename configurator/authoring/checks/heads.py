"""Where a finding about a whole statement points."""

from configurator.source import Span


def head_of(span: Span) -> Span:
    """The first line of a statement: the whole of it would be a long line of carets."""
    end = span.file.text.find("\n", span.start, span.end)
    return Span(span.file, span.start, end) if end != -1 else span
