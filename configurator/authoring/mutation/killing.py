"""Whether scenarios notice a mutant: one of their expectations, all of which are met, is not met any more.

Most scenarios need not be run:

* Where nothing that a scenario's choices leave is lost, gained or silenced, it is answered as before,
  but for who is to blame where nothing is left. That is the same, too, if the rules to blame were found to
  clash without the one that is changed.
* What was expected to be invalid and gains something is noticed; so is what loses everything, or a number of
  solutions where something is only lost or only gained.
"""

from collections.abc import Callable, Sequence
from datetime import date

from attrs import define, field, frozen

from configurator.authoring.mutation.mutants import Mutant
from configurator.authoring.mutation.mutated_products import MutatedProducts
from configurator.authoring.mutation.outcomes import KilledMutant
from configurator.authoring.mutation.sides import Ground, Pair, Sides, Touched, choices_part
from configurator.authoring.scenarios.asked import AskedScenario
from configurator.authoring.scenarios.running import run_scenario
from configurator.catalog.applied_bundles import bundles_price, with_price
from configurator.catalog.expectations import (
    ExpectedConflict,
    ExpectedCount,
    ExpectedVerdict,
    ExpectedWarning,
)
from configurator.catalog.model import Bundle, Catalog, Scenario
from configurator.catalog.rules import Resource, Rule, VariantTable
from configurator.configuration.product import PreparedProduct, ask, prepare_product
from configurator.engines.engine import SearchLimits
from configurator.engines.switched import Part
from configurator.explanation.conflict import SwitchedCase
from configurator.explanation.minimal_sets import shrink
from configurator.lowering.intervals import interval_in_force

FindProduct = Callable[[date, SearchLimits], PreparedProduct]
"""Gives the product of the original on a day."""

Key = tuple[tuple[date | None, date | None], tuple[str, ...]]
"""Days on which the same is in force, and bundles that are applied."""


@frozen(eq=False)
class Placed:
    """A scenario with the day on which it is run."""

    scenario: Scenario
    day: date

    def expects(self, *kinds: type) -> bool:
        """Whether it expects something of these kinds."""
        return any(isinstance(each, kinds) for each in self.scenario.expectations)

    @property
    def names_somebody(self) -> bool:
        """Whether it is asked who is to blame: that can change though no configuration is lost or gained."""
        return any(isinstance(each, ExpectedConflict) and each.because for each in self.scenario.expectations)

    @property
    def only_valid(self) -> bool:
        """Whether it expects nothing but that something is valid."""
        return all(
            isinstance(each, ExpectedVerdict) and each.kind == "valid" for each in self.scenario.expectations
        )

    def names(self, key: str) -> bool:
        """Whether a rule, table or resource of this id is expected to be to blame, or to warn."""
        return any(key in _named(each) for each in self.scenario.expectations)


def _named(expectation: object) -> tuple[str, ...]:
    match expectation:
        case ExpectedConflict(because=because):
            return because
        case ExpectedWarning(rule=rule):
            return (rule,)
        case _:
            return ()


@define(eq=False)
class Grounds:
    """The original on each of its days, each made when it is first asked for.

    Attributes:
        placed: the scenarios, `todo` ones left out.
        find_product: of the original.
    """

    catalog: Catalog
    placed: tuple[Placed, ...]
    find_product: FindProduct
    _made: dict[Key, Ground] = field(factory=dict)
    _products: dict[object, MutatedProducts] = field(factory=dict)
    _impossible: set[int] = field(factory=set)
    _clashing: dict[int, frozenset[str] | None] = field(factory=dict)

    def key(self, day: date, bundles: tuple[str, ...]) -> Key:
        """What tells one ground from another: bundles only where their price may be read by a rule."""
        applied = bundles if bundles_price(self._applied(bundles)) else ()
        return interval_in_force(self.catalog, day), applied

    def _applied(self, bundles: tuple[str, ...]) -> tuple[Bundle, ...]:
        return tuple(each for each in self.catalog.bundles if each.key in bundles)

    def ground(self, day: date, bundles: tuple[str, ...], limits: SearchLimits) -> Ground:
        """The original on a day with bundles applied.

        Raises:
            SearchLimitError: the time is up.
        """
        key = self.key(day, bundles)
        if key not in self._made or self._made[key].problem.worn:
            applied = tuple(each for each in self.catalog.bundles if each.key in key[1])
            product = self.find_product(day, limits).applying(applied)
            always = choices_part(ask(product, (), limits).choices)
            parts = [self._choices(at, each, key, limits) for at, each in enumerate(self.placed)]
            self._made[key] = Ground.of(product.lowered, always, parts, limits)
        return self._made[key]

    def _choices(self, number: int, placed: Placed, key: Key, limits: SearchLimits) -> Part:
        """A scenario's choices, where it is asked on these days with these bundles; else nothing."""
        if self.key(placed.day, placed.scenario.bundles) != key:
            return ()
        choices = self._asked(placed, limits).question.choices
        if choices.impossible:
            self._impossible.add(number)
        return choices_part(choices)

    def _asked(self, placed: Placed, limits: SearchLimits) -> AskedScenario:
        return AskedScenario.of(placed.scenario, self.find_product(placed.day, limits), limits)

    def products(self, day: date, limits: SearchLimits) -> MutatedProducts:
        """What makes products of mutants on a day.

        Raises:
            SearchLimitError: the time is up.
        """
        in_force = interval_in_force(self.catalog, day)
        if in_force not in self._products:
            self._products[in_force] = MutatedProducts(self.find_product(day, limits))
        return self._products[in_force]

    def run(self, placed: Placed, limits: SearchLimits) -> str:
        """What comes of a scenario in the original."""
        return run_scenario(
            placed.scenario, placed.day, lambda within: self.find_product(placed.day, within), limits
        ).state

    def leaves_nothing(self, number: int) -> bool:
        """Whether a scenario chooses what is not in force on its day, so that rules say nothing about it."""
        return number in self._impossible

    def clashing(self, number: int, limits: SearchLimits) -> frozenset[str] | None:
        """Ids of rules that show that all are to blame that a scenario names; `None` where none were found.

        While none of them is changed and nothing is gained, they are to blame.

        Raises:
            SearchLimitError: the time is up.
        """
        if number not in self._clashing:
            self._clashing[number] = self._conflicts_of(self.placed[number], limits)
        return self._clashing[number]

    def _conflicts_of(self, placed: Placed, limits: SearchLimits) -> frozenset[str] | None:
        switched = SwitchedCase.of(self._asked(placed, limits).case, limits)
        keys = [
            each.key if isinstance(each, Rule | VariantTable | Resource) else "" for each in switched.members
        ]
        wanted = {key for each in placed.scenario.expectations for key in _named(each)}
        found: set[str] = set()
        while missing := sorted(wanted - found):
            numbers = [number for number in switched.by_blame if keys[number] != missing[0]]
            conflict = shrink(switched.problem, (*numbers, keys.index(missing[0])), limits)
            if conflict is None or not conflict.proved or keys.index(missing[0]) not in conflict.parts:
                return None
            found |= {keys[number] for number in conflict.parts} - {""}
        return frozenset(found)


@define(eq=False)
class MutatedCatalog:
    """A mutant, to be compared with the original and to be asked.

    Attributes:
        grounds: the original.
        catalog: with the change.
        engine: the engine that was asked for; `None` for those that suit.
    """

    mutant: Mutant
    grounds: Grounds
    catalog: Catalog
    engine: str | None
    _sides: dict[Key, Sides] = field(factory=dict)
    _products: dict[object, PreparedProduct] = field(factory=dict)

    @classmethod
    def of(cls, mutant: Mutant, grounds: Grounds, engine: str | None) -> "MutatedCatalog":
        """Make the change."""
        return cls(mutant, grounds, mutant.change.catalog(grounds.catalog), engine)

    @property
    def key(self) -> str:
        """The id of what is changed."""
        return self.grounds.catalog.restrictions[self.mutant.change.number].key

    def sides(self, day: date, bundles: tuple[str, ...], limits: SearchLimits) -> Sides:
        """What differs on a day with these bundles.

        Raises:
            SearchLimitError: the time is up.
        """
        key = self.grounds.key(day, bundles)
        if key not in self._sides:
            ground = self.grounds.ground(day, bundles, limits)
            self._sides[key] = ground.sides(self._pairs(ground.lowered.catalog, bundles), limits)
        return self._sides[key]

    def _pairs(self, original: Catalog, bundles: tuple[str, ...]) -> list[Pair]:
        """The restrictions that differ, those of the original as it is with these bundles."""
        before, after = self.grounds.catalog.restrictions, self.catalog.restrictions
        price = bundles_price(each for each in self.grounds.catalog.bundles if each.key in bundles)
        return [
            (original.restrictions[at], with_price(after[at], price) if price else after[at])
            for at, each in enumerate(before)
            if after[at] is not each
        ]

    def product(self, day: date, limits: SearchLimits, *, counting: bool) -> PreparedProduct:
        """The mutant on a day, with an engine that suits.

        Raises:
            SearchLimitError: the time is up.
        """
        slow = counting or self.engine is not None
        key = interval_in_force(self.catalog, day), slow
        if key not in self._products:
            self._products[key] = (
                prepare_product(self.catalog, day, engine=self.engine, limits=limits)
                if slow
                else self._quickly(day, limits)
            )
        return self._products[key].on(day)

    def _quickly(self, day: date, limits: SearchLimits) -> PreparedProduct:
        """Made of what the original has."""
        products = self.grounds.products(day, limits)
        return products.of(self.catalog, self._pairs(products.product.catalog, ()), limits)

    # ------------------------------------------------------------ scenarios

    def killer(self, limits: SearchLimits) -> tuple[KilledMutant | None, str]:
        """A scenario that notices, if any; and why others were not decided, empty if all were.

        Raises:
            SearchLimitError: the time is up.
        """
        stopped = ""
        to_run: list[int] = []
        for number in self._order():
            match self._at_once(number, limits):
                case True:
                    return self._killed(number), ""
                case None:
                    to_run.append(number)
                case False:
                    pass
        for number in sorted(to_run, key=lambda each: self.grounds.placed[each].expects(ExpectedCount)):
            state, reason = self.run(self.grounds.placed[number], limits)
            if state == "failed":
                return self._killed(number), ""
            stopped = stopped or reason
        return None, stopped

    def _killed(self, number: int) -> KilledMutant:
        scenario = self.grounds.placed[number].scenario
        return KilledMutant(scenario.title, scenario.span.location)

    def _order(self) -> Sequence[int]:
        """The scenarios that most likely notice first: those that name what is changed."""
        placed = self.grounds.placed
        return sorted(range(len(placed)), key=lambda number: not placed[number].names(self.key))

    def run(self, placed: Placed, limits: SearchLimits) -> tuple[str, str]:
        """What comes of a scenario, and where it is undecided, why."""
        scenario = self.mutant.change.scenario(self.grounds.catalog, placed.scenario)
        product = self.product(placed.day, limits, counting=placed.expects(ExpectedCount))
        outcome = run_scenario(scenario, placed.day, lambda _: product, limits)
        limits.check()
        open_ones = [each.got for each in outcome.expectations if each.state == "undecided"]
        return outcome.state, open_ones[0].removeprefix("not decided: ") if open_ones else ""

    def _at_once(self, number: int, limits: SearchLimits) -> bool | None:
        """Whether a scenario notices, as far as that can be told without running it; `None` for not known."""
        placed = self.grounds.placed[number]
        if self.mutant.change.scenario(self.grounds.catalog, placed.scenario) is not placed.scenario:
            return None
        sides = self.sides(placed.day, placed.scenario.bundles, limits)
        if not sides:
            return False
        ground = self.grounds.ground(placed.day, placed.scenario.bundles, limits)
        if self.grounds.leaves_nothing(number):
            return None if placed.names_somebody else False
        part = ground.part_of_choices(number)
        touched = sides.touched(limits, part)
        if touched.any:
            return self._if_touched(placed, sides, touched, part, limits)
        return None if placed.names_somebody and self._may_be_blamed(number, sides, limits) else False

    def _if_touched(
        self, placed: Placed, sides: Sides, touched: Touched, part: int, limits: SearchLimits
    ) -> bool | None:
        """The same where something that keeps the scenario's choices fares otherwise."""
        if not (touched.lost or touched.gained):
            return None if placed.expects(ExpectedWarning) else False
        if placed.expects(ExpectedConflict):
            # All that was valid is: none; so it can only have gained, and is not invalid any more.
            return True
        counts = [each for each in placed.scenario.expectations if isinstance(each, ExpectedCount)]
        if touched.lost != touched.gained and any(each.operator == "=" for each in counts):
            return True
        if len(counts) == len(placed.scenario.expectations):
            return None
        if touched.lost and not sides.leave(limits, part):
            # Whatever is expected of what is left, nothing is left.
            return True
        return False if placed.only_valid else None

    def _may_be_blamed(self, number: int, sides: Sides, limits: SearchLimits) -> bool:
        """Whether others may be to blame though nothing is gained."""
        if not sides.ruling:
            return False
        clashing = self.grounds.clashing(number, limits)
        if clashing is None or self.key in clashing:
            return True
        exclusive = any(
            isinstance(each, ExpectedConflict) and each.only
            for each in self.grounds.placed[number].scenario.expectations
        )
        # What refuses less than before, and was not to blame, is not to blame.
        return exclusive and not sides.refuse_less(limits)
