"""Constraints added to a problem with interchangeable blocks: what they say of single blocks, what of all.

| Part      | What it is                                      | Meant                                       |
|-----------|-------------------------------------------------|---------------------------------------------|
| choices   | within a block                                  | up to order: some instance keeps it         |
| entangled | of a block and what lies outside, the same said | likewise, but what keeps it depends on more |
|           | of no other block                               | than the instance                           |
| even      | all others: together they tell no blocks apart  | as they are                                 |
"""

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise

from attrs import frozen

from configurator.csp.constraints import Constraint, PredicateConstraint, SortedConstraint
from configurator.csp.substitution import View, substituted
from configurator.csp.symmetries import NestedBlocks, block_of, places_of
from configurator.csp.variables import Variable
from configurator.errors import SearchLimitError


@frozen
class Parts:
    """Constraints in parts, each in the order given."""

    choices: tuple[Constraint, ...]
    entangled: tuple[Constraint, ...]
    even: tuple[Constraint, ...]

    def without_entangled(self) -> "Parts":
        """The same, given that nothing is entangled.

        Raises:
            SearchLimitError: something is.
        """
        if self.entangled:
            raise SearchLimitError("what is said of one instance depends on other places")
        return self


def parts_of(
    constraints: Sequence[Constraint], groups: Sequence[NestedBlocks], variables: Sequence[Variable]
) -> Parts:
    """The constraints in parts.

    Raises:
        SearchLimitError: one tells blocks apart and is about several of them.
    """
    places = places_of(groups)
    choices = tuple(each for each in constraints if block_of(each.scope, places) is not None)
    _refuse_uneven_inside(choices, groups, variables)
    others = [each for each in constraints if block_of(each.scope, places) is None]
    even = _even(others, groups, variables)
    entangled = tuple(each for each in others if all(each is not other for other in even))
    inner = {variable for nest in groups for within in nest.inner for variable in places_of(within)}
    for each in entangled:
        if len({places[v] for v in each.scope if v in places}) > 1 or not inner.isdisjoint(each.scope):
            raise SearchLimitError("what is said of several instances tells them apart")
    return Parts(choices, entangled, tuple(even))


def _refuse_uneven_inside(
    choices: Sequence[Constraint], groups: Sequence[NestedBlocks], variables: Sequence[Variable]
) -> None:
    """Of what is said of a block's own inner blocks nothing may tell several of them apart.

    Raises:
        SearchLimitError: something does.
    """
    for nest in groups:
        for block, inner in zip(nest.group.blocks, nest.inner, strict=True):
            if inner:
                within = set(block)
                parts_of([each for each in choices if not within.isdisjoint(each.scope)], inner, variables)


def _even(
    constraints: Sequence[Constraint], groups: Sequence[NestedBlocks], variables: Sequence[Variable]
) -> list[Constraint]:
    """The largest part of the constraints that stays the same when blocks change places."""
    left = list(constraints)
    exchanges = list(_exchanges(groups))
    while True:
        known = {_said(each, {}, variables) for each in left}
        kept = [
            each
            for each in left
            if all(
                exchange.keys().isdisjoint(each.scope) or _said(each, exchange, variables) in known
                for exchange in exchanges
            )
        ]
        if len(kept) == len(left):
            return kept
        left = kept


def _exchanges(groups: Sequence[NestedBlocks]) -> Iterator[dict[int, int]]:
    """Yield the exchanges of neighbouring blocks, which make up every order: variables that change places."""
    for nest in groups:
        for first, second in pairwise(nest.group.blocks):
            there = dict(zip(first, second, strict=True))
            yield there | {after: before for before, after in there.items()}
        for inner in nest.inner:
            yield from _exchanges(inner)


def _said(constraint: Constraint, exchange: Mapping[int, int], variables: Sequence[Variable]) -> object:
    """What a constraint says after an exchange, equal for equal constraints."""
    moved = tuple(exchange.get(variable, variable) for variable in constraint.scope)
    match constraint:
        case SortedConstraint():
            return "sorted", moved
        case PredicateConstraint(origin=origin):
            # Functions cannot be compared: over corresponding variables they are taken for the same.
            return "predicate", frozenset(moved), type(origin)
        case _:
            views = [
                View(exchange.get(at, at), tuple(range(variable.size)))
                for at, variable in enumerate(variables)
            ]
            return substituted(constraint, views, [variable.size for variable in variables])
