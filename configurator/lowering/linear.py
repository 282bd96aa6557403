"""Sums: an expression as a weight per value of each variable, where it has that form.

`sum(draw) + cpu.tdp <= 0.8 * psu.watts` reads many variables, but each on its own: that is
a linear form, and an engine can prune it early instead of trying every combination.
"""

from fractions import Fraction
from math import lcm
from typing import TypeGuard

from attrs import field, frozen

from configurator.catalog.evaluation import Worth
from configurator.catalog.expressions import (
    Aggregate,
    Arithmetic,
    CalcValue,
    Expression,
    ResourceValue,
    Term,
)
from configurator.catalog.values import ABSENT, BLANK, Number, normal
from configurator.csp.constraints import LinearTerm, Literal
from configurator.lowering.layout import ValueClasses
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
    scope = readings.scope(expression)
    if len(scope) <= 1:
        return _unary(expression, scope, readings)
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


def _unary(expression: Expression, scope: tuple[int, ...], readings: Readings) -> LinearForm | None:
    """One variable at most: whatever the expression does, it is a table of numbers."""
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
    if not separable(expression):
        return None
    total = LinearForm(0)
    for variable in readings.scope(expression):
        part = _unary(expression, (variable,), readings)
        if part is None:
            return None
        total = total.plus(part)
    return total


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
