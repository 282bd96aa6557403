"""Stock as facts for the reasoning: how often a product may hold a component, all its places together."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date

from attrs import field, frozen

from configurator.acceptance.orders import MOST_QUANTITY
from configurator.availability.answers.lead_times import unlimited_from
from configurator.availability.quantities import ItemId
from configurator.availability.snapshot import StockSnapshot
from configurator.catalog.structure import Component
from configurator.configuration.facts import Facts
from configurator.configuration.product import Outlook
from configurator.csp.constraints import Constraint, LinearConstraint, LinearTerm
from configurator.explanation.evidence import Fact
from configurator.lowering.layout import SlotLayout
from configurator.lowering.product import LoweredProduct


@frozen(eq=False, slots=False)
class StockTerms:
    """What stock says about a need: so many of the same product, on a day.

    Attributes:
        snapshot: what stock looks like, with what the catalog says of lead times (`masters.with_masters`).
        on: the day on which components are needed; `None`, and each day that has come, for now.
        times: how many products have to be built, at least 1.
        today: the day of stock, from which lead times count.

    Raises:
        TypeError: the day is no date, or the number of products is not whole.
        ValueError: there are no products, or more than one line of an order can have.
    """

    snapshot: StockSnapshot = field(repr=False)
    on: date | None = None
    times: int = 1
    today: date = date.min

    def __attrs_post_init__(self) -> None:
        check_terms(self.on, self.times)

    @classmethod
    def of(
        cls, snapshot: StockSnapshot, *, on: date | None = None, times: int = 1, today: date
    ) -> "StockTerms":
        """The terms of a snapshot; `today` is for counts from a file, which have no day."""
        return cls(snapshot, on, times, today if snapshot.at is None else snapshot.today)

    def on_day(self, day: date | None) -> "StockTerms":
        """The same for another day."""
        return StockTerms(self.snapshot, day, self.times, self.today)

    @property
    def needed(self) -> date | None:
        """The later day on which it is needed; `None` for now."""
        return None if self.on is None or self.on <= self.today else self.on

    def knows(self, sku: ItemId) -> bool:
        """Whether stock has ever heard of an item."""
        return sku in self.snapshot.positions

    def free(self, component: Component) -> int | None:
        """How many of a component can be had by the day; `None` for any number."""
        day = self.needed or self.today
        ready = unlimited_from(self.snapshot, component.sku, self.today)
        if ready is not None and ready <= day:
            return None
        return self.snapshot.curve(component.sku, today=self.today).on(day)

    def units(self, component: Component) -> int | None:
        """How many of a component one product may hold; `None` for any number."""
        free = self.free(component)
        return None if free is None else free // self.times

    def until(self, component: Component) -> date | None:
        """The first day on which more of a component may be held; `None` for never."""
        now = self.units(component)
        if now is None:
            return None
        for day in self.days_of(component):
            later = self.on_day(day).units(component)
            if (self.needed is None or day > self.needed) and (later is None or later > now):
                return day
        return None

    def days_of(self, component: Component) -> tuple[date, ...]:
        """The later days on which more of a component can be had, ascending."""
        found = set(self.snapshot.curve(component.sku, today=self.today).days)
        ready = unlimited_from(self.snapshot, component.sku, self.today)
        if ready is not None:
            found.add(ready)
        return tuple(sorted(day for day in found if day > self.today))


def check_terms(on: date | None, times: int = 1) -> None:
    """Check a day on which products are needed, and how many.

    Raises:
        TypeError: the day is no date, or the number is not whole.
        ValueError: there are no products, or more than one line of an order can have.
    """
    if on is not None and type(on) is not date:
        raise TypeError(f"the day on which it is needed is a `datetime.date`, not `{on!r}`")
    if type(times) is not int:
        raise TypeError(f"the number of products is whole, not `{times!r}`")
    if times < 1:
        raise ValueError(f"the number of products is at least 1, not `{times}`")
    if times > MOST_QUANTITY:
        raise ValueError(f"the number of products is at most {MOST_QUANTITY}, not `{times}`")


# ---------------------------------------------------------------- as facts


def facts_of_stock(lowered: LoweredProduct, terms: StockTerms) -> Facts:
    """What stock says about a product: that no more is built in of each component than can be had.

    Nothing is said of components that no product could hold too many of, and of those that are not stocked.

    Cost: one look at every value of every slot.
    """
    return facts_of_components(lowered, terms, short_components(lowered, terms))


def facts_of_components(
    lowered: LoweredProduct, terms: StockTerms, short: Sequence["ShortComponent"]
) -> Facts:
    """The same of some components alone; of the others there is plenty."""
    return Facts(tuple(_constraints(lowered, short)), lambda: _stock_facts(lowered, terms, short))


def stock_outlook(lowered: LoweredProduct, terms: StockTerms) -> Outlook:
    """What stock says about a product now and on each later day on which more can be had.

    What can be had on a day can be had on later days; so what can be built can still be built then.
    """
    days: set[date] = set()
    for component in stocked_components(lowered):
        days.update(terms.days_of(component))
    return Outlook(tuple(sorted(days)), lambda day: facts_of_stock(lowered, terms.on_day(day)))


def stocked_components(lowered: LoweredProduct) -> tuple[Component, ...]:
    """The stocked components that some slot can hold on the day, each once, in catalog order."""
    found: dict[str, Component] = {}
    for layout in lowered.layout.of.values():
        if isinstance(layout, SlotLayout):
            for component, _, _ in _stocked_units(layout):
                found.setdefault(component.sku, component)
    return tuple(found.values())


@frozen(eq=False)
class ShortComponent:
    """A component of which a product could hold more than there is.

    Attributes:
        units: how many it may hold.
        places: for each variable that can hold it, how many it holds with each value with which it does.
    """

    component: Component
    units: int
    places: Mapping[int, Mapping[int, int]] = field(repr=False)

    @property
    def excluded_alone(self) -> bool:
        """Whether all is said when values that hold too many by themselves are excluded."""
        fitting = (
            max((quantity for quantity in of.values() if quantity <= self.units), default=0)
            for of in self.places.values()
        )
        return sum(fitting) <= self.units


def short_components(lowered: LoweredProduct, terms: StockTerms) -> tuple[ShortComponent, ...]:
    """The components of which a product could hold more than there is, in catalog order."""
    return _short(lowered, terms.units)


def _short(
    lowered: LoweredProduct, units_of: Callable[[Component], int | None]
) -> tuple[ShortComponent, ...]:
    held: dict[str, tuple[Component, dict[int, dict[int, int]]]] = {}
    known: dict[int, list[tuple[Component, int, int]]] = {}
    for variable, layout in enumerate(lowered.layout.at):
        if not isinstance(layout, SlotLayout):
            continue
        # Positions of a mixed slot, and places of instances, mostly share their values.
        if id(layout.values) not in known:
            known[id(layout.values)] = list(_stocked_units(layout))
        for component, value, quantity in known[id(layout.values)]:
            _, places = held.setdefault(component.sku, (component, {}))
            places.setdefault(variable, {})[value] = quantity
    found = []
    for component, places in held.values():
        units = units_of(component)
        if units is not None and sum(max(of.values()) for of in places.values()) > units:
            found.append(ShortComponent(component, units, places))
    return tuple(found)


def _stocked_units(layout: SlotLayout) -> Iterator[tuple[Component, int, int]]:
    for value, units in enumerate(layout.values):
        for component, quantity in units:
            if component.stocked:
                yield component, value, quantity


def _constraints(lowered: LoweredProduct, short: Sequence[ShortComponent]) -> Iterator[Constraint]:
    """What is short, in few constraints.

    What is too much by itself is excluded, all of it at once. It is said as a sum all the same: where
    instances of assemblies may change places, a sum over all of them says the same of each.
    """
    sizes = [variable.size for variable in lowered.layout.variables]
    excess: dict[int, list[int]] = {}
    for each in short:
        for variable, of in each.places.items():
            for value, quantity in of.items():
                if quantity > each.units:
                    excess.setdefault(variable, [0] * sizes[variable])[value] = 1
    if excess:
        terms = tuple(LinearTerm(variable, tuple(excess[variable])) for variable in sorted(excess))
        yield LinearConstraint(terms, None, 0)
    yield from (_sum(sizes, each) for each in short if not each.excluded_alone)


def sums_alone(lowered: LoweredProduct, short: Sequence[ShortComponent]) -> Facts:
    """What is said of short components as far as `allowed_values` does not say it."""
    sizes = [variable.size for variable in lowered.layout.variables]
    return Facts(tuple(_sum(sizes, each) for each in short if not each.excluded_alone), tuple)


def allowed_values(lowered: LoweredProduct, short: Sequence[ShortComponent]) -> dict[int, frozenset[int]]:
    """For variables what they may still take: no more of a short component by itself than there is."""
    excess: dict[int, set[int]] = {}
    for each in short:
        for variable, of in each.places.items():
            excess.setdefault(variable, set()).update(
                v for v, quantity in of.items() if quantity > each.units
            )
    variables = lowered.layout.variables
    return {
        variable: frozenset(range(variables[variable].size)) - values
        for variable, values in excess.items()
        if values
    }


def _sum(sizes: Sequence[int], short: ShortComponent) -> LinearConstraint:
    terms = []
    for variable in sorted(short.places):
        of = short.places[variable]
        terms.append(LinearTerm(variable, tuple(of.get(value, 0) for value in range(sizes[variable]))))
    return LinearConstraint(tuple(terms), None, short.units)


def _stock_facts(
    lowered: LoweredProduct, terms: StockTerms, short: Iterable[ShortComponent]
) -> tuple[Fact, ...]:
    sizes = [variable.size for variable in lowered.layout.variables]
    return tuple(
        Fact(
            each.component.sku,
            stock_in_words(each.component, terms),
            (_sum(sizes, each),),
            until=terms.until(each.component),
        )
        for each in short
    )


def stock_in_words(component: Component, terms: StockTerms) -> str:
    """What stock says of a component that is short, within a sentence."""
    named, until = _named(component), terms.until(component)
    free = terms.free(component)
    later = f", {'more' if free else 'only'} from {until}" if until else ""
    if not terms.knows(component.sku):
        return f"{named} is unknown to stock{f', to be had only from {until}' if until else ''}"
    number = f"is {free or 'no'}" if free is not None and free < 2 else f"are {free}"
    where = f"to be had by {terms.needed}" if terms.needed else "in stock"
    wanted = f" for {terms.times} products" if terms.times > 1 else ""
    return f"there {number} {named} {where}{wanted}{later}"


# ---------------------------------------------------------------- of single counts


def stock_facts(lowered: LoweredProduct, stock: Iterable[tuple[ItemId, int]]) -> tuple[Fact, ...]:
    """For each SKU of some that can run short, that no more of it can be built in than there is; as given.

    Of everything else there is plenty.
    """
    counts = dict(stock)
    found = {each.component.sku: each for each in _short(lowered, lambda each: counts.get(each.sku))}
    sizes = [variable.size for variable in lowered.layout.variables]
    return tuple(
        Fact(sku, _counted(found[sku].component, counts[sku]), (_sum(sizes, found[sku]),))
        for sku in counts
        if sku in found
    )


def _counted(component: Component, count: int) -> str:
    number = f"is {count or 'no'}" if count < 2 else f"are {count}"
    return f"there {number} {_named(component)} in stock"


def _named(component: Component) -> str:
    return component.sku if component.title == component.sku else f"{component.title} ({component.sku})"
