"""What one scenario covers: the elements that decide in it, also by being out of force on its day."""

from collections.abc import Collection, Iterator
from datetime import date

from attrs import evolve, frozen

from configurator.authoring.analysis.ground import lacking
from configurator.authoring.coverage.deciding import Deciding
from configurator.authoring.coverage.elements import (
    bundle_range_id,
    component_range_ids,
    coverage_elements,
)
from configurator.authoring.coverage.parts import Switched, Without
from configurator.authoring.scenarios.asked import AskedScenario
from configurator.authoring.scenarios.running import FindProduct
from configurator.catalog.expectations import ExpectedCount
from configurator.catalog.model import Catalog, Scenario
from configurator.catalog.structure import ALWAYS, ComponentFamily, Slot
from configurator.configuration.product import PreparedProduct, prepare_product
from configurator.csp.constraints import Constraint
from configurator.engines.engine import SearchLimits
from configurator.engines.switched import Possible
from configurator.errors import SearchLimitError
from configurator.lowering.layout import SlotLayout


@frozen
class ScenarioCoverage:
    """What a scenario covers.

    Attributes:
        title: of the scenario.
        location: where it stands, `file:line:column`.
        decided: ids of the elements that decide in it.
        undecided: ids of those of which that was not found out.
        reason: why not; empty where nothing is undecided.
    """

    title: str
    location: str
    decided: frozenset[str]
    undecided: frozenset[str] = frozenset()
    reason: str = ""


def scenario_coverage(
    scenario: Scenario,
    as_of: date,
    find_product: FindProduct,
    limits: SearchLimits,
    known: Collection[str] = frozenset(),
) -> ScenarioCoverage:
    """Find out which elements decide in a scenario; none in one that is not run.

    Whether its expectations are met does not matter: what counts is what they ask.

    Args:
        scenario: of the catalog that the product is of.
        as_of: the day.
        find_product: gives the product on that day; asked within the limits.
        limits: of the whole scenario; what they stop is undecided.
        known: ids of elements that need not be looked at.
    """
    found: set[str] = set()
    left: set[str] = set()
    reasons: list[str] = []
    if not scenario.todo and scenario.expectations:
        try:
            product = find_product(limits)
            left = {each.id for each in coverage_elements(product.catalog)} - set(known)
            for deciding in _every(scenario, product, as_of, limits, left):
                deciding.run()
                found |= deciding.found
                if deciding.stopped:
                    reasons.append(deciding.stopped)
            found |= set(_expired(scenario, product, limits)) & left
        except SearchLimitError as stopped:
            reasons.append(stopped.reason)
    undecided = frozenset(left - found) if reasons else frozenset[str]()
    reason = reasons[0] if undecided else ""
    return ScenarioCoverage(scenario.title, scenario.span.location, frozenset(found), undecided, reason)


def _every(
    scenario: Scenario, product: PreparedProduct, as_of: date, limits: SearchLimits, left: Collection[str]
) -> Iterator[Deciding]:
    """What is to be found out: of what is in force or would be, then of each component that is not."""
    asked = AskedScenario.of(scenario, product, limits)
    switched = Switched.of(asked)
    wanted = {name: each for name, each in switched.parts.without.items() if name in left}
    yield Deciding(asked, switched, switched.every, wanted)
    catalog = product.catalog
    for (family, sku), name in component_range_ids(catalog).items():
        component = catalog.component(catalog.families[family], sku)
        if name in left and component is not None and not component.period.holds(as_of):
            yield _returned(asked, product, family, sku, name)


# ---------------------------------------------------------------- ranges


def _returned(before: AskedScenario, product: PreparedProduct, family: str, sku: str, name: str) -> Deciding:
    """The scenario where a component is always in force, and a part of its own says that it is not there."""
    limits = before.limits
    asked = AskedScenario.of(before.scenario, _with_component(product, family, sku, name, limits), limits)
    switched = Switched.of(asked)
    (part,) = switched.add([tuple(_absence(asked, family, sku))])
    without = Without(name, None, None, frozenset({part}))
    return Deciding(asked, switched, switched.every | {part}, {name: without}, before)


def _absence(asked: AskedScenario, family: str, sku: str) -> Iterator[Constraint]:
    for layout in asked.lowered.layout.of.values():
        if isinstance(layout, SlotLayout) and layout.slot.family.key == family:
            yield from lacking(layout, sku)


def _with_component(
    product: PreparedProduct, family: str, sku: str, name: str, limits: SearchLimits
) -> PreparedProduct:
    """The product in which a component is always in force; made once."""
    bare = product.bare
    known = bare.lowered.known.setdefault("products with a component", {})
    assert isinstance(known, dict)
    if name not in known:
        catalog = with_component(bare.catalog, family, sku)
        known[name] = prepare_product(catalog, bare.lowered.as_of, engine=bare.engine.name, limits=limits)
    found: PreparedProduct = known[name]
    return found


def with_component(catalog: Catalog, family: str, sku: str) -> Catalog:
    """The catalog in which a component is always in force."""
    before = catalog.families[family]
    components = tuple(evolve(c, period=ALWAYS) if c.sku == sku else c for c in before.components)
    after: ComponentFamily = evolve(before, components=components)
    places = tuple(
        evolve(place, family=after) if isinstance(place, Slot) and place.family.key == family else place
        for place in catalog.places
    )
    return evolve(catalog, families={**catalog.families, family: after}, places=places)


def _expired(scenario: Scenario, product: PreparedProduct, limits: SearchLimits) -> Iterator[str]:
    """The ranges of bundles that are applied on a day on which they are not in force."""
    counts = all(isinstance(each, ExpectedCount) for each in scenario.expectations)
    day = product.lowered.as_of
    for bundle in product.catalog.bundles:
        expired = bundle.key in scenario.bundles and not bundle.period.holds(day)
        if expired and (not counts or _is_possible_in_force(scenario, product, limits)):
            yield bundle_range_id(product.catalog, bundle.key)


def _is_possible_in_force(scenario: Scenario, product: PreparedProduct, limits: SearchLimits) -> bool:
    """Whether there would be something valid if the bundles were in force."""
    bundles = tuple(evolve(each, period=ALWAYS) for each in product.catalog.bundles)
    catalog = evolve(product.catalog, bundles=bundles)
    always = evolve(product.bare, lowered=evolve(product.bare.lowered, catalog=catalog, known={}))
    switched = Switched.of(AskedScenario.of(scenario, always, limits))
    return isinstance(switched.possible(switched.every), Possible)
