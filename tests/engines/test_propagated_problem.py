"""A problem with its propagators, and values that need not be tried."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from configurator.csp.constraints import LinearConstraint, LinearTerm, SortedConstraint
from configurator.csp.problem import ConstraintProblem
from configurator.csp.value_sets import value_set, values_in
from configurator.csp.variables import Variable
from configurator.engines.derived import cost_of
from configurator.engines.engine import NO_LIMITS, Infeasible
from configurator.engines.exhaustive import ExhaustiveEngine
from configurator.engines.propagated import Dominance, PropagatedProblem, assumed_sets
from configurator.testing.engine_conformance import problem_of, sizes_of
from configurator.testing.problem_strategies import Question, constraints, objectives, questions

LAWS = settings(deadline=None, max_examples=100)


def assumptions_of(sets: tuple[int, ...]) -> dict[int, frozenset[int]]:
    return {variable: frozenset(values_in(values)) for variable, values in enumerate(sets)}


def test_assumptions_cut_sets_and_pass_over_values_that_do_not_exist() -> None:
    problem = problem_of([3, 2])

    assert assumed_sets(problem, {0: frozenset({2, 0, 9, -1})}) == (0b101, 0b11)


def test_an_assumption_about_no_variable_is_a_mistake() -> None:
    with pytest.raises(ValueError, match=r"^no variable 2 among 2$"):
        assumed_sets(problem_of([3, 2]), {2: frozenset({0})})


@LAWS
@given(question=questions(), data=st.data())
def test_an_extension_propagates_as_the_whole_does(question: Question, data: st.DataObject) -> None:
    more = tuple(data.draw(st.lists(constraints(sizes_of(question.problem)), max_size=2)))
    whole = PropagatedProblem.of(question.problem.extended(more))
    extended = PropagatedProblem.of(question.problem).extended(more)

    assert extended.assumed(question.assumptions, NO_LIMITS) == whole.assumed(question.assumptions, NO_LIMITS)
    assert extended.interchangeability == whole.interchangeability
    sets = assumed_sets(question.problem, question.assumptions)
    assert extended.dominance.undominated(sets) == whole.dominance.undominated(sets)


@LAWS
@given(question=questions())
def test_leaving_dominated_values_out_leaves_a_solution_if_there_is_one(question: Question) -> None:
    sets = assumed_sets(question.problem, question.assumptions)
    left = PropagatedProblem.of(question.problem).dominance.undominated(sets)
    judge = ExhaustiveEngine().prepare(question.problem)

    none = Infeasible()
    assert (judge.feasibility(question.assumptions) == none) == (
        judge.feasibility(assumptions_of(left)) == none
    )


@LAWS
@given(question=questions(), data=st.data())
def test_with_later_values_a_burden_the_first_cheapest_solution_is_left(
    question: Question, data: st.DataObject
) -> None:
    problem = question.problem
    objective = data.draw(objectives(sizes_of(problem)))
    sets = assumed_sets(problem, question.assumptions)
    form = PropagatedProblem.of(problem).extended((LinearConstraint(objective, None, 2**80),))
    left = form.dominance.extended(Dominance.of_later_values(problem)).undominated(sets)
    judge = ExhaustiveEngine().prepare(problem)

    assert judge.cheapest(objective, question.assumptions) == judge.cheapest(objective, assumptions_of(left))


def test_of_components_that_only_a_budget_tells_apart_the_cheapest_is_tried() -> None:
    budget = LinearConstraint((LinearTerm(0, (5, 3, 4, 3)),), None, 9)

    assert PropagatedProblem.of(problem_of([4], budget)).dominance.undominated((0b1111,)) == (0b0010,)
    assert PropagatedProblem.of(problem_of([4], budget)).dominance.undominated((0b1101,)) == (0b1000,)


def test_what_is_cheaper_and_hungrier_dominates_nothing() -> None:
    price = LinearConstraint((LinearTerm(0, (5, 3, 4, 6)),), None, 9)
    power = LinearConstraint((LinearTerm(0, (1, 8, 8, 1)),), None, 9)

    assert PropagatedProblem.of(problem_of([4], price, power)).dominance.undominated((0b1111,)) == (0b0011,)


def test_more_is_better_where_a_sum_has_a_floor() -> None:
    supply = LinearConstraint((LinearTerm(0, (5, 3, 4, 3)),), 2, None)

    assert PropagatedProblem.of(problem_of([4], supply)).dominance.undominated((0b1111,)) == (0b0001,)


def test_between_two_bounds_or_in_a_chain_nothing_is_dominated() -> None:
    term = (LinearTerm(0, (5, 3, 4, 3)),)
    both = problem_of([4, 4], LinearConstraint(term, 2, 9))
    chain = problem_of([4, 4], LinearConstraint(term, None, 9), SortedConstraint((0, 1)))

    for problem in (both, chain):
        assert PropagatedProblem.of(problem).dominance.undominated((0b1111, 0b1111)) == (0b1111, 0b1111)


def test_a_lightened_witness_has_no_single_value_that_could_be_cheaper() -> None:
    objective = (LinearTerm(0, (9, 2, 5)), LinearTerm(1, (1, 0, 4)))
    problem = ConstraintProblem(
        (Variable("a", 3), Variable("b", 3)),
        (LinearConstraint((LinearTerm(0, (0, 1, 2)), LinearTerm(1, (0, 1, 2))), 2, None),),
    )
    form = PropagatedProblem.of(problem)

    lightened = form.lightened((2, 2), (0b111, 0b111), objective)

    assert lightened == (1, 1)
    assert cost_of(objective, lightened) == 2
    assert form.lightened((2, 2), (0b100, 0b111), objective) == (2, 1)
    assert value_set({0, 1, 2}) == form.replacements((2, 2), 0, 0b111)
