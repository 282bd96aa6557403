"""A published configuration problem with known answers: the PC of the CLib benchmarks.

45 variables, 36 constraints with 241,939 tuples when written out, 235,900 of them in one constraint over nine
variables. The data lie outside the project: beside it, or where the variable `CONFIGURATOR_DATA` says.
"""

import json
import operator
import os
from collections.abc import Iterator
from functools import cache
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from attrs import frozen

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
from configurator.csp.semantics import broken
from configurator.csp.variables import Variable
from configurator.engines.engine import Feasible, Infeasible, PreparedProblem
from configurator.engines.registry import find_engine
from configurator.errors import SearchLimitError

DATA = Path(os.environ.get("CONFIGURATOR_DATA", Path(__file__).parents[2].parent / "shared" / "data"))
FOLDER = DATA / "clib-pc"

pytestmark = pytest.mark.skipif(
    not FOLDER.is_dir(),
    reason=f"no published PC in {FOLDER}: set CONFIGURATOR_DATA to the folder that holds `clib-pc`",
)

COMPARISONS = {
    "=": operator.eq,
    ">": operator.gt,
    "<": operator.lt,
    ">=": operator.ge,
    "<=": operator.le,
}
BOUNDS: dict[str, tuple[int | None, int | None]] = {
    "=": (0, 0),
    ">": (1, None),
    "<": (None, -1),
    ">=": (0, None),
    "<=": (None, 0),
}
"""By comparison the least and the greatest difference of its two sides."""

Formula = Any
"""A constraint as it is written: a nested list."""


@frozen(eq=False)
class KnownQuestion:
    """Decisions and what they leave, by number of variable and value."""

    decisions: dict[int, frozenset[int]]
    count: int
    domains: tuple[tuple[int, ...], ...]


@frozen(eq=False)
class Writer:
    """Makes constraints of formulas.

    Attributes:
        values: by name of variable what its values stand for, ascending.
        written_out: whether conditions that are neither clause, sum nor list of alternatives become tables;
            otherwise predicates.
    """

    values: dict[str, list[int]]
    written_out: bool

    @property
    def number(self) -> dict[str, int]:
        """The number of each variable."""
        return {name: variable for variable, name in enumerate(self.values)}

    def constraints(self, formula: Formula) -> Iterator[Constraint]:
        """What a formula says, as the narrowest kind of constraint that can say it."""
        kind, *parts = formula
        if kind == "and":
            for part in parts:
                yield from self.constraints(part)
        elif kind in COMPARISONS:
            yield self.comparison(kind, *parts)
        elif kind == "or" and all(self.is_literal(part) for part in parts):
            yield ClauseConstraint(tuple(self.literal(part) for part in parts))
        elif kind == "or" and all(part[0] == "and" for part in parts):
            yield self.table(parts)
        else:
            found = self.predicate(formula)
            yield self.tabulated(found) if self.written_out else found

    def comparison(self, kind: str, left: Formula, right: Formula) -> LinearConstraint:
        """A comparison of sums."""
        weights: dict[str, int] = {}
        constant = 0
        for side, sign in ((left, 1), (right, -1)):
            for summand in side[1:] if isinstance(side, list) else [side]:
                if isinstance(summand, int):
                    constant += sign * summand
                else:
                    weights[summand] = weights.get(summand, 0) + sign
        terms = tuple(
            LinearTerm(self.number[name], tuple(weight * value for value in self.values[name]))
            for name, weight in weights.items()
        )
        lower, upper = (None if bound is None else bound - constant for bound in BOUNDS[kind])
        return LinearConstraint(terms, lower, upper)

    def is_literal(self, formula: Formula) -> bool:
        """Whether a formula is about one variable."""
        return len(set(self.names(formula))) == 1

    def literal(self, formula: Formula) -> Literal:
        """The values of its only variable with which a formula holds."""
        (name,) = set(self.names(formula))
        holding = [at for at, value in enumerate(self.values[name]) if holds(formula, {name: value})]
        return Literal(self.number[name], frozenset(holding))

    def table(self, parts: list[Formula]) -> TableConstraint:
        """Alternatives, each of which says of every variable which value it has."""
        scope = list(dict.fromkeys(name for part in parts for name in self.names(part)))
        rows = set()
        for _, *equalities in parts:
            values = {name: value for _, name, value in equalities}
            rows.add(tuple(self.values[name].index(values[name]) for name in scope))
        classes = tuple(tuple(range(len(self.values[name]))) for name in scope)
        return TableConstraint(tuple(self.number[name] for name in scope), classes, frozenset(rows))

    def predicate(self, formula: Formula) -> PredicateConstraint:
        """Any formula, judged as it is written."""
        scope = list(dict.fromkeys(self.names(formula)))

        def judged(values: tuple[int, ...]) -> bool:
            pairs = zip(scope, values, strict=True)
            return holds(formula, {name: self.values[name][value] for name, value in pairs})

        return PredicateConstraint(tuple(self.number[name] for name in scope), judged)

    def tabulated(self, predicate: PredicateConstraint) -> TableConstraint:
        """A predicate with all that it allows written out."""
        sizes = list(map(len, self.values.values()))
        classes = tuple(tuple(range(sizes[variable])) for variable in predicate.scope)
        return TableConstraint(
            predicate.scope, classes, frozenset(filter(predicate.function, product(*classes)))
        )

    def names(self, formula: Formula) -> Iterator[str]:
        """The variables of a formula, in the order in which they are written."""
        for part in formula[1:]:
            if isinstance(part, list):
                yield from self.names(part)
            elif isinstance(part, str):
                yield part


def holds(formula: Formula, values: dict[str, int]) -> bool:
    """Whether a formula without sums holds."""
    kind, *parts = formula
    match kind:
        case "and":
            return all(holds(part, values) for part in parts)
        case "or":
            return any(holds(part, values) for part in parts)
        case "not":
            return not holds(parts[0], values)
        case _:
            left, right = (part if isinstance(part, int) else values[part] for part in parts)
            return bool(COMPARISONS[kind](left, right))


def read(name: str) -> dict[str, Any]:
    """One of the two files; nothing where the data are absent."""
    file = FOLDER / name
    if not file.is_file():
        return {"variables": {}, "constraints": [], "queries": []}
    found: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    return found


PUBLISHED, TRUTH = read("clib-pc.json"), read("clib-pc.truth.json")
VALUES: dict[str, list[int]] = {name: sorted(values) for name, values in PUBLISHED["variables"].items()}


@cache
def problem(*, written_out: bool = True) -> ConstraintProblem:
    """The published problem."""
    writer = Writer(VALUES, written_out)
    variables = tuple(Variable(name, len(values)) for name, values in VALUES.items())
    constraints = [found for formula in PUBLISHED["constraints"] for found in writer.constraints(formula)]
    return ConstraintProblem(variables, tuple(constraints))


@cache
def prepared(engine: str) -> PreparedProblem:
    """The problem prepared by an engine."""
    return find_engine(engine).prepare(problem())


def domains_at_first() -> dict[str, list[int]]:
    """What is possible before anything is decided."""
    impossible = TRUTH["base"]["globally_impossible"]
    return {
        name: [value for value in values if value not in impossible.get(name, ())]
        for name, values in VALUES.items()
    }


def numbered(domains: dict[str, list[int]]) -> tuple[tuple[int, ...], ...]:
    """Domains as an engine tells them."""
    return tuple(
        tuple(VALUES[name].index(value) for value in sorted(found)) for name, found in domains.items()
    )


def known_questions() -> list[KnownQuestion]:
    """The questions with their answers; what a question does not change is written out again."""
    found = []
    for query in TRUTH["queries"]:
        decisions = {
            list(VALUES).index(name): frozenset({VALUES[name].index(value)})
            for name, value in query["decisions"].items()
        }
        left = domains_at_first() | query["domains"] if query["satisfiable"] else {}
        domains = {name: left.get(name, []) for name in VALUES}
        found.append(KnownQuestion(decisions, int(query["count"]), numbered(domains)))
    return found


QUESTIONS = known_questions()
questions = pytest.mark.parametrize("question", QUESTIONS, ids=map(str, range(len(QUESTIONS))))
each_engine = pytest.mark.parametrize("engine", ["diagram", "sat", "auto"])


def test_the_published_problem_and_its_answers_are_all_there() -> None:
    assert (TRUTH["n_vars"], TRUTH["n_constraints"]) == (len(VALUES), len(PUBLISHED["constraints"]))
    assert len(QUESTIONS) == 20
    assert TRUTH["base"]["n_values_total"] == sum(map(len, VALUES.values()))
    assert {ClauseConstraint, LinearConstraint, TableConstraint} == set(map(type, problem().constraints))


def test_a_condition_over_nine_variables_is_refused_where_it_is_a_function() -> None:
    reason = "a condition over 9 places needs 262,144 evaluations to be written as a table"

    with pytest.raises(SearchLimitError, match=f"^{reason}$"):
        find_engine("diagram").prepare(problem(written_out=False))
    assert isinstance(find_engine("auto").prepare(problem(written_out=False)).feasibility({}), Feasible)


@pytest.mark.parametrize("engine", ["diagram", "auto"])
def test_it_has_as_many_solutions_as_known(engine: str) -> None:
    assert int(TRUTH["count"]) == prepared(engine).count({})


@each_engine
def test_exactly_the_known_values_are_impossible(engine: str) -> None:
    assert numbered(domains_at_first()) == prepared(engine).domains({})


@questions
@pytest.mark.parametrize("engine", ["diagram", "auto"])
def test_decisions_leave_as_many_solutions_as_known(question: KnownQuestion, engine: str) -> None:
    assert question.count == prepared(engine).count(question.decisions)


@questions
@each_engine
def test_decisions_leave_exactly_the_known_values(question: KnownQuestion, engine: str) -> None:
    assert question.domains == prepared(engine).domains(question.decisions)


@questions
@each_engine
def test_decisions_can_be_kept_exactly_where_known(question: KnownQuestion, engine: str) -> None:
    answer = prepared(engine).feasibility(question.decisions)

    if question.count == 0:
        assert Infeasible() == answer
        return
    assert isinstance(answer, Feasible)
    assert all(answer.witness[variable] in left for variable, left in question.decisions.items())
    assert not broken(problem(), answer.witness)
