"""Combinations by joining relations in arrays are those of trying each one."""

from itertools import islice, product

import numpy as np
from attrs import frozen
from hypothesis import given, settings
from hypothesis import strategies as st

from configurator.configuration import repair_boxes
from configurator.configuration.repair_boxes import (
    Order,
    best_combinations,
    box_of_places,
    boxes_of,
    remembered_relations,
)
from configurator.csp.constraints import LinearConstraint, LinearTerm, PredicateConstraint
from configurator.csp.problem import ConstraintProblem
from configurator.csp.semantics import holds
from configurator.csp.variables import Assignment
from configurator.engines.engine import NO_LIMITS
from configurator.testing.problem_strategies import constraint_problems, objectives


@frozen
class Case:
    """A problem of which some variables are open and all others decided, and what is better of these."""

    problem: ConstraintProblem
    decided: dict[int, int]
    open: tuple[int, ...]
    order: Order


@st.composite
def cases(draw: st.DrawFn) -> Case:
    """A problem, values for some variables, and what the others are worth."""
    problem = draw(constraint_problems(variables=4, values=4))
    sizes = tuple(variable.size for variable in problem.variables)
    numbers = [number for number, size in enumerate(sizes) if size]
    opened = draw(st.sets(st.sampled_from(numbers), min_size=1)) if numbers else set()
    decided = {n: draw(st.integers(0, sizes[n] - 1)) for n in numbers if n not in opened}
    own = tuple(sorted(opened | {n for n, size in enumerate(sizes) if not size}))
    worths = tuple(term for term in draw(objectives(sizes)) if term.variable in own)
    key = tuple(term for term in draw(objectives(sizes)) if term.variable in own)
    lost = {n: frozenset({draw(st.integers(0, sizes[n] - 1))}) for n in opened if draw(st.booleans())}
    before = draw(st.none() | st.integers(-20, 20))
    return Case(problem, decided, own, Order(worths, before, lost, (key,)))


def by_trying(case: Case) -> list[Assignment]:
    """All combinations of the open variables that keep every constraint that looks at one, best first."""
    sizes = [case.problem.variables[variable].size for variable in case.open]
    about = [each for each in case.problem.constraints if set(each.scope) & set(case.open)]
    found = []
    for values in product(*map(range, sizes)):
        whole = {**case.decided, **dict(zip(case.open, values, strict=True))}
        assignment = tuple(whole[number] for number in range(len(case.problem.variables)))
        if all(holds(each, assignment) for each in about):
            found.append(values)
    return sorted(found, key=lambda values: rank(case, values))


def rank(case: Case, values: Assignment) -> tuple[object, ...]:
    """The order of repairs."""
    order, chosen = case.order, dict(zip(case.open, values, strict=True))

    def total(terms: tuple[LinearTerm, ...]) -> int:
        return sum(term.weights[chosen[term.variable]] for term in terms)

    unknown = order.before is None or any(chosen[v] in lost for v, lost in order.lost.items())
    delta = 0 if unknown else total(tuple(order.worths)) - (order.before or 0)
    return (unknown, abs(delta), delta, *(total(tuple(key)) for key in order.keys), values)


def joined(case: Case) -> tuple[list[Assignment], bool] | None:
    """The same by joining."""
    about = [each for each in case.problem.constraints if set(each.scope) & set(case.open)]
    sizes = {variable: case.problem.variables[variable].size for variable in case.open}
    boxes = boxes_of(about, case.decided, sizes, NO_LIMITS)
    found = None if boxes is None else best_combinations(boxes, case.order)
    return None if found is None else (list(found[0]), found[1])


def has_large_numbers(case: Case) -> bool:
    """Whether 64 bits might not do for it."""
    linear = [each for each in case.problem.constraints if isinstance(each, LinearConstraint)]
    terms = [*case.order.worths, *(term for key in case.order.keys for term in key)]
    terms += [term for each in linear for term in each.terms]
    bounds = [abs(bound) for each in linear for bound in (each.lower, each.upper) if bound is not None]
    numbers = [abs(weight) for term in terms for weight in term.weights]
    return sum(numbers) + sum(bounds) > repair_boxes.LARGEST_NUMBER


@given(cases())
def test_joining_finds_what_trying_finds_in_the_same_order(case: Case) -> None:
    found = joined(case)

    assert found == (by_trying(case), True) or (found is None and has_large_numbers(case))


@given(cases())
def test_what_is_remembered_of_constraints_changes_nothing(case: Case) -> None:
    about = [each for each in case.problem.constraints if set(each.scope) & set(case.open)]
    sizes = {variable: case.problem.variables[variable].size for variable in case.open}
    remembered = remembered_relations(about, case.problem.variables)
    boxes = boxes_of(about, case.decided, sizes, NO_LIMITS, remembered)
    found = None if boxes is None else best_combinations(boxes, case.order)

    assert found is None or list(found[0]) == by_trying(case)
    assert found is not None or has_large_numbers(case)


@given(cases(), st.integers(1, 4))
def test_joining_place_by_place_finds_what_trying_finds(case: Case, size: int) -> None:
    about = [each for each in case.problem.constraints if set(each.scope) & set(case.open)]
    sizes = [case.problem.variables[variable].size for variable in case.open]
    places = [slice(begin, begin + size) for begin in range(0, len(sizes), size)]
    fillings = [
        (case.open[place], np.array(list(product(*map(range, sizes[place]))), np.int64).reshape(-1, width))
        for place in places
        for width in [len(sizes[place])]
    ]
    box = box_of_places(about, case.decided, fillings, NO_LIMITS)
    found = None if box is None else best_combinations(iter((box,)), case.order)

    assert found is None or list(found[0]) == by_trying(case)
    assert found is not None or has_large_numbers(case)


def test_too_many_combinations_of_places_are_left_to_a_search() -> None:
    lines = np.arange(1_500, dtype=np.int64).reshape(-1, 1)

    assert box_of_places([], {}, [((0,), lines), ((1,), lines)], NO_LIMITS) is None


@settings(max_examples=50)
@given(cases(), st.integers(1, 6), st.integers(1, 4))
def test_piece_by_piece_the_best_ones_stay_the_best(case: Case, largest: int, kept: int) -> None:
    expected = by_trying(case)
    before = repair_boxes.LARGEST_BOX, repair_boxes.MOST_KEPT, repair_boxes.MOST_BOXES
    repair_boxes.LARGEST_BOX, repair_boxes.MOST_KEPT, repair_boxes.MOST_BOXES = largest, kept, 10_000
    try:
        found = joined(case)
    finally:
        repair_boxes.LARGEST_BOX, repair_boxes.MOST_KEPT, repair_boxes.MOST_BOXES = before

    if found is None:
        assert has_large_numbers(case)
        return
    values, complete = found
    assert list(islice(expected, len(values))) == values
    assert len(values) >= min(kept, len(expected))
    assert not complete or len(values) == len(expected)


def test_numbers_too_large_for_64_bits_are_left_to_a_search() -> None:
    order = Order((LinearTerm(0, (0, 2**63)),), 0, {}, ())

    assert best_combinations(iter(()), order) is None


def test_sums_too_large_for_64_bits_and_endless_functions_are_left_to_a_search() -> None:
    large = LinearConstraint((LinearTerm(0, (0, 2**63)), LinearTerm(1, (0, 1))), None, 5)
    asked = PredicateConstraint((0, 1), lambda values: values[0] != values[1])

    assert boxes_of([large], {}, {0: 2, 1: 2}, NO_LIMITS) is None
    assert boxes_of([asked], {}, {0: 500, 1: 500}, NO_LIMITS) is None
