"""Validating many configurations at once: a walk down the diagram for all of them, layer by layer, by tables.

For each layer a table says where each value leads from each node. Its rows lie one after the other and
nodes are written as the place where their row begins, so a step is an addition and a gathering. One more
node, the dead one, is where whatever is in no solution leads, from itself too. Where a table would be
too large, arcs are looked up by halving.
"""

from collections.abc import Sequence

import numpy as np
from attrs import field, frozen
from numpy.typing import NDArray

from configurator.engines.diagram.compiled import CompiledDiagram, SideSum
from configurator.engines.diagram.decisions import Columns, Decision, DecisionWeights, SingleDecision
from configurator.engines.diagram.layers import Layer
from configurator.engines.diagram.walks.transitions import Transitions
from configurator.engines.diagram.weighing.path_sums import PathSum
from configurator.engines.diagram.whole import Flags, Whole, objects
from configurator.engines.engine import NO_LIMITS, SearchLimits

BLOCK = 1 << 15
"""Rows at a time: what one step writes is still in the processor's cache at the next one."""
TABLE_CELLS = 1 << 20
"""No table is larger than 4 MB."""

Places = NDArray[np.int32]
"""Nodes, each as the place where its row begins in the layer's table."""


@frozen(eq=False)
class Reading:
    """How a decision's atoms are read from values, and atoms as columns of tables.

    Attributes:
        single: whether the decision has one variable, whose values are the atoms.
        column_of: for each atom its column in the layer's table; last what stands for no atom. `None` where
            atoms are columns themselves.
        atoms: how many atoms there are.
    """

    decision: Decision
    single: bool
    atoms: int
    column_of: Places | None = field(repr=False)

    def atoms_of(self, columns: Columns) -> NDArray[np.int32]:
        """For each column of values its atom; the number of atoms where it is none."""
        if self.single:
            return within(columns[0], self.atoms)
        atoms = self.decision.atoms_of(columns)
        return np.where(atoms < 0, self.atoms, atoms).astype(np.int32)

    def columns_of(self, atoms: NDArray[np.int32]) -> Places:
        """The atoms' columns."""
        return atoms if self.column_of is None else self.column_of.take(atoms)


@frozen(eq=False)
class TableStep:
    """A layer as a table.

    Attributes:
        width: columns of the table; the place of a node is its number times this.
        table: for each node, the dead one last, and each column the place of the next node.
    """

    reading: Reading
    width: int
    table: Places = field(repr=False)

    def follow(self, places: Places, atoms: NDArray[np.int32]) -> Places:
        """The places of the next nodes."""
        return self.table.take(places + self.reading.columns_of(atoms))


@frozen(eq=False)
class SearchStep:
    """A layer whose arcs are looked up by halving; the place of a node is its number.

    Attributes:
        following: for each arc the place of the next node; last that of the dead one.
    """

    reading: Reading
    transitions: Transitions
    following: Places = field(repr=False)

    @property
    def width(self) -> int:
        """Places are nodes."""
        return 1

    def follow(self, places: Places, atoms: NDArray[np.int32]) -> Places:
        """The places of the next nodes."""
        arcs, found = self.transitions.arcs(places.astype(np.int64), self.reading.columns_of(atoms))
        return self.following.take(np.where(found, arcs, len(self.following) - 1))


@frozen(eq=False)
class WeighedAtoms:
    """What a decision adds to one sum.

    Attributes:
        values: for each value what it adds; last nothing, for what is none.
        atoms: for each atom what it adds on top; last nothing.
    """

    values: Whole = field(repr=False)
    atoms: Whole | None = field(repr=False)

    @classmethod
    def of(cls, weights: DecisionWeights) -> "WeighedAtoms":
        """From weights of one type."""
        return cls(_ended(weights.values), None if weights.atoms is None else _ended(weights.atoms))

    def add(self, totals: Whole, reading: Reading, columns: Columns, atoms: NDArray[np.int32]) -> None:
        """Add what columns of values weigh."""
        if reading.single:
            totals += self.values.take(atoms)
        else:
            for values in columns:
                totals += self.values.take(within(values, len(self.values) - 1))
        if self.atoms is not None:
            totals += self.atoms.take(atoms)


@frozen(eq=False)
class BulkValidator:
    """Tells solutions from others, many at a time, side sums included. Made once, then shared freely.

    Attributes:
        root: where everyone begins; `None` if there is no solution.
        sums: for each side sum what each layer adds, and the most that all may.
    """

    variables: int
    root: int | None
    steps: tuple[TableStep | SearchStep, ...] = field(repr=False)
    sums: tuple[tuple[tuple[WeighedAtoms, ...], int], ...] = field(repr=False)

    def validate(self, columns: NDArray[np.integer], limits: SearchLimits = NO_LIMITS) -> Flags:
        """For each column whether it is a solution.

        Costs an addition and a gathering per value, and again for each sum; no memory to speak of.

        Args:
            columns: one row per variable of the problem, one column per configuration, whole numbers of any
                width (32 bits are quickest). Those that are no value of their variable make a column invalid.
            limits: when to give up.

        Raises:
            ValueError: there is not one row per variable, or something else than whole numbers.
            SearchLimitError: a limit ended the search.
        """
        if columns.ndim != 2 or len(columns) != self.variables:
            raise ValueError(f"one row for each of the {self.variables} variables is needed")
        if not np.issubdtype(columns.dtype, np.integer):
            raise ValueError("values are whole numbers")
        rows = columns.shape[1]
        valid = np.zeros(rows, np.bool_)
        if self.root is None:
            return valid
        for begin in range(0, rows, BLOCK):
            limits.check()
            block = slice(begin, begin + BLOCK)
            valid[block] = self._valid(_narrow(columns[:, block]), self.root)
        return valid

    def _valid(self, columns: Columns, root: int) -> Flags:
        """Which of a few columns are solutions."""
        rows = columns.shape[1]
        places = np.full(rows, root, np.int32)
        totals = [_zeros(rows, weights) for weights, _ in self.sums]
        for at, step in enumerate(self.steps):
            mine = columns[list(step.reading.decision.variables)]
            atoms = step.reading.atoms_of(mine)
            places = step.follow(places, atoms)
            for total, (weights, _) in zip(totals, self.sums, strict=True):
                weights[at].add(total, step.reading, mine, atoms)
        valid: Flags = places == 0
        for total, (_, upper) in zip(totals, self.sums, strict=True):
            valid &= (total <= upper).astype(np.bool_)
        return valid


def bulk_validator(compiled: CompiledDiagram) -> BulkValidator:
    """The validator of a diagram: kept with it."""
    return compiled.remember(_bulk_validator)


def _bulk_validator(compiled: CompiledDiagram, limits: SearchLimits) -> BulkValidator:
    """The validator: layers from the last one up, as each has to know how the next one writes nodes."""
    width, nodes = 1, 1  # behind the last layer: the end is at place 0, the dead node at place 1
    steps: list[TableStep | SearchStep] = []
    for layer, decision in zip(reversed(compiled.diagram.layers), reversed(compiled.decisions), strict=False):
        limits.check()
        steps.append(_step(layer, decision, width, nodes * width))
        width, nodes = steps[-1].width, layer.nodes
    sums = tuple(_bounded(compiled, side_sum) for side_sum in compiled.side_sums)
    root = None if compiled.diagram.void else 0
    return BulkValidator(len(compiled.variables), root, tuple(reversed(steps)), sums)


def _bounded(compiled: CompiledDiagram, side_sum: SideSum) -> tuple[tuple[WeighedAtoms, ...], int]:
    """What each layer adds to a sum, and the most that all may, within what any row adds up to."""
    path_sum = PathSum.of(compiled, side_sum.weights)
    upper = max(min(side_sum.upper, path_sum.magnitude), -path_sum.magnitude - 1)
    return tuple(map(WeighedAtoms.of, path_sum.weights)), upper


def _step(layer: Layer, decision: Decision, next_width: int, dead: int) -> TableStep | SearchStep:
    """One layer."""
    single = isinstance(decision, SingleDecision)
    class_of, classes = decision.class_of, decision.classes
    atoms = len(class_of)
    following = (layer.target * next_width).astype(np.int32)
    column_of = np.append(class_of, -1).astype(np.int32)
    if (layer.nodes + 1) * (classes + 1) > TABLE_CELLS:
        reading = Reading(decision, single, atoms, column_of)
        return SearchStep(reading, Transitions.of(layer, classes), np.append(following, np.int32(dead)))
    table = np.full((layer.nodes + 1, classes + 1), dead, np.int32)
    table[layer.source, layer.label] = following
    if (layer.nodes + 1) * (atoms + 1) <= TABLE_CELLS:
        return TableStep(Reading(decision, single, atoms, None), atoms + 1, table[:, column_of].ravel())
    column_of[column_of < 0] = classes
    return TableStep(Reading(decision, single, atoms, column_of), classes + 1, table.ravel())


def _narrow(columns: NDArray[np.integer]) -> Columns:
    """The same numbers in 32 bits; -1, which is no value either, for those that do not fit."""
    if np.can_cast(columns.dtype, np.int32):
        return columns.astype(np.int32, copy=False)
    return np.where((columns >= 0) & (columns < 2**31), columns, -1).astype(np.int32)


def within(values: NDArray[np.int32], bound: int) -> NDArray[np.int32]:
    """Values from 0 to below a bound as they are, others as the bound itself."""
    unsigned = values.view(np.uint32)  # negative ones become huge
    if not len(values) or unsigned.max() <= bound:
        return values
    capped: NDArray[np.int32] = np.minimum(unsigned, np.uint32(bound)).view(np.int32)
    return capped


def _ended(weights: Whole) -> Whole:
    """The weights and a 0."""
    return objects([*weights, 0]) if weights.dtype == object else np.append(weights, 0)


def _zeros(rows: int, weights: Sequence[WeighedAtoms]) -> Whole:
    """Totals to begin with."""
    large = any(added.values.dtype == object for added in weights)
    return objects([0] * rows) if large else np.zeros(rows, np.int64)
