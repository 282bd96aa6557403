"""Mixed slots counted class by class: the judge's numbers where it can tell, closed formulas beyond."""

from math import comb, prod

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

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
from configurator.csp.interchangeability import Interchangeability
from configurator.csp.problem import ConstraintProblem
from configurator.csp.value_sets import least, values_in
from configurator.csp.variables import Assumptions, Variable
from configurator.engines.backtracking import BacktrackingEngine
from configurator.engines.class_counts import ClassProblem, classes_told_apart
from configurator.engines.cp_sat import MISSING, CpSatEngine, cp_sat_is_installed
from configurator.engines.diagram.search import DiagramEngine
from configurator.engines.engine import NO_LIMITS, Engine, PreparedProblem, Unknown
from configurator.engines.exhaustive import ExhaustiveEngine
from configurator.engines.sat import SatEngine
from configurator.errors import SearchLimitError
from configurator.testing.engine_conformance import stops_after
from configurator.testing.problem_strategies import (
    HUGE,
    Question,
    constraint_problems,
    constraints,
    subsets,
)

JUDGE = ExhaustiveEngine()
SEARCHING = [
    pytest.param(BacktrackingEngine(), id="backtracking"),
    pytest.param(SatEngine(), id="sat"),
    pytest.param(
        CpSatEngine(),
        id="cp-sat",
        marks=pytest.mark.skipif(not cp_sat_is_installed(), reason=MISSING),
    ),
]
every_engine = pytest.mark.parametrize("engine", SEARCHING)
# A patch that stays from example to example is what is wanted here.
few_examples = settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)


@pytest.fixture
def never_plainly(monkeypatch: pytest.MonkeyPatch) -> None:
    """Mixed slots are counted by classes, however small the problem."""
    for module in ("backtracking", "sat", "cp_sat"):
        monkeypatch.setattr(f"configurator.engines.{module}.COUNTED_PLAINLY", 0)


def problem_of(sizes: tuple[int, ...], *rules: Constraint) -> ConstraintProblem:
    return ConstraintProblem(tuple(Variable(f"v{at}", size) for at, size in enumerate(sizes)), rules)


# ---------------------------------------------------------------- random mixed slots


@st.composite
def slot_rules(draw: st.DrawFn, sizes: tuple[int, ...], chain: tuple[int, ...]) -> tuple[Constraint, ...]:
    """A rule over a mixed slot that sees its positions alike, and perhaps another variable too."""
    size = sizes[chain[0]]
    others = [at for at in range(len(sizes)) if at not in chain]
    other = draw(st.sampled_from(others)) if others else None
    match draw(st.sampled_from(("sum", "any", "each", "table"))):
        case "sum":
            scale = draw(st.sampled_from((1, 1, HUGE)))
            weights = tuple(scale * draw(st.integers(0, 2)) for _ in range(size))
            terms = [LinearTerm(position, weights) for position in chain]
            if other is not None:
                terms.append(LinearTerm(other, tuple(-scale * value for value in range(sizes[other]))))
            return (LinearConstraint(tuple(terms), None, scale * draw(st.integers(0, 4))),)
        case "any":
            held = draw(subsets(size))
            literals = [Literal(position, held) for position in chain]
            if other is not None:
                literals.append(Literal(other, draw(subsets(sizes[other]))))
            return (ClauseConstraint(tuple(literals)),)
        case "each":
            held = draw(subsets(size)) | {0}
            excuse = () if other is None else (Literal(other, draw(subsets(sizes[other]))),)
            return tuple(ClauseConstraint((Literal(position, held), *excuse)) for position in chain)
        case _:
            classes = tuple(draw(st.integers(0, 2)) for _ in range(size))
            rows = draw(st.frozensets(st.tuples(st.integers(0, 2), st.integers(0, 1)), min_size=3))
            if other is None:
                return ()
            columns = (classes, tuple(value % 2 for value in range(sizes[other])))
            return tuple(TableConstraint((position, other), columns, rows) for position in chain)


@st.composite
def slot_questions(draw: st.DrawFn) -> Question:
    """One mixed slot or two, up to two other variables, rules over them, and assumptions about some."""
    sizes: tuple[int, ...] = ()
    chains = []
    for _ in range(draw(st.integers(1, 2))):
        positions = draw(st.integers(2, 3))
        chains.append(tuple(range(len(sizes), len(sizes) + positions)))
        sizes += (draw(st.integers(2, 5)) if len(chains) == 1 else 2,) * positions
    sizes += tuple(draw(st.lists(st.integers(1, 3), max_size=2)))
    rules = [rule for chain in chains for rule in draw(slot_rules(sizes, chain))]
    rules += draw(slot_rules(sizes, chains[0]))
    rules += draw(st.lists(constraints(sizes), max_size=draw(st.booleans())))
    assumptions = {at: draw(subsets(sizes[at])) for at in range(len(sizes)) if draw(st.integers(0, 2)) == 0}
    return Question(problem_of(sizes, *map(SortedConstraint, chains), *rules), assumptions)


def class_problem(problem: ConstraintProblem) -> ClassProblem | None:
    try:
        return ClassProblem.of(problem, NO_LIMITS)
    except SearchLimitError:
        return None


def judged(prepared: PreparedProblem, weights: tuple[tuple[int, ...], ...]) -> int:
    """The solutions one by one, each for the product of its weights."""
    return sum(
        prod(found[value] for found, value in zip(weights, solution, strict=True))
        for solution in prepared.solutions({})
    )


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(slot_questions())
def test_solutions_over_classes_stand_for_all_solutions(question: Question) -> None:
    classes = class_problem(question.problem)
    if classes is None:
        return

    counted = judged(JUDGE.prepare(classes.problem), classes.weights(question.assumptions))

    assert JUDGE.prepare(question.problem).count(question.assumptions) == counted


def test_most_random_mixed_slots_are_grouped_and_made_smaller() -> None:
    seen: list[tuple[bool, bool]] = []

    @settings(max_examples=100, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
    @given(slot_questions())
    def draw(question: Question) -> None:
        classes = class_problem(question.problem)
        smaller = classes is not None and classes.problem.combinations < question.problem.combinations
        solved = JUDGE.prepare(question.problem).count(question.assumptions) not in {0, 1}
        seen.append((smaller, solved))

    draw()

    assert sum(smaller and solved for smaller, solved in seen) > len(seen) // 4


@every_engine
@given(data=st.data())
@few_examples
def test_weighted_counts_are_sums_of_products(engine: Engine, data: st.DataObject) -> None:
    problem = data.draw(constraint_problems())
    weights = tuple(
        tuple(data.draw(st.sampled_from((0, 1, 1, 3, HUGE))) for _ in range(variable.size))
        for variable in problem.variables
    )
    prepared = engine.prepare(problem)

    counted = prepared.count_weighted(weights, NO_LIMITS)  # type: ignore[attr-defined] # of searches

    assert judged(JUDGE.prepare(problem), weights) == counted


@pytest.mark.usefixtures("never_plainly")
@every_engine
@given(question=slot_questions())
@few_examples
def test_counts_by_classes_are_the_judges(engine: Engine, question: Question) -> None:
    prepared = engine.prepare(question.problem)

    assert JUDGE.prepare(question.problem).count(question.assumptions) == prepared.count(question.assumptions)
    assert JUDGE.prepare(question.problem).count({}) == prepared.count({})


@pytest.mark.usefixtures("never_plainly")
@every_engine
@given(question=slot_questions(), data=st.data())
@few_examples
def test_what_was_alike_may_differ_in_an_extension(
    engine: Engine, question: Question, data: st.DataObject
) -> None:
    sizes = tuple(variable.size for variable in question.problem.variables)
    more = (data.draw(constraints(sizes)),)
    prepared = engine.prepare(question.problem)
    prepared.count({})

    extended = prepared.extended(more)

    judge = JUDGE.prepare(question.problem.extended(more))
    assert judge.count(question.assumptions) == extended.count(question.assumptions)


@given(constraint_problems(values=6))
def test_classes_are_the_values_that_no_constraint_tells_apart(problem: ConstraintProblem) -> None:
    apart = tuple(c for c in problem.constraints if not isinstance(c, PredicateConstraint))
    problem = ConstraintProblem(problem.variables, apart)

    classes = [found.tolist() for found in classes_told_apart(problem)]

    groups = Interchangeability.of(problem).groups
    for found, variable, alike in zip(classes, problem.variables, groups, strict=True):
        smallest = {value: least(group) for group in alike for value in values_in(group)}
        examples = [smallest.get(value, value) for value in range(variable.size)]
        assert [sorted(set(examples)).index(example) for example in examples] == found


# ---------------------------------------------------------------- families of thousands

SLOT = (0, 1, 2, 3)
COMPONENTS = 2_000
SIZES_OF_SEVEN = (0, *(1 + at % 7 for at in range(COMPONENTS)))


def slot_of_thousands(*rules: Constraint, others: tuple[int, ...] = ()) -> ConstraintProblem:
    """A mixed slot `0..4` over 2,000 components, and other variables."""
    return problem_of((COMPONENTS + 1,) * len(SLOT) + others, SortedConstraint(SLOT), *rules)


def units_within(limit: int, at_most: int) -> int:
    """Multisets of up to so many units whose sizes add up to no more: one size after the other."""
    ways = {(0, 0): 1}
    for size in range(1, 8):
        components = SIZES_OF_SEVEN.count(size)
        more: dict[tuple[int, int], int] = {}
        for (units, total), found in ways.items():
            for taken in range(at_most - units + 1):
                place = units + taken, total + taken * size
                more[place] = more.get(place, 0) + found * comb(components + taken - 1, taken)
        ways = more
    return sum(found for (_, total), found in ways.items() if total <= limit)


@every_engine
def test_free_picks_of_thousands_are_counted_with_repetition(engine: Engine) -> None:
    prepared = engine.prepare(slot_of_thousands())

    assert 668_668_500_500 + comb(2002, 3) + comb(2001, 2) + 2000 + 1 == comb(2004, 4)
    assert comb(2004, 4) == prepared.count({})
    assert 668_668_500_500 == prepared.count({3: frozenset(range(1, COMPONENTS + 1))})
    assert comb(2002, 2) == prepared.count({2: frozenset({0})})
    # The first of three or four units is the 501st: the others are no smaller.
    assert comb(1502, 3) + comb(1501, 2) == prepared.count(
        {0: frozenset({501}), 2: frozenset(range(1, 2001))}
    )


@every_engine
def test_counts_are_exact_beyond_machine_words(engine: Engine) -> None:
    positions = tuple(range(12))
    prepared = engine.prepare(problem_of((5001,) * 12, SortedConstraint(positions)))

    assert comb(5012, 12) == prepared.count({})


@every_engine
def test_units_that_share_room_are_counted(engine: Engine) -> None:
    bays = TableConstraint((4, 3), ((0, 1), (0, *(1,) * COMPONENTS)), frozenset({(0, 0), (1, 0), (1, 1)}))
    room = LinearConstraint(tuple(LinearTerm(at, SIZES_OF_SEVEN) for at in SLOT), None, 20)
    prepared = engine.prepare(slot_of_thousands(bays, room, others=(2,)))

    assert units_within(20, 3) + units_within(20, 4) == prepared.count({})
    assert units_within(20, 4) == prepared.count({4: frozenset({1})})


ASSUMED: tuple[Assumptions, ...] = (
    {},
    {0: frozenset(range(1, 900))},
    {1: frozenset({7, 8, 1999}), 3: frozenset({0, 1999, 2000})},
    {0: frozenset({5}), 1: frozenset({5, 6}), 2: frozenset({0, 6, 1500})},
    {4: frozenset({0}), 2: frozenset(range(1000, 2001))},
    {0: frozenset()},
    {0: frozenset({9}), 1: frozenset({8})},
)


@every_engine
def test_rules_over_a_slot_are_counted_as_the_diagram_does(engine: Engine) -> None:
    large = frozenset(value for value, size in enumerate(SIZES_OF_SEVEN) if size == 7)
    one_of_seven_needs_power = ClauseConstraint(
        (Literal(4, frozenset({2})), *(Literal(at, frozenset({0}) | large) for at in SLOT))
    )
    includes = ClauseConstraint((*(Literal(at, large) for at in SLOT), Literal(4, frozenset({0, 1}))))
    power = LinearConstraint(
        (*(LinearTerm(at, SIZES_OF_SEVEN) for at in SLOT), LinearTerm(4, (-12, -16, -20))), None, 0
    )
    problem = slot_of_thousands(one_of_seven_needs_power, includes, power, others=(3,))
    diagram, prepared = DiagramEngine().prepare(problem), engine.prepare(problem)

    for assumptions in ASSUMED:
        assert diagram.count(assumptions) == prepared.count(assumptions)


@every_engine
def test_one_component_of_a_condition_is_a_kind_of_its_own(engine: Engine) -> None:
    without = ClauseConstraint(tuple(Literal(at, frozenset({77})) for at in SLOT))
    prepared = engine.prepare(slot_of_thousands(without))

    assert comb(2004, 4) - comb(2003, 4) == prepared.count({})


@every_engine
def test_conditions_that_are_tried_out_are_written_as_tables(engine: Engine) -> None:
    even = tuple(value % 2 for value in range(COMPONENTS + 1))
    each = tuple(
        PredicateConstraint(
            (at, 4),
            lambda values: values[0] == 0 or sum(values) % 2 == 0,
            classes=((2, *even[1:]), (0, 1)),
        )
        for at in SLOT
    )
    prepared = engine.prepare(slot_of_thousands(*each, others=(2,)))

    assert 2 * comb(1004, 4) == prepared.count({})


# ---------------------------------------------------------------- what is not counted by classes


@every_engine
def test_small_problems_are_counted_as_they_were_given(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ClassProblem, "of", None)
    prepared = engine.prepare(problem_of((7,) * 3, SortedConstraint((0, 1, 2))))

    assert comb(9, 3) == prepared.count({})


@every_engine
def test_what_assumptions_make_small_is_counted_as_it_was_given(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ClassProblem, "of", None)
    prepared = engine.prepare(slot_of_thousands())

    assert 2 == prepared.count({0: frozenset({5}), 1: frozenset({4, 5, 6}), 2: frozenset({0})})


def all_different(bound: int, components: int = 60) -> ConstraintProblem:
    """A mixed slot `0..4` in which every component has a weight of its own, and the sum is bounded."""
    weights = tuple(range(components + 1))
    room = LinearConstraint(tuple(LinearTerm(at, weights) for at in SLOT), None, bound)
    return problem_of((components + 1,) * 4, SortedConstraint(SLOT), room)


CHAIN = "`v0` and its chain stay positions: 60 kinds of components make 635,376 cases"


@pytest.mark.parametrize("engine", SEARCHING[1:])
def test_where_all_components_differ_the_reason_is_told(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("configurator.engines.derived.LARGEST_COUNT", 1)
    prepared = engine.prepare(all_different(200))

    answer = prepared.count({})

    assert isinstance(answer, Unknown)
    assert answer.reason == f"engine `{engine.name}` makes no count that takes more than 1 steps; {CHAIN}"


def test_where_the_time_is_up_the_slot_is_named_too() -> None:
    prepared = BacktrackingEngine().prepare(all_different(200))

    answer = prepared.count({}, stops_after(3_000))

    assert Unknown(f"the time limit of 3000 s was reached; {CHAIN}") == answer


@every_engine
def test_few_combinations_of_components_that_all_differ_are_counted(engine: Engine) -> None:
    prepared = engine.prepare(all_different(7))

    # Partitions of 0 to 7 into at most four parts.
    assert 1 + 1 + 2 + 3 + 5 + 6 + 9 + 11 == prepared.count({})


@every_engine
def test_assumptions_that_cut_a_slot_into_too_many_cases_are_searched(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    prepared = engine.prepare(slot_of_thousands())
    monkeypatch.setattr("configurator.engines.diagram.multiset_vectors.LARGEST_REFINED", 0)

    # The second unit is 1, or there is none.
    assert 1 + 2000 == prepared.count({1: frozenset({0})})


@every_engine
def test_a_slot_with_too_many_classes_is_searched(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("configurator.engines.class_counts.MOST_CLASSES", 3)
    terms = (*(LinearTerm(at, SIZES_OF_SEVEN) for at in SLOT), LinearTerm(4, (0, 1)))
    problem = slot_of_thousands(LinearConstraint(terms, None, 0), others=(2,))

    # Nothing, or units that weigh 1 to 28 together.
    with pytest.raises(SearchLimitError, match="`v0…v3` has 29 cases that rules tell apart"):
        ClassProblem.of(problem, NO_LIMITS)
    assert 1 == engine.prepare(problem).count({})


@pytest.mark.usefixtures("never_plainly")
@every_engine
def test_counts_may_be_stopped_anywhere(engine: Engine) -> None:
    problem = problem_of(
        (6, 6, 6, 2),
        SortedConstraint((0, 1, 2)),
        LinearConstraint(
            (*(LinearTerm(at, (0, 1, 1, 2, 2, 3)) for at in range(3)), LinearTerm(3, (0, 2))), 1, 6
        ),
    )
    right = JUDGE.prepare(problem).count({})
    answers = [
        engine.prepare(problem).count({}, stops_after(readings)) for readings in (0, 1, 2, 3, 5, 9, 20, 9999)
    ]

    assert right == answers[-1]
    assert all(isinstance(answer, Unknown) or answer == right for answer in answers)


@every_engine
def test_a_size_that_is_refused_is_not_tried_twice(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    prepared = engine.prepare(all_different(7))
    prepared.count({})
    monkeypatch.setattr(ClassProblem, "of", None)

    assert 1 + 1 + 2 + 3 + 5 + 6 + 9 + 11 == prepared.count({})
