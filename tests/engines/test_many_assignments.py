"""Many assignments at once: the same truth as one by one, whatever the kind of constraint."""

from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from configurator.csp.constraints import LinearConstraint, LinearTerm
from configurator.csp.problem import ConstraintProblem
from configurator.csp.semantics import holds
from configurator.csp.symmetries import InterchangeableBlocks, canonical
from configurator.csp.variables import Variable
from configurator.engines.engine import NO_LIMITS
from configurator.engines.exhaustive import ExhaustiveEngine
from configurator.engines.many_assignments import all_solutions, holding, in_order
from configurator.errors import SearchLimitError
from configurator.testing.engine_conformance import stops_after
from configurator.testing.problem_strategies import HUGE, constraint_problems


@settings(max_examples=80, deadline=None)
@given(problem=constraint_problems(variables=3))
def test_each_constraint_holds_where_it_holds_one_by_one(problem: ConstraintProblem) -> None:
    every = list(product(*(range(variable.size) for variable in problem.variables)))
    rows = np.array(every, np.int32).reshape(len(every), len(problem.variables)).T

    for constraint in problem.constraints:
        found = holding(constraint, dict(enumerate(rows)), len(every), NO_LIMITS)
        assert [holds(constraint, each) for each in every] == found.tolist()


@settings(max_examples=80, deadline=None)
@given(problem=constraint_problems())
def test_all_solutions_are_those_of_the_judge_in_order(problem: ConstraintProblem) -> None:
    expected = list(ExhaustiveEngine().prepare(problem).solutions({}))

    assert expected == [tuple(each) for each in all_solutions(problem, 10_000, NO_LIMITS).T.tolist()]


def test_bounds_beyond_machine_words_are_kept() -> None:
    terms = (LinearTerm(0, (0, 1, 2)),)
    values = {0: np.arange(3, dtype=np.int32)}

    assert [True] * 3 == holding(LinearConstraint(terms, -HUGE, HUGE), values, 3, NO_LIMITS).tolist()
    assert [False] * 3 == holding(LinearConstraint(terms, HUGE, None), values, 3, NO_LIMITS).tolist()


def test_too_many_combinations_are_refused_before_they_are_made() -> None:
    problem = ConstraintProblem(tuple(Variable(f"v{at}", 1_000) for at in range(4)), ())

    with pytest.raises(SearchLimitError, match="more than 1,000,000 combinations"):
        all_solutions(problem, 1_000_000, NO_LIMITS)


def test_the_time_limit_is_heeded() -> None:
    problem = ConstraintProblem((Variable("v", 3),), ())

    with pytest.raises(SearchLimitError):
        all_solutions(problem, 10, stops_after(0))


@given(st.lists(st.integers(0, 2), min_size=9, max_size=9))
def test_what_is_in_order_is_what_is_canonical(values: list[int]) -> None:
    # An instance that is not there holds nothing.
    values = [
        values[0],
        *(v if values[at - at % 2 - 1] or at % 2 else 0 for at, v in enumerate(values) if at),
    ]
    tidy = [values[0]]
    for at in range(1, 9, 2):
        tidy += [min(values[at], 1), values[at + 1] if values[at] else 0]
    bags = (InterchangeableBlocks(((1, 2), (3, 4), (5, 6), (7, 8))),)

    expected = canonical(tuple(tidy), bags) == tuple(tidy)
    assert [expected] == in_order(np.array(tidy, np.int32).reshape(-1, 1), bags).tolist()
