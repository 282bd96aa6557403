"""Parts of paths to and from every node, within bounds by capacity: least costs of values, settled in rounds.

Each solution with a value is a beginning, the value, and an end. Of the beginnings to a node only those count
that no other one of the node replaces (label setting with dominance: Desrochers, Soumis 1988), and that can
still be part of a solution with some value that costs no more than what is asked for with it, the *goal*. For
the latter the rest of a path is bounded from below: of all sums but one the multipliers take care, that
one is kept exactly, for every capacity it may have left; each sum is such a one in turn. Ends likewise.

What is asked for grows from round to round, from the bound of each value upwards, until a solution with
it is found: then nothing cheaper is left out, and the cost is settled. All values share the beginnings and
the ends. Where there would be too many of either, those that come least below their goals are left out
(Lagrangean bounds in label setting: Dumitrescu, Boland 2003), and goals count as lower by so much.
"""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from attrs import define, fields, frozen

from configurator.engines.diagram.kernels import SETTING, Switch, compiled_loops
from configurator.engines.diagram.weighing import label_loops
from configurator.engines.diagram.weighing.least_costs import NOTHING, LeastUnderSums
from configurator.engines.diagram.weighing.paths_left import LayerLeft, Steps, extents_of, least_ways
from configurator.engines.diagram.weighing.weighed_values import LARGEST, SCALE, WeighedValues, Words
from configurator.engines.engine import SearchLimits

MOST_BITS = 8
"""How long capacities are at most."""
CELLS = 1 << 23
"""How many cells are gone over in one pass, about: where there would be more, capacities are shorter."""
ROUNDS = 12
"""How often goals are set."""
FIRST_GOALS = 5
"""The first goals lie above the bounds by the median distance of these from the least, parted by so much."""
FEW = 60_000
"""Where no more parts than so many were looked at in a round, the next one may go twice as far."""
PARTS = 4_000
"""How many parts are kept of one layer, at most."""
LOOKED_AT = 800_000
"""How many parts are looked at, about, until no further round is begun."""
LOADING_COSTS = 3_000_000_000
"""Nanoseconds that it takes to compile the loops, see `kernels.LOADING_COSTS`."""
VALUE_SAVES = 40_000
"""What one value saves, in the measure of `kernels.STEP_SAVES`."""


@frozen(eq=False)
class LabelLoops:
    """The loops, compiled or as they stand."""

    least_rows: Callable[..., Any] = label_loops.least_rows
    needed_rows: Callable[..., Any] = label_loops.needed_rows
    least_joined: Callable[..., Any] = label_loops.least_joined
    grown_parts: Callable[..., Any] = label_loops.grown_parts
    joined_parts: Callable[..., Any] = label_loops.joined_parts


def compiled_labels() -> LabelLoops | None:
    """The loops for numba to compile; `None` where it is not installed."""
    names = [each.name for each in fields(LabelLoops)]
    found = compiled_loops(*(getattr(label_loops, name) for name in names))
    return None if found is None else LabelLoops(*found)


LABELS = Switch(SETTING, compiled_labels, LOADING_COSTS)
"""The one that is asked for these loops."""


def quick_labels(values: int) -> LabelLoops | None:
    """The loops, if they are to be used where so many values are asked about."""
    return LABELS.loops(values * VALUE_SAVES)


def least_by_labels(
    weighed: WeighedValues,
    layers: Sequence[LayerLeft],
    multipliers: Words,
    loops: LabelLoops,
    limits: SearchLimits,
) -> LeastUnderSums:
    """The least costs of solutions with each value that is left, and of all.

    Raises:
        SearchLimitError: the time is up.
    """
    setting = _Setting.of(weighed, layers, multipliers, loops, limits)
    setting.settle()
    return setting.told()


# ---------------------------------------------------------------- everything in rows


@frozen(eq=False)
class Values:
    """All values, weighed with multipliers.

    Attributes:
        begin: for each layer its first value, and how many there are.
        numbers: what each one costs, its relaxed cost, what it adds to the sums in a word.
        weights: for each sum, for each value its relaxed cost but for this sum.
        takes: for each sum, for each value what it takes of a capacity.
        instead: for each value the one that steps take instead of it.
        digits: see `label_loops.grown_parts`.
        bounds: likewise.
        credit: for each sum what the other bounds take off relaxed costs.
    """

    begin: Words
    numbers: Words
    weights: Words
    takes: Words
    instead: Words
    digits: Words
    bounds: Words
    credit: Words

    @classmethod
    def of(cls, weighed: WeighedValues, layers: Sequence[LayerLeft], multipliers: Words) -> "Values":
        """Capacities are shorter than sums where there are many steps."""
        flat, uppers, digits = weighed.flat, weighed.uppers, weighed.digits
        shorter = _shorter(uppers, sum(len(layer.on.end) for layer in layers))
        relaxed = SCALE * flat.costs + multipliers @ flat.sums
        instead = flat.instead.copy()
        for at, layer in enumerate(layers):
            if not layer.free:
                instead[flat.begin[at] : flat.begin[at + 1]] = np.arange(flat.begin[at], flat.begin[at + 1])
        longest = [(1 << (end - begin)) - 1 for begin, end in zip(digits.begins, digits.ends, strict=True)]
        bound = int(digits.packed(uppers.reshape(1, -1))[0])
        return cls(
            flat.begin,
            np.array([flat.costs, relaxed, flat.packed]),
            relaxed - multipliers[:, None] * flat.sums,
            flat.sums >> shorter[:, None],
            instead,
            np.array([digits.begins, longest, multipliers, uppers, shorter], np.int64),
            np.array([bound | digits.guards, digits.guards, SCALE]),
            int(multipliers @ uppers) - multipliers * uppers,
        )


@frozen(eq=False)
class Direction:
    """All layers, seen from the root or from the end.

    Attributes:
        nodes_begin: for each layer in this direction its first node; the end; and how many nodes there are.
        steps: see `label_loops.least_rows`.
        steps_begin: likewise.
        shapes: likewise.
        rows: likewise.
        harmless: for each node sums, in a word, that a part keeps whatever the rest is.
        least: the cells of least ways.
        top: for each sum, for each node the least way with any capacity.
    """

    nodes_begin: Words
    steps: Words
    steps_begin: Words
    shapes: Words
    rows: Words
    harmless: Words
    least: Words
    top: Words

    @classmethod
    def of(
        cls,
        weighed: WeighedValues,
        values: Values,
        order: Sequence[int],
        steps: Sequence[Steps],
        behind: Sequence[Words],
        ahead: Sequence[Words],
        loops: LabelLoops,
    ) -> "Direction":
        """From the steps of layers, with the extents of ways to and from each node."""
        uppers, shorter, sums = weighed.uppers, values.digits[4], len(weighed.uppers)
        nodes_begin = np.cumsum([0, *map(len, behind)])
        taken = [
            (step.origin + nodes_begin[at], step.end + nodes_begin[at + 1], step.value + values.begin[layer])
            for at, (step, layer) in enumerate(zip(steps, order, strict=True))
        ]
        firsts = nodes_begin[:-1]
        below, above = np.concatenate(behind), np.concatenate(ahead)
        low = np.minimum.reduceat(below[:, :sums], firsts) >> shorter
        # More than any way takes, and more than any rest leaves, need not be told.
        left = np.maximum.reduceat(uppers - above[:, :sums], firsts)
        high = np.maximum(low, np.minimum(left, np.maximum.reduceat(-below[:, sums:], firsts)) >> shorter)
        widths = high - low + 1
        ends = np.cumsum(widths, axis=1)
        rows = np.cumsum([0, *np.repeat(ends[:, -1], np.diff(nodes_begin)).tolist()])
        shapes = np.stack((low, high, ends - widths), axis=1)
        cells = np.empty(rows[-1], np.int64)
        cells[: rows[1]] = 0
        found = np.concatenate([np.array(each) for each in taken], axis=1)
        steps_begin = np.cumsum([0, *(len(step.end) for step in steps)])
        loops.least_rows(found, steps_begin, nodes_begin, shapes, rows, values.weights, values.takes, cells)
        highest = np.repeat(ends - 1, np.diff(nodes_begin), axis=0) + rows[:-1, None]
        harmless = weighed.digits.packed(np.maximum(uppers + above[:, sums:], 0))
        top = np.ascontiguousarray(cells[highest].T)
        return cls(nodes_begin, found, steps_begin, shapes, rows, harmless, cells, top)

    def mirrored(self, other: "Direction") -> Words:
        """For each node of this direction its number in the other one."""
        pairs = zip(self.nodes_begin[:-1].tolist(), self.nodes_begin[1:].tolist(), strict=True)
        return np.concatenate(
            [
                np.arange(end - begin) + first
                for (begin, end), first in zip(pairs, other.nodes_begin[-2::-1].tolist(), strict=True)
            ]
        )


def _shorter(uppers: Words, steps: int) -> Words:
    """By how many bits capacities are shorter than sums."""
    found = np.array([max(0, int(upper).bit_length() - MOST_BITS) for upper in uppers], np.int64)
    while steps * int(((uppers >> found) + 1).sum()) > CELLS and (uppers >> found).any():
        found += 1
    return found


# ---------------------------------------------------------------- rounds


@define(eq=False)
class _Setting:
    """The state of one question.

    Attributes:
        on: towards the end.
        back: towards the root.
        arcs: see `label_loops.joined_parts`.
        arcs_begin: likewise.
        asked: the values asked about, by class: not those of layers with one value only.
        least: for each value the least cost found.
        low: for each value what no solution with it costs less than.
        cells: room for what is needed.
        looked_at: how many parts were looked at so far.
    """

    weighed: WeighedValues
    layers: Sequence[LayerLeft]
    loops: LabelLoops
    limits: SearchLimits
    values: Values
    on: Direction
    back: Direction
    arcs: Words
    arcs_begin: Words
    asked: Words
    least: Words
    low: Words
    cells: Words
    looked_at: int = 0

    @classmethod
    def of(
        cls,
        weighed: WeighedValues,
        layers: Sequence[LayerLeft],
        multipliers: Words,
        loops: LabelLoops,
        limits: SearchLimits,
    ) -> "_Setting":
        """With all rows of least ways."""
        values, flat, order = Values.of(weighed, layers, multipliers), weighed.flat, range(len(layers))
        steps, extents = [layer.on for layer in layers], extents_of(weighed, layers)
        returns = [layer.back for layer in layers][::-1]
        before, after = least_ways(steps, extents), least_ways(returns, extents[::-1])
        limits.check()
        on = Direction.of(weighed, values, order, steps, before, after[::-1], loops)
        limits.check()
        back = Direction.of(weighed, values, order[::-1], returns, after, before[::-1], loops)
        number, last = on.nodes_begin, len(layers) - 1
        arcs = [
            np.array(
                [
                    layer.source + number[at],
                    layer.label + flat.classes_begin[at],
                    layer.target + back.nodes_begin[last - at],
                ]
            )
            for at, layer in enumerate(layers)
        ]
        several = [len(layer.values) > 1 for layer in layers]
        if not any(several):
            several[0] = True
        asked = np.concatenate(
            [layer.values + flat.begin[at] for at, layer in enumerate(layers) if several[at]]
        )
        return cls(
            weighed,
            layers,
            loops,
            limits,
            values,
            on,
            back,
            np.concatenate(arcs, axis=1),
            np.cumsum([0, *(len(layer.label) for layer in layers)]),
            asked[np.argsort(flat.class_of[asked], kind="stable")],
            np.full(len(flat.costs), LARGEST),
            np.full(len(flat.costs), -LARGEST),
            np.empty(max(len(on.least), len(back.least)), np.int64),
        )

    def settle(self) -> None:
        """Rounds, until everything is settled or enough was looked at."""
        self._bound()
        bounds = self.low[self.asked]
        more = max(1, int(np.median(bounds) - bounds.min()) // FIRST_GOALS)
        for _ in range(ROUNDS):
            still_open = self._open()
            before = self.looked_at
            if before > LOOKED_AT or not len(still_open):
                return
            lost = self._round(still_open, more)
            if not lost and self.looked_at - before < FEW:
                more *= 2

    def told(self) -> LeastUnderSums:
        """What is known by now."""
        begin = self.values.begin
        variables = self.weighed.compiled.variables
        least = [np.full(variable.size, NOTHING) for variable in variables]
        bound = [np.full(variable.size, NOTHING) for variable in variables]
        found, at_least = int(self.least[self.asked].min()), -LARGEST
        alone = []
        for at, layer in enumerate(self.layers):
            variable = self.weighed.compiled.decisions[at].variables[0]
            costs, low = self.least[layer.values + begin[at]], self.low[layer.values + begin[at]]
            if (low == -LARGEST).all():
                alone.append((variable, layer.values))
                continue
            at_least = max(at_least, int(low.min()))
            least[variable][layer.values] = np.where(costs < LARGEST, costs, NOTHING)
            bound[variable][layer.values] = np.minimum(low, costs)
        for variable, values in alone:
            least[variable][values] = found if found < LARGEST else NOTHING
            bound[variable][values] = min(found, at_least)
        return LeastUnderSums(tuple(least), tuple(bound), found if found <= at_least else None)

    def _open(self) -> Words:
        """The values that are not settled."""
        return self.asked[self.least[self.asked] > self.low[self.asked]]

    def _bound(self) -> None:
        """What no solution costs less than, value by value."""
        self.limits.check()
        on, back, values = self.on, self.back, self.values
        found = np.full(values.weights.shape, label_loops.NO_WAY)
        self.loops.least_joined(
            on.steps,
            on.steps_begin,
            on.nodes_begin,
            on.shapes,
            on.rows,
            on.least,
            back.nodes_begin,
            back.shapes,
            back.rows,
            back.least,
            values.weights,
            values.takes,
            values.digits[3] >> values.digits[4],
            found,
        )
        bound = (-((values.credit[:, None] - found) // SCALE)).max(axis=0)
        # A solution with a value is no better than the one with what replaces it.
        costs, instead = values.numbers[0], values.instead[self.asked]
        self.low[self.asked] = bound[instead] + costs[self.asked] - costs[instead]

    def _round(self, still_open: Words, more: int) -> int:
        """Look for solutions that cost no more than so much above the bounds; by how much less was done."""
        values = self.values
        instead = values.instead[still_open]
        goals = np.minimum(self.least[still_open] - 1, self.low[still_open] + more)
        relaxed = np.full(values.weights.shape, label_loops.NEVER)
        for row, weights, credit in zip(relaxed, values.weights, values.credit, strict=True):
            np.maximum.at(row, instead, SCALE * goals + credit - weights[still_open] + weights[instead])
        begin, begun, lost_above = self._parts(self.on, self.back, relaxed)
        ends_begin, ended, lost_below = self._parts(self.back, self.on, relaxed)
        self.limits.check()
        self.loops.joined_parts(
            self.arcs,
            self.arcs_begin,
            values.numbers,
            still_open,
            np.searchsorted(
                self.weighed.flat.class_of[still_open], np.arange(self.weighed.flat.classes_begin[-1] + 1)
            ),
            begin,
            begun,
            ends_begin,
            ended,
            self.back.shapes,
            self.back.rows,
            self.back.least,
            values.digits,
            values.bounds,
            values.credit,
            self.least,
        )
        lost = max(lost_above, lost_below)
        less = -(-(lost + 1) // SCALE)
        self.low[still_open] = np.maximum(self.low[still_open], goals - less + 1)
        return less

    def _parts(self, direction: Direction, other: Direction, goals: Words) -> tuple[Words, Words, int]:
        """Parts in a direction that are of use: for each node the first one, the parts, and what was lost."""
        self.limits.check()
        values, mirrored = self.values, other.mirrored(direction)
        alive = np.zeros(other.nodes_begin[-1], np.bool_)
        needed = self.cells[: len(other.least)]
        self.loops.needed_rows(
            other.steps,
            other.steps_begin,
            other.shapes,
            other.rows,
            values.weights,
            values.takes,
            goals,
            other.least,
            np.ascontiguousarray(direction.top[:, mirrored]),
            alive,
            needed,
        )
        self.limits.check()
        mirrored = direction.mirrored(other)
        begin = np.zeros(direction.nodes_begin[-1] + 1, np.int64)
        begin[1] = 1
        found = np.empty((5, (len(self.layers) + 2) * PARTS + 1), np.int64)
        found[:, 0] = 0
        looked_at, lost = self.loops.grown_parts(
            direction.steps,
            direction.steps_begin[:-1],
            direction.nodes_begin,
            np.ascontiguousarray(other.shapes[::-1]),
            other.rows[mirrored],
            alive[mirrored],
            needed,
            values.numbers,
            values.digits,
            values.bounds,
            direction.harmless,
            PARTS,
            begin,
            found,
        )
        self.looked_at += int(looked_at)
        return begin, found, int(lost)
