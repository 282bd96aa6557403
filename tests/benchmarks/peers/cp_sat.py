"""OR-Tools CP-SAT, one worker: as its manual models it, and in the form that was found to be fastest."""

from collections.abc import Sequence
from itertools import product
from typing import Any, ClassVar

import numpy as np
from instance_problems import Instance, Rows, State
from ortools.sat.python import cp_model

from configurator.csp.constraints import LinearConstraint, TableConstraint
from peers.constraint2 import value_rows
from peers.peer import Domains, Question, Session

FAR = 1 << 50
"""Beyond every sum here."""


class Seen(cp_model.CpSolverSolutionCallback):
    """Takes note of the values of every solution on the way, not only of the last one."""

    def __init__(self, literals: Sequence[Sequence[Any]]) -> None:
        super().__init__()
        self.literals = literals
        self.values: list[set[int]] = [set() for _ in literals]

    def on_solution_callback(self) -> None:
        """Called by the solver."""
        for values, row in zip(self.values, self.literals, strict=True):
            values.add(next(value for value, literal in enumerate(row) if self.boolean_value(literal)))


class Listed(cp_model.CpSolverSolutionCallback):
    """Keeps every solution, up to a limit."""

    def __init__(self, literals: Sequence[Sequence[Any]], limit: int | None) -> None:
        super().__init__()
        self.literals = literals
        self.limit = limit
        self.rows: list[list[int]] = []

    def on_solution_callback(self) -> None:
        """Called by the solver."""
        self.rows.append(
            [next(v for v, literal in enumerate(row) if self.boolean_value(literal)) for row in self.literals]
        )
        if len(self.rows) == self.limit:
            self.stop_search()


class CpSat(Session):
    """Integer variables, `AddAllowedAssignments`, default parameters; domains by maximising new values."""

    name = "CP-SAT"
    distributions = ("ortools",)
    parameters: ClassVar[dict[str, Any]] = {}

    def __init__(self, instance: Instance) -> None:
        super().__init__(instance)
        self.model = cp_model.CpModel()
        self.literals: list[list[Any]] = []
        self.add_variables()
        for constraint in instance.problem.constraints:
            match constraint:
                case TableConstraint():
                    self.add_table(constraint)
                case LinearConstraint(terms=terms, lower=lower, upper=upper, unless=()):
                    total = self.sum_of(terms)
                    self.model.add_linear_constraint(
                        total, -FAR if lower is None else lower, FAR if upper is None else upper
                    )
                case _:
                    raise AssertionError(constraint)
        self.priced = self.model.clone()
        self.priced.minimize(self.sum_of(instance.price))

    def add_variables(self) -> None:
        """A number for each family, and a literal for each of its values."""
        self.numbers = []
        for variable in self.instance.problem.variables:
            number = self.model.new_int_var(0, variable.size - 1, variable.name)
            row = []
            for value in range(variable.size):
                literal = self.model.new_bool_var("")
                self.model.add(number == value).only_enforce_if(literal)
                self.model.add(number != value).only_enforce_if(~literal)
                row.append(literal)
            self.numbers.append(number)
            self.literals.append(row)

    def add_table(self, table: TableConstraint) -> None:
        """All allowed rows."""
        self.model.add_allowed_assignments([self.numbers[v] for v in table.scope], list(value_rows(table)))

    def sum_of(self, terms: Any) -> Any:
        """A weighted sum."""
        return sum(cp_model.LinearExpr.weighted_sum(self.literals[t.variable], t.weights) for t in terms)

    def under(self, model: cp_model.CpModel, state: State) -> cp_model.CpModel:
        """A copy of the model with the choices fixed."""
        copy = model.clone()
        for family, value in state.items():
            copy.add_bool_and([self.in_copy(copy, family, value)])
        return copy

    def in_copy(self, copy: cp_model.CpModel, family: int, value: int) -> Any:
        """The literal of a value in a copy of the model."""
        return copy.get_bool_var_from_proto_index(self.literals[family][value].index)

    def solver(self, **more: Any) -> cp_model.CpSolver:
        """One worker, as all others have one."""
        solver = cp_model.CpSolver()
        for name, setting in {"num_workers": 1, **self.parameters, **more}.items():
            setattr(solver.parameters, name, setting)
        return solver

    def domains(self, state: State) -> Domains:
        """Solve for as many new values as possible, until there is none."""
        seen = Seen(self.literals)
        while True:
            copy = self.under(self.model, state)
            new = [
                self.in_copy(copy, family, value)
                for family, row in enumerate(self.literals)
                if family not in state or not seen.values[family]
                for value in range(len(row))
                if value not in seen.values[family]
            ]
            if not new:
                break
            copy.add_bool_or(new)
            self.aim(copy, new)
            if self.solver().solve(copy, seen) == cp_model.INFEASIBLE:
                break
        return tuple(tuple(sorted(values)) for values in seen.values)

    def aim(self, copy: cp_model.CpModel, new: list[Any]) -> None:
        """What a search for new values tries to reach."""
        copy.maximize(sum(new))

    def listing(self, limit: int | None) -> object:
        """One after the other, read out in Python."""
        listed = Listed(self.literals, limit)
        self.solver(enumerate_all_solutions=True, keep_all_feasible_solutions_in_presolve=True).solve(
            self.model, listed
        )
        return listed.rows

    def rows_of(self, listing: Any) -> Rows:
        """From lists."""
        return np.array(listing, dtype=np.int16)

    def cheapest(self, state: State) -> int | None:
        """Minimise."""
        solver = self.solver()
        status = solver.solve(self.under(self.priced, state))
        return round(solver.objective_value) if status == cp_model.OPTIMAL else None

    def feasible(self, state: State) -> bool:
        """Any solution."""
        solver = self.solver()
        return solver.status_name(solver.solve(self.under(self.model, state))) in {"OPTIMAL", "FEASIBLE"}


class CpSatLoop(CpSat):
    """The usual way to valid domains: some value that is new, again and again."""

    name = "CP-SAT, any new value"

    def aim(self, copy: cp_model.CpModel, new: list[Any]) -> None:
        """Nothing further."""

    @classmethod
    def answers(cls, question: Question) -> bool:
        """It differs in one question only."""
        return question is Question.DOMAINS


class CpSatTuned(CpSat):
    """Literals for values and for classes of them, clauses instead of tables, no presolve.

    Presolve costs more than it saves in problems that are solved a hundred times; clauses over classes
    are a tenth of the rows over values.
    """

    name = "CP-SAT tuned"
    parameters: ClassVar[dict[str, Any]] = {"cp_model_presolve": False}

    def add_variables(self) -> None:
        """Exactly one value."""
        for variable in self.instance.problem.variables:
            row = [self.model.new_bool_var("") for _ in range(variable.size)]
            self.model.add_exactly_one(row)
            self.literals.append(row)

    def add_table(self, table: TableConstraint) -> None:
        """A clause for each combination of classes that is not allowed."""
        columns = [
            self.class_literals(variable, of) for variable, of in zip(table.scope, table.classes, strict=True)
        ]
        for row in product(*(range(len(column)) for column in columns)):
            if row not in table.rows:
                self.model.add_bool_or([~column[number] for column, number in zip(columns, row, strict=True)])

    def class_literals(self, variable: int, of: tuple[int, ...]) -> list[Any]:
        """For each class a literal that says the value is in it."""
        column = []
        for number in range(max(of) + 1):
            members = [self.literals[variable][value] for value, own in enumerate(of) if own == number]
            if len(members) == 1:
                column.append(members[0])
                continue
            literal = self.model.new_bool_var("")
            for member in members:
                self.model.add_implication(member, literal)
            self.model.add_bool_or([*members, ~literal])
            column.append(literal)
        return column


PEERS = (CpSat, CpSatLoop, CpSatTuned)
