"""Variables and what is assigned to them.

A value is its index in the variable's domain: whole numbers from 0. What an
index stands for is known in `lowering` alone. The order of indices is the
catalog's order, so "ascending" here is "in catalog order" to a user.
"""

from collections.abc import Mapping

from attrs import frozen

Assignment = tuple[int, ...]
"""One value for every variable of a problem, in the order of its variables."""

Assumptions = Mapping[int, frozenset[int]]
"""For some variables (by position) the values they may still take. A missing variable is free;
an empty set makes the problem infeasible."""


@frozen
class Variable:
    """A thing to be decided.

    Attributes:
        name: unique within a problem; for people.
        size: how many values its domain has; 0 makes the problem infeasible.
    """

    name: str
    size: int
