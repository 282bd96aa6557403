"""Expressions as written: no name resolved, no unit converted.

Spans are left out of equality: two expressions that differ only in where they stand are equal.
"""

from collections.abc import Iterator
from datetime import date
from fractions import Fraction

from attrs import field, frozen

from configurator.source import Span


@frozen
class Name:
    """A word: the name of something, or a value such as `AM5`."""

    text: str
    span: Span = field(eq=False, repr=False)


@frozen
class NumberLiteral:
    """`65 W`, `199.00 EUR`, `4`: exact, the unit as written or `None`."""

    value: Fraction
    unit: Name | None
    span: Span = field(eq=False, repr=False)


@frozen
class TextLiteral:
    """`"CPU-7600"`, escapes resolved."""

    value: str
    span: Span = field(eq=False, repr=False)


@frozen
class DateLiteral:
    """`2026-11-22`."""

    value: date
    span: Span = field(eq=False, repr=False)


@frozen
class BooleanLiteral:
    """`yes` or `no`."""

    value: bool
    span: Span = field(eq=False, repr=False)


@frozen
class PathReference:
    """`cpu.socket`, `price`, `AM5`: what it means is decided by name resolution."""

    names: tuple[Name, ...]
    span: Span = field(eq=False, repr=False)

    @property
    def text(self) -> str:
        """The path as written, with dots."""
        return ".".join(name.text for name in self.names)


@frozen
class UnaryOperation:
    """`not a` or `-a`. `operator` is `not` or `-`."""

    operator: str
    operand: "Expression"
    span: Span = field(eq=False, repr=False)


@frozen
class BinaryOperation:
    """`operator` is one of `and or = != < <= > >= + - * /`."""

    operator: str
    left: "Expression"
    right: "Expression"
    span: Span = field(eq=False, repr=False)


@frozen
class Membership:
    """`a in { x, y }` or `a in chassis.fits`; `negated` for `not in`.

    Attributes:
        options: the values between braces, or the one path that names a set.
    """

    item: "Expression"
    options: "tuple[Expression, ...] | PathReference"
    negated: bool
    span: Span = field(eq=False, repr=False)


@frozen
class Between:
    """`a between low and high`, both inclusive."""

    item: "Expression"
    low: "Expression"
    high: "Expression"
    span: Span = field(eq=False, repr=False)


@frozen
class Presence:
    """`gpu is chosen` (`chosen`) or `gpu is absent`."""

    path: PathReference
    chosen: bool
    span: Span = field(eq=False, repr=False)


@frozen
class Conditional:
    """`if a then b else c`."""

    condition: "Expression"
    then: "Expression"
    otherwise: "Expression"
    span: Span = field(eq=False, repr=False)


@frozen
class Aggregate:
    """`sum(draw)`, `count(storage where interface = NVMe)`.

    `function` is one of `sum count min max avg any all distinct`.
    """

    function: str
    argument: "Expression"
    where: "Expression | None"
    span: Span = field(eq=False, repr=False)


Expression = (
    NumberLiteral
    | TextLiteral
    | DateLiteral
    | BooleanLiteral
    | PathReference
    | UnaryOperation
    | BinaryOperation
    | Membership
    | Between
    | Presence
    | Conditional
    | Aggregate
)
Scalar = NumberLiteral | TextLiteral | DateLiteral | BooleanLiteral | Name
"""A single value, as in a component's field or a list of values."""


def mentions(node: Expression) -> Iterator[PathReference | Aggregate]:
    """Every path and aggregate of an expression, in the order written; not what is inside an aggregate."""
    parts: tuple[Expression, ...] = ()
    match node:
        case PathReference() | Aggregate():
            yield node
        case Presence(path=path):
            parts = (path,)
        case UnaryOperation(operand=operand):
            parts = (operand,)
        case BinaryOperation(left=left, right=right):
            parts = (left, right)
        case Between(item=item, low=low, high=high):
            parts = (item, low, high)
        case Membership(item=item, options=options):
            parts = (item, *((options,) if isinstance(options, PathReference) else options))
        case Conditional(condition=condition, then=then, otherwise=otherwise):
            parts = (condition, then, otherwise)
        case _:
            pass
    for part in parts:
        yield from mentions(part)
