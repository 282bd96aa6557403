"""The quirks of python-constraint2 that the adapter settles.

Each test pins what the library does by itself: when one fails after an upgrade, the library
has changed, and the adapter's reason to work around it may be gone.
"""

from typing import Any

import pytest
from constraint import Constraint, OptimizedBacktrackingSolver, Problem

from configurator.csp.constraints import ClauseConstraint
from configurator.csp.problem import ConstraintProblem
from configurator.csp.variables import Variable
from configurator.engines.backtracking import BacktrackingEngine


class Recording(Constraint):
    """Always says the same and notes what it is called with."""

    def __init__(self, answer: bool = True) -> None:
        self.answer = answer
        self.calls: list[tuple[list[Any], dict[Any, Any]]] = []

    def __call__(self, variables: Any, _domains: Any, assignments: Any, *_: Any) -> bool:
        self.calls.append((list(variables), dict(assignments)))
        return self.answer


class Stop(Exception):  # noqa: N818 - it is not an error
    """Raised by a constraint."""


class Stopping(Constraint):
    """Raises once it has been called often enough."""

    def __init__(self, calls: int) -> None:
        self.calls = calls

    def __call__(self, *_: Any) -> bool:
        self.calls -= 1
        if self.calls < 0:
            raise Stop
        return True


def problem(**domains: Any) -> Any:
    """The library's problem with the solver that the adapter uses."""
    solver: Any = OptimizedBacktrackingSolver
    made = Problem(solver(forwardcheck=False))
    for name, domain in domains.items():
        made.addVariable(name, domain)
    return made


def test_the_library_executes_strings(capsys: pytest.CaptureFixture[str]) -> None:
    asked = problem(a=[1], b=[1])
    asked.addConstraint("a + b > (print('executed') or 0)")
    asked.getSolutions()

    assert "executed" in capsys.readouterr().out


def test_the_library_finds_nothing_without_variables() -> None:
    assert problem().getSolutions() == []
    assert problem().getSolution() is None


def test_ours_finds_the_empty_solution_without_variables() -> None:
    ours = BacktrackingEngine().prepare(ConstraintProblem((), ()))

    assert list(ours.solutions({})) == [()]


def test_the_library_applies_a_constraint_over_no_variables_to_all() -> None:
    asked, recording = problem(a=[1], b=[2]), Recording()
    asked.addConstraint(recording, [])
    asked.getSolutions()

    assert recording.calls[-1] == (["a", "b"], {"a": 1, "b": 2})


def test_ours_decides_a_constraint_over_no_variables_by_itself() -> None:
    ours = BacktrackingEngine().prepare(ConstraintProblem((Variable("a", 2),), (ClauseConstraint(()),)))

    assert list(ours.solutions({})) == []


def test_the_library_refuses_an_empty_domain() -> None:
    with pytest.raises(ValueError, match="Domain is empty"):
        problem(a=[])


def test_ours_finds_no_solution_in_an_empty_domain() -> None:
    ours = BacktrackingEngine().prepare(ConstraintProblem((Variable("a", 0),), ()))

    assert ours.count({}) == 0


def test_the_library_repeats_solutions_for_repeated_values() -> None:
    assert problem(a=[1, 1]).getSolutions() == [{"a": 1}, {"a": 1}]


def test_the_library_lists_the_last_value_first() -> None:
    assert problem(a=[0, 1, 2]).getSolutions() == [{"a": 2}, {"a": 1}, {"a": 0}]


def test_the_library_begins_with_the_variable_in_most_constraints() -> None:
    asked = problem(a=[0, 1], b=[0, 1])
    asked.addConstraint(Recording(), ["b", "a"])
    asked.addConstraint(Recording(), ["b", "b"])

    assert [list(solution) for solution in asked.getSolutions()] == [["b", "a"]] * 4


def test_the_library_calls_constraints_while_variables_are_open() -> None:
    asked, recording = problem(a=[0], b=[0]), Recording()
    asked.addConstraint(recording, ["a", "b"])
    asked.getSolutions()

    assert [assignments for _, assignments in recording.calls] == [{"a": 0}, {"a": 0, "b": 0}]


def test_the_library_prunes_what_a_constraint_refuses_early() -> None:
    asked, refusing = problem(a=[0, 1], b=[0, 1]), Recording(answer=False)
    asked.addConstraint(refusing, ["a", "b"])

    assert asked.getSolutions() == []
    assert [assignments for _, assignments in refusing.calls] == [{"a": 1}, {"a": 0}]


def test_the_library_decides_constraints_over_one_variable_beforehand() -> None:
    asked, recording = problem(a=[0, 1], b=[0, 1]), Recording()
    asked.addConstraint(recording, ["a"])
    asked.getSolutions()

    assert [assignments for _, assignments in recording.calls] == [{"a": 0}, {"a": 1}]


@pytest.mark.parametrize("question", ["getSolution", "getSolutions"])
def test_the_library_lets_an_exception_of_a_constraint_through(question: str) -> None:
    asked = problem(a=range(10), b=range(10))
    asked.addConstraint(Stopping(1), ["a", "b"])

    with pytest.raises(Stop):
        getattr(asked, question)()


def test_the_library_gives_plain_dictionaries_of_ours_to_change() -> None:
    first, second = problem(a=[0, 1]).getSolutions()
    first["b"] = 7

    assert second == {"a": 0}
