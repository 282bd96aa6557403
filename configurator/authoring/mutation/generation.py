"""The mutants of a catalog: every operator on every restriction; those that say the same are told once."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import date

from configurator.authoring.mutation.bounds import shifted
from configurator.authoring.mutation.mutants import OPERATORS, Draft, Mutant, Operator, named
from configurator.authoring.mutation.operators import dropped, flipped, swapped, without_rows
from configurator.authoring.mutation.written import Written
from configurator.authoring.ways import comparable
from configurator.catalog.model import Catalog
from configurator.catalog.rules import Restriction, Rule, VariantTable
from configurator.engines.switched import Part
from configurator.lowering.intervals import changes, periods
from configurator.lowering.layout import Layout, SlotLayout, lay_out
from configurator.lowering.product import lower_restriction

MOST_ROWS = 200
"""Rows of a table up to which its mutants are compared with each other: each has to be lowered for it."""


def days_that_differ(catalog: Catalog, first: date) -> tuple[date, ...]:
    """A day of each run of days on which the same is in force: a given one first, the others ascending."""
    starts = sorted({date.min, *(change for period in periods(catalog) for change in changes(period))})
    home = max(start for start in starts if start <= first)
    return (first, *(start for start in starts if start != home))


def generate(
    catalog: Catalog, layouts: Sequence[Layout], operators: Collection[Operator] = OPERATORS
) -> Iterator[Mutant]:
    """The mutants, in the order declared, those of one restriction in the order of the operators.

    Args:
        catalog: the catalog.
        layouts: those of the days on which something else is in force.
        operators: which changes to make.
    """
    written = Written()
    for number, restriction in enumerate(catalog.restrictions):
        drafts = tuple(_drafts(restriction, layouts, catalog, written))
        # All are made, so that an id does not depend on which are asked for.
        for mutant in _told_once(tuple(named(drafts, number)), layouts):
            if mutant.operator in operators:
                yield mutant


def _drafts(
    restriction: Restriction, layouts: Sequence[Layout], catalog: Catalog, written: Written
) -> Iterator[Draft]:
    yield dropped(restriction)
    if isinstance(restriction, VariantTable):
        yield from without_rows(restriction, written)
    yield from swapped(restriction, written)
    if isinstance(restriction, Rule):
        yield from flipped(restriction, written)
    yield from shifted(restriction, layouts, catalog.units, written)


def _told_once(mutants: Iterable[Mutant], layouts: Sequence[Layout]) -> Iterator[Mutant]:
    """Of those that come to the very same constraints the first."""
    seen: set[tuple[Part, ...]] = set()
    for mutant in mutants:
        said = _said(mutant, layouts)
        if said is None or said not in seen:
            yield mutant
        if said is not None:
            seen.add(said)


def _said(mutant: Mutant, layouts: Sequence[Layout]) -> tuple[Part, ...] | None:
    """What a mutated restriction says; `None` where that cannot be compared."""
    if mutant.operator == "drop":
        return ((),) * len(layouts)
    if isinstance(mutant.change.to, VariantTable) and len(mutant.change.to.rows) > MOST_ROWS:
        return None
    said = tuple(tuple(lower_restriction(mutant.change.to, layout)) for layout in layouts)
    return said if all(map(comparable, (each for found in said for each in found))) else None


def layouts_of(catalog: Catalog, days: Sequence[date]) -> tuple[Layout, ...]:
    """The layouts of some days, each once."""
    found: dict[object, Layout] = {}
    for day in days:
        layout = lay_out(catalog.places, day)
        slots = (each for each in layout.of.values() if isinstance(each, SlotLayout))
        found.setdefault(tuple(tuple(each.values) for each in slots), layout)
    return tuple(found.values())
