"""What the columns of rule tables can hold, and how such values are written in a cell."""

from collections.abc import Callable
from fractions import Fraction

from configurator.authoring.checks.instances import place_meant
from configurator.catalog.expressions import AttributeOf, ComponentIn, Expression, OptionValue
from configurator.catalog.model import Catalog
from configurator.catalog.rules import VariantTable
from configurator.catalog.structure import Component, Place, ProductOption, Slot
from configurator.catalog.values import (
    BooleanType,
    EnumerationType,
    Unit,
    Value,
    format_number,
    format_value,
)
from configurator.source import SourceFile, Span
from configurator.syntax.cells import CellValue, ListPattern, parse_cell
from configurator.syntax.nodes import Cell

MOST_LISTED = 10_000
"""Values of a range that are looked at one by one; a larger one is taken for open."""


def values_of(
    catalog: Catalog, table: VariantTable, at: int, counts: Callable[[Component], bool] = lambda _: True
) -> tuple[Value, ...] | None:
    """Every value that a column can hold, each once, in catalog order; `None` where they are not listed.

    Listed are the components of a slot, the values that they have in a column, and those of an option.

    Args:
        catalog: the catalog.
        table: the table.
        at: the number of the column, from 0.
        counts: which components are looked at.
    """
    match table.columns[at].expression:
        case ComponentIn(place=key):
            components = _components(place_meant(catalog, table, key))
            return tuple(dict.fromkeys(each.sku for each in components if counts(each))) or None
        case AttributeOf(place=key, attribute=name):
            components = _components(place_meant(catalog, table, key))
            found = [each.values[name] for each in components if name in each.values and counts(each)]
            return tuple(dict.fromkeys(found)) or None
        case OptionValue(option=key):
            option = place_meant(catalog, table, key)
            return _option_values(option) if isinstance(option, ProductOption) else None
        case _:
            return None


def _components(place: Place | None) -> tuple[Component, ...]:
    return place.family.components if isinstance(place, Slot) else ()


def _option_values(option: ProductOption) -> tuple[Value, ...] | None:
    if option.range is not None:
        bounds = option.range
        if bounds.size > MOST_LISTED:
            return None
        return tuple([bounds.value(index) for index in range(bounds.size)])
    match option.type:
        case EnumerationType(values=values):
            return values
        case BooleanType():
            return (False, True)
        case _:
            return None


def unit_of(expression: Expression) -> Unit | None:
    """The unit in which a column's numbers are shown."""
    return expression.unit if isinstance(expression, AttributeOf | OptionValue) else None


def told(value: Value, expression: Expression) -> str:
    """A value for people: `160 mm`, `AM5`."""
    if isinstance(value, int | Fraction) and not isinstance(value, bool):
        return format_number(value, unit_of(expression))
    return format_value(value)


def cell_text(value: Value, expression: Expression) -> str:
    """A value as a cell of a rule table, in quotes where it would be read as something else."""
    text = told(value, expression)
    if not isinstance(value, str):
        return text
    pattern = parse_cell(Cell(text, Span(SourceFile("", text), 0, len(text)))) if text else None
    match pattern:
        case ListPattern(items=(CellValue(text=read, quoted=False),), negated=False) if read == text:
            return text
        case _:
            return '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("|", "\\|") + '"'
