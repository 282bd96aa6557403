"""Text to syntax tree: drives Lark token by token, tells every mistake once, reads on after each.

How a file with mistakes is read:

1. Lark's parser takes tokens until one does not fit.
2. `mistakes.mend_mistake` says what is wrong there. Often it also knows what was meant (`==`, a
   misspelt keyword, a missing brace): then reading goes on as if that had been written.
3. Otherwise what stands there is skipped up to a word that begins a statement, or a closing brace
   (`recovery.places_to_read_on`), and the parser's stack is cut back to the nearest state that takes it.

What comes out is a whole tree of the good statements. It serves only to look for more mistakes: a file
with any mistake gives no nodes.
"""

from collections.abc import Sequence
from copy import copy

from attrs import frozen
from lark import Token, Tree
from lark.exceptions import UnexpectedCharacters, UnexpectedToken
from lark.lexer import ContextualLexer

from configurator.diagnostics.diagnostic import Diagnostic, Severity, has_errors, in_order
from configurator.source import SourceFile, Span
from configurator.syntax.expression_builder import MOST_LEVELS
from configurator.syntax.grammar import load_parser
from configurator.syntax.mistakes import Mend, NamedBefore, Situation, found_at, mend_mistake, too_deep
from configurator.syntax.nodes import CatalogFile
from configurator.syntax.recovery import (
    ParseStack,
    StackValue,
    open_blocks,
    open_brackets,
    places_to_read_on,
)
from configurator.syntax.tree_builder import build_file

LONGEST_TEXT = 20_000_000
"""Code points of a file beyond which it is refused unread."""

# A stack this high only comes from words or brackets nested without end: `not not not …`.
_HIGHEST_STACK = 40 * MOST_LEVELS

_NAMES = {"NAME", "UNIT", "ID"}
_HEADERS = {"_CATALOG", "_SCENARIOS"}


@frozen
class ParseResult:
    """A file that was read.

    Attributes:
        file: its nodes; `None` when there is any error.
        diagnostics: every mistake, by place.
    """

    file: CatalogFile | None
    diagnostics: tuple[Diagnostic, ...]


def parse_catalog(source: SourceFile, *, longest: int = LONGEST_TEXT) -> ParseResult:
    """Read a catalog, a module or a file of scenarios; an empty text is an empty module.

    Never raises, whatever the text. All mistakes come at once, each told once. Time grows linearly
    with the text: some 30 µs per table row.

    Args:
        source: the text.
        longest: the most code points to accept.
    """
    if len(source.text) > longest:
        message = f"the file has {len(source.text):,} characters, more than {longest:,}"
        place = Span(source, 0, 0)
        help_line = "keep long tables in CSV files, and split the catalog with `import`"
        return ParseResult(None, (Diagnostic("E0110", Severity.ERROR, message, place, help=(help_line,)),))
    reader = _Reader(source)
    tree = reader.read()
    file, found = build_file(tree, source, reader.skipped)
    diagnostics = in_order(_once([*reader.diagnostics, *found]))
    return ParseResult(None if has_errors(diagnostics) else file, diagnostics)


def _once(diagnostics: Sequence[Diagnostic]) -> list[Diagnostic]:
    seen: set[tuple[str, int, str]] = set()
    once: list[Diagnostic] = []
    for each in diagnostics:
        key = each.code, each.span.start if each.span else -1, each.message
        if key not in seen:
            seen.add(key)
            once.append(each)
    return once


def read_unit_or_name(
    token: Token, previous: Token | None, text: str, stack: ParseStack, states: Sequence[int]
) -> None:
    """Make a name of a `UNIT` that is none: a word after a number that begins a condition on its own line.

    As in `when n > 2` and below it `a = b requires …`. This is the only place outside tables where the
    end of a line counts.
    """
    assert previous is not None  # a unit comes after a number
    if "\n" in text[previous.end_pos : token.start_pos] and stack.after(states, "NAME") is not None:
        token.type = "NAME"


class _UnfitError(Exception):
    """A token that cannot be taken here; never leaves this module.

    Lark finds that out too, but only after reductions that a token not fit for this place may have
    led it into (LALR merges what may follow); the stack would then no longer show where the mistake is.
    """

    def __init__(self, offset: int) -> None:
        self.offset = offset
        super().__init__(offset)


class _Reader:
    """One reading of one text."""

    def __init__(self, source: SourceFile) -> None:
        self.source = source
        self.text = source.text
        self.diagnostics: list[Diagnostic] = []
        self.skipped: list[int] = []
        self.interactive = load_parser("pcat").parse_interactive(self.text, start="file")
        self.state = self.interactive.parser_state
        self.stack = ParseStack(self.state.parse_conf.states, self.state.parse_conf.end_state)
        self.previous: Token | None = None
        # The last token when it is a name, with the stacks before it: `famliy chassis` is only understood
        # one word late.
        self.named: tuple[Token, list[int], list[StackValue]] | None = None
        self.last_mistake: tuple[int, tuple[int, ...]] | None = None

    # ------------------------------------------------------------ the road without mistakes

    def read(self) -> Tree[Token]:
        """The tree of the file, or of what is good in it."""
        while True:
            try:
                self.take_tokens()
                return self.finish()
            except (UnexpectedToken, UnexpectedCharacters) as error:
                # by INVARIANT on Lark: both know their place when a text is parsed
                offset = error.pos_in_stream or 0
            except _UnfitError as error:
                offset = error.offset
            tree = self.mend(offset)
            if tree is not None:
                return tree

    def take_tokens(self) -> None:
        states, values, feed = self.state.state_stack, self.state.value_stack, self.state.feed_token
        after_row = False
        for token in self.interactive.lexer_thread.lex(self.state):  # type: ignore[no-untyped-call]  # Lark's gap
            if token.type == "UNIT":
                read_unit_or_name(token, self.previous, self.text, self.stack, states)
            # Tables ask less often than one might: a row that follows a row always fits.
            if (token.type != "ROW" or not after_row) and self.stack.after(states, token.type) is None:
                raise _UnfitError(token.start_pos or 0)
            after_row = token.type == "ROW"
            named = (token, states[:], values[:]) if token.type in _NAMES else None
            feed(token)
            self.named = named
            self.previous = token
            if len(states) > MOST_LEVELS and self.is_too_deep():
                raise _UnfitError(token.start_pos or 0)

    def is_too_deep(self) -> bool:
        brackets = len(open_brackets(self.state.value_stack))
        return brackets > MOST_LEVELS or len(self.state.state_stack) > _HIGHEST_STACK

    def finish(self) -> Tree[Token]:
        end = len(self.text)
        if self.stack.after(self.state.state_stack, "$END") is None:
            raise _UnfitError(end)
        tree = self.state.feed_token(Token("$END", "", end, 1, 1, 1, 1, end), is_end=True)
        assert isinstance(tree, Tree)
        return tree

    # ------------------------------------------------------------ mistakes

    def mend(self, offset: int) -> Tree[Token] | None:
        """Tell the mistake at an offset and make ready to read on; the tree when nothing is left to read."""
        if self.is_too_deep():
            mend = too_deep(self.source, offset, MOST_LEVELS)
        else:
            mend = mend_mistake(self.situation(offset))
        # A mend that leads back to the same place did not help; what stands there is skipped instead.
        here = offset, tuple(self.state.state_stack)
        again = here == self.last_mistake
        # What is nested too deep goes on being so.
        known = mend.diagnostic.code == "E0110" and any(each.code == "E0110" for each in self.diagnostics)
        if not again and not known:
            self.diagnostics.append(mend.diagnostic)
        self.last_mistake = here
        if mend.drop_name and self.named is not None:
            _, self.state.state_stack[:], self.state.value_stack[:] = self.named
        if mend.resume is not None and not again and self.apply(mend, offset):
            self.go_to(mend.resume)
            return None
        start = offset if again or mend.skip_from is None else mend.skip_from
        return self.skip(start, skip_first=mend.skip_first or again)

    def situation(self, offset: int) -> Situation:
        return Situation(
            self.source,
            offset,
            found_at(self.text, offset),
            self.stack,
            tuple(self.state.state_stack),
            tuple(self.state.value_stack),
            self.previous,
            NamedBefore(self.named[0], self.named[1]) if self.named else None,
            self.fits,
        )

    def fits(self, states: Sequence[int], offset: int) -> bool:
        """Whether the token at an offset, as it would be read in these states, can be taken."""
        thread = copy(self.interactive.lexer_thread)
        assert thread.state is not None
        assert isinstance(thread.lexer, ContextualLexer)
        thread.state.line_ctr.char_pos = offset
        try:
            token = thread.lexer.lexers[states[-1]].next_token(thread.state, None)
        except EOFError:
            return self.stack.after(states, "$END") is not None
        except UnexpectedCharacters:
            return False
        return self.stack.after(states, token.type) is not None

    def apply(self, mend: Mend, offset: int) -> bool:
        """Put in what was meant; `False` when it does not fit after all."""
        if mend.drop:
            self.cut(len(self.state.state_stack) - mend.drop)
        self.named = None
        for insertions in mend.feed:
            fitting = next(
                (each for each in insertions if self.stack.after(self.state.state_stack, each[0])), None
            )
            if fitting is None:
                return False
            terminal, text = fitting
            end = max(offset, mend.resume or offset)
            token = Token(terminal, text, offset, 1, 1, 1, 1, end)
            self.state.feed_token(token)
            self.previous = token
        return True

    def skip(self, offset: int, *, skip_first: bool) -> Tree[Token] | None:
        """Go to the next place where a statement, an entry of a block or the end of one can be read."""
        self.named = None
        blocks = open_blocks(self.state.value_stack)
        lowest = blocks[-1] + 2 if blocks else 1
        for place in places_to_read_on(self.text, offset, skip_first=skip_first):
            states = self.state.state_stack
            if not place.terminal or (place.terminal in _HEADERS and len(states) > 1):
                # A misspelt statement, or a second header: the first state would take that, but forget
                # the whole file. Both are mistakes of their own, to be met where a statement may stand.
                self.leave(offset, place.offset)
                return None
            free = place.anywhere or place.terminal == "_RBRACE"
            size = self.stack.depth_that_takes(states, place.terminal, 1 if free else lowest)
            if size is not None:
                self.cut(size)
                self.go_to(place.offset)
                self.skipped.append(offset)
                return None
        self.leave(offset, len(self.text))
        return self.finish()

    def leave(self, start: int, end: int) -> None:
        """Skip a stretch, and with it whatever is not finished: a file could end here."""
        self.skipped.append(start)
        size = self.stack.depth_that_takes(self.state.state_stack, "$END")
        assert size is not None  # the empty file is a file
        self.cut(size)
        self.go_to(end)

    def cut(self, size: int) -> None:
        """Forget all but the lowest states."""
        del self.state.state_stack[size:]
        del self.state.value_stack[size - 1 :]

    def go_to(self, offset: int) -> None:
        state = self.interactive.lexer_thread.state
        assert state is not None
        state.line_ctr.char_pos = offset
