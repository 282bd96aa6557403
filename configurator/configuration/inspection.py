"""How questions about a product will be answered: what was decided in compiling it, in what size and time."""

from collections.abc import Iterator
from datetime import date

from attrs import field, frozen

from configurator.configuration.product import PreparedProduct, compiled_product, counted_product
from configurator.csp.constraints import (
    ClauseConstraint,
    Constraint,
    LinearConstraint,
    PredicateConstraint,
    SortedConstraint,
    TableConstraint,
)
from configurator.engines.diagram.search import DiagramSearch
from configurator.engines.engine import NO_LIMITS, Infeasible, SearchLimits, Unknown
from configurator.engines.staged import StagedProblem
from configurator.engines.unordered import UnorderedProblem

KINDS: dict[type[Constraint], str] = {
    ClauseConstraint: "clause",
    TableConstraint: "table",
    LinearConstraint: "sum",
    SortedConstraint: "chain",
    PredicateConstraint: "predicate",
}
"""What each kind of constraint is called."""


@frozen
class InspectedLayer:
    """One decision, in the order in which the diagram settles them.

    Attributes:
        places: what it settles: variables of one slot or option.
        values: how many ways there are to settle it, those that are in no configuration left out.
        classes: how many of them the rules tell apart.
        nodes: different futures before it.
        arcs: ways on from them.
    """

    places: tuple[str, ...]
    values: int
    classes: int
    nodes: int
    arcs: int


@frozen
class InspectedForm:
    """The constraints in normal form.

    Attributes:
        sums_inside: sums that are part of the diagram.
        sums_outside: sums added up along the way: one costs next to nothing, several are searched.
    """

    tables: int
    clauses: int
    sums_inside: int
    sums_outside: int


@frozen
class Inspection:
    """What was decided for a product.

    Attributes:
        engine: the engine's name; `auto` asks several in turn.
        answered_by: the engine that is asked first, and answers unless a limit stops it.
        in_force: the days on which the same things are in force; `None` for no end.
        variables: of the constraint problem.
        constraints: of the constraint problem, by kind, as they were lowered.
        layers: in the order in which the diagram settles decisions; empty without a diagram.
        bytes: what the diagram's arrays take.
        seconds: how long each step of compiling took, in order; empty for one loaded from a file.
        notes: what was tried and given up, and why.
        void: whether there is no valid configuration at all; `None` where compiling did not tell.
    """

    engine: str
    answered_by: str
    in_force: tuple[date | None, date | None]
    variables: int
    constraints: dict[str, int]
    form: InspectedForm | None
    layers: tuple[InspectedLayer, ...] = field(repr=False)
    nodes: int
    arcs: int
    bytes: int
    seconds: dict[str, float]
    notes: tuple[str, ...]
    void: bool | None


def inspect_product(
    product: PreparedProduct, in_force: tuple[date | None, date | None], limits: SearchLimits = NO_LIMITS
) -> Inspection:
    """Compile the product, if it is not yet, and tell what came of it."""
    problem = product.lowered.problem
    kinds: dict[str, int] = {}
    for constraint in problem.constraints:
        kind = KINDS[type(constraint)]
        kinds[kind] = kinds.get(kind, 0) + 1
    search = compiled_product(product, "a compiled form to look into", limits)
    engine, variables = product.engine.name, len(problem.variables)
    if isinstance(search, Unknown):
        notes = (search.reason,)
        return Inspection(
            engine, _first_willing(product), in_force, variables, kinds, None, (), 0, 0, 0, {}, notes, None
        )
    compiled, report = search.compiled, search.report
    layers = tuple(
        InspectedLayer(
            tuple(problem.variables[variable].name for variable in decision.variables),
            int((decision.class_of >= 0).sum()),
            decision.classes,
            layer.nodes,
            layer.arcs,
        )
        for decision, layer in zip(compiled.decisions, compiled.diagram.layers, strict=False)
    )
    form = InspectedForm(report.tables, report.clauses, report.inside, report.outside)
    size = sum(
        part.nbytes
        for layer in compiled.diagram.layers
        for part in (layer.start, layer.source, layer.label, layer.target)
    ) + sum(decision.class_of.nbytes for decision in compiled.decisions)
    return Inspection(
        engine,
        _first_willing(product),
        in_force,
        variables,
        kinds,
        form,
        layers,
        compiled.diagram.nodes,
        compiled.diagram.arcs,
        size,
        dict(report.seconds),
        (*report.notes, *_told_of_counts(product, limits)),
        _is_void(search, limits),
    )


def _told_of_counts(product: PreparedProduct, limits: SearchLimits) -> Iterator[str]:
    """What answers counts, where that is not the same as what answers all else."""
    if not product.lowered.symmetries:
        return
    counting = counted_product(product, "counts", limits)
    if isinstance(counting, Unknown):
        yield f"instances of an assembly are no single decisions in counts and lists: {counting.reason}"
        return
    diagram = counting.compiled.diagram
    yield (
        "in counts and lists each instance of an assembly is one decision, up to order: "
        f"{len(counting.compiled.decisions)} decisions, {diagram.nodes:,} nodes, {diagram.arcs:,} arcs"
    )


def _is_void(search: DiagramSearch, limits: SearchLimits) -> bool | None:
    """Whether nothing is valid: told by the diagram, unless several sums outside it have a say in it too."""
    if search.compiled.diagram.void:
        return True
    if len(search.compiled.side_sums) > 1:
        # That may be a long search, which nobody has asked for.
        return None
    found = search.feasibility({}, limits)
    return None if isinstance(found, Unknown) else isinstance(found, Infeasible)


def _first_willing(product: PreparedProduct) -> str:
    """The engine that answers: the first that has not refused the problem."""
    prepared = product.prepared
    if isinstance(prepared, UnorderedProblem):
        prepared = prepared.labelled
    if not isinstance(prepared, StagedProblem):
        return product.engine.name
    return next((stage.engine.name for stage in prepared.stages if stage.refusal is None), "none")
