"""`check --format github|sarif`: findings for programs that show them beside the lines."""

import json
import os
from pathlib import Path
from typing import Any

import pytest
from command_runs import run

from configurator.diagnostics.codes import CODES

PUBLISHED = os.environ.get("SARIF_SCHEMA", "")
"""Where a copy of the published schema lies, if the one who runs the tests has one."""

CATALOG = """catalog bad "Bad: 100 %" version "1"
option a : one of { x, y }
rule r:
  forbid aa = x
rule s:
  require a == x
"""
NAMED = CATALOG.replace("==", "=")

# What the published schema asks of the parts that are used here, in our own words and stricter: nothing else
# may occur. https://docs.oasis-open.org/sarif/sarif/v2.1.0/ names each of them.
_TEXT = {
    "type": "object",
    "properties": {"text": {"type": "string", "minLength": 1}, "markdown": {"type": "string"}},
    "required": ["text"],
    "additionalProperties": False,
}
_REGION = {
    "type": "object",
    "properties": {
        "startLine": {"type": "integer", "minimum": 1},
        "startColumn": {"type": "integer", "minimum": 1},
        "endLine": {"type": "integer", "minimum": 1},
        "endColumn": {"type": "integer", "minimum": 1},
    },
    "required": ["startLine"],
    "additionalProperties": False,
}
_ARTIFACT = {
    "type": "object",
    "properties": {"uri": {"type": "string", "format": "uri-reference", "pattern": "^[^ \\\\]+$"}},
    "required": ["uri"],
    "additionalProperties": False,
}
_FIX = {
    "type": "object",
    "properties": {
        "description": _TEXT,
        "artifactChanges": {
            "type": "array",
            "minItems": 1,
            "uniqueItems": True,
            "items": {
                "type": "object",
                "properties": {
                    "artifactLocation": _ARTIFACT,
                    "replacements": {
                        "type": "array",
                        "minItems": 1,
                        "items": {
                            "type": "object",
                            "properties": {
                                "deletedRegion": _REGION,
                                "insertedContent": {
                                    "type": "object",
                                    "properties": {"text": {"type": "string"}},
                                    "additionalProperties": False,
                                },
                            },
                            "required": ["deletedRegion"],
                            "additionalProperties": False,
                        },
                    },
                },
                "required": ["artifactLocation", "replacements"],
                "additionalProperties": False,
            },
        },
    },
    "required": ["artifactChanges"],
    "additionalProperties": False,
}
_RESULT = {
    "type": "object",
    "properties": {
        "ruleId": {"type": "string"},
        "ruleIndex": {"type": "integer", "minimum": 0},
        "level": {"enum": ["none", "note", "warning", "error"]},
        "message": _TEXT,
        "locations": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {
                    "physicalLocation": {
                        "type": "object",
                        "properties": {"artifactLocation": _ARTIFACT, "region": _REGION},
                        "required": ["artifactLocation"],
                        "additionalProperties": False,
                    }
                },
                "additionalProperties": False,
            },
        },
        "fixes": {"type": "array", "uniqueItems": True, "items": _FIX},
    },
    "required": ["message"],
    "additionalProperties": False,
}
_RULE = {
    "type": "object",
    "properties": {
        "id": {"type": "string"},
        "shortDescription": _TEXT,
        "fullDescription": _TEXT,
        "help": _TEXT,
    },
    "required": ["id"],
    "additionalProperties": False,
}
_RUN = {
    "type": "object",
    "properties": {
        "tool": {
            "type": "object",
            "properties": {
                "driver": {
                    "type": "object",
                    "properties": {
                        "name": {"type": "string"},
                        "version": {"type": "string"},
                        "rules": {"type": "array", "uniqueItems": True, "items": _RULE},
                    },
                    "required": ["name"],
                    "additionalProperties": False,
                }
            },
            "required": ["driver"],
            "additionalProperties": False,
        },
        "columnKind": {"enum": ["utf16CodeUnits", "unicodeCodePoints"]},
        "results": {"type": ["array", "null"], "items": _RESULT},
    },
    "required": ["tool"],
    "additionalProperties": False,
}
SCHEMA = {
    "type": "object",
    "properties": {
        "$schema": {"type": "string", "format": "uri"},
        "version": {"enum": ["2.1.0"]},
        "runs": {"type": "array", "items": _RUN},
    },
    "required": ["version", "runs"],
    "additionalProperties": False,
}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def log_of(*words: str) -> Any:
    """The only run of a log, which has the form that the format asks for."""
    jsonschema = pytest.importorskip("jsonschema")
    log = json.loads(run(*words, "--format", "sarif").out)
    jsonschema.Draft202012Validator(SCHEMA).validate(log)
    if PUBLISHED:
        published = json.loads(Path(PUBLISHED).read_text(encoding="utf-8"))
        jsonschema.validators.validator_for(published)(published).validate(log)
    (only,) = log["runs"]
    return only


@pytest.mark.skipif(not PUBLISHED, reason="SARIF_SCHEMA names no copy of the published schema")
def test_what_the_published_schema_refuses_is_noticed() -> None:
    jsonschema = pytest.importorskip("jsonschema")
    published = json.loads(Path(PUBLISHED).read_text(encoding="utf-8"))
    validator = jsonschema.validators.validator_for(published)(published)

    assert "2.1.0" in published["title"]
    assert not validator.is_valid({"version": "2.1.0", "runs": [{"results": []}]})


def test_an_annotation_stands_at_its_place_and_is_escaped(folder: Path) -> None:
    (folder / "a, b.pcat").write_text(NAMED)
    checked = run("check", "a, b.pcat", "--format", "github")

    assert 3 == checked.code
    assert (
        "::error file=a%2C b.pcat,line=4,col=10,endLine=4,endColumn=12,title=E0301::"
        "`aa` does not exist%0Adid you mean `a`?\n"
    ) == checked.out
    assert "1 error in 1 file (0 rules, resources and tables, 0 scenarios, 20 ms)\n" == checked.error


@pytest.mark.usefixtures("folder")
def test_what_has_no_place_is_annotated_without_one() -> None:
    assert (
        "::error title=E0201::`no.pcat` does not exist\n" == run("check", "no.pcat", "--format", "github").out
    )


def test_a_log_names_place_level_and_rule_of_every_finding(folder: Path) -> None:
    (folder / "my bad.pcat").write_text(NAMED)
    only = log_of("check", "my bad.pcat")

    assert "unicodeCodePoints" == only["columnKind"]
    assert [
        {
            "ruleId": "E0301",
            "ruleIndex": 0,
            "level": "error",
            "message": {"text": "`aa` does not exist\ndid you mean `a`?"},
            "locations": [
                {
                    "physicalLocation": {
                        "artifactLocation": {"uri": "my%20bad.pcat"},
                        "region": {"startLine": 4, "startColumn": 10, "endLine": 4, "endColumn": 12},
                    }
                }
            ],
        }
    ] == only["results"]
    (rule,) = only["tool"]["driver"]["rules"]
    assert ("E0301", CODES["E0301"].title) == (rule["id"], rule["shortDescription"]["text"])
    assert rule["help"]["markdown"].startswith("### E0301: ")


def test_a_log_offers_fixes(folder: Path) -> None:
    (folder / "bad.pcat").write_text(CATALOG.replace("aa", "a"))
    (result,) = log_of("check", "bad.pcat")["results"]

    region = {"startLine": 6, "startColumn": 13, "endLine": 6, "endColumn": 15}
    assert [
        {
            "description": {"text": "write `=`"},
            "artifactChanges": [
                {
                    "artifactLocation": {"uri": "bad.pcat"},
                    "replacements": [{"deletedRegion": region, "insertedContent": {"text": "="}}],
                }
            ],
        }
    ] == result["fixes"]


def test_rules_are_numbered_in_the_order_met(folder: Path) -> None:
    (folder / "bad.pcat").write_text(NAMED.replace("require a = x", "require a = z and bb = 3"))
    only = log_of("check", ".")
    ids = [rule["id"] for rule in only["tool"]["driver"]["rules"]]

    assert ["E0301", "E0303"] == ids
    assert [ids.index(each["ruleId"]) for each in only["results"]] == [
        each["ruleIndex"] for each in only["results"]
    ]


def test_what_has_no_place_and_an_absolute_path_fit_the_form_too(folder: Path) -> None:
    (folder / "bad.pcat").write_text(NAMED)

    assert "locations" not in log_of("check", "no.pcat")["results"][0]
    (result,) = log_of("check", str(folder / "bad.pcat"))["results"]
    place = result["locations"][0]["physicalLocation"]
    assert place["artifactLocation"]["uri"] == (folder / "bad.pcat").as_uri()


def test_nothing_found_is_a_log_without_results(folder: Path) -> None:
    (folder / "good.pcat").write_text('catalog good "Good"\noption a : yesno\n')
    only = log_of("check", "good.pcat")

    assert ([], []) == (only["results"], only["tool"]["driver"]["rules"])


def test_shipped_catalogs_and_the_analysis_give_logs_of_the_form() -> None:
    notes = log_of("check", "package:desktop_pc")["results"]

    assert {"note"} == {each["level"] for each in notes}
    assert log_of("analyze", "package:bicycle")["results"]
