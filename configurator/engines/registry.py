"""Which engines there are, and which one is used when nobody asks for one."""

from configurator.csp.problem import ConstraintProblem
from configurator.diagnostics.suggestion import did_you_mean
from configurator.engines.backtracking import BacktrackingEngine
from configurator.engines.cp_sat import MISSING, CpSatEngine, cp_sat_is_installed
from configurator.engines.diagram.search import DiagramEngine, DiagramSearch
from configurator.engines.engine import NO_LIMITS, Engine, PreparedProblem, SearchLimits, Unknown
from configurator.engines.exhaustive import ExhaustiveEngine
from configurator.engines.sat import SatEngine
from configurator.engines.staged import StagedEngine, StagedProblem, compiles
from configurator.engines.unordered import UnorderedProblem
from configurator.engines.unordered_diagram import CountedForm, UnorderedDiagram
from configurator.errors import EngineUnavailableError, SearchLimitError

AUTOMATIC = "auto"
"""The name under which the engine that suits is chosen."""
SMALL_PROBLEM = 2_000
"""Combinations up to which a search is done before a diagram is compiled."""
LARGE = StagedEngine(AUTOMATIC, (DiagramEngine(), SatEngine(), BacktrackingEngine()))
"""For most problems: compile once, answer at once; what cannot be compiled is searched."""
SMALL = StagedEngine(AUTOMATIC, (BacktrackingEngine(), DiagramEngine(), SatEngine()))
"""For problems so small that a search is over before anything could be compiled."""
ONE_QUESTION = StagedEngine(AUTOMATIC, (BacktrackingEngine(), SatEngine()))
"""For problems that are thrown away after one question of feasibility."""


def known_engines() -> tuple[str, ...]:
    """The names a user may type, the default first."""
    return tuple(_ENGINES)


def find_engine(name: str) -> Engine:
    """The engine of that name.

    Raises:
        EngineUnavailableError: there is none, or it is not installed; the message tells what to do.
    """
    engine = _ENGINES.get(name)
    if engine is None:
        known = ", ".join(f"`{each}`" for each in _ENGINES)
        raise EngineUnavailableError(
            "; ".join((f"unknown engine `{name}`, known are {known}", *did_you_mean(name, _ENGINES)))
        )
    if isinstance(engine, CpSatEngine) and not cp_sat_is_installed():
        raise EngineUnavailableError(MISSING)
    return engine


def choose_engine(problem: ConstraintProblem, name: str | None = None) -> Engine:
    """The engine that suits the problem, or the one that is asked for by name.

    Raises:
        EngineUnavailableError: no engine has that name.
    """
    if name is not None and name != AUTOMATIC:
        return find_engine(name)
    return SMALL if problem.combinations <= SMALL_PROBLEM else LARGE


def first_solution_engine(name: str | None = None) -> Engine:
    """The engine for a problem that is asked one question: what builds nothing first is quickest then.

    Raises:
        EngineUnavailableError: no engine has that name.
    """
    return ONE_QUESTION if name in {None, AUTOMATIC} else find_engine(str(name))


def compiled_form(prepared: PreparedProblem, limits: SearchLimits = NO_LIMITS) -> DiagramSearch | Unknown:
    """The compiled diagram behind a prepared problem; `Unknown` where no engine has one.

    It is compiled now if an engine that can is among those in turn. Of a problem with interchangeable blocks
    it is that of the problem as it is, which tells everything but counts; see `counted_form`.
    """
    match prepared:
        case DiagramSearch():
            return prepared
        case UnorderedProblem(labelled=labelled):
            return compiled_form(labelled, limits)
        case StagedProblem(stages=stages):
            for stage in stages:
                if compiles(stage.engine):
                    try:
                        found = stage.prepared(limits)
                    except SearchLimitError as stopped:
                        return Unknown(f"`{stage.engine.name}`: {stopped.reason}")
                    return compiled_form(found, limits)
        case _:
            pass
    return Unknown("the engine that was asked for compiles nothing")


def counted_form(prepared: PreparedProblem, limits: SearchLimits = NO_LIMITS) -> CountedForm | Unknown:
    """The compiled diagram behind a prepared problem of which solutions are counted, up to order.

    Compiled now if it is not yet; `Unknown` where no engine can, or blocks can be too many things.
    """
    try:
        match prepared:
            case StagedProblem(stages=(stage,)) if compiles(stage.engine):
                return counted_form(stage.prepared(limits), limits)
            case UnorderedProblem(symmetries=symmetries, composed=once):
                composed = once.found(limits)
                found = compiled_form(composed.prepared, limits)
                return found if isinstance(found, Unknown) else UnorderedDiagram(composed, symmetries, found)
            case _:
                return compiled_form(prepared, limits)
    except SearchLimitError as stopped:
        return Unknown(stopped.reason)


_ENGINES: dict[str, Engine] = {
    AUTOMATIC: LARGE,
    **{
        engine.name: engine
        for engine in (
            DiagramEngine(),
            BacktrackingEngine(),
            SatEngine(),
            CpSatEngine(),
            ExhaustiveEngine(),
        )
    },
}
