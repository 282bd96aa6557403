"""The seeded instances as constraint problems: who finds them, how they are written, what is known of them.

The data lie outside the project: beside it, or where the variable `CONFIGURATOR_DATA` says. Everything
here is seeded: one name gives the same problem, the same states and the same rows on every machine.

| Name               | What                                                                          |
|--------------------|-------------------------------------------------------------------------------|
| S                  | a PC of 8 families of about 6, two sums                                       |
| M5, also M         | a PC of 12 families of about 20, two sums, prices rounded to 5                |
| Mw, Mc             | the same without the price rule; with prices in cents                         |
| L0, L1, L3         | 24 families of about 70, 220 tables, no, one and three sums over 12 families  |
| sweep-WINDOW-SEED  | as L0, the families of one rule at most WINDOW apart before they are shuffled |
"""

import importlib.util
import os
from collections.abc import Callable, Mapping
from enum import Enum
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any, Protocol

import numpy as np
from attrs import evolve, field, frozen
from numpy.typing import NDArray

from configurator.csp.constraints import (
    ClauseConstraint,
    Constraint,
    LinearConstraint,
    LinearTerm,
    Literal,
    TableConstraint,
)
from configurator.csp.problem import ConstraintProblem
from configurator.csp.variables import Assumptions, Variable

DATA = Path(os.environ.get("CONFIGURATOR_DATA", Path(__file__).parents[2].parent / "shared" / "data"))
FILE = DATA / "synthetic" / "instances.py"
ABSENT = f"no instances in {FILE}: set CONFIGURATOR_DATA to the folder that holds `synthetic`"
SHUFFLE = 11
"""The seed by which the families of L are shuffled: an engine must find the local structure itself."""
STATES = 5
"""The seed of the states."""
WALKS = 10_000
"""How many walks may fail before an instance is taken for one without a valid configuration."""

Rows = NDArray[np.int16]
"""One configuration a row, one family a column, each entry the number of a value."""

State = Mapping[int, int]
"""What a customer has chosen so far: a value for some of the families."""


class Dialogue(Enum):
    """How far a customer has come."""

    EARLY = "up to a third of the families chosen"
    LATE = "more than a third of the families chosen"


class Rules(Protocol):
    """An instance as it is generated, straight from its rules."""

    names: list[str]
    doms: list[int]
    attr: list[dict[str, NDArray[Any]]]
    cons: list[tuple[Any, ...]]
    price: list[NDArray[np.int64]]

    def check(self, rows: NDArray[Any]) -> NDArray[np.bool_]:
        """Which rows are valid."""


@frozen
class KnownCount:
    """How many valid configurations there are.

    Attributes:
        number: the number, or its beginning.
        digits: how many digits of it are known; `None` for all.
    """

    number: int
    digits: int | None = None

    def agrees(self, count: int) -> bool:
        """Whether a count is the known one, as far as it is known."""
        if self.digits is None:
            return self.number == count
        scale = 10 ** (len(str(self.number)) - self.digits)
        return bool(abs(count - self.number) * 2 <= scale)


@frozen(eq=False)
class Instance:
    """A problem with a price.

    Attributes:
        problem: tables over interchangeable values, linear sums, clauses.
        price: what a configuration costs, as a sum over all families.
        rules: what it was made of; `None` where it was stored without.
    """

    name: str
    problem: ConstraintProblem
    price: tuple[LinearTerm, ...]
    known_count: KnownCount | None = None
    rules: Rules | None = field(default=None, repr=False)

    def valid_rows(self, rows: NDArray[Any]) -> NDArray[np.bool_]:
        """Which rows are valid, straight from the rules it was made of."""
        assert self.rules is not None, "stored without its rules"
        return self.rules.check(rows)

    def price_of(self, row: NDArray[Any]) -> int:
        """What one configuration costs."""
        return sum(term.weights[int(row[term.variable])] for term in self.price)

    def stored(self) -> "Instance":
        """The same without the rules, which cannot be stored."""
        return evolve(self, rules=None)


@frozen
class Shape:
    """The size of a model that is made for a curve; the defaults are those of L0."""

    families: int = 24
    components: int = 70
    rules: int = 220
    sums: int = 0
    window: int = 5
    seed: int = 7

    @property
    def name(self) -> str:
        """For tables."""
        return (
            f"{self.families} families x {self.components}, {self.rules} rules within {self.window}, "
            f"{self.sums} sums, seed {self.seed}"
        )


def instances_present() -> bool:
    """Whether the generator is there; otherwise `ABSENT` says what to do."""
    return FILE.is_file()


@cache
def named_instance(name: str) -> Instance:
    """The instance of that name; see the table above.

    Raises:
        KeyError: there is none.
    """
    if name.startswith("sweep-"):
        window, seed = map(int, name.split("-")[1:])
        return scaled_instance(Shape(window=window, seed=seed, components=70), name)
    return _as_instance(name, _GENERATED[name](), _KNOWN.get(name))


def scaled_instance(shape: Shape, name: str | None = None) -> Instance:
    """A model of that size, families shuffled.

    Families have from 4/7 to 10/7 of the components that the shape says, as in L; every sixth is a
    quantity from 0 to 4. Sums go over 12 families, or all of them if there are fewer.
    """
    rules = _generator().gen_L(
        n=shape.families,
        seed=shape.seed,
        dmin=max(3, shape.components * 4 // 7),
        dmax=max(3, shape.components * 10 // 7),
        nrules=shape.rules,
        nsum=0,
        window=shape.window,
        long_rules=8 * shape.families // 24,
    )
    _add_sums(rules, shape)
    return _as_instance(name or shape.name, _shuffled(rules, shape.seed), None)


def partial_choices(
    instance: Instance, number: int, dialogue: Dialogue = Dialogue.EARLY
) -> tuple[State, ...]:
    """States of a dialogue: the first k families of a random order, valued as in some valid configuration.

    k takes all its values in turn, in an order that mixes small and large, so that the beginning of
    the list is a fair sample as well. No two states come from one configuration.
    """
    random = np.random.default_rng(STATES)
    families = len(instance.problem.variables)
    early = families // 3 + 1
    first, several = (0, early) if dialogue is Dialogue.EARLY else (early, families - early)
    stride = next(
        step for step in range(max(1, several * 2 // 5), 2 * several + 2) if np.gcd(step, several) == 1
    )
    states = []
    for position in range(number):
        row = _walk(instance, random)
        chosen = random.permutation(families)[: first + (position + 1) * stride % several]
        states.append({int(family): int(row[family]) for family in sorted(chosen)})
    return tuple(states)


def assumptions_of(state: State) -> Assumptions:
    """A state as engines take it."""
    return {family: frozenset({value}) for family, value in state.items()}


def rows_to_validate(instance: Instance, number: int, seed: int = 3, distinct: int = 50_000) -> Rows:
    """Rows of which about half are valid, in random order.

    Valid ones are walked to from a few by changes of one family that keep them valid; the other half
    has one to three families drawn anew. So invalid rows are nearly valid ones, as in practice. Beyond
    `distinct` they repeat.
    """
    random = np.random.default_rng(seed)
    families = len(instance.problem.variables)
    sizes = np.array([variable.size for variable in instance.problem.variables])
    distinct = min(number, distinct)
    few = np.stack([_walk(instance, random) for _ in range(min(distinct, 12))])
    rows = few[random.integers(0, len(few), distinct)]
    everyone = np.arange(distinct)
    for _ in range(families):
        family = random.integers(0, families, distinct)
        changed = rows.copy()
        changed[everyone, family] = (random.random(distinct) * sizes[family]).astype(np.int16)
        rows = np.where(instance.valid_rows(changed)[:, None], changed, rows)
    for change in range(3):
        some = everyone[everyone % 6 < 3 - change]
        family = random.integers(0, families, len(some))
        rows[some, family] = (random.random(len(some)) * sizes[family]).astype(np.int16)
    return np.ascontiguousarray(rows[random.integers(0, distinct, number)], dtype=np.int16)


@cache
def _generator() -> ModuleType:
    """The module with the generators."""
    spec = importlib.util.spec_from_file_location("synthetic_instances", FILE)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


_GENERATED: dict[str, Callable[[], Rules]] = {
    "S": lambda: _generator().gen_pc("S"),
    "M": lambda: _generator().gen_pc("M"),
    "M5": lambda: _generator().gen_pc("M"),
    "Mw": lambda: _generator().gen_pc("M", price_rule=False),
    "Mc": lambda: _generator().gen_pc("M", price_unit=0.01),
    "L0": lambda: _shuffled(_generator().gen_L(nsum=0), SHUFFLE),
    "L1": lambda: _shuffled(_generator().gen_L(nsum=1), SHUFFLE),
    "L3": lambda: _shuffled(_generator().gen_L(nsum=3), SHUFFLE),
}

_KNOWN = {
    "S": KnownCount(19_472),
    "M": KnownCount(152_878_788_788),
    "M5": KnownCount(152_878_788_788),
    # Counted by hand: given processor and board, what is left are histograms of watts to convolve.
    "Mw": KnownCount(667_105_192_200),
    "Mc": KnownCount(151_014_637_384),
    "L0": KnownCount(8779 * 10**19, digits=4),
    "L1": KnownCount(2081 * 10**19, digits=4),
}


def _add_sums(rules: Rules, shape: Shape) -> None:
    """Sums as the generator of L makes them, which itself insists on 12 families."""
    random = np.random.default_rng((shape.seed, 1))
    families = len(rules.doms)
    for number in range(shape.sums):
        scope = tuple(sorted(random.choice(families, min(12, families), replace=False).tolist()))
        weights = [random.integers(0, 30, rules.doms[family]).astype(np.int64) for family in scope]
        upper = int(0.45 * sum(int(weight.max()) for weight in weights))
        rules.cons.append(("lin", scope, weights, None, upper, f"sum{number}"))


def _shuffled(rules: Rules, seed: int) -> Rules:
    """The same with the families in another order."""
    order = np.random.default_rng(seed).permutation(len(rules.doms)).tolist()
    place = {family: position for position, family in enumerate(order)}
    rules.names, rules.doms, rules.attr, rules.price = (
        [rules.names[family] for family in order],
        [rules.doms[family] for family in order],
        [rules.attr[family] for family in order],
        [rules.price[family] for family in order],
    )
    moved: list[tuple[Any, ...]] = []
    for kind, scope, *rest in rules.cons:
        if kind == "clause":
            moved.append((kind, [(place[family], mask) for family, mask in scope], *rest))
        else:
            moved.append((kind, tuple(place[family] for family in scope), *rest))
    rules.cons = moved
    return rules


def _as_instance(name: str, rules: Rules, known_count: KnownCount | None) -> Instance:
    variables = tuple(
        Variable(family, int(size)) for family, size in zip(rules.names, rules.doms, strict=True)
    )
    problem = ConstraintProblem(variables, tuple(map(_as_constraint, rules.cons)))
    return Instance(name, problem, _terms(range(len(variables)), rules.price), known_count, rules)


def _as_constraint(rule: tuple[Any, ...]) -> Constraint:
    match rule:
        case "table", scope, allowed, name:
            found = [_classes(allowed, axis) for axis in range(allowed.ndim)]
            classes = tuple(of for of, _ in found)
            representatives = [first for _, first in found]
            # The table over one value of each class says all that the whole one does.
            rows = np.argwhere(allowed[np.ix_(*representatives)]).tolist()
            return TableConstraint(tuple(scope), classes, frozenset(map(tuple, rows)), name)
        case "lin", scope, weights, lower, upper, name:
            return LinearConstraint(_terms(scope, weights), lower, upper, origin=name)
        case "clause", literals, name:
            held = tuple(
                Literal(family, frozenset(np.flatnonzero(mask).tolist())) for family, mask in literals
            )
            return ClauseConstraint(held, name)
        case _:
            raise AssertionError(rule)


def _classes(allowed: NDArray[np.bool_], axis: int) -> tuple[tuple[int, ...], list[int]]:
    """For each value along the axis the class of equal rows it is in, and a value of each class."""
    rows = np.packbits(np.moveaxis(allowed, axis, 0).reshape(allowed.shape[axis], -1), axis=1)
    _, first, inverse = np.unique(rows, axis=0, return_index=True, return_inverse=True)
    return tuple(inverse.reshape(-1).tolist()), first.tolist()


def _terms(scope: Any, weights: Any) -> tuple[LinearTerm, ...]:
    return tuple(
        LinearTerm(int(family), tuple(each.tolist())) for family, each in zip(scope, weights, strict=True)
    )


def _walk(instance: Instance, random: np.random.Generator) -> Rows:
    """A valid configuration, found by a random walk. Every one can come out, not all equally often.

    The family with the fewest values left is next, its value is drawn; when stuck, again from the start.
    """
    rules = instance.rules
    assert rules is not None
    for _ in range(WALKS):
        left = [np.ones(size, dtype=bool) for size in rules.doms]
        row = np.full(len(left), -1, dtype=np.int16)
        while (row < 0).any():
            sizes = [values.sum() if row[family] < 0 else 1 << 30 for family, values in enumerate(left)]
            family = int(np.argmin(sizes))
            if sizes[family] == 0:
                break
            row[family] = random.choice(np.flatnonzero(left[family]))
            left[family][:] = False
            left[family][row[family]] = True
            _look_ahead(rules, left, family)
        else:
            assert instance.valid_rows(row[None, :])[0], "the walk has overlooked a rule"
            return row
    raise ValueError(f"no valid configuration of {instance.name} found")


def _look_ahead(rules: Rules, left: list[NDArray[np.bool_]], family: int) -> None:
    """Take the values that the rules on a family leave no room for. Exact once one family is open."""
    for kind, scope, *rest in rules.cons:
        if kind == "table" and family in scope:
            joint = rest[0]
            for axis, member in enumerate(scope):
                shape = [1] * joint.ndim
                shape[axis] = -1
                joint = joint & left[member].reshape(shape)
            for axis, member in enumerate(scope):
                left[member] &= joint.any(axis=tuple(other for other in range(joint.ndim) if other != axis))
        elif kind == "lin" and family in scope:
            _look_ahead_in_sum(scope, rest[0], rest[1], rest[2], left)
        elif kind == "clause" and family in {member for member, _ in scope}:
            holding = [(member, mask) for member, mask in scope if (left[member] & mask).any()]
            if len(holding) == 1:
                left[holding[0][0]] &= holding[0][1]
            elif not holding:
                left[family][:] = False


def _look_ahead_in_sum(
    scope: tuple[int, ...],
    weights: list[NDArray[np.int64]],
    lower: int | None,
    upper: int | None,
    left: list[NDArray[np.bool_]],
) -> None:
    for sign, bound in ((1, upper), (-1, lower)):
        if bound is None:
            continue
        added = [sign * weight for weight in weights]
        least = [
            int(weight[left[member]].min()) if left[member].any() else 0
            for member, weight in zip(scope, added, strict=True)
        ]
        room = sign * bound - sum(least)
        for member, weight, low in zip(scope, added, least, strict=True):
            left[member] &= weight - low <= room
