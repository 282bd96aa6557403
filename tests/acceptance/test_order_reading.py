"""Orders as they are handed in, and what is told about those that cannot be read."""

import pytest
from workbench import BENCH

from configurator.acceptance.orders import MOST_LINES, Order, OrderLine, read_order
from configurator.errors import OrderError


def problems(data: object) -> tuple[str, ...]:
    """What is told."""
    with pytest.raises(OrderError) as caught:
        read_order(data)
    return caught.value.problems


def test_a_bare_configuration_is_one_line_of_one() -> None:
    assert Order(None, (OrderLine(BENCH, 1),)) == read_order(BENCH)


def test_a_bare_configuration_may_carry_the_orders_id() -> None:
    assert Order("SO-1", (OrderLine(BENCH, 1),)) == read_order({"order": "SO-1", **BENCH})


def test_lines_have_configurations_and_quantities() -> None:
    data = {"order": "SO-1", "lines": [{"configuration": BENCH, "quantity": 3}, {"configuration": {}}]}

    assert Order("SO-1", (OrderLine(BENCH, 3), OrderLine({}, 1))) == read_order(data)


@pytest.mark.parametrize("data", [None, 3, "SO-1", [], [BENCH], True])
def test_what_is_no_object_is_no_order(data: object) -> None:
    assert ('an order is an object, such as a configuration or `{"lines": […]}`',) == problems(data)


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        (3, "line 1 is no object with a `configuration`"),
        ({}, "line 1 has no `configuration`"),
        ({"configuration": []}, "line 1 has no `configuration`"),
        (
            {"configuration": {}, "qantity": 3},
            "line 1 has an unknown key `qantity` (did you mean `quantity`?)",
        ),
        (
            {"configuration": {}, "quantity": 0},
            "line 1: the quantity is a whole number from 1 to 1000000, not `0`",
        ),
        (
            {"configuration": {}, "quantity": -2},
            "line 1: the quantity is a whole number from 1 to 1000000, not `-2`",
        ),
        (
            {"configuration": {}, "quantity": 1.5},
            "line 1: the quantity is a whole number from 1 to 1000000, not `1.5`",
        ),
        (
            {"configuration": {}, "quantity": True},
            "line 1: the quantity is a whole number from 1 to 1000000, not `True`",
        ),
        (
            {"configuration": {}, "quantity": 10**7},
            "line 1: the quantity is a whole number from 1 to 1000000, not `10000000`",
        ),
        (
            {"configuration": {}, "bundles": "gamer"},
            "line 1: `bundles` is a list of names, not `gamer`",
        ),
        (
            {"configuration": {}, "date": "01.02.2026"},
            "line 1: the date is a day such as `2026-12-04`, not `01.02.2026`",
        ),
    ],
)
def test_a_line_that_cannot_be_read_is_told_with_its_number(line: object, problem: str) -> None:
    assert (problem,) == problems({"lines": [line]})


def test_problems_of_all_lines_are_told_at_once() -> None:
    assert len(problems({"lines": [3, {}, {"configuration": {}, "quantity": 0}]})) == 3


def test_an_absurd_quantity_is_refused_in_words() -> None:
    (problem,) = problems({"lines": [{"configuration": {}, "quantity": 10**5000}]})

    assert problem.startswith("line 1: the quantity is a whole number from 1 to 1000000")


@pytest.mark.parametrize(
    "lines", [None, [], {}, "x", [BENCH] * (MOST_LINES + 1)], ids=["none", "empty", "object", "text", "many"]
)
def test_lines_are_a_list_that_is_neither_empty_nor_endless(lines: object) -> None:
    assert ("`lines` is a list of 1 to 10000 lines",) == problems({"lines": lines})


def test_an_unknown_key_is_told() -> None:
    assert ("the order has an unknown key `oder` (did you mean `order`?)",) == problems(
        {"oder": "SO-1", "lines": [{"configuration": {}}]}
    )


@pytest.mark.parametrize("order_id", [3, "", "  ", ["SO-1"], True])
def test_an_id_is_a_text(order_id: object) -> None:
    assert (f"`order` is the order's id, a text, not `{order_id}`",) == problems({"order": order_id, **BENCH})


def test_an_order_takes_one_id_only() -> None:
    read = read_order({"order": "SO-1", **BENCH})

    assert read == read.named(None)
    assert read == read.named("SO-1")
    assert read_order(BENCH).named("SO-1") == read
    with pytest.raises(OrderError) as caught:
        read.named("SO-2")
    assert ("the order is called `SO-1`, not `SO-2`",) == caught.value.problems
