"""A product on one day with the engine that answers about it: what every question is asked of."""

from collections.abc import Callable
from datetime import date

from attrs import evolve, field, frozen

from configurator.catalog.model import Catalog
from configurator.configuration.choices import Choices
from configurator.configuration.model import Configuration, configuration_of
from configurator.csp.variables import Assignment
from configurator.engines.diagram.compiled import CompiledDiagram
from configurator.engines.diagram.compiling.compilation import Compilation
from configurator.engines.diagram.search import DiagramEngine, DiagramSearch
from configurator.engines.engine import NO_LIMITS, Engine, PreparedProblem, SearchLimits, Unknown
from configurator.engines.registry import (
    AUTOMATIC,
    LARGE,
    choose_engine,
    compiled_form,
    compiles,
    find_engine,
)
from configurator.engines.staged import Stage, StagedProblem, staged
from configurator.errors import ArtefactError
from configurator.lowering.choices import LoweredChoices, lower_choices
from configurator.lowering.product import LoweredProduct, lower_product


@frozen(eq=False)
class PreparedProduct:
    """A catalog on one day, lowered and prepared once; immutable, so shared freely."""

    lowered: LoweredProduct
    engine: Engine
    prepared: PreparedProblem = field(repr=False)

    @property
    def catalog(self) -> Catalog:
        """The catalog."""
        return self.lowered.catalog

    def on(self, day: date) -> "PreparedProduct":
        """The same on another day on which the same is in force."""
        if day == self.lowered.as_of:
            return self
        return evolve(self, lowered=evolve(self.lowered, as_of=day))

    def configuration(self, assignment: Assignment) -> Configuration:
        """What a solution stands for."""
        return configuration_of(self.catalog, self.lowered.lift(assignment))


def prepare_product(
    catalog: Catalog, as_of: date, *, engine: str | None = None, limits: SearchLimits = NO_LIMITS
) -> PreparedProduct:
    """Lower a catalog for a day and prepare the engine.

    Raises:
        EngineUnavailableError: no engine has that name.
        SearchLimitError: preparing did not fit the limits.
    """
    lowered = lower_product(catalog, as_of)
    chosen = choose_engine(lowered.problem, engine)
    return PreparedProduct(lowered, chosen, chosen.prepare(lowered.problem, limits))


def product_when_asked(
    catalog: Catalog, as_of: date, engine: str, prepare: Callable[[SearchLimits], PreparedProblem]
) -> PreparedProduct:
    """A catalog on a day, with an engine that is asked for by name and prepared by the first question.

    Args:
        catalog: the catalog.
        as_of: the day.
        engine: the engine's name.
        prepare: prepares the engine, within the limits of the question; a `SearchLimitError` is its answer.

    Raises:
        EngineUnavailableError: no engine has that name.
    """
    lowered, chosen = lower_product(catalog, as_of), find_engine(engine)
    stage = Stage(chosen, prepare)
    return PreparedProduct(lowered, chosen, StagedProblem(lowered.find_problem, (stage,)))


def product_of_artefact(
    catalog: Catalog, as_of: date, compiled: CompiledDiagram, *, engine: str | None = None
) -> PreparedProduct:
    """A catalog on a day with a diagram that was compiled before; rules are lowered only if they are needed.

    Raises:
        ArtefactError: the diagram is about other variables, or an engine was asked for that uses none.
    """
    lowered = lower_product(catalog, as_of)
    if compiled.variables != lowered.layout.variables:
        raise ArtefactError("it was compiled from another catalog, or by another version")
    search = DiagramSearch(lowered.find_problem, compiled, Compilation())
    if engine in {None, AUTOMATIC}:
        return PreparedProduct(lowered, LARGE, staged(LARGE.engines, lowered.find_problem, search))
    chosen = find_engine(str(engine))
    if not isinstance(chosen, DiagramEngine):
        raise ArtefactError(f"the engine `{engine}` was asked for, which uses no compiled catalog")
    return PreparedProduct(lowered, chosen, search)


@frozen(eq=False)
class Question:
    """A product under a customer's choices.

    Attributes:
        prepared: the problem the choices are asked of; where they say more than
            assumptions can (`includes`), extended by that.
    """

    product: PreparedProduct
    choices: LoweredChoices
    prepared: PreparedProblem = field(repr=False)

    @property
    def impossible(self) -> bool:
        """Whether a choice alone rules everything out: it is not in force on the day."""
        return bool(self.choices.not_in_force)

    def compiled(self, wanted: str, limits: SearchLimits) -> DiagramSearch | Unknown:
        """The compiled form of the problem the choices are asked of; see `compiled_product`."""
        return _compiled(self.product.engine, self.prepared, wanted, limits)


def compiled_product(
    product: PreparedProduct, wanted: str, limits: SearchLimits = NO_LIMITS
) -> DiagramSearch | Unknown:
    """The compiled form of a product, compiled now if it is not yet; `Unknown` where there is none.

    Args:
        product: the product.
        wanted: what it is needed for, to be told where an engine was asked for that compiles nothing.
        limits: those of compiling.
    """
    return _compiled(product.engine, product.prepared, wanted, limits)


def _compiled(
    engine: Engine, prepared: PreparedProblem, wanted: str, limits: SearchLimits
) -> DiagramSearch | Unknown:
    if compiles(engine):
        return compiled_form(prepared, limits)
    return Unknown(
        f"only the engine `diagram` gives {wanted}, and `{engine.name}` was asked for: "
        "leave the engine open, or ask for `diagram`"
    )


def ask(product: PreparedProduct, choices: Choices, limits: SearchLimits = NO_LIMITS) -> Question:
    """Bring choices before a product.

    Raises:
        SearchLimitError: preparing did not fit the limits.
    """
    lowered = lower_choices(product.lowered, choices)
    prepared = product.prepared
    if lowered.constraints and not lowered.not_in_force:
        prepared = prepared.extended(lowered.constraints, limits)
    return Question(product, lowered, prepared)
