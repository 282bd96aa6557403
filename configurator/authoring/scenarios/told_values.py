"""What rules and expectations compare, with the values that it has: `gpu.length = 336 mm`."""

import re
from collections.abc import Iterable, Iterator, Mapping
from fractions import Fraction

from configurator.authoring.scenarios.outcomes import Compared
from configurator.catalog.evaluation import Chosen, evaluate
from configurator.catalog.expectations import ComparedPath
from configurator.catalog.expression_checking import shown_unit
from configurator.catalog.expressions import (
    Aggregate,
    AttributeOf,
    CalcValue,
    ComponentIn,
    Constant,
    Expression,
    IsChosen,
    OptionValue,
    QuantityIn,
    ResourceValue,
    children,
    places_of,
)
from configurator.catalog.judgement import bindings_of, places_read, violations
from configurator.catalog.model import Catalog
from configurator.catalog.rules import Binding, Resource, Restriction, Rule, VariantTable
from configurator.catalog.values import NumberType, Unit, format_number, format_value
from configurator.explanation.conflict import units_told

_NUMBER = re.compile(r"\[\d+\]")

MOST_VALUES = 8
"""How many values of one rule are told."""


def compared_values(paths: Iterable[ComparedPath], chosen: Chosen) -> tuple[Compared, ...]:
    """The paths of an expectation with their values in a configuration."""
    return tuple(Compared(path.text, _path_value(path, chosen)) for path in paths)


def _path_value(path: ComparedPath, chosen: Chosen) -> str:
    if path.expression is None:
        return units_told(chosen.units[path.slot or ""])
    return told_value(path.expression, chosen, path.unit, money=path.money)


def told_value(expression: Expression, chosen: Chosen, unit: Unit | None, *, money: bool) -> str:
    """The value of an expression for people: `336 mm`, `AM5`, `none` where nothing is chosen."""
    if isinstance(expression, IsChosen) and expression.place in chosen.units:
        return units_told(chosen.units[expression.place])
    worth = evaluate(expression, chosen)
    if isinstance(worth, int | Fraction) and not isinstance(worth, bool):
        return format_number(worth, unit, money=money)
    return format_value(worth)


def restriction_values(catalog: Catalog, restriction: Restriction, chosen: Chosen) -> tuple[Compared, ...]:
    """What a restriction compares, as far as the places are decided, in the order written.

    Args:
        catalog: for units.
        restriction: of one that `for each` or an assembly spreads, what it compares where it is broken first.
        chosen: what is decided; places that are not are missing.
    """
    inside = _inside(restriction, chosen)
    if inside is None:
        return ()
    names = _names(restriction)
    told: dict[str, str] = {}
    for expression in _expressions(restriction):
        for leaf in _leaves(expression):
            if all(place in inside.units or place in inside.options for place in places_of(leaf)):
                unit, money = _unit_of(catalog, leaf)
                path = path_of(catalog, leaf, names)
                told.setdefault(path, told_value(leaf, inside, unit, money=money))
    return tuple(Compared(path, value) for path, value in told.items())[:MOST_VALUES]


def _inside(restriction: Restriction, chosen: Chosen) -> Chosen | None:
    """What a restriction is read on; with bound names, where it is broken first, else where it is first."""
    if not restriction.bindings:
        return chosen
    if not all(place in chosen.units or place in chosen.options for place in places_read(restriction)):
        return None
    broken = (violation.chosen for violation in violations(restriction, chosen))
    return next(broken, next(bindings_of(restriction, chosen), None))


def _names(restriction: Restriction) -> dict[str, str]:
    """What bound names stand for, as people know it: slots, and places of assemblies without their number."""
    names: dict[str, str] = {}
    for binding in restriction.bindings:
        if isinstance(binding, Binding):
            names[binding.name] = binding.slot
        elif binding.instances:
            first = binding.instances[0]
            names.update(zip(binding.names, (first.prefix, *first.outer), strict=False))
    return {name: _NUMBER.sub("", meant) for name, meant in names.items()}


def _path(place: str, names: Mapping[str, str]) -> str:
    name, dot, rest = place.partition(".")
    return f"{names.get(name, name)}{dot}{rest}"


def _expressions(restriction: Restriction) -> tuple[Expression, ...]:
    match restriction:
        case Rule(clauses=clauses):
            return tuple(e for clause in clauses for e in (*clause.guards, clause.body))
        case VariantTable(columns=columns):
            return tuple(column.expression for column in columns)
        case Resource(supply=supply, demand=demand, factor=factor, unit=unit):
            kind = supply[0].expression.type
            return tuple(
                ResourceValue(supply, demand, factor, field, kind, unit) for field in ("supply", "needed")
            )


def _leaves(expression: Expression) -> Iterator[Expression]:
    """The paths and aggregates that an expression compares; what is inside a calc is its own affair."""
    match expression:
        case Constant():
            return
        case (
            AttributeOf()
            | ComponentIn()
            | QuantityIn()
            | OptionValue()
            | IsChosen()
            | CalcValue()
            | ResourceValue()
            | Aggregate()
        ):
            yield expression
        case _:
            for child in children(expression):
                yield from _leaves(child)


def path_of(catalog: Catalog, expression: Expression, names: Mapping[str, str]) -> str:
    """A path or aggregate as an author would write it; names that are bound are told by their slots."""
    match expression:
        case AttributeOf(place=place, attribute=attribute):
            return f"{_path(place, names)}.{attribute}"
        case ComponentIn(place=place) | IsChosen(place=place):
            return _path(place, names)
        case QuantityIn(place=place):
            return f"{_path(place, names)}.quantity"
        case OptionValue(option=option):
            return _path(option, names)
        case CalcValue(calc=calc):
            return calc.key
        case ResourceValue(supply=supply, field=field):
            found = (r.key for r in catalog.restrictions if isinstance(r, Resource) and r.supply == supply)
            return f"{next(found, 'resource')}.{field}"
        case Aggregate():
            return _aggregate(catalog, expression)
        case _:
            return ""


def _aggregate(catalog: Catalog, expression: Aggregate) -> str:
    (slots, bound) = (expression.slots, expression.bound)
    where = " where …" if expression.where is not None else ""
    if isinstance(expression.argument, Constant):
        return f"{expression.function}({slots[0] if len(slots) == 1 else '…'}{where})"
    inside = path_of(catalog, expression.argument, {bound: slots[0]} if len(slots) == 1 else {bound: ""})
    return f"{expression.function}({inside.lstrip('.') or '…'}{where})"


def _unit_of(catalog: Catalog, expression: Expression) -> tuple[Unit | None, bool]:
    """The unit in which people read a value, and whether it is money."""
    unit = expression.unit if isinstance(expression, ResourceValue) else shown_unit(expression)
    kind = expression.type
    if (
        unit is None
        and isinstance(kind, NumberType)
        and len(kind.dimension) == 1
        and kind.dimension[0][1] == 1
    ):
        unit = catalog.units.get(kind.dimension[0][0])
    return unit, unit is not None and unit == catalog.currency
