"""A catalog without any valid configuration: the rules to blame, and the fewest to drop."""

from collections.abc import Iterator
from itertools import islice
from typing import TypeVar

from configurator.authoring.analysis.findings import VOID, Finding, VoidCatalog
from configurator.engines.engine import SearchLimits
from configurator.errors import SearchLimitError
from configurator.explanation.conflict import SwitchedRules, listed
from configurator.explanation.minimal_sets import corrections, minimal_conflicts
from configurator.lowering.layout import SlotLayout
from configurator.lowering.product import LoweredProduct

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
        return VoidCatalog((), True, (), tuple(empty))
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


def void_finding(found: VoidCatalog, lowered: LoweredProduct, rules: SwitchedRules) -> Finding:
    """It as a finding, which stands where the first rule to blame stands."""
    message = f"no configuration is valid on {lowered.as_of}"
    if found.empty:
        slots = listed([f"`{slot}`" for slot in found.empty])
        return Finding(VOID, f"{message}: nothing is in force for {slots}", found.empty)
    locations = {restriction.key: restriction.span.location for restriction in rules.restrictions}
    first = found.conflicts[0] if found.conflicts else ()
    notes = tuple(f"cannot hold together: {', '.join(rules)}" for rules in found.conflicts)
    if not found.complete:
        notes += ("there are more such sets",)
    notes += tuple(f"enough to drop: {', '.join(rules)}" for rules in found.drops)
    location = locations[first[0]] if first else ""
    return Finding(VOID, message, first, location, first, notes)


def _first(found: Iterator[T]) -> tuple[list[T], bool]:
    """The first few, and whether these are all."""
    taken: list[T] = []
    try:
        # What was found before a limit ends the search is kept.
        taken.extend(islice(found, MOST_SETS + 1))
    except SearchLimitError:
        return taken, False
    return taken[:MOST_SETS], len(taken) <= MOST_SETS
