"""clingo: answer set programming. Valid domains in one call, as brave consequences under assumptions."""

from collections.abc import Iterator
from itertools import product
from typing import Any, ClassVar

import numpy as np
from clingo import Control, Function, Number
from instance_problems import Instance, Rows, State

from configurator.csp.constraints import LinearConstraint, LinearTerm, TableConstraint
from configurator.csp.problem import ConstraintProblem
from peers.peer import Domains, Session

FEW_FAMILIES = 16
"""Up to here the strategy by unsatisfiable cores is ten times faster; with 24 families it does not end."""


class Clingo(Session):
    """A choice rule for each family, integrity constraints over classes of values, native sums."""

    name = "clingo"
    distributions = ("clingo",)
    strategy: ClassVar[str | None] = None
    """How it looks for the cheapest; `None` decides by the number of families."""

    def __init__(self, instance: Instance) -> None:
        super().__init__(instance)
        self.program = "\n".join(program_of(instance.problem))
        self.size = len(instance.problem.variables)
        self.brave = self.control("--models=0", "--enum-mode=brave")
        self.minimising: Control | None = None

    def control(self, *options: str, more: str = "") -> Control:
        """The program, grounded."""
        control = Control(list(options))
        control.add("base", [], self.program + more)
        control.ground([("base", [])])
        return control

    def domains(self, state: State) -> Domains:
        """The last model holds every atom of some model."""
        values: list[list[int]] = [[] for _ in range(self.size)]
        last: Any = ()
        with self.brave.solve(assumptions=assumptions(state), yield_=True) as models:
            for model in models:
                last = model.symbols(shown=True)
        for symbol in last:
            family, value = symbol.arguments
            values[family.number].append(value.number)
        return tuple(tuple(sorted(each)) for each in values)

    def listing(self, limit: int | None) -> object:
        """Lists of symbols, the form in which clingo hands models over soonest."""
        control = self.control(f"--models={limit or 0}")
        with control.solve(yield_=True) as models:
            return [model.symbols(shown=True) for model in models]

    def rows_of(self, listing: Any) -> Rows:
        """From symbols."""
        rows = np.empty((len(listing), self.size), dtype=np.int16)
        for row, symbols in zip(rows, listing, strict=True):
            for symbol in symbols:
                family, value = symbol.arguments
                row[family.number] = value.number
        return rows

    def count(self, state: State) -> int:
        """Models that are found and not read."""
        control = self.control("--models=0")
        control.solve(assumptions=assumptions(state))
        return int(control.statistics["summary"]["models"]["enumerated"])

    def cheapest(self, state: State) -> int | None:
        """`#minimize`, the program kept from one state to the next."""
        if self.minimising is None:
            strategy = self.strategy or ("usc" if self.size <= FEW_FAMILIES else "usc,stratify")
            objective = f"\n#minimize {{ {elements(self.instance.price)} }}."
            self.minimising = self.control(
                "--models=0", "--opt-mode=opt", f"--opt-strategy={strategy}", more=objective
            )
        cost: int | None = None
        with self.minimising.solve(assumptions=assumptions(state), yield_=True) as models:
            for model in models:
                (cost,) = model.cost
        return cost

    def feasible(self, state: State) -> bool:
        """The first model."""
        with self.brave.solve(assumptions=assumptions(state), yield_=True) as models:
            return next(iter(models), None) is not None


def assumptions(state: State) -> list[tuple[Any, bool]]:
    """A state as atoms that are true."""
    return [(Function("v", [Number(family), Number(value)]), True) for family, value in state.items()]


def program_of(problem: ConstraintProblem, guard: str = "") -> Iterator[str]:
    """The rules, one a line; each holds where its guard does: `on({}), `, the rule's number put in."""
    for position, variable in enumerate(problem.variables):
        yield f"{{ v({position},0..{variable.size - 1}) }} = 1."
    for number, constraint in enumerate(problem.constraints):
        only = guard.format(number)
        match constraint:
            case TableConstraint():
                yield from _forbidden(number, constraint, only)
            case LinearConstraint(terms=terms, lower=lower, upper=upper, unless=()):
                if upper is not None:
                    yield f":- {only}#sum {{ {elements(terms)} }} > {upper}."
                if lower is not None:
                    yield f":- {only}#sum {{ {elements(terms)} }} < {lower}."
            case _:
                raise AssertionError(constraint)
    yield "#show v/2."


def elements(terms: tuple[LinearTerm, ...]) -> str:
    """What a sum adds up."""
    return "; ".join(
        f"{weight},{term.variable}: v({term.variable},{value})"
        for term in terms
        for value, weight in enumerate(term.weights)
        if weight
    )


def _forbidden(number: int, table: TableConstraint, only: str) -> Iterator[str]:
    """Classes of more than one value get an atom of their own; each forbidden row is a constraint."""
    columns: list[list[str]] = []
    for side, (variable, of) in enumerate(zip(table.scope, table.classes, strict=True)):
        column = []
        for own in range(max(of) + 1):
            members = [f"v({variable},{value})" for value, each in enumerate(of) if each == own]
            if len(members) == 1:
                column += members
            else:
                column.append(f"c({number},{side},{own})")
                yield from (f"{column[-1]} :- {member}." for member in members)
        columns.append(column)
    for row in product(*(range(len(column)) for column in columns)):
        if row not in table.rows:
            yield f":- {only}{', '.join(column[own] for column, own in zip(columns, row, strict=True))}."


PEERS = (Clingo,)
