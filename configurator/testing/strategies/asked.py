"""What a strategy is asked for: a catalog, choices and a day; and what is told where it can draw nothing."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Protocol

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
    question.prepared.feasibility(question.choices.assumptions, SearchLimits.within(MOST_SECONDS))
    return question


def nothing_to_draw(question: Question) -> StrategyError:
    """Why no configuration can be drawn."""
    verdict = validate(question)
    assert isinstance(verdict, Invalid)
    because = "; ".join(conflict.message for conflict in verdict.conflicts)
    return StrategyError(f"nothing can be drawn from {name_of(question.product)}: {because}")


def name_of(product: PreparedProduct) -> str:
    """Catalog and day, for a message."""
    return f"`{product.catalog.name}` on {product.lowered.as_of}"
