"""Names to engines."""

import re

import pytest

from configurator.csp.problem import ConstraintProblem
from configurator.engines.backtracking import BacktrackingEngine
from configurator.engines.exhaustive import ExhaustiveEngine
from configurator.engines.registry import choose_engine, find_engine, known_engines
from configurator.errors import EngineUnavailableError

NO_PROBLEM = ConstraintProblem((), ())


def test_the_default_engine_comes_first() -> None:
    assert known_engines() == ("backtracking", "exhaustive")


def test_each_known_name_finds_the_engine_that_bears_it() -> None:
    assert [find_engine(name).name for name in known_engines()] == list(known_engines())


def test_an_engine_is_chosen_by_name_or_by_default() -> None:
    assert choose_engine(NO_PROBLEM) == BacktrackingEngine()
    assert choose_engine(NO_PROBLEM, "exhaustive") == ExhaustiveEngine()


@pytest.mark.parametrize(
    ("name", "hint"),
    [("backtrakcing", "; did you mean `backtracking`?"), ("z9", "")],
)
def test_an_unknown_name_is_answered_with_the_known_ones(name: str, hint: str) -> None:
    message = f"unknown engine `{name}`, known are `backtracking`, `exhaustive`{hint}"

    with pytest.raises(EngineUnavailableError, match=f"^{re.escape(message)}$"):
        choose_engine(NO_PROBLEM, name)
