"""From a type as written to a type: units looked up, values listed."""

from fractions import Fraction

from configurator.catalog.draft import Draft
from configurator.catalog.structure import RangeDomain
from configurator.catalog.units import find_unit
from configurator.catalog.values import (
    BooleanType,
    DateType,
    EnumerationType,
    NumberType,
    SetType,
    TextType,
    Type,
    Unit,
    normal,
)
from configurator.syntax.expressions import Name, NumberLiteral, TextLiteral
from configurator.syntax.nodes import TypeExpression

MOST_LISTED = 1000
"""The most values a type may list."""
MOST_VALUES = 100_000
"""The most values an option may take, or components times quantities a slot."""


def declared_type(draft: Draft, node: TypeExpression) -> tuple[Type, Unit | None]:
    """An attribute's type, and the unit in which its values are shown."""
    unit = find_unit(draft, node.unit)
    match node.kind:
        case "number" | "whole":
            return NumberType(unit.dimension if unit else (), whole=node.kind == "whole"), unit
        case "money":
            if draft.currency is None:
                draft.error("E0403", "the catalog names no currency", node.span)
                return NumberType(), None
            return NumberType(draft.currency.dimension), draft.currency
        case "yesno":
            return BooleanType(), None
        case "date":
            return DateType(), None
        case "one of" | "ordered of":
            return EnumerationType(listed_values(draft, node), ordered=node.kind == "ordered of"), None
        case "set of":
            return SetType(listed_values(draft, node)), None
        case "set of text":
            return SetType(None), None
        case _:
            return TextType(), None


def listed_values(draft: Draft, node: TypeExpression) -> tuple[str, ...]:
    """The listed values as texts, each once; repetition is an error."""
    values: dict[str, None] = {}
    for item in node.values:
        text = value_text(item)
        if text in values:
            draft.error("E0304", f"`{text}` is listed twice", item.span)
        values[text] = None
    if len(values) > MOST_LISTED:
        draft.error("E0310", f"{len(values)} values are too many to list", node.span)
    return tuple(values)


def value_text(item: Name | TextLiteral | NumberLiteral) -> str:
    """A listed value as text: `2.5` and `"2.5"` are the same value."""
    match item:
        case Name(text=text):
            return text
        case TextLiteral(value=value):
            return value
        case NumberLiteral(value=number):
            return str(normal(number)) if number.denominator == 1 else str(float(number))


def range_domain(draft: Draft, node: TypeExpression) -> RangeDomain | None:
    """The numbers of `whole 0..2500 in EUR` or `number 0..10 step 0.5 in kg`."""
    assert node.minimum is not None
    assert node.maximum is not None
    unit = find_unit(draft, node.unit)
    if node.unit is not None and unit is None:
        return None
    step = node.step or Fraction(1)
    factor = unit.factor if unit else Fraction(1)
    whole_bounds = node.minimum.denominator == node.maximum.denominator == 1
    if node.kind == "whole" and not whole_bounds:
        draft.error("E0304", "the bounds of a whole number must be whole", node.span)
        return None
    if step <= 0 or node.maximum < node.minimum:
        draft.error("E0310", "the range is empty", node.span, help=("write the lower bound first",))
        return None
    if (node.maximum - node.minimum) / step >= MOST_VALUES:
        help_lines = ("use larger steps or a larger unit",)
        draft.error("E0310", f"the range has more than {MOST_VALUES:,} values", node.span, help=help_lines)
        return None
    return RangeDomain(
        normal(node.minimum * factor), normal(node.maximum * factor), normal(step * factor), unit
    )
