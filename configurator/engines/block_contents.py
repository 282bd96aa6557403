"""What an instance can be, and which instances keep what is said of several of them up to order.

Choices about single blocks ("the second bag is red") are meant up to order: there is a way to give each block
of the labelled problem an instance of its own such that all choices hold. That is a matching, and by Hall's
theorem it exists exactly if of the instances that some blocks could be given there are never fewer than such
blocks; see `demanded`.
"""

from collections.abc import Iterator, Sequence
from functools import cached_property
from itertools import pairwise

import numpy as np
from attrs import frozen

from configurator.csp.constraints import Constraint
from configurator.csp.variables import Assumptions
from configurator.engines.diagram.compiling.grouping import renamed
from configurator.engines.diagram.decisions import Columns
from configurator.engines.diagram.whole import Flags, Indices
from configurator.engines.engine import SearchLimits
from configurator.engines.many_assignments import holding, holding_value
from configurator.errors import SearchLimitError

MOST_CHOICES = 12
"""Different choices about blocks of one group that are matched with each other: there is a condition for each
set of them that have instances in common."""


@frozen(eq=False)
class InnerGroup:
    """A group within a block.

    Attributes:
        content: of its blocks.
        offsets: for each of its blocks where its variables stand in the outer block.
        composites: for each of its blocks, in canonical order, and each content of the outer block the
            content of the inner one.
    """

    content: "Contents"
    offsets: tuple[tuple[int, ...], ...]
    composites: Columns


@frozen(eq=False, slots=False)
class Contents:
    """What blocks of a group can be.

    Attributes:
        columns: a row for each variable of a block, a column for each content; the first, of zeros, stands
            for an instance that is not there.
        inner: the groups within.
        may_be_absent: whether the first may be taken at all.
    """

    columns: Columns
    inner: tuple[InnerGroup, ...]
    may_be_absent: bool

    @cached_property
    def _numbers(self) -> dict[bytes, int]:
        """The number of each content by its bytes."""
        written = np.ascontiguousarray(self.columns.T)
        return {each.tobytes(): at for at, each in enumerate(written)}

    @property
    def size(self) -> int:
        """How many there are, the absent one among them."""
        return int(self.columns.shape[1])

    def keeping(
        self, assumptions: Assumptions, constraints: Sequence[Constraint], limits: SearchLimits
    ) -> Flags:
        """For each content whether it keeps what is said of a block, up to the order of blocks within.

        Args:
            assumptions: about the block's variables, by where they stand in it.
            constraints: likewise.
            limits: for all of it.

        Raises:
            SearchLimitError: the time is up, or too many choices are to be matched.
        """
        kept = np.ones(self.size, np.bool_)
        if not assumptions and not constraints:
            return kept
        inside = {offset for group in self.inner for block in group.offsets for offset in block}
        for offset, values in assumptions.items():
            if offset not in inside:
                kept &= holding_value(values, self.columns[offset])
        others = list(constraints)
        for group in self.inner:
            kept &= self._matched(group, assumptions, others, limits)
        rows = dict(enumerate(self.columns))
        for constraint in others:
            kept &= holding(constraint, rows, self.size, limits)
        return kept

    def _matched(
        self,
        group: InnerGroup,
        assumptions: Assumptions,
        constraints: list[Constraint],
        limits: SearchLimits,
    ) -> Flags:
        """Where the instances within can be matched with what is said of them; takes out what says so."""
        allowed = []
        for block in group.offsets:
            at = {offset: place for place, offset in enumerate(block)}
            own = [each for each in constraints if each.scope and at.keys() >= set(each.scope)]
            constraints[:] = [each for each in constraints if all(each is not other for other in own)]
            said = {at[offset]: values for offset, values in assumptions.items() if offset in at}
            allowed.append(group.content.keeping(said, [renamed(each, at) for each in own], limits))
        found = np.ones(self.size, np.bool_)
        for union, needed in demanded(allowed, limits):
            found &= union[group.composites].sum(axis=0) >= needed
        return found

    def number_of(self, columns: Columns) -> Indices:
        """For each column the number of a content; -1 where it is none."""
        told = np.ascontiguousarray(columns.T, dtype=np.int32)
        return np.fromiter((self._numbers.get(each.tobytes(), -1) for each in told), np.int64, len(told))


def demanded(allowed: Sequence[Flags], limits: SearchLimits) -> Iterator[tuple[Flags, int]]:
    """Yield conditions that say together: blocks can be matched with instances, each with one it allows.

    Hall's theorem (On representatives of subsets, 1935): for each set of blocks there are at least as many
    instances that one of them allows. Blocks that allow the same go together, those that allow everything
    demand nothing, and sets that fall into parts without an instance in common are covered by the parts.

    Args:
        allowed: for each block the contents that it may have.
        limits: for all of it.

    Yields:
        Contents, and how many of the instances must be among them.

    Raises:
        SearchLimitError: the time is up, or the different choices are more than `MOST_CHOICES`.
    """
    amounts: dict[bytes, int] = {}
    sets: dict[bytes, Flags] = {}
    for each in allowed:
        if not each.all():
            key = each.tobytes()
            amounts[key] = amounts.get(key, 0) + 1
            sets[key] = each
    keys = list(sets)
    if len(keys) > MOST_CHOICES:
        raise SearchLimitError(
            f"{len(keys)} different choices about interchangeable instances are more than the "
            f"{MOST_CHOICES} that are matched with each other"
        )
    touching = [
        sum(1 << other for other, key in enumerate(keys) if (sets[each] & sets[key]).any()) for each in keys
    ]
    told: set[bytes] = set()
    for chosen in range(1, 1 << len(keys)):
        limits.check()
        members = [at for at in range(len(keys)) if chosen >> at & 1]
        if not _hangs_together(chosen, members, touching):
            continue
        union: Flags = np.logical_or.reduce([sets[keys[at]] for at in members])
        if union.all() or union.tobytes() in told:
            continue
        told.add(union.tobytes())
        yield union, sum(amount for key, amount in amounts.items() if not (sets[key] & ~union).any())


def _hangs_together(chosen: int, members: Sequence[int], touching: Sequence[int]) -> bool:
    reached, fresh = 0, 1 << members[0]
    while fresh:
        reached |= fresh
        around = 0
        for at in members:
            if fresh >> at & 1:
                around |= touching[at]
        fresh = around & chosen & ~reached
    return reached == chosen


def in_a_row(allowed: Sequence[Flags]) -> list[Flags] | None:
    """For each place of the canonical order what it may hold, if that says all about a matching.

    So it is where the different choices follow each other: what is allowed by one ends before, or where, the
    next begins; absent instances come last. `None` where choices are entangled.
    """
    # The absent content moves behind all others.
    rolled = [np.roll(each, -1) for each in allowed]
    if not all(each.any() for each in rolled):
        return None
    bounds = sorted(
        ((int(each.argmax()), len(each) - 1 - int(each[::-1].argmax()), at) for at, each in enumerate(rolled))
    )
    for (_, last, one), (first, _, other) in pairwise(bounds):
        if last > first and not np.array_equal(rolled[one], rolled[other]):
            return None
    return [allowed[at] for _, _, at in bounds]
