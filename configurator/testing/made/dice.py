"""Drawing in the words that generators think in."""

from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import TypeVar

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn

Item = TypeVar("Item")


@cache
def _whole(low: int, high: int) -> st.SearchStrategy[int]:
    """Hypothesis' own cache of strategies takes longer than a draw."""
    return st.integers(low, high)


class Dice:
    """Draws in the words that the generators think in. Every draw shrinks towards the plainest."""

    def __init__(self, draw: DrawFn) -> None:
        self.draw = draw

    def number(self, low: int, high: int) -> int:
        """From `low` to `high`, both included."""
        return self.draw(_whole(low, high)) if low < high else low

    def chance(self, percent: int) -> bool:
        """Yes in so many of a hundred cases."""
        return self.number(0, 99) >= 100 - percent

    def times(self, low: int, high: int) -> Iterator[int]:
        """Count from 0 on, `low` to `high` times.

        What one turn draws stands beside the draw that let it come, so that turns shrink away one by one.
        """
        percent = 100 - 200 // (2 + max(high - low, 0))
        for at in range(high):
            if at >= low and not self.chance(percent):
                return
            yield at

    def one(self, items: Sequence[Item]) -> Item:
        """One of some."""
        return items[self.number(0, len(items) - 1)]

    def weighted(self, items: Mapping[Item, int]) -> Item:
        """One of some, by weight."""
        return self.one([item for item, weight in items.items() for _ in range(weight)])

    def several(self, items: Sequence[Item], low: int, high: int) -> list[Item]:
        """`low` to `high` different ones, in the order they had."""
        left, picked = list(range(len(items))), set[int]()
        for _ in range(self.number(min(low, len(items)), min(high, len(items)))):
            picked.add(left.pop(self.number(0, len(left) - 1)))
        return [items[at] for at in sorted(picked)]
