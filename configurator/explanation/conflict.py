"""What cannot hold together: rules, rows, choices, dates, and facts from outside.

First everything that the choices break by themselves, restriction by restriction, each
with its own message. Only where nothing is broken by itself, and yet nothing can be
completed, a conflict is searched: a set of restrictions and choices of which no member
can be left out. Restrictions are left out first, so that what remains to be blamed is as
much as possible the customer's own choice.

All of it is asked of one problem for each product, whose parts, one for each restriction, are switched
on and off (`engines.switched`); a customer's choices are parts added to it.
"""

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from datetime import date
from itertools import islice, product
from typing import Literal as OneOf

from attrs import evolve, field, frozen

from configurator.catalog.choices import OptionChoice, PlaceChoice, SlotChoice, place_of
from configurator.catalog.evaluation import Chosen, Units, Worth
from configurator.catalog.expressions import Aggregate, AttributeOf, Expression, children
from configurator.catalog.judgement import (
    Violation,
    blank_terms,
    places_read,
    violations,
    violations_decided,
)
from configurator.catalog.messages import places_told, tell
from configurator.catalog.model import Bundle
from configurator.catalog.rules import Resource, Restriction, Rule, VariantTable
from configurator.catalog.source_words import condition_of
from configurator.catalog.structure import Slot
from configurator.catalog.values import format_value
from configurator.csp.constraints import ClauseConstraint, Constraint, Literal
from configurator.csp.problem import ConstraintProblem
from configurator.csp.semantics import holds
from configurator.csp.variables import Assignment
from configurator.engines.engine import NO_LIMITS, SearchLimits, Unknown
from configurator.engines.switched import Clash, Part, Possible, SwitchedProblem
from configurator.errors import SearchLimitError
from configurator.explanation.evidence import (
    DecisionEvidence,
    EffectivityEvidence,
    Evidence,
    Fact,
    RuleEvidence,
    StockEvidence,
    WishEvidence,
)
from configurator.explanation.minimal_sets import MinimalSet, minimal_conflicts, shrink
from configurator.lowering.choices import LoweredChoices, NotInForce, lower_choices, missing
from configurator.lowering.layout import SlotLayout
from configurator.lowering.origins import ChoiceOrigin, RestrictionOrigin
from configurator.lowering.product import LoweredProduct


@frozen
class RowReference:
    """A row of a table, numbered from 1."""

    table: str
    row: int


Member = Restriction | Fact | Bundle | PlaceChoice
"""What a conflict is made of; a bundle where it is not in force, else it is what it chooses."""

Telling = tuple[str, tuple[int, ...]]
"""The sentence about one broken restriction, with the rows at fault."""


@frozen(repr=False)
class Witness:
    """A way out of a conflict that leaves out one member: something that keeps all the others.

    Attributes:
        kind: of the member left out, as in its evidence.
        name: of the member left out: a rule's id, a fact's key, the path of a choice, with its bundle.
        assignment: values for the product's variables.
    """

    kind: str
    name: str
    assignment: Assignment
    _lowered: LoweredProduct = field(eq=False)

    @property
    def configuration(self) -> Mapping[str, str]:
        """What each place holds in it, as the language writes it, in catalog order."""
        found = self._lowered.lift(self.assignment)
        return {
            key: units_told(found.units[key])
            if isinstance(layout, SlotLayout)
            else format_value(found.options[key])
            for key, layout in self._lowered.layout.of.items()
        }

    def __repr__(self) -> str:
        held = ", ".join(f"{key} = {value}" for key, value in self.configuration.items())
        return f"Witness({self.kind} {self.name} left out: {held})"


@frozen
class Conflict:
    """Things that cannot hold together.

    Attributes:
        rules: ids of rules, tables and resources, in the order declared.
        rows: rows of forbidding tables that refuse the combination.
        choices: paths of the choices that take part, in catalog order, each once; those of bundles too.
        stock: keys of the stock facts that take part; empty where only rules were asked.
        message: the sentence for the customer.
        locations: where the rules stand, `file:line:column`, in the order of `rules`.
        not_in_force: SKUs and bundles that cannot be chosen on the day.
        minimal: whether it is proved that no member can be left out.
        evidence: the members one by one: rules, stock, decisions, dates; the same in typed form.
        witnesses: for each member a way out that leaves it out: the proof that none is superfluous.
        bundles: bundles that take part, by themselves or by what they choose, in the order declared.
    """

    rules: tuple[str, ...]
    rows: tuple[RowReference, ...]
    choices: tuple[str, ...]
    stock: tuple[str, ...]
    message: str
    locations: tuple[str, ...]
    not_in_force: tuple[str, ...] = ()
    minimal: bool = True
    evidence: tuple[Evidence, ...] = field(default=(), eq=False, repr=False)
    witnesses: tuple[Witness, ...] = field(default=(), eq=False, repr=False)
    bundles: tuple[str, ...] = ()


@frozen
class Conflicts:
    """Minimal conflicts of some choices; none where they can be completed.

    Attributes:
        conflicts: no two with the same members; the first is the one that `validate` would tell.
        complete: whether these are all; not where a limit cut them short.
    """

    conflicts: tuple[Conflict, ...]
    complete: bool

    def __bool__(self) -> bool:
        return bool(self.conflicts)

    def or_raise(self) -> "Conflicts":
        """This answer."""
        return self


@frozen(eq=False)
class Case:
    """What a conflict is looked for in: a product and the choices brought before it.

    Attributes:
        facts: what else holds.
        importance: places whose choices the customer would least like to give up, most important first;
            a conflict of these is preferred to one of others.
    """

    lowered: LoweredProduct
    choices: LoweredChoices
    facts: tuple[Fact, ...] = ()
    importance: tuple[str, ...] = ()

    def decided_places(self) -> Chosen:
        """What the choices fix. Places that are open are missing."""
        layouts = self.lowered.layout.of
        decided = {}
        for key, layout in layouts.items():
            values = [self.choices.assumptions.get(variable, frozenset()) for variable in layout.variables]
            if all(len(found) == 1 for found in values):
                decided[key] = dict(zip(layout.variables, (next(iter(v)) for v in values), strict=True))
        assignment = [0] * len(self.lowered.layout.variables)
        for key, fixed in decided.items():
            # Around what is filled everything is there.
            within = self.lowered.catalog.place_of[key].within if any(fixed.values()) else None
            while within is not None:
                assignment[layouts[within].variables[0]] = 1
                within = self.lowered.catalog.place_of[within].within
        for fixed in decided.values():
            for variable, value in fixed.items():
                assignment[variable] = value
        lifted = self.lowered.lift(tuple(assignment)) if _has_values(self.lowered) else Chosen({}, {})
        units: dict[str, Units] = {key: lifted.units[key] for key in decided if key in lifted.units}
        options: dict[str, Worth] = {key: lifted.options[key] for key in decided if key in lifted.options}
        return Chosen(units, options)


def _has_values(lowered: LoweredProduct) -> bool:
    return all(variable.size for variable in lowered.layout.variables)


def restriction_of(constraint: Constraint) -> Restriction | None:
    """The restriction a constraint comes from; `None` for what makes a slot a slot."""
    origin = constraint.origin
    return origin.restriction if isinstance(origin, RestrictionOrigin) else None


# ---------------------------------------------------------------- what is switched


@frozen(eq=False)
class SwitchedRules:
    """A product's restrictions as parts that can be switched on and off, in the order declared.

    Attributes:
        problem: part `n` is restriction `n`; what makes a slot a slot always holds.
        scopes: for each restriction the variables it reads.
        impossible: restrictions that nothing keeps, whatever is chosen.
    """

    restrictions: tuple[Restriction, ...]
    problem: SwitchedProblem = field(repr=False)
    scopes: tuple[frozenset[int], ...] = field(repr=False)
    impossible: frozenset[int]

    def kept(self, number: int, assignment: Assignment) -> bool:
        """Whether an assignment keeps a restriction."""
        return all(holds(constraint, assignment) for constraint in self.problem.parts[number])


def switched_rules(lowered: LoweredProduct, limits: SearchLimits = NO_LIMITS) -> SwitchedRules:
    """A product's restrictions as switched parts; made once for each product, and anew when it is worn.

    Raises:
        SearchLimitError: the time is up.
    """
    known = lowered.known.get("switched rules")
    if not isinstance(known, SwitchedRules) or known.problem.worn:
        known = _switched(lowered, limits)
        lowered.known["switched rules"] = known
    return known


def _switched(lowered: LoweredProduct, limits: SearchLimits) -> SwitchedRules:
    restrictions = lowered.restrictions
    numbers = {id(restriction): number for number, restriction in enumerate(restrictions)}
    fixed: list[Constraint] = []
    parts: list[list[Constraint]] = [[] for _ in restrictions]
    for constraint in lowered.problem.constraints:
        restriction = restriction_of(constraint)
        (fixed if restriction is None else parts[numbers[id(restriction)]]).append(constraint)
    structure = ConstraintProblem(lowered.problem.variables, tuple(fixed))
    problem = SwitchedProblem.of(structure, tuple(map(tuple, parts)), limits)
    scopes = tuple(frozenset(v for constraint in part for v in constraint.scope) for part in problem.parts)
    found = SwitchedRules(restrictions, problem, scopes, frozenset())
    every = range(len(restrictions))
    if isinstance(problem.solve(every, limits), Possible):
        return found
    return evolve(found, impossible=frozenset(_broken(problem, every, (), limits)))


def switched_facts(
    lowered: LoweredProduct, facts: tuple[Fact, ...], limits: SearchLimits = NO_LIMITS
) -> SwitchedProblem:
    """A product's restrictions with facts as further parts; those that were asked last are remembered.

    Raises:
        SearchLimitError: the time is up.
    """
    rules = switched_rules(lowered, limits)
    if not facts:
        return rules.problem
    known = lowered.known.get("switched facts")
    if not isinstance(known, _SwitchedFacts) or known.facts != facts or known.rules is not rules:
        problem = rules.problem.extended([fact.constraints for fact in facts], limits)
        known = _SwitchedFacts(rules, facts, problem)
        lowered.known["switched facts"] = known
    return known.problem


@frozen(eq=False)
class _SwitchedFacts:
    rules: SwitchedRules
    facts: tuple[Fact, ...]
    problem: SwitchedProblem


def _broken(
    problem: SwitchedProblem, numbers: Iterable[int], always: Iterable[int], limits: SearchLimits
) -> list[int]:
    """The restrictions and facts of these that cannot be kept, each for itself, with what is always on.

    What a limit leaves open is left out: it is not known to be broken.
    """
    broken: list[int] = []
    background = tuple(always)
    witness: Assignment | None = None
    for number in numbers:
        # A solution found for one restriction mostly keeps others too.
        if witness is not None and problem.keeps(number, witness):
            continue
        match problem.solve((number, *background), limits):
            case Possible(witness=witness):
                pass
            case Clash():
                broken.append(number)
            case _:
                pass
    return broken


@frozen(eq=False)
class SwitchedCase:
    """A case as switched parts: restrictions, then facts, then bundles that are not in force, then choices.

    Attributes:
        members: by the number of their part.
    """

    case: Case
    rules: SwitchedRules
    problem: SwitchedProblem
    members: tuple[Member, ...]

    @classmethod
    def of(cls, case: Case, limits: SearchLimits = NO_LIMITS) -> "SwitchedCase":
        """Add a case's own parts to those of its product.

        Raises:
            SearchLimitError: the time is up.
        """
        rules = switched_rules(case.lowered, limits)
        problem = switched_facts(case.lowered, case.facts, limits)
        # What is not in force can be had in no way.
        own: list[tuple[Member, Part]] = [
            (bundle, (ClauseConstraint((), bundle),)) for bundle in case.choices.expired
        ]
        own += [(choice, choice_part(case.lowered, choice)) for choice in case.choices.choices]
        if own:
            problem = problem.extended([part for _, part in own], limits)
        return cls(case, rules, problem, (*rules.restrictions, *case.facts, *(member for member, _ in own)))

    @property
    def facts(self) -> range:
        """The numbers of the facts."""
        begin = len(self.rules.restrictions)
        return range(begin, begin + len(self.case.facts))

    @property
    def choices(self) -> range:
        """The numbers of the choices."""
        return range(len(self.members) - len(self.case.choices.choices), len(self.members))

    @property
    def by_blame(self) -> tuple[int, ...]:
        """All parts, what is rather not blamed first: restrictions, facts, bundles, choices in catalog order.

        Where the customer says what matters most, that decides first: choices that matter less, then those
        that matter more, and only then the rules.
        """
        others = range(self.choices.start)
        if not self.case.importance:
            # That an instance is there is said before what is inside it, where either would do.
            return (*others, *sorted(self.choices, key=self.is_presence))
        rank = {place: -at for at, place in enumerate(self.case.importance)}
        least = -len(rank) - 1
        own = sorted(self.choices, key=lambda number: rank.get(place_named(self.members[number]), least))
        return (*own, *others)

    def is_presence(self, number: int) -> bool:
        """Whether a part is the choice that an instance of an assembly is there, or is not."""
        member = self.members[number]
        return isinstance(member, OptionChoice) and member.presence

    def broken(self, limits: SearchLimits) -> list[int]:
        """The restrictions that the choices alone break, each for itself, as declared; then facts."""
        touched = {
            variable
            for number in self.choices
            for constraint in self.problem.parts[number]
            for variable in constraint.scope
        }
        # What reads nothing of what is chosen can be kept as if nothing were chosen.
        asked = (
            number
            for number, scope in enumerate(self.rules.scopes)
            if number in self.rules.impossible or scope & touched
        )
        facts = (
            number
            for number in self.facts
            if any(not touched.isdisjoint(each.scope) for each in self.problem.parts[number])
        )
        return _broken(self.problem, (*asked, *facts), self.choices, limits)

    def told(self, found: MinimalSet, telling: Telling | None = None) -> Conflict:
        """A conflict in words: those of its members, unless they are known."""
        members = [self.members[number] for number in found.parts]
        witnesses = tuple(
            Witness(*name_of(self.members[number]), assignment, self.case.lowered)
            for number, assignment in sorted(found.witnesses.items())
            if number in found.parts
        )
        told = _conflict(self.case, members, *telling) if telling else tell_conflict(self.case, members)
        return evolve(told, minimal=found.proved, witnesses=witnesses)


def choice_part(lowered: LoweredProduct, choice: PlaceChoice) -> Part:
    """A choice as constraints; what is not in force can be had in no way."""
    found = lower_choices(lowered, (choice,))
    origin = ChoiceOrigin(choice)
    if found.not_in_force:
        return (ClauseConstraint((), origin),)
    narrowed = (
        ClauseConstraint((Literal(variable, values),), origin)
        for variable, values in found.assumptions.items()
    )
    return (*narrowed, *found.constraints)


def place_named(member: Member) -> str:
    """The place that a choice is about; empty for other members."""
    return "" if isinstance(member, Fact | Bundle | Rule | VariantTable | Resource) else place_of(member)


def name_of(member: Member) -> tuple[str, str]:
    """The kind of a member, as in its evidence, and its name."""
    match member:
        case Fact(key=key, kind=kind):
            return kind, key
        case Rule(key=key) | VariantTable(key=key) | Resource(key=key):
            return "rule", key
        case Bundle(key=key):
            return "effectivity", key
        case _:
            return "decision", place_of(member) + _of_bundle(member)


# ---------------------------------------------------------------- the questions


def broken_by_choices(case: Case, limits: SearchLimits = NO_LIMITS) -> tuple[Conflict, ...]:
    """Every restriction and fact that the choices alone break, as declared; and what is not in force.

    A restriction that a limit leaves open is left out: it is not known to be broken. Where a slot
    that must be filled has nothing in force, that alone is told: no rule is to blame. So are choices of
    which several about one place cannot hold together, one's own and those of bundles: they would break
    everything.
    """
    found = unavoidable(case)
    assignment = case.choices.decided(case.lowered.layout)
    if assignment is not None:
        chosen = case.lowered.lift(assignment)
        every = enumerate(case.lowered.restrictions)
        broken = [number for number, restriction in every if violations(restriction, chosen)]
        first = len(case.lowered.restrictions)
        broken += [
            number
            for number, fact in enumerate(case.facts, start=first)
            if not all(holds(each, assignment) for each in fact.constraints)
        ]
    elif found:
        return found
    else:
        broken = []
    if assignment is not None and not broken:
        return found
    try:
        switched = SwitchedCase.of(case, limits)
        clashes = _clashes_at_places(switched, limits)
        if clashes:
            return clashes
        if assignment is None:
            broken = switched.broken(limits)
    except SearchLimitError:
        switched = None
    told = [conflict for number in broken for conflict in _of_one(case, switched, number, limits)]
    return (*found, *dict.fromkeys(told))


def _clashes_at_places(switched: SwitchedCase, limits: SearchLimits) -> tuple[Conflict, ...]:
    """For each place, in catalog order, choices about it that cannot hold together.

    Raises:
        SearchLimitError: the time is up.
    """
    by_place: dict[str, list[int]] = {}
    for number in switched.choices:
        by_place.setdefault(place_named(switched.members[number]), []).append(number)
    several = [numbers for numbers in by_place.values() if len(numbers) > 1]
    found = [shrink(switched.problem, numbers, limits) for numbers in several]
    return tuple(switched.told(each) for each in found if each is not None)


def unavoidable(case: Case) -> tuple[Conflict, ...]:
    """What speaks against the choices whatever the rules: dates."""
    # Where a slot cannot be filled at all, no other choice for it would help: that is the whole conflict.
    unfillable = tuple(_nothing_in_force(case, slot) for slot in _unfillable_slots(case))
    if unfillable:
        return unfillable
    expired = (_expired(case, bundle) for bundle in case.choices.expired)
    return (*expired, *(_effectivity(case, absent) for absent in case.choices.not_in_force))


def find_conflict(case: Case, limits: SearchLimits = NO_LIMITS) -> Conflict:
    """A conflict of choices that are known to have no completion: the preferred one, choices before rules.

    Where the limits end the search, what is left is still a conflict, but marked as not proved minimal.
    """
    try:
        switched = SwitchedCase.of(case, limits)
        found = shrink(switched.problem, switched.by_blame, limits)
    except SearchLimitError:
        choices = case.choices
        members = (*case.lowered.restrictions, *case.facts, *choices.expired, *choices.choices)
        return evolve(tell_conflict(case, members), minimal=False)
    assert found is not None
    return switched.told(found)


def all_conflicts(
    case: Case, limit: int | None = None, limits: SearchLimits = NO_LIMITS
) -> Conflicts | Unknown:
    """All minimal conflicts, or the first `limit` of them; the first is that of `find_conflict`.

    There may be exponentially many. Where the time is up, those found so far, which are then not complete.

    Raises:
        ValueError: the limit is less than 1.
    """
    if limit is not None and limit < 1:
        raise ValueError(f"the limit is at least 1, not `{limit}`")
    unfillable = [_nothing_in_force(case, slot) for slot in _unfillable_slots(case)]
    if unfillable:
        return Conflicts(tuple(unfillable), complete=True)
    told: list[Conflict] = []
    try:
        switched = SwitchedCase.of(case, limits)
        found = minimal_conflicts(switched.problem, switched.by_blame, limits)
        told.extend(map(switched.told, islice(found, limit)))
        complete = limit is None or next(found, None) is None
    except SearchLimitError as stopped:
        if not told:
            return Unknown(stopped.reason)
        complete = False
    return Conflicts(tuple(told), complete)


def _of_one(
    case: Case, switched: SwitchedCase | None, number: int, limits: SearchLimits
) -> tuple[Conflict, ...]:
    """The conflicts of one broken restriction or fact: one for each unit at fault, with what matters."""
    if number >= len(case.lowered.restrictions):
        return _of_fact(case, switched, number, limits)
    restriction = case.lowered.restrictions[number]
    told = _told_alone(case, restriction)
    found: MinimalSet | None = None
    if switched is not None:
        with suppress(SearchLimitError):
            choices = sorted(switched.choices, key=switched.is_presence)
            found = shrink(switched.problem, (number, *choices), limits)
    if switched is None or found is None:
        read = set(places_read(restriction))
        members = (restriction, *(c for c in case.choices.choices if place_of(c) in read))
        return tuple(evolve(_conflict(case, members, *each), minimal=False) for each in told)
    return tuple(switched.told(found, each) for each in told)


def _of_fact(
    case: Case, switched: SwitchedCase | None, number: int, limits: SearchLimits
) -> tuple[Conflict, ...]:
    """The conflict of one broken fact, with the choices that matter."""
    if switched is not None:
        with suppress(SearchLimitError):
            choices = sorted(switched.choices, key=switched.is_presence)
            found = shrink(switched.problem, (number, *choices), limits)
            if found is not None:
                return (switched.told(found),)
    fact = case.facts[number - len(case.lowered.restrictions)]
    said = {variable for each in fact.constraints for variable in each.scope}
    read = {key for key, found in case.lowered.layout.of.items() if not said.isdisjoint(found.variables)}
    members = (fact, *(choice for choice in case.choices.choices if place_of(choice) in read))
    return (evolve(tell_conflict(case, members), minimal=False),)


# ---------------------------------------------------------------- members in words


def tell_conflict(case: Case, members: Iterable[Member]) -> Conflict:
    """Members that cannot hold together, in words."""
    found = tuple(members)
    match found:
        case (Rule() | VariantTable() | Resource() as restriction, *others) if not any(
            isinstance(other, Rule | VariantTable | Resource | Fact) for other in others
        ):
            return _conflict(case, found, *_told_alone(case, restriction)[0])
        case (Bundle() as bundle,):
            return _expired(case, bundle)
        case (SlotChoice() as choice,) if absent := missing(
            case.lowered, _slot_of(case.lowered, choice), choice
        ):
            return _effectivity(case, absent[0])
        case _:
            return _conflict(case, found, _together(case, found))


def _slot_of(lowered: LoweredProduct, choice: SlotChoice) -> Slot:
    layout = lowered.layout.of[choice.slot]
    assert isinstance(layout, SlotLayout)
    return layout.slot


def _conflict(case: Case, members: Sequence[Member], message: str, rows: tuple[int, ...] = ()) -> Conflict:
    evidence = tuple(_evidence(case, member, message, rows) for member in members)
    rules = [found for found in evidence if isinstance(found, RuleEvidence)]
    if len(rules) + sum(isinstance(found, StockEvidence | WishEvidence) for found in evidence) > 1:
        # Each has its own sentence then; that of the conflict is made of them.
        evidence = tuple(_evidence(case, member, None, ()) for member in members)
        rules = [found for found in evidence if isinstance(found, RuleEvidence)]
    return Conflict(
        rules=tuple(found.rule for found in rules),
        rows=tuple(RowReference(found.rule, row) for found in rules for row in found.rows),
        choices=tuple(dict.fromkeys(each.place for each in evidence if isinstance(each, DecisionEvidence))),
        stock=tuple(found.component for found in evidence if isinstance(found, StockEvidence)),
        message=message,
        locations=tuple(found.location for found in rules),
        evidence=evidence,
        bundles=_bundles_among(case, members),
    )


def _bundles_among(case: Case, members: Iterable[Member]) -> tuple[str, ...]:
    """The bundles that take part, in the order declared."""
    named = {member.bundle for member in members if isinstance(member, SlotChoice | OptionChoice)}
    named |= {member.key for member in members if isinstance(member, Bundle)}
    return tuple(bundle.key for bundle in case.lowered.catalog.bundles if bundle.key in named)


def _evidence(case: Case, member: Member, message: str | None, rows: tuple[int, ...]) -> Evidence:
    match member:
        case Fact(key=key, text=text, kind="wish", location=location):
            return WishEvidence(key, text, location)
        case Fact(key=key, text=text, until=until):
            return StockEvidence(key, text, until)
        case Rule() | VariantTable() | Resource():
            told = cause_of(case, member) if message is None else message
            return RuleEvidence(member.key, kind_of(member), told, member.span.location, rows)
        case Bundle():
            return EffectivityEvidence("", "", bundle_not_in_force(member, case.lowered.as_of), member.key)
        case _:
            return DecisionEvidence(place_of(member), describe_choice(member), member.bundle)


def kind_of(restriction: Restriction) -> OneOf["rule", "table", "resource"]:
    """What a restriction is called."""
    match restriction:
        case Rule():
            return "rule"
        case VariantTable():
            return "table"
        case Resource():
            return "resource"


def _told_alone(case: Case, restriction: Restriction) -> list[Telling]:
    """The sentences about one restriction that the choices break: once for each unit at fault."""
    decided = case.decided_places()
    still_open = _open_places(case, decided)
    chosen = _filled(decided, still_open)
    if not set(places_read(restriction)) & still_open:
        found = violations(restriction, chosen)
    else:
        found = violations_decided(restriction, decided)
    told = [(sentence(violation), violation.rows) for violation in found]
    if told:
        return list(dict.fromkeys(told))
    message = _message(case, restriction, chosen, still_open)
    if message is not None:
        return [(message, ())]
    # The author's sentence would speak of what is not decided yet.
    return [(f"{_name_or_condition(restriction)}: nothing that is left keeps this", ())]


def _open_places(case: Case, decided: Chosen) -> set[str]:
    return {key for key in case.lowered.layout.of if key not in {**decided.units, **decided.options}}


def _message(case: Case, restriction: Restriction, chosen: Chosen, still_open: set[str]) -> str | None:
    """The author's message, if it reads the same whatever is still decided; else `None`."""
    message = restriction.message
    if message is None:
        return None
    bound = {place for place in places_told(message) if place.startswith("@")}
    asked = places_told(message) & (still_open | bound)
    # A component chosen in any quantity is known, as long as the message does not tell the quantity.
    known = {place: _units_left(case, place) for place in asked - bound}
    if asked & bound or not all(known.values()):
        return None
    texts = {
        tell(message, Chosen({**chosen.units, **dict(zip(known, units, strict=True))}, chosen.options))
        for units in product(*known.values())
    }
    return texts.pop() if len(texts) == 1 else None


def _units_left(case: Case, place: str) -> tuple[Units, ...]:
    """What can fill a slot of which the component is chosen, but not the quantity; empty for other places."""
    layout = case.lowered.layout.of[place]
    if not isinstance(layout, SlotLayout) or len(layout.variables) != 1:
        return ()
    left = [layout.values[value] for value in sorted(case.choices.assumptions.get(layout.variables[0], ()))]
    components = {units[0][0].sku if units else "" for units in left}
    return tuple(left) if len(components) == 1 and "" not in components else ()


def _filled(chosen: Chosen, still_open: set[str]) -> Chosen:
    """Open places stand empty, so that expressions can be evaluated."""
    units: dict[str, Units] = {**dict.fromkeys(still_open, ()), **chosen.units}
    options: dict[str, Worth] = {**dict.fromkeys(still_open), **chosen.options}
    return Chosen(units, options)


def cause_of(case: Case, restriction: Restriction) -> str:
    """What a restriction says, within a sentence: its message if all it tells is decided, else its title.

    One that has no title is told by what it demands.
    """
    decided = case.decided_places()
    still_open = _open_places(case, decided)
    message = _message(case, restriction, _filled(decided, still_open), still_open)
    if message is not None:
        return message.rstrip(".")
    return _name_or_condition(restriction)


def _name_or_condition(restriction: Restriction) -> str:
    """What an author called a restriction; where it only has an id, which says nothing, what it demands."""
    return restriction.title if restriction.title != restriction.key else condition_of(restriction)


def _together(case: Case, members: Sequence[Member]) -> str:
    """The sentence about several members that cannot hold together: each cause once."""
    chosen: list[str] = []
    causes: list[str] = []
    for member in members:
        match member:
            case Bundle():
                causes.append(bundle_not_in_force(member, case.lowered.as_of))
            case Fact() | Rule() | VariantTable() | Resource():
                causes.append(_cause_with_id(case, member))
            case _:
                chosen.append(f"`{describe_choice(member)}`")
    if not causes:
        if len(chosen) > 1:
            return f"{listed(chosen)} cannot hold together"
        # Left without any rule, only what a slot can hold at all is to blame.
        return f"{listed(chosen) or 'the catalog'} leaves nothing to choose"
    if not chosen and any(isinstance(member, Fact) for member in members):
        return f"nothing can be built, whatever is chosen: {'; '.join(causes)}"
    if not chosen:
        told = f"{listed(causes)} cannot hold together" if len(causes) > 1 else f"{causes[0]} cannot hold"
        return f"the catalog has no valid configuration on {case.lowered.as_of}: {told}"
    if not any(isinstance(member, Bundle | Rule | VariantTable | Resource) for member in members):
        return f"{listed(chosen)} cannot be built: {listed(causes)}"
    verb = "leaves" if len(causes) == 1 else "leave"
    return f"{listed(chosen)} cannot be completed: {listed(causes)} {verb} nothing"


def _cause_with_id(case: Case, member: Restriction | Fact) -> str:
    if isinstance(member, Fact):
        return member.text.rstrip(".")
    told = cause_of(case, member)
    # The language's own words are marked off from the sentence around them.
    written = not isinstance(member, VariantTable) and told == condition_of(member)
    return f"`{told}` ({member.key})" if written else f"{told} ({member.key})"


def listed(words: Sequence[str]) -> str:
    """`a`, `a and b`, `a, b and c`; empty for none."""
    *first, last = words or ("",)
    return f"{', '.join(first)} and {last}" if first else last


def _effectivity(case: Case, absent: NotInForce) -> Conflict:
    component = absent.component
    period = component.period.describe()
    message = f"{component.title} ({component.sku}) can be chosen {period}, not on {case.lowered.as_of}"
    evidence = (EffectivityEvidence(component.sku, absent.place, message, absent.bundle),)
    where, bundles = component.span.location, (absent.bundle,) if absent.bundle else ()
    return Conflict(
        (), (), (absent.place,), (), message, (where,), (component.sku,), evidence=evidence, bundles=bundles
    )


def _expired(case: Case, bundle: Bundle) -> Conflict:
    message = bundle_not_in_force(bundle, case.lowered.as_of)
    evidence = (EffectivityEvidence("", "", message, bundle.key),)
    where, key = (bundle.span.location,), (bundle.key,)
    return Conflict((), (), (), (), message, where, key, evidence=evidence, bundles=key)


def bundle_not_in_force(bundle: Bundle, day: date) -> str:
    """Why a bundle cannot be applied on a day."""
    named = f"{bundle.title} (bundle {bundle.key})"
    name = f"the bundle {bundle.key}" if bundle.title == bundle.key else named
    return f"{name} can be applied {bundle.period.describe()}, not on {day}"


def _unfillable_slots(case: Case) -> list[Slot]:
    """Slots that must be filled although no component of theirs is in force."""
    slots = [layout for layout in case.lowered.layout.of.values() if isinstance(layout, SlotLayout)]
    return [s.slot for s in slots if not s.slot.cardinality.may_be_absent and not any(s.values)]


def _nothing_in_force(case: Case, slot: Slot) -> Conflict:
    message = f"nothing can be chosen for {slot.title} on {case.lowered.as_of}"
    evidence = (EffectivityEvidence("", slot.key, message),)
    return Conflict((), (), (), (), message, (slot.span.location,), evidence=evidence)


def describe_choice(choice: PlaceChoice) -> str:
    """A choice as the language writes it: `memory = 2 x RAM-D5-16`; with the bundle that it comes with."""
    word = "includes" if choice.at_least else "="
    told = _of_bundle(choice)
    if isinstance(choice, SlotChoice):
        units = [sku if quantity is None else f"{quantity} x {sku}" for sku, quantity in choice.units]
        return f"{choice.slot} {word} {', '.join(units) or 'none'}{told}"
    if choice.presence:
        return f"{choice.option} is {'chosen' if choice.value else 'absent'}{told}"
    return f"{choice.option} {word} {format_value(choice.value)}{told}"


def _of_bundle(choice: PlaceChoice) -> str:
    """` (bundle gamer)` behind what a bundle chose; empty for who chose himself."""
    return f" (bundle {choice.bundle})" if choice.bundle else ""


def units_told(units: Units) -> str:
    """What a slot holds as the language writes it: `2 x RAM-D5-16`; `none` for nothing."""
    told = [component.sku if count == 1 else f"{count} x {component.sku}" for component, count in units]
    return ", ".join(told) or "none"


# ---------------------------------------------------------------- sentences


def sentence(violation: Violation) -> str:
    """What to tell the customer: the author's message, else what is known."""
    restriction = violation.restriction
    if isinstance(restriction, Resource):
        unknown = _not_known(restriction, violation.chosen)
        if unknown:
            return unknown
    if restriction.message is not None:
        return tell(restriction.message, violation.chosen)
    kind = {Rule: "rule", VariantTable: "table", Resource: "resource"}[type(restriction)]
    if restriction.title != restriction.key:
        return f"{restriction.title} ({kind} {restriction.key})"
    return f"{kind} {restriction.key} is broken"


def _not_known(resource: Resource, chosen: Chosen) -> str:
    """`not known: X has no draw`, for every chosen component whose value a resource misses."""
    told: dict[str, None] = {}
    for expression in blank_terms(resource, chosen):
        for place, attribute in _attributes(expression, {}):
            for component, _ in chosen.units.get(place, ()):
                if attribute not in component.values:
                    told.setdefault(f"{component.title} has no {attribute}")
    return f"not known: {', '.join(told)}" if told else ""


def _attributes(expression: Expression, ranges: dict[str, tuple[str, ...]]) -> list[tuple[str, str]]:
    """The slots and attributes an expression reads, aggregates included."""
    found: list[tuple[str, str]] = []
    if isinstance(expression, AttributeOf):
        found += [(slot, expression.attribute) for slot in ranges.get(expression.place, (expression.place,))]
    if isinstance(expression, Aggregate):
        ranges = {**ranges, expression.bound: expression.slots}
    for child in children(expression):
        found += _attributes(child, ranges)
    return found
