"""After a mistake: where to read on, and what a parser could take there.

Knows Lark's LALR table, but neither messages nor nodes.
"""

import re
from collections.abc import Iterator, Sequence

from attrs import frozen
from lark import Token, Tree
from lark.grammar import Rule

from configurator.syntax.vocabulary import BLOCK_WORDS, OPERATOR_WORDS, TOP_LEVEL_WORDS, similar_word

Actions = dict[str, tuple[object, "int | Rule"]]
StackValue = Token | Tree[Token]

_PIECES = re.compile(
    r"""
      (?P<text>"(?:[^"\\\n]|\\.)*(?:"|$))
    | (?P<comment>\#[^\n]*)
    | (?P<row>\|[^\n]*)
    | (?P<open>\{)
    | (?P<close>\})
    | (?P<word>[^\W\d]\w*(?:-\w+)*)
    | (?P<newline>\n)
    | (?P<blank>[^\S\n]+)
    | (?P<other>.)
    """,
    re.VERBOSE | re.MULTILINE,
)


@frozen
class ReadOn:
    """A place where reading can go on.

    Attributes:
        offset: where the word or brace stands.
        terminal: what it is; empty for a word that is probably a misspelt statement word.
        anywhere: a statement word in the first column: it begins a statement whatever was open before.
    """

    offset: int
    terminal: str
    anywhere: bool


def places_to_read_on(text: str, offset: int, *, skip_first: bool) -> Iterator[ReadOn]:
    """Places after a mistake, in order: statement words that begin a line, and closing braces.

    Braces opened while skipping hide what is between them, except a statement word in the first
    column. `skip_first` leaves out the word at `offset` itself, when it is the mistake.
    """
    depth = 0
    first = _begins_line(text, offset)
    for piece in _PIECES.finditer(text, offset):
        kind, start = piece.lastgroup, piece.start()
        if kind == "word" and first and not (skip_first and start == offset):
            word = piece[0]
            first_column = start == 0 or text[start - 1] == "\n"
            if word in TOP_LEVEL_WORDS and first_column:
                depth = 0
                yield ReadOn(start, TOP_LEVEL_WORDS[word], anywhere=True)
            elif depth == 0 and first_column and _is_probably_statement(word):
                yield ReadOn(start, "", anywhere=True)
            elif depth == 0 and word in TOP_LEVEL_WORDS | BLOCK_WORDS:
                terminal = TOP_LEVEL_WORDS.get(word) or BLOCK_WORDS[word]
                yield ReadOn(start, terminal, anywhere=False)
        elif kind == "open":
            depth += 1
        elif kind == "close" and depth > 0:
            depth -= 1
        elif kind == "close":
            yield ReadOn(start, "_RBRACE", anywhere=False)
        first = kind == "newline" or (first and kind == "blank")


def _is_probably_statement(word: str) -> bool:
    known = word in BLOCK_WORDS or word in OPERATOR_WORDS
    return not known and similar_word(word, tuple(TOP_LEVEL_WORDS)) is not None


def _begins_line(text: str, offset: int) -> bool:
    line = text.rfind("\n", 0, offset) + 1
    return not text[line:offset].strip()


class ParseStack:
    """The stack of an LALR parser, to ask what it would take.

    Attributes:
        states: the table: for each state, what to do on each symbol.
        end_state: the state in which the file is whole.
    """

    def __init__(self, states: dict[int, Actions], end_state: int) -> None:
        self.states = states
        self.end_state = end_state

    def after(self, stack: Sequence[int], terminal: str) -> list[int] | None:
        """The stack once the terminal is taken, or `None` when it cannot be.

        The table alone may promise more than is true (LALR merges what may follow), so reductions are played.
        """
        stack = list(stack)
        while True:
            action = self.states[stack[-1]].get(terminal)
            if action is None:
                return None
            target = action[1]
            if isinstance(target, int):
                stack.append(target)
                return stack
            size = len(target.expansion)
            if size:
                del stack[-size:]
            goto = self.states[stack[-1]][target.origin.name][1]
            assert isinstance(goto, int)
            stack.append(goto)
            if terminal == "$END" and goto == self.end_state:
                return stack

    def acceptable(self, stack: Sequence[int]) -> frozenset[str]:
        """Every terminal that could be taken now."""
        return frozenset(
            symbol
            for symbol in self.states[stack[-1]]
            if (symbol.isupper() or symbol == "$END") and self.after(stack, symbol) is not None
        )

    def depth_that_takes(self, stack: Sequence[int], terminal: str, lowest: int = 1) -> int | None:
        """How many states to keep so that the terminal can be taken.

        As many as possible, at least `lowest`; `None` when no number will do.
        """
        for size in range(len(stack), lowest - 1, -1):
            if self.after(stack[:size], terminal) is not None:
                return size
        return None


def open_blocks(values: Sequence[StackValue]) -> list[int]:
    """Places in the stack of the `{` that begin blocks, outermost first.

    A `{` opens a set of values after `of`, `in`, a comma, `=` or `[`; otherwise it opens a block.
    """
    return [
        i
        for i, value in enumerate(values)
        if isinstance(value, Token)
        and value.type == "_LBRACE"
        and not (isinstance(values[i - 1], Token) and values[i - 1].type in _BEFORE_SET)  # type: ignore[union-attr]  # narrowed by index
    ]


_BEFORE_SET = {"_OF", "_IN", "_NOT_IN", "_COMMA", "EQUALS", "INCLUDES", "_LBRACKET"}


def open_brackets(values: Sequence[StackValue]) -> list[Token]:
    """The opening brackets of every kind that are not closed yet, outermost first."""
    return [
        value
        for value in values
        if isinstance(value, Token) and value.type in {"_LBRACE", "_LBRACKET", "_LPAREN"}
    ]
