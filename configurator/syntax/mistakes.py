"""One mistake at one place: what to say about it, and how to read on.

Each function below knows one kind of mistake and answers with a `Mend`, or with `None` when the
mistake is not of its kind. `mend_mistake` asks them in order, the most telling first.
"""

import re
from collections.abc import Callable, Sequence

from attrs import field, frozen
from lark import Token

from configurator.diagnostics.diagnostic import Diagnostic, Replacement, Severity
from configurator.source import SourceFile, Span
from configurator.syntax.cells import split_row
from configurator.syntax.habits import BIND_OTHERWISE, Insertion, habit_at
from configurator.syntax.recovery import ParseStack, StackValue, open_blocks, open_brackets
from configurator.syntax.vocabulary import (
    BLOCK_WORDS,
    HOMES,
    OPERATOR_WORDS,
    TERMINAL_SIGNS,
    TERMINAL_WORDS,
    TOP_LEVEL_WORDS,
    describe_expected,
    similar_word,
    words_of,
)

_FOUND = re.compile(
    r"""
      (?P<text>"(?:[^"\\\n]|\\.)*")
    | (?P<open_text>"[^\n]*)
    | (?P<row>\|[^\n]*)
    | (?P<number>\d+(?:[.,\-_]\d+)*)
    | (?P<word>[^\W\d]\w*(?:-\w+)*)
    | (?P<sign>!=|<=|>=|\.\.|.)
    """,
    re.VERBOSE | re.DOTALL,
)
_LONGEST_TOLD = 40
_STARTERS = tuple(word for word in TOP_LEVEL_WORDS if word not in {"catalog", "scenarios", "todo"})
_INSIDE_OPERAND = frozenset(
    {"NAME", "NUMBER", "UNIT", "TEXT", "DATE", "BOOLEAN", "_DOT", "_RPAREN"}
    | {"PLUS", "MINUS", "STAR", "SLASH", "NEGATIVE"}
)
_MISSING_SIGNS = ("_LBRACE", "_COLON", "EQUALS", "_RPAREN", "_RBRACKET", "_COMMA", "_PERCENT", "_TIMES")


@frozen
class Found:
    """What stands where something else was expected."""

    kind: str
    text: str
    end: int

    @property
    def told(self) -> str:
        """The text for a message: one line, not too long."""
        text = self.text.rstrip()
        return text if len(text) <= _LONGEST_TOLD else text[: _LONGEST_TOLD - 1] + "…"


@frozen
class NamedBefore:
    """A name just read, with the stack before it: it may have been meant as a keyword."""

    token: Token
    states: Sequence[int]


@frozen(eq=False)
class Situation:
    """Where reading failed.

    Attributes:
        offset: the place.
        found: what stands there.
        states: the parser's states, the current one last.
        values: what was read, as the parser keeps it.
        previous: the token before the place, `None` at the start of the file.
        named_before: `previous`, when it is a name.
        fits: whether what stands at an offset could be taken by these states.
    """

    source: SourceFile
    offset: int
    found: Found
    stack: ParseStack
    states: Sequence[int]
    values: Sequence[StackValue]
    previous: Token | None
    named_before: NamedBefore | None
    fits: Callable[[Sequence[int], int], bool]
    acceptable: frozenset[str] = field(init=False)

    @acceptable.default
    def _acceptable(self) -> frozenset[str]:
        return self.stack.acceptable(self.states)

    @property
    def span(self) -> Span:
        """The place of what was found."""
        return Span(self.source, self.offset, self.found.end)

    @property
    def expected(self) -> str:
        """What could have stood there."""
        return describe_expected(self.acceptable)

    @property
    def begins_line(self) -> bool:
        """Whether only blanks stand before the place in its line."""
        return _begins_line(self.source, self.offset)


@frozen
class Mend:
    """What to tell, and how to go on.

    Attributes:
        diagnostic: what to tell.
        feed: tokens to put in; the first whose terminal fits, of each group.
        drop: how many tokens to forget first.
        drop_name: forget the name just read and what it led to.
        resume: where to read on; `None` to skip to the next statement.
        skip_from: when skipping, where to begin; `None` for the place of the mistake.
        skip_first: when skipping, whether the word there is itself no place to read on.
    """

    diagnostic: Diagnostic
    feed: tuple[tuple[Insertion, ...], ...] = ()
    drop: int = 0
    drop_name: bool = False
    resume: int | None = None
    skip_from: int | None = None
    skip_first: bool = False


def found_at(text: str, offset: int) -> Found:
    """What stands at an offset; nothing at the end of the text."""
    match = _FOUND.match(text, offset)
    if match is None:
        return Found("end", "", offset)
    return Found(match.lastgroup or "sign", match[0], match.end())


def mend_mistake(situation: Situation) -> Mend:
    """Say what is wrong at a place and how to go on; there is always something to say."""
    for explain in _KINDS:
        mend = explain(situation)
        if mend is not None:
            return mend
    return _unexpected(situation)


def too_deep(source: SourceFile, offset: int, limit: int) -> Mend:
    """For brackets and words nested beyond all sense."""
    span = Span(source, offset, offset + 1)
    message = f"more than {limit} levels stand inside each other"
    return Mend(Diagnostic("E0110", Severity.ERROR, message, span, help=("write it in smaller pieces",)))


# ---------------------------------------------------------------- kinds of mistakes


def _file_ends(at: Situation) -> Mend | None:
    if at.found.kind != "end":
        return None
    brackets = open_brackets(at.values)
    if brackets:
        return Mend(_closed_in_row(at) or _not_closed(at, brackets[-1], "the end of the file"))
    end = at.previous.end_pos if at.previous is not None and at.previous.end_pos is not None else at.offset
    place = Span(at.source, end, end)
    return Mend(_error("E0101", "the file ends in the middle of a statement", place, label=at.expected))


def _text_not_closed(at: Situation) -> Mend | None:
    if at.found.kind != "open_text":
        return None
    text = at.source.text
    end = at.offset + len(_without_stray_brace(at.found.text))
    further = _end_of_long_text(text, end)
    help_line = "a text ends on the line on which it begins" if further else 'write `"` where the text ends'
    diagnostic = _error(
        "E0104",
        "the text is not closed",
        Span(at.source, at.offset, end),
        label='expected `"`',
        help=(help_line,),
    )
    value = text[at.offset : end] + '"'
    resume = further or end
    if "TEXT" in at.acceptable:
        return Mend(diagnostic, feed=((("TEXT", value),),), resume=resume)
    return Mend(diagnostic)


def _without_stray_brace(text: str) -> str:
    """The open text without a brace at its end that closes no brace in it: that one closes the block."""
    text = text.rstrip()
    if text.endswith("}") and text.count("}") > text.count("{"):
        return text[:-1].rstrip()
    return text


def _end_of_long_text(text: str, start: int) -> int | None:
    """Where a text goes on over the next lines and is closed there; `None` when it seems not to."""
    for line in re.finditer(r"\n([^\n]*)", text[start : start + 2000]):
        words = line[1].split()
        if not words or words[0] in TOP_LEVEL_WORDS | BLOCK_WORDS or words[0].startswith(("}", "|", "#")):
            return None
        if line[1].count('"') % 2:
            return start + line.start(1) + line[1].index('"') + 1
    return None


def _habit(at: Situation) -> Mend | None:
    previous = at.previous
    after_sign = (
        previous is not None
        and previous.end_pos == at.offset
        and bool(at.values)
        and at.values[-1] is previous
    )
    habit = habit_at(at.source.text, at.offset, after_sign=after_sign)
    if habit is None or (habit.told == "then" and "_THEN" in at.acceptable):
        return None
    span = Span(at.source, habit.start, habit.end)
    shown = Span(at.source, habit.start, min(habit.end, habit.start + max(2, len(habit.told))))
    return Mend(
        _error(
            "E0103",
            f"`{habit.told}` is not part of the language",
            shown,
            help=(habit.help,),
            replacements=(Replacement(span, habit.mended, safe=habit.told not in BIND_OTHERWISE),)
            if habit.mended is not None
            else (),
        ),
        feed=(habit.insertions,) if habit.insertions else (),
        drop=habit.drop,
        resume=habit.end,
    )


def _no_such_character(at: Situation) -> Mend | None:
    char = at.source.text[at.offset]
    if char.isprintable() or char.isspace():
        return None
    return Mend(
        _error(
            "E0116",
            f"the character U+{ord(char):04X} cannot stand in a catalog",
            Span(at.source, at.offset, at.offset + 1),
            help=("remove it, or save the file as plain UTF-8 text",),
        ),
        skip_first=True,
    )


def _chained_comparison(at: Situation) -> Mend | None:
    if at.found.text not in {"=", "!=", "<", "<=", ">", ">=", "in", "between"}:
        return None
    for value in reversed(at.values):
        if isinstance(value, Token) and value.type in {"EQUALS", "ORDER"} and "AND" in at.acceptable:
            return Mend(
                _error(
                    "E0307",
                    "comparisons cannot be chained",
                    at.span,
                    label="a second comparison",
                    help=("write `b between a and c`, or two comparisons joined by `and`",),
                ),
                feed=((("AND", "and"),),),
                resume=at.found.end,
            )
        if isinstance(value, Token) and value.type not in _INSIDE_OPERAND:
            return None
    return None


def _quantity_in_expression(at: Situation) -> Mend | None:
    previous = at.previous
    if at.found.kind != "text" or previous is None or previous.type != "UNIT" or previous != "x":
        return None
    return Mend(
        _error(
            "E0117",
            f"a quantity such as `2 x {at.found.told}` is written in choices only",
            Span(at.source, previous.start_pos or 0, at.found.end),
            help=(f"write `slot = {at.found.told} and slot.quantity = 2`",),
        )
    )


def _block_not_closed(at: Situation) -> Mend | None:
    """A statement of the outer block, standing no further right than the block itself."""
    terminal = TOP_LEVEL_WORDS.get(at.found.text)
    blocks = open_blocks(at.values)
    if terminal is None or not at.begins_line or not blocks:
        return None
    brace = at.values[blocks[-1]]
    assert isinstance(brace, Token)
    column = Span(at.source, at.offset, at.offset).position.column
    if column > _indentation(at.source, brace.start_pos or 0) + 1:
        return None
    states: list[int] | None = list(at.states)
    feed: list[tuple[Insertion, ...]] = []
    for _ in blocks:
        states = at.stack.after(states, "_RBRACE") if states is not None else None
        if states is None:
            return None
        feed.append((("_RBRACE", "}"),))
        if at.stack.after(states, terminal) is not None:
            here = f"`{at.found.text}` in line {at.span.position.line}"
            diagnostic = _closed_in_row(at) or _not_closed(at, brace, here)
            return Mend(diagnostic, feed=tuple(feed), resume=at.offset)
    return None


def _misspelt_before(at: Situation) -> Mend | None:
    """`famliy chassis`: the first word was taken for a name or a unit."""
    if at.named_before is None:
        return None
    token, states = at.named_before.token, at.named_before.states
    if token in TOP_LEVEL_WORDS or token in BLOCK_WORDS:
        return None  # spelt well, but in the wrong place
    match = _similar(str(token), at.stack.acceptable(states))
    if match is None:
        return None
    word, terminal = match
    after = at.stack.after(states, terminal)
    if after is None or not at.fits(after, at.offset):
        return None
    span = Span(at.source, token.start_pos or 0, token.end_pos or 0)
    return Mend(_misspelling(span, word), feed=(((terminal, word),),), drop_name=True, resume=at.offset)


def _keyword_taken_for_name(at: Situation) -> Mend | None:
    """`calc a =` and then a new statement: its first word was taken for a value."""
    if at.named_before is None:
        return None
    token, states = at.named_before.token, at.named_before.states
    start = token.start_pos or 0
    begins_statement = _begins_line(at.source, start) and (
        token in TOP_LEVEL_WORDS
        or token in BLOCK_WORDS
        or (
            at.source.position(start).column == 1
            and similar_word(str(token), tuple(TOP_LEVEL_WORDS)) is not None
        )
    )
    if not begins_statement and token not in OPERATOR_WORDS:
        return None
    help_lines: tuple[str, ...] = ()
    if begins_statement:
        help_lines = ("the statement before it is not finished",)
    elif token in {"require", "forbid"} and any(
        isinstance(value, Token) and value.type == "_THEN" for value in at.values
    ):
        help_lines = ("`if … then … else …` gives a value; a rule begins with `when … require …`",)
    elif token == "if":  # noqa: S105 - a token of text
        help_lines = ("inside a larger expression it stands between brackets: `1 + (if … then … else …)`",)
    return Mend(
        _error(
            "E0101",
            f"unexpected `{token}`",
            Span(at.source, start, token.end_pos or 0),
            label=describe_expected(at.stack.acceptable(states)),
            help=help_lines,
        ),
        drop_name=True,
        skip_from=start,
        skip_first=not begins_statement,
    )


def _bad_number(at: Situation) -> Mend | None:
    """`1_000`, `1,5`: read as a number and something else."""
    previous = at.previous
    if previous is None or previous.type != "NUMBER" or previous.end_pos != at.offset:
        return None
    rest = re.compile(r"(?:_\w*|,\d+(?:\.\d+)?)").match(at.source.text, at.offset)
    if rest is None:
        return None
    span = Span(at.source, previous.start_pos or 0, rest.end())
    help_line = "a number has digits and at most one dot: `1000.50`"
    return Mend(_error("E0107", f"`{span.text}` is not a number", span, help=(help_line,)), resume=rest.end())


def _misspelt(at: Situation) -> Mend | None:
    if at.found.kind != "word":
        return None
    match = _similar(at.found.text, at.acceptable)
    if match is None:
        return None
    word, terminal = match
    after = at.stack.after(at.states, terminal)
    if after is not None and at.fits(after, at.found.end):
        return Mend(_misspelling(at.span, word), feed=(((terminal, word),),), resume=at.found.end)
    return Mend(_misspelling(at.span, word), skip_first=True)


def _missing_sign(at: Situation) -> Mend | None:
    for terminal in _MISSING_SIGNS:
        if terminal == "EQUALS" and "ORDER" in at.acceptable:
            continue  # in an expression any operator may be missing
        if terminal == "_COMMA" and (_statement_meant(at) or at.found.text in OPERATOR_WORDS):
            continue
        after = at.stack.after(at.states, terminal)
        if after is not None and _goes_on(at, after):
            sign = TERMINAL_SIGNS.get(terminal) or words_of(terminal)[0]
            feed = (((terminal, sign),),)
            if terminal in {"_RPAREN", "_RBRACKET"}:
                opening = open_brackets(at.values)[-1]
                return Mend(_not_closed(at, opening, _told(at.found)), feed=feed, resume=at.offset)
            return Mend(
                _error(
                    "E0101",
                    f"`{sign}` is missing before {_told(at.found)}",
                    at.span,
                    label=f"expected `{sign}`",
                    replacements=(Replacement(Span(at.source, at.offset, at.offset), f"{sign} "),),
                ),
                feed=feed,
                resume=at.offset,
            )
    after = at.stack.after(at.states, "_RBRACE")
    if after is None or not _goes_on(at, after):
        return None
    brace = open_brackets(at.values)[-1]
    if brace.type != "_LBRACE" or _is_block(at.values, brace):
        return None
    return Mend(_not_closed(at, brace, _told(at.found)), feed=((("_RBRACE", "}"),),), resume=at.offset)


def _misplaced(at: Situation) -> Mend | None:
    """A word of the language that begins a statement, in a block that has no such statement."""
    word = at.found.text
    if not _is_statement_word(at):
        return None
    terminal = TOP_LEVEL_WORDS.get(word) or BLOCK_WORDS[word]
    blocks = open_blocks(at.values)
    lowest = blocks[-1] + 2 if blocks else 1
    header = word in {"catalog", "scenarios"}
    if not header and at.stack.depth_that_takes(at.states, terminal, lowest) is not None:
        return None
    if header:
        message, help_line = f"`{word}` cannot stand here", "a file has one header, and it comes first"
    elif word in HOMES:
        message, help_line = f"`{word}` cannot stand here", f"it belongs inside {HOMES[word]}"
    else:
        message = f"`{word}` cannot stand inside a block" if blocks else f"`{word}` cannot stand here"
        help_line = "move it out of the braces" if blocks else "it begins a statement of its own"
    return Mend(_error("E0115", message, at.span, label=at.expected, help=(help_line,)), skip_first=True)


def _no_statement(at: Situation) -> Mend | None:
    if at.found.kind != "word" or not at.begins_line or "_FAMILY" not in at.acceptable:
        return None
    if _is_statement_word(at):
        return None
    return Mend(
        _error(
            "E0102",
            f"`{at.found.told}` begins no statement",
            at.span,
            label=at.expected,
            help=("statements begin with " + ", ".join(f"`{word}`" for word in _STARTERS),),
        ),
        skip_first=True,
    )


def _unexpected(at: Situation) -> Mend:
    help_lines: tuple[str, ...] = ()
    if _is_statement_word(at):
        help_lines = ("the statement before it is not finished",)
    elif at.found.kind == "number" and re.fullmatch(r"\d{1,4}-\d{1,2}-\d{1,2}", at.found.text):
        help_lines = ("a date has four, two and two digits: `2026-01-31`",)
    elif at.found.kind == "number" and re.search(r"[,_]", at.found.text):
        help_lines = ("a number has digits and at most one dot: `1000.50`",)
    elif at.named_before is not None and at.named_before.token in TERMINAL_WORDS["AGGREGATE"]:
        help_lines = (f"write `{at.named_before.token}(…)`",)
    elif at.found.text == "not" and at.previous is not None and at.previous.type == "_IS":
        help_lines = ("write `is chosen` or `is absent`",)
    message = "a table row cannot stand here" if at.found.kind == "row" else f"unexpected {_told(at.found)}"
    return Mend(_error("E0101", message, at.span, label=at.expected, help=help_lines))


_KINDS: tuple[Callable[[Situation], Mend | None], ...] = (
    _file_ends,
    _text_not_closed,
    _habit,
    _no_such_character,
    _chained_comparison,
    _quantity_in_expression,
    _block_not_closed,
    _misspelt_before,
    _keyword_taken_for_name,
    _bad_number,
    _misspelt,
    _missing_sign,
    _misplaced,
    _no_statement,
)

# ---------------------------------------------------------------- pieces


def _error(
    code: str,
    message: str,
    span: Span,
    *,
    label: str = "",
    help: tuple[str, ...] = (),  # noqa: A002 - same word as in Diagnostic
    replacements: tuple[Replacement, ...] = (),
) -> Diagnostic:
    return Diagnostic(code, Severity.ERROR, message, span, label=label, help=help, replacements=replacements)


def _begins_line(source: SourceFile, offset: int) -> bool:
    return not source.text[source.text.rfind("\n", 0, offset) + 1 : offset].strip()


def _told(found: Found) -> str:
    return f"`{found.told}`" if found.kind != "row" else "the table row"


def _misspelling(span: Span, word: str) -> Diagnostic:
    return _error(
        "E0102",
        f"unexpected `{span.text}`",
        span,
        help=(f"did you mean `{word}`?",),
        replacements=(Replacement(span, word),),
    )


def _not_closed(at: Situation, bracket: Token, before: str) -> Diagnostic:
    start = bracket.start_pos or 0
    span = Span(at.source, start, start + 1)
    closing = {"{": "}", "[": "]", "(": ")"}[str(bracket)]
    line = span.position.line
    what = "block" if bracket.type == "_LBRACE" and _is_block(at.values, bracket) else "bracket"
    return _error(
        "E0105",
        f"the {what} opened in line {line} is not closed",
        span,
        label="opened here",
        help=(f"write `{closing}` before {before}",),
    )


def _closed_in_row(at: Situation) -> Diagnostic | None:
    """`{ | sku | }`: the brace belongs to the row, which takes the whole line."""
    row = at.previous
    if row is None or row.type != "ROW" or not row.rstrip().endswith("}"):
        return None
    found = split_row(at.source, row.start_pos or 0, row.end_pos or 0)
    return found if isinstance(found, Diagnostic) else None


def _is_block(values: Sequence[StackValue], brace: Token) -> bool:
    return any(values[i] is brace for i in open_blocks(values))


def _goes_on(at: Situation, states: Sequence[int]) -> bool:
    """Whether what was found, or the statement that it is probably meant to begin, fits these states."""
    terminal = _statement_meant(at)
    return at.fits(states, at.offset) or (
        terminal is not None and at.stack.after(states, terminal) is not None
    )


def _statement_meant(at: Situation) -> str | None:
    """The terminal of the statement word at the beginning of a line, also when it is misspelt."""
    if at.found.kind != "word" or not at.begins_line:
        return None
    words = TOP_LEVEL_WORDS | BLOCK_WORDS
    return words.get(at.found.text) or words.get(similar_word(at.found.text, tuple(words)) or "")


def _is_statement_word(at: Situation) -> bool:
    return at.begins_line and at.found.text in TOP_LEVEL_WORDS | BLOCK_WORDS


def _indentation(source: SourceFile, offset: int) -> int:
    line = source.line_text(source.position(offset).line)
    return len(line) - len(line.lstrip())


def _similar(word: str, terminals: frozenset[str]) -> tuple[str, str] | None:
    """The word most like this one among those that could stand there, and its terminal."""
    if word in TOP_LEVEL_WORDS:
        # It is a word of the language, only not here: `assembled` inside an `assembly` is no misspelling.
        return None
    terminal_of = {each: terminal for terminal in sorted(terminals) for each in words_of(terminal)}
    match = similar_word(word, tuple(sorted(terminal_of)))
    if match is None:
        return None
    return match, terminal_of[match]
