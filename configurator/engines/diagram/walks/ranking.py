"""The fast order: solutions by number and numbers by solution, pages and blocks. Of diagrams alone.

Solutions are sorted by the first layer's class, then by its member's rank in the class, then by the
second layer's, and so on. How many solutions begin at each node is known, so the solution of any number is
found by going down once, and page 10**10 costs what page 0 costs.
"""

from collections.abc import Iterator
from functools import cached_property

import numpy as np
from attrs import field, frozen

from configurator.csp.variables import Assumptions
from configurator.engines.diagram.compiled import CompiledDiagram
from configurator.engines.diagram.decisions import Columns
from configurator.engines.diagram.walks.counting import Counts, counts_of_nodes
from configurator.engines.diagram.walks.expansion import Prefixes, Suffixes
from configurator.engines.diagram.walks.passes import restricted_diagram
from configurator.engines.diagram.walks.ranked_layers import Places, RankedLayer, narrowed
from configurator.engines.diagram.walks.shares import Shares
from configurator.engines.diagram.whole import Whole, objects, whole
from configurator.engines.engine import NO_LIMITS, SearchLimits

BLOCK = 1 << 16
"""Rows of a block where nothing else is asked for."""
FEW_SUFFIXES, MANY_SUFFIXES = 1 << 10, 1 << 12
"""How many rests of solutions are written out at most, for short pages and for long ones.

More would be copied once per layer while they grow: with 2**16 the 19,472 solutions of a PC of eight families
took 1.4 ms to list, with 2**12 they take 0.76 ms, and a million of a larger PC the same 26 to 28 ms.
"""


@frozen(eq=False, slots=False)
class FastOrder:
    """The solutions of a diagram in its fast order.

    Attributes:
        compiled: the diagram, cut to the solutions meant.
        counts: of its nodes; empty if it is void.
    """

    compiled: CompiledDiagram = field(repr=False)
    counts: Counts = field(repr=False)

    @property
    def size(self) -> int:
        """How many solutions there are."""
        return int(self.counts[0][0]) if self.counts else 0

    @property
    def width(self) -> int:
        """How many variables the problem has: the rows of all columns."""
        return len(self.compiled.variables)

    @cached_property
    def layers(self) -> tuple[RankedLayer, ...]:
        """The layers, ready to be gone down."""
        return tuple(RankedLayer.of(self.compiled, self.counts, at) for at in range(len(self.counts) - 1))

    @cached_property
    def shares(self) -> tuple[Shares, ...]:
        """For each layer whose counts exceed machine words (the first ones) what chooses its arcs."""
        return tuple(Shares.of(layer) for layer in self.layers if layer.here.dtype == object)

    @cached_property
    def _few(self) -> Suffixes:
        return Suffixes.of(self.layers, FEW_SUFFIXES)

    @cached_property
    def _many(self) -> Suffixes:
        return Suffixes.of(self.layers, MANY_SUFFIXES)

    def suffixes(self, rows: int) -> Suffixes:
        """The rests whose writing out pays when so many solutions are asked for."""
        return self._many if rows > 4 * FEW_SUFFIXES else self._few

    def unrank(self, ranks: Whole, limits: SearchLimits = NO_LIMITS) -> Columns:
        """The solutions of these numbers: one row per variable of the problem, one column per number.

        Raises:
            IndexError: a number is negative, or not below `size`.
        """
        if len(ranks) and not (ranks.min() >= 0 and ranks.max() < self.size):
            raise IndexError(f"solutions are numbered from 0 to below {self.size}")
        if not len(ranks):
            return np.empty((self.width, 0), np.int32)
        return self.descend(0, np.zeros(len(ranks), np.int64), narrowed(ranks, self.counts[0]), limits)

    def descend(self, at: int, nodes: Places, ranks: Whole, limits: SearchLimits = NO_LIMITS) -> Columns:
        """The rests of these ranks within nodes of a layer, in columns of the problem.

        Rows of variables that were settled above the layer hold anything.
        """
        suffixes = self.suffixes(len(nodes))
        columns = np.empty((self.width, len(nodes)), np.int32)
        for layer in self.layers[at : suffixes.at]:
            limits.check()
            arcs, members, ranks = layer.down(nodes, ranks)
            columns[list(layer.variables)] = layer.members(arcs, members)
            nodes = layer.targets(arcs)
        suffixes.write(columns, suffixes.begins.take(nodes) + ranks.astype(np.int64))
        return columns

    def rank(self, columns: Columns, limits: SearchLimits = NO_LIMITS) -> Whole:
        """The number of each solution; -1 for what is none."""
        length = columns.shape[1]
        if not self.counts:
            return np.full(length, -1, np.int64)
        nodes, valid = np.zeros(length, np.int64), np.ones(length, np.bool_)
        ranks: Whole = np.zeros(length, np.int64)
        large: Whole = objects([0] * length) if self.counts[0].dtype == object else ranks
        for layer in self.layers:
            limits.check()
            arcs, added, found = layer.up(nodes, columns)
            valid &= found
            if added.dtype == object:
                large += added
            else:
                ranks += added  # words at the end only: Python's numbers are forty times slower
            nodes = layer.targets(arcs)
        return np.where(valid, ranks if large is ranks else large + ranks, -1)

    def page(self, offset: int, length: int, limits: SearchLimits = NO_LIMITS) -> Columns:
        """The solutions from number `offset` on, at most `length`: one row per variable of the problem.

        Past the end there are none. Costs what the page is long, wherever it begins.

        Raises:
            ValueError: a number is negative.
        """
        if offset < 0 or length < 0:
            raise ValueError("a page begins at 0 or later and has a length of 0 or more")
        last = min(offset + length, self.size) - 1
        if offset > last:
            return np.empty((self.width, 0), np.int32)
        suffixes = self.suffixes(last + 1 - offset)
        ends = narrowed(whole((offset, last)), self.counts[0])
        end_nodes, prefixes = np.zeros(2, np.int64), Prefixes.root()
        for layer in self.layers[: suffixes.at]:
            limits.check()
            arcs, members, ends = layer.down(end_nodes, ends)
            prefixes = prefixes.longer(layer, arcs, members)
            end_nodes = layer.targets(arcs)
        return prefixes.joined(suffixes, self.counts[suffixes.at], ends, self.width)

    def blocks(
        self, start: int = 0, size: int = BLOCK, limits: SearchLimits = NO_LIMITS
    ) -> Iterator[Columns]:
        """Yield the solutions from number `start` on, in pages of `size`; the last one may be shorter.

        Raises:
            SearchLimitError: a limit ended the listing.
        """
        for offset in range(start, self.size, size):
            limits.check()
            yield self.page(offset, size, limits)


def fast_order(
    compiled: CompiledDiagram, assumptions: Assumptions, limits: SearchLimits = NO_LIMITS
) -> FastOrder:
    """The solutions under assumptions in the fast order.

    Without assumptions it is made once and kept.
    """
    cut = restricted_diagram(compiled, assumptions, limits)
    # What is asked once is not kept: it would hold its diagram and be held by it.
    return cut.remember(_fast_order, limits) if cut is compiled else _fast_order(cut, limits)


def _fast_order(compiled: CompiledDiagram, limits: SearchLimits) -> FastOrder:
    """All solutions of a diagram."""
    return FastOrder(compiled, () if compiled.diagram.void else counts_of_nodes(compiled, {}, limits))
