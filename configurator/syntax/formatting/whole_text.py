"""A text that parses as a tree with every token, and what stands between the tokens."""

from attrs import frozen
from lark import Token, Tree

from configurator.syntax.grammar import load_parser
from configurator.syntax.parser import read_unit_or_name
from configurator.syntax.recovery import ParseStack


@frozen
class Comment:
    """A comment that follows no row; that of a row belongs to the row's token.

    Attributes:
        text: from `#` on, without blanks at its end.
        trailing: whether it stands behind a token on the same line.
        after_blank: whether an empty line stands before it.
    """

    text: str
    trailing: bool
    after_blank: bool


@frozen
class Between:
    """What stands before a token.

    Attributes:
        new_line: whether the token is the first one on its line.
        after_blank: whether an empty line stands right before the token, or before the end of the file.
    """

    comments: tuple[Comment, ...]
    new_line: bool
    after_blank: bool


NOTHING = Between((), new_line=False, after_blank=False)
_LINE_END = Between((), new_line=True, after_blank=False)


@frozen(eq=False)
class WholeText:
    """A text taken apart without loss.

    Attributes:
        tokens: in order. Rows of tables are one token each.
        between: what stands before each token, and last what stands after all of them.
    """

    tree: Tree[Token]
    tokens: tuple[Token, ...]
    between: tuple[Between, ...]


def read_whole(text: str) -> WholeText:
    """Take a text apart in which `parse_catalog` has found no mistake.

    Raises:
        lark.exceptions.UnexpectedInput: the text does not parse after all.
    """
    interactive = load_parser("pcat", whole=True).parse_interactive(text, start="file")
    state = interactive.parser_state
    stack = ParseStack(state.parse_conf.states, state.parse_conf.end_state)
    tokens: list[Token] = []
    between: list[Between] = []
    previous: Token | None = None
    end = 0
    for token in interactive.lexer_thread.lex(state):  # type: ignore[no-untyped-call]  # Lark's gap
        if token.type == "UNIT":
            read_unit_or_name(token, previous, text, stack, state.state_stack)
        tokens.append(token)
        between.append(_between(text[end : token.start_pos], first=previous is None))
        state.feed_token(token)
        previous = token
        end = token.end_pos or 0
    between.append(_between(text[end:], first=previous is None))
    tree = state.feed_token(Token("$END", "", len(text), 1, 1, 1, 1, len(text)), is_end=True)
    assert isinstance(tree, Tree)
    return WholeText(tree, tuple(tokens), tuple(between))


def _between(gap: str, *, first: bool) -> Between:
    """What a gap between two tokens holds; nothing in it but blanks, line ends and comments."""
    if "\n" not in gap and "#" not in gap:
        return NOTHING
    behind, *lines = gap.split("\n")
    comments = [Comment(behind.strip(), not first, after_blank=False)] if "#" in behind else []
    blank = False
    # The last piece stands before the token on its own line, or, at the end of the file, may be a comment.
    for at, line in enumerate(lines, start=1):
        content = line.strip()
        if content:
            comments.append(Comment(content, trailing=False, after_blank=blank))
            blank = False
        elif at < len(lines):
            blank = True
    if not comments and not blank:
        return _LINE_END
    return Between(tuple(comments), new_line=True, after_blank=blank)
