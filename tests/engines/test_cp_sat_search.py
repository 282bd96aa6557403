"""What the CP-SAT engine promises beyond the suite that all engines pass."""

import re
import subprocess
import sys

import pytest

from configurator.csp.constraints import LinearConstraint, LinearTerm, PredicateConstraint
from configurator.engines import registry, sat_encoding
from configurator.engines.cp_sat import MISSING, CpSatEngine, cp_sat_is_installed
from configurator.engines.engine import Feasible, Infeasible, Optimum, Unknown
from configurator.engines.registry import find_engine
from configurator.engines.sat import SatEngine
from configurator.errors import EngineUnavailableError
from configurator.testing.engine_conformance import different, problem_of, stops_after

ENGINE = CpSatEngine()
installed = pytest.mark.skipif(not cp_sat_is_installed(), reason=MISSING)


def test_importing_the_engine_does_not_load_the_library() -> None:
    code = "import configurator.engines.registry, sys; print('ortools' in sys.modules)"

    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert told.stdout == "False\n"


def test_without_the_library_the_message_names_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry, "cp_sat_is_installed", lambda: False)
    monkeypatch.setitem(sys.modules, "ortools", None)
    monkeypatch.setitem(sys.modules, "ortools.sat", None)
    monkeypatch.setitem(sys.modules, "ortools.sat.python", None)

    message = "engine `cp-sat` needs OR-Tools: install `pcat-configurator[cpsat]`"
    with pytest.raises(EngineUnavailableError, match=f"^{re.escape(message)}$"):
        find_engine("cp-sat")
    with pytest.raises(EngineUnavailableError, match=f"^{re.escape(message)}$"):
        ENGINE.prepare(problem_of([2]))


@installed
def test_sums_beyond_the_arithmetic_of_the_library_are_exact() -> None:
    large = 2**61
    terms = tuple(LinearTerm(variable, (0, large + variable, 2 * large)) for variable in range(4))
    problem = problem_of([3] * 4, LinearConstraint(terms, 4 * large + 3, 4 * large + 3))

    assert ENGINE.prepare(problem).domains({}) == SatEngine().prepare(problem).domains({})
    assert ENGINE.prepare(problem).cheapest(terms[:2], {}) == SatEngine().prepare(problem).cheapest(
        terms[:2], {}
    )


@installed
def test_what_is_too_much_by_however_much_is_only_too_much() -> None:
    terms = (LinearTerm(0, (1, 2**90)), LinearTerm(1, (1, 3)))
    problem = problem_of([2, 2], LinearConstraint(terms, None, 4))

    prepared = ENGINE.prepare(problem)
    assert prepared.domains({}) == ((0,), (0, 1))
    assert prepared.cheapest((LinearTerm(0, (0, 2**90)), LinearTerm(1, (2, 1))), {}) == Optimum(1, (0, 1))


@installed
def test_a_predicate_that_was_not_written_down_refutes_solutions(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sat_encoding, "LARGEST_TABULATION", 1)
    rare = PredicateConstraint((0, 1, 2), lambda values: sum(values) >= 14)
    prepared = ENGINE.prepare(problem_of([6] * 3, rare))

    assert prepared.feasibility({0: frozenset(range(4))}) == Infeasible()
    assert prepared.feasibility({0: frozenset({4})}) == Feasible((4, 5, 5))


@installed
def test_of_equally_cheap_solutions_the_first_is_found_among_hundreds() -> None:
    size = 300
    objective = tuple(LinearTerm(variable, (7,) * 4 + (5,) * (size - 4)) for variable in range(2))
    apart = LinearConstraint(
        (LinearTerm(0, tuple(range(size))), LinearTerm(1, tuple(range(size)))), 400, None
    )

    assert ENGINE.prepare(problem_of([size] * 2, apart)).cheapest(objective, {}) == Optimum(10, (101, 299))


@installed
def test_a_search_ends_at_the_limit() -> None:
    prepared = ENGINE.prepare(problem_of([3] * 3, *(different(a, b, 3) for b in range(3) for a in range(b))))

    assert prepared.cheapest((), {}, stops_after(0)) == Unknown("the time limit of 0 s was reached")
