"""How small covering samples are, and how long they take, beside two public tools on the same models.

    python tests/benchmarks/covering.py [--t 2] [--seconds 60] [--seed 0] [--models FOLDER] [NAME …]

Models: factors without constraints, the shipped catalogs, and published feature models, which are read from a
folder where one is named. allpairspy and covertable (the extra `bench`) get the same factors and the same
constraints as conditions on them. A catalog's constraint is a condition where factors tell what its variables
are; where they do not (instances, grouped numbers, three of one component) a tool cannot be given the model.
What a tool makes is checked: rows that break a condition do not count, and sets that no other row shows are
missing. Each runs in a process of its own and is ended when the time is up.
"""

import argparse
import multiprocessing
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from itertools import product as every
from pathlib import Path
from typing import Any

from attrs import field, frozen
from feature_models import read_feature_model

from configurator.authoring.covering.arrays import CoveringArray, covering_array
from configurator.authoring.covering.factors import FactorProblem, FactorWriter, Reading
from configurator.authoring.covering.product_factors import product_factors
from configurator.authoring.covering.shrinking import SetNumbers
from configurator.configurator import Configurator
from configurator.csp.problem import ConstraintProblem
from configurator.csp.semantics import holds
from configurator.csp.variables import Variable
from configurator.engines.engine import SearchLimits

CATALOGS = Path(__file__).resolve().parents[2] / "catalogs"
DAY = date(2026, 11, 22)
PLAIN = {
    "3^4": (3,) * 4,
    "3^13": (3,) * 13,
    "2^100": (2,) * 100,
    "10^20": (10,) * 20,
    "4^15 3^17 2^29": (4,) * 15 + (3,) * 17 + (2,) * 29,
    "4^1 3^39 2^35": (4,) + (3,) * 39 + (2,) * 35,
}

Row = Sequence[int]
Holds = Callable[[Row], bool]


@frozen(eq=False)
class Condition:
    """What a row must obey; it reads these factors, by number."""

    factors: tuple[int, ...]
    holds: Holds = field(repr=False)


@frozen(eq=False)
class Model:
    """Something to be covered.

    Attributes:
        conditions: what peers are given; `None` where factors do not tell enough.
    """

    name: str
    problem: FactorProblem
    conditions: tuple[Condition, ...] | None

    @property
    def sizes(self) -> tuple[int, ...]:
        """How many levels each factor has."""
        return tuple(len(factor.values) for factor in self.problem.factors)


# ---------------------------------------------------------------- models


def plain(name: str, sizes: Sequence[int]) -> Model:
    """Factors without constraints."""
    problem = ConstraintProblem(tuple(Variable(f"f{at}", size) for at, size in enumerate(sizes)), ())
    return of_problem(name, problem)


def of_problem(name: str, problem: ConstraintProblem) -> Model:
    """A factor for each variable."""
    writer = FactorWriter(problem)
    for at, variable in enumerate(problem.variables):
        writer.add((Reading((at,), None, tuple(range(variable.size))),), variable.size)
    return Model(name, writer.written(), conditions_of(writer.written()))


def shipped(name: str) -> Model:
    """A catalog of the folder `catalogs`."""
    lowered = Configurator.load(CATALOGS / name).product(DAY).lowered
    found = product_factors(lowered, lowered.problem).problem
    return Model(name, found, conditions_of(found))


def conditions_of(problem: FactorProblem) -> tuple[Condition, ...] | None:
    """The given constraints as conditions on factors; `None` where those do not tell what variables are."""
    parts: dict[tuple[int, ...], list[int]] = {}
    if problem.looks:
        return None
    for number, factor in enumerate(problem.factors):
        parts.setdefault(factor.readings[0].variables, []).append(number)
    if {v for variables in parts for v in variables} != set(range(problem.given)):
        return None
    meant = {variables: _meant(problem, variables, factors) for variables, factors in parts.items()}
    known = {key: found for key, found in meant.items() if found is not None}
    if len(known) < len(meant):
        return None
    part_of = {variable: variables for variables in parts for variable in variables}
    found = [Condition(tuple(own), _told(own, known[variables])) for variables, own in parts.items()]
    for constraint in problem.problem.constraints:
        if max(constraint.scope, default=0) >= problem.given:
            continue
        read = list(dict.fromkeys(part_of[variable] for variable in constraint.scope))

        def obeyed(row: Row, constraint: Any = constraint, read: Any = read) -> bool:
            values = [0] * problem.given
            for variables in read:
                told = known[variables].get(tuple(row[factor] for factor in parts[variables]))
                if told is None:
                    return False
                for variable, value in zip(variables, told, strict=True):
                    values[variable] = value
            return holds(constraint, tuple(values))

        found.append(Condition(tuple(sorted(f for variables in read for f in parts[variables])), obeyed))
    return tuple(found)


def _told(own: Sequence[int], table: Mapping[tuple[int, ...], object]) -> Holds:
    """That levels mean some values."""
    return lambda row: tuple(row[factor] for factor in own) in table


def _meant(
    problem: FactorProblem, variables: tuple[int, ...], factors: Sequence[int]
) -> Mapping[tuple[int, ...], tuple[int, ...]] | None:
    """For levels of the factors of some variables their values; `None` where the same levels mean several."""
    table: dict[tuple[int, ...], tuple[int, ...]] = {}
    for values in every(*(range(problem.problem.variables[variable].size) for variable in variables)):
        if len(values) > 1 and list(values) != sorted(values, key=lambda value: (value == 0, value)):
            continue
        assignment = [0] * len(problem.problem.variables)
        for variable, value in zip(variables, values, strict=True):
            assignment[variable] = value
        levels = tuple(problem.factors[f].readings[0].level(tuple(assignment)) for f in factors)
        if None in levels or levels in table:
            return None
        table[levels] = values  # type: ignore[index]
    return table


# ---------------------------------------------------------------- tools


def ours(model: Model, t: int, seed: int, seconds: float) -> CoveringArray:
    """This library's array."""
    found = covering_array(model.problem, t, seed, SearchLimits.within(seconds))
    assert isinstance(found, CoveringArray), found
    return found


def by_allpairspy(sizes: Sequence[int], conditions: Sequence[Condition], t: int) -> list[Row]:
    """Rows of allpairspy: its filter is asked of the beginnings of rows."""
    from allpairspy import AllPairs  # type: ignore[import-untyped]  # noqa: PLC0415 - only for the benchmark

    ready: dict[int, list[Condition]] = {}
    for each in conditions:
        ready.setdefault(max(each.factors, default=0) + 1, []).append(each)

    def keeps(row: Row) -> bool:
        return all(each.holds(row) for n in range(len(row) + 1) for each in ready.get(n, ()))

    return [list(row) for row in AllPairs([list(range(size)) for size in sizes], filter_func=keeps, n=t)]


def by_covertable(sizes: Sequence[int], conditions: Sequence[Condition], t: int) -> list[Row]:
    """Rows of covertable: conditions are functions of the factors that they read."""
    from covertable import make  # type: ignore[import-untyped]  # noqa: PLC0415 - only for the benchmark

    names = [f"f{at}" for at in range(len(sizes))]

    def condition(each: Condition) -> dict[str, object]:
        def evaluate(row: Mapping[str, int]) -> bool:
            return each.holds([row.get(name, 0) for name in names])

        return {"operator": "fn", "requires": [names[f] for f in each.factors], "evaluate": evaluate}

    factors = {name: list(range(size)) for name, size in zip(names, sizes, strict=True)}
    rows = make(factors, strength=t, constraints=[condition(each) for each in conditions])
    return [[row[name] for name in names] for row in rows]


PEERS = {"allpairspy": by_allpairspy, "covertable": by_covertable}


def peer_rows(tool: str, model: Model, t: int, seconds: float) -> tuple[list[Row] | str, float]:
    """The rows of a tool and its seconds; or why there are none."""
    if model.conditions is None:
        return "cannot be given the model", 0.0
    begun = time.monotonic()
    context = multiprocessing.get_context("fork")
    here, there = context.Pipe(duplex=False)

    def work() -> None:
        try:
            there.send(PEERS[tool](model.sizes, model.conditions or (), t))
        except Exception as error:  # noqa: BLE001 - whatever it ends with is its answer
            there.send(f"ends with {type(error).__name__}")

    process = context.Process(target=work)
    process.start()
    answer = here.recv() if here.poll(seconds) else f"no answer in {seconds:g} s"
    taken = time.monotonic() - begun
    process.terminate()
    process.join()
    here.close()
    there.close()
    return answer, taken


# ---------------------------------------------------------------- figures


def shown_sets(model: Model, rows: Sequence[Row], t: int) -> set[int]:
    """All sets of t levels that rows show."""
    import numpy as np  # noqa: PLC0415 - beside its only use

    first = np.cumsum([0, *model.sizes[:-1]])
    numbers = SetNumbers(t, sum(model.sizes))
    return {int(each) for row in rows for each in numbers.of(first + np.array(row))}


def our_rows(model: Model, found: CoveringArray) -> list[Row]:
    """The array as rows of levels, of models without instances."""
    return [[int(level or 0) for level in model.problem.shown(solution)] for solution in found.solutions]


def say(line: str) -> None:
    """Tell one line."""
    print(line, flush=True)  # noqa: T201 - a command


def measure(model: Model, t: int, seed: int, seconds: float) -> None:
    """Tell sizes and times for one model."""
    begun = time.monotonic()
    found = ours(model, t, seed, seconds)
    taken = time.monotonic() - begun
    sets = f"{found.covered:,} sets covered, {found.impossible:,} impossible, {found.undecided:,} open"
    least = f"at least {found.at_least}"
    say(f"{model.name} (t = {t}): {len(model.sizes)} factors, {sum(model.sizes)} levels; {sets}")
    say(f"  configurator {len(found.solutions):>6} rows  {taken:7.2f} s  {least}")
    wanted = None if model.conditions is None else shown_sets(model, our_rows(model, found), t)
    for tool in PEERS:
        rows, taken = peer_rows(tool, model, t, seconds)
        if isinstance(rows, str) or wanted is None:
            say(f"  {tool:<12} {rows}")
            continue
        valid = [row for row in rows if all(each.holds(row) for each in model.conditions or ())]
        missing = len(wanted - shown_sets(model, valid, t))
        told = [f"{len(rows) - len(valid)} of them invalid"] * (len(valid) < len(rows))
        told += [f"{missing:,} sets missing"] * bool(missing)
        say(f"  {tool:<12} {len(rows):>6} rows  {taken:7.2f} s  {', '.join(told) or 'complete'}")


def models(folder: Path | None, names: Sequence[str]) -> Iterator[Model]:
    """Those asked for, or all."""
    wanted = {*names}
    for name, sizes in PLAIN.items():
        if not wanted or name in wanted:
            yield plain(name, sizes)
    for path in sorted(CATALOGS.iterdir()):
        if path.is_dir() and (not wanted or path.name in wanted):
            yield shipped(path.name)
    for path in sorted(folder.glob("*.uvl")) if folder else ():
        if not wanted or path.stem in wanted:
            yield of_problem(path.stem, read_feature_model(path))


def main() -> None:
    """Measure."""
    parser = argparse.ArgumentParser()
    parser.add_argument("names", nargs="*")
    parser.add_argument("--t", type=int, default=2)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--models", type=Path)
    given = parser.parse_args()
    for model in models(given.models, given.names):
        measure(model, given.t, given.seed, given.seconds)


if __name__ == "__main__":
    main()
