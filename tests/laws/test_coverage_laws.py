"""Rule coverage, held against what trying every configuration of random small catalogs finds."""

from collections.abc import Callable, Iterable, Iterator
from datetime import date
from functools import cached_property
from itertools import product as combinations

import pytest
from asked_catalogs import TABLE_LIMITS, loaded, tables_up_to
from attrs import evolve, frozen
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.strategies import DrawFn
from law_settings import examples
from test_scenario_laws import expectations, plain, said_about
from wished_catalogs import wished_catalogs

from configurator.acceptance.stock_facts import stock_facts
from configurator.authoring.coverage.elements import component_range_ids, range_id, row_id
from configurator.authoring.coverage.parts import is_row_by_row, without_row
from configurator.authoring.coverage.scenario import with_component
from configurator.authoring.mutation.outcomes import KilledMutant
from configurator.authoring.scenarios.running import run_scenario
from configurator.catalog.evaluation import truth
from configurator.catalog.expectations import (
    Expectation,
    ExpectedConflict,
    ExpectedCount,
    ExpectedShortage,
    ExpectedTruth,
    ExpectedValue,
    ExpectedVerdict,
    ExpectedWarning,
)
from configurator.catalog.judgement import violations
from configurator.catalog.model import Catalog, Scenario
from configurator.catalog.rules import Restriction, VariantTable
from configurator.catalog.structure import ALWAYS, Period
from configurator.configuration.choices import read_choices
from configurator.configuration.completion import Completed, complete
from configurator.configuration.product import ask, prepare_product
from configurator.configurator import Configurator
from configurator.csp.semantics import holds
from configurator.csp.variables import Assignment
from configurator.engines.engine import NO_LIMITS
from configurator.explanation.conflict import choice_part, restriction_of
from configurator.lowering.choices import lower_choices
from configurator.lowering.product import LoweredProduct, decides, lower_product
from configurator.testing.made.catalogs import MadeCatalog, Statement, made_catalogs
from configurator.testing.made.dice import Dice
from configurator.testing.made.expressions import ExpressionMaker
from configurator.testing.made.products import DAY, MadeSlot

Test = Callable[[Assignment], bool]
NEVER = Period(date.max, date.min)
table_limits = st.sampled_from(TABLE_LIMITS)


@frozen(eq=False, slots=False)
class Tried:
    """A scenario on a catalog, with everything that can be put together without a rule.

    Attributes:
        absent: that a component which is put into force is not there.
        before: the catalog in which it is not in force.
    """

    catalog: Catalog
    scenario: Scenario
    day: date
    absent: Test | None = None
    before: Catalog | None = None

    @cached_property
    def lowered(self) -> LoweredProduct:
        return lower_product(self.catalog, self.day)

    @cached_property
    def everything(self) -> tuple[Assignment, ...]:
        fixed = [c for c in self.lowered.problem.constraints if restriction_of(c) is None]
        sizes = [range(variable.size) for variable in self.lowered.layout.variables]
        return tuple(each for each in combinations(*sizes) if all(holds(c, each) for c in fixed))

    def keeps(self, restriction: Restriction) -> Test:
        return lambda found: not violations(restriction, self.lowered.lift(found))

    @cached_property
    def choices(self) -> dict[str, Test]:
        parts = [choice_part(self.lowered, choice) for choice in self.scenario.choices]
        return {
            f"choice {at}": lambda found, part=part: all(holds(each, found) for each in part)  # type: ignore[misc]
            for at, part in enumerate(parts)
        }

    @cached_property
    def stock(self) -> dict[str, Test]:
        facts = stock_facts(self.lowered, self.scenario.stock)
        return {
            f"stock of {fact.key}": lambda found, fact=fact: all(holds(c, found) for c in fact.constraints)  # type: ignore[misc]
            for fact in facts
        }

    @cached_property
    def rules(self) -> dict[str, Test]:
        """What restricts, by the ids of elements: tables that are no more than their rows, row by row."""
        found: dict[str, Test] = {}
        for each in self.lowered.restrictions:
            if isinstance(each, VariantTable) and is_row_by_row(each):
                rows = ((row_id(each, r.number), evolve(each, rows=(r,))) for r in each.rows)
                found.update((name, self.keeps(row)) for name, row in rows)
            else:
                found[each.key] = self.keeps(each)
        return found | ({"": self.absent} if self.absent else {})

    def keeping(self, tests: dict[str, Test]) -> list[Assignment]:
        return [each for each in self.everything if all(test(each) for test in tests.values())]

    @property
    def full(self) -> bool:
        """Whether the choices leave nothing open."""
        return lower_choices(self.lowered, self.scenario.choices).decided(self.lowered.layout) is not None

    @cached_property
    def completed(self) -> dict[str, object] | None:
        """What completes the choices, as plain data."""
        prepared = prepare_product(self.before or self.catalog, self.day, engine="backtracking")
        found = complete(ask(prepared, self.scenario.choices))
        return dict(found.configuration) if isinstance(found, Completed) else None

    def assignment(self, completed: dict[str, object] | None) -> Assignment:
        assert completed is not None
        found = lower_choices(self.lowered, read_choices(self.catalog, completed)).decided(
            self.lowered.layout
        )
        assert found is not None
        return found

    def said(self, expectation: ExpectedValue) -> Test:
        """That what is expected of a place is the case."""
        condition, ways = expectation.condition, expectation.ways
        if condition is not None:
            return lambda found: truth(condition, self.lowered.lift(found)) is True
        parts = [[c for choice in way for c in choice_part(self.lowered, choice)] for way in ways]
        return lambda found: any(all(holds(c, found) for c in part) for part in parts)

    def opposite(self, expectation: Expectation) -> Test | None:
        """What must not be possible."""
        match expectation:
            case ExpectedValue(kind="impossible"):
                return self.said(expectation)
            case ExpectedValue(kind="forced"):
                said = self.said(expectation)
                return lambda found: not said(found)
            case ExpectedTruth(kind="never", condition=condition):
                return lambda found: truth(condition, self.lowered.lift(found)) is True
            case ExpectedTruth(kind="always", condition=condition):
                return lambda found: truth(condition, self.lowered.lift(found)) is not True
            case _:
                return None


# ---------------------------------------------------------------- elements


@frozen(eq=False)
class Dropped:
    """An element as it is left out: which tests go, what comes instead, and the catalog without it."""

    off: frozenset[str]
    instead: Test | None
    catalog: Catalog
    name: str = ""


def dropped(tried: Tried) -> Iterator[tuple[str, Dropped]]:
    """What restricts on the day, or would."""
    catalog = tried.catalog

    def put(each: Restriction, *others: Restriction) -> Catalog:
        every = ((one,) if one is not each else others for one in catalog.restrictions)
        return evolve(catalog, restrictions=tuple(one for some in every for one in some))

    for each in catalog.restrictions:
        if not decides(each):
            continue
        if not each.period.holds(tried.day):
            always = evolve(each, period=ALWAYS)
            yield range_id(each.key), Dropped(frozenset(), tried.keeps(each), put(each, always), each.key)
            continue
        by_row = isinstance(each, VariantTable) and is_row_by_row(each)
        rows = each.rows if isinstance(each, VariantTable) else ()
        names = frozenset(row_id(each, row.number) for row in rows)  # type: ignore[arg-type]  # only tables have rows
        # Never in force rather than not there: scenarios may name it.
        gone = put(each, evolve(each, period=NEVER))
        yield each.key, Dropped(names if by_row else frozenset({each.key}), None, gone)
        for row in rows:
            assert isinstance(each, VariantTable)
            left = without_row(each, row.number)
            name = row_id(each, row.number)
            off = name if by_row else each.key
            instead = None if by_row else tried.keeps(left)
            yield name, Dropped(frozenset({off}), instead, put(each, left), each.key)


def other_conflicts(everything: Iterable[Assignment], tests: dict[str, Test], gone: Dropped) -> bool:
    """Whether something can hold together without an element and not with it, or the other way round."""
    kept = {
        (
            frozenset(name for name, test in tests.items() if test(each)),
            gone.instead is None or gone.instead(each),
        )
        for each in everything
    }
    if gone.instead is None:
        return any(
            not any(names | {off} <= more for more, _ in kept)
            for names, _ in kept
            for off in gone.off - names
        )

    def goes(names: frozenset[str]) -> bool:
        return gone.off <= names

    return any(
        not any(goes(more) and names - gone.off <= more for more, _ in kept)
        for names, instead in kept
        if instead and not goes(names)
    )


def other_reasons(tried: Tried, tests: dict[str, Test], left: dict[str, Test]) -> bool:
    """Whether those to blame would be other ones, as far as expectations name them."""
    named: set[str] = set()
    only = False
    for each in tried.scenario.expectations:
        if isinstance(each, ExpectedConflict):
            named |= set(each.because)
            only |= each.only
        elif isinstance(each, ExpectedShortage) and each.component is not None:
            named.add(f"stock of {each.component}")
    before, after = (blamed(tried, each) for each in (tests, left))
    return bool(named) and (before != after if only else before & named != after & named)


def blamed(tried: Tried, tests: dict[str, Test]) -> set[str]:
    """The rules and stock in some minimal conflict: what clashes with all that some configuration keeps."""
    kept = {frozenset(name for name, test in tests.items() if test(each)) for each in tried.everything}
    return {
        name.partition(" row ")[0]
        for each in kept
        for name in tests.keys() - each
        if not name.startswith("choice ") and name and not any(each | {name} <= other for other in kept)
    }


def conflicts_differ(tried: Tried, tests: dict[str, Test], left: dict[str, Test], gone: Dropped) -> bool:
    if other_conflicts(tried.everything, tests, gone):
        return True
    return gone.instead is not None and other_reasons(tried, tests, left)


def judged(tried: Tried, gone: Dropped, other_completion: Callable[[], object]) -> bool:
    """Whether some answer that the scenario asks for would be another one."""
    tests = tried.rules | tried.choices
    left = {name: test for name, test in tests.items() if name not in gone.off}
    if gone.instead:
        left |= {gone.name: gone.instead}
    expected = tried.scenario.expectations
    counted = any(isinstance(each, ExpectedCount) for each in expected)
    valid = tried.keeping(tests)
    if counted and valid != tried.keeping(left):
        return True
    if not valid:
        others = any(not isinstance(each, ExpectedCount) for each in expected)
        return others and conflicts_differ(tried, tests, left, gone)
    if any(not isinstance(each, ExpectedConflict | ExpectedCount) for each in expected):
        final = tried.assignment(tried.completed)
        if not all(test(final) for test in left.values()):
            return True
    for each in expected:
        opposite = tried.opposite(each)
        if opposite is None or any(map(opposite, valid)):
            continue
        if other_conflicts(filter(opposite, tried.everything), tests, gone):
            return True
    if any(isinstance(each, ExpectedShortage) or is_available(each) for each in expected) and not tried.full:
        stocked = tests | tried.stock
        if not tried.keeping(stocked):
            if conflicts_differ(tried, stocked, left | tried.stock, gone):
                return True
        elif not tried.keeping(left | tried.stock):
            return True
    return any(map(asks_completion, expected)) and other_completion() != tried.completed


def is_available(expectation: Expectation) -> bool:
    return isinstance(expectation, ExpectedVerdict) and expectation.kind == "available"


def asks_completion(expectation: Expectation) -> bool:
    return (
        isinstance(expectation, ExpectedWarning)
        or (isinstance(expectation, ExpectedValue) and expectation.kind == "completes")
        or (isinstance(expectation, ExpectedTruth) and expectation.kind == "once")
    )


def judged_elements(tried: Tried) -> set[str]:
    """The elements that decide in a scenario, by trying everything."""
    found = {
        name
        for name, gone in dropped(tried)
        if judged(tried, gone, lambda gone=gone: evolve(tried, catalog=gone.catalog).completed)  # type: ignore[misc]
    }
    catalog = tried.catalog
    for (family, sku), name in component_range_ids(catalog).items():
        component = catalog.component(catalog.families[family], sku)
        assert component is not None
        if not component.period.holds(tried.day):
            returned = with_component(catalog, family, sku)
            absent = lacking(returned, family, sku, tried.day)
            with_it = Tried(returned, tried.scenario, tried.day, absent, catalog)
            gone = Dropped(frozenset({""}), None, returned)
            if judged(with_it, gone, lambda with_it=with_it: evolve(with_it, before=None).completed):  # type: ignore[misc]
                found.add(name)
    return found | set(warnings(tried))


def lacking(catalog: Catalog, family: str, sku: str, day: date) -> Test:
    lowered = lower_product(catalog, day)
    slots = [slot.key for slot in catalog.slots if slot.family.key == family]

    def test(found: Assignment) -> bool:
        units = lowered.lift(found).units
        return not any(component.sku == sku for key in slots for component, _ in units[key])

    return test


def warnings(tried: Tried) -> Iterator[str]:
    """Warnings that are expected and given, and those that are not given because of the day."""
    expected = tried.scenario.expectations
    if not tried.keeping(tried.rules | tried.choices):
        return
    asked = any(not isinstance(each, ExpectedConflict | ExpectedCount) for each in expected)
    if not asked:
        return
    final = tried.assignment(tried.completed)
    named = {each.rule for each in expected if isinstance(each, ExpectedWarning)}
    for rule in tried.catalog.restrictions:
        if not decides(rule) and not tried.keeps(rule)(final):
            if not rule.period.holds(tried.day):
                yield range_id(rule.key)
            elif rule.key in named:
                yield rule.key


# ---------------------------------------------------------------- made scenarios


@st.composite
def covering_cases(draw: DrawFn) -> MadeCatalog:
    """Catalogs, some with wishes, with one scenario that expects one or a few things."""
    catalogs = made_catalogs(largest=60)
    catalog = draw(wished_catalogs(catalogs)).catalog if draw(st.booleans()) else draw(catalogs)
    dice = Dice(draw)
    maker = ExpressionMaker(dice)
    valid = catalog.valid
    aim = dice.one(valid) if valid and dice.chance(50) else None
    places = list(catalog.places) if dice.chance(15) else dice.several(catalog.places, 0, 3)
    choices = [said_about(dice, place, aim[place.name] if aim else None) for place in places]
    said = tuple(choice for choice in choices if choice is not None)
    skus = sorted({c.sku for p in catalog.places if isinstance(p, MadeSlot) for c in p.family.components})
    stock = {plain(sku): dice.number(0, 1) for sku in dice.several(skus, 0, 2)} if dice.chance(40) else {}
    texts = [each.text for each in expectations(dice, catalog, maker)]
    texts += ["unavailable"] * bool(stock)
    chosen = [dice.one(texts)] if dice.chance(60) else dice.several(texts, 1, 3)
    lines = [f"given date {DAY}", *(f'given stock "{sku}" = {count}' for sku, count in stock.items())]
    lines.append(f"choose {', '.join(choice.text for choice in said) or 'nothing'}")
    lines += [f"expect {text}" for text in chosen]
    text = 'scenario "made" {\n  ' + "\n  ".join(lines) + "\n}"
    return catalog.of([*catalog.statements, Statement(text)])


@examples(100)
@given(made=covering_cases(), rows=table_limits)
def test_what_decides_in_a_scenario_is_what_trying_everything_finds(made: MadeCatalog, rows: int) -> None:
    with tables_up_to(rows):
        asked = loaded(made)
        (scenario,) = asked.scenarios
        found = asked.scenario_coverage(scenario)
        expected = judged_elements(Tried(asked.catalog, scenario, DAY))

    assert (expected, "") == (set(found.decided), found.reason)


@examples(60)
@given(made=covering_cases())
def test_what_a_scenario_would_miss_is_covered_by_it(made: MadeCatalog) -> None:
    asked = loaded(made)
    (scenario,) = asked.scenarios
    covered = asked.scenario_coverage(scenario).decided

    missed = {
        name
        for name, gone in dropped(Tried(asked.catalog, scenario, DAY))
        if "range" not in name and is_killed(asked, scenario, gone.catalog)
    }

    assert missed <= covered


def is_killed(asked: Configurator, scenario: Scenario, mutant: Catalog) -> bool:
    """Whether a scenario that passes on a catalog does not on another one."""
    before = run_scenario(scenario, DAY, lambda _: asked.product(DAY), NO_LIMITS)
    prepared = prepare_product(mutant, DAY, engine="backtracking")
    after = run_scenario(scenario, DAY, lambda _: prepared, NO_LIMITS)
    return before.state == "passed" != after.state


@pytest.mark.parametrize("name", ["coffee_machine", "lift"])
def test_a_mutant_without_an_element_is_killed_only_by_scenarios_that_cover_it(name: str) -> None:
    catalog = Configurator.load(f"package:{name}")
    covering = {
        each.element.id: {scenario.location for scenario in each.scenarios}
        for each in catalog.rule_coverage().elements
    }

    killed = [
        (each.mutant.element, each.outcome.location)
        for each in catalog.mutate().killed
        if each.mutant.operator in {"drop", "row"} and isinstance(each.outcome, KilledMutant)
    ]

    assert len(killed) > 5
    assert [] == [(element, location) for element, location in killed if location not in covering[element]]
