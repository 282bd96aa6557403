"""Several side sums, exactly: bounds and witnesses from the diagram, a search only for what they leave open.

A few rounds with different multipliers (Lagrangean relaxation: Held, Karp 1970; Fisher 1981) prove most
values possible or impossible, see `multipliers`. What stays open is looked for on the paths of near least
weighed sum, see `near_best`, and what is open even then is asked of another engine, which is injected;
every solution it finds proves a value of each variable. How often it was asked is part of the answer.
"""

from collections.abc import Callable, Iterator, Sequence
from itertools import islice

import numpy as np
from attrs import define, field, frozen
from numpy.typing import NDArray

from configurator.csp.variables import Assignment, Assumptions
from configurator.engines.diagram.compiled import CompiledDiagram
from configurator.engines.diagram.decisions import Columns
from configurator.engines.diagram.walks.domains import feasibility, valid_domains
from configurator.engines.diagram.weighing.budgets import domains_within, feasible_within
from configurator.engines.diagram.weighing.cheapest_first import paths_by_total
from configurator.engines.diagram.weighing.costs import assembled, least_totals_of
from configurator.engines.diagram.weighing.multipliers import (
    BindingSums,
    WeighedSums,
    binding_sums,
    whole_multipliers,
)
from configurator.engines.diagram.weighing.near_best import Room, possible_under_sums
from configurator.engines.diagram.weighing.path_sums import PathSum, WeighedPaths, narrowed
from configurator.engines.diagram.weighing.totals import totals
from configurator.engines.diagram.weighing.weighed_values import WeighedValues
from configurator.engines.diagram.whole import Flags, Whole, objects
from configurator.engines.engine import NO_LIMITS, Feasibility, Feasible, Infeasible, SearchLimits, Unknown
from configurator.errors import SearchLimitError

Solve = Callable[[Assumptions], Feasibility]
"""Another engine's feasibility, all constraints and side sums of the problem heeded."""

ROUNDS = 10
"""How often multipliers are tried for all values at once."""
DEEPER_ROUNDS = 8
"""How often they are tried for the open values of one variable."""
STEP = 4.0
"""How strongly multipliers follow what their sums exceed, at first."""
TRIED = 256
"""How many solutions of least weighed sum are tried before another engine is asked."""
ROOMS = (Room(1_000, 4_000), Room(8_000, 32_000), Room(64_000, 256_000))
"""How much is looked at of paths with open values before they are asked about one by one."""
BLOCK = 64
"""How many of them are tried together."""


@frozen
class HybridDomains:
    """Valid domains under several side sums.

    Attributes:
        domains: for each variable of the problem, for each value whether a solution has it.
        solved: how often another engine was asked.
    """

    domains: tuple[Flags, ...] = field(repr=False, eq=False)
    solved: int


@frozen
class HybridFeasibility:
    """Whether there is a solution under several side sums.

    Attributes:
        solved: how often another engine was asked.
    """

    feasibility: Feasible | Infeasible
    solved: int


def feasible_under_sums(
    compiled: CompiledDiagram, assumptions: Assumptions, solve: Solve, limits: SearchLimits = NO_LIMITS
) -> HybridFeasibility:
    """Whether a solution keeps all side sums.

    Raises:
        SearchLimitError: the time is up, or the other engine gave up.
    """
    asked = _Asked(solve)
    return HybridFeasibility(_feasibility(compiled, assumptions, asked, limits), asked.times)


def domains_under_sums(
    compiled: CompiledDiagram, assumptions: Assumptions, solve: Solve, limits: SearchLimits = NO_LIMITS
) -> HybridDomains:
    """For each variable, for each value whether a solution with it keeps all side sums.

    Raises:
        SearchLimitError: the time is up, or the other engine gave up.
    """
    binding = compiled.remember(binding_sums, limits)
    if compiled.diagram.void or binding.void:
        none = tuple(np.zeros(variable.size, np.bool_) for variable in compiled.variables)
        return HybridDomains(none, 0)
    if not binding.exact:
        return HybridDomains(valid_domains(compiled, assumptions, limits), 0)
    if len(binding.exact) == 1:
        return HybridDomains(domains_within(*binding.exact[0], assumptions, limits), 0)
    asked = _Asked(solve)
    values = _Values(compiled)
    for weighed, paths in _rounds(compiled, assumptions, values, ROUNDS, limits):
        if not values.judge(weighed, least_totals_of(paths)):
            break
    _settle_near(values, assumptions, limits)
    _settle_open(values, assumptions, asked, limits)
    return HybridDomains(tuple(values.proved), asked.times)


@define
class _Excess:
    """How many times its bound each sum reaches where nothing is proved yet."""

    excess: NDArray[np.float64]
    shares: NDArray[np.float64]


@define
class _Asked:
    """Another engine, and how often it was asked."""

    solve: Solve
    times: int = 0

    def feasibility(self, assumptions: Assumptions) -> Feasible | Infeasible:
        """Its answer; `SearchLimitError` where it has none."""
        self.times += 1
        found = self.solve(assumptions)
        if isinstance(found, Unknown):
            raise SearchLimitError(found.reason)
        return found


def _feasibility(
    compiled: CompiledDiagram, assumptions: Assumptions, asked: _Asked, limits: SearchLimits
) -> Feasible | Infeasible:
    binding = compiled.remember(binding_sums, limits)
    if compiled.diagram.void or binding.void:
        return Infeasible()
    if not binding.exact:
        return feasibility(compiled, assumptions, limits)
    if len(binding.exact) == 1:
        return feasible_within(*binding.exact[0], assumptions, limits)
    last = _Excess(np.ones(len(binding.bounded)), np.ones(len(binding.bounded)))
    tightest = []
    for weighed, paths in _rounds(compiled, assumptions, last, DEEPER_ROUNDS, limits):
        least = paths.down[0]
        if weighed.impossible(least)[0]:
            return Infeasible()
        if weighed.possible(least)[0]:
            return Feasible(next(_by_weighed_sum(paths))[1])
        last.excess = weighed.excess(least)
        tightest.append((weighed.tightness(int(least[0])), weighed, paths))
    _, weighed, paths = max(tightest, key=lambda found: found[0])
    return _tried(binding, weighed, paths) or asked.feasibility(assumptions)


def _tried(binding: BindingSums, weighed: WeighedSums, paths: WeighedPaths) -> Feasible | Infeasible | None:
    """What the first solutions by weighed sum tell; `None` where they leave it open.

    Once the weighed sum exceeds its bound, or there is no solution left, there is none that keeps the sums.
    """
    stream = _by_weighed_sum(paths)
    for _ in range(0, TRIED, BLOCK):
        block = list(islice(stream, BLOCK))
        below = np.flatnonzero(~weighed.impossible(objects(total for total, _ in block)))
        columns = np.array([block[at][1] for at in below], np.int32).T
        if len(below) and len(kept := np.flatnonzero(keeps_sums(binding.exact, columns))):
            return Feasible(block[below[kept[0]]][1])
        if len(below) < BLOCK:
            return Infeasible()
    return None


def keeps_sums(sums: Sequence[tuple[PathSum, int]], columns: Columns) -> Flags:
    """Which configurations keep all sums: one column each, a row per variable of the problem."""
    kept = np.ones(columns.shape[1], np.bool_)
    for path_sum, upper in sums:
        kept &= totals(path_sum, columns) <= upper
    return kept


def _by_weighed_sum(paths: WeighedPaths) -> Iterator[tuple[int, Assignment]]:
    """Yield solutions with their totals, least first."""
    for total, members in paths_by_total(paths):
        yield total, assembled(paths.path_sum.compiled.decisions, members)


def _rounds(
    compiled: CompiledDiagram,
    assumptions: Assumptions,
    last: "_Excess | _Values",
    rounds: int,
    limits: SearchLimits,
) -> Iterator[tuple[WeighedSums, WeighedPaths]]:
    """Yield paths weighed with multipliers, each time raised for the sums that the last ones exceeded."""
    binding = compiled.remember(binding_sums, limits)
    assert binding.first is not None
    yield binding.first, binding.first.path_sum.under(assumptions, limits)
    last.shares = np.ones(len(binding.bounded))
    for number in range(rounds - 1):
        # Steps grow smaller: otherwise shares swing to and fro about the best ones.
        last.shares *= np.clip(last.excess, 0.5, 2.0) ** (STEP / (1 + number / 2))
        multipliers = whole_multipliers(binding.bounded, last.shares.tolist())
        weighed = WeighedSums.of(compiled, binding.bounded, multipliers)
        yield weighed, weighed.path_sum.once(assumptions, limits)


class _Values:
    """What is known of each value.

    Attributes:
        proved: for each variable the values proved possible.
        open: for each variable the values of which nothing is known yet.
        excess: how many times its bound each sum reaches for the values that are open.
        shares: in which the bounds contributed to the last weighed bound.
    """

    def __init__(self, compiled: CompiledDiagram) -> None:
        self.compiled = compiled
        self.proved = [np.zeros(variable.size, np.bool_) for variable in compiled.variables]
        self.open = [np.ones(variable.size, np.bool_) for variable in compiled.variables]
        self.excess = self.shares = np.ones(0)

    def judge(self, weighed: WeighedSums, totals: Sequence[Whole]) -> bool:
        """Learn from least totals; whether something is still open."""
        still_open = []
        for at, least in enumerate(totals):
            possible = weighed.possible(least)
            self.proved[at] |= possible
            self.open[at] &= ~possible & ~weighed.impossible(least)
            still_open.append(least[self.open[at]])
        together = np.concatenate(still_open)
        if len(together):
            self.excess = weighed.excess(together)
        return bool(len(together))

    def learn(self, witness: Assignment) -> None:
        """Learn from a solution."""
        for at, value in enumerate(witness):
            self.proved[at][value] = True
            self.open[at][value] = False


def _settle_near(values: _Values, assumptions: Assumptions, limits: SearchLimits) -> None:
    """Look at the paths of near least weighed sum with what is open, at more and more of them."""
    weighed = values.compiled.remember(WeighedValues.of_sums, limits)
    if weighed is None:
        return
    for room in ROOMS:
        if not any(flags.any() for flags in values.open):
            return
        candidates = list(map(np.logical_or, values.proved, values.open))
        shares = values.shares.tolist()
        found = possible_under_sums(weighed, candidates, values.open, assumptions, shares, room, limits)
        for at, (possible, still_open) in enumerate(zip(*found, strict=True)):
            values.proved[at] |= possible
            values.open[at] &= still_open


def _settle_open(values: _Values, assumptions: Assumptions, asked: _Asked, limits: SearchLimits) -> None:
    """Ask about what is open: for all open values of a variable at once, until it has none."""
    for variable, is_open in enumerate(values.open):
        while is_open.any():
            limits.check()
            wanted = {variable: frozenset(np.flatnonzero(is_open).tolist())}
            found = _feasibility(values.compiled, narrowed(assumptions, wanted), asked, limits)
            if isinstance(found, Infeasible):
                is_open[:] = False
            else:
                values.learn(found.witness)
