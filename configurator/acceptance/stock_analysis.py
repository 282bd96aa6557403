"""What stock leaves of a catalog: how much can be built, what is in nothing of it, what chokes it."""

from collections.abc import Iterator, Mapping
from datetime import date
from functools import cached_property

from attrs import field, frozen

from configurator.acceptance.stock_facts import (
    ShortComponent,
    StockTerms,
    allowed_values,
    facts_of_components,
    facts_of_stock,
    short_components,
    stock_outlook,
    sums_alone,
)
from configurator.configuration.offer_reasons import named_value
from configurator.configuration.outlook import Availability
from configurator.configuration.product import Outlook, PreparedProduct, ask
from configurator.configuration.reasons import Excluded, why_not
from configurator.engines.engine import NO_LIMITS, Domains, SearchLimits, Unknown
from configurator.errors import SearchLimitError
from configurator.explanation.conflict import Conflict
from configurator.lowering.layout import SlotLayout


@frozen
class StockDead:
    """A component that some valid configuration has, and none that can be built.

    It need not be stocked: what is not is dead where all that it goes with is short.

    Attributes:
        component: the SKU.
        place: the first place, in catalog order, that could hold it by the rules.
        conflict: what speaks against it there, minimal: stock of its own or of what it needs, and rules.
        availability: from when on something with it can be built.
    """

    component: str
    place: str
    conflict: Conflict | Unknown
    availability: Availability | Unknown


@frozen
class Choke:
    """A component that is short, and what is lost by it.

    Attributes:
        component: the SKU.
        units: how many of it one product may hold.
        gained: how many more configurations could be built if there were plenty of it alone; `Unknown` where
            a limit was reached.
    """

    component: str
    units: int
    gained: int | Unknown


@frozen
class StockAnalysis:
    """What can be built of a catalog.

    Attributes:
        seq: the last event of stock that is taken into account.
        on: the day on which components are needed; `None` for now.
        times: for how many products of one configuration.
        valid: how many configurations the rules allow.
        buildable: how many of them stock can build, each by itself.
        dead: components that are in valid configurations, but in none that can be built; in catalog order.
        chokes: components that are short, those first by which most is lost, equal ones in catalog order;
            those of which that is unknown last.
    """

    seq: int
    on: date | None
    times: int
    valid: int | Unknown
    buildable: int | Unknown
    dead: tuple[StockDead, ...]
    chokes: tuple[Choke, ...]

    def or_raise(self) -> "StockAnalysis":
        """This answer."""
        return self


def analyze_stock(
    product: PreparedProduct, terms: StockTerms, limits: SearchLimits = NO_LIMITS
) -> StockAnalysis | Unknown:
    """Find out what stock leaves of a product, without anything chosen.

    Cost: an explanation for each component that cannot be had, and a count for each that is short.

    Args:
        product: the product, on its day, without facts.
        terms: stock, the day, and for how many products.
        limits: of all of it; what they stop is `Unknown` one by one.
    """
    try:
        found = _Analysis(product, terms, limits)
        valid = product.prepared.count({}, limits.half())
        dead = tuple(found.dead())
        chokes = [found.choke(each) for each in found.short]
    except SearchLimitError as stopped:
        return Unknown(stopped.reason)
    chokes.sort(key=lambda each: (isinstance(each.gained, Unknown), -_number(each.gained)))
    return StockAnalysis(
        terms.snapshot.seq, terms.on, terms.times, valid, found.buildable, dead, tuple(chokes)
    )


def _number(found: int | Unknown) -> int:
    return 0 if isinstance(found, Unknown) else found


@frozen(eq=False, slots=False)
class _Analysis:
    product: PreparedProduct
    terms: StockTerms
    limits: SearchLimits
    _held: dict[date | None, frozenset[str]] = field(factory=dict, init=False)

    @cached_property
    def under(self) -> PreparedProduct:
        """The product under stock."""
        facts = facts_of_stock(self.product.lowered, self.terms)
        return self.product.with_facts(facts, self.limits)

    @cached_property
    def outlook(self) -> Outlook:
        """The product under stock on later days."""
        return stock_outlook(self.product.lowered, self.terms)

    @cached_property
    def short(self) -> tuple[ShortComponent, ...]:
        """The components that are short."""
        return short_components(self.product.lowered, self.terms)

    @cached_property
    def buildable(self) -> int | Unknown:
        """How much can be built."""
        return self.under.prepared.count({}, self.limits)

    def dead(self) -> Iterator[StockDead]:
        """Yield what only stock keeps from being in anything.

        Raises:
            SearchLimitError: it is not known what can be in anything.
        """
        by_rules = held_in(self.product, _domains(self.product, self.limits))
        alive = held_in(self.under, _domains(self.under, self.limits))
        nothing = ask(self.under, (), self.limits)
        for sku, place in by_rules.items():
            if sku in alive:
                continue
            value = named_value(self.product.catalog.place_of[place], sku)
            found = why_not(nothing, place, value, self.limits)
            conflict: Conflict | Unknown = Unknown("it is possible all the same")
            if isinstance(found, Excluded):
                conflict = found.nothing_valid or found.conflict
            elif isinstance(found, Unknown):
                conflict = found
            yield StockDead(sku, place, conflict, self.availability(sku))

    def availability(self, sku: str) -> Availability | Unknown:
        """From when on something with a component can be built."""
        try:
            return self.outlook.first(lambda day: self._holds(sku, day))
        except SearchLimitError as stopped:
            return Unknown(stopped.reason)

    def _holds(self, sku: str, day: date | None) -> bool:
        wanted = self.terms.on if day is None else day
        if wanted not in self._held:
            product = self.under if day is None else self.outlook.product_on(self.product, day, self.limits)
            self._held[wanted] = frozenset(held_in(product, _domains(product, self.limits)))
        return sku in self._held[wanted]

    def choke(self, short: ShortComponent) -> Choke:
        """What would be gained with plenty of one component."""
        gained = self._count_without(short)
        if not isinstance(gained, Unknown):
            gained = self.buildable if isinstance(self.buildable, Unknown) else gained - self.buildable
        return Choke(short.component.sku, short.units, gained)

    def _count_without(self, short: ShortComponent) -> int | Unknown:
        """How much could be built with plenty of one component.

        Where all that is short of it excludes values, leaving that out of what is assumed is quicker than
        preparing all the rest anew.
        """
        others = [each for each in self.short if each is not short]
        try:
            if short.excluded_alone:
                assumed = allowed_values(self.product.lowered, others)
                return self._with_sums.prepared.count(assumed, self.limits)
            facts = facts_of_components(self.product.lowered, self.terms, others)
            return self.product.with_facts(facts, self.limits).prepared.count({}, self.limits)
        except SearchLimitError as stopped:
            return Unknown(stopped.reason)

    @cached_property
    def _with_sums(self) -> PreparedProduct:
        return self.product.with_facts(sums_alone(self.product.lowered, self.short), self.limits)


def _domains(product: PreparedProduct, limits: SearchLimits) -> Domains:
    """The valid domains with nothing chosen.

    Raises:
        SearchLimitError: they are not known.
    """
    found = product.prepared.domains({}, limits)
    if isinstance(found, Unknown):
        raise SearchLimitError(found.reason)
    return found


def held_in(product: PreparedProduct, domains: Domains) -> Mapping[str, str]:
    """The components that places can take, each with the first of these places, in catalog order."""
    found: dict[str, str] = {}
    for key, layout in product.lowered.layout.of.items():
        if not isinstance(layout, SlotLayout):
            continue
        values = sorted({value for variable in layout.variables for value in domains[variable]})
        for value in values:
            for component, _ in layout.values[value]:
                found.setdefault(component.sku, key)
    return found
