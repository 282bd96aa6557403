"""A catalog with what its applied bundles come to: `bundles.price` put into whatever reads it."""

from collections.abc import Iterable, Mapping
from typing import Any, TypeVar

import attrs
from attrs import evolve, field, frozen

from configurator.catalog.expressions import BUNDLES_PRICE, Constant
from configurator.catalog.model import Bundle, Catalog
from configurator.catalog.rules import TableRow
from configurator.catalog.structure import Period
from configurator.catalog.values import Number, Unit, normal
from configurator.source import Span

T = TypeVar("T")

_LEAVES = (str, int, Span, Unit, Period, TableRow, type(None))
"""What holds no expressions, though some of it is made like what does."""


def bundles_price(bundles: Iterable[Bundle]) -> Number:
    """What bundles add up to."""
    return normal(sum((bundle.price for bundle in bundles), 0))


def with_bundles_price(catalog: Catalog, price: Number) -> Catalog:
    """The catalog in which `bundles.price` is an amount; what does not read it stays the very same object."""
    put = _Put(price)
    return evolve(
        catalog,
        calcs=put.into(catalog.calcs),
        restrictions=put.into(catalog.restrictions),
        defaults=put.into(catalog.defaults),
        wishes=put.into(catalog.wishes),
    )


def with_price(found: T, price: Number) -> T:
    """The same for anything that holds expressions beside a catalog."""
    put: T = _Put(price).into(found)
    return put


@frozen(eq=False)
class _Put:
    """Puts an amount into whatever holds expressions; each node once, since calcs are read in many places.

    Attributes:
        known: by the identity of what was looked at, which is kept alive beside what came of it.
    """

    price: Number
    known: dict[int, tuple[Any, Any]] = field(factory=dict)

    def into(self, found: Any) -> Any:
        if isinstance(found, _LEAVES):
            return found
        if id(found) not in self.known:
            self.known[id(found)] = (found, self._into(found))
        return self.known[id(found)][1]

    def _into(self, found: Any) -> Any:
        match found:
            case Constant():
                return evolve(found, value=self.price) if found.stands_for == BUNDLES_PRICE else found
            case tuple():
                parts = tuple(map(self.into, found))
                return parts if any(new is not old for new, old in zip(parts, found, strict=True)) else found
            case Mapping():
                values = {key: self.into(value) for key, value in found.items()}
                return values if any(values[key] is not value for key, value in found.items()) else found
            case _ if attrs.has(type(found)):
                return self._into_parts(found)
            case _:
                return found

    def _into_parts(self, found: Any) -> Any:
        changed = {}
        for each in attrs.fields(type(found)):
            if each.init:
                old = getattr(found, each.name)
                new = self.into(old)
                if new is not old:
                    changed[each.alias] = new
        return evolve(found, **changed) if changed else found
