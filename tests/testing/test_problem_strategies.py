"""The strategies reach what they are meant to reach."""

from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, Phase, find, settings

from configurator.csp.constraints import (
    ClauseConstraint,
    LinearConstraint,
    PredicateConstraint,
    SortedConstraint,
    TableConstraint,
)
from configurator.csp.problem import ConstraintProblem
from configurator.engines.exhaustive import ExhaustiveEngine
from configurator.testing.problem_strategies import HUGE, Question, questions

SEARCH = settings(
    database=None,
    deadline=None,
    derandomize=True,
    max_examples=2000,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)


def count(question: Question) -> int:
    counted = ExhaustiveEngine().prepare(question.problem).count(question.assumptions)
    assert isinstance(counted, int)
    return counted


def has(kind: type[object], question: Question) -> bool:
    return any(isinstance(constraint, kind) for constraint in question.problem.constraints)


@pytest.mark.parametrize(
    "wanted",
    [
        lambda q: not q.problem.variables,
        lambda q: any(variable.size == 0 for variable in q.problem.variables),
        lambda q: any(not values for values in q.assumptions.values()),
        lambda q: count(q) == 0 and q.problem.combinations > 20,
        lambda q: 1 < count(q) < q.problem.combinations,
        lambda q: len({type(c) for c in q.problem.constraints}) >= 4 and count(q) > 0,
        lambda q: has(ClauseConstraint, q) and count(q) > 1,
        lambda q: has(TableConstraint, q) and count(q) > 1,
        lambda q: has(SortedConstraint, q) and count(q) > 1,
        lambda q: has(PredicateConstraint, q) and count(q) > 1,
        lambda q: any(isinstance(c, LinearConstraint) and c.unless for c in q.problem.constraints),
        lambda q: any(
            isinstance(c, LinearConstraint) and any(abs(w) >= HUGE for t in c.terms for w in t.weights)
            for c in q.problem.constraints
        ),
    ],
)
def test_random_questions_reach_every_situation(wanted: Callable[[Question], bool]) -> None:
    assert wanted(find(questions(), wanted, settings=SEARCH))


def test_random_problems_are_consistent_and_small() -> None:
    largest = find(questions(), lambda q: q.problem.combinations > 60, settings=SEARCH)

    assert isinstance(largest.problem, ConstraintProblem)
    assert largest.problem.combinations <= 4**4
