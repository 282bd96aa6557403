"""Answers made of other answers, for engines that have no shorter way."""

from collections.abc import Callable, Iterator, Sequence
from itertools import product
from math import prod

from attrs import frozen

from configurator.csp.constraints import LinearConstraint
from configurator.csp.problem import ConstraintProblem, check_constraint
from configurator.csp.value_sets import ValueSet, ValueSets, is_single, least, values_in
from configurator.csp.variables import Assignment, Assumptions
from configurator.engines.engine import (
    Domains,
    Feasibility,
    Feasible,
    Infeasible,
    Objective,
    Optimum,
    PreparedProblem,
    SearchLimits,
    Unknown,
)
from configurator.engines.propagated import PropagatedProblem
from configurator.errors import SearchLimitError

LARGEST_COUNT = 100_000
"""Most steps of a count that goes from solution to solution: about a minute's work."""
COUNTED_PLAINLY = 2_000
"""Combinations up to which mixed slots are counted position by position: so far an engine is a second opinion
on what others make of them."""

Ask = Callable[[int, ValueSet, ValueSets], Feasibility]
"""Whether there is a solution in which a variable takes one of some values, being told as well which values
of all variables are still to be proven."""

Replacements = Callable[[Assignment, int, ValueSet], ValueSet]
"""Which of some values of a variable may stand in a solution in place of the one it has there."""


def allowed_values(problem: ConstraintProblem, assumptions: Assumptions) -> Domains:
    """For each variable the values of its domain that the assumptions leave it, ascending.

    Values that a variable does not have are passed over.

    Raises:
        ValueError: an assumption speaks of a variable that does not exist.
    """
    for variable in assumptions:
        if not 0 <= variable < len(problem.variables):
            raise ValueError(f"no variable {variable} among {len(problem.variables)}")
    return tuple(
        tuple(
            value for value in range(variable.size) if index not in assumptions or value in assumptions[index]
        )
        for index, variable in enumerate(problem.variables)
    )


def domains_of(solutions: Iterator[Assignment], variables: int) -> Domains:
    """The valid domains as the union of all solutions: as costly as listing them."""
    seen: list[set[int]] = [set() for _ in range(variables)]
    for solution in solutions:
        for values, value in zip(seen, solution, strict=True):
            values.add(value)
    return tuple(tuple(sorted(values)) for values in seen)


def domains_by_witnesses(
    candidates: ValueSets,
    first: Assignment,
    ask: Ask,
    replacements: Replacements,
    burdens: Sequence[Sequence[float]],
) -> ValueSets | Unknown:
    """The valid domains from questions of feasibility, as few as possible.

    Every witness proves a value of each variable, and so do its neighbours (one value changed), which
    are found without a search. Before its neighbours are tried, a witness is relieved: value
    by value it takes the least burden that keeps it a solution, since a cheap computer has room for any
    one dear component. What is left of a variable's values is asked for as a whole, so that one
    "infeasible" settles them all.

    Args:
        candidates: values that may be in a solution; no other is.
        first: a solution.
        ask: feasibility; its witnesses lie within `candidates`.
        replacements: which candidates keep a witness a solution.
        burdens: for each variable how much each value takes of what is scarce; empty where nothing is.
    """
    proven = [0] * len(candidates)

    def prove(witness: Assignment) -> None:
        """Add what a witness, its relieved form and their neighbours prove."""
        for solution in dict.fromkeys((witness, _relieved(candidates, witness, replacements, burdens))):
            for variable, values in enumerate(candidates):
                proven[variable] |= 1 << solution[variable]
                if missing := values & ~proven[variable]:
                    proven[variable] |= replacements(solution, variable, missing)

    prove(first)
    for variable, values in enumerate(candidates):
        while missing := values & ~proven[variable]:
            unproven = tuple(all_ & ~seen for all_, seen in zip(candidates, proven, strict=True))
            match ask(variable, missing, unproven):
                case Feasible(witness=witness):
                    prove(witness)
                case Unknown() as unknown:
                    return unknown
                case _:
                    break
    return tuple(proven)


def _relieved(
    candidates: ValueSets, witness: Assignment, replacements: Replacements, burdens: Sequence[Sequence[float]]
) -> Assignment:
    """A solution that takes no more of what is scarce than the witness does."""
    relieved = witness
    for variable, burden in enumerate(burdens):
        if burden:
            choices = values_in(replacements(relieved, variable, candidates[variable]))
            lightest = min(choices, key=burden.__getitem__)
            relieved = (*relieved[:variable], lightest, *relieved[variable + 1 :])
    return relieved


@frozen(eq=False)
class WitnessSearch:
    """Feasibility, lists, counts and domains for an engine that is good at one thing: finding a solution.

    Attributes:
        form: the problem with its propagators.
        find: any solution within sets that are a fixpoint of propagation, or `None` when there is none.
            It is told which values it would be best to find; it may raise `SearchLimitError`.
        name: the engine's name, for messages.
    """

    form: PropagatedProblem
    find: Callable[[ValueSets, ValueSets | None, SearchLimits], Assignment | None]
    name: str

    def feasibility(self, assumptions: Assumptions, limits: SearchLimits) -> Feasibility:
        """Whether a solution obeys the assumptions."""
        try:
            sets = self.form.assumed(assumptions, limits)
            witness = None if sets is None else self._find(sets, None, limits)
        except SearchLimitError as stopped:
            return Unknown(stopped.reason)
        return Infeasible() if witness is None else Feasible(witness)

    def solutions(self, assumptions: Assumptions, limits: SearchLimits) -> Iterator[Assignment]:
        """Yield each solution that obeys the assumptions once, lazily, in ascending order.

        A walk through the values in order that enters no subtree without a solution: the way from one
        solution to the next is never longer than the problem is wide.

        Raises:
            SearchLimitError: a limit ended the search.
        """
        sets = self.form.assumed(assumptions, limits)
        witness = None if sets is None else self._find(sets, None, limits)
        if sets is None or witness is None:
            return
        waiting = [self._children(sets, witness, limits)]
        while waiting:
            limits.check()
            child = next(waiting[-1], None)
            if child is None:
                waiting.pop()
                continue
            if settled(child[0]):
                yield from product(*map(values_in, child[0]))
            else:
                waiting.append(self._children(*child, limits))

    def count_within(self, sets: ValueSets, limits: SearchLimits) -> int:
        """How many solutions lie within a fixpoint of propagation, told one by one or in whole blocks.

        Raises:
            SearchLimitError: the time is up, or it takes more than `LARGEST_COUNT` steps.
        """
        stands_for = self.form.interchangeability.multiplicities(sets)
        return self._count(self.form.interchangeability.representatives(sets), stands_for, limits)

    def count_weighted(self, weights: Sequence[Sequence[int]], limits: SearchLimits) -> int:
        """The sum over all solutions of the product of their values' weights, none of them negative.

        Raises:
            SearchLimitError: the time is up, or it takes more than `LARGEST_COUNT` steps.
        """
        sets = self.form.weighing(weights, limits)
        stands_for = tuple(dict(enumerate(found)) for found in weights)
        return 0 if sets is None else self._count(sets, stands_for, limits)

    def domains(self, assumptions: Assumptions, limits: SearchLimits) -> Domains | Unknown:
        """The valid domains, by as few searches as there are values that no witness has proven."""
        try:
            sets = self.form.assumed(assumptions, limits)
            first = None if sets is None else self._find(sets, None, limits)
            if sets is None or first is None:
                return tuple(() for _ in self.form.written.variables)
            tried = self.form.interchangeability.representatives(sets)

            def ask(variable: int, values: ValueSet, missing: ValueSets) -> Feasibility:
                witness = self._find((*tried[:variable], values, *tried[variable + 1 :]), missing, limits)
                return Infeasible() if witness is None else Feasible(witness)

            def replacements(witness: Assignment, variable: int, values: ValueSet) -> ValueSet:
                limits.check()
                return self.form.replacements(witness, variable, values)

            proven = domains_by_witnesses(tried, first, ask, replacements, self.form.burdens)
        except SearchLimitError as stopped:
            return Unknown(stopped.reason)
        if isinstance(proven, Unknown):
            return proven
        return tuple(map(values_in, self.form.interchangeability.represented(sets, proven)))

    def _find(self, sets: ValueSets, wanted: ValueSets | None, limits: SearchLimits) -> Assignment | None:
        """Any solution within sets, sought where there is one if there is any."""
        return self.find(self.form.dominance.undominated(sets), wanted, limits)

    def _children(
        self, sets: ValueSets, witness: Assignment, limits: SearchLimits
    ) -> Iterator[tuple[ValueSets, Assignment]]:
        """The sets split by the values of their first open variable, ascending.

        Parts without a solution are left out, the others come with one.
        """
        variable = next((v for v, values in enumerate(sets) if not is_single(values)), None)
        if variable is None:
            yield sets, witness
            return
        groups = self.form.interchangeability.groups[variable]
        known: dict[ValueSet, Assignment | None] = {}
        for value in values_in(sets[variable]):
            child = self.form.restricted(sets, variable, 1 << value, limits)
            if child is None:
                continue
            group = next((each for each in groups if each >> value & 1), 1 << value)
            if group not in known:
                known[group] = witness if witness[variable] == value else self.solution(child, limits)
            found = known[group]
            if found is not None:
                yield child, (*found[:variable], value, *found[variable + 1 :])

    def solution(self, sets: ValueSets, limits: SearchLimits) -> Assignment | None:
        """Any solution within sets."""
        return tuple(map(least, sets)) if settled(sets) else self._find(sets, None, limits)

    def _count(self, sets: ValueSets, stands_for: tuple[dict[int, int], ...], limits: SearchLimits) -> int:
        """The solutions within sets; a value counts once, or as often as is said for its variable."""
        waiting = [sets]
        if self.solution(sets, limits) is None:
            return 0
        # INVARIANT: each node that waits holds a solution, so that every step adds to the count.
        total = steps = 0
        while waiting:
            limits.check()
            node = waiting.pop()
            open_variables = [variable for variable, values in enumerate(node) if not is_single(values)]
            if self._free(node, open_variables):
                total += prod(
                    sum(members.get(value, 1) for value in values_in(values))
                    if members
                    else values.bit_count()
                    for values, members in zip(node, stands_for, strict=True)
                )
                continue
            steps += 1
            if steps > LARGEST_COUNT:
                raise SearchLimitError(
                    f"engine `{self.name}` makes no count that takes more than {LARGEST_COUNT:,} steps"
                )
            tightest = min(open_variables, key=lambda variable: node[variable].bit_count())
            for value in values_in(node[tightest]):
                child = self.form.restricted(node, tightest, 1 << value, limits)
                if child is not None and self.solution(child, limits) is not None:
                    waiting.append(child)
        return total

    def _free(self, sets: ValueSets, open_variables: Sequence[int]) -> bool:
        """Whether no constraint can be broken any more."""
        watchers = {w for variable in open_variables for w in self.form.propagation.watchers[variable]}
        return all(self.form.propagation.propagators[watcher].entailed(sets) for watcher in watchers)


def settled(sets: ValueSets) -> bool:
    """Whether a fixpoint surely holds solutions only: with one variable open, propagation is exact."""
    return sum(not is_single(values) for values in sets) <= 1


def nothing_to_find(_sets: ValueSets, _wanted: ValueSets | None, _limits: SearchLimits) -> None:
    """What stands for a search where propagation has left nothing to be searched."""


def cost_of(objective: Objective, assignment: Assignment) -> int:
    """What an assignment costs."""
    return sum(term.weights[assignment[term.variable]] for term in objective)


def cheapest_by_bounds(
    prepared: PreparedProblem,
    form: PropagatedProblem,
    objective: Objective,
    assumptions: Assumptions,
    limits: SearchLimits,
) -> Optimum | Infeasible | Unknown:
    """The cheapest solution from questions of feasibility under a bound on the cost.

    The cost of the best witness so far is one bound, the least that is not refuted yet the other; the
    middle between them is asked for until they meet. Whole numbers throughout: the number of questions is
    the logarithm of the bounds' first distance, and the answer is exact whatever their size.

    Raises:
        ValueError: the objective does not fit the variables.
    """
    check_constraint(LinearConstraint(objective, None, None), prepared.problem.variables)
    try:
        sets = form.assumed(assumptions, limits)
        if sets is None:
            return Infeasible()
        answer = prepared.feasibility(assumptions, limits)
        if not isinstance(answer, Feasible):
            return answer
        best = cost_of(objective, form.lightened(answer.witness, sets, objective))
        refuted_below = sum(
            min(term.weights[v] for v in values_in(sets[term.variable])) for term in objective
        )
        while refuted_below < best:
            middle = (refuted_below + best) // 2
            match _bounded(prepared, objective, middle, limits).feasibility(assumptions, limits):
                case Feasible(witness=witness):
                    best = cost_of(objective, form.lightened(witness, sets, objective))
                case Infeasible():
                    refuted_below = middle + 1
                case unknown:
                    return unknown
        return Optimum(best, next(_bounded(prepared, objective, best, limits).solutions(assumptions, limits)))
    except SearchLimitError as stopped:
        return Unknown(stopped.reason)


def _bounded(
    prepared: PreparedProblem, objective: Objective, bound: int, limits: SearchLimits
) -> PreparedProblem:
    """The problem of which only the solutions remain that cost no more than the bound."""
    return prepared.extended((LinearConstraint(objective, None, bound),), limits)
