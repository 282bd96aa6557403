"""Compiled loops answer as numpy does, and are compiled only when that pays or is asked for."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from made_diagrams import MadeDiagram, assumptions_on, made_diagrams, made_mixed_diagrams
from made_objectives import MadeQuestion, made_questions

from configurator.csp.variables import Assumptions
from configurator.engines.diagram import kernels
from configurator.engines.diagram.kernels import LOADING_COSTS, Loops, Switch, numba_loops
from configurator.engines.diagram.search import DiagramEngine
from configurator.engines.diagram.walks.domains import feasibility, valid_domains
from configurator.engines.diagram.walks.links import links_of
from configurator.engines.diagram.walks.passes import (
    Rise,
    Traces,
    restricted_diagram,
    restriction_of,
    risen_at_once,
    risen_by_layers,
    traced_at_once,
    traced_by_layers,
)
from configurator.engines.diagram.walks.ranking import FastOrder, fast_order
from configurator.engines.diagram.weighing.costs import cheapest, least_totals
from configurator.engines.engine import NO_LIMITS
from configurator.testing.engine_conformance import EngineConformance

MISSING = "numba is not installed"


@pytest.fixture(scope="module", params=["as they stand", "compiled"])
def loops(request: pytest.FixtureRequest) -> Loops:
    """The loops, run by Python and compiled."""
    if request.param == "as they stand":
        return Loops()
    found = numba_loops()
    if found is None:
        pytest.skip(MISSING)
    return found


@contextmanager
def using(loops: Loops | None) -> Iterator[None]:
    """All passes use these loops, or none."""
    switch = Switch("0" if loops is None else "1", lambda: loops)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(kernels, "SWITCH", switch)
        yield


# One fixture serves all examples of a test: loops keep nothing. Compiling takes a second.
either_way = settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])

any_diagrams = made_diagrams() | made_mixed_diagrams()


def flags_of(found: Rise | Traces | None) -> object:
    """What a pass found, where flags that are all set may stand for themselves."""
    if found is None:
        return None
    links = found.leading if isinstance(found, Rise) else found.through
    sizes = [len(layer.of_source) for layer in found.links.layers]
    nodes = [
        [True] * size if flags is None else flags.tolist()
        for size, flags in zip(sizes, found.nodes, strict=True)
    ]
    return links.tolist(), nodes


@either_way
@given(data=st.data(), made=any_diagrams)
def test_passes_at_once_find_what_passes_by_layers_find(
    loops: Loops, data: st.DataObject, made: MadeDiagram
) -> None:
    compiled = made.compiled
    restriction = restriction_of(compiled, data.draw(assumptions_on(made)))
    if compiled.diagram.void or not restriction.touched:
        return
    links = compiled.remember(links_of)

    risen = risen_at_once(restriction, links, loops, NO_LIMITS)
    traced = traced_at_once(restriction, links, loops, NO_LIMITS)

    assert flags_of(risen_by_layers(restriction, links, NO_LIMITS)) == flags_of(risen)
    assert flags_of(traced_by_layers(restriction, links, NO_LIMITS)) == flags_of(traced)


def answers(made: MadeDiagram, assumptions: Assumptions) -> object:
    """Answers without sums, and the solutions of what is cut out."""
    domains = [flags.tolist() for flags in valid_domains(made.compiled, assumptions)]
    order = fast_order(restricted_diagram(made.compiled, assumptions), {})
    return domains, feasibility(made.compiled, assumptions), order.page(0, 1000).tolist()


@either_way
@given(data=st.data(), made=any_diagrams)
def test_answers_without_sums_are_the_same(loops: Loops, data: st.DataObject, made: MadeDiagram) -> None:
    assumptions = data.draw(assumptions_on(made))
    with using(None):
        expected = answers(made, assumptions)

    with using(loops):
        assert expected == answers(made, assumptions)


def totals(question: MadeQuestion) -> object:
    """Answers of a sum; nothing is taken from earlier answers."""
    path_sum = type(question.sum).of(question.sum.compiled, question.sum.weights, question.sum.pieces)
    paths = path_sum.under(question.assumptions, NO_LIMITS)
    layers = range(len(paths.layers))
    passes = [[found.tolist() for found in numbers] for numbers in (paths.up, paths.down)]
    around = [paths.around(at).tolist() for at in layers]
    least = [found.tolist() for found in least_totals(path_sum, question.assumptions)]
    return passes, around, least, cheapest(path_sum, question.assumptions)


@either_way
@given(question=made_questions())
def test_sums_along_paths_are_the_same(loops: Loops, question: MadeQuestion) -> None:
    if question.sum.compiled.diagram.void:
        return
    with using(None):
        expected = totals(question)

    with using(loops):
        assert expected == totals(question)


@either_way
@given(question=made_questions())
def test_answers_known_before_the_loops_serve_them(loops: Loops, question: MadeQuestion) -> None:
    if question.sum.compiled.diagram.void:
        return
    with using(None):
        expected = totals(question)
        question.sum.under({}, NO_LIMITS).around(0) if question.sum.weights else None

    with using(loops):
        found = [each.tolist() for each in least_totals(question.sum, question.assumptions)]

    assert expected[2] == found  # type: ignore[index] # a tuple


@either_way
@given(made=any_diagrams)
def test_every_number_leads_to_the_same_solution(loops: Loops, made: MadeDiagram) -> None:
    everything = fast_order(made.compiled, {})

    def listed() -> list[list[int]]:
        order = FastOrder(everything.compiled, everything.counts)
        layers = order.layers
        nodes, ranks = np.zeros(order.size, np.int64), np.arange(order.size)
        arcs = []
        for layer in layers:
            found, _, ranks = layer.down(nodes, ranks)
            nodes = layer.targets(found)
            arcs.append(found.tolist())
        return arcs

    with using(None):
        expected = listed()
    with using(loops):
        assert expected == listed()


# ---------------------------------------------------------------- all of an engine


@pytest.fixture(scope="class")
def loops_at_once() -> Iterator[None]:
    """Compiled loops from the first question on."""
    found = numba_loops()
    if found is None:
        pytest.skip(MISSING)
    with using(found):
        yield


@pytest.mark.usefixtures("loops_at_once")
class TestDiagramByLoops(EngineConformance):
    engine = DiagramEngine()


# ---------------------------------------------------------------- the switch


def never() -> Loops | None:
    """Stand in for a library that must not be loaded."""
    raise AssertionError("loaded")


def test_loops_wait_until_they_would_have_paid() -> None:
    switch: Switch[Loops] = Switch("", Loops)

    first, second = switch.loops(0), switch.loops(LOADING_COSTS)

    assert first is None
    assert isinstance(second, Loops)
    assert second is switch.loops(0)


def test_many_small_passes_add_up() -> None:
    switch: Switch[Loops] = Switch("", Loops)

    asked = next(number for number in range(10**6) if switch.loops(4000) is not None)

    assert 1000 < asked < 100_000


def test_loops_that_are_switched_off_are_not_loaded() -> None:
    switch = Switch("0", never)

    assert switch.loops(LOADING_COSTS) is None


def test_loops_that_are_wanted_are_there_at_once() -> None:
    assert Switch("1", Loops).loops(0) is not None


def test_a_missing_library_is_looked_for_once() -> None:
    looked: list[None] = []

    def missing() -> None:
        looked.append(None)

    switch: Switch[Loops] = Switch("1", missing)

    assert [None, None] == [switch.loops(1), switch.loops(1)]
    assert len(looked) == 1


def test_more_arcs_than_can_be_numbered_are_left_to_numpy() -> None:
    switch = Switch("1", Loops)

    assert switch.loops(kernels.MOST - 1) is not None
    assert switch.loops(kernels.MOST) is None


def test_where_the_library_is_missing_there_are_no_loops(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "numba", None)

    assert numba_loops() is None


def test_an_engine_does_not_load_the_library() -> None:
    code = "import configurator.engines.registry, sys; print('numba' in sys.modules)"

    told = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)

    assert told.stdout.strip() == "False"
