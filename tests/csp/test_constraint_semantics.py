"""What each kind of constraint means, spelled out."""

from itertools import product

from configurator.csp.constraints import (
    ClauseConstraint,
    LinearConstraint,
    LinearTerm,
    Literal,
    PredicateConstraint,
    SortedConstraint,
    TableConstraint,
)
from configurator.csp.problem import ConstraintProblem
from configurator.csp.semantics import broken, holds
from configurator.csp.variables import Variable


def test_a_clause_without_literals_is_false() -> None:
    assert not holds(ClauseConstraint(()), (0,))


def test_a_clause_holds_by_any_literal() -> None:
    clause = ClauseConstraint((Literal(0, frozenset({1})), Literal(1, frozenset({0}))))

    held = [assignment for assignment in product(range(2), repeat=2) if holds(clause, assignment)]
    assert held == [(0, 0), (1, 0), (1, 1)]


def test_a_table_compares_classes() -> None:
    table = TableConstraint((1, 0), ((5, 6), (8, 8, 9)), frozenset({(6, 8)}))

    assert [value for value in range(3) if holds(table, (value, 1))] == [0, 1]
    assert not holds(table, (0, 0))


def test_a_sum_includes_its_bounds() -> None:
    term = LinearTerm(0, (1, 2, 3, 4))

    assert [v for v in range(4) if holds(LinearConstraint((term,), 2, 3), (v,))] == [1, 2]
    assert [v for v in range(4) if holds(LinearConstraint((term,), None, 1), (v,))] == [0]
    assert [v for v in range(4) if holds(LinearConstraint((term,), 4, None), (v,))] == [3]


def test_an_excused_sum_holds() -> None:
    excused = LinearConstraint((LinearTerm(0, (0, 9)),), None, 5, (Literal(1, frozenset({1})),))

    assert [holds(excused, assignment) for assignment in ((1, 0), (1, 1), (0, 0))] == [False, True, True]


def test_a_chain_never_falls_and_has_no_blank_inside() -> None:
    chain = SortedConstraint((0, 1, 2))

    held = [assignment for assignment in product(range(3), repeat=3) if holds(chain, assignment)]
    assert held == [
        (0, 0, 0),
        (1, 0, 0),
        (1, 1, 0),
        (1, 1, 1),
        (1, 1, 2),
        (1, 2, 0),
        (1, 2, 2),
        (2, 0, 0),
        (2, 2, 0),
        (2, 2, 2),
    ]


def test_a_predicate_is_given_the_values_of_its_scope() -> None:
    assert holds(PredicateConstraint((2, 0), lambda values: values == (7, 5)), (5, 6, 7))


def test_broken_constraints_keep_their_order() -> None:
    never, always, small = (
        ClauseConstraint(()),
        SortedConstraint((0,)),
        LinearConstraint((LinearTerm(0, (1, 2)),), 3, 3),
    )
    problem = ConstraintProblem((Variable("v", 2),), (small, always, never))

    assert broken(problem, (1,)) == (small, never)
