"""Verdicts checked without the solver that found them.

A configuration is checked rule by rule, each read literally (`catalog.judgement`). A conflict is checked
in two steps:

1. Its members cannot hold together: every way to fill the places that they read is tried, and some member
   is broken by each. Values that no member can tell apart are tried once.
2. None of them can be left out: for each there is a way to keep all the others, which is again
   read rule by rule. Such ways come with a conflict (`Conflict.witnesses`); a missing one is looked for.

Where there are too many ways to try, backtracking over propagated constraints proves the first step, an
engine that has nothing in common with the one that conflicts are found by; the step says so.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import combinations_with_replacement, product

from attrs import define, field, frozen

from configurator.catalog.choices import OptionChoice, PlaceChoice, SlotChoice, place_of
from configurator.catalog.evaluation import Chosen, Units, Worth
from configurator.catalog.judgement import places_read, violations
from configurator.catalog.rules import Restriction
from configurator.catalog.structure import Place
from configurator.catalog.values import ABSENT, Missing
from configurator.csp.constraints import Constraint
from configurator.csp.interchangeability import Interchangeability
from configurator.csp.problem import ConstraintProblem
from configurator.csp.semantics import holds
from configurator.csp.value_sets import values_in
from configurator.csp.variables import Assignment
from configurator.engines.backtracking import BacktrackingEngine
from configurator.engines.engine import NO_LIMITS, Feasible, SearchLimits, Unknown
from configurator.errors import SearchLimitError
from configurator.explanation.conflict import (
    Case,
    Conflict,
    choice_part,
    describe_choice,
    listed,
    name_of,
    restriction_of,
)
from configurator.explanation.evidence import DecisionEvidence, Fact
from configurator.lowering.layout import OptionLayout, PlaceLayout, SetLayout, SlotLayout
from configurator.lowering.product import LoweredProduct, unit_literals

MOST_CASES = 200_000
"""How many ways of filling places are tried at most."""


@frozen
class Checked:
    """It is right; `steps` tell, in order, what was found to be so."""

    steps: tuple[str, ...]


@frozen
class Refuted:
    """It is wrong, and why."""

    why: str


@frozen
class Unchecked:
    """Neither was found out."""

    reason: str


VerdictCheck = Checked | Refuted | Unchecked


# ---------------------------------------------------------------- a configuration


def keeps(choice: PlaceChoice, chosen: Chosen) -> bool:
    """Whether a configuration is what a choice says."""
    match choice:
        case SlotChoice(slot=slot, units=units, at_least=at_least):
            held = {component.sku: quantity for component, quantity in chosen.units[slot]}
            if at_least:
                return all(held.get(sku, 0) >= (quantity or 1) for sku, quantity in units)
            return held.keys() == dict(units).keys() and all(
                quantity in {None, held[sku]} for sku, quantity in units
            )
        case OptionChoice(option=option, value=value, at_least=at_least):
            found = chosen.options[option]
            if at_least and isinstance(value, frozenset) and isinstance(found, frozenset):
                return value <= found
            return value == found


def check_assignment(case: Case, assignment: Assignment) -> Checked | Refuted:
    """Check that an assignment is a valid configuration that keeps the choices and facts of a case."""
    lowered = case.lowered
    if not _fits(lowered, assignment):
        return Refuted("it fills a place in a way in which that place cannot be filled")
    chosen = lowered.lift(assignment)
    for restriction in lowered.restrictions:
        if violations(restriction, chosen):
            return Refuted(f"it breaks `{restriction.key}`")
    problem = _unkept((), case.facts, case.choices.choices, assignment, chosen)
    if problem:
        return Refuted(problem)
    numbers = (len(lowered.layout.of), len(lowered.restrictions), len(case.choices.choices))
    return Checked(
        (
            f"each of {numbers[0]} places holds what it can hold",
            f"each of {numbers[1]} rules, tables and resources in force is kept",
            f"each of {numbers[2]} choices is kept",
        )
    )


def _fits(lowered: LoweredProduct, assignment: Assignment) -> bool:
    """Whether values are such as places take: within their bounds, each multiset in its one order."""
    variables = lowered.layout.variables
    if len(assignment) != len(variables):
        return False
    if not all(0 <= value < of.size for value, of in zip(assignment, variables, strict=True)):
        return False
    fixed = (constraint for constraint in lowered.problem.constraints if restriction_of(constraint) is None)
    return all(holds(constraint, assignment) for constraint in fixed)


def _unkept(
    restrictions: Iterable[Restriction],
    facts: Iterable[Fact],
    choices: Iterable[PlaceChoice],
    assignment: Assignment,
    chosen: Chosen,
) -> str:
    """What of all this a configuration does not keep; empty if it keeps it all."""
    for restriction in restrictions:
        if violations(restriction, chosen):
            return f"it breaks `{restriction.key}`"
    for fact in facts:
        if not all(holds(constraint, assignment) for constraint in fact.constraints):
            return f"it is not so that {fact.text}"
    for choice in choices:
        if not keeps(choice, chosen):
            return f"it does not keep `{describe_choice(choice)}`"
    return ""


# ---------------------------------------------------------------- a conflict


@frozen(eq=False)
class Members:
    """What a conflict is made of, looked up in what it is said to be a conflict of."""

    restrictions: tuple[Restriction, ...]
    facts: tuple[Fact, ...]
    choices: tuple[PlaceChoice, ...]

    @classmethod
    def named(cls, case: Case, conflict: Conflict) -> "Members | Refuted":
        """The members by their names."""
        rules = {restriction.key: restriction for restriction in case.lowered.restrictions}
        facts = {fact.key: fact for fact in case.facts}
        choices = {(place_of(choice), choice.bundle): choice for choice in case.choices.choices}
        # Of one place there may be one's own choice and those of bundles: the evidence tells which is meant.
        decisions = [each for each in conflict.evidence if isinstance(each, DecisionEvidence)]
        meant = [(each.place, each.bundle) for each in decisions]
        meant += [(place, "") for place in conflict.choices if place not in dict(meant)]
        for names, known, told in (
            (conflict.rules, rules, "no rule `{}` is in force"),
            (conflict.stock, facts, "nothing is said about `{}`"),
        ):
            for name in names:
                if name not in known:
                    return Refuted(told.format(name))
        chosen = [choices[each] for each in meant if each in choices]
        if not conflict.not_in_force and len(chosen) < len(meant):
            missing = next(place for place, bundle in meant if (place, bundle) not in choices)
            return Refuted(f"nothing is chosen for `{missing}`")
        return cls(
            tuple(rules[name] for name in conflict.rules),
            tuple(facts[name] for name in conflict.stock),
            tuple(chosen),
        )

    def without(self, left_out: object) -> "Members":
        """The same without one of them."""
        return Members(
            tuple(each for each in self.restrictions if each is not left_out),
            tuple(each for each in self.facts if each is not left_out),
            tuple(each for each in self.choices if each is not left_out),
        )

    @property
    def all(self) -> tuple[Restriction | Fact | PlaceChoice, ...]:
        """Each of them: restrictions, facts, choices."""
        return (*self.restrictions, *self.facts, *self.choices)


def check_conflict(case: Case, conflict: Conflict, limits: SearchLimits = NO_LIMITS) -> VerdictCheck:
    """Check that a conflict's members cannot hold together, and that none of them can be left out."""
    members = Members.named(case, conflict)
    if isinstance(members, Refuted):
        return members
    if conflict.not_in_force:
        return _check_dates(case, conflict)
    if not members.all:
        return _check_nothing_in_force(case)
    try:
        together = _check_clash(case.lowered, members, limits)
        if not isinstance(together, Checked):
            return together
        if not conflict.minimal:
            return Checked((*together.steps, "whether fewer of these would do was left open"))
        needed = _check_needed(case.lowered, conflict, members, limits)
    except SearchLimitError as stopped:
        return Unchecked(stopped.reason)
    return Checked((*together.steps, *needed.steps)) if isinstance(needed, Checked) else needed


def _check_dates(case: Case, conflict: Conflict) -> Checked | Refuted:
    absent = {(missing.place, missing.component.sku) for missing in case.choices.not_in_force}
    day = case.lowered.as_of
    if not conflict.choices:
        expired = {bundle.key for bundle in case.choices.expired}
        for key in conflict.not_in_force:
            if key not in expired:
                return Refuted(f"the bundle `{key}` is not applied, or is in force on {day}")
        told = (f"the bundle `{key}` is applied, and not in force on {day}" for key in conflict.not_in_force)
        return Checked(tuple(told))
    for place in conflict.choices:
        for sku in conflict.not_in_force:
            if (place, sku) not in absent:
                return Refuted(f"`{sku}` is not chosen for `{place}`, or is in force on {day}")
    return Checked(tuple(f"`{sku}` is chosen, and not in force on {day}" for sku in conflict.not_in_force))


def _check_nothing_in_force(case: Case) -> Checked | Refuted:
    day = case.lowered.as_of
    for key, layout in case.lowered.layout.of.items():
        if isinstance(layout, SlotLayout) and not layout.slot.cardinality.may_be_absent:
            components = layout.slot.family.components
            if not any(component.period.holds(day) for component in components):
                return Checked((f"`{key}` must be filled, and none of its components is in force on {day}",))
    return Refuted("it names nothing, and every place can be filled")


def _check_clash(lowered: LoweredProduct, members: Members, limits: SearchLimits) -> VerdictCheck:
    try:
        trial = Trial.of(lowered, members)
        found = trial.search(limits)
    except TooManyCasesError:
        return _check_by_backtracking(lowered, members, limits)
    if found is not None:
        return Refuted("its members can hold together")
    places = listed([f"`{place}`" for place in trial.places]) or "the places"
    told = f"{trial.cases:,} ways to fill {places}" if trial.cases != 1 else f"the one way to fill {places}"
    names = listed([_named(member) for member in members.all])
    return Checked((f"{told} were tried, and none keeps {names}",))


def _check_by_backtracking(
    lowered: LoweredProduct, members: Members, limits: SearchLimits
) -> Checked | Refuted | Unchecked:
    wanted = set(map(id, members.restrictions))
    constraints: list[Constraint] = [
        constraint
        for constraint in lowered.problem.constraints
        if (of := restriction_of(constraint)) is None or id(of) in wanted
    ]
    constraints += [constraint for fact in members.facts for constraint in fact.constraints]
    constraints += [each for choice in members.choices for each in choice_part(lowered, choice)]
    problem = ConstraintProblem(lowered.problem.variables, tuple(constraints))
    answer = BacktrackingEngine().prepare(problem, limits).feasibility({}, limits)
    if isinstance(answer, Unknown):
        return Unchecked(answer.reason)
    if isinstance(answer, Feasible):
        return Refuted("its members can hold together")
    names = listed([_named(member) for member in members.all])
    reason = f"more than {MOST_CASES:,} ways would have to be tried"
    return Checked((f"backtracking over propagated constraints finds no way to keep {names} ({reason})",))


def _check_needed(
    lowered: LoweredProduct, conflict: Conflict, members: Members, limits: SearchLimits
) -> VerdictCheck:
    witnesses = {(witness.kind, witness.name): witness.assignment for witness in conflict.witnesses}
    steps: list[str] = []
    for member in members.all:
        others = members.without(member)
        assignment = witnesses.get(name_of(member))
        if assignment is None:
            try:
                assignment = Trial.of(lowered, others).search(limits)
            except TooManyCasesError:
                return Unchecked(f"no way to keep all but {_named(member)} came with the conflict")
            if assignment is None:
                return Refuted(f"{_named(member)} can be left out")
        if not _fits(lowered, assignment):
            return Refuted(f"the way that leaves out {_named(member)} fills a place as it cannot be filled")
        chosen = lowered.lift(assignment)
        problem = _unkept(others.restrictions, others.facts, others.choices, assignment, chosen)
        if problem:
            return Refuted(f"the way that leaves out {_named(member)} is none: {problem}")
        steps.append(f"without {_named(member)} the others can be kept")
    return Checked(tuple(steps))


def _named(member: Restriction | Fact | PlaceChoice) -> str:
    if isinstance(member, SlotChoice | OptionChoice):
        return f"`{describe_choice(member)}`"
    return f"`{member.key}`"


# ---------------------------------------------------------------- trying everything


class TooManyCasesError(Exception):
    """There are more ways than are tried."""


@frozen(eq=False)
class Filling:
    """A way to fill one place.

    Attributes:
        values: of the place's variables.
        units: for a slot.
        value: for an option.
    """

    values: tuple[int, ...]
    units: Units = ()
    value: Worth = None


@frozen(eq=False)
class Level:
    """One place of a trial, and what is known once it is filled.

    Attributes:
        restrictions: those that read this place and otherwise only earlier ones.
        constraints: of facts, likewise.
    """

    layout: PlaceLayout
    key: str
    fillings: tuple[Filling, ...]
    restrictions: tuple[Restriction, ...]
    constraints: tuple[Constraint, ...]


@frozen(eq=False)
class Rooms:
    """What of a product lies inside instances of assemblies, which may be there or not.

    Attributes:
        never: options that say that an instance is there, of those that cannot be: something in it must be
            filled and cannot.
    """

    lowered: LoweredProduct
    never: frozenset[str] = field(init=False)

    @never.default
    def _never_there(self) -> frozenset[str]:
        layouts, catalog = self.lowered.layout.of, self.lowered.catalog
        found: set[str] = set()
        # What is inside comes after what it lies in: backwards, the innermost first.
        for place in reversed(catalog.places):
            if place.within is not None and first_filling(layouts[place.key]) is None:
                found.add(place.within)
        for home in reversed(catalog.assemblies):
            possible = sum(each.presence not in found for each in home.instances)
            if home.repeated and home.within is not None and possible < home.minimum:
                found.add(home.within)
        return frozenset(found)

    def with_surroundings(self, places: Iterable[str]) -> set[str]:
        """Places, and whether the instances are there in which they lie."""
        found: set[str] = set()
        for place in places:
            key: str | None = place
            while key is not None and key not in found:
                found.add(key)
                key = self.lowered.catalog.place_of[key].within
        return found

    def with_siblings(self, places: set[str]) -> set[str]:
        """Places, and of assemblies of which some number must be there whether any of them is."""
        found = set(places)
        for home in self.lowered.catalog.assemblies:
            own = {each.presence for each in home.instances if each.presence == each.prefix}
            if home.minimum and home.repeated and own & found:
                found |= self.with_surroundings(each for each in own if each is not None)
        return found

    def links(self, wanted: set[str], place_at: Mapping[int, str]) -> list[tuple[set[str], Constraint]]:
        """What makes places empty where what they lie in is not there, of the wanted places."""
        if not self.lowered.catalog.assemblies:
            return []
        found: list[tuple[set[str], Constraint]] = []
        for constraint in self.lowered.problem.constraints:
            places = {place_at[variable] for variable in constraint.scope}
            if restriction_of(constraint) is None and places <= wanted and self._speaks_of_presence(places):
                found.append((places, constraint))
        return found

    def _speaks_of_presence(self, places: Iterable[str]) -> bool:
        catalog = self.lowered.catalog
        return any(getattr(catalog.place_of[place], "presence", False) for place in places)

    def told(self, options: Mapping[str, Worth]) -> Mapping[str, Worth]:
        """Options as expressions see them: a set inside an instance that is not there has no value."""
        if not self.lowered.catalog.assemblies:
            return options
        places = self.lowered.catalog.place_of
        return {
            key: ABSENT
            if isinstance(value, frozenset)
            and (within := places[key].within) is not None
            and options.get(within) is not True
            else value
            for key, value in options.items()
        }

    def filled(self, assignment: Sequence[int], done: set[str]) -> Assignment | None:
        """The other places filled in some way, as few instances as may be; `None` where that cannot be."""
        values = list(assignment)
        layouts, catalog = self.lowered.layout.of, self.lowered.catalog
        homes = {each.prefix: home for home in catalog.assemblies for each in home.instances}
        for key, layout in layouts.items():
            if key in done:
                continue
            place = catalog.place_of[key]
            there = place.within is None or values[layouts[place.within].variables[0]] == 1
            filling: tuple[int, ...] | None = (0,) * len(layout.variables)
            if there and getattr(place, "presence", False):
                home = homes[key]
                own = [each.presence for each in home.instances if each.presence is not None]
                count = sum(values[layouts[each].variables[0]] for each in own)
                filling = (int(home.repeated and count < home.minimum and key not in self.never),)
            elif there:
                filling = first_filling(layout)
            if filling is None:
                return None
            for variable, value in zip(layout.variables, filling, strict=True):
                values[variable] = value
        return tuple(values)


def first_filling(layout: PlaceLayout) -> tuple[int, ...] | None:
    """The first way to fill a place that is there; `None` where there is none."""
    for filling in fillings_of(layout, {}, ()):
        match layout:
            case SetLayout(option=option):
                real = len(filling.value) >= option.minimum if isinstance(filling.value, frozenset) else False
            case SlotLayout(slot=slot):
                real = bool(filling.units) or slot.cardinality.may_be_absent
            case _:
                real = not isinstance(filling.value, Missing)
        if real:
            return filling.values
    return None


@define(eq=False)
class Trial:
    """All ways to fill the places that some members read, one after the other.

    Attributes:
        cases: how many ways of filling a place were looked at so far.
    """

    lowered: LoweredProduct
    rooms: Rooms
    levels: tuple[Level, ...]
    hopeless: bool
    cases: int = field(default=0)

    @classmethod
    def of(cls, lowered: LoweredProduct, members: Members) -> "Trial":
        """Find the places, their fillings, and the order in which members are known soonest.

        Raises:
            TooManyCasesError: one place alone can be filled in too many ways.
        """
        layout, rooms = lowered.layout, Rooms(lowered)
        reads = [(rooms.with_surroundings(places_read(each)), each) for each in members.restrictions]
        stated = [constraint for fact in members.facts for constraint in fact.constraints]
        place_at = {v: key for key, found in layout.of.items() for v in found.variables}
        facts = [(rooms.with_surroundings(place_at[v] for v in each.scope), each) for each in stated]
        choices: dict[str, list[PlaceChoice]] = {}
        for choice in members.choices:
            choices.setdefault(place_of(choice), []).append(choice)
        wanted = rooms.with_siblings(
            rooms.with_surroundings(set().union(choices, *(p for p, _ in reads), *(p for p, _ in facts)))
        )
        facts += rooms.links(wanted, place_at)
        alike = _alike(lowered, members.restrictions, stated)
        fillings = {
            key: tuple(
                _limited(
                    each
                    for each in fillings_of(layout.of[key], alike, choices.get(key, ()))
                    if key not in rooms.never or not any(each.values)
                )
            )
            for key in layout.of
            if key in wanted
        }
        order = _order(fillings, [places for places, _ in (*reads, *facts)])
        levels: list[Level] = []
        for at, key in enumerate(order):
            before, now = set(order[:at]), set(order[: at + 1])
            levels.append(
                Level(
                    layout.of[key],
                    key,
                    fillings[key],
                    tuple(each for places, each in reads if places <= now and not places <= before),
                    tuple(each for places, each in facts if places <= now and not places <= before),
                )
            )
        nowhere = [each for places, each in reads if not places]
        hopeless = any(violations(each, Chosen({}, {})) for each in nowhere)
        return cls(lowered, rooms, tuple(levels), hopeless)

    @property
    def places(self) -> tuple[str, ...]:
        """The places that are filled, in catalog order."""
        wanted = {level.key for level in self.levels}
        return tuple(key for key in self.lowered.layout.of if key in wanted)

    def search(self, limits: SearchLimits = NO_LIMITS) -> Assignment | None:
        """A way that keeps everything, the other places filled in any way; `None` when there is none.

        Raises:
            TooManyCasesError: more than `MOST_CASES` fillings would have to be looked at.
            SearchLimitError: the time is up.
        """
        if self.hopeless or self.rooms.filled([0] * len(self.lowered.layout.variables), set()) is None:
            return None
        assignment = [0] * len(self.lowered.layout.variables)
        return self._fill(0, {}, {}, assignment, limits)

    def _fill(
        self,
        at: int,
        units: dict[str, Units],
        options: dict[str, Worth],
        assignment: list[int],
        limits: SearchLimits,
    ) -> Assignment | None:
        if at == len(self.levels):
            return self.rooms.filled(assignment, {level.key for level in self.levels})
        level = self.levels[at]
        for filling in level.fillings:
            self.cases += 1
            if self.cases > MOST_CASES:
                raise TooManyCasesError
            if self.cases % 500 == 0:
                limits.check()
            if isinstance(level.layout, SlotLayout):
                units[level.key] = filling.units
            else:
                options[level.key] = filling.value
            for variable, value in zip(level.layout.variables, filling.values, strict=True):
                assignment[variable] = value
            if self._kept(level, Chosen(units, self.rooms.told(options)), assignment):
                found = self._fill(at + 1, units, options, assignment, limits)
                if found is not None:
                    return found
        return None

    @staticmethod
    def _kept(level: Level, chosen: Chosen, assignment: Sequence[int]) -> bool:
        if any(violations(restriction, chosen) for restriction in level.restrictions):
            return False
        return all(holds(constraint, tuple(assignment)) for constraint in level.constraints)


def _alike(
    lowered: LoweredProduct, restrictions: Iterable[Restriction], stated: Sequence[Constraint]
) -> dict[int, dict[int, int]]:
    """For each variable the values that look the same to all of this, by the smallest of their group."""
    wanted = set(map(id, restrictions))
    constraints = [c for c in lowered.problem.constraints if id(restriction_of(c)) in wanted]
    problem = ConstraintProblem(lowered.problem.variables, (*constraints, *stated))
    return {
        variable: {value: members[0] for members in map(values_in, groups) for value in members}
        for variable, groups in enumerate(Interchangeability.of(problem).groups)
    }


def _limited(fillings: Iterator[Filling]) -> Iterator[Filling]:
    for number, filling in enumerate(fillings):
        if number >= MOST_CASES:
            raise TooManyCasesError
        yield filling


def fillings_of(
    layout: PlaceLayout, alike: Mapping[int, Mapping[int, int]], choices: Sequence[PlaceChoice]
) -> Iterator[Filling]:
    """Yield the ways to fill a place that choices leave, in catalog order; of those alike only the first.

    Args:
        layout: the place's.
        alike: for each variable, for values that need not be told apart, the group's smallest value.
        choices: what is chosen for it: one's own choice and those of bundles.
    """
    seen: set[tuple[tuple[int, ...], bool]] = set()
    lies_inside = _place(layout).within is not None
    for values in _value_tuples(layout, alike, choices):
        filling = _filling(layout, values)
        if not all(keeps(choice, _alone(layout, filling)) for choice in choices):
            continue
        look = tuple(
            alike.get(variable, {}).get(value, value)
            for variable, value in zip(layout.variables, values, strict=True)
        )
        # Inside an instance being empty is a way of its own, whether or not a member tells it apart.
        way = (look, lies_inside and any(values))
        if way not in seen:
            seen.add(way)
            yield filling


def _value_tuples(
    layout: PlaceLayout, alike: Mapping[int, Mapping[int, int]], choices: Sequence[PlaceChoice]
) -> Iterator[tuple[int, ...]]:
    """What the variables of a place can be together, whatever the rules; more where several choices clash."""
    slots = [choice for choice in choices if isinstance(choice, SlotChoice)]
    exact = next((choice for choice in slots if not choice.at_least), None)
    match layout:
        case SlotLayout() if exact is not None:
            yield from product(*(sorted(each.values) for each in unit_literals(layout, exact.units) or ()))
        case SlotLayout(slot=slot, variables=variables, values=values) if slot.cardinality.kind == "mixed":
            named = {sku for choice in slots for sku, _ in choice.units}
            shown: dict[tuple[int, ...], int] = {}
            for value in range(1, len(values)):
                look = tuple(alike.get(variable, {}).get(value, value) for variable in variables)
                own = (value,) if values[value][0][0].sku in named else ()
                shown.setdefault((*look, *own), value)
            kinds = tuple(shown.values())
            outside = slot.within is not None and slot.cardinality.minimum > 0
            for size in (*((0,) if outside else ()), *range(slot.cardinality.minimum, len(variables) + 1)):
                blanks = (0,) * (len(variables) - size)
                for picked in combinations_with_replacement(kinds, size):
                    yield (*picked, *blanks)
        case SetLayout(option=option, variables=variables):
            for inside in product((0, 1), repeat=len(variables)):
                empty = option.within is not None and not any(inside)
                if empty or option.minimum <= sum(inside) <= option.maximum:
                    yield inside
        case SlotLayout(values=values) | OptionLayout(values=values):
            yield from ((value,) for value in range(len(values)))


def _place(layout: PlaceLayout) -> Place:
    return layout.slot if isinstance(layout, SlotLayout) else layout.option


def _filling(layout: PlaceLayout, values: tuple[int, ...]) -> Filling:
    if isinstance(layout, OptionLayout):
        return Filling(values, value=layout.values[values[0]])
    if isinstance(layout, SetLayout):
        pairs = zip(layout.elements, values, strict=True)
        return Filling(values, value=frozenset(element for element, inside in pairs if inside))
    # Places read their own variables only.
    assignment = [0] * (max(layout.variables) + 1)
    for variable, value in zip(layout.variables, values, strict=True):
        assignment[variable] = value
    return Filling(values, units=layout.units(tuple(assignment)))


def _alone(layout: PlaceLayout, filling: Filling) -> Chosen:
    if isinstance(layout, SlotLayout):
        return Chosen({layout.slot.key: filling.units}, {})
    return Chosen({}, {layout.option.key: filling.value})


def _order(fillings: Mapping[str, Sequence[Filling]], reads: Sequence[set[str]]) -> list[str]:
    """The places in an order in which what reads them is known soon: fewest new ways first."""
    order: list[str] = [key for key, found in fillings.items() if len(found) <= 1]
    waiting = [places - set(order) for places in reads]
    while waiting := [places - set(order) for places in waiting if places - set(order)]:
        cost = [_ways(fillings, places) for places in waiting]
        soonest = waiting[cost.index(min(cost))]
        order += sorted(soonest, key=lambda key: (len(fillings[key]), list(fillings).index(key)))
    return [*order, *(key for key in fillings if key not in order)]


def _ways(fillings: Mapping[str, Sequence[Filling]], places: Iterable[str]) -> int:
    ways = 1
    for key in places:
        ways *= max(len(fillings[key]), 1)
    return ways
