"""Adding a choice to a histogram of sums, exactly, however many different weights the choice has.

Few weights are added one after the other, each a shift. Thousands of them go through the fast Fourier
transform in floating point, on numbers cut into so small limbs that the error is provably below 1/2.

The bound, for transforms of N values, N a product of 2, 3 and 5, with n = log2 N and u = 2**-53. A pass of a
transform makes each r values anew: each is turned by a factor (3.3 u, the factor being good to one u), turned
once more and added up (r + 1 u; for r = 2 only one u, since there it is just added or subtracted). In the
length of vectors that is sqrt(r) times as much: at most 9 u for each doubling of N, for r = 2, 3 and 5 alike.
So the errors of the two spectra, by Cauchy and Schwarz, come to at most 18 n u |x| |y| in any entry of the
result. An entry of the inverse transform is a mean over products of the spectra, which are |x| |y| on average
at most, each rounded by at most 4.6 u for each doubling. Together that is below 23 n u |x| |y| and a few u
more; `ROUNDING` takes 32 (n + 1) u, and limbs are chosen so that it is at most 1/8. What comes out is checked
twice: every entry is within 1/3 of a whole number, and their sum is exactly the product of the sums.
"""

from functools import cached_property

import numpy as np
from attrs import field, frozen
from numpy.typing import NDArray

from configurator.engines.diagram.weighing.residues import Residues, Rows
from configurator.engines.diagram.whole import Whole

ROUNDING = 32 * 2.0**-53
"""Error of a product of two vectors through transforms of 2**n values, over n + 1 and their lengths."""
_SHIFT = 4e-6
"""Seconds that a shift costs beside its additions; they and transforms take about 1 ns a value and step."""
_STEP = 2e-9

Spectrum = NDArray[np.complex128]


@frozen(eq=False, slots=False)
class Kernel:
    """The members of a class by what they add.

    Attributes:
        weights: the different weights, ascending, not negative.
        counts: how many members have each, as they are.
        held: the same as `residues` hold them.
    """

    weights: NDArray[np.int64]
    counts: Whole = field(repr=False)
    residues: Residues
    _spectra: dict[tuple[int, int, int, int], list[Spectrum]] = field(factory=dict, repr=False)

    @cached_property
    def held(self) -> Rows:
        """The counts as `residues` hold them."""
        return self.residues.held(self.counts)

    @cached_property
    def small(self) -> bool:
        """Whether remainders times counts may be added up before they are reduced."""
        return int(self.counts.sum()) < 1 << 30

    @property
    def is_plain(self) -> bool:
        """Whether it is one member that adds nothing."""
        return len(self.weights) == 1 and not self.weights[0] and int(self.counts[0]) == 1

    def applied(self, histogram: Rows, places: int) -> tuple[Rows, int]:
        """Histogram and kernel added up: what each pair of a sum and a member makes.

        Args:
            histogram: by sum, from some sum upwards.
            places: how many sums of the result are wanted at most.

        Returns:
            The new histogram, and by how much its first sum is greater than that of the old one.
        """
        first = int(self.weights[0])
        if len(self.weights) == 1:
            return self._scaled(histogram[:, :places], 0), first
        reach = int(np.searchsorted(self.weights, first + places))
        span = int(self.weights[reach - 1]) - first
        places = min(places, histogram.shape[1] + span)
        histogram = histogram[:, :places]
        transform = transform_size(histogram.shape[1] + span)
        steps = 3 * self.residues.rows * transform * transform.bit_length() * 2
        if reach * (_SHIFT + histogram.size * _STEP / 2) > steps * _STEP / 2:
            return self._transformed(histogram, reach, places), first
        return self._shifted(histogram, reach, places), first

    def shifted(self, histogram: Rows, places: int) -> tuple[Rows, int]:
        """The same as `applied`, without transforms."""
        first = int(self.weights[0])
        if len(self.weights) == 1:
            return self._scaled(histogram[:, :places], 0), first
        reach = int(np.searchsorted(self.weights, first + places))
        places = min(places, histogram.shape[1] + int(self.weights[reach - 1]) - first)
        return self._shifted(histogram[:, :places], reach, places), first

    def add_to(self, found: Rows, histogram: Rows, begin: int) -> None:
        """Add what histogram and kernel make to numbers held as they are, in words of the same length.

        Args:
            found: what is beyond its end is left out.
            histogram: by sum.
            begin: where in `found` the histogram would begin with a member that adds nothing; with any of
                the members it is not below 0.
        """
        places = found.shape[1]
        scaled, by = histogram, 1
        times = np.empty_like(histogram) if int(self.counts.max()) > 1 else histogram
        for at in np.argsort(self.counts, kind="stable").tolist():
            start = begin + int(self.weights[at])
            end = min(places, start + histogram.shape[1])
            if end > start:
                if by != int(self.counts[at]):
                    by = int(self.counts[at])
                    scaled = np.multiply(histogram, histogram.dtype.type(by), out=times)
                found[:, start:end] += scaled[:, : end - start]

    def _scaled(self, histogram: Rows, at: int) -> Rows:
        """The histogram once for each member of a weight."""
        if int(self.counts[at]) == 1:
            return histogram
        return self.residues.reduce(histogram * self.held[:, at : at + 1].astype(histogram.dtype))

    def _shifted(self, histogram: Rows, reach: int, places: int) -> Rows:
        if not self.residues.primes:
            found = np.zeros((1, places), histogram.dtype)
            self.add_to(found, histogram, -int(self.weights[0]))
            return found
        found = self.residues.zeros(places)
        begins = (self.weights[:reach] - self.weights[0]).tolist()
        ones = (self.counts[:reach] == 1).tolist()
        for at, (begin, one) in enumerate(zip(begins, ones, strict=True)):
            end = min(places, begin + histogram.shape[1])
            taken = histogram[:, : end - begin]
            if one:
                found[:, begin:end] += taken
            elif self.small:
                found[:, begin:end] += taken * self.held[:, at : at + 1]
            else:
                found[:, begin:end] += self._scaled(taken, at)
        return self.residues.reduce(found)

    def _transformed(self, histogram: Rows, reach: int, places: int) -> Rows:
        span = int(self.weights[reach - 1] - self.weights[0])
        size = transform_size(histogram.shape[1] + span)
        found = self.residues.zeros(places)
        for row, values in enumerate(histogram):
            prime = self.residues.primes[row] if self.residues.primes else None
            kernel = self.held[row, :reach]
            bits, kernel_bits = _limb_bits(values, kernel, size)
            spectra = self._spectra.get((row, reach, size, kernel_bits))
            if spectra is None:
                dense = np.zeros(span + 1, np.int64)
                dense[self.weights[:reach] - self.weights[0]] = kernel
                spectra = [np.fft.rfft(limb, size) for limb in _limbs(dense, kernel_bits)]
                self._spectra[row, reach, size, kernel_bits] = spectra
            kernel_limbs = _limbs(kernel, kernel_bits)
            for high, limb in enumerate(_limbs(values, bits)):
                spectrum = np.fft.rfft(limb, size)
                for kernel_high, kernel_spectrum in enumerate(spectra):
                    exact = int(limb.sum()) * int(kernel_limbs[kernel_high].sum())
                    product = _rounded(np.fft.irfft(spectrum * kernel_spectrum, size), exact)[:places]
                    shift = high * bits + kernel_high * kernel_bits
                    if prime is None:
                        # Wraps round on the way at most: the whole is known to fit.
                        found[row] += product << shift
                    else:
                        found[row] += product % prime * pow(2, shift, prime) % prime
        return self.residues.reduce(found)


def transform_size(length: int) -> int:
    """The least even product of twos, threes and fives that is as great: these are quick, and bounded."""
    best = 1 << max(1, (length - 1).bit_length())
    fives = 1
    while fives < best:
        threes = fives
        while threes < best:
            twos = max(1, (-(-length // threes) - 1).bit_length())
            best = min(best, threes << twos)
            threes *= 3
        fives *= 5
    return best


def _limb_bits(values: NDArray[np.int64], kernel: NDArray[np.int64], size: int) -> tuple[int, int]:
    """Into limbs of how many bits to cut both, as few limbs as the error bound allows."""
    wide, kernel_wide = (max(1, int(found.max(initial=0)).bit_length()) for found in (values, kernel))
    lengths = np.sqrt(float(len(values))) * np.sqrt(float(len(kernel)))
    rounding = ROUNDING * (size.bit_length() + 1)
    by_cost = sorted((pieces * others, pieces, others) for pieces in range(1, 9) for others in range(1, 9))
    for _, pieces, others in by_cost:
        bits, kernel_bits = -(-wide // pieces), -(-kernel_wide // others)
        if lengths * 2.0 ** (bits + kernel_bits) * rounding <= 1 / 8:
            return bits, kernel_bits
    raise AssertionError("limbs of 8 bits are small enough for every array that fits the memory")


def _limbs(values: NDArray[np.int64], bits: int) -> list[NDArray[np.int64]]:
    """Numbers cut into pieces of so many bits, the lowest first; at least one piece."""
    pieces = max(1, -(-int(values.max(initial=0)).bit_length() // bits))
    mask = (1 << bits) - 1
    return [(values >> (bits * piece)) & mask for piece in range(pieces)]


def _rounded(values: NDArray[np.float64], total: int) -> NDArray[np.int64]:
    """The whole numbers that values are meant to be, checked."""
    nearest = np.rint(values)
    assert float(np.abs(values - nearest).max(initial=0.0)) < 1 / 3, "a transform was less exact than proved"
    found = nearest.astype(np.int64)
    assert (int(found.sum()) - total) % (1 << 64) == 0, "a transform lost or made up solutions"
    return found
