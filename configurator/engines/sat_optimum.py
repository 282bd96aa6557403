"""The cheapest solution, from below: by what cannot be had together.

Each weight of the objective is a wish ("no more than this"), and all wishes are assumed at once. When they
contradict each other, the solver names a *core*, wishes of which one must be given up: so the least cost is
raised by the smallest weight among them, and a counter of how many are given up takes their place,
wishing for no more than one. When no contradiction is left, the solution found costs just that.

That is OLL (Andres, Kaufmann, Matheis, Schaub, "Unsatisfiability-based optimization in clasp", ICLP 2012)
as RC2 does it (Ignatiev, Morgado, Marques-Silva, "RC2: an Efficient MaxSAT Solver", JSAT 11, 2019): heavy
wishes first, cores made small, counters raised as far as they go at once. Weights are whole numbers
of any size.
"""

from collections.abc import Sequence
from typing import Protocol

from attrs import define, field, frozen

from configurator.csp.value_sets import ValueSets
from configurator.csp.variables import Assignment
from configurator.engines.engine import Objective, SearchLimits
from configurator.engines.propagated import PropagatedProblem
from configurator.engines.sat_encoding import Encoding


class CoreSolver(Protocol):
    """What is asked of a solver."""

    @property
    def encoding(self) -> Encoding:
        """The problem's clauses, to which counters are added."""

    def find(
        self, sets: ValueSets, wanted: None, limits: SearchLimits, demanded: Sequence[int]
    ) -> Assignment | None:
        """A solution within sets in which the demanded literals hold, or `None`.

        Raises:
            SearchLimitError: the time is up.
        """

    def core(self) -> list[int]:
        """Of the literals that were demanded the last time in vain some that suffice."""

    def refutes(self, literals: Sequence[int]) -> bool:
        """Whether the solver finds, with little effort, that the literals cannot hold together."""


@define(eq=False)
class Counter:
    """How many of some literals hold, as literals "at least so many": a tree of sums in unary.

    Attributes:
        size: how many literals there are.
        reached: the literals "at least 1", "at least 2", ..., as far as they were needed.
        halves: the counters of either half; none of a single literal.
    """

    size: int
    reached: list[int]
    halves: tuple["Counter", ...] = ()

    @classmethod
    def of(cls, literals: Sequence[int]) -> "Counter":
        """A counter of one literal or more; nothing is said of it yet."""
        if len(literals) == 1:
            return cls(1, list(literals))
        middle = len(literals) // 2
        return cls(len(literals), [], (cls.of(literals[:middle]), cls.of(literals[middle:])))

    def at_least(self, number: int, encoding: Encoding) -> int:
        """A literal that holds when so many of the literals do; from 1 to `size`."""
        while len(self.reached) < number:
            target = len(self.reached) + 1
            literal = encoding.new_literal()
            first, second = self.halves
            for ours in range(max(0, target - second.size), min(first.size, target) + 1):
                clause = [literal]
                if ours:
                    clause.append(-first.at_least(ours, encoding))
                if target - ours:
                    clause.append(-second.at_least(target - ours, encoding))
                encoding.clause(clause)
            self.reached.append(literal)
        return self.reached[number - 1]


@frozen
class Limit:
    """The wish that fewer than `number` of a counter's literals hold."""

    counter: Counter
    number: int


@define(eq=False)
class CoreGuidedSearch:
    """One search for the cheapest solution.

    INVARIANT: a solution costs `refuted` and the weights of the wishes it does not fulfil, if counters
    are taken at their word.

    Attributes:
        solver: knows the problem, and nothing but it.
        sets: what each variable may take; none is empty.
        wishes: literals with the weight each costs if it does not hold.
        refuted: what a solution costs at least.
        limits: of the search.
    """

    solver: CoreSolver
    sets: ValueSets
    limits: SearchLimits
    wishes: dict[int, int] = field(factory=dict)
    refuted: int = 0
    _limited: dict[int, Limit] = field(factory=dict)

    @classmethod
    def of(
        cls, solver: CoreSolver, sets: ValueSets, objective: Objective, limits: SearchLimits
    ) -> "CoreGuidedSearch":
        """Every step from a weight to the next one is a wish not to take it."""
        search = cls(solver, sets, limits)
        for term in objective:
            ladder = solver.encoding.ladder(term)
            search.refuted += ladder.steps[0]
            for position in range(1, len(ladder.steps)):
                step = ladder.steps[position] - ladder.steps[position - 1]
                search._wish(-ladder.at_least[position], step)
        return search

    def best(self) -> Assignment | None:
        """A solution that costs `refuted` in the end; `None` when there is no solution at all.

        Raises:
            SearchLimitError: the time is up.
        """
        level = max(self.wishes.values(), default=0)
        while True:
            demanded = [wish for wish, weight in self.wishes.items() if weight >= level]
            found = self.solver.find(self.sets, None, self.limits, demanded)
            if found is None:
                core = self.solver.core()
                if not core:
                    return None
                self._give_up(self._small(core))
                continue
            lighter = [weight for weight in self.wishes.values() if weight < level]
            if not lighter:
                return found
            # All that weigh at least half as much as the next come together.
            level = (max(lighter) + 1) // 2

    def first(self, witness: Assignment, form: PropagatedProblem) -> Assignment:
        """The first in ascending order of the solutions that are as good as the one that `best` has found.

        They are those that fulfil every wish there is in the end.

        Args:
            witness: what `best` has found.
            form: the problem with its propagators, and the objective bound to the least cost.

        Raises:
            SearchLimitError: the time is up.
        """
        demanded = list(self.wishes)
        left = form.propagation.narrowed(self.sets, checkpoint=self.limits.check)
        for variable in range(len(self.sets)):
            assert left is not None
            while earlier := left[variable] & ((1 << witness[variable]) - 1):
                sets = form.restricted(left, variable, earlier, self.limits)
                found = None if sets is None else self.solver.find(sets, None, self.limits, demanded)
                if found is None:
                    break
                witness = found
            left = form.restricted(left, variable, 1 << witness[variable], self.limits)
        return witness

    def _wish(self, wish: int, weight: int) -> None:
        self.wishes[wish] = self.wishes.get(wish, 0) + weight

    def _small(self, core: list[int]) -> list[int]:
        """The core without what it does not need, as far as little effort tells; light wishes go first."""
        for wish in sorted(core, key=self.wishes.__getitem__):
            self.limits.check()
            rest = [each for each in core if each != wish]
            if len(core) > 1 and self.solver.refutes(rest):
                core = rest
        return core

    def _give_up(self, core: list[int]) -> None:
        """Pay for one wish of a core, and wish instead that no more than one be given up."""
        encoding = self.solver.encoding
        weight = min(self.wishes[wish] for wish in core)
        self.refuted += weight
        encoding.clause([-wish for wish in core])
        for wish in core:
            self.wishes[wish] -= weight
            if not self.wishes[wish]:
                del self.wishes[wish]
            if wish in self._limited:
                limit = self._limited[wish]
                self._limit(limit.counter, limit.number + 1, weight)
        if len(core) > 1:
            counter, number = Counter.of([-wish for wish in core]), 2
            # One is given up in any case; perhaps more are.
            while number <= counter.size and self.solver.refutes([-counter.at_least(number, encoding)]):
                self.limits.check()
                encoding.clause([counter.at_least(number, encoding)])
                self.refuted += weight
                number += 1
            self._limit(counter, number, weight)

    def _limit(self, counter: Counter, number: int, weight: int) -> None:
        if number <= counter.size:
            wish = -counter.at_least(number, self.solver.encoding)
            self._limited[wish] = Limit(counter, number)
            self._wish(wish, weight)
