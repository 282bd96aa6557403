"""Deciding variables one after the other, in an order of one's own, such that a solution always remains.

Whoever draws at random, or lets somebody choose, is told at every step what can follow; nothing is ever taken
back, and nothing is thrown away. A diagram in that order tells at once; what is too large for one is asked of
a solver, value by value.
"""

from collections.abc import Sequence
from typing import Any, Protocol, TypeVar

from attrs import field, frozen

from configurator.csp.problem import ConstraintProblem
from configurator.csp.value_sets import ValueSets, values_in
from configurator.csp.variables import Assignment
from configurator.engines.derived import WitnessSearch
from configurator.engines.diagram.compiling.compilation import compile_problem
from configurator.engines.diagram.decisions import Decision
from configurator.engines.diagram.limits import SizeLimits
from configurator.engines.diagram.walks.stepping import DiagramSteps, downwards
from configurator.engines.engine import NO_LIMITS, SearchLimits
from configurator.engines.sat import SatEngine
from configurator.errors import SearchLimitError

SIZES = SizeLimits(nodes=200_000, arcs=3_000_000, entries=4_000_000, layer_bytes=200_000_000)
"""What a diagram in a given order may take; that order is not the one that keeps it small."""
MOST_SECONDS = 5.0
"""How long compiling may take before a solver is asked instead."""
MOST_REMEMBERED = 10_000
"""Beginnings of which a solver's answers are remembered."""
MOST_WITNESSES = 4
"""Solutions that are kept with a beginning."""

Place = TypeVar("Place")

Turns = Sequence[tuple[int, ...]]
"""What is decided when: variables one by one, or the positions of a mixed slot.

Before a mixed slot comes a variable that says how many units it has. Its positions are decided from its last
unit down to its first, and then the blanks: see `downwards`.
"""


class Steps(Protocol[Place]):
    """What can follow, step by step. A place is how far one has come; it is hashable and never changes."""

    @property
    def start(self) -> Place | None:
        """Where nothing is decided; `None` where there is no solution."""

    def variable(self, place: Place) -> int:
        """The variable that is next."""

    def values(self, place: Place) -> Sequence[int]:
        """The values of the next variable with which there is a solution, ascending; never none.

        Raises:
            SearchLimitError: the solver could not tell.
        """

    def after(self, place: Place, value: int) -> Place:
        """Where the next variable has one of its `values`."""


AnySteps = Steps[Any]


@frozen(eq=False)
class Beginning:
    """The values decided so far.

    Attributes:
        decided: how many variables are.
        before: the value of the variable before the next; before a mixed slot, and in it, how many units that
            has.
        sets: what propagation leaves of every variable.
        witnesses: solutions that begin so, at least one.
        values: what can follow, and a witness for each, once that is known.
    """

    decided: int
    before: int
    sets: ValueSets = field(repr=False)
    witnesses: tuple[Assignment, ...] = field(repr=False)
    values: dict[int, Assignment] = field(factory=dict, init=False, repr=False)
    following: "dict[int, Beginning]" = field(factory=dict, init=False, repr=False)


@frozen(eq=False)
class SolverSteps:
    """A problem of which each step is asked of a solver.

    What was asked is remembered with its beginning, the most recent ones.

    Attributes:
        turns: for each step the variables of its turn, and how many of them are decided before.
    """

    search: WitnessSearch
    turns: tuple[tuple[tuple[int, ...], int], ...]
    limits: SearchLimits = NO_LIMITS
    _first: list[Beginning | None] = field(factory=list, init=False, repr=False)
    _remembered: list[Beginning] = field(factory=list, init=False, repr=False)

    @property
    def start(self) -> Beginning | None:
        """Where nothing is decided; `None` where there is no solution."""
        if not self._first:
            sets = self.search.form.assumed({}, self.limits)
            witness = None if sets is None else self.search.solution(sets, self.limits)
            if sets is None or witness is None:
                self._first.append(None)
            else:
                self._first.append(Beginning(0, 0, sets, (witness,)))
        return self._first[0]

    def variable(self, place: Beginning) -> int:
        """The variable that is next."""
        variables, settled = self.turns[place.decided]
        many = len(variables)
        return variables[downwards(place.before, many)[settled] if many > 1 else 0]

    def values(self, place: Beginning) -> Sequence[int]:
        """See `Steps`."""
        if not place.values:
            place.values.update(sorted(self._witnessed(place).items()))
        return tuple(place.values)

    def after(self, place: Beginning, value: int) -> Beginning:
        """See `Steps`."""
        if value not in place.following:
            if len(self._remembered) >= MOST_REMEMBERED:
                for old in self._remembered:
                    old.following.clear()
                self._remembered.clear()
            self._remembered.append(place)
            place.following[value] = self._followed(place, value)
        return place.following[value]

    # ------------------------------------------------------------ inside

    def _followed(self, place: Beginning, value: int) -> Beginning:
        variable = self.variable(place)
        sets = self.search.form.restricted(place.sets, variable, 1 << value, self.limits)
        assert sets is not None
        first = place.values[value]
        others = (each for each in place.witnesses if each[variable] == value and each != first)
        before = place.before if len(self.turns[place.decided][0]) > 1 else value
        return Beginning(place.decided + 1, before, sets, (first, *others)[:MOST_WITNESSES])

    def _witnessed(self, place: Beginning) -> dict[int, Assignment]:
        """A solution for each value of the next variable that has one."""
        variable = self.variable(place)
        found: dict[int, Assignment] = {}
        left = place.sets[variable]

        def learn(witness: Assignment) -> None:
            nonlocal left
            proved = self.search.form.replacements(witness, variable, left | 1 << witness[variable])
            for value in values_in(proved & left):
                found[value] = (*witness[:variable], value, *witness[variable + 1 :])
            left &= ~proved

        for witness in place.witnesses:
            if left:
                learn(witness)
        while left:
            sets = self.search.form.restricted(place.sets, variable, left, self.limits)
            solution = None if sets is None else self.search.solution(sets, self.limits)
            if solution is None:
                break
            learn(solution)
        return found


def _begins(decisions: Sequence[Decision], turns: Turns) -> bool:
    """Whether the layers settle the variables in that order, a mixed slot at once."""
    return [decision.variables for decision in decisions[: len(turns)]] == list(turns)


def steps_of(
    problem: ConstraintProblem,
    turns: Turns,
    limits: SearchLimits = NO_LIMITS,
    *,
    seconds: float = MOST_SECONDS,
) -> DiagramSteps | SolverSteps:
    """The steps through some variables of a problem, in this order; the others may be anything that fits.

    Both kinds tell the same.

    Args:
        problem: any.
        turns: variables, each once.
        limits: of preparing, and of each step that a solver is asked.
        seconds: how long compiling may take before a solver is asked instead.

    Raises:
        SearchLimitError: the time is up.
    """
    try:
        sequence = [variable for turn in turns for variable in turn]
        compiled, _ = compile_problem(problem, limits.at_most(seconds), SIZES, sequence=sequence)
        if len(compiled.side_sums) <= 1 and (compiled.diagram.void or _begins(compiled.decisions, turns)):
            return DiagramSteps(compiled)
    except SearchLimitError:
        limits.check()
    steps = tuple((turn, settled) for turn in turns for settled in range(len(turn)))
    return SolverSteps(SatEngine().prepare(problem, limits).search, steps, limits)
