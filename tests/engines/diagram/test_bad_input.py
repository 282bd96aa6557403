"""Problems made to break the diagram engine: right answers or clear refusals, never a wrong number."""

import random
import subprocess
import sys
from collections.abc import Iterator
from itertools import product
from math import comb
from pathlib import Path
from textwrap import dedent
from types import MappingProxyType

import numpy as np
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
from configurator.csp.semantics import broken
from configurator.csp.variables import Assignment, Assumptions, Variable
from configurator.engines.backtracking import BacktrackingEngine
from configurator.engines.diagram.artefact import Artefact, read_artefact, write_artefact
from configurator.engines.diagram.compiling.compilation import Compilation
from configurator.engines.diagram.limits import SizeLimits
from configurator.engines.diagram.search import DiagramEngine, DiagramSearch
from configurator.engines.engine import (
    Feasible,
    Infeasible,
    Objective,
    Optimum,
    PreparedProblem,
    SearchLimits,
    Unknown,
)
from configurator.engines.registry import LARGE
from configurator.engines.sat import SatEngine
from configurator.engines.staged import StagedEngine
from configurator.errors import SearchLimitError

ANYTHING: Assumptions = MappingProxyType({})
EXPECTED = "configurator.engines.diagram.compiling.compilation.EXPECTED_NODES"


def problem_of(sizes: list[int], *constraints: Constraint) -> ConstraintProblem:
    """A problem with variables `v0`, `v1`, … of those sizes."""
    return ConstraintProblem(tuple(Variable(f"v{at}", size) for at, size in enumerate(sizes)), constraints)


def weighing(weights: list[list[int]]) -> Objective:
    """Terms over the first variables."""
    return tuple(LinearTerm(variable, tuple(found)) for variable, found in enumerate(weights))


def table(first: int, second: int, sizes: list[int], rows: set[tuple[int, int]]) -> TableConstraint:
    """The allowed pairs of two variables."""
    classes = (tuple(range(sizes[first])), tuple(range(sizes[second])))
    return TableConstraint((first, second), classes, frozenset(rows))


def entangled(size: int, values: int, share: float, seed: int) -> ConstraintProblem:
    """Each variable with each other in a table of pairs drawn at random."""
    draw = random.Random(seed)  # noqa: S311 - chance for a test, not for a secret
    sizes = [values] * size
    pairs = [(a, b) for a in range(values) for b in range(values)]
    tables = [
        table(first, second, sizes, {pair for pair in pairs if draw.random() < share})
        for second in range(size)
        for first in range(second)
    ]
    return problem_of(sizes, *tables)


def judged(problem: ConstraintProblem, assumptions: Assumptions = ANYTHING) -> list[Assignment]:
    """Every solution, ascending, by the definition of truth."""
    every = product(*(range(variable.size) for variable in problem.variables))
    return [
        each
        for each in every
        if not broken(problem, each) and all(each[v] in kept for v, kept in assumptions.items())
    ]


def costs_of(objective: Objective, solutions: list[Assignment]) -> list[int]:
    """What each solution costs."""
    return [sum(term.weights[found[term.variable]] for term in objective) for found in solutions]


@pytest.fixture(params=["inside", "outside"])
def place(request: pytest.FixtureRequest) -> Iterator[str]:
    """Where sums are kept: in the diagram, if it likes, or beside it."""
    with pytest.MonkeyPatch.context() as patch:
        if request.param == "outside":
            patch.setattr(EXPECTED, -1)
            patch.setattr(f"{EXPECTED}_OF_LAST", -1)
        yield request.param


# ---------------------------------------------------------------- nothing left

VOID = {
    "an empty domain": problem_of([2, 0, 3]),
    "a clause that says nothing": problem_of([2, 2], ClauseConstraint(())),
    "an empty table": problem_of([2, 2], table(0, 1, [2, 2], set())),
    "a sum out of reach": problem_of(
        [2, 2, 2], LinearConstraint(weighing([[0, 1], [0, 1], [0, 1]]), 4, None)
    ),
    "bounds that cross": problem_of([2, 2, 2], LinearConstraint(weighing([[0, 3], [0, 3], [0, 3]]), 4, 5)),
    "two sums against each other": problem_of(
        [3, 3, 3],
        LinearConstraint(weighing([[0, 1, 2]] * 3), None, 2),
        LinearConstraint(weighing([[0, 1, 2]] * 3), 3, None),
    ),
    "three that must differ in two values": problem_of(
        [2, 2, 2],
        *(table(a, b, [2, 2, 2], {(0, 1), (1, 0)}) for a, b in ((0, 1), (1, 2), (0, 2))),
    ),
    "a condition that is never true": problem_of([2, 2], PredicateConstraint((0, 1), lambda _: False)),
    "a mixed slot that wants more than it holds": problem_of(
        [3, 3], SortedConstraint((0, 1)), LinearConstraint(weighing([[0, 1, 1]] * 2), 3, None)
    ),
}


def check_nothing_is_left(search: DiagramSearch, assumptions: Assumptions = ANYTHING) -> None:
    """Every question has the answer that there is no solution."""
    sizes = [variable.size for variable in search.problem.variables]
    objective = weighing([[1] * size for size in sizes])
    assert Infeasible() == search.feasibility(assumptions)
    assert search.count(assumptions) == 0
    assert search.domains(assumptions) == ((),) * len(sizes)
    assert list(search.solutions(assumptions)) == []
    assert Infeasible() == search.cheapest(objective, assumptions)
    sampled = search.sample(5, 1, assumptions)
    assert isinstance(sampled, np.ndarray)
    assert sampled.shape == (len(sizes), 0)
    if not search.compiled.side_sums:
        assert search.top(objective, 3, assumptions) == ()
        assert search.cost_ranges(objective, assumptions) == tuple((None,) * size for size in sizes)
        assert search.histogram(objective, [-1, 10**40], assumptions) == (0, 0)
        order = search.fast_order(assumptions)
        assert not isinstance(order, Unknown)
        assert order.size == 0
        assert order.page(0, 10).shape == (len(sizes), 0)


@pytest.mark.parametrize("problem", VOID.values(), ids=VOID)
def test_a_void_problem_answers_every_question(problem: ConstraintProblem, place: str) -> None:
    search = DiagramEngine().prepare(problem)

    if len(search.compiled.side_sums) < 2:
        check_nothing_is_left(search)
    assert Infeasible() == search.feasibility(ANYTHING)
    assert not search.validate(np.zeros((len(problem.variables), 3), np.int32)).any()
    assert search.compiled.side_sums == () or place == "outside"


@pytest.mark.parametrize("problem", VOID.values(), ids=VOID)
def test_a_void_problem_stays_void_whatever_is_added(problem: ConstraintProblem) -> None:
    true = LinearConstraint((), None, 5)
    clause = ClauseConstraint((Literal(0, frozenset({0, 1})),))

    check_nothing_is_left(DiagramEngine().prepare(problem).extended((true, clause)))


CONTRADICTIONS: dict[str, dict[int, frozenset[int]]] = {
    "nothing allowed": {0: frozenset()},
    "against a table": {0: frozenset({0}), 1: frozenset({1})},
    "against a sum": {1: frozenset({2}), 2: frozenset({2}), 3: frozenset({2})},
    "against a mixed slot": {4: frozenset({0}), 5: frozenset({1})},
    "everything at once": {variable: frozenset({2}) for variable in range(6)},
}


@pytest.mark.parametrize("assumptions", CONTRADICTIONS.values(), ids=CONTRADICTIONS)
def test_contradictory_choices_leave_nothing(assumptions: dict[int, frozenset[int]], place: str) -> None:
    sizes = [3, 3, 3, 3, 3, 3]
    problem = problem_of(
        sizes,
        table(0, 1, sizes, {(a, b) for a in range(3) for b in range(3) if (a == 0) == (b == 0)}),
        LinearConstraint(((*weighing([[0, 1, 2]] * 4),)), None, 5),
        SortedConstraint((4, 5)),
    )
    search = DiagramEngine().prepare(problem)

    assert judged(problem, assumptions) == []
    check_nothing_is_left(search, assumptions)
    # And the question left nothing behind.
    assert len(judged(problem)) == search.count(ANYTHING)
    assert (len(search.compiled.side_sums) == 1) == (place == "outside")


@pytest.mark.usefixtures("place")
@pytest.mark.parametrize("places", [1, 2, 300])
def test_domains_of_one_value_have_one_solution(places: int) -> None:
    fixed = LinearConstraint(weighing([[7]] * places), 7 * places, 7 * places)
    search = DiagramEngine().prepare(problem_of([1] * places, fixed))

    assert search.count(ANYTHING) == 1
    assert search.domains(ANYTHING) == ((0,),) * places
    assert list(search.solutions(ANYTHING)) == [(0,) * places]
    assert Optimum(9, (0,) * places) == search.cheapest(weighing([[9]]), ANYTHING)
    assert search.cost_ranges(weighing([[9]]), ANYTHING) == (((9, 9),),) * places
    assert search.histogram(weighing([[9]]), [8, 9, 10], ANYTHING) == (0, 1, 1)


def test_a_problem_without_variables_answers_every_question() -> None:
    search = DiagramEngine().prepare(problem_of([]))

    assert search.count(ANYTHING) == 1
    assert search.domains(ANYTHING) == ()
    assert list(search.solutions(ANYTHING)) == [()]
    assert Optimum(0, ()) == search.cheapest((), ANYTHING)
    assert search.top((), 5, ANYTHING) == (Optimum(0, ()),)
    sampled = search.sample(4, 1, ANYTHING)
    assert isinstance(sampled, np.ndarray)
    assert sampled.shape == (0, 4)
    assert [True, True] == search.validate(np.zeros((0, 2), np.int32)).tolist()


def test_a_choice_about_a_variable_that_is_not_there_is_a_mistake_of_the_caller() -> None:
    search = DiagramEngine().prepare(problem_of([2, 2]))

    with pytest.raises(ValueError, match=r"^no variable 2 among 2$"):
        search.count({2: frozenset({0})})


# ---------------------------------------------------------------- numbers no machine word holds


def test_a_count_of_forty_digits_is_exact() -> None:
    search = DiagramEngine().prepare(problem_of([10] * 40))

    assert 10**40 == search.count(ANYTHING)
    assert 3 * 10**38 == search.count({7: frozenset({1, 5, 9}), 8: frozenset({4})})


def test_paths_of_colours_are_counted_exactly() -> None:
    sizes = [20] * 60
    differ = {(a, b) for a in range(20) for b in range(20) if a != b}
    search = DiagramEngine().prepare(
        problem_of(sizes, *(table(at, at + 1, sizes, differ) for at in range(59)))
    )

    assert 20 * 19**59 == search.count(ANYTHING)
    assert 19**59 == search.count({30: frozenset({4})})


@pytest.mark.usefixtures("place")
@pytest.mark.parametrize("most", [0, 1, 40, 79, 80])
def test_words_of_few_ones_are_counted_exactly(most: int) -> None:
    search = DiagramEngine().prepare(
        problem_of([2] * 80, LinearConstraint(weighing([[0, 1]] * 80), None, most))
    )

    assert sum(comb(80, ones) for ones in range(most + 1)) == search.count(ANYTHING)


def test_pages_and_ranks_reach_the_end_of_a_list_of_forty_digits() -> None:
    order = DiagramEngine().prepare(problem_of([10] * 40)).fast_order(ANYTHING)

    assert not isinstance(order, Unknown)
    assert 10**40 == order.size
    for offset in (0, 10**19, 2**63 - 2, 2**64 - 2, 10**40 - 5):
        page = order.page(offset, 5)
        assert page.shape == (40, 5)
        assert [offset + at for at in range(5)] == [int(rank) for rank in order.rank(page)]
    assert order.page(10**40 - 1, 5).shape == (40, 1)
    assert order.page(10**41, 5).shape == (40, 0)


def test_samples_of_a_list_of_forty_digits_use_every_value() -> None:
    columns = DiagramEngine().prepare(problem_of([10] * 40)).sample(2_000, 3, ANYTHING)

    assert isinstance(columns, np.ndarray)
    for row in columns:
        # 200 of each are expected; 6 standard deviations are 81.
        assert np.abs(np.bincount(row, minlength=10) - 200).max() < 81


def test_the_histogram_of_a_list_of_forty_digits_is_exact() -> None:
    search = DiagramEngine().prepare(problem_of([2] * 130))
    edges = [-1, 0, 1, 65, 130, 10**30]

    assert tuple(sum(comb(130, ones) for ones in range(min(edge, 130) + 1)) for edge in edges) == (
        search.histogram(weighing([[0, 1]] * 130), edges, ANYTHING)
    )


# ---------------------------------------------------------------- large weights

SCALES = [2**40, 2**53, 2**61, 2**62 - 1, 2**62, 2**63 - 1, 2**63, 2**64, 2**80]


@pytest.mark.usefixtures("place")
@pytest.mark.parametrize("scale", SCALES)
@pytest.mark.parametrize("sign", [1, -1])
def test_large_weights_in_a_sum_are_exact(scale: int, sign: int) -> None:
    # One more or less decides: weights that lose their last digit would be told apart wrongly.
    weights = [[0, sign * scale, sign * (scale + 1)]] * 5
    bound = sign * 3 * scale
    bounds = (None, bound) if sign > 0 else (bound, None)
    problem = problem_of([3] * 5, LinearConstraint(weighing(weights), *bounds))
    solutions = judged(problem)
    search = DiagramEngine().prepare(problem)

    assert len(solutions) == search.count(ANYTHING)
    assert solutions == list(search.solutions(ANYTHING))
    assert len(judged(problem, {1: frozenset({2})})) == search.count({1: frozenset({2})})
    every = np.array(list(product(range(3), repeat=5)), np.int32).T
    assert solutions == [tuple(c) for c in every[:, search.validate(every)].T.tolist()]


@pytest.mark.parametrize("scale", SCALES)
def test_large_weights_under_two_bounds_are_exact(scale: int) -> None:
    weights = [[0, scale, scale + 1]] * 4
    problem = problem_of([3] * 4, LinearConstraint(weighing(weights), 2 * scale + 1, 3 * scale + 2))
    search = DiagramEngine().prepare(problem)

    assert judged(problem) == list(search.solutions(ANYTHING))
    assert len(judged(problem)) == search.count(ANYTHING)
    assert tuple(map(tuple, map(sorted, map(set, zip(*judged(problem), strict=True))))) == (
        search.domains(ANYTHING)
    )


@pytest.mark.parametrize("scale", SCALES)
def test_large_weights_that_an_excuse_lifts_are_exact(scale: int) -> None:
    excuse = Literal(0, frozenset({0}))
    weights = [[0, 0, 0], [0, scale, scale + 1], [0, scale, scale + 1]]
    problem = problem_of([3] * 3, LinearConstraint(weighing(weights), scale + 1, 2 * scale, (excuse,)))
    search = DiagramEngine().prepare(problem)

    assert judged(problem) == list(search.solutions(ANYTHING))
    assert len(judged(problem)) == search.count(ANYTHING)


@pytest.mark.parametrize("scale", SCALES)
@pytest.mark.parametrize("sign", [1, -1])
def test_large_weights_in_an_objective_are_exact(scale: int, sign: int) -> None:
    objective = weighing([[sign * scale, sign * (scale + 1), 5], [7, scale, -scale], [0, 1, scale]])
    sizes = [3, 3, 3]
    problem = problem_of(sizes, table(0, 2, sizes, {(0, 1), (1, 0), (1, 2), (0, 2)}))
    solutions = judged(problem)
    ranked = sorted(zip(costs_of(objective, solutions), solutions, strict=True))
    search = DiagramEngine().prepare(problem)
    edges = sorted({cost + step for cost, _ in ranked for step in (-1, 0)})

    assert Optimum(*ranked[0]) == search.cheapest(objective, ANYTHING)
    assert tuple(Optimum(*each) for each in ranked) == search.top(objective, 100, ANYTHING)
    assert tuple(sum(cost <= edge for cost, _ in ranked) for edge in edges) == (
        search.histogram(objective, edges, ANYTHING)
    )
    ranges = search.cost_ranges(objective, ANYTHING)
    assert not isinstance(ranges, Unknown)
    for variable, value in product(range(3), range(3)):
        costs = [cost for cost, found in ranked if found[variable] == value]
        assert ((min(costs), max(costs)) if costs else None) == ranges[variable][value]


@pytest.mark.usefixtures("place")
@pytest.mark.parametrize("scale", SCALES)
def test_large_weights_in_sum_and_objective_at_once_are_exact(scale: int) -> None:
    objective = weighing([[scale, 0, scale + 1], [3, scale, -scale], [0, 2, scale], [1, 0, 5]])
    weights = [[0, scale, scale + 1]] * 4
    problem = problem_of([3] * 4, LinearConstraint(weighing(weights), None, 3 * scale))
    solutions = judged(problem)
    search = DiagramEngine().prepare(problem)

    best = min(zip(costs_of(objective, solutions), solutions, strict=True))
    assert Optimum(*best) == search.cheapest(objective, ANYTHING)
    sampled = search.sample(200, 1, ANYTHING)
    assert isinstance(sampled, np.ndarray)
    assert {tuple(column) for column in sampled.T.tolist()} <= set(solutions)


@pytest.mark.usefixtures("place")
@pytest.mark.parametrize("scale", SCALES)
def test_large_weights_of_a_mixed_slot_are_exact(scale: int) -> None:
    weights = [[0, scale, scale + 1, 2 * scale]] * 3 + [[scale, 0, 1, 2]]
    problem = problem_of(
        [4] * 4, SortedConstraint((0, 1, 2)), LinearConstraint(weighing(weights), None, 3 * scale)
    )
    solutions = judged(problem)
    objective = weighing(weights)
    search = DiagramEngine().prepare(problem)

    assert len(solutions) == search.count(ANYTHING)
    assert solutions == list(search.solutions(ANYTHING))
    best = min(zip(costs_of(objective, solutions), solutions, strict=True))
    assert Optimum(*best) == search.cheapest(objective, ANYTHING)


@pytest.mark.usefixtures("place")
@pytest.mark.parametrize("scale", SCALES)
def test_large_weights_survive_being_written_and_read(scale: int) -> None:
    weights = [[0, scale, scale + 1]] * 5
    problem = problem_of([3] * 5, LinearConstraint(weighing(weights), None, 3 * scale))
    compiled = DiagramEngine().prepare(problem).compiled
    artefact = read_artefact(write_artefact(Artefact({"of": "a test"}, compiled)))
    search = DiagramSearch(lambda: problem, artefact.compiled, Compilation())

    assert {"of": "a test"} == artefact.key
    assert judged(problem) == list(search.solutions(ANYTHING))
    assert len(judged(problem)) == search.count(ANYTHING)


# ---------------------------------------------------------------- thousands alike


def test_ten_thousand_alike_are_one_class_and_all_counted() -> None:
    many = 10_000
    fits = TableConstraint((0, 1), (tuple(at % 2 for at in range(many)), (0, 1)), frozenset({(0, 0), (1, 1)}))
    alike = TableConstraint((0, 2), ((0,) * many, (0, 0)), frozenset({(0, 0)}))
    search = DiagramEngine().prepare(problem_of([many, 2, 2], fits, alike))

    assert 2 * many == search.count(ANYTHING)
    assert many == search.count({1: frozenset({0})})
    domains = search.domains({1: frozenset({1})})
    assert not isinstance(domains, Unknown)
    assert tuple(range(1, many, 2)) == domains[0]
    prices = [many - at for at in range(many)]
    assert Optimum(2, (many - 2, 0, 0)) == search.cheapest(weighing([prices]), {1: frozenset({0})})
    assert (1, 3) == search.histogram(weighing([prices]), [1, 3], {2: frozenset({0})})
    assert search.compiled.diagram.nodes < 10


@pytest.mark.parametrize("positions", [1, 2, 4])
def test_a_mixed_slot_over_thirteen_thousand_is_counted_up_to_order(positions: int) -> None:
    many = 13_000
    sizes = [many + 1] * positions + [2]
    chain = SortedConstraint(tuple(range(positions)))
    alike = tuple(
        TableConstraint((at, positions), ((0,) + (1,) * many, (0, 1)), frozenset({(0, 0), (0, 1), (1, 1)}))
        for at in range(positions)
    )
    search = DiagramEngine().prepare(problem_of(sizes, chain, *alike))

    assert comb(many + positions, positions) + 1 == search.count(ANYTHING)
    assert comb(many + positions, positions) == search.count({positions: frozenset({1})})
    filled = dict.fromkeys(range(positions), frozenset(range(1, many + 1)))
    assert comb(many + positions - 1, positions) == search.count(filled)
    cheapest = search.cheapest(weighing([[0, *range(many, 0, -1)]] * positions), filled)
    assert Optimum(positions, (*(many,) * positions, 1)) == cheapest


# ---------------------------------------------------------------- limits of size

KNOT = entangled(6, 4, 0.8, seed=5)
REFUSALS = {
    "nodes": (SizeLimits(nodes=10), "a layer of the diagram needs more than 10 nodes"),
    "arcs": (SizeLimits(arcs=20), "the diagram needs more than 20 arcs"),
    "no arcs": (SizeLimits(arcs=0), "the diagram needs more than 0 arcs"),
}
each_refusal = pytest.mark.parametrize(("sizes", "reason"), REFUSALS.values(), ids=REFUSALS)


@each_refusal
def test_a_diagram_that_becomes_too_large_is_refused(sizes: SizeLimits, reason: str) -> None:
    with pytest.raises(SearchLimitError) as caught:
        DiagramEngine(sizes=sizes).prepare(KNOT)

    assert reason == caught.value.reason


def check_same_answers(prepared: PreparedProblem, problem: ConstraintProblem) -> None:
    """Every question is answered as the definition of truth demands."""
    solutions = judged(problem)
    objective = weighing([list(range(variable.size)) for variable in problem.variables])
    assert len(solutions) == prepared.count(ANYTHING)
    assert solutions == list(prepared.solutions(ANYTHING))
    union = tuple(tuple(sorted(set(column))) for column in zip(*solutions, strict=True))
    assert union == prepared.domains(ANYTHING)
    assert isinstance(prepared.feasibility(ANYTHING), Feasible)
    best = min(zip(costs_of(objective, solutions), solutions, strict=True))
    assert Optimum(*best) == prepared.cheapest(objective, ANYTHING)


@each_refusal
def test_what_the_diagram_refuses_the_next_engine_answers(sizes: SizeLimits, reason: str) -> None:
    for following in (SatEngine(), BacktrackingEngine()):
        in_turn = StagedEngine("auto", (DiagramEngine(sizes=sizes), following))
        prepared = in_turn.prepare(KNOT)
        check_same_answers(prepared, KNOT)

        assert reason == prepared.stages[0].refusal
        assert prepared.stages[1].refusal is None


def test_a_chain_that_is_too_large_for_tables_is_refused() -> None:
    # Odd positions are told apart, so that the slot cannot become one decision.
    problem = problem_of([30] * 4, SortedConstraint((0, 1, 2, 3)), table(0, 2, [30] * 4, {(1, 5), (2, 9)}))

    with pytest.raises(SearchLimitError) as caught:
        DiagramEngine(sizes=SizeLimits(cells=50)).prepare(problem)

    assert caught.value.reason == "a table has more than 50 cells"
    auto = StagedEngine(
        "auto", (DiagramEngine(sizes=SizeLimits(cells=50)), SatEngine(), BacktrackingEngine())
    )
    assert DiagramEngine().prepare(problem).count(ANYTHING) == auto.prepare(problem).count(ANYTHING)


def test_a_sum_of_two_that_is_too_large_for_a_table_is_refused() -> None:
    weights = weighing([[at * at for at in range(40)], [at * at * at for at in range(40)]])
    problem = problem_of([40, 40], LinearConstraint(weights, None, 900))

    with pytest.raises(SearchLimitError) as caught:
        DiagramEngine(sizes=SizeLimits(cells=50)).prepare(problem)

    assert caught.value.reason == "a table has more than 50 cells"


def test_a_condition_that_takes_too_many_evaluations_is_refused() -> None:
    problem = problem_of([100, 100, 100], PredicateConstraint((0, 1, 2), lambda found: sum(found) == 5))

    with pytest.raises(SearchLimitError) as caught:
        DiagramEngine().prepare(problem)

    assert (
        caught.value.reason
        == "a condition over 3 places needs 1,000,000 evaluations to be written as a table"
    )
    assert isinstance(LARGE.prepare(problem).feasibility(ANYTHING), Feasible)


def test_a_sum_with_too_many_values_on_the_way_stays_outside_and_is_exact() -> None:
    draw = random.Random(9)  # noqa: S311 - chance for a test, not for a secret
    weights = [[draw.randrange(10**6) for _ in range(4)] for _ in range(7)]
    problem = problem_of([4] * 7, LinearConstraint(weighing(weights), None, 3 * 10**6))
    search = DiagramEngine(sizes=SizeLimits(entries=100)).prepare(problem)

    assert search.report.outside == 1
    assert search.report.notes == [
        "a sum over 7 decisions stays outside: a sum takes more than 25 different values on the way"
    ]
    assert len(judged(problem)) == search.count(ANYTHING)


# ---------------------------------------------------------------- all give up


def test_when_all_give_up_the_reason_names_what_was_tried() -> None:
    hopeless = StagedEngine(
        "auto",
        (
            DiagramEngine("first", SizeLimits(nodes=10)),
            DiagramEngine("second", SizeLimits(arcs=20)),
            DiagramEngine("third", SizeLimits(arcs=0)),
        ),
    )
    prepared = hopeless.prepare(KNOT)
    reason = (
        "`first`: a layer of the diagram needs more than 10 nodes; "
        "`second`: the diagram needs more than 20 arcs; "
        "`third`: the diagram needs more than 0 arcs"
    )

    assert Unknown(reason) == prepared.count(ANYTHING)
    assert Unknown(reason) == prepared.domains(ANYTHING)
    assert Unknown(reason) == prepared.feasibility(ANYTHING)
    assert Unknown(reason) == prepared.cheapest(weighing([[1] * 4]), ANYTHING)
    with pytest.raises(SearchLimitError) as caught:
        list(prepared.solutions(ANYTHING))
    assert reason == caught.value.reason


class Clock:
    """A clock that goes on by one each time it is read."""

    def __init__(self) -> None:
        self.readings = 0

    def __call__(self) -> float:
        """The number of readings so far."""
        self.readings += 1
        return float(self.readings)


@pytest.mark.parametrize("readings", [5, 20, 100])
def test_when_time_is_up_the_reason_says_so_once_and_names_what_was_tried(readings: int) -> None:
    prepared = LARGE.prepare(entangled(40, 6, 0.9, seed=2))
    limits = SearchLimits(float(readings), float(readings), Clock())

    expected = f"the time limit of {readings} s was reached (tried `diagram`, `sat`, `backtracking`)"
    assert Unknown(expected) == prepared.count(ANYTHING, limits)


def several_sums(scale: int) -> ConstraintProblem:
    """Three sums over the same four places."""
    ways = ((0, 2, 3), (3, 1, 0), (1, 4, 1))
    sums = (
        LinearConstraint(weighing([[scale * each for each in found]] * 4), None, 7 * scale) for found in ways
    )
    # One more or less in one place, so that the weights keep their size.
    return problem_of([3] * 4, *sums, LinearConstraint(weighing([[0, 1, scale]] * 3), None, 2 * scale))


@pytest.mark.parametrize("scale", [1, *SCALES])
def test_a_count_under_several_sums_outside_is_exact_or_refused(
    scale: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(EXPECTED, -1)
    monkeypatch.setattr(f"{EXPECTED}_OF_LAST", -1)
    problem = several_sums(scale)
    expected = len(judged(problem))
    search = DiagramEngine().prepare(problem)
    count = search.count(ANYTHING)

    assert len(search.compiled.side_sums) > 1
    refused = Unknown(
        f"a count under {len(search.compiled.side_sums)} sums beyond 64 bits cannot be made exact"
    )
    assert count in {expected, refused}
    assert isinstance(count, int) or scale >= 2**61
    assert expected == LARGE.prepare(problem).count(ANYTHING)


def test_a_count_under_several_sums_that_takes_too_many_states_is_refused_and_then_searched(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(EXPECTED, -1)
    monkeypatch.setattr(f"{EXPECTED}_OF_LAST", -1)
    monkeypatch.setattr("configurator.engines.diagram.weighing.joint_counts.STATES", 5)
    problem = several_sums(1)

    assert Unknown("a count under 4 wide sums cannot be made exact within 5 states") == (
        DiagramEngine().prepare(problem).count(ANYTHING)
    )
    assert len(judged(problem)) == LARGE.prepare(problem).count(ANYTHING)


# ---------------------------------------------------------------- limits of memory


MEASURED = dedent("""
    import resource
    import sys

    sys.path.insert(0, {folder!r})
    from test_bad_input import entangled

    from configurator.engines.diagram.search import DiagramEngine
    from configurator.errors import SearchLimitError

    try:
        DiagramEngine().prepare(entangled({size}, {values}, {share}, seed=1))
    except SearchLimitError as stopped:
        print(stopped.reason)
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
""")


@pytest.mark.skipif(sys.platform != "linux", reason="memory is told in kilobytes on Linux alone")
@pytest.mark.parametrize(("size", "values", "share"), [(8, 30, 0.9), (7, 49, 0.97), (9, 48, 0.95)])
def test_a_diagram_that_is_refused_has_taken_less_than_1500_megabytes(
    size: int, values: int, share: float
) -> None:
    program = MEASURED.format(folder=str(Path(__file__).parent), size=size, values=values, share=share)
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    reason, kilobytes = done.stdout.splitlines()

    assert reason in {
        "the diagram needs more than 8,000,000 arcs",
        "a layer of the diagram needs more than 500,000 nodes",
        "a layer of the diagram needs more than 400,000,000 bytes",
    }
    assert int(kilobytes) < 1_500_000
