"""Numbering equal things alike: the step that every merge of nodes, classes and states comes down to."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from configurator.engines.diagram.whole import WORD, Flags, Indices

Keys = NDArray[np.int64]

DENSE = 1 << 22
"""Keys below it are numbered by a table of flags, which is several times faster than sorting them."""


def numbered(keys: Keys, bound: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Number the different keys in ascending order.

    Args:
        keys: not negative.
        bound: larger than any of them.

    Returns:
        For each number the position of a key that has it, and for each key its number.
    """
    if bound <= DENSE and bound <= 16 * len(keys) + 1024:
        position = np.full(bound, -1, np.int64)
        position[keys] = np.arange(len(keys))
        present = np.flatnonzero(position >= 0)
        number = np.empty(bound, np.int64)
        number[present] = np.arange(len(present))
        return position[present], number[keys]
    _, first, inverse = np.unique(keys, return_index=True, return_inverse=True)
    return first, inverse.reshape(-1)


def combined(columns: list[tuple[NDArray[np.int64], int]], length: int) -> tuple[Keys, int]:
    """Several columns as one key: equal keys exactly where all columns are equal.

    Args:
        columns: with a bound for each.
        length: of the columns; needed where there are none.

    Returns:
        The keys and a bound for them, below 2**62.
    """
    keys, bound = np.zeros(length, np.int64), 1
    for column, width in columns:
        if bound * width >= WORD:
            first, keys = numbered(keys, bound)
            bound = len(first)
        keys = keys * width + column
        bound *= width
    return keys, bound


def numbered_rows(rows: Flags | Indices) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Number the different rows of a matrix: for each number a row that has it, for each row its number.

    Rows are compared byte by byte: equal numbers, equal rows.
    """
    if not len(rows) or not rows.shape[1]:
        return np.zeros(min(len(rows), 1), np.int64), np.zeros(len(rows), np.int64)
    packed: NDArray[Any] = np.packbits(rows, axis=1) if rows.dtype == np.bool_ else rows
    packed = np.ascontiguousarray(packed)
    as_bytes = packed.view(np.dtype((np.void, packed.dtype.itemsize * packed.shape[1]))).reshape(-1)
    _, first, inverse = np.unique(as_bytes, return_index=True, return_inverse=True)
    return first, inverse.reshape(-1)


def spread(
    starts: NDArray[np.int64], lengths: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Runs written out: for each element the run it is of and its position (start of the run and on)."""
    run = np.repeat(np.arange(len(lengths)), lengths)
    before = np.cumsum(lengths) - lengths
    return run, np.arange(len(run)) - before[run] + starts[run]
