"""Many assignments at once: which of them satisfy a constraint, and which satisfy a small problem at all.

`semantics.holds` says what is true of one assignment; here the same is told of columns of numbers, of
hundreds of thousands of assignments in some milliseconds.
"""

from collections.abc import Mapping, Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

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
from configurator.csp.symmetries import Symmetries
from configurator.engines.diagram.decisions import Columns
from configurator.engines.diagram.numbering import Keys, combined, numbered
from configurator.engines.diagram.whole import Flags, Whole, fits, objects, whole
from configurator.engines.engine import SearchLimits
from configurator.errors import SearchLimitError

Values = NDArray[np.int32]
"""The values of one variable, one for each assignment."""


def holding(constraint: Constraint, values: Mapping[int, Values], amount: int, limits: SearchLimits) -> Flags:
    """For each assignment whether it satisfies the constraint.

    Args:
        constraint: any.
        values: for each variable of the scope its values.
        amount: how many assignments there are.
        limits: for predicates, which are tried out for each combination of classes.

    Raises:
        SearchLimitError: the time is up.
    """
    match constraint:
        case ClauseConstraint(literals=literals):
            return _any_literal(literals, values, amount)
        case TableConstraint(scope=scope, classes=classes, rows=rows):
            return _in_rows(scope, classes, rows, values, amount)
        case LinearConstraint(terms=terms, lower=lower, upper=upper, unless=unless):
            found = _any_literal(unless, values, amount)
            total = added_up(terms, values, amount)
            between = np.ones(amount, np.bool_)
            if lower is not None:
                between &= (total >= lower).astype(np.bool_)
            if upper is not None:
                between &= (total <= upper).astype(np.bool_)
            return found | between
        case SortedConstraint(scope=scope):
            found = np.ones(amount, np.bool_)
            for before, after in pairwise(scope):
                first, second = values[before], values[after]
                found &= (second == 0) | ((first != 0) & (first <= second))
            return found
        case PredicateConstraint():
            return _tried(constraint, values, amount, limits)


def holding_value(found: frozenset[int], values: Values) -> Flags:
    """For each assignment whether a variable takes one of some values."""
    size = max(int(values.max(initial=0)), max(found, default=0)) + 1
    held = np.zeros(size, np.bool_)
    held[[value for value in found if value >= 0]] = True
    return held[values]


def added_up(terms: Sequence[LinearTerm], values: Mapping[int, Values], amount: int) -> Whole:
    """For each assignment the sum of its weights, exact whatever their size."""
    magnitude = sum(max(map(abs, term.weights), default=0) for term in terms)
    total: Whole = np.zeros(amount, np.int64) if fits(magnitude) else objects([0] * amount)
    for term in terms:
        total = total + whole(term.weights, magnitude)[values[term.variable]]
    return total


def looks(columns: Sequence[tuple[Sequence[int], Values]], amount: int) -> tuple[Keys, Keys]:
    """Number assignments by what some variables' values look like.

    Args:
        columns: for each variable the class of each of its values, and its values.
        amount: how many assignments there are.

    Returns:
        For each number an assignment that has it (the first), and for each assignment its number, in the
        order of the first assignments.
    """
    seen = []
    for classes, values in columns:
        _, of_value = np.unique(whole(classes), return_inverse=True)
        seen.append((of_value.reshape(-1).astype(np.int64)[values], len(classes) + 1))
    keys, bound = combined(seen, amount)
    _, number = numbered(keys, bound)
    first = np.full(int(number.max(initial=-1)) + 1, amount, np.int64)
    np.minimum.at(first, number, np.arange(amount))
    order = np.argsort(first)
    rank = np.empty(len(order), np.int64)
    rank[order] = np.arange(len(order))
    return first[order], rank[number]


def all_solutions(problem: ConstraintProblem, most: int, limits: SearchLimits) -> Columns:
    """The solutions of a small problem, ascending: a row per variable, a column per solution.

    Variable by variable in their order, and each constraint as soon as all its variables are settled.

    Raises:
        SearchLimitError: the time is up, or more than `most` combinations had to be looked at together.
    """
    found: list[Values] = []
    amount = int(all(holding(c, {}, 1, limits)[0] for c in problem.constraints if not c.scope))
    waiting = [constraint for constraint in problem.constraints if constraint.scope]
    for variable, size in enumerate(each.size for each in problem.variables):
        limits.check()
        if amount * size > most:
            raise SearchLimitError(f"there are more than {most:,} combinations to be looked at")
        found = [np.repeat(values, size) for values in found]
        found.append(np.tile(np.arange(size, dtype=np.int32), amount))
        amount *= size
        settled = [constraint for constraint in waiting if max(constraint.scope) == variable]
        if settled:
            kept = np.ones(amount, np.bool_)
            rows = dict(enumerate(found))
            for constraint in settled:
                limits.check()
                kept &= holding(constraint, rows, amount, limits)
            found = [values[kept] for values in found]
            amount = int(kept.sum())
    columns = np.empty((len(problem.variables), amount), np.int32)
    for row, values in zip(columns, found, strict=True):
        row[:] = values
    return columns


def _any_literal(literals: Sequence[Literal], values: Mapping[int, Values], amount: int) -> Flags:
    found = np.zeros(amount, np.bool_)
    for literal in literals:
        found |= holding_value(literal.values, values[literal.variable])
    return found


def _in_rows(
    scope: tuple[int, ...],
    classes: tuple[tuple[int, ...], ...],
    rows: frozenset[tuple[int, ...]],
    values: Mapping[int, Values],
    amount: int,
) -> Flags:
    """Whether classes form a row."""
    columns = [(of, values[variable]) for variable, of in zip(scope, classes, strict=True)]
    first, number = looks(columns, amount)
    known = np.fromiter(
        (tuple(of[int(each[at])] for of, each in columns) in rows for at in first.tolist()),
        np.bool_,
        len(first),
    )
    return known[number]


def _tried(
    predicate: PredicateConstraint, values: Mapping[int, Values], amount: int, limits: SearchLimits
) -> Flags:
    """What the function says, asked once for each combination of classes."""
    seen = [values[variable] for variable in predicate.scope]
    classes = predicate.classes or [range(int(each.max(initial=0)) + 1) for each in seen]
    first, number = looks(list(zip(classes, seen, strict=True)), amount)
    known = np.empty(len(first), np.bool_)
    for at, example in enumerate(first.tolist()):
        limits.check()
        known[at] = predicate.function(tuple(int(each[example]) for each in seen))
    return known[number]


def in_order(columns: Columns, symmetries: Symmetries) -> Flags:
    """For each assignment whether it is canonical: blocks ascend, absent ones last. A row per variable."""
    found = np.ones(columns.shape[1], np.bool_)
    for group in symmetries:
        for before, after in pairwise(group.blocks):
            lower, equal = np.zeros_like(found), np.ones_like(found)
            for first, second in zip(before, after, strict=True):
                lower |= equal & (columns[first] < columns[second])
                equal &= columns[first] == columns[second]
            there, next_there = columns[before[0]] != 0, columns[after[0]] != 0
            found &= np.where(next_there, there & (lower | equal), there | equal)
    return found
