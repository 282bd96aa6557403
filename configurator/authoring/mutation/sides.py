"""What a mutant loses and gains on a day: two questions to one solver that knows all rules.

*Lost* is what is valid and would not be, *gained* what is not valid and would be. Of a warning or hint,
*silenced* is what is valid before and after, and is no longer warned of: that something more is warned of
no expectation can say.
"""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Literal

from attrs import evolve, frozen

from configurator.authoring.analysis.ground import OneOf
from configurator.authoring.ways import comparable
from configurator.catalog.rules import Restriction
from configurator.csp.constraints import ClauseConstraint, Constraint
from configurator.csp.constraints import Literal as OneLiteral
from configurator.csp.negation import broken_part
from configurator.csp.variables import Assignment
from configurator.engines.engine import SearchLimits, Unknown
from configurator.engines.switched import Part, Possible, SwitchedProblem
from configurator.errors import SearchLimitError
from configurator.explanation.conflict import switched_rules
from configurator.lowering.choices import LoweredChoices
from configurator.lowering.product import LoweredProduct, decides, lower_restriction

Kind = Literal["lost", "gained", "silenced", "told"]
"""How a configuration fares in a mutant."""

Pair = tuple[Restriction, Restriction]
"""A restriction of the original, and what the mutant has instead."""


@frozen(eq=False)
class Side:
    """Configurations that fare alike.

    Attributes:
        asked: one of whose alternatives holds of them.
        on: the parts that hold of them, too.
    """

    kind: Kind
    asked: OneOf
    on: tuple[int, ...]

    def one(self, limits: SearchLimits, more: Sequence[int] = ()) -> Assignment | None:
        """Any of them that keeps more parts; `None` if there is none.

        Raises:
            SearchLimitError: the time is up.
        """
        match self.asked.solve((*self.on, *more), limits):
            case Possible(witness=witness):
                return witness
            case Unknown(reason=reason):
                raise SearchLimitError(reason)
            case _:
                return None

    def possible(self, limits: SearchLimits, *more: int) -> bool:
        """Whether the parts that hold of them can hold with more, whatever the alternatives say.

        Raises:
            SearchLimitError: the time is up.
        """
        match self.asked.problem.solve((*self.on, *more), limits):
            case Unknown(reason=reason):
                raise SearchLimitError(reason)
            case found:
                return isinstance(found, Possible)


@frozen(eq=False)
class Sides:
    """What differs on a day. False where nothing can: the constraints are the same.

    Attributes:
        lost: valid, and not valid in the mutant.
        gained: the other way round.
        silenced: valid in both, and not warned of in the mutant.
        told: valid in both, and warned of in the mutant alone.
        changed: the parts of what is changed.
    """

    lost: Side | None = None
    gained: Side | None = None
    silenced: tuple[Side, ...] = ()
    told: tuple[Side, ...] = ()
    changed: tuple[int, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.lost or self.silenced)

    @property
    def ruling(self) -> bool:
        """Whether it is about what is valid, not about warnings alone."""
        return self.lost is not None

    @property
    def noticeable(self) -> Iterator[Side]:
        """All that an expectation can be about."""
        yield from (side for side in (self.lost, self.gained) if side is not None)
        yield from self.silenced

    def touched(self, limits: SearchLimits, choices: int) -> "Touched":
        """What of it keeps choices.

        Raises:
            SearchLimitError: the time is up.
        """
        lost, gained = (
            side is not None and side.one(limits, (choices,)) is not None for side in (self.lost, self.gained)
        )
        silenced = any(side.one(limits, (choices,)) is not None for side in self.silenced)
        return Touched(lost, gained, silenced)

    def leave(self, limits: SearchLimits, choices: int) -> bool:
        """Whether the mutant allows anything that keeps choices.

        Raises:
            SearchLimitError: the time is up.
        """
        assert self.gained is not None
        return self.gained.possible(limits, choices)

    def refuse_less(self, limits: SearchLimits) -> bool:
        """Whether what is changed refuses nothing that it did not refuse before, whatever else is kept.

        Raises:
            SearchLimitError: the time is up.
        """
        if self.lost is None:
            return True
        return Side("lost", self.lost.asked, self.changed).one(limits) is None


@frozen
class Touched:
    """Whether something that keeps choices is lost, gained or silenced."""

    lost: bool
    gained: bool
    silenced: bool

    @property
    def any(self) -> bool:
        """Whether any of it."""
        return self.lost or self.gained or self.silenced


@frozen(eq=False)
class Ground:
    """A catalog on a day, with the choices of the scenarios of that day as further parts.

    Attributes:
        problem: restrictions in force that decide, what bundles choose, then choices of scenarios.
        numbers: by the identity of a restriction the number of its part.
    """

    lowered: LoweredProduct
    problem: SwitchedProblem
    numbers: dict[int, int]

    @classmethod
    def of(
        cls, lowered: LoweredProduct, always: Part, choices: Sequence[Part], limits: SearchLimits
    ) -> "Ground":
        """Make it once for all mutants.

        Args:
            lowered: the catalog on the day.
            always: what bundles choose: nothing else is looked at.
            choices: those of scenarios.
            limits: of making it.

        Raises:
            SearchLimitError: the time is up.
        """
        rules = switched_rules(lowered, limits)
        numbers = {id(each): number for number, each in enumerate(rules.restrictions)}
        return cls(lowered, rules.problem.extended((always, *choices), limits), numbers)

    @property
    def every(self) -> tuple[int, ...]:
        """The parts of the original: its restrictions, and what bundles choose."""
        return (*self.numbers.values(), len(self.numbers))

    @property
    def day(self) -> date:
        """The day."""
        return self.lowered.as_of

    @property
    def own(self) -> int:
        """The number of the first part that is neither a restriction nor choices."""
        return len(self.problem.parts)

    def part_of_choices(self, number: int) -> int:
        """The part of the choices of that number."""
        return len(self.numbers) + 1 + number

    def sides(self, pairs: Sequence[Pair], limits: SearchLimits) -> Sides:
        """What differs where some restrictions are replaced by others.

        Raises:
            SearchLimitError: the time is up.
        """
        ruling = [pair for pair in pairs if decides(pair[0])]
        found = self._validity(ruling, limits) if ruling else Sides()
        warnings = [self._warnings(pair, ruling, limits) for pair in pairs if not decides(pair[0])]
        known = [pair for pair in warnings if pair is not None]
        return evolve(found, silenced=tuple(side for side, _ in known), told=tuple(side for _, side in known))

    def _validity(self, pairs: Sequence[Pair], limits: SearchLimits) -> Sides:
        before = tuple(c for pair in pairs for c in self._constraints(pair[0]))
        after = tuple(c for pair in pairs for c in self._constraints(pair[1]))
        if _same(before, after):
            return Sides()
        variables = self.lowered.layout.variables
        changed = tuple(self.numbers[id(each)] for each, _ in pairs if id(each) in self.numbers)
        unchanged = tuple(number for number in self.every if number not in changed)
        lost = OneOf.of(self.problem, broken_part(after, variables), limits)
        with_after = self.problem.extended([after], limits)
        gained = OneOf.of(with_after, broken_part(before, variables), limits)
        of_mutant = (*unchanged, len(self.problem.parts))
        return Sides(Side("lost", lost, self.every), Side("gained", gained, of_mutant), changed=changed)

    def _warnings(self, pair: Pair, ruling: Sequence[Pair], limits: SearchLimits) -> tuple[Side, Side] | None:
        """What is no longer warned of, and what is newly warned of."""
        before, after = map(self._constraints, pair)
        if _same(before, after):
            return None
        others = tuple(c for _, other in ruling for c in self._constraints(other))
        found = (self._warned(before, (*after, *others), "silenced", limits),)
        return (*found, self._warned(after, (*before, *others), "told", limits))

    def _warned(self, broken: Part, kept: Part, kind: Kind, limits: SearchLimits) -> Side:
        problem = self.problem.extended([kept], limits)
        asked = OneOf.of(problem, broken_part(broken, self.lowered.layout.variables), limits)
        return Side(kind, asked, (*self.every, len(self.problem.parts)))

    def _constraints(self, restriction: Restriction) -> tuple[Constraint, ...]:
        """What a restriction says on the day; nothing where it is not in force."""
        if not restriction.period.holds(self.day):
            return ()
        return tuple(lower_restriction(restriction, self.lowered.layout))


def _same(before: Part, after: Part) -> bool:
    """Whether both are known to say the same without asking anybody."""
    return before == after and all(map(comparable, before))


def choices_part(choices: LoweredChoices) -> Part:
    """Choices as constraints; what nothing keeps where something of them is not in force."""
    if choices.impossible:
        return (ClauseConstraint(()),)
    narrowed = (
        ClauseConstraint((OneLiteral(variable, values),)) for variable, values in choices.assumptions.items()
    )
    return (*narrowed, *choices.constraints)
