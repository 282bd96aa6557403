"""Names to engines."""

import re

import pytest

from configurator.csp.problem import ConstraintProblem
from configurator.csp.variables import Variable
from configurator.engines.engine import Engine
from configurator.engines.exhaustive import ExhaustiveEngine
from configurator.engines.registry import (
    SMALL_PROBLEM,
    choose_engine,
    find_engine,
    first_solution_engine,
    known_engines,
)
from configurator.engines.staged import StagedEngine
from configurator.errors import EngineUnavailableError

NO_PROBLEM = ConstraintProblem((), ())


def test_the_default_engine_comes_first() -> None:
    assert known_engines() == ("auto", "diagram", "backtracking", "sat", "cp-sat", "exhaustive")


def test_each_known_name_finds_the_engine_that_bears_it() -> None:
    assert [find_engine(name).name for name in known_engines()] == list(known_engines())


def test_an_engine_is_chosen_by_name() -> None:
    assert choose_engine(NO_PROBLEM, "exhaustive") == ExhaustiveEngine()
    assert choose_engine(NO_PROBLEM, "auto") == choose_engine(NO_PROBLEM)


def test_small_problems_are_searched_first_and_larger_ones_compiled() -> None:
    small = ConstraintProblem((Variable("v", SMALL_PROBLEM),), ())
    larger = ConstraintProblem((Variable("v", SMALL_PROBLEM + 1),), ())

    assert order_of(choose_engine(small)) == ["backtracking", "diagram", "sat"]
    assert order_of(choose_engine(larger)) == ["diagram", "sat", "backtracking"]


def test_one_question_is_answered_without_compiling() -> None:
    assert order_of(first_solution_engine()) == ["backtracking", "sat"]
    assert first_solution_engine("exhaustive") == ExhaustiveEngine()


def order_of(engine: Engine) -> list[str]:
    """The names of the engines that are asked in turn."""
    assert isinstance(engine, StagedEngine)
    return [each.name for each in engine.engines]


@pytest.mark.parametrize(
    ("name", "hint"),
    [("backtrakcing", "; did you mean `backtracking`?"), ("z9", "")],
)
def test_an_unknown_name_is_answered_with_the_known_ones(name: str, hint: str) -> None:
    known = "`auto`, `diagram`, `backtracking`, `sat`, `cp-sat`, `exhaustive`"
    message = f"unknown engine `{name}`, known are {known}{hint}"

    with pytest.raises(EngineUnavailableError, match=f"^{re.escape(message)}$"):
        choose_engine(NO_PROBLEM, name)
