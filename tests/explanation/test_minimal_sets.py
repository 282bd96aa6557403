"""Minimal conflicts and corrections of random problems are those that trying every subset finds."""

from collections.abc import Iterable
from functools import cache
from itertools import combinations, product

import pytest
from attrs import field, frozen
from hypothesis import given
from hypothesis import strategies as st

from configurator.csp.constraints import ClauseConstraint, Literal
from configurator.csp.problem import ConstraintProblem
from configurator.csp.semantics import holds
from configurator.csp.variables import Assignment, Variable
from configurator.engines.engine import NO_LIMITS, SearchLimits, Unknown
from configurator.engines.switched import Clash, Part, Possible, SwitchedProblem
from configurator.errors import SearchLimitError
from configurator.explanation.minimal_sets import (
    corrections,
    minimal_conflicts,
    shrink,
    smallest_conflict,
)
from configurator.testing.problem_strategies import constraint_problems


@frozen(eq=False)
class Parts:
    """A problem in parts, with all there is to know about it, found by trying everything.

    Attributes:
        problem: to be asked.
        conflicts: the minimal ones.
        corrections: the minimal ones.
    """

    problem: SwitchedProblem
    solutions: tuple[Assignment, ...] = field(repr=False)

    @property
    def numbers(self) -> tuple[int, ...]:
        """Of the parts."""
        return tuple(range(len(self.problem.parts)))

    def kept_by_some(self, on: Iterable[int]) -> bool:
        """Whether the parts can hold together."""
        constraints = [each for part in on for each in self.problem.parts[part]]
        return any(all(holds(each, found) for each in constraints) for found in self.solutions)

    def subsets(self) -> list[frozenset[int]]:
        """All, smaller ones first."""
        return [
            frozenset(found)
            for size in range(len(self.numbers) + 1)
            for found in combinations(self.numbers, size)
        ]

    @property
    def conflicts(self) -> list[frozenset[int]]:
        """Sets that cannot hold together while each smaller one can."""
        return minimal([found for found in self.subsets() if not self.kept_by_some(found)])

    @property
    def corrections(self) -> list[frozenset[int]]:
        """Sets without which the others hold together, while no smaller one suffices."""
        whole = frozenset(self.numbers)
        return minimal([found for found in self.subsets() if self.kept_by_some(whole - found)])


def minimal(sets: list[frozenset[int]]) -> list[frozenset[int]]:
    """Those without a smaller one among them."""
    return [found for found in sets if not any(other < found for other in sets)]


def ordered(sets: Iterable[Iterable[int]]) -> list[list[int]]:
    """In an order of their own, to be compared."""
    return sorted(sorted(found) for found in sets)


@st.composite
def problems_in_parts(draw: st.DrawFn) -> Parts:
    """Constraints dealt out to at most six parts, the last ones added later."""
    problem = draw(constraint_problems())
    count = draw(st.integers(0, 6))
    places = draw(st.lists(st.integers(-1, count - 1), min_size=len(problem.constraints), max_size=20))
    parts: list[list[object]] = [[] for _ in range(count)]
    fixed = []
    for constraint, place in zip(problem.constraints, places, strict=False):
        if place < 0:
            fixed.append(constraint)
        else:
            parts[place].append(constraint)
    dealt: list[Part] = [tuple(part) for part in parts]  # type: ignore[arg-type]  # only constraints were put in
    first = draw(st.integers(0, count))
    always = ConstraintProblem(problem.variables, tuple(fixed))
    asked = SwitchedProblem.of(always, dealt[:first]).extended(dealt[first:])
    every = product(*(range(variable.size) for variable in problem.variables))
    return Parts(asked, tuple(each for each in every if all(holds(c, each) for c in fixed)))


@given(problems_in_parts())
def test_a_clash_is_told_exactly_where_no_solution_keeps_what_is_on(parts: Parts) -> None:
    for on in parts.subsets():
        answer = parts.problem.solve(on)

        assert parts.kept_by_some(on) == isinstance(answer, Possible)
        if isinstance(answer, Possible):
            constraints = [each for part in on for each in parts.problem.parts[part]]
            assert answer.witness in parts.solutions
            assert all(holds(each, answer.witness) for each in constraints)
        else:
            assert isinstance(answer, Clash)
            assert answer.parts <= on
            assert not parts.kept_by_some(answer.parts)


@given(problems_in_parts())
def test_all_minimal_conflicts_are_found_and_nothing_else(parts: Parts) -> None:
    found = list(minimal_conflicts(parts.problem, parts.numbers))

    assert ordered(parts.conflicts) == ordered(each.parts for each in found)


@given(problems_in_parts())
def test_what_witnesses_show_is_that_no_member_can_be_left_out(parts: Parts) -> None:
    for found in minimal_conflicts(parts.problem, parts.numbers):
        assert set(found.parts) == set(found.witnesses)
        for left_out, witness in found.witnesses.items():
            kept = [c for part in found.parts if part != left_out for c in parts.problem.parts[part]]
            assert witness in parts.solutions
            assert all(holds(constraint, witness) for constraint in kept)


@given(problems_in_parts())
def test_the_smallest_conflict_has_no_more_members_than_any_other(parts: Parts) -> None:
    found = smallest_conflict(parts.problem, parts.numbers)

    smallest = min(map(len, parts.conflicts), default=None)
    assert smallest == (None if found is None else len(found.parts))
    assert found is None or frozenset(found.parts) in parts.conflicts


@given(problems_in_parts(), st.data())
def test_corrections_come_by_ascending_weight_each_once(parts: Parts, data: st.DataObject) -> None:
    weights = {part: data.draw(st.integers(1, 3)) for part in parts.numbers}

    found = list(corrections(parts.problem, parts.numbers, weights=weights))

    assert ordered(parts.corrections) == ordered(found)
    totals = [sum(weights[part] for part in each) for each in found]
    assert sorted(totals) == totals


@given(problems_in_parts(), st.data())
def test_shrinking_gives_the_preferred_conflict_of_quickxplain(parts: Parts, data: st.DataObject) -> None:
    most_important_first = data.draw(st.permutations(parts.numbers))

    found = shrink(parts.problem, tuple(reversed(most_important_first)))

    expected = quickxplain(parts, most_important_first)
    assert (None if expected is None else tuple(sorted(expected))) == (None if found is None else found.parts)


def quickxplain(parts: Parts, constraints: list[int]) -> list[int] | None:
    """Divide and conquer as Junker wrote it, the most important first."""

    @cache
    def consistent(on: frozenset[int]) -> bool:
        return parts.kept_by_some(on)

    def explain(background: frozenset[int], added: bool, rest: list[int]) -> list[int]:
        if added and not consistent(background):
            return []
        if len(rest) == 1:
            return rest
        half = len(rest) // 2
        first, second = rest[:half], rest[half:]
        of_second = explain(background | set(first), bool(first), second)
        of_first = explain(background | set(of_second), bool(of_second), first)
        return of_first + of_second

    if consistent(frozenset(constraints)):
        return None
    if not consistent(frozenset()):
        return []
    return explain(frozenset(), False, constraints)


def test_a_solver_that_was_asked_about_very_many_sets_is_worn() -> None:
    fixed = ConstraintProblem((Variable("x", 16),), ())
    problem = SwitchedProblem.of(fixed)
    assert not problem.worn

    sets = (frozenset(at for at in range(16) if number >> at & 1) for number in range(1, 1 << 15))
    asked = problem.extended([(ClauseConstraint((Literal(0, values),)),) for values in sets])

    assert asked.worn
    assert problem.worn


class Undecided:
    """Answers nothing."""

    def keeps(self, part: int, assignment: Assignment) -> bool:
        """Never asked."""
        raise AssertionError((part, assignment))

    def solve(self, on: Iterable[int], limits: SearchLimits = NO_LIMITS) -> Unknown:  # noqa: ARG002 - the protocol's
        """Not known."""
        return Unknown("the time was up")


def test_a_question_that_is_never_answered_gives_no_set_but_the_limit() -> None:
    with pytest.raises(SearchLimitError, match="the time was up"):
        shrink(Undecided(), (0, 1))
    with pytest.raises(SearchLimitError, match="the time was up"):
        next(corrections(Undecided(), (0, 1)))
    with pytest.raises(SearchLimitError, match="the time was up"):
        smallest_conflict(Undecided(), (0, 1))


class DecidedOnce:
    """Answers the first question alone."""

    def __init__(self) -> None:
        self.asked = 0

    def keeps(self, part: int, assignment: Assignment) -> bool:
        """Never asked."""
        raise AssertionError((part, assignment))

    def solve(
        self,
        on: Iterable[int],
        limits: SearchLimits = NO_LIMITS,  # noqa: ARG002 - the protocol's
    ) -> Clash | Unknown:
        """A clash of everything, then nothing."""
        self.asked += 1
        return Clash(frozenset(on)) if self.asked == 1 else Unknown("the time was up")


def test_what_a_limit_leaves_is_a_conflict_but_not_proved_minimal() -> None:
    found = shrink(DecidedOnce(), (0, 1, 2))

    assert found is not None
    assert (0, 1, 2) == found.parts
    assert not found.proved


def test_giving_up_something_for_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="at least 1"):
        next(corrections(Undecided(), (0,), weights={0: 0}))
