"""Choosing arcs by the number of solutions that begin with them, where these numbers exceed machine words.

An arc's share of its node's solutions is compared with random bits, as many as fit a word. Where these
do not decide, once in about 2**50 cases, as many more are drawn as are needed. So the choice is exact.
"""

import numpy as np
from attrs import field, frozen
from numpy.typing import NDArray

from configurator.engines.diagram.walks.random_numbers import WORD_BITS, RandomNumbers
from configurator.engines.diagram.walks.ranked_layers import Places, RankedLayer
from configurator.engines.diagram.whole import Flags

KEY_BITS = 62
"""Bits for a node's number and the random bits behind it."""


@frozen(eq=False)
class Shares:
    """What share of a node's solutions begins before each of its arcs, in binary fractions.

    Attributes:
        bits: how many bits the fractions have.
        keys: for each arc its source, then its fraction rounded down.
        exact: for each arc whether nothing was rounded off.
    """

    ranked: RankedLayer
    bits: int
    keys: NDArray[np.int64] = field(repr=False)
    exact: Flags = field(repr=False)

    @classmethod
    def of(cls, ranked: RankedLayer, bits: int | None = None) -> "Shares":
        """The shares in a layer, by default in as many bits as the nodes' numbers leave of a word."""
        layer = ranked.layer
        bits = KEY_BITS - layer.nodes.bit_length() if bits is None else bits
        before = (ranked.before[:-1] - ranked.first.take(layer.source)) * 2**bits
        all_of_node = ranked.here.take(layer.source)
        fractions = before // all_of_node
        keys = layer.source.astype(np.int64) * 2**bits + fractions.astype(np.int64)
        return cls(ranked, bits, keys, fractions * all_of_node == before)

    def arcs(self, nodes: Places, numbers: RandomNumbers) -> Places:
        """For each node an arc, chosen by the number of solutions that begin with it."""
        drawn = (numbers.words(len(nodes)) >> np.uint64(WORD_BITS - self.bits)).astype(np.int64)
        keys = (nodes << self.bits) + drawn
        arcs = np.searchsorted(self.keys, keys, side="right") - 1
        # The arc's share begins somewhere within the bits drawn: before it or behind it?
        open_still = (self.keys.take(arcs) == keys) & ~self.exact.take(arcs)
        for at in np.flatnonzero(open_still):
            arcs[at] = self._decided(int(nodes[at]), int(drawn[at]), numbers)
        return arcs.astype(np.int64, copy=False)

    def _decided(self, node: int, drawn: int, numbers: RandomNumbers) -> int:
        """The arc at a node, by as many more bits as are needed."""
        ranked, bits = self.ranked, self.bits
        begin, end = (int(place) for place in ranked.layer.start[node : node + 2])
        shares = [int(before) - int(ranked.first[node]) for before in ranked.before[begin:end]]
        while True:
            lower, upper = (edge * int(ranked.here[node]) for edge in (drawn, drawn + 1))
            first = sum(share << bits <= lower for share in shares)
            last = sum(share << bits < upper for share in shares)
            if first == last:
                return begin + first - 1
            drawn, bits = drawn << WORD_BITS | numbers.bits(WORD_BITS), bits + WORD_BITS
