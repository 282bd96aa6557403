"""From a conflict to a chain of steps: from what follows what, and by which rule.

The members of a conflict with the fewest members are brought one at a time before what is known of the
places they read, beginning with the customer's choices; each *step* is what one member leaves of them:

    cpu = CPU-14400  ->  cpu.igpu = no  ->  gpu must be chosen

A conflict is minimal, so every rule of it is needed at least once: a chain with as many steps as rules has
the fewest. The chain first goes forward from the choices; where that does not lead to the conclusion, the
opposite is supposed and shown to leave nothing; where even that does not (single rules see less than all
together), one step says so of all of them.
"""

from collections.abc import Mapping, Sequence
from itertools import permutations

from attrs import define, evolve, field, frozen

from configurator.catalog.choices import PlaceChoice, place_of
from configurator.catalog.judgement import places_read
from configurator.catalog.rules import Restriction
from configurator.csp.constraints import ClauseConstraint, Constraint
from configurator.csp.problem import ConstraintProblem
from configurator.csp.propagation import Propagation
from configurator.csp.value_sets import ValueSet, ValueSets, value_set, values_in
from configurator.engines.backtracking import BacktrackingEngine
from configurator.engines.engine import NO_LIMITS, Domains, SearchLimits, Unknown
from configurator.engines.switched import Part
from configurator.errors import SearchLimitError
from configurator.explanation.conflict import (
    Case,
    cause_of,
    choice_part,
    describe_choice,
    kind_of,
    restriction_of,
)
from configurator.explanation.evidence import Fact, RuleEvidence, StockEvidence
from configurator.explanation.remainders import as_told, read_of, tell_left, tell_look
from configurator.lowering.layout import PlaceLayout, SlotLayout
from configurator.lowering.origins import StructureOrigin
from configurator.lowering.product import LoweredProduct


@frozen
class Left:
    """What is left of a place.

    Attributes:
        text: in words, such as `gpu must be chosen`.
        values: for each of the place's variables the values left, by number.
    """

    place: str
    text: str
    values: tuple[frozenset[int], ...] = field(repr=False)


@frozen
class Premise:
    """What a step begins with.

    Attributes:
        left: what is known of a place.
        reading: what the rule reads of it, such as `cpu.igpu = no`; empty where that has no short form.
        chosen: whether the customer's choice of that place takes part.
        supposed: whether what is supposed of that place takes part.
        besides: what is chosen or supposed there and `left` does not say; mostly empty.
    """

    left: Left
    reading: str = ""
    chosen: bool = False
    supposed: bool = False
    besides: str = ""

    @property
    def text(self) -> str:
        """What is known of the place, in words."""
        return " and ".join(filter(None, (self.besides, self.left.text)))


@frozen
class Step:
    """What one rule, or where one alone says too little several, make of what is known.

    Attributes:
        premises: in catalog order.
        by: the rule, table, resource or fact; several only where none of them alone leads on.
        conclusion: what is left of some places; empty where nothing is left: what is supposed cannot be.
    """

    premises: tuple[Premise, ...]
    by: tuple[RuleEvidence | StockEvidence, ...]
    conclusion: tuple[Left, ...]

    @property
    def text(self) -> str:
        """`cpu = CPU-14400  ->  cpu.igpu = no  ->  gpu must be chosen`."""
        begin = " and ".join(premise.text for premise in self.premises)
        read = " and ".join(premise.reading for premise in self.premises if premise.reading)
        end = " and ".join(left.text for left in self.conclusion) or "nothing is left"
        return "  ->  ".join(part for part in (begin, read, end) if part)


@frozen
class Derivation:
    """A chain of steps to what is forced or cannot be.

    Attributes:
        supposed: what is supposed and shown to be impossible, in words; empty where nothing need be.
        steps: in order; each begins with choices, what is supposed, or what earlier ones concluded.
    """

    steps: tuple[Step, ...]
    supposed: str = ""

    @property
    def lines(self) -> tuple[str, ...]:
        """The steps in words, one line each."""
        return tuple(step.text for step in self.steps)


@frozen(eq=False)
class Goal:
    """What is to be shown impossible.

    Attributes:
        place: what it is about.
        part: what would have to hold.
        text: in words, such as `gpu = none`.
        value: the value alone, such as `none`; empty where it is not one.
    """

    place: str
    part: Part
    text: str
    value: str = ""


Ruling = Restriction | Fact


def derive(
    case: Case, rulings: Sequence[Ruling], choices: Sequence[PlaceChoice], goal: Goal, limits: SearchLimits
) -> Derivation:
    """Show by steps that some restrictions, facts and choices rule the goal out; together they must do so.

    Raises:
        SearchLimitError: the time is up.
    """
    plain = Knowledge.of(case, rulings, choices)
    supposing = plain.supposing(goal)
    # What follows by propagation first, then what a rule excludes exactly: it costs a search.
    for exact in (False, True):
        for knowledge, wanted in ((plain, goal), (supposing, None)):
            chain = Chain(knowledge, wanted, exact, limits).shortest()
            if chain is not None:
                return Derivation(chain, goal.text if wanted is None else "")
    return Derivation((supposing.together(),), goal.text)


# ---------------------------------------------------------------- what is known


@frozen(eq=False)
class Knowledge:
    """What is known of each place before any rule: choices, and perhaps what is supposed.

    Attributes:
        sets: for each variable the values left.
        told: places of which something is known, in words.
        besides: for places what sets of values cannot say of them.
        supposed: the place of which something is supposed; empty where nothing is.
    """

    case: Case
    rulings: tuple[Ruling, ...]
    chosen: frozenset[str]
    sets: ValueSets
    told: Mapping[str, str]
    besides: Mapping[str, tuple[Constraint, ...]]
    supposed: str = ""

    @classmethod
    def of(cls, case: Case, rulings: Sequence[Ruling], choices: Sequence[PlaceChoice]) -> "Knowledge":
        """What choices say."""
        full = full_sets(case.lowered)
        known = cls(case, tuple(rulings), frozenset(map(place_of, choices)), full, {}, {})
        for choice in choices:
            known = known.with_part(
                place_of(choice), choice_part(case.lowered, choice), describe_choice(choice)
            )
        return known

    def supposing(self, goal: Goal) -> "Knowledge":
        """The same, and that the goal holds."""
        return evolve(self.with_part(goal.place, goal.part, goal.text), supposed=goal.place)

    def with_part(self, place: str, part: Part, text: str) -> "Knowledge":
        """The same, and what a part says of a place."""
        sets = list(self.sets)
        besides = list(self.besides.get(place, ()))
        for constraint in part:
            match constraint:
                case ClauseConstraint(literals=(literal,)):
                    sets[literal.variable] &= value_set(literal.values)
                case _:
                    besides.append(constraint)
        told = " and ".join(filter(None, (self.told.get(place), text)))
        return evolve(
            self,
            sets=tuple(sets),
            told={**self.told, place: told},
            besides={**self.besides, place: tuple(besides)},
        )

    def premise(self, left: Left, reading: str = "") -> Premise:
        """Something known as a premise."""
        first = self.told.get(left.place, "")
        besides = first if self.besides.get(left.place) and first != left.text else ""
        return Premise(left, reading, left.place in self.chosen, left.place == self.supposed, besides)

    def together(self) -> Step:
        """The one step that says what all rules make of all that is known."""
        lowered = self.case.lowered
        premises = tuple(self.premise(self._left(key)) for key in lowered.layout.of if key in self.told)
        return Step(premises, tuple(evidence_of(self.case, each) for each in self.rulings), ())

    def _left(self, key: str) -> Left:
        return Left(key, self.told[key], sets_of(self.case.lowered.layout.of[key], self.sets))


def full_sets(lowered: LoweredProduct) -> ValueSets:
    """For each variable all its values."""
    return tuple((1 << variable.size) - 1 for variable in lowered.layout.variables)


def sets_of(layout: PlaceLayout, sets: Sequence[ValueSet]) -> tuple[frozenset[int], ...]:
    """The values left of each variable of a place."""
    return tuple(frozenset(values_in(sets[variable])) for variable in layout.variables)


def evidence_of(case: Case, ruling: Ruling) -> RuleEvidence | StockEvidence:
    """A rule or fact as evidence, with what is decided in its message."""
    if isinstance(ruling, Fact):
        return StockEvidence(ruling.key, ruling.text, ruling.until)
    return RuleEvidence(ruling.key, kind_of(ruling), cause_of(case, ruling), ruling.span.location)


# ---------------------------------------------------------------- chains


@define(eq=False)
class Chain:
    """Looks for the steps from what is known to a goal, or, without a goal, to nothing being left."""

    known: Knowledge
    goal: Goal | None
    exact: bool
    limits: SearchLimits = NO_LIMITS
    _narrowed: dict[tuple[int, frozenset[str], ValueSets], ValueSets | None] = field(factory=dict)
    _propagations: dict[tuple[int, frozenset[str]], Propagation] = field(factory=dict)
    _spoken: dict[int, tuple[str, ...]] = field(factory=dict)

    def shortest(self) -> tuple[Step, ...] | None:
        """The steps, as few as were found; `None` when single rules do not lead there."""
        order = self._greedy()
        if order is None:
            return None
        order = self._without_superfluous(order)
        # Every rule of a minimal conflict is needed: a chain that uses each once cannot be shortened.
        if len(order) > len(self.known.rulings) and len(order) <= MOST_PERMUTED:
            every = permutations(range(len(self.known.rulings)))
            order = next((list(each) for each in every if self._leads(list(each))), order)
        return self._steps(order)

    # ------------------------------------------------------------ inference

    def _reads(self, ruling: int) -> tuple[str, ...]:
        member = self.known.rulings[ruling]
        layout = self.known.case.lowered.layout
        if isinstance(member, Fact):
            variables = {variable for constraint in member.constraints for variable in constraint.scope}
            return tuple(key for key, found in layout.of.items() if variables & set(found.variables))
        read = set(places_read(member))
        return tuple(key for key in layout.of if key in read)

    def _constraints(self, ruling: int, places: frozenset[str]) -> list[Constraint]:
        """What a member says, what makes its places what they are, and what is known of some besides sets."""
        member = self.known.rulings[ruling]
        read = set(self._reads(ruling))
        own: list[Constraint] = list(member.constraints) if isinstance(member, Fact) else []
        for constraint in self.known.case.lowered.problem.constraints:
            origin = constraint.origin
            structure = isinstance(origin, StructureOrigin) and origin.place in read
            if structure or self._ties(constraint) or restriction_of(constraint) is member:
                own.append(constraint)
        for place in sorted(places):
            own.extend(self.known.besides.get(place, ()))
        return own

    def _ties(self, constraint: Constraint) -> bool:
        """Whether it ties what a chain is about to whether its instance is there, which counts unread too."""
        origin, layout = constraint.origin, self.known.case.lowered.layout.of
        if not isinstance(origin, StructureOrigin) or origin.place not in layout:
            return False
        about = origin.place in self.known.told or (self.goal is not None and origin.place == self.goal.place)
        return about and not set(constraint.scope) <= set(layout[origin.place].variables)

    def _speaks_of(self, ruling: int) -> tuple[str, ...]:
        """The places that a member reads, and those to which structure ties them."""
        if ruling not in self._spoken:
            read = self._reads(ruling)
            variables = {v for each in self._constraints(ruling, frozenset()) for v in each.scope}
            layout = self.known.case.lowered.layout.of
            self._spoken[ruling] = tuple(
                key for key, found in layout.items() if key in read or variables & set(found.variables)
            )
        return self._spoken[ruling]

    def _narrow(self, ruling: int, sets: ValueSets, places: frozenset[str] | None = None) -> ValueSets | None:
        """What a member leaves; `None` when nothing. Of `places` also what sets cannot say counts."""
        counted = frozenset(self.known.besides) & set(self._speaks_of(ruling) if places is None else places)
        key = (ruling, counted, sets)
        if key not in self._narrowed:
            self.limits.check()
            found = self._worked_out(ruling, counted, sets)
            self._narrowed[key] = None if found is None else self._as_told(sets, found)
        return self._narrowed[key]

    def _as_told(self, before: ValueSets, after: ValueSets) -> ValueSets:
        """What is left as far as there are words for it: nothing else may prove anything later."""
        told = list(after)
        layouts = self.known.case.lowered.layout.of
        for place in self._changed(before, after):
            left = as_told(layouts[place], sets_of(layouts[place], after))
            for variable, values in zip(layouts[place].variables, left, strict=True):
                told[variable] = value_set(values) & before[variable]
        return tuple(told)

    def _worked_out(self, ruling: int, counted: frozenset[str], sets: ValueSets) -> ValueSets | None:
        variables = self.known.case.lowered.layout.variables
        if (ruling, counted) not in self._propagations:
            problem = ConstraintProblem(variables, tuple(self._constraints(ruling, counted)))
            self._propagations[ruling, counted] = Propagation.of(problem)
        found = self._propagations[ruling, counted].narrowed(sets, checkpoint=self.limits.check)
        if found is None or not self.exact:
            return found
        problem = ConstraintProblem(variables, tuple(self._constraints(ruling, counted)))
        domains = self._exactly(problem, found)
        if isinstance(domains, Unknown):
            raise SearchLimitError(domains.reason)
        if not all(domains):
            return None
        spoken = _spoken_of(problem)
        return tuple(
            value_set(domain) if variable in spoken else found[variable]
            for variable, domain in enumerate(domains)
        )

    def _exactly(self, problem: ConstraintProblem, sets: ValueSets) -> Domains | Unknown:
        """What a search leaves of sets; what no constraint speaks of stands still, so that it costs nothing.

        Whether an instance is there is spoken of by what makes its places what they are, read or not.
        """
        spoken = _spoken_of(problem)
        within = {
            variable: frozenset(values_in(left) if variable in spoken else values_in(left)[:1])
            for variable, left in enumerate(sets)
        }
        return BacktrackingEngine().prepare(problem, self.limits).domains(within, self.limits)

    def _reached(self, sets: ValueSets | None) -> bool:
        if sets is None:
            return True
        if self.goal is None:
            return False
        stands = [
            constraint
            for constraint in self.known.case.lowered.problem.constraints
            if isinstance(constraint.origin, StructureOrigin) and constraint.origin.place == self.goal.place
        ]
        # What is chosen for the goal's own place is no conclusion: where it is needed, the goal is supposed.
        problem = ConstraintProblem(self.known.case.lowered.layout.variables, (*stands, *self.goal.part))
        found = Propagation.of(problem).narrowed(sets)
        if found is None or not self.exact:
            return found is None
        domains = self._exactly(problem, found)
        return not isinstance(domains, Unknown) and not all(domains)

    # ------------------------------------------------------------ which, in which order

    def _greedy(self) -> list[int] | None:
        """Rules one after the other, each narrowing something, until the goal is reached."""
        sets = self.known.sets
        order: list[int] = []
        while True:
            found = [
                (at, after)
                for at in range(len(self.known.rulings))
                if (after := self._narrow(at, sets)) != sets
            ]
            for at, after in found:
                if self._reached(after):
                    return [*order, at]
            if not found:
                return None
            # Rather one that was not used yet: each is needed, and few more than once.
            at, after = min(found, key=lambda each: (order.count(each[0]), each[0]))
            assert after is not None
            order.append(at)
            sets = after

    def _leads(self, order: Sequence[int]) -> bool:
        return self._states(order, frozenset()) is not None

    def _states(self, order: Sequence[int], dropped: frozenset[tuple[int, str]]) -> list[ValueSets] | None:
        """What is known before each step and at last, less some conclusions; `None` if nowhere."""
        layout = self.known.case.lowered.layout.of
        states = [self.known.sets]
        for number, ruling in enumerate(order):
            before = states[-1]
            after = self._narrow(ruling, before)
            if number == len(order) - 1:
                return [*states, before if after is None else after] if self._reached(after) else None
            if after is None:
                return None
            kept = list(after)
            for at, place in dropped:
                if at == number:
                    for variable in layout[place].variables:
                        kept[variable] = before[variable]
            states.append(tuple(kept))
        return None

    def _without_superfluous(self, order: list[int]) -> list[int]:
        for at in reversed(range(len(order) - 1)):
            fewer = order[:at] + order[at + 1 :]
            if self._leads(fewer):
                order = fewer
        return order

    # ------------------------------------------------------------ steps

    def _steps(self, order: list[int]) -> tuple[Step, ...]:
        """The steps with just those conclusions and premises that are needed."""
        layout = self.known.case.lowered.layout.of
        dropped: set[tuple[int, str]] = set()
        states = self._states(order, frozenset())
        assert states is not None
        for number in reversed(range(len(order) - 1)):
            for place in self._changed(states[number], states[number + 1]):
                attempt = frozenset({*dropped, (number, place)})
                if self._states(order, attempt) is not None:
                    dropped.add((number, place))
        states = self._states(order, frozenset(dropped))
        assert states is not None
        told = {
            place: Left(place, text, sets_of(layout[place], states[0]))
            for place, text in self.known.told.items()
        }
        steps: list[Step] = []
        for number, ruling in enumerate(order):
            before, after = states[number], states[number + 1]
            last = number == len(order) - 1
            premises = self._premises(ruling, before, after, last=last)
            concluded = self._changed(before, after)
            if last:
                concluded = [self.goal.place] if self.goal is not None else []
                if self._narrow(ruling, before) is None:
                    concluded = []
            without = self.goal.value if last and self.goal is not None else ""
            left = tuple(self._left(ruling, place, after, without) for place in concluded)
            given = tuple(self._premise(ruling, told[place]) for place in premises if place in told)
            by = (evidence_of(self.known.case, self.known.rulings[ruling]),)
            steps.append(Step(given, by, left))
            told |= {each.place: each for each in left}
        return tuple(steps)

    def _changed(self, before: ValueSets, after: ValueSets) -> list[str]:
        layout = self.known.case.lowered.layout.of
        return [key for key, found in layout.items() if any(before[v] != after[v] for v in found.variables)]

    def _premises(self, ruling: int, before: ValueSets, after: ValueSets, *, last: bool) -> list[str]:
        """The places that a step must know something of, in catalog order."""
        layout = self.known.case.lowered.layout.of
        full = full_sets(self.known.case.lowered)
        needed = [
            key
            for key in self._speaks_of(ruling)
            if key in self.known.besides or any(before[v] != full[v] for v in layout[key].variables)
        ]
        sets = before
        for key in tuple(needed):
            without = list(sets)
            for variable in layout[key].variables:
                without[variable] = full[variable]
            fewer = frozenset(needed) - {key}
            found = self._narrow(ruling, tuple(without), fewer)
            if self._suffices(found, before, after, last=last):
                needed.remove(key)
                sets = tuple(without)
        return needed

    def _suffices(self, found: ValueSets | None, before: ValueSets, after: ValueSets, *, last: bool) -> bool:
        """Whether a step from fewer premises still says what the step must say."""
        if found is None:
            return True
        if last:
            if self.goal is None:
                return False
            layout = self.known.case.lowered.layout.of[self.goal.place]
            return before != after and all(found[v] & ~after[v] == 0 for v in layout.variables)
        return all(
            narrowed == known or wide & ~narrowed == 0
            for wide, known, narrowed in zip(found, before, after, strict=True)
        )

    def _premise(self, ruling: int, left: Left) -> Premise:
        member = self.known.rulings[ruling]
        reading = "" if isinstance(member, Fact) else self._reading(member, left)
        return self.known.premise(left, reading)

    def _reading(self, member: Restriction, left: Left) -> str:
        layout = self.known.case.lowered.layout.of[left.place]
        if not isinstance(layout, SlotLayout) or layout.slot.cardinality.kind == "mixed":
            return ""
        looks = [
            tell_look(self.known.case.lowered.catalog, layout, name, left.values[0])
            for name in read_of(member, left.place)
        ]
        return " and ".join(look for look in looks if look and look != left.text)

    def _left(self, ruling: int, place: str, sets: ValueSets, without: str) -> Left:
        layout = self.known.case.lowered.layout.of[place]
        member = self.known.rulings[ruling]
        names = () if isinstance(member, Fact) else read_of(member, place)
        values = sets_of(layout, sets)
        return Left(place, tell_left(self.known.case.lowered.catalog, layout, values, names, without), values)


def _spoken_of(problem: ConstraintProblem) -> frozenset[int]:
    """The variables that some constraint speaks of."""
    return frozenset(variable for constraint in problem.constraints for variable in constraint.scope)


MOST_PERMUTED = 5
"""Of chains with more steps no other orders are tried."""
