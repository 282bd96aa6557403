"""A catalog without any valid configuration: the rules to blame, and the fewest to drop."""

from collections.abc import Iterator
from itertools import islice
from typing import TypeVar

from attrs import evolve

from configurator.authoring.analysis.findings import VOID, Finding, VoidCatalog
from configurator.catalog.judgement import places_read
from configurator.catalog.structure import Cardinality, Slot
from configurator.engines.engine import SearchLimits
from configurator.errors import SearchLimitError
from configurator.explanation.conflict import SwitchedRules, listed, switched_rules
from configurator.explanation.minimal_sets import corrections, minimal_conflicts
from configurator.lowering.layout import SlotLayout
from configurator.lowering.product import LoweredProduct, lower_product

MOST_SETS = 5
"""How many sets of rules to blame are told, and how many sets to drop."""

T = TypeVar("T")


def void_catalog(lowered: LoweredProduct, rules: SwitchedRules, limits: SearchLimits) -> VoidCatalog:
    """Why there is no valid configuration, given that there is none."""
    layouts = [layout for layout in lowered.layout.of.values() if isinstance(layout, SlotLayout)]
    empty = [
        each.slot.key for each in layouts if not each.slot.cardinality.may_be_absent and not any(each.values)
    ]
    if empty:
        return _without(lowered, frozenset(empty), limits)
    every = range(len(rules.restrictions))

    def ids(numbers: tuple[int, ...] | frozenset[int]) -> tuple[str, ...]:
        return tuple(rules.restrictions[number].key for number in sorted(numbers))

    conflicts, complete = _first(minimal_conflicts(rules.problem, every, limits))
    dropped, _ = _first(corrections(rules.problem, every, limits))
    fewest = len(dropped[0]) if dropped else 0
    return VoidCatalog(
        tuple(ids(found.parts) for found in conflicts),
        complete,
        tuple(ids(found) for found in dropped if len(found) == fewest),
        (),
    )


def _without(lowered: LoweredProduct, empty: frozenset[str], limits: SearchLimits) -> VoidCatalog:
    """A catalog in which slots that must be filled cannot be: what else cannot hold together.

    Asked of the same catalog with these slots optional, and of the rules that do not read them.
    """
    places = tuple(
        evolve(place, cardinality=_or_none(place.cardinality))
        if isinstance(place, Slot) and place.key in empty
        else place
        for place in lowered.catalog.places
    )
    rules = switched_rules(lower_product(evolve(lowered.catalog, places=places), lowered.as_of), limits)
    apart = [n for n, rule in enumerate(rules.restrictions) if not empty & set(places_read(rule))]
    conflicts, complete = _first(minimal_conflicts(rules.problem, apart, limits))
    sets = tuple(tuple(rules.restrictions[n].key for n in sorted(found.parts)) for found in conflicts)
    return VoidCatalog(sets, complete, (), tuple(key for key in lowered.layout.of if key in empty))


def _or_none(cardinality: Cardinality) -> Cardinality:
    """As many, or none at all."""
    kind = "optional" if cardinality.kind == "one" else cardinality.kind
    return Cardinality(kind, 0, cardinality.maximum)


def void_finding(found: VoidCatalog, lowered: LoweredProduct, rules: SwitchedRules) -> Finding:
    """It as a finding, which stands where the first rule to blame stands."""
    message = f"no configuration is valid on {lowered.as_of}"
    if found.empty:
        slots = listed([f"`{slot}`" for slot in found.empty])
        notes = _clashes(found)
        reading = [each.key for each in rules.restrictions if set(found.empty) & set(places_read(each))]
        if reading:
            notes += (f"not looked at, for they read what is empty: {', '.join(reading)}",)
        return Finding(VOID, f"{message}: nothing is in force for {slots}", found.empty, notes=notes)
    locations = {restriction.key: restriction.span.location for restriction in rules.restrictions}
    first = found.conflicts[0] if found.conflicts else ()
    notes = _clashes(found)
    notes += tuple(f"enough to drop: {', '.join(rules)}" for rules in found.drops)
    location = locations[first[0]] if first else ""
    return Finding(VOID, message, first, location, first, notes)


def _clashes(found: VoidCatalog) -> tuple[str, ...]:
    """The sets of rules that cannot hold together, line by line."""
    notes = tuple(f"cannot hold together: {', '.join(rules)}" for rules in found.conflicts)
    return notes if found.complete else (*notes, "there may be more such sets")


def _first(found: Iterator[T]) -> tuple[list[T], bool]:
    """The first few, and whether these are all."""
    taken: list[T] = []
    try:
        # What was found before a limit ends the search is kept.
        taken.extend(islice(found, MOST_SETS + 1))
    except SearchLimitError:
        return taken, False
    return taken[:MOST_SETS], len(taken) <= MOST_SETS
