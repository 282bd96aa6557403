"""Problems with interchangeable blocks: what is counted and listed up to order, by every way there is."""

from collections.abc import Sequence
from itertools import combinations_with_replacement, islice
from math import comb

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from symmetric_problems import Symmetric, judged, symmetric_problems

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
from configurator.csp.symmetries import InterchangeableBlocks, Symmetries, canonical, nested
from configurator.csp.variables import Assignment, Variable
from configurator.engines.backtracking import BacktrackingEngine
from configurator.engines.block_contents import demanded, in_a_row
from configurator.engines.composition import Composition
from configurator.engines.cp_sat import MISSING, CpSatEngine, cp_sat_is_installed
from configurator.engines.derived import cost_of
from configurator.engines.diagram.left_out import LeftOut
from configurator.engines.diagram.search import DiagramEngine
from configurator.engines.engine import NO_LIMITS, Engine, Optimum, SearchLimits, Unknown
from configurator.engines.exhaustive import ExhaustiveEngine
from configurator.engines.orbit_counts import partitions, share_of
from configurator.engines.registry import LARGE, compiled_form, counted_form
from configurator.engines.sat import SatEngine
from configurator.engines.symmetric_parts import parts_of
from configurator.engines.unordered import UnorderedProblem, prepare_unordered
from configurator.engines.unordered_diagram import UnorderedDiagram, left_out_up_to_order
from configurator.errors import SearchLimitError
from configurator.testing.engine_conformance import stops_after
from configurator.testing.problem_strategies import objectives

ENGINES = [
    pytest.param(ExhaustiveEngine(), id="exhaustive"),
    pytest.param(BacktrackingEngine(), id="backtracking"),
    pytest.param(DiagramEngine(), id="diagram"),
    pytest.param(SatEngine(), id="sat"),
    pytest.param(
        CpSatEngine(),
        id="cp-sat",
        marks=pytest.mark.skipif(not cp_sat_is_installed(), reason=MISSING),
    ),
    pytest.param(LARGE, id="auto"),
]
every_engine = pytest.mark.parametrize("engine", ENGINES)
MOST_COMBINATIONS = 3_000
"""What the judge tries in one example."""


def examples(amount: int) -> settings:
    slow = [HealthCheck.too_slow, HealthCheck.function_scoped_fixture, HealthCheck.filter_too_much]
    return settings(max_examples=amount, deadline=None, suppress_health_check=slow)


def small(case: Symmetric) -> bool:
    return bool(nested(case.symmetries)) and case.problem.combinations <= MOST_COMBINATIONS


def told_together(case: Symmetric) -> bool:
    """Whether what is added tells no instances apart, nor instances within one: the engines refuse that."""
    try:
        parts_of(case.extension, nested(case.symmetries), case.problem.variables)
    except SearchLimitError:
        return False
    return True


cases = symmetric_problems().filter(small).filter(told_together)
entangled_cases = symmetric_problems(entangled=True).filter(small)


def unordered(
    problem: ConstraintProblem, symmetries: Symmetries, engine: Engine, *added: Constraint
) -> UnorderedProblem:
    prepared = prepare_unordered(engine, lambda: problem, symmetries, engine.prepare(problem))
    assert isinstance(prepared, UnorderedProblem)
    return prepared.extended(added) if added else prepared


def of_case(case: Symmetric, engine: Engine) -> UnorderedProblem:
    return unordered(case.problem, case.symmetries, engine, *case.extension)


# ---------------------------------------------------------------- laws


@every_engine
@examples(12)
@given(case=cases)
def test_counts_and_lists_hold_each_order_of_instances_once(engine: Engine, case: Symmetric) -> None:
    expected = judged(case)
    prepared = of_case(case, engine)

    assert expected == list(prepared.solutions(case.assumptions))
    assert len(expected) == prepared.count(case.assumptions)


@pytest.mark.parametrize("engine", [BacktrackingEngine(), DiagramEngine()])
@examples(60)
@given(case=entangled_cases)
def test_what_is_said_of_one_instance_may_depend_on_other_places(engine: Engine, case: Symmetric) -> None:
    expected = judged(case)
    prepared = of_case(case, engine)

    count = prepared.count(case.assumptions)
    assert count == len(expected) or isinstance(count, Unknown)
    try:
        assert expected == list(prepared.solutions(case.assumptions))
    except SearchLimitError as refused:
        assert refused.reason == "what is said of several instances tells them apart"  # noqa: PT017 - either will do


def test_what_tells_instances_within_an_instance_apart_is_refused() -> None:
    twins = (InterchangeableBlocks(((1,), (2,))), InterchangeableBlocks(((4,), (5,))))
    outer = InterchangeableBlocks(((0, 1, 2), (3, 4, 5)))
    # What is in an instance is there only with it.
    structure = tuple(
        ClauseConstraint((Literal(whole, frozenset({1})), Literal(part, frozenset({0}))))
        for whole, part in ((0, 1), (0, 2), (3, 4), (3, 5))
    )
    problem = ConstraintProblem(tuple(Variable(f"v{at}", 2) for at in range(6)), structure)
    prepared = unordered(problem, (*twins, outer), BacktrackingEngine(), SortedConstraint((2, 1)))

    assert prepared.count({}) == Unknown("what is said of several instances tells them apart")
    with pytest.raises(SearchLimitError, match="tells them apart"):
        list(prepared.solutions({}))


def test_a_choice_that_depends_on_other_places_is_counted_and_listed() -> None:
    sizes = [*(variable.size for variable in bags().variables), 4]
    problem = ConstraintProblem(
        tuple(Variable(f"v{at}", size) for at, size in enumerate(sizes)), bags().constraints
    )
    # The second bag is of colour 1, unless the frame is.
    choice = ClauseConstraint((Literal(3, frozenset({1})), Literal(6, frozenset({1}))))
    prepared = unordered(problem, (BAGS,), BacktrackingEngine(), choice)
    every = [colours_of(each) for each in unordered(bags(), (BAGS,), BacktrackingEngine()).solutions({})]
    expected = len(every) + 3 * sum(1 in colours for colours in every)

    assert expected == prepared.count({})
    assert expected == sum(1 for _ in prepared.solutions({}))


@examples(60)
@given(case=cases)
def test_counting_by_orbits_gives_the_same(case: Symmetric) -> None:
    prepared = of_case(case, BacktrackingEngine())

    found = prepared._counted_by_orbits(case.assumptions, NO_LIMITS)
    assert found == len(judged(case)) or (isinstance(found, Unknown) and "counted one by one" in found.reason)


@examples(60)
@given(case=cases)
def test_what_is_left_of_the_list_of_all_orders_is_the_same(case: Symmetric) -> None:
    prepared = of_case(case, BacktrackingEngine())

    assert judged(case) == list(prepared._kept(case.assumptions, NO_LIMITS))


@examples(60)
@given(case=cases)
def test_the_compiled_form_counts_ranks_and_draws_what_is_listed(case: Symmetric) -> None:
    expected = judged(case)
    form = counted_form(of_case(case, DiagramEngine()))

    assert isinstance(form, UnorderedDiagram)
    assert len(expected) == form.count(case.assumptions)
    drawn = form.sample(20, 1, case.assumptions)
    if not isinstance(drawn, Unknown):
        assert {tuple(each) for each in drawn.T.tolist()} <= set(expected)
    order = form.fast_order(case.assumptions)
    if not isinstance(order, Unknown):
        page = order.page(0, len(expected) + 1)
        assert expected == sorted(tuple(each) for each in page.T.tolist())
        assert list(range(len(expected))) == order.rank(page).tolist()


@examples(60)
@given(data=st.data(), case=cases)
def test_the_compiled_form_knows_costs_up_to_order(data: st.DataObject, case: Symmetric) -> None:
    sizes = tuple(variable.size for variable in case.problem.variables)
    objective = data.draw(objectives(sizes))
    costs = sorted((cost_of(objective, each), each) for each in judged(case))
    form = counted_form(of_case(case, DiagramEngine()))
    assert isinstance(form, UnorderedDiagram)

    cheapest = form.top(objective, 3, case.assumptions)
    if not isinstance(cheapest, Unknown) and _same_for_all_blocks(objective, case):
        assert [Optimum(*each) for each in costs[:3]] == list(cheapest)
    edge = costs[len(costs) // 2][0] if costs else 0
    counted = form.histogram(objective, (edge,), case.assumptions)
    if not isinstance(counted, Unknown) and _same_for_all_blocks(objective, case):
        assert (sum(cost <= edge for cost, _ in costs),) == counted


def _same_for_all_blocks(objective: Sequence[LinearTerm], case: Symmetric) -> bool:
    weights = {term.variable: term.weights for term in objective}
    return all(
        len({tuple(weights.get(variable) for variable in block) for block in group.blocks}) <= 1
        for group in case.symmetries
    )


@examples(60)
@given(case=cases)
def test_existence_is_asked_of_the_problem_as_it_is(case: Symmetric) -> None:
    prepared = of_case(case, BacktrackingEngine())
    labelled = ExhaustiveEngine().prepare(prepared.problem)

    assert labelled.domains(case.assumptions) == prepared.domains(case.assumptions)
    assert bool(judged(case)) == bool(labelled.count(case.assumptions))


@examples(60)
@given(case=cases)
def test_what_each_rule_refuses_alone_is_counted_up_to_order(case: Symmetric) -> None:
    structure = [each for each in case.problem.constraints if each.origin == "structure"]
    rules = case.rules
    fixed = ConstraintProblem(case.problem.variables, tuple(structure))

    def amount(kept: Sequence[Sequence[Constraint]]) -> int:
        said = tuple(each for rule in kept for each in rule)
        return len(judged(Symmetric(fixed.extended(said), case.symmetries, {}, (), ())))

    everything = amount(rules)
    alone = tuple(amount([*rules[:at], *rules[at + 1 :]]) - everything for at in range(len(rules)))
    try:
        found = left_out_up_to_order(fixed, rules, case.symmetries)
    except SearchLimitError:
        return
    assert LeftOut(everything, alone) == found


def test_the_examples_are_not_all_alike() -> None:
    seen: set[str] = set()

    @examples(150)
    @given(case=cases)
    def look(case: Symmetric) -> None:
        found = len(judged(case))
        groups = [group for group in case.symmetries if len(group.blocks) > 1]
        inner = any(set(a.blocks[0]) < set(b) for a in groups for other in groups for b in other.blocks)
        seen.update({"none"} if not found else {"many"} if found > 9 else {"some"})
        seen.update({"nested"} if inner else set())
        seen.update({"chosen"} if case.assumptions else set(), {"extended"} if case.extension else set())

    look()

    assert {"none", "some", "many", "nested", "chosen", "extended"} == seen


# ---------------------------------------------------------------- choices are matched


BAGS = InterchangeableBlocks(((0, 1), (2, 3), (4, 5)))


def bags(colours: int = 4) -> ConstraintProblem:
    """Up to three bags, each of one of some colours."""
    sizes = (2, colours + 1) * 3
    present, none = frozenset({1}), frozenset({0})
    there = [
        ClauseConstraint((Literal(block[0], values), Literal(block[1], colour)))
        for block in BAGS.blocks
        for values, colour in ((present, none), (none, frozenset(range(1, colours + 1))))
    ]
    return ConstraintProblem(tuple(Variable(f"v{at}", size) for at, size in enumerate(sizes)), tuple(there))


def colours_of(assignment: Assignment) -> tuple[int, ...]:
    return tuple(colour for colour in assignment[1::2] if colour)


@every_engine
def test_three_bags_of_four_colours_are_thirty_five_ways(engine: Engine) -> None:
    prepared = unordered(bags(), (BAGS,), engine)
    expected = sorted(each for n in range(4) for each in combinations_with_replacement(range(1, 5), n))

    assert expected == [colours_of(each) for each in prepared.solutions({})]
    assert 35 == prepared.count({})


def test_a_choice_about_the_second_bag_is_kept_by_any() -> None:
    prepared = unordered(bags(), (BAGS,), BacktrackingEngine())
    found = [colours_of(each) for each in prepared.solutions({3: frozenset({1})})]

    assert (1,) in found
    assert (1, 2, 3) in found
    assert all(1 in each for each in found)
    assert len(found) == prepared.count({3: frozenset({1})})


def test_two_choices_need_two_bags() -> None:
    prepared = unordered(bags(), (BAGS,), BacktrackingEngine())
    asked = {1: frozenset({1, 2}), 3: frozenset({2, 3}), 4: frozenset({0})}

    assert [(1, 2), (1, 3), (2, 2), (2, 3)] == [colours_of(each) for each in prepared.solutions(asked)]


def test_too_many_different_choices_are_refused_by_name() -> None:
    sets = [np.array([True] + [at != out for at in range(20)]) for out in range(13)]

    with pytest.raises(SearchLimitError, match="13 different choices"):
        list(demanded(sets, NO_LIMITS))


def test_choices_that_follow_each_other_are_assumptions() -> None:
    # Contents: absent, then 1 to 4.
    low, high, absent = (np.isin(np.arange(5), values) for values in ((1, 2), (2, 3), (0,)))

    assert [low.tolist(), high.tolist(), absent.tolist()] == [
        each.tolist() for each in in_a_row([absent, high, low]) or []
    ]
    assert in_a_row([np.isin(np.arange(5), (1, 3)), high]) is None


# ---------------------------------------------------------------- sizes


def large(instances: int, components: int) -> tuple[ConstraintProblem, Symmetries]:
    """A frame and instances of a component, a colour and a yes or no, with rules on few attributes."""
    variables = [Variable("frame", 6)]
    constraints: list[Constraint] = []
    blocks = []
    socket = tuple(0 if not c else 1 + c % 5 for c in range(components + 1))
    draw = tuple(0 if not c else c * 37 % 11 for c in range(components + 1))
    fits = frozenset((f, s) for f in range(6) for s in range(6) if not s or (f + s) % 3)
    painted = frozenset((s, c) for s in range(6) for c in range(4) if (s, c) != (1, 3))
    for number in range(instances):
        first = len(variables)
        blocks.append(tuple(range(first, first + 4)))
        sizes = (2, components + 1, 4, 3)
        variables += [Variable(f"{name}{number}", size) for name, size in zip("pcfy", sizes, strict=True)]
        for offset, size in enumerate(sizes[1:], start=1):
            none, some = frozenset({0}), frozenset(range(1, size))
            for there, values in ((frozenset({1}), none), (frozenset({0}), some)):
                constraints.append(ClauseConstraint((Literal(first, there), Literal(first + offset, values))))
        constraints.append(TableConstraint((first + 1, first + 2), (socket, (0, 1, 2, 3)), painted))
        constraints.append(TableConstraint((0, first + 1), (tuple(range(6)), socket), fits))
    terms = tuple(LinearTerm(block[1], draw) for block in blocks)
    constraints.append(LinearConstraint(terms, None, 18))
    problem = ConstraintProblem(tuple(variables), tuple(constraints))
    return problem, (InterchangeableBlocks(tuple(blocks)),)


def multisets_of_large(instances: int, components: int) -> int:
    """The same by choosing how many instances there are of each draw: multisets of so many contents."""
    total = 0
    for frame in range(6):
        contents: dict[int, int] = {}
        for component in range(1, components + 1):
            socket = 1 + component % 5
            if (frame + socket) % 3:
                colours = 2 if socket == 1 else 3
                contents[component * 37 % 11] = contents.get(component * 37 % 11, 0) + 2 * colours
        ways = {(0, 0): 1}
        for draw, amount in contents.items():
            ways = _with_some_more(ways, draw, amount, instances)
        total += sum(ways.values())
    return total


def _with_some_more(
    ways: dict[tuple[int, int], int], draw: int, amount: int, instances: int
) -> dict[tuple[int, int], int]:
    found: dict[tuple[int, int], int] = {}
    for (number, drawn), before in ways.items():
        for more in range(instances - number + 1):
            if drawn + more * draw <= 18:
                key = (number + more, drawn + more * draw)
                found[key] = found.get(key, 0) + before * comb(amount + more - 1, more)
    return found


@every_engine
def test_instances_of_a_thousand_components_are_counted_and_listed(engine: Engine) -> None:
    problem, symmetries = large(3, 1_000)
    if isinstance(engine, ExhaustiveEngine):
        late = unordered(problem, symmetries, engine).count({}, SearchLimits.within(0.2))
        assert isinstance(late, Unknown)
        return
    prepared = unordered(problem, symmetries, engine)

    assert multisets_of_large(3, 1_000) == prepared.count({})
    assert [
        (0, *(0,) * 12),
        (0, *(1, 1, 1, 1), *(0,) * 8),
    ] == list(islice(prepared.solutions({}), 2))


def test_the_same_is_found_by_orbits() -> None:
    problem, symmetries = large(3, 1_000)
    prepared = unordered(problem, symmetries, DiagramEngine())

    assert multisets_of_large(3, 1_000) == prepared._counted_by_orbits({}, NO_LIMITS)


def wide(components: int) -> tuple[ConstraintProblem, Symmetries]:
    """Two instances of two components each: more contents than are listed."""
    sizes = (2, components + 1, components + 1)
    blocks = ((0, 1, 2), (3, 4, 5))
    none, some = frozenset({0}), frozenset(range(1, components + 1))
    there = [
        ClauseConstraint((Literal(block[0], values), Literal(variable, held)))
        for block in blocks
        for variable in block[1:]
        for values, held in ((frozenset({1}), none), (frozenset({0}), some))
    ]
    variables = tuple(Variable(f"v{at}", size) for at, size in enumerate(sizes * 2))
    return ConstraintProblem(variables, tuple(there)), (InterchangeableBlocks(blocks),)


@pytest.mark.parametrize("engine", ENGINES[1:])
def test_what_can_be_too_many_things_is_counted_by_orbits_and_listed_from_all(engine: Engine) -> None:
    problem, symmetries = wide(1_500)
    prepared = unordered(problem, symmetries, engine)
    contents = 1_500**2

    with pytest.raises(SearchLimitError, match="combinations to be looked at"):
        prepared.composed.found(NO_LIMITS)
    assert 1 + contents + comb(contents + 1, 2) == prepared.count({})
    assert [
        (0, 0, 0, 0, 0, 0),
        (1, 1, 1, 0, 0, 0),
        (1, 1, 1, 1, 1, 1),
    ] == list(islice(prepared.solutions({}), 3))


def test_choices_are_matched_there_as_well() -> None:
    problem, symmetries = wide(1_500)
    prepared = unordered(problem, symmetries, DiagramEngine())
    # The first has component 7 in its first place; nothing is said of the second.
    with_seven, contents = 1_500, 1_500**2
    expected = with_seven + comb(contents + 1, 2) - comb(contents - with_seven + 1, 2)

    assert expected == prepared.count({1: frozenset({7})})
    assert (1, 7, 1, 0, 0, 0) not in islice(prepared.solutions({1: frozenset({7})}), 2)
    assert [(1, 1, 1, 1, 7, 1)] == list(islice(prepared.solutions({1: frozenset({7})}), 1))


def test_a_block_with_too_many_contents_is_named() -> None:
    problem, symmetries = large(2, 1_000)

    with pytest.raises(
        SearchLimitError, match="`p0` and what belongs to it can be settled in more than 500 ways"
    ):
        Composition.of(problem, symmetries, NO_LIMITS, 500)


# ---------------------------------------------------------------- odds and ends


def test_without_symmetries_nothing_is_put_between() -> None:
    problem = bags()
    labelled = BacktrackingEngine().prepare(problem)

    assert prepare_unordered(BacktrackingEngine(), lambda: problem, (), labelled) is labelled


def test_blocks_of_different_form_are_a_mistake() -> None:
    crooked = InterchangeableBlocks(((0, 1), (1, 2)))

    with pytest.raises(ValueError, match="do not all have one form"):
        Composition.of(bags(), (crooked,), NO_LIMITS)


def test_something_in_an_instance_that_is_not_there_is_a_mistake() -> None:
    free = ConstraintProblem(bags().variables, ())

    with pytest.raises(ValueError, match="is not there and holds something"):
        Composition.of(free, (BAGS,), NO_LIMITS)


def test_instances_that_must_be_there_are() -> None:
    must = tuple(ClauseConstraint((Literal(block[0], frozenset({1})),)) for block in BAGS.blocks)
    prepared = unordered(bags().extended(must), (BAGS,), BacktrackingEngine())

    assert 20 == prepared.count({})


def test_a_predicate_over_two_instances_is_asked_of_their_contents() -> None:
    def differ(values: tuple[int, ...]) -> bool:
        return 0 in values or values[0] != values[1]

    pairs = ((1, 3), (1, 5), (3, 5))
    rules = tuple(PredicateConstraint(pair, differ) for pair in pairs)
    prepared = unordered(bags().extended(rules), (BAGS,), DiagramEngine())

    assert sum(comb(4, n) for n in range(4)) == prepared.count({})


def test_a_witness_of_the_labelled_problem_has_a_canonical_form_that_is_listed() -> None:
    prepared = unordered(bags(), (BAGS,), SatEngine())
    dear = tuple(LinearTerm(block[1], (9, 3, 2, 4, 5)) for block in BAGS.blocks)
    best = prepared.cheapest(dear, {})

    assert isinstance(best, Optimum)
    assert 6 == best.cost
    assert canonical(best.witness, (BAGS,)) in prepared.solutions({})


@pytest.mark.parametrize("readings", range(0, 40, 5))
def test_a_limit_ends_an_answer_and_never_changes_it(readings: int) -> None:
    prepared = unordered(bags(), (BAGS,), BacktrackingEngine())
    found = prepared.count({1: frozenset({1, 3}), 3: frozenset({2, 3})}, stops_after(readings))

    assert isinstance(found, Unknown) or found == 16
    again = prepared.count({1: frozenset({1, 3}), 3: frozenset({2, 3})})
    assert again == 16


def test_the_compiled_form_of_the_problem_as_it_is_knows_every_order() -> None:
    prepared = unordered(bags(), (BAGS,), DiagramEngine())
    form = compiled_form(prepared)

    assert not isinstance(form, Unknown)
    assert 5**3 == form.count({})


def test_all_ways_to_change_places_are_shared_out() -> None:
    assert [(4,), (3, 1), (2, 2), (2, 1, 1), (1, 1, 1, 1)] == list(partitions(4, 4))
    assert 1 == sum(share_of(lengths) for lengths in partitions(7, 7))
