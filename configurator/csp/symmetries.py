"""Parts of a problem that may change places: what several instances of one thing are.

A product may hold up to four bags, each with a size and a material of its own. In the problem each bag is a
block of variables; which block holds which bag means nothing, so that four different bags are 24 solutions
and one configuration. Feasibility, valid domains and the cheapest solution are the same either way. What is
counted or listed is *canonical* solutions: of all that differ in the order of blocks alone the one in
which blocks ascend, absent ones last.
"""

from collections.abc import Iterable, Mapping, Sequence

from attrs import frozen

from configurator.csp.variables import Assignment


@frozen
class InterchangeableBlocks:
    """Blocks of variables that may change places as wholes: any order of their contents is as good.

    INVARIANT: the problem's constraints, taken together, stay the same when the contents of two blocks are
    exchanged. Of groups in one problem any two have no variable in common, or one lies within a block of the
    other; then each block of the other has a corresponding group, in the same places.

    Attributes:
        blocks: for each instance its variables, ascending without gaps, all of one length and with the same
            domains. The first variable of a block tells whether the instance is there (1) or not (0); where
            it is not, all variables of the block are 0.
    """

    blocks: tuple[tuple[int, ...], ...]

    @property
    def width(self) -> int:
        """How many variables a block has."""
        return len(self.blocks[0]) if self.blocks else 0


Symmetries = tuple[InterchangeableBlocks, ...]
"""All groups of a problem, in any order; empty where nothing is symmetric."""


@frozen
class NestedBlocks:
    """A group with what is symmetric within its blocks.

    Attributes:
        inner: for each block the groups within it.
    """

    group: InterchangeableBlocks
    inner: tuple[tuple["NestedBlocks", ...], ...]


def nested(symmetries: Symmetries) -> tuple[NestedBlocks, ...]:
    """The outermost groups with those within them, in the order of their variables.

    Groups of fewer than two blocks say nothing and are passed over.
    """
    groups = sorted(
        (each for each in symmetries if len(each.blocks) > 1 and each.width),
        key=lambda each: (each.blocks[0][0], -each.blocks[-1][-1]),
    )
    found: list[NestedBlocks] = []
    while groups:
        outer, *groups = groups
        inner = []
        for block in outer.blocks:
            variables = frozenset(block)
            within = tuple(each for each in groups if variables.issuperset(each.blocks[0]))
            inner.append(nested(within))
            groups = [each for each in groups if each not in within]
        found.append(NestedBlocks(outer, tuple(inner)))
    return tuple(found)


def canonical(assignment: Assignment, symmetries: Symmetries) -> Assignment:
    """The assignment with the contents of blocks in their order: ascending, absent ones last.

    It is the same for all assignments that differ in the order of blocks alone.
    """
    values = list(assignment)
    for group in nested(symmetries):
        _put_in_order(values, group)
    return tuple(values)


def _put_in_order(values: list[int], nest: NestedBlocks) -> None:
    for groups in nest.inner:
        for group in groups:
            _put_in_order(values, group)
    contents = sorted(
        (tuple(values[variable] for variable in block) for block in nest.group.blocks),
        key=lambda content: (content[0] == 0, content),
    )
    for block, content in zip(nest.group.blocks, contents, strict=True):
        for variable, value in zip(block, content, strict=True):
            values[variable] = value


Place = tuple[int, int]
"""A group and one of its blocks, by number."""


def places_of(groups: Sequence[NestedBlocks]) -> dict[int, Place]:
    """For each variable in a block of these groups which block that is."""
    return {
        variable: (at, number)
        for at, nest in enumerate(groups)
        for number, block in enumerate(nest.group.blocks)
        for variable in block
    }


def block_of(scope: Iterable[int], places: Mapping[int, Place]) -> Place | None:
    """The block that holds all of a scope; `None` where several do, or it lies partly outside of blocks."""
    found = {places.get(variable) for variable in scope}
    return found.pop() if len(found) == 1 else None
