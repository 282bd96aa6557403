"""What the SAT engine promises beyond the suite that all engines pass."""

import gc
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

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
from configurator.csp.semantics import broken
from configurator.csp.variables import Assumptions
from configurator.engines import derived, sat, sat_encoding
from configurator.engines.engine import Domains, Feasible, Infeasible, Optimum, SearchLimits, Unknown
from configurator.engines.exhaustive import ExhaustiveEngine
from configurator.engines.sat import SatEngine, SatOracle, SatSearch
from configurator.errors import SearchLimitError
from configurator.testing.engine_conformance import different, problem_of, sizes_of, stops_after
from configurator.testing.problem_strategies import Question, objectives, questions

ENGINE = SatEngine()
MANY = 10_000
LAWS = settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])


def seeded(seed: int) -> Random:
    return Random(seed)  # noqa: S311 - the same instance on every run is what is wanted


def same_socket(first: int, second: int, sockets: int, size: int = MANY) -> TableConstraint:
    """Two families whose components come with sockets 0, 1, 2, … in turn."""
    classes = tuple(value % sockets for value in range(size))
    return TableConstraint(
        (first, second), (classes, classes), frozenset((each, each) for each in range(sockets))
    )


def pigeons(number: int, holes: int) -> ConstraintProblem:
    """Each pigeon in a hole of its own: hard to refute for a solver that does not count."""
    return problem_of([holes] * number, *(different(a, b, holes) for b in range(number) for a in range(b)))


def solver_of(search: SatSearch) -> SatOracle:
    assert search.oracle is not None
    return search.oracle


@pytest.fixture(params=[0, 3])
def tiny_sizes(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """So small that even tiny sums and predicates are refuted model by model, and every slice is short."""
    monkeypatch.setattr(sat_encoding, "LARGEST_SUM", request.param)
    monkeypatch.setattr(sat_encoding, "LARGEST_ROUGH_SUM", request.param)
    monkeypatch.setattr(sat_encoding, "LARGEST_TABULATION", 1)
    monkeypatch.setattr(sat_encoding, "WIDEST_REFUTATION", request.param)
    monkeypatch.setattr(sat_encoding, "PAIRWISE", 1)
    monkeypatch.setattr(sat, "CONFLICTS_BETWEEN_CHECKS", 1)
    return iter(())


# ---------------------------------------------------------------- what is said roughly or not at all


@pytest.mark.usefixtures("tiny_sizes")
@LAWS
@given(question=questions(), data=st.data())
def test_what_is_not_written_down_is_still_answered_exactly(question: Question, data: st.DataObject) -> None:
    judge, tried = ExhaustiveEngine().prepare(question.problem), ENGINE.prepare(question.problem)
    objective = data.draw(objectives(sizes_of(question.problem)))
    assumptions = question.assumptions

    assert list(judge.solutions(assumptions)) == list(tried.solutions(assumptions))
    assert judge.domains(assumptions) == tried.domains(assumptions)
    assert judge.count(assumptions) == tried.count(assumptions)
    assert judge.cheapest(objective, assumptions) == tried.cheapest(objective, assumptions)


def test_a_wide_sum_of_huge_weights_is_exact() -> None:
    random = seeded(5)
    terms = tuple(
        LinearTerm(variable, tuple(random.getrandbits(40) for _ in range(4))) for variable in range(12)
    )
    target = sum(term.weights[1] for term in terms)
    problem = problem_of([4] * 12, LinearConstraint(terms, target - 2**30, target))

    prepared = ENGINE.prepare(problem)
    answer = prepared.feasibility({})

    assert solver_of(prepared).lazy
    assert isinstance(answer, Feasible)
    assert not broken(problem, answer.witness)
    assert prepared.feasibility({variable: frozenset({1}) for variable in range(12)}) == Feasible((1,) * 12)


def test_weights_without_a_common_measure_of_the_bounds_are_refuted_at_once() -> None:
    terms = tuple(LinearTerm(variable, (0, 6, 10, 14)) for variable in range(30))

    odd = LinearConstraint(terms, 201, 201)
    assert ENGINE.prepare(problem_of([4] * 30, odd)).feasibility({}) == Infeasible()


def test_a_predicate_too_large_to_write_down_refutes_models_until_one_is_left() -> None:
    calls = []

    def nearly_most(values: tuple[int, ...]) -> bool:
        calls.append(values)
        return sum(values) == 86

    problem = problem_of([30] * 3, PredicateConstraint((0, 1, 2), nearly_most))
    prepared = ENGINE.prepare(problem)

    assert calls == []
    assert list(prepared.solutions({})) == [(28, 29, 29), (29, 28, 29), (29, 29, 28)]


def test_a_predicate_over_classes_is_asked_once_for_each_combination_of_them() -> None:
    calls = []

    def alike(values: tuple[int, ...]) -> bool:
        calls.append(values)
        return values[0] % 3 == values[1] % 3

    classes = (tuple(value % 3 for value in range(MANY)),) * 2
    prepared = ENGINE.prepare(problem_of([MANY] * 2, PredicateConstraint((0, 1), alike, classes=classes)))

    assert len(calls) == 9
    domains = prepared.domains({0: frozenset({4})})
    assert isinstance(domains, tuple)
    assert domains[1] == tuple(range(1, MANY, 3))


# ---------------------------------------------------------------- many components


def test_thousands_of_equal_components_cost_what_their_classes_cost() -> None:
    few = ENGINE.prepare(problem_of([12] * 3, same_socket(0, 1, 4, 12), same_socket(1, 2, 4, 12)))
    many = ENGINE.prepare(problem_of([MANY] * 3, same_socket(0, 1, 4), same_socket(1, 2, 4)))

    assert solver_of(few).encoding.literals == solver_of(many).encoding.literals
    assert many.domains({0: frozenset({6})}) == ((6,), *(tuple(range(2, MANY, 4)),) * 2)
    assert many.count({}) == 4 * (MANY // 4) ** 3


def test_a_budget_over_thousands_of_different_prices_leaves_what_it_can_pay() -> None:
    prices = tuple(100 + value * 7919 % MANY for value in range(MANY))
    terms = tuple(LinearTerm(variable, prices) for variable in range(3))
    rules = (same_socket(0, 1, 4), same_socket(1, 2, 4), LinearConstraint(terms, None, 400))
    cheapest = [min(prices[socket::4]) for socket in range(4)]

    domains = ENGINE.prepare(problem_of([MANY] * 3, *rules)).domains({})

    payable = tuple(value for value in range(MANY) if prices[value] + 2 * cheapest[value % 4] <= 400)
    assert domains == (payable,) * 3


def test_a_chain_over_thousands_of_values_takes_clauses_in_proportion() -> None:
    clauses = []
    for values in (1_000, 2_000):
        chain = problem_of([values + 1] * 4, SortedConstraint((0, 1, 2, 3)))
        prepared = ENGINE.prepare(chain)
        clauses.append(solver_of(prepared).shared.clauses)

        last = {3: frozenset({values})}
        assert list(islice(prepared.solutions(last), 2)) == [(1, 1, 1, values), (1, 1, 2, values)]
        assert prepared.domains(last) == (*(tuple(range(1, values + 1)),) * 3, (values,))
    assert clauses[1] < 2.1 * clauses[0]


# ---------------------------------------------------------------- limits


def test_a_search_that_is_too_long_ends_at_the_limit_and_the_next_one_is_answered(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sat, "CONFLICTS_BETWEEN_CHECKS", 500)
    prepared = ENGINE.prepare(pigeons(12, 11))

    stopped = Unknown("the time limit of 90 s was reached")
    assert prepared.feasibility({}, stops_after(90)) == stopped
    assert prepared.domains({}, stops_after(90)) == stopped
    clash = {pigeon: frozenset({0}) for pigeon in (0, 1)}
    assert prepared.feasibility(clash) == Infeasible()


def test_a_count_that_takes_too_many_steps_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(derived, "LARGEST_COUNT", 20)
    prepared = ENGINE.prepare(pigeons(5, 5))

    assert prepared.count({}) == Unknown("engine `sat` makes no count that takes more than 20 steps")
    assert prepared.count({0: frozenset({0}), 1: frozenset({1})}) == 6


def test_a_limit_amid_an_extension_leaves_what_was_there_as_it_was() -> None:
    prepared = ENGINE.prepare(problem_of([40] * 3, different(0, 1, 40)))
    more = (SortedConstraint((2, 0)), LinearConstraint((LinearTerm(1, tuple(range(40))),), 1, 2))
    expected = list(
        ExhaustiveEngine().prepare(prepared.problem.extended(more)).solutions({0: frozenset({2})})
    )

    stopped = 0
    for readings in range(60):
        try:
            extended = prepared.extended(more, stops_after(readings))
        except SearchLimitError:
            stopped += 1
            assert prepared.domains({}) == (tuple(range(40)),) * 3
        else:
            assert list(extended.solutions({0: frozenset({2})})) == expected
    assert 0 < stopped < 60


# ---------------------------------------------------------------- one solver, many users


def test_threads_share_a_problem() -> None:
    random = seeded(3)
    weights = tuple(tuple(random.getrandbits(20) for _ in range(12)) for _ in range(6))
    terms = tuple(LinearTerm(variable, each) for variable, each in enumerate(weights))
    apart = [different(variable, variable + 1, 12) for variable in range(5)]
    problem = problem_of([12] * 6, LinearConstraint(terms, None, 2**21), *apart)
    states: list[Assumptions] = [{0: frozenset({a}), 3: frozenset({b})} for a in range(6) for b in range(6)]

    def domains(search: SatSearch, state: Assumptions) -> Domains | Unknown:
        return search.extended((ClauseConstraint((Literal(1, frozenset(range(6))),)),)).domains(state)

    alone, shared = ENGINE.prepare(problem), ENGINE.prepare(problem)
    with ThreadPoolExecutor(4) as threads:
        together = list(threads.map(lambda state: domains(shared, state), states))

    assert [domains(alone, state) for state in states] == together


def test_an_extension_that_nobody_has_any_more_gives_up_its_guard() -> None:
    prepared = ENGINE.prepare(problem_of([3, 3], different(0, 1, 3)))
    kept = prepared.extended((ClauseConstraint((Literal(0, frozenset({1})),)),))
    dropped = prepared.extended((ClauseConstraint((Literal(0, frozenset({2})),)),))
    grandchild = kept.extended((ClauseConstraint((Literal(1, frozenset({2})),)),))
    guards = [search.oracle.guards[0].literal for search in (kept, dropped) if search.oracle]
    del kept, dropped
    gc.collect()

    assert list(grandchild.solutions({})) == [(1, 2)]
    # One that is held on to by an extension of its own is still there.
    shared = solver_of(prepared).shared
    assert [isinstance(shared.model([guard]), list) for guard in guards] == [True, False]


# ---------------------------------------------------------------- the cheapest


def test_the_cheapest_of_an_entangled_problem_is_found_without_trying_all() -> None:
    random = seeded(9)
    size = 8
    price = tuple(
        LinearTerm(variable, tuple(random.randrange(1, 1_000) for _ in range(size)))
        for variable in range(size)
    )
    # An assignment problem: each row another column; the judge of it is a dynamic program over subsets.
    best = {frozenset[int](): 0}
    for term in price:
        longer: dict[frozenset[int], int] = {}
        for used, cost in best.items():
            for column in set(range(size)) - used:
                total = cost + term.weights[column]
                key = used | {column}
                longer[key] = min(total, longer.get(key, total))
        best = longer

    cheapest = ENGINE.prepare(pigeons(size, size)).cheapest(price, {}, SearchLimits.within(60))

    assert isinstance(cheapest, Optimum)
    assert cheapest.cost == best[frozenset(range(size))]


def test_of_many_cheapest_the_first_is_found_among_thousands_of_components() -> None:
    prices = tuple(5 - value % 5 for value in range(MANY))
    watts = tuple(value // 5 % 7 for value in range(MANY))
    problem = problem_of([MANY] * 2, LinearConstraint((LinearTerm(0, watts), LinearTerm(1, watts)), 11, None))
    objective = (LinearTerm(0, prices), LinearTerm(1, prices))

    # Price 1 is every fifth from 4 on; 5 and 6 watts together are the least that suffices.
    assert ENGINE.prepare(problem).cheapest(objective, {}) == Optimum(2, (29, 34))
