"""Exact counts of diagrams."""

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

from configurator.engines.diagram.walks.counting import count, counts_by_value

EITHER = st.one_of(made_diagrams(), made_mixed_diagrams())
LAWS = settings(deadline=None, max_examples=60)


@LAWS
@given(made=EITHER, data=st.data())
def test_count_is_the_number_of_solutions(made: MadeDiagram, data: st.DataObject) -> None:
    assumptions = data.draw(assumptions_on(made))

    assert len(obeying(made, assumptions)) == count(made.compiled, assumptions)


@LAWS
@given(made=EITHER, data=st.data())
def test_counts_by_value_are_the_numbers_of_solutions_with_it(made: MadeDiagram, data: st.DataObject) -> None:
    assumptions = data.draw(assumptions_on(made))
    obedient = obeying(made, assumptions)

    for variable, of_variable in enumerate(made.compiled.variables):
        expected = [sum(found[variable] == value for found in obedient) for value in range(of_variable.size)]
        assert expected == counts_by_value(made.compiled, variable, assumptions).tolist()


def test_count_far_beyond_machine_words_is_exact() -> None:
    compiled = free_diagram(*(100,) * 40)

    assert 10**80 == count(compiled, {})
    assert 7 * 10**78 == count(compiled, {20: frozenset(range(7))})
    assert [10**78] * 100 == counts_by_value(compiled, 13, {}).tolist()


def test_counts_around_the_width_of_machine_words_are_exact() -> None:
    for power in range(60, 67):
        assert 2**power == count(free_diagram(*(2,) * power), {})
        assert [2 ** (power - 1)] * 2 == counts_by_value(free_diagram(*(2,) * power), power // 2, {}).tolist()


def test_count_under_contradictory_assumptions_is_0_at_any_size() -> None:
    assert 0 == count(free_diagram(*(100,) * 40), {3: frozenset()})
    assert [0] * 100 == counts_by_value(free_diagram(*(100,) * 40), 5, {3: frozenset()}).tolist()


def test_problem_without_variables_has_one_solution() -> None:
    assert 1 == count(free_diagram(), {})
