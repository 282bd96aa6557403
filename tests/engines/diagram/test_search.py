"""What a compiled problem answers, whichever sums stayed outside, held against all its solutions."""

from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from made_diagrams import MadeDiagram, diagram_of, made_diagrams

from configurator.csp.constraints import LinearTerm, PredicateConstraint
from configurator.csp.problem import ConstraintProblem
from configurator.csp.variables import Assignment
from configurator.engines.diagram.compiled import CompiledDiagram
from configurator.engines.diagram.compiling.compilation import Compilation
from configurator.engines.diagram.kernels import Switch
from configurator.engines.diagram.search import DiagramSearch, LeastCosts
from configurator.engines.diagram.weighing import label_setting, near_best
from configurator.engines.diagram.weighing.label_setting import LabelLoops
from configurator.engines.engine import Infeasible, Objective, Optimum, Unknown

laws = settings(max_examples=150, deadline=None, derandomize=True)


def search_of(made: MadeDiagram) -> DiagramSearch:
    """The search, and behind it a problem that says yes to the solutions alone."""
    variables, solutions = made.compiled.variables, set(made.solutions)
    scope = tuple(range(len(variables)))
    problem = ConstraintProblem(variables, (PredicateConstraint(scope, solutions.__contains__),))
    return DiagramSearch(lambda: problem, made.compiled, Compilation())


@st.composite
def objectives(draw: st.DrawFn, made: MadeDiagram) -> Objective:
    """Any objective, or a side sum again: several times as heavy, and different in one variable."""
    sizes = [variable.size for variable in made.compiled.variables]
    again_one = draw(st.booleans())
    weights = [draw(st.lists(st.integers(-6, 6), min_size=size, max_size=size)) for size in sizes]
    if made.weights and again_one:
        factor = draw(st.integers(1, 3))
        other = draw(st.integers(0, len(sizes)))
        weights = [
            own if variable == other else [factor * weight for weight in again]
            for variable, (own, again) in enumerate(zip(weights, made.weights[0], strict=True))
        ]
    return tuple(LinearTerm(variable, tuple(found)) for variable, found in enumerate(weights))


def cost_of(objective: Objective, solution: Assignment) -> int:
    """What a solution costs."""
    return sum(term.weights[solution[term.variable]] for term in objective)


def ranked(made: MadeDiagram, objective: Objective) -> list[Optimum]:
    """All solutions by cost, equal ones ascending."""
    costs = sorted((cost_of(objective, solution), solution) for solution in made.solutions)
    return [Optimum(cost, solution) for cost, solution in costs]


@laws
@given(made=made_diagrams(sums=2), data=st.data(), amount=st.integers(0, 7))
def test_the_cheapest_come_in_order_of_cost_and_catalog(
    made: MadeDiagram, data: st.DataObject, amount: int
) -> None:
    objective, search = data.draw(objectives(made)), search_of(made)

    expected = ranked(made, objective)

    assert search.cheapest(objective, {}) == (expected[0] if expected else Infeasible())
    assert search.top(objective, amount, {}) == tuple(expected[:amount])


@laws
@given(
    made=made_diagrams(sums=3),
    data=st.data(),
    room=st.sampled_from((1, 3, 1_000)),
    setting=st.sampled_from("01"),
)
def test_least_costs_are_those_of_the_cheapest_solution_with_a_value_or_open(
    made: MadeDiagram, data: st.DataObject, room: int, setting: str
) -> None:
    objective = data.draw(objectives(made))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(near_best, "EXTENSIONS", room)
        patch.setattr(near_best, "FOR_ONE", room)
        patch.setattr(label_setting, "PARTS", room)
        patch.setattr(label_setting, "LABELS", Switch(setting, LabelLoops))
        found = search_of(made).least_costs(objective, {})
    every = ranked(made, objective)

    assert isinstance(found, LeastCosts)
    assert found.least == (every[0].cost if every else None)
    for variable, costs in enumerate(found.by_value):
        for value, cost in enumerate(costs.tolist()):
            with_it = [each.cost for each in every if each.witness[variable] == value]
            if found.open is not None and found.open[variable][value]:
                assert with_it
            else:
                assert (cost if cost <= found.highest else None) == (with_it[0] if with_it else None)


@laws
@given(made=made_diagrams(sums=2), data=st.data())
def test_ranges_reach_from_the_cheapest_to_the_dearest_solution_with_a_value(
    made: MadeDiagram, data: st.DataObject
) -> None:
    objective = data.draw(objectives(made))
    ranges = search_of(made).cost_ranges(objective, {})

    assert not isinstance(ranges, Unknown)
    for variable, of_values in enumerate(ranges):
        for value, found in enumerate(of_values):
            costs = [cost_of(objective, each) for each in made.solutions if each[variable] == value]
            assert (found is None) == (not costs)
            if found is not None:
                assert found[0] == min(costs)
                assert found[1] in ({max(costs)} if not made.compiled.side_sums else {None})


@laws
@given(made=made_diagrams(sums=1), data=st.data(), edges=st.lists(st.integers(-40, 40), max_size=4))
def test_a_histogram_counts_what_costs_at_most_so_much_or_is_refused(
    made: MadeDiagram, data: st.DataObject, edges: Sequence[int]
) -> None:
    objective = data.draw(objectives(made))
    found = search_of(made).histogram(objective, edges, {})

    if isinstance(found, Unknown):
        assert made.compiled.side_sums
        assert found.reason == "another sum stays outside the diagram: costs cannot be counted"
    else:
        costs = [cost_of(objective, solution) for solution in made.solutions]
        assert found == tuple(sum(cost <= edge for cost in costs) for edge in edges)


@laws
@given(made=made_diagrams(sums=1), seed=st.integers(0, 9))
def test_samples_are_solutions_and_the_fast_order_ranks_each_once(made: MadeDiagram, seed: int) -> None:
    search = search_of(made)
    samples = search.sample(5, seed, {})

    assert not isinstance(samples, Unknown)
    assert {tuple(column) for column in samples.T.tolist()} <= set(made.solutions)
    order = search.fast_order({})
    if isinstance(order, Unknown):
        assert made.compiled.side_sums
    else:
        page = order.page(0, len(made.solutions))
        assert sorted(map(tuple, page.T.tolist())) == list(made.solutions)
        assert order.rank(page).tolist() == list(range(len(made.solutions)))


def test_an_assumption_on_a_variable_that_does_not_exist_is_a_mistake() -> None:
    search = search_of(made_without_variables())

    for ask in (search.count, search.domains, search.feasibility):
        with pytest.raises(ValueError, match="no variable 3 among 0"):
            ask({3: frozenset({0})})


def made_without_variables() -> MadeDiagram:
    """The problem with the one empty solution."""
    return MadeDiagram(CompiledDiagram((), (), diagram_of({()}, 0)), (), ((),))
