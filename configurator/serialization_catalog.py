"""A whole catalog as JSON, in the published form: what there is, what fits, what is wished, where it stands.

The form is described by `schemas/show.schema.json`, which is part of the package.
"""

import re
from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from fractions import Fraction
from importlib.resources import files
from typing import Any, TypeVar

from configurator.catalog.choices import PlaceChoice, SlotChoice
from configurator.catalog.expression_checking import shown_unit
from configurator.catalog.expressions import Calc, places_of
from configurator.catalog.judgement import places_read
from configurator.catalog.model import Bundle, Catalog, Objective, Preference, Scenario
from configurator.catalog.rules import (
    CellTest,
    Default,
    Interval,
    Message,
    Resource,
    Restriction,
    Rule,
    VariantTable,
)
from configurator.catalog.source_words import source_words
from configurator.catalog.structure import (
    AssemblyPlace,
    Attribute,
    Component,
    ComponentFamily,
    Period,
    Place,
    ProductOption,
    Slot,
)
from configurator.catalog.values import (
    MOST_DECIMALS,
    BooleanType,
    ComponentType,
    DateType,
    EnumerationType,
    Number,
    NumberType,
    SetType,
    TextType,
    Type,
    Unit,
    format_number,
    normal,
)
from configurator.source import SourceFile, Span
from configurator.syntax.nodes import (
    CalcDeclaration,
    DefaultDeclaration,
    ResourceDeclaration,
    RuleDeclaration,
    Statement,
)
from configurator.syntax.parser import parse_catalog
from configurator.syntax.vocabulary import WEEKDAYS

JsonObject = dict[str, Any]
S = TypeVar("S", bound=Statement)

_INDEX = re.compile(r"\[\d+\]")


def catalog_schema() -> str:
    """The JSON Schema of what `configurator show --json` prints, as text."""
    return (files("configurator") / "schemas" / "show.schema.json").read_text(encoding="utf-8")


def catalog_json(catalog: Catalog, day: date) -> JsonObject:
    """All that a catalog says.

    Everything that has days in force is listed, whatever the day, and says whether it is in force on `day`.
    Numbers are in the unit that stands beside them, each as the JSON number that reads back as itself; one
    with more digits than those have is a text, a decimal one or a ratio `1/3`.
    """
    return {
        "name": catalog.name,
        "title": catalog.title,
        "version": catalog.version,
        "digest": catalog.digest,
        "currency": None if catalog.currency is None else catalog.currency.name,
        "timezone": catalog.timezone,
        "tested_on": _day(catalog.tested_on),
        "units": [_unit(unit) for unit in catalog.units.values()],
        "families": [_family(family, day) for family in catalog.families.values()],
        "product": _members(catalog, ""),
        "calcs": [_calc(calc) for calc in _written_once(catalog.calcs.values())],
        "rules": [_restriction(each, day) for each in catalog.restrictions],
        "defaults": [_default(catalog, each) for each in catalog.defaults],
        "wishes": [_wish(each) for each in catalog.wishes],
        "bundles": [_bundle(catalog, each, day) for each in catalog.bundles],
        "scenarios": [_scenario(catalog, each) for each in catalog.scenarios],
        "assembled": _assembled(catalog),
        "dates": list(_dates(catalog)),
    }


# ---------------------------------------------------------------- values


def exact_number(number: Number, unit: Unit | None = None) -> int | float | str:
    """A number in a unit, as JSON that loses nothing."""
    value = normal(Fraction(number) / unit.factor) if unit else normal(number)
    if isinstance(value, int):
        return value
    near = float(value)
    if Fraction(repr(near)) == value:
        return near
    is_decimal = 10**MOST_DECIMALS % value.denominator == 0
    return format_number(value) if is_decimal else f"{value.numerator}/{value.denominator}"


def value_json(value: object, unit: Unit | None = None) -> Any:
    """A value: a number in its unit, a text, yes or no, a day as text, a set as a sorted list, or `None`."""
    match value:
        case None | bool() | str():
            return value
        case int() | Fraction():
            return exact_number(value, unit)
        case date():
            return value.isoformat()
        case frozenset():
            return sorted(value)
        case _:
            raise AssertionError(value)


def _day(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


def _period(period: Period, day: date) -> JsonObject:
    """`from`, `to` (both inclusive, `null` for open), and whether the day asked about lies between."""
    return {
        "from": _day(period.start),
        "to": _day(period.end),
        "in_force": period.holds(day),
    }


def _unit_name(unit: Unit | None) -> str | None:
    return None if unit is None else unit.name


def _unit(unit: Unit) -> JsonObject:
    return {"name": unit.name, "base": unit.base, "factor": exact_number(normal(unit.factor))}


def type_json(kind: Type) -> JsonObject:
    """`kind`, `values` that are listed or `null`, `family` of a component or `null`."""
    form: JsonObject = {"kind": "", "values": None, "family": None}
    match kind:
        case NumberType():
            form["kind"] = "number"
        case TextType():
            form["kind"] = "text"
        case BooleanType():
            form["kind"] = "yesno"
        case DateType():
            form["kind"] = "date"
        case EnumerationType(values=values, ordered=ordered):
            form |= {"kind": "ordered of" if ordered else "one of", "values": list(values)}
        case SetType(values=values):
            form |= {"kind": "set of", "values": None if values is None else list(values)}
        case ComponentType(family=family):
            form |= {"kind": "component", "family": family}
    return form


# ---------------------------------------------------------------- what there is


def _family(family: ComponentFamily, day: date) -> JsonObject:
    return {
        "name": family.key,
        "title": family.title,
        "columns": [_column(attribute) for attribute in family.attributes.values()],
        "components": [_component(each, family, day) for each in family.components],
        "location": family.span.location,
    }


def _column(attribute: Attribute) -> JsonObject:
    return {
        "name": attribute.name,
        "title": attribute.title,
        "type": type_json(attribute.type),
        "unit": _unit_name(attribute.unit),
        "optional": attribute.optional,
    }


def _component(component: Component, family: ComponentFamily, day: date) -> JsonObject:
    return {
        "sku": component.sku,
        "title": component.title,
        "stocked": component.stocked,
        "period": _period(component.period, day),
        "values": {
            name: value_json(component.values.get(name), attribute.unit)
            for name, attribute in family.attributes.items()
        },
        "location": component.span.location,
    }


def _members(catalog: Catalog, prefix: str) -> list[JsonObject]:
    """What is directly inside the product or an instance, in catalog order."""
    return [_member(catalog, member) for member in catalog.inside(prefix)]


def _member(catalog: Catalog, member: Place | AssemblyPlace) -> JsonObject:
    form: JsonObject = {
        "kind": "slot",
        "name": _declared(member.key),
        "title": member.title,
        "location": member.span.location,
    }
    match member:
        case Slot(family=family, cardinality=choose):
            return {
                **form,
                "family": family.key,
                "choose": {"kind": choose.kind, "minimum": choose.minimum, "maximum": choose.maximum},
            }
        case ProductOption(type=kind, range=bounds):
            unit = bounds.unit if bounds else None
            elements = isinstance(kind, SetType)
            return {
                **form,
                "kind": "option",
                "type": type_json(kind),
                "unit": _unit_name(unit),
                "minimum": exact_number(bounds.minimum, unit)
                if bounds
                else member.minimum
                if elements
                else None,
                "maximum": exact_number(bounds.maximum, unit)
                if bounds
                else member.maximum
                if elements
                else None,
                "step": exact_number(bounds.step, unit) if bounds else None,
            }
        case AssemblyPlace(instances=instances):
            return {
                **form,
                "kind": "assembly",
                "assembly": member.assembly,
                "choose": {
                    "kind": "list" if member.repeated else "one" if member.minimum else "optional",
                    "minimum": member.minimum,
                    "maximum": member.maximum,
                },
                # All instances are alike: the first one stands for them.
                "members": _members(catalog, instances[0].prefix) if instances else [],
            }


def _declared(path: str) -> str:
    """A path as an author writes it, without the numbers of instances."""
    return _INDEX.sub("", path)


def _paths(places: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(_declared(place) for place in places if not place.startswith("@")))


# ---------------------------------------------------------------- what fits together


def _written_once(calcs: Iterable[Calc]) -> Iterator[Calc]:
    """Calcs, one for each statement: inside an assembly there is one for each instance."""
    seen: set[tuple[str, int]] = set()
    for calc in calcs:
        place = calc.span.file.name, calc.span.start
        if place not in seen and not calc.key.startswith("@"):
            seen.add(place)
            yield calc


def _calc(calc: Calc) -> JsonObject:
    node = _statement(calc.span, CalcDeclaration)
    return {
        "name": _declared(calc.key),
        "title": calc.title,
        "type": type_json(calc.expression.type),
        "unit": _unit_name(calc.unit),
        "formula": _words(node.expression.span),
        "reads": _paths(places_of(calc.expression)),
        "location": calc.span.location,
    }


def _restriction(found: Restriction, day: date) -> JsonObject:
    form: JsonObject = {
        "kind": "rule",
        "name": _declared(found.key),
        "title": found.title,
        "period": _period(found.period, day),
        "message": template_of(found.message),
        "reads": _paths(places_read(found)),
        "location": found.span.location,
    }
    match found:
        case Rule():
            return form | _rule(found)
        case VariantTable():
            return form | _table(found)
        case Resource():
            return form | _resource(found)


def _rule(rule: Rule) -> JsonObject:
    node = _statement(rule.span, RuleDeclaration)
    return {
        "severity": rule.severity,
        "for_each": [{"path": each.path.text, "as": each.alias.text} for each in node.loops],
        "when": None if node.guard is None else _words(node.guard.span),
        "clauses": [
            {
                "kind": each.kind,
                "left": _words(each.left.span),
                "right": None if each.right is None else _words(each.right.span),
            }
            for each in node.clauses
        ],
    }


def _table(table: VariantTable) -> JsonObject:
    units = [shown_unit(column.expression) for column in table.columns]
    return {
        "kind": "table",
        "rule": table.kind,
        "columns": [
            {
                "heading": column.heading,
                "type": type_json(column.expression.type),
                "unit": _unit_name(unit),
                "reads": _paths(places_of(column.expression)),
            }
            for column, unit in zip(table.columns, units, strict=True)
        ],
        "rows": [
            {
                "cells": [_cell(test, unit) for test, unit in zip(row.tests, units, strict=True)],
                "location": row.span.location,
            }
            for row in table.rows
        ],
    }


def _cell(test: CellTest, unit: Unit | None) -> JsonObject:
    """What a cell matches: `any`, `other`, or what is listed, `not` for everything else that is there."""
    values = sorted((value_json(value, unit) for value in test.values), key=lambda v: (str(type(v)), v))
    return {
        "kind": test.kind,
        "values": values,
        "intervals": [_interval(each, unit) for each in test.intervals],
        "absent": test.absent,
        "not": test.negated,
    }


def _interval(interval: Interval, unit: Unit | None) -> JsonObject:
    return {
        "low": value_json(interval.low, unit),
        "high": value_json(interval.high, unit),
        "low_inside": interval.low_inside,
        "high_inside": interval.high_inside,
    }


def _resource(resource: Resource) -> JsonObject:
    node = _statement(resource.span, ResourceDeclaration)
    return {
        "kind": "resource",
        "unit": _unit_name(resource.unit),
        "supply": [_words(each.span) for each in node.supply],
        "demand": [_words(each.span) for each in node.demand],
        "spare_percent": exact_number((Fraction(resource.factor) - 1) * 100),
    }


def template_of(message: Message | None) -> str | None:
    """A message as it is written, its places between braces; `None` for none."""
    if message is None:
        return None
    return "".join(
        part.text.replace("{", "{{").replace("}", "}}")
        if part.expression is None and part.slot is None
        else f"{{{part.text}}}"
        for part in message.parts
    )


# ---------------------------------------------------------------- wishes and offers


def _default(catalog: Catalog, default: Default) -> JsonObject:
    node = _statement(default.span, DefaultDeclaration)
    slot = isinstance(catalog.place_of[default.place], Slot)
    return {
        "place": default.place,
        "components": _units(default.units) if slot else None,
        "value": None if slot else _option_value(catalog, default.place, default.value),
        "when": None if node.guard is None else _words(node.guard.span),
        "text": _words(node.choice.span),
        "location": default.span.location,
    }


def _units(units: Iterable[tuple[str, int | None]]) -> list[JsonObject]:
    return [{"component": sku, "quantity": quantity} for sku, quantity in units]


def _option_value(catalog: Catalog, key: str, value: object) -> Any:
    option = catalog.place_of[key]
    unit = option.range.unit if isinstance(option, ProductOption) and option.range else None
    return value_json(value, unit)


def _choice(catalog: Catalog, choice: PlaceChoice) -> JsonObject:
    """`place`, then `components` of a slot or the `value` of an option, and whether more may be there."""
    if isinstance(choice, SlotChoice):
        return {
            "place": choice.slot,
            "components": _units(choice.units),
            "value": None,
            "at_least": choice.at_least,
        }
    return {
        "place": choice.option,
        "components": None,
        "value": _option_value(catalog, choice.option, choice.value),
        "at_least": choice.at_least,
    }


def _wish(wish: Preference | Objective) -> JsonObject:
    form: JsonObject = {
        "kind": "prefer",
        "name": None,
        "text": wish.text,
        "weight": exact_number(wish.weight),
        "message": None,
        "reads": _paths(places_of(wish.expression)),
        "location": wish.span.location,
    }
    if isinstance(wish, Objective):
        return form | {"kind": wish.direction}
    return form | {"name": wish.key, "message": template_of(wish.message)}


def _bundle(catalog: Catalog, bundle: Bundle, day: date) -> JsonObject:
    return {
        "name": bundle.key,
        "title": bundle.title,
        "about": bundle.about or None,
        "period": _period(bundle.period, day),
        "price": exact_number(bundle.price, catalog.currency),
        "choices": [_choice(catalog, each) for each in bundle.choices],
        "location": bundle.span.location,
    }


def _scenario(catalog: Catalog, scenario: Scenario) -> JsonObject:
    return {
        "title": scenario.title,
        "tags": list(scenario.tags),
        "todo": scenario.todo,
        "date": _day(scenario.day),
        "stock": dict(scenario.stock),
        "bundles": list(scenario.bundles),
        "choices": [_choice(catalog, each) for each in scenario.choices],
        "expectations": [_words(each.span) for each in scenario.expectations],
        "location": scenario.span.location,
    }


def _assembled(catalog: Catalog) -> JsonObject | None:
    """How the product is made of its components; `None` where nothing says."""
    assembly = catalog.final_assembly
    if assembly is None:
        return None
    return {
        "days": assembly.days,
        "cost": None if assembly.cost is None else exact_number(assembly.cost, catalog.currency),
        "open": [WEEKDAYS[day] for day in assembly.workdays],
        "closed": [{"from": _day(closed.start), "to": _day(closed.end)} for closed in assembly.closed],
        "location": assembly.span.location,
    }


# ---------------------------------------------------------------- dates


def _dates(catalog: Catalog) -> Iterator[JsonObject]:
    """The days on which something changes, ascending: what begins, or was in force until the day before."""
    found: list[tuple[date, str, str, str]] = []
    for what, name, period in _dated(catalog):
        if period.start is not None:
            found.append((period.start, "begins", what, name))
        if period.end is not None and period.end < date.max:
            found.append((period.end + timedelta(days=1), "ended", what, name))
    for day, event, what, name in sorted(found, key=lambda each: each[0]):
        yield {"date": day.isoformat(), "event": event, "what": what, "name": name}


def _dated(catalog: Catalog) -> Iterator[tuple[str, str, Period]]:
    for family in catalog.families.values():
        for component in family.components:
            yield "component", f"{family.key}.{component.sku}", component.period
    for restriction in catalog.restrictions:
        kind = {Rule: "rule", VariantTable: "table", Resource: "resource"}[type(restriction)]
        yield kind, _declared(restriction.key), restriction.period
    for bundle in catalog.bundles:
        yield "bundle", bundle.key, bundle.period


# ---------------------------------------------------------------- as written


def _statement(span: Span, kind: type[S]) -> S:
    """A statement of a loaded catalog, read once more for the words of its parts."""
    result = parse_catalog(SourceFile(span.file.name, span.text))
    assert result.file is not None
    (node,) = result.file.statements
    assert isinstance(node, kind)
    return node


def _words(span: Span) -> str:
    return source_words(span.text)
