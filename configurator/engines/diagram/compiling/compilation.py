"""Compiling a problem: normal form, classes, order, layers, sums; and what was decided on the way.

1. Normal form, and mixed slots as one decision each (`normal_form`, `grouping`).
2. Classes: values that no constraint in the diagram tells apart (`model.quotient`).
3. A diagram of tables and clauses, in an order found by search (`ordering`, `construction`, `reduction`).
4. Sums that its size lets in are brought in, narrowest first (`sums`). The others stay outside as
   *side sums*: one costs nothing but a pass with weights, several are the hybrid's business. Money is nearly
   always one.
5. Classes that turned out alike are made one.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from math import log

import numpy as np
from attrs import define, evolve, field, frozen
from numpy.typing import NDArray

from configurator.csp.constraints import LinearConstraint, SortedConstraint
from configurator.csp.problem import ConstraintProblem
from configurator.engines.diagram.compiled import CompiledDiagram, SideSum
from configurator.engines.diagram.compiling.construction import construct
from configurator.engines.diagram.compiling.grouping import Grouped, MultisetPart, Part, grouped
from configurator.engines.diagram.compiling.model import Model, SumForm, model_of, quotient
from configurator.engines.diagram.compiling.normal_form import NormalForm, normal_form
from configurator.engines.diagram.compiling.ordering import OrderingTask, Reach, View, find_order
from configurator.engines.diagram.compiling.reduction import merged_labels, reduced
from configurator.engines.diagram.compiling.sums import intersected
from configurator.engines.diagram.compiling.tables import Automaton, clause_automaton, table_automaton
from configurator.engines.diagram.decisions import DecisionWeights, SingleDecision
from configurator.engines.diagram.layers import VOID, Diagram
from configurator.engines.diagram.limits import DEFAULT_SIZES, SizeLimits
from configurator.engines.diagram.whole import Indices, fits
from configurator.engines.engine import SearchLimits
from configurator.errors import SearchLimitError

INSIDE_ARCS = 300_000
"""So large a sum may make the diagram, no larger: a pass with weights is quicker than more arcs."""
EXPECTED_NODES = 200_000
"""A sum expected to need more nodes than this is not even tried."""
MOST_WEIGHTS = 64
"""Different weights of a mixed slot's components from which a sum stays outside: each would be a kind."""
EXPECTED_NODES_OF_LAST = 150_000
"""The same for the widest sum: alone outside it costs one pass with weights."""


@define
class Compilation:
    """What was decided, for people.

    Attributes:
        seconds: how long each step took, by name, in order.
        notes: what was tried and given up, in order.
        inside: how many sums were brought into the diagram.
        outside: how many stayed outside.
    """

    seconds: dict[str, float] = field(factory=dict)
    notes: list[str] = field(factory=list)
    inside: int = 0
    outside: int = 0
    tables: int = 0
    clauses: int = 0


@frozen(eq=False)
class Compiler:
    """One compilation under way.

    Attributes:
        order: the decisions in the order that the layers shall have; `None` for one that keeps them small.
    """

    sizes: SizeLimits
    limits: SearchLimits
    report: Compilation
    order: tuple[int, ...] | None = None

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        """Note how long a step takes."""
        began = self.limits.now()
        try:
            yield
        finally:
            self.report.seconds[name] = self.report.seconds.get(name, 0.0) + self.limits.now() - began

    def diagram(
        self, model: Model, inside: Sequence[SumForm]
    ) -> tuple[tuple[int, ...], tuple[Indices, ...], Diagram]:
        """Order, classes and diagram of the tables and clauses, classes fine enough for some sums."""
        with self.step("classes"):
            class_of = quotient(model, inside)
        classes = [int(found.max(initial=-1)) + 1 for found in class_of]
        if model.void or not all(classes):
            return tuple(range(len(classes))), class_of, VOID
        with self.step("order"):
            order = self.order or find_order(ordering_task(model, inside, class_of), self.limits)
        with self.step("layers"):
            automata = automata_of(model, class_of, order, self.sizes)
            diagram = construct(order, classes, automata, self.sizes, self.limits)
        with self.step("reduction"):
            return order, class_of, reduced(diagram, self.limits)

    def with_sums(self, model: Model) -> tuple[tuple[int, ...], tuple[Indices, ...], Diagram, list[SumForm]]:
        """The diagram with as many sums inside as do it good, and the sums left outside."""
        order, class_of, diagram = self.diagram(model, ())
        candidates, outside = self.candidates(model, order, diagram)
        while candidates and not diagram.void:
            order, class_of, diagram = self.diagram(model, candidates)
            sizes = evolve(
                self.sizes, arcs=max(INSIDE_ARCS, 2 * diagram.arcs), entries=self.sizes.entries // 4
            )
            refused = []
            for found in candidates:
                try:
                    with self.step("sums"):
                        weights = class_weights(found, order, class_of)
                        diagram = intersected(diagram, weights, found.upper, sizes, self.limits)
                except SearchLimitError as stopped:
                    self.limits.check()
                    self.report.notes.append(
                        f"a sum over {len(found.weights)} decisions stays outside: {stopped.reason}"
                    )
                    refused.append(found)
            if not refused:
                break
            # Once more without them: finer classes and an order that heeds them would only be in the way.
            outside += refused
            candidates = [found for found in candidates if found not in refused]
            if not candidates:
                order, class_of, diagram = self.diagram(model, ())
        return order, class_of, diagram, outside

    def candidates(
        self, model: Model, order: Sequence[int], diagram: Diagram
    ) -> tuple[list[SumForm], list[SumForm]]:
        """The sums worth trying inside, narrowest first, and those to leave outside."""
        expected = [(expected_nodes(found, model, order, diagram), found) for found in model.sums]
        expected.sort(key=lambda pair: pair[0])
        # One sum outside costs next to nothing, so the widest need not be narrow to be left there.
        limits = [EXPECTED_NODES] * (len(expected) - 1) + [EXPECTED_NODES_OF_LAST]
        pairs = list(zip(expected, limits, strict=True)) if expected else []
        inside = [found for (nodes, found), most in pairs if nodes <= most]
        return inside, [found for (nodes, found), most in pairs if nodes > most]


def compile_problem(
    problem: ConstraintProblem,
    limits: SearchLimits,
    sizes: SizeLimits = DEFAULT_SIZES,
    *,
    sequence: Sequence[int] = (),
) -> tuple[CompiledDiagram, Compilation]:
    """The problem as a diagram with side sums, and what was decided.

    Args:
        problem: any.
        limits: of the whole compilation.
        sizes: what may become how large.
        sequence: variables in the order in which the layers shall settle them, a mixed slot where its first
            position stands, all others after these; empty for the order that keeps the diagram small.

    Raises:
        SearchLimitError: a limit was reached; nothing is left half done.
    """
    compiler = Compiler(sizes, limits, Compilation())
    report = compiler.report
    with compiler.step("normal form"):
        form = normal_form(problem, limits)
    if form.void:
        return void_diagram(problem), report
    with compiler.step("mixed slots"):
        groups = grouped_form(form, limits)
        report.notes += groups.chains
    with compiler.step("narrowing"):
        sums = [found for found in groups.problem.constraints if isinstance(found, LinearConstraint)]
        others = [found for found in groups.problem.constraints if not isinstance(found, LinearConstraint)]
        model = model_of(others, sums, groups.problem.variables, sizes, limits)
    if model.void:
        return void_diagram(problem), report
    if sequence:
        compiler = evolve(compiler, order=decisions_in_order(groups.parts, sequence))
    order, class_of, diagram, outside = compiler.with_sums(model)
    if diagram.void:
        return void_diagram(problem), report
    with compiler.step("classes"):
        diagram, merged = merged_classes(diagram, [class_of[decision] for decision in order])
    parts = [groups.parts[decision] for decision in order]
    decisions = tuple(part.decision(found) for part, found in zip(parts, merged, strict=True))
    side_sums = [_side_sum(found, order, groups) for found in outside]
    side_sums += [
        SideSum(tuple(weights[decision] for decision in order), upper)
        for weights, upper in sums_outside(form, groups)
    ]
    report.tables, report.clauses = len(model.tables), len(model.clauses)
    report.inside, report.outside = len(model.sums) - len(outside), len(side_sums)
    return CompiledDiagram(problem.variables, decisions, diagram, tuple(side_sums)), report


def void_diagram(problem: ConstraintProblem) -> CompiledDiagram:
    """The diagram of a problem without a solution."""
    decisions = tuple(
        SingleDecision.of(variable, np.full(found.size, -1, np.int32))
        for variable, found in enumerate(problem.variables)
    )
    return CompiledDiagram(problem.variables, decisions, VOID)


def decisions_in_order(parts: Sequence[Part], sequence: Sequence[int]) -> tuple[int, ...]:
    """The decisions as a sequence has their first variables; what is not in it stands at the end."""
    place = {variable: at for at, variable in enumerate(sequence)}
    last = len(sequence)

    def first(decision: int) -> int:
        part = parts[decision]
        variables = part.scope if isinstance(part, MultisetPart) else (part.variable,)
        return min(place.get(variable, last) for variable in variables)

    return tuple(sorted(range(len(parts)), key=first))


# ---------------------------------------------------------------- mixed slots


def grouped_form(form: NormalForm, limits: SearchLimits) -> Grouped:
    """The problem with mixed slots as one decision each.

    Sums that tell very many of a slot's components apart, as prices do, stay outside from the start: they
    would make a kind of each component.
    """
    outside = money_of_chains(form)
    inside = tuple(found for found in form.sums if found not in outside)
    return grouped(form.problem.extended(inside), outside, limits)


def money_of_chains(form: NormalForm) -> tuple[LinearConstraint, ...]:
    """The sums that give positions of a chain more different weights than there should be kinds."""
    positions = {
        variable
        for constraint in form.problem.constraints
        if isinstance(constraint, SortedConstraint)
        for variable in constraint.scope
    }
    return tuple(
        found
        for found in form.sums
        if any(term.variable in positions and len(set(term.weights)) > MOST_WEIGHTS for term in found.terms)
    )


def sums_outside(form: NormalForm, groups: Grouped) -> list[tuple[tuple[DecisionWeights, ...], int]]:
    """The sums that grouping left outside, with their bounds."""
    pairs = zip(money_of_chains(form), groups.sides, strict=True)
    return [(weights, found.upper or 0) for found, weights in pairs if weights is not None]


def _side_sum(found: SumForm, order: Sequence[int], groups: Grouped) -> SideSum:
    """A sum over decisions as a side sum."""
    weights = []
    for decision in order:
        part, size = groups.parts[decision], groups.problem.variables[decision].size
        added = found.weights.get(decision)
        if added is None:
            added = np.zeros(size, np.int64)
        if isinstance(part, MultisetPart):
            nothing = np.zeros(part.shape.largest + 1, np.int64)
            weights.append(DecisionWeights(nothing, found.bound, added))
        else:
            weights.append(DecisionWeights(added, found.bound))
    return SideSum(tuple(weights), found.upper)


# ---------------------------------------------------------------- between the stages


def ordering_task(model: Model, inside: Sequence[SumForm], class_of: Sequence[Indices]) -> OrderingTask:
    """What the order depends on."""
    first = [first_of_each(found) for found in class_of]
    views: list[list[View]] = [[] for _ in class_of]
    for number, table in enumerate(model.tables):
        everyone = sum(1 << decision for decision in table.scope)
        for decision, classes in zip(table.scope, table.classes, strict=True):
            views[decision].append(View(number, everyone & ~(1 << decision), classes[first[decision]]))
    clauses = [sum(1 << decision for decision in clause.scope) for clause in model.clauses]
    return OrderingTask(views, clauses, [reach_of(found, model) for found in inside])


def reach_of(found: SumForm, model: Model) -> Reach:
    """A sum as the order sees it."""
    different = {d: len(np.unique(weights[model.alive[d]])) for d, weights in found.weights.items()}
    return Reach(found.reaches(model.alive), {d: log(amount) for d, amount in different.items()})


def automata_of(
    model: Model, class_of: Sequence[Indices], order: Sequence[int], sizes: SizeLimits
) -> list[Automaton]:
    """Tables and clauses as automata over classes."""
    rank = {decision: at for at, decision in enumerate(order)}
    first = [first_of_each(found) for found in class_of]
    automata = []
    for table in model.tables:
        seen = tuple(classes[first[d]] for d, classes in zip(table.scope, table.classes, strict=True))
        widths = tuple(table.width(at) for at in range(len(table.scope)))
        automata.append(table_automaton(table, seen, widths, [rank[d] for d in table.scope], sizes))
    for clause in model.clauses:
        holding = tuple(held[first[d]] for d, held in zip(clause.scope, clause.holding, strict=True))
        automata.append(clause_automaton(clause, holding, [rank[d] for d in clause.scope]))
    return automata


def first_of_each(class_of: Indices) -> NDArray[np.int64]:
    """For each class its smallest atom."""
    labels, first = np.unique(class_of, return_index=True)
    return first[labels >= 0]


def class_weights(
    found: SumForm, order: Sequence[int], class_of: Sequence[Indices]
) -> list[NDArray[np.int64]]:
    """For each layer what each class adds.

    Raises:
        SearchLimitError: the sum does not fit into machine words.
    """
    if not fits(found.upper + sum(int(weights.max()) for weights in found.weights.values())):
        raise SearchLimitError("it exceeds 64 bits")
    return [
        found.weights[decision][first_of_each(class_of[decision])].astype(np.int64)
        if decision in found.weights
        else np.zeros(int(class_of[decision].max()) + 1, np.int64)
        for decision in order
    ]


def expected_nodes(found: SumForm, model: Model, order: Sequence[int], diagram: Diagram) -> float:
    """About how many nodes the diagram would have with the sum inside, at most."""
    reach = reach_of(found, model)
    total, all_ways = sum(reach.reach.values()), sum(reach.ways.values())
    past, past_ways, expected = 0, 0.0, 0.0
    for decision, layer in zip(order, diagram.layers, strict=False):
        steps = min(past, total - past) + 1
        ways = min(past_ways, all_ways - past_ways)
        expected += layer.nodes * (steps if ways > 40 else min(steps, 2.718**ways))
        past += reach.reach.get(decision, 0)
        past_ways += reach.ways.get(decision, 0.0)
    return expected


def merged_classes(diagram: Diagram, class_of: Sequence[Indices]) -> tuple[Diagram, list[Indices]]:
    """Classes with equal arcs made one; classes without arcs are in no solution."""
    layers, found = [], []
    for layer, classes in zip(diagram.layers, class_of, strict=True):
        merged, new = merged_labels(layer, int(classes.max()) + 1)
        layers.append(merged)
        found.append(np.append(new, np.int32(-1))[classes])
    return Diagram(tuple(layers)), found
