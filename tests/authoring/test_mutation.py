"""Rule mutation: which changes are made, what they are called, and what comes of them."""

from collections.abc import Sequence
from datetime import date
from fractions import Fraction
from typing import Any

import pytest

from configurator.authoring.mutation.explained import ExplainedMutant, read_explanations
from configurator.authoring.mutation.outcomes import (
    EquivalentMutant,
    KilledMutant,
    MutantReport,
    MutationReport,
    StaleExplanation,
    SurvivingMutant,
    UndecidedMutant,
)
from configurator.configurator import Configurator
from configurator.errors import ExplanationsError, MutationError

PARTS = """catalog pc "PC" currency EUR
  tested on 2026-11-22

unit W
unit mm

family cpu "Processor" choose one {
  | sku   | tdp [W] | socket | grade  |
  |-------|---------|--------|--------|
  | CPU-1 |      65 | AM4    | basic  |
  | CPU-2 |     105 | AM5    | better |
  | CPU-3 |     170 | AM5    | best   |
  attribute grade : ordered of { basic, better, best }
}
family gpu "Graphics card" choose optional {
  | sku   | length [mm] | draw [W] | launched   |
  |-------|-------------|----------|------------|
  | GPU-S |         240 |      115 | 2025-03-01 |
  | GPU-L |         336 |      450 | 2026-05-01 |
}
family psu "Power supply" choose one {
  | sku   | watts [W] |
  |-------|-----------|
  | PSU-4 |       450 |
  | PSU-9 |       900 |
}
"""


def parts(*statements: str) -> Configurator:
    return Configurator.from_text("\n".join((PARTS, *statements)), name="pc.pcat")


def ids(report: MutationReport) -> list[str]:
    return [each.mutant.id for each in report]


def states(report: MutationReport) -> dict[str, str]:
    return {each.mutant.id: each.outcome.state for each in report}


def only(report: MutationReport, mutant: str) -> MutantReport:
    (found,) = [each for each in report if each.mutant.id == mutant]
    return found


# ---------------------------------------------------------------- which mutants there are


def made(*statements: str) -> list[str]:
    return ids(parts(*statements).mutate())


def test_what_means_the_same_is_told_once() -> None:
    rule = "rule long: when gpu is chosen\n  require gpu.length <= 240 mm"

    # `>=` says the same as `forbid`, 239 mm the same as `<`, and 336 mm the same as no rule at all.
    assert ["long: drop", "long: require -> forbid", "long: <= -> <"] == made(rule)


def test_a_bound_between_values_moves_to_the_next_that_makes_a_difference() -> None:
    assert ["heat: 100 W -> 64 W", "heat: 100 W -> 105 W"] == [
        each for each in made("rule heat: require cpu.tdp <= 100 W") if "W ->" in each
    ]


def test_what_is_told_of_a_shift_is_the_comparison_before_and_after() -> None:
    report = parts("rule heat: require cpu.tdp <= 100 W").mutate()

    found = only(report, "heat: 100 W -> 105 W").mutant

    assert ("cpu.tdp <= 100 W", "cpu.tdp <= 105 W", "pc.pcat:28:31") == (
        found.before,
        found.after,
        found.location,
    )


def test_ordered_values_and_days_are_bounds_too() -> None:
    graded = made("rule graded: when cpu.grade >= better\n  require psu.watts >= 900 W")
    new = made("rule new: when gpu.launched >= 2025-06-01\n  require psu.watts >= 900 W")

    assert "graded: better -> basic" in graded
    assert "new: 2025-06-01 -> 2025-03-01" in new


def test_a_comparison_is_named_in_full_where_a_rule_has_two_alike() -> None:
    found = made("rule both: require cpu.tdp <= 105 W and psu.watts >= 450 W and cpu.tdp <= psu.watts")

    assert "both: cpu.tdp <= 105 W: <= -> >=" in found
    assert "both: cpu.tdp <= psu.watts: <= -> >=" in found
    assert "both: >= -> <=" in found


def test_membership_is_turned_around() -> None:
    these = 'rule these: when cpu in { "CPU-1", "CPU-2" }\n  require psu.watts >= 900 W'
    those = 'rule those: when cpu not in { "CPU-3" }\n  require psu.watts >= 900 W'

    assert "these: in -> not in" in made(these)
    assert "those: not in -> in" in made(those)


def test_rows_are_deleted_and_cells_shifted_in_the_unit_of_the_heading() -> None:
    table = """table cooling allow {
  | cpu.tdp [W] | psu   |
  |-------------|-------|
  | <= 65       | any   |
  | 66..105     | PSU-9 |
}"""

    assert [
        "cooling: drop",
        "cooling row 1: delete",
        "cooling row 2: delete",
        "cooling: allow -> forbid",
        "cooling row 1: cpu.tdp: <= 65 -> <= 105",
        "cooling row 2: cpu.tdp: 66..105 -> 65..105",
        "cooling row 2: cpu.tdp: 66..105 -> 66..170",
    ] == made(table)


def test_a_spare_goes_as_far_as_makes_a_difference() -> None:
    power = """resource power in W {
  supply psu.watts
  demand cpu.tdp + sum(draw)
  keep 30 % spare
}"""

    # 450 W are enough for 105 W and 115 W with 104 % to spare; 900 W for 170 W and 450 W with 45 %.
    report = parts(power).mutate()

    assert ["power: drop", "power: keep 30 % -> 46 %", "power: keep 30 % -> 29 %"] == ids(report)
    assert "keep 46 % spare" == only(report, "power: keep 30 % -> 46 %").mutant.after


def test_ids_do_not_depend_on_order_and_layout() -> None:
    heat, long = "rule heat: require cpu.tdp <= 100 W", "rule long: forbid gpu.length > 300 mm"
    laid_out = "rule heat:\n  # as the maker says\n  require   cpu.tdp<=100 W"

    assert sorted(made(heat, long)) == sorted(made(long, laid_out))


def test_what_reads_a_resource_reads_the_shifted_one() -> None:
    power = "resource power in W { supply psu.watts demand cpu.tdp keep 10 % spare }"
    scenario = 'scenario "s" { choose cpu = "CPU-1", psu = "PSU-4"\n  expect power.needed = 71.5 W }'

    report = parts(power, scenario).mutate(elements=["power"], operators=["shift"])

    assert {"killed"} == set(states(report).values())


BAGS = """catalog bags
unit l
assembly bag choose 0..2 {
  family size choose one {
    | sku | holds [l] |
    |-----|-----------|
    | S   |        20 |
    | L   |        40 |
  }
  rule small: require size.holds <= 30 l
}
"""


def test_mutants_inside_assemblies_are_about_every_instance() -> None:
    report = Configurator.from_text(BAGS).mutate()

    found = only(report, "bag.small: 30 l -> 19 l").outcome

    assert isinstance(found, SurvivingMutant)
    assert "lost" == found.kind
    second = Configurator.from_text(f"{BAGS}\n{found.scenario}").mutate()
    assert "killed" == states(second)["bag.small: 30 l -> 19 l"]


LIBRARY = """unit W
family fan choose one {
  | sku | draw [W] |
  |-----|----------|
  | F-1 |        2 |
  | F-2 |        4 |
}
rule weak: require fan.draw <= 3 W
"""


def test_mutants_of_imported_files_have_their_place_there() -> None:
    asked = Configurator.from_text('catalog c\nimport "fans.pcat" as fans\n', files={"fans.pcat": LIBRARY})

    found = only(asked.mutate(), "fans.weak: 3 W -> 1 W").mutant

    assert "fans.pcat:8:32" == found.location


# ---------------------------------------------------------------- what comes of them

HEAT = "rule heat: require cpu.tdp <= 100 W"
FITS = 'scenario "cool" { choose cpu = "CPU-1"\n  expect valid }'
TOO_HOT = 'scenario "hot" { choose cpu = "CPU-2"\n  expect invalid because heat }'


def test_a_mutant_is_killed_by_a_scenario_that_is_not_met_any_more() -> None:
    report = parts(HEAT, TOO_HOT).mutate()

    assert KilledMutant("hot", "pc.pcat:29:1") == only(report, "heat: drop").outcome


def test_a_survivor_comes_with_a_scenario_that_kills_it() -> None:
    report = parts(HEAT, FITS).mutate()

    found = only(report, "heat: drop").outcome

    assert isinstance(found, SurvivingMutant)
    assert ("gained", "invalid because only heat", date(2026, 11, 22)) == (found.kind, found.says, found.day)
    assert "killed" == states(parts(HEAT, FITS, found.scenario).mutate())["heat: drop"]


@pytest.mark.parametrize("rule", [HEAT, f"{HEAT}\nrule warned warn: require gpu is chosen"])
def test_scenarios_of_all_survivors_leave_none(rule: str) -> None:
    first = parts(rule).mutate()
    texts = [each.outcome.scenario for each in first.survived if isinstance(each.outcome, SurvivingMutant)]

    second = parts(rule, *texts).mutate()

    assert texts
    assert ((), Fraction(1)) == (second.survived, second.score)


def test_a_rule_that_others_imply_may_be_dropped_without_a_difference() -> None:
    report = parts(HEAT, "rule warm: require cpu.tdp <= 150 W").mutate(operators=["drop"])

    assert {"heat: drop": "survived", "warm: drop": "equivalent"} == states(report)
    assert EquivalentMutant("the same configurations are valid on every day, with the same warnings") == (
        only(report, "warm: drop").outcome
    )


def test_equivalence_is_proved_for_days_to_come_as_well() -> None:
    late = "rule later effective from 2027-03-01: require cpu.tdp <= 100 W"

    found = only(parts(late).mutate(), "later: drop").outcome

    assert isinstance(found, SurvivingMutant)
    assert date(2027, 3, 1) == found.day


def test_a_warning_that_falls_silent_is_noticed() -> None:
    warn = "rule heat warn: require cpu.tdp <= 100 W"
    scenario = 'scenario "hot" { choose cpu = "CPU-2"\n  expect warning heat }'

    report = parts(warn, scenario).mutate()

    assert "killed" == states(report)["heat: drop"]
    assert EquivalentMutant("it only warns of more, which no expectation can be about") == (
        only(report, "heat: 100 W -> 64 W").outcome
    )


def test_who_is_to_blame_kills_what_is_equivalent() -> None:
    twice = (HEAT, "rule heat-again: require cpu.tdp <= 100 W")
    scenario = 'scenario "hot" { choose cpu = "CPU-2"\n  expect invalid because heat, heat-again }'

    report = parts(*twice, scenario).mutate(operators=["drop"])

    assert {"heat: drop": "killed", "heat-again: drop": "killed"} == states(report)


def test_the_score_counts_neither_equivalent_mutants_nor_explained_ones_as_killed() -> None:
    explained = [ExplainedMutant("heat: drop", "shown to us by the maker")]

    report = parts(HEAT, "rule warm: require cpu.tdp <= 150 W", FITS).mutate(
        operators=["drop"], explained=explained
    )

    assert (Fraction(0), 1, 0) == (report.score, len(report.explained), len(report.survived))
    assert report


def test_explanations_of_nothing_are_told() -> None:
    explained = [ExplainedMutant("heat: drop", "why"), ExplainedMutant("haet: drop", "why")]

    report = parts(HEAT, TOO_HOT).mutate(explained=explained)

    assert (
        StaleExplanation(explained[0], "killed"),
        StaleExplanation(explained[1], "unknown"),
    ) == report.stale


def test_explanations_lie_beside_the_catalog() -> None:
    listed = '[[survivor]]\nmutant = "heat: drop"\nbecause = "why"\n'
    asked = Configurator.from_text(f"{PARTS}\n{HEAT}", files={"mutants.toml": listed})

    assert ("heat: drop",) == tuple(each.mutant.id for each in asked.mutate().explained)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "survivor = 1",
            '`m.toml` is not a list of `[[survivor]]`, each with `mutant = "…"` and `because = "…"`',
        ),
        (
            '[[survivor]]\nmutant = "a"',
            '`m.toml` is not a list of `[[survivor]]`, each with `mutant = "…"` and `because = "…"`',
        ),
        ('[[survivor]]\nmutant = "a"\nbecause = " "', "`m.toml` gives no reason for the mutant `a`"),
        (
            '[[survivor]]\nmutant = "a"\nbecause = "b"\n' * 2,
            "`m.toml` explains the mutant `a` twice",
        ),
    ],
)
def test_explanations_that_cannot_be_read_are_told(text: str, message: str) -> None:
    with pytest.raises(ExplanationsError) as told:
        read_explanations(text, "m.toml")

    assert message == told.value.message


def test_scenarios_have_to_be_met_before() -> None:
    with pytest.raises(MutationError) as told:
        parts(HEAT, 'scenario "hot" { choose cpu = "CPU-2"\n  expect valid }').mutate()

    assert "the scenario `hot` (pc.pcat:29:1) is not met" == told.value.message


def test_what_is_not_reached_in_time_is_undecided() -> None:
    report = parts(HEAT).mutate(seconds=0)

    assert {"undecided"} == set(states(report).values())
    assert isinstance(report.mutants[0].outcome, UndecidedMutant)
    assert "the time limit of 0 s was reached" == report.mutants[0].outcome.reason
    assert not report


def test_progress_is_told_after_each_mutant() -> None:
    seen: list[tuple[int, int, str]] = []

    report = parts(HEAT).mutate(progress=lambda done, whole, each: seen.append((done, whole, each.mutant.id)))

    assert [(at + 1, len(report), each) for at, each in enumerate(ids(report))] == seen


@pytest.mark.parametrize(
    ("wanted", "error", "told"),
    [
        ({"elements": ["haet"]}, MutationError, "there is no rule, table, resource or row `haet`"),
        (
            {"elements": ["heat", "t row 9"]},
            MutationError,
            "there is no rule, table, resource or row `t row 9`",
        ),
        ({"elements": "heat"}, TypeError, "elements are a list, such as `['heat']`, not `'heat'`"),
        ({"operators": ["x"]}, MutationError, "there is no kind of change `x`"),
        ({"operators": []}, MutationError, "no kind of change is named"),
        ({"operators": "drop"}, TypeError, "operators are a list, such as `['drop']`, not `'drop'`"),
    ],
)
def test_what_there_is_not_cannot_be_changed(
    wanted: dict[str, Any], error: type[Exception], told: str
) -> None:
    with pytest.raises(error) as raised:
        parts(HEAT).mutate(**wanted)

    assert str(raised.value).startswith(told)


def test_the_nearest_element_is_suggested() -> None:
    with pytest.raises(MutationError) as raised:
        parts(HEAT).mutate(elements=["haet"])

    assert ("did you mean `heat`?",) == raised.value.help


def chosen(report: MutationReport) -> Sequence[str]:
    return sorted({each.mutant.element for each in report})


def test_only_what_is_wanted_is_changed() -> None:
    table = """table t allow {
  | cpu | psu |
  |-----|-----|
  | any | PSU-9 |
  | CPU-1 | any |
}"""
    asked = parts(HEAT, table)

    assert ["heat"] == chosen(asked.mutate(elements=["heat"]))
    assert ["t", "t row 1", "t row 2"] == chosen(asked.mutate(elements=["t"]))
    assert ["t row 2: delete"] == ids(asked.mutate(elements=["t row 2"]))
