"""What the expressions of a catalog read, wherever they stand."""

from collections.abc import Iterator, Mapping

import attrs

from configurator.catalog.expressions import Aggregate, AttributeOf
from configurator.catalog.model import Catalog
from configurator.catalog.rules import Binding, TableRow
from configurator.catalog.structure import ComponentFamily, Period, ProductOption, Slot
from configurator.catalog.values import Unit
from configurator.source import Span

_NO_EXPRESSIONS = (ComponentFamily, Slot, ProductOption, TableRow, Period, Unit, Span)
"""Values that hold no expressions, some of them very large."""


def nodes_of(value: object) -> Iterator[object]:
    """Yield every attrs value inside `value`, itself included, each once, in the order met.

    Goes by fields, not by kinds: what the language gains is read without being named here. Families,
    places, cells and spans are left out.
    """
    seen: set[int] = set()
    waiting: list[object] = [value]
    while waiting:
        node = waiting.pop()
        if isinstance(node, tuple | list):
            waiting.extend(reversed(node))
        elif isinstance(node, Mapping):
            waiting.extend(reversed(list(node.values())))
        elif attrs.has(type(node)) and not isinstance(node, _NO_EXPRESSIONS) and id(node) not in seen:
            seen.add(id(node))
            yield node
            waiting.extend(getattr(node, name) for name in _fields(type(node)))


_FIELDS: dict[type, tuple[str, ...]] = {}


def _fields(kind: type) -> tuple[str, ...]:
    known = _FIELDS.get(kind)
    if known is None:
        known = _FIELDS[kind] = tuple(reversed([each.name for each in attrs.fields(kind)]))
    return known


def columns_read(catalog: Catalog) -> frozenset[tuple[str, str]]:
    """Every `(family, column)` that a rule, calc, table, message, resource, wish, default or scenario reads.

    Where an expression speaks of one unit of several slots, it reads the column in all of their families.
    """
    slots: dict[str, list[str]] = {slot.key: [slot.key] for slot in catalog.slots}
    found: list[AttributeOf] = []
    for node in nodes_of(catalog):
        match node:
            case AttributeOf():
                found.append(node)
            case Aggregate(bound=name, slots=keys):
                slots.setdefault(name, []).extend(keys)
            case Binding(name=name, slot=key):
                slots.setdefault(name, []).append(key)
            case _:
                pass
    family_of = {slot.key: slot.family.key for slot in catalog.slots}
    everywhere = tuple(catalog.families)
    read: set[tuple[str, str]] = set()
    for node in found:
        families = [family_of[key] for key in slots.get(node.place, ()) if key in family_of]
        # A place that is not known here might be in any family: better no finding than a wrong one.
        read.update((family, node.attribute) for family in families or everywhere)
    return frozenset(read)
