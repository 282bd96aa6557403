"""python-constraint2 at its best and as its users write it."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import islice, product
from typing import Any, ClassVar

import numpy as np
from constraint import Constraint, OptimizedBacktrackingSolver, Problem
from instance_problems import Instance, Rows, State

from configurator.csp.constraints import LinearConstraint, TableConstraint
from configurator.csp.simplification import fuse
from peers.peer import Domains, Session

Restriction = tuple[Any, list[int]]
"""A constraint as the library takes it, and its variables."""


class PairAllowed(Constraint):
    """A table of two families, as nested lists: the quickest look-up there is in Python."""

    def __init__(self, first: int, second: int, allowed: Sequence[Sequence[bool]]) -> None:
        self.first = first
        self.second = second
        self.allowed = allowed

    def __call__(self, _variables: Any, _domains: Any, assignments: dict[int, int], *_: Any) -> bool:
        """Whether it can still hold: looked up when both are assigned."""
        first, second = self.first, self.second
        if first in assignments and second in assignments:
            return self.allowed[assignments[first]][assignments[second]]
        return True


class RowAllowed(Constraint):
    """A table of more families."""

    def __init__(self, scope: Sequence[int], rows: frozenset[tuple[int, ...]]) -> None:
        self.scope = scope
        self.rows = rows

    def __call__(self, _variables: Any, _domains: Any, assignments: dict[int, int], *_: Any) -> bool:
        """Whether it can still hold: looked up when all are assigned."""
        row = []
        for variable in self.scope:
            if variable not in assignments:
                return True
            row.append(assignments[variable])
        return tuple(row) in self.rows


class BoundedSum(Constraint):
    """A sum that prunes early: families not yet assigned add at least their least."""

    def __init__(self, terms: Sequence[tuple[int, Sequence[int]]], room: int) -> None:
        self.terms = terms
        self.room = room

    def __call__(self, _variables: Any, _domains: Any, assignments: dict[int, int], *_: Any) -> bool:
        """Whether it can still hold."""
        room = self.room
        for variable, beyond_least in self.terms:
            if variable in assignments:
                room -= beyond_least[assignments[variable]]
        return room >= 0


class Constraint2(Session):
    """What both have in common: everything but the constraints and the solver."""

    distributions = ("python-constraint2",)
    solver: ClassVar[Callable[[], Any] | None] = None
    """Makes the solver; `None` for the library's own choice."""

    def __init__(self, instance: Instance) -> None:
        super().__init__(instance)
        self.sizes = [variable.size for variable in instance.problem.variables]
        self.restrictions: list[Restriction] = list(self.restrict())

    def restrict(self) -> Iterable[Restriction]:
        """The constraints."""
        raise NotImplementedError

    def search(self, state: State) -> Any:
        """A problem of the library. It cannot take assumptions, so each state is a new one."""
        maker = type(self).solver
        search = Problem(maker()) if maker else Problem()
        for variable, size in enumerate(self.sizes):
            search.addVariable(variable, [state[variable]] if variable in state else list(range(size)))
        for restriction, scope in self.restrictions:
            search.addConstraint(restriction, scope)
        return search

    def domains(self, state: State) -> Domains:
        """A search for each value that no solution has shown yet."""
        shown: list[set[int]] = [set() for _ in self.sizes]
        for variable, size in enumerate(self.sizes):
            for value in [state[variable]] if variable in state else range(size):
                if value in shown[variable]:
                    continue
                solution = self.search({**state, variable: value}).getSolution()
                for other, taken in (solution or {}).items():
                    shown[other].add(taken)
        return tuple(tuple(sorted(values)) for values in shown)

    def listing(self, limit: int | None) -> object:
        """Dictionaries: that is what the library gives."""
        return self.dicts(limit)

    def rows_of(self, listing: Any) -> Rows:
        """From dictionaries."""
        return np.array([[row[variable] for variable in range(len(self.sizes))] for row in listing], np.int16)

    def dicts(self, limit: int | None) -> Sequence[Mapping[Any, int]]:
        """All at once, or one by one up to the limit."""
        search = self.search({})
        solutions: list[dict[int, int]] = (
            search.getSolutions() if limit is None else list(islice(search.getSolutionIter(), limit))
        )
        return solutions

    def count(self, state: State) -> int:
        """By listing them."""
        return len(self.search(state).getSolutions())

    def cheapest(self, state: State) -> int | None:
        """By listing them."""
        weights = [term.weights for term in self.instance.price]
        solutions: list[dict[int, int]] = self.search(state).getSolutions()
        return min((sum(of[row[v]] for v, of in enumerate(weights)) for row in solutions), default=None)

    def feasible(self, state: State) -> bool:
        """The first solution."""
        return self.search(state).getSolution() is not None


class Constraint2Best(Constraint2):
    """Fused tables, sums that prune early, the solver without forward checking.

    Of three forms of tables (set of pairs, nested lists, nested lists and `KeyError`) and three of sums,
    these were the quickest or within 3 % of it, on S and on M.
    """

    name = "pc2 at its best"

    @staticmethod
    def solver() -> Any:
        """The fastest for lists."""
        return OptimizedBacktrackingSolver(forwardcheck=False)  # type: ignore[no-untyped-call] # library

    def restrict(self) -> Iterable[Restriction]:
        """Constraint objects."""
        for constraint in fuse(self.instance.problem).constraints:
            match constraint:
                case TableConstraint(scope=(first, second) as scope):
                    yield PairAllowed(first, second, nested(constraint)), list(scope)
                case TableConstraint(scope=scope):
                    yield RowAllowed(scope, frozenset(value_rows(constraint))), list(scope)
                case LinearConstraint(terms=terms, lower=None, upper=int(upper)):
                    least = [min(term.weights) for term in terms]
                    beyond = [
                        (term.variable, [weight - low for weight in term.weights])
                        for term, low in zip(terms, least, strict=True)
                    ]
                    yield BoundedSum(beyond, upper - sum(least)), [term.variable for term in terms]
                case _:
                    raise AssertionError(constraint)


class Constraint2Ordinary(Constraint2):
    """A lambda for each rule, everything else as the library comes."""

    name = "pc2 as users write it"

    def restrict(self) -> Iterable[Restriction]:
        """Functions."""
        for constraint in self.instance.problem.constraints:
            match constraint:
                case TableConstraint(scope=(_, _) as scope):
                    allowed = nested(constraint)
                    yield (lambda a, b, allowed=allowed: allowed[a][b]), list(scope)
                case TableConstraint(scope=scope):
                    rows = frozenset(value_rows(constraint))
                    yield (lambda *values, rows=rows: values in rows), list(scope)
                case LinearConstraint(terms=terms, lower=None, upper=int(upper)):
                    weights = [term.weights for term in terms]
                    yield (
                        (
                            lambda *values, weights=weights, upper=upper: (
                                sum(of[value] for of, value in zip(weights, values, strict=True)) <= upper
                            )
                        ),
                        [term.variable for term in terms],
                    )
                case _:
                    raise AssertionError(constraint)


def value_rows(table: TableConstraint) -> Iterable[tuple[int, ...]]:
    """The rows in values instead of classes."""
    members = [
        [[value for value, own in enumerate(of) if own == number] for number in range(max(of) + 1)]
        for of in table.classes
    ]
    for row in table.rows:
        yield from product(*(of[number] for of, number in zip(members, row, strict=True)))


def nested(table: TableConstraint) -> list[list[bool]]:
    """A table of two families as a matrix of values."""
    first, second = table.classes
    return [[(a, b) in table.rows for b in second] for a in first]


PEERS = (Constraint2Best, Constraint2Ordinary)
