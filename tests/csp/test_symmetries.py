"""Blocks that may change places: how they nest, and which order of them is the canonical one."""

from configurator.csp.symmetries import (
    InterchangeableBlocks,
    NestedBlocks,
    block_of,
    canonical,
    nested,
    places_of,
)

BAGS = InterchangeableBlocks(((1, 2), (3, 4), (5, 6)))
RACKS = InterchangeableBlocks(((0, 1, 2, 3, 4), (5, 6, 7, 8, 9)))
SHELVES = (InterchangeableBlocks(((1, 2), (3, 4))), InterchangeableBlocks(((6, 7), (8, 9))))


def test_instances_ascend_and_absent_ones_come_last() -> None:
    assert canonical((7, 0, 0, 1, 3, 1, 2), (BAGS,)) == (7, 1, 2, 1, 3, 0, 0)


def test_what_is_canonical_stays() -> None:
    assert canonical((7, 1, 2, 1, 2, 1, 5), (BAGS,)) == (7, 1, 2, 1, 2, 1, 5)


def test_instances_within_an_instance_are_put_in_order_first() -> None:
    first, second = (1, 1, 9, 1, 2), (1, 0, 0, 1, 2)

    assert canonical((*first, *second), (RACKS, *SHELVES)) == (1, 1, 2, 0, 0, 1, 1, 2, 1, 9)


def test_a_group_within_a_block_belongs_to_that_block() -> None:
    expected = (
        NestedBlocks(RACKS, ((NestedBlocks(SHELVES[0], ((), ())),), (NestedBlocks(SHELVES[1], ((), ())),))),
    )

    assert expected == nested((SHELVES[1], RACKS, SHELVES[0]))


def test_what_lies_in_a_single_block_stands_for_itself() -> None:
    alone = InterchangeableBlocks(((0, 1, 2, 3, 4),))

    assert (NestedBlocks(SHELVES[0], ((), ())),) == nested((alone, SHELVES[0]))


def test_a_scope_lies_in_one_block_or_in_none() -> None:
    places = places_of(nested((BAGS,)))

    assert [(0, 1), None, None, None] == [block_of(scope, places) for scope in ((3, 4), (1, 3), (0, 1), ())]
