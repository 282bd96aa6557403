"""What the catalog's configurations cost, and components that no cheapest completion needs."""

from collections.abc import Callable, Iterator, Sequence

from configurator.authoring.analysis.dearest import Costs
from configurator.authoring.analysis.findings import NEVER_NEEDED, RANGE, Finding, PriceSpan
from configurator.authoring.analysis.ground import Ground
from configurator.authoring.analysis.reachability import components, living_skus
from configurator.configuration.pricing import Amount, Priced, amount, no_sum
from configurator.configuration.product import compiled_product
from configurator.csp.constraints import LinearTerm
from configurator.csp.variables import Assignment
from configurator.engines.diagram.decisions import SingleDecision
from configurator.engines.diagram.multisets import MultisetDecision
from configurator.engines.engine import Infeasible, Optimum, Unknown
from configurator.errors import SearchLimitError
from configurator.lowering.layout import SlotLayout
from configurator.lowering.objectives import LoweredObjective, lower_calc

PRICE = "price"
"""The calc that is the price."""
MOST_COMPLETIONS = 2_000
"""Choices up to which each one's cheapest completion is looked at."""
MOST_TOLD = 5
"""Components that are named in a line; the others are counted."""


def price_objective(ground: Ground) -> LoweredObjective | None:
    """The price as a sum; `None` without a calc of that name.

    Raises:
        SearchLimitError: it is no sum.
    """
    calc = ground.product.catalog.calcs.get(PRICE)
    if calc is None:
        return None
    found = lower_calc(ground.lowered, calc)
    if found is None:
        raise SearchLimitError(no_sum(PRICE).reason)
    return found


def cheapest_price(ground: Ground, objective: LoweredObjective) -> Priced | None:
    """The cheapest configuration; `None` where none has a price.

    Raises:
        SearchLimitError: a limit was reached.
    """
    best = _cheapest(ground, objective, objective.known({}, _sizes(ground)))
    return None if best is None else _priced(ground, best.witness, amount(objective, best.cost))


def dearest_price(ground: Ground, objective: LoweredObjective) -> Priced | None:
    """The dearest configuration; `None` where none has a price.

    Under a budget it is found from counts, which take a moment where a search may take hours.

    Raises:
        SearchLimitError: a limit was reached.
    """
    known = objective.known({}, _sizes(ground))
    compiled = compiled_product(ground.product, "the dearest configuration", ground.limits.half())
    if not isinstance(compiled, Unknown) and compiled.compiled.side_sums:
        counting = Costs(compiled, objective.terms, _sizes(ground), ground.limits.half())
        found = counting.dearest(known)
        if isinstance(found, Infeasible):
            return None
        if isinstance(found, Optimum):
            return _priced(ground, found.witness, amount(objective, found.cost))
    negated = tuple(LinearTerm(t.variable, tuple(-w for w in t.weights)) for t in objective.terms)
    worst = ground.product.prepared.cheapest(negated, known, ground.limits)
    if isinstance(worst, Unknown):
        raise SearchLimitError(worst.reason)
    if isinstance(worst, Infeasible):
        return None
    return _priced(ground, worst.witness, amount(objective, -worst.cost))


def _priced(ground: Ground, witness: Assignment, worth: Amount) -> Priced:
    return Priced(ground.product.configuration(witness), worth)


def _sizes(ground: Ground) -> tuple[int, ...]:
    return tuple(variable.size for variable in ground.variables)


def range_finding(span: PriceSpan) -> Finding:
    """The range in one line; an end that was not found is said to be unknown."""
    match span:
        case PriceSpan(cheapest=Priced(configuration, least), dearest=None):
            return Finding(
                RANGE, f"price from {least.text}; the dearest is not known", (PRICE,), witness=configuration
            )
        case PriceSpan(cheapest=None, dearest=Priced(configuration, most)):
            return Finding(
                RANGE, f"price up to {most.text}; the cheapest is not known", (PRICE,), witness=configuration
            )
        case PriceSpan(cheapest=Priced(configuration, least), dearest=Priced(_, most)):
            return Finding(RANGE, f"price {least.text} to {most.text}", (PRICE,), witness=configuration)
        case _:
            raise AssertionError(span)


def never_needed(ground: Ground, objective: LoweredObjective) -> Iterator[Finding]:
    """Components that no cheapest completion needs, in one line; none where every one is needed somewhere.

    A component is needed if the cheapest configuration has it, or the cheapest one with some choice at one
    other place (of equal ones the first in catalog order). Dead components are told elsewhere.

    Raises:
        SearchLimitError: a limit was reached, or there are too many choices.
    """
    choices = tuple(_choices(ground))
    if len(choices) > MOST_COMPLETIONS:
        raise SearchLimitError(f"{len(choices):,} choices are too many to complete each of them")
    known = objective.known({}, _sizes(ground))
    base = _cheapest(ground, objective, known)
    spared = set() if base is None else _held(ground, base.witness, but="")
    for place, ways in choices:
        if base is not None and any(base.witness[variable] in values for variable, values in ways):
            # The cheapest of all has it already.
            completed: Optimum | None = base
        else:
            found = [
                _cheapest(ground, objective, {**known, variable: known.get(variable, values) & values})
                for variable, values in ways
            ]
            completed = min(filter(None, found), key=lambda each: (each.cost, each.witness), default=None)
        if completed is not None:
            spared |= _held(ground, completed.witness, but=place)
    idle = {
        component.sku: None
        for layout in _slots(ground)
        for component in components(layout)
        if component.sku in living_skus(ground, layout) and component.sku not in spared
    }
    if not idle:
        return
    told = list(idle)[:MOST_TOLD]
    more = f" and {len(idle) - len(told):,} more" if len(idle) > len(told) else ""
    message = f"no cheapest completion of one choice needs {', '.join(told)}{more}"
    yield Finding(NEVER_NEEDED, message, tuple(idle))


def _held(ground: Ground, witness: Assignment, *, but: str) -> set[str]:
    """The SKUs in a solution, but for those of one place."""
    layouts = [layout for layout in _slots(ground) if layout.slot.key != but]
    held = (layout.values[witness[each]] for layout in layouts for each in layout.variables)
    return {units[0][0].sku for units in held if units}


Way = tuple[int, frozenset[int]]
"""A variable takes one of some values."""


def _choices(ground: Ground) -> Iterator[tuple[str, tuple[Way, ...]]]:
    """The choices of one place that may differ in their cheapest completions: the place, and ways to make it.

    What the rules cannot tell apart has the same cheapest completion elsewhere: of each class of values the
    first living one stands for all. Of a mixed slot: that it holds a component, in any position.
    """
    classes = _classes(ground)
    for key, layout in ground.lowered.layout.of.items():
        told: set[object] = set()
        if isinstance(layout, SlotLayout) and layout.slot.cardinality.kind == "mixed":
            values = {value: None for variable in layout.variables for value in ground.domains[variable]}
            for value in values:
                look = classes(layout.variables[0], value)
                if value and look not in told:
                    told.add(look)
                    living = [v for v in layout.variables if value in ground.domains[v]]
                    yield key, tuple((variable, frozenset({value})) for variable in living)
            continue
        for variable in layout.variables:
            for value in ground.domains[variable]:
                look = (variable, classes(variable, value))
                if look not in told:
                    told.add(look)
                    yield key, ((variable, frozenset({value})),)


def _classes(ground: Ground) -> Callable[[int, int], object]:
    """What the rules see of a value, as far as compiling has found it out; else the value itself."""
    found = compiled_product(ground.product, "classes of values", ground.limits)
    seen: dict[int, Sequence[int]] = {}
    if not isinstance(found, Unknown) and not found.compiled.side_sums:
        for decision in found.compiled.decisions:
            match decision:
                case SingleDecision(variable=variable, class_of=class_of):
                    seen[variable] = class_of.tolist()
                case MultisetDecision(variables=variables, shape=shape):
                    seen |= dict.fromkeys(variables, shape.kind_of.tolist())
                case _:
                    pass
    return lambda variable, value: seen[variable][value] if variable in seen else ("value", value)


def _cheapest(
    ground: Ground, objective: LoweredObjective, assumptions: dict[int, frozenset[int]]
) -> Optimum | None:
    found = ground.product.prepared.cheapest(objective.terms, assumptions, ground.limits)
    if isinstance(found, Unknown):
        raise SearchLimitError(found.reason)
    return found if isinstance(found, Optimum) else None


def _slots(ground: Ground) -> tuple[SlotLayout, ...]:
    return tuple(found for found in ground.lowered.layout.of.values() if isinstance(found, SlotLayout))
