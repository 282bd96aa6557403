"""Drawing a solution: one draw for each variable, in catalog order, among the values that leave a way on.

Every solution of one problem takes the same number of draws, also where only one value is left. So what
Hypothesis holds to be smaller, first fewer draws and then smaller ones from the left, is what comes first in
catalog order, place by place. Of a mixed slot its size is drawn first, so that fewer units are smaller, and
then its last unit first: so what is left of `A, B` with one unit less is `B` as well.
"""

from collections.abc import Hashable, Iterator, Mapping
from functools import cache
from typing import Any

from attrs import field, frozen
from hypothesis import strategies as st
from hypothesis.errors import FailedHealthCheck

from configurator.configuration.product import PreparedProduct, Question
from configurator.csp.constraints import ClauseConstraint, Constraint, LinearConstraint, LinearTerm, Literal
from configurator.csp.problem import ConstraintProblem
from configurator.csp.variables import Assignment, Variable
from configurator.engines.engine import SearchLimits
from configurator.engines.stepwise import AnySteps, Turns, steps_of
from configurator.errors import SearchLimitError, StrategyError
from configurator.lowering.layout import Layout, SlotLayout
from configurator.testing.strategies.asked import name_of

MOST_SECONDS_OF_DRAW = 10.0
"""How long one draw may take."""
MOST_REMEMBERED = 16
"""For how many different choices a product remembers its steps; the oldest go first."""


class DrawingTooSlowError(StrategyError, FailedHealthCheck):
    """Drawing takes too long. Hypothesis tells of failed health checks at once and does not shrink them."""


@frozen(eq=False)
class Drawing:
    """Solutions of a product's problem, perhaps of another one with the same variables first.

    Attributes:
        product: what solutions are about.
        steps: what can follow.
        draws: how many draws a solution takes.
        variables: how many the product has; those after them only help.
    """

    product: PreparedProduct = field(repr=False)
    steps: AnySteps = field(repr=False)
    draws: int
    variables: int

    @property
    def empty(self) -> bool:
        """Whether there is no solution.

        Raises:
            StrategyError: a solver could not tell.
        """
        try:
            return self.steps.start is None
        except SearchLimitError as stopped:
            raise self._too_slow(stopped) from stopped

    def drawn(self, draw: st.DrawFn) -> dict[int, int]:
        """The values of a solution by variable, in the order in which they are drawn.

        Raises:
            StrategyError: that took too long.
        """
        steps, place = self.steps, self.steps.start
        limits = SearchLimits.within(MOST_SECONDS_OF_DRAW)
        found: dict[int, int] = {}
        for _ in range(self.draws):
            try:
                limits.check()
                values = steps.values(place)
            except SearchLimitError as stopped:
                raise self._too_slow(stopped) from stopped
            found[steps.variable(place)] = value = values[draw(below(len(values)))]
            place = steps.after(place, value)
        return found

    def _too_slow(self, stopped: SearchLimitError) -> "DrawingTooSlowError":
        return DrawingTooSlowError(
            f"drawing from {name_of(self.product)} takes too long: {stopped.reason}",
            ("choices for some places, or a smaller catalog, make it quicker",),
        )

    def assignment(self, values: Mapping[int, int]) -> Assignment:
        """The product's part of a solution."""
        return tuple(values[variable] for variable in range(self.variables))

    def assigned(self, draw: st.DrawFn) -> Assignment:
        """The product's part of a solution that is drawn."""
        return self.assignment(self.drawn(draw))


@cache
def below(bound: int) -> "st.SearchStrategy[int]":
    """Whole numbers from 0, less than that; shrinking goes to 0."""
    return st.integers(0, bound - 1)


def drawing_of(question: Question) -> Drawing:
    """How to draw valid configurations that keep some choices; worked out once for the last few choices.

    Cost: some tenths of a second for a catalog of 50 rules and 200 components, the first time.

    Raises:
        SearchLimitError: preparing it did not fit the limits of time or size.
    """
    known: Any = question.product.lowered.known.setdefault("steps in catalog order", {})
    asked: Hashable = (question.choices.impossible, *_sayings(question))
    if asked not in known:
        while len(known) >= MOST_REMEMBERED:
            known.pop(next(iter(known)), None)
        problem = question.prepared.problem.extended(tuple(assumed(question)))
        known[asked] = drawing(question.product, problem)
    found: Drawing = known[asked]
    return found


def _sayings(question: Question) -> Iterator[Hashable]:
    yield from sorted(
        (variable, *sorted(values)) for variable, values in question.choices.assumptions.items()
    )
    yield from question.choices.constraints


def assumed(question: Question) -> Iterator[Constraint]:
    """A question's assumptions as constraints."""
    if question.impossible:
        yield ClauseConstraint(())
    for variable, values in sorted(question.choices.assumptions.items()):
        yield ClauseConstraint((Literal(variable, values),))


def drawing(product: PreparedProduct, problem: ConstraintProblem) -> Drawing:
    """How to draw solutions of a problem whose variables begin with those of a product.

    Raises:
        SearchLimitError: preparing it did not fit the limits of size.
    """
    layout = product.lowered.layout
    sized, turns = with_sizes(problem, layout)
    return Drawing(product, steps_of(sized, turns), sum(map(len, turns)), len(layout.variables))


def with_sizes(problem: ConstraintProblem, layout: Layout) -> tuple[ConstraintProblem, Turns]:
    """A problem with a variable more for each mixed slot, how many units it holds; and what to draw when."""
    variables, constraints = list(problem.variables), list(problem.constraints)
    turns: list[tuple[int, ...]] = []
    for place in layout.of.values():
        if isinstance(place, SlotLayout) and place.slot.cardinality.kind == "mixed":
            size = len(variables)
            most = len(place.variables)
            variables.append(Variable(f"{place.slot.key}#", most + 1))
            constraints.append(_counted(place, size, most))
            turns += [(size,), place.variables]
        else:
            turns += [(variable,) for variable in place.variables]
    return ConstraintProblem(tuple(variables), tuple(constraints)), turns


def _counted(place: SlotLayout, size: int, most: int) -> LinearConstraint:
    """That a variable is the number of units in a mixed slot."""
    one_each = tuple(int(bool(units)) for units in place.values)
    terms = [LinearTerm(variable, one_each) for variable in place.variables]
    less = LinearTerm(size, tuple(-amount for amount in range(most + 1)))
    return LinearConstraint((*terms, less), 0, 0)
