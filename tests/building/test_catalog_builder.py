"""A catalog built by calls: what each call takes, what it refuses, and in which words."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from configurator import CatalogBuilder, CatalogBuildError, CatalogError, Configurator, Pattern, TableFile
from configurator.source import SourceFile
from configurator.syntax.parser import parse_catalog


class Colour(Enum):
    RED = "red"
    BLUE = "dark blue"


def made() -> CatalogBuilder:
    return CatalogBuilder("made", currency="EUR")


def family_values(built: Configurator, family: str = "thing") -> list[dict[str, Any]]:
    return [dict(component.values) for component in built.catalog.families[family].components]


# ---------------------------------------------------------------- the whole


EVERYTHING = """\
catalog pc "PC \\"pro\\"" version "1" currency EUR timezone "Europe/Berlin" tested on 2026-11-22

unit W
unit kW = 1000 W

family cpu "Processor" choose one {
  attribute tier "Tier" : ordered of { low, "very high" } default low
  | sku | name  | tier      | draw [W] | price [EUR] |
  |-----|-------|-----------|---------:|------------:|
  | C-1 | One   | low       |       65 |      199.00 |
  | C-2 | Two   | very high |      105 |      299.50 |
  component "C-3" "Three" effective from 2027-01-01 {
    tier = low, draw = 0.08 kW, price = 99 EUR,
  }
}

family ram choose 1..4 identical not stocked {
  | sku | code : text | price [EUR] |
  |-----|-------------|-------------|
  | R-1 | 007         |          40 |
}

family wheel {
  from csv "wheels.csv" separator ";" columns "Article" as sku, "Size" as size [W] ignore others
}

slot spare "Spare" : wheel choose 0..2 mixed

option colour "Colour" : one of { red, "dark blue" }
option extras : some 0..2 of { lamp, bell }
option gift : yesno
option budget : whole 0..2500 in EUR
option height : number -1.5..10 step 0.5

assembly bag "Bag" choose 0..2 {
  option material : one of { cotton, leather }

  rule inner: require material = leather
}

calc price "Price" in EUR = sum(price) + bundles.price

rule cool "Cool" warn effective from 2026-01-01 until 2026-12-31:
  for each bag as b
  when gift = yes
  require cpu.draw < 100 W
  forbid b.material = leather
  because "{cpu.name} is hot."

rule small: colour = red requires ram.quantity < 3

table fits "Fits" allow partial effective until 2027-12-31 {
  | colour     | cpu.draw [W] | cpu          |
  |------------|--------------|--------------|
  | red        | 60..70       | C-1, absent  |
  | "any"      | >= 80        | not C-1, C-3 |
  | other      | any          | C-*          |
} because "It does not fit."

resource power "Power" in W {
  supply 100 W
  demand cpu.draw, 1 W
  keep 12.5 % spare
  because "Too much: {power.needed}."
}

default ram = 2 x "R-1" when gift = no
default extras = ["lamp"]
prefer cheap: price < 500 EUR weight 2.5 because "Cheap."
minimise price weight 3
maximise ram.quantity

bundle start "Start" effective from 2026-11-01 {
  choose colour = "red", bag = [{ material = "cotton" }, { }]
  price -10.00 EUR
  about "For \\"beginners\\"."
}

todo scenario "works" tags smoke, quick-one {
  given date 2026-12-01
  given stock "C-1" = 0
  given bundle start
  choose only colour = "red"
  expect valid
  expect price < 800 EUR
}

assembled in 2 days for 35.00 EUR open monday to friday, sunday closed 2026-12-24 to 2026-12-26, 2027-01-01
"""


def everything() -> CatalogBuilder:
    pc = CatalogBuilder(
        "pc",
        'PC "pro"',
        version="1",
        currency="EUR",
        timezone="Europe/Berlin",
        tested_on=date(2026, 11, 22),
    )
    pc.unit("W")
    pc.unit("kW", 1000, "W")
    cpu = pc.family("cpu", "Processor", choose="one")
    cpu.attribute("tier", "ordered of", "Tier", values=["low", "very high"], default="low")
    cpu.components(
        [
            {"sku": "C-1", "name": "One", "tier": "low", "draw": 65, "price": Decimal("199.00")},
            {"sku": "C-2", "name": "Two", "tier": "very high", "draw": 105, "price": Decimal("299.50")},
        ],
        units={"draw": "W", "price": "EUR"},
    )
    cpu.component(
        "C-3",
        "Three",
        effective_from=date(2027, 1, 1),
        tier="low",
        draw=(Decimal("0.08"), "kW"),
        price=(99, "EUR"),
    )
    ram = pc.family("ram", choose="1..4 identical", stocked=False)
    ram.components([["R-1", "007", 40]], columns=["sku", "code", "price [EUR]"])
    pc.family("wheel").source(
        TableFile(
            "wheels.csv",
            separator=";",
            columns={"Article": "sku", "Size": "size [W]"},
            ignore_others=True,
        )
    )
    pc.slot("spare", "wheel", "Spare", choose="0..2 mixed")
    pc.option("colour", "one of", "Colour", values=Colour)
    pc.option("extras", "some", values=["lamp", "bell"], minimum=0, maximum=2)
    pc.option("gift", "yesno")
    pc.option("budget", "whole", minimum=0, maximum=2500, unit="EUR")
    pc.option("height", "number", minimum=Decimal("-1.5"), maximum=10, step=Fraction(1, 2))
    bag = pc.assembly("bag", "Bag", choose="0..2")
    bag.option("material", "one of", values=["cotton", "leather"])
    bag.rule("inner", "require material = leather")
    pc.calc("price", "sum(price)\n  + bundles.price  # all", "Price", unit="EUR")
    pc.rule(
        "cool",
        "require cpu.draw < 100 W",
        "forbid b.material = leather",
        title="Cool",
        for_each="bag as b",
        when="gift = yes",
        because="{cpu.name} is hot.",
        severity="warn",
        effective_from=date(2026, 1, 1),
        effective_until=date(2026, 12, 31),
    )
    pc.rule("small", "colour = red requires ram.quantity < 3")
    pc.table(
        "fits",
        ["colour", "cpu.draw [W]", "cpu"],
        [
            [Colour.RED, Pattern.between(60, 70), ["C-1", Pattern.absent()]],
            ["any", Pattern.compared(">=", 80), Pattern.none_of("C-1", "C-3")],
            [Pattern.other(), Pattern.any(), Pattern("C-*")],
        ],
        kind="allow partial",
        title="Fits",
        because="It does not fit.",
        effective_until=date(2027, 12, 31),
    )
    pc.resource(
        "power",
        "Power",
        unit="W",
        supply="100 W",
        demand=["cpu.draw", "1 W"],
        spare=Decimal("12.5"),
        because="Too much: {power.needed}.",
    )
    pc.default({"ram": {"component": "R-1", "quantity": 2}}, when="gift = no")
    pc.default('extras = ["lamp"]')
    pc.prefer("cheap", "price < 500 EUR", weight=Decimal("2.5"), because="Cheap.")
    pc.minimise("price", weight=3)
    pc.maximise("ram.quantity")
    pc.bundle(
        "start",
        "Start",
        choose={"colour": Colour.RED, "bag": [{"material": "cotton"}, {}]},
        price=Decimal("-10.00"),
        about='For "beginners".',
        effective_from=date(2026, 11, 1),
    )
    pc.scenario(
        "works",
        todo=True,
        tags=["smoke", "quick-one"],
        on=date(2026, 12, 1),
        stock={"C-1": 0},
        bundles=["start"],
        choose={"colour": "red"},
        only=True,
        expect=["valid", "price < 800 EUR"],
    )
    pc.assembled_in(
        2,
        cost=Decimal("35.00"),
        workdays=["monday to friday", "sunday"],
        closed=[(date(2026, 12, 24), date(2026, 12, 26)), date(2027, 1, 1)],
    )
    return pc


def test_every_statement_of_the_language_can_be_built() -> None:
    written = parse_catalog(SourceFile("t", EVERYTHING)).file
    built = parse_catalog(SourceFile("t", everything().text())).file
    assert written is not None
    assert built is not None

    assert written.header == built.header
    for expected, actual in zip(written.statements, built.statements, strict=True):
        assert expected == actual


def test_text_is_in_the_one_form_and_building_gives_its_digest() -> None:
    builder = made()
    builder.family("thing", choose="one").components([{"sku": "A", "size": 1}, {"sku": "BB", "size": 20}])
    builder.option("gift", "yesno")

    text = builder.text()

    assert text == (
        "catalog made currency EUR\n\n"
        "family thing choose one {\n"
        "  | sku | size |\n"
        "  |-----|------|\n"
        "  | A   |    1 |\n"
        "  | BB  |   20 |\n"
        "}\n\n"
        "option gift : yesno\n"
    )
    assert Configurator.from_text(text).digest == builder.build().digest


def test_a_builder_goes_on_after_it_was_built() -> None:
    builder = made()
    thing = builder.family("thing", choose="one")
    thing.components([{"sku": "A"}])
    first = builder.build()
    thing.components([{"sku": "B"}])
    builder.option("gift", "yesno")

    assert (1, 4) == (first.count().or_raise().value, builder.build().count().or_raise().value)


def test_files_are_handed_over_when_a_catalog_is_built() -> None:
    builder = made()
    builder.import_file("lib/units.pcat")
    builder.family("thing", choose="one").source(TableFile("things.csv"))

    built = builder.build(files={"lib/units.pcat": "unit W\n", "things.csv": "sku,draw [W]\nA,5\n"})

    assert [{"draw": 5}] == family_values(built)


# ---------------------------------------------------------------- values


def test_texts_stay_texts_whatever_they_look_like() -> None:
    builder = made()
    columns = {"code": "007", "flag": "yes", "day": "2026-01-01", "plain": "a"}
    builder.family("thing", choose="one").components([{"sku": "1", **columns}])

    assert [columns] == family_values(builder.build())


def test_columns_keep_the_order_in_which_they_were_given() -> None:
    builder = made()
    builder.family("thing", choose="one").components([{"sku": "1", "b": 1, "a": "007", "c": {"x"}}])

    assert ["b", "a", "c"] == list(builder.build().catalog.families["thing"].attributes)


def test_none_is_a_blank_where_the_column_is_optional() -> None:
    builder = made()
    thing = builder.family("thing", choose="one")
    thing.attribute("noise", "number", optional=True)
    thing.components([{"sku": "A", "noise": None}, {"sku": "B", "noise": 3}, {"sku": "C"}])

    assert [{}, {"noise": 3}, {}] == family_values(builder.build())


def test_numbers_of_numpy_and_members_of_enumerations_stand_for_their_values() -> None:
    builder = made()
    row = {"sku": np.str_("A"), "size": np.int64(7), "new": np.bool_(True), "colour": Colour.BLUE}
    builder.family("thing", choose="one").components([row])

    assert [{"size": 7, "new": True, "colour": "dark blue"}] == family_values(builder.build())


def test_a_literal_can_be_put_into_an_expression() -> None:
    literals = ['3" pipe', (Decimal("9.50"), "EUR"), True, date(2026, 11, 22), Colour.RED, Fraction(1, 8)]

    assert ['"3\\" pipe"', "9.50 EUR", "yes", "2026-11-22", '"red"', "0.125"] == [
        CatalogBuilder.literal(each)  # type: ignore[arg-type]  # a list of all kinds has none
        for each in literals
    ]


def test_types_of_headings_count_where_no_table_can_hold_a_row() -> None:
    builder = made()
    rows = [{"sku": " A", "tags": ["x"], "size": 5}]
    columns = ["sku", "tags : set of { x, y }", "size [EUR]"]
    builder.family("thing", choose="one").components(rows, columns=columns)

    family = builder.build().catalog.families["thing"]

    assert [(" A", {"tags": frozenset({"x"}), "size": 5})] == [(c.sku, c.values) for c in family.components]
    assert ("x", "y") == getattr(family.attributes["tags"].type, "values")  # noqa: B009 - one of many types


def test_rows_of_a_database_are_taken_as_they_come() -> None:
    builder = made()
    with closing(sqlite3.connect(":memory:")) as database:
        database.row_factory = sqlite3.Row
        rows = database.execute("SELECT 'A' AS sku, 5 AS size UNION SELECT 'B', 6")
        builder.family("thing", choose="one").components(rows)

    assert [{"size": 5}, {"size": 6}] == family_values(builder.build())


def test_no_rows_add_nothing() -> None:
    builder = made()
    thing = builder.family("thing", choose="one")
    thing.components([])
    thing.component("A")

    assert [{}] == family_values(builder.build())


# ---------------------------------------------------------------- mistakes

Call = Callable[[CatalogBuilder], object]


def rows(*values: object) -> Call:
    return lambda builder: builder.family("f").components([{"sku": "A", "size": value} for value in values])


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (
            rows(0.1),
            "family 'f', component 'A', column 'size': 0.1 is a float, which is no exact number "
            '(write `Decimal("0.1")` if that is the number meant)',
        ),
        (
            rows(float("nan")),
            "family 'f', component 'A', column 'size': nan is a float, which is no exact number "
            "(give `None` for a blank)",
        ),
        (
            rows(Decimal("NaN")),
            "family 'f', component 'A', column 'size': NaN is no number "
            "(leave it out, or give `None` for a blank)",
        ),
        (
            rows(Fraction(1, 3)),
            "family 'f', component 'A', column 'size': 1/3 is no decimal number of at most 30 places "
            "(give another unit, or compute it in a calc from whole numbers)",
        ),
        (
            rows(10**40),
            f"family 'f', component 'A', column 'size': {10**40} has more than 30 digits",
        ),
        (
            rows(datetime(2026, 1, 1, 12, 0)),  # noqa: DTZ001 - a day is what was meant
            "family 'f', component 'A', column 'size': "
            "datetime.datetime(2026, 1, 1, 12, 0) has a time of day (give a `date`: `….date()`)",
        ),
        (
            rows("a\nb"),
            "family 'f', component 'A', column 'size': the text 'a\\nb' has more than one line "
            "(a text stands on one line)",
        ),
        (
            rows("\ud800"),
            "family 'f', component 'A', column 'size': the text '\\ud800' holds half of a character",
        ),
        (
            rows(object),
            "family 'f', component 'A', column 'size': <class 'object'> is no number "
            "(give an `int`, a `Decimal` or a `Fraction`)",
        ),
        (
            rows((5, "mm")),
            "family 'f', component 'A', column 'size': (5, 'mm') has a unit of its own "
            "(a column has one unit: name it in its heading)",
        ),
        (
            rows(1, 2),
            "family 'f', component 'A': the SKU stands twice in the family",
        ),
        (
            lambda b: b.family("f").components([{"sku": "A", "x": 1}, {"sku": "B", "x": "1"}]),
            "family 'f', component 'B', column 'x': '1' is a text, but a value before is a number "
            "(give all as one kind, or declare the column with `attribute` before)",
        ),
        (
            lambda b: b.family("f").components([{"sku": "A", "x y": 1}]),
            "family 'f': `x y` is not the heading of a column "
            "(a column's name is one word, for example `x_y`; a unit stands in brackets: `x [y]`)",
        ),
        (
            lambda b: b.family("f").components([{"SKU": "A"}]),
            "family 'f': there is no column `sku`",
        ),
        (
            lambda b: b.family("f").components([{"sku": ""}]),
            "family 'f', component '', column 'sku': '' is no SKU (a SKU is a text that is not empty)",
        ),
        (
            lambda b: b.family("rule"),
            "family 'rule': `rule` is a word of the language and cannot be a name here "
            "(choose another name, for example `rule_`)",
        ),
        (
            lambda b: b.option("x", "one of", values=[]),
            "option 'x': `one of` needs `values`",
        ),
        (
            lambda b: b.slot("x", "f", choose="two"),
            "slot 'x': 'two' does not say how many "
            "(`one`, `optional`, `2 identical`, `1..4 identical`, `0..4 mixed`; of an assembly `0..4`)",
        ),
        (
            lambda b: b.calc("x", "1 calc y = 2"),
            "calc 'x': `1 calc y = 2`: the words given say more than they may here",
        ),
        (
            lambda b: b.calc("x", "sum(price"),
            "calc 'x': `sum(price`: the bracket opened in line 1 is not closed "
            "(write `)` before the end of the file)",
        ),
        (
            lambda b: b.rule("x", 'require a = b because "c"'),
            "rule 'x': `require a = b because \"c\"`: this is more than one clause "
            "(guards, loops and messages have arguments of their own)",
        ),
        (
            lambda b: b.rule("x", "require a = b", because="{a.b c}"),
            "rule 'x': `{a.b c}` is not the path of a value "
            "(between braces stands a path such as `{gpu.length}`)",
        ),
        (
            lambda b: b.rule("X", "require a = b"),
            "rule 'X': the id `X` is not in lower case (write `x`)",
        ),
        (
            lambda b: b.rule("x"),
            "rule 'x': the rule demands nothing (give a clause: `require …`, `A excludes B`)",
        ),
        (
            lambda b: b.option("x", "one of", values="red"),
            "option 'x': 'red' is no list (the values are a list: `[\"red\", \"blue\"]`)",
        ),
        (
            lambda b: b.rule("x warn", "require a = b"),
            "rule 'x warn': 'x warn' is no id (such as `cpu-socket`)",
        ),
        (
            lambda b: b.table("x", ["a"], [[None]]),
            "table 'x': row 1, column `a`: a cell is blank "
            "(`Pattern.any()` where the column does not matter, `Pattern.absent()` for nothing)",
        ),
        (
            lambda _: Pattern("1..,"),
            "pattern '1..,': `1..,` is not a cell of a table "
            '(a value with signs of its own stands between quotes: `"a, b"`)',
        ),
        (
            lambda b: b.assembly("bag").family("f").component("A", size=0.5),
            "assembly 'bag', family 'f', component 'A', column 'size': "
            '0.5 is a float, which is no exact number (write `Decimal("0.5")` if that is the number meant)',
        ),
        (
            lambda b: b.default({"a": 1, "b": 2}),
            "default {'a': 1, 'b': 2}: these are 2 choices (a default is one choice)",
        ),
        (
            lambda _: CatalogBuilder("m").bundle("x", choose=[], price=5),
            "bundle 'x': a price is in a currency, and the catalog has none (name its `currency`)",
        ),
        (
            lambda _: CatalogBuilder("two words"),
            "catalog 'two words': 'two words' is no name (a name is one word of letters, digits and `_`)",
        ),
    ],
)
def test_a_mistake_names_the_call_and_the_value(call: Call, message: str) -> None:
    with pytest.raises(CatalogBuildError) as raised:
        call(made())

    assert message == str(raised.value)


def test_a_refused_call_leaves_nothing_behind() -> None:
    builder = made()
    thing = builder.family("thing", choose="one")
    with pytest.raises(CatalogBuildError):
        thing.components([{"sku": "A", "x": 1}, {"sku": "B", "x": "1"}])
    with pytest.raises(CatalogBuildError):
        builder.rule("x", "require a = b", because="{")
    thing.components([{"sku": "A", "x": "1"}])

    assert [{"x": "1"}] == family_values(builder.build())


def test_titles_cannot_smuggle_statements_in() -> None:
    title = '" } rule evil: require no = yes # { '
    builder = CatalogBuilder("made", title)
    builder.family("thing", title, choose="one").components([{"sku": "A", "name": title}])

    built = builder.build()

    assert (title, title, ()) == (
        built.catalog.title,
        built.catalog.families["thing"].components[0].title,
        built.catalog.restrictions,
    )


def test_a_name_declared_nowhere_is_told_where_it_stands_in_the_text() -> None:
    builder = made()
    builder.option("gift", "yesno")
    builder.rule("x", "require gif = yes")

    with pytest.raises(CatalogError) as raised:
        builder.build(name="made.pcat")

    assert ["made.pcat:6:11"] == [found.location for found in raised.value.diagnostics]
