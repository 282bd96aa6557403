"""A problem with its propagators: what every engine that searches under assumptions begins with."""

from collections.abc import Sequence
from operator import add

from attrs import field, frozen

from configurator.csp.constraints import ClauseConstraint, Constraint, LinearConstraint, LinearTerm
from configurator.csp.interchangeability import Interchangeability
from configurator.csp.problem import ConstraintProblem
from configurator.csp.propagation import Propagation
from configurator.csp.value_sets import ValueSet, ValueSets, value_set, values_in
from configurator.csp.variables import Assignment, Assumptions
from configurator.engines.engine import SearchLimits

Burdens = tuple[tuple[float, ...], ...]
"""For each variable how much each value takes of what is scarce; empty where nothing is."""


Columns = tuple[tuple[tuple[int, ...], ...], ...]
"""For each variable the weights of its values in some sums, a tuple for each sum."""


@frozen(eq=False)
class Dominance:
    """Values that can always be replaced by a lighter one.

    Where nothing but budgets tells two components apart, a search for any solution needs only the cheaper
    one: a family of thousands, every price different, shrinks to one component for each look.

    Attributes:
        groups: for each variable the values that nothing but one-sided sums can tell apart.
        burdens: for each variable what its values take in those sums; less is never worse.
    """

    groups: tuple[tuple[ValueSet, ...], ...]
    burdens: Columns
    _orders: dict[tuple[int, ValueSet], tuple[int, ...]] = field(factory=dict, init=False, repr=False)
    _last: dict[int, tuple[ValueSet, ValueSet]] = field(factory=dict, init=False, repr=False)

    @classmethod
    def of(cls, problem: ConstraintProblem) -> "Dominance":
        """Set the one-sided sums aside and see what the others tell apart."""
        burdens: list[list[tuple[int, ...]]] = [[] for _ in problem.variables]
        others: list[Constraint] = []
        for constraint in problem.constraints:
            match constraint:
                case LinearConstraint(lower=None, upper=int()) | LinearConstraint(lower=int(), upper=None):
                    sign = 1 if constraint.lower is None else -1
                    for term in constraint.terms:
                        burdens[term.variable].append(tuple(sign * weight for weight in term.weights))
                    # Who excuses the sum is told apart.
                    others.append(ClauseConstraint(constraint.unless))
                case _:
                    others.append(constraint)
        told_apart = Interchangeability.of(ConstraintProblem(problem.variables, tuple(others)))
        return cls(told_apart.groups, tuple(map(tuple, burdens)))

    @classmethod
    def of_later_values(cls, problem: ConstraintProblem) -> "Dominance":
        """The wish for the first solution in ascending order, as if a value were its own weight."""
        sizes = [variable.size for variable in problem.variables]
        return cls(
            tuple(((1 << size) - 1,) if size > 1 else () for size in sizes),
            tuple((tuple(range(size)),) for size in sizes),
        )

    def extended(self, more: "Dominance") -> "Dominance":
        """What both say."""
        return Dominance(
            _told_apart_by_neither(self.groups, more.groups),
            tuple(ours + theirs for ours, theirs in zip(self.burdens, more.burdens, strict=True)),
        )

    def undominated(self, sets: ValueSets) -> ValueSets:
        """The sets without values that another value of the set can replace in every solution."""
        return tuple(
            self._undominated(variable, values) if self.burdens[variable] else values
            for variable, values in enumerate(sets)
        )

    def _undominated(self, variable: int, values: ValueSet) -> ValueSet:
        before, kept = self._last.get(variable, (0, 0))
        if before != values:
            kept = values
            for group in self.groups[variable]:
                if (alive := group & values) & (alive - 1):
                    kept = kept & ~alive | self._lightest(variable, group, alive)
            self._last[variable] = (values, kept)
        return kept

    def _lightest(self, variable: int, group: ValueSet, alive: ValueSet) -> ValueSet:
        """Of the members that are alive those that no other undercuts in one sum while matching it in all."""
        columns = self.burdens[variable]
        if (variable, group) not in self._orders:
            by_burden = sorted(values_in(group), key=lambda value: tuple(each[value] for each in columns))
            self._orders[variable, group] = tuple(by_burden)
        kept: list[int] = []
        for value in self._orders[variable, group]:
            if alive >> value & 1 and not any(
                all(column[other] <= column[value] for column in columns) for other in kept
            ):
                kept.append(value)
                if len(columns) == 1:
                    break
        return value_set(kept)


@frozen(eq=False)
class PropagatedProblem:
    """A problem with its propagators and with the values that its constraints cannot tell apart.

    Attributes:
        written: the same problem as the engine writes it, for example in fused form.
        propagation: the propagators of the problem as written.
        interchangeability: which values the problem as written cannot tell apart.
        burdens: for each variable in a sum that has an upper bound only (a budget) how much of the way
            from lightest to heaviest each value is, added over such sums; empty for others.
        dominance: which values need not be tried where any solution will do.
    """

    written: ConstraintProblem
    propagation: Propagation = field(repr=False)
    interchangeability: Interchangeability = field(repr=False)
    burdens: Burdens = field(repr=False)
    dominance: Dominance = field(repr=False)

    @classmethod
    def of(cls, written: ConstraintProblem) -> "PropagatedProblem":
        """Compile each constraint once."""
        return cls(
            written,
            Propagation.of(written),
            Interchangeability.of(written),
            burdens_of(written),
            Dominance.of(written),
        )

    def extended(self, constraints: tuple[Constraint, ...]) -> "PropagatedProblem":
        """The same with more constraints: only they are compiled."""
        added = PropagatedProblem.of(ConstraintProblem(self.written.variables, constraints))
        before = len(self.propagation.propagators)
        return PropagatedProblem(
            self.written.extended(constraints),
            Propagation(
                self.propagation.propagators + added.propagation.propagators,
                tuple(
                    old + tuple(before + position for position in new)
                    for old, new in zip(self.propagation.watchers, added.propagation.watchers, strict=True)
                ),
            ),
            Interchangeability(
                _told_apart_by_neither(self.interchangeability.groups, added.interchangeability.groups)
            ),
            tuple(
                tuple(map(add, old, new)) if old and new else old or new
                for old, new in zip(self.burdens, added.burdens, strict=True)
            ),
            self.dominance.extended(added.dominance),
        )

    def assumed(self, assumptions: Assumptions, limits: SearchLimits) -> ValueSets | None:
        """The fixpoint of propagation under the assumptions, or `None` when there is none.

        Raises:
            SearchLimitError: the time is up.
            ValueError: an assumption speaks of a variable that does not exist.
        """
        limits.check()
        return self.propagation.narrowed(assumed_sets(self.written, assumptions), checkpoint=limits.check)

    def weighing(self, weights: Sequence[Sequence[int]], limits: SearchLimits) -> ValueSets | None:
        """The fixpoint of propagation over the values whose weight is not 0, or `None` when there is none.

        Raises:
            SearchLimitError: the time is up.
        """
        weighing = (value_set(value for value, weight in enumerate(found) if weight) for found in weights)
        limits.check()
        return self.propagation.narrowed(tuple(weighing), checkpoint=limits.check)

    def restricted(
        self, sets: ValueSets, variable: int, values: ValueSet, limits: SearchLimits
    ) -> ValueSets | None:
        """The fixpoint after one variable of a fixpoint is left with some of its values."""
        child = (*sets[:variable], values, *sets[variable + 1 :])
        return self.propagation.narrowed(child, (variable,), limits.check)

    def replacements(self, witness: Assignment, variable: int, values: ValueSet) -> ValueSet:
        """Which of the values may stand in a solution in place of the variable's own."""
        sets = [1 << value for value in witness]
        sets[variable] = values
        for watcher in self.propagation.watchers[variable]:
            # With one variable open, propagation is exact.
            if self.propagation.propagators[watcher].narrow(sets) is None:
                return 0
        return sets[variable]

    def lightened(
        self, witness: Assignment, candidates: ValueSets, objective: tuple[LinearTerm, ...]
    ) -> Assignment:
        """A solution that costs no more than the given one, and of which no single value could be cheaper."""
        before = None
        while witness != before:
            before = witness
            for term in objective:
                variable, weights = term.variable, term.weights
                choices = values_in(self.replacements(witness, variable, candidates[variable]))
                cheapest = min(choices, key=weights.__getitem__)
                if weights[cheapest] < weights[witness[variable]]:
                    witness = (*witness[:variable], cheapest, *witness[variable + 1 :])
        return witness


def assumed_sets(problem: ConstraintProblem, assumptions: Assumptions) -> ValueSets:
    """For each variable the values of its domain that the assumptions leave it.

    Values that a variable does not have are passed over.

    Raises:
        ValueError: an assumption speaks of a variable that does not exist.
    """
    sets = [(1 << variable.size) - 1 for variable in problem.variables]
    for variable, values in assumptions.items():
        if not 0 <= variable < len(sets):
            raise ValueError(f"no variable {variable} among {len(sets)}")
        size = problem.variables[variable].size
        sets[variable] = value_set(value for value in values if 0 <= value < size)
    return tuple(sets)


def burdens_of(problem: ConstraintProblem) -> Burdens:
    """See `PropagatedProblem.burdens`."""
    burdens: list[tuple[float, ...]] = [() for _ in problem.variables]
    for constraint in problem.constraints:
        match constraint:
            case LinearConstraint(terms=terms, lower=None, upper=int()):
                for variable, weights in ((term.variable, term.weights) for term in terms if term.weights):
                    least_weight = min(weights)
                    span = max(weights) - least_weight or 1
                    added = tuple((weight - least_weight) / span for weight in weights)
                    before = burdens[variable] or (0.0,) * len(weights)
                    burdens[variable] = tuple(map(add, before, added))
            case _:
                pass
    return tuple(burdens)


Groups = tuple[tuple[ValueSet, ...], ...]
"""For each variable disjoint sets of two values or more; values in none stand alone."""


def _told_apart_by_neither(first: Groups, second: Groups) -> Groups:
    """The groups whose members belong together by both."""
    return tuple(
        tuple(common for group in ours for common in _split(group, theirs))
        for ours, theirs in zip(first, second, strict=True)
    )


def _split(group: ValueSet, others: tuple[ValueSet, ...]) -> list[ValueSet]:
    """The parts of a group, of two members or more, that lie in one of the other groups each."""
    if any(group & ~other == 0 for other in others[:1]):
        return [group]
    return [common for other in others if (common := group & other).bit_count() > 1]
