"""The words of the language: which begin statements, which are reserved, what people call each terminal."""

from difflib import SequenceMatcher
from functools import lru_cache

from configurator.diagnostics.suggestion import nearest

_SIMILAR = 0.7

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")

TOP_LEVEL_WORDS = {
    "catalog": "_CATALOG",
    "scenarios": "_SCENARIOS",
    "import": "_IMPORT",
    "unit": "_UNIT",
    "family": "_FAMILY",
    "slot": "_SLOT",
    "option": "_OPTION",
    "assembly": "_ASSEMBLY",
    "calc": "_CALC",
    "rule": "_RULE",
    "resource": "_RESOURCE",
    "table": "_TABLE",
    "default": "_DEFAULT",
    "prefer": "_PREFER",
    "minimise": "DIRECTION",
    "maximise": "DIRECTION",
    "bundle": "_BUNDLE",
    "scenario": "_SCENARIO",
    "todo": "TODO",
    "assembled": "_ASSEMBLED",
}
"""Words that begin a statement of a file, and the terminal of each."""

BLOCK_WORDS = {
    "attribute": "_ATTRIBUTE",
    "component": "_COMPONENT",
    "from": "_FROM",
    "given": "_GIVEN",
    "choose": "_CHOOSE",
    "expect": "_EXPECT",
    "supply": "_SUPPLY",
    "demand": "_DEMAND",
}
"""Words that begin an entry of a block, and the terminal of each."""

STATEMENT_WORDS = frozenset({*TOP_LEVEL_WORDS, "attribute", "component"})
"""Not to be used for what a statement declares."""

OPERATOR_WORDS = frozenset(
    {
        "and",
        "or",
        "not",
        "in",
        "is",
        "between",
        "if",
        "then",
        "else",
        "where",
        "each",
        "when",
        "require",
        "forbid",
        "requires",
        "excludes",
        "because",
        "chosen",
        "absent",
        "yes",
        "no",
        "none",
    }
)
"""Not to be used for any name or value: they would be read as something else in an expression."""

HOMES = {
    "attribute": "a family",
    "component": "a family",
    "from": "a family or a table",
    "given": "a scenario",
    "choose": "a scenario or a bundle",
    "expect": "a scenario",
    "supply": "a resource",
    "demand": "a resource",
}
"""Where the words of `BLOCK_WORDS` may stand."""

TERMINAL_WORDS = {
    "DIRECTION": ("minimise", "maximise"),
    "SEVERITY": ("warn", "hint"),
    "CONSEQUENCE": ("forced", "impossible", "completes"),
    "QUANTIFIER": ("always", "never"),
    "BOOLEAN": ("yes", "no"),
    "_NUMBER_WORD": ("number",),
    "_TEXT_WORD": ("text",),
    "_DATE_WORD": ("date",),
    "_COMMA_WORD": ("comma",),
    "_TIMES": ("x",),
    "_DAYS": ("days", "day"),
    "WEEKDAY": WEEKDAYS,
    "_NOT_IN": (),
    "AGGREGATE": ("sum", "count", "min", "max", "avg", "any", "all", "distinct"),
}
"""The words of terminals that are not simply called after their only word."""

TERMINAL_SIGNS = {
    "_COLON": ":",
    "_COMMA": ",",
    "_DOT": ".",
    "_RANGE": "..",
    "_PERCENT": "%",
    "_LBRACE": "{",
    "_RBRACE": "}",
    "_LBRACKET": "[",
    "_RBRACKET": "]",
    "_LPAREN": "(",
    "_RPAREN": ")",
    "EQUALS": "=",
    "PLUS": "+",
    "MINUS": "-",
    "NEGATIVE": "-",
    "STAR": "*",
    "SLASH": "/",
}
"""Terminals that are always the same sign."""

TERMINAL_NAMES = {
    "NAME": "a name",
    "ID": "an id",
    "UNIT": "a unit",
    "TEXT": "a text",
    "NUMBER": "a number",
    "DATE": "a date",
    "ROW": "a table row",
    "ORDER": "a comparison",
    "BOOLEAN": "`yes` or `no`",
    "AGGREGATE": "an aggregate",
    "$END": "the end of the file",
}
"""What people call a terminal that has many texts."""

_OPERAND = frozenset(
    {"NAME", "NUMBER", "TEXT", "DATE", "BOOLEAN", "_LPAREN", "NEGATIVE", "AGGREGATE", "_NOT", "_IF"}
)
_LITERAL = frozenset({"NAME", "NUMBER", "TEXT", "DATE", "BOOLEAN", "NEGATIVE", "NONE"})
_OPERATOR = frozenset(
    {
        "EQUALS",
        "ORDER",
        "PLUS",
        "MINUS",
        "STAR",
        "SLASH",
        "AND",
        "OR",
        "_IN",
        "_NOT_IN",
        "_BETWEEN",
        "_IS",
        "_DOT",
        "UNIT",
    }
)
_STATEMENT = frozenset({*TOP_LEVEL_WORDS.values(), "$END"})
# What ends an entry of a block rather than goes on with it: told last.
_ENTRY = frozenset({*BLOCK_WORDS.values(), "ROW", "_RBRACE"})
_MOST_NAMED = 5


@lru_cache(maxsize=4096)
def similar_word(word: str, words: tuple[str, ...]) -> str | None:
    """The word of the language that was probably meant: one letter or so away, or two letters swapped."""
    match = nearest(word, words)
    if match is None:
        return None
    swapped = sorted(word.lower()) == sorted(match)
    return match if swapped or SequenceMatcher(None, word.lower(), match).ratio() >= _SIMILAR else None


def words_of(terminal: str) -> tuple[str, ...]:
    """The words a terminal stands for: none for names, values and signs."""
    if terminal in TERMINAL_WORDS:
        return TERMINAL_WORDS[terminal]
    if terminal in TERMINAL_SIGNS or terminal in TERMINAL_NAMES:
        return ()
    return (terminal.removeprefix("_").lower(),)


def describe_expected(terminals: frozenset[str]) -> str:
    """What could stand at a place, in the words of people: "expected a name, `{` or an operator".

    Kinds of things are told before single words; of more than five, the first ones and "or more".
    """
    # A dot or a unit may follow nearly everything; they are seldom what is missing.
    left = set(terminals) - {"_DOT", "UNIT"} or set(terminals)
    told: list[str] = []
    if {"NAME", "NUMBER", "_LPAREN"} <= left:
        told.append("a value")
        left -= _OPERAND
    elif {"NAME", "NUMBER", "BOOLEAN"} <= left:
        told.append("a value")
        left -= _LITERAL
    if {"AND", "OR"} <= left:
        told.append("an operator")
        left -= _OPERATOR
    several_statements = len(left & _STATEMENT) > 2
    if several_statements:
        left -= _STATEMENT
    entries = left & _ENTRY
    left -= entries
    told += sorted(TERMINAL_NAMES[each] for each in left if each in TERMINAL_NAMES)
    told += [
        f"`{sign}`" for sign in sorted({TERMINAL_SIGNS[each] for each in left if each in TERMINAL_SIGNS})
    ]
    told += sorted(f"`{word}`" for each in left if each not in TERMINAL_NAMES for word in words_of(each))
    told += sorted(f"`{word}`" for each in entries for word in words_of(each))
    told += [TERMINAL_NAMES[each] for each in ("ROW",) if each in entries]
    told += [f"`{TERMINAL_SIGNS[each]}`" for each in ("_RBRACE",) if each in entries]
    if several_statements:
        told.append("a statement")
    if not told:
        return ""
    if len(told) > _MOST_NAMED:
        return "expected " + ", ".join(told[:_MOST_NAMED]) + " or more"
    return "expected " + " or ".join(filter(None, (", ".join(told[:-1]), told[-1])))
