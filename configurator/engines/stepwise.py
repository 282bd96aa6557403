"""Deciding variables one after the other, in an order of one's own, such that a solution always remains.

Whoever draws at random, or lets somebody choose, is told at every step what can follow; nothing is ever taken
back, and nothing is thrown away. A diagram in that order tells at once; what is too large for one is asked of
a solver, value by value. Where sums of variables of their own are all there is, arithmetic tells.
"""

from collections.abc import Sequence
from typing import Any, Protocol, TypeVar

import numpy as np
from attrs import field, frozen

from configurator.csp.constraints import LinearConstraint
from configurator.csp.problem import ConstraintProblem
from configurator.csp.value_sets import ValueSets, values_in
from configurator.csp.variables import Assignment
from configurator.engines.derived import WitnessSearch
from configurator.engines.diagram.compiling.compilation import compile_problem
from configurator.engines.diagram.decisions import Decision
from configurator.engines.diagram.limits import SizeLimits
from configurator.engines.diagram.walks.stepping import DiagramSteps, downwards
from configurator.engines.diagram.whole import Whole
from configurator.engines.engine import NO_LIMITS, SearchLimits
from configurator.engines.sat import SatEngine
from configurator.errors import SearchLimitError

SIZES = SizeLimits(nodes=200_000, arcs=3_000_000, entries=4_000_000, layer_bytes=200_000_000)
"""What a diagram in a given order may take; that order is not the one that keeps it small."""
MOST_SECONDS = 5.0
"""How long compiling may take before a solver is asked instead."""
MOST_SECONDS_OF_SOLVER = 30.0
"""How long making a solver ready may take."""
MOST_SECONDS_OF_STEP = 10.0
"""How long a solver may take to tell what can follow."""
WIDE = 2_000
"""Values of a variable from which on it is looked whether sums are all there is: neither diagrams nor solvers
take so many values easily."""
MOST_PAIRS = 4_000_000
"""Pairs of sums that are added up for what the variables to come can add; more are asked of a solver."""
LARGEST_SUM = 1 << 60
"""Sums up to which arithmetic in machine words is safe."""
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
        """Where nothing is decided; `None` where there is no solution.

        Raises:
            SearchLimitError: the solver could not tell.
        """
        if not self._first:
            limits = self._limits()
            sets = self.search.form.assumed({}, limits)
            witness = None if sets is None else self.search.solution(sets, limits)
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

    def _limits(self) -> SearchLimits:
        return self.limits.at_most(MOST_SECONDS_OF_STEP)

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
        limits = self._limits()

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
            sets = self.search.form.restricted(place.sets, variable, left, limits)
            solution = None if sets is None else self.search.solution(sets, limits)
            if solution is None:
                break
            learn(solution)
        return found


@frozen
class SumPlace:
    """How far one has come.

    Attributes:
        decided: how many variables are.
        totals: for each sum what it has come to.
    """

    decided: int
    totals: tuple[int, ...]


@frozen(eq=False)
class SumStep:
    """A variable, and what is known of it.

    Attributes:
        size: how many values it has.
        of: the number of its sum; -1 where it is in none.
        weights: what its values add to that.
        after: what the variables after it can add to that, ascending.
    """

    variable: int
    size: int
    of: int = -1
    weights: Whole | None = field(default=None, repr=False)
    after: Whole | None = field(default=None, repr=False)


@frozen(eq=False)
class SumSteps:
    """A problem of sums that share no variable, each between two bounds.

    Attributes:
        steps: the variables in order.
        bounds: the least and the most of each sum.
        possible: whether each sum can keep its bounds.
    """

    steps: tuple[SumStep, ...]
    bounds: tuple[tuple[int, int], ...]
    possible: bool
    _known: dict[SumPlace, list[int]] = field(factory=dict, init=False, repr=False)

    @classmethod
    def of(cls, problem: ConstraintProblem, sequence: Sequence[int]) -> "SumSteps | None":
        """`None` where something else is said, or a sum can come to too much, or to too many things."""
        sums: list[LinearConstraint] = []
        for constraint in problem.constraints:
            if not isinstance(constraint, LinearConstraint) or constraint.unless:
                return None
            sums.append(constraint)
        read = [term.variable for each in sums for term in each.terms]
        if len(set(read)) < len(read):
            return None
        steps = {variable: SumStep(variable, problem.variables[variable].size) for variable in sequence}
        bounds: list[tuple[int, int]] = []
        possible = all(variable.size for variable in problem.variables)
        for number, each in enumerate(sums):
            most = sum(max(map(abs, term.weights), default=0) for term in each.terms)
            if most >= LARGEST_SUM:
                return None
            low = -most if each.lower is None else max(each.lower, -most - 1)
            high = most if each.upper is None else min(each.upper, most + 1)
            bounds.append((low, high))
            found = _steps_of_sum(each, number, sequence)
            if found is None:
                return None
            *ordered, all_ = found
            steps.update((step.variable, step) for step in ordered if step.variable in steps)
            assert all_.after is not None
            possible = possible and bool(_meets(all_.after, low, high).any())
        return cls(tuple(steps[variable] for variable in sequence), tuple(bounds), possible)

    @property
    def start(self) -> SumPlace | None:
        """Where nothing is decided; `None` where there is no solution."""
        return SumPlace(0, (0,) * len(self.bounds)) if self.possible else None

    def variable(self, place: SumPlace) -> int:
        """The variable that is next."""
        return self.steps[place.decided].variable

    def values(self, place: SumPlace) -> Sequence[int]:
        """See `Steps`."""
        step = self.steps[place.decided]
        if step.weights is None or step.after is None:
            return range(step.size)
        if place.decided:
            return self._following(step, place)
        # The first list is long, and wanted for each draw.
        if place not in self._known:
            self._known[place] = self._following(step, place)
        return self._known[place]

    def after(self, place: SumPlace, value: int) -> SumPlace:
        """See `Steps`."""
        step = self.steps[place.decided]
        totals = list(place.totals)
        if step.weights is not None:
            totals[step.of] += int(step.weights[value])
        return SumPlace(place.decided + 1, tuple(totals))

    def _following(self, step: SumStep, place: SumPlace) -> list[int]:
        assert step.weights is not None
        assert step.after is not None
        (low, high), total = self.bounds[step.of], place.totals[step.of]
        room = step.weights + total
        first = np.searchsorted(step.after, low - room, side="left")
        last = np.searchsorted(step.after, high - room, side="right")
        found: list[int] = np.flatnonzero(last > first).tolist()
        return found


def _meets(sums: Whole, low: int, high: int) -> Whole:
    return (sums >= low) & (sums <= high)


def _steps_of_sum(each: LinearConstraint, number: int, sequence: Sequence[int]) -> list[SumStep] | None:
    """A step for each term, in reverse order, and one more of which `after` is what all can come to.

    Variables that are not asked for come last in the order. `None` where that is too much.
    """
    turn = {variable: at for at, variable in enumerate(sequence)}
    found: list[SumStep] = []
    after = np.zeros(1, np.int64)
    for term in sorted(each.terms, key=lambda term: turn.get(term.variable, len(turn)), reverse=True):
        weights = np.asarray(term.weights, np.int64)
        found.append(SumStep(term.variable, len(weights), number, weights, after))
        own = np.unique(weights)
        if len(own) * len(after) > MOST_PAIRS:
            # Of sums of neighbouring numbers nothing is left out.
            if not (_is_run(own) and _is_run(after)):
                return None
            after = np.arange(own[0] + after[0], own[-1] + after[-1] + 1)
        else:
            after = np.unique(np.add.outer(own, after))
    found.append(SumStep(-1, 0, number, None, after))
    return found


def _is_run(numbers: Whole) -> bool:
    return len(numbers) > 0 and int(numbers[-1]) - int(numbers[0]) == len(numbers) - 1 <= MOST_PAIRS


def _begins(decisions: Sequence[Decision], turns: Turns) -> bool:
    """Whether the layers settle the variables in that order, a mixed slot at once."""
    return [decision.variables for decision in decisions[: len(turns)]] == list(turns)


def steps_of(
    problem: ConstraintProblem,
    turns: Turns,
    limits: SearchLimits = NO_LIMITS,
    *,
    seconds: float = MOST_SECONDS,
) -> DiagramSteps | SolverSteps | SumSteps:
    """The steps through some variables of a problem, in this order; the others may be anything that fits.

    All kinds tell the same.

    Args:
        problem: any.
        turns: variables, each once.
        limits: of preparing, and of each step that a solver is asked.
        seconds: how long compiling may take before a solver is asked instead.

    Raises:
        SearchLimitError: the time is up, or making a solver ready took too long.
    """
    sequence = [variable for turn in turns for variable in turn]
    if max((variable.size for variable in problem.variables), default=0) >= WIDE and all(
        len(turn) == 1 for turn in turns
    ):
        sums = SumSteps.of(problem, sequence)
        if sums is not None:
            return sums
    try:
        compiled, _ = compile_problem(problem, limits.at_most(seconds), SIZES, sequence=sequence)
        if len(compiled.side_sums) <= 1 and (compiled.diagram.void or _begins(compiled.decisions, turns)):
            return DiagramSteps(compiled)
    except SearchLimitError:
        limits.check()
    steps = tuple((turn, settled) for turn in turns for settled in range(len(turn)))
    prepared = SatEngine().prepare(problem, limits.at_most(MOST_SECONDS_OF_SOLVER))
    return SolverSteps(prepared.search, steps, limits)
