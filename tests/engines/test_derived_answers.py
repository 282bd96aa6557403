"""Answers made of other answers."""

import pytest
from attrs import field, frozen

from configurator.csp.constraints import (
    Constraint,
    LinearConstraint,
    LinearTerm,
    SortedConstraint,
    TableConstraint,
)
from configurator.csp.problem import ConstraintProblem
from configurator.csp.value_sets import ValueSet, ValueSets, value_set, values_in
from configurator.csp.variables import Assignment, Assumptions, Variable
from configurator.engines import derived
from configurator.engines.derived import (
    WitnessSearch,
    allowed_values,
    cheapest_by_bounds,
    domains_by_witnesses,
    domains_of,
)
from configurator.engines.engine import (
    NO_LIMITS,
    Feasibility,
    Feasible,
    Infeasible,
    Optimum,
    SearchLimits,
    Unknown,
)
from configurator.engines.exhaustive import ExhaustiveEngine, ExhaustiveSearch
from configurator.engines.propagated import PropagatedProblem
from configurator.errors import SearchLimitError

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

    def ask(variable: int, values: ValueSet, _missing: ValueSets) -> Feasibility:
        asked.append((variable, values))
        return Feasible((2, 1)) if (variable, values) == (0, value_set({1, 2})) else Infeasible()

    domains = domains_by_witnesses((0b111, 0b11), (0, 0), ask, nothing_else, ((), ()))
    assert domains == (value_set({0, 2}), value_set({0, 1}))
    assert asked == [(0, value_set({1, 2})), (0, value_set({1}))]


def test_neighbours_of_a_witness_are_proven_without_asking() -> None:
    def ask(variable: int, values: ValueSet, _missing: ValueSets) -> Feasibility:
        raise AssertionError((variable, values))

    domains = domains_by_witnesses((0b111, 0b11), (0, 0), ask, lambda _w, _v, values: values, ((), ()))
    assert domains == (0b111, 0b11)


def test_a_witness_is_relieved_before_its_neighbours_are_tried() -> None:
    budget = 3

    def affordable(witness: Assignment, variable: int, values: ValueSet) -> ValueSet:
        others = sum(witness) - witness[variable]
        return value_set(v for v in range(4) if values >> v & 1 and others + v <= budget)

    def ask(variable: int, values: ValueSet, _missing: ValueSets) -> Feasibility:
        raise AssertionError((variable, values))

    burdens = ((0.0, 1.0, 2.0, 3.0),) * 2
    assert domains_by_witnesses((0b1111, 0b1111), (1, 2), ask, affordable, burdens) == (0b1111, 0b1111)


def test_an_unknown_makes_the_domains_unknown() -> None:
    stopped = Unknown("the time limit of 1 s was reached")

    assert domains_by_witnesses((0b11,), (0,), lambda _v, _s, _m: stopped, nothing_else, ((),)) == stopped


@frozen
class RememberingJudge(ExhaustiveSearch):
    """Remembers which bounds it was asked about."""

    asked: list[int | None] = field(factory=list)

    def extended(
        self, constraints: tuple[Constraint, ...], limits: SearchLimits = NO_LIMITS
    ) -> "RememberingJudge":
        limits.check()
        self.asked.extend(each.upper for each in constraints if isinstance(each, LinearConstraint))
        return RememberingJudge(self.problem.extended(constraints), self.asked)


def test_the_cheapest_is_closed_in_upon_by_halves() -> None:
    # Relieving finds nothing here: no single change of (0, 1) or (1, 0) keeps them different.
    different = TableConstraint((0, 1), ((0, 1), (0, 1)), frozenset({(0, 1), (1, 0)}))
    problem = ConstraintProblem((Variable("a", 2), Variable("b", 2)), (different,))
    objective = (LinearTerm(0, (2**70, 3)), LinearTerm(1, (0, 2**70)))
    judge = RememberingJudge(problem)

    cheapest = cheapest_by_bounds(judge, PropagatedProblem.of(problem), objective, {}, NO_LIMITS)

    assert cheapest == Optimum(3, (1, 0))
    # From 2^71 as the first witness costs down to 3, which nothing undercuts.
    assert judge.asked[0] == (2**71 + 3) // 2
    assert len(judge.asked) < 75


def test_counting_from_solution_to_solution_stops_at_its_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(derived, "LARGEST_COUNT", 3)
    chain = SortedConstraint((0, 1))
    problem = ConstraintProblem((Variable("a", 9), Variable("b", 9)), (chain,))
    judge = ExhaustiveEngine().prepare(problem)

    def find(sets: ValueSets, _wanted: ValueSets | None, limits: SearchLimits) -> Assignment | None:
        within = {variable: frozenset(values_in(values)) for variable, values in enumerate(sets)}
        return next(judge.solutions(within, limits), None)

    search = WitnessSearch(PropagatedProblem.of(problem), find, "made-up")

    def counted(assumptions: Assumptions) -> int:
        sets = search.form.assumed(assumptions, NO_LIMITS)
        assert sets is not None
        return search.count_within(sets, NO_LIMITS)

    assert counted({0: frozenset({2, 3})}) == 15
    assert counted({1: frozenset({8})}) == 8
    monkeypatch.setattr(derived, "LARGEST_COUNT", 0)
    with pytest.raises(SearchLimitError, match="`made-up` makes no count that takes more than 0 steps"):
        counted({})
