"""The judge itself, compared with something even more naive that shares no line with it."""

from itertools import pairwise, product

from hypothesis import given, settings

from configurator.csp.constraints import (
    ClauseConstraint,
    Constraint,
    LinearConstraint,
    PredicateConstraint,
    SortedConstraint,
    TableConstraint,
)
from configurator.csp.variables import Assignment
from configurator.engines.engine import Feasible
from configurator.engines.exhaustive import ExhaustiveEngine
from configurator.testing.problem_strategies import Question, questions


def naively_true(constraint: Constraint, values: Assignment) -> bool:
    """Truth once more, written as a checklist from the text of the kinds."""
    if isinstance(constraint, ClauseConstraint):
        for literal in constraint.literals:
            for value in literal.values:
                if values[literal.variable] == value:
                    return True
        return False
    if isinstance(constraint, TableConstraint):
        for row in constraint.rows:
            agreeing = 0
            for column, variable in enumerate(constraint.scope):
                if constraint.classes[column][values[variable]] == row[column]:
                    agreeing += 1
            if agreeing == len(constraint.scope):
                return True
        return False
    if isinstance(constraint, LinearConstraint):
        if naively_true(ClauseConstraint(constraint.unless), values):
            return True
        total = 0
        for term in constraint.terms:
            total += term.weights[values[term.variable]]
        too_small = constraint.lower is not None and total < constraint.lower
        too_large = constraint.upper is not None and total > constraint.upper
        return not (too_small or too_large)
    if isinstance(constraint, SortedConstraint):
        # Blanks stand behind everything else.
        ranks = [values[variable] or 10**9 for variable in constraint.scope]
        return not any(before > after for before, after in pairwise(ranks))
    assert isinstance(constraint, PredicateConstraint)
    return constraint.function(tuple(map(values.__getitem__, constraint.scope)))


@settings(deadline=None, max_examples=80)
@given(question=questions())
def test_the_judge_answers_as_brute_force_does(question: Question) -> None:
    problem, assumptions = question.problem, question.assumptions
    solutions = []
    for values in product(*(range(variable.size) for variable in problem.variables)):
        assumed = all(values[variable] in allowed for variable, allowed in assumptions.items())
        if assumed and all(naively_true(constraint, values) for constraint in problem.constraints):
            solutions.append(values)

    judge = ExhaustiveEngine().prepare(problem)
    assert list(judge.solutions(assumptions)) == solutions
    assert judge.count(assumptions) == len(solutions)
    columns = [sorted({s[variable] for s in solutions}) for variable in range(len(problem.variables))]
    assert judge.domains(assumptions) == tuple(map(tuple, columns))
    feasible = judge.feasibility(assumptions)
    assert (isinstance(feasible, Feasible) and feasible.witness) == (solutions[0] if solutions else False)
