"""The one JSON object: which keys it has, for every command, whatever happened."""

from typing import Any

import pytest
from command_runs import run

KEYS = ["configurator", "command", "catalog", "status", "result", "diagnostics", "elapsed_ms"]
CONFLICT_KEYS = [
    "rules",
    "rows",
    "choices",
    "stock",
    "message",
    "locations",
    "not_in_force",
    "bundles",
    "minimal",
    "evidence",
]
COUNT_KEYS = ["count", "exact", "combinations"]
VALIDATE_KEYS = ["verdict", "conflicts", "open", "notices", "witness", "repairs"]
COMPLETE_KEYS = [
    "configuration",
    "calcs",
    "chosen",
    "bundled",
    "defaults",
    "not_kept",
    "wishes",
    "conflicts",
]
SHOW_KEYS = [
    *("name", "title", "version", "digest", "currency", "timezone", "tested_on"),
    *("units", "families", "product"),
    *("calcs", "rules", "defaults", "wishes", "bundles", "scenarios", "assembled", "dates"),
]
ACCEPT_KEYS = [
    *("decision", "reservation", "promise", "to_procure", "price", "cost"),
    *("shortages", "possible_on", "alternatives", "conflicts", "open", "configurations"),
    *("key", "replayed"),
]


def test_the_envelope_says_who_answered_about_what() -> None:
    envelope = run("count", "kids_bike.pcat", "--json").envelope

    assert KEYS == list(envelope)
    assert ["version", "schema"] == list(envelope["configurator"])
    assert envelope["configurator"]["schema"] == 1
    assert envelope["catalog"]["digest"].startswith("sha256:")
    assert {"name": "kids_bike", "version": "1", "as_of": "2026-11-22"} == {
        key: value for key, value in envelope["catalog"].items() if key != "digest"
    }
    assert (20.0, "yes", "count") == (envelope["elapsed_ms"], envelope["status"], envelope["command"])


def test_format_json_is_the_same_as_json() -> None:
    assert run("count", "kids_bike.pcat", "--json") == run("count", "kids_bike.pcat", "--format", "json")


def test_json_holds_the_warnings_and_standard_error_nothing() -> None:
    counted = run("count", "bicycle.pcat", "--json")

    assert (["W0630"], "") == (
        [each["code"] for each in counted.envelope["diagnostics"]],
        counted.error,
    )
    assert ["code", "severity", "message", "file", "range", "labels", "fixes", "help"] == list(
        counted.envelope["diagnostics"][0]
    )


@pytest.mark.parametrize(
    ("words", "status", "keys"),
    [
        (("count", "kids_bike.pcat"), "yes", COUNT_KEYS),
        (("count", "kids_bike.pcat", "colour=yellow", "front_wheel=W14"), "no", COUNT_KEYS),
        (("count", "pc.pcat", "--timeout", "0.001ms"), "unknown", [*COUNT_KEYS, "reason"]),
        (("list", "kids_bike.pcat"), "yes", ["configurations", "more"]),
        (("list", "kids_bike.pcat", "colour=yellow", "front_wheel=W14"), "no", ["configurations", "more"]),
        (("list", "pc.pcat", "--timeout", "0.001ms"), "unknown", ["configurations", "more", "reason"]),
        (("validate", "kids_bike.pcat"), "yes", VALIDATE_KEYS),
        (("validate", "kids_bike.pcat", "colour=yellow", "front_wheel=W14"), "no", VALIDATE_KEYS),
        (
            ("validate", "pc.pcat", "--timeout", "0.001ms"),
            "unknown",
            [*VALIDATE_KEYS[:-1], "reason", "repairs"],
        ),
        (("options", "kids_bike.pcat"), "yes", ["options", "conflicts"]),
        (("options", "kids_bike.pcat", "colour=yellow", "front_wheel=W14"), "no", ["options", "conflicts"]),
        (("complete", "kids_bike.pcat"), "yes", COMPLETE_KEYS),
        (("complete", "kids_bike.pcat", "colour=yellow", "front_wheel=W14"), "no", COMPLETE_KEYS),
        (("show", "kids_bike.pcat"), "yes", SHOW_KEYS),
        (
            ("check", "kids_bike.pcat"),
            "yes",
            ["errors", "warnings", "hints", "files", "rules", "scenarios", "catalogs"],
        ),
    ],
)
def test_every_question_has_its_own_result(words: tuple[str, ...], status: str, keys: list[str]) -> None:
    envelope = run(*words, "--json").envelope

    assert KEYS == list(envelope)
    assert (words[0], status, keys) == (envelope["command"], envelope["status"], list(envelope["result"]))


def test_stock_commands_have_their_own_results(stock_file: str, database: str) -> None:
    results: dict[str, Any] = {
        "stock import": run("stock", "import", stock_file, "--db", database, "--json").result,
        "stock show": run("stock", "show", "--db", database, "--json").result,
        "stock clock": run("stock", "clock", "--accept", "--db", database, "--json").result,
    }

    assert {
        "stock import": [
            *("items", "changed", "broken", "missing", "dry_run", "floors", "masters", "ignored"),
        ],
        "stock show": ["items", "unknown", "more", "supplies", "masters", "seq"],
        "stock clock": ["accepted", "now"],
    } == {command: list(result) for command, result in results.items()}
    assert results["stock import"]["items"][0] == {"component": "W18", "before": 5, "after": 5, "promised": 0}
    assert results["stock show"]["items"][0] == {
        "component": "W18",
        "location": "default",
        "on_hand": 5,
        "held": 0,
        "allocated": 0,
        "planned": 0,
        "needed_later": 0,
        "floor": 0,
        "free": 5,
    }


@pytest.mark.parametrize("how", ["--db", "--stock"])
def test_accept_has_its_own_result(how: str, order_file: str, stock_file: str, database: str) -> None:
    where = {"--db": database, "--stock": stock_file}[how]
    result = run("accept", "kids_bike.pcat", order_file, how, where, "--json").result

    assert ACCEPT_KEYS == list(result)
    assert result["decision"] == {"--db": "accepted", "--stock": "available"}[how]


def test_a_conflict_has_its_documented_keys() -> None:
    result = run("validate", "kids_bike.pcat", "colour=yellow", "front_wheel=W14", "--json").result

    assert "invalid" == result["verdict"]
    assert CONFLICT_KEYS == list(result["conflicts"][0])
    assert result["conflicts"][0] == {
        "rules": ["yellow-front"],
        "rows": [],
        "choices": ["colour", "front_wheel"],
        "stock": [],
        "message": "Yellow starts at 18 inches.",
        "locations": ["kids_bike.pcat:20:1"],
        "not_in_force": [],
        "bundles": [],
        "minimal": True,
        "evidence": [
            {
                "kind": "rule",
                "rule": "yellow-front",
                "what": "rule",
                "message": "Yellow starts at 18 inches.",
                "location": "kids_bike.pcat:20:1",
                "rows": [],
            },
            {"kind": "decision", "place": "colour", "text": "colour = yellow", "bundle": None},
            {"kind": "decision", "place": "front_wheel", "text": "front_wheel = W14", "bundle": None},
        ],
    }


def test_rows_of_a_table_are_members_of_their_own() -> None:
    words = ("cpu=CPU-7800X", "gpu=GPU-4090", "chassis=CASE-MINI", "--as-of", "2026-11-22")
    conflicts = run("validate", "pc.pcat", *words, "--json").result["conflicts"]

    assert conflicts[1]["rows"] == [
        {"table": "cooler-clearance", "row": 1},
        {"table": "cooler-clearance", "row": 2},
    ]


@pytest.mark.parametrize(
    ("words", "code", "message"),
    [
        (("count", "nothing.pcat"), 3, "`nothing.pcat` does not exist"),
        (("count", "kids_bike.pcat", "color=red"), 2, "`color` is neither a slot nor an option"),
        (
            ("count", "kids_bike.pcat", "--engine", "magic"),
            2,
            "unknown engine `magic`, "
            "known are `auto`, `diagram`, `backtracking`, `sat`, `cp-sat`, `exhaustive`",
        ),
        (("count", "kids_bike.pcat", "-f", "no.json"), 6, "there is no order `no.json`"),
        (
            ("count", "kids_bike.pcat", "--as-of", "soon"),
            2,
            "invalid value for '--as-of': `soon` is no date; write it like 2026-11-22",
        ),
    ],
)
def test_a_failure_is_an_object_too(words: tuple[str, ...], code: int, message: str) -> None:
    failed = run(*words, "--json")

    assert (code, "") == (failed.code, failed.error)
    assert KEYS == list(failed.envelope)
    assert ("count", "unknown", {}) == (
        failed.envelope["command"],
        failed.envelope["status"],
        failed.envelope["result"],
    )
    assert message == failed.envelope["diagnostics"][-1]["message"]
