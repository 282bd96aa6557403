"""Constraints with each variable read off another one: for comparing problems over different variables.

Two versions of a problem can be compared where both have a say: on the values that both know. A `View`
tells how a variable of one version is read off a variable of that common ground. What comes out is in a
form that depends on what a constraint says there and, as far as the kinds of constraint allow, not on
how it was written; so what both versions say is mostly found by comparing forms.
"""

from collections.abc import Callable, Sequence
from itertools import product
from math import gcd, prod

from attrs import field, frozen

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
from configurator.csp.simplification import with_fewest_classes

MOST_CASES = 20_000
"""Combinations of classes up to which a condition that can only be tried out becomes a table."""


@frozen
class View:
    """How a variable is read off another one.

    Attributes:
        target: the variable of the common ground; `None` for a variable that is the same everywhere there.
        values: the variable's own value for each value of the target; one alone without a target.
    """

    target: int | None
    values: tuple[int, ...] = field(repr=False)


def substituted(
    constraint: Constraint, views: Sequence[View], sizes: Sequence[int]
) -> ClauseConstraint | TableConstraint | LinearConstraint | PredicateConstraint | None:
    """What a constraint says about the targets; `None` where it says nothing there.

    A constraint that nothing on the common ground keeps becomes the clause without literals. Chains are
    passed over: which order a multiset is written in is for the common ground to say.

    Args:
        constraint: over the variables that are seen.
        views: for each variable.
        sizes: how many values each target has.
    """
    match constraint:
        case ClauseConstraint(literals=literals, origin=origin):
            found = _literals(literals, views, sizes)
            return None if found is None else ClauseConstraint(found, origin)
        case TableConstraint():
            return _table(constraint, views, sizes)
        case LinearConstraint():
            return _linear(constraint, views, sizes)
        case PredicateConstraint():
            return _predicate(constraint, views, sizes)
        case SortedConstraint():
            return None


# ---------------------------------------------------------------- clauses


def _literals(
    literals: Sequence[Literal], views: Sequence[View], sizes: Sequence[int]
) -> tuple[Literal, ...] | None:
    """The literals over targets, each target once, ascending; `None` if one of them always holds."""
    holding: dict[int, set[int]] = {}
    for literal in literals:
        view = views[literal.variable]
        if view.target is None:
            if view.values[0] in literal.values:
                return None
            continue
        values = holding.setdefault(view.target, set())
        values.update(at for at, value in enumerate(view.values) if value in literal.values)
    if any(values and len(values) == sizes[target] for target, values in holding.items()):
        return None
    return tuple(Literal(target, frozenset(values)) for target, values in sorted(holding.items()) if values)


# ---------------------------------------------------------------- tables


def _table(
    table: TableConstraint, views: Sequence[View], sizes: Sequence[int]
) -> TableConstraint | ClauseConstraint | None:
    rows = list(table.rows)
    columns: dict[int, list[int]] = {}
    for column, variable in enumerate(table.scope):
        view = views[variable]
        if view.target is None:
            here = table.classes[column][view.values[0]]
            rows = [row for row in rows if row[column] == here]
        else:
            columns.setdefault(view.target, []).append(column)
    scope = tuple(sorted(columns))
    numbers = []
    classes = []
    for target in scope:
        read = [(views[table.scope[column]].values, table.classes[column]) for column in columns[target]]
        number: dict[tuple[int, ...], int] = {}
        looks = (tuple(of[values[at]] for values, of in read) for at in range(sizes[target]))
        classes.append(tuple(number.setdefault(look, len(number)) for look in looks))
        numbers.append(number)
    found = set()
    for row in rows:
        looks_of_row = (tuple(row[column] for column in columns[target]) for target in scope)
        told = tuple(number.get(look, -1) for number, look in zip(numbers, looks_of_row, strict=True))
        if -1 not in told:
            found.add(told)
    return _plain(TableConstraint(scope, tuple(classes), frozenset(found), table.origin))


def _plain(table: TableConstraint) -> TableConstraint | ClauseConstraint | None:
    """A table in the form that all tables of its meaning have."""
    if not table.rows:
        return ClauseConstraint((), table.origin)
    table = with_fewest_classes(table)
    if not table.scope:
        return None
    return table if table.rows else ClauseConstraint((), table.origin)


# ---------------------------------------------------------------- sums


def _linear(
    linear: LinearConstraint, views: Sequence[View], sizes: Sequence[int]
) -> LinearConstraint | ClauseConstraint | None:
    unless = _literals(linear.unless, views, sizes)
    if unless is None and linear.unless:
        return None
    unless = unless or ()
    fixed = 0
    weights: dict[int, list[int]] = {}
    for term in linear.terms:
        view = views[term.variable]
        if view.target is None:
            fixed += term.weights[view.values[0]]
            continue
        of_target = weights.setdefault(view.target, [0] * sizes[view.target])
        for at, value in enumerate(view.values):
            of_target[at] += term.weights[value]
    for target, found in weights.items():
        least = min(found, default=0)
        fixed += least
        weights[target] = [weight - least for weight in found]
    terms = {target: found for target, found in sorted(weights.items()) if any(found)}
    step = gcd(*(weight for found in terms.values() for weight in found)) or 1
    most = sum(max(found) for found in terms.values()) // step
    lower = None if linear.lower is None else -((fixed - linear.lower) // step)
    upper = None if linear.upper is None else (linear.upper - fixed) // step
    lower = None if lower is None or lower <= 0 else lower
    upper = None if upper is None or upper >= most else upper
    if lower is None and upper is None:
        return None
    if (lower is not None and lower > most) or (upper is not None and upper < (lower or 0)):
        return ClauseConstraint(unless, linear.origin)
    told = tuple(
        LinearTerm(target, tuple(weight // step for weight in found)) for target, found in terms.items()
    )
    return LinearConstraint(told, lower, upper, unless, linear.origin)


# ---------------------------------------------------------------- what can only be tried out


def _predicate(
    predicate: PredicateConstraint, views: Sequence[View], sizes: Sequence[int]
) -> PredicateConstraint | TableConstraint | ClauseConstraint | None:
    seen = [views[variable] for variable in predicate.scope]
    scope = tuple(sorted({view.target for view in seen if view.target is not None}))
    function = _reading(predicate, seen, scope)
    if not scope:
        return None if function(()) else ClauseConstraint((), predicate.origin)
    if predicate.classes is None:
        return PredicateConstraint(scope, function, predicate.origin)
    of_variables = predicate.classes
    classes = []
    for target in scope:
        number: dict[tuple[int, ...], int] = {}
        read = [
            (of, view.values) for of, view in zip(of_variables, seen, strict=True) if view.target == target
        ]
        looks = (tuple(of[values[at]] for of, values in read) for at in range(sizes[target]))
        classes.append(tuple(number.setdefault(look, len(number)) for look in looks))
    amounts = [len(set(of)) for of in classes]
    if prod(amounts) > MOST_CASES:
        return PredicateConstraint(scope, function, predicate.origin, tuple(classes))
    first = [[of.index(name) for name in range(amount)] for of, amount in zip(classes, amounts, strict=True)]
    rows = frozenset(
        row
        for row in product(*map(range, amounts))
        if function(tuple(at[name] for at, name in zip(first, row, strict=True)))
    )
    return _plain(TableConstraint(scope, tuple(classes), rows, predicate.origin))


def _reading(
    predicate: PredicateConstraint, seen: Sequence[View], scope: tuple[int, ...]
) -> Callable[[tuple[int, ...]], bool]:
    position = {target: at for at, target in enumerate(scope)}
    places = [(None if view.target is None else position[view.target], view.values) for view in seen]

    def asked(values: tuple[int, ...]) -> bool:
        return predicate.function(tuple(own[0 if at is None else values[at]] for at, own in places))

    return asked
