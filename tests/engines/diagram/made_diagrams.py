"""Random compiled diagrams with all their solutions, built path by path: nothing shared with the compiler."""

from collections.abc import Sequence
from itertools import combinations, combinations_with_replacement, product

import numpy as np
from attrs import field, frozen
from hypothesis import strategies as st
from hypothesis.strategies import DrawFn

from configurator.csp.variables import Assignment, Assumptions, Variable
from configurator.engines.diagram.compiled import CompiledDiagram, SideSum
from configurator.engines.diagram.decisions import DecisionWeights, SingleDecision
from configurator.engines.diagram.layers import VOID, Diagram, Layer
from configurator.engines.diagram.multiset_vectors import MultisetShape
from configurator.engines.diagram.multisets import MultisetDecision
from configurator.engines.diagram.whole import whole

Path = tuple[int, ...]


@frozen
class MadeDiagram:
    """A compiled diagram of single variables.

    Attributes:
        weights: for each side sum, for each variable, what each value adds.
        solutions: ascending.
    """

    compiled: CompiledDiagram
    weights: tuple[tuple[tuple[int, ...], ...], ...]
    solutions: tuple[Assignment, ...] = field(repr=False)


def diagram_of(paths: set[Path], layers: int) -> Diagram:
    """The reduced diagram of some paths: equal sets of rests are one node."""
    if not paths:
        return VOID
    built = []
    nodes = [frozenset(paths)]
    for _ in range(layers):
        following: dict[frozenset[Path], int] = {}
        arcs = []
        for source, rests in enumerate(nodes):
            for label in sorted({rest[0] for rest in rests}):
                target = frozenset(rest[1:] for rest in rests if rest[0] == label)
                arcs.append((source, label, following.setdefault(target, len(following))))
        source_, label_, target_ = (np.array(column, np.int32) for column in zip(*arcs, strict=True))
        built.append(Layer.of(len(nodes), source_, label_, target_))
        nodes = list(following)
    return Diagram(tuple(built))


@st.composite
def made_classes(draw: DrawFn, atoms: int, classes: int) -> list[int]:
    """A class for each atom, at times -1."""
    lowest = draw(st.sampled_from([0, 0, 0, 0, -1]))
    return draw(st.lists(st.integers(lowest, classes - 1), min_size=atoms, max_size=atoms))


@st.composite
def made_paths(draw: DrawFn, classes: Sequence[int]) -> set[Path]:
    """Some paths over so many classes each: a few of them, or all that some tables over two layers allow."""
    every = list(product(*map(range, classes)))
    if not every:
        return set()
    if draw(st.integers(0, 3)) == 0:
        return set(draw(st.lists(st.sampled_from(every), min_size=draw(st.integers(0, 8)), max_size=20)))
    pairs = draw(st.permutations(list(combinations(range(len(classes)), 2))))
    for one, other in pairs[: draw(st.integers(1, 4))]:
        cells = classes[one] * classes[other]
        allowed = draw(st.lists(st.sampled_from([True, True, True, False]), min_size=cells, max_size=cells))
        every = [path for path in every if allowed[path[one] * classes[other] + path[other]]]
    return set(every)


@st.composite
def made_diagrams(draw: DrawFn, *, sums: int = 0, largest_weight: int = 12) -> MadeDiagram:
    """Diagrams of up to five variables in any order of layers, with up to `sums` side sums."""
    variables = draw(st.sampled_from([0, 1, 2, 3, 3, 4, 4, 5, 5]))
    sizes = draw(st.lists(st.sampled_from([1, 2, 3, 3, 4, 4]), min_size=variables, max_size=variables))
    order = draw(st.permutations(range(len(sizes))))
    class_of = [draw(made_classes(size, size)) for size in sizes]
    dense = [numbered_without_gaps(found) for found in class_of]
    classes = [max(found) + 1 for found in dense]
    paths = draw(made_paths([classes[variable] for variable in order]))
    weights = tuple(
        tuple(
            tuple(draw(st.lists(st.integers(-largest_weight, largest_weight), min_size=size, max_size=size)))
            for size in sizes
        )
        for _ in range(draw(st.integers(0, sums)))
    )
    uppers = [draw(st.integers(-largest_weight, largest_weight)) for _ in weights]
    decisions = tuple(SingleDecision.of(v, np.array(dense[v], np.int32)) for v in order)
    compiled = CompiledDiagram(
        tuple(Variable(f"v{index}", size) for index, size in enumerate(sizes)),
        decisions,
        diagram_of(paths, len(sizes)),
        tuple(
            SideSum(tuple(DecisionWeights(whole(of[v]), 1 << 40) for v in order), upper)
            for of, upper in zip(weights, uppers, strict=True)
        ),
    )
    solutions = tuple(
        assignment
        for assignment in product(*map(range, sizes))
        if tuple(dense[v][assignment[v]] for v in order) in paths
        and all(
            sum(of[v][value] for v, value in enumerate(assignment)) <= upper
            for of, upper in zip(weights, uppers, strict=True)
        )
    )
    return MadeDiagram(compiled, weights, solutions)


def numbered_without_gaps(classes: list[int]) -> list[int]:
    """The same classes numbered 0, 1, …; -1 stays."""
    number = {found: at for at, found in enumerate(sorted(set(classes) - {-1}))}
    return [number.get(found, -1) for found in classes]


# ---------------------------------------------------------------- with mixed slots


@frozen
class MadeDecision:
    """One decision.

    Attributes:
        members: all of them, with their atoms; those that are in no solution are left out.
        weights: for each side sum what values add, and what atoms add on top.
    """

    decision: SingleDecision | MultisetDecision
    members: tuple[tuple[Assignment, int], ...]
    weights: tuple[DecisionWeights, ...]

    def weight(self, side_sum: int, member: Assignment, atom: int) -> int:
        """What a member adds."""
        added = self.weights[side_sum]
        on_top = 0 if added.atoms is None else int(added.atoms[atom])
        return on_top + sum(int(added.values[value]) for value in member)


@st.composite
def made_decisions(draw: DrawFn, first: int, sums: int) -> MadeDecision:
    """A variable, or a mixed slot of up to three positions over up to three components, blanks last."""
    positions, largest = draw(st.sampled_from([(0, 0), (0, 1), (0, 3), (1, 2), (2, 3), (3, 2), (3, 3)]))
    if positions == 0:
        atoms = size = largest + 1
        found: list[Assignment] = [(value,) for value in range(size)]
        members = list(zip(found, range(size), strict=True))
    else:
        shape = MultisetShape(positions, np.array([-1, *(value % 2 for value in range(largest))], np.int32))
        atoms, size = shape.atoms, largest + 1
        found = [
            filled + (0,) * (positions - units)
            for units in range(positions + 1)
            for filled in combinations_with_replacement(range(1, size), units)
        ]
        members = list(zip(found, shape.atoms_of(np.array(found, np.int32).T).tolist(), strict=True))
    class_of = numbered_without_gaps(draw(made_classes(atoms, 4)))
    classes = np.array(class_of, np.int32)
    weight = st.integers(-5, 9)
    weights = []
    for _ in range(sums):
        values = whole(draw(st.lists(weight, min_size=size, max_size=size)))
        on_top = whole(draw(st.lists(weight, min_size=atoms, max_size=atoms))) if positions else None
        weights.append(DecisionWeights(values, 1 << 40, on_top))
    variables = tuple(range(first, first + max(positions, 1)))
    decision = (
        MultisetDecision.of(variables, shape, classes) if positions else SingleDecision.of(first, classes)
    )
    return MadeDecision(
        decision,
        tuple((member, atom) for member, atom in members if class_of[atom] >= 0),
        tuple(weights),
    )


@st.composite
def made_mixed_diagrams(draw: DrawFn, *, sums: int = 0) -> MadeDiagram:
    """Diagrams of up to three decisions, some of them mixed slots; `weights` are left out."""
    amount, made, variables = draw(st.integers(0, sums)), list[MadeDecision](), list[Variable]()
    for _ in range(draw(st.sampled_from([0, 1, 2, 2, 3, 3]))):
        made.append(draw(made_decisions(len(variables), amount)))
        size = len(made[-1].weights[0].values) if amount else _size(made[-1].decision)
        variables += [Variable(f"v{variable}", size) for variable in made[-1].decision.variables]
    order = draw(st.permutations(range(len(made))))
    paths = draw(made_paths([made[at].decision.classes for at in order]))
    uppers = [draw(st.integers(-5, 25)) for _ in range(amount)]
    compiled = CompiledDiagram(
        tuple(variables),
        tuple(made[at].decision for at in order),
        diagram_of(paths, len(made)),
        tuple(
            SideSum(tuple(made[at].weights[side_sum] for at in order), upper)
            for side_sum, upper in enumerate(uppers)
        ),
    )
    solutions = tuple(
        sorted(
            sum((member for member, _ in chosen), ())
            for chosen in product(*(each.members for each in made))
            if tuple(made[at].decision.class_of[chosen[at][1]] for at in order) in paths
            and all(
                sum(each.weight(at, *member) for each, member in zip(made, chosen, strict=True)) <= upper
                for at, upper in enumerate(uppers)
            )
        )
    )
    return MadeDiagram(compiled, (), solutions)


def _size(decision: SingleDecision | MultisetDecision) -> int:
    """How many values the variables of a decision have."""
    return len(decision.class_of) if isinstance(decision, SingleDecision) else decision.shape.largest + 1


# ---------------------------------------------------------------- of a known shape


def free_diagram(*sizes: int, side_sums: tuple[SideSum, ...] = ()) -> CompiledDiagram:
    """Everything goes: variables of these sizes, all values of one class."""
    layer = Layer.of(1, *(np.zeros(1, np.int32) for _ in range(3)))
    return CompiledDiagram(
        tuple(Variable(f"v{at}", size) for at, size in enumerate(sizes)),
        tuple(SingleDecision.of(at, np.zeros(size, np.int32)) for at, size in enumerate(sizes)),
        Diagram((layer,) * len(sizes)),
        side_sums,
    )


@st.composite
def assumptions_on(draw: DrawFn, made: MadeDiagram) -> Assumptions:
    """Assumptions on some variables, mostly such that a solution is left; at times on values not there."""
    variables = range(len(made.compiled.variables))
    touched = draw(st.permutations(variables))[: draw(st.sampled_from([0, 1, 1, 2, 2, 3]))]
    kept = draw(st.sampled_from([*made.solutions[:30]] * 3 + [()]))
    return {
        variable: draw(st.frozensets(st.integers(-1, made.compiled.variables[variable].size), max_size=2))
        | frozenset(kept[variable : variable + 1])
        for variable in touched
    }


def obeying(made: MadeDiagram, assumptions: Assumptions) -> tuple[Assignment, ...]:
    """The solutions that obey assumptions."""
    return tuple(
        solution
        for solution in made.solutions
        if all(solution[variable] in allowed for variable, allowed in assumptions.items())
    )
