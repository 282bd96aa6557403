"""Every statement of the language gives its node, with everything that was written."""

from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import TypeVar

import pytest

from configurator.diagnostics.rendering import render_text
from configurator.source import SourceFile, Span
from configurator.syntax.expressions import (
    BooleanLiteral,
    DateLiteral,
    Name,
    NumberLiteral,
    PathReference,
    TextLiteral,
)
from configurator.syntax.nodes import (
    AssemblyDeclaration,
    AttributeDeclaration,
    BundleDeclaration,
    CalcDeclaration,
    Cardinality,
    CatalogFile,
    CatalogHeader,
    ColumnMapping,
    ComponentDeclaration,
    ComponentField,
    DefaultDeclaration,
    Effective,
    ExpectExpression,
    ExpectInvalid,
    ExpectSolutions,
    ExpectUnavailable,
    ExpectValid,
    ExpectValue,
    ExpectWarning,
    FamilyDeclaration,
    GivenBundle,
    GivenDate,
    GivenStock,
    Import,
    InstanceValue,
    ListValue,
    NothingValue,
    ObjectiveDeclaration,
    OptionDeclaration,
    PreferDeclaration,
    QuantityValue,
    ResourceDeclaration,
    RuleDeclaration,
    ScenarioDeclaration,
    ScenariosHeader,
    SetValue,
    SlotDeclaration,
    TableBlock,
    TableDeclaration,
    TableSource,
    TypeExpression,
    UnitDeclaration,
)
from configurator.syntax.parser import parse_catalog

CATALOGS = sorted((Path(__file__).parents[1] / "catalogs").rglob("*.pcat"))
HERE = Span(SourceFile("here", ""), 0, 0)

T = TypeVar("T")


def read(text: str) -> CatalogFile:
    result = parse_catalog(SourceFile("test.pcat", text))
    assert result.file is not None, render_text(result.diagnostics)
    return result.file


def first(text: str, kind: type[T]) -> T:
    statement = read(text).statements[0]
    assert isinstance(statement, kind)
    return statement


def name(text: str) -> Name:
    return Name(text, HERE)


def text(value: str) -> TextLiteral:
    return TextLiteral(value, HERE)


def number(value: int | str, unit: str | None = None) -> NumberLiteral:
    return NumberLiteral(Fraction(value), name(unit) if unit else None, HERE)


def path(written: str) -> PathReference:
    return PathReference(tuple(name(part) for part in written.split(".")), HERE)


@pytest.mark.parametrize("file", CATALOGS, ids=lambda file: file.stem)
def test_whole_catalogs_are_read(file: Path) -> None:
    result = parse_catalog(SourceFile(file.name, file.read_text(encoding="utf-8")))

    assert render_text(result.diagnostics) == ""
    assert result.file is not None


@pytest.mark.parametrize("source", ["", "\n", "# only a comment", " \t\r\n# c\n\n"])
def test_text_without_statements_is_an_empty_module(source: str) -> None:
    file = read(source)

    assert file.header is None
    assert () == file.statements


# ---------------------------------------------------------------- head of a file


def test_header_takes_its_fields_in_any_order() -> None:
    header = read(
        'catalog pc "A PC" tested on 2026-11-22 currency EUR language 1 version "7" timezone "Europe/Berlin"'
    ).header

    assert header == CatalogHeader(
        name("pc"),
        text("A PC"),
        text("7"),
        name("EUR"),
        text("Europe/Berlin"),
        date(2026, 11, 22),
        1,
        HERE,
    )


def test_header_needs_only_a_name() -> None:
    assert read("catalog pc").header == CatalogHeader(name("pc"), None, None, None, None, None, None, HERE)


def test_scenarios_header_names_a_catalog() -> None:
    assert read('scenarios for "pc.pcat"').header == ScenariosHeader(text("pc.pcat"), HERE)


def test_import_may_have_an_alias() -> None:
    file = read('import "lib/units.pcat" import "x.pcat" as n')

    assert file.statements == (
        Import(text("lib/units.pcat"), None, HERE),
        Import(text("x.pcat"), name("n"), HERE),
    )


def test_unit_is_a_dimension_or_a_multiple() -> None:
    file = read("unit W\nunit kW = 1000 W\nunit inch = 25.4 mm")

    assert file.statements == (
        UnitDeclaration(name("W"), None, None, HERE),
        UnitDeclaration(name("kW"), Fraction(1000), name("W"), HERE),
        UnitDeclaration(name("inch"), Fraction("25.4"), name("mm"), HERE),
    )


# ---------------------------------------------------------------- families, slots, options, assemblies


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("choose one", Cardinality("one", 1, 1, HERE)),
        ("choose optional", Cardinality("optional", 0, 1, HERE)),
        ("choose 2 identical", Cardinality("identical", 2, 2, HERE)),
        ("choose 1..4 identical", Cardinality("identical", 1, 4, HERE)),
        ("choose 0..4 mixed", Cardinality("mixed", 0, 4, HERE)),
    ],
)
def test_cardinalities_of_a_family(written: str, expected: Cardinality) -> None:
    family = first(f'family cpu "Processor" {written} {{ }}', FamilyDeclaration)

    assert family == FamilyDeclaration(name("cpu"), text("Processor"), expected, True, (), HERE)


def test_family_without_choose_makes_no_slot() -> None:
    assert first("family wheel { }", FamilyDeclaration).cardinality is None


def test_family_may_be_not_stocked() -> None:
    assert not first("family colour choose one not stocked { }", FamilyDeclaration).stocked


def test_component_written_out() -> None:
    family = first(
        """family board choose one {
          component "MB-1" "X870" effective from 2027-01-15 until 2027-12-31 {
            socket = AM5, draw = 55 W, delta = -3, wifi = yes, since = 2026-01-01, note = "new",
            fits = { ATX, "E-ATX" },
          }
          component "MB-2" { }
        }""",
        FamilyDeclaration,
    )

    fields = (
        ComponentField(name("socket"), name("AM5"), HERE),
        ComponentField(name("draw"), number(55, "W"), HERE),
        ComponentField(name("delta"), number(-3), HERE),
        ComponentField(name("wifi"), BooleanLiteral(True, HERE), HERE),
        ComponentField(name("since"), DateLiteral(date(2026, 1, 1), HERE), HERE),
        ComponentField(name("note"), text("new"), HERE),
        ComponentField(name("fits"), SetValue((name("ATX"), text("E-ATX")), HERE), HERE),
    )
    period = Effective(date(2027, 1, 15), date(2027, 12, 31), HERE)
    assert family.items == (
        ComponentDeclaration(text("MB-1"), text("X870"), period, fields, HERE),
        ComponentDeclaration(text("MB-2"), None, None, (), HERE),
    )


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("number in W", TypeExpression("number", HERE, unit=name("W"))),
        ("number", TypeExpression("number", HERE)),
        ("whole", TypeExpression("whole", HERE)),
        ("money", TypeExpression("money", HERE)),
        ("text", TypeExpression("text", HERE)),
        ("yesno", TypeExpression("yesno", HERE)),
        ("date", TypeExpression("date", HERE)),
        ("one of { a, b, }", TypeExpression("one of", HERE, values=(name("a"), name("b")))),
        ("one of { 5, -3 W }", TypeExpression("one of", HERE, values=(number(5), number(-3, "W")))),
        ('ordered of { S, "X L" }', TypeExpression("ordered of", HERE, values=(name("S"), text("X L")))),
        ("set of { a }", TypeExpression("set of", HERE, values=(name("a"),))),
        ("set of text", TypeExpression("set of text", HERE)),
    ],
)
def test_types_of_attributes(written: str, expected: TypeExpression) -> None:
    family = first(f'family f {{ attribute x "X" : {written} }}', FamilyDeclaration)

    assert family.items == (AttributeDeclaration(name("x"), text("X"), expected, False, None, HERE),)


def test_attribute_may_be_optional_and_have_a_default() -> None:
    family = first(
        "family f { attribute a : whole optional attribute b : one of { c, d } default c }", FamilyDeclaration
    )

    assert family.items == (
        AttributeDeclaration(name("a"), None, TypeExpression("whole", HERE), True, None, HERE),
        AttributeDeclaration(
            name("b"),
            None,
            TypeExpression("one of", HERE, values=(name("c"), name("d"))),
            False,
            name("c"),
            HERE,
        ),
    )


def test_slot_is_filled_from_a_family() -> None:
    assert first('slot front "Front" : parts.wheel choose one', SlotDeclaration) == SlotDeclaration(
        name("front"), text("Front"), path("parts.wheel"), Cardinality("one", 1, 1, HERE), HERE
    )


def test_slot_of_an_assembly_takes_instances() -> None:
    slot = first("slot extra : bag choose 0..3", SlotDeclaration)

    assert slot.cardinality == Cardinality("instances", 0, 3, HERE)


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("yesno", TypeExpression("yesno", HERE)),
        ("one of { a, b }", TypeExpression("one of", HERE, values=(name("a"), name("b")))),
        (
            "some 0..2 of { a, b }",
            TypeExpression(
                "some", HERE, values=(name("a"), name("b")), minimum=Fraction(0), maximum=Fraction(2)
            ),
        ),
        (
            "whole 0..2500 in EUR",
            TypeExpression("whole", HERE, unit=name("EUR"), minimum=Fraction(0), maximum=Fraction(2500)),
        ),
        ("whole -5..5", TypeExpression("whole", HERE, minimum=Fraction(-5), maximum=Fraction(5))),
        (
            "number 0..10 step 0.5 in kg",
            TypeExpression(
                "number",
                HERE,
                unit=name("kg"),
                minimum=Fraction(0),
                maximum=Fraction(10),
                step=Fraction(1, 2),
            ),
        ),
    ],
)
def test_types_of_options(written: str, expected: TypeExpression) -> None:
    assert first(f'option x "X" : {written}', OptionDeclaration) == OptionDeclaration(
        name("x"), text("X"), expected, HERE
    )


def test_assembly_holds_statements() -> None:
    assembly = first(
        'assembly bag "Bag" choose 0..2 { option lined : yesno assembly pocket { } calc n = 1 }',
        AssemblyDeclaration,
    )

    assert assembly.cardinality == Cardinality("instances", 0, 2, HERE)
    assert [type(item) for item in assembly.items] == [
        OptionDeclaration,
        AssemblyDeclaration,
        CalcDeclaration,
    ]


# ---------------------------------------------------------------- tables


def test_rows_become_a_table() -> None:
    family = first(
        r"""family f {
          | sku | fits : set of { ATX, ITX } | draw [W] |
          |-----|:--------------------------:|---------:|
          | A-1 | ATX, ITX                   |       45 |   # a comment
          | B\|2 |                           |       -5 |
        }""",
        FamilyDeclaration,
    )

    table = family.items[0]
    assert isinstance(table, TableBlock)
    assert [heading.path.text for heading in table.headings] == ["sku", "fits", "draw"]
    assert [heading.unit for heading in table.headings] == [None, None, name("W")]
    assert [[cell.text for cell in row.cells] for row in table.rows] == [
        ["A-1", "ATX, ITX", "45"],
        ["B|2", "", "-5"],
    ]


def test_dashes_are_not_needed() -> None:
    table = first("family f {\n| sku |\n| A |\n}", FamilyDeclaration).items[0]

    assert isinstance(table, TableBlock)
    assert [["A"]] == [[cell.text for cell in row.cells] for row in table.rows]


def test_second_line_of_dashes_begins_a_second_table() -> None:
    family = first(
        "family f {\n| sku |\n|-----|\n| A |\n\n| sku | n |\n|--|--|\n| B | 1 |\n}", FamilyDeclaration
    )

    assert [len(item.headings) for item in family.items if isinstance(item, TableBlock)] == [1, 2]


def test_entries_of_a_family_keep_their_order() -> None:
    family = first(
        'family f {\n| sku |\n| A |\ncomponent "B" { }\n| sku |\n| C |\nfrom csv "d.csv" }', FamilyDeclaration
    )

    assert [type(item) for item in family.items] == [
        TableBlock,
        ComponentDeclaration,
        TableBlock,
        TableSource,
    ]


def test_cells_know_their_place() -> None:
    source = SourceFile("t", "family f {\n  | sku |  n |\n  | A   |  7 |\n}")
    result = parse_catalog(source)
    assert result.file is not None
    family = result.file.statements[0]
    assert isinstance(family, FamilyDeclaration)
    table = family.items[0]
    assert isinstance(table, TableBlock)

    assert [["A", "7"]] == [[cell.span.text for cell in row.cells] for row in table.rows]
    assert table.rows[0].span.text == "| A   |  7 |"


def test_source_of_rows_with_everything() -> None:
    family = first(
        """family f { from csv "d.csv" separator ";" decimal comma
          columns "Article" as sku, "Power" as draw [W], ignore others }""",
        FamilyDeclaration,
    )

    mappings = (
        ColumnMapping(text("Article"), path("sku"), None, HERE),
        ColumnMapping(text("Power"), path("draw"), name("W"), HERE),
    )
    assert family.items == (TableSource("csv", text("d.csv"), None, text(";"), True, mappings, True, HERE),)


def test_spreadsheet_as_source() -> None:
    family = first('family f { from xlsx "d.xlsx" sheet "EU" }', FamilyDeclaration)

    assert family.items == (TableSource("xlsx", text("d.xlsx"), text("EU"), None, False, (), False, HERE),)


@pytest.mark.parametrize("kind", ["allow", "allow partial", "forbid"])
def test_kinds_of_tables(kind: str) -> None:
    table = first(
        f'table t-1 "T" {kind} effective until 2026-12-31 {{\n| a | b.c [mm] |\n| x | >= 5 |\n}} because "B"',
        TableDeclaration,
    )

    assert table.id == name("t-1")
    assert table.title == text("T")
    assert table.kind == kind
    assert table.effective == Effective(None, date(2026, 12, 31), HERE)
    assert isinstance(table.content, TableBlock)
    assert [heading.path for heading in table.content.headings] == [path("a"), path("b.c")]
    assert table.message == text("B")


def test_table_may_come_from_a_file() -> None:
    table = first('table t allow { from csv "t.csv" }', TableDeclaration)

    assert table.content == TableSource("csv", text("t.csv"), None, None, False, (), False, HERE)


# ---------------------------------------------------------------- rules


def test_calc_has_title_and_unit() -> None:
    assert first('calc n "N" in W = 5 W', CalcDeclaration) == CalcDeclaration(
        name("n"), text("N"), name("W"), number(5, "W"), HERE
    )


def test_text_of_a_calc_is_no_title() -> None:
    assert first('calc n = "five"', CalcDeclaration) == CalcDeclaration(
        name("n"), None, None, text("five"), HERE
    )


def test_rule_with_everything() -> None:
    rule = first(
        """rule r-1 "Title" warn effective from 2026-12-01:
          for each a.b as x
          for each c
          when x.n = 1
          require c.m = 2
          forbid c.k
          because "Because." """,
        RuleDeclaration,
    )

    assert rule.id == name("r-1")
    assert rule.title == text("Title")
    assert rule.severity == "warn"
    assert rule.effective == Effective(date(2026, 12, 1), None, HERE)
    assert [(loop.path, loop.alias) for loop in rule.loops] == [
        (path("a.b"), name("x")),
        (path("c"), name("c")),
    ]
    assert rule.guard is not None
    assert [clause.kind for clause in rule.clauses] == ["require", "forbid"]
    assert rule.message == text("Because.")


@pytest.mark.parametrize("kind", ["requires", "excludes"])
def test_rule_between_two_conditions(kind: str) -> None:
    rule = first(f"rule r: a = 1 {kind} b is chosen", RuleDeclaration)

    assert [(clause.kind, clause.right is not None) for clause in rule.clauses] == [(kind, True)]
    assert rule.severity == "error"


@pytest.mark.parametrize(
    "guard", ["size = 5", "size = 5 GB", "n - m > 0", "x is chosen", "x in { 1, 2 }", "not a", "a.b"]
)
@pytest.mark.parametrize("left", ["b = 1", "not b", "(b)", "count(b) = 1", '"t" = b', "if a then b else c"])
def test_guard_needs_no_separator_before_two_conditions(guard: str, left: str) -> None:
    rule = first(f"rule r:\n  when {guard}\n  {left} requires c", RuleDeclaration)

    assert first(f"rule r: require {guard}", RuleDeclaration).clauses[0].left == rule.guard
    assert first(f"rule r: require {left}", RuleDeclaration).clauses[0].left == rule.clauses[0].left


def test_resource_with_everything() -> None:
    resource = first(
        """resource power "Power" in W effective until 2027-01-01 {
          supply psu.watts, ups.watts
          demand draw
          demand 5 W
          keep 30 % spare
          because "Too little."
        }""",
        ResourceDeclaration,
    )

    assert resource == ResourceDeclaration(
        name("power"),
        text("Power"),
        name("W"),
        Effective(None, date(2027, 1, 1), HERE),
        (path("psu.watts"), path("ups.watts")),
        (path("draw"), number(5, "W")),
        Fraction(30),
        text("Too little."),
        HERE,
    )


# ---------------------------------------------------------------- wishes and choices


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ('"A"', text("A")),
        ("none", NothingValue(HERE)),
        ("red", name("red")),
        ("yes", BooleanLiteral(True, HERE)),
        ("5", number(5)),
        ("-5 EUR", number(-5, "EUR")),
        ("2026-01-01", DateLiteral(date(2026, 1, 1), HERE)),
        ('2 x "A"', QuantityValue(2, text("A"), HERE)),
        ('2 × "A"', QuantityValue(2, text("A"), HERE)),
        ("[]", ListValue((), HERE)),
        ('["A", 2 x "B"]', ListValue((text("A"), QuantityValue(2, text("B"), HERE)), HERE)),
        ("{}", InstanceValue((), HERE)),
    ],
)
def test_values_of_a_choice(written: str, expected: object) -> None:
    default = first(f"default a.b = {written}", DefaultDeclaration)

    assert default.choice.path == path("a.b")
    assert default.choice.value == expected
    assert not default.choice.includes


def test_instances_hold_choices() -> None:
    value = first('default bag = [{ capacity = "B1", pocket.zip = yes }]', DefaultDeclaration).choice.value

    assert isinstance(value, ListValue)
    instance = value.items[0]
    assert isinstance(instance, InstanceValue)
    assert [choice.path for choice in instance.choices] == [path("capacity"), path("pocket.zip")]


def test_choice_may_say_at_least() -> None:
    assert first('default a includes ["A"]', DefaultDeclaration).choice.includes


def test_default_may_have_a_condition() -> None:
    assert first("default a = b when c", DefaultDeclaration).guard == path("c")


def test_wishes() -> None:
    file = read('prefer quiet : a weight 2 because "B" minimise weight weight 1.5 maximise c')

    assert file.statements == (
        PreferDeclaration(name("quiet"), path("a"), Fraction(2), text("B"), HERE),
        ObjectiveDeclaration("minimise", path("weight"), Fraction(3, 2), HERE),
        ObjectiveDeclaration("maximise", path("c"), None, HERE),
    )


def test_bundle_with_everything() -> None:
    bundle = first(
        """bundle b "B" effective until 2026-12-31 {
          choose a = 1, c = 2 choose d = 3 price -60.00 EUR about "X"
        }""",
        BundleDeclaration,
    )

    assert [choice.path.text for choice in bundle.choices] == ["a", "c", "d"]
    assert bundle.price == number(-60, "EUR")
    assert bundle.about == text("X")


# ---------------------------------------------------------------- scenarios


def test_scenario_with_all_givens() -> None:
    scenario = first(
        """scenario "S" tags smoke, two-words {
          given date 2026-12-24 given stock "A" = 0 given bundle n.gamer
          choose only a = 1
          expect valid
        }""",
        ScenarioDeclaration,
    )

    assert scenario.tags == (name("smoke"), name("two-words"))
    assert scenario.givens == (
        GivenDate(date(2026, 12, 24), HERE),
        GivenStock(text("A"), 0, HERE),
        GivenBundle(path("n.gamer"), HERE),
    )
    assert scenario.only
    assert not scenario.todo


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("valid", ExpectValid("valid", HERE)),
        ("available", ExpectValid("available", HERE)),
        ("invalid", ExpectInvalid((), False, HERE)),
        ("invalid because a-b, n.c", ExpectInvalid((name("a-b"), path("n.c")), False, HERE)),
        ("invalid because only a", ExpectInvalid((name("a"),), True, HERE)),
        ("invalid because only-a", ExpectInvalid((name("only-a"),), False, HERE)),
        ("unavailable", ExpectUnavailable(None, HERE)),
        ('unavailable "A"', ExpectUnavailable(text("A"), HERE)),
        ("warning a-b", ExpectWarning(name("a-b"), HERE)),
        ("solutions >= 100", ExpectSolutions(">=", 100, HERE)),
        ("solutions = 14", ExpectSolutions("=", 14, HERE)),
        ("a", ExpectExpression("once", path("a"), HERE)),
        ("(available)", ExpectExpression("once", path("available"), HERE)),
        ("always a", ExpectExpression("always", path("a"), HERE)),
        ("never a", ExpectExpression("never", path("a"), HERE)),
    ],
)
def test_expectations(written: str, expected: object) -> None:
    scenario = first(f'scenario "S" {{ choose nothing expect {written} }}', ScenarioDeclaration)

    assert scenario.expectations == (expected,)
    assert () == scenario.choices


@pytest.mark.parametrize("kind", ["forced", "impossible", "completes"])
def test_expected_value_of_an_attribute(kind: str) -> None:
    scenario = first(
        f'scenario "S" {{ choose nothing expect {kind} board.socket = AM5 }}', ScenarioDeclaration
    )

    expectation = scenario.expectations[0]
    assert isinstance(expectation, ExpectValue)
    assert (expectation.kind, expectation.choice.path, expectation.choice.value) == (
        kind,
        path("board.socket"),
        name("AM5"),
    )


def test_todo_scenario_may_be_empty() -> None:
    assert first('todo scenario "S" { }', ScenarioDeclaration).todo


# ---------------------------------------------------------------- words as names


@pytest.mark.parametrize(
    "word",
    ["price", "name", "date", "weight", "size", "count", "sum", "any", "min", "step", "version", "x", "of",
     "number", "text", "money", "stock", "only", "valid", "always", "from", "one", "none_", "unit", "table"],
)  # fmt: skip
def test_word_of_the_language_may_be_an_attribute(word: str) -> None:
    file = read(
        f"""family f {{ attribute {word} : whole
          | sku | {word} |
          | A   | 1 |
        }}
        calc a = sum({word}) + sum(f.{word}) + count(f where {word} = 2)
        rule r: require f.{word} > 1 and {word} + 1 > 2"""
    )

    assert len(file.statements) == 3


@pytest.mark.parametrize("value", ["table", "slot", "rule", "one", "any", "unit", "x", "price"])
def test_word_of_the_language_may_be_a_value(value: str) -> None:
    file = read(
        f"option a : one of {{ {value}, other_value }} rule r: require a = {value} default a = {value}"
    )

    assert len(file.statements) == 3


def test_spans_cover_whole_statements() -> None:
    source = SourceFile("t", '\n  calc n "N" = (1 + 2)  # c\n  rule r: require (a)\n')
    result = parse_catalog(source)
    assert result.file is not None

    assert [statement.span.text for statement in result.file.statements] == [
        'calc n "N" = (1 + 2)',
        "rule r: require (a)",
    ]


def test_spans_do_not_count_in_equality() -> None:
    assert read("calc n = 1").statements == read("\n\n  calc   n = 1").statements
