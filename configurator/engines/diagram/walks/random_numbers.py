"""Exactly uniform whole numbers from a seed: no fraction is ever rounded, no remainder is ever favoured.

They are made from the raw words of a PCG64 generator, which numpy keeps the same in all versions. So a seed
gives the same numbers for ever.
"""

import numpy as np
from attrs import define, field
from numpy.typing import NDArray

from configurator.engines.diagram.whole import Whole, fits, objects

WORD_BITS = 64


@define
class RandomNumbers:
    """A stream of random numbers."""

    _words: np.random.PCG64 = field(repr=False)

    @classmethod
    def seeded(cls, seed: int) -> "RandomNumbers":
        """The stream of a seed, a number of any size; it must not be negative."""
        return cls(np.random.PCG64(seed))

    def words(self, amount: int) -> NDArray[np.uint64]:
        """Numbers below 2**64."""
        return np.asarray(self._words.random_raw(amount), np.uint64)

    def below(self, bounds: Whole) -> Whole:
        """For each bound, which is 1 or more, a number from 0 to below it."""
        if bounds.dtype == object:
            return objects(self.one_below(bound) for bound in bounds)
        return self._words_below(bounds.astype(np.uint64))

    def all_below(self, bound: int, amount: int) -> Whole:
        """So many numbers from 0 to below one bound."""
        if fits(bound):
            return self._words_below(np.full(amount, bound, np.uint64))
        return objects(self.one_below(bound) for _ in range(amount))

    def one_below(self, bound: int) -> int:
        """A number from 0 to below a bound of any size."""
        bits = (bound - 1).bit_length()
        while True:
            found = self.bits(bits)
            if found < bound:
                return found

    def bits(self, amount: int) -> int:
        """A number of so many random bits."""
        words = -(-amount // WORD_BITS)
        drawn = int.from_bytes(self.words(words).astype("<u8").tobytes(), "little") if words else 0
        return drawn >> (words * WORD_BITS - amount)

    def _words_below(self, bounds: NDArray[np.uint64]) -> Whole:
        """The remainders of words; words of the last, incomplete round of remainders are drawn again."""
        words = self.words(len(bounds))
        found = words % bounds
        # A round begins at `words - found`; it is complete if it ends below 2**64.
        incomplete = words - found > np.uint64(2**WORD_BITS - 1) - (bounds - np.uint64(1))
        if incomplete.any():
            found[incomplete] = self._words_below(bounds[incomplete])
        return found.astype(np.int64)
