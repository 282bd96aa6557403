"""Solutions in ascending order, whatever the order of the layers, and with all side sums.

The list is made in blocks. A block is all solutions with the same values of the first variables and
neighbouring values of the next one; it is listed in the diagram's own order and sorted. How many
neighbouring values make a block shows as one goes: too many solutions, and half the values are tried;
few, and the next block takes more. The first blocks are small, so that the first solution comes at once.

With side sums nobody knows beforehand how many solutions a block has. Its paths are expanded layer by layer
with their sums, and those are dropped whose sum, with the least that the rest of any path
adds, is too large. When too many are left on the way, the block is split like any other.
"""

from collections.abc import Iterator, Sequence

import numpy as np
from attrs import define, frozen
from numpy.typing import NDArray

from configurator.csp.variables import Assignment, Assumptions
from configurator.engines.diagram.compiled import CompiledDiagram
from configurator.engines.diagram.decisions import Columns
from configurator.engines.diagram.walks.bounded_expansion import expanded
from configurator.engines.diagram.walks.counting import count
from configurator.engines.diagram.walks.domains import domains_of
from configurator.engines.diagram.walks.passes import Traces, restricted_diagram, traces
from configurator.engines.diagram.weighing.path_sums import PathSum
from configurator.engines.diagram.whole import WORD
from configurator.engines.engine import NO_LIMITS, SearchLimits

FIRST_ROWS, MOST_ROWS = 1 << 6, 1 << 15
"""How many solutions the first block has at most, and any later one."""
GROWTH = 4
"""How many times the last block's limit the next one's is."""
PATHS_PER_SOLUTION = 1 << 12
"""With side sums: among how many paths one solution is worth looking for."""
WORTH_CUTTING = 3
"""A diagram so many times as large as what is left of it is cut: then each question costs as much less."""


def solutions(
    compiled: CompiledDiagram, assumptions: Assumptions, limits: SearchLimits = NO_LIMITS
) -> Iterator[Assignment]:
    """Yield each solution that obeys the assumptions once, in ascending order.

    Lazy, and never holds more than a block.

    Raises:
        SearchLimitError: a limit ended the search. What was yielded is the beginning of the list.
    """
    for block in sorted_blocks(compiled, assumptions, limits):
        if len(block):
            yield from zip(*(values.tolist() for values in block), strict=True)
        else:  # no variables: the empty solution
            yield from ((),) * block.shape[1]


def sorted_blocks(
    compiled: CompiledDiagram, assumptions: Assumptions, limits: SearchLimits = NO_LIMITS
) -> Iterator[Columns]:
    """Yield the same as columns, one row per variable, in blocks of some tens of thousands at most.

    Raises:
        SearchLimitError: as `solutions`.
    """
    if not compiled.diagram.void:
        yield from _Listing(limits).blocks(_Part.of(restricted_diagram(compiled, assumptions, limits)))


@frozen(eq=False)
class _Part:
    """A diagram of which a part is to be listed, under assumptions that grow."""

    diagram: CompiledDiagram
    sums: tuple[tuple[PathSum, int], ...]

    @classmethod
    def of(cls, diagram: CompiledDiagram) -> "_Part":
        """A whole diagram."""
        return cls(
            diagram,
            tuple((PathSum.of(diagram, found.weights), found.upper) for found in diagram.side_sums),
        )

    def values(
        self, found: Traces, variable: int, assumptions: Assumptions, limits: SearchLimits
    ) -> NDArray[np.intp]:
        """The values of a variable with which a solution traced keeps each sum, looked at by itself."""
        flags = domains_of(self.diagram, found)[variable]
        at = self.diagram.layer_of(variable)
        place = self.diagram.decisions[at].variables.index(variable)
        for path_sum, upper in self.sums:
            paths = path_sum.under(assumptions, limits)
            least = paths.decisions[at].least_by_value(paths.around(at))[place]
            flags &= (least <= min(upper, path_sum.magnitude)).astype(np.bool_)
        return np.flatnonzero(flags)


@define
class _Listing:
    """A listing under way.

    Attributes:
        rows: how many solutions the next block may have.
    """

    limits: SearchLimits
    rows: int = FIRST_ROWS

    def blocks(self, part: _Part) -> Iterator[Columns]:
        """Yield the solutions of a diagram."""
        found = self.block(part, {})
        return self.split(part, {}, 0) if found is None else self.told(found)

    def split(self, part: _Part, assumptions: Assumptions, variable: int) -> Iterator[Columns]:
        """Yield solutions under assumptions, which leave one value to each variable before one."""
        found = traces(part.diagram, assumptions, self.limits)
        if found is None:
            return
        if np.count_nonzero(found.through) * WORTH_CUTTING < len(found.through):
            part = _Part.of(restricted_diagram(part.diagram, assumptions, self.limits))
            yield from self.split(part, {}, variable)
            return
        values = part.values(found, variable, assumptions, self.limits)
        at, width = 0, 1
        while at < len(values):
            run = values[at : at + width]
            narrower = {**assumptions, variable: frozenset(range(int(run[0]), int(run[-1]) + 1))}
            block = self.block(part, narrower)
            if block is None and len(run) > 1:
                width = len(run) // 2
                continue
            at += len(run)
            if block is None:
                yield from self.split(part, narrower, variable + 1)
            else:
                width *= 2 if block.shape[1] * 2 <= self.rows else 1
                yield from self.told(block)

    def told(self, block: Columns) -> Iterator[Columns]:
        """Yield a block if there is anything in it. The next one may be larger."""
        self.rows = min(self.rows * GROWTH, MOST_ROWS)
        if block.shape[1]:
            yield block

    def block(self, part: _Part, assumptions: Assumptions) -> Columns | None:
        """All solutions under assumptions, ascending; `None` if they are too many for a block."""
        paths = count(part.diagram, assumptions, self.limits)
        if paths > self.rows * (PATHS_PER_SOLUTION if part.sums else 1):
            return None
        diagram = restricted_diagram(part.diagram, assumptions, self.limits)
        found = expanded(diagram, self.rows, self.limits)
        return None if found is None else ascending(found, [variable.size for variable in diagram.variables])


def ascending(columns: Columns, sizes: Sequence[int]) -> Columns:
    """Different columns in ascending order, compared from the first row on."""
    keys = _keys(columns, sizes)
    if not keys:
        return columns
    order = np.argsort(keys[0]) if len(keys) == 1 else np.lexsort(keys[::-1])
    return columns.take(order, axis=1)


def _keys(columns: Columns, sizes: Sequence[int]) -> list[NDArray[np.int64]]:
    """Numbers that are in order where the columns are: as many rows as fit are digits of one number."""
    keys: list[NDArray[np.int64]] = []
    reach = WORD
    for values, size in zip(columns, sizes, strict=True):
        if reach * size >= WORD:
            keys.append(values.astype(np.int64))
            reach = size
        else:
            keys[-1] *= size
            keys[-1] += values
            reach *= size
    return keys
