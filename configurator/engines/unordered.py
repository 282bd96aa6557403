"""A problem with interchangeable blocks as customers see it: what differs in their order alone is one thing.

| Question                       | Asked of                                                                  |
|--------------------------------|---------------------------------------------------------------------------|
| feasibility, domains, cheapest | the problem as it is: an order more or less changes nothing               |
| count, list                    | the problem with each block as one variable (`composition`)               |
| count, where blocks are too    | the problem as it is, once for each way in which blocks can be equal      |
| many things for that           | (`orbit_counts`)                                                          |
| list, likewise                 | the list of the problem as it is, of which only what is in order is kept  |

What is said about a single block, by an assumption or by a constraint that lies within it, is meant up to
order: a canonical solution obeys it if its instances can be given to the blocks in some way, each to
one, such that everything said holds.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import pairwise
from math import prod
from threading import Lock
from typing import Generic, TypeVar

from attrs import field, frozen

from configurator.csp.constraints import (
    ClauseConstraint,
    Constraint,
    LinearConstraint,
    LinearTerm,
    Literal,
)
from configurator.csp.problem import ConstraintProblem
from configurator.csp.symmetries import (
    NestedBlocks,
    Symmetries,
    canonical,
    nested,
    places_of,
)
from configurator.csp.variables import Assignment, Assumptions
from configurator.engines.composition import Composition
from configurator.engines.cp_sat import CpSatEngine
from configurator.engines.dealing import obeys
from configurator.engines.engine import (
    NO_LIMITS,
    Domains,
    Engine,
    Feasibility,
    Infeasible,
    Objective,
    Optimum,
    PreparedProblem,
    SearchLimits,
    Unknown,
)
from configurator.engines.multiset_questions import MultisetAnswers, MultisetOffers
from configurator.engines.orbit_counts import count_up_to_order, with_choices
from configurator.engines.sat import SatEngine
from configurator.engines.staged import StagedEngine, StagedProblem, compiles
from configurator.engines.symmetric_parts import Parts, parts_of
from configurator.errors import SearchLimitError

T = TypeVar("T")

LARGEST_NUMBER = 2**40
"""What contents of blocks are numbered up to, so that one constraint says that they ascend."""
MOST_CONTENTS_SEARCHED = 500
"""Contents of a block above which an engine that searches witness by witness does not list composites."""


@frozen(eq=False)
class Once(Generic[T]):
    """Something that is made when it is first needed, by one thread at a time, and kept."""

    make: Callable[[SearchLimits], T] = field(repr=False)
    _lock: Lock = field(factory=Lock, init=False, repr=False)
    _found: list[T | SearchLimitError] = field(factory=list, init=False, repr=False)

    def found(self, limits: SearchLimits) -> T:
        """What was made, now or before.

        Raises:
            SearchLimitError: it could not be made. Sizes are remembered; for want of time it is tried again.
        """
        with self._lock:
            if not self._found:
                try:
                    self._found.append(self.make(limits))
                except SearchLimitError as stopped:
                    limits.check()
                    self._found.append(stopped)
            (found,) = self._found
        if isinstance(found, SearchLimitError):
            raise SearchLimitError(found.reason)
        return found


@frozen(eq=False)
class ComposedProblem:
    """A problem of composites that an engine is ready to answer about.

    Attributes:
        choices: constraints within single blocks, brought in with each question.
    """

    composition: Composition
    prepared: PreparedProblem
    choices: tuple[Constraint, ...] = ()

    def asked(
        self, assumptions: Assumptions, limits: SearchLimits
    ) -> tuple[PreparedProblem, Mapping[int, frozenset[int]]]:
        """What to ask, and what to assume, to be told about assumptions on the problem's own variables.

        Raises:
            SearchLimitError: a limit was reached, or choices about blocks are too many to be matched.
        """
        assumed, demands = self.composition.assumed(assumptions, self.choices, limits)
        return (self.prepared.extended(demands, limits) if demands else self.prepared), assumed

    def extended(self, constraints: Sequence[Constraint], limits: SearchLimits) -> "ComposedProblem":
        """The same with constraints, all that were added.

        Raises:
            SearchLimitError: preparing them did not fit the limits, or what they say of an instance depends
                on other places.
        """
        groups = [group.nest for group in self.composition.groups]
        parts = parts_of(constraints, groups, self.composition.variables).without_entangled()
        prepared = self.prepared
        if parts.even:
            prepared = prepared.extended(self.composition.rewritten(parts.even, limits), limits)
        return ComposedProblem(self.composition, prepared, parts.choices)


@frozen(eq=False)
class UnorderedProblem:
    """A prepared problem with interchangeable blocks; see `PreparedProblem` for the questions.

    Attributes:
        symmetries: what may change places.
        engine: prepares what is asked.
        labelled: the problem as it is, prepared.
        bare: the problem of composites, without the constraints that were added.
        composed: the same with them.
        base: gives the problem without them.
        extensions: constraints that were added.
    """

    symmetries: Symmetries = field(repr=False)
    engine: Engine
    labelled: PreparedProblem
    bare: Once[ComposedProblem] = field(repr=False)
    composed: Once[ComposedProblem] = field(repr=False)
    base: Callable[[], ConstraintProblem] = field(repr=False)
    extensions: tuple[Constraint, ...] = field(default=(), repr=False)

    @property
    def problem(self) -> ConstraintProblem:
        """The problem as it was given."""
        return self.labelled.problem

    def feasibility(self, assumptions: Assumptions, limits: SearchLimits = NO_LIMITS) -> Feasibility:
        """Whether a solution obeys the assumptions; the witness need not be canonical."""
        return self.labelled.feasibility(assumptions, limits)

    def domains(self, assumptions: Assumptions, limits: SearchLimits = NO_LIMITS) -> Domains | Unknown:
        """The valid domains, block by block as the assumptions speak of them."""
        return self.labelled.domains(assumptions, limits)

    def cheapest(
        self, objective: Objective, assumptions: Assumptions, limits: SearchLimits = NO_LIMITS
    ) -> Optimum | Infeasible | Unknown:
        """The least cost of a solution that obeys the assumptions; the witness need not be canonical.

        Raises:
            ValueError: the objective does not fit the variables.
        """
        return self.labelled.cheapest(objective, assumptions, limits)

    def multiset_offers(
        self, scope: tuple[int, ...], assumptions: Assumptions, limits: SearchLimits = NO_LIMITS
    ) -> MultisetOffers | Unknown | None:
        """What the positions of a chain can still hold; `None` to be asked by feasibility."""
        if not isinstance(self.labelled, MultisetAnswers):
            return None
        return self.labelled.multiset_offers(scope, assumptions, limits)

    def count(self, assumptions: Assumptions, limits: SearchLimits = NO_LIMITS) -> int | Unknown:
        """How many canonical solutions obey the assumptions up to order, exactly."""
        reasons: list[str] = []
        try:
            ways = self._ways_to_count(assumptions, limits)
            for number, way in enumerate(ways, start=1):
                limits.check()
                found = way(assumptions, limits if number == len(ways) else limits.half())
                if not isinstance(found, Unknown):
                    return found
                reasons.append(found.reason)
            limits.check()
        except SearchLimitError as stopped:
            return Unknown(stopped.reason)
        return Unknown("; ".join(dict.fromkeys(reasons)))

    def _ways_to_count(
        self, assumptions: Assumptions, limits: SearchLimits
    ) -> "tuple[Callable[[Assumptions, SearchLimits], int | Unknown], ...]":
        """The ways, the most promising first: a search for each of many instances may not end.

        Raises:
            SearchLimitError: the time is up.
        """
        if isinstance(self.engine, StagedEngine) and compiles(self.engine):
            return self._counted_by_diagram, self._counted_by_orbits, self._counted_by_contents
        if not compiles(self.engine) and self._entangled(assumptions, limits):
            return self._counted_by_orbits, self._counted_by_contents
        return self._counted_by_contents, self._counted_by_orbits

    def _entangled(self, assumptions: Assumptions, limits: SearchLimits) -> bool:
        """Whether choices about blocks are to be matched with each other; no where that is not known.

        Raises:
            SearchLimitError: the time is up.
        """
        try:
            composed = self.composed.found(limits)
            return bool(composed.composition.assumed(assumptions, composed.choices, limits)[1])
        except SearchLimitError:
            limits.check()
            return False

    def _counted_by_contents(self, assumptions: Assumptions, limits: SearchLimits) -> int | Unknown:
        try:
            prepared, assumed = self.composed.found(limits).asked(assumptions, limits)
            return prepared.count(assumed, limits)
        except SearchLimitError as stopped:
            return Unknown(stopped.reason)

    def _counted_by_diagram(self, assumptions: Assumptions, limits: SearchLimits) -> int | Unknown:
        """The same where several engines are asked in turn, by the one that compiles."""
        try:
            prepared, assumed = self.composed.found(limits).asked(assumptions, limits)
            assert isinstance(prepared, StagedProblem)
            stage = next(stage for stage in prepared.stages if compiles(stage.engine))
            return stage.prepared(limits).count(assumed, limits)
        except SearchLimitError as stopped:
            return Unknown(stopped.reason)

    def _counted_by_orbits(self, assumptions: Assumptions, limits: SearchLimits) -> int | Unknown:
        def count(problem: ConstraintProblem) -> int | Unknown:
            return self.engine.prepare(problem, limits).count({}, limits)

        try:
            parts = self._parts()
            problem = self.base().extended(parts.even)
            choices = (*parts.choices, *parts.entangled)
            return count_up_to_order(problem, self.symmetries, assumptions, choices, count, limits)
        except SearchLimitError as stopped:
            return Unknown(stopped.reason)

    def solutions(self, assumptions: Assumptions, limits: SearchLimits = NO_LIMITS) -> Iterator[Assignment]:
        """Yield each canonical solution that obeys the assumptions up to order once, lazily, ascending.

        Raises:
            SearchLimitError: a limit ended the search.
        """
        limits.check()
        told: Assignment | None = None
        if not self._searched:
            try:
                composed = self.composed.found(limits)
                prepared, assumed = composed.asked(assumptions, limits)
                for found in prepared.solutions(assumed, limits):
                    told = composed.composition.assignment(found)
                    yield told
            except SearchLimitError:
                limits.check()
            else:
                return
        # Both lists have one order: where one stops, the other goes on.
        for solution in self._kept(assumptions, limits):
            if told is None or solution > told:
                yield solution

    @property
    def _searched(self) -> bool:
        """Whether the engine would tell all values of a chain apart in clauses, and there are many."""
        return isinstance(self.engine, SatEngine | CpSatEngine) and any(
            prod(self.base().variables[variable].size for variable in nest.group.blocks[0])
            > MOST_CONTENTS_SEARCHED
            for nest in nested(self.symmetries)
        )

    def _kept(self, assumptions: Assumptions, limits: SearchLimits) -> Iterator[Assignment]:
        """Of the solutions of the problem as it is those in order that obey the assumptions up to order."""
        groups = nested(self.symmetries)
        places = places_of(groups)
        parts = self._parts()
        choices = (*parts.choices, *parts.entangled)
        inside = {variable: values for variable, values in assumptions.items() if variable in places}
        outside = {variable: values for variable, values in assumptions.items() if variable not in places}
        base = self.base()
        problem = base.extended((*parts.even, *in_canonical_order(groups, base)))
        try:
            problem, _ = with_choices(problem, groups, inside, choices)
        except SearchLimitError:
            # Then only what is found is held against the choices.
            limits.check()
        width = len(base.variables)
        for found in self.engine.prepare(problem, limits).solutions(outside, limits):
            solution = found[:width]
            if canonical(solution, self.symmetries) == solution and obeys(
                groups, list(solution), inside, choices
            ):
                yield solution

    def _parts(self) -> Parts:
        """What was added, in parts.

        Raises:
            SearchLimitError: it tells instances apart that it takes together.
        """
        return parts_of(self.extensions, nested(self.symmetries), self.base().variables)

    def extended(
        self, constraints: tuple[Constraint, ...], limits: SearchLimits = NO_LIMITS
    ) -> "UnorderedProblem":
        """The same problem with more constraints.

        Those about a single block are meant up to order, as assumptions are. The others must not tell blocks
        apart, all of them together; where they do, counts are unknown and lists end with the reason.

        Raises:
            SearchLimitError: preparing them did not fit the limits.
        """
        bare, every = self.bare, (*self.extensions, *constraints)
        return UnorderedProblem(
            self.symmetries,
            self.engine,
            self.labelled.extended(constraints, limits),
            bare,
            Once(lambda within: bare.found(within).extended(every, within)),
            self.base,
            every,
        )


def prepare_unordered(
    engine: Engine,
    find_problem: Callable[[], ConstraintProblem],
    symmetries: Symmetries,
    labelled: PreparedProblem,
) -> PreparedProblem:
    """A prepared problem that counts and lists up to order; the same again where nothing is symmetric.

    Args:
        engine: prepares the problem of composites when it is first needed.
        find_problem: gives the problem, which need not be known while an engine is ready without it.
        symmetries: what may change places.
        labelled: the problem as it is, prepared.
    """
    if not nested(symmetries):
        return labelled

    def compose(limits: SearchLimits) -> ComposedProblem:
        composition = Composition.of(find_problem(), symmetries, limits)
        return ComposedProblem(composition, engine.prepare(composition.problem, limits))

    bare = Once(compose)
    return UnorderedProblem(symmetries, engine, labelled, bare, bare, find_problem)


# ---------------------------------------------------------------- lists of the problem as it is


def in_canonical_order(groups: Sequence[NestedBlocks], problem: ConstraintProblem) -> Iterator[Constraint]:
    """What blocks obey that ascend, as far as numbers of a moderate size can tell: it spares other orders."""
    for nest in groups:
        for before, after in pairwise(nest.group.blocks):
            there = Literal(before[0], frozenset(range(1, problem.variables[before[0]].size)))
            not_there = Literal(after[0], frozenset({0}))
            yield ClauseConstraint((not_there, there))
            # Digits of a number, the first variable's first: what comes earlier in the list is less.
            digits = tuple(_digits([problem.variables[variable].size for variable in before[1:]]))
            falling = tuple(
                LinearTerm(variable, tuple(sign * value for value in values))
                for block, sign in ((before, 1), (after, -1))
                for variable, values in zip(block[1:], digits, strict=False)
            )
            if falling:
                yield LinearConstraint(falling, None, 0, (not_there,))
        for inner in nest.inner:
            yield from in_canonical_order(inner, problem)


def _digits(sizes: Sequence[int]) -> Iterator[range]:
    """For each of the first variables what its values stand for in a number that is not too large."""
    kept, whole = 0, 1
    while kept < len(sizes) and whole * sizes[kept] <= LARGEST_NUMBER:
        whole *= sizes[kept]
        kept += 1
    for size in sizes[:kept]:
        whole //= max(1, size)
        yield range(0, whole * size, whole)
