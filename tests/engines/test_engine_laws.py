"""Laws of every engine: how answers change when the problem does."""

from collections.abc import Sequence

import pytest
from attrs import evolve
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from configurator.csp.constraints import (
    ClauseConstraint,
    Constraint,
    LinearConstraint,
    LinearTerm,
    Literal,
    PredicateConstraint,
    TableConstraint,
)
from configurator.csp.problem import ConstraintProblem
from configurator.engines.cp_sat import MISSING, CpSatEngine, cp_sat_is_installed
from configurator.engines.engine import Engine, Feasible
from configurator.engines.registry import find_engine, known_engines
from configurator.testing.problem_strategies import Question, constraint_problems, constraints, questions

LAWS = settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
Renaming = Sequence[Sequence[int]]


@pytest.fixture(params=known_engines())
def engine(request: pytest.FixtureRequest) -> Engine:
    name: str = request.param
    if name == CpSatEngine().name and not cp_sat_is_installed():
        pytest.skip(MISSING)
    return find_engine(name)


def renamed(constraint: Constraint, renaming: Renaming) -> Constraint:
    """The constraint when value `v` of variable `i` is called `renaming[i][v]`."""

    def moved(variable: int, column: Sequence[int]) -> tuple[int, ...]:
        """What belongs to a value goes where its new name is."""
        by_name = dict(zip(renaming[variable], column, strict=True))
        return tuple(by_name[name] for name in range(len(column)))

    def literals(of: tuple[Literal, ...]) -> tuple[Literal, ...]:
        return tuple(
            Literal(lit.variable, frozenset(renaming[lit.variable][v] for v in lit.values)) for lit in of
        )

    match constraint:
        case ClauseConstraint():
            return ClauseConstraint(literals(constraint.literals))
        case TableConstraint(scope=scope, classes=classes):
            columns = tuple(moved(v, column) for v, column in zip(scope, classes, strict=True))
            return evolve(constraint, classes=columns)
        case LinearConstraint(terms=terms, unless=unless):
            moved_terms = tuple(LinearTerm(t.variable, moved(t.variable, t.weights)) for t in terms)
            return evolve(constraint, terms=moved_terms, unless=literals(unless))
        case PredicateConstraint(scope=scope, function=function):
            return PredicateConstraint(
                scope,
                lambda names: function(
                    tuple(renaming[v].index(n) for v, n in zip(scope, names, strict=True))
                ),
            )
        case _:
            raise AssertionError("a chain depends on the order of values")


@LAWS
@given(problem=constraint_problems(), data=st.data())
def test_one_more_constraint_never_adds_solutions(
    engine: Engine, problem: ConstraintProblem, data: st.DataObject
) -> None:
    extra = data.draw(constraints(tuple(variable.size for variable in problem.variables)))

    before = set(engine.prepare(problem).solutions({}))
    after = set(engine.prepare(problem.extended((extra,))).solutions({}))
    assert after <= before


@LAWS
@given(problem=constraint_problems(), data=st.data())
def test_the_order_of_constraints_changes_nothing(
    engine: Engine, problem: ConstraintProblem, data: st.DataObject
) -> None:
    shuffled = evolve(problem, constraints=tuple(data.draw(st.permutations(problem.constraints))))

    assert list(engine.prepare(problem).solutions({})) == list(engine.prepare(shuffled).solutions({}))
    assert engine.prepare(problem).count({}) == engine.prepare(shuffled).count({})


@LAWS
@given(problem=constraint_problems(), data=st.data())
def test_renaming_values_renames_solutions(
    engine: Engine, problem: ConstraintProblem, data: st.DataObject
) -> None:
    renaming = [data.draw(st.permutations(range(variable.size))) for variable in problem.variables]
    renamable = tuple(c for c in problem.constraints if type(c).__name__ != "SortedConstraint")
    original = evolve(problem, constraints=renamable)
    renamed_problem = evolve(problem, constraints=tuple(renamed(c, renaming) for c in renamable))

    expected = sorted(
        tuple(names[value] for names, value in zip(renaming, solution, strict=True))
        for solution in engine.prepare(original).solutions({})
    )
    assert list(engine.prepare(renamed_problem).solutions({})) == expected


@LAWS
@given(question=questions())
def test_assuming_a_valid_value_is_feasible_and_any_other_is_not(engine: Engine, question: Question) -> None:
    prepared = engine.prepare(question.problem)
    domains = prepared.domains(question.assumptions)

    assert isinstance(domains, tuple)
    for variable, declared in enumerate(question.problem.variables):
        for value in range(declared.size):
            allowed = question.assumptions.get(variable, frozenset({value}))
            narrowed = {**question.assumptions, variable: allowed & {value}}
            answer = prepared.feasibility(narrowed)
            assert isinstance(answer, Feasible) == (value in domains[variable])


@LAWS
@given(question=questions(), data=st.data())
def test_counts_of_the_values_of_a_variable_add_up(
    engine: Engine, question: Question, data: st.DataObject
) -> None:
    prepared, problem = engine.prepare(question.problem), question.problem
    if not problem.variables:
        return
    variable = data.draw(st.integers(0, len(problem.variables) - 1))
    values = range(problem.variables[variable].size)
    allowed = question.assumptions.get(variable, frozenset(values))
    parts = [prepared.count({**question.assumptions, variable: allowed & {value}}) for value in values]

    assert all(isinstance(part, int) for part in parts)
    assert prepared.count(question.assumptions) == sum(part for part in parts if isinstance(part, int))
