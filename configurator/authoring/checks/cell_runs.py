"""The cells of a table's column as runs of ranks, so that they are compared without going by values.

The values of a column stand in a row, numbers and days by size. Bounds, lists and `not …` are all a few runs
of neighbours in it, found by bisection. Where the values of a column are listed nowhere, the row is made of
what the cells name and of what lies before, between and behind.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, pairwise
from typing import Literal

from attrs import frozen

from configurator.catalog.rules import Bounded, CellTest, Interval
from configurator.catalog.values import Value

Runs = tuple[tuple[int, int], ...]
"""First rank and the rank behind the last one of each run: ascending, none empty, none touching the next."""

ABSENT = (-2, -1)
"""The run of what stands for "nothing is chosen", beside all values."""


@frozen(eq=False)
class Content:
    """What a cell says, whichever way it is written.

    In one column, two cells that say the same have the same content, not an equal one.

    Attributes:
        kind: `any`, `other`, `values` for all that lies in the runs, `not` for all that does not.
        runs: for `values` and `not`.
    """

    kind: Literal["any", "other", "values", "not"]
    runs: Runs = ()


ANY, OTHER = Content("any"), Content("other")


class KnownRanks:
    """Ranks of the values that a column can hold, from 0; what else its cells name stands behind them."""

    def __init__(self, known: Iterable[Value], tests: Sequence[CellTest]) -> None:
        self.values = _in_row(known, tests)
        self._ranks = {value: rank for rank, value in enumerate(self.values)}
        self.size = len(self.values)

    def lists(self, test: CellTest) -> Runs:
        """What is written in a cell, whether it is negated or not."""
        ranks = self._ranks
        # An unknown value gets a rank of its own: two cells that name it still name the same.
        named = [ranks.setdefault(value, len(ranks)) for value in test.values]
        return _merged([(rank, rank + 1) for rank in named], map(self.between, test.intervals))

    def matches(self, test: CellTest) -> Runs:
        """What a cell of the kind `values` matches, without what is absent."""
        runs = self.lists(test)
        if test.negated:
            return _complement(runs, self.size)
        # With bounds beside it, a value that nothing has is not worth telling two cells apart for.
        return _below(runs, self.size) if test.intervals else runs

    def between(self, interval: Interval) -> tuple[int, int]:
        """The run of what lies between bounds; its end may lie before its start, when nothing does."""
        low, high = interval.low, interval.high
        start = 0 if low is None else _behind(self.values, low, equal=not interval.low_inside)
        end = self.size if high is None else _behind(self.values, high, equal=interval.high_inside)
        return start, end


class OpenRanks:
    """Ranks where values are not listed: odd ones for what cells name, even ones for what lies between."""

    def __init__(self, tests: Sequence[CellTest]) -> None:
        named: set[Value] = set()
        for test in tests:
            named.update(test.values)
            for bounds in test.intervals:
                named.update(bound for bound in (bounds.low, bounds.high) if bound is not None)
        self._ranks = {value: 2 * at + 1 for at, value in enumerate(_in_row(named, tests))}
        self.size = 2 * len(self._ranks) + 1

    def lists(self, test: CellTest) -> Runs:
        """What is written in a cell, whether it is negated or not."""
        named = [self._ranks[value] for value in test.values]
        return _merged([(rank, rank + 1) for rank in named], map(self._between, test.intervals))

    def matches(self, test: CellTest) -> Runs:
        """What a cell of the kind `values` matches, without what is absent."""
        runs = self.lists(test)
        return _complement(runs, self.size) if test.negated else runs

    def _between(self, interval: Interval) -> tuple[int, int]:
        low, high = interval.low, interval.high
        start = 0 if low is None else self._ranks[low] + (not interval.low_inside)
        end = self.size if high is None else self._ranks[high] + interval.high_inside
        return start, end


def contents(tests: Sequence[CellTest], known: tuple[Value, ...] | None) -> list[Content]:
    """What each cell of a column says.

    Where a cell says `other`, it matters what the others list and not just what they match: `not x` lists x.

    Args:
        tests: the cells of one column.
        known: the values that the column can hold; `None` where they are not listed.
    """
    listing = any(test.kind == "other" for test in tests)
    ranks = OpenRanks(tests) if known is None or listing else KnownRanks(known, tests)
    read: dict[tuple[object, ...], Content] = {}
    same: dict[tuple[str, Runs], Content] = {}
    found: list[Content] = []
    for test in tests:
        written = (test.kind, test.values, test.intervals, test.absent, test.negated)
        content = read.get(written)
        if content is None:
            content = _content(test, ranks, listing=listing)
            # INVARIANT: one content for all that say the same, so contents are told apart by identity.
            content = read[written] = same.setdefault((content.kind, content.runs), content)
        found.append(content)
    return found


def _content(test: CellTest, ranks: KnownRanks | OpenRanks, *, listing: bool) -> Content:
    if test.kind != "values":
        return ANY if test.kind == "any" else OTHER
    if listing and test.negated:
        return Content("not", ranks.lists(test))
    runs = ranks.matches(test)
    return Content("values", (ABSENT, *runs) if test.matches_absent else runs)


def _in_row(values: Iterable[Value], tests: Iterable[CellTest]) -> tuple[Value, ...]:
    """By size, where the cells of a column have bounds; else any order is as good."""
    bounded = any(test.intervals for test in tests)
    return tuple(sorted(values)) if bounded else tuple(values)  # type: ignore[type-var]  # what has bounds has an order


def _behind(values: Sequence[Value], bound: Bounded, *, equal: bool) -> int:
    """How many of the values lie before a bound, those equal to it among them or not."""
    return (bisect_right if equal else bisect_left)(values, bound)  # type: ignore[type-var]  # likewise


def _merged(runs: list[tuple[int, int]], more: Iterable[tuple[int, int]]) -> Runs:
    """Runs in order, without empty ones, those that touch made one."""
    runs.extend(run for run in more if run[0] < run[1])
    if len(runs) > 1:
        runs.sort()
        if any(end >= start for (_, end), (start, _) in pairwise(runs)):
            return tuple(_joined(runs))
    return tuple(runs)


def _joined(runs: Sequence[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    first, last = runs[0]
    for start, end in runs[1:]:
        if start > last:
            yield first, last
            first, last = start, end
        else:
            last = max(last, end)
    yield first, last


def _below(runs: Runs, size: int) -> Runs:
    """The ranks below `size` that lie in the runs."""
    return tuple([(start, min(end, size)) for start, end in runs if start < size])


def _complement(runs: Runs, size: int) -> Runs:
    """The ranks below `size` that lie in none of the runs."""
    edges = [0, *chain.from_iterable((min(start, size), min(end, size)) for start, end in runs), size]
    return tuple([(start, end) for start, end in zip(edges[::2], edges[1::2], strict=True) if start < end])
