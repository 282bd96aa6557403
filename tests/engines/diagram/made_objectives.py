"""Random objectives for made diagrams, mixed slots among them, and what they total over all solutions."""

from itertools import combinations_with_replacement, product

import numpy as np
from attrs import evolve, field, frozen
from hypothesis import strategies as st
from hypothesis.strategies import DrawFn
from made_diagrams import (
    MadeDiagram,
    assumptions_on,
    diagram_of,
    made_diagrams,
    numbered_without_gaps,
    obeying,
)

from configurator.csp.constraints import LinearTerm, Literal
from configurator.csp.variables import Assignment, Assumptions, Variable
from configurator.engines.diagram.compiled import CompiledDiagram, SideSum
from configurator.engines.diagram.decisions import Decision, DecisionWeights, SingleDecision
from configurator.engines.diagram.multiset_vectors import MultisetShape
from configurator.engines.diagram.multisets import MultisetDecision
from configurator.engines.diagram.weighing.objectives import ChangeTerm, Objective, path_sum, total_of
from configurator.engines.diagram.weighing.path_sums import PathSum
from configurator.engines.diagram.whole import whole

SCALES = (1, 100, 1 << 40, 1 << 70)
"""Small weights, a common divisor, sums that leave 32 bits, and numbers that leave 64."""


@frozen
class MadeQuestion:
    """A diagram, an objective and assumptions.

    Attributes:
        scale: the objective's weights are multiples of it.
        answers: the solutions that obey the assumptions with their totals: by total, then ascending.
    """

    made: MadeDiagram
    objective: Objective
    scale: int
    assumptions: Assumptions
    answers: tuple[tuple[int, Assignment], ...] = field(repr=False)

    @property
    def sum(self) -> PathSum:
        """The objective along paths."""
        found = path_sum(self.made.compiled, self.objective)
        assert found is not None
        return found


@st.composite
def made_questions(draw: DrawFn, *, sums: int = 0) -> MadeQuestion:
    """Diagrams with an objective and assumptions."""
    made = draw(made_scaled_diagrams(sums=sums) | made_mixed_slots(sums=sums))
    scale = draw(st.sampled_from(SCALES))
    objective = draw(made_objectives(made.compiled, scale))
    assumptions = draw(assumptions_on(made))
    answers = sorted((total_of(objective, solution), solution) for solution in obeying(made, assumptions))
    return MadeQuestion(made, objective, scale, assumptions, tuple(answers))


@st.composite
def made_objectives(draw: DrawFn, compiled: CompiledDiagram, scale: int) -> Objective:
    """Terms on some decisions, several on one among them; positions of a mixed slot weigh alike."""
    terms: list[LinearTerm | ChangeTerm] = []
    for decision in compiled.decisions:
        size = compiled.variables[decision.variables[0]].size
        for _ in range(draw(st.integers(0, 2))):
            if draw(st.booleans()):
                weights = draw(weights_of_values(size, scale))
                terms += [LinearTerm(variable, weights) for variable in decision.variables]
            else:
                kept = draw(st.lists(st.sampled_from(decision.variables), unique=True))
                values = st.frozensets(st.integers(0, size - 1))
                literals = tuple(Literal(variable, draw(values)) for variable in kept)
                terms.append(ChangeTerm(literals, scale * draw(st.integers(-3, 5))))
    return tuple(terms)


def weights_of_values(size: int, scale: int) -> st.SearchStrategy[tuple[int, ...]]:
    """What each value of a variable adds."""
    return st.lists(st.integers(-9, 9), min_size=size, max_size=size).map(
        lambda weights: tuple(scale * weight for weight in weights)
    )


@st.composite
def made_scaled_diagrams(draw: DrawFn, *, sums: int) -> MadeDiagram:
    """Diagrams with side sums of all magnitudes: a sum and its bound are multiplied by the same number."""
    made = draw(made_diagrams(sums=sums))
    scaled = []
    for side_sum in made.compiled.side_sums:
        scale = draw(st.sampled_from(SCALES))
        weights = tuple(
            DecisionWeights(whole([scale * weight for weight in added.values.tolist()]), 0)
            for added in side_sum.weights
        )
        scaled.append(SideSum(weights, scale * side_sum.upper + draw(st.integers(0, scale - 1))))
    return evolve(made, compiled=evolve(made.compiled, side_sums=tuple(scaled)))


@st.composite
def made_mixed_slots(draw: DrawFn, *, sums: int) -> MadeDiagram:
    """A mixed slot of up to three positions and two other variables, in any order of layers."""
    positions, largest = draw(st.integers(2, 3)), draw(st.integers(1, 3))
    kinds = numbered_without_gaps(draw(st.lists(st.integers(-1, 1), min_size=largest, max_size=largest)))
    shape = MultisetShape(positions, np.array([-1, *kinds], np.int32))
    classes = st.integers(-1, 2)
    slot = MultisetDecision.of(
        tuple(range(1, 1 + positions)),
        shape,
        numbered(draw(st.lists(classes, min_size=shape.atoms, max_size=shape.atoms))),
    )
    sizes = (draw(st.integers(1, 3)), draw(st.integers(1, 3)))
    singles = [
        SingleDecision.of(variable, numbered(draw(st.lists(classes, min_size=size, max_size=size))))
        for variable, size in zip((0, positions + 1), sizes, strict=True)
    ]
    decisions: tuple[Decision, ...] = tuple(draw(st.permutations([slot, *singles])))
    every = list(product(*(range(decision.classes) for decision in decisions)))
    paths = set(draw(st.lists(st.sampled_from(every), max_size=12)) if every else [])
    variables = (sizes[0], *[largest + 1] * positions, sizes[1])
    side_sums, weights = [], []
    for _ in range(draw(st.integers(0, sums))):
        added = [draw(weights_of_values(variables[decision.variables[0]], 1)) for decision in decisions]
        side_sums.append(
            SideSum(tuple(DecisionWeights(whole(each), 0) for each in added), draw(st.integers(-9, 9)))
        )
        of = {
            variable: each
            for decision, each in zip(decisions, added, strict=True)
            for variable in decision.variables
        }
        weights.append(tuple(of[variable] for variable in range(len(variables))))
    compiled = CompiledDiagram(
        tuple(Variable(f"v{index}", size) for index, size in enumerate(variables)),
        decisions,
        diagram_of(paths, 3),
        tuple(side_sums),
    )
    assignments = sorted(
        (first, *slot_values, last)
        for first in range(sizes[0])
        for slot_values in slot_sequences(positions, largest)
        for last in range(sizes[1])
    )
    kept = tuple(
        assignment
        for assignment in assignments
        if labels_of(compiled, assignment) in paths
        and all(
            sum(of[variable][value] for variable, value in enumerate(assignment)) <= side_sum.upper
            for of, side_sum in zip(weights, side_sums, strict=True)
        )
    )
    return MadeDiagram(compiled, tuple(weights), kept)


def numbered(classes: list[int]) -> np.ndarray:
    """Classes numbered without gaps."""
    return np.array(numbered_without_gaps(classes), np.int32)


def slot_sequences(positions: int, largest: int) -> list[Assignment]:
    """All ascending sequences of components, blanks last."""
    return [
        filled + (0,) * (positions - len(filled))
        for units in range(positions + 1)
        for filled in combinations_with_replacement(range(1, largest + 1), units)
    ]


def labels_of(compiled: CompiledDiagram, assignment: Assignment) -> tuple[int, ...]:
    """The class of each decision, -1 where it has none."""
    columns = np.array(assignment, np.int32).reshape(-1, 1)
    return tuple(
        int(decision.everything.ranks(columns[list(decision.variables)])[0][0])
        for decision in compiled.decisions
    )
