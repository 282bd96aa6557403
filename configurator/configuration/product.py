"""A product on one day with the engine that answers about it: what every question is asked of."""

from collections.abc import Callable, Sequence
from datetime import date
from functools import partial

from attrs import evolve, field, frozen

from configurator.catalog.applied_bundles import bundles_price, with_bundles_price
from configurator.catalog.model import Bundle, Catalog
from configurator.catalog.values import Number
from configurator.configuration.choices import Choices
from configurator.configuration.facts import NO_FACTS, Facts
from configurator.configuration.model import Configuration, configuration_of
from configurator.configuration.outlook import Availability, first_available
from configurator.csp.constraints import ClauseConstraint, Constraint
from configurator.csp.symmetries import block_of, nested, places_of
from configurator.csp.variables import Assignment
from configurator.engines.dealing import dealt
from configurator.engines.diagram.compiled import CompiledDiagram
from configurator.engines.diagram.compiling.compilation import Compilation
from configurator.engines.diagram.search import DiagramEngine, DiagramSearch
from configurator.engines.engine import NO_LIMITS, Engine, PreparedProblem, SearchLimits, Unknown
from configurator.engines.registry import (
    AUTOMATIC,
    LARGE,
    choose_engine,
    compiled_form,
    counted_form,
    find_engine,
)
from configurator.engines.staged import Stage, StagedProblem, compiles, staged
from configurator.engines.unordered import prepare_unordered
from configurator.engines.unordered_diagram import CountedForm
from configurator.errors import ArtefactError
from configurator.explanation.conflict import Case
from configurator.lowering.choices import LoweredChoices, lower_choices, with_bundles
from configurator.lowering.product import LoweredProduct, lower_product


@frozen(eq=False)
class PreparedProduct:
    """A catalog on one day, lowered and prepared once; immutable, so shared freely.

    Attributes:
        bundles: the bundles that are applied; what they choose is asked with every question.
        facts: what holds beside the rules; `prepared` knows it.
        outlook: facts by which offers tell from when on they can be had; nothing else heeds them.
    """

    lowered: LoweredProduct
    engine: Engine
    prepared: PreparedProblem = field(repr=False)
    bundles: tuple[Bundle, ...] = ()
    facts: Facts = field(default=NO_FACTS, repr=False)
    outlook: "Outlook | None" = field(default=None, repr=False)
    _bare: "PreparedProduct | None" = field(default=None, repr=False)

    @property
    def bare(self) -> "PreparedProduct":
        """The same without bundles."""
        return self._bare or self

    @property
    def catalog(self) -> Catalog:
        """The catalog."""
        return self.lowered.catalog

    def on(self, day: date) -> "PreparedProduct":
        """The same on another day on which the same is in force."""
        if day == self.lowered.as_of:
            return self
        moved = evolve(self.bare, lowered=evolve(self.bare.lowered, as_of=day))
        return moved.applying(self.bundles)

    def applying(self, bundles: tuple[Bundle, ...]) -> "PreparedProduct":
        """The same with other bundles applied, in the order declared.

        Costs nothing, unless they change an amount that a rule reads: then the next question prepares the
        product anew for that amount, within its own limits, and that is remembered.
        """
        if bundles == self.bundles:
            return self
        bare = self.bare
        price = bundles_price(bundles)
        priced = bare if not price else _priced(bare, price)
        return evolve(priced, bundles=bundles, bare=bare if bundles else None)

    def with_facts(self, facts: Facts, limits: SearchLimits = NO_LIMITS) -> "PreparedProduct":
        """The same where facts hold besides those that hold already; every question is asked under them.

        What was prepared is shared: a diagram is cut, not compiled again.

        Raises:
            SearchLimitError: preparing them did not fit the limits.
        """
        before = self.bare
        known = {key: before.lowered.known[key] for key in RULES_ALONE if key in before.lowered.known}
        both = facts if before.facts is NO_FACTS else _together(before.facts, facts)
        under = evolve(
            before,
            lowered=evolve(before.lowered, known=known),
            prepared=before.prepared.extended(facts.constraints, limits)
            if facts.constraints
            else before.prepared,
            facts=both,
        )
        return under.applying(self.bundles)

    def with_outlook(self, outlook: "Outlook | None") -> "PreparedProduct":
        """The same whose offers tell from when on they can be had; the outlook is made for this product."""
        bare = self.bare
        # Products priced by bundles would know nothing of the outlook.
        known = {key: found for key, found in bare.lowered.known.items() if key != PRICED}
        told = evolve(bare, lowered=evolve(bare.lowered, known=known), outlook=outlook)
        return told.applying(self.bundles)

    def configuration(self, assignment: Assignment) -> Configuration:
        """What a solution stands for."""
        return configuration_of(self.catalog, self.lowered.lift(assignment))


@frozen(eq=False)
class Outlook:
    """Facts that change with the days, for asking beside a product from when on something is possible.

    INVARIANT: what is possible on a day is possible on later days.

    Attributes:
        days: the later days on which something changes, ascending.
        facts_on: the facts of a day; `None` for now.
    """

    days: tuple[date, ...]
    facts_on: Callable[[date | None], Facts] = field(repr=False)
    _products: dict[date | None, PreparedProduct] = field(factory=dict, init=False, repr=False)

    def product_on(
        self, product: PreparedProduct, day: date | None, limits: SearchLimits = NO_LIMITS
    ) -> PreparedProduct:
        """The product it was made for, under the facts of a day; made once for each day.

        Raises:
            SearchLimitError: preparing the facts did not fit the limits.
        """
        if day not in self._products:
            self._products[day] = product.bare.with_outlook(None).with_facts(self.facts_on(day), limits)
        return self._products[day].on(product.lowered.as_of).applying(product.bundles)

    def first(self, possible: Callable[[date | None], bool]) -> Availability:
        """From when on something is possible."""
        return first_available(self.days, possible)  # by INVARIANT on days


RULES_ALONE = (
    "switched rules",
    "without rules",
    "what wishes say",
    "constraints by variable",
    "objective price",
    "price with what was told of it",
)
"""What is remembered of a product that is the same whatever holds beside its rules."""


def _together(one: Facts, other: Facts) -> Facts:
    return Facts((*one.constraints, *other.constraints), lambda: (*one.each, *other.each))


PRICED = "priced by bundles"
"""Where a product remembers what it is with amounts of bundles."""
MOST_PRICED = 16
"""For how many amounts of bundles one product is remembered; the oldest goes first."""


def _priced(bare: PreparedProduct, price: Number) -> PreparedProduct:
    """The product where `bundles.price` is an amount."""
    known = bare.lowered.known.setdefault(PRICED, {})
    assert isinstance(known, dict)
    found = known.get(price)
    if found is None:
        catalog = with_bundles_price(bare.catalog, price)
        if catalog.restrictions is bare.catalog.restrictions:
            found = evolve(bare, lowered=evolve(bare.lowered, catalog=catalog, known={}))
        else:
            engine, lowered = bare.engine, lower_product(catalog, bare.lowered.as_of)
            stage = Stage(engine, partial(_prepared, lowered, engine))
            prepared: PreparedProblem = StagedProblem(lowered.find_problem, (stage,))
            if bare.facts.constraints:
                prepared = prepared.extended(bare.facts.constraints)
            found = PreparedProduct(lowered, engine, prepared, facts=bare.facts, outlook=bare.outlook)
        while len(known) >= MOST_PRICED:
            del known[next(iter(known))]
        known[price] = found
    assert isinstance(found, PreparedProduct)
    return evolve(found, lowered=evolve(found.lowered, as_of=bare.lowered.as_of))


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
    return PreparedProduct(lowered, chosen, _prepared(lowered, chosen, limits))


def _prepared(lowered: LoweredProduct, engine: Engine, limits: SearchLimits) -> PreparedProblem:
    """A product's problem as an engine answers about it: instances of an assembly count up to order.

    Raises:
        SearchLimitError: preparing did not fit the limits.
    """
    labelled = engine.prepare(lowered.problem, limits)
    return prepare_unordered(engine, lowered.find_problem, lowered.symmetries, labelled)


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
        return _unordered(lowered, LARGE, staged(LARGE.engines, lowered.find_problem, search))
    chosen = find_engine(str(engine))
    if not isinstance(chosen, DiagramEngine):
        raise ArtefactError(f"the engine `{engine}` was asked for, which uses no compiled catalog")
    return _unordered(lowered, chosen, search)


def _unordered(lowered: LoweredProduct, engine: Engine, labelled: PreparedProblem) -> PreparedProduct:
    """A product whose problem is prepared as it is; what counts up to order is compiled when it is needed."""
    prepared = prepare_unordered(engine, lowered.find_problem, lowered.symmetries, labelled)
    return PreparedProduct(lowered, engine, prepared)


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
        """Whether what is chosen alone rules everything out: it is not in force on the day."""
        return self.choices.impossible

    def case(self, importance: tuple[str, ...] = ()) -> Case:
        """The choices, with what holds besides, for looking for conflicts; see `Case` for importance."""
        return Case(self.product.lowered, self.choices, self.product.facts.each, importance)

    def as_numbered(self, solution: Assignment, said: Sequence[Constraint] = ()) -> Assignment:
        """A solution with the instances of assemblies as the choices number them.

        The solution as it is where no order of its instances keeps the choices.

        Args:
            solution: a solution up to order.
            said: what else is said, of which what speaks of single instances holds of those so numbered.
        """
        groups = nested(self.product.lowered.symmetries)
        if not groups:
            return solution
        assumptions = dict(self.choices.assumptions)
        others = list(self.choices.constraints)
        for constraint in said:
            match constraint:
                case ClauseConstraint(literals=(literal,)):
                    before = assumptions.get(literal.variable, literal.values)
                    assumptions[literal.variable] = before & literal.values
                case _:
                    others.append(constraint)
        places = places_of(groups)
        within = [each for each in others if block_of(each.scope, places) is not None]
        return dealt(groups, solution, assumptions, within) or solution

    def compiled(self, wanted: str, limits: SearchLimits) -> DiagramSearch | Unknown:
        """The compiled form of the problem the choices are asked of; see `compiled_product`."""
        return _compiled(self.product.engine, self.prepared, wanted, limits)

    def counted(self, wanted: str, limits: SearchLimits) -> CountedForm | Unknown:
        """The same for whatever counts solutions, lists them by rank or draws them; see `counted_product`."""
        return _counted(self.product.engine, self.prepared, wanted, limits)


def compiled_product(
    product: PreparedProduct, wanted: str, limits: SearchLimits = NO_LIMITS
) -> DiagramSearch | Unknown:
    """The compiled form of a product, compiled now if it is not yet; `Unknown` where there is none.

    Where instances of an assembly may change places, it knows each order of them as a solution of its own.

    Args:
        product: the product.
        wanted: what it is needed for, to be told where an engine was asked for that compiles nothing.
        limits: those of compiling.
    """
    return _compiled(product.engine, product.prepared, wanted, limits)


def counted_product(
    product: PreparedProduct, wanted: str, limits: SearchLimits = NO_LIMITS
) -> CountedForm | Unknown:
    """The compiled form of a product in which each configuration is one solution; see `compiled_product`."""
    return _counted(product.engine, product.prepared, wanted, limits)


def _counted(
    engine: Engine, prepared: PreparedProblem, wanted: str, limits: SearchLimits
) -> CountedForm | Unknown:
    return counted_form(prepared, limits) if compiles(engine) else _refused(engine, wanted)


def _compiled(
    engine: Engine, prepared: PreparedProblem, wanted: str, limits: SearchLimits
) -> DiagramSearch | Unknown:
    return compiled_form(prepared, limits) if compiles(engine) else _refused(engine, wanted)


def _refused(engine: Engine, wanted: str) -> Unknown:
    """What is answered where an engine was asked for that compiles nothing."""
    return Unknown(
        f"only the engine `diagram` gives {wanted}, and `{engine.name}` was asked for: "
        "leave the engine open, or ask for `diagram`"
    )


def ask(product: PreparedProduct, choices: Choices, limits: SearchLimits = NO_LIMITS) -> Question:
    """Bring choices before a product, with those of its bundles.

    Among the choices those that came with a bundle are passed over: the product knows its bundles.

    Raises:
        SearchLimitError: preparing did not fit the limits.
    """
    own = tuple(choice for choice in choices if not choice.bundle)
    lowered = lower_choices(product.lowered, with_bundles(product.lowered, own, product.bundles))
    expired = tuple(each for each in product.bundles if not each.period.holds(product.lowered.as_of))
    if expired:
        lowered = evolve(lowered, expired=expired)
    prepared = product.prepared
    if lowered.constraints and not lowered.impossible:
        prepared = prepared.extended(lowered.constraints, limits)
    return Question(product, lowered, prepared)
