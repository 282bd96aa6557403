"""From a whole text to its lines: statements, comments and empty lines in their places."""

from collections.abc import Iterator, Sequence
from itertools import groupby

from configurator.syntax.formatting.columns import align_neighbours
from configurator.syntax.formatting.filling import Line, add_comments, fill
from configurator.syntax.formatting.leaves import Leaf
from configurator.syntax.formatting.rows import aligned_rows
from configurator.syntax.formatting.structure import STEP, leaves_of
from configurator.syntax.formatting.whole_text import Comment, WholeText

_HEADERS = {"catalog_header", "scenarios_header"}
# Statements that stand apart from others where they take several lines.
_APART = {"family", "assembly", "rule", "resource", "table", "bundle", "scenario"}


def write_page(whole: WholeText) -> str:
    """The text of a whole in its one form."""
    lines: list[Line] = []
    # Of statements at the left edge: the first line, comments before it included, and the first one without.
    statements: list[tuple[int, int]] = []
    leaves = leaves_of(whole)
    _align_rows(leaves)
    opened = False
    for logical in _logical_lines(leaves):
        first = logical[0]
        before = len(lines)
        _add_comments(lines, first, opened=opened)
        blank = first.gap.keeps_blank and first.between.after_blank
        start = len(lines)
        lines += fill(logical)
        lines[start].after_blank = blank and not (opened and start == before)
        if first.gap.keeps_blank and first.indent == 0:
            statements.append((before, start))
        opened = logical[-1].kind == "_LBRACE"
    end = len(lines)
    _add_own_comments(lines, whole.between[-1].comments, 0)
    _set_apart(lines, statements, end)
    align_neighbours(lines)
    if lines:
        lines[0].after_blank = False
    return "".join(_written(line) for line in lines)


def _written(line: Line) -> str:
    blank = "\n" if line.after_blank else ""
    comment = f"  {line.comment}" if line.comment else ""
    return f"{blank}{' ' * line.indent}{line.text}{comment}\n"


def _logical_lines(leaves: Sequence[Leaf]) -> Iterator[Sequence[Leaf]]:
    """Leaves from one place where a line always begins to the next."""
    start = 0
    for at in range(1, len(leaves)):
        if leaves[at].gap.kind == "always":
            yield leaves[start:at]
            start = at
    if leaves:
        yield leaves[start:]


def _align_rows(leaves: Sequence[Leaf]) -> None:
    for kind, group in groupby(leaves, lambda leaf: leaf.kind):
        if kind == "ROW":
            rows = list(group)
            for leaf, text in zip(rows, aligned_rows([leaf.text for leaf in rows]), strict=True):
                leaf.text = text


def _add_comments(lines: list[Line], first: Leaf, *, opened: bool) -> None:
    """The comments before a logical line."""
    closing = first.kind == "_RBRACE"
    comments = first.between.comments
    start = len(lines)
    if not (first.gap.keeps_blank or closing):
        add_comments(lines, first, first.indent)
        return
    _add_own_comments(lines, comments, first.indent + (STEP if closing else 0))
    if opened and len(lines) > start:
        lines[start].after_blank = False


def _add_own_comments(lines: list[Line], comments: Sequence[Comment], indent: int) -> None:
    for comment in comments:
        if comment.trailing:
            lines[-1].comment = comment.text
        else:
            lines.append(Line(indent, comment.text, after_blank=comment.after_blank))


def _set_apart(lines: Sequence[Line], statements: Sequence[tuple[int, int]], end: int) -> None:
    """Put an empty line before a large statement and between the header and what follows.

    Where comments come before a statement, an empty line on either side of them will do.
    """
    if not statements:
        return
    ends = [*(before for before, _ in statements[1:]), end]
    large = [
        lines[start].starts in _APART and until - start > 1
        for (_, start), until in zip(statements, ends, strict=True)
    ]
    for at in range(1, len(statements)):
        before, start = statements[at]
        apart = large[at] or lines[statements[at - 1][1]].starts in _HEADERS
        if apart and not any(line.after_blank for line in lines[before : start + 1]):
            lines[before].after_blank = True
