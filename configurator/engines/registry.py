"""Which engines there are, and which one is used when nobody asks for one."""

from configurator.csp.problem import ConstraintProblem
from configurator.diagnostics.suggestion import did_you_mean
from configurator.engines.backtracking import BacktrackingEngine
from configurator.engines.engine import Engine
from configurator.engines.exhaustive import ExhaustiveEngine
from configurator.errors import EngineUnavailableError

DEFAULT_ENGINE = "backtracking"


def known_engines() -> tuple[str, ...]:
    """The names a user may type, the default first."""
    return tuple(_ENGINES)


def find_engine(name: str) -> Engine:
    """The engine of that name.

    Raises:
        EngineUnavailableError: there is none; the message names those there are.
    """
    engine = _ENGINES.get(name)
    if engine is None:
        known = ", ".join(f"`{each}`" for each in _ENGINES)
        raise EngineUnavailableError(
            "; ".join((f"unknown engine `{name}`, known are {known}", *did_you_mean(name, _ENGINES)))
        )
    return engine


def choose_engine(problem: ConstraintProblem, name: str | None = None) -> Engine:
    """The engine that suits the problem, or the one that is asked for by name.

    Raises:
        EngineUnavailableError: no engine has that name.
    """
    # The problem's shape decides once there is more than one engine for real work; the judge never is one.
    del problem
    return find_engine(DEFAULT_ENGINE if name is None else name)


_ENGINES: dict[str, Engine] = {engine.name: engine for engine in (BacktrackingEngine(), ExhaustiveEngine())}
