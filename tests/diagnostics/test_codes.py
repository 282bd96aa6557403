"""The register of codes is whole, its examples are true, and its page is up to date."""

import re
from pathlib import Path

import pytest

from configurator.diagnostics.codes import CODES, GIVEN_UP, DiagnosticCode, render_page, render_reference
from configurator.diagnostics.rendering import render_text
from configurator.source import SourceFile
from configurator.syntax.parser import parse_catalog

ROOT = Path(__file__).parents[2]
IN_PCAT = [code for code in CODES.values() if code.language == "pcat"]
SYNTAX = [code for code in IN_PCAT if code.id.startswith("E01")]


def codes_in_use() -> set[str]:
    return {
        code
        for path in (ROOT / "configurator").rglob("*.py")
        if path.name != "codes.py"
        for code in re.findall(r'"([EWA]\d{4})"', path.read_text(encoding="utf-8"))
    }


def test_every_code_in_use_has_a_page() -> None:
    assert codes_in_use() - CODES.keys() == set()


def test_a_code_that_is_given_up_is_never_used_again() -> None:
    assert GIVEN_UP
    assert not GIVEN_UP.keys() & {*CODES, *codes_in_use()}


def test_codes_are_in_order_of_area_and_number() -> None:
    assert sorted(CODES) == list(CODES)
    assert all(code.id == name for name, code in CODES.items())


def test_reference_page_is_up_to_date() -> None:
    page = ROOT / "docs" / "reference" / "diagnostics.md"

    assert page.read_text(encoding="utf-8") == render_reference()


@pytest.mark.parametrize("code", CODES.values(), ids=lambda code: code.id)
def test_page_tells_what_is_wrong_and_right(code: DiagnosticCode) -> None:
    page = render_page(code)

    assert page.startswith(f"### {code.id}: {code.title}\n")
    assert 2 == page.count(f"```{code.language}\n")
    assert not code.title.endswith(".")
    assert code.explanation.endswith(".")
    assert code.wrong != code.right


@pytest.mark.parametrize("code", IN_PCAT, ids=lambda code: code.id)
def test_right_example_can_be_read(code: DiagnosticCode) -> None:
    assert render_text(parse_catalog(SourceFile("right.pcat", code.right)).diagnostics) == ""


@pytest.mark.parametrize("code", SYNTAX, ids=lambda code: code.id)
def test_wrong_example_gets_its_code(code: DiagnosticCode) -> None:
    found = {finding.code for finding in parse_catalog(SourceFile("wrong.pcat", code.wrong)).diagnostics}

    assert {code.id} == found
