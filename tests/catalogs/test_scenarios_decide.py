"""The scenarios of the shipped catalogs try all that their rules say: nothing idle, no change unnoticed."""

from functools import cache
from pathlib import Path

import pytest

from configurator import Configurator
from configurator.authoring.mutation.outcomes import MutationReport
from configurator.catalog.model import Scenario
from configurator.catalog_files import shipped_catalogs

ROOT = Path(__file__).resolve().parents[2]
CATALOGS = ROOT / "catalogs"
PAGE = ROOT / "docs" / "reference" / "catalogs.md"


@cache
def catalog_of(name: str) -> Configurator:
    return Configurator.load(CATALOGS / name)


def scenarios_of(name: str) -> list[Scenario]:
    """Those of the catalog itself, then those in files of their own."""
    catalog = catalog_of(name)
    files = sorted((CATALOGS / name).rglob("*.pcat"))
    others = [file for file in files if file.read_text(encoding="utf-8").startswith("scenarios for ")]
    return [*catalog.scenarios, *(each for file in others for each in catalog.read_scenarios(file))]


@cache
def mutated(name: str) -> MutationReport:
    return catalog_of(name).mutate(scenarios_of(name))


@pytest.mark.parametrize("name", shipped_catalogs())
def test_everything_that_restricts_decides_in_some_scenario(name: str) -> None:
    catalog = catalog_of(name)
    decided: set[str] = set()
    for scenario in scenarios_of(name):
        # What has decided once need not be looked at again.
        decided |= catalog.scenario_coverage(scenario, known=decided).decided

    assert [] == [each.id for each in catalog.coverage_elements() if each.id not in decided]


@pytest.mark.parametrize("name", shipped_catalogs())
def test_no_small_change_to_a_rule_goes_unnoticed(name: str) -> None:
    report = mutated(name)

    assert report.killed
    assert [] == [each.mutant.id for each in report.survived]
    assert [] == [each.mutant.id for each in report.undecided]
    assert () == report.stale


@pytest.mark.parametrize("name", shipped_catalogs())
def test_the_page_tells_how_well_a_catalog_is_tested(name: str) -> None:
    report = mutated(name)
    figures = (
        len(scenarios_of(name)),
        len(catalog_of(name).coverage_elements()),
        len(report.killed),
        len(report.equivalent),
    )

    told = f"| `{name}` | {' | '.join(map(str, figures))} |"
    assert told in PAGE.read_text(encoding="utf-8").splitlines()


@pytest.mark.parametrize("name", shipped_catalogs())
def test_scenarios_of_a_catalog_have_titles_of_their_own(name: str) -> None:
    titles = [each.title for each in scenarios_of(name)]

    assert sorted(set(titles)) == sorted(titles)
