"""Counts of any size in machine words: as they are while they fit, else as remainders by several primes.

Adding and multiplying remainders loses nothing as long as the true number is known to be smaller than the
product of the primes; then there is exactly one number with these remainders (Chinese remainder theorem).
"""

from collections.abc import Sequence
from functools import cache

import numpy as np
from attrs import frozen
from numpy.typing import NDArray

from configurator.engines.diagram.whole import Whole, fits, objects

Rows = NDArray[np.int64]
"""Numbers by column; one row holding them, or a row of remainders for each prime."""

_WITNESSES = (2, 3, 5, 7)
"""They tell every prime below 3,215,031,751 (Jaeschke 1993)."""


@frozen
class Residues:
    """How numbers are held.

    INVARIANT: primes lie between 2**30 and 2**31, so the product of two remainders fits a word.

    Attributes:
        primes: none where the numbers are held as they are.
    """

    primes: tuple[int, ...] = ()

    @classmethod
    def below(cls, bound: int) -> "Residues":
        """For numbers from 0 to `bound`."""
        if fits(bound):
            return cls()
        enough, product = 0, 1
        while product <= bound:
            product *= _prime(enough)
            enough += 1
        return cls(tuple(_prime(number) for number in range(enough)))

    @property
    def rows(self) -> int:
        """How many words a number takes."""
        return max(1, len(self.primes))

    def zeros(self, columns: int) -> Rows:
        """So many zeros."""
        return np.zeros((self.rows, columns), np.int64)

    def held(self, numbers: Whole) -> Rows:
        """Numbers that are not negative, held so."""
        if not self.primes:
            return numbers.astype(np.int64).reshape(1, -1)
        return np.stack([(numbers % prime).astype(np.int64) for prime in self.primes])

    def reduce(self, rows: Rows) -> Rows:
        """Sums of remainders made remainders again, in place."""
        if self.primes:
            np.remainder(rows, np.array(self.primes, np.int64)[:, np.newaxis], out=rows)
        return rows

    def number(self, remainders: Sequence[int]) -> int:
        """The number held in one column."""
        if not self.primes:
            return int(remainders[0])
        number, product = 0, 1
        for remainder, prime in zip(remainders, self.primes, strict=True):
            step = (int(remainder) - number) * pow(product, -1, prime) % prime
            number += step * product
            product *= prime
        return number

    def numbers(self, rows: Rows) -> Whole:
        """The numbers held in all columns."""
        if not self.primes:
            return rows.reshape(-1)
        return objects(self.number(remainders) for remainders in rows.T.tolist())


@cache
def _prime(number: int) -> int:
    """The primes below 2**31, the greatest first."""
    candidate = (1 << 31) + 1 if number == 0 else _prime(number - 1)
    candidate -= 2
    while not _is_prime(candidate):
        candidate -= 2
    return candidate


def _is_prime(candidate: int) -> bool:
    """Whether an odd number is prime (Miller, Rabin; exact for numbers in reach)."""
    twos = ((candidate - 1) & (1 - candidate)).bit_length() - 1
    odd = (candidate - 1) >> twos
    for witness in _WITNESSES:
        power = pow(witness, odd, candidate)
        if power in {1, candidate - 1}:
            continue
        if all((power := power * power % candidate) != candidate - 1 for _ in range(twos - 1)):
            return False
    return True
