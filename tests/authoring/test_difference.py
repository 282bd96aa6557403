"""What a change to a catalog does to its configurations."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from configurator.authoring.declarations import ChangedDeclaration, Detail
from configurator.authoring.difference import Difference, Effect
from configurator.configurator import Configurator
from configurator.engines.engine import Unknown

DAY = date(2026, 6, 15)

BIKE = """
catalog bike "Bicycle" version "1" currency EUR
unit kg

option colour : one of { red, green, blue }

family frame "Frame" choose one {
  | sku  | name  | weight [kg] | price [EUR] |
  |------|-------|-------------|-------------|
  | F-S  | Small |           3 |      100.00 |
  | F-L  | Large |           5 |      120.00 |
}

family bag "Bag" choose 0..2 mixed {
  | sku  | name  | weight [kg] | price [EUR] |
  |------|-------|-------------|-------------|
  | B-1  | Pouch |           1 |       10.00 |
  | B-2  | Trunk |           2 |       20.00 |
}

calc price in EUR = sum(price)
calc load in kg = frame.weight + sum(bag.weight)

rule heavy:
  require load <= 8 kg
  because "Together {load} is too heavy."

table paint allow {
  | colour | frame    |
  | red    | F-S, F-L |
  | green  | F-S      |
  | blue   | F-L      |
}
"""


def bike(*edits: tuple[str, str]) -> Configurator:
    """The bicycle with pieces of its text replaced, each of which must be there."""
    text = BIKE
    for before, after in edits:
        assert before in text
        text = text.replace(before, after)
    return Configurator.from_text(text)


def differ(old: Configurator, new: Configurator, **more: object) -> Difference:
    return old.difference(new, as_of=DAY, **more)  # type: ignore[arg-type]  # passed on as they are


def effect(old: Configurator, new: Configurator) -> Effect:
    found = differ(old, new).effect
    assert isinstance(found, Effect)
    return found


def numbers(found: Effect) -> tuple[str, int | None, int | None, int | None]:
    return found.kind, found.lost, found.gained, found.kept


# ---------------------------------------------------------------- configurations


def test_a_price_changes_no_configuration() -> None:
    found = differ(bike(), bike(("100.00", "99.00")))

    assert isinstance(found.effect, Effect)
    assert ("refactoring", 0, 0, 22) == numbers(found.effect)
    assert [True] == [change.new_price for change in found.changes]


def test_a_stricter_rule_loses_what_it_refuses() -> None:
    found = effect(bike(), bike(("<= 8 kg", "<= 7 kg")))

    assert ("specialisation", 2, 0, 20) == numbers(found)
    assert (22, 20) == (found.old, found.new)


def test_a_looser_rule_gains_what_it_refused() -> None:
    found = effect(bike(), bike(("<= 8 kg", "<= 9 kg")))

    assert ("generalisation", 0, 2, 22) == numbers(found)
    assert ["Together 9 kg is too heavy."] == [r.message for e in found.gained_examples for r in e.refusals]


def test_an_example_names_the_rule_the_places_and_where_it_stands() -> None:
    (example,) = effect(bike(), bike(("<= 8 kg", "<= 7 kg"))).lost_examples
    (refusal,) = example.refusals

    assert ("rule", "heavy", ("frame", "bag")) == (refusal.kind, refusal.rule, refusal.places)
    assert "Together 8 kg is too heavy." == refusal.message
    assert "catalog.pcat:24:1" == refusal.location


def test_a_component_that_is_gone_loses_what_held_it() -> None:
    found = effect(
        bike(),
        bike(("  | F-S  | Small |           3 |      100.00 |\n", ""), ("F-S, F-L", "F-L"), ("F-S", "F-L")),
    )

    assert [("component", "`frame` has no component `F-S`")] == [
        (refusal.kind, refusal.message) for refusal in found.lost_examples[0].refusals
    ]


def test_a_new_component_gains_and_loses_nothing() -> None:
    row = "  | B-2  | Trunk |           2 |       20.00 |\n"
    found = effect(bike(), bike((row, "  | B-0  | Net | 1 | 5.00 |\n" + row)))

    assert ("generalisation", 0) == (found.kind, found.lost)


def test_the_order_of_components_makes_no_difference() -> None:
    first = "  | B-1  | Pouch |           1 |       10.00 |\n"
    second = "  | B-2  | Trunk |           2 |       20.00 |\n"

    assert ("refactoring", 0, 0, 22) == numbers(effect(bike(), bike((first + second, second + first))))


def test_a_slot_of_another_kind_is_compared_by_what_it_holds() -> None:
    found = effect(bike(), bike(("0..2 mixed", "optional")))

    assert ("specialisation", 10, 0, 12) == numbers(found)
    assert {"bounds"} == {r.kind for e in found.lost_examples for r in e.refusals}


def test_a_new_place_that_may_be_empty_counts_as_empty_before() -> None:
    bell = '\nfamily bell "Bell" choose optional {\n  component "BELL" "Bell" { price = 4 EUR }\n}\n'
    found = effect(bike(), bike(("\ntable paint", f"{bell}\ntable paint")))

    assert ("generalisation", 0, 22, 22, ()) == (*numbers(found), found.left_out)
    assert ["there is no place `bell`"] == [r.message for r in found.gained_examples[0].refusals]


def test_a_new_option_that_no_rule_reads_is_left_out() -> None:
    found = effect(bike(), bike(("\noption colour", "\noption gift : yesno\n\noption colour")))

    assert ("refactoring", 0, 0, 22, ("gift",)) == (*numbers(found), found.left_out)
    assert (22, 44) == (found.old, found.new)


def test_a_new_option_that_rules_read_is_compared_by_listing() -> None:
    bare = "\nrule bare: when gift = yes forbid bag is chosen\n"
    rule = f"{bare}\nrule plain: when gift = no forbid colour = red\n"
    found = effect(
        bike(),
        bike(
            ("\ntable paint", f"{rule}\ntable paint"),
            ("\noption colour", "\noption gift : yesno\n\noption colour"),
        ),
    )

    assert ("specialisation", ("gift",)) == (found.kind, found.left_out)
    assert {"there is no way to fill `gift` that keeps the rules"} == {
        refusal.message for example in found.lost_examples for refusal in example.refusals
    }


def test_a_new_slot_that_nothing_can_fill_yet_loses_everything() -> None:
    component = 'component "L" "Lock" effective from 2027-01-01 { price = 4 EUR }'
    lock = f'\nfamily lock "Lock" choose one {{\n  {component}\n}}\n'
    found = effect(bike(), bike(("\ntable paint", f"{lock}\ntable paint")))

    assert ("specialisation", 22, 0, 0) == numbers(found)
    assert {"nothing can be chosen for `lock` on 2026-06-15"} == {
        refusal.message for example in found.lost_examples for refusal in example.refusals
    }


def test_two_days_of_one_catalog_are_compared() -> None:
    row = "  | F-L  | Large |           5 |      120.00 |\n"
    dated = bike(
        (row, ""),
        (
            "      100.00 |\n}",
            '      100.00 |\n  component "F-L" "Large" effective until 2026-12-31 {\n'
            "    weight = 5 kg, price = 120 EUR\n  }\n}",
        ),
    )
    found = dated.difference(dated, as_of=DAY, as_of_other=date(2027, 1, 1))

    assert isinstance(found.effect, Effect)
    assert ("specialisation", 0) == (found.effect.kind, found.effect.gained)
    assert "Large (F-L) can be chosen until 2026-12-31, not on 2027-01-01" in {
        refusal.message for refusal in found.effect.lost_examples[0].refusals
    }
    assert () == found.changes


def test_a_limit_leaves_the_answer_open() -> None:
    found = differ(bike(), bike(("<= 8 kg", "<= 7 kg")), seconds=1e-9)

    assert isinstance(found.effect, Unknown)
    assert (True, False) == (found.undecided, found.breaks)
    assert ["heavy"] == [change.name for change in found.changes]


def test_the_catalog_itself_is_a_refactoring_without_changes() -> None:
    found = differ(bike(), bike())

    assert isinstance(found.effect, Effect)
    assert ((), ("refactoring", 0, 0, 22), False) == (found.changes, numbers(found.effect), found.breaks)


@pytest.mark.parametrize("engine", ["diagram", "sat", "backtracking", "exhaustive"])
def test_every_engine_finds_the_same(engine: str) -> None:
    old = Configurator.from_text(BIKE, engine=engine)
    new = Configurator.from_text(BIKE.replace("<= 8 kg", "<= 7 kg").replace("B-2", "B-9"), engine=engine)

    assert ("both", 10, 8, 12) == numbers(effect(old, new))


# ---------------------------------------------------------------- declarations


def test_a_changed_number_in_a_rule_is_told_alone() -> None:
    (change,) = differ(bike(), bike(("<= 8 kg", "<= 7 kg"))).changes

    details = (Detail("text", "8 kg", "7 kg"),)
    assert ChangedDeclaration("changed", "rule", "heavy", details, "catalog.pcat:24:1") == change


def test_another_message_is_told_apart() -> None:
    (change,) = differ(bike(), bike(("is too heavy", "is too much"))).changes

    assert change.only_message
    assert (
        Detail("message", "Together {load} is too heavy.", "Together {load} is too much."),
    ) == change.details


def test_layout_and_comments_are_no_change() -> None:
    found = differ(bike(), bike(("require load", "# why not\n  require   load")))

    assert ((), "refactoring") == (
        found.changes,
        found.effect.kind if isinstance(found.effect, Effect) else "",
    )


def test_a_rule_that_reads_a_changed_calc_is_not_told_again() -> None:
    found = differ(bike(), bike(("frame.weight + sum", "2 * frame.weight + sum")))

    assert [("calc", "load")] == [(change.what, change.name) for change in found.changes]


def test_rows_of_a_table_are_told_one_by_one() -> None:
    (change,) = differ(bike(), bike(("green  | F-S      |", "green  | F-S, F-L |"))).changes

    assert ("table", [("- ", "| green | F-S |"), ("+ ", "| green | F-S, F-L |")]) == (
        change.what,
        [("+ " if d.before is None else "- ", d.after or d.before) for d in change.details],
    )


def test_every_kind_of_declaration_is_compared() -> None:
    found = differ(
        bike(),
        bike(
            ('version "1"', 'version "2"'),
            ("{ red, green, blue }", "{ red, green, blue, black }"),
            ("0..2 mixed", "0..3 mixed"),
            ("      120.00", "      125.00"),
            ("\ncalc load", '\ndefault colour = red\n\ncalc load "Load"'),
            ("rule heavy:", "rule heavy-bike:"),
        ),
    )

    assert [
        ("changed", "catalog", "bike"),
        ("changed", "component", "frame.F-L"),
        ("changed", "slot", "bag"),
        ("changed", "option", "colour"),
        ("changed", "calc", "load"),
        ("added", "rule", "heavy-bike"),
        ("removed", "rule", "heavy"),
        ("added", "default", "colour"),
    ] == [(change.kind, change.what, change.name) for change in found.changes]


def test_a_price_is_told_as_money() -> None:
    (change,) = differ(bike(), bike(("120.00", "119.90"))).changes

    assert (Detail("price", "120.00 EUR", "119.90 EUR", money=True),) == change.details


# ---------------------------------------------------------------- the PC


def pc(edit: Callable[[str], str] = str) -> Configurator:
    """The shipped PC, its rules edited."""
    folder = Path(__file__).resolve().parents[2] / "catalogs" / "desktop_pc"
    read = [file for file in folder.rglob("*") if file.suffix in {".pcat", ".csv"}]
    files = {file.relative_to(folder).as_posix(): file.read_text(encoding="utf-8") for file in read}
    files["rules.pcat"] = edit(files["rules.pcat"])
    return Configurator.from_text(files["desktop_pc.pcat"], name="desktop_pc.pcat", files=files)


def test_more_power_in_reserve_loses_exactly_what_the_counts_say() -> None:
    old, new = pc(), pc(lambda rules: rules.replace("keep 30 % spare", "keep 35 % spare"))
    found = old.difference(new, as_of=date(2026, 11, 22))
    counts = [version.count(as_of=date(2026, 11, 22)) for version in (old, new)]

    assert isinstance(found.effect, Effect)
    assert [(Detail("text", "30 %", "35 %"),)] == [change.details for change in found.changes]
    assert "specialisation" == found.effect.kind
    assert [count.or_raise().value for count in counts] == [found.effect.old, found.effect.new]
    assert (found.effect.old or 0) - (found.effect.new or 0) == found.effect.lost
    (example,) = found.effect.lost_examples
    assert ["power"] == [refusal.rule for refusal in example.refusals]
    day = date(2026, 11, 22)
    verdicts = [version.validate(example.configuration, as_of=day).valid for version in (old, new)]
    assert [True, False] == verdicts
