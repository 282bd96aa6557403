"""Objectives: what shall be small, as terms over a problem's variables, and as sums along paths."""

from collections.abc import Sequence

import numpy as np
from attrs import frozen

from configurator.csp.constraints import LinearTerm, Literal
from configurator.csp.variables import Assignment, Variable
from configurator.engines.diagram.compiled import CompiledDiagram, SideSum
from configurator.engines.diagram.decisions import Decision, DecisionWeights
from configurator.engines.diagram.weighing.path_sums import PathSum, Piece, narrowed
from configurator.engines.diagram.whole import objects


@frozen
class ChangeTerm:
    """Adds `weight` unless all literals hold: what it costs to give up a choice.

    Attributes:
        literals: over variables of one decision (one variable, or positions of one mixed slot).
    """

    literals: tuple[Literal, ...]
    weight: int


Objective = tuple[LinearTerm | ChangeTerm, ...]
"""A total to be made small. Terms on the same variable add up; without terms every total is 0."""


def total_of(objective: Objective, assignment: Assignment) -> int:
    """What an assignment totals: the meaning of an objective."""
    total = 0
    for term in objective:
        if isinstance(term, LinearTerm):
            total += term.weights[assignment[term.variable]]
        elif not all(assignment[literal.variable] in literal.values for literal in term.literals):
            total += term.weight
    return total


def lexicographic(objectives: Sequence[Objective]) -> Objective:
    """One objective for several, the first one first: a later one decides between equals of the earlier.

    Each is scaled by more than all totals of the later ones can differ; exact, of whatever size that
    becomes. What each totals is told by `total_of` on a witness.
    """
    combined: Objective = ()
    scale = 1
    for objective in reversed(objectives):
        combined = (*(scaled(term, scale) for term in objective), *combined)
        scale *= 1 + sum(_range(term) for term in objective)
    return combined


def scaled(term: LinearTerm | ChangeTerm, factor: int) -> LinearTerm | ChangeTerm:
    """The same term, so many times as heavy."""
    if isinstance(term, LinearTerm):
        return LinearTerm(term.variable, tuple(factor * weight for weight in term.weights))
    return ChangeTerm(term.literals, factor * term.weight)


def path_sum(compiled: CompiledDiagram, objective: Objective) -> PathSum | None:
    """An objective as a sum along paths; `None` where it cannot be told as one.

    That is so where the positions of a mixed slot weigh differently, and where a change speaks of several
    decisions.
    """
    linear: dict[int, list[tuple[int, ...]]] = {}
    changes: dict[int, list[ChangeTerm]] = {}
    layer_of = {
        variable: layer for layer, found in enumerate(compiled.decisions) for variable in found.variables
    }
    for term in objective:
        if isinstance(term, LinearTerm):
            linear.setdefault(term.variable, []).append(term.weights)
            continue
        layers = {layer_of[literal.variable] for literal in term.literals}
        if len(layers) > 1:
            return None
        if layers:  # without literals all of them hold, and nothing is added
            changes.setdefault(layers.pop(), []).append(term)
    weights: list[DecisionWeights] = []
    pieces: dict[int, tuple[Piece, ...]] = {}
    for layer, decision in enumerate(compiled.decisions):
        found = changes.get(layer, [])
        if found and len(decision.variables) == 1:
            size = compiled.variables[decision.variables[0]].size
            linear.setdefault(decision.variables[0], []).extend(_change_weights(term, size) for term in found)
        elif found:
            pieces[layer] = _pieces(found, compiled.variables)
        added = _alike(decision, linear, compiled.variables)
        if added is None:
            return None
        weights.append(added)
    return PathSum.of(compiled, weights, pieces)


def side_path_sum(compiled: CompiledDiagram, side_sum: SideSum) -> PathSum:
    """A side sum as a sum along paths."""
    return PathSum.of(compiled, side_sum.weights)


def _range(term: LinearTerm | ChangeTerm) -> int:
    """By how much a term can differ."""
    if isinstance(term, LinearTerm):
        return max(term.weights, default=0) - min(term.weights, default=0)
    return abs(term.weight)


def _change_weights(term: ChangeTerm, size: int) -> tuple[int, ...]:
    """What each value of the one variable that a change speaks of adds."""
    kept = frozenset.intersection(*(literal.values for literal in term.literals))
    return tuple(0 if value in kept else term.weight for value in range(size))


def _alike(
    decision: Decision, linear: dict[int, list[tuple[int, ...]]], variables: tuple[Variable, ...]
) -> DecisionWeights | None:
    """The weights that all variables of a decision have; `None` where they differ."""
    by_variable = {
        _added(linear.get(variable, []), variables[variable].size) for variable in decision.variables
    }
    if len(by_variable) > 1:
        return None
    return DecisionWeights(_array(by_variable.pop()), 0)


def _added(columns: Sequence[tuple[int, ...]], size: int) -> tuple[int, ...]:
    """Several weights of the same values, added up."""
    if len(columns) == 1:
        return columns[0]
    return tuple(map(sum, zip(*columns, strict=True))) if columns else (0,) * size


def _array(numbers: tuple[int, ...]) -> np.ndarray:
    """The numbers in whatever type holds them; `PathSum` settles the type."""
    try:
        return np.array(numbers, np.int64)
    except OverflowError:
        return objects(numbers)


def _pieces(changes: Sequence[ChangeTerm], variables: tuple[Variable, ...]) -> tuple[Piece, ...]:
    """The members of a mixed slot, split by which changes they are.

    Kept are those where all literals hold; changed are those where the first literal fails, those
    where the first holds and the second fails, and so on: no member is in two pieces.
    """
    pieces: list[Piece] = [({}, 0)]
    for change in changes:
        split: list[Piece] = []
        for within, extra in pieces:
            kept = dict(within)
            for literal in change.literals:
                fails = frozenset(range(variables[literal.variable].size)) - literal.values
                split.append((narrowed(kept, {literal.variable: fails}), extra + change.weight))
                kept = narrowed(kept, {literal.variable: literal.values})
            split.append((kept, extra))
        pieces = [(within, extra) for within, extra in split if all(within.values())]
    return tuple(pieces)
