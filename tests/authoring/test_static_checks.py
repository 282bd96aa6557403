"""What `check` finds in a catalog that loads, without solving: each finding with its exact words."""

import pytest

from configurator.authoring.checks.checking import CHECKS, check_catalog
from configurator.catalog.compilation import compile_catalog
from configurator.catalog_files import text_reader
from configurator.diagnostics.codes import CODES, DiagnosticCode
from configurator.diagnostics.diagnostic import Diagnostic

HEAD = 'catalog bike "Bicycle" version "1" currency EUR tested on 2026-11-22\n'
LOCKS = """option size : one of { S, M }
family lock choose one {
  | sku | length |
  |-----|--------|
  | L-1 |     80 |
  | L-2 |    120 |
}
"""
OURS = [
    CODES[code]
    for code in (
        *("W0501", "W0502", "W0503", "W0507", "W0620", "W0621", "W0622"),
        *("W0703", "W0704", "W0705", "W0706", "W0711", "W0712", "W0713"),
    )
]


def findings(text: str, **files: str) -> tuple[Diagnostic, ...]:
    """Everything found in a catalog that loads; a text without a header gets one."""
    whole = text if text.startswith("catalog") else HEAD + text
    others = {name.replace("__", "/") + ".pcat": content for name, content in files.items()}
    result = compile_catalog("bike.pcat", text_reader({"bike.pcat": whole, **others}))
    assert result.catalog is not None, result.diagnostics
    return (*result.diagnostics, *check_catalog(result.catalog))


def told(text: str, *codes: str, **files: str) -> list[str]:
    """The messages of findings with some codes."""
    return [found.message for found in findings(text, **files) if found.code in codes]


def helped(text: str, code: str) -> list[str]:
    """The next steps of the findings with a code."""
    return [line for found in findings(text) if found.code == code for line in found.help]


@pytest.mark.parametrize("code", OURS, ids=lambda code: code.id)
def test_the_wrong_example_of_a_code_gets_it_and_the_right_one_does_not(code: DiagnosticCode) -> None:
    files = {"locks": "unit mm\n"}

    assert code.id in {found.code for found in findings(code.wrong, **files)}
    assert code.id not in {found.code for found in findings(code.right, **files)}


def test_every_check_has_a_name_of_its_own() -> None:
    assert len(CHECKS) == len({check.name for check in CHECKS})


# ---------------------------------------------------------------- tables


def test_a_gap_is_told_with_the_row_to_add() -> None:
    table = "table t allow {\n  | lock | size |\n  | L-1  | S    |\n}\n"

    assert ["table `t` says nothing about `L-2`"] == told(LOCKS + table, "W0507")
    assert ["add the row `| L-2 | any |` with what goes with it, or write `allow partial`"] == helped(
        LOCKS + table, "W0507"
    )


def test_the_row_to_add_stands_under_the_last_one() -> None:
    (found,) = [
        each
        for each in findings(LOCKS + "table t allow {\n    | lock | size |\n    | L-1  | S    |\n}\n")
        if each.code == "W0507"
    ]
    (replacement,) = found.replacements

    assert ("\n    | L-2 | any |", False) == (replacement.text, replacement.safe)
    assert replacement.span.file.text[: replacement.span.start].endswith("| S    |")


def test_a_proposed_cell_is_in_quotes_where_it_must_be() -> None:
    family = 'family lock choose one {\n  | sku |\n  | L-1 |\n  | any |\n  | "a, b" |\n}\n'
    table = "option o : yesno\ntable t allow {\n  | lock | o |\n  | L-1  | yes |\n}\n"
    (line,) = helped(family + table, "W0507")

    assert line.startswith('add the row `| "any", ')


def test_many_missing_values_are_one_row_with_other() -> None:
    rows = "".join(f"  | L-{number} |\n" for number in range(20))
    family = f"family lock choose one {{\n  | sku |\n{rows}}}\noption o : yesno\n"
    table = "table t allow {\n  | lock | o |\n  | L-0 | yes |\n}\n"

    assert ["table `t` says nothing about `L-1`, `L-2`, `L-3`, `L-4` and 15 more"] == told(
        family + table, "W0507"
    )
    assert ["add the row `| other | any |` with what goes with it, or write `allow partial`"] == helped(
        family + table, "W0507"
    )


def test_missing_whole_numbers_are_told_as_runs() -> None:
    text = "option n : whole 1..9\noption o : yesno\ntable t allow {\n|n|o|\n|1, 5|yes|\n|9|no|\n}\n"

    assert ["table `t` says nothing about `2..4`, `6..8`"] == told(text, "W0507")


def test_numbers_are_told_in_their_unit() -> None:
    text = (
        "unit mm\nfamily fork choose one {\n | sku | travel [mm] |\n | F-1 | 130 |\n | F-2 | 150 |\n}\n"
        "option o : yesno\ntable t allow {\n | fork.travel | o |\n | 130 | any |\n}\n"
    )

    assert ["table `t` says nothing about `150 mm`"] == told(text, "W0507")


@pytest.mark.parametrize(
    "table",
    [
        "table t allow partial {\n | lock | size |\n | L-1 | S |\n}",
        "table t forbid {\n | lock | size |\n | L-1 | S |\n}",
        "table t allow {\n | lock | size |\n | L-1 | S |\n | other | M |\n}",
        "table t allow {\n | lock | size |\n | L-1 | S |\n | not L-1 | M |\n}",
        "table t allow {\n | lock | size |\n | L-* | S, M |\n}",
        "table t allow {\n | lock.length | size |\n | 80 | S |\n | >= 100 | M |\n}",
        "table t allow {\n | lock |\n | L-1 |\n}",
        "calc n = lock.length\ntable t allow {\n | n | size |\n | 80 | S, M |\n}",
    ],
)
def test_a_table_that_says_it_all_or_need_not_has_no_gap(table: str) -> None:
    assert [] == told(LOCKS + table, "W0507")


def test_components_that_are_never_in_force_with_the_table_are_no_gap() -> None:
    family = (
        'family lock choose one {\n component "L-1" {}\n component "L-2" effective from 2027-01-01 {}\n}\n'
    )
    table = "option o : yesno\ntable t allow effective until 2026-12-31 {\n | lock | o |\n | L-1 | yes |\n}\n"

    assert [] == told(family + table, "W0507")


def test_a_value_of_another_column_that_no_row_allows_is_a_hint() -> None:
    table = "table t allow {\n  | lock | size |\n  | any  | S    |\n}\n"

    assert ["no row of table `t` allows `size` = `M`"] == told(LOCKS + table, "W0501")


def test_a_cell_that_nothing_matches_is_told_with_what_there_is() -> None:
    text = (
        "family cpu choose one {\n | sku | socket |\n | C | AM4 |\n | D | AM5 |\n}\noption o : yesno\n"
        "table t forbid {\n | cpu.socket | o |\n | AM6 | yes |\n}\n"
    )
    (found,) = [each for each in findings(text) if each.code == "W0502"]

    assert "row 1 of table `t`: no `cpu.socket` is `AM6`" == found.message
    assert ("there are: AM4, AM5", ("did you mean `AM5`?",)) == (found.label, found.help)


def test_bounds_that_nothing_lies_between_are_told() -> None:
    table = "table t forbid {\n | lock.length | size |\n | 90..110 | S |\n}\n"

    assert ["row 1 of table `t`: no `lock.length` lies between these bounds"] == told(LOCKS + table, "W0502")


def test_a_row_that_stands_twice_can_be_taken_away_unseen() -> None:
    table = "table t allow {\n  | lock | size |\n  | any  | S    |\n  | any  | S    |\n  | any  | M    |\n}\n"
    (found,) = [each for each in findings(LOCKS + table) if each.code == "W0503"]
    (replacement,) = found.replacements

    assert "row 2 of table `t` says the same as row 1" == found.message
    assert ("  | any  | S    |\n", "", True) == (replacement.span.text, replacement.text, replacement.safe)


def test_a_row_with_a_remark_is_not_taken_away_unseen() -> None:
    table = "table t allow {\n  | lock | size |\n  | any  | S, M |\n  | any  | S, M | # why\n}\n"

    assert [()] == [each.replacements for each in findings(LOCKS + table) if each.code == "W0503"]


@pytest.mark.parametrize(
    ("rows", "covered"),
    [
        ("| any | S |\n| L-1 | S |", [2]),
        ("| L-1 | S |\n| any | S |", [1]),
        ("| L-1, L-2 | any |\n| L-2 | M |", [2]),
        ("| not L-1 | S |\n| L-2 | S |", [2]),
        ("| L-1 | S |\n| L-1 | M |", []),
        # Without row 1 `other` would mean L-1 too.
        ("| L-1 | S |\n| other | M |\n| any | S |", []),
        ("| L-1 | S |\n| other | M |\n| L-1, L-2 | S |", [1]),
    ],
)
def test_rows_that_another_row_covers_are_found(rows: str, covered: list[int]) -> None:
    table = f"table t allow {{\n| lock | size |\n{rows}\n}}\n"
    found = [each for each in findings(LOCKS + table) if each.code == "W0503"]

    assert covered == [int(each.message.split()[1]) for each in found]


# ---------------------------------------------------------------- unused


def test_an_unused_family_is_a_warning() -> None:
    assert ["no slot is filled from the family `spare`"] == told(
        "family spare {\n | sku |\n | X |\n}\n", "W0620"
    )


def test_unread_columns_of_a_family_are_one_hint() -> None:
    heading = " | ".join(["sku", "name", *"abcdefg"])
    row = " | ".join(["L", "A lock", *"1234567"])
    text = f"family lock choose one {{\n | {heading} |\n | {row} |\n}}\nrule r: require lock.c = 3\n"

    assert ["nothing reads `a`, `b`, `d`, `e`, `f` and 1 more of the family `lock`"] == told(text, "W0621")


def test_a_catalog_without_rules_and_calcs_has_just_been_begun() -> None:
    assert [] == told(LOCKS, "W0621")


@pytest.mark.parametrize(
    "reader",
    [
        "rule r: require lock.length > 3",
        "rule r: for each lock require lock.length > 3",
        "calc n = sum(length)",
        "calc n = sum(lock.length)",
        "calc n = count(lock where length > 80)",
        "table t allow partial {\n | lock.length | size |\n | 80 | S |\n}",
        'rule r: require size = S because "{lock.length} is long"',
        "resource room { supply 200 demand lock.length }",
        "prefer short: lock.length < 100",
        "minimise lock.length",
        "default size = S when lock.length > 80",
        'scenario "s" { choose nothing expect lock.length < 200 }',
    ],
)
def test_a_column_counts_as_read_wherever_it_is(reader: str) -> None:
    assert [] == told(LOCKS + reader + "\n", "W0621")


# ---------------------------------------------------------------- names


def test_a_calc_that_adds_up_its_column_may_have_its_name() -> None:
    assert [] == told(LOCKS + "calc length = sum(length) + 5\n", "W0703")
    assert ["the calc `length` is called like a column of `lock` that it does not read"] == told(
        LOCKS + "calc length = 5\n", "W0703"
    )


def test_an_import_named_like_a_slot_is_told_at_its_name() -> None:
    assert ["`lock` is the name of an import and of a slot"] == told(
        'import "lib.pcat" as lock\n' + LOCKS, "W0704", lib="option colour : yesno\n"
    )


def test_a_column_in_an_aggregate_hides_an_option_of_its_name() -> None:
    text = LOCKS + "option length : yesno\ncalc n = count(lock where length > 80)\n"

    assert ["`length` is the column of what is counted here, not the option of that name"] == told(
        text, "W0706"
    )
    assert [] == told(text.replace("where length", "where lock.length"), "W0706")


# ---------------------------------------------------------------- dates

DATED = """family lock choose one {
  component "L-1" effective until 2026-12-31 { }
  component "L-2" effective from 2027-01-01 { }
}
option o : yesno
"""


@pytest.mark.parametrize(
    ("statement", "message"),
    [
        (
            'rule r effective until 2026-06-30: lock = "L-2" requires o = no',
            "rule `r` is in force until 2026-06-30, `L-2` only from 2027-01-01",
        ),
        (
            'rule r effective until 2026-06-30: require lock in { "L-2", "L-1" }',
            "rule `r` is in force until 2026-06-30, `L-2` only from 2027-01-01",
        ),
        (
            "table t forbid effective from 2027-01-01 {\n | lock | o |\n | L-1 | no |\n}",
            "row 1 of table `t` is in force from 2027-01-01, `L-1` only until 2026-12-31",
        ),
        (
            'bundle b "B" effective from 2027-01-01 { choose lock = "L-1" }',
            "bundle `b` is in force from 2027-01-01, `L-1` only until 2026-12-31",
        ),
        (
            'bundle b "B" { choose lock = "L-2" }',
            "bundle `b` names `L-2`, which is in force from 2027-01-01, and the catalog is tested on"
            " 2026-11-22",
        ),
    ],
)
def test_dates_that_never_meet_are_told(statement: str, message: str) -> None:
    assert [message] == told(DATED + statement + "\n", "W0711", "W0712")


@pytest.mark.parametrize(
    "statement",
    [
        'rule r effective until 2027-06-30: lock = "L-2" requires o = no',
        "table t forbid effective from 2027-01-01 {\n | lock | o |\n | L-1, L-2 | no |\n}",
        "table t forbid effective from 2027-01-01 {\n | lock | o |\n | any | no |\n}",
        'default lock = "L-2"',
        'default lock = "L-1"',
    ],
)
def test_dates_that_meet_are_not(statement: str) -> None:
    assert [] == told(DATED + statement + "\n", "W0711", "W0712", "W0713")


def test_a_default_of_a_component_that_is_gone_is_told() -> None:
    text = HEAD.replace("2026", "2028") + DATED + 'default lock = "L-1"\n'

    assert [
        "the default of `lock` names `L-1`, which is in force until 2026-12-31, and the catalog is tested on"
        " 2028-11-22"
    ] == told(text, "W0712")


def test_days_between_two_components_on_which_nothing_fills_a_slot_are_told() -> None:
    text = DATED.replace("from 2027-01-01", "from 2027-01-03")

    assert ["`lock` must be filled, and from 2027-01-01 to 2027-01-02 no component is in force"] == told(
        text, "W0713"
    )
    assert [] == told(text.replace("choose one", "choose optional"), "W0713")


# ---------------------------------------------------------------- scenarios


def test_a_scenario_needs_a_day_where_days_matter() -> None:
    scenario = 'scenario "s" {\n  choose nothing\n  expect valid\n}\n'
    undated = HEAD.replace(" tested on 2026-11-22", "")

    assert ["no day is given for this scenario, and its answer depends on it"] == told(
        undated + DATED + scenario, "W0610"
    )
    assert [] == told(undated + LOCKS + scenario, "W0610")
    assert [] == told(
        undated + DATED + scenario.replace("  choose", "  given date 2026-11-22\n  choose"), "W0622"
    )
    assert [] == told(DATED + scenario, "W0610")


@pytest.mark.parametrize(
    ("scenario", "message"),
    [
        (
            'choose lock = "L-2"\n expect valid',
            'scenario "s" is run on 2026-11-22, and `L-2` is in force from 2027-01-01',
        ),
        (
            'given date 2027-01-01\n choose lock = "L-1"\n expect valid',
            'scenario "s" is run on 2027-01-01, and `L-1` is in force until 2026-12-31',
        ),
        (
            "given date 2027-01-01\n given bundle b\n choose nothing\n expect valid",
            'scenario "s" is run on 2027-01-01, and bundle `b` is in force until 2026-12-31',
        ),
        (
            "choose o = yes\n expect invalid because later",
            'scenario "s" is run on 2026-11-22, and `later` is in force from 2027-06-01',
        ),
    ],
)
def test_what_a_scenario_names_must_be_in_force_on_its_day(scenario: str, message: str) -> None:
    text = (
        DATED
        + "rule later effective from 2027-06-01: require o = no\n"
        + 'bundle b "B" effective until 2026-12-31 { choose o = yes }\n'
        + f'scenario "s" {{\n {scenario}\n}}\n'
    )

    assert [message] == told(text, "W0622")


def test_a_scenario_that_expects_to_be_invalid_may_choose_what_is_out_of_force() -> None:
    assert [] == told(DATED + 'scenario "s" {\n choose lock = "L-2"\n expect invalid\n}\n', "W0622")


# ---------------------------------------------------------------- assemblies

BAGS = """assembly bag "Bag" choose 0..3 {
  option material : one of { leather, cloth }
  family body "Body" choose one {
    | sku  | volume | depth |
    | B-10 |     10 |     3 |
    | B-20 |     20 |     4 |
  }
  table sizes allow {
    | body | material |
    | B-10 | any      |
    | B-10 | leather  |
  }
  calc volume = 3
  rule small: material = leather requires body.volume <= 10
}
"""


def test_what_is_said_of_every_instance_of_an_assembly_is_told_once() -> None:
    assert [
        "nothing reads `depth` of the family `bag.body`",
        "table `bag.sizes` says nothing about `B-20`",
        "row 2 of table `bag.sizes` adds nothing: row 1 allows all of it",
        "the calc `bag.volume` is called like a column of `bag.body` that it does not read",
    ] == [found.message for found in findings(BAGS)]


def test_a_name_in_an_assembly_that_hides_an_outer_one_is_a_hint() -> None:
    text = "option material : yesno\n" + BAGS.replace("calc volume", "calc litres")
    (hidden,) = [found for found in findings(text) if found.code == "W0706"]

    assert "inside `bag`, the option `material` hides the option of that name" == hidden.message
    assert ("the option is declared at bike.pcat:2:8, and is `product.material` here",) == hidden.help


def test_a_name_that_for_each_binds_and_something_has_is_a_hint() -> None:
    rule = "rule r: for each lock as size require size.length > 1\n"
    text = LOCKS.replace("choose one", "choose 0..2 mixed") + rule

    assert ["inside `r`, `size` is each `lock`, not the option of that name"] == told(text, "W0706")
    assert [] == told(text.replace(" as size", "").replace("size.", "lock."), "W0706")


def test_a_word_with_two_meanings_is_told_in_the_rule() -> None:
    text = (
        "option office : one of { home, large }\n"
        "family desk choose one {\n | sku | place |\n | D | office |\n | E | home |\n}\n"
        "rule place: require desk.place != office\n"
    )

    assert ["`office` is the name of an option or calc here, and a value of the column `place` too"] == told(
        text, "W0705"
    )
    assert [] == told(text.replace("!= office", '!= "office"'), "W0705")
