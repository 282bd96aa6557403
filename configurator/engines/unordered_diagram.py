"""The compiled form of a problem with interchangeable blocks, for what is counted, listed by rank or drawn.

A diagram of the problem of composites, asked and answered in terms of the problem's own variables. What needs
no count (valid domains, the cheapest with each value) is asked of the diagram of the problem as it is.
"""

from collections.abc import Sequence
from hashlib import sha256
from typing import Protocol

import numpy as np
from attrs import field, frozen

from configurator.csp.constraints import Constraint
from configurator.csp.problem import ConstraintProblem
from configurator.csp.symmetries import Symmetries, canonical
from configurator.csp.variables import Assumptions
from configurator.engines.composition import Composition
from configurator.engines.diagram.artefact import fingerprint
from configurator.engines.diagram.compiled import CompiledDiagram
from configurator.engines.diagram.decisions import Columns
from configurator.engines.diagram.left_out import LeftOut, left_out_counts
from configurator.engines.diagram.search import DiagramSearch
from configurator.engines.diagram.whole import Whole
from configurator.engines.engine import (
    NO_LIMITS,
    Infeasible,
    Objective,
    Optimum,
    SearchLimits,
    Unknown,
)
from configurator.engines.unordered import ComposedProblem
from configurator.errors import SearchLimitError


class Ranked(Protocol):
    """Solutions in the order of a diagram; see `FastOrder`."""

    @property
    def size(self) -> int:
        """How many there are."""

    def page(self, offset: int, length: int, limits: SearchLimits = NO_LIMITS) -> Columns:
        """The solutions from a number on, at most so many."""

    def rank(self, columns: Columns, limits: SearchLimits = NO_LIMITS) -> Whole:
        """The number of each solution; -1 for what is none."""


class CountedForm(Protocol):
    """A compiled problem of which solutions are counted: `DiagramSearch`; up to order `UnorderedDiagram`."""

    @property
    def compiled(self) -> CompiledDiagram:
        """The diagram that counts."""

    def count(self, assumptions: Assumptions, limits: SearchLimits = NO_LIMITS) -> int | Unknown:
        """How many solutions obey the assumptions."""

    def sample(
        self, amount: int, seed: int, assumptions: Assumptions, limits: SearchLimits = NO_LIMITS
    ) -> Columns | Unknown:
        """Solutions drawn exactly uniformly and independently."""

    def fast_order(self, assumptions: Assumptions, limits: SearchLimits = NO_LIMITS) -> Ranked | Unknown:
        """The solutions in the diagram's own order."""

    def histogram(
        self,
        objective: Objective,
        edges: Sequence[int],
        assumptions: Assumptions,
        limits: SearchLimits = NO_LIMITS,
    ) -> tuple[int, ...] | Unknown:
        """For each edge how many solutions cost at most that."""

    def cost_extremes(
        self, objective: Objective, assumptions: Assumptions, limits: SearchLimits = NO_LIMITS
    ) -> tuple[int, int] | Infeasible | Unknown:
        """What no solution costs less than, and what none costs more than."""

    def top(
        self,
        objective: Objective,
        amount: int,
        assumptions: Assumptions,
        limits: SearchLimits = NO_LIMITS,
    ) -> tuple[Optimum, ...] | Unknown:
        """The cheapest solutions: by cost, equal ones in ascending order."""


@frozen(eq=False)
class UnorderedOrder:
    """Canonical solutions in the order of a diagram of composites."""

    composition: Composition = field(repr=False)
    symmetries: Symmetries = field(repr=False)
    order: Ranked

    @property
    def size(self) -> int:
        """How many there are."""
        return self.order.size

    def page(self, offset: int, length: int, limits: SearchLimits = NO_LIMITS) -> Columns:
        """The solutions from a number on, at most so many, with a row per variable of the problem."""
        return self.composition.columns(self.order.page(offset, length, limits))

    def rank(self, columns: Columns, limits: SearchLimits = NO_LIMITS) -> Whole:
        """The number of each solution, in whatever order its blocks are; -1 for what is none."""
        in_order = [canonical(tuple(column), self.symmetries) for column in columns.T.tolist()]
        composed = self.composition.composed(np.array(in_order, np.int32).reshape(columns.T.shape).T)
        known = (composed >= 0).all(axis=0)
        found = self.order.rank(np.where(known, composed, 0).astype(np.int32), limits)
        return np.where(known, found, -1)


@frozen(eq=False)
class UnorderedDiagram:
    """See `CountedForm`.

    Attributes:
        composed: the problem of composites.
        search: its diagram.
    """

    composed: ComposedProblem
    symmetries: Symmetries = field(repr=False)
    search: DiagramSearch

    @property
    def compiled(self) -> CompiledDiagram:
        """The diagram that counts, without what is assumed."""
        return self.search.compiled

    def count(self, assumptions: Assumptions, limits: SearchLimits = NO_LIMITS) -> int | Unknown:
        """How many canonical solutions obey the assumptions up to order."""
        try:
            search, assumed = self._asked(assumptions, limits)
            return search.count(assumed, limits)
        except SearchLimitError as stopped:
            return Unknown(stopped.reason)

    def sample(
        self, amount: int, seed: int, assumptions: Assumptions, limits: SearchLimits = NO_LIMITS
    ) -> Columns | Unknown:
        """Canonical solutions drawn exactly uniformly and independently."""
        try:
            search, assumed = self._asked(assumptions, limits)
            found = search.sample(amount, seed, assumed, limits)
        except SearchLimitError as stopped:
            return Unknown(stopped.reason)
        return found if isinstance(found, Unknown) else self.composed.composition.columns(found)

    def fast_order(
        self, assumptions: Assumptions, limits: SearchLimits = NO_LIMITS
    ) -> UnorderedOrder | Unknown:
        """The canonical solutions in the diagram's own order."""
        try:
            search, assumed = self._asked(assumptions, limits)
            found = search.fast_order(assumed, limits)
        except SearchLimitError as stopped:
            return Unknown(stopped.reason)
        if isinstance(found, Unknown):
            return found
        return UnorderedOrder(self.composed.composition, self.symmetries, found)

    def histogram(
        self,
        objective: Objective,
        edges: Sequence[int],
        assumptions: Assumptions,
        limits: SearchLimits = NO_LIMITS,
    ) -> tuple[int, ...] | Unknown:
        """For each edge how many canonical solutions cost at most that."""
        try:
            search, assumed = self._asked(assumptions, limits)
            return search.histogram(self.composed.composition.objective(objective), edges, assumed, limits)
        except SearchLimitError as stopped:
            return Unknown(stopped.reason)

    def cost_extremes(
        self, objective: Objective, assumptions: Assumptions, limits: SearchLimits = NO_LIMITS
    ) -> tuple[int, int] | Infeasible | Unknown:
        """What no solution costs less than, and what none costs more than."""
        try:
            search, assumed = self._asked(assumptions, limits)
            return search.cost_extremes(self.composed.composition.objective(objective), assumed, limits)
        except SearchLimitError as stopped:
            return Unknown(stopped.reason)

    def top(
        self,
        objective: Objective,
        amount: int,
        assumptions: Assumptions,
        limits: SearchLimits = NO_LIMITS,
    ) -> tuple[Optimum, ...] | Unknown:
        """The cheapest canonical solutions: by cost, equal ones in ascending order."""
        composition = self.composed.composition
        try:
            search, assumed = self._asked(assumptions, limits)
            found = search.top(composition.objective(objective), amount, assumed, limits)
        except SearchLimitError as stopped:
            return Unknown(stopped.reason)
        if isinstance(found, Unknown):
            return found
        return tuple(Optimum(each.cost, composition.assignment(each.witness)) for each in found)

    def _asked(self, assumptions: Assumptions, limits: SearchLimits) -> tuple[DiagramSearch, Assumptions]:
        """The diagram to ask, and what to assume.

        Raises:
            SearchLimitError: a limit was reached, or choices about blocks are too many to be matched.
        """
        assumed, demands = self.composed.composition.assumed(assumptions, self.composed.choices, limits)
        return (self.search.extended(demands, limits) if demands else self.search), assumed


def name_of_order(form: CountedForm, limits: SearchLimits = NO_LIMITS) -> str:
    """A short text that two compiled forms share only if their fast order is the same.

    Raises:
        SearchLimitError: the time is up.
    """
    name = form.compiled.remember(fingerprint, limits)
    if not isinstance(form, UnorderedDiagram):
        return name
    told = sha256(name.encode())
    for group in form.composed.composition.groups:
        told.update(np.ascontiguousarray(group.contents.columns).tobytes())
    return told.hexdigest()[: len(name)]


def left_out_up_to_order(
    fixed: ConstraintProblem,
    parts: Sequence[tuple[Constraint, ...]],
    symmetries: Symmetries,
    limits: SearchLimits = NO_LIMITS,
) -> LeftOut:
    """What each part refuses alone, of solutions that differ in the order of blocks one: see `left_out`.

    Args:
        fixed: the variables, and what always holds.
        parts: the constraints of each part, which does not tell blocks apart.
        symmetries: what may change places.
        limits: how long it may take.

    Raises:
        SearchLimitError: a limit was reached, or a block can be too many things.
    """
    composition = Composition.of(fixed, symmetries, limits)
    composed = [composition.rewritten(part, limits) for part in parts]
    return left_out_counts(composition.problem, composed, limits)
