"""A catalog with what its applied bundles come to: `bundles.price` put into whatever reads it."""

from collections.abc import Callable, Iterable
from typing import Any, TypeVar

from attrs import evolve

from configurator.catalog.expressions import BUNDLES_PRICE, Constant
from configurator.catalog.model import Bundle, Catalog
from configurator.catalog.rewriting import Rewriting
from configurator.catalog.values import Number, normal

T = TypeVar("T")


def bundles_price(bundles: Iterable[Bundle]) -> Number:
    """What bundles add up to."""
    return normal(sum((bundle.price for bundle in bundles), 0))


def with_bundles_price(catalog: Catalog, price: Number) -> Catalog:
    """The catalog in which `bundles.price` is an amount; what does not read it stays the very same object."""
    put = Rewriting(_put(price))
    return evolve(
        catalog,
        calcs=put.into(catalog.calcs),
        restrictions=put.into(catalog.restrictions),
        defaults=put.into(catalog.defaults),
        wishes=put.into(catalog.wishes),
    )


def with_price(found: T, price: Number) -> T:
    """The same for anything that holds expressions beside a catalog."""
    return Rewriting(_put(price)).into(found)


def _put(price: Number) -> Callable[[Any], Any]:
    """Puts an amount where `bundles.price` is read."""

    def change(node: Any) -> Any:
        if isinstance(node, Constant) and node.stands_for == BUNDLES_PRICE:
            return evolve(node, value=price)
        return node

    return change
