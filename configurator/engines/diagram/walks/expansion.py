"""Writing out many paths at once: their upper parts level by level, their lower parts once for all.

Lower layers have few different rests, shared by all paths that come to the same node, so these are
written out once and copied. Upper layers are expanded only as far as a page reaches.
"""

from collections.abc import Sequence

import numpy as np
from attrs import field, frozen

from configurator.engines.diagram.decisions import Columns
from configurator.engines.diagram.walks.ranked_layers import Places, RankedLayer, spans
from configurator.engines.diagram.whole import Whole, alike

SUFFIX_CELLS = 1 << 20
"""Rests written out take no more numbers than this: about 4 MB, so that they stay in a processor's cache."""


@frozen(eq=False)
class Suffixes:
    """All rests of solutions from one layer on.

    Attributes:
        at: the layer.
        begins: for each of its nodes the row of its first rest; a node's rests follow in their order.
        variables: whose values they are.
        columns: one row per variable, one column per rest.
    """

    at: int
    begins: Places = field(repr=False)
    variables: tuple[int, ...]
    columns: Columns = field(repr=False)

    @classmethod
    def of(cls, layers: Sequence[RankedLayer], most: int) -> "Suffixes":
        """The rests from the highest layer on that has at most so many."""
        found = cls(len(layers), np.zeros(1, np.int64), (), np.empty((0, 1), np.int32))
        for layer in reversed(layers):
            rows, width = int(layer.before[-1]), len(found.variables) + len(layer.variables)
            if rows > most or rows * width > SUFFIX_CELLS:
                break
            found = found.lengthened(layer)
        return found

    def lengthened(self, layer: RankedLayer) -> "Suffixes":
        """The rests that begin one layer higher."""
        leaves = np.diff(layer.before)
        arcs, within = spans(np.zeros(len(leaves), np.int64), leaves)
        targets = layer.targets(arcs)
        if layer.single:
            members, rests = np.zeros(len(arcs), np.int64), within
        else:
            members, rests = np.divmod(within, layer.below.take(targets).astype(np.int64))
        rows = self.begins.take(targets) + rests
        own = len(layer.variables)
        columns = np.empty((own + len(self.variables), len(arcs)), np.int32)
        columns[:own] = layer.members(arcs, members)
        for below, values in enumerate(self.columns, start=own):
            values.take(rows, out=columns[below], mode="clip")  # other modes write by way of a copy
        return Suffixes(self.at - 1, layer.first.astype(np.int64), layer.variables + self.variables, columns)

    def cut(self, first: int, last: int, variables: int) -> Columns:
        """The rests from one row to before another, as columns of a problem of so many variables."""
        columns = np.empty((variables, last - first), np.int32)
        for variable, values in zip(self.variables, self.columns, strict=True):
            columns[variable] = values[first:last]
        return columns

    def write(self, columns: Columns, rows: Places) -> None:
        """Write the rests in those rows into columns of the problem."""
        for variable, values in zip(self.variables, self.columns, strict=True):
            values.take(rows, out=columns[variable], mode="clip")  # other modes write by way of a copy


@frozen(eq=False)
class Prefixes:
    """The upper parts of solutions that follow each other, in their order.

    INVARIANT: of all ways on from a prefix only those from the first and from the last one are cut off.

    Attributes:
        nodes: for each the node it leads to.
        variables: whose values they are.
        columns: one row per variable, one column per prefix.
    """

    nodes: Places = field(repr=False)
    variables: tuple[int, ...]
    columns: Columns = field(repr=False)

    @classmethod
    def root(cls) -> "Prefixes":
        """The one without values."""
        return cls(np.zeros(1, np.int64), (), np.empty((0, 1), np.int32))

    def longer(self, layer: RankedLayer, arcs: Places, members: Whole) -> "Prefixes":
        """The prefixes that end one layer lower.

        Args:
            layer: the layer.
            arcs: those of the first and of the last one meant.
            members: the ranks of their members.
        """
        first, last = layer.layer.start.take(self.nodes), layer.layer.start.take(self.nodes + 1)
        first[0], last[-1] = arcs[0], arcs[1] + 1
        parents, taken = spans(first, last)
        ranks: Whole = np.zeros(len(taken), np.int64)
        if not layer.single:
            end = alike(layer.decision.multiplicity.take(layer.layer.label.take(taken)), members)
            begin = np.zeros(len(taken), members.dtype)
            begin[0], end[-1] = members[0], members[1] + 1
            again, ranks = spans(begin, end)
            parents, taken = parents.take(again), taken.take(again)
        columns = np.concatenate([self.columns.take(parents, axis=1), layer.members(taken, ranks)])
        return Prefixes(layer.targets(taken), self.variables + layer.variables, columns)

    def joined(self, suffixes: Suffixes, here: Whole, ends: Whole, variables: int) -> Columns:
        """Whole solutions.

        Args:
            suffixes: the rests, from where the prefixes end.
            here: for each node how many rests there are.
            ends: the ranks of the first and of the last rest meant, within their nodes.
            variables: how many the problem has.
        """
        first = suffixes.begins.take(self.nodes)
        last = first + here.take(self.nodes).astype(np.int64)
        first[0], last[-1] = first[0] + ends[0], first[-1] + ends[1] + 1
        if not self.variables:
            return suffixes.cut(int(first[0]), int(last[0]), variables)
        parents, rows = spans(first, last)
        columns = np.empty((variables, len(rows)), np.int32)
        for variable, values in zip(self.variables, self.columns, strict=True):
            values.take(parents, out=columns[variable], mode="clip")
        suffixes.write(columns, rows)
        return columns
