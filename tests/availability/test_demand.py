import pytest
from hypothesis import given
from hypothesis import strategies as st

from configurator.availability.demand import Demand, DemandLine
from configurator.availability.quantities import MAXIMUM_QUANTITY
from configurator.errors import StockRequestError

PAIRS = st.lists(st.tuples(st.sampled_from("ABC"), st.integers(0, 9)), max_size=8)


def test_lines_of_one_sku_are_added_up_and_sorted() -> None:
    demand = Demand.of([("B", 1), ("A", 2), ("B", 3)])

    assert (DemandLine("A", 2), DemandLine("B", 4)) == demand.lines


def test_zeros_are_dropped() -> None:
    demand = Demand.of({"A": 0})

    assert demand.is_empty


@given(pairs=PAIRS, data=st.data())
def test_order_of_lines_never_matters(pairs: list[tuple[str, int]], data: st.DataObject) -> None:
    shuffled = data.draw(st.permutations(pairs))

    assert Demand.of(pairs) == Demand.of(shuffled)


@given(pairs=PAIRS, data=st.data())
def test_splitting_lines_never_matters(pairs: list[tuple[str, int]], data: st.DataObject) -> None:
    split = []
    for sku, quantity in pairs:
        part = data.draw(st.integers(0, quantity))
        split += [(sku, part), (sku, quantity - part)]

    assert Demand.of(pairs) == Demand.of(split)


@given(left=PAIRS, right=PAIRS)
def test_the_sum_of_two_demands_is_the_demand_of_both(
    left: list[tuple[str, int]], right: list[tuple[str, int]]
) -> None:
    assert Demand.of(left + right) == Demand.of(left) + Demand.of(right)


@pytest.mark.parametrize("quantity", [-1, 1.5, 2.0, True, "2", None, MAXIMUM_QUANTITY + 1])
def test_a_quantity_is_a_whole_number_within_bounds(quantity: object) -> None:
    with pytest.raises(StockRequestError) as caught:
        Demand.of([("GPU-1", quantity)])  # type: ignore[list-item]  # what untyped callers send

    assert f"the quantity `{quantity!r}` of `GPU-1` is not a whole number from 0 to 1000000000000" == str(
        caught.value
    )


def test_a_sum_is_checked_as_its_parts_are() -> None:
    with pytest.raises(StockRequestError, match=r"^the quantity `1000000000001` of `A` is not"):
        Demand.of([("A", MAXIMUM_QUANTITY), ("A", 1)])


@pytest.mark.parametrize(
    ("sku", "message"),
    [
        ("", "the SKU is empty"),
        (" A", "the SKU ` A` begins or ends with a space"),
        ("A\nB", "the SKU `A\\nB` holds a character that cannot be printed"),
        ("\ud800", "the SKU `\\ud800` holds a character that cannot be printed"),
        (7, "the SKU `7` is not a text"),
        ("x" * 201, "the SKU `xxxxxxxxxxxxxxxxxxxx…` is longer than 200 characters"),
    ],
)
def test_a_sku_is_a_printable_name(sku: str, message: str) -> None:
    with pytest.raises(StockRequestError) as caught:
        DemandLine(sku, 1)

    assert message == str(caught.value)


def test_lines_are_taken_as_they_are_beside_pairs() -> None:
    line = DemandLine("A", 2, "berlin")

    assert (DemandLine("A", 1), line) == Demand.of([line, ("A", 1)]).lines


@pytest.mark.parametrize("wanted", ["AB", ("A",), ("A", 1, None), 7])
def test_what_is_neither_a_pair_nor_a_line_is_a_misuse(wanted: object) -> None:
    with pytest.raises(TypeError, match="pairs of a SKU and a quantity, not of"):
        Demand.of([wanted])  # type: ignore[list-item]  # that is what is tested
