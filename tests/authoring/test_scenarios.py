"""Scenarios: what each kind of `given` and `expect` asks, and what is told where it is not met."""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from configurator.authoring.scenarios.outcomes import (
    Compared,
    ExpectationOutcome,
    NumberUpdate,
    Ruling,
    ScenarioOutcome,
)
from configurator.catalog_files import shipped_catalogs
from configurator.configurator import Configurator
from configurator.errors import CatalogError

BENCH = """\
catalog bench "Workbench" currency EUR tested on 2026-11-22

unit cm
unit m = 100 cm

family top "Top" choose one {
  | sku     | name      | width [cm] | weight | price [EUR] |
  |---------|-----------|------------|--------|-------------|
  | TOP-120 | Beech 120 |        120 |     20 |       90.00 |
  | TOP-200 | Beech 200 |        200 |     35 |      140.00 |
}

family leg "Legs" choose 2..6 identical {
  | sku   | name   | load | price [EUR] |
  |-------|--------|------|-------------|
  | LEG-S | Spruce |   10 |        8.50 |
  | LEG-O | Oak    |   25 |       19.00 |
}

family drawer "Drawers" choose 0..2 mixed {
  | sku  | name  | height [cm] | price [EUR] | valid_from |
  |------|-------|-------------|-------------|------------|
  | DR-1 | Flat  |          10 |       30.00 | 2020-01-01 |
  | DR-2 | Deep  |          20 |       45.00 | 2020-01-01 |
  | DR-3 | Giant |          40 |       80.00 | 2027-01-01 |
}

family rack "Tool rack" choose optional {
  | sku  | name  | width [cm] | price [EUR] |
  |------|-------|------------|-------------|
  | RK-1 | Small |        100 |       25.00 |
  | RK-2 | Wide  |        180 |       40.00 |
}

family service "Service" choose optional not stocked {
  | sku  | price [EUR] |
  |------|-------------|
  | SV-1 |       50.00 |
}

option colour "Colour" : one of { natural, black }

calc price "Price" in EUR = sum(price) + bundles.price
calc load  "Load" = leg.quantity * leg.load

rule legs-carry "Legs carry the top":
  require load >= top.weight
  because "{leg.name} legs carry {load}, the top weighs {top.weight}."

rule rack-fits:
  when rack is chosen
  require rack.width <= top.width
  because "The rack is {rack.width} wide, the top {top.width}."

rule oak-with-rack:
  rack is chosen requires leg = "LEG-O"
  because "Only oak stands a rack."

rule heavy warn:
  forbid top.weight > 30
  because "Two people are needed."

rule winter effective until 2025-12-31:
  forbid colour = black

table colours forbid {
  | colour | top     |
  |--------|---------|
  | black  | TOP-120 |
}

default leg = 4 x "LEG-S"

bundle pro "Professional" effective until 2026-12-31 {
  choose rack = "RK-2", leg = "LEG-O"
  price -10.00 EUR
}
"""


COMPILED = Configurator.from_text(BENCH, name="bench.pcat")


def bench(text: str) -> Configurator:
    return Configurator.from_text(BENCH + text, name="bench.pcat")


def run(body: str) -> ScenarioOutcome:
    """One scenario, on a catalog that is compiled once for all."""
    (outcome,) = COMPILED.test(bench(f'scenario "one" {{\n{body}\n}}\n').scenarios, seconds=30)
    return outcome


def expected_of(choose: str, expect: str) -> ExpectationOutcome:
    (found,) = run(f"  {choose}\n  expect {expect}").expectations
    return found


WIDE = 'choose top = "TOP-120", rack = "RK-2"'
"""Invalid because of one rule."""
WHOLE = (
    'choose only top = "TOP-200", leg = 4 x "LEG-O", drawer = [2 x "DR-1"], rack = "RK-2", '
    'service = "SV-1", colour = black'
)


MET = [
    ("choose nothing", "valid", "passed", "valid"),
    (WHOLE, "valid", "passed", "valid"),
    (WIDE, "valid", "failed", "invalid because rack-fits"),
    (WIDE, "invalid", "passed", "invalid because rack-fits"),
    ("choose nothing", "invalid", "failed", "valid"),
    (WIDE, "invalid because rack-fits", "passed", "invalid because rack-fits"),
    (WIDE, "invalid because only rack-fits", "passed", "invalid because rack-fits"),
    (WIDE, "invalid because legs-carry", "failed", "invalid because rack-fits"),
    (WIDE, "invalid because rack-fits, oak-with-rack", "failed", "invalid because rack-fits"),
    (f'{WIDE}, leg = "LEG-S"', "invalid because only rack-fits", "failed", None),
    (f'{WIDE}, leg = "LEG-S"', "invalid because rack-fits, oak-with-rack", "passed", None),
    ('choose drawer = ["DR-3"]', "invalid", "passed", None),
    ("choose colour = black", 'forced top = "TOP-200"', "passed", "forced top = TOP-200"),
    ("choose colour = black", "forced top.weight = 35", "passed", "forced top.weight = 35"),
    ("choose nothing", 'forced top = "TOP-200"', "failed", "possible top = TOP-120"),
    ("choose nothing", "forced top.width = 2 m", "failed", "possible top.width = 120 cm"),
    ('choose rack = "RK-2"', 'impossible leg = "LEG-S"', "passed", "impossible leg = LEG-S"),
    ("choose nothing", 'impossible leg = "LEG-S"', "failed", "possible leg = LEG-S"),
    (
        "choose nothing",
        'impossible drawer includes "DR-3"',
        "passed",
        "impossible drawer includes 1 x DR-3",
    ),
    ("choose colour = black", "impossible top.width = 120 cm", "passed", "impossible top.width = 120 cm"),
    (WIDE, 'impossible leg = "LEG-S"', "failed", "invalid because rack-fits"),
    ("choose nothing", 'completes leg = 4 x "LEG-S"', "passed", "completes leg = 4 x LEG-S"),
    ("choose nothing", 'completes leg = "LEG-O"', "failed", "completes leg = 4 x LEG-S"),
    ("choose nothing", "completes rack = none", "passed", "completes rack = none"),
    ("choose nothing", "completes top.width = 2 m", "failed", "completes top.width = 120 cm"),
    ('choose top = "TOP-200"', "warning heavy", "passed", "warning heavy"),
    ('choose top = "TOP-120"', "warning heavy", "failed", "no warning"),
    (WHOLE, "solutions = 1", "passed", "solutions = 1"),
    (WIDE, "solutions = 0", "passed", "solutions = 0"),
    (f"{WHOLE}", "solutions > 1", "failed", "solutions = 1"),
    (WHOLE, "solutions != 1", "failed", "solutions = 1"),
    (WHOLE, "price < 500 EUR", "passed", "price = 366.00 EUR"),
    (WHOLE, "price < 300 EUR", "failed", "price = 366.00 EUR"),
    (WHOLE, "sum(price) = 366 EUR and rack is chosen", "passed", "sum(price) = 366.00 EUR, rack = RK-2"),
    ("choose rack = none", "rack.width > 10 cm", "failed", "rack.width = none"),
    ("choose nothing", "always load >= top.weight", "passed", "always load >= top.weight"),
    ("choose nothing", "always leg.quantity >= 3", "failed", "not always leg.quantity >= 3"),
    ("choose nothing", "always rack.width > 10 cm", "failed", "not always rack.width > 10 cm"),
    ("choose nothing", "never rack.width > top.width", "passed", "never rack.width > top.width"),
    ("choose nothing", "never price > 400 EUR", "failed", "possible price > 400 EUR"),
    (WIDE, "never price > 400 EUR", "failed", "invalid because rack-fits"),
]


@pytest.fixture(scope="module")
def outcomes() -> dict[int, ScenarioOutcome]:
    """What came of all of them, run together."""
    texts = [
        f'scenario "{number}" {{\n  {choose}\n  expect {expect}\n}}\n'
        for number, (choose, expect, _, _) in enumerate(MET)
    ]
    return dict(enumerate(bench("".join(texts)).test(seconds=30)))


@pytest.mark.parametrize("number", range(len(MET)), ids=[f"{each[0]} {each[1]}" for each in MET])
def test_every_expectation_is_met_or_not(outcomes: dict[int, ScenarioOutcome], number: int) -> None:
    choose, expect, state, told = MET[number]
    (found,) = outcomes[number].expectations

    assert (state, told if told is not None else found.got) == (found.state, found.got), (choose, expect)


# ---------------------------------------------------------------- given


def test_a_given_date_decides_what_is_in_force() -> None:
    before, after = (
        run(f'given date {day}\nchoose drawer = ["DR-3"]\nexpect valid')
        for day in ("2026-12-31", "2027-01-01")
    )

    assert ("failed", "passed") == (before.state, after.state)
    assert before.expectations[0].rulings == (
        Ruling("effectivity", "DR-3", "Giant (DR-3) can be chosen from 2027-01-01, not on 2026-12-31", ""),
    )


def test_without_a_date_the_day_asked_for_counts_then_the_day_of_the_catalog() -> None:
    asked = bench('scenario "one" { choose nothing expect valid }')

    assert [date(2026, 11, 22)] == [each.as_of for each in asked.test()]
    assert [date(2027, 3, 1)] == [each.as_of for each in asked.test(as_of=date(2027, 3, 1))]
    assert () == asked.test().diagnostics


def test_a_day_that_nobody_chose_is_told() -> None:
    text = BENCH.replace(" tested on 2026-11-22", "") + 'scenario "one" { choose nothing expect valid }'
    asked = Configurator.from_text(text, clock=lambda: datetime(2026, 11, 30, tzinfo=UTC))

    report = asked.test()

    assert [date(2026, 11, 30)] == [each.as_of for each in report]
    assert [("W0610", "no day is given for this scenario: run as of today, 2026-11-30")] == [
        (found.code, found.message) for found in report.diagnostics
    ]
    assert () == asked.test(as_of=date(2026, 1, 1)).diagnostics


def test_a_rule_not_in_force_on_the_day_is_told() -> None:
    found = expected_of('choose top = "TOP-200", colour = black', "invalid because winter")

    assert ("failed", "valid") == (found.state, found.got)
    assert "`winter` is in force until 2025-12-31, not on 2026-11-22" == found.notes[0]


@pytest.mark.parametrize(
    ("given", "expect", "state", "told"),
    [
        ({"RK-2": 0}, "available", "failed", 'unavailable "RK-2"'),
        ({"RK-2": 0}, "unavailable", "passed", 'unavailable "RK-2"'),
        ({"RK-2": 0}, 'unavailable "RK-2"', "passed", 'unavailable "RK-2"'),
        ({"RK-2": 0, "LEG-O": 3}, 'unavailable "LEG-O"', "passed", 'unavailable "LEG-O"'),
        ({"RK-2": 1, "LEG-O": 3, "DR-1": 1}, 'unavailable "RK-2"', "failed", 'unavailable "DR-1", "LEG-O"'),
        ({"RK-2": 1, "LEG-O": 4, "DR-1": 2}, "available", "passed", "available"),
        ({"RK-2": 1}, "unavailable", "failed", "available"),
    ],
)
def test_stock_is_held_against_a_full_configuration(
    given: dict[str, int], expect: str, state: str, told: str
) -> None:
    lines = [f'given stock "{sku}" = {count}' for sku, count in given.items()]

    (found,) = run("\n".join([*lines, WHOLE, f"expect {expect}"])).expectations

    assert (state, told) == (found.state, found.got)


@pytest.mark.parametrize(
    ("given", "choose", "expect", "state"),
    [
        ({"LEG-S": 0}, "choose nothing", "available", "passed"),
        ({"LEG-S": 0, "LEG-O": 1}, "choose nothing", "available", "failed"),
        ({"LEG-S": 0, "LEG-O": 2}, "choose nothing", "available", "passed"),
        ({"LEG-O": 1}, 'choose rack = "RK-1"', 'unavailable "LEG-O"', "passed"),
        ({"LEG-O": 1, "LEG-S": 0}, 'choose rack = "RK-1"', 'unavailable "RK-1"', "failed"),
        ({"LEG-S": 3}, 'choose top = "TOP-200", leg = "LEG-S"', "available", "failed"),
        ({"LEG-S": 4}, 'choose top = "TOP-200", leg = "LEG-S"', "available", "passed"),
        ({"DR-1": 1}, 'choose drawer includes 2 x "DR-1"', 'unavailable "DR-1"', "passed"),
        ({"LEG-S": 0}, WIDE, "unavailable", "failed"),
    ],
)
def test_stock_leaves_a_completion_or_none(
    given: dict[str, int], choose: str, expect: str, state: str
) -> None:
    lines = [f'given stock "{sku}" = {count}' for sku, count in given.items()]

    (found,) = run("\n".join([*lines, choose, f"expect {expect}"])).expectations

    assert state == found.state


def test_one_stock_item_in_two_slots_is_counted_once() -> None:
    text = """catalog cart "Cart"
family wheel { | sku | | W-1 | | W-2 | }
slot front : wheel choose one
slot rear  : wheel choose 1..2 identical
scenario "two" { given stock "W-1" = 2 choose only front = "W-1", rear = "W-1" expect available expect valid }
scenario "three" { given stock "W-1" = 2 choose only front = "W-1", rear = 2 x "W-1" expect available }
scenario "any" { given stock "W-1" = 1 choose rear = 2 x "W-1" expect unavailable "W-1" }
scenario "one each" { given stock "W-1" = 1 given stock "W-2" = 1 choose nothing expect available }
""".replace("{ | sku | | W-1 | | W-2 | }", "{\n| sku |\n| W-1 |\n| W-2 |\n}")

    states = [each.state for each in Configurator.from_text(text).test()]

    assert ["passed", "failed", "passed", "passed"] == states


def test_what_is_not_stocked_is_never_short() -> None:
    found = expected_of('choose service = "SV-1"', "available")

    assert ("passed", "available") == (found.state, found.got)


def test_a_given_bundle_is_applied_with_its_price() -> None:
    outcome = run(
        'given bundle pro\nchoose top = "TOP-200"\n'
        'expect valid\nexpect forced rack = "RK-2"\nexpect impossible leg = "LEG-S"\n'
        "expect price = 208 EUR\nexpect always price < 500 EUR"
    )

    assert ["passed"] * 5 == [each.state for each in outcome.expectations], outcome


def test_a_bundle_that_clashes_is_invalid_like_any_choice() -> None:
    (found,) = run(
        'given bundle pro\nchoose top = "TOP-120"\nexpect invalid because only rack-fits'
    ).expectations

    assert "passed" == found.state


def test_an_expired_bundle_is_invalid() -> None:
    (found,) = run("given bundle pro\ngiven date 2027-02-01\nchoose nothing\nexpect invalid").expectations

    assert "passed" == found.state


def test_choose_only_leaves_to_a_bundle_what_the_bundle_chooses() -> None:
    outcome = run(
        'given bundle pro\nchoose only top = "TOP-200", colour = black\n'
        'expect valid\nexpect forced rack = "RK-2"\nexpect forced drawer = []'
    )

    assert "passed" == outcome.state, outcome


def test_includes_may_be_said_several_times() -> None:
    outcome = run(
        'choose drawer includes "DR-1", drawer includes "DR-2"\nexpect forced drawer = ["DR-1", "DR-2"]'
    )

    assert "passed" == outcome.state


# ---------------------------------------------------------------- what is told


def test_a_broken_rule_is_told_with_its_sentence_its_place_and_what_it_compares() -> None:
    found = expected_of(WIDE, "valid")

    assert found.rulings == (
        Ruling(
            "rule",
            "rack-fits",
            "The rack is 180 cm wide, the top 120 cm.",
            "bench.pcat:50:1",
            compared=(
                Compared("rack", "RK-2"),
                Compared("rack.width", "180 cm"),
                Compared("top.width", "120 cm"),
            ),
        ),
    )


def test_a_rule_that_holds_is_told_with_what_it_compares() -> None:
    found = expected_of(f'{WIDE}, leg = 2 x "LEG-O"', "invalid because rack-fits, legs-carry")

    assert (
        Ruling(
            "rule",
            "legs-carry",
            "",
            "bench.pcat:46:1",
            holds=True,
            compared=(Compared("load", "50"), Compared("top.weight", "20")),
        )
        == found.rulings[-1]
    )


def test_what_rules_out_an_expected_value_is_told() -> None:
    found = expected_of("choose colour = black", "top.weight < 30")

    assert ("failed", "top.weight = 35") == (found.state, found.got)
    assert ["colours"] == [ruling.name for ruling in found.rulings]


def test_a_counterexample_tells_the_values_and_the_places() -> None:
    found = expected_of('choose top = "TOP-200", colour = black', "always leg.quantity > 2")

    assert (Compared("leg.quantity", "2"),) == found.compared
    assert found.notes[0].startswith("for example with leg = 2 x LEG-O, drawer = ")


def test_a_todo_scenario_is_skipped() -> None:
    (outcome,) = bench('todo scenario "later" { choose nothing expect invalid }').test()

    assert ("skipped", ()) == (outcome.state, outcome.expectations)


def test_a_report_is_true_where_nothing_failed() -> None:
    good, bad, todo = (
        'scenario "good" { choose nothing expect valid }\n',
        'scenario "bad" { choose nothing expect invalid }\n',
        'todo scenario "todo" { choose nothing }\n',
    )

    assert [True, False, True] == [bool(bench(text).test()) for text in (good + todo, good + bad, "")]
    report = bench(good + bad + todo).test()
    assert (3, 1, 1, 1) == (len(report), *(report.number(state) for state in ("passed", "failed", "skipped")))


def test_a_limit_leaves_an_expectation_undecided() -> None:
    (outcome,) = bench('scenario "one" { choose nothing expect valid expect solutions > 1 }').test(seconds=0)

    assert "undecided" == outcome.state
    assert {"undecided"} == {each.state for each in outcome.expectations}
    assert all(each.got.startswith("not decided: ") for each in outcome.expectations)


def test_the_search_for_reasons_is_bounded_and_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        "configurator.authoring.scenarios.blame.blamed.__kwdefaults__",
        {"unwanted": (), "most": 500, "questions": 1},
    )

    found = expected_of(WIDE, "invalid because only rack-fits")

    assert "failed" == found.state
    assert "not all minimal conflicts were looked at" in found.notes[0]


# ---------------------------------------------------------------- numbers written anew


def updates_of(choose: str, expect: str) -> Sequence[NumberUpdate]:
    return expected_of(choose, expect).updates


@pytest.mark.parametrize(
    ("expect", "before", "after"),
    [
        ("solutions = 7", "7", "1"),
        ("price = 12.00 EUR", "12.00 EUR", "366.00 EUR"),
        ("12 EUR = price", "12 EUR", "366.00 EUR"),
        ("top.width = 1.2 m", "1.2 m", "2 m"),
        ("top.width = 120 cm", "120 cm", "200 cm"),
        ("price - 400 EUR = -1 EUR", "-1 EUR", "-34.00 EUR"),
        ("colour = black and load = 99", "99", "100"),
    ],
)
def test_a_number_that_is_not_right_is_offered_anew(expect: str, before: str, after: str) -> None:
    (update,) = updates_of(WHOLE, expect)

    assert (before, after, before) == (update.before, update.after, update.span.text)


@pytest.mark.parametrize(
    ("choose", "expect"),
    [
        (WHOLE, "solutions = 1"),
        (WHOLE, "solutions > 7"),
        (WHOLE, "price < 12 EUR"),
        (WHOLE, "price / 7 = 12 EUR"),
        ("choose rack = none", "rack.width = 12 cm"),
        (WHOLE, "always price = 12 EUR"),
    ],
)
def test_other_numbers_are_left_alone(choose: str, expect: str) -> None:
    assert () == updates_of(choose, expect)


# ---------------------------------------------------------------- assemblies

SHED = """\
catalog shed "Shed" tested on 2026-11-22
option roof : one of { flat, round }
assembly shelf "Shelf" choose 0..2 {
  family board choose one {
    | sku | width |
    |-----|-------|
    | B-1 |    60 |
    | B-2 |    90 |
  }
  option wall : one of { left, right }
}
assembly door choose optional {
  option side : one of { front, back }
}
rule round-roof:
  roof = round requires door is chosen
rule wide-left:
  for each shelf
  when shelf.wall = right
  require shelf.board.width < 80
"""


@pytest.mark.parametrize(
    ("choose", "expect", "state"),
    [
        (
            "shelf = [{ wall = right }, { wall = left }]",
            'forced shelf = [{ wall = left }, { board = "B-1" }]',
            "passed",
        ),
        (
            "shelf = [{ wall = right }, { wall = left }]",
            "forced shelf = [{ wall = left }, { wall = left }]",
            "failed",
        ),
        ("shelf = [{ wall = right }]", 'impossible shelf = [{ board = "B-2" }]', "passed"),
        ("shelf = [{ wall = left }]", 'impossible shelf = [{ board = "B-2" }]', "failed"),
        ("shelf = [{}]", "impossible shelf = []", "passed"),
        ("shelf = []", "completes shelf = []", "passed"),
        ("roof = round", "impossible door = none", "passed"),
        ("roof = round", "forced door = {}", "passed"),
        ("roof = flat", "forced door = {}", "failed"),
        ("roof = round", "forced door = { side = front }", "failed"),
        ("roof = round, door = none", "invalid because only round-roof", "passed"),
        ("roof = flat", "solutions = 63", "failed"),
    ],
)
def test_instances_of_assemblies_are_expected_in_any_order(choose: str, expect: str, state: str) -> None:
    text = f'{SHED}\nscenario "one" {{ choose {choose} expect {expect} }}'

    (outcome,) = Configurator.from_text(text).test()

    assert state == outcome.state, outcome


@pytest.mark.parametrize(
    ("walls", "expect"),
    [(("right", "right"), 'unavailable "B-1"'), (("right", "left"), "available")],
)
def test_stock_is_counted_over_all_instances(walls: tuple[str, str], expect: str) -> None:
    shelves = ", ".join(f"{{ wall = {wall} }}" for wall in walls)
    text = f'{SHED}\nscenario "s" {{ given stock "B-1" = 1 choose shelf = [{shelves}] expect {expect} }}'

    (outcome,) = Configurator.from_text(text).test()

    assert "passed" == outcome.state, outcome


# ---------------------------------------------------------------- files of scenarios, and known ones


def test_scenarios_of_a_file_are_read_for_a_catalog(tmp_path: Path) -> None:
    file = tmp_path / "more.pcat"
    file.write_text('scenarios for "bench.pcat"\nscenario "more" { choose nothing expect valid }\n')
    asked = bench('scenario "own" { choose nothing expect valid }')

    (more,) = asked.read_scenarios(file)

    assert ["own"] == [each.title for each in asked.scenarios]
    assert "more" == more.title
    assert asked.test([more])


def test_a_catalog_that_changed_meanwhile_takes_no_more_scenarios(tmp_path: Path) -> None:
    catalog, more = tmp_path / "bench.pcat", tmp_path / "more.pcat"
    catalog.write_text(BENCH)
    more.write_text('scenarios for "bench.pcat"\nscenario "more" { choose nothing expect valid }\n')
    asked = Configurator.load(catalog)
    catalog.write_text(BENCH.replace("Beech 120", "Birch 120"))

    with pytest.raises(CatalogError, match="the catalog `bench` has changed since it was loaded"):
        asked.read_scenarios(more)


ROOT = Path(__file__).resolve().parents[2]
KNOWN = [
    *sorted((ROOT / "tests" / "catalogs").glob("*.pcat")),
    *(ROOT / "catalogs" / name / f"{name}.pcat" for name in shipped_catalogs()),
]


@pytest.mark.parametrize("path", KNOWN, ids=lambda path: path.stem)
def test_the_scenarios_of_known_catalogs_pass(path: Path) -> None:
    asked = Configurator.load(path)
    beside = path.with_name("scenarios.pcat")
    more = asked.read_scenarios(beside) if beside.exists() else ()

    report = asked.test([*asked.scenarios, *more], as_of=asked.catalog.tested_on or date(2026, 11, 22))

    assert len(report) > 0
    assert [] == [outcome for outcome in report if outcome.state != "passed"]
