"""Scenarios and the days on which they are run."""

from collections.abc import Iterator
from datetime import date

from configurator.authoring.checks.periods import has_dates
from configurator.catalog.choices import SlotChoice
from configurator.catalog.expectations import ExpectedConflict
from configurator.catalog.model import Catalog, Scenario
from configurator.catalog.structure import Period, Slot
from configurator.diagnostics.diagnostic import Diagnostic, Severity
from configurator.source import SourceFile


def scenario_dates(catalog: Catalog) -> Iterator[Diagnostic]:
    """Scenarios without a day where days matter, and with a day on which what they name is not in force.

    Those without a day are one finding for each file, at the first of them.
    """
    if not has_dates(catalog):
        return
    scenarios = [scenario for scenario in catalog.scenarios if not scenario.todo]
    dated = [(scenario, scenario.day or catalog.tested_on) for scenario in scenarios]
    undated: dict[SourceFile, list[Scenario]] = {}
    for scenario, day in dated:
        if day is None:
            undated.setdefault(scenario.title_span.file, []).append(scenario)
    for together in undated.values():
        yield _without_day(together)
    for scenario, day in dated:
        if day is not None:
            yield from _out_of_force(catalog, scenario, day)


def _without_day(scenarios: list[Scenario]) -> Diagnostic:
    which = "this scenario" if len(scenarios) == 1 else f"{len(scenarios)} scenarios"
    its = "its answer depends" if len(scenarios) == 1 else "their answers depend"
    return Diagnostic(
        "W0610",
        Severity.WARNING,
        f"no day is given for {which}, and {its} on it",
        scenarios[0].title_span,
        help=("write `tested on DATE` into the head of the catalog, or `given date DATE` into each",),
    )


def _out_of_force(catalog: Catalog, scenario: Scenario, day: date) -> Iterator[Diagnostic]:
    """What a scenario chooses, applies or blames must be in force, unless it expects that it is not."""
    for expectation in scenario.expectations:
        if isinstance(expectation, ExpectedConflict):
            for restriction in catalog.restrictions:
                if restriction.key in expectation.because and not restriction.period.holds(day):
                    yield _not_in_force(scenario, f"`{restriction.key}`", restriction.period, day)
            # Who expects it to be invalid may mean just that.
            return
    for bundle in catalog.bundles:
        if bundle.key in scenario.bundles and not bundle.period.holds(day):
            yield _not_in_force(scenario, f"bundle `{bundle.key}`", bundle.period, day)
    for choice in scenario.choices:
        slot = catalog.place_of.get(choice.slot) if isinstance(choice, SlotChoice) else None
        if isinstance(choice, SlotChoice) and isinstance(slot, Slot):
            for sku, _ in choice.units:
                component = catalog.component(slot.family, sku)
                if component is not None and not component.period.holds(day):
                    yield _not_in_force(scenario, f"`{sku}`", component.period, day)


def _not_in_force(scenario: Scenario, what: str, period: Period, day: date) -> Diagnostic:
    return Diagnostic(
        "W0622",
        Severity.WARNING,
        f'scenario "{scenario.title}" is run on {day}, and {what} is in force {period.describe()}',
        scenario.title_span,
        help=("give it a day on which it is in force",),
    )
