"""Any problem of the library in clingo and CP-SAT, its parts switched on and off: what they can be asked.

The peers of the benchmarks of engines (`peers.answer_sets`, `peers.cp_sat`) know the two kinds of constraint
that made instances have. A catalog has all five, so they are written out here. A problem is written and
grounded once; questions say which parts hold. Times include all of that.
"""

from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from functools import cached_property
from importlib.util import find_spec
from itertools import pairwise, product
from typing import Any, Protocol

from attrs import field, frozen

from configurator.csp.constraints import (
    ClauseConstraint,
    Constraint,
    LinearConstraint,
    LinearTerm,
    Literal,
    PredicateConstraint,
    SortedConstraint,
    TableConstraint,
)
from configurator.csp.problem import ConstraintProblem
from configurator.csp.variables import Variable

Values = tuple[tuple[int, ...], ...]
"""Of each variable those of its values that are meant, ascending."""


class Asked(Protocol):
    """A problem, and parts that may be asked to hold besides."""

    def holds(self, parts: Sequence[int]) -> bool:
        """Whether the problem and these parts have a solution."""


Ask = Callable[[ConstraintProblem, Sequence[Sequence[Constraint]]], Asked]
"""Puts a problem, and parts that may hold besides, before a solver."""


def solvers() -> Mapping[str, Ask]:
    """Who is installed, by name."""
    found: dict[str, Ask] = {}
    if find_spec("ortools") is not None:
        found["CP-SAT"] = InCpSat
    if find_spec("clingo") is not None:
        found["clingo"] = InClingo
    return found


# ---------------------------------------------------------------- clingo


@frozen(eq=False, slots=False)
class InClingo:
    """A problem in clingo."""

    problem: ConstraintProblem
    parts: Sequence[Sequence[Constraint]] = field(default=())

    @cached_property
    def program(self) -> str:
        """Everything as rules."""
        variables = self.problem.variables
        lines = [f"{{ v({at},0..{found.size - 1}) }} = 1." for at, found in enumerate(variables)]
        writer = Writer(variables)
        for constraint in self.problem.constraints:
            lines += writer.written(constraint, "")
        for part, constraints in enumerate(self.parts):
            lines.append(f"{{ on({part}) }}.")
            for constraint in constraints:
                lines += writer.written(constraint, f"on({part}), ")
        return "\n".join([*lines, "#show v/2."])

    @cached_property
    def _one(self) -> Any:
        return self._control("--models=1")

    def _control(self, *options: str) -> Any:
        from clingo import Control  # noqa: PLC0415 - only where it is installed

        control = Control(list(options))
        control.add("base", [], self.program)
        control.ground([("base", [])])
        return control

    def holds(self, parts: Sequence[int]) -> bool:
        """Whether the problem and these parts have a solution."""
        return bool(self._one.solve(assumptions=self._assumed(parts)).satisfiable)

    def _assumed(self, parts: Sequence[int]) -> list[Any]:
        from clingo import Function, Number  # noqa: PLC0415 - only where it is installed

        wanted = frozenset(parts)
        return [(Function("on", [Number(part)]), part in wanted) for part in range(len(self.parts))]

    def values_of_some(self) -> Values:
        """Values that some solution has: brave consequences, one call."""
        return self._consequences("brave")

    def values_of_all(self) -> Values:
        """Values that every solution has: cautious consequences, one call."""
        return self._consequences("cautious")

    def _consequences(self, mode: str) -> Values:
        last: Any = ()
        control = self._control("--models=0", f"--enum-mode={mode}")
        with control.solve(assumptions=self._assumed(()), yield_=True) as models:
            for model in models:
                last = model.symbols(shown=True)
        values: list[list[int]] = [[] for _ in self.problem.variables]
        for symbol in last:
            variable, value = symbol.arguments
            values[variable.number].append(value.number)
        return tuple(tuple(sorted(each)) for each in values)

    def count(self, parts: Sequence[int], seconds: float) -> tuple[int, bool]:
        """How many solutions were found one by one, and whether that was all of them."""
        control = self._control("--models=0")
        with control.solve(assumptions=self._assumed(parts), async_=True) as search:
            complete = search.wait(seconds)
            search.cancel()
        return int(control.statistics["summary"]["models"]["enumerated"]), bool(complete)


class Writer:
    """Writes constraints as integrity constraints; atoms of their own bear a number."""

    def __init__(self, variables: Sequence[Variable]) -> None:
        self.variables = variables
        self.number = 0

    def written(self, constraint: Constraint, guard: str) -> Iterator[str]:
        """The rules, one a line; they hold where the guard does."""
        self.number += 1
        match constraint:
            case ClauseConstraint(literals=literals):
                atoms = yield from self._atoms(literals)
                yield f":- {guard}{', '.join(f'not {atom}' for atom in atoms) or '#true'}."
            case TableConstraint():
                yield from self._table(constraint, guard)
            case LinearConstraint():
                yield from self._sum(constraint, guard)
            case SortedConstraint(scope=scope):
                for one, next_ in pairwise(scope):
                    yield f":- {guard}v({one},X), v({next_},Y), Y != 0, X > Y."
                    yield f":- {guard}v({one},0), v({next_},Y), Y != 0."
            case PredicateConstraint():
                yield from self._table(tabulated(constraint, self.variables), guard)

    def _atoms(self, literals: Sequence[Literal]) -> Generator[str, None, list[str]]:
        """Yield the rules of atoms that are true where a literal is; returns the atoms."""
        atoms: list[str] = []
        for at, literal in enumerate(literals):
            atoms.append(f"l({self.number},{at})")
            yield from (f"{atoms[-1]} :- v({literal.variable},{value})." for value in sorted(literal.values))
            if not literal.values:
                # An atom that heads no rule would be complained about.
                yield f"{atoms[-1]} :- #false."
        return atoms

    def _table(self, table: TableConstraint, guard: str) -> Iterator[str]:
        """Each combination of classes that is no row is forbidden."""
        columns = []
        for side, (variable, of) in enumerate(zip(table.scope, table.classes, strict=True)):
            names = {own: f"c({self.number},{side},{at})" for at, own in enumerate(sorted(set(of)))}
            yield from (f"{names[own]} :- v({variable},{value})." for value, own in enumerate(of))
            columns.append(names)
        for row in product(*columns):
            if row not in table.rows:
                atoms = (names[own] for names, own in zip(columns, row, strict=True))
                yield f":- {guard}{', '.join(atoms) or '#true'}."

    def _sum(self, constraint: LinearConstraint, guard: str) -> Iterator[str]:
        excused = yield from self._atoms(constraint.unless)
        body = guard + "".join(f"not {atom}, " for atom in excused)
        total = f"#sum {{ {added(constraint.terms)} }}"
        if constraint.upper is not None:
            yield f":- {body}{total} > {constraint.upper}."
        if constraint.lower is not None:
            yield f":- {body}{total} < {constraint.lower}."


def added(terms: Sequence[LinearTerm]) -> str:
    """What a sum adds up."""
    return "; ".join(
        f"{weight},{term.variable}: v({term.variable},{value})"
        for term in terms
        for value, weight in enumerate(term.weights)
        if weight
    )


def tabulated(constraint: PredicateConstraint, variables: Sequence[Variable]) -> TableConstraint:
    """A predicate as a table, over the classes it tells apart."""
    sizes = [variables[variable].size for variable in constraint.scope]
    classes = constraint.classes or tuple(tuple(range(size)) for size in sizes)
    firsts = [{own: of.index(own) for own in of} for of in classes]
    rows = frozenset(
        row
        for row in product(*firsts)
        if constraint.function(tuple(first[own] for first, own in zip(firsts, row, strict=True)))
    )
    return TableConstraint(constraint.scope, classes, rows)


# ---------------------------------------------------------------- CP-SAT


FAR = 1 << 50
"""Beyond every sum here."""


class InCpSat:
    """A problem in CP-SAT: a literal for each value and each part, one worker, no presolve.

    Presolve costs more than it saves where a model is solved a hundred times.
    """

    def __init__(self, problem: ConstraintProblem, parts: Sequence[Sequence[Constraint]] = ()) -> None:
        from ortools.sat.python import cp_model  # noqa: PLC0415 - only where it is installed

        self.library: Any = cp_model
        self.problem = problem
        self.model: Any = cp_model.CpModel()
        self.literals: list[list[Any]] = []
        for variable in problem.variables:
            self.literals.append([self.model.new_bool_var("") for _ in range(variable.size)])
            self.model.add_exactly_one(self.literals[-1])
        self.on = [self.model.new_bool_var("") for _ in parts]
        for constraint in problem.constraints:
            self._add(constraint, [])
        for literal, constraints in zip(self.on, parts, strict=True):
            for constraint in constraints:
                self._add(constraint, [literal])

    def holds(self, parts: Sequence[int]) -> bool:
        """Whether the problem and these parts have a solution."""
        wanted, model = frozenset(parts), self.model.clone()
        for part, literal in enumerate(self.on):
            own = model.get_bool_var_from_proto_index(literal.index)
            model.add_bool_and([own if part in wanted else ~own])
        solver = self.library.CpSolver()
        solver.parameters.num_workers = 1
        solver.parameters.cp_model_presolve = False
        return solver.solve(model) in {self.library.OPTIMAL, self.library.FEASIBLE}

    def _add(self, constraint: Constraint, where: list[Any]) -> None:
        """A constraint that holds where all of these literals do."""
        match constraint:
            case ClauseConstraint(literals=literals):
                self._clause([self._any_of(literal) for literal in literals], where)
            case TableConstraint():
                self._add_table(constraint, where)
            case LinearConstraint(terms=terms, lower=lower, upper=upper, unless=unless):
                weighted = self.library.LinearExpr.weighted_sum
                total = sum(weighted(self.literals[term.variable], term.weights) for term in terms)
                low, high = -FAR if lower is None else lower, FAR if upper is None else upper
                unexcused = [~self._any_of(literal) for literal in unless]
                self.model.add_linear_constraint(total, low, high).only_enforce_if([*where, *unexcused])
            case SortedConstraint(scope=scope):
                for pair in pairwise(scope):
                    one, other = (self.literals[variable] for variable in pair)
                    for after in range(1, len(other)):
                        for before in (0, *range(after + 1, len(one))):
                            self._clause([~one[before], ~other[after]], where)
            case PredicateConstraint():
                self._add_table(tabulated(constraint, self.problem.variables), where)

    def _clause(self, literals: list[Any], where: list[Any]) -> None:
        self.model.add_bool_or(literals).only_enforce_if(where)

    def _any_of(self, literal: Literal) -> Any:
        """True exactly where a literal holds."""
        own = [self.literals[literal.variable][value] for value in sorted(literal.values)]
        if len(own) == 1:
            return own[0]
        either = self.model.new_bool_var("")
        self.model.add_bool_or(own).only_enforce_if(either)
        for each in own:
            self.model.add_implication(each, either)
        return either

    def _add_table(self, table: TableConstraint, where: list[Any]) -> None:
        columns = []
        for variable, of in zip(table.scope, table.classes, strict=True):
            members = {own: frozenset(at for at, each in enumerate(of) if each == own) for own in of}
            columns.append({own: self._any_of(Literal(variable, held)) for own, held in members.items()})
        for row in product(*columns):
            if row not in table.rows:
                literals = [~column[own] for column, own in zip(columns, row, strict=True)]
                self._clause(literals, where)
