"""What can be built that is nearest to what a customer asked for, and from when on.

There are three goals: few changes, a near price, an early day. Told is each configuration of which no other
is as good in all three and better in one; of equally good ones one that keeps most units where a place takes
several. For every day this begins with the
first of the repairs of the choices under that day's stock, which are proved to be the best of all: the fewest
changes, and of these the nearest price. Then come those that change so much more as was asked for, where the
price gets nearer by it. What can be had never gets less for a later day, so all of this only gets nearer as
days go by: days between two of equal answers need not be asked, and what is best on a later day is best on an
earlier one if it can be built then.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from datetime import date
from fractions import Fraction
from types import MappingProxyType
from typing import NoReturn

from attrs import evolve, field, frozen

from configurator.acceptance.bill_of_materials import bill_of_materials, total_demand
from configurator.acceptance.promising import Workshop
from configurator.acceptance.seen_stock import Seen, seen_by, workshop_of
from configurator.acceptance.stock_facts import StockTerms, facts_of_stock
from configurator.availability.answers.promise import promise
from configurator.availability.snapshot import StockSnapshot
from configurator.catalog.choices import SlotChoice, place_of
from configurator.configuration.choices import Choices, read_choices
from configurator.configuration.facts import Facts
from configurator.configuration.model import JsonValue
from configurator.configuration.nested_choices import nested_choices
from configurator.configuration.price_deltas import price_of
from configurator.configuration.pricing import Amount
from configurator.configuration.product import PreparedProduct, Question, ask
from configurator.configuration.repair_values import RankingKey, remember_for_repairs
from configurator.configuration.repairs import Change, Repair, Repairs, Unrepairable, repairs
from configurator.configuration.wider_repairs import nearer_repairs
from configurator.csp.constraints import LinearTerm
from configurator.csp.semantics import holds
from configurator.csp.variables import Assignment
from configurator.engines.engine import NO_LIMITS, SearchLimits, Unknown
from configurator.errors import InvalidConfigurationError, SearchLimitError
from configurator.explanation.conflict import Conflict, SwitchedCase, switched_rules
from configurator.explanation.evidence import Fact
from configurator.explanation.minimal_sets import shrink
from configurator.lowering.layout import SlotLayout
from configurator.lowering.product import LoweredProduct

DEFAULT_MORE = 1
"""How many more changes than the fewest are looked at when nobody says."""
BRINGS_NEARER = "nothing speaks against it, but the price is nearer so"
"""Why something is changed that could stay."""
SECONDS_FOR_MORE = 2.0
"""How long wider changes are looked for at most: without them the answer is good, too."""


@frozen
class Proposal:
    """Something that can be built, near to what was asked for.

    Attributes:
        day: the day on which it can be there.
        begin: the working day on which its components are needed and assembly begins; today or the first one
            after it where that is now.
        changes: what it changes of the choices, in catalog order; empty where it keeps all of them.
        weight: the summed weight of the changed places: how many they are, unless weights are given.
        delta: what the changed places come to more than before; see `Repair`. `None` where nothing changes,
            or it is not known.
        choices: the choices with the changes made, by path, in JSON values; `accept` takes them.
        reasons: for each change what speaks against what was asked for, the other changed places being open;
            unknown where a limit kept it from being found, and where nothing does: then it brings the price
            nearer. Empty where nobody asked for reasons.
        waits: why it cannot be there earlier, as a sentence without a full stop; empty where it begins on the
            first day that was asked about, or the choices leave open what it needs.
    """

    day: date
    begin: date
    changes: tuple[Change, ...]
    weight: int
    delta: Amount | None
    choices: Mapping[str, JsonValue] = field(hash=False)
    reasons: tuple[Conflict | Unknown, ...] = ()
    waits: str = ""


@frozen
class Nearest:
    """What can be built; nothing is as good in changes, price and day as what is told and better in one.

    Attributes:
        proposals: by weight, then by how far the price goes away, then by day: the first keeps most. At least
            one.
        more_changes: how much more than the least of a day changes were looked at that weigh more, so that
            the price may be nearer: as much as was asked for, or 0 where that took too long.
        proved: that of all valid configurations that change no more than that on their day none is missing,
            and that none at all dominates what is told; always.
    """

    proposals: tuple[Proposal, ...]
    more_changes: int = 0
    proved: bool = field(default=True, init=False)

    @property
    def first(self) -> Proposal:
        """The one that can be there first; of several the one that keeps most."""
        return min(self.proposals, key=lambda each: each.day)

    def or_raise(self) -> "Nearest":
        """This answer."""
        return self


@frozen
class Unbuildable:
    """Whatever is changed, on no day there is stock for anything valid that keeps the locked choices.

    Attributes:
        conflicts: what speaks against it on the last day on which anything changes.
    """

    conflicts: tuple[Conflict, ...]

    def __bool__(self) -> bool:
        return False

    def or_raise(self) -> NoReturn:
        """Raise what speaks against it.

        Raises:
            InvalidConfigurationError: always.
        """
        raise InvalidConfigurationError(tuple(conflict.message for conflict in self.conflicts))


@frozen
class Wish:
    """What is asked of `nearest`, beside product, choices and stock.

    Attributes:
        wanted: the day on which the customer wants it; `None` for as soon as possible.
        times: how many of the same are needed.
        locked: places whose choices stay.
        weights: how much it costs to change a place, at least 1; 1 where nothing is said.
        reasons: whether to tell for each change what forced it.
        more_changes: how much more than the least of a day to change at most, for a nearer price.
    """

    wanted: date | None = None
    times: int = 1
    locked: tuple[str, ...] = ()
    weights: Mapping[str, int] = field(default=MappingProxyType({}), hash=False)
    reasons: bool = True
    more_changes: int = 0

    @classmethod
    def of(
        cls,
        wanted: date | None,
        times: int,
        locked: Sequence[str],
        weights: Mapping[str, int],
        *,
        reasons: bool,
        more_changes: int = DEFAULT_MORE,
    ) -> "Wish":
        """A wish as it is asked.

        Raises:
            TypeError: the locked places are one text instead of several, or a number is not whole.
            ValueError: it is to change less than the fewest.
        """
        if isinstance(more_changes, bool) or not isinstance(more_changes, int):
            raise TypeError(f"the number of more changes is a whole number, not `{more_changes}`")
        if more_changes < 0:
            raise ValueError(f"the number of more changes is at least 0, not `{more_changes}`")
        if isinstance(locked, str):
            # A text is a sequence of letters, none of which anybody means.
            raise TypeError(f"locked places are a list, such as `[{locked!r}]`, not `{locked!r}`")
        return cls(wanted, times, tuple(locked), weights, reasons, more_changes)


def nearest(
    question: Question,
    snapshot: StockSnapshot,
    wish: Wish,
    *,
    today: date,
    limits: SearchLimits = NO_LIMITS,
) -> Nearest | Unbuildable | Unknown:
    """The nearest buildable configurations, proved to be the nearest.

    Cost: some of `repairs` for each proposal, about as many as the days have bits, and of `nearer_repairs`.

    Args:
        question: what the customer asked for, all of it or some. Valid or not: rules are repaired too.
        snapshot: the stock.
        wish: when, how many, and what must stay.
        today: the day, for counts that have no day of their own.
        limits: of the whole search; where they end it before the fewest changes of every day are known, the
            answer is unknown, and afterwards more changes are not told.

    Raises:
        ChoiceError: a weight or lock names what is no place.
        TypeError: the number of products is not whole, or the locked places are one text.
        ValueError: there are no products, or a weight is less than 1.
    """
    try:
        seen = seen_by(question.product, snapshot, today)
        return _Search.of(question.product, question.choices.own, wish, seen, limits).found()
    except SearchLimitError as stopped:
        return Unknown(stopped.reason)


def proposals_on(
    product: PreparedProduct,
    choices: Choices,
    seen: Seen,
    wish: Wish,
    count: int,
    limits: SearchLimits = NO_LIMITS,
) -> tuple[Proposal, ...] | Unbuildable | Unknown:
    """The `count` nearest that can be there on the wanted day, or be begun today; nearest first."""
    try:
        search = _Search.of(product, choices, wish, seen, limits)
        at = search.asked(search.days[0], count)
        if isinstance(at.answer, Unrepairable):
            return Unbuildable(at.answer.conflicts)
        return tuple(search.told(at, each) for each in at.answer.repairs or (None,))
    except SearchLimitError as stopped:
        return Unknown(stopped.reason)


Away = tuple[bool, Fraction | int]
"""How far a price goes away: not known last."""
Nearness = tuple[int, Away] | None
"""The weight of what is nearest, and how far its price goes away; `None` where nothing can be built."""


def _nearness(repair: Repair | None) -> tuple[int, Away]:
    """How near something is, less being nearer; `None` is to change nothing."""
    if repair is None:
        return 0, (False, 0)
    away: Away = (True, 0) if repair.delta is None else (False, abs(Fraction(repair.delta.number)))
    return repair.weight, away


@frozen(eq=False)
class _OnDay:
    """What the best repairs are under the stock of a day.

    Attributes:
        facts: what stock says, component by component.
        answer: the best repairs; what they are has nothing to do with how stock is told.
    """

    begin: date
    facts: Facts
    answer: Repairs | Unrepairable

    @property
    def best(self) -> Repair | None:
        """The best repair; `None` where nothing has to be changed, or nothing can be built."""
        return next(iter(self.answer.repairs), None) if isinstance(self.answer, Repairs) else None

    @property
    def nearness(self) -> Nearness:
        return None if isinstance(self.answer, Unrepairable) else _nearness(self.best)


@frozen(eq=False, slots=False)
class _Search:
    """One question of what is nearest.

    Attributes:
        days: on which assembly may begin, of those that lead to the same day the last one; ascending.
        keys: what decides between equal prices.
    """

    product: PreparedProduct
    choices: Choices
    wish: Wish
    terms: StockTerms
    workshop: Workshop
    limits: SearchLimits
    days: tuple[date, ...]
    keys: tuple[RankingKey, ...] = ()
    _known: dict[date, _OnDay] = field(init=False, factory=dict)
    _wider: dict[date, tuple[Repair, ...]] = field(init=False, factory=dict)

    @classmethod
    def of(
        cls, product: PreparedProduct, choices: Choices, wish: Wish, seen: Seen, limits: SearchLimits
    ) -> "_Search":
        terms = StockTerms.of(seen.snapshot, times=wish.times, today=seen.today)
        workshop = workshop_of(product.catalog)
        days = _beginnings(product.lowered, terms, workshop, wish.wanted)
        # What rules and prices say is worked out once, for all days.
        switched_rules(product.lowered, limits)
        price_of(product)
        remember_for_repairs(product)
        return cls(product, choices, wish, terms, workshop, limits, days, _kept_units(product, choices))

    def found(self) -> Nearest | Unbuildable:
        days = self.days
        last = self.asked(days[-1])
        if isinstance(last.answer, Unrepairable):
            return Unbuildable(last.answer.conflicts)
        fewest = [(at, at.best) for at in self._days_of(self.asked) if isinstance(at.answer, Repairs)]
        more = self.wish.more_changes
        told = [(self.told(at, repair), _nearness(repair)) for at, repair in fewest]
        if more:
            try:
                told += [(self.told(at, each), _nearness(each)) for at, each in self._wider_ones(fewest)]
            except SearchLimitError:
                more = 0
        told.sort(key=lambda pair: (*pair[1], pair[0].day))
        return Nearest(tuple(proposal for proposal, _ in told), more)

    def _wider_ones(self, fewest: Sequence[tuple[_OnDay, Repair | None]]) -> Iterator[tuple[_OnDay, Repair]]:
        """What changes more than the fewest and is dominated by nothing; ascending by day.

        Raises:
            SearchLimitError: the time for it is up.
        """
        limits = self.limits.at_most(SECONDS_FOR_MORE)
        earlier = [(at.begin, _nearness(repair)) for at, repair in fewest]
        for at in self._days_of(lambda day: self.widened(day, limits)):
            for repair in self._wider.get(at.begin, ()):
                weight, away = _nearness(repair)
                if not any(
                    begin <= at.begin and known[0] <= weight and known[1] <= away for begin, known in earlier
                ):
                    earlier.append((at.begin, (weight, away)))
                    yield at, repair

    def _days_of(self, ask_on: Callable[[date], "_OnDay"]) -> Iterator["_OnDay"]:
        """The first day, and those on which what is nearest gets nearer; ascending."""
        yield ask_on(self.days[0])
        yield from self._steps(ask_on, 0, len(self.days) - 1)

    def _steps(self, ask_on: Callable[[date], "_OnDay"], low: int, high: int) -> Iterator["_OnDay"]:
        """The days after the lower one, up to the higher one, on which the nearest gets nearer; ascending."""
        before, after = ask_on(self.days[low]), ask_on(self.days[high])
        if self._nearest_on(before) == self._nearest_on(after):
            return
        if high == low + 1:
            yield after
            return
        middle = (low + high) // 2
        yield from self._steps(ask_on, low, middle)
        yield from self._steps(ask_on, middle, high)

    def _nearest_on(self, at: "_OnDay") -> tuple[Nearness, ...]:
        """How near is what is known of a day."""
        return (at.nearness, *map(_nearness, self._wider.get(at.begin, ())))

    def asked(self, begin: date, count: int = 1) -> _OnDay:
        """The best repairs under the stock of a day.

        Raises:
            SearchLimitError: the time is up.
        """
        known = self._known.get(begin)
        if known is None:
            facts = facts_of_stock(self.product.lowered, self.terms.on_day(begin))
            later = self._later(begin) if count == 1 else None
            if later is not None and self._can_be_built(later.best, facts):
                answer = later.answer
            else:
                answer = self._repairs(as_one(facts), count)
            if isinstance(answer, Unrepairable):
                # Now it matters which components are to blame.
                answer = self._repairs(facts, count)
            known = self._known[begin] = _OnDay(begin, facts, answer)
        return known

    def widened(self, begin: date, limits: SearchLimits) -> _OnDay:
        """The same, with wider repairs that are nearer in price.

        Raises:
            SearchLimitError: the time is up.
        """
        at = self.asked(begin)
        if begin not in self._wider:
            later = self._later(begin, self._wider)
            known = () if later is None else self._wider[later.begin]
            if at.best is None:
                found: tuple[Repair, ...] = ()
            elif (
                later is not None
                and later.best == at.best
                and all(self._can_be_built(each, at.facts) for each in known)
            ):
                found = known
            else:
                question = self._question(as_one(at.facts))
                found = nearer_repairs(
                    question,
                    at.best,
                    self.wish.more_changes,
                    weights=self.wish.weights,
                    locked=self.wish.locked,
                    keys=self.keys,
                    limits=limits,
                )
            self._wider[begin] = found
        return at

    def _later(self, begin: date, known: Collection[date] | None = None) -> _OnDay | None:
        """The next later day of which something is known; `None` where nothing can be built on it."""
        days = self._known if known is None else known
        later = min((day for day in days if day > begin), default=None)
        at = None if later is None else self._known[later]
        return None if at is None or isinstance(at.answer, Unrepairable) else at

    def _can_be_built(self, repair: Repair | None, facts: Facts) -> bool:
        """Whether what is best on a later day can be built by stock's facts of another: then it is best, too.

        `None` is to change nothing. Where places are open that is not looked into.
        """
        assignment = self._assignment(
            nested_choices(self.product.catalog, self.choices) if repair is None else repair.choices
        )
        return assignment is not None and all(holds(each, assignment) for each in facts.constraints)

    def _assignment(self, choices: Mapping[str, JsonValue]) -> Assignment | None:
        """What choices decide; `None` where they leave something open."""
        question = ask(self.product, read_choices(self.product.catalog, choices), self.limits)
        return question.choices.decided(self.product.lowered.layout)

    def _question(self, facts: Facts) -> Question:
        return ask(self.product.with_facts(facts, self.limits), self.choices, self.limits)

    def _repairs(self, facts: Facts, count: int) -> Repairs | Unrepairable:
        answer = repairs(
            self._question(facts),
            limit=count,
            weights=self.wish.weights,
            locked=self.wish.locked,
            keys=self.keys,
            limits=self.limits,
        )
        if isinstance(answer, Unknown):
            raise SearchLimitError(answer.reason)
        return answer

    def told(self, at: _OnDay, repair: Repair | None) -> Proposal:
        """The best of a day, as it is proposed; `None` is to change nothing."""
        catalog = self.product.catalog
        choices = nested_choices(catalog, self.choices) if repair is None else repair.choices
        day = self.workshop.calendar.after(at.begin, self.workshop.days)
        if self.wish.wanted is not None:
            day = max(day, self.wish.wanted)
        proposal = Proposal(day, at.begin, (), 0, None, choices, (), self._waits(at, choices))
        if repair is None:
            return proposal
        reasons = self._reasons(at, repair) if self.wish.reasons else ()
        return evolve(
            proposal, changes=repair.changes, weight=repair.weight, delta=repair.delta, reasons=reasons
        )

    def _reasons(self, at: _OnDay, repair: Repair) -> tuple[Conflict | Unknown, ...]:
        changed = {change.place for change in repair.changes}
        product = self.product.with_facts(at.facts, self.limits)
        kept = [
            tuple(choice for choice in self.choices if place_of(choice) not in changed - {change.place})
            for change in repair.changes
        ]
        # What changes more than it has to does so for its price.
        unforced = repair.weight > at.best.weight if at.best else False
        why = BRINGS_NEARER if unforced else "it follows from another change"
        return tuple(self._reason(product, choices, why) for choices in kept)

    def _reason(self, product: PreparedProduct, choices: Choices, why: str) -> Conflict | Unknown:
        """What speaks against one choice beside those that are kept; where nothing does, why it changes."""
        try:
            switched = SwitchedCase.of(ask(product, choices, self.limits).case(), self.limits)
            found = shrink(switched.problem, switched.by_blame, self.limits)
        except SearchLimitError as stopped:
            return Unknown(stopped.reason)
        # Without a conflict it may be what was inside an instance left out.
        return Unknown(why) if found is None else switched.told(found)

    def _waits(self, at: _OnDay, choices: Mapping[str, JsonValue]) -> str:
        """Why it cannot begin earlier."""
        if at.begin == self.days[0]:
            return ""
        product, assignment = self.product, self._assignment(choices)
        if assignment is None:
            return ""
        bill = bill_of_materials(product.catalog, product.configuration(assignment))
        demand = total_demand([(bill, self.terms.times)])
        return promise(self.terms.snapshot, demand, today=self.terms.today).reason


def _kept_units(product: PreparedProduct, choices: Choices) -> tuple[RankingKey, ...]:
    """A key that keeps units of what was chosen where a place takes several; nothing without such a place.

    Where the price is the same, dropping one unit is nearer than emptying the place.
    """
    terms: list[LinearTerm] = []
    for choice in choices:
        layout = product.lowered.layout.of[place_of(choice)]
        if not isinstance(choice, SlotChoice) or not isinstance(layout, SlotLayout):
            continue
        wanted = {sku: quantity or 1 for sku, quantity in choice.units}
        if sum(wanted.values()) > 1:
            weights = tuple(
                -sum(min(number, wanted.get(component.sku, 0)) for component, number in units)
                for units in layout.values
            )
            terms += [LinearTerm(variable, weights) for variable in layout.variables]
    return (RankingKey("kept units", tuple(terms)),) if terms else ()


def as_one(facts: Facts) -> Facts:
    """The same in one fact: as long as nobody asks why, the solver need not tell components apart."""
    return Facts(
        facts.constraints, lambda: (Fact("stock", "there is too little in stock", facts.constraints),)
    )


def _beginnings(
    lowered: LoweredProduct, terms: StockTerms, workshop: Workshop, wanted: date | None
) -> tuple[date, ...]:
    today = terms.today
    wished = None if wanted is None else workshop.latest_begin(wanted)
    first = workshop.calendar.first_open(max(today, wished or today))
    families = {
        id(layout.slot.family): layout.slot.family
        for layout in lowered.layout.of.values()
        if isinstance(layout, SlotLayout)
    }
    components = {
        each.sku: each for family in families.values() for each in family.components if each.stocked
    }
    later = {day for component in components.values() for day in terms.days_of(component) if day > first}
    # Goods that come on a day off are as good as goods that come on the working day after it.
    by_ready: dict[date, date] = {}
    for day in sorted({first, *later}):
        by_ready[workshop.calendar.after(day, workshop.days)] = workshop.calendar.first_open(day)
    return tuple(by_ready.values())
