"""A calc as an objective: what engines make small, and how what they found reads back; and wishes."""

from fractions import Fraction
from itertools import product
from math import prod
from typing import TypeGuard

from attrs import frozen

from configurator.catalog.evaluation import Worth, compiled
from configurator.catalog.expressions import Calc, Expression
from configurator.catalog.values import Number, normal
from configurator.csp.constraints import Constraint, LinearTerm, Literal, Origin
from configurator.csp.variables import Assumptions
from configurator.lowering.conditions import MOST_ROWS, ConditionLowering, must_be
from configurator.lowering.linear import linear_form
from configurator.lowering.product import LoweredProduct
from configurator.lowering.readings import Readings


@frozen(eq=False)
class LoweredObjective:
    """A calc as a sum of whole numbers: its value is `(total + constant) / factor`.

    Attributes:
        terms: at most one per variable.
        unknown: where the calc has no value, because a component is absent or an attribute blank.
    """

    calc: Calc
    terms: tuple[LinearTerm, ...]
    constant: int
    factor: int
    unknown: tuple[Literal, ...]

    def value(self, total: int) -> Number:
        """What the calc is worth where the terms add up to `total`; in the catalog's own units, exact."""
        return normal(Fraction(total + self.constant, self.factor))

    def total(self, value: Number) -> int:
        """The largest total at which the calc is worth `value` at most."""
        return (Fraction(value) * self.factor - self.constant).__floor__()

    def known(self, assumptions: Assumptions, sizes: tuple[int, ...]) -> dict[int, frozenset[int]]:
        """The assumptions, and that the calc has a value."""
        narrowed = dict(assumptions)
        for literal in self.unknown:
            before = narrowed.get(literal.variable, frozenset(range(sizes[literal.variable])))
            narrowed[literal.variable] = before - literal.values
        return narrowed


def lower_calc(lowered: LoweredProduct, calc: Calc) -> LoweredObjective | None:
    """The calc as an objective; `None` when it is no sum, such as a product of two places' numbers.

    Worked out once for each calc of a lowered product.
    """
    # Calcs of wishes have no key of their own: told apart by the expression, which the calc keeps alive.
    known = f"objective {calc.key or id(calc.expression)}"
    if known not in lowered.known:
        lowered.known[known] = _lowered(lowered, calc)
    found = lowered.known[known]
    assert found is None or isinstance(found, LoweredObjective)
    return found


def _lowered(lowered: LoweredProduct, calc: Calc) -> LoweredObjective | None:
    form = linear_form(calc.expression, Readings(lowered.layout))
    if form is None:
        return None
    terms, constant, factor = form.whole()
    return LoweredObjective(calc, terms, constant, factor, form.absent + form.blank)


def condition_constraints(
    lowered: LoweredProduct, condition: Expression, origin: Origin
) -> tuple[Constraint, ...]:
    """Constraints that together say: the condition is *true*; unknown is not enough."""
    lowering = ConditionLowering(Readings(lowered.layout), origin)
    return tuple(lowering.lower(must_be(True, condition)))


def values_of(lowered: LoweredProduct, expression: Expression) -> tuple[Number, ...] | None:
    """The numbers that an expression can be worth whatever the rules, ascending; `None` if too many to try.

    Cost: one evaluation for each combination of values that the expression tells apart.
    """
    readings = Readings(lowered.layout)
    scope = readings.scope(expression)
    classes = [readings.classes((expression,), variable).first for variable in scope]
    if prod(map(len, classes)) > MOST_ROWS:
        return None
    evaluate, read = compiled(expression), readings.reader((expression,))
    worths = {evaluate(read(dict(zip(scope, values, strict=True)))) for values in product(*classes)}
    return tuple(sorted(worth for worth in worths if is_number(worth)))


def is_number(worth: Worth) -> TypeGuard[Number]:
    """Whether an expression has a value, of those that are numbers."""
    return isinstance(worth, int | Fraction) and not isinstance(worth, bool)
