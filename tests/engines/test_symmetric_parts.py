"""What is added to a problem with interchangeable blocks: said of one instance, or of all alike."""

import pytest

from configurator.csp.constraints import (
    ClauseConstraint,
    Constraint,
    LinearConstraint,
    LinearTerm,
    Literal,
    PredicateConstraint,
    TableConstraint,
)
from configurator.csp.symmetries import InterchangeableBlocks, nested
from configurator.csp.variables import Variable
from configurator.engines.symmetric_parts import Parts, parts_of
from configurator.errors import SearchLimitError

BAGS = InterchangeableBlocks(((1, 2), (3, 4), (5, 6)))
VARIABLES = tuple(Variable(f"v{at}", 3) for at in range(7))


def parted(*constraints: Constraint) -> Parts:
    return parts_of(constraints, nested((BAGS,)), VARIABLES)


def like_the_frame(colour: int) -> TableConstraint:
    return TableConstraint((0, colour), ((0, 1, 2),) * 2, frozenset({(0, 0), (1, 1), (2, 2)}))


def test_what_lies_within_a_block_is_a_choice() -> None:
    red = ClauseConstraint((Literal(4, frozenset({1})),))

    assert Parts((red,), (), ()) == parted(red)


def test_the_same_of_every_block_is_said_of_all() -> None:
    rules = tuple(like_the_frame(colour) for colour in (2, 4, 6))

    assert Parts((), (), rules) == parted(*rules)


def test_the_same_of_some_blocks_is_said_of_each_of_them() -> None:
    rules = tuple(like_the_frame(colour) for colour in (2, 4))

    assert Parts((), rules, ()) == parted(*rules)


def test_a_sum_over_all_blocks_is_the_same_in_any_order_of_its_terms() -> None:
    weights = (0, 1, 2)
    terms = tuple(LinearTerm(colour, weights) for colour in (6, 2, 4))
    total = LinearConstraint(terms, None, 4)

    assert Parts((), (), (total,)) == parted(total)


def test_conditions_that_can_only_be_tried_go_by_what_they_read() -> None:
    def differ(values: tuple[int, ...]) -> bool:
        return len(set(values)) > 1

    every = tuple(PredicateConstraint((0, colour), differ) for colour in (2, 4, 6))

    assert every == parted(*every).even
    assert every[:1] == parted(*every[:1]).entangled


def test_what_tells_several_blocks_apart_is_refused() -> None:
    with pytest.raises(SearchLimitError, match="tells them apart"):
        parted(TableConstraint((2, 4), ((0, 1, 2),) * 2, frozenset({(1, 2)})))


def test_what_does_not_concern_blocks_is_said_of_all() -> None:
    frame = ClauseConstraint((Literal(0, frozenset({1})),))

    assert Parts((), (), (frame,)) == parted(frame)
