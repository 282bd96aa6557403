"""What can be covered: rules, tables, rows, resources and effective ranges of a catalog, each with an id."""

from collections import Counter
from collections.abc import Iterator
from typing import Literal

from attrs import field, frozen

from configurator.catalog.model import Catalog
from configurator.catalog.rules import Resource, Restriction, Rule, VariantTable
from configurator.catalog.structure import ComponentFamily, Period
from configurator.source import Span

MOST_ROWS = 1_000
"""Rows of a table up to which each of them is looked at; a longer table is looked at as a whole."""

ElementKind = Literal["rule", "table", "row", "resource", "range"]


@frozen
class CoverageElement:
    """Something that an author wrote and that a scenario should decide by.

    Attributes:
        kind: `row` is a row of a table, `range` the days on which something is in force.
        id: a stable name: `cpu-socket`, `cooling`, `cooling row 2`, `power`, `range of GPU-4060`.
        location: where it stands, `file:line:column`.
        span: the same as a stretch of its file; `None` where it came from another process.
    """

    kind: ElementKind
    id: str
    location: str
    span: Span | None = field(eq=False, repr=False, default=None)


def coverage_elements(catalog: Catalog) -> tuple[CoverageElement, ...]:
    """Everything that can be covered: ranges of components, then what restricts, then ranges of bundles.

    In the order declared, rows after their table, a range after what it is of. Rows of a table that has more
    than `MOST_ROWS` are left out; `long_tables` tells which. Families that no slot takes have no say.
    """
    return tuple(_elements(catalog))


def long_tables(catalog: Catalog) -> tuple[VariantTable, ...]:
    """The tables whose rows are too many to be looked at one by one, in the order declared."""
    return tuple(
        each for each in catalog.restrictions if isinstance(each, VariantTable) and len(each.rows) > MOST_ROWS
    )


def row_id(table: VariantTable, number: int) -> str:
    """`cooling row 2`."""
    return f"{table.key} row {number}"


def range_id(of: str) -> str:
    """`range of GPU-4060`; of a rule, table or resource by its id."""
    return f"range of {of}"


def has_range(period: Period) -> bool:
    """Whether something is not always in force."""
    return period.start is not None or period.end is not None


def used_families(catalog: Catalog) -> tuple[ComponentFamily, ...]:
    """The families that some slot takes, in the order declared."""
    used = {slot.family.key for slot in catalog.slots}
    return tuple(family for family in catalog.families.values() if family.key in used)


def component_range_ids(catalog: Catalog) -> dict[tuple[str, str], str]:
    """By family and SKU the id of the range of each component that has one, in the order declared.

    A SKU that something else with a range is called, too, is told with its family.
    """
    ranged = [
        (family.key, component.sku)
        for family in used_families(catalog)
        for component in family.components
        if has_range(component.period)
    ]
    names = Counter(sku for _, sku in ranged)
    names.update(each.key for each in (*catalog.restrictions, *catalog.bundles) if has_range(each.period))
    return {
        (family, sku): range_id(sku if names[sku] == 1 else f"{sku} in {family}") for family, sku in ranged
    }


def kind_of_element(restriction: Restriction) -> ElementKind:
    """What a restriction is called."""
    match restriction:
        case Rule():
            return "rule"
        case VariantTable():
            return "table"
        case Resource():
            return "resource"


def _elements(catalog: Catalog) -> Iterator[CoverageElement]:
    ids = component_range_ids(catalog)
    for family in used_families(catalog):
        for component in family.components:
            if has_range(component.period):
                yield _element("range", ids[(family.key, component.sku)], component.span)
    for restriction in catalog.restrictions:
        yield _element(kind_of_element(restriction), restriction.key, restriction.span)
        if has_range(restriction.period):
            yield _element("range", range_id(restriction.key), restriction.span)
        if isinstance(restriction, VariantTable) and len(restriction.rows) <= MOST_ROWS:
            for row in restriction.rows:
                yield _element("row", row_id(restriction, row.number), row.span)
    for bundle in catalog.bundles:
        if has_range(bundle.period):
            yield _element("range", bundle_range_id(catalog, bundle.key), bundle.span)


def bundle_range_id(catalog: Catalog, key: str) -> str:
    """The id of a bundle's range; `range of bundle winter` where a rule has that name, too."""
    taken = any(each.key == key for each in catalog.restrictions)
    return range_id(f"bundle {key}" if taken else key)


def _element(kind: ElementKind, name: str, span: Span) -> CoverageElement:
    return CoverageElement(kind, name, span.location, span)
