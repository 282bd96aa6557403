"""Resolved declarations with some nodes replaced; what holds none of them stays the very same object."""

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

import attrs
from attrs import evolve, field, frozen

from configurator.catalog.rules import TableRow
from configurator.catalog.structure import Period
from configurator.catalog.values import Unit
from configurator.source import Span

T = TypeVar("T")

_LEAVES = (str, int, Span, Unit, Period, TableRow, type(None))
"""What holds no expressions, though some of it is made like what does."""


@frozen(eq=False)
class Rewriting:
    """Replaces nodes in whatever holds expressions; each once, since calcs are read in many places.

    Attributes:
        change: gives what a node is replaced by, or the node itself; of what was replaced the parts are left
            as they are.
        known: by the identity of what was looked at, which is kept alive beside what came of it.
    """

    change: Callable[[Any], Any]
    known: dict[int, tuple[Any, Any]] = field(factory=dict)

    def into(self, found: T) -> T:
        """The same with its nodes replaced, through tuples, mappings and resolved declarations."""
        made: T = self._into(found)
        return made

    def _into(self, found: Any) -> Any:
        if isinstance(found, _LEAVES):
            return found
        if id(found) not in self.known:
            changed = self.change(found)
            self.known[id(found)] = (found, changed if changed is not found else self._into_parts(found))
        return self.known[id(found)][1]

    def _into_parts(self, found: Any) -> Any:
        match found:
            case tuple():
                parts = tuple(map(self._into, found))
                return parts if any(new is not old for new, old in zip(parts, found, strict=True)) else found
            case Mapping():
                values = {key: self._into(value) for key, value in found.items()}
                return values if any(values[key] is not value for key, value in found.items()) else found
            case _ if attrs.has(type(found)):
                return self._into_fields(found)
            case _:
                return found

    def _into_fields(self, found: Any) -> Any:
        changed = {}
        for each in attrs.fields(type(found)):
            if each.init:
                old = getattr(found, each.name)
                new = self._into(old)
                if new is not old:
                    changed[each.alias] = new
        return evolve(found, **changed) if changed else found
