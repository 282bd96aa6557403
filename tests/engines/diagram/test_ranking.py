"""The fast order: numbers, pages, blocks."""

from itertools import pairwise

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
from configurator.engines.diagram.walks import ranking
from configurator.engines.diagram.walks.passes import restricted_diagram
from configurator.engines.diagram.walks.ranking import FastOrder, fast_order
from configurator.engines.diagram.whole import objects, whole

EITHER = st.one_of(made_diagrams(), made_mixed_diagrams())
LAWS = settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture(params=[(1 << 10, 1 << 16), (3, 3)], ids=["all rests", "some rests"])
def suffixes(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """How much of each solution is copied from rests written out before."""
    few, many = request.param
    monkeypatch.setattr(ranking, "FEW_SUFFIXES", few)
    monkeypatch.setattr(ranking, "MANY_SUFFIXES", many)


@st.composite
def questions(draw: st.DrawFn) -> tuple[MadeDiagram, Assumptions]:
    made = draw(EITHER)
    return made, draw(assumptions_on(made))


def order_of(question: tuple[MadeDiagram, Assumptions]) -> FastOrder:
    made, assumptions = question
    return fast_order(made.compiled, assumptions)


@pytest.mark.usefixtures("suffixes")
class TestLaws:
    """Whatever part of the layers is written out in advance."""

    @LAWS
    @given(question=questions())
    def test_fast_order_has_each_solution_once(self, question: tuple[MadeDiagram, Assumptions]) -> None:
        made, assumptions = question
        order = fast_order(made.compiled, assumptions)

        listed = order.page(0, order.size + 1)

        assert list(obeying(made, assumptions)) == sorted(map(tuple, listed.T.tolist()))

    @LAWS
    @given(question=questions(), data=st.data())
    def test_page_is_a_slice_of_the_list(
        self, question: tuple[MadeDiagram, Assumptions], data: st.DataObject
    ) -> None:
        order = order_of(question)
        every = order.page(0, order.size)
        offset = data.draw(st.integers(0, order.size + 2))
        length = data.draw(st.integers(0, order.size + 2))

        page = order.page(offset, length)

        assert every[:, offset : offset + length].tolist() == page.tolist()

    @LAWS
    @given(question=questions(), size=st.integers(1, 7), start=st.integers(0, 9))
    def test_blocks_are_the_list_in_pieces(
        self, question: tuple[MadeDiagram, Assumptions], size: int, start: int
    ) -> None:
        order = order_of(question)
        every = order.page(0, order.size)

        blocks = list(order.blocks(start, size))

        assert [size] * (len(blocks) - 1) == [block.shape[1] for block in blocks[:-1]]
        joined = np.concatenate([every[:, :0], *blocks], axis=1)
        assert every[:, start:].tolist() == joined.tolist()

    @LAWS
    @given(question=questions())
    def test_solution_of_each_number_is_the_one_in_the_list(
        self, question: tuple[MadeDiagram, Assumptions]
    ) -> None:
        order = order_of(question)

        found = order.unrank(np.arange(order.size)[::-1])

        assert order.page(0, order.size)[:, ::-1].tolist() == found.tolist()

    @LAWS
    @given(question=questions())
    def test_rank_undoes_unrank(self, question: tuple[MadeDiagram, Assumptions]) -> None:
        order = order_of(question)

        assert list(range(order.size)) == order.rank(order.unrank(np.arange(order.size))).tolist()

    @LAWS
    @given(made=EITHER, data=st.data())
    def test_rank_of_no_solution_is_minus_1(self, made: MadeDiagram, data: st.DataObject) -> None:
        rows = data.draw(
            st.lists(st.tuples(*(st.integers(-2, found.size + 1) for found in made.compiled.variables)))
        )
        columns = np.array(rows, np.int32).reshape(len(rows), len(made.compiled.variables)).T

        ranks = fast_order(made.compiled, {}).rank(columns)

        assert [row in made.solutions for row in rows] == [rank >= 0 for rank in ranks]


@LAWS
@given(made=EITHER)
def test_fast_order_goes_by_layers_classes_and_ranks_of_members(made: MadeDiagram) -> None:
    order = fast_order(made.compiled, {})
    columns = order.page(0, order.size)

    keys = zip(
        *(
            list(
                zip(
                    *(part.tolist() for part in decision.everything.ranks(columns[list(decision.variables)])),
                    strict=True,
                )
            )
            for decision in made.compiled.decisions
        ),
        strict=True,
    )

    assert all(one < other for one, other in pairwise(keys))


def test_pages_beyond_machine_words_are_exact() -> None:
    order = fast_order(free_diagram(*(100,) * 40), {})
    far = 123 * 10**77 // 10 + 98

    page = order.page(far, 5)

    assert [far + at for at in range(5)] == order.rank(page).tolist()
    digits = [[int(f"{far + at:080d}"[2 * place : 2 * place + 2]) for at in range(5)] for place in range(40)]
    assert digits == page.tolist()


def test_unrank_beyond_machine_words_is_exact() -> None:
    order = fast_order(free_diagram(*(100,) * 40), {})
    ranks = objects([0, 10**80 - 1, 2**63, 2**64, 10**40 + 7])

    assert ranks.tolist() == order.rank(order.unrank(ranks)).tolist()


def test_rank_beyond_machine_words_of_no_solution_is_minus_1() -> None:
    order = fast_order(free_diagram(*(100,) * 40), {5: frozenset({1, 2})})
    columns = np.full((40, 2), 1, np.int32)
    columns[5, 1] = 3

    ranks = order.rank(columns)

    assert -1 == ranks[1]
    assert columns[:, :1].tolist() == order.unrank(ranks[:1]).tolist()


def test_last_page_beyond_machine_words_ends_with_the_last_solution() -> None:
    order = fast_order(free_diagram(*(10,) * 30), {})

    page = order.page(10**30 - 3, 10)

    assert [[9] * 3] * 29 + [[7, 8, 9]] == page.tolist()


@pytest.mark.parametrize("ranks", [[-1], [6], [0, 7]])
def test_number_of_no_solution_is_refused(ranks: list[int]) -> None:
    with pytest.raises(IndexError, match="below 6"):
        fast_order(free_diagram(2, 3), {}).unrank(whole(ranks))


def test_negative_page_is_refused() -> None:
    order = fast_order(free_diagram(2, 3), {})

    with pytest.raises(ValueError, match="page"):
        order.page(-1, 2)
    with pytest.raises(ValueError, match="page"):
        order.page(1, -2)


def test_void_diagram_has_empty_pages() -> None:
    order = fast_order(free_diagram(2, 3), {0: frozenset()})

    assert (0, (2, 0), []) == (order.size, order.page(0, 10).shape, list(order.blocks()))
    assert [-1] == order.rank(np.zeros((2, 1), np.int32)).tolist()
    assert (2, 0) == order.unrank(whole([])).shape


def test_order_without_variables_has_the_empty_solution() -> None:
    order = fast_order(free_diagram(), {})

    assert (1, (0, 1), [0]) == (
        order.size,
        order.page(0, 10).shape,
        order.rank(np.empty((0, 1), np.int32)).tolist(),
    )


def test_order_of_everything_is_made_once() -> None:
    compiled = free_diagram(2, 3)

    assert fast_order(compiled, {}) is fast_order(compiled, {})
    assert restricted_diagram(compiled, {}) is compiled


def test_pages_do_not_change_when_a_caller_writes_into_them() -> None:
    order = fast_order(free_diagram(2, 3), {})

    order.page(0, 6)[:] = 0

    assert [[0, 0, 0, 1, 1, 1], [0, 1, 2, 0, 1, 2]] == order.page(0, 6).tolist()
