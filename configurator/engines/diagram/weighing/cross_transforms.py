"""Many histograms and many choices added up crosswise, exactly: each is transformed once.

Products are added up as spectra, and each sum of products is transformed back once. `convolution` tells
the bound on the error of one product. Of several products added up as spectra the bounds add up, and each
addition rounds once more, by one u. Limbs are chosen so that all that is at most 1/4. What comes out is
checked twice: every entry is within 1/3 of a whole number, and their sum is that of the products of the sums.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import cached_property

import numpy as np
from attrs import field, frozen
from numpy.typing import NDArray

from configurator.engines.diagram.weighing.convolution import ROUNDING, Kernel, Spectrum
from configurator.engines.diagram.weighing.residues import Residues, Rows

Numbers = NDArray[np.int64]
Norms = NDArray[np.float64]


@frozen(eq=False)
class Factors:
    """One side of some products, about: histograms, or kernels.

    Attributes:
        length: for each product how many entries its factor has that are not 0, or more.
        norm: for each product how long its factor is as a vector.
        largest: no entry of any is greater.
    """

    length: Numbers
    norm: Norms
    largest: int

    def norms(self, pieces: int) -> Norms:
        """How long the limbs are at most if entries are cut into so many."""
        if pieces == 1:
            return self.norm
        found: Norms = np.sqrt(self.length) * 2.0 ** (self.bits(pieces) - 1)
        return found

    def bits(self, pieces: int) -> int:
        """How long limbs are, their sign included."""
        return -(-(self.largest.bit_length() + 1) // pieces)


@frozen
class Limbs:
    """Into how many limbs of how many bits histograms and kernels are cut."""

    pieces: int
    bits: int
    kernel_pieces: int
    kernel_bits: int

    @classmethod
    def fewest(cls, sums: Numbers, histograms: Factors, kernels: Factors, size: int) -> "Limbs":
        """As few as keep the error of every sum of products below 1/4.

        Args:
            sums: for each product the number of the sum it is part of.
            histograms: of each product.
            kernels: of each product.
            size: of transforms.
        """
        added = int(np.bincount(sums).max(initial=0))
        rounding = ROUNDING * (size.bit_length() + 1 + added)
        by_cost = sorted(
            (pieces * others, pieces, others) for pieces in range(1, 9) for others in range(1, 9)
        )
        for _, pieces, others in by_cost:
            errors = np.bincount(sums, histograms.norms(pieces) * kernels.norms(others)) * rounding
            if float(errors.max(initial=0.0)) < _ERROR:
                return cls(pieces, histograms.bits(pieces), others, kernels.bits(others))
        raise AssertionError("limbs of 8 bits are small enough for every array that fits the memory")


_ERROR = 0.24


@frozen(eq=False)
class _Transformed:
    """A limb's spectrum, and the sum of its entries."""

    spectrum: Spectrum = field(repr=False)
    total: int


@frozen(eq=False, slots=False)
class CrossTransforms:
    """Histograms and kernels added up crosswise: each is transformed once.

    Attributes:
        size: of transforms. The sums of histograms and kernels together are less.
        kernels: by label.
        histogram: by its number; its first entry is for the same sum in all of them.
        most: how many histograms, and how many kernels, are kept transformed.
    """

    residues: Residues
    size: int
    limbs: Limbs
    kernels: Mapping[int, Kernel] = field(repr=False)
    histogram: Callable[[int], Rows] = field(repr=False)
    most: int
    _kernel_spectra: dict[int, list[list[_Transformed]]] = field(factory=dict, repr=False)
    _spectra: dict[int, list[list[_Transformed]]] = field(factory=dict, repr=False)

    def sum_of(self, origins: Sequence[int], labels: Sequence[int], places: int) -> Rows:
        """Histograms with kernels applied, pair by pair, added up: the first so many entries."""
        found = self.residues.zeros(places)
        sums: dict[tuple[int, int], int] = {}
        for origin, label in zip(origins, labels, strict=True):
            kernel = self._of_kernel(label)
            for row, limbs in enumerate(self._of_histogram(origin)):
                for at, left in enumerate(limbs):
                    for further, right in enumerate(kernel[row]):
                        key = row, at * self.limbs.bits + further * self.limbs.kernel_bits
                        self._desk.multiplied(key, left.spectrum, right.spectrum, first=key not in sums)
                        sums[key] = sums.get(key, 0) + left.total * right.total
        for (row, shift), exact in sums.items():
            product = self._desk.back((row, shift), exact, places)
            if not self.residues.primes:
                # Wraps round on the way at most: the whole is known to fit.
                found[row] += np.left_shift(product, shift, out=product)
            else:
                prime = self.residues.primes[row]
                found[row] += product % prime * pow(2, shift, prime) % prime
        return self.residues.reduce(found)

    @cached_property
    def _desk(self) -> "_Desk":
        return _Desk(self.size)

    def _of_histogram(self, origin: int) -> list[list[_Transformed]]:
        found = self._spectra.pop(origin, None)
        if found is None:
            while len(self._spectra) >= self.most:
                for limbs in self._spectra.pop(next(iter(self._spectra))):
                    self._desk.cleared(limbs)
            cut = self.limbs
            found = [
                [self._desk.forward(limb) for limb in _balanced_limbs(row, cut.bits, cut.pieces)]
                for row in self.histogram(origin)
            ]
        self._spectra[origin] = found
        return found

    def _of_kernel(self, label: int) -> list[list[_Transformed]]:
        found = self._kernel_spectra.pop(label, None)
        if found is None:
            while len(self._kernel_spectra) >= self.most:
                for limbs in self._kernel_spectra.pop(next(iter(self._kernel_spectra))):
                    self._desk.cleared(limbs)
            kernel, cut = self.kernels[label], self.limbs
            found = []
            for row in kernel.held:
                dense = np.zeros(int(kernel.weights[-1]) + 1, np.int64)
                dense[kernel.weights] = row
                pieces = _balanced_limbs(dense, cut.kernel_bits, cut.kernel_pieces)
                found.append([self._desk.forward(limb) for limb in pieces])
        self._kernel_spectra[label] = found
        return found


class _Desk:
    """Room to transform in, used again and again: new memory costs as much as the transform itself."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._padded = np.zeros(size)
        self._distance = np.zeros(size)
        self._whole = np.zeros(size, np.int64)
        self._product = self._new()
        self._sums: dict[tuple[int, int], Spectrum] = {}
        self._free: list[Spectrum] = []

    def _new(self) -> Spectrum:
        return np.empty(self._size // 2 + 1, np.complex128)

    def forward(self, limb: NDArray[np.int64]) -> _Transformed:
        """The spectrum of whole numbers."""
        self._padded[: len(limb)] = limb
        self._padded[len(limb) :] = 0
        out = self._free.pop() if self._free else self._new()
        return _Transformed(np.fft.rfft(self._padded, out=out), int(limb.sum()))

    def cleared(self, spectra: Sequence[_Transformed]) -> None:
        """These are needed no more."""
        self._free += [each.spectrum for each in spectra]

    def multiplied(self, key: tuple[int, int], left: Spectrum, right: Spectrum, *, first: bool) -> None:
        """Add a product to a sum of products, or begin one."""
        if key not in self._sums:
            self._sums[key] = self._new()
        if first:
            np.multiply(left, right, out=self._sums[key])
        else:
            self._sums[key] += np.multiply(left, right, out=self._product)

    def back(self, key: tuple[int, int], total: int, places: int) -> NDArray[np.int64]:
        """The whole numbers of which a sum is the spectrum, so many of them; good until the next call."""
        values, distance, found = self._padded, self._distance, self._whole
        np.fft.irfft(self._sums[key], self._size, out=values)
        np.rint(values, out=distance)
        np.copyto(found, distance, casting="unsafe")
        np.abs(np.subtract(values, distance, out=distance), out=distance)
        assert float(distance.max()) < 1 / 3, "a transform was less exact than proved"
        assert (int(found.sum()) - total) % (1 << 64) == 0, "a transform lost or made up solutions"
        return found[:places]


def _balanced_limbs(values: NDArray[np.int64], bits: int, pieces: int) -> list[NDArray[np.int64]]:
    """Numbers cut into so many digits of so many bits, of either sign: the last is what is left."""
    found = []
    half, mask = 1 << (bits - 1), (1 << bits) - 1
    for _ in range(pieces - 1):
        low = ((values + half) & mask) - half
        found.append(low)
        values = (values - low) >> bits
    return [*found, values]
