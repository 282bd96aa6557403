"""Signs and words that people bring from other languages, and what is written here instead."""

import re

from attrs import frozen

Insertion = tuple[str, str]
"""A terminal and its text."""


@frozen
class Habit:
    """A habit met in a text, and how to read on as if it had been written right.

    Attributes:
        start: where it begins.
        end: where it ends; reading goes on there.
        told: how the message calls it.
        help: what to do.
        mended: the text to put in its place, `None` when there is no single one.
        drop: how many tokens before it were taken for something else and are to be forgotten.
        insertions: what it stands for, the first that fits; empty to leave it out.
    """

    start: int
    end: int
    told: str
    help: str
    mended: str | None = None
    drop: int = 0
    insertions: tuple[Insertion, ...] = ()


_OR = (("OR", "or"),)
_AND = (("AND", "and"),)
_NOT_EQUAL = (("ORDER", "!="),)

# Pairs of signs that start with one of ours.
_PAIRS: dict[str, tuple[str, str | None, tuple[Insertion, ...]]] = {
    "==": ("write `=`", "=", (("EQUALS", "="),)),
    "<>": ("write `!=`", "!=", _NOT_EQUAL),
    "=>": (
        "write `>=`, or `requires` between two conditions",
        None,
        (("REQUIRES", "requires"), ("ORDER", ">=")),
    ),
    "=<": ("write `<=`", "<=", (("ORDER", "<="),)),
    "->": ("write `requires`", "requires", (("REQUIRES", "requires"),)),
    "=!": ("write `!=`", "!=", _NOT_EQUAL),
}
_SIGNS = {
    "&&": ("write `and`", "and", _AND),
    "||": ("write `or`", "or", _OR),
    "&": ("write `and`", "and", _AND),
    "!": ("write `not`", "not ", (("_NOT", "not"),)),
    ";": ("a statement ends by itself; leave the sign out", "", ()),
    ":=": ("write `=`", "=", (("EQUALS", "="),)),
    "≠": ("write `!=`", "!=", _NOT_EQUAL),
    "≤": ("write `<=`", "<=", (("ORDER", "<="),)),
    "≥": ("write `>=`", ">=", (("ORDER", ">="),)),
    "×": ("write `*`", "*", (("STAR", "*"),)),
    "·": ("write `*`", "*", (("STAR", "*"),)),
    "…": ("write two dots: `1..5`", "..", (("_RANGE", ".."),)),
    "−": ("write `-`", "-", (("MINUS", "-"), ("NEGATIVE", "-"))),
    "–": ("write `-`", "-", (("MINUS", "-"), ("NEGATIVE", "-"))),
    "€": ("write `EUR`, after the number", "EUR", (("UNIT", "EUR"),)),
    "$": ("write `USD`, after the number", "USD", (("UNIT", "USD"),)),
    "£": ("write `GBP`, after the number", "GBP", (("UNIT", "GBP"),)),
}
BIND_OTHERWISE = frozenset({"!", "&"})
"""Signs that take other operands elsewhere: what is meant is for the author to say."""
_WORDS = {
    "then": ("leave `then` out: `when …` stands before `require …`", "", ()),
    "implies": ("write `requires`", "requires", (("REQUIRES", "requires"),)),
    "equals": ("write `=`", "=", (("EQUALS", "="),)),
}
_FOREIGN_TEXT = re.compile(r"'([^'\"\n]*)'|[“”„«‘]([^“”„«»’\"\n]*)[“”»’\"]")
_COMMENT_TO_END_OF_LINE = re.compile(r"//[^\n]*")
_COMMENT_BLOCK = re.compile(r"/\*.*?(?:\*/|\Z)", re.DOTALL)
_WORD = re.compile(r"\w+")

VALUE_HABITS = {
    "true": "yes",
    "True": "yes",
    "TRUE": "yes",
    "false": "no",
    "False": "no",
    "FALSE": "no",
    "null": "none",
    "NULL": "none",
    "None": "none",
}
"""Words for values that other languages have, and ours."""


def habit_at(text: str, offset: int, *, after_sign: bool) -> Habit | None:
    """The habit at a place where reading failed, or `None`.

    Args:
        text: the whole text.
        offset: the place.
        after_sign: whether the sign just before it was read as one of ours; then the two together may
            be the habit.
    """
    pair = (_comment(text, offset - 1, 1) or _pair(text, offset - 1, 1)) if after_sign else None
    return (
        pair
        or _comment(text, offset, 0)
        or _pair(text, offset, 0)
        or _foreign_text(text, offset)
        or _sign(text, offset)
        or _word(text, offset)
    )


def _comment(text: str, start: int, drop: int) -> Habit | None:
    for pattern, told in ((_COMMENT_TO_END_OF_LINE, "//"), (_COMMENT_BLOCK, "/*")):
        match = pattern.match(text, start)
        if match:
            # A block may have more than one line, and something behind it.
            mended = f"#{match[0][2:]}" if told == "//" else None
            return Habit(start, match.end(), told, "a comment begins with `#`", mended, drop=drop)
    return None


def _pair(text: str, start: int, read: int) -> Habit | None:
    """Two signs that mean something elsewhere; `read` of them, 0 or 1, were taken for ours already."""
    pair = text[start : start + 2]
    if pair not in _PAIRS:
        return None
    help_line, mended, insertions = _PAIRS[pair]
    end = start + 2
    while pair == "==" and text[end : end + 1] == "=":
        end += 1
    if read and pair == "==":
        return Habit(start, end, text[start:end], help_line, mended)  # the first one was right
    return Habit(start, end, text[start:end], help_line, mended, read, insertions)


def _foreign_text(text: str, offset: int) -> Habit | None:
    match = _FOREIGN_TEXT.match(text, offset)
    if match is None:
        return None
    content = match[1] if match[1] is not None else match[2]
    mended = '"' + content.replace("\\", "\\\\") + '"'
    told = match[0] if match.end() - offset <= 20 else match[0][0]
    return Habit(
        offset,
        match.end(),
        told,
        'a text stands between straight double quotes: `"…"`',
        mended,
        insertions=(("TEXT", mended),),
    )


def _sign(text: str, offset: int) -> Habit | None:
    for length in (2, 1):
        sign = text[offset : offset + length]
        if sign in _SIGNS:
            help_line, mended, insertions = _SIGNS[sign]
            return Habit(offset, offset + len(sign), sign, help_line, mended, insertions=insertions)
    return None


def _word(text: str, offset: int) -> Habit | None:
    match = _WORD.match(text, offset)
    if match is None or match[0] not in _WORDS:
        return None
    help_line, mended, insertions = _WORDS[match[0]]
    return Habit(offset, match.end(), match[0], help_line, mended, insertions=insertions)
