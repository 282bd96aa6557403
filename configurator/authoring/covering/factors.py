"""Factors and their levels as a solver sees them: for each factor a variable, for each level values of it.

A factor may be about one of several instances of an assembly. Then a *look* is laid into the problem, a
variable that says which instance is looked at, and the factor's own variable takes the level that this one
shows. A solution of the problem is a configuration together with one way of looking at it, and levels go
together where one solution has them all.
"""

from collections.abc import Iterator, Sequence

from attrs import field, frozen

from configurator.csp.constraints import (
    ClauseConstraint,
    Constraint,
    LinearConstraint,
    LinearTerm,
    Literal,
)
from configurator.csp.problem import ConstraintProblem
from configurator.csp.variables import Assignment, Variable

MOST_LOOKS = 64
"""In how many ways one configuration is looked at, at most, to see what it covers."""

Levels = tuple[int | None, ...]
"""For each factor the number of its level; `None` where it has none, since what it is about is not there."""


@frozen
class Reading:
    """How a level is read off an assignment: by a sum over variables.

    Attributes:
        variables: what is added up.
        weights: what each value of such a variable adds; `None` for its own number.
        level_of: by the sum the level; `None` for no level.
    """

    variables: tuple[int, ...]
    weights: tuple[int, ...] | None
    level_of: tuple[int | None, ...] = field(repr=False)

    def level(self, assignment: Assignment) -> int | None:
        """The level of an assignment."""
        if self.weights is None:
            return self.level_of[assignment[self.variables[0]]]
        return self.level_of[sum(self.weights[assignment[variable]] for variable in self.variables)]

    def sums_of(self, level: int) -> tuple[int, ...]:
        """The sums that show a level, ascending."""
        return tuple(total for total, shown in enumerate(self.level_of) if shown == level)


@frozen
class Look:
    """Which instance of an assembly is looked at, where there may be several.

    Attributes:
        variable: 0 for none, else the number of an instance, from 1.
        presences: for each instance the variable that says whether it is there.
        outer: the look at the assembly around it, by number; `None` where it stands in the product itself.
        outer_instances: for each instance the number of the one around it, from 1; empty without an outer.
    """

    variable: int
    presences: tuple[int, ...]
    outer: int | None = None
    outer_instances: tuple[int, ...] = ()


@frozen
class Factor:
    """Something that has one of some levels.

    Attributes:
        variable: whose values stand for levels.
        values: for each level the values that stand for it.
        readings: one; or where it is about an instance that is looked at, one for each instance.
        look: the number of that look; `None` where it is about the product itself.
    """

    variable: int
    values: tuple[frozenset[int], ...]
    readings: tuple[Reading, ...]
    look: int | None = None


@frozen(eq=False)
class FactorProblem:
    """A problem with its factors.

    Attributes:
        problem: what was given, and after its variables those of factors and looks.
        given: how many variables were given.
        factors: in order.
        looks: an outer one before those within it.
    """

    problem: ConstraintProblem = field(repr=False)
    given: int
    factors: tuple[Factor, ...]
    looks: tuple[Look, ...] = ()

    def shown(self, solution: Assignment) -> Levels:
        """The levels as a solution itself looks at its configuration."""
        return self._levels(solution, [solution[look.variable] for look in self.looks])

    def views(self, solution: Assignment) -> Iterator[Levels]:
        """The levels in all ways of looking at a solution's configuration; of very many ways only some."""
        yield self.shown(solution)
        if not self.looks:
            return
        for number, seen in enumerate(self._ways(solution, [])):
            if number == MOST_LOOKS:
                return
            yield self._levels(solution, seen)

    def _ways(self, solution: Assignment, seen: list[int]) -> Iterator[list[int]]:
        """All that can be looked at together."""
        if len(seen) == len(self.looks):
            yield seen
            return
        look = self.looks[len(seen)]
        there = [
            number
            for number, presence in enumerate(look.presences, start=1)
            if solution[presence]
            and (look.outer is None or look.outer_instances[number - 1] == seen[look.outer])
        ]
        for number in there or [0]:
            yield from self._ways(solution, [*seen, number])

    def _levels(self, solution: Assignment, seen: Sequence[int]) -> Levels:
        found: list[int | None] = []
        for factor in self.factors:
            if factor.look is None:
                found.append(factor.readings[0].level(solution))
            else:
                at = seen[factor.look]
                found.append(factor.readings[at - 1].level(solution) if at else None)
        return tuple(found)


class FactorWriter:
    """Adds factors and looks to a problem, one by one."""

    def __init__(self, problem: ConstraintProblem) -> None:
        """Begin with a problem that has none."""
        self._given = problem
        self._variables = list(problem.variables)
        self._constraints: list[Constraint] = []
        self._looks: list[Look] = []
        self._factors: list[Factor] = []

    def written(self) -> FactorProblem:
        """The problem with what was added."""
        problem = ConstraintProblem(tuple(self._variables), (*self._given.constraints, *self._constraints))
        given = len(self._given.variables)
        return FactorProblem(problem, given, tuple(self._factors), tuple(self._looks))

    def add_look(
        self, presences: tuple[int, ...], outer: int | None, outer_instances: tuple[int, ...]
    ) -> int:
        """Look at one of these instances where one of them is there; gives the number of the look."""
        variable = self._new_variable("look", len(presences) + 1)
        for number, presence in enumerate(presences, start=1):
            seen = _is(variable, number)
            self._imply(seen, _is(presence, 1))
            unseen = [_is(variable, *range(1, len(presences) + 1)), _is(presence, 0)]
            if outer is not None:
                around = self._looks[outer]
                others = (at for at in range(len(around.presences) + 1) if at != outer_instances[number - 1])
                elsewhere = _is(around.variable, *others)
                self._imply(seen, _is(around.variable, outer_instances[number - 1]))
                unseen.append(elsewhere)
            self._constraints.append(ClauseConstraint(tuple(unseen)))
        self._looks.append(Look(variable, presences, outer, outer_instances))
        return len(self._looks) - 1

    def add(self, readings: Sequence[Reading], levels: int, look: int | None = None) -> None:
        """Add a factor: one reading, or with a look one for each of its instances."""
        first = readings[0]
        if look is None and first.weights is None:
            values = tuple(frozenset(first.sums_of(level)) for level in range(levels))
            self._factors.append(Factor(first.variables[0], values, tuple(readings)))
            return
        # Value 0 is for no level.
        variable = self._new_variable("factor", levels + 1)
        values = tuple(frozenset({level + 1}) for level in range(levels))
        self._factors.append(Factor(variable, values, tuple(readings), look))
        if look is None:
            self._show(variable, levels, first, ())
            return
        seen = self._looks[look].variable
        every = range(1, len(readings) + 1)
        self._imply(_is(seen, 0), _is(variable, 0))
        for number, reading in enumerate(readings, start=1):
            elsewhere = _is(seen, 0, *(other for other in every if other != number))
            self._show(variable, levels, reading, (elsewhere,))

    def _show(self, variable: int, levels: int, reading: Reading, unless: tuple[Literal, ...]) -> None:
        """That a variable shows the level that is read, unless a literal holds."""
        shown: list[int | None] = [*range(levels)]
        if None in reading.level_of:
            shown.append(None)
        else:
            self._constraints.append(ClauseConstraint((_is(variable, *range(1, levels + 1)), *unless)))
        for level in shown:
            own = 0 if level is None else level + 1
            others = _is(variable, *(value for value in range(levels + 1) if value != own))
            sums = tuple(total for total, found in enumerate(reading.level_of) if found == level)
            if reading.weights is None:
                read = _is(reading.variables[0], *sums)
                self._constraints.append(ClauseConstraint((others, read, *unless)))
                continue
            terms = tuple(LinearTerm(each, reading.weights) for each in reading.variables)
            if not sums:
                self._constraints.append(ClauseConstraint((others, *unless)))
                continue
            self._constraints.append(LinearConstraint(terms, sums[0], sums[-1], (others, *unless)))

    def _imply(self, one: Literal, other: Literal) -> None:
        size = self._variables[one.variable].size
        against = Literal(one.variable, frozenset(range(size)) - one.values)
        self._constraints.append(ClauseConstraint((against, other)))

    def _new_variable(self, name: str, size: int) -> int:
        self._variables.append(Variable(f"{name} {len(self._variables)}", size))
        return len(self._variables) - 1


def _is(variable: int, *values: int) -> Literal:
    return Literal(variable, frozenset(values))
