"""Values that no constraint can tell apart."""

from hypothesis import given, settings

from configurator.csp.constraints import (
    ClauseConstraint,
    Constraint,
    LinearConstraint,
    LinearTerm,
    Literal,
    PredicateConstraint,
    SortedConstraint,
    TableConstraint,
)
from configurator.csp.interchangeability import Interchangeability
from configurator.csp.problem import ConstraintProblem
from configurator.csp.value_sets import value_set, values_in
from configurator.csp.variables import Variable
from configurator.engines.exhaustive import ExhaustiveEngine
from configurator.testing.problem_strategies import Question, questions


def groups(size: int, *constraints: Constraint) -> list[tuple[int, ...]]:
    """The groups of the first of two variables of one size."""
    problem = ConstraintProblem((Variable("a", size), Variable("b", size)), constraints)
    return [values_in(group) for group in Interchangeability.of(problem).groups[0]]


def test_without_constraints_all_values_are_one_group() -> None:
    assert groups(3) == [(0, 1, 2)]
    assert groups(1) == []


def test_classes_weights_and_literals_tell_values_apart() -> None:
    table = TableConstraint((0,), ((7, 7, 7, 7, 8),), frozenset({(7,)}))
    budget = LinearConstraint((LinearTerm(0, (1, 1, 1, 2, 1)),), None, 5)
    clause = ClauseConstraint((Literal(0, frozenset({0})),))

    assert groups(5, table) == [(0, 1, 2, 3)]
    assert groups(5, table, budget) == [(0, 1, 2)]
    assert groups(5, table, budget, clause) == [(1, 2)]


def test_chains_and_predicates_tell_all_values_apart() -> None:
    assert groups(3, SortedConstraint((0, 1))) == []
    assert groups(3, PredicateConstraint((1, 0), any)) == []


def test_a_predicate_tells_apart_what_is_in_different_classes() -> None:
    assert groups(4, PredicateConstraint((1, 0), any, classes=((0, 1, 2, 3), (5, 5, 6, 5)))) == [(0, 1, 3)]


def test_a_representative_stands_for_what_is_left_of_its_group() -> None:
    same = Interchangeability.of(ConstraintProblem((Variable("a", 4),), ()))
    left = (value_set({1, 3}),)

    assert same.representatives(left) == (value_set({1}),)
    assert same.multiplicities(left) == ({1: 2},)
    assert same.represented(left, (value_set({1}),)) == left
    assert same.representatives((0,)) == (0,)


@settings(deadline=None, max_examples=80)
@given(question=questions())
def test_exchanging_members_of_a_group_keeps_a_solution(question: Question) -> None:
    solutions = set(ExhaustiveEngine().prepare(question.problem).solutions({}))
    same = Interchangeability.of(question.problem)

    for solution in solutions:
        for variable, value in enumerate(solution):
            for group in same.groups[variable]:
                if group >> value & 1:
                    exchanged = {
                        (*solution[:variable], other, *solution[variable + 1 :]) for other in values_in(group)
                    }
                    assert exchanged <= solutions
