"""The fused form says the same with less."""

from collections import Counter
from itertools import product

from hypothesis import given, settings

from configurator.csp.constraints import (
    ClauseConstraint,
    LinearConstraint,
    Literal,
    SortedConstraint,
    TableConstraint,
)
from configurator.csp.problem import ConstraintProblem
from configurator.csp.semantics import holds
from configurator.csp.simplification import LARGEST_FUSED_TABLE, fuse, with_fewest_classes
from configurator.csp.variables import Variable
from configurator.engines.engine import NO_LIMITS
from configurator.engines.exhaustive import ExhaustiveEngine
from configurator.testing.problem_strategies import Question, questions

PAIR = (Variable("a", 3), Variable("b", 2))


def test_tables_of_one_scope_become_one_whatever_the_order_of_their_columns() -> None:
    equal = TableConstraint((0, 1), ((0, 1, 1), (0, 1)), frozenset({(0, 0), (1, 1)}))
    not_last = TableConstraint((1, 0), ((0, 0), (4, 4, 5)), frozenset({(0, 4)}))

    fused = fuse(ConstraintProblem(PAIR, (equal, not_last)))
    assert [constraint.scope for constraint in fused.constraints] == [(0, 1)]
    assert list(ExhaustiveEngine().prepare(fused).solutions({})) == [(0, 0), (1, 1)]


def test_a_clause_over_two_variables_becomes_a_table() -> None:
    clause = ClauseConstraint(
        (Literal(0, frozenset({2})), Literal(1, frozenset({0})), Literal(0, frozenset({1})))
    )
    table = TableConstraint((0, 1), ((0, 1, 2), (0, 0)), frozenset({(0, 0), (1, 0)}))

    fused = fuse(ConstraintProblem(PAIR, (clause, table)))
    assert [type(constraint) for constraint in fused.constraints] == [TableConstraint]
    assert list(ExhaustiveEngine().prepare(fused).solutions({})) == [(0, 0), (1, 0), (1, 1)]


def test_constraints_that_say_nothing_are_dropped() -> None:
    silent = (LinearConstraint((), None, None), SortedConstraint((0,)), SortedConstraint(()))

    assert fuse(ConstraintProblem(PAIR, silent)).constraints == ()


def test_tables_that_would_grow_too_large_stay_apart() -> None:
    size = 300
    assert size * size > LARGEST_FUSED_TABLE
    # Many classes in one, few in the other: their pairs are many again.
    few = TableConstraint((0, 1), ((0,) * size,) * 2, frozenset({(0, 0)}))
    many = TableConstraint((0, 1), (tuple(range(size)),) * 2, frozenset({(0, 0)}))
    variables = (Variable("a", size), Variable("b", size))

    assert len(fuse(ConstraintProblem(variables, (few, many))).constraints) == 2


@settings(deadline=None, max_examples=80)
@given(question=questions())
def test_fusing_keeps_the_solutions(question: Question) -> None:
    judge = ExhaustiveEngine()

    before = list(judge.prepare(question.problem).solutions(question.assumptions, NO_LIMITS))
    after = list(judge.prepare(fuse(question.problem)).solutions(question.assumptions, NO_LIMITS))
    assert before == after


@settings(deadline=None, max_examples=80)
@given(question=questions())
def test_no_two_small_tables_of_one_scope_are_left(question: Question) -> None:
    fused = fuse(question.problem)

    scopes = Counter(c.scope for c in fused.constraints if isinstance(c, TableConstraint))
    assert all(number == 1 for number in scopes.values())


# ---------------------------------------------------------------- classes


def test_classes_that_no_row_tells_apart_become_one() -> None:
    table = TableConstraint((0, 1), ((5, 6, 7, 9), (1, 2)), frozenset({(5, 1), (6, 1), (7, 2), (8, 2)}))

    assert TableConstraint(
        (0, 1), ((0, 0, 1, 2), (0, 1)), frozenset({(0, 0), (1, 1)})
    ) == with_fewest_classes(table)


def test_a_variable_on_which_nothing_depends_leaves_a_table() -> None:
    table = TableConstraint(
        (2, 0, 1), ((0, 1), (3, 4), (0, 1)), frozenset({(0, 3, 1), (0, 4, 1), (1, 3, 0), (1, 4, 0)})
    )

    assert TableConstraint((2, 1), ((0, 1), (0, 1)), frozenset({(0, 1), (1, 0)})) == with_fewest_classes(
        table
    )


def test_a_table_that_says_always_or_never_has_no_variables_left() -> None:
    always = TableConstraint((0,), ((0, 1),), frozenset({(0,), (1,), (2,)}))
    never = TableConstraint((0,), ((0, 1),), frozenset({(2,)}))

    assert TableConstraint((), (), frozenset({()})) == with_fewest_classes(always)
    assert TableConstraint((), (), frozenset()) == with_fewest_classes(never)


@settings(deadline=None, max_examples=100)
@given(question=questions())
def test_fewer_classes_say_the_same(question: Question) -> None:
    every = list(product(*(range(variable.size) for variable in question.problem.variables)))
    for table in question.problem.constraints:
        if isinstance(table, TableConstraint):
            small = with_fewest_classes(table)

            assert [holds(table, assignment) for assignment in every] == [holds(small, a) for a in every]
            assert small == with_fewest_classes(small)
            assert len(small.rows) <= len(table.rows)
