"""Rule coverage in runs of pytest: told, written, judged, and the same however many processes take part."""

import json
from fractions import Fraction
from pathlib import Path

import pytest
from click.testing import CliRunner
from pytest_runs import ROOT, run, run_apart, write, write_shop

from configurator.authoring.coverage.elements import CoverageElement
from configurator.authoring.coverage.page import coverage_page
from configurator.authoring.coverage.report import ElementCoverage, RuleCoverage
from configurator.authoring.coverage.telling import too_little
from configurator.cli.main import root
from configurator.configurator import Configurator
from configurator.testing.pytest_findings import CoveredCatalog

# The failed scenario shows that a rule decides, too: what counts is what scenarios ask.
COVERED = """\
rule coverage of shop: 1 of 2 decided (50.0 %)
  rules 1 of 2
  missing  rule  eco-first  catalogs/rules.pcat:10
"""
MORE_RULES = """
rule eco-first "No strong supply for a small processor" warn:
  require psu.watts <= 400 W
  because "{psu.sku} is more than is needed."
"""
WASTE = """\
scenarios for "../shop.pcat"

scenario "more than is needed" {
  choose cpu = "C-ECO", psu = "P-500"
  expect warning eco-first
}
"""


@pytest.fixture
def shop(pytester: pytest.Pytester) -> pytest.Pytester:
    write_covered_shop(pytester.path)
    return pytester


def write_covered_shop(folder: Path) -> None:
    write_shop(folder)
    with (folder / "catalogs" / "rules.pcat").open("a", encoding="utf-8") as file:
        file.write(MORE_RULES)


def test_what_no_scenario_decides_is_told(shop: pytest.Pytester) -> None:
    result = run(shop, "--rule-coverage")

    assert COVERED in result.stdout.str()
    assert {"passed": 3, "failed": 1, "skipped": 1} == result.parseoutcomes()


def test_nothing_is_told_where_nobody_asked(shop: pytest.Pytester) -> None:
    assert "rule coverage" not in run(shop).stdout.str()


def test_what_is_not_run_covers_nothing(shop: pytest.Pytester) -> None:
    result = run(shop, "--rule-coverage", "-k", "office or silence")

    result.stdout.fnmatch_lines(["rule coverage of shop: 0 of 2 decided (0.0 %)"])


def test_nothing_is_told_of_what_is_only_collected(shop: pytest.Pytester) -> None:
    result = run(shop, "--rule-coverage", "--collect-only", "--rule-coverage-fail-under=100")

    assert pytest.ExitCode.OK == result.ret
    assert "rule coverage" not in result.stdout.str()


def test_all_files_of_scenarios_for_one_catalog_count_together(shop: pytest.Pytester) -> None:
    write(shop.path, {"catalogs/tests/waste.pcat": WASTE})

    result = run(shop, "--rule-coverage")

    result.stdout.fnmatch_lines(["rule coverage of shop: 2 of 2 decided (100.0 %)"])


@pytest.mark.parametrize("least", ["50", "49.9", "0"])
def test_enough_coverage_leaves_the_outcome_alone(shop: pytest.Pytester, least: str) -> None:
    result = run(shop, "--rule-coverage", f"--rule-coverage-fail-under={least}", "--deselect", WEAK)

    assert pytest.ExitCode.OK == result.ret


WEAK = "catalogs/shop.pcat::too weak"


@pytest.mark.parametrize(
    "arguments", [("--rule-coverage-fail-under=50.1",), ("-o", "configurator_rule_coverage_fail_under=100")]
)
def test_too_little_coverage_fails(shop: pytest.Pytester, arguments: tuple[str, ...]) -> None:
    result = run(shop, "--rule-coverage", *arguments, "--deselect", WEAK)

    assert pytest.ExitCode.TESTS_FAILED == result.ret
    assert {"passed": 3, "skipped": 1, "deselected": 1} == result.parseoutcomes()
    result.stdout.fnmatch_lines(["50.0 % is less than *"])


def test_a_setting_for_coverage_that_nobody_asks_for_does_nothing(shop: pytest.Pytester) -> None:
    result = run(shop, "-o", "configurator_rule_coverage_fail_under=100", "--deselect", WEAK)

    assert pytest.ExitCode.OK == result.ret


def test_without_any_catalog_too_little_is_covered(pytester: pytest.Pytester) -> None:
    pytester.makepyfile("def test_nothing(): pass")

    result = run(pytester, "--rule-coverage", "--rule-coverage-fail-under=1")

    assert pytest.ExitCode.TESTS_FAILED == result.ret
    result.stdout.fnmatch_lines(["no catalog was collected whose rules could be covered"])


def test_a_file_that_cannot_be_written_is_told(shop: pytest.Pytester) -> None:
    result = run(shop, "--rule-coverage=json", "--rule-coverage-file=nowhere/out.json", "--deselect", WEAK)

    assert pytest.ExitCode.TESTS_FAILED == result.ret
    result.stdout.fnmatch_lines(["the file `*out.json` cannot be written: no such file or directory"])


@pytest.mark.parametrize("form", ["text", "json", "html"])
def test_the_file_is_written_where_too_little_is_covered(shop: pytest.Pytester, form: str) -> None:
    arguments = (f"--rule-coverage={form}", "--rule-coverage-file=out", "--deselect", WEAK)
    run(shop, *arguments)
    expected = (shop.path / "out").read_bytes()
    (shop.path / "out").unlink()

    result = run(shop, *arguments, "--rule-coverage-fail-under=100")

    assert pytest.ExitCode.TESTS_FAILED == result.ret
    assert expected == (shop.path / "out").read_bytes()
    result.stdout.fnmatch_lines(["written to *out", "50.0 % is less than 100.0 %"])


def test_too_little_coverage_and_a_file_that_cannot_be_written_are_both_told(shop: pytest.Pytester) -> None:
    arguments = ("--rule-coverage", "--rule-coverage-file=nowhere/out", "--rule-coverage-fail-under=100")

    result = run(shop, *arguments, "--deselect", WEAK)

    assert pytest.ExitCode.TESTS_FAILED == result.ret
    assert "written to" not in result.stdout.str()
    result.stdout.fnmatch_lines(
        ["the file `*out` cannot be written: no such file or directory", "50.0 % is less than 100.0 %"]
    )


@pytest.mark.parametrize("least", ["50.1", "50.05", "92.5", "100", "100.0"])
def test_too_little_coverage_is_told_as_by_the_command(shop: pytest.Pytester, least: str) -> None:
    place = "catalogs/shop.pcat"
    result = run(shop, "--rule-coverage", f"--rule-coverage-fail-under={least}", place)
    told = CliRunner().invoke(root, ["test", place, "--rule-coverage", "--fail-under", least])

    *_, expected = told.stdout.splitlines()
    assert f"50.0 % is less than {float(least)} %" == expected
    assert expected in result.outlines


def test_what_is_undecided_is_told_where_it_might_be_enough() -> None:
    open_ones = (ElementCoverage(CoverageElement("rule", f"r{n}", "a.pcat:1:1"), (), why) for n, why in OPEN)
    coverage = RuleCoverage(tuple(open_ones))

    told = "0.0 % is less than 50.0 %, and what is undecided might be enough"
    assert told == too_little([coverage], Fraction(1, 2))
    assert "0.0 % is less than 50.1 %" == too_little([coverage], Fraction(501, 1000))
    assert "" == too_little([coverage], Fraction(0))


OPEN = ((1, ("the time limit",)), (2, ()))


def test_several_catalogs_of_one_name_are_told_apart_by_their_files(shop: pytest.Pytester) -> None:
    write_shop(shop.path / "other")

    result = run(shop, "--rule-coverage")

    result.stdout.fnmatch_lines(
        [
            "rule coverage of shop (catalogs/shop.pcat): *",
            "rule coverage of shop (other/catalogs/shop.pcat): *",
        ]
    )


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            ["--rule-coverage=pdf"],
            "--rule-coverage is text, json or html, not `pdf`; paths stand before the option",
        ),
        (
            ["--rule-coverage", "catalogs"],
            "--rule-coverage is text, json or html, not `catalogs`; paths stand before the option",
        ),
        (
            ["--rule-coverage=json"],
            "--rule-coverage=json is written into a file: name it with --rule-coverage-file",
        ),
        (["--rule-coverage-file=out.txt"], "--rule-coverage-file is about --rule-coverage: add that"),
        (["--rule-coverage-fail-under=5"], "--rule-coverage-fail-under is about --rule-coverage: add that"),
        (
            ["--rule-coverage", "--rule-coverage-fail-under=101"],
            "--rule-coverage-fail-under is a percentage such as 92.5, not `101`",
        ),
    ],
)
def test_options_that_do_not_go_together_are_refused(
    shop: pytest.Pytester, arguments: list[str], message: str
) -> None:
    result = run(shop, *arguments)

    assert pytest.ExitCode.USAGE_ERROR == result.ret
    assert f"ERROR: {message}" in result.errlines


def test_several_processes_cover_what_one_covers(pytester: pytest.Pytester) -> None:
    write_covered_shop(pytester.path)

    run(pytester, "--rule-coverage=json", "--rule-coverage-file=alone.json")
    told, code = run_apart(
        pytester.path, "--rule-coverage=json", "--rule-coverage-file=together.json", "-n", "4"
    )

    assert pytest.ExitCode.TESTS_FAILED == code
    assert (pytester.path / "alone.json").read_text() == (pytester.path / "together.json").read_text()
    assert "rule coverage of shop: 1 of 2 decided (50.0 %)" in told
    assert 'FAIL "too weak"' in told
    assert "1 failed, 3 passed, 1 skipped" in told


def test_a_page_is_the_same_after_a_way_between_processes(tmp_path: Path) -> None:
    write_covered_shop(tmp_path)
    shop = Configurator.load(tmp_path / "catalogs" / "shop.pcat")
    found = CoveredCatalog("shop", shop.rule_coverage())

    received = CoveredCatalog.received(json.loads(json.dumps(found.sent())))

    assert found == received
    assert coverage_page({"shop": found.coverage}) == coverage_page({"shop": received.coverage})


def test_coverage_is_what_the_catalog_itself_tells(shop: pytest.Pytester) -> None:
    run(shop, "--rule-coverage=json", "--rule-coverage-file=out.json", "catalogs/shop.pcat")
    told = json.loads((shop.path / "out.json").read_text(encoding="utf-8"))

    coverage = Configurator.load(shop.path / "catalogs" / "shop.pcat").rule_coverage()
    assert {
        (each.element.id, each.state, tuple(one.title for one in each.scenarios))
        for each in coverage.elements
    } == {
        (each["id"], each["state"], tuple(one["title"] for one in each["scenarios"]))
        for each in told["catalogs"][0]["elements"]
    }
    assert 0.5 == told["share"]


def test_a_page_shows_the_sources(shop: pytest.Pytester) -> None:
    run(shop, "--rule-coverage=html", "--rule-coverage-file=out.html")

    page = (shop.path / "out.html").read_text(encoding="utf-8")
    assert "require cpu.draw &lt;= psu.watts" in page
    assert str(ROOT) not in page
