"""Arrays of exact whole numbers: machine words while everything fits, Python's own numbers beyond.

Numpy wraps round silently at 2**63. So whoever adds or multiplies first says how large
results can become, and gets the array type that holds them.
"""

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

Whole = NDArray[Any]
"""Whole numbers: `int64`, or `object` holding Python's."""
Indices = NDArray[np.signedinteger[Any]]
"""Numbers of nodes, classes, values: signed, in whatever width."""
Flags = NDArray[np.bool_]

WORD = 1 << 62
"""Magnitudes below it may be added once without leaving 64 bits."""


def fits(magnitude: int) -> bool:
    """Whether numbers of up to this magnitude, and the sum of two of them, are exact in machine words."""
    return magnitude < WORD


def whole(numbers: Iterable[int], magnitude: int | None = None) -> Whole:
    """The numbers as an array: machine words if results of up to `magnitude` (or they themselves) fit."""
    found: Sequence[int] = numbers if isinstance(numbers, Sequence) else tuple(numbers)
    if magnitude is None:
        magnitude = max((abs(number) for number in found), default=0)
    if fits(magnitude):
        return np.fromiter(found, np.int64, len(found))
    return objects(found)


def objects(numbers: Iterable[int]) -> Whole:
    """The numbers as Python's own, exact at any size."""
    found = [int(number) for number in numbers]
    array = np.empty(len(found), object)
    array[:] = found
    return array


def widened(array: Whole, magnitude: int) -> Whole:
    """The same numbers in a type that holds results of up to `magnitude`."""
    return array if array.dtype == object or fits(magnitude) else objects(array.tolist())


def alike(array: Whole, model: Whole) -> Whole:
    """The same numbers as Python's own if those of another array are: then products of both are exact."""
    return objects(array.tolist()) if model.dtype == object and array.dtype != object else array
