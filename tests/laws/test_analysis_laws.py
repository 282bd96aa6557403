"""The laws of analysis: what it finds, and nothing else, on catalogs whose meaning is tried out."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from fractions import Fraction
from itertools import combinations

from asked_catalogs import TABLE_LIMITS, loaded, named, tables_up_to
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st
from law_settings import examples

from configurator.authoring.analysis.findings import (
    DEAD,
    FALSE_OPTIONAL,
    FORCED,
    IDLE_ROW,
    NEVER_FIRES,
    Analysis,
)
from configurator.catalog.evaluation import Chosen, evaluate, truth
from configurator.catalog.model import Catalog
from configurator.catalog.rules import Resource, Rule, VariantTable
from configurator.configuration.enumeration import Count
from configurator.configuration.product import prepare_product
from configurator.configurator import Configurator
from configurator.lowering.product import decides, resource_value
from configurator.testing.made.catalogs import MadeCatalog, made_catalogs
from configurator.testing.made.products import DAY, MadeRestriction, MadeSlot, Scene

MOST_RULES = 6

table_limits = st.sampled_from(TABLE_LIMITS)


def analysis_of(catalog: MadeCatalog, engine: str = "auto") -> Analysis:
    """What the library finds."""
    found = loaded(catalog, engine).analyze(as_of=DAY)
    assert isinstance(found, Analysis)
    assert {} == {topic: reason for topic, reason in found.open.items() if topic != "shares of components"}
    return found


def in_force(catalog: MadeCatalog) -> tuple[MadeRestriction, ...]:
    """What decides on the day."""
    return tuple(restriction for restriction in catalog.restrictions if restriction.in_force)


def kept_by(catalog: MadeCatalog, restrictions: Iterable[MadeRestriction]) -> Iterator[Scene]:
    """What keeps some restrictions."""
    rules = tuple(restrictions)
    return (scene for scene in catalog.scenes if all(rule.kept(scene) for rule in rules))


def names(restrictions: Iterable[MadeRestriction]) -> tuple[str, ...]:
    """Ids as the library tells them."""
    return tuple(str(named(restriction.name)) for restriction in restrictions)


def skus_of(scene: Scene, slot: MadeSlot) -> tuple[str, ...]:
    """What a slot holds."""
    filling = scene[slot.name]
    assert isinstance(filling, tuple)
    return tuple(component.sku for component, _ in filling)


def slots_of(catalog: MadeCatalog) -> tuple[MadeSlot, ...]:
    """The slots, in catalog order."""
    return tuple(place for place in catalog.places if isinstance(place, MadeSlot))


def fewest(rules: Sequence[MadeRestriction], suffices: object) -> int:
    """How many rules suffice at the least."""
    assert callable(suffices)
    return next(size for size in range(len(rules) + 1) if any(map(suffices, combinations(rules, size))))


# ---------------------------------------------------------------- counts


@examples(12)
@given(catalog=made_catalogs(crowded=True), rows=table_limits)
def test_each_rule_refuses_alone_what_all_others_keep(catalog: MadeCatalog, rows: int) -> None:
    with tables_up_to(rows):
        found = analysis_of(catalog)
    rules = in_force(catalog)
    expected = {
        name: sum(not rule.kept(scene) for scene in kept_by(catalog, (r for r in rules if r is not rule)))
        for name, rule in zip(names(rules), rules, strict=True)
    }

    assert len(catalog.valid) == found.configurations
    if catalog.valid:
        assert expected == {weight.rule: weight.alone for weight in found.weights}


@examples(12)
@given(catalog=made_catalogs(crowded=True), engine=st.sampled_from(("auto", "sat")))
def test_redundant_means_as_many_configurations_without_the_rule(catalog: MadeCatalog, engine: str) -> None:
    found = analysis_of(catalog, engine)
    rules = in_force(catalog)
    same = tuple(rule for rule in rules if len(catalog.without(rule).valid) == len(catalog.valid))

    if catalog.valid:
        assert names(same) == found.redundant_rules


@examples(12)
@given(catalog=made_catalogs(crowded=True))
def test_the_rules_that_make_one_redundant_are_the_fewest_that_do(catalog: MadeCatalog) -> None:
    found = analysis_of(catalog)
    rules = in_force(catalog)
    by_name = dict(zip(names(rules), rules, strict=True))
    for finding in found.findings:
        if finding.kind == "redundant":
            rule = by_name[finding.about[0]]

            def implied(others: Iterable[MadeRestriction], rule: MadeRestriction = rule) -> bool:
                return all(rule.kept(scene) for scene in kept_by(catalog, others))

            assert implied([by_name[name] for name in finding.because])
            rest = [other for other in rules if other is not rule]
            assert fewest(rest, implied) == len(finding.because)


# ---------------------------------------------------------------- dead and false optional


@examples(12)
@given(catalog=made_catalogs(crowded=True), rows=table_limits)
def test_dead_components_are_those_in_no_listed_configuration(catalog: MadeCatalog, rows: int) -> None:
    with tables_up_to(rows):
        found = analysis_of(catalog)
    slots = slots_of(catalog)
    living = {sku for scene in catalog.valid for slot in slots for sku in skus_of(scene, slot)}
    usable = {sku for scene in catalog.scenes for slot in slots for sku in skus_of(scene, slot)}
    rules = in_force(catalog)

    if catalog.valid:
        assert {str(named(sku)) for sku in usable - living} == set(found.dead_components)
        for finding in found.of(DEAD):

            def ruled_out(kept: Iterable[MadeRestriction], skus: tuple[str, ...] = finding.about) -> bool:
                scenes = kept_by(catalog, kept)
                return not any(
                    str(named(held)) in skus
                    for scene in scenes
                    for slot in slots
                    for held in skus_of(scene, slot)
                )

            assert fewest(rules, ruled_out) == len(finding.because)
            assert ruled_out(rule for rule in rules if str(named(rule.name)) in finding.because)


@examples(12)
@given(catalog=made_catalogs(crowded=True))
def test_false_optional_slots_are_those_never_empty(catalog: MadeCatalog) -> None:
    found = analysis_of(catalog)
    never_empty = {
        str(named(slot.name))
        for slot in slots_of(catalog)
        if slot.low == 0 or slot.kind == "optional"
        if all(skus_of(scene, slot) for scene in catalog.valid)
    }

    if catalog.valid:
        assert never_empty == {finding.about[0] for finding in found.of(FALSE_OPTIONAL)}


@examples(12)
@given(catalog=made_catalogs(crowded=True))
def test_forced_components_are_those_in_every_listed_configuration(catalog: MadeCatalog) -> None:
    found = analysis_of(catalog)
    slots = {str(named(slot.name)): slot for slot in slots_of(catalog)}
    always = {
        (name, str(named(sku)))
        for name, slot in slots.items()
        for sku in {held for scene in catalog.scenes for held in skus_of(scene, slot)}
        if all(sku in skus_of(scene, slot) for scene in catalog.valid)
        if not all(sku in skus_of(scene, slot) for scene in catalog.scenes)
    }

    if catalog.valid:
        assert always == {finding.about for finding in found.of(FORCED) if finding.about[0] in slots}


# ---------------------------------------------------------------- void catalogs


@examples(40)
@given(catalog=made_catalogs(together=False, largest=120))
def test_a_void_catalog_is_blamed_on_minimal_sets_of_rules(catalog: MadeCatalog) -> None:
    rules = in_force(catalog)
    if len(rules) > MOST_RULES:
        # All subsets of the rules are tried, too many here.
        return
    found = analysis_of(catalog)
    assert (found.void is None) is bool(catalog.valid)
    if found.void is None or not catalog.scenes:
        return
    clashing = [
        set(some)
        for size in range(len(rules) + 1)
        for some in combinations(rules, size)
        if not any(True for _ in kept_by(catalog, some))
    ]
    minimal = [
        names(r for r in rules if r in some) for some in clashing if not any(s < some for s in clashing)
    ]
    drops = [
        [
            set(some)
            for some in combinations(rules, size)
            if any(kept_by(catalog, (r for r in rules if r not in some)))
        ]
        for size in range(len(rules) + 1)
    ]
    smallest = next(some for some in drops if some)

    assert set(found.void.conflicts) <= set(minimal)
    assert found.void.complete is (len(found.void.conflicts) == len(minimal))
    assert set(found.void.drops) <= {names(r for r in rules if r in some) for some in smallest}
    assert found.void.drops


# ---------------------------------------------------------------- rows


@examples(12)
@given(catalog=made_catalogs(crowded=True))
def test_idle_rows_are_those_without_which_as_many_are_valid(catalog: MadeCatalog) -> None:
    asked = loaded(catalog, "auto")
    found = asked.analyze(as_of=DAY)
    assert isinstance(found, Analysis)
    if not found.configurations:
        return
    idle = {finding.about for finding in found.of(IDLE_ROW)}
    # Such a row of an `allow partial` table may still keep its key from being free.
    never_used = {finding.about for finding in found.of(IDLE_ROW) if "never used" in finding.message}
    for table in asked.catalog.restrictions:
        if not isinstance(table, VariantTable) or table.key in found.redundant_rules or len(table.rows) < 2:
            continue
        if not table.period.holds(DAY):
            continue
        if any(test.kind == "other" for row in table.rows for test in row.tests):
            continue
        for row in table.rows:
            rest = evolve(table, rows=tuple(each for each in table.rows if each is not row))
            same = counted_with(asked, table, rest, DAY) == found.configurations

            about = (table.key, str(row.number))
            if table.kind == "allow partial" and about in never_used:
                continue

            assert same is (about in idle)


def counted_with(asked: Configurator, old: VariantTable, new: VariantTable, day: date) -> int:
    """How many configurations are valid with another table in a table's place."""
    restrictions = tuple(new if each is old else each for each in asked.catalog.restrictions)
    changed = evolve(asked.catalog, restrictions=restrictions)
    counted = Configurator(changed, (), engine=None, clock=asked._clock, source=()).count(as_of=day)
    assert isinstance(counted, Count)
    return counted.value


def solutions_of(catalog: Catalog) -> Iterator[Chosen]:
    """What is valid, as expressions see it."""
    product = prepare_product(catalog, DAY)
    return (product.lowered.lift(each) for each in product.prepared.solutions({}))


@examples(12)
@given(catalog=made_catalogs(crowded=True))
def test_rules_that_never_fire_are_those_whose_condition_nothing_meets(catalog: MadeCatalog) -> None:
    asked = loaded(catalog, "auto")
    found = asked.analyze(as_of=DAY)
    assert isinstance(found, Analysis)
    never = {finding.about[0] for finding in found.of(NEVER_FIRES)}
    for rule in asked.catalog.restrictions if found.configurations else ():
        guarded = isinstance(rule, Rule) and not rule.bindings and all(each.guards for each in rule.clauses)
        if not isinstance(rule, Rule) or not guarded or not decides(rule) or not rule.period.holds(DAY):
            continue
        others = tuple(each for each in asked.catalog.restrictions if each is not rule)
        fires = any(
            all(truth(guard, chosen) is True for guard in clause.guards)
            for chosen in solutions_of(evolve(asked.catalog, restrictions=others))
            for clause in rule.clauses
        )

        assert fires is (rule.key not in never)


@examples(12)
@given(catalog=made_catalogs(crowded=True))
def test_what_a_resource_leaves_at_the_least_is_what_some_configuration_leaves(catalog: MadeCatalog) -> None:
    asked = loaded(catalog, "auto")
    found = asked.analyze(as_of=DAY)
    assert isinstance(found, Analysis)
    resources = {each.key: each for each in asked.catalog.restrictions if isinstance(each, Resource)}
    for told in found.resources:
        resource = resources[told.resource]
        left = [evaluate(resource_value(resource), chosen) for chosen in solutions_of(asked.catalog)]
        known = [Fraction(worth) for worth in left if isinstance(worth, int | Fraction)]

        assert min(known) / (resource.unit.factor if resource.unit else 1) == told.least.number
