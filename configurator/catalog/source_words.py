"""What a catalog's own text says, without comments and layout: for people who know the language."""

import re

from configurator.catalog.rules import Resource, Restriction, Rule, VariantTable

_COMMENT = re.compile(r'("(?:[^"\\\n]|\\.)*")|#[^\n]*')
_BECAUSE = re.compile(r'"(?:[^"\\\n]|\\.)*"|(\bbecause\b)', re.IGNORECASE)
_HEAD_END = re.compile(r'"(?:[^"\\\n]|\\.)*"|(:)')

LONGEST_CONDITION = 160
"""Characters of a condition that are told; what is longer is cut."""


def source_words(text: str) -> str:
    """A text without comments and layout."""
    return " ".join(_COMMENT.sub(lambda match: match[1] or " ", text).split())


def without_because(text: str) -> str:
    """A rule's text up to the sentence for the customer."""
    found = next((match for match in _BECAUSE.finditer(text) if match[1]), None)
    return text if found is None else text[: found.start()].rstrip()


def condition_of(restriction: Restriction) -> str:
    """What a restriction demands, in the language's words: `require a.n <= b.n`.

    A table is told by its columns. What is very long is cut, and ends in `…`.
    """
    match restriction:
        case VariantTable(kind=kind, columns=columns):
            *first, last = [column.heading for column in columns]
            among = f"{', '.join(first)} and {last}" if first else last
            if kind == "forbid":
                return f"some combinations of {among} are forbidden"
            if kind == "allow":
                return f"only certain combinations of {among} are allowed"
            return f"certain values of {columns[0].heading} allow only certain combinations of {among}"
        case Rule(span=span):
            told = without_because(source_words(span.text))
            end = next((match.end() for match in _HEAD_END.finditer(told) if match[1]), 0)
            told = told[end:].strip()
        case Resource(span=span):
            told = source_words(span.text)
            _, brace, inside = told.partition("{")
            told = without_because(inside.rpartition("}")[0].strip() if brace else told)
    return told if len(told) <= LONGEST_CONDITION else f"{told[: LONGEST_CONDITION - 1].rstrip()}…"
