"""Compiling changes how a problem is written and not what solves it."""

from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from configurator.csp.problem import ConstraintProblem
from configurator.csp.semantics import broken
from configurator.csp.variables import Assignment
from configurator.engines.diagram.compiled import CompiledDiagram
from configurator.engines.diagram.compiling.compilation import compile_problem
from configurator.engines.diagram.extension import extended
from configurator.engines.diagram.limits import DEFAULT_SIZES
from configurator.engines.engine import NO_LIMITS
from configurator.testing.problem_strategies import constraint_problems

thorough = settings(max_examples=150, deadline=None, derandomize=True)


def solutions_of(compiled: CompiledDiagram) -> list[Assignment]:
    """Every path written out in members, ascending, side sums heeded."""
    paths: list[tuple[tuple[int, ...], int]] = [] if compiled.diagram.void else [((), 0)]
    for layer in compiled.diagram.layers:
        arcs = list(zip(layer.source.tolist(), layer.label.tolist(), layer.target.tolist(), strict=True))
        paths = [
            ((*labels, label), target)
            for labels, node in paths
            for source, label, target in arcs
            if source == node
        ]
    found = []
    for labels, _ in paths:
        chosen = []
        for decision, label in zip(compiled.decisions, labels, strict=True):
            amount = int(decision.everything.multiplicity[label])
            columns = decision.everything.members(np.full(amount, label), np.arange(amount))
            members = columns.T.tolist()
            chosen.append([dict(zip(decision.variables, member, strict=True)) for member in members])
        found += [{k: v for part in parts for k, v in part.items()} for parts in product(*chosen)]
    listed = [tuple(each[variable] for variable in range(len(compiled.variables))) for each in found]
    return sorted(each for each in listed if _keeps_side_sums(compiled, each))


def _keeps_side_sums(compiled: CompiledDiagram, assignment: Assignment) -> bool:
    for side in compiled.side_sums:
        total = 0
        for decision, weights in zip(compiled.decisions, side.weights, strict=True):
            total += sum(int(weights.values[assignment[variable]]) for variable in decision.variables)
            if weights.atoms is not None:
                column = np.array([[assignment[variable]] for variable in decision.variables])
                total += int(weights.atoms[decision.atoms_of(column)[0]])
        if total > side.upper:
            return False
    return True


def judged(problem: ConstraintProblem) -> list[Assignment]:
    """Every solution, ascending, by the definition of truth."""
    every = product(*(range(variable.size) for variable in problem.variables))
    return [assignment for assignment in every if not broken(problem, assignment)]


@thorough
@given(problem=constraint_problems())
def test_the_paths_of_a_diagram_are_the_solutions(problem: ConstraintProblem) -> None:
    compiled, _ = compile_problem(problem, NO_LIMITS)

    assert judged(problem) == solutions_of(compiled)


@thorough
@given(problem=constraint_problems())
def test_sums_kept_outside_change_nothing(problem: ConstraintProblem) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("configurator.engines.diagram.compiling.compilation.EXPECTED_NODES", -1)
        patch.setattr("configurator.engines.diagram.compiling.compilation.EXPECTED_NODES_OF_LAST", -1)
        compiled, report = compile_problem(problem, NO_LIMITS)

    assert report.inside == 0
    assert judged(problem) == solutions_of(compiled)


@thorough
@given(problem=constraint_problems(), data=st.data())
def test_a_diagram_extended_has_the_solutions_of_the_problem_extended(
    problem: ConstraintProblem, data: st.DataObject
) -> None:
    cut = data.draw(st.integers(0, len(problem.constraints)))
    before = ConstraintProblem(problem.variables, problem.constraints[:cut])
    compiled, _ = compile_problem(before, NO_LIMITS)

    found = extended(compiled, problem.constraints[cut:], DEFAULT_SIZES, NO_LIMITS)

    if found is not None:
        assert judged(problem) == solutions_of(found)
