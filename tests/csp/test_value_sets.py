"""Sets of values as whole numbers."""

from hypothesis import given, settings
from hypothesis import strategies as st

from configurator.csp.value_sets import is_single, least, value_set, values_in

SETS = st.frozensets(st.integers(0, 300))


@settings(deadline=None, max_examples=80)
@given(values=SETS)
def test_a_set_gives_back_its_members_in_order(values: frozenset[int]) -> None:
    assert values_in(value_set(values)) == tuple(sorted(values))


@settings(deadline=None, max_examples=80)
@given(first=SETS, second=SETS)
def test_bit_operations_are_set_operations(first: frozenset[int], second: frozenset[int]) -> None:
    assert value_set(first) & value_set(second) == value_set(first & second)
    assert value_set(first) | value_set(second) == value_set(first | second)
    assert value_set(first) & ~value_set(second) == value_set(first - second)


@settings(deadline=None, max_examples=80)
@given(values=SETS)
def test_the_least_member_is_found(values: frozenset[int]) -> None:
    assert least(value_set(values)) == min(values, default=-1)


@settings(deadline=None, max_examples=80)
@given(values=SETS)
def test_single_means_one_member(values: frozenset[int]) -> None:
    assert is_single(value_set(values)) == (len(values) == 1)
