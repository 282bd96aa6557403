"""What the backtracking engine promises beyond the suite that all engines pass."""

from itertools import islice, pairwise, product
from math import comb, prod
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from configurator.csp.constraints import (
    Constraint,
    LinearConstraint,
    LinearTerm,
    Literal,
    PredicateConstraint,
    SortedConstraint,
    TableConstraint,
)
from configurator.csp.problem import ConstraintProblem
from configurator.csp.semantics import broken
from configurator.csp.value_sets import value_set, values_in
from configurator.csp.variables import Variable
from configurator.engines import backtracking
from configurator.engines.backtracking import BacktrackingEngine, runs
from configurator.engines.engine import Feasible, Infeasible, SearchLimits, Unknown
from configurator.engines.exhaustive import ExhaustiveEngine
from configurator.errors import SearchLimitError
from configurator.testing.engine_conformance import listed_until_stopped, stops_after
from configurator.testing.problem_strategies import Question, questions

ENGINE = BacktrackingEngine()


def problem_of(sizes: list[int], *constraints: Constraint) -> ConstraintProblem:
    return ConstraintProblem(tuple(Variable(f"v{i}", size) for i, size in enumerate(sizes)), constraints)


def different(first: int, second: int, size: int) -> TableConstraint:
    rows = frozenset((a, b) for a in range(size) for b in range(size) if a != b)
    return TableConstraint((first, second), (tuple(range(size)),) * 2, rows)


def pigeons(number: int, holes: int) -> ConstraintProblem:
    """Each pigeon in a hole of its own: hard to refute without counting."""
    pairs = tuple(different(a, b, holes) for b in range(number) for a in range(b))
    return problem_of([holes] * number, *pairs)


def seeded(seed: int) -> Random:
    return Random(seed)  # noqa: S311 - the same instance on every run is what is wanted


def random_tables(seed: int, sizes: list[int]) -> ConstraintProblem:
    """Neighbours and next neighbours in tables of classes, and two sums."""
    random = seeded(seed)
    tables = []
    for distance in (1, 2):
        for first in range(len(sizes) - distance):
            scope = (first, first + distance)
            classes = tuple(tuple(random.randrange(3) for _ in range(sizes[v])) for v in scope)
            rows = frozenset(row for row in product(range(3), repeat=2) if random.random() < 0.9)
            tables.append(TableConstraint(scope, classes, rows))
    terms = tuple(LinearTerm(v, tuple(random.randint(1, 9) for _ in range(n))) for v, n in enumerate(sizes))
    return problem_of(
        sizes, *tables, LinearConstraint(terms, None, 30), LinearConstraint(terms[::2], 5, None)
    )


@pytest.fixture
def tiny_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    """So small that even tiny problems are walked, split into runs, and counted by parts."""
    monkeypatch.setattr(backtracking, "FIRST_BLOCK", 1)
    monkeypatch.setattr(backtracking, "LISTED_BLOCK", 5)
    monkeypatch.setattr(backtracking, "COUNTED_BLOCK", 2)
    monkeypatch.setattr(backtracking, "SEARCHED_BLOCK", 2)
    monkeypatch.setattr(backtracking, "MOST_PARTS", 2)
    monkeypatch.setattr(backtracking, "DEEPEST_SPLIT", 1)


@pytest.mark.usefixtures("tiny_blocks")
@settings(deadline=None, max_examples=120, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(question=questions())
def test_the_size_of_blocks_changes_no_answer(question: Question) -> None:
    judge, tried = ExhaustiveEngine().prepare(question.problem), ENGINE.prepare(question.problem)
    solutions = list(judge.solutions(question.assumptions))

    assert list(tried.solutions(question.assumptions)) == solutions
    assert tried.count(question.assumptions) == len(solutions)
    assert tried.domains(question.assumptions) == judge.domains(question.assumptions)
    assert isinstance(tried.feasibility(question.assumptions), Feasible) == bool(solutions)


def test_blocks_of_a_larger_list_join_in_order() -> None:
    problem = random_tables(2, [4, 3, 4, 5, 2, 4, 3])
    prepared = ENGINE.prepare(problem)

    solutions = list(prepared.solutions({}))
    assert solutions == [
        s for s in product(*(range(v.size) for v in problem.variables)) if not broken(problem, s)
    ]
    assert prepared.count({}) == len(solutions) > 400


def test_lists_of_a_problem_with_a_family_of_thousands_begin_at_once_and_ascend() -> None:
    random = seeded(5)
    size = 3000
    classes = tuple(tuple(random.randrange(9) for _ in range(size)) for _ in range(3))
    equal = [
        TableConstraint((a, a + 1), classes[a : a + 2], frozenset((c, c) for c in range(9))) for a in range(2)
    ]
    prices = tuple(LinearTerm(v, tuple(random.randint(10, 900) for _ in range(size))) for v in range(3))
    prepared = ENGINE.prepare(problem_of([size] * 3, *equal, LinearConstraint(prices, None, 700)))

    first = list(islice(prepared.solutions({}), 500))
    assert all(before < after for before, after in pairwise(first))
    assert len(first) == 500
    witness = prepared.feasibility({0: frozenset({first[-1][0]}), 2: frozenset({first[-1][2]})})
    assert isinstance(witness, Feasible)


def test_thousands_of_equal_components_are_counted_without_listing_them() -> None:
    classes = tuple(value % 7 for value in range(4000))
    table = TableConstraint((0, 1), (classes, classes), frozenset((c, c) for c in range(7)))
    members = [classes.count(number) for number in range(7)]

    assert ENGINE.prepare(problem_of([4000, 4000], table)).count({}) == sum(n * n for n in members)


def test_assumptions_count_only_the_members_they_leave() -> None:
    table = TableConstraint((0, 1), ((0, 0, 0, 1), (0, 1)), frozenset({(0, 0), (1, 1)}))

    assert ENGINE.prepare(problem_of([4, 2], table)).count({0: frozenset({1, 2, 3})}) == 3


def test_independent_parts_are_counted_apart() -> None:
    pairs = [different(first, first + 1, 10) for first in range(0, 40, 2)]

    assert ENGINE.prepare(problem_of([10] * 40, *pairs)).count({}) == 90**20


def test_a_count_may_split_deeper_than_parts_of_parts_are_followed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(backtracking, "DEEPEST_SPLIT", 3)
    monkeypatch.setattr(backtracking, "COUNTED_BLOCK", 4)
    chain = problem_of([5] * 6, SortedConstraint(tuple(range(6))))

    assert ENGINE.prepare(chain).count({}) == comb(10, 6)


def test_a_fixed_value_counts_for_all_it_stands_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(backtracking, "DEEPEST_SPLIT", 0)
    monkeypatch.setattr(backtracking, "COUNTED_BLOCK", 8)
    table = TableConstraint((0, 1), ((0, 0, 1, 1), (0, 1, 2, 3)), frozenset({(0, 1), (0, 2), (1, 0), (1, 3)}))

    assert ENGINE.prepare(problem_of([4, 4, 4], table, different(1, 2, 4))).count({}) == 4 * 2 * 3


def test_hundreds_of_variables_do_not_exhaust_the_stack() -> None:
    number = 600
    neighbours = [different(first, first + 1, 2) for first in range(number - 1)]
    loose = problem_of([3] * number, *(different(v, v + 1, 3) for v in range(0, number, 2)))

    assert ENGINE.prepare(problem_of([2] * number, *neighbours)).count({}) == 2
    assert isinstance(ENGINE.prepare(loose).feasibility({}), Feasible)
    assert next(ENGINE.prepare(loose).solutions({}))[:4] == (0, 1, 0, 1)


def test_a_problem_without_solutions_is_refuted() -> None:
    prepared = ENGINE.prepare(pigeons(7, 6))

    assert prepared.feasibility({}) == Infeasible()
    assert prepared.domains({}) == ((),) * 7
    assert list(prepared.solutions({})) == []


def test_the_clock_is_read_inside_the_librarys_search() -> None:
    # One block, no constraint broken early: only the check laid over all variables sees the time pass.
    sums = PredicateConstraint((0, 1, 2, 3), lambda values: sum(values) < 0)
    prepared = ENGINE.prepare(problem_of([8] * 4, sums))
    stopped = Unknown("the time limit of 200 s was reached")

    assert prepared.feasibility({}, stops_after(200)) == stopped
    assert prepared.count({}, stops_after(200)) == stopped
    assert prepared.domains({}, stops_after(200)) == stopped


def test_the_clock_is_read_where_the_library_calls_few_constraints() -> None:
    # Each value of the six free variables is tried, and the one table is over other variables.
    table = TableConstraint((6, 7), ((0, 1, 2),) * 2, frozenset({(0, 1), (1, 2)}))
    prepared = ENGINE.prepare(problem_of([4] * 6 + [3, 3], table))

    listed, stopped = listed_until_stopped(prepared, {}, stops_after(20))
    assert stopped
    assert listed == list(islice(prepared.solutions({}), len(listed)))


def test_preparing_takes_limits_too() -> None:
    with pytest.raises(SearchLimitError, match="the time limit of 1 s was reached"):
        ENGINE.prepare(problem_of([2]), SearchLimits(0.0, 1.0, now=lambda: 1.0))


def test_a_predicates_own_error_is_not_swallowed() -> None:
    def failing(values: tuple[int, ...]) -> bool:
        raise ZeroDivisionError(values)

    with pytest.raises(ZeroDivisionError):
        ENGINE.prepare(problem_of([2, 2], PredicateConstraint((0, 1), failing))).count({})


def test_a_predicate_is_called_with_complete_values_only() -> None:
    seen = set()

    def noting(values: tuple[int, ...]) -> bool:
        seen.add(values)
        return values != (1, 1)

    prepared = ENGINE.prepare(problem_of([2, 2], PredicateConstraint((1, 0), noting)))
    assert prepared.count({}) == 3
    assert seen == {(0, 0), (0, 1), (1, 0), (1, 1)}


def test_an_excuse_is_found_by_search() -> None:
    heavy = tuple(LinearTerm(v, (5, 6, 7)) for v in range(3))
    excused = LinearConstraint(heavy, None, 9, (Literal(0, frozenset({1})), Literal(3, frozenset({2}))))

    assert ENGINE.prepare(problem_of([3, 3, 3, 3], excused)).count({}) == 27 + 18


def test_domains_of_a_tight_budget_are_exact() -> None:
    random = seeded(11)
    terms = tuple(LinearTerm(v, tuple(random.randint(10, 99) for _ in range(30))) for v in range(6))
    problem = problem_of(
        [30] * 6,
        LinearConstraint(terms, None, sum(min(term.weights) for term in terms) + 12),
        *(different(v, v + 1, 30) for v in range(5)),
    )
    prepared = ENGINE.prepare(problem)

    solutions = list(prepared.solutions({}))
    assert all(not broken(problem, solution) for solution in solutions)
    assert prepared.domains({}) == tuple(
        tuple(sorted(set(column))) for column in zip(*solutions, strict=True)
    )


@settings(deadline=None, max_examples=80)
@given(values=st.frozensets(st.integers(0, 400), min_size=1), length=st.integers(1, 20))
def test_runs_are_neighbours_in_order_and_few(values: frozenset[int], length: int) -> None:
    parts = [values_in(part) for part in runs(value_set(values), length)]

    assert [value for part in parts for value in part] == sorted(values)
    assert len(parts) <= backtracking.MOST_PARTS
    assert prod(map(len, parts)) > 0
