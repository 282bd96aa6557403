"""What propagation finds without a search, and that it never goes too far."""

from collections.abc import Sequence
from itertools import product

import pytest
from attrs import evolve
from hypothesis import given, settings
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
from configurator.csp.problem import ConstraintProblem
from configurator.csp.propagation import Propagation, compile_propagator, propagate
from configurator.csp.semantics import holds
from configurator.csp.value_sets import value_set, values_in
from configurator.csp.variables import Variable
from configurator.engines.derived import allowed_values
from configurator.engines.exhaustive import ExhaustiveEngine
from configurator.testing.problem_strategies import Question, questions

HUGE = 2**70


def narrowed(
    sizes: Sequence[int], *constraints: Constraint, **given_sets: set[int]
) -> tuple[tuple[int, ...], ...] | None:
    """Propagation over variables `v0`, `v1`, … of those sizes, some of them already narrowed."""
    problem = ConstraintProblem(tuple(Variable(f"v{i}", size) for i, size in enumerate(sizes)), constraints)
    return propagate(problem, [given_sets.get(f"v{i}", set(range(size))) for i, size in enumerate(sizes)])


def literal(variable: int, *values: int) -> Literal:
    return Literal(variable, frozenset(values))


def test_the_last_literal_that_can_hold_must_hold() -> None:
    clause = ClauseConstraint((literal(0, 1), literal(1, 0, 2)))

    assert narrowed([2, 3], clause) == ((0, 1), (0, 1, 2))
    assert narrowed([2, 3], clause, v0={0}) == ((0,), (0, 2))
    assert narrowed([2, 3], clause, v0={0}, v1={1}) is None


def test_literals_on_one_variable_work_together() -> None:
    assert narrowed([4], ClauseConstraint((literal(0, 1), literal(0, 3)))) == ((1, 3),)


def test_a_table_keeps_values_with_a_living_row() -> None:
    table = TableConstraint(
        (0, 1, 2), ((0, 1), (4, 5, 5), (0, 1)), frozenset({(0, 4, 0), (0, 5, 1), (1, 5, 0)})
    )

    assert narrowed([2, 3, 2], table, v0={0}, v2={1}) == ((0,), (1, 2), (1,))
    assert narrowed([2, 3, 2], table, v0={1}, v2={1}) is None


def test_values_with_a_class_in_no_row_go() -> None:
    assert narrowed([3], TableConstraint((0,), ((0, 1, 2),), frozenset({(2,), (0,), (9,)}))) == ((0, 2),)


def test_a_sum_cuts_what_the_others_leave_no_room_for() -> None:
    terms = (LinearTerm(0, (0, 5, 9)), LinearTerm(1, (3, 1)), LinearTerm(2, (2,)))

    assert narrowed([3, 2, 1], LinearConstraint(terms, None, 8)) == ((0, 1), (0, 1), (0,))
    assert narrowed([3, 2, 1], LinearConstraint(terms, 12, None)) == ((2,), (0, 1), (0,))
    assert narrowed([3, 2, 1], LinearConstraint(terms, 14, 14)) == ((2,), (0,), (0,))
    assert narrowed([3, 2, 1], LinearConstraint(terms, None, 2)) is None


def test_sums_are_exact_where_floats_are_not() -> None:
    terms = (LinearTerm(0, (0, HUGE, HUGE + 1)), LinearTerm(1, (0, -HUGE)))

    assert narrowed([3, 2], LinearConstraint(terms, 1, 1)) == ((2,), (1,))
    assert narrowed([3, 2], LinearConstraint(terms, 2, HUGE)) == ((1,), (0,))


def test_an_impossible_sum_needs_its_excuse() -> None:
    excused = LinearConstraint((LinearTerm(0, (4, 5)),), None, 3, (literal(1, 2), literal(1, 0)))

    assert narrowed([2, 3], excused) == ((0, 1), (0, 2))
    assert narrowed([2, 3], excused, v1={1}) is None


def test_a_variable_may_excuse_the_sum_it_adds_to() -> None:
    excused = LinearConstraint((LinearTerm(0, (9, 1, 5, 2)), LinearTerm(1, (2,))), None, 4, (literal(0, 0),))

    assert narrowed([4, 1], excused) == ((0, 1, 3), (0,))


def test_one_of_two_excuses_is_not_decided() -> None:
    excused = LinearConstraint((), 1, None, (literal(0, 0), literal(1, 0)))

    assert narrowed([2, 2], excused) == ((0, 1), (0, 1))
    assert narrowed([2, 2], excused, v0={1}) == ((1,), (0,))


def test_a_chain_passes_bounds_on_in_both_directions() -> None:
    chain = SortedConstraint((0, 1, 2))

    assert narrowed([5, 5, 5], chain, v0={3, 4}, v2={0, 1, 2, 3}) == ((3, 4), (0, 3, 4), (0, 3))
    assert narrowed([5, 5, 5], chain, v2={1, 3}) == ((1, 2, 3), (1, 2, 3), (1, 3))
    assert narrowed([5, 5, 5], chain, v0={0}) == ((0,), (0,), (0,))
    assert narrowed([5, 5, 5], chain, v0={4}, v2={1, 2}) is None


def test_a_predicate_is_tried_when_one_variable_is_open() -> None:
    different = PredicateConstraint((1, 0), lambda values: values[0] != values[1])

    assert narrowed([3, 3], different) == ((0, 1, 2), (0, 1, 2))
    assert narrowed([3, 3], different, v0={1}) == ((1,), (0, 2))
    assert narrowed([3, 3], different, v0={1}, v1={1}) is None


def test_a_predicate_is_tried_once_for_each_class_that_is_left() -> None:
    asked = []

    def different(values: tuple[int, ...]) -> bool:
        asked.append(values)
        return values[0] // 2 != values[1] // 2

    halves = ((0, 0, 1, 1), (0, 0, 1, 1))
    predicate = PredicateConstraint((0, 1), different, classes=halves)

    both_open = [value_set(range(4)), value_set(range(4))]
    one_open = [value_set({2, 3}), value_set(range(4))]

    assert compile_propagator(predicate).narrow(both_open) == []
    assert asked == []
    assert compile_propagator(predicate).narrow(one_open) == [1]
    assert one_open == [value_set({2, 3}), value_set({0, 1})]
    assert asked == [(2, 0), (2, 2)]
    assert compile_propagator(predicate).narrow([value_set({2, 3})] * 2) is None


@st.composite
def predicates_over_classes(draw: st.DrawFn) -> tuple[tuple[int, ...], TableConstraint, PredicateConstraint]:
    """Sizes of domains, and the same rows of classes as a table and as a predicate."""
    sizes = tuple(draw(st.lists(st.integers(1, 5), min_size=1, max_size=3)))
    classes = tuple(tuple(draw(st.lists(st.integers(3, 5), min_size=size, max_size=size))) for size in sizes)
    every = list(product((3, 4, 5), repeat=len(sizes)))
    rows = draw(st.frozensets(st.sampled_from(every)))
    table = TableConstraint(tuple(range(len(sizes))), classes, rows)
    return sizes, table, PredicateConstraint(table.scope, lambda v: holds(table, v), classes=classes)


@settings(deadline=None, max_examples=150)
@given(case=predicates_over_classes(), data=st.data())
def test_known_classes_only_help_a_predicate(
    case: tuple[tuple[int, ...], TableConstraint, PredicateConstraint], data: st.DataObject
) -> None:
    sizes, table, known = case
    given_sets = [value_set(data.draw(st.sets(st.integers(0, size - 1), min_size=1))) for size in sizes]
    sets: dict[str, list[int]] = {}
    possible: dict[str, bool] = {}
    constraints: dict[str, Constraint] = {
        "table": table,
        "known": known,
        "unknown": evolve(known, classes=None),
    }
    for name, constraint in constraints.items():
        sets[name] = list(given_sets)
        possible[name] = compile_propagator(constraint).narrow(sets[name]) is not None

    assert possible["table"] <= possible["known"] <= possible["unknown"]
    if possible["table"]:
        columns = zip(sets["table"], sets["known"], sets["unknown"], strict=True)
        assert all(a & ~b == 0 and b & ~c == 0 for a, b, c in columns)
        entailed = compile_propagator(known).entailed(sets["known"])
        combinations = product(*map(values_in, sets["known"]))
        assert not entailed or all(holds(table, values) for values in combinations)


def test_constraints_hand_on_what_they_find() -> None:
    successor = frozenset((a, a + 1) for a in range(4))
    steps = [TableConstraint((i, i + 1), (tuple(range(5)),) * 2, successor) for i in range(4)]

    assert narrowed([5] * 5, *steps) == ((0,), (1,), (2,), (3,), (4,))


@pytest.mark.parametrize(
    "constraint",
    [
        ClauseConstraint(()),
        TableConstraint((), (), frozenset()),
        LinearConstraint((), 1, None),
        PredicateConstraint((), lambda _: False),
    ],
)
def test_a_false_constraint_without_variables_is_found_out(constraint: Constraint) -> None:
    assert narrowed([], constraint) is None


def test_nothing_is_impossible_without_constraints_unless_a_domain_is_empty() -> None:
    assert narrowed([]) == ()
    assert narrowed([2, 1]) == ((0, 1), (0,))
    assert narrowed([2, 0]) is None


def test_a_checkpoint_may_end_the_work() -> None:
    problem = ConstraintProblem((Variable("v", 2),), (SortedConstraint((0,)),))

    def stop() -> None:
        raise TimeoutError

    with pytest.raises(TimeoutError):
        Propagation.of(problem).narrowed((value_set({0, 1}),), checkpoint=stop)


@settings(deadline=None, max_examples=80)
@given(question=questions())
def test_propagation_never_removes_a_value_of_a_solution(question: Question) -> None:
    prepared = ExhaustiveEngine().prepare(question.problem)
    solutions = list(prepared.solutions(question.assumptions))

    left = propagate(question.problem, allowed_values(question.problem, question.assumptions))
    if left is None:
        assert solutions == []
    else:
        assert all(value in values for s in solutions for value, values in zip(s, left, strict=True))


@settings(deadline=None, max_examples=80)
@given(question=questions(), data=st.data())
def test_the_order_of_constraints_does_not_matter_to_propagation(
    question: Question, data: st.DataObject
) -> None:
    problem = question.problem
    shuffled = evolve(problem, constraints=tuple(data.draw(st.permutations(problem.constraints))))
    domains = allowed_values(problem, question.assumptions)

    assert propagate(problem, domains) == propagate(shuffled, domains)


@settings(deadline=None, max_examples=80)
@given(question=questions(), data=st.data())
def test_propagation_is_exact_for_one_open_variable(question: Question, data: st.DataObject) -> None:
    sizes = [variable.size for variable in question.problem.variables]
    for constraint in question.problem.constraints:
        if not all(sizes) or not constraint.scope:
            continue
        fixed = [data.draw(st.integers(0, size - 1)) for size in sizes]
        variable = data.draw(st.sampled_from(constraint.scope))
        sets = [1 << value for value in fixed]
        sets[variable] = value_set(range(sizes[variable]))
        expected = tuple(
            value
            for value in range(sizes[variable])
            if holds(constraint, (*fixed[:variable], value, *fixed[variable + 1 :]))
        )

        changed = compile_propagator(constraint).narrow(sets)
        assert (() if changed is None else values_in(sets[variable])) == expected


@settings(deadline=None, max_examples=80)
@given(question=questions())
def test_what_is_entailed_holds_for_every_combination(question: Question) -> None:
    problem = question.problem
    left = propagate(problem, allowed_values(problem, question.assumptions))
    if left is None:
        return
    sets = tuple(map(value_set, left))
    entailed = [c for c in problem.constraints if compile_propagator(c).entailed(sets)]

    assert all(holds(constraint, assignment) for constraint in entailed for assignment in product(*left))
