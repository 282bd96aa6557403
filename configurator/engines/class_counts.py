"""Counts of mixed slots over large families, for engines that search: class by class, not one by one.

Four units of 2,000 components are 668,668,500,500 multisets, too many for any search. Where rules tell few
components apart they are few cases all the same:

1. Each mixed slot becomes one variable whose values are its atoms, so many of each kind (`grouping`). A slot
   whose positions are not alike, or with too many atoms, stays a chain of positions.
2. Values and atoms that no constraint tells apart become one value, their class.
3. The engine finds the solutions of this smaller problem in its own way. Each counts as often as its classes
   can be settled under the assumptions: a product of whole numbers, one for each variable.

Steps 1 and 2 are the same for all engines, and the diagram takes the first as well. An engine that shared
them everywhere would be no second opinion, so what is small is counted as it was given. Feasibility, lists
and domains are never asked of the smaller problem.
"""

from collections.abc import Callable, Sequence
from math import prod
from threading import Lock
from typing import Protocol

import numpy as np
from attrs import evolve, field, frozen

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
from configurator.csp.value_sets import ValueSets
from configurator.csp.variables import Assumptions
from configurator.engines.diagram.compiling.grouping import MultisetPart, grouped
from configurator.engines.diagram.decisions import Decision
from configurator.engines.diagram.numbering import combined
from configurator.engines.diagram.whole import Indices, Whole, whole
from configurator.engines.engine import SearchLimits, Unknown
from configurator.engines.propagated import PropagatedProblem, assumed_sets
from configurator.engines.sat_encoding import with_tabulated_predicates
from configurator.errors import SearchLimitError

MOST_CLASSES = 20_000
"""Classes of a mixed slot above which it is not counted by classes: propagation keeps sets of values as
bits, up to one set for each value, and their memory grows with the square."""

Weights = tuple[tuple[int, ...], ...]
"""For each variable and value how often the value counts; 0 for one that may not be taken."""


class ClassSearch(Protocol):
    """A problem that an engine has prepared to be counted with weights."""

    def count_weighted(self, weights: Weights, limits: SearchLimits) -> int:
        """The sum over all solutions of the product of their values' weights.

        Raises:
            SearchLimitError: a limit ended the count.
        """


# ---------------------------------------------------------------- the smaller problem


@frozen(eq=False)
class ClassProblem:
    """A problem whose values are classes.

    Attributes:
        problem: the smaller problem.
        decisions: for each of its variables what its classes stand for.
        chains: for each mixed slot that stays a chain of positions why.
    """

    problem: ConstraintProblem
    decisions: tuple[Decision, ...] = field(repr=False)
    chains: tuple[str, ...]

    @classmethod
    def of(cls, problem: ConstraintProblem, limits: SearchLimits) -> "ClassProblem":
        """Group mixed slots and number the classes.

        Give it constraints as they were lowered: fused tables may hide that positions are alike.

        Raises:
            SearchLimitError: the time is up, no slot can be grouped, or one has more than `MOST_CLASSES`.
        """
        everything = assumed_sets(problem, {})
        groups = grouped(with_tabulated_predicates(problem, everything, limits.check), (), limits)
        slots = [at for at, part in enumerate(groups.parts) if isinstance(part, MultisetPart)]
        if not slots:
            raise SearchLimitError("; ".join(groups.chains))
        limits.check()
        class_of = classes_told_apart(groups.problem)
        for slot in slots:
            if (classes := int(class_of[slot].max()) + 1) > MOST_CLASSES:
                name = groups.problem.variables[slot].name
                raise SearchLimitError(f"`{name}` has {classes:,} cases that rules tell apart")
        limits.check()
        decisions = (part.decision(found) for part, found in zip(groups.parts, class_of, strict=True))
        return cls(over_classes(groups.problem, class_of), tuple(decisions), groups.chains)

    def weights(self, assumptions: Assumptions) -> Weights:
        """In how many ways each class can be settled, under assumptions about the problem that was given.

        Raises:
            SearchLimitError: the assumptions cut a mixed slot into too many cases.
        """
        return tuple(
            tuple(decision.restricted(assumptions).multiplicity.tolist()) for decision in self.decisions
        )


def classes_told_apart(problem: ConstraintProblem) -> tuple[Indices, ...]:
    """For each variable the class of each value: values are of one where each constraint sees them alike.

    As `Interchangeability`, but in arrays, since atoms may be too many for sets of bits, and numbered from 0
    in the order of the smallest values. Values that a predicate reads stay apart.
    """
    views: list[list[Indices]] = [[] for _ in problem.variables]
    sizes = [variable.size for variable in problem.variables]

    def view_literals(literals: tuple[Literal, ...]) -> None:
        for literal in literals:
            holding = np.zeros(sizes[literal.variable], np.int64)
            holding[list(literal.values)] = 1
            views[literal.variable].append(holding)

    for constraint in problem.constraints:
        match constraint:
            case ClauseConstraint(literals=literals):
                view_literals(literals)
            case LinearConstraint(terms=terms, unless=unless):
                view_literals(unless)
                for term in terms:
                    views[term.variable].append(_numbers(whole(term.weights)))
            case TableConstraint(scope=scope, classes=classes):
                for variable, of in zip(scope, classes, strict=True):
                    views[variable].append(_numbers(whole(of)))
            case SortedConstraint(scope=scope) | PredicateConstraint(scope=scope):
                for variable in scope:
                    views[variable].append(np.arange(sizes[variable]))
    return tuple(_classes(seen, size) for seen, size in zip(views, sizes, strict=True))


def _numbers(names: Whole) -> Indices:
    """Small numbers for names of any size."""
    found: Indices = np.unique(names, return_inverse=True)[1].reshape(-1).astype(np.int64)
    return found


def _classes(views: list[Indices], size: int) -> Indices:
    """Classes numbered in the order of their smallest values."""
    keys, _ = combined([(view, int(view.max(initial=0)) + 1) for view in views], size)
    _, first, inverse = np.unique(keys, return_index=True, return_inverse=True)
    rank = np.empty(len(first), np.int32)
    rank[np.argsort(first)] = np.arange(len(first), dtype=np.int32)
    return rank[inverse.reshape(-1)]


def over_classes(problem: ConstraintProblem, class_of: Sequence[Indices]) -> ConstraintProblem:
    """The problem with classes as values. Constraints see of each class its smallest value."""
    examples = tuple(tuple(np.unique(found, return_index=True)[1].tolist()) for found in class_of)

    def literals(found: tuple[Literal, ...]) -> tuple[Literal, ...]:
        return tuple(
            Literal(variable, frozenset(at for at, value in enumerate(examples[variable]) if value in values))
            for variable, values in ((literal.variable, literal.values) for literal in found)
        )

    def seen(variable: int, by_value: tuple[int, ...]) -> tuple[int, ...]:
        return tuple(map(by_value.__getitem__, examples[variable]))

    def rewritten(constraint: Constraint) -> Constraint:
        match constraint:
            case ClauseConstraint():
                return evolve(constraint, literals=literals(constraint.literals))
            case LinearConstraint(terms=terms):
                by_class = tuple(
                    LinearTerm(term.variable, seen(term.variable, term.weights)) for term in terms
                )
                return evolve(constraint, terms=by_class, unless=literals(constraint.unless))
            case TableConstraint(scope=scope, classes=classes):
                return evolve(constraint, classes=tuple(map(seen, scope, classes)))
            case SortedConstraint() | PredicateConstraint():
                # Each of their values is a class of its own.
                return constraint

    variables = tuple(
        evolve(variable, size=len(found)) for variable, found in zip(problem.variables, examples, strict=True)
    )
    return ConstraintProblem(variables, tuple(map(rewritten, problem.constraints)))


# ---------------------------------------------------------------- asking


@frozen(eq=False)
class ClassCounts:
    """Counts by classes for one problem of one engine; made ready when the first count needs it.

    Attributes:
        problem: as it was given.
        prepare: how the engine prepares the smaller problem.
        plainly: combinations up to which the problem is counted as it was given.
    """

    problem: ConstraintProblem = field(repr=False)
    prepare: Callable[[ConstraintProblem, SearchLimits], ClassSearch]
    plainly: int
    _lock: Lock = field(factory=Lock, init=False, repr=False)
    _found: list[tuple[ClassProblem, ClassSearch] | SearchLimitError] = field(
        factory=list, init=False, repr=False
    )

    def extended(self, problem: ConstraintProblem) -> "ClassCounts":
        """The same for the problem with more constraints, made anew: they may tell apart what was alike."""
        return ClassCounts(problem, self.prepare, self.plainly)

    def count(
        self,
        form: PropagatedProblem,
        assumptions: Assumptions,
        plain: Callable[[ValueSets, SearchLimits], int],
        limits: SearchLimits,
    ) -> int | Unknown:
        """How many solutions obey the assumptions, by classes where that is worth it.

        Args:
            form: the problem as the engine propagates it.
            assumptions: what is chosen so far.
            plain: the engine's count within a fixpoint of the problem as it was given; it may raise
                `SearchLimitError`.
            limits: for all of it.
        """
        chains: tuple[str, ...] = ()
        try:
            sets = form.assumed(assumptions, limits)
            if sets is None:
                return 0
            if not self._worth_it(form.interchangeability.representatives(sets)):
                return plain(sets, limits)
            try:
                classes, search = self._ready(limits)
                weights = classes.weights(assumptions)
            except SearchLimitError as refused:
                limits.check()
                chains = (refused.reason,)
                return plain(sets, limits)
            chains = classes.chains
            return search.count_weighted(weights, limits)
        except SearchLimitError as stopped:
            return Unknown("; ".join((stopped.reason, *chains)))

    def _worth_it(self, alive: ValueSets) -> bool:
        """Whether there are mixed slots, and too many combinations to be counted plainly."""
        return prod(map(int.bit_count, alive)) > self.plainly and any(
            isinstance(constraint, SortedConstraint) and len(constraint.scope) > 1
            for constraint in self.problem.constraints
        )

    def _ready(self, limits: SearchLimits) -> tuple[ClassProblem, ClassSearch]:
        """The smaller problem, made once.

        Raises:
            SearchLimitError: it cannot be made. Sizes are remembered; for want of time it is tried again.
        """
        with self._lock:
            if not self._found:
                try:
                    classes = ClassProblem.of(self.problem, limits)
                    self._found.append((classes, self.prepare(classes.problem, limits)))
                except SearchLimitError as stopped:
                    limits.check()
                    self._found.append(stopped)
            (found,) = self._found
        if isinstance(found, SearchLimitError):
            raise SearchLimitError(found.reason)
        return found
