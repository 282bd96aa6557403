"""What customers are told about choices that cannot be, word by word."""

from datetime import date

import pytest

from configurator.catalog.source_words import condition_of
from configurator.configuration.validation import Invalid
from configurator.configurator import Configurator
from configurator.explanation.conflict import Conflict, RowReference

DAY = date(2026, 6, 15)
CATALOG = """catalog t currency EUR
unit W
unit mm
family cpu "Processor" choose one {
  | sku | name  | socket | tdp [W] |
  |-----|-------|--------|---------|
  | C1  | One   | A      | 10      |
  | C2  | Two   | A      | 20      |
  | C3  | Three | B      | 30      |
}
family board "Board" choose one {
  | sku | name  | socket |
  |-----|-------|--------|
  | B1  | Alpha | A      |
  | B2  | Beta  | B      |
}
family gpu "Card" choose optional {
  attribute length : number in mm optional
  | sku | name  | length [mm] |
  |-----|-------|-------------|
  | G1  | Short | 100         |
  | G2  | Long  | 300         |
  | G3  | Odd   |             |
}
family drive "Drives" choose 0..2 mixed {
  | sku | name | bus  |
  |-----|------|------|
  | D1  | Disk | SATA |
  | D2  | Chip | NVMe |
}
option quiet "Quiet" : yesno
option budget "Budget" : whole 0..100 in EUR
"""
LINE = 33
"""The line on which a rule added to the catalog stands."""


def conflicts(rule: str, **choices: object) -> tuple[Conflict, ...]:
    """What speaks against the choices."""
    verdict = Configurator.from_text(CATALOG + rule).validate(choices, as_of=DAY)
    assert isinstance(verdict, Invalid)
    return verdict.conflicts


def test_a_broken_rule_is_told_in_its_own_words_with_its_place_and_choices() -> None:
    rule = (
        'rule socket "Socket": require cpu.socket = board.socket '
        'because "{cpu.name} needs {cpu.socket}, {board} not."'
    )

    assert (
        Conflict(
            rules=("socket",),
            rows=(),
            choices=("cpu", "board"),
            stock=(),
            message="One needs A, Beta not.",
            locations=(f"catalog.pcat:{LINE}:1",),
        ),
    ) == conflicts(rule, board="B2", cpu="C1")


@pytest.mark.parametrize(
    ("rule", "choices", "message"),
    [
        ('rule r: require quiet = yes because "Be quiet: {quiet}."', {"quiet": False}, "Be quiet: no."),
        ('rule r: require budget > 50 EUR because "Only {budget}."', {"budget": 3}, "Only 3.00 EUR."),
        ('rule r: require gpu is chosen because "{gpu}, {gpu.length}."', {"gpu": None}, "none, none."),
        (
            'rule r: forbid gpu is chosen because "{gpu} of {gpu.length}, {gpu.sku}."',
            {"gpu": "G3"},
            "Odd of not known, G3.",
        ),
        (
            'rule r: forbid drive is chosen because "No {drive}."',
            {"drive": ["D1", "D2"]},
            "No Disk, Chip.",
        ),
        ('rule r: require count(drive) < 2 because "{drive}"', {"drive": "2 x D2"}, "2 x Chip"),
        ('rule r: require quiet = yes because "{{as it is}}"', {"quiet": False}, "{as it is}"),
        ('rule r "A title": require quiet = yes', {"quiet": False}, "A title (rule r)"),
        ("rule r: require quiet = yes", {"quiet": False}, "rule r is broken"),
        (
            'calc cost "Cost" in EUR = budget * 1.5\nrule r: require cost < 4 EUR because "{cost}"',
            {"budget": 3},
            "4.50 EUR",
        ),
        (
            'resource r "Room" in mm { supply 200 mm demand gpu.length '
            'because "{r.needed} of {r.supply}, {r.left}" }',
            {"gpu": "G2"},
            "300 mm of 200 mm, -100 mm",
        ),
        ("resource r { supply 200 mm demand gpu.length }", {"gpu": "G2"}, "resource r is broken"),
        ("resource r { supply 200 mm demand gpu.length }", {"gpu": "G3"}, "not known: Odd has no length"),
        (
            'table t "Which" forbid {\n| gpu | quiet |\n|-|-|\n| G* | yes |\n} because "No {gpu}: {quiet}."',
            {"gpu": "G1", "quiet": True},
            "No Short: yes.",
        ),
        (
            'table t "Which" allow {\n| gpu | quiet |\n|-|-|\n| G1 | no |\n}',
            {"gpu": "G1", "quiet": True},
            "Which (table t)",
        ),
    ],
)
def test_messages_tell_titles_values_units_and_what_is_missing(
    rule: str, choices: dict[str, object], message: str
) -> None:
    assert [message] == [conflict.message for conflict in conflicts(rule, **choices)]


def test_a_rule_for_each_unit_names_the_unit_at_fault() -> None:
    rule = (
        "rule r: for each drive when drive.bus = SATA forbid quiet = yes "
        'because "{drive} ({drive.sku}) is loud."'
    )

    assert ["Disk (D1) is loud."] == [c.message for c in conflicts(rule, drive=["D2", "D1"], quiet=True)]


def test_a_rule_is_told_once_for_each_unit_at_fault() -> None:
    rule = 'rule r: for each drive as x require quiet = yes because "{x} is loud."'

    assert ["Disk is loud.", "Chip is loud."] == [
        c.message for c in conflicts(rule, drive=["D1", "D2"], quiet=False)
    ]


def test_a_forbidding_table_names_its_rows() -> None:
    rule = "table t forbid {\n| gpu | quiet |\n|-|-|\n| G1 | yes |\n| G2 | yes |\n| G* | yes |\n}"

    (conflict,) = conflicts(rule, gpu="G1", quiet=True)
    assert (RowReference("t", 1), RowReference("t", 3)) == conflict.rows


def test_everything_broken_is_told_in_the_order_declared() -> None:
    rules = "rule b: require quiet = yes\nrule a: require budget > 5 EUR\nrule c: require gpu is chosen\n"

    assert [("b",), ("a",), ("c",)] == [
        conflict.rules for conflict in conflicts(rules, quiet=False, budget=1, gpu=None)
    ]


def test_a_rule_broken_whatever_is_still_decided_is_told_without_what_is_open() -> None:
    rule = 'rule r "Loud": when quiet = yes require cpu.tdp > 500 W because "{cpu.name}!"'

    (conflict,) = conflicts(rule, quiet=True)
    assert conflict.message == "Loud: nothing that is left keeps this"
    assert ("quiet",) == conflict.choices


def test_a_catalog_that_contradicts_itself_is_told_so() -> None:
    (conflict,) = conflicts("rule a: require quiet = yes\nrule b: require quiet = no\n", cpu="C1")

    assert conflict.message == (
        "the catalog has no valid configuration on 2026-06-15: "
        "`require quiet = yes` (a) and `require quiet = no` (b) cannot hold together"
    )
    assert ("a", "b") == conflict.rules
    assert () == conflict.choices


@pytest.mark.parametrize(
    ("rule", "told"),
    [
        (
            "rule r:\n  # why: noise\n  quiet = no requires\n    cpu.tdp <= 65 W\n",
            "quiet = no requires cpu.tdp <= 65 W",
        ),
        (
            'rule r: require cpu.name != "a: # because" because "{cpu.name}"\n',
            'require cpu.name != "a: # because"',
        ),
        ("rule r warn: forbid quiet = yes\n", "forbid quiet = yes"),
        (
            "table r forbid { | cpu | quiet |\n | C1 | yes |\n}\n",
            "some combinations of cpu and quiet are forbidden",
        ),
        (
            "table r allow { | cpu | quiet |\n | C1 | yes |\n}\n",
            "only certain combinations of cpu and quiet are allowed",
        ),
        (
            f"rule r: require {' and '.join(['quiet = yes'] * 20)}\n",
            f"require {'quiet = yes and ' * 9}quiet =…",
        ),
    ],
)
def test_what_has_no_title_is_told_by_what_it_demands(rule: str, told: str) -> None:
    (restriction,) = Configurator.from_text(CATALOG + rule).catalog.restrictions

    assert told == condition_of(restriction)


def test_a_slot_with_nothing_in_force_is_told_and_no_rule_is_blamed() -> None:
    rule = (
        'family case "Case" choose one { component "X" effective until 2026-01-01 { a = 1 } }\n'
        "rule r: require quiet = yes\n"
    )

    (conflict,) = conflicts(rule, quiet=True)
    assert conflict.message == "nothing can be chosen for Case on 2026-06-15"
    assert () == conflict.rules
    assert (f"catalog.pcat:{LINE}:8",) == conflict.locations


def test_what_is_not_in_force_is_told_with_its_days() -> None:
    rule = (
        'family case choose optional { component "X" "Old" effective until 2026-01-01 { a = 1 } '
        'component "Y" "New" effective from 2027-01-01 until 2027-12-31 { a = 1 } }\n'
    )

    (old,), (new,) = conflicts(rule, case="X"), conflicts(rule, case="Y")
    assert old.message == "Old (X) can be chosen until 2026-01-01, not on 2026-06-15"
    assert new.message == "New (Y) can be chosen from 2027-01-01 until 2027-12-31, not on 2026-06-15"
    assert ("Y",) == new.not_in_force
