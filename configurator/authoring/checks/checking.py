"""All checks of a catalog by name, in order, with the reason for the order."""

from collections.abc import Callable, Iterable

from attrs import frozen

from configurator.authoring.checks.dates import dates_that_never_meet
from configurator.authoring.checks.instances import declared_path
from configurator.authoring.checks.names import shadowed_names
from configurator.authoring.checks.overlaps import covered_rows
from configurator.authoring.checks.scenario_dates import scenario_dates
from configurator.authoring.checks.table_gaps import table_gaps
from configurator.authoring.checks.unused import unused_declarations
from configurator.catalog.model import Catalog
from configurator.diagnostics.diagnostic import Diagnostic, in_order
from configurator.source import Span
from configurator.syntax.collection import uncollected


@frozen
class Check:
    """One check: it reads a catalog and yields what it finds, in catalog order."""

    name: str
    run: Callable[[Catalog], Iterable[Diagnostic]]


CHECKS: tuple[Check, ...] = (
    # Names first: whoever means another thing than he wrote reads every later finding wrongly.
    Check("names", shadowed_names),
    # A cell that matches nothing often explains the gap, and a gap the row that covers too much.
    Check("gaps", table_gaps),
    Check("overlaps", covered_rows),
    Check("dates", dates_that_never_meet),
    Check("scenarios", scenario_dates),
    # Last, because what is unused does no harm.
    Check("unused", unused_declarations),
)


def check_catalog(catalog: Catalog) -> tuple[Diagnostic, ...]:
    """Warnings and hints about a catalog that loads, by file and place.

    Nothing is solved: time grows with the text of the catalog, not with its configurations. What the
    compiler notices on its way, such as a rule that an absent component switches off, is not repeated here.
    """
    found: dict[tuple[str, Span | None, str], Diagnostic] = {}
    with uncollected():
        for check in CHECKS:
            for finding in check.run(catalog):
                found.setdefault((finding.code, finding.span, declared_path(finding.message)), finding)
    return in_order(found.values())
