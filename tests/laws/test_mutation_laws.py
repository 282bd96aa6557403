"""The laws of rule mutation: what comes of mutants is what listing everything says."""

from collections.abc import Iterator
from datetime import date
from itertools import combinations
from math import prod
from random import Random

from attrs import evolve, frozen
from hypothesis import assume, given
from hypothesis import strategies as st
from hypothesis.vendor.pretty import RepresentationPrinter
from law_settings import examples

from configurator.authoring.mutation.generation import days_that_differ
from configurator.authoring.mutation.mutation import mutate
from configurator.authoring.mutation.outcomes import (
    KilledMutant,
    MutantReport,
    MutationReport,
    SurvivingMutant,
)
from configurator.authoring.scenarios.running import run_scenario
from configurator.catalog.applied_bundles import bundles_price, with_bundles_price
from configurator.catalog.evaluation import Chosen
from configurator.catalog.expectations import (
    Expectation,
    ExpectedConflict,
    ExpectedCount,
    ExpectedVerdict,
    ExpectedWarning,
)
from configurator.catalog.judgement import violations
from configurator.catalog.model import Bundle, Catalog, Scenario
from configurator.configuration.choices import read_choices
from configurator.configuration.enumeration import count_configurations
from configurator.configuration.model import Configuration, configuration_of
from configurator.configuration.product import ask, prepare_product
from configurator.configurator import Configurator
from configurator.csp.variables import Assignment
from configurator.engines.engine import NO_LIMITS, Unknown
from configurator.engines.exhaustive import ExhaustiveEngine
from configurator.lowering.product import decides
from configurator.testing import CatalogSample, catalogs

LARGEST = 400
"""Assignments of a catalog that are tried out one by one."""
MOST_MUTANTS = 8
"""Mutants of one catalog that are held against trying everything."""


@frozen(eq=False)
class World:
    """Everything that a catalog's places can hold on a day with some bundles applied, rules left aside."""

    catalog: Catalog
    day: date
    everything: tuple[Chosen, ...]
    bundles: tuple[Bundle, ...] = ()

    def valid(self, catalog: Catalog) -> set[int]:
        """Which of it keeps all that decides."""
        priced = self.priced(catalog)
        return {
            number
            for number, chosen in enumerate(self.everything)
            if not any(broken_by(priced, chosen, self.day, deciding=True))
        }

    def warned(self, catalog: Catalog, key: str) -> set[int]:
        """What a warning or hint is told of."""
        priced = self.priced(catalog)
        return {
            number
            for number, chosen in enumerate(self.everything)
            if key in broken_by(priced, chosen, self.day, deciding=False)
        }

    def priced(self, catalog: Catalog) -> Catalog:
        """The catalog with what the bundles come to."""
        return with_bundles_price(catalog, bundles_price(self.bundles))

    def configuration(self, number: int) -> Configuration:
        return configuration_of(self.catalog, self.everything[number])


def broken_by(catalog: Catalog, chosen: Chosen, day: date, *, deciding: bool) -> list[str]:
    """Ids of what a configuration breaks, read literally."""
    return [
        restriction.key
        for restriction in catalog.restrictions
        if decides(restriction) is deciding
        and restriction.period.holds(day)
        and violations(restriction, chosen)
    ]


def world_of(catalog: Catalog, day: date, bundles: tuple[Bundle, ...]) -> World | None:
    """`None` where it is too large."""
    product = prepare_product(evolve(catalog, restrictions=()), day, engine="exhaustive").applying(bundles)
    if prod(variable.size for variable in product.lowered.layout.variables) > LARGEST:
        return None
    choices = ask(product, ()).choices
    if choices.impossible:
        return World(catalog, day, (), bundles)
    problem = ExhaustiveEngine().prepare(product.lowered.problem)
    found = problem.extended(choices.constraints, NO_LIMITS).solutions(choices.assumptions, NO_LIMITS)
    return World(catalog, day, tuple(map(product.lowered.lift, map(assignment, found))), bundles)


def assignment(found: object) -> Assignment:
    assert isinstance(found, tuple)
    return found


@frozen(eq=False)
class Case:
    """A catalog with scenarios that it agrees with, and what of it can be listed."""

    asked: Configurator
    scenarios: tuple[Scenario, ...]
    day: date
    worlds: tuple[World, ...]

    def _repr_pretty_(self, printer: RepresentationPrinter, cycle: bool) -> None:
        assert not cycle
        printer.text(f"Case({self.asked!r}, {[each.title for each in self.scenarios]})")

    def mutated(self, engine: str | None = None) -> MutationReport:
        catalog = self.asked.catalog
        return mutate(catalog, self.scenarios, self.day, self.asked.product, engine=engine, limits=NO_LIMITS)


def agreeing(asked: Configurator, day: date) -> Iterator[Scenario]:
    """The scenarios of a catalog, each with the expectations that it meets."""
    for outcome in asked.test(as_of=day):
        scenario = outcome.scenario
        met = tuple(
            expectation
            for expectation, found in zip(scenario.expectations, outcome.expectations, strict=False)
            if found.state == "passed"
        )
        if met and not scenario.todo:
            yield evolve(scenario, expectations=met)


def ways_to_apply(catalog: Catalog) -> Iterator[tuple[Bundle, ...]]:
    """Bundles change what is valid where a rule reads their price."""
    yield ()
    if with_bundles_price(catalog, 1).restrictions is not catalog.restrictions:
        for size in range(1, len(catalog.bundles) + 1):
            yield from combinations(catalog.bundles, size)


def case_of(asked: Configurator, day: date) -> Case | None:
    """A catalog with the scenarios it has; `None` where it is too large."""
    worlds: list[World] = []
    for bundles in ways_to_apply(asked.catalog):
        for each in days_that_differ(asked.catalog, day):
            world = world_of(asked.catalog, each, bundles)
            if world is None:
                return None
            worlds.append(world)
    return Case(asked, tuple(agreeing(asked, day)), day, tuple(worlds))


def told_of(case: Case, dice: Random) -> Iterator[Scenario]:
    """Some configurations, whole or in part, with what is the case of them."""
    world, catalog = case.worlds[0], case.asked.catalog
    span = catalog.families[next(iter(catalog.families))].span
    for number in range(min(4, len(world.everything))):
        configuration = world.configuration(dice.randrange(len(world.everything)))
        choices = read_choices(catalog, dict(configuration))
        if number % 2:
            choices = tuple(each for each in choices if dice.random() < 0.6)
        made = Scenario(f"made {number}", (), False, None, (), (), choices, (), span, span)
        yield evolve(made, expectations=tuple(expectations(case, made, dice)))


def expectations(case: Case, made: Scenario, dice: Random) -> Iterator[Expectation]:
    """What is the case of a scenario's choices."""
    span, asked = made.span, ask(case.asked.product(case.day), made.choices)
    counted = count_configurations(asked)
    assert not isinstance(counted, Unknown)
    if dice.random() < 0.5:
        yield ExpectedCount("=", counted.value, span, span)
    deciding = [each.key for each in case.asked.catalog.restrictions if decides(each)]
    tried: list[Expectation] = [ExpectedVerdict("valid", span), ExpectedConflict((), False, span)]
    tried += [ExpectedConflict((key,), only, span) for key in deciding for only in (True, False)]
    tried += [
        ExpectedWarning(each.key, span) for each in case.asked.catalog.restrictions if not decides(each)
    ]
    product = case.asked.product(case.day)
    for each in tried:
        alone = evolve(made, expectations=(each,))
        if run_scenario(alone, case.day, lambda _: product, NO_LIMITS).state == "passed":
            yield each


@st.composite
def cases(draw: st.DrawFn) -> Case:
    """Catalogs with scenarios, small enough for trying everything."""
    sample: CatalogSample = draw(catalogs(max_families=2, max_components=3, max_combinations=LARGEST))
    asked = sample.configurator
    found = case_of(asked, asked.catalog.tested_on or date(2026, 11, 22))
    assume(found is not None)
    assert found is not None
    more = tuple(each for each in told_of(found, draw(st.randoms())) if each.expectations)
    return evolve(found, scenarios=(*found.scenarios, *draw(st.sampled_from(((), more)))))


def differences(case: Case, mutated: Catalog, key: str) -> dict[str, dict[date, set[Configuration]]]:
    """What is lost, gained and silenced, by day."""
    found: dict[str, dict[date, set[Configuration]]] = {"lost": {}, "gained": {}, "silenced": {}}
    for world in case.worlds:
        before, after = world.valid(case.asked.catalog), world.valid(mutated)
        told = world.warned(case.asked.catalog, key) - world.warned(mutated, key)
        for kind, numbers in (
            ("lost", before - after),
            ("gained", after - before),
            ("silenced", told & before & after),
        ):
            if numbers:
                told_on = found[kind].setdefault(world.day, set())
                told_on |= {world.configuration(number) for number in numbers}
    return found


def fails(case: Case, report: MutantReport, mutated: Catalog, scenario: Scenario) -> bool:
    """Whether a scenario notices a mutant, run like any other."""
    day = scenario.day or case.day
    product = prepare_product(mutated, day)
    changed = report.mutant.change.scenario(case.asked.catalog, scenario)
    return run_scenario(changed, day, lambda _: product, NO_LIMITS).state == "failed"


@examples(15)
@given(case=cases(), dice=st.randoms(use_true_random=False))
def test_what_comes_of_a_mutant_is_what_trying_everything_says(case: Case, dice: Random) -> None:
    found = list(case.mutated())
    dice.shuffle(found)
    for report in found[:MOST_MUTANTS]:
        mutated = report.mutant.change.catalog(case.asked.catalog)
        key = case.asked.catalog.restrictions[report.mutant.change.number].key
        differing = differences(case, mutated, key)
        noticed = [each for each in case.scenarios if fails(case, report, mutated, each)]
        expected = "killed" if noticed else "survived" if any(differing.values()) else "equivalent"

        assert expected == report.outcome.state, report
        match report.outcome:
            case KilledMutant(scenario=title, location=location):
                assert (title, location) in {(each.title, each.span.location) for each in noticed}
            case SurvivingMutant(kind=kind, witness=witness, day=day):
                assert witness in differing[kind][day]
            case _:
                pass
