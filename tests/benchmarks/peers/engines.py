"""Our engine by search. The one by diagrams has more to say, and a module of its own."""

from engine_session import EngineSession

from configurator.engines.backtracking import BacktrackingEngine


class Backtracking(EngineSession):
    """python-constraint2 behind propagation."""

    name = "engine backtracking"
    engine = BacktrackingEngine()


PEERS = (Backtracking,)
