"""Valid domains and feasibility, of diagrams alone: what the rules allow whose sums are not left outside."""

from itertools import pairwise

import numpy as np

from configurator.csp.variables import Assignment, Assumptions
from configurator.engines.diagram.compiled import CompiledDiagram
from configurator.engines.diagram.decisions import SingleDecision
from configurator.engines.diagram.walks.passes import Rise, Traces, rise, traces
from configurator.engines.diagram.whole import Flags
from configurator.engines.engine import NO_LIMITS, Domains, Feasible, Infeasible, SearchLimits


def valid_domains(
    compiled: CompiledDiagram, assumptions: Assumptions, limits: SearchLimits = NO_LIMITS
) -> tuple[Flags, ...]:
    """For each variable of the problem, for each value whether a solution under the assumptions has it.

    Side sums are not looked at. Costs two operations on each link and one on each arc.
    """
    if compiled.diagram.void:
        return _none(compiled)
    if not compiled.variables:
        return ()
    found = traces(compiled, assumptions, limits)
    return _none(compiled) if found is None else domains_of(compiled, found)


def as_values(flags: tuple[Flags, ...]) -> Domains:
    """Domains as numbers, ascending."""
    return tuple(tuple(np.flatnonzero(of_variable).tolist()) for of_variable in flags)


def _none(compiled: CompiledDiagram) -> tuple[Flags, ...]:
    """No value of any variable."""
    return tuple(np.zeros(variable.size, np.bool_) for variable in compiled.variables)


def domains_of(compiled: CompiledDiagram, found: Traces) -> tuple[Flags, ...]:
    """For each variable and value whether one of the solutions traced has it."""
    links, classes = found.links, found.classes()
    begins = links.values_begin
    flags = classes.take(links.values)
    domains = [flags[begin:end] for begin, end in pairwise(begins)]
    for at, decision in enumerate(compiled.decisions):
        if at in found.restriction.touched or not isinstance(decision, SingleDecision):
            begin, end = links.classes_begin[at : at + 2]
            of_decision = found.restriction.decisions[at].domains(classes[begin:end])
            for variable, values in zip(decision.variables, of_decision, strict=True):
                domains[variable] = values
    return tuple(domains)


def feasibility(
    compiled: CompiledDiagram, assumptions: Assumptions, limits: SearchLimits = NO_LIMITS
) -> Feasible | Infeasible:
    """Whether there is a solution under the assumptions, and one: the first by layers and classes.

    Side sums are not looked at.
    """
    if compiled.diagram.void:
        return Infeasible()
    if not compiled.variables:
        return Feasible(())
    found = rise(compiled, assumptions, limits)
    return Infeasible() if found is None else Feasible(_first_path(compiled, found))


def _first_path(compiled: CompiledDiagram, found: Rise) -> Assignment:
    """The first path that leads to the end, in the first members of its classes."""
    values = np.empty(len(compiled.variables), np.int32)
    node = 0
    for at, layer in enumerate(compiled.diagram.layers):
        decision = found.restriction.decisions[at]
        arcs = slice(layer.start[node], layer.start[node + 1])
        leading = found.links_leading(at).take(found.links.link_of_arc[at][arcs])
        leading &= decision.open.take(layer.label[arcs])
        arc = arcs.start + leading.argmax()
        member = decision.members(layer.label[arc : arc + 1], np.zeros(1, np.int64))
        values[list(compiled.decisions[at].variables)] = member[:, 0]
        node = layer.target[arc]
    return tuple(values.tolist())
