"""Sums that a problem bounds, told by levels: which levels no longer fit beside others.

For each factor a level adds at least so much to a sum; what levels add at least may not exceed the bound.
That is a quick look before the solver is asked, and never the last word.
"""

from collections.abc import Iterator, Mapping
from itertools import chain

import numpy as np
from attrs import field, frozen
from numpy.typing import NDArray

from configurator.authoring.covering.factors import Factor, FactorProblem
from configurator.csp.constraints import LinearConstraint

LARGEST_NUMBER = 2**40
"""Sums of larger numbers are passed over."""


@frozen(eq=False)
class LevelSums:
    """Sums with an upper bound, over levels.

    Attributes:
        excess: for each sum and level what the level adds beyond the least that its factor adds.
        slack: for each sum what all levels together may add beyond that.
        touched: for each level the sums to which it adds more than its factor must.
    """

    excess: NDArray[np.int64] = field(repr=False)
    slack: NDArray[np.int64]
    touched: tuple[NDArray[np.intp], ...] = field(init=False, repr=False)

    @touched.default
    def _touched(self) -> tuple[NDArray[np.intp], ...]:
        return tuple(np.flatnonzero(added) for added in self.excess.T)

    @classmethod
    def of(cls, problem: FactorProblem) -> "LevelSums":
        """The sums of a problem that levels bear upon."""
        positions = {
            reading.variables: number
            for number, factor in enumerate(problem.factors)
            if factor.look is None
            for reading in factor.readings
            if len(reading.variables) > 1
        }
        single = {
            factor.variable: number
            for number, factor in reversed(tuple(enumerate(problem.factors)))
            if factor.look is None
        }
        sizes = [len(factor.values) for factor in problem.factors]
        first = np.cumsum([0, *sizes])
        rows: list[NDArray[np.int64]] = []
        slack: list[int] = []
        # As many as there are positions fill a slot: one more sum for each.
        full = [(dict.fromkeys(each, _filled(problem, each)), len(each)) for each in positions]
        for terms, bound in chain(full, _bounded(problem)):
            row = np.zeros(first[-1], np.int64)
            least = 0
            rest = dict(terms)
            for variables in positions:
                least += _take_positions(problem, variables, rest, row, first)
            for variable, weights in rest.items():
                number = single.get(variable)
                least += min(weights)
                if number is not None:
                    for level, values in enumerate(problem.factors[number].values):
                        row[first[number] + level] += min(weights[value] for value in values) - min(weights)
            if row.any() and max(int(row.max()), abs(bound - least)) < LARGEST_NUMBER:
                rows.append(row)
                slack.append(bound - least)
        return cls(np.array(rows, np.int64).reshape(len(rows), first[-1]), np.array(slack, np.int64))


def _bounded(problem: FactorProblem) -> Iterator[tuple[Mapping[int, tuple[int, ...]], int]]:
    """The sums that always hold, as upper bounds."""
    for constraint in problem.problem.constraints:
        if isinstance(constraint, LinearConstraint) and not constraint.unless:
            terms = {term.variable: term.weights for term in constraint.terms}
            if constraint.upper is not None:
                yield terms, constraint.upper
            if constraint.lower is not None:
                yield {key: tuple(-each for each in found) for key, found in terms.items()}, -constraint.lower


def _filled(problem: FactorProblem, variables: tuple[int, ...]) -> tuple[int, ...]:
    """For each value of a slot's positions 1 where a component that is a factor fills it."""
    counted = [_counted(each) for each in problem.factors if each.readings[0].variables == variables]
    return tuple(map(max, zip(*counted, strict=True)))


def _take_positions(
    problem: FactorProblem,
    variables: tuple[int, ...],
    rest: dict[int, tuple[int, ...]],
    row: NDArray[np.int64],
    first: NDArray[np.int64],
) -> int:
    """Count what the positions of one slot add by how many of each component there are; the least of it."""
    alike = {rest.get(variable) for variable in variables}
    weights = next(iter(alike))
    if len(alike) > 1 or weights is None:
        return 0
    for variable in variables:
        del rest[variable]
    least = len(variables) * weights[0]
    for number, factor in enumerate(problem.factors):
        if factor.look is not None or factor.readings[0].variables != variables:
            continue
        own = sum(w * more for w, more in zip(weights, _counted(factor), strict=True)) - weights[0]
        amounts = [factor.readings[0].sums_of(level) for level in range(len(factor.values))]
        added = [min(own * amount for amount in found) for found in amounts]
        least += min(added)
        row[first[number] : first[number + 1]] += np.array(added, np.int64) - min(added)
    return least


def _counted(factor: Factor) -> tuple[int, ...]:
    """For each value of a position whether it counts."""
    weights = factor.readings[0].weights
    assert weights is not None
    return weights
