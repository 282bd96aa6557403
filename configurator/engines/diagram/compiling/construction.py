"""From tables and clauses to layers: nodes are what the past leaves of the future.

Layer by layer, a node is told by what its past means for decisions to come: for each of
them the classes it may still take (a *mask*, numbered), and the states of automata that are
half read. Pasts that say the same in different words meet in one node, because masks are
intersected before they are compared: "no graphics card, so onboard graphics" and "small case, so onboard
graphics" leave the same. What leaves nothing to some decision is cut at once.
"""

from collections.abc import Sequence

import numpy as np
from attrs import define, field
from numpy.typing import NDArray

from configurator.engines.diagram.compiling.tables import Automaton
from configurator.engines.diagram.layers import VOID, Diagram, Layer
from configurator.engines.diagram.limits import SizeLimits
from configurator.engines.diagram.numbering import combined, numbered, numbered_rows, spread
from configurator.engines.diagram.whole import Flags
from configurator.engines.engine import SearchLimits

Numbers = NDArray[np.int64]


@define(eq=False)
class Masked:
    """What the nodes of a layer leave to one decision.

    Attributes:
        masks: different sets of classes.
        number: for each node the mask it leaves.
    """

    masks: Flags = field(repr=False)
    number: Numbers = field(repr=False)


@define(eq=False)
class Frontier:
    """The nodes of one layer.

    Attributes:
        nodes: how many.
        masked: by decision; without an entry all classes are left.
        states: by automaton half read, the state of each node.
    """

    nodes: int
    masked: dict[int, Masked]
    states: dict[int, Numbers]


def construct(
    order: Sequence[int],
    classes: Sequence[int],
    automata: Sequence[Automaton],
    sizes: SizeLimits,
    limits: SearchLimits,
) -> Diagram:
    """The diagram of all combinations of classes that the automata accept; not reduced.

    Args:
        order: the decisions, in the order of the layers.
        classes: for each decision how many classes it has.
        automata: whose steps follow that order.
        sizes: how large it may become.
        limits: how long it may take.

    Raises:
        SearchLimitError: a limit was reached.
    """
    reading: dict[int, list[tuple[int, int]]] = {decision: [] for decision in order}
    for number, automaton in enumerate(automata):
        for at, step in enumerate(automaton.steps):
            reading[step.decision].append((number, at))
    frontier = Frontier(1, {}, {})
    layers: list[Layer] = []
    arcs = 0
    for decision in order:
        limits.check()
        source, label = _branches(frontier, decision, classes[decision], sizes.arcs - arcs, sizes)
        read = _read(frontier, [(n, automata[n], at) for n, at in reading[decision]], source, label)
        source, label, masked, states = _kept(frontier, decision, source, label, read)
        if not len(source):
            return VOID
        columns = [(found.number, len(found.masks)) for found in masked.values()]
        columns += [(state, int(state.max()) + 1) for state in states.values()]
        keys, bound = combined(columns, len(source))
        first, target = numbered(keys, bound)
        sizes.check_nodes(len(first))
        layers.append(Layer.of(frontier.nodes, source, label, target))
        arcs += len(source)
        frontier = Frontier(
            len(first),
            {y: Masked(found.masks, found.number[first]) for y, found in masked.items()},
            {number: state[first] for number, state in states.items()},
        )
    return Diagram(tuple(layers))


def _branches(
    frontier: Frontier, decision: int, classes: int, most: int, sizes: SizeLimits
) -> tuple[Numbers, Numbers]:
    """An arc for each node and each class it leaves to the decision: sources and labels."""
    found = frontier.masked.get(decision)
    if found is None:
        masks, number = np.ones((1, classes), np.bool_), np.zeros(frontier.nodes, np.int64)
    else:
        masks, number = found.masks, found.number
    degree = masks.sum(axis=1)
    lengths = degree[number]
    arcs = int(lengths.sum())
    if arcs > most:
        sizes.check_arcs(sizes.arcs + 1)
    # Each arc is told by eight bytes for every decision that it leaves something to, and some more.
    sizes.check_layer(8 * arcs * (len(frontier.masked) + len(frontier.states) + 8))
    labels = np.nonzero(masks)[1]
    starts = np.cumsum(degree) - degree
    source, at = spread(starts[number], lengths)
    return source, labels[at]


@define(eq=False)
class Reading:
    """What the automata make of the arcs of one layer.

    Attributes:
        states: by automaton still half read, the state after each arc.
        rows: for each automaton read to its last decision: that decision, its rows, and the row of each arc.
        touched: the automata that read the layer's decision.
    """

    states: dict[int, Numbers]
    rows: list[tuple[int, Flags, Numbers]]
    touched: frozenset[int]


def _read(
    frontier: Frontier, reading: list[tuple[int, Automaton, int]], source: Numbers, label: Numbers
) -> Reading:
    states, rows = {}, []
    for number, automaton, at in reading:
        following = automaton.steps[at].following
        state = frontier.states[number][source] if at else 0
        after = following[state, label].astype(np.int64)
        if at == len(automaton.steps) - 1:
            rows.append((automaton.last, automaton.rows, after))
        else:
            states[number] = after
    return Reading(states, rows, frozenset(number for number, _, _ in reading))


def _kept(
    frontier: Frontier, decision: int, source: Numbers, label: Numbers, read: Reading
) -> tuple[Numbers, Numbers, dict[int, Masked], dict[int, Numbers]]:
    """The arcs that leave something to everyone, with what they leave."""
    living = np.ones(len(source), np.bool_)
    for state in read.states.values():
        living &= state >= 0
    for _, _, row in read.rows:
        living &= row >= 0
    touched: dict[int, Masked] = {}
    for last, rows, row in read.rows:
        before = touched.get(last)
        if before is None and last in frontier.masked:
            old = frontier.masked[last]
            before = Masked(old.masks, old.number[source])
        touched[last] = _intersected(before, rows, np.maximum(row, 0))
    for found in touched.values():
        leaves_something: Flags = np.logical_or.reduce(found.masks, axis=1)
        living &= leaves_something[found.number]
    keep = np.flatnonzero(living)
    source, label = source[keep], label[keep]
    masked = {y: Masked(found.masks, found.number[keep]) for y, found in touched.items()}
    for y, old in frontier.masked.items():
        if y not in touched and y != decision:
            masked[y] = Masked(old.masks, old.number[source])
    states = {n: state[source] for n, state in frontier.states.items() if n not in read.touched}
    states |= {number: state[keep] for number, state in read.states.items()}
    return source, label, {y: _renumbered(found) for y, found in sorted(masked.items())}, states


def _intersected(before: Masked | None, rows: Flags, row: Numbers) -> Masked:
    """Each arc's mask cut by its row."""
    if before is None:
        first, number = numbered_rows(rows)
        return Masked(rows[first], number[row])
    keys = before.number * len(rows) + row
    first, pair = numbered(keys, len(before.masks) * len(rows))
    cut = before.masks[before.number[first]] & rows[row[first]]
    different, number = numbered_rows(cut)
    return Masked(cut[different], number[pair])


def _renumbered(found: Masked) -> Masked:
    """Without masks that no arc has any more."""
    first, number = numbered(found.number, len(found.masks))
    return Masked(found.masks[found.number[first]], number)
