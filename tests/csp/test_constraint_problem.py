"""A problem is consistent by construction."""

import pytest

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
from configurator.csp.problem import ConstraintProblem
from configurator.csp.variables import Variable

VARIABLES = (Variable("cpu", 2), Variable("board", 3))


@pytest.mark.parametrize(
    ("constraint", "message"),
    [
        (SortedConstraint((0, 2)), r"scope \(0, 2\) does not fit 2 variables"),
        (PredicateConstraint((-1,), any), r"scope \(-1,\) does not fit 2 variables"),
        (SortedConstraint((0, 0)), r"scope \(0, 0\) does not fit 2 variables"),
        (
            TableConstraint((0,), ((1, 2, 3),), frozenset()),
            r"table over \(0,\) does not fit the domains \(2,\)",
        ),
        (
            TableConstraint((0,), ((1, 2),), frozenset({(1, 2)})),
            r"table over \(0,\) does not fit the domains \(2,\)",
        ),
        (
            PredicateConstraint((1, 0), any, classes=((0, 0, 1), (0,))),
            r"predicate over \(1, 0\) does not fit the domains \(3, 2\)",
        ),
        (
            PredicateConstraint((1, 0), any, classes=((0, 0, 1),)),
            r"predicate over \(1, 0\) does not fit the domains \(3, 2\)",
        ),
        (LinearConstraint((LinearTerm(1, (1, 2)),), 0, 0), r"weights over \(1,\) do not fit the domains"),
        (LinearConstraint((LinearTerm(0, (1, 2)),) * 2, 0, 0), r"a variable of \(0,\) has two terms"),
        (
            ClauseConstraint((Literal(1, frozenset({0, -1})),)),
            "a literal on `board` names a value it does not have",
        ),
        (
            ClauseConstraint((Literal(1, frozenset({3})),)),
            "a literal on `board` names a value it does not have",
        ),
        (
            LinearConstraint((), 0, 0, (Literal(0, frozenset({2})),)),
            "a literal on `cpu` names a value it does not have",
        ),
    ],
)
def test_a_constraint_that_does_not_fit_is_refused(constraint: Constraint, message: str) -> None:
    with pytest.raises(ValueError, match=f"^{message}$"):
        ConstraintProblem(VARIABLES, (constraint,))


def test_combinations_are_the_product_of_the_domains() -> None:
    assert ConstraintProblem(VARIABLES, ()).combinations == 6
    assert ConstraintProblem((), ()).combinations == 1
    assert ConstraintProblem((*VARIABLES, Variable("gpu", 0)), ()).combinations == 0


def test_extending_a_problem_checks_what_is_new() -> None:
    problem = ConstraintProblem(VARIABLES, ())

    with pytest.raises(ValueError, match="does not fit 2 variables"):
        problem.extended((SortedConstraint((5,)),))


def test_the_origin_of_a_constraint_does_not_make_it_another() -> None:
    assert SortedConstraint((0, 1), origin="rule a") == SortedConstraint((0, 1), origin="rule b")
