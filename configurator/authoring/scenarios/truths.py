"""Where a condition is true, false or not known: alternatives of constraints, one of which holds just there.

Kleene's logic has three values, a constraint two. So *true*, *not true*, *false*, *not false* are four:

    true (a and b)     = true a and true b            true (not a)     = false a
    not true (a and b) = not true a or not true b     not true (not a) = not false a

and so on, with `and` and `or` changing places. A comparison of sums is true between bounds, where nothing
that it reads is missing. Whatever else there is becomes constraints that say "not true" or "not false", and
their negations.
"""

from collections.abc import Sequence
from itertools import product
from math import prod
from typing import Literal as OneOf

from attrs import frozen

from configurator.catalog.expressions import Both, Comparison, Either, Expression, Not
from configurator.catalog.values import NumberType
from configurator.csp.constraints import ClauseConstraint, Constraint, Literal
from configurator.csp.negation import Alternative, broken_part
from configurator.csp.variables import Variable
from configurator.lowering.conditions import ConditionLowering, linear_constraint, must_not_be
from configurator.lowering.layout import Layout
from configurator.lowering.linear import LinearForm, linear_form
from configurator.lowering.readings import Readings

MOST_ALTERNATIVES = 64
"""Up to how many alternatives a condition is multiplied out."""

Alternatives = tuple[Alternative, ...]
Wanted = OneOf["true", "not true", "false", "not false"]

_OPPOSITE: dict[Wanted, Wanted] = {
    "true": "false",
    "false": "true",
    "not true": "not false",
    "not false": "not true",
}

# Bounds of the difference of both sides, made whole: below 0 is at most -1.
_BELOW, _ABOVE, _EQUAL = (None, -1), (1, None), (0, 0)
_TRUE: dict[str, tuple[tuple[int | None, int | None], ...]] = {
    "=": (_EQUAL,),
    "!=": (_BELOW, _ABOVE),
    "<": (_BELOW,),
    "<=": ((None, 0),),
    ">": (_ABOVE,),
    ">=": ((0, None),),
}
_INVERSE = {"=": "!=", "!=": "=", "<": ">=", ">=": "<", ">": "<=", "<=": ">"}


@frozen(eq=False)
class Truths:
    """Alternatives for conditions about a product."""

    layout: Layout

    def where(self, condition: Expression, wanted: Wanted) -> Alternatives:
        """Where a condition has a truth value, or has it not; none where that can never be."""
        match condition:
            case Not(operand=operand):
                return self.where(operand, _OPPOSITE[wanted])
            case Both(operands=operands) | Either(operands=operands):
                together = isinstance(condition, Both) == (wanted in {"true", "not false"})
                parts = [self.where(operand, wanted) for operand in operands]
                if not together:
                    return tuple(alternative for part in parts for alternative in part)
                if prod(map(len, parts)) <= MOST_ALTERNATIVES:
                    return tuple(
                        tuple(constraint for alternative in row for constraint in alternative)
                        for row in product(*parts)
                    )
            case _:
                found = self._sums(condition, wanted)
                if found is not None:
                    return found
        return self._lowered(condition, wanted)

    def _lowered(self, condition: Expression, wanted: Wanted) -> Alternatives:
        lowering = ConditionLowering(Readings(self.layout), None)
        never = wanted in {"true", "not true"}
        kept = tuple(lowering.lower(must_not_be(never, condition)))
        return (kept,) if wanted.startswith("not") else broken_part(kept, self.layout.variables)

    def _sums(self, condition: Expression, wanted: Wanted) -> Alternatives | None:
        """A comparison of sums over several variables; `None` for anything else."""
        if not isinstance(condition, Comparison) or not isinstance(condition.left.type, NumberType):
            return None
        readings = Readings(self.layout)
        if len(readings.scope(condition)) < 2:
            return None
        left, right = linear_form(condition.left, readings), linear_form(condition.right, readings)
        if left is None or right is None:
            return None
        form = left.plus(right, -1)
        operator = condition.operator
        if wanted in {"false", "not true"}:
            operator = _INVERSE[operator]
        unknown = tuple(dict.fromkeys((*form.absent, *form.blank)))
        variables = self.layout.variables
        known = tuple(ClauseConstraint((_but(literal, variables),)) for literal in unknown)
        found = [(*known, *_between(form, *bounds)) for bounds in _TRUE[operator]]
        if wanted.startswith("not"):
            found += [(ClauseConstraint((literal,)),) for literal in unknown]
        return tuple(found)


def _between(form: LinearForm, lower: int | None, upper: int | None) -> Sequence[Constraint]:
    return tuple(linear_constraint(form, lower, upper, (), None))


def none_of(ways: Sequence[Alternative], variables: Sequence[Variable]) -> Alternatives:
    """Where none of several sets of constraints holds as a whole.

    Of each set something is broken; what only narrows variables makes one clause together.
    """
    broken: list[list[Alternative]] = []
    for way in ways:
        narrowing: list[Literal] = []
        others: list[Constraint] = []
        for each in way:
            if isinstance(each, ClauseConstraint) and len(each.literals) == 1:
                narrowing.append(each.literals[0])
            else:
                others.append(each)
        found = [*broken_part(others, variables)]
        if narrowing:
            found.append((ClauseConstraint(tuple(_but(literal, variables) for literal in narrowing)),))
        broken.append(found)
    return tuple(tuple(each for alternative in row for each in alternative) for row in product(*broken))


def _but(literal: Literal, variables: Sequence[Variable]) -> Literal:
    """That a variable takes anything else."""
    return Literal(literal.variable, frozenset(range(variables[literal.variable].size)) - literal.values)
