"""What a mixed slot can still hold: the most units of each component, the fewest and the most units in all.

Any engine can answer through feasibility, with one question or more for each component. An engine that knows
multisets as such answers all components at once; it then has the method of `MultisetAnswers`.
"""

from collections.abc import Mapping
from typing import Protocol, runtime_checkable

from attrs import frozen

from configurator.csp.variables import Assumptions
from configurator.engines.engine import (
    NO_LIMITS,
    Domains,
    Feasible,
    PreparedProblem,
    SearchLimits,
    Unknown,
)
from configurator.errors import SearchLimitError


@frozen
class MultisetOffers:
    """What a mixed slot can still hold.

    Attributes:
        highest: for each component (by value, ascending) that some solution holds, the most units of it.
        fewest: the fewest units in all; 0 where there is no solution.
        most: the most units in all.
    """

    highest: Mapping[int, int]
    fewest: int
    most: int


NOTHING = MultisetOffers({}, 0, 0)


@runtime_checkable
class MultisetAnswers(Protocol):
    """A prepared problem that answers about multisets itself."""

    def multiset_offers(
        self, scope: tuple[int, ...], assumptions: Assumptions, limits: SearchLimits = NO_LIMITS
    ) -> MultisetOffers | Unknown | None:
        """What the positions of a chain can still hold; `None` to be asked by feasibility."""


def multiset_offers(
    prepared: PreparedProblem,
    scope: tuple[int, ...],
    domains: Domains,
    assumptions: Assumptions,
    limits: SearchLimits = NO_LIMITS,
) -> MultisetOffers | Unknown:
    """What the positions of a mixed slot can still hold.

    Args:
        prepared: an engine's.
        scope: the positions of the slot: variables under a `SortedConstraint`.
        domains: the valid domains under the assumptions; empty ones where nothing is possible, for reasons
            too that the assumptions do not tell.
        assumptions: what is chosen so far.
        limits: for all questions together.
    """
    if not all(domains[variable] for variable in scope):
        return NOTHING
    if isinstance(prepared, MultisetAnswers):
        answer = prepared.multiset_offers(scope, assumptions, limits)
        if answer is not None:
            return answer
    try:
        return by_feasibility(prepared, scope, domains, assumptions, limits)
    except SearchLimitError as stopped:
        return Unknown(stopped.reason)


def by_feasibility(
    prepared: PreparedProblem,
    scope: tuple[int, ...],
    domains: Domains,
    assumptions: Assumptions,
    limits: SearchLimits,
) -> MultisetOffers:
    """The same by questions of feasibility: some for each component that can be had twice.

    Position i can be filled: i units fit; it can be blank: fewer do.

    Raises:
        SearchLimitError: a limit ended the search.
    """
    values = [domains[variable] for variable in scope]
    if not any(values):
        return NOTHING
    possible = sorted({value for found in values for value in found if value})
    highest = {value: _highest(prepared, scope, domains, value, assumptions, limits) for value in possible}
    blank = [0 in found for found in values]
    fewest = blank.index(True) if True in blank else len(values)
    return MultisetOffers(highest, fewest, sum(any(found) for found in values))


def _highest(
    prepared: PreparedProblem,
    scope: tuple[int, ...],
    domains: Domains,
    value: int,
    assumptions: Assumptions,
    limits: SearchLimits,
) -> int:
    """The most units of a component that a solution holds; it is known to be at least 1.

    Equal units stand side by side, because positions ascend: n of them fit where some run
    of n positions can take the value. As assumptions such runs are refuted without a search
    far more often than a sum over all positions is.
    """
    able = [value in domains[variable] for variable in scope]
    for quantity in range(len(scope), 1, -1):
        for first in range(len(scope) - quantity + 1):
            if not all(able[first : first + quantity]):
                continue
            run = dict.fromkeys(scope[first : first + quantity], frozenset({value}))
            answer = prepared.feasibility({**assumptions, **run}, limits)
            if isinstance(answer, Unknown):
                raise SearchLimitError(answer.reason)
            if isinstance(answer, Feasible):
                return quantity
    return 1
