"""Families that no slot uses, columns that nothing reads."""

from collections.abc import Iterator

from configurator.authoring.checks.reading import columns_read
from configurator.catalog.model import Catalog
from configurator.catalog.replenishment import COST, LEAD_TIME, POLICY
from configurator.catalog.structure import ComponentFamily
from configurator.diagnostics.diagnostic import Diagnostic, Severity

FOR_PEOPLE = frozenset({"name", "title", "description"})
"""Columns that are there to be read by people."""
FOR_STOCK = frozenset({POLICY, LEAD_TIME, COST})
"""Columns that are there to be read by stock."""
MOST_NAMED = 5
"""Columns of one family that are named; more are counted."""


def unused_declarations(catalog: Catalog) -> Iterator[Diagnostic]:
    """A warning for each family without a slot, a hint for each family with columns that nothing reads.

    One hint for a family, not one for each column: data of an enterprise system have many. A catalog that
    says nothing but what there is has just been begun, and gets none.
    """
    begun = bool(catalog.restrictions or catalog.calcs)
    used = {slot.family.key for slot in catalog.slots}
    read = columns_read(catalog)
    for family in catalog.families.values():
        if family.key not in used:
            yield _without_slot(family)
            continue
        columns = [name for name in family.attributes if name not in FOR_PEOPLE | FOR_STOCK]
        idle = [name for name in columns if (family.key, name) not in read]
        if idle and begun:
            yield _unread(family, idle)


def _without_slot(family: ComponentFamily) -> Diagnostic:
    name = family.key.rpartition(".")[2]
    return Diagnostic(
        "W0620",
        Severity.WARNING,
        f"no slot is filled from the family `{family.key}`",
        family.span,
        help=(f"say `choose` behind its name, or declare a slot: `slot … : {name} choose one`",),
    )


def _unread(family: ComponentFamily, names: list[str]) -> Diagnostic:
    named = ", ".join(f"`{name}`" for name in names[:MOST_NAMED])
    more = len(names) - MOST_NAMED
    if more > 0:
        named = f"{named} and {more} more"
    them = "it" if len(names) == 1 else "them"
    return Diagnostic(
        "W0621",
        Severity.HINT,
        f"nothing reads {named} of the family `{family.key}`",
        family.attributes[names[0]].span,
        help=(f"no rule, calc, table, message, resource, wish or scenario speaks of {them}",),
    )
