"""Tokens with what may stand before them: the form of a text before lines are made of it."""

from typing import Literal

from attrs import define, field, frozen

from configurator.syntax.formatting.whole_text import Between

GapKind = Literal["never", "soft", "open", "close", "always"]


@frozen
class Gap:
    """What stands before a token.

    Attributes:
        kind: when a line ends here: `never` (only where a comment makes it), `always`, `soft` (where the
            author has ended one, or the line gets too long), `open` and `close` (behind the bracket that
            opens a group and before the one that closes it: in an opened-out group).
        flat: the blanks, where no line ends.
        level: of the soft places of a line that is too long, those of the lowest level are taken.
        together: whether a line that ends at one place of a level ends at all of them.
        indent: blanks before the token on a line of its own; `None` takes those of its surroundings.
        column: for statements that are aligned with their neighbours: which column begins here.
        starts: of a line that always begins here: what kind of thing it is.
        keeps_blank: of a line that always begins here: whether an empty line may stand before it.
    """

    kind: GapKind = "never"
    flat: str = " "
    level: int = 0
    together: bool = False
    indent: int | None = None
    column: int = 0
    starts: str = ""
    keeps_blank: bool = False


@frozen(eq=False)
class Group:
    """A pair of brackets that is either on one line or opened out: contents on lines of their own.

    Attributes:
        outer: the group around it.
        level: compares with the level of soft places.
    """

    outer: "Group | None"
    level: int


@define(eq=False)
class Leaf:
    """A token and its place.

    Attributes:
        between: the comments before it, and how its line began.
        group: the innermost group in which the place before the token lies.
        indent: blanks before it on a line of its own; within a group counted from the group's contents.
        wants_break: whether the author ended a line here.
    """

    text: str
    kind: str
    between: Between = field(repr=False)
    gap: Gap
    group: Group | None
    indent: int
    width: int
    wants_break: bool
