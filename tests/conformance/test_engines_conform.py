"""One suite over every engine."""

from configurator.engines.backtracking import BacktrackingEngine
from configurator.engines.exhaustive import ExhaustiveEngine
from configurator.engines.registry import find_engine, known_engines
from configurator.testing.engine_conformance import EngineConformance


class TestExhaustive(EngineConformance):
    engine = ExhaustiveEngine()


class TestBacktracking(EngineConformance):
    engine = BacktrackingEngine()


def test_every_known_engine_is_on_trial() -> None:
    on_trial = {trial.engine for trial in EngineConformance.__subclasses__()}

    assert {find_engine(name) for name in known_engines()} <= on_trial
