"""Sets of values as whole numbers: bit `v` is set when value `v` belongs to the set.

Intersection is `&`, union `|`, and Python's whole numbers take a family of ten
thousand components as easily as one of three.
"""

from collections.abc import Iterable

ValueSet = int
"""The values one variable may take."""

ValueSets = tuple[ValueSet, ...]
"""One set for each variable of a problem, in the order of its variables."""


def value_set(values: Iterable[int]) -> ValueSet:
    """The set of the given values, in time linear in the largest of them."""
    # Shifting bit by bit into one number would be quadratic.
    members = tuple(values)
    buffer = bytearray(max(members, default=-1) // 8 + 1)
    for value in members:
        buffer[value >> 3] |= 1 << (value & 7)
    return int.from_bytes(buffer, "little")


def values_in(values: ValueSet) -> tuple[int, ...]:
    """The members, ascending."""
    if values & (values - 1) == 0:
        # One member or none: the last bit tells it, without going through all before it.
        return (values.bit_length() - 1,) if values else ()
    return tuple(value for value, bit in enumerate(bin(values)[:1:-1]) if bit == "1")


def least(values: ValueSet) -> int:
    """The smallest member; -1 of the empty set."""
    return (values & -values).bit_length() - 1


def is_single(values: ValueSet) -> bool:
    """Whether there is exactly one member."""
    return values != 0 and values & (values - 1) == 0
