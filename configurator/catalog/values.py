"""Values, types, units: exact numbers and what may be compared with what.

Numbers are whole or `Fraction`, never binary floating point, and always in the
base units of their dimension: `1 TB` is 1000 when `unit TB = 1000 GB`. A
dimension is a product of base units with whole exponents, so that
`memory.quantity * memory.size` is a size and a ratio of two is a plain number.
"""

from collections.abc import Mapping
from datetime import date
from enum import Enum
from fractions import Fraction

from attrs import field, frozen

Number = int | Fraction


class Missing(Enum):
    """Why a value is unknown.

    `ABSENT`: the component is not chosen. `BLANK`: it is chosen, but its (optional) attribute has no value.
    Both are unknown in every comparison; only a resource tells them apart.
    """

    ABSENT = "absent"
    BLANK = "blank"


ABSENT = Missing.ABSENT
BLANK = Missing.BLANK

Value = int | Fraction | str | bool | date | frozenset[str] | None
"""A known value. `None` stands for an unknown truth value (Kleene's third)."""

Dimension = tuple[tuple[str, int], ...]
"""Base units with their exponents, sorted by name; empty for a plain number."""

PLAIN: Dimension = ()


def normal(number: Number) -> Number:
    """The same number, as `int` when it is whole."""
    return number.numerator if isinstance(number, Fraction) and number.denominator == 1 else number


def multiply_dimensions(left: Dimension, right: Dimension, sign: int = 1) -> Dimension:
    """The dimension of a product (`sign` 1) or of a quotient (`sign` -1)."""
    exponents = dict(left)
    for name, exponent in right:
        exponents[name] = exponents.get(name, 0) + sign * exponent
    return tuple(sorted((name, exponent) for name, exponent in exponents.items() if exponent))


def describe_dimension(dimension: Dimension) -> str:
    """How a dimension is named in messages: `W`, `kg·mm`, `no unit`."""
    if not dimension:
        return "no unit"
    return "·".join(name if exponent == 1 else f"{name}^{exponent}" for name, exponent in dimension)


# ---------------------------------------------------------------- types


@frozen
class NumberType:
    """A number of some dimension. `whole` is a promise about every value, used when options are listed."""

    dimension: Dimension = PLAIN
    whole: bool = field(default=False, eq=False)


@frozen
class TextType:
    """Free text."""


@frozen
class BooleanType:
    """`yes` or `no`."""


@frozen
class DateType:
    """A day."""


@frozen
class EnumerationType:
    """One of the listed values; `ordered` ones can be compared with `<`, in the order listed."""

    values: tuple[str, ...]
    ordered: bool = False


@frozen
class SetType:
    """A set of texts; `values` are the possible ones, `None` for any text."""

    values: tuple[str, ...] | None = None


@frozen
class ComponentType:
    """Which component fills a place: its value is the SKU.

    Attributes:
        family: the family's key.
    """

    family: str


Type = NumberType | TextType | BooleanType | DateType | EnumerationType | SetType | ComponentType


def describe_type(kind: Type) -> str:
    """How a type is named in messages."""
    match kind:
        case NumberType(dimension=dimension):
            return f"a number in {describe_dimension(dimension)}" if dimension else "a plain number"
        case TextType():
            return "a text"
        case BooleanType():
            return "yes or no"
        case DateType():
            return "a date"
        case EnumerationType(values=values):
            return f"one of {{ {', '.join(values)} }}"
        case SetType():
            return "a set"
        case ComponentType(family=family):
            return f"a component of `{family}`"


# ---------------------------------------------------------------- units


@frozen
class Unit:
    """A unit: `1 name = factor` base units of the dimension."""

    name: str
    base: str
    factor: Fraction

    @property
    def dimension(self) -> Dimension:
        """The dimension it measures."""
        return ((self.base, 1),)


Units = Mapping[str, Unit]


# ---------------------------------------------------------------- text


def format_number(number: Number, unit: Unit | None = None, *, money: bool = False) -> str:
    """A number for people: exact when it is a decimal of at most `MOST_DECIMALS`, else rounded to six places.

    Money has at least two decimals: `680.80 EUR`. Without a unit the number stands alone.
    """
    fraction = Fraction(number) / unit.factor if unit else Fraction(number)
    text = _decimal_text(fraction, 2 if money else 0)
    return f"{text} {unit.name}" if unit else text


MOST_DECIMALS = 30
"""Decimals of a number that is told exactly."""


def _decimal_text(fraction: Fraction, decimals: int) -> str:
    scaled, places = fraction * 10**decimals, decimals
    while scaled.denominator != 1 and places < MOST_DECIMALS:
        places += 1
        scaled *= 10
    if scaled.denominator != 1:
        places = max(decimals, 6)
        scaled = fraction * 10**places
    digits = str(abs(round(scaled))).rjust(places + 1, "0")
    sign = "-" if fraction < 0 else ""
    return f"{sign}{digits[:-places]}.{digits[-places:]}" if places else f"{sign}{digits}"


def format_value(value: object) -> str:
    """Any value but a number with a unit, for people."""
    match value:
        case bool():
            return "yes" if value else "no"
        case frozenset():
            return ", ".join(sorted(value)) or "none"
        case int() | Fraction():
            return format_number(value)
        case date():
            return value.isoformat()
        case Missing.ABSENT:
            return "none"
        case Missing.BLANK:
            return "not known"
        case None:
            return "unknown"
        case _:
            return str(value)
