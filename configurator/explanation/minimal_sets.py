"""Minimal conflicts and minimal corrections, over the numbers of parts that can be switched on and off.

A *conflict* is a set of parts that cannot hold together, minimal if it can once any member is left out. A
*correction* is a set of parts without which the others can, minimal if none of it can stay. Each hits all of
the other kind, and so each kind is found by way of the other:

- one conflict by deletion, guided by the solver's cores, which gives the preferred conflict of Junker,
  "QuickXplain" (AAAI 2004): what is tried first is left out if it can be, whatever the solver answers;
- all conflicts from the largest sets not yet explored, as in Liffiton, Previti, Malik and Marques-Silva,
  "Fast, flexible MUS enumeration" (Constraints 21, 2016);
- a conflict with the fewest members from smallest hitting sets of corrections, and corrections by ascending
  weight from smallest hitting sets of conflicts, as in Ignatiev, Previti, Liffiton and Marques-Silva,
  "Smallest MUS extraction with minimal hitting set dualization" (CP 2015).

Nothing depends on which core or which solution the solver happens to give: the same question has
the same answer in every process.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Protocol

from attrs import define, field, frozen

from configurator.csp.constraints import ClauseConstraint, LinearTerm, Literal
from configurator.csp.problem import ConstraintProblem
from configurator.csp.variables import Assignment, Variable
from configurator.engines.engine import NO_LIMITS, Infeasible, SearchLimits, Unknown
from configurator.engines.sat import SatEngine
from configurator.engines.switched import Clash, Possible
from configurator.errors import SearchLimitError


class Switchable(Protocol):
    """What is asked here: see `SwitchedProblem`."""

    def solve(self, on: Iterable[int], limits: SearchLimits = NO_LIMITS) -> Possible | Clash | Unknown:
        """Whether these parts can hold together."""

    def keeps(self, part: int, assignment: Assignment) -> bool:
        """Whether an assignment keeps all constraints of a part."""


@frozen
class MinimalSet:
    """A conflict.

    Attributes:
        parts: its members, ascending.
        proved: whether it is proved that none can be left out; a limit may have kept it from being tried.
        witnesses: for each member that was tried a solution of what always holds and all other members.
    """

    parts: tuple[int, ...]
    proved: bool = True
    witnesses: Mapping[int, Assignment] = field(factory=dict, eq=False, repr=False)


def shrink(
    problem: Switchable,
    parts: Sequence[int],
    limits: SearchLimits = NO_LIMITS,
    *,
    always: Iterable[int] = (),
) -> MinimalSet | None:
    """A minimal conflict among some parts; `None` if they can hold together.

    Members are tried in the order given, and left out if the rest is still a conflict. So what is tried late
    stays rather than what is tried early: it is the preferred conflict of that order, most important last.
    About one question for each member, and one more for each core that shrinks.

    Args:
        problem: what is asked.
        parts: what may be left out.
        limits: where they end the search, what is left is a conflict all the same, but not proved minimal.
        always: parts that stay on and are no members.

    Raises:
        SearchLimitError: not even the first question was answered.
    """
    background = frozenset(always)
    kept = dict.fromkeys(parts)
    answer = problem.solve(background | kept.keys(), limits)
    match answer:
        case Possible():
            return None
        case Unknown(reason=reason):
            raise SearchLimitError(reason)
        case Clash(parts=core):
            pass
    proved = True
    witnesses: dict[int, Assignment] = {}
    for part in tuple(kept):
        if part in core:
            rest = background | (kept.keys() - {part})
            match problem.solve(rest, limits):
                case Clash(parts=core):
                    del kept[part]
                case Possible(witness=witness):
                    witnesses[part] = witness
                case Unknown():
                    proved = False
        else:
            # The core does without it.
            del kept[part]
    return MinimalSet(tuple(sorted(kept)), proved, witnesses)


def minimal_conflicts(
    problem: Switchable,
    parts: Sequence[int],
    limits: SearchLimits = NO_LIMITS,
    *,
    always: Iterable[int] = (),
) -> Iterator[MinimalSet]:
    """Yield every minimal conflict among some parts once, lazily; the first is that of `shrink`.

    There may be exponentially many.

    Raises:
        SearchLimitError: a limit ended the search. What was yielded is right, but there may be more.
    """
    background = tuple(always)
    unexplored = Subsets(tuple(parts))
    seed: frozenset[int] | None = frozenset(parts)
    while seed is not None:
        conflict = shrink(problem, [part for part in parts if part in seed], limits, always=background)
        if conflict is None:
            # Nothing larger is unexplored, and so nothing larger holds together.
            unexplored.demand_one_of(part for part in parts if part not in seed)
        elif not conflict.proved:
            limits.check()
            raise SearchLimitError("a conflict could not be made minimal within the limits")
        else:
            yield conflict
            unexplored.demand_one_without(conflict.parts)
        seed = unexplored.largest(limits)


def smallest_conflict(
    problem: Switchable,
    parts: Sequence[int],
    limits: SearchLimits = NO_LIMITS,
    *,
    always: Iterable[int] = (),
    weights: Mapping[int, int] | None = None,
) -> MinimalSet | None:
    """A conflict with the fewest members (the least summed weight) among some parts; `None` if there is none.

    Raises:
        SearchLimitError: a limit ended the search.
    """
    background = tuple(always)
    hitting = Subsets(tuple(parts), weights or {})
    while True:
        candidate = hitting.smallest(limits)
        if candidate is None:
            # A correction without members: everything holds together.
            return None
        answer = problem.solve((*background, *candidate), limits)
        match answer:
            case Unknown(reason=reason):
                raise SearchLimitError(reason)
            case Clash():
                # Minimal already: what this adds is the witnesses.
                order = [part for part in parts if part in candidate]
                return shrink(problem, order, limits, always=background)
            case Possible(witness=witness):
                hitting.demand_one_of(_missing(problem, parts, witness, background, limits))


def _missing(
    problem: Switchable,
    parts: Sequence[int],
    witness: Assignment,
    background: tuple[int, ...],
    limits: SearchLimits,
) -> tuple[int, ...]:
    """A minimal correction: what cannot be added to the parts that a solution keeps, one after the other."""
    grown = {part for part in parts if problem.keeps(part, witness)}
    left_out: list[int] = []
    for part in parts:
        if part not in grown:
            match problem.solve((*background, *grown, part), limits):
                case Possible(witness=found):
                    grown.update(other for other in parts if problem.keeps(other, found))
                case Clash():
                    left_out.append(part)
                case Unknown(reason=reason):
                    raise SearchLimitError(reason)
    return tuple(left_out)


def corrections(
    problem: Switchable,
    parts: Sequence[int],
    limits: SearchLimits = NO_LIMITS,
    *,
    always: Iterable[int] = (),
    weights: Mapping[int, int] | None = None,
) -> Iterator[frozenset[int]]:
    """Yield every minimal correction of some parts once, lazily, by ascending summed weight.

    The empty one alone if everything holds together; none if what always stays on is a conflict by itself.

    Args:
        problem: what is asked.
        parts: what may be given up. Among corrections of equal weight, later parts are given up first.
        limits: of the whole search.
        always: parts that stay.
        weights: what giving up a part costs, at least 1; 1 where nothing is said.

    Raises:
        SearchLimitError: a limit ended the search. What was yielded is right, but there may be more.
        ValueError: a weight is less than 1.
    """
    if any(weight < 1 for weight in (weights or {}).values()):
        raise ValueError("what giving up something costs is at least 1")
    background = tuple(always)
    hitting = Subsets(tuple(parts), weights or {})
    while (given_up := hitting.smallest(limits)) is not None:
        kept = [part for part in parts if part not in given_up]
        conflict = shrink(problem, kept, limits, always=background)
        if conflict is None:
            yield given_up
            if not given_up:
                return
            hitting.demand_one_without(given_up)
        elif not conflict.parts:
            return
        else:
            hitting.demand_one_of(conflict.parts)


@define(eq=False)
class Subsets:
    """Which subsets of some parts are still in question. Small problems for an engine of their own.

    Attributes:
        parts: all of them; their order decides between subsets that are equally good.
        weights: what each adds to a subset; 1 where nothing is said.
    """

    parts: tuple[int, ...]
    weights: Mapping[int, int] = field(factory=dict)
    _demands: list[tuple[tuple[int, ...], int]] = field(factory=list, init=False)

    def demand_one_of(self, parts: Iterable[int]) -> None:
        """Only subsets that have one of these; none at all if there are none."""
        self._demand(parts, 1)

    def demand_one_without(self, parts: Iterable[int]) -> None:
        """Only subsets that lack one of these; none at all if there are none."""
        self._demand(parts, 0)

    def _demand(self, parts: Iterable[int], value: int) -> None:
        self._demands.append((tuple(sorted(set(parts))), value))

    def smallest(self, limits: SearchLimits) -> frozenset[int] | None:
        """The subset of the least weight; `None` when none is left."""
        return self._best(limits, 1)

    def largest(self, limits: SearchLimits) -> frozenset[int] | None:
        """The subset of the greatest weight; `None` when none is left."""
        return self._best(limits, -1)

    def _best(self, limits: SearchLimits, sign: int) -> frozenset[int] | None:
        # What no demand speaks of is out of the smallest subset and in the largest.
        spoken_of = {part for demand in self._demands for part in demand[0]}
        asked = [part for part in self.parts if part in spoken_of]
        number = {part: at for at, part in enumerate(asked)}
        variables = tuple(Variable(f"part {part}", 2) for part in asked)
        clauses = tuple(
            ClauseConstraint(tuple(Literal(number[part], frozenset({value})) for part in parts))
            for parts, value in self._demands
        )
        objective = tuple(
            LinearTerm(at, (0, sign * self.weights.get(part, 1))) for part, at in number.items()
        )
        problem = ConstraintProblem(variables, clauses)
        found = SatEngine().prepare(problem, limits).cheapest(objective, {}, limits)
        if isinstance(found, Unknown):
            raise SearchLimitError(found.reason)
        if isinstance(found, Infeasible):
            return None
        inside = {part for part, value in zip(asked, found.witness, strict=True) if value}
        return frozenset(inside if sign > 0 else inside | (set(self.parts) - spoken_of))
