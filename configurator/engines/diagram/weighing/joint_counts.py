"""Counting under several side sums: all different combinations of sums at each node, while these are few.

A state is a node with what was added up on the way there, for each sum. States that no rest can bring
within a bound are dropped. A sum that every rest keeps is raised to the greatest such sum, so that states
differ only in what can still matter. Where bounds are tight or slack few states are left, in between there
may be millions: then the count is refused. It is never estimated.
"""

from collections.abc import Sequence

import numpy as np
from attrs import field, frozen
from numpy.typing import NDArray

from configurator.csp.variables import Assumptions
from configurator.engines.diagram.compiled import CompiledDiagram
from configurator.engines.diagram.numbering import combined, numbered, spread
from configurator.engines.diagram.walks.counting import count
from configurator.engines.diagram.walks.listing import solutions
from configurator.engines.diagram.weighing.histograms import count_within
from configurator.engines.diagram.weighing.multipliers import binding_sums
from configurator.engines.diagram.weighing.path_sums import PathSum, WeighedPaths
from configurator.engines.diagram.weighing.residues import Residues, Rows
from configurator.engines.diagram.weighing.totals import weights_of
from configurator.engines.diagram.whole import Flags, Whole
from configurator.engines.engine import NO_LIMITS, SearchLimits
from configurator.errors import SearchLimitError

STATES = 4_000_000
"""How many ways on from the states of one layer are looked at, at most: about 400 MB with three sums."""
MOST_LISTED = 100_000
"""How many solutions of the diagram are held against sums one by one at most."""

Numbers = NDArray[np.int64]


def count_under_sums(
    compiled: CompiledDiagram, assumptions: Assumptions, limits: SearchLimits = NO_LIMITS
) -> int:
    """How many solutions keep all side sums.

    Raises:
        SearchLimitError: the time is up, or several wide sums make too many states.
    """
    if compiled.diagram.void or compiled.remember(binding_sums, limits).void:
        return 0
    sums = []
    for path_sum, upper in compiled.remember(binding_sums, limits).exact:
        found = _JointSum.of(path_sum, upper, assumptions, limits)
        if found.paths.least is None or found.paths.least > upper:
            return 0
        if found.greatest > upper:
            sums.append(found)
    if not sums:
        return count(compiled, assumptions, limits)
    if len(sums) == 1:
        return count_within(sums[0].paths.path_sum, sums[0].upper, assumptions, limits)
    return _walked(compiled, assumptions, sums, limits)


@frozen(eq=False)
class _JointSum:
    """A side sum under assumptions.

    Attributes:
        down_most: for each level, for each node the most that rests add.
    """

    paths: WeighedPaths
    down_most: tuple[Whole, ...] = field(repr=False)
    upper: int

    @classmethod
    def of(cls, path_sum: PathSum, upper: int, assumptions: Assumptions, limits: SearchLimits) -> "_JointSum":
        negated = path_sum.negated.under(assumptions, limits)
        return cls(path_sum.under(assumptions, limits), tuple(-most for most in negated.down), upper)

    @property
    def greatest(self) -> int:
        """The greatest total."""
        return int(self.down_most[0][0])

    def arcs_within(self, at: int) -> Flags:
        """Which arcs of a layer are on paths that keep this sum."""
        layer, paths = self.paths.layers[at], self.paths
        totals = paths.up[at].take(layer.source) + paths.added[at] + paths.down[at + 1].take(layer.target)
        found: Flags = totals <= min(self.upper, paths.path_sum.magnitude)
        return found


@frozen(eq=False)
class _States:
    """The states of one level.

    Attributes:
        sums: a row per sum, a column per state.
        counts: how many ways lead to each.
    """

    node: Numbers
    sums: Numbers
    counts: Rows


@frozen(eq=False)
class _Members:
    """The members of a layer's classes, equal ones together.

    Attributes:
        first: for each class its first kind of member.
        kinds: for each class how many kinds it has.
        weights: for each kind what it adds, a row per sum.
        counts: how many members are of each kind.
    """

    first: Numbers
    kinds: Numbers
    weights: Numbers
    counts: Numbers


def _walked(
    compiled: CompiledDiagram, assumptions: Assumptions, sums: Sequence[_JointSum], limits: SearchLimits
) -> int:
    """The count by states."""
    if any(found.paths.path_sum.array(0, 0).dtype == object for found in sums):
        # States are machine words; what is few enough is counted one by one.
        if count(compiled, assumptions, limits) > MOST_LISTED:
            raise SearchLimitError(f"a count under {len(sums)} sums beyond 64 bits cannot be made exact")
        return sum(1 for _ in solutions(compiled, assumptions, limits))
    residues = Residues.below(count(compiled, assumptions, limits))
    nothing = np.zeros((len(sums), 1), np.int64)
    states = _States(np.zeros(1, np.int64), nothing, residues.held(np.ones(1, np.int64)))
    for at, layer in enumerate(compiled.diagram.layers):
        limits.check()
        within = np.flatnonzero(np.logical_and.reduce([found.arcs_within(at) for found in sums]))
        label, target = layer.label[within], layer.target[within].astype(np.int64)
        members = _members(compiled, at, assumptions, sums, np.unique(label))
        arcs = np.searchsorted(layer.source[within], np.arange(layer.nodes + 1))
        ways = np.bincount(layer.source[within], members.kinds[label], layer.nodes)[states.node].sum()
        if ways > STATES:
            raise SearchLimitError(
                f"a count under {len(sums)} wide sums cannot be made exact within {STATES:,} states"
            )
        state, arc = spread(arcs[states.node], np.diff(arcs)[states.node])
        entry, kind = spread(members.first[label[arc]], members.kinds[label[arc]])
        state, node = state[entry], target[arc[entry]]
        counts = residues.reduce(states.counts[:, state] * residues.held(members.counts)[:, kind])
        states = _merged(
            node, states.sums[:, state] + members.weights[:, kind], counts, at + 1, sums, residues
        )
    return residues.number(residues.reduce(states.counts.sum(axis=1, keepdims=True))[:, 0].tolist())


def _merged(
    node: Numbers, added: Numbers, counts: Rows, level: int, sums: Sequence[_JointSum], residues: Residues
) -> _States:
    """Ways with equal states counted together; those beyond a bound dropped."""
    alive = np.ones(len(node), np.bool_)
    for found, row in zip(sums, added, strict=True):
        alive &= row + found.paths.down[level][node] <= found.upper
    node, added, counts = node[alive], added[:, alive], counts[:, alive]
    for found, row in zip(sums, added, strict=True):
        np.maximum(row, found.upper - found.down_most[level][node], out=row)
    columns = [(node, int(node.max(initial=0)) + 1)]
    columns += [(row, int(row.max(initial=0)) + 1) for row in added]
    keys, bound = combined(columns, len(node))
    first, number = numbered(keys, bound)
    together = residues.zeros(len(first))
    for into, row in zip(together, counts, strict=True):
        np.add.at(into, number, row)
    return _States(node[first], added[:, first], residues.reduce(together))


def _members(
    compiled: CompiledDiagram,
    at: int,
    assumptions: Assumptions,
    sums: Sequence[_JointSum],
    labels: NDArray[np.int32],
) -> _Members:
    """The members of some classes of a layer by what they add to each sum."""
    decision = compiled.decisions[at].restricted(assumptions)
    amounts = decision.multiplicity[labels]
    if int(amounts.sum()) > STATES:
        raise SearchLimitError(
            f"a count under {len(sums)} wide sums cannot be made exact: a slot has more than {STATES:,} ways"
        )
    amounts = amounts.astype(np.int64)
    of, rank = spread(np.zeros(len(labels), np.int64), amounts)
    columns = decision.members(labels[of], rank)
    weights = np.stack([weights_of(found.paths.path_sum, at, columns) for found in sums])
    keys, bound = combined(
        [(of, len(labels)), *((row, int(row.max(initial=0)) + 1) for row in weights)], len(of)
    )
    first, number = numbered(keys, bound)
    kinds = np.zeros(compiled.decisions[at].classes, np.int64)
    kinds[labels] = np.bincount(of[first], minlength=len(labels))
    return _Members(np.cumsum(kinds) - kinds, kinds, weights[:, first], np.bincount(number))
