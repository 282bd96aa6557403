"""One variable after the other, in an order of one's own, such that a solution always remains.

In a diagram whose layers stand in that order, what has been decided is a place in it: a node, and what the
sum outside has come to. Whatever its arcs allow has a solution, so that no step is ever taken back.
"""

from collections.abc import Sequence
from functools import partial

import numpy as np
from attrs import field, frozen

from configurator.engines.diagram.compiled import CompiledDiagram, SideSum
from configurator.engines.diagram.decisions import Decision, DecisionWeights, SingleDecision
from configurator.engines.diagram.multisets import MultisetDecision
from configurator.engines.diagram.whole import Flags, Indices, Whole

MOST_REMEMBERED = 100_000
"""Places of which it is remembered what can follow."""


BLANK = (0,)
"""What a position of a mixed slot holds that has no more units."""


@frozen
class DiagramPlace:
    """How far one has come.

    Attributes:
        layer: the layer that settles the next variable.
        node: of that layer.
        total: what the sum outside has come to before it; 0 without one.
        before: the value of the variable before it; before a mixed slot, and in it, how many units that has.
        settled: values of the layer's decision that are settled already, in the order of `downwards`.
    """

    layer: int
    node: int
    total: int = 0
    before: int = 0
    settled: tuple[int, ...] = ()


def downwards(units: int, positions: int) -> tuple[int, ...]:
    """The positions of a mixed slot with so many units: from its last unit to its first, then the blanks.

    So without its first units it is the same at the beginning.
    """
    return (*range(units - 1, -1, -1), *range(units, positions))


@frozen(eq=False)
class _Arcs:
    """What leaves a node.

    Attributes:
        targets: for each class the node it leads to.
        least: for each class the least that the sum outside gains after this layer; `None` without a sum.
        values: of a single variable the values that can follow, ascending.
        needs: for each of those values what the sum outside gains at least, to the end.
    """

    targets: dict[int, int]
    least: Whole | None = field(repr=False)
    alive: Flags = field(repr=False)
    values: Sequence[int] = field(repr=False)
    needs: Whole | None = field(repr=False)


@frozen(eq=False)
class _OneKind:
    """A mixed slot of whose components no constraint inside the diagram tells any two apart.

    So an atom is a number of units, and what the slot still adds to the sum outside is least where all units
    but the next are the lightest that may follow it.

    Attributes:
        usable: the values that its positions may take beside the blank, ascending.
        atoms: for each number of units the atom.
        weights: of the usable values; zeros without a sum.
        lightest: the least of the weights so far.
        blanks: for each number of units what the sum gains by the positions without one.
        on_top: for each atom what the sum gains beside its values.
    """

    usable: Indices = field(repr=False)
    atoms: Indices = field(repr=False)
    weights: Whole = field(repr=False)
    lightest: Whole = field(repr=False)
    blanks: tuple[int, ...] = field(repr=False)
    on_top: Whole | None = field(repr=False)

    @classmethod
    def of(cls, decision: MultisetDecision, side: DecisionWeights | None) -> "_OneKind | None":
        """`None` where there is more than one kind, or nothing to be chosen."""
        usable = np.flatnonzero(decision.shape.kind_of >= 0)
        if len(usable) == 0 or decision.shape.kind_of.max() > 0:
            return None
        positions = len(decision.variables)
        columns = np.tril(np.full((positions + 1, positions), usable[0], np.int32), -1).T
        atoms = decision.atoms_of(np.ascontiguousarray(columns))
        weights = np.zeros(len(usable), np.int64) if side is None else side.values[usable]
        lightest = np.minimum.accumulate(weights)
        blank = 0 if side is None else int(side.values[0])
        blanks = tuple(blank * (positions - units) for units in range(positions + 1))
        return cls(usable, atoms, weights, lightest, blanks, None if side is None else side.atoms)

    def following(self, units: int, settled: tuple[int, ...], room: int | None) -> list[int]:
        """The values of the next position, where so many units in all may add so much; ascending."""
        most = int(np.searchsorted(self.usable, settled[-1], side="right")) if settled else len(self.usable)
        usable = self.usable[:most]
        if room is None:
            found: list[int] = usable.tolist()
            return found
        after = units - len(settled) - 1
        taken = int(self.weights[np.searchsorted(self.usable, settled)].sum()) if settled else 0
        needs = self.weights[:most] + after * self.lightest[:most]
        fitting: list[int] = usable[needs <= room - taken].tolist()
        return fitting


@frozen(eq=False)
class DiagramSteps:
    """A diagram with one sum outside at most, walked from the root; see `configurator.engines.stepwise`.

    Attributes:
        compiled: its layers settle the variables in the order in which they are asked for; the layer before a
            mixed slot settles how many units that has.
    """

    compiled: CompiledDiagram
    _least: tuple[Whole, ...] = field(init=False, repr=False)
    _arcs: dict[tuple[int, int], _Arcs] = field(init=False, repr=False, factory=dict)
    _values: dict[tuple[int, bytes], list[int]] = field(init=False, repr=False, factory=dict)
    _one_kind: dict[int, _OneKind | None] = field(init=False, repr=False, factory=dict)
    _next: dict[DiagramPlace, Sequence[int]] = field(init=False, repr=False, factory=dict)

    @_least.default
    def _least_to_the_end(self) -> tuple[Whole, ...]:
        """For each node of each layer, and for the end, the least that the sum outside gains from it on."""
        if not self.compiled.side_sums or self.compiled.diagram.void:
            return ()
        (side,) = self.compiled.side_sums
        found: list[Whole] = [np.zeros(1, np.int64)]
        steps = zip(self.compiled.diagram.layers, self.compiled.decisions, side.weights, strict=True)
        for layer, decision, weights in reversed(list(steps)):
            lightest = decision.everything.weighted(weights).least
            along = lightest[layer.label] + found[-1][layer.target]
            found.append(np.minimum.reduceat(along, layer.start[:-1]))
        return tuple(reversed(found))

    @property
    def start(self) -> DiagramPlace | None:
        """Where nothing is decided; `None` where there is no solution."""
        if self.compiled.diagram.void or (self._least and self._least[0][0] > self._upper):
            return None
        return DiagramPlace(0, 0)

    def variable(self, place: DiagramPlace) -> int:
        """The variable that is next."""
        variables = self.compiled.decisions[place.layer].variables
        return variables[self._position(place, len(variables))]

    def values(self, place: DiagramPlace) -> Sequence[int]:
        """The values of the next variable with which there is a solution, ascending; never none."""
        arcs = self._leaving(place.layer, place.node)
        decision = self.compiled.decisions[place.layer]
        if not isinstance(decision, SingleDecision):
            if len(place.settled) >= place.before:
                return BLANK
            found = self._next.get(place)
            return self._remembered(place, arcs, decision) if found is None else found
        if arcs.needs is None:
            return arcs.values
        room = self._upper - place.total
        kept: list[int] = np.asarray(arcs.values)[arcs.needs <= room].tolist()
        return kept

    def after(self, place: DiagramPlace, value: int) -> DiagramPlace:
        """Where the next variable has one of its `values`."""
        decision = self.compiled.decisions[place.layer]
        positions = len(decision.variables)
        settled = (*place.settled, value)
        if len(settled) < positions:
            return DiagramPlace(place.layer, place.node, place.total, place.before, settled)
        column = np.zeros((positions, 1), np.int32)
        column[list(self._order(place, positions)), 0] = settled
        atom = int(decision.atoms_of(column)[0])
        target = self._leaving(place.layer, place.node).targets[int(decision.class_of[atom])]
        gained = sum(self._gained(side, place.layer, settled, atom) for side in self.compiled.side_sums)
        return DiagramPlace(place.layer + 1, target, place.total + gained, value)

    # ------------------------------------------------------------ inside

    @property
    def _upper(self) -> int:
        (side,) = self.compiled.side_sums
        return side.upper

    @staticmethod
    def _order(place: DiagramPlace, positions: int) -> tuple[int, ...]:
        return downwards(place.before, positions) if positions > 1 else (0,)

    def _position(self, place: DiagramPlace, positions: int) -> int:
        return self._order(place, positions)[len(place.settled)]

    @staticmethod
    def _gained(side: SideSum, layer: int, settled: tuple[int, ...], atom: int) -> int:
        weights = side.weights[layer]
        on_top = 0 if weights.atoms is None else int(weights.atoms[atom])
        return on_top + sum(int(weights.values[value]) for value in settled)

    def _leaving(self, layer: int, node: int) -> _Arcs:
        found = self._arcs.get((layer, node))
        if found is None:
            found = self._arcs[layer, node] = self._arcs_of(layer, node)
        return found

    def _arcs_of(self, at: int, node: int) -> _Arcs:
        layer, decision = self.compiled.diagram.layers[at], self.compiled.decisions[at]
        own = slice(int(layer.start[node]), int(layer.start[node + 1]))
        labels, targets = layer.label[own], layer.target[own]
        alive = np.zeros(decision.classes, np.bool_)
        alive[labels] = True
        least = None
        if self._least:
            # by INVARIANT on DecisionWeights: what cannot be reached is more than any sum.
            (side,) = self.compiled.side_sums
            least = np.full(decision.classes, side.weights[at].unreachable, self._least[at + 1].dtype)
            least[labels] = self._least[at + 1][targets]
        arcs = partial(_Arcs, dict(zip(labels.tolist(), targets.tolist(), strict=True)), least, alive)
        if not isinstance(decision, SingleDecision):
            return arcs((), None)
        key = (at, labels.tobytes())
        if key not in self._values:
            self._values[key] = np.flatnonzero(decision.everything.domains(alive)[0]).tolist()
        values = self._values[key]
        if least is None:
            return arcs(values, None)
        (side,) = self.compiled.side_sums
        needs = decision.everything.weighted(side.weights[at]).least_by_value(least)[0]
        return arcs(values, needs[values])

    def _remembered(self, place: DiagramPlace, arcs: _Arcs, decision: Decision) -> Sequence[int]:
        if len(self._next) >= MOST_REMEMBERED:
            self._next.clear()
        self._next[place] = found = self._of_position(place, arcs, decision)
        return found

    def _of_position(self, place: DiagramPlace, arcs: _Arcs, decision: Decision) -> list[int]:
        """The values of the next position of a mixed slot."""
        simple = self._simple(place.layer, decision)
        if simple is not None:
            room = None
            if arcs.least is not None:
                atom = int(simple.atoms[place.before])
                on_top = 0 if simple.on_top is None else int(simple.on_top[atom])
                used = place.total + simple.blanks[place.before] + on_top
                room = self._upper - used - int(arcs.least[decision.class_of[atom]])
            return simple.following(place.before, place.settled, room)
        order = self._order(place, len(decision.variables))
        fixed = zip(order, place.settled, strict=False)
        restricted = decision.restricted({decision.variables[at]: frozenset({value}) for at, value in fixed})
        position = order[len(place.settled)]
        if arcs.least is None:
            found: Flags = restricted.domains(arcs.alive)[position]
        else:
            (side,) = self.compiled.side_sums
            weighted = restricted.weighted(side.weights[place.layer])
            found = weighted.least_by_value(arcs.least)[position] <= self._upper - place.total
        values: list[int] = np.flatnonzero(found).tolist()
        return values

    def _simple(self, layer: int, decision: Decision) -> _OneKind | None:
        if layer not in self._one_kind:
            sides = [side.weights[layer] for side in self.compiled.side_sums]
            found = None
            if isinstance(decision, MultisetDecision):
                found = _OneKind.of(decision, sides[0] if sides else None)
            self._one_kind[layer] = found
        return self._one_kind[layer]
