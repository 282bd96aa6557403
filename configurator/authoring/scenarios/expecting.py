"""What is the case of some choices, in the words in which a scenario expects it."""

from collections.abc import Iterator, Sequence
from fractions import Fraction

from attrs import evolve, frozen

from configurator.acceptance.bill_of_materials import bill_of_materials, total_demand
from configurator.acceptance.stock_facts import StockTerms, short_components, stocked_components
from configurator.authoring.recording import is_decimal, quoted
from configurator.authoring.scenarios.asked import AskedScenario
from configurator.authoring.scenarios.blame import blamed
from configurator.catalog.applied_bundles import bundles_price, with_price
from configurator.catalog.evaluation import Chosen, evaluate
from configurator.catalog.expressions import Calc
from configurator.catalog.model import Catalog
from configurator.catalog.rules import Resource, Rule, VariantTable
from configurator.catalog.values import PLAIN, Number, NumberType, format_number
from configurator.configuration.model import Configuration, configuration_of
from configurator.configuration.validation import Incomplete, Invalid, Valid
from configurator.engines.engine import Unknown
from configurator.errors import SearchLimitError
from configurator.explanation.conflict import Conflict, SwitchedCase

_NOBODY = -1
"""A part that does not exist: who looks for it looks at all minimal conflicts."""


@frozen
class WhatIsSo:
    """What is the case of choices.

    Attributes:
        expectations: what stands after each `expect`, at least one.
        stock: SKUs with the counts that have to be given for it.
    """

    expectations: tuple[str, ...]
    stock: tuple[tuple[str, int], ...] = ()


def what_is_so(asked: AskedScenario, terms: StockTerms | None, calcs: Sequence[Calc]) -> Iterator[WhatIsSo]:
    """Yield what is the case, first all that is known, then less, down to the verdict alone.

    Args:
        asked: choices without stock.
        terms: what there is of components; `None` asks nothing about stock.
        calcs: whose values are told where everything is decided.

    Raises:
        SearchLimitError: a limit keeps the verdict from being known.
    """
    match asked.verdict:
        case Unknown(reason=reason):
            raise SearchLimitError(reason)
        case Invalid() as verdict:
            yield from (WhatIsSo((each,)) for each in _invalid(asked, verdict))
        case Valid() as verdict:
            stock, available = _of_one(asked, terms, verdict.configuration)
            notices = dict.fromkeys(f"warning {notice.rule}" for notice in verdict.notices)
            values = tuple(_values(asked, calcs))
            yield WhatIsSo(("valid", *available, *values, *notices), stock)
            yield WhatIsSo(("valid", *available, *notices), stock)
            yield WhatIsSo(("valid",))
        case Incomplete():
            stock, available = _of_several(asked, terms)
            yield WhatIsSo(("valid", *available), stock)
            yield WhatIsSo(("valid",))


# ---------------------------------------------------------------- invalid


def _invalid(asked: AskedScenario, verdict: Invalid) -> Iterator[str]:
    """`invalid because only a, b` where those are all there are, then what is known of some."""
    switched = SwitchedCase.of(asked.case, asked.limits)
    keys = {
        number: member.key
        for number, member in enumerate(switched.members)
        if isinstance(member, Rule | VariantTable | Resource)
    }
    blame = blamed(switched.problem, switched.by_blame, (), asked.brief, unwanted=(_NOBODY,))
    ids = tuple(dict.fromkeys(key for number, key in keys.items() if number in blame.parts))
    if ids and not blame.stopped:
        yield f"invalid because only {', '.join(ids)}"
    known = tuple(dict.fromkeys(rule for each in verdict.conflicts for rule in each.rules))
    for told in (ids, known):
        if told:
            yield f"invalid because {', '.join(told)}"
    yield "invalid"


# ---------------------------------------------------------------- stock


def _of_one(
    asked: AskedScenario, terms: StockTerms | None, configuration: Configuration
) -> tuple[tuple[tuple[str, int], ...], tuple[str, ...]]:
    """What there is of the components of a configuration, and whether that is enough."""
    if terms is None:
        return (), ()
    bill = bill_of_materials(asked.product.catalog, configuration)
    needed = {line.sku: line.quantity for line in total_demand([(bill, 1)]).lines} if bill else {}
    held = {each.sku: each for each in stocked_components(asked.lowered)}
    counts = {sku: units for sku in needed if (units := terms.units(held[sku])) is not None}
    short = tuple(sku for sku, units in counts.items() if units < needed[sku])
    told = tuple(f"unavailable {quoted(sku)}" for sku in short) or (("available",) if counts else ())
    return tuple(counts.items()), told


def _of_several(
    asked: AskedScenario, terms: StockTerms | None
) -> tuple[tuple[tuple[str, int], ...], tuple[str, ...]]:
    """The same where something is open: the stock that a conflict names, or that of one that can be built.

    Less stock is in the way of no more, and of what no stock is given there is plenty: so what is not
    available for want of the components of one conflict is not available whatever there is of others.
    """
    if terms is None:
        return (), ()
    counts = tuple((each.component.sku, each.units) for each in short_components(asked.lowered, terms))
    under = evolve(asked, scenario=evolve(asked.scenario, stock=counts))
    short = under.short
    if isinstance(short, Conflict):
        named = short.stock if short.minimal else tuple(sku for sku, _ in counts)
        told = tuple(f"unavailable {quoted(sku)}" for sku in named) if short.minimal else ("unavailable",)
        return tuple(each for each in counts if each[0] in named), told
    found = under.buildable()
    assert found is not None
    one = configuration_of(asked.product.catalog, asked.lowered.lift(found))
    stock, _ = _of_one(asked, terms, one)
    return stock, ("available",) if stock else ()


# ---------------------------------------------------------------- values


def _values(asked: AskedScenario, calcs: Sequence[Calc]) -> Iterator[str]:
    """`price = 340.00 EUR` for each calc whose value can be written out."""
    chosen = asked.completed().chosen
    price = bundles_price(asked.product.bundles)
    for calc in calcs:
        told = _value(asked, with_price(calc, price), chosen)
        if told is not None:
            yield told


def _value(asked: AskedScenario, calc: Calc, chosen: Chosen) -> str | None:
    worth = evaluate(calc.expression, chosen)
    match worth:
        case bool():
            return calc.key if worth else f"not {calc.key}"
        case str():
            return f"{calc.key} = {quoted(worth)}"
        case int() | Fraction() if isinstance(calc.expression.type, NumberType):
            return _number(asked.product.catalog, calc, calc.expression.type, worth)
        case _:
            return None


def _number(catalog: Catalog, calc: Calc, kind: NumberType, worth: Number) -> str | None:
    """A number in a unit that writes it out, its own one if it has one."""
    units = (calc.unit,) if calc.unit else tuple(catalog.units.values())
    same = [each for each in units if each.dimension == kind.dimension]
    if not same or (calc.unit is None and kind.dimension == PLAIN):
        return f"{calc.key} = {format_number(worth)}" if is_decimal(worth) else None
    fitting = next((each for each in same if is_decimal(Fraction(worth) / each.factor)), None)
    return f"{calc.key} = {format_number(worth, fitting, money=calc.money)}" if fitting else None
