"""Rules that decide alone and how often, and how tight resources are."""

from collections.abc import Iterator, Sequence
from fractions import Fraction

from configurator.authoring.analysis.findings import TIGHT, WEIGHT, Finding, ResourceLeft, RuleWeight
from configurator.authoring.analysis.ground import Ground, within
from configurator.catalog.evaluation import compiled
from configurator.catalog.expressions import AttributeOf
from configurator.catalog.rules import Resource
from configurator.catalog.values import Number, Unit, format_number
from configurator.configuration.pricing import Amount
from configurator.configuration.product import PreparedProduct, compiled_product
from configurator.engines.diagram.left_out import LeftOut, left_out_counts
from configurator.engines.engine import Infeasible, SearchLimits, Unknown
from configurator.engines.unordered_diagram import left_out_up_to_order
from configurator.errors import SearchLimitError
from configurator.explanation.conflict import SwitchedRules
from configurator.lowering.layout import SlotLayout
from configurator.lowering.linear import resource_form
from configurator.lowering.product import resource_value
from configurator.lowering.readings import Readings


def counted(product: PreparedProduct, rules: SwitchedRules, limits: SearchLimits) -> LeftOut | Unknown:
    """How many configurations are valid, and how many combinations each rule alone refuses."""
    fixed, parts, symmetries = rules.problem.fixed, rules.problem.parts, product.lowered.symmetries
    if symmetries:
        try:
            return left_out_up_to_order(fixed, parts, symmetries, limits)
        except SearchLimitError as stopped:
            return Unknown(stopped.reason)
    found = compiled_product(product, "counts", limits.half())
    order = None
    if not isinstance(found, Unknown) and not found.compiled.diagram.void:
        # The order of the layers is the dearest part of compiling, and serves here as well.
        order = [variable for decision in found.compiled.decisions for variable in decision.variables]
    try:
        return left_out_counts(fixed, parts, limits, order=order)
    except SearchLimitError as stopped:
        return Unknown(stopped.reason)


def rule_weights(ground: Ground, alone: Sequence[int | Unknown]) -> tuple[RuleWeight, ...]:
    """The weight of every restriction, with a combination that it alone refuses, in the order declared."""
    found = []
    for number, refused in enumerate(alone):
        witness = None
        if refused != 0:
            try:
                witness = ground.possible(ground.one_of(ground.broken(number)), ground.but(number))
            except SearchLimitError:
                witness = None
        found.append(RuleWeight(ground.restriction(number).key, refused, witness))
    return tuple(found)


def weight_finding(weights: Sequence[RuleWeight], configurations: int | Unknown) -> Finding | None:
    """The heaviest rules, heaviest first, and the lightest that decides; `None` where no weight is known."""
    known = [(weight.alone, weight.rule) for weight in weights if isinstance(weight.alone, int)]
    ranked = sorted((pair for pair in known if pair[0]), key=lambda pair: -pair[0])
    if not ranked or isinstance(configurations, Unknown):
        return None
    told = [f"{rule} {more(refused, configurations)}" for refused, rule in ranked[:MOST_TOLD]]
    notes: tuple[str, ...] = ()
    if len(ranked) > MOST_TOLD:
        refused, rule = ranked[-1]
        notes = (f"{len(ranked) - MOST_TOLD} more, down to {rule} {more(refused, configurations)}",)
    message = f"without one rule there would be more configurations: {', '.join(told)}"
    return Finding(WEIGHT, message, tuple(rule for _, rule in ranked), notes=notes)


MOST_TOLD = 6
"""Rules that are named in a line."""
MOST_DIGITS = 1_000_000_000
"""Counts from which a share says more than the digits."""


def more(refused: int, configurations: int) -> str:
    """`+3,824`; of numbers too long to be read `+224.3 %`, or `+1 in 11,466,671`."""
    if refused < MOST_DIGITS:
        return f"+{refused:,}"
    tenths = refused * 1000 // configurations
    return f"+{tenths // 10:,}.{tenths % 10} %" if tenths else f"+1 in {configurations // refused:,}"


# ---------------------------------------------------------------- resources


def resources_left(ground: Ground, idle: frozenset[str]) -> Iterator[ResourceLeft]:
    """How tight each resource is that ever decides, in the order declared.

    Args:
        ground: what is asked.
        idle: the ids of those that never do.

    Raises:
        SearchLimitError: the time is up.
    """
    readings = Readings(ground.lowered.layout)
    for number, resource in enumerate(ground.rules.restrictions):
        if not isinstance(resource, Resource) or resource.key in idle:
            continue
        form = resource_form(resource_value(resource), readings)
        if form is None:
            continue
        terms, constant, factor = form.whole()
        best = ground.product.prepared.cheapest(terms, {}, ground.limits)
        if isinstance(best, Unknown):
            raise SearchLimitError(best.reason)
        assert not isinstance(best, Infeasible)
        least = Fraction(best.cost + constant, factor)
        yield ResourceLeft(
            resource.key,
            amount_in(least, resource.unit),
            ground.product.configuration(best.witness),
            _enough(ground, number, resource, readings),
        )


def amount_in(value: Number, unit: Unit | None) -> Amount:
    """A quantity of a resource, in its unit."""
    number = Fraction(value) / unit.factor if unit else Fraction(value)
    return Amount(int(number) if number.denominator == 1 else number, format_number(value, unit))


def _enough(ground: Ground, number: int, resource: Resource, readings: Readings) -> Amount | None:
    """The least supply from which on the resource refuses nothing that all else allows."""
    if len(resource.supply) != 1 or not isinstance(resource.supply[0].expression, AttributeOf):
        return None
    supply = resource.supply[0].expression
    layout = ground.lowered.layout.of.get(supply.place)
    if not isinstance(layout, SlotLayout) or layout.slot.cardinality.kind != "one":
        return None
    (variable,) = layout.variables
    evaluate, read = compiled(supply), readings.reader((supply,))
    by_supply: dict[Number, list[int]] = {}
    for value in range(len(layout.values)):
        worth = evaluate(read({variable: value}))
        if isinstance(worth, int | Fraction) and not isinstance(worth, bool):
            by_supply.setdefault(worth, []).append(value)
    enough: Number | None = None
    for worth in sorted(by_supply, reverse=True):
        these = within(variable, by_supply[worth])
        asked = ground.one_of(tuple((*broken, these) for broken in ground.broken(number)))
        if ground.possible(asked, ground.but(number)) is not None:
            break
        enough = worth
    return None if enough is None else amount_in(enough, resource.unit or supply.unit)


def tight_finding(ground: Ground, found: ResourceLeft, alone: int | Unknown) -> Finding:
    """How tight a resource is, in one line."""
    resource = next(each for each in ground.rules.restrictions if each.key == found.resource)
    alone_told = "" if isinstance(alone, Unknown) else f", refuses {alone:,} combinations alone"
    message = f"`{found.resource}` leaves {found.least.text} at the least{alone_told}"
    notes = () if found.enough is None else (f"a supply of {found.enough.text} is always enough",)
    return Finding(
        TIGHT, message, (found.resource,), resource.span.location, notes=notes, witness=found.witness
    )
