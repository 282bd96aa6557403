"""The words of a text in the one form that formatting gives them, as if it were all one line."""

from attrs import frozen
from lark.exceptions import UnexpectedInput

from configurator.syntax.formatting.rows import read_row
from configurator.syntax.formatting.structure import leaves_of
from configurator.syntax.formatting.whole_text import read_whole


@frozen
class FormattedWord:
    """A token.

    Attributes:
        text: of a row of a table its cells, a blank on either side of each.
        gap: the blanks before it where nothing is aligned and no line ends.
        kind: the terminal of the grammar.
        start: its first character in the text.
        end: after its last one.
    """

    text: str
    gap: str
    kind: str
    start: int
    end: int


def formatted_words(text: str) -> tuple[FormattedWord, ...]:
    """The tokens of a text in order, without comments; none where it does not parse.

    What they are called and how far they are apart depends on the tokens alone. Takes as long as parsing.
    """
    try:
        whole = read_whole(text)
    except UnexpectedInput:
        return ()
    return tuple(
        FormattedWord(
            _row(leaf.text) if leaf.kind == "ROW" else leaf.text,
            " " if leaf.gap.kind == "always" else leaf.gap.flat,
            leaf.kind,
            token.start_pos or 0,
            token.end_pos or 0,
        )
        for leaf, token in zip(leaves_of(whole), whole.tokens, strict=True)
    )


def _row(line: str) -> str:
    cells, _ = read_row(line)
    return f"| {' | '.join(cells)} |"
