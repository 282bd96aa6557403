"""Why a place has a value, why it cannot have another, and why the whole costs what it costs.

Each answer rests on a conflict with the fewest members, told as a chain of steps (`explanation.derivation`).
The value asked about is given as for a choice; of a mixed slot or a set, one component or element alone
means "holds it, and perhaps more", a list means "exactly these".
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from fractions import Fraction
from typing import Literal as OneOf
from typing import TypeGuard

from attrs import evolve, frozen

from configurator.catalog.choices import (
    ChoiceProblem,
    OptionChoice,
    PlaceChoice,
    SlotChoice,
    option_choice,
    place_of,
    slot_choice,
)
from configurator.catalog.evaluation import Chosen, evaluate
from configurator.catalog.expressions import Arithmetic, Calc, CalcValue, Expression, places_of
from configurator.catalog.rules import Default, Resource, Rule, VariantTable
from configurator.catalog.structure import ProductOption, Slot
from configurator.catalog.values import Missing, SetType, format_number, normal
from configurator.configuration.choices import read_choice, read_choices, speaks_of_instances
from configurator.configuration.completion import Completed, NotCompletable, complete
from configurator.configuration.given_choices import lies_at
from configurator.configuration.model import (
    ComponentQuantity,
    Configuration,
    PlaceValue,
    configuration_of,
    option_value,
    place_value,
    slot_value,
)
from configurator.configuration.price_deltas import price_of
from configurator.configuration.pricing import Amount, amount, objective_of
from configurator.configuration.product import PreparedProduct, Question, ask
from configurator.csp.constraints import (
    ClauseConstraint,
    Constraint,
    LinearConstraint,
    Literal,
    PredicateConstraint,
)
from configurator.engines.engine import (
    NO_LIMITS,
    Domains,
    Feasible,
    Infeasible,
    Optimum,
    SearchLimits,
    Unknown,
)
from configurator.engines.switched import Clash, Part
from configurator.errors import ChoiceError, SearchLimitError
from configurator.explanation.checking import keeps
from configurator.explanation.conflict import (
    Conflict,
    SwitchedCase,
    choice_part,
    describe_choice,
    find_conflict,
    unavoidable,
)
from configurator.explanation.derivation import Derivation, Goal, derive
from configurator.explanation.evidence import Fact
from configurator.explanation.minimal_sets import MinimalSet, smallest_conflict
from configurator.lowering.choices import lower_choices
from configurator.lowering.layout import OptionLayout, PlaceLayout, SetLayout, SlotLayout, is_outside
from configurator.lowering.objectives import LoweredObjective, lower_calc
from configurator.lowering.origins import ChoiceOrigin

Provenance = OneOf["chosen", "bundle", "forced", "default", "cheapest", "together", "always"]

MOST_COMPARED = 10_000
"""So many completions are compared one by one where a calc is no sum over the places."""


@frozen
class Retreat:
    """A single choice that, given up, makes the value possible.

    Attributes:
        place: its path; empty where a bundle would have to go.
        text: the choice, such as `cpu = CPU-14400`; `bundle gamer` for a bundle.
        others: how many other values its place can then take; `None` where they are not single values.
    """

    place: str
    text: str
    others: int | None


@frozen
class Excluded:
    """No completion has the value.

    Attributes:
        text: the value, such as `gpu = none`.
        derivation: how that follows; without steps where a date or the choices by themselves are to blame.
        conflict: the fewest choices and rules that exclude it, the value itself among the choices.
        retreats: the choices of which giving up one alone makes it possible, in catalog order; one of the
            same place is among them where it would leave room. Last the bundles that could go.
        nothing_valid: where the catalog allows nothing at all on the day, whatever is chosen, why not.
    """

    text: str
    derivation: Derivation
    conflict: Conflict
    retreats: tuple[Retreat, ...]
    nothing_valid: Conflict | None = None


@frozen
class Possible:
    """A completion has the value.

    Attributes:
        price_delta: what the cheapest completion with it comes to, less what the cheapest one comes to now;
            `None` without a calc `price` that is a sum.
        instead: the customer's choice of the same place that it would take the place of; empty for none.
    """

    text: str
    price_delta: Amount | None
    instead: str = ""


@frozen
class Forced:
    """Every completion has the value.

    Attributes:
        because: how that follows.
        conflict: the fewest choices and rules that force it.
    """

    text: str
    because: Derivation
    conflict: Conflict


@frozen
class ChosenByCustomer:
    """The customer chose the value, or a bundle did; `choice` tells how."""

    text: str
    choice: str


@frozen
class ByDefault:
    """Nothing forces the value; completion takes it because a default says so."""

    text: str
    location: str


@frozen
class NotForced:
    """Nothing forces the value.

    Attributes:
        others: the other values its place can take, in catalog order; components or elements of a mixed
            slot or set.
    """

    text: str
    others: tuple[PlaceValue, ...]


Why = Forced | ChosenByCustomer | ByDefault | NotForced | Excluded | Unknown
WhyNot = Excluded | Possible | Unknown


# ---------------------------------------------------------------- why not


def why_not(question: Question, place: str, value: object, limits: SearchLimits = NO_LIMITS) -> WhyNot:
    """Why a place cannot have a value, under the choices about other places.

    What its own place holds at least by choice, it has to hold besides the value.

    Raises:
        ChoiceError: the place or value does not exist.
    """
    beside = Beside.of(question, asked_value(question, place, value))
    try:
        now = beside.asked(limits)
        answer = _feasible(now, limits)
        if isinstance(answer, Unknown):
            return answer
        if answer:
            return Possible(describe_choice(beside.both), _delta(question, now, limits), beside.instead)
        return _excluded(beside, now, limits)
    except SearchLimitError as stopped:
        return Unknown(stopped.reason)


def _feasible(question: Question, limits: SearchLimits) -> bool | Unknown:
    if question.impossible:
        return False
    answer = question.prepared.feasibility(question.choices.assumptions, limits)
    return answer if isinstance(answer, Unknown) else isinstance(answer, Feasible)


def asked_value(question: Question, place: str, value: object) -> PlaceChoice:
    """A value asked about, as a choice.

    Raises:
        ChoiceError: the place or value does not exist.
    """
    catalog = question.product.catalog
    found = catalog.place_of.get(place)
    if speaks_of_instances(catalog, place):
        choices = read_choices(catalog, {place: value})
        if len(choices) == 1:
            return choices[0]
        example = next((key for key in catalog.place_of if lies_at(key, place) and key != place), place)
        raise ChoiceError(
            [f"`{place}` is an assembly, and one place is asked about at a time"],
            (f"ask about a place inside it, such as `{example}`, or whether an instance is there",),
        )
    if found is None:
        read_choices(catalog, {place: value})
        raise AssertionError(place)
    try:
        choice = read_choice(found, value, catalog)
    except ChoiceProblem as problem:
        if _is_one_of_several(found, value):
            return read_choices(catalog, {place: {"includes": value}})[0]
        raise ChoiceError([problem.message], problem.help) from problem
    if _is_one_of_several(found, value):
        return read_choices(catalog, {place: {"includes": value}})[0]
    return choice


def _is_one_of_several(place: Slot | ProductOption, value: object) -> bool:
    """Whether one component or element is named where there may be more."""
    if isinstance(place, Slot):
        several = place.cardinality.kind == "mixed"
    else:
        several = isinstance(place.type, SetType)
    if isinstance(value, str):
        return several and value.strip() != "none" and "," not in value
    return several and isinstance(value, ComponentQuantity)


@frozen(eq=False)
class Beside:
    """A value among the choices that are made.

    Attributes:
        rest: the customer's choices about other places; what bundles choose holds besides.
        wanted: the value.
        both: the value, and what its place holds at least by choice.
        own: the choice of its own place that stays beside it, if there is one.
        instead: in words the choice of its own place that it would take the place of; empty for none.
    """

    question: Question
    rest: tuple[PlaceChoice, ...]
    wanted: PlaceChoice
    both: PlaceChoice
    own: PlaceChoice | None = None
    instead: str = ""

    @classmethod
    def of(cls, question: Question, wanted: PlaceChoice) -> "Beside":
        """What is chosen, less what the value would take the place of."""
        chosen = question.choices.own
        rest = tuple(each for each in chosen if place_of(each) != place_of(wanted))
        own = next((each for each in chosen if place_of(each) == place_of(wanted)), None)
        if own is None:
            return cls(question, rest, wanted, wanted)
        if own.at_least and wanted.at_least:
            place = question.product.catalog.place_of[place_of(wanted)]
            with suppress(ChoiceProblem):
                return cls(question, rest, wanted, _both(place, own, wanted), own)
        return cls(question, rest, wanted, wanted, instead=describe_choice(own))

    def asked(self, limits: SearchLimits) -> Question:
        """The question whether the value is possible."""
        return _with(self.question, (*self.rest, self.both), limits)

    def asked_without(self, choice: PlaceChoice, limits: SearchLimits) -> Question:
        """The same with one choice given up."""
        if choice is self.own:
            return _with(self.question, (*self.rest, self.wanted), limits)
        return _with(self.question, (*(each for each in self.rest if each is not choice), self.both), limits)


def _both(place: Slot | ProductOption, own: PlaceChoice, wanted: PlaceChoice) -> PlaceChoice:
    """Both at least.

    Raises:
        ChoiceProblem: it is more than the place can hold.
    """
    match place, own, wanted:
        case Slot(), SlotChoice(units=first), SlotChoice(units=second):
            counts = dict(first)
            for sku, quantity in second:
                counts[sku] = max(counts.get(sku) or 1, quantity or 1)
            return slot_choice(place, list(counts.items()), at_least=True)
        case ProductOption(), OptionChoice(value=frozenset() as one), OptionChoice(
            value=frozenset() as other
        ):
            return option_choice(place, one | other, at_least=True)
        case _:
            raise AssertionError(own)


def _with(question: Question, choices: Sequence[PlaceChoice], limits: SearchLimits) -> Question:
    order = {place.key: at for at, place in enumerate(question.product.catalog.places)}
    return ask(question.product, tuple(sorted(choices, key=lambda each: order[place_of(each)])), limits)


def _excluded(beside: Beside, now: Question, limits: SearchLimits) -> Excluded:
    """What excludes a value that is not possible among the choices."""
    alone, shown = now, beside.both
    if beside.own is not None:
        # What excludes the value even where its own place holds nothing else says more.
        without = beside.asked_without(beside.own, limits)
        if not _feasible(without, limits):
            alone, shown = without, beside.wanted
    text = describe_choice(shown)
    void = _nothing_valid(now, limits)
    case = alone.case()
    dated = unavoidable(case)
    if dated:
        # Of several dates rather that of what is asked about.
        conflict = next((each for each in dated if place_of(shown) in each.choices), dated[0])
        tried = [each for each in alone.choices.choices if place_of(each) in conflict.choices]
        if len(dated) > 1:
            tried = []
        return Excluded(text, Derivation(()), conflict, _retreats(beside, tried, limits), void)
    switched = SwitchedCase.of(case, limits)
    own = next(number for number in switched.choices if switched.members[number] is shown)
    parts = tuple(number for number in switched.by_blame if number != own)
    found = smallest_conflict(switched.problem, parts, limits, always=(own,))
    assert found is not None
    blamed = found
    # Choices that clash by themselves exclude everything; the value is then no part of the conflict.
    if not isinstance(switched.problem.solve(found.parts, limits), Clash):
        blamed = evolve(found, parts=tuple(sorted((*found.parts, own))))
    goal = Goal(place_of(shown), choice_part(now.product.lowered, shown), text, _value_of(text))
    derivation = _derived(switched, found, goal, limits)
    members = [switched.members[number] for number in found.parts]
    tried = [member for member in members if isinstance(member, SlotChoice | OptionChoice)]
    retreats = () if void is not None else _retreats(beside, tried, limits)
    return Excluded(text, derivation, switched.told(blamed), retreats, void)


def _value_of(text: str) -> str:
    """What stands behind `=` or `includes` in a choice."""
    return text.partition(" = ")[2] or text.partition(" includes ")[2]


def _nothing_valid(question: Question, limits: SearchLimits) -> Conflict | None:
    """Why nothing at all is valid on the day, where that is so."""
    bare = ask(question.product.bare, (), limits)
    if _feasible(bare, limits) is not False:
        return None
    case = bare.case()
    return next(iter(unavoidable(case)), None) or find_conflict(case, limits)


def _derived(switched: SwitchedCase, found: MinimalSet, goal: Goal, limits: SearchLimits) -> Derivation:
    members = [switched.members[number] for number in found.parts]
    rulings = [each for each in members if isinstance(each, Rule | VariantTable | Resource | Fact)]
    choices = [each for each in members if isinstance(each, SlotChoice | OptionChoice)]
    return derive(switched.case, rulings, choices, goal, limits)


def _retreats(beside: Beside, tried: Sequence[PlaceChoice], limits: SearchLimits) -> tuple[Retreat, ...]:
    """Of some choices, and that of the value's own place, those of which giving up one alone suffices."""
    kept = [each for each in (*beside.rest, beside.own) if each is not None]
    named = {place_of(each) for each in tried}
    order = {place.key: at for at, place in enumerate(beside.question.product.catalog.places)}
    found = [
        _retreat(beside, each, limits)
        for each in sorted(kept, key=lambda each: order[place_of(each)])
        if each is beside.own or place_of(each) in named
    ]
    return (*filter(None, found), *_without_bundles(beside, limits))


def _without_bundles(beside: Beside, limits: SearchLimits) -> Iterator[Retreat]:
    """The applied bundles of which giving up one alone suffices."""
    product = beside.question.product
    for bundle in product.bundles:
        others = tuple(each for each in product.bundles if each is not bundle)
        question = evolve(beside.question, product=product.applying(others))
        if _feasible(evolve(beside, question=question).asked(limits), limits) is True:
            yield Retreat("", f"bundle {bundle.key}", None)


def _retreat(beside: Beside, choice: PlaceChoice, limits: SearchLimits) -> Retreat | None:
    """A choice as a retreat, if giving it up alone suffices."""
    without = beside.asked_without(choice, limits)
    if _feasible(without, limits) is not True:
        return None
    layout = without.product.lowered.layout.of[place_of(choice)]
    others = None
    if len(layout.variables) == 1:
        domains = without.prepared.domains(without.choices.assumptions, limits)
        if not isinstance(domains, Unknown):
            values = domains[layout.variables[0]]
            outside = not isinstance(layout, SetLayout) and any(is_outside(layout, value) for value in values)
            others = len(values) - int(outside)
    return Retreat(place_of(choice), describe_choice(choice), others)


def _delta(before: Question, now: Question, limits: SearchLimits) -> Amount | None:
    price = price_of(now.product)
    if price is None or isinstance(price, Unknown):
        return None
    sizes = tuple(variable.size for variable in now.product.lowered.layout.variables)
    costs: list[int] = []
    for question in (before, now):
        assumptions = price.objective.known(question.choices.assumptions, sizes)
        best = question.prepared.cheapest(price.objective.terms, assumptions, limits)
        if not isinstance(best, Optimum):
            return None
        costs.append(best.cost)
    return price.difference(costs[1] - costs[0])


# ---------------------------------------------------------------- why


def why(question: Question, place: str, value: object, limits: SearchLimits = NO_LIMITS) -> Why:
    """Why a place has a value: forced, chosen, by default, or for no reason but that it can.

    A value that is not possible is `Excluded`.

    Raises:
        ChoiceError: the place or value does not exist.
    """
    wanted = asked_value(question, place, value)
    try:
        beside = Beside.of(question, wanted)
        now = beside.asked(limits)
        possible = _feasible(now, limits)
        if isinstance(possible, Unknown):
            return possible
        if not possible:
            return _excluded(beside, now, limits)
        forced = _forced(question, wanted, limits)
        if forced is not None:
            return forced
        return _not_forced(question, wanted, limits)
    except SearchLimitError as stopped:
        return Unknown(stopped.reason)


def _forced(
    question: Question, wanted: PlaceChoice, limits: SearchLimits
) -> Forced | ChosenByCustomer | None:
    """What forces a value, or that it is chosen; `None` if something else can be there."""
    lowered = question.product.lowered
    text = describe_choice(wanted)
    switched = SwitchedCase.of(question.case(), limits)
    layout = lowered.layout.of[place_of(wanted)]
    other = without(layout, choice_part(lowered, wanted), wanted)
    problem = switched.problem.extended([other], limits)
    opposite = len(problem.parts) - 1
    for number in switched.choices:
        own = switched.members[number]
        assert isinstance(own, SlotChoice | OptionChoice)
        same_place = place_of(own) == place_of(wanted)
        if same_place and isinstance(problem.solve((number, opposite), limits), Clash):
            return ChosenByCustomer(text, describe_choice(own))
    answer = problem.solve((*range(opposite), opposite), limits)
    if isinstance(answer, Unknown):
        raise SearchLimitError(answer.reason)
    if not isinstance(answer, Clash):
        return None
    found = smallest_conflict(problem, switched.by_blame, limits, always=(opposite,))
    assert found is not None
    goal = Goal(place_of(wanted), other, f"anything but {text}")
    told = switched.told(found)
    message = f"{text} is the only way left"
    return Forced(text, _derived(switched, found, goal, limits), evolve(told, message=message))


def without(layout: PlaceLayout, part: Part, wanted: PlaceChoice) -> Part:
    """The opposite of a choice, as constraints."""
    origin = ChoiceOrigin(wanted)
    literals = [each.literals[0] for each in part if isinstance(each, ClauseConstraint) and each.literals]
    if len(literals) == len(part):
        sizes = len(layout.values) if not isinstance(layout, SetLayout) else 2
        opposite = tuple(
            Literal(literal.variable, frozenset(range(sizes)) - literal.values) for literal in literals
        )
        return (ClauseConstraint(opposite, origin),)
    match part:
        case (LinearConstraint(terms=terms, lower=int() as lower),):
            return (LinearConstraint(terms, None, lower - 1, (), origin),)
        case _:
            variables = layout.variables

            def lacks(values: tuple[int, ...]) -> bool:
                of = dict(zip(variables, values, strict=True))
                return not all(_holds_at_least(constraint, of) for constraint in part)

            return (PredicateConstraint(variables, lacks, origin),)


def _holds_at_least(constraint: Constraint, values: Mapping[int, int]) -> bool:
    assert isinstance(constraint, LinearConstraint)
    assert constraint.lower is not None
    return sum(term.weights[values[term.variable]] for term in constraint.terms) >= constraint.lower


def _not_forced(
    question: Question, wanted: PlaceChoice, limits: SearchLimits
) -> NotForced | ByDefault | Unknown:
    text = describe_choice(wanted)
    key = place_of(wanted)
    defaulted = any(default.place == key for default in question.product.catalog.defaults)
    completed = complete(question, limits) if defaulted else None
    if isinstance(completed, Completed) and key in completed.defaults:
        # An instance that is not there is not among the places.
        held = dict(completed.places).get(key, False)
        read = read_choices(question.product.catalog, {key: held})
        layout = question.product.lowered.layout
        values = lower_choices(question.product.lowered, read).assumptions
        assignment = tuple(min(values.get(v, {0})) for v in range(len(layout.variables)))
        if keeps(wanted, question.product.lowered.lift(assignment)):
            default = next(each for each in question.product.catalog.defaults if each.place == key)
            return ByDefault(text, default.span.location)
    domains = question.prepared.domains(question.choices.assumptions, limits)
    if isinstance(domains, Unknown):
        return domains
    return NotForced(text, _others(question, wanted, domains))


def _others(question: Question, wanted: PlaceChoice, domains: Domains) -> tuple[PlaceValue, ...]:
    """What a place can take besides a value."""
    layout = question.product.lowered.layout.of[place_of(wanted)]
    match layout:
        case SetLayout(elements=elements, variables=variables):
            named = wanted.value if isinstance(wanted, OptionChoice) else frozenset()
            pairs = zip(elements, variables, strict=True)
            assert isinstance(named, frozenset)
            return tuple(e for e, variable in pairs if 1 in domains[variable] and e not in named)
        case OptionLayout(option=option, variables=(variable,), values=meanings):
            values = (meanings[value] for value in domains[variable])
            # Without the assembly in which it lies an option has no value, which is no other value.
            found = [meaning for meaning in values if not isinstance(meaning, Missing)]
            held = wanted.value if isinstance(wanted, OptionChoice) else None
            return tuple(option_value(option, meaning) for meaning in found if meaning != held)
        case SlotLayout(slot=slot) if slot.cardinality.kind == "mixed":
            skus = {sku for sku, _ in wanted.units} if isinstance(wanted, SlotChoice) else set()
            shown_values = sorted({value for variable in layout.variables for value in domains[variable]})
            components = [layout.values[value][0][0].sku for value in shown_values if layout.values[value]]
            return tuple(sku for sku in components if sku not in skus)
        case SlotLayout(slot=slot, variables=(variable,)):
            may_be_absent = slot.cardinality.may_be_absent
            units = [u for value in domains[variable] if (u := layout.values[value]) or may_be_absent]
            return tuple(
                slot_value(slot, each) for each in units if not keeps(wanted, Chosen({slot.key: each}, {}))
            )
        case _:
            raise AssertionError(layout)


# ---------------------------------------------------------------- why this price


@frozen
class Cheaper:
    """What would cost less in a place by itself; `why_not` tells why it is not there."""

    value: PlaceValue
    amount: Amount


@frozen
class PriceLine:
    """What one place adds.

    Attributes:
        place: its path; empty for what no single place decides.
        title: for people.
        provenance: `chosen` by the customer; by a `bundle`, which is what bundles add as well; `forced`, what
            a `default` says too, or the `cheapest` that goes with the rest; `together` for what places decide
            only together; `always` for what none decides.
        cheaper: what would cost less there; `None` where nothing would.
    """

    place: str
    title: str
    value: PlaceValue
    amount: Amount
    provenance: Provenance
    cheaper: Cheaper | None = None


@frozen
class PriceReason:
    """Why the cheapest completion costs what it costs: lines that add up to the total exactly.

    Attributes:
        lines: in catalog order, what no place decides last; only what adds something.
    """

    configuration: Configuration
    lines: tuple[PriceLine, ...]
    total: Amount


def why_price(
    question: Question, calc: str = "price", limits: SearchLimits = NO_LIMITS
) -> PriceReason | NotCompletable | Unknown:
    """Why the cheapest completion costs what it costs, place by place.

    A calc that is no sum over places is told summand by summand, of the first of the cheapest completions
    in catalog order. That takes comparing all completions: of more than `MOST_COMPARED` it is unknown.

    Raises:
        ChoiceError: there is no such calc, or it is no amount.
    """
    objective = objective_of(question, calc)
    try:
        if isinstance(objective, Unknown):
            return _price_by_summands(question, calc, objective.reason, limits)
        if question.impossible:
            return NotCompletable()
        sizes = tuple(variable.size for variable in question.product.lowered.layout.variables)
        assumptions = objective.known(question.choices.assumptions, sizes)
        best = question.prepared.cheapest(objective.terms, assumptions, limits)
        if isinstance(best, Unknown):
            return best
        if isinstance(best, Infeasible):
            return NotCompletable()
        domains = question.prepared.domains(question.choices.assumptions, limits)
        if isinstance(domains, Unknown):
            return domains
    except SearchLimitError as stopped:
        return Unknown(stopped.reason)
    return _price_by_places(question, objective, best, domains)


def _price_by_places(
    question: Question, objective: LoweredObjective, best: Optimum, domains: Domains
) -> PriceReason:
    product = question.product
    lines: list[PriceLine] = []
    weights = {term.variable: term.weights for term in objective.terms}
    chosen = {place_of(choice) for choice in question.choices.own}
    bundled = {place_of(choice) for choice in question.choices.choices}
    chosen_there = product.lowered.lift(best.witness)
    for place in product.catalog.places:
        if place.within is not None and chosen_there.options[place.within] is not True:
            continue
        layout = product.lowered.layout.of[place.key]
        cost = sum(weights[v][best.witness[v]] for v in layout.variables if v in weights)
        cheaper = _cheaper(layout, weights, cost, objective)
        if not cost and cheaper is None:
            continue
        value = place_value(place, chosen_there)
        provenance: Provenance = "cheapest"
        if place.key in chosen:
            provenance = "chosen"
        elif place.key in bundled:
            provenance = "bundle"
        elif all(len(domains[variable]) == 1 for variable in layout.variables):
            provenance = "forced"
        elif _is_default(question, place.key, value):
            provenance = "default"
        lines.append(PriceLine(place.key, place.title, value, part_of(objective, cost), provenance, cheaper))
    bundles = _by_bundles(product, objective)
    if bundles:
        lines.append(PriceLine("", "bundles", None, _told(objective.calc, bundles), "bundle"))
    besides = Fraction(objective.constant, objective.factor) - bundles
    if besides:
        lines.append(PriceLine("", "besides", None, _told(objective.calc, besides), "always"))
    return PriceReason(product.configuration(best.witness), tuple(lines), amount(objective, best.cost))


def _by_bundles(product: PreparedProduct, objective: LoweredObjective) -> Fraction:
    """What the applied bundles add to a calc."""
    bare = product.bare
    found = lower_calc(bare.lowered, bare.catalog.calcs[objective.calc.key])
    # Where an amount decides how the calc is reckoned, no part of it is the bundles' own.
    if not product.bundles or found is None or found.terms != objective.terms:
        return Fraction(0)
    return Fraction(objective.constant, objective.factor) - Fraction(found.constant, found.factor)


def part_of(objective: LoweredObjective, total: int) -> Amount:
    """A part of a total as the calc tells it, without what every total has."""
    return _told(objective.calc, Fraction(total, objective.factor))


def _told(calc: Calc, value: int | Fraction) -> Amount:
    number = normal(Fraction(value) / calc.unit.factor) if calc.unit else normal(Fraction(value))
    return Amount(number, format_number(value, calc.unit, money=calc.money))


def _is_default(question: Question, place: str, value: PlaceValue) -> bool:
    defaults = [
        each for each in question.product.catalog.defaults if each.place == place and each.guard is None
    ]
    if not defaults:
        return False
    (read,) = read_choices(question.product.catalog, {place: value})
    first: Default = defaults[0]
    if isinstance(read, OptionChoice):
        return read.value == first.value
    told = dict(read.units)
    return told.keys() == dict(first.units).keys() and all(
        quantity in {None, told[sku]} for sku, quantity in first.units
    )


def _cheaper(
    layout: PlaceLayout, weights: Mapping[int, tuple[int, ...]], cost: int, objective: LoweredObjective
) -> Cheaper | None:
    """The cheapest way to fill a place whatever the rules, if it costs less."""
    variables = [variable for variable in layout.variables if variable in weights]
    if not variables:
        return None
    found: tuple[PlaceValue, int] | None = None
    match layout:
        case SlotLayout(slot=slot) if slot.cardinality.kind == "mixed":
            found = _cheapest_multiset(layout, weights[variables[0]])
        case SlotLayout(slot=slot, variables=(variable,)):
            # Inside an assembly that may be absent every slot can be empty, which is no way to fill it.
            first = int(not layout.values[0] and not slot.cardinality.may_be_absent) if layout.values else 0
            if first >= len(layout.values):
                return None
            value = min(range(first, len(layout.values)), key=lambda each: weights[variable][each])
            found = slot_value(slot, layout.values[value]), weights[variable][value]
        case OptionLayout(option=option, variables=(variable,), values=meanings):
            real = [at for at, meaning in enumerate(meanings) if not isinstance(meaning, Missing)]
            value = min(real, key=lambda each: weights[variable][each])
            told = meanings[value]
            assert not isinstance(told, Missing)
            found = option_value(option, told), weights[variable][value]
        case _:
            # Elements of a set are seldom worth something each; what they add is told in the line.
            return None
    if found is None or found[1] >= cost:
        return None
    return Cheaper(found[0], part_of(objective, found[1]))


def _cheapest_multiset(layout: SlotLayout, weights: Sequence[int]) -> tuple[PlaceValue, int] | None:
    """The cheapest filling of a mixed slot, all of whose positions weigh alike."""
    filled = range(1, len(layout.values))
    if not filled:
        return None
    best = min(filled, key=lambda value: weights[value])
    bounds = layout.slot.cardinality
    blank = weights[0]
    count = bounds.maximum if weights[best] < blank else bounds.minimum
    total = count * weights[best] + (len(layout.variables) - count) * blank
    sku = layout.values[best][0][0].sku
    return ((ComponentQuantity(sku, count),) if count else ()), total


def _price_by_summands(
    question: Question, name: str, no_sum: str, limits: SearchLimits
) -> PriceReason | NotCompletable | Unknown:
    """Why the cheapest completion costs what it costs, where the calc is no sum over places."""
    if question.impossible:
        return NotCompletable()
    calc = question.product.catalog.calcs[name]
    lift = question.product.lowered.lift
    best: tuple[int | Fraction, Chosen] | None = None
    number = 0
    for number, assignment in enumerate(
        question.prepared.solutions(question.choices.assumptions, limits), start=1
    ):
        if number > MOST_COMPARED:
            return Unknown(f"{no_sum}, and more than {MOST_COMPARED:,} completions would have to be compared")
        if number % 500 == 0:
            limits.check()
        chosen = lift(assignment)
        total = evaluate(calc.expression, chosen)
        if _is_number(total) and (best is None or total < best[0]):
            best = total, chosen
    if best is None:
        return Unknown(f"the calc `{name}` has no value here") if number else NotCompletable()
    total, chosen = best
    lines = tuple(_summand(calc, sign, part, chosen) for sign, part in _summands(calc.expression, 1))
    return PriceReason(configuration_of(question.product.catalog, chosen), lines, _told(calc, total))


def _summand(calc: Calc, sign: int, expression: Expression, chosen: Chosen) -> PriceLine:
    worth = evaluate(expression, chosen)
    assert _is_number(worth)
    title = expression.calc.title if isinstance(expression, CalcValue) else calc.title
    provenance: Provenance = "together" if places_of(expression) else "always"
    return PriceLine("", title, None, _told(calc, sign * worth), provenance)


def _summands(expression: Expression, sign: int) -> list[tuple[int, Expression]]:
    match expression:
        case Arithmetic(operator="+" | "-" as operator, left=left, right=right):
            return [*_summands(left, sign), *_summands(right, sign if operator == "+" else -sign)]
        case _:
            return [(sign, expression)]


def _is_number(worth: object) -> TypeGuard[int | Fraction]:
    return isinstance(worth, int | Fraction) and not isinstance(worth, bool)
