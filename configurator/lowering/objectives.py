"""A calc as an objective: what engines make small, and how what they found reads back."""

from fractions import Fraction

from attrs import frozen

from configurator.catalog.expressions import Calc
from configurator.catalog.values import Number, normal
from configurator.csp.constraints import LinearTerm, Literal
from configurator.csp.variables import Assumptions
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
    known = f"objective {calc.key}"
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
