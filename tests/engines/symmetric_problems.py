"""Random problems with interchangeable blocks, and what is listed of them, found by trying everything."""

from collections.abc import Iterator, Sequence
from itertools import permutations, product

from attrs import define, field, frozen
from hypothesis import strategies as st

from configurator.csp.constraints import ClauseConstraint, Constraint, Literal, PredicateConstraint
from configurator.csp.problem import ConstraintProblem
from configurator.csp.semantics import holds
from configurator.csp.symmetries import InterchangeableBlocks, NestedBlocks, Symmetries, canonical, nested
from configurator.csp.variables import Assignment, Assumptions, Variable
from configurator.engines.diagram.compiling.grouping import renamed
from configurator.testing.problem_strategies import constraints, subsets


@frozen
class Symmetric:
    """A problem, what is symmetric in it, and what is assumed and added.

    Attributes:
        rules: of its constraints those that are no structure, rule by rule: each in all orders of the blocks.
    """

    problem: ConstraintProblem
    symmetries: Symmetries
    assumptions: dict[int, frozenset[int]]
    extension: tuple[Constraint, ...]
    rules: tuple[tuple[Constraint, ...], ...]


def judged(case: Symmetric) -> list[Assignment]:
    """The canonical solutions that obey assumptions and extension in some order, by trying everything."""
    said = (*case.problem.constraints, *case.extension)
    found = {
        canonical(assignment, case.symmetries)
        for assignment in assignments(case.problem, case.assumptions)
        if all(holds(constraint, assignment) for constraint in said)
    }
    return sorted(found)


def assignments(problem: ConstraintProblem, assumptions: Assumptions) -> Iterator[Assignment]:
    """Every assignment that obeys the assumptions."""
    return product(
        *(
            [value for value in range(variable.size) if value in assumptions.get(at, {value})]
            for at, variable in enumerate(problem.variables)
        )
    )


def images(constraint: Constraint, amount: int, symmetries: Symmetries) -> tuple[Constraint, ...]:
    """The constraint in every order of the blocks: together they tell no blocks apart."""
    numbers = list(range(amount))
    found: list[Constraint] = []
    for number in orders(numbers, nested(symmetries)):
        image = renamed(constraint, dict(enumerate(number)))
        # Functions cannot be told to be the same.
        if isinstance(image, PredicateConstraint) or image not in found:
            found.append(image)
    return tuple(found)


def orders(number: list[int], groups: Sequence[NestedBlocks]) -> Iterator[list[int]]:
    """Every way to let blocks change places: what each variable becomes."""
    if not groups:
        yield number
        return
    first, *others = groups
    blocks = first.group.blocks
    inside = [group for inner in first.inner for group in inner]
    for order in permutations(range(len(blocks))):
        moved = list(number)
        for block, other in zip(blocks, order, strict=True):
            for variable, target in zip(block, blocks[other], strict=True):
                moved[variable] = number[target]
        for within in orders(moved, inside):
            yield from orders(within, others)


@define
class _Made:
    """A problem in the making."""

    draw: st.DrawFn
    sizes: list[int] = field(factory=list)
    groups: list[InterchangeableBlocks] = field(factory=list)
    structure: list[Constraint] = field(factory=list)

    def outside(self) -> None:
        """A variable in no block, or none."""
        self.sizes += self.draw(st.lists(st.integers(1, 3), max_size=1))

    def group(self) -> None:
        """Blocks of one form, perhaps with a group within each."""
        nested_too = self.draw(st.integers(0, 2)) == 0
        most = 2 if nested_too else 3
        amount = self.draw(st.sampled_from((1, 2, 2, most, most)))
        inside = self.draw(st.lists(st.integers(1, 3 if amount < 3 else 2), max_size=1 if nested_too else 2))
        within = self.draw(st.lists(st.integers(1, 2), max_size=1)) if nested_too else None
        inner_amount = self.draw(st.integers(1, 2))
        blocks = []
        for _ in range(amount):
            first = len(self.sizes)
            self.sizes += [2, *inside]
            if within is not None:
                inner = [self.block(within) for _ in range(inner_amount)]
                self.groups.append(InterchangeableBlocks(tuple(inner)))
            blocks.append(self.closed(first))
        self.groups.append(InterchangeableBlocks(tuple(blocks)))

    def block(self, inside: list[int]) -> tuple[int, ...]:
        """A variable for presence and some others."""
        first = len(self.sizes)
        self.sizes += [2, *inside]
        return self.closed(first)

    def closed(self, first: int) -> tuple[int, ...]:
        """The block from a variable on: what is not there holds nothing."""
        block = tuple(range(first, len(self.sizes)))
        there, none = Literal(first, frozenset({1})), frozenset({0})
        self.structure += [
            ClauseConstraint((there, Literal(variable, none)), "structure") for variable in block[1:]
        ]
        return block


@st.composite
def symmetric_problems(draw: st.DrawFn, *, entangled: bool = False) -> Symmetric:
    """A problem with one or two groups of blocks, perhaps one within the other.

    Where choices are entangled, they are about a block and about what lies outside as well.
    """
    made = _Made(draw)
    made.outside()
    made.group()
    made.outside()
    if len(made.groups) == 1 and len(made.sizes) < 5:
        made.group()
    sizes, symmetries = tuple(made.sizes), tuple(made.groups)
    drawn = constraints(sizes)
    rules = tuple(images(rule, len(sizes), symmetries) for rule in draw(st.lists(drawn, max_size=3)))
    problem = ConstraintProblem(
        tuple(Variable(f"v{at}", size) for at, size in enumerate(sizes)),
        (*made.structure, *(each for rule in rules for each in rule)),
    )
    assumptions = {at: draw(subsets(size)) for at, size in enumerate(sizes) if draw(st.integers(0, 4)) == 0}
    extension: list[Constraint] = []
    if draw(st.booleans()):
        extension += images(draw(drawn), len(sizes), symmetries)
    blocks = [block for each in nested(symmetries) for block in each.group.blocks]
    some_block = draw(st.booleans())
    if blocks and some_block:
        block = draw(st.sampled_from(blocks))
        inside = {variable for other in blocks for variable in other}
        outside = [variable for variable in range(len(sizes)) if variable not in inside]
        about = (*block, *outside) if entangled else block
        choice = draw(constraints(tuple(sizes[variable] for variable in about)))
        extension.append(renamed(choice, dict(enumerate(about))))
    return Symmetric(problem, symmetries, assumptions, tuple(extension), rules)
