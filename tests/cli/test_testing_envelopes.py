"""The JSON results of `mutate`, `sample`, `scenario from` and rule coverage: keys, forms, and their page."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from command_runs import run

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "reference" / "cli.md").read_text(encoding="utf-8")

Schema = dict[str, Any]

TEXT: Schema = {"type": "string"}
TEXTS: Schema = {"type": "array", "items": TEXT}
NUMBER: Schema = {"type": "integer", "minimum": 0}
SHARE: Schema = {"type": "number", "minimum": 0, "maximum": 1}
PLACE: Schema = {"type": "string", "pattern": r"^[^:]+:[0-9]+:[0-9]+$"}
DAY: Schema = {"type": "string", "format": "date"}
CONFIGURATION: Schema = {"type": "object", "minProperties": 1}


def either(*values: str) -> Schema:
    return {"enum": list(values)}


def many(items: Schema) -> Schema:
    return {"type": "array", "items": items}


def an_object(optional: tuple[str, ...] = (), /, **keys: Schema) -> Schema:
    """Just these keys, all of them but the optional ones."""
    needed = [key for key in keys if key not in optional]
    return {"type": "object", "properties": keys, "required": needed, "additionalProperties": False}


def mutant(state: str, **more: Schema) -> Schema:
    return an_object(
        id=TEXT,
        operator=either("drop", "row", "swap", "flip", "shift"),
        element=TEXT,
        location=PLACE,
        before=TEXT,
        after=TEXT,
        state=either(state),
        **more,
    )


def survivor(state: str, because: Schema) -> Schema:
    return mutant(
        state,
        because=because,
        kind=either("lost", "gained", "silenced"),
        witness=CONFIGURATION,
        day=DAY,
        says=TEXT,
        scenario_text=TEXT,
    )


UNDER_STOCK: Schema = {"type": "object"}
SCENARIO = an_object(location=PLACE, title=TEXT)
MUTATION = an_object(
    killed=NUMBER,
    survived=NUMBER,
    explained=NUMBER,
    equivalent=NUMBER,
    undecided=NUMBER,
    score=SHARE,
    score_exactly={"type": "string", "pattern": "^[0-9]+(/[0-9]+)?$"},
    mutants=many(
        {
            "oneOf": [
                mutant("killed", scenario=SCENARIO),
                survivor("survived", {"type": "null"}),
                survivor("explained", TEXT),
                mutant("equivalent", why=TEXT),
                mutant("undecided", reason=TEXT),
            ]
        }
    ),
    stale=many(an_object(mutant=TEXT, because=TEXT, why=either("unknown", "killed", "equivalent"))),
)
KINDS = {"value", "quantity", "number", "element", "instances"}
FACTOR = an_object(name=TEXT, path=TEXT, kind=either(*KINDS), levels=TEXTS)
SAMPLE = an_object(
    ("reason", "stock"),
    t=NUMBER,
    seed=NUMBER,
    configurations=many(CONFIGURATION),
    covered=NUMBER,
    impossible=NUMBER,
    undecided=NUMBER,
    at_least=NUMBER,
    factors=many(FACTOR),
    reason=TEXT,
    stock=UNDER_STOCK,
)
DRAWN = an_object(
    ("stock",), uniform=NUMBER, seed=NUMBER, configurations=many(CONFIGURATION), stock=UNDER_STOCK
)
NOTHING_YET = an_object(configurations={"type": "array", "maxItems": 0}, reason=TEXT)
RECORDED = an_object(
    scenarios=many(an_object(title=TEXT, expectations=TEXTS, text=TEXT)), file={"type": ["string", "null"]}
)
COVERAGE = an_object(
    share=SHARE,
    catalogs=many(
        an_object(
            catalog=TEXT,
            decided=NUMBER,
            missing=NUMBER,
            undecided=NUMBER,
            share=SHARE,
            elements=many(
                an_object(
                    kind=either("rule", "table", "row", "resource", "range"),
                    id=TEXT,
                    state=either("decided", "missing", "undecided"),
                    location=PLACE,
                    scenarios=many(SCENARIO),
                    reasons=TEXTS,
                )
            ),
            long_tables=TEXTS,
        )
    ),
)
SECTIONS = {
    "mutate": (MUTATION,),
    "sample": (SAMPLE, DRAWN, NOTHING_YET),
    "scenario from": (RECORDED,),
    "test": (COVERAGE,),
}

BIKE = "kids_bike.pcat"
SCENARIOS = """scenarios for "kids_bike.pcat"

scenario "yellow bicycles are large" {
  choose colour = yellow
  expect forced support = no
}
"""

PARTS = """catalog parts "Parts" version "1"
  tested on 2026-11-22

family cpu "Processor" choose one {
  | sku | tdp |
  | C-1 |  65 |
  | C-2 | 105 |
}
option fan : yesno
rule cool: require cpu.tdp <= 100
rule quiet: forbid fan = yes

scenario "small" {
  choose cpu = "C-1", fan = no
  expect valid
}
"""
EXPLAINED = ("cool: drop", "cool: require -> forbid", "cool: <= -> <", "heat: drop")
FACTORS = """catalog factors "Factors" version "1"
  tested on 2026-11-22

family ram "Memory" choose 1..2 identical {
  | sku |
  | R-1 |
}
family drive "Drives" choose 0..2 mixed {
  | sku |
  | D-1 |
}
option wishes : some 0..2 of { quiet, small }
assembly bag "Bag" choose 0..2 {
  option closed : yesno
}
"""


@pytest.fixture
def scenarios(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A file of one scenario, beside its catalog."""
    (tmp_path / BIKE).write_text(Path(BIKE).read_text(encoding="utf-8"), encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    Path("scenarios.pcat").write_text(SCENARIOS)
    return "scenarios.pcat"


@pytest.fixture
def parts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A catalog with mutants of every state but undecided, and a list that explains some of them."""
    monkeypatch.chdir(tmp_path)
    Path("parts.pcat").write_text(PARTS)
    Path("mutants.toml").write_text(
        "".join(f'[[survivor]]\nmutant = "{each}"\nbecause = "why not"\n' for each in EXPLAINED)
    )
    return "parts.pcat"


def problems(schema: Schema, found: Any) -> list[str]:
    """Where data is not what a schema says."""
    jsonschema = pytest.importorskip("jsonschema")
    jsonschema.Draft202012Validator.check_schema(schema)
    judge = jsonschema.Draft202012Validator(schema, format_checker=jsonschema.FormatChecker())
    return [f"{error.json_path}: {error.message[:300]}" for error in judge.iter_errors(found)]


def test_mutants_of_every_state_are_told_in_their_form(parts: str) -> None:
    found = run("mutate", parts, "--json")

    assert [] == problems(MUTATION, found.result)
    assert ("mutate", "no", "parts") == (
        found.envelope["command"],
        found.envelope["status"],
        found.envelope["catalog"]["name"],
    )
    states = {each["state"] for each in found.result["mutants"]}
    assert {"killed", "survived", "explained", "equivalent"} == states
    assert [
        {"mutant": "cool: require -> forbid", "because": "why not", "why": "killed"},
        {"mutant": "cool: <= -> <", "because": "why not", "why": "equivalent"},
        {"mutant": "heat: drop", "because": "why not", "why": "unknown"},
    ] == found.result["stale"]


def test_mutants_that_a_limit_left_open_are_told_in_their_form(scenarios: str) -> None:
    found = run("mutate", scenarios, "--timeout", "0.001ms", "--json")

    assert [] == problems(MUTATION, found.result)
    assert 0 < found.result["undecided"] == len(found.result["mutants"])


def test_a_scenario_that_is_not_met_keeps_mutation_from_a_result(scenarios: str) -> None:
    Path(scenarios).write_text(SCENARIOS.replace("support = no", "support = yes"))

    found = run("mutate", scenarios, "--json")

    assert (1, {}) == (found.code, found.result)


@pytest.mark.parametrize(
    ("words", "status", "schema"),
    [
        ((), "yes", SAMPLE),
        (("--t", "3", "colour=red"), "yes", SAMPLE),
        (("colour=yellow", "front_wheel=W14"), "no", SAMPLE),
        (("--uniform", "2"), "yes", DRAWN),
        (("--timeout", "0.001ms"), "unknown", NOTHING_YET),
        (("--uniform", "2", "--timeout", "0.001ms"), "unknown", NOTHING_YET),
    ],
)
def test_samples_are_told_in_their_form(words: tuple[str, ...], status: str, schema: Schema) -> None:
    found = run("sample", BIKE, *words, "--json")

    assert [] == problems(schema, found.result)
    assert ("sample", status) == (found.envelope["command"], found.envelope["status"])


def test_factors_of_all_kinds_are_told_in_their_form(tmp_path: Path) -> None:
    (tmp_path / "factors.pcat").write_text(FACTORS)

    found = run("sample", str(tmp_path / "factors.pcat"), "--json").result

    assert [] == problems(SAMPLE, found)
    assert KINDS == {each["kind"] for each in found["factors"]}


def test_a_sample_under_stock_says_under_which(stock_file: str) -> None:
    found = run("sample", BIKE, "--stock", stock_file, "--json").result

    assert [] == problems(SAMPLE, found)
    assert {"seq": 0, "need_by": None, "available": "only"} == found["stock"]


def test_a_recorded_order_is_told_in_its_form(order_file: str, tmp_path: Path) -> None:
    words = ("scenario", "from", order_file, "--catalog", BIKE)
    printed = run(*words, "--json")
    written = run(*words, "-o", str(tmp_path / "recorded.pcat"), "--json")

    assert [[], []] == [problems(RECORDED, each.result) for each in (printed, written)]
    assert ("scenario from", "yes") == (printed.envelope["command"], printed.envelope["status"])
    assert [None, str(tmp_path / "recorded.pcat")] == [each.result["file"] for each in (printed, written)]


def test_rule_coverage_is_told_in_its_form(scenarios: str) -> None:
    found = run("test", scenarios, "--rule-coverage", "--json").result
    run("test", scenarios, "--rule-coverage", "json", "--coverage-file", "coverage.json")

    assert [] == problems(COVERAGE, found["coverage"])
    assert found["coverage"] == json.loads(Path("coverage.json").read_text(encoding="utf-8"))


def test_without_the_option_nothing_is_said_of_coverage(scenarios: str) -> None:
    assert "coverage" not in run("test", scenarios, "--json").result


def keys_of(schema: Schema) -> set[str]:
    """All keys of objects, however deep."""
    nested = [*schema.get("properties", {}).values(), *schema.get("oneOf", [])]
    nested += [schema["items"]] if "items" in schema else []
    return set(schema.get("properties", {})).union(*map(keys_of, nested))


@pytest.mark.parametrize("command", SECTIONS)
def test_the_page_names_every_key(command: str) -> None:
    section = PAGE.partition(f"\n## {command}\n")[2].partition("\n## ")[0]
    told = section[section.index("JSON `result`") :]

    assert set() == set().union(*map(keys_of, SECTIONS[command])) - set(re.findall(r"`(\w+)`", told))
