"""From a logical line to the lines it takes: ended where the author did, and where they get too long."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise

from attrs import define, field, frozen

from configurator.syntax.formatting.leaves import Group, Leaf
from configurator.syntax.formatting.structure import LONGEST_LINE, STEP

ALIGNED = {"import", "unit", "slot", "option", "attribute", "calc", "default"}
"""Statements that are aligned with neighbours of their kind, where each is one line."""


@define
class Line:
    """A line of the result.

    Attributes:
        text: without its indentation; a comment with a line of its own is a text.
        comment: what stands behind the text.
        after_blank: whether an empty line comes before it.
        starts: what kind of thing begins here, empty for what goes on.
        columns: the texts of a statement that may be aligned with its neighbours, by number of the column;
            empty where there are none.
    """

    indent: int
    text: str
    comment: str = ""
    after_blank: bool = False
    starts: str = ""
    columns: dict[int, str] = field(factory=dict)


@frozen
class _Stretch:
    """Leaves from `start` to `end`, exclusive, that stand on one line."""

    start: int
    end: int
    indent: int
    width: int


def fill(leaves: Sequence[Leaf]) -> list[Line]:
    """The lines of a logical line, with the comments inside it; those before it are left to the caller."""
    if len(leaves) == 1:
        return [Line(leaves[0].indent, leaves[0].text, starts=leaves[0].gap.starts)]
    stretches = _Filler(leaves).stretches()
    lines: list[Line] = []
    for stretch in stretches:
        first = leaves[stretch.start]
        if lines:
            # A comment before a closing bracket belongs to what is inside.
            add_comments(lines, first, stretch.indent + (STEP if first.gap.kind == "close" else 0))
        starts = "" if lines else first.gap.starts
        lines.append(Line(stretch.indent, _text(leaves[stretch.start : stretch.end]), starts=starts))
    if len(stretches) == 1 and lines[0].starts in ALIGNED:
        lines[0].columns = _columns(leaves)
    return lines


def add_comments(lines: list[Line], leaf: Leaf, indent: int) -> None:
    """Put the comments before a leaf behind the line before it, and on lines of their own."""
    for comment in leaf.between.comments:
        if comment.trailing:
            lines[-1].comment = comment.text
        else:
            lines.append(Line(indent, comment.text))


def _text(leaves: Sequence[Leaf]) -> str:
    first, *rest = leaves
    return first.text + "".join(leaf.gap.flat + leaf.text for leaf in rest)


def _columns(leaves: Sequence[Leaf]) -> dict[int, str]:
    starts = [0, *(at for at, leaf in enumerate(leaves) if leaf.gap.column), len(leaves)]
    return {leaves[start].gap.column: _text(leaves[start:end]) for start, end in pairwise(starts)}


class _Filler:
    """Finds the places where lines end."""

    def __init__(self, leaves: Sequence[Leaf]) -> None:
        self.leaves = leaves
        self.opened: set[Group] = set()
        self.base: dict[Group, int] = {}
        for leaf in leaves[1:]:
            wanted = leaf.wants_break and leaf.gap.kind in {"soft", "open"}
            if wanted or leaf.between.comments:
                self.open_up(leaf.group)
        self.ended = {
            at
            for at, leaf in enumerate(leaves)
            if at > 0 and (leaf.between.comments or (leaf.wants_break and leaf.gap.kind == "soft"))
        }

    def open_up(self, group: Group | None) -> None:
        """Open a group out, and all around it."""
        while group is not None:
            self.opened.add(group)
            group = group.outer

    def stretches(self) -> list[_Stretch]:
        """The lines, once none of them is too long that can be ended somewhere."""
        while True:
            found = list(self.lay())
            changed = [self.shorten(stretch) for stretch in found if stretch.width > LONGEST_LINE]
            if not any(changed):
                return found

    def lay(self) -> Iterator[_Stretch]:
        """The lines with what has been decided so far."""
        self.base = {}
        start, indent, width = 0, self.leaves[0].indent, self.leaves[0].indent + self.leaves[0].width
        for at, leaf in enumerate(self.leaves):
            if leaf.gap.kind in {"open", "close"} and leaf.group and leaf.group not in self.base:
                self.base[leaf.group] = indent + STEP
            if at == 0:
                continue
            if self.ends_before(at):
                yield _Stretch(start, at, indent, width)
                start, indent = at, self.indent_of(leaf)
                width = indent + leaf.width
            else:
                width += len(leaf.gap.flat) + leaf.width
        yield _Stretch(start, len(self.leaves), indent, width)

    def indent_of(self, leaf: Leaf) -> int:
        """Blanks before a leaf on a line of its own; of a group, once its opening bracket has a place."""
        return leaf.indent + (self.base[leaf.group] if leaf.group else 0)

    def ends_before(self, at: int) -> bool:
        """Whether a line ends before a leaf."""
        leaf = self.leaves[at]
        return at in self.ended or (leaf.gap.kind in {"open", "close"} and leaf.group in self.opened)

    # ------------------------------------------------------------ lines that are too long

    def shorten(self, stretch: _Stretch) -> bool:
        """End a line at its places of the lowest level; `False` where there are none."""
        places = [at for at in range(stretch.start + 1, stretch.end) if self.may_end_before(at)]
        if not places:
            return False
        level = min(_level(self.leaves[at]) for at in places)
        first, *rest = (at for at in places if _level(self.leaves[at]) == level)
        leaf = self.leaves[first]
        if leaf.gap.kind == "open":
            self.open_up(leaf.group)
        elif leaf.gap.together:
            self.ended.update((first, *rest))
        else:
            self.ended.update(self.filled(stretch, [first, *rest]))
        return True

    def may_end_before(self, at: int) -> bool:
        """Whether a line that is too long could end before a leaf."""
        leaf = self.leaves[at]
        if leaf.gap.kind == "soft":
            return leaf.group is None or leaf.group in self.opened
        if leaf.gap.kind != "open":
            return False
        assert leaf.group is not None
        return leaf.group.outer is None or leaf.group.outer in self.opened

    def filled(self, stretch: _Stretch, places: Iterable[int]) -> Iterator[int]:
        """Those of the places at which each line is as long as it may be."""
        width, line = stretch.indent + self.leaves[stretch.start].width, stretch.start
        allowed = set(places)
        last: int | None = None
        at = stretch.start + 1
        while at < stretch.end:
            leaf = self.leaves[at]
            if at in allowed and at > line:
                last = at
            width += len(leaf.gap.flat) + leaf.width
            if width > LONGEST_LINE and last is not None and last > line:
                yield last
                line, at = last, last
                width = self.indent_of(self.leaves[at]) + self.leaves[at].width
                last = None
            at += 1


def _level(leaf: Leaf) -> int:
    if leaf.gap.kind == "open":
        assert leaf.group is not None
        return leaf.group.level
    return leaf.gap.level
