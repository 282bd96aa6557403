"""Texts of the language made from its grammar: every production, with anything that may stand between tokens.

`written_texts()` is the strategy. A text is put together from statements that were derived from the grammar
at random and that the parser takes; what a statement means is left to chance.
"""

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import islice
from random import Random

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn
from lark.grammar import NonTerminal, Rule

from configurator.source import SourceFile
from configurator.syntax.formatting.whole_text import read_whole
from configurator.syntax.grammar import load_parser
from configurator.syntax.parser import parse_catalog
from configurator.syntax.vocabulary import TERMINAL_SIGNS, words_of

Word = tuple[str, str]
"""A terminal and its text."""

_DEEPEST = 10
_LONGEST = 120

_TEXTS = {
    "TEXT": ('"a"', '";"', '"Grün | # x"', '"say \\"hi\\" \\\\"', '""', '"日本の部品"', f'"{"long " * 18}"'),
    "NUMBER": ("1", "1", "2", "0", "2.50", "12345678", "0.125"),
    "DATE": ("2026-01-01", "2027-12-31"),
    "UNIT": ("EUR", "kg", "GB"),
    "ORDER": ("<", "<=", ">", ">=", "!="),
    "BOOLEAN": ("yes", "no"),
    "_NOT_IN": ("not in", "not   in", "not\n  in"),
}
_NAMES = ("cpu", "größe", "a_very_long_name_for_one_thing", "x1", "日本", "B")
_CELLS = (
    "",
    "1",
    "22.50",
    "-3",
    "120..140",
    ">= 5",
    "a, b",
    "yes",
    "AM5",
    "日本",
    "x \\| y",
    '"q"',
    "é",
    "any",
)
_COMMENTS = ("# a comment", "#", '# with | bars | and "quotes"', "#x   ", "# ----------- banner", "# 日本")


STATEMENTS = (
    *("import", "unit", "default", "prefer", "objective", "bundle", "scenario", "rule", "resource", "table"),
    *("family", "slot", "option", "assembly", "calc", "assembled"),
)
"""The rules of the grammar for statements; a test compares them with the grammar."""


@st.composite
def written_texts(draw: DrawFn, *, most: int = 5) -> str:
    """Texts that parse, of up to so many statements."""
    seeds = draw(st.lists(st.integers(0, 2**32 - 1), min_size=1, max_size=most))
    header = draw(st.sampled_from(["", "catalog_header", "scenarios_header"]))
    calm = draw(st.booleans())
    dice = _dice(seeds[0])
    words = list(statement(header, seeds[0])) if header else []
    for number, seed in enumerate(seeds):
        words += any_statement(seed, number + 1)
    return spaced(words, dice, calm=calm)


def any_statement(seed: int, number: int = 0) -> Sequence[Word]:
    """A statement that parses. Every rule of the grammar is used by one seed in a hundred or more."""
    goals = sorted(all_rules() & frozenset().union(*(_within()[kind] for kind in STATEMENTS)))
    goal = goals[seed % len(goals)]
    kinds = [kind for kind in STATEMENTS if goal in _within()[kind]]
    return statement(_dice(seed).choice(kinds), seed, number, goal)


def statement(rule: str, seed: int, number: int = 0, goal: str = "") -> Sequence[Word]:
    """A statement or header that parses and mostly holds the goal; the first one derived that does parse."""
    dice = _dice(seed)
    for _ in range(60):
        derived = list(islice(_derived(rule, dice, 0, goal), _LONGEST + 1))
        if len(derived) > _LONGEST:
            continue
        words = _named(derived, dice, number)
        if parse_catalog(SourceFile("t", spaced(words, None, calm=True))).file is not None:
            return words
    return ()


@st.composite
def respaced(draw: DrawFn, text: str) -> str:
    """A text with the same words and without its comments, but with anything else between them."""
    dice = _dice(draw(st.integers(0, 2**32 - 1)))
    words: list[Word] = [(token.type, str(token)) for token in read_whole(text).tokens]
    padded = [(kind, _padded(word, dice) if kind == "ROW" else word) for kind, word in words]
    return spaced(padded, dice, calm=draw(st.booleans()))


def _padded(row: str, dice: Random) -> str:
    first, *cells, rest = re.split(r"(?<!\\)\|", row)
    cells = [f"{' ' * dice.randint(0, 9)}{cell.strip()}{' ' * dice.randint(1, 9)}" for cell in cells]
    return "|".join([first, *cells, rest])


def rules_of(text: str) -> set[str]:
    """Names of all rules of the grammar that a text uses."""
    return {str(each.data) for each in read_whole(text).tree.iter_subtrees()}


@lru_cache(maxsize=1)
def all_rules() -> frozenset[str]:
    """Names of all rules that a text of the language can use."""
    rules = [rule for made in _productions().values() for rule in made]
    # A rule that begins with `?` only has a branch of its own where it has several children.
    named = {rule.alias or rule.origin.name for rule in rules if rule.alias or not rule.options.expand1}
    return frozenset(name for name in named if not name.startswith("_")) - {"heading", "file"}


# ---------------------------------------------------------------- deriving


def _dice(seed: int) -> Random:
    # A seed is all that Hypothesis draws for a statement: thousands of draws each would be slow.
    return Random(seed)  # noqa: S311 - a made-up text, not a secret


@lru_cache(maxsize=1)
def _productions() -> dict[str, list[Rule]]:
    found: dict[str, list[Rule]] = {}
    for rule in load_parser("pcat").rules:
        found.setdefault(rule.origin.name, []).append(rule)
    return found


@lru_cache(maxsize=1)
def _heights() -> dict[str, int]:
    """How deep the lowest derivation of each rule is."""
    heights: dict[str, int] = {}
    while len(heights) < len(_productions()):
        for name, rules in _productions().items():
            known = [
                1 + max((heights[s.name] for s in rule.expansion if isinstance(s, NonTerminal)), default=0)
                for rule in rules
                if all(s.name in heights for s in rule.expansion if isinstance(s, NonTerminal))
            ]
            if known:
                heights.setdefault(name, min(known))
    return heights


def _height(rule: Rule) -> int:
    return max((_heights()[s.name] for s in rule.expansion if isinstance(s, NonTerminal)), default=0)


@lru_cache(maxsize=1)
def _within() -> dict[str, frozenset[str]]:
    """What each rule can come to hold, by the names that branches have."""
    within = {name: frozenset(rule.alias or name for rule in rules) for name, rules in _productions().items()}
    while True:
        grown = {
            name: within[name].union(*(_held(rule, within) for rule in rules))
            for name, rules in _productions().items()
        }
        if grown == within:
            return within
        within = grown


def _held(rule: Rule, within: dict[str, frozenset[str]]) -> frozenset[str]:
    return frozenset().union(*(within[s.name] for s in rule.expansion if isinstance(s, NonTerminal)))


def _derived(rule: str, dice: Random, depth: int, goal: str = "") -> Iterator[Word]:
    """A derivation of a rule that holds the goal, where it can."""
    productions = _productions()[rule]
    within = _within()
    towards = [each for each in productions if goal in _held(each, within)]
    reached = [each for each in productions if goal == (each.alias or rule)]
    if reached:
        productions, goal = reached, ""
    elif towards:
        productions = towards
    elif depth > _DEEPEST * dice.random():
        # Expressions would go on for ever: with the depth it gets likelier that they come to an end.
        lowest = min(map(_height, productions))
        productions = [each for each in productions if _height(each) == lowest]
    expansion = dice.choice(productions).expansion
    there = [at for at, s in enumerate(expansion) if isinstance(s, NonTerminal) and goal in within[s.name]]
    to = dice.choice(there) if there else -1
    for at, symbol in enumerate(expansion):
        if isinstance(symbol, NonTerminal):
            yield from _derived(symbol.name, dice, depth + 1, goal if at == to else "")
        else:
            yield symbol.name, _text(symbol.name, dice)


def _text(terminal: str, dice: Random) -> str:
    if terminal in TERMINAL_SIGNS:
        return TERMINAL_SIGNS[terminal]
    return dice.choice(_TEXTS.get(terminal) or words_of(terminal) or ("?",))


def _named(words: list[Word], dice: Random, number: int) -> list[Word]:
    """With names that differ where they must, and rows that make tables."""
    rows = 0
    for at, (terminal, _) in enumerate(words):
        if terminal == "NAME":
            words[at] = terminal, f"{dice.choice(_NAMES)}{number}_{at}"
        elif terminal == "ID":
            words[at] = terminal, f"{dice.choice(('rule', 'no-two', 'größe-1'))}-{number}-{at}"
        elif terminal == "ROW":
            rows += 1
            if at + 1 == len(words) or words[at + 1][0] != "ROW":
                for place, text in zip(range(at + 1 - rows, at + 1), _table(rows, dice), strict=True):
                    words[place] = terminal, text
                rows = 0
    return words


def _table(rows: int, dice: Random) -> Iterator[str]:
    width = dice.randint(1, 4)
    for at in range(rows):
        if at == 0:
            cells = [
                f"{dice.choice(_NAMES)}{i}{dice.choice(('', ' [kg]', ' : whole'))}" for i in range(width)
            ]
        elif at == 1 and dice.random() < 0.7:
            cells = [dice.choice(("-", "---", ":--", "---:", ":-:")) for _ in range(width)]
        else:
            cells = [dice.choice(_CELLS) for _ in range(width)]
        pads = [(" " * dice.randint(0, 3), " " * dice.randint(1, 3)) for _ in cells]
        line = "|" + "".join(f"{a}{cell}{b}|" for cell, (a, b) in zip(cells, pads, strict=True))
        yield line + dice.choice(("", "", "  ", " # behind", "#"))


# ---------------------------------------------------------------- between tokens


def spaced(words: Sequence[Word], dice: Random | None, *, calm: bool) -> str:
    """Words with what may stand between them; without dice a blank, or a line end where there must be one."""
    text = _opening(dice)
    before: Word = ("", "")
    for word in words:
        text += _gap(before, word, dice, calm=calm) + word[1]
        before = word
    return text + (dice.choice(("", "\n", "\n\n", " # the end", "\n# the end\n")) if dice else "")


def _opening(dice: Random | None) -> str:
    return dice.choice(("", "", "\n\n", "# first\n", "  # first\n\n# second\n")) if dice else ""


_TIGHT = set("{}[](),:")


def _gap(before: Word, word: Word, dice: Random | None, *, calm: bool) -> str:
    if not before[0]:
        return ""
    line_end = before[0] == "ROW" or (before[0] == "NUMBER" and word[0] == "NAME")
    if dice is None:
        return "\n" if line_end else " "
    # A word on a line of its own after a number could be more than a unit.
    same_line = before[0] == "NUMBER" and word[0] == "UNIT"
    # What an aggregate is called is only known by the bracket behind it.
    if same_line or before[0] == "AGGREGATE":
        return " " * dice.randint(1, 3)
    kind = dice.random()
    comment = dice.choice(_COMMENTS)
    if kind < (0.02 if calm else 0.15):
        if before[0] == "ROW":
            return f"\n{comment}\n"
        return dice.choice((f" {comment}\n", f"\n  {comment}\n", f"\n\n{comment}\n\n{comment}\n"))
    if kind < (0.1 if calm else 0.3):
        return dice.choice(("\n", "\n    ", "\n\n", "\n\n\n  "))
    if line_end:
        return "\n"
    if kind < 0.6 and (before[1][-1] in _TIGHT or word[1][0] in _TIGHT):
        return ""
    return dice.choice((" ", " ", "  ", "\t"))
