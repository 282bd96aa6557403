"""How many of each: multisets of components as vectors over *cells*, and as ranks within a vector.

A mixed slot of n positions over K components holds an ascending sequence of n values, blanks (0) last.
Its components lie in *cells*: components that are alike in all that matters to a question. A *vector* says
how many units come from each cell, and stands for all multisets of that shape: their number is a product
of multiset coefficients, one per cell, and within the vector each multiset has a rank.

Cells are numbered by *symbols* from 1; symbol 0 is the blank, a cell with one element. A vector is written
as its symbols in descending order, so that blanks stand last here too, and then has a number of its own: its
rank among all such sequences (the combinatorial number system; Knuth, TAOCP 4A, 7.2.1.3).

Without assumptions the cells are the kinds. Assumptions on positions cut the values into *runs* of neighbours
that the positions treat alike. In an ascending sequence the units of a run stand side by side, so which
vectors over (run, kind) the assumptions allow shows in the symbols alone.
"""

from collections.abc import Sequence
from functools import cached_property
from math import comb

import numpy as np
from attrs import field, frozen
from numpy.typing import NDArray

from configurator.engines.diagram.numbering import numbered
from configurator.engines.diagram.whole import Flags, Indices, Whole, fits, objects, whole
from configurator.errors import SearchLimitError

Positions = NDArray[np.int64]

LARGEST_REFINED = 1_000_000
"""Vectors above which assumptions that cut a mixed slot's values into many runs are refused."""
SHORT = 8
"""Up to so many rows are sorted by comparing them pair by pair, which beats sorting each column."""
BLOCK = 1 << 15
"""Columns looked at together, so that what is read again is still near."""
DENSE_BOUNDS = 1 << 16
"""Pairs of a cell and a bound up to which it is tabulated where the cell's values within begin and end."""


# ---------------------------------------------------------------- sequences


def sorted_rows(rows: NDArray[np.int64] | Indices) -> NDArray[np.int64]:
    """The rows with each column ascending from the first row to the last."""
    if len(rows) > SHORT:
        return np.sort(rows, axis=0)
    sorted_: list[NDArray[np.int64]] = []
    for row in rows:
        rising = row
        for at, before in enumerate(sorted_):
            sorted_[at] = np.minimum(before, rising)
            rising = np.maximum(before, rising)
        sorted_.append(rising)
    return np.stack(sorted_) if sorted_ else rows


def figurate_numbers(order: int, largest: int) -> Whole:
    """`[j, x] = comb(x + j - 1, j)`, the multisets of j out of x, for j up to `order`, x up to `largest`."""
    words = fits(order * comb(largest + order, order))
    row = whole(range(largest + 1)) if words else objects(range(largest + 1))
    rows = [row * 0 + 1, row]
    while len(rows) <= order:
        rows.append(np.cumsum(rows[-1]))
    return np.stack(rows)


def sequence_ranks(figurate: Whole, symbols: Indices) -> Whole:
    """The rank of each descending sequence among all of its length, in ascending order of the sequences."""
    length = len(symbols)
    total: Whole = figurate[length].take(symbols[0])
    for at in range(1, length):
        total = total + figurate[length - at].take(symbols[at])
    return total


def descending_sequences(open_at: Flags, limit: int) -> NDArray[np.int32]:
    """All descending sequences of symbols, one per column, in ascending order.

    Args:
        open_at: by position and symbol whether the symbol may stand there.
        limit: how many there may be at most.

    Raises:
        SearchLimitError: there are more.
    """
    length = len(open_at)
    # How many ways a sequence can go on from a symbol, or rather whether it is more than the limit.
    most = limit + 1
    ways = [open_at[-1].astype(np.int64)]
    for at in range(length - 2, -1, -1):
        ways.append(np.where(open_at[at], np.minimum(np.cumsum(ways[-1]), most), 0))
    ways.reverse()
    if int(ways[0].sum()) > limit:
        raise SearchLimitError(f"the choices cut a mixed slot into more than {limit:,} cases")
    rows = [np.flatnonzero(ways[0])]
    for at in range(1, length):
        following = np.flatnonzero(ways[at])
        amount = np.searchsorted(following, rows[-1], side="right")
        parent = np.repeat(np.arange(len(amount)), amount)
        first = np.cumsum(amount) - amount
        rows = [row[parent] for row in rows]
        rows.append(following[np.arange(len(parent)) - first[parent]])
    return np.stack(rows).astype(np.int32)


# ---------------------------------------------------------------- kinds and cells


@frozen(eq=False, slots=False)
class MultisetShape:
    """A mixed slot's positions and kinds: all about it that does not depend on classes.

    Attributes:
        positions: how many there are; at least one.
        kind_of: for each value its kind, numbered without gaps; -1 for the blank (value 0) and for values
            that no position may take.
    """

    positions: int
    kind_of: Indices = field(repr=False)

    @property
    def largest(self) -> int:
        """The largest value: how many components the family has."""
        return len(self.kind_of) - 1

    @cached_property
    def kinds(self) -> int:
        """How many kinds there are."""
        return int(self.kind_of.max(initial=-1)) + 1

    @property
    def atoms(self) -> int:
        """How many vectors over kinds there are, of any number of units; numbered from 0, the empty one."""
        return comb(self.kinds + self.positions, self.positions)

    @cached_property
    def figurate(self) -> Whole:
        """Multiset coefficients up to the size of the family: see `figurate_numbers`."""
        return figurate_numbers(self.positions, max(self.largest, 1))

    @cached_property
    def counts_fit(self) -> bool:
        """Whether no number of multisets exceeds a machine word."""
        return self.figurate.dtype != object

    @cached_property
    def figurate_of_kinds(self) -> Whole:
        """The same up to the number of kinds: for ranks of vectors."""
        return figurate_numbers(self.positions, max(self.kinds, 1))

    @cached_property
    def symbol_of(self) -> Indices:
        """For each value the symbol of its kind; -1 for values that no position may take."""
        symbols = np.where(self.kind_of >= 0, self.kind_of + 1, -1).astype(np.int32)
        symbols[0] = 0
        return symbols

    @cached_property
    def sequences(self) -> Indices:
        """The symbols of each atom, one column per atom: kinds from the last, then blanks."""
        everywhere = np.ones((self.positions, self.kinds + 1), np.bool_)
        return descending_sequences(everywhere, self.atoms)

    @cached_property
    def ordered(self) -> bool:
        """Whether larger values never have smaller symbols: then positions need no sorting."""
        symbols = self.symbol_of[self.symbol_of > 0]
        return bool((symbols[1:] >= symbols[:-1]).all())

    @cached_property
    def whole_cells(self) -> "Cells":
        """The kinds as cells, nothing assumed."""
        return Cells(self, self.symbol_of, np.arange(self.kinds + 1, dtype=np.int32), None)

    def atoms_of(self, columns: Indices) -> Indices:
        """For each column of positions its atom; -1 where it is no ascending sequence, blanks last."""
        found = np.empty(columns.shape[1], np.int32)
        for begin in range(0, columns.shape[1], BLOCK):
            block = np.ascontiguousarray(columns[:, begin : begin + BLOCK])
            found[begin : begin + BLOCK] = self._atoms_of_block(block)
        return found

    def _atoms_of_block(self, block: Indices) -> Indices:
        wrong = out_of_order(block, self.largest)
        values = np.where((block >= 0) & (block <= self.largest), block, 0) if wrong.any() else block
        symbols = self.symbol_of.take(values)
        impossible = symbols < 0
        if impossible.any():
            wrong |= impossible.any(axis=0)
            symbols = np.where(impossible, 0, symbols)
        if self.ordered:
            # Blanks stand last and count nothing, wherever the others are: turn the others round.
            symbols = sorted_rows(symbols) if (values[-1] == 0).any() else symbols
        else:
            symbols = sorted_rows(symbols)
        ranks = sequence_ranks(self.figurate_of_kinds, symbols[::-1])
        return np.where(wrong, -1, ranks).astype(np.int32)

    def allowed(self, assumed: Sequence[frozenset[int] | None]) -> Flags:
        """By position and value whether assumptions (`None` for none) let the position take it."""
        found = np.zeros((self.positions, self.largest + 1), np.bool_)
        for row, values in zip(found, assumed, strict=True):
            if values is None:
                row[:] = True
            else:
                row[[value for value in values if 0 <= value <= self.largest]] = True
        return found

    def cells(self, allowed: Flags) -> "Cells":
        """Cells of values that are of one kind, in one run of neighbours that all positions treat alike.

        Values that no position may take are passed over, so they do not part neighbours.
        """
        kept = np.flatnonzero((self.kind_of >= 0) & allowed.any(axis=0))
        pattern = allowed[:, kept]
        run = np.zeros(len(kept), np.int64)
        if len(kept):
            np.cumsum((pattern[:, 1:] != pattern[:, :-1]).any(axis=0), out=run[1:])
        # Symbols descend along the positions, so earlier runs have the larger ones.
        runs = int(run[-1:].sum()) + 1
        kind = self.kind_of[kept]
        example, number = numbered((runs - 1 - run) * self.kinds + kind, max(runs * self.kinds, 1))
        symbol_of = np.full(self.largest + 1, -1, np.int32)
        symbol_of[kept] = number + 1
        symbol_of[0] = 0
        return Cells(self, symbol_of, np.append(0, kind[example] + 1).astype(np.int32), allowed)


def out_of_order(columns: Indices, largest: int) -> Flags:
    """For each column whether it is not an ascending sequence of values, blanks (0) last."""
    wrong = np.zeros(columns.shape[1], np.bool_)
    for at, row in enumerate(columns):
        wrong |= (row < 0) | (row > largest)
        if at:
            before = columns[at - 1]
            wrong |= ((row < before) & (row != 0)) | ((before == 0) & (row != 0))
    return wrong


@frozen(eq=False, slots=False)
class Cells:
    """A mixed slot's values in cells.

    Attributes:
        symbol_of: for each value the symbol of its cell; -1 where no position may take it; 0 for the blank.
        kind_symbol: for each symbol that of its kind.
        allowed: by position and value whether the position may take it; `None` for everything.
    """

    shape: MultisetShape
    symbol_of: Indices = field(repr=False)
    kind_symbol: Indices = field(repr=False)
    allowed: Flags | None = field(repr=False)

    @property
    def amount(self) -> int:
        """How many symbols there are, the blank's included."""
        return len(self.kind_symbol)

    @cached_property
    def values(self) -> Indices:
        """All values that may be taken, by descending symbol, within a cell ascending: in their *places*."""
        present = np.flatnonzero(self.symbol_of >= 0)
        rank = self.amount - 1 - self.symbol_of[present]
        if self.amount < 1 << 15:
            rank = rank.astype(np.int16)  # numpy sorts these by counting, which is several times faster
        return present[np.argsort(rank, kind="stable")].astype(np.int32)

    @cached_property
    def place_of(self) -> Indices:
        """For each value its place among `values`; the number of places where it has none."""
        found = np.full(len(self.symbol_of), len(self.values), np.int32)
        found[self.values] = np.arange(len(self.values))
        return found

    @cached_property
    def sizes(self) -> NDArray[np.int64]:
        """For each symbol how many values its cell has."""
        return np.bincount(self.symbol_of[self.values], minlength=self.amount)

    @cached_property
    def begin(self) -> NDArray[np.int64]:
        """For each symbol the place of its first value."""
        found = np.zeros(self.amount, np.int64)
        found[:-1] = np.cumsum(self.sizes[::-1])[:-1][::-1]
        return found

    @cached_property
    def elements(self) -> Indices:
        """For each place its number within its cell."""
        return (np.arange(len(self.values)) - self.begin[self.symbol_of[self.values]]).astype(np.int32)

    @cached_property
    def lowest(self) -> NDArray[np.int64]:
        """For each symbol its smallest value; for the blank one more than the largest of all."""
        found: Positions = self.values[self.begin].astype(np.int64)
        found[0] = self.shape.largest + 1
        return found

    @cached_property
    def highest(self) -> NDArray[np.int64]:
        """For each symbol its largest value; for the blank one more than the largest of all."""
        found: Positions = self.values[self.begin + self.sizes - 1].astype(np.int64)
        found[0] = self.shape.largest + 1
        return found

    @cached_property
    def open_at(self) -> Flags:
        """By position and symbol whether values of the cell may stand there."""
        if self.allowed is None:
            return np.ones((self.shape.positions, self.amount), np.bool_)
        return self.allowed[:, self.values[self.begin]]

    def of_symbol(self, symbol: int) -> Indices:
        """The values of a cell, ascending."""
        begin = int(self.begin[symbol])
        return self.values[begin : begin + int(self.sizes[symbol])]


# ---------------------------------------------------------------- vectors


@frozen(eq=False, slots=False)
class Vectors:
    """The vectors over cells that are in some solution and obey the assumptions.

    Attributes:
        symbols: one column per vector, descending.
        keys: the rank of each among all sequences over these symbols, ascending.
        figurate: the coefficients that ranks are made from.
        atoms: the atom of each.
        labels: the class of each.
        classes: how many classes there are.
    """

    cells: Cells
    symbols: Indices = field(repr=False)
    keys: Whole = field(repr=False)
    figurate: Whole = field(repr=False)
    atoms: Indices = field(repr=False)
    labels: Indices = field(repr=False)
    classes: int

    @classmethod
    def of(cls, cells: Cells, class_of: Indices, classes: int) -> "Vectors":
        """All vectors over the cells whose atoms have a class.

        Raises:
            SearchLimitError: there are more than `LARGEST_REFINED`.
        """
        shape = cells.shape
        if cells.allowed is None:
            atoms = np.flatnonzero(class_of >= 0)
            symbols = shape.sequences[:, atoms]
            return cls(cells, symbols, atoms, shape.figurate_of_kinds, *_labelled(atoms, class_of), classes)
        symbols = descending_sequences(cells.open_at, LARGEST_REFINED)
        kinds = sorted_rows(cells.kind_symbol[symbols])
        atoms = sequence_ranks(shape.figurate_of_kinds, kinds[::-1]).astype(np.int64)
        kept = np.flatnonzero(class_of[atoms] >= 0)
        symbols, atoms = symbols[:, kept], atoms[kept]
        figurate = figurate_numbers(shape.positions, max(cells.amount - 1, 1))
        keys = sequence_ranks(figurate, symbols)
        return cls(cells, symbols, keys, figurate, *_labelled(atoms, class_of), classes)

    @property
    def amount(self) -> int:
        """How many vectors there are."""
        return len(self.atoms)

    @cached_property
    def turns(self) -> Indices:
        """By position and vector: the how-manieth unit of its cell stands there, from 1."""
        return turns_of(self.symbols)

    @cached_property
    def _coefficients(self) -> tuple[Whole, Whole]:
        """By position and vector what a rank within the position's cell counts; for each vector its members.

        Ranks are mixed numbers: cells that stand further behind count less.
        """
        figurate, sizes = self.cells.shape.figurate, self.cells.sizes
        closed: Whole = np.ones(self.amount, figurate.dtype)
        following: Whole = closed
        counts: list[Whole] = []
        for at in range(len(self.symbols) - 1, -1, -1):
            if at + 1 < len(self.symbols):
                parted = self.symbols[at] != self.symbols[at + 1]
                closed = np.where(parted, closed * following, closed)
                last = parted
            else:
                last = np.ones(self.amount, np.bool_)
            # The last unit of a cell tells how many it has; those before keep what it found.
            ways = figurate[self.turns[at], sizes[self.symbols[at]]]
            following = np.where(last, ways, following)
            counts.append(closed)
        return np.stack(counts[::-1]), closed * following

    @property
    def closed(self) -> Whole:
        """By position and vector what one step of the rank within the position's cell counts."""
        return self._coefficients[0]

    @property
    def members(self) -> Whole:
        """For each vector how many multisets it stands for."""
        return self._coefficients[1]

    @cached_property
    def by_class(self) -> Positions:
        """The vectors by class, within a class as they stand."""
        return np.argsort(self.labels, kind="stable")

    @cached_property
    def first(self) -> Positions:
        """For each class where its vectors begin in `by_class`, and their number at the end."""
        found = np.zeros(self.classes + 1, np.int64)
        np.cumsum(np.bincount(self.labels, minlength=self.classes), out=found[1:])
        return found

    @cached_property
    def before(self) -> Whole:
        """How many members stand before each vector of `by_class`, and the number of all at the end."""
        found: Whole = np.zeros(self.amount + 1, self.members.dtype)
        found[1:] = np.cumsum(self.members[self.by_class])
        return found

    @cached_property
    def offsets(self) -> Whole:
        """For each vector the rank of its first member within its class."""
        found: Whole = np.zeros(self.amount, self.members.dtype)
        found[self.by_class] = self.before[:-1] - self.before[self.first[self.labels[self.by_class]]]
        return found

    def of_class(self, label: int) -> Positions:
        """The vectors of a class."""
        return self.by_class[self.first[label] : self.first[label + 1]]

    # ------------------------------------------------------------ members and ranks

    def ranks(self, columns: Indices) -> tuple[Indices, Whole]:
        """For each column of positions its class and its rank there; class -1 where it is no member."""
        amount = columns.shape[1]
        labels = np.empty(amount, np.int32)
        ranks: Whole = np.zeros(amount, self.members.dtype)
        for begin in range(0, amount, BLOCK):
            block = slice(begin, min(begin + BLOCK, amount))
            labels[block], ranks[block] = self._ranks_of_block(np.ascontiguousarray(columns[:, block]))
        return labels, ranks

    def _ranks_of_block(self, block: Indices) -> tuple[Indices, Whole]:
        cells, largest = self.cells, self.cells.shape.largest
        wrong = out_of_order(block, largest)
        values = np.where((block < 0) | (block > largest), 0, block)
        impossible = cells.symbol_of.take(values) < 0
        if cells.allowed is not None:
            for at, row in enumerate(values):
                impossible[at] |= ~cells.allowed[at].take(row)
        wrong |= impossible.any(axis=0)
        place = cells.place_of.take(np.where(impossible, 0, values))
        place = sorted_rows(place)
        in_order = cells.values.take(place)
        symbols = cells.symbol_of.take(in_order)
        keys = sequence_ranks(self.figurate, symbols)
        vector, known = self._found(keys)
        wrong |= ~known
        if not self.amount:
            return np.full(block.shape[1], -1, np.int32), np.zeros(block.shape[1], self.members.dtype)
        turns, closed = self.turns, self.closed
        total: Whole = self.offsets[vector]
        for at, row in enumerate(cells.elements.take(place)):
            inner = cells.shape.figurate[turns[at].take(vector), row]
            total = total + closed[at].take(vector) * inner
        return np.where(wrong, -1, self.labels[vector]).astype(np.int32), np.where(wrong, 0, total)

    def _found(self, keys: Whole) -> tuple[Positions, Flags]:
        """For each key its vector, and whether there is one."""
        vector = np.searchsorted(self.keys, keys)
        vector[vector == self.amount] = 0
        if not self.amount:
            return vector, np.zeros(len(keys), np.bool_)
        return vector, (self.keys[vector] == keys).astype(np.bool_)

    def written_out(self, labels: Indices, ranks: Whole) -> Indices:
        """For each pair of a class and a rank within it the member, as ascending positions, blanks last."""
        amount = len(labels)
        found = np.empty((len(self.symbols), amount), np.int32)
        for begin in range(0, amount, BLOCK):
            block = slice(begin, begin + BLOCK)
            found[:, block] = self._block_written_out(labels[block], ranks[block])
        return found

    def _block_written_out(self, labels: Indices, ranks: Whole) -> Indices:
        cells, figurate = self.cells, self.cells.shape.figurate
        exact = ranks.astype(self.before.dtype)
        target = self.before[self.first[labels]] + exact
        at_class = np.searchsorted(self.before, target, side="right") - 1
        vector = self.by_class[at_class]
        rest: Whole = target - self.before[at_class]
        symbols = self.symbols[:, vector]
        turns, closed = self.turns[:, vector], self.closed[:, vector]
        elements = np.zeros(symbols.shape, np.int64)
        for group in range(len(symbols)):
            # From the first unit of a cell on: the rank within the cell, then its elements from the largest.
            begins = np.flatnonzero(turns[group] == 1)
            if not len(begins):
                continue
            inner = rest[begins] // closed[group, begins]
            rest[begins] -= inner * closed[group, begins]
            units = _units_from(symbols[:, begins], group)
            for turn in range(len(symbols) - group, 0, -1):
                having = np.flatnonzero(units >= turn)
                if not len(having):
                    continue
                element = np.searchsorted(figurate[turn], inner[having], side="right") - 1
                inner[having] -= figurate[turn, element]
                elements[group + turn - 1, begins[having]] = element
        values = cells.values[cells.begin[symbols] + elements].astype(np.int64)
        values = sorted_rows(np.where(values == 0, cells.shape.largest + 1, values))
        return np.where(values > cells.shape.largest, 0, values).astype(np.int32)

    # ------------------------------------------------------------ what positions can take

    @cached_property
    def bounds(self) -> tuple[Positions, Positions]:
        """By position and vector the smallest and the largest value that can stand there.

        Both by number among the smallest values of all cells, and among the largest, ascending.

        A value of one of the vector's cells can stand at a position exactly when it lies between them: below
        it there is room for the units whose cells end before it, above it for those whose cells begin
        after it. One more than the largest value stands for the blank.
        """
        low, high = (np.argsort(np.argsort(found)) for found in (self.cells.lowest, self.cells.highest))
        return sorted_rows(low[self.symbols]), sorted_rows(high[self.symbols])

    def domains(self, alive: Flags) -> tuple[Flags, ...]:
        """For each position the values that members of the classes alive have."""
        chosen = np.flatnonzero(alive[self.labels])
        symbols, turns = self.symbols[:, chosen], self.turns[:, chosen]
        low, high = self.bounds[0][:, chosen], self.bounds[1][:, chosen]
        found = []
        places = len(self.cells.values)
        for at in range(len(symbols)):
            opened = np.zeros(places + 1, np.int64)
            for unit in range(len(symbols)):
                columns = np.flatnonzero(turns[unit] == 1)
                begin, end = self._places(symbols[unit, columns], low[at, columns], high[at, columns])
                opened += np.bincount(begin, minlength=places + 1)
                opened -= np.bincount(end, minlength=places + 1)
            values = np.zeros(self.cells.shape.largest + 1, np.bool_)
            values[self.cells.values] = np.cumsum(opened[:-1]) > 0
            found.append(values)
        return tuple(found)

    def _places(self, symbols: Indices, low: Positions, high: Positions) -> tuple[Positions, Positions]:
        """Where the values of a cell between two bounds begin and end; the same place if there are none."""
        amount = self.cells.amount
        if amount * amount <= DENSE_BOUNDS and amount * amount <= self.symbols.size:
            begin, end = self._all_places
            return begin.take(symbols * amount + low), end.take(symbols * amount + high)
        return self._search_places(symbols, low, high)

    @cached_property
    def _all_places(self) -> tuple[Positions, Positions]:
        """The same for every symbol and bound, in a row."""
        amount = self.cells.amount
        symbols, bounds = np.repeat(np.arange(amount), amount), np.tile(np.arange(amount), amount)
        return self._search_places(symbols, bounds, bounds)

    def _search_places(
        self, symbols: Indices, low: Positions, high: Positions
    ) -> tuple[Positions, Positions]:
        cells, width = self.cells, self.cells.shape.largest + 2
        values = np.where(cells.values == 0, width - 1, cells.values)
        placed = (cells.amount - 1 - cells.symbol_of[cells.values].astype(np.int64)) * width + values
        cell = (cells.amount - 1 - symbols.astype(np.int64)) * width
        begin = np.searchsorted(placed, cell + np.sort(cells.lowest)[low])
        end = np.searchsorted(placed, cell + np.sort(cells.highest)[high], side="right")
        return begin, np.maximum(begin, end)


def turns_of(symbols: Indices) -> Indices:
    """By position and column: how often the symbol stands up to there; equal ones stand side by side."""
    found = np.ones(symbols.shape, np.int32)
    for at in range(1, len(symbols)):
        found[at] = np.where(symbols[at] == symbols[at - 1], found[at - 1] + 1, 1)
    return found


def _units_from(symbols: Indices, first: int) -> Indices:
    """For each column how many units there are of the symbol at a position, counted from there."""
    found: Indices = (symbols[first:] == symbols[first]).sum(axis=0)
    return found


def _labelled(atoms: Positions, class_of: Indices) -> tuple[Indices, Indices]:
    return atoms.astype(np.int32), class_of[atoms]
