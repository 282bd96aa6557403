"""Sums: an expression as a weight per value of each variable, where it has that form.

`sum(draw) + cpu.tdp <= 0.8 * psu.watts` reads many variables, but each on its own: that is
a linear form, and an engine can prune it early instead of trying every combination.
"""

from fractions import Fraction
from itertools import combinations
from math import lcm
from typing import TypeGuard

from attrs import evolve, field, frozen

from configurator.catalog.evaluation import Worth
from configurator.catalog.expressions import (
    Aggregate,
    Arithmetic,
    CalcValue,
    Constant,
    ElementOf,
    Expression,
    OptionValue,
    ResourceValue,
    Term,
    children,
)
from configurator.catalog.structure import Instance
from configurator.catalog.values import ABSENT, BLANK, Number, normal
from configurator.csp.constraints import LinearTerm, Literal
from configurator.lowering.layout import SetLayout, SlotLayout, ValueClasses
from configurator.lowering.readings import Readings, separable


@frozen(eq=False)
class ClassWeights:
    """What each class of a variable's values weighs: many components weigh the same."""

    classes: ValueClasses
    weights: tuple[Number, ...]

    def times(self, factor: Number) -> "ClassWeights":
        """Every weight multiplied."""
        return ClassWeights(self.classes, tuple([normal(weight * factor) for weight in self.weights]))

    def plus(self, other: "ClassWeights") -> "ClassWeights":
        """Both together."""
        classes = ValueClasses.joint((self.classes, other.classes), len(self.classes.of))
        sums = [normal(self.of(value) + other.of(value)) for value in classes.first]
        return ClassWeights(classes, tuple(sums))

    def of(self, value: int) -> Number:
        """What one value weighs."""
        return self.weights[self.classes.of[value]]


WholeWeights = tuple[ValueClasses, tuple[int, ...]]
"""The classes of a variable's values with the weight of each."""


@frozen(eq=False)
class LinearForm:
    """`constant` plus one weight per variable.

    INVARIANT: an unknown literal speaks of whole classes of the weights of its variable.

    Attributes:
        weights: by variable.
        absent: where the whole sum is unknown because a component is not chosen.
        blank: where it is unknown because an attribute of a chosen component is blank.
    """

    constant: Number
    weights: dict[int, ClassWeights] = field(factory=dict)
    absent: tuple[Literal, ...] = ()
    blank: tuple[Literal, ...] = ()

    def plus(self, other: "LinearForm", sign: int = 1) -> "LinearForm":
        """The sum (or, with -1, the difference) of two forms: unknown where either is."""
        weights = dict(self.weights)
        for variable, found in other.weights.items():
            added = found if sign == 1 else found.times(sign)
            weights[variable] = weights[variable].plus(added) if variable in weights else added
        return LinearForm(
            normal(self.constant + sign * other.constant),
            weights,
            self.absent + other.absent,
            self.blank + other.blank,
        )

    def times(self, factor: Number) -> "LinearForm":
        """Every weight multiplied."""
        weights = {variable: found.times(factor) for variable, found in self.weights.items()}
        return LinearForm(normal(self.constant * factor), weights, self.absent, self.blank)

    def whole(self) -> tuple[tuple[LinearTerm, ...], int, int]:
        """Terms, constant and the factor by which everything was multiplied to make it whole."""
        weights, constant, factor = self.whole_weights()
        terms = tuple(
            LinearTerm(variable, classes.spread(numbers))
            for variable, (classes, numbers) in weights.items()
            if any(numbers)
        )
        return terms, constant, factor

    def whole_weights(self) -> tuple[dict[int, WholeWeights], int, int]:
        """The same by classes: weights by variable, ascending, those without any weight too."""
        numbers = {self.constant}.union(*(found.weights for found in self.weights.values()))
        factor = lcm(*(number.denominator for number in numbers))
        weights = {
            variable: (found.classes, tuple([int(weight * factor) for weight in found.weights]))
            for variable, found in sorted(self.weights.items())
        }
        return weights, int(self.constant * factor), factor


def linear_form(expression: Expression, readings: Readings) -> LinearForm | None:
    """The linear form of a number, or `None` where it has none."""
    scope = _scope(expression, readings)
    if len(scope) <= 1:
        return _unary(expression, scope, readings)
    form = _by_structure(expression, readings)
    return form if form is not None else _by_elements(expression, scope, readings)


def _by_structure(expression: Expression, readings: Readings) -> LinearForm | None:
    match expression:
        case CalcValue(calc=calc):
            return linear_form(calc.expression, readings)
        case Arithmetic(operator="+" | "-" as operator, left=left, right=right):
            first, second = linear_form(left, readings), linear_form(right, readings)
            if first is None or second is None:
                return None
            return first.plus(second, 1 if operator == "+" else -1)
        case Arithmetic(operator="*" | "/" as operator, left=left, right=right):
            return _scaled(operator, left, right, readings)
        case Aggregate(function="sum" | "count"):
            return _aggregate(expression, readings)
        case ResourceValue():
            return resource_form(expression, readings)
        case _:
            return None


MOST_ELEMENTS = 10
"""Elements of a set option up to which an expression is tried on all their subsets."""


def _scope(expression: Expression, readings: Readings) -> tuple[int, ...]:
    """The variables on which an expression depends: of a set option only the elements that it names."""
    scope = readings.scope(expression)
    places = {readings.layout.at[variable].variables[0]: readings.layout.at[variable] for variable in scope}
    sets = {place.option.key: place for place in places.values() if isinstance(place, SetLayout)}
    if not sets:
        return scope
    named: set[int] = set()

    def walk(node: Expression) -> None:
        match node:
            case ElementOf(item=Constant(value=element), collection=OptionValue(option=option)) if (
                option in sets
            ):
                pairs = zip(sets[option].elements, sets[option].variables, strict=True)
                named.update(variable for each, variable in pairs if each == element)
            case OptionValue(option=option) if option in sets:
                named.update(sets[option].variables)
            case OptionValue(option=option) if option.startswith("@"):
                # Which instance a bound name stands for is not looked at: any of these.
                named.update(variable for place in sets.values() for variable in place.variables)
            case _:
                for child in children(node):
                    walk(child)

    walk(expression)
    elements = {variable for place in sets.values() for variable in place.variables}
    return tuple(variable for variable in scope if variable in named or variable not in elements)


def _by_elements(expression: Expression, scope: tuple[int, ...], readings: Readings) -> LinearForm | None:
    """An expression over elements of one set option to which each element adds by itself.

    Tried on every set of these elements that the option's bounds allow; `None` where one of them is worth
    something else than its elements together, or nothing at all.
    """
    place = readings.layout.at[scope[0]]
    if (
        not isinstance(place, SetLayout)
        or len(scope) > MOST_ELEMENTS
        or not set(scope) <= set(place.variables)
    ):
        return None

    def worth_of(held: tuple[int, ...]) -> Worth:
        return readings.evaluate(expression, dict.fromkeys(held, 1))

    base = worth_of(())
    singles = [worth_of((variable,)) for variable in scope]
    if not _is_number(base) or not all(map(_is_number, singles)):
        return None
    added = {v: worth - base for v, worth in zip(scope, singles, strict=True) if _is_number(worth)}
    others = len(place.variables) - len(scope)
    fewest, most = max(0, place.option.minimum - others), min(len(scope), place.option.maximum)
    for size in range(fewest, most + 1):
        for held in combinations(scope, size):
            if worth_of(held) != base + sum(added[variable] for variable in held):
                return None
    classes = ValueClasses.by(range(2))
    return LinearForm(base, {v: ClassWeights(classes, (0, normal(more))) for v, more in added.items()})


def _unary(expression: Expression, scope: tuple[int, ...], readings: Readings) -> LinearForm | None:
    """One variable at most: whatever the expression does, it is a table of numbers.

    The variable of an element of a set option is looked at alone: the expression reads no other element.
    """
    if not scope:
        worth = readings.evaluate(expression, {})
        return LinearForm(worth) if _is_number(worth) else None
    (variable,) = scope
    classes, worths = readings.worths(expression, variable)
    weights = ClassWeights(classes, tuple(worth if _is_number(worth) else 0 for worth in worths))
    absent, blank = (
        frozenset(value for value, number in enumerate(classes.of) if worths[number] is kind)
        if any(worth is kind for worth in worths)
        else frozenset[int]()
        for kind in (ABSENT, BLANK)
    )
    return LinearForm(
        0,
        {variable: weights},
        (Literal(variable, absent),) if absent else (),
        (Literal(variable, blank),) if blank else (),
    )


def _scaled(operator: str, left: Expression, right: Expression, readings: Readings) -> LinearForm | None:
    if readings.scope(right):
        if operator == "/" or readings.scope(left):
            return None
        left, right = right, left
    form, factor = linear_form(left, readings), readings.evaluate(right, {})
    if form is None or not _is_number(factor):
        return None
    if operator == "/":
        return form.times(Fraction(1) / Fraction(factor)) if factor else None
    return form.times(factor)


def _aggregate(expression: Aggregate, readings: Readings) -> LinearForm | None:
    """A sum over slots is linear when what it adds per unit depends on that unit alone."""
    if expression.instances:
        return _over_instances(expression, readings)
    if not separable(expression):
        return None
    total = LinearForm(0)
    for variable in readings.scope(expression):
        part = _unary(expression, (variable,), readings)
        if part is None:
            return None
        total = total.plus(part)
    return total


def _over_instances(expression: Aggregate, readings: Readings) -> LinearForm | None:
    """A sum over instances is linear when what each adds depends on one variable, apart from its presence."""
    total = LinearForm(0)
    for instance in expression.instances:
        one = evolve(expression, instances=(instance,))
        presence = readings.variables(instance.presence)[0] if instance.presence is not None else None
        read = [variable for variable in readings.scope(one) if variable != presence]
        if len(read) > 1 or (not read and presence is None):
            return None
        if read and not _goes_with(instance, read[0], readings):
            return None
        part = _of_instance(one, presence, read[0] if read else None, readings)
        if part is None:
            return None
        total = total.plus(part)
    return total


def _goes_with(instance: Instance, variable: int, readings: Readings) -> bool:
    """Whether a variable is that of a place directly inside an instance, empty where that is not there."""
    found = readings.layout.at[variable]
    place = found.slot if isinstance(found, SlotLayout) else found.option
    if instance.presence is None or isinstance(found, SetLayout) or not place.may_be_empty:
        return instance.presence is None
    return place.within is not None and readings.at(instance.presence) is readings.layout.of[place.within]


def _of_instance(
    expression: Aggregate, presence: int | None, variable: int | None, readings: Readings
) -> LinearForm | None:
    """What one instance adds."""
    if presence is None or variable is None:
        return _unary(expression, readings.scope(expression), readings)
    classes = readings.classes((expression,), variable)
    # The first value stands for what is not there.
    worths = [
        readings.evaluate(expression, {presence: int(value != 0), variable: value}) for value in classes.first
    ]
    # Where the instance is there and lacks it, it must add nothing either.
    if worths[classes.of[0]] != 0 or readings.evaluate(expression, {presence: 1, variable: 0}) != 0:
        return None
    if any(worth is ABSENT for worth in worths):
        return None
    blank = frozenset(value for value, number in enumerate(classes.of) if worths[number] is BLANK)
    weights = ClassWeights(classes, tuple(worth if _is_number(worth) else 0 for worth in worths))
    return LinearForm(0, {variable: weights}, (), (Literal(variable, blank),) if blank else ())


def resource_form(expression: ResourceValue, readings: Readings) -> LinearForm | None:
    """Supply minus needed (or another field) of a resource: each absent term counts 0 on its own."""
    supply = terms_form(expression.supply, readings)
    demand = terms_form(expression.demand, readings)
    if supply is None or demand is None:
        return None
    factor = expression.factor
    assert _is_number(factor)
    match expression.field:
        case "supply":
            return supply
        case "demand":
            return demand
        case "needed":
            return demand.times(factor)
        case _:
            return supply.plus(demand.times(factor), -1)


def terms_form(terms: tuple[Term, ...], readings: Readings) -> LinearForm | None:
    """The sum of a resource's terms."""
    total = LinearForm(0)
    for term in terms:
        form = linear_form(term.expression, readings)
        # A term over several variables that is absent as a whole would need a case distinction.
        if form is None or (form.absent and len(form.weights) > 1):
            return None
        total = total.plus(LinearForm(form.constant, form.weights, (), form.blank), term.sign)
    return total


def _is_number(worth: Worth) -> TypeGuard[Number]:
    return isinstance(worth, int | Fraction) and not isinstance(worth, bool)
