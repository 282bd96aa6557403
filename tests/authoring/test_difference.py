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
    assert [("the place `bell` is new", "catalog.pcat:28:8")] == [
        (r.message, r.location) for r in found.gained_examples[0].refusals
    ]


def test_a_place_that_is_gone_loses_what_filled_it() -> None:
    bell = '\nfamily bell "Bell" choose optional {\n  component "BELL" "Bell" { price = 4 EUR }\n}\n'
    found = effect(bike(("\ntable paint", f"{bell}\ntable paint")), bike())

    assert ("specialisation", 22, 0, 22) == numbers(found)
    assert ["the place `bell` is gone"] == [r.message for r in found.lost_examples[0].refusals]


def test_a_gained_example_of_a_new_set_names_where_it_is_declared() -> None:
    found = effect(
        bike(), bike(("\noption colour", "\noption kit : some 0..2 of { pump, lock }\n\noption colour"))
    )

    assert {("place", "the place `kit` is new", "catalog.pcat:5:8")} == {
        (r.kind, r.message, r.location) for r in found.gained_examples[0].refusals
    }


def test_a_new_option_that_no_rule_reads_is_left_out() -> None:
    found = effect(bike(), bike(("\noption colour", "\noption gift : yesno\n\noption colour")))

    assert ("refactoring", 0, 0, 22, ("gift",)) == (*numbers(found), found.left_out)
    assert (22, 22) == (found.old, found.new)
    assert (22, 44) == (found.old_whole, found.new_whole)


GIFT = ("\noption colour", "\noption gift : yesno\n\noption colour")


def test_what_a_rule_refuses_is_counted_without_the_option_left_out() -> None:
    rule = '\nrule no-blue "No blue": forbid colour = blue\n'
    found = effect(bike(), bike(GIFT, ("\ntable paint", f"{rule}\ntable paint")))

    assert ("specialisation", 5, 0, 17) == numbers(found)
    assert (22, 17) == (found.old, found.new)
    assert (22, 34) == (found.old_whole, found.new_whole)


def with_gift(*rules: str, option: str = "yesno") -> Configurator:
    told = "".join(f"\nrule gift{at}: {rule}\n" for at, rule in enumerate(rules))
    places = f"\noption gift : {option}\n\noption colour"
    return bike(("\noption colour", places), ("\ntable paint", f"{told}\ntable paint"))


def test_a_new_option_of_which_one_value_restricts_nothing_loses_nothing() -> None:
    found = effect(bike(), with_gift("gift = yes requires bag is chosen"))

    assert ("refactoring", 0, 0, 22, ("gift",)) == (*numbers(found), found.left_out)
    assert (22, 40) == (found.old_whole, found.new_whole)


def test_a_value_that_every_other_one_outdoes_counts_for_nothing() -> None:
    rules = (
        "gift = small excludes colour = red",
        "gift = large excludes colour = red",
        "gift = large excludes bag",
    )
    found = effect(bike(), with_gift(*rules[:2], rules[2] + " is chosen", option="one of { small, large }"))

    assert ("specialisation", 11, 0, 11) == numbers(found)
    (example,) = found.lost_examples
    assert [("rule", "gift0")] == [(refusal.kind, refusal.rule) for refusal in example.refusals]


def test_ways_of_which_none_outdoes_the_others_are_counted_together() -> None:
    rules = ("when gift = small forbid colour = red", "when gift = large forbid colour = blue")
    both = with_gift(*rules, 'when gift = huge forbid frame = "F-S"', option="one of { small, large, huge }")
    two = with_gift(*rules, option="one of { small, large }")

    assert ("refactoring", 0, 0, 22) == numbers(effect(bike(), both))
    assert ("refactoring", 0, 0, 22) == numbers(effect(bike(), two))


def test_both_versions_may_have_ways_of_their_own() -> None:
    red, blue = "when gift = small forbid colour = red", "when gift = large forbid colour = blue"
    sizes = "one of { small, large }"
    strict = (f"{red}", "when gift = large forbid colour = red")
    old = with_gift(red, blue, option=sizes)
    wrapped = [rule.replace("gift", "wrap") for rule in (red, blue)]
    wrap = ("\noption colour", f"\noption wrap : {sizes}\n\noption colour")
    rules = "".join(f"\nrule wrap{at}: {rule}\n" for at, rule in enumerate(wrapped))
    new = bike(wrap, ("\ntable paint", f"{rules}\ntable paint"))

    assert ("refactoring", 0, 0, 22, ("gift", "wrap")) == (
        *numbers(effect(old, new)),
        effect(old, new).left_out,
    )
    assert ("generalisation", 0, 11, 11) == numbers(effect(with_gift(*strict, option=sizes), new))


def test_two_new_options_are_left_out_together() -> None:
    wrapped = bike(
        ("\noption colour", "\noption gift : yesno\noption wrap : yesno\n\noption colour"),
        (
            "\ntable paint",
            "\nrule w: wrap = yes requires gift = yes\n"
            "\nrule g: gift = yes excludes bag is chosen\n\ntable paint",
        ),
    )
    found = effect(bike(), wrapped)

    assert ("refactoring", 0, 0, 22, ("gift", "wrap")) == (*numbers(found), found.left_out)


def test_an_option_that_nothing_can_be_chosen_for_loses_everything() -> None:
    found = effect(bike(), with_gift("forbid gift = yes", "forbid gift = no"))

    assert ("specialisation", 22, 0, 0) == numbers(found)
    assert (0, 0) == (found.new, found.new_whole)


def test_an_option_that_rules_read_and_that_is_gone_is_left_out_too() -> None:
    found = effect(with_gift("gift = yes requires bag is chosen"), bike(("<= 8 kg", "<= 7 kg")))

    assert ("specialisation", 2, 0, 20, ("gift",)) == (*numbers(found), found.left_out)
    assert (40, 20) == (found.old_whole, found.new_whole)


def test_a_number_of_many_values_is_told_by_what_rules_make_of_it() -> None:
    found = effect(bike(), with_gift("when gift > 300 require bag is chosen", option="whole 0..500"))

    assert ("refactoring", 0, 0, 22) == numbers(found)


def test_what_can_be_filled_in_too_many_ways_is_listed() -> None:
    forbidden = (
        "colour = red",
        "colour = green",
        "colour = blue",
        'frame = "F-S"',
        'frame = "F-L"',
        "bag is chosen",
    )
    rules = [f"when gift = v{at} forbid {each}" for at, each in enumerate(forbidden)]
    found = effect(bike(), with_gift(*rules, option="one of { v0, v1, v2, v3, v4, v5 }"))

    assert ("refactoring", 0, 0, 22) == numbers(found)
    assert (22, 22, 22) == (found.old, found.new, found.old_whole)


def test_a_new_option_of_which_every_value_restricts_something_is_compared() -> None:
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
    message = "there is no way to fill `gift` that keeps `bare`, `plain`"
    assert {(message, ("gift", "colour", "bag"), "catalog.pcat:5:8")} == {
        (refusal.message, refusal.places, refusal.location)
        for example in found.lost_examples
        for refusal in example.refusals
    }


def test_what_is_broken_however_a_new_option_is_filled_is_told_alone() -> None:
    rules = ("when gift = yes forbid bag is chosen", "when gift = no forbid colour = red")
    found = effect(bike(), with_gift(*rules, 'forbid frame = "F-S"'))

    assert ["gift2"] in [[each.rule for each in example.refusals] for example in found.lost_examples]


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
    # A scenario that chooses everything would have to choose what an edit adds.
    files["desktop_pc.pcat"] = files["desktop_pc.pcat"].replace("choose only", "choose")
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


def test_a_new_option_with_a_rule_is_no_trouble_for_many_configurations() -> None:
    kit = "\noption quiet_kit : yesno\nrule q: quiet_kit = yes requires cooler is chosen\n"
    day = date(2026, 11, 22)
    old, new = pc(), pc(lambda rules: rules + kit)
    found, back = old.difference(new, as_of=day).effect, new.difference(old, as_of=day).effect
    count = old.count(as_of=day).or_raise().value

    assert isinstance(found, Effect)
    assert isinstance(back, Effect)
    assert ("refactoring", 0, 0, count) == numbers(found) == numbers(back)
    assert new.count(as_of=day).or_raise().value == found.new_whole == back.old_whole


def test_values_that_differ_are_counted_together_for_many_configurations() -> None:
    kit = (
        "\noption kit : one of { quiet, fast }\n"
        "rule q: kit = quiet requires cooler is chosen\nrule f: kit = fast excludes cooler is chosen\n"
    )
    day = date(2026, 11, 22)
    old, new = pc(), pc(lambda rules: rules + kit)
    found = old.difference(new, as_of=day).effect

    assert isinstance(found, Effect)
    assert ("refactoring", 0, 0, old.count(as_of=day).or_raise().value) == numbers(found)


# ---------------------------------------------------------------- how many examples


def test_without_a_limit_every_cause_is_told() -> None:
    new = bike(
        ("{ red, green, blue }", "{ red }"),
        ("green  | F-S ", "red    | F-S "),
        ("blue   | F-L", "red    | F-L"),
    )
    few, all_ = differ(bike(), new, limit=1).effect, differ(bike(), new, limit=None).effect

    assert isinstance(few, Effect)
    assert isinstance(all_, Effect)
    assert 1 == len(few.lost_examples) <= len(all_.lost_examples)


@pytest.mark.parametrize("limit", [0, -3])
def test_a_limit_is_at_least_one(limit: int) -> None:
    with pytest.raises(ValueError, match=f"the limit is at least 1, or `None` for all, not `{limit}`"):
        differ(bike(), bike(), limit=limit)


def test_a_catalog_is_compared_with_a_catalog() -> None:
    with pytest.raises(TypeError, match="`other` is a `Configurator`, not `'x'`"):
        bike().difference("x")  # type: ignore[arg-type]  # that is the mistake
