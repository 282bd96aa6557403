"""Cheapest under side sums, exactly: lower bounds by Lagrangean relaxation, candidates in their order.

Add to what a solution costs what it takes of each sum beyond its bound, times a multiplier. Solutions that
keep the bounds become cheaper or stay, so this is a lower bound of what they cost. Solutions come in the
order of their lower bounds, and the best of them that keeps all sums is the answer as soon as the next lower
bound is greater (Handler, Zang 1980). Multipliers are found by steps along the violated sums; only how many
candidates are needed depends on how good they are.
"""

from collections.abc import Iterator, Sequence
from itertools import islice

import numpy as np
from attrs import define

from configurator.csp.variables import Assignment, Assumptions
from configurator.engines.diagram.compiled import CompiledDiagram
from configurator.engines.diagram.weighing.cheapest_first import paths_by_total
from configurator.engines.diagram.weighing.costs import Cheapest, assembled, cheapest
from configurator.engines.diagram.weighing.hybrid import Solve, feasible_under_sums, keeps_sums
from configurator.engines.diagram.weighing.multipliers import binding_sums, weighed_together
from configurator.engines.diagram.weighing.path_sums import PathSum
from configurator.engines.diagram.weighing.totals import totals
from configurator.engines.engine import NO_LIMITS, Infeasible, SearchLimits
from configurator.errors import SearchLimitError

CANDIDATES = 20_000
"""How many candidates are looked at, at most."""
STEPS = 16
"""How often multipliers are moved."""
SCALE = 1 << 16
"""Multipliers are whole multiples of one by this."""
BLOCK = 256
"""How many candidates are judged together."""


def cheapest_under_sums(
    compiled: CompiledDiagram,
    objective: PathSum,
    assumptions: Assumptions,
    solve: Solve,
    limits: SearchLimits = NO_LIMITS,
) -> Cheapest | None:
    """The first of all cheapest solutions that keep the side sums; `None` where none does.

    Raises:
        SearchLimitError: the time is up, the other engine gave up, or too many candidates break the sums.
    """
    free = None if compiled.diagram.void else cheapest(objective, assumptions, limits)
    if free is None:
        return None
    search = _Search(compiled, objective, assumptions, limits)
    if keeps_sums(search.sums, np.array([free.witness], np.int32).T)[0]:
        return free  # the first of all cheapest solutions, and it keeps the sums
    found = feasible_under_sums(compiled, assumptions, solve, limits).feasibility
    if isinstance(found, Infeasible):
        return None
    search.offer([found.witness])
    return search.settled(search.multipliers())


@define
class _Search:
    """One search.

    Attributes:
        best: the best solution found so far.
    """

    compiled: CompiledDiagram
    objective: PathSum
    assumptions: Assumptions
    limits: SearchLimits
    best: Cheapest | None = None

    @property
    def sums(self) -> tuple[tuple[PathSum, int], ...]:
        """The sums to be kept."""
        return self.compiled.remember(binding_sums, self.limits).exact

    def offer(self, candidates: Sequence[Assignment]) -> None:
        """Take the best of what keeps the sums."""
        columns = np.array(candidates, np.int32).T
        kept = np.flatnonzero(keeps_sums(self.sums, columns))
        costs = totals(self.objective, columns[:, kept]).tolist()
        found = [(cost, candidates[at]) for cost, at in zip(costs, kept.tolist(), strict=True)]
        if self.best is not None:
            found.append((self.best.total, self.best.witness))
        if found:
            self.best = Cheapest(*min(found))

    def relaxed(self, multipliers: Sequence[int]) -> tuple[PathSum, int]:
        """A lower bound on costs times `SCALE`: a sum along paths, and what is to be added to it."""
        parts = [(self.objective.weights, SCALE)]
        parts += [
            (path_sum.weights, each) for (path_sum, _), each in zip(self.sums, multipliers, strict=True)
        ]
        pieces = {
            layer: tuple((within, SCALE * extra) for within, extra in found)
            for layer, found in self.objective.pieces.items()
        }
        constant = -sum(upper * each for (_, upper), each in zip(self.sums, multipliers, strict=True))
        return PathSum.of(self.compiled, weighed_together(parts), pieces), constant

    def candidates(self, multipliers: Sequence[int]) -> Iterator[tuple[int, Assignment]]:
        """Yield solutions by lower bound."""
        relaxed, constant = self.relaxed(multipliers)
        for total, members in paths_by_total(relaxed.once(self.assumptions, self.limits)):
            yield total + constant, assembled(self.compiled.decisions, members)

    def multipliers(self) -> tuple[int, ...]:
        """Multipliers that make the lower bound about as great as they can (Polyak's steps)."""
        uppers = np.array([max(1.0, float(upper)) for _, upper in self.sums])
        moved = np.zeros(len(uppers))
        good, highest = (0,) * len(uppers), None
        for step in range(STEPS):
            whole = tuple(round(SCALE * each) for each in moved / uppers)
            bound, candidate = next(self.candidates(whole))
            if highest is None or bound > highest:
                good, highest = whole, bound
            self.offer([candidate])
            assert self.best is not None
            column = np.array(candidate, np.int32).reshape(-1, 1)
            over = (
                np.array([float(totals(path_sum, column)[0] - upper) for path_sum, upper in self.sums])
                / uppers
            )
            gap = float(self.best.total) - bound / SCALE
            if not over.any() or gap <= 0:
                break
            moved = np.maximum(0.0, moved + over * gap / float(over @ over) / (1 + step / 4))
        return good

    def settled(self, multipliers: Sequence[int]) -> Cheapest:
        """The first of all cheapest solutions."""
        stream = self.candidates(multipliers)
        looked_at = 0
        while True:
            block = list(islice(stream, BLOCK))
            assert self.best is not None
            within = [candidate for bound, candidate in block if bound <= SCALE * self.best.total]
            if within:
                self.offer(within)
            if len(within) < BLOCK:
                return self.best
            looked_at += len(block)
            if looked_at >= CANDIDATES:
                raise SearchLimitError(f"the cheapest solution is not settled by {CANDIDATES:,} candidates")
