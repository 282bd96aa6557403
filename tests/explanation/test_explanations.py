"""Why, why not, why this price, word by word; and verdicts that are checked, or found to be wrong."""

from datetime import date
from fractions import Fraction
from pathlib import Path

import pytest
from attrs import evolve

from configurator.configuration import reasons
from configurator.configuration.choices import read_choices
from configurator.configuration.completion import NotCompletable
from configurator.configuration.model import ComponentQuantity
from configurator.configuration.product import ask
from configurator.configuration.reasons import (
    ByDefault,
    ChosenByCustomer,
    Excluded,
    Forced,
    NotForced,
    Possible,
    PriceReason,
    Retreat,
)
from configurator.configuration.validation import Incomplete, Invalid, Valid
from configurator.configurator import Configurator
from configurator.csp.constraints import ClauseConstraint, Literal
from configurator.engines.engine import Unknown
from configurator.errors import ChoiceError
from configurator.explanation import checking
from configurator.explanation.checking import Checked, Refuted, Unchecked
from configurator.explanation.conflict import Case, Conflicts, all_conflicts, find_conflict
from configurator.explanation.evidence import (
    DecisionEvidence,
    EffectivityEvidence,
    Fact,
    RuleEvidence,
    StockEvidence,
)

DAY = date(2026, 11, 22)
PC = Configurator.load(Path(__file__).resolve().parents[1] / "catalogs" / "pc.pcat")
TOGETHER = {"cpu": "CPU-14400", "chassis": "CASE-MINI"}
"""Choices that two rules refuse only together."""


def excluded(choices: dict[str, object], place: str, value: object) -> Excluded:
    found = PC.why_not(choices, place, value, as_of=DAY)
    assert isinstance(found, Excluded)
    return found


def names_of(found: Conflicts | Unknown) -> list[tuple[tuple[str, ...], tuple[str, ...]]]:
    assert isinstance(found, Conflicts)
    return [(conflict.rules, conflict.choices) for conflict in found.conflicts]


# ---------------------------------------------------------------- evidence


def test_a_conflict_lists_its_members_in_typed_form() -> None:
    verdict = PC.validate(TOGETHER, as_of=DAY)
    assert isinstance(verdict, Invalid)
    (conflict,) = verdict.conflicts
    socket, form, *decisions = conflict.evidence

    assert isinstance(socket, RuleEvidence)
    assert isinstance(form, RuleEvidence)
    assert ("cpu-socket", "rule", "Processor fits mainboard") == (socket.rule, socket.what, socket.message)
    assert ("board-form", "require board.form in chassis.fits") == (form.rule, form.message)
    assert [
        DecisionEvidence("cpu", "cpu = CPU-14400"),
        DecisionEvidence("chassis", "chassis = CASE-MINI"),
    ] == decisions


def test_rules_that_refuse_together_are_told_each_once() -> None:
    verdict = PC.validate(TOGETHER, as_of=DAY)
    assert isinstance(verdict, Invalid)

    assert [
        "`cpu = CPU-14400` and `chassis = CASE-MINI` cannot be completed: "
        "Processor fits mainboard (cpu-socket) and `require board.form in chassis.fits` (board-form) "
        "leave nothing"
    ] == [conflict.message for conflict in verdict.conflicts]


def test_a_broken_table_is_evidence_with_its_rows() -> None:
    verdict = PC.validate({"cpu": "CPU-7800X", "gpu": "GPU-4090", "chassis": "CASE-MINI"}, as_of=DAY)
    assert isinstance(verdict, Invalid)
    table = verdict.conflicts[1].evidence[0]

    assert isinstance(table, RuleEvidence)
    assert ("table", (1, 2)) == (table.what, table.rows)


def test_a_choice_that_a_rule_does_not_need_is_not_blamed_for_breaking_it() -> None:
    verdict = PC.validate({"cpu": "CPU-7800X", "gpu": "GPU-4090", "chassis": "CASE-MINI"}, as_of=DAY)
    assert isinstance(verdict, Invalid)

    assert [("gpu", "chassis")] * 2 == [conflict.choices for conflict in verdict.conflicts]


def test_what_is_not_in_force_is_evidence_of_its_date() -> None:
    verdict = PC.validate({"board": "MB-X870-ATX"}, as_of=DAY)
    assert isinstance(verdict, Invalid)

    assert (
        EffectivityEvidence(
            "MB-X870-ATX",
            "board",
            "X870 Carbon (MB-X870-ATX) can be chosen from 2027-01-15, not on 2026-11-22",
        ),
    ) == verdict.conflicts[0].evidence


def test_facts_from_outside_take_part_as_stock() -> None:
    product = PC.product(DAY)
    question = ask(product, read_choices(PC.catalog, {"cpu": "CPU-14400"}))
    (gpu,) = product.lowered.layout.of["gpu"].variables
    gone = ClauseConstraint((Literal(gpu, frozenset({0})),))
    case = Case(product.lowered, question.choices, (Fact("GPU-4060", "no graphics card is left.", (gone,)),))
    conflict = find_conflict(case)

    assert conflict.message == (
        "`cpu = CPU-14400` cannot be completed: "
        "Core i5-14400F has no graphics of its own (needs-picture) and no graphics card is left leave nothing"
    )
    assert ("GPU-4060",) == conflict.stock
    assert StockEvidence("GPU-4060", "no graphics card is left.") in conflict.evidence
    assert isinstance(checking.check_conflict(case, conflict), Checked)


# ---------------------------------------------------------------- all of them


def test_all_conflicts_are_told_each_once() -> None:
    choices = {**TOGETHER, "gpu": "GPU-4090"}

    assert [
        (("cooler-clearance",), ("gpu", "chassis")),
        (("gpu-length",), ("gpu", "chassis")),
        (("cpu-socket", "board-form"), ("cpu", "chassis")),
    ] == names_of(PC.conflicts(choices, as_of=DAY))


def test_the_conflict_of_what_matters_most_comes_first() -> None:
    choices = {**TOGETHER, "gpu": "GPU-4090"}
    found = PC.conflicts(choices, limit=1, importance=["chassis", "cpu"], as_of=DAY)

    assert [(("cpu-socket", "board-form"), ("cpu", "chassis"))] == names_of(found)


def test_a_limit_cuts_the_conflicts_and_says_so() -> None:
    found = PC.conflicts({**TOGETHER, "gpu": "GPU-4090"}, limit=2, as_of=DAY)
    everything = PC.conflicts({**TOGETHER, "gpu": "GPU-4090"}, limit=3, as_of=DAY)
    assert isinstance(found, Conflicts)
    assert isinstance(everything, Conflicts)

    assert (2, False) == (len(found.conflicts), found.complete)
    assert (3, True) == (len(everything.conflicts), everything.complete)


def test_choices_that_can_be_completed_have_no_conflicts() -> None:
    assert Conflicts((), complete=True) == PC.conflicts({"cpu": "CPU-14400"}, as_of=DAY)


def test_an_important_place_must_exist() -> None:
    with pytest.raises(ChoiceError, match="`cup` is neither a slot nor an option"):
        PC.conflicts({}, importance=["cup"], as_of=DAY)


def test_important_places_are_several() -> None:
    with pytest.raises(TypeError, match=r"important places are a list, such as `\['chassis'\]`"):
        PC.conflicts({}, importance="chassis", as_of=DAY)


def test_a_limit_of_conflicts_is_at_least_one() -> None:
    product = PC.product(DAY)
    case = Case(product.lowered, ask(product, ()).choices)

    with pytest.raises(ValueError, match="at least 1"):
        all_conflicts(case, 0)


# ---------------------------------------------------------------- why not


@pytest.mark.parametrize(
    ("choices", "place", "value", "lines"),
    [
        ({"cpu": "CPU-14400"}, "gpu", None, ["cpu = CPU-14400  ->  cpu.igpu = no  ->  gpu must be chosen"]),
        (
            {"chassis": "CASE-MINI"},
            "cpu",
            "CPU-14700",
            [
                "chassis = CASE-MINI  ->  chassis.fits = {ITX}  ->  board = MB-B650-ITX",
                "board = MB-B650-ITX  ->  board.socket = AM5  ->  cpu is CPU-7600 or CPU-7800X",
            ],
        ),
        (
            {"board": "MB-H610-MATX"},
            "memory",
            "3 x RAM-D4-16",
            ["board = MB-H610-MATX  ->  board.ram_slots = 2  ->  memory.quantity at most 2"],
        ),
        (
            {"chassis": "CASE-MINI"},
            "storage",
            "HDD-8T",
            ["chassis = CASE-MINI  ->  storage holds no HDD-8T"],
        ),
        (
            {"board": "MB-H610-MATX"},
            "storage",
            ["2 x SSD-1T"],
            ["board = MB-H610-MATX and storage = 2 x SSD-1T  ->  board.m2_slots = 1  ->  nothing is left"],
        ),
        (
            {},
            "memory",
            "4 x RAM-D4-16",
            [
                "memory = 4 x RAM-D4-16  ->  memory.ram_type = DDR4  ->  board = MB-H610-MATX",
                "board = MB-H610-MATX and memory = 4 x RAM-D4-16  ->  board.ram_slots = 2 and "
                "memory.quantity = 4  ->  nothing is left",
            ],
        ),
        (
            {"gpu": "GPU-4090"},
            "psu",
            "PSU-650",
            ["gpu = GPU-4090  ->  gpu.draw = 450 W  ->  psu is PSU-850 or PSU-1200"],
        ),
    ],
)
def test_why_not_is_told_as_a_chain(
    choices: dict[str, object], place: str, value: object, lines: list[str]
) -> None:
    assert lines == list(excluded(choices, place, value).derivation.lines)


def test_why_not_tells_which_choice_stands_in_the_way() -> None:
    found = excluded({"cpu": "CPU-14400", "psu": "PSU-850"}, "gpu", None)

    assert [("cpu = CPU-14400", 3)] == [(retreat.text, retreat.others) for retreat in found.retreats]
    assert (("needs-picture",), ("cpu", "gpu")) == (found.conflict.rules, found.conflict.choices)


def test_why_not_of_what_is_not_in_force_tells_the_date() -> None:
    found = excluded({}, "board", "MB-X870-ATX")

    assert () == found.derivation.steps
    assert ("MB-X870-ATX",) == found.conflict.not_in_force


def test_why_not_of_a_possible_value_tells_what_it_adds_and_what_it_replaces() -> None:
    found = PC.why_not({"gpu": "GPU-4060"}, "gpu", "GPU-4070", as_of=DAY)
    assert isinstance(found, Possible)

    assert "gpu = GPU-4060" == found.instead
    assert found.price_delta is not None
    assert "310.00 EUR" == found.price_delta.text


def test_a_component_is_asked_about_beside_those_that_a_slot_holds_already() -> None:
    found = PC.why_not({"storage": {"includes": ["SSD-1T"]}}, "storage", "HDD-8T", as_of=DAY)
    assert isinstance(found, Possible)

    assert ("storage includes 1 x SSD-1T, 1 x HDD-8T", "") == (found.text, found.instead)


BAGS = """catalog bags
family frame choose one { | sku | cap |
 | F1 | 10 |
 | F2 | 20 |
}
family bags choose 0..4 mixed { | sku | vol |
 | B4 | 4 |
 | B6 | 6 |
 | B9 | 9 |
}
rule cap "Capacity": require sum(bags.vol) <= frame.cap
"""


def test_a_chain_ends_only_in_what_its_words_prove() -> None:
    asked = Configurator.from_text(BAGS)
    found = asked.why_not({"frame": "F1"}, "bags", ["B6", "B9"], as_of=DAY)
    assert isinstance(found, Excluded)

    # That at most 2 are held, which is all that words can tell of this rule by itself, excludes nothing.
    assert "bags = 1 x B6, 1 x B9" == found.derivation.supposed
    assert (
        "frame = F1 and bags = 1 x B6, 1 x B9  ->  frame.cap = 10  ->  nothing is left",
    ) == found.derivation.lines


def test_what_its_place_holds_already_can_be_given_up_for_a_value() -> None:
    asked = Configurator.from_text(BAGS)
    found = asked.why_not({"frame": "F1", "bags": {"includes": ["B6"]}}, "bags", "B9", as_of=DAY)
    assert isinstance(found, Excluded)

    assert "bags includes 1 x B6, 1 x B9" == found.text
    assert ["frame = F1", "bags includes 1 x B6"] == [retreat.text for retreat in found.retreats]


def test_a_value_that_is_impossible_in_any_case_does_not_blame_what_its_place_holds() -> None:
    asked = Configurator.from_text(BAGS + "rule small: forbid frame = F1 and count(bags) >= 2\n")
    found = asked.why_not({"frame": "F1", "bags": {"includes": ["B4"]}}, "bags", "2 x B6", as_of=DAY)
    assert isinstance(found, Excluded)

    assert "bags includes 2 x B6" == found.text
    assert ["frame = F1"] == [retreat.text for retreat in found.retreats]


def test_what_a_choice_says_besides_a_conclusion_is_told_with_it() -> None:
    rules = (
        "option heavy : yesno\noption two : yesno\n"
        "rule a: heavy = yes requires count(bags) <= 2\n"
        "rule b: count(bags) <= 2 and sum(bags.vol) >= 9 requires two = no\n"
    )
    asked = Configurator.from_text(BAGS + rules)
    choices = {"heavy": True, "bags": {"includes": ["B9"]}}
    found = asked.why_not(choices, "two", value=True, as_of=DAY)
    assert isinstance(found, Excluded)

    assert (
        "bags includes 1 x B9 and heavy = yes  ->  bags holds at least 1 and holds at most 2",
        "bags includes 1 x B9 and bags holds at least 1 and holds at most 2  ->  two = no",
    ) == found.derivation.lines


DATED = """catalog dated
family f choose one { | sku | valid_until |
 | A | 2030-01-01 |
 | B | 2025-01-01 |
}
option g : yesno
"""


def test_a_choice_that_is_not_in_force_can_be_given_up() -> None:
    found = Configurator.from_text(DATED).why_not({"f": "B"}, "g", value=True, as_of=DAY)
    assert isinstance(found, Excluded)

    assert (Retreat("f", "f = B", 1),) == found.retreats


VOID = """catalog void
family a choose one { component "A1" {} component "A2" {} }
option o : one of { x, y }
rule r2: require a = "A2"
rule r3: require o = x
rule r4: require o = y
"""


def test_where_nothing_at_all_is_valid_a_why_not_says_so() -> None:
    found = Configurator.from_text(VOID).why_not({}, "a", "A1", as_of=DAY)
    assert isinstance(found, Excluded)
    assert found.nothing_valid is not None

    assert ("r3", "r4") == found.nothing_valid.rules
    assert () == found.retreats


def test_where_something_is_valid_no_why_not_says_otherwise() -> None:
    assert excluded({"cpu": "CPU-14400"}, "gpu", None).nothing_valid is None


def test_why_not_of_an_unknown_value_is_a_mistake() -> None:
    with pytest.raises(ChoiceError, match="unknown component `GPU-1`"):
        PC.why_not({}, "gpu", "GPU-1", as_of=DAY)
    with pytest.raises(ChoiceError, match="`gqu` is neither a slot nor an option"):
        PC.why_not({}, "gqu", "GPU-1", as_of=DAY)


SETS = """catalog sets
option extras "Extras" : some 0..3 of { bell, lamp, rack }
option length : whole 30..60
option width : whole 0..9
rule lamp-needs-rack: "lamp" in extras requires "rack" in extras
rule long "Long": "rack" in extras requires length >= 50
rule wide: length >= 40 requires width >= 5
"""


def test_sets_and_numbers_are_derived_like_components() -> None:
    asked = Configurator.from_text(SETS)
    found = asked.why_not({"extras": {"includes": ["lamp"]}}, "width", 3, as_of=DAY)
    assert isinstance(found, Excluded)

    assert (
        "extras includes lamp  ->  extras includes lamp and rack",
        "extras includes lamp and rack  ->  length from 50 to 60",
        "length from 50 to 60  ->  width from 5 to 9",
    ) == found.derivation.lines


def test_an_element_of_a_set_is_asked_about_alone() -> None:
    asked = Configurator.from_text(SETS)
    found = asked.why_not({"length": 40}, "extras", "lamp", as_of=DAY)
    assert isinstance(found, Excluded)

    assert (
        "length = 40  ->  extras is without rack",
        "extras is without rack  ->  extras is without lamp and rack",
    ) == found.derivation.lines


# ---------------------------------------------------------------- why


def test_a_forced_value_is_told_with_what_forces_it() -> None:
    found = PC.why({"chassis": "CASE-MINI"}, "board", "MB-B650-ITX", as_of=DAY)
    assert isinstance(found, Forced)

    assert ("chassis = CASE-MINI  ->  chassis.fits = {ITX}  ->  board = MB-B650-ITX",) == found.because.lines
    assert "board = MB-B650-ITX is the only way left" == found.conflict.message


def test_a_value_may_be_there_because_it_was_chosen() -> None:
    found = PC.why({"memory": "2 x RAM-D5-16"}, "memory", "RAM-D5-16", as_of=DAY)

    assert ChosenByCustomer("memory = RAM-D5-16", "memory = 2 x RAM-D5-16") == found


def test_a_value_may_be_there_by_default() -> None:
    found = PC.why({}, "memory", "2 x RAM-D5-16", as_of=DAY)
    assert isinstance(found, ByDefault)

    assert found.location.endswith("pc.pcat:142:1")


def test_a_value_may_be_one_of_several() -> None:
    found = PC.why({"cpu": "CPU-7600"}, "chassis", "CASE-T", as_of=DAY)

    assert NotForced("chassis = CASE-T", ("CASE-TW", "CASE-MINI")) == found


def test_why_a_value_that_cannot_be_says_why_not() -> None:
    assert isinstance(PC.why({"cpu": "CPU-14400"}, "gpu", None, as_of=DAY), Excluded)


# ---------------------------------------------------------------- why this price


def test_the_lines_of_a_price_add_up_to_it() -> None:
    found = PC.why_price({"cpu": "CPU-7800X", "chassis": "CASE-MINI"}, as_of=DAY)
    assert isinstance(found, PriceReason)

    assert Fraction("930.8") == sum(line.amount.number for line in found.lines) == found.total.number
    assert [
        ("board", "219.00 EUR", "forced", "MB-H610-MATX"),
        ("cpu", "389.00 EUR", "chosen", "CPU-14400"),
        ("memory", "54.90 EUR", "cheapest", ComponentQuantity("RAM-D4-16", 1)),
        ("storage", "74.90 EUR", "cheapest", None),
        ("chassis", "139.00 EUR", "chosen", "CASE-T"),
        ("psu", "54.00 EUR", "cheapest", None),
    ] == [
        (line.place, line.amount.text, line.provenance, line.cheaper and line.cheaper.value)
        for line in found.lines
    ]


PRICED = """catalog priced currency EUR
family a choose one { component "A" { price = 3 EUR, n = 2 } component "B" { price = 4 EUR, n = 1 } }
option count : whole 1..3
"""


def test_what_no_place_decides_is_a_line_of_its_own() -> None:
    asked = Configurator.from_text(PRICED + "calc price in EUR = a.price + count * 1 EUR + 10 EUR\n")
    found = asked.why_price(as_of=DAY)
    assert isinstance(found, PriceReason)

    assert [("a", "3.00 EUR"), ("count", "1.00 EUR"), ("", "10.00 EUR")] == [
        (each.place, each.amount.text) for each in found.lines
    ]
    assert "14.00 EUR" == found.total.text


def test_a_price_that_is_no_sum_is_told_summand_by_summand() -> None:
    asked = Configurator.from_text(PRICED + "calc price in EUR = a.price * count + a.price\n")
    found = asked.why_price({"count": 3}, as_of=DAY)
    assert isinstance(found, PriceReason)

    assert ["9.00 EUR", "3.00 EUR"] == [line.amount.text for line in found.lines]
    assert "12.00 EUR" == found.total.text


FRAMES = """catalog frames currency EUR
family frame choose one { | sku | price [EUR] |
 | F1 | 500 |
 | F3 | 100 |
}
family fork choose one { | sku | price [EUR] |
 | K1 | 10 |
 | K2 | 50 |
}
calc price in EUR = sum(price) + (if frame = "F3" and fork = "K1" then 500 EUR else 0 EUR) + 7 EUR
"""


def test_of_a_price_that_is_no_sum_the_cheapest_completion_is_told() -> None:
    found = Configurator.from_text(FRAMES).why_price(as_of=DAY)
    assert isinstance(found, PriceReason)

    assert ("F3", "K2") == (found.configuration["frame"], found.configuration["fork"])
    assert [("150.00 EUR", "together"), ("0.00 EUR", "together"), ("7.00 EUR", "always")] == [
        (line.amount.text, line.provenance) for line in found.lines
    ]
    assert "157.00 EUR" == found.total.text


def test_a_price_that_is_no_sum_is_unknown_where_too_many_would_be_compared(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(reasons, "MOST_COMPARED", 3)
    asked = Configurator.from_text(FRAMES)

    assert asked.why_price(as_of=DAY) == Unknown(
        "the calc `price` is no sum over the places, and more than 3 completions would have to be compared"
    )
    assert isinstance(asked.why_price({"frame": "F1", "fork": "K1"}, as_of=DAY), PriceReason)


def test_a_price_that_is_no_sum_has_no_reason_where_nothing_is_valid() -> None:
    asked = Configurator.from_text(FRAMES + "rule r: forbid frame is chosen\n")

    assert NotCompletable() == asked.why_price(as_of=DAY)


# ---------------------------------------------------------------- checked


def test_what_is_no_verdict_cannot_be_checked() -> None:
    with pytest.raises(TypeError, match="a verdict is what `validate` answers, not `'x'`"):
        PC.check_verdict({}, "x", as_of=DAY)  # type: ignore[arg-type]  # what is tested


def test_a_witness_shows_its_configuration() -> None:
    found = Configurator.from_text(BAGS).conflicts({"frame": "F1", "bags": ["B6", "2 x B9"]}, as_of=DAY)
    assert isinstance(found, Conflicts)
    first = found.conflicts[0].witnesses[0]

    assert {"frame": "F1", "bags": "B6, 2 x B9"} == first.configuration
    assert "Witness(rule cap left out: frame = F1, bags = B6, 2 x B9)" == repr(first)


@pytest.mark.parametrize(
    "choices",
    [
        TOGETHER,
        {"cpu": "CPU-7800X", "gpu": "GPU-4090", "chassis": "CASE-MINI"},
        {"cpu": "CPU-7600"},
        {"board": "MB-X870-ATX"},
    ],
)
def test_verdicts_pass_their_check(choices: dict[str, object]) -> None:
    assert isinstance(PC.check_verdict(choices, PC.validate(choices, as_of=DAY), as_of=DAY), Checked)


def test_a_check_tells_its_steps() -> None:
    verdict = PC.validate({"board": "MB-B650-ITX", "memory": "4 x RAM-D5-16"}, as_of=DAY)

    assert Checked(
        (
            "2 ways to fill `board` and `memory` were tried, and none keeps `ram-slots`, "
            "`board = MB-B650-ITX` and `memory = 4 x RAM-D5-16`",
            "without `ram-slots` the others can be kept",
            "without `board = MB-B650-ITX` the others can be kept",
            "without `memory = 4 x RAM-D5-16` the others can be kept",
        )
    ) == PC.check_verdict({"board": "MB-B650-ITX", "memory": "4 x RAM-D5-16"}, verdict, as_of=DAY)


def test_a_conflict_with_a_superfluous_member_is_refuted() -> None:
    choices = {**TOGETHER, "gpu": "GPU-4060"}
    verdict = PC.validate(choices, as_of=DAY)
    assert isinstance(verdict, Invalid)
    wider = evolve(verdict.conflicts[0], choices=("cpu", "gpu", "chassis"))

    assert Refuted("`gpu = GPU-4060` can be left out") == PC.check_verdict(
        choices, Invalid((wider,)), as_of=DAY
    )


def test_a_conflict_that_is_none_is_refuted() -> None:
    verdict = PC.validate(TOGETHER, as_of=DAY)
    assert isinstance(verdict, Invalid)
    narrower = evolve(verdict.conflicts[0], rules=("cpu-socket",))

    assert Refuted("its members can hold together") == PC.check_verdict(
        TOGETHER, Invalid((narrower,)), as_of=DAY
    )


def test_a_conflict_about_other_choices_is_refuted() -> None:
    verdict = PC.validate(TOGETHER, as_of=DAY)

    assert Refuted("nothing is chosen for `chassis`") == PC.check_verdict(
        {"cpu": "CPU-14400"}, verdict, as_of=DAY
    )


def test_a_configuration_that_breaks_a_rule_is_refuted() -> None:
    complete = next(PC.configurations({"cpu": "CPU-7600"}, as_of=DAY))
    verdict = PC.validate(dict(complete), as_of=DAY)
    assert isinstance(verdict, Valid)
    values = tuple((path, "CPU-14700" if path == "cpu" else value) for path, value in complete.items())
    wrong = evolve(verdict, configuration=evolve(verdict.configuration, values=values))

    assert Refuted("it breaks `cpu-socket`") == PC.check_verdict({}, wrong, as_of=DAY)


def test_a_witness_that_does_not_keep_the_choices_is_refuted() -> None:
    verdict = PC.validate({"cpu": "CPU-7600"}, as_of=DAY)
    other = next(PC.configurations({"cpu": "CPU-14700"}, as_of=DAY))
    assert isinstance(verdict, Incomplete)

    assert Refuted("it does not keep `cpu = CPU-7600`") == PC.check_verdict(
        {"cpu": "CPU-7600"}, evolve(verdict, witness=other), as_of=DAY
    )


def test_what_is_unknown_stays_unchecked() -> None:
    assert Unchecked("no time") == PC.check_verdict({}, Unknown("no time"), as_of=DAY)


def test_where_too_much_would_have_to_be_tried_backtracking_proves_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(checking, "MOST_CASES", 1)
    checked = PC.check_verdict(TOGETHER, PC.validate(TOGETHER, as_of=DAY), as_of=DAY)
    assert isinstance(checked, Checked)

    assert checked.steps[0] == (
        "backtracking over propagated constraints finds no way to keep `cpu-socket`, `board-form`, "
        "`cpu = CPU-14400` and `chassis = CASE-MINI` (more than 1 ways would have to be tried)"
    )
