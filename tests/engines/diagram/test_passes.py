"""What is left of a diagram under assumptions, and the diagram cut to it."""

from itertools import permutations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from made_diagrams import (
    MadeDiagram,
    assumptions_on,
    free_diagram,
    made_diagrams,
    made_mixed_diagrams,
    obeying,
)

from configurator.csp.variables import Assumptions, Variable
from configurator.engines.derived import domains_of
from configurator.engines.diagram.compiled import CompiledDiagram
from configurator.engines.diagram.decisions import SingleDecision
from configurator.engines.diagram.layers import Diagram, Layer
from configurator.engines.diagram.walks.counting import count
from configurator.engines.diagram.walks.domains import as_values, feasibility, valid_domains
from configurator.engines.diagram.walks.listing import solutions
from configurator.engines.diagram.walks.passes import restricted_diagram
from configurator.engines.engine import Feasible, Infeasible, SearchLimits
from configurator.errors import SearchLimitError

EITHER = st.one_of(made_diagrams(), made_mixed_diagrams())
LAWS = settings(deadline=None, max_examples=120)


@st.composite
def questions(draw: st.DrawFn) -> tuple[MadeDiagram, Assumptions]:
    made = draw(EITHER)
    return made, draw(assumptions_on(made))


@LAWS
@given(questions())
def test_domains_are_the_values_in_solutions(question: tuple[MadeDiagram, Assumptions]) -> None:
    made, assumptions = question

    found = as_values(valid_domains(made.compiled, assumptions))

    assert domains_of(iter(obeying(made, assumptions)), len(made.compiled.variables)) == found


@LAWS
@given(questions())
def test_witness_is_a_solution_that_obeys(question: tuple[MadeDiagram, Assumptions]) -> None:
    made, assumptions = question
    obedient = obeying(made, assumptions)

    found = feasibility(made.compiled, assumptions)

    if isinstance(found, Feasible):
        assert found.witness in obedient
    else:
        assert () == obedient


@LAWS
@given(questions())
def test_cut_diagram_answers_as_under_the_assumptions(question: tuple[MadeDiagram, Assumptions]) -> None:
    made, assumptions = question

    cut = restricted_diagram(made.compiled, assumptions)

    assert obeying(made, assumptions) == tuple(solutions(cut, {}))


@LAWS
@given(made=EITHER, data=st.data())
def test_cut_diagram_takes_more_assumptions(made: MadeDiagram, data: st.DataObject) -> None:
    first, second = data.draw(assumptions_on(made)), data.draw(assumptions_on(made))
    both = {
        variable: first.get(variable, second.get(variable, frozenset()))
        & second.get(variable, first.get(variable, frozenset()))
        for variable in {*first, *second}
    }

    cut = restricted_diagram(restricted_diagram(made.compiled, first), second)

    assert obeying(made, both) == tuple(solutions(cut, {}))
    assert obeying(made, both) == tuple(solutions(restricted_diagram(made.compiled, first), second))


@LAWS
@given(questions())
def test_cut_diagram_has_only_arcs_of_solutions(question: tuple[MadeDiagram, Assumptions]) -> None:
    made, assumptions = question
    cut = restricted_diagram(made.compiled, assumptions)

    whole_count = count(cut, {})

    for layer, decision in zip(cut.diagram.layers, cut.decisions, strict=False):
        assert len(layer.start) - 1 == len(np.unique(layer.source))
        if cut is not made.compiled:
            assert set(range(decision.classes)) == set(layer.label.tolist())
    assert cut.diagram.void == (whole_count == 0)


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_choice_that_changes_nothing_hides_no_later_one(order: tuple[int, ...]) -> None:
    """The second variable equals the third; the first is free."""
    one_node = Layer.of(1, *(np.array(found, np.int32) for found in ([0], [0], [0])))
    fork = Layer.of(1, *(np.array(found, np.int32) for found in ([0, 0], [0, 1], [0, 1])))
    join = Layer.of(2, *(np.array(found, np.int32) for found in ([0, 1], [0, 1], [0, 0])))
    compiled = CompiledDiagram(
        (Variable("x", 2),) * 3,
        tuple(
            SingleDecision.of(order[at], np.array(classes, np.int32))
            for at, classes in enumerate([[0, 0], [0, 1], [0, 1]])
        ),
        Diagram((one_node, fork, join)),
    )

    found = as_values(valid_domains(compiled, {order[0]: frozenset({1}), order[1]: frozenset({1})}))

    assert ((1,), (1,), (1,)) == found


def test_nothing_assumed_cuts_nothing() -> None:
    compiled = free_diagram(2, 3)

    assert compiled is restricted_diagram(compiled, {})


def test_domains_do_not_change_when_a_caller_writes_into_them() -> None:
    compiled = free_diagram(2, 3)

    for flags in valid_domains(compiled, {}):
        flags[:] = False

    assert ((0, 1), (0, 1, 2)) == as_values(valid_domains(compiled, {}))


def test_contradictory_assumptions_leave_no_value_of_any_variable() -> None:
    compiled = free_diagram(2, 3)

    assert ((), ()) == as_values(valid_domains(compiled, {1: frozenset()}))
    assert Infeasible() == feasibility(compiled, {1: frozenset()})


def test_problem_without_variables_has_the_empty_solution() -> None:
    assert Feasible(()) == feasibility(free_diagram(), {})
    assert () == valid_domains(free_diagram(), {})


def test_domains_give_up_when_the_time_is_up() -> None:
    ended = SearchLimits(deadline=0, seconds=1, now=lambda: 1)

    with pytest.raises(SearchLimitError, match="time limit"):
        valid_domains(free_diagram(2, 3), {0: frozenset({1})}, ended)
