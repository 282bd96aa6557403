"""Answers made of other answers."""

import pytest

from configurator.csp.problem import ConstraintProblem
from configurator.csp.value_sets import ValueSet, value_set
from configurator.csp.variables import Assignment, Variable
from configurator.engines.derived import allowed_values, domains_by_witnesses, domains_of
from configurator.engines.engine import Feasibility, Feasible, Infeasible, Unknown

TWO = ConstraintProblem((Variable("a", 3), Variable("b", 2)), ())


def nothing_else(_witness: Assignment, _variable: int, _values: ValueSet) -> ValueSet:
    return 0


def test_assumptions_cut_domains_and_pass_over_values_that_do_not_exist() -> None:
    assert allowed_values(TWO, {0: frozenset({2, 0, 9})}) == ((0, 2), (0, 1))


def test_an_assumption_about_no_variable_is_a_mistake() -> None:
    with pytest.raises(ValueError, match=r"^no variable 2 among 2$"):
        allowed_values(TWO, {2: frozenset({0})})


def test_domains_are_the_union_of_solutions() -> None:
    assert domains_of(iter([(2, 0), (0, 0)]), 2) == ((0, 2), (0,))
    assert domains_of(iter([]), 2) == ((), ())


def test_what_is_left_of_a_variable_is_asked_for_as_a_whole() -> None:
    asked: list[tuple[int, ValueSet]] = []

    def ask(variable: int, values: ValueSet) -> Feasibility:
        asked.append((variable, values))
        return Feasible((2, 1)) if (variable, values) == (0, value_set({1, 2})) else Infeasible()

    domains = domains_by_witnesses((0b111, 0b11), (0, 0), ask, nothing_else, ((), ()))
    assert domains == (value_set({0, 2}), value_set({0, 1}))
    assert asked == [(0, value_set({1, 2})), (0, value_set({1}))]


def test_neighbours_of_a_witness_are_proven_without_asking() -> None:
    def ask(variable: int, values: ValueSet) -> Feasibility:
        raise AssertionError((variable, values))

    domains = domains_by_witnesses((0b111, 0b11), (0, 0), ask, lambda _w, _v, values: values, ((), ()))
    assert domains == (0b111, 0b11)


def test_a_witness_is_relieved_before_its_neighbours_are_tried() -> None:
    budget = 3

    def affordable(witness: Assignment, variable: int, values: ValueSet) -> ValueSet:
        others = sum(witness) - witness[variable]
        return value_set(v for v in range(4) if values >> v & 1 and others + v <= budget)

    def ask(variable: int, values: ValueSet) -> Feasibility:
        raise AssertionError((variable, values))

    burdens = ((0.0, 1.0, 2.0, 3.0),) * 2
    assert domains_by_witnesses((0b1111, 0b1111), (1, 2), ask, affordable, burdens) == (0b1111, 0b1111)


def test_an_unknown_makes_the_domains_unknown() -> None:
    stopped = Unknown("the time limit of 1 s was reached")

    assert domains_by_witnesses((0b11,), (0,), lambda _v, _s: stopped, nothing_else, ((),)) == stopped
