"""Where a sum outside the diagram is the objective again: a budget on the price, when the price is asked for.

Then the budget is a bound on the objective itself, and ranges, lists and histograms of prices need no
search. Often the two differ in a decision or two (a budget that depends on the use; a price with something on
top). Then the question falls into cases, one for each way in which those decisions tell them apart.
"""

from collections.abc import Iterator
from functools import reduce
from itertools import product
from math import gcd, prod

import numpy as np
from attrs import frozen

from configurator.csp.variables import Assumptions
from configurator.engines.diagram.decisions import Decision
from configurator.engines.diagram.weighing.path_sums import PathSum
from configurator.engines.diagram.whole import Whole

MOST_CASES = 64
"""Cases above which two sums are held to be different ones."""


Group = tuple[int, dict[tuple[int, int], list[int]]]
"""A variable in which the sums differ: its values, by what each of the two sums gives them."""


@frozen
class Case:
    """A part of all solutions, in which the objective may be `bound` at most.

    Attributes:
        values: by variable, the values of this part.
    """

    values: dict[int, frozenset[int]]
    bound: int

    def within(self, assumptions: Assumptions) -> dict[int, frozenset[int]]:
        """The assumptions, and that it is this part."""
        both = {v: values & assumptions.get(v, values) for v, values in self.values.items()}
        return {**assumptions, **both}


def cases_of(total: PathSum, side: PathSum, upper: int) -> tuple[Case, ...] | None:
    """Parts that together are all solutions, none overlapping; `None` where the sums are quite different."""
    told_by_atoms = any(found.atoms is not None for found in (*total.weights, *side.weights))
    if told_by_atoms or total.pieces or side.pieces:
        return None
    decisions = total.compiled.decisions
    mine = [_from_zero(w.values, decision) for w, decision in zip(total.weights, decisions, strict=True)]
    theirs = [_from_zero(w.values, decision) for w, decision in zip(side.weights, decisions, strict=True)]
    unit, other_unit = _ratio(mine, theirs)
    if not unit or not other_unit:
        return None
    base = sum(least for _, least in mine)
    upper -= sum(least for _, least in theirs)
    groups: list[Group] = []
    for (own, _), (other, _), decision in zip(mine, theirs, decisions, strict=True):
        if bool(np.all(own * other_unit == other * unit)):
            continue
        if len(decision.variables) > 1:
            return None
        pairs: dict[tuple[int, int], list[int]] = {}
        for value in np.flatnonzero(decision.class_of >= 0).tolist():
            pairs.setdefault((int(own[value]), int(other[value])), []).append(value)
        groups.append((decision.variables[0], pairs))
    if prod(len(pairs) for _, pairs in groups) > MOST_CASES:
        return None
    return tuple(_cases(groups, base, upper, unit, other_unit))


def _cases(groups: list[Group], base: int, upper: int, unit: int, other_unit: int) -> Iterator[Case]:
    variables = [variable for variable, _ in groups]
    for combination in product(*(pairs.items() for _, pairs in groups)):
        added = sum(own for (own, _), _ in combination)
        left = upper - sum(other for (_, other), _ in combination)
        values = {v: frozenset(found) for v, (_, found) in zip(variables, combination, strict=True)}
        # What both count moves together: `other <= left` is `own <= left * unit / other_unit`.
        yield Case(values, base + added + left * unit // other_unit)


def _from_zero(values: Whole, decision: Decision) -> tuple[Whole, int]:
    """What a decision's values weigh above the least of them, and the least for all its variables."""
    class_of, variables = decision.class_of, len(decision.variables)
    living = values[class_of >= 0] if variables == 1 else values
    least = int(living.min()) if len(living) else 0
    above = values.astype(object) - least
    if variables == 1:
        above[class_of < 0] = 0
    return above, least * variables


def _ratio(mine: list[tuple[Whole, int]], theirs: list[tuple[Whole, int]]) -> tuple[int, int]:
    """How the sums relate in the decision in which the first one moves most among those both move in."""
    both = [
        (int(own.max()), int(other.max()))
        for (own, _), (other, _) in zip(mine, theirs, strict=True)
        if len(own) and own.max() > 0 and other.max() > 0
    ]
    if not both:
        return 0, 0
    agreed: dict[tuple[int, int], int] = {}
    for own, other in both:
        common = reduce(gcd, (own, other))
        key = (own // common, other // common)
        agreed[key] = agreed.get(key, 0) + 1
    return max(agreed, key=lambda key: (agreed[key], key))
