"""Problems of which parts can be left out, asked again and again, against all assignments written out."""

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from configurator.csp.constraints import LinearConstraint, LinearTerm
from configurator.csp.problem import ConstraintProblem
from configurator.csp.variables import Variable
from configurator.engines.sat import SharedSolver
from configurator.engines.switched import Clash, Possible, SwitchedProblem

VARIABLES = tuple(Variable(f"v{at}", 3) for at in range(3))


def at_most(bound: int, *weights: tuple[int, int, int]) -> LinearConstraint:
    """A part: what the values weigh together is at most the bound."""
    return LinearConstraint(tuple(LinearTerm(at, each) for at, each in enumerate(weights)), None, bound)


def can_hold(problem: SwitchedProblem, on: frozenset[int]) -> bool:
    """Whether some assignment keeps all these parts."""
    return any(
        all(problem.keeps(part, assignment) for part in on) for assignment in product(range(3), repeat=3)
    )


parts = st.lists(
    st.builds(at_most, st.integers(0, 9), *[st.tuples(*[st.integers(0, 5)] * 3)] * 3), min_size=1, max_size=5
)


@given(made=parts, questions=st.lists(st.frozensets(st.integers(0, 5), max_size=6), max_size=12))
def test_answers_are_right_whatever_was_asked_before(
    made: list[LinearConstraint], questions: list[frozenset[int]]
) -> None:
    base = SwitchedProblem.of(ConstraintProblem(VARIABLES, ()), [(each,) for each in made])
    problem = base.extended([(at_most(1, (1, 0, 1), (0, 1, 1), (1, 1, 0)),)])
    for question in questions:
        on = frozenset(part for part in question if part < len(problem.parts))
        found = problem.solve(on)

        assert can_hold(problem, on) == isinstance(found, Possible)
        if isinstance(found, Possible):
            assert all(problem.keeps(part, found.witness) for part in on)
        else:
            assert isinstance(found, Clash)
            assert found.parts <= on
            assert not can_hold(problem, found.parts)


def test_what_follows_from_earlier_answers_is_not_searched_for(monkeypatch: pytest.MonkeyPatch) -> None:
    light = at_most(4, (1, 2, 3), (1, 2, 3), (1, 2, 3))
    heavy = at_most(-8, (-1, -2, -3), (-1, -2, -3), (-1, -2, -3))
    loose = at_most(9, (1, 2, 3), (1, 2, 3), (1, 2, 3))
    problem = SwitchedProblem.of(ConstraintProblem(VARIABLES, ()), [(light,), (heavy,), (loose,)])
    possible, clash = problem.solve({1, 2}), problem.solve({0, 1})

    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("there was no need to search")

    monkeypatch.setattr(SharedSolver, "model", refuse)

    assert possible == problem.solve({1})
    assert clash == problem.solve({0, 1, 2})


def test_an_extension_knows_nothing_of_other_parts_of_the_same_number() -> None:
    base = SwitchedProblem.of(ConstraintProblem(VARIABLES, ()))
    never = base.extended([(at_most(2, (1, 2, 3), (1, 2, 3), (1, 2, 3)),)])
    always = base.extended([(at_most(9, (1, 2, 3), (1, 2, 3), (1, 2, 3)),)])

    assert isinstance(never.solve({0}), Clash)
    assert isinstance(always.solve({0}), Possible)
