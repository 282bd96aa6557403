"""More constraints on a compiled diagram, without compiling again.

A choice, a default or a bound that is asked of a compiled problem changes little of it. Small sums are
brought in (`inner_sums`), others become side sums. Tables and clauses are read along the diagram as automata:
classes they tell apart are split, a node becomes as many as there are states in it, and what is left is
reduced. What speaks of single positions of a mixed slot cannot be told in this way; then the caller compiles
anew.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
from attrs import evolve
from numpy.typing import NDArray

from configurator.csp.constraints import ClauseConstraint, Constraint, LinearConstraint, TableConstraint
from configurator.csp.problem import ConstraintProblem
from configurator.engines.diagram.compiled import CompiledDiagram, SideSum
from configurator.engines.diagram.compiling.normal_form import normal_form
from configurator.engines.diagram.compiling.reduction import reduced
from configurator.engines.diagram.compiling.tables import (
    Automaton,
    ClauseForm,
    TableForm,
    clause_automaton,
    table_automaton,
)
from configurator.engines.diagram.decisions import Decision
from configurator.engines.diagram.inner_sums import side_sum, small_sum, with_small_sums
from configurator.engines.diagram.layers import VOID, Diagram, Layer
from configurator.engines.diagram.limits import SizeLimits
from configurator.engines.diagram.numbering import numbered, spread
from configurator.engines.diagram.weighing.objectives import path_sum
from configurator.engines.engine import SearchLimits

View = NDArray[Any]
"""What a constraint sees of each value, or of each class."""


def extended(
    compiled: CompiledDiagram, constraints: Sequence[Constraint], sizes: SizeLimits, limits: SearchLimits
) -> CompiledDiagram | None:
    """The compiled problem with more constraints; `None` where it must be compiled anew.

    Raises:
        SearchLimitError: a limit was reached.
    """
    form = normal_form(ConstraintProblem(compiled.variables, tuple(constraints)), limits)
    if form.void:
        return evolve(compiled, diagram=VOID)
    for constraint in form.problem.constraints:
        limits.check()
        if compiled.diagram.void:
            return compiled
        found = _read_along(compiled, constraint, sizes, limits)
        if found is None:
            return None
        compiled = found
    return _with_sums(compiled, form.sums, sizes, limits)


# ---------------------------------------------------------------- sums


def _with_sums(
    compiled: CompiledDiagram, sums: Sequence[LinearConstraint], sizes: SizeLimits, limits: SearchLimits
) -> CompiledDiagram | None:
    """The same with more sums: small ones inside, where that is possible, others as side sums."""
    if compiled.diagram.void:
        return compiled
    small = [(each, small_sum(compiled, each)) for each in sums]
    compiled, outside = with_small_sums(compiled, [each for _, each in small if each], sizes, limits)
    added = [side_sum(compiled, each) for each in outside]
    for constraint in (constraint for constraint, each in small if each is None):
        path = path_sum(compiled, constraint.terms)
        if path is None:
            return None
        assert constraint.upper is not None
        added.append(SideSum(path.weights, constraint.upper))
    return evolve(compiled, side_sums=(*compiled.side_sums, *added))


# ---------------------------------------------------------------- tables and clauses


def _read_along(
    compiled: CompiledDiagram, constraint: Constraint, sizes: SizeLimits, limits: SearchLimits
) -> CompiledDiagram | None:
    layer_of = {v: at for at, decision in enumerate(compiled.decisions) for v in decision.variables}
    if not isinstance(constraint, TableConstraint | ClauseConstraint):
        return None
    if not constraint.scope:
        false = isinstance(constraint, ClauseConstraint) or not constraint.rows
        return evolve(compiled, diagram=VOID) if false else compiled
    alone = all(len(compiled.decisions[layer_of[v]].variables) == 1 for v in constraint.scope)
    if not alone:
        return None
    form: TableForm | ClauseForm
    if isinstance(constraint, TableConstraint):
        form = table = TableForm.of(constraint)
        views: tuple[View, ...] = table.classes
        if not len(table.rows):
            return evolve(compiled, diagram=VOID)
    else:
        form = clause = ClauseForm.of(constraint, [variable.size for variable in compiled.variables])
        views = clause.holding
    compiled = split_classes(compiled, dict(zip(form.scope, views, strict=True)))
    place = [layer_of[variable] for variable in form.scope]
    seen = tuple(_seen(compiled, at, view) for at, view in zip(place, views, strict=True))
    if isinstance(form, TableForm):
        widths = tuple(form.width(at) for at in range(len(form.scope)))
        automaton = table_automaton(form, seen, widths, place, sizes)
    else:
        automaton = clause_automaton(form, seen, place)
    accepting = accepted(compiled.diagram, automaton, layer_of, sizes, limits)
    return evolve(compiled, diagram=reduced(accepting, limits))


def _seen(compiled: CompiledDiagram, layer: int, view: View) -> View:
    """What a constraint sees of each class, given what it sees of each value."""
    class_of = compiled.decisions[layer].class_of
    labels, first = np.unique(class_of, return_index=True)
    return view[first[labels >= 0]]


def split_classes(compiled: CompiledDiagram, views: dict[int, View]) -> CompiledDiagram:
    """The same solutions over classes so fine that each looks the same in the views.

    Args:
        compiled: the compiled problem.
        views: for some variables that are decisions of their own what is seen of each value.
    """
    decisions, layers = list(compiled.decisions), list(compiled.diagram.layers)
    for at, decision in enumerate(compiled.decisions):
        if len(decision.variables) == 1 and decision.variables[0] in views:
            decisions[at], layers[at] = _split(decision, layers[at], views[decision.variables[0]])
    return evolve(compiled, decisions=tuple(decisions), diagram=Diagram(tuple(layers)))


def _split(decision: Decision, layer: Layer, view: View) -> tuple[Decision, Layer]:
    """One decision with finer classes; new numbers ascend with the old ones, so that arcs stay sorted."""
    old = decision.class_of
    living = np.flatnonzero(old >= 0)
    seen = np.unique(view, return_inverse=True)[1].reshape(-1)
    pairs, number = np.unique(old[living] * np.int64(len(view) + 1) + seen[living], return_inverse=True)
    class_of = np.full(len(old), -1, np.int32)
    class_of[living] = number.reshape(-1)
    amount = np.bincount(pairs // (len(view) + 1), minlength=decision.classes)
    arc, label = spread((np.cumsum(amount) - amount)[layer.label], amount[layer.label])
    return decision.reclassed(class_of), Layer.of(layer.nodes, layer.source[arc], label, layer.target[arc])


def accepted(
    diagram: Diagram, automaton: Automaton, layer_of: dict[int, int], sizes: SizeLimits, limits: SearchLimits
) -> Diagram:
    """The paths that an automaton accepts: every node once per state in which it is reached; not reduced.

    Raises:
        SearchLimitError: a limit was reached.
    """
    steps = {layer_of[step.decision]: step for step in automaton.steps}
    last = layer_of[automaton.last]
    node, state = np.zeros(1, np.int64), np.zeros(1, np.int64)
    layers: list[Layer] = []
    arcs = 0
    for at, layer in enumerate(diagram.layers):
        limits.check()
        lengths = np.diff(layer.start)[node]
        arcs += int(lengths.sum())
        sizes.check_arcs(arcs)
        source, arc = spread(layer.start[node], lengths)
        after = state[source]
        if at in steps:
            after = steps[at].following[after, layer.label[arc]].astype(np.int64)
        elif at == last:
            after = np.where(automaton.rows[after, layer.label[arc]], 0, -1)
        keep = np.flatnonzero(after >= 0)
        if not len(keep):
            return VOID
        source, arc, after = source[keep], arc[keep], after[keep]
        width = int(after.max()) + 1
        first, target = numbered(
            layer.target[arc] * np.int64(width) + after, (int(layer.target.max()) + 1) * width
        )
        layers.append(Layer.of(len(node), source, layer.label[arc], target))
        node, state = layer.target[arc][first].astype(np.int64), after[first]
    return Diagram(tuple(layers))
