"""Solutions in ascending order, with side sums."""

from itertools import islice

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from made_diagrams import (
    MadeDiagram,
    assumptions_on,
    free_diagram,
    made_diagrams,
    made_mixed_diagrams,
    obeying,
)

from configurator.csp.variables import Assumptions
from configurator.engines.diagram.compiled import SideSum
from configurator.engines.diagram.decisions import DecisionWeights
from configurator.engines.diagram.walks import bounded_expansion, listing
from configurator.engines.diagram.walks.listing import solutions, sorted_blocks
from configurator.engines.diagram.whole import Whole, objects, whole
from configurator.engines.engine import SearchLimits
from configurator.errors import SearchLimitError

EITHER = st.one_of(made_diagrams(sums=2), made_mixed_diagrams(sums=2))
LAWS = settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])


@st.composite
def questions(draw: st.DrawFn) -> tuple[MadeDiagram, Assumptions]:
    made = draw(EITHER)
    return made, draw(assumptions_on(made))


def limited(*weights: Whole, upper: int) -> SideSum:
    return SideSum(tuple(DecisionWeights(found, 1 << 61) for found in weights), upper)


@pytest.fixture(params=["one block", "tiny blocks"])
def blocks(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """How the list is split."""
    if request.param == "tiny blocks":
        monkeypatch.setattr(listing, "FIRST_ROWS", 2)
        monkeypatch.setattr(listing, "MOST_ROWS", 5)
        monkeypatch.setattr(listing, "PATHS_PER_SOLUTION", 2)
        monkeypatch.setattr(bounded_expansion, "OPEN_PATHS", 2)


@pytest.mark.usefixtures("blocks")
@LAWS
@given(question=questions())
def test_list_is_all_solutions_in_ascending_order(question: tuple[MadeDiagram, Assumptions]) -> None:
    made, assumptions = question

    assert list(obeying(made, assumptions)) == list(solutions(made.compiled, assumptions))


@pytest.mark.usefixtures("blocks")
@LAWS
@given(question=questions())
def test_blocks_in_columns_are_the_same_list(question: tuple[MadeDiagram, Assumptions]) -> None:
    made, assumptions = question

    found = [
        row
        for block in sorted_blocks(made.compiled, assumptions)
        for row in zip(*block.tolist(), strict=True)
    ]

    if made.compiled.variables:
        assert list(obeying(made, assumptions)) == found


def test_first_solutions_among_10_to_the_80_come_at_once() -> None:
    compiled = free_diagram(*(100,) * 40)

    first = list(islice(solutions(compiled, {}), 1_000))

    assert [(0,) * 38 + divmod(at, 100) for at in range(1_000)] == first


def test_no_block_is_larger_than_the_limit() -> None:
    blocks = islice(sorted_blocks(free_diagram(*(30,) * 5), {}), 8)

    sizes = [block.shape[1] for block in blocks]

    assert sizes[0] <= listing.FIRST_ROWS
    assert max(sizes) <= listing.MOST_ROWS


def test_thousands_of_values_are_listed_in_runs() -> None:
    blocks = list(sorted_blocks(free_diagram(5_000, 2), {}))

    assert [[value, half] for value in range(5_000) for half in range(2)] == np.concatenate(
        blocks, axis=1
    ).T.tolist()
    assert len(blocks) < 30


def test_few_solutions_among_very_many_paths_are_found() -> None:
    """Each of 20 variables adds its value, and all may add 1: 21 solutions of 10**20 paths."""
    ladder = whole(range(10))
    compiled = free_diagram(*(10,) * 20, side_sums=(limited(*(ladder,) * 20, upper=1),))

    found = list(solutions(compiled, {}))

    assert [(0,) * 20, *(tuple(int(at == one) for at in range(20)) for one in reversed(range(20)))] == found


def test_two_sums_that_leave_one_solution_find_it() -> None:
    up, down = whole(range(10)), whole([-value for value in range(10)])
    compiled = free_diagram(
        *(10,) * 6, side_sums=(limited(*(up,) * 6, upper=54), limited(*(down,) * 6, upper=-54))
    )

    assert [(9,) * 6] == list(solutions(compiled, {}))


def test_sums_beyond_machine_words_are_exact() -> None:
    weights = objects([0, 2**80, 2**80 + 1])
    compiled = free_diagram(3, 3, side_sums=(limited(weights, weights, upper=2**81 + 1),))

    assert [(0, 0), (0, 1), (0, 2), (1, 0), (1, 1), (1, 2), (2, 0), (2, 1)] == list(solutions(compiled, {}))


@pytest.mark.parametrize(("upper", "amount"), [(2**90, 9), (-(2**90), 0)])
def test_bounds_beyond_machine_words_hold(upper: int, amount: int) -> None:
    compiled = free_diagram(3, 3, side_sums=(limited(whole(range(3)), whole(range(3)), upper=upper),))

    assert amount == len(list(solutions(compiled, {})))


@pytest.mark.parametrize(("upper", "expected"), [(0, [()]), (-1, [])])
def test_empty_solution_keeps_a_sum_of_0(upper: int, expected: list[tuple[int, ...]]) -> None:
    assert expected == list(solutions(free_diagram(side_sums=(limited(upper=upper),)), {}))


def test_order_of_wide_rows_needs_more_than_one_machine_word() -> None:
    columns = np.array([[1, 0, 1], [2, 5, 2], [7, 7, 3]], np.int32)

    assert [[0, 1, 1], [5, 2, 2], [7, 3, 7]] == listing.ascending(columns, [2**40, 2**40, 2**30]).tolist()


def test_listing_ends_with_the_time() -> None:
    readings = iter(range(10**9))
    limits = SearchLimits(deadline=300, seconds=1, now=lambda: next(readings))
    found = solutions(free_diagram(*(10,) * 9), {}, limits)

    assert (0,) * 9 == next(found)
    with pytest.raises(SearchLimitError):
        list(found)
