"""The backtracking engine beside python-constraint2 as users write it, on one seeded instance, in one run.

    python tests/benchmarks/bench_backtracking.py

Three columns: python-constraint2 with a lambda per rule and its default solver; the same library with its
fastest solver and our constraint objects, without propagation and walk; the engine. Each figure is
the best of three. Milliseconds depend on the machine; the ratios are what to look at.
"""

import platform
import sys
import time
from collections.abc import Callable, Sequence
from importlib.metadata import version
from itertools import product
from random import Random
from typing import Any

from constraint import OptimizedBacktrackingSolver, Problem

from configurator.csp.constraints import LinearConstraint, LinearTerm, TableConstraint
from configurator.csp.problem import ConstraintProblem
from configurator.csp.simplification import fuse
from configurator.csp.variables import Variable
from configurator.engines.backtracking import BacktrackingEngine, PairCheck, RoomCheck
from configurator.engines.derived import domains_of
from configurator.engines.engine import Feasible

SIZES = (4, 4, 4, 3, 4, 4, 5, 4, 2, 4, 4)
TABLES = (
    (0, 1),
    (0, 2),
    (1, 2),
    (1, 5),
    (2, 3),
    (3, 6),
    (4, 5),
    (4, 6),
    (5, 7),
    (6, 7),
    (7, 8),
    (6, 9),
    (9, 10),
)
SEED = 7
LIBRARY = "python-constraint2"
RUNS = 3

Tables = tuple[TableConstraint, ...]
Sums = tuple[LinearConstraint, ...]


def instance() -> tuple[Tables, Sums]:
    """Eleven families, thirteen tables over classes of components, two budgets."""
    random = Random(SEED)  # noqa: S311 - the same instance on every run is what is wanted
    tables = []
    for scope in TABLES:
        classes = tuple(tuple(random.randrange(3) for _ in range(SIZES[v])) for v in scope)
        rows = frozenset(row for row in product(range(3), repeat=2) if random.random() < 0.85)
        tables.append(TableConstraint(scope, classes, rows))
    sums = []
    for variables, share in ((range(11), 0.6), (range(0, 11, 2), 0.65)):
        terms = tuple(
            LinearTerm(v, tuple(random.randint(5, 400) for _ in range(SIZES[v]))) for v in variables
        )
        sums.append(LinearConstraint(terms, None, int(share * sum(max(term.weights) for term in terms))))
    return tuple(tables), tuple(sums)


def as_users_write_it(tables: Tables, sums: Sums) -> Any:
    """A lambda for each rule, everything else as the library comes."""
    problem: Any = Problem()
    for variable, size in enumerate(SIZES):
        problem.addVariable(variable, list(range(size)))
    for table in tables:
        (first, second), rows = table.classes, table.rows
        problem.addConstraint(
            lambda a, b, first=first, second=second, rows=rows: (first[a], second[b]) in rows,
            list(table.scope),
        )
    for each in sums:
        weights, upper = [term.weights for term in each.terms], each.upper
        problem.addConstraint(
            lambda *values, weights=weights, upper=upper: (
                sum(of[value] for of, value in zip(weights, values, strict=True)) <= upper
            ),
            [term.variable for term in each.terms],
        )
    return problem


def at_its_best(problem: ConstraintProblem) -> Any:
    """The library's fastest solver, tables of one scope fused, sums that prune early."""
    solver: Any = OptimizedBacktrackingSolver
    best: Any = Problem(solver(forwardcheck=False))
    for variable, size in enumerate(SIZES):
        best.addVariable(variable, list(range(size)))
    for each in fuse(problem).constraints:
        match each:
            case TableConstraint(scope=scope, classes=classes, rows=rows):
                best.addConstraint(PairCheck(tuple(zip(scope, classes, strict=True)), rows), list(scope))
            case LinearConstraint(terms=terms, upper=int(upper)):
                least = [min(term.weights) for term in terms]
                taken = [
                    (term.variable, {value: weight - low for value, weight in enumerate(term.weights)})
                    for term, low in zip(terms, least, strict=True)
                ]
                check = RoomCheck(taken, upper - sum(least), ())
                best.addConstraint(check, [term.variable for term in terms])
            case _:
                raise AssertionError(each)
    return best


def in_order(problem: Any) -> list[tuple[int, ...]]:
    """All solutions, ascending: the library has an order of its own."""
    return sorted(
        tuple(found[variable] for variable in range(len(SIZES))) for found in problem.getSolutions()
    )


def seconds(action: Callable[[], object]) -> tuple[float, object]:
    """The best time of a few runs, and what the action gave."""
    best, result = float("inf"), None
    for _ in range(RUNS):
        start = time.perf_counter()
        result = action()
        best = min(best, time.perf_counter() - start)
    return best, result


def told(answer: object) -> str:
    """The answer in a word: of valid domains only how many there are."""
    return f"{len(answer)} numbers" if isinstance(answer, tuple) else str(answer)


def row(name: str, actions: Sequence[Callable[[], object]]) -> str:
    """One line of the table. The answers must be equal."""
    measured = [seconds(action) for action in actions]
    if len({answer for _, answer in measured}) != 1:
        raise AssertionError(f"{name}: {[answer for _, answer in measured]}")
    users, best, engine = (taken for taken, _ in measured)
    return (
        f"{name:<22} {users * 1e3:>10.2f} {best * 1e3:>10.2f} {engine * 1e3:>10.2f} "
        f"{users / engine:>10.1f}x {best / engine:>10.1f}x   {told(measured[-1][1])}"
    )


def main() -> None:
    """Print the table."""
    tables, sums = instance()
    problem = ConstraintProblem(
        tuple(Variable(f"v{index}", size) for index, size in enumerate(SIZES)), (*tables, *sums)
    )

    def engine() -> Any:
        return BacktrackingEngine().prepare(problem)

    def users() -> Any:
        return as_users_write_it(tables, sums)

    def best() -> Any:
        return at_its_best(problem)

    lines = (
        f"Python {platform.python_version()}, {LIBRARY} {version(LIBRARY)}, seed {SEED}",
        f"{problem.combinations:,} combinations; milliseconds, building included",
        "",
        f"{'':<22} {'written':>10} {'best':>10} {'engine':>10} {'written/e.':>11} {'best/e.':>11}   answer",
        row(
            "some solution exists",
            (
                lambda: users().getSolution() is not None,
                lambda: best().getSolution() is not None,
                lambda: isinstance(engine().feasibility({}), Feasible),
            ),
        ),
        row(
            "first in order",
            (
                lambda: in_order(users())[0],
                lambda: in_order(best())[0],
                lambda: next(engine().solutions({})),
            ),
        ),
        row(
            "all, any order",
            (
                lambda: len(users().getSolutions()),
                lambda: len(best().getSolutions()),
                lambda: sum(1 for _ in engine().solutions({})),
            ),
        ),
        row(
            "all, in order",
            (
                lambda: len(in_order(users())),
                lambda: len(in_order(best())),
                lambda: len(list(engine().solutions({}))),
            ),
        ),
        row(
            "count",
            (
                lambda: len(users().getSolutions()),
                lambda: len(best().getSolutions()),
                lambda: engine().count({}),
            ),
        ),
        row(
            "valid domains",
            (
                lambda: domains_of(iter(in_order(users())), len(SIZES)),
                lambda: domains_of(iter(in_order(best())), len(SIZES)),
                lambda: engine().domains({}),
            ),
        ),
    )
    sys.stdout.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
