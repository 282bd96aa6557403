"""What an expression is worth on a given configuration: Kleene's logic, exact numbers.

Expressions are compiled to closures once and then called; nothing is ever
executed from text. A truth value is `True`, `False` or `None` (unknown); any
other value may be `ABSENT` or `BLANK` (see `values.Missing`).
"""

from collections.abc import Callable, Mapping
from fractions import Fraction
from functools import lru_cache
from operator import eq, ge, gt, le, lt, ne
from typing import TypeVar

from attrs import field, frozen

from configurator.catalog.expressions import (
    Aggregate,
    Arithmetic,
    AttributeOf,
    Both,
    CalcValue,
    Comparison,
    ComponentIn,
    Conditional,
    Constant,
    Either,
    ElementOf,
    Expression,
    IsChosen,
    Not,
    OneOf,
    OptionValue,
    QuantityIn,
    ResourceValue,
    Term,
    places_of,
)
from configurator.catalog.structure import Component, Instance
from configurator.catalog.values import ABSENT, BLANK, Missing, Number, Value, normal

T = TypeVar("T")

Units = tuple[tuple[Component, int], ...]
"""What fills a place: components with quantities; empty when nothing does."""


@frozen(eq=False)
class Chosen:
    """A configuration as expressions see it.

    Attributes:
        units: for every slot (and every bound name) what fills it.
        options: for every option its value; `ABSENT` for one in an assembly that is not there.
    """

    units: Mapping[str, Units]
    options: "Mapping[str, Worth]" = field(factory=dict)

    def binding(self, name: str, unit: tuple[Component, int]) -> "Chosen":
        """The same with `name` bound to one unit."""
        return Chosen({**self.units, name: (unit,)}, self.options)

    def inside(self, name: str, prefix: str) -> "Chosen":
        """The same with `name` bound to the instance of an assembly whose places begin with a prefix."""
        return Chosen(_bound(self.units, name, prefix), _bound(self.options, name, prefix))

    def has(self, instance: Instance) -> bool:
        """Whether an instance of an assembly is there."""
        return instance.presence is None or self.options.get(instance.presence) is True


def _bound(worths: Mapping[str, T], name: str, prefix: str) -> dict[str, T]:
    start = f"{prefix}."
    under = {
        name + place[len(prefix) :]: worth
        for place, worth in worths.items()
        if place.startswith(start) or place == prefix
    }
    return {**worths, **under}


Worth = Value | Missing
Evaluator = Callable[[Chosen], Worth]

_COMPARE: dict[str, Callable[[object, object], bool]] = {
    "=": eq,
    "!=": ne,
    "<": lt,  # type: ignore[dict-item]  # operands are of one ordered type by type checking
    "<=": le,  # type: ignore[dict-item]  # likewise
    ">": gt,  # type: ignore[dict-item]  # likewise
    ">=": ge,  # type: ignore[dict-item]  # likewise
}


def evaluate(expression: Expression, chosen: Chosen) -> Worth:
    """The value of an expression: see the module's docstring for what "unknown" looks like."""
    return compiled(expression)(chosen)


def truth(expression: Expression, chosen: Chosen) -> bool | None:
    """The truth value of a condition; `None` is unknown."""
    worth = compiled(expression)(chosen)
    return worth if isinstance(worth, bool) else None


@lru_cache(maxsize=65536)  # keyed by identity: a catalog's expressions live as long as the catalog
def compiled(expression: Expression) -> Evaluator:
    """The function that computes an expression."""
    match expression:
        case Constant(value=value):
            return lambda _: value
        case AttributeOf(place=place, attribute=attribute):
            return lambda chosen: _attribute(chosen.units[place], attribute)
        case ComponentIn(place=place):
            return lambda chosen: _sku(chosen.units[place])
        case QuantityIn(place=place):
            return lambda chosen: _quantity(chosen.units[place])
        case OptionValue(option=option):
            return lambda chosen: chosen.options[option]
        case IsChosen(place=place, chosen=wanted):
            return lambda chosen: _is_chosen(chosen, place) is wanted
        case CalcValue(calc=calc):
            return compiled(calc.expression)
        case ResourceValue():
            return _resource(expression)
        case Not() | Both() | Either():
            return _logic(expression)
        case Comparison() | OneOf() | ElementOf():
            return _test(expression)
        case Arithmetic():
            return _arithmetic(expression)
        case Conditional():
            return _conditional(expression)
        case Aggregate():
            return _aggregate(expression)


def _attribute(units: Units, attribute: str) -> Worth:
    if not units:
        return ABSENT
    return units[0][0].values.get(attribute, BLANK)


def _is_chosen(chosen: Chosen, place: str) -> bool:
    return bool(chosen.units[place]) if place in chosen.units else chosen.options[place] is True


def _sku(units: Units) -> Worth:
    return units[0][0].sku if units else ABSENT


def _quantity(units: Units) -> Worth:
    return units[0][1] if units else ABSENT


# ---------------------------------------------------------------- logic


def _logic(expression: Not | Both | Either) -> Evaluator:
    if isinstance(expression, Not):
        operand = compiled(expression.operand)

        def negate(chosen: Chosen) -> Worth:
            worth = operand(chosen)
            return (not worth) if isinstance(worth, bool) else None

        return negate
    operands = tuple(compiled(operand) for operand in expression.operands)
    # `and` is decided by the first false, `or` by the first true; else unknown wins.
    decisive = isinstance(expression, Either)

    def connect(chosen: Chosen) -> Worth:
        result: bool | None = not decisive
        for operand in operands:
            worth = operand(chosen)
            if worth is decisive:
                return decisive
            if not isinstance(worth, bool):
                result = None
        return result

    return connect


def _test(expression: Comparison | OneOf | ElementOf) -> Evaluator:
    match expression:
        case Comparison(operator=operator, left=left, right=right, order=order):
            compare = _COMPARE[operator]
            ranks = {value: rank for rank, value in enumerate(order)}
            first, second = compiled(left), compiled(right)

            def comparison(chosen: Chosen) -> Worth:
                one, other = first(chosen), second(chosen)
                if _unknown(one) or _unknown(other):
                    return None
                if ranks:
                    one, other = ranks[one], ranks[other]  # type: ignore[index]  # both are values of the enumeration
                return compare(one, other)

            return comparison
        case OneOf(item=item, values=values):
            evaluator = compiled(item)

            def one_of(chosen: Chosen) -> Worth:
                worth = evaluator(chosen)
                return None if _unknown(worth) else worth in values

            return one_of
        case ElementOf(item=item, collection=collection):
            element, elements = compiled(item), compiled(collection)

            def element_of(chosen: Chosen) -> Worth:
                one, many = element(chosen), elements(chosen)
                if _unknown(one) or not isinstance(many, frozenset):
                    return None
                return one in many

            return element_of


def _unknown(worth: Worth) -> bool:
    return worth is None or isinstance(worth, Missing)


# ---------------------------------------------------------------- numbers


def combine(operator: str, left: Worth, right: Worth) -> Worth:
    """Exact arithmetic; an absent operand makes the result absent, else a blank one blank."""
    if left is ABSENT or right is ABSENT:
        return ABSENT
    if not isinstance(left, int | Fraction) or not isinstance(right, int | Fraction):
        return BLANK
    match operator:
        case "+":
            return normal(left + right)
        case "-":
            return normal(left - right)
        case "*":
            return normal(left * right)
        case _:
            return normal(Fraction(left) / right) if right else BLANK


def _arithmetic(expression: Arithmetic) -> Evaluator:
    operator, left, right = expression.operator, compiled(expression.left), compiled(expression.right)
    return lambda chosen: combine(operator, left(chosen), right(chosen))


def _conditional(expression: Conditional) -> Evaluator:
    condition = compiled(expression.condition)
    slots = places_of(expression.condition)
    then, otherwise = compiled(expression.then), compiled(expression.otherwise)

    def conditional(chosen: Chosen) -> Worth:
        worth = condition(chosen)
        if not isinstance(worth, bool):
            # A resource counts what is absent as 0, but must not do so with what is not known.
            return ABSENT if any(_is_absent(chosen, slot) for slot in slots) else BLANK
        return then(chosen) if worth else otherwise(chosen)

    return conditional


def _is_absent(chosen: Chosen, place: str) -> bool:
    return chosen.units.get(place) == () or chosen.options.get(place) is ABSENT


def balance(terms: tuple[Term, ...], chosen: Chosen) -> Number | None:
    """The sum of a resource's terms: an absent one counts 0; `None` when one is blank."""
    total: Number = 0
    for term in terms:
        worth = compiled(term.expression)(chosen)
        if worth is ABSENT:
            continue
        if not isinstance(worth, int | Fraction):
            return None
        total = normal(total + term.sign * worth)
    return total


def _resource(expression: ResourceValue) -> Evaluator:
    factor = expression.factor

    def resource(chosen: Chosen) -> Worth:
        supply = balance(expression.supply, chosen)
        demand = balance(expression.demand, chosen)
        if expression.field == "supply":
            return BLANK if supply is None else supply
        if expression.field == "demand" or demand is None:
            return BLANK if demand is None else demand
        needed = combine("*", demand, factor)
        if expression.field == "needed":
            return needed
        return BLANK if supply is None else combine("-", supply, needed)

    return resource


# ---------------------------------------------------------------- aggregates


def _aggregate(expression: Aggregate) -> Evaluator:
    argument = compiled(expression.argument)
    where = compiled(expression.where) if expression.where else None
    fold = _FOLDS[expression.function]

    def aggregate(chosen: Chosen) -> Worth:
        collected: list[tuple[Worth, int]] = []
        for instance in expression.instances:
            if chosen.has(instance):
                inside = chosen.inside(expression.bound, instance.prefix)
                if where is None or where(inside) is True:
                    collected.append((argument(inside), 1))
        for slot in expression.slots:
            for unit in chosen.units[slot]:
                inside = chosen.binding(expression.bound, unit)
                if where is None or where(inside) is True:
                    collected.append((argument(inside), unit[1]))
        return fold(collected)

    return aggregate


Collected = list[tuple[Worth, int]]


def _count(collected: Collected) -> Worth:
    return sum(quantity for _, quantity in collected)


def _sum(collected: Collected) -> Worth:
    total: Worth = 0
    for worth, quantity in collected:
        total = combine("+", total, combine("*", worth, quantity))
    return total


def _average(collected: Collected) -> Worth:
    return combine("/", _sum(collected), _count(collected)) if collected else ABSENT


def _extreme(choose: Callable[[list[Number]], Number]) -> Callable[[Collected], Worth]:
    def fold(collected: Collected) -> Worth:
        numbers = [worth for worth, _ in collected if isinstance(worth, int | Fraction)]
        if len(numbers) != len(collected):
            return BLANK
        return choose(numbers) if numbers else ABSENT

    return fold


def _distinct(collected: Collected) -> Worth:
    if any(_unknown(worth) for worth, _ in collected):
        return BLANK
    return len({worth for worth, _ in collected})


def _any(collected: Collected) -> Worth:
    truths = {worth for worth, _ in collected}
    if True in truths:
        return True
    return False if truths <= {False} else None


def _all(collected: Collected) -> Worth:
    truths = {worth for worth, _ in collected}
    if False in truths:
        return False
    return True if truths <= {True} else None


_FOLDS: dict[str, Callable[[Collected], Worth]] = {
    "count": _count,
    "sum": _sum,
    "avg": _average,
    "min": _extreme(min),
    "max": _extreme(max),
    "distinct": _distinct,
    "any": _any,
    "all": _all,
}
