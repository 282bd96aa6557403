"""Assemblies: what names mean inside and outside of them, and how many configurations there are."""

from collections.abc import Mapping

import pytest

from configurator import CatalogError, Completed, Configurator, Count, Invalid, Valid

RACK = """catalog rack
unit W
option colour : one of { grey, black }
assembly rack "Rack" choose 0..2 {
  option colour : one of { white, black }
  family power "Power supply" choose one {
    | sku | watts [W] |
    |-----|-----------|
    | P10 |        10 |
    | P20 |        20 |
  }
  assembly shelf "Shelf" choose 0..2 {
    option depth : one of { flat, deep }
    family load choose optional {
      | sku | draw [W] |
      |-----|----------|
      | L8  |        8 |
      | L9  |        9 |
    }
    calc warmth in W = load.draw
  }
"""
END = "\n}\n"


def count(text: str, choices: Mapping[str, object] | None = None, engine: str | None = None) -> int:
    found = Configurator.from_text(text, engine=engine).count(choices or {})
    assert isinstance(found, Count)
    return found.value


def inside(rules: str = "", outside: str = "") -> str:
    return RACK + rules + END + outside


def multisets(kinds: int, most: int) -> int:
    """Multisets of at most so many things of so many kinds, for up to two."""
    assert most == 2
    return 1 + kinds + kinds * (kinds + 1) // 2


SHELVES = multisets(6, 2)  # a depth and one of two loads or none: 28
RACKS = 2 * 2 * SHELVES  # a colour and a power supply: 112


@pytest.mark.parametrize("engine", ["backtracking", "sat", "diagram"])
def test_nested_instances_are_counted_up_to_their_order_on_every_level(engine: str) -> None:
    assert 2 * multisets(RACKS, 2) == count(inside(), engine=engine)


def test_a_name_inside_an_assembly_means_its_own_before_the_products() -> None:
    # The rack's own colour: white or black.
    own = inside("rule own: require colour = white")
    assert 2 * multisets(RACKS // 2, 2) == count(own)


def test_product_names_what_is_outermost() -> None:
    outermost = inside("rule outermost: require product.colour = grey")
    # A black product then has no rack at all.
    assert multisets(RACKS, 2) + 1 == count(outermost)


def test_names_are_looked_for_from_the_inside_out() -> None:
    text = RACK.replace(
        "    calc warmth in W = load.draw\n",
        "    calc warmth in W = load.draw\n"
        "    rule fits: require warmth <= power.watts - 2 W and colour = black\n",
    )
    # The shelf reads the power supply and the colour of its rack. P10: L8, flat or deep, or nothing.
    shelves = {"P10": multisets(4, 2), "P20": multisets(6, 2)}
    racks = 2 * 1 + sum(shelves.values()) - 2 + 2
    # White racks have no shelves.
    assert racks == shelves["P10"] + shelves["P20"] + 2
    assert 2 * multisets(racks, 2) == count(text + END)


def test_an_aggregate_runs_over_the_instance_around_it() -> None:
    own = inside("rule own: require sum(draw) <= power.watts")
    # Loads of 8 or 9 W: with 10 W at most one shelf is loaded, with 20 W all may be.
    with_ten = 1 + 6 + (2 * 3 // 2 + 2 * 4)
    assert 2 * multisets(2 * (with_ten + SHELVES), 2) == count(own)


def test_an_aggregate_over_the_product_sees_every_instance() -> None:
    everything = inside("rule whole: require sum(product.draw) <= 9 W")

    assert count(inside("", "rule whole: require sum(draw) <= 9 W")) == count(everything)


def test_a_resource_inside_an_assembly_is_a_balance_for_each_instance() -> None:
    balance = inside(
        "resource supply_of in W { supply power.watts demand draw_of }\n calc draw_of in W = sum(draw)"
    )

    assert count(inside("rule own: require sum(draw) <= power.watts")) == count(balance)


def test_a_table_inside_an_assembly_is_kept_by_each_instance() -> None:
    table = inside(
        "table paint allow {\n| colour | power |\n|---|---|\n| white | P10 |\n| black | P10, P20 |\n}"
    )
    assert 2 * multisets(3 * SHELVES, 2) == count(table)


def test_instances_are_counted_by_count() -> None:
    two = inside("", "rule two: require count(rack) = 2")
    shelves = inside("", "rule three: require count(rack.shelf) = 3")

    assert 2 * (RACKS * (RACKS + 1) // 2) == count(two)
    # One rack has two shelves, the other one.
    assert 2 * (4 * 21) * (4 * 6) == count(shelves)


def test_for_each_goes_through_assemblies() -> None:
    loop = inside("", "rule deep: for each rack.shelf as s when s.load is chosen require s.depth = deep")
    # Flat shelves are empty: four kinds of shelf are left.
    assert 2 * multisets(4 * multisets(4, 2), 2) == count(loop)


def test_a_calc_of_each_instance_can_be_summed() -> None:
    summed = inside("calc both in W = power.watts + 1 W", "rule few: require sum(rack.both) <= 22 W")
    # None, one rack of either kind, or two of 11 W.
    kind = RACKS // 2
    assert 2 * (1 + 2 * kind + kind * (kind + 1) // 2) == count(summed)


def test_a_calc_that_is_summed_is_told_of_each_instance_and_of_no_other() -> None:
    catalog = Configurator.from_text(
        'catalog bike "Bicycle"\n'
        "assembly bag choose 0..2 {\n"
        "  option material : one of { cotton, leather }\n"
        "  calc weight = if material = leather then 3 else 1\n"
        "}\n"
        "rule light:\n  require sum(bag.weight) <= 4\n"
    )

    assert ["bag[1].weight", "bag[2].weight"] == list(catalog.catalog.calcs)
    assert 5 == len(list(catalog.configurations()))


def test_an_assembly_can_stand_in_several_places() -> None:
    text = """catalog bike
    assembly bag { option size : one of { S, M, L } option lined : yesno }
    slot front : bag choose optional
    slot rear : bag choose 0..2
    rule no-large: for each rear when rear.size = L require front is chosen
    """
    # Without a bag in front the rear ones are S or M.
    assert multisets(4, 2) + 6 * multisets(6, 2) == count(text)


def test_what_an_assembly_demands_holds_wherever_it_stands() -> None:
    text = """catalog bike
    assembly bag { option size : one of { S, M, L } option lined : yesno rule warm: require lined = yes }
    slot front : bag choose optional
    slot rear : bag choose 0..2
    """
    assert 4 * multisets(3, 2) == count(text)


def test_an_assembly_that_must_be_there_adds_no_choice_of_its_own() -> None:
    text = "catalog bike\nassembly lamp choose one { option bright : yesno option warm : yesno }"

    assert 4 == count(text)
    assert 2 == count(text, {"lamp": {"bright": True}})
    assert 2 == count(text, {"lamp.bright": "yes"})


def test_an_absent_assembly_makes_comparisons_unknown() -> None:
    text = """catalog bike
    option colour : one of { red, blue }
    assembly basket choose optional { option colour : one of { red, blue } }
    """
    # Said of the basket: nothing where there is none.
    assert 2 + 2 == count(text + "rule same: require colour = basket.colour")
    assert 0 + 2 == count(text + "rule same: require basket is chosen and colour = basket.colour")
    assert 2 + 2 == count(text + "rule same: require colour = basket.colour or basket is absent")


def test_a_set_option_of_an_absent_assembly_is_unknown() -> None:
    text = """catalog bike
    assembly basket choose optional { option extras : some 0..2 of { lid, lock, net } }
    """
    assert 1 + 7 == count(text)
    assert 1 + 3 == count(text + "rule lid: when basket is chosen require lid in basket.extras")
    assert 1 + 3 == count(text + "rule lid: require lid in basket.extras")
    assert 0 + 3 == count(text + "rule lid: require lid in basket.extras and basket is chosen")


def test_a_mixed_slot_inside_an_instance_is_filled_for_each() -> None:
    text = """catalog pc
    assembly cage choose 0..2 {
      family drive choose 1..2 mixed {
        | sku |
        |-----|
        | D1  |
        | D2  |
      }
    }
    """
    assert multisets(2 + 3, 2) == count(text)
    assert 3 == count(text, {"cage": [{"drive": {"includes": ["D1"]}}, {"drive": ["D2", "D2"]}]})


CITY = """catalog bike
option colour : one of { red, blue }
assembly basket choose optional { option size : one of { S, M } }
assembly bag choose 0..2 { option size : one of { S, M } }
"""


@pytest.mark.parametrize(
    ("addition", "code", "message", "help_line"),
    [
        (
            "rule wrong: require bag.size = S",
            "E0305",
            "`bag.size` can occur several times",
            "write a rule with `for each bag`, or an aggregate: `sum(bag.size)`, `count(bag where …)`",
        ),
        (
            "rule wrong: require basket = S",
            "E0304",
            "`basket` is an assembly and has no value",
            "ask `basket is chosen`, or `count(basket)` for how many there are",
        ),
        (
            "rule wrong: require basket.sise = S",
            "E0301",
            "`basket.sise` does not exist",
            "did you mean `size`?",
        ),
        (
            "rule wrong: for each bags require colour = red",
            "E0301",
            "`bags` is no slot",
            "did you mean `bag`?",
        ),
        (
            "rule wrong: require max(bag) > 1",
            "E0304",
            "`max` needs something inside `bag`",
            "write `count(bag)` for how many there are",
        ),
        (
            "rule wrong: for each bag require any(bag.size = S)",
            "E0304",
            "`bag` is a single one here: `any` has nothing to run over",
            "write `for each bag as b`: then `bag` is all of them",
        ),
        (
            "rule wrong: for each bag as b require all(b.size = S)",
            "E0304",
            "`b` is a single one here: `all` has nothing to run over",
            "write what stands after `for each` instead of `b`: that is all of them",
        ),
        (
            "rule wrong: require all(bag.size = S and any(bag.size = M))",
            "E0304",
            "`bag` is a single one here: `any` has nothing to run over",
            None,
        ),
        (
            "slot inner : bags choose one",
            "E0301",
            "unknown family `bags`",
            None,
        ),
        (
            "slot inner : bag choose 0..2 mixed",
            "E0310",
            "`inner` holds assemblies: they are configured one by one",
            "write `choose 0..2`",
        ),
        (
            "slot inner : bag choose 0..101",
            "E0310",
            "`inner` may hold 101 instances; 100 are the most",
            None,
        ),
        (
            "assembly a choose one { slot b : a choose optional }",
            "E0330",
            "these assemblies contain each other: a -> a",
            None,
        ),
        (
            "assembly hall choose 0..100 {"
            " assembly rack choose 0..100 { option a : yesno option b : yesno } }",
            "E0331",
            "with `hall.rack` the product has more than 20,000 slots and options",
            "allow fewer instances",
        ),
        (
            "assembly hall choose one { assembly inner { option a : yesno } }\n"
            "slot other : hall.inner choose one",
            "E0332",
            "`hall.inner` is declared inside `hall` and can stand only there",
            "declare it beside `hall` instead",
        ),
        (
            "default bag = [{ size = S }, { size = S }, {}]",
            "E0304",
            "`bag` takes at most 2, not 3",
            None,
        ),
        (
            "default bag = { size = S }",
            "E0304",
            "`bag` is a list of instances",
            "write `[{ … }]`, `[]` for none; `bag[1]` speaks of the first",
        ),
        (
            "default basket = { sise = S }",
            "E0304",
            "`basket` has no `sise`",
            "did you mean `size`?",
        ),
        (
            "default bag.size = S",
            "E0305",
            "`bag.size` can occur several times",
            "say it of an instance: `bag = [{ size = … }]`",
        ),
        (
            "default basket.sise = S",
            "E0301",
            "`basket` has no `sise`",
            "did you mean `size`?",
        ),
    ],
)
def test_mistakes_about_assemblies_are_told(
    addition: str, code: str, message: str, help_line: str | None
) -> None:
    with pytest.raises(CatalogError) as raised:
        Configurator.from_text(CITY + addition + "\n")

    (finding,) = [each for each in raised.value.diagnostics if each.severity.value == "error"]
    assert (code, message) == (finding.code, finding.message)
    if help_line is not None:
        assert help_line in finding.help


def test_a_rule_inside_an_assembly_that_stands_nowhere_is_still_checked() -> None:
    with pytest.raises(CatalogError, match="`nothing` does not exist"):
        Configurator.from_text("catalog c\nassembly bag { rule wrong: require nothing.more = 1 }")


def test_a_mistake_inside_a_repeated_assembly_is_told_once() -> None:
    with pytest.raises(CatalogError) as raised:
        Configurator.from_text(
            "catalog c\nassembly bag choose 0..4 { option a : yesno rule wrong: require b = yes calc x = b }"
        )

    assert ["`b` does not exist"] * 2 == [each.message for each in raised.value.diagnostics]


def test_the_digest_does_not_depend_on_how_an_assembly_is_laid_out() -> None:
    spread = "catalog c\nassembly bag choose 0..4 {\n  option a : yesno\n}\n"
    tight = "catalog c  assembly bag choose 0..4 { option a : yesno }"

    assert Configurator.from_text(spread).digest == Configurator.from_text(tight).digest
    assert Configurator.from_text(tight.replace("4", "3")).digest != Configurator.from_text(tight).digest


NESTED = """catalog wardrobe
assembly part choose 1..2 {
  assembly drawer choose 0..1 {
    family front choose one {
      | sku | weight |
      |-----|--------|
      | A   |      2 |
      | B   |      3 |
    }
  }
  calc load = LOAD
}
rule limit: require RULE
"""


@pytest.mark.parametrize("load", ["sum(drawer.front.weight)", "sum(weight)"])
@pytest.mark.parametrize(
    ("rule", "number"),
    # A part weighs 0, 2 or 3: three single ones, and of six pairs those within the limit.
    [
        ("sum(part.load) <= 5", 3 + 5),
        ("max(part.load) <= 2", 2 + 3),
        ("sum(part.drawer.front.weight) <= 5", 3 + 5),
        ("count(part where load > 0) <= 1", 3 + 3),
    ],
)
@pytest.mark.parametrize("engine", ["exhaustive", "backtracking", "sat", "diagram"])
def test_an_aggregate_may_run_over_a_calc_that_is_one_itself(
    load: str, rule: str, number: int, engine: str
) -> None:
    text = NESTED.replace("LOAD", load).replace("RULE", rule)

    assert number == count(text, engine=engine)


def test_an_aggregate_over_a_single_assembly_passes_over_its_absence() -> None:
    text = """catalog bike
    assembly bag choose optional { option size : whole 0..3 calc filled = size + 1 }
    rule small: require sum(bag.filled) <= 2
    rule few: require sum(bag.size) <= 3
    """
    assert 1 + 2 == count(text)


def test_a_name_that_an_assembly_does_not_have_is_told_in_an_aggregate() -> None:
    with pytest.raises(CatalogError) as raised:
        Configurator.from_text(CITY + "rule wrong: require count(bag.sise) = 1\n")

    (finding,) = raised.value.diagnostics
    assert ("`bag` has no `sise`", ("did you mean `size`?",)) == (finding.message, finding.help)


def test_a_message_inside_an_assembly_names_what_fills_a_mixed_slot() -> None:
    product = Configurator.from_text(
        """catalog lamp
        assembly head choose one {
          family bulb choose 0..2 mixed {
            | sku |
            |-----|
            | L1  |
            | L2  |
          }
          rule alike: forbid count(bulb where sku = L1) = 1 and count(bulb) = 2 because "not both: {bulb}"
        }
        """
    )
    verdict = product.validate({"head": {"bulb": ["L1", "L2"]}})

    assert isinstance(verdict, Invalid)
    assert ["not both: L1, L2"] == [conflict.message for conflict in verdict.conflicts]


def test_a_default_that_lists_instances_is_kept_as_a_whole_or_not_at_all() -> None:
    text = """catalog bike
    assembly bag choose 0..2 { option size : one of { S, M, L } }
    rule no-large: for each bag require bag.size != L
    default bag = [{ size = FIRST }, { size = M }]
    """
    kept = Configurator.from_text(text.replace("FIRST", "S")).complete()
    yielding = Configurator.from_text(text.replace("FIRST", "L")).complete()

    assert isinstance(kept, Completed)
    assert [{"size": "S"}, {"size": "M"}] == kept.configuration.to_dict()["bag"]
    assert isinstance(yielding, Completed)
    assert [] == yielding.configuration.to_dict()["bag"]
    assert ["bag = [{ size = L }, { size = M }]"] == [wish.text for wish in yielding.wishes]


FILLED = """catalog t
option y : yesno
assembly a CHOOSE {
  option b : yesno
  option x : some 0..1 of { lid, net }
  calc outer = y
}
"""


@pytest.mark.parametrize("engine", ["exhaustive", "backtracking", "sat", "diagram"])
@pytest.mark.parametrize(
    ("choose", "rule", "number"),
    # An instance is one of six: b, and one of three sets.
    [
        ("optional", "count(a where lid in x) <= 0", 2 * (1 + 4)),
        ("optional", "count(a where not (lid in x)) <= 0", 2 * (1 + 2)),
        ("0..2", "count(a where y) <= 1", 28 + 7),
        ("optional", "a.outer", 1 + 1 + 6),
        ("optional", "not a.outer", 1 + 6 + 1),
        ("0..2", "any(product.a.b = yes) and distinct(product.a.b) <= 1", 2 * (3 + 6)),
    ],
)
def test_aggregates_over_instances_count_what_is_there(
    choose: str, rule: str, number: int, engine: str
) -> None:
    text = FILLED.replace("CHOOSE", f"choose {choose}") + f"rule r: require {rule}\n"

    assert number == count(text, engine=engine)


@pytest.mark.parametrize("engine", ["exhaustive", "backtracking", "sat", "diagram"])
@pytest.mark.parametrize(
    ("choose", "kind", "number"),
    [
        ("one", "allow partial", 2 + 3),
        ("optional", "allow partial", 1 + 2 + 3),
        ("0..2", "allow partial", 1 + 5 + 15),
        ("0..2", "allow", 1 + 2 + 3),
        ("0..2", "forbid", 1 + 4 + 10),
    ],
)
def test_a_table_inside_an_assembly_says_nothing_where_that_is_absent(
    choose: str, kind: str, number: int, engine: str
) -> None:
    text = f"""catalog t
    assembly a choose {choose} {{
      option c : one of {{ red, blue }}
      option n : whole 1..3
      table t {kind} {{
        | c   | n    |
        |-----|------|
        | red | 1..2 |
      }}
    }}
    """
    assert number == count(text, engine=engine)


def test_a_slot_inside_an_assembly_is_asked_whether_it_is_filled() -> None:
    text = """catalog t
    assembly rack choose optional {
      family extra choose optional {
        | sku | n |
        |-----|---|
        | X   | 1 |
      }
    }
    """
    assert 1 == count(text + "rule r: require rack.extra is chosen")
    assert 2 == count(text + "rule r: require rack.extra is absent")


def test_a_value_inside_an_assembly_brings_it_in_and_an_empty_place_does_not() -> None:
    text = """catalog t
    option v : yesno
    assembly basket choose optional {
      option lid : yesno
      option x : some 0..1 of { lock, net }
      assembly pod choose one { option q : yesno }
    }
    """
    inside = 2 * 3 * 2
    assert 2 * (1 + inside) == count(text)
    assert 2 * inside // 2 == count(text, {"basket.pod.q": False})
    assert 2 * inside // 3 == count(text, {"basket": {"x": []}})
    assert 2 * (1 + inside // 3) == count(text, {"basket.x": []})
    whole = {"v": True, "basket.lid": True, "basket.x": [], "basket.pod.q": False}
    assert isinstance(Configurator.from_text(text).validate(whole, only=True), Valid)


def test_aggregates_of_the_instance_itself_may_stand_in_a_where() -> None:
    text = """catalog t
    assembly a choose 0..2 {
      family f choose optional {
        | sku | n |
        |-----|---|
        | X   | 1 |
        | Y   | 2 |
      }
      calc c = sum(f.n)
    }
    """
    # Of ten, two of X are too many.
    assert 9 == count(text + "rule r: require count(a where sum(n) = 1) <= 1")
    assert 3 == count(text + "rule r: for each a require a.c = 0")


def test_a_loop_with_a_name_of_its_own_leaves_that_of_the_assembly_for_all() -> None:
    text = """catalog c
    assembly bag choose 2 {
      option size : one of { S, M }
      family lamp choose 0..1 mixed {
        | sku | light |
        | L   |     1 |
      }
    }
    """
    # Of ten pairs, in three both are small; in three both are lit, and in four one of them.
    assert 7 == count(text + "rule r: for each bag as b when b.size = S require any(bag.size = M)")
    assert 3 == count(text + "rule r: for each bag require sum(bag.lamp.light) = 1")
    assert 4 == count(text + "rule r: for each bag as b require sum(bag.lamp.light) = 1")


@pytest.mark.parametrize("engine", ["exhaustive", "backtracking", "sat", "diagram"])
@pytest.mark.parametrize("function", ["sum", "max", "min"])
def test_product_in_an_aggregate_passes_over_what_is_nearer(function: str, engine: str) -> None:
    text = f"""catalog t
    assembly rack choose one {{
      family p choose one {{
        | sku | n |
        |-----|---|
        | A2  | 1 |
        | B2  | 2 |
      }}
      rule r: require {function}(product.p.n) = 1
    }}
    family p choose one {{
      | sku | n |
      |-----|---|
      | A1  | 1 |
      | B1  | 2 |
    }}
    """
    listed = [each.to_dict() for each in Configurator.from_text(text, engine=engine).configurations()]

    assert [{"rack": {"p": "A2"}, "p": "A1"}, {"rack": {"p": "B2"}, "p": "A1"}] == listed


def test_an_aggregate_compares_values_of_a_single_assembly() -> None:
    text = """catalog t
    assembly a choose optional { option col : one of { red, blue } option w : whole 0..1 }
    """
    assert 2 == count(text + "rule r: require any(a.col = blue)")
    assert 2 == count(text + "rule r: require any(a.w = 1)")


@pytest.mark.parametrize("choices", [{"basket": {"b": False}}, {"basket.b": False}])
def test_a_default_of_an_assembly_minds_what_it_speaks_of_however_that_is_chosen(
    choices: dict[str, object],
) -> None:
    text = """catalog t
    assembly basket choose optional { option col : one of { red, blue } option b : yesno }
    default basket = { col = blue }
    """
    found = Configurator.from_text(text).complete(choices)

    assert isinstance(found, Completed)
    assert {"col": "blue", "b": False} == found.configuration.to_dict()["basket"]


def test_what_is_inside_counts_once_for_each_instance_there_may_be() -> None:
    options = "\n".join(f"option o{at} : yesno" for at in range(200))

    with pytest.raises(CatalogError, match="with `bag` the product has more than 20,000 slots and options"):
        Configurator.from_text(f"catalog c\nassembly bag choose 0..100 {{ {options} }}")
    assert 9 * 201 == len(
        Configurator.from_text(f"catalog c\nassembly bag choose 0..9 {{ {options} }}").catalog.places
    )
