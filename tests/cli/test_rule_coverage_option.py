"""`test --rule-coverage`: what is told and written, and the exit code where too little is decided."""

import json
from pathlib import Path

import pytest
from command_runs import run

from configurator.serialization_testing import rule_coverage_from_json

SHOP = """\
catalog shop "Shop" version "1"
  tested on 2026-11-22

option size "Size" : one of { small, large }
option colour "Colour" : one of { red, blue }

rule no-small-red "Small ones are blue": forbid size = small and colour = red
rule no-large-blue "Large ones are red": forbid size = large and colour = blue

scenario "small and red" tags smoke {
  choose size = small, colour = red
  expect invalid because no-small-red
}

scenario "large and blue" {
  choose size = large, colour = blue
  expect invalid because no-large-blue
}
"""


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    Path("shop.pcat").write_text(SHOP)
    return tmp_path


@pytest.mark.usefixtures("shop")
def test_coverage_is_told_after_the_scenarios() -> None:
    done = run("test", "shop.pcat", "--tag", "smoke", "--rule-coverage")

    assert (
        """\
shop.pcat . 1 passed
1 passed in 0.02 s

rule coverage of shop: 1 of 2 decided (50.0 %)
  rules 1 of 2
  missing  rule  no-large-blue  shop.pcat:8
"""
        == done.out
    )
    assert (0, "") == (done.code, done.error)


@pytest.mark.usefixtures("shop")
@pytest.mark.parametrize(
    ("words", "code", "last"),
    [
        (["--fail-under", "50"], 0, "  missing  rule  no-large-blue  shop.pcat:8"),
        (["--fail-under", "50.1"], 1, "50.0 % is less than 50.1 %"),
        (["--fail-under", "100"], 1, "50.0 % is less than 100.0 %"),
    ],
)
def test_too_little_coverage_makes_the_exit_code_1(words: list[str], code: int, last: str) -> None:
    done = run("test", "shop.pcat", "--tag", "smoke", "--rule-coverage", *words)

    assert (code, last) == (done.code, done.out.splitlines()[-1])


@pytest.mark.usefixtures("shop")
def test_full_coverage_is_enough_for_everything() -> None:
    done = run("test", "shop.pcat", "--rule-coverage", "text", "--fail-under", "100")

    assert (0, "rule coverage of shop: 2 of 2 decided (100.0 %)") == (done.code, done.out.splitlines()[-2])


@pytest.mark.usefixtures("shop")
def test_coverage_in_a_file_is_told_in_one_line() -> None:
    done = run("test", "shop.pcat", "--rule-coverage", "html", "--coverage-file", "coverage.html")

    assert [
        "rule coverage of shop: 2 of 2 decided (100.0 %)",
        "written to coverage.html",
    ] == done.out.splitlines()[-2:]
    assert "<title>Rule coverage: 100.0 %</title>" in Path("coverage.html").read_text(encoding="utf-8")


@pytest.mark.usefixtures("shop")
def test_coverage_in_json_says_what_the_text_says() -> None:
    run("test", "shop.pcat", "-k", "blue", "--rule-coverage", "json", "--coverage-file", "c.json")
    run("test", "shop.pcat", "-k", "blue", "--rule-coverage", "--coverage-file", "c.txt")
    written = json.loads(Path("c.json").read_text(encoding="utf-8"))
    enveloped = run("test", "shop.pcat", "-k", "blue", "--rule-coverage", "--json").result["coverage"]

    assert written == enveloped
    assert (0.5, ["shop"]) == (written["share"], [each["catalog"] for each in written["catalogs"]])
    (found,) = map(rule_coverage_from_json, written["catalogs"])
    assert [("missing", 0), ("decided", 1)] == [(each.state, len(each.scenarios)) for each in found.elements]
    assert "rule coverage of shop: 1 of 2 decided (50.0 %)" == Path("c.txt").read_text().splitlines()[0]


@pytest.mark.usefixtures("shop")
def test_scenarios_of_several_files_cover_their_catalog_together() -> None:
    head, _, tail = SHOP.partition('scenario "large')
    Path("shop.pcat").write_text(head)
    Path("more.pcat").write_text(f'scenarios for "shop.pcat"\n\nscenario "large{tail}')
    Path("other.pcat").write_text('catalog other "Other" version "1"\n  tested on 2026-11-22\n')

    lines = run("test", ".", "--rule-coverage").out.splitlines()

    assert [
        "rule coverage of shop: 2 of 2 decided (100.0 %)",
        "  rules 2 of 2",
        "",
        "rule coverage of other: nothing to cover",
    ] == lines[-4:]


@pytest.mark.usefixtures("shop")
@pytest.mark.parametrize("form", ["text", "json", "html"])
def test_where_a_catalog_cannot_be_loaded_the_file_stays_as_it_was(form: str) -> None:
    Path("broken.pcat").write_text("catalog broken\nrule r: require\n")
    Path("c.out").write_text("before")

    done = run("test", "shop.pcat", "broken.pcat", "--rule-coverage", form, "--coverage-file", "c.out")

    assert (3, "before") == (done.code, Path("c.out").read_text())
    assert "no coverage is written to `c.out`: not every catalog can be loaded" in done.error
    assert "written to c.out" not in done.out


@pytest.mark.usefixtures("shop")
def test_the_share_of_nothing_is_no_number() -> None:
    Path("other.pcat").write_text('catalog other "Other" version "1"\n  tested on 2026-11-22\n')

    run("test", "other.pcat", "--rule-coverage", "json", "--coverage-file", "c.json")
    run("test", "other.pcat", "--rule-coverage", "html", "--coverage-file", "c.html")
    written = json.loads(Path("c.json").read_text(encoding="utf-8"))

    assert (None, [None]) == (written["share"], [each["share"] for each in written["catalogs"]])
    assert "<title>Rule coverage: nothing to cover</title>" in Path("c.html").read_text(encoding="utf-8")


@pytest.mark.usefixtures("shop")
def test_standard_output_is_left_to_reports_for_other_programs() -> None:
    done = run(
        "test", "shop.pcat", "--format", "github", "--rule-coverage", "--fail-under", "100", "--tag", "smoke"
    )

    assert (1, "") == (done.code, done.out)
    assert "50.0 % is less than 100.0 %" in done.error


@pytest.mark.usefixtures("shop")
@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--fail-under", "90"], "`--fail-under` is about `--rule-coverage`: add that"),
        (["--coverage-file", "c.txt"], "`--coverage-file` is about `--rule-coverage`: add that"),
        (["--rule-coverage", "html"], "`--rule-coverage html` is written into a file"),
        (["--rule-coverage", "xml"], "`xml` is not text, json or html; paths stand before the option"),
        (["--rule-coverage", "--fail-under", "101"], "`101` is no percentage; write it like 80 or 92.5"),
        (["--rule-coverage", "--fail-under", "-1"], "`-1` is no percentage; write it like 80 or 92.5"),
    ],
)
def test_options_that_make_no_sense_are_refused(words: list[str], told: str) -> None:
    done = run("test", "shop.pcat", *words)

    assert 2 == done.code
    assert told in done.error


@pytest.mark.usefixtures("shop")
def test_a_file_that_cannot_be_written_is_told() -> None:
    done = run("test", "shop.pcat", "--rule-coverage", "--coverage-file", "nowhere/c.txt")

    assert 6 == done.code
    assert "the file `nowhere/c.txt` cannot be written: no such file or directory" in done.error
