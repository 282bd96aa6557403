"""What one problem costs our engine: the figures of the sweep and of the curves."""

import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

from instance_problems import Shape, scaled_instance

from configurator.csp.problem import ConstraintProblem
from configurator.csp.variables import Assumptions
from configurator.engines.diagram.search import DiagramSearch
from configurator.engines.engine import Domains, PreparedProblem, SearchLimits, Unknown
from configurator.engines.registry import find_engine, known_engines
from configurator.errors import SearchLimitError

ENGINE = next(name for name in ("diagram", "backtracking") if name in known_engines())
WITHOUT_NUMBA = {"CONFIGURATOR_FAST": "0"}
"""The environment of a process that is measured: else numba would come in somewhere in the middle."""

T = TypeVar("T")

Figures = dict[str, float | str]
"""By name: `prepare_ms`, `first_domains_ms` (nothing chosen), `domains_ms` (one choice, the median over all
families), `count_ms`, `count`, what `size_of` tells, and where
a limit was met `stopped` with the step and the reason; `void` when nothing is valid, which is cheap to
find and no measure of anything. What was not reached is missing."""


def measure(problem: ConstraintProblem, seconds: float) -> Figures:
    """Prepare a problem, ask for its valid domains and count it, each within so many seconds.

    Seconds of the processor, the limit included: who else is at work on the machine does not matter.
    """
    figures: Figures = {}
    begun = time.process_time()
    try:
        prepared = find_engine(ENGINE).prepare(problem, limits(seconds))
    except SearchLimitError as stopped:
        return {"stopped": f"prepare: {stopped.reason}"}
    figures["prepare_ms"] = (time.process_time() - begun) * 1e3
    figures |= size_of(prepared)
    domains = _timed(lambda _: prepared.domains({}, limits(seconds)), ({},), figures, "first_domains")
    if isinstance(domains, Unknown):
        return figures
    if not any(domains):
        return {"void": "no valid configuration"}
    # Only once: what was counted without choices is remembered.
    count = _timed(lambda _: prepared.count({}, limits(seconds)), ({},), figures, "count")
    if not isinstance(count, Unknown):
        figures["count"] = str(count)
    _timed(lambda choice: prepared.domains(choice, limits(seconds)), _choices(domains), figures, "domains")
    return figures


def size_of(prepared: PreparedProblem) -> Figures:
    """How large a diagram is, and how many sums are in it and outside; nothing of other engines."""
    if not isinstance(prepared, DiagramSearch):
        return {}
    diagram, report = prepared.compiled.diagram, prepared.report
    return {
        "nodes": diagram.nodes,
        "arcs": diagram.arcs,
        "sums_inside": report.inside,
        "sums_outside": report.outside,
    }


def limits(seconds: float) -> SearchLimits:
    """Limits that begin to run now."""
    return SearchLimits.within(seconds, time.process_time)


def measure_shape(shape: Shape, seconds: float) -> Iterator[Figures]:
    """Yield the figures of a model made for it: a task for a worker."""
    yield measure(scaled_instance(shape).problem, seconds)


def _choices(domains: Domains) -> list[Assumptions]:
    """One choice each, of a valid value in the middle of its family."""
    return [
        {variable: frozenset({values[len(values) // 2]})} for variable, values in enumerate(domains) if values
    ]


def _timed(act: Callable[[Assumptions], T], choices: Sequence[Assumptions], figures: Figures, step: str) -> T:
    """The last answer; the median of the times is noted, or the limit that was met."""
    taken: list[float] = []
    for choice in choices:
        begun = time.process_time()
        answer = act(choice)
        taken.append(time.process_time() - begun)
        if isinstance(answer, Unknown):
            figures["stopped"] = f"{step}: {answer.reason}"
            return answer
        if sum(taken) > 1:
            break
    figures[f"{step}_ms"] = statistics.median(taken) * 1e3
    return answer
