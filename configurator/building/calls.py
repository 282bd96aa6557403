"""How a problem of a value becomes the mistake of a call, and small things that many calls write."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager

from configurator.building.values import ValueProblem, quoted, shown

OneOrMore = str | Sequence[str]
"""One piece of the language, or several."""


@contextmanager
def building(call: str) -> Iterator[None]:
    """Tell a problem of a value as one of a call.

    Raises:
        CatalogBuildError: there is one.
    """
    try:
        yield
    except ValueProblem as problem:
        raise problem.at(call) from None


def titled(title: str | None) -> str:
    """A title after a name, or nothing."""
    return "" if title is None else f" {quoted(title)}"


def because_line(message: str | None) -> str:
    """The sentence for the customer, or nothing."""
    return "" if message is None else f"\nbecause {quoted(message)}"


def several(pieces: OneOrMore | None) -> tuple[str, ...]:
    """Pieces of the language, however many were given."""
    if pieces is None:
        return ()
    if isinstance(pieces, str):
        return (pieces,)
    if not isinstance(pieces, Iterable):
        raise ValueProblem(f"{shown(pieces)} is neither a text nor several")
    return tuple(pieces)
