"""Rows of a table in columns: as wide as their widest cell, numbers to the right."""

import re
from collections.abc import Sequence
from itertools import pairwise

from configurator.syntax.cells import is_line_of_dashes, parts_of_row
from configurator.syntax.formatting.widths import padded, width_of

_NUMBER = r"-?\d+(?:\.\d+)?(?: ?[^\W\d_]\w*)?"
# A comparison (`>= 5`), a list or a word makes a condition of a column, which is read from the left.
_NUMBERS = re.compile(rf"{_NUMBER}(?: ?\.\. ?{_NUMBER})?")

Row = tuple[tuple[str, ...], str]
"""The trimmed cells of a row as written, and the comment behind them, if any."""


def read_row(line: str) -> Row:
    """Take the token of a row apart."""
    _, *cells, rest = parts_of_row(line)
    return tuple(cell.strip() for cell in cells), rest.strip()


def aligned_rows(lines: Sequence[str]) -> list[str]:
    """The rows of adjacent lines, aligned. A line of dashes tells that the row above it is a heading."""
    rows = [read_row(line) for line in lines]
    dashed = [is_line_of_dashes(cells) for cells, _ in rows]
    starts = [0, *(at - 1 for at in range(2, len(rows)) if dashed[at]), len(rows)]
    return [
        line for start, end in pairwise(starts) for line in _aligned_table(rows[start:end], dashed[start:end])
    ]


def _aligned_table(rows: Sequence[Row], dashed: Sequence[bool]) -> list[str]:
    if not rows:
        return []
    written = [cells for (cells, _), is_dashes in zip(rows, dashed, strict=True) if not is_dashes]
    count = max(len(cells) for cells, _ in rows)
    columns = [[cells[at] for cells in written if at < len(cells)] for at in range(count)]
    widths = [max(1, *(width_of(cell) for cell in column)) if column else 1 for column in columns]
    right = [_is_of_numbers(column[1:]) for column in columns]
    lines = []
    heading = True
    for (cells, comment), is_dashes in zip(rows, dashed, strict=True):
        # The heading stands to the left, above numbers too.
        filled = [
            _dashes(cell, width) if is_dashes else f" {padded(cell, width, right=to_right and not heading)} "
            for cell, width, to_right in zip(cells, widths, right, strict=False)
        ]
        lines.append(f"|{'|'.join(filled)}|" + (f"  {comment}" if comment else ""))
        heading = heading and is_dashes
    return lines


def _is_of_numbers(cells: Sequence[str]) -> bool:
    found = [cell for cell in cells if cell]
    return bool(found) and all(_NUMBERS.fullmatch(cell) for cell in found)


def _dashes(cell: str, width: int) -> str:
    """A line of dashes over a whole column, with the colons it was written with."""
    before, after = cell.startswith(":"), cell.endswith(":")
    return ":" * before + "-" * (width + 2 - before - after) + ":" * after
