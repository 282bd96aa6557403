"""Propagation: values that no solution can contain, found without a search.

Each constraint is compiled once into a *propagator* that narrows the value sets
of its variables, and all propagators run until none narrows anything:

| Kind      | How it narrows                                                                            |
|-----------|-------------------------------------------------------------------------------------------|
| Clause    | the last literal that can still hold must hold                                            |
| Table     | generalised arc consistency over classes: rows as bits, after Demeulenaere et al.,         |
|           | "Compact-Table", CP 2016                                                                  |
| Linear    | bounds consistency: a weight must fit into what the other terms' extremes leave           |
| Sorted    | bounds consistency, which for a chain of `<=` is all there is                             |
| Predicate | tried class by class once the values left of all its variables but one look alike          |

What is removed is in no solution. What remains may still be in none, except that a
constraint with one variable left open keeps exactly the values that satisfy it. The
result does not depend on the order of the constraints: propagators are monotone, so the fixpoint is unique.
"""

from bisect import bisect_left, bisect_right
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from itertools import compress, pairwise

from attrs import frozen

from configurator.csp.constraints import (
    ClauseConstraint,
    Constraint,
    LinearConstraint,
    Literal,
    PredicateConstraint,
    SortedConstraint,
    TableConstraint,
)
from configurator.csp.problem import ConstraintProblem
from configurator.csp.value_sets import ValueSet, ValueSets, least, value_set, values_in

Changed = list[int] | None
"""The variables whose sets were narrowed, or `None` when the constraint cannot hold any more."""

BLANK = 1
"""The set that holds value 0 alone: "blank" in a sorted chain."""


@frozen(eq=False)
class ClausePropagator:
    """At least one literal holds; literals on one variable are merged.

    Attributes:
        literals: for each variable of the scope the values that make the clause true.
    """

    scope: tuple[int, ...]
    literals: tuple[ValueSet, ...]

    @classmethod
    def compile(cls, constraint: ClauseConstraint) -> "ClausePropagator":
        """Merge the literals by variable."""
        merged = _merged_literals(constraint.literals)
        return cls(tuple(merged), tuple(merged.values()))

    def narrow(self, domains: list[ValueSet]) -> Changed:
        """Narrow the sets in place."""
        last = -1
        for variable, values in zip(self.scope, self.literals, strict=True):
            domain = domains[variable]
            common = domain & values
            if common == domain:
                return []
            if common:
                if last >= 0:
                    return []
                last, kept = variable, common
        if last < 0:
            return None
        domains[last] = kept
        return [last]

    def entailed(self, domains: Sequence[ValueSet]) -> bool:
        """Whether it holds for every combination of the values left."""
        return any(domains[v] & ~values == 0 for v, values in zip(self.scope, self.literals, strict=True))


@frozen(eq=False)
class TablePropagator:
    """The values' classes form one of the rows. Row `r` is bit `r`.

    Attributes:
        class_of: for each column, the class of each value, numbered from 0.
        columns: for each column and class, the values of the class and the rows that name it.
        rows: the allowed tuples of classes, ascending.
    """

    scope: tuple[int, ...]
    class_of: tuple[tuple[int, ...], ...]
    columns: tuple[tuple[tuple[ValueSet, int], ...], ...]
    rows: tuple[tuple[int, ...], ...]

    @classmethod
    def compile(cls, constraint: TableConstraint) -> "TablePropagator":
        """Number the classes of each column and turn rows into bits."""
        numbers = tuple(
            {name: number for number, name in enumerate(sorted(set(classes)))}
            for classes in constraint.classes
        )
        # A row with a class that no value has can never be met.
        rows = sorted(
            tuple(number[name] for number, name in zip(numbers, row, strict=True))
            for row in constraint.rows
            if all(name in number for number, name in zip(numbers, row, strict=True))
        )
        class_of = tuple(
            tuple(number[name] for name in classes)
            for number, classes in zip(numbers, constraint.classes, strict=True)
        )
        columns = tuple(
            tuple(
                zip(
                    _members(classes, len(number)),
                    _members([row[i] for row in rows], len(number)),
                    strict=True,
                )
            )
            for i, (number, classes) in enumerate(zip(numbers, class_of, strict=True))
        )
        return cls(constraint.scope, class_of, columns, tuple(rows))

    def living_rows(self, domains: Sequence[ValueSet]) -> int:
        """The rows whose classes all still have a value, as bits."""
        living = (1 << len(self.rows)) - 1
        for variable, column in zip(self.scope, self.columns, strict=True):
            domain = domains[variable]
            present = 0
            for values, rows in column:
                if values & domain:
                    present |= rows
            living &= present
            if not living:
                break
        return living

    def narrow(self, domains: list[ValueSet]) -> Changed:
        """Narrow the sets in place."""
        living = self.living_rows(domains)
        if not living:
            return None
        changed = []
        for variable, column in zip(self.scope, self.columns, strict=True):
            domain = domains[variable]
            supported = 0
            for values, rows in column:
                if rows & living:
                    supported |= values
            if domain & ~supported:
                domains[variable] = domain & supported
                changed.append(variable)
        return changed

    def entailed(self, domains: Sequence[ValueSet]) -> bool:
        """Whether it holds for every combination of the values left."""
        combinations = 1
        for variable, column in zip(self.scope, self.columns, strict=True):
            combinations *= sum(1 for values, _ in column if values & domains[variable])
        return self.living_rows(domains).bit_count() == combinations

    def rows_among(self, living: int, columns: Sequence[int]) -> frozenset[tuple[int, ...]]:
        """The given rows, each cut down to the given columns."""
        bits = bin(living)[:1:-1]
        rows = compress(self.rows, map(int, bits))
        return frozenset(tuple(row[column] for column in columns) for row in rows)


@frozen(eq=False)
class WeightScale:
    """The weights of one term, ascending, with the values up to each.

    Attributes:
        weights: the weight of each value.
        steps: the different weights, ascending.
        up_to: for each step the values that weigh no more.
    """

    weights: tuple[int, ...]
    steps: tuple[int, ...]
    up_to: tuple[ValueSet, ...]

    @classmethod
    def compile(cls, weights: tuple[int, ...]) -> "WeightScale":
        """Sort the weights."""
        steps = tuple(sorted(set(weights)))
        number = {weight: index for index, weight in enumerate(steps)}
        up_to: list[ValueSet] = []
        for members in _members([number[weight] for weight in weights], len(steps)):
            up_to.append(members | (up_to[-1] if up_to else 0))
        return cls(weights, steps, tuple(up_to))

    def extremes(self, domain: ValueSet) -> tuple[int, int]:
        """The smallest and largest weight in a set that is not empty."""
        if domain & (domain - 1) == 0:
            weight = self.weights[domain.bit_length() - 1]
            return weight, weight
        low, high = 0, len(self.steps) - 1
        while low < high:
            middle = (low + high) // 2
            if self.up_to[middle] & domain:
                high = middle
            else:
                low = middle + 1
        smallest = low
        high = len(self.steps) - 1
        while low < high:
            middle = (low + high) // 2
            if domain & ~self.up_to[middle]:
                low = middle + 1
            else:
                high = middle
        return self.steps[smallest], self.steps[low]

    def at_most(self, bound: int) -> ValueSet:
        """The values that weigh no more than the bound."""
        index = bisect_right(self.steps, bound)
        return self.up_to[index - 1] if index else 0

    def below(self, bound: int) -> ValueSet:
        """The values that weigh less than the bound."""
        index = bisect_left(self.steps, bound)
        return self.up_to[index - 1] if index else 0


@frozen(eq=False)
class LinearPropagator:
    """The weighted sum lies between the bounds, unless a literal holds.

    Attributes:
        terms: the variables that add to the sum.
        scales: their weights.
        excuses: for each variable with `unless` literals the values that excuse the sum.
    """

    scope: tuple[int, ...]
    terms: tuple[int, ...]
    scales: tuple[WeightScale, ...]
    lower: int | None
    upper: int | None
    excuses: tuple[tuple[int, ValueSet], ...]

    @classmethod
    def compile(cls, constraint: LinearConstraint) -> "LinearPropagator":
        """Sort the weights of each term and merge the literals."""
        return cls(
            constraint.scope,
            tuple(term.variable for term in constraint.terms),
            tuple(WeightScale.compile(term.weights) for term in constraint.terms),
            constraint.lower,
            constraint.upper,
            tuple(_merged_literals(constraint.unless).items()),
        )

    def extremes(self, domains: Sequence[ValueSet]) -> list[tuple[int, int]]:
        """For each term the smallest and largest weight left."""
        return [scale.extremes(domains[v]) for v, scale in zip(self.terms, self.scales, strict=True)]

    def narrow(self, domains: list[ValueSet]) -> Changed:
        """Narrow the sets in place."""
        excuses = [(v, domains[v] & values) for v, values in self.excuses if domains[v] & values]
        if any(domains[variable] == values for variable, values in excuses):
            return []
        extremes = self.extremes(domains)
        smallest, largest = sum(low for low, _ in extremes), sum(high for _, high in extremes)
        if len(excuses) > 1:
            return []
        if excuses:
            return self._narrow_excuse(domains, *excuses[0], extremes, smallest, largest)
        if self._outside(smallest, largest):
            return None
        changed = []
        for variable, scale, (low, high) in zip(self.terms, self.scales, extremes, strict=True):
            narrowed = domains[variable] & self._fitting(scale, low, high, smallest, largest)
            if not narrowed:
                return None
            if narrowed != domains[variable]:
                domains[variable] = narrowed
                changed.append(variable)
        return changed

    def entailed(self, domains: Sequence[ValueSet]) -> bool:
        """Whether it holds for every combination of the values left."""
        if any(domains[variable] & ~values == 0 for variable, values in self.excuses):
            return True
        extremes = self.extremes(domains)
        return (self.lower is None or sum(low for low, _ in extremes) >= self.lower) and (
            self.upper is None or sum(high for _, high in extremes) <= self.upper
        )

    def _outside(self, smallest: int, largest: int) -> bool:
        return (self.upper is not None and smallest > self.upper) or (
            self.lower is not None and largest < self.lower
        )

    def _fitting(self, scale: WeightScale, low: int, high: int, smallest: int, largest: int) -> ValueSet:
        """The values of a term, between its extremes, that the other terms leave room for."""
        fitting = scale.up_to[-1]
        if self.upper is not None and high > (room := self.upper - smallest + low):
            fitting = scale.at_most(room)
        if self.lower is not None and low < (need := self.lower - largest + high):
            fitting &= ~scale.below(need)
        return fitting

    def _narrow_excuse(
        self,
        domains: list[ValueSet],
        variable: int,
        excusing: ValueSet,
        extremes: list[tuple[int, int]],
        smallest: int,
        largest: int,
    ) -> Changed:
        """The last variable that may excuse the sum does so, or fits into it."""
        if variable in self.terms:
            term = self.terms.index(variable)
            kept = excusing | self._fitting(self.scales[term], *extremes[term], smallest, largest)
        elif self._outside(smallest, largest):
            kept = excusing
        else:
            return []
        if domains[variable] & ~kept == 0:
            return []
        domains[variable] &= kept
        return [variable]


@frozen(eq=False)
class SortedPropagator:
    """The values never fall when blank (0) counts as the highest: only blanks can follow a blank."""

    scope: tuple[int, ...]

    def narrow(self, domains: list[ValueSet]) -> Changed:
        """Narrow the sets in place."""
        changed = set()
        for before, after in pairwise(self.scope):
            allowed = BLANK
            if filled := domains[before] & ~BLANK:
                allowed |= -1 << least(filled)
            if domains[after] & ~allowed:
                domains[after] &= allowed
                changed.add(after)
            if not domains[after]:
                return None
        for before, after in pairwise(reversed(self.scope)):
            if domains[before] & BLANK:
                continue
            allowed = ((1 << domains[before].bit_length()) - 1) & ~BLANK
            if domains[after] & ~allowed:
                domains[after] &= allowed
                changed.add(after)
            if not domains[after]:
                return None
        return sorted(changed)

    def entailed(self, domains: Sequence[ValueSet]) -> bool:
        """Whether it holds for every combination of the values left."""
        for before, after in pairwise(self.scope):
            filled = domains[after] & ~BLANK
            if filled and (domains[before] & BLANK or domains[before].bit_length() - 1 > least(filled)):
                return False
        return True


@frozen(eq=False)
class PredicatePropagator:
    """The function says yes.

    Attributes:
        members: for each column and class the values of the class; without known classes every value is one.
    """

    scope: tuple[int, ...]
    function: Callable[[tuple[int, ...]], bool]
    class_of: tuple[tuple[int, ...], ...] | None
    members: tuple[tuple[ValueSet, ...], ...]

    @classmethod
    def compile(cls, constraint: PredicateConstraint) -> "PredicatePropagator":
        """Gather the values of each class."""
        if constraint.classes is None:
            return cls(constraint.scope, constraint.function, None, ())
        class_of = tuple(map(_numbered, constraint.classes))
        members = tuple(_members(classes, max(classes, default=-1) + 1) for classes in class_of)
        return cls(constraint.scope, constraint.function, class_of, members)

    def alike(self, column: int, value: int) -> ValueSet:
        """The values of a column that look like this one to the function, itself among them."""
        if self.class_of is None:
            return 1 << value
        return self.members[column][self.class_of[column][value]]

    def open_columns(self, domains: Sequence[ValueSet]) -> list[int]:
        """The columns whose values left do not all look alike."""
        return [
            column
            for column, variable in enumerate(self.scope)
            if domains[variable] & ~self.alike(column, least(domains[variable]))
        ]

    def narrow(self, domains: list[ValueSet]) -> Changed:
        """Narrow the sets in place."""
        open_columns = self.open_columns(domains)
        if len(open_columns) > 1:
            return []
        values = [least(domains[variable]) for variable in self.scope]
        if not open_columns:
            return [] if self.function(tuple(values)) else None
        column = open_columns[0]
        variable = self.scope[column]
        rest, kept = domains[variable], 0
        while rest:
            values[column] = least(rest)
            alike = self.alike(column, values[column])
            if self.function(tuple(values)):
                kept |= rest & alike
            rest &= ~alike
        if kept == domains[variable]:
            return []
        domains[variable] = kept
        return [variable] if kept else None

    def entailed(self, domains: Sequence[ValueSet]) -> bool:
        """Whether it holds for every combination of the values left: known when at most one is open.

        By then `narrow` has removed what breaks it.
        """
        return len(self.open_columns(domains)) <= 1


Propagator = ClausePropagator | TablePropagator | LinearPropagator | SortedPropagator | PredicatePropagator


@frozen(eq=False)
class Propagation:
    """All propagators of a problem, ready to run.

    Attributes:
        propagators: one per constraint, in the problem's order.
        watchers: for each variable the positions of the propagators that read it.
    """

    propagators: tuple[Propagator, ...]
    watchers: tuple[tuple[int, ...], ...]

    @classmethod
    def of(cls, problem: ConstraintProblem) -> "Propagation":
        """Compile each constraint once."""
        propagators = tuple(compile_propagator(constraint) for constraint in problem.constraints)
        watchers: list[list[int]] = [[] for _ in problem.variables]
        for position, propagator in enumerate(propagators):
            for variable in propagator.scope:
                watchers[variable].append(position)
        return cls(propagators, tuple(map(tuple, watchers)))

    def narrowed(
        self,
        domains: ValueSets,
        touched: Iterable[int] | None = None,
        checkpoint: Callable[[], None] | None = None,
    ) -> ValueSets | None:
        """The sets without the values found impossible; `None` when nothing is possible.

        Args:
            domains: what each variable may take.
            touched: the variables whose sets shrank since the last fixpoint; `None` for a first run.
            checkpoint: called before each propagator runs; it may raise to end the work.
        """
        if not all(domains):
            return None
        sets = list(domains)
        if touched is None:
            queue = deque(range(len(self.propagators)))
        else:
            queue = deque(dict.fromkeys(p for variable in touched for p in self.watchers[variable]))
        waiting = set(queue)
        while queue:
            if checkpoint is not None:
                checkpoint()
            position = queue.popleft()
            waiting.remove(position)
            changed = self.propagators[position].narrow(sets)
            if changed is None:
                return None
            for variable in changed:
                for watcher in self.watchers[variable]:
                    if watcher not in waiting:
                        waiting.add(watcher)
                        queue.append(watcher)
        return tuple(sets)


def compile_propagator(constraint: Constraint) -> Propagator:
    """The propagator of one constraint."""
    match constraint:
        case ClauseConstraint():
            return ClausePropagator.compile(constraint)
        case TableConstraint():
            return TablePropagator.compile(constraint)
        case LinearConstraint():
            return LinearPropagator.compile(constraint)
        case SortedConstraint(scope=scope):
            return SortedPropagator(scope)
        case PredicateConstraint():
            return PredicatePropagator.compile(constraint)


def propagate(
    problem: ConstraintProblem, domains: Sequence[Iterable[int]]
) -> tuple[tuple[int, ...], ...] | None:
    """For each variable the given values, less those that propagation finds to be in no solution.

    Ascending; `None` when there is no solution for certain. For repeated use compile a `Propagation` once.
    """
    narrowed = Propagation.of(problem).narrowed(tuple(map(value_set, domains)))
    return None if narrowed is None else tuple(map(values_in, narrowed))


def _merged_literals(literals: Iterable[Literal]) -> dict[int, ValueSet]:
    """The values of all literals by variable, ascending, without literals that cannot hold."""
    merged: dict[int, ValueSet] = {}
    for literal in literals:
        merged[literal.variable] = merged.get(literal.variable, 0) | value_set(literal.values)
    return {variable: merged[variable] for variable in sorted(merged) if merged[variable]}


def _numbered(classes: tuple[int, ...]) -> tuple[int, ...]:
    """The same classes, numbered from 0."""
    numbers: dict[int, int] = {}
    return tuple([numbers.setdefault(name, len(numbers)) for name in classes])


def _members(numbers: Sequence[int], count: int) -> tuple[ValueSet, ...]:
    """For each number below `count` the set of positions that hold it."""
    positions: list[list[int]] = [[] for _ in range(count)]
    for position, number in enumerate(numbers):
        positions[number].append(position)
    return tuple(map(value_set, positions))
