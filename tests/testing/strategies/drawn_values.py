"""What strategies draw: all of it, and the smallest."""

from collections.abc import Callable, Iterator
from typing import TypeVar

from hypothesis import find, settings
from hypothesis import strategies as st

from configurator.csp.variables import Assignment
from configurator.testing.strategies.drawing import Drawing

T = TypeVar("T")

QUIETLY = settings(database=None, derandomize=True, max_examples=2_000)
"""Of every other kind Hypothesis' own: its health checks and its deadline stand."""


def all_drawn(drawing: Drawing) -> Iterator[Assignment]:
    """Every assignment that can be drawn, smallest first."""
    steps, start = drawing.steps, drawing.steps.start
    waiting: list[tuple[dict[int, int], object]] = [] if start is None else [({}, start)]
    while waiting:
        decided, place = waiting.pop()
        if len(decided) == drawing.draws:
            yield drawing.assignment(decided)
            continue
        variable = steps.variable(place)
        values = reversed(steps.values(place))
        waiting += [({**decided, variable: value}, steps.after(place, value)) for value in values]


def smallest(strategy: st.SearchStrategy[T], meets: Callable[[T], bool] = lambda _: True) -> T:
    """What a failing test would show."""
    return find(strategy, meets, settings=QUIETLY)
