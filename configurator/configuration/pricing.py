"""What configurations come to: the cheapest ones, what a choice leads to, how many within a budget.

Everything here is asked of one calc, `price` unless another is named, which must be a sum. Configurations
for which the calc has no value (an attribute is blank) are no answers to it.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from enum import Enum, auto
from fractions import Fraction

from attrs import frozen

from configurator.catalog.expressions import Calc
from configurator.catalog.values import Missing, format_number
from configurator.configuration.completion import NotCompletable
from configurator.configuration.model import Configuration, PlaceValue, option_value
from configurator.configuration.product import Question
from configurator.csp.constraints import LinearConstraint
from configurator.csp.variables import Assignment, Assumptions
from configurator.diagnostics.suggestion import did_you_mean
from configurator.engines.engine import NO_LIMITS, Infeasible, Objective, Optimum, SearchLimits, Unknown
from configurator.engines.unordered_diagram import CountedForm
from configurator.errors import ChoiceError, SearchLimitError
from configurator.lowering.layout import OptionLayout, PlaceLayout, SetLayout, SlotLayout
from configurator.lowering.objectives import LoweredObjective, lower_calc


@frozen
class Amount:
    """What a calc is worth, exactly.

    Attributes:
        number: in the unit in which it is shown: 680.8 for 680.80 EUR.
        text: for people.
    """

    number: int | Fraction
    text: str


@frozen
class Priced:
    """A configuration and what it comes to."""

    configuration: Configuration
    amount: Amount


@frozen
class PriceRange:
    """What configurations with some value come to.

    Attributes:
        least: of the cheapest one.
        most: of the dearest one; `None` where a sum outside the diagram, such as a budget, keeps it
            from being told exactly.
    """

    least: Amount
    most: Amount | None


PriceRanges = Mapping[str, tuple[tuple[PlaceValue, PriceRange], ...]]
"""For each place, by path, the values it can still take with what they lead to, in catalog order."""


def cheapest_configurations(
    question: Question, calc: str, *, count: int = 1, limits: SearchLimits = NO_LIMITS
) -> tuple[Priced, ...] | NotCompletable | Unknown:
    """The `count` cheapest configurations that keep the choices, fewer if there are fewer.

    Ascending by amount, equal amounts in catalog order.

    Raises:
        ChoiceError: there is no such calc, or it is no amount.
        ValueError: the count is negative.
    """
    if count < 0:
        raise ValueError(f"the limit cannot be negative, and `{count}` is")
    found = objective_of(question, calc)
    if isinstance(found, Unknown):
        return found
    if question.impossible:
        return NotCompletable()
    assumptions = found.known(question.choices.assumptions, _sizes(question))
    if count == 1:
        best = question.prepared.cheapest(found.terms, assumptions, limits)
        if isinstance(best, Infeasible):
            return NotCompletable()
        if isinstance(best, Unknown):
            return best
        witness = _first_of_cost(question, found.terms, best, assumptions, limits)
        if isinstance(witness, Unknown):
            return witness
        ranked: Sequence[tuple[int, Assignment]] = ((best.cost, witness),)
    else:
        compiled = question.counted(f"the {count} cheapest configurations", limits)
        if isinstance(compiled, Unknown):
            return compiled
        listed = compiled.top(found.terms, count, assumptions, limits)
        if isinstance(listed, Unknown):
            return listed
        ranked = [(each.cost, each.witness) for each in listed]
    if not ranked and count:
        return NotCompletable()
    return tuple(
        Priced(question.product.configuration(witness), amount(found, cost)) for cost, witness in ranked
    )


def _first_of_cost(
    question: Question, terms: Objective, best: Optimum, assumptions: Assumptions, limits: SearchLimits
) -> Assignment | Unknown:
    """Of the configurations that cost so much the first in catalog order.

    An engine's witness is that already, but where instances of an assembly may change places: then it is the
    first of all orders of them, in which those that are absent come first.
    """
    if not question.product.lowered.symmetries:
        return best.witness
    try:
        bounded = question.prepared.extended((LinearConstraint(terms, None, best.cost),), limits)
        return next(bounded.solutions(assumptions, limits))
    except SearchLimitError as stopped:
        return Unknown(stopped.reason)


def price_ranges(question: Question, calc: str, limits: SearchLimits = NO_LIMITS) -> PriceRanges | Unknown:
    """For each place and each value it can still take, what configurations with it come to.

    Places of which the choices leave nothing are empty. An instance of an assembly is `True`, or `None` where
    it is left out; of places inside it is told what they lead to if it is there. Of a mixed slot: the
    components, each with what configurations that hold at least one of it come to; of a set option: its
    elements likewise.

    Raises:
        ChoiceError: there is no such calc, or it is no amount.
    """
    found = objective_of(question, calc)
    if isinstance(found, Unknown):
        return found
    if question.impossible:
        return dict.fromkeys(question.product.lowered.layout.of, ())
    compiled = question.compiled("price ranges", limits)
    if isinstance(compiled, Unknown):
        return compiled
    assumptions = found.known(question.choices.assumptions, _sizes(question))
    layouts, places = question.product.lowered.layout.of, question.product.catalog.place_of
    told: dict[str, tuple[tuple[PlaceValue, PriceRange], ...]] = {}
    # What is inside an instance is asked as it stands if the instance is there.
    known: dict[str | None, Sequence[Sequence[Range]]] = {}
    for key, layout in layouts.items():
        within = places[key].within
        if within not in known:
            there = {} if within is None else dict.fromkeys(layouts[within].variables, frozenset({1}))
            both = {variable: assumptions.get(variable, each) & each for variable, each in there.items()}
            ranges = compiled.cost_ranges(found.terms, {**assumptions, **both}, limits)
            if isinstance(ranges, Unknown):
                return ranges
            known[within] = ranges
        told[key] = tuple(_of_place(layout, [known[within][each] for each in layout.variables], found))
    return told


Budget = int | Fraction | Decimal | Amount
"""An amount of money, or of whatever else a calc adds up, in the calc's own unit."""


def price_histogram(
    question: Question, calc: str, budgets: Sequence[Budget], limits: SearchLimits = NO_LIMITS
) -> tuple[int | Unknown, ...] | Unknown:
    """For each budget, in the calc's own unit, how many configurations come to that much at most, exactly.

    One that cannot be counted within the limits is `Unknown` for itself. Budgets below the cheapest or
    from the dearest on need no counting by amounts, so they are answered all the same.

    Raises:
        ChoiceError: there is no such calc, or it is no amount.
        TypeError: a budget is no exact number.
        ValueError: a budget is infinite or no number at all.
    """
    wanted = exact_budgets(budgets)
    found = objective_of(question, calc)
    if isinstance(found, Unknown):
        return found
    if question.impossible:
        return (0,) * len(wanted)
    compiled = question.counted("counts within budgets", limits)
    if isinstance(compiled, Unknown):
        return compiled
    factor = found.calc.unit.factor if found.calc.unit else 1
    edges = [found.total(budget * factor) for budget in wanted]
    assumptions = found.known(question.choices.assumptions, _sizes(question))
    return _counts_within(compiled, found.terms, edges, assumptions, limits)


def exact_budgets(budgets: Iterable[Budget]) -> tuple[Fraction, ...]:
    """Budgets as fractions.

    Raises:
        TypeError: one of them is no exact number.
        ValueError: one of them is infinite or no number at all.
    """
    if isinstance(budgets, str | bytes) or not isinstance(budgets, Iterable):
        raise TypeError(f"budgets are a list of amounts, such as `[500, 1000]`, not `{budgets!r}`")
    return tuple(_exact(budget) for budget in budgets)


def _exact(budget: Budget) -> Fraction:
    number = budget.number if isinstance(budget, Amount) else budget
    if isinstance(number, bool) or not isinstance(number, int | Fraction | Decimal):
        # A float is refused, not rounded: 0.1 is no tenth.
        raise TypeError(
            f"a budget is a whole number, a `Decimal`, a `Fraction` or an `Amount`, not `{budget!r}`"
        )
    if isinstance(number, Decimal) and not number.is_finite():
        raise ValueError(f"a budget is a finite amount, not `{number}`")
    return Fraction(number)


def _counts_within(
    compiled: CountedForm,
    terms: Objective,
    edges: Sequence[int],
    assumptions: Assumptions,
    limits: SearchLimits,
) -> tuple[int | Unknown, ...] | Unknown:
    """For each edge how many solutions cost that at most."""
    if not edges:
        return ()
    extremes = compiled.cost_extremes(terms, assumptions, limits)
    if isinstance(extremes, Unknown):
        return extremes
    if isinstance(extremes, Infeasible):
        return (0,) * len(edges)
    least, most = extremes
    answers: dict[int, int | Unknown] = {edge: 0 for edge in edges if edge < least}
    if max(edges) >= most:
        everything = compiled.count(assumptions, limits)
        answers |= {edge: everything for edge in edges if edge >= most}
    between = tuple(sorted({edge for edge in edges if least <= edge < most}))
    answers |= dict(zip(between, _counts_between(compiled, terms, between, assumptions, limits), strict=True))
    return tuple(answers[edge] for edge in edges)


def _counts_between(
    compiled: CountedForm,
    terms: Objective,
    edges: Sequence[int],
    assumptions: Assumptions,
    limits: SearchLimits,
) -> Iterator[int | Unknown]:
    """The counts that must be made: all at once if that goes, which costs little more than one; else each."""
    alone = len(edges) <= 1
    together = compiled.histogram(terms, edges, assumptions, limits if alone else limits.half())
    if not isinstance(together, Unknown):
        yield from together
        return
    if alone:
        yield from [together] * len(edges)
        return
    for edge in edges:
        within = limits if edge == edges[-1] else limits.half()
        counted = compiled.histogram(terms, (edge,), assumptions, within)
        yield counted if isinstance(counted, Unknown) else counted[0]


# ---------------------------------------------------------------- between calcs and totals


def objective_of(question: Question, name: str) -> LoweredObjective | Unknown:
    """A calc as an objective.

    Raises:
        ChoiceError: there is no such calc, or it is no number.
    """
    calcs = question.product.catalog.calcs
    if name not in calcs:
        known = ", ".join(f"`{key}`" for key in calcs) or "none"
        raise ChoiceError([f"the catalog has no calc `{name}`; it has {known}"], did_you_mean(name, calcs))
    found = lower_calc(question.product.lowered, calcs[name])
    return no_sum(name) if found is None else found


NO_SUM = "is no sum over the places"


def no_sum(calc: str) -> Unknown:
    """What is answered about a calc of which a summand reads several places together."""
    return Unknown(f"the calc `{calc}` {NO_SUM}")


def wants_a_sum(found: Unknown) -> bool:
    """Whether an answer is unknown because a calc is no sum: no time would help, another calc would."""
    return NO_SUM in found.reason


def amount(objective: LoweredObjective, total: int) -> Amount:
    """A total as the calc tells it."""
    calc: Calc = objective.calc
    value = objective.value(total)
    number = Fraction(value) / calc.unit.factor if calc.unit else Fraction(value)
    return Amount(
        int(number) if number.denominator == 1 else number,
        format_number(value, calc.unit, money=calc.money),
    )


def _sizes(question: Question) -> tuple[int, ...]:
    return tuple(variable.size for variable in question.product.lowered.layout.variables)


Range = tuple[int, int | None] | None


class NoValue(Enum):
    """What the blank position of a mixed slot and an element left out are to people."""

    NOTHING = auto()


def _of_place(
    layout: PlaceLayout,
    ranges: Sequence[Sequence[Range]],
    objective: LoweredObjective,
) -> list[tuple[PlaceValue, PriceRange]]:
    """The values of one place, each once, with what they lead to."""
    joined: dict[PlaceValue, tuple[int, int | None]] = {}
    for variable, of_values in enumerate(ranges):
        for value, found in enumerate(of_values):
            told = _told(layout, variable, value)
            if found is None or isinstance(told, NoValue):
                continue
            least, most = joined.get(told, found)
            joined[told] = (
                min(least, found[0]),
                None if most is None or found[1] is None else max(most, found[1]),
            )
    return [
        (value, PriceRange(amount(objective, least), None if most is None else amount(objective, most)))
        for value, (least, most) in joined.items()
    ]


def _told(layout: PlaceLayout, variable: int, value: int) -> PlaceValue | NoValue:
    """What a value of one of a place's variables is to people."""
    match layout:
        case SlotLayout():
            units = layout.values[value]
            if not units:
                return NoValue.NOTHING if layout.slot.cardinality.kind == "mixed" else None
            ((component, _),) = units
            return component.sku
        case SetLayout(elements=elements):
            return elements[variable] if value else NoValue.NOTHING
        case OptionLayout(option=option, values=values):
            found = values[value]
            if option.presence:
                return True if found is True else None
            return None if isinstance(found, Missing) else option_value(option, found)
