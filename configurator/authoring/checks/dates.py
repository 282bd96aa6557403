"""Effective dates that are never reached: what is never in force together, and what is gone."""

from collections.abc import Iterable, Iterator
from datetime import date, timedelta

from configurator.authoring.checks.heads import head_of
from configurator.authoring.checks.instances import declared_path
from configurator.authoring.checks.periods import has_dates, is_bounded, overlap
from configurator.authoring.checks.reading import nodes_of
from configurator.catalog.choices import SlotChoice
from configurator.catalog.expressions import Comparison, Constant, OneOf
from configurator.catalog.model import Bundle, Catalog
from configurator.catalog.rules import Default, Restriction, Rule, VariantTable
from configurator.catalog.structure import Period, Slot
from configurator.catalog.values import ComponentType
from configurator.diagnostics.diagnostic import Diagnostic, Severity
from configurator.source import Span


def dates_that_never_meet(catalog: Catalog) -> Iterator[Diagnostic]:
    """Warnings about periods, in the order: rules, tables and resources; bundles; defaults; slots.

    What a catalog says of the past is no finding: it is history. The day that a catalog is `tested on` is
    the only one that counts as today.
    """
    if not has_dates(catalog):
        return
    periods = _Periods(catalog)
    for restriction in catalog.restrictions:
        yield from _restriction(restriction, periods)
    for bundle in catalog.bundles:
        yield from _bundle(bundle, catalog, periods)
    if catalog.tested_on is not None:
        for default in catalog.defaults:
            yield from _default(default, catalog.tested_on, periods)
    for slot in catalog.slots:
        yield from _slot(slot, catalog.tested_on)


class _Periods:
    """When the components of every SKU are in force."""

    def __init__(self, catalog: Catalog) -> None:
        self._of: dict[str, list[Period]] = {}
        for family in catalog.families.values():
            for component in family.components:
                self._of.setdefault(component.sku, []).append(component.period)

    def of(self, sku: str) -> Period | None:
        """The period of a SKU; `None` for one in two families, which have their own dates."""
        found = self._of.get(sku, [])
        return found[0] if len(found) == 1 else None


# ---------------------------------------------------------------- rules, tables, resources, bundles


def _restriction(restriction: Restriction, periods: _Periods) -> Iterator[Diagnostic]:
    kind = type(restriction).__name__.removeprefix("Variant").lower()
    what = f"{kind} `{restriction.key}`"
    match restriction:
        case Rule():
            skus = dict.fromkeys(_skus_in(restriction.clauses))
            yield from _never_together(what, restriction.period, skus, restriction.span, periods)
        case VariantTable():
            yield from _table_rows(restriction, periods)
        case _:
            pass


def _skus_in(value: object) -> Iterator[str]:
    """The SKUs that expressions compare a component with."""
    for node in nodes_of(value):
        match node:
            case Constant(value=str(sku), type=ComponentType()):
                yield sku
            case (
                Comparison(left=Constant(value=str(sku)), right=side)
                | Comparison(left=side, right=Constant(value=str(sku)))
            ) if isinstance(side.type, ComponentType):
                yield sku
            case OneOf(item=item, values=values) if isinstance(item.type, ComponentType):
                yield from sorted(str(each) for each in values)
            case _:
                pass


def _never_together(
    what: str, period: Period, skus: Iterable[str], span: Span, periods: _Periods
) -> Iterator[Diagnostic]:
    for sku in skus:
        own = periods.of(sku)
        if own is not None and overlap(period, own) is None:
            yield Diagnostic(
                "W0711",
                Severity.WARNING,
                f"{what} is in force {period.describe()}, `{sku}` only {own.describe()}",
                head_of(span),
                help=("the two never meet: mend the dates of one of them",),
            )


def _table_rows(table: VariantTable, periods: _Periods) -> Iterator[Diagnostic]:
    """Rows all of whose components of one column are never in force while the table is."""
    for row in table.rows:
        for column, test in zip(table.columns, row.tests, strict=True):
            if not isinstance(column.expression.type, ComponentType) or test.kind != "values":
                continue
            if test.negated or test.absent or not test.values:
                continue
            skus = sorted(str(value) for value in test.values)
            own = [periods.of(sku) for sku in skus]
            if all(each is not None and overlap(table.period, each) is None for each in own):
                what = f"row {row.number} of table `{table.key}`"
                yield from _never_together(what, table.period, skus[:1], row.span, periods)


def _bundle(bundle: Bundle, catalog: Catalog, periods: _Periods) -> Iterator[Diagnostic]:
    what = f"bundle `{bundle.key}`"
    skus = [sku for choice in bundle.choices if isinstance(choice, SlotChoice) for sku, _ in choice.units]
    yield from _never_together(what, bundle.period, skus, bundle.span, periods)
    if catalog.tested_on is not None and bundle.period.holds(catalog.tested_on):
        for sku in skus:
            own = periods.of(sku)
            if own is not None and overlap(bundle.period, own) and not own.holds(catalog.tested_on):
                yield _not_on_the_day(what, sku, own, catalog.tested_on, bundle.span)


# ---------------------------------------------------------------- on the day that it is tested on


def _default(default: Default, day: date, periods: _Periods) -> Iterator[Diagnostic]:
    for sku, _ in default.units:
        own = periods.of(sku)
        # One for a component to come is a plan; one for a component that is gone was forgotten.
        if own is not None and own.end is not None and own.end < day:
            yield _not_on_the_day(
                f"the default of `{declared_path(default.place)}`", sku, own, day, default.span
            )


def _not_on_the_day(what: str, sku: str, own: Period, day: date, span: Span) -> Diagnostic:
    return Diagnostic(
        "W0712",
        Severity.WARNING,
        f"{what} names `{sku}`, which is in force {own.describe()}, and the catalog is tested on {day}",
        head_of(span),
        help=("name one that is in force",),
    )


# ---------------------------------------------------------------- slots that must be filled


def _slot(slot: Slot, tested_on: date | None) -> Iterator[Diagnostic]:
    """Days on which a slot must be filled and nothing can: between two components, or the tested one."""
    periods = [component.period for component in slot.family.components]
    if slot.cardinality.may_be_absent or not periods or not all(map(is_bounded, periods)):
        return
    gap = _gap_between(periods)
    if gap is not None:
        when = f"from {gap[0]} to {gap[1]}" if gap[0] != gap[1] else f"on {gap[0]}"
    elif tested_on is not None and not any(period.holds(tested_on) for period in periods):
        when = f"on {tested_on}, the day that the catalog is tested on,"
    else:
        return
    name = declared_path(slot.key)
    yield Diagnostic(
        "W0713",
        Severity.WARNING,
        f"`{name}` must be filled, and {when} no component is in force",
        slot.span,
        help=("nothing is valid on such a day: mend the dates, or declare the slot `choose optional`",),
    )


def _gap_between(periods: Iterable[Period]) -> tuple[date, date] | None:
    """The first days, both ends inclusive, that lie between two periods and in none."""
    latest: date | None = None
    for period in sorted(periods, key=lambda each: each.start or date.min):
        if latest is not None and period.start is not None and period.start > latest + timedelta(days=1):
            return latest + timedelta(days=1), period.start - timedelta(days=1)
        if period.end is None:
            return None
        latest = period.end if latest is None else max(latest, period.end)
    return None
