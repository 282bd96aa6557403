"""`configurator show`: what a catalog contains, for people and, by a published schema, for programs."""

import json
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from command_runs import CATALOGS, run

from configurator.catalog_files import is_headed

SHIPPED = Path(__file__).resolve().parents[2] / "catalogs"
SHOWN = sorted(file for folder in (SHIPPED, CATALOGS) for file in folder.rglob("*.pcat") if is_headed(file))

EVERYTHING = """
catalog everything "All of it" version "3" currency EUR timezone "Europe/Berlin" tested on 2026-11-22
unit mm
unit inch = 25.4 mm
unit third = 0.3 mm
family board "Board" choose one {
  attribute size : number in inch
  attribute made : date optional
  attribute tags : set of text
  attribute grade : ordered of { C, B, A }
  | sku | name | size | made       | tags | grade | wifi | price [EUR] | ratio [third] |
  |-----|------|------|------------|------|-------|------|-------------|---------------|
  | B-1 | One  | 1.5  | 2026-01-31 | b, a | A     | yes  |       12.50 |             1 |
  component "B-2" "Two" effective from 2027-01-01 until 2027-06-30 {
    size = 25.4 mm, tags = { c }, grade = C, wifi = no, price = 7 EUR, ratio = 0.1 mm,
  }
}
family screw "Screw" choose 1..8 identical not stocked {
  | sku |
  | S-1 |
}
option colour "Colour" : one of { red, blue }
option extras : some 0..2 of { lamp, bell, lock }
option width : number -1..10 step 0.5 in mm
assembly bag "Bag" choose 0..2 {
  option material : one of { cotton, leather }
  calc weight = if material = leather then 3 else 1
  rule light: require weight < 5
}
calc price "Price" in EUR = sum(price)  # of all
  + bundles.price
rule grades "Good ones" warn effective from 2026-12-01:
  for each screw as s
  when board is chosen
  require board.grade >= B  # a comment
  forbid colour = red and s = "S-1"
  because "{board.name} in {{braces}} costs {board.price}."
table sizes "Sizes" allow partial {
  | colour | board.size [mm] | board    |
  | red    | >= 30, 12       | not B-2  |
  | any    | 10..100         | absent   |
  | other  | 38.1            | B-1, B-2 |
} because "No."
resource room in mm {
  supply board.size
  demand 2 mm, width
  keep 30 % spare
}
default colour = blue when board.wifi = yes
default screw = 2 x "S-1"
prefer big: board.size > 30 mm weight 2.5 because "Bigger is better."
minimise price
bundle start "Start" effective until 2026-12-31 {
  choose colour = red, screw = 4 x "S-1"
  price -1.50 EUR
  about "For beginners."
}
todo scenario "later" tags smoke, slow {
  given date 2026-12-01
  given stock "B-1" = 3
  given bundle start
  choose board = "B-1", extras includes [lamp]
  expect always price < 800 EUR
}
"""


@pytest.fixture
def everything(tmp_path: Path) -> str:
    file = tmp_path / "everything.pcat"
    file.write_text(EVERYTHING, encoding="utf-8")
    return str(file)


def shown(catalog: str, *words: str) -> Any:
    return run("show", catalog, "--json", *words).result


def without_places(found: Any) -> Any:
    """Without locations, which hold the name of a folder."""
    if isinstance(found, dict):
        return {key: without_places(value) for key, value in found.items() if key != "location"}
    return [without_places(each) for each in found] if isinstance(found, list) else found


# ---------------------------------------------------------------- the schema


@cache
def schema() -> Any:
    jsonschema = pytest.importorskip("jsonschema")
    written = json.loads(run("show", "--schema").out)
    jsonschema.Draft202012Validator.check_schema(written)
    return jsonschema.Draft202012Validator(written, format_checker=jsonschema.FormatChecker())


def problems(envelope: Any) -> list[str]:
    """Where an envelope is not what the schema says; an alternative is told by what lacks least."""
    jsonschema = pytest.importorskip("jsonschema")
    error = jsonschema.exceptions.best_match(schema().iter_errors(envelope))
    return [] if error is None else [f"{error.json_path}: {error.message[:200]}"]


@pytest.mark.parametrize("catalog", SHOWN, ids=lambda file: file.stem)
def test_every_shipped_catalog_is_shown_as_the_schema_says(catalog: Path) -> None:
    assert [] == problems(run("show", str(catalog), "--json").envelope)


def test_all_that_the_language_can_say_is_shown_as_the_schema_says(everything: str) -> None:
    assert [] == problems(run("show", everything, "--json").envelope)


def test_a_catalog_that_cannot_be_loaded_is_told_as_the_schema_says() -> None:
    failed = run("show", "nothing.pcat", "--json")

    assert [] == problems(failed.envelope)
    assert (3, {}) == (failed.code, failed.result)


def test_the_schema_names_every_key_and_takes_no_other(everything: str) -> None:
    envelope = run("show", everything, "--json").envelope
    without = {**envelope, "result": {k: v for k, v in envelope["result"].items() if k != "calcs"}}
    more = {**envelope, "result": {**envelope["result"], "colour": "red"}}

    assert [True, False, False] == [not problems(each) for each in (envelope, without, more)]


# ---------------------------------------------------------------- for programs


def test_components_have_typed_values_in_the_units_of_their_columns(everything: str) -> None:
    board = shown(everything, "--as-of", "2026-11-22")["families"][0]

    units = {column["name"]: column["unit"] for column in board["columns"]}
    assert {"size": "inch", "price": "EUR", "ratio": "third"} == {k: v for k, v in units.items() if v}
    kinds = {column["name"]: column["type"]["kind"] for column in board["columns"]}
    assert {"made": "date", "tags": "set of", "grade": "ordered of", "wifi": "yesno"}.items() <= kinds.items()
    assert [
        {
            "size": 1.5,
            "made": "2026-01-31",
            "tags": ["a", "b"],
            "grade": "A",
            "name": "One",
            "wifi": True,
            "price": 12.5,
            "ratio": 1,
        },
        {
            "size": 1,
            "made": None,
            "tags": ["c"],
            "grade": "C",
            "name": "Two",
            "wifi": False,
            "price": 7,
            "ratio": "1/3",
        },
    ] == [component["values"] for component in board["components"]]


def test_what_has_days_in_force_says_so_and_is_shown_on_every_day(everything: str) -> None:
    before, during = (shown(everything, "--as-of", day) for day in ("2026-11-22", "2027-01-01"))

    told = [each["families"][0]["components"][1]["period"] for each in (before, during)]
    assert [
        {"from": "2027-01-01", "to": "2027-06-30", "in_force": False},
        {"from": "2027-01-01", "to": "2027-06-30", "in_force": True},
    ] == told
    assert [
        ("2026-12-01", "begins", "rule", "grades"),
        ("2027-01-01", "begins", "component", "board.B-2"),
        ("2027-01-01", "ended", "bundle", "start"),
        ("2027-07-01", "ended", "component", "board.B-2"),
    ] == [tuple(each.values()) for each in before["dates"]]


def test_the_product_is_a_tree_with_assemblies(everything: str) -> None:
    product = shown(everything)["product"]

    assert ["board", "screw", "colour", "extras", "width", "bag"] == [each["name"] for each in product]
    assert ["slot", "slot", "option", "option", "option", "assembly"] == [each["kind"] for each in product]
    assert {"kind": "identical", "minimum": 1, "maximum": 8} == product[1]["choose"]
    assert (None, None, None) == tuple(product[2][key] for key in ("minimum", "maximum", "step"))
    assert (0, 2, None) == tuple(product[3][key] for key in ("minimum", "maximum", "step"))
    assert (-1, 10, 0.5, "mm") == tuple(product[4][key] for key in ("minimum", "maximum", "step", "unit"))
    assert {"kind": "list", "minimum": 0, "maximum": 2} == product[5]["choose"]
    assert ["bag.material"] == [each["name"] for each in product[5]["members"]]


def test_rules_are_shown_as_written_with_the_places_they_read(everything: str) -> None:
    found = without_places(shown(everything, "--as-of", "2026-11-22"))

    rules = {rule["name"]: rule for rule in found["rules"]}
    assert {
        "kind": "rule",
        "name": "grades",
        "title": "Good ones",
        "period": {"from": "2026-12-01", "to": None, "in_force": False},
        "message": "{board.name} in {{braces}} costs {board.price}.",
        "reads": ["screw", "board", "colour"],
        "severity": "warn",
        "for_each": [{"path": "screw", "as": "s"}],
        "when": "board is chosen",
        "clauses": [
            {"kind": "require", "left": "board.grade >= B", "right": None},
            {"kind": "forbid", "left": 'colour = red and s = "S-1"', "right": None},
        ],
    } == rules["grades"]
    assert "weight < 5" == rules["bag.light"]["clauses"][0]["left"]
    assert {"supply": ["board.size"], "demand": ["2 mm", "width"], "spare_percent": 30}.items() <= rules[
        "room"
    ].items()
    assert ["weight", "price"] == [calc["name"].rpartition(".")[2] for calc in found["calcs"]]
    assert "sum(price) + bundles.price" == found["calcs"][-1]["formula"]


def test_cells_of_tables_are_values_intervals_and_signs(everything: str) -> None:
    table = next(rule for rule in shown(everything)["rules"] if rule["kind"] == "table")

    plain = {"values": [], "intervals": [], "absent": False, "not": False}
    units = [column["unit"] for column in table["columns"]]
    assert [None, "inch", None] == units
    cells = [row["cells"] for row in table["rows"]]
    assert {**plain, "kind": "values", "values": ["red"]} == cells[0][0]
    assert {**plain, "kind": "values", "values": ["B-2"], "not": True} == cells[0][2]
    assert {**plain, "kind": "any"} == cells[1][0]
    assert {**plain, "kind": "values", "absent": True} == cells[1][2]
    assert {**plain, "kind": "other"} == cells[2][0]
    assert {**plain, "kind": "values", "values": ["B-1", "B-2"]} == cells[2][2]
    assert {**plain, "kind": "values", "values": [1.5]} == cells[2][1]


def test_wishes_bundles_and_scenarios_are_complete(everything: str) -> None:
    found = without_places(shown(everything))

    assert [
        {
            "place": "colour",
            "components": None,
            "value": "blue",
            "when": "board.wifi = yes",
            "text": "colour = blue",
        },
        {
            "place": "screw",
            "components": [{"component": "S-1", "quantity": 2}],
            "value": None,
            "when": None,
            "text": 'screw = 2 x "S-1"',
        },
    ] == found["defaults"]
    assert [("prefer", "big", 2.5, "Bigger is better."), ("minimise", None, 1, None)] == [
        (each["kind"], each["name"], each["weight"], each["message"]) for each in found["wishes"]
    ]
    assert (-1.5, "For beginners.") == (found["bundles"][0]["price"], found["bundles"][0]["about"])
    assert [
        {
            "title": "later",
            "tags": ["smoke", "slow"],
            "todo": True,
            "date": "2026-12-01",
            "stock": {"B-1": 3},
            "bundles": ["start"],
            "choices": [
                {
                    "place": "board",
                    "components": [{"component": "B-1", "quantity": None}],
                    "value": None,
                    "at_least": False,
                },
                {"place": "extras", "components": None, "value": ["lamp"], "at_least": True},
            ],
            "expectations": ["always price < 800 EUR"],
        }
    ] == found["scenarios"]


# ---------------------------------------------------------------- for people


def test_people_get_the_same_in_columns() -> None:
    told = run("show", "city_bike.pcat").out

    assert told.startswith(
        "City bicycle (city_bike 1)\n3 families, 11 components, 8 choices, 6 rules, 2 scenarios\n"
    )
    assert "  bag          Bag     assembly, 0..2\n    capacity   Size    one of bag.capacity\n" in told
    assert "  bag.bag-material  table    3 rows  city_bike.pcat:42:3\n" in told


def test_places_of_an_import_keep_its_name() -> None:
    told = run("show", "pc.pcat").out

    assert "  services.warranty  Warranty       one of services.warranty\n" in told


def test_people_see_what_is_not_in_force(everything: str) -> None:
    told = run("show", everything, "--as-of", "2026-11-22").out

    assert "2 components, 1 in force" in told
    assert "from 2026-12-01 (not in force)" in told
    assert "  2027-01-01  begins: component board.B-2\n" in told
    assert "-1.50 EUR" in told
