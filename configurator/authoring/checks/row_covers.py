"""Which rows of a table are covered by another one: in every column all that they match, it matches too.

Most rows name something that hardly any other row matches; they are passed over by counting. For the others
the rows that match all of a cell are kept as one whole number, a bit for each row. Cells are runs of ranks:
the rows that hold a long run are those that hold two shorter runs which overlap, so lengths are reached by
doubling.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate, chain
from operator import and_, xor

from configurator.authoring.checks.cell_runs import ANY, OTHER, Content

MOST_BITS = 400_000_000
"""Bits that one column may take at a time, 50 MB: rows times what their cells tell apart. Beyond that nothing
is searched."""


def first_covering_rows(
    columns: Sequence["CoveringColumn"], narrow: Sequence[int], repeated: Iterable[int]
) -> Iterator[tuple[int, int]]:
    """Yield each row that another row covers, with the first of these, in ascending order; both from 0.

    Args:
        columns: the columns of the table.
        narrow: the rows that are asked about, ascending.
        repeated: rows that say the same as another one, which are not told as covering any.
    """
    size = len(columns[0].cells)
    if not narrow or size * max(column.told_apart(narrow) for column in columns) > MOST_BITS:
        return
    found = dict.fromkeys(narrow, ~_bits(sorted(repeated)))
    # What tells most rows apart first: the fewer are left, the fewer cells are looked at.
    for column in sorted(columns, key=lambda each: -len(each.rows_of)):
        covering = column.covering({column.cells[at]: None for at in found})
        found = {at: bits & covering[column.cells[at]] for at, bits in found.items()}
        found = {at: bits for at, bits in found.items() if bits & ~(1 << at)}
    for at, bits in found.items():
        others = bits & ~(1 << at)
        yield at, (others & -others).bit_length() - 1


class CoveringColumn:
    """One column of a table: which of its cells match all that a cell matches.

    Where a cell says `other`, only a list covers a list: without the row `other` would mean more.

    Attributes:
        cells: one of each row.
        rows_of: the rows that have a cell, by cell.
    """

    def __init__(self, cells: Sequence[Content]) -> None:
        self.cells = cells
        self.rows_of: dict[Content, list[int]] = {}
        for at, cell in enumerate(cells):
            self.rows_of.setdefault(cell, []).append(at)
        self._lists = [cell for cell in self.rows_of if cell.kind == "values"]
        self._any_covers_lists = OTHER not in self.rows_of

    def perhaps_covered(self, rows: Iterable[int]) -> list[int]:
        """Those of some rows whose cell says what another row may say too; found by counting."""
        most = self._most_covering()
        return [at for at in rows if most[self.cells[at]] > 1]

    def _most_covering(self) -> dict[Content, int]:
        """For each cell how many rows can at most match all of it."""
        steps: dict[int, int] = {}
        for cell in self._lists:
            rows = len(self.rows_of[cell])
            for start, end in cell.runs:
                steps[start] = steps.get(start, 0) + rows
                steps[end] = steps.get(end, 0) - rows
        edges = sorted(steps)
        holding = dict(zip(edges, accumulate([steps[edge] for edge in edges]), strict=True))
        wide = len(self.rows_of.get(ANY, ()))
        most = {cell: len(rows) + (wide if cell is OTHER else 0) for cell, rows in self.rows_of.items()}
        wide = wide if self._any_covers_lists else 0
        for cell in self._lists:
            if cell.runs:
                most[cell] = min([holding[start] for start, _ in cell.runs]) + wide
        return most

    def told_apart(self, rows: Sequence[int]) -> int:
        """At most how many bits each row takes while the cells of some rows are looked at."""
        cells = {self.cells[at] for at in rows}
        edges = set(chain.from_iterable(chain.from_iterable(cell.runs for cell in cells)))
        return max(len(cells), len(edges))

    def covering(self, cells: Iterable[Content]) -> dict[Content, int]:
        """The rows that match all that each of these cells matches, as bits."""
        bits = {cell: _bits(rows) for cell, rows in self.rows_of.items()}
        wide = bits.get(ANY, 0)
        found = {cell: bits[cell] | (wide if cell is OTHER else 0) for cell in cells}
        narrow = [cell for cell in found if cell.kind == "values"]
        pieces = _Pieces(narrow)
        holding = self._rows_holding(pieces, narrow, bits)
        for cell in narrow:
            rows = _all_of([holding[run] for run in pieces.inside(cell)])
            found[cell] = rows | wide if cell.runs and self._any_covers_lists else rows
        return found

    def _rows_holding(
        self, pieces: "_Pieces", cells: Sequence[Content], bits: dict[Content, int]
    ) -> dict[tuple[int, int], int]:
        """The rows that match all of a run, for each run of some cells, as bits."""
        levels: dict[int, list[tuple[int, int]]] = {}
        for start, end in set(chain.from_iterable(map(pieces.inside, cells))):
            levels.setdefault((end - start).bit_length() - 1, []).append((start, end))
        holding = self._rows_by_piece(pieces, bits)
        found: dict[tuple[int, int], int] = {}
        for level in range(max(levels, default=-1) + 1):
            if level:
                # Until here each entry is about 2**(level - 1) pieces.
                holding = list(map(and_, holding, holding[1 << (level - 1) :]))
            for start, end in levels.get(level, ()):
                found[start, end] = holding[start] & holding[end - (1 << level)]
        return found

    def _rows_by_piece(self, pieces: "_Pieces", bits: dict[Content, int]) -> list[int]:
        steps = [0] * pieces.size
        for cell in self._lists:
            for start, end in pieces.inside(cell):
                steps[start] ^= bits[cell]
                steps[end] ^= bits[cell]
        return list(accumulate(steps, xor))


class _Pieces:
    """The ranks between two edges as one piece: no cell that is asked about tells them apart.

    Attributes:
        size: the number of edges, one more than that of pieces; 0 for none.
    """

    def __init__(self, cells: Sequence[Content]) -> None:
        edges = chain.from_iterable(chain.from_iterable(cell.runs for cell in cells))
        self._own = set(cells)
        self._edges = sorted(set(edges))
        self._at = {edge: at for at, edge in enumerate(self._edges)}
        self.size = len(self._edges)

    def inside(self, cell: Content) -> list[tuple[int, int]]:
        """The runs of whole pieces inside the runs of a cell."""
        at = self._at
        if cell in self._own:
            return [(at[start], at[end]) for start, end in cell.runs]
        runs = [
            (bisect_left(self._edges, start), bisect_right(self._edges, end) - 1) for start, end in cell.runs
        ]
        return [(first, last) for first, last in runs if first < last]


def _bits(rows: Sequence[int]) -> int:
    if len(rows) == 1:
        return 1 << rows[0]
    found = bytearray(rows[-1] // 8 + 1 if rows else 0)
    for row in rows:
        found[row >> 3] |= 1 << (row & 7)
    return int.from_bytes(found, "little")


def _all_of(masks: Sequence[int]) -> int:
    """What all of them have; nothing for none of them."""
    found = masks[0] if masks else 0
    for mask in masks[1:]:
        found &= mask
    return found
