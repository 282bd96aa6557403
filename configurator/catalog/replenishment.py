"""The stage that reads what a promise needs: how components are had, and how they are assembled.

Three columns of a family mean something to stock: `policy`, `lead_time` and `cost`. They stay columns like
all others, to be read by rules; here is checked that stock can read them too.
"""

from collections.abc import Iterator, Mapping
from fractions import Fraction
from typing import Final

from attrs import frozen

from configurator.catalog.draft import Draft
from configurator.catalog.structure import (
    Attribute,
    Component,
    ComponentFamily,
    FinalAssembly,
    Period,
)
from configurator.catalog.units import find_unit
from configurator.catalog.values import (
    EnumerationType,
    Number,
    NumberType,
    TextType,
    Unit,
    describe_type,
    format_number,
    normal,
)
from configurator.diagnostics.suggestion import did_you_mean
from configurator.source import Span
from configurator.syntax.expressions import NumberLiteral
from configurator.syntax.nodes import AssembledDeclaration

POLICY, LEAD_TIME, COST = "policy", "lead_time", "cost"
"""The columns that say how a component is had."""

POLICY_WORDS: Final = {
    "stocked": "stocked",
    "bought": "bought",
    "bought to order": "bought",
    "made": "made",
    "made to order": "made",
}
"""What a policy may be called, and how it is called here."""

LONGEST_TIME: Final = 3660
"""The longest lead time or assembly, in days: ten years."""

_DAY_NAMES: Final = ("d", "day", "days")
_HUNDREDTHS: Final = 100
_MILLIONTHS: Final = 10**6


@frozen
class Replenishment:
    """How a component is had, as its columns say.

    Attributes:
        policy: `stocked`, `bought` or `made`; `None` where nothing says.
        lead_time: calendar days; `None` where nothing says.
        cost: what one of it costs the maker, in the catalog's currency; `None` where nothing says.
    """

    policy: str | None = None
    lead_time: int | None = None
    cost: Fraction | None = None


@frozen
class _Problem:
    """Why a value means nothing to stock."""

    code: str
    message: str
    help: tuple[str, ...]


def replenishment_of(
    component: Component, family: ComponentFamily, units: Mapping[str, Unit], currency: Unit | None
) -> Replenishment:
    """How a component of a checked catalog is had."""
    found: dict[str, object] = {}
    for name, attribute in family.attributes.items():
        if name in _READ and name in component.values:
            read = _READ[name](component, attribute, units, currency)
            if not isinstance(read, _Problem):
                found[name] = read
    policy, lead_time, cost = found.get(POLICY), found.get(LEAD_TIME), found.get(COST)
    return Replenishment(
        policy if isinstance(policy, str) else None,
        lead_time if isinstance(lead_time, int) else None,
        cost if isinstance(cost, Fraction) else None,
    )


def check_replenishment(draft: Draft) -> None:
    """Report the columns of components that stock could not read, and how the product is assembled."""
    for family in draft.families.values():
        _check_family(draft, family)
    for _, statement in draft.loaded.statements:
        if isinstance(statement, AssembledDeclaration):
            _check_assembly(draft, statement)


def _check_family(draft: Draft, family: ComponentFamily) -> None:
    told: set[tuple[str, object]] = set()
    for component in family.components:
        for problem, span, about in _problems(draft, family, component):
            if about not in told:
                told.add(about)
                draft.error(problem.code, problem.message, span, help=problem.help)
    if told or not {POLICY} & family.attributes.keys():
        return
    lacking = [
        component
        for component in family.components
        for had in [replenishment_of(component, family, draft.units, draft.currency)]
        if component.stocked and had.policy in {"bought", "made"} and had.lead_time is None
    ]
    if lacking:
        word = POLICY_WORDS[str(lacking[0].values[POLICY])]
        others = f", and {len(lacking) - 1} more like it" if len(lacking) > 1 else ""
        draft.warning(
            "W0750",
            f"`{lacking[0].sku}` is {word} to order and has no lead time{others}",
            lacking[0].span,
            help=("add a column `lead_time`, or tell it in the stock file",),
        )


def _problems(
    draft: Draft, family: ComponentFamily, component: Component
) -> Iterator[tuple[_Problem, Span, tuple[str, object]]]:
    """What is wrong, where, and what it is about: a column, or one of its values."""
    for name, read in _READ.items():
        attribute = family.attributes.get(name)
        if attribute is None:
            continue
        wrong = _column_problem(attribute, family, draft.units, draft.currency)
        if wrong is not None:
            yield wrong, attribute.span, (name, None)
        elif name in component.values:
            found = read(component, attribute, draft.units, draft.currency)
            if isinstance(found, _Problem):
                yield found, component.span, (name, component.values[name])


# ---------------------------------------------------------------- columns


def _column_problem(
    attribute: Attribute, family: ComponentFamily, units: Mapping[str, Unit], currency: Unit | None
) -> _Problem | None:
    """What is wrong with a column as a whole."""
    kind, what = attribute.type, f"`{attribute.name}` of family `{family.key}`"
    match attribute.name:
        case "policy":
            if not isinstance(kind, TextType | EnumerationType):
                return _Problem(
                    "E0350", f"{what} is {describe_type(kind)}, and not a policy", (_POLICY_HELP,)
                )
        case "lead_time":
            day = _day_unit(units)
            days = () if day is None else day.dimension
            if not isinstance(kind, NumberType):
                return _Problem(
                    "E0351", f"{what} is {describe_type(kind)}, and not a number of days", (_DAYS_HELP,)
                )
            if kind.dimension not in {(), days}:
                return _Problem("E0351", f"{what} is {describe_type(kind)}, and no time", (_DAYS_HELP,))
        case _:
            if currency is None:
                return _Problem(
                    "E0352", f"{what} is in no currency, for the catalog has none", (_CURRENCY_HELP,)
                )
            if not isinstance(kind, NumberType) or kind.dimension != currency.dimension:
                return _Problem(
                    "E0352",
                    f"{what} is {describe_type(kind)}, and not an amount in {currency.name}",
                    (f"head the column `cost [{currency.name}]`, in the catalog's currency",),
                )
    return None


_POLICY_HELP = "a policy is `stocked`, `bought` or `made`"
_DAYS_HELP = (
    "write whole days without a unit, or in a unit of time: `unit d`, `unit w = 7 d`, `lead_time [w]`"
)
_CURRENCY_HELP = "add `currency EUR`, or whichever it is, to the head of the catalog"


def _day_unit(units: Mapping[str, Unit]) -> Unit | None:
    return next((units[name] for name in _DAY_NAMES if name in units), None)


def _read_policy(
    component: Component, _: Attribute, __: Mapping[str, Unit], ___: Unit | None
) -> str | _Problem:
    written = component.values[POLICY]
    policy = POLICY_WORDS.get(str(written))
    if policy is not None:
        return policy
    steps = did_you_mean(str(written), POLICY_WORDS) or (_POLICY_HELP,)
    return _Problem("E0350", f"`{written}` is no policy, for `{component.sku}`", steps)


def _read_lead_time(
    component: Component, attribute: Attribute, units: Mapping[str, Unit], _: Unit | None
) -> int | _Problem:
    value, day = component.values[LEAD_TIME], _day_unit(units)
    if not isinstance(value, int | Fraction) or not isinstance(attribute.type, NumberType):
        return _Problem("E0351", f"the lead time of `{component.sku}` is no number", (_DAYS_HELP,))
    days = normal(Fraction(value) / day.factor) if attribute.type.dimension and day else normal(value)
    if isinstance(days, int) and 0 <= days <= LONGEST_TIME:
        return days
    shown = format_number(value, attribute.unit)
    return _Problem(
        "E0351",
        f"the lead time {shown} of `{component.sku}` is not a whole number of days from 0 to {LONGEST_TIME}",
        (_DAYS_HELP,),
    )


def _read_cost(
    component: Component, attribute: Attribute, _: Mapping[str, Unit], currency: Unit | None
) -> Fraction | _Problem:
    value = component.values[COST]
    if not isinstance(value, int | Fraction) or currency is None:
        return _Problem("E0352", f"the cost of `{component.sku}` is no amount", (_CURRENCY_HELP,))
    cost = Fraction(value) / currency.factor
    if cost >= 0 and (cost * _MILLIONTHS).denominator == 1:
        return cost
    shown = format_number(value, attribute.unit, money=True)
    return _Problem(
        "E0352",
        f"the cost {shown} of `{component.sku}` is no amount from 0 on with at most six decimals",
        (f"write what one of it costs the maker, in {currency.name}",),
    )


_READ = {POLICY: _read_policy, LEAD_TIME: _read_lead_time, COST: _read_cost}


# ---------------------------------------------------------------- the assembly of the product


def _check_assembly(draft: Draft, node: AssembledDeclaration) -> None:
    """How the product is assembled; said once."""
    if draft.final_assembly is not None:
        draft.error(
            "E0353",
            "how the product is assembled is said twice",
            node.span,
            help=(f"the other statement is at {draft.final_assembly.span.location}; leave out one of them",),
        )
        return
    if node.days > LONGEST_TIME:
        draft.error(
            "E0353",
            f"an assembly of {node.days} days is longer than {LONGEST_TIME}",
            node.span,
            help=("write how many working days one product takes",),
        )
    draft.final_assembly = FinalAssembly(
        node.days,
        _assembly_cost(draft, node.cost),
        node.workdays or tuple(range(7)),
        tuple(Period(closed.first, closed.last) for closed in node.closed),
        node.span,
    )


def _assembly_cost(draft: Draft, node: NumberLiteral | None) -> Number | None:
    if node is None:
        return None
    unit = find_unit(draft, node.unit)
    if node.unit is not None and unit is None:
        return None
    if unit is None or unit != draft.currency:
        currency = draft.currency.name if draft.currency else "the catalog's currency"
        draft.error("E0353", f"the cost of the assembly is in {currency}", node.span)
        return None
    if node.value < 0 or (node.value * _HUNDREDTHS).denominator != 1:
        draft.error(
            "E0353",
            f"the cost of the assembly is an amount from 0 on in whole hundredths of {unit.name}",
            node.span,
        )
        return None
    return normal(node.value * unit.factor)
