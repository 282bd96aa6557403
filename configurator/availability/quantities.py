"""Item identities and whole-number quantities in stock units.

Quantities are whole numbers everywhere: fractions drift, and a drift in stock is a promise that
nobody can keep. What is sold by the metre is counted in a smaller unit.
"""

from collections.abc import Iterable, Mapping
from typing import Final, TypeAlias

from configurator.errors import StockRequestError

ItemId: TypeAlias = str
"""The SKU text by which stock knows a component."""

MAXIMUM_QUANTITY: Final = 10**12
"""The largest quantity of one item, inclusive: sums of a million of them still fit 64 bits."""

MAXIMUM_COUNT: Final = 2**62 - 1
"""The largest number of an event, and the largest limit, inclusive: the sum of the two still fits 64 bits."""

MAXIMUM_NAME_LENGTH: Final = 200

DEFAULT_LOCATION: Final = "default"
"""Where stock lies when nobody says where."""


def checked_quantity(value: object, sku: ItemId) -> int:
    """`value` as a quantity of `sku`, zero included.

    Raises:
        StockRequestError: it is negative, above `MAXIMUM_QUANTITY`, or not an `int` (a `bool` is not one).
    """
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= MAXIMUM_QUANTITY:
        raise StockRequestError(
            f"the quantity {_shown(value)} of `{sku}` is not a whole number from 0 to {MAXIMUM_QUANTITY}"
        )
    return value


def checked_limit(limit: object) -> int | None:
    """`limit` as a number of answers, `None` for all there are.

    Raises:
        StockRequestError: it is negative, above `MAXIMUM_COUNT` or not an `int`.
    """
    return None if limit is None else _checked_count(limit, "the limit")


def checked_event(number: object) -> int:
    """`number` as that of an event, 0 for before the first.

    Raises:
        StockRequestError: it is negative, above `MAXIMUM_COUNT` or not an `int`.
    """
    return _checked_count(number, "the number of an event")


def _checked_count(value: object, what: str) -> int:
    if type(value) is not int or value < 0:
        raise StockRequestError(f"{what} {_shown(value)} is not a whole number from 0 on")
    if value > MAXIMUM_COUNT:
        raise StockRequestError(f"{what} {_shown(value)} is above {MAXIMUM_COUNT}")
    return value


def checked_name(value: object, what: str) -> str:
    """`value` as the name of an item, an order or a key; `what` says which in the message.

    A name has 1 to 200 characters, no control characters, and no space at either end: two names that
    look alike should be alike.

    Raises:
        StockRequestError: it is no such text.
    """
    problem = name_problem(value)
    if problem:
        raise StockRequestError(f"{what} {problem}")
    return str(value)


def checked_names(names: Iterable[object] | None, what: str) -> frozenset[str] | None:
    """Names to look up, each once; `None` for all there are.

    Raises:
        StockRequestError: one of them is no name.
    """
    return None if names is None else frozenset(checked_name(name, what) for name in names)


def checked_parts(quantities: Mapping[ItemId, int] | None) -> dict[ItemId, int] | None:
    """Quantities by SKU, by SKU; `None` stays what it is.

    Raises:
        StockRequestError: a name or a quantity is none.
    """
    if quantities is None:
        return None
    checked = {checked_name(sku, "the SKU"): checked_quantity(quantities[sku], sku) for sku in quantities}
    return dict(sorted(checked.items()))


def checked_text(value: object, what: str) -> str:
    """`value` as a text of any length that can be written down; `what` says which in the message.

    Raises:
        StockRequestError: it is no text, or holds half a character (a lone surrogate).
    """
    if not isinstance(value, str):
        raise StockRequestError(f"{what} {_shown(value)} is not a text")
    if any("\ud800" <= char <= "\udfff" for char in value):
        raise StockRequestError(f"{what} holds a character that cannot be written")
    return value


def name_problem(value: object) -> str:
    """What is wrong with a name, as the rest of a sentence; empty when nothing is."""
    if not isinstance(value, str):
        return f"{_shown(value)} is not a text"
    if not value:
        return "is empty"
    if len(value) > MAXIMUM_NAME_LENGTH:
        return f"`{value[:20]}…` is longer than {MAXIMUM_NAME_LENGTH} characters"
    if value != value.strip():
        return f"`{ascii(value)[1:-1]}` begins or ends with a space"
    if not value.isprintable():
        return f"`{ascii(value)[1:-1]}` holds a character that cannot be printed"
    return ""


def _shown(value: object) -> str:
    text = repr(value)
    return f"`{text}`" if len(text) <= 40 else f"`{text[:40]}…`"
