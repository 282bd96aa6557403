"""A constraint's negation holds exactly where the constraint does not."""

from itertools import product

from hypothesis import given
from hypothesis import strategies as st

from configurator.csp import negation
from configurator.csp.constraints import PredicateConstraint, TableConstraint
from configurator.csp.negation import broken_part, negations
from configurator.csp.problem import ConstraintProblem
from configurator.csp.semantics import holds
from configurator.csp.variables import Variable
from configurator.testing.problem_strategies import constraint_problems


@given(problem=constraint_problems(), cells=st.sampled_from((0, negation.MOST_CELLS)))
def test_some_alternative_holds_exactly_where_a_constraint_is_broken(
    problem: ConstraintProblem, cells: int
) -> None:
    before, negation.MOST_CELLS = negation.MOST_CELLS, cells
    try:
        found = [negations(constraint, problem.variables) for constraint in problem.constraints]
    finally:
        negation.MOST_CELLS = before
    for assignment in product(*(range(variable.size) for variable in problem.variables)):
        for constraint, alternatives in zip(problem.constraints, found, strict=True):
            broken = any(all(holds(each, assignment) for each in alternative) for alternative in alternatives)

            assert holds(constraint, assignment) is not broken


@given(problem=constraint_problems())
def test_a_part_is_broken_where_one_of_its_constraints_is(problem: ConstraintProblem) -> None:
    alternatives = broken_part(problem.constraints, problem.variables)
    for assignment in product(*(range(variable.size) for variable in problem.variables)):
        kept = all(holds(constraint, assignment) for constraint in problem.constraints)
        broken = any(all(holds(each, assignment) for each in alternative) for alternative in alternatives)

        assert kept is not broken


def test_a_table_too_large_to_be_turned_round_becomes_a_predicate() -> None:
    variables = tuple(Variable(f"v{at}", 100) for at in range(3))
    table = TableConstraint((0, 1, 2), (tuple(range(100)),) * 3, frozenset({(1, 2, 3)}))
    ((found,),) = negations(table, variables)

    assert isinstance(found, PredicateConstraint)
    assert [False, True] == [found.function((1, 2, 3)), found.function((1, 2, 4))]
