"""The diagram engine's face: which way answers which question depends on how many sums stayed outside.

| Sums outside | Valid domains, feasibility | Count         | Cheapest          | Sample             |
|--------------|----------------------------|---------------|-------------------|--------------------|
| none         | reachability               | one pass      | one weighted pass | ranks              |
| one          | two weighted passes        | `histograms`  | see `cheapest`    | `budget_sampling`  |
| several      | `hybrid`                   | `hybrid`      | `hybrid`          | refused            |
"""

from collections.abc import Callable, Iterator, Sequence
from functools import cached_property
from typing import TypeVar

import numpy as np
from attrs import field, frozen

from configurator.csp.constraints import Constraint, LinearConstraint, LinearTerm
from configurator.csp.problem import ConstraintProblem, check_constraint
from configurator.csp.variables import Assignment, Assumptions
from configurator.engines.derived import cheapest_by_bounds
from configurator.engines.diagram.compiled import CompiledDiagram
from configurator.engines.diagram.compiling.compilation import Compilation, compile_problem
from configurator.engines.diagram.decisions import Columns
from configurator.engines.diagram.extension import extended
from configurator.engines.diagram.limits import DEFAULT_SIZES, SizeLimits
from configurator.engines.diagram.multiset_weights import WeightedMultiset
from configurator.engines.diagram.multisets import MultisetDecision, RestrictedMultiset
from configurator.engines.diagram.walks import counting, domains, listing
from configurator.engines.diagram.walks.bulk_validation import bulk_validator
from configurator.engines.diagram.walks.passes import traces
from configurator.engines.diagram.walks.ranking import FastOrder, fast_order
from configurator.engines.diagram.walks.sampling import uniform_samples
from configurator.engines.diagram.weighing import costs
from configurator.engines.diagram.weighing.budget_sampling import samples_within
from configurator.engines.diagram.weighing.budgets import domains_within, feasible_within
from configurator.engines.diagram.weighing.histograms import count_within, histogram
from configurator.engines.diagram.weighing.hybrid import domains_under_sums, feasible_under_sums
from configurator.engines.diagram.weighing.hybrid_costs import cheapest_under_sums
from configurator.engines.diagram.weighing.hybrid_ranges import least_under_sums
from configurator.engines.diagram.weighing.joint_counts import count_under_sums
from configurator.engines.diagram.weighing.objectives import Objective as WideObjective
from configurator.engines.diagram.weighing.objectives import path_sum, side_path_sum
from configurator.engines.diagram.weighing.path_sums import PathSum
from configurator.engines.diagram.weighing.same_sums import cases_of
from configurator.engines.diagram.weighing.totals import totals
from configurator.engines.diagram.weighing.weighed_values import WeighedValues
from configurator.engines.diagram.whole import Flags, Indices, Whole
from configurator.engines.engine import (
    NO_LIMITS,
    Domains,
    Feasibility,
    Infeasible,
    Objective,
    Optimum,
    PreparedProblem,
    SearchLimits,
    Unknown,
)
from configurator.engines.multiset_questions import NOTHING, MultisetOffers
from configurator.engines.propagated import PropagatedProblem
from configurator.engines.sat import SatEngine
from configurator.errors import SearchLimitError

T = TypeVar("T")

MOST_TRIED = 20_000
"""How many solutions are looked at, cheapest first, for those that keep sums outside the diagram."""
REMEMBERED = 8
"""How many objectives a compiled problem remembers in its own form."""

Ranges = tuple[tuple[tuple[int, int | None] | None, ...], ...]
"""For each variable and value the least and the greatest cost of solutions with it; `None` where there are
none, and for a greatest cost that a sum outside the diagram keeps from being told."""


@frozen(eq=False)
class LeastCosts:
    """The least costs of solutions with each value.

    Attributes:
        by_value: for each variable one number for each of its values.
        highest: what is more stands for "no solution".
        least: the least cost of all solutions; `None` where there are none.
        open: for each variable the values that are in solutions, but of which the least cost is not known:
            what `by_value` says of them has no meaning. `None` for none.
    """

    by_value: tuple[Whole, ...]
    highest: int
    least: int | None
    open: tuple[Flags, ...] | None = None

    def or_less(self, other: "LeastCosts") -> "LeastCosts":
        """The lesser of these and others of the same objective, value by value."""
        pairs = zip(self.by_value, other.by_value, strict=True)
        least = min((each.least for each in (self, other) if each.least is not None), default=None)
        both = [each.open for each in (self, other) if each.open is not None]
        left_open = tuple(map(np.logical_or.reduce, zip(*both, strict=True))) if both else None
        return LeastCosts(
            tuple(np.minimum(one, another) for one, another in pairs), self.highest, least, left_open
        )


@frozen(eq=False, slots=False)
class DiagramSearch:
    """A compiled problem; see `PreparedProblem` and `CompiledProblem` for the questions."""

    find_problem: Callable[[], ConstraintProblem] = field(repr=False)
    compiled: CompiledDiagram
    report: Compilation = field(repr=False)
    sizes: SizeLimits = DEFAULT_SIZES
    _known_count: list[int] = field(factory=list, init=False, repr=False)
    _path_sums: list[tuple[WideObjective, PathSum | None]] = field(factory=list, init=False, repr=False)
    _weighed_values: list[tuple[PathSum, WeighedValues | None]] = field(factory=list, init=False, repr=False)

    @cached_property
    def problem(self) -> ConstraintProblem:
        """The problem as it was given."""
        return self.find_problem()

    @cached_property
    def _sums(self) -> tuple[PathSum, ...]:
        """The sums outside the diagram."""
        return tuple(side_path_sum(self.compiled, found) for found in self.compiled.side_sums)

    @property
    def _upper(self) -> int:
        """The bound of the only sum outside."""
        (found,) = self.compiled.side_sums
        return found.upper

    # ------------------------------------------------------------ questions every engine answers

    def feasibility(self, assumptions: Assumptions, limits: SearchLimits = NO_LIMITS) -> Feasibility:
        """Whether a solution obeys the assumptions; the witness is any."""

        def found() -> Feasibility:
            match self._sums:
                case ():
                    return domains.feasibility(self.compiled, assumptions, limits)
                case (only,):
                    return feasible_within(only, self._upper, assumptions, limits)
                case _:
                    found = feasible_under_sums(self.compiled, assumptions, self._solve(limits), limits)
                    return found.feasibility

        return self._asked(found, assumptions, limits)

    def domains(self, assumptions: Assumptions, limits: SearchLimits = NO_LIMITS) -> Domains | Unknown:
        """The valid domains."""
        found = self.domain_flags(assumptions, limits)
        return found if isinstance(found, Unknown) else domains.as_values(found)

    def domain_flags(
        self, assumptions: Assumptions, limits: SearchLimits = NO_LIMITS
    ) -> tuple[Flags, ...] | Unknown:
        """The valid domains as one flag per value: for families of thousands, several times cheaper."""

        def found() -> tuple[Flags, ...]:
            match self._sums:
                case ():
                    return domains.valid_domains(self.compiled, assumptions, limits)
                case (only,):
                    return domains_within(only, self._upper, assumptions, limits)
                case _:
                    return domains_under_sums(self.compiled, assumptions, self._solve(limits), limits).domains

        return self._asked(found, assumptions, limits)

    def count(self, assumptions: Assumptions, limits: SearchLimits = NO_LIMITS) -> int | Unknown:
        """How many solutions obey the assumptions, exactly."""

        def found() -> int:
            match self._sums:
                case ():
                    return counting.count(self.compiled, assumptions, limits)
                case (only,):
                    if not assumptions:
                        return self._counted(limits)
                    return count_within(only, self._upper, assumptions, limits)
                case _:
                    return count_under_sums(self.compiled, assumptions, limits)

        return self._asked(found, assumptions, limits)

    def solutions(self, assumptions: Assumptions, limits: SearchLimits = NO_LIMITS) -> Iterator[Assignment]:
        """Yield each solution that obeys the assumptions once, lazily, in ascending order.

        Raises:
            SearchLimitError: the time is up.
        """
        limits.check()
        self._check_variables(assumptions)
        yield from listing.solutions(self.compiled, assumptions, limits)

    def cheapest(
        self, objective: Objective, assumptions: Assumptions, limits: SearchLimits = NO_LIMITS
    ) -> Optimum | Infeasible | Unknown:
        """The least cost of a solution that obeys the assumptions, with the first such solution.

        Raises:
            ValueError: the objective does not fit the variables.
        """
        check_constraint(LinearConstraint(objective, None, None), self.compiled.variables)
        return self.cheapest_of(objective, assumptions, limits)

    def extended(
        self, constraints: tuple[Constraint, ...], limits: SearchLimits = NO_LIMITS
    ) -> "DiagramSearch":
        """The same problem with more constraints, by cutting the diagram where that is possible.

        Raises:
            SearchLimitError: a limit was reached.
        """
        limits.check()
        compiled, report = extended(self.compiled, constraints, self.sizes, limits), self.report
        if compiled is None:
            compiled, report = compile_problem(self.problem.extended(constraints), limits, self.sizes)
        return DiagramSearch(lambda: self.problem.extended(constraints), compiled, report, self.sizes)

    def multiset_offers(
        self, scope: tuple[int, ...], assumptions: Assumptions, limits: SearchLimits = NO_LIMITS
    ) -> MultisetOffers | Unknown | None:
        """What the positions of a mixed slot can still hold; `None` where it is no decision of its own."""
        at = next((at for at, each in enumerate(self.compiled.decisions) if each.variables == scope), None)
        if at is None or not isinstance(self.compiled.decisions[at], MultisetDecision) or len(self._sums) > 1:
            return None

        def found() -> MultisetOffers:
            if self._sums:
                return self._offers_within(at, assumptions, limits)
            return self._offers(at, assumptions, limits)

        return self._asked(found, assumptions, limits)

    def _offers(self, at: int, assumptions: Assumptions, limits: SearchLimits) -> MultisetOffers:
        found = None if self.compiled.diagram.void else traces(self.compiled, assumptions, limits)
        if found is None:
            return NOTHING
        begin, end = found.links.classes_begin[at : at + 2]
        alive = found.classes()[begin:end]
        restricted = found.restriction.decisions[at]
        assert isinstance(restricted, RestrictedMultiset)
        units = restricted.filled(alive)
        return (
            NOTHING if units is None else MultisetOffers(_counted(restricted.highest_counts(alive)), *units)
        )

    def _offers_within(self, at: int, assumptions: Assumptions, limits: SearchLimits) -> MultisetOffers:
        (only,) = self._sums
        if self.compiled.diagram.void:
            return NOTHING
        paths = only.under(assumptions, limits)
        weighted, upper = paths.decisions[at], min(self._upper, only.magnitude)
        assert isinstance(weighted, WeightedMultiset)
        around = paths.around(at)
        highest: dict[int, int] = {}
        for units, totals_ in enumerate(weighted.least_by_units(around), start=1):
            for value in np.flatnonzero(totals_ <= upper).tolist():
                highest[value] = units
        filled = np.flatnonzero(weighted.least_by_filled(around) <= upper).tolist()
        if not filled:
            return NOTHING
        return MultisetOffers(
            {value: highest[value] for value in sorted(highest) if value}, filled[0], filled[-1]
        )

    # ------------------------------------------------------------ questions of a compiled problem

    def cheapest_of(
        self, objective: WideObjective, assumptions: Assumptions, limits: SearchLimits = NO_LIMITS
    ) -> Optimum | Infeasible | Unknown:
        """The same for objectives that may also charge for changes: the fewest changes, for instance."""

        def found() -> Optimum | Infeasible | Unknown:
            total = self._path_sum(objective)
            if total is None:
                return self._by_bounds(objective, assumptions, limits)
            best = costs.cheapest(total, assumptions, limits)
            # The cheapest of all, if it keeps the sums outside, is the cheapest of those that do.
            if best is not None and not self._keeps_sums(best.witness):
                cases = self._cases(total, assumptions)
                if cases is None:
                    solve = self._solve(limits)
                    found = cheapest_under_sums(self.compiled, total, assumptions, solve, limits)
                    return Infeasible() if found is None else Optimum(found.total, found.witness)
                each_best = [(costs.cheapest(total, within, limits), bound) for within, bound in cases]
                kept = [each for each, bound in each_best if each and (bound is None or each.total <= bound)]
                best = min(kept, key=lambda each: (each.total, each.witness), default=None)
            return Infeasible() if best is None else Optimum(best.total, best.witness)

        return self._asked(found, assumptions, limits)

    def top(
        self,
        objective: WideObjective,
        amount: int,
        assumptions: Assumptions,
        limits: SearchLimits = NO_LIMITS,
    ) -> tuple[Optimum, ...] | Unknown:
        """The cheapest solutions, so many or all there are: by cost, equal ones in ascending order."""

        def found() -> tuple[Optimum, ...]:
            if amount <= 0:
                return ()
            total = self._expressible(objective)
            cases = self._cases(total, assumptions)
            if cases is None:
                return self._top_kept(total, amount, assumptions, limits)
            listed = [
                Optimum(each.total, each.witness)
                for within, bound in cases
                for each in costs.top_k(total, amount, within, limits)
                if bound is None or each.total <= bound
            ]
            return tuple(sorted(listed, key=lambda each: (each.cost, each.witness))[:amount])

        return self._asked(found, assumptions, limits)

    def cost_ranges(
        self, objective: WideObjective, assumptions: Assumptions, limits: SearchLimits = NO_LIMITS
    ) -> Ranges | Unknown:
        """What solutions with each value cost."""

        def found() -> Ranges:
            total = self._expressible(objective)
            lows = self._least_totals(total, assumptions, limits)
            if lows is None:
                return self._ranges_by_value(objective, assumptions, limits)
            highs = None if self._sums else costs.least_totals(total.negated, assumptions, limits)
            return _ranges(lows, highs, total.magnitude)

        return self._asked(found, assumptions, limits)

    def least_costs(
        self, objective: WideObjective, assumptions: Assumptions, limits: SearchLimits = NO_LIMITS
    ) -> LeastCosts | Unknown:
        """What the cheapest solution with each value costs: half of what `cost_ranges` does.

        Where a sum outside the diagram is another one than the objective, as much as is settled at once.
        Unknown where nothing is, and it would take a search for each value.
        """

        def found() -> LeastCosts:
            total = self._expressible(objective)
            lows = self._least_totals(total, assumptions, limits)
            if lows is None:
                return self._least_under_sums(objective, total, assumptions, limits)
            if not lows:
                return LeastCosts(lows, total.magnitude, self._least(objective, assumptions, limits))
            least = int(lows[0].min(initial=total.unreachable))
            return LeastCosts(lows, total.magnitude, least if least <= total.magnitude else None)

        return self._asked(found, assumptions, limits)

    def cost_extremes(
        self, objective: WideObjective, assumptions: Assumptions, limits: SearchLimits = NO_LIMITS
    ) -> tuple[int, int] | Infeasible | Unknown:
        """What no solution costs less than, and what none costs more than.

        Exact without sums outside the diagram, which are not looked at: two passes, whatever is outside.
        """

        def found() -> tuple[int, int] | Infeasible:
            total = self._expressible(objective)
            least = costs.cheapest(total, assumptions, limits)
            dearest = costs.cheapest(total.negated, assumptions, limits)
            return Infeasible() if least is None or dearest is None else (least.total, -dearest.total)

        return self._asked(found, assumptions, limits)

    def histogram(
        self,
        objective: WideObjective,
        edges: Sequence[int],
        assumptions: Assumptions,
        limits: SearchLimits = NO_LIMITS,
    ) -> tuple[int, ...] | Unknown:
        """For each edge how many solutions cost at most that, exactly."""

        def found() -> tuple[int, ...]:
            total = self._expressible(objective)
            cases = self._cases(total, assumptions)
            if cases is None:
                raise SearchLimitError("another sum stays outside the diagram: costs cannot be counted")
            counted = [
                histogram(
                    total, [edge if bound is None else min(edge, bound) for edge in edges], within, limits
                )
                for within, bound in cases
            ]
            return tuple(map(sum, zip(*counted, strict=True))) if counted else (0,) * len(edges)

        return self._asked(found, assumptions, limits)

    def sample(
        self, amount: int, seed: int, assumptions: Assumptions, limits: SearchLimits = NO_LIMITS
    ) -> Columns | Unknown:
        """Solutions drawn exactly uniformly and independently: a row per variable, a column per sample."""

        def found() -> Columns:
            match self._sums:
                case ():
                    return uniform_samples(self.compiled, assumptions, amount, seed, limits)
                case (only,):
                    known = None if assumptions else self._counted(limits)
                    return samples_within(only, self._upper, assumptions, amount, seed, limits, known)
                case _:
                    raise SearchLimitError(f"{len(self._sums)} sums stay outside the diagram")

        return self._asked(found, assumptions, limits)

    def fast_order(self, assumptions: Assumptions, limits: SearchLimits = NO_LIMITS) -> FastOrder | Unknown:
        """The solutions in the diagram's own order, any page of which costs the same."""

        def found() -> FastOrder:
            if self._sums:
                raise SearchLimitError("a sum stays outside the diagram, so that solutions have no rank")
            return fast_order(self.compiled, assumptions, limits)

        return self._asked(found, assumptions, limits)

    def validate(self, columns: Columns, limits: SearchLimits = NO_LIMITS) -> Flags:
        """For each column (a row per variable) whether it is a solution.

        Raises:
            SearchLimitError: the time is up.
        """
        return bulk_validator(self.compiled).validate(columns, limits)

    # ------------------------------------------------------------ inside

    def _asked(self, answer: Callable[[], T], assumptions: Assumptions, limits: SearchLimits) -> T | Unknown:
        try:
            limits.check()
            self._check_variables(assumptions)
            return answer()
        except SearchLimitError as stopped:
            return Unknown(stopped.reason)

    def _check_variables(self, assumptions: Assumptions) -> None:
        for variable in assumptions:
            if not 0 <= variable < len(self.compiled.variables):
                raise ValueError(f"no variable {variable} among {len(self.compiled.variables)}")

    def _keeps_sums(self, witness: Assignment) -> bool:
        column = np.array(witness, np.int32).reshape(-1, 1)
        return all(
            int(totals(found, column)[0]) <= side.upper
            for found, side in zip(self._sums, self.compiled.side_sums, strict=True)
        )

    def _expressible(self, objective: WideObjective) -> PathSum:
        """The objective along paths.

        Raises:
            SearchLimitError: it cannot be told so.
        """
        total = self._path_sum(objective)
        if total is None:
            raise SearchLimitError("the positions of a mixed slot weigh differently in this objective")
        return total

    def _cases(self, total: PathSum, assumptions: Assumptions) -> list[tuple[Assumptions, int | None]] | None:
        """Assumptions that part the solutions, each with what the sum outside allows of a total.

        `None` where that sum is another one; where there is none, everything is one case without a bound.
        """
        if not self._sums:
            return [(assumptions, None)]
        cases = cases_of(total, self._sums[0], self._upper) if len(self._sums) == 1 else None
        return None if cases is None else [(case.within(assumptions), case.bound) for case in cases]

    def _least_totals(
        self, total: PathSum, assumptions: Assumptions, limits: SearchLimits
    ) -> tuple[Whole, ...] | None:
        """For each variable and value the least total, above `magnitude` where there is none.

        `None` where a sum outside is another one.
        """
        cases = self._cases(total, assumptions)
        if cases is None:
            return None
        if not self._sums:
            return costs.least_totals(total, assumptions, limits)
        lows = tuple(total.array(v.size, total.unreachable) for v in self.compiled.variables)
        for within, bound in cases:
            least = costs.least_totals(total, within, limits)
            most = total.magnitude if bound is None else min(bound, total.magnitude)
            lows = tuple(
                np.minimum(before, np.where(found <= most, found, total.unreachable))
                for before, found in zip(lows, least, strict=True)
            )
        return lows

    def _least_under_sums(
        self, objective: WideObjective, total: PathSum, assumptions: Assumptions, limits: SearchLimits
    ) -> LeastCosts:
        """The least costs under sums outside, as far as they are settled at once.

        Raises:
            SearchLimitError: nothing is, or the time is up.
        """
        weighed = self._weighed(total, limits)
        if weighed is None:
            raise SearchLimitError("a sum that is not the one asked for stays outside the diagram")
        domains_ = self.domain_flags(assumptions, limits)
        if isinstance(domains_, Unknown):
            raise SearchLimitError(domains_.reason)
        found = least_under_sums(weighed, domains_, assumptions, limits)
        lows = tuple(
            np.where(flags & ~is_open, least, total.unreachable)
            for least, flags, is_open in zip(found.least, domains_, found.open, strict=True)
        )
        least = found.overall
        if least is None and (not domains_ or domains_[0].any()):
            least = self._least(objective, assumptions, limits)
        return LeastCosts(lows, total.magnitude, least, found.open)

    def _least(self, objective: WideObjective, assumptions: Assumptions, limits: SearchLimits) -> int | None:
        """The least cost of all solutions; `None` where there are none.

        Raises:
            SearchLimitError: it is not settled.
        """
        best = self.cheapest_of(objective, assumptions, limits)
        if isinstance(best, Unknown):
            raise SearchLimitError(best.reason)
        return None if isinstance(best, Infeasible) else best.cost

    def _weighed(self, total: PathSum, limits: SearchLimits) -> WeighedValues | None:
        """What values cost and add to the sums outside, remembered: it takes ten milliseconds."""
        for known, found in self._weighed_values:
            if known is total:
                return found
        weighed = WeighedValues.of(total, limits)
        self._weighed_values.append((total, weighed))
        del self._weighed_values[:-REMEMBERED]
        return weighed

    def _top_kept(
        self, total: PathSum, amount: int, assumptions: Assumptions, limits: SearchLimits
    ) -> tuple[Optimum, ...]:
        """The cheapest of those that keep the sums outside, by going through all by cost."""
        kept: list[Optimum] = []
        for number, each in enumerate(costs.by_total(total, assumptions, limits)):
            limits.check()
            if len(kept) >= amount and each.total > kept[-1].cost:
                break
            if number == MOST_TRIED:
                raise SearchLimitError(
                    f"among the {MOST_TRIED:,} cheapest there are only {len(kept)} that keep the sums outside"
                )
            if self._keeps_sums(each.witness):
                kept.append(Optimum(each.total, each.witness))
        return tuple(sorted(kept, key=lambda each: (each.cost, each.witness))[:amount])

    def _ranges_by_value(
        self, objective: WideObjective, assumptions: Assumptions, limits: SearchLimits
    ) -> Ranges:
        """The least cost of solutions with each value, one question for each not settled with the others."""
        known = self.least_costs(objective, assumptions, limits)
        allowed = self.domains(assumptions, limits)
        if isinstance(allowed, Unknown):
            raise SearchLimitError(allowed.reason)
        found: list[list[tuple[int, int | None] | None]] = [[None] * v.size for v in self.compiled.variables]
        for variable, values in enumerate(allowed):
            for value in values:
                if isinstance(known, LeastCosts) and not (known.open and known.open[variable][value]):
                    found[variable][value] = (int(known.by_value[variable][value]), None)
                    continue
                best = self.cheapest_of(objective, {**assumptions, variable: frozenset({value})}, limits)
                if isinstance(best, Unknown):
                    raise SearchLimitError(best.reason)
                if isinstance(best, Optimum):
                    found[variable][value] = (best.cost, None)
        return tuple(map(tuple, found))

    def _path_sum(self, objective: WideObjective) -> PathSum | None:
        """The objective along paths, remembered: over thousands of components it takes milliseconds."""
        for known, found in self._path_sums:
            if known is objective:
                return found
        found = path_sum(self.compiled, objective)
        self._path_sums.append((objective, found))
        del self._path_sums[:-REMEMBERED]
        return found

    def _counted(self, limits: SearchLimits) -> int:
        """How many solutions there are under the only sum outside, counted once."""
        if not self._known_count:
            self._known_count.append(count_within(self._sums[0], self._upper, {}, limits))
        return self._known_count[0]

    def _solve(self, limits: SearchLimits) -> Callable[[Assumptions], Feasibility]:
        """The engine asked for what bounds leave open."""
        return lambda assumptions: self._searching.feasibility(assumptions, limits)

    @cached_property
    def _searching(self) -> PreparedProblem:
        return SatEngine().prepare(self.problem)

    def _by_bounds(
        self, objective: WideObjective, assumptions: Assumptions, limits: SearchLimits
    ) -> Optimum | Infeasible | Unknown:
        """For positions of one mixed slot that weigh differently."""
        terms = tuple(term for term in objective if isinstance(term, LinearTerm))
        if len(terms) < len(objective):
            raise SearchLimitError("the change of several places at once cannot be charged")
        return cheapest_by_bounds(self, PropagatedProblem.of(self.problem), terms, assumptions, limits)


def _counted(highest: Indices) -> dict[int, int]:
    """The components that can be had, with their numbers."""
    return {value: int(highest[value]) for value in np.flatnonzero(highest).tolist()}


def _ranges(lows: Sequence[Whole], highs: Sequence[Whole] | None, bound: int) -> Ranges:
    """Least and greatest costs of each value; `None` where the least exceeds the bound."""
    if highs is None:
        return tuple(
            tuple((least, None) if least <= bound else None for least in low.tolist()) for low in lows
        )
    return tuple(
        tuple(
            (least, -negated) if least <= bound else None
            for least, negated in zip(low.tolist(), high.tolist(), strict=True)
        )
        for low, high in zip(lows, highs, strict=True)
    )


@frozen
class DiagramEngine:
    """Compiles a problem once to a decision diagram, then answers everything about it in microseconds.

    Attributes:
        sizes: how large a diagram may become; beyond it the engine refuses.
    """

    name: str = "diagram"
    sizes: SizeLimits = DEFAULT_SIZES

    def prepare(self, problem: ConstraintProblem, limits: SearchLimits = NO_LIMITS) -> DiagramSearch:
        """Compile it.

        Raises:
            SearchLimitError: the diagram would be too large, or the time is up.
        """
        limits.check()
        compiled, report = compile_problem(problem, limits, self.sizes)
        return DiagramSearch(lambda: problem, compiled, report, self.sizes)
