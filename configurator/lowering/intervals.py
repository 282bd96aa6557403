"""How long a lowered catalog stays true: the days around one on which nothing comes or goes."""

from collections.abc import Iterator
from datetime import date, timedelta

from configurator.catalog.model import Catalog
from configurator.catalog.structure import ALWAYS, Period

DAY = timedelta(days=1)


def interval_in_force(catalog: Catalog, as_of: date) -> tuple[date | None, date | None]:
    """The longest run of days around one on which exactly the same things are in force.

    First and last day, both inclusive, `None` where it is open. On each of these days the catalog is
    lowered to the same problem, and warnings and bundles are the same, too; on the day before and the day
    after something differs. Linear in the number of components.
    """
    first: date | None = None
    last: date | None = None
    for period in periods(catalog):
        for change in changes(period):
            if change <= as_of:
                first = change if first is None else max(first, change)
            else:
                last = change - DAY if last is None else min(last, change - DAY)
    return first, last


def periods(catalog: Catalog) -> Iterator[Period]:
    """When components, rules, tables, resources and bundles are in force, but for what always is."""
    for family in catalog.families.values():
        yield from (component.period for component in family.components if component.period is not ALWAYS)
    yield from (restriction.period for restriction in catalog.restrictions)
    yield from (bundle.period for bundle in catalog.bundles)


def changes(period: Period) -> Iterator[date]:
    """The days on which something else is in force than the day before; none where a period holds no day."""
    if period.start is not None and period.end is not None and period.end < period.start:
        return
    if period.start is not None and period.start > date.min:
        yield period.start
    if period.end is not None and period.end < date.max:
        yield period.end + DAY
