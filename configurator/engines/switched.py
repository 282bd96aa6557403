"""Problems of which parts can be left out: which parts cannot hold together?

Everything that explains asks this: each rule and each choice is a part, and what clashes is a set of parts.
One incremental solver (`sat`) serves all such questions. A part of constraints holds where its guard, a
literal of its own, is assumed; a part that only narrows variables, as a choice does, is its own literals.
"""

from collections import deque
from collections.abc import Callable, Iterable, Sequence

from attrs import evolve, field, frozen

from configurator.csp.constraints import ClauseConstraint, Constraint, PredicateConstraint
from configurator.csp.problem import ConstraintProblem
from configurator.csp.semantics import holds
from configurator.csp.simplification import fuse
from configurator.csp.value_sets import ValueSets, value_set
from configurator.csp.variables import Assignment, Variable
from configurator.engines.engine import NO_LIMITS, SearchLimits, Unknown
from configurator.engines.propagated import PropagatedProblem
from configurator.engines.sat import Guard, SharedSolver
from configurator.engines.sat_encoding import FALSE, TRUE, Lazy, with_tabulated_predicates
from configurator.errors import SearchLimitError

MOST_REMEMBERED = 200
"""How many solutions, and how many clashes, are remembered for later questions."""
MOST_ADDED_LITERALS = 20_000
"""How many literals questions may add to a solver before it is better made anew."""

Part = tuple[Constraint, ...]
"""Constraints that are switched on together."""


Keeps = Callable[[int, Assignment], bool]
"""Whether an assignment keeps all constraints of a part."""


@frozen
class Possible:
    """Everything switched on can hold together; `witness` is a solution of it (any)."""

    witness: Assignment


@frozen
class Clash:
    """No solution keeps everything switched on.

    Attributes:
        parts: of what was switched on some parts that suffice for it; perhaps fewer would. Empty where
            what is always on has no solution by itself.
    """

    parts: frozenset[int]


@frozen(eq=False)
class Switch:
    """What turns a part on.

    Attributes:
        literals: to be assumed.
        lazy: what models must then be held against.
        guard: keeps the part's clauses in the solver as long as the part is of use.
    """

    literals: tuple[int, ...]
    lazy: tuple[Lazy, ...] = ()
    guard: Guard | None = None


class Answers:
    """What is known of a switched problem from earlier questions. Threads may share it.

    Whoever looks for minimal sets asks again and again for parts of what was found possible, and for more
    than what was found to clash.
    """

    def __init__(self) -> None:
        """Nothing is known yet."""
        self._clashes: dict[frozenset[int], Clash] = {}
        self._witnesses: deque[Witness] = deque(maxlen=MOST_REMEMBERED)

    def known(self, on: frozenset[int], keeps: Keeps) -> Possible | Clash | None:
        """What follows for these parts; `None` if nothing does."""
        clash = min(
            (clash for clash in tuple(self._clashes.values()) if clash.parts <= on),
            key=lambda each: len(each.parts),
            default=None,
        )
        return clash or next((each.found for each in tuple(self._witnesses) if each.shows(on, keeps)), None)

    def learn(self, on: frozenset[int], found: Possible | Clash) -> None:
        """Keep an answer."""
        if isinstance(found, Clash):
            self._clashes[found.parts] = found
            if len(self._clashes) > MOST_REMEMBERED:
                self._clashes.pop(next(iter(self._clashes)), None)
        else:
            self._witnesses.appendleft(Witness(found, set(on)))


@frozen(eq=False)
class Witness:
    """A solution, with the parts of which it is known whether it keeps them."""

    found: Possible
    kept: set[int]
    broken: set[int] = field(factory=set)

    def shows(self, on: frozenset[int], keeps: Keeps) -> bool:
        """Whether the parts are possible because of it."""
        if not self.broken.isdisjoint(on):
            return False
        for part in on.difference(self.kept):
            if not keeps(part, self.found.witness):
                self.broken.add(part)
                return False
            self.kept.add(part)
        return True


@frozen(eq=False)
class SwitchedProblem:
    """Constraints that always hold, and parts that hold only where they are switched on.

    Attributes:
        fixed: what always holds.
        parts: by number.
    """

    fixed: ConstraintProblem
    parts: tuple[Part, ...]
    _sets: ValueSets | None = field(repr=False)
    _shared: SharedSolver | None = field(repr=False)
    _lazy: tuple[Lazy, ...] = field(repr=False)
    _switches: tuple[Switch, ...] = field(repr=False)
    _literals: int = 0
    # Of an extension it knows nothing yet: the same number may stand for another part.
    _answers: Answers = field(factory=Answers, init=False, repr=False)

    @property
    def worn(self) -> bool:
        """Whether questions have added so much to the solver that it is better made anew.

        Every set of values that was ever asked about stays in it as a literal.
        """
        return self._shared is not None and (
            self._shared.encoding.literals > self._literals + MOST_ADDED_LITERALS
        )

    @classmethod
    def of(
        cls, fixed: ConstraintProblem, parts: Sequence[Part] = (), limits: SearchLimits = NO_LIMITS
    ) -> "SwitchedProblem":
        """Write everything as clauses, once.

        Raises:
            SearchLimitError: the time is up.
        """
        limits.check()
        always = fuse(fixed)
        form = PropagatedProblem.of(always)
        sets = form.assumed({}, limits)
        if sets is None:
            return cls(fixed, tuple(parts), None, None, (), ())
        always = with_tabulated_predicates(always, sets, limits.check)
        written = [_written(fixed.variables, part, sets, limits) for part in parts]
        shared = SharedSolver(sets)
        together = tuple(c for found in (always, *written) for c in found.constraints)
        # Values are told apart for all parts at once: the literals' trees are flatter for it.
        shared.encoding.tell_values_apart(ConstraintProblem(fixed.variables, together), limits.check)
        lazy = shared.say(always, TRUE, limits)
        switches = tuple(
            _switch(shared, part, found, limits) for part, found in zip(parts, written, strict=True)
        )
        return cls(fixed, tuple(parts), sets, shared, lazy, switches, shared.encoding.literals)

    def extended(self, parts: Sequence[Part], limits: SearchLimits = NO_LIMITS) -> "SwitchedProblem":
        """The same with more parts, numbered on, in the same solver; this one stays as it is.

        Raises:
            SearchLimitError: the time is up.
        """
        limits.check()
        if self._shared is None or self._sets is None:
            return evolve(self, parts=(*self.parts, *parts))
        with self._shared.lock:
            switches = tuple(
                _switch(self._shared, part, _written(self.fixed.variables, part, self._sets, limits), limits)
                for part in parts
            )
        return evolve(self, parts=(*self.parts, *parts), switches=(*self._switches, *switches))

    def picked(self, numbers: Sequence[int]) -> "SwitchedProblem":
        """The same with these parts alone, in this order, in the same solver."""
        switches = tuple(self._switches[number] for number in numbers) if self._switches else ()
        return evolve(self, parts=tuple(self.parts[number] for number in numbers), switches=switches)

    def solve(self, on: Iterable[int], limits: SearchLimits = NO_LIMITS) -> Possible | Clash | Unknown:
        """Whether these parts can hold together."""
        if self._shared is None or self._sets is None:
            return Clash(frozenset())
        parts = frozenset(on)
        if known := self._answers.known(parts, self.keeps):
            return known
        part_of: dict[int, int] = {}
        for part in sorted(parts):
            for literal in self._switches[part].literals:
                if literal == FALSE:
                    return Clash(frozenset({part}))
                part_of.setdefault(literal, part)
        lazy = self._lazy + tuple(each for part in sorted(parts) for each in self._switches[part].lazy)
        try:
            found = self._search(self._shared, self._sets, part_of, lazy, limits)
        except SearchLimitError as stopped:
            return Unknown(stopped.reason)
        self._answers.learn(parts, found)
        return found

    def keeps(self, part: int, assignment: Assignment) -> bool:
        """Whether an assignment keeps all constraints of a part."""
        return all(holds(constraint, assignment) for constraint in self.parts[part])

    def _search(
        self,
        shared: SharedSolver,
        sets: ValueSets,
        part_of: dict[int, int],
        lazy: tuple[Lazy, ...],
        limits: SearchLimits,
    ) -> Possible | Clash:
        """Ask until no model breaks what was said only roughly."""
        while True:
            limits.check()
            with shared.lock:
                model = shared.model([*part_of])
                if model is False:
                    return Clash(frozenset(part_of[literal] for literal in shared.core()))
                if model is True:
                    continue
                assignment = shared.encoding.assignment(model, sets)
                broken = [each for each in lazy if not holds(each.constraint, assignment)]
                if not broken:
                    return Possible(assignment)
                for each in broken:
                    each.refute(assignment, shared.encoding, limits)


def _written(
    variables: tuple[Variable, ...], part: Part, sets: ValueSets, limits: SearchLimits
) -> ConstraintProblem:
    """A part as it goes to the solver."""
    found = fuse(ConstraintProblem(variables, part))
    if any(isinstance(each, PredicateConstraint) for each in part):
        found = with_tabulated_predicates(found, sets, limits.check)
    return found


def _switch(shared: SharedSolver, part: Part, written: ConstraintProblem, limits: SearchLimits) -> Switch:
    """Say a part, and what turns it on."""
    single = [each for each in part if isinstance(each, ClauseConstraint) and len(each.literals) == 1]
    if len(single) == len(part):
        literals = (each.literals[0] for each in single)
        named = (shared.encoding.literal_for(each.variable, value_set(each.values)) for each in literals)
        return Switch(tuple(dict.fromkeys(literal for literal in named if literal != TRUE)))
    guard = shared.new_guard()
    lazy = shared.say(written, guard.literal, limits)
    return Switch((guard.literal,), lazy, guard)
