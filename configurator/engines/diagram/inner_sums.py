"""Small sums brought into a finished diagram: at most so many of something, all places together.

A sum outside the diagram costs every question a pass of its own, and of many sums outside at once few
questions are answered quickly. Sums with a small bound need not stay there:

1. What is too much by itself is taken out of its decision; if the rest cannot become too much, that was all.
2. A sum over the positions of one mixed slot only closes classes of that decision.
3. One over several decisions is brought in by interval merging, as in compiling, if that does not make
   the diagram much larger; else it stays outside after all.
"""

from collections.abc import Sequence

import numpy as np
from attrs import evolve, field, frozen
from numpy.typing import NDArray

from configurator.csp.constraints import LinearConstraint
from configurator.engines.diagram.compiled import CompiledDiagram, SideSum
from configurator.engines.diagram.compiling.compilation import INSIDE_ARCS
from configurator.engines.diagram.compiling.grouping import MOST_ATOMS
from configurator.engines.diagram.compiling.reduction import reduced
from configurator.engines.diagram.compiling.sums import intersected
from configurator.engines.diagram.decisions import Decision, DecisionWeights, SingleDecision
from configurator.engines.diagram.layers import VOID, Diagram, Layer
from configurator.engines.diagram.limits import SizeLimits
from configurator.engines.diagram.multiset_vectors import MultisetShape, sequence_ranks, sorted_rows
from configurator.engines.diagram.multisets import MultisetDecision
from configurator.engines.diagram.numbering import numbered, spread
from configurator.engines.diagram.whole import Flags, Indices
from configurator.engines.engine import SearchLimits
from configurator.errors import SearchLimitError

SMALL = 64
"""The largest bound of a sum that is brought in: a count of components, not an amount of money."""

Numbers = NDArray[np.int64]


@frozen(eq=False)
class SmallSum:
    """A sum over decisions, with a small bound.

    Attributes:
        weights: for some layers what each value of the decision's variables adds, whichever of them takes
            it; not negative.
        upper: inclusive.
    """

    weights: dict[int, Numbers] = field(repr=False)
    upper: int


def small_sum(compiled: CompiledDiagram, constraint: LinearConstraint) -> SmallSum | None:
    """A sum in normal form over decisions; `None` where it is not small, or positions weigh differently."""
    if constraint.upper is None or constraint.upper > SMALL:
        return None
    of_variable = {term.variable: term.weights for term in constraint.terms}
    weights: dict[int, Numbers] = {}
    for layer, decision in enumerate(compiled.decisions):
        found = {of_variable.get(variable) for variable in decision.variables}
        if found == {None}:
            continue
        (alike, *others) = found
        if others or alike is None or not isinstance(decision, SingleDecision | MultisetDecision):
            return None
        # What is more than the bound by itself may weigh no more than that, however much it is.
        weights[layer] = np.array([min(weight, constraint.upper + 1) for weight in alike], np.int64)
    return SmallSum(weights, constraint.upper)


def with_small_sums(
    compiled: CompiledDiagram, sums: Sequence[SmallSum], sizes: SizeLimits, limits: SearchLimits
) -> tuple[CompiledDiagram, list[SmallSum]]:
    """The compiled problem with small sums inside, and those that have to stay outside.

    Raises:
        SearchLimitError: the time is up.
    """
    compiled, left = _without_excess(compiled, sums, limits)
    outside: list[SmallSum] = []
    for found in left:
        limits.check()
        if compiled.diagram.void:
            break
        try:
            compiled = _brought_in(compiled, found, sizes, limits)
        except SearchLimitError:
            limits.check()
            outside.append(found)
    return compiled, outside


def side_sum(compiled: CompiledDiagram, found: SmallSum) -> SideSum:
    """A small sum that stays outside."""
    weights = []
    for layer, decision in enumerate(compiled.decisions):
        size = compiled.variables[decision.variables[0]].size
        weights.append(DecisionWeights(found.weights.get(layer, np.zeros(size, np.int64)), 0))
    return SideSum(tuple(weights), found.upper)


# ---------------------------------------------------------------- what is too much by itself


def _without_excess(
    compiled: CompiledDiagram, sums: Sequence[SmallSum], limits: SearchLimits
) -> tuple[CompiledDiagram, list[SmallSum]]:
    """Values taken out that are too much by themselves, for all sums at once, and the sums left to mind."""
    alive = {
        layer: _living(compiled.decisions[layer])
        for layer in sorted({at for each in sums for at in each.weights})
    }
    whole = {layer: flags.copy() for layer, flags in alive.items()}
    left: list[SmallSum] = []
    for found in sums:
        lows = {layer: _least(compiled.decisions[layer], w) for layer, w in found.weights.items()}
        spare = found.upper - sum(lows.values())
        if spare < 0:
            return evolve(compiled, diagram=VOID), []
        most = 0
        for layer, weights in found.weights.items():
            alive[layer] &= weights <= spare + lows[layer]
            if len(compiled.decisions[layer].variables) > 1:
                alive[layer][0] = True  # a blank is not taken out: how many there may be, atoms tell
            heaviest = int(weights[alive[layer]].max(initial=0))
            most += heaviest * len(compiled.decisions[layer].variables)
        if most > found.upper:
            left.append(found)
    changed = {layer: flags for layer, flags in alive.items() if (flags != whole[layer]).any()}
    if changed:
        cuts = {
            layer: _finer(compiled.decisions[layer], np.where(flags, 0, 1), only=0)
            for layer, flags in changed.items()
        }
        compiled = _cut(compiled, cuts, limits)
    return compiled, left


def _living(decision: Decision) -> Flags:
    """Which values of its variables a decision can still take."""
    if isinstance(decision, MultisetDecision):
        return decision.shape.symbol_of >= 0
    return decision.class_of >= 0


def _least(decision: Decision, weights: Numbers) -> int:
    """The least that a decision adds; not more than that, if positions are not looked at closely."""
    if isinstance(decision, MultisetDecision):
        return int(weights[_living(decision)].min()) * len(decision.variables)
    return int(weights[_living(decision)].min(initial=SMALL + 1))


# ---------------------------------------------------------------- what is too much together


def _brought_in(
    compiled: CompiledDiagram, found: SmallSum, sizes: SizeLimits, limits: SearchLimits
) -> CompiledDiagram:
    """The compiled problem with one sum inside.

    Raises:
        SearchLimitError: it would become too large, or the time is up.
    """
    alone = len(found.weights) == 1
    cuts = {
        layer: _finer(compiled.decisions[layer], weights, upper=found.upper, apart=not alone)
        for layer, weights in found.weights.items()
    }
    finer = _cut(compiled, cuts, limits)
    if alone or finer.diagram.void:
        return finer
    weights = [
        cuts[layer].weights if layer in cuts else np.zeros(decision.classes, np.int64)
        for layer, decision in enumerate(finer.decisions)
    ]
    within = evolve(sizes, arcs=max(INSIDE_ARCS, 2 * compiled.diagram.arcs), entries=sizes.entries // 4)
    return evolve(finer, diagram=intersected(finer.diagram, weights, found.upper, within, limits))


@frozen(eq=False)
class Cut:
    """A decision with finer classes, some of its members taken out.

    Attributes:
        before: for each new class the old one, ascending.
        weights: for each new class what its members weigh.
        atoms: for each atom the old one; `None` where atoms are what they were.
    """

    decision: SingleDecision | MultisetDecision
    before: Numbers
    weights: Numbers
    atoms: Numbers | None = None


def _finer(
    decision: Decision,
    weights: Numbers,
    *,
    upper: int | None = None,
    only: int | None = None,
    apart: bool = False,
) -> Cut:
    """A decision without some of its members.

    Args:
        decision: of one variable, or a mixed slot.
        weights: of each value of its variables.
        upper: members that weigh more are taken out.
        only: members with a value that weighs anything else are taken out.
        apart: whether members of a class have to weigh the same; else what classes weigh has no meaning.

    Raises:
        SearchLimitError: a mixed slot would have too many atoms.
    """
    if isinstance(decision, SingleDecision):
        return _finer_single(decision, weights, upper if only is None else only, apart=apart)
    assert isinstance(decision, MultisetDecision)
    living = decision.shape.kind_of >= 0
    if only is not None:
        return _finer_multiset(
            decision, np.zeros_like(weights), living & (weights == only), None, apart=False
        )
    if upper is not None:
        living &= weights <= upper
    return _finer_multiset(decision, weights, living, upper, apart=apart)


def _finer_single(decision: SingleDecision, weights: Numbers, upper: int | None, *, apart: bool) -> Cut:
    old = decision.class_of.astype(np.int64)
    kept = old >= 0
    if upper is not None:
        kept &= weights <= upper
    class_of, before, weight = _classes(old, weights if apart else np.zeros_like(weights), kept)
    return Cut(SingleDecision(decision.variable, class_of, len(before)), before, weight)


def _finer_multiset(
    decision: MultisetDecision, weights: Numbers, living: Flags, upper: int | None, *, apart: bool
) -> Cut:
    shape, values = decision.shape, np.flatnonzero(living)
    # What weighs differently is of different kinds.
    width = int(weights.max(initial=0)) + 1
    kind = shape.kind_of[values].astype(np.int64)
    first, number = numbered(kind * width + weights[values], (int(kind.max(initial=0)) + 1) * width)
    kind_of = np.full(len(shape.kind_of), -1, np.int32)
    kind_of[values] = number
    finer = MultisetShape(shape.positions, kind_of)
    if finer.atoms > max(MOST_ATOMS, shape.atoms):
        raise SearchLimitError(f"a mixed slot would have more than {MOST_ATOMS:,} atoms")
    symbols = finer.sequences
    # The blank keeps symbol 0.
    old_symbol = np.append(0, kind[first] + 1).astype(np.int32)
    added = np.append(weights[0], weights[values][first]).astype(np.int64)
    atoms = sequence_ranks(shape.figurate_of_kinds, sorted_rows(old_symbol[symbols])[::-1]).astype(np.int64)
    weight = added[symbols].sum(axis=0)
    old = decision.class_of[atoms].astype(np.int64)
    kept = old >= 0
    if upper is not None:
        kept &= weight <= upper
    class_of, before, of_class = _classes(old, weight if apart else np.zeros_like(weight), kept)
    return Cut(MultisetDecision(decision.variables, finer, class_of, len(before)), before, of_class, atoms)


def _classes(old: Numbers, weight: Numbers, kept: Flags) -> tuple[Indices, Numbers, Numbers]:
    """Atoms in classes by (old class, weight): the class of each, and of each class the two."""
    atoms = np.flatnonzero(kept)
    width = int(weight[atoms].max(initial=0)) + 1
    bound = (int(old[atoms].max(initial=0)) + 1) * width
    first, number = numbered(old[atoms] * width + weight[atoms], bound)
    class_of = np.full(len(old), -1, np.int32)
    class_of[atoms] = number
    example = atoms[first]
    return class_of, old[example], weight[example]


def _cut(compiled: CompiledDiagram, cuts: dict[int, Cut], limits: SearchLimits) -> CompiledDiagram:
    """The compiled problem with some decisions cut; reduced."""
    decisions, layers = list(compiled.decisions), list(compiled.diagram.layers)
    for at, cut in cuts.items():
        layer = layers[at]
        amount = np.bincount(cut.before, minlength=decisions[at].classes)
        arc, label = spread((np.cumsum(amount) - amount)[layer.label], amount[layer.label])
        layers[at] = Layer.of(layer.nodes, layer.source[arc], label, layer.target[arc])
        decisions[at] = cut.decision
    diagram = reduced(Diagram(tuple(layers)), limits)
    sums = tuple(
        evolve(each, weights=tuple(_moved(w, cuts.get(at)) for at, w in enumerate(each.weights)))
        for each in compiled.side_sums
    )
    return evolve(compiled, decisions=tuple(decisions), diagram=diagram, side_sums=sums)


def _moved(weights: DecisionWeights, cut: Cut | None) -> DecisionWeights:
    """What a decision adds to a sum outside, atom by atom, after the decision was cut."""
    if cut is None or cut.atoms is None or weights.atoms is None:
        return weights
    return DecisionWeights(weights.values, weights.unreachable, weights.atoms[cut.atoms])
