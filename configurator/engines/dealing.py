"""Contents of interchangeable blocks dealt to the blocks, so that what is said of single blocks holds.

A canonical solution has its instances in their order. A customer who speaks of "the second bag" has an order
of his own: each block is dealt a content, each content once, such that all that is said of the block holds.
"""

from collections.abc import Mapping, Sequence

from configurator.csp.constraints import Constraint
from configurator.csp.semantics import holds
from configurator.csp.symmetries import NestedBlocks, block_of, places_of
from configurator.csp.variables import Assignment, Assumptions


def obeys(
    groups: Sequence[NestedBlocks],
    values: Sequence[int],
    assumptions: Assumptions,
    choices: Sequence[Constraint],
) -> bool:
    """Whether contents of blocks can be dealt to the blocks of each group such that what is said holds.

    Args:
        groups: the groups.
        values: a solution.
        assumptions: about variables in blocks.
        choices: constraints of which each lies within a block.
    """
    return dealt(groups, values, assumptions, choices) is not None


def dealt(
    groups: Sequence[NestedBlocks],
    values: Sequence[int],
    assumptions: Assumptions,
    choices: Sequence[Constraint],
) -> Assignment | None:
    """A solution with the contents of blocks dealt such that what is said holds; `None` where none is.

    The arguments are those of `obeys`. Contents stay in their order as far as they can.
    """
    found = list(values)
    for nest in groups:
        contents = _matched(nest, values, assumptions, choices)
        if contents is None:
            return None
        for block, content in zip(nest.group.blocks, contents, strict=True):
            for variable, value in zip(block, content, strict=True):
                found[variable] = value
    return tuple(found)


def _matched(
    nest: NestedBlocks, values: Sequence[int], assumptions: Assumptions, choices: Sequence[Constraint]
) -> list[Assignment] | None:
    """For each block what it is dealt."""
    blocks = range(len(nest.group.blocks))
    fitting: list[Mapping[int, Assignment]] = [
        {
            place: content
            for place in blocks
            if (content := _fitted(nest, values, block, place, assumptions, choices)) is not None
        }
        for block in blocks
    ]
    holder: dict[int, int] = {}

    def seat(block: int, seen: set[int]) -> bool:
        """Give a block a content, moving others where that must be."""
        for place in fitting[block]:
            if place not in seen:
                seen.add(place)
                if place not in holder or seat(holder[place], seen):
                    holder[place] = block
                    return True
        return False

    if not all(seat(block, set()) for block in blocks):
        return None
    content_of = {block: fitting[block][place] for place, block in holder.items()}
    return [content_of[block] for block in blocks]


def _fitted(
    nest: NestedBlocks,
    values: Sequence[int],
    block: int,
    place: int,
    assumptions: Assumptions,
    choices: Sequence[Constraint],
) -> Assignment | None:
    """The content that stands in a place as a block can hold it; `None` where what is said speaks against."""
    variables = nest.group.blocks[block]
    # Each choice is about one block; it may read what lies outside of all as well.
    own = [each for each in choices if not set(variables).isdisjoint(each.scope)]
    said = {variable: assumptions[variable] for variable in variables if variable in assumptions}
    if not own and not said:
        return tuple(values[source] for source in nest.group.blocks[place])
    moved = list(values)
    for variable, source in zip(variables, nest.group.blocks[place], strict=True):
        moved[variable] = values[source]
    inner = nest.inner[block]
    places = places_of(inner)
    if not all(moved[variable] in said[variable] for variable in said if variable not in places):
        return None
    plain = [each for each in own if block_of(each.scope, places) is None]
    if not all(holds(each, tuple(moved)) for each in plain):
        return None
    within = dealt(
        inner,
        moved,
        {variable: values_ for variable, values_ in said.items() if variable in places},
        [each for each in own if block_of(each.scope, places) is not None],
    )
    return None if within is None else tuple(within[variable] for variable in variables)
