"""Many configurations validated at once."""

from itertools import product
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from made_diagrams import MadeDiagram, free_diagram, made_diagrams, made_mixed_diagrams

from configurator.engines.diagram.compiled import SideSum
from configurator.engines.diagram.decisions import DecisionWeights
from configurator.engines.diagram.walks import bulk_validation
from configurator.engines.diagram.walks.bulk_validation import SearchStep, TableStep, bulk_validator
from configurator.engines.diagram.walks.passes import restricted_diagram
from configurator.engines.diagram.whole import objects, whole
from configurator.engines.engine import SearchLimits
from configurator.errors import SearchLimitError

EITHER = st.one_of(made_diagrams(sums=2), made_mixed_diagrams(sums=2))
LAWS = settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture(params=[1 << 20, 12, 0], ids=["tables of values", "smaller tables", "no tables"])
def cells(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """How large tables may be."""
    monkeypatch.setattr(bulk_validation, "TABLE_CELLS", request.param)


@pytest.mark.usefixtures("cells")
@LAWS
@given(made=EITHER, data=st.data(), dtype=st.sampled_from([np.int8, np.int32, np.int64]))
def test_exactly_the_solutions_are_valid(
    made: MadeDiagram, data: st.DataObject, dtype: type[np.signedinteger[Any]]
) -> None:
    anything = st.tuples(*(st.integers(-2, found.size + 1) for found in made.compiled.variables))
    rows = data.draw(st.lists(anything)) + list(made.solutions[:20])
    columns = np.array(rows, dtype).reshape(len(rows), len(made.compiled.variables)).T

    valid = bulk_validator(made.compiled).validate(columns)

    assert [row in made.solutions for row in rows] == valid.tolist()


def test_numbers_that_only_look_like_values_are_invalid() -> None:
    columns = np.array([[0, 2**32, 2**32 + 1, -1, -(2**32)]])

    assert [True, False, False, False, False] == bulk_validator(free_diagram(2)).validate(columns).tolist()


@pytest.mark.parametrize("dtype", [np.uint8, np.uint32, np.uint64])
def test_unsigned_values_are_validated(dtype: type[np.unsignedinteger[Any]]) -> None:
    columns = np.array([[0, 1, 2, np.iinfo(dtype).max]], dtype)

    assert [True, True, False, False] == bulk_validator(free_diagram(2)).validate(columns).tolist()


def test_values_that_are_no_whole_numbers_are_refused() -> None:
    with pytest.raises(ValueError, match="whole numbers"):
        bulk_validator(free_diagram(2)).validate(np.array([[0.5]]))


def test_rows_of_many_blocks_are_validated_alike(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bulk_validation, "BLOCK", 7)
    columns = np.array(list(product(range(-1, 4), repeat=3)), np.int32).T
    compiled = restricted_diagram(free_diagram(3, 3, 3), {1: frozenset({2})})

    valid = bulk_validator(compiled).validate(columns)

    assert [(row >= 0).all() and (row <= 2).all() and row[1] == 2 for row in columns.T] == valid.tolist()


def test_steps_are_tables_where_these_are_small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bulk_validation, "TABLE_CELLS", 8)
    kinds = [
        (type(step), step.reading.column_of is None)
        for size in (3, 4)
        for step in bulk_validator(free_diagram(size)).steps
    ]
    monkeypatch.setattr(bulk_validation, "TABLE_CELLS", 3)

    assert [(TableStep, True), (TableStep, False)] == kinds
    assert [SearchStep] == [type(step) for step in bulk_validator(free_diagram(3)).steps]


def test_sums_beyond_machine_words_are_exact() -> None:
    weights = DecisionWeights(objects([0, 2**80, 2**80 + 1]), 2**90)
    compiled = free_diagram(3, 3, side_sums=(SideSum((weights, weights), 2**81 + 1),))
    columns = np.array(list(product(range(3), repeat=2)), np.int32).T

    assert [True] * 8 + [False] == bulk_validator(compiled).validate(columns).tolist()


@pytest.mark.parametrize(("upper", "expected"), [(2**90, True), (-(2**90), False)])
def test_bounds_beyond_machine_words_hold(upper: int, expected: bool) -> None:
    compiled = free_diagram(3, side_sums=(SideSum((DecisionWeights(whole(range(3)), 9),), upper),))

    assert [expected] * 3 == bulk_validator(compiled).validate(np.arange(3, dtype=np.int32)[None]).tolist()


def test_void_diagram_has_no_valid_row() -> None:
    compiled = restricted_diagram(free_diagram(2), {0: frozenset()})

    assert [False, False] == bulk_validator(compiled).validate(np.array([[0, 1]], np.int32)).tolist()


def test_empty_configuration_is_valid() -> None:
    assert [True, True] == bulk_validator(free_diagram()).validate(np.empty((0, 2), np.int32)).tolist()


def test_no_rows_give_no_answers() -> None:
    assert [] == bulk_validator(free_diagram(2)).validate(np.empty((1, 0), np.int32)).tolist()


def test_wrong_number_of_rows_is_refused() -> None:
    with pytest.raises(ValueError, match="2 variables"):
        bulk_validator(free_diagram(2, 2)).validate(np.zeros((3, 1), np.int32))


def test_validation_ends_with_the_time() -> None:
    ended = SearchLimits(deadline=0, seconds=1, now=lambda: 1)

    with pytest.raises(SearchLimitError):
        bulk_validator(free_diagram(2)).validate(np.zeros((1, 1), np.int32), ended)
