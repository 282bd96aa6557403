"""What a strategy is asked for: a catalog, choices and a day; and what is told where it can draw nothing."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Protocol

from hypothesis import strategies as st

from configurator.catalog.model import Bundle
from configurator.configuration.bundles import read_bundles
from configurator.configuration.choices import Choices, read_choices
from configurator.configuration.product import PreparedProduct, Question, ask
from configurator.configuration.validation import Invalid, validate
from configurator.configurator import Configurator
from configurator.engines.engine import SearchLimits
from configurator.errors import StrategyError


class HasConfigurator(Protocol):
    """Something made for tests that knows its catalog, such as a `CatalogSample`."""

    @property
    def configurator(self) -> Configurator:
        """The catalog."""


AnyCatalog = Configurator | HasConfigurator
"""What every strategy takes for a catalog."""

MOST_SECONDS = 5.0
"""How long making a catalog ready for the questions of tests may take; strategies do not depend on it."""
WIDEST = 20_000
"""Values of a place above which a catalog is not made ready: that would take longer than it saves."""


def configurator_of(catalog: AnyCatalog) -> Configurator:
    """The catalog itself.

    Raises:
        TypeError: it is something else.
    """
    found = catalog if isinstance(catalog, Configurator) else getattr(catalog, "configurator", None)
    if not isinstance(found, Configurator):
        raise TypeError(f"a strategy takes a `Configurator`, not `{catalog!r}`")
    return found


def read_asked(
    configurator: Configurator,
    choices: Mapping[str, object],
    places: Mapping[str, object],
    *,
    only: bool = False,
    bundles: Sequence[str] = (),
) -> tuple[Choices, tuple[Bundle, ...]]:
    """Choices by path and by name together, understood, and the bundles.

    Raises:
        ChoiceError: one names what does not exist or does not fit its place.
    """
    applied = read_bundles(configurator.catalog, bundles)
    return read_choices(configurator.catalog, {**choices, **places}, only=only, bundles=applied), applied


def question_of(
    configurator: Configurator, choices: Choices, applied: tuple[Bundle, ...], as_of: date | None
) -> Question:
    """The choices as a question about the catalog on a day, made ready to be answered.

    What is compiled now would else be compiled by the first test case, which would take longer than all
    others: Hypothesis calls that unreliable.
    """
    question = ask(configurator.product(as_of).applying(applied), choices)
    if max((variable.size for variable in question.prepared.problem.variables), default=0) <= WIDEST:
        question.prepared.feasibility(question.choices.assumptions, SearchLimits.within(MOST_SECONDS))
    return question


def nothing_to_draw(question: Question) -> StrategyError:
    """Why no configuration can be drawn."""
    verdict = validate(question)
    assert isinstance(verdict, Invalid)
    because = "; ".join(conflict.message.rstrip(".") for conflict in verdict.conflicts)
    return StrategyError(f"nothing can be drawn from {name_of(question.product)}: {because}")


def days_between(dates: tuple[date, date] | None) -> "st.SearchStrategy[date] | None":
    """The days from the first to the last; `None` for none.

    Raises:
        StrategyError: the last comes before the first, or it is something else.
    """
    match dates:
        case None:
            return None
        case (date() as first, date() as last):
            if last < first:
                told = f"`dates` are the first and the last day, and {last} comes before {first}"
                raise StrategyError(told, (f"`dates=({last}, {first})`",))
            return st.dates(first, last)
        case _:
            raise StrategyError(f"`dates` are the first and the last day, not `{dates!r}`")


def check_most(**given: int) -> None:
    """Make sure that the most of something is 1 or more.

    Raises:
        StrategyError: not so.
    """
    for name, most in given.items():
        if most < 1:
            raise StrategyError(f"`{name}` is 1 or more, not {most}")


def name_of(product: PreparedProduct) -> str:
    """Catalog and day, for a message."""
    return f"`{product.catalog.name}` on {product.lowered.as_of}"
