"""Valid configurations: drawn place by place, or each as likely as any other."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date
from types import MappingProxyType
from typing import Any, Literal

from hypothesis import strategies as st

from configurator.configuration.model import Configuration
from configurator.configuration.product import PreparedProduct, Question
from configurator.engines.engine import NO_LIMITS, Unknown
from configurator.engines.unordered_diagram import Ranked
from configurator.errors import StrategyError
from configurator.testing.strategies.asked import (
    AnyCatalog,
    configurator_of,
    name_of,
    nothing_to_draw,
    question_of,
    read_asked,
)
from configurator.testing.strategies.drawing import Drawing, drawing_of

SPARE_BITS = 32
"""Bits drawn beyond those that a rank needs, so that ranks are even."""


def configurations(
    catalog: AnyCatalog,
    *,
    choices: Mapping[str, object] = MappingProxyType({}),
    as_of: date | None = None,
    only: bool = False,
    bundles: Sequence[str] = (),
    distribution: Literal["natural", "uniform"] = "natural",
    **places: object,
) -> st.SearchStrategy[Configuration]:
    """Valid configurations that keep some choices; shrinking goes to the first in catalog order.

    Place by place that is: absent before present, then as written, numbers ascending. Of a mixed slot or of
    instances of an assembly fewer come first.

    Args:
        catalog: a `Configurator`, under stock or not, or a `CatalogSample`.
        choices: as `Configurator.validate` takes them, by dotted path.
        as_of: the day whose rules hold.
        only: whether what is not named is left empty.
        bundles: names of bundles to apply.
        distribution: `natural` draws place by place, each value that leaves a way on as likely as any other;
            `uniform` each configuration; that shrinks by rank in the fast order.
        places: choices once more, by name: `cpu="CPU-7600"`.

    Raises:
        ChoiceError: a choice names what does not exist or does not fit its place.
        StrategyError: at the first draw: there is no such configuration, or too many to draw uniformly.
        ValueError: there is no such distribution.
    """
    configurator = configurator_of(catalog)
    if distribution not in {"natural", "uniform"}:
        raise ValueError(f"a distribution is `natural` or `uniform`, not `{distribution}`")
    read, applied = read_asked(configurator, choices, places, only=only, bundles=bundles)

    def prepared() -> st.SearchStrategy[Configuration]:
        question = question_of(configurator, read, applied, as_of)
        if distribution == "uniform":
            return _uniform(question.product, _ranked(question))
        found = drawing_of(question)
        if found.empty:
            raise nothing_to_draw(question)
        return _configurations(found)

    return st.deferred(prepared)


@st.composite
def _configurations(draw: st.DrawFn, drawing: Drawing) -> Configuration:
    return drawing.product.configuration(drawing.assigned(draw))


# ---------------------------------------------------------------- each as likely as any other


@st.composite
def _uniform(draw: st.DrawFn, product: PreparedProduct, ranked: Ranked) -> Configuration:
    # Bytes Hypothesis draws evenly; of integers it prefers small and nasty ones.
    length = bytes_for(ranked.size)
    rank = rank_of(draw(st.binary(min_size=length, max_size=length)), ranked.size)
    column = ranked.page(rank, 1)[:, 0]
    return product.configuration(tuple(column.tolist()))


def bytes_for(size: int) -> int:
    """How many bytes are drawn for a rank below a size."""
    return ((size - 1).bit_length() + SPARE_BITS + 7) // 8


def rank_of(drawn: bytes, size: int) -> int:
    """A number from 0, less than `size`, each for as many bytes as any other, but for one part in 2**32.

    Smaller bytes make smaller numbers.
    """
    return int.from_bytes(drawn, "big") * size >> 8 * len(drawn)


def _ranked(question: Question) -> Ranked:
    """The configurations by rank.

    Raises:
        StrategyError: there are none, or they are too many to be counted.
    """
    counted = question.counted("configurations drawn uniformly", NO_LIMITS)
    if question.impossible:
        raise nothing_to_draw(question)
    found = counted if isinstance(counted, Unknown) else counted.fast_order(question.choices.assumptions)
    if isinstance(found, Unknown):
        raise StrategyError(
            f"the configurations of {name_of(question.product)} cannot be counted: {found.reason}",
            ("without `distribution` they are drawn place by place",),
        )
    if not found.size:
        raise nothing_to_draw(question)
    return found


# ---------------------------------------------------------------- by the type alone

_DRAWN: ContextVar[st.SearchStrategy[Configuration] | None] = ContextVar("default catalog", default=None)


@contextmanager
def default_catalog(
    catalog: AnyCatalog,
    *,
    choices: Mapping[str, object] = MappingProxyType({}),
    as_of: date | None = None,
) -> Iterator[None]:
    """Within it, Hypothesis draws every `Configuration` from a catalog that is asked for by its type alone.

    So do `st.from_type(Configuration)` and arguments of a test that are annotated with it. What counts is
    where they are drawn, not where the test is defined; it decorates a test as well. Of several, the
    innermost holds; a thread knows only those that were entered in it.

    Args:
        catalog: as in `configurations`.
        choices: as in `configurations`.
        as_of: as in `configurations`.

    Raises:
        ChoiceError: a choice names what does not exist or does not fit its place.
    """
    drawn = configurations(catalog, choices=choices, as_of=as_of)
    # What is prepared before the first draw is no part of it; see `question_of`.
    drawn.validate()
    before = _DRAWN.set(drawn)
    try:
        yield
    finally:
        _DRAWN.reset(before)


@st.composite
def _of_default_catalog(draw: st.DrawFn) -> Configuration:
    # Hypothesis remembers what it found for a type, so that the catalog is looked up with every draw.
    drawn = _DRAWN.get()
    if drawn is None:
        raise StrategyError(
            "a `Configuration` alone does not say of which catalog",
            ("draw from `configurations(catalog)`, or within `with default_catalog(catalog):`",),
        )
    return draw(drawn)


def _for_type(wanted: type) -> Any:
    # Whoever wants any container, or anything that has a size, does not mean a configuration.
    return _of_default_catalog() if wanted is Configuration else NotImplemented


st.register_type_strategy(Configuration, _for_type)
