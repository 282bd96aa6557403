"""Scenarios as they are written: what they resolve to, and what is said of those that cannot be run."""

from datetime import date

import pytest

from configurator.catalog.choices import OptionChoice, SlotChoice
from configurator.catalog.compilation import compile_catalog
from configurator.catalog.model import Scenario
from configurator.catalog_files import text_reader
from configurator.diagnostics.diagnostic import Diagnostic
from configurator.source import SourceFile

DESK = """\
catalog desk "Desk" currency EUR

family top choose one {
  | sku | width |
  |-----|-------|
  | T-1 |   120 |
  | T-2 |   160 |
}
family drawer choose 0..4 mixed {
  | sku |
  |-----|
  | D-1 |
  | D-2 |
}
family service choose optional not stocked {
  | sku |
  |-----|
  | S-1 |
}
option colour : one of { red, blue }
option extras : some 0..2 of { lamp, mat }

rule narrow: require top.width < 150
rule plain warn: require colour = blue
rule nice hint: require colour = red
bundle wide { choose top = "T-2" }
"""


def compiled(text: str, *files: SourceFile) -> tuple[tuple[Scenario, ...], tuple[Diagnostic, ...]]:
    result = compile_catalog("desk.pcat", text_reader({"desk.pcat": DESK + text}), files)
    return result.catalog.scenarios if result.catalog else (), result.diagnostics


def told(text: str) -> list[tuple[str, str]]:
    return [(found.code, found.message) for found in compiled(text)[1]]


def test_a_scenario_is_resolved_in_full() -> None:
    (scenario,), findings = compiled("""
todo scenario "whole" tags smoke, slow {
  given date 2026-12-24  given stock "T-1" = 2  given bundle wide
  choose drawer includes "D-1", drawer includes 2 x "D-2", colour = red, extras = [mat]
  expect valid
}
""")

    assert () == findings
    assert ("whole", ("smoke", "slow"), True) == (scenario.title, scenario.tags, scenario.todo)
    assert (date(2026, 12, 24), (("T-1", 2),), ("wide",)) == (scenario.day, scenario.stock, scenario.bundles)
    assert scenario.choices == (
        SlotChoice("drawer", (("D-1", 1), ("D-2", 2)), at_least=True),
        OptionChoice("colour", "red"),
        OptionChoice("extras", frozenset({"mat"})),
    )
    assert '"whole"' == scenario.title_span.text


def test_choose_only_leaves_out_what_is_not_named() -> None:
    (scenario,), findings = compiled(
        'scenario "s" { given bundle wide choose only colour = red expect valid }'
    )

    assert () == findings
    assert scenario.choices == (
        SlotChoice("drawer", ()),
        SlotChoice("service", ()),
        OptionChoice("colour", "red"),
        OptionChoice("extras", frozenset()),
    )


@pytest.mark.parametrize(
    ("body", "code", "message"),
    [
        (
            "choose only drawer = [] expect valid",
            "E0610",
            "`choose only` leaves out what must be chosen: `top`, `colour`",
        ),
        (
            "given date 2026-01-01 given date 2026-01-02 expect valid",
            "E0611",
            "the scenario says the date twice",
        ),
        (
            'given stock "T-1" = 1 given stock "T-1" = 1 expect valid',
            "E0611",
            "the scenario says the stock of `T-1` twice",
        ),
        (
            "given bundle wide given bundle wide expect valid",
            "E0611",
            "the scenario says the bundle `wide` twice",
        ),
        (
            'choose drawer = [], drawer includes "D-1" expect valid',
            "E0611",
            "the scenario says what `drawer` is twice",
        ),
        (
            'choose drawer includes 3 x "D-1", drawer includes 2 x "D-2" expect valid',
            "E0304",
            "`drawer` takes at most 4, not 5",
        ),
        ('given stock "S-1" = 1 expect valid', "E0601", "`S-1` is not stocked, so there is no stock of it"),
        (
            "expect invalid because plain",
            "W0613",
            "`plain` only gives a warning, so nothing is invalid because of it",
        ),
        (
            "expect invalid because nice",
            "W0613",
            "`nice` only gives a hint, so nothing is invalid because of it",
        ),
        ("expect warning narrow", "W0613", "`narrow` gives no warning: what breaks it is invalid"),
        ("expect invalid because wibble", "E0301", "no rule, table or resource is called `wibble`"),
        ("expect warning wibble", "E0301", "no rule, table or resource is called `wibble`"),
        ("given bundle wise expect valid", "E0301", "unknown bundle `wise`"),
        ('given stock "T-9" = 1 expect valid', "E0303", "unknown component `T-9`"),
        ('expect unavailable "T-9"', "E0303", "unknown component `T-9`"),
        ('choose top = "T-9" expect valid', "E0303", "unknown component `T-9` in family `top`"),
        ("expect forced top.width = none", "E0304", "`top.width` is compared with a single value"),
        ("expect forced top.height = 3", "E0301", "`top.height` does not exist"),
        ("expect top.width", "E0304", "a condition is needed here, not a plain number"),
        (
            'expect unavailable "T-1"',
            "W0612",
            "the scenario does not give the stock of `T-1`, so nothing is short",
        ),
        ('given stock "T-2" = 0 expect unavailable "T-1"', "W0612", None),
        ("expect unavailable", "W0612", "the scenario does not give any stock, so nothing is short"),
    ],
)
def test_what_cannot_be_run_is_told_once(body: str, code: str, message: str | None) -> None:
    body = body if "choose" in body else f"choose nothing {body}"
    ((found, text),) = told(f'scenario "s" {{ {body} }}')

    assert (code, message or text) == (found, text)


def test_two_scenarios_of_one_title_are_told() -> None:
    assert [("W0611", 'there are two scenarios "s"')] == told(
        'scenario "s" { choose nothing expect valid } scenario "s" { choose nothing expect invalid }'
    )


def test_a_file_of_scenarios_adds_to_them_and_not_to_the_digest() -> None:
    more = SourceFile(
        "more.pcat", 'scenarios for "desk.pcat"\nscenario "b" { choose colour = red expect valid }'
    )
    reader = text_reader({"desk.pcat": DESK + 'scenario "a" { choose nothing expect valid }'})

    alone, together = compile_catalog("desk.pcat", reader), compile_catalog("desk.pcat", reader, (more,))

    assert alone.catalog is not None
    assert together.catalog is not None
    assert ["a"] == [each.title for each in alone.catalog.scenarios]
    assert ["a", "b"] == [each.title for each in together.catalog.scenarios]
    assert alone.catalog.digest == together.catalog.digest


def test_a_file_of_scenarios_holds_nothing_else() -> None:
    file = SourceFile("more.pcat", 'scenarios for "desk.pcat"\ncalc twice = 2\nimport "x.pcat"')
    _, findings = compiled("", file)

    assert [("E0612", "more.pcat:2:1"), ("E0612", "more.pcat:3:1")] == [
        (found.code, found.location) for found in findings
    ]


def test_a_file_of_scenarios_is_no_catalog() -> None:
    result = compile_catalog("s.pcat", text_reader({"s.pcat": 'scenarios for "desk.pcat"\n'}))

    assert [
        (
            "`s.pcat` holds scenarios, so it is no catalog",
            ("name the catalog that they are for, `desk.pcat`",),
        )
    ] == [(found.message, found.help) for found in result.diagnostics]
