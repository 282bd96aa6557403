"""Periods: whether there are any in a catalog, and which days two of them share."""

from collections.abc import Callable

from configurator.catalog.model import Catalog
from configurator.catalog.structure import Component, Period


def is_bounded(period: Period) -> bool:
    """Whether it leaves any day out."""
    return period.start is not None or period.end is not None


def has_dates(catalog: Catalog) -> bool:
    """Whether anything in the catalog is in force on some days only."""
    for family in catalog.families.values():
        if any(is_bounded(component.period) for component in family.components):
            return True
    return any(is_bounded(each.period) for each in (*catalog.restrictions, *catalog.bundles))


def overlap(one: Period, other: Period) -> Period | None:
    """The days that two periods share; `None` for none."""
    if not is_bounded(one):
        return other
    if not is_bounded(other):
        return one
    starts = [day for day in (one.start, other.start) if day is not None]
    ends = [day for day in (one.end, other.end) if day is not None]
    start, end = max(starts, default=None), min(ends, default=None)
    return None if start is not None and end is not None and end < start else Period(start, end)


def in_force_within(period: Period) -> Callable[[Component], bool]:
    """Whether a component is ever in force within a period."""
    return lambda component: overlap(component.period, period) is not None
